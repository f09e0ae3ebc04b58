//! What the values of a column look like. No value is kept.

use serde::{Deserialize, Serialize};

use crate::dataset::Column;
use crate::date::Date;
use crate::nickname;
use crate::normalise;
use crate::pool::MISSING;

/// What the values of a column look like. Shares are of the records that have a value, if not said otherwise.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// The records, with or without a value.
    pub records: u64,
    /// The share of all records that have no value.
    pub missing: f64,
    /// Distinct values, trimmed.
    pub distinct: u64,
    /// The share of the most frequent value.
    pub largest: f64,
    /// The share of records whose value another record has too.
    pub recurring: f64,
    /// The characters of a value, on average.
    pub length: f64,
    /// The most frequent number of letters and digits.
    pub usual_length: usize,
    /// The share of values of that number of letters and digits.
    pub usual_length_share: f64,
    /// The words of a value, on average.
    pub words: f64,
    /// The share of values that are written with anything but letters and digits.
    pub separated: f64,
    /// How many years lie between the earliest and the latest, the most extreme hundredth on both sides left out; 0
    /// where no value is a date.
    pub years: u32,
    /// What the values look like.
    pub shapes: Shapes,
}

/// The shares of values of some shapes. One value may have several.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Shapes {
    /// One `@` between a name and a host.
    pub email: f64,
    /// A whole date, year first, of 1850 to 2100.
    pub date: f64,
    /// A year or a year and a month, of 1850 to 2100.
    pub part_date: f64,
    /// A whole date whose year comes last.
    pub late_year: f64,
    /// A telephone number by its look: a `+`, `(` or 0 first, or ten digits in groups.
    pub phone: f64,
    /// Digits, at most with separators.
    pub digits: f64,
    /// Letters and digits in one word, with at least one digit.
    pub code: f64,
    /// Some digit.
    pub some_digit: f64,
    /// A word for a sex.
    pub sex: f64,
    /// A given name with familiar forms, see [`nickname`].
    pub known_given: f64,
    /// Up to four words of letters.
    pub name: f64,
    /// Five words or more.
    pub text: f64,
}

const SEXES: [&str; 14] =
    ["m", "f", "male", "female", "man", "woman", "w", "x", "u", "d", "unknown", "other", "divers", "nonbinary"];

impl ColumnProfile {
    pub(crate) fn of(column: &Column) -> Self {
        let mut counts = vec![0_u64; column.pool.len()];
        column.codes.iter().for_each(|code| counts[*code as usize] += 1);
        let records = column.codes.len() as u64;
        let filled = records - counts[MISSING as usize];
        let mut profile = Self {
            records,
            missing: if records == 0 { 1.0 } else { counts[MISSING as usize] as f64 / records as f64 },
            distinct: counts.len() as u64 - 1,
            ..Self::default()
        };
        let mut lengths: Vec<u64> = Vec::new();
        let mut years: Vec<(u16, u64)> = Vec::new();
        for (code, count) in (0_u32..).zip(&counts).skip(1) {
            let value = column.pool.get(code);
            let share = *count as f64 / filled as f64;
            profile.largest = profile.largest.max(share);
            if *count > 1 {
                profile.recurring += share;
            }
            let length = value.chars().filter(|letter| letter.is_alphanumeric()).count();
            if lengths.len() <= length {
                lengths.resize(length + 1, 0);
            }
            lengths[length] += count;
            let characters = value.chars().count();
            profile.length += share * characters as f64;
            profile.words += share * value.split_whitespace().count() as f64;
            profile.separated += if length < characters { share } else { 0.0 };
            if let Some(year) = profile.shapes.add(value, share) {
                years.push((year, *count));
            }
        }
        if let Some((length, count)) = lengths.iter().enumerate().max_by_key(|(length, count)| (**count, *length)) {
            profile.usual_length = length;
            profile.usual_length_share = if filled == 0 { 0.0 } else { *count as f64 / filled as f64 };
        }
        profile.years = span(years);
        profile
    }

    /// Returns how many records have a value.
    pub fn filled(&self) -> u64 {
        (self.records as f64 * (1.0 - self.missing)).round() as u64
    }

