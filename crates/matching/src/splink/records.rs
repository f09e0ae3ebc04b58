//! The records, encoded: every distinct value of a column once, every record as a code. Code 0 is NULL; the empty
//! text is a value, as it is for DuckDB.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use hashbrown::hash_table::{Entry, HashTable};
use rayon::prelude::*;

use super::error::SplinkError;
use super::value::{Type, Value};

/// The code of NULL.
pub(super) const NULL: u32 = 0;

/// The most distinct values of a column: two codes and a level fit one cache word of 64 bits.
pub(super) const VALUES_MAX: usize = 1 << 28;

/// Distinct values of one type, in order of first sight.
pub(super) struct Dictionary {
    of: Type,
    text: Vec<u8>,
    /// Where the text of each code ends. Empty unless the values are texts.
    ends: Vec<usize>,
    /// What stands for each code otherwise.
    words: Vec<u64>,
    table: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl Dictionary {
    pub(super) fn new(of: Type) -> Self {
        Self {
            of,
            text: Vec::new(),
            ends: vec![0],
            words: vec![0],
            table: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
        }
    }

    /// Returns the number of codes, NULL included.
    pub(super) fn len(&self) -> usize {
        self.ends.len().max(self.words.len())
    }

    /// Returns the bytes of all texts.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// Returns where the text of a code stands.
    pub(super) fn span(&self, code: u32) -> std::ops::Range<usize> {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        start..self.ends[code]
    }

    pub(super) fn value(&self, code: u32) -> Value {
        if code == NULL {
            return Value::Null;
        }
        if self.of == Type::Text {
            return Value::Text(String::from_utf8_lossy(&self.text[self.span(code)]).into_owned());
        }
        let word = self.words[code as usize];
        match self.of {
            Type::Bool => Value::Bool(word != 0),
            Type::Integer => Value::Integer(word as i64),
            Type::Real => Value::Real(f64::from_bits(word) as f32),
            Type::Double | Type::Decimal => Value::Double(f64::from_bits(word)),
            Type::Date => Value::Date(word as i64),
            Type::Timestamp => Value::Timestamp(word as i64),
            Type::Null | Type::Text => Value::Null,
        }
    }

    /// Returns the code of a value, giving it one if it has none.
    pub(super) fn code(&mut self, value: &Value) -> Result<u32, SplinkError> {
        match value {
            Value::Null => Ok(NULL),
            Value::Text(text) => self.text_code(text.as_bytes()),
            Value::Bool(truth) => self.word_code(u64::from(*truth)),
            Value::Integer(number) | Value::Date(number) | Value::Timestamp(number) => self.word_code(*number as u64),
            Value::Real(number) => self.word_code(double_word(f64::from(*number))),
            Value::Double(number) => self.word_code(double_word(*number)),
        }
    }

    fn text_code(&mut self, value: &[u8]) -> Result<u32, SplinkError> {
        let Self { text, ends, table, hasher, .. } = self;
        let at = |code: u32| &text[ends[code as usize - 1]..ends[code as usize]];
        let hash = hasher.hash_one(value);
        match table.entry(hash, |code| at(*code) == value, |code| hasher.hash_one(at(*code))) {
            Entry::Occupied(found) => Ok(*found.get()),
            Entry::Vacant(free) => {
                let code = next_code(ends.len())?;
                free.insert(code);
                text.extend_from_slice(value);
                ends.push(text.len());
                Ok(code)
            }
        }
    }

    fn word_code(&mut self, word: u64) -> Result<u32, SplinkError> {
        let Self { words, table, hasher, .. } = self;
        let hash = hasher.hash_one(word);
        match table.entry(hash, |code| words[*code as usize] == word, |code| hasher.hash_one(words[*code as usize])) {
            Entry::Occupied(found) => Ok(*found.get()),
            Entry::Vacant(free) => {
                let code = next_code(words.len())?;
                free.insert(code);
                words.push(word);
                Ok(code)
            }
        }
    }

    /// Drops what is only needed to add further values.
    pub(super) fn finish(&mut self) {
        self.table = HashTable::new();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.words.shrink_to_fit();
    }
}

fn next_code(codes: usize) -> Result<u32, SplinkError> {
    if codes >= VALUES_MAX {
        return Err(SplinkError::TooMany("distinct values in a column", VALUES_MAX));
    }
    Ok(codes as u32)
}

/// Returns the bits of a double, the same for all that DuckDB holds equal.
fn double_word(number: f64) -> u64 {
    if number.is_nan() {
        return f64::NAN.to_bits();
    }
    // Adding zero makes a negative zero a positive one.
    (number + 0.0).to_bits()
}

/// One column of the records.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) of: Type,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) codes: Arc<Vec<u32>>,
}

/// Reads the named columns of all batches.
///
/// DuckDB does not tell capitals in names of columns, so where no column has a name exactly, one that differs in
/// capitals only will do.
pub(super) fn read(names: &[String], batches: &[RecordBatch]) -> Result<Vec<Column>, SplinkError> {
    let column = |name: &String| {
        let mut column = SplinkColumn::new(name);
        for batch in batches {
            column.push(find(name, batch)?)?;
        }
        Ok(column.finish())
    };
    names.par_iter().map(column).collect()
}

