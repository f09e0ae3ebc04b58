//! The list of clippy.toml: each path is one, and whoever goes it says why. Clippy itself passes over a path that leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Other names of a type of the list.
const ALIASES: &[(&str, &str)] = &[("ArrowReaderBuilder", "ParquetRecordBatchReaderBuilder")];

/// Gives the paths of the list.
fn listed() -> Vec<String> {
    let text = std::fs::read_to_string(super::root().join("clippy.toml")).unwrap();
    let (_, list) = text.split_once("disallowed-methods = [").unwrap();
    let path = |line: &str| Some(line.split_once("path = \"")?.1.split_once('"')?.0.to_owned());
    list.lines().filter_map(path).collect()
}

/// Gives the texts of all Rust sources below a folder, without lines that are comments.
fn sources(folder: PathBuf) -> Vec<(PathBuf, String)> {
    let (mut folders, mut found) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
                found.push((path, code.join("\n")));
            }
        }
    }
    found
}

fn is_part_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Tells whether a text is in another and no longer word has it as its begin or end.
fn has_word(text: &str, word: &str) -> bool {
    let begins_with_a_word = word.starts_with(is_part_of_a_word);
    text.match_indices(word).any(|(place, _)| {
        let is_begun = begins_with_a_word && text[..place].ends_with(is_part_of_a_word);
        !is_begun && !text[place + word.len()..].starts_with(is_part_of_a_word)
    })
}

/// Gives the crate of a path, the type or module before its end, and its end.
fn parts(path: &str) -> (&str, &str, &str) {
    let (before, method) = path.rsplit_once("::").unwrap();
    let (root, _) = path.split_once("::").unwrap();
    (root, before.rsplit("::").next().unwrap(), method)
}

/// Tells whether a source calls, or hands on, what a path names.
fn uses(text: &str, path: &str) -> bool {
    let (root, of, method) = parts(path);
    if !has_word(text, root) {
        return false;
    }
    if of == root {
        return has_word(text, method);
    }
    let other = ALIASES.iter().filter(|(name, _)| *name == of).map(|(_, other)| *other);
    // Methods of a value are called without the name of its type.
    let of_value = ["read_", "register_", "enable_"].iter().any(|begin| method.starts_with(begin));
    let mut names = std::iter::once(of).chain(other);
    names.any(|name| has_word(text, &format!("{name}::{method}")))
        || (of_value && has_word(text, &format!(".{method}")))
}

#[test]
fn whoever_goes_round_the_gate_says_why() {
    let listed = listed();
    assert!(listed.len() > 30, "{} paths were read", listed.len());
    let crates = super::root().join("crates");
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut silent = Vec::new();
    // This file has the names in its own tests.
    for (file, text) in sources(crates).into_iter().filter(|(file, _)| !file.ends_with("ways_round.rs")) {
        for path in listed.iter().filter(|path| uses(&text, path)) {
            used.insert(path);
            if !text.contains("clippy::disallowed_methods") {
                silent.push(format!("{} uses {path}", file.display()));
            }
        }
    }
    assert!(silent.is_empty(), "without a reason: {silent:?}");
    // What is known to be used is seen, so that nothing else is overlooked by the way it is looked for.
    for known in [
        "chrono::Utc::now",
        "deltalake_core::DeltaTableBuilder::from_url",
        "datafusion::prelude::SessionContext::new_with_state",
        "parquet::arrow::arrow_reader::ArrowReaderBuilder::try_new",
        "fjall::Database::builder",
        "tantivy::Index::open_in_dir",
    ] {
        assert!(used.contains(known), "{known} is not among {used:?}");
    }
}

#[test]
fn every_listed_path_leads_to_something() {
    let metadata = super::metadata(&[]);
    let folders: BTreeMap<String, PathBuf> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            (package["name"].as_str().unwrap().replace('-', "_"), manifest.parent().unwrap().join("src"))
        })
        .collect();
    let listed = listed();
    let mut read: BTreeMap<&str, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in listed.iter().filter(|path| !path.starts_with("std::")) {
        let (root, of, method) = parts(path);
        let folder = folders.get(root).unwrap_or_else(|| panic!("no package is named {root}"));
        let texts = read.entry(root).or_insert_with(|| sources(folder.clone()));
        let has = |what: &str| texts.iter().any(|(_, text)| has_word(text, what));
        assert!(has(&format!("fn {method}")), "{path}: {root} has no function `{method}`");
        assert!(of == root || has(&format!("struct {of}")), "{path}: {root} has no type `{of}`");
    }
}

#[test]
fn what_is_looked_for_is_found() {
    let path = "parquet::arrow::arrow_reader::ArrowReaderBuilder::try_new";
    assert!(uses("use parquet::x;\nParquetRecordBatchReaderBuilder::try_new(file)", path));
    assert!(uses("use parquet::x;\nArrowReaderBuilder::try_new(file)", path));
    assert!(!uses("use parquet::x;\nArrowReaderBuilder::try_new_with_options(file)", path));
    assert!(!uses("ArrowReaderBuilder::try_new(file)", path), "of another crate");
    let path = "datafusion::prelude::SessionContext::read_csv";
    assert!(uses("use datafusion::x;\ncontext.read_csv(file)", path));
    assert!(!uses("use datafusion::x;\nfn read_csv(file: File)", path));
    let path = "deltalake_core::open_table";
    assert!(uses("use deltalake_core::{open_table, y};", path) && !uses("fn open_table()", path));
}
