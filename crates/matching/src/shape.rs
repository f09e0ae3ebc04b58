//! The shape of a result in counts: what can be watched from run to run without the truth, and without naming anybody.
//!
//! Counted are base records only, so that a source which is only attached changes none of it. Nothing is compared twice: the
//! weights are those of the pairs that were kept, and each record is weighed once against itself, in which no two values
//! differ, so that none is compared.
//!
//! - *Unlinkables* after Splink (its guide's chapter on unlinkable records): a record that would not reach the threshold with
//!   an exact copy of itself holds too little to be linked to anything.
//! - *Density* after Splink's cluster metrics: the pairs of a cluster that reach the threshold by themselves, of all that it
//!   could have. A cluster of low density hangs on few pairs.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::block::pairs_in;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::model::Model;
use crate::predict::{Edge, Predictions};
use crate::score::{Memory, Scorer};

/// The match weight at which the first bin of a [`Histogram`] ends and the second begins, in log2 odds.
pub const BIN_FIRST: f64 = -8.0;
/// How wide a bin is, in log2 odds.
pub const BIN_WIDTH: f64 = 2.0;
/// How many bins a [`Histogram`] has. The first and the last are open: they hold what lies beyond.
pub const BINS: usize = 36;

/// The least sizes of the classes of clusters, in records.
pub const SIZES: [u32; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50];

/// A cluster below this density is sparse.
pub const DENSITY_MIN: f64 = 0.5;

/// How many records or pairs have weights between which bounds: [`BINS`] bins, the same ones always, so that histograms
/// of two runs can be held against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histogram {
    /// The count of each bin, that of the lowest weights first.
    pub counts: Vec<u64>,
}

/// What groups of records are told apart by, such as their register or the sex that they state.
#[derive(Debug, Clone, Copy)]
pub struct Grouping<'a> {
    /// The group of each record, below `count`.
    pub of_record: &'a [u16],
    /// How many groups there are.
    pub count: usize,
}

/// The shape of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Records.
    pub records: u64,
    /// Clusters.
    pub persons: u64,
    /// Pairs that were given up before they could be kept: their weight is below the least and not known.
    pub pairs_given_up: u64,
    /// The weights of the pairs kept whose records are of one cluster.
    pub linked: Histogram,
    /// The weights of the pairs kept whose records are of two.
    pub apart: Histogram,
    /// Pairs of two clusters that reach the threshold all the same: constraints, sources or judgements keep them apart.
    pub apart_at_threshold: u64,
    /// The weights of records against themselves.
    pub own: Histogram,
    /// Records that do not reach the threshold against themselves.
    pub unlinkable: u64,
    /// Clusters by size, the smallest first: one class for each of [`SIZES`].
    pub sizes: Vec<SizeClass>,
}

/// Clusters of about one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SizeClass {
    /// The least records that one has. The most are one less than the next class's least.
    pub records_min: u32,
    /// Clusters.
    pub clusters: u64,
    /// Their records.
    pub records: u64,
    /// Pairs within them that reach the threshold by themselves.
    pub edges: u64,
    /// Pairs within them.
    pub pairs: u64,
    /// Those of them that are below [`DENSITY_MIN`].
    pub sparse: u64,
}

/// The shape of the result for one group of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupShape {
    /// Records.
    pub records: u64,
    /// Clusters that hold any of them.
    pub persons: u64,
    /// Records that do not reach the threshold against themselves.
    pub unlinkable: u64,
    /// The weights of pairs of one cluster that hold any of them, in the bins of [`Shape::linked`].
    pub linked: Histogram,
    /// The mean of these weights, in log2 odds; 0 without any.
    pub weight_mean: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BINS] }
    }
}

impl Histogram {
    /// Returns the bin of a weight.
    pub fn bin(weight: f64) -> usize {
        // Below the first bound this is negative, which becomes 0.
        let above = ((weight - BIN_FIRST) / BIN_WIDTH).floor() + 1.0;
        (above.max(0.0) as usize).min(BINS - 1)
    }

    /// Returns where a bin begins, in log2 odds; nothing for the first.
    pub fn begins(bin: usize) -> Option<f64> {
        bin.checked_sub(1).map(|before| BIN_FIRST + before as f64 * BIN_WIDTH)
    }

    /// Returns how many there are in all bins.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn add(&mut self, weight: f64) {
        self.counts[Self::bin(weight)] += 1;
    }

    fn merge(mut self, other: &Self) -> Self {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self
    }
}

