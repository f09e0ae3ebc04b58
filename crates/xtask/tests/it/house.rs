//! The house: rooms and what they may depend on. Anything not in this table is a test failure. Tests may look further.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Room → rooms it may depend on.
const HOUSE: &[(&str, &str)] = &[
    ("model", ""),
    ("pins", ""),
    ("policy", "model"),
    ("tlog", "model"),
    ("matching", ""),
    ("lake", "model pins"),
    ("state", "model"),
    ("gate", "model policy tlog lake state"),
    ("source", "model lake"),
    ("pipeline", "model lake gate"),
    ("linkage", "model matching lake state gate"),
    ("registry", "model lake state gate matching linkage"),
    ("synth", "model"),
    ("server", "model policy tlog matching lake state gate source pipeline linkage registry synth"),
    ("lucarne", "model policy tlog matching lake state gate source pipeline linkage registry synth server"),
    ("xtask", ""),
    ("testkit", "model policy tlog lake state gate"),
];

/// Libraries that only some rooms may name.
const CONFINED: &[(&str, &str)] = &[
    ("datafusion", "lake gate"),
    ("deltalake", "lake"),
    ("deltalake-core", "lake"),
    ("parquet", "lake linkage source synth"),
    ("rusqlite", "state"),
    ("sqlx", "state"),
    ("cedar-policy", "policy"),
    ("fjall", "registry"),
    ("tantivy", "registry"),
    ("axum", "server"),
    ("anyhow", "lucarne xtask"),
    ("miette", "lucarne policy"),
    ("clap", "lucarne"),
    ("indicatif", "lucarne"),
];

#[test]
fn rooms_depend_downwards_only() {
    let metadata = super::metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let house: BTreeMap<&str, BTreeSet<&str>> =
        HOUSE.iter().map(|(room, may)| (*room, may.split_whitespace().collect())).collect();
    assert_eq!(names, house.keys().copied().collect(), "the table lists every room");
    for package in packages {
        let room = package["name"].as_str().unwrap();
        assert_eq!(package["publish"], serde_json::json!([]), "{room} is not published");
        let folder = package["manifest_path"].as_str().unwrap();
        assert!(folder.ends_with(&format!("crates/{room}/Cargo.toml")), "the folder of {room} has its name");
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap();
            let development = dependency["kind"] == "dev";
            if names.contains(name) {
                // Tests build a whole project out of the rooms around them; what is shipped does not change by that.
                let allowed = house[room].contains(name) || development;
                assert!(allowed, "{room} may not depend on {name}");
            }
            if let Some((_, rooms)) = CONFINED.iter().find(|(library, _)| *library == name) {
                let allowed = rooms.split_whitespace().any(|allowed| allowed == room);
                assert!(allowed || development, "{room} may not depend on {name}, which belongs to {rooms}");
            }
        }
    }
}

#[test]
fn arrow_and_parquet_exist_once() {
    let metadata = super::metadata(&[]);
    for library in ["arrow-array", "arrow-schema", "parquet", "datafusion", "deltalake-core"] {
        let versions: Vec<_> = metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|package| package["name"] == library)
            .map(|package| package["version"].as_str().unwrap())
            .collect();
        assert_eq!(versions.len(), 1, "{library}: {versions:?}");
    }
}

/// `source::ingest` makes rows readable without a word in the log: tests use it, and nothing that is shipped.
#[test]
fn deliveries_come_in_through_the_log_alone() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<PathBuf> = HOUSE.iter().map(|(room, _)| crates.join(room).join("src")).collect();
    let (mut read, mut callers) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                read += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                if text.contains("source::ingest(")
                    || text.contains("source::{ingest")
                    || text.contains("source::ingest;")
                {
                    callers.push(path);
                }
            }
        }
    }
    assert!(read > 100, "{read} files were read");
    assert!(callers.is_empty(), "they log nothing: {callers:?}; call `server::deliver`");
}

/// `matching` is a library of functions: it opens no file and no connection, starts no process and waits for nobody. What it
/// is given are Arrow batches, and its tests may read them from wherever they like.
#[test]
fn matching_stays_pure() {
    const LIBRARIES: [&str; 6] = ["parquet", "tokio", "object_store", "reqwest", "hyper", "rusqlite"];
    const MODULES: [&str; 4] = ["fs", "net", "process", "env"];
    let metadata = super::metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().unwrap();
    let matching = packages.iter().find(|package| package["name"] == "matching").unwrap();
    for dependency in matching["dependencies"].as_array().unwrap() {
        let name = dependency["name"].as_str().unwrap();
        assert!(dependency["kind"] == "dev" || !LIBRARIES.contains(&name), "matching may not depend on {name}");
    }
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("matching/src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            read += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            let found = impurities(&text, &LIBRARIES, &MODULES);
            assert!(found.is_empty(), "{} names {found:?}", path.display());
        }
    }
    assert!(read > 20, "{read} files were read");
    // What is looked for is found, in whatever form it is written.
    for line in ["use std::fs;", "std::net::TcpStream::connect", "use std::{fmt, process::Command};", "parquet::arrow"]
    {
        assert_eq!(impurities(line, &LIBRARIES, &MODULES).len(), 1, "{line}");
    }
    assert!(impurities("use std::{fmt, str::FromStr}; // offset, network", &LIBRARIES, &MODULES).is_empty());
}

/// Gives the libraries that a source names, and the modules of the standard library that it uses by name or in a group.
fn impurities(text: &str, libraries: &[&str], modules: &[&str]) -> Vec<String> {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').map(str::to_owned).collect()
    };
    let mut found: Vec<String> = words(text).into_iter().filter(|word| libraries.contains(&word.as_str())).collect();
    for (place, _) in text.match_indices("std::") {
        let rest = &text[place + "std::".len()..];
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = if rest.starts_with('{') { rest.find(';') } else { rest.find(|letter: char| !is_word(letter)) };
        let used = words(&rest[..end.unwrap_or(rest.len())]);
        found.extend(
            used.into_iter().filter(|word| modules.contains(&word.as_str())).map(|word| format!("std::{word}")),
        );
    }
    found
}
