//! Pseudonyms: what an agency sees instead of a person id. Each agency has a permutation of its own, so two agencies'
//! extracts share no identifier, and the gate finds the way back without a table.
//!
//! One AES-128 block under the agency's key holds the person id (8 bytes, big-endian) and 8 zero bytes. The zeros are
//! checked on the way back: a made-up or foreign pseudonym passes with a probability of 2⁻⁶⁴.

use aes::Aes128;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use model::{AgencyId, PersonId, RecordId};

use crate::keys::{Keys, hmac_sha256};

const PREFIX: &str = "p-";
/// The base-32 alphabet of RFC 4648 in lower case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Characters that 16 bytes take: 25 hold 125 bits and the last one 3.
const TEXT_LENGTH: usize = 26;

pub(crate) fn pseudonym(keys: &Keys, agency: &AgencyId, person: PersonId) -> String {
    let cipher = Aes128::new(&keys.agency_key(agency).into());
    let mut block = [0_u8; 16];
    block[..8].copy_from_slice(&person.0.to_be_bytes());
    let mut block = block.into();
    cipher.encrypt_block(&mut block);
    let mut text = String::with_capacity(PREFIX.len() + TEXT_LENGTH);
    text.push_str(PREFIX);
    let bits = u128::from_be_bytes(block.into());
    // 128 bits are padded on the right to 130, the next multiple of five.
    for index in 0..TEXT_LENGTH {
        let digit = if index + 1 == TEXT_LENGTH { (bits << 2) & 31 } else { (bits >> (123 - 5 * index)) & 31 };
        text.push(char::from(ALPHABET[digit as usize]));
    }
    text
}

pub(crate) fn person_of(keys: &Keys, agency: &AgencyId, pseudonym: &str) -> Option<PersonId> {
    let digits = pseudonym.strip_prefix(PREFIX)?;
    if digits.len() != TEXT_LENGTH {
        return None;
    }
    let mut bits: u128 = 0;
    for (index, character) in digits.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|&letter| letter == character)? as u128;
        if index + 1 == TEXT_LENGTH {
            // Two bits of padding must be zero, so that one person has one pseudonym and no look-alikes.
            if digit & 3 != 0 {
                return None;
            }
            bits = (bits << 3) | (digit >> 2);
        } else {
            bits = (bits << 5) | digit;
        }
    }
    let cipher = Aes128::new(&keys.agency_key(agency).into());
    let mut block = bits.to_be_bytes().into();
    cipher.decrypt_block(&mut block);
    let block = u128::from_be_bytes(block.into());
    let redundancy = block as u64;
    (redundancy == 0).then_some(PersonId((block >> 64) as u64))
}

pub(crate) fn own_record_name(keys: &Keys, person: PersonId, record: &RecordId) -> String {
    let digest = hmac_sha256(&keys.own_records_key(person), &[record.to_string().as_bytes()]);
    format!("r-{}", hex::encode(&digest[..16]))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn keys() -> Keys {
        Keys::from_master(&state::MasterKey::from_bytes([7; 32]))
    }

    fn agency(name: &str) -> AgencyId {
        AgencyId::new(name).unwrap()
    }

    #[test]
    fn pseudonyms_never_change() {
        let keys = keys();
        assert_eq!(pseudonym(&keys, &agency("tax"), PersonId(17)), "p-wpnqcbgqhmn2rcr6l34biigx6m");
    }

    /// Invariant 10: two agencies' extracts share no identifier.
    #[test]
    fn two_agencies_share_no_pseudonym() {
        let keys = keys();
        let all_of = |name: &str| (0..5000).map(|id| pseudonym(&keys, &agency(name), PersonId(id))).collect();
        let (tax, education): (HashSet<String>, HashSet<String>) = (all_of("tax"), all_of("education"));
        assert_eq!(tax.len(), 5000);
        assert!(tax.is_disjoint(&education));
        // Nor does a prefix or a suffix join them: pieces of six characters (30 bits) agree as often as chance has it.
        let pieces = |all: &HashSet<String>, from: usize| -> HashSet<String> {
            all.iter().map(|text| text[from..from + 6].to_owned()).collect()
        };
        for from in [2, 12, 20] {
            let shared = pieces(&tax, from).intersection(&pieces(&education, from)).count();
            assert!(shared < 5, "{shared} pieces at {from}");
        }
    }

    proptest! {
        #[test]
        fn only_the_agency_itself_gets_back_to_the_person(id: u64) {
            let keys = keys();
            let text = pseudonym(&keys, &agency("tax"), PersonId(id));
            prop_assert_eq!(person_of(&keys, &agency("tax"), &text), Some(PersonId(id)));
            prop_assert_eq!(person_of(&keys, &agency("education"), &text), None);
        }

        #[test]
        fn a_changed_pseudonym_is_nobody(id: u64, at in 2_usize..28, letter in 0_usize..32) {
            let keys = keys();
            let text = pseudonym(&keys, &agency("tax"), PersonId(id));
            let mut changed = text.clone().into_bytes();
            changed[at] = ALPHABET[letter];
            let changed = String::from_utf8(changed).unwrap();
            if changed != text {
                prop_assert_eq!(person_of(&keys, &agency("tax"), &changed), None);
            }
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            let keys = keys();
            let _ = person_of(&keys, &agency("tax"), &text);
        }
    }
}
