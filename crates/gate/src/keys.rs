//! Keys: one per person for the tags in the log, one per agency for pseudonyms.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use model::{AgencyId, PersonId};
use sha2::Sha256;
use state::{DerivedKey, MasterKey};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a subject tag in the log.
pub const TAG_LENGTH: usize = 16;

/// The secrets of the gate. Neither copied, nor printed, nor written anywhere.
///
/// ```compile_fail,E0277
/// fn printable<T: std::fmt::Debug>() {}
/// printable::<gate::Keys>();
/// ```
/// ```
/// fn printable<T: std::fmt::Debug>() {}
/// printable::<gate::PersonKey>();
/// ```
pub struct Keys {
    pseudonyms: DerivedKey,
}

impl Keys {
    /// Derives the keys from the project's master key.
    #[must_use]
    pub fn from_master(master: &MasterKey) -> Self {
        Self { pseudonyms: master.derive("gate/pseudonyms") }
    }

    /// Gives the AES-128 key of an agency's pseudonyms.
    pub(crate) fn agency_key(&self, agency: &AgencyId) -> [u8; 16] {
        first_16(&hmac_sha256(&self.pseudonyms, &[agency.as_str().as_bytes()]))
    }

    /// Gives the key of the names of a person's own records. No agency's name has a space.
    pub(crate) fn own_records_key(&self, person: PersonId) -> [u8; 32] {
        hmac_sha256(&self.pseudonyms, &[b"own records of ", &person.0.to_be_bytes()])
    }
}

/// The key that finds the looks at one person in the log.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PersonKey([u8; 32]);

impl PersonKey {
    pub(crate) fn from_bytes(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Gives the key written as 64 hexadecimal digits.
    /// Gives none when the text is not that.
    #[must_use]
    pub fn from_hex(digits: &str) -> Option<Self> {
        let mut key = [0; 32];
        hex::decode_to_slice(digits, &mut key).ok()?;
        Some(Self(key))
    }

    /// Gives the 64 hexadecimal digits for the person who may hold the key.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Gives the tag of this person in the entry with `commitment`: the first 16 bytes of
    /// HMAC-SHA-256(key, commitment).
    #[must_use]
    pub fn tag(&self, commitment: &[u8; 32]) -> [u8; TAG_LENGTH] {
        first_16(&hmac_sha256(&self.0, &[commitment]))
    }
}

/// Shows that there is a key, not the key.
impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonKey(…)")
    }
}

fn first_16(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}

pub(crate) fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a key with zeros to the hash's block of 64 bytes; doing so here leaves a constructor that can't fail.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    block.zeroize();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_never_change() {
        let key = PersonKey::from_bytes([7; 32]);
        // Tags are in logs that outlive this program.
        assert_eq!(hex::encode(key.tag(&[9; 32])), "650c9bcf997fbfe17284d4977c89545d");
        assert_eq!(PersonKey::from_hex(&key.to_hex()), Some(key.clone()));
        assert_eq!(PersonKey::from_hex("07"), None);
        assert!(!format!("{key:?}").contains("07"));
    }

    #[test]
    fn persons_and_commitments_have_tags_of_their_own() {
        let (one, two) = (PersonKey::from_bytes([1; 32]), PersonKey::from_bytes([2; 32]));
        assert_ne!(one.tag(&[0; 32]), two.tag(&[0; 32]));
        assert_ne!(one.tag(&[0; 32]), one.tag(&[1; 32]));
    }
}
