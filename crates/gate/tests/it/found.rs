//! Entries that are asked for by their time and by what they say: found without reading the others, and all of them.

use std::sync::atomic::AtomicBool;

use gate::{By, Digest32, ENTRY_VERSION, Entry, EntryFilter, EntryKind, FoundEntries};
use indexmap::IndexMap;
use model::PurposeId;
use testkit::ProjectFolder;
use tlog::fault::MemoryStorage;

use crate::house::{House, ZACHARIAS, open, open_log, zacharias};

/// More than are read at a time, and more than are kept in a block.
const ENTRIES: u64 = 5_000;

/// Of how many entries one is a refusal: some bundles of the log have several, none has many.
const REFUSED_EVERY: u64 = 97;

const RULE: &str = "purpose.needs-case";

/// Gives the entry at a place: one a minute, looks of three roles and, now and then, a refusal.
fn entry(leaf: u64) -> Entry {
    let is_refused = leaf.is_multiple_of(REFUSED_EVERY);
    let by = ["education/case-officer", "tax/case-officer", "elections/auditor"][leaf as usize % 3];
    Entry {
        v: ENTRY_VERSION,
        kind: if is_refused { EntryKind::Refusal } else { EntryKind::Look },
        asked: is_refused.then_some(EntryKind::Look),
        at_ms: 1_777_852_800_000 + leaf as i64 * 60_000,
        by: By::Recipient(by.parse().unwrap()),
        purpose: Some(PurposeId::new("loan-relief").unwrap()),
        registers: Vec::new(),
        classes: IndexMap::new(),
        subjects: 1,
        rules: if is_refused { vec![RULE.to_owned()] } else { Vec::new() },
        job: None,
        run: None,
        tables: Vec::new(),
        files: None,
        rows: None,
        quarantined: None,
        policy: Digest32([1; 32]),
        commitment: Digest32([2; 32]),
        tags: Vec::new(),
    }
}

/// Gives a house whose log has these entries.
async fn house_of(entries: impl Iterator<Item = Vec<u8>>) -> House {
    let storage = MemoryStorage::new();
    let log = open_log(&storage);
    for some in entries.collect::<Vec<_>>().chunks(1_000) {
        log.append(some.to_vec()).unwrap();
    }
    log.close().unwrap();
    House::over(ProjectFolder::small(), storage, state::Options::default()).await
}

fn leaves(found: &FoundEntries) -> Vec<u64> {
    found.entries.iter().map(|logged| logged.leaf).collect()
}

