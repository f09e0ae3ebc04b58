//! What must never happen, whatever is asked and whatever a project's policies say.

use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, CaseId, Job, OfficerId, PersonId, PurposeId, Request};
use policy::{Engine, Query};
use proptest::prelude::*;

use crate::fixture::{day, plain_engine, project_with, today};

fn roles() -> impl Strategy<Value = RoleKind> {
    prop_oneof![
        Just(RoleKind::Officer),
        Just(RoleKind::Steward),
        Just(RoleKind::DataProtectionOfficer),
        Just(RoleKind::Engineer),
    ]
}

fn actors() -> impl Strategy<Value = Actor> {
    let recipients = prop_oneof![
        Just("education/case-officer"),
        Just("education/steward"),
        Just("education/engineer"),
        Just("education/dpo"),
        Just("tax-office/case-officer"),
        Just("election-watch/inspector"),
        Just("ghosts/ghost"),
    ];
    let member = (recipients, roles(), "[a-z][a-z0-9-]{0,12}").prop_map(|(recipient, role, account)| Actor::Member {
        account: OfficerId::new(account).unwrap(),
        recipient: recipient.parse().unwrap(),
        role,
    });
    let citizen = any::<u64>()
        .prop_map(|person| Actor::Citizen { account: OfficerId::new("c-1").unwrap(), person: PersonId(person) });
    prop_oneof![4 => member, 1 => citizen, 1 => Just(Actor::System)]
}

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Search),
        any::<u64>().prop_map(|person| Action::OpenPerson { person: PersonId(person) }),
        Just(Action::ReviewLink),
        Just(Action::ReadOwn),
        prop_oneof![Just(Job::Build), Just(Job::Link), Just(Job::Index)].prop_map(|job| Action::RunJob { job }),
    ]
}

fn known_purposes() -> Vec<PurposeId> {
    project_with(&[]).purposes.keys().cloned().collect()
}

#[derive(Debug, Clone)]
struct Asked {
    request: Request,
    day: chrono::NaiveDate,
    persons_today: u32,
    subject_is_self: bool,
}

impl Asked {
    fn query(&self) -> Query<'_> {
        let Self { request, day, persons_today, subject_is_self } = self;
        Query { request, day: *day, persons_today: *persons_today, subject_is_self: *subject_is_self }
    }
}

fn asked(purpose: impl Strategy<Value = PurposeId>) -> impl Strategy<Value = Asked> {
    let days = prop_oneof![Just(today()), Just(day(2025, 6, 1)), Just(day(2027, 6, 1)), Just(day(1970, 1, 1))];
    let persons = prop_oneof![Just(0), Just(1), Just(2), Just(3), any::<u32>()];
    let texts = (proptest::option::of(".{0,40}"), proptest::option::of(".{0,60}"));
    (actors(), purpose, texts, actions(), days, persons, any::<bool>()).prop_map(
        |(actor, purpose, (case, justification), action, day, persons_today, subject_is_self)| Asked {
            request: Request { actor, purpose, case: case.map(CaseId), justification, by_program: false, action },
            day,
            persons_today,
            subject_is_self,
        },
    )
}

fn any_known_purpose() -> impl Strategy<Value = PurposeId> {
    proptest::sample::select(known_purposes())
}

