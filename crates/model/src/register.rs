//! What an agency holds and how it hands it over: `registers/*.toml`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::class::{Class, SpecialCategory};
use crate::id::{AgencyId, RegisterId};

/// A register.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Register {
    /// The file name without `.toml`.
    pub id: RegisterId,
    /// The name people know it by, in English.
    pub title: String,
    /// The name in French, where the file gives one.
    pub title_fr: Option<String>,
    /// What it holds, in a sentence.
    pub says: String,
    /// The same in French, where the file gives it.
    pub says_fr: Option<String>,
    /// The agency that answers for it.
    pub agency: AgencyId,
    /// The law under which it is kept.
    pub legal_basis: String,
    /// The same in French, where the file gives it.
    pub legal_basis_fr: Option<String>,
    /// How long a row may be kept.
    pub retention: Retention,
    /// Where its files are and how they are written.
    pub source: Source,
    /// Whether a delivery holds all rows or only changed ones.
    pub delivery: Delivery,
    /// The columns whose values make the record id; empty: the whole row does.
    pub key: Vec<String>,
    /// The share of rows, 0 to 1, that may be quarantined before a run fails as a whole.
    pub quarantined_share_max: f64,
    /// The share of the register's records, 0 to 1, that may be gone with a full delivery before the run fails as a whole;
    /// none: half of them, where there are more than [`GONE_UNHEEDED`].
    pub gone_share_max: Option<f64>,
    /// Who sold it, under which licence; registers that were bought have it, others don't.
    pub bought: Option<Bought>,
    /// The columns, in the order of the file.
    pub columns: IndexMap<String, Column>,
}

/// Up to so many records, any number of which may be gone with a full delivery where the file doesn't say.
pub const GONE_UNHEEDED: u64 = 100;

/// The share of records that may be gone where the file doesn't say.
const GONE_SHARE_MAX: f64 = 0.5;

impl Register {
    /// Gives the share of `records`, which the register has, that may be gone with a full delivery.
    #[must_use]
    pub fn gone_share_max_of(&self, records: u64) -> f64 {
        let unstated = if records > GONE_UNHEEDED { GONE_SHARE_MAX } else { 1.0 };
        self.gone_share_max.unwrap_or(unstated)
    }

    /// Gives the special categories that its columns belong to, each once.
    #[must_use]
    pub fn special_categories(&self) -> Vec<SpecialCategory> {
        let mut found: Vec<_> = self.columns.values().filter_map(|column| column.class.special()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Where a register's files are and how they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Patterns (`*`, `?`, `[…]`) of files, relative to the project folder. Files are taken in the order of their names.
    pub files: Vec<String>,
    /// How they are written.
    pub format: Format,
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Format {
    /// Delimited text with a header line.
    Csv {
        /// The delimiter: one ASCII character.
        delimiter: char,
        /// The encoding, by its WHATWG label, such as `utf-8` or `windows-1252`.
        encoding: String,
    },
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

/// Whether a delivery holds all rows or only changed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// All rows: a record missing from the delivery is gone from the register.
    Full,
    /// New and changed rows: a record missing from the delivery stays.
    Changes,
}

/// How long a row may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// Years.
    Years(u16),
    /// Months.
    Months(u16),
    /// Days.
    Days(u16),
}

/// What bought data must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bought {
    /// Who sold it.
    pub seller: String,
    /// The licence or contract.
    pub licence: String,
    /// The law that allows an agency to buy and use it.
    pub legal_basis: String,
}

/// A column of a register.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Its name in Lucarne.
    pub name: String,
    /// Its name in the files.
    pub from: String,
    /// Its type.
    pub r#type: ColumnType,
    /// How dates and timestamps are written, in strftime notation; several may be tried in order.
    pub formats: Vec<String>,
    /// What it says about the person.
    pub class: Class,
    /// Whether a row without it is quarantined.
    pub required: bool,
    /// A check that values must pass, else the row is quarantined.
    pub check: Option<Check>,
    /// The unit of numbers, such as `EUR`.
    pub unit: Option<String>,
    /// Texts that mean that there is no value, such as `N/A`; the empty text always does.
    pub missing: Vec<String>,
    /// What it holds, as a label for people, in English.
    pub title: String,
    /// The label in French, where the file gives one.
    pub title_fr: Option<String>,
    /// What its codes mean, by code; empty where its values are no codes. A value that is none of them is shown as it is.
    pub codes: IndexMap<String, Code>,
}

impl Column {
    /// Gives what a value means where it is a code; none for other values.
    #[must_use]
    pub fn code(&self, value: &str) -> Option<&Code> {
        self.codes.get(value.trim())
    }
}

/// What a code of a column means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Code {
    /// In English.
    pub title: String,
    /// In French, where the file gives it.
    pub title_fr: Option<String>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// 64-bit signed integer.
    Integer,
    /// Decimal with `precision` digits, `scale` of them after the point.
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point, at most `precision`.
        scale: i8,
    },
    /// True or false; written `true`/`false`, `yes`/`no`, `1`/`0`, `y`/`n`.
    Boolean,
    /// A day.
    Date,
    /// A month of a year, kept as it is written: `1993-07`.
    Month,
    /// A moment, kept in UTC with microseconds.
    Timestamp,
}

/// How the check digit of a number that is compared is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckDigit {
    /// The last digit is the Luhn check digit (ISO/IEC 7812-1).
    Luhn,
    /// The last two digits are 97 minus the rest modulo 97 (ISO/IEC 7064 style, as French NIR).
    Mod97,
    /// The last digit makes the weighted sum divisible by 11 (ISO 2108 style weights 2, 3, … from the right).
    Mod11,
}

