//! What people contest: that a record which was linked to them is about them.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use model::{OfficerId, RecordId, Verdict};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::Tag;
use crate::spoken::Spoken;
use crate::store::{Inner, State};
use crate::writer::Durability;

const CONTEST: &str = "contest";

const COLUMNS: &str = "id, record, sealed, leaf, at, ending, ended_leaf, ended";

/// How a contest ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContestEnd {
    /// What a steward judged; [`Verdict::Withdrawn`] when the person took it back.
    pub verdict: Verdict,
    /// Its entry in the log.
    pub leaf: u64,
    /// When.
    pub at: DateTime<Utc>,
}

/// What becomes of the contests of two records with what is noted of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfContests {
    /// They are as before.
    Stay,
    /// Those that are open and were made before it end with it.
    End,
    /// Those that the judgement of this entry of the log ended are open again, as by [`State::reopen_contest`].
    Reopen(u64),
}

/// A record that a person contests.
#[derive(Clone, PartialEq, Eq)]
pub struct Contest {
    /// Its number, from 1; no other contest ever has it.
    pub id: u64,
    /// The contested record.
    pub contested: RecordId,
    /// The record that ties it to the person.
    pub tied: RecordId,
    /// Who contests it.
    pub account: OfficerId,
    /// Why, in their words.
    pub reason: String,
    /// Its entry in the log.
    pub leaf: u64,
    /// Since when.
    pub at: DateTime<Utc>,
    /// How it ended; none while it is open.
    pub ended: Option<ContestEnd>,
}

/// Shows neither who, nor what, nor why.
impl fmt::Debug for Contest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contest")
            .field("id", &self.id)
            .field("at", &self.at)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Contest {
    /// Gives both records, the smaller id first.
    #[must_use]
    pub fn pair(&self) -> (&RecordId, &RecordId) {
        if self.contested < self.tied { (&self.contested, &self.tied) } else { (&self.tied, &self.contested) }
    }
}

/// What is sealed of a contest.
#[derive(Serialize, Deserialize)]
struct Sealed {
    contested: String,
    tied: String,
    account: OfficerId,
    reason: String,
}

/// The records that are contested now, by tag, and since when. Every dossier asks, so they are kept in memory.
pub(crate) type Open = HashMap<Tag, DateTime<Utc>>;

/// The records of which stewards judged what a person contested, by tag, and how they did last. They are kept so too.
pub(crate) type Judged = HashMap<Tag, ContestEnd>;

impl State {
    /// Keeps that a person contests a record, which `tied` ties to them; tells whether it is kept: not when the record is
    /// contested already.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept.
    pub async fn note_contest(
        &self,
        pair: (&RecordId, &RecordId),
        account: &OfficerId,
        reason: &str,
        leaf: u64,
        at: DateTime<Utc>,
    ) -> Result<bool, StateError> {
        self.note_contest_and(pair, account, reason, leaf, at, None).await
    }

