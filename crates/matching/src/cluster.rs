//! From scored pairs to persons.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::error::Error;
use crate::merge::{Evidence, Group};
use crate::model::Model;
use crate::predict::{Edge, Predictions};
use crate::score::{Memory, Scorer};
use crate::union::Sets;

/// What people have decided about pairs of records. It wins over every score.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Judgements {
    /// Pairs that are one person.
    pub must_link: Vec<(u32, u32)>,
    /// Pairs that are not.
    pub cannot_link: Vec<(u32, u32)>,
}

/// A tie of a record to another of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The other record.
    pub via: u32,
    /// The log2 odds of the pair.
    pub weight: f32,
}

/// Two clusters that stayed apart although a pair of theirs reaches the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The record on one side of the best such pair.
    pub left: u32,
    /// The record on the other.
    pub right: u32,
    /// The log2 odds of that pair.
    pub pair_weight: f64,
    /// The log2 odds of the merge, everything weighed; nothing where a judgement or a tier forbids it.
    pub merge_weight: Option<f64>,
}

/// The persons found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clustering {
    /// For each record the smallest record index of its cluster.
    pub labels: Vec<u32>,
    /// For each record its strongest kept edge within the cluster.
    pub strongest: Vec<Option<Link>>,
    /// For each record its weakest kept edge within the cluster.
    pub weakest: Vec<Option<Link>>,
    /// Merges that were refused, the most tempting first.
    pub refused: Vec<Refusal>,
    /// Judgements that could not be followed since they contradict others.
    pub contradictions: Vec<(u32, u32)>,
}

/// Puts records together into persons.
pub fn cluster(
    data: &Dataset,
    model: &Model,
    predictions: &Predictions,
    judgements: &Judgements,
) -> Result<Clustering, Error> {
    for (left, right) in judgements.must_link.iter().chain(&judgements.cannot_link) {
        data.check_record(*left)?;
        data.check_record(*right)?;
    }
    if predictions.edges.iter().any(|edge| edge.right as usize >= data.records) {
        return Err(Error::NoSuchRecord { index: data.records, records: data.records });
    }
    let scorer = Scorer::new(data, model)?;
    let evidence = Evidence::new(&scorer, &judgements.cannot_link);
    let run = Run { data, evidence, threshold: data.settings.threshold_weight() };
    let mut clustering = Clustering::default();
    let mut sets = Sets::new(data.records);
    run.base(predictions, judgements, &mut sets);
    if !data.settings.attach_only.is_empty() {
        run.attach(predictions, judgements, &mut sets, &mut clustering.contradictions);
    }
    clustering.labels = sets.labels();
    let together =
        |(left, right): &&(u32, u32)| clustering.labels[*left as usize] == clustering.labels[*right as usize];
    clustering.contradictions.extend(judgements.cannot_link.iter().filter(together));
    run.links(predictions, &mut clustering);
    run.refusals(predictions, &mut clustering);
    Ok(clustering)
}

/// One clustering run.
pub(crate) struct Run<'a> {
    pub(crate) data: &'a Dataset,
    pub(crate) evidence: Evidence<'a>,
    /// In log2 odds.
    pub(crate) threshold: f64,
}

pub(crate) fn join_all(pairs: &[(u32, u32)], sets: &mut Sets) {
    pairs.iter().for_each(|(left, right)| {
        sets.join(*left, *right);
    });
}

/// A merge that is possible, by its weight; ties go by the tie-breaking words of both groups.
#[derive(PartialEq)]
struct Candidate {
    weight: f64,
    ties: (u64, u64),
    groups: (usize, usize),
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight
            .total_cmp(&other.weight)
            .then_with(|| other.ties.cmp(&self.ties))
            .then_with(|| other.groups.cmp(&self.groups))
    }
}

