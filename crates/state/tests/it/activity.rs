//! Accounts are counted wherever their looks are, within the days asked for, and by nothing that names anybody.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use state::{ACTIVITY_DAYS, Activity, ActivityCount, MostActive, NewLook, State};

use crate::kit::{at, day, look, officer, open, run};

/// A look of an account, so many days after the first one.
fn asked(number: u64, account: &str, days: u64, counts_as: Option<Activity>) -> NewLook {
    let mut look = look(number, &[number], "detail");
    look.account = Some(officer(account));
    look.day = day() + Days::new(days);
    look.counts_as = counts_as;
    look
}

/// The days from so many days after the first one on.
fn since(days: u64) -> RangeInclusive<NaiveDate> {
    day() + Days::new(days)..=NaiveDate::MAX
}

/// Moves all looks into the tables: noting a place by commitment does so first.
async fn move_all(state: &State) {
    state.set_leaves(&[([0; 32], 0)]).await.unwrap();
}

fn counts(found: &MostActive) -> Vec<(u64, u64)> {
    found.accounts.iter().map(|account| (account.count.looks, account.count.refusals)).collect()
}

#[tokio::test]
async fn the_most_active_come_first_and_the_others_are_summed() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    assert_eq!(state.most_active(since(0), 10).await.unwrap(), MostActive::default());
    let (shown, refused) = (Some(Activity::Look), Some(Activity::Refusal));
    state
        .put_looks(vec![
            asked(1, "o-busy", 0, shown),
            asked(2, "o-busy", 0, refused),
            asked(3, "o-busy", 1, shown),
            asked(4, "o-some", 0, refused),
            asked(5, "o-some", 0, refused),
            asked(6, "o-once", 0, shown),
            asked(7, "o-never", 0, None),
        ])
        .await
        .unwrap();
    let mut nobodys = asked(8, "o-busy", 0, shown);
    nobodys.account = None;
    state.put_looks(vec![nobodys]).await.unwrap();
    let found = state.most_active(since(0), 2).await.unwrap();
    assert_eq!(counts(&found), [(2, 1), (0, 2)]);
    let named: Vec<_> = found.accounts.iter().map(|account| account.named_by).collect();
    assert_eq!(named, [3, 5].map(|number| Some(look(number, &[], "").commitment)), "the newest look of each");
    assert_eq!((found.others, found.of_others), (1, ActivityCount { looks: 1, refusals: 0 }));
    for (most, others) in [(0, 3), (3, 0), (50, 0)] {
        assert_eq!(state.most_active(since(0), most).await.unwrap().others, others, "{most}");
    }

    // The same in the tables, in part in the tables, and after the store was opened anew.
    move_all(&state).await;
    assert_eq!(state.most_active(since(0), 2).await.unwrap(), found);
    state.put_looks((9..12).map(|number| asked(number, "o-once", 1, shown)).collect()).await.unwrap();
    let more = state.most_active(since(0), 2).await.unwrap();
    assert_eq!(counts(&more), [(4, 0), (2, 1)]);
    state.close().await.unwrap();
    let state = open(folder.path()).await;
    assert_eq!(state.most_active(since(0), 2).await.unwrap(), more);
}

#[tokio::test]
async fn only_the_days_asked_for_are_counted_and_those_long_past_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let shown = Some(Activity::Look);
    state
        .put_looks(vec![asked(1, "o-1", 0, shown), asked(2, "o-1", 1, shown), asked(3, "o-1", 2, shown)])
        .await
        .unwrap();
    for moved in [false, true] {
        if moved {
            move_all(&state).await;
        }
        for (first, expected) in [(0, vec![(3, 0)]), (1, vec![(2, 0)]), (2, vec![(1, 0)]), (3, vec![])] {
            let found = state.most_active(since(first), 10).await.unwrap();
            assert_eq!(counts(&found), expected, "since day {first}, moved: {moved}");
        }
    }
    // The last day on which the second day is still kept, and the first on which it is not.
    for (number, days, expected) in [(4, ACTIVITY_DAYS, 3), (5, ACTIVITY_DAYS + 1, 3)] {
        state.put_looks(vec![asked(number, "o-1", days, shown)]).await.unwrap();
        move_all(&state).await;
        assert_eq!(counts(&state.most_active(since(0), 10).await.unwrap()), [(expected, 0)], "after {days} days");
    }
}

#[tokio::test]
async fn an_account_whose_details_are_erased_is_counted_and_names_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let shown = Some(Activity::Look);
    let looks = [asked(1, "o-1", 0, shown), asked(2, "o-1", 1, shown), asked(3, "o-2", 1, shown)];
    state.put_looks(looks.to_vec()).await.unwrap();
    let named = async || {
        let found = state.most_active(since(0), 10).await.unwrap();
        assert_eq!(counts(&found), [(2, 0), (1, 0)]);
        found.accounts.into_iter().map(|account| account.named_by).collect::<Vec<_>>()
    };
    let [first, second, other] = looks.each_ref().map(|look| Some(look.commitment));
    assert_eq!(named().await, [second, other]);
    state.erase_look(&looks[1].commitment, at(9)).await.unwrap();
    assert_eq!(named().await, [first, other], "another day's look names them too");
    state.erase_looks_of_person(looks[0].persons[0], at(9)).await.unwrap();
    assert_eq!(named().await, [None, other]);
}

