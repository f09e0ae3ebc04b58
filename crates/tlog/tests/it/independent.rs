//! The log is read by a verifier that shares no code with it: `tests/verify.py`, the standard library of Python
//! alone. Python 3 must be there: this test fails without it.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use tlog::{FolderStorage, Log};

use crate::support::{entries, key, on_demand};

fn run(folder: &Path) -> Output {
    Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify.py"))
        .arg(folder)
        .arg(key().verifying_key().to_string())
        .output()
        .expect("python3 is needed for the independent verifier")
}

#[test]
fn another_verifier_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(FolderStorage::create(folder.path()).unwrap());
    let log = Log::open(key(), storage, on_demand()).unwrap();
    log.append(entries(0..66_000)).unwrap();
    let root = log.root();
    log.close().unwrap();

    let output = run(folder.path());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("66000 {root}\n"), "{told}");
    assert!(output.status.success());

    for path in ["checkpoint", "tile/entries/017", "tile/0/200", "tile/1/000", "tile/2/000.p/1"] {
        let path = folder.path().join(path);
        let whole = std::fs::read(&path).unwrap();
        let mut bent = whole.clone();
        bent[25] ^= 4;
        std::fs::write(&path, &bent).unwrap();
        assert!(!run(folder.path()).status.success(), "{path:?}");
        std::fs::write(&path, &whole).unwrap();
    }
}
