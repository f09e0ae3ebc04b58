//! What was learnt: m and u of every level, the prior, term frequencies. Text, with a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::compare;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::normalise;
use crate::settings::{Comparison, Kind, Settings};

/// The least share a level is given: what was never seen may still come.
pub(crate) const SHARE_MIN: f64 = 1e-9;

/// How much of its u the m of another valid number is at most, where no match shows that it is more.
const ANOTHER: f64 = 0.1;

/// A Fellegi-Sunter model with term frequencies and, where people share addresses, a class for households.
///
/// The log2 odds that two records are one person are
/// `log2(prior / (1 - prior)) + Σ log2(m / u) − log2((1 − household) + household · Π h / u)`,
/// where the last term is left out without a household class. It takes back what agreement on a shared family name
/// and address would give to two people who live together: the odds of *same person* against *not*, where *not* is a
/// mixture of the unrelated and the same household (three latent classes, Larsen and Rubin 2001).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The version of this format.
    pub version: u32,
    /// The probability that two records taken at random are one person.
    pub prior: f64,
    /// The probability that two records of different people taken at random are of one household, if modelled.
    pub household: Option<f64>,
    /// One entry for each comparison of the settings, in their order.
    pub comparisons: Vec<ComparisonModel>,
}

/// What was learnt of one comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonModel {
    /// The name of the comparison, see [`Comparison::name`].
    pub name: String,
    /// How values are compared.
    pub kind: Kind,
    /// Whether people of one household tend to share the value.
    pub shared_by_household: bool,
    /// The levels, from agreement to difference. A missing value has no level and weighs nothing.
    pub levels: Vec<Level>,
    /// The shares of frequent values, where term frequencies count.
    pub frequencies: Option<Frequencies>,
}

/// What was learnt of one level: shares among the pairs in which both values are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// What the level is called.
    pub name: String,
    /// Its share among pairs of one person.
    pub m: f64,
    /// Its share among pairs of unrelated people.
    pub u: f64,
    /// Its share among pairs of different people of one household.
    pub h: f64,
    /// How much of a term frequency adjustment it takes, from 0 to 1.
    pub frequency: f64,
}

/// How frequent values are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frequencies {
    /// Folded values seen at least [`Frequencies::SEEN_MIN`] times, and their share. Rarer ones are not kept, so that
    /// a model names nobody.
    #[serde(deserialize_with = "composed")]
    pub shares: BTreeMap<String, f64>,
    /// The share of every other value.
    pub rare: f64,
}

/// Reads shares, Korean values of earlier models too.
fn composed<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let read = BTreeMap::<String, f64>::deserialize(from)?;
    Ok(read.into_iter().map(|(value, share)| (normalise::composed(value), share)).collect())
}

impl Frequencies {
    /// How often a value must be seen to be kept.
    pub const SEEN_MIN: u32 = 5;

    /// Returns the share of a folded value.
    pub fn share(&self, value: &str) -> f64 {
        self.shares.get(value).copied().unwrap_or(self.rare)
    }
}

impl Model {
    /// The version this code writes and reads.
    pub const VERSION: u32 = 1;

    /// Returns what is believed before any data is seen: usual shares of each kind.
    pub fn presumed(settings: &Settings) -> Self {
        let comparisons = settings.comparisons.iter().map(ComparisonModel::presumed).collect();
        let prior = settings.prior.unwrap_or(1e-4);
        let mut presumed = Self { version: Self::VERSION, prior, household: None, comparisons };
        presumed.round();
        presumed
    }

    /// Rounds every share to ten significant digits, so that a model reads well and text gives back the same model
    /// whatever reads it.
    pub(crate) fn round(&mut self) {
        let round = |share: &mut f64| *share = format!("{share:.9e}").parse().unwrap_or(*share);
        round(&mut self.prior);
        self.household.iter_mut().for_each(round);
        for comparison in &mut self.comparisons {
            for level in &mut comparison.levels {
                [&mut level.m, &mut level.u, &mut level.h].into_iter().for_each(round);
            }
            if let Some(frequencies) = &mut comparison.frequencies {
                frequencies.shares.values_mut().for_each(round);
                round(&mut frequencies.rare);
            }
        }
    }

