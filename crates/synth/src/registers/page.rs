//! The tables of `docs/synthetic-republic.md` are those of the code.

use std::fmt::Write as _;

use super::FILES;
use crate::day::DayFormat;
use crate::rates::{Middle, RATES};
use crate::table::{Format, Kind};

fn columns() -> String {
    let mut text = String::new();
    for file in &FILES {
        let format = match file.layout.format {
            Format::Csv { delimiter: '\t' } => "CSV, tab".to_owned(),
            Format::Csv { delimiter } => format!("CSV, `{delimiter}`"),
            Format::JsonLines => "JSON lines".to_owned(),
            Format::Parquet => "Parquet".to_owned(),
        };
        let columns: Vec<String> = file
            .layout
            .columns
            .iter()
            .map(|(name, kind)| {
                let kind = match kind {
                    Kind::Text => "",
                    Kind::Integer => " integer",
                    Kind::Money => " decimal(12,2)",
                    Kind::Date => " date",
                    Kind::Moment => " timestamp",
                    Kind::Written(DayFormat::Compact) => " `%Y%m%d`",
                    Kind::Written(DayFormat::Iso) => " `%Y-%m-%d`",
                    Kind::Written(DayFormat::DayMonthYear) => " `%d/%m/%Y`",
                    Kind::Written(DayFormat::MonthDayYear) => " `%m-%d-%Y`",
                    Kind::Written(DayFormat::MonthDayYearSlash) => " `%m/%d/%Y`",
                    Kind::Written(DayFormat::Words) => " `%d %b %Y`",
                    Kind::Written(DayFormat::YearMonth) => " `%Y-%m`",
                };
                format!("`{name}`{kind}")
            })
            .collect();
        let (id, name) = (file.register.id(), file.name);
        let _ = writeln!(text, "| `{id}` | `{name}` | {format} | {} |", columns.join(", "));
    }
    text
}

fn rates() -> String {
    let mut text = String::new();
    for rates in &RATES {
        let middle = match rates.middle {
            Middle::Full => "full",
            Middle::Initial => "initial",
            Middle::Dropped => "none",
        };
        let percent = |rate: f64| format!("{}", (rate * 10_000.0).round() / 100.0);
        let shares = [
            rates.duplicate,
            rates.unacceptable,
            rates.misspelt,
            rates.nickname,
            rates.initial_only,
            rates.transliterated,
            rates.names_swapped,
            rates.surname_stale,
            rates.birth_missing,
            rates.birth_swapped,
            rates.birth_wrong,
            rates.national_missing,
            rates.national_wrong,
            rates.national_borrowed,
            rates.address_missing,
            rates.address_stale,
            rates.phone_missing,
            rates.email_missing,
            rates.unaccented,
        ]
        .map(percent)
        .join(" | ");
        let id = rates.register.id();
        let _ = writeln!(text, "| `{id}` | {:?} | {middle} | {shares} |", rates.channel);
    }
    text
}

#[test]
fn the_page_has_the_tables_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/synthetic-republic.md");
    let page = std::fs::read_to_string(path).unwrap();
    for table in [columns(), rates()] {
        assert!(page.contains(&table), "docs/synthetic-republic.md should have these rows:\n{table}");
    }
}