#[tokio::test]
async fn entries_are_found_whichever_bundles_they_are_in() {
    let house = house_of((0..ENTRIES).map(|leaf| entry(leaf).encode().unwrap())).await;
    let all = house.entries().await;
    let at = |leaf: u64| all[leaf as usize].at_ms;
    let any = EntryFilter::default;
    let filters = [
        EntryFilter { kind: Some("refusal".into()), ..any() },
        EntryFilter { rule: Some(RULE.into()), by: Some("tax/case-officer".into()), ..any() },
        EntryFilter { agency: Some("elections".into()), since_ms: Some(at(4_090)), until_ms: Some(at(4_110)), ..any() },
        EntryFilter { until_ms: Some(at(300)), ..any() },
        EntryFilter { since_ms: Some(at(4_990)), ..any() },
        EntryFilter { deeds: vec![EntryKind::Look], by: Some("education/case-officer".into()), ..any() },
        EntryFilter { kind: Some("refusal".into()), deeds: vec![EntryKind::Job], ..any() },
        EntryFilter { purpose: Some("loan".into()), ..any() },
    ];
    for filter in filters {
        let is_asked_for = |entry: &Entry| {
            let (kind, agency) = (entry.kind.as_str(), entry.by.to_string());
            filter.kind.as_ref().is_none_or(|wanted| kind == wanted)
                && filter.rule.as_ref().is_none_or(|wanted| entry.rules.contains(wanted))
                && filter.by.as_ref().is_none_or(|wanted| agency == *wanted)
                && filter.agency.as_ref().is_none_or(|wanted| agency.starts_with(wanted.as_str()))
                && filter.purpose.is_none()
                && !filter.deeds.contains(&EntryKind::Job)
                && filter.since_ms.is_none_or(|since| since <= entry.at_ms)
                && filter.until_ms.is_none_or(|until| entry.at_ms < until)
        };
        let mut expected: Vec<u64> =
            (0..).zip(&all).filter(|(_, entry)| is_asked_for(entry)).map(|(leaf, _)| leaf).collect();
        expected.reverse();
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = house.gate.find_entries(filter.clone(), before, 50).await.unwrap();
            assert_eq!((page.size, page.matching), (ENTRIES, expected.len() as u64), "{filter:?}");
            assert!(page.entries.iter().all(|logged| logged.entry == all[logged.leaf as usize]), "{filter:?}");
            assert!(page.entries.len() == 50 || page.next.is_none(), "{filter:?}: a page is filled");
            found.extend(leaves(&page));
            let Some(next) = page.next else { break };
            before = Some(next);
            // All pages of a few thousand entries would take a while.
            if found.len() >= 500 {
                expected.truncate(found.len());
                break;
            }
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn what_is_written_is_found_at_once() {
    let house = house_of((0..10).map(|leaf| entry(leaf).encode().unwrap())).await;
    let looks = || EntryFilter { kind: Some("look".into()), ..EntryFilter::default() };
    let find = async |before, limit| house.gate.find_entries(looks(), before, limit).await.unwrap();
    let found = find(None, 2).await;
    assert_eq!((found.size, found.matching, leaves(&found), found.next), (10, 9, vec![9, 8], Some(8)));
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    let found = find(None, 2).await;
    assert_eq!((found.size, found.matching, leaves(&found), found.next), (11, 10, vec![10, 9], Some(9)));
    let counted: u64 = house.gate.counts().await.unwrap().iter().map(|(_, _, count)| count.looks).sum();
    assert_eq!(counted, 10);
    // What came meanwhile moves no page.
    let found = find(Some(8), 2).await;
    assert_eq!((found.matching, leaves(&found), found.next), (10, vec![7, 6], Some(6)));
    let found = find(Some(2), 2).await;
    assert_eq!((leaves(&found), found.next), (vec![1], None), "the first entry is a refusal");
    assert_eq!(leaves(&find(Some(0), 2).await), [] as [u64; 0]);
    assert_eq!(leaves(&find(Some(u64::MAX), 0).await), [10], "one at least");
}

#[tokio::test]
async fn without_a_filter_the_entries_are_those_of_the_log() {
    let house = house_of((0..10).map(|leaf| entry(leaf).encode().unwrap())).await;
    for (before, limit, expected, next) in [
        (None, 3, vec![9, 8, 7], Some(7)),
        (Some(7), 3, vec![6, 5, 4], Some(4)),
        (Some(3), 3, vec![2, 1, 0], None),
        (Some(2), 3, vec![1, 0], None),
        (Some(0), 3, vec![], None),
        (Some(99), 1, vec![9], Some(9)),
        (None, usize::MAX, (0..10).rev().collect(), None),
    ] {
        let found = house.gate.find_entries(EntryFilter::default(), before, limit).await.unwrap();
        assert_eq!((found.size, found.matching), (10, 10));
        assert_eq!((leaves(&found), found.next), (expected, next), "{before:?}, {limit}");
    }
}

#[tokio::test]
async fn a_log_can_be_read_ahead_and_that_can_be_stopped() {
    let house = house_of((0..2_000).map(|leaf| entry(leaf).encode().unwrap())).await;
    let read = async |stop: bool| {
        let gate = house.gate.clone();
        tokio::task::spawn_blocking(move || gate.read_ahead(&AtomicBool::new(stop))).await.unwrap()
    };
    assert_eq!(read(true).await.unwrap(), 0);
    assert_eq!(read(false).await.unwrap(), 2_000);
    assert_eq!(read(true).await.unwrap(), 2_000, "what is known stays known");
}

#[tokio::test]
async fn what_is_no_entry_is_passed_over_by_no_filter() {
    let mut log: Vec<Vec<u8>> = (0..10).map(|leaf| entry(leaf).encode().unwrap()).collect();
    log[3] = b"not an entry".to_vec();
    let house = house_of(log.into_iter()).await;
    // Nobody knows what it would be.
    let looks = EntryFilter { kind: Some("look".into()), ..EntryFilter::default() };
    for _ in 0..2 {
        house.gate.find_entries(looks.clone(), None, 2).await.unwrap_err();
        house.gate.counts().await.unwrap_err();
        house.gate.read_ahead(&AtomicBool::new(false)).unwrap_err();
    }
    // Who asks for entries as they follow on each other is given those that are whole.
    let latest = house.gate.find_entries(EntryFilter::default(), None, 6).await.unwrap();
    assert_eq!(leaves(&latest), [9, 8, 7, 6, 5, 4]);
    house.gate.find_entries(EntryFilter::default(), None, 7).await.unwrap_err();
}