/// A condition that passes strict validation for every question that somebody asks; some of them overflow.
fn conditions() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("context.persons_today".to_owned()),
        Just("context.justification_characters".to_owned()),
        Just("context.weekday".to_owned()),
        Just("9223372036854775807".to_owned()),
        (-3_i64..5).prop_map(|number| number.to_string()),
    ];
    let sum = (number.clone(), prop_oneof![Just("+"), Just("-"), Just("*")], number)
        .prop_map(|(left, sign, right)| format!("({left} {sign} {right})"));
    let comparison = (sum.clone(), prop_oneof![Just("<"), Just(">="), Just("==")], sum)
        .prop_map(|(left, sign, right)| format!("({left} {sign} {right})"));
    let fact = prop_oneof![
        Just("context.case_given".to_owned()),
        Just("context.subject_is_self".to_owned()),
        Just("(resource.needs_case)".to_owned()),
        Just("(resource in Agreement::\"donations\")".to_owned()),
    ];
    let leaf = prop_oneof![3 => comparison, 1 => fact];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            inner.prop_map(|inner| format!("!{inner}")),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_is_read_under_a_purpose_that_does_not_exist(asked in asked(
        "[a-z][a-z0-9_-]{0,20}".prop_map(|text| PurposeId::new(text).unwrap())
    )) {
        prop_assume!(!known_purposes().contains(&asked.request.purpose));
        let engine = plain_engine();
        let decision = engine.decide(&asked.query());
        prop_assert!(!decision.allowed);
        prop_assert!(decision.reasons.iter().any(|reason| reason.rule == "purpose.unknown"), "{:?}", decision);
        prop_assert_eq!(engine.disclosures(&asked.query()).open_registers().count(), 0);
    }

    #[test]
    fn nothing_is_read_out_of_force_or_over_budget_or_by_who_is_no_recipient(asked in asked(any_known_purpose())) {
        let project = project_with(&[]);
        let decision = plain_engine().decide(&asked.query());
        if decision.allowed {
            let purpose = &project.purposes[&asked.request.purpose];
            let agreement = &project.agreements[&purpose.agreement];
            prop_assert!(purpose.valid.covers(asked.day) && agreement.valid.covers(asked.day));
            prop_assert!(purpose.registers.iter().all(|register| agreement.registers.contains(register)));
            prop_assert!(!purpose.needs_case || asked.request.case.as_ref().is_some_and(|case| !case.0.trim().is_empty()));
            prop_assert!(!purpose.needs_justification || asked.request.justification.is_some());
            match (&asked.request.actor, &asked.request.action) {
                (Actor::Member { recipient, role: RoleKind::Officer, .. }, Action::Search | Action::OpenPerson { .. }) => {
                    prop_assert!(purpose.recipients.contains(recipient));
                    prop_assert!(purpose.persons_per_officer_and_day.is_some_and(|limit| asked.persons_today <= limit));
                }
                (Actor::Member { recipient, role: RoleKind::Steward, .. }, Action::ReviewLink) => {
                    prop_assert!(purpose.recipients.contains(recipient));
                    let limit = purpose.persons_per_officer_and_day;
                    prop_assert!(limit.is_none_or(|limit| asked.persons_today <= limit));
                }
                (Actor::Citizen { .. }, Action::ReadOwn) => prop_assert!(asked.subject_is_self),
                (Actor::System | Actor::Member { role: RoleKind::Engineer, .. }, Action::RunJob { .. }) => {}
                (actor, action) => prop_assert!(false, "{actor:?} may {action:?}"),
            }
        }
    }

    #[test]
    fn a_projects_policies_never_widen(
        asked in asked(any_known_purpose()),
        conditions in proptest::collection::vec((any::<bool>(), conditions()), 1..4),
    ) {
        let policies: Vec<String> = conditions
            .iter()
            .enumerate()
            .map(|(number, (when, condition))| {
                let word = if *when { "when" } else { "unless" };
                format!(
                    "@id(\"p{number}\") @says(\"P.\")\n\
                     forbid (principal, action in Action::\"ask\", resource is Purpose) {word} {{ {condition} }};"
                )
            })
            .collect();
        let texts: Vec<&str> = policies.iter().map(String::as_str).collect();
        // A condition that can never hold is refused when the project is read: that widens nothing either.
        if let Ok(narrowed) = Engine::new(&project_with(&texts)) {
            let before = plain_engine().decide(&asked.query());
            let after = narrowed.decide(&asked.query());
            prop_assert!(before.allowed || !after.allowed);
            let failed = after.reasons.iter().any(|reason| reason.rule == "policy.failed");
            prop_assert!(!(failed && after.allowed));
        }
    }

    #[test]
    fn no_reason_repeats_what_the_asker_wrote(asked in asked(any_known_purpose())) {
        let canary = "Zyxwvut-2906";
        let mut asked = asked;
        asked.request.justification = Some(format!("about {canary}"));
        asked.request.case = Some(CaseId(canary.to_owned()));
        let decision = plain_engine().decide(&asked.query());
        let told = format!("{decision:?}");
        prop_assert!(!told.contains(canary));
    }
}
