//! The pairs that blocking rules give, each with the first rule that gives it.

use std::sync::Mutex;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::error::SplinkError;
use super::linker::lock;
use super::model::{Rule, faulty};
use super::program::{Keys, Program, one_sided, worked_out};
use super::records::{Column, Dictionary, NULL};
use super::sql::{Expr, Fault, Kind};
use super::value::{Type, type_of};

/// How many pairs a unit of parallel work has, about.
const TILE_PAIRS: u64 = 1 << 15;

/// A rule, worked out for every record.
pub(super) struct Keyed {
    /// The number of each record's block, from 1, as the left record of a pair; 0 where a key is NULL.
    pub(super) left: Vec<u32>,
    /// The same as the right record, where that differs.
    pub(super) right: Option<Vec<u32>>,
    /// What must hold beside the equalities.
    pub(super) conditions: Option<Program>,
}

/// Works out rules. `order` lists the records as pairs are ordered; the numbers follow it.
pub(super) fn keyed(rules: &[Rule], columns: &[Column], order: &[u32]) -> Result<Vec<Keyed>, SplinkError> {
    // Tables grow to as many entries as there are records: each is used for one rule after the other.
    let tables: Mutex<Vec<Known>> = Mutex::default();
    rules
        .par_iter()
        .enumerate()
        .map(|(at, rule)| {
            let place = format!("blocking rule {}", at + 1);
            let conditions = rule.conditions.iter().map(|condition| (Some(condition), place.clone()));
            let conditions = match rule.conditions.is_empty() {
                true => None,
                false => Some(Program::new(conditions, columns, Keys::Records)?),
            };
            let mut numbers = Numbers::default();
            let mut known = lock(&tables).pop().unwrap_or_default();
            for (left, right) in &rule.keys {
                numbers.add(left, right, columns, &place, &mut known)?;
            }
            lock(&tables).push(known);
            let ordered = |numbers: &[u32]| order.iter().map(|record| numbers[*record as usize]).collect();
            Ok(Keyed { left: ordered(&numbers.left), right: numbers.right.as_deref().map(ordered), conditions })
        })
        .collect()
}

/// The number of each pair of numbers.
type Known = HashMap<u64, u32>;

/// The numbers of blocks under the keys so far.
#[derive(Default)]
struct Numbers {
    left: Vec<u32>,
    right: Option<Vec<u32>>,
    begun: bool,
}

impl Numbers {
    fn add(
        &mut self,
        left: &Expr,
        right: &Expr,
        columns: &[Column],
        place: &str,
        known: &mut Known,
    ) -> Result<(), SplinkError> {
        let at = |fault: Fault| faulty(place, fault);
        let (left, right) = (one_sided(left).map_err(at)?, one_sided(right).map_err(at)?);
        let of = |expr: &Expr| {
            type_of(expr, &mut |leaf| match &leaf.kind {
                Kind::Column(_, name) => {
                    Ok(columns.iter().find(|one| one.name == *name).map_or(Type::Null, |one| one.of))
                }
                _ => Ok(Type::Null),
            })
        };
        let (of_left, of_right) = (of(&left).map_err(at)?, of(&right).map_err(at)?);
        if of_left != of_right && of_left != Type::Null && of_right != Type::Null {
            return Err(at(Fault::new(left.at, "both sides of an equality of a blocking rule must be of one type")));
        }
        let mut dictionary = Dictionary::new(if of_left == Type::Null { of_right } else { of_left });
        let failed =
            |fault: Fault| SplinkError::Evaluation { place: place.to_owned(), at: fault.at, reason: fault.reason };
        let mut codes = |expr: &Expr| match &expr.kind {
            Kind::Column(_, name) if left == right => {
                let column = columns.iter().find(|column| column.name == *name);
                Ok(column.map(|column| column.codes.to_vec()).unwrap_or_default())
            }
            _ => worked_out(expr, columns, Keys::Records, &mut dictionary, &failed),
        };
        let of_left = codes(&left)?;
        let of_right = if left == right { None } else { Some(codes(&right)?) };
        if !self.begun {
            (self.left, self.right, self.begun) = (of_left, of_right, true);
            return Ok(());
        }
        known.clear();
        let right = match (self.right.take(), &of_right) {
            (None, None) => None,
            (Some(right), None) => Some(combine(&right, &of_left, known)?),
            (None, Some(of_right)) => Some(combine(&self.left, of_right, known)?),
            (Some(right), Some(of_right)) => Some(combine(&right, of_right, known)?),
        };
        self.left = combine(&self.left, &of_left, known)?;
        self.right = right;
        Ok(())
    }
}

/// Numbers the pairs of two numbers, in order of first sight.
fn combine(one: &[u32], other: &[u32], known: &mut Known) -> Result<Vec<u32>, SplinkError> {
    one.iter()
        .zip(other)
        .map(|(one, other)| {
            if *one == NULL || *other == NULL {
                return Ok(NULL);
            }
            let next = known.len() + 1;
            if next >= u32::MAX as usize {
                return Err(SplinkError::TooMany("blocks of a rule", u32::MAX as usize - 1));
            }
            Ok(*known.entry(u64::from(*one) << 32 | u64::from(*other)).or_insert(next as u32))
        })
        .collect()
}

