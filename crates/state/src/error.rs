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
    #[error(
        "{path} is missing, which holds the newest looks and the records that came by themselves: put it back, or both \
         files of a backup"
    )]
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
    /// The disk failed, as it also does where there is no room left for a file that only SQLite needs.
    #[error("the disk is full or failing: make room, look for errors of the disk in the system's log, then try again")]
    Disk(#[source] Cause),
    /// The file can't be written; nothing of this write was kept.
    #[error(
        "the database can't be written: check the owner and the rights of the file and of its folder, and that the disk \
         has room"
    )]
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
    #[error(
        "a write may or may not have been kept, and nothing more is written: when the disk has room and works, restart the \
         server, or run the command again"
    )]
    CommitFailed(#[source] Cause),
    /// An earlier write ended in uncertainty.
    #[error(
        "nothing is written since a write that may or may not have been kept: when the disk has room and works, restart \
         the server"
    )]
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

/// Result codes of SQLite (<https://www.sqlite.org/rescode.html>), primary ones but for the last.
mod code {
    pub(super) const BUSY: u32 = 5;
    pub(super) const LOCKED: u32 = 6;
    pub(super) const READONLY: u32 = 8;
    pub(super) const IOERR: u32 = 10;
    pub(super) const CORRUPT: u32 = 11;
    pub(super) const FULL: u32 = 13;
    pub(super) const CANTOPEN: u32 = 14;
    pub(super) const PERM: u32 = 3;
    pub(super) const NOTADB: u32 = 26;
    /// It is of memory and not of the disk, whatever its primary code says.
    pub(super) const IOERR_NOMEM: u32 = 3_082;
}

/// Gives SQLite's extended result code of an error.
fn extended_code(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

impl StateError {
    fn of(extended: Option<u32>, cause: Cause) -> Self {
        match extended.map(|extended| extended & 0xff) {
            _ if extended == Some(code::IOERR_NOMEM) => Self::Database(cause),
            Some(code::IOERR) => Self::Disk(cause),
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
        Self::of(extended_code(&error), error.into())
    }
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|error| error.extended_code.unsigned_abs());
        Self::of(code, error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_disk_does_is_told_with_the_mend() {
        let of = |code| StateError::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        assert!(matches!(of(13), StateError::Full(_)));
        // Writing, syncing, and the memory that connections share, for which there was no room.
        for code in [10, 778, 1_034, 4_874] {
            let error = of(code);
            assert!(matches!(error, StateError::Disk(_)), "{code}: {error:?}");
            assert!(error.to_string().contains("make room"), "{error}");
        }
        assert!(matches!(of(3_082), StateError::Database(_)));
        assert!(matches!(of(776), StateError::ReadOnly(_)), "extended codes count by their primary one");
        assert!(matches!(of(1), StateError::Database(_)));
    }

    #[test]
    fn who_can_write_no_more_is_told_to_restart() {
        for error in [StateError::Uncertain, StateError::CommitFailed("a cause".into())] {
            assert!(error.is_uncertain() && error.to_string().contains("restart the server"), "{error}");
        }
    }
}
