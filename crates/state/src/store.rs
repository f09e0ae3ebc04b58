//! The store: opened, checked, and shared.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row as _, SqliteConnection, SqlitePool};
use subtle::ConstantTimeEq;
use tokio::sync::{Mutex, Notify};

use crate::arrivals;
use crate::error::StateError;
use crate::key::MasterKey;
use crate::pair_tags::PairTags;
use crate::recent::{self, Recent};
use crate::reviews::LastRead;
use crate::schema;
use crate::seal::Keys;
use crate::writer::{Durability, Work, Writer};

/// How long a connection waits for another to let go of the file.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many readers there are at most.
const READERS_MAX: u32 = 4;

/// After how many writes the write-ahead log is copied back into the file, beside the writers.
const WRITES_BETWEEN_CHECKPOINTS: u64 = 16;

/// From how many pages on the write-ahead log is begun anew once it is copied back. While writers write there is always a
/// rest to copy, for which they wait; it is small.
const RESTART_PAGES: i64 = 512;

/// How long beginning it anew waits for those who still read it, with no writer at work; else it is tried next time.
const RESTART_PATIENCE: Duration = Duration::from_millis(20);

/// After how many pages of the write-ahead log a writer copies it back itself, should the task beside it not keep up. Looks
/// wait for that, for a tenth of a second.
pub(crate) const CHECKPOINT_PAGES: u32 = 65_536;

/// How much who writes keeps of the file in memory, in KiB, negative as SQLite wants it.
pub(crate) const WRITER_CACHE_KIB: i32 = -32_768;

/// How often truncation is tried while somebody reads, and how long apart.
const TRUNCATIONS_MAX: u32 = 100;
const BETWEEN_TRUNCATIONS: Duration = Duration::from_millis(20);

/// How a store is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The most pages of 4,096 bytes that the file may have; none: as many as the disk holds. A write beyond is refused
    /// as [`StateError::Full`].
    pub pages_max: Option<u32>,
}

/// The store. Clones share it.
#[derive(Clone)]
pub struct State {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State(…)")
    }
}

pub(crate) struct Inner {
    pub(crate) keys: Keys,
    pub(crate) readers: SqlitePool,
    pub(crate) writer: Mutex<Writer>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) open_contests: parking_lot::RwLock<crate::contests::Open>,
    pub(crate) judged_contests: parking_lot::RwLock<crate::contests::Judged>,
    pub(crate) reviews: LastRead,
    pub(crate) pair_tags: PairTags,
    writes: AtomicU64,
    kept: AtomicU64,
    pub(crate) checkpoint: Arc<Notify>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The tasks behind the store hold the other ends; they see that it is gone.
        self.checkpoint.notify_one();
        self.recent.wake();
    }
}

impl State {
    /// Opens the store in the file at `path`, or makes it, for its owner only. Sealed with keys derived from `key`.
    ///
    /// # Errors
    /// [`StateError`] when the file is of another version, of something else, made with another key, damaged, readable
    /// by others, or can't be opened.
    pub async fn open(path: &Path, key: MasterKey) -> Result<Self, StateError> {
        Self::open_with(path, key, Options::default()).await
    }

    /// Opens the store as [`State::open`] does, with options.
    ///
    /// # Errors
    /// As [`State::open`].
    pub async fn open_with(path: &Path, key: MasterKey, options: Options) -> Result<Self, StateError> {
        prepare_file(path)?;
        let keys = Keys::new(&key);
        drop(key);
        let writer_options = connect_options(path, options).pragma("cache_size", WRITER_CACHE_KIB.to_string());
        let mut writer = writer_options.connect().await?;
        schema::STORE.migrate(&mut writer, path).await?;
        check_key(&mut writer, &keys, path).await?;
        let recent = Arc::new(open_recent(&mut writer, path, options).await?);
        let checkpointer = connect_options(path, options).busy_timeout(RESTART_PATIENCE).connect().await?;
        let reader_options = connect_options(path, options).pragma("query_only", "ON");
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false)
            .connect_with(reader_options)
            .await?;
        let checkpoint = Arc::new(Notify::new());
        let inner = Arc::new(Inner {
            keys,
            readers,
            writer: Mutex::new(Writer::new(writer)),
            recent: Arc::clone(&recent),
            open_contests: parking_lot::RwLock::default(),
            judged_contests: parking_lot::RwLock::default(),
            reviews: LastRead::default(),
            pair_tags: PairTags::default(),
            writes: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            checkpoint: Arc::clone(&checkpoint),
        });
        inner.read_open_contests().await?;
        tokio::spawn(keep_checkpointing(Arc::downgrade(&inner), checkpoint, checkpointer));
        tokio::spawn(recent::keep_settling(Arc::downgrade(&inner), recent));
        Ok(Self { inner })
    }

    /// Tells whether a write may or may not have been kept: then nothing more is written until the store is opened anew. A
    /// write that is under way is not waited for.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        let of_tables = self.inner.writer.try_lock().is_ok_and(|writer| writer.is_uncertain());
        of_tables || self.inner.recent.is_uncertain()
    }

    /// Ends all reading, of all clones, and copies the write-ahead log and recent looks back into the file. Not closing loses
    /// nothing.
    ///
    /// # Errors
    /// [`StateError`] when they can't be copied back; they will be when the store is opened again.
    pub async fn close(self) -> Result<(), StateError> {
        self.inner.settle_all().await?;
        self.inner.with_recent(Recent::scrub).await?;
        self.inner.readers.close().await;
        let mut writer = self.inner.writer.lock().await;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut writer.connection).await?;
        Ok(())
    }

    /// Does work in one transaction of the writer. The work goes on when the caller goes away, so that no transaction is
    /// left half way.
    pub(crate) async fn write<T, F>(&self, durability: Durability, work: F) -> Result<T, StateError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let task = tokio::spawn(async move {
            let outcome = inner.writer.lock().await.transact(durability, work).await;
            if durability == Durability::Now {
                inner.kept.fetch_add(1, Ordering::AcqRel);
            }
            inner.written();
            outcome
        });
        task.await.unwrap_or(Err(StateError::Uncertain))
    }
}

