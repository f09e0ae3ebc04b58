//! Records that came one by one, ahead of their register's next delivery, and whose each was found to be.
//!
//! They are kept in the file of recent looks ([`crate::recent`]): whoever brings one waits for it, and there nobody waits for
//! what is moved into the store's tables meanwhile.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use model::{PersonId, RecordId};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::error::StateError;
use crate::looks::fixed;
use crate::recent::Recent;
use crate::seal::Tag;
use crate::store::State;

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

/// A record as it is kept.
struct SealedArrival {
    record: Tag,
    sealed: Vec<u8>,
    leaf: i64,
    /// In milliseconds since 1970.
    at_ms: i64,
}

impl SealedArrival {
    /// Writes it in the place of what is there of the same record.
    fn put(&self, journal: &Connection) -> rusqlite::Result<()> {
        self.insert(journal, "INSERT OR REPLACE INTO arrivals (record, sealed, leaf, at) VALUES (?, ?, ?, ?)")
    }

    /// Writes it unless something is there of the same record.
    fn put_if_new(&self, journal: &Connection) -> rusqlite::Result<()> {
        self.insert(journal, "INSERT OR IGNORE INTO arrivals (record, sealed, leaf, at) VALUES (?, ?, ?, ?)")
    }

    fn insert(&self, journal: &Connection, sql: &str) -> rusqlite::Result<()> {
        let Self { record, sealed, leaf, at_ms } = self;
        journal.prepare_cached(sql)?.execute(params![record.as_slice(), sealed, leaf, at_ms]).map(|_| ())
    }
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
        let kept = SealedArrival {
            record,
            sealed,
            leaf: i64::try_from(arrival.leaf).unwrap_or(i64::MAX),
            at_ms: arrival.at.timestamp_millis(),
        };
        self.inner.with_recent(move |recent| recent.journal.lock().transact(|journal| kept.put(journal))).await
    }

    /// Gives the records that came by themselves, in the order in which they came.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a record can't be unsealed.
    pub async fn arrivals(&self) -> Result<Vec<Arrival>, StateError> {
        let rows = self.inner.with_recent(|recent| {
            let journal = recent.journal.lock();
            let mut select = journal.connection.prepare("SELECT record, sealed, leaf, at FROM arrivals ORDER BY id")?;
            let rows = select.query_map((), |row| {
                Ok(SealedArrival { record: row.get(0)?, sealed: row.get(1)?, leaf: row.get(2)?, at_ms: row.get(3)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        rows.await?.into_iter().map(|row| self.unseal_arrival(&row)).collect()
    }

    /// Erases what came by itself of these records; tells of how many there was something.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn erase_arrivals(&self, records: &[RecordId]) -> Result<u64, StateError> {
        let tags: Vec<Tag> = records.iter().map(|record| self.inner.keys.record(record)).collect();
        let erased = self.inner.with_recent(move |recent| {
            recent.journal.lock().transact(|journal| {
                let mut delete = journal.prepare_cached("DELETE FROM arrivals WHERE record = ?")?;
                tags.iter().map(|tag| delete.execute([tag.as_slice()]).map(|gone| gone as u64)).sum()
            })
        });
        let erased: u64 = erased.await?;
        // What an erasure before has left that was not finished finds nothing to erase any more, and is finished here.
        if !records.is_empty() {
            self.truncate().await?;
        }
        Ok(erased)
    }

    fn unseal_arrival(&self, kept: &SealedArrival) -> Result<Arrival, StateError> {
        let changed = || StateError::Unsealable { what: ARRIVAL };
        let json = self.inner.keys.unseal_row(ARRIVAL, &kept.record, &kept.sealed)?;
        let Sealed { record, values, person } = serde_json::from_slice(&json).map_err(|_| changed())?;
        Ok(Arrival {
            record: record.parse().map_err(|_| changed())?,
            values,
            person: person.map(PersonId),
            leaf: u64::try_from(kept.leaf).map_err(|_| changed())?,
            at: DateTime::from_timestamp_millis(kept.at_ms).ok_or_else(changed)?,
        })
    }
}

/// Moves what earlier versions kept in the store's tables into the file of recent looks. What came of a record since then, of
/// which this is interrupted, stays.
pub(crate) async fn move_over(connection: &mut SqliteConnection, recent: &Recent) -> Result<(), StateError> {
    let rows =
        sqlx::query("SELECT record, sealed, leaf, at FROM arrivals ORDER BY id").fetch_all(&mut *connection).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let read = |row: &SqliteRow| -> Result<SealedArrival, StateError> {
        let (sealed, leaf, at_ms) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        Ok(SealedArrival { record: fixed(row, 0)?, sealed, leaf, at_ms })
    };
    let arrivals = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    recent.journal.lock().transact(|journal| arrivals.iter().try_for_each(|arrival| arrival.put_if_new(journal)))?;
    sqlx::query("DELETE FROM arrivals").execute(connection).await?;
    Ok(())
}
