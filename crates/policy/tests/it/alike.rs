//! Questions that are answered alike: what was kept is what Cedar would have said.

use model::agency::RoleKind;
use model::request::Action;
use model::{OfficerId, Request};
use policy::{Engine, Query};
use proptest::prelude::*;

use crate::fixture::{OPEN, engine_with, member, request, today};

/// A project's policy that compares facts with numbers of its own, on both sides.
const COMPARES: &str = r#"
@id("t.compares") @says("No.")
forbid (principal, action == Action::"open-person", resource)
when { (context.persons_today == 1 && 40 <= context.justification_characters) || context.justification_letters != 12 && context.persons_today > 7 };
"#;

/// Adds to facts before it compares them, so that each number is asked about as it is; it never forbids anything.
const EXACT: &str = r#"
@id("t.exact") @says("Never.")
forbid (principal, action in Action::"ask", resource)
when { context.account == "nobody" && context.persons_today + context.justification_letters + context.justification_characters < 0 };
"#;

fn asked(justification: &str, account: &str, action: Action, purpose: &str) -> Request {
    let mut asked = request(member("education/case-officer", RoleKind::Officer), purpose, action);
    asked.justification = Some(justification.to_owned());
    if let model::Actor::Member { account: of, .. } = &mut asked.actor {
        *of = OfficerId::new(account).unwrap();
    }
    asked
}

fn purposes() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("loan-relief"), Just("no-needs"), Just("no-budget"), Just("past"), Just("no-such-purpose")]
}

proptest! {
    // Each case makes two engines, so that nothing is kept at first, and asks up to 40 questions.
    #![proptest_config(ProptestConfig::with_cases(80))]
    #[test]
    fn a_kept_decision_is_the_one_that_would_be_made(
        questions in prop::collection::vec(
            ("[a-z .]{0,60}", prop_oneof![Just("o-martin"), Just("nobody")], any::<bool>(), purposes(), 0..10_u32),
            1..40,
        ),
    ) {
        let engines: [Engine; 2] = [engine_with(&[COMPARES]), engine_with(&[COMPARES, EXACT])];
        for (justification, account, opens, purpose, persons_today) in questions {
            let action = if opens { OPEN } else { Action::Search };
            let request = asked(&justification, account, action, purpose);
            let query = Query { request: &request, day: today(), persons_today, subject_is_self: false };
            let [kept, exact] = engines.each_ref().map(|engine| engine.decide(&query));
            let told = |decision: &policy::Decision| {
                let reasons = decision.reasons.iter().map(|reason| (reason.rule.clone(), reason.says.clone()));
                (decision.allowed, reasons.collect::<Vec<_>>())
            };
            prop_assert_eq!(told(&kept), told(&exact));
        }
    }
}

#[test]
fn a_policy_that_names_an_account_or_a_day_is_asked_about_each() {
    let engine = engine_with(&[r#"
        @id("t.account") @says("Not they.")
        forbid (principal, action == Action::"open-person", resource)
        when { context.account == "o-other" || context.weekday > 5 };"#]);
    let decide = |account: &str, day| {
        let request = asked("Appeal against the decision", account, OPEN, "loan-relief");
        engine.decide(&Query { request: &request, day, persons_today: 1, subject_is_self: false }).allowed
    };
    assert!(decide("o-martin", today()));
    assert!(!decide("o-other", today()));
    assert!(decide("o-third", today()));
    assert!(!decide("o-martin", today() - chrono::TimeDelta::days(1)), "a Sunday");
}
