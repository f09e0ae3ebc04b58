//! Files that are foreign, damaged, exposed, full or of another version.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use model::PersonId;
use state::{MasterKey, Page, State, StateError};

use crate::kit::{file, key, look, open, open_small, run};

async fn error_of(folder: &Path, key: MasterKey) -> StateError {
    State::open(&file(folder), key).await.expect_err("it must not open")
}

#[tokio::test]
async fn the_files_are_their_owners_only() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![look(1, &[1], "detail")]).await.unwrap();
    let mut files = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        files += 1;
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
    assert!(files >= 2, "the database and its write-ahead log");
    drop(state);
    fs::set_permissions(file(folder.path()), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(error_of(folder.path(), key()).await, StateError::Exposed { .. }));
}

#[tokio::test]
async fn another_master_key_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![look(1, &[1], "detail")]).await.unwrap();
    drop(state);
    let error = error_of(folder.path(), MasterKey::from_bytes([43; 32])).await;
    assert!(matches!(error, StateError::WrongKey { .. }), "{error:?}");
    assert_eq!(open(folder.path()).await.looks_of(&[PersonId(1)], Page::first(1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn other_versions_and_foreign_databases_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).await);
    run(folder.path(), "PRAGMA user_version = 99").await;
    let error = error_of(folder.path(), key()).await;
    assert!(matches!(error, StateError::OtherVersion { found: 99, expected: 8, .. }), "{error:?}");
    assert!(error.to_string().contains("upgrade"), "{error}");
    run(folder.path(), "PRAGMA user_version = -1").await;
    assert!(matches!(error_of(folder.path(), key()).await, StateError::OtherVersion { found: -1, .. }));

    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "CREATE TABLE recipes (name TEXT)").await;
    fs::set_permissions(file(folder.path()), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(error_of(folder.path(), key()).await, StateError::NotOurs { .. }));

    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no-such-folder");
    assert!(matches!(error_of(&missing, key()).await, StateError::Open { .. }));
}

#[tokio::test]
async fn damage_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(file(folder.path()), b"this is no database, however long one looks at it".repeat(100)).unwrap();
    fs::set_permissions(file(folder.path()), fs::Permissions::from_mode(0o600)).unwrap();
    let error = error_of(folder.path(), key()).await;
    assert!(matches!(error, StateError::Corrupt(_)), "{error:?}");

    // A page in the middle is overwritten: what stood there is not given out, and nothing is made up.
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks((0..200).map(|number| look(number, &[1], &"detail ".repeat(40))).collect()).await.unwrap();
    state.close().await.unwrap();
    let mut bytes = fs::read(file(folder.path())).unwrap();
    let pages = bytes.len() / 4096;
    for page in 2..pages {
        bytes[page * 4096..page * 4096 + 2048].fill(0xee);
    }
    fs::write(file(folder.path()), bytes).unwrap();
    match State::open(&file(folder.path()), key()).await {
        Err(StateError::Corrupt(_)) => {}
        Err(error) => panic!("{error:?}"),
        Ok(state) => {
            let error = state.looks_of(&[PersonId(1)], Page::first(500)).await.unwrap_err();
            assert!(matches!(error, StateError::Corrupt(_)), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_changed_row_is_not_given_out() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![look(1, &[1], "one"), look(2, &[2], "two")]).await.unwrap();
    state.close().await.unwrap();
    run(
        folder.path(),
        "UPDATE details SET sealed = (SELECT sealed FROM details WHERE look = 2), \
         wrapped_key = (SELECT wrapped_key FROM details WHERE look = 2) WHERE look = 1",
    )
    .await;
    let state = open(folder.path()).await;
    let error = state.looks_of(&[PersonId(1)], Page::first(1)).await.unwrap_err();
    assert!(matches!(error, StateError::Unsealable { what: "look" }), "{error:?}");
    assert_eq!(state.look(&look(2, &[], "").commitment).await.unwrap().unwrap().detail, b"two");
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_that_it_did_not_keep() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).await);
    let state = open_small(folder.path(), 120).await;
    let detail = "x".repeat(3_000);
    let mut acknowledged = Vec::new();
    let error = loop {
        let first = u64::try_from(acknowledged.len()).unwrap();
        let batch: Vec<_> = (first..first + 7).map(|number| look(number, &[1], &detail)).collect();
        match state.put_looks(batch.clone()).await {
            Ok(()) => acknowledged.extend(batch),
            Err(error) => break error,
        }
        assert!(acknowledged.len() < 1_000, "the quota was never reached");
    };
    assert!(matches!(error, StateError::Full(_)), "{error:?}");
    assert!(acknowledged.len() > 20);
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), acknowledged.len());
    drop(state);
    // With room again, the same store goes on.
    let state = open(folder.path()).await;
    let found = state.looks_of(&[PersonId(1)], Page::first(10_000)).await.unwrap();
    let commitments: Vec<_> = found.iter().rev().map(|look| look.commitment).collect();
    assert_eq!(commitments, acknowledged.iter().map(|look| look.commitment).collect::<Vec<_>>());
    state.put_looks(vec![look(50_000, &[1], "more")]).await.unwrap();
}

#[tokio::test]
async fn a_store_goes_on_after_the_disk_was_full() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).await);
    let state = open_small(folder.path(), 60).await;
    let error = state.put_looks(vec![look(1, &[1], &"x".repeat(500_000))]).await.unwrap_err();
    assert!(matches!(error, StateError::Full(_)) && !error.is_uncertain(), "{error:?}");
    state.put_looks(vec![look(1, &[1], "small")]).await.unwrap();
    assert_eq!(state.look(&look(1, &[], "").commitment).await.unwrap().unwrap().detail, b"small");
}

#[tokio::test]
async fn errors_and_debug_output_show_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let canary = "Zyxwvut-2906";
    let mut look = look(1, &[77_777], canary);
    look.account = Some(crate::kit::officer("o-canary"));
    state.put_looks(vec![look.clone()]).await.unwrap();
    let again = state.put_looks(vec![look.clone()]).await.unwrap_err();
    let stored = state.look(&look.commitment).await.unwrap();
    let told = format!("{look:?} {stored:?} {again:?} {again} {state:?} {:?}", key());
    for secret in [canary, "o-canary", "77777"] {
        assert!(!told.contains(secret), "{told}");
    }
}
