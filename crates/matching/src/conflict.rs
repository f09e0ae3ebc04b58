//! What clusters show and pairs cannot: identifiers that several persons have, and persons that have several.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cluster::Clustering;
use crate::compare::Values;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::pool::MISSING;
use crate::predict::{Edge, Predictions};
use crate::settings::Kind;

/// The most clusters that share an identifier. A value that more have is a placeholder, such as `999999999`, and tells of
/// nobody.
pub const SHARERS_MAX: usize = 8;

/// The most identifiers of one cluster that are compared with each other. More are not slips of one.
const COMPARED_MAX: usize = 24;

/// What clusters show of one comparison of identifiers. Counts over base records.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IdentifierCheck {
    /// The name of the comparison.
    pub comparison: String,
    /// Values that two clusters have, or more up to [`SHARERS_MAX`].
    pub shared: u64,
    /// Clusters that have any of these.
    pub sharers: u64,
    /// Values that more clusters have. They count for nothing else here.
    pub placeholders: u64,
    /// Clusters that have two well-formed values or more which are no slips of each other. A value of
    /// [`Kind::CheckedIdentifier`] is well-formed if it passes its check; of others no form is known.
    pub several: u64,
}

/// Two clusters that have one identifier, by a record of each that holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharedIdentifier {
    /// The one record, the smaller index.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// The log2 odds of the pair, if it was kept.
    pub weight: Option<f64>,
}

/// What clusters show of identifiers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conflicts {
    /// Each comparison of identifiers, in the order of the settings.
    pub identifiers: Vec<IdentifierCheck>,
    /// Every two clusters of which two records that are let in share an identifier, once, in the order of their records.
    pub shared: Vec<SharedIdentifier>,
}

/// A value of a base record: its code, the label of the record's cluster, the record.
type Held = (u32, u32, u32);

