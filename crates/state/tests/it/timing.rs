//! How long batches take; run by hand: `cargo test -p state -- --ignored --nocapture timing`.

use std::io::Write;
use std::time::{Duration, Instant};

use model::PersonId;

use crate::kit::{look, open};

fn told(name: &str, mut took: Vec<Duration>) {
    took.sort();
    println!("{name}: p50 {:?}, p99 {:?}", took[took.len() / 2], took[took.len() * 99 / 100]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints a measurement"]
async fn timing_of_batches() {
    // Where the disk is to be measured; a folder in memory shows what remains without it.
    let place = std::env::var_os("LUCARNE_TIMING_FOLDER").unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let folder = tempfile::tempdir_in(place).unwrap();
    let mut file = std::fs::File::create(folder.path().join("fsync")).unwrap();
    let mut syncs = Vec::new();
    for _ in 0..200 {
        file.write_all(&[7; 100_000]).unwrap();
        let begun = Instant::now();
        file.sync_data().unwrap();
        syncs.push(begun.elapsed());
    }
    told("fsync after 100 kB", syncs);
    let state = open(folder.path()).await;
    let detail = "x".repeat(600);
    let mut next = 0;
    for size in [1, 10, 100, 500] {
        let mut took = Vec::new();
        let mut leaves_took = Vec::new();
        for _ in 0..100 {
            let batch: Vec<_> = (next..next + size).map(|number| look(number, &[number], &detail)).collect();
            next += size;
            let leaves: Vec<_> = batch.iter().map(|look| (look.commitment, next)).collect();
            let begun = Instant::now();
            state.put_looks(batch).await.unwrap();
            took.push(begun.elapsed());
            let begun = Instant::now();
            state.set_leaves(&leaves).await.unwrap();
            leaves_took.push(begun.elapsed());
        }
        told(&format!("put_looks of {size}"), took);
        told(&format!("set_leaves of {size}"), leaves_took);
    }
    let mut fresh = Vec::new();
    let mut known = Vec::new();
    for person in 0..200 {
        for took in [&mut fresh, &mut known] {
            let begun = Instant::now();
            state.person_keys(&[PersonId(person)]).await.unwrap();
            took.push(begun.elapsed());
        }
    }
    told("person_keys of 1, new", fresh);
    told("person_keys of 1, known", known);
    assert_eq!(u64::try_from(state.looks_without_leaf().await.unwrap().len()).unwrap(), 0);
    assert_eq!(next, 61_100);
}
