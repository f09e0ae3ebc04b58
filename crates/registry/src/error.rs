//! What can go wrong with the index. No error carries a value of a record.

use std::path::{Path, PathBuf};

use model::RegisterId;

/// An error of the index.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no index yet.
    #[error("{path} holds no index: run `lucarne index`")]
    Absent {
        /// Where it should be.
        path: PathBuf,
    },
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
        source: std::io::Error,
    },
    /// A file of the index is damaged.
    #[error("{path} is damaged: {why}; run `lucarne index`")]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The key-value store failed.
    #[error("the store of the index failed")]
    Store(#[from] fjall::Error),
    /// The full-text index failed.
    #[error("the full-text index failed")]
    Search(#[from] tantivy::TantivyError),
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
    /// A judgement was not taken.
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
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), why: why.into() }
    }

    /// Gives the error of a JSON file that can't be read: where, not what, for what may be a value.
    pub(crate) fn json<'a>(path: &'a Path) -> impl FnOnce(serde_json::Error) -> Self + 'a {
        |error| Self::damaged(path, format!("line {}, column {}", error.line(), error.column()))
    }

    /// Gives the error of a store that can't be opened. Whose lock another holds is whole.
    pub(crate) fn opening<'a>(path: &'a Path) -> impl FnOnce(fjall::Error) -> Self + 'a {
        |error| match error {
            fjall::Error::Locked => Self::Store(error),
            _ => Self::damaged(path, "the store can't be opened"),
        }
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
