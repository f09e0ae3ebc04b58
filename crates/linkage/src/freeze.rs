//! Records that the person whom they were linked to disputes: held where they are, and asked nothing.
//!
//! While somebody contests that a record is about them, its processing is restricted (art. 18 GDPR): it is kept with its
//! person, and it decides nothing. So a run of `link`
//!
//! 1. clusters all other records as if a contested one were not there: it speaks neither for a merge nor against one;
//! 2. puts each contested record to the record that ties it to the person, wherever that one is now;
//! 3. puts back whom the contested record alone held: a cluster that shares a pair at the threshold with it, and of which
//!    every record was of the same person when it was contested. No other record comes to a person through a contested one.
//!
//! Whose records those were is told beside the dispute itself, not by an earlier run: so clusters are a function of the
//! records that are there and of what was judged and disputed, and a record that is erased leaves nothing in them.
//!
//! What a steward judged is stronger: a contested record is not put beside one from which a steward keeps it apart, and it
//! follows judgements that it is the same as another. No step lets an attached record connect two persons.

use std::collections::{BTreeSet, HashMap};

use matching::{Clustering, Dataset, Judgements, Model, Predictions};
use model::Verdict;

use crate::error::LinkageError;
use crate::judgement::InForce;
use crate::records::Records;
use crate::report::JudgementCounts;

/// The contested records of a run.
#[derive(Debug, Default)]
pub(crate) struct Frozen {
    /// Contested records and what each is put to, in the order of their ids.
    holds: Vec<(u32, u32)>,
    /// Judgements of stewards that a contested record is the same as another.
    judged: Vec<(u32, u32)>,
    /// By contested record: all that were of its person when it was contested.
    before: HashMap<u32, BTreeSet<u32>>,
}

impl Frozen {
    /// Gives the disputes in force. Judgements that name a contested record as the same as another are taken out of
    /// `judgements`, for they would let it speak; they are followed afterwards.
    pub(crate) fn of(
        in_force: &InForce,
        records: &Records,
        is_attached: impl Fn(u32) -> bool,
        (judgements, counts): (&mut Judgements, &mut JudgementCounts),
    ) -> Self {
        let mut frozen = Self::default();
        for (pair, (contested, tied)) in &in_force.disputes {
            let (Some(record), Some(to)) = (records.find_id(contested), records.find_id(tied)) else {
                counts.waiting += 1;
                continue;
            };
            counts.disputed += 1;
            let judged = in_force.judged(pair);
            // Stewards judged before that they are two: then there is nothing to hold.
            if judged != Some(Verdict::Different) {
                frozen.holds.push((record, to));
            }
            if judged == Some(Verdict::Same) {
                frozen.judged.push((record, to));
            }
            frozen.before.entry(record).or_default().extend(in_force.held(contested, records));
            // An attached record would go to another person if the one that it is at could not be asked.
            if is_attached(to) && !is_attached(record) {
                frozen.before.entry(to).or_default().extend(in_force.held(contested, records));
            }
        }
        if frozen.before.is_empty() {
            return frozen;
        }
        let is_frozen = |record: &u32| frozen.before.contains_key(record);
        let touches = |(left, right): &(u32, u32)| is_frozen(left) || is_frozen(right);
        let (touched, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut judgements.must_link).into_iter().partition(touches);
        frozen.judged.extend(touched);
        judgements.must_link = others;
        frozen
    }

    /// Gives the judgements with those that were taken out of them.
    pub(crate) fn all_of(&self, mut judgements: Judgements) -> Judgements {
        judgements.must_link.extend(&self.judged);
        judgements
    }

    fn has(&self, record: u32) -> bool {
        self.before.contains_key(&record)
    }
}

