//! Which accounts ask most, for those who check the log.
//!
//! The log's leaves name nobody, and `state` counts accounts under a keyed hash, so counting needs no grant. Who they are is in
//! the sealed details. To name them, one detail of each of a few accounts is opened, and nothing of it is given but the account.
//! That is a reading like any other: an entry of the kind `oversight` is durable first, and its own detail tells why it was
//! asked, and which were opened.

use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexMap;
use model::agency::RoleKind;
use model::purpose::OVERSIGHT;
use model::{Actor, OfficerId, PurposeId};
use policy::{Names, Reason, Sentences};
use state::{Activity, StateError};

use crate::detail::{Detail, More, Stored};
use crate::entry::{By, Digest32, Entry, EntryKind};
use crate::error::{Denied, GateError, Refusal};
use crate::gate::{Draft, Gate, Inner};
use crate::writer::{Outcome, with_causes};

/// The most accounts that are named at a time.
pub const ACCOUNTS_NAMED_MAX: usize = 10;

/// How much an account asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveAccount {
    /// The account; none where accounts are only counted, and when the details that name it were erased or can't be opened
    /// any more.
    pub account: Option<OfficerId>,
    /// Who it was when it asked last, as the log says it; none when that isn't known.
    pub by: Option<By>,
    /// Persons opened, searches, links shown.
    pub looks: u64,
    /// Refusals.
    pub refusals: u64,
}

/// The accounts that asked most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MostActive {
    /// The number of the entry that this reading made in the log; none when no detail was opened.
    pub leaf: Option<u64>,
    /// They, the most active first; at most [`ACCOUNTS_NAMED_MAX`].
    pub accounts: Vec<ActiveAccount>,
    /// How many others there are.
    pub others: u64,
    /// Looks of those together.
    pub looks_of_others: u64,
    /// Refusals of those together.
    pub refusals_of_others: u64,
    /// The day from which accounts are counted, where looks were made before it; none where all are counted.
    pub counted_since: Option<NaiveDate>,
    /// Whether reading failed once it was in the log that accounts are named, so that a name is not told that is there.
    pub unread: bool,
}

/// Gives as what an entry counts among what an account does: what people of agencies looked at or were refused. What citizens
/// do is nobody's to count by account; runs, judgements and readings of these numbers are no looks.
pub(crate) fn counts_as(actor: &Actor, kind: EntryKind) -> Option<Activity> {
    match (actor, kind) {
        (Actor::Member { .. }, EntryKind::Look | EntryKind::Search | EntryKind::Review) => Some(Activity::Look),
        (Actor::Member { .. }, EntryKind::Refusal) => Some(Activity::Refusal),
        _ => None,
    }
}

impl Gate {
    /// Gives how much the accounts of agencies asked that did most from the day `since` to today (UTC), as
    /// [`Gate::most_active`] does, and names none of them: no detail is opened, and nothing is written.
    ///
    /// # Errors
    /// [`Denied::Refused`] unless a data protection officer asks, which is in the log when this returns; [`Denied::Failed`] when
    /// the numbers can't be read.
    pub async fn activity(&self, by: &Actor, since: NaiveDate) -> Result<MostActive, Denied> {
        let inner = &self.inner;
        let at = inner.now()?;
        inner.must_oversee(by, at).await?;
        let found =
            inner.state.most_active(since..=at.date_naive(), ACCOUNTS_NAMED_MAX).await.map_err(GateError::state)?;
        let mut places = Vec::with_capacity(found.accounts.len());
        for known in &found.accounts {
            let mut place = None;
            if let Some(commitment) = known.named_by {
                place = inner.place_of(&commitment).await.map(|leaf| (leaf, commitment));
            }
            places.push(place);
        }
        let mut bys = self.reading(move |inner| Ok(inner.bys(&places))).await.unwrap_or_default().into_iter();
        let accounts = found.accounts.into_iter().map(|known| ActiveAccount {
            account: None,
            by: bys.next().flatten(),
            looks: known.count.looks,
            refusals: known.count.refusals,
        });
        Ok(MostActive {
            leaf: None,
            accounts: accounts.collect(),
            others: found.others,
            looks_of_others: found.of_others.looks,
            refusals_of_others: found.of_others.refusals,
            counted_since: found.counted_since,
            unread: false,
        })
    }

