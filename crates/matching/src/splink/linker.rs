//! Records made ready for a model, and every pair of them scored.

use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use rayon::prelude::*;

use super::block::{Blocks, Keyed, Tile, keyed};
use super::error::SplinkError;
use super::model::{SplinkLinkType, SplinkModel};
use super::records::{Column, NULL, SplinkColumn, read};
use super::score::{Made, Memory, Other, Single};
use super::search::Search;
use super::value::{Type, Value};
use crate::dataset::RECORDS_MAX;
use crate::progress::Progress;

/// The most comparisons, and the most blocking rules.
const COMPARISONS_MAX: usize = 32;

/// How many tiles are scored before their pairs are handed on in order: what is held of them stays bounded.
const TILES_AT_ONCE: usize = 128;

/// Between the parts of a composite id, as Splink writes it.
const SEPARATOR: &str = "-__-";

/// A pair that was scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplinkPair {
    /// The record that Splink calls `l`, by its place in the input from 0.
    pub left: u32,
    /// The record that Splink calls `r`.
    pub right: u32,
    /// The log2 odds that both are one person, the prior included: Splink's `match_weight`.
    pub weight: f64,
    /// The level of every comparison, packed; see [`SplinkLinker::gammas`].
    pub levels: u64,
    /// The place of the blocking rule that gave the pair: Splink's `match_key`.
    pub rule: u16,
}

impl SplinkPair {
    /// Returns the probability that both records are one person: Splink's `match_probability`.
    pub fn probability(&self) -> f64 {
        if self.weight >= 0.0 {
            return 1.0 / (1.0 + (-self.weight).exp2());
        }
        let odds = self.weight.exp2();
        odds / (1.0 + odds)
    }
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SplinkReport {
    /// Pairs that the blocking rules gave, each once.
    pub pairs: u64,
    /// Pairs of the least weight or more.
    pub kept: u64,
    /// The blocking rules, in order.
    pub rules: Vec<SplinkRuleReport>,
}

/// What one blocking rule gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SplinkRuleReport {
    /// The rule.
    pub sql: String,
    /// Blocks of two or more records, or where both sides of the rule differ, of one on each side.
    pub blocks: u64,
    /// The records in the largest of these, on its left side.
    pub largest_block: u64,
    /// Pairs that no earlier rule had given.
    pub pairs: u64,
}

/// Records made ready for one model.
///
/// Per record it holds four bytes for each comparison and for each blocking rule, both rounded up to 8, 16 or 32 of
/// them, four for each column, and eight more; distinct values are held once.
pub struct SplinkLinker {
    pub(super) model: SplinkModel,
    /// The input's records in the order of their ids: in a pair, the left one comes first.
    pub(super) order: Vec<u32>,
    /// The data set of each record in that order. Empty unless only pairs across data sets are wanted.
    pub(super) sources: Vec<u32>,
    /// For each record in that order, the codes of the comparisons of one column.
    pub(super) rows: Vec<u32>,
    /// In the order of a row's codes.
    pub(super) singles: Vec<Single>,
    pub(super) others: Vec<Other>,
    /// Where each comparison is.
    pub(super) places: Vec<Place>,
    /// The comparisons of one column in the model's order: the place of the code in a row, how far the level is
    /// shifted, and whether there are term frequencies.
    pub(super) lanes: Vec<(usize, u32, bool)>,
    /// How far each comparison's level is shifted in [`SplinkPair::levels`], and how many bits it has.
    pub(super) packing: Vec<(u32, u32)>,
    pub(super) rules: Vec<Keyed>,
}

#[derive(Clone, Copy)]
pub(super) enum Place {
    Single(usize),
    Other(usize),
}
impl SplinkLinker {
    /// Makes records ready.
    ///
    /// All batches have the columns that [`SplinkModel::columns`] lists. Where the model links data sets, they come
    /// one after the other in the batches, told apart by the source column.
    ///
    /// # Errors
    /// When a column is missing or of a type that the model's SQL does not take, an id is missing or not unique, or
    /// there is more of something than fits.
    pub fn new(model: &SplinkModel, batches: &[RecordBatch]) -> Result<Self, SplinkError> {
        let records: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if records > RECORDS_MAX {
            return Err(SplinkError::TooMany("records", RECORDS_MAX));
        }
        Self::ready(model, &read(&model.columns(), batches)?)
    }