/// Clusters as [`matching::cluster`] does, with contested records held.
pub(crate) fn cluster(
    data: &Dataset,
    model: &Model,
    predictions: &Predictions,
    judgements: &Judgements,
    frozen: &Frozen,
) -> Result<Clustering, LinkageError> {
    if frozen.before.is_empty() {
        return Ok(matching::cluster(data, model, predictions, judgements)?);
    }
    let asked = predictions.edges.iter().filter(|edge| !frozen.has(edge.left) && !frozen.has(edge.right));
    let others = Predictions { edges: asked.copied().collect(), ..Predictions::default() };
    let mut clustering = matching::cluster(data, model, &others, judgements)?;
    drop(others);
    let mut clusters = Clusters::of(&clustering.labels, data, judgements);
    for (record, to) in frozen.holds.iter().chain(&frozen.judged) {
        clusters.join(*record, *to);
    }
    for (record, other) in held_alone(data, predictions, frozen, &clustering.labels) {
        clusters.join(record, other);
    }
    let labels = clusters.labels();
    clustering.relabel(data, predictions, labels)?;
    Ok(clustering)
}

/// Gives the contested records and those that a contested one alone held, which are to stay together.
fn held_alone(data: &Dataset, predictions: &Predictions, frozen: &Frozen, labels: &[u32]) -> Vec<(u32, u32)> {
    let threshold = data.settings().threshold_weight();
    let mut pairs: Vec<(f32, u32, u32)> = Vec::new();
    for edge in predictions.edges.iter().filter(|edge| f64::from(edge.weight) >= threshold) {
        for (record, other) in [(edge.left, edge.right), (edge.right, edge.left)] {
            let before = frozen.before.get(&record).filter(|_| !frozen.has(other));
            if before.is_some_and(|before| before.contains(&other)) {
                pairs.push((edge.weight, record, other));
            }
        }
    }
    // A cluster that holds anyone else would bring them in.
    let wanted: BTreeSet<u32> = pairs.iter().map(|(_, _, other)| labels[*other as usize]).collect();
    let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
    for (record, label) in (0_u32..).zip(labels).filter(|(_, label)| wanted.contains(*label)) {
        members.entry(*label).or_default().push(record);
    }
    pairs.retain(|(_, record, other)| {
        let of_cluster = members.get(&labels[*other as usize]);
        let before = frozen.before.get(record);
        of_cluster.zip(before).is_some_and(|(members, before)| members.iter().all(|member| before.contains(member)))
    });
    pairs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    pairs.into_iter().map(|(_, record, other)| (record, other)).collect()
}

/// Clusters that can be joined, few times.
struct Clusters<'a> {
    data: &'a Dataset,
    judgements: &'a Judgements,
    labels: Vec<u32>,
}

impl<'a> Clusters<'a> {
    fn of(labels: &[u32], data: &'a Dataset, judgements: &'a Judgements) -> Self {
        Self { data, judgements, labels: labels.to_vec() }
    }

    fn members(&self, label: u32) -> Vec<u32> {
        (0_u32..).zip(&self.labels).filter(|(_, of)| **of == label).map(|(record, _)| record).collect()
    }

    /// Joins the clusters of two records, unless a judgement keeps any of their records apart, or an attached record would
    /// connect two persons.
    fn join(&mut self, one: u32, other: u32) {
        let (left, right) = (self.labels[one as usize], self.labels[other as usize]);
        if left == right {
            return;
        }
        let (left_records, right_records) = (self.members(left), self.members(right));
        let apart = |(a, b): &(u32, u32)| {
            (left_records.contains(a) && right_records.contains(b))
                || (left_records.contains(b) && right_records.contains(a))
        };
        let has_base = |records: &[u32]| records.iter().any(|record| !self.data.is_attached(*record));
        let connects_two = has_base(&left_records)
            && has_base(&right_records)
            && (self.data.is_attached(one) || self.data.is_attached(other));
        if connects_two || self.judgements.cannot_link.iter().any(apart) {
            return;
        }
        let label = left.min(right);
        for record in left_records.iter().chain(&right_records) {
            self.labels[*record as usize] = label;
        }
    }

    fn labels(self) -> Vec<u32> {
        self.labels
    }
}
