//! The kept pairs by record.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::pool::room;
use crate::predict::Edge;

/// How many pairs are worth being added by several threads.
const MANY: usize = 1_000;

/// A kept pair as one of its records sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    pub(super) other: u32,
    pub(super) weight: f32,
    pub(super) rule: u8,
}

/// The kept pairs of every record: those of the beginning in one array, those of records that changed since apart.
pub(super) struct Edges {
    /// Where the pairs of each record of the beginning end.
    ends: Vec<usize>,
    near: Vec<Near>,
    changed: HashMap<u32, Vec<Near>>,
}

impl Edges {
    pub(super) fn new(records: usize, edges: &[Edge]) -> Self {
        let mut ends = vec![0_usize; records + 1];
        for edge in edges {
            ends[edge.left as usize + 1] += 1;
            ends[edge.right as usize + 1] += 1;
        }
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let mut free = ends.clone();
        let mut near = vec![Near { other: 0, weight: 0.0, rule: 0 }; 2 * edges.len()];
        for Edge { left, right, weight, rule } in edges.iter().copied() {
            for (record, other) in [(left, right), (right, left)] {
                let place = &mut free[record as usize];
                near[*place] = Near { other, weight, rule };
                *place += 1;
            }
        }
        ends.remove(0);
        Self { ends, near, changed: HashMap::with_capacity(room(records)) }
    }

    pub(super) fn of(&self, record: u32) -> &[Near] {
        if let Some(changed) = self.changed.get(&record) {
            return changed;
        }
        let at = record as usize;
        let Some(end) = self.ends.get(at) else { return &[] };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.near[start..*end]
    }

    fn edit(&mut self, record: u32) -> &mut Vec<Near> {
        if !self.changed.contains_key(&record) {
            let near = self.of(record).to_vec();
            self.changed.insert(record, near);
        }
        self.changed.entry(record).or_default()
    }

    /// Removes all pairs of a record.
    pub(super) fn clear(&mut self, record: u32) {
        if self.of(record).is_empty() {
            return;
        }
        for Near { other, .. } in std::mem::take(self.edit(record)) {
            self.edit(other).retain(|near| near.other != record);
        }
    }

    /// Adds pairs that are not there, each given as one of its records sees it; those of a record follow one another.
    pub(super) fn add(&mut self, found: &[(u32, Near)]) {
        let other_side = |(record, near): &(u32, Near)| (near.other, Near { other: *record, ..*near });
        if found.len() < MANY {
            for (record, near) in found.iter().flat_map(|one| [*one, other_side(one)]) {
                self.edit(record).push(near);
            }
            return;
        }
        self.add_runs(found);
        let mut others: Vec<(u32, Near)> = found.par_iter().map(other_side).collect();
        others.par_sort_unstable_by_key(|(record, near)| (*record, near.other));
        self.add_runs(&others);
    }

    /// Adds what many records have from now on: it is put together side by side, and only entering it takes one after the other.
    fn add_runs(&mut self, sides: &[(u32, Near)]) {
        let of_records: Vec<&[(u32, Near)]> = sides.chunk_by(|(one, _), (other, _)| one == other).collect();
        let changed: Vec<(u32, Vec<Near>)> = of_records
            .into_par_iter()
            .filter_map(|some| {
                let (record, _) = some.first()?;
                let before = self.of(*record);
                let mut all = Vec::with_capacity(before.len() + some.len());
                all.extend_from_slice(before);
                all.extend(some.iter().map(|(_, near)| *near));
                Some((*record, all))
            })
            .collect();
        self.changed.reserve(changed.len());
        self.changed.extend(changed);
    }
}
