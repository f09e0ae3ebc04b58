//! Rows as they come from a file, some thousands at a time: read by one thread, understood by others.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;

use crate::reason::Reason;

/// Rows a chunk.
pub(crate) const CHUNK_ROWS: usize = 32 << 10;
/// Bytes of text after which a chunk is full.
pub(crate) const CHUNK_BYTES: usize = 8 << 20;
/// The longest row. What is longer is quarantined without being held in memory.
pub(crate) const ROW_BYTES_MAX: usize = 8 << 20;
/// The longest field.
pub(crate) const FIELD_BYTES_MAX: usize = 1 << 20;
/// How much of a row's text is kept in quarantine.
pub(crate) const KEPT_BYTES_MAX: usize = 64 << 10;

/// Some rows of one file.
pub(crate) struct Chunk {
    /// The file's place in the delivery.
    pub(crate) file: usize,
    /// The number of the first row, counted from 0 over the rows of the file.
    pub(crate) first_row: u64,
    /// How many bytes of the file it took.
    pub(crate) bytes: u64,
    pub(crate) rows: Rows,
}

pub(crate) enum Rows {
    Csv(CsvRows),
    Json(TextRows),
    Arrow(RecordBatch),
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Csv(rows) => rows.text.rows.len(),
            Self::Json(rows) => rows.rows.len(),
            Self::Arrow(batch) => batch.num_rows(),
        }
    }
}

/// The text of rows as it stands in the file.
#[derive(Default)]
pub(crate) struct TextRows {
    pub(crate) raw: Vec<u8>,
    pub(crate) rows: Vec<TextRow>,
}

/// Where one row is.
pub(crate) struct TextRow {
    /// The line on which it begins, counted from 1.
    pub(crate) line: u64,
    /// Where in `raw`; of long rows the beginning.
    pub(crate) raw: Range<usize>,
    /// How long it is in the file.
    pub(crate) bytes: usize,
    /// Why it can't be read, if it can't.
    pub(crate) problem: Option<Reason>,
}

impl TextRows {
    /// Gives the text of a row for quarantine, cut where it is long. Bytes that are no UTF-8 are shown as `�`.
    pub(crate) fn text(&self, row: usize) -> String {
        let row = &self.rows[row];
        let mut text = String::from_utf8_lossy(&self.raw[row.raw.clone()]).into_owned();
        if row.raw.len() < row.bytes {
            text.push_str(&format!(" … [{} bytes in all]", row.bytes));
        }
        text
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= CHUNK_ROWS || self.raw.len() >= CHUNK_BYTES
    }
}

/// Rows of delimited text, taken apart into fields.
pub(crate) struct CsvRows {
    pub(crate) text: TextRows,
    /// The fields' texts without quotes, one after the other.
    pub(crate) fields: Vec<u8>,
    /// Where in `fields` each row begins.
    pub(crate) begins: Vec<usize>,
    /// Where each field ends, from its row's beginning.
    pub(crate) ends: Vec<usize>,
    /// How many fields each row without a problem has.
    pub(crate) width: usize,
    /// For each column of the register, its place in the row.
    pub(crate) places: Arc<[usize]>,
}

impl CsvRows {
    /// Gives the text of a field; nothing for rows that have a problem.
    pub(crate) fn field(&self, row: usize, column: usize) -> Option<&[u8]> {
        if self.text.rows[row].problem.is_some() {
            return None;
        }
        let place = self.places[column];
        let ends = &self.ends[row * self.width..(row + 1) * self.width];
        let begin = if place == 0 { 0 } else { ends[place - 1] };
        let row_begins = self.begins[row];
        Some(&self.fields[row_begins + begin..row_begins + ends[place]])
    }
}
