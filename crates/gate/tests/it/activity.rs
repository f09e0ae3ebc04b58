//! Who asks most: counted as the log counts, named to data protection officers alone, and on the record.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use gate::{ACCOUNTS_NAMED_MAX, ActiveAccount, By, Denied, EntryKind, MostActive};
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, Clock as _, OfficerId, PersonId, Request};
use state::Page;
use tlog::fault::Fault;

use crate::house::{CANARIES, House, YSOLDE, ZACHARIAS, citizen, member, own, request, ysolde, zacharias};

/// Why the names are asked for.
const WHY: &str = "A complaint of 3 May about looks without a case.";

fn account(name: &str, recipient: &str, role: RoleKind) -> Actor {
    Actor::Member { account: OfficerId::new(name).unwrap(), recipient: recipient.parse().unwrap(), role }
}

fn ada() -> Actor {
    account("ada", "education/case-officer", RoleKind::Officer)
}

fn dpo() -> Actor {
    account("the-dpo", "education/dpo", RoleKind::DataProtectionOfficer)
}

fn first_day() -> NaiveDate {
    "2026-05-04".parse().unwrap()
}

/// Opens a person, or is refused.
async fn opens(house: &House, actor: Actor, person: PersonId) -> bool {
    let request = request(actor, "loan-relief", Action::OpenPerson { person });
    let Ok(permit) = house.gate.decide(&request).await else { return false };
    let subject = if person == ZACHARIAS { zacharias() } else { ysolde() };
    let _ = house.gate.commit(permit, vec![subject]).await.unwrap();
    true
}

/// Asks as a data protection officer, and checks that what came is on the record.
async fn asks(house: &House, since: NaiveDate) -> MostActive {
    let size = house.gate.log_size();
    let found = house.gate.most_active(&dpo(), since, WHY).await.unwrap();
    let entries = house.entries().await.split_off(size as usize);
    assert_eq!(found.leaf.is_some(), found.accounts.iter().any(|known| known.account.is_some()));
    match found.leaf {
        None => assert!(entries.is_empty()),
        Some(leaf) => {
            let [entry] = &entries[..] else { panic!("one entry, not {}", entries.len()) };
            assert_eq!((leaf, entry.kind), (size, EntryKind::Oversight));
            assert_eq!(entry.by, By::Recipient("education/dpo".parse().unwrap()));
            assert_eq!((entry.subjects, entry.tags.len(), entry.purpose.as_ref()), (0, 0, None));
            assert!(entry.registers.is_empty() && entry.rules.is_empty());
        }
    }
    found
}

fn told(known: &ActiveAccount) -> (Option<&str>, Option<String>, u64, u64) {
    let account = known.account.as_ref().map(OfficerId::as_str);
    (account, known.by.as_ref().map(ToString::to_string), known.looks, known.refusals)
}

/// Erases the details of the looks that an account made at a person.
async fn erase_looks_at(house: &House, person: PersonId) {
    for look in house.state.looks_of(&[person], Page::first(100)).await.unwrap() {
        assert!(house.state.erase_look(&look.commitment, house.clock.now().unwrap()).await.unwrap());
    }
}

