//! The keys of persons: who holds theirs finds every look at them in the public log.

use std::collections::HashMap;

use model::PersonId;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};
use zeroize::Zeroizing;

use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::{Keys, Tag};
use crate::store::State;
use crate::writer::Durability;
use sqlx::Row;

/// The most persons asked for in one statement.
const PERSONS_MAX: usize = 500;

/// Keys of persons that are not kept yet: they are written with the looks that use them.
#[derive(Clone, Default)]
pub struct UnsavedKeys(pub(crate) Vec<(Tag, Vec<u8>)>);

/// Shows how many there are.
impl std::fmt::Debug for UnsavedKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UnsavedKeys").field(&self.0.len()).finish()
    }
}

impl State {
    /// Gives the key of each person, in the order asked for; a person without one gets a random one.
    ///
    /// A new key is durable with the next write: one that a cut of power loses was in no look, because the look is
    /// written after it.
    ///
    /// # Errors
    /// [`StateError`] when the database fails, is full, or a key can't be unsealed.
    pub async fn person_keys(&self, persons: &[PersonId]) -> Result<Vec<[u8; 32]>, StateError> {
        let (known, unsaved) = self.person_keys_for_looks(persons).await?;
        if unsaved.0.is_empty() {
            return Ok(known);
        }
        self.write(Durability::WithTheNext, |connection| {
            Box::pin(async move {
                let mut script = QueryBuilder::<Sqlite>::new("");
                push_keys(&mut script, &unsaved, "INSERT OR IGNORE");
                script.build().persistent(false).execute(connection).await?;
                Ok(())
            })
        })
        .await?;
        // Read back: another caller may have been faster, and one person has one key.
        let (known, unsaved) = self.person_keys_for_looks(persons).await?;
        if unsaved.0.is_empty() { Ok(known) } else { Err(StateError::Unsealable { what: "key of a person" }) }
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
        let keys = &self.inner.keys;
        let tags: Vec<Tag> = persons.iter().map(|person| keys.person(*person)).collect();
        let mut known = read_keys(&self.inner.readers, keys, &tags).await?;
        let mut unsaved = UnsavedKeys::default();
        for tag in &tags {
            if !known.contains_key(tag) {
                let mut key = Zeroizing::new([0; 32]);
                getrandom::fill(key.as_mut()).map_err(|_| StateError::Random)?;
                unsaved.0.push((*tag, keys.wrap_person_key(tag, &key)?));
                known.insert(*tag, *key);
            }
        }
        let lost = || StateError::Unsealable { what: "key of a person" };
        let all = tags.iter().map(|tag| known.get(tag).copied().ok_or_else(lost)).collect::<Result<_, _>>()?;
        Ok((all, unsaved))
    }
}

/// Adds statements that keep new keys to a script.
pub(crate) fn push_keys(script: &mut QueryBuilder<Sqlite>, unsaved: &UnsavedKeys, insert: &'static str) {
    for chunk in unsaved.0.chunks(PERSONS_MAX) {
        script.push(insert).push(" INTO person_keys (person, wrapped_key) ");
        script.push_values(chunk, |mut row, (person, wrapped)| {
            row.push_bind(person.to_vec()).push_bind(wrapped.clone());
        });
        script.push(";\n");
    }
}

async fn read_keys(readers: &SqlitePool, keys: &Keys, persons: &[Tag]) -> Result<HashMap<Tag, [u8; 32]>, StateError> {
    let mut found = HashMap::with_capacity(persons.len());
    for chunk in persons.chunks(PERSONS_MAX) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT person, wrapped_key FROM person_keys WHERE person IN (");
        let mut tags = query.separated(", ");
        for person in chunk {
            tags.push_bind(person.to_vec());
        }
        query.push(")");
        for row in query.build().persistent(chunk.len() == 1).fetch_all(readers).await? {
            let person: Tag = fixed(&row, 0)?;
            let wrapped: &[u8] = row.try_get(1)?;
            found.insert(person, keys.unwrap_person_key(&person, wrapped)?);
        }
    }
    Ok(found)
}
