//! What stewards say of pairs: the last counts, in its generation, until it is taken back.

use std::path::Path;

use model::{RecordId, RegisterId, Verdict};
use sqlx::{ConnectOptions as _, Row as _};
use state::Standing;

use crate::kit::{at, file, holds, look, officer, open, raw};

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
        state.note_review("g1", (&left, &right), by, verdict, standing, leaf, at(7), (true, "")).await.unwrap();
    };
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right), None);
    note(&first, Verdict::Same, Standing::Proposed, 4).await;
    let reviews = state.reviews("g1").await.unwrap();
    let proposed = reviews.of(&left, &right).unwrap();
    assert_eq!((proposed.verdict, proposed.standing, proposed.leaf), (Verdict::Same, Standing::Proposed, 4));
    assert_eq!(proposed.at, at(7));
    assert!(reviews.is_by(&proposed, &first) && !reviews.is_by(&proposed, &second));
    assert_eq!(reviews.of(&left, &other), None, "another pair");
    assert_eq!(reviews.proposals().len(), 1);
    let later = state.reviews("g2").await.unwrap();
    assert_eq!(later.of(&left, &right), Some(proposed), "it waits, whatever is built meanwhile");
    assert_eq!((&later.proposals()[0].left, &later.proposals()[0].right), (&left, &right));
    note(&second, Verdict::Same, Standing::Judged, 5).await;
    let judged = state.reviews("g1").await.unwrap();
    assert_eq!(judged.proposed_in(4), Some((&left, &right)), "whoever judged it can come back to it");
    assert_eq!((judged.proposed_in(5), state.reviews("g2").await.unwrap().proposed_in(4)), (None, None));
    assert_eq!((judged.of(&left, &right).unwrap().standing, judged.proposals()), (Standing::Judged, &[] as &[_]));
    let later = state.reviews("g2").await.unwrap();
    assert_eq!((later.of(&left, &right), later.proposals()), (None, &[] as &[_]), "the index knows of it by then");
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right).unwrap().leaf, 5);
    let taken =
        state.note_review("g1", (&left, &right), &first, Verdict::CannotSay, Standing::TakenBack, 6, at(8), (true, ""));
    taken.await.unwrap();
    assert_eq!(state.reviews("g1").await.unwrap().of(&left, &right), None);
    let bytes = raw(folder.path());
    for secret in ["o-canary-9031".as_bytes(), "a".repeat(32).as_bytes()] {
        assert!(!crate::kit::holds(&bytes, secret));
    }
}

/// Proposes something of two pairs: of the first record returned with each of the others.
async fn proposed(state: &state::State) -> [RecordId; 3] {
    let [left, right, other] = [record("loans", 'a'), record("tax", 'b'), record("tax", 'c')];
    for (pair, leaf) in [((&left, &right), 1), ((&left, &other), 2)] {
        let by = officer("o-1");
        let noted = state.note_review("g1", pair, &by, Verdict::Different, Standing::Proposed, leaf, at(7), (true, ""));
        noted.await.unwrap();
    }
    [left, right, other]
}

#[tokio::test]
async fn proposals_of_an_erased_record_name_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let [left, right, other] = proposed(&state).await;
    assert_eq!(state.reviews("g1").await.unwrap().proposals().len(), 2);
    assert_eq!(state.erase_reviews_of_record(&right).await.unwrap(), 1);
    let reviews = state.reviews("g1").await.unwrap();
    assert_eq!(reviews.proposals().iter().map(|proposal| &proposal.right).collect::<Vec<_>>(), [&other]);
    assert!(reviews.of(&left, &right).is_some(), "what was said of it in this generation stands");
    assert!(state.reviews("g2").await.unwrap().of(&left, &right).is_none());
    assert_eq!(state.erase_reviews_of_record(&right).await.unwrap(), 0);
    assert!(!crate::kit::holds(&raw(folder.path()), "b".repeat(32).as_bytes()));
}

#[tokio::test]
async fn a_proposal_that_was_put_in_the_place_of_another_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    proposed(&state).await;
    crate::kit::run(folder.path(), "UPDATE reviews SET records = (SELECT records FROM reviews WHERE leaf = 2)").await;
    let error = state.reviews("g1").await.unwrap_err();
    assert!(matches!(error, state::StateError::Unsealable { .. }), "{error}");
}

