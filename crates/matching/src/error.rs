//! What can go wrong. No message holds a value of a record.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings contradict themselves.
    #[error("settings: {0}")]
    Settings(String),
    /// A column that the settings name is not in the records.
    #[error("column {column:?} is in the settings but not in the records, which have {present}")]
    ColumnMissing {
        /// The column that was asked for.
        column: String,
        /// The columns that are there, separated by commas.
        present: String,
    },
    /// A column is not text.
    #[error("column {column:?} is {found}, cast it to utf8 first")]
    ColumnType {
        /// The column.
        column: String,
        /// Its Arrow type.
        found: String,
    },
    /// A blocking key could not be read.
    #[error("blocking key {text:?}: {reason}")]
    Key {
        /// The key as written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More records or distinct values than the codes hold.
    #[error("too many {0}: the limit is {1}")]
    TooMany(&'static str, usize),
    /// A record index beyond the data set.
    #[error("record {index} does not exist, there are {records}")]
    NoSuchRecord {
        /// The index asked for.
        index: usize,
        /// How many records there are.
        records: usize,
    },
    /// Records were to be added to a data set while a part of it was in use.
    #[error("the records are in use and take none in")]
    InUse,
    /// The model does not fit the settings.
    #[error("model: {0}")]
    Model(String),
    /// There is nothing to learn from.
    #[error("training: {0}")]
    Training(String),
    /// Arrow refused an operation.
    #[error("arrow: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
}
