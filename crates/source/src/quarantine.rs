//! The table of rows that a register's schema doesn't accept.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder as _, Int64Builder, StringBuilder};
use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use model::record::column;

use crate::chunk::{KEPT_BYTES_MAX, Rows};
use crate::error::ReasonCount;
use crate::notes::{QuarantinedFor, REASONS_MAX};
use crate::parse::{Parsed, Problem};
use crate::reason::Reason;

/// Gives the columns of a quarantine table.
///
/// `_file`, `_row` from 0, `_line` from 1 (null for Parquet), `_run`, `column` (null when the reason is about the row),
/// `reason` as `code: sentence`, `text` (the row as it stands in the file; of Parquet, as JSON).
#[must_use]
pub fn quarantine_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new(column::FILE, DataType::Utf8, false),
        Field::new(column::ROW, DataType::Int64, false),
        Field::new("_line", DataType::Int64, true),
        Field::new(column::RUN, DataType::Utf8, false),
        Field::new("column", DataType::Utf8, true),
        Field::new("reason", DataType::Utf8, false),
        Field::new("text", DataType::Utf8, false),
    ]))
}

/// Gives the bad rows of a chunk as a batch.
pub(crate) fn batch(parsed: &Parsed, names: &[String], file: &str, run: &str) -> Result<RecordBatch, ArrowError> {
    let (mut rows, mut lines) = (Int64Builder::new(), Int64Builder::new());
    let (mut columns, mut reasons, mut texts) = (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut files, mut runs) = (StringBuilder::new(), StringBuilder::new());
    for (number, problem) in parsed.problems.iter().enumerate() {
        let Some((about, reason)) = problem else { continue };
        files.append_value(file);
        runs.append_value(run);
        rows.append_value(row_number(parsed, number));
        lines.append_option(line(parsed, number).and_then(|line| i64::try_from(line).ok()));
        columns.append_option(about.map(|place| &names[place]));
        reasons.append_value(reason.to_string());
        texts.append_value(text(parsed, number));
    }
    let count = rows.len();
    let columns: Vec<arrow_array::ArrayRef> = vec![
        Arc::new(files.finish()),
        Arc::new(rows.finish()),
        Arc::new(lines.finish()),
        Arc::new(runs.finish()),
        Arc::new(columns.finish()),
        Arc::new(reasons.finish()),
        Arc::new(texts.finish()),
    ];
    let options = RecordBatchOptions::new().with_row_count(Some(count));
    RecordBatch::try_new_with_options(quarantine_schema(), columns, &options)
}

fn row_number(parsed: &Parsed, row: usize) -> i64 {
    i64::try_from(parsed.chunk.first_row + row as u64).unwrap_or(i64::MAX)
}

fn line(parsed: &Parsed, row: usize) -> Option<u64> {
    match &parsed.chunk.rows {
        Rows::Csv(rows) => Some(rows.text.rows[row].line),
        Rows::Json(rows) => Some(rows.rows[row].line),
        Rows::Arrow(_) => None,
    }
}

fn text(parsed: &Parsed, row: usize) -> String {
    match &parsed.chunk.rows {
        Rows::Csv(rows) => rows.text.text(row),
        Rows::Json(rows) => kept(rows.text(row)),
        Rows::Arrow(batch) => crate::parquet::row_text(batch, row),
    }
}

/// Cuts a long text.
pub(crate) fn kept(mut text: String) -> String {
    if text.len() > KEPT_BYTES_MAX {
        let bytes = text.len();
        text.truncate(text.floor_char_boundary(KEPT_BYTES_MAX));
        text.push_str(&format!(" … [{bytes} bytes in all]"));
    }
    text
}

/// Counts why rows are bad.
#[derive(Default)]
pub(crate) struct Tally {
    counts: HashMap<Problem, (u64, Vec<String>)>,
    /// Rows quarantined.
    pub(crate) quarantined: u64,
    /// Those of them that are wrong.
    pub(crate) faults: u64,
}

impl Tally {
    /// Takes in the bad rows of a chunk and gives how many there are.
    pub(crate) fn add(&mut self, parsed: &Parsed, file: &str) -> u64 {
        let mut added = 0;
        for (number, problem) in parsed.problems.iter().enumerate() {
            let Some(problem) = *problem else { continue };
            added += 1;
            self.faults += u64::from(problem.1.is_fault());
            let (count, samples) = self.counts.entry(problem).or_default();
            *count += 1;
            if samples.len() < 3 {
                samples.push(match line(parsed, number) {
                    Some(line) => format!("{file}:{line}"),
                    None => format!("{file}, row {}", row_number(parsed, number)),
                });
            }
        }
        self.quarantined += added;
        added
    }

    /// Gives the most frequent reasons for which rows are wrong.
    pub(crate) fn reasons(&self, names: &[String]) -> Vec<ReasonCount> {
        let counts = self.most_frequent().into_iter().filter(|((_, reason), _)| reason.is_fault());
        let shown = counts.take(10).map(|((place, reason), (count, samples))| ReasonCount {
            code: Reason::code(*reason),
            reason: reason.to_string(),
            column: place.map(|place| names[place].clone()),
            rows: *count,
            samples: samples.clone(),
        });
        shown.collect()
    }

    /// Gives the most frequent reasons as commits note them, those of rows that a later one takes the place of too.
    pub(crate) fn notes(&self, names: &[String]) -> Vec<QuarantinedFor> {
        let counts = self.most_frequent().into_iter().take(REASONS_MAX);
        let noted = counts.map(|((place, reason), (count, samples))| QuarantinedFor {
            code: Reason::code(*reason).to_owned(),
            column: place.map(|place| names[place].clone()),
            rows: *count,
            samples: samples.clone(),
        });
        noted.collect()
    }

    fn most_frequent(&self) -> Vec<(&Problem, &(u64, Vec<String>))> {
        let mut counts: Vec<_> = self.counts.iter().collect();
        counts.sort_by_key(|((place, reason), (count, _))| (std::cmp::Reverse(*count), *place, *reason));
        counts
    }
}
