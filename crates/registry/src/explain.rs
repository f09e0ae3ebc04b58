//! Why two records are, or are not, one person: field by field, from what is disclosed of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use arrow_select::concat::{concat, concat_batches};
use gate::Disclosed;
use linkage::Values;
use matching::{Comparison, Explanation, Fitted, Model, Settings};
use model::Disclosure;
use serde::{Deserialize, Serialize};

use crate::error::RegistryError;
use crate::review::Merge;

/// The matching model of a generation with its settings.
#[derive(Deserialize)]
#[serde(try_from = "Kept")]
pub(crate) struct Explainer {
    fitted: Fitted,
}

/// The same as a generation keeps it.
#[derive(Deserialize)]
struct Kept {
    settings: Settings,
    model: Model,
}

impl TryFrom<Kept> for Explainer {
    type Error = matching::Error;

    fn try_from(Kept { settings, model }: Kept) -> Result<Self, Self::Error> {
        Ok(Self { fitted: Fitted::new(settings, model)? })
    }
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
    /// Compares two rows of person records each, as far as they are disclosed as values. Comparisons of a column that is
    /// hidden in one of them are left out. Before the comparisons comes what is held before anything is compared, after them
    /// what is taken back since people of one household share much, so that all of it adds up.
    ///
    /// Rows of the same models are made ready together, and all are compared at once: to make rows and weights ready takes longer
    /// than to compare.
    pub(crate) fn explain(&self, pairs: &[(&Disclosed, &Disclosed)]) -> Result<Vec<Vec<FieldEvidence>>, RegistryError> {
        let mut groups: BTreeMap<[usize; 2], Vec<usize>> = BTreeMap::new();
        for (at, (left, right)) in pairs.iter().enumerate() {
            // Rows of one model share what is said of its columns.
            let models = [left, right].map(|row| Arc::as_ptr(&row.columns).cast::<()>().addr());
            groups.entry(models).or_default().push(at);
        }
        let mut compared = Vec::with_capacity(groups.len());
        for places in groups.values() {
            let of_group: Vec<(&Disclosed, &Disclosed)> = places.iter().map(|at| pairs[*at]).collect();
            let Some((first, second)) = of_group.first() else { continue };
            let left = concat_batches(first.batch.schema_ref(), of_group.iter().map(|(left, _)| &left.batch))?;
            let right = concat_batches(second.batch.schema_ref(), of_group.iter().map(|(_, right)| &right.batch))?;
            let shown = self.columns().into_iter().filter(|name| is_shown(first, name) && is_shown(second, name));
            compared.push(Compared { left, right, shown: shown.collect() });
        }
        let mut explained = vec![Vec::new(); pairs.len()];
        for (at, fields) in groups.into_values().flatten().zip(self.compare(&compared)?) {
            explained[at] = fields;
        }
        Ok(explained)
    }

    /// Compares values that who asks gave themselves with a row of person records, as far as that is disclosed as values; of
    /// the columns that are `not_used` nothing is said.
    pub(crate) fn explain_given(
        &self,
        given: &Values,
        not_used: &[String],
        right: &Disclosed,
    ) -> Result<Vec<FieldEvidence>, RegistryError> {
        let fields: Vec<Field> = given.keys().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        let value = |value: &String| -> ArrayRef { Arc::new(StringArray::from(vec![value.as_str()])) };
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let columns = given.values().map(value).collect();
        let left = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        let is_used = |name: &String| !not_used.contains(name) && is_shown(right, name);
        let shown = self.columns().into_iter().filter(is_used).collect();
        let fields = self.compare(&[Compared { left, right: right.batch.clone(), shown }])?;
        Ok(fields.into_iter().next().unwrap_or_default())
    }

