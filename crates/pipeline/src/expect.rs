//! Expectations, checked while rows stream to the writer.
//!
//! Memory: 16 bytes a row for each column expected to be unique (a keyed 128-bit hash of the value; two different
//! values of ten million collide with a probability under 10⁻²⁴), and nothing that grows with rows for the others.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType, Schema};
use hashbrown::HashSet;
use model::record::column;
use model::{ModelKind, SqlModel};
use serde::Serialize;

/// The most rows that are named for one broken expectation.
const SAMPLES_MAX: usize = 5;

/// Something that must hold of a model's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Expectation {
    /// `_record` is 32 lower-case hexadecimal digits. Holds of every model.
    RecordId,
    /// Values of the column occur once each; nulls pass. Holds of `_record` in person models.
    Unique {
        /// The column.
        column: String,
    },
    /// The column has no nulls.
    NotNull {
        /// The column.
        column: String,
    },
    /// The column has accepted values only; nulls pass.
    Accepted {
        /// The column.
        column: String,
    },
    /// There are at least so many rows.
    RowsMin {
        /// How many.
        rows: u64,
    },
    /// There are at most so many rows.
    RowsMax {
        /// How many.
        rows: u64,
    },
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordId => write!(f, "`{}` is a record's 32 hexadecimal digits", column::RECORD),
            Self::Unique { column } => write!(f, "`{column}` is unique"),
            Self::NotNull { column } => write!(f, "`{column}` is not null"),
            Self::Accepted { column } => write!(f, "`{column}` has accepted values only"),
            Self::RowsMin { rows } => write!(f, "there are at least {rows} rows"),
            Self::RowsMax { rows } => write!(f, "there are at most {rows} rows"),
        }
    }
}

/// An expectation that does not hold. Names rows, never values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// What was expected.
    pub expectation: Expectation,
    /// How many rows break it; for numbers of rows, how many there are.
    pub rows_broken: u64,
    /// How many rows there are.
    pub rows: u64,
    /// Some of the rows that break it, at most five.
    pub samples: Vec<Sample>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expectation {
            Expectation::RowsMin { .. } | Expectation::RowsMax { .. } => {
                write!(f, "expected that {}, found {}", self.expectation, self.rows)
            }
            _ => write!(f, "expected that {}: {} of {} rows are not so", self.expectation, self.rows_broken, self.rows),
        }?;
        if !self.samples.is_empty() {
            let named: Vec<String> = self.samples.iter().map(Sample::to_string).collect();
            write!(f, " (such as {})", named.join(", "))?;
        }
        Ok(())
    }
}

/// A row that breaks an expectation, by where it came from.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The row's `_record`, as the model gave it. Not shown: it is itself an identifier.
    #[serde(skip)]
    pub(crate) record: Option<String>,
    /// The file that the record came from, relative to the project.
    pub file: Option<String>,
    /// The record's row in that file, counted from 0.
    pub row: Option<i64>,
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.row) {
            (Some(file), Some(row)) => write!(f, "{file} row {row}"),
            (None, Some(row)) => write!(f, "row {row}"),
            _ => f.write_str("a row whose place in the register is not known"),
        }
    }
}

/// Where the rows of a batch came from, as far as the model tells.
struct Origin {
    records: StringArray,
    files: Option<StringArray>,
    rows: Option<Int64Array>,
}

impl Origin {
    fn of(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let schema = batch.schema();
        let records = as_text(batch.column(schema.index_of(column::RECORD)?))?;
        let files = batch.column_by_name(column::FILE).map(as_text).transpose()?;
        let rows = batch.column_by_name(column::ROW).and_then(|rows| rows.as_primitive_opt::<Int64Type>()).cloned();
        Ok(Self { records, files, rows })
    }

    fn sample(&self, row: usize) -> Sample {
        let file = self.files.as_ref().filter(|files| files.is_valid(row));
        let place = self.rows.as_ref().filter(|rows| rows.is_valid(row));
        Sample {
            record: self.records.is_valid(row).then(|| self.records.value(row).to_owned()),
            file: file.map(|files| files.value(row).to_owned()),
            row: place.map(|rows| rows.value(row)),
        }
    }
}

/// What is counted for one expectation.
struct Count {
    expectation: Expectation,
    probe: Probe,
    rows_broken: u64,
    samples: Vec<Sample>,
}

/// How one expectation is probed.
enum Probe {
    RecordId,
    Unique { index: usize, rows: RowConverter, seen: HashSet<u128> },
    NotNull { index: usize },
    Accepted { index: usize, values: HashSet<String> },
}

/// Looks at rows as they pass and says at the end what does not hold.
pub(crate) struct Checker {
    counts: Vec<Count>,
    rows: u64,
    rows_min: Option<u64>,
    rows_max: Option<u64>,
    hashers: [RandomState; 2],
}

