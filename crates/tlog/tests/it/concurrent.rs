//! Many callers at once, on a real folder, with a verifier beside them.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use tlog::{FolderStorage, Log, Options, leaf_hash};

use crate::support::{check, key};

#[test]
fn concurrent_entries_all_get_their_own_place_and_a_running_log_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(FolderStorage::create(folder.path()).unwrap());
    let options =
        Options { publish_interval: Duration::from_millis(3), segment_bytes_max: 20_000, ..Options::default() };
    let log = Log::open(key(), storage.clone(), options).unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let appender = log.appender();
            std::thread::spawn(move || {
                (0..300)
                    .map(|n| {
                        let entry = format!("{writer}/{n}").into_bytes();
                        let leaf = appender.append_one(entry.clone()).unwrap();
                        assert_eq!(leaf.hash, leaf_hash(&entry));
                        (leaf.index, entry)
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let mut saved = log.checkpoint();
    while writers.iter().any(|writer| !writer.is_finished()) {
        let report = check(&*storage, Some(&saved)).unwrap();
        assert!(report.grown_from.unwrap() <= report.checkpoint.size);
        saved = log.checkpoint();
    }
    let mut placed: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    placed.sort();
    assert!(placed.iter().map(|(index, _)| *index).eq(0..2400));
    assert!(log.entries(0..2400).map(Result::unwrap).eq(placed.into_iter().map(|(_, entry)| entry)));
    log.close().unwrap();
    let report = check(&*storage, Some(&saved)).unwrap();
    assert_eq!((report.checkpoint.size, report.unpublished_entries, report.is_journal_torn), (2400, 0, false));
}

#[test]
fn callbacks_are_called_once_each_and_their_panics_stay_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Arc::new(FolderStorage::create(folder.path()).unwrap());
    let log = Log::open(key(), storage, Options::default()).unwrap();
    let appender = log.appender();
    let (sender, receiver) = mpsc::channel();
    for n in 0..500_u32 {
        let sender = sender.clone();
        appender.submit(n.to_string().into_bytes(), move |result| {
            sender.send(result.unwrap().index).unwrap();
            assert_ne!(n, 250, "a caller that panics");
        });
    }
    drop(sender);
    assert!(receiver.iter().eq(0..500));
    assert_eq!(log.append(vec![b"after".to_vec()]).unwrap(), 500..501);
    log.close().unwrap();
}
