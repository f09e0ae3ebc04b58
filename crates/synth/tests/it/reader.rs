//! A strict reader of the register files, written apart from the writer.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::UInt64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// One row as a reader finds it.
pub(crate) enum Line {
    /// Values by column; empty text for none.
    Good(Vec<(String, String)>),
    /// Why no schema accepts it.
    Bad(&'static str),
}

/// Whether a text is a day of the calendar in one format.
type IsDate = fn(&str) -> bool;

/// How each file writes the dates that its schema requires: column and order of year, month and day.
fn dates(file: &str) -> &'static [(&'static str, IsDate)] {
    match file {
        "social_security.csv" => &[("event_date", compact), ("date_of_birth", compact)],
        "tax_2023.csv" | "tax_2024.csv" => &[("birth_date", day_first), ("filed_on", day_first)],
        "student_loans.csv" => &[("dob", month_first), ("disbursed_on", month_first)],
        "immigration_status.tsv" => &[("date_of_birth", words), ("entry_date", words)],
        "firearms.csv" => &[("dob", month_first), ("issued_on", month_first)],
        "benefits.csv" => &[("birth_date", iso), ("start_date", iso)],
        "travel.parquet" => &[("birth_date", compact)],
        "political_donations.csv" => &[("donated_on", iso)],
        "political_activity.csv" => &[("activity_date", day_first)],
        "biometrics.parquet" => &[("birth_date", iso)],
        "electronic_forms.jsonl" => &[("born", iso)],
        "broker_data.jsonl" => &[("collected_on", iso)],
        other => panic!("no such file: {other}"),
    }
}

fn calendar(year: &str, month: &str, day: &str) -> bool {
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1900..2100).contains(&year) && (1..=length).contains(&day)
}

fn compact(text: &str) -> bool {
    text.len() == 8 && text.is_ascii() && calendar(&text[..4], &text[4..6], &text[6..])
}

fn iso(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 3 && text.len() == 10 && calendar(parts[0], parts[1], parts[2])
}

fn day_first(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    parts.len() == 3 && text.len() == 10 && calendar(parts[2], parts[1], parts[0])
}

fn month_first(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    parts.len() == 3 && text.len() == 10 && calendar(parts[2], parts[0], parts[1])
}

fn words(text: &str) -> bool {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split(' ').collect();
    let month = parts.get(1).and_then(|name| months.iter().position(|month| month == name));
    matches!((month, parts.len()), (Some(month), 3) if calendar(parts[2], &(month + 1).to_string(), parts[0]))
}

/// Reads every row of a register file, in order.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let lines = match path.extension().unwrap().to_str().unwrap() {
        "csv" => delimited(path, if name.starts_with("tax") { ';' } else { ',' }),
        "tsv" => delimited(path, '\t'),
        "jsonl" => json(path),
        "parquet" => parquet(path),
        other => panic!("no such format: {other}"),
    };
    let checked = lines.into_iter().map(|line| match line {
        Line::Good(values) if !dates_are_good(&name, &values) => Line::Bad("date"),
        other => other,
    });
    checked.collect()
}

fn dates_are_good(file: &str, values: &[(String, String)]) -> bool {
    dates(file).iter().all(|(column, good)| {
        let value = values.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str());
        value.is_some_and(|text| text.is_empty() || good(text))
    })
}

fn delimited(path: &Path, delimiter: char) -> Vec<Line> {
    let bytes = std::fs::read(path).unwrap();
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let header: Vec<String> = split(std::str::from_utf8(lines.next().unwrap()).unwrap(), delimiter);
    let mut found: Vec<Line> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        found.push(match std::str::from_utf8(line) {
            Err(_) => Line::Bad("encoding"),
            Ok(text) => {
                let values = split(text, delimiter);
                if values.len() == header.len() {
                    Line::Good(header.iter().cloned().zip(values).collect())
                } else {
                    Line::Bad("fields")
                }
            }
        });
    }
    found
}

fn split(line: &str, delimiter: char) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            letter if letter == delimiter && !quoted => fields.push(std::mem::take(&mut field)),
            letter => field.push(letter),
        }
    }
    assert!(!quoted, "a quote stays open, and would swallow the rows after it: {line}");
    fields.push(field);
    fields
}

fn json(path: &Path) -> Vec<Line> {
    let bytes = std::fs::read(path).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let read = lines.map(|line| match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line) {
        Err(_) if std::str::from_utf8(line).is_err() => Line::Bad("encoding"),
        Err(_) => Line::Bad("json"),
        Ok(object) => Line::Good(
            object
                .into_iter()
                .map(|(name, value)| match value {
                    serde_json::Value::Null => (name, String::new()),
                    serde_json::Value::String(text) => (name, text),
                    other => (name, other.to_string()),
                })
                .collect(),
        ),
    });
    read.collect()
}

#[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
fn parquet(path: &Path) -> Vec<Line> {
    let mut lines = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let mut values = Vec::new();
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                let text = column.as_string_opt::<i32>().filter(|texts| !arrow_array::Array::is_null(*texts, row));
                values.push((field.name().clone(), text.map_or(String::new(), |texts| texts.value(row).to_owned())));
            }
            lines.push(Line::Good(values));
        }
    }
    lines
}

/// Reads the truth: register, file, row, person.
#[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
pub(crate) fn truth(path: &Path) -> Vec<(String, String, u64, u64)> {
    let mut found = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let texts = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let numbers = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<UInt64Type>().clone();
        let (register, file, row, person) = (texts("register"), texts("file"), numbers("row"), numbers("person"));
        for at in 0..batch.num_rows() {
            found.push((register.value(at).to_owned(), file.value(at).to_owned(), row.value(at), person.value(at)));
        }
    }
    found
}
