//! What a person contests of their own records, and the contested pair as a steward sees it.

use chrono::{DateTime, Utc};
use gate::{Gate, Grant, LookSubject, Permit};
use linkage::Said;
use model::request::Action;
use model::{Actor, Judgement, PersonId, RecordId, RegisterId, Request, Verdict};

use crate::error::RegistryError;
use crate::index::Index;
use crate::link::Link;
use crate::outcome::Weighed;
use crate::review::{Decided, KnownPair, Pair, Waits, Written, reviewed};

/// A contest that is in the log.
pub struct Contested {
    /// Its log entry, and what is to be kept of it.
    pub said: Said,
    /// The contested record. It stays inside.
    pub record: RecordId,
    /// The record that ties it to the person. It stays inside.
    pub tied: RecordId,
}

/// What was kept of two records.
struct Kept {
    pair: KnownPair,
    /// Whether how much they agree was kept too.
    has_weight: bool,
}

impl Index {
    /// Writes to the log that the citizen who asks contests a record of theirs: the first for which `is_it` says so; gives what is
    /// to be kept of it, or none when there is no such record, or nothing links it to them, as far as they may see: another record
    /// of theirs within reach.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] when the gate refuses or fails; [`RegistryError::Linkage`] when no reason is given.
    pub async fn contest(
        &self,
        gate: &Gate,
        request: &Request,
        is_it: impl Fn(&RecordId) -> bool,
        (reason, at): (&str, DateTime<Utc>),
    ) -> Result<Option<Contested>, RegistryError> {
        let (person, by) = citizen(request)?;
        let permit = gate.decide(request).await?;
        let links = self.links_of(self.current_id(person)?)?;
        let Some((record, tied)) = self.contestable(&links, permit.shown(), is_it)? else { return Ok(None) };
        let subject = self.own_subject(person, &links)?;
        let dispute = Judgement {
            left: record.clone(),
            right: tied.clone(),
            verdict: Verdict::Disputed,
            by,
            at,
            reason: reason.to_owned(),
        };
        let base = self.held_with(&record, &subject.records);
        let said = linkage::dispute(gate, permit, subject, &dispute, &base).await?;
        Ok(Some(Contested { said, record, tied }))
    }

