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
    /// Every two clusters that share an identifier, once, in the order of their records.
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
/// # Errors
/// When the clustering or an edge is not of these records.
pub fn conflicts(data: &Dataset, predictions: &Predictions, clustering: &Clustering) -> Result<Conflicts, Error> {
    let labels = &clustering.labels;
    let is_unknown = |edge: &Edge| edge.right as usize >= data.records;
    if labels.len() != data.records || predictions.edges.iter().any(is_unknown) {
        return Err(Error::NoSuchRecord { index: labels.len().max(data.records), records: data.records });
    }
    let mut found = Conflicts::default();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (at, comparison) in data.settings.comparisons.iter().enumerate() {
        if comparison.kind.is_identifier() {
            let check = checked(data, labels, at, &mut pairs);
            found.identifiers.push(IdentifierCheck { comparison: comparison.name(), ..check });
        }
    }
    // Of two clusters that share several, the same pair is taken whatever the order of records.
    let word = |record: u32| (data.ties[record as usize], record);
    let words = |left: u32, right: u32| (word(left).min(word(right)), word(left).max(word(right)));
    let clusters = |left: u32, right: u32| {
        let (one, other) = (labels[left as usize], labels[right as usize]);
        (one.min(other), one.max(other))
    };
    pairs.par_sort_unstable_by_key(|(left, right)| (clusters(*left, *right), words(*left, *right)));
    pairs.dedup_by_key(|(left, right)| clusters(*left, *right));
    pairs.par_sort_unstable();
    found.shared = pairs.into_iter().map(|(left, right)| SharedIdentifier { left, right, weight: None }).collect();
    weigh(data.records, predictions, &mut found.shared);
    Ok(found)
}

/// Counts for one comparison, and adds a pair of records of every two clusters that share a value, the smaller index first.
fn checked(data: &Dataset, labels: &[u32], at: usize, pairs: &mut Vec<(u32, u32)>) -> IdentifierCheck {
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
        let word = |record: &u32| (data.ties[*record as usize], *record);
        let first_of = |of_cluster: &[Held]| of_cluster.iter().map(|(.., record)| *record).min_by_key(word);
        let of_clusters = of_value.chunk_by(|one, other| one.1 == other.1);
        let holders: Vec<u32> = of_clusters.filter_map(first_of).collect();
        if holders.len() > SHARERS_MAX {
            check.placeholders += 1;
            placeholders.push(first.0);
            continue;
        }
        check.shared += 1;
        sharers.extend(holders.iter().map(|record| labels[*record as usize]));
        for (place, one) in holders.iter().enumerate() {
            pairs.extend(holders[place + 1..].iter().map(|other| (*one.min(other), *one.max(other))));
        }
    }
    sharers.sort_unstable();
    sharers.dedup();
    check.sharers = sharers.len() as u64;
    // Values came in the order of their codes.
    held.retain(|(code, ..)| placeholders.binary_search(code).is_err());
    held.par_sort_unstable_by_key(|(code, label, _)| (*label, *code));
    let (values, kind) = (&data.values[at], &data.settings.comparisons[at].kind);
    let of_clusters = held.chunk_by(|one, other| one.1 == other.1);
    check.several = of_clusters.filter(|of_cluster| has_several(values, kind, of_cluster)).count() as u64;
    check
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
    for edge in &predictions.edges {
        let pair = (edge.left.min(edge.right), edge.left.max(edge.right));
        if is_held[pair.0 as usize]
            && is_held[pair.1 as usize]
            && let Ok(place) = shared.binary_search_by_key(&pair, |shared| (shared.left, shared.right))
        {
            shared[place].weight = Some(f64::from(edge.weight));
        }
    }
}
