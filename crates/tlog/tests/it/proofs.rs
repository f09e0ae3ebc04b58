//! A log that works: entries, proofs, reopening.

use std::sync::Arc;

use tlog::fault::MemoryStorage;
use tlog::{Checkpoint, Error, FolderStorage, Frontier, Hash, Log, Options, SigningKey, leaf_hash, verify};

use crate::support::{check, closed_log, entries, entry, key, on_demand, open};

fn opened(note: &str) -> Checkpoint {
    Checkpoint::open(note.as_bytes(), &key().verifying_key()).unwrap()
}

fn root_of(size: u64) -> Hash {
    let mut frontier = Frontier::default();
    for n in 0..size {
        frontier.push(leaf_hash(&entry(n)));
    }
    frontier.root()
}

#[test]
fn a_log_of_three_levels_proves_itself() {
    let size = 66_000;
    let storage = closed_log(size, 22_000);
    let log = open(&storage).unwrap();
    assert_eq!((log.size(), log.published_size(), log.root()), (size, size, root_of(size)));
    let checkpoint = opened(&log.checkpoint());
    assert_eq!((checkpoint.size, checkpoint.root), (size, log.root()));
    for index in [0, 1, 255, 256, 21_999, 22_000, 65_535, 65_536, 65_999] {
        assert_eq!(log.entry(index).unwrap(), entry(index));
        log.inclusion_proof(index, size).unwrap().verify(leaf_hash(&entry(index)), &checkpoint).unwrap();
    }
    for old_size in [0, 1, 255, 256, 257, 22_000, 65_536, 65_999, 66_000] {
        let old = Checkpoint { size: old_size, root: root_of(old_size), ..checkpoint.clone() };
        log.consistency_proof(old_size, size).unwrap().verify(&old, &checkpoint).unwrap();
        if old_size > 0 {
            let proof = log.inclusion_proof(old_size - 1, old_size).unwrap();
            proof.verify(leaf_hash(&entry(old_size - 1)), &old).unwrap();
        }
    }
    assert!(log.entries(65_530..65_540).map(Result::unwrap).eq(entries(65_530..65_540)));
    log.close().unwrap();
    let report = check(&storage, None).unwrap();
    assert_eq!((report.checkpoint.size, report.unpublished_entries), (size, 0));
}

#[test]
fn unpublished_entries_are_readable_and_not_yet_provable() {
    let storage = closed_log(300, 100);
    let log = open(&storage).unwrap();
    log.append(entries(300..310)).unwrap();
    assert_eq!((log.size(), log.published_size()), (310, 300));
    assert_eq!(log.root(), root_of(310));
    assert!(log.entries(250..310).map(Result::unwrap).eq(entries(250..310)));
    assert!(matches!(log.inclusion_proof(305, 310), Err(Error::NotPublished { size: 310, published: 300 })));
    assert!(matches!(log.entry(310), Err(Error::NoSuchEntry { index: 310, size: 310 })));
    assert_eq!(check(&storage, None).unwrap().unpublished_entries, 10);
    let note = log.publish().unwrap();
    log.inclusion_proof(305, 310).unwrap().verify(leaf_hash(&entry(305)), &opened(&note)).unwrap();
    assert!(matches!(log.inclusion_proof(310, 310), Err(Error::NoSuchEntry { .. })));
    assert_eq!(log.append(Vec::new()).unwrap(), 310..310);
}

#[test]
fn what_is_too_long_is_refused_and_harms_nothing() {
    let storage = closed_log(1, 1);
    let log = open(&storage).unwrap();
    let refused = log.append(vec![vec![0; 65_536]]);
    assert!(matches!(refused, Err(Error::EntryTooLong { bytes: 65_536 })));
    assert!(matches!(log.append(vec![vec![0; 60_000]; 300]), Err(Error::AppendTooLong { .. })));
    assert_eq!(log.append(vec![vec![0; 65_535]]).unwrap(), 1..2);
    log.close().unwrap();
    assert_eq!(check(&storage, None).unwrap().checkpoint.size, 2);
}

#[test]
fn a_log_without_entries_verifies() {
    let storage = closed_log(0, 1);
    assert_eq!(check(&storage, None).unwrap().checkpoint.root, Hash::EMPTY);
    assert_eq!(open(&storage).unwrap().size(), 0);
}

#[test]
fn one_writer_at_a_time_and_only_with_the_right_key() {
    let folder = tempfile::tempdir().unwrap();
    let storage = || Arc::new(FolderStorage::create(folder.path()).unwrap());
    let log = Log::open(key(), storage(), on_demand()).unwrap();
    assert!(matches!(Log::open(key(), storage(), on_demand()), Err(Error::Locked)));
    let appender = log.appender();
    log.close().unwrap();
    assert!(matches!(appender.append_one(b"late".to_vec()), Err(Error::Closed)));
    let other_key = SigningKey::from_seed(key().name(), &[1; 32]).unwrap();
    assert!(matches!(Log::open(other_key, storage(), on_demand()), Err(Error::Checkpoint(_))));
    Log::open(key(), storage(), on_demand()).unwrap();
}

#[test]
fn a_folder_of_another_version_is_refused() {
    let storage = closed_log(3, 3);
    storage.tamper("format", |_| Some(b"lucarne-tlog 2\n".to_vec()));
    let error = open(&storage).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("the log has the format \"lucarne-tlog 2\", this program reads \"lucarne-tlog 1\": "),
        "{said}"
    );
    assert!(said.contains("use the build that wrote it"), "{said}");
    storage.tamper("format", |_| None);
    assert!(matches!(open(&storage), Err(Error::Format { .. })));
}

#[test]
fn who_remembers_the_log_sees_it_before_anything_is_written() {
    let see = |storage: &MemoryStorage, size: Option<u64>| {
        let seen = storage.restart();
        let opened: Result<Log, Error> = Log::open_if(key(), Arc::new(seen.clone()), on_demand(), |found| {
            assert_eq!(found.size(), size);
            let end = size.unwrap_or(0);
            for index in (0..end).step_by(7).chain(end.checked_sub(1)) {
                assert_eq!(found.entry(index)?, entry(index));
            }
            assert!(matches!(found.entry(end), Err(Error::NoSuchEntry { .. })));
            Err(Error::Closed)
        });
        assert!(matches!(opened, Err(Error::Closed)), "{opened:?}");
        assert_eq!(seen.writes(), 0);
    };
    see(&MemoryStorage::new(), None);
    let storage = closed_log(300, 100);
    see(&storage, Some(300));
    // What is durable and not published counts.
    let log = open(&storage).unwrap();
    log.append(entries(300..310)).unwrap();
    see(&storage, Some(310));
}

#[test]
fn entries_are_published_without_being_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(FolderStorage::create(folder.path()).unwrap());
    let options = Options { publish_interval: std::time::Duration::from_millis(5), ..Options::default() };
    let log = Log::open(key(), storage.clone(), options).unwrap();
    log.append(entries(0..5)).unwrap();
    while log.published_size() < 5 {
        std::thread::yield_now();
    }
    let report = verify(&*storage, &key().verifying_key(), None, &mut |_, _| {}).unwrap();
    assert_eq!(report.checkpoint.size, 5);
}

#[test]
fn partial_tiles_go_when_the_full_one_is_durable() {
    let storage = closed_log(600, 50);
    let paths = storage.paths();
    assert!(paths.contains(&"tile/entries/000".to_owned()));
    assert!(!paths.iter().any(|path| path.starts_with("tile/0/000.p/")), "{paths:?}");
    assert!(paths.contains(&"tile/0/002.p/88".to_owned()));
}
