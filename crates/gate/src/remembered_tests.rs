//! What is found and counted is what is found and counted by going through all entries.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::entry::{Digest32, ENTRY_VERSION};

const KINDS: [EntryKind; 10] = [
    EntryKind::Look,
    EntryKind::Search,
    EntryKind::Review,
    EntryKind::Own,
    EntryKind::Job,
    EntryKind::Ingest,
    EntryKind::Judgement,
    EntryKind::Contest,
    EntryKind::Oversight,
    EntryKind::Refusal,
];

const BY: [&str; 6] =
    ["education/case-officer", "education/steward", "tax/case-officer", "citizen", "system", "unknown"];

const PURPOSES: [&str; 2] = ["loan-relief", "review-links"];

const RULES: [&str; 3] = ["purpose.needs-case", "purpose.not-a-recipient", "budget.exceeded"];

/// A midnight.
const BEGINS_MS: i64 = 1_777_852_800_000;

const HOUR_MS: i64 = 3_600_000;

fn by(name: &str) -> By {
    match name {
        "citizen" => By::Citizen,
        "system" => By::System,
        "unknown" => By::Unknown,
        _ => By::Recipient(name.parse().unwrap()),
    }
}

/// Gives the entry of a look.
fn look(at_ms: i64) -> Entry {
    Entry {
        v: ENTRY_VERSION,
        kind: EntryKind::Look,
        asked: None,
        at_ms,
        by: by(BY[0]),
        purpose: Some(PurposeId::new(PURPOSES[0]).unwrap()),
        registers: Vec::new(),
        classes: IndexMap::new(),
        subjects: 1,
        rules: Vec::new(),
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

/// Gives entries as they are read: about four a day, some of them written down days before or after their time.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let rules = proptest::collection::vec(0..RULES.len(), 0..3);
    let marks = (0..KINDS.len(), proptest::option::of(0..KINDS.len()), 0..BY.len());
    let entry = (marks, proptest::option::of(0..PURPOSES.len()), rules, 0..4_u32, -30..30_i64, 0..8_u8);
    let entry = entry.prop_map(|((kind, asked, by_name), purpose, rules, subjects, hours, is_far)| Entry {
        kind: KINDS[kind],
        asked: asked.map(|asked| KINDS[asked]),
        by: by(BY[by_name]),
        purpose: purpose.map(|purpose| PurposeId::new(PURPOSES[purpose]).unwrap()),
        subjects,
        rules: rules.into_iter().map(|rule| RULES[rule].to_owned()).collect(),
        ..look(hours * HOUR_MS * if is_far == 0 { 24 } else { 1 })
    });
    proptest::collection::vec(entry, 0..60).prop_map(|entries| {
        let placed = (0_i64..).zip(entries).map(|(place, mut entry)| {
            entry.at_ms += BEGINS_MS + place * 6 * HOUR_MS;
            Entry::decode(&entry.encode().unwrap()).unwrap()
        });
        placed.collect::<Vec<Entry>>()
    })
}

/// Gives filters by names that entries have and by others, and by times from before the first entry to after the last.
fn filters() -> impl Strategy<Value = EntryFilter> {
    let name = |names: Vec<&'static str>| {
        let one = (0..=names.len()).prop_map(move |place| names.get(place).copied().unwrap_or("no-such").to_owned());
        proptest::option::weighted(0.3, one)
    };
    let kinds = KINDS.into_iter().map(EntryKind::as_str).collect();
    let deeds = proptest::option::weighted(0.3, proptest::collection::vec(0..KINDS.len(), 1..3));
    let time = || proptest::option::weighted(0.4, -100..500_i64);
    let names =
        (name(kinds), name(PURPOSES.to_vec()), name(vec!["education", "tax"]), name(BY.to_vec()), name(RULES.to_vec()));
    (names, deeds, time(), time()).prop_map(|((kind, purpose, agency, by, rule), deeds, since, until)| EntryFilter {
        kind,
        deeds: deeds.unwrap_or_default().into_iter().map(|kind| KINDS[kind]).collect(),
        purpose,
        agency,
        by,
        rule,
        since_ms: since.map(|hours| BEGINS_MS + hours * HOUR_MS),
        until_ms: until.map(|hours| BEGINS_MS + hours * HOUR_MS),
    })
}

fn is_asked_for(entry: &Entry, filter: &EntryFilter) -> bool {
    let is = |wanted: &Option<String>, found: Option<String>| wanted.is_none() || *wanted == found;
    let by = entry.by.to_string();
    let agency = by.split_once('/').map(|(agency, _)| agency.to_owned());
    let deed = if entry.kind == EntryKind::Refusal { entry.asked } else { Some(entry.kind) };
    is(&filter.kind, Some(entry.kind.as_str().to_owned()))
        && is(&filter.purpose, entry.purpose.as_ref().map(ToString::to_string))
        && is(&filter.agency, agency)
        && is(&filter.by, Some(by))
        && (filter.deeds.is_empty() || filter.deeds.iter().any(|wanted| deed == Some(*wanted)))
        && (filter.rule.is_none() || entry.rules.iter().any(|rule| filter.rule.as_ref() == Some(rule)))
        && filter.since_ms.unwrap_or(i64::MIN) <= entry.at_ms
        && entry.at_ms < filter.until_ms.unwrap_or(i64::MAX)
}

