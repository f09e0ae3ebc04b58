//! Sealing: XChaCha20-Poly1305 with random nonces, and keyed tags for what must be looked up.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use model::{AgencyId, CaseId, OfficerId, PersonId, RecordId};
use zeroize::Zeroizing;

use crate::error::StateError;
use crate::key::{DerivedKey, MasterKey, hmac_sha256};

const NONCE_LENGTH: usize = 24;

/// A keyed hash that stands for a person, an account or a case.
pub(crate) type Tag = [u8; 16];

/// The keys of the store, derived once.
pub(crate) struct Keys {
    look: DerivedKey,
    person_key: DerivedKey,
    row: DerivedKey,
    tag: DerivedKey,
    mask: DerivedKey,
    check: DerivedKey,
}

impl Keys {
    pub(crate) fn new(master: &MasterKey) -> Self {
        Self {
            look: master.derive("state/look"),
            person_key: master.derive("state/person key"),
            row: master.derive("state/row"),
            tag: master.derive("state/tag"),
            mask: master.derive("state/mask"),
            check: master.derive("state/check"),
        }
    }

    /// Gives what the file keeps to recognise its key.
    pub(crate) fn check_value(&self) -> [u8; 32] {
        hmac_sha256(&self.check, &[b"this is the key"])
    }

    pub(crate) fn person(&self, person: PersonId) -> Tag {
        self.tag(b"person", &person.0.to_le_bytes())
    }

    pub(crate) fn account(&self, account: &OfficerId) -> Tag {
        self.tag(b"account", account.as_str().as_bytes())
    }

    /// Gives the tag of two records, the smaller id first.
    pub(crate) fn pair(&self, left: &RecordId, right: &RecordId) -> Tag {
        self.tag(b"pair", format!("{left} {right}").as_bytes())
    }

    pub(crate) fn record(&self, record: &RecordId) -> Tag {
        self.tag(b"record", record.to_string().as_bytes())
    }

    pub(crate) fn case(&self, agency: &AgencyId, case: &CaseId) -> Tag {
        let agency_key = hmac_sha256(&self.tag, &[b"case of ", agency.as_str().as_bytes()]);
        shortened(hmac_sha256(&agency_key, &[case.0.as_bytes()]))
    }

    /// Gives a person's id, masked by a pad that belongs to the person's tag alone.
    pub(crate) fn mask_person(&self, tag: &Tag, person: PersonId) -> [u8; 8] {
        self.masked(tag, person.0.to_le_bytes())
    }

    /// Gives the person behind a mask. The tag, a keyed hash of the id, shows whether it is the right one.
    pub(crate) fn unmask_person(&self, tag: &Tag, masked: [u8; 8]) -> Result<PersonId, StateError> {
        let person = PersonId(u64::from_le_bytes(self.masked(tag, masked)));
        if self.person(person) == *tag { Ok(person) } else { Err(StateError::Unsealable { what: "opened person" }) }
    }

    fn masked(&self, tag: &Tag, id: [u8; 8]) -> [u8; 8] {
        let pad = hmac_sha256(&self.mask, &[tag]);
        std::array::from_fn(|place| id[place] ^ pad[place])
    }

    fn tag(&self, kind: &[u8], value: &[u8]) -> Tag {
        shortened(hmac_sha256(&self.tag, &[kind, b" ", value]))
    }

    /// Seals the detail of a look under a new key; gives the wrapped key and the sealed detail. Both are bound to the
    /// commitment.
    pub(crate) fn seal_detail(&self, commitment: &[u8; 32], detail: &[u8]) -> Result<(Vec<u8>, Vec<u8>), StateError> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut()).map_err(|_| StateError::Random)?;
        let wrapped = seal(&self.look, commitment, key.as_ref())?;
        let sealed = seal(&key, commitment, detail)?;
        Ok((wrapped, sealed))
    }

    pub(crate) fn unseal_detail(
        &self,
        commitment: &[u8; 32],
        wrapped: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, StateError> {
        let unsealable = StateError::Unsealable { what: "look" };
        let key = unseal(&self.look, commitment, wrapped).and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok());
        let Some(key) = key.map(Zeroizing::new) else { return Err(unsealable) };
        unseal(&key, commitment, sealed).map(|mut detail| std::mem::take(&mut *detail)).ok_or(unsealable)
    }

    /// Wraps a person's key, bound to the person's tag.
    pub(crate) fn wrap_person_key(&self, person: &Tag, key: &[u8; 32]) -> Result<Vec<u8>, StateError> {
        seal(&self.person_key, person, key)
    }

    pub(crate) fn unwrap_person_key(&self, person: &Tag, wrapped: &[u8]) -> Result<[u8; 32], StateError> {
        unseal(&self.person_key, person, wrapped)
            .and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok())
            .ok_or(StateError::Unsealable { what: "key of a person" })
    }

    /// Seals a row of the table `what`, bound to the row's key.
    pub(crate) fn seal_row(&self, what: &'static str, row: &[u8], value: &[u8]) -> Result<Vec<u8>, StateError> {
        seal(&self.row, &bound_to(what, row), value)
    }

    pub(crate) fn unseal_row(
        &self,
        what: &'static str,
        row: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StateError> {
        unseal(&self.row, &bound_to(what, row), sealed).ok_or(StateError::Unsealable { what })
    }
}

