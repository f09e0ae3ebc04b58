//! Which pairs a steward can be shown at all.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use model::{Class, Disclosure, Project, Purpose, RegisterId, Subject};

use crate::coverage::Covered;

/// Which registers a purpose of link review reaches, purpose by purpose. Pairs that none reaches wait for nobody: they are
/// not kept for review, not numbered, not counted, and not drawn for a sample.
pub struct Reviewable<'a>(Vec<(&'a Purpose, Vec<&'a RegisterId>)>);

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
        Self(reviews.map(|purpose| (purpose, reach(purpose))).collect())
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
        self.0.iter().any(|(_, registers)| reaches(registers, left) && reaches(registers, right))
    }

    /// Tells whether every purpose that reaches two registers, of which there is one, shows these columns of their person records
    /// as they are. A column that a register has not is shown by nobody and missed by nobody.
    pub(crate) fn shows_columns(
        &self,
        project: &Project,
        models: &[Covered],
        registers: [&RegisterId; 2],
        columns: &BTreeSet<&str>,
    ) -> bool {
        let mut classes: Vec<Class> = Vec::new();
        for covered in models.iter().filter(|covered| registers.contains(&&covered.register)) {
            let of_project = project.models.get(&covered.model).zip(project.registers.get(&covered.register));
            let Some((model, register)) = of_project else { return false };
            classes.extend(columns.iter().filter_map(|column| model.class_of(column, register)));
        }
        let has = |reached: &[&RegisterId], register: &RegisterId| reached.iter().any(|id| **id == *register);
        let reaching = |reached: &[&RegisterId]| registers.iter().all(|register| has(reached, register));
        let mut purposes = self.0.iter().filter(|(_, reached)| reaching(reached)).peekable();
        let shows = |purpose: &Purpose| classes.iter().all(|class| *purpose.disclosure(*class) == Disclosure::Value);
        purposes.peek().is_some() && purposes.all(|(purpose, _)| shows(purpose))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::coverage::covered;

    #[test]
    fn an_identifier_is_shown_where_every_purpose_that_reaches_both_registers_shows_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/republic");
        let mut project = Project::load(&root).unwrap_or_else(|found| panic!("{found}"));
        let models = covered(&project, project.linkage.as_ref().unwrap()).unwrap();
        let mut base = models.iter().filter(|covered| !covered.is_attached).map(|covered| covered.register.clone());
        let (one, other) = (base.next().unwrap(), base.next().unwrap());
        let shows = |project: &Project, column: &str| {
            Reviewable::of(project).shows_columns(project, &models, [&one, &other], &BTreeSet::from([column]))
        };
        assert!(Reviewable::of(&project).has_registers(one.as_str(), other.as_str()));
        assert!(shows(&project, "last_name"));
        assert!(!shows(&project, "national_id"), "four digits are not the number");
        let is_review = |purpose: &&mut Purpose| purpose.subject == Subject::LinkReview;
        for review in project.purposes.values_mut().filter(is_review) {
            review.discloses.insert(Class::Identifier, Disclosure::Value);
        }
        assert!(shows(&project, "national_id"));
        project.purposes.retain(|_, purpose| purpose.subject != Subject::LinkReview);
        assert!(!shows(&project, "last_name"), "nobody is shown anything");
    }
}
