//! The search for pairs of one rule: which pairs it gives, what they can weigh at most, and what they weigh.

use super::block::{Blocks, Keyed, Tile};
use super::linker::{Place, SplinkLinker, SplinkPair, lanes};
use super::program::Desk;
use super::records::NULL;
use super::score::{Memory, units};

/// The search for pairs of one rule.
pub(super) struct Search<'a> {
    pub(super) linker: &'a SplinkLinker,
    pub(super) rule: usize,
    pub(super) blocks: &'a Blocks,
    pub(super) left: &'a [u32],
    pub(super) right: &'a [u32],
    pub(super) least: Option<f64>,
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) given: u64,
    pub(super) pairs: Vec<SplinkPair>,
}

impl Search<'_> {
    pub(super) fn tile(&self, tile: Tile, memory: &mut Memory) -> Found {
        match (lanes(self.linker.singles.len()), lanes(self.linker.rules.len())) {
            (8, 8) => self.scored::<8, 8>(tile, memory),
            (8, 16) => self.scored::<8, 16>(tile, memory),
            (8, _) => self.scored::<8, 32>(tile, memory),
            (16, 8) => self.scored::<16, 8>(tile, memory),
            (16, 16) => self.scored::<16, 16>(tile, memory),
            (16, _) => self.scored::<16, 32>(tile, memory),
            (_, 8) => self.scored::<32, 8>(tile, memory),
            (_, 16) => self.scored::<32, 16>(tile, memory),
            (_, _) => self.scored::<32, 32>(tile, memory),
        }
    }

    /// Scores a tile. A record has `W` codes and `R` numbers of blocks.
    fn scored<const W: usize, const R: usize>(&self, tile: Tile, memory: &mut Memory) -> Found {
        let linker = self.linker;
        let (rows, _) = linker.rows.as_chunks::<W>();
        let (left_numbers, _) = self.left.as_chunks::<R>();
        let (right_numbers, _) = self.right.as_chunks::<R>();
        let scale = Scale::<W>::new(linker, self.least);
        // Rules with conditions gave a pair only if these hold, which is asked after the numbers agree.
        let conditional: Vec<usize> = (0..self.rule).filter(|rule| linker.rules[*rule].conditions.is_some()).collect();
        let conditions = linker.rules[self.rule].conditions.is_some() || !conditional.is_empty();
        let mut found = Found::default();
        let mut gathered: Vec<([u32; W], [u32; R])> = Vec::new();
        self.blocks.each_block(tile, |lefts, rights, part, behind| {
            let plain = behind && linker.sources.is_empty() && !conditions;
            gathered.clear();
            let first = if behind { part.start } else { 0 };
            gathered
                .extend(rights[first..].iter().map(|right| (rows[*right as usize], right_numbers[*right as usize])));
            for row in part {
                let left = lefts[row];
                let mut numbers = left_numbers[left as usize];
                for (rule, number) in numbers.iter_mut().enumerate() {
                    let counts = rule < self.rule && !conditional.contains(&rule);
                    if !counts || *number == NULL {
                        *number = u32::MAX;
                    }
                }
                let mut one: Option<One<W>> = None;
                let start = if behind { row + 1 } else { 0 };
                for (right, (codes, right_numbers)) in rights[start..].iter().zip(&gathered[start - first..]) {
                    let right = *right;
                    let given = numbers.iter().zip(right_numbers).fold(false, |given, (a, b)| given | (a == b));
                    if given || !(plain || self.wanted(left, right, behind, &conditional, &mut memory.desk)) {
                        continue;
                    }
                    found.given += 1;
                    let one = one.get_or_insert_with(|| One::new(linker, rows[left as usize]));
                    let bound = scale.bound(one, codes);
                    if bound < scale.least {
                        continue;
                    }
                    found.pairs.extend(self.pair((left, right), one, codes, &scale, bound, memory));
                }
            }
        });
        found
    }

    /// Says whether a pair is one of this rule: what its numbers did not say.
    fn wanted(&self, left: u32, right: u32, behind: bool, conditional: &[usize], desk: &mut Desk) -> bool {
        let linker = self.linker;
        if !behind && left >= right {
            return false;
        }
        if !linker.sources.is_empty() && linker.sources[left as usize] == linker.sources[right as usize] {
            return false;
        }
        let holds = |rule: &Keyed, desk: &mut Desk| match &rule.conditions {
            None => true,
            Some(conditions) => conditions.all(linker.order[left as usize], linker.order[right as usize], desk),
        };
        for rule in conditional {
            let keyed = &linker.rules[*rule];
            let number = keyed.left[left as usize];
            let of_right = keyed.right.as_ref().unwrap_or(&keyed.left)[right as usize];
            if number != NULL && number == of_right && holds(keyed, desk) {
                return false;
            }
        }
        holds(&linker.rules[self.rule], desk)
    }

    /// Scores a pair, unless it falls below the least weight on the way. `bound` says what it can weigh, in units.
    fn pair<const W: usize>(
        &self,
        (left, right): (u32, u32),
        one: &One<W>,
        codes: &[u32; W],
        scale: &Scale<W>,
        mut bound: i32,
        memory: &mut Memory,
    ) -> Option<SplinkPair> {
        let linker = self.linker;
        let (mut weights, mut adjustments, mut levels) = (one.weights, one.adjustments, one.levels);
        let mut unequal = unequal(&one.codes, codes);
        while unequal != 0 {
            let lane = unequal.trailing_zeros() as usize;
            unequal &= unequal - 1;
            let (a, b) = (one.codes[lane], codes[lane]);
            let null = a == NULL || b == NULL;
            let known = if null { scale.null[lane] } else { scale.different[lane] };
            let single = &linker.singles[lane];
            let level = match known {
                Some(level) => level,
                None => {
                    let level = single.level(a, b, &mut memory.levels[lane], &mut memory.desk);
                    adjustments[lane] = single.adjustment(level, a, b);
                    let presumed = if null { scale.bound_null[lane] } else { scale.bound_different[lane] };
                    let found = single.units[usize::from(level)].wrapping_add(units(adjustments[lane]));
                    bound = bound.wrapping_sub(presumed).wrapping_add(found);
                    if bound < scale.least {
                        return None;
                    }
                    level
                }
            };
            if known.is_some() {
                adjustments[lane] = 0.0;
            }
            weights[lane] = single.weights[usize::from(level)];
            levels[lane] = level;
        }
        for lane in one.faulty.iter().filter(|lane| codes[**lane] == one.codes[**lane]) {
            linker.singles[*lane].program.first(codes[*lane], codes[*lane], &mut memory.desk);
        }
        let (left, right) = (linker.order[left as usize], linker.order[right as usize]);
        // Weights are added in Splink's order, so that the sum is the same to the last bits.
        let mut weight = linker.model.prior_weight();
        let mut packed = 0;
        if linker.others.is_empty() {
            for (lane, shift, adjusted) in &linker.lanes {
                weight += weights[*lane];
                if *adjusted {
                    weight += adjustments[*lane];
                }
                packed |= u64::from(levels[*lane]) << shift;
            }
        } else {
            for (place, (shift, _)) in linker.places.iter().zip(&linker.packing) {
                let (level, add, adjustment) = match place {
                    Place::Single(lane) => (levels[*lane], weights[*lane], adjustments[*lane]),
                    Place::Other(at) => linker.others[*at].score(left, right, &mut memory.desk),
                };
                weight = weight + add + adjustment;
                packed |= u64::from(level) << shift;
            }
        }
        if self.least.is_some_and(|least| weight < least) {
            return None;
        }
        Some(SplinkPair { left, right, weight, levels: packed, rule: self.rule as u16 })
    }
}

