//! `kill -9`: everything acknowledged is there when the store is opened again.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use model::PersonId;
use state::Page;

use crate::kit::{look, officer, open};

const FOLDER: &str = "LUCARNE_STATE_CRASH_FOLDER";
const FIRST: &str = "LUCARNE_STATE_CRASH_FIRST";

/// Not a test of its own: the process that is killed. Writes batches and says, after each, how many looks it kept.
#[test]
fn the_process_that_is_killed() {
    let (Some(folder), Some(first)) = (std::env::var_os(FOLDER), std::env::var_os(FIRST)) else { return };
    let mut next: u64 = first.to_str().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let state = open(folder.as_ref()).await;
        loop {
            let batch: Vec<_> = (next..next + 3).map(|number| look(number, &[1, number + 10], "detail")).collect();
            let persons: Vec<PersonId> = batch.iter().map(|look| look.persons[1]).collect();
            let keys = state.person_keys(&persons).await.unwrap();
            let last = batch.last().unwrap().commitment;
            state.put_looks(batch).await.unwrap();
            next += 3;
            let mut out = std::io::stdout().lock();
            writeln!(out, "kept {next} {}", hex::encode(keys[2])).unwrap();
            out.flush().unwrap();
            drop(out);
            state.set_leaves(&[(last, next)]).await.unwrap();
        }
    });
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = 0;
    for round in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::the_process_that_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .env(FIRST, kept.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = Vec::new();
        for line in lines.map_while(Result::ok) {
            // The test runner writes the test's name before the first line, without ending it.
            let Some((_, told)) = line.split_once("kept ") else { continue };
            let (count, key) = told.split_once(' ').unwrap();
            acknowledged.push((count.parse::<u64>().unwrap(), key.to_owned()));
            if acknowledged.len() == 5 + round * 7 {
                child.kill().unwrap();
            }
        }
        assert!(!child.wait().unwrap().success());
        assert!(acknowledged.len() >= 5 + round * 7);
        kept = acknowledged.last().unwrap().0;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        kept = runtime.block_on(async {
            let state = open(folder.path()).await;
            let found = state.looks_of(&[PersonId(1)], Page::first(100_000)).await.unwrap();
            let count = u64::try_from(found.len()).unwrap();
            assert!(count == kept || count == kept + 3, "a batch is whole or absent: {count} of {kept}");
            for (number, look_found) in (0..count).zip(found.iter().rev()) {
                assert_eq!(look_found.commitment, look(number, &[], "").commitment);
                assert_eq!(look_found.detail, b"detail");
            }
            let opened = state
                .persons_opened(&officer("o-martin"), &look(0, &[], "").purpose, look(0, &[], "").day)
                .await
                .unwrap();
            assert_eq!(u64::try_from(opened.len()).unwrap(), count + 1, "looks and budgets are one transaction");
            for (count, key) in acknowledged {
                let again = state.person_keys(&[PersonId(count - 1 + 10)]).await.unwrap();
                assert_eq!(hex::encode(again[0]), key, "a key that a kept look used is the same after the crash");
            }
            count
        });
    }
}