impl Checker {
    /// Gives a checker of what `model` expects of rows of `schema`.
    ///
    /// # Errors
    /// [`ArrowError`] when the schema lacks a column (`columns::problems` says so first) or a type can't be compared.
    pub(crate) fn new(model: &SqlModel, schema: &Schema) -> Result<Self, ArrowError> {
        let mut counts = vec![Count::new(Expectation::RecordId, Probe::RecordId)];
        let mut unique = model.expect.unique.clone();
        // Linkage gives each record one person: a person record that is there twice would be two of them.
        if model.kind == ModelKind::Person && !unique.iter().any(|name| name == column::RECORD) {
            unique.push(column::RECORD.to_owned());
        }
        for name in unique {
            let index = schema.index_of(&name)?;
            let rows = RowConverter::new(vec![SortField::new(schema.field(index).data_type().clone())])?;
            let probe = Probe::Unique { index, rows, seen: HashSet::new() };
            counts.push(Count::new(Expectation::Unique { column: name }, probe));
        }
        for name in &model.expect.not_null {
            let probe = Probe::NotNull { index: schema.index_of(name)? };
            counts.push(Count::new(Expectation::NotNull { column: name.clone() }, probe));
        }
        for (name, accepted) in &model.expect.accepted {
            let probe = Probe::Accepted { index: schema.index_of(name)?, values: accepted.iter().cloned().collect() };
            counts.push(Count::new(Expectation::Accepted { column: name.clone() }, probe));
        }
        Ok(Self {
            counts,
            rows: 0,
            rows_min: model.expect.rows_min,
            rows_max: model.expect.rows_max,
            hashers: [RandomState::new(), RandomState::new()],
        })
    }

