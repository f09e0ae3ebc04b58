//! Whatever is changed in a log is found, and the place is named.

use proptest::prelude::*;
use std::sync::LazyLock;

use tlog::fault::MemoryStorage;
use tlog::{Checkpoint, Hash, SigningKey, VerifyError};

use crate::support::{check, closed_log, entries, key, on_demand, open};

/// A closed log with full and partial tiles, and older partial tiles beside the last ones.
static CLOSED: LazyLock<MemoryStorage> = LazyLock::new(|| closed_log(700, 60));

/// A log whose machine stopped: the journal has entries that are not published.
static STOPPED: LazyLock<MemoryStorage> = LazyLock::new(|| {
    let storage = closed_log(500, 100);
    let log = open(&storage).unwrap();
    log.append(entries(500..560)).unwrap();
    log.publish().unwrap();
    for n in 560..570 {
        log.append(entries(n..n + 1)).unwrap();
    }
    storage.restart()
});

fn flip(storage: &MemoryStorage, path: &str, bit: usize) {
    storage.tamper(path, |bytes| {
        let mut bytes = bytes.unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Some(bytes)
    });
}

fn bits_of(storage: &MemoryStorage) -> Vec<(String, usize)> {
    use tlog::Storage as _;
    let paths = storage.paths().into_iter();
    paths.map(|path| (path.clone(), storage.read(&path).unwrap().len() * 8)).filter(|(_, bits)| *bits > 0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn one_flipped_bit_anywhere_is_found(stopped: bool, file: prop::sample::Index, bit: prop::sample::Index) {
        let storage = if stopped { STOPPED.restart() } else { CLOSED.restart() };
        prop_assert!(check(&storage, None).is_ok());
        let files = bits_of(&storage);
        let (path, bits) = file.get(&files);
        let bit = bit.index(*bits);
        flip(&storage, path, bit);
        let found = check(&storage, None);
        prop_assert!(found.is_err(), "bit {bit} of {path}");
        let told = found.unwrap_err().to_string();
        let (is_bundle, is_leaf_tile) = (path.starts_with("tile/entries"), path.starts_with("tile/0"));
        let names_its_place = told.contains(path.as_str()) || (path == "checkpoint" && told.contains("checkpoint"));
        prop_assert!(names_its_place || is_bundle || is_leaf_tile, "{path}: {told}");
    }

    #[test]
    fn a_file_removed_emptied_or_cut_is_found(file: prop::sample::Index, at: prop::sample::Index, how in 0..2) {
        let storage = CLOSED.restart();
        let files = bits_of(&storage);
        let (path, bits) = file.get(&files);
        let is_current = !path.contains(".p/") || path.contains("700") || path.contains("/188") || path.ends_with("/2");
        if how == 0 {
            // A mirror has neither format nor journal; older partial tiles may go.
            prop_assume!(is_current && path != "format" && !path.starts_with("journal"));
            storage.tamper(path, |_| None);
        } else {
            prop_assume!(!path.starts_with("journal"));
            storage.tamper(path, |bytes| Some(bytes.unwrap()[..at.index(bits / 8)].to_vec()));
        }
        prop_assert!(check(&storage, None).is_err(), "{path}");
    }
}

#[test]
fn the_place_is_named() {
    let storage = CLOSED.restart();
    flip(&storage, "tile/entries/001", 8 * 40);
    assert!(matches!(check(&storage, None), Err(VerifyError::Entry { .. } | VerifyError::Tile { .. })));

    let storage = CLOSED.restart();
    flip(&storage, "tile/0/001", (8 * 32) * 44 + 3);
    assert_eq!(
        check(&storage, None).unwrap_err().to_string(),
        "entry 300: its bytes in tile/entries/001 do not give its hash in tile/0/001"
    );

    let storage = CLOSED.restart();
    flip(&storage, "tile/1/000.p/2", 8 * 32 + 1);
    assert_eq!(
        check(&storage, None).unwrap_err().to_string(),
        "tile/1/000.p/2: hash 1 is not that of the entries 256 to 512"
    );

    let storage = CLOSED.restart();
    storage.tamper("tile/0/003", |_| Some(vec![0; 8192]));
    assert_eq!(
        check(&storage, None).unwrap_err().to_string(),
        "tile/0/003: no part of the log of 700 entries (open the log once, if a crash left it)"
    );

    let storage = CLOSED.restart();
    storage.tamper("tile/0/notes.txt", |_| Some(Vec::new()));
    assert!(matches!(check(&storage, None), Err(VerifyError::Stray { .. })));

    let storage = STOPPED.restart();
    let journal = storage.paths().into_iter().find(|path| path.starts_with("journal")).unwrap();
    storage.tamper(&journal, |bytes| {
        let mut bytes = bytes.unwrap();
        let end = bytes.len();
        bytes.truncate(end - 3);
        Some(bytes)
    });
    assert!(check(&storage, None).unwrap().is_journal_torn);
}

#[test]
fn only_a_mirror_of_what_is_published_says_nothing_of_its_format() {
    let storage = CLOSED.restart();
    storage.tamper("format", |_| None);
    assert!(matches!(check(&storage, None), Err(VerifyError::Format)));
    for path in storage.paths().into_iter().filter(|path| path.starts_with("journal")) {
        storage.tamper(&path, |_| None);
    }
    assert!(check(&storage, None).is_ok());
    storage.tamper("format", |_| Some(b"lucarne-tlog 2\n".to_vec()));
    assert!(matches!(check(&storage, None), Err(VerifyError::Format)));
}

/// The whole of a log that was built from other entries by someone who holds the key.
#[test]
fn dropped_changed_or_forked_entries_show_against_a_saved_checkpoint() {
    let saved = {
        let storage = CLOSED.restart();
        let log = open(&storage).unwrap();
        log.checkpoint()
    };
    assert_eq!(check(&*CLOSED, Some(&saved)).unwrap().grown_from, Some(700));

    let grown = CLOSED.restart();
    let log = open(&grown).unwrap();
    log.append(entries(700..900)).unwrap();
    log.close().unwrap();
    let report = check(&grown, Some(&saved)).unwrap();
    assert_eq!((report.grown_from, report.checkpoint.size), (Some(700), 900));

    let truncated = closed_log(650, 65);
    assert!(check(&truncated, None).is_ok());
    assert!(matches!(check(&truncated, Some(&saved)), Err(VerifyError::Shrunk { saved: 700, size: 650 })));

    for (left_out, changed) in [(Some(13), None), (None, Some(13))] {
        let forked = MemoryStorage::new();
        let log = open(&forked).unwrap();
        let mut list = entries(0..900);
        if let Some(index) = left_out {
            list.remove(index);
        }
        if let Some(index) = changed {
            list[index] = b"other".to_vec();
        }
        log.append(list).unwrap();
        log.close().unwrap();
        assert!(check(&forked, None).is_ok());
        assert!(matches!(check(&forked, Some(&saved)), Err(VerifyError::Forked { saved: 700 })));
    }
}

#[test]
fn a_saved_checkpoint_must_be_the_logs_own() {
    let other_key = SigningKey::from_seed(key().name(), &[9; 32]).unwrap();
    let checkpoint = Checkpoint { origin: key().name().into(), size: 0, root: Hash::EMPTY };
    let saved = checkpoint.sign(&other_key).unwrap();
    assert!(matches!(check(&*CLOSED, Some(&saved)), Err(VerifyError::SavedCheckpoint(_))));
}

/// One who holds the key and signs a smaller log does not get a log that opens without a trace either.
#[test]
fn a_log_that_lost_a_part_does_not_open() {
    let storage = CLOSED.restart();
    storage.tamper("checkpoint", |_| None);
    assert!(matches!(open(&storage), Err(tlog::Error::CheckpointMissing)));

    let storage = CLOSED.restart();
    for path in storage.paths().iter().filter(|path| path.starts_with("journal")) {
        storage.tamper(path, |_| None);
    }
    assert!(matches!(open(&storage), Err(tlog::Error::JournalMissing)));

    let storage = CLOSED.restart();
    storage.tamper("tile/0/002.p/188", |_| None);
    assert!(open(&storage).is_err());

    let storage = CLOSED.restart();
    flip(&storage, "tile/0/002.p/188", 77);
    assert!(matches!(open(&storage), Err(tlog::Error::Diverged { size: 700 })));

    let storage = STOPPED.restart();
    let journal = storage.paths().into_iter().find(|path| path.starts_with("journal")).unwrap();
    flip(&storage, &journal, 8 * 150);
    assert!(matches!(open(&storage), Err(tlog::Error::JournalDamaged { .. })));
}

#[test]
fn proofs_from_changed_tiles_are_not_given_out() {
    let storage = CLOSED.restart();
    let log = tlog::Log::open(key(), std::sync::Arc::new(storage.clone()), on_demand()).unwrap();
    log.inclusion_proof(300, 700).unwrap();
    flip(&storage, "tile/0/001", 8 * 32 * 45);
    assert!(matches!(log.inclusion_proof(300, 700), Err(tlog::Error::TilesDisagree)));
    flip(&storage, "tile/0/001", 8 * 32 * 45);
    flip(&storage, "tile/1/000.p/2", 5);
    assert!(matches!(log.consistency_proof(400, 700), Err(tlog::Error::TilesDisagree)));
    assert!(matches!(log.inclusion_proof(600, 700), Err(tlog::Error::TilesDisagree)));
}
