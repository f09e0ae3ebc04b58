//! Person ids that survive a re-run, and come back when what moved them is undone.
//!
//! A cluster gets its id by the first of these rules that gives one:
//!
//! 1. A person of whom nothing happened but that records are no longer there keeps the id.
//! 2. *The same records get the same id.* Records keep [marks](Mark): under which ids they were one cluster, and since which
//!    run. A cluster of exactly the records that have a mark gets the mark's id; among several the oldest mark decides.
//!    That alone makes an undone judgement give back the ids of before, whatever came between. The price: where one who left a
//!    person comes to be alone again, as before, the id goes back to that one, though nothing happened to those who had it since.
//! 3. Each old person goes to the cluster that holds most of its records, those first that it did not get from others; a
//!    cluster to which several go takes the id of the one that brought most. Ties go to the smaller id, and between clusters
//!    to the one whose first record is smallest.
//! 4. An id that nobody has comes back to the cluster that holds most of the records of one of its marks, if these are at
//!    least half of the cluster.
//! 5. All other clusters get ids that were never used.
//!
//! So ids depend on nothing but the partitions: not on the order of records or of clusters. Records that came to a person
//! as new ones count as if they had always been there. What went is in no mark: nothing of an erased record is kept.
//!
//! Base records alone decide who the clusters are that hold any: an old person goes by its base records, if some are
//! left. Attached records decide for one that has no other, and it goes only to a cluster of attached records. So no id
//! of a person with base records tells whether the person is in an attached register, or was.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

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
    /// As a split, but the id is one that was gone: its records are of nobody else any more.
    Back,
    /// No record is left that the id would be kept for: all are of others, or no longer there.
    Gone,
}

impl EventKind {
    /// All kinds.
    pub(crate) const ALL: [Self; 5] = [Self::New, Self::Merge, Self::Split, Self::Back, Self::Gone];

    /// Gives the name used in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Back => "back",
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
    /// The other persons that records came from (merge, split, back); none otherwise.
    pub from: Vec<PersonId>,
}

/// That a record was one of those that made up a person, since a run. All records with a mark were one cluster then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The run's generation; 0 of records that came as new ones to the person, whenever that was.
    pub(crate) generation: i64,
    /// The person.
    pub(crate) person: PersonId,
}

/// The marks of the records that have others than that they came as new ones to the person whom they are of now.
pub(crate) type Marks = BTreeMap<u32, Vec<Mark>>;

/// Gives marks as the spine holds them: `generation:person`, the oldest first, with spaces between.
pub(crate) fn marks_text(marks: &[Mark]) -> String {
    let each: Vec<String> = marks.iter().map(|mark| format!("{}:{}", mark.generation, mark.person.0)).collect();
    each.join(" ")
}

/// Reads what [`marks_text`] gives.
pub(crate) fn marks_of_text(text: &str) -> Option<Vec<Mark>> {
    let mark = |text: &str| {
        let (generation, person) = text.split_once(':')?;
        let person = person.parse().ok().filter(|id| *id > 0)?;
        Some(Mark { generation: generation.parse().ok()?, person: PersonId(person) })
    };
    text.split(' ').map(mark).collect()
}

/// What records were before.
#[derive(Debug)]
pub(crate) struct Before<'a> {
    /// The person of each record, if it had one.
    pub(crate) persons: &'a [Option<PersonId>],
    /// The marks of records that had a person.
    pub(crate) marks: &'a Marks,
    /// Persons that held records which are no longer there. They may hold others too.
    pub(crate) gone_with: &'a BTreeSet<PersonId>,
    /// Those of them that held base records which are no longer there.
    pub(crate) lost_base: &'a BTreeSet<PersonId>,
    /// An id above all that were ever given.
    pub(crate) unused: PersonId,
    /// The generation of the run that gives ids.
    pub(crate) generation: i64,
}

impl Before<'_> {
    /// Gives the marks of a record, the oldest first; none of a new record.
    fn marks_of(&self, record: u32) -> impl Iterator<Item = Mark> {
        let kept = self.marks.get(&record);
        let first = self.persons[record as usize].filter(|_| kept.is_none());
        kept.into_iter().flatten().copied().chain(first.map(|person| Mark { generation: 0, person }))
    }

    /// Gives the persons whom a record is and was of.
    fn ids_of(&self, record: u32) -> impl Iterator<Item = PersonId> {
        self.persons[record as usize].into_iter().chain(self.marks_of(record).map(|mark| mark.person))
    }
}

