//! Figures for `docs/decisions/0005-transparency-log.md`; not a test:
//! `cargo test -p tlog --test it -- --ignored --nocapture measure`.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tlog::{FolderStorage, Log, Options, Storage as _};

use crate::support::{check, key};

const ENTRY_BYTES: usize = 200;

fn percentile_ms(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0
}

/// Appends of one block and an fsync each: what the disk itself takes.
fn measure_disk(storage: &FolderStorage, number: usize) -> Vec<Duration> {
    let mut journal = storage.create_journal(&format!("probe/{number}")).unwrap();
    (0..2000)
        .map(|_| {
            let start = Instant::now();
            journal.append(&[7; 4096]).unwrap();
            journal.sync().unwrap();
            start.elapsed()
        })
        .collect()
}

/// Keeps `in_flight` entries waiting from one thread, as asynchronous callers do; at most `per_second`.
fn measure_log(log: &Log, in_flight: usize, total: usize, per_second: f64) -> (Vec<Duration>, f64) {
    let appender = log.appender();
    let (sender, receiver) = mpsc::channel::<Duration>();
    let start = Instant::now();
    let mut times = Vec::with_capacity(total);
    let mut submitted = 0;
    while times.len() < total {
        while submitted < total && submitted - times.len() < in_flight {
            if start.elapsed().as_secs_f64() * per_second < submitted as f64 {
                break;
            }
            let sender = sender.clone();
            let asked = Instant::now();
            appender.submit(vec![submitted as u8; ENTRY_BYTES], move |result| {
                result.unwrap();
                sender.send(asked.elapsed()).unwrap();
            });
            submitted += 1;
        }
        times.extend(receiver.recv_timeout(Duration::from_micros(200)));
        times.extend(receiver.try_iter());
    }
    let seconds = start.elapsed().as_secs_f64();
    (times, total as f64 / seconds)
}

#[test]
#[ignore = "measures"]
fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    let storage = Arc::new(FolderStorage::create(folder.path()).unwrap());
    let mut out = std::io::stderr();
    let log = Log::open(key(), storage.clone(), Options::default()).unwrap();
    let mut disk = measure_disk(&storage, 0);
    let (p50, p99) = (percentile_ms(&mut disk, 0.5), percentile_ms(&mut disk, 0.99));
    writeln!(out, "fsync alone: p50 {p50:.2} ms, p99 {p99:.2} ms").unwrap();
    for (in_flight, total, per_second) in [(50, 50_000, 1e9), (1000, 400_000, 1e9), (1000, 200_000, 20_000.0)] {
        let (mut times, rate) = measure_log(&log, in_flight, total, per_second);
        let (p50, p99) = (percentile_ms(&mut times, 0.5), percentile_ms(&mut times, 0.99));
        writeln!(out, "{in_flight} in flight: {rate:.0} entries/s, p50 {p50:.2} ms, p99 {p99:.2} ms").unwrap();
    }
    let start = Instant::now();
    log.close().unwrap();
    writeln!(out, "close: {:.2} s", start.elapsed().as_secs_f64()).unwrap();
    let start = Instant::now();
    let size = check(&*storage, None).unwrap().checkpoint.size;
    writeln!(out, "verify {size} entries: {:.2} s", start.elapsed().as_secs_f64()).unwrap();
}

/// The same rate with publication and without, in turns, with the disk probed before and after each: what
/// publication adds, told from what other work on the machine adds.
#[test]
#[ignore = "measures"]
fn measure_what_publication_adds() {
    let mut out = std::io::stderr();
    let without =
        Options { publish_interval: Duration::from_secs(3600), segment_bytes_max: usize::MAX, ..Options::default() };
    for round in 0..4 {
        for (name, options) in [("publishing", Options::default()), ("journal alone", without)] {
            let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
            let storage = Arc::new(FolderStorage::create(folder.path()).unwrap());
            let mut before = measure_disk(&storage, 1);
            let log = Log::open(key(), storage.clone(), options).unwrap();
            let (mut times, rate) = measure_log(&log, 1000, 200_000, 20_000.0);
            let mut after = measure_disk(&storage, 2);
            let (p50, p99) = (percentile_ms(&mut times, 0.5), percentile_ms(&mut times, 0.99));
            let (before, after) = (percentile_ms(&mut before, 0.99), percentile_ms(&mut after, 0.99));
            writeln!(
                out,
                "round {round}, {name}: {rate:.0} entries/s, p50 {p50:.2} ms, p99 {p99:.2} ms; \
                 fsync p99 before {before:.2} ms, after {after:.2} ms"
            )
            .unwrap();
            log.close().unwrap();
        }
    }
}
