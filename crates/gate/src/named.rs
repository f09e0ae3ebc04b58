//! Records that a steward names themselves: no queue bounds how many, so their persons count to the budget, and asking for
//! what is not there is on the record too.

use model::request::Action;
use model::{Judgement, PersonId};
use policy::{Names, Reason, Sentences};

use crate::detail::More;
use crate::error::{Denied, GateError};
use crate::gate::{Gate, Spent, Written, budget_key, check_subjects};
use crate::grant::{Grant, LookSubject, Permit};
use crate::writer::Spending;

/// How many records are named at a time.
const NAMED: usize = 2;

impl Gate {
    /// Spends a permit to review links on the persons of two records that the asker named, as [`commit`](Self::commit) does
    /// for a pair of the queue. The persons count as opened by the account under the purpose: all of them are within the
    /// day's budget, or nobody is shown.
    ///
    /// # Errors
    /// As [`commit`](Self::commit); [`Denied::Refused`] too when the purpose sets no number of persons.
    pub async fn commit_named(&self, permit: Permit, subjects: Vec<LookSubject>) -> Result<Grant, Denied> {
        check_subjects(permit.request(), &subjects)?;
        let spent = self.spend_named(permit, &subjects, 0, None).await?;
        Ok(self.grant(spent, subjects))
    }

    /// Writes that two records were asked for of which `missing` are not there or not within reach, and gives the entry's
    /// place in the log. `subjects` are the persons of those that are: they count as opened. The others need room in the
    /// day's budget as a person would, so that a refusal doesn't tell who is there, and take nothing out of it.
    ///
    /// # Errors
    /// As [`commit_named`](Self::commit_named); [`Denied::Failed`] when these are not two records, one missing.
    pub async fn record_miss(&self, permit: Permit, subjects: Vec<LookSubject>, missing: usize) -> Result<u64, Denied> {
        if missing == 0 || subjects.len() + missing != NAMED {
            return Err(GateError::Subjects.into());
        }
        let missing = u32::try_from(missing).map_err(|_| GateError::Subjects)?;
        Ok(self.spend_named(permit, &subjects, missing, None).await?.leaf)
    }

    /// Writes what a steward decided, or proposes, about two records that they named themselves, and gives the entry's place in the
    /// log; the detail says which of both it is. As [`record_judgement`](Self::record_judgement), and the persons count as opened.
    ///
    /// # Errors
    /// As [`commit_named`](Self::commit_named).
    pub async fn record_named(
        &self,
        permit: Permit,
        subjects: Vec<LookSubject>,
        judgement: &Judgement,
        is_proposal: bool,
    ) -> Result<u64, Denied> {
        check_subjects(permit.request(), &subjects)?;
        let judgement = judgement.clone();
        let more = if is_proposal { More::Proposal { judgement } } else { More::Judgement { judgement } };
        Ok(self.spend_named(permit, &subjects, 0, Some(more)).await?.leaf)
    }

    async fn spend_named(
        &self,
        permit: Permit,
        subjects: &[LookSubject],
        missing: u32,
        more: Option<More>,
    ) -> Result<Spent, Denied> {
        let inner = &self.inner;
        let at = self.time_to_spend(&permit)?;
        let Permit { request, terms, .. } = permit;
        let (Action::ReviewLink, Some(key)) = (&request.action, budget_key(&request, at)) else {
            return Err(GateError::Rules("records are named under a permit to review links".into()).into());
        };
        let persons: Vec<PersonId> = subjects.iter().map(|subject| subject.person).collect();
        let persons_max = inner.purpose(&request.purpose).and_then(|purpose| purpose.persons_per_officer_and_day);
        let Some(persons_max) = persons_max else {
            return Err(inner.refuse_about(&request, at, vec![no_number()], &persons).await);
        };
        let spending = Spending { key, persons, missing, is_in_vain: false, persons_max };
        let Written { leaf, scope } = inner.write_look(&request, &terms, at, subjects, more, Some(spending)).await?;
        Ok(Spent { terms, scope, at, leaf })
    }
}

fn no_number() -> Reason {
    let sentences = Sentences {
        says: "The purpose sets no number of persons a day, so it lets nobody name the records that they look at.",
        says_fr: "La finalité ne fixe aucun nombre de personnes par jour\u{a0}: nul ne peut y désigner lui-même les \
                  enregistrements à consulter.",
        needed: "Who answers for the purpose sets how many persons may be looked at in a day.",
        needed_fr: "Qui répond de la finalité fixe le nombre de personnes qui peuvent être consultées par jour.",
    };
    Reason::new("review.no-budget", None, sentences, &Names::default())
}
