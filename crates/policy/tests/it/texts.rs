//! Every rule speaks English and French.

use cedar_policy::{Effect, PolicySet};
use model::agency::RoleKind;
use policy::Query;

use crate::fixture::{OPEN, day, engine_with, member, request, today};

#[test]
fn every_built_in_rule_says_in_two_languages_what_it_refuses_and_what_is_needed() {
    let mut rules = 0;
    for (file, text) in policy::builtin_policies() {
        for policy in text.parse::<PolicySet>().unwrap().policies() {
            rules += 1;
            let get = |name: &str| policy.annotation(name).unwrap_or_else(|| panic!("{file}: @{name} is missing"));
            let (id, says, says_fr) = (get("id"), get("says"), get("says_fr"));
            assert!(!says.is_empty() && !says_fr.is_empty() && says != says_fr, "{id}");
            let (needed, needed_fr) = (get("needed"), get("needed_fr"));
            match policy.effect() {
                Effect::Forbid => assert!(!needed.is_empty() && !needed_fr.is_empty() && needed != needed_fr, "{id}"),
                Effect::Permit => assert!(needed.is_empty() && needed_fr.is_empty(), "{id}"),
            }
            for text in [says, says_fr, needed, needed_fr] {
                assert!(text.is_empty() || text.ends_with(['.', '}']), "{id}: {text}");
            }
        }
    }
    assert!(rules > 30, "{rules}");
}

#[test]
fn texts_are_filled_with_the_purposes_own_words() {
    let engine = engine_with(&[]);
    let request = request(member("tax-office/case-officer", RoleKind::Officer), "loan-relief", OPEN);
    let query = Query { request: &request, day: today(), persons_today: 1, subject_is_self: false };
    let decision = engine.decide(&query);
    assert_eq!(decision.reasons.len(), 1);
    assert_eq!(
        decision.reasons[0].says,
        "The purpose loan-relief does not name your role among those it discloses to. It names: education/case-officer."
    );
    let late = Query { day: day(2027, 1, 1), ..query };
    let told: Vec<String> = engine.decide(&late).reasons.iter().map(|reason| reason.says_fr.clone()).collect();
    assert!(told.contains(&"La finalité loan-relief a pris fin le 2026-12-31.".to_owned()), "{told:?}");
    assert!(told.contains(&"L’accord education-tax a pris fin le 2026-12-31.".to_owned()), "{told:?}");
    assert!(told.iter().all(|text| !text.contains(['{', '}', '–'])), "{told:?}");
}
