//! How right a linkage is, where the truth is known.

use matching::{Edge, Evaluation, evaluate};
use serde::Serialize;

/// How right a run was over the records of which the truth is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    /// Records of which the truth is known.
    pub records_scored: u64,
    /// Records of which it isn't; they are left out, with every pair they are in.
    pub records_without_truth: u64,
    /// Rows of the truth that are no record: quarantined, or not of person records. They count as neither right nor
    /// missed.
    pub truth_without_record: u64,
    /// Pairs at a probability of 0.5 and above. Pairs that blocking missed count as missed.
    pub pairs: matching::Quality,
    /// Pairs implied by clusters.
    pub clusters: matching::Quality,
}

/// The truth about each record: a number for each person that there really is.
#[derive(Debug)]
pub(crate) struct Labels {
    /// The true person of each record; [`Labels::UNKNOWN`] where it isn't known.
    pub(crate) of_record: Vec<u32>,
    /// Rows of the truth that are no record.
    pub(crate) unused: u64,
}

impl Labels {
    /// Says that the truth of a record isn't known.
    pub(crate) const UNKNOWN: u32 = u32::MAX;

    /// Gives the quality of edges and of clusters. `sources` is the source of each record when only pairs across sources
    /// are wanted.
    pub(crate) fn quality(&self, edges: &[Edge], clusters: &[u32], sources: Option<&[u32]>) -> Quality {
        // The scored records, numbered anew, so that the others take part in nothing.
        let mut number = vec![Self::UNKNOWN; self.of_record.len()];
        let mut scored: Vec<usize> = Vec::new();
        for (record, truth) in self.of_record.iter().enumerate() {
            if *truth != Self::UNKNOWN {
                number[record] = scored.len() as u32;
                scored.push(record);
            }
        }
        let pick = |of: &[u32]| scored.iter().map(|record| of[*record]).collect::<Vec<u32>>();
        let scored_edges: Vec<Edge> = edges
            .iter()
            .filter(|edge| edge.weight >= 0.0)
            .map(|edge| Edge { left: number[edge.left as usize], right: number[edge.right as usize], ..*edge })
            .filter(|edge| edge.left != Self::UNKNOWN && edge.right != Self::UNKNOWN)
            .collect();
        let sources = sources.map(pick);
        let Evaluation { pairs, clusters } =
            evaluate(&scored_edges, &pick(clusters), &pick(&self.of_record), sources.as_deref());
        Quality {
            records_scored: scored.len() as u64,
            records_without_truth: (self.of_record.len() - scored.len()) as u64,
            truth_without_record: self.unused,
            pairs,
            clusters,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_truth_take_part_in_nothing() {
        let labels = Labels { of_record: vec![1, 1, 1, 2, 2, Labels::UNKNOWN], unused: 3 };
        let edge = |left, right, weight| Edge { left, right, weight, rule: 0 };
        let edges = [edge(0, 1, 3.0), edge(2, 3, 1.0), edge(4, 5, 9.0), edge(3, 4, -1.0)];
        // Wanted: 3 + 1. In clusters: {0, 1} and {2, 3, 4, 5} without 5: 1 + 3, of which {0, 1} and {3, 4} are right.
        let quality = labels.quality(&edges, &[0, 0, 2, 2, 2, 2], None);
        let counts = |of: matching::Quality| (of.right, of.found, of.wanted);
        assert_eq!(counts(quality.clusters), (2, 4, 4));
        assert_eq!(counts(quality.pairs), (1, 2, 4));
        assert_eq!((quality.records_scored, quality.records_without_truth, quality.truth_without_record), (5, 1, 3));
    }

    #[test]
    fn pairs_within_a_source_are_not_wanted_when_sources_are_linked_only() {
        let labels = Labels { of_record: vec![1, 1, 1], unused: 0 };
        let quality = labels.quality(&[], &[0, 0, 0], Some(&[0, 0, 1]));
        assert_eq!((quality.clusters.wanted, quality.clusters.right), (2, 2));
    }
}
