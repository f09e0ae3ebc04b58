//! Blocking keys: what two records must share to be compared at all.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::error::Error;
use crate::normalise;
use crate::phonetic;

/// One part of a blocking key: a column and what of it counts.
///
/// Written as text: `ssn`, `first_name[..3]`, `phone[-4..]`, `birth_date.year`, `.month`, `.day`, `digits(phone)`,
/// `letters(name)` (its letters in order, a key that survives transpositions), `tokens(name)` (its words in order),
/// `soundex(name)`, `phonetic(name)`. All look at folded text, so case, accents and punctuation never matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KeyExpr {
    /// The column.
    pub column: String,
    /// What of its value counts.
    pub part: KeyPart,
}

/// What of a value counts in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPart {
    /// The whole folded value.
    Whole,
    /// The first characters. A shorter value counts whole.
    Prefix(usize),
    /// The last characters. A shorter value counts whole.
    Suffix(usize),
    /// The year of a date.
    Year,
    /// The month of a date.
    Month,
    /// The day of a date.
    Day,
    /// The digits.
    Digits,
    /// Letters and digits, sorted.
    Letters,
    /// Words, sorted.
    Tokens,
    /// The Soundex code of the first word.
    Soundex,
    /// The phonetic key of the whole, see [`phonetic::phonetic`].
    Phonetic,
}

impl KeyExpr {
    /// Returns the key that is the whole of a column.
    pub fn column(column: impl Into<String>) -> Self {
        Self { column: column.into(), part: KeyPart::Whole }
    }

    /// Returns the key of a value, or nothing when the value has none; then the record is in no block of the rule.
    pub fn of(&self, value: &str) -> Option<String> {
        let key = match self.part {
            KeyPart::Whole => normalise::fold(value),
            KeyPart::Prefix(length) => normalise::fold(value).chars().take(length).collect(),
            KeyPart::Suffix(length) => {
                let folded: Vec<char> = normalise::fold(value).chars().collect();
                folded[folded.len().saturating_sub(length)..].iter().collect()
            }
            KeyPart::Year => Date::parse(value).year()?,
            KeyPart::Month => Date::parse(value).month()?,
            KeyPart::Day => Date::parse(value).day()?,
            KeyPart::Digits => normalise::digits(value),
            KeyPart::Letters => {
                let mut letters: Vec<char> = normalise::fold(value).chars().filter(|letter| *letter != ' ').collect();
                letters.sort_unstable();
                letters.into_iter().collect()
            }
            KeyPart::Tokens => {
                let folded = normalise::fold(value);
                let mut words: Vec<&str> = folded.split(' ').collect();
                words.sort_unstable();
                words.join(" ")
            }
            KeyPart::Soundex => {
                let folded = normalise::fold(value);
                phonetic::soundex(folded.split(' ').next().unwrap_or_default())?
            }
            KeyPart::Phonetic => phonetic::phonetic(value)?,
        };
        (!key.is_empty()).then_some(key)
    }
}

impl fmt::Display for KeyExpr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        match self.part {
            KeyPart::Whole => write!(out, "{column}"),
            KeyPart::Prefix(length) => write!(out, "{column}[..{length}]"),
            KeyPart::Suffix(length) => write!(out, "{column}[-{length}..]"),
            KeyPart::Year => write!(out, "{column}.year"),
            KeyPart::Month => write!(out, "{column}.month"),
            KeyPart::Day => write!(out, "{column}.day"),
            KeyPart::Digits => write!(out, "digits({column})"),
            KeyPart::Letters => write!(out, "letters({column})"),
            KeyPart::Tokens => write!(out, "tokens({column})"),
            KeyPart::Soundex => write!(out, "soundex({column})"),
            KeyPart::Phonetic => write!(out, "phonetic({column})"),
        }
    }
}

impl From<KeyExpr> for String {
    fn from(key: KeyExpr) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for KeyExpr {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl FromStr for KeyExpr {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Key { text: text.to_owned(), reason: reason.to_owned() };
        let trimmed = text.trim();
        let (column, part) = if let Some((function, rest)) = trimmed.split_once('(') {
            let column = rest.strip_suffix(')').ok_or_else(|| refuse("the closing bracket is missing"))?;
            let part = match function.trim() {
                "digits" => KeyPart::Digits,
                "letters" => KeyPart::Letters,
                "tokens" => KeyPart::Tokens,
                "soundex" => KeyPart::Soundex,
                "phonetic" => KeyPart::Phonetic,
                _ => return Err(refuse("the functions are digits, letters, tokens, soundex and phonetic")),
            };
            (column, part)
        } else if let Some((column, rest)) = trimmed.split_once('[') {
            let range = rest.strip_suffix(']').ok_or_else(|| refuse("the closing bracket is missing"))?;
            let shape = || refuse("a part is written [..3] or [-4..]");
            let part = if let Some(length) = range.strip_prefix("..") {
                KeyPart::Prefix(length.parse().map_err(|_| shape())?)
            } else {
                let length = range.strip_prefix('-').and_then(|rest| rest.strip_suffix("..")).ok_or_else(shape)?;
                KeyPart::Suffix(length.parse().map_err(|_| shape())?)
            };
            if matches!(part, KeyPart::Prefix(0) | KeyPart::Suffix(0)) {
                return Err(refuse("a part has at least one character"));
            }
            (column, part)
        } else if let Some((column, part)) = trimmed.rsplit_once('.') {
            let part = match part {
                "year" => KeyPart::Year,
                "month" => KeyPart::Month,
                "day" => KeyPart::Day,
                _ => return Err(refuse("after a point comes year, month or day")),
            };
            (column, part)
        } else {
            (trimmed, KeyPart::Whole)
        };
        let column = column.trim();
        if column.is_empty() {
            return Err(refuse("the column is missing"));
        }
        Ok(Self { column: column.to_owned(), part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_print_and_apply() {
        for (text, value, expected) in [
            ("ssn", "123-45-6789", Some("123 45 6789")),
            ("digits(ssn)", "123-45-6789", Some("123456789")),
            ("first_name[..3]", "Élodie", Some("elo")),
            ("first_name[..3]", "Al", Some("al")),
            ("phone[-4..]", "555 0199", Some("0199")),
            ("dob.year", "19640229", Some("1964")),
            ("dob.month", "1964-02-29", Some("02")),
            ("dob.day", "not a date", None),
            ("letters(name)", "Anna", Some("aann")),
            ("tokens(name)", "Maria Anna", Some("anna maria")),
            ("soundex(name)", "Robert", Some("R163")),
            ("phonetic(name)", "Philippe", Some("flp")),
            ("name", " ", None),
        ] {
            let key: KeyExpr = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            assert_eq!(key.of(value).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn keys_that_are_refused() {
        for text in ["", "name[3]", "name[..x]", "name[..0]", "upper(name)", "name.week", "name[..3", ".year"] {
            assert!(text.parse::<KeyExpr>().is_err(), "{text}");
        }
    }
}
