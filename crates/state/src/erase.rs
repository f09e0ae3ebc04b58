//! Erasure: keys and ciphertexts overwritten, and the write-ahead log truncated.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::{PersonId, RecordId};
use sqlx::{Row, SqliteConnection};

use crate::error::StateError;
use crate::looks::fixed;
use crate::recent::Recent;
use crate::store::{State, truncate_log};
use crate::writer::Durability;

/// What an erasure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// The commitments of the looks whose key and detail are gone.
    pub looks: Vec<[u8; 32]>,
    /// The commitments of looks that were at other persons too, such as a search with several hits. They are no longer
    /// found by the person erased, but their detail, which may name that person, stays for the others until
    /// [`State::erase_look`] is called.
    pub shared: Vec<[u8; 32]>,
}

impl State {
    /// Erases the detail of one look for all persons it was at; tells whether there was something to erase. The look's
    /// commitment and place in the log stay. Where a steward said something with it, of which records and why goes too.
    ///
    /// # Errors
    /// [`StateError::EraseUnfinished`] when the tables are clean but the write-ahead log isn't yet; any other says that
    /// nothing was erased.
    pub async fn erase_look(&self, commitment: &[u8; 32], at: DateTime<Utc>) -> Result<bool, StateError> {
        self.inner.settle_all().await?;
        let commitment = commitment.to_vec();
        let erased = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let found: Option<i64> = sqlx::query_scalar("SELECT id FROM looks WHERE commitment = ?")
                        .bind(commitment)
                        .fetch_optional(&mut *connection)
                        .await?;
                    let Some(look) = found else { return Ok(false) };
                    sqlx::query("DELETE FROM look_persons WHERE look = ?").bind(look).execute(&mut *connection).await?;
                    erase_detail(connection, look, at).await
                })
            })
            .await?;
        self.truncate().await?;
        Ok(erased)
    }

    /// Erases the looks at one person: the details of those that were at nobody else, as [`State::erase_look`] does, and of all
    /// of them that they were at this person. What counted to budgets is erased too.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn erase_looks_of_person(&self, person: PersonId, at: DateTime<Utc>) -> Result<Erased, StateError> {
        self.inner.settle_all().await?;
        let tag = self.inner.keys.person(person).to_vec();
        let erased = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let rows = sqlx::query(
                        "SELECT looks.id, looks.commitment, \
                         (SELECT count(*) FROM look_persons AS all_of WHERE all_of.look = looks.id) \
                         FROM look_persons JOIN looks ON looks.id = look_persons.look WHERE person = ? ORDER BY looks.id",
                    )
                    .bind(tag.clone())
                    .fetch_all(&mut *connection)
                    .await?;
                    for table in ["DELETE FROM look_persons WHERE person = ?", "DELETE FROM opened WHERE person = ?"] {
                        sqlx::query(table).bind(tag.clone()).execute(&mut *connection).await?;
                    }
                    let mut erased = Erased::default();
                    for row in &rows {
                        let persons: i64 = row.try_get(2)?;
                        if persons > 1 {
                            erased.shared.push(fixed(row, 1)?);
                        } else if erase_detail(connection, row.try_get(0)?, at).await? {
                            erased.looks.push(fixed(row, 1)?);
                        }
                    }
                    Ok(erased)
                })
            })
            .await?;
        self.truncate().await?;
        Ok(erased)
    }

    /// Erases the key from which a person's tags in the log are made: from then on nobody can tell which leaves they
    /// are in. Tells whether there was one.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn erase_person_key(&self, person: PersonId) -> Result<bool, StateError> {
        self.inner.settle_all().await?;
        let tag = self.inner.keys.person(person).to_vec();
        let erased = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let done =
                        sqlx::query("DELETE FROM person_keys WHERE person = ?").bind(tag).execute(connection).await?;
                    Ok(done.rows_affected() > 0)
                })
            })
            .await?;
        self.truncate().await?;
        Ok(erased)
    }

    /// Erases what people contested of a record, in whatever place it stood, ended contests too; tells how many there were. The
    /// look with which each began is erased on its own.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn erase_contests_of_record(&self, record: &RecordId) -> Result<u64, StateError> {
        let wanted = self.contests_that_name(record).await?;
        let erased = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let mut erased = 0;
                    for id in wanted {
                        let done =
                            sqlx::query("DELETE FROM contests WHERE id = ?").bind(id).execute(&mut *connection).await?;
                        erased += done.rows_affected();
                    }
                    Ok(erased)
                })
            })
            .await?;
        self.inner.read_open_contests().await?;
        self.truncate().await?;
        Ok(erased)
    }

    /// Tells whether the look of this commitment was kept once and has been erased.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn was_erased(&self, commitment: &[u8; 32]) -> Result<bool, StateError> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM looks WHERE commitment = ? AND erased_at IS NOT NULL")
                .bind(commitment.to_vec())
                .fetch_optional(&self.inner.readers)
                .await?;
        Ok(found.is_some())
    }

    /// Leaves no old page in the write-ahead log, nor what was erased in the file of recent looks, nor what
    /// stewards said in memory.
    pub(crate) async fn truncate(&self) -> Result<(), StateError> {
        self.inner.reviews.forget();
        self.inner.pair_tags.forget();
        let inner = Arc::clone(&self.inner);
        let task = tokio::spawn(async move {
            inner.with_recent(Recent::scrub).await?;
            let mut writer = inner.writer.lock().await;
            truncate_log(&mut writer.connection).await
        });
        task.await.unwrap_or(Err(StateError::EraseUnfinished))
    }
}

/// Deletes key and ciphertext of a look, and what else is sealed of what was said with it; `secure_delete` overwrites them.
async fn erase_detail(connection: &mut SqliteConnection, look: i64, at: DateTime<Utc>) -> Result<bool, StateError> {
    sqlx::query(
        "UPDATE reviews SET records = NULL \
         WHERE records IS NOT NULL AND leaf = (SELECT leaf FROM looks WHERE id = ?)",
    )
    .bind(look)
    .execute(&mut *connection)
    .await?;
    let deleted = sqlx::query("DELETE FROM details WHERE look = ?").bind(look).execute(&mut *connection).await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE looks SET erased_at = ? WHERE id = ?")
        .bind(at.timestamp_millis())
        .bind(look)
        .execute(connection)
        .await?;
    Ok(true)
}
