//! Records that stay in memory with their blocks, pairs and persons, so that a change costs what it touches.
//!
//! Records come and go, judgements are made and undone, and after each change blocks, pairs and clusters are those that
//! [`predict`](crate::predict()) and [`cluster`](crate::cluster()) would give for the records that are there, under the
//! same model. What a change touches is followed in three steps:
//!
//! 1. *Blocks.* A record that comes or goes changes its own pairs. It may also carry a block over its size limit, or back:
//!    then the pairs of all records of the block, or of the part of a split block, are looked for again.
//! 2. *Islands.* Records are of one island when kept pairs that clustering looks at, or judgements, connect them. What
//!    happens to one island says nothing of another, so only islands that lost or gained a pair are clustered again.
//! 3. *Clusters.* Each such island is clustered as a data set of its own, by the very code of a whole run.

mod append;
mod blocks;
mod edges;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::cluster::{Judgements, Link, cluster_scored};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::explain::{self, Breakdown, Explanation, explain_scored};
use crate::model::Model;
use crate::pool::room;
use crate::predict::{Edge, Predictions, predict};
use crate::progress::Progress;
use crate::score::{Memory, Scorer, Weights};
use crate::settings::Settings;
use blocks::{Blocks, Places};
use edges::{Edges, Near};

/// How many records are scored, or followed to their islands, by one thread before another takes some.
const AT_ONCE: usize = 64;

/// The label of a record that went.
const GONE: u32 = u32::MAX;

/// Records in memory with their blocks, pairs and persons.
///
/// Per record it holds what [`Dataset`] does, twelve bytes for each blocking rule, 24 for each kept pair and five more.
/// Records keep their index; that of a record that went is not given again, and dictionaries keep the values that it had
/// until the records are encoded anew.
pub struct Resident {
    data: Dataset,
    model: Model,
    weights: Arc<Weights>,
    blocks: Blocks,
    edges: Edges,
    alive: Vec<bool>,
    /// The smallest record of each record's cluster.
    labels: Vec<u32>,
    judgements: Judgements,
    judged: Judged,
    reach: Reach,
    memory: Memory,
}

/// The least weight of pairs from which it may follow that two records are one person.
#[derive(Clone, Copy)]
struct Reach {
    least: f32,
    /// The same where one of the records is only attached: it is weighed against everybody who may be nearly as good.
    least_across: f32,
}

impl Reach {
    fn of(settings: &Settings) -> Self {
        let threshold = settings.threshold_weight();
        let across = if settings.attach_only.is_empty() { 0.0 } else { settings.attach_margin.max(0.0) };
        Self { least: threshold as f32, least_across: (threshold - across) as f32 }
    }
}

/// Where the judgements about each record stand in their lists.
struct Judged {
    must_link: HashMap<u32, Vec<usize>>,
    cannot_link: HashMap<u32, Vec<usize>>,
}

/// What clustering some islands again gave.
#[derive(Default)]
struct Clustered {
    records: Vec<Again>,
    contradictions: Vec<(u32, u32)>,
}

/// A record that was clustered again.
struct Again {
    record: u32,
    label: u32,
    strongest: Option<Link>,
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// The indices of the records that came.
    pub added: Range<u32>,
    /// Pairs that were scored.
    pub pairs_scored: u64,
    /// The records that were clustered again, ascending: all whose cluster, or whose ties within it, may have changed.
    pub records: Vec<u32>,
    /// For each of `records` the cluster that it was in before, by its smallest record; nothing for one that came.
    pub before: Vec<Option<u32>>,
    /// For each of `records` its strongest kept pair within the cluster, see [`crate::Clustering::strongest`].
    pub strongest: Vec<Option<Link>>,
    /// Judgements about `records` that could not be followed since they contradict others, ascending.
    pub contradictions: Vec<(u32, u32)>,
}

impl Resident {
    /// Links all records of `data` and keeps what the next change needs.
    ///
    /// # Errors
    /// When the model does not fit the settings or a judgement names a record that does not exist.
    pub fn new(data: Dataset, model: Model, judgements: Judgements, progress: &dyn Progress) -> Result<Self, Error> {
        let predictions = predict(&data, &model, progress)?;
        progress.stage("clustering", 0);
        let clustering = crate::cluster(&data, &model, &predictions, &judgements)?;
        Self::of(data, model, judgements, &predictions, clustering.labels)
    }