    /// Returns the log2 odds of the prior.
    pub fn prior_weight(&self) -> f64 {
        (self.prior / (1.0 - self.prior)).log2()
    }

    /// Says what does not fit between the model and the settings, if anything.
    ///
    /// # Errors
    /// When version, comparisons or levels differ, or a share is no share.
    pub fn check(&self, settings: &Settings) -> Result<(), Error> {
        if self.version != Self::VERSION {
            return Err(Error::Model(format!("version {} is not {}", self.version, Self::VERSION)));
        }
        let share = |value: f64| value > 0.0 && value < 1.0;
        if !share(self.prior) || self.household.is_some_and(|household| !share(household)) {
            return Err(Error::Model("the prior and the household share are between 0 and 1".to_owned()));
        }
        if self.comparisons.len() != settings.comparisons.len() {
            return Err(Error::Model(format!(
                "it has {} comparisons, the settings have {}",
                self.comparisons.len(),
                settings.comparisons.len()
            )));
        }
        for (learnt, stated) in self.comparisons.iter().zip(&settings.comparisons) {
            let levels = compare::levels(&stated.kind);
            if learnt.name != stated.name() || learnt.kind != stated.kind || learnt.levels.len() + 1 != levels.len() {
                return Err(Error::Model(format!(
                    "comparison {} is not the {} of the settings",
                    learnt.name,
                    stated.name()
                )));
            }
            let positive =
                |level: &Level| [level.m, level.u, level.h].iter().all(|value| *value > 0.0 && *value <= 1.0);
            if !learnt.levels.iter().all(positive) {
                return Err(Error::Model(format!("comparison {}: m, u and h are above 0 and at most 1", learnt.name)));
            }
            if learnt.frequencies.as_ref().is_some_and(|frequencies| {
                !share(frequencies.rare) || !frequencies.shares.values().all(|value| *value > 0.0 && *value <= 1.0)
            }) {
                return Err(Error::Model(format!("comparison {}: frequencies are shares", learnt.name)));
            }
        }
        Ok(())
    }
}

impl ComparisonModel {
    fn presumed(comparison: &Comparison) -> Self {
        let levels: Vec<Level> = compare::levels(&comparison.kind)
            .into_iter()
            .skip(1)
            .map(|spec| Level { name: spec.name, m: spec.m, u: SHARE_MIN, h: SHARE_MIN, frequency: spec.frequency })
            .collect();
        let mut presumed = Self {
            name: comparison.name(),
            kind: comparison.kind.clone(),
            shared_by_household: comparison.shared_by_household(),
            levels,
            frequencies: None,
        };
        // Unrelated pairs: some agree, as usual for the kind; near agreement is more frequent; the rest differs.
        let agreement = usual_agreement(&comparison.kind);
        let last = presumed.levels.len() - 1;
        let else_level = if comparison.kind == Kind::SwappedNames { 0 } else { last };
        for (place, level) in presumed.levels.iter_mut().enumerate() {
            level.u = if place == 0 { agreement } else { (agreement * 3.0).min(0.02) };
        }
        let others: f64 = (0..=last).filter(|at| *at != else_level).map(|at| presumed.levels[at].u).sum();
        presumed.levels[else_level].u = 1.0 - others;
        let u: Vec<f64> = presumed.levels.iter().map(|level| level.u).collect();
        let h = presumed_household(&comparison.kind, presumed.shared_by_household, &u);
        presumed.levels.iter_mut().zip(h).for_each(|(level, h)| level.h = h);
        presumed.hold_apart();
        presumed
    }

