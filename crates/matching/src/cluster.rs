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
use crate::refusal::Refusal;
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

/// The persons found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clustering {
    /// For each record the smallest record index of its cluster.
    pub labels: Vec<u32>,
    /// For each record its strongest kept edge within the cluster; for a base record, that to another base record.
    pub strongest: Vec<Option<Link>>,
    /// For each record its weakest kept edge within the cluster; for a base record, that to another base record.
    pub weakest: Vec<Option<Link>>,
    /// Merges that were refused, the most tempting first.
    pub refused: Vec<Refusal>,
    /// Judgements that could not be followed since they contradict others.
    pub contradictions: Vec<(u32, u32)>,
    /// How many groups were split that had been merged and, weighed once more as they stood, were more than one person.
    pub repaired: u64,
}

/// Puts records together into persons.
///
/// Groups of records are merged, the best merge first, as long as a merge reaches the threshold. A merge is weighed by
/// the best pair across both groups, by what the other pairs hold against it, and by what is known of the sources:
/// that a source has one record for each person makes a second one unlikely, not impossible. Judgements win over all
/// of it.
///
/// Base records are clustered first, as if there were no others. Then every attach-only source is attached on its own:
/// a record joins the one person that it fits, or none where a second fits about as well
/// ([`crate::Settings::attach_margin`]); what is left clusters within its source. No two base records are ever
/// together that would not be without attach-only sources.
///
/// The order of records does not matter when [`crate::Settings::id`] tells them apart; without, records that agree in
/// every column are exchangeable. Neither the order of edges nor the number of threads ever matters.
///
/// # Errors
/// When a judgement or an edge names a record that does not exist, or the model does not fit the settings.
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
    let mut clustering = cluster_scored(&scorer, predictions, judgements);
    clustering.refused = Run::new(&scorer, judgements).refusals(predictions, &clustering.labels);
    Ok(clustering)
}

/// Clusters as [`cluster`] does, records and edges being known to fit. Merges that were refused are not looked for.
pub(crate) fn cluster_scored(scorer: &Scorer<'_>, predictions: &Predictions, judgements: &Judgements) -> Clustering {
    let data = scorer.data();
    let run = Run::new(scorer, judgements);
    let mut clustering = Clustering::default();
    let mut sets = Sets::new(data.records);
    clustering.repaired = run.base(predictions, judgements, &mut sets);
    if !data.settings.attach_only.is_empty() {
        clustering.repaired += run.attach(predictions, judgements, &mut sets, &mut clustering.contradictions);
    }
    clustering.labels = sets.labels();
    let together =
        |(left, right): &&(u32, u32)| clustering.labels[*left as usize] == clustering.labels[*right as usize];
    clustering.contradictions.extend(judgements.cannot_link.iter().filter(together));
    Run::links(data, predictions, &mut clustering);
    clustering
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

/// A merge that is possible. The heaviest comes first; ties go by the tie-breaking words of both groups.
#[derive(Debug, Clone, PartialEq)]
struct Candidate {
    /// What the merge weighs, or at most weighs as long as it is not weighed.
    weight: f64,
    /// The ranks of both groups' tie-breaking words within the component, the smaller first.
    ties: (u32, u32),
    groups: (u32, u32),
    weighed: bool,
}

/// The merges that are possible.
enum Queue {
    /// Of a small component: looked through for the best each time, which is sooner done than keeping them in order.
    Few(Vec<Candidate>),
    Many(BinaryHeap<Candidate>),
}

/// The most groups of a small component.
const FEW_GROUPS: usize = 32;

/// The groups of one connected component, and who is next to whom.
struct Component<'a> {
    data: &'a Dataset,
    /// Merged groups leave their place empty; the union gets a new one.
    groups: Vec<Option<Group>>,
    /// The rank of each group's tie-breaking word among those of the component.
    ranks: Vec<u32>,
    /// For each group the groups that share an edge with it, and the weight of the best such edge, ascending. Groups that
    /// were merged since may still be among them.
    neighbours: Vec<Vec<(usize, f64)>>,
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
            .then_with(|| self.weighed.cmp(&other.weighed))
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(scorer: &'a Scorer<'a>, judgements: &Judgements) -> Self {
        let evidence = Evidence::new(scorer, &judgements.cannot_link);
        let data = scorer.data();
        Self { data, evidence, threshold: data.settings.threshold_weight() }
    }
}

