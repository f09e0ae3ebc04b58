//! Looks are kept whole, found by person, and counted.

use std::collections::{BTreeMap, BTreeSet};

use model::PersonId;
use proptest::prelude::*;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use state::{NewLook, Page, PlacedLooks, StateError, UnsavedKeys};

use crate::kit::{at, day, look, officer, open, purpose};

#[tokio::test]
async fn looks_are_found_by_person_newest_first_and_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let looks: Vec<NewLook> =
        (0..7).map(|number| look(number, &[number % 2, 100], &format!("detail {number}"))).collect();
    state.put_looks(looks.clone()).await.unwrap();
    state.set_leaves(&[(looks[6].commitment, 16), (looks[4].commitment, 14)]).await.unwrap();

    let found = state.looks_of(&[PersonId(0)], Page::first(10)).await.unwrap();
    let details: Vec<_> = found.iter().map(|look| String::from_utf8(look.detail.clone()).unwrap()).collect();
    assert_eq!(details, ["detail 6", "detail 4", "detail 2", "detail 0"]);
    assert_eq!(found.iter().map(|look| look.leaf).collect::<Vec<_>>(), [Some(16), Some(14), None, None]);
    assert_eq!((found[0].at, found[0].purpose.as_str()), (at(6), "loan-relief"));
    assert_eq!(found[0].commitment, looks[6].commitment);

    // Of two persons of one look, the look is given once.
    let all = state.looks_of(&[PersonId(0), PersonId(1), PersonId(100)], Page::first(100)).await.unwrap();
    assert_eq!(all.len(), 7);
    let mut paged = Vec::new();
    let mut page = Page::first(3);
    loop {
        let part = state.looks_of(&[PersonId(100)], page).await.unwrap();
        let Some(last) = part.last() else { break };
        page.before = Some(last.sequence);
        paged.extend(part);
    }
    assert_eq!(paged, all);
    assert!(state.looks_of(&[PersonId(7)], Page::first(10)).await.unwrap().is_empty());
    assert!(state.looks_of(&[], Page::first(10)).await.unwrap().is_empty());
    assert_eq!(state.look(&looks[3].commitment).await.unwrap().unwrap().detail, b"detail 3");
    assert_eq!(state.look(&[0; 32]).await.unwrap(), None);

    let without: Vec<_> = [0, 1, 2, 3, 5].iter().map(|number| looks[*number].commitment).collect();
    assert_eq!(state.looks_without_leaf().await.unwrap(), without);
}

#[tokio::test]
async fn the_newest_place_is_known_wherever_the_look_is() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    assert!(!state.has_looks().await.unwrap());
    let looks: Vec<NewLook> = (0..3).map(|number| look(number, &[number], "x")).collect();
    let first = state.put_looks_with_keys(looks.clone(), UnsavedKeys::default()).await.unwrap();
    assert!(state.has_looks().await.unwrap());
    assert_eq!(state.newest_placed().await.unwrap(), None);
    state.place_looks(&[PlacedLooks { first, leaf: 40, count: 2 }]).await.unwrap();
    let newest = Some((looks[1].commitment, 41));
    assert_eq!(state.newest_placed().await.unwrap(), newest);
    // In the tables, after the one without a place, and once its detail is erased.
    state.erase_look(&looks[1].commitment, at(9)).await.unwrap();
    assert_eq!(state.newest_placed().await.unwrap(), newest);
    state.close().await.unwrap();
    let state = open(folder.path()).await;
    assert_eq!(state.newest_placed().await.unwrap(), newest);
    state.put_looks(vec![look(3, &[3], "x")]).await.unwrap();
    assert_eq!(state.newest_placed().await.unwrap(), newest);
    assert!(state.has_looks().await.unwrap());
}

#[tokio::test]
async fn a_batch_is_kept_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![]).await.unwrap();
    state.put_looks(vec![look(1, &[1], "first")]).await.unwrap();
    // More than one statement's worth, and the last is one that is there already.
    let mut batch: Vec<NewLook> = (2..1_300).map(|number| look(number, &[number], "more")).collect();
    batch.push(look(1, &[2], "again"));
    assert!(matches!(state.put_looks(batch.clone()).await, Err(StateError::SameCommitment)));
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), 1);
    assert_eq!(state.persons_opened(&officer("o-martin"), &purpose("loan-relief"), day()).await.unwrap().len(), 1);
    batch.pop();
    state.put_looks(batch).await.unwrap();
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), 1_299);
    let leaves: Vec<([u8; 32], u64)> = (1..1_300).map(|number| (look(number, &[], "").commitment, number)).collect();
    state.set_leaves(&leaves).await.unwrap();
    assert!(state.looks_without_leaf().await.unwrap().is_empty());
}

