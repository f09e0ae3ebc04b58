//! Why two records are, or are not, held to be one person.

use std::sync::Arc;

use arrow_array::RecordBatch;
use serde::Serialize;

use crate::compare::{self, MISSING_LEVEL};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::model::Model;
use crate::pool::MISSING;
use crate::predict::probability;
use crate::score::{Memory, Part, Scorer, Weights};
use crate::settings::{Kind, Settings};

/// The score of one pair, part by part. The parts add up to the weight.
///
/// Holds values of records, hence no `Debug`: it must not end in a log.
#[derive(Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The first record.
    pub left: u32,
    /// The second record.
    pub right: u32,
    /// The log2 odds that both are one person.
    pub weight: f64,
    /// The probability of that.
    pub probability: f64,
    /// Whether the pair alone reaches the threshold. Clusters weigh more than one pair.
    pub reaches_threshold: bool,
    /// The log2 odds before anything is compared.
    pub prior_weight: f64,
    /// What is taken back since people of one household agree on much, at most 0 but for rounding.
    pub household_weight: f64,
    /// The comparisons, in the order of the settings.
    pub fields: Vec<FieldExplanation>,
    /// The blocking rules that give the pair, as text, whatever the size of their blocks.
    pub blocked_by: Vec<String>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// What one comparison contributes.
#[derive(Clone, PartialEq, Serialize)]
pub struct FieldExplanation {
    /// The name of the comparison.
    pub name: String,
    /// The values of the first record as they stand, one a column.
    pub left: Vec<Option<String>>,
    /// The values of the second.
    pub right: Vec<Option<String>>,
    /// What the level is called.
    pub level: String,
    /// The share of this level among pairs of one person; nothing when a value is missing.
    pub m: Option<f64>,
    /// Its share among pairs of unrelated people.
    pub u: Option<f64>,
    /// Its share among pairs of one household, where that is modelled.
    pub h: Option<f64>,
    /// What it adds to the log2 odds.
    pub weight: f64,
    /// The share of records that hold the more frequent of both values, where term frequencies count.
    pub term_frequency: Option<f64>,
    /// The part of `weight` that is owed to this share.
    pub term_frequency_weight: f64,
    /// All of it in a sentence, without the values.
    pub sentence: String,
}

/// What the level of a name is called that is found in another's place: one that names exchanged have.
const EXCHANGED_NAME: &str = "exchanged";

/// Explains the score of any pair, whether blocking gave it or not.
///
/// # Errors
/// When a record does not exist or the model does not fit the settings.
pub fn explain(data: &Dataset, model: &Model, left: u32, right: u32) -> Result<Explanation, Error> {
    data.check_record(left)?;
    data.check_record(right)?;
    Ok(explain_scored(&Scorer::new(data, model)?, model, (left, right), &mut Memory::new(data)))
}

/// A model with settings that it fits, for explaining pairs of a few records at a time: what hangs on no record is checked
/// once and for all. To check a model takes longer than to explain a pair, since every frequency is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    settings: Settings,
    model: Model,
}

impl Fitted {
    /// Puts a model together with settings.
    ///
    /// # Errors
    /// When the settings contradict themselves, or the model does not fit them.
    pub fn new(settings: Settings, model: Model) -> Result<Self, Error> {
        settings.check()?;
        model.check(&settings)?;
        Ok(Self { settings, model })
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Explains pairs of a batch of records, each as [`explain`] does and in their order.
    ///
    /// # Errors
    /// When the batch lacks a column or has one that is not text, or a record does not exist.
    pub fn explain(&self, records: &RecordBatch, pairs: &[(u32, u32)]) -> Result<Vec<Explanation>, Error> {
        let data = Dataset::new(&self.settings, records)?;
        for (left, right) in pairs {
            data.check_record(*left)?;
            data.check_record(*right)?;
        }
        let scorer = Scorer::with(&data, Arc::new(Weights::fitting(&data, &self.model)));
        let mut memory = Memory::new(&data);
        Ok(pairs.iter().map(|pair| explain_scored(&scorer, &self.model, *pair, &mut memory)).collect())
    }
}

/// The score of one pair in numbers alone. They are those of its [`Explanation`], which takes several times as long.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The log2 odds before anything is compared.
    pub prior_weight: f64,
    /// What is taken back since people of one household agree on much, at most 0 but for rounding.
    pub household_weight: f64,
    /// What each comparison adds to the log2 odds, in the order of the settings.
    pub fields: Vec<f64>,
}

