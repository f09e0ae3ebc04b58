//! Why two records are, or are not, one person: field by field, from what is disclosed of them.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use arrow_schema::{DataType, Field, Schema};
use gate::Disclosed;
use linkage::Values;
use matching::{Comparison, Dataset, Model, Settings};
use model::Disclosure;
use serde::{Deserialize, Serialize};

use crate::review::Merge;

/// The matching model of a generation with its settings.
#[derive(Deserialize)]
pub(crate) struct Explainer {
    settings: Settings,
    model: Model,
}

/// What one comparison says of two records.
///
/// Holds values, hence no `Debug`: it must not end in a log.
#[derive(Clone, PartialEq, Serialize)]
pub struct FieldEvidence {
    /// The name of the comparison, mostly that of a column.
    pub name: String,
    /// The values of the first record, one a column.
    pub left: Vec<Option<String>>,
    /// The values of the second.
    pub right: Vec<Option<String>>,
    /// What the level of agreement is called.
    pub level: String,
    /// The share of this level among pairs of one person; none when a value is missing.
    pub m: Option<f64>,
    /// Its share among pairs of unrelated people.
    pub u: Option<f64>,
    /// What it adds to the log2 odds that both are one person.
    pub weight: f64,
    /// The share of records that hold the more frequent of both values, where that counts.
    pub term_frequency: Option<f64>,
    /// The part of `weight` that is owed to this share.
    pub term_frequency_weight: f64,
    /// All of it in a sentence, without the values.
    pub sentence: String,
}

impl FieldEvidence {
    /// The name and level of what is held before anything is compared.
    pub const PRIOR: &'static str = "prior";
    /// The name and level of what is taken back since people of one household share much.
    pub const HOUSEHOLD: &'static str = "household";

    /// The name and level of what the other records of two persons hold against their being one.
    pub const AGAINST: &'static str = "against";
    /// The name and level of what it costs that a register with one record for each person would have several.
    pub const PENALTY: &'static str = "one-record";

    /// The name and level of both of these together, where they are not told apart.
    pub const BEYOND: &'static str = "beyond";

    /// Gives the parts that come after those of a pair where two persons are kept apart: all of it adds up to the weight of
    /// the merge.
    #[must_use]
    pub fn of_merge(merge: &Merge) -> Vec<Self> {
        let Some(penalty) = merge.penalty else { return vec![Self::beside(Self::BEYOND, merge.against, BEYOND_SAYS)] };
        let parts = [(Self::AGAINST, merge.against, AGAINST_SAYS), (Self::PENALTY, penalty, PENALTY_SAYS)];
        parts.into_iter().map(|(name, weight, sentence)| Self::beside(name, weight, sentence)).collect()
    }

    /// Gives what is no comparison and weighs all the same.
    fn beside(name: &str, weight: f64, sentence: &str) -> Self {
        Self {
            name: name.to_owned(),
            left: Vec::new(),
            right: Vec::new(),
            level: name.to_owned(),
            m: None,
            u: None,
            weight,
            term_frequency: None,
            term_frequency_weight: 0.0,
            sentence: sentence.to_owned(),
        }
    }
}

const PRIOR_SAYS: &str = "Before anything is compared: two records taken at random are hardly ever of one person.";
const HOUSEHOLD_SAYS: &str = "People of one household share names and addresses, so that these count for less.";
const AGAINST_SAYS: &str =
    "The other records of both persons: where this pair lacks a value, what they have of it differs.";
const PENALTY_SAYS: &str = "A register that has one record for each person would have several of this one.";
const BEYOND_SAYS: &str = "What is known of both persons beyond this pair.";

/// What the level of two identifiers that are the same is called.
const EQUAL: &str = "equal";

/// The least that is told to be taken back for households, in bits.
const LEAST_HOUSEHOLD: f64 = 0.05;

impl Explainer {
    /// Compares two rows of person records, as far as they are disclosed as values. Comparisons of a column that is
    /// hidden in one of them are left out. Before the comparisons comes what is held before anything is compared, after them
    /// what is taken back since people of one household share much, so that all of it adds up.
    pub(crate) fn explain(&self, left: &Disclosed, right: &Disclosed) -> Result<Vec<FieldEvidence>, matching::Error> {
        self.compare(&left.batch, |name| is_shown(left, name), right)
    }

    /// Compares values that who asks gave themselves with a row of person records, as far as that is disclosed as values; of
    /// the columns that are `not_used` nothing is said.
    pub(crate) fn explain_given(
        &self,
        given: &Values,
        not_used: &[String],
        right: &Disclosed,
    ) -> Result<Vec<FieldEvidence>, matching::Error> {
        let fields: Vec<Field> = given.keys().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        let value = |value: &String| -> ArrayRef { Arc::new(StringArray::from(vec![value.as_str()])) };
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let columns = given.values().map(value).collect();
        let left = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        self.compare(&left, |name| !not_used.iter().any(|other| other == name), right)
    }