#[tokio::test]
async fn accounts_are_counted_as_the_log_counts_and_named() {
    let house = House::new().await;
    assert!(asks(&house, first_day()).await.accounts.is_empty(), "nobody has asked, so nobody is named");
    for _ in 0..2 {
        assert!(opens(&house, ada(), ZACHARIAS).await);
    }
    let permit = house.gate.decide(&request(ada(), "loan-relief", Action::Search)).await.unwrap();
    let _ = house.gate.commit(permit, vec![zacharias(), ysolde()]).await.unwrap();
    for _ in 0..2 {
        assert!(!opens(&house, account("tom", "tax/case-officer", RoleKind::Officer), ZACHARIAS).await);
    }
    let review = request(account("eve", "education/steward", RoleKind::Steward), "review-links", Action::ReviewLink);
    let permit = house.gate.decide(&review).await.unwrap();
    let _ = house.gate.commit(permit, vec![zacharias(), ysolde()]).await.unwrap();
    // What citizens do is not counted, be it allowed or refused.
    house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(10)).await.unwrap();
    let refused = request(citizen(ZACHARIAS), "loan-relief", Action::OpenPerson { person: YSOLDE });
    house.gate.decide(&refused).await.unwrap_err();

    let found = asks(&house, first_day()).await;
    let expected = [
        (Some("ada"), Some("education/case-officer".to_owned()), 3, 0),
        (Some("tom"), Some("tax/case-officer".to_owned()), 0, 2),
        (Some("eve"), Some("education/steward".to_owned()), 1, 0),
    ];
    assert_eq!(found.accounts.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!((found.others, found.looks_of_others, found.refusals_of_others), (0, 0, 0));

    // The log itself counts the same, role by role.
    let mut by_role: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (_, by, count) in house.gate.counts().await.unwrap() {
        let sums = by_role.entry(by.to_string()).or_default();
        *sums = (sums.0 + count.looks, sums.1 + count.refusals);
    }
    for known in &found.accounts {
        assert_eq!(by_role[&known.by.as_ref().unwrap().to_string()], (known.looks, known.refusals));
    }
    assert_eq!(by_role["education/dpo"], (0, 0), "to count is no look");

    // No value and no number of whoever was looked at, no citizen, no case, no reason.
    let shown = format!("{found:?}");
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
    // The log says that it was asked, and nobody's name.
    house.assert_log_is_clean().await;
    for leaf in 0..house.gate.log_size() {
        let text = String::from_utf8(house.gate.entry_bytes(leaf).await.unwrap()).unwrap();
        for name in ["\"ada\"", "\"tom\"", "\"eve\"", "the-dpo", WHY] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }

    // The same once the looks are in the tables, and with more that are not there yet.
    house.state.set_leaves(&[([0; 32], 0)]).await.unwrap();
    assert_eq!(asks(&house, first_day()).await.accounts, found.accounts);
    assert!(opens(&house, ada(), YSOLDE).await);
    assert_eq!(told(&asks(&house, first_day()).await.accounts[0]).2, 4);
}

#[tokio::test]
async fn nobody_but_a_data_protection_officer_is_told() {
    let house = House::new().await;
    assert!(opens(&house, ada(), ZACHARIAS).await);
    let others = [
        ada(),
        account("eve", "education/steward", RoleKind::Steward),
        account("ned", "education/engineer", RoleKind::Engineer),
        citizen(ZACHARIAS),
        Actor::System,
        // Roles that are none of a data protection officer in the project, whatever they are said to be.
        member("education/case-officer", RoleKind::DataProtectionOfficer),
        member("education/nobody", RoleKind::DataProtectionOfficer),
        member("nowhere/dpo", RoleKind::DataProtectionOfficer),
        account("dan", "education/dpo", RoleKind::Officer),
    ];
    for actor in others {
        let size = house.gate.log_size();
        let denied = house.gate.most_active(&actor, first_day(), WHY).await;
        let Err(Denied::Refused(refusal)) = denied else { panic!("{actor:?}: {denied:?}") };
        assert_eq!(refusal.leaf, size);
        assert_eq!(refusal.reasons[0].rule, "oversight.not-a-data-protection-officer");
        let entry = house.entries().await.pop().unwrap();
        assert_eq!((entry.kind, entry.asked), (EntryKind::Refusal, Some(EntryKind::Oversight)));
        assert_eq!(entry.rules, ["oversight.not-a-data-protection-officer"]);
        assert!(!format!("{refusal:?}").contains("ada"));
    }
    house.assert_log_is_clean().await;
}