/// Persons of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The person of each cluster.
    pub(crate) persons: Vec<PersonId>,
    /// What happened, sorted by person.
    pub(crate) events: Vec<Event>,
    /// The marks of the records from now on.
    pub(crate) marks: Marks,
}

/// The ids that were given so far.
struct Given {
    /// By cluster.
    persons: Vec<Option<PersonId>>,
    taken: HashSet<PersonId>,
}

impl Given {
    /// Gives a cluster an id, unless it has one or another cluster has the id.
    fn give(&mut self, cluster: u32, person: PersonId) {
        let place = &mut self.persons[cluster as usize];
        if place.is_none() && self.taken.insert(person) {
            *place = Some(person);
        }
    }
}

/// Base records, or attached ones, and the clusters that they name.
struct Kind<'a> {
    before: &'a Before<'a>,
    clusters: &'a [u32],
    records: &'a [u32],
    /// By cluster: whether these records name it.
    names: &'a [bool],
    /// The ids that they may take; all if none are named.
    free: Option<&'a HashSet<PersonId>>,
    /// Persons that lost records of this kind.
    shrunk: &'a BTreeSet<PersonId>,
}

/// What was found when clusters were named.
struct Found {
    /// By cluster: how many of its records had a person.
    known: Vec<usize>,
    /// Marks that a cluster has as a whole and no other record has, the oldest first.
    whole: Vec<(Mark, u32)>,
    /// Clusters that kept the id because nothing happened to them but that records went.
    shrunk: BTreeSet<u32>,
}

