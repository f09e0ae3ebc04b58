//! Looks: what stands behind the leaves of the log.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use model::{OfficerId, PersonId, PurposeId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::activity::{Active, Activity};
use crate::error::StateError;
use crate::persons::UnsavedKeys;
use crate::recent::{Recent, RecentLook};
use crate::seal::{Keys, Tag};
use crate::store::State;
use crate::writer::Durability;

/// The most rows that one statement inserts; SQLite takes at most 32,766 parameters.
const ROWS_MAX: usize = 500;

/// A look to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct NewLook {
    /// SHA-256 over salt and detail, as the leaf has it.
    pub commitment: [u8; 32],
    /// When.
    pub at: DateTime<Utc>,
    /// Who looked, if a person did.
    pub account: Option<OfficerId>,
    /// Under which purpose.
    pub purpose: PurposeId,
    /// On which day (UTC) it counts.
    pub day: NaiveDate,
    /// At whom.
    pub persons: Vec<PersonId>,
    /// Whether the persons count as opened by the account under the purpose on the day.
    pub counts_to_budget: bool,
    /// An id that counts as one person more, where nobody was found and the look counts all the same. It is nobody's: no list of
    /// looks is found by it.
    pub stands_in: Option<PersonId>,
    /// As what the look counts among what the account does on the day; none: it is not counted.
    pub counts_as: Option<Activity>,
    /// What the leaf commits to. Kept sealed with a key of its own.
    pub detail: Vec<u8>,
}

/// Shows nothing that names a person.
impl fmt::Debug for NewLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLook")
            .field("commitment", &hex::encode(self.commitment))
            .field("at", &self.at)
            .field("purpose", &self.purpose)
            .field("persons", &self.persons.len())
            .finish_non_exhaustive()
    }
}

/// A look that is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredLook {
    /// Its number: later looks have greater ones.
    pub sequence: u64,
    /// SHA-256 over salt and detail, as the leaf has it.
    pub commitment: [u8; 32],
    /// The leaf's index in the log, once it was noted.
    pub leaf: Option<u64>,
    /// When.
    pub at: DateTime<Utc>,
    /// Under which purpose.
    pub purpose: PurposeId,
    /// What the leaf commits to, unsealed.
    pub detail: Vec<u8>,
}

/// Shows nothing that names a person.
impl fmt::Debug for StoredLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredLook")
            .field("sequence", &self.sequence)
            .field("commitment", &hex::encode(self.commitment))
            .field("leaf", &self.leaf)
            .field("at", &self.at)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Which part of a list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only looks with a smaller sequence number; none: from the newest.
    pub before: Option<u64>,
    /// The most looks.
    pub limit: u32,
}

impl Page {
    /// Gives the first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { before: None, limit }
    }
}

/// Looks whose sequence numbers follow one another, and whose leaves do too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedLooks {
    /// The sequence number of the first.
    pub first: u64,
    /// The index of its leaf in the log.
    pub leaf: u64,
    /// How many there are.
    pub count: u64,
}

impl PlacedLooks {
    /// Adds the looks that follow these, if `next` are they: tells whether it did.
    #[must_use]
    pub fn join(&mut self, next: Self) -> bool {
        let follows = self.first + self.count == next.first && self.leaf + self.count == next.leaf;
        self.count += if follows { next.count } else { 0 };
        follows
    }
}

/// A look, sealed and ready to be written.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct SealedLook {
    pub(crate) commitment: [u8; 32],
    pub(crate) at_ms: i64,
    pub(crate) purpose: PurposeId,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) persons: Vec<Tag>,
    pub(crate) opened: Vec<Opened>,
    pub(crate) active: Option<Active>,
}

/// A look that is sealed and waits to be kept. Clones are the same look.
#[derive(Clone)]
pub struct ReadyLook {
    pub(crate) sealed: Arc<SealedLook>,
    /// How often looks had been moved into the tables when they were searched for its commitment.
    pub(crate) settles: u64,
}

