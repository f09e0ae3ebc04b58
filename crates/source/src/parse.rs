//! From rows as they come to columns of the pinned types; what fails is noted row by row.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use model::{Column, ColumnType, RecordId, Register};

use crate::arrow_type;
use crate::cast::{DateFormats, boolean, decimal, integer, is_month, timestamp};
use crate::chunk::{Chunk, FIELD_BYTES_MAX, Rows};
use crate::json::JsonFields;
use crate::reason::Reason;

/// Why a row is bad: the column's place, if it is about one, and the reason.
pub(crate) type Problem = (Option<usize>, Reason);

/// A chunk whose values have been read.
pub(crate) struct Parsed {
    pub(crate) chunk: Chunk,
    /// The register's columns, with a row for each of the chunk.
    pub(crate) columns: Vec<ArrayRef>,
    pub(crate) problems: Vec<Option<Problem>>,
    /// For each row without a problem, the hash of its record id; else zeros.
    pub(crate) ids: Vec<[u8; 16]>,
    /// For each row, a hash of all its values; only tells rows of the same id apart.
    pub(crate) contents: Vec<u64>,
    /// The texts of the values of which the id of a register without a key is made.
    pub(crate) texts: Vec<StringArray>,
    /// Which columns occur in the chunk. All do where a header or schema says so.
    pub(crate) seen: Vec<bool>,
}

/// Reads the values of chunks of one register.
pub(crate) struct Parser {
    register: Arc<Register>,
    columns: Vec<ColumnParser>,
    /// The places of the columns of which ids are made.
    key: Vec<usize>,
}

struct ColumnParser {
    column: Column,
    formats: DateFormats,
    iso: DateFormats,
}

impl ColumnParser {
    fn new(column: &Column) -> Self {
        Self { column: column.clone(), formats: DateFormats::new(&column.formats), iso: DateFormats::new(&[]) }
    }
}

/// Gives the text by which a value, written as the column's files write it, is known in record ids: a day as `%Y-%m-%d`, a number
/// without leading zeros. None where it is missing or none that the column takes.
#[must_use]
pub fn text_in_ids(column: &Column, written: &str) -> Option<String> {
    let parser = ColumnParser::new(column);
    let mut problems = vec![None];
    let field = |_: usize| Some(written.as_bytes());
    let read = parser.read(0, &field, &parser.formats, &parser.column.formats, &mut problems);
    let texts = cast(&read, &DataType::Utf8).ok()?;
    let texts = texts.as_string::<i32>();
    (problems.iter().all(Option::is_none) && texts.is_valid(0)).then(|| texts.value(0).to_owned())
}

impl Parser {
    pub(crate) fn new(register: &Arc<Register>) -> Self {
        let columns = register.columns.values().map(ColumnParser::new);
        let key = match register.key.as_slice() {
            [] => (0..register.columns.len()).collect(),
            names => names.iter().filter_map(|name| register.columns.get_index_of(name.as_str())).collect(),
        };
        Self { register: Arc::clone(register), columns: columns.collect(), key }
    }

    /// Reads the values of a chunk.
    pub(crate) fn parse(&self, chunk: Chunk) -> Parsed {
        let count = chunk.rows.len();
        let mut problems: Vec<Option<Problem>> = vec![None; count];
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut seen = vec![true; self.columns.len()];
        match &chunk.rows {
            Rows::Csv(rows) => {
                for (problem, row) in problems.iter_mut().zip(&rows.text.rows) {
                    *problem = row.problem.map(|reason| (None, reason));
                }
                for (place, parser) in self.columns.iter().enumerate() {
                    let field = |row: usize| rows.field(row, place);
                    columns.push(parser.read(place, &field, &parser.formats, &parser.column.formats, &mut problems));
                }
            }
            Rows::Json(rows) => {
                let fields = JsonFields::new(&self.register, rows);
                problems.clone_from(&fields.problems);
                for (place, parser) in self.columns.iter().enumerate() {
                    let field = |row: usize| fields.field(row, place);
                    columns.push(parser.read(place, &field, &parser.formats, &parser.column.formats, &mut problems));
                }
                seen = fields.seen;
            }
            Rows::Arrow(batch) => {
                for (place, (parser, array)) in self.columns.iter().zip(batch.columns()).enumerate() {
                    columns.push(parser.read_array(place, array, &mut problems));
                }
            }
        }
        let texts = self.canonical_texts(&columns);
        let contents = contents(&texts, count);
        let key_texts: Vec<StringArray> = self.key.iter().map(|place| texts[*place].clone()).collect();
        let ids = self.ids(&key_texts, &mut problems);
        Parsed { chunk, columns, problems, ids, contents, texts: key_texts, seen }
    }

