//! Who looked at me: the list that a person gets, and what proves it.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use model::request::Action;
use model::{Actor, AgencyId, Class, Disclosure, PersonId, PurposeId, RecordId, RegisterId, Request, RoleId};
use serde::Serialize;
use state::{Page, StoredLook};

use crate::detail::{Part, Stored, SubjectThen, part};
use crate::entry::{By, Digest32, Entry, EntryKind};
use crate::error::{Denied, GateError};
use crate::gate::{Gate, Inner};
use crate::grant::LookSubject;
use crate::keys::PersonKey;

/// A page of the looks at a person.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The number of the entry that this reading made in the log.
    pub leaf: u64,
    /// The looks, the latest first.
    pub looks: Vec<Look>,
    /// The key that finds the looks in the log that were made under the person's id. With it anyone whom they trust can
    /// read the whole log and check that this list is complete. None where their records go by another id than the one
    /// that they signed in with: the merge may prove wrong, and a key that was handed out can't be taken back.
    pub key: Option<PersonKey>,
    /// What [`Page::before`] is to be for the looks that came before these; none when there are no more.
    pub next: Option<u64>,
}

/// One look at a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Look {
    /// The number of its entry in the log.
    pub leaf: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done; of a refusal, what was asked for.
    pub kind: EntryKind,
    /// The agency; none when it was the person themselves.
    pub agency: Option<AgencyId>,
    /// The role within it.
    pub role: Option<RoleId>,
    /// What the role is called today.
    pub role_title: Option<String>,
    /// The purpose; none when the project had none of the name asked for.
    pub purpose: Option<PurposeId>,
    /// What the purpose said then.
    pub says: Option<String>,
    /// The same in French.
    pub says_fr: Option<String>,
    /// The law that it named then.
    pub legal_basis: Vec<String>,
    /// The registers within reach in which the person had records.
    pub registers: Vec<RegisterId>,
    /// The classes that the entry names and how each was disclosed; every other one was withheld. Of a search, those of the
    /// columns that records of persons can have, unless the entry names more.
    pub classes: IndexMap<Class, Disclosure>,
    /// Whether the entry is that of a search and names every class that the purpose gave: see [`Entry::names_more`].
    pub names_more: bool,
    /// Whether it was about this person alone.
    pub is_alone: bool,
    /// Whether a case was named.
    pub case_named: bool,
    /// Why, in the words of who looked; only of looks at this person alone, for the words may name the others.
    pub justification: Option<String>,
    /// Whether these are the program's words, which asked nobody for a reason. It is sealed with the look, and nothing that
    /// anyone types says so.
    pub by_program: bool,
    /// The rules that refused; none when it was allowed.
    pub refused: Option<LookRefused>,
    /// What proves it.
    pub proof: LookProof,
}

/// Why a look was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookRefused {
    /// The rules that refused.
    pub rules: Vec<String>,
}

/// What anyone needs to check that a look is what the log says. `docs/log-format.md` tells how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookProof {
    /// The bytes of the entry, which are text.
    pub entry: String,
    /// The commitment in it.
    pub commitment: Digest32,
    /// The parts whose digests make the commitment; those that concern others are closed.
    pub parts: Vec<Part>,
}

/// Who asks, as the spine knows them.
pub(crate) struct Myself {
    /// The id that they signed in with and the one that their records have today; mostly the same.
    ids: [PersonId; 2],
    records: HashSet<RecordId>,
}

impl Myself {
    /// Gives one person under their id of today.
    pub(crate) fn of(subject: &LookSubject) -> Self {
        Self { ids: [subject.person; 2], records: subject.records.iter().cloned().collect() }
    }

    /// Tells whether a subject of a look is this person: it has one of the records that are theirs today, whatever id
    /// they had then. Where it names no record, as that of a refusal, the id decides, and must be theirs today: an
    /// earlier one may have been another person's.
    pub(crate) fn is(&self, subject: &SubjectThen) -> bool {
        if subject.records.is_empty() {
            return self.ids.contains(&subject.person);
        }
        subject.records.iter().any(|record| self.records.contains(record))
    }
}

impl Gate {
    /// Gives the looks at the person who asks, refused ones and their own included, and writes that they asked.
    ///
    /// `now` is the person as the spine has them today, with all of their records; `before` are the other ids that merges
    /// and splits connect with theirs. A look under one of those is listed when it was about a record that is theirs
    /// today. What is not listed leaves no trace here: neither keys of those ids, nor shorter pages.
    ///
    /// # Errors
    /// [`Denied::Refused`] unless a citizen asks about themselves; [`Denied::Failed`] when the entry can't be written, or
    /// a detail does not open its commitment.
    pub async fn looks_of_self(
        &self,
        request: &Request,
        now: &LookSubject,
        before: &[PersonId],
        page: Page,
    ) -> Result<Looks, Denied> {
        let permit = self.decide(request).await?;
        let (Action::ReadOwn, Actor::Citizen { person: own, .. }) = (&request.action, &request.actor) else {
            return Err(GateError::Subjects.into());
        };
        let mut ids: Vec<PersonId> = before.iter().copied().chain([now.person]).collect();
        if !ids.contains(own) {
            return Err(GateError::Subjects.into());
        }
        ids.sort_unstable();
        ids.dedup();
        let leaf = self.spend_on_self(permit, now).await?;
        let mut key = None;
        if *own == now.person {
            let keys = self.inner.state.person_keys(&[*own]).await.map_err(GateError::state)?;
            key = keys.into_iter().next().map(PersonKey::from_bytes);
        }
        let myself = Myself { ids: [*own, now.person], records: now.records.iter().cloned().collect() };
        let (looks, next) = looks_page(&self.inner, &ids, Arc::new(myself), page).await?;
        Ok(Looks { leaf, looks, key, next })
    }
}