/// Shows nothing that names a person.
impl fmt::Debug for ReadyLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadyLook").field("commitment", &hex::encode(self.sealed.commitment)).finish_non_exhaustive()
    }
}

/// A person who counts as opened.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Opened {
    pub(crate) account: Tag,
    pub(crate) day: i64,
    pub(crate) person: Tag,
    pub(crate) masked: [u8; 8],
}

/// Gives the number of a day, counted from the first day of the year 1.
pub(crate) fn day_number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

impl State {
    /// Keeps looks: all of them, durable before this returns, or none. The persons of looks that count are counted with them.
    ///
    /// # Errors
    /// [`StateError`]; nothing was kept, unless [`StateError::is_uncertain`] says that this isn't known.
    pub async fn put_looks(&self, looks: Vec<NewLook>) -> Result<(), StateError> {
        self.put_looks_with_keys(looks, UnsavedKeys::default()).await.map(|_| ())
    }

    /// Keeps looks as [`State::put_looks`] does, and with them the new keys of their persons. Returns the sequence number of
    /// the first, from which the others count on; 0 when there was nothing to keep.
    ///
    /// # Errors
    /// As [`State::put_looks`]; [`StateError::SamePersonKey`] when a person was given a key meanwhile: nothing was kept, and
    /// the keys are to be asked for again.
    pub async fn put_looks_with_keys(&self, looks: Vec<NewLook>, unsaved: UnsavedKeys) -> Result<u64, StateError> {
        let ready = looks.into_iter().map(|look| self.seal_look(look)).collect::<Result<Vec<_>, _>>()?;
        self.keep_looks(ready, unsaved).await
    }

    /// Seals a look, which is kept by [`State::keep_looks`]. Nothing is kept yet. What can be done of a look by itself is
    /// done here: those that are kept together wait for each other.
    ///
    /// Reads the store on the thread that calls.
    ///
    /// # Errors
    /// [`StateError::SameCommitment`] when there is a look of this commitment; [`StateError`] when the database fails.
    pub fn seal_look(&self, look: NewLook) -> Result<ReadyLook, StateError> {
        let settles = self.inner.recent.settles();
        if self.inner.recent.has_in_tables(&look.commitment)? {
            return Err(StateError::SameCommitment);
        }
        self.sealed(look, settles)
    }

    /// Seals a look whose commitment the tables didn't have when looks had been moved there so often.
    pub(crate) fn sealed(&self, look: NewLook, settles: u64) -> Result<ReadyLook, StateError> {
        Ok(ReadyLook { sealed: Arc::new(seal(&self.inner.keys, look)?), settles })
    }

    /// Keeps sealed looks as [`State::put_looks_with_keys`] does.
    ///
    /// # Errors
    /// As [`State::put_looks_with_keys`].
    pub async fn keep_looks(&self, looks: Vec<ReadyLook>, unsaved: UnsavedKeys) -> Result<u64, StateError> {
        if looks.is_empty() && unsaved.keys.is_empty() {
            return Ok(0);
        }
        self.inner.keep_looks(unsaved, looks).await.map(i64::unsigned_abs)
    }

    /// Notes at which place of the log looks are.
    ///
    /// After a cut of power [`State::looks_without_leaf`] gives those that were forgotten, and the log itself knows where they
    /// are.
    ///
    /// # Errors
    /// [`StateError`]; nothing was noted.
    pub async fn set_leaves(&self, leaves: &[([u8; 32], u64)]) -> Result<(), StateError> {
        if leaves.is_empty() {
            return Ok(());
        }
        self.inner.settle_all().await?;
        let leaves = leaves.to_vec();
        self.write(Durability::WithTheNext, |connection| Box::pin(update_leaves(connection, leaves))).await
    }

