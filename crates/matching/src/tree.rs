//! The links that hold a cluster together.

use crate::dataset::Dataset;
use crate::predict::Edge;
use crate::union::Sets;

/// The strongest pairs that connect a cluster, one fewer than it has parts that need none: its maximum spanning tree
/// (Kruskal 1956). Without one of them, and all that is weaker, it falls into two sides.
pub(crate) struct Tree {
    /// The records, ascending.
    members: Vec<u32>,
    /// By record, in the order of `members`: what it is one part with before any pair is looked at.
    parts: Vec<u32>,
    /// The strongest first.
    links: Vec<Edge>,
}

impl Tree {
    /// Finds the links of a cluster. `members` are ascending, `edges` are pairs among them, sorted by this; records of one
    /// `part` need no link. Returns nothing where the edges don't connect the cluster.
    pub(crate) fn of(data: &Dataset, members: Vec<u32>, edges: &mut [Edge], part: impl Fn(u32) -> u32) -> Option<Self> {
        // Of links of one weight the same come first whatever the order of records.
        let word = |record: u32| (data.ties[record as usize], record);
        let words = |edge: &Edge| (word(edge.left).min(word(edge.right)), word(edge.left).max(word(edge.right)));
        edges.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| words(a).cmp(&words(b))));
        let mut firsts: Vec<(u32, u32)> = (0..).zip(&members).map(|(place, record)| (part(*record), place)).collect();
        firsts.sort_unstable();
        let mut parts: Vec<u32> = (0..members.len() as u32).collect();
        for two in firsts.chunk_by(|a, b| a.0 == b.0) {
            two.iter().for_each(|(_, place)| parts[*place as usize] = two[0].1);
        }
        let mut tree = Self { members, parts, links: Vec::new() };
        let mut sets = tree.apart();
        let wanted = (0..).zip(&tree.parts).filter(|(place, part)| place == *part).count().saturating_sub(1);
        let mut links = Vec::with_capacity(wanted);
        for edge in edges.iter() {
            if links.len() == wanted {
                break;
            }
            if sets.join(tree.place(edge.left)?, tree.place(edge.right)?) {
                links.push(*edge);
            }
        }
        tree.links = links;
        (tree.links.len() == wanted).then_some(tree)
    }

    /// Returns the links, the strongest first.
    pub(crate) fn links(&self) -> &[Edge] {
        &self.links
    }

    /// Returns the records, ascending.
    pub(crate) fn members(&self) -> &[u32] {
        &self.members
    }

    /// Returns on which side of a link each record is, in the order of the records: whether on that of its left one.
    pub(crate) fn sides(&self, of_link: usize) -> Vec<bool> {
        let mut sets = self.apart();
        let others = self.links.iter().enumerate().filter(|(at, _)| *at != of_link);
        // All of them are members, or there would be no tree.
        let places = |edge: &Edge| self.place(edge.left).zip(self.place(edge.right));
        others.filter_map(|(_, edge)| places(edge)).for_each(|(left, right)| {
            sets.join(left, right);
        });
        let left = self.links.get(of_link).and_then(|edge| self.place(edge.left)).map(|left| sets.find(left));
        (0..self.members.len() as u32).map(|place| Some(sets.find(place)) == left).collect()
    }

    /// Returns the place of a record among the members.
    pub(crate) fn place(&self, record: u32) -> Option<u32> {
        self.members.binary_search(&record).ok().map(|place| place as u32)
    }

    /// Returns the parts that no link has connected yet.
    fn apart(&self) -> Sets {
        let mut sets = Sets::new(self.members.len());
        (0..).zip(&self.parts).for_each(|(place, part)| {
            sets.join(place, *part);
        });
        sets
    }
}
