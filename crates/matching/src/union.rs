//! Disjoint sets.

/// Disjoint sets of record indices. The representative of a set is its smallest member.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    pub(crate) fn new(size: usize) -> Self {
        Self { parent: (0..size as u32).collect() }
    }

    pub(crate) fn find(&mut self, of: u32) -> u32 {
        let mut at = of;
        while self.parent[at as usize] != at {
            let above = self.parent[at as usize];
            self.parent[at as usize] = self.parent[above as usize];
            at = above;
        }
        at
    }

    pub(crate) fn join(&mut self, left: u32, right: u32) -> bool {
        let (left, right) = (self.find(left), self.find(right));
        if left == right {
            return false;
        }
        self.parent[left.max(right) as usize] = left.min(right);
        true
    }

    /// Returns the representative of every member.
    pub(crate) fn labels(mut self) -> Vec<u32> {
        (0..self.parent.len() as u32).map(|member| self.find(member)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_member_stands_for_the_set() {
        let mut sets = Sets::new(5);
        assert!(sets.join(4, 2));
        assert!(sets.join(3, 4));
        assert!(!sets.join(2, 3));
        assert_eq!(sets.labels(), [0, 1, 2, 2, 2]);
    }
}