/// Breaks the score of a pair down.
pub(crate) fn break_down(scorer: &Scorer<'_>, (left, right): (u32, u32), memory: &mut Memory) -> Breakdown {
    let parts = scorer.parts(left, right, memory);
    Breakdown {
        prior_weight: scorer.prior_weight(),
        household_weight: household_weight(scorer, &parts),
        fields: parts.iter().take(scorer.data().values.len()).map(|part| part.weight).collect(),
    }
}

fn household_weight(scorer: &Scorer<'_>, parts: &[Part]) -> f64 {
    -scorer.household_cost(parts.iter().map(|part| part.household).sum())
}

/// Explains as [`explain`] does, records being known to exist.
pub(crate) fn explain_scored(
    scorer: &Scorer<'_>,
    model: &Model,
    (left, right): (u32, u32),
    memory: &mut Memory,
) -> Explanation {
    let data = scorer.data();
    let parts = scorer.parts(left, right, memory);
    let fields: Vec<FieldExplanation> = parts
        .iter()
        .take(data.values.len())
        .enumerate()
        .map(|(at, part)| field(data, model, at, *part, left, right))
        .collect();
    let household_weight = household_weight(scorer, &parts);
    let weight = scorer.total_of(&parts);
    let gives = |block: &&crate::settings::Block| {
        block.keys.iter().all(|key| {
            let of = |record: u32| data.raw(&key.column, record).and_then(|value| key.of(value));
            of(left).is_some_and(|key_left| of(right).is_some_and(|key_right| key_left == key_right))
        })
    };
    let blocked_by: Vec<String> = data.settings.blocks.iter().filter(gives).map(crate::settings::Block::name).collect();
    let reaches_threshold = weight >= data.settings.threshold_weight();
    let strongest = |sign: f64| {
        let telling = fields.iter().filter(|field| field.weight * sign > 0.5);
        telling.max_by(|a, b| (a.weight * sign).total_cmp(&(b.weight * sign))).map(|field| field.name.clone())
    };
    let mut sentence = format!(
        "{}, the probability of one person is {}",
        if reaches_threshold { "Linked" } else { "Not linked" },
        percent(probability(weight))
    );
    if let Some(name) = strongest(1.0) {
        sentence.push_str(&format!("; most speaks for it: {name}"));
    }
    if let Some(name) = strongest(-1.0) {
        sentence.push_str(&format!("; most speaks against it: {name}"));
    }
    if household_weight < -0.5 {
        sentence.push_str("; what people of one household share was discounted");
    }
    if blocked_by.is_empty() {
        sentence.push_str("; no blocking rule gives this pair");
    }
    sentence.push('.');
    Explanation {
        left,
        right,
        weight,
        probability: probability(weight),
        reaches_threshold,
        prior_weight: scorer.prior_weight(),
        household_weight,
        fields,
        blocked_by,
        sentence,
    }
}

/// Says whether a comparison says nothing since its values were found each in the place of another name.
fn is_exchanged(data: &Dataset, at: usize, level: u8, (left, right): (u32, u32)) -> bool {
    let comparisons = &data.settings.comparisons;
    let may_be = |columns: &[String]| {
        comparisons
            .iter()
            .any(|one| one.kind == Kind::SwappedNames && columns.iter().all(|name| one.columns.contains(name)))
    };
    level == MISSING_LEVEL
        && data.row(left)[at] != MISSING
        && data.row(right)[at] != MISSING
        && comparisons[at].columns.len() == 1
        && may_be(&comparisons[at].columns)
}

