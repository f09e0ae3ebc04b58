//! Rows of a register, and the file formats in which they are handed over.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::{
    Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::day::{Day, DayFormat};
use crate::dice::Dice;

/// One value of a row.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Nothing,
    Text(String),
    Integer(i64),
    /// Hundredths of the currency.
    Money(i64),
    Day(Day),
    /// Seconds since 1970-01-01T00:00:00Z.
    Moment(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// What a column holds and how it is written.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Integer,
    /// Two places after the point; `Decimal128(12, 2)` in Parquet.
    Money,
    /// A date written as text, in Parquet too.
    Written(DayFormat),
    /// A date with a type of its own (`Date32`) in Parquet.
    Date,
    /// A moment in UTC: RFC 3339 text, or `Timestamp(Millisecond, UTC)` in Parquet.
    Moment,
}

/// How a register's files are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv { delimiter: char },
    JsonLines,
    Parquet,
}

/// A register's columns and format.
pub(crate) struct Layout {
    pub(crate) format: Format,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

/// What makes a row one that no schema accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// A date that is none.
    Date,
    /// A field too many.
    Extra,
    /// Fields missing at the end.
    Short,
    /// A byte that is not UTF-8.
    Byte,
    /// An object cut off in the middle.
    Cut,
}

/// One row: its person, its values in the order of the layout, and its defect, if any.
pub(crate) struct Row {
    pub(crate) person: u64,
    pub(crate) cells: Vec<Cell>,
    pub(crate) defect: Option<Defect>,
}

impl Layout {
    /// Gives a defect that this format can have.
    pub(crate) fn defect(&self, dice: &mut Dice) -> Defect {
        match self.format {
            Format::Csv { .. } => {
                [Defect::Date, Defect::Extra, Defect::Short, Defect::Byte][dice.weighted(&[40, 25, 15, 20])]
            }
            Format::JsonLines => [Defect::Date, Defect::Cut, Defect::Byte][dice.weighted(&[35, 45, 20])],
            Format::Parquet => Defect::Date,
        }
    }

    /// Puts a text that is no date into the row's first written date.
    pub(crate) fn spoil_date(&self, dice: &mut Dice, cells: &mut [Cell]) {
        let texts = ["UNKNOWN", "00/00/0000", "99/99/9999", "31 Feb 1987", "19791399", "1987-02-30", "see file"];
        let written = self.columns.iter().position(|(_, kind)| matches!(kind, Kind::Written(_)));
        if let Some(cell) = written.and_then(|place| cells.get_mut(place)) {
            *cell = Cell::Text(dice.pick(&texts).to_owned());
        }
    }

    /// Gives what comes before the first row.
    pub(crate) fn header(&self) -> String {
        match self.format {
            Format::Csv { delimiter } => {
                let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
                names.join(&delimiter.to_string()) + "\n"
            }
            Format::JsonLines | Format::Parquet => String::new(),
        }
    }

    /// Appends the row as one line of a text format; Parquet has no lines and gets nothing.
    pub(crate) fn write_line(&self, row: &Row, out: &mut Vec<u8>) {
        let start = out.len();
        match self.format {
            Format::Csv { delimiter } => self.write_csv(row, delimiter, out),
            Format::JsonLines => self.write_json(row, out),
            Format::Parquet => return,
        }
        if row.defect == Some(Defect::Byte) {
            spoil_byte(&mut out[start..]);
        }
        out.push(b'\n');
    }

    fn write_csv(&self, row: &Row, delimiter: char, out: &mut Vec<u8>) {
        let kept = if row.defect == Some(Defect::Short) { row.cells.len() - 2 } else { row.cells.len() };
        for (place, (cell, (_, kind))) in row.cells.iter().zip(self.columns).take(kept).enumerate() {
            if place > 0 {
                out.push(delimiter as u8);
            }
            let text = written(cell, *kind);
            if text.contains([delimiter, '"']) {
                out.extend_from_slice(format!("\"{}\"", text.replace('"', "\"\"")).as_bytes());
            } else {
                out.extend_from_slice(text.as_bytes());
            }
        }
        if row.defect == Some(Defect::Extra) {
            out.push(delimiter as u8);
            out.extend_from_slice(b"see note");
        }
    }

    fn write_json(&self, row: &Row, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(b'{');
        for (cell, (name, kind)) in row.cells.iter().zip(self.columns) {
            if out.len() > start + 1 {
                out.push(b',');
            }
            out.extend_from_slice(format!("\"{name}\":").as_bytes());
            match cell {
                Cell::Nothing => out.extend_from_slice(b"null"),
                Cell::Integer(_) | Cell::Money(_) => out.extend_from_slice(written(cell, *kind).as_bytes()),
                Cell::Text(_) | Cell::Day(_) | Cell::Moment(_) => write_json_text(&written(cell, *kind), out),
            }
        }
        out.push(b'}');
        if row.defect == Some(Defect::Cut) {
            let mut keep = start + (out.len() - start) * 2 / 3;
            // Cut between letters, so that the line is broken JSON but still UTF-8.
            while keep > start && out[keep] & 0xc0 == 0x80 {
                keep -= 1;
            }
            out.truncate(keep);
        }
    }

