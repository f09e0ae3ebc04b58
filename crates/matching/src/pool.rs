//! Dictionaries: each distinct text once, known by a 32-bit code. Code 0 means that there is no value.

use std::hash::BuildHasher;

use hashbrown::hash_table::{Entry, HashTable};

use crate::error::Error;

/// The code of a missing value.
pub(crate) const MISSING: u32 = 0;

/// The most distinct values of a dictionary: two codes and a level fit one cache word of 64 bits.
pub(crate) const VALUES_MAX: usize = 1 << 30;

/// Distinct texts in order of first sight. Code 0 is the empty text, which stands for a missing value.
#[derive(Default)]
pub(crate) struct Pool {
    text: String,
    /// Where the text of each code ends.
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { ends: vec![0], ..Self::default() }
    }

    /// Returns the number of codes, the missing value included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.text[start..self.ends[code]]
    }

    /// Returns the code of a text, giving it one if it has none. The empty text is missing.
    pub(crate) fn intern(&mut self, value: &str) -> Result<u32, Error> {
        if value.is_empty() {
            return Ok(MISSING);
        }
        let Self { text, ends, table, hasher } = self;
        let at = |code: u32| &text[ends[code as usize - 1]..ends[code as usize]];
        let hash = hasher.hash_one(value);
        match table.entry(hash, |code| at(*code) == value, |code| hasher.hash_one(at(*code))) {
            Entry::Occupied(found) => Ok(*found.get()),
            Entry::Vacant(free) => {
                let code = ends.len();
                if code >= VALUES_MAX {
                    return Err(Error::TooMany("distinct values", VALUES_MAX));
                }
                free.insert(code as u32);
                text.push_str(value);
                ends.push(text.len());
                Ok(code as u32)
            }
        }
    }

    /// Drops what is only needed to add further texts.
    pub(crate) fn finish(&mut self) {
        self.table = HashTable::new();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Makes it possible again to add texts, and room for some.
    pub(crate) fn open(&mut self) {
        let Self { text, ends, table, hasher } = self;
        text.reserve_exact(room(text.len()));
        ends.reserve_exact(room(ends.len()));
        let at = |code: u32| &text[ends[code as usize - 1]..ends[code as usize]];
        *table = HashTable::with_capacity(ends.len() + room(ends.len()));
        for code in 1..ends.len() as u32 {
            table.insert_unique(hasher.hash_one(at(code)), code, |code| hasher.hash_one(at(*code)));
        }
    }

    /// Returns the bytes held on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>() + self.table.capacity() * 5
    }
}

/// Returns for how many more there is to be room beside so many: what comes later is then added where it is. To move all to a
/// larger place takes half a second where there are millions.
pub(crate) fn room(many: usize) -> usize {
    many / 16 + 1
}

/// Returns a hash that is the same in every run and on every machine.
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    let folded = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    mix(folded)
}

/// Spreads the bits of a word (the finaliser of splitmix64, Steele, Lea and Flood 2014).
pub(crate) fn mix(word: u64) -> u64 {
    let mut word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_code() {
        let mut pool = Pool::new();
        let codes: Vec<u32> = ["b", "", "a", "b", "é"].iter().map(|text| pool.intern(text).unwrap()).collect();
        assert_eq!(codes, [1, 0, 2, 1, 3]);
        pool.finish();
        assert_eq!((pool.get(0), pool.get(1), pool.get(3), pool.len()), ("", "b", "é", 4));
        pool.open();
        let codes: Vec<u32> = ["é", "c", "", "b"].iter().map(|text| pool.intern(text).unwrap()).collect();
        assert_eq!(codes, [3, 4, 0, 1]);
    }
}