    /// Gives the accounts of agencies that asked most from the day `since` to today (UTC), of at most the last
    /// [`state::ACTIVITY_DAYS`] days, and the sum of all others. Looks that a crash left without an entry are counted too.
    /// `why` is the reason of whoever asks; it is kept in the entry's sealed detail.
    ///
    /// # Errors
    /// [`Denied::Refused`] unless a data protection officer asks and gives a reason, which is in the log when this returns;
    /// [`Denied::Failed`] when the numbers can't be read or the entry can't be written: then nobody is named. What fails after
    /// that costs names: that they were to be told is in the log, so the answer has its number.
    pub async fn most_active(&self, by: &Actor, since: NaiveDate, why: &str) -> Result<MostActive, Denied> {
        let inner = &self.inner;
        let at = inner.now()?;
        inner.must_oversee(by, at).await?;
        let why = why.trim();
        if why.is_empty() {
            return Err(inner.refuse_oversight(by, at, no_reason()).await);
        }
        let found =
            inner.state.most_active(since..=at.date_naive(), ACCOUNTS_NAMED_MAX).await.map_err(GateError::state)?;
        let opened: Vec<Digest32> = found.accounts.iter().filter_map(|known| known.named_by.map(Digest32)).collect();
        let leaf = if opened.is_empty() {
            None
        } else {
            let detail = Detail {
                justification: Some(why.to_owned()),
                more: Some(More::Oversight { since, opened }),
                ..Detail::default()
            };
            Some(inner.write_oversight(by, at, &[], detail).await?)
        };
        let mut accounts = Vec::with_capacity(found.accounts.len());
        let mut places = Vec::with_capacity(found.accounts.len());
        let mut unread = false;
        for known in found.accounts {
            let (mut account, mut place) = (None, None);
            if let Some(commitment) = known.named_by {
                match inner.account_of(&commitment).await {
                    Ok((named, leaf)) => (account, place) = (named, leaf.map(|leaf| (leaf, commitment))),
                    Err(error) => {
                        tracing::warn!(error = %with_causes(&error), "the detail of a look can't be read");
                        unread = true;
                    }
                }
            }
            let (looks, refusals) = (known.count.looks, known.count.refusals);
            accounts.push(ActiveAccount { account, by: None, looks, refusals });
            places.push(place);
        }
        let bys = self.reading(move |inner| Ok(inner.bys(&places))).await.unwrap_or_default();
        for (account, by) in accounts.iter_mut().zip(bys) {
            account.by = by;
        }
        Ok(MostActive {
            leaf,
            accounts,
            others: found.others,
            looks_of_others: found.of_others.looks,
            refusals_of_others: found.of_others.refusals,
            counted_since: found.counted_since,
            unread,
        })
    }
}

impl Inner {
    /// Tells whether somebody acts as a data protection officer, in a role that the project has and that is one.
    fn oversees(&self, by: &Actor) -> bool {
        const OVERSEER: RoleKind = RoleKind::DataProtectionOfficer;
        let Actor::Member { recipient, role: OVERSEER, .. } = by else { return false };
        let agency = self.project.agencies.get(&recipient.agency);
        agency.is_some_and(|agency| agency.roles.iter().any(|role| role.id == recipient.role && role.kind == OVERSEER))
    }

    /// Lets only data protection officers go on; that others asked is in the log when this returns.
    async fn must_oversee(&self, by: &Actor, at: DateTime<Utc>) -> Result<(), Denied> {
        if self.oversees(by) {
            return Ok(());
        }
        Err(self.refuse_oversight(by, at, not_overseeing()).await)
    }

    /// Writes why nobody is named, and gives the refusal.
    async fn refuse_oversight(&self, by: &Actor, at: DateTime<Utc>, reason: Reason) -> Denied {
        let reasons = vec![reason];
        match self.write_oversight(by, at, &reasons, Detail::default()).await {
            Ok(leaf) => Denied::Refused(Refusal { leaf, reasons }),
            Err(error) => Denied::Failed(error),
        }
    }

