//! Which pairs wait for a steward, and in which order: those first of which one decision buys most.
//!
//! A pair waits for one of five reasons:
//!
//! - its weight is near the threshold;
//! - two persons are kept apart although a pair of theirs reaches the threshold: what the other records of both hold against
//!   it, or that a register has one record for each person, outweighs that pair;
//! - a record of an attached register stays without a person since two fit it about as well;
//! - a person of three records or more hangs on one weak link: no other kept pair joins its two sides;
//! - two persons share an identifier, and nothing else asks of the two: they may be one, or one uses that of the other. Only
//!   those wait of whom everybody who reviews the pair sees the identifier, for that they wait tells it.
//!
//! What a decision buys is the chance that it changes something, times the records that move. The chance is taken from the
//! weight that decides: that of the pair, of the merge of two persons that are kept apart, of the merge of the two sides of a
//! weak link; where two persons fit about as well, by how much this one fits better; of two persons that share an identifier,
//! that of the pair of records which hold it, or as little as the least of pairs kept, where it was not. At the threshold, or
//! where both fit alike, it is one half, since there the project holds a wrong link for as bad as a missed one, and a verdict
//! is as likely as not to be another than what the run did; further off it falls by about half with every bit.
//! The records that move are those of the smaller person, or of the smaller side of a weak link, as far as a purpose of
//! review reaches them together with the pair; of a link that others hold too, one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use matching::{Edge, Kept, SharedIdentifier, probability, weak_links};
use model::Verdict;

use crate::compute::Matched;
use crate::error::LinkageError;
use crate::judgement::InForce;
use crate::records::Records;

/// How many bits from the threshold a pair is uncertain.
const UNCERTAIN_BITS: f64 = 4.0;
/// How many bits above the threshold the link may be on which a person hangs: further off a verdict changes one in 250.
const WEAK_BITS: f64 = 8.0;
/// The most pairs of base records put before stewards, and the most of each attached register: more than they can look at
/// between two runs.
const UNCERTAIN_MAX: usize = 10_000;
/// The most pairs that wait since their persons share an identifier: where most of a register borrow theirs, the report
/// tells it better than a queue.
const SHARED_MAX: usize = 1_000;

/// Why a pair waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its weight is near the threshold.
    NearThreshold,
    /// It reaches the threshold, and its two persons are kept apart all the same.
    KeptApart,
    /// It reaches the threshold, and another person fits its attached record about as well.
    OthersFit,
    /// Its person hangs on it alone.
    WeakLink,
    /// Its two persons share an identifier.
    SharedIdentifier,
}

impl Reason {
    /// Gives how the spine writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NearThreshold => "near-threshold",
            Self::KeptApart => "kept-apart",
            Self::OthersFit => "others-fit",
            Self::WeakLink => "weak-link",
            Self::SharedIdentifier => "shared-identifier",
        }
    }
}

/// A pair that waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) reason: Reason,
    /// The log2 odds of the merge that is decided with it, where that is not its own weight.
    pub(crate) merge_weight: Option<f64>,
    /// Of two persons kept apart: what their other records hold against it, and what it costs that a register with one
    /// record for each person would have several.
    pub(crate) against: Option<(f64, f64)>,
    /// What a decision buys: the chance that it changes something, times the records that move.
    pub(crate) worth: f64,
}

/// Gives the chance that a verdict changes something, where this weight decides.
fn chance(weight: f64, threshold: f64) -> f64 {
    let same = probability(weight - threshold);
    same.min(1.0 - same)
}

/// Two clusters, the smaller number first, and the attached register that a pair of theirs is of.
type Clusters<'a> = (u32, u32, Option<&'a str>);