impl Run<'_> {
    /// Edges from which a merge may start. No merge weighs more than its best pair.
    pub(crate) fn floor(&self) -> f32 {
        self.threshold as f32
    }

    /// Clusters the base records, as if there were no others, and returns how many groups were repaired.
    fn base(&self, predictions: &Predictions, judgements: &Judgements, sets: &mut Sets) -> u64 {
        let must = self.within(0, judgements);
        join_all(&must, sets);
        let inside = |edge: &&Edge| {
            edge.weight >= self.floor() && self.data.tier(edge.left) == 0 && self.data.tier(edge.right) == 0
        };
        let edges: Vec<Edge> = predictions.edges.iter().filter(inside).copied().collect();
        self.agglomerate(edges, &must, sets)
    }

    /// Returns the judgements that two records of one tier are one person.
    pub(crate) fn within(&self, tier: u16, judgements: &Judgements) -> Vec<(u32, u32)> {
        let here = |record: u32| self.data.tier(record) == tier;
        judgements.must_link.iter().copied().filter(|(left, right)| here(*left) && here(*right)).collect()
    }

    /// Merges groups of records, the best merge first, as long as one reaches the threshold, and returns how many were repaired.
    pub(crate) fn agglomerate(&self, mut edges: Vec<Edge>, must: &[(u32, u32)], sets: &mut Sets) -> u64 {
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
        let merged: Vec<(Vec<Group>, u64)> = edges
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
        for group in merged.iter().flat_map(|(groups, _)| groups) {
            for pair in group.members.windows(2) {
                sets.join(pair[0], pair[1]);
            }
        }
        merged.iter().map(|(_, repaired)| repaired).sum()
    }

    /// Merges the groups of one connected component and returns those of several records, and how many were repaired.
    ///
    /// A merge is weighed when its turn comes by the best edge between its groups, which it cannot outweigh, and put
    /// back with what it weighs. So merges happen in the order of their weights, and most are never weighed.
    fn component(
        &self,
        edges: &[Edge],
        unit: impl Fn(u32) -> u32,
        members: impl Fn(u32) -> Vec<u32>,
        memory: &mut Memory,
    ) -> (Vec<Group>, u64) {
        let mut component = Component::new(self.data, edges, &unit, members);
        let each_once = |at: usize| component.candidates(at).filter(move |candidate| candidate.groups.1 < at as u32);
        let mut queue = Queue::new(component.groups.len(), (0..component.groups.len()).flat_map(each_once));
        while let Some(candidate) = queue.pop() {
            let (left, right) = (candidate.groups.0 as usize, candidate.groups.1 as usize);
            let (Some(one), Some(other)) = (&component.groups[left], &component.groups[right]) else { continue };
            if candidate.weighed {
                let merged = component.merge(left, right);
                queue.forget_closed(&component);
                queue.extend(component.candidates(merged));
                continue;
            }
            let weight = self.evidence.weigh(one, other, memory);
            if weight >= self.threshold {
                queue.extend([Candidate { weight, weighed: true, ..candidate }]);
            }
        }
        let groups: Vec<Group> =
            component.groups.into_iter().flatten().filter(|group| group.members.len() > 1).collect();
        let mut repaired = Vec::with_capacity(groups.len());
        let mut of_group = edges_of_each(&groups, edges);
        let mut split = 0;
        for (group, edges) in groups.into_iter().zip(&mut of_group) {
            split += u64::from(self.repair(group, std::mem::take(edges), &unit, memory, &mut repaired));
        }
        repaired.retain(|group| group.members.len() > 1);
        (repaired, split)
    }

    /// Notes each record's strongest and weakest link within its cluster. A base record is told of other base records
    /// only: what is attached to it may be hidden from who asks why it is there, and must change nothing of the answer.
    fn links(data: &Dataset, predictions: &Predictions, clustering: &mut Clustering) {
        let records = data.records;
        clustering.strongest = vec![None; records];
        clustering.weakest = vec![None; records];
        for edge in &predictions.edges {
            if clustering.labels[edge.left as usize] != clustering.labels[edge.right as usize] {
                continue;
            }
            for (record, via) in [(edge.left, edge.right), (edge.right, edge.left)] {
                if data.is_attached(via) && !data.is_attached(record) {
                    continue;
                }
                // Of links of one weight the same is kept whatever the order of edges.
                let tie = |of: u32| (data.ties[of as usize], of);
                let wins = |kept: &Link, beyond: bool| beyond || edge.weight == kept.weight && tie(via) < tie(kept.via);
                let strongest = &mut clustering.strongest[record as usize];
                if strongest.is_none_or(|kept| wins(&kept, edge.weight > kept.weight)) {
                    *strongest = Some(Link { via, weight: edge.weight });
                }
                let weakest = &mut clustering.weakest[record as usize];
                if weakest.is_none_or(|kept| wins(&kept, edge.weight < kept.weight)) {
                    *weakest = Some(Link { via, weight: edge.weight });
                }
            }
        }
    }
}

