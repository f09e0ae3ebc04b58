//! The one function that masks. Every personal value that leaves Lucarne has gone through [`apply`].
//!
//! Rows that are not the subjects' are dropped first, and what is then done to a column depends on its class and type
//! only, never on a value: so nothing hidden can change what is shown, be it a row, an error or a count.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Int32Array, RecordBatch, RecordBatchOptions, new_empty_array};
use arrow_buffer::BooleanBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow_select::filter::filter_record_batch;
use chrono::{DateTime, Datelike};
use model::record::column;
use model::{Class, Disclosure, RecordId, RegisterId};
use policy::{Named, Names, Reason, Sentences};
use serde::Serialize;

use crate::error::GateError;
use crate::terms::{Scope, Terms};

/// What is written in place of hidden characters, whatever their number.
const HIDDEN: &str = "•••";

/// The most characters that `last` leaves, whatever a purpose says.
const KEEP_MAX: usize = 4;

/// What a grant gives of a batch.
#[derive(Clone)]
pub struct Disclosed {
    /// The rows of the subjects with the columns that are given, masked; then `_file`, `_row` and `_run`, where the
    /// batch had them. No column tells the record or the person.
    pub batch: RecordBatch,
    /// Every column of the batch but those of ingest, in its order: how it is disclosed and why it is not here.
    pub columns: Arc<[ColumnDisclosed]>,
    /// The record of each row. It stays inside: record ids are identifiers and are not part of an answer.
    pub records: Vec<RecordId>,
}

/// Shows the shape of the table: its columns and their types, and how many rows there are. No value, no record.
impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let schema = self.batch.schema_ref();
        let types: Vec<_> = schema.fields().iter().map(|field| (field.name(), field.data_type())).collect();
        f.debug_struct("Disclosed")
            .field("rows", &self.batch.num_rows())
            .field("columns", &types)
            .finish_non_exhaustive()
    }
}

/// How one column is disclosed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnDisclosed {
    /// Its name.
    pub name: String,
    /// What it says about the person.
    pub class: Class,
    /// How it is disclosed under the purpose.
    pub disclosure: Disclosure,
    /// Why it is not in the batch; none when it is.
    pub withheld_because: Option<Reason>,
}

/// What [`apply`] needs to know of a table.
pub(crate) struct Table<'a> {
    /// Its name, for errors.
    pub(crate) name: &'a str,
    /// The register whose records it holds.
    pub(crate) register: &'a RegisterId,
    /// The class of each column.
    pub(crate) classes: &'a HashMap<String, Class>,
}

impl Table<'_> {
    fn shape(&self, why: impl Into<String>) -> GateError {
        GateError::Shape { table: self.name.to_owned(), why: why.into() }
    }
}

/// What is done to the columns of a table under some terms.
///
/// It depends on the names, types and classes of columns only, so that it is made once for all batches of the table.
pub(crate) struct Plan {
    /// One for each column of the table, in its order.
    steps: Vec<Step>,
    /// What is given.
    schema: SchemaRef,
    columns: Arc<[ColumnDisclosed]>,
}

enum Step {
    /// The record's id: it stays inside.
    Drop,
    /// A column of ingest, given as it is.
    Pass,
    Mask(Disclosure),
    Withhold,
}