impl Inner {
    /// Gives how many times something was written that is durable by itself: anything but looks and their places in the log. All
    /// else that was read before stands as long as this is the same.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.load(Ordering::Acquire)
    }

    /// Has the write-ahead log copied back when enough was written.
    pub(crate) fn written(&self) {
        let writes = self.writes.fetch_add(1, Ordering::Relaxed);
        if writes % WRITES_BETWEEN_CHECKPOINTS == WRITES_BETWEEN_CHECKPOINTS - 1 {
            self.checkpoint.notify_one();
        }
    }
}

pub(crate) fn prepare_file(path: &Path) -> Result<(), StateError> {
    let failed = |source| StateError::Open { path: path.to_owned(), source };
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(StateError::Exposed { path: path.to_owned() });
    }
    Ok(())
}

pub(crate) fn connect_options(path: &Path, options: Options) -> SqliteConnectOptions {
    let mut connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(64)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        .disable_statement_logging();
    if let Some(pages) = options.pages_max {
        connect = connect.pragma("max_page_count", pages.to_string());
    }
    connect
}

/// Compares the key with the one that the file was made with, or notes it in a new file.
async fn check_key(connection: &mut SqliteConnection, keys: &Keys, path: &Path) -> Result<(), StateError> {
    let value = keys.check_value();
    sqlx::query("INSERT OR IGNORE INTO meta (name, value) VALUES ('key', ?)")
        .bind(value.as_slice())
        .execute(&mut *connection)
        .await?;
    let kept: Vec<u8> =
        sqlx::query_scalar("SELECT value FROM meta WHERE name = 'key'").fetch_one(&mut *connection).await?;
    if bool::from(kept.as_slice().ct_eq(value.as_slice())) {
        Ok(())
    } else {
        Err(StateError::WrongKey { path: path.to_owned() })
    }
}

/// Opens the file of recent looks that belongs to the store. One that is gone took looks with it that were acknowledged.
async fn open_recent(connection: &mut SqliteConnection, path: &Path, options: Options) -> Result<Recent, StateError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| StateError::Random)?;
    sqlx::query("INSERT OR IGNORE INTO meta (name, value) VALUES ('id', ?)")
        .bind(id.to_vec())
        .execute(&mut *connection)
        .await?;
    let id: Vec<u8> =
        sqlx::query_scalar("SELECT value FROM meta WHERE name = 'id'").fetch_one(&mut *connection).await?;
    let beside = recent::path_beside(path);
    let was_made =
        sqlx::query("SELECT 1 FROM meta WHERE name = 'recent'").fetch_optional(&mut *connection).await?.is_some();
    if was_made && !beside.exists() {
        return Err(StateError::RecentMissing { path: beside });
    }
    let last_look = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM looks").fetch_one(&mut *connection).await?;
    let found = recent::Found { settled: recent::settled(connection).await?, last_look };
    let recent = Recent::open(path, options, &id, found).await?;
    arrivals::move_over(connection, &recent).await?;
    sqlx::query("INSERT OR IGNORE INTO meta (name, value) VALUES ('recent', x'01')").execute(connection).await?;
    Ok(recent)
}

/// Copies a write-ahead log back and cuts it to nothing, so that no old page is left in it.
pub(crate) async fn truncate_log(connection: &mut SqliteConnection) -> Result<(), StateError> {
    for _ in 0..TRUNCATIONS_MAX {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
        match row.map_err(StateError::from) {
            Ok(row) if row.try_get::<i64, _>(0)? == 0 => return Ok(()),
            Ok(_) | Err(StateError::Busy(_)) => tokio::time::sleep(BETWEEN_TRUNCATIONS).await,
            Err(error) => return Err(error),
        }
    }
    Err(StateError::EraseUnfinished)
}

