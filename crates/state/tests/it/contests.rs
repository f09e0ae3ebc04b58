//! What people contest: one open contest a record, sealed, ended and opened again.

use model::{RecordId, RegisterId, Verdict};
use state::{ContestEnd, OfContests, Standing};

use crate::kit::{at, officer, open, raw};
use crate::spoken::{spoken, verdicts_of};

fn record(register: &str, digit: char) -> RecordId {
    RecordId::from_hex(&RegisterId::new(register).unwrap(), &digit.to_string().repeat(32)).unwrap()
}

#[tokio::test]
async fn a_record_is_contested_once_until_that_ends() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (tax, loans, other) = (record("tax", 'a'), record("loans", 'b'), record("tax", 'c'));
    let citizen = officer("c-canary-771");
    assert!(state.open_contests().await.unwrap().is_empty());
    assert!(state.note_contest((&tax, &loans), &citizen, "not my canary street", 4, at(7)).await.unwrap());
    assert!(!state.note_contest((&tax, &loans), &citizen, "again", 5, at(8)).await.unwrap(), "it is contested already");
    let contests = state.contests_of(&citizen).await.unwrap();
    assert_eq!(contests.len(), 1);
    let contest = &contests[0];
    assert_eq!((contest.id, &contest.contested, &contest.tied, contest.leaf), (1, &tax, &loans, 4));
    assert_eq!((contest.reason.as_str(), contest.at, contest.ended), ("not my canary street", at(7), None));
    assert_eq!(contest.pair(), (&loans, &tax));
    assert!(state.contests_of(&officer("another")).await.unwrap().is_empty());
    let asked = [tax.clone(), loans.clone(), other];
    assert_eq!(state.contested_since(&asked), [Some(at(7)), None, None]);

    let end = ContestEnd { verdict: Verdict::Same, leaf: 9, at: at(9) };
    assert!(state.end_contest(&tax, &loans, end).await.unwrap());
    assert!(!state.end_contest(&tax, &loans, end).await.unwrap(), "there is none open");
    assert_eq!(state.contest(1).await.unwrap().unwrap().ended, Some(end));
    assert_eq!(state.contested_since(&asked), [None; 3]);
    // The judgement is taken back: the contest is open again, since when it was.
    assert!(!state.reopen_contest(&loans, &tax, 8).await.unwrap(), "another judgement ended it");
    assert!(state.reopen_contest(&loans, &tax, 9).await.unwrap());
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.contested_since(&asked), [Some(at(7)), None, None], "it is known after a restart");
    assert_eq!(state.open_contests().await.unwrap(), contests);
    let withdrawn = ContestEnd { verdict: Verdict::Withdrawn, leaf: 10, at: at(10) };
    assert!(state.end_contest(&loans, &tax, withdrawn).await.unwrap());
    assert!(state.note_contest((&tax, &loans), &citizen, "all the same", 11, at(11)).await.unwrap());
    // The number of what was not kept is not given again.
    let ids: Vec<u64> = state.contests_of(&citizen).await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(ids, [3, 1]);
    assert!(!format!("{contests:?}").contains("canary"));
    drop(state);
    let bytes = raw(folder.path());
    for canary in ["canary", "aaaaaaaaaaaaaaaa"] {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary} stands in the file");
    }
}

#[tokio::test]
async fn with_a_record_goes_what_was_contested_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (tax, loans, other) = (record("tax", 'a'), record("loans", 'b'), record("tax", 'c'));
    let (citizen, neighbour) = (officer("c-canary-771"), officer("c-canary-772"));
    assert!(state.note_contest((&tax, &loans), &citizen, "not my street", 4, at(7)).await.unwrap());
    let end = ContestEnd { verdict: Verdict::Same, leaf: 9, at: at(9) };
    assert!(state.end_contest(&tax, &loans, end).await.unwrap());
    assert!(state.note_contest((&loans, &tax), &citizen, "nor my loan", 10, at(10)).await.unwrap());
    assert!(state.note_contest((&other, &loans), &neighbour, "not me", 11, at(11)).await.unwrap());

    assert_eq!(state.erase_contests_of_record(&tax).await.unwrap(), 2, "ended or open, contested or tied");
    assert!(state.contests_of(&citizen).await.unwrap().is_empty());
    assert_eq!(state.contested_since(&[tax.clone(), loans.clone(), other]), [None, None, Some(at(11))]);
    assert_eq!(state.erase_contests_of_record(&tax).await.unwrap(), 0);
    assert_eq!(state.contests_of(&neighbour).await.unwrap().len(), 1);
}