    /// Looks at a batch.
    ///
    /// # Errors
    /// [`ArrowError`] when a column is not of the type that the schema said.
    pub(crate) fn see(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let origin = Origin::of(batch)?;
        for count in &mut self.counts {
            count.see(batch, &origin, &self.hashers)?;
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Gives what does not hold of all rows seen.
    pub(crate) fn finish(&mut self) -> Vec<Broken> {
        let rows = self.rows;
        let mut broken: Vec<Broken> = std::mem::take(&mut self.counts)
            .into_iter()
            .filter(|count| count.rows_broken > 0)
            .map(|count| Broken {
                expectation: count.expectation,
                rows_broken: count.rows_broken,
                rows,
                samples: count.samples,
            })
            .collect();
        let of_rows = |expectation| Broken { expectation, rows_broken: rows, rows, samples: Vec::new() };
        if let Some(least) = self.rows_min.filter(|least| rows < *least) {
            broken.push(of_rows(Expectation::RowsMin { rows: least }));
        }
        if let Some(most) = self.rows_max.filter(|most| rows > *most) {
            broken.push(of_rows(Expectation::RowsMax { rows: most }));
        }
        broken
    }
}

impl Count {
    fn new(expectation: Expectation, probe: Probe) -> Self {
        Self { expectation, probe, rows_broken: 0, samples: Vec::new() }
    }

    fn see(&mut self, batch: &RecordBatch, origin: &Origin, hashers: &[RandomState; 2]) -> Result<(), ArrowError> {
        match &mut self.probe {
            Probe::RecordId => {
                let records = &origin.records;
                let is_right = |row: usize| records.is_valid(row) && is_record_hash(records.value(row));
                let broken: Vec<usize> = (0..records.len()).filter(|row| !is_right(*row)).collect();
                self.add(&broken, origin);
            }
            Probe::Unique { index, rows, seen } => {
                let values = batch.column(*index);
                let bytes = rows.convert_columns(std::slice::from_ref(values))?;
                let mut broken = Vec::new();
                for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
                    let value = bytes.row(row);
                    let [high, low] = hashers.each_ref().map(|hasher| u128::from(hasher.hash_one(value.as_ref())));
                    if !seen.insert(high << 64 | low) {
                        broken.push(row);
                    }
                }
                self.add(&broken, origin);
            }
            Probe::NotNull { index } => {
                let values = batch.column(*index);
                if values.null_count() > 0 {
                    let broken: Vec<usize> = (0..values.len()).filter(|row| values.is_null(*row)).collect();
                    self.add(&broken, origin);
                }
            }
            Probe::Accepted { index, values: accepted } => {
                let values = as_text(batch.column(*index))?;
                let is_wrong = |row: &usize| values.is_valid(*row) && !accepted.contains(values.value(*row));
                let broken: Vec<usize> = (0..values.len()).filter(is_wrong).collect();
                self.add(&broken, origin);
            }
        }
        Ok(())
    }

    fn add(&mut self, broken: &[usize], origin: &Origin) {
        self.rows_broken += broken.len() as u64;
        let room = SAMPLES_MAX - self.samples.len();
        self.samples.extend(broken.iter().take(room).map(|row| origin.sample(*row)));
    }
}

/// Tells whether a text is what the column `_record` holds.
fn is_record_hash(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn as_text(values: &ArrayRef) -> Result<StringArray, ArrowError> {
    let text = if *values.data_type() == DataType::Utf8 { Arc::clone(values) } else { cast(values, &DataType::Utf8)? };
    text.as_any()
        .downcast_ref::<StringArray>()
        .cloned()
        .ok_or_else(|| ArrowError::CastError("a column could not be read as text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::StringViewArray;
    use arrow_schema::Field;
    use indexmap::IndexMap;
    use model::{Expectations, ModelId, RegisterId};

    fn model(kind: ModelKind, expect: Expectations) -> SqlModel {
        SqlModel {
            id: ModelId::new("m").unwrap(),
            path: "models/m.sql".into(),
            kind,
            register: RegisterId::new("tax").unwrap(),
            says: String::new(),
            classes: IndexMap::new(),
            expect,
            text: String::new(),
            sql_begins: 0,
        }
    }

    fn batch(records: Vec<Option<&str>>, numbers: Vec<Option<i64>>, words: Vec<Option<&str>>) -> RecordBatch {
        let columns: [(&str, ArrayRef); 3] = [
            ("_record", Arc::new(StringArray::from(records))),
            ("number", Arc::new(Int64Array::from(numbers))),
            ("word", Arc::new(StringViewArray::from(words))),
        ];
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
    }

    fn record(number: u8) -> String {
        format!("{number:032x}")
    }

    fn check(model: &SqlModel, batches: &[RecordBatch]) -> Vec<Broken> {
        let mut checker = Checker::new(model, &batches[0].schema()).unwrap();
        for batch in batches {
            checker.see(batch).unwrap();
        }
        checker.finish()
    }

    #[test]
    fn repeats_are_found_across_batches_and_nulls_are_none() {
        let expect = Expectations { unique: vec!["number".into(), "word".into()], ..Expectations::default() };
        let (a, b) = (record(1), record(2));
        let first = batch(vec![Some(&a), Some(&b)], vec![Some(1), None], vec![Some("x"), Some("y")]);
        let second = batch(vec![Some(&a), Some(&b)], vec![None, Some(1)], vec![Some("z"), None]);
        let broken = check(&model(ModelKind::Object, expect), &[first, second]);
        assert_eq!(broken.len(), 1);
        assert_eq!(broken[0].expectation, Expectation::Unique { column: "number".into() });
        assert_eq!((broken[0].rows_broken, broken[0].rows), (1, 4));
        assert_eq!(broken[0].samples[0].record.as_deref(), Some(b.as_str()));
    }

    #[test]
    fn a_person_record_is_there_once_and_is_well_formed() {
        let a = record(1);
        let rows = batch(vec![Some(&a), Some(&a), Some("XYZ"), None], vec![None; 4], vec![None; 4]);
        let broken = check(&model(ModelKind::Person, Expectations::default()), std::slice::from_ref(&rows));
        let found: Vec<_> = broken.iter().map(|broken| (&broken.expectation, broken.rows_broken)).collect();
        assert_eq!(found, [(&Expectation::RecordId, 2), (&Expectation::Unique { column: "_record".into() }, 1)]);
        assert_eq!(check(&model(ModelKind::Object, Expectations::default()), &[rows]).len(), 1);
    }

    #[test]
    fn accepted_values_are_compared_as_text_and_messages_hold_no_value() {
        let accepted = [("number", vec!["7".to_owned()]), ("word", vec!["yes".to_owned()])];
        let expect = Expectations {
            accepted: accepted.into_iter().map(|(name, values)| (name.to_owned(), values)).collect(),
            not_null: vec!["word".into()],
            rows_min: Some(9),
            rows_max: Some(2),
            ..Expectations::default()
        };
        let a = record(1);
        let rows =
            batch(vec![Some(&a); 3], vec![Some(7), Some(8_888_888), None], vec![Some("yes"), Some("secret"), None]);
        let broken = check(&model(ModelKind::Object, expect), &[rows]);
        let counts: Vec<u64> = broken.iter().map(|broken| broken.rows_broken).collect();
        assert_eq!(counts, [1, 1, 1, 3, 3]);
        let said = broken.iter().map(Broken::to_string).collect::<Vec<_>>().join("\n");
        assert!(!said.contains("secret") && !said.contains("8888888") && !said.contains(&a), "{said}");
        assert!(said.contains("at least 9 rows, found 3"), "{said}");
    }

    #[test]
    fn at_most_five_rows_are_named() {
        let expect = Expectations { not_null: vec!["word".into()], ..Expectations::default() };
        let a = record(1);
        let rows = batch(vec![Some(&a); 20], vec![None; 20], vec![None; 20]);
        let broken = check(&model(ModelKind::Object, expect), &[rows.clone(), rows]);
        assert_eq!((broken[0].rows_broken, broken[0].samples.len()), (40, SAMPLES_MAX));
    }
}
