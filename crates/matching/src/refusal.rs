//! Merges that were refused although a pair of records reaches the threshold, and why.

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cluster::Run;
use crate::merge::Group;
use crate::predict::{Edge, Predictions};
use crate::score::Memory;

/// Why two clusters stayed apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// Everything weighed, the merge stays short of the threshold.
    Outweighed,
    /// A judgement forbids it.
    Judged,
    /// The pair is of a source that is only attached, which would connect two persons; or which puts each of its records to a
    /// person by what that record is itself, and here it is others of its source that fit.
    Attached,
    /// The pair is of a source that is only attached, and another person fits about as well
    /// ([`crate::Settings::attach_margin`]).
    OthersFit {
        /// By how many bits this person fits better than the best of the others, below 0 where another fits better.
        ahead: f64,
    },
    /// The merge reaches the threshold, but one of both was split off a cluster that was more than one person
    /// ([`crate::Clustering::repaired`]), and what is split is not merged anew.
    Split,
}

/// Two clusters that stayed apart although a pair of theirs reaches the threshold. `pair_weight`, `against` and `penalty` add
/// up to `merge_weight`.
///
/// A pair of base records is weighed by the base records of both clusters, one with a record of an attach-only source by
/// those of that source too: what else is attached says nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The record on one side of the best pair, the smaller index.
    pub left: u32,
    /// The record on the other.
    pub right: u32,
    /// The log2 odds of that pair.
    pub pair_weight: f64,
    /// The log2 odds of the merge, everything weighed: below the threshold of what is [`Kept::Outweighed`], at or above it of
    /// what is kept apart since [`Kept::OthersFit`] or [`Kept::Split`]; else nothing.
    pub merge_weight: Option<f64>,
    /// What the other records of both clusters hold against it, at most 0; 0 where nothing was weighed.
    pub against: f64,
    /// What it costs that a source with one record for each person would have several, at most 0; 0 where nothing was
    /// weighed.
    pub penalty: f64,
    /// Why they stayed apart.
    pub kept: Kept,
}

/// Two clusters, the smaller label first, and the attach-only source that a pair of theirs is of; 0 for base records.
type Clusters = (u32, u32, u16);

/// The records of clusters, by their labels.
type Members = HashMap<u32, Vec<u32>>;

/// What it weighs that a cluster without base records, by its label and attach-only source, is each of some persons.
type Fits = HashMap<(u32, u16), Vec<(u32, f64)>>;

/// A cluster with records of one attach-only source and no base records, and a person that it fits.
#[derive(Debug, Clone, Copy)]
struct Lone {
    label: u32,
    tier: u16,
    person: u32,
}

fn members_of(labels: &[u32], wanted: impl Iterator<Item = u32>) -> Members {
    let mut members: Members = wanted.map(|label| (label, Vec::new())).collect();
    for (record, label) in (0_u32..).zip(labels) {
        if let Some(of_label) = members.get_mut(label) {
            of_label.push(record);
        }
    }
    members
}