    /// Keeps what a whole run gave: `predictions` of all records of `data` under `model`, and the `labels` of
    /// [`crate::Clustering`] under `judgements`.
    ///
    /// # Errors
    /// When the model does not fit the settings, or labels are not one for each record.
    pub fn of(
        mut data: Dataset,
        model: Model,
        judgements: Judgements,
        predictions: &Predictions,
        labels: Vec<u32>,
    ) -> Result<Self, Error> {
        if labels.len() != data.records {
            return Err(Error::NoSuchRecord { index: labels.len(), records: data.records });
        }
        let mut weights = Weights::new(&data, &model)?;
        weights.open();
        let weights = Arc::new(weights);
        data.open()?;
        let blocks = Blocks::new(&data)?;
        let edges = Edges::new(data.records, &predictions.edges);
        let memory = Memory::new(&data);
        let room = room(data.records);
        let (mut alive, mut labels) = (vec![true; data.records], labels);
        alive.reserve_exact(room);
        labels.reserve_exact(room);
        let judged = Judged::new(&judgements);
        let reach = Reach::of(&data.settings);
        Ok(Self { data, model, weights, blocks, edges, alive, labels, judgements, judged, reach, memory })
    }

    /// Returns the records, those that went included, which hold no values.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// Returns the model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Says whether a record is there.
    pub fn contains(&self, record: u32) -> bool {
        self.alive.get(record as usize).copied().unwrap_or(false)
    }

    /// Returns the cluster of a record, by its smallest record; nothing for a record that is not there.
    pub fn cluster_of(&self, record: u32) -> Option<u32> {
        self.labels.get(record as usize).copied().filter(|label| *label != GONE)
    }