    /// Returns the distinct values as a share of the records that have one.
    pub fn distinct_share(&self) -> f64 {
        if self.filled() == 0 { 0.0 } else { self.distinct as f64 / self.filled() as f64 }
    }

    /// Says whether every record has a value of its own.
    pub fn tells_all_apart(&self) -> bool {
        self.records > 1 && self.distinct == self.records
    }
}

/// Returns the years between the first and the last hundredth.
fn span(mut years: Vec<(u16, u64)>) -> u32 {
    years.sort_unstable();
    let all: u64 = years.iter().map(|(_, count)| count).sum();
    let at = |rank: u64| {
        let mut seen = 0;
        years.iter().find(|(_, count)| {
            seen += count;
            seen > rank
        })
    };
    match (at(all / 100), at((all - all / 100).saturating_sub(1))) {
        (Some((first, _)), Some((last, _))) => u32::from(last - first),
        _ => 0,
    }
}

impl Shapes {
    /// Adds a value that a share of records has, and returns its year where it is a whole date.
    fn add(&mut self, value: &str, share: f64) -> Option<u16> {
        let folded = normalise::fold(value);
        let words = folded.split(' ').filter(|word| !word.is_empty()).count();
        let digits = folded.bytes().filter(u8::is_ascii_digit).count();
        let letters = folded.chars().filter(|letter| letter.is_alphabetic()).count();
        let first = folded.split(' ').next().unwrap_or_default();
        let year = whole_date(value);
        let late = if year.is_none() { late_year(&folded) } else { None };
        for (part, holds) in [
            (&mut self.email, is_email(value)),
            (&mut self.date, year.is_some()),
            (&mut self.part_date, year.is_none() && is_part_date(value)),
            (&mut self.late_year, late.is_some()),
            (&mut self.phone, year.is_none() && late.is_none() && is_phone(value, digits)),
            (&mut self.digits, digits > 0 && letters == 0),
            (&mut self.code, digits > 0 && words == 1 && !value.contains('@')),
            (&mut self.some_digit, digits > 0),
            (&mut self.sex, SEXES.contains(&folded.as_str())),
            (&mut self.known_given, !nickname::groups(first).is_empty()),
            (&mut self.name, digits == 0 && letters > 0 && words <= 4 && !value.contains('@')),
            (&mut self.text, words >= 5),
        ] {
            if holds {
                *part += share;
            }
        }
        year.or(late)
    }
}

fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !value.contains(char::is_whitespace)
            && !host.contains('@')
            && host.split_once('.').is_some_and(|(host, end)| !host.is_empty() && !end.is_empty())
    })
}

fn is_year(year: u16) -> bool {
    (1850..=2100).contains(&year)
}

/// Returns the year of a whole date that begins with it. Day and month may be exchanged.
fn whole_date(value: &str) -> Option<u16> {
    let Date::Digits(digits) = Date::parse(value) else { return None };
    let number = |range: std::ops::Range<usize>| str::from_utf8(&digits[range]).ok()?.parse::<u16>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let is_day = |month: u16, day: u16| (1..=12).contains(&month) && (1..=31).contains(&day);
    (is_year(year) && (is_day(month, day) || is_day(day, month))).then_some(year)
}

fn is_part_date(value: &str) -> bool {
    let date = Date::parse(value);
    let year = date.year().and_then(|year| year.parse().ok());
    !matches!(date, Date::Digits(_)) && year.is_some_and(is_year)
}

/// Returns the year of a whole date that ends with it, folded: `29 02 1964`, `29 feb 1964`.
fn late_year(folded: &str) -> Option<u16> {
    let [day, month, year]: [&str; 3] = folded.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let small = |text: &str| text.len() <= 2 && text.parse::<u8>().is_ok_and(|number| (1..=31).contains(&number));
    let named = |text: &str| text.chars().all(char::is_alphabetic) && text.chars().nth(2).is_some();
    let year = if year.len() == 4 { year.parse().ok()? } else { return None };
    (is_year(year) && (small(day) && (small(month) || named(month)) || named(day) && small(month))).then_some(year)
}