    /// Holds m of the level of two valid numbers near each other below its u, with the rest given to the other levels. Where no
    /// match shows the level, its u is about nothing for numbers that are sparse, and beside that a presumed m, however small,
    /// would say that the two numbers are one person's.
    pub(crate) fn hold_apart(&mut self) {
        let Some(place) = compare::another_number(&self.kind) else { return };
        let Some((m, u)) = self.levels.get(place).map(|level| (level.m, level.u)) else { return };
        let most = ANOTHER * u;
        if m <= most {
            return;
        }
        let rest = (1.0 - most) / (1.0 - m);
        for (at, level) in self.levels.iter_mut().enumerate() {
            level.m = if at == place { most } else { level.m * rest };
        }
    }
}

/// What is presumed of two people of one household, from what is known of the unrelated: they share what households
/// share, one pair in a hundred are twins, one in five hundred use one identifier; else they are as others.
pub(crate) fn presumed_household(kind: &Kind, shared: bool, u: &[f64]) -> Vec<f64> {
    let agreement = match kind {
        _ if shared => 0.9,
        Kind::Date => 0.01,
        Kind::Identifier | Kind::CheckedIdentifier { .. } => 0.002,
        _ => 0.0,
    };
    let mut h: Vec<f64> = u.iter().map(|share| share * (1.0 - agreement)).collect();
    h[0] += agreement;
    h
}

/// How often two unrelated people agree, by kind. Only where there is no data to learn it from.
fn usual_agreement(kind: &Kind) -> f64 {
    match kind {
        Kind::Sex => 0.5,
        Kind::Exact => 0.05,
        Kind::Number => 0.02,
        Kind::GivenName => 0.006,
        Kind::FamilyName => 0.003,
        Kind::Code => 0.002,
        Kind::Text { .. } => 0.001,
        Kind::Address => 1e-4,
        Kind::Date => 5e-5,
        Kind::SwappedNames => 1e-5,
        Kind::Identifier | Kind::CheckedIdentifier { .. } | Kind::Phone | Kind::Email => 1e-6,
    }
}

/// Returns the shares of pairs of base records with whole dates that have the year, and year and month in common.
pub(crate) fn part_shares(data: &Dataset, comparison: usize) -> [f64; 2] {
    let mut counts = [BTreeMap::new(), BTreeMap::new()];
    for (code, count) in value_counts(data, comparison).into_iter().enumerate().skip(1) {
        let text = data.values[comparison].text(code as u32);
        for (digits, counts) in [4, 6].into_iter().zip(&mut counts) {
            if let Some(part) = text.get(..digits).filter(|_| text.len() == 8) {
                *counts.entry(part.to_owned()).or_insert(0.0) += f64::from(count);
            }
        }
    }
    counts.map(|counts| {
        let all: f64 = counts.values().sum();
        counts.values().map(|count: &f64| (count / all) * (count / all)).sum()
    })
}

/// Returns how many base records have each value of a comparison, by code.
fn value_counts(data: &Dataset, comparison: usize) -> Vec<u32> {
    let width = data.values.len();
    let mut counts = vec![0_u32; data.values[comparison].len()];
    for record in 0..data.records {
        if data.tier(record as u32) == 0 {
            counts[data.codes[record * width + comparison] as usize] += 1;
        }
    }
    counts
}

/// Counts values of a comparison among base records.
pub(crate) fn frequencies(data: &Dataset, comparison: usize) -> Frequencies {
    let counts = value_counts(data, comparison);
    let present: f64 = counts[1..].iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
    let mut shares = BTreeMap::new();
    let (mut rare_values, mut rare_records) = (0.0, 0.0);
    for (code, count) in counts.iter().enumerate().skip(1) {
        if *count >= Frequencies::SEEN_MIN {
            shares.insert(data.values[comparison].text(code as u32), f64::from(*count) / present);
        } else if *count > 0 {
            rare_values += 1.0;
            rare_records += f64::from(*count);
        }
    }
    let rare: f64 = if rare_values > 0.0 { rare_records / rare_values / present } else { 1.0 / present };
    Frequencies { shares, rare: rare.min(0.5) }
}
