//! Rows of a table as bytes, and back.
//!
//! A keyspace holds each row by itself, as its record is asked for by itself. What the bytes mean depends on the table's schema,
//! which lies beside the store as an empty Arrow IPC file:
//!
//! ```text
//! row     present, one bit a column, the first one lowest, in whole bytes; then the values that are present, in order
//! value   text: its length, LEB128, and its UTF-8 bytes; truth: a byte; a number, day or moment: little-endian, as wide as its type
//! ```
//!
//! Arrow's own row format is made for sorting: it writes texts in padded blocks, and takes nearly twice as long to be read.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use model::record::column;

use crate::error::RegistryError;

/// Writes and reads rows of one table.
pub(crate) struct RowCodec {
    schema: SchemaRef,
    kinds: Vec<Kind>,
}

/// How the values of a column are written.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Truth,
    /// A value of so many bytes.
    Fixed(usize),
}

/// Does something with the primitive type of a column; `else` for a column of another type.
macro_rules! with_primitive {
    ($data_type:expr, $native:ident => $done:expr, else $otherwise:expr) => {
        match $data_type {
            DataType::Int32 => {
                type $native = Int32Type;
                $done
            }
            DataType::Int64 => {
                type $native = Int64Type;
                $done
            }
            DataType::UInt64 => {
                type $native = UInt64Type;
                $done
            }
            DataType::Float64 => {
                type $native = Float64Type;
                $done
            }
            DataType::Decimal128(..) => {
                type $native = Decimal128Type;
                $done
            }
            DataType::Date32 => {
                type $native = Date32Type;
                $done
            }
            DataType::Timestamp(TimeUnit::Second, _) => {
                type $native = TimestampSecondType;
                $done
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                type $native = TimestampMillisecondType;
                $done
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                type $native = TimestampMicrosecondType;
                $done
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                type $native = TimestampNanosecondType;
                $done
            }
            _ => $otherwise,
        }
    };
}

impl Kind {
    fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Utf8 => Some(Self::Text),
            DataType::Boolean => Some(Self::Truth),
            other => {
                with_primitive!(other, T => Some(Self::Fixed(size_of::<<T as ArrowPrimitiveType>::Native>())), else None)
            }
        }
    }
}

/// A number that is written as its little-endian bytes.
trait Bytes: Copy {
    fn put(self, bytes: &mut Vec<u8>);
    /// Reads a number; none when there are not as many bytes as it has.
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! bytes {
    ($($number:ty),*) => { $(
        impl Bytes for $number {
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self::from_le_bytes)
            }
        }
    )* };
}

bytes!(i32, i64, u64, f64, i128);

fn damaged() -> ArrowError {
    ArrowError::ParseError("a row is damaged".into())
}

impl RowCodec {
    /// # Errors
    /// When the table has a column of a type that no register and no model has.
    pub(crate) fn new(schema: SchemaRef) -> Result<Self, ArrowError> {
        let kind = |field: &Arc<arrow_schema::Field>| {
            let unknown = || ArrowError::SchemaError(format!("column {} has a type that isn't kept", field.name()));
            Kind::of(field.data_type()).ok_or_else(unknown)
        };
        Ok(Self { kinds: schema.fields().iter().map(kind).collect::<Result<_, _>>()?, schema })
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

    /// Appends the rows of a batch to `bytes`, in order, and gives where each ends.
    ///
    /// # Errors
    /// When the batch has other columns than the table.
    pub(crate) fn encode(&self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<Vec<usize>, ArrowError> {
        let fields = self.schema.fields().iter().zip(batch.columns());
        if batch.num_columns() != self.kinds.len()
            || fields.clone().any(|(field, array)| field.data_type() != array.data_type())
        {
            return Err(ArrowError::SchemaError("a batch has other columns than its table".into()));
        }
        let mut ends = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let present = bytes.len();
            bytes.resize(present + self.kinds.len().div_ceil(8), 0);
            for (place, array) in batch.columns().iter().enumerate().filter(|(_, array)| array.is_valid(row)) {
                bytes[present + place / 8] |= 1 << (place % 8);
                match array.data_type() {
                    DataType::Utf8 => put_text(bytes, array.as_string::<i32>().value(row)),
                    DataType::Boolean => bytes.push(u8::from(array.as_boolean().value(row))),
                    other => {
                        with_primitive!(other, T => array.as_primitive::<T>().value(row).put(bytes), else return Err(damaged()))
                    }
                }
            }
            ends.push(bytes.len());
        }
        Ok(ends)
    }

    /// Gives the batch of these rows.
    ///
    /// # Errors
    /// When they are not rows of this table.
    pub(crate) fn decode<'a>(&self, rows: impl IntoIterator<Item = &'a [u8]>) -> Result<RecordBatch, ArrowError> {
        let columns = self.kinds.len();
        // Row by row.
        let mut cells: Vec<Option<&[u8]>> = Vec::with_capacity(columns);
        let mut count = 0;
        for row in rows {
            self.split(row, &mut cells).ok_or_else(damaged)?;
            count += 1;
        }
        let mut arrays = Vec::with_capacity(columns);
        for (place, field) in self.schema.fields().iter().enumerate() {
            let cells = cells.iter().skip(place).step_by(columns).copied();
            arrays.push(array_of(field.data_type(), count, cells)?);
        }
        // A table that never had rows has no columns either; its batch has to be told how many rows it has.
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
    }