#[tokio::test]
async fn a_proposal_of_a_list_of_its_own_is_known_in_its_generation_alone() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right) = (record("loans", 'a'), record("tax", 'b'));
    let by = officer("o-1");
    let noted = state.note_review("g1", (&left, &right), &by, Verdict::Same, Standing::Proposed, 1, at(7), (false, ""));
    noted.await.unwrap();
    let reviews = state.reviews("g1").await.unwrap();
    assert!(reviews.of(&left, &right).is_some() && reviews.proposals().is_empty());
    assert_eq!(state.reviews("g2").await.unwrap().of(&left, &right), None);
}

#[tokio::test]
async fn what_was_judged_is_found_again_until_it_is_taken_back_or_the_next_generation_is_in_service() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right, other) = (record("loans", 'a'), record("tax", 'b'), record("tax", 'c'));
    let by = officer("o-1");
    let note = async |generation: &str, pair: (&RecordId, &RecordId), standing, leaf, reason: &str| {
        let noted = state.note_review(generation, pair, &by, Verdict::Different, standing, leaf, at(7), (true, reason));
        noted.await.unwrap();
    };
    note("g1", (&left, &right), Standing::Judged, 1, "canary of a reason").await;
    note("g1", (&left, &other), Standing::Judged, 2, "two births").await;
    let reviews = state.reviews("g1").await.unwrap();
    let told: Vec<(u64, &str)> =
        reviews.judged().iter().map(|judged| (judged.review.leaf, judged.reason.as_str())).collect();
    assert_eq!(told, [(2, "two births"), (1, "canary of a reason")], "the latest first");
    let first = reviews.judged_in(1).unwrap();
    assert_eq!((&first.left, &first.right), (&left, &right));
    assert!(reviews.proposed_in(1).is_none() && reviews.proposals().is_empty(), "it waits for nobody");
    assert!(!format!("{first:?}").contains("canary") && !crate::kit::holds(&raw(folder.path()), b"canary of a reason"));

    note("g1", (&left, &right), Standing::Judged, 3, "seen once more").await;
    note("g1", (&left, &other), Standing::TakenBack, 4, "").await;
    let reviews = state.reviews("g1").await.unwrap();
    let leaves: Vec<u64> = reviews.judged().iter().map(|judged| judged.review.leaf).collect();
    assert_eq!(leaves, [3], "the last word of each pair");
    assert!(reviews.judged_in(1).is_none() && reviews.judged_in(2).is_none());
    assert!(state.reviews("g2").await.unwrap().judged().is_empty(), "the next index knows of it");

    assert_eq!(state.erase_reviews_of_record(&right).await.unwrap(), 2, "both times that something was said");
    let reviews = state.reviews("g1").await.unwrap();
    assert!(reviews.judged().is_empty() && reviews.of(&left, &right).is_some(), "said, of whom nobody can name");
    note("g1", (&left, &right), Standing::Judged, 5, "again").await;
    note("g2", (&left, &other), Standing::Judged, 6, "later").await;
    state.forget_judged_before("g2").await.unwrap();
    assert!(state.reviews("g1").await.unwrap().judged().is_empty(), "what the index has is not kept twice");
    assert_eq!(state.reviews("g2").await.unwrap().judged().len(), 1);
}

/// Gives what is sealed of the saying of an entry: two records, and why.
async fn sealed(folder: &Path, leaf: i64) -> Option<Vec<u8>> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file(folder)).read_only(true);
    let mut connection = options.connect().await.unwrap();
    let row = sqlx::query("SELECT records FROM reviews WHERE leaf = ?").bind(leaf).fetch_one(&mut connection).await;
    row.unwrap().get(0)
}

/// A piece of some bytes that is long enough not to occur by chance.
fn piece(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len() / 2..bytes.len() / 2 + 16]
}