/// The blocks of one rule.
pub(super) struct Blocks {
    lefts: Vec<u32>,
    /// Empty where the right records are the left ones.
    rights: Vec<u32>,
    bounds: Vec<Bound>,
    symmetric: bool,
}

/// Where a block's records stand.
struct Bound {
    left: (usize, usize),
    right: (usize, usize),
}

/// A unit of work: some whole blocks, or some rows of one large block.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    blocks: (usize, usize),
    rows: (usize, usize),
}

impl Blocks {
    pub(super) fn new(keyed: &Keyed) -> Self {
        let most = |numbers: &[u32]| numbers.iter().copied().max().unwrap_or(0) as usize;
        let numbers = most(&keyed.left).max(keyed.right.as_deref().map_or(0, most));
        let (lefts, left_ends) = sorted(&keyed.left, numbers);
        let (rights, right_ends) = match &keyed.right {
            Some(right) => sorted(right, numbers),
            None => (Vec::new(), Vec::new()),
        };
        let symmetric = keyed.right.is_none();
        let mut bounds = Vec::new();
        for number in 0..numbers {
            let span = |ends: &[usize]| (if number == 0 { 0 } else { ends[number - 1] }, ends[number]);
            let left = span(&left_ends);
            let right = if symmetric { left } else { span(&right_ends) };
            let least = if symmetric { 2 } else { 1 };
            if left.1 - left.0 >= least && right.1 > right.0 {
                bounds.push(Bound { left, right });
            }
        }
        Self { lefts, rights, bounds, symmetric }
    }

    pub(super) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Returns the most records that a block has on its left side.
    pub(super) fn largest(&self) -> usize {
        self.bounds.iter().map(|bound| bound.left.1 - bound.left.0).max().unwrap_or(0)
    }

    fn pairs_of(&self, bound: &Bound, row: usize) -> u64 {
        let rights = bound.right.1 - bound.right.0;
        (if self.symmetric { rights - row - 1 } else { rights }) as u64
    }

    /// Cuts the blocks into units of about equal work.
    pub(super) fn tiles(&self) -> Vec<Tile> {
        let mut tiles = Vec::new();
        let (mut first, mut gathered) = (0, 0);
        for (block, bound) in self.bounds.iter().enumerate() {
            let rows = bound.left.1 - bound.left.0;
            let pairs: u64 = (0..rows).map(|row| self.pairs_of(bound, row)).sum();
            if pairs <= TILE_PAIRS {
                gathered += pairs;
                if gathered >= TILE_PAIRS {
                    tiles.push(Tile { blocks: (first, block + 1), rows: (0, usize::MAX) });
                    (first, gathered) = (block + 1, 0);
                }
                continue;
            }
            if first < block {
                tiles.push(Tile { blocks: (first, block), rows: (0, usize::MAX) });
            }
            let mut row = 0;
            while row < rows {
                let (start, mut pairs) = (row, 0);
                while row < rows && pairs < TILE_PAIRS {
                    pairs += self.pairs_of(bound, row);
                    row += 1;
                }
                tiles.push(Tile { blocks: (block, block + 1), rows: (start, row) });
            }
            (first, gathered) = (block + 1, 0);
        }
        if first < self.bounds.len() {
            tiles.push(Tile { blocks: (first, self.bounds.len()), rows: (0, usize::MAX) });
        }
        tiles
    }

    /// Calls `take` with the left and the right records of every block of a tile, the rows of the left ones that the
    /// tile has, and whether a row goes with the records behind it only.
    pub(super) fn each_block(&self, tile: Tile, mut take: impl FnMut(&[u32], &[u32], std::ops::Range<usize>, bool)) {
        for bound in &self.bounds[tile.blocks.0..tile.blocks.1] {
            let lefts = &self.lefts[bound.left.0..bound.left.1];
            let rights = if self.symmetric { lefts } else { &self.rights[bound.right.0..bound.right.1] };
            take(lefts, rights, tile.rows.0..tile.rows.1.min(lefts.len()), self.symmetric);
        }
    }
}

/// Sorts record numbers by block, and returns where each block, from the one with number 1, ends.
fn sorted(numbers: &[u32], most: usize) -> (Vec<u32>, Vec<usize>) {
    let mut ends = vec![0_usize; most + 1];
    numbers.iter().filter(|number| **number != NULL).for_each(|number| ends[*number as usize] += 1);
    let mut start = 0;
    // Each place holds where its block begins, and after the records are in, where it ends.
    for end in ends.iter_mut().skip(1) {
        start += std::mem::replace(end, start);
    }
    let mut records = vec![0; start];
    for (record, number) in numbers.iter().enumerate().filter(|(_, number)| **number != NULL) {
        let place = &mut ends[*number as usize];
        records[*place] = record as u32;
        *place += 1;
    }
    ends.remove(0);
    (records, ends)
}
