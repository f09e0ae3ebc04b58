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
    /// `edges` are the kept pairs within the group.
    pub(crate) fn repair(
        &self,
        group: Group,
        edges: Vec<Edge>,
        unit: &impl Fn(u32) -> u32,
        memory: &mut Memory,
        into: &mut Vec<Group>,
    ) {
        let mut waiting = vec![(group, edges)];
        while let Some((group, edges)) = waiting.pop() {
            match self.split(&group, edges, unit, memory) {
                Some(sides) => waiting.extend(sides),
                None => into.push(group),
            }
        }
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
