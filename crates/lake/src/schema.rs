//! Which types tables hold, and how rows are brought to them.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::error::LakeError;
use crate::table::TableRef;

/// Gives the schema in the types that tables hold: text as `Utf8`, moments as UTC microseconds.
///
/// A timestamp without a zone is taken as UTC.
pub(crate) fn stored(schema: &Schema) -> Result<SchemaRef, LakeError> {
    let fields = schema
        .fields()
        .iter()
        .map(|field| Ok(Field::new(field.name(), stored_type(field.name(), field.data_type())?, field.is_nullable())))
        .collect::<Result<Vec<_>, LakeError>>()?;
    Ok(Arc::new(Schema::new(fields)))
}

fn stored_type(column: &str, of: &DataType) -> Result<DataType, LakeError> {
    let stored = match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::Dictionary(_, values) if is_text(values) => DataType::Utf8,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => DataType::Binary,
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Date32
        | DataType::Decimal128(..) => of.clone(),
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::List(item) | DataType::LargeList(item) => {
            DataType::List(Arc::new(Field::new("element", stored_type(column, item.data_type())?, true)))
        }
        _ => {
            return Err(LakeError::UnsupportedType {
                column: column.to_owned(),
                of: of.to_string(),
                why: "which tables don't hold: cast it to text, a 64-bit integer, a decimal, a date or a timestamp",
            });
        }
    };
    Ok(stored)
}

fn is_text(of: &DataType) -> bool {
    matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Gives the schema of what leaves the lake: no view types, no dictionaries.
pub(crate) fn shown(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::LargeUtf8 | DataType::Utf8View => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
        DataType::Dictionary(_, values) if is_text(values) => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8))
        }
        DataType::LargeBinary | DataType::BinaryView => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Binary))
        }
        _ => Arc::clone(field),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Gives the batch with columns in the order and the types of `schema`, which are found by name.
///
/// # Errors
/// [`LakeError::OtherSchema`] when a column is missing, is one too many, can't be cast, or has nulls where `schema`
/// has none.
pub(crate) fn conform(table: &TableRef, batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    if batch.schema_ref() == schema {
        return Ok(batch.clone());
    }
    let other = |difference: String| LakeError::OtherSchema { table: table.clone(), difference };
    if let Some(extra) = batch.schema_ref().fields().iter().find(|field| schema.field_with_name(field.name()).is_err())
    {
        return Err(other(format!("column `{}` is not in it", extra.name())));
    }
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let column =
            batch.column_by_name(field.name()).ok_or_else(|| other(format!("column `{}` is missing", field.name())))?;
        let options = CastOptions { safe: false, ..CastOptions::default() };
        // The message of a failed cast may quote the value: it is left out.
        let column = cast_with_options(column, field.data_type(), &options).map_err(|_| {
            let (from, to) = (column.data_type(), field.data_type());
            other(format!("column `{}` is {from} and can't be made {to}", field.name()))
        })?;
        if !field.is_nullable() && column.null_count() > 0 {
            return Err(other(format!("column `{}` has rows without a value, and may not", field.name())));
        }
        columns.push(column);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
        .map_err(|_| other("its columns have different lengths".to_owned()))
}

/// Says in what the schemas differ, if they do. The order of columns and whether they may be null don't count.
pub(crate) fn difference(table: &Schema, rows: &Schema) -> Option<String> {
    for field in table.fields() {
        match rows.field_with_name(field.name()) {
            Err(_) => return Some(format!("column `{}` is missing", field.name())),
            Ok(found) if found.data_type() != field.data_type() => {
                let (is, was) = (found.data_type(), field.data_type());
                return Some(format!("column `{}` is {is}, in the table {was}", field.name()));
            }
            Ok(_) => {}
        }
    }
    let extra = rows.fields().iter().find(|field| table.field_with_name(field.name()).is_err())?;
    Some(format!("column `{}` is not in it", extra.name()))
}
