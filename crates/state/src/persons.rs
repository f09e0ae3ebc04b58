//! The keys of persons: who holds theirs finds every look at them in the public log.

use std::collections::{HashMap, HashSet};

use model::PersonId;
use zeroize::Zeroizing;

use crate::error::StateError;
use crate::frame::WrappedKey;
use crate::looks::{NewLook, ReadyLook};
use crate::seal::Tag;
use crate::store::State;

/// How often keys are asked for that others give meanwhile.
const ATTEMPTS: usize = 8;

/// Keys of persons that are not kept yet: they are written with the looks that use them.
#[derive(Clone, Default)]
pub struct UnsavedKeys {
    pub(crate) keys: Vec<WrappedKey>,
    /// How often looks had been moved into the tables when they were asked for.
    pub(crate) settles: u64,
}

impl UnsavedKeys {
    /// Joins what several looks need to have kept. Gives none when a person would have two keys then.
    #[must_use]
    pub fn joined(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut joined = Self { keys: Vec::new(), settles: u64::MAX };
        for Self { keys, settles } in all {
            joined.settles = joined.settles.min(settles);
            joined.keys.extend(keys);
        }
        let mut seen = HashSet::with_capacity(joined.keys.len());
        let is_once = joined.keys.iter().all(|(person, _)| seen.insert(*person));
        is_once.then_some(joined)
    }
}

/// Shows how many there are.
impl std::fmt::Debug for UnsavedKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UnsavedKeys").field(&self.keys.len()).finish()
    }
}

impl State {
    /// Gives the key of each person, in the order asked for; a person without one gets a random one.
    ///
    /// A new key is durable when this returns.
    ///
    /// # Errors
    /// [`StateError`] when the database fails, is full, or a key can't be unsealed.
    pub async fn person_keys(&self, persons: &[PersonId]) -> Result<Vec<[u8; 32]>, StateError> {
        for _ in 0..ATTEMPTS {
            let (known, unsaved) = self.person_keys_for_looks(persons).await?;
            if unsaved.keys.is_empty() {
                return Ok(known);
            }
            match self.put_looks_with_keys(Vec::new(), unsaved).await {
                Ok(_) => return Ok(known),
                // Another caller was faster, and one person has one key.
                Err(StateError::SamePersonKey) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StateError::SamePersonKey)
    }

    /// Gives the key of each person, in the order asked for, and those of them that are new. New ones are not kept: they are
    /// to be handed to [`State::put_looks_with_keys`] with the looks that use them.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a key can't be unsealed.
    pub async fn person_keys_for_looks(
        &self,
        persons: &[PersonId],
    ) -> Result<(Vec<[u8; 32]>, UnsavedKeys), StateError> {
        let tags: Vec<Tag> = persons.iter().map(|person| self.inner.keys.person(*person)).collect();
        // First those in memory: what is moved from there meanwhile is in the tables when they are read.
        let (recent, settles) = self.inner.recent.keys_of(&tags);
        let kept = self.inner.recent.keys_in_tables(&not_in(&recent, &tags))?;
        self.keys_for_looks(&tags, recent, kept, settles)
    }

    /// Makes a look ready to be kept: gives it sealed, and the keys of its persons, in their order, with those that are new. As
    /// [`State::seal_look`] and [`State::person_keys_for_looks`], reading the store once.
    ///
    /// # Errors
    /// As those two.
    pub fn make_ready(&self, look: NewLook) -> Result<(ReadyLook, Vec<[u8; 32]>, UnsavedKeys), StateError> {
        let tags: Vec<Tag> = look.persons.iter().map(|person| self.inner.keys.person(*person)).collect();
        let (recent, settles) = self.inner.recent.keys_of(&tags);
        let (kept, is_known) = self.inner.recent.keys_and_look_in_tables(&not_in(&recent, &tags), &look.commitment)?;
        if is_known {
            return Err(StateError::SameCommitment);
        }
        let (keys, unsaved) = self.keys_for_looks(&tags, recent, kept, settles)?;
        Ok((self.sealed(look, settles)?, keys, unsaved))
    }

    /// Gives the keys of persons, of which those in memory and in the tables were found, and makes those that are missing.
    fn keys_for_looks(
        &self,
        tags: &[Tag],
        recent: HashMap<Tag, Vec<u8>>,
        kept: HashMap<Tag, Vec<u8>>,
        settles: u64,
    ) -> Result<(Vec<[u8; 32]>, UnsavedKeys), StateError> {
        let keys = &self.inner.keys;
        let mut known = HashMap::with_capacity(tags.len());
        for (tag, wrapped) in kept.iter().chain(&recent) {
            known.insert(*tag, keys.unwrap_person_key(tag, wrapped)?);
        }
        let mut unsaved = UnsavedKeys { keys: Vec::new(), settles };
        for tag in tags {
            if !known.contains_key(tag) {
                let mut key = Zeroizing::new([0; 32]);
                getrandom::fill(key.as_mut()).map_err(|_| StateError::Random)?;
                unsaved.keys.push((*tag, keys.wrap_person_key(tag, &key)?));
                known.insert(*tag, *key);
            }
        }
        let lost = || StateError::Unsealable { what: "key of a person" };
        let all = tags.iter().map(|tag| known.get(tag).copied().ok_or_else(lost)).collect::<Result<_, _>>()?;
        Ok((all, unsaved))
    }
}

fn not_in(recent: &HashMap<Tag, Vec<u8>>, tags: &[Tag]) -> Vec<Tag> {
    tags.iter().filter(|tag| !recent.contains_key(*tag)).copied().collect()
}