impl Plan {
    /// Gives what `terms` make of a table of this schema, where the entry names the classes of `scope`: a column of any other
    /// is withheld, so that the log never says less than was given.
    ///
    /// # Errors
    /// A column without a class, a column twice, or a type that registers don't have.
    pub(crate) fn of(table: &Table<'_>, terms: &Terms, scope: Scope, schema: &Schema) -> Result<Self, GateError> {
        let of_register = terms.of_register(table.register);
        let named = terms.named(scope);
        let mut seen = HashSet::new();
        let mut steps = Vec::with_capacity(schema.fields().len());
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        for field in schema.fields() {
            let name = field.name().as_str();
            if !seen.insert(name) {
                return Err(table.shape(format!("column {name} occurs twice")));
            }
            // Without rows: what is done to a column must not depend on any.
            let array = plain(table, name, &new_empty_array(field.data_type()))?;
            if name == column::RECORD {
                steps.push(Step::Drop);
                continue;
            }
            if column::ALL.contains(&name) {
                fields.push(Field::new(name, array.data_type().clone(), true));
                steps.push(Step::Pass);
                continue;
            }
            let class = *table
                .classes
                .get(name)
                .ok_or_else(|| GateError::UnknownColumn { table: table.name.to_owned(), column: name.to_owned() })?;
            let disclosure = of_register.disclosure(class);
            let (disclosure, masked) = match mask(disclosure, name, &array)? {
                Masked::Given(_) if !named.contains_key(&class) => {
                    (&Disclosure::Withheld, Masked::Withheld(Why::NotNamed))
                }
                masked => (disclosure, masked),
            };
            let withheld_because = match masked {
                Masked::Given(given) => {
                    fields.push(Field::new(name, given.data_type().clone(), true));
                    steps.push(Step::Mask(disclosure.clone()));
                    None
                }
                Masked::Withheld(why) => {
                    steps.push(Step::Withhold);
                    Some(because(why, table.register, class, disclosure, terms))
                }
            };
            let (name, disclosure) = (name.to_owned(), disclosure.clone());
            columns.push(ColumnDisclosed { name, class, disclosure, withheld_because });
        }
        // The metadata of the schema is left behind: nothing says that it is not personal.
        Ok(Self { steps, schema: Arc::new(Schema::new(fields)), columns: columns.into() })
    }
}

/// Gives what `terms` disclose of the rows of `batch` whose `_record` is among `records`, where the entry
/// names the classes of `scope`.
///
/// # Errors
/// A column without a class, a column twice, no `_record`, or a type that registers don't have: nothing is given.
pub(crate) fn apply(
    table: &Table<'_>,
    terms: &Terms,
    scope: Scope,
    records: &HashSet<[u8; 16]>,
    batch: &RecordBatch,
) -> Result<Disclosed, GateError> {
    let plan = terms.plan(table, scope, batch.schema_ref())?;
    let (batch, kept_records) = rows_of_subjects(table, records, batch)?;
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(plan.schema.fields().len());
    for ((step, field), array) in plan.steps.iter().zip(batch.schema_ref().fields()).zip(batch.columns()) {
        match step {
            Step::Drop | Step::Withhold => {}
            Step::Pass => arrays.push(plain(table, field.name(), array)?),
            Step::Mask(disclosure) => {
                let array = plain(table, field.name(), array)?;
                match mask(disclosure, field.name(), &array)? {
                    Masked::Given(given) => arrays.push(given),
                    Masked::Withheld(_) => return Err(table.shape("a column is masked another way than planned")),
                }
            }
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&plan.schema), arrays, &options)
        .map_err(|_| table.shape("its masked columns don't fit together"))?;
    Ok(Disclosed { batch, columns: Arc::clone(&plan.columns), records: kept_records })
}

/// Drops the rows that are not of the subjects' records.
fn rows_of_subjects(
    table: &Table<'_>,
    records: &HashSet<[u8; 16]>,
    batch: &RecordBatch,
) -> Result<(RecordBatch, Vec<RecordId>), GateError> {
    let ids = batch.column_by_name(column::RECORD).ok_or_else(|| table.shape("it has no column _record"))?;
    let ids = plain(table, column::RECORD, ids)?;
    let ids = ids.as_string_opt::<i32>().ok_or_else(|| table.shape("its column _record is not text"))?;
    // What is not a record id is nobody's.
    let subjects = |id: Option<&str>| {
        let mut hash = [0; 16];
        hex::decode_to_slice(id?, &mut hash).ok()?;
        records.contains(&hash).then(|| RecordId { register: table.register.clone(), hash })
    };
    let mut kept_records = Vec::with_capacity(ids.len());
    kept_records.extend(ids.iter().filter_map(subjects));
    if kept_records.len() == batch.num_rows() {
        return Ok((batch.clone(), kept_records));
    }
    let keep: BooleanArray = ids.iter().map(|id| Some(subjects(id).is_some())).collect();
    let batch = filter_record_batch(batch, &keep).map_err(|_| table.shape("its rows can't be filtered"))?;
    Ok((batch, kept_records))
}

