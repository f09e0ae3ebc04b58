//! What is compared, how, and which pairs are looked at. Independent of any file format.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::check_digit::CheckDigit;
use crate::error::Error;
use crate::key::KeyExpr;

/// Everything a linkage needs to know about its records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The comparisons, at most [`Settings::COMPARISONS_MAX`]. The weights of all are added.
    pub comparisons: Vec<Comparison>,
    /// The blocking rules: a pair is looked at if at least one gives it. At most [`Settings::BLOCKS_MAX`].
    pub blocks: Vec<Block>,
    /// The blocks over which m is learnt. Empty: derived from the comparisons, so that `blocks` may change freely.
    pub training: Vec<Block>,
    /// The column that names each record's source. Without it all records are of one source.
    pub source: Option<String>,
    /// A column that tells records apart for good. It breaks ties, so that the order of records does not matter.
    pub id: Option<String>,
    /// The probability at and above which records are put together.
    pub threshold: f64,
    /// The log2 odds from which a pair is kept as an edge.
    pub edge_weight_min: f64,
    /// The probability that two records taken at random are one person. Nothing: estimated.
    pub prior: Option<f64>,
    /// How sure it is that a source has one record per person, from 0 (says nothing) to below 1. Evidence, not law.
    pub one_record_per_person: BTreeMap<String, f64>,
    /// Sources whose records are attached to persons but never connect two.
    pub attach_only: BTreeSet<String>,
    /// By how many bits the best person must beat the next for a record of an attach-only source to be attached.
    pub attach_margin: f64,
    /// Whether pairs within one source are left out.
    pub link_only: bool,
    /// The most records a block may hold before it is split or skipped.
    pub block_size_max: usize,
    /// How many random pairs are drawn to learn u.
    pub random_pairs: usize,
    /// The most pairs per training block rule.
    pub training_pairs_max: usize,
    /// The seed of every random draw.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            comparisons: Vec::new(),
            blocks: Vec::new(),
            training: Vec::new(),
            source: None,
            id: None,
            threshold: 0.95,
            edge_weight_min: -2.0,
            prior: None,
            one_record_per_person: BTreeMap::new(),
            attach_only: BTreeSet::new(),
            attach_margin: 3.0,
            link_only: false,
            block_size_max: 2_000,
            random_pairs: 2_000_000,
            training_pairs_max: 2_000_000,
            seed: 0,
        }
    }
}

/// One comparison: columns and how their values are set side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The columns, as many as [`Kind::columns`] allows.
    pub columns: Vec<String>,
    /// How values are compared.
    pub kind: Kind,
    /// Whether agreement on a rare value weighs more than on a frequent one.
    #[serde(default)]
    pub term_frequency: bool,
    /// Whether people of one household tend to share the value. Nothing: what is usual for the kind.
    #[serde(default)]
    pub household: Option<bool>,
}

/// How the values of a comparison are set side by side.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Equal or not, after folding.
    Exact,
    /// A given name: equal, a familiar form, an initial, compounds that share a part, one slip, Jaro-Winkler 0.92, 0.88, 0.7.
    GivenName,
    /// A family name: equal, compounds that share a part or particles written as part of the name, one slip, Jaro-Winkler
    /// 0.92, 0.88, 0.7.
    FamilyName,
    /// Given and family name, in this order: whether they are exchanged between the records.
    SwappedNames,
    /// A date, year first: equal, day and month swapped, slips, same day of the year, same year.
    Date,
    /// A number that stands for one person: equal, one slip, two slips.
    Identifier,
    /// The same where the number has a check digit: two that are near and both pass the check are two numbers, while one
    /// that fails it was written with a slip. Equal, one slip, two slips, near but both valid.
    CheckedIdentifier {
        /// How the check digit is worked out, from the digits without separators.
        check: CheckDigit,
    },
    /// Free text: equal, or within each of these Levenshtein distances, ascending.
    Text {
        /// The distances.
        distances: Vec<u8>,
    },
    /// A house number or the like: equal, one slip.
    Number,
    /// A code such as a postal code: equal, one slip.
    Code,
    /// House number, street and, if there is a third column, place: together, since they agree together.
    Address,
    /// A telephone number: the same last nine digits, one slip.
    Phone,
    /// An e-mail address: equal, the same before the `@`, near.
    Email,
    /// Sex or gender: the first letter equal or not.
    Sex,
}

