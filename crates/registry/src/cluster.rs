//! The records of a pair's persons and the links that hold them together, for a data steward.

use std::collections::{HashMap, HashSet};

use gate::{Disclosed, Grant, Permit};
use model::{RecordId, RegisterId};

use crate::error::RegistryError;
use crate::index::Index;
use crate::review::reviewed;

/// The most records of the picture; of more, those with the weakest links.
const RECORDS_MAX: usize = 24;

/// The most links that are listed at once.
pub const LINKS_MAX: u64 = 24;

/// The persons of a pair, as far as the purpose reaches: their records, and for each the link to the record that it agrees
/// with most.
pub struct Cluster {
    /// The records, those of the pair first, then the others of the picture, then those that only a listed link has.
    pub records: Vec<ClusterRecord>,
    /// How many of them the picture has.
    pub pictured: usize,
    /// The links between the records of the picture, the weakest first.
    pub edges: Vec<ClusterEdge>,
    /// A page of all links, the weakest first: [`LINKS_MAX`] at most.
    pub listed: Vec<ClusterEdge>,
    /// How many weaker links come before those that are listed.
    pub listed_from: u64,
    /// How many links there are.
    pub link_count: u64,
    /// How many records the picture leaves out: their links are stronger.
    pub left_out: u64,
}

/// A record of one of the persons.
pub struct ClusterRecord {
    /// Its id. It stays inside.
    pub id: RecordId,
    /// Whether it is of the person of the pair's right record, and not of the left one's.
    pub is_right: bool,
    /// What the purpose discloses of it.
    pub shown: Option<Disclosed>,
}

/// A link between two records of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterEdge {
    /// Its number among the links of the pair's persons, in this generation of the index.
    pub number: u64,
    /// The places of its records in the list; that of the smaller id first.
    pub records: (usize, usize),
    /// Log2 of the odds that the two are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Whether a steward judged that the two are of one person: then they are, whatever the weight.
    pub judged: bool,
    /// How many records would stand apart on its two sides, the first record's side first, by the strongest links alone;
    /// none when others hold them together.
    pub apart: Option<(u64, u64)>,
}

/// A link before it has records with places.
struct Edge {
    left: RecordId,
    right: RecordId,
    weight: f64,
    probability: f64,
    judged: bool,
}

/// The persons of a pair.
struct Persons {
    /// All records within reach, each with whether it is of the right record's person alone.
    records: Vec<(RecordId, bool)>,
    /// In order of their ids: the place of each is its number.
    edges: Vec<Edge>,
}