/// Gives the array in the plain form of its type. Dictionaries and views share buffers with rows that were dropped, so
/// they are copied out; types that registers don't have are refused.
fn plain(table: &Table<'_>, name: &str, array: &ArrayRef) -> Result<ArrayRef, GateError> {
    let to = match array.data_type() {
        DataType::Utf8
        | DataType::Boolean
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt64
        | DataType::Float64
        | DataType::Decimal128(..)
        | DataType::Date32
        | DataType::Timestamp(..) => return Ok(Arc::clone(array)),
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::Dictionary(_, values) if matches!(**values, DataType::Utf8 | DataType::LargeUtf8) => DataType::Utf8,
        other => return Err(table.shape(format!("column {name} has type {other}, which registers don't have"))),
    };
    cast(array, &to).map_err(|_| table.shape(format!("column {name} can't be read as text")))
}

enum Masked {
    Given(ArrayRef),
    Withheld(Why),
}

enum Why {
    /// The purpose or a policy withholds the class.
    Class,
    /// Only the district of an address is given, and this column isn't one.
    NotTheDistrict,
    /// The purpose's way of disclosing has no meaning for values of this type.
    NoMeaning,
    /// The purpose gives the class, and the look's entry does not name it.
    NotNamed,
}

fn mask(disclosure: &Disclosure, name: &str, array: &ArrayRef) -> Result<Masked, GateError> {
    let masked = match disclosure {
        Disclosure::Value => Some(Arc::clone(array)),
        Disclosure::YesNo { below } => is_below(array, *below),
        Disclosure::District if is_district(name) => Some(Arc::clone(array)),
        Disclosure::District => return Ok(Masked::Withheld(Why::NotTheDistrict)),
        Disclosure::Coarse => coarse(array),
        Disclosure::Last { keep, .. } => last(array, usize::from(*keep)),
        Disclosure::Presence => Some(presence(array)),
        Disclosure::MatchOnly | Disclosure::Withheld => return Ok(Masked::Withheld(Why::Class)),
    };
    Ok(masked.map_or(Masked::Withheld(Why::NoMeaning), Masked::Given))
}

/// Tells whether a column holds the district of an address: it is called so.
fn is_district(name: &str) -> bool {
    name == "district" || name.ends_with("_district")
}

fn presence(array: &ArrayRef) -> ArrayRef {
    let there = match array.nulls() {
        Some(nulls) => nulls.inner().clone(),
        None => BooleanBuffer::new_set(array.len()),
    };
    Arc::new(BooleanArray::new(there, None))
}

/// Gives whether each number is below the bound; none for what is not a number, or when the bound isn't one.
fn is_below(array: &ArrayRef, below: f64) -> Option<ArrayRef> {
    if !below.is_finite() {
        return None;
    }
    // A whole number is below a bound when it is below the bound's ceiling: decimals and integers are compared
    // exactly, without turning them into floating point.
    let below_whole = |scale: i8| (below * 10_f64.powi(i32::from(scale))).ceil() as i128;
    let answers: BooleanArray = match array.data_type() {
        DataType::Int64 => {
            let bound = below_whole(0);
            array.as_primitive::<Int64Type>().iter().map(|v| v.map(|v| i128::from(v) < bound)).collect()
        }
        DataType::Decimal128(_, scale) => {
            let bound = below_whole(*scale);
            array.as_primitive::<Decimal128Type>().iter().map(|v| v.map(|v| v < bound)).collect()
        }
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().map(|v| v.map(|v| v < below)).collect(),
        _ => return None,
    };
    Some(Arc::new(answers))
}