    /// Keeps that a person contests a record as [`note_contest`](Self::note_contest) does, and with it what the spine is to have of
    /// it: both or neither.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept, and the spine is told nothing.
    pub async fn note_contest_and(
        &self,
        (contested, tied): (&RecordId, &RecordId),
        account: &OfficerId,
        reason: &str,
        leaf: u64,
        at: DateTime<Utc>,
        spoken: Option<&Spoken>,
    ) -> Result<bool, StateError> {
        let spoken = spoken.map(|spoken| self.seal_spoken(spoken)).transpose()?;
        let keys = &self.inner.keys;
        let (record, pair, by) = (keys.record(contested), pair_tag(self, contested, tied), keys.account(account));
        let sealed = Sealed {
            contested: contested.to_string(),
            tied: tied.to_string(),
            account: account.clone(),
            reason: reason.to_owned(),
        };
        let json = serde_json::to_vec(&sealed).map_err(|_| StateError::Unsealable { what: CONTEST })?;
        let sealed = keys.seal_row(CONTEST, &record, &json)?;
        let kept = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let done = sqlx::query(
                        "INSERT OR IGNORE INTO contests (pair, record, account, sealed, leaf, at) \
                         VALUES (?, ?, ?, ?, ?, ?)",
                    )
                    .bind(pair.to_vec())
                    .bind(record.to_vec())
                    .bind(by.to_vec())
                    .bind(sealed)
                    .bind(i64::try_from(leaf).unwrap_or(i64::MAX))
                    .bind(at.timestamp_millis())
                    .execute(&mut *connection)
                    .await?;
                    let is_kept = done.rows_affected() > 0;
                    if let Some(spoken) = spoken.filter(|_| is_kept) {
                        spoken.keep_in(connection).await?;
                    }
                    Ok(is_kept)
                })
            })
            .await?;
        self.inner.read_open_contests().await?;
        Ok(kept)
    }

    /// Ends the open contests of two records, in any order, that were made before the entry of the log that ends them; tells
    /// whether there was one.
    ///
    /// # Errors
    /// [`StateError`]; they are open as before.
    pub async fn end_contest(&self, one: &RecordId, other: &RecordId, end: ContestEnd) -> Result<bool, StateError> {
        let pair = pair_tag(self, one, other);
        let ended = self
            .write(Durability::Now, move |connection| Box::pin(async move { end_in(connection, &pair, end).await }))
            .await?;
        self.inner.read_open_contests().await?;
        Ok(ended)
    }

    /// Ends one contest, which the person takes back, while it is open; tells whether it was. What they contest of the other
    /// record of its pair is open as before. What the spine is to have of it is kept with it, if it was.
    ///
    /// # Errors
    /// [`StateError`]; it is open as before, and the spine is told nothing.
    pub async fn withdraw_contest(
        &self,
        id: u64,
        end: ContestEnd,
        spoken: Option<&Spoken>,
    ) -> Result<bool, StateError> {
        let Ok(id) = i64::try_from(id) else { return Ok(false) };
        let spoken = spoken.map(|spoken| self.seal_spoken(spoken)).transpose()?;
        let ended = self
            .write(Durability::Now, move |connection| {
                Box::pin(async move {
                    let done = sqlx::query(
                        "UPDATE contests SET ending = ?, ended_leaf = ?, ended = ? WHERE id = ? AND ended IS NULL",
                    )
                    .bind(end.verdict.as_str())
                    .bind(i64::try_from(end.leaf).unwrap_or(i64::MAX))
                    .bind(end.at.timestamp_millis())
                    .bind(id)
                    .execute(&mut *connection)
                    .await?;
                    let is_ended = done.rows_affected() > 0;
                    if let Some(spoken) = spoken.filter(|_| is_ended) {
                        spoken.keep_in(connection).await?;
                    }
                    Ok(is_ended)
                })
            })
            .await?;
        self.inner.read_open_contests().await?;
        Ok(ended)
    }

    /// Opens the contests of two records again that the judgement of entry `leaf` ended; tells whether there was one. What the
    /// person contested anew since of the same record, and took back or not, is their last word on it.
    ///
    /// # Errors
    /// [`StateError`]; they have ended as before.
    pub async fn reopen_contest(&self, one: &RecordId, other: &RecordId, leaf: u64) -> Result<bool, StateError> {
        let pair = pair_tag(self, one, other);
        let opened = self
            .write(Durability::Now, move |connection| Box::pin(async move { reopen_in(connection, &pair, leaf).await }))
            .await?;
        self.inner.read_open_contests().await?;
        Ok(opened)
    }

    /// Gives what an account contests or contested, the latest first.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a contest can't be unsealed.
    pub async fn contests_of(&self, account: &OfficerId) -> Result<Vec<Contest>, StateError> {
        let by = self.inner.keys.account(account).to_vec();
        let query = format!("SELECT {COLUMNS} FROM contests WHERE account = ? ORDER BY id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(by).fetch_all(&self.inner.readers).await?;
        rows.iter().map(|row| self.read_contest(row)).collect()
    }

    /// Gives the open contests, the oldest first.
    ///
    /// # Errors
    /// As [`contests_of`](Self::contests_of).
    pub async fn open_contests(&self) -> Result<Vec<Contest>, StateError> {
        // Memory may know less than what is written, should it not have been read again since.
        let query = format!("SELECT {COLUMNS} FROM contests WHERE ended IS NULL ORDER BY id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&self.inner.readers).await?;
        rows.iter().map(|row| self.read_contest(row)).collect()
    }

    /// Gives a contest, open or not; none when there is none of this number.
    ///
    /// # Errors
    /// As [`contests_of`](Self::contests_of).
    pub async fn contest(&self, id: u64) -> Result<Option<Contest>, StateError> {
        let Ok(id) = i64::try_from(id) else { return Ok(None) };
        let query = format!("SELECT {COLUMNS} FROM contests WHERE id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&self.inner.readers).await?;
        row.map(|row| self.read_contest(&row)).transpose()
    }

    /// Gives the contest of two records that the judgement of entry `leaf` ended; none when it ended none.
    ///
    /// # Errors
    /// As [`contests_of`](Self::contests_of).
    pub async fn settled_contest(
        &self,
        one: &RecordId,
        other: &RecordId,
        leaf: u64,
    ) -> Result<Option<Contest>, StateError> {
        let pair = pair_tag(self, one, other);
        let query =
            format!("SELECT {COLUMNS} FROM contests WHERE pair = ? AND ended_leaf = ? ORDER BY id DESC LIMIT 1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(pair.to_vec())
            .bind(i64::try_from(leaf).unwrap_or(i64::MAX))
            .fetch_optional(&self.inner.readers)
            .await?;
        row.map(|row| self.read_contest(&row)).transpose()
    }

    /// Gives since when each of these records is contested, in their order; asks memory alone.
    #[must_use]
    pub fn contested_since(&self, records: &[RecordId]) -> Vec<Option<DateTime<Utc>>> {
        let open = self.inner.open_contests.read();
        if open.is_empty() {
            return vec![None; records.len()];
        }
        records.iter().map(|record| open.get(&self.inner.keys.record(record)).copied()).collect()
    }

    /// Gives how stewards judged last what a person contested of each of these records, in their order; none where nobody
    /// contested it, or it is open again. Asks memory alone.
    #[must_use]
    pub fn contest_judged(&self, records: &[RecordId]) -> Vec<Option<ContestEnd>> {
        let judged = self.inner.judged_contests.read();
        if judged.is_empty() {
            return vec![None; records.len()];
        }
        records.iter().map(|record| judged.get(&self.inner.keys.record(record)).copied()).collect()
    }

    /// Gives the numbers of the contests of a record and of those that it ties to somebody. What ties is sealed, so each is
    /// opened: there are as many as people wrote.
    pub(crate) async fn contests_that_name(&self, record: &RecordId) -> Result<Vec<i64>, StateError> {
        let query = format!("SELECT {COLUMNS} FROM contests");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&self.inner.readers).await?;
        let mut found = Vec::new();
        for row in &rows {
            let contest = self.read_contest(row)?;
            if [&contest.contested, &contest.tied].contains(&record) {
                found.push(row.try_get(0)?);
            }
        }
        Ok(found)
    }

    fn read_contest(&self, row: &SqliteRow) -> Result<Contest, StateError> {
        let changed = || StateError::Unsealable { what: CONTEST };
        let record: Tag = fixed(row, 1)?;
        let json = self.inner.keys.unseal_row(CONTEST, &record, row.try_get(2)?)?;
        let Sealed { contested, tied, account, reason } = serde_json::from_slice(&json).map_err(|_| changed())?;
        let number = |value: i64| u64::try_from(value).map_err(|_| changed());
        let moment = |ms: i64| DateTime::from_timestamp_millis(ms).ok_or_else(changed);
        let ending: (Option<&str>, Option<i64>, Option<i64>) = (row.try_get(5)?, row.try_get(6)?, row.try_get(7)?);
        let ended = read_end(ending)?;
        Ok(Contest {
            id: number(row.try_get(0)?)?,
            contested: contested.parse().map_err(|_| changed())?,
            tied: tied.parse().map_err(|_| changed())?,
            account,
            reason,
            leaf: number(row.try_get(3)?)?,
            at: moment(row.try_get(4)?)?,
            ended,
        })
    }
}

impl Inner {
    /// Reads which records are contested now, and how it was judged of others.
    pub(crate) async fn read_open_contests(&self) -> Result<(), StateError> {
        let rows = sqlx::query("SELECT record, at FROM contests WHERE ended IS NULL").fetch_all(&self.readers).await?;
        let mut open = Open::with_capacity(rows.len());
        for row in &rows {
            let at = DateTime::from_timestamp_millis(row.try_get(1)?);
            open.insert(fixed(row, 0)?, at.ok_or(StateError::Unsealable { what: CONTEST })?);
        }
        let ended = "SELECT record, ending, ended_leaf, ended FROM contests WHERE ended IS NOT NULL ORDER BY id";
        let mut judged = Judged::new();
        for row in &sqlx::query(ended).fetch_all(&self.readers).await? {
            let record: Tag = fixed(row, 0)?;
            let ending = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let end = read_end(ending)?.filter(|_| !open.contains_key(&record));
            match end.filter(|end| end.verdict != Verdict::Withdrawn) {
                Some(end) => judged.insert(record, end),
                None => judged.remove(&record),
            };
        }
        *self.open_contests.write() = open;
        *self.judged_contests.write() = judged;
        Ok(())
    }
}

/// Ends the open contests of a pair that were made before; tells whether there was one.
pub(crate) async fn end_in(connection: &mut SqliteConnection, pair: &Tag, end: ContestEnd) -> Result<bool, StateError> {
    let leaf = i64::try_from(end.leaf).unwrap_or(i64::MAX);
    let done = sqlx::query(
        "UPDATE contests SET ending = ?, ended_leaf = ?, ended = ? WHERE pair = ? AND ended IS NULL AND leaf < ?",
    )
    .bind(end.verdict.as_str())
    .bind(leaf)
    .bind(end.at.timestamp_millis())
    .bind(pair.to_vec())
    .bind(leaf)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Opens the contests of a pair again that the judgement of entry `leaf` ended; tells whether there was one. Of a pair both records
/// may have been contested: each has its own last word. The spine is followed in the same way.
pub(crate) async fn reopen_in(connection: &mut SqliteConnection, pair: &Tag, leaf: u64) -> Result<bool, StateError> {
    let done = sqlx::query(
        "UPDATE OR IGNORE contests SET ending = NULL, ended_leaf = NULL, ended = NULL \
         WHERE pair = ? AND ended_leaf = ? AND NOT EXISTS (SELECT 1 FROM contests AS later \
         WHERE later.pair = contests.pair AND later.record = contests.record AND later.id > contests.id)",
    )
    .bind(pair.to_vec())
    .bind(i64::try_from(leaf).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn pair_tag(state: &State, one: &RecordId, other: &RecordId) -> Tag {
    let (left, right) = if one < other { (one, other) } else { (other, one) };
    state.inner.keys.pair(left, right)
}

/// Reads how a contest ended: the verdict, its entry in the log, and when; none of an open one.
fn read_end(ending: (Option<&str>, Option<i64>, Option<i64>)) -> Result<Option<ContestEnd>, StateError> {
    let (Some(name), Some(leaf), Some(at)) = ending else { return Ok(None) };
    let changed = || StateError::Unsealable { what: CONTEST };
    let verdicts = [Verdict::Same, Verdict::Different, Verdict::CannotSay, Verdict::Withdrawn];
    let verdict = verdicts.into_iter().find(|known| known.as_str() == name).ok_or_else(changed)?;
    let leaf = u64::try_from(leaf).map_err(|_| changed())?;
    Ok(Some(ContestEnd { verdict, leaf, at: DateTime::from_timestamp_millis(at).ok_or_else(changed)? }))
}
