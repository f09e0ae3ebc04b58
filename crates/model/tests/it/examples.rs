//! The examples that people begin with.

use std::collections::BTreeSet;

use model::validity::Standing;
use model::{Class, Disclosure, Project, Subject};

use crate::folders::tests_dir;

fn example(name: &str) -> Project {
    let root = tests_dir().join("../../../examples").join(name);
    Project::load(&root).unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn they_load() {
    for name in ["republic", "anytown"] {
        assert_eq!(example(name).warnings.to_string(), "", "{name}");
    }
}

#[test]
fn one_purpose_reaches_political_data_and_somebody_in_the_demo_may_act_under_it() {
    let project = example("republic");
    let reaches = |class: Class| {
        let about_others = project.purposes.values().filter(|purpose| purpose.subject == Subject::OnePerson);
        let named = about_others.filter(move |purpose| purpose.disclosure(class) != &Disclosure::Withheld);
        named.map(|purpose| purpose.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(reaches(Class::Donation), ["campaign-finance-audit"]);
    assert_eq!(reaches(Class::Politics), ["campaign-finance-audit"]);
    let recipients = &project.purposes["campaign-finance-audit"].recipients;
    let mut identities = project.settings.demo_identities.iter();
    let auditor = identities.find(|identity| identity.acts_as.as_ref().is_some_and(|acts| recipients.contains(acts)));
    assert_eq!(auditor.map(|auditor| auditor.name.as_str()), Some("finance-auditor"));
}

#[test]
fn twelve_agencies_own_registers_and_six_others_only_ask() {
    let project = example("republic");
    let owners: BTreeSet<&str> = project.registers.values().map(|register| register.agency.as_str()).collect();
    assert!(owners.len() >= 12, "{owners:?}");
    // Whoever is named by a purpose that is in force, under an agreement that is in force and of which they are a party.
    let day = "2026-11-29".parse().unwrap();
    let mut askers: BTreeSet<&str> = BTreeSet::new();
    for purpose in project.purposes.values().filter(|purpose| purpose.valid.standing(day) == Standing::InForce) {
        let agreement = &project.agreements[&purpose.agreement];
        if agreement.valid.standing(day) == Standing::InForce {
            let parties = purpose.recipients.iter().map(|recipient| &recipient.agency);
            askers.extend(parties.filter(|agency| agreement.parties.contains(agency)).map(|agency| agency.as_str()));
        }
    }
    let others: BTreeSet<&str> = askers.difference(&owners).copied().collect();
    assert!(others.len() >= 6, "{others:?}");
    let all: BTreeSet<&str> = project.agencies.keys().map(|agency| agency.as_str()).collect();
    let idle: Vec<&&str> = all.iter().filter(|agency| !owners.contains(*agency) && !others.contains(*agency)).collect();
    assert!(idle.is_empty(), "{idle:?} neither own a register nor have anything to ask");
    let expired = project.purposes.values().filter(|purpose| purpose.valid.standing(day) == Standing::Expired);
    assert!(expired.count() > 0, "one that ended shows what an end does");
}
