//! Scores of pairs: levels, weights, patterns.

use std::sync::Arc;

use crate::compare::{MISSING_LEVEL, Values};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::model::{ComparisonModel, Model};
use crate::pool::{MISSING, room};
use crate::settings::{Kind, Settings};

const WIDTH: usize = Settings::COMPARISONS_MAX;

/// How many levels of value pairs each comparison remembers, as a power of two: 64 KiB, so that all of them stay in a core's
/// cache; less for few records, which would not pay for clearing it.
const REMEMBERED_BITS: u32 = 13;
const REMEMBERED_BITS_OF_FEW: u32 = 6;
/// How many records are few.
const FEW_RECORDS: usize = 2_000;

/// Levels of value pairs seen lately, one table for each comparison. One for each thread.
pub(crate) struct Memory {
    /// Two codes of 30 bits and a level of four bits a word. 0 is free: no pair has code 0.
    words: Vec<u64>,
    bits: u32,
}

impl Memory {
    pub(crate) fn new(data: &Dataset) -> Self {
        let bits = if data.records < FEW_RECORDS { REMEMBERED_BITS_OF_FEW } else { REMEMBERED_BITS };
        Self { words: vec![0; data.values.len() << bits], bits }
    }

    /// For a pair or two.
    pub(crate) fn small(data: &Dataset) -> Self {
        Self { words: vec![0; data.values.len() << REMEMBERED_BITS_OF_FEW], bits: REMEMBERED_BITS_OF_FEW }
    }
}

/// A comparison's part in the score of a pair.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Part {
    pub(crate) level: u8,
    /// log2(m / u), adjusted for term frequency.
    pub(crate) weight: f64,
    /// log2(h / u), adjusted likewise where households share the value.
    pub(crate) household: f64,
    /// The part of `weight` that is owed to the frequency of the value.
    pub(crate) frequency: f64,
}

struct Table {
    weight: [f64; WIDTH],
    household: [f64; WIDTH],
    frequency: [f64; WIDTH],
    shared: bool,
    /// Whether equal values may be at another level than the first.
    composite: bool,
    /// Whether comparing takes longer than remembering.
    remember: bool,
    /// The most that values which differ can weigh, and the most they take of the adjustment.
    most_different: f64,
    most_frequency: f64,
    /// log2(u / share) of each value; empty without term frequencies.
    adjust: Vec<f64>,
}

/// What a model weighs, looked up by level and by value.
pub(crate) struct Weights {
    tables: Vec<Table>,
    /// The places of the comparisons, the cheapest first: a pair that they settle is spared the dear ones.
    order: Vec<usize>,
    prior_weight: f64,
    household: Option<f64>,
    exchange: Option<Exchange>,
}

/// Scores pairs of one data set under one model.
pub(crate) struct Scorer<'a> {
    data: &'a Dataset,
    weights: Arc<Weights>,
}

/// Where names are compared that may be exchanged.
///
/// That two names are found in each other's place says all that there is to say of them: each compared with the one in its
/// own place would be taken for a difference, and count against one person.
struct Exchange {
    at: usize,
    names: [usize; 2],
}

impl Exchange {
    fn of(settings: &Settings) -> Option<Self> {
        let comparisons = || settings.comparisons.iter().enumerate();
        let (at, exchange) = comparisons().find(|(_, one)| one.kind == Kind::SwappedNames)?;
        let named = |column: &String| {
            let mut alone = comparisons().filter(|(other, _)| *other != at);
            alone.find(|(_, one)| one.columns.as_slice() == std::slice::from_ref(column)).map(|(place, _)| place)
        };
        Some(Self { at, names: [named(&exchange.columns[0])?, named(&exchange.columns[1])?] })
    }
}

/// Returns how dear it is to compare two values of a kind, beside other kinds.
fn cost(kind: &Kind) -> u8 {
    match kind {
        Kind::Exact | Kind::Sex => 0,
        // What was asked already is remembered.
        Kind::SwappedNames => 1,
        Kind::Date => 2,
        Kind::Identifier | Kind::CheckedIdentifier { .. } | Kind::Number | Kind::Code | Kind::Phone => 3,
        Kind::Address | Kind::Email | Kind::Text { .. } => 4,
        Kind::GivenName | Kind::FamilyName => 5,
    }
}

