//! Cutting the work by blocks, so that several processes can do it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::pool::{mix, stable_hash};
use crate::settings::Block;

/// One of several shares of the work of [`crate::predict`]: the blocks whose word falls to it.
///
/// A block falls to a partition by its rule and the text of its key, see [`Block::word`], never by the order of records
/// or by codes that a process gave to values. So every process that holds the same records, settings and model cuts
/// the work alike. Written as text: `3/8`, the fourth of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Partition {
    index: u32,
    of: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    index: u32,
    of: u32,
}

impl Partition {
    /// All of the work.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// Returns the partition `index`, from 0, of `of`.
    ///
    /// # Errors
    /// [`Error::Settings`] when `index` is not below `of`.
    pub fn new(index: u32, of: u32) -> Result<Self, Error> {
        if index < of {
            return Ok(Self { index, of });
        }
        Err(Error::Settings(format!("partitions of {of} count from 0 and are below {of}, not {index}")))
    }

    /// Returns all partitions of a number of them, none of 0.
    pub fn all(of: u32) -> impl ExactSizeIterator<Item = Self> {
        (0..of).map(move |index| Self { index, of })
    }

    /// Returns the place of the partition, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// Returns how many partitions there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Says whether the block of a word, see [`Block::word`], falls to the partition. Each falls to exactly one.
    pub fn takes(self, word: u64) -> bool {
        word % u64::from(self.of) == u64::from(self.index)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.index, self.of)
    }
}

impl TryFrom<Unchecked> for Partition {
    type Error = Error;

    fn try_from(Unchecked { index, of }: Unchecked) -> Result<Self, Error> {
        Self::new(index, of)
    }
}

impl From<Partition> for Unchecked {
    fn from(Partition { index, of }: Partition) -> Self {
        Self { index, of }
    }
}

impl Block {
    /// Returns the word of the block of this rule that a record is in, or nothing when it is in none.
    ///
    /// `value` gives the record's value in a column. The word depends on the keys of the rule and their texts alone and
    /// is the same in every process and on every machine: an engine that shuffles records by it brings every block
    /// together. Two blocks may have one word; their keys still tell them apart. The further keys by which a block
    /// over the size limit is split play no part, so that its parts stay where the block is.
    pub fn word<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Option<u64> {
        self.keys.iter().try_fold(word_of_rule(&self.name()), |word, key| {
            let text = key.of(value(&key.column)?.trim())?;
            Some(word_with(word, word_of_key(&text)))
        })
    }
}

pub(crate) fn word_of_rule(name: &str) -> u64 {
    stable_hash(name.as_bytes())
}

pub(crate) fn word_of_key(text: &str) -> u64 {
    stable_hash(text.as_bytes())
}

/// Adds a key to a word. The order of keys counts.
pub(crate) fn word_with(word: u64, key: u64) -> u64 {
    mix(word ^ key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_checked() {
        assert!(Partition::new(0, 0).is_err() && Partition::new(3, 3).is_err());
        assert_eq!(Partition::new(0, 1).unwrap(), Partition::WHOLE);
        assert_eq!(Partition::new(2, 3).unwrap().to_string(), "2/3");
        assert_eq!(Partition::all(0).len(), 0);
        let text = serde_json::to_string(&Partition::new(2, 3).unwrap()).unwrap();
        assert_eq!(text, r#"{"index":2,"of":3}"#);
        assert_eq!(serde_json::from_str::<Partition>(&text).unwrap(), Partition { index: 2, of: 3 });
        assert!(serde_json::from_str::<Partition>(r#"{"index":3,"of":3}"#).is_err());
    }

    #[test]
    fn every_word_falls_to_one_partition() {
        for of in 1..6 {
            for word in (0..100).map(mix) {
                assert_eq!(Partition::all(of).filter(|partition| partition.takes(word)).count(), 1);
            }
        }
    }

    #[test]
    fn words_follow_keys_not_spelling() {
        let rule = Block::on(["family", "birth.year"]).unwrap();
        let word = |family: Option<&'static str>, birth: &'static str| {
            rule.word(|column| if column == "family" { family } else { Some(birth) })
        };
        assert_eq!(word(Some(" O'Hara"), "1961-03-04"), word(Some("OHARA"), "19611231"));
        assert_ne!(word(Some("OHara"), "1961-03-04"), word(Some("OHara"), "1962-03-04"));
        assert_eq!(word(None, "1961-03-04"), None);
        assert_eq!(word(Some("OHara"), "unknown"), None);
        // Pinned: processes of different versions may work on one linkage only while this stays.
        assert_eq!(word(Some("OHara"), "1961"), Some(WORD));
        let other = Block::on(["birth.year", "family"]).unwrap();
        assert_ne!(other.word(|column| Some(if column == "family" { "OHara" } else { "1961" })), Some(WORD));
    }

    const WORD: u64 = 8_527_000_039_252_479_644;
}
