//! What is between the file of recent looks and the tables, with each step interrupted.

use std::collections::BTreeSet;
use std::path::Path;

use model::{OfficerId, PersonId, PurposeId};
use proptest::prelude::*;
use sqlx::Row as _;

use super::*;
use crate::activity::Activity;
use crate::key::MasterKey;
use crate::looks::{NewLook, Page};
use crate::store::State;

fn look(number: u64, persons: &[u64]) -> NewLook {
    let mut commitment = [0xab; 32];
    commitment[..8].copy_from_slice(&number.to_le_bytes());
    let at = chrono::DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
    NewLook {
        commitment,
        at,
        account: Some(OfficerId::new(format!("o-{}", 1 + number % 5 / 4)).unwrap()),
        purpose: PurposeId::new("p").unwrap(),
        day: at.date_naive(),
        persons: persons.iter().copied().map(PersonId).collect(),
        counts_to_budget: true,
        stands_in: None,
        counts_as: [Some(Activity::Look), Some(Activity::Refusal), None, Some(Activity::Look)][number as usize % 4],
        detail: number.to_string().into_bytes(),
    }
}

async fn open(folder: &Path) -> State {
    State::open(&folder.join("state.sqlite"), MasterKey::from_bytes([1; 32])).await.unwrap()
}

async fn count(state: &State, sql: &'static str) -> i64 {
    sqlx::query(sql).fetch_one(&state.inner.readers).await.unwrap().get(0)
}

fn frames(state: &State) -> i64 {
    let journal = state.inner.recent.journal.lock();
    journal.connection.query_row("SELECT count(*) FROM frames", (), |row| row.get(0)).unwrap()
}

/// Lets the tables be written, or not.
fn query_only(state: &State, on: &str) {
    state.inner.recent.mover.lock().pragma_update(None, "query_only", on).unwrap();
}

/// All that a store tells of its looks, persons 0 to 4.
async fn told(state: &State) -> String {
    let mut told = String::new();
    for person in 0..5 {
        for look in state.looks_of(&[PersonId(person)], Page::first(1_000)).await.unwrap() {
            let detail = String::from_utf8(look.detail).unwrap();
            told.push_str(&format!("{person}: {} {detail} {:?}\n", look.sequence, look.leaf));
        }
    }
    let officer = OfficerId::new("o-1").unwrap();
    let day = look(0, &[]).day;
    let opened = state.persons_opened(&officer, &PurposeId::new("p").unwrap(), day).await.unwrap();
    let distinct: BTreeSet<PersonId> = opened.iter().copied().collect();
    assert_eq!(opened.len(), distinct.len());
    let without: Vec<String> = state.looks_without_leaf().await.unwrap().iter().map(hex::encode).collect();
    let active = state.most_active(day..=chrono::NaiveDate::MAX, 1).await.unwrap();
    format!("{told}{distinct:?}\n{without:?}\n{active:?}\n")
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<Vec<u64>>),
    Place(u64, u64, u64),
    Settle(usize),
    DropSettled,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let persons = || proptest::collection::vec(0_u64..5, 0..3);
    let step = prop_oneof![
        4 => proptest::collection::vec(persons(), 1..4).prop_map(Step::Put),
        2 => (1_u64..12, 0_u64..900, 1_u64..5).prop_map(|(first, leaf, count)| Step::Place(first, leaf, count)),
        2 => (1_usize..6).prop_map(Step::Settle),
        1 => Just(Step::DropSettled),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn where_looks_are_changes_nothing_that_is_told(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
            // One is moved about; the other moves all that it has into the tables after every step.
            let (mut moved, settled) = (open(folders[0].path()).await, open(folders[1].path()).await);
            let mut next = 0;
            // Places are forgotten with the process while looks are not in the tables: none is noted before a reopening.
            let last_reopening = steps.iter().rposition(|step| matches!(step, Step::Reopen)).unwrap_or(0);
            for (at, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Put(looks) => {
                        let looks: Vec<NewLook> = (next..).zip(&looks).map(|(number, persons)| look(number, persons)).collect();
                        next += looks.len() as u64;
                        let persons: Vec<PersonId> = looks.iter().flat_map(|look| look.persons.clone()).collect();
                        for state in [&moved, &settled] {
                            let (_, unsaved) = state.person_keys_for_looks(&persons).await.unwrap();
                            state.put_looks_with_keys(looks.clone(), unsaved).await.unwrap();
                        }
                    }
                    Step::Place(first, leaf, count) if at >= last_reopening => {
                        for state in [&moved, &settled] {
                            state.place_looks(&[PlacedLooks { first, leaf, count }]).await.unwrap();
                        }
                    }
                    Step::Place(..) => {}
                    Step::Settle(most) => moved.inner.settle(most).await.unwrap(),
                    Step::DropSettled => moved.inner.recent.drop_settled().unwrap(),
                    Step::Reopen => {
                        drop(moved);
                        moved = open(folders[0].path()).await;
                    }
                }
                settled.inner.settle_all().await.unwrap();
                prop_assert_eq!(told(&moved).await, told(&settled).await);
            }
            let persons: Vec<PersonId> = (0..5).map(PersonId).collect();
            let keys = moved.person_keys(&persons).await.unwrap();
            moved.inner.settle_all().await.unwrap();
            prop_assert_eq!(moved.person_keys(&persons).await.unwrap(), keys);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_commit_for_which_there_is_no_room_is_undone_for_certain() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let fail_commit = |code| {
        let mut journal = state.inner.recent.journal.lock();
        journal.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        journal.is_uncertain = true;
        journal.failed_commit(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None))
    };
    let error = fail_commit(13);
    assert!(matches!(error, StateError::Full(_)) && !error.is_uncertain(), "{error:?}");
    assert!(!state.is_uncertain());
    state.put_looks(vec![look(1, &[1])]).await.unwrap();
    // Of a sync that failed nobody knows what it left on the disk.
    let error = fail_commit(1_034);
    assert!(matches!(error, StateError::CommitFailed(_)) && state.is_uncertain(), "{error:?}");
    assert!(matches!(state.put_looks(vec![look(2, &[1])]).await, Err(StateError::Uncertain)));
}