#[tokio::test]
async fn how_a_contest_was_judged_is_known_until_it_is_open_again_or_gone() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (tax, loans) = (record("tax", 'a'), record("loans", 'b'));
    let (citizen, steward) = (officer("c-canary-771"), officer("steward"));
    let asked = [tax.clone(), loans.clone()];
    assert!(state.note_contest((&tax, &loans), &citizen, "not my street", 4, at(7)).await.unwrap());
    assert_eq!(state.contest_judged(&asked), [None, None], "it is open");
    let review = state.note_review(
        "one",
        (&loans, &tax),
        &steward,
        Verdict::Different,
        Standing::Judged,
        9,
        at(9),
        (false, "not the same"),
    );
    review.await.unwrap();
    let end = ContestEnd { verdict: Verdict::Different, leaf: 9, at: at(9) };
    assert!(state.end_contest(&tax, &loans, end).await.unwrap());
    assert_eq!(state.contest_judged(&asked), [Some(end), None]);
    for (generation, leaf, is_pending) in
        [("one", 9, true), ("one", 4, false), ("two", 9, false), ("one", u64::MAX, false)]
    {
        assert_eq!(state.is_judged_in(generation, leaf).await.unwrap(), is_pending, "{generation} {leaf}");
    }
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.contest_judged(&asked), [Some(end), None], "it is known after a restart");
    assert!(state.reopen_contest(&tax, &loans, 9).await.unwrap());
    assert_eq!(state.contest_judged(&asked), [None, None]);
    let withdrawn = ContestEnd { verdict: Verdict::Withdrawn, leaf: 10, at: at(10) };
    assert!(state.end_contest(&tax, &loans, withdrawn).await.unwrap());
    assert_eq!(state.contest_judged(&asked), [None, None], "what was taken back was not judged");
}

#[tokio::test]
async fn what_the_person_took_back_since_is_not_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (loans, tax) = (record("loans", 'a'), record("tax", 'b'));
    let account = officer("c-1");
    let end = |verdict, leaf| ContestEnd { verdict, leaf, at: at(leaf as i64) };
    assert!(state.note_contest((&loans, &tax), &account, "not mine", 1, at(1)).await.unwrap());
    assert!(state.end_contest(&loans, &tax, end(Verdict::Same, 2)).await.unwrap());
    assert!(state.note_contest((&loans, &tax), &account, "not mine, I say", 3, at(3)).await.unwrap());
    assert!(state.end_contest(&loans, &tax, end(Verdict::Withdrawn, 4)).await.unwrap());
    assert!(!state.reopen_contest(&loans, &tax, 2).await.unwrap());
    assert_eq!(state.contested_since(&[loans]), [None]);
}

#[tokio::test]
async fn of_two_records_that_are_both_contested_each_has_its_own_end() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let [loans, tax] = [record("loans", 'a'), record("tax", 'b')];
    let (account, both) = (officer("c-1"), [loans.clone(), tax.clone()]);
    let end = |verdict, leaf| ContestEnd { verdict, leaf, at: at(leaf as i64) };
    assert!(state.note_contest((&loans, &tax), &account, "not mine", 1, at(1)).await.unwrap());
    assert!(state.note_contest((&tax, &loans), &account, "nor mine", 2, at(2)).await.unwrap());
    let open_now = || state.contested_since(&both).into_iter().map(|since| since.is_some()).collect::<Vec<_>>();
    // One judgement ends both, and both are open again when it is taken back.
    assert!(state.end_contest(&loans, &tax, end(Verdict::Same, 3)).await.unwrap());
    assert_eq!(open_now(), [false, false]);
    assert!(state.reopen_contest(&loans, &tax, 3).await.unwrap());
    assert_eq!(open_now(), [true, true]);
    // To take one back leaves the other.
    let own = state.contests_of(&account).await.unwrap();
    let of_tax = own.iter().find(|contest| contest.contested == tax).unwrap().id;
    assert!(state.withdraw_contest(of_tax, end(Verdict::Withdrawn, 4), None).await.unwrap());
    assert!(!state.withdraw_contest(of_tax, end(Verdict::Withdrawn, 5), None).await.unwrap(), "it is open no more");
    assert_eq!(open_now(), [true, false]);
    assert!(state.end_contest(&loans, &tax, end(Verdict::Different, 6)).await.unwrap());
    assert!(state.reopen_contest(&loans, &tax, 6).await.unwrap());
    assert_eq!(open_now(), [true, false], "what the person took back stays so");
}

