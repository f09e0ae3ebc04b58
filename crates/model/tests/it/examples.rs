//! The examples that people begin with.

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
