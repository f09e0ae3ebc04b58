//! Connected components, joined from many threads at once.

use std::sync::atomic::{AtomicU32, Ordering};

use super::linker::SplinkPair;

/// The connected components of pairs as Splink's clustering makes them, from pairs as they come: there is no table of
/// them.
///
/// It is a forest in which a root is the smallest record of its tree, and joining sets one root's parent by an atomic
/// exchange (R. J. Anderson and H. Woll, "Wait-free parallel algorithms for the union-find problem", STOC 1991). Which
/// thread joins first plays no part in the result.
pub struct SplinkComponents {
    parents: Vec<AtomicU32>,
}

impl SplinkComponents {
    /// Makes one component of each of so many records.
    pub fn new(records: usize) -> Self {
        Self { parents: (0..records as u32).map(AtomicU32::new).collect() }
    }

    /// Joins the records of those pairs that have the `least` weight or more.
    ///
    /// # Panics
    /// When a pair has a record that is not among them.
    pub fn join(&self, pairs: &[SplinkPair], least: f64) {
        pairs.iter().filter(|pair| pair.weight >= least).for_each(|pair| self.join_two(pair.left, pair.right));
    }

    fn join_two(&self, left: u32, right: u32) {
        let (mut left, mut right) = (self.root(left), self.root(right));
        while left != right {
            let (low, high) = (left.min(right), left.max(right));
            // The root may have got a parent in the meantime: then both are looked up anew.
            let parent = &self.parents[high as usize];
            if parent.compare_exchange(high, low, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return;
            }
            (left, right) = (self.root(low), self.root(high));
        }
    }

    fn root(&self, of: u32) -> u32 {
        let mut at = of;
        loop {
            let parent = self.parents[at as usize].load(Ordering::Relaxed);
            if parent == at {
                return at;
            }
            let above = self.parents[parent as usize].load(Ordering::Relaxed);
            if above != parent {
                // Halves the path for those who come after. A parent is always of the same tree, whoever wrote it last.
                self.parents[at as usize].store(above, Ordering::Relaxed);
            }
            at = parent;
        }
    }

    /// Returns the component of each record, numbered from 0 by their first records, and how many there are.
    pub fn finish(self) -> (Vec<u32>, u32) {
        let mut numbers = vec![0; self.parents.len()];
        let mut count = 0;
        for at in 0..numbers.len() {
            // The root is the smallest member, so that it was numbered before the others.
            let root = self.root(at as u32) as usize;
            numbers[at] = if root == at { count } else { numbers[root] };
            count += u32::from(root == at);
        }
        (numbers, count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rayon::prelude::*;

    use super::*;
    use crate::union::Sets;

    fn pair(left: u32, right: u32, weight: f64) -> SplinkPair {
        SplinkPair { left, right, weight, levels: 0, rule: 0 }
    }

    #[test]
    fn pairs_below_the_least_weight_join_nothing() {
        let components = SplinkComponents::new(5);
        components.join(&[pair(4, 2, 1.0), pair(3, 4, 1.0), pair(0, 1, 0.9)], 1.0);
        assert_eq!(components.finish(), (vec![0, 1, 2, 2, 2], 3));
    }

    proptest! {
        #[test]
        fn many_threads_make_the_components_that_one_makes(
            pairs in prop::collection::vec((0_u32..300, 0_u32..300), 0..600),
        ) {
            let components = SplinkComponents::new(300);
            pairs.par_iter().with_max_len(1).for_each(|(left, right)| components.join(&[pair(*left, *right, 0.0)], 0.0));
            let (numbers, count) = components.finish();
            let mut sets = Sets::new(300);
            pairs.iter().for_each(|(left, right)| { sets.join(*left, *right); });
            let labels = sets.labels();
            for (one, label) in labels.iter().enumerate() {
                prop_assert_eq!(numbers[one], numbers[*label as usize]);
            }
            let roots = labels.iter().enumerate().filter(|(at, label)| *at == **label as usize).count();
            prop_assert_eq!(count as usize, roots);
        }
    }
}