#[tokio::test]
async fn what_is_contested_after_a_judgement_is_not_ended_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (loans, tax) = (record("loans", 'a'), record("tax", 'b'));
    assert!(state.note_contest((&loans, &tax), &officer("c-1"), "not mine", 9, at(9)).await.unwrap());
    let end = |leaf| ContestEnd { verdict: Verdict::Same, leaf, at: at(10) };
    assert!(!state.end_contest(&loans, &tax, end(8)).await.unwrap(), "whoever judged had not read it");
    assert!(state.contested_since(std::slice::from_ref(&loans))[0].is_some());
    assert!(state.end_contest(&loans, &tax, end(10)).await.unwrap());
}

#[tokio::test]
async fn what_is_said_and_what_becomes_of_contests_is_kept_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (loans, tax) = (record("loans", 'a'), record("tax", 'b'));
    let (citizen, by) = (officer("c-1"), officer("o-1"));
    assert!(state.note_contest((&loans, &tax), &citizen, "not mine", 1, at(1)).await.unwrap());
    let note = async |verdict, standing, leaf, contests| {
        let (kept, with) = ((false, "two births"), spoken(&loans, &tax, verdict, leaf));
        let with = (contests, Some(&with));
        state.note_review_and("g1", (&loans, &tax), &by, verdict, standing, leaf, at(8), kept, with).await
    };
    // The last that was said, whether it waits for the next run, and whether the record is contested.
    let now = async || {
        let said = state.reviews("g1").await.unwrap().of(&loans, &tax).map(|review| review.leaf);
        let is_contested = state.contested_since(std::slice::from_ref(&loans))[0].is_some();
        (said, state.is_judged_in("g1", 2).await.unwrap(), is_contested)
    };
    // What the spine is to have.
    let waits = async || verdicts_of(state.spoken_batch().await.unwrap());
    let no_room = "CREATE TRIGGER no_room BEFORE UPDATE ON contests BEGIN SELECT RAISE(ABORT, 'no room'); END";
    let (judged, taken_back) = ((Verdict::Different, Standing::Judged), (Verdict::TakenBack, Standing::TakenBack));
    crate::kit::run(folder.path(), no_room).await;
    note(judged.0, judged.1, 2, OfContests::End).await.unwrap_err();
    assert_eq!(now().await, (None, false, true));
    assert!(waits().await.is_empty());
    crate::kit::run(folder.path(), "DROP TRIGGER no_room").await;
    note(judged.0, judged.1, 2, OfContests::End).await.unwrap();
    assert_eq!(now().await, (Some(2), true, false));
    assert_eq!(waits().await, [Verdict::Different]);
    state.spoken_written(&state.spoken_batch().await.unwrap().unwrap()).await.unwrap();

    crate::kit::run(folder.path(), no_room).await;
    note(taken_back.0, taken_back.1, 3, OfContests::Reopen(2)).await.unwrap_err();
    assert_eq!(now().await, (Some(2), true, false), "it can be taken back once more");
    assert!(!state.is_taken_back(2).await.unwrap() && waits().await.is_empty());
    crate::kit::run(folder.path(), "DROP TRIGGER no_room").await;
    note(taken_back.0, taken_back.1, 4, OfContests::Reopen(2)).await.unwrap();
    assert_eq!(now().await, (None, false, true));
    assert_eq!(waits().await, [Verdict::TakenBack]);
    // Of what nothing is kept it is not told.
    for (leaf, is_taken_back) in [(2, true), (9, false), (u64::MAX, false)] {
        assert_eq!(state.is_taken_back(leaf).await.unwrap(), is_taken_back, "{leaf}");
    }
}