impl<'a> Component<'a> {
    fn new(data: &'a Dataset, edges: &[Edge], unit: impl Fn(u32) -> u32, members: impl Fn(u32) -> Vec<u32>) -> Self {
        let mut units: Vec<u32> = edges.iter().flat_map(|edge| [unit(edge.left), unit(edge.right)]).collect();
        units.sort_unstable();
        units.dedup();
        let mut neighbours: Vec<Vec<(usize, f64)>> = vec![Vec::new(); units.len()];
        for edge in edges {
            let sides = [edge.left, edge.right].map(|record| units.binary_search(&unit(record)));
            // All of them were found a moment ago.
            let [Ok(left), Ok(right)] = sides else { continue };
            if left != right {
                neighbours[left].push((right, f64::from(edge.weight)));
                neighbours[right].push((left, f64::from(edge.weight)));
            }
        }
        neighbours.iter_mut().for_each(best_of_each);
        let groups: Vec<Group> = units.into_iter().map(|unit| Group::new(data, members(unit))).collect();
        let mut words: Vec<u64> = groups.iter().map(|group| group.tie(data)).collect();
        words.sort_unstable();
        // Every word is among them; equal ones have one rank.
        let rank = |group: &Group| words.partition_point(|word| *word < group.tie(data)) as u32;
        let ranks = groups.iter().map(rank).collect();
        Self { data, groups: groups.into_iter().map(Some).collect(), ranks, neighbours }
    }

    /// Returns the merges of a group with those next to it.
    fn candidates(&self, at: usize) -> impl Iterator<Item = Candidate> + '_ {
        let near = if self.groups[at].is_some() { self.neighbours[at].as_slice() } else { &[] };
        near.iter().filter(|(other, _)| self.groups[*other].is_some()).map(move |(other, weight)| {
            let (mine, theirs) = (self.ranks[at], self.ranks[*other]);
            let ties = (mine.min(theirs), mine.max(theirs));
            Candidate { weight: *weight, ties, groups: (at as u32, *other as u32), weighed: false }
        })
    }

    /// Says whether both groups of a merge are still there.
    fn is_open(&self, candidate: &Candidate) -> bool {
        let (left, right) = candidate.groups;
        self.groups[left as usize].is_some() && self.groups[right as usize].is_some()
    }

    /// Puts two groups together and returns the place of the union.
    fn merge(&mut self, left: usize, right: usize) -> usize {
        let members = [left, right].map(|at| self.groups[at].take()).into_iter().flatten();
        let members: Vec<u32> = members.flat_map(|group| group.members).collect();
        let around = [left, right].map(|at| std::mem::take(&mut self.neighbours[at]));
        let mut around: Vec<(usize, f64)> =
            around.into_iter().flatten().filter(|(other, _)| self.groups[*other].is_some()).collect();
        best_of_each(&mut around);
        let merged = self.groups.len();
        // The smallest word of a group speaks for it.
        self.ranks.push(self.ranks[left].min(self.ranks[right]));
        for (other, weight) in &around {
            // No place is larger: they stay ascending.
            self.neighbours[*other].push((merged, *weight));
        }
        self.groups.push(Some(Group::new(self.data, members)));
        self.neighbours.push(around);
        merged
    }
}

impl Queue {
    fn new(groups: usize, candidates: impl Iterator<Item = Candidate>) -> Self {
        if groups <= FEW_GROUPS { Self::Few(candidates.collect()) } else { Self::Many(candidates.collect()) }
    }