/// Finds identifiers that base records of several clusters have, and clusters whose base records have several.
///
/// Neither is always an error. People borrow identifiers, and clerks write that of a spouse; a person may be given a new one.
/// But a pair of records cannot show it: each alone looks like a slip. It takes time and memory by the number of records
/// and edges, whatever the clusters are.
///
/// Two clusters that share an identifier are given by a pair of records that hold it and that `admit` lets in: of those the
/// one of the highest weight, one that was not kept last. Each cluster has one record of each source for each value, so that who
/// may see some sources only is not told less for what others hold. Counts are of all records.
///
/// # Errors
/// When the clustering or an edge is not of these records.
pub fn conflicts(
    data: &Dataset,
    predictions: &Predictions,
    clustering: &Clustering,
    admit: impl Fn(u32, u32) -> bool + Sync,
) -> Result<Conflicts, Error> {
    let labels = &clustering.labels;
    let is_unknown = |edge: &Edge| edge.right as usize >= data.records;
    if labels.len() != data.records || predictions.edges.par_iter().any(is_unknown) {
        return Err(Error::NoSuchRecord { index: labels.len().max(data.records), records: data.records });
    }
    let mut found = Conflicts::default();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (at, comparison) in data.settings.comparisons.iter().enumerate() {
        if comparison.kind.is_identifier() {
            let check = checked(data, labels, at, &admit, &mut pairs);
            found.identifiers.push(IdentifierCheck { comparison: comparison.name(), ..check });
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    let mut shared: Vec<SharedIdentifier> =
        pairs.into_iter().map(|(left, right)| SharedIdentifier { left, right, weight: None }).collect();
    weigh(data.records, predictions, &mut shared);
    // Of two clusters that share several, or by several records, the same pair is taken whatever the order of records.
    let word = |record: u32| (data.ties[record as usize], record);
    let words = |pair: &SharedIdentifier| {
        let (one, other) = (word(pair.left), word(pair.right));
        (one.min(other), one.max(other))
    };
    let clusters = |pair: &SharedIdentifier| {
        let (one, other) = (labels[pair.left as usize], labels[pair.right as usize]);
        (one.min(other), one.max(other))
    };
    let weight = |pair: &SharedIdentifier| pair.weight.unwrap_or(f64::NEG_INFINITY);
    shared.par_sort_unstable_by(|one, other| {
        let by_weight = || weight(other).total_cmp(&weight(one));
        clusters(one).cmp(&clusters(other)).then_with(by_weight).then_with(|| words(one).cmp(&words(other)))
    });
    shared.dedup_by_key(|pair| clusters(pair));
    shared.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
    found.shared = shared;
    Ok(found)
}

/// Counts for one comparison, and adds the pairs of records by which two clusters share a value and that are let in, the
/// smaller index first.
fn checked(
    data: &Dataset,
    labels: &[u32],
    at: usize,
    admit: &(impl Fn(u32, u32) -> bool + Sync),
    pairs: &mut Vec<(u32, u32)>,
) -> IdentifierCheck {
    let mut check = IdentifierCheck::default();
    let base = (0_u32..).zip(labels).filter(|(record, _)| data.tier(*record) == 0);
    let mut held: Vec<Held> = base.map(|(record, label)| (data.row(record)[at], *label, record)).collect();
    held.retain(|(code, ..)| *code != MISSING);
    held.par_sort_unstable();
    let mut sharers: Vec<u32> = Vec::new();
    let mut placeholders: Vec<u32> = Vec::new();
    for of_value in held.chunk_by(|one, other| one.0 == other.0) {
        let [first, .., last] = of_value else { continue };
        if first.1 == last.1 {
            continue;
        }
        let of_clusters: Vec<&[Held]> = of_value.chunk_by(|one, other| one.1 == other.1).collect();
        if of_clusters.len() > SHARERS_MAX {
            check.placeholders += 1;
            placeholders.push(first.0);
            continue;
        }
        check.shared += 1;
        let holders: Vec<Vec<u32>> = of_clusters.iter().map(|of_cluster| one_a_source(data, of_cluster)).collect();
        for (place, one) in holders.iter().enumerate() {
            sharers.extend(one.first().map(|record| labels[*record as usize]));
            let others = holders[place + 1..].iter().flatten();
            let across =
                others.flat_map(|other| one.iter().map(move |record| (*record.min(other), *record.max(other))));
            pairs.extend(across.filter(|(left, right)| admit(*left, *right)));
        }
    }
    sharers.sort_unstable();
    sharers.dedup();
    check.sharers = sharers.len() as u64;
    // Values came in the order of their codes.
    held.retain(|(code, ..)| placeholders.binary_search(code).is_err());
    held.par_sort_unstable_by_key(|(code, label, _)| (*label, *code));
    let (values, kind) = (&data.values[at], &data.settings.comparisons[at].kind);
    let of_clusters = held.par_chunk_by(|one, other| one.1 == other.1);
    check.several = of_clusters.filter(|of_cluster| has_several(values, kind, of_cluster)).count() as u64;
    check
}

/// Gives one of the records of a cluster that hold a value for each source, the same whatever their order.
fn one_a_source(data: &Dataset, of_cluster: &[Held]) -> Vec<u32> {
    let source = |record: u32| data.sources[record as usize];
    let mut records: Vec<u32> = of_cluster.iter().map(|(.., record)| *record).collect();
    records.sort_unstable_by_key(|record| (source(*record), data.ties[*record as usize], *record));
    records.dedup_by_key(|record| source(*record));
    records
}

/// Says whether values of a cluster, in the order of their codes, hold two well-formed ones that are no slips of each other.
fn has_several(values: &Values, kind: &Kind, of_cluster: &[Held]) -> bool {
    let mut codes: Vec<u32> = of_cluster.iter().map(|(code, ..)| *code).collect();
    codes.dedup();
    if codes.len() < 2 {
        return false;
    }
    if let Kind::CheckedIdentifier { check } = kind {
        codes.retain(|code| check.passes(&values.text(*code)));
    }
    // Levels of identifiers: equal, one slip, two slips, then two numbers.
    let is_slip = |one: u32, other: u32| matches!(values.level_of_different(one, other), 2 | 3);
    codes.len() > COMPARED_MAX
        || codes.iter().enumerate().any(|(place, one)| codes[place + 1..].iter().any(|other| !is_slip(*one, *other)))
}

/// Gives the pairs, in their order, the weights of those that were kept.
fn weigh(records: usize, predictions: &Predictions, shared: &mut [SharedIdentifier]) {
    let mut is_held = vec![false; records];
    for pair in shared.iter() {
        is_held[pair.left as usize] = true;
        is_held[pair.right as usize] = true;
    }
    let place_of = |edge: &Edge| {
        let (left, right) = (edge.left.min(edge.right), edge.left.max(edge.right));
        let may_be = is_held[left as usize] && is_held[right as usize];
        let place = || shared.binary_search_by_key(&(left, right), |shared| (shared.left, shared.right)).ok();
        may_be.then(place).flatten().map(|place| (place, f64::from(edge.weight)))
    };
    let kept: Vec<(usize, f64)> = predictions.edges.par_iter().filter_map(place_of).collect();
    for (place, weight) in kept {
        shared[place].weight = Some(weight);
    }
}
