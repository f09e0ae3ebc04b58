//! What is disclosed and what may be linked: committed in `disclosures.txt` and `linkable.txt`.

use std::fmt::Write as _;

use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, Class, Disclosure, Job, PurposeId, RegisterId};
use policy::{Disclosed, Engine, Query};

use crate::fixture::{OPEN, citizen, day, engine_with, member, project_with, request, today};
use crate::golden;

fn told(disclosed: &Disclosed) -> String {
    match (&disclosed.disclosure, &disclosed.because) {
        (Disclosure::Withheld, Some(reason)) => format!("withheld {}", reason.rule),
        (given, None) => given.as_str().to_owned(),
        (given, Some(reason)) => panic!("{given:?} given and withheld by {}", reason.rule),
    }
}

fn how(engine: &Engine, actor: Actor, purpose: &str, action: Action, register: &str, class: Class) -> String {
    let request = request(actor, purpose, action);
    let query = Query { request: &request, day: today(), persons_today: 1, subject_is_self: false };
    told(engine.disclosures(&query).how(&RegisterId::new(register).unwrap(), class))
}

fn officer() -> Actor {
    member("education/case-officer", RoleKind::Officer)
}

#[test]
fn disclosures_are_as_committed() {
    let engine = engine_with(&[]);
    let project = project_with(&[]);
    let askers = [
        ("an officer of education", officer(), OPEN),
        ("an inspector", member("election-watch/inspector", RoleKind::Officer), Action::Search),
        ("a steward", member("education/steward", RoleKind::Steward), Action::ReviewLink),
        ("nobody", member("education/ghost", RoleKind::Officer), OPEN),
        ("a citizen", citizen(), Action::ReadOwn),
        ("the system", Actor::System, Action::RunJob { job: Job::Index }),
    ];
    let mut table = String::new();
    for (name, actor, action) in askers {
        for purpose in project.purposes.keys() {
            let request = request(actor.clone(), purpose.as_str(), action.clone());
            let query = Query { request: &request, day: today(), persons_today: 1, subject_is_self: false };
            let disclosures = engine.disclosures(&query);
            writeln!(table, "{name} under {purpose}").unwrap();
            for register in project.registers.keys() {
                let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
                for class in Class::ALL {
                    let told = told(disclosures.how(register, *class));
                    match lines.iter_mut().find(|(known, _)| *known == told) {
                        Some((_, classes)) => classes.push(class.as_str()),
                        None => lines.push((told, vec![class.as_str()])),
                    }
                }
                for (told, classes) in lines {
                    let all = classes.len() == Class::ALL.len();
                    let classes = if all { "every class".to_owned() } else { classes.join(" ") };
                    writeln!(table, "  {register}: {told}: {classes}").unwrap();
                }
            }
        }
    }
    golden::check("disclosures.txt", &table);
}

#[test]
fn what_may_be_linked_is_as_committed() {
    let engine = engine_with(&[]);
    let mut table = String::new();
    for day in [today(), day(2025, 12, 31), day(2027, 1, 1)] {
        for (register, linkable) in engine.linkable(day) {
            let rules: Vec<_> = linkable.decision.reasons.iter().map(|reason| reason.rule.as_str()).collect();
            let agreement = linkable.agreement.map_or_else(|| "-".to_owned(), |id| id.to_string());
            let outcome = if linkable.decision.allowed { "linked" } else { "left out" };
            let attached = if linkable.attached { ", attached" } else { "" };
            writeln!(table, "{day} {register} under {agreement}{attached}: {outcome} {}", rules.join(" ")).unwrap();
        }
    }
    golden::check("linkable.txt", &table);
}