    fn extend(&mut self, candidates: impl IntoIterator<Item = Candidate>) {
        match self {
            Self::Few(few) => few.extend(candidates),
            Self::Many(many) => many.extend(candidates),
        }
    }

    /// Drops the merges of groups that are no longer there, where that is cheaper than to meet them later.
    fn forget_closed(&mut self, component: &Component<'_>) {
        if let Self::Few(few) = self {
            few.retain(|candidate| component.is_open(candidate));
        }
    }

    /// Takes the best merge out. It may be one of groups that are no longer there.
    fn pop(&mut self) -> Option<Candidate> {
        match self {
            Self::Few(few) => {
                let best = few.iter().enumerate().max_by(|(_, one), (_, other)| one.cmp(other));
                best.map(|(at, _)| at).map(|at| few.swap_remove(at))
            }
            Self::Many(many) => many.pop(),
        }
    }
}

/// Returns for each group the edges within it.
fn edges_of_each(groups: &[Group], edges: &[Edge]) -> Vec<Vec<Edge>> {
    let mut places: Vec<(u32, usize)> = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        places.extend(group.members.iter().map(|member| (*member, place)));
    }
    places.sort_unstable();
    let place = |record: u32| {
        let at = places.binary_search_by_key(&record, |(member, _)| *member).ok()?;
        places.get(at).map(|(_, place)| *place)
    };
    let mut within = vec![Vec::new(); groups.len()];
    for edge in edges {
        let (left, right) = (place(edge.left), place(edge.right));
        if let Some(edges) = left.filter(|_| left == right).and_then(|place| within.get_mut(place)) {
            edges.push(*edge);
        }
    }
    within
}

/// Sorts neighbours and keeps the best edge to each.
fn best_of_each(neighbours: &mut Vec<(usize, f64)>) {
    neighbours.sort_unstable_by(|(one, weight), (other, than)| one.cmp(other).then_with(|| than.total_cmp(weight)));
    neighbours.dedup_by_key(|(other, _)| *other);
}

impl Clustering {
    /// Puts records into other clusters than were found, such as where someone holds a record in place. `labels` is as
    /// [`Clustering::labels`]; each record's links are found anew among `predictions`, and refusals stay as they are.
    ///
    /// # Errors
    /// When there is not one label a record, or an edge names a record that does not exist.
    pub fn relabel(&mut self, data: &Dataset, predictions: &Predictions, labels: Vec<u32>) -> Result<(), Error> {
        let records = data.records;
        let is_unknown = |edge: &Edge| edge.right as usize >= records;
        if labels.len() != records || predictions.edges.iter().any(is_unknown) {
            return Err(Error::NoSuchRecord { index: labels.len().max(records), records });
        }
        self.labels = labels;
        Run::links(data, predictions, self);
        Ok(())
    }

    /// Returns the clusters as an Arrow array: one column `cluster` (u32), one row a record.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn to_record_batch(&self) -> Result<RecordBatch, Error> {
        let schema = Schema::new(vec![Field::new("cluster", DataType::UInt32, false)]);
        Ok(RecordBatch::try_new(Arc::new(schema), vec![Arc::new(UInt32Array::from(self.labels.clone()))])?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        // Few weights and words, so that many are equal.
        let one = (0_u8..4, (0_u32..3, 0_u32..3), (0_u32..6, 0_u32..6), any::<bool>());
        let one = one.prop_map(|(weight, ties, groups, weighed)| Candidate {
            weight: f64::from(weight),
            ties,
            groups,
            weighed,
        });
        prop::collection::vec(one, 0..40)
    }

    proptest! {
        #[test]
        fn merges_come_in_one_order_from_small_and_large_components(first in candidates(), later in candidates()) {
            let mut few = Queue::new(FEW_GROUPS, first.iter().cloned());
            let mut many = Queue::new(FEW_GROUPS + 1, first.into_iter());
            let mut later = later.into_iter();
            loop {
                let (one, other) = (few.pop(), many.pop());
                prop_assert_eq!(one.is_some(), other.is_some());
                let (Some(one), Some(other)) = (one, other) else { break };
                prop_assert_eq!(one.cmp(&other), Ordering::Equal);
                if let Some(next) = later.next() {
                    few.extend([next.clone()]);
                    many.extend([next]);
                }
            }
        }
    }
}