/// What is the same for every pair, by lane: the place of a code in a record's row.
struct Scale<const W: usize> {
    null: [Option<u8>; W],
    different: [Option<u8>; W],
    bound_null: [i32; W],
    bound_different: [i32; W],
    /// The prior, and the most that comparisons of several columns add.
    base: i32,
    /// The least that a pair must be able to weigh.
    least: i32,
}

impl<const W: usize> Scale<W> {
    fn new(linker: &SplinkLinker, least: Option<f64>) -> Self {
        let others = linker.others.iter().fold(0_i32, |sum, other| sum.wrapping_add(other.bound));
        let mut scale = Self {
            null: [None; W],
            different: [None; W],
            bound_null: [0; W],
            bound_different: [0; W],
            base: units(linker.model.prior_weight()).wrapping_add(others),
            least: least.map_or(i32::MIN, |least| units(least) - 3),
        };
        for (lane, single) in linker.singles.iter().enumerate() {
            (scale.null[lane], scale.different[lane]) = (single.null, single.different);
            (scale.bound_null[lane], scale.bound_different[lane]) = (single.bound_null, single.bound_different);
        }
        scale
    }

    /// Returns what a pair can weigh at most.
    fn bound(&self, one: &One<W>, codes: &[u32; W]) -> i32 {
        // All lanes go through the same few operations on words, without a branch, so that they are done together.
        let mask = |truth: bool| i32::from(truth).wrapping_neg();
        let bounds = one.bounds.iter().zip(&self.bound_null).zip(&self.bound_different);
        one.codes.iter().zip(codes).zip(bounds).fold(self.base, |bound, ((a, b), ((equal, missing), different))| {
            let (same, null) = (mask(a == b), mask(*a == NULL) | mask(*b == NULL));
            let different = (missing & null) | (different & !null);
            bound.wrapping_add((equal & same) | (different & !same))
        })
    }
}

/// Returns the lanes whose codes differ, as bits.
fn unequal<const W: usize>(one: &[u32; W], other: &[u32; W]) -> u32 {
    one.iter().zip(other).enumerate().fold(0, |bits, (lane, (a, b))| bits | u32::from(a != b) << lane)
}

/// The left record of some pairs: what each of its codes weighs with itself.
struct One<const W: usize> {
    codes: [u32; W],
    levels: [u8; W],
    weights: [f64; W],
    adjustments: [f64; W],
    bounds: [i32; W],
    /// The lanes in which the model's SQL fails for the code with itself.
    faulty: Vec<usize>,
}

impl<const W: usize> One<W> {
    fn new(linker: &SplinkLinker, codes: [u32; W]) -> Self {
        let mut one = Self {
            codes,
            levels: [0; W],
            weights: [0.0; W],
            adjustments: [0.0; W],
            bounds: [0; W],
            faulty: Vec::new(),
        };
        for (lane, single) in linker.singles.iter().enumerate() {
            let (level, weight, adjustment) = single.with_itself(codes[lane]);
            (one.levels[lane], one.weights[lane], one.adjustments[lane]) = (level, weight, adjustment);
            one.bounds[lane] = units(weight + adjustment);
            if weight == f64::INFINITY {
                one.faulty.push(lane);
            }
        }
        one
    }
}