    /// Gives the schema of the Parquet file.
    pub(crate) fn schema(&self) -> SchemaRef {
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|(name, kind)| {
                let data_type = match kind {
                    Kind::Text | Kind::Written(_) => DataType::Utf8,
                    Kind::Integer => DataType::Int64,
                    Kind::Money => DataType::Decimal128(12, 2),
                    Kind::Date => DataType::Date32,
                    Kind::Moment => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
                };
                Field::new(*name, data_type, true)
            })
            .collect();
        Arc::new(Schema::new(fields))
    }

    /// Gives the rows as one batch.
    pub(crate) fn batch(&self, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| &row.cells[place]);
            arrays.push(match kind {
                Kind::Text | Kind::Written(_) => {
                    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
                    for cell in cells {
                        builder.append_option(Some(written(cell, *kind)).filter(|text| !text.is_empty()));
                    }
                    Arc::new(builder.finish())
                }
                Kind::Integer => {
                    let mut builder = Int64Builder::with_capacity(rows.len());
                    for cell in cells {
                        builder.append_option(if let Cell::Integer(number) = cell { Some(*number) } else { None });
                    }
                    Arc::new(builder.finish())
                }
                Kind::Money => {
                    let mut builder = Decimal128Builder::with_capacity(rows.len()).with_precision_and_scale(12, 2)?;
                    for cell in cells {
                        builder.append_option(if let Cell::Money(amount) = cell {
                            Some(i128::from(*amount))
                        } else {
                            None
                        });
                    }
                    Arc::new(builder.finish())
                }
                Kind::Date => {
                    let mut builder = Date32Builder::with_capacity(rows.len());
                    for cell in cells {
                        builder.append_option(if let Cell::Day(day) = cell { Some(day.0) } else { None });
                    }
                    Arc::new(builder.finish())
                }
                Kind::Moment => {
                    let mut builder = TimestampMillisecondBuilder::with_capacity(rows.len()).with_timezone("UTC");
                    for cell in cells {
                        builder.append_option(if let Cell::Moment(seconds) = cell {
                            Some(seconds * 1_000)
                        } else {
                            None
                        });
                    }
                    Arc::new(builder.finish())
                }
            });
        }
        RecordBatch::try_new(self.schema(), arrays)
    }
}

/// Gives the value as the column writes it.
fn written(cell: &Cell, kind: Kind) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Money(amount) => {
            format!("{}{}.{:02}", if *amount < 0 { "-" } else { "" }, amount.abs() / 100, amount.abs() % 100)
        }
        Cell::Day(day) => day.write(if let Kind::Written(format) = kind { format } else { DayFormat::Iso }),
        Cell::Moment(seconds) => {
            let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
            let date = Day(day as i32).write(DayFormat::Iso);
            format!("{date}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
        }
    }
}

fn write_json_text(text: &str, out: &mut Vec<u8>) {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if (control as u32) < 0x20 => {
                let _ = write!(quoted, "\\u{:04x}", control as u32);
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    out.extend_from_slice(quoted.as_bytes());
}

/// Puts `é` of Latin-1, the usual stray byte, in the place of an ASCII letter that an ASCII byte follows: never UTF-8.
fn spoil_byte(line: &mut [u8]) {
    let vowel = |byte: u8| b"aeiouyAEIOUY".contains(&byte);
    let middle = line.len() / 3;
    let places = (middle..line.len().saturating_sub(1)).chain(0..middle);
    let found = places.into_iter().find(|place| vowel(line[*place]) && line.get(place + 1).is_some_and(u8::is_ascii));
    if let Some(byte) = found.and_then(|place| line.get_mut(place)) {
        *byte = 0xe9;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout {
        format: Format::Csv { delimiter: ';' },
        columns: &[
            ("key", Kind::Text),
            ("name", Kind::Text),
            ("born", Kind::Written(DayFormat::DayMonthYear)),
            ("sum", Kind::Money),
        ],
    };

    fn row(defect: Option<Defect>) -> Row {
        let cells =
            vec![Cell::from("k1"), Cell::from("Núñez; \"El Rey\""), Day::civil(1980, 3, 5).into(), Cell::Money(-1_205)];
        Row { person: 0, cells, defect }
    }

    fn line(layout: &Layout, defect: Option<Defect>) -> Vec<u8> {
        let mut out = Vec::new();
        layout.write_line(&row(defect), &mut out);
        out
    }

    #[test]
    fn csv_lines() {
        assert_eq!(String::from_utf8(line(&LAYOUT, None)).unwrap(), "k1;\"Núñez; \"\"El Rey\"\"\";05/03/1980;-12.05\n");
        assert!(line(&LAYOUT, Some(Defect::Extra)).ends_with(b";-12.05;see note\n"));
        assert!(line(&LAYOUT, Some(Defect::Short)).ends_with(b"El Rey\"\"\"\n"));
        assert!(String::from_utf8(line(&LAYOUT, Some(Defect::Byte))).is_err());
    }

    #[test]
    fn json_lines() {
        let layout = Layout { format: Format::JsonLines, columns: LAYOUT.columns };
        let whole: serde_json::Value = serde_json::from_slice(&line(&layout, None)).unwrap();
        assert_eq!(whole["name"], "Núñez; \"El Rey\"");
        assert_eq!(whole["sum"], -12.05);
        let cut = String::from_utf8(line(&layout, Some(Defect::Cut))).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&cut).is_err());
        assert!(String::from_utf8(line(&layout, Some(Defect::Byte))).is_err());
    }

    #[test]
    fn moments_are_rfc_3339() {
        let text = written(&Cell::Moment(i64::from(Day::civil(2025, 12, 31).0) * 86_400 + 3_661), Kind::Moment);
        assert_eq!(text, "2025-12-31T01:01:01Z");
    }
}