/// The least level of names that are exchanged.
const EXCHANGED: u8 = 2;

impl Weights {
    pub(crate) fn new(data: &Dataset, model: &Model) -> Result<Self, Error> {
        model.check(&data.settings)?;
        Ok(Self::fitting(data, model))
    }

    /// Looks up what a model weighs that fits the settings of the data.
    pub(crate) fn fitting(data: &Dataset, model: &Model) -> Self {
        let tables = (0..model.comparisons.len()).map(|at| Table::new(data, model, at)).collect();
        let mut order: Vec<usize> = (0..model.comparisons.len()).collect();
        order.sort_by_key(|at| cost(&model.comparisons[*at].kind));
        let exchange = Exchange::of(&data.settings);
        Self { tables, order, prior_weight: model.prior_weight(), household: model.household, exchange }
    }

    /// Makes room for values that the data gets later.
    pub(crate) fn open(&mut self) {
        self.tables.iter_mut().for_each(|table| table.adjust.reserve_exact(room(table.adjust.len())));
    }

    /// Takes in the values that the data got since.
    pub(crate) fn extend(&mut self, data: &Dataset, model: &Model) {
        for (at, (table, learnt)) in self.tables.iter_mut().zip(&model.comparisons).enumerate() {
            table.extend(&data.values[at], learnt);
        }
    }
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(data: &'a Dataset, model: &Model) -> Result<Self, Error> {
        Ok(Self::with(data, Arc::new(Weights::new(data, model)?)))
    }

    /// Scores by weights that were made for these values.
    pub(crate) fn with(data: &'a Dataset, weights: Arc<Weights>) -> Self {
        Self { data, weights }
    }