#[tokio::test]
async fn frames_that_a_crash_left_in_their_file_are_moved_once() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    for number in 0..4 {
        state.put_looks(vec![look(2 * number, &[1]), look(2 * number + 1, &[2])]).await.unwrap();
    }
    let keys = state.person_keys(&[PersonId(1), PersonId(2)]).await.unwrap();
    // Whole frames only: two, not one and a half.
    state.inner.settle(3).await.unwrap();
    assert_eq!(count(&state, "SELECT count(*) FROM looks").await, 4);
    assert_eq!(frames(&state), 5, "moved ones are still in the file: this is where the process ends");
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.inner.recent.len(), 4);
    let days = look(0, &[]).day..=chrono::NaiveDate::MAX;
    let active = state.most_active(days.clone(), 9).await.unwrap();
    state.inner.settle_all().await.unwrap();
    assert_eq!(state.most_active(days, 9).await.unwrap(), active, "each is counted once");
    assert_eq!(active.accounts.iter().map(|account| account.count.looks + account.count.refusals).sum::<u64>(), 6);
    assert_eq!(count(&state, "SELECT count(*) FROM looks").await, 8);
    assert_eq!(state.person_keys(&[PersonId(1), PersonId(2)]).await.unwrap(), keys);
    state.inner.recent.drop_settled().unwrap();
    assert_eq!(frames(&state), 0);
    // Numbers go on where they were.
    state.put_looks(vec![look(100, &[1])]).await.unwrap();
    assert_eq!(state.looks_of(&[PersonId(1)], Page::first(1)).await.unwrap()[0].sequence, 9);
    state.inner.settle_all().await.unwrap();
    assert_eq!(count(&state, "SELECT count(*) FROM looks").await, 9);
}

#[tokio::test]
async fn looks_wait_for_the_disk_again_after_moved_ones_were_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let synchronous = || -> i64 {
        state.inner.recent.journal.lock().connection.query_row("PRAGMA synchronous", (), |row| row.get(0)).unwrap()
    };
    let query_only = |on: bool| {
        state.inner.recent.journal.lock().connection.pragma_update(None, "query_only", on).unwrap();
    };
    let full = synchronous();
    assert_eq!(full, 2, "FULL");
    state.put_looks(vec![look(1, &[1])]).await.unwrap();
    state.inner.settle_all().await.unwrap();
    query_only(true);
    assert!(matches!(state.inner.recent.drop_settled(), Err(StateError::ReadOnly(_))));
    assert_eq!((synchronous(), frames(&state), state.is_uncertain()), (full, 1, false));
    query_only(false);
    state.inner.recent.drop_settled().unwrap();
    assert_eq!((synchronous(), frames(&state), state.is_uncertain()), (full, 0, false));
}

