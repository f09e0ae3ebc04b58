//! What is wrong with a project's policies, pointed at.

use policy::Engine;

use crate::fixture::project_with;

/// Checks the places and codes found in one policy file, and that each says what to do.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let found = Engine::new(&project_with(&[text])).err().map(|found| found.0).unwrap_or_default();
    let told: Vec<(String, &str)> = found
        .iter()
        .map(|diagnostic| {
            assert!(!diagnostic.help.is_empty(), "{diagnostic}");
            assert_eq!(diagnostic.path(), std::path::Path::new("policies/0.cedar"));
            assert!(!diagnostic.message.contains("policy0"), "{diagnostic}");
            let span = diagnostic.span.clone().unwrap_or_else(|| panic!("no place: {diagnostic}"));
            let (line, column) = diagnostic.file.line_and_column(span.start);
            (format!("{line}:{column}"), diagnostic.code)
        })
        .collect();
    let told: Vec<_> = told.iter().map(|(place, code)| (place.as_str(), *code)).collect();
    assert_eq!(told, expected, "{found:#?}");
}

#[test]
fn a_good_policy_has_nothing_to_complain_about() {
    check("@id(\"a\")\n@says(\"A.\")\nforbid (principal, action == Action::\"search\", resource);\n", &[]);
    check("", &[]);
    check("// nothing but a comment\n", &[]);
}

#[test]
fn permits_are_refused() {
    check(
        "// A comment.\n@id(\"a\") @says(\"A.\")\npermit (principal, action == Action::\"search\", resource);\n",
        &[("2:1", "policy/permit")],
    );
}

#[test]
fn syntax_errors_point_at_their_place() {
    check("@id(\"a\") @says(\"A.\")\nforbid (principal, action resource);\n", &[("2:27", "policy/syntax")]);
    check("forbid (principal, action, resource) when { context. };\n", &[("1:54", "policy/syntax")]);
}

#[test]
fn strict_validation_points_at_the_expression() {
    let rule = |condition: &str| {
        format!(
            "@id(\"a\") @says(\"A.\")\nforbid (principal, action == Action::\"search\", resource)\nwhen {{ {condition} }};\n"
        )
    };
    check(&rule("context.persons_tomorrow > 3"), &[("3:8", "policy/invalid")]);
    check(&rule("context.persons_today > \"three\""), &[("3:32", "policy/invalid")]);
    check(&rule("resource.persons_limit > 3"), &[("3:8", "policy/invalid")]);
    check(&rule("principal == Officer::\"x\""), &[("3:21", "policy/invalid")]);
}

#[test]
fn unknown_actions_and_policies_that_never_apply_are_refused() {
    check(
        "@id(\"a\") @says(\"A.\")\nforbid (principal, action == Action::\"serach\", resource);\n",
        &[("2:30", "policy/invalid")],
    );
    check(
        "@id(\"a\") @says(\"A.\")\nforbid (principal, action == Action::\"search\", resource) when { false };\n",
        &[("1:1", "policy/suspicious")],
    );
}

#[test]
fn names_and_texts_are_asked_for() {
    let scope = "forbid (principal, action == Action::\"search\", resource);";
    check(scope, &[("1:1", "policy/no-id"), ("1:1", "policy/no-says")]);
    check(&format!("@id(\"Bad Id\") @says(\"A.\") {scope}"), &[("1:1", "policy/no-id")]);
    check(&format!("@id(\"a\") @says(\"  \") {scope}"), &[("1:1", "policy/no-says")]);
    check(&format!("@id(\"a\") @says(\"A {{person}}.\") {scope}"), &[("1:1", "policy/unknown-placeholder")]);
    check(&format!("@id(\"a\") @says(\"A.\") @sais_fr(\"A.\") {scope}"), &[("1:1", "policy/unknown-annotation")]);
    check(&format!("@id(\"purpose.unknown\") @says(\"A.\") {scope}"), &[("1:1", "policy/same-id")]);
    let policy = format!("@id(\"a\") @says(\"A.\") {scope}");
    check(&format!("{policy}\n{policy}\n"), &[("2:1", "policy/same-id")]);
}

#[test]
fn templates_are_refused() {
    check(
        "@id(\"a\") @says(\"A.\")\nforbid (principal == ?principal, action == Action::\"search\", resource);\n",
        &[("1:1", "policy/template")],
    );
}

#[test]
fn all_files_are_checked_at_once() {
    let good = "@id(\"a\") @says(\"A.\") forbid (principal, action == Action::\"search\", resource);";
    let found = Engine::new(&project_with(&["permit", good, good, "forbid ("])).unwrap_err();
    let codes: Vec<_> =
        found.0.iter().map(|diagnostic| (diagnostic.path().to_str().unwrap(), diagnostic.code)).collect();
    assert_eq!(
        codes,
        [
            ("policies/0.cedar", "policy/syntax"),
            ("policies/2.cedar", "policy/same-id"),
            ("policies/3.cedar", "policy/syntax"),
        ]
    );
}
