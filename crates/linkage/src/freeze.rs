//! Records that the person whom they were linked to disputes: held where they are, and asked nothing.
//!
//! While somebody contests that a record is about them, its processing is restricted (art. 18 GDPR): it is kept with its
//! person, and it decides nothing. So a run of `link`
//!
//! 1. clusters all other records as if a contested one were not there: it speaks neither for a merge nor against one;
//! 2. puts each contested record to the record that ties it to the person, wherever that one is now;
//! 3. puts back whom the contested record alone held: a cluster that shares a pair at the threshold with it, and of which
//!    every base record was of the same person when it was contested. No other base record comes to a person through a
//!    contested one. A record of an attached register that without the contested one would be nobody's stays with that one,
//!    where it would be with it if nobody contested: it decides nothing, and follows what it is attached by. One that is
//!    contested itself holds nobody.
//!
//! Whose base records those were is told beside the dispute itself, not by an earlier run: so clusters are a function of the
//! records that are there and of what was judged and disputed, and a record that is erased leaves nothing in them. Which
//! attached registers somebody was in is not told there: what is told is never erased.
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
    /// By contested record: the base records that were of its person when it was contested.
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
        let disputes = in_force
            .disputes
            .iter()
            .flat_map(|(pair, of_pair)| of_pair.iter().enumerate().map(move |(at, records)| (pair, at == 0, records)));
        // Of a pair both records may be contested: each is held, and the pair counts once.
        for (pair, is_first, (contested, tied)) in disputes {
            let (Some(record), Some(to)) = (records.find_id(contested), records.find_id(tied)) else {
                counts.waiting += u64::from(is_first);
                continue;
            };
            counts.disputed += u64::from(is_first);
            let judged = in_force.judged(pair);
            // Stewards judged before that they are two: then there is nothing to hold.
            if judged != Some(Verdict::Different) {
                frozen.holds.push((record, to));
            }
            if judged == Some(Verdict::Same) && is_first {
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
    let alone = held_alone(data, predictions, frozen, &clustering.labels);
    let (attached, bases): (Vec<_>, Vec<_>) = alone.into_iter().partition(|(_, other)| data.is_attached(*other));
    for (record, other) in bases {
        clusters.join(record, other);
    }
    if !attached.is_empty() {
        let uncontested = matching::cluster(data, model, predictions, &frozen.all_of(judgements.clone()))?.labels;
        for (record, other) in following(&attached, &clustering.labels, &uncontested) {
            clusters.bring(other, record);
        }
    }
    let labels = clusters.labels();
    clustering.relabel(data, predictions, labels)?;
    Ok(clustering)
}

/// Gives the contested records and those that a contested one alone held, which are to stay together: base records that were of
/// the same person, and attached ones that are at nobody without it.
fn held_alone(data: &Dataset, predictions: &Predictions, frozen: &Frozen, labels: &[u32]) -> Vec<(u32, u32)> {
    let threshold = data.settings().threshold_weight();
    let mut pairs: Vec<(f32, u32, u32)> = Vec::new();
    for edge in predictions.edges.iter().filter(|edge| f64::from(edge.weight) >= threshold) {
        for (record, other) in [(edge.left, edge.right), (edge.right, edge.left)] {
            let Some(before) = frozen.before.get(&record).filter(|_| !frozen.has(other)) else { continue };
            let may_stay = if data.is_attached(other) { !data.is_attached(record) } else { before.contains(&other) };
            if may_stay {
                pairs.push((edge.weight, record, other));
            }
        }
    }
    // A cluster that holds anyone else would bring them in. What is attached to one of its records comes along.
    let wanted: BTreeSet<u32> = pairs.iter().map(|(_, _, other)| labels[*other as usize]).collect();
    let mut bases: HashMap<u32, Vec<u32>> = HashMap::new();
    for (record, label) in (0_u32..).zip(labels).filter(|(_, label)| wanted.contains(*label)) {
        if !data.is_attached(record) {
            bases.entry(*label).or_default().push(record);
        }
    }
    pairs.retain(|(_, record, other)| {
        let of_cluster = bases.get(&labels[*other as usize]);
        if data.is_attached(*other) {
            return of_cluster.is_none();
        }
        let before = frozen.before.get(record);
        of_cluster.zip(before).is_some_and(|(bases, before)| bases.iter().all(|base| before.contains(base)))
    });
    pairs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    pairs.into_iter().map(|(_, record, other)| (record, other)).collect()
}

/// Gives the contested records and what follows each of `attached`: what would be with it if nobody contested, by the labels
/// `uncontested`, and no record that another person fits about as well, or that is kept apart. What a judgement holds together
/// with one that follows would be there too.
fn following(attached: &[(u32, u32)], labels: &[u32], uncontested: &[u32]) -> Vec<(u32, u32)> {
    let mut found = Vec::with_capacity(attached.len());
    for (record, other) in attached {
        let is_with = |member: u32| uncontested[member as usize] == uncontested[*record as usize];
        if is_with(*other) {
            let left_over = (0_u32..).zip(labels).filter(|(_, label)| **label == labels[*other as usize]);
            found.extend(left_over.filter(|(member, _)| is_with(*member)).map(|(member, _)| (*record, member)));
        }
    }
    found
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

    /// Puts an attached record that is at nobody to another, without those that it was left over with.
    fn bring(&mut self, record: u32, to: u32) {
        let mut others = self.members(self.labels[record as usize]);
        if others.iter().any(|member| !self.data.is_attached(*member)) {
            return;
        }
        others.retain(|member| *member != record);
        if let Some(first) = others.first().copied() {
            for other in others {
                self.labels[other as usize] = first;
            }
        }
        self.labels[record as usize] = record;
        self.join(to, record);
    }

    fn labels(self) -> Vec<u32> {
        self.labels
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use matching::{Block, Comparison, Kind, Settings, Silent};

    use super::*;

    /// Gives the clusters of records, each `[source, id, name, birth date]`, of which the first is contested and held beside the
    /// second; `before` are the base records that were of their person. The source `broker` is attached.
    fn held(rows: &[[&str; 4]], before: &[u32]) -> Vec<u32> {
        let settings = Settings {
            comparisons: vec![Comparison::new("name", Kind::FamilyName), Comparison::new("birth", Kind::Date)],
            blocks: vec![Block::on(["birth"]).unwrap()],
            source: Some("source".to_owned()),
            id: Some("id".to_owned()),
            prior: Some(0.01),
            attach_only: BTreeSet::from(["broker".to_owned()]),
            ..Settings::default()
        };
        let column = |at: usize| Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[at]))) as ArrayRef;
        let names = ["source", "id", "name", "birth"];
        let columns = names.into_iter().enumerate().map(|(at, name)| (name, column(at)));
        let data = Dataset::new(&settings, &RecordBatch::try_from_iter(columns).unwrap()).unwrap();
        let model = Model::presumed(data.settings());
        let predictions = matching::predict(&data, &model, &Silent).unwrap();
        let before = HashMap::from([(0, before.iter().copied().collect())]);
        let frozen = Frozen { holds: vec![(0, 1)], judged: Vec::new(), before };
        cluster(&data, &model, &predictions, &Judgements::default(), &frozen).unwrap().labels
    }

    #[test]
    fn a_base_record_that_is_listed_comes_back_with_what_is_attached_to_it() {
        let rows = [
            ["tax", "t", "brennan", "1990-05-01"],
            ["census", "c", "quillfeather", "1961-11-23"],
            ["tax", "n", "brennan", "1990-05-01"],
            ["broker", "b", "brennan", "1990-05-01"],
        ];
        assert_eq!(held(&rows, &[0, 1, 2]), [0, 0, 0, 0], "the attached record is in no list");
        assert_eq!(held(&rows, &[0, 1]), [0, 0, 2, 2], "who was not of the person comes through nobody");
        assert_eq!(held(&rows, &[0]), [0, 0, 2, 2]);
    }

    #[test]
    fn an_attached_record_that_is_at_nobody_else_stays_with_the_contested_one() {
        let rows = [
            ["tax", "t", "brennan", "1990-05-01"],
            ["census", "c", "quillfeather", "1961-11-23"],
            ["broker", "b", "brennan", "1990-05-01"],
            ["broker", "other", "okafor", "1990-05-01"],
        ];
        assert_eq!(held(&rows, &[0, 1]), [0, 0, 0, 3]);
    }

    #[test]
    fn a_contested_record_that_is_attached_holds_itself_alone() {
        let rows = [
            ["broker", "b", "brennan", "1990-05-01"],
            ["census", "c", "quillfeather", "1961-11-23"],
            ["broker", "again", "brennan", "1990-05-01"],
        ];
        assert_eq!(held(&rows, &[0]), [0, 0, 2]);
    }

    #[test]
    fn what_follows_leaves_those_behind_with_whom_it_was_left_over() {
        // Records 3, 4 and 5 were left over together; 3 and 5 would be with the contested 0 if nobody contested.
        let (labels, uncontested) = ([0, 1, 2, 3, 3, 3], [0, 1, 2, 0, 4, 0]);
        assert_eq!(following(&[(0, 3)], &labels, &uncontested), [(0, 3), (0, 5)]);
        assert!(following(&[(0, 4)], &labels, &uncontested).is_empty());
    }
}
