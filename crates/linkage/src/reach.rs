//! Which pairs a steward can be shown at all.

use chrono::NaiveDate;
use model::{Project, Purpose, RegisterId, Subject};

/// Which registers a purpose of link review reaches, purpose by purpose. Pairs that none reaches wait for nobody: they are
/// not kept for review, not numbered, not counted, and not drawn for a sample.
pub struct Reviewable<'a>(Vec<Vec<&'a RegisterId>>);

impl<'a> Reviewable<'a> {
    /// Gives what the purposes of a project reach, in force or not.
    #[must_use]
    pub fn of(project: &'a Project) -> Self {
        Self::some(project, None)
    }

    /// Gives what the purposes reach that are in force on a day, as their agreements are.
    #[must_use]
    pub fn on(project: &'a Project, day: NaiveDate) -> Self {
        Self::some(project, Some(day))
    }

    fn some(project: &'a Project, day: Option<NaiveDate>) -> Self {
        let is_in_force = |purpose: &&Purpose| {
            let agreement = project.agreements.get(&purpose.agreement);
            let covers =
                |day| purpose.valid.covers(day) && agreement.is_some_and(|agreement| agreement.valid.covers(day));
            day.is_none_or(covers)
        };
        let reviews = project.purposes.values().filter(|purpose| purpose.subject == Subject::LinkReview);
        let reviews = reviews.filter(is_in_force);
        let reach = |purpose: &'a Purpose| -> Vec<&'a RegisterId> {
            let Some(agreement) = project.agreements.get(&purpose.agreement) else { return Vec::new() };
            let within = |id: &&RegisterId| {
                let register = project.registers.get(*id);
                agreement.registers.contains(*id)
                    && register.is_some_and(|register| {
                        let mut special = register.special_categories().into_iter();
                        special.all(|special| agreement.special_categories.contains(&special))
                    })
            };
            purpose.registers.iter().filter(within).collect()
        };
        Self(reviews.map(reach).collect())
    }

    /// Tells whether two records, written `register:hash`, are both within reach of one purpose.
    #[must_use]
    pub fn has(&self, left: &str, right: &str) -> bool {
        let register = |record: &'_ str| record.split_once(':').map(|(register, _)| register.to_owned());
        register(left).zip(register(right)).is_some_and(|(left, right)| self.has_registers(&left, &right))
    }

    /// Tells whether records of two registers are both within reach of one purpose.
    #[must_use]
    pub fn has_registers(&self, left: &str, right: &str) -> bool {
        let reaches = |registers: &[&RegisterId], name: &str| registers.iter().any(|id| id.as_str() == name);
        self.0.iter().any(|registers| reaches(registers, left) && reaches(registers, right))
    }
}