/// Returns what the levels of a kind are called: in their order, and last that of a name that was found in another's place.
pub(crate) fn names_of_levels(kind: &Kind) -> impl Iterator<Item = String> {
    compare::levels(kind).into_iter().map(|level| level.name).chain([EXCHANGED_NAME.to_owned()])
}

/// Returns the place of a level of a pair among the names of [`names_of_levels`].
pub(crate) fn place_of_level(data: &Dataset, at: usize, level: u8, pair: (u32, u32)) -> usize {
    match is_exchanged(data, at, level, pair) {
        true => compare::levels(&data.settings.comparisons[at].kind).len(),
        false => usize::from(level),
    }
}

fn field(data: &Dataset, model: &Model, at: usize, part: Part, left: u32, right: u32) -> FieldExplanation {
    let (comparison, learnt) = (&data.settings.comparisons[at], &model.comparisons[at]);
    let of = |record: u32| -> Vec<Option<String>> {
        comparison.columns.iter().map(|column| data.raw(column, record).map(str::to_owned)).collect()
    };
    let name = comparison.name();
    let level_name = compare::levels(&comparison.kind)[usize::from(part.level)].name.clone();
    let is_there = |record: u32| data.row(record)[at] != MISSING;
    let missing = match (is_there(left), is_there(right)) {
        (false, false) => "on both sides",
        // Each has parts of an address, and none that both have.
        (true, true) => "in part",
        _ => "on one side",
    };
    let blank = FieldExplanation {
        left: of(left),
        right: of(right),
        level: level_name.clone(),
        m: None,
        u: None,
        h: None,
        weight: 0.0,
        term_frequency: None,
        term_frequency_weight: 0.0,
        sentence: format!("{name} is missing {missing} and says nothing."),
        name: name.clone(),
    };
    if part.level == MISSING_LEVEL {
        if is_exchanged(data, at, part.level, (left, right)) {
            // What two values are that are there, and yet say nothing by themselves.
            let sentence = format!("{name} is found in the place of another name, which is counted there.");
            return FieldExplanation { level: EXCHANGED_NAME.to_owned(), sentence, ..blank };
        }
        return blank;
    }
    let level = &learnt.levels[usize::from(part.level) - 1];
    let adjusts = level.frequency > 0.0;
    let share = learnt.frequencies.as_ref().filter(|_| adjusts).map(|frequencies| {
        let of = |record: u32| frequencies.share(&data.values[at].text(data.row(record)[at]));
        of(left).max(of(right))
    });
    let direction = if part.weight >= 0.0 { "for" } else { "against" };
    let mut sentence = format!(
        "{name}: {level_name}. So are {} of pairs of one person and {} of pairs of unrelated people",
        percent(level.m),
        percent(level.u)
    );
    if let Some(share) = share {
        let rarity = if part.frequency >= 0.0 { "rarer" } else { "more frequent" };
        sentence.push_str(&format!("; the value, held by {} of records, is {rarity} than most", percent(share)));
    }
    sentence.push_str(&format!(". It speaks {direction} one person with {:.1} bits.", part.weight.abs()));
    FieldExplanation {
        m: Some(level.m),
        u: Some(level.u),
        h: model.household.map(|_| level.h),
        weight: part.weight,
        term_frequency: share,
        term_frequency_weight: part.frequency,
        sentence,
        ..blank
    }
}

/// Writes a share: in percent, small ones as one in so many.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 99.95 && share < 1.0 {
        format!("{percent:.4} %")
    } else if percent >= 1.0 || share <= 0.0 {
        format!("{percent:.1} %")
    } else {
        format!("one in {:.0}", share.recip())
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn shares_are_written_for_people() {
        let written = [1.0, 0.9999, 0.5, 0.01, 0.005, 0.0, 1.94e-3, 2e-7].map(percent);
        assert_eq!(
            written,
            ["100.0 %", "99.9900 %", "50.0 %", "1.0 %", "one in 200", "0.0 %", "one in 515", "one in 5000000"]
        );
    }
}
