//! Whether two groups of records are one person: the evidence for and against a merge.

use hashbrown::HashSet;

use crate::dataset::Dataset;
use crate::score::{Memory, Scorer};

/// The most records of a group that a merge looks at. Groups of one person are smaller; larger ones are looked at
/// through these, the first by their tie-breaking word.
const SEEN_MAX: usize = 24;

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
        let data = self.scorer.data();
        let source = |record: &u32| usize::from(data.sources[*record as usize]);
        let mut sum = 0.0;
        let mut done = 0_usize;
        for (at, record) in left.members.iter().enumerate() {
            let source_here = source(record);
            if self.penalty[source_here] == 0.0 || left.members[..at].iter().any(|other| source(other) == source_here) {
                continue;
            }
            let count = |group: &Group| group.members.iter().filter(|other| source(other) == source_here).count();
            done = done.max(1);
            sum += self.penalty[source_here] * count(left).min(count(right)) as f64;
        }
        debug_assert!(done <= 1);
        sum
    }

    /// Returns the log2 odds that two groups are one person.
    ///
    /// For two records this is their score and the penalty. For groups, each comparison is weighed over all cross
    /// pairs in which both values are there.
    pub(crate) fn weigh(&self, left: &Group, right: &Group, memory: &mut Memory) -> f64 {
        if self.forbidden(left, right) {
            return f64::NEG_INFINITY;
        }
        let data = self.scorer.data();
        let (left, right) = if left.tie(data) <= right.tie(data) { (left, right) } else { (right, left) };
        let width = data.values.len();
        let mut sums = vec![(0.0_f64, 0.0_f64, 0.0_f64); width];
        let mut maxes = vec![(f64::NEG_INFINITY, 0.0_f64); width];
        let mut best: Option<(f64, Vec<crate::score::Part>)> = None;
        for a in left.members.iter().take(SEEN_MAX) {
            for b in right.members.iter().take(SEEN_MAX) {
                let parts = self.scorer.parts(*a, *b, memory);
                for (at, part) in parts.iter().enumerate() {
                    if part.level != crate::compare::MISSING_LEVEL {
                        let (weight, household, count) = &mut sums[at];
                        *weight += part.weight;
                        *household += part.household;
                        *count += 1.0;
                        if part.weight > maxes[at].0 {
                            maxes[at] = (part.weight, part.household);
                        }
                    }
                }
                let w: f64 = parts.iter().map(|p| p.weight).sum();
                let h: f64 = parts.iter().map(|p| p.household).sum();
                let total = self.scorer.total(w, h);
                if best.as_ref().is_none_or(|(t, _)| total > *t) {
                    best = Some((total, parts));
                }
            }
        }
        let mode = MODE.load(std::sync::atomic::Ordering::Relaxed);
        let (mut w, mut h) = (0.0, 0.0);
        for at in 0..width {
            let (sw, sh, n) = sums[at];
            if n == 0.0 {
                continue;
            }
            let part = best.as_ref().map(|(_, parts)| parts[at]).unwrap_or_default();
            let (dw, dh) = match mode {
                0 => (sw / n, sh / n),
                1 => maxes[at],
                2 if part.level != 0 => (part.weight, part.household),
                2 => (sw / n, sh / n),
                3 if part.level != 0 => (0.5 * (part.weight + sw / n), 0.5 * (part.household + sh / n)),
                3 => (sw / n, sh / n),
                4 => (0.5 * (maxes[at].0 + sw / n), 0.5 * (maxes[at].1 + sh / n)),
                6 if part.level == 0 => (maxes[at].0.min(0.0), if maxes[at].0 < 0.0 { maxes[at].1 } else { 0.0 }),
                7 if part.level == 0 => maxes[at],
                8 if part.level == 0 => ((sw / n).min(0.0), if sw < 0.0 { sh / n } else { 0.0 }),
                9 if part.level == 0 => ((sw / n).min(0.0), 0.0),
                10 if part.level == 0 => (maxes[at].0.min(0.0), 0.0),
                11 if part.level == 0 => (maxes[at].0, 0.0),
                _ => (part.weight, part.household),
            };
            w += dw;
            h += dh;
        }
        self.scorer.total(w, h) + self.penalty(left, right)
    }
}
/// experiment
pub static MODE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