    /// Appends the bytes of each value of a row, or none where there is none; gives none when these aren't the bytes of a row.
    fn split<'a>(&self, row: &'a [u8], cells: &mut Vec<Option<&'a [u8]>>) -> Option<()> {
        let (present, mut rest) = row.split_at_checked(self.kinds.len().div_ceil(8))?;
        for (place, kind) in self.kinds.iter().enumerate() {
            if present[place / 8] & (1 << (place % 8)) == 0 {
                cells.push(None);
                continue;
            }
            let length = match kind {
                Kind::Text => take_length(&mut rest)?,
                Kind::Truth => 1,
                Kind::Fixed(length) => *length,
            };
            let (value, after) = rest.split_at_checked(length)?;
            cells.push(Some(value));
            rest = after;
        }
        rest.is_empty().then_some(())
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    let mut length = text.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(text.as_bytes());
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    // No text has 2³⁵ bytes.
    for shift in [0, 7, 14, 21, 28] {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

/// Gives the array of the values of a column.
fn array_of<'a>(
    data_type: &DataType,
    count: usize,
    cells: impl Iterator<Item = Option<&'a [u8]>> + Clone,
) -> Result<ArrayRef, ArrowError> {
    let has_gaps = cells.clone().any(|cell| cell.is_none());
    let nulls = has_gaps.then(|| NullBuffer::from_iter(cells.clone().map(|cell| cell.is_some())));
    Ok(match data_type {
        DataType::Utf8 => {
            let mut values = Vec::with_capacity(cells.clone().flatten().map(<[u8]>::len).sum());
            let mut offsets = Vec::with_capacity(count + 1);
            offsets.push(0);
            for cell in cells {
                values.extend_from_slice(cell.unwrap_or_default());
                offsets.push(i32::try_from(values.len()).map_err(|_| damaged())?);
            }
            let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
            Arc::new(StringArray::try_new(offsets, Buffer::from_vec(values), nulls)?)
        }
        DataType::Boolean => {
            let truths = BooleanBuffer::from_iter(cells.map(|cell| cell.is_some_and(|cell| cell != [0])));
            Arc::new(BooleanArray::new(truths, nulls))
        }
        other => with_primitive!(other, T => {
            let mut values: Vec<<T as ArrowPrimitiveType>::Native> = Vec::with_capacity(count);
            for cell in cells {
                values.push(cell.map_or(Some(Default::default()), Bytes::read).ok_or_else(damaged)?);
            }
            let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls)?;
            // The scale of a decimal, the zone of a moment.
            Arc::new(array.with_data_type(other.clone()))
        }, else return Err(damaged())),
    })
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
    use arrow_array::{
        Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, TimestampMicrosecondArray, UInt64Array,
    };
    use arrow_schema::{Field, Schema};
    use proptest::prelude::*;

    use super::*;