/// A check on the text of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Nine digits that can be a social security number of the United States (not 000, 666 or 9xx; no part all zero).
    UsSsn,
    /// Digits of which the last is the Luhn check digit (ISO/IEC 7812-1).
    Luhn,
    /// Digits of which the last two are 97 minus the rest modulo 97 (ISO/IEC 7064 style, as French NIR).
    Mod97,
    /// Digits of which the last makes the weighted sum divisible by 11 (ISO 2108 style weights 2, 3, … from the right).
    Mod11,
    /// One of these texts.
    OneOf(Vec<String>),
}

impl Check {
    /// Tells whether a value, as it is written in the file, passes.
    ///
    /// A social security number may be written with hyphens (`123-45-6789`); the other numbers are digits only.
    #[must_use]
    pub fn passes(&self, text: &str) -> bool {
        match self {
            Self::UsSsn => is_us_ssn(text),
            Self::Luhn => digits(text).is_some_and(|digits| is_luhn(&digits)),
            Self::Mod97 => digits(text).is_some_and(|digits| is_mod97(&digits)),
            Self::Mod11 => digits(text).is_some_and(|digits| is_mod11(&digits)),
            Self::OneOf(accepted) => accepted.iter().any(|accepted| accepted == text),
        }
    }
}

/// Gives the digits of a text that has nothing else and at least two, the last being a check digit.
fn digits(text: &str) -> Option<Vec<u32>> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(10)).collect::<Option<_>>()?;
    (digits.len() >= 2).then_some(digits)
}

fn is_us_ssn(text: &str) -> bool {
    let parts = match text.as_bytes() {
        [area @ .., b'-', _, _, b'-', _, _, _, _] if area.len() == 3 => text.split('-').collect::<String>(),
        _ => text.to_owned(),
    };
    let well_formed = parts.len() == 9 && parts.bytes().all(|digit| digit.is_ascii_digit());
    if !well_formed {
        return false;
    }
    let (area, group, serial) = (&parts[..3], &parts[3..5], &parts[5..]);
    area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000"
}

fn is_luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit < 5 { digit * 2 } else { digit * 2 - 9 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}

fn is_mod97(digits: &[u32]) -> bool {
    let Some((rest, [tens, ones])) = digits.split_last_chunk::<2>() else { return false };
    let remainder = rest.iter().fold(0, |remainder, digit| (remainder * 10 + digit) % 97);
    !rest.is_empty() && tens * 10 + ones == 97 - remainder
}

fn is_mod11(digits: &[u32]) -> bool {
    // Weights and sums are kept modulo 11, so that no length of text overflows.
    let weights = (1..=11).cycle();
    digits.iter().rev().zip(weights).fold(0, |sum, (digit, weight)| (sum + digit * weight) % 11) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn social_security_numbers() {
        for good in ["123456789", "123-45-6789", "001-01-0001", "899999999"] {
            assert!(Check::UsSsn.passes(good), "{good}");
        }
        for bad in [
            "",
            "12345678",
            "1234567890",
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-0000",
            "12-345-6789",
            "123-456789",
            "12345678a",
            "123 45 6789",
            "१२३४५६७८९",
            "--1234567",
            "1-3-45-6789",
        ] {
            assert!(!Check::UsSsn.passes(bad), "{bad}");
        }
    }

    #[test]
    fn check_digits() {
        // The digits are the usual examples of the algorithms: Luhn's, a French NIR with its key, an ISBN.
        let cases: [(Check, &str, &[&str]); 3] = [
            (Check::Luhn, "79927398713", &["79927398710", "79927398731", "7992739871x", "", "0"]),
            (Check::Mod97, "253012345678977", &["253012345678978", "253012345687977", "77", ""]),
            (Check::Mod11, "0306406152", &["0306406151", "0306406125", "", "0"]),
        ];
        for (check, good, bad) in cases {
            assert!(check.passes(good), "{check:?} {good}");
            for bad in bad {
                assert!(!check.passes(bad), "{check:?} {bad}");
            }
        }
    }

    #[test]
    fn a_small_register_may_lose_all_unless_the_file_says_how_much() {
        let source = Source { files: Vec::new(), format: Format::JsonLines };
        let mut register = Register {
            id: RegisterId::new("people").unwrap(),
            title: "People".into(),
            title_fr: None,
            says: "People".into(),
            says_fr: None,
            agency: "statistics".parse().unwrap(),
            legal_basis: "Census Act, art. 1".into(),
            legal_basis_fr: None,
            retention: Retention::Years(10),
            source,
            delivery: Delivery::Full,
            key: Vec::new(),
            quarantined_share_max: 0.05,
            gone_share_max: None,
            bought: None,
            columns: IndexMap::new(),
        };
        assert_eq!([0, 100, 101].map(|records| register.gone_share_max_of(records)), [1.0, 1.0, 0.5]);
        register.gone_share_max = Some(0.1);
        assert_eq!([0, 100, 101].map(|records| register.gone_share_max_of(records)), [0.1, 0.1, 0.1]);
    }

    #[test]
    fn accepted_texts_are_compared_whole() {
        let check = Check::OneOf(vec!["F".to_owned(), "M".to_owned()]);
        assert!(check.passes("F"));
        for bad in ["f", "", "FM", " F"] {
            assert!(!check.passes(bad), "{bad:?}");
        }
    }

    #[test]
    fn every_wrong_digit_is_seen() {
        for (check, good) in
            [(Check::Luhn, "79927398713"), (Check::Mod97, "253012345678977"), (Check::Mod11, "0306406152")]
        {
            for place in 0..good.len() {
                for digit in "0123456789".chars() {
                    let mut text = good.to_owned();
                    text.replace_range(place..=place, &digit.to_string());
                    assert_eq!(check.passes(&text), text == good, "{check:?} {text}");
                }
            }
        }
    }
}