impl Run<'_> {
    /// Lists the pairs of clusters that stayed apart although a pair of records reaches the threshold, the most tempting first.
    pub(crate) fn refusals(&self, predictions: &Predictions, labels: &[u32]) -> Vec<Refusal> {
        let best = self.tempting(predictions, labels);
        let members = members_of(labels, best.iter().flat_map(|((a, b, _), _)| [*a, *b]));
        let found: Vec<(Refusal, Option<Lone>)> = best
            .into_par_iter()
            .map_init(
                || Memory::new(self.data),
                |memory, (clusters, edge)| self.refusal(clusters, edge, &members, memory),
            )
            .collect();
        let fits = self.fits(found.iter().filter_map(|(_, lone)| *lone), predictions, labels);
        let mut refused: Vec<Refusal> = found
            .into_iter()
            .map(|(refusal, lone)| match lone {
                Some(lone) => self.beside_others(refusal, lone, &fits),
                None => refusal,
            })
            .collect();
        refused.sort_unstable_by(|a, b| {
            b.pair_weight.total_cmp(&a.pair_weight).then_with(|| (a.left, a.right).cmp(&(b.left, b.right)))
        });
        refused
    }

    /// Returns the best pair of each two clusters that reaches the threshold.
    fn tempting(&self, predictions: &Predictions, labels: &[u32]) -> Vec<(Clusters, Edge)> {
        let mut best: HashMap<Clusters, Edge> = HashMap::new();
        for edge in predictions.edges.iter().filter(|edge| f64::from(edge.weight) >= self.threshold) {
            let (a, b) = (labels[edge.left as usize], labels[edge.right as usize]);
            let tiers = [edge.left, edge.right].map(|record| self.data.tier(record));
            let tier = tiers[0].max(tiers[1]);
            // Nothing but a judgement puts records of two attach-only sources together.
            if a != b && tiers.iter().all(|of| [0, tier].contains(of)) {
                let kept = best.entry((a.min(b), a.max(b), tier)).or_insert(*edge);
                if (edge.weight, kept.left, kept.right) > (kept.weight, edge.left, edge.right) {
                    *kept = *edge;
                }
            }
        }
        best.into_iter().collect()
    }

    /// Returns the records of a cluster that are base records, or of one attach-only source.
    fn told(&self, members: &Members, label: u32, tier: u16) -> Group {
        let all = members.get(&label).map(Vec::as_slice).unwrap_or_default();
        let told = all.iter().copied().filter(|record| [0, tier].contains(&self.data.tier(*record)));
        Group::new(self.data, told.collect())
    }

    /// Weighs a merge that was refused. Beside it comes who stayed without a person although the merge reaches the threshold:
    /// why that is depends on the other persons, and is not told yet.
    fn refusal(
        &self,
        (a, b, tier): Clusters,
        edge: Edge,
        members: &Members,
        memory: &mut Memory,
    ) -> (Refusal, Option<Lone>) {
        let unweighed = |kept: Kept| Refusal {
            left: edge.left.min(edge.right),
            right: edge.left.max(edge.right),
            pair_weight: f64::from(edge.weight),
            merge_weight: None,
            against: 0.0,
            penalty: 0.0,
            kept,
        };
        let (left, right) = (self.told(members, a, tier), self.told(members, b, tier));
        let has_base = |group: &Group| group.members.iter().any(|record| self.data.tier(*record) == 0);
        let (left_base, right_base) = (has_base(&left), has_base(&right));
        if tier != 0 && left_base && right_base {
            let is_judged = self.evidence.forbidden(&left, &right);
            return (unweighed(if is_judged { Kept::Judged } else { Kept::Attached }), None);
        }
        let Some(parts) = self.evidence.weigh_parts(&left, &right, memory) else {
            return (unweighed(Kept::Judged), None);
        };
        let weighed = Refusal {
            left: parts.pair.0,
            right: parts.pair.1,
            pair_weight: parts.best,
            merge_weight: Some(parts.weight()),
            against: parts.against,
            penalty: parts.penalty,
            kept: Kept::Outweighed,
        };
        if parts.weight() < self.threshold {
            return (weighed, None);
        }
        let all = [a, b].map(|label| Group::new(self.data, members.get(&label).cloned().unwrap_or_default()));
        if self.evidence.forbidden(&all[0], &all[1]) {
            return (unweighed(Kept::Judged), None);
        }
        match (left_base, right_base) {
            (false, true) => (weighed, Some(Lone { label: a, tier, person: b })),
            (true, false) => (weighed, Some(Lone { label: b, tier, person: a })),
            // Base records that reach the threshold were merged, unless one of both came of a repair later.
            (true, true) => (Refusal { kept: Kept::Split, ..weighed }, None),
            (false, false) => (unweighed(Kept::Attached), None),
        }
    }

    /// Returns what it weighs, for each cluster without base records, that it is each of the persons who count when it is
    /// attached: those with a pair near the threshold, by their base records.
    fn fits(&self, lone: impl Iterator<Item = Lone>, predictions: &Predictions, labels: &[u32]) -> Fits {
        let mut persons: HashMap<(u32, u16), Vec<u32>> =
            lone.map(|lone| ((lone.label, lone.tier), Vec::new())).collect();
        if persons.is_empty() {
            return Fits::new();
        }
        let near = (self.threshold - self.data.settings.attach_margin) as f32;
        for edge in predictions.edges.iter().filter(|edge| edge.weight >= near) {
            for (record, other) in [(edge.left, edge.right), (edge.right, edge.left)] {
                let at = (labels[record as usize], self.data.tier(record));
                if self.data.tier(other) == 0
                    && let Some(of_lone) = persons.get_mut(&at)
                {
                    of_lone.push(labels[other as usize]);
                }
            }
        }
        let named = persons.iter().flat_map(|((label, _), persons)| persons.iter().chain([label]).copied());
        let members = members_of(labels, named);
        let weighed: Vec<_> = persons
            .into_iter()
            .collect::<Vec<_>>()
            .into_par_iter()
            .map_init(
                || Memory::new(self.data),
                |memory, ((label, tier), mut persons)| {
                    persons.sort_unstable();
                    persons.dedup();
                    let own = self.told(&members, label, tier);
                    let mut weigh = |person: u32| self.evidence.weigh(&own, &self.told(&members, person, 0), memory);
                    let weights: Vec<(u32, f64)> = persons.iter().map(|person| (*person, weigh(*person))).collect();
                    ((label, tier), weights)
                },
            )
            .collect();
        weighed.into_iter().collect()
    }

    /// Tells why a cluster without base records stayed without a person that it fits.
    fn beside_others(&self, refusal: Refusal, lone: Lone, fits: &Fits) -> Refusal {
        let (mut this, mut others) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (person, weight) in fits.get(&(lone.label, lone.tier)).into_iter().flatten() {
            let best = if *person == lone.person { &mut this } else { &mut others };
            *best = best.max(*weight);
        }
        let ahead = this - others;
        if ahead.abs() < self.data.settings.attach_margin {
            return Refusal { kept: Kept::OthersFit { ahead }, ..refusal };
        }
        Refusal { kept: Kept::Attached, merge_weight: None, against: 0.0, penalty: 0.0, ..refusal }
    }
}