#[tokio::test]
async fn looks_are_kept_and_told_while_the_tables_can_t_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    query_only(&state, "ON");
    state.put_looks(vec![look(1, &[1])]).await.unwrap();
    assert!(matches!(state.inner.settle_all().await, Err(StateError::ReadOnly(_))));
    assert_eq!(state.looks_of(&[PersonId(1)], Page::first(9)).await.unwrap().len(), 1);
    // Nothing is erased that would come back from the file of recent looks.
    assert!(matches!(state.erase_look(&look(1, &[]).commitment, look(1, &[]).at).await, Err(StateError::ReadOnly(_))));
    query_only(&state, "OFF");
    state.inner.settle_all().await.unwrap();
    assert_eq!(count(&state, "SELECT count(*) FROM looks").await, 1);
}

#[tokio::test]
async fn who_brings_more_than_memory_holds_waits_for_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let many = u64::try_from(LOOKS_MAX).unwrap();
    query_only(&state, "ON");
    state.put_looks((0..many).map(|number| look(number, &[])).collect()).await.unwrap();
    let refused = state.put_looks(vec![look(many, &[])]).await;
    assert!(matches!(refused, Err(StateError::ReadOnly(_))), "{refused:?}");
    query_only(&state, "OFF");
    state.put_looks(vec![look(many, &[])]).await.unwrap();
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), LOOKS_MAX + 1);
}

#[tokio::test]
async fn recent_looks_are_moved_behind_the_answers() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![look(1, &[1])]).await.unwrap();
    for _ in 0..600 {
        if state.inner.recent.is_empty() && frames(&state) == 0 {
            assert_eq!(count(&state, "SELECT count(*) FROM looks").await, 1);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody moved the look");
}

/// Puts looks, many more a second than the most that is quiet, until `is_enough`.
async fn put_fast(state: &State, next: &mut u64, is_enough: impl AsyncFn() -> bool) {
    while !is_enough().await {
        let batch = *next..*next + 500;
        *next = batch.end;
        state.put_looks(batch.map(|number| look(number, &[])).collect()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn looks_that_come_fast_wait_for_a_quieter_moment_and_many_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let moved = async || count(&state, "SELECT count(*) FROM looks").await;
    let begun = tokio::time::Instant::now();
    let mut next = 0;
    put_fast(&state, &mut next, async || begun.elapsed() > 5 * GATHERED_FOR / 2).await;
    assert!(usize::try_from(next).unwrap() < GATHERED_MAX, "or they were many");
    assert_eq!(moved().await, 0, "of {next}");

    put_fast(&state, &mut next, async || moved().await > 0).await;
    assert!(usize::try_from(next).unwrap() >= GATHERED_MAX, "{next}");

    // Nobody asks any more.
    while !state.inner.recent.is_empty() || frames(&state) > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(moved().await, i64::try_from(next).unwrap());
}

#[tokio::test]
async fn looks_in_memory_are_found_by_their_commitments() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    query_only(&state, "ON");
    state.put_looks(vec![look(1, &[1]), look(2, &[2])]).await.unwrap();
    state.put_looks(vec![look(3, &[3])]).await.unwrap();
    state.place_looks(&[PlacedLooks { first: 2, leaf: 70, count: 2 }]).await.unwrap();
    for (number, leaf) in [(1, None), (2, Some(70)), (3, Some(71))] {
        let commitment = look(number, &[]).commitment;
        let found = state.look(&commitment).await.unwrap().unwrap();
        assert_eq!((found.sequence, found.leaf, found.detail), (number, leaf, number.to_string().into_bytes()));
        assert_eq!(state.leaf_of(&commitment).await.unwrap(), leaf);
    }
    assert!(state.look(&look(4, &[]).commitment).await.unwrap().is_none());
    query_only(&state, "OFF");
    state.inner.settle_all().await.unwrap();
    assert!(state.inner.recent.of_commitment(&look(2, &[]).commitment).is_none());
    assert_eq!(state.leaf_of(&look(2, &[]).commitment).await.unwrap(), Some(70));
}

#[tokio::test]
async fn the_newest_place_outlives_a_crash_before_any_look_is_moved() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    assert_eq!(state.newest_placed().await.unwrap(), None);
    let first = state.make_ready(look(1, &[1])).unwrap().0;
    let first = state.keep_looks(vec![first], UnsavedKeys::default()).await.unwrap();
    state.place_looks(&[PlacedLooks { first, leaf: 40, count: 1 }]).await.unwrap();
    state.put_looks(vec![look(2, &[2]), look(3, &[3]), look(4, &[4])]).await.unwrap();
    state.place_looks(&[PlacedLooks { first: first + 1, leaf: 41, count: 2 }]).await.unwrap();
    let newest = Some((look(3, &[]).commitment, 42));
    assert_eq!(state.newest_placed().await.unwrap(), newest, "the fourth has no place yet");
    assert_eq!(count(&state, "SELECT count(*) FROM looks").await, 0);
    drop(state);

    let state = open(folder.path()).await;
    query_only(&state, "ON");
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), 4, "places are in memory alone");
    assert_eq!(state.newest_placed().await.unwrap(), newest);
    query_only(&state, "OFF");
    // What is put right by the log, and then moved, is newer.
    state.set_leaves(&[(look(4, &[]).commitment, 43)]).await.unwrap();
    assert_eq!(state.newest_placed().await.unwrap(), Some((look(4, &[]).commitment, 43)));
}

