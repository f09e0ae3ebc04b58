//! Scoring every pair that the blocking rules give.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt8Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, Float64Array, RecordBatch, StringArray, UInt8Array,
    UInt32Array, UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::block::{Blocking, RuleReport};
use crate::dataset::{self, Dataset};
use crate::error::Error;
use crate::explain::{names_of_levels, place_of_level};
use crate::model::Model;
use crate::partition::Partition;
use crate::progress::Progress;
use crate::score::{Memory, Scorer};

/// A pair that was scored at or above [`crate::Settings::edge_weight_min`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The smaller record index.
    pub left: u32,
    /// The greater record index.
    pub right: u32,
    /// The log2 odds that both are one person, the prior included.
    pub weight: f32,
    /// The place of the blocking rule that gave the pair.
    pub rule: u8,
}

impl Edge {
    /// Returns the probability that both records are one person.
    pub fn probability(&self) -> f64 {
        probability(f64::from(self.weight))
    }
}

/// Returns the probability of log2 odds.
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// The scored pairs.
#[derive(Debug, Clone, Default)]
pub struct Predictions {
    /// The pairs kept, in the order of rules and blocks.
    pub edges: Vec<Edge>,
    /// What was looked at and what was left out.
    pub report: PredictionReport,
}

/// What was looked at and what was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PredictionReport {
    /// Pairs scored, each once.
    pub pairs_scored: u64,
    /// Those of them that are pairs of base records.
    #[serde(default)]
    pub base_pairs_scored: u64,
    /// Pairs kept.
    pub edges: u64,
    /// Records that have a key under no rule: no rule compares them with anybody.
    #[serde(default)]
    pub records_without_key: u64,
    /// What was left out of base records and their pairs, as if there were no others.
    #[serde(default)]
    pub base_left_out: LeftOut,
    /// The blocking rules.
    pub rules: Vec<RuleReport>,
}

/// What blocking left out, over all rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Blocks over the size limit that were split.
    pub blocks_split: u64,
    /// Blocks over the size limit that were skipped, parts of split ones included.
    pub blocks_skipped: u64,
    /// Pairs that a rule did not look at for the size of their block, each counted once for each such rule. Another rule may have
    /// given them.
    pub pairs_cut: u64,
    /// Records that have a key under no rule: no rule compares them with anybody.
    pub records_without_key: u64,
}

impl LeftOut {
    /// Adds what one rule cut.
    fn add_cut(&mut self, rule: &RuleReport) {
        self.blocks_split += rule.blocks_split;
        self.blocks_skipped += rule.blocks_skipped;
        self.pairs_cut += rule.pairs_cut;
    }

    fn add(&mut self, other: &Self) {
        self.blocks_split += other.blocks_split;
        self.blocks_skipped += other.blocks_skipped;
        self.pairs_cut += other.pairs_cut;
        self.records_without_key += other.records_without_key;
    }
}

/// Scores every pair that the blocking rules give, each once, and keeps those of some weight.
///
/// Pairs of two different attach-only sources are left out: nothing uses them. Records of base sources are blocked
/// as if there were no others, so that a source that is only attached changes none of their pairs. The result does
/// not depend on the number of threads.
///
/// # Errors
/// When the model does not fit the settings.
pub fn predict(data: &Dataset, model: &Model, progress: &dyn Progress) -> Result<Predictions, Error> {
    predict_partition(data, model, Partition::WHOLE, progress)
}

