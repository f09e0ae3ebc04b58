//! What a comparison makes of a pair: its level, the level's weight, and what term frequencies add.

use std::sync::Arc;

use super::error::SplinkError;
use super::model::{SplinkModel, TermFrequency};
use super::program::{Desk, Keys, Known, Program, Shortcut};
use super::records::{Column, NULL};
use super::sql::Side;
use crate::pool::mix;

/// How many pairs of codes a thread remembers for each comparison.
pub(super) const MEMORY: usize = 1 << 13;

/// Bounds are summed in whole numbers of this many to one.
pub(super) const UNIT: f64 = 4096.0;

/// The level of a value with itself where the model's SQL fails.
pub(super) const FAULTY: u8 = u8::MAX;

/// A comparison whose level depends on one column of both records.
pub(super) struct Single {
    pub(super) program: Program,
    /// The level of a code with itself.
    pub(super) same: Vec<u8>,
    /// The level where one of the two is NULL, where that is all it takes.
    pub(super) null: Option<u8>,
    /// The level where two codes differ and neither is NULL, where that is all it takes.
    pub(super) different: Option<u8>,
    pub(super) shortcut: Option<Shortcut>,
    pub(super) remember: bool,
    pub(super) weights: Vec<f64>,
    /// The same in units.
    pub(super) units: Vec<i32>,
    /// For each level, how term frequencies change it.
    pub(super) frequencies: Vec<Option<Frequencies>>,
    pub(super) bound_null: i32,
    pub(super) bound_different: i32,
}

/// A comparison of several columns.
pub(super) struct Other {
    pub(super) program: Program,
    pub(super) weights: Vec<f64>,
    /// For each level, the codes of the records in a column, and how its term frequencies change the level.
    pub(super) frequencies: Vec<Option<OfColumn>>,
    pub(super) bound: i32,
}

impl Other {
    /// Returns the level of two records, its weight, and what term frequencies add.
    pub(super) fn score(&self, left: u32, right: u32, desk: &mut Desk) -> (u8, f64, f64) {
        let level = self.program.first(left, right, desk);
        (level, self.weights[usize::from(level)], self.adjustment(level, left, right))
    }

    pub(super) fn adjustment(&self, level: u8, left: u32, right: u32) -> f64 {
        let adjust = |(codes, adjusted): &OfColumn| adjusted.adjustment(codes[left as usize], codes[right as usize]);
        self.frequencies[usize::from(level)].as_ref().map_or(0.0, adjust)
    }
}

/// The codes of all records in a column, and how the column's term frequencies change a level.
type OfColumn = (Arc<Vec<u32>>, Frequencies);

/// The term frequency adjustment of a level.
pub(super) struct Frequencies {
    pub(super) weight: f64,
    pub(super) log2_u: f64,
    /// The log2 of each code's share among the values that are not NULL, or of the least share that counts.
    pub(super) log2_shares: Vec<f64>,
}

impl Frequencies {
    pub(super) fn new(column: &Column, adjusted: &TermFrequency) -> Self {
        let mut counts = vec![0_u64; column.dictionary.len()];
        column.codes.iter().for_each(|code| counts[*code as usize] += 1);
        let all = counts.iter().skip(1).sum::<u64>() as f64;
        let shares = counts.iter().map(|count| (*count as f64 / all).max(adjusted.minimum).log2()).collect();
        Self { weight: adjusted.weight, log2_u: adjusted.log2_u, log2_shares: shares }
    }

    /// The more frequent of both values counts, and one where the other is missing.
    pub(super) fn adjustment(&self, left: u32, right: u32) -> f64 {
        let share = match (left, right) {
            (NULL, NULL) => return 0.0,
            (NULL, one) | (one, NULL) => self.log2_shares[one as usize],
            (left, right) => self.log2_shares[left as usize].max(self.log2_shares[right as usize]),
        };
        self.weight * (self.log2_u - share)
    }

    /// Returns the most that an adjustment adds.
    pub(super) fn most(&self) -> f64 {
        let of = |share: f64| self.weight * (self.log2_u - share);
        self.log2_shares.iter().skip(1).map(|share| of(*share)).fold(0.0, f64::max)
    }
}

pub(super) enum Made {
    /// With the column that it compares.
    Single(Single, usize),
    Other(Other),
}