#[tokio::test]
async fn a_store_of_before_is_brought_to_this_version_and_counts_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.put_looks(vec![asked(1, "o-1", 0, Some(Activity::Look))]).await.unwrap();
    state.close().await.unwrap();
    run(folder.path(), "DROP TABLE activity; DROP TABLE spoken; PRAGMA user_version = 5").await;
    let state = open(folder.path()).await;
    let found = state.most_active(since(0), 10).await.unwrap();
    assert!(found.counted_since.is_some(), "it is told that there were some before");
    assert_eq!(MostActive { counted_since: None, ..found }, MostActive::default());
    assert!(state.look(&look(1, &[], "").commitment).await.unwrap().is_some());
    state.put_looks(vec![asked(2, "o-1", 0, Some(Activity::Look))]).await.unwrap();
    move_all(&state).await;
    assert_eq!(counts(&state.most_active(since(0), 10).await.unwrap()), [(1, 0)]);
}

/// Account, day, as what it counts, and whether all looks so far are moved before it comes.
type Asked = (u8, u64, Option<bool>, bool);

fn asked_many() -> impl Strategy<Value = Vec<Asked>> {
    proptest::collection::vec((0_u8..4, 0_u64..4, any::<Option<bool>>(), proptest::bool::weighted(0.2)), 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn numbers_agree_with_the_looks_that_were_made(asked_many in asked_many(), first in 0_u64..4, most in 0_usize..5) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let state = open(folder.path()).await;
            let mut expected: BTreeMap<u8, (u64, u64)> = BTreeMap::new();
            for (number, (account, days, refused, moves)) in (0..).zip(asked_many) {
                if moves {
                    move_all(&state).await;
                }
                let activity = refused.map(|refused| if refused { Activity::Refusal } else { Activity::Look });
                state.put_looks(vec![asked(number, &format!("o-{account}"), days, activity)]).await.unwrap();
                if days >= first && let Some(activity) = activity {
                    let count = expected.entry(account).or_default();
                    match activity {
                        Activity::Look => count.0 += 1,
                        Activity::Refusal => count.1 += 1,
                    }
                }
            }
            let found = state.most_active(since(first), most).await.unwrap();
            let mut totals: Vec<u64> = expected.values().map(|(looks, refusals)| looks + refusals).collect();
            totals.sort_unstable_by(|left, right| right.cmp(left));
            let shown: Vec<u64> = counts(&found).iter().map(|(looks, refusals)| looks + refusals).collect();
            prop_assert_eq!(&shown, &totals[..most.min(totals.len())]);
            prop_assert_eq!(found.others as usize, totals.len() - shown.len());
            let all = |of: fn(&ActivityCount) -> u64| {
                found.accounts.iter().map(|account| of(&account.count)).sum::<u64>() + of(&found.of_others)
            };
            prop_assert_eq!(all(|count| count.looks), expected.values().map(|count| count.0).sum::<u64>());
            prop_assert_eq!(all(|count| count.refusals), expected.values().map(|count| count.1).sum::<u64>());
            prop_assert!(found.accounts.iter().all(|account| account.named_by.is_some()));
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn days_to_come_are_not_counted_and_name_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let shown = Some(Activity::Look);
    // A clock that ran ahead for a while.
    state
        .put_looks(vec![asked(1, "o-1", 0, shown), asked(2, "o-1", 9, shown), asked(3, "o-2", 9, shown)])
        .await
        .unwrap();
    for moved in [false, true] {
        if moved {
            move_all(&state).await;
        }
        let found = state.most_active(day()..=day() + Days::new(8), 10).await.unwrap();
        assert_eq!(counts(&found), [(1, 0)], "moved: {moved}");
        assert_eq!(found.accounts[0].named_by, Some(look(1, &[], "").commitment), "moved: {moved}");
        assert_eq!(counts(&state.most_active(day()..=day() + Days::new(9), 10).await.unwrap()), [(2, 0), (1, 0)]);
    }
    let none = state.most_active(day() + Days::new(1)..=day(), 10).await.unwrap();
    assert!(none.accounts.is_empty(), "no day is none");
}

#[tokio::test]
async fn a_store_that_counted_from_its_beginning_says_nothing_of_that_and_another_says_from_which_day() {
    // The looks of the tests are of before the days on which they count; these are told as one of a day that counts, too.
    let of_the_day = |number: u64| {
        let mut look = asked(number, "o-1", 0, Some(Activity::Look));
        look.at = day().and_hms_opt(12, 0, 0).unwrap().and_utc();
        look
    };
    for (looks, counted_since) in
        [(vec![of_the_day(1)], None), (vec![asked(1, "o-1", 0, None), of_the_day(2)], Some(day()))]
    {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).await;
        state.put_looks(looks).await.unwrap();
        assert_eq!(state.most_active(since(0), 10).await.unwrap().counted_since, None, "a new store");
        state.close().await.unwrap();
        run(folder.path(), "DROP TABLE spoken; PRAGMA user_version = 6").await;
        let state = open(folder.path()).await;
        let found = state.most_active(since(0), 10).await.unwrap();
        assert_eq!((counts(&found), found.counted_since), (vec![(1, 0)], counted_since));
        state.close().await.unwrap();
        let again = open(folder.path()).await.most_active(since(0), 10).await.unwrap();
        assert_eq!(again.counted_since, counted_since, "it stays");
    }
}