    /// Compares each row of a first batch with the row of the second in its place; the rows of all of them in their order.
    fn compare(&self, all: &[Compared]) -> Result<Vec<Vec<FieldEvidence>>, RegistryError> {
        let (mut batches, mut pairs) = (Vec::with_capacity(all.len()), Vec::new());
        let mut rows = 0_u32;
        for compared in all {
            let half = u32::try_from(compared.left.num_rows()).map_err(|_| RegistryError::TooMany)?;
            batches.push(compared.one_after_the_other(self.settings(), &self.columns(), rows)?);
            pairs.extend((rows..rows + half).map(|left| (left, left + half)));
            rows += 2 * half;
        }
        let Some(first) = batches.first() else { return Ok(Vec::new()) };
        let explained = self.fitted.explain(&concat_batches(first.schema_ref(), &batches)?, &pairs)?;
        let shown = all.iter().flat_map(|compared| std::iter::repeat_n(&compared.shown, compared.left.num_rows()));
        Ok(explained.into_iter().zip(shown).map(|(explanation, shown)| self.told(explanation, shown)).collect())
    }

    /// Gives what may be told of an explanation: comparisons of which every column is shown.
    fn told(&self, explanation: Explanation, shown: &[String]) -> Vec<FieldEvidence> {
        let comparisons = self.settings().comparisons.iter().zip(explanation.fields);
        let told = comparisons.filter(|(comparison, _)| comparison.columns.iter().all(|name| shown.contains(name)));
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
            return told;
        }
        let prior = FieldEvidence::beside(FieldEvidence::PRIOR, explanation.prior_weight, PRIOR_SAYS);
        let household = FieldEvidence::beside(FieldEvidence::HOUSEHOLD, explanation.household_weight, HOUSEHOLD_SAYS);
        let counts = household.weight.abs() >= LEAST_HOUSEHOLD;
        std::iter::once(prior).chain(told).chain(counts.then_some(household)).collect()
    }

    /// Tells whether an explanation has every comparison, so that its parts are all of the weight.
    pub(crate) fn is_whole(&self, fields: &[FieldEvidence]) -> bool {
        let beside = [FieldEvidence::PRIOR, FieldEvidence::HOUSEHOLD];
        let compared = fields.iter().filter(|field| field.m.is_some() || !beside.contains(&field.name.as_str()));
        compared.count() == self.settings().comparisons.len()
    }

    /// Tells whether an explanation has an identifier of both records, that they agree on.
    pub(crate) fn shows_identifier(&self, fields: &[FieldEvidence]) -> bool {
        let compared = self.settings().comparisons.iter();
        let mut identifiers = compared.filter(|comparison| comparison.kind.is_identifier()).map(Comparison::name);
        let is_equal = |field: &FieldEvidence| field.m.is_some() && field.level == EQUAL;
        identifiers.any(|name| fields.iter().any(|field| field.name == name && is_equal(field)))
    }

    /// Gives the registers that are held to have one record for each person.
    pub(crate) fn one_record_registers(&self) -> impl Iterator<Item = &String> {
        self.settings().one_record_per_person.keys()
    }

    /// Gives the log2 odds from which on a pair links.
    pub(crate) fn threshold(&self) -> f64 {
        self.settings().threshold_weight()
    }

    /// Gives the probability that goes with it, as the project has it.
    pub(crate) fn threshold_probability(&self) -> f64 {
        self.settings().threshold
    }

    fn settings(&self) -> &Settings {
        self.fitted.settings()
    }

    fn columns(&self) -> Vec<String> {
        let compared = self.settings().comparisons.iter().flat_map(|comparison| comparison.columns.iter());
        let blocked = self.settings().blocks.iter().flat_map(|block| block.keys.iter().chain(&block.split));
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

/// Rows that are compared with those in the same place of another batch.
struct Compared {
    left: RecordBatch,
    /// As many.
    right: RecordBatch,
    /// The columns that are disclosed as values in both.
    shown: Vec<String>,
}

impl Compared {
    /// Gives one batch of the rows of both, numbered from `first` on, with the columns that the settings name; those that are not
    /// shown are null.
    fn one_after_the_other(
        &self,
        settings: &Settings,
        columns: &[String],
        first: u32,
    ) -> Result<RecordBatch, ArrowError> {
        let half = self.left.num_rows();
        let text = |batch: &RecordBatch, name: &str| match batch.column_by_name(name) {
            Some(column) => arrow_cast::cast(column, &DataType::Utf8),
            None => Ok(new_null_array(&DataType::Utf8, half)),
        };
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for name in columns {
            let array = if self.shown.contains(name) {
                concat(&[text(&self.left, name)?.as_ref(), text(&self.right, name)?.as_ref()])?
            } else {
                new_null_array(&DataType::Utf8, 2 * half)
            };
            fields.push(Field::new(name, DataType::Utf8, true));
            arrays.push(array);
        }
        let sides = (0..2 * half).map(|row| if row < half { "left" } else { "right" });
        let ids = (first..).take(2 * half).map(|row| row.to_string());
        let (sides, ids) = (StringArray::from_iter_values(sides), StringArray::from_iter_values(ids));
        for (column, values) in [(&settings.source, sides), (&settings.id, ids)] {
            if let Some(name) = column {
                fields.push(Field::new(name, DataType::Utf8, false));
                arrays.push(Arc::new(values));
            }
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
    }
}

#[cfg(test)]
mod tests {
    use matching::{Block, Kind};

    use super::*;

    /// Gives rows of one model, of which a number is given or withheld, and a last name.
    fn rows(model: &str, is_given: bool, values: &[(&str, &str)]) -> Vec<Disclosed> {
        let register: model::RegisterId = model.parse().unwrap();
        let column = |name: &str, disclosure: Disclosure| gate::ColumnDisclosed {
            name: name.to_owned(),
            class: model::Class::Identity,
            disclosure,
            withheld_because: None,
        };
        let number = if is_given { Disclosure::Value } else { Disclosure::Withheld };
        let columns: Arc<[_]> = vec![column("ssn", number), column("last_name", Disclosure::Value)].into();
        let of_row = |(number, name): &(&str, &str)| {
            let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
            let mut arrays = vec![("last_name", text(name))];
            if is_given {
                arrays.insert(0, ("ssn", text(number)));
            }
            let batch = RecordBatch::try_from_iter(arrays).unwrap();
            let record = model::RecordId::from_key(&register, &[Some(number)]);
            Disclosed { batch, columns: Arc::clone(&columns), records: vec![record] }
        };
        values.iter().map(of_row).collect()
    }

    fn explainer(settings: Settings) -> Explainer {
        Explainer { fitted: Fitted::new(settings.clone(), Model::presumed(&settings)).unwrap() }
    }

    #[test]
    fn pairs_that_are_explained_together_tell_what_each_tells_alone() {
        let settings = Settings {
            comparisons: vec![Comparison::new("ssn", Kind::Identifier), Comparison::new("last_name", Kind::FamilyName)],
            blocks: vec![Block::on(["ssn"]).unwrap()],
            ..Settings::default()
        };
        let explainer = explainer(settings);
        let open = rows("tax", true, &[("123456782", "Novak"), ("123456782", "Nowak"), ("987654324", "Bauer")]);
        let hidden = rows("loans", false, &[("123456782", "Novak"), ("987654324", "Novak")]);
        let pairs = [
            (&open[0], &hidden[0]),
            (&open[0], &open[1]),
            (&hidden[0], &hidden[1]),
            (&open[2], &hidden[1]),
            (&hidden[1], &open[0]),
            (&open[2], &open[0]),
        ];
        let together = explainer.explain(&pairs).unwrap();
        for (pair, fields) in pairs.iter().zip(&together) {
            assert!(*fields == explainer.explain(&[*pair]).unwrap()[0]);
            let is_open =
                pair.0.columns[0].disclosure == Disclosure::Value && pair.1.columns[0].disclosure == Disclosure::Value;
            assert_eq!(fields.iter().any(|field| field.name == "ssn"), is_open);
            let values = fields.iter().flat_map(|field| field.left.iter().chain(&field.right)).flatten();
            assert_eq!(
                values.filter(|value| value.starts_with(|first: char| first.is_ascii_digit())).count() > 0,
                is_open
            );
        }
        assert!(explainer.explain(&[]).unwrap().is_empty());
    }

    #[test]
    fn an_identifier_is_shared_only_for_those_who_see_it_in_both_records() {
        let settings = Settings {
            comparisons: vec![Comparison::new("ssn", Kind::Identifier), Comparison::new("last_name", Kind::FamilyName)],
            blocks: vec![Block::on(["ssn"]).unwrap()],
            ..Settings::default()
        };
        let explainer = explainer(settings);
        assert_eq!(explainer.fitted.model().comparisons[0].levels[0].name, EQUAL);
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