/// Scores the pairs of one partition: those of the blocks that fall to it, see [`Partition`].
///
/// Every pair that [`predict`] scores is scored in exactly one of the partitions, with the same weight and by the same
/// rule; where several rules give it, in that of the first one's block. Blocks over the size limit are cut alike, since
/// every partition forms all blocks and scores its own. [`Predictions::merge`] puts the partitions together.
///
/// # Errors
/// When the model does not fit the settings.
pub fn predict_partition(
    data: &Dataset,
    model: &Model,
    partition: Partition,
    progress: &dyn Progress,
) -> Result<Predictions, Error> {
    let settings = &data.settings;
    let scorer = Scorer::new(data, model)?;
    let blocking = Blocking::new(data, &settings.blocks, partition)?;
    let rules = blocking.rules();
    let mut predictions = Predictions::default();
    predictions.report.rules = vec![RuleReport::default(); rules];
    // The number of each record's block under each rule: two records share one if an earlier rule gave their pair.
    let mut numbers = vec![0_u32; data.records * rules];
    for tier in 0..=settings.attach_only.len() as u16 {
        if tier > 0 {
            numbers.fill(0);
        }
        for rule in 0..rules {
            let matters = |record: u32| data.tier(record) == tier;
            let admit = |record: u32| data.tier(record) == 0 || matters(record);
            let grouped = blocking.group(rule, settings.block_size_max, admit, matters);
            grouped.number(&mut numbers, rule, rules);
            let tiles = grouped.tiles();
            progress.stage("scoring", tiles.len() as u64);
            let wanted = |left: u32, right: u32| {
                let (a, b) = (left as usize * rules, right as usize * rules);
                let earlier = numbers[a..a + rule].iter().zip(&numbers[b..b + rule]);
                !earlier.fold(false, |given, (x, y)| given | (x == y && *x != 0))
                    && (tier == 0 || data.tier(left) == tier || data.tier(right) == tier)
                    && !(settings.link_only && data.sources[left as usize] == data.sources[right as usize])
            };
            let scored: Vec<(Vec<Edge>, u64)> = tiles
                .into_par_iter()
                .map_init(
                    || Memory::new(data),
                    |memory, tile| {
                        let mut edges = Vec::new();
                        let mut pairs = 0;
                        grouped.each_pair(tile, |left, right| {
                            if !wanted(left, right) {
                                return;
                            }
                            pairs += 1;
                            if let Some(weight) = scorer.weight(left, right, settings.edge_weight_min, memory) {
                                edges.push(Edge { left, right, weight: weight as f32, rule: rule as u8 });
                            }
                        });
                        progress.advance(1);
                        (edges, pairs)
                    },
                )
                .collect();
            let total: usize = scored.iter().map(|(edges, _)| edges.len()).sum();
            predictions.edges.reserve_exact(total);
            let report = &mut predictions.report.rules[rule];
            for (edges, pairs) in scored {
                predictions.edges.extend(edges);
                report.pairs_scored += pairs;
                predictions.report.base_pairs_scored += if tier == 0 { pairs } else { 0 };
            }
            report.add(&grouped.report);
            if tier == 0 {
                predictions.report.base_left_out.add_cut(&grouped.report);
            }
        }
    }
    let (without_key, [without_any, base_without_any]) = blocking.without_key();
    for (report, records) in predictions.report.rules.iter_mut().zip(without_key) {
        report.records_without_key = records;
    }
    predictions.report.records_without_key = without_any;
    predictions.report.base_left_out.records_without_key = base_without_any;
    predictions.report.pairs_scored = predictions.report.rules.iter().map(|rule| rule.pairs_scored).sum();
    predictions.report.edges = predictions.edges.len() as u64;
    Ok(predictions)
}

fn numbers<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a [T::Native], Error> {
    let array = dataset::find(batch, name)?;
    match array.as_primitive_opt::<T>() {
        Some(numbers) if numbers.null_count() == 0 => Ok(numbers.values()),
        _ => {
            let problem = format!("column {name} of edges is {} without gaps, not {}", T::DATA_TYPE, array.data_type());
            Err(ArrowError::InvalidArgumentError(problem).into())
        }
    }
}

impl RuleReport {
    fn add(&mut self, other: &Self) {
        self.rule.clone_from(&other.rule);
        self.pairs_scored += other.pairs_scored;
        self.blocks += other.blocks;
        self.largest_block = self.largest_block.max(other.largest_block);
        self.pairs += other.pairs;
        self.blocks_split += other.blocks_split;
        self.blocks_skipped += other.blocks_skipped;
        self.pairs_cut += other.pairs_cut;
        self.records_without_key += other.records_without_key;
    }
}

impl Predictions {
    /// Puts the predictions of partitions together, each partition once.
    ///
    /// The edges are those of a whole run in another order, which [`crate::cluster`] does not look at; the report is
    /// that of a whole run. That no partition is missing, or there twice, is for the caller to see to.
    ///
    /// # Errors
    /// [`Error::Settings`] when the partitions had different blocking rules.
    pub fn merge(parts: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let mut parts = parts.into_iter();
        let mut merged = parts.next().unwrap_or_default();
        for part in parts {
            let rules = || merged.report.rules.iter().map(|rule| &rule.rule);
            if !rules().eq(part.report.rules.iter().map(|rule| &rule.rule)) {
                return Err(Error::Settings("partitions of different blocking rules are not of one run".to_owned()));
            }
            for (rule, other) in merged.report.rules.iter_mut().zip(&part.report.rules) {
                rule.add(other);
            }
            merged.report.pairs_scored += part.report.pairs_scored;
            merged.report.base_pairs_scored += part.report.base_pairs_scored;
            merged.report.edges += part.report.edges;
            merged.report.records_without_key += part.report.records_without_key;
            merged.report.base_left_out.add(&part.report.base_left_out);
            merged.edges.extend(part.edges);
        }
        Ok(merged)
    }