impl Made {
    pub(super) fn new(model: &SplinkModel, at: usize, columns: &[Column]) -> Result<Self, SplinkError> {
        let comparison = &model.comparisons()[at];
        let column = |name: &str| columns.iter().position(|column| column.name == name);
        let mut used: Vec<usize> = Vec::new();
        let mut sides = [false; 2];
        for level in &comparison.levels {
            let mut add = |side: Side, name: &str| {
                sides[usize::from(side == Side::Right)] = true;
                used.extend(column(name).filter(|at| !used.contains(at)));
            };
            level.condition.iter().for_each(|condition| condition.each_column(&mut add));
            level.frequency.iter().for_each(|frequency| add(Side::Left, &frequency.column));
        }
        let conditions = comparison.levels.iter().enumerate().map(|(place, level)| {
            let place = format!("comparison {:?}, level {} ({:?})", comparison.name, place + 1, level.label);
            (level.condition.as_ref(), place)
        });
        let weights: Vec<f64> = comparison.levels.iter().map(|level| level.weight).collect();
        let frequencies = comparison.levels.iter().map(|level| {
            let adjusted = level.frequency.as_ref()?;
            let at = column(&adjusted.column)?;
            Some((Arc::clone(&columns[at].codes), Frequencies::new(&columns[at], adjusted)))
        });
        if let [only] = used.as_slice() {
            let program = Program::new(conditions, columns, Keys::Codes)?;
            let frequencies = frequencies.map(|one| one.map(|(_, frequencies)| frequencies)).collect();
            let codes = columns[*only].dictionary.len() as u32;
            return Ok(Self::Single(Single::new(program, weights, frequencies, codes), *only));
        }
        let program = Program::new(conditions, columns, Keys::Records)?;
        let frequencies: Vec<_> = frequencies.collect();
        let most = |(weight, frequency): (&f64, &Option<OfColumn>)| {
            *weight + frequency.as_ref().map_or(0.0, |(_, frequency)| frequency.most())
        };
        let bound = weights.iter().zip(&frequencies).map(most).fold(f64::NEG_INFINITY, f64::max);
        Ok(Self::Other(Other { program, weights, frequencies, bound: units(bound) }))
    }
}

impl Single {
    pub(super) fn new(program: Program, weights: Vec<f64>, frequencies: Vec<Option<Frequencies>>, codes: u32) -> Self {
        let mut desk = Desk::new();
        let mut same = Vec::with_capacity(codes as usize);
        for code in 0..codes {
            let level = program.first(code, code, &mut desk);
            // A value may never meet itself, so the fault waits for a pair, as it does in DuckDB.
            same.push(if desk.fault.take().is_some() { FAULTY } else { level });
        }
        let only = |known: &[Known]| {
            let mut reachable: Vec<usize> = known.iter().flat_map(|known| program.reachable(*known)).collect();
            reachable.sort_unstable();
            reachable.dedup();
            reachable
        };
        let null = only(&[Known::nulls(true, false), Known::nulls(false, true)]);
        let different = only(&[Known::default()]);
        let bound = |reachable: &[usize]| {
            let most = |place: &usize| weights[*place] + frequencies[*place].as_ref().map_or(0.0, Frequencies::most);
            units(reachable.iter().map(most).fold(f64::NEG_INFINITY, f64::max))
        };
        let one = |reachable: &[usize]| match reachable {
            [only] if frequencies[*only].is_none() => Some(*only as u8),
            _ => None,
        };
        Self {
            bound_null: bound(&null),
            bound_different: bound(&different),
            null: one(&null),
            different: one(&different),
            shortcut: program.shortcut(),
            remember: program.is_costly(),
            units: weights.iter().map(|weight| units(*weight)).collect(),
            same,
            program,
            weights,
            frequencies,
        }
    }

    /// Returns the level of a code with itself, the level's weight, and what term frequencies add.
    pub(super) fn with_itself(&self, code: u32) -> (u8, f64, f64) {
        match self.same[code as usize] {
            // More than anything weighs, so that the pair is looked at.
            FAULTY => (0, f64::INFINITY, 0.0),
            level => (level, self.weights[usize::from(level)], self.adjustment(level, code, code)),
        }
    }

    pub(super) fn adjustment(&self, level: u8, left: u32, right: u32) -> f64 {
        self.frequencies[usize::from(level)].as_ref().map_or(0.0, |adjusted| adjusted.adjustment(left, right))
    }

    /// Returns the level of two codes that differ, where the codes themselves are needed to tell.
    pub(super) fn level(&self, left: u32, right: u32, memory: &mut [u64], desk: &mut Desk) -> u8 {
        if let Some(shortcut) = &self.shortcut
            && left != NULL
            && right != NULL
            && let Some(level) = shortcut.place(left, right)
        {
            return level;
        }
        if !self.remember {
            return self.program.first(left, right, desk);
        }
        // A code has at most 28 bits, so both and the level share a word; 0 is no two codes that differ.
        let key = u64::from(left) << 28 | u64::from(right);
        let slot = &mut memory[mix(key) as usize & (MEMORY - 1)];
        if *slot >> 8 == key {
            return *slot as u8;
        }
        let level = self.program.first(left, right, desk);
        *slot = key << 8 | u64::from(level);
        level
    }
}

/// Returns a weight in whole units, not less than it is. Weights beyond what two probabilities can give are cut.
pub(super) fn units(weight: f64) -> i32 {
    (weight.clamp(-10_000.0, 10_000.0) * UNIT) as i32 + 1
}

/// What a thread keeps from tile to tile.
pub(super) struct Memory {
    pub(super) desk: Desk,
    pub(super) levels: Vec<Vec<u64>>,
}

impl Memory {
    pub(super) fn new(singles: &[Single]) -> Self {
        let memory = |single: &Single| if single.remember { vec![0; MEMORY] } else { Vec::new() };
        Self { desk: Desk::new(), levels: singles.iter().map(memory).collect() }
    }
}
