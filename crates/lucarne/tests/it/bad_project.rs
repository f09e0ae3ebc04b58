//! What project files can get wrong, and folders.

use super::{Project, lucarne, text};

#[test]
fn all_errors_of_all_files_come_at_once_with_their_places() {
    let project = Project::new();
    project.edit("registers/residents.toml", "class = \"benefit\"", "class = \"benfit\"");
    project.edit("purposes/fee-waiver.toml", "town/case-officer", "town/case-oficer");
    project.edit("linkage.toml", "threshold = 0.95", "threshold = 95");
    project.edit("models/person_residents.sql", "from registers.residents", "from registers.residentss");
    project.edit(
        "models/person_library_members.sql",
        "from registers.library_members",
        "from registers.library_members where x > 1",
    );
    project.write(
        "policies/one-town.cedar",
        "@id(\"town.x\") @says(\"No.\")\nforbid (principal, action, resource)\nwhen { context.nonsense };\n",
    );
    let said = project.fails(&["check"], 3);
    for place in [
        "registers/residents.toml:21:",
        "purposes/fee-waiver.toml:4:",
        "linkage.toml:3:",
        "models/person_residents.sql:",
        "models/person_library_members.sql:",
        "policies/one-town.cedar:3:",
    ] {
        assert!(said.contains(place), "{place} is not said in: {said}");
    }
    assert!(said.contains("benefit"), "the mend is named: {said}");
    assert!(said.contains("6 errors"), "{said}");
}

#[test]
fn models_that_read_each_other_in_a_circle_are_told_apart() {
    let project = Project::new();
    project.write(
        "models/one.sql",
        "--! kind = \"step\"\n--! register = \"residents\"\n--! says = \"One\"\nselect _record from models.two\n",
    );
    project.write(
        "models/two.sql",
        "--! kind = \"step\"\n--! register = \"residents\"\n--! says = \"Two\"\nselect _record from models.one\n",
    );
    let said = project.fails(&["check"], 3);
    assert!(said.contains("one") && said.contains("two") && said.contains("models/"), "{said}");
}

#[test]
fn a_policy_that_is_wrong_is_pointed_at() {
    let project = Project::new();
    project.write(
        "policies/one-town.cedar",
        "@id(\"town.x\")\nforbid (principal, action, resource)\nwhen { context.nonsense };\n",
    );
    let said = project.fails(&["check"], 3);
    assert!(said.contains("policies/one-town.cedar:"), "{said}");
}

#[test]
fn what_no_agreement_lets_be_linked_is_told_before_it_is_linked() {
    let project = Project::new();
    project.edit(
        "agreements/town-and-library.toml",
        "registers = [\"residents\", \"library_members\"]",
        "registers = [\"residents\"]",
    );
    let said = project.fails(&["check"], 3);
    assert!(said.contains("linkage.toml:") && said.contains("linkage/register-not-covered"), "{said}");
    assert!(said.contains("`library_members`"), "{said}");
}

#[test]
fn json_lists_the_same_errors() {
    let project = Project::new();
    project.edit("registers/residents.toml", "class = \"benefit\"", "class = \"benfit\"");
    let output = project.run(&["check", "--json"]);
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["status"], 3);
    assert_eq!(object["diagnostics"][0]["file"], "registers/residents.toml");
    assert_eq!(object["diagnostics"][0]["line"], 21);
}

#[test]
fn a_missing_or_expired_agreement_stops_the_link_and_is_named() {
    let project = Project::new();
    project.must(&["ingest"]);
    project.must(&["build"]);
    project.edit("agreements/town-and-library.toml", "until = 2028-12-31", "until = 2026-01-31");
    let said = project.fails(&["link"], 4);
    assert!(said.contains("town-and-library") && said.contains("The agencies that signed it renew it"), "{said}");
    std::fs::remove_file(project.path("agreements/town-and-library.toml")).unwrap();
    let said = project.fails(&["link"], 3);
    assert!(said.contains("there is no agreement `town-and-library`"), "{said}");
    assert!(said.contains("there is none yet: write `agreements/town-and-library.toml`"), "{said}");
}

#[test]
fn what_is_out_of_force_is_a_warning() {
    let project = Project::new();
    project.edit("purposes/fee-waiver.toml", "until = 2028-12-31", "until = 2026-01-31");
    let output = project.run(&["check"]);
    assert!(output.status.success());
    let (said, told) = (text(&output.stderr), text(&output.stdout));
    assert!(said.contains("purposes/fee-waiver.toml:") && said.contains("validity/expired"), "{said}");
    assert!(told.contains("1 warning") && !told.contains("all in order"), "{told}");
    let checked = project.must(&["check"]);
    assert_eq!(checked["warnings"][0]["code"], "validity/expired");
    assert!(text(&Project::new().run(&["check"]).stdout).contains("all in order"));
}

#[test]
fn levels_that_were_never_seen_are_one_line() {
    let project = Project::new();
    project.must(&["ingest"]);
    project.must(&["build"]);
    let unseen = |arguments: &[&str]| text(&project.run(arguments).stderr).matches("never seen").count();
    assert_eq!(unseen(&["link"]), 1);
    assert_eq!(unseen(&["link"]), 0, "nothing was learnt");
    assert_eq!(unseen(&["link", "--refit", "--quiet"]), 0);
    let report = project.must(&["link", "--refit"]);
    assert!(report["warnings"].to_string().matches("never seen").count() > 1, "{report}");
}

#[test]
fn a_project_or_folder_of_another_version_says_so() {
    let project = Project::new();
    project.must(&["ingest"]);
    project.write("data/FORMAT", "lucarne-data 99\n");
    let said = project.fails(&["build"], 1);
    assert!(said.contains("99") && said.contains("use the build that wrote it"), "{said}");
    project.edit("lucarne.toml", "format = 1", "format = 2");
    let said = project.fails(&["check"], 3);
    assert!(said.contains("another version"), "{said}");
}

#[test]
fn a_folder_that_is_no_project_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let output = lucarne(&["check", "--project", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("lucarne.toml"));
}

#[test]
fn init_writes_over_nothing() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
    let output = lucarne(&["init", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn wrong_usage_is_status_two_and_help_is_zero() {
    assert_eq!(lucarne(&["demmo"]).status.code(), Some(2));
    assert_eq!(lucarne(&["link", "run"]).status.code(), Some(2));
    let help = lucarne(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for command in ["demo", "init", "check", "ingest", "build", "link", "index", "serve", "log", "synth"] {
        assert!(text(&help.stdout).contains(command), "{command}");
    }
}
