//! Delimited text, taken apart record by record in bounded memory, whatever the file holds.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use csv_core::ReadRecordResult;
use encoding_rs::Encoding;
use model::Register;

use crate::chunk::{
    CHUNK_BYTES, CHUNK_ROWS, Chunk, CsvRows, FIELD_BYTES_MAX, KEPT_BYTES_MAX, ROW_BYTES_MAX, Rows, TextRow, TextRows,
};
use crate::error::SourceError;
use crate::files::Delivered;
use crate::reason::Reason;
use crate::transcode::utf8_reader;

/// The most fields a record may have.
const FIELDS_MAX: usize = 16 << 10;

/// Delimiters that people use, likeliest first.
pub(crate) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// One record as it stands in the file.
pub(crate) struct Record {
    /// The line on which it begins, counted from 1.
    pub(crate) line: u64,
    /// Its text, without the line's end; of long records the beginning.
    pub(crate) raw: Vec<u8>,
    /// How long it is in the file.
    pub(crate) bytes: usize,
    /// The fields' texts without quotes, one after the other.
    pub(crate) fields: Vec<u8>,
    /// Where each field ends in `fields`.
    pub(crate) ends: Vec<usize>,
    /// How many of `ends` count.
    pub(crate) count: usize,
    /// Whether it is too long to be held: then only `raw` means something.
    pub(crate) is_too_long: bool,
    /// What is wrong with its quotes, if something is.
    pub(crate) quotes: Option<QuoteFault>,
}

impl Default for Record {
    fn default() -> Self {
        let (fields, ends) = (vec![0; 16 << 10], vec![0; 256]);
        Self { line: 1, raw: Vec::new(), bytes: 0, fields, ends, count: 0, is_too_long: false, quotes: None }
    }
}

/// What is wrong with the quotes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuoteFault {
    /// The file ends within a quote.
    Open,
    /// Text stands right after a quote that closes: it may be one that opens, within a field whose own was never closed.
    Stray,
}

/// Follows the quotes of a record, which the reader of fields takes as they come: whatever stands between one that was left open and
/// the next one is a field to it, with the rows in it.
struct Quotes {
    delimiter: u8,
    is_inside: bool,
    /// Whether a quote was seen within a quoted field: the next byte says what it is.
    is_pending: bool,
    before: u8,
    is_stray: bool,
}

impl Quotes {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, is_inside: false, is_pending: false, before: b'\n', is_stray: false }
    }

    /// Whether a byte ends a field, or stands before one.
    fn is_between(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }

    fn follow(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            if self.is_pending {
                self.is_pending = false;
                if bytes[at] == b'"' {
                    // A quote that is written twice is one of the field's letters.
                    at += 1;
                    continue;
                }
                self.is_inside = false;
                self.is_stray |= !self.is_between(bytes[at]);
            }
            let Some(next) = bytes[at..].iter().position(|byte| *byte == b'"').map(|next| at + next) else { break };
            if self.is_inside {
                self.is_pending = true;
            } else {
                let before = if next == 0 { self.before } else { bytes[next - 1] };
                // In the middle of a field that has no quotes it is one of its letters.
                self.is_inside = self.is_between(before);
            }
            at = next + 1;
        }
        self.before = bytes.last().copied().unwrap_or(self.before);
    }

    /// Gives what is wrong with those of a record that is at its end.
    fn fault(&self) -> Option<QuoteFault> {
        if self.is_stray {
            Some(QuoteFault::Stray)
        } else {
            (self.is_inside && !self.is_pending).then_some(QuoteFault::Open)
        }
    }
}

impl Record {
    fn field_ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends[..self.count]).map(|(begin, end)| begin..*end)
    }

    /// Gives the fields as text; none when one is no UTF-8, or the record is too long to be held.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        if self.is_too_long {
            return None;
        }
        self.field_ranges().map(|range| String::from_utf8(self.fields[range].to_vec()).ok()).collect()
    }
}

/// Reads records one by one.
pub(crate) struct RecordReader<R> {
    input: R,
    core: csv_core::Reader,
    delimiter: u8,
    line: u64,
    is_at_begin: bool,
    /// How many bytes were read.
    pub(crate) consumed: u64,
}