    /// Notes the same of looks that follow one another, in the store as in the log: a statement for each run of them that is
    /// in the tables already.
    ///
    /// # Errors
    /// As [`State::set_leaves`].
    pub async fn place_looks(&self, runs: &[PlacedLooks]) -> Result<(), StateError> {
        if runs.is_empty() {
            return Ok(());
        }
        let runs = runs.to_vec();
        let inner = Arc::clone(&self.inner);
        let task = tokio::spawn(async move {
            // Whoever moves looks into the tables holds the writer: none are moved between memory and tables here.
            let mut writer = inner.writer.lock().await;
            let moved = inner.recent.place(&runs);
            inner.with_recent(Recent::note_placed).await?;
            if moved.is_empty() {
                return Ok(());
            }
            let placed = writer.transact(Durability::WithTheNext, |connection| Box::pin(place_runs(connection, moved)));
            let outcome = placed.await;
            inner.written();
            outcome
        });
        task.await.unwrap_or(Err(StateError::Uncertain))
    }

    /// Tells whether any look was ever kept, erased ones counted.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn has_looks(&self) -> Result<bool, StateError> {
        let (recent, _) = self.inner.recent.newest(1, |_, _| true);
        let in_tables = "SELECT 1 FROM looks LIMIT 1";
        Ok(!recent.is_empty() || sqlx::query(in_tables).fetch_optional(&self.inner.readers).await?.is_some())
    }

    /// Gives the newest look whose place in the log was noted: its commitment, and the place. Erased looks are among them.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or holds what is no place.
    pub async fn newest_placed(&self) -> Result<Option<([u8; 32], u64)>, StateError> {
        let place = |leaf: i64| u64::try_from(leaf).map_err(|_| StateError::Unsealable { what: "place of a look" });
        // First what was noted in memory and beside the tables: looks may be there for a while before they are moved.
        let noted = self.inner.recent.placed();
        let row = sqlx::query("SELECT commitment, leaf FROM looks WHERE leaf IS NOT NULL ORDER BY id DESC LIMIT 1")
            .fetch_optional(&self.inner.readers)
            .await?;
        let in_tables = row.map(|row| Ok::<_, StateError>((fixed(&row, 0)?, place(row.try_get(1)?)?))).transpose()?;
        Ok(noted.into_iter().chain(in_tables).max_by_key(|(_, leaf)| *leaf))
    }

    /// Gives the commitments of looks whose place in the log wasn't noted, oldest first; erased ones are left out.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn looks_without_leaf(&self) -> Result<Vec<[u8; 32]>, StateError> {
        let (recent, oldest) = self.inner.recent.newest(usize::MAX, |_, _| true);
        let rows =
            sqlx::query("SELECT commitment FROM looks WHERE leaf IS NULL AND erased_at IS NULL AND id < ? ORDER BY id")
                .bind(oldest)
                .fetch_all(&self.inner.readers)
                .await?;
        let mut commitments = rows.iter().map(|row| fixed(row, 0)).collect::<Result<Vec<_>, _>>()?;
        let placeless = recent.iter().rev().filter(|look| look.leaf.is_none());
        commitments.extend(placeless.map(|look| look.sealed().commitment));
        Ok(commitments)
    }

    /// Gives the looks at any of these persons, newest first, each once. Erased looks are not among them.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a look can't be unsealed.
    pub async fn looks_of(&self, persons: &[PersonId], page: Page) -> Result<Vec<StoredLook>, StateError> {
        if persons.is_empty() {
            return Ok(Vec::new());
        }
        let keys = &self.inner.keys;
        let tags: Vec<Tag> = persons.iter().map(|person| keys.person(*person)).collect();
        let before = page.before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let is_of_persons = |look: &SealedLook| look.persons.iter().any(|person| tags.contains(person));
        let (recent, oldest) = self.inner.recent.newest(limit, |id, look| id < before && is_of_persons(look));
        let mut found = recent.iter().map(|look| recent_look(keys, look)).collect::<Result<Vec<_>, _>>()?;
        let mut query = QueryBuilder::<Sqlite>::new(LOOK_COLUMNS);
        query.push(" WHERE looks.id IN (SELECT look FROM look_persons WHERE person IN (");
        let mut list = query.separated(", ");
        for tag in &tags {
            list.push_bind(tag.to_vec());
        }
        query.push(") AND look < ").push_bind(before.min(oldest)).push(") ORDER BY looks.id DESC LIMIT ");
        query.push_bind(i64::try_from(limit - found.len()).unwrap_or(i64::MAX));
        for row in query.build().persistent(false).fetch_all(&self.inner.readers).await? {
            found.push(stored_look(keys, &row)?);
        }
        Ok(found)
    }

    /// Gives the look of this commitment; none when there never was one or it was erased.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or the look can't be unsealed.
    pub async fn look(&self, commitment: &[u8; 32]) -> Result<Option<StoredLook>, StateError> {
        if let Some(look) = self.inner.recent.of_commitment(commitment) {
            return recent_look(&self.inner.keys, &look).map(Some);
        }
        let mut query = QueryBuilder::<Sqlite>::new(LOOK_COLUMNS);
        query.push(" WHERE looks.commitment = ").push_bind(commitment.to_vec());
        let row = query.build().fetch_optional(&self.inner.readers).await?;
        row.map(|row| stored_look(&self.inner.keys, &row)).transpose()
    }

    /// Gives the place in the log of the look of this commitment, an erased one too; none before it was noted, or when there
    /// never was such a look. Nothing is unsealed.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or holds what is no place.
    pub async fn leaf_of(&self, commitment: &[u8; 32]) -> Result<Option<u64>, StateError> {
        let place = |leaf: i64| u64::try_from(leaf).map_err(|_| StateError::Unsealable { what: "place of a look" });
        if let Some(look) = self.inner.recent.of_commitment(commitment) {
            return look.leaf.map(place).transpose();
        }
        let row = sqlx::query("SELECT leaf FROM looks WHERE commitment = ?")
            .bind(commitment.to_vec())
            .fetch_optional(&self.inner.readers)
            .await?;
        let leaf: Option<i64> = match row {
            Some(row) => row.try_get(0)?,
            None => None,
        };
        leaf.map(place).transpose()
    }

    /// Gives the different persons that an account opened under a purpose on a day, and the ids that stand in for persons who were
    /// not found ([`NewLook::stands_in`]), in no order.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a row can't be unsealed.
    pub async fn persons_opened(
        &self,
        account: &OfficerId,
        purpose: &PurposeId,
        day: NaiveDate,
    ) -> Result<Vec<PersonId>, StateError> {
        let keys = &self.inner.keys;
        let account = keys.account(account);
        let (number, in_tables) =
            (day_number(day), "SELECT person, masked FROM opened WHERE account = ? AND purpose = ? AND day = ?");
        // First those in memory: what is moved from there meanwhile is found in both places.
        let is_counted = |opened: &Opened| opened.account == account && opened.day == number;
        let (recent, _) = self
            .inner
            .recent
            .newest(usize::MAX, |_, look| look.purpose == *purpose && look.opened.iter().any(is_counted));
        let counted = recent.iter().flat_map(|look| look.sealed().opened.iter().filter(|opened| is_counted(opened)));
        let mut masked: HashMap<Tag, [u8; 8]> = counted.map(|opened| (opened.person, opened.masked)).collect();
        let rows = sqlx::query(in_tables)
            .bind(account.to_vec())
            .bind(purpose.as_str().to_owned())
            .bind(number)
            .fetch_all(&self.inner.readers)
            .await?;
        for row in rows {
            masked.insert(fixed(&row, 0)?, fixed(&row, 1)?);
        }
        masked.iter().map(|(person, masked)| keys.unmask_person(person, *masked)).collect()
    }
}