#[tokio::test]
async fn only_the_days_asked_for_count() {
    let house = House::new().await;
    for _ in 0..3 {
        assert!(opens(&house, ada(), ZACHARIAS).await);
        house.clock.advance(TimeDelta::days(1));
    }
    for (days, looks) in [(0, 3), (1, 2), (2, 1)] {
        let found = asks(&house, first_day() + TimeDelta::days(days)).await;
        assert_eq!(told(&found.accounts[0]).2, looks, "from day {days} on");
    }
    assert!(asks(&house, first_day() + TimeDelta::days(3)).await.accounts.is_empty());
}

#[tokio::test]
async fn whose_details_are_erased_is_counted_and_not_named() {
    let house = House::new().await;
    let tom = || account("tom", "tax/case-officer", RoleKind::Officer);
    for _ in 0..2 {
        assert!(opens(&house, ada(), ZACHARIAS).await);
    }
    assert!(!opens(&house, tom(), YSOLDE).await);
    erase_looks_at(&house, ZACHARIAS).await;
    let found = asks(&house, first_day()).await;
    let tax = Some("tax/case-officer".to_owned());
    assert_eq!(
        found.accounts.iter().map(told).collect::<Vec<_>>(),
        [(None, None, 2, 0), (Some("tom"), tax, 0, 1)],
        "the numbers stay"
    );
    // Where no name is left to be opened, nothing is opened and nothing is written.
    erase_looks_at(&house, YSOLDE).await;
    let found = asks(&house, first_day()).await;
    assert_eq!(found.accounts.iter().map(told).collect::<Vec<_>>(), [(None, None, 2, 0), (None, None, 0, 1)]);
    assert_eq!(found.leaf, None);
}

#[tokio::test]
async fn a_few_are_named_and_the_rest_is_summed() {
    let house = House::new().await;
    let most = ACCOUNTS_NAMED_MAX as u64;
    for number in 1..=most + 2 {
        let mut refused: Request = request(
            account(&format!("officer-{number}"), "education/case-officer", RoleKind::Officer),
            "loan-relief",
            Action::Search,
        );
        refused.case = None;
        for _ in 0..number {
            house.gate.decide(&refused).await.unwrap_err();
        }
    }
    let found = asks(&house, first_day()).await;
    let named: Vec<_> =
        found.accounts.iter().map(|known| (told(known).0.unwrap().to_owned(), known.refusals)).collect();
    let expected: Vec<_> = (3..=most + 2).rev().map(|number| (format!("officer-{number}"), number)).collect();
    assert_eq!(named, expected);
    assert_eq!((found.others, found.looks_of_others, found.refusals_of_others), (2, 0, 3));
}

#[tokio::test]
async fn what_can_t_be_written_down_is_not_told() {
    let house = House::new().await;
    assert!(opens(&house, ada(), ZACHARIAS).await);
    // Publishes what there is, so that the next write is that of the next entry.
    house.gate.prove(0).await.unwrap();
    house.log.fail_at(house.log.writes(), Fault::Error);
    for _ in 0..2 {
        let denied = house.gate.most_active(&dpo(), first_day(), WHY).await;
        assert!(matches!(denied, Err(Denied::Failed(_))), "{denied:?}");
    }
    house.clock.fail();
    assert!(matches!(house.gate.most_active(&dpo(), first_day(), WHY).await, Err(Denied::Failed(_))));
}

#[tokio::test]
async fn what_fails_once_it_is_in_the_log_costs_a_role_and_no_number() {
    let house = House::new().await;
    assert!(opens(&house, ada(), ZACHARIAS).await);
    // Publishes what there is, and takes it away behind the log's back: which role made the entry can't be read any more.
    house.gate.prove(0).await.unwrap();
    let paths = house.log.paths();
    let bundles: Vec<&String> = paths.iter().filter(|path| path.starts_with("tile/entries/")).collect();
    assert!(!bundles.is_empty(), "{paths:?}");
    bundles.into_iter().for_each(|path| house.log.tamper(path, |_| None));
    let size = house.gate.log_size();
    let found = house.gate.most_active(&dpo(), first_day(), WHY).await.unwrap();
    assert_eq!((found.leaf, house.gate.log_size()), (Some(size), size + 1), "that it was told is on the record");
    let [known] = &found.accounts[..] else { panic!("one account: {found:?}") };
    assert_eq!((known.account.as_ref().map(OfficerId::as_str), known.looks, known.refusals), (Some("ada"), 1, 0));
    assert!(!found.unread, "the name was read");
}

