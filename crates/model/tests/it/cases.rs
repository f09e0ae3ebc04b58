//! Broken projects as data: `tests/base` with the files of `tests/cases/NAME` laid over it gives `expected.txt`.
//!
//! `BLESS=1` writes `expected.txt` anew; read the difference before it is committed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use model::Project;

use crate::files;
use crate::folders::{base, copy, files_below, found, tests_dir};

/// What the codes of diagnostics begin with.
const PREFIXES: [&str; 11] = [
    "toml",
    "validity",
    "project",
    "agency",
    "register",
    "agreement",
    "purpose",
    "model",
    "ontology",
    "linkage",
    "policy",
];

#[test]
fn every_case_renders_as_expected() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = String::new();
    let mut names: Vec<_> =
        fs::read_dir(tests_dir().join("cases")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert!(!names.is_empty());
    for name in names {
        let case = tests_dir().join("cases").join(&name);
        let folder = base();
        copy(&case, folder.path());
        fs::remove_file(folder.path().join("expected.txt")).ok();
        let loaded = Project::load(folder.path());
        let verdict = if loaded.is_ok() { "loads" } else { "refused" };
        let actual = format!("{verdict}\n{}\n", found(loaded));
        let expected_path = case.join("expected.txt");
        if bless {
            fs::write(&expected_path, &actual).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if actual != expected {
            writeln!(failures, "== {}\n-- expected\n{expected}\n-- actual\n{actual}", name.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Tells whether a text is written like a code.
fn is_code(text: &str) -> bool {
    text.split_once('/').is_some_and(|(prefix, name)| {
        PREFIXES.contains(&prefix)
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

/// Gives the codes that stand in quotes in a crate's source.
fn codes_in_source(name: &str) -> BTreeSet<String> {
    let src = tests_dir().join("../..").join(name).join("src");
    let mut codes = BTreeSet::new();
    for file in files_below(&src).iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs")) {
        let text = fs::read_to_string(src.join(file)).unwrap();
        codes.extend(text.split('"').filter(|quoted| is_code(quoted)).map(str::to_owned));
    }
    codes
}

#[test]
fn every_code_has_a_case() {
    let cases = tests_dir().join("cases");
    let mut rendered = String::new();
    for file in files_below(&cases).iter().filter(|file| file.ends_with("expected.txt")) {
        rendered.push_str(&fs::read_to_string(cases.join(file)).unwrap());
    }
    let codes = codes_in_source("model");
    assert!(codes.len() > 100, "the search for codes finds them");
    let elsewhere: Vec<&str> =
        files::CASES.iter().map(|(code, _)| *code).chain(["validity/not-yet", "validity/expired"]).collect();
    let without_case: Vec<&String> = codes
        .iter()
        .filter(|code| !rendered.contains(&format!("[{code}]")) && !elsewhere.contains(&code.as_str()))
        .collect();
    assert!(without_case.is_empty(), "{without_case:?}");
}

#[test]
fn every_code_is_documented_and_no_other() {
    let docs = fs::read_to_string(tests_dir().join("../../../docs/project-files.md")).unwrap();
    let documented: BTreeSet<String> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(code, _)| code.to_owned())
        .filter(|code| is_code(code))
        .collect();
    let codes: BTreeSet<String> = ["model", "pipeline", "policy"].into_iter().flat_map(codes_in_source).collect();
    assert_eq!(documented, codes);
}

#[test]
fn the_base_loads_without_a_warning() {
    let folder = base();
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(project.warnings.to_string(), "");
    assert_eq!(project.registers["tax_1040"].title, "Tax 1040");
    assert_eq!(project.purposes["own-data"].registers, project.agreements["register-spine-2026"].registers);
    assert_eq!(project.linkage.as_ref().unwrap().purpose.as_ref().unwrap().as_str(), "job-link");
    assert_eq!(project.files.len(), files_below(folder.path()).len());
    let model = &project.models["social_security"];
    let register = &project.registers["social_security"];
    assert!(model.sql().starts_with("\n-- Names"));
    assert_eq!(model.class_of("birth_date", register), Some(model::Class::Identity));
    assert_eq!(model.class_of("benefit", register), Some(model::Class::Income));
    assert_eq!(model.class_of("nothing", register), None);
}

#[test]
fn what_is_out_of_force_is_a_warning_of_the_day() {
    let folder = base();
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    let on =
        |year, month, day| project.warnings_on(chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap()).to_string();
    assert_eq!(on(2026, 7, 1), "");
    assert_eq!(
        on(2027, 7, 1),
        "purposes/student-loan-relief.toml:8:38: warning[validity/expired]: it is out of force since 2027-06-30\n  \
         help: nothing is read under it on this day; renew it or remove it"
    );
    assert_eq!(on(2025, 1, 1).matches("warning[validity/not-yet]").count(), 9);
    assert_eq!(on(2028, 1, 1).matches("warning[validity/expired]").count(), 9);
}