/// Gives a page of the looks under any of these ids that were at this person, and where the next page begins. Looks at
/// others are passed over as if they were not there: a page is full as long as there are more.
async fn looks_page(
    inner: &Arc<Inner>,
    ids: &[PersonId],
    myself: Arc<Myself>,
    page: Page,
) -> Result<(Vec<Look>, Option<u64>), GateError> {
    let limit = page.limit as usize;
    // One more than is shown tells whether there are more.
    let stride = page.limit.saturating_add(1);
    let mut found: Vec<(u64, Look)> = Vec::new();
    let mut before = page.before;
    while found.len() <= limit {
        // Taken before the store is read: a place is noted there first and forgotten here afterwards.
        let pending = inner.writer.pending.lock().clone();
        let stored = inner.state.looks_of(ids, Page { before, limit: stride }).await.map_err(GateError::state)?;
        let is_last = stored.len() < stride as usize;
        before = stored.last().map(|look| look.sequence);
        let (inner, myself) = (Arc::clone(inner), Arc::clone(&myself));
        let looks = tokio::task::spawn_blocking(move || {
            let looks = stored.into_iter().filter_map(|stored| {
                // Without an entry nobody was answered, and there is nothing that proves a look.
                let leaf = stored.leaf.or_else(|| pending.get(&stored.commitment).copied())?;
                let sequence = stored.sequence;
                inner.look(leaf, stored, &myself).transpose().map(|look| look.map(|look| (sequence, look)))
            });
            looks.collect::<Result<Vec<_>, GateError>>()
        });
        found.extend(looks.await.map_err(GateError::state)??);
        if is_last {
            break;
        }
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|(sequence, _)| *sequence).filter(|_| has_more);
    Ok((found.into_iter().map(|(_, look)| look).collect(), next))
}

impl Inner {
    /// Gives a stored look, whose entry is `leaf`, as the person may see it; none when it is not about them.
    fn look(&self, leaf: u64, stored: StoredLook, myself: &Myself) -> Result<Option<Look>, GateError> {
        let sealed = Stored::decode(&stored.detail, &stored.commitment)?;
        let detail = sealed.open()?;
        let own: Vec<&SubjectThen> = detail.subjects.iter().filter(|subject| myself.is(subject)).collect();
        if own.is_empty() {
            return Ok(None);
        }
        let is_alone = own.len() == detail.subjects.len();
        let bytes = self.log.entry(leaf).map_err(GateError::log)?;
        let entry = Entry::decode(&bytes)?;
        if entry.commitment.0 != stored.commitment {
            return Err(GateError::Detail);
        }
        let is_own_part = |name: &str, text: &str| match name {
            part::TERMS => true,
            part::JUSTIFICATION => is_alone,
            part::SUBJECT => serde_json::from_str(text).is_ok_and(|subject: SubjectThen| myself.is(&subject)),
            _ => false,
        };
        let parts = sealed.parts(is_own_part);
        let touched: HashSet<&RegisterId> =
            own.iter().flat_map(|subject| &subject.records).map(|record| &record.register).collect();
        let registers = entry.registers.iter().filter(|register| touched.contains(register)).cloned().collect();
        let (agency, role) = match &entry.by {
            By::Recipient(recipient) => (Some(recipient.agency.clone()), Some(recipient.role.clone())),
            By::Citizen | By::System | By::Unknown => (None, None),
        };
        let role_title = agency.as_ref().zip(role.as_ref()).and_then(|(agency, role)| self.role_title(agency, role));
        let terms = detail.terms;
        let refused = (entry.kind == EntryKind::Refusal).then(|| LookRefused { rules: entry.rules.clone() });
        Ok(Some(Look {
            leaf,
            at: stored.at,
            kind: entry.asked.unwrap_or(entry.kind),
            agency,
            role,
            role_title,
            purpose: entry.purpose.clone(),
            says: terms.as_ref().map(|terms| terms.says.clone()),
            says_fr: terms.as_ref().and_then(|terms| terms.says_fr.clone()),
            case_named: detail.case.is_some(),
            by_program: terms.as_ref().is_some_and(|terms| terms.by_program),
            legal_basis: terms.map(|terms| terms.legal_basis).unwrap_or_default(),
            registers,
            classes: entry.classes.clone(),
            names_more: entry.names_more(),
            is_alone,
            justification: detail.justification.filter(|_| is_alone),
            refused,
            proof: LookProof {
                entry: String::from_utf8(bytes).map_err(|_| GateError::Detail)?,
                commitment: entry.commitment,
                parts,
            },
        }))
    }

    fn role_title(&self, agency: &AgencyId, role: &RoleId) -> Option<String> {
        let roles = &self.project.agencies.get(agency)?.roles;
        roles.iter().find(|other| other.id == *role).map(|role| role.title.clone())
    }
}
