//! Every operation on the disk fails once, in every way; whatever was acknowledged is there afterwards.

use std::sync::Arc;

use tlog::fault::{Fault, MemoryStorage};
use tlog::{Error, Log};

use crate::support::{check, entry, key, on_demand, open};

/// What the log has acknowledged, in order.
#[derive(Default)]
struct Acknowledged {
    entries: Vec<(u64, Vec<u8>)>,
    checkpoints: Vec<Arc<str>>,
}

/// Works on a log until something fails: opens, appends in small and large batches, publishes, closes.
fn work(storage: &MemoryStorage, acknowledged: &mut Acknowledged) -> Result<(), Error> {
    let log = open(storage)?;
    let mut next = log.size();
    for (round, count) in [3_u64, 1, 240, 30, 5, 280, 1].into_iter().enumerate() {
        let list: Vec<Vec<u8>> = (next..next + count).map(entry).collect();
        let range = match log.append(list.clone()) {
            Ok(range) => range,
            Err(error) => {
                assert!(matches!(error, Error::Poisoned { .. }), "{error:?}");
                let later = log.append(vec![b"later".to_vec()]);
                assert!(matches!(later, Err(Error::Poisoned { .. })), "{later:?}");
                assert!(log.publish().is_err());
                return Err(error);
            }
        };
        acknowledged.entries.extend(range.zip(list));
        next += count;
        if round % 2 == 1 {
            acknowledged.checkpoints.push(log.publish()?);
        }
    }
    log.close()
}

fn assert_all_is_there(storage: &MemoryStorage, acknowledged: &Acknowledged, context: &str) {
    let log = open(storage).unwrap_or_else(|error| panic!("{context}: {error:?}"));
    for (index, entry) in &acknowledged.entries {
        assert_eq!(&log.entry(*index).unwrap(), entry, "{context}");
    }
    assert_eq!(log.size(), log.published_size());
    let size = log.size();
    assert_eq!(log.append(vec![b"goes on".to_vec()]).unwrap(), size..size + 1, "{context}");
    log.close().unwrap();
    assert!(check(storage, None).is_ok(), "{context}: {:?}", check(storage, None));
    for saved in &acknowledged.checkpoints {
        let report = check(storage, Some(saved));
        assert!(report.is_ok(), "{context}: {report:?}");
    }
}

#[test]
fn nothing_acknowledged_is_lost_whatever_fails_at_whatever_step() {
    let rehearsal = MemoryStorage::new();
    work(&rehearsal, &mut Acknowledged::default()).unwrap();
    let steps = rehearsal.writes();
    assert!(steps > 40, "{steps}");
    for step in 0..steps {
        for fault in Fault::ALL {
            for seed in 0..3 {
                let storage = MemoryStorage::new();
                storage.fail_at(step, fault);
                let mut acknowledged = Acknowledged::default();
                let context = format!("{fault:?} at {step}, seed {seed}");
                assert!(work(&storage, &mut acknowledged).is_err(), "{context}");
                assert_all_is_there(&storage.reboot(seed), &acknowledged, &context);
            }
            // The process alone dies: the page cache keeps everything.
            let storage = MemoryStorage::new();
            storage.fail_at(step, fault);
            let mut acknowledged = Acknowledged::default();
            let _ = work(&storage, &mut acknowledged);
            assert_all_is_there(&storage.restart(), &acknowledged, &format!("{fault:?} at {step}, process"));
        }
    }
}

/// The machine stops in the work, and again in the recovery, at every step of it.
#[test]
fn recovery_itself_may_be_cut_off() {
    let rehearsal = MemoryStorage::new();
    work(&rehearsal, &mut Acknowledged::default()).unwrap();
    for step in 0..rehearsal.writes() {
        for (fault, is_machine_lost) in [(Fault::Crash, true), (Fault::Error, false), (Fault::ShortWrite, false)] {
            let storage = MemoryStorage::new();
            storage.fail_at(step, fault);
            let mut acknowledged = Acknowledged::default();
            let _ = work(&storage, &mut acknowledged);
            for seed in 0..4 {
                cut_off_recovery(&storage, is_machine_lost, seed, &acknowledged, &format!("{fault:?} at {step}"));
            }
        }
    }
}

/// Stops the machine at each step of the recovery of what `storage` holds.
fn cut_off_recovery(
    storage: &MemoryStorage,
    is_machine_lost: bool,
    seed: u64,
    acknowledged: &Acknowledged,
    context: &str,
) {
    for step in 0.. {
        let found = if is_machine_lost { storage.reboot(seed) } else { storage.restart() };
        found.fail_at(step, Fault::Crash);
        let is_cut_off = open(&found).is_err();
        if !is_cut_off {
            assert!(step > 2, "{context}");
            return;
        }
        let context = format!("{context}, then at {step} of recovery, seed {seed}");
        assert_all_is_there(&found.reboot(seed ^ step), acknowledged, &context);
    }
}

#[test]
fn a_log_that_cannot_be_made_is_not_half_made() {
    for step in 0..4 {
        for fault in Fault::ALL {
            let storage = MemoryStorage::new();
            storage.fail_at(step, fault);
            assert!(open(&storage).is_err(), "{fault:?} at {step}");
            let again = storage.reboot(step);
            assert_eq!(open(&again).unwrap().size(), 0);
        }
    }
}

#[test]
fn a_poisoned_log_says_why() {
    let storage = MemoryStorage::new();
    let log = Log::open(key(), Arc::new(storage.clone()), on_demand()).unwrap();
    log.append(vec![b"one".to_vec()]).unwrap();
    storage.fail_at(storage.writes(), Fault::DiskFull);
    let error = log.append(vec![b"two".to_vec()]).unwrap_err().to_string();
    assert!(error.contains("cannot write journal/000000000001"), "{error}");
    assert!(
        error.contains("when the disk has room") && !error.contains("make room"),
        "what to do is said once: {error}"
    );
    assert_eq!(log.size(), 1);
    assert_eq!(log.entry(0).unwrap(), b"one");
    assert!(log.close().is_err());
}

#[test]
fn a_log_that_finds_no_room_to_begin_says_what_to_do() {
    for step in 0..3 {
        let storage = MemoryStorage::new();
        storage.fail_at(step, Fault::DiskFull);
        let error = open(&storage).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, Error::Storage { .. }), "{step}: {error:?}");
        assert!(said.starts_with("cannot ") && said.contains("make room on the disk of the log"), "{step}: {said}");
    }
}