    /// Writes that somebody reads who asks most, or why that was refused, and gives the entry's place in the log. `detail` has
    /// all but the account.
    async fn write_oversight(
        &self,
        by: &Actor,
        at: DateTime<Utc>,
        reasons: &[Reason],
        detail: Detail,
    ) -> Result<u64, GateError> {
        let is_refused = !reasons.is_empty();
        let draft = Draft {
            kind: if is_refused { EntryKind::Refusal } else { EntryKind::Oversight },
            asked: is_refused.then_some(EntryKind::Oversight),
            at,
            actor: by.clone(),
            purpose: PurposeId::new(OVERSIGHT).map_err(|error| GateError::Rules(error.to_string()))?,
            registers: Vec::new(),
            classes: IndexMap::new(),
            rules: reasons.iter().map(|reason| reason.rule.clone()).collect(),
            run: None,
            detail: Detail { officer: by.account().cloned(), ..detail },
            spending: None,
        };
        match self.write(draft).await? {
            Outcome::Written(leaf) => Ok(leaf),
            Outcome::Failed(error) => Err(error),
            Outcome::OverBudget(_) => Err(GateError::Rules("oversight takes nothing out of a budget".into())),
        }
    }

    /// Gives the place of a look's entry without opening its detail; one that can't be read costs the role.
    async fn place_of(&self, commitment: &[u8; 32]) -> Option<u64> {
        // Taken before the store is read, as where a detail is opened.
        let pending = self.writer.pending.lock().get(commitment).copied();
        match self.state.leaf_of(commitment).await {
            Ok(leaf) => leaf.or(pending),
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), "the place of a look can't be read");
                None
            }
        }
    }

    /// Gives the account in the detail of a look, and the place of the look's entry. A detail that can't be opened costs the
    /// name, not the numbers.
    async fn account_of(&self, commitment: &[u8; 32]) -> Result<(Option<OfficerId>, Option<u64>), GateError> {
        // Taken before the store is read: a place is noted there first and forgotten here afterwards.
        let pending = self.writer.pending.lock().get(commitment).copied();
        let look = match self.state.look(commitment).await {
            Ok(Some(look)) => look,
            // Erased since it was found, or its key is gone.
            Ok(None) | Err(StateError::Unsealable { .. }) => return Ok((None, None)),
            Err(error) => return Err(GateError::state(error)),
        };
        match Stored::decode(&look.detail, commitment).and_then(|stored| stored.open()) {
            Ok(detail) => Ok((detail.officer, look.leaf.or(pending))),
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), "the detail of a look names no account");
                Ok((None, None))
            }
        }
    }

    /// Gives who made the entries at these places, which are those of these commitments. An entry that can't be read, or is of
    /// another look, costs the role.
    fn bys(&self, places: &[Option<(u64, [u8; 32])>]) -> Vec<Option<By>> {
        let by = |(leaf, commitment): (u64, [u8; 32])| -> Result<By, GateError> {
            let bytes = self.log.entry(leaf).map_err(GateError::log)?;
            let entry: Entry = Entry::decode(&bytes)?;
            if entry.commitment.0 == commitment { Ok(entry.by) } else { Err(GateError::Detail) }
        };
        let known = |place: (u64, [u8; 32])| match by(place) {
            Ok(by) => Some(by),
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), "the entry of a look tells no role");
                None
            }
        };
        places.iter().map(|place| place.and_then(known)).collect()
    }
}

fn not_overseeing() -> Reason {
    let sentences = Sentences {
        says: "Who asks most is told to data protection officers alone.",
        says_fr: "Qui demande le plus n’est indiqué qu’aux délégués à la protection des données.",
        needed: "A role of a data protection officer.",
        needed_fr: "Un rôle de délégué à la protection des données.",
    };
    Reason::new("oversight.not-a-data-protection-officer", None, sentences, &Names::default())
}

fn no_reason() -> Reason {
    let sentences = Sentences {
        says: "Names are told only to whoever says why they are needed.",
        says_fr: "Les noms ne sont indiqués qu’à qui dit pourquoi ils sont nécessaires.",
        needed: "A sentence that says why the names are needed.",
        needed_fr: "Une phrase qui dise pourquoi les noms sont nécessaires.",
    };
    Reason::new("oversight.no-reason", None, sentences, &Names::default())
}
