//! Checkpoints: the log's origin, size and root, signed (C2SP tlog-checkpoint and signed-note). No I/O.

use signed_note::{Note, VerifierList};
use tlog_tiles::Checkpoint as CheckpointText;

use crate::hash::Hash;
use crate::key::{KeyError, SigningKey, VerifyingKey};

/// What a log says of itself: how many entries it has and the root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's unique name.
    pub origin: String,
    /// Entries in the log.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

/// Why a checkpoint is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are not a signed note in its one valid form.
    #[error("not a well-formed signed note")]
    NotANote,
    /// The note's text is not origin, size and root.
    #[error("the note's text is not a checkpoint")]
    NotACheckpoint,
    /// No signature by the log's key is valid for this text.
    #[error("no valid signature by {key_name}")]
    Signature {
        /// The name of the key asked for.
        key_name: String,
    },
    /// The checkpoint is of another log.
    #[error("the checkpoint is of the log {found:?}, not of {expected:?}")]
    Origin {
        /// The origin that the checkpoint names.
        found: String,
        /// The origin asked for.
        expected: String,
    },
    /// A size of zero has only one root.
    #[error("the checkpoint of an empty log has the wrong root")]
    EmptyRoot,
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Checkpoint {
    /// Gives the signed note: three lines, a blank line, one signature line. The origin must be the key's name.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        if self.origin != key.name() {
            return Err(CheckpointError::Origin { found: self.origin.clone(), expected: key.name().to_owned() });
        }
        let text = CheckpointText::new(&self.origin, self.size, tlog_tiles::Hash(self.root.0), "")
            .map_err(|_| CheckpointError::NotACheckpoint)?;
        let mut note = Note::new(&text.to_bytes(), &[]).map_err(|_| CheckpointError::NotANote)?;
        note.add_sigs(&[&key.signer()?]).map_err(|_| CheckpointError::NotANote)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::NotANote)
    }

    /// Checks that bytes have the form of a checkpoint: a signed note whose text is origin, size and root. Says nothing of
    /// who signed it.
    ///
    /// # Errors
    /// [`CheckpointError::NotANote`] or [`CheckpointError::NotACheckpoint`].
    pub fn check_form(note: &[u8]) -> Result<(), CheckpointError> {
        let parsed = read_note(note)?;
        CheckpointText::from_bytes(parsed.text()).map_err(|_| CheckpointError::NotACheckpoint)?;
        Ok(())
    }

    /// Reads a signed note and checks that the log's key signed it. Lines of signatures by other keys (those of
    /// witnesses) are let stand and not checked; extension lines are signed over and ignored.
    pub fn open(note: &[u8], key: &VerifyingKey) -> Result<Checkpoint, CheckpointError> {
        let parsed = read_note(note)?;
        parsed
            .verify(&VerifierList::new(vec![Box::new(key.verifier()?)]))
            .map_err(|_| CheckpointError::Signature { key_name: key.name().to_owned() })?;
        let text = CheckpointText::from_bytes(parsed.text()).map_err(|_| CheckpointError::NotACheckpoint)?;
        if text.origin() != key.name() {
            return Err(CheckpointError::Origin { found: text.origin().to_owned(), expected: key.name().to_owned() });
        }
        let root = Hash(text.hash().0);
        if text.size() == 0 && root != Hash::EMPTY {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(Checkpoint { origin: text.origin().to_owned(), size: text.size(), root })
    }
}

fn read_note(note: &[u8]) -> Result<Note, CheckpointError> {
    let parsed = Note::from_bytes(note).map_err(|_| CheckpointError::NotANote)?;
    // One valid form only: whatever a lenient reader might forgive is refused.
    if parsed.to_bytes() == note { Ok(parsed) } else { Err(CheckpointError::NotANote) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;

    fn key() -> SigningKey {
        SigningKey::from_seed("log.example/test", &[1; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "log.example/test".into(), size: 12_345, root: leaf_hash(b"root") }
    }

    #[test]
    fn a_checkpoint_survives_its_note() {
        let note = checkpoint().sign(&key()).unwrap();
        assert_eq!(Checkpoint::open(note.as_bytes(), &key().verifying_key()).unwrap(), checkpoint());
    }

    #[test]
    fn another_key_another_origin_or_a_wrong_empty_root_is_refused() {
        let note = checkpoint().sign(&key()).unwrap();
        let other_key = SigningKey::from_seed("log.example/test", &[2; 32]).unwrap();
        let opened = Checkpoint::open(note.as_bytes(), &other_key.verifying_key());
        assert!(matches!(opened, Err(CheckpointError::Signature { .. })));
        let other_origin = Checkpoint { origin: "log.example/other".into(), ..checkpoint() };
        assert!(matches!(other_origin.sign(&key()), Err(CheckpointError::Origin { .. })));
        let empty = Checkpoint { size: 0, ..checkpoint() }.sign(&key()).unwrap();
        let opened = Checkpoint::open(empty.as_bytes(), &key().verifying_key());
        assert!(matches!(opened, Err(CheckpointError::EmptyRoot)));
    }

    #[test]
    fn the_form_is_told_from_the_signature() {
        let note = checkpoint().sign(&key()).unwrap();
        assert!(Checkpoint::check_form(note.as_bytes()).is_ok());
        // Another log's is one of the right form: whose it is, only its key tells.
        assert!(Checkpoint::check_form(note.replace("log.example", "log.other").as_bytes()).is_ok());
        for text in ["", "hello\n", &note[..note.len() - 1], note.replace('\n', "\r\n").as_str()] {
            assert!(matches!(Checkpoint::check_form(text.as_bytes()), Err(CheckpointError::NotANote)), "{text:?}");
        }
        let signed = note.rsplit_once("\n\n").unwrap().1;
        let other = Checkpoint::check_form(format!("some other text\n\n{signed}").as_bytes());
        assert!(matches!(other, Err(CheckpointError::NotACheckpoint)));
    }

    #[test]
    fn a_witness_may_add_its_line() {
        let witness = SigningKey::from_seed("witness.example", &[3; 32]).unwrap();
        let mut note = Note::from_bytes(checkpoint().sign(&key()).unwrap().as_bytes()).unwrap();
        note.add_sigs(&[&witness.signer().unwrap()]).unwrap();
        assert_eq!(Checkpoint::open(&note.to_bytes(), &key().verifying_key()).unwrap(), checkpoint());
        assert_eq!(
            Checkpoint::open(&note.to_bytes(), &witness.verifying_key()).unwrap_err().to_string(),
            "the checkpoint is of the log \"log.example/test\", not of \"witness.example\""
        );
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let note = checkpoint().sign(&key()).unwrap().into_bytes();
        for bit in 0..note.len() * 8 {
            let mut bent = note.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(Checkpoint::open(&bent, &key().verifying_key()).is_err(), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Checkpoint::open(&bytes, &key().verifying_key()).is_err());
        }

        #[test]
        fn cut_or_spliced_notes_are_refused(at in 0_usize..200, extra in "[ -~\n]{0,20}") {
            let note = checkpoint().sign(&key()).unwrap();
            let at = at.min(note.len());
            prop_assume!(note.is_char_boundary(at));
            let bent = format!("{}{extra}", &note[..at]);
            prop_assume!(bent != note);
            prop_assert!(Checkpoint::open(bent.as_bytes(), &key().verifying_key()).is_err());
        }
    }
}
