//! Searches that take something out of the day's budget of persons: those that open people whom a case is not about, and those by a
//! number that could be tried, one after the other.

use model::PersonId;
use model::request::Action;

use crate::error::{Denied, GateError};
use crate::gate::{Gate, Spent, Written, budget_key, check_subjects};
use crate::grant::{Grant, LookSubject, Permit};
use crate::writer::Spending;

impl Gate {
    /// Spends a permit to search on persons who count as opened by the account under the purpose: all of them are within the day's
    /// budget, or nobody is shown. Whoever was opened before on that day counts once.
    ///
    /// # Errors
    /// As [`commit`](Self::commit). A refusal names none of the persons, nor does its entry.
    pub async fn commit_opening(&self, permit: Permit, subjects: Vec<LookSubject>) -> Result<Grant, Denied> {
        self.commit_search(permit, subjects, false).await
    }

    /// Does the same for a search by what could be tried: one that finds nobody counts as a person too, each time anew. So what an
    /// account tries in a day is bounded by the budget, whether it is found or not.
    ///
    /// # Errors
    /// As [`commit_opening`](Self::commit_opening).
    pub async fn commit_trying(&self, permit: Permit, subjects: Vec<LookSubject>) -> Result<Grant, Denied> {
        let is_in_vain = subjects.is_empty();
        self.commit_search(permit, subjects, is_in_vain).await
    }

    async fn commit_search(
        &self,
        permit: Permit,
        subjects: Vec<LookSubject>,
        is_in_vain: bool,
    ) -> Result<Grant, Denied> {
        let at = self.time_to_spend(&permit)?;
        check_subjects(permit.request(), &subjects)?;
        let Permit { request, terms, .. } = permit;
        let (Action::Search, Some(key)) = (&request.action, budget_key(&request, at)) else {
            return Err(GateError::Rules("persons are found under a permit to search".into()).into());
        };
        let persons: Vec<PersonId> = subjects.iter().map(|subject| subject.person).collect();
        let persons_max =
            self.inner.purpose(&request.purpose).and_then(|purpose| purpose.persons_per_officer_and_day).unwrap_or(0);
        let spending = Spending { key, persons, missing: 0, is_in_vain, persons_max };
        let Written { leaf, scope } =
            self.inner.write_look(&request, &terms, at, &subjects, None, Some(spending)).await?;
        Ok(self.grant(Spent { terms, scope, at, leaf }, subjects))
    }
}