/// Gives the pairs that wait, those first of which a decision buys most, and how many are left out.
///
/// A pair near the threshold waits for that, whatever its two records share: who may not see the identifier sees the same of it
/// as if there were none. Of other pairs that share one those come here alone that whoever is shown them sees it of
/// ([`Conflicts::shared`](matching::Conflicts::shared)).
///
/// Pairs of an attached register take no place of others: who may not see the former sees the latter as if there were no
/// such register. `reach` tells by the numbers of two registers whether a steward may be shown their pairs.
pub(crate) fn waiting(
    records: &Records,
    matched: &Matched,
    in_force: &InForce,
    reach: &[Vec<bool>],
) -> Result<(Vec<Waiting>, u64), LinkageError> {
    let threshold = matched.data.settings().threshold_weight();
    let attached = |left: u32, right: u32| {
        let record = [left, right].into_iter().find(|record| matched.data.is_attached(*record));
        record.map(|record| matched.data.source(record))
    };
    let clusters = |left: u32, right: u32| -> Clusters<'_> {
        let (one, other) = (matched.clusters[left as usize], matched.clusters[right as usize]);
        (one.min(other), one.max(other), attached(left, right))
    };
    // The weight that decides of the pairs of two persons who are kept apart.
    let mut refused: HashMap<Clusters<'_>, f64> = HashMap::new();
    // Those that wait for more than their own weight, with the weight that decides.
    let mut special: HashMap<(u32, u32), (Waiting, f64)> = HashMap::new();
    let listed = |(left, right): (u32, u32), reason: Reason| Waiting {
        left,
        right,
        reason,
        merge_weight: None,
        against: None,
        worth: 0.0,
    };
    // What a person disputes may have put two together since they were kept apart.
    for refusal in &matched.clustering.refused {
        let pair = (refusal.left, refusal.right);
        let at = clusters(pair.0, pair.1);
        if at.0 == at.1 {
            continue;
        }
        let decides = match (refusal.kept, refusal.merge_weight) {
            // A judgement about others of the two persons keeps them apart: to ask of this pair buys nothing.
            (Kept::Judged, _) => f64::NEG_INFINITY,
            (Kept::Outweighed | Kept::Split, Some(merged)) => {
                let against = Some((refusal.against, refusal.penalty));
                let waiting = Waiting { merge_weight: Some(merged), against, ..listed(pair, Reason::KeptApart) };
                // By itself the one says that they are one person, in all the other that they are two: nothing is in more doubt.
                let decides = if refusal.kept == Kept::Split { threshold } else { merged };
                special.insert(pair, (waiting, decides));
                decides
            }
            (Kept::OthersFit { ahead }, _) => {
                special.insert(pair, (listed(pair, Reason::OthersFit), threshold + ahead));
                threshold + ahead
            }
            // What is only attached connects nobody, whatever it weighs: its pairs count by themselves.
            (Kept::Attached | Kept::Outweighed | Kept::Split, _) => continue,
        };
        refused.insert(at, decides);
    }
    let mut sides: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    let most = threshold + WEAK_BITS;
    for link in weak_links(&matched.data, &matched.model, &matched.predictions, &matched.clustering, most)? {
        let pair = (link.left, link.right);
        sides.insert(pair, link.smaller_side);
        let waiting = Waiting { merge_weight: Some(link.merge_weight), ..listed(pair, Reason::WeakLink) };
        special.insert(pair, (waiting, link.merge_weight));
    }
    // Two who are kept apart against a pair of theirs are asked of already, and so are those a judgement keeps apart.
    let is_asked = |pair: (u32, u32)| special.contains_key(&pair) || refused.contains_key(&clusters(pair.0, pair.1));
    let (sharing, sharing_cut) = sharing(records, matched, in_force, is_asked);
    for (pair, decides) in sharing {
        special.insert(pair, (listed(pair, Reason::SharedIdentifier), decides));
    }
    let pair_of = |edge: &Edge| (edge.left.min(edge.right), edge.left.max(edge.right));
    let of_edges = matched.predictions.edges.iter().filter(|edge| is_near(f64::from(edge.weight), threshold));
    let near = of_edges.filter(|edge| !special.contains_key(&pair_of(edge)));
    // Of millions near the threshold nothing is hashed. What decides is kept where the worth comes.
    let mut all: Vec<Waiting> = near
        .map(|edge| {
            let pair = pair_of(edge);
            let at = clusters(pair.0, pair.1);
            let of_persons = if at.0 == at.1 { None } else { refused.get(&at).copied() };
            Waiting { worth: of_persons.unwrap_or(f64::from(edge.weight)), ..listed(pair, Reason::NearThreshold) }
        })
        .collect();
    all.sort_unstable_by_key(|pair| (pair.left, pair.right));
    all.dedup_by_key(|pair| (pair.left, pair.right));
    all.extend(special.into_values().map(|(waiting, decides)| Waiting { worth: decides, ..waiting }));
    let sizes = Sizes::of(records, matched, reach, &all);
    for pair in &mut all {
        let at = clusters(pair.left, pair.right);
        let registers = [pair.left, pair.right].map(|record| records.register_number(record));
        let moves = match sides.get(&(pair.left, pair.right)) {
            Some(side) => {
                let of_side = side.iter().map(|record| records.register_number(*record));
                of_side.filter(|register| sizes.is_told(*register, registers)).count() as u64
            }
            None if at.0 == at.1 => 1,
            None => sizes.within(at.0, registers).min(sizes.within(at.1, registers)),
        };
        pair.worth = chance(pair.worth, threshold) * moves.max(1) as f64;
    }
    let dearer = |left: &Waiting, right: &Waiting| -> Ordering {
        let by_ids = || by_ids(records, (left.left, left.right), (right.left, right.right));
        right.worth.total_cmp(&left.worth).then_with(by_ids)
    };
    let (kept, left_out) = first_of_each(all, UNCERTAIN_MAX, |pair| attached(pair.left, pair.right), dearer);
    Ok((kept, left_out + sharing_cut))
}