#[test]
fn politics_is_reached_only_under_the_agreement_that_names_it() {
    let project = project_with(&[]);
    let engine = engine_with(&[]);
    for purpose in project.purposes.values() {
        let names_politics = ["donations", "everything", "covers-without-naming"].contains(&purpose.agreement.as_str());
        for (actor, action) in [
            (officer(), OPEN),
            (member("election-watch/inspector", RoleKind::Officer), OPEN),
            (citizen(), Action::ReadOwn),
            (Actor::System, Action::RunJob { job: Job::Link }),
        ] {
            for class in Class::ALL {
                let told = how(&engine, actor.clone(), purpose.id.as_str(), action.clone(), "donations", *class);
                assert!(names_politics || told.starts_with("withheld"), "{} gives {class}: {told}", purpose.id);
            }
        }
    }
    let inspector = member("election-watch/inspector", RoleKind::Officer);
    assert_eq!(how(&engine, inspector, "donation-audit", OPEN, "donations", Class::Donation), "value");
    let linked = engine.linkable(today());
    assert!(linked[&RegisterId::new("donations").unwrap()].decision.allowed);
    let mut unnamed = project_with(&[]);
    for agreement in unnamed.agreements.values_mut() {
        agreement.special_categories.retain(|category| *category != model::SpecialCategory::Politics);
    }
    let engine = Engine::new(&unnamed).unwrap();
    assert!(!engine.linkable(today())[&RegisterId::new("donations").unwrap()].decision.allowed);
    let inspector = member("election-watch/inspector", RoleKind::Officer);
    assert!(
        how(&engine, inspector.clone(), "donation-audit", OPEN, "donations", Class::Donation).starts_with("withheld")
    );
    let asked = request(inspector, "donation-audit", OPEN);
    let query = Query { request: &asked, day: today(), persons_today: 1, subject_is_self: false };
    assert!(!engine.decide(&query).allowed);
}

#[test]
fn a_projects_forbid_withholds_by_class_register_and_action() {
    let engine = engine_with(&[r#"
        @id("no-income-from-tax-in-searches") @says("Incomes are not shown in lists of hits.")
        forbid (principal, action == Action::"disclose", resource == Class::"income")
        when { context.register == Register::"tax" && context.during == "search" };

        @id("no-names-from-loans") @says("The loan register is known to hold wrong names.")
        forbid (principal, action == Action::"disclose", resource == Class::"identity")
        when { context.register == Register::"loans" };
    "#]);
    let told = |action: Action, register, class| how(&engine, officer(), "loan-relief", action, register, class);
    assert_eq!(told(OPEN, "tax", Class::Income), "yes-no");
    assert_eq!(told(Action::Search, "tax", Class::Income), "withheld no-income-from-tax-in-searches");
    assert_eq!(told(OPEN, "tax", Class::Identity), "value");
    assert_eq!(told(OPEN, "loans", Class::Identity), "withheld no-names-from-loans");
}

#[test]
fn a_failing_disclose_policy_withholds() {
    let engine = engine_with(&[r#"
        @id("overflows") @says("Overflows.")
        forbid (principal, action == Action::"disclose", resource)
        when { context.weekday * 9223372036854775807 + context.weekday > 9 };
    "#]);
    assert_eq!(how(&engine, officer(), "loan-relief", OPEN, "tax", Class::Income), "withheld policy.failed");
}

#[test]
fn cached_answers_are_the_computed_ones_and_don_t_mix() {
    let engine = engine_with(&[]);
    let askers = [officer(), member("tax-office/case-officer", RoleKind::Officer), citizen(), Actor::System];
    let mut questions = Vec::new();
    for actor in &askers {
        for day in [today(), day(2025, 12, 31)] {
            for purpose in ["loan-relief", "own-data", "no-such-purpose"] {
                for action in [OPEN, Action::ReadOwn] {
                    questions.push((request(actor.clone(), purpose, action), day));
                }
            }
        }
    }
    let query = |(request, day)| Query { request, day, persons_today: 1, subject_is_self: false };
    let asked: Vec<Query<'_>> = questions.iter().map(|(request, day)| query((request, *day))).collect();
    let fresh: Vec<_> = asked.iter().map(|query| engine_with(&[]).disclosures(query)).collect();
    for _ in 0..2 {
        for (query, fresh) in asked.iter().zip(&fresh) {
            assert_eq!(engine.disclosures(query), *fresh, "{:?} on {}", query.request, query.day);
        }
    }
}

#[test]
fn open_registers_are_those_that_give_something() {
    let engine = engine_with(&[]);
    let asked = request(officer(), "covered-without-naming", OPEN);
    let query = Query { request: &asked, day: today(), persons_today: 1, subject_is_self: false };
    let disclosures = engine.disclosures(&query);
    let open: Vec<_> = disclosures.open_registers().map(RegisterId::as_str).collect();
    // `permits` holds firearms, which the agreement covers without naming them.
    assert_eq!(open, ["tax", "donations"]);
    assert_eq!(disclosures.registers().count(), 3);
    assert_eq!(asked.purpose, PurposeId::new("covered-without-naming").unwrap());
}
