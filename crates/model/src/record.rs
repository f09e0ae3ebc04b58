//! Record ids: register + hash of the row's key.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{IdError, RegisterId};

/// Names of the columns that ingest adds to every register's table.
pub mod column {
    /// The record's id within the register: 32 lower-case hexadecimal digits.
    pub const RECORD: &str = "_record";
    /// The file that the row came from, relative to the project.
    pub const FILE: &str = "_file";
    /// The row's number in that file, counted from 0 over data rows.
    pub const ROW: &str = "_row";
    /// The run that ingested it.
    pub const RUN: &str = "_run";
    /// All of them, in the order in which tables hold them, after the register's own columns.
    pub const ALL: [&str; 4] = [RECORD, FILE, ROW, RUN];
}

/// Names one record of one register; written `register:0123…` with 32 hexadecimal digits.
///
/// The hash is keyed by nothing and made of key columns, so it is itself an identifier: whoever knows a row's key can work
/// it out. It is kept in the spine, the index and `state`, and never enters the log in clear. Stewards may name records by it;
/// what such a question finds, and that it found nothing, is in the log before it is answered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId {
    /// The register.
    pub register: RegisterId,
    /// The first 16 bytes of SHA-256 over the key.
    pub hash: [u8; 16],
}

impl RecordId {
    /// Gives the id of the record with these key values.
    ///
    /// Each value is prefixed by its length (or marked absent), so that no two different keys are written alike.
    #[must_use]
    pub fn from_key(register: &RegisterId, values: &[Option<&str>]) -> Self {
        Self { register: register.clone(), hash: hash_key(register, b"key", values, 0) }
    }

    /// Gives the id of a record of a register without a key: hash of the row's text and of how often the same text
    /// came before it in the delivery.
    #[must_use]
    pub fn from_text(register: &RegisterId, values: &[Option<&str>], occurrence: u64) -> Self {
        Self { register: register.clone(), hash: hash_key(register, b"row", values, occurrence) }
    }

    /// Gives the 32 hexadecimal digits that the column `_record` holds.
    #[must_use]
    pub fn hash_hex(&self) -> String {
        hex::encode(self.hash)
    }

    /// Gives the id from a register and the digits of the column `_record`.
    ///
    /// # Errors
    /// [`RecordIdError`] when these are not 32 hexadecimal digits.
    pub fn from_hex(register: &RegisterId, digits: &str) -> Result<Self, RecordIdError> {
        let mut hash = [0; 16];
        hex::decode_to_slice(digits, &mut hash).map_err(|_| RecordIdError)?;
        Ok(Self { register: register.clone(), hash })
    }
}

fn hash_key(register: &RegisterId, kind: &[u8], values: &[Option<&str>], occurrence: u64) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in [register.as_str().as_bytes(), kind] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    for value in values {
        match value {
            Some(text) => {
                hasher.update((text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
            None => hasher.update(u64::MAX.to_le_bytes()),
        }
    }
    hasher.update(occurrence.to_le_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}

/// Says that a text is not a record id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record id is a register, `:` and 32 hexadecimal digits")]
pub struct RecordIdError;

impl From<IdError> for RecordIdError {
    fn from(_: IdError) -> Self {
        Self
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.register, self.hash_hex())
    }
}

/// Shows the register and the first digits only: a whole id identifies a person to who knows the key.
impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}…", self.register, hex::encode(&self.hash[..3]))
    }
}

impl FromStr for RecordId {
    type Err = RecordIdError;
    fn from_str(text: &str) -> Result<Self, RecordIdError> {
        let (register, digits) = text.split_once(':').ok_or(RecordIdError)?;
        Self::from_hex(&register.parse::<RegisterId>()?, digits)
    }
}

impl TryFrom<String> for RecordId {
    type Error = RecordIdError;
    fn try_from(text: String) -> Result<Self, RecordIdError> {
        text.parse()
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> String {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_unambiguous() {
        let tax = RegisterId::new("tax").unwrap();
        let id = RecordId::from_key(&tax, &[Some("a"), None]);
        // Ids are kept in tables: this value may never change.
        assert_eq!(id.to_string(), "tax:46edf19436cf85a02de19357170ada14");
        assert_eq!(id.to_string().parse::<RecordId>(), Ok(id.clone()));
        let others = [
            RecordId::from_key(&tax, &[Some("a"), Some("")]),
            RecordId::from_key(&tax, &[Some(""), Some("a")]),
            RecordId::from_key(&tax, &[Some("a")]),
            RecordId::from_text(&tax, &[Some("a"), None], 0),
            RecordId::from_text(&tax, &[Some("a"), None], 1),
            RecordId::from_key(&RegisterId::new("taxi").unwrap(), &[Some("a"), None]),
        ];
        for (i, other) in others.iter().enumerate() {
            assert_ne!(*other, id);
            assert!(!others[..i].contains(other));
        }
    }

    #[test]
    fn debug_output_shows_no_whole_id() {
        let id = RecordId::from_key(&RegisterId::new("tax").unwrap(), &[Some("a")]);
        assert!(!format!("{id:?}").contains(&id.hash_hex()));
    }
}
