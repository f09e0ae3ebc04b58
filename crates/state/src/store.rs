//! The store: opened, checked, and shared.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use subtle::ConstantTimeEq;
use tokio::sync::{Mutex, Notify};

use crate::error::StateError;
use crate::key::MasterKey;
use crate::schema;
use crate::seal::Keys;
use crate::writer::{Durability, Work, Writer};

/// How long a connection waits for another to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many readers there are at most.
const READERS_MAX: u32 = 4;

/// After how many writes the write-ahead log is copied back into the file, beside the writers.
const WRITES_BETWEEN_CHECKPOINTS: usize = 256;

/// After how many pages of the write-ahead log a writer copies it back itself, should the task beside it not keep up.
const CHECKPOINT_PAGES: &str = "16384";

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
    writes: AtomicUsize,
    checkpoint: Arc<Notify>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The task that checkpoints holds the other end; it sees that the store is gone.
        self.checkpoint.notify_one();
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
        let mut full = connect(path, options, SqliteSynchronous::Full).await?;
        schema::migrate(&mut full, path).await?;
        check_key(&mut full, &keys, path).await?;
        let normal = connect(path, options, SqliteSynchronous::Normal).await?;
        let checkpointer = connect(path, options, SqliteSynchronous::Full).await?;
        let reader_options = connect_options(path, options, SqliteSynchronous::Full).pragma("query_only", "ON");
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false)
            .connect_with(reader_options)
            .await?;
        let checkpoint = Arc::new(Notify::new());
        let inner = Arc::new(Inner {
            keys,
            readers,
            writer: Mutex::new(Writer { full, normal, uncertain: false }),
            writes: AtomicUsize::new(0),
            checkpoint: Arc::clone(&checkpoint),
        });
        tokio::spawn(keep_checkpointing(Arc::downgrade(&inner), checkpoint, checkpointer));
        Ok(Self { inner })
    }

    /// Closes the connections and copies the write-ahead log back into the file. Not closing loses nothing.
    pub async fn close(self) {
        self.inner.readers.close().await;
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
            let mut writer = inner.writer.lock().await;
            let outcome = writer.transact(durability, work).await;
            drop(writer);
            if inner.writes.fetch_add(1, Ordering::Relaxed) % WRITES_BETWEEN_CHECKPOINTS == WRITES_BETWEEN_CHECKPOINTS - 1 {
                inner.checkpoint.notify_one();
            }
            outcome
        });
        task.await.unwrap_or(Err(StateError::Uncertain))
    }
}

fn prepare_file(path: &Path) -> Result<(), StateError> {
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

fn connect_options(path: &Path, options: Options, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    let mut connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(64)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .disable_statement_logging();
    if let Some(pages) = options.pages_max {
        connect = connect.pragma("max_page_count", pages.to_string());
    }
    connect
}

async fn connect(path: &Path, options: Options, synchronous: SqliteSynchronous) -> Result<SqliteConnection, StateError> {
    Ok(connect_options(path, options, synchronous).connect().await?)
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

/// Copies the write-ahead log back into the file from time to time, beside the writers, so that none of them has to.
async fn keep_checkpointing(store: std::sync::Weak<Inner>, due: Arc<Notify>, mut connection: SqliteConnection) {
    loop {
        due.notified().await;
        if store.strong_count() == 0 {
            break;
        }
        if sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await.is_err() {
            // Nothing is lost: the log grows until a later one succeeds or a writer does it.
            tracing::warn!("the write-ahead log could not be copied back");
        }
    }
    // The process ends either way; what can't be closed is closed by the operating system.
    let _ = connection.close().await;
}