impl Kind<'_> {
    fn cluster_of(&self, record: u32) -> u32 {
        self.clusters[record as usize]
    }

    fn may_take(&self, person: PersonId) -> bool {
        self.free.is_none_or(|free| free.contains(&person))
    }

    /// Names the clusters that get an id which was given before.
    fn name(&self, given: &mut Given, rank: &[u32]) -> Found {
        let mut known = vec![0_usize; self.names.len()];
        let mut shares: Vec<(Mark, u32)> = Vec::new();
        for record in self.records {
            let cluster = self.cluster_of(*record);
            known[cluster as usize] += usize::from(self.before.persons[*record as usize].is_some());
            shares.extend(self.before.marks_of(*record).map(|mark| (mark, cluster)));
        }
        shares.sort_unstable();
        let mut whole: Vec<(Mark, u32)> = Vec::new();
        let mut most: Vec<(Reverse<usize>, Reverse<Mark>, u32, u32)> = Vec::new();
        for of_mark in shares.chunk_by(|left, right| left.0 == right.0) {
            for share in of_mark.chunk_by(|left, right| left.1 == right.1) {
                let (mark, cluster) = share[0];
                let place = cluster as usize;
                if !self.names[place] || !self.may_take(mark.person) {
                    continue;
                }
                let (here, all) = (share.len(), of_mark.len());
                if here == all && here == known[place] {
                    whole.push((mark, cluster));
                } else if here * 2 > all && here * 2 >= known[place] {
                    most.push((Reverse(here), Reverse(mark), rank[place], cluster));
                }
            }
        }
        drop(shares);

        let shrunk = self.shrunk_alone(&known);
        for (cluster, person) in &shrunk {
            given.give(*cluster, *person);
        }
        for (mark, cluster) in &whole {
            given.give(*cluster, mark.person);
        }
        self.name_by_votes(given, rank);
        most.sort_unstable();
        for (_, Reverse(mark), _, cluster) in most {
            given.give(cluster, mark.person);
        }
        Found { known, whole, shrunk: shrunk.into_keys().collect() }
    }

    /// Gives the clusters that are all that is left of a person that lost records, and nobody else's.
    fn shrunk_alone(&self, known: &[usize]) -> BTreeMap<u32, PersonId> {
        let mut left: BTreeMap<PersonId, (u32, usize, bool)> = BTreeMap::new();
        for record in self.records {
            let person = self.before.persons[*record as usize].filter(|person| self.shrunk.contains(person));
            let Some(person) = person.filter(|person| self.may_take(*person)) else { continue };
            let cluster = self.cluster_of(*record);
            let (first, count, is_one) = left.entry(person).or_insert((cluster, 0, true));
            *count += 1;
            *is_one &= *first == cluster;
        }
        let is_alone = |cluster: u32, count: usize| self.names[cluster as usize] && known[cluster as usize] == count;
        let alone = left.into_iter().filter(|(_, (cluster, count, is_one))| *is_one && is_alone(*cluster, *count));
        alone.map(|(person, (cluster, ..))| (cluster, person)).collect()
    }

    /// Names clusters by what they have of the persons whose ids nobody has yet.
    fn name_by_votes(&self, given: &mut Given, rank: &[u32]) {
        // What each cluster has of each old person: (person, cluster, whether the record came to the person as a new one).
        let mut votes: Vec<(PersonId, u32, bool)> = Vec::new();
        for record in self.records {
            let Some(person) = self.before.persons[*record as usize] else { continue };
            let cluster = self.cluster_of(*record);
            if !self.names[cluster as usize] || given.taken.contains(&person) || !self.may_take(person) {
                continue;
            }
            let is_own = self.before.marks_of(*record).next().is_none_or(|first| first.person == person);
            votes.push((person, cluster, is_own));
        }
        votes.sort_unstable();
        // Each cluster's best claim: (records that count, person).
        let mut claims: BTreeMap<u32, (usize, PersonId)> = BTreeMap::new();
        for of_person in votes.chunk_by(|left, right| left.0 == right.0) {
            let shares = of_person.chunk_by(|left, right| left.1 == right.1).map(|share| {
                let own = share.iter().filter(|(.., is_own)| *is_own).count();
                let cluster = share[0].1;
                (own, share.len(), Reverse(rank[cluster as usize]), cluster)
            });
            let Some((_, count, _, cluster)) = shares.max() else { continue };
            // An id never goes to the few that stayed behind where most went to somebody who is known.
            if given.persons[cluster as usize].is_some() {
                continue;
            }
            // Persons come in ascending order, so that among equals the smaller id stays.
            let claim = claims.entry(cluster).or_insert((count, of_person[0].0));
            if count > claim.0 {
                *claim = (count, of_person[0].0);
            }
        }
        for (cluster, (_, person)) in claims {
            given.give(cluster, person);
        }
    }

    /// Writes down the marks of the records from now on.
    fn mark(&self, found: &Found, persons: &[PersonId], marks: &mut Marks) {
        // Since when each cluster has been whole under the id that it has.
        let mut since: Vec<Option<i64>> = vec![None; persons.len()];
        let mut dropped: BTreeSet<(u32, Mark)> = BTreeSet::new();
        let shrunk: BTreeSet<PersonId> = found.shrunk.iter().map(|cluster| persons[*cluster as usize]).collect();
        for (mark, cluster) in &found.whole {
            if persons[*cluster as usize] == mark.person {
                since[*cluster as usize].get_or_insert(mark.generation);
            } else if found.shrunk.contains(cluster) || shrunk.contains(&mark.person) {
                // Without those who went the next run would take them for somebody else.
                dropped.insert((*cluster, *mark));
            }
        }
        for record in self.records {
            let cluster = self.cluster_of(*record);
            let person = persons[cluster as usize];
            let before = self.before.persons[*record as usize];
            let (names, since) = (self.names[cluster as usize], since[cluster as usize]);
            if names && before == Some(person) && since == Some(0) && !self.before.marks.contains_key(record) {
                continue;
            }
            let stays = |mark: &Mark| self.may_take(mark.person) && !dropped.contains(&(cluster, *mark));
            let mut kept: Vec<Mark> = self.before.marks_of(*record).filter(stays).collect();
            // Only a new record lacks the mark of a cluster that is whole. Of new records alone nothing is to be noted.
            let generation = match since {
                Some(generation) => Some(generation).filter(|_| before.is_none()),
                None => Some(self.before.generation).filter(|_| found.known[cluster as usize] > 0),
            };
            // An attached record beside base ones keeps what it was on its own.
            kept.extend(generation.filter(|_| names).map(|generation| Mark { generation, person }));
            let came_as_new = Mark { generation: 0, person };
            if kept.iter().any(|mark| *mark != came_as_new) {
                marks.insert(*record, kept);
            }
        }
    }
}