    /// Reads edges from the columns `left`, `right`, `match_weight` and `rule` of [`Predictions::to_record_batch`].
    ///
    /// # Errors
    /// [`Error::ColumnMissing`] when a column is not there, and [`Error::Arrow`] when it is of another type or lacks a
    /// value.
    pub fn edges_from(batch: &RecordBatch) -> Result<Vec<Edge>, Error> {
        let left = numbers::<UInt32Type>(batch, "left")?;
        let right = numbers::<UInt32Type>(batch, "right")?;
        let weight = numbers::<Float64Type>(batch, "match_weight")?;
        let rule = numbers::<UInt8Type>(batch, "rule")?;
        let edge = |at: usize| Edge { left: left[at], right: right[at], weight: weight[at] as f32, rule: rule[at] };
        Ok((0..batch.num_rows()).map(edge).collect())
    }

    /// Returns the edges as Arrow arrays.
    ///
    /// Columns: `left`, `right` (u32 record indices), `match_weight` (f64, log2 odds with the prior),
    /// `match_probability` (f64), `pattern` (u64, four bits for each comparison, the first in the lowest, 0 for
    /// missing), `rule` (u8, place of the blocking rule).
    ///
    /// # Errors
    /// When the model does not fit the settings.
    pub fn to_record_batch(&self, data: &Dataset, model: &Model) -> Result<RecordBatch, Error> {
        let scorer = Scorer::new(data, model)?;
        let patterns: Vec<u64> = self
            .edges
            .par_iter()
            .map_init(|| Memory::new(data), |memory, edge| scorer.pattern(edge.left, edge.right, memory))
            .collect();
        let weights: Vec<f64> = self
            .edges
            .par_iter()
            .map_init(
                || Memory::new(data),
                |memory, edge| {
                    let exact = scorer.weight(edge.left, edge.right, f64::NEG_INFINITY, memory);
                    exact.unwrap_or(f64::from(edge.weight))
                },
            )
            .collect();
        let field = |name: &str, of: DataType| Field::new(name, of, false);
        let schema = Schema::new(vec![
            field("left", DataType::UInt32),
            field("right", DataType::UInt32),
            field("match_weight", DataType::Float64),
            field("match_probability", DataType::Float64),
            field("pattern", DataType::UInt64),
            field("rule", DataType::UInt8),
        ]);
        let probabilities = Float64Array::from_iter_values(weights.iter().map(|weight| probability(*weight)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(self.edges.iter().map(|edge| edge.left))),
            Arc::new(UInt32Array::from_iter_values(self.edges.iter().map(|edge| edge.right))),
            Arc::new(Float64Array::from(weights)),
            Arc::new(probabilities),
            Arc::new(UInt64Array::from(patterns)),
            Arc::new(UInt8Array::from_iter_values(self.edges.iter().map(|edge| edge.rule))),
        ];
        Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
    }

    /// Returns what each comparison made of the edges, as Arrow arrays in the order of [`Predictions::to_record_batch`].
    ///
    /// Columns: for each comparison `level_…` (text as a dictionary, the level as [`crate::explain()`] calls it) and
    /// `weight_…` (f64, what it adds to the log2 odds), named after it; then `household_weight` (f64, what is taken back
    /// since people of one household agree on much). With [`Model::prior_weight`] the weights add up to `match_weight`.
    ///
    /// # Errors
    /// When the model does not fit the settings.
    pub fn parts_to_record_batch(&self, data: &Dataset, model: &Model) -> Result<RecordBatch, Error> {
        let scorer = Scorer::new(data, model)?;
        let parts: Vec<_> = self
            .edges
            .par_iter()
            .map_init(|| Memory::new(data), |memory, edge| scorer.parts(edge.left, edge.right, memory))
            .collect();
        let mut fields = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (at, comparison) in data.settings.comparisons.iter().enumerate() {
            let name = comparison.name();
            let pairs = self.edges.iter().zip(&parts);
            let places =
                pairs.map(|(edge, parts)| place_of_level(data, at, parts[at].level, (edge.left, edge.right)) as u32);
            let names = StringArray::from_iter_values(names_of_levels(&comparison.kind));
            let levels =
                DictionaryArray::<UInt32Type>::try_new(UInt32Array::from_iter_values(places), Arc::new(names))?;
            fields.push(Field::new(format!("level_{name}"), levels.data_type().clone(), false));
            columns.push(Arc::new(levels));
            fields.push(Field::new(format!("weight_{name}"), DataType::Float64, false));
            columns.push(Arc::new(Float64Array::from_iter_values(parts.iter().map(|parts| parts[at].weight))));
        }
        let households = parts.iter().map(|parts| {
            let household: f64 = parts.iter().map(|part| part.household).sum();
            -scorer.household_cost(household)
        });
        fields.push(Field::new("household_weight", DataType::Float64, false));
        columns.push(Arc::new(Float64Array::from_iter_values(households)));
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }
}