#[tokio::test]
async fn a_reason_is_gone_from_the_bytes_when_the_next_generation_comes_into_service() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let [left, right, other] = [record("loans", 'a'), record("tax", 'b'), record("tax", 'c')];
    let by = officer("o-1");
    for (pair, standing, leaf) in [
        ((&left, &right), Standing::Judged, 1),
        ((&left, &other), Standing::Proposed, 2),
        ((&right, &other), Standing::Proposed, 3),
        ((&right, &other), Standing::Judged, 4),
    ] {
        let noted = state.note_review("g1", pair, &by, Verdict::Different, standing, leaf, at(7), (true, "two births"));
        noted.await.unwrap();
    }
    let mut kept = Vec::new();
    for leaf in 1..=4 {
        kept.push(sealed(folder.path(), leaf).await.unwrap());
    }
    assert_eq!(state.forget_judged_before("g1").await.unwrap(), 0, "a restart with the same index");
    let before = raw(folder.path());
    assert!(kept.iter().all(|sealed| holds(&before, piece(sealed))), "the search itself works");
    drop(state);

    // The server is started with the next index; nobody judges anything.
    let state = open(folder.path()).await;
    assert_eq!(state.forget_judged_before("g2").await.unwrap(), 3);
    let after = raw(folder.path());
    let left_over: Vec<usize> = (0..4).filter(|at| holds(&after, piece(&kept[*at]))).collect();
    assert_eq!(left_over, [1], "what still waits for a second steward");
    let reviews = state.reviews("g2").await.unwrap();
    assert_eq!((reviews.proposals().len(), reviews.proposals()[0].review.leaf), (1, 2));
    assert_eq!(state.forget_judged_before("g2").await.unwrap(), 0);
    assert!(state.is_judged_in("g1", 4).await.unwrap(), "what was said stays, and when");
}

#[tokio::test]
async fn an_erased_look_takes_the_reason_of_its_judgement_along() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right, other) = (record("loans", 'a'), record("tax", 'b'), record("tax", 'c'));
    let by = officer("o-1");
    let looks = [look(0, &[1, 2], "judged"), look(1, &[1], "judged too"), look(2, &[2], "of another")];
    state.put_looks(looks.to_vec()).await.unwrap();
    let places: Vec<_> = looks.iter().zip(10..).map(|(look, leaf)| (look.commitment, leaf)).collect();
    state.set_leaves(&places).await.unwrap();
    for (pair, leaf) in [((&left, &right), 10), ((&left, &other), 11), ((&right, &other), 12)] {
        let (verdict, standing) = (Verdict::Different, Standing::Judged);
        state.note_review("g1", pair, &by, verdict, standing, leaf, at(7), (true, "two births")).await.unwrap();
    }
    let mut kept = Vec::new();
    for leaf in 10..13 {
        kept.push(sealed(folder.path(), leaf).await.unwrap());
    }
    let left_over = || {
        let bytes = raw(folder.path());
        (0..3).filter(|at| holds(&bytes, piece(&kept[*at]))).collect::<Vec<usize>>()
    };
    assert_eq!(left_over(), [0, 1, 2], "the search itself works");
    assert!(state.erase_look(&looks[0].commitment, at(99)).await.unwrap());
    assert_eq!(left_over(), [1, 2]);
    state.erase_looks_of_person(model::PersonId(1), at(100)).await.unwrap();
    assert_eq!(left_over(), [2], "the look was at nobody else");
    let reviews = state.reviews("g1").await.unwrap();
    assert_eq!(reviews.judged().iter().map(|judged| judged.review.leaf).collect::<Vec<_>>(), [12]);
    assert!(reviews.judged_in(12).is_some() && reviews.judged_in(10).is_none());
    assert!(reviews.of(&left, &right).is_some(), "that something was said of the two stays");
}

#[tokio::test]
async fn what_could_not_be_noted_leaves_a_contest_open_and_nothing_pending() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right) = (record("loans", 'a'), record("tax", 'b'));
    let (citizen, by) = (officer("c-1"), officer("o-1"));
    assert!(state.note_contest((&left, &right), &citizen, "not mine", 1, at(7)).await.unwrap());
    crate::kit::run(
        folder.path(),
        "CREATE TRIGGER no_room BEFORE INSERT ON reviews BEGIN SELECT RAISE(ABORT, 'no room'); END",
    )
    .await;
    let note = async |leaf| {
        let (verdict, standing) = (Verdict::Different, Standing::Judged);
        state.note_review("g1", (&left, &right), &by, verdict, standing, leaf, at(8), (false, "two births")).await
    };
    // The log and the spine have the judgement by then, under this entry.
    note(2).await.unwrap_err();
    assert!(!state.is_uncertain(), "it was rolled back for certain");
    let own = state.contests_of(&citizen).await.unwrap();
    assert_eq!((own.len(), own[0].ended), (1, None), "it is open, and can be judged once more");
    let records = std::slice::from_ref(&left);
    assert!(state.contested_since(records)[0].is_some() && state.contest_judged(records)[0].is_none());
    assert!(!state.is_judged_in("g1", 2).await.unwrap());
    assert!(state.reviews("g1").await.unwrap().of(&left, &right).is_none(), "the pair is shown once more");

    crate::kit::run(folder.path(), "DROP TRIGGER no_room").await;
    note(3).await.unwrap();
    let end = state::ContestEnd { verdict: Verdict::Different, leaf: 3, at: at(8) };
    assert!(state.end_contest(&left, &right, end).await.unwrap());
    assert_eq!(state.contest_judged(records), [Some(end)]);
    assert!(state.is_judged_in("g1", 3).await.unwrap() && state.contested_since(records)[0].is_none());
}