impl Kind {
    /// Returns the least and the greatest number of columns.
    pub fn columns(&self) -> (usize, usize) {
        match self {
            Self::SwappedNames => (2, 2),
            Self::Address => (2, 3),
            _ => (1, 1),
        }
    }

    /// Says whether the value is a number that stands for one person.
    pub fn is_identifier(&self) -> bool {
        matches!(self, Self::Identifier | Self::CheckedIdentifier { .. })
    }

    /// Says whether the value may be a part of an address that is compared part by part.
    pub(crate) fn is_part_of_address(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Number | Self::Code)
    }

    /// Says whether people of one household usually share the value.
    pub fn usual_in_households(&self) -> bool {
        matches!(self, Self::FamilyName | Self::Address | Self::Phone)
    }
}

impl Comparison {
    /// Returns a comparison of one column.
    pub fn new(column: impl Into<String>, kind: Kind) -> Self {
        Self { columns: vec![column.into()], kind, term_frequency: false, household: None }
    }

    /// Returns a comparison of several columns.
    pub fn of<const N: usize>(columns: [&str; N], kind: Kind) -> Self {
        Self { columns: columns.map(str::to_owned).to_vec(), kind, term_frequency: false, household: None }
    }

    /// Returns the comparison with agreement on rare values weighing more.
    pub fn with_term_frequency(mut self) -> Self {
        self.term_frequency = true;
        self
    }

    /// Returns the comparison with the statement that households share the value, or that they do not.
    pub fn with_household(mut self, shared: bool) -> Self {
        self.household = Some(shared);
        self
    }

    /// Returns the name of the comparison: its columns, and its kind where that is not clear from them.
    pub fn name(&self) -> String {
        let columns = self.columns.join("+");
        if self.kind == Kind::SwappedNames { format!("swapped({columns})") } else { columns }
    }

    /// Says whether people of one household tend to share the value.
    pub fn shared_by_household(&self) -> bool {
        self.household.unwrap_or_else(|| self.kind.usual_in_households())
    }
}

/// A blocking rule: records that agree on all keys are looked at as pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The keys. A record without one of them is in no block of this rule.
    pub keys: Vec<KeyExpr>,
    /// Further keys by which blocks over the size limit are split. Empty: such blocks are skipped, and reported.
    #[serde(default)]
    pub split: Vec<KeyExpr>,
    /// The most records of one block of this rule, where that is less than [`Settings::block_size_max`].
    #[serde(default)]
    pub size_max: Option<usize>,
}

impl Block {
    /// Returns the rule with these keys, read from text.
    ///
    /// # Errors
    /// When a key cannot be read, see [`KeyExpr`].
    pub fn on<const N: usize>(keys: [&str; N]) -> Result<Self, Error> {
        let keys = keys.iter().map(|key| key.parse()).collect::<Result<Vec<KeyExpr>, Error>>()?;
        Ok(Self { keys, split: Vec::new(), size_max: None })
    }

    /// Returns the rule with further keys by which blocks over the size limit are split.
    ///
    /// # Errors
    /// When a key cannot be read.
    pub fn split_by<const N: usize>(mut self, keys: [&str; N]) -> Result<Self, Error> {
        self.split = keys.iter().map(|key| key.parse()).collect::<Result<Vec<KeyExpr>, Error>>()?;
        Ok(self)
    }

    /// Returns the rule as text: its keys joined by ` & `.
    pub fn name(&self) -> String {
        self.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" & ")
    }
}

impl Settings {
    /// The most comparisons: a pattern has four bits for each.
    pub const COMPARISONS_MAX: usize = 16;
    /// The most blocking rules: an edge has one byte for the rule that gave it.
    pub const BLOCKS_MAX: usize = 64;

