//! Reads the beginning of a file of which neither format nor columns are known.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_cast::cast;
use arrow_schema::DataType;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use model::ColumnType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::SAMPLE_ROWS;
use super::types::of_arrow;
use crate::csv::{DELIMITERS, Record, RecordReader};
use crate::error::SourceError;
use crate::transcode::utf8_reader;

/// Bytes from which format, delimiter and encoding are told.
const HEAD_BYTES: u64 = 1 << 20;

/// The beginning of a file.
pub(super) struct Sample {
    pub(super) format: SampleFormat,
    pub(super) names: Vec<String>,
    /// The types that the file states.
    pub(super) types: Vec<Option<ColumnType>>,
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// How the file is written.
pub(super) enum SampleFormat {
    Csv { delimiter: char, encoding: &'static str },
    JsonLines,
    Parquet,
}

impl Sample {
    pub(super) fn read(path: &Path) -> Result<Self, SourceError> {
        let failed = |source| SourceError::io(path, source);
        if lake::is_within_data(path).map_err(failed)? {
            let why = "it belongs to a project's data and is read through the gate: name another file";
            return Err(SourceError::Infer { file: path.to_owned(), why });
        }
        let mut head = Vec::new();
        File::open(path).map_err(failed)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
        if head.is_empty() {
            return Err(SourceError::EmptyFile { file: path.to_owned(), format: None });
        }
        let begin = head.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF));
        let sample = if head.starts_with(b"PAR1") {
            parquet(path)?
        } else if begin == Some(&b'{') {
            json_lines(path, &head)
        } else {
            csv(path, &head)?
        };
        if sample.names.is_empty() {
            return Err(SourceError::Infer { file: path.to_owned(), why: "it has no columns" });
        }
        Ok(sample)
    }
}

fn csv(path: &Path, head: &[u8]) -> Result<Sample, SourceError> {
    let failed = |source| SourceError::io(path, source);
    let encoding = encoding_of(head);
    let delimiter = DELIMITERS.into_iter().max_by_key(|delimiter| fit(head, encoding, *delimiter)).unwrap_or(b',');
    let file = File::open(path).map_err(failed)?;
    let mut reader = RecordReader::new(BufReader::new(utf8_reader(file, encoding)), delimiter);
    let mut record = Record::default();
    let mut names = None;
    let mut rows = Vec::new();
    while rows.len() < SAMPLE_ROWS && reader.read(&mut record).map_err(failed)? {
        let is_header = names.is_none();
        if is_header && (record.is_too_long || record.quotes.is_some()) {
            let why = "its first line is longer than 8 MiB, or a quote is opened in it and not closed";
            return Err(SourceError::Infer { file: path.to_owned(), why });
        }
        // Rows that would go to quarantine show nothing.
        let Some(fields) = record.texts().filter(|_| record.quotes.is_none()) else { continue };
        match &names {
            None => names = Some(fields.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>()),
            Some(names) if names.len() == fields.len() => rows.push(fields.into_iter().map(Some).collect()),
            Some(_) => {}
        }
    }
    let names = names.unwrap_or_default();
    let format = SampleFormat::Csv { delimiter: char::from(delimiter), encoding: label(encoding) };
    Ok(Sample { format, types: vec![None; names.len()], names, rows })
}

/// Gives the encoding: by the mark at the beginning, else UTF-8 if it is such, else the one of Western Windows.
fn encoding_of(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    match std::str::from_utf8(head) {
        Ok(_) => UTF_8,
        // Cut in the middle of a character.
        Err(error) if error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

fn label(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "UTF-8" => "utf-8",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        _ => "windows-1252",
    }
}

/// Tells how well a delimiter fits: how many of the first records have as many fields as the header, and more than one.
fn fit(head: &[u8], encoding: &'static Encoding, delimiter: u8) -> (usize, usize) {
    let (text, _, _) = encoding.decode(head);
    let mut reader = RecordReader::new(BufReader::new(text.as_bytes()), delimiter);
    let mut record = Record::default();
    let (mut width, mut alike) = (0, 0);
    for number in 0..100 {
        match reader.read(&mut record) {
            Ok(true) if number == 0 => width = record.count,
            Ok(true) => alike += usize::from(record.count == width),
            Ok(false) | Err(_) => break,
        }
    }
    if width > 1 { (alike + 1, width) } else { (0, 0) }
}

fn json_lines(path: &Path, head: &[u8]) -> Sample {
    let mut names: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut rows: Vec<Vec<Option<String>>> = Vec::new();
    let text = String::from_utf8_lossy(head);
    // The last line may be cut.
    let is_whole = std::fs::metadata(path).is_ok_and(|about| about.len() <= HEAD_BYTES);
    let lines = text.trim_start_matches('\u{feff}').lines();
    let count = lines.clone().count();
    for (number, line) in lines.enumerate().take(SAMPLE_ROWS) {
        if number + 1 == count && !is_whole {
            break;
        }
        let Ok(Value::Object(object)) = serde_json::from_str(line) else { continue };
        let mut row = vec![None; names.len()];
        for (name, value) in object {
            let place = *places.entry(name.clone()).or_insert_with(|| {
                names.push(name);
                row.push(None);
                names.len() - 1
            });
            row[place] = match value {
                Value::Null => None,
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            };
        }
        rows.push(row);
    }
    for row in &mut rows {
        row.resize(names.len(), None);
    }
    Sample { format: SampleFormat::JsonLines, types: vec![None; names.len()], names, rows }
}

#[expect(clippy::disallowed_methods, reason = "a delivery, which `Sample::read` tells from a project's data")]
fn parquet(path: &Path) -> Result<Sample, SourceError> {
    let damaged = |why| SourceError::Parquet { file: path.to_owned(), why };
    let file = File::open(path).map_err(|source| SourceError::io(path, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| damaged("it is cut short or damaged"))?;
    let schema = builder.schema().clone();
    let reader = builder.with_limit(SAMPLE_ROWS).build().map_err(|_| damaged("it is damaged"))?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|_| damaged("a column is damaged"))?;
        let first = rows.len();
        rows.resize(first + batch.num_rows(), Vec::new());
        for column in batch.columns() {
            let texts = cast(column, &DataType::Utf8).ok();
            let texts = texts.as_ref().map(|texts| texts.as_string::<i32>());
            for (number, row) in rows[first..].iter_mut().enumerate() {
                let value = texts.filter(|texts| texts.is_valid(number)).map(|texts| texts.value(number).to_owned());
                row.push(value);
            }
        }
    }
    Ok(Sample {
        format: SampleFormat::Parquet,
        names: schema.fields().iter().map(|field| field.name().clone()).collect(),
        types: schema.fields().iter().map(|field| of_arrow(field.data_type())).collect(),
        rows,
    })
}
