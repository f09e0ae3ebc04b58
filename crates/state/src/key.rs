//! The master key: 32 random bytes in a file of their own, from which every other key of the project is derived.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A key derived from the master key; wiped from memory when dropped.
pub type DerivedKey = Zeroizing<[u8; 32]>;

/// Says why the master key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Others than its owner may read the file.
    #[error("the key file {path} may be read by others than its owner: run `chmod 600` on it, and consider it known")]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file doesn't hold 32 bytes.
    #[error("the key file {path} holds {length} bytes instead of 32: put back the key that belongs to this folder")]
    Length {
        /// The file.
        path: PathBuf,
        /// The bytes that it holds.
        length: u64,
    },
    /// The file can't be read or made.
    #[error("the key file {path} can't be read or made")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The random numbers of the operating system are not to be had.
    #[error("the operating system gives no random numbers")]
    Random,
}

/// The key that wraps the keys of looks and persons and from which other rooms derive theirs. Wiped from memory when
/// dropped, never shown.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Gives the key made of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Gives the key in the file at `path`; without a file, makes one of random bytes, durable before this returns, that
    /// only its owner may read. A missing folder is made too, for its owner only.
    ///
    /// # Errors
    /// [`KeyError`] when the file may be read by group or world, doesn't hold 32 bytes, or can't be read or made.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::create(path)?;
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    fn load(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let mut file = OpenOptions::new().read(true).open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned() });
        }
        if metadata.len() != 32 {
            return Err(KeyError::Length { path: path.to_owned(), length: metadata.len() });
        }
        let mut bytes = Zeroizing::new([0; 32]);
        file.read_exact(bytes.as_mut()).map_err(failed)?;
        Ok(Self(*bytes))
    }

    /// Makes the file whole or not at all: written and synced under another name, then linked to its own.
    fn create(path: &Path) -> Result<(), KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).map_err(|_| KeyError::Random)?;
        let mut draft_name = [0; 8];
        getrandom::fill(&mut draft_name).map_err(|_| KeyError::Random)?;
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}.new", hex::encode(draft_name)));
        let draft = PathBuf::from(draft);
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            file.write_all(bytes.as_ref())?;
            file.sync_all()?;
            match fs::hard_link(&draft, path) {
                // Somebody else was faster: their key is the one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                linked => linked,
            }?;
            fs::File::open(folder)?.sync_all()
        })();
        let removed = fs::remove_file(&draft);
        written.and(removed).map_err(failed)
    }

    /// Gives the key that `label` names: HMAC-SHA-256 of the label under this key, as in the expand step of HKDF
    /// (RFC 5869) with one block. Different labels give independent keys; the same label always gives the same.
    #[must_use]
    pub fn derive(&self, label: &str) -> DerivedKey {
        let mut info = Vec::with_capacity(label.len() + 16);
        info.extend_from_slice(b"lucarne 1 ");
        info.extend_from_slice(label.as_bytes());
        info.push(1);
        Zeroizing::new(hmac_sha256(&self.0, &[&info]))
    }
}

/// Gives HMAC-SHA-256 over the parts, one after the other.
pub(crate) fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key of 32 bytes is shorter than a block, so that this never fails; were it to, the tag is of the empty key of
    // that length and unseals nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_give_independent_and_stable_keys() {
        let master = MasterKey::from_bytes([7; 32]);
        // Pseudonyms are derived from these: the value may never change.
        assert_eq!(
            hex::encode(*master.derive("pseudonym/education")),
            "2820d23c39b700a6acf1335fb742a3bc741d0cebd96c7a5ef39cd66dac2ba856"
        );
        assert_ne!(*master.derive("a"), *master.derive("b"));
        assert_ne!(*master.derive("a"), *MasterKey::from_bytes([8; 32]).derive("a"));
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/master.key");
        let first = MasterKey::load_or_create(&path).unwrap();
        let again = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(first.0, again.0);
        assert_ne!(first.0, [0; 32]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn exposed_and_damaged_key_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::load_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o610, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(MasterKey::load_or_create(&path), Err(KeyError::Exposed { .. })), "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, [1; 31]).unwrap();
        assert!(matches!(MasterKey::load_or_create(&path), Err(KeyError::Length { length: 31, .. })));
        fs::write(&path, []).unwrap();
        assert!(matches!(MasterKey::load_or_create(&path), Err(KeyError::Length { length: 0, .. })));
    }

    #[test]
    fn debug_output_shows_no_byte_of_the_key() {
        assert_eq!(format!("{:?}", MasterKey::from_bytes([9; 32])), "MasterKey(…)");
    }
}