/// Finds entries by going through all of them.
fn gone_through(entries: &[Entry], filter: &EntryFilter, before: Option<u64>, limit: usize) -> Found {
    let mut all: Vec<u64> =
        (0..).zip(entries).filter(|(_, entry)| is_asked_for(entry, filter)).map(|(leaf, _)| leaf).collect();
    all.reverse();
    let earlier: Vec<u64> = all.iter().copied().filter(|leaf| before.is_none_or(|before| *leaf < before)).collect();
    let leaves: Vec<u64> = earlier.iter().copied().take(limit).collect();
    let next = if earlier.len() > limit { leaves.last().copied() } else { None };
    Found { leaves, matching: all.len() as u64, next }
}

fn known_of(entries: &[Entry], block: usize) -> Known {
    let mut known = Known::in_blocks_of(block);
    for entry in entries {
        known.add(entry.clone());
    }
    known
}

proptest! {
    #[test]
    fn what_is_found_is_what_going_through_all_finds(
        log in entries(),
        filter in filters(),
        block in 1..9_usize,
        read_first in 0..60_usize,
        before in proptest::option::of(0..70_u64),
        limit in 1..9_usize,
    ) {
        let (first, rest) = log.split_at(read_first.min(log.len()));
        let mut known = known_of(first, block);
        prop_assert_eq!(known.find(&filter, before, limit), gone_through(first, &filter, before, limit));
        for entry in rest {
            known.add(entry.clone());
        }
        prop_assert_eq!(known.find(&filter, before, limit), gone_through(&log, &filter, before, limit));

        // Page after page, each entry is given once.
        let mut page = known.find(&filter, None, limit);
        let mut leaves = page.leaves;
        while let Some(next) = page.next {
            page = known.find(&filter, Some(next), limit);
            prop_assert!(!page.leaves.is_empty(), "no page leads on to one without entries");
            leaves.append(&mut page.leaves);
        }
        prop_assert_eq!(leaves, gone_through(&log, &filter, None, usize::MAX).leaves);
    }

    #[test]
    fn what_is_counted_is_what_going_through_all_counts(log in entries(), days in 0..20_i64) {
        let mut counts: BTreeMap<(Option<PurposeId>, By), Count> = BTreeMap::new();
        let mut usage = Usage::default();
        let day_of = |at_ms| DateTime::from_timestamp_millis(at_ms).unwrap().date_naive();
        let since = day_of(BEGINS_MS + days * 24 * HOUR_MS);
        for entry in &log {
            let day = day_of(entry.at_ms);
            if day >= since {
                *usage.days.entry(day).or_default().entry(entry.kind).or_default() += 1;
            }
            let count = counts.entry((entry.purpose.clone(), entry.by.clone())).or_default();
            match entry.kind {
                EntryKind::Look | EntryKind::Search | EntryKind::Review | EntryKind::Own => {
                    count.looks += 1;
                    count.subjects += u64::from(entry.subjects);
                }
                EntryKind::Refusal => {
                    count.refusals += 1;
                    for rule in &entry.rules {
                        *usage.refused_by.entry(rule.clone()).or_default() += 1;
                    }
                }
                _ => count.others += 1,
            }
        }
        let counts: Vec<(Option<PurposeId>, By, Count)> =
            counts.into_iter().map(|((purpose, by), count)| (purpose, by, count)).collect();
        let known = known_of(&log, 5);
        prop_assert_eq!(known.counts(), counts);
        prop_assert_eq!(known.usage(since), usage);
    }
}

#[test]
fn a_page_ends_where_a_block_does() {
    let log: Vec<Entry> = (0..12).map(|place| look(BEGINS_MS + place)).collect();
    let known = known_of(&log, 4);
    let looks = EntryFilter { kind: Some("look".into()), ..EntryFilter::default() };
    let find = |before, limit| known.find(&looks, before, limit);
    let found = |leaves: &[u64], next| Found { leaves: leaves.to_vec(), matching: 12, next };
    assert_eq!(find(None, 4), found(&[11, 10, 9, 8], Some(8)));
    assert_eq!(find(Some(8), 4), found(&[7, 6, 5, 4], Some(4)));
    assert_eq!(find(Some(4), 4), found(&[3, 2, 1, 0], None), "there are no earlier ones");
    assert_eq!(find(Some(5), 4), found(&[4, 3, 2, 1], Some(1)));
    assert_eq!(find(Some(1), 4), found(&[0], None));
    assert_eq!(find(Some(0), 4), found(&[], None));
    assert_eq!(find(Some(u64::MAX), 1), found(&[11], Some(11)), "of entries that are not there yet there are none");
    assert_eq!(find(None, usize::MAX).leaves.len(), 12);
    let nothing = Known::default().find(&looks, None, 4);
    assert_eq!(nothing, Found { leaves: Vec::new(), matching: 0, next: None });
}

