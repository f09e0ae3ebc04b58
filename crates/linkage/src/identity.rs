//! Person ids that survive a re-run.
//!
//! Each old person goes to the cluster that holds most of its records; a cluster to which several go takes the id of the
//! one that brought most. Ties go to the smaller id, and between clusters to the one whose first record is smallest. All
//! other clusters get ids that were never used. So ids depend on nothing but the two partitions: not on the order of
//! records, of clusters or of runs.
//!
//! Base records alone decide who the clusters are that hold any: an old person goes by its base records, if some are
//! left. Attached records decide for one that has no other, and it goes only to a cluster of attached records. So no id
//! of a person with base records tells whether the person is in an attached register, or was.

use std::collections::BTreeSet;

use model::PersonId;
use serde::Serialize;

/// What happened to a person between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The person holds no record that any person held before.
    New,
    /// Records of other persons came to a person that there was before.
    Merge,
    /// The person is made of records that were taken out of others.
    Split,
    /// No record is left that the id would be kept for: all are of others, or no longer there.
    Gone,
}

impl EventKind {
    /// Gives the name used in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Gone => "gone",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Event {
    /// The person it happened to.
    pub person: PersonId,
    /// What happened.
    pub kind: EventKind,
    /// The other persons that records came from (merge, split); none otherwise.
    pub from: Vec<PersonId>,
}

/// Persons of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The person of each cluster.
    pub persons: Vec<PersonId>,
    /// What happened, sorted by person.
    pub events: Vec<Event>,
}