#[tokio::test]
async fn a_clock_that_ran_ahead_is_not_counted_before_its_days_come() {
    let house = House::new().await;
    assert!(opens(&house, ada(), ZACHARIAS).await);
    house.clock.advance(TimeDelta::days(3));
    assert!(opens(&house, ada(), ZACHARIAS).await);
    assert_eq!(told(&asks(&house, first_day()).await.accounts[0]).2, 2);
    house.clock.set("2026-05-05T12:00:00Z".parse().unwrap());
    assert_eq!(told(&asks(&house, first_day()).await.accounts[0]).2, 1);
}

#[tokio::test]
async fn accounts_are_counted_without_a_name_and_without_an_entry() {
    let house = House::new().await;
    for _ in 0..2 {
        assert!(opens(&house, ada(), ZACHARIAS).await);
    }
    assert!(!opens(&house, account("tom", "tax/case-officer", RoleKind::Officer), YSOLDE).await);
    for is_in_tables in [false, true] {
        if is_in_tables {
            house.state.set_leaves(&[([0; 32], 0)]).await.unwrap();
        }
        let size = house.gate.log_size();
        let counted = house.gate.activity(&dpo(), first_day()).await.unwrap();
        assert_eq!((house.gate.log_size(), counted.leaf, counted.unread), (size, None, false));
        assert!(counted.accounts.iter().all(|known| known.account.is_none()), "{counted:?}");
        let named = asks(&house, first_day()).await;
        let nameless = named.accounts.into_iter().map(|known| ActiveAccount { account: None, ..known });
        assert_eq!(counted.accounts, nameless.collect::<Vec<_>>(), "the same numbers and roles in the same order");
    }
    // What is erased is counted, and says not even of which role it was.
    erase_looks_at(&house, YSOLDE).await;
    let counted = house.gate.activity(&dpo(), first_day()).await.unwrap();
    let roles: Vec<_> =
        counted.accounts.iter().map(|known| (known.by.is_some(), known.looks, known.refusals)).collect();
    assert_eq!(roles, [(true, 2, 0), (false, 0, 1)]);

    let size = house.gate.log_size();
    let denied = house.gate.activity(&ada(), first_day()).await;
    let Err(Denied::Refused(refusal)) = denied else { panic!("{denied:?}") };
    assert_eq!((refusal.leaf, refusal.reasons[0].rule.as_str()), (size, "oversight.not-a-data-protection-officer"));
}

#[tokio::test]
async fn names_need_a_reason_which_is_sealed() {
    let house = House::new().await;
    assert!(opens(&house, ada(), ZACHARIAS).await);
    for none in ["", " \n"] {
        let denied = house.gate.most_active(&dpo(), first_day(), none).await;
        let Err(Denied::Refused(refusal)) = denied else { panic!("{denied:?}") };
        assert_eq!(refusal.reasons[0].rule, "oversight.no-reason");
        assert!(!format!("{refusal:?}").contains("ada"));
    }
    let named = asks(&house, first_day()).await;
    let leaf = named.leaf.unwrap();
    let entry = house.entries().await.swap_remove(leaf as usize);
    let kept = house.state.look(&entry.commitment.0).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&kept.detail).contains(WHY), "the reason is in the detail");
    let bytes = house.gate.entry_bytes(leaf).await.unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains(WHY), "and not in the log");
}
