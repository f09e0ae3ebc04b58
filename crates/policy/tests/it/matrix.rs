//! Who may do what under which purpose: all of it, committed in `matrix.txt`.

use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{Schema, SchemaFragment};
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, CaseId, Job, Request};
use policy::{Decision, Engine, Query};

use crate::fixture::{OPEN, citizen, day, engine_with, member, project_with, request, today};
use crate::golden;

/// The actors. A new kind of role makes `kind_name` fail to compile, and belongs in here.
fn actors() -> Vec<(String, Actor)> {
    let officer = RoleKind::Officer;
    let members = [
        ("education/case-officer", officer),
        ("tax-office/case-officer", officer),
        ("election-watch/inspector", officer),
        ("education/steward", RoleKind::Steward),
        ("education/dpo", RoleKind::DataProtectionOfficer),
        ("education/engineer", RoleKind::Engineer),
        ("tax-office/engineer", RoleKind::Engineer),
        ("education/ghost", officer),
        ("ghosts/case-officer", officer),
        ("education/case-officer", RoleKind::Engineer),
        ("education/dpo", officer),
    ];
    let mut actors: Vec<_> = members
        .iter()
        .map(|(recipient, kind)| (format!("{recipient} as {}", kind_name(*kind)), member(recipient, *kind)))
        .collect();
    actors.push(("a citizen".to_owned(), citizen()));
    actors.push(("the system".to_owned(), Actor::System));
    actors
}

fn kind_name(kind: RoleKind) -> &'static str {
    match kind {
        RoleKind::Officer => "officer",
        RoleKind::Steward => "steward",
        RoleKind::DataProtectionOfficer => "data protection officer",
        RoleKind::Engineer => "engineer",
    }
}

/// The actions. A new one makes `action_name` fail to compile, and belongs in here.
fn actions() -> Vec<Action> {
    let mut actions = vec![Action::Search, OPEN, Action::ReviewLink, Action::ReadOwn];
    actions.extend(Job::ALL.map(|job| Action::RunJob { job }));
    actions
}

fn action_name(action: &Action) -> String {
    match action {
        Action::Search => "search".to_owned(),
        Action::OpenPerson { .. } => "open-person".to_owned(),
        Action::ReviewLink => "review-link".to_owned(),
        Action::ReadOwn => "read-own".to_owned(),
        Action::RunJob { job } => format!("run-job {}", job.as_str()),
    }
}

struct Variant {
    name: &'static str,
    change: fn(&mut Request, &mut Facts),
}

#[derive(Clone)]
struct Facts {
    day: chrono::NaiveDate,
    persons_today: u32,
    subject_is_self: bool,
}

const VARIANTS: [Variant; 13] = [
    Variant { name: "no case", change: |request, _| request.case = None },
    Variant { name: "a blank case", change: |request, _| request.case = Some(CaseId(" \t".to_owned())) },
    Variant { name: "a case of 65 characters", change: |request, _| request.case = Some(CaseId("é".repeat(65))) },
    Variant { name: "a case of two lines", change: |request, _| request.case = Some(CaseId("1\n2".to_owned())) },
    Variant { name: "no justification", change: |request, _| request.justification = None },
    Variant { name: "a blank justification", change: |request, _| request.justification = Some("\n ".to_owned()) },
    Variant {
        name: "a justification of dots",
        change: |request, _| request.justification = Some("because ............".to_owned()),
    },
    Variant { name: "an endless justification", change: |request, _| request.justification = Some("why ".repeat(501)) },
    Variant { name: "the last person of the budget", change: |_, facts| facts.persons_today = 2 },
    Variant { name: "one person too many", change: |_, facts| facts.persons_today = 3 },
    Variant { name: "about the asker or not", change: |_, facts| facts.subject_is_self = !facts.subject_is_self },
    Variant { name: "the day before", change: |_, facts| facts.day = day(2025, 12, 31) },
    Variant { name: "the day after", change: |_, facts| facts.day = day(2027, 1, 1) },
];

fn decide(engine: &Engine, request: &Request, facts: &Facts) -> std::sync::Arc<Decision> {
    let Facts { day, persons_today, subject_is_self } = *facts;
    let query = Query { request, day, persons_today, subject_is_self };
    let decision = engine.decide(&query);
    assert!(!decision.reasons.is_empty(), "a decision without a reason");
    decision
}

fn told(decision: &Decision) -> String {
    let rules: Vec<_> = decision.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    format!("{} {}", if decision.allowed { "allowed" } else { "refused" }, rules.join(" "))
}

#[test]
fn the_matrix_is_as_committed() {
    let engine = engine_with(&[]);
    let mut purposes: Vec<String> = project_with(&[]).purposes.keys().map(ToString::to_string).collect();
    purposes.push("no-such-purpose".to_owned());
    let mut table = String::new();
    let mut allowed_count = 0;
    for (name, actor) in actors() {
        for action in actions() {
            writeln!(table, "{name}: {}", action_name(&action)).unwrap();
            for purpose in &purposes {
                let request = request(actor.clone(), purpose, action.clone());
                let facts =
                    Facts { day: today(), persons_today: 1, subject_is_self: matches!(actor, Actor::Citizen { .. }) };
                let plain = decide(&engine, &request, &facts);
                allowed_count += usize::from(plain.allowed);
                writeln!(table, "  {purpose}: {}", told(&plain)).unwrap();
                for variant in &VARIANTS {
                    let (mut request, mut facts) = (request.clone(), facts.clone());
                    (variant.change)(&mut request, &mut facts);
                    let varied = decide(&engine, &request, &facts);
                    // What is refused anyway is listed only where a variant opens it.
                    if varied.allowed != plain.allowed || (plain.allowed && varied != plain) {
                        writeln!(table, "    {}: {}", variant.name, told(&varied)).unwrap();
                    }
                }
            }
        }
    }
    assert!(allowed_count > 5, "a matrix that refuses everything proves nothing");
    golden::check("matrix.txt", &table);
}

#[test]
fn every_action_of_the_schema_is_in_a_committed_table() {
    let schema = Schema::from_schema_fragments([SchemaFragment::from_str(policy::SCHEMA).unwrap()]).unwrap();
    let mut covered: Vec<String> =
        actions().iter().map(|action| action_name(action).split(' ').next().unwrap().to_owned()).collect();
    // `disclose` and `link` have tables of their own; `ask` is the group of the others.
    covered.extend(["disclose", "link", "ask"].map(str::to_owned));
    covered.sort();
    covered.dedup();
    let mut known: Vec<String> = schema.actions().map(|action| action.id().unescaped().to_owned()).collect();
    known.sort();
    assert_eq!(known, covered);
}