fn is_phone(value: &str, digits: usize) -> bool {
    let allowed = |letter: char| letter.is_ascii_digit() || " +-()./".contains(letter);
    let groups = value.split(|letter: char| !letter.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    (7..=15).contains(&digits)
        && value.chars().all(allowed)
        && (value.starts_with(['+', '(']) || value.starts_with('0') && groups > 1 || digits >= 10 && groups > 2)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pool::Pool;

    pub(crate) fn profile<S: AsRef<str>>(values: &[S]) -> ColumnProfile {
        let mut pool = Pool::new();
        let codes = values.iter().map(|value| pool.intern(value.as_ref()).unwrap()).collect();
        ColumnProfile::of(&Column { name: "a".to_owned(), pool, codes })
    }

    #[test]
    fn shares_are_of_records_that_have_a_value() {
        let profile = profile(&["a", "", "a", "bb bb", "", "ccc"]);
        assert_eq!((profile.records, profile.filled(), profile.distinct), (6, 4, 3));
        assert!((profile.missing - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!((profile.largest, profile.recurring, profile.distinct_share()), (0.5, 0.5, 0.75));
        assert_eq!((profile.length, profile.words, profile.separated), (2.5, 1.25, 0.25));
        assert_eq!((profile.usual_length, profile.usual_length_share), (1, 0.5));
        assert!(!profile.tells_all_apart());
    }

    #[test]
    fn nothing_is_a_column_too() {
        let empty = profile(&[""; 3]);
        assert_eq!((empty.filled(), empty.distinct, empty.missing, empty.years), (0, 0, 1.0, 0));
        assert_eq!(profile::<&str>(&[]).missing, 1.0);
    }

    #[test]
    fn shapes_of_values() {
        type Pick = fn(&Shapes) -> f64;
        let yes: [(Pick, &[&str]); 12] = [
            (|s| s.email, &["a.b@example.org", "x@y.z"]),
            (|s| s.date, &["1964-02-29", "19640229", "1964/2/9", "1964-29-02"]),
            (|s| s.part_date, &["1964", "1964-02", "196402"]),
            (|s| s.late_year, &["29/02/1964", "2.29.1964", "9 Feb 1964", "February 9, 1964"]),
            (|s| s.phone, &["+33 6 12 34 56 78", "(555) 010-9999", "020 7946 0958", "555-010-9999"]),
            (|s| s.digits, &["12", "123-45-6789"]),
            (|s| s.code, &["AB123456C", "75001"]),
            (|s| s.some_digit, &["12 Elm Street"]),
            (|s| s.sex, &["M", "female"]),
            (|s| s.known_given, &["Bill", "Mary Ann"]),
            (|s| s.name, &["O'Hara", "van der Berg", "Łukasz"]),
            (|s| s.text, &["called back later, no answer"]),
        ];
        for (at, (pick, values)) in yes.iter().enumerate() {
            for value in *values {
                assert_eq!(pick(&profile(&[*value]).shapes), 1.0, "{at} {value}");
            }
        }
        let no: [(Pick, &[&str]); 7] = [
            (|s| s.email, &["a@b", "@b.c", "a b@c.d", "a@b@c.d"]),
            (|s| s.date, &["12345678", "29/02/1964", "1964", "19641301x"]),
            (|s| s.part_date, &["1200", "999", "150264"]),
            (|s| s.late_year, &["12 Elm 1964x", "29/02/64", "10 10 0999"]),
            (|s| s.phone, &["123-45-6789", "1964-02-29", "29/02/1964", "0612", "612345678", "a20 7946 0958"]),
            (|s| s.known_given, &["Brennan", ""]),
            (|s| s.name, &["a@b", "12 Elm", "one two three four five"]),
        ];
        for (at, (pick, values)) in no.iter().enumerate() {
            for value in *values {
                assert_eq!(pick(&profile(&[*value]).shapes), 0.0, "{at} {value}");
            }
        }
    }

    #[test]
    fn years_span_without_the_extremes() {
        let mut dates: Vec<String> = (0..200).map(|at| format!("{}-01-02", 1940 + at % 50)).collect();
        assert_eq!(profile(&dates).years, 49);
        dates.push("1850-01-01".to_owned());
        assert_eq!(profile(&dates).years, 49, "one wrong century says nothing");
    }
}
