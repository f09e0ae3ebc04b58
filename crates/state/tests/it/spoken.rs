//! What people said and no run has followed: in order, in batches that are known again, and sealed.

use model::{Judgement, RecordId, RegisterId, Verdict};
use state::{Spoken, SpokenBatch, StateError};

use crate::kit::{at, holds, officer, open, raw};

/// Gives what somebody says of two records; the reason tells the entry of the log.
pub(crate) fn spoken(left: &RecordId, right: &RecordId, verdict: Verdict, leaf: u64) -> Spoken {
    let (left, right) = (left.clone(), right.clone());
    let (by, at, reason) = ("o-canary-4410".to_owned(), at(7), format!("a canary of entry {leaf}"));
    Spoken { judgement: Judgement { left, right, verdict, by, at, reason }, held: None }
}

/// Gives what was said in a batch; nothing where there is none.
pub(crate) fn verdicts_of(batch: Option<SpokenBatch>) -> Vec<Verdict> {
    batch.map_or_else(Vec::new, |batch| batch.said.iter().map(|said| said.judgement.verdict).collect())
}

fn record(register: &str, digit: char) -> RecordId {
    RecordId::from_hex(&RegisterId::new(register).unwrap(), &digit.to_string().repeat(32)).unwrap()
}

#[tokio::test]
async fn a_batch_is_given_until_it_is_written_and_holds_nothing_that_came_after() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (tax, loans) = (record("tax", 'b'), record("loans", 'a'));
    let keep = async |verdict| state.keep_spoken(&spoken(&loans, &tax, verdict, 1)).await.unwrap();
    assert_eq!(state.spoken_batch().await.unwrap(), None);
    keep(Verdict::Same).await;
    keep(Verdict::CannotSay).await;
    let first = state.spoken_batch().await.unwrap().unwrap();
    let said: Vec<Spoken> = [Verdict::Same, Verdict::CannotSay].map(|verdict| spoken(&loans, &tax, verdict, 1)).into();
    assert_eq!((first.name.len(), &first.said), (32, &said));
    keep(Verdict::Different).await;
    assert_eq!(
        state.spoken_batch().await.unwrap().as_ref(),
        Some(&first),
        "under the same name, without what came since"
    );

    // Whoever was interrupted finds it again.
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.spoken_batch().await.unwrap().as_ref(), Some(&first));
    state.spoken_written(&first).await.unwrap();
    let second = state.spoken_batch().await.unwrap().unwrap();
    assert_eq!(verdicts_of(Some(second.clone())), [Verdict::Different]);
    assert_ne!(second.name, first.name);
    state.spoken_written(&first).await.unwrap();
    assert_eq!(state.spoken_batch().await.unwrap().as_ref(), Some(&second), "a batch that is gone takes none with it");
    state.spoken_written(&second).await.unwrap();
    assert_eq!(state.spoken_batch().await.unwrap(), None);
}

#[tokio::test]
async fn what_a_contest_says_is_kept_with_it_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (tax, loans, other) = (record("tax", 'b'), record("loans", 'a'), record("tax", 'c'));
    let citizen = officer("c-1");
    let disputed = Spoken { held: Some(vec![other]), ..spoken(&tax, &loans, Verdict::Disputed, 4) };
    let contest =
        async |leaf| state.note_contest_and((&tax, &loans), &citizen, "not mine", leaf, at(7), Some(&disputed)).await;
    assert!(contest(4).await.unwrap());
    assert!(!contest(5).await.unwrap(), "it is contested already");
    let said = state.spoken_batch().await.unwrap().unwrap();
    assert_eq!(said.said, std::slice::from_ref(&disputed));
    state.spoken_written(&said).await.unwrap();

    let id = state.open_contests().await.unwrap()[0].id;
    let withdrawn = spoken(&tax, &loans, Verdict::Withdrawn, 6);
    let end = state::ContestEnd { verdict: Verdict::Withdrawn, leaf: 6, at: at(8) };
    assert!(state.withdraw_contest(id, end, Some(&withdrawn)).await.unwrap());
    assert!(!state.withdraw_contest(id, end, Some(&withdrawn)).await.unwrap());
    assert_eq!(verdicts_of(state.spoken_batch().await.unwrap()), [Verdict::Withdrawn], "once");

    // Where there is no room for the one there is none for the other.
    let no_room = "CREATE TRIGGER no_room BEFORE INSERT ON spoken BEGIN SELECT RAISE(ABORT, 'no room'); END";
    crate::kit::run(folder.path(), no_room).await;
    contest(7).await.unwrap_err();
    assert!(state.open_contests().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_said_is_sealed_and_a_row_that_was_changed_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (tax, loans, other) = (record("tax", 'b'), record("loans", 'a'), record("tax", 'c'));
    state.keep_spoken(&spoken(&loans, &tax, Verdict::Same, 1)).await.unwrap();
    state.keep_spoken(&spoken(&loans, &other, Verdict::Same, 2)).await.unwrap();
    let bytes = raw(folder.path());
    for canary in ["a canary of entry", "o-canary-4410", &loans.hash_hex()] {
        assert!(!holds(&bytes, canary.as_bytes()), "{canary}");
    }
    let debugged = format!("{:?}", state.spoken_batch().await.unwrap());
    assert!(debugged.contains("Same") && !debugged.contains("canary") && !debugged.contains(&loans.hash_hex()));
    // What was sealed of one pair in the place of another.
    crate::kit::run(folder.path(), "UPDATE spoken SET sealed = (SELECT sealed FROM spoken WHERE id = 1) WHERE id = 2")
        .await;
    let error = state.spoken_batch().await.unwrap_err();
    assert!(matches!(error, StateError::Unsealable { .. }), "{error:?}");
}