#[tokio::test]
async fn a_look_that_was_made_ready_is_kept_once_and_with_one_key_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (one, keys_of_one, first) = state.make_ready(look(1, &[7, 8])).unwrap();
    let (two, keys_of_two, second) = state.make_ready(look(2, &[8])).unwrap();
    assert_ne!(keys_of_one[1], keys_of_two[0], "neither key of person 8 is kept yet");
    assert!(UnsavedKeys::joined([first.clone(), second.clone()]).is_none());
    let joined = UnsavedKeys::joined([first, UnsavedKeys::default()]).unwrap();
    state.keep_looks(vec![one.clone()], joined).await.unwrap();
    let refused = state.keep_looks(vec![two.clone()], second.clone()).await;
    assert!(matches!(refused, Err(StateError::SamePersonKey)), "{refused:?}");

    // In the tables it is found as well, though neither was there when the look was made ready.
    state.inner.settle_all().await.unwrap();
    let refused = state.keep_looks(vec![two.clone()], second).await;
    assert!(matches!(refused, Err(StateError::SamePersonKey)), "{refused:?}");
    let refused = state.keep_looks(vec![one], UnsavedKeys::default()).await;
    assert!(matches!(refused, Err(StateError::SameCommitment)), "{refused:?}");
    let (keys, unsaved) = state.person_keys_for_looks(&[PersonId(8)]).await.unwrap();
    assert_eq!((keys[0], unsaved.keys.len()), (keys_of_one[1], 0));
    state.keep_looks(vec![two.clone()], unsaved).await.unwrap();
    let refused = state.keep_looks(vec![two], UnsavedKeys::default()).await;
    assert!(matches!(refused, Err(StateError::SameCommitment)), "it is in memory: {refused:?}");
}

#[tokio::test]
async fn a_file_of_recent_looks_that_is_gone_of_another_store_or_damaged_is_said() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, file) = (folder.path().join("state.sqlite"), folder.path().join("state.recent.sqlite"));
    for folder in [&folder, &other] {
        let state = open(folder.path()).await;
        state.put_looks(vec![look(1, &[1])]).await.unwrap();
        state.close().await.unwrap();
    }
    let error = async || State::open(&store, MasterKey::from_bytes([1; 32])).await.unwrap_err();
    let kept = std::fs::read(&file).unwrap();
    std::fs::copy(other.path().join("state.recent.sqlite"), &file).unwrap();
    assert!(matches!(error().await, StateError::OtherStore { .. }));
    std::fs::remove_file(&file).unwrap();
    let missing = error().await;
    assert!(matches!(missing, StateError::RecentMissing { .. }), "{missing:?}");
    assert!(missing.to_string().contains("put it back"));

    std::fs::write(&file, kept).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![look(2, &[1])]).await.unwrap();
    state.inner.recent.journal.lock().connection.execute("UPDATE frames SET frame = x'02'", ()).unwrap();
    drop(state);
    assert!(matches!(error().await, StateError::Unsealable { what: "frame of recent looks" }));
}
