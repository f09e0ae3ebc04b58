//! The bytes of format 1: a fixed key and fixed entries give the committed files, and those still load.
//!
//! A test that fails here means that logs in the field would change or no longer be read. To write the files of a
//! new format, set `LUCARNE_WRITE_GOLDEN=1`, and keep the old ones loading.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tlog::fault::MemoryStorage;
use tlog::{FolderStorage, Log, Storage as _};

use crate::support::{check, closed_log, entries, key, on_demand};

const SIZE: u64 = 300;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format-1")
}

fn files_under(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files_under(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_bytes_of_format_1_stay() {
    let storage = closed_log(SIZE, SIZE);
    let made: BTreeMap<String, Vec<u8>> =
        storage.paths().into_iter().map(|path| (path.clone(), storage.read(&path).unwrap())).collect();
    if std::env::var_os("LUCARNE_WRITE_GOLDEN").is_some() {
        for (path, bytes) in &made {
            let target = folder().join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, bytes).unwrap();
        }
    }
    let mut committed = BTreeMap::new();
    files_under(&folder(), "", &mut committed);
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (path, bytes) in made {
        assert!(committed[&path] == bytes, "{path} differs");
    }
}

#[test]
fn a_log_of_format_1_loads_and_grows() {
    assert_eq!(check(&FolderStorage::open(&folder()).unwrap(), None).unwrap().checkpoint.size, SIZE);
    let mut committed = BTreeMap::new();
    files_under(&folder(), "", &mut committed);
    let storage = MemoryStorage::new();
    for (path, bytes) in committed {
        storage.tamper(&path, |_| Some(bytes));
    }
    let log = Log::open(key(), Arc::new(storage.clone()), on_demand()).unwrap();
    assert!(log.entries(0..SIZE).map(Result::unwrap).eq(entries(0..SIZE)));
    assert_eq!(log.append(entries(SIZE..SIZE + 1)).unwrap(), SIZE..SIZE + 1);
    log.close().unwrap();
    assert!(check(&storage, None).is_ok());
}