const LOOK_COLUMNS: &str = "SELECT looks.id, commitment, leaf, at, purpose, wrapped_key, sealed \
     FROM looks JOIN details ON details.look = looks.id";

fn seal(keys: &Keys, look: NewLook) -> Result<SealedLook, StateError> {
    let (wrapped_key, sealed) = keys.seal_detail(&look.commitment, &look.detail)?;
    let mut distinct = look.persons;
    distinct.sort_unstable();
    distinct.dedup();
    let persons: Vec<Tag> = distinct.iter().map(|person| keys.person(*person)).collect();
    let mut opened = Vec::new();
    if let (true, Some(account)) = (look.counts_to_budget, &look.account) {
        let account = keys.account(account);
        let nobody = look.stands_in.map(|nobody| (nobody, keys.person(nobody)));
        for (person, tag) in distinct.iter().copied().zip(persons.iter().copied()).chain(nobody) {
            let masked = keys.mask_person(&tag, person);
            opened.push(Opened { account, day: day_number(look.day), person: tag, masked });
        }
    }
    let active = look.counts_as.zip(look.account.as_ref()).map(|(activity, account)| Active {
        account: keys.account(account),
        day: day_number(look.day),
        activity,
    });
    Ok(SealedLook {
        commitment: look.commitment,
        at_ms: look.at.timestamp_millis(),
        purpose: look.purpose,
        wrapped_key,
        sealed,
        persons,
        opened,
        active,
    })
}