#[tokio::test]
async fn looks_in_a_row_are_placed_in_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let batch = |numbers: std::ops::Range<u64>| numbers.map(|number| look(number, &[number], "x")).collect();
    let mut runs = Vec::new();
    for (numbers, leaf) in [(0..3, 100), (3..4, 103), (4..9, 200)] {
        let count = numbers.end - numbers.start;
        let first = state.put_looks_with_keys(batch(numbers), UnsavedKeys::default()).await.unwrap();
        runs.push(PlacedLooks { first, leaf, count });
    }
    let mut joined = runs[0];
    assert!(joined.join(runs[1]) && joined.count == 4);
    assert!(!joined.join(runs[2]) && joined.count == 4, "the log has others between them");
    state.place_looks(&[joined]).await.unwrap();
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), 5);
    state.place_looks(&[runs[2], PlacedLooks { first: 1, leaf: 0, count: 0 }]).await.unwrap();
    assert!(state.looks_without_leaf().await.unwrap().is_empty());
    for (number, leaf) in [(0, 100), (2, 102), (3, 103), (4, 200), (8, 204)] {
        let kept = state.look(&look(number, &[], "").commitment).await.unwrap().unwrap();
        assert_eq!(kept.leaf, Some(leaf), "look {number}");
    }
}

#[tokio::test]
async fn the_write_ahead_log_stays_short_and_readers_stop_nobody() {
    const BATCHES: u64 = 200;
    const BATCH: u64 = 40;
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let batch =
        |at: u64| (at * BATCH..(at + 1) * BATCH).map(|number| look(number, &[number], &"x".repeat(600))).collect();
    // Noting a place by commitment moves looks into the tables first.
    let moved = async || state.set_leaves(&[([0; 32], 0)]).await.unwrap();
    for at in 0..BATCHES {
        state.put_looks(batch(at)).await.unwrap();
        if at % 5 == 4 {
            moved().await;
        }
    }
    let length = || std::fs::metadata(folder.path().join("state.sqlite-wal")).unwrap().len();
    // All that was written is more than twice as long: some 25,000 pages.
    assert!(length() < 40 << 20, "the write-ahead log has {} bytes", length());

    // Someone reads for as long as they like, so that the log can't be begun anew.
    let options = SqliteConnectOptions::new().filename(folder.path().join("state.sqlite")).read_only(true);
    let mut reader = options.connect().await.unwrap();
    sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM looks").fetch_one(&mut reader).await.unwrap();
    for at in BATCHES..BATCHES + 40 {
        state.put_looks(batch(at)).await.unwrap();
        moved().await;
    }
    let still: i64 = sqlx::query_scalar("SELECT count(*) FROM looks").fetch_one(&mut reader).await.unwrap();
    assert_eq!((seen, still), ((BATCHES * BATCH) as i64, seen), "who reads sees what there was when they began");
    sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
    assert_eq!(state.looks_without_leaf().await.unwrap().len() as u64, (BATCHES + 40) * BATCH);
}

#[tokio::test]
async fn persons_have_one_key_each_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let persons: Vec<PersonId> = (0..1_200).map(PersonId).collect();
    let keys = state.person_keys(&persons).await.unwrap();
    let distinct: BTreeSet<_> = keys.iter().collect();
    assert_eq!(distinct.len(), persons.len());
    let again = state.person_keys(&[PersonId(3), PersonId(1), PersonId(3)]).await.unwrap();
    assert_eq!(again, [keys[3], keys[1], keys[3]]);
    assert!(state.person_keys(&[]).await.unwrap().is_empty());
    // Who asks at the same time gets the same.
    let (left, right) = tokio::join!(state.person_keys(&[PersonId(9_999)]), state.person_keys(&[PersonId(9_999)]));
    assert_eq!(left.unwrap(), right.unwrap());
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.person_keys(&persons).await.unwrap(), keys);
    assert!(state.erase_person_key(PersonId(3)).await.unwrap());
    assert!(!state.erase_person_key(PersonId(3)).await.unwrap());
    assert_ne!(state.person_keys(&[PersonId(3)]).await.unwrap()[0], keys[3]);
}

#[derive(Debug, Clone)]
struct Opening {
    account: u8,
    purpose: u8,
    day: u8,
    persons: Vec<u64>,
    counts: bool,
}