/// Gives each cluster its person.
///
/// `clusters[r]` is the cluster of record `r`, below `count`; `is_attached(r)` whether it is of an attached register;
/// `old[r]` the person that it belonged to before. `gone_with` are persons that held records which are no longer there, and
/// may hold others too. `order` has every cluster once, those with base records first, in an order that must not depend on
/// that of the records nor, among those with base records, on attached ones. `unused` is an id above all that were ever
/// given.
pub(crate) fn assign(
    clusters: &[u32],
    count: usize,
    is_attached: impl Fn(u32) -> bool,
    old: &[Option<PersonId>],
    gone_with: &BTreeSet<PersonId>,
    order: &[u32],
    unused: PersonId,
) -> Assignment {
    // What each cluster has of each old person: (person, cluster, whether the record is attached).
    let mut shares: Vec<(PersonId, u32, bool)> = Vec::new();
    let mut holds_base = vec![false; count];
    for ((record, cluster), person) in (0_u32..).zip(clusters).zip(old) {
        let is_attached = is_attached(record);
        holds_base[*cluster as usize] |= !is_attached;
        shares.extend(person.map(|person| (person, *cluster, is_attached)));
    }
    shares.sort_unstable();
    let mut rank = vec![0_u32; count];
    for (position, cluster) in order.iter().enumerate() {
        rank[*cluster as usize] = u32::try_from(position).unwrap_or(u32::MAX);
    }

    // Each old person's best cluster, and each cluster's best claim: (records that count, person).
    let mut claims: Vec<Option<(usize, PersonId)>> = vec![None; count];
    let mut contributors: Vec<(u32, PersonId)> = Vec::new();
    for of_person in shares.chunk_by(|left, right| left.0 == right.0) {
        let person = of_person[0].0;
        let has_base = of_person.iter().any(|(.., is_attached)| !is_attached);
        let mut best: Option<(usize, u32)> = None;
        for share in of_person.chunk_by(|left, right| left.1 == right.1) {
            let cluster = share[0].1;
            contributors.push((cluster, person));
            let votes = share.iter().filter(|(.., is_attached)| *is_attached != has_base).count();
            if votes == 0 || holds_base[cluster as usize] != has_base {
                continue;
            }
            let is_better = best.is_none_or(|(most, other)| {
                votes > most || (votes == most && rank[cluster as usize] < rank[other as usize])
            });
            if is_better {
                best = Some((votes, cluster));
            }
        }
        if let Some((votes, cluster)) = best {
            // Persons come in ascending order, so that among equals the smaller id stays.
            let claim = &mut claims[cluster as usize];
            if claim.is_none_or(|(most, _)| votes > most) {
                *claim = Some((votes, person));
            }
        }
    }
    drop(shares);
    contributors.sort_unstable();

    let mut persons = vec![PersonId(0); count];
    let mut next = unused.0;
    for cluster in order {
        persons[*cluster as usize] = match claims[*cluster as usize] {
            Some((_, person)) => person,
            None => {
                next += 1;
                PersonId(next - 1)
            }
        };
    }

    let mut events = Vec::new();
    let mut from_whom = contributors.as_slice();
    for cluster in 0..count {
        let here = from_whom.iter().take_while(|(of, _)| *of as usize == cluster).count();
        let (contributing, rest) = from_whom.split_at(here);
        from_whom = rest;
        let person = persons[cluster];
        let from: Vec<PersonId> =
            contributing.iter().map(|(_, other)| *other).filter(|other| *other != person).collect();
        let kind = match (claims[cluster], from.is_empty()) {
            (Some(_), true) => continue,
            (Some(_), false) => EventKind::Merge,
            (None, true) => EventKind::New,
            (None, false) => EventKind::Split,
        };
        events.push(Event { person, kind, from });
    }
    let kept: BTreeSet<PersonId> = claims.iter().flatten().map(|(_, person)| *person).collect();
    let mut before: Vec<PersonId> = contributors.iter().map(|(_, person)| *person).collect();
    before.extend(gone_with);
    before.sort_unstable();
    before.dedup();
    let gone = before.into_iter().filter(|person| !kept.contains(person));
    events.extend(gone.map(|person| Event { person, kind: EventKind::Gone, from: Vec::new() }));
    events.sort_unstable();
    Assignment { persons, events }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Numbers clusters from 0 and orders them by their first record, as `link` does.
    fn normal(labels: &[u8]) -> (Vec<u32>, usize, Vec<u32>) {
        let mut numbers: BTreeMap<u8, u32> = BTreeMap::new();
        let clusters: Vec<u32> = labels
            .iter()
            .map(|label| {
                let next = numbers.len() as u32;
                *numbers.entry(*label).or_insert(next)
            })
            .collect();
        let count = numbers.len();
        (clusters, count, (0..count as u32).collect())
    }

    fn run(labels: &[u8], old: &[Option<u64>], unused: u64) -> (Vec<u64>, Vec<Event>) {
        run_attached(labels, old, &vec![false; labels.len()], unused)
    }

    /// As [`run`], where some records are attached.
    fn run_attached(labels: &[u8], old: &[Option<u64>], attached: &[bool], unused: u64) -> (Vec<u64>, Vec<Event>) {
        let (clusters, count, mut order) = normal(labels);
        let holds_base = |cluster: &u32| clusters.iter().zip(attached).any(|(of, attached)| of == cluster && !attached);
        let first = |cluster: &u32| {
            let counts = |place: &usize| clusters[*place] == *cluster && attached[*place] != holds_base(cluster);
            (0..clusters.len()).find(counts)
        };
        order.sort_by_key(|cluster| (!holds_base(cluster), first(cluster)));
        let old: Vec<Option<PersonId>> = old.iter().map(|person| person.map(PersonId)).collect();
        let is_attached = |record: u32| attached[record as usize];
        let found = assign(&clusters, count, is_attached, &old, &BTreeSet::new(), &order, PersonId(unused));
        (clusters.iter().map(|cluster| found.persons[*cluster as usize].0).collect(), found.events)
    }

    fn event(person: u64, kind: EventKind, from: &[u64]) -> Event {
        Event { person: PersonId(person), kind, from: from.iter().copied().map(PersonId).collect() }
    }

    #[test]
    fn first_run_numbers_from_the_first_unused_id() {
        let (persons, events) = run(&[7, 7, 3], &[None; 3], 1);
        assert_eq!(persons, [1, 1, 2]);
        assert_eq!(events, [event(1, EventKind::New, &[]), event(2, EventKind::New, &[])]);
    }

    #[test]
    fn the_majority_keeps_the_id() {
        let old = [Some(5), Some(5), Some(5), Some(6), Some(6)];
        let (persons, events) = run(&[0, 0, 1, 1, 1], &old, 9);
        assert_eq!(persons, [5, 5, 6, 6, 6]);
        assert_eq!(events, [event(6, EventKind::Merge, &[5])]);
        // Merged as a whole: the smaller person goes.
        let (persons, events) = run(&[0; 5], &old, 9);
        assert_eq!(persons, [5; 5]);
        assert_eq!(events, [event(5, EventKind::Merge, &[6]), event(6, EventKind::Gone, &[])]);
        // Torn apart: the larger part keeps the id, the other gets a new one.
        let (persons, events) = run(&[0, 1, 1, 2, 2], &old, 9);
        assert_eq!(persons, [9, 5, 5, 6, 6]);
        assert_eq!(events, [event(9, EventKind::Split, &[5])]);
    }

    #[test]
    fn ties_go_to_the_smaller_id_and_the_first_cluster() {
        let (persons, _) = run(&[0, 0], &[Some(8), Some(4)], 9);
        assert_eq!(persons, [4, 4]);
        let (persons, events) = run(&[0, 1], &[Some(8), Some(8)], 9);
        assert_eq!(persons, [8, 9]);
        assert_eq!(events, [event(9, EventKind::Split, &[8])]);
    }

    #[test]
    fn an_id_never_names_the_minority_of_its_old_records() {
        // Most of 5 went to 6: the one that stays behind is not 5.
        let old = [Some(5), Some(5), Some(5), Some(6), Some(6), Some(6), Some(6)];
        let (persons, events) = run(&[0, 1, 1, 1, 1, 1, 1], &old, 9);
        assert_eq!(persons, [9, 6, 6, 6, 6, 6, 6]);
        assert_eq!(
            events,
            [event(5, EventKind::Gone, &[]), event(6, EventKind::Merge, &[5]), event(9, EventKind::Split, &[5])]
        );
    }

    #[test]
    fn attached_records_never_decide_who_keeps_an_id() {
        // One base record and three attached ones came apart: the one keeps the id, wherever it comes.
        let old = [Some(5); 4];
        let (persons, events) = run_attached(&[0, 0, 0, 1], &old, &[true, true, true, false], 9);
        assert_eq!(persons, [9, 9, 9, 5]);
        assert_eq!(events, [event(9, EventKind::Split, &[5])]);
        // One of each: not the first cluster, but the one of the base record.
        let (persons, _) = run_attached(&[0, 1], &[Some(5); 2], &[true, false], 9);
        assert_eq!(persons, [9, 5]);
        // The attached ones went to another base record of the person, which is no reason to prefer it.
        let (persons, _) = run_attached(&[0, 1, 1, 1], &old, &[false, false, true, true], 9);
        assert_eq!(persons, [5, 9, 9, 9]);
        // Nor do they strengthen one of two persons who became one.
        let old = [Some(4), Some(5), Some(5)];
        let (persons, _) = run_attached(&[0; 3], &old, &[false, false, true], 9);
        assert_eq!(persons, [4; 3]);
    }

    #[test]
    fn attached_records_decide_where_there_are_no_others() {
        let old = [Some(5), Some(5), Some(5), Some(6)];
        let (persons, events) = run_attached(&[0, 1, 1, 1], &old, &[true; 4], 9);
        assert_eq!(persons, [9, 5, 5, 5]);
        assert_eq!(
            events,
            [event(5, EventKind::Merge, &[6]), event(6, EventKind::Gone, &[]), event(9, EventKind::Split, &[5])]
        );
    }

    #[test]
    fn who_comes_to_base_registers_does_not_bring_an_id_along() {
        // Known from an attached register alone so far. An old id would tell of it, so there is a new one; the event
        // says whose looks are theirs.
        let (persons, events) = run_attached(&[0, 0], &[None, Some(5)], &[false, true], 9);
        assert_eq!(persons, [9, 9]);
        assert_eq!(events, [event(5, EventKind::Gone, &[]), event(9, EventKind::Split, &[5])]);
    }

    #[test]
    fn persons_whose_records_are_all_gone_are_gone() {
        let gone_with = BTreeSet::from([PersonId(1), PersonId(2)]);
        let found = assign(&[0], 1, |_| false, &[Some(PersonId(1))], &gone_with, &[0], PersonId(3));
        assert_eq!(found.persons, [PersonId(1)]);
        assert_eq!(found.events, [event(2, EventKind::Gone, &[])]);
    }

    proptest! {
        #[test]
        fn the_same_input_again_changes_nothing(
            records in prop::collection::vec((0_u8..12, any::<bool>()), 1..60),
        ) {
            let (labels, attached): (Vec<u8>, Vec<bool>) = records.into_iter().unzip();
            let (persons, _) = run_attached(&labels, &vec![None; labels.len()], &attached, 1);
            let old: Vec<Option<u64>> = persons.iter().copied().map(Some).collect();
            let (again, events) = run_attached(&labels, &old, &attached, 1000);
            prop_assert_eq!(again, persons);
            prop_assert_eq!(events, []);
        }

        #[test]
        fn ids_of_base_records_are_the_same_without_attached_ones(
            records in prop::collection::vec((0_u8..8, prop::option::of(1_u64..8), any::<bool>()), 1..60),
        ) {
            let ids = |records: &[(u8, Option<u64>, bool)]| -> Vec<u64> {
                let labels: Vec<u8> = records.iter().map(|record| record.0).collect();
                let old: Vec<Option<u64>> = records.iter().map(|record| record.1).collect();
                let attached: Vec<bool> = records.iter().map(|record| record.2).collect();
                let (persons, _) = run_attached(&labels, &old, &attached, 100);
                persons.into_iter().zip(attached).filter(|(_, attached)| !attached).map(|(person, _)| person).collect()
            };
            let base: Vec<(u8, Option<u64>, bool)> = records.iter().copied().filter(|record| !record.2).collect();
            prop_assert_eq!(ids(&records), ids(&base));
        }

        #[test]
        fn every_change_has_its_event(
            records in prop::collection::vec((0_u8..10, prop::option::of(1_u64..10), any::<bool>()), 1..60),
        ) {
            let labels: Vec<u8> = records.iter().map(|record| record.0).collect();
            let old: Vec<Option<u64>> = records.iter().map(|record| record.1).collect();
            let attached: Vec<bool> = records.iter().map(|record| record.2).collect();
            let (persons, events) = run_attached(&labels, &old, &attached, 100);

            // One person a cluster, one cluster a person.
            for (i, a) in labels.iter().enumerate() {
                for (j, b) in labels.iter().enumerate() {
                    prop_assert_eq!(a == b, persons[i] == persons[j]);
                }
            }
            // A record that changed its person is told by an event of the person it is now of.
            for (now, before) in persons.iter().zip(&old) {
                let Some(before) = before.filter(|before| before != now) else { continue };
                let told = events.iter().any(|event| {
                    event.person.0 == *now
                        && matches!(event.kind, EventKind::Merge | EventKind::Split)
                        && event.from.contains(&PersonId(before))
                });
                prop_assert!(told, "{before} became {now}");
            }
            // Who appears is new or split off; who disappears is gone; nobody else is said to.
            let now: BTreeSet<u64> = persons.iter().copied().collect();
            let before: BTreeSet<u64> = old.iter().flatten().copied().collect();
            let told = |kinds: &[EventKind]| -> BTreeSet<u64> {
                events.iter().filter(|event| kinds.contains(&event.kind)).map(|event| event.person.0).collect()
            };
            let appeared: BTreeSet<u64> = now.difference(&before).copied().collect();
            let disappeared: BTreeSet<u64> = before.difference(&now).copied().collect();
            prop_assert_eq!(told(&[EventKind::New, EventKind::Split]), appeared.clone());
            prop_assert_eq!(told(&[EventKind::Gone]), disappeared);
            prop_assert!(appeared.iter().all(|person| *person >= 100), "an id was used twice");
        }

        #[test]
        fn the_order_of_records_does_not_matter(
            records in prop::collection::vec((0_u8..8, prop::option::of(1_u64..8), any::<bool>()), 1..40),
            seed in any::<u64>(),
        ) {
            // Records are named by their position; clusters are ordered by their smallest name.
            let persons_of = |order: &[usize]| -> BTreeMap<usize, u64> {
                let mut numbers: BTreeMap<u8, u32> = BTreeMap::new();
                let mut smallest: BTreeMap<u32, usize> = BTreeMap::new();
                let clusters: Vec<u32> = order.iter().map(|name| {
                    let next = numbers.len() as u32;
                    let cluster = *numbers.entry(records[*name].0).or_insert(next);
                    let first = smallest.entry(cluster).or_insert(*name);
                    *first = (*first).min(*name);
                    cluster
                }).collect();
                let mut by_name: Vec<u32> = (0..numbers.len() as u32).collect();
                by_name.sort_by_key(|cluster| smallest[cluster]);
                let old: Vec<Option<PersonId>> = order.iter().map(|name| records[*name].1.map(PersonId)).collect();
                let attached = |record: u32| records[order[record as usize]].2;
                let found = assign(&clusters, numbers.len(), attached, &old, &BTreeSet::new(), &by_name, PersonId(50));
                order.iter().zip(&clusters).map(|(name, cluster)| (*name, found.persons[*cluster as usize].0)).collect()
            };
            let forwards: Vec<usize> = (0..records.len()).collect();
            let mut shuffled = forwards.clone();
            shuffled.sort_by_key(|name| (*name as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            prop_assert_eq!(persons_of(&forwards), persons_of(&shuffled));
        }
    }
}