    /// Makes records ready whose columns were encoded before: those that [`SplinkModel::columns`] lists, in any order.
    ///
    /// # Errors
    /// As [`Self::new`]; when columns have different numbers of records.
    pub fn of_columns(model: &SplinkModel, columns: Vec<SplinkColumn>) -> Result<Self, SplinkError> {
        let records = columns.first().map_or(0, SplinkColumn::len);
        if records > RECORDS_MAX {
            return Err(SplinkError::TooMany("records", RECORDS_MAX));
        }
        let columns: Vec<Column> = columns.into_iter().map(SplinkColumn::finish).collect();
        for name in model.columns() {
            match columns.iter().find(|column| column.name == name) {
                Some(column) if column.codes.len() == records => {}
                Some(_) => return Err(SplinkError::Ids(format!("the column {name:?} is not as long as the others"))),
                None => {
                    let present = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
                    return Err(SplinkError::ColumnMissing { column: name, present });
                }
            }
        }
        Self::ready(model, &columns)
    }

    fn ready(model: &SplinkModel, columns: &[Column]) -> Result<Self, SplinkError> {
        let records = columns.first().map_or(0, |column| column.codes.len());
        for (what, count) in [("comparisons", model.comparisons().len()), ("blocking rules", model.rules.len())] {
            if count > COMPARISONS_MAX {
                return Err(SplinkError::TooMany(what, COMPARISONS_MAX));
            }
        }
        let order = order(model, columns, records)?;
        let mut shift = 0;
        let mut packing = Vec::new();
        for comparison in model.comparisons() {
            let bits = usize::BITS - (comparison.levels.len() - 1).leading_zeros();
            packing.push((shift, bits));
            shift += bits;
        }
        if shift > u64::BITS {
            return Err(SplinkError::TooMany("levels of all comparisons together", 1 << 21));
        }
        let made = (0..model.comparisons().len())
            .into_par_iter()
            .map(|at| Made::new(model, at, columns))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut singles, mut others) = (Vec::new(), Vec::new());
        let mut places = vec![Place::Single(0); made.len()];
        for (at, made) in made.into_iter().enumerate() {
            match made {
                Made::Single(single, column) => singles.push((at, single, &columns[column])),
                Made::Other(other) => {
                    places[at] = Place::Other(others.len());
                    others.push(other);
                }
            }
        }
        // What promises most is asked first, so that a pair is given up early.
        singles.sort_by_key(|(_, single, _)| std::cmp::Reverse(single.bound_different));
        singles.iter().enumerate().for_each(|(lane, (at, ..))| places[*at] = Place::Single(lane));
        let lanes_of = |(place, (shift, _)): (&Place, &(u32, u32))| match place {
            Place::Single(lane) => {
                let adjusted = singles[*lane].1.frequencies.iter().any(Option::is_some);
                Some((*lane, *shift, adjusted))
            }
            Place::Other(_) => None,
        };
        let in_order = places.iter().zip(&packing).filter_map(lanes_of).collect();
        let keys: Vec<&Column> = singles.iter().map(|(.., column)| *column).collect();
        let rules = keyed(&model.rules, columns, &order)?;
        let width = lanes(singles.len());
        let rows = rows_of(records, width, |record, lane| {
            keys.get(lane).map_or(NULL, |column| column.codes[order[record] as usize])
        });
        let sources = match model.source_column() {
            Some(source) if model.link_type() == SplinkLinkType::LinkOnly => {
                let column = columns.iter().find(|column| column.name == source);
                order.iter().map(|record| column.map_or(NULL, |column| column.codes[*record as usize])).collect()
            }
            _ => Vec::new(),
        };
        let singles = singles.into_iter().map(|(_, single, _)| single).collect();
        Ok(Self {
            model: model.clone(),
            order,
            sources,
            rows,
            singles,
            others,
            places,
            lanes: in_order,
            packing,
            rules,
        })
    }

    /// Returns the model.
    pub fn model(&self) -> &SplinkModel {
        &self.model
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the place of the level of each comparison of a pair.
    pub fn levels(&self, pair: &SplinkPair) -> impl Iterator<Item = usize> {
        let packed = pair.levels;
        self.packing.iter().map(move |(shift, bits)| (packed >> shift & ((1 << bits) - 1)) as usize)
    }

    /// Returns the comparison vector of a pair: the numbers that Splink has in its `gamma_…` columns.
    pub fn gammas(&self, pair: &SplinkPair) -> impl Iterator<Item = i8> {
        self.levels(pair).zip(self.model.comparisons()).map(|(level, comparison)| comparison.levels[level].gamma)
    }

    /// Scores every pair that the blocking rules give, each once, and hands on those of `least` weight or more, or
    /// all of them. They come in batches, from any thread and in any order.
    ///
    /// # Errors
    /// When the model's SQL fails for a pair, as it would in DuckDB. Pairs may have been handed on before.
    pub fn predict(
        &self,
        least: Option<f64>,
        progress: &dyn Progress,
        take: &(dyn Fn(&[SplinkPair]) + Sync),
    ) -> Result<SplinkReport, SplinkError> {
        let done = |pairs: Vec<SplinkPair>| {
            if !pairs.is_empty() {
                take(&pairs);
            }
        };
        self.run(least, progress, &done, &mut |_| Ok(()))
    }

    /// Scores as [`Self::predict`] does and hands on the pairs in an order that does not depend on the number of
    /// threads, to one caller at a time. While `take` is at work, nothing is scored.
    ///
    /// # Errors
    /// When the model's SQL fails for a pair, and what `take` gives. Pairs may have been handed on before.
    pub fn predict_in_order<E: From<SplinkError>>(
        &self,
        least: Option<f64>,
        progress: &dyn Progress,
        mut take: impl FnMut(Vec<SplinkPair>) -> Result<(), E>,
    ) -> Result<SplinkReport, E> {
        self.run(least, progress, &|pairs| pairs, &mut |parts| parts.into_iter().try_for_each(&mut take))
    }

    /// Scores as [`Self::predict`] does and returns the pairs, in an order that does not depend on the number of
    /// threads.
    ///
    /// # Errors
    /// When the model's SQL fails for a pair.
    pub fn pairs(
        &self,
        least: Option<f64>,
        progress: &dyn Progress,
    ) -> Result<(Vec<SplinkPair>, SplinkReport), SplinkError> {
        let mut all = Vec::new();
        let report = self.predict_in_order(least, progress, |pairs| {
            all.extend(pairs);
            Ok::<_, SplinkError>(())
        })?;
        Ok((all, report))
    }

    /// Scores tile by tile. `done` is called from the thread that scored a tile, `gather` after every so many tiles
    /// with what `done` made of each, in order.
    fn run<T: Send, E: From<SplinkError>>(
        &self,
        least: Option<f64>,
        progress: &dyn Progress,
        done: &(dyn Fn(Vec<SplinkPair>) -> T + Sync),
        gather: &mut dyn FnMut(Vec<T>) -> Result<(), E>,
    ) -> Result<SplinkReport, E> {
        // The number of each record's block under each rule, as the left record of a pair and as the right one.
        let width = lanes(self.rules.len());
        let numbers = |of: &[&[u32]]| {
            rows_of(self.len(), width, |record, rule| of.get(rule).map_or(0, |numbers| numbers[record]))
        };
        let of_left: Vec<&[u32]> = self.rules.iter().map(|rule| rule.left.as_slice()).collect();
        let left = numbers(&of_left);
        let right = match self.rules.iter().any(|rule| rule.right.is_some()) {
            true => {
                let of_right = self.rules.iter().map(|rule| rule.right.as_ref().unwrap_or(&rule.left).as_slice());
                Some(numbers(&of_right.collect::<Vec<_>>()))
            }
            false => None,
        };
        let right = right.as_deref().unwrap_or(&left);
        let desks = Mutex::new(Vec::new());
        let mut report = SplinkReport::default();
        let blocks_of = |rule: usize| self.rules.get(rule).map(Blocks::new);
        let mut ahead = blocks_of(0);
        for rule in 0..self.rules.len() {
            let Some(blocks) = ahead.take() else { break };
            let tiles = blocks.tiles();
            progress.stage("scoring", tiles.len() as u64);
            let search = Search { linker: self, rule, blocks: &blocks, left: &left, right, least };
            let score = |tile: &Tile| {
                let mut memory = lock(&desks).pop().unwrap_or_else(|| Box::new(Memory::new(&self.singles)));
                let found = search.tile(*tile, &mut memory);
                let fault = memory.desk.fault.take();
                lock(&desks).push(memory);
                progress.advance(1);
                match fault {
                    Some(fault) => Err(fault),
                    None => Ok((found.given, found.pairs.len() as u64, done(found.pairs))),
                }
            };
            let mut given = 0;
            for tiles in tiles.chunks(TILES_AT_ONCE) {
                let work = || tiles.par_iter().map(score).collect::<Result<Vec<_>, SplinkError>>();
                // One thread sorts the records by the blocks of the next rule, while the others score.
                let scored = match ahead {
                    None => {
                        let (scored, blocks) = rayon::join(work, || blocks_of(rule + 1));
                        ahead = blocks;
                        scored?
                    }
                    Some(_) => work()?,
                };
                given += scored.iter().map(|(given, ..)| given).sum::<u64>();
                report.kept += scored.iter().map(|(_, kept, _)| kept).sum::<u64>();
                gather(scored.into_iter().map(|(_, _, done)| done).collect())?;
            }
            report.pairs += given;
            report.rules.push(SplinkRuleReport {
                sql: self.model.rules[rule].sql.clone(),
                blocks: blocks.len() as u64,
                largest_block: blocks.largest() as u64,
                pairs: given,
            });
            // A rule that gives no pair has no tile beside which it could have been done.
            ahead = ahead.or_else(|| blocks_of(rule + 1));
        }
        Ok(report)
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A thread that panicked left a stack of desks as good as before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns rows of `width` words one after the other, which is a power of two. Threads write them as they make them: zeros
/// first would have one thread have all of the memory.
fn rows_of(records: usize, width: usize, word: impl Fn(usize, usize) -> u32 + Sync) -> Vec<u32> {
    let shift = width.trailing_zeros();
    let words = (0..records << shift).into_par_iter().with_min_len(width << 10);
    words.map(|at| word(at >> shift, at & (width - 1))).collect()
}

/// Returns how many codes a record has room for: what is compared at once has one of three sizes.
pub(super) fn lanes(used: usize) -> usize {
    match used {
        0..=8 => 8,
        9..=16 => 16,
        _ => COMPARISONS_MAX,
    }
}

/// Returns the records in the order of their ids, as Splink compares them.
fn order(model: &SplinkModel, columns: &[Column], records: usize) -> Result<Vec<u32>, SplinkError> {
    let column = |name: &str| columns.iter().find(|column| column.name == name);
    let Some(ids) = column(model.id_column()) else { return Ok(Vec::new()) };
    let wrong = |reason: &str| SplinkError::Ids(format!("the id column {:?} {reason}", ids.name));
    if ids.codes.contains(&NULL) {
        return Err(wrong("has missing values"));
    }
    if !matches!(ids.of, Type::Text | Type::Integer | Type::Null) {
        return Err(wrong("must be text or integers"));
    }
    let mut order: Vec<u32> = (0..records as u32).collect();
    let Some(sources) = model.source_column().and_then(column) else {
        if ids.dictionary.len() - 1 != records {
            return Err(wrong("must be unique"));
        }
        let id = |record: &u32| ids.codes[*record as usize];
        match ids.of {
            Type::Text => {
                let bytes = ids.dictionary.bytes();
                let text = |record: &u32| &bytes[ids.dictionary.span(id(record))];
                order.par_sort_unstable_by(|a, b| text(a).cmp(text(b)));
            }
            _ => {
                let number = |record: &u32| match ids.dictionary.value(id(record)) {
                    Value::Integer(number) => number,
                    _ => 0,
                };
                order.par_sort_by_cached_key(number);
            }
        }
        return Ok(order);
    };
    if sources.codes.contains(&NULL) || !matches!(sources.of, Type::Text | Type::Null) {
        return Err(SplinkError::Ids(format!(
            "the source column {:?} must be text without missing values",
            sources.name
        )));
    }
    // Splink joins the data set and the id to one text, and compares that.
    let text = |value: Value| match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        _ => String::new(),
    };
    let joined: Vec<String> = (0..records)
        .into_par_iter()
        .map(|record| {
            let source = text(sources.dictionary.value(sources.codes[record]));
            source + SEPARATOR + &text(ids.dictionary.value(ids.codes[record]))
        })
        .collect();
    order.par_sort_unstable_by(|a, b| joined[*a as usize].cmp(&joined[*b as usize]));
    if order.windows(2).any(|two| joined[two[0] as usize] == joined[two[1] as usize]) {
        return Err(wrong("must be unique within a data set"));
    }
    // Of exactly two data sets that are linked, the first by name is left, whatever the joined texts say.
    if model.link_type() == SplinkLinkType::LinkOnly && sources.dictionary.len() == 3 {
        let source = |record: &u32| text(sources.dictionary.value(sources.codes[*record as usize]));
        order.par_sort_by_cached_key(source);
    }
    Ok(order)
}
