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

impl State {
    /// Gives the key of each person, in the order asked for; a person without one gets a random one.
    ///
    /// A new key is durable with the next write: one that a cut of power loses was in no look, because the look is
    /// written after it.
    ///
    /// # Errors
    /// [`StateError`] when the database fails, is full, or a key can't be unsealed.
    pub async fn person_keys(&self, persons: &[PersonId]) -> Result<Vec<[u8; 32]>, StateError> {
        let keys = &self.inner.keys;
        let tags: Vec<Tag> = persons.iter().map(|person| keys.person(*person)).collect();
        let mut known = read_keys(&self.inner.readers, keys, &tags).await?;
        let mut missing: Vec<Tag> = tags.iter().filter(|tag| !known.contains_key(*tag)).copied().collect();
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let rows = missing.iter().map(|tag| new_key(keys, tag)).collect::<Result<Vec<_>, _>>()?;
            self.write(Durability::WithTheNext, |connection| {
                Box::pin(async move {
                    for chunk in rows.chunks(PERSONS_MAX) {
                        let mut query =
                            QueryBuilder::<Sqlite>::new("INSERT OR IGNORE INTO person_keys (person, wrapped_key) ");
                        query.push_values(chunk, |mut row, (person, wrapped)| {
                            row.push_bind(person.to_vec()).push_bind(wrapped.clone());
                        });
                        query.build().persistent(false).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .await?;
            // Read back: another caller may have been faster, and one person has one key.
            known.extend(read_keys(&self.inner.readers, keys, &missing).await?);
        }
        let lost = || StateError::Unsealable { what: "key of a person" };
        tags.iter().map(|tag| known.get(tag).copied().ok_or_else(lost)).collect()
    }
}

fn new_key(keys: &Keys, person: &Tag) -> Result<(Tag, Vec<u8>), StateError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut()).map_err(|_| StateError::Random)?;
    Ok((*person, keys.wrap_person_key(person, &key)?))
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
