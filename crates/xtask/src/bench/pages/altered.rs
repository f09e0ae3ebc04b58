//! A copy of a demo in which somebody has very many records, and what is said of records may stay. The demo is as before.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bench::anytown;
use crate::run;

/// How many tax returns somebody has in the copy, besides the records that they have in the demo.
pub(super) const RETURNS: usize = 200;

/// The register's file that one of the demo's tax returns is taken from, and the one that it is in again and again.
const FROM: &str = "tax_2024.csv";
const MORE: &str = "tax_again.csv";

/// A copy of a demo, linked and indexed anew.
pub(super) struct Altered {
    pub(super) folder: PathBuf,
    /// Name and birth date of whoever has very many records.
    pub(super) name: String,
    pub(super) born: String,
}

impl Altered {
    /// Copies a demo that nobody has open, in place of the copy before, and has one of its tax returns filed under so many
    /// other numbers.
    pub(super) fn of(demo: &Path) -> Result<Self> {
        let folder = demo.with_extension("altered");
        if folder.is_dir() {
            std::fs::remove_dir_all(&folder)?;
        }
        anytown::copy(demo, &folder, &[])?;
        let registers = folder.join("incoming").join("registers");
        let from = registers.join(FROM);
        let bytes = std::fs::read(&from).with_context(|| format!("{} can't be read", from.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let filed = Filed::first(&text).with_context(|| format!("{} has no return in order", from.display()))?;
        std::fs::write(registers.join(MORE), filed.again(RETURNS))?;
        for step in ["ingest", "build", "link", "index"] {
            let mut command = run::command(run::binary());
            run::output(command.args([step, "--quiet", "--project"]).arg(&folder))?;
        }
        Ok(Self { folder, name: filed.name, born: filed.born })
    }
}

/// A tax return as its file has it.
struct Filed<'t> {
    header: &'t str,
    values: Vec<&'t str>,
    /// The place of its number among the values.
    number_at: usize,
    name: String,
    born: String,
}

impl<'t> Filed<'t> {
    /// Gives the first return of a file that says who filed it and is certainly not put into quarantine.
    fn first(text: &'t str) -> Option<Self> {
        let mut lines = text.lines();
        let header = lines.next()?;
        let columns: Vec<&str> = header.split(';').collect();
        lines.find_map(|line| Self::read(header, &columns, line))
    }

    fn read(header: &'t str, columns: &[&str], line: &'t str) -> Option<Self> {
        let values: Vec<&str> = line.split(';').collect();
        if values.len() != columns.len() || line.contains(['"', '\u{fffd}']) {
            return None;
        }
        let at = |name: &str| columns.iter().position(|column| *column == name);
        let value = |name: &str| values.get(at(name)?).copied().filter(|value| !value.is_empty());
        let is_number = |name: &str| value(name).is_none_or(|value| value.parse::<f64>().is_ok());
        if !["tax_year", "wages", "other_income", "tax_due"].into_iter().all(is_number) {
            return None;
        }
        // By the first two the returns are found to be of one person.
        value("rpn").and(value("tin"))?;
        day(value("filed_on")?)?;
        let name = format!("{} {}", value("given_names")?, value("surname")?);
        let born = day(value("birth_date")?)?;
        Some(Self { header, number_at: at("return_no")?, name, born, values })
    }

    /// Gives a file that has the return this many times, each under a number of its own.
    fn again(&self, times: usize) -> String {
        let mut text = format!("{}\n", self.header);
        for time in 0..times {
            let number = format!("BENCH-{time}");
            let mut values = self.values.clone();
            if let Some(value) = values.get_mut(self.number_at) {
                *value = &number;
            }
            text.push_str(&values.join(";"));
            text.push('\n');
        }
        text
    }
}

/// Gives a day that is written `28/12/2026` as `2026-12-28`; none of what not every month has.
fn day(text: &str) -> Option<String> {
    let (day, rest) = text.split_once('/')?;
    let (month, year) = rest.split_once('/')?;
    let is_within = |part: &str, digits: usize, most: u32| {
        part.len() == digits && part.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
    };
    let is_day = is_within(day, 2, 28) && is_within(month, 2, 12) && is_within(year, 4, 9_999);
    is_day.then(|| format!("{year}-{month}-{day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "return_no;tax_year;rpn;tin;surname;given_names;birth_date;wages;filed_on\n\
                        T-1;2024;;22;Novak;Maria;03/05/1980;1.50;01/02/2025\n\
                        T-2;2024;11;22;Novak;Maria;31/02/1980;1.50;01/02/2025\n\
                        T-3;2024;11;22;Novak;Maria;03/05/1980;much;01/02/2025\n\
                        T-4;2024;11;22;Novak;Maria\n\
                        T-5;2024;11;22;Novak;Ana Maria;03/05/1980;;01/02/2025\n\
                        T-6;2024;12;23;Bauer;Li;04/05/1980;2.50;01/02/2025\n";

    #[test]
    fn the_first_return_in_order_is_filed_again_under_other_numbers() {
        let filed = Filed::first(TEXT).unwrap();
        assert_eq!((filed.name.as_str(), filed.born.as_str()), ("Ana Maria Novak", "1980-05-03"));
        let again = filed.again(2);
        let lines: Vec<&str> = again.lines().collect();
        let rest = "2024;11;22;Novak;Ana Maria;03/05/1980;;01/02/2025";
        assert_eq!(lines[0], TEXT.lines().next().unwrap());
        assert_eq!(lines[1..], [format!("BENCH-0;{rest}"), format!("BENCH-1;{rest}")]);
        assert!(Filed::first("return_no;rpn\n").is_none());
    }
}
