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
    /// The keys that find every look at the person in the log: one for each id that their records had. With them anyone
    /// whom the person trusts can read the whole log and check that this list is complete.
    pub keys: Vec<PersonKey>,
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
    /// The classes within reach and how each was disclosed; every other one was withheld.
    pub classes: IndexMap<Class, Disclosure>,
    /// Whether a case was named.
    pub case_named: bool,
    /// Why, in the words of who looked; only of looks at this person alone, for the words may name the others.
    pub justification: Option<String>,
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
struct Myself<'a> {
    persons: HashSet<PersonId>,
    records: HashSet<&'a RecordId>,
}

impl Myself<'_> {
    /// Tells whether a subject of a look is this person: under one of their ids, with one of their records. A refusal
    /// names no records; the id decides.
    fn is(&self, subject: &SubjectThen) -> bool {
        let has_own_record = || subject.records.iter().any(|record| self.records.contains(record));
        self.persons.contains(&subject.person) && (subject.records.is_empty() || has_own_record())
    }
}

impl Gate {
    /// Gives the looks at the person who asks, refused ones and their own included, and writes that they asked.
    ///
    /// `now` is the person as the spine has them today, with all of their records; `before` are the other ids that these
    /// records ever had, so that a look is found again after merges and splits. A look at a merged person is listed for
    /// those only whose records it was about.
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
        let persons: HashSet<PersonId> = before.iter().copied().chain([now.person]).collect();
        if !persons.contains(own) {
            return Err(GateError::Subjects.into());
        }
        let leaf = self.spend_on_self(permit, now).await?;
        let inner = Arc::clone(&self.inner);
        let mut ids: Vec<PersonId> = persons.iter().copied().collect();
        ids.sort_unstable();
        // Taken before the store is read: a place is noted there first and forgotten here afterwards.
        let pending = inner.writer.pending.lock().clone();
        let stored = inner.state.looks_of(&ids, page).await.map_err(GateError::state)?;
        let keys = inner.state.person_keys(&ids).await.map_err(GateError::state)?;
        let keys = keys.into_iter().map(PersonKey::from_bytes).collect();
        let next = stored.last().map(|look| look.sequence).filter(|_| stored.len() == page.limit as usize);
        let records: Vec<RecordId> = now.records.clone();
        let looks = tokio::task::spawn_blocking(move || {
            let myself = Myself { persons, records: records.iter().collect() };
            let looks = stored.into_iter().filter_map(|stored| {
                // Without an entry nobody was answered, and there is nothing that proves a look.
                let leaf = stored.leaf.or_else(|| pending.get(&stored.commitment).copied())?;
                inner.look(leaf, stored, &myself).transpose()
            });
            looks.collect::<Result<Vec<_>, GateError>>()
        });
        let looks = looks.await.map_err(GateError::state)??;
        Ok(Looks { leaf, looks, keys, next })
    }
}

impl Inner {
    /// Gives a stored look, whose entry is `leaf`, as the person may see it; none when it is not about them.
    fn look(&self, leaf: u64, stored: StoredLook, myself: &Myself<'_>) -> Result<Option<Look>, GateError> {
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
            legal_basis: terms.map(|terms| terms.legal_basis).unwrap_or_default(),
            registers,
            classes: entry.classes.clone(),
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