    /// Ids are made of the values' own texts (days as `%Y-%m-%d` and so on), so that a delivery in other formats keeps
    /// them.
    fn canonical_texts(&self, columns: &[ArrayRef]) -> Vec<StringArray> {
        let text = |column: &ArrayRef| match cast(column, &DataType::Utf8) {
            Ok(texts) => texts.as_string::<i32>().clone(),
            // Every type of `arrow_type` can be cast to text.
            Err(_) => StringArray::new_null(column.len()),
        };
        columns.iter().map(text).collect()
    }

    fn ids(&self, texts: &[StringArray], problems: &mut [Option<Problem>]) -> Vec<[u8; 16]> {
        let has_key = !self.register.key.is_empty();
        let mut values = vec![None; texts.len()];
        let ids = problems.iter_mut().enumerate().map(|(row, problem)| {
            if problem.is_some() {
                return [0; 16];
            }
            for (value, text) in values.iter_mut().zip(texts) {
                *value = text.is_valid(row).then(|| text.value(row));
            }
            if !has_key {
                return RecordId::from_text(&self.register.id, &values, 0).hash;
            }
            if values.iter().all(Option::is_none) {
                *problem = Some((self.key.first().copied(), Reason::NoKey));
                return [0; 16];
            }
            RecordId::from_key(&self.register.id, &values).hash
        });
        ids.collect()
    }
}

fn contents(texts: &[StringArray], count: usize) -> Vec<u64> {
    let mut hashers = vec![DefaultHasher::new(); count];
    for text in texts {
        for (hasher, value) in hashers.iter_mut().zip(text) {
            match value {
                Some(value) => {
                    hasher.write(value.as_bytes());
                    hasher.write_u8(0xFF);
                }
                None => hasher.write_u8(0xFE),
            }
        }
    }
    hashers.iter().map(DefaultHasher::finish).collect()
}

