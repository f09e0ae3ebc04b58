//! Records without a string each: a register number and sixteen bytes.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use model::{RecordId, RegisterId};

/// Records, known by their index from 0, and found by their id. Takes 18 bytes a record, and about 5 to find it.
#[derive(Default)]
pub(crate) struct Records {
    registers: Vec<RegisterId>,
    register_of: Vec<u16>,
    hashes: Vec<[u8; 16]>,
    by_id: HashTable<u32>,
}

impl Records {
    /// Gives the number of a register, adding it when it is new.
    pub(crate) fn register(&mut self, register: &RegisterId) -> u16 {
        if let Some(number) = self.number_of(register) {
            return number;
        }
        self.registers.push(register.clone());
        // A project has far fewer registers than a u16 counts: ids are names of files in one folder.
        u16::try_from(self.registers.len() - 1).unwrap_or(u16::MAX)
    }

    /// Gives the number of a register that there is.
    pub(crate) fn number_of(&self, register: &RegisterId) -> Option<u16> {
        let position = self.registers.iter().position(|other| other == register)?;
        u16::try_from(position).ok()
    }

    /// Gives the registers, in the order in which they came.
    pub(crate) fn registers(&self) -> &[RegisterId] {
        &self.registers
    }

    /// Adds a record. Tells whether it is new: one that was there already is not added.
    pub(crate) fn push(&mut self, register: u16, hash: [u8; 16]) -> bool {
        let Self { register_of, hashes, by_id, .. } = self;
        let is_it = |index: &u32| hashes[*index as usize] == hash && register_of[*index as usize] == register;
        if by_id.find(word(&hash), is_it).is_some() {
            return false;
        }
        // `matching` refuses more records than 32 bits count before this could wrap.
        let index = hashes.len() as u32;
        hashes.push(hash);
        register_of.push(register);
        by_id.insert_unique(word(&hash), index, |index| word(&hashes[*index as usize]));
        true
    }

    /// Gives the number of records.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Gives the index of a record.
    pub(crate) fn find(&self, register: u16, hash: &[u8; 16]) -> Option<u32> {
        let is_it =
            |index: &u32| self.hashes[*index as usize] == *hash && self.register_of[*index as usize] == register;
        self.by_id.find(word(hash), is_it).copied()
    }

    /// Gives the index of a record by its id.
    pub(crate) fn find_id(&self, id: &RecordId) -> Option<u32> {
        self.find(self.number_of(&id.register)?, &id.hash)
    }

    /// Gives the id of a record.
    pub(crate) fn id(&self, index: u32) -> RecordId {
        RecordId { register: self.register_name(index).clone(), hash: self.hashes[index as usize] }
    }

    /// Gives the number of the register of a record.
    pub(crate) fn register_number(&self, index: u32) -> u16 {
        self.register_of[index as usize]
    }

    /// Gives the register of a record.
    pub(crate) fn register_name(&self, index: u32) -> &RegisterId {
        &self.registers[usize::from(self.register_of[index as usize])]
    }

    /// Gives the hash of a record in hexadecimal digits.
    pub(crate) fn hash_hex(&self, index: u32) -> String {
        hex::encode(self.hashes[index as usize])
    }

    /// Gives a key by which records are ordered whatever the order in which they came.
    pub(crate) fn sort_key(&self, index: u32) -> (&RegisterId, &[u8; 16]) {
        (self.register_name(index), &self.hashes[index as usize])
    }

    /// Gives every cluster once: first those that hold base records, ordered by the smallest of these, then the others,
    /// ordered by the smallest of their records. So the order of persons is the same whatever is attached to them.
    pub(crate) fn order(&self, clusters: &[u32], count: usize, is_attached: impl Fn(u32) -> bool) -> Vec<u32> {
        let key = |record: u32| (is_attached(record), self.sort_key(record));
        let mut smallest: Vec<u32> = vec![u32::MAX; count];
        for (record, cluster) in (0_u32..).zip(clusters) {
            let first = &mut smallest[*cluster as usize];
            if *first == u32::MAX || key(record) < key(*first) {
                *first = record;
            }
        }
        let mut order: Vec<u32> = (0..count as u32).filter(|cluster| smallest[*cluster as usize] != u32::MAX).collect();
        order.sort_unstable_by(|left, right| key(smallest[*left as usize]).cmp(&key(smallest[*right as usize])));
        order
    }

    /// Gives the number of records of each register, by name.
    pub(crate) fn counts(&self) -> BTreeMap<&RegisterId, u64> {
        let mut counts = vec![0; self.registers.len()];
        for register in &self.register_of {
            counts[usize::from(*register)] += 1;
        }
        self.registers.iter().zip(counts).collect()
    }
}

/// The hash of a hash is its first bytes: it was made by SHA-256.
fn word(hash: &[u8; 16]) -> u64 {
    u64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}

/// Reads 32 hexadecimal digits.
pub(crate) fn hash_of(digits: &str) -> Option<[u8; 16]> {
    let mut hash = [0; 16];
    hex::decode_to_slice(digits, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_by_register_and_hash() {
        let mut records = Records::default();
        let (tax, census) = (RegisterId::new("tax").unwrap(), RegisterId::new("census").unwrap());
        let (first, second) = (records.register(&tax), records.register(&census));
        assert_eq!(records.register(&tax), first);
        // The same hash in two registers can't happen by chance; the index tells them apart all the same.
        assert!(records.push(first, [7; 16]));
        assert!(records.push(second, [7; 16]));
        assert!(!records.push(first, [7; 16]), "a record is there once");
        assert!(records.push(first, [3; 16]));
        assert_eq!(records.len(), 3);
        assert_eq!(records.find_id(&RecordId { register: census.clone(), hash: [7; 16] }), Some(1));
        assert_eq!(records.find_id(&RecordId { register: census, hash: [3; 16] }), None);
        assert_eq!(records.id(2), RecordId { register: tax, hash: [3; 16] });
        // Ordered by register, then hash: census 7 is smallest, then tax 3, then tax 7.
        let none = |_| false;
        assert_eq!(records.order(&[0, 1, 2], 3, none), [1, 2, 0]);
        assert_eq!(records.order(&[0, 1, 0], 2, none), [1, 0]);
        // With the census attached: persons that it alone knows come last, and it moves no other.
        let census = |record| record == 1;
        assert_eq!(records.order(&[0, 1, 2], 3, census), [2, 0, 1]);
        assert_eq!(records.order(&[0, 0, 1], 2, census), [1, 0]);
    }

    #[test]
    fn digits_are_read_back() {
        assert_eq!(hash_of(&hex::encode([9; 16])), Some([9; 16]));
        assert_eq!(hash_of("xyz"), None);
    }
}