impl<R: BufRead> RecordReader<R> {
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { input, core, delimiter, line: 1, is_at_begin: true, consumed: 0 }
    }

    /// Reads the next record; gives false at the end of the file.
    pub(crate) fn read(&mut self, record: &mut Record) -> std::io::Result<bool> {
        record.raw.clear();
        record.bytes = 0;
        record.count = 0;
        record.is_too_long = false;
        record.quotes = None;
        record.line = self.line;
        if std::mem::take(&mut self.is_at_begin) {
            self.skip_byte_order_mark()?;
        }
        let mut written = 0;
        let mut quotes = Quotes::new(self.delimiter);
        loop {
            let input = self.input.fill_buf()?;
            let (result, read, wrote, ended) =
                self.core.read_record(input, &mut record.fields[written..], &mut record.ends[record.count..]);
            let mut taken = &input[..read];
            if record.bytes == 0 {
                // The end of the line before, and empty lines, which are no records.
                let blank = taken.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                record.line += newlines(&taken[..blank]);
                self.line += newlines(&taken[..blank]);
                taken = &taken[blank..];
            }
            self.line += newlines(taken);
            quotes.follow(taken);
            record.bytes += taken.len();
            let room = KEPT_BYTES_MAX.saturating_sub(record.raw.len());
            record.raw.extend_from_slice(&taken[..taken.len().min(room)]);
            self.consumed += read as u64;
            self.input.consume(read);
            written += wrote;
            record.count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if record.fields.len() < ROW_BYTES_MAX => {
                    record.fields.resize(record.fields.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if record.ends.len() < FIELDS_MAX => {
                    record.ends.resize(record.ends.len() * 2, 0);
                }
                // The rest is read over what was read before, to find the record's end.
                ReadRecordResult::OutputFull => {
                    record.is_too_long = true;
                    written = 0;
                }
                ReadRecordResult::OutputEndsFull => {
                    record.is_too_long = true;
                    record.count = 0;
                }
                ReadRecordResult::Record => {
                    let line_end = record.raw.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                    let is_whole = record.raw.len() == record.bytes;
                    record.quotes = quotes.fault();
                    if is_whole {
                        record.raw.truncate(record.raw.len() - line_end);
                        record.bytes -= line_end;
                    }
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn skip_byte_order_mark(&mut self) -> std::io::Result<()> {
        if self.input.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
            self.input.consume(3);
            self.consumed += 3;
        }
        Ok(())
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Opens a file as UTF-8.
pub(crate) fn open(
    file: &Delivered,
    encoding: &'static Encoding,
) -> Result<BufReader<Box<dyn Read + Send>>, SourceError> {
    let opened = File::open(&file.path).map_err(|source| SourceError::io(&file.path, source))?;
    Ok(BufReader::with_capacity(256 << 10, utf8_reader(opened, encoding)))
}

/// Reads the rows of a file and gives them to `send`, until it says that nobody takes them.
pub(crate) fn read(
    register: &Register,
    delimiter: char,
    encoding: &'static Encoding,
    file: &Delivered,
    number: usize,
    send: &mut dyn FnMut(Chunk) -> bool,
) -> Result<(), SourceError> {
    let name = || PathBuf::from(&file.name);
    let failed = |source| SourceError::io(&file.path, source);
    let delimiter_byte = u8::try_from(delimiter).map_err(|_| SourceError::Register {
        register: register.id.clone(),
        message: "the delimiter is no ASCII character".to_owned(),
    })?;
    let mut reader = RecordReader::new(open(file, encoding)?, delimiter_byte);
    let mut record = Record::default();
    if !reader.read(&mut record).map_err(failed)? {
        return Err(SourceError::EmptyFile { file: name(), format: Some("csv") });
    }
    let why = |why| SourceError::Header { file: name(), register: register.id.clone(), why };
    if record.is_too_long {
        return Err(why("it is longer than 8 MiB or has more than 16,384 columns; a quote in it may be left open"));
    }
    if record.quotes.is_some() {
        return Err(why("a quote is opened in it and not closed"));
    }
    let header = record.texts().ok_or_else(|| why("it is not in the encoding that is stated"))?;
    if header.len() == 1 && register.columns.len() > 1 {
        let found = DELIMITERS
            .into_iter()
            .find(|other| *other != delimiter_byte && record.fields[..record.ends[0]].contains(other));
        let expected = register.columns.len();
        return Err(SourceError::Delimiter { file: name(), expected, stated: delimiter, found: found.map(char::from) });
    }
    let places: Arc<[usize]> = places(register, &header, &name())?.into();

    let begin = |capacity| CsvRows {
        text: TextRows::default(),
        fields: Vec::with_capacity(capacity),
        begins: Vec::with_capacity(CHUNK_ROWS),
        ends: Vec::with_capacity(CHUNK_ROWS * header.len()),
        width: header.len(),
        places: Arc::clone(&places),
    };
    let mut rows = begin(CHUNK_BYTES / 4);
    let (mut first_row, mut consumed) = (0, 0);
    while reader.read(&mut record).map_err(failed)? {
        add(&mut rows, &record);
        if rows.text.is_full() || rows.fields.len() >= CHUNK_BYTES {
            let next = begin(rows.fields.len());
            let full = std::mem::replace(&mut rows, next);
            let count = full.text.rows.len() as u64;
            let bytes = reader.consumed - consumed;
            consumed = reader.consumed;
            if !send(Chunk { file: number, first_row, bytes, rows: Rows::Csv(full) }) {
                return Ok(());
            }
            first_row += count;
        }
    }
    send(Chunk { file: number, first_row, bytes: reader.consumed - consumed, rows: Rows::Csv(rows) });
    Ok(())
}

fn add(rows: &mut CsvRows, record: &Record) {
    let problem = if record.is_too_long {
        Some(Reason::RowTooLong)
    } else if let Some(fault) = record.quotes {
        Some(match fault {
            QuoteFault::Open => Reason::OpenQuote,
            QuoteFault::Stray => Reason::StrayQuote,
        })
    } else if record.count != rows.width {
        Some(Reason::FieldCount)
    } else if record.field_ranges().any(|field| field.len() > FIELD_BYTES_MAX) {
        Some(Reason::FieldTooLong)
    } else {
        None
    };
    let raw_begins = rows.text.raw.len();
    rows.text.raw.extend_from_slice(&record.raw);
    let raw = raw_begins..rows.text.raw.len();
    rows.begins.push(rows.fields.len());
    if problem.is_none() {
        let length = if record.count == 0 { 0 } else { record.ends[record.count - 1] };
        rows.fields.extend_from_slice(&record.fields[..length]);
        rows.ends.extend_from_slice(&record.ends[..record.count]);
    } else {
        // So that every row has as many ends.
        rows.ends.resize(rows.ends.len() + rows.width, 0);
    }
    rows.text.rows.push(TextRow { line: record.line, raw, bytes: record.bytes, problem });
}

/// Gives for each column of the register its place in the header.
fn places(register: &Register, header: &[String], file: &std::path::Path) -> Result<Vec<usize>, SourceError> {
    let header: Vec<&str> = header.iter().map(|name| name.trim()).collect();
    check_columns(register, &header, file)?;
    let place = |column: &model::Column| header.iter().position(|name| *name == column.from);
    Ok(register.columns.values().filter_map(place).collect())
}

/// Fails when a file's columns are not exactly those of the register, in any order.
pub(crate) fn check_columns(register: &Register, names: &[&str], file: &std::path::Path) -> Result<(), SourceError> {
    let file = || file.to_owned();
    let is_known = |name: &str| register.columns.values().any(|column| column.from == name);
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            return Err(SourceError::ColumnTwice { file: file(), column: (*name).to_owned() });
        }
    }
    if let Some(missing) = register.columns.values().find(|column| !names.contains(&column.from.as_str())) {
        let alike = |name: &&&str| is_alike(name, &missing.from) && !is_known(name);
        return Err(SourceError::MissingColumn {
            file: file(),
            register: register.id.clone(),
            column: missing.from.clone(),
            nearest: names.iter().find(alike).map(|name| (*name).to_owned()),
        });
    }
    match names.iter().find(|name| !is_known(name)) {
        Some(new) => {
            Err(SourceError::NewColumn { file: file(), register: register.id.clone(), column: (*new).to_owned() })
        }
        None => Ok(()),
    }
}

/// Names that differ in nothing but case, spaces and signs between words.
fn is_alike(a: &str, b: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8]) -> Vec<(u64, String, Vec<String>)> {
        let mut reader = RecordReader::new(BufReader::with_capacity(3, text), b',');
        let mut record = Record::default();
        let mut all = Vec::new();
        while reader.read(&mut record).unwrap() {
            let fields = record.texts().unwrap_or_default();
            all.push((record.line, String::from_utf8_lossy(&record.raw).into_owned(), fields));
        }
        assert_eq!(reader.consumed, text.len() as u64);
        all
    }

    #[test]
    fn records_know_their_line_and_text() {
        let text = b"\xEF\xBB\xBFa,b\r\n\r\n1,\"x\ny\"\r\n\n2,\"say \"\"hi\"\"\"\n3,";
        let expected = [
            (1, "a,b", vec!["a", "b"]),
            (3, "1,\"x\ny\"", vec!["1", "x\ny"]),
            (6, "2,\"say \"\"hi\"\"\"", vec!["2", "say \"hi\""]),
            (7, "3,", vec!["3", ""]),
        ];
        let found = records(text);
        assert_eq!(found.len(), expected.len());
        for ((line, raw, fields), expected) in found.iter().zip(expected) {
            assert_eq!((*line, raw.as_str(), fields.iter().map(String::as_str).collect::<Vec<_>>()), expected);
        }
    }

    /// Gives what is wrong with the quotes of the last record, read some bytes at a time.
    fn fault(text: &[u8], at_once: usize) -> Option<QuoteFault> {
        let mut reader = RecordReader::new(BufReader::with_capacity(at_once, text), b',');
        let mut record = Record::default();
        let mut last = None;
        while reader.read(&mut record).unwrap() {
            last = record.quotes;
        }
        last
    }

    #[test]
    fn quotes_are_followed_however_the_text_is_cut() {
        for (text, expected) in [
            ("\"a\",\"b \"\"c\"\"\"\n", None),
            ("\"a\r\nb\",5\" pipe\r\n", None),
            ("\"\",\"\"", None),
            ("a,\"b\"c,d\n", Some(QuoteFault::Stray)),
            ("\"a\"\"b\"\"\"c\"\n", Some(QuoteFault::Stray)),
            ("a,\"b\"\"", Some(QuoteFault::Open)),
        ] {
            for at_once in 1..=text.len() {
                assert_eq!(fault(text.as_bytes(), at_once), expected, "{text:?}, {at_once} at once");
            }
        }
    }

    /// Every text of a few letters: a file ends within a quote where a line's end after it ends no record.
    #[test]
    fn a_file_ends_within_a_quote_where_the_reader_of_fields_says_so() {
        let letters = [b'"', b',', b'\n', b'a'];
        for length in 1..=7_u32 {
            for number in 0..4_usize.pow(length) {
                let text: Vec<u8> = (0..length).map(|place| letters[number / 4_usize.pow(place) % 4]).collect();
                let mut core = csv_core::Reader::new();
                let (mut fields, mut ends) = ([0; 16], [0; 16]);
                let mut rest = [text.as_slice(), b"\n"].concat();
                let is_swallowed = loop {
                    let (result, read, ..) = core.read_record(&rest, &mut fields, &mut ends);
                    // Lines without anything are no records.
                    let is_begun = rest.drain(..read).any(|byte| byte != b'\n');
                    match result {
                        ReadRecordResult::InputEmpty => break is_begun,
                        ReadRecordResult::Record if rest.is_empty() => break false,
                        _ => {}
                    }
                };
                // A quote that was stray before the end is told as that.
                let found = fault(&text, 2);
                let is_open = found == Some(QuoteFault::Open);
                assert!(
                    is_open == is_swallowed || found == Some(QuoteFault::Stray),
                    "{:?}",
                    String::from_utf8_lossy(&text)
                );
                assert!(!is_open || is_swallowed);
            }
        }
    }

    #[test]
    fn an_endless_field_takes_bounded_memory() {
        let mut text = b"a,\"".to_vec();
        text.resize(3 * ROW_BYTES_MAX, b'x');
        text.extend_from_slice(b"\"\nb,c\n");
        let mut reader = RecordReader::new(BufReader::new(text.as_slice()), b',');
        let mut record = Record::default();
        assert!(reader.read(&mut record).unwrap());
        assert!(record.is_too_long && record.fields.len() <= ROW_BYTES_MAX && record.raw.len() <= KEPT_BYTES_MAX);
        assert!(reader.read(&mut record).unwrap());
        assert_eq!(record.texts().unwrap(), ["b", "c"]);
        assert!(!reader.read(&mut record).unwrap());
    }
}
