//! The kept pairs by record.

use hashbrown::HashMap;

use crate::predict::Edge;

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
        Self { ends, near, changed: HashMap::new() }
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
        for Near { other, .. } in std::mem::take(self.edit(record)) {
            self.edit(other).retain(|near| near.other != record);
        }
    }

    /// Adds a pair that is not there.
    pub(super) fn add(&mut self, edge: Edge) {
        let Edge { left, right, weight, rule } = edge;
        self.edit(left).push(Near { other: right, weight, rule });
        self.edit(right).push(Near { other: left, weight, rule });
    }
}
