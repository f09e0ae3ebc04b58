//! What clusters show of households, held against what the model believes of them.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cluster::Clustering;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::model::{Level, Model};
use crate::pool::MISSING;

/// By how many times the share that clusters show may differ from the one that the model believes in.
const TIMES_MAX: f64 = 2.0;
/// How many pairs it takes to say that it differs.
const PAIRS_MIN: f64 = 100.0;

/// How many pairs of different people are of one household: as the model believes, and as the clusters show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HouseholdCheck {
    /// The names of the two comparisons by which households are told: both agree.
    pub comparisons: [String; 2],
    /// Pairs of base records of different clusters that agree on both.
    pub pairs: u64,
    /// How many there would be if the model were right.
    pub expected: f64,
    /// The probability that two records of different people taken at random are of one household, as the model has it.
    pub believed: f64,
    /// The same by the clusters.
    pub found: f64,
}

impl HouseholdCheck {
    /// Says whether clusters and model differ by more than two times, of pairs enough to say so.
    pub fn is_off(&self) -> bool {
        let least = self.believed / TIMES_MAX;
        let most = self.believed * TIMES_MAX;
        self.expected.max(self.pairs as f64) >= PAIRS_MIN && !(least..=most).contains(&self.found)
    }
}

/// Counts the pairs of different clusters that have in common what households share, and works out how many pairs are of one
/// household; nothing where the model has no households or too little tells them.
///
/// One thing in common tells no household: unrelated people have a family name or a street in common too. So it takes two
/// comparisons of which households share the values, those that most base records have both of. Of different clusters'
/// pairs of such records, `household · h₁h₂ + (1 − household) · u₁u₂` agree on both; solved for the household. All
/// pairs count, not only those that blocking gives, whose share says more of the rules than of people; values are
/// grouped, no pair is looked at. A pair of one person that was missed counts as one of a household: that is of a few percent.
///
/// # Errors
/// When the clustering is not of these records, or the model does not fit the settings.
pub fn check_households(
    data: &Dataset,
    model: &Model,
    clustering: &Clustering,
) -> Result<Option<HouseholdCheck>, Error> {
    model.check(&data.settings)?;
    if clustering.labels.len() != data.records {
        return Err(Error::NoSuchRecord { index: clustering.labels.len().max(data.records), records: data.records });
    }
    // Where sources are only linked with each other, the model's share is of pairs across them.
    let Some(believed) = model.household.filter(|_| !data.settings.link_only) else { return Ok(None) };
    let Some([one, other]) = telling(data, model) else { return Ok(None) };
    let both = [one, other].map(|at| &model.comparisons[at]);
    let agreeing =
        |of: fn(&Level) -> f64| -> f64 { both.iter().filter_map(|learnt| learnt.levels.first()).map(of).product() };
    let (shared, chance) = (agreeing(|level| level.h), agreeing(|level| level.u));
    let (pairs, all) = counted(data, &clustering.labels, [one, other]);
    let share = pairs as f64 / all.max(1) as f64;
    // Where hardly more agree than would by chance, what is above chance is about nothing.
    if all == 0 || shared <= chance || share.max(believed * shared) <= 2.0 * chance {
        return Ok(None);
    }
    Ok(Some(HouseholdCheck {
        comparisons: both.map(|learnt| learnt.name.clone()),
        pairs,
        expected: rounded(all as f64 * (believed * shared + (1.0 - believed) * chance)),
        believed,
        found: rounded(((share - chance) / (shared - chance)).max(0.0)),
    }))
}

/// Rounds to ten significant digits, as shares of a model are, so that text gives back the same whatever reads it.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

/// Returns the two comparisons that tell households: without a column in common, not two parts of an address, and of the most
/// base records; of those the first.
fn telling(data: &Dataset, model: &Model) -> Option<[usize; 2]> {
    let of_model = model.comparisons.iter().enumerate();
    let shared: Vec<usize> = of_model.filter(|(_, learnt)| learnt.shared_by_household).map(|(at, _)| at).collect();
    let columns = |at: usize| &data.settings.comparisons[at].columns;
    let mut best: Option<([usize; 2], usize)> = None;
    for (place, one) in shared.iter().enumerate() {
        for other in &shared[place + 1..] {
            // Two parts of an address tell one thing, which neighbours share too.
            let are_parts = [one, other].iter().all(|at| model.comparisons[**at].kind.is_part_of_address());
            if are_parts || columns(*one).iter().any(|column| columns(*other).contains(column)) {
                continue;
            }
            let has_both = |record: &u32| {
                let row = data.row(*record);
                data.tier(*record) == 0 && row[*one] != MISSING && row[*other] != MISSING
            };
            let records = (0..data.records as u32).into_par_iter().filter(has_both).count();
            if records > best.map_or(0, |(_, most)| most) {
                best = Some(([*one, *other], records));
            }
        }
    }
    best.map(|(both, _)| both)
}

/// Returns how many pairs of different clusters agree wholly on both comparisons, and how many there are of records that have
/// both.
fn counted(data: &Dataset, labels: &[u32], [one, other]: [usize; 2]) -> (u64, u64) {
    let base = (0_u32..).zip(labels).filter(|(record, _)| data.tier(*record) == 0);
    let codes = base.map(|(record, label)| (data.row(record)[one], data.row(record)[other], *label));
    let mut held: Vec<(u32, u32, u32)> = codes.filter(|(a, b, _)| *a != MISSING && *b != MISSING).collect();
    held.par_sort_unstable_by_key(|(.., label)| *label);
    let all = pairs_apart(&held);
    // An address without a house number may be equal and yet say less.
    let is_whole = |at: usize, code: u32| data.values[at].level_of_equal(code) == 1;
    held.retain(|(a, b, _)| is_whole(one, *a) && is_whole(other, *b));
    held.par_sort_unstable();
    let agree = held.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)).map(pairs_apart).sum();
    (agree, all)
}

/// Returns how many pairs there are of different clusters, records being in the order of their labels.
fn pairs_apart(held: &[(u32, u32, u32)]) -> u64 {
    let pairs = |count: usize| count as u64 * (count as u64).saturating_sub(1) / 2;
    let within: u64 = held.chunk_by(|left, right| left.2 == right.2).map(|alike| pairs(alike.len())).sum();
    pairs(held.len()) - within
}