/// One column of the records, encoded piece by piece, so that a file need not be held whole.
///
/// It holds four bytes for each record, and distinct values once.
pub struct SplinkColumn {
    name: String,
    dictionary: Dictionary,
    codes: Vec<u32>,
}

impl SplinkColumn {
    /// Makes a column without values.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), dictionary: Dictionary::new(Type::Null), codes: Vec::new() }
    }

    /// Makes room for so many records more.
    pub fn reserve(&mut self, records: usize) {
        self.codes.reserve_exact(records);
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Adds the values of the next records.
    ///
    /// # Errors
    /// When the values are of another type than those before or of one that is not understood, or there are more
    /// distinct ones than fit.
    pub fn push(&mut self, array: &dyn Array) -> Result<(), SplinkError> {
        let found = type_of(&self.name, array.data_type())?;
        match (self.dictionary.of, found) {
            (_, Type::Null) => {}
            // Until now there was nothing but NULL.
            (Type::Null, _) => self.dictionary.of = found,
            (of, _) if of == found => {}
            _ => {
                let found = format!("not of the same type in every batch: {}", array.data_type());
                return Err(SplinkError::ColumnType { column: self.name.clone(), found });
            }
        }
        encode(array, &mut self.dictionary, &mut self.codes)
    }

    pub(super) fn finish(self) -> Column {
        let Self { name, mut dictionary, codes } = self;
        dictionary.finish();
        Column { name, of: dictionary.of, dictionary: Arc::new(dictionary), codes: Arc::new(codes) }
    }
}

fn find<'a>(name: &str, batch: &'a RecordBatch) -> Result<&'a dyn Array, SplinkError> {
    let schema = batch.schema_ref();
    let exact = schema.fields().iter().position(|field| field.name() == name);
    let alike = || {
        let mut alike = schema.fields().iter().enumerate().filter(|(_, field)| field.name().eq_ignore_ascii_case(name));
        let (first, second) = (alike.next(), alike.next());
        if second.is_none() { first.map(|(place, _)| place) } else { None }
    };
    match exact.or_else(alike) {
        Some(place) => Ok(batch.column(place).as_ref()),
        None => Err(SplinkError::ColumnMissing {
            column: name.to_owned(),
            present: schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", "),
        }),
    }
}

fn type_of(name: &str, found: &DataType) -> Result<Type, SplinkError> {
    Ok(match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Type::Text,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Type::Integer,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => Type::Integer,
        DataType::Float32 => Type::Real,
        DataType::Float64 => Type::Double,
        DataType::Boolean => Type::Bool,
        DataType::Date32 => Type::Date,
        DataType::Timestamp(TimeUnit::Second | TimeUnit::Millisecond | TimeUnit::Microsecond, None) => Type::Timestamp,
        DataType::Null => Type::Null,
        other => {
            return Err(SplinkError::ColumnType { column: name.to_owned(), found: format!("of the type {other}") });
        }
    })
}

fn encode(array: &dyn Array, dictionary: &mut Dictionary, codes: &mut Vec<u32>) -> Result<(), SplinkError> {
    /// Runs over the values of an array, made into words.
    macro_rules! words {
        ($kind:ty, $word:expr) => {
            for value in array.as_primitive::<$kind>().iter() {
                codes.push(match value {
                    Some(value) => dictionary.word_code($word(value))?,
                    None => NULL,
                });
            }
        };
    }
    let mut texts = |values: &mut dyn Iterator<Item = Option<&str>>| -> Result<(), SplinkError> {
        for value in values {
            codes.push(match value {
                Some(value) => dictionary.text_code(value.as_bytes())?,
                None => NULL,
            });
        }
        Ok(())
    };
    match array.data_type() {
        DataType::Utf8 => texts(&mut array.as_string::<i32>().iter())?,
        DataType::LargeUtf8 => texts(&mut array.as_string::<i64>().iter())?,
        DataType::Utf8View => texts(&mut array.as_string_view().iter())?,
        DataType::Int8 => words!(Int8Type, |value| i64::from(value) as u64),
        DataType::Int16 => words!(Int16Type, |value| i64::from(value) as u64),
        DataType::Int32 => words!(Int32Type, |value| i64::from(value) as u64),
        DataType::Int64 => words!(Int64Type, |value: i64| value as u64),
        DataType::UInt8 => words!(UInt8Type, u64::from),
        DataType::UInt16 => words!(UInt16Type, u64::from),
        DataType::UInt32 => words!(UInt32Type, u64::from),
        DataType::Float32 => words!(Float32Type, |value| double_word(f64::from(value))),
        DataType::Float64 => words!(Float64Type, double_word),
        DataType::Boolean => {
            for value in array.as_boolean().iter() {
                codes.push(match value {
                    Some(value) => dictionary.word_code(u64::from(value))?,
                    None => NULL,
                });
            }
        }
        DataType::Date32 => words!(Date32Type, |value| i64::from(value) as u64),
        DataType::Timestamp(TimeUnit::Second, _) => {
            words!(TimestampSecondType, |value: i64| value.saturating_mul(1_000_000) as u64);
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            words!(TimestampMillisecondType, |value: i64| value.saturating_mul(1_000) as u64);
        }
        DataType::Timestamp(_, _) => words!(TimestampMicrosecondType, |value: i64| value as u64),
        _ => codes.resize(codes.len() + array.len(), NULL),
    }
    Ok(())
}
