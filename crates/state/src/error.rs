//! What can go wrong with the store, and what to do about it. No error holds a value that was stored.

use std::path::PathBuf;

use crate::key::KeyError;

/// What SQLite said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Says why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file belongs to another version of Lucarne.
    #[error(
        "{path} is of version {found} and this build reads version {expected}: use the build that wrote it, or upgrade \
         this one"
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The version that this build reads and writes.
        expected: i64,
    },
    /// The file is a database of something else.
    #[error("{path} is a database, but not one of Lucarne's: move it away, or name another folder")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file was made with another master key.
    #[error("{path} was made with another master key: put back the key file that belongs to this folder")]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// The file of recent looks belongs to another store.
    #[error("{path} belongs to another store: put back the two files of one backup")]
    OtherStore {
        /// The file of recent looks.
        path: PathBuf,
    },
    /// The file of recent looks is gone.
    #[error("{path} is missing, which holds the newest looks: put it back, or both files of a backup")]
    RecentMissing {
        /// The file of recent looks.
        path: PathBuf,
    },
    /// Others than its owner may read the file.
    #[error("{path} may be read by others than its owner: run `chmod 600` on it")]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("the database is damaged: restore it from a backup")]
    Corrupt(#[source] Cause),
    /// The disk or the quota is full; nothing of this write was kept.
    #[error("the disk is full: make room, then try again")]
    Full(#[source] Cause),
    /// The file can't be written; nothing of this write was kept.
    #[error("the database can't be written: check the owner and the rights of the file and of its folder")]
    ReadOnly(#[source] Cause),
    /// Another process holds the file.
    #[error("another process holds the database: end it, then try again")]
    Busy(#[source] Cause),
    /// The file can't be opened or created.
    #[error("{path} can't be opened")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A commit failed, and whether it was kept isn't known.
    #[error("a write may or may not have been kept: open the store anew before writing again")]
    CommitFailed(#[source] Cause),
    /// An earlier write ended in uncertainty.
    #[error("an earlier write ended in uncertainty: open the store anew before writing again")]
    Uncertain,
    /// A row can't be unsealed: it was changed, or another key sealed it.
    #[error("a stored {what} can't be unsealed: the database was changed by something else, or the key is another")]
    Unsealable {
        /// The kind of row.
        what: &'static str,
    },
    /// A look of this commitment is there already.
    #[error("a look with this commitment is already kept")]
    SameCommitment,
    /// A person was given a key meanwhile; nothing of this write was kept.
    #[error("a person was given a key meanwhile: ask for the keys again")]
    SamePersonKey,
    /// The agency has this case already.
    #[error("the agency has a case of this name already")]
    CaseExists,
    /// What was erased is gone from the tables, but the write-ahead log still holds it, because somebody was reading.
    #[error("the erasure is not finished: the journal could not be truncated; call it again")]
    EraseUnfinished,
    /// The random numbers of the operating system are not to be had.
    #[error("the operating system gives no random numbers")]
    Random,
    /// The master key can't be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Anything else that SQLite says.
    #[error("the database failed")]
    Database(#[source] Cause),
}

impl StateError {
    /// Tells whether nothing more can be written until the store is opened anew.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::Uncertain | Self::CommitFailed(_))
    }
}

/// Primary result codes of SQLite (<https://www.sqlite.org/rescode.html>).
mod code {
    pub(super) const BUSY: u32 = 5;
    pub(super) const LOCKED: u32 = 6;
    pub(super) const READONLY: u32 = 8;
    pub(super) const CORRUPT: u32 = 11;
    pub(super) const FULL: u32 = 13;
    pub(super) const CANTOPEN: u32 = 14;
    pub(super) const PERM: u32 = 3;
    pub(super) const NOTADB: u32 = 26;
}

/// Gives SQLite's primary result code of an error.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|extended| extended & 0xff)
}

impl StateError {
    fn of(code: Option<u32>, cause: Cause) -> Self {
        match code {
            Some(code::FULL) => Self::Full(cause),
            Some(code::READONLY | code::PERM | code::CANTOPEN) => Self::ReadOnly(cause),
            Some(code::CORRUPT | code::NOTADB) => Self::Corrupt(cause),
            Some(code::BUSY | code::LOCKED) => Self::Busy(cause),
            _ => Self::Database(cause),
        }
    }
}

impl From<sqlx::Error> for StateError {
    fn from(error: sqlx::Error) -> Self {
        Self::of(primary_code(&error), error.into())
    }
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|error| error.extended_code.unsigned_abs() & 0xff);
        Self::of(code, error.into())
    }
}
