//! Every rule speaks English and French.

use cedar_policy::{Effect, PolicySet};
use model::agency::RoleKind;
use policy::{Named, Query};

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

#[test]
fn sentences_are_for_people_and_name_no_files() {
    for (file, text) in policy::builtin_policies() {
        for policy in text.parse::<PolicySet>().unwrap().policies() {
            for name in ["says", "says_fr", "needed", "needed_fr"] {
                let said = policy.annotation(name).unwrap_or_default();
                // Placeholders are names too; what stands between them is not.
                let between: String =
                    said.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after)).collect();
                for inner in ["`", "\"", "_", ".toml", "/"] {
                    assert!(!between.contains(inner), "{file}: {inner} in {said}");
                }
            }
        }
    }
}

#[test]
fn the_least_of_a_justification_is_that_of_the_rule() {
    let engine = engine_with(&[]);
    let least = policy::JUSTIFICATION_LETTERS_MIN;
    for (letters, is_short) in [(least - 1, true), (least, false)] {
        let text = format!("{} !", "a1".chars().cycle().take(letters).collect::<String>());
        let mut request = request(member("education/case-officer", RoleKind::Officer), "loan-relief", OPEN);
        request.justification = Some(text.clone());
        let query = Query { request: &request, day: today(), persons_today: 1, subject_is_self: false };
        let decision = engine.decide(&query);
        let refused = decision.reasons.iter().find(|reason| reason.rule == "justification.too-short");
        assert_eq!((refused.is_some(), decision.allowed, policy::justifies(&text)), (is_short, !is_short, !is_short));
        if let Some(refused) = refused {
            let number = format!(" {least} ");
            assert!(refused.needed.contains(&number) && refused.needed_fr.contains(&number), "{refused:?}");
        }
    }
}

#[test]
fn what_a_sentence_names_can_be_called_otherwise() {
    let engine = engine_with(&[]);
    let request = request(member("education/case-officer", RoleKind::Officer), "loan-relief", OPEN);
    let late = Query { request: &request, day: day(2027, 1, 1), persons_today: 1, subject_is_self: false };
    let decision = engine.decide(&late);
    let expired = decision.reasons.iter().find(|reason| reason.rule == "purpose.expired").unwrap();
    let called = expired.wording.fill(|named| match named {
        Named::Purpose(id) => format!("“{id}”"),
        Named::Day(day) => day.format("%d.%m.%Y").to_string(),
        other => panic!("{other:?} is not named"),
    });
    assert_eq!(called.says, "The purpose “loan-relief” ended on 31.12.2026.");
    assert_eq!(called.says_fr, "La finalité “loan-relief” a pris fin le 31.12.2026.");
    assert_eq!(
        (called.needed.as_str(), called.needed_fr.as_str()),
        (expired.needed.as_str(), expired.needed_fr.as_str())
    );
}