/// Gives each cluster its person.
///
/// `clusters[r]` is the cluster of record `r`, below `count`; `is_attached(r)` whether it is of an attached register.
/// `order` has every cluster once, those with base records first, in an order that must not depend on that of the records
/// nor, among those with base records, on attached ones.
pub(crate) fn assign(
    clusters: &[u32],
    count: usize,
    is_attached: impl Fn(u32) -> bool,
    before: &Before<'_>,
    order: &[u32],
) -> Assignment {
    let (attached, base): (Vec<u32>, Vec<u32>) =
        (0_u32..).take(clusters.len()).partition(|record| is_attached(*record));
    let mut holds_base = vec![false; count];
    for record in &base {
        holds_base[clusters[*record as usize] as usize] = true;
    }
    let holds_none: Vec<bool> = holds_base.iter().map(|holds| !holds).collect();
    let mut rank = vec![0_u32; count];
    for (position, cluster) in order.iter().enumerate() {
        rank[*cluster as usize] = u32::try_from(position).unwrap_or(u32::MAX);
    }
    // Attached records have no say in an id that base records have, or had.
    let mut free: HashSet<PersonId> = attached.iter().flat_map(|record| before.ids_of(*record)).collect();
    if !free.is_empty() {
        for person in base.iter().flat_map(|record| before.ids_of(*record)) {
            free.remove(&person);
        }
    }
    let base = Kind { before, clusters, records: &base, names: &holds_base, free: None, shrunk: before.lost_base };
    let attached =
        Kind { before, clusters, records: &attached, names: &holds_none, free: Some(&free), shrunk: before.gone_with };
    let mut given = Given { persons: vec![None; count], taken: HashSet::new() };
    let of_base = base.name(&mut given, &rank);
    let of_attached = attached.name(&mut given, &rank);

    let mut persons = vec![PersonId(0); count];
    let mut next = before.unused.0;
    for cluster in order {
        persons[*cluster as usize] = given.persons[*cluster as usize].unwrap_or_else(|| {
            next += 1;
            PersonId(next - 1)
        });
    }
    let mut marks = Marks::new();
    base.mark(&of_base, &persons, &mut marks);
    attached.mark(&of_attached, &persons, &mut marks);
    Assignment { events: happened(clusters, &persons, &given, before), persons, marks }
}