/// Copies the write-ahead log back into the file from time to time, beside the writers, so that none of them has to.
async fn keep_checkpointing(store: std::sync::Weak<Inner>, due: Arc<Notify>, mut connection: SqliteConnection) {
    loop {
        due.notified().await;
        if store.strong_count() == 0 {
            break;
        }
        let copied = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut connection).await;
        let pages = copied.and_then(|row| row.try_get::<i64, _>("log"));
        let begun_anew = match (pages, store.upgrade()) {
            (Ok(pages), Some(inner)) if pages >= RESTART_PAGES => {
                // No writer is at work meanwhile, so that neither has to try again and again.
                let _writer = inner.writer.lock().await;
                sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(&mut connection).await.map(|_| ())
            }
            (pages, _) => pages.map(|_| ()),
        };
        if begun_anew.is_err() {
            // Nothing is lost: the log grows until a later one succeeds or a writer does it.
            tracing::warn!("the write-ahead log could not be copied back");
        }
    }
    // The process ends either way; what can't be closed is closed by the operating system.
    let _ = connection.close().await;
}

#[cfg(test)]
mod tests {
    use model::{OfficerId, PersonId, PurposeId};

    use super::*;
    use crate::looks::{NewLook, Page};

    fn look(number: u8) -> NewLook {
        let at = chrono::DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
        NewLook {
            commitment: [number; 32],
            at,
            account: Some(OfficerId::new("o-1").unwrap()),
            purpose: PurposeId::new("p").unwrap(),
            day: at.date_naive(),
            persons: vec![PersonId(1)],
            counts_to_budget: true,
            stands_in: None,
            counts_as: None,
            detail: vec![number],
        }
    }

    async fn open(folder: &Path) -> State {
        State::open(&folder.join("state.sqlite"), MasterKey::from_bytes([1; 32])).await.unwrap()
    }

    #[tokio::test]
    async fn after_a_failed_commit_nothing_is_written_until_the_store_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).await;
        state.put_looks(vec![look(1)]).await.unwrap();
        {
            let journal = state.inner.recent.journal.lock();
            journal.connection.commit_hook(Some(|| true)).unwrap();
        }
        let error = state.put_looks(vec![look(2)]).await.unwrap_err();
        assert!(matches!(error, StateError::CommitFailed(_)), "{error:?}");
        assert!(error.is_uncertain() && state.is_uncertain());
        state.inner.recent.journal.lock().connection.commit_hook(None::<fn() -> bool>).unwrap();
        for _ in 0..2 {
            assert!(matches!(state.put_looks(vec![look(3)]).await, Err(StateError::Uncertain)));
        }
        assert!(matches!(state.person_keys(&[PersonId(9)]).await, Err(StateError::Uncertain)));
        // What was acknowledged can still be read.
        assert_eq!(state.looks_of(&[PersonId(1)], Page::first(10)).await.unwrap().len(), 1);
        drop(state);
        let state = open(folder.path()).await;
        state.put_looks(vec![look(3)]).await.unwrap();
        let kept = state.looks_of(&[PersonId(1)], Page::first(10)).await.unwrap();
        assert_eq!(kept.iter().map(|look| look.detail[0]).collect::<Vec<_>>(), [3, 1]);
    }

    #[tokio::test]
    async fn a_file_that_can_t_be_written_is_said_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).await;
        state.put_looks(vec![look(1)]).await.unwrap();
        let query_only = |on: &str| {
            state.inner.recent.journal.lock().connection.pragma_update(None, "query_only", on).unwrap();
        };
        query_only("ON");
        let error = state.put_looks(vec![look(2)]).await.unwrap_err();
        assert!(matches!(error, StateError::ReadOnly(_)), "{error:?}");
        assert!(!state.is_uncertain());
        assert_eq!(state.looks_of(&[PersonId(1)], Page::first(10)).await.unwrap().len(), 1);
        // The transaction was rolled back for certain: writing goes on as soon as it can.
        query_only("OFF");
        state.put_looks(vec![look(2)]).await.unwrap();
        assert_eq!(state.looks_of(&[PersonId(1)], Page::first(10)).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_write_goes_on_when_its_caller_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).await;
        let agency = model::AgencyId::new("education").unwrap();
        let (case, by) = (model::CaseId("case".to_owned()), OfficerId::new("o-1").unwrap());
        let open_case = {
            let (state, agency, case, by) = (state.clone(), agency.clone(), case.clone(), by.clone());
            async move { state.open_case(&agency, &case, "title", &by, look(1).at).await }
        };
        let held = state.inner.writer.lock().await;
        let writing = tokio::spawn(open_case);
        tokio::task::yield_now().await;
        writing.abort();
        assert!(writing.await.unwrap_err().is_cancelled());
        drop(held);
        // Writers take turns: once this one has had its turn, the abandoned one had it before.
        let again = state.open_case(&agency, &case, "title", &by, look(1).at).await;
        assert!(matches!(again, Err(StateError::CaseExists)), "{again:?}");
    }
}