    /// Returns the kept pairs of a record, in no order; the smaller index of each is on the left.
    pub fn edges_of(&self, record: u32) -> impl Iterator<Item = Edge> + '_ {
        self.edges.of(record).iter().map(move |near| edge_of(record, near))
    }

    /// Returns the records of the cluster of a record, ascending; none for a record that is not there.
    pub fn members(&self, record: u32) -> Vec<u32> {
        let Some(label) = self.cluster_of(record) else { return Vec::new() };
        let island = self.island(record, &HashSet::new(), &mut HashMap::new());
        let mut members = island.unwrap_or_default();
        members.retain(|member| self.labels[*member as usize] == label);
        members
    }

    /// Explains the score of a pair, see [`crate::explain`].
    ///
    /// # Errors
    /// When a record is not there.
    pub fn explain(&self, left: u32, right: u32) -> Result<Explanation, Error> {
        self.check_both(left, right)?;
        let scorer = Scorer::with(&self.data, Arc::clone(&self.weights));
        Ok(explain_scored(&scorer, &self.model, (left, right), &mut Memory::small(&self.data)))
    }

    /// Gives the numbers of that explanation alone.
    ///
    /// # Errors
    /// When a record is not there.
    pub fn break_down(&self, left: u32, right: u32) -> Result<Breakdown, Error> {
        self.check_both(left, right)?;
        let scorer = Scorer::with(&self.data, Arc::clone(&self.weights));
        Ok(explain::break_down(&scorer, (left, right), &mut Memory::small(&self.data)))
    }

    fn check_both(&self, left: u32, right: u32) -> Result<(), Error> {
        let missing = [left, right].into_iter().find(|record| !self.contains(*record));
        missing.map_or(Ok(()), |record| Err(Error::NoSuchRecord { index: record as usize, records: self.data.records }))
    }

    /// Takes records away and adds others. A record that changed is one that goes and one that comes.
    ///
    /// # Errors
    /// When a record that is to go is not there, `added` lacks a column, or there are too many records or values.
    /// Nothing has changed then.
    pub fn change(&mut self, removed: &[u32], added: Option<&RecordBatch>) -> Result<Change, Error> {
        let mut going: HashSet<u32> = HashSet::new();
        for record in removed {
            if !self.contains(*record) || !going.insert(*record) {
                return Err(Error::NoSuchRecord { index: *record as usize, records: self.data.records });
            }
        }
        let mut change = Change::default();
        let arrivals = added.map_or(0, RecordBatch::num_rows);
        let places = self.blocks.places(&self.data, removed);
        let touched = self.blocks.touched(&self.data, &self.alive, (removed, &places), arrivals, None);
        if let Some(batch) = added {
            change.added = self.append(batch)?;
        } else {
            change.added = self.data.records as u32..self.data.records as u32;
        }
        let coming: Vec<u32> = change.added.clone().collect();
        let places = self.blocks.places(&self.data, &coming);
        let touched = self.blocks.touched(&self.data, &self.alive, (&coming, &places), 0, Some(touched));

        removed.iter().for_each(|record| self.alive[*record as usize] = false);
        self.blocks.note_gone(removed.len());
        coming.iter().for_each(|record| self.alive[*record as usize] = true);
        let mut again = self.blocks.flipped(&self.data, &self.alive, &touched);
        again.extend(&coming);
        again.sort_unstable();
        again.dedup();

        // Whoever was of one island with a record that is looked at again: each part that is left of it holds one whom a pair
        // connected with the record. Those that come were of none.
        let mut seeds: HashSet<u32> = again.iter().copied().collect();
        for record in removed.iter().chain(again.iter().filter(|record| !change.added.contains(*record))) {
            seeds.extend(self.connected(*record).filter(|other| self.alive[*other as usize]));
            self.edges.clear(*record);
        }
        let places = if again == coming { places } else { self.blocks.places(&self.data, &again) };
        change.pairs_scored = self.score(&again, &places);
        for record in removed {
            self.blocks.remove(&self.data, *record);
            self.data.forget(*record);
            self.labels[*record as usize] = GONE;
        }
        self.cluster(seeds, &mut change);
        Ok(change)
    }

    /// Puts judgements in the place of those that were in force. Judgements about records that are not there wait.
    ///
    /// # Errors
    /// When a judgement names a record that never was. Nothing has changed then.
    pub fn judge(&mut self, judgements: Judgements) -> Result<Change, Error> {
        let pairs = |of: &Judgements| -> HashSet<(u32, u32, bool)> {
            let must = of.must_link.iter().map(|(left, right)| (*left, *right, true));
            must.chain(of.cannot_link.iter().map(|(left, right)| (*left, *right, false))).collect()
        };
        let (before, after) = (pairs(&self.judgements), pairs(&judgements));
        for (left, right, _) in &after {
            self.data.check_record(*left)?;
            self.data.check_record(*right)?;
        }
        let changed = before.symmetric_difference(&after).flat_map(|(left, right, _)| [*left, *right]);
        let seeds = changed.filter(|record| self.alive[*record as usize]).collect();
        self.judged = Judged::new(&judgements);
        self.judgements = judgements;
        let mut change = Change { added: self.data.records as u32..self.data.records as u32, ..Change::default() };
        self.cluster(seeds, &mut change);
        Ok(change)
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<Range<u32>, Error> {
        let added = self.data.append(batch)?;
        // Not there until all of it is.
        self.alive.resize(self.data.records, false);
        self.labels.resize(self.data.records, GONE);
        let weights = Arc::get_mut(&mut self.weights).ok_or(Error::InUse)?;
        weights.extend(&self.data, &self.model);
        self.blocks.add(&self.data, added.clone())?;
        Ok(added)
    }

    /// Looks for the pairs of records that have none and whose blocks are at `places`, and returns how many were scored.
    fn score(&mut self, records: &[u32], places: &Places) -> u64 {
        let Self { data, weights, blocks, edges, alive, .. } = self;
        let scorer = Scorer::with(data, Arc::clone(weights));
        let (data, blocks, alive) = (&*data, &*blocks, &*alive);
        let least = data.settings.edge_weight_min;
        let again: HashSet<u32> = records.iter().copied().collect();
        // Those that came are the last: nearly all partners stand before them, and are not among `again` for sure.
        let first = records.first().copied().unwrap_or(GONE);
        let score_some = |from: usize, some: &[u32], memory: &mut Memory| {
            let (mut found, mut pairs) = (Vec::new(), 0);
            let mut partners: HashMap<u32, u8> = HashMap::new();
            let mut rows: Vec<u32> = Vec::new();
            for (at, record) in (from..).zip(some) {
                partners.clear();
                blocks.partners(data, alive, (*record, at, places), |other, rule| {
                    // A pair of two that are looked at again belongs to the smaller.
                    let is_others = (first..*record).contains(&other) && again.contains(&other);
                    let same_source = || data.sources[*record as usize] == data.sources[other as usize];
                    if !(is_others || data.settings.link_only && same_source()) {
                        partners.entry(other).or_insert(rule);
                    }
                });
                pairs += partners.len() as u64;
                // Partners lie anywhere in memory. Copied first, many are waited for at once instead of each in its turn.
                rows.clear();
                partners.keys().for_each(|other| rows.extend_from_slice(data.row(*other)));
                let own = data.row(*record);
                for ((other, rule), row) in partners.iter().zip(rows.chunks_exact(own.len())) {
                    let [left, right] = if record < other { [own, row] } else { [row, own] };
                    if let Some(weight) = scorer.weight_of_rows(left, right, least, memory) {
                        found.push((*record, Near { other: *other, weight: weight as f32, rule: *rule }));
                    }
                }
            }
            (found, pairs)
        };
        let scored = match records.len() {
            // One record is done before other threads would have heard of it.
            ..AT_ONCE => vec![score_some(0, records, &mut self.memory)],
            _ => {
                let chunks = records.par_chunks(AT_ONCE).enumerate();
                let memory = || Memory::new(data);
                chunks.map_init(memory, |memory, (at, some)| score_some(at * AT_ONCE, some, memory)).collect()
            }
        };
        let pairs_scored = scored.iter().map(|(_, pairs)| pairs).sum();
        let found: Vec<(u32, Near)> = scored.into_iter().flat_map(|(found, _)| found).collect();
        edges.add(&found);
        pairs_scored
    }

    /// Says whether clustering looks at a pair from which it may follow that two records are one person.
    fn connects(&self, record: u32, near: &Near) -> bool {
        let Reach { least, least_across } = self.reach;
        let crosses = || self.data.is_attached(record) != self.data.is_attached(near.other);
        near.weight >= least || near.weight >= least_across && crosses()
    }

    /// Returns the island of a record, ascending; nothing where it is followed from another: from one of `seen`, where each
    /// record is noted with the one that it was found from, or from a smaller one of `seeds`.
    fn island(&self, first: u32, seeds: &HashSet<u32>, seen: &mut HashMap<u32, u32>) -> Option<Vec<u32>> {
        if seen.contains_key(&first) {
            return None;
        }
        seen.insert(first, first);
        let mut island = vec![first];
        let mut at = 0;
        while let Some(record) = island.get(at).copied() {
            for other in self.connected(record) {
                match seen.entry(other) {
                    Entry::Occupied(found) if *found.get() != first => return None,
                    Entry::Occupied(_) => {}
                    Entry::Vacant(_) if other < first && seeds.contains(&other) => return None,
                    Entry::Vacant(free) => {
                        free.insert(first);
                        island.push(other);
                    }
                }
            }
            at += 1;
        }
        island.sort_unstable();
        Some(island)
    }

    /// Returns the records that kept pairs or judgements connect with one.
    fn connected(&self, record: u32) -> impl Iterator<Item = u32> + '_ {
        let near = self.edges.of(record).iter().filter(move |near| self.connects(record, near)).map(|near| near.other);
        let judged = self.judged.must_link.get(&record).into_iter().flatten().map(move |at| {
            let (left, right) = self.judgements.must_link[*at];
            if left == record { right } else { left }
        });
        near.chain(judged.filter(|other| self.alive[*other as usize]))
    }

    /// Clusters the islands of some records again.
    fn cluster(&mut self, seeds: HashSet<u32>, change: &mut Change) {
        let mut firsts: Vec<u32> = seeds.iter().copied().collect();
        firsts.sort_unstable();
        let parts: Vec<Clustered> = match firsts.len() {
            ..AT_ONCE => vec![self.clustered(&firsts, &seeds)],
            _ => firsts.par_chunks(AT_ONCE).map(|some| self.clustered(some, &seeds)).collect(),
        };
        let mut again: Vec<Again> = Vec::with_capacity(parts.iter().map(|part| part.records.len()).sum());
        for part in parts {
            again.extend(part.records);
            change.contradictions.extend(part.contradictions);
        }
        again.par_sort_unstable_by_key(|again| again.record);
        change.contradictions.sort_unstable();
        change.before = again.iter().map(|again| self.cluster_of(again.record)).collect();
        again.iter().for_each(|again| self.labels[again.record as usize] = again.label);
        change.strongest = again.iter().map(|again| again.strongest).collect();
        change.records = again.iter().map(|again| again.record).collect();
    }

    /// Clusters the islands that are followed from `some` of the `seeds`, the smallest seed of each: a few islands at a time,
    /// so that a core has all of them at hand.
    fn clustered(&self, some: &[u32], seeds: &HashSet<u32>) -> Clustered {
        let mut seen: HashMap<u32, u32> = HashMap::new();
        let mut records: Vec<u32> = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        let mut judgements = Judgements::default();
        for first in some {
            let Some(island) = self.island(*first, seeds, &mut seen) else { continue };
            let start = records.len();
            let place = |record: u32| island.binary_search(&record).ok().map(|place| (start + place) as u32);
            // Base records that weights put into a cluster have their strongest link there among the pairs that connect. Those
            // that are attached, or judged about, may be with records to which they have a weaker pair only.
            let is_judged = || island.iter().any(|record| self.judged.must_link.contains_key(record));
            let all_count = !self.data.settings.attach_only.is_empty() || is_judged();
            for (left, record) in (start as u32..).zip(&island) {
                let counts = |near: &&Near| near.other > *record && (all_count || self.connects(*record, near));
                let after = self.edges.of(*record).iter().filter(counts);
                edges.extend(after.filter_map(|Near { other, weight, rule }| {
                    Some(Edge { left, right: place(*other)?, weight: *weight, rule: *rule })
                }));
            }
            // Of two islands no judgement has anything to say.
            let within = |pairs: &[(u32, u32)], of: &HashMap<u32, Vec<usize>>, into: &mut Vec<(u32, u32)>| {
                let mut about: Vec<usize> =
                    island.iter().filter_map(|record| of.get(record)).flatten().copied().collect();
                about.sort_unstable();
                about.dedup();
                let about = about.into_iter().map(|at| pairs[at]);
                into.extend(about.filter_map(|(left, right)| Some((place(left)?, place(right)?))));
            };
            within(&self.judgements.must_link, &self.judged.must_link, &mut judgements.must_link);
            within(&self.judgements.cannot_link, &self.judged.cannot_link, &mut judgements.cannot_link);
            records.extend(island);
        }
        let part = self.data.part(&records);
        let scorer = Scorer::with(&part, Arc::clone(&self.weights));
        let predictions = Predictions { edges, ..Predictions::default() };
        let clustering = cluster_scored(&scorer, &predictions, &judgements);
        let whole = |record: u32| records[record as usize];
        let found = records.iter().zip(&clustering.labels).zip(&clustering.strongest);
        let again = found.map(|((record, label), strongest)| Again {
            record: *record,
            label: whole(*label),
            strongest: strongest.map(|link| Link { via: whole(link.via), ..link }),
        });
        let contradictions = clustering.contradictions.iter().map(|(left, right)| (whole(*left), whole(*right)));
        Clustered { records: again.collect(), contradictions: contradictions.collect() }
    }
}

fn edge_of(record: u32, near: &Near) -> Edge {
    let (left, right) = (record.min(near.other), record.max(near.other));
    Edge { left, right, weight: near.weight, rule: near.rule }
}

impl Judged {
    fn new(judgements: &Judgements) -> Self {
        let by_record = |pairs: &[(u32, u32)]| {
            let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
            for (at, (left, right)) in pairs.iter().enumerate() {
                places.entry(*left).or_default().push(at);
                places.entry(*right).or_default().push(at);
            }
            places
        };
        Self { must_link: by_record(&judgements.must_link), cannot_link: by_record(&judgements.cannot_link) }
    }
}