fn openings() -> impl Strategy<Value = Vec<Opening>> {
    let persons = proptest::collection::vec(prop_oneof![0_u64..5, any::<u64>()], 0..4);
    let opening = (0_u8..2, 0_u8..2, 0_u8..2, persons, any::<bool>())
        .prop_map(|(account, purpose, day, persons, counts)| Opening { account, purpose, day, persons, counts });
    proptest::collection::vec(opening, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn budgets_count_different_persons_by_account_purpose_and_day(openings in openings(), cut in any::<usize>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let state = open(folder.path()).await;
            let mut expected: BTreeMap<(u8, u8, u8), BTreeSet<PersonId>> = BTreeMap::new();
            let mut looks = Vec::new();
            for (number, opening) in (0..).zip(&openings) {
                let mut look = look(number, &opening.persons, "detail");
                look.account = Some(officer(&format!("o-{}", opening.account)));
                look.purpose = purpose(&format!("p-{}", opening.purpose));
                look.day = day() + chrono::Days::new(u64::from(opening.day));
                look.counts_to_budget = opening.counts;
                if opening.counts {
                    let counted = expected.entry((opening.account, opening.purpose, opening.day)).or_default();
                    counted.extend(look.persons.iter().copied());
                }
                looks.push(look);
            }
            let rest = looks.split_off(cut % (looks.len() + 1));
            state.put_looks(looks).await.unwrap();
            state.put_looks(rest).await.unwrap();
            for account in 0..2 {
                for purpose_number in 0..2 {
                    for day_number in 0..2 {
                        let found = state
                            .persons_opened(
                                &officer(&format!("o-{account}")),
                                &purpose(&format!("p-{purpose_number}")),
                                day() + chrono::Days::new(u64::from(day_number)),
                            )
                            .await
                            .unwrap();
                        let distinct: BTreeSet<PersonId> = found.iter().copied().collect();
                        assert_eq!(found.len(), distinct.len());
                        let wanted = expected.remove(&(account, purpose_number, day_number)).unwrap_or_default();
                        assert_eq!(distinct, wanted);
                    }
                }
            }
        });
    }
}

#[tokio::test]
async fn new_keys_are_kept_with_the_looks_that_use_them_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (keys, unsaved) = state.person_keys_for_looks(&[PersonId(1), PersonId(2), PersonId(1)]).await.unwrap();
    assert_eq!(keys[0], keys[2]);
    assert_ne!(keys[0], keys[1]);
    // Person 2 is given a key meanwhile.
    let theirs = state.person_keys(&[PersonId(2)]).await.unwrap();
    assert_ne!(theirs[0], keys[1]);
    let error = state.put_looks_with_keys(vec![look(1, &[1, 2], "one")], unsaved).await.unwrap_err();
    assert!(matches!(error, StateError::SamePersonKey), "{error:?}");
    assert!(state.looks_of(&[PersonId(1)], Page::first(9)).await.unwrap().is_empty());

    let (again, unsaved) = state.person_keys_for_looks(&[PersonId(1), PersonId(2)]).await.unwrap();
    assert_eq!(again[1], theirs[0]);
    state.put_looks_with_keys(vec![look(1, &[1, 2], "one")], unsaved).await.unwrap();
    assert_eq!(state.person_keys(&[PersonId(1), PersonId(2)]).await.unwrap(), again);
    assert_eq!(state.looks_of(&[PersonId(1)], Page::first(9)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_stands_in_for_a_person_counts_and_is_found_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let nobody = PersonId(77);
    let tried =
        |number: u64, stands_in: u64| NewLook { stands_in: Some(PersonId(stands_in)), ..look(number, &[], "tried") };
    state.put_looks(vec![look(1, &[1], "found"), tried(2, 77), tried(3, 78)]).await.unwrap();
    let counted = async |state: &state::State| {
        let opened = state.persons_opened(&officer("o-martin"), &purpose("loan-relief"), day()).await.unwrap();
        let mut opened: Vec<u64> = opened.into_iter().map(|person| person.0).collect();
        opened.sort_unstable();
        opened
    };
    assert_eq!(counted(&state).await, [1, 77, 78]);
    assert!(state.looks_of(&[nobody], Page::first(10)).await.unwrap().is_empty());
    state.close().await.unwrap();
    let state = open(folder.path()).await;
    assert_eq!(counted(&state).await, [1, 77, 78], "in the tables as well");
    assert!(state.looks_of(&[nobody], Page::first(10)).await.unwrap().is_empty());
}