/// One statement a look, sent at once. A single one that joins them all would be planned as a scan of every look there is.
async fn update_leaves(connection: &mut SqliteConnection, leaves: Vec<([u8; 32], u64)>) -> Result<(), StateError> {
    for chunk in leaves.chunks(ROWS_MAX) {
        let mut script = QueryBuilder::<Sqlite>::new("");
        for (commitment, leaf) in chunk {
            script.push("UPDATE looks SET leaf = ").push_bind(i64::try_from(*leaf).unwrap_or(i64::MAX));
            script.push(" WHERE commitment = ").push_bind(commitment.to_vec()).push(";\n");
        }
        script.build().persistent(false).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn place_runs(connection: &mut SqliteConnection, runs: Vec<PlacedLooks>) -> Result<(), StateError> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    for PlacedLooks { first, leaf, count } in runs.into_iter().filter(|run| run.count > 0) {
        sqlx::query("UPDATE looks SET leaf = ? + (id - ?) WHERE id BETWEEN ? AND ?")
            .bind(number(leaf))
            .bind(number(first))
            .bind(number(first))
            .bind(number(first + count - 1))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn recent_look(keys: &Keys, look: &RecentLook) -> Result<StoredLook, StateError> {
    let RecentLook { id, leaf, .. } = look;
    let sealed = look.sealed();
    let changed = || StateError::Unsealable { what: "look" };
    Ok(StoredLook {
        sequence: u64::try_from(*id).map_err(|_| changed())?,
        commitment: sealed.commitment,
        leaf: leaf.map(u64::try_from).transpose().map_err(|_| changed())?,
        at: DateTime::from_timestamp_millis(sealed.at_ms).ok_or_else(changed)?,
        purpose: sealed.purpose.clone(),
        detail: keys.unseal_detail(&sealed.commitment, &sealed.wrapped_key, &sealed.sealed)?,
    })
}

fn stored_look(keys: &Keys, row: &SqliteRow) -> Result<StoredLook, StateError> {
    let commitment: [u8; 32] = fixed(row, 1)?;
    let leaf: Option<i64> = row.try_get(2)?;
    let purpose: &str = row.try_get(4)?;
    let (wrapped_key, sealed): (&[u8], &[u8]) = (row.try_get(5)?, row.try_get(6)?);
    let changed = || StateError::Unsealable { what: "look" };
    Ok(StoredLook {
        sequence: u64::try_from(row.try_get::<i64, _>(0)?).map_err(|_| changed())?,
        commitment,
        leaf: leaf.map(u64::try_from).transpose().map_err(|_| changed())?,
        at: DateTime::from_timestamp_millis(row.try_get(3)?).ok_or_else(changed)?,
        purpose: PurposeId::new(purpose).map_err(|_| changed())?,
        detail: keys.unseal_detail(&commitment, wrapped_key, sealed)?,
    })
}

/// Gives a column that holds exactly N bytes.
pub(crate) fn fixed<const N: usize>(row: &SqliteRow, column: usize) -> Result<[u8; N], StateError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StateError::Unsealable { what: "row" })
}
