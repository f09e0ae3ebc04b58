//! Policies that fail: Cedar skips them, and what is skipped must not open.

use model::agency::RoleKind;
use policy::Query;

use crate::fixture::{OPEN, engine_with, member, project_with, request, today};

fn decide(policies: &[&str]) -> std::sync::Arc<policy::Decision> {
    let request = request(member("education/case-officer", RoleKind::Officer), "loan-relief", OPEN);
    engine_with(policies).decide(&Query { request: &request, day: today(), persons_today: 2, subject_is_self: false })
}

#[test]
fn a_failing_forbid_denies_and_names_its_file() {
    assert!(decide(&[]).allowed);
    let decision = decide(&[r#"
        @id("overflows") @says("Overflows when it is asked.")
        forbid (principal, action in Action::"ask", resource)
        when { context.persons_today * 9223372036854775807 > 1000 };
    "#]);
    assert!(!decision.allowed);
    assert_eq!(decision.reasons.len(), 1, "what permitted is no reason of the refusal");
    assert_eq!(decision.reasons[0].rule, "policy.failed");
    assert_eq!(decision.reasons[0].file.as_deref(), Some(std::path::Path::new("policies/0.cedar")));
    assert!(decision.reasons[0].says.contains("overflows"));
}

#[test]
fn a_failing_unless_denies_too() {
    let decision = decide(&[r#"
        @id("overflows") @says("Overflows when it is asked.")
        forbid (principal, action == Action::"open-person", resource)
        unless { context.persons_today + 9223372036854775807 > 0 };
    "#]);
    assert!(!decision.allowed);
    assert_eq!(decision.reasons[0].rule, "policy.failed");
}

#[test]
fn a_forbid_beside_a_failing_one_is_told_too() {
    let decision = decide(&[
        r#"@id("overflows") @says("Overflows.")
           forbid (principal, action in Action::"ask", resource)
           when { context.persons_today * 9223372036854775807 > 1000 };"#,
        r#"@id("closed-on-mondays") @says("Closed on day {day}.")
           forbid (principal, action in Action::"ask", resource) when { context.weekday == 1 };"#,
    ]);
    let rules: Vec<_> = decision.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    assert_eq!(rules, ["closed-on-mondays", "policy.failed"]);
    assert_eq!(decision.reasons[0].says, "Closed on day 2026-05-04.");
    assert_eq!(decision.reasons[0].says_fr, decision.reasons[0].says, "without French, the words of English");
    assert_eq!(decision.reasons[0].file.as_deref(), Some(std::path::Path::new("policies/1.cedar")));
}

#[test]
fn the_digest_changes_with_all_that_decides() {
    let digest = |project: &model::Project| policy::Engine::new(project).unwrap().digest();
    let plain = project_with(&[]);
    assert_eq!(digest(&plain), digest(&project_with(&[])));
    let mut seen = vec![digest(&plain)];
    let forbid = "@id(\"a\") @says(\"A.\") forbid (principal, action == Action::\"search\", resource);";
    let mut changed = vec![project_with(&[forbid])];
    for change in [
        |project: &mut model::Project| project.purposes[0].needs_case = false,
        |project: &mut model::Project| project.agreements[0].valid.until = today(),
        |project: &mut model::Project| project.agencies[0].roles[0].kind = RoleKind::Steward,
        |project: &mut model::Project| {
            project.registers[0].columns[0].class = model::Class::Health;
        },
        |project: &mut model::Project| project.linkage = None,
    ] {
        let mut project = project_with(&[]);
        change(&mut project);
        changed.push(project);
    }
    for project in &changed {
        let found = digest(project);
        assert!(!seen.contains(&found));
        seen.push(found);
    }
}
