//! What the Delta log says of a data file: its number of rows, and of named columns the least and greatest value.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};
use chrono::{DateTime, Days, NaiveDate, SecondsFormat};
use serde_json::{Map, Value, json};

use crate::error::LakeError;
use crate::table::TableRef;

/// The least and greatest value of one column, in the type's own numbers or as text.
enum Range {
    /// Integers; days since 1970; microseconds since 1970.
    Number(Option<(i64, i64)>),
    Text(Option<(String, String)>),
}

/// Collects the statistics of one file.
pub(crate) struct Statistics {
    rows: u64,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    index: usize,
    of: DataType,
    nulls: u64,
    range: Range,
}

impl Statistics {
    /// Begins for a file with this schema.
    pub(crate) fn new(table: &TableRef, schema: &Schema, names: &[String]) -> Result<Self, LakeError> {
        let columns = names.iter().map(|name| {
            let (index, field) = schema
                .column_with_name(name)
                .ok_or_else(|| LakeError::NoSuchColumn { table: table.clone(), column: name.clone() })?;
            let range = match field.data_type() {
                DataType::Int64 | DataType::Date32 | DataType::Timestamp(TimeUnit::Microsecond, _) => {
                    Range::Number(None)
                }
                DataType::Utf8 => Range::Text(None),
                other => {
                    let why =
                        "of which no statistics are kept: name columns of 64-bit integers, dates, timestamps or text";
                    return Err(LakeError::UnsupportedType { column: name.clone(), of: other.to_string(), why });
                }
            };
            Ok(Column { name: name.clone(), index, of: field.data_type().clone(), nulls: 0, range })
        });
        Ok(Self { rows: 0, columns: columns.collect::<Result<_, LakeError>>()? })
    }

    /// Takes in a batch of the file.
    pub(crate) fn update(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        for column in &mut self.columns {
            let array = batch.column(column.index);
            column.nulls += array.null_count() as u64;
            match &mut column.range {
                Range::Text(range) => {
                    for value in array.as_string::<i32>().iter().flatten() {
                        widen_text(range, value);
                    }
                }
                Range::Number(range) => match column.of {
                    DataType::Int64 => widen(range, array.as_primitive::<Int64Type>().iter().flatten()),
                    DataType::Date32 => {
                        widen(range, array.as_primitive::<Date32Type>().iter().flatten().map(i64::from));
                    }
                    _ => widen(range, array.as_primitive::<TimestampMicrosecondType>().iter().flatten()),
                },
            }
        }
    }

    /// Gives the number of rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Gives the text for the Delta log.
    pub(crate) fn finish(self) -> String {
        let (mut least, mut greatest, mut nulls) = (Map::new(), Map::new(), Map::new());
        for column in self.columns {
            nulls.insert(column.name.clone(), json!(column.nulls));
            let (low, high) = match (column.range, &column.of) {
                (Range::Number(None), _) | (Range::Text(None), _) => continue,
                (Range::Text(Some((low, high))), _) => (json!(low), json!(high)),
                (Range::Number(Some((low, high))), DataType::Int64) => (json!(low), json!(high)),
                (Range::Number(Some((low, high))), DataType::Date32) => (day(low), day(high)),
                // The log keeps milliseconds; the greatest is rounded up so that the range holds every value.
                (Range::Number(Some((low, high))), _) => (moment(low), moment(high.saturating_add(999))),
            };
            least.insert(column.name.clone(), low);
            greatest.insert(column.name, high);
        }
        json!({ "numRecords": self.rows, "minValues": least, "maxValues": greatest, "nullCount": nulls }).to_string()
    }
}

fn widen(range: &mut Option<(i64, i64)>, values: impl Iterator<Item = i64>) {
    for value in values {
        let (low, high) = range.unwrap_or((value, value));
        *range = Some((low.min(value), high.max(value)));
    }
}

fn widen_text(range: &mut Option<(String, String)>, value: &str) {
    match range {
        None => *range = Some((value.to_owned(), value.to_owned())),
        Some((low, _)) if value < low.as_str() => value.clone_into(low),
        Some((_, high)) if value > high.as_str() => value.clone_into(high),
        Some(_) => {}
    }
}

fn day(since_1970: i64) -> Value {
    let days = Days::new(since_1970.unsigned_abs());
    let epoch = NaiveDate::default();
    let day = if since_1970 < 0 { epoch.checked_sub_days(days) } else { epoch.checked_add_days(days) };
    day.map_or(Value::Null, |day| json!(day.format("%Y-%m-%d").to_string()))
}

fn moment(microseconds: i64) -> Value {
    let moment = DateTime::from_timestamp_millis(microseconds.div_euclid(1000));
    moment.map_or(Value::Null, |moment| json!(moment.to_rfc3339_opts(SecondsFormat::Millis, true)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn only_named_columns_are_described() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("row", Arc::new(Int64Array::from(vec![Some(3), None, Some(-1)]))),
            ("day", Arc::new(Date32Array::from(vec![0, -1, 365]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![0, 1, 1_001]).with_timezone("UTC"))),
            ("run", Arc::new(StringArray::from(vec!["b", "a", "c"]))),
            ("name", Arc::new(StringArray::from(vec!["Zoé", "Ann", "Bob"]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let table = TableRef::spine("links");
        let names = ["row", "day", "at", "run"].map(str::to_owned);
        let mut statistics = Statistics::new(&table, &batch.schema(), &names).unwrap();
        statistics.update(&batch);
        let text = statistics.finish();
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found["numRecords"], 3);
        assert_eq!(found["nullCount"]["row"], 1);
        assert_eq!(
            found["minValues"],
            json!({
                "row": -1, "day": "1969-12-31", "at": "1970-01-01T00:00:00.000Z", "run": "a",
            })
        );
        assert_eq!(
            found["maxValues"],
            json!({
                "row": 3, "day": "1971-01-01", "at": "1970-01-01T00:00:00.002Z", "run": "c",
            })
        );
        assert!(!text.contains("Ann") && !text.contains("name"));
        let unknown = Statistics::new(&table, &batch.schema(), &["nothing".to_owned()]);
        assert!(matches!(unknown, Err(LakeError::NoSuchColumn { .. })));
    }
}
