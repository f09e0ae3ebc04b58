//! Generations come and go as a whole, and a damaged one says so.

use std::fs;
use std::path::{Path, PathBuf};

use registry::{Index, RegistryError};

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_old_index_serves_until_the_new_one_is_there() {
    let house = House::new().await;
    let old = house.index();
    let ysolde = house.find(&old, "Ysolde Quillfeather").await;
    // What a build that was cut short leaves behind.
    fs::create_dir_all(house.project.data_dir().join("index/index-cut/store")).unwrap();
    house.build_index("index-two").await;
    assert_eq!(house.find(&old, "Ysolde Quillfeather").await, ysolde, "the old one goes on serving");
    let new = house.index();
    assert_eq!((old.generation(), new.generation()), ("index-one", "index-two"));
    assert_eq!(house.find(&new, "Ysolde Quillfeather").await, ysolde);
    assert_eq!(generations(&house), ["index-one", "index-two"], "the one that was cut short is gone");
    drop(old);
    registry::remove_old_generations(&house.project).unwrap();
    assert_eq!(generations(&house), ["index-two"], "and now the old one");
    assert_eq!(house.find(&new, "Ysolde Quillfeather").await, ysolde);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_index_keeps_what_left_its_register() {
    let house = House::new().await;
    // Rows are stored in pieces of eight bytes.
    let is_kept = || {
        let has = |path: &PathBuf| fs::read(path).unwrap().windows(8).any(|part| part == b"Quillfea");
        files_below(&house.project.data_dir().join("index")).iter().any(has)
    };
    assert!(is_kept(), "or the test would not see it");
    for name in ["tax", "loans", "donations"] {
        let path = house.folder.root().join(format!("incoming/{name}_2025.csv"));
        let rows = fs::read_to_string(&path).unwrap();
        fs::write(&path, rows.replace("Quillfeather", "Tumbleweed")).unwrap();
    }
    house.ingest("two").await;
    house.build_and_link("two").await;
    house.build_index("index-two").await;
    assert_eq!(generations(&house), ["index-two"], "nobody reads the old one");
    assert!(!is_kept());
}

fn generations(house: &House) -> Vec<String> {
    let entries = fs::read_dir(house.project.data_dir().join("index")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_says_what_to_do() {
    let house = House::new().await;
    let generation = house.project.data_dir().join("index/index-one");
    let complains = |what: &str| {
        let error = Index::open(&house.project).err().unwrap_or_else(|| panic!("{what} is not noticed"));
        assert!(error.to_string().contains("run `lucarne index`"), "{what}: {error}");
        error
    };
    let damages = ["meta.json", "pairs.json", "matching.json", "register.tax.arrow"];
    for name in damages {
        let path = generation.join(name);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        complains(name);
        fs::write(&path, whole).unwrap();
    }
    let meta = fs::read_to_string(generation.join("meta.json")).unwrap();
    fs::write(generation.join("meta.json"), meta.replace("\"format\":5", "\"format\":7")).unwrap();
    assert!(matches!(complains("format"), RegistryError::Format { found: 7, .. }));
    fs::write(generation.join("meta.json"), &meta).unwrap();

    let terms = fs::read_dir(generation.join("terms")).unwrap().map(|entry| entry.unwrap().path());
    let term = terms.into_iter().find(|path| path.extension().is_some_and(|end| end == "term")).unwrap();
    let whole = fs::read(&term).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 1;
    fs::write(&term, flipped).unwrap();
    complains("terms");
    fs::write(&term, whole).unwrap();

    fs::rename(generation.join("store"), generation.join("elsewhere")).unwrap();
    complains("store");
    fs::rename(generation.join("elsewhere"), generation.join("store")).unwrap();
    Index::open(&house.project).unwrap();

    fs::remove_file(house.project.data_dir().join("index/CURRENT")).unwrap();
    assert!(matches!(complains("pointer"), RegistryError::Absent { .. }));
}