impl ColumnParser {
    /// Reads the column of a Parquet file: as it is where its type is the pinned one and nothing is to be checked, else
    /// by its ISO texts.
    fn read_array(&self, place: usize, array: &ArrayRef, problems: &mut [Option<Problem>]) -> ArrayRef {
        let is_text = matches!(array.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        let is_plain = self.column.check.is_none() && self.column.missing.is_empty() && !self.column.required;
        if !is_text && is_plain && *array.data_type() == arrow_type(self.column.r#type) {
            return Arc::clone(array);
        }
        let Ok(texts) = cast(array, &DataType::Utf8) else {
            // That the type can be cast was seen when the file was opened: bytes are no text.
            for problem in problems.iter_mut().filter(|problem| problem.is_none()) {
                *problem = Some((Some(place), Reason::NotInEncoding));
            }
            return arrow_array::new_null_array(&arrow_type(self.column.r#type), array.len());
        };
        let texts = texts.as_string::<i32>();
        let lost = |row: usize| array.is_valid(row) && texts.is_null(row);
        for (row, problem) in problems.iter_mut().enumerate() {
            if problem.is_none() && lost(row) {
                *problem = Some((Some(place), Reason::NotInEncoding));
            }
        }
        let field = |row: usize| texts.is_valid(row).then(|| texts.value(row).as_bytes());
        if is_text {
            self.read(place, &field, &self.formats, &self.column.formats, problems)
        } else {
            self.read(place, &field, &self.iso, &[], problems)
        }
    }

    /// Reads the texts of the rows that have no problem yet.
    fn read<'a>(
        &self,
        place: usize,
        field: &dyn Fn(usize) -> Option<&'a [u8]>,
        dates: &DateFormats,
        moments: &[String],
        problems: &mut [Option<Problem>],
    ) -> ArrayRef {
        let rows = problems.len();
        match self.column.r#type {
            ColumnType::Text => {
                let mut values = StringBuilder::with_capacity(rows, rows * 12);
                self.each(place, field, problems, |value| {
                    match value {
                        Some(value) => values.append_value(value.as_written),
                        None => values.append_null(),
                    }
                    Ok(())
                });
                Arc::new(values.finish())
            }
            ColumnType::Integer => {
                let mut values = Int64Builder::with_capacity(rows);
                self.each(place, field, problems, |value| {
                    append(value, integer, |number| values.append_option(number))
                });
                Arc::new(values.finish())
            }
            ColumnType::Decimal { precision, scale } => {
                let of = DataType::Decimal128(precision, scale);
                let mut values = Decimal128Builder::with_capacity(rows).with_data_type(of);
                self.each(place, field, problems, |value| {
                    append(value, |text| decimal(text, precision, scale), |number| values.append_option(number))
                });
                Arc::new(values.finish())
            }
            ColumnType::Boolean => {
                let mut values = BooleanBuilder::with_capacity(rows);
                self.each(place, field, problems, |value| append(value, boolean, |truth| values.append_option(truth)));
                Arc::new(values.finish())
            }
            ColumnType::Date => {
                let mut values = Date32Builder::with_capacity(rows);
                self.each(place, field, problems, |value| {
                    let day = |text: &str| dates.read(text).map(Date32Type::from_naive_date);
                    append(value, day, |day| values.append_option(day))
                });
                Arc::new(values.finish())
            }
            ColumnType::Month => {
                let mut values = StringBuilder::with_capacity(rows, rows * 7);
                self.each(place, field, problems, |value| {
                    let text = value.map(|value| value.trimmed);
                    let month = text.filter(|text| is_month(text));
                    values.append_option(month);
                    if month == text { Ok(()) } else { Err(Reason::NotAMonth) }
                });
                Arc::new(values.finish())
            }
            ColumnType::Timestamp => {
                let mut values = TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC");
                self.each(place, field, problems, |value| {
                    append(value, |text| timestamp(text, moments), |moment| values.append_option(moment))
                });
                Arc::new(values.finish())
            }
        }
    }

    /// Gives the text of each row to `take`, or nothing where there is no value or the row is bad; notes what fails.
    fn each<'a>(
        &self,
        place: usize,
        field: &dyn Fn(usize) -> Option<&'a [u8]>,
        problems: &mut [Option<Problem>],
        mut take: impl FnMut(Option<Value<'a>>) -> Result<(), Reason>,
    ) {
        for (row, problem) in problems.iter_mut().enumerate() {
            let value = if problem.is_some() { Ok(None) } else { self.value(field(row)) };
            let taken = match value {
                Ok(value) => take(value),
                // The row goes to quarantine; here it only keeps the columns of one length.
                Err(reason) => take(None).and(Err(reason)),
            };
            if let Err(reason) = taken {
                *problem = Some((Some(place), reason));
            }
        }
    }

    /// Gives the text of a value after all checks that don't depend on its type.
    fn value<'a>(&self, bytes: Option<&'a [u8]>) -> Result<Option<Value<'a>>, Reason> {
        let absent = || if self.column.required { Err(Reason::MissingValue) } else { Ok(None) };
        let Some(bytes) = bytes else { return absent() };
        if bytes.len() > FIELD_BYTES_MAX {
            return Err(Reason::FieldTooLong);
        }
        let as_written = std::str::from_utf8(bytes).map_err(|_| Reason::NotInEncoding)?;
        let trimmed = as_written.trim();
        if trimmed.is_empty() || self.column.missing.iter().any(|missing| missing.trim() == trimmed) {
            return absent();
        }
        if bytes.contains(&0) {
            return Err(Reason::NulByte);
        }
        if self.column.check.as_ref().is_some_and(|check| !check.passes(trimmed)) {
            return Err(Reason::FailsCheck);
        }
        Ok(Some(Value { as_written, trimmed }))
    }
}

/// The text of a value, with and without spaces around it.
struct Value<'a> {
    as_written: &'a str,
    trimmed: &'a str,
}

/// Reads a value and adds it; adds nothing in its place when it can't be read.
fn append<T>(
    value: Option<Value<'_>>,
    read: impl FnOnce(&str) -> Result<T, Reason>,
    add: impl FnOnce(Option<T>),
) -> Result<(), Reason> {
    match value.map(|value| read(value.trimmed)).transpose() {
        Ok(value) => {
            add(value);
            Ok(())
        }
        Err(reason) => {
            add(None);
            Err(reason)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_in_ids_as_it_is_and_not_as_it_is_written() {
        let column = |r#type: ColumnType, formats: &[&str]| Column {
            name: "number".to_owned(),
            from: "NUMBER".to_owned(),
            r#type,
            formats: formats.iter().map(|format| (*format).to_owned()).collect(),
            class: model::Class::Identifier,
            required: false,
            check: None,
            unit: None,
            missing: vec!["N/A".to_owned()],
            title: "Number".to_owned(),
            title_fr: None,
            codes: indexmap::IndexMap::new(),
        };
        let (text, integer) = (column(ColumnType::Text, &[]), column(ColumnType::Integer, &[]));
        let date = column(ColumnType::Date, &["%d/%m/%Y"]);
        for (column, written, known) in [
            (&text, "0042", Some("0042")),
            (&text, "N/A", None),
            (&text, "", None),
            (&integer, "0042", Some("42")),
            (&integer, "x", None),
            (&date, "27/12/1980", Some("1980-12-27")),
            (&date, "1980", None),
        ] {
            assert_eq!(text_in_ids(column, written).as_deref(), known, "{written}");
        }
    }
}
