//! Files and folders that can't be kept in git as they are: links, other encodings, great sizes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use model::{Project, Severity};

use crate::folders::{base, found, write};

/// A code, and what makes a good project have it.
type Case = (&'static str, fn(&Path));

/// Codes, and how a good project comes to have them.
pub(crate) const CASES: [Case; 15] = [
    ("project/no-folder", |root| fs::remove_dir_all(root).unwrap()),
    ("project/no-settings", |root| fs::remove_file(root.join("lucarne.toml")).unwrap()),
    ("project/not-a-file", |root| {
        fs::remove_file(root.join("linkage.toml")).unwrap();
        fs::create_dir(root.join("linkage.toml")).unwrap();
    }),
    ("project/not-a-folder", |root| {
        fs::remove_dir_all(root.join("policies")).unwrap();
        write(root, "policies", "");
    }),
    ("project/unreadable", |root| symlink("nowhere.toml", root.join("agencies/police.toml")).unwrap()),
    ("project/link-outside", |root| symlink("/etc/hostname", root.join("agencies/police.toml")).unwrap()),
    ("project/link-outside", |root| symlink("/etc", root.join("models/more")).unwrap()),
    ("project/file-too-large", |root| write(root, "policies/large.cedar", &" ".repeat(1_000_001))),
    ("project/not-utf8", |root| fs::write(root.join("agencies/police.toml"), b"says = \"caf\xe9\"").unwrap()),
    ("project/byte-order-mark", |root| write(root, "agencies/police.toml", "\u{feff}says = \"x\"")),
    ("project/file-name", |root| write(root, "agencies/Police.toml", "says = \"x\"")),
    ("project/unexpected-file", |root| {
        // A loop of links ends at the greatest depth instead of never.
        symlink("..", root.join("models/persons/loop")).unwrap();
    }),
    ("project/unexpected-file", |root| write(root, "agencies/police.toml.bak", "")),
    ("project/resolve-unlinked", |root| {
        let settings = fs::read_to_string(root.join("lucarne.toml")).unwrap();
        write(root, "lucarne.toml", &format!("{settings}\n[resolve]\n"));
        fs::remove_file(root.join("linkage.toml")).unwrap();
    }),
    ("project/misspelt-name", |root| fs::rename(root.join("policies"), root.join("polices")).unwrap()),
];

#[test]
fn each_is_found_and_nothing_else_breaks() {
    for (index, (code, spoil)) in CASES.iter().enumerate() {
        let folder = base();
        spoil(folder.path());
        let found = found(Project::load(folder.path()));
        let codes: Vec<_> = found.0.iter().map(|diagnostic| diagnostic.code).collect();
        assert!(codes.contains(code), "case {index}, {code}: {found}");
        if *code != "project/unexpected-file" {
            assert_eq!(codes.len(), 1, "case {index}, {code}: {found}");
        }
        let is_warning = matches!(*code, "project/unexpected-file" | "project/misspelt-name");
        assert!(found.0.iter().all(|d| (d.severity == Severity::Warning) == is_warning || codes.len() > 1), "{found}");
    }
}

#[test]
fn what_is_not_there_yet_is_named_by_its_file() {
    let folder = base();
    fs::remove_dir_all(folder.path().join("agreements")).unwrap();
    let found = found(Project::load(folder.path())).to_string();
    assert!(found.contains("help: there is none yet: write `agreements/register-spine-2026.toml`"), "{found}");
}

#[test]
fn a_byte_that_is_not_utf8_is_pointed_at() {
    let folder = base();
    fs::write(folder.path().join("agencies/police.toml"), b"says = \"a\"\ncontact = \"caf\xe9\"").unwrap();
    let found = found(Project::load(folder.path())).to_string();
    assert!(found.starts_with("agencies/police.toml:2:15: error[project/not-utf8]"), "{found}");
}

#[test]
fn a_link_within_the_project_is_read() {
    let folder = base();
    symlink("tax.toml", folder.path().join("agencies/revenue.toml")).unwrap();
    let project = Project::load(folder.path()).unwrap();
    assert_eq!(project.agencies["revenue"].says, project.agencies["tax"].says);
}

#[test]
fn a_broken_file_is_not_reported_missing_by_those_that_name_it() {
    let folder = base();
    write(folder.path(), "registers/census.toml", "agency = ");
    let found = found(Project::load(folder.path()));
    assert_eq!(found.0.len(), 1, "{found}");
    assert_eq!(found.0[0].code, "toml/syntax");
}

#[test]
fn an_empty_folder_is_no_project() {
    let folder = tempfile::tempdir().unwrap();
    let found = Project::load(folder.path()).unwrap_err();
    assert_eq!(found.0.len(), 1);
    assert!(found.to_string().contains("lucarne init"));
    let asked = folder.path().join("lucarne.toml").display().to_string();
    assert!(found.to_string().starts_with(&format!("{asked}: error[project/no-settings]")), "{found}");
}
