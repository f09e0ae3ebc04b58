//! Rows in the order of the delivery: tells records of the same id apart, and hands good and bad rows on.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, StringBuilder};
use arrow_array::{Array as _, ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter;
use model::{Delivery, RecordId, Register};

use crate::parse::Parsed;
use crate::reason::Reason;
use crate::register_schema;

/// Ids are cut from SHA-256, so their own bytes spread well enough.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = self.0.rotate_left(32) ^ u64::from_le_bytes(word);
        }
    }

    fn write_u128(&mut self, id: u128) {
        let bytes = id.to_le_bytes();
        self.write(&bytes);
    }
}

type IdMap<T> = HashMap<u128, T, BuildHasherDefault<IdHasher>>;

/// Which of the rows with the same id stays. Takes some 40 bytes of memory a record of the delivery.
pub(crate) enum Uniqueness {
    /// The first; kept: a hash of what it holds.
    First(IdMap<u64>),
    /// All, told apart by how often the same row came before; kept: that number.
    Occurrence(IdMap<u64>),
    /// The last; kept: its place in the delivery, found by reading the delivery once before.
    Last { places: IdMap<u64>, next: u64, is_known: bool },
}

impl Uniqueness {
    pub(crate) fn of(register: &Register) -> Self {
        match (register.delivery, register.key.is_empty()) {
            (_, true) => Self::Occurrence(IdMap::default()),
            (Delivery::Full, false) => Self::First(IdMap::default()),
            (Delivery::Changes, false) => Self::Last { places: IdMap::default(), next: 0, is_known: false },
        }
    }

    /// Tells whether the delivery must be read once before, to know which row is the last.
    pub(crate) fn needs_to_look_ahead(&self) -> bool {
        matches!(self, Self::Last { is_known: false, .. })
    }

    /// Ends the looking ahead.
    pub(crate) fn know(&mut self) {
        if let Self::Last { next, is_known, .. } = self {
            *next = 0;
            *is_known = true;
        }
    }

    /// Takes in a chunk, in order: notes what is bad about rows among their like, and gives rows their final ids.
    pub(crate) fn settle(&mut self, register: &Register, parsed: &mut Parsed) {
        for row in 0..parsed.problems.len() {
            if let Self::Last { next, .. } = self {
                *next += 1;
            }
            if parsed.problems[row].is_some() {
                continue;
            }
            let id = u128::from_le_bytes(parsed.ids[row]);
            match self {
                Self::First(contents) => match contents.entry(id) {
                    Entry::Vacant(entry) => {
                        entry.insert(parsed.contents[row]);
                    }
                    Entry::Occupied(entry) => {
                        let is_same = *entry.get() == parsed.contents[row];
                        let reason = if is_same { Reason::DuplicateRow } else { Reason::DuplicateKey };
                        parsed.problems[row] = Some((None, reason));
                    }
                },
                Self::Occurrence(counts) => {
                    let before = counts.entry(id).or_default();
                    if *before > 0 {
                        let values: Vec<Option<&str>> =
                            parsed.texts.iter().map(|text| text.is_valid(row).then(|| text.value(row))).collect();
                        parsed.ids[row] = RecordId::from_text(&register.id, &values, *before).hash;
                    }
                    *before += 1;
                }
                Self::Last { places, next, is_known: false } => {
                    places.insert(id, *next);
                }
                Self::Last { places, next, is_known: true } => {
                    if places.get(&id) != Some(next) {
                        parsed.problems[row] = Some((None, Reason::Superseded));
                    }
                }
            }
        }
    }
}

/// Makes batches of the register's table out of chunks.
pub(crate) struct BatchMaker {
    schema: SchemaRef,
    run: String,
}

impl BatchMaker {
    pub(crate) fn new(register: &Register, run: &str) -> Self {
        Self { schema: register_schema(register), run: run.to_owned() }
    }

    /// Gives the good rows of a chunk.
    pub(crate) fn batch(&self, parsed: &Parsed, file: &str) -> Result<RecordBatch, ArrowError> {
        let good = good(parsed);
        let count = good.true_count();
        let is_whole = count == good.len();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for column in &parsed.columns {
            columns.push(if is_whole { Arc::clone(column) } else { filter(column, &good)? });
        }
        let mut records = StringBuilder::with_capacity(count, count * 32);
        let mut numbers = Vec::with_capacity(count);
        let mut digits = [0; 32];
        for (row, id) in parsed.ids.iter().enumerate() {
            if parsed.problems[row].is_some() {
                continue;
            }
            hex_digits(id, &mut digits);
            records.append_value(std::str::from_utf8(&digits).unwrap_or_default());
            numbers.push(i64::try_from(parsed.chunk.first_row + row as u64).unwrap_or(i64::MAX));
        }
        columns.push(Arc::new(records.finish()));
        columns.push(Arc::new(repeated(file, count)));
        columns.push(Arc::new(Int64Array::from(numbers)));
        columns.push(Arc::new(repeated(&self.run, count)));
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }
}

fn good(parsed: &Parsed) -> BooleanArray {
    let mut good = BooleanBuilder::with_capacity(parsed.problems.len());
    for problem in &parsed.problems {
        good.append_value(problem.is_none());
    }
    good.finish()
}

fn repeated(text: &str, count: usize) -> StringArray {
    let mut texts = StringBuilder::with_capacity(count, count * text.len());
    for _ in 0..count {
        texts.append_value(text);
    }
    texts.finish()
}

fn hex_digits(id: &[u8; 16], digits: &mut [u8; 32]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.chunks_exact_mut(2).zip(id) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_record_id() {
        let id = RecordId::from_key(&model::RegisterId::new("tax").unwrap(), &[Some("a")]);
        let mut digits = [0; 32];
        hex_digits(&id.hash, &mut digits);
        assert_eq!(std::str::from_utf8(&digits).unwrap(), id.hash_hex());
    }
}