#[tokio::test]
async fn what_is_taken_back_leaves_what_was_said_before_as_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right) = (record("loans", 'a'), record("tax", 'b'));
    let (first, second) = (officer("o-1"), officer("o-2"));
    let note = async |generation: &str, by: &model::OfficerId, verdict, standing, leaf| {
        let noted = state.note_review(generation, (&left, &right), by, verdict, standing, leaf, at(7), (true, "why"));
        noted.await.unwrap();
    };
    let last = async |generation: &str| {
        let reviews = state.reviews(generation).await.unwrap();
        let leaf = reviews.of(&left, &right).map(|review| review.leaf);
        let listed: Vec<u64> = reviews.judged().iter().map(|judged| judged.review.leaf).collect();
        let waiting: Vec<u64> = reviews.proposals().iter().map(|proposal| proposal.review.leaf).collect();
        (leaf, listed, waiting)
    };
    let (judged, back) = (Standing::Judged, (Verdict::TakenBack, Standing::TakenBack));
    note("g1", &first, Verdict::Same, Standing::Proposed, 1).await;
    note("g1", &second, Verdict::Same, judged, 2).await;
    note("g1", &second, Verdict::Different, judged, 3).await;
    note("g1", &first, back.0, back.1, 4).await;
    assert_eq!(last("g1").await, (Some(3), vec![3], vec![]), "one's own alone, from below what another said");
    note("g1", &first, Verdict::Same, Standing::Proposed, 5).await;
    assert_eq!(last("g1").await, (Some(5), vec![], vec![5]));
    note("g1", &first, back.0, back.1, 6).await;
    note("g1", &second, back.0, back.1, 7).await;
    assert_eq!(last("g1").await, (Some(2), vec![2], vec![]), "with its records and reason");
    note("g1", &second, back.0, back.1, 8).await;
    note("g1", &second, back.0, back.1, 9).await;
    assert_eq!(last("g1").await, (None, vec![], vec![]));

    // A proposal that was confirmed waits again, in whatever generation, and is not forgotten.
    note("g1", &first, Verdict::Same, Standing::Proposed, 10).await;
    note("g1", &second, Verdict::Same, judged, 11).await;
    assert_eq!(last("g2").await, (None, vec![], vec![]));
    note("g1", &second, back.0, back.1, 12).await;
    for generation in ["g1", "g2"] {
        assert_eq!(last(generation).await, (Some(10), vec![], vec![10]), "{generation}");
    }
    state.forget_judged_before("g2").await.unwrap();
    assert_eq!(last("g2").await, (Some(10), vec![], vec![10]));
    // What is said of it in the next generation and taken back there leaves it waiting.
    note("g2", &second, Verdict::Different, judged, 13).await;
    assert_eq!(last("g2").await, (Some(13), vec![13], vec![]));
    note("g2", &second, back.0, back.1, 14).await;
    state.forget_judged_before("g3").await.unwrap();
    assert_eq!((last("g2").await, last("g3").await), ((Some(10), vec![], vec![10]), (Some(10), vec![], vec![10])));
    note("g3", &first, back.0, back.1, 15).await;
    assert_eq!((last("g3").await, last("g4").await), ((None, vec![], vec![]), (None, vec![], vec![])));
    state.forget_judged_before("g4").await.unwrap();
    assert!(sealed(folder.path(), 10).await.is_none(), "nobody waits for it");

    // Nothing of all that was said is in force, in whatever generation.
    assert_eq!(state.said_last("g4", &left, &right).await.unwrap(), None);

    // As earlier versions took back: nothing said before holds again.
    note("g4", &first, Verdict::Different, judged, 16).await;
    note("g4", &first, Verdict::Same, judged, 17).await;
    note("g4", &first, Verdict::CannotSay, Standing::TakenBack, 18).await;
    assert_eq!(last("g4").await, (None, vec![], vec![]));
}