    /// Says what is wrong with the settings, if anything.
    ///
    /// # Errors
    /// On the first contradiction found.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |reason: String| Err(Error::Settings(reason));
        if self.comparisons.is_empty() || self.comparisons.len() > Self::COMPARISONS_MAX {
            return refuse(format!(
                "between 1 and {} comparisons, not {}",
                Self::COMPARISONS_MAX,
                self.comparisons.len()
            ));
        }
        if self.blocks.is_empty() || self.blocks.len() > Self::BLOCKS_MAX || self.training.len() > Self::BLOCKS_MAX {
            return refuse(format!("between 1 and {} blocking rules, not {}", Self::BLOCKS_MAX, self.blocks.len()));
        }
        let mut names = BTreeSet::new();
        for comparison in &self.comparisons {
            let (least, most) = comparison.kind.columns();
            if !(least..=most).contains(&comparison.columns.len()) {
                return refuse(format!(
                    "comparison {} has {} columns, {:?} takes {least} to {most}",
                    comparison.name(),
                    comparison.columns.len(),
                    comparison.kind
                ));
            }
            if !names.insert(comparison.name()) {
                return refuse(format!("comparison {} stands twice", comparison.name()));
            }
            if let Kind::Text { distances } = &comparison.kind {
                let ascending = distances.windows(2).all(|pair| pair[0] < pair[1]);
                if !ascending || distances.len() > 8 || distances.first() == Some(&0) {
                    return refuse(format!("comparison {}: up to 8 distances, from 1, ascending", comparison.name()));
                }
            }
        }
        if self.blocks.iter().chain(&self.training).any(|block| block.keys.is_empty()) {
            return refuse("a blocking rule without keys would compare every record with every other".to_owned());
        }
        if !(self.threshold > 0.0 && self.threshold < 1.0) {
            return refuse(format!("the threshold is a probability between 0 and 1, not {}", self.threshold));
        }
        if !(self.edge_weight_min.is_finite() && self.attach_margin.is_finite()) || self.attach_margin < 0.0 {
            return refuse(
                "the least weight of an edge and the margin are finite, the margin is not negative".to_owned(),
            );
        }
        if self.prior.is_some_and(|prior| !(prior > 0.0 && prior < 1.0)) {
            return refuse("the prior is a probability between 0 and 1".to_owned());
        }
        if let Some((source, _)) =
            self.one_record_per_person.iter().find(|(_, strength)| !(0.0..1.0).contains(*strength))
        {
            return refuse(format!("one record per person in {source}: a strength from 0 to below 1"));
        }
        if self.source.is_none()
            && (self.link_only || !self.attach_only.is_empty() || !self.one_record_per_person.is_empty())
        {
            return refuse("link_only, attach_only and one_record_per_person need the source column".to_owned());
        }
        if self.block_size_max < 2 || self.random_pairs == 0 || self.training_pairs_max == 0 {
            return refuse("blocks hold at least 2 records, and there is at least one pair to learn from".to_owned());
        }
        Ok(())
    }

    /// Returns the log2 odds of the threshold.
    pub fn threshold_weight(&self) -> f64 {
        (self.threshold / (1.0 - self.threshold)).log2()
    }

    /// Returns the rules over which m is learnt: those stated, or else those derived from the comparisons.
    ///
    /// Derived are: each identifier; given with family name; each name with each date; each address, telephone number
    /// and e-mail address; all parts of an address together that are stated to be a household's. They do not depend on
    /// `blocks`, so adding a blocking rule changes no m and no u. Only where the comparisons give none of these are
    /// `blocks` taken; training then doubts what it learns ([`crate::DoubtKind::LearntFromRules`]), and stating
    /// `training` is better.
    pub fn training_blocks(&self) -> Vec<Block> {
        if !self.training.is_empty() {
            return self.training.clone();
        }
        let derived = self.derived_blocks();
        if derived.is_empty() { self.blocks.clone() } else { derived }
    }

    /// Says whether the same is learnt from the same records under other settings: what only decides which pairs are looked at, or
    /// what is made of their weights, may differ.
    pub fn learns_as(&self, other: &Self) -> bool {
        let decided_later = |settings: &Self| Self {
            blocks: Vec::new(),
            training: settings.training_blocks(),
            threshold: 0.0,
            edge_weight_min: 0.0,
            one_record_per_person: BTreeMap::new(),
            attach_margin: 0.0,
            ..settings.clone()
        };
        self.learns_from_rules() == other.learns_from_rules() && decided_later(self) == decided_later(other)
    }

    /// Says whether m is learnt over `blocks`, since nothing else is stated or can be derived: then a rule more changes it.
    pub fn learns_from_rules(&self) -> bool {
        self.training.is_empty() && self.derived_blocks().is_empty()
    }

    /// Returns the comparisons of which it is stated that they are parts of what people of one household share.
    fn household_parts(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().filter(|one| one.household == Some(true) && one.kind.is_part_of_address())
    }

    /// Returns the rules that the comparisons give to learn over; none where they give none.
    fn derived_blocks(&self) -> Vec<Block> {
        let of_kind = |wanted: fn(&Kind) -> bool| self.comparisons.iter().filter(move |one| wanted(&one.kind));
        let block = |columns: Vec<String>| Block {
            keys: columns.into_iter().map(KeyExpr::column).collect(),
            split: Vec::new(),
            size_max: None,
        };
        let mut derived = Vec::new();
        let is_alone = |kind: &Kind| kind.is_identifier() || matches!(kind, Kind::Address | Kind::Phone | Kind::Email);
        for alone in of_kind(is_alone) {
            derived.push(block(alone.columns.clone()));
        }
        // What is stated to be a household's, part by part, is looked at together: a street or a place alone is many's.
        let parts: Vec<String> = self.household_parts().map(|one| one.columns[0].clone()).collect();
        let is_address = |one: &Comparison| matches!(one.kind, Kind::Text { .. } | Kind::Number);
        if parts.len() > 1
            && self.household_parts().any(is_address)
            && of_kind(|kind| *kind == Kind::Address).next().is_none()
        {
            derived.push(block(parts));
        }
        for family in of_kind(|kind| *kind == Kind::FamilyName) {
            for given in of_kind(|kind| *kind == Kind::GivenName) {
                derived.push(block(vec![given.columns[0].clone(), family.columns[0].clone()]));
            }
        }
        for name in of_kind(|kind| matches!(kind, Kind::GivenName | Kind::FamilyName)) {
            for date in of_kind(|kind| *kind == Kind::Date) {
                derived.push(block(vec![name.columns[0].clone(), date.columns[0].clone()]));
            }
        }
        derived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_later_is_not_learnt_from() {
        let learnt = Settings {
            comparisons: vec![Comparison::new("ssn", Kind::Identifier), Comparison::new("name", Kind::FamilyName)],
            blocks: vec![Block::on(["ssn"]).unwrap()],
            ..Settings::default()
        };
        let later = Settings {
            blocks: vec![Block::on(["ssn"]).unwrap(), Block::on(["name"]).unwrap()],
            threshold: 0.9,
            edge_weight_min: 0.0,
            one_record_per_person: BTreeMap::from([("census".to_owned(), 0.9)]),
            attach_margin: 1.0,
            ..learnt.clone()
        };
        assert!(learnt.learns_as(&later) && later.learns_as(&learnt));
        let others = [
            Settings { comparisons: learnt.comparisons[..1].to_vec(), ..learnt.clone() },
            Settings { training: vec![Block::on(["name"]).unwrap()], ..learnt.clone() },
            Settings { attach_only: BTreeSet::from(["broker".to_owned()]), ..learnt.clone() },
            Settings { link_only: true, ..learnt.clone() },
            Settings { prior: Some(0.01), ..learnt.clone() },
            Settings { block_size_max: 10, ..learnt.clone() },
            Settings { seed: 1, ..learnt.clone() },
        ];
        for other in others {
            assert!(!learnt.learns_as(&other), "{other:?}");
        }
        // Where nothing else gives blocks to learn from, the rules are what is learnt over.
        let sexes = Settings { comparisons: vec![Comparison::new("sex", Kind::Sex)], ..learnt };
        assert!(!sexes.learns_as(&Settings { blocks: later.blocks, ..sexes.clone() }));
    }

    #[test]
    fn parts_of_an_address_are_learnt_over_together() {
        let text = || Kind::Text { distances: vec![1, 3] };
        let rules = |comparisons: Vec<Comparison>| {
            let settings = Settings { comparisons, blocks: vec![Block::on(["sex"]).unwrap()], ..Settings::default() };
            settings.derived_blocks().iter().map(Block::name).collect::<Vec<_>>()
        };
        let street = || Comparison::new("street", text()).with_household(true);
        let zip = || Comparison::new("zip", Kind::Code).with_household(true);
        assert_eq!(rules(vec![street(), zip()]), ["street & zip"]);
        assert!(rules(vec![street()]).is_empty() && rules(vec![zip()]).is_empty(), "a street alone is many people's");
        assert!(rules(vec![Comparison::new("street", text()), zip()]).is_empty(), "it is not stated of the street");
        let address = Comparison::of(["number", "road"], Kind::Address);
        assert_eq!(rules(vec![street(), zip(), address]), ["number & road"]);
    }
}