impl SizeClass {
    /// Returns the share of pairs that reach the threshold by themselves; nothing for clusters of one record.
    pub fn density(&self) -> Option<f64> {
        (self.pairs > 0).then(|| self.edges as f64 / self.pairs as f64)
    }
}

/// What is counted of the records of one thread.
#[derive(Clone)]
struct Own {
    own: Histogram,
    records: u64,
    unlinkable: u64,
    /// By grouping and group: records, and those that are unlinkable.
    groups: Vec<Vec<[u64; 2]>>,
}

/// What is counted of the pairs of one thread.
#[derive(Clone)]
struct Pairs {
    linked: Histogram,
    apart: Histogram,
    apart_at_threshold: u64,
    /// By grouping and group: the histogram, and the sum of the weights.
    groups: Vec<Vec<(Histogram, f64)>>,
}

/// How many pairs or records a thread takes at once. Sums of weights are taken in this order, whoever takes them.
const PORTION: usize = 1 << 16;

/// Counts the shape of a result, and that of each group of each grouping.
///
/// `labels` gives each record's cluster by a number below that of records, such as [`crate::Clustering::labels`]. The result
/// does not depend on the number of threads. Takes one look at each record's codes and one at each pair kept, and eight
/// bytes a record while it runs.
///
/// # Errors
/// When labels or groups are not one a record, are out of bounds, an edge names a record that does not exist, or the model
/// does not fit the settings.
pub fn shape(
    data: &Dataset,
    model: &Model,
    predictions: &Predictions,
    labels: &[u32],
    groupings: &[Grouping<'_>],
) -> Result<(Shape, Vec<Vec<GroupShape>>), Error> {
    check(data, predictions, labels, groupings)?;
    let threshold = data.settings.threshold_weight();
    let own = own(data, &Scorer::new(data, model)?, threshold, groupings);
    // The pairs of each cluster that reach the threshold.
    let strong: Vec<AtomicU32> = (0..data.records).map(|_| AtomicU32::new(0)).collect();
    let pairs = pairs(data, predictions, labels, threshold, groupings, &strong);

    let mut members = vec![0_u32; data.records];
    for (record, label) in (0_u32..).zip(labels) {
        members[*label as usize] += u32::from(!data.is_attached(record));
    }
    let mut sizes = SIZES.map(|records_min| SizeClass { records_min, ..SizeClass::default() });
    for (size, edges) in members.iter().zip(&strong).filter(|(size, _)| **size > 0) {
        let at = SIZES.iter().rposition(|least| least <= size).unwrap_or_default();
        let (class, edges) = (&mut sizes[at], u64::from(edges.load(Ordering::Relaxed)));
        let possible = pairs_in(*size as usize);
        class.clusters += 1;
        class.records += u64::from(*size);
        class.edges += edges;
        class.pairs += possible;
        class.sparse += u64::from((edges as f64) < DENSITY_MIN * possible as f64);
    }
    let kept = pairs.linked.total() + pairs.apart.total();
    let shape = Shape {
        records: own.records,
        persons: sizes.iter().map(|class| class.clusters).sum(),
        pairs_given_up: predictions.report.base_pairs_scored.saturating_sub(kept),
        linked: pairs.linked,
        apart: pairs.apart,
        apart_at_threshold: pairs.apart_at_threshold,
        own: own.own,
        unlinkable: own.unlinkable,
        sizes: sizes.to_vec(),
    };
    let by_grouping = groupings.iter().zip(own.groups).zip(pairs.groups);
    let groups = by_grouping.map(|((grouping, own), pairs)| {
        let persons = persons(data, labels, grouping);
        let of_group = own.into_iter().zip(pairs).zip(persons);
        let group = |(([records, unlinkable], (linked, sum)), persons): (([u64; 2], (Histogram, f64)), u64)| {
            let pairs = linked.total();
            let weight_mean = if pairs == 0 { 0.0 } else { sum / pairs as f64 };
            GroupShape { records, persons, unlinkable, linked, weight_mean }
        };
        of_group.map(group).collect()
    });
    Ok((shape, groups.collect()))
}

pub(crate) fn check(
    data: &Dataset,
    predictions: &Predictions,
    labels: &[u32],
    groupings: &[Grouping<'_>],
) -> Result<(), Error> {
    let records = data.records;
    let no_such = |index: usize| Error::NoSuchRecord { index, records };
    if labels.len() != records || labels.iter().any(|label| *label as usize >= records) {
        return Err(no_such(labels.len().max(records)));
    }
    if predictions.edges.iter().any(|edge| edge.right as usize >= records) {
        return Err(no_such(records));
    }
    let fits = |grouping: &Grouping<'_>| {
        grouping.of_record.len() == records
            && grouping.of_record.iter().all(|group| usize::from(*group) < grouping.count)
    };
    if groupings.iter().all(fits) {
        return Ok(());
    }
    Err(Error::Settings("each record needs one group, below the number of groups".to_owned()))
}

/// Weighs each record against itself.
fn own(data: &Dataset, scorer: &Scorer<'_>, threshold: f64, groupings: &[Grouping<'_>]) -> Own {
    let none = Own {
        own: Histogram::default(),
        records: 0,
        unlinkable: 0,
        groups: groupings.iter().map(|grouping| vec![[0; 2]; grouping.count]).collect(),
    };
    let count = |mut own: Own, start: usize| {
        let mut memory = Memory::small(data);
        let end = (start + PORTION).min(data.records);
        for record in (start as u32..end as u32).filter(|record| !data.is_attached(*record)) {
            // Without a least weight there always is one.
            let weight = scorer.weight(record, record, f64::NEG_INFINITY, &mut memory).unwrap_or(f64::NEG_INFINITY);
            let unlinkable = u64::from(weight < threshold);
            own.own.add(weight);
            own.records += 1;
            own.unlinkable += unlinkable;
            for (groups, grouping) in own.groups.iter_mut().zip(groupings) {
                let [records, unlinkables] = &mut groups[usize::from(grouping.of_record[record as usize])];
                *records += 1;
                *unlinkables += unlinkable;
            }
        }
        own
    };
    let merge = |mut one: Own, other: Own| {
        let both = one.groups.iter_mut().flatten().zip(other.groups.iter().flatten());
        both.for_each(|(one, other)| {
            one[0] += other[0];
            one[1] += other[1];
        });
        Own {
            own: one.own.merge(&other.own),
            records: one.records + other.records,
            unlinkable: one.unlinkable + other.unlinkable,
            groups: one.groups,
        }
    };
    let starts: Vec<usize> = (0..data.records).step_by(PORTION).collect();
    starts.into_par_iter().fold(|| none.clone(), count).reduce(|| none.clone(), merge)
}

