//! What people said of two records, until a run of linking takes it over into the spine.
//!
//! It is kept in the transaction that notes what was said for those who review and contest, so that the one is never known
//! without the other. Whoever says something waits for this store and not for a commit of a table.

use std::fmt;

use model::{Judgement, RecordId};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::Tag;
use crate::store::State;
use crate::writer::Durability;

const SPOKEN: &str = "spoken";

/// What somebody said of two records, for the spine.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The judgement or contest.
    pub judgement: Judgement,
    /// Of a contest that is made, whom the contested record alone holds; none for anything else.
    pub held: Option<Vec<RecordId>>,
}

/// Shows neither record, nor who, nor why.
impl fmt::Debug for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spoken")
            .field("verdict", &self.judgement.verdict)
            .field("at", &self.judgement.at)
            .finish_non_exhaustive()
    }
}

/// Sayings that go to the spine at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenBatch {
    /// A name that no other batch has: 32 hexadecimal digits. A batch that may or may not have been written has the same again.
    pub name: String,
    /// What was said, in the order in which it was.
    pub said: Vec<Spoken>,
}

/// What is written of a saying.
pub(crate) struct SealedSpoken {
    pair: Tag,
    sealed: Vec<u8>,
}

impl SealedSpoken {
    /// Keeps it, last of all.
    pub(crate) async fn keep_in(self, connection: &mut SqliteConnection) -> Result<(), StateError> {
        sqlx::query("INSERT INTO spoken (pair, sealed) VALUES (?, ?)")
            .bind(self.pair.to_vec())
            .bind(self.sealed)
            .execute(connection)
            .await?;
        Ok(())
    }
}

impl State {
    /// Keeps what somebody said of two records, where nothing else is to be noted of it.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept.
    pub async fn keep_spoken(&self, spoken: &Spoken) -> Result<(), StateError> {
        let sealed = self.seal_spoken(spoken)?;
        self.write(Durability::Now, move |connection| Box::pin(sealed.keep_in(connection))).await
    }

    /// Gives what waits for the spine, or what was given before and of which nobody said since that it is
    /// [written](Self::spoken_written); none when nothing waits. What is said meanwhile is of the next batch.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a row was changed by something else.
    pub async fn spoken_batch(&self) -> Result<Option<SpokenBatch>, StateError> {
        if sqlx::query("SELECT 1 FROM spoken LIMIT 1").fetch_optional(&self.inner.readers).await?.is_none() {
            return Ok(None);
        }
        let mut fresh = [0_u8; 16];
        getrandom::fill(&mut fresh).map_err(|_| StateError::Random)?;
        // The name is on the disk before anybody writes under it: else a batch that was written could come with another name.
        let rows: Vec<SqliteRow> = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let given = "SELECT 1 FROM spoken WHERE batch IS NOT NULL LIMIT 1";
                    if sqlx::query(given).fetch_optional(&mut *connection).await?.is_none() {
                        let name = "UPDATE spoken SET batch = ?";
                        sqlx::query(name).bind(fresh.to_vec()).execute(&mut *connection).await?;
                    }
                    let named = "SELECT batch, pair, sealed FROM spoken WHERE batch IS NOT NULL ORDER BY id";
                    Ok(sqlx::query(named).fetch_all(connection).await?)
                })
            })
            .await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let name = hex::encode(fixed::<16>(first, 0)?);
        let said = rows.iter().map(|row| self.unseal_spoken(row)).collect::<Result<_, _>>()?;
        Ok(Some(SpokenBatch { name, said }))
    }

    /// Forgets a batch, which is in the spine.
    ///
    /// # Errors
    /// [`StateError`]; it is given once more.
    pub async fn spoken_written(&self, batch: &SpokenBatch) -> Result<(), StateError> {
        let name = hex::decode(&batch.name).map_err(|_| StateError::Unsealable { what: SPOKEN })?;
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM spoken WHERE batch = ?").bind(name).execute(connection).await?;
                Ok(())
            })
        })
        .await
    }

    pub(crate) fn seal_spoken(&self, spoken: &Spoken) -> Result<SealedSpoken, StateError> {
        let json = serde_json::to_vec(spoken).map_err(|_| StateError::Unsealable { what: SPOKEN })?;
        let pair = self.inner.keys.pair(&spoken.judgement.left, &spoken.judgement.right);
        Ok(SealedSpoken { pair, sealed: self.inner.keys.seal_row(SPOKEN, &pair, &json)? })
    }

    fn unseal_spoken(&self, row: &SqliteRow) -> Result<Spoken, StateError> {
        let changed = || StateError::Unsealable { what: SPOKEN };
        let pair: Tag = fixed(row, 1)?;
        let json = self.inner.keys.unseal_row(SPOKEN, &pair, row.try_get(2)?)?;
        let spoken: Spoken = serde_json::from_slice(&json).map_err(|_| changed())?;
        // A row that was put in the place of another would tell of other records than it is found by.
        if self.inner.keys.pair(&spoken.judgement.left, &spoken.judgement.right) != pair {
            return Err(changed());
        }
        Ok(spoken)
    }
}
