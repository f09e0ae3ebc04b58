//! Every operation on the disk fails once, in every way; whatever was acknowledged is there afterwards.

use std::sync::Arc;
use std::time::Duration;

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
                let is_final = matches!(error, Error::Poisoned { .. });
                assert!(is_final || matches!(error, Error::NoRoom(_)), "{error:?}");
                assert_eq!(log.failure().is_some(), is_final);
                let later = log.append(vec![b"later".to_vec()]).unwrap_err();
                assert_eq!(matches!(later, Error::Poisoned { .. }), is_final, "{later:?}");
                assert!(is_final || matches!(later, Error::NoRoom(_)), "{later:?}");
                // What is durable is published as far as the disk lets it be.
                assert!(!is_final || log.publish().is_err());
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

/// The disk is full from some step on, a while later there is room, and a while later it is full again: the log is open all the time.
#[test]
fn a_log_goes_on_when_there_is_room_again() {
    let rehearsal = MemoryStorage::new();
    work(&rehearsal, &mut Acknowledged::default()).unwrap();
    let mut went_on = 0;
    for step in 0..rehearsal.writes() {
        let storage = MemoryStorage::new();
        let log = open(&storage).unwrap();
        let mut acknowledged = Acknowledged::default();
        let context = format!("full at {step}");
        storage.fail_at(storage.writes() + step, Fault::DiskFull);
        let (mut refused, mut last_refused) = (0, None);
        for round in 0..40_u64 {
            let count = [3, 1, 240, 30, 5, 280, 1][round as usize % 7];
            let list: Vec<Vec<u8>> = (0..count).map(|n| entry(round * 1_000 + n)).collect();
            let appended = log.append(list.clone()).map(|range| acknowledged.entries.extend(range.zip(list)));
            let published = match round % 4 {
                3 => log.publish().map(|checkpoint| acknowledged.checkpoints.push(checkpoint)),
                _ => Ok(()),
            };
            match appended.and(published) {
                Ok(()) => {}
                Err(Error::NoRoom(_)) => {
                    refused += 1;
                    last_refused = Some(round);
                    assert!(log.failure().is_none(), "{context}");
                    assert_is_exactly(&storage.reboot(round), &acknowledged, &format!("{context}, still full"));
                    if refused % 3 == 0 {
                        make_room(&storage, &log);
                        if refused < 9 {
                            storage.fail_at(storage.writes() + step % 13, Fault::DiskFull);
                        }
                    }
                }
                // An fsync failed.
                Err(Error::Poisoned { .. }) => break,
                Err(error) => panic!("{context}: {error:?}"),
            }
            // What was cut off, and what follows it, is there until it is published.
            if last_refused.is_some_and(|last| (last + 1..last + 3).contains(&round)) {
                assert_is_exactly(&storage.reboot(round), &acknowledged, &format!("{context}, after {round}"));
            }
        }
        if log.failure().is_some() {
            // What was not acknowledged may be there: an fsync that failed can have done its work.
            assert_all_is_there(&storage.reboot(step), &acknowledged, &context);
            continue;
        }
        make_room(&storage, &log);
        went_on += u64::from(refused > 0);
        acknowledged.checkpoints.push(log.publish().unwrap());
        let report = check(&storage, None).unwrap();
        assert_eq!((report.checkpoint.size, report.is_journal_torn), (log.size(), false), "{context}");
        log.close().unwrap();
        assert_is_exactly(&storage.restart(), &acknowledged, &context);
    }
    assert!(went_on > 15, "{went_on}");
}

/// Ends the fullness, and waits until tiles that found no room were tried again.
fn make_room(storage: &MemoryStorage, log: &Log) {
    storage.make_room();
    while log.no_room().is_some() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// All that was acknowledged is there after a loss of power, and nothing else.
fn assert_is_exactly(storage: &MemoryStorage, acknowledged: &Acknowledged, context: &str) {
    let log = open(storage).unwrap_or_else(|error| panic!("{context}: {error:?}"));
    assert_eq!(log.size(), acknowledged.entries.len() as u64, "{context}: what was refused is there");
    log.close().unwrap();
    assert_all_is_there(storage, acknowledged, context);
}

/// A log that is in order verifies while there is no room, and its tiles beyond the checkpoint are no longer in the way.
#[test]
fn a_log_verifies_while_the_disk_is_full() {
    for step in 0..4 {
        let storage = MemoryStorage::new();
        let log = open(&storage).unwrap();
        log.append((0..300).map(entry).collect()).unwrap();
        log.publish().unwrap();
        log.append((300..600).map(entry).collect()).unwrap();
        storage.fail_at(storage.writes() + step, Fault::DiskFull);
        assert!(matches!(log.publish(), Err(Error::NoRoom(_))), "{step}");
        assert_eq!(check(&storage, None).unwrap().checkpoint.size, 300, "{step}");
        make_room(&storage, &log);
        log.publish().unwrap();
        assert_eq!(check(&storage, None).unwrap().checkpoint.size, 600, "{step}");
    }
}

#[test]
fn a_log_without_room_for_tiles_takes_nothing_until_there_is() {
    let storage = MemoryStorage::new();
    let log = open(&storage).unwrap();
    log.append(vec![b"one".to_vec()]).unwrap();
    storage.fail_at(storage.writes(), Fault::DiskFull);
    let error = log.publish().unwrap_err();
    assert!(matches!(&error, Error::NoRoom(why) if why.path.starts_with("tile/")), "{error:?}");
    assert!(error.to_string().contains("make room on the disk of the log"), "{error}");
    assert!(matches!(log.append(vec![b"two".to_vec()]), Err(Error::NoRoom(_))));
    assert!(log.no_room().is_some() && log.failure().is_none());
    assert_eq!((log.size(), log.published_size()), (1, 0));
    storage.make_room();
    log.publish().unwrap();
    assert!(log.no_room().is_none());
    log.append(vec![b"two".to_vec()]).unwrap();
    log.close().unwrap();
    assert_eq!(check(&storage, None).unwrap().checkpoint.size, 2);
    // Whoever closes a log is not kept waiting for room.
    let log = open(&storage).unwrap();
    log.append(vec![b"three".to_vec()]).unwrap();
    storage.fail_at(storage.writes(), Fault::DiskFull);
    assert!(matches!(log.publish(), Err(Error::NoRoom(_))));
    let error = log.close().unwrap_err();
    assert!(matches!(error, Error::Poisoned { .. }), "{error:?}");
    assert_eq!(open(&storage.reboot(1)).unwrap().size(), 3);
}

#[test]
fn a_poisoned_log_says_why() {
    let storage = MemoryStorage::new();
    let log = Log::open(key(), Arc::new(storage.clone()), on_demand()).unwrap();
    log.append(vec![b"one".to_vec()]).unwrap();
    // The write succeeds, the fsync doesn't: what it was for can be durable all the same.
    storage.fail_at(storage.writes() + 1, Fault::DiskFull);
    let error = log.append(vec![b"two".to_vec()]).unwrap_err().to_string();
    assert!(error.contains("cannot sync journal/000000000001"), "{error}");
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
        assert!(matches!(error, Error::Storage { .. } | Error::NoRoom(_)), "{step}: {error:?}");
        assert!(said.starts_with("cannot ") && said.contains("make room on the disk of the log"), "{step}: {said}");
    }
}