    pub(crate) fn data(&self) -> &'a Dataset {
        self.data
    }

    pub(crate) fn prior_weight(&self) -> f64 {
        self.weights.prior_weight
    }

    /// Returns by how much the odds fall because two different people of one household would agree as much.
    pub(crate) fn household_cost(&self, household: f64) -> f64 {
        self.weights.household.map_or(0.0, |share| ((1.0 - share) + share * household.exp2()).log2())
    }

    /// Returns what households cost at least, which is below 0.
    fn least_household_cost(&self) -> f64 {
        self.weights.household.map_or(0.0, |share| (1.0 - share).log2()) - 1e-9
    }

    /// Returns the comparisons that say nothing since names were found exchanged.
    fn silenced(&self, left: &[u32], right: &[u32], memory: &mut Memory) -> Option<[usize; 2]> {
        let Exchange { at, names } = self.weights.exchange.as_ref()?;
        // Names that agree in their places are not exchanged.
        if names.iter().any(|name| left[*name] == right[*name]) {
            return None;
        }
        (self.level(*at, left[*at], right[*at], memory) >= EXCHANGED).then_some(*names)
    }

    /// Returns the log2 odds of a pair if they reach `least`.
    ///
    /// Equal and missing values are settled first; strings are compared only while the pair can still get there.
    pub(crate) fn weight(&self, left: u32, right: u32, least: f64, memory: &mut Memory) -> Option<f64> {
        self.weight_of_rows(self.data.row(left), self.data.row(right), least, memory)
    }

    /// Returns the same of the codes of two records.
    pub(crate) fn weight_of_rows(
        &self,
        left_row: &[u32],
        right_row: &[u32],
        least: f64,
        memory: &mut Memory,
    ) -> Option<f64> {
        let mut sum = self.weights.prior_weight;
        let mut household = 0.0;
        let mut slack = 0.0;
        let mut open = [(0_u8, 0.0_f64); WIDTH];
        let mut opened = 0;
        let silenced = self.silenced(left_row, right_row, memory);
        for at in &self.weights.order {
            let (at, table) = (*at, &self.weights.tables[*at]);
            let (a, b) = (left_row[at], right_row[at]);
            if a == MISSING || b == MISSING || silenced.is_some_and(|names| names.contains(&at)) {
                continue;
            }
            if a == b {
                let level = if table.composite { self.data.values[at].level_of_equal(a) } else { 1 };
                let adjust = table.adjustment(level, a, b);
                sum += table.weight[usize::from(level)] + adjust;
                household += table.household[usize::from(level)] + if table.shared { adjust } else { 0.0 };
            } else {
                let most = table.most_different(a, b);
                slack += most;
                open[opened] = (at as u8, most);
                opened += 1;
            }
        }
        let least_sum = least + self.least_household_cost();
        for (at, most) in open.iter().take(opened) {
            if sum + slack < least_sum {
                return None;
            }
            slack -= most;
            let at = usize::from(*at);
            let (a, b) = (left_row[at], right_row[at]);
            let level = self.level_of_different(at, a, b, memory);
            let table = &self.weights.tables[at];
            let adjust = table.adjustment(level, a, b);
            sum += table.weight[usize::from(level)] + adjust;
            household += table.household[usize::from(level)] + if table.shared { adjust } else { 0.0 };
        }
        let total = sum - self.household_cost(household);
        (total >= least).then_some(total)
    }

    fn level_of_different(&self, at: usize, a: u32, b: u32, memory: &mut Memory) -> u8 {
        if !self.weights.tables[at].remember {
            return self.data.values[at].level_of_different(a, b);
        }
        let (low, high) = (a.min(b), a.max(b));
        let key = (u64::from(low) << 30 | u64::from(high)) << 4;
        let spread = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = at << memory.bits | (spread >> (u64::BITS - memory.bits)) as usize;
        let word = memory.words[place];
        if word & !0xf == key {
            return (word & 0xf) as u8;
        }
        let level = self.data.values[at].level_of_different(low, high);
        memory.words[place] = key | u64::from(level);
        level
    }

    /// Returns the level of every comparison, four bits each, the first comparison in the lowest.
    pub(crate) fn pattern(&self, left: u32, right: u32, memory: &mut Memory) -> u64 {
        let (left, right) = (self.data.row(left), self.data.row(right));
        let silenced = self
            .silenced(left, right, memory)
            .map_or(0, |names| names.iter().fold(0, |bits, at| bits | 0xf << (4 * at)));
        let rows = left.iter().zip(right).enumerate();
        rows.fold(0, |pattern, (at, (a, b))| pattern | u64::from(self.level(at, *a, *b, memory)) << (4 * at))
            & !silenced
    }

    /// Returns the parts of the score of a pair in the order of the comparisons; those beyond are missing, and so are names
    /// that were found exchanged, which another part tells.
    pub(crate) fn parts(&self, left: u32, right: u32, memory: &mut Memory) -> [Part; WIDTH] {
        let mut parts = [Part::default(); WIDTH];
        let (left, right) = (self.data.row(left), self.data.row(right));
        for (part, (at, (a, b))) in parts.iter_mut().zip(left.iter().zip(right).enumerate()) {
            *part = self.part(at, *a, *b, memory);
        }
        for silenced in self.silenced(left, right, memory).into_iter().flatten() {
            parts[silenced] = Part::default();
        }
        parts
    }

    /// Adds the weight of every part of a pair to `sums`, and returns the log2 odds of the pair and which comparisons are
    /// missing in it, a bit each; no odds where they are no more than `beyond` for sure.
    pub(crate) fn add_to(
        &self,
        sums: &mut [f64; WIDTH],
        (left, right): (u32, u32),
        beyond: f64,
        memory: &mut Memory,
    ) -> (Option<f64>, u32) {
        let (left, right) = (self.data.row(left), self.data.row(right));
        let silenced = self.silenced(left, right, memory);
        let (mut weight, mut household, mut missing) = (0.0, 0.0, 0_u32);
        for (at, (sum, (a, b))) in sums.iter_mut().zip(left.iter().zip(right)).enumerate() {
            let is_silenced = silenced.is_some_and(|names| names.contains(&at));
            let level = if is_silenced { MISSING_LEVEL } else { self.level(at, *a, *b, memory) };
            if level == MISSING_LEVEL {
                missing |= 1 << at;
                continue;
            }
            let table = &self.weights.tables[at];
            let frequency = table.adjustment(level, *a, *b);
            let of_part = table.weight[usize::from(level)] + frequency;
            *sum += of_part;
            weight += of_part;
            household += table.household[usize::from(level)] + if table.shared { frequency } else { 0.0 };
        }
        let most = self.weights.prior_weight + weight - self.least_household_cost();
        let total = (most > beyond).then(|| self.weights.prior_weight + weight - self.household_cost(household));
        (total, missing)
    }

    /// Returns the log2 odds of the parts of a pair.
    pub(crate) fn total_of(&self, parts: &[Part]) -> f64 {
        let weight: f64 = parts.iter().map(|part| part.weight).sum();
        let household: f64 = parts.iter().map(|part| part.household).sum();
        self.weights.prior_weight + weight - self.household_cost(household)
    }

    fn part(&self, at: usize, a: u32, b: u32, memory: &mut Memory) -> Part {
        let level = self.level(at, a, b, memory);
        if level == MISSING_LEVEL {
            return Part::default();
        }
        let table = &self.weights.tables[at];
        let frequency = table.adjustment(level, a, b);
        Part {
            level,
            weight: table.weight[usize::from(level)] + frequency,
            household: table.household[usize::from(level)] + if table.shared { frequency } else { 0.0 },
            frequency,
        }
    }

    fn level(&self, at: usize, a: u32, b: u32, memory: &mut Memory) -> u8 {
        if a == MISSING || b == MISSING {
            MISSING_LEVEL
        } else if a == b {
            self.data.values[at].level_of_equal(a)
        } else {
            self.level_of_different(at, a, b, memory)
        }
    }
}

