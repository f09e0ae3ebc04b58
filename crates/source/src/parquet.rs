//! Parquet: columns have types already; where these are not the pinned ones, their ISO texts are read.

use std::fs::File;
use std::path::PathBuf;

use arrow_array::{Array as _, RecordBatch};
use arrow_cast::can_cast_types;
use arrow_schema::DataType;
use model::Register;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use crate::chunk::{CHUNK_ROWS, Chunk, Rows};
use crate::csv::check_columns;
use crate::error::SourceError;
use crate::files::Delivered;

/// Reads the rows of a file and gives them to `send`, with the register's columns in its order, until it says that nobody
/// takes them.
#[expect(clippy::disallowed_methods, reason = "a delivery, which `files::find` tells from a project's data")]
pub(crate) fn read(
    register: &Register,
    file: &Delivered,
    number: usize,
    send: &mut dyn FnMut(Chunk) -> bool,
) -> Result<(), SourceError> {
    let name = || PathBuf::from(&file.name);
    // Messages of the reader may quote what is in the file.
    let damaged = |error: &ParquetError| SourceError::Parquet { file: name(), why: why(error) };
    let opened = File::open(&file.path).map_err(|source| SourceError::io(&file.path, source))?;
    if file.bytes == 0 {
        return Err(SourceError::EmptyFile { file: name(), format: Some("parquet") });
    }
    let builder = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| damaged(&error))?;
    let schema = builder.schema().clone();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    check_columns(register, &names, &name())?;
    let places: Vec<usize> =
        register.columns.values().filter_map(|column| names.iter().position(|name| *name == column.from)).collect();
    for place in &places {
        let field = schema.field(*place);
        if !can_cast_types(field.data_type(), &DataType::Utf8) {
            let of = field.data_type().to_string();
            return Err(SourceError::ParquetType { file: name(), column: field.name().clone(), of });
        }
    }
    let rows_in_all = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0).max(1);
    let reader = builder.with_batch_size(CHUNK_ROWS).build().map_err(|error| damaged(&error))?;
    let mut first_row = 0;
    for batch in reader {
        let batch = batch.map_err(|_| SourceError::Parquet { file: name(), why: "a column is damaged" })?;
        let batch: RecordBatch =
            batch.project(&places).map_err(|_| SourceError::Parquet { file: name(), why: "a column is damaged" })?;
        let count = batch.num_rows() as u64;
        let bytes = file.bytes * count / rows_in_all;
        if !send(Chunk { file: number, first_row, bytes, rows: Rows::Arrow(batch) }) {
            return Ok(());
        }
        first_row += count;
    }
    Ok(())
}

fn why(error: &ParquetError) -> &'static str {
    match error {
        ParquetError::EOF(_) => "it is cut short",
        ParquetError::NYI(_) => "it uses a feature that is not supported",
        _ => "it is cut short, damaged, or no Parquet at all",
    }
}

/// Gives a row as JSON, for quarantine.
pub(crate) fn row_text(batch: &RecordBatch, row: usize) -> String {
    let mut object = serde_json::Map::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let text = arrow_cast::cast(&column.slice(row, 1), &DataType::Utf8).ok();
        let value = text.as_ref().and_then(|text| text.as_any().downcast_ref::<arrow_array::StringArray>());
        let value = value.filter(|value| value.is_valid(0)).map(|value| value.value(0));
        object.insert(field.name().clone(), value.map_or(serde_json::Value::Null, serde_json::Value::from));
    }
    crate::quarantine::kept(serde_json::Value::Object(object).to_string())
}
