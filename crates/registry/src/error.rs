//! What can go wrong with the index. No error carries a value of a record.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use model::RegisterId;
use tantivy::TantivyError;
use tantivy::directory::error::OpenWriteError;

/// An error of the index.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no index yet.
    #[error("{path} holds no index: run `lucarne index`")]
    Absent {
        /// Where it should be.
        path: PathBuf,
    },
    /// The records of the project are not linked, so that an index would hold nobody.
    #[error("the project was never linked, so that its records are nobody's: link it first (`lucarne link`)")]
    NotLinked,
    /// The index was written by another version.
    #[error("{path} holds an index of format {found}, this version reads {INDEX}: run `lucarne index`", INDEX = crate::folder::INDEX_FORMAT)]
    Format {
        /// The generation's folder.
        path: PathBuf,
        /// The format found there.
        found: u32,
    },
    /// A file of the index can't be read or written.
    #[error("{path} can't be read or written")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The disk is full.
    #[error("the disk is full: make room, then run the same command again; the index in use is as it was")]
    Full(#[source] io::Error),
    /// A file of the index is damaged.
    #[error("{path} is damaged: {why}; run `lucarne index`")]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file of the key-value store can't be read or written.
    #[error("the store of the index can't be read or written: see that the disk works, then run `lucarne index`")]
    StoreIo(#[source] io::Error),
    /// The key-value store failed.
    #[error("the store of the index failed: run `lucarne index`")]
    Store(#[source] fjall::Error),
    /// The full-text index failed.
    #[error("the full-text index failed")]
    Search(#[source] TantivyError),
    /// A link can't be explained.
    #[error("the matching model of the index can't be used: run `lucarne link` and `lucarne index`")]
    Matching(#[from] matching::Error),
    /// A batch of rows can't be used. Why is left out: it may quote a value.
    #[error("rows can't be converted: run `lucarne index`")]
    Rows,
    /// A table has two rows of one record.
    #[error(
        "table {table} has several rows of one record: run `lucarne build` and `lucarne link`, then `lucarne index`"
    )]
    Duplicate {
        /// The table.
        table: String,
    },
    /// The run that is to name a generation has made the one in use.
    #[error("the run {run} has made the index that is in use: a run makes one index")]
    RunUsed {
        /// The run.
        run: String,
    },
    /// A table lacks a column that the index needs.
    #[error("table {table} has no usable column `{column}`: run `lucarne build` and `lucarne link` with this version")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The spine names a record that the register's table doesn't hold.
    #[error("the spine names records of {register} that the index lacks: run `lucarne link` and `lucarne index`")]
    Stale {
        /// The register.
        register: RegisterId,
    },
    /// Of what was typed nothing can be searched for. Nothing was compared, and nothing is in the log.
    #[error("nothing of what was typed can be searched for")]
    NothingCompared {
        /// Parts of the search that the purpose doesn't let the asker compare; none where nothing was typed.
        not_used: Vec<&'static str>,
    },
    /// Of what was typed a month or a year of birth is left, by which a search would list strangers. Nothing was compared, and
    /// nothing is in the log.
    #[error("a month or a year of birth is no search by itself")]
    BirthTooWide,
    /// A request to open a person names none, or nobody makes it who could be named.
    #[error("the request names no person")]
    NotAPerson,
    /// The project has more registers than an index can number.
    #[error("an index holds at most {} registers", u16::MAX)]
    TooMany,
    /// The gate or the lake failed.
    #[error(transparent)]
    Gate(#[from] gate::GateError),
    /// The gate refused.
    #[error(transparent)]
    Denied(gate::Denied),
    /// A judgement was not taken, or what was said can't be taken over into the spine.
    #[error(transparent)]
    Linkage(#[from] linkage::LinkageError),
    /// The lake failed.
    #[error(transparent)]
    Lake(#[from] lake::LakeError),
    /// The store of what people decide failed.
    #[error("the store of state failed")]
    State(#[from] state::StateError),
}

impl RegistryError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| {
            if is_full(&source) { Self::Full(source) } else { Self::Io { path: path.to_owned(), source } }
        }
    }

    pub(crate) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), why: why.into() }
    }

    /// Gives the error of a JSON file that can't be read: where, not what, for what may be a value.
    pub(crate) fn json<'a>(path: &'a Path) -> impl FnOnce(serde_json::Error) -> Self + 'a {
        |error| Self::damaged(path, format!("line {}, column {}", error.line(), error.column()))
    }

    /// Gives the error of a store that can't be opened. One is whole whose lock another holds, or that has no room.
    pub(crate) fn opening<'a>(path: &'a Path) -> impl FnOnce(fjall::Error) -> Self + 'a {
        |error| match Self::from(error) {
            whole @ (Self::Full(_) | Self::Store(fjall::Error::Locked)) => whole,
            _ => Self::damaged(path, "the store can't be opened"),
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Gives an error of the system once more.
fn copied(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::from(error.kind()), io::Error::from_raw_os_error)
}

