//! A birth date as far as somebody knows it.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A birth date as far as it is known: the day, the month of a year, or the year.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Birth {
    /// The day: `1984-03-12`.
    Day(NaiveDate),
    /// The month of a year, here by its first day: `1984-03`.
    Month(NaiveDate),
    /// The year: `1984`.
    Year(i32),
}

/// A text is no birth date. It is not repeated: somebody may have typed more into it than a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a birth date is written 1984-03-12, 1984-03 or 1984")]
pub struct NoBirth;

impl FromStr for Birth {
    type Err = NoBirth;

    fn from_str(text: &str) -> Result<Self, NoBirth> {
        let number = |digits: &str, least: usize, most: usize| -> Option<u32> {
            let is_number = (least..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number)
        };
        // Years have four digits, the first of them none: `0084` is a slip, and nobody is that old.
        let year = |digits: &str| number(digits, 4, 4).filter(|year| *year >= 1_000);
        let parts: Vec<&str> = text.split('-').collect();
        let read = match parts.as_slice() {
            [y] => year(y).and_then(|year| i32::try_from(year).ok()).map(Self::Year),
            [y, m] => Self::day(year(y), number(m, 1, 2), Some(1)).map(Self::Month),
            [y, m, d] => Self::day(year(y), number(m, 1, 2), number(d, 1, 2)).map(Self::Day),
            _ => None,
        };
        read.ok_or(NoBirth)
    }
}

impl Birth {
    fn day(year: Option<u32>, month: Option<u32>, day: Option<u32>) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?)
    }
}

impl TryFrom<String> for Birth {
    type Error = NoBirth;

    fn try_from(text: String) -> Result<Self, NoBirth> {
        text.parse()
    }
}

impl From<Birth> for String {
    fn from(birth: Birth) -> Self {
        birth.to_string()
    }
}

/// As it is read.
impl fmt::Display for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Month(first) => write!(f, "{}", first.format("%Y-%m")),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

/// Shows how much is known, and nothing of it: somebody typed it.
impl fmt::Debug for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day(_) => "Day",
            Self::Month(_) => "Month",
            Self::Year(_) => "Year",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birth_dates_are_read_as_far_as_they_are_known_and_no_further() {
        for (text, written) in
            [("1984-03-12", "1984-03-12"), ("1984-3-2", "1984-03-02"), ("1984-03", "1984-03"), ("1984", "1984")]
        {
            assert_eq!(text.parse::<Birth>().map(|birth| birth.to_string()), Ok(written.to_owned()), "{text}");
        }
        for text in
            ["", "84", "0084", "1984-13", "1984-02-30", "1984-", "-1984", "1984-03-12-1", "+984", "1984-+3", "x"]
        {
            assert_eq!(text.parse::<Birth>(), Err(NoBirth), "{text}");
        }
        assert!(matches!("1984-03".parse(), Ok(Birth::Month(first)) if first.to_string() == "1984-03-01"));
    }
}