#[tokio::test]
async fn what_was_judged_in_an_earlier_generation_is_known_by_its_records_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right, other) = (record("loans", 'a'), record("tax", 'b'), record("tax", 'c'));
    let (first, second) = (officer("o-1"), officer("o-2"));
    let note = async |generation: &str, by: &model::OfficerId, verdict, standing, leaf, named| {
        let noted = state.note_review(generation, (&left, &right), by, verdict, standing, leaf, at(7), (named, "why"));
        noted.await.unwrap();
    };
    let last = async |now: &str| state.said_last(now, &left, &right).await.unwrap().map(|review| review.leaf);
    let (judged, proposed, back) = (Standing::Judged, Standing::Proposed, Standing::TakenBack);
    assert_eq!(last("g1").await, None);
    note("g1", &first, Verdict::Different, judged, 1, true).await;
    state.forget_judged_before("g2").await.unwrap();
    let known = state.said_last("g2", &left, &right).await.unwrap().unwrap();
    assert_eq!((known.verdict, known.standing, known.leaf, known.at), (Verdict::Different, judged, 1, at(7)));
    let reviews = state.reviews("g2").await.unwrap();
    assert!(reviews.is_by(&known, &first) && !reviews.is_by(&known, &second), "whose it was is told still");
    assert_eq!(state.said_last("g2", &left, &other).await.unwrap(), None, "another pair");
    assert_eq!(reviews.of(&left, &right), None, "the queue is that of its generation");

    // The later judgement wins, and once it is taken back the earlier one holds again.
    note("g2", &second, Verdict::Same, judged, 2, true).await;
    assert_eq!(last("g2").await, Some(2));
    note("g3", &second, Verdict::TakenBack, back, 3, true).await;
    assert_eq!((last("g3").await, last("g4").await), (Some(1), Some(1)));
    assert!(state.is_taken_back(2).await.unwrap() && !state.is_taken_back(1).await.unwrap());

    // What was proposed in a list of its own waits no longer than its generation, and is not what is taken back after it.
    note("g3", &first, Verdict::Same, proposed, 4, false).await;
    assert_eq!((last("g3").await, last("g4").await), (Some(4), Some(1)));
    note("g4", &first, Verdict::TakenBack, back, 5, true).await;
    assert_eq!((last("g4").await, last("g5").await), (None, None));
    assert!(state.is_taken_back(1).await.unwrap());
    assert_eq!(state.reviews("g4").await.unwrap().of(&left, &right), None);

    // A proposal that waits for a second in whatever generation is the last word.
    note("g4", &first, Verdict::Same, proposed, 6, true).await;
    assert_eq!((last("g4").await, last("g5").await), (Some(6), Some(6)));
}

#[tokio::test]
async fn a_proposal_of_before_is_found_by_its_entry_when_it_is_confirmed_and_is_one_however_often_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (left, right) = (record("loans", 'a'), record("tax", 'b'));
    let (first, second) = (officer("o-1"), officer("o-2"));
    let note = async |generation: &str, by: &model::OfficerId, verdict, standing, leaf| {
        let noted = state.note_review(generation, (&left, &right), by, verdict, standing, leaf, at(7), (true, "why"));
        noted.await.unwrap();
    };
    let waiting = async |generation: &str| {
        let reviews = state.reviews(generation).await.unwrap();
        reviews.proposals().iter().map(|proposal| proposal.review.leaf).collect::<Vec<u64>>()
    };
    note("g1", &first, Verdict::Same, Standing::Proposed, 1).await;
    note("g1", &first, Verdict::Same, Standing::Proposed, 2).await;
    assert_eq!((waiting("g1").await, waiting("g2").await), (vec![2], vec![2]));
    note("g2", &second, Verdict::Same, Standing::Judged, 3).await;
    let reviews = state.reviews("g2").await.unwrap();
    assert_eq!(reviews.of(&left, &right).map(|review| review.leaf), Some(3));
    assert_eq!(reviews.proposed_in(2), Some((&left, &right)), "whoever judged it can come back to it");
    assert!(reviews.proposals().is_empty());
    note("g2", &second, Verdict::TakenBack, Standing::TakenBack, 4).await;
    assert_eq!(waiting("g2").await, [2]);
    note("g2", &first, Verdict::TakenBack, Standing::TakenBack, 5).await;
    let reviews = state.reviews("g2").await.unwrap();
    assert!(
        reviews.of(&left, &right).is_none() && reviews.proposed_in(2).is_none(),
        "it was taken back, however often made"
    );
}