/// Compares two pairs by the ids of their records, in whatever order each has its two.
fn by_ids(records: &Records, one: (u32, u32), other: (u32, u32)) -> Ordering {
    let ids = |pair: (u32, u32)| {
        let (left, right) = (records.sort_key(pair.0), records.sort_key(pair.1));
        if left < right { (left, right) } else { (right, left) }
    };
    ids(one).cmp(&ids(other))
}

/// Two records, the smaller index first.
type Pair = (u32, u32);

/// Tells whether a weight is so near to the threshold that its pair waits for that.
fn is_near(weight: f64, threshold: f64) -> bool {
    (weight - threshold).abs() <= UNCERTAIN_BITS
}

/// Gives the pairs of persons that share an identifier and wait for nothing else, with the weight that decides: the nearest to
/// the threshold; and how many there are beside. `is_asked` tells of pairs and persons that are asked of already. What stewards
/// have judged takes no place: neither a pair, nor two persons whom a judgement keeps apart.
fn sharing(
    records: &Records,
    matched: &Matched,
    in_force: &InForce,
    is_asked: impl Fn((u32, u32)) -> bool,
) -> (Vec<(Pair, f64)>, u64) {
    let settings = matched.data.settings();
    let (threshold, least) = (settings.threshold_weight(), settings.edge_weight_min);
    let persons = |(left, right): (u32, u32)| {
        let (one, other) = (matched.clusters[left as usize], matched.clusters[right as usize]);
        (one.min(other), one.max(other))
    };
    let judged: HashMap<(u32, u32), Verdict> = in_force.verdicts(records).collect();
    let different = judged.iter().filter(|(_, verdict)| **verdict == Verdict::Different);
    let held_apart: HashSet<(u32, u32)> = different.map(|(pair, _)| persons(*pair)).collect();
    let of_pair = |shared: &SharedIdentifier| ((shared.left, shared.right), shared.weight);
    let found = matched.conflicts.shared.iter().map(of_pair);
    let found = found.filter(|(_, weight)| weight.is_none_or(|weight| !is_near(weight, threshold)));
    let found = found.filter(|(pair, _)| !judged.contains_key(pair) && !held_apart.contains(&persons(*pair)));
    let found = found.filter(|(pair, _)| !is_asked(*pair));
    let mut found: Vec<(Pair, f64)> = found.map(|(pair, weight)| (pair, weight.unwrap_or(least))).collect();
    found.sort_unstable_by(|(one, at), (other, then)| {
        let by_ids = || by_ids(records, *one, *other);
        (at - threshold).abs().total_cmp(&(then - threshold).abs()).then_with(by_ids)
    });
    let cut = found.len().saturating_sub(SHARED_MAX);
    found.truncate(SHARED_MAX);
    (found, cut as u64)
}