impl Table {
    fn new(data: &Dataset, model: &Model, at: usize) -> Self {
        let learnt = &model.comparisons[at];
        let (mut weight, mut household, mut frequency) = ([0.0; WIDTH], [0.0; WIDTH], [0.0; WIDTH]);
        for (place, level) in learnt.levels.iter().enumerate() {
            weight[place + 1] = (level.m / level.u).log2();
            household[place + 1] = (level.h / level.u).log2();
            frequency[place + 1] = level.frequency;
        }
        let swapped = learnt.kind == Kind::SwappedNames;
        let different = if swapped { 1 } else { 2 }..=learnt.levels.len();
        let most = |of: &[f64; WIDTH]| different.clone().map(|level| of[level]).fold(f64::NEG_INFINITY, f64::max);
        let mut table = Self {
            shared: learnt.shared_by_household,
            composite: matches!(learnt.kind, Kind::Address | Kind::Date),
            remember: !matches!(learnt.kind, Kind::Exact | Kind::Sex),
            // Addresses that differ may have nothing to compare, which weighs 0.
            most_different: most(&weight).max(if learnt.kind == Kind::Address { 0.0 } else { f64::NEG_INFINITY }),
            most_frequency: most(&frequency),
            weight,
            household,
            frequency,
            adjust: Vec::new(),
        };
        table.extend(&data.values[at], learnt);
        table
    }

    /// Works out the adjustments of the values that have none yet.
    fn extend(&mut self, values: &Values, learnt: &ComparisonModel) {
        let Some(frequencies) = &learnt.frequencies else { return };
        let agreement = learnt.levels[0].u;
        let new = self.adjust.len() as u32..values.len() as u32;
        self.adjust.extend(new.map(|code| (agreement / frequencies.share(&values.text(code))).log2()));
    }

    /// Returns the term frequency adjustment: the more frequent of the two values counts.
    fn adjustment(&self, level: u8, a: u32, b: u32) -> f64 {
        if self.adjust.is_empty() {
            return 0.0;
        }
        self.frequency[usize::from(level)] * self.adjust[a as usize].min(self.adjust[b as usize])
    }

    fn most_different(&self, a: u32, b: u32) -> f64 {
        if self.adjust.is_empty() {
            return self.most_different;
        }
        let adjust = self.adjust[a as usize].min(self.adjust[b as usize]);
        self.most_different + self.most_frequency * adjust.max(0.0)
    }
}