#[test]
fn all_entries_of_a_block_may_differ() {
    let mut known = Known::default();
    let rule = |place: i64| format!("rule.{place}");
    let entries = BLOCK as i64 + 300;
    for place in 0..entries {
        known.add(Entry { kind: EntryKind::Refusal, rules: vec![rule(place)], ..look(BEGINS_MS + place) });
    }
    assert_eq!(known.blocks.iter().map(|block| block.at_ms.len()).collect::<Vec<_>>(), [BLOCK, 300]);
    for place in [0, 255, 256, BLOCK as i64 - 1, BLOCK as i64, entries - 1] {
        let by_rule = EntryFilter { rule: Some(rule(place)), ..EntryFilter::default() };
        assert_eq!(known.find(&by_rule, None, 9), Found { leaves: vec![place as u64], matching: 1, next: None });
    }
}

#[test]
fn of_an_entry_there_are_ten_bytes() {
    let mut known = Known::default();
    for place in 0..3 * BLOCK as i64 {
        known.add(look(BEGINS_MS + place));
    }
    let bytes = |block: &Block| block.at_ms.capacity() * size_of::<i64>() + block.marks.capacity() * size_of::<u16>();
    assert_eq!(known.blocks.iter().map(bytes).sum::<usize>(), 3 * BLOCK * 10);
    assert_eq!((known.marks.len(), known.blocks[2].counts.len()), (1, 1), "what is alike is kept once");
}

fn looks(range: Range<u64>) -> Vec<Entry> {
    range.map(|leaf| look(BEGINS_MS + leaf as i64)).collect()
}

#[test]
fn of_several_who_read_on_one_reads_each_entry() {
    let (remembered, read) = (Remembered::default(), AtomicU64::new(0));
    let size = 5 * STRIDE + 7;
    let read_on = |size: u64| {
        let read = |range: Range<u64>| {
            read.fetch_add(range.end - range.start, Ordering::Relaxed);
            Ok(looks(range))
        };
        remembered.read_on(size, || true, read).unwrap();
        assert!(remembered.known().size() >= size, "what was asked for is known");
    };
    let read_on = &read_on;
    std::thread::scope(|scope| {
        for size in [size, 3, size, STRIDE, 2 * STRIDE + 1] {
            scope.spawn(move || read_on(size));
        }
    });
    assert_eq!((remembered.known().size(), read.load(Ordering::Relaxed)), (size, size));
    assert_eq!(remembered.known().counts()[0].2.looks, size);
}

#[test]
fn what_was_read_before_a_failure_or_a_stop_stays_known() {
    let remembered = Remembered::default();
    let failing = |range: Range<u64>| match range.start {
        STRIDE => Err(GateError::Entry("broken on purpose".into())),
        _ => Ok(looks(range)),
    };
    let size = 3 * STRIDE;
    for _ in 0..2 {
        let error = remembered.read_on(size, || true, failing).unwrap_err();
        assert!(matches!(error, GateError::Entry(_)), "{error:?}");
        assert_eq!(remembered.known().size(), STRIDE);
    }
    let stop = AtomicBool::new(false);
    let stopping = |range: Range<u64>| {
        stop.store(true, Ordering::Relaxed);
        Ok(looks(range))
    };
    remembered.read_on(size, || !stop.load(Ordering::Relaxed), stopping).unwrap();
    assert_eq!(remembered.known().size(), 2 * STRIDE, "a stride that was begun is ended");
    remembered.read_on(size, || true, |range| Ok(looks(range))).unwrap();
    assert_eq!(remembered.known().size(), size);
    remembered.read_on(size, || true, |range| panic!("{range:?} is known")).unwrap();
}

#[test]
fn who_waits_no_longer_is_told_how_far_the_reading_is() {
    let remembered = Remembered::default();
    let read = |range: Range<u64>| Ok(looks(range));
    let size = 2 * STRIDE + 7;
    let ask = |goes_on: bool| remembered.known_upto(size, || goes_on, read).map(|known| known.size());
    let far = |asked: Result<u64, GateError>| match asked {
        Err(GateError::LogBeingRead { read, size }) => (read, size),
        other => panic!("{other:?}"),
    };
    assert_eq!(far(ask(false)), (0, size));
    // Whoever waits reads a stride at least, so asking again comes to an end.
    for strides in 1..=2 {
        let asked = AtomicBool::new(false);
        let once = || !asked.swap(true, Ordering::Relaxed);
        let waited = remembered.known_upto(size, once, read).map(|known| known.size());
        assert_eq!(far(waited), (strides * STRIDE, size));
    }
    assert_eq!(ask(true).unwrap(), size);
    assert_eq!(ask(false).unwrap(), size, "nothing is missing");
    let fewer = remembered.known_upto(STRIDE, || false, read).map(|known| known.size());
    assert_eq!(fewer.unwrap(), size, "more than is needed may be known");
}