    fn compare(
        &self,
        left: &RecordBatch,
        is_shown_left: impl Fn(&str) -> bool,
        right: &Disclosed,
    ) -> Result<Vec<FieldEvidence>, matching::Error> {
        let columns: Vec<String> = self.columns();
        let both: Vec<&String> = columns.iter().filter(|name| is_shown_left(name) && is_shown(right, name)).collect();
        let batch = side_by_side(&self.settings, &columns, &both, left, &right.batch)?;
        let data = Dataset::new(&self.settings, &batch)?;
        let explanation = matching::explain(&data, &self.model, 0, 1)?;
        let comparisons = self.settings.comparisons.iter().zip(explanation.fields);
        let told = comparisons.filter(|(comparison, _)| comparison.columns.iter().all(|name| both.contains(&name)));
        let told: Vec<FieldEvidence> = told
            .map(|(_, field)| FieldEvidence {
                name: field.name,
                left: field.left,
                right: field.right,
                level: field.level,
                m: field.m,
                u: field.u,
                weight: field.weight,
                term_frequency: field.term_frequency,
                term_frequency_weight: field.term_frequency_weight,
                sentence: field.sentence,
            })
            .collect();
        if told.is_empty() {
            return Ok(told);
        }
        let prior = FieldEvidence::beside(FieldEvidence::PRIOR, explanation.prior_weight, PRIOR_SAYS);
        let household = FieldEvidence::beside(FieldEvidence::HOUSEHOLD, explanation.household_weight, HOUSEHOLD_SAYS);
        let counts = household.weight.abs() >= LEAST_HOUSEHOLD;
        Ok(std::iter::once(prior).chain(told).chain(counts.then_some(household)).collect())
    }

    /// Tells whether an explanation has every comparison, so that its parts are all of the weight.
    pub(crate) fn is_whole(&self, fields: &[FieldEvidence]) -> bool {
        let beside = [FieldEvidence::PRIOR, FieldEvidence::HOUSEHOLD];
        let compared = fields.iter().filter(|field| field.m.is_some() || !beside.contains(&field.name.as_str()));
        compared.count() == self.settings.comparisons.len()
    }

    /// Tells whether an explanation has an identifier of both records, that they agree on.
    pub(crate) fn shows_identifier(&self, fields: &[FieldEvidence]) -> bool {
        let compared = self.settings.comparisons.iter();
        let mut identifiers = compared.filter(|comparison| comparison.kind.is_identifier()).map(Comparison::name);
        let is_equal = |field: &FieldEvidence| field.m.is_some() && field.level == EQUAL;
        identifiers.any(|name| fields.iter().any(|field| field.name == name && is_equal(field)))
    }

    /// Gives the registers that are held to have one record for each person.
    pub(crate) fn one_record_registers(&self) -> impl Iterator<Item = &String> {
        self.settings.one_record_per_person.keys()
    }

    /// Gives the log2 odds from which on a pair links.
    pub(crate) fn threshold(&self) -> f64 {
        self.settings.threshold_weight()
    }

    /// Gives the probability that goes with it, as the project has it.
    pub(crate) fn threshold_probability(&self) -> f64 {
        self.settings.threshold
    }

    fn columns(&self) -> Vec<String> {
        let compared = self.settings.comparisons.iter().flat_map(|comparison| comparison.columns.iter());
        let blocked = self.settings.blocks.iter().flat_map(|block| block.keys.iter().chain(&block.split));
        let mut columns: Vec<String> = compared.chain(blocked.map(|key| &key.column)).cloned().collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// Tells whether a column is disclosed as values.
fn is_shown(disclosed: &Disclosed, name: &str) -> bool {
    let is_value = |column: &&gate::ColumnDisclosed| column.name == name && column.disclosure == Disclosure::Value;
    disclosed.columns.iter().any(|column| is_value(&column))
}

/// Gives one batch of both rows with the columns that the settings name; those that are not in `shown` are null.
fn side_by_side(
    settings: &Settings,
    columns: &[String],
    shown: &[&String],
    left: &RecordBatch,
    right: &RecordBatch,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let text = |batch: &RecordBatch, name: &str| -> Result<ArrayRef, arrow_schema::ArrowError> {
        match batch.column_by_name(name) {
            Some(column) => arrow_cast::cast(column, &DataType::Utf8),
            None => Ok(new_null_array(&DataType::Utf8, 1)),
        }
    };
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for name in columns {
        let array = if shown.contains(&name) {
            arrow_select::concat::concat(&[text(left, name)?.as_ref(), text(right, name)?.as_ref()])?
        } else {
            new_null_array(&DataType::Utf8, 2)
        };
        fields.push(Field::new(name, DataType::Utf8, true));
        arrays.push(array);
    }
    for (column, values) in [(&settings.source, ["left", "right"]), (&settings.id, ["0", "1"])] {
        if let Some(name) = column {
            fields.push(Field::new(name, DataType::Utf8, false));
            arrays.push(Arc::new(StringArray::from(values.to_vec())));
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

#[cfg(test)]
mod tests {
    use matching::{Block, Kind};

    use super::*;

    #[test]
    fn an_identifier_is_shared_only_for_those_who_see_it_in_both_records() {
        let settings = Settings {
            comparisons: vec![Comparison::new("ssn", Kind::Identifier), Comparison::new("last_name", Kind::FamilyName)],
            blocks: vec![Block::on(["ssn"]).unwrap()],
            ..Settings::default()
        };
        let explainer = Explainer { model: Model::presumed(&settings), settings };
        assert_eq!(explainer.model.comparisons[0].levels[0].name, EQUAL);
        let field = |name: &str, level: &str, m: Option<f64>| FieldEvidence {
            level: level.to_owned(),
            m,
            ..FieldEvidence::beside(name, 0.0, "")
        };
        let name = || field("last_name", EQUAL, Some(0.9));
        assert!(explainer.shows_identifier(&[name(), field("ssn", EQUAL, Some(0.9))]));
        assert!(!explainer.shows_identifier(&[name()]), "it is withheld");
        assert!(!explainer.shows_identifier(&[name(), field("ssn", "missing", None)]));
        assert!(!explainer.shows_identifier(&[name(), field("ssn", "one slip", Some(0.04))]));
    }
}