/// How many records of which register the clusters of some pairs have.
struct Sizes<'a> {
    /// Cluster, register and how many records, in this order.
    counts: Vec<(u32, u16, u32)>,
    /// By the number of a register: whether it is only attached.
    is_attached: Vec<bool>,
    reach: &'a [Vec<bool>],
}

impl<'a> Sizes<'a> {
    fn of(records: &Records, matched: &Matched, reach: &'a [Vec<bool>], pairs: &[Waiting]) -> Self {
        let mut is_wanted = vec![false; matched.count];
        for record in pairs.iter().flat_map(|pair| [pair.left, pair.right]) {
            is_wanted[matched.clusters[record as usize] as usize] = true;
        }
        let mut is_attached = vec![false; records.registers().len()];
        let mut of_records: Vec<(u32, u16)> = Vec::new();
        for (record, cluster) in (0_u32..).zip(&matched.clusters) {
            let register = records.register_number(record);
            is_attached[usize::from(register)] = matched.data.is_attached(record);
            if is_wanted[*cluster as usize] {
                of_records.push((*cluster, register));
            }
        }
        of_records.sort_unstable();
        let alike = of_records.chunk_by(|one, other| one == other);
        let counts = alike.map(|alike| (alike[0].0, alike[0].1, alike.len() as u32)).collect();
        Self { counts, is_attached, reach }
    }

    /// Tells whether records of a register count for a pair of two: who sees the pair may see them too, and they are not
    /// attached, unless the pair is of the same register.
    fn is_told(&self, register: u16, pair: [u16; 2]) -> bool {
        let reaches = |other: u16| self.reach[usize::from(register)][usize::from(other)];
        (!self.is_attached[usize::from(register)] || pair.contains(&register)) && pair.into_iter().all(reaches)
    }

    /// Gives how many records of a cluster count for a pair of two registers.
    fn within(&self, cluster: u32, pair: [u16; 2]) -> u64 {
        let first = self.counts.partition_point(|(of, ..)| *of < cluster);
        let here = self.counts[first..].iter().take_while(|(of, ..)| *of == cluster);
        here.filter(|(_, register, _)| self.is_told(*register, pair)).map(|(.., count)| u64::from(*count)).sum()
    }
}