/// Gives what happened, sorted by person.
fn happened(clusters: &[u32], persons: &[PersonId], given: &Given, before: &Before<'_>) -> Vec<Event> {
    let shares = clusters.iter().zip(before.persons);
    let mut contributors: Vec<(u32, PersonId)> =
        shares.filter_map(|(cluster, person)| Some((*cluster, (*person)?))).collect();
    contributors.sort_unstable();
    contributors.dedup();
    let mut there_before: Vec<PersonId> = contributors.iter().map(|(_, person)| *person).collect();
    there_before.extend(before.gone_with);
    there_before.sort_unstable();
    there_before.dedup();

    let mut events = Vec::new();
    let mut from_whom = contributors.as_slice();
    for (cluster, person) in persons.iter().enumerate() {
        let here = from_whom.iter().take_while(|(of, _)| *of as usize == cluster).count();
        let (contributing, rest) = from_whom.split_at(here);
        from_whom = rest;
        let from: Vec<PersonId> =
            contributing.iter().map(|(_, other)| *other).filter(|other| other != person).collect();
        let kind = match (given.persons[cluster].is_some(), from.is_empty()) {
            (true, true) => continue,
            (true, false) if there_before.binary_search(person).is_ok() => EventKind::Merge,
            (true, false) => EventKind::Back,
            (false, true) => EventKind::New,
            (false, false) => EventKind::Split,
        };
        events.push(Event { person: *person, kind, from });
    }
    let gone = there_before.into_iter().filter(|person| !given.taken.contains(person));
    events.extend(gone.map(|person| Event { person, kind: EventKind::Gone, from: Vec::new() }));
    events.sort_unstable();
    events
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

    fn before<'a>(
        persons: &'a [Option<PersonId>],
        marks: &'a Marks,
        gone_with: &'a BTreeSet<PersonId>,
        unused: u64,
    ) -> Before<'a> {
        Before { persons, marks, gone_with, lost_base: gone_with, unused: PersonId(unused), generation: 1 }
    }

    /// Runs that follow each other over the same records.
    struct Runs {
        attached: Vec<bool>,
        persons: Vec<Option<PersonId>>,
        marks: Marks,
        unused: u64,
        generation: i64,
    }

    impl Runs {
        fn new(attached: &[bool]) -> Self {
            let persons = vec![None; attached.len()];
            Self { attached: attached.to_vec(), persons, marks: Marks::new(), unused: 1, generation: 1 }
        }

        /// Takes in new records, of base registers.
        fn add(&mut self, records: usize) {
            self.attached.extend(std::iter::repeat_n(false, records));
            self.persons.extend(std::iter::repeat_n(None, records));
        }

        /// Takes the last record away and gives the person who lost it.
        fn take_last(&mut self) -> BTreeSet<PersonId> {
            let last = self.persons.len() - 1;
            self.attached.pop();
            self.marks.remove(&(last as u32));
            self.persons.pop().flatten().into_iter().collect()
        }

        fn run(&mut self, labels: &[u8], lost: &BTreeSet<PersonId>) -> (Vec<u64>, Vec<Event>) {
            let (clusters, count, mut order) = normal(labels);
            let attached = self.attached.clone();
            let has_base =
                |cluster: &u32| clusters.iter().zip(&attached).any(|(of, attached)| of == cluster && !attached);
            order.sort_by_key(|cluster| (!has_base(cluster), *cluster));
            let before = Before {
                persons: &self.persons,
                marks: &self.marks,
                gone_with: lost,
                lost_base: lost,
                unused: PersonId(self.unused),
                generation: self.generation,
            };
            let found = assign(&clusters, count, |record| attached[record as usize], &before, &order);
            let persons: Vec<PersonId> = clusters.iter().map(|cluster| found.persons[*cluster as usize]).collect();
            self.unused = persons.iter().map(|person| person.0 + 1).max().unwrap_or(1).max(self.unused);
            self.generation += 1;
            self.persons = persons.iter().copied().map(Some).collect();
            self.marks = found.marks;
            (persons.into_iter().map(|person| person.0).collect(), found.events)
        }

        fn persons(&mut self, labels: &[u8]) -> Vec<u64> {
            self.run(labels, &BTreeSet::new()).0
        }
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
        let (marks, nobody) = (Marks::new(), BTreeSet::new());
        let found = assign(&clusters, count, is_attached, &before(&old, &marks, &nobody, unused), &order);
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
        let (old, marks) = ([Some(PersonId(1))], Marks::new());
        let found = assign(&[0], 1, |_| false, &before(&old, &marks, &gone_with, 3), &[0]);
        assert_eq!(found.persons, [PersonId(1)]);
        assert_eq!(found.events, [event(2, EventKind::Gone, &[])]);
    }

    #[test]
    fn an_undone_merge_gives_both_ids_back() {
        let mut runs = Runs::new(&[false; 5]);
        assert_eq!(runs.persons(&[0, 0, 1, 1, 1]), [1, 1, 2, 2, 2]);
        assert_eq!(runs.persons(&[0; 5]), [2; 5]);
        let (persons, events) = runs.run(&[0, 0, 1, 1, 1], &BTreeSet::new());
        assert_eq!(persons, [1, 1, 2, 2, 2]);
        assert_eq!(events, [event(1, EventKind::Back, &[2])]);
        // Of two equal parts each is who it was.
        let mut runs = Runs::new(&[false; 3]);
        assert_eq!(runs.persons(&[0, 1, 2]), [1, 2, 3]);
        assert_eq!(runs.persons(&[0, 1, 1]), [1, 2, 2]);
        assert_eq!(runs.persons(&[0, 0, 0]), [2; 3]);
        assert_eq!(runs.persons(&[0, 1, 1]), [1, 2, 2]);
        assert_eq!(runs.persons(&[0, 1, 2]), [1, 2, 3]);
    }

    #[test]
    fn an_undone_split_gives_the_one_id_back() {
        let mut runs = Runs::new(&[false; 4]);
        assert_eq!(runs.persons(&[0; 4]), [1; 4]);
        assert_eq!(runs.persons(&[0, 0, 1, 2]), [1, 1, 2, 3]);
        assert_eq!(runs.persons(&[0, 1, 1, 2]), [1, 2, 2, 3]);
        let (persons, events) = runs.run(&[0; 4], &BTreeSet::new());
        assert_eq!(persons, [1; 4]);
        let merged = event(1, EventKind::Merge, &[2, 3]);
        assert_eq!(events, [merged, event(2, EventKind::Gone, &[]), event(3, EventKind::Gone, &[])]);
    }

    #[test]
    fn records_that_came_meanwhile_do_not_keep_an_id_from_coming_back() {
        let mut runs = Runs::new(&[false; 2]);
        assert_eq!(runs.persons(&[0, 1]), [1, 2]);
        assert_eq!(runs.persons(&[0, 0]), [1, 1]);
        runs.add(1);
        assert_eq!(runs.persons(&[0, 0, 0]), [1; 3]);
        assert_eq!(runs.persons(&[0, 1, 1]), [1, 2, 2]);
        // Who came as a new record to a person was never another: the many who did keep the id.
        let mut runs = Runs::new(&[false; 1]);
        assert_eq!(runs.persons(&[0]), [1]);
        runs.add(2);
        assert_eq!(runs.persons(&[0, 0, 0]), [1; 3]);
        assert_eq!(runs.persons(&[0, 1, 1]), [2, 1, 1]);
    }

    #[test]
    fn who_loses_a_record_stays_who_they_are() {
        let mut runs = Runs::new(&[false; 3]);
        assert_eq!(runs.persons(&[0, 1, 1]), [1, 2, 2]);
        assert_eq!(runs.persons(&[0, 0, 0]), [2; 3]);
        // The first record was 1's once. It does not become 1 because those of 2 went, now or in a later run.
        let mut lost = runs.take_last();
        lost.extend(runs.take_last());
        assert_eq!(runs.run(&[0], &lost), (vec![2], Vec::new()));
        assert_eq!(runs.run(&[0], &BTreeSet::new()), (vec![2], Vec::new()));
    }

    #[test]
    fn the_oldest_claim_goes_before_who_stayed_the_same() {
        let mut runs = Runs::new(&[false; 3]);
        assert_eq!(runs.persons(&[0, 1, 2]), [1, 2, 3]);
        runs.add(1);
        assert_eq!(runs.persons(&[0, 0, 1, 0]), [1, 1, 3, 1]);
        assert_eq!(runs.persons(&[0, 1, 0, 1]), [3, 1, 3, 1]);
        // Nothing happens to the two who are 1, and yet the first record is 1 again, as it was when it was alone.
        let (persons, events) = runs.run(&[0, 1, 2, 1], &BTreeSet::new());
        assert_eq!(persons, [1, 2, 3, 2]);
        let back = event(2, EventKind::Back, &[1]);
        assert_eq!(events, [event(1, EventKind::Merge, &[3]), back], "and both are told of it");
        assert_eq!(runs.persons(&[0, 1, 2, 1]), [1, 2, 3, 2]);
    }

    #[test]
    fn an_attached_record_that_was_judged_to_be_of_a_person_is_again_who_it_was() {
        let mut runs = Runs::new(&[false, true]);
        assert_eq!(runs.persons(&[0, 1]), [1, 2]);
        assert_eq!(runs.persons(&[0, 0]), [1, 1]);
        let (persons, events) = runs.run(&[0, 1], &BTreeSet::new());
        assert_eq!((persons, events), (vec![1, 2], vec![event(2, EventKind::Back, &[1])]));
    }

    #[test]
    fn marks_are_read_as_they_are_written() {
        let marks = [Mark { generation: 0, person: PersonId(6) }, Mark { generation: 12, person: PersonId(5) }];
        assert_eq!(marks_text(&marks), "0:6 12:5");
        assert_eq!(marks_of_text("0:6 12:5").as_deref(), Some(marks.as_slice()));
        for wrong in ["", "6", "0:0", "0:6  1:5", "a:6", "0:-1"] {
            assert_eq!(marks_of_text(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_between_the_same_clusters_have_the_same_ids(
            attached in prop::collection::vec(prop::bool::weighted(0.25), 2..9),
            partitions in prop::collection::vec(prop::collection::vec(0_u8..8, 8), 2..9),
            first in any::<prop::sample::Index>(),
        ) {
            let mut runs = Runs::new(&attached);
            let labels = |partition: &[u8]| partition[..attached.len()].to_vec();
            let mut before: Vec<Vec<u64>> = Vec::new();
            for partition in &partitions {
                before.push(runs.persons(&labels(partition)));
                let (again, events) = runs.run(&labels(partition), &BTreeSet::new());
                prop_assert_eq!(&again, before.last().unwrap());
                prop_assert_eq!(events, []);
            }
            let first = first.index(partitions.len());
            prop_assert_eq!(runs.persons(&labels(&partitions[first])), before[first].clone());
        }

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
                let (marks, nobody) = (Marks::new(), BTreeSet::new());
                let found = assign(&clusters, numbers.len(), attached, &before(&old, &marks, &nobody, 50), &by_name);
                order.iter().zip(&clusters).map(|(name, cluster)| (*name, found.persons[*cluster as usize].0)).collect()
            };
            let forwards: Vec<usize> = (0..records.len()).collect();
            let mut shuffled = forwards.clone();
            shuffled.sort_by_key(|name| (*name as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            prop_assert_eq!(persons_of(&forwards), persons_of(&shuffled));
        }
    }
}
