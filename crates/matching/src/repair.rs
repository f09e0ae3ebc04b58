//! Repair of over-merged clusters: what was merged is weighed once more as it stands.

use crate::cluster::Run;
use crate::merge::Group;
use crate::predict::Edge;
use crate::score::Memory;
use crate::tree::Tree;

/// Links that weigh more than the threshold by this, in bits, are not doubted: what the two sides may hold against each other
/// later is less in all but the strangest clusters, and most links are stronger.
const DOUBTED_BITS: f64 = 16.0;

impl Run<'_> {
    /// Splits a group of three records or more where it is more than one person, and adds what it comes to.
    ///
    /// A merge is weighed when it is made. Later ones bring in records that neither side had: a second one of a source that has
    /// one for each person, or a value that the sides do not share. So each link that holds the group together is taken
    /// away once, and everything on its one side weighed against everything on the other, as for a merge. Where that is below
    /// the threshold the group is split, at the link of which it is least, and both sides are looked at again. Records
    /// that a judgement holds together, which `unit` names alike, stay so.
    ///
    /// `edges` are the kept pairs within the group. Returns whether it was split.
    pub(crate) fn repair(
        &self,
        group: Group,
        edges: Vec<Edge>,
        unit: &impl Fn(u32) -> u32,
        memory: &mut Memory,
        into: &mut Vec<Group>,
    ) -> bool {
        let (mut waiting, mut is_split) = (vec![(group, edges)], false);
        while let Some((group, edges)) = waiting.pop() {
            match self.split(&group, edges, unit, memory) {
                Some(sides) => {
                    is_split = true;
                    waiting.extend(sides);
                }
                None => into.push(group),
            }
        }
        is_split
    }

    fn split(
        &self,
        group: &Group,
        mut edges: Vec<Edge>,
        unit: &impl Fn(u32) -> u32,
        memory: &mut Memory,
    ) -> Option<[(Group, Vec<Edge>); 2]> {
        let doubted = (self.threshold + DOUBTED_BITS) as f32;
        if group.members.len() < 3 || edges.iter().all(|edge| edge.weight > doubted) {
            return None;
        }
        let mut members = group.members.clone();
        members.sort_unstable();
        let tree = Tree::of(self.data, members, &mut edges, unit)?;
        let mut least: Option<(f64, [Group; 2])> = None;
        for (at, _) in tree.links().iter().enumerate().filter(|(_, link)| link.weight <= doubted) {
            let is_left = tree.sides(at);
            let side = |wanted: bool| {
                let here = tree.members().iter().zip(&is_left).filter(|(_, is_left)| **is_left == wanted);
                Group::new(self.data, here.map(|(record, _)| *record).collect())
            };
            let sides = [side(true), side(false)];
            let weight = self.evidence.weigh(&sides[0], &sides[1], memory);
            if weight < self.threshold && least.as_ref().is_none_or(|(least, _)| weight < *least) {
                least = Some((weight, sides));
            }
        }
        let (_, sides) = least?;
        Some(sides.map(|side| {
            let has = |record: u32| side.members.contains(&record);
            let within = edges.iter().filter(|edge| has(edge.left) && has(edge.right)).copied().collect();
            (side, within)
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};

    use super::*;
    use crate::cluster::Judgements;
    use crate::dataset::Dataset;
    use crate::model::Model;
    use crate::score::Scorer;
    use crate::settings::{Block, Comparison, Kind, Settings};

    /// Three people of whom nothing is alike, two records each of the first two. By what is presumed, two records of one weigh
    /// far above the threshold, and those of two far below it.
    const RECORDS: [[&str; 5]; 5] = [
        ["a1", "Hannah", "Brennan", "1990-05-01", "111111111"],
        ["a2", "Hannah", "Brennan", "1990-05-01", "111111111"],
        ["b1", "Owen", "Castello", "1947-11-23", "222222222"],
        ["b2", "Owen", "Castello", "1947-11-23", "222222222"],
        ["c1", "Miriam", "Lindqvist", "1971-08-20", "333333333"],
    ];

    /// Puts the first records into one group with these pairs `(left, right, weight)`, repairs it, and gives whether it was split and
    /// what it comes to. Records of one `unit` are held together by a judgement.
    fn repaired(members: u32, pairs: &[(u32, u32, f32)], unit: impl Fn(u32) -> u32) -> (bool, Vec<Vec<u32>>) {
        let settings = Settings {
            comparisons: vec![
                Comparison::new("given", Kind::GivenName),
                Comparison::new("family", Kind::FamilyName),
                Comparison::new("birth", Kind::Date),
                Comparison::new("ssn", Kind::Identifier),
            ],
            blocks: vec![Block::on(["ssn"]).unwrap()],
            id: Some("id".to_owned()),
            prior: Some(1e-4),
            ..Settings::default()
        };
        let columns = ["id", "given", "family", "birth", "ssn"].into_iter().enumerate().map(|(at, name)| {
            let values = RECORDS.iter().map(|record| record[at]);
            (name, Arc::new(StringArray::from_iter_values(values)) as ArrayRef)
        });
        let data = Dataset::new(&settings, &RecordBatch::try_from_iter(columns).unwrap()).unwrap();
        let model = Model::presumed(&settings);
        let scorer = Scorer::new(&data, &model).unwrap();
        let run = Run::new(&scorer, &Judgements::default());
        let edges =
            pairs.iter().map(|(left, right, weight)| Edge { left: *left, right: *right, weight: *weight, rule: 0 });
        let mut into = Vec::new();
        let group = Group::new(&data, (0..members).collect());
        let is_split = run.repair(group, edges.collect(), &unit, &mut Memory::new(&data), &mut into);
        let mut found: Vec<Vec<u32>> = into.into_iter().map(|group| group.members).collect();
        found.iter_mut().for_each(|members| members.sort_unstable());
        found.sort_unstable();
        (is_split, found)
    }

    const TWO: [(u32, u32, f32); 3] = [(0, 1, 30.0), (1, 2, 9.0), (2, 3, 28.0)];

    #[test]
    fn a_group_of_two_persons_is_split_at_the_link_that_its_sides_do_not_bear() {
        let (is_split, found) = repaired(4, &TWO, |record| record);
        assert!(is_split);
        assert_eq!(found, [[0, 1], [2, 3]]);
    }

    #[test]
    fn both_sides_are_looked_at_again() {
        let three = [TWO.as_slice(), &[(3, 4, 8.0)]].concat();
        let (is_split, found) = repaired(5, &three, |record| record);
        assert!(is_split);
        assert_eq!(found, [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn one_person_a_strong_link_and_what_a_judgement_holds_stay() {
        assert_eq!(
            repaired(2, &TWO[..1], |record| record),
            (false, vec![vec![0, 1]]),
            "of two records none is between"
        );
        let strong = [(0, 1, 30.0), (1, 2, 25.0), (2, 3, 28.0)];
        assert_eq!(
            repaired(4, &strong, |record| record),
            (false, vec![vec![0, 1, 2, 3]]),
            "links so strong are not doubted"
        );
        let held = |record: u32| if record == 2 { 1 } else { record };
        assert_eq!(repaired(4, &TWO, held), (false, vec![vec![0, 1, 2, 3]]), "a judgement holds both together");
    }
}