/// Counts the pairs kept, and for each cluster in `strong` those that reach the threshold.
fn pairs(
    data: &Dataset,
    predictions: &Predictions,
    labels: &[u32],
    threshold: f64,
    groupings: &[Grouping<'_>],
    strong: &[AtomicU32],
) -> Pairs {
    let none = Pairs {
        linked: Histogram::default(),
        apart: Histogram::default(),
        apart_at_threshold: 0,
        groups: groupings.iter().map(|grouping| vec![(Histogram::default(), 0.0); grouping.count]).collect(),
    };
    let count = |edges: &[Edge]| {
        let mut pairs = none.clone();
        for edge in edges.iter().filter(|edge| !data.is_attached(edge.left) && !data.is_attached(edge.right)) {
            let (left, right) = (edge.left as usize, edge.right as usize);
            let weight = f64::from(edge.weight);
            if labels[left] != labels[right] {
                pairs.apart.add(weight);
                pairs.apart_at_threshold += u64::from(weight >= threshold);
                continue;
            }
            pairs.linked.add(weight);
            if weight >= threshold {
                strong[labels[left] as usize].fetch_add(1, Ordering::Relaxed);
            }
            for (groups, grouping) in pairs.groups.iter_mut().zip(groupings) {
                for group in groups_of(grouping, left, right) {
                    let (linked, sum) = &mut groups[group];
                    linked.add(weight);
                    *sum += weight;
                }
            }
        }
        pairs
    };
    let merge = |mut one: Pairs, other: Pairs| {
        let both = one.groups.iter_mut().flatten().zip(other.groups.iter().flatten());
        both.for_each(|((linked, sum), (more_linked, more_sum))| {
            *linked = std::mem::take(linked).merge(more_linked);
            *sum += more_sum;
        });
        Pairs {
            linked: one.linked.merge(&other.linked),
            apart: one.apart.merge(&other.apart),
            apart_at_threshold: one.apart_at_threshold + other.apart_at_threshold,
            groups: one.groups,
        }
    };
    // Sums of floating point numbers hang on their order: portions are put together in that of the pairs.
    let portions: Vec<Pairs> = predictions.edges.par_chunks(PORTION).map(count).collect();
    portions.into_iter().fold(none.clone(), merge)
}

/// Returns the groups of a pair: that of each record, once where both are of one.
pub(crate) fn groups_of(grouping: &Grouping<'_>, left: usize, right: usize) -> impl Iterator<Item = usize> + use<> {
    let (one, other) = (grouping.of_record[left], grouping.of_record[right]);
    std::iter::once(usize::from(one)).chain((one != other).then_some(usize::from(other)))
}

/// Counts for each group the clusters that hold any of its records.
fn persons(data: &Dataset, labels: &[u32], grouping: &Grouping<'_>) -> Vec<u64> {
    let of_base = labels.iter().zip(grouping.of_record).zip(0_u32..).filter(|(_, record)| !data.is_attached(*record));
    let mut held: Vec<u64> = of_base.map(|((label, group), _)| u64::from(*label) << 16 | u64::from(*group)).collect();
    held.par_sort_unstable();
    held.dedup();
    let mut persons = vec![0; grouping.count];
    held.iter().for_each(|word| persons[(word & 0xffff) as usize] += 1);
    persons
}

/// Returns how far a distribution has moved from another one, as a population stability index: the sum over bins of
/// (p - q) ln(p / q). 0 is not at all; in practice below 0.1 is taken for little and above 0.25 for much (N. Siddiqi, "Credit
/// Risk Scorecards", 2006). Each bin counts half a case more than it has, so that an empty one can be weighed.
pub fn stability_index(now: &[u64], before: &[u64]) -> f64 {
    let shares = |counts: &[u64]| {
        let total = counts.iter().sum::<u64>() as f64 + counts.len() as f64 / 2.0;
        counts.iter().map(move |count| (*count as f64 + 0.5) / total).collect::<Vec<f64>>()
    };
    shares(now).iter().zip(shares(before)).map(|(p, q)| (p - q) * (p / q).ln()).sum()
}

/// Returns what a [`stability_index`] stays below by chance in about 99 of 100 cases where nothing moved: with B bins that are
/// not empty it is distributed like chi-square with B - 1 degrees of freedom times 1/n + 1/m (B. Yurdakul, "Statistical
/// properties of population stability index", 2018). The quantile is that of a normal distribution of the same mean and
/// variance, with 3 for 2.33 since chi-square has the longer tail.
pub fn stability_chance(now: &[u64], before: &[u64]) -> f64 {
    let (n, m) = (now.iter().sum::<u64>() as f64, before.iter().sum::<u64>() as f64);
    let filled = now.iter().zip(before).filter(|(one, other)| **one + **other > 0).count();
    let freedom = filled.saturating_sub(1) as f64;
    if n == 0.0 || m == 0.0 {
        return f64::INFINITY;
    }
    (freedom + 3.0 * (2.0 * freedom).sqrt()) * (1.0 / n + 1.0 / m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_open_at_both_ends() {
        assert_eq!(Histogram::bin(f64::NEG_INFINITY), 0);
        assert_eq!((Histogram::bin(-8.001), Histogram::bin(-8.0), Histogram::bin(-6.001)), (0, 1, 1));
        assert_eq!((Histogram::bin(0.0), Histogram::begins(Histogram::bin(0.0))), (5, Some(0.0)));
        assert_eq!((Histogram::bin(1e9), Histogram::begins(0)), (BINS - 1, None));
        for bin in 1..BINS {
            assert_eq!(Histogram::bin(Histogram::begins(bin).unwrap()), bin);
        }
    }

    #[test]
    fn what_did_not_move_has_an_index_of_nothing_and_what_did_a_large_one() {
        let before = [100, 800, 100];
        assert_eq!(stability_index(&before, &before), 0.0);
        let twice = before.map(|count| count * 2);
        assert!(stability_index(&twice, &before) < 1e-4, "shares are compared, not counts");
        let moved = stability_index(&[300, 500, 200], &before);
        // (0.3 - 0.1) ln 3 + (0.5 - 0.8) ln(5/8) + (0.2 - 0.1) ln 2
        assert!((moved - 0.4300).abs() < 0.003, "{moved}");
        assert!(stability_index(&[0, 1_000], &[1_000, 0]).is_finite());
    }

    #[test]
    fn few_cases_may_move_by_chance() {
        let (few, many) = ([5, 6, 4], [5_000, 6_000, 4_000]);
        assert!(stability_chance(&few, &few) > 0.25 && stability_chance(&many, &many) < 0.01);
        assert_eq!(stability_chance(&[0, 0], &many[..2]), f64::INFINITY);
    }
}
