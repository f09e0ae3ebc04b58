//! How right the result is, where the truth is known.

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::block::pairs_in;
use crate::predict::Edge;
use crate::shape::Grouping;

/// Precision, recall and F1 over pairs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Quality {
    /// Pairs that are true and were found.
    pub right: u64,
    /// Pairs that were found.
    pub found: u64,
    /// Pairs that are true.
    pub wanted: u64,
    /// The share of the found that is true; 1 when none was found.
    pub precision: f64,
    /// The share of the true that was found; 1 when there is none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// Quality of pairs and of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// Pairs of a probability of at least one half. Pairs that blocking missed count as missed.
    pub pairs: Quality,
    /// All pairs that the clusters imply.
    pub clusters: Quality,
}

impl Quality {
    fn new(right: u64, found: u64, wanted: u64) -> Self {
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let (precision, recall) = (share(right, found), share(right, wanted));
        let sum = precision + recall;
        Self {
            right,
            found,
            wanted,
            precision,
            recall,
            f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 },
        }
    }
}

/// Compares edges and cluster labels with the truth.
///
/// `truth` and `labels` hold one number a record; records of one number are one person. With several sources and
/// `link_only`, count only pairs across sources by giving `sources`.
pub fn evaluate(edges: &[Edge], labels: &[u32], truth: &[u32], sources: Option<&[u32]>) -> Evaluation {
    let wanted = pairs_of(truth.iter().copied(), sources);
    let across =
        |edge: &&Edge| sources.is_none_or(|sources| sources[edge.left as usize] != sources[edge.right as usize]);
    let linked = edges.iter().filter(|edge| edge.weight >= 0.0).filter(across);
    let (found, right) = linked.fold((0, 0), |(found, right), edge| {
        (found + 1, right + u64::from(truth[edge.left as usize] == truth[edge.right as usize]))
    });
    let clustered = pairs_of(labels.iter().copied(), sources);
    let both = pairs_of(labels.iter().copied().zip(truth.iter().copied()), sources);
    Evaluation { pairs: Quality::new(right, found, wanted), clusters: Quality::new(both, clustered, wanted) }
}

/// Compares cluster labels with the truth, for each group of records: the pairs that hold a record of it. A pair of records of
/// two groups counts in both. Records at [`u32::MAX`] in `truth` are left out, with every pair they are in.
pub fn evaluate_groups(labels: &[u32], truth: &[u32], grouping: &Grouping<'_>) -> Vec<Quality> {
    let known = || (0..labels.len()).filter(|record| truth[*record] != u32::MAX);
    let keyed = |key: &dyn Fn(usize) -> (u32, u32)| {
        let mut words: Vec<(u32, u32, u16)> = Vec::new();
        words.extend(known().map(|record| {
            let (one, other) = key(record);
            (one, other, grouping.of_record[record])
        }));
        words.par_sort_unstable();
        pairs_of_groups(&words, grouping.count)
    };
    let right = keyed(&|record| (labels[record], truth[record]));
    let found = keyed(&|record| (labels[record], 0));
    let wanted = keyed(&|record| (truth[record], 0));
    right
        .into_iter()
        .zip(found)
        .zip(wanted)
        .map(|((right, found), wanted)| Quality::new(right, found, wanted))
        .collect()
}

/// Counts for each group the pairs of equal keys that hold a record of it. `words` are keys with groups, sorted.
fn pairs_of_groups(words: &[(u32, u32, u16)], count: usize) -> Vec<u64> {
    let mut pairs = vec![0; count];
    for of_key in words.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        for of_group in of_key.chunk_by(|a, b| a.2 == b.2) {
            let without = of_key.len() - of_group.len();
            pairs[usize::from(of_group[0].2)] += pairs_in(of_key.len()) - pairs_in(without);
        }
    }
    pairs
}

/// Counts pairs of equal numbers, across sources only where these are given.
fn pairs_of<K: std::hash::Hash + Eq + Copy>(keys: impl Iterator<Item = K>, sources: Option<&[u32]>) -> u64 {
    let mut sizes: HashMap<K, usize> = HashMap::new();
    let mut within: HashMap<(K, u32), usize> = HashMap::new();
    for (record, key) in keys.enumerate() {
        *sizes.entry(key).or_default() += 1;
        if let Some(sources) = sources {
            *within.entry((key, sources[record])).or_default() += 1;
        }
    }
    let all: u64 = sizes.values().map(|size| pairs_in(*size)).sum();
    all - within.values().map(|size| pairs_in(*size)).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted() {
        let edge = |left, right, weight| Edge { left, right, weight, rule: 0 };
        let edges = [edge(0, 1, 3.0), edge(1, 2, 1.0), edge(3, 4, -1.0)];
        let quality = evaluate(&edges, &[0, 0, 0, 3, 4], &[7, 7, 8, 9, 9], None);
        assert_eq!((quality.pairs.right, quality.pairs.found, quality.pairs.wanted), (1, 2, 2));
        assert_eq!((quality.clusters.right, quality.clusters.found, quality.clusters.wanted), (1, 3, 2));
        assert!((quality.clusters.f1 - 0.4).abs() < 1e-12);
        let across = evaluate(&edges, &[0, 0, 0, 3, 4], &[7, 7, 8, 9, 9], Some(&[1, 2, 2, 1, 1]));
        assert_eq!((across.pairs.found, across.pairs.wanted, across.clusters.found), (1, 1, 2));
    }
    #[test]
    fn a_pair_counts_in_the_group_of_each_of_its_records() {
        const UNKNOWN: u32 = u32::MAX;
        let grouping = Grouping { of_record: &[0, 0, 1, 1, 1, 0], count: 3 };
        // Found: {0, 1, 2} and {3, 4}; wanted: {0, 1} and {2, 3, 4}. Nobody knows of the last record.
        let found = evaluate_groups(&[0, 0, 0, 3, 3, 3], &[7, 7, 8, 8, 8, UNKNOWN], &grouping);
        let counts = |at: usize| (found[at].right, found[at].found, found[at].wanted);
        assert_eq!(counts(0), (1, 3, 1));
        assert_eq!(counts(1), (1, 3, 3));
        assert_eq!(counts(2), (0, 0, 0));
        let all = evaluate(&[], &[0, 0, 0, 3, 3], &[7, 7, 8, 8, 8], None).clusters;
        let one = evaluate_groups(&[0, 0, 0, 3, 3], &[7, 7, 8, 8, 8], &Grouping { of_record: &[0; 5], count: 1 });
        assert_eq!(one, [all], "one group is everybody");
    }
}
