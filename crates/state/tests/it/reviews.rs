//! What stewards say of pairs: the last counts, in its generation, until it is taken back.

use model::{RecordId, RegisterId, Verdict};
use state::Standing;

use crate::kit::{at, officer, open, raw};

fn record(register: &str, digit: char) -> RecordId {
    RecordId::from_hex(&RegisterId::new(register).unwrap(), &digit.to_string().repeat(32)).unwrap()
}

#[tokio::test]
async fn the_last_word_counts_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right, other) = (record("loans", 'a'), record("tax", 'b'), record("tax", 'c'));
    let (first, second) = (officer("o-canary-9031"), officer("o-2"));
    let note = async |by: &model::OfficerId, verdict, standing, leaf| {
        state.note_review("g1", (&left, &right), by, verdict, standing, leaf, at(7)).await.unwrap();
    };
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right), None);
    note(&first, Verdict::Same, Standing::Proposed, 4).await;
    let reviews = state.reviews("g1").await.unwrap();
    let proposed = reviews.of(&left, &right).unwrap();
    assert_eq!((proposed.verdict, proposed.standing, proposed.leaf), (Verdict::Same, Standing::Proposed, 4));
    assert_eq!(proposed.at, at(7));
    assert!(reviews.is_by(&proposed, &first) && !reviews.is_by(&proposed, &second));
    assert_eq!(reviews.of(&left, &other), None, "another pair");
    assert_eq!(state.reviews("g2").await.unwrap().of(&left, &right), None, "another generation");
    note(&second, Verdict::Same, Standing::Judged, 5).await;
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right).unwrap().standing, Standing::Judged);
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right).unwrap().leaf, 5);
    let taken = state.note_review("g1", (&left, &right), &first, Verdict::CannotSay, Standing::TakenBack, 6, at(8));
    taken.await.unwrap();
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right), None);
    let bytes = raw(folder.path());
    for secret in ["o-canary-9031".as_bytes(), "a".repeat(32).as_bytes()] {
        assert!(!crate::kit::holds(&bytes, secret));
    }
}