/// Keeps of each kind the first, at most `most`, and sorts what is kept; gives how many are left out beside.
fn first_of_each<T, K: Ord>(
    all: Vec<T>,
    most: usize,
    kind: impl Fn(&T) -> K,
    order: impl Fn(&T, &T) -> Ordering,
) -> (Vec<T>, u64) {
    let count = all.len();
    let mut by_kind: BTreeMap<K, Vec<T>> = BTreeMap::new();
    for one in all {
        by_kind.entry(kind(&one)).or_default().push(one);
    }
    let mut kept = Vec::new();
    for mut of_kind in by_kind.into_values() {
        if of_kind.len() > most {
            of_kind.select_nth_unstable_by(most, &order);
            of_kind.truncate(most);
        }
        kept.append(&mut of_kind);
    }
    kept.sort_unstable_by(order);
    let left_out = count - kept.len();
    (kept, left_out as u64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use matching::{Block, Clustering, Comparison, Dataset, Kept, Kind, Model, Predictions, Refusal, Settings};
    use model::RegisterId;

    use super::*;

    #[test]
    fn the_chance_is_largest_at_the_threshold_that_decides() {
        let threshold = (0.95_f64 / 0.05).log2();
        let at = |weight: f64| chance(weight, threshold);
        assert_eq!(at(threshold), 0.5);
        assert!(at(threshold) > at(threshold - 1.0) && at(threshold - 1.0) > at(0.0), "0.5 is not what decides");
        assert!((at(threshold + 3.0) - at(threshold - 3.0)).abs() < 1e-12, "a wrong link counts as a missed one");
        assert_eq!(at(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn no_kind_of_pair_takes_the_places_of_another_and_what_is_left_out_is_counted() {
        let base = [(0, 9), (0, 3), (0, 7), (0, 8)];
        let attached = (0..50).map(|distance| (1, distance));
        let all: Vec<(u8, u32)> = attached.chain(base).collect();
        let by_distance = |left: &(u8, u32), right: &(u8, u32)| left.1.cmp(&right.1).then(left.0.cmp(&right.0));
        let kept = first_of_each(all, 3, |pair| pair.0, by_distance);
        assert_eq!(kept, (vec![(1, 0), (1, 1), (1, 2), (0, 3), (0, 7), (0, 8)], 48));
        assert_eq!(first_of_each(base.to_vec(), 3, |pair| pair.0, by_distance), (vec![(0, 3), (0, 7), (0, 8)], 1));
        assert_eq!(first_of_each(base.to_vec(), 4, |pair| pair.0, by_distance).1, 0);
    }

    /// Persons in the order of their records, which are all of one base register but those named; edges between them.
    fn made(clusters: &[u32], attached: &[u32], edges: Vec<Edge>, refused: Vec<Refusal>) -> (Records, Matched) {
        let settings = Settings {
            comparisons: vec![Comparison::new("name", Kind::FamilyName)],
            blocks: vec![Block::on(["name"]).unwrap()],
            source: Some("source".to_owned()),
            id: Some("id".to_owned()),
            attach_only: BTreeSet::from(["broker".to_owned()]),
            ..Settings::default()
        };
        let source = |record: u32| if attached.contains(&record) { "broker" } else { "tax" };
        let (mut records, all) = (Records::default(), 0..clusters.len() as u32);
        let numbers = ["tax", "broker"].map(|name| records.register(&RegisterId::new(name).unwrap()));
        for record in all.clone() {
            records.push(numbers[usize::from(attached.contains(&record))], [record as u8; 16]);
        }
        let text =
            |of: &dyn Fn(u32) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(all.clone().map(of))) };
        let columns = [
            ("source", text(&|record| source(record).to_owned())),
            ("id", text(&|record| record.to_string())),
            ("name", text(&|_| "brennan".to_owned())),
        ];
        let data = Dataset::new(&settings, &RecordBatch::try_from_iter(columns).unwrap()).unwrap();
        let model = Model::presumed(&settings);
        let predictions = Predictions { edges, ..Predictions::default() };
        // Of each cluster the smallest record names it.
        let first = |cluster: &u32| clusters.iter().position(|other| other == cluster).unwrap() as u32;
        let labels: Vec<u32> = clusters.iter().map(first).collect();
        let mut clustering = Clustering { refused, ..Clustering::default() };
        clustering.relabel(&data, &predictions, labels).unwrap();
        let count = clusters.iter().max().map_or(0, |most| *most as usize + 1);
        let (training, clusters) = (matching::TrainingReport::default(), clusters.to_vec());
        let conflicts = matching::conflicts(&data, &predictions, &clustering, |_, _| true).unwrap();
        (records, Matched { data, model, training, predictions, clustering, conflicts, clusters, count })
    }

    fn edge(left: u32, right: u32, weight: f64) -> Edge {
        Edge { left, right, weight: weight as f32, rule: 0 }
    }

    /// Gives the pairs that wait, with why.
    fn order(made: &(Records, Matched)) -> Vec<(u32, u32, Reason)> {
        let reach = vec![vec![true; 2]; 2];
        let (found, left_out) = waiting(&made.0, &made.1, &InForce::default(), &reach).unwrap();
        assert_eq!(left_out, 0);
        assert!(found.windows(2).all(|pair| pair[0].worth >= pair[1].worth), "{found:?}");
        found.iter().map(|pair| (pair.left, pair.right, pair.reason)).collect()
    }

    #[test]
    fn what_moves_more_records_comes_first_and_so_does_what_is_nearer_to_what_decides() {
        let threshold = Settings::default().threshold_weight();
        let refused = |left: u32, right: u32, merged: Option<f64>| {
            let (pair_weight, against) = (threshold + 15.0, merged.map_or(0.0, |merged| merged - threshold - 15.0));
            let kept = Kept::Outweighed;
            Refusal { left, right, pair_weight, merge_weight: merged, against, penalty: 0.0, kept }
        };
        // Persons: of three records {0, 1, 2} and {3, 4, 5}; of one each 6, 7, 8 and 9.
        let clusters = [0, 0, 0, 1, 1, 1, 2, 3, 4, 5];
        let strong = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)];
        let mut edges: Vec<Edge> = strong.map(|(left, right)| edge(left, right, threshold + 25.0)).to_vec();
        edges.extend([
            edge(2, 3, threshold + 15.0),
            edge(6, 7, threshold - 0.5),
            edge(7, 8, threshold - 3.0),
            edge(6, 9, threshold + 15.0),
        ]);
        let made = made(
            &clusters,
            &[],
            edges,
            vec![refused(2, 3, Some(threshold - 1.0)), refused(6, 9, Some(threshold - 6.0))],
        );
        assert_eq!(
            order(&made),
            [
                (2, 3, Reason::KeptApart),
                (6, 7, Reason::NearThreshold),
                (7, 8, Reason::NearThreshold),
                (6, 9, Reason::KeptApart),
            ],
            "a pair far above the threshold counts by its merge, and three records for more than one"
        );
    }

    #[test]
    fn what_a_judgement_keeps_apart_is_not_asked_again() {
        let threshold = Settings::default().threshold_weight();
        let edges = vec![edge(0, 1, threshold + 9.0), edge(0, 2, threshold - 2.0)];
        let judged = unweighed(0, 1, Kept::Judged);
        assert_eq!(order(&made(&[0, 1, 2], &[], edges, vec![judged])), [(0, 2, Reason::NearThreshold)]);
    }

    #[test]
    fn what_would_be_merged_were_it_not_split_off_waits_as_kept_apart() {
        let threshold = Settings::default().threshold_weight();
        let split = Refusal { merge_weight: Some(threshold + 9.0), ..unweighed(0, 1, Kept::Split) };
        let edges = vec![edge(0, 1, threshold + 9.0), edge(2, 3, threshold - 1.0)];
        let made = made(&[0, 1, 2, 3], &[], edges, vec![split]);
        let expected = [(0, 1, Reason::KeptApart), (2, 3, Reason::NearThreshold)];
        assert_eq!(order(&made), expected, "however sure the merge is by itself");
    }

    fn unweighed(left: u32, right: u32, kept: Kept) -> Refusal {
        let pair_weight = Settings::default().threshold_weight() + 9.0;
        Refusal { left, right, pair_weight, merge_weight: None, against: 0.0, penalty: 0.0, kept }
    }

    #[test]
    fn what_a_judgement_keeps_apart_is_worth_nothing_and_what_is_only_attached_counts_by_itself() {
        let threshold = Settings::default().threshold_weight();
        let worth = |kept: Kept| {
            let edges = vec![edge(0, 2, threshold + 20.0), edge(1, 2, threshold + 2.0)];
            let (records, matched) = made(&[0, 1, 0], &[2], edges, vec![unweighed(1, 2, kept)]);
            let (found, _) = waiting(&records, &matched, &InForce::default(), &[vec![true; 2], vec![true; 2]]).unwrap();
            assert_eq!((found.len(), found[0].left, found[0].right), (1, 1, 2));
            assert_eq!(found[0].reason, Reason::NearThreshold);
            found[0].worth
        };
        assert_eq!(worth(Kept::Judged), 0.0);
        let own = chance(f64::from((threshold + 2.0) as f32), threshold);
        assert!((worth(Kept::Attached) - own).abs() < 1e-9);
    }

    #[test]
    fn who_fits_two_alike_is_the_first_question_and_has_no_parts_of_a_merge() {
        let threshold = Settings::default().threshold_weight();
        let edges = vec![edge(0, 2, threshold + 12.0), edge(1, 2, threshold + 12.0), edge(3, 4, threshold - 1.0)];
        let fits = |left: u32, ahead: f64| Refusal {
            merge_weight: Some(threshold + 12.0),
            ..unweighed(left, 2, Kept::OthersFit { ahead })
        };
        let (records, matched) = made(&[0, 1, 2, 3, 4], &[2], edges, vec![fits(0, 0.0), fits(1, 2.0)]);
        let (found, _) = waiting(&records, &matched, &InForce::default(), &[vec![true; 2], vec![true; 2]]).unwrap();
        let first = &found[0];
        assert_eq!((first.left, first.right, first.reason), (0, 2, Reason::OthersFit));
        assert_eq!((first.worth, first.merge_weight, first.against), (0.5, None, None));
        assert_eq!(found[1].reason, Reason::NearThreshold);
        assert!((found[2].worth - chance(threshold + 2.0, threshold)).abs() < 1e-12);
    }

    #[test]
    fn a_person_that_hangs_on_one_link_is_listed_by_it_and_what_is_attached_counts_for_nothing() {
        let threshold = Settings::default().threshold_weight();
        let edges = vec![
            edge(0, 1, threshold + 20.0),
            edge(1, 2, threshold + 6.0),
            edge(2, 3, threshold + 20.0),
            // Far more links of what is attached, which hold nobody together.
            edge(0, 4, threshold + 20.0),
            edge(2, 4, threshold + 20.0),
        ];
        let with = made(&[0, 0, 0, 0, 0], &[4], edges.clone(), Vec::new());
        let without = made(&[0, 0, 0, 0], &[], edges[..3].to_vec(), Vec::new());
        assert_eq!(order(&with), [(1, 2, Reason::WeakLink)]);
        assert_eq!(order(&without), order(&with));
        let reach = [vec![true; 2], vec![true; 2]];
        let worth = |made: &(Records, Matched)| waiting(&made.0, &made.1, &InForce::default(), &reach).unwrap().0;
        assert_eq!(worth(&with), worth(&without));
        assert!(worth(&with)[0].worth > 0.0);
    }

    fn shared(left: u32, right: u32, weight: Option<f64>) -> SharedIdentifier {
        SharedIdentifier { left, right, weight }
    }

    #[test]
    fn persons_that_share_an_identifier_wait_unless_the_two_are_asked_of_already() {
        let threshold = Settings::default().threshold_weight();
        let edges = vec![edge(0, 1, threshold + 9.0), edge(2, 3, threshold - 3.0), edge(3, 5, threshold - 6.0)];
        let refused =
            Refusal { merge_weight: Some(threshold - 2.0), against: -11.0, ..unweighed(0, 1, Kept::Outweighed) };
        let mut made = made(&[0, 1, 2, 3, 4, 5], &[], edges, vec![refused]);
        let without = order(&made);
        made.1.conflicts.shared = vec![
            shared(0, 1, Some(threshold + 9.0)),
            shared(2, 3, Some(threshold - 3.0)),
            shared(2, 4, None),
            shared(3, 5, Some(threshold - 6.0)),
        ];
        let found = order(&made);
        let of = |left: u32, right: u32| found.iter().filter(|pair| (pair.0, pair.1) == (left, right)).count();
        assert_eq!([of(0, 1), of(2, 3), of(2, 4), of(3, 5)], [1; 4], "each pair once: {found:?}");
        assert_eq!(found[0], (0, 1, Reason::KeptApart));
        assert_eq!(found[1], (2, 3, Reason::NearThreshold), "that it waits must not tell what it shares");
        assert_eq!(found.len(), 4, "{found:?}");
        let of_others: Vec<_> = found.into_iter().filter(|pair| pair.2 != Reason::SharedIdentifier).collect();
        assert_eq!(of_others, without, "what waits for something else does as if nothing were shared");
    }

    #[test]
    fn where_the_identifier_is_not_shown_the_list_is_that_of_records_that_share_none() {
        let threshold = Settings::default().threshold_weight();
        let list = |identifiers: [&str; 4], is_shown: bool| {
            let edges = vec![edge(0, 1, threshold - 3.0), edge(1, 2, threshold - 7.0)];
            let (records, mut matched) = made(&[0, 1, 2, 3], &[], edges, Vec::new());
            let settings = Settings {
                comparisons: vec![Comparison::new("ssn", Kind::Identifier)],
                blocks: vec![Block::on(["ssn"]).unwrap()],
                ..Settings::default()
            };
            let column: ArrayRef = Arc::new(StringArray::from(identifiers.to_vec()));
            let data = Dataset::new(&settings, &RecordBatch::try_from_iter([("ssn", column)]).unwrap()).unwrap();
            let told = |_, _| is_shown;
            matched.conflicts = matching::conflicts(&data, &matched.predictions, &matched.clustering, told).unwrap();
            waiting(&records, &matched, &InForce::default(), &[vec![true; 2], vec![true; 2]]).unwrap()
        };
        let (one, each) = (["111111111"; 4], ["111111111", "222222222", "333333333", "444444444"]);
        let (shown, _) = list(one, true);
        assert_eq!(shown.iter().filter(|pair| pair.reason == Reason::SharedIdentifier).count(), 5, "{shown:?}");
        assert_eq!(list(one, false), list(each, true));
        assert_eq!(list(one, false).0.len(), 1);
    }

    #[test]
    fn those_that_share_an_identifier_are_bounded_and_what_is_judged_takes_no_place_of_others() {
        let threshold = Settings::default().threshold_weight();
        let clusters: Vec<u32> = (0..50).collect();
        let mut made = made(&clusters, &[], Vec::new(), Vec::new());
        let pairs = (0..50_u32).flat_map(|left| (left + 1..50).map(move |right| (left, right)));
        let weight = |(left, right): (u32, u32)| match (left, right) {
            (20, 21) => Some(threshold - 5.0),
            // Far from the threshold: the last of all.
            (48, 49) => Some(threshold + 90.0),
            _ => None,
        };
        made.1.conflicts.shared = pairs.map(|pair| shared(pair.0, pair.1, weight(pair))).collect();
        let reach = vec![vec![true; 2]; 2];
        let (found, left_out) = waiting(&made.0, &made.1, &InForce::default(), &reach).unwrap();
        assert_eq!((found.len(), left_out), (SHARED_MAX, 225), "of 1,225");
        let is_first = |pair: &Waiting| (pair.left, pair.right, pair.reason) == (20, 21, Reason::SharedIdentifier);
        assert!(is_first(&found[0]), "{:?}", found[0]);

        // Stewards have looked at all but a few.
        let mut in_force = InForce::default();
        for (left, right) in (0..50_u32).flat_map(|left| (left + 1..50).map(move |right| (left, right))) {
            if left < 45 && (left, right) != (20, 21) {
                let verdict = if left < 20 { Verdict::CannotSay } else { Verdict::Different };
                in_force.follow(made.0.id(left), made.0.id(right), verdict, "steward");
            }
        }
        let (found, left_out) = waiting(&made.0, &made.1, &in_force, &reach).unwrap();
        assert_eq!((found.len(), left_out), (11, 0), "the two and the pairs of five: {found:?}");
        assert!(is_first(&found[0]) && found.iter().any(|pair| (pair.left, pair.right) == (48, 49)), "{found:?}");
        // What a person disputes since waits for a steward again.
        in_force.follow(made.0.id(0), made.0.id(1), Verdict::Disputed, "citizen");
        assert_eq!(waiting(&made.0, &made.1, &in_force, &reach).unwrap().0.len(), 12);
    }

    #[test]
    fn persons_whom_a_judgement_keeps_apart_are_not_asked_of_by_what_others_of_theirs_share() {
        let mut made = made(&[0, 0, 1, 1, 2], &[], Vec::new(), Vec::new());
        made.1.conflicts.shared = vec![shared(0, 2, None), shared(0, 4, None)];
        let of = |made: &(Records, Matched), in_force: &InForce| {
            let (found, left_out) = waiting(&made.0, &made.1, in_force, &[vec![true; 2], vec![true; 2]]).unwrap();
            assert_eq!(left_out, 0);
            found.iter().map(|pair| (pair.left, pair.right)).collect::<Vec<_>>()
        };
        assert_eq!(of(&made, &InForce::default()).len(), 2);
        let mut in_force = InForce::default();
        in_force.follow(made.0.id(1), made.0.id(3), Verdict::Different, "steward");
        assert_eq!(of(&made, &in_force), [(0, 4)]);
    }
}