/// Gives the year of a date or moment, the first letter of a text.
fn coarse(array: &ArrayRef) -> Option<ArrayRef> {
    let year = |moment: Option<DateTime<chrono::Utc>>| moment.map(|moment| moment.year());
    match array.data_type() {
        DataType::Date32 => {
            let seconds = array.as_primitive::<Date32Type>().iter().map(|day| day.map(|day| i64::from(day) * 86_400));
            let years = seconds.map(|seconds| year(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0))));
            Some(Arc::new(years.collect::<Int32Array>()))
        }
        DataType::Timestamp(..) => {
            let microseconds = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
            let microseconds = cast(&microseconds, &DataType::Int64).ok()?;
            let moments = microseconds.as_primitive::<Int64Type>().iter();
            let years = moments.map(|moment| year(moment.and_then(DateTime::from_timestamp_micros)));
            Some(Arc::new(years.collect::<Int32Array>()))
        }
        DataType::Utf8 => {
            let mut letters = StringBuilder::with_capacity(array.len(), 4 * array.len());
            for text in array.as_string::<i32>() {
                letters.append_option(text.map(|text| text.trim_start().chars().take(1).collect::<String>()));
            }
            Some(Arc::new(letters.finish()))
        }
        _ => None,
    }
}

/// Gives the last `keep` characters of texts and numbers, but never more than half of them.
fn last(array: &ArrayRef, keep: usize) -> Option<ArrayRef> {
    let texts = match array.data_type() {
        DataType::Utf8 => Arc::clone(array),
        DataType::Int64 | DataType::Decimal128(..) => cast(array, &DataType::Utf8).ok()?,
        _ => return None,
    };
    let mut shown = StringBuilder::with_capacity(texts.len(), (HIDDEN.len() + 4 * KEEP_MAX) * texts.len());
    for text in texts.as_string::<i32>() {
        shown.append_option(text.map(|text| {
            let length = text.chars().count();
            let end = text.chars().skip(length - keep.min(KEEP_MAX).min(length / 2));
            HIDDEN.chars().chain(end).collect::<String>()
        }));
    }
    Some(Arc::new(shown.finish()))
}

fn because(why: Why, register: &RegisterId, class: Class, disclosure: &Disclosure, terms: &Terms) -> Reason {
    let own = |rule: &str, says: &str, says_fr: &str| {
        let names =
            Names::default().with("class", Named::Class(class)).with("purpose", Named::Purpose(terms.purpose.clone()));
        let sentences = Sentences {
            says,
            says_fr,
            needed: "A purpose that gives the class {class}.",
            needed_fr: "Une finalité qui communique la classe {class}.",
        };
        Reason::new(rule, Some(PathBuf::from(format!("purposes/{}.toml", terms.purpose))), sentences, &names)
    };
    match why {
        Why::Class => terms.because(register, class).cloned().unwrap_or_else(|| match disclosure {
            Disclosure::MatchOnly => own(
                "disclosure.match-only",
                "The purpose {purpose} lets a search compare the class {class}, and does not show it.",
                "La finalité {purpose} permet de comparer la classe {class}, non de la montrer.",
            ),
            _ => own(
                "disclosure.class-withheld",
                "The purpose {purpose} does not give the class {class}.",
                "La finalité {purpose} ne communique pas la classe {class}.",
            ),
        }),
        Why::NotTheDistrict => own(
            "disclosure.district-only",
            "Of the class {class}, the purpose {purpose} gives the district only.",
            "De la classe {class}, la finalité {purpose} ne communique que le district.",
        ),
        Why::NoMeaning => own(
            "disclosure.no-meaning",
            "The purpose {purpose} gives the class {class} in a form that this column cannot have.",
            "La finalité {purpose} communique la classe {class} sous une forme que cette colonne ne peut prendre.",
        ),
        Why::NotNamed => {
            let sentences = Sentences {
                says: "The entry of this look does not name the class {class}.",
                says_fr: "L’entrée de cette consultation ne nomme pas la classe {class}.",
                needed: "The opening of the person, which is an entry of its own.",
                needed_fr: "L’ouverture du dossier de la personne, qui est une entrée à part.",
            };
            let names = Names::default().with("class", Named::Class(class));
            Reason::new("disclosure.not-named", None, sentences, &names)
        }
    }
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
