//! Records that came one by one, ahead of their register's next delivery, and whose each was found to be.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use model::{PersonId, RecordId};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::Tag;
use crate::store::State;
use crate::writer::Durability;

const ARRIVAL: &str = "arrival";

/// A record that came by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The record.
    pub record: RecordId,
    /// Its values by column of person records.
    pub values: BTreeMap<String, String>,
    /// Whose it was found to be; none for nobody who is known.
    pub person: Option<PersonId>,
    /// The entry in the log of the question with which it came.
    pub leaf: u64,
    /// When.
    pub at: DateTime<Utc>,
}

/// Shows neither the record nor whose it is.
impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival").field("leaf", &self.leaf).field("at", &self.at).finish_non_exhaustive()
    }
}

/// What is sealed of it.
#[derive(Serialize, Deserialize)]
struct Sealed {
    record: String,
    values: BTreeMap<String, String>,
    person: Option<u64>,
}

impl State {
    /// Keeps a record that came by itself, in the place of what came before of the same record.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept, unless [`StateError::is_uncertain`] says that this isn't known.
    pub async fn keep_arrival(&self, arrival: &Arrival) -> Result<(), StateError> {
        let keys = &self.inner.keys;
        let record = keys.record(&arrival.record);
        let sealed = Sealed {
            record: arrival.record.to_string(),
            values: arrival.values.clone(),
            person: arrival.person.map(|person| person.0),
        };
        let json = serde_json::to_vec(&sealed).map_err(|_| StateError::Unsealable { what: ARRIVAL })?;
        let sealed = keys.seal_row(ARRIVAL, &record, &json)?;
        let (leaf, at) = (i64::try_from(arrival.leaf).unwrap_or(i64::MAX), arrival.at.timestamp_millis());
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT OR REPLACE INTO arrivals (record, sealed, leaf, at) VALUES (?, ?, ?, ?)")
                    .bind(record.to_vec())
                    .bind(sealed)
                    .bind(leaf)
                    .bind(at)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Gives the records that came by themselves, in the order in which they came.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a record can't be unsealed.
    pub async fn arrivals(&self) -> Result<Vec<Arrival>, StateError> {
        let query = "SELECT record, sealed, leaf, at FROM arrivals ORDER BY id";
        let rows = sqlx::query(query).fetch_all(&self.inner.readers).await?;
        rows.iter().map(|row| self.read_arrival(row)).collect()
    }

    /// Erases what came by itself of these records; tells of how many there was something.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn erase_arrivals(&self, records: &[RecordId]) -> Result<u64, StateError> {
        let tags: Vec<Tag> = records.iter().map(|record| self.inner.keys.record(record)).collect();
        let erased = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let mut erased = 0;
                    for tag in tags {
                        let done = sqlx::query("DELETE FROM arrivals WHERE record = ?")
                            .bind(tag.to_vec())
                            .execute(&mut *connection)
                            .await?;
                        erased += done.rows_affected();
                    }
                    Ok(erased)
                })
            })
            .await?;
        if erased > 0 {
            self.truncate().await?;
        }
        Ok(erased)
    }

    fn read_arrival(&self, row: &SqliteRow) -> Result<Arrival, StateError> {
        let changed = || StateError::Unsealable { what: ARRIVAL };
        let tag: Tag = fixed(row, 0)?;
        let json = self.inner.keys.unseal_row(ARRIVAL, &tag, row.try_get(1)?)?;
        let Sealed { record, values, person } = serde_json::from_slice(&json).map_err(|_| changed())?;
        Ok(Arrival {
            record: record.parse().map_err(|_| changed())?,
            values,
            person: person.map(PersonId),
            leaf: u64::try_from(row.try_get::<i64, _>(2)?).map_err(|_| changed())?,
            at: DateTime::from_timestamp_millis(row.try_get(3)?).ok_or_else(changed)?,
        })
    }
}