impl Index {
    /// Gives the records of the link `number` of a pair's persons, the smaller id first; none when there is no such link
    /// within reach. They stay inside.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn cluster_edge(
        &self,
        permit: &Permit,
        (left, right): (&RecordId, &RecordId),
        number: u64,
    ) -> Result<Option<(RecordId, RecordId)>, RegistryError> {
        let persons = self.persons_of_pair(reviewed(permit), left, right)?;
        let edge = usize::try_from(number).ok().and_then(|number| persons.edges.into_iter().nth(number));
        Ok(edge.map(|edge| (edge.left, edge.right)))
    }

    /// Gives the cluster of a pair that a grant is about, with its links from the weakest but `listed_from` on; from the
    /// weakest on where there are not so many.
    pub(crate) fn cluster(
        &self,
        grant: &Grant,
        (left, right): (&RecordId, &RecordId),
        listed_from: u64,
    ) -> Result<Cluster, RegistryError> {
        let Persons { records: all, edges } = self.persons_of_pair(grant.registers(), left, right)?;
        let places: HashMap<&RecordId, usize> = all.iter().enumerate().map(|(at, (id, _))| (id, at)).collect();
        let ends = |edge: &Edge| Some((*places.get(&edge.left)?, *places.get(&edge.right)?));
        let lines: Vec<(usize, usize)> = edges.iter().filter_map(ends).collect();
        let mut weakest: Vec<usize> = (0..lines.len()).collect();
        weakest.sort_by(|one, other| edges[*one].weight.total_cmp(&edges[*other].weight));

        let mut shown: Vec<usize> = [left, right].iter().filter_map(|id| places.get(id).copied()).collect();
        shown.dedup();
        let by_weakness = weakest.iter().flat_map(|edge| [lines[*edge].0, lines[*edge].1]);
        for place in by_weakness.chain(0..all.len()) {
            if shown.len() < RECORDS_MAX && !shown.contains(&place) {
                shown.push(place);
            }
        }
        let pictured = shown.len();
        let in_picture = |edge: &&usize| [lines[**edge].0, lines[**edge].1].iter().all(|end| shown.contains(end));
        let drawn: Vec<usize> = weakest.iter().filter(in_picture).copied().collect();
        let link_count = weakest.len() as u64;
        let listed_from = if listed_from < link_count { listed_from } else { 0 };
        let listed = weakest.iter().skip(listed_from as usize).take(LINKS_MAX as usize);
        let listed: Vec<usize> = listed.copied().collect();
        for place in listed.iter().flat_map(|edge| [lines[*edge].0, lines[*edge].1]) {
            if !shown.contains(&place) {
                shown.push(place);
            }
        }
        let place_of = |record: usize| shown.iter().position(|place| *place == record);
        let edge = |at: &usize| {
            let (from, to) = lines[*at];
            Some(ClusterEdge {
                number: *at as u64,
                records: (place_of(from)?, place_of(to)?),
                weight: edges[*at].weight,
                probability: edges[*at].probability,
                judged: edges[*at].judged,
                apart: apart(all.len(), &lines, *at),
            })
        };
        let edges = drawn.iter().filter_map(edge).collect();
        let listed = listed.iter().filter_map(edge).collect();
        let ids: Vec<RecordId> = shown.iter().map(|place| all[*place].0.clone()).collect();
        let disclosed = self.disclosed_persons(grant, &ids)?;
        let record = |(place, id): (&usize, RecordId)| {
            let shown = disclosed.get(&id).cloned();
            ClusterRecord { is_right: all[*place].1, shown, id }
        };
        let records: Vec<ClusterRecord> = shown.iter().zip(ids).map(record).collect();
        let left_out = (all.len() - pictured) as u64;
        Ok(Cluster { records, pictured, edges, listed, listed_from, link_count, left_out })
    }

    /// Gives the records within `registers` of the persons of two records, and their links.
    fn persons_of_pair(
        &self,
        registers: &[RegisterId],
        left: &RecordId,
        right: &RecordId,
    ) -> Result<Persons, RegistryError> {
        let mut persons = Vec::new();
        for (record, is_right) in [(left, false), (right, true)] {
            let Some(place) = self.place(record) else { continue };
            let Some(person) = self.person_of(place)? else { continue };
            if !persons.iter().any(|(known, _)| *known == person) {
                persons.push((person, is_right));
            }
        }
        let is_within = |record: &RecordId| registers.contains(&record.register);
        let (mut records, mut edges) = (Vec::new(), Vec::<Edge>::new());
        for (person, is_right) in persons {
            for link in self.links_of(person)? {
                let record = self.record_id(link.place)?;
                if !is_within(&record) {
                    continue;
                }
                if let Some(via) = link.via {
                    let via = self.record_id(via)?;
                    if is_within(&via) {
                        let (weight, probability, judged) = (link.weight, link.probability, link.is_judged);
                        let (left, right) = if record < via { (record.clone(), via) } else { (via, record.clone()) };
                        edges.push(Edge { left, right, weight, probability, judged });
                    }
                }
                records.push((record, is_right));
            }
        }
        let known: HashSet<&RecordId> = records.iter().map(|(id, _)| id).collect();
        edges.retain(|edge| known.contains(&edge.left) && known.contains(&edge.right));
        edges.sort_by(|one, other| (&one.left, &one.right).cmp(&(&other.left, &other.right)));
        // Two records may agree most with each other.
        edges.dedup_by(|one, other| {
            let are_same = (&one.left, &one.right) == (&other.left, &other.right);
            other.judged |= are_same && one.judged;
            are_same
        });
        Ok(Persons { records, edges })
    }
}

/// Gives how many of `count` records stand on the two sides of the line `cut` without it; none when others join them.
fn apart(count: usize, lines: &[(usize, usize)], cut: usize) -> Option<(u64, u64)> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (_, (one, other)) in lines.iter().enumerate().filter(|(line, _)| *line != cut) {
        near[*one].push(*other);
        near[*other].push(*one);
    }
    let side = |from: usize| -> Vec<bool> {
        let mut reached = vec![false; count];
        let mut next = vec![from];
        while let Some(at) = next.pop() {
            if std::mem::replace(&mut reached[at], true) {
                continue;
            }
            next.extend(&near[at]);
        }
        reached
    };
    let (one, other) = lines[cut];
    let here = side(one);
    if here[other] {
        return None;
    }
    let size = |side: &[bool]| side.iter().filter(|is_reached| **is_reached).count() as u64;
    Some((size(&here), size(&side(other))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_cut_leaves_two_sides() {
        // 0 – 1 – 2, and 2 – 3.
        let lines = [(0, 1), (1, 2), (2, 3)];
        assert_eq!(apart(4, &lines, 0), Some((1, 3)));
        assert_eq!(apart(4, &lines, 1), Some((2, 2)));
        assert_eq!(apart(5, &lines, 2), Some((3, 1)), "what hangs on nothing is on no side");
    }

    #[test]
    fn where_others_hold_them_together_nothing_stands_apart() {
        let lines = [(0, 1), (1, 2), (0, 2)];
        for cut in 0..3 {
            assert_eq!(apart(3, &lines, cut), None);
        }
    }
}
