//! Ed25519 keys in the text forms of C2SP signed-note.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use signed_note::{StandardSigner, StandardVerifier, Verifier as _};
use zeroize::Zeroizing;

/// The signature type of plain Ed25519 in signed notes.
const ALGORITHM_ED25519: u8 = 1;

/// Bytes that a key file may have; more is not a key.
const KEY_FILE_BYTES_MAX: u64 = 4096;

/// What can be wrong with a key or its file. Never shows key material.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A name must be non-empty, without spaces, control characters and plus signs.
    #[error("the name {0:?} cannot name a key: it must be non-empty, without spaces, control characters or '+'")]
    Name(String),
    /// The text is not a signing key.
    #[error("not a signing key (PRIVATE+KEY+name+hash+base64)")]
    NotASigningKey,
    /// The text is not a verifying key.
    #[error("not a verifying key (name+hash+base64)")]
    NotAVerifyingKey,
    /// Others may read the key file.
    #[error("others may read the key file: its mode is {mode:o}; run chmod 600 on it")]
    Exposed {
        /// The permission bits found.
        mode: u32,
    },
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    NoRandomness,
    /// The key file cannot be read or written.
    #[error("key file")]
    File(#[from] io::Error),
}

/// The key that signs the checkpoints of one log. Its name is the log's origin.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Makes a new random key for the log `origin`.
    pub fn generate(origin: &str) -> Result<SigningKey, KeyError> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| KeyError::NoRandomness)?;
        SigningKey::from_seed(origin, &seed)
    }

    /// Makes the key that belongs to a seed of 32 bytes. The seed is the secret.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<SigningKey, KeyError> {
        check_name(origin)?;
        Ok(SigningKey { name: origin.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// Reads the text form `PRIVATE+KEY+name+hash+base64`.
    pub fn parse(text: &str) -> Result<SigningKey, KeyError> {
        let text = text.trim_end_matches('\n');
        // Checks the form, the algorithm and that the hash belongs to the key.
        StandardSigner::new(text).map_err(|_| KeyError::NotASigningKey)?;
        let mut parts = text.splitn(5, '+').skip(2);
        let (Some(name), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::NotASigningKey);
        };
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(encoded).map_err(|_| KeyError::NotASigningKey)?);
        match bytes.as_slice() {
            [ALGORITHM_ED25519, seed @ ..] => {
                let seed = seed.try_into().map_err(|_| KeyError::NotASigningKey)?;
                SigningKey::from_seed(name, seed)
            }
            _ => Err(KeyError::NotASigningKey),
        }
    }

    /// Gives the text form. It is the secret itself: it MUST NOT be logged.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(vec![ALGORITHM_ED25519]);
        bytes.extend_from_slice(self.key.as_bytes());
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(&*bytes));
        let id = self.verifying_key().key_id();
        Zeroizing::new(format!("PRIVATE+KEY+{}+{id:08x}+{}", self.name, *encoded))
    }

    /// Writes the key to a new file that only its owner can read, and makes it durable.
    /// Fails when the file exists: a key is never overwritten.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(self.to_secret_text().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Reads a key file. Refuses one that others than its owner may read or write.
    pub fn load(path: &Path) -> Result<SigningKey, KeyError> {
        let file = File::open(path)?;
        let mode = file.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { mode });
        }
        let mut text = Zeroizing::new(String::new());
        file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text)?;
        SigningKey::parse(&text)
    }

    /// Gives the name, which is the origin of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the key that others check signatures with.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Gives the signer that writes signature lines of notes.
    pub(crate) fn signer(&self) -> Result<StandardSigner, KeyError> {
        StandardSigner::new(&self.to_secret_text()).map_err(|_| KeyError::NotASigningKey)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The key that checks a log's checkpoints. Displayed as `name+hash+base64`, the form every C2SP tool reads.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// Reads the text form `name+hash+base64`.
    pub fn parse(text: &str) -> Result<VerifyingKey, KeyError> {
        let text = text.trim_end_matches('\n');
        // Checks the form, the algorithm and that the hash belongs to the key.
        StandardVerifier::new(text).map_err(|_| KeyError::NotAVerifyingKey)?;
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::NotAVerifyingKey);
        };
        check_name(name)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| KeyError::NotAVerifyingKey)?;
        let [ALGORITHM_ED25519, point @ ..] = bytes.as_slice() else {
            return Err(KeyError::NotAVerifyingKey);
        };
        let point = point.try_into().map_err(|_| KeyError::NotAVerifyingKey)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(point).map_err(|_| KeyError::NotAVerifyingKey)?;
        Ok(VerifyingKey { name: name.to_owned(), key })
    }

    /// Gives the name, which is the origin of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        let mut bytes = vec![ALGORITHM_ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        signed_note::key_id(&self.name, &bytes)
    }

    /// Gives the verifier that checks signature lines of notes.
    pub(crate) fn verifier(&self) -> Result<StandardVerifier, KeyError> {
        let verifier = StandardVerifier::new(&self.to_string()).map_err(|_| KeyError::NotAVerifyingKey)?;
        debug_assert_eq!(verifier.key_id(), self.key_id());
        Ok(verifier)
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&signed_note::new_ed25519_verifier_key(&self.name, &self.key))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn check_name(name: &str) -> Result<(), KeyError> {
    if signed_note::is_key_name_valid(name) && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(KeyError::Name(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_their_text() {
        let key = SigningKey::generate("log.example/test").unwrap();
        let again = SigningKey::parse(&key.to_secret_text()).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        let verifying = VerifyingKey::parse(&key.verifying_key().to_string()).unwrap();
        assert_eq!(verifying, key.verifying_key());
        assert_eq!(verifying.name(), "log.example/test");
    }

    #[test]
    fn the_published_example_key_is_read() {
        let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key = SigningKey::parse(text).unwrap();
        assert_eq!(*key.to_secret_text(), text);
        assert_eq!(
            key.verifying_key().to_string(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
    }

    #[test]
    fn bad_names_and_texts_are_refused() {
        for name in ["", "a b", "a+b", "a\nb", "a\u{1}b"] {
            assert!(SigningKey::generate(name).is_err(), "{name:?}");
        }
        for text in ["", "PRIVATE+KEY+a", "a+b+c", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]
        {
            assert!(VerifyingKey::parse(text).is_err(), "{text}");
            assert!(SigningKey::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SigningKey::from_seed("log.example", &[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey { name: \"log.example\", .. }");
    }

    #[test]
    fn key_files_are_private_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.key");
        let key = SigningKey::generate("log.example").unwrap();
        key.save(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SigningKey::load(&path).unwrap().verifying_key(), key.verifying_key());
        assert!(matches!(key.save(&path), Err(KeyError::File(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(SigningKey::load(&path), Err(KeyError::Exposed { mode: 0o640 })));
    }
}
