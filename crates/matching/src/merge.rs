//! Whether two groups of records are one person: the evidence for and against a merge.

use hashbrown::HashSet;

use crate::dataset::Dataset;
use crate::score::{Memory, Scorer};
use crate::settings::Settings;

/// The most records of a group that a merge looks at. Groups of one person are smaller; larger ones are looked at
/// through these, the first by their tie-breaking word.
pub const SEEN_MAX: usize = 24;

/// A group of records held to be one person.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// In the order of their tie-breaking words, so that sums do not depend on the order of records.
    pub(crate) members: Vec<u32>,
}

impl Group {
    pub(crate) fn new(data: &Dataset, mut members: Vec<u32>) -> Self {
        members.sort_unstable_by_key(|member| (data.ties[*member as usize], *member));
        Self { members }
    }

    pub(crate) fn union(data: &Dataset, left: &Self, right: &Self) -> Self {
        Self::new(data, left.members.iter().chain(&right.members).copied().collect())
    }

    /// Returns the word by which ties between groups are broken.
    pub(crate) fn tie(&self, data: &Dataset) -> u64 {
        self.members.first().map_or(0, |first| data.ties[*first as usize])
    }
}

/// What speaks for and against that two groups are one person, in log2 odds: the parts add up to the weight of the merge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts {
    /// The best pair of records across both groups, the smaller index first.
    pub(crate) pair: (u32, u32),
    /// What that pair weighs.
    pub(crate) best: f64,
    /// What the other pairs hold against it, at most 0.
    pub(crate) against: f64,
    /// What it costs that a source with one record for each person would have several, at most 0.
    pub(crate) penalty: f64,
}

impl Parts {
    /// Returns the log2 odds of the merge.
    pub(crate) fn weight(&self) -> f64 {
        self.best + self.against + self.penalty
    }
}

/// Weighs merges of groups.
pub(crate) struct Evidence<'a> {
    pub(crate) scorer: &'a Scorer<'a>,
    /// log2(1 - strength) for every source; 0 where nothing is known.
    penalty: Vec<f64>,
    cannot: HashSet<(u32, u32)>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(scorer: &'a Scorer<'a>, cannot: &[(u32, u32)]) -> Self {
        let data = scorer.data();
        let of_source = |name: &String| data.settings.one_record_per_person.get(name);
        let penalty = data
            .source_names
            .iter()
            .map(|name| of_source(name).map_or(0.0, |strength| (1.0 - strength).log2()))
            .collect();
        let cannot = cannot.iter().map(|(left, right)| (*left.min(right), *left.max(right))).collect();
        Self { scorer, penalty, cannot }
    }

    /// Says whether a judgement keeps the groups apart.
    pub(crate) fn forbidden(&self, left: &Group, right: &Group) -> bool {
        !self.cannot.is_empty()
            && left.members.iter().any(|a| right.members.iter().any(|b| self.cannot.contains(&(*a.min(b), *a.max(b)))))
    }

    /// Returns what it weighs that the merge gives a person several records of sources that have one for each.
    pub(crate) fn penalty(&self, left: &Group, right: &Group) -> f64 {
        let source = |record: &u32| usize::from(self.scorer.data().sources[*record as usize]);
        let mut sum = 0.0;
        for (at, record) in left.members.iter().enumerate() {
            let here = source(record);
            let counted = left.members[..at].iter().any(|other| source(other) == here);
            if self.penalty[here] == 0.0 || counted {
                continue;
            }
            let count = |group: &Group| group.members.iter().filter(|other| source(other) == here).count();
            sum += self.penalty[here] * count(left).min(count(right)) as f64;
        }
        sum
    }

    /// Returns the log2 odds that two groups are one person: never more than those of their best pair of records.
    ///
    /// The best pair speaks for both groups. What it cannot see, since a value is missing in it, the other pairs may
    /// hold against it: a comparison that is missing in the best pair counts with its average over all cross pairs
    /// where that is negative. So one lucky pair does not outweigh that both groups have identifiers or birth dates
    /// which differ, and agreement that was counted once is not counted again. To this comes [`Evidence::penalty`].
    pub(crate) fn weigh(&self, left: &Group, right: &Group, memory: &mut Memory) -> f64 {
        self.weigh_parts(left, right, memory).map_or(f64::NEG_INFINITY, |parts| parts.weight())
    }

    /// Returns the parts of what [`Evidence::weigh`] gives; nothing where a judgement keeps the groups apart.
    pub(crate) fn weigh_parts(&self, left: &Group, right: &Group, memory: &mut Memory) -> Option<Parts> {
        if self.forbidden(left, right) {
            return None;
        }
        let data = self.scorer.data();
        // Sums are taken in one order, whichever group comes first.
        let (left, right) = if left.tie(data) <= right.tie(data) { (left, right) } else { (right, left) };
        let mut sums = [0.0; Settings::COMPARISONS_MAX];
        let (mut best, mut unseen, mut pair) = (f64::NEG_INFINITY, u32::MAX, (0, 0));
        let mut pairs = 0.0;
        for a in left.members.iter().take(SEEN_MAX) {
            for b in right.members.iter().take(SEEN_MAX) {
                let (total, missing) = self.scorer.add_to(&mut sums, (*a, *b), best, memory);
                if let Some(total) = total.filter(|total| *total > best) {
                    (best, unseen, pair) = (total, missing, (*a.min(b), *a.max(b)));
                }
                pairs += 1.0;
            }
        }
        let unseen = sums.iter().enumerate().filter(|(at, _)| unseen & 1 << at != 0);
        let against: f64 = unseen.map(|(_, sum)| (sum / pairs).min(0.0)).sum();
        Some(Parts { pair, best, against, penalty: self.penalty(left, right) })
    }
}