    /// Gives the registers between which it would be judged if a person contested a record of theirs, the first for which
    /// `is_it` says so: its own, and that of the record in a register of `within` which ties it to them. None where nothing
    /// there does. No value is read.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn contest_between(
        &self,
        person: PersonId,
        within: &[RegisterId],
        is_it: impl Fn(&RecordId) -> bool,
    ) -> Result<Option<(RegisterId, RegisterId)>, RegistryError> {
        let links = self.links_of(self.current_id(person)?)?;
        let found = self.contestable(&links, within, is_it)?;
        Ok(found.map(|(record, tied)| (record.register, tied.register)))
    }

    /// Writes to the log that the citizen who asks takes back that they contest `record`, which `tied` ties to them; gives what is
    /// to be kept of it.
    ///
    /// # Errors
    /// As [`contest`](Self::contest).
    pub async fn withdraw_contest(
        &self,
        gate: &Gate,
        request: &Request,
        (record, tied): (&RecordId, &RecordId),
        at: DateTime<Utc>,
    ) -> Result<Said, RegistryError> {
        let (person, by) = citizen(request)?;
        let permit = gate.decide(request).await?;
        let subject = self.own_subject(person, &self.links_of(self.current_id(person)?)?)?;
        let (left, right) = (record.clone(), tied.clone());
        let reason = "taken back".to_owned();
        let withdrawal = Judgement { left, right, verdict: Verdict::Withdrawn, by, at, reason };
        Ok(linkage::withdraw(gate, permit, subject, &withdrawal).await?)
    }

    /// Gives whom a contested record can hold: the base records of its person, and nobody where it is attached itself.
    fn held_with(&self, contested: &RecordId, records: &[RecordId]) -> Vec<RecordId> {
        let attach = self.project.linkage.as_ref().map_or(&[][..], |linkage| linkage.attach.as_slice());
        let is_base = |record: &RecordId| !attach.iter().any(|attach| attach.registers.contains(&record.register));
        if !is_base(contested) {
            return Vec::new();
        }
        records.iter().filter(|record| is_base(record)).cloned().collect()
    }

    fn own_subject(&self, person: PersonId, links: &[Link]) -> Result<LookSubject, RegistryError> {
        let records = links.iter().map(|link| self.record_id(link.place)).collect::<Result<_, _>>()?;
        Ok(LookSubject { person, records })
    }

    /// Gives the record meant, and the one within reach that ties it to the person: that which it agrees with most, else
    /// one that agrees most with it, else any other.
    fn contestable(
        &self,
        links: &[Link],
        within: &[RegisterId],
        is_it: impl Fn(&RecordId) -> bool,
    ) -> Result<Option<(RecordId, RecordId)>, RegistryError> {
        let mut own = Vec::with_capacity(links.len());
        for link in links {
            let record = self.record_id(link.place)?;
            if within.contains(&record.register) {
                own.push((record, link));
            }
        }
        let Some(at) = own.iter().position(|(record, _)| is_it(record)) else { return Ok(None) };
        let (record, link) = own.remove(at);
        let tied = own.iter().find(|(_, other)| link.via == Some(other.place));
        let tied = tied.or_else(|| own.iter().find(|(_, other)| other.via == Some(link.place)));
        Ok(tied.or_else(|| own.first()).map(|(tied, _)| (record, tied.clone())))
    }

    /// Shows a contested pair to a steward, under the number `number`, with its links from the weakest but `links` on; none
    /// when one of its records is out of reach.
    ///
    /// # Errors
    /// As [`pair`](Self::pair).
    pub async fn contested_pair(
        &self,
        gate: &Gate,
        request: &Request,
        (number, links): (u64, u64),
        (left, right): (&RecordId, &RecordId),
    ) -> Result<Option<Pair>, RegistryError> {
        let permit = gate.decide(request).await?;
        if !is_reviewed(&permit, left, right) {
            return Ok(None);
        }
        let kept = self.kept_of(&permit, left, right)?;
        let grant = gate.commit(permit, self.subjects_of(&[left, right])?).await?;
        self.show_kept(&grant, (number, links), kept).map(Some)
    }

    /// Shows any two records that a steward names; none when one of them is not there or out of reach, which is in the log
    /// by then. Their persons count to the account's budget for the day.
    ///
    /// # Errors
    /// As [`pair`](Self::pair); what the gate refuses because the budget is used up.
    pub async fn named_pair(
        &self,
        gate: &Gate,
        permit: Permit,
        (left, right): (&RecordId, &RecordId),
    ) -> Result<Option<Pair>, RegistryError> {
        let Some(permit) = self.within_reach(gate, permit, (left, right)).await? else { return Ok(None) };
        let kept = self.kept_of(&permit, left, right)?;
        let grant = gate.commit_named(permit, self.subjects_of(&[left, right])?).await?;
        self.show_kept(&grant, (0, 0), kept).map(Some)
    }

    /// Gives the permit back where both records that a steward names are there and within its reach; none when one is not, which
    /// is in the log by then.
    ///
    /// # Errors
    /// As [`named_pair`](Self::named_pair).
    pub async fn within_reach(
        &self,
        gate: &Gate,
        permit: Permit,
        (left, right): (&RecordId, &RecordId),
    ) -> Result<Option<Permit>, RegistryError> {
        let mut there = Vec::new();
        for record in [left, right] {
            if reviewed(&permit).contains(&record.register) && self.has_record(record)? {
                there.push(record);
            }
        }
        let missing = 2 - there.len();
        if missing > 0 {
            gate.record_miss(permit, self.subjects_of(&there)?, missing).await?;
            return Ok(None);
        }
        Ok(Some(permit))
    }

    /// Writes what a steward decided about two records that they name, as [`judge`](Self::judge) does; none when one of them is not
    /// there or out of reach, which is in the log by then. Their persons count to the account's budget for the day.
    ///
    /// # Errors
    /// As [`judge`](Self::judge); what the gate refuses because the budget is used up.
    pub async fn judge_named(
        &self,
        gate: &Gate,
        request: &Request,
        (left, right): (&RecordId, &RecordId),
        decided: Decided,
    ) -> Result<Option<Written>, RegistryError> {
        let permit = gate.decide(request).await?;
        let Some(permit) = self.within_reach(gate, permit, (left, right)).await? else { return Ok(None) };
        let by = permit.request().actor.account().ok_or(RegistryError::NotAPerson)?.to_string();
        let subjects = self.subjects_of(&[left, right])?;
        let Decided { verdict, at, reason, is_proposal } = decided;
        let judgement = Judgement { left: left.clone(), right: right.clone(), verdict, by, at, reason };
        let (leaf, spoken) = linkage::judge_named(gate, permit, subjects, &judgement, is_proposal).await?;
        Ok(Some(Written { leaf, spoken }))
    }

    /// Gives what was kept of two records.
    fn kept_of(&self, permit: &Permit, left: &RecordId, right: &RecordId) -> Result<Kept, RegistryError> {
        let listed = self.pairs.within(reviewed(permit)).find(|pair| (&pair.left, &pair.right) == (left, right));
        let (waits, is_uncertain) = listed.map(|pair| (pair.waits, pair.is_uncertain)).unwrap_or_default();
        let mut told = listed.map(|pair| (pair.weight, pair.probability));
        for (one, other) in [(left, right), (right, left)] {
            let (Some(place), Some(via)) = (self.place(one), self.place(other)) else { continue };
            let Some(person) = self.person_of(place)? else { continue };
            let link = self.links_of(person)?.into_iter().find(|link| link.place == place && link.via == Some(via));
            if let Some(link) = link {
                told = told.or(Some((link.weight, link.probability)));
            }
        }
        let (left, right) = (left.clone(), right.clone());
        let (weight, probability) = told.unwrap_or((0.0, 0.5));
        let pair = KnownPair { left, right, weight, probability, is_uncertain, turn: None, waits };
        Ok(Kept { pair, has_weight: told.is_some() })
    }

    fn show_kept(&self, grant: &Grant, (number, links): (u64, u64), kept: Kept) -> Result<Pair, RegistryError> {
        let Kept { pair, has_weight } = kept;
        let waits = pair.waits;
        let mut pair = self.show_pair(grant, number, pair, links)?;
        if !has_weight {
            // Nothing was kept of how much they agree: what is told of it is what the steward sees.
            pair.weight = pair.fields.iter().map(|field| field.weight).sum();
            pair.probability = 1.0 / (1.0 + (-pair.weight).exp2());
            // That is what the linkage weighed where nothing was withheld.
            let is_whole = self.explainer.as_ref().is_some_and(|explainer| explainer.is_whole(&pair.fields));
            let weighed = Weighed { weight: pair.weight, is_whole };
            let waits = Waits { merge: pair.outcome.merge, ..waits };
            pair.outcome = self.outcome((&pair.left, &pair.right), pair.effect.is_one_person, weighed, waits);
        }
        Ok(pair)
    }

    /// Writes what a steward decided about a contested pair, as [`judge`](Self::judge) does; none when one of its records is
    /// out of reach.
    ///
    /// # Errors
    /// As [`judge`](Self::judge).
    pub async fn judge_contested(
        &self,
        gate: &Gate,
        request: &Request,
        (left, right): (&RecordId, &RecordId),
        decided: Decided,
    ) -> Result<Option<Written>, RegistryError> {
        let permit = gate.decide(request).await?;
        if !is_reviewed(&permit, left, right) {
            return Ok(None);
        }
        self.write_judgement(gate, permit, (left.clone(), right.clone()), decided).await.map(Some)
    }

    /// Tells whether the index has a record, so that it can be shown to whoever may see it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn has_record(&self, record: &RecordId) -> Result<bool, RegistryError> {
        let Some(place) = self.place(record) else { return Ok(false) };
        Ok(self.person_of(place)?.is_some())
    }

    /// Tells whether a permit lets these two records be reviewed.
    #[must_use]
    pub fn may_review(&self, permit: &Permit, left: &RecordId, right: &RecordId) -> bool {
        is_reviewed(permit, left, right)
    }
}

fn is_reviewed(permit: &Permit, left: &RecordId, right: &RecordId) -> bool {
    [left, right].iter().all(|record| reviewed(permit).contains(&record.register))
}

/// Gives who asks for their own, and their account.
fn citizen(request: &Request) -> Result<(PersonId, String), RegistryError> {
    match (&request.action, &request.actor) {
        (Action::ReadOwn, Actor::Citizen { person, account }) => Ok((*person, account.to_string())),
        _ => Err(RegistryError::NotAPerson),
    }
}