impl Run<'_> {
    /// Edges from which a merge may start: half odds, or the threshold where that is lower.
    pub(crate) fn floor(&self) -> f32 {
        self.threshold.min(0.0) as f32
    }

    /// Clusters the base records, as if there were no others.
    fn base(&self, predictions: &Predictions, judgements: &Judgements, sets: &mut Sets) {
        let must = self.within(0, judgements);
        join_all(&must, sets);
        let inside = |edge: &&Edge| {
            edge.weight >= self.floor() && self.data.tier(edge.left) == 0 && self.data.tier(edge.right) == 0
        };
        let edges: Vec<Edge> = predictions.edges.iter().filter(inside).copied().collect();
        self.agglomerate(edges, &must, sets);
    }

    /// Returns the judgements that two records of one tier are one person.
    pub(crate) fn within(&self, tier: u16, judgements: &Judgements) -> Vec<(u32, u32)> {
        let here = |record: u32| self.data.tier(record) == tier;
        judgements.must_link.iter().copied().filter(|(left, right)| here(*left) && here(*right)).collect()
    }

    /// Merges groups of records, the best merge first, as long as one reaches the threshold.
    pub(crate) fn agglomerate(&self, mut edges: Vec<Edge>, must: &[(u32, u32)], sets: &mut Sets) {
        let mut components = sets.clone();
        edges.iter().for_each(|edge| {
            components.join(edge.left, edge.right);
        });
        let roots = components.labels();
        edges.par_sort_unstable_by_key(|edge| (roots[edge.left as usize], edge.left, edge.right));
        let mut bound: HashMap<u32, Vec<u32>> = HashMap::new();
        for record in must.iter().flat_map(|(left, right)| [*left, *right]) {
            let members = bound.entry(sets.find(record)).or_default();
            if !members.contains(&record) {
                members.push(record);
            }
        }
        let of_edge: HashMap<u32, u32> =
            bound.iter().flat_map(|(root, members)| members.iter().map(|member| (*member, *root))).collect();
        let merged: Vec<Vec<Group>> = edges
            .chunk_by(|a, b| roots[a.left as usize] == roots[b.left as usize])
            .collect::<Vec<_>>()
            .into_par_iter()
            .map_init(
                || Memory::new(self.data),
                |memory, edges| {
                    let unit = |record: u32| of_edge.get(&record).copied().unwrap_or(record);
                    let members = |unit: u32| bound.get(&unit).cloned().unwrap_or_else(|| vec![unit]);
                    self.component(edges, unit, members, memory)
                },
            )
            .collect();
        for group in merged.iter().flatten() {
            for pair in group.members.windows(2) {
                sets.join(pair[0], pair[1]);
            }
        }
    }

    /// Merges the groups of one connected component and returns those of several records.
    fn component(
        &self,
        edges: &[Edge],
        unit: impl Fn(u32) -> u32,
        members: impl Fn(u32) -> Vec<u32>,
        memory: &mut Memory,
    ) -> Vec<Group> {
        let mut index: HashMap<u32, usize> = HashMap::new();
        let mut groups: Vec<Option<Group>> = Vec::new();
        let mut neighbours: Vec<Vec<usize>> = Vec::new();
        let mut place = |record: u32, groups: &mut Vec<Option<Group>>, neighbours: &mut Vec<Vec<usize>>| {
            let unit = unit(record);
            *index.entry(unit).or_insert_with(|| {
                groups.push(Some(Group::new(self.data, members(unit))));
                neighbours.push(Vec::new());
                groups.len() - 1
            })
        };
        for edge in edges {
            let left = place(edge.left, &mut groups, &mut neighbours);
            let right = place(edge.right, &mut groups, &mut neighbours);
            if left != right {
                neighbours[left].push(right);
                neighbours[right].push(left);
            }
        }
        let mut heap = BinaryHeap::new();
        for at in 0..groups.len() {
            neighbours[at].sort_unstable();
            neighbours[at].dedup();
            for other in neighbours[at].iter().filter(|other| **other > at) {
                self.propose(&groups, at, *other, memory, &mut heap);
            }
        }
        while let Some(Candidate { groups: (left, right), .. }) = heap.pop() {
            if groups[left].is_none() || groups[right].is_none() {
                continue;
            }
            let (Some(one), Some(other)) = (groups[left].take(), groups[right].take()) else { continue };
            let merged = groups.len();
            groups.push(Some(Group::union(self.data, &one, &other)));
            let mut around: Vec<usize> = std::mem::take(&mut neighbours[left]);
            around.append(&mut neighbours[right]);
            around.sort_unstable();
            around.dedup();
            around.retain(|at| groups[*at].is_some());
            for at in &around {
                neighbours[*at].push(merged);
                self.propose(&groups, *at, merged, memory, &mut heap);
            }
            neighbours.push(around);
        }
        groups.into_iter().flatten().filter(|group| group.members.len() > 1).collect()
    }

    fn propose(
        &self,
        groups: &[Option<Group>],
        left: usize,
        right: usize,
        memory: &mut Memory,
        heap: &mut BinaryHeap<Candidate>,
    ) {
        let (Some(one), Some(other)) = (&groups[left], &groups[right]) else { return };
        let weight = self.evidence.weigh(one, other, memory);
        if weight >= self.threshold {
            let (a, b) = (one.tie(self.data), other.tie(self.data));
            heap.push(Candidate { weight, ties: (a.min(b), a.max(b)), groups: (left, right) });
        }
    }

    /// Lists the pairs of clusters that stayed apart although a pair of records reaches the threshold.
    fn refusals(&self, predictions: &Predictions, clustering: &mut Clustering) {
        let labels = &clustering.labels;
        let mut best: HashMap<(u32, u32), Edge> = HashMap::new();
        for edge in predictions.edges.iter().filter(|edge| f64::from(edge.weight) >= self.threshold) {
            let (a, b) = (labels[edge.left as usize], labels[edge.right as usize]);
            if a != b {
                let kept = best.entry((a.min(b), a.max(b))).or_insert(*edge);
                if (edge.weight, kept.left, kept.right) > (kept.weight, edge.left, edge.right) {
                    *kept = *edge;
                }
            }
        }
        let mut members: HashMap<u32, Vec<u32>> = best.keys().flat_map(|(a, b)| [(*a, vec![]), (*b, vec![])]).collect();
        for (record, label) in labels.iter().enumerate() {
            if let Some(of_label) = members.get_mut(label) {
                of_label.push(record as u32);
            }
        }
        let group = |label: &u32| Group::new(self.data, members.get(label).cloned().unwrap_or_default());
        let mut refused: Vec<Refusal> = best
            .into_iter()
            .collect::<Vec<_>>()
            .into_par_iter()
            .map_init(
                || Memory::new(self.data),
                |memory, ((a, b), edge)| {
                    let weight = self.evidence.weigh(&group(&a), &group(&b), memory);
                    Refusal {
                        left: edge.left,
                        right: edge.right,
                        pair_weight: f64::from(edge.weight),
                        merge_weight: weight.is_finite().then_some(weight),
                    }
                },
            )
            .collect();
        refused.sort_unstable_by(|a, b| {
            b.pair_weight.total_cmp(&a.pair_weight).then_with(|| (a.left, a.right).cmp(&(b.left, b.right)))
        });
        clustering.refused = refused;
    }

    fn links(&self, predictions: &Predictions, clustering: &mut Clustering) {
        let records = self.data.records;
        clustering.strongest = vec![None; records];
        clustering.weakest = vec![None; records];
        for edge in &predictions.edges {
            if clustering.labels[edge.left as usize] != clustering.labels[edge.right as usize] {
                continue;
            }
            for (record, via) in [(edge.left, edge.right), (edge.right, edge.left)] {
                let strongest = &mut clustering.strongest[record as usize];
                if strongest.is_none_or(|link| edge.weight > link.weight) {
                    *strongest = Some(Link { via, weight: edge.weight });
                }
                let weakest = &mut clustering.weakest[record as usize];
                if weakest.is_none_or(|link| edge.weight < link.weight) {
                    *weakest = Some(Link { via, weight: edge.weight });
                }
            }
        }
    }
}

impl Clustering {
    /// Returns the clusters as an Arrow array: one column `cluster` (u32), one row a record.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn to_record_batch(&self) -> Result<RecordBatch, Error> {
        let schema = Schema::new(vec![Field::new("cluster", DataType::UInt32, false)]);
        Ok(RecordBatch::try_new(Arc::new(schema), vec![Arc::new(UInt32Array::from(self.labels.clone()))])?)
    }
}
