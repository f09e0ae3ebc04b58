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
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::cluster::{Judgements, Link, cluster_scored};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::explain::{Explanation, explain_scored};
use crate::model::Model;
use crate::pool::room;
use crate::predict::{Edge, Predictions, predict};
use crate::progress::Progress;
use crate::score::{Memory, Scorer, Weights};
use blocks::Blocks;
use edges::{Edges, Near};

/// How many records are scored by one thread before another takes some.
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
    /// From each record to those that judgements say are the same person.
    judged: HashMap<u32, Vec<u32>>,
    memory: Memory,
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
    /// Judgements about `records` that could not be followed since they contradict others.
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
        let judged = by_record(&judgements);
        Ok(Self { data, model, weights, blocks, edges, alive, labels, judgements, judged, memory })
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
        let mut members = self.island([record]);
        members.retain(|member| self.labels[*member as usize] == label);
        members
    }

    /// Explains the score of a pair, see [`crate::explain`].
    ///
    /// # Errors
    /// When a record is not there.
    pub fn explain(&self, left: u32, right: u32) -> Result<Explanation, Error> {
        for record in [left, right] {
            if !self.contains(record) {
                return Err(Error::NoSuchRecord { index: record as usize, records: self.data.records });
            }
        }
        let scorer = Scorer::with(&self.data, Arc::clone(&self.weights));
        Ok(explain_scored(&scorer, &self.model, (left, right), &mut Memory::small(&self.data)))
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
        let touched = self.blocks.touched(&self.data, &self.alive, removed, arrivals, None);
        if let Some(batch) = added {
            change.added = self.append(batch)?;
        } else {
            change.added = self.data.records as u32..self.data.records as u32;
        }
        let coming: Vec<u32> = change.added.clone().collect();
        let touched = self.blocks.touched(&self.data, &self.alive, &coming, 0, Some(touched));

        removed.iter().for_each(|record| self.alive[*record as usize] = false);
        self.blocks.note_gone(removed.len());
        coming.iter().for_each(|record| self.alive[*record as usize] = true);
        let mut again = self.blocks.flipped(&self.data, &self.alive, &touched);
        again.extend(&coming);
        again.sort_unstable();
        again.dedup();

        // Whoever was of one island with a record that is looked at again: each part that is left of it holds one whom a pair
        // connected with the record.
        let mut seeds: HashSet<u32> = again.iter().copied().collect();
        for record in removed.iter().chain(&again) {
            seeds.extend(self.connected(*record).filter(|other| self.alive[*other as usize]));
            self.edges.clear(*record);
        }
        change.pairs_scored = self.score(&again);
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
        self.judged = by_record(&judgements);
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

    /// Looks for the pairs of records that have none, and returns how many were scored.
    fn score(&mut self, records: &[u32]) -> u64 {
        let Self { data, weights, blocks, edges, alive, .. } = self;
        let scorer = Scorer::with(data, Arc::clone(weights));
        let (data, blocks, alive) = (&*data, &*blocks, &*alive);
        let least = data.settings.edge_weight_min;
        let again: HashSet<u32> = records.iter().copied().collect();
        let places = blocks.places(data, records);
        let score_some = |from: usize, some: &[u32], memory: &mut Memory| {
            let (mut found, mut pairs) = (Vec::new(), 0);
            let mut partners: HashMap<u32, u8> = HashMap::new();
            let mut rows: Vec<u32> = Vec::new();
            for (at, record) in (from..).zip(some) {
                partners.clear();
                blocks.partners(data, alive, (*record, at, &places), |other, rule| {
                    let same_source = data.sources[*record as usize] == data.sources[other as usize];
                    // A pair of two that are looked at again belongs to the smaller.
                    if !(again.contains(&other) && other < *record || data.settings.link_only && same_source) {
                        partners.entry(other).or_insert(rule);
                    }
                });
                pairs += partners.len() as u64;
                // Partners lie anywhere in memory. Copied first, many are waited for at once instead of each in its turn.
                rows.clear();
                partners.keys().for_each(|other| rows.extend_from_slice(data.row(*other)));
                let own = data.row(*record);
                for ((other, rule), row) in partners.iter().zip(rows.chunks_exact(own.len())) {
                    let (left, right) = (*other.min(record), *other.max(record));
                    let [left_row, right_row] = if left == *record { [own, row] } else { [row, own] };
                    if let Some(weight) = scorer.weight_of_rows(left_row, right_row, least, memory) {
                        found.push(Edge { left, right, weight: weight as f32, rule: *rule });
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
        let found: Vec<Edge> = scored.into_iter().flat_map(|(found, _)| found).collect();
        edges.add(&found);
        pairs_scored
    }

    /// Says whether clustering looks at a pair from which it may follow that two records are one person.
    fn connects(&self, record: u32, near: &Near) -> bool {
        let settings = &self.data.settings;
        let threshold = settings.threshold_weight();
        // A record that is attached is weighed against everybody who may be nearly as good.
        let crosses = self.data.is_attached(record) != self.data.is_attached(near.other);
        let least = if crosses { (threshold - settings.attach_margin).min(threshold) } else { threshold };
        near.weight >= least as f32
    }

    /// Returns all records of the islands of some, ascending.
    fn island(&self, seeds: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut seen: HashSet<u32> = seeds.into_iter().collect();
        // One ring of neighbours after the other: those of many records are looked up side by side.
        let mut ring: Vec<u32> = seen.iter().copied().collect();
        while !ring.is_empty() {
            let around: Vec<u32> = match ring.len() {
                ..AT_ONCE => ring.iter().flat_map(|record| self.connected(*record)).collect(),
                _ => ring.par_iter().flat_map_iter(|record| self.connected(*record)).collect(),
            };
            ring = around.into_iter().filter(|other| seen.insert(*other)).collect();
        }
        let mut island: Vec<u32> = seen.into_iter().collect();
        island.par_sort_unstable();
        island
    }

    /// Returns the records that kept pairs or judgements connect with one.
    fn connected(&self, record: u32) -> impl Iterator<Item = u32> + '_ {
        let near = self.edges.of(record).iter().filter(move |near| self.connects(record, near)).map(|near| near.other);
        let judged = self.judged.get(&record).into_iter().flatten().copied();
        near.chain(judged.filter(|other| self.alive[*other as usize]))
    }

    /// Clusters the islands of some records again.
    fn cluster(&mut self, seeds: HashSet<u32>, change: &mut Change) {
        let records = self.island(seeds);
        let place = |record: u32| records.binary_search(&record).ok().map(|place| place as u32);
        let within_one = |(left, record): (usize, &u32)| {
            let (left, record) = (left as u32, *record);
            let after = self.edges.of(record).iter().filter(move |near| near.other > record);
            after.filter_map(move |Near { other, weight, rule }| {
                Some(Edge { left, right: place(*other)?, weight: *weight, rule: *rule })
            })
        };
        let edges: Vec<Edge> = match records.len() {
            ..AT_ONCE => records.iter().enumerate().flat_map(within_one).collect(),
            _ => records.par_iter().enumerate().flat_map_iter(within_one).collect(),
        };
        let within = |pairs: &[(u32, u32)]| -> Vec<(u32, u32)> {
            pairs.iter().filter_map(|(left, right)| Some((place(*left)?, place(*right)?))).collect()
        };
        let judgements = Judgements {
            must_link: within(&self.judgements.must_link),
            cannot_link: within(&self.judgements.cannot_link),
        };
        let part = self.data.part(&records);
        let scorer = Scorer::with(&part, Arc::clone(&self.weights));
        let predictions = Predictions { edges, ..Predictions::default() };
        let clustering = cluster_scored(&scorer, &predictions, &judgements);
        drop(scorer);
        let whole = |record: u32| records[record as usize];
        change.before = records.iter().map(|record| self.cluster_of(*record)).collect();
        for (record, label) in records.iter().zip(&clustering.labels) {
            self.labels[*record as usize] = whole(*label);
        }
        let link = |link: Link| Link { via: whole(link.via), ..link };
        change.strongest = clustering.strongest.into_iter().map(|found| found.map(link)).collect();
        change.contradictions =
            clustering.contradictions.into_iter().map(|(left, right)| (whole(left), whole(right))).collect();
        change.records = records;
    }
}

fn edge_of(record: u32, near: &Near) -> Edge {
    let (left, right) = (record.min(near.other), record.max(near.other));
    Edge { left, right, weight: near.weight, rule: near.rule }
}

fn by_record(judgements: &Judgements) -> HashMap<u32, Vec<u32>> {
    let mut judged: HashMap<u32, Vec<u32>> = HashMap::new();
    for (left, right) in &judgements.must_link {
        judged.entry(*left).or_default().push(*right);
        judged.entry(*right).or_default().push(*left);
    }
    judged
}