fn shortened(hash: [u8; 32]) -> Tag {
    let mut tag = [0; 16];
    tag.copy_from_slice(&hash[..16]);
    tag
}

fn bound_to(what: &str, row: &[u8]) -> Vec<u8> {
    [what.as_bytes(), b" ", row].concat()
}

/// Gives nonce and ciphertext.
fn seal(key: &[u8; 32], bound_to: &[u8], value: &[u8]) -> Result<Vec<u8>, StateError> {
    let mut nonce = [0; NONCE_LENGTH];
    getrandom::fill(&mut nonce).map_err(|_| StateError::Random)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    // Fails only for values beyond 256 GiB.
    let sealed = cipher
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: value, aad: bound_to })
        .map_err(|_| StateError::Unsealable { what: "value too long to be sealed" })?;
    let mut whole = Vec::with_capacity(NONCE_LENGTH + sealed.len());
    whole.extend_from_slice(&nonce);
    whole.extend_from_slice(&sealed);
    Ok(whole)
}

fn unseal(key: &[u8; 32], bound_to: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LENGTH)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: bound_to }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> Keys {
        Keys::new(&MasterKey::from_bytes([3; 32]))
    }

    proptest! {
        #[test]
        fn details_unseal_under_their_commitment_only(detail: Vec<u8>, commitment: [u8; 32], other: [u8; 32], bit: usize) {
            let keys = keys();
            let (wrapped, sealed) = keys.seal_detail(&commitment, &detail).unwrap();
            prop_assert_eq!(keys.unseal_detail(&commitment, &wrapped, &sealed).unwrap(), detail);
            if other != commitment {
                prop_assert!(keys.unseal_detail(&other, &wrapped, &sealed).is_err());
            }
            let mut bent = sealed.clone();
            let bit = bit % (bent.len() * 8);
            bent[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(keys.unseal_detail(&commitment, &wrapped, &bent).is_err());
            prop_assert!(Keys::new(&MasterKey::from_bytes([4; 32])).unseal_detail(&commitment, &wrapped, &sealed).is_err());
        }
    }

    #[test]
    fn rows_are_bound_to_their_table_and_key() {
        let keys = keys();
        let sealed = keys.seal_row("session", b"1", b"value").unwrap();
        assert_eq!(*keys.unseal_row("session", b"1", &sealed).unwrap(), b"value");
        assert!(keys.unseal_row("session", b"2", &sealed).is_err());
        assert!(keys.unseal_row("case", b"1", &sealed).is_err());
        assert!(keys.unseal_row("session", b"1", b"short").is_err());
        assert!(keys.unwrap_person_key(&[0; 16], &sealed).is_err());
    }

    #[test]
    fn masked_persons_are_found_again_and_changed_ones_are_not() {
        let keys = keys();
        for person in [PersonId(0), PersonId(7), PersonId(u64::MAX)] {
            let tag = keys.person(person);
            let mut masked = keys.mask_person(&tag, person);
            assert_ne!(masked, person.0.to_le_bytes());
            assert_eq!(keys.unmask_person(&tag, masked).unwrap(), person);
            masked[0] ^= 1;
            assert!(keys.unmask_person(&tag, masked).is_err());
        }
    }

    #[test]
    fn tags_of_different_kinds_differ() {
        let keys = keys();
        let account = OfficerId::new("a").unwrap();
        assert_ne!(keys.person(PersonId(97)), keys.account(&account));
        assert_ne!(keys.person(PersonId(1)), keys.person(PersonId(2)));
        let (a, b) = (AgencyId::new("a").unwrap(), AgencyId::new("b").unwrap());
        assert_ne!(keys.case(&a, &CaseId("1".into())), keys.case(&b, &CaseId("1".into())));
    }
}
