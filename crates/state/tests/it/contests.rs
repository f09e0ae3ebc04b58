//! What people contest: one open contest a record, sealed, ended and opened again.

use model::{RecordId, RegisterId, Verdict};
use state::{ContestEnd, Standing};

use crate::kit::{at, officer, open, raw};

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