    fn rows_of(codec: &RowCodec, batch: &RecordBatch) -> Vec<Vec<u8>> {
        let mut bytes = vec![7];
        let ends = codec.encode(batch, &mut bytes).unwrap();
        let begins = [1].into_iter().chain(ends.iter().copied());
        begins.zip(&ends).map(|(begins, ends)| bytes[begins..*ends].to_vec()).collect()
    }

    fn small() -> (RowCodec, RecordBatch) {
        let schema = Arc::new(Schema::new(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("born", DataType::Date32, true),
            Field::new("paid", DataType::Boolean, true),
        ]));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("Zoë"), None])),
            Arc::new(Date32Array::from(vec![Some(-1), Some(2)])),
            Arc::new(BooleanArray::from(vec![Some(true), None])),
        ];
        (RowCodec::new(Arc::clone(&schema)).unwrap(), RecordBatch::try_new(schema, columns).unwrap())
    }

    #[test]
    fn the_bytes_of_a_row_are_these() {
        let (codec, batch) = small();
        // They are kept: a change of them is another format of the index.
        let row = [&[0b111, 4][..], "Zoë".as_bytes(), &[0xff, 0xff, 0xff, 0xff, 1]].concat();
        assert_eq!(rows_of(&codec, &batch), [row, vec![0b010, 2, 0, 0, 0]]);
    }

    #[test]
    fn a_part_of_a_row_or_more_than_one_is_refused() {
        let (codec, batch) = small();
        for row in rows_of(&codec, &batch) {
            for end in 0..row.len() {
                assert!(codec.decode([&row[..end]]).is_err(), "{end} of {}", row.len());
            }
            assert!(codec.decode([[row.as_slice(), &[0]].concat().as_slice()]).is_err());
        }
        // Not UTF-8; a length that lies.
        assert!(codec.decode([[1, 1, 0xff].as_slice()]).is_err());
        assert!(codec.decode([[1, 0xff, 0xff, 0xff, 0xff, 0x7f].as_slice()]).is_err());
        assert!(codec.decode([[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0].as_slice()]).is_err());
    }

    #[test]
    fn other_columns_and_types_are_refused() {
        let (codec, batch) = small();
        let other = batch.project(&[1, 0, 2]).unwrap();
        assert!(codec.encode(&other, &mut Vec::new()).is_err());
        assert!(codec.encode(&batch.project(&[0, 1]).unwrap(), &mut Vec::new()).is_err());
        let views = Schema::new(vec![Field::new("name", DataType::Utf8View, true)]);
        assert!(RowCodec::new(Arc::new(views)).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(rows in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..4)) {
            let (codec, _) = small();
            let _ = codec.decode(rows.iter().map(Vec::as_slice));
        }
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let schema = Arc::new(Schema::new(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("born", DataType::Date32, true),
            Field::new("owed", DataType::Decimal128(10, 2), true),
            Field::new("row", DataType::Int64, true),
            Field::new("paid", DataType::Boolean, true),
            Field::new("seen", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true),
            Field::new("share", DataType::Float64, true),
            Field::new("year", DataType::Int32, true),
            Field::new("hash", DataType::UInt64, true),
            Field::new("text", DataType::Utf8, true),
        ]));
        let owed = Decimal128Array::from(vec![Some(1234), None, Some(-1)]).with_precision_and_scale(10, 2).unwrap();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("Zoë"), None, Some("")])),
            Arc::new(Date32Array::from(vec![Some(1), Some(-1), None])),
            Arc::new(owed),
            Arc::new(Int64Array::from(vec![1, 2, 3])),
            Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None, Some(7)]).with_timezone("UTC")),
            Arc::new(Float64Array::from(vec![Some(0.1), None, Some(f64::NEG_INFINITY)])),
            Arc::new(Int32Array::from(vec![None, Some(i32::MIN), Some(2)])),
            Arc::new(UInt64Array::from(vec![u64::MAX, 0, 1])),
            Arc::new(StringArray::from(vec![Some("x".repeat(127)), None, Some("é".repeat(20_000))])),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        let codec = RowCodec::new(schema).unwrap();
        let bytes = rows_of(&codec, &batch);
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
