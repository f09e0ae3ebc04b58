//! The tags of pairs that were asked for: a steward's queue asks for those of all its pairs with every page, and each is a keyed
//! hash.

use std::collections::HashMap;

use model::{RecordId, RegisterId};
use parking_lot::RwLock;

use crate::seal::{Keys, Tag};

/// How many tags are remembered at most: some 10 MB.
const REMEMBERED_MAX: usize = 65_536;

/// The tags of pairs, by the hashes of both records; bounded, and never written anywhere.
#[derive(Default)]
pub(crate) struct PairTags {
    by_hashes: RwLock<HashMap<[[u8; 16]; 2], Known>>,
}

/// A tag, and the registers of the two records that it is of.
struct Known {
    registers: [RegisterId; 2],
    tag: Tag,
}

impl PairTags {
    /// Gives the tag of two records, the smaller id first.
    pub(crate) fn of(&self, keys: &Keys, left: &RecordId, right: &RecordId) -> Tag {
        let hashes = [left.hash, right.hash];
        let is_of = |known: &&Known| [&known.registers[0], &known.registers[1]] == [&left.register, &right.register];
        if let Some(known) = self.by_hashes.read().get(&hashes).filter(is_of) {
            return known.tag;
        }
        let tag = keys.pair(left, right);
        let mut by_hashes = self.by_hashes.write();
        // Where there are more, those that came first stay: a queue asks for all of its pairs in the same order each time.
        if by_hashes.len() < REMEMBERED_MAX {
            by_hashes.insert(hashes, Known { registers: [left.register.clone(), right.register.clone()], tag });
        }
        tag
    }

    /// Forgets all of them, as where a record is erased.
    pub(crate) fn forget(&self) {
        *self.by_hashes.write() = HashMap::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::MasterKey;

    fn record(register: &str, key: usize) -> RecordId {
        RecordId::from_key(&register.parse().unwrap(), &[Some(&key.to_string())])
    }

    #[test]
    fn a_tag_that_is_remembered_is_the_one_that_was_made() {
        let (keys, tags) = (Keys::new(&MasterKey::from_bytes([3; 32])), PairTags::default());
        let (left, right) = (record("tax", 1), record("tax", 2));
        let other = RecordId { register: "benefits".parse().unwrap(), hash: right.hash };
        for _ in 0..2 {
            assert_eq!(tags.of(&keys, &left, &right), keys.pair(&left, &right));
            // Another register with the same hash is another record.
            assert_eq!(tags.of(&keys, &left, &other), keys.pair(&left, &other));
            assert_eq!(tags.of(&keys, &right, &left), keys.pair(&right, &left));
        }
        assert_eq!(tags.by_hashes.read().len(), 2);
        tags.forget();
        assert!(tags.by_hashes.read().is_empty());
        assert_eq!(tags.of(&keys, &left, &right), keys.pair(&left, &right));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let (keys, tags) = (Keys::new(&MasterKey::from_bytes([3; 32])), PairTags::default());
        let left = record("tax", 0);
        for key in 1..=REMEMBERED_MAX + 3 {
            tags.of(&keys, &left, &record("tax", key));
        }
        assert_eq!(tags.by_hashes.read().len(), REMEMBERED_MAX);
    }
}