/// Gives the error of the system that is beneath another.
fn io_beneath(error: &(dyn Error + 'static)) -> Option<io::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(copied(found));
        }
        cause = error.source();
    }
    None
}

impl From<fjall::Error> for RegistryError {
    fn from(error: fjall::Error) -> Self {
        // What the store says of it are the names of its own types, once for each layer.
        match io_beneath(&error) {
            Some(full) if is_full(&full) => Self::Full(full),
            Some(other) => Self::StoreIo(other),
            None => Self::Store(error),
        }
    }
}

impl From<TantivyError> for RegistryError {
    fn from(error: TantivyError) -> Self {
        let beneath = match &error {
            TantivyError::IoError(io) | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: io, .. }) => {
                Some(copied(io))
            }
            _ => None,
        };
        beneath.filter(is_full).map_or_else(|| Self::Search(error), Self::Full)
    }
}

impl From<arrow_schema::ArrowError> for RegistryError {
    fn from(_: arrow_schema::ArrowError) -> Self {
        Self::Rows
    }
}

impl From<gate::Denied> for RegistryError {
    fn from(denied: gate::Denied) -> Self {
        Self::Denied(denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ENOSPC`.
    fn full() -> io::Error {
        io::Error::from_raw_os_error(28)
    }

    fn said(error: &RegistryError) -> String {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        text
    }

    #[test]
    fn a_full_disk_is_said_once_with_the_mend_whichever_part_finds_it() {
        let path = Path::new("data/index/one");
        let found = [
            RegistryError::from(fjall::Error::Io(full())),
            RegistryError::opening(path)(fjall::Error::Io(full())),
            RegistryError::io(path)(full()),
            RegistryError::from(TantivyError::from(full())),
            RegistryError::from(TantivyError::from(OpenWriteError::wrap_io_error(full(), path.to_owned()))),
        ];
        for error in found {
            assert!(matches!(error, RegistryError::Full(_)), "{error:?}");
            let said = said(&error);
            assert!(said.contains("make room") && said.contains("No space left"), "{said}");
            assert!(!said.contains("Error:") && !said.contains("Os {"), "{said}");
        }
    }

    #[test]
    fn other_failures_of_the_store_are_told_apart() {
        let path = Path::new("data/index/one");
        let denied = || fjall::Error::Io(io::Error::from_raw_os_error(13));
        let error = RegistryError::from(denied());
        assert!(matches!(error, RegistryError::StoreIo(_)) && said(&error).contains("Permission denied"), "{error:?}");
        assert!(matches!(RegistryError::opening(path)(denied()), RegistryError::Damaged { .. }));
        assert!(matches!(RegistryError::opening(path)(fjall::Error::InvalidTrailer), RegistryError::Damaged { .. }));
        let locked = RegistryError::opening(path)(fjall::Error::Locked);
        assert!(matches!(locked, RegistryError::Store(fjall::Error::Locked)));
    }
}
