//! What can go wrong with a log that is open for writing.

use std::io;
use std::sync::Arc;

use crate::checkpoint::CheckpointError;
use crate::key::KeyError;

/// What can go wrong with a log. Never shows an entry's bytes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The storage failed.
    #[error("cannot {action} {path}; {}", mend(source.kind()))]
    Storage {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// Why it failed.
        source: io::Error,
    },
    /// There is no room on the disk.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// Another process, or another part of this one, has the log open.
    #[error("the log is open in another process; stop that one first")]
    Locked,
    /// The folder was written by another version of this program.
    #[error(
        "the log has the format {found:?}, this program reads {expected:?}: use the build that wrote it, or put its file \
         `format` back as it was"
    )]
    Format {
        /// The format found.
        found: String,
        /// The format that this program reads and writes.
        expected: &'static str,
    },
    /// Some earlier write failed. Nothing can be appended until the log is opened anew.
    #[error(
        "the log takes no entries since a failure ({reason}): when the disk has room and works, restart the server"
    )]
    Poisoned {
        /// The failure.
        reason: Arc<str>,
    },
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
    /// More entries wait than the log takes up.
    #[error("too many entries wait for the log")]
    Overloaded,
    /// An entry is longer than the format allows.
    #[error("an entry of {bytes} bytes is longer than the {max} that the log takes", max = crate::ENTRY_BYTES_MAX)]
    EntryTooLong {
        /// Its length.
        bytes: usize,
    },
    /// One append holds more bytes than a batch may have.
    #[error("{bytes} bytes are more than one append takes; split it")]
    AppendTooLong {
        /// Bytes of all its entries.
        bytes: usize,
    },
    /// The log has entries but its checkpoint is gone.
    #[error("the log has entries and no checkpoint; restore the file `checkpoint`")]
    CheckpointMissing,
    /// The checkpoint is not one that this log signed.
    #[error("the log's own checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// The log has entries but its journal is gone, and with it perhaps the latest of them.
    #[error("the log's journal is missing; restore the folder `journal`")]
    JournalMissing,
    /// A part of the journal that had become durable is damaged.
    #[error("{path} is damaged from byte {offset} on")]
    JournalDamaged {
        /// The segment.
        path: String,
        /// Where the damage begins.
        offset: usize,
    },
    /// An entry that a checkpoint covers is nowhere to be found whole.
    #[error("entry {index} is lost, and the checkpoint covers it")]
    EntryLost {
        /// Its index.
        index: u64,
    },
    /// Entries and checkpoint disagree.
    #[error("the entries up to {size} do not give the root that the checkpoint has; verify the log")]
    Diverged {
        /// The checkpoint's size.
        size: u64,
    },
    /// A tile that is needed is missing or malformed.
    #[error("{path} is missing or malformed; verify the log")]
    Tile {
        /// The tile.
        path: String,
    },
    /// A tile is of a larger log than all that is durable.
    #[error("{path} is ahead of the {size} entries that the journal and the checkpoint have")]
    TileAhead {
        /// The tile.
        path: String,
        /// The durable entries.
        size: u64,
    },
    /// The tiles on disk do not give the published root.
    #[error("the tiles do not give the published root; verify the log")]
    TilesDisagree,
    /// There is no such entry.
    #[error("the log has {size} entries; there is none at {index}")]
    NoSuchEntry {
        /// What was asked for.
        index: u64,
        /// The entries there are.
        size: u64,
    },
    /// Proofs are made for what is published.
    #[error("{size} entries are asked for and {published} are published; publish first")]
    NotPublished {
        /// What was asked for.
        size: u64,
        /// The published entries.
        published: u64,
    },
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system gave no thread.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

/// There was no room for what was to be written. None of it is in the log, nor can it come to light later; once there is room the
/// log goes on by itself.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "cannot {action} {path}: the disk is full, or a quota is used up; make room on the disk of the log: what was acknowledged is kept"
)]
pub struct NoRoom {
    /// What was tried.
    pub action: &'static str,
    /// The file.
    pub path: Arc<str>,
}

/// Says what to do about a failure of the storage.
fn mend(kind: io::ErrorKind) -> &'static str {
    match kind {
        kind if is_full(kind) => "make room on the disk of the log and start again: what was acknowledged is kept",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "let this account read and write the log's folder"
        }
        io::ErrorKind::NotFound => "put back the log as it was, all of it from the same moment",
        _ => "see that the disk of the log works, then start again",
    }
}

/// The result of an operation on a log.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Names the file and the action of a failed operation on the storage.
pub(crate) trait StorageContext<T> {
    fn context(self, action: &'static str, path: &str) -> Result<T>;

    /// As [`context`](StorageContext::context), of a write after whose failure nothing has changed that is ever looked at. A disk that
    /// is full is told as [`NoRoom`] then. The sync of a journal or of tiles is no such write: what it failed to make durable can be so
    /// all the same.
    fn context_of_write(self, action: &'static str, path: &str) -> Result<T>;
}

impl<T> StorageContext<T> for io::Result<T> {
    fn context(self, action: &'static str, path: &str) -> Result<T> {
        self.map_err(|source| Error::Storage { action, path: path.to_owned(), source })
    }

    fn context_of_write(self, action: &'static str, path: &str) -> Result<T> {
        match self {
            Err(error) if is_full(error.kind()) => Err(NoRoom { action, path: path.into() }.into()),
            result => result.context(action, path),
        }
    }
}

fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_storage_says_what_to_do() {
        let said = |kind: io::ErrorKind| {
            let failed: io::Result<()> = Err(kind.into());
            failed.context("write", "checkpoint").unwrap_err().to_string()
        };
        let said_of_write = |kind: io::ErrorKind| {
            let failed: io::Result<()> = Err(kind.into());
            failed.context_of_write("write", "checkpoint").unwrap_err().to_string()
        };
        for full in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(said(full).starts_with("cannot write checkpoint; make room"), "{}", said(full));
            assert!(
                said_of_write(full)
                    .starts_with("cannot write checkpoint: the disk is full, or a quota is used up; make room")
            );
        }
        assert_eq!(said_of_write(io::ErrorKind::Other), said(io::ErrorKind::Other));
        assert!(said(io::ErrorKind::PermissionDenied).contains("let this account"));
        assert!(said(io::ErrorKind::NotFound).contains("put back"));
        assert!(said(io::ErrorKind::Other).contains("see that the disk"));
    }
}
