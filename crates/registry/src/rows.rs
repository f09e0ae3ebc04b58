//! Rows of a table as bytes, and back.
//!
//! A keyspace holds rows in Arrow's row format, whose meaning depends on the table's schema; the schema lies beside the
//! store as an empty Arrow IPC file.

use std::fs::File;
use std::path::Path;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, SchemaRef};
use model::record::column;

use crate::error::RegistryError;

/// Writes and reads rows of one table.
pub(crate) struct RowCodec {
    schema: SchemaRef,
    converter: RowConverter,
}

impl RowCodec {
    pub(crate) fn new(schema: SchemaRef) -> Result<Self, ArrowError> {
        let fields = schema.fields().iter().map(|field| SortField::new(field.data_type().clone())).collect();
        Ok(Self { converter: RowConverter::new(fields)?, schema })
    }

    /// Writes the schema to `path`.
    pub(crate) fn save(&self, path: &Path) -> Result<(), RegistryError> {
        let file = File::create(path).map_err(RegistryError::io(path))?;
        let mut writer = FileWriter::try_new(&file, &self.schema)?;
        writer.finish()?;
        file.sync_all().map_err(RegistryError::io(path))
    }

    /// Reads the schema from `path`.
    pub(crate) fn load(path: &Path) -> Result<Self, RegistryError> {
        let file = std::io::Cursor::new(crate::folder::read(path)?);
        let reader = FileReader::try_new(file, None).map_err(|_| RegistryError::damaged(path, "it holds no schema"))?;
        Ok(Self::new(reader.schema())?)
    }

    /// Gives the rows of a batch as bytes, in order.
    pub(crate) fn encode(&self, batch: &RecordBatch) -> Result<arrow_row::Rows, ArrowError> {
        self.converter.convert_columns(batch.columns())
    }

    /// Gives the batch of these rows.
    pub(crate) fn decode<'a>(&self, rows: impl IntoIterator<Item = &'a [u8]>) -> Result<RecordBatch, ArrowError> {
        let parser = self.converter.parser();
        let rows: Vec<_> = rows.into_iter().map(|row| parser.parse(row)).collect();
        // A table that never had rows has no columns either; its batch has to be told how many rows it has.
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let columns = self.converter.convert_rows(rows)?;
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
    }
}

/// Gives the column of record ids as 16 bytes each.
///
/// # Errors
/// When the batch has no `_record` of 32 hexadecimal digits in each row.
pub(crate) fn record_hashes(table: &str, batch: &RecordBatch) -> Result<Vec<[u8; 16]>, RegistryError> {
    let wrong = || RegistryError::Column { table: table.to_owned(), column: column::RECORD.to_owned() };
    let digits = text_column(table, batch, column::RECORD)?;
    let mut hashes = Vec::with_capacity(digits.len());
    for value in digits {
        hashes.push(parse_hash(value.ok_or_else(wrong)?).ok_or_else(wrong)?);
    }
    Ok(hashes)
}

/// Gives the 16 bytes that 32 hexadecimal digits write.
pub(crate) fn parse_hash(digits: &str) -> Option<[u8; 16]> {
    let digits = digits.as_bytes();
    let mut hash = [0; 16];
    if digits.len() != 32 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(hash)
}

/// Gives a column of a batch.
pub(crate) fn array<'a>(table: &str, batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, RegistryError> {
    batch.column_by_name(name).ok_or_else(|| RegistryError::Column { table: table.to_owned(), column: name.to_owned() })
}

/// Gives a text column of a batch.
pub(crate) fn text_column<'a>(
    table: &str,
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a StringArray, RegistryError> {
    array(table, batch, name)?
        .as_any()
        .downcast_ref()
        .ok_or_else(|| RegistryError::Column { table: table.to_owned(), column: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Date32Array, Decimal128Array, Int64Array};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let schema = Arc::new(Schema::new(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("born", DataType::Date32, true),
            Field::new("owed", DataType::Decimal128(10, 2), true),
            Field::new("row", DataType::Int64, true),
        ]));
        let owed = Decimal128Array::from(vec![Some(1234), None, Some(-1)]).with_precision_and_scale(10, 2).unwrap();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("Zoë"), None, Some("")])),
            Arc::new(Date32Array::from(vec![Some(1), Some(-1), None])),
            Arc::new(owed),
            Arc::new(Int64Array::from(vec![1, 2, 3])),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        let codec = RowCodec::new(schema).unwrap();
        let rows = codec.encode(&batch).unwrap();
        let bytes: Vec<Vec<u8>> = rows.iter().map(|row| row.data().to_vec()).collect();
        let dir = tempfile::tempdir().unwrap();
        codec.save(&dir.path().join("schema.arrow")).unwrap();
        let again = RowCodec::load(&dir.path().join("schema.arrow")).unwrap();
        assert_eq!(again.decode(bytes.iter().map(Vec::as_slice)).unwrap(), batch);
        assert_eq!(again.decode([bytes[2].as_slice()]).unwrap(), batch.slice(2, 1));
        assert_eq!(again.decode([]).unwrap().num_rows(), 0);
        let of_nothing = RowCodec::new(Arc::new(Schema::empty())).unwrap();
        assert_eq!(of_nothing.decode([]).unwrap().num_rows(), 0);
    }

    #[test]
    fn hashes_are_thirty_two_digits() {
        assert_eq!(parse_hash("000102030405060708090a0b0c0d0e0f").unwrap()[15], 15);
        for wrong in ["", "00", "g00102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e0f0"] {
            assert_eq!(parse_hash(wrong), None);
        }
    }
}
