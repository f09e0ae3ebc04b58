//! What can go wrong with a Splink model. No message holds a value of a record.

/// An error of [`crate::splink`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SplinkError {
    /// The text is not JSON.
    #[error("the Splink model is not JSON: {0}")]
    Json(String),
    /// The model has something that is not known, or lacks something.
    #[error("the Splink model: {0}")]
    Model(String),
    /// An SQL text of the model is not supported.
    #[error("{place}, character {at}: {reason}; docs/splink.md lists what is read")]
    Sql {
        /// Which text it is: the comparison and its level, or the blocking rule.
        place: String,
        /// The character at which the reason stands, counted from 1.
        at: usize,
        /// What is wrong.
        reason: String,
    },
    /// An SQL text of the model cannot be evaluated for these records. DuckDB stops here too.
    #[error("{place}, character {at}: {reason}")]
    Evaluation {
        /// Which text it is.
        place: String,
        /// The character at which the reason stands, counted from 1.
        at: usize,
        /// What is wrong.
        reason: String,
    },
    /// A column that the model names is not in the records.
    #[error("column {column:?} is in the Splink model but not in the records, which have {present}")]
    ColumnMissing {
        /// The column that was asked for.
        column: String,
        /// The columns that are there, separated by commas.
        present: String,
    },
    /// A column has a type that is not read.
    #[error("column {column:?} is {found}; cast it to text, integers, doubles, dates or times first")]
    ColumnType {
        /// The column.
        column: String,
        /// What it is.
        found: String,
    },
    /// The ids do not tell the records apart.
    #[error("records: {0}")]
    Ids(String),
    /// More of something than fits.
    #[error("too many {0}: the limit is {1}")]
    TooMany(&'static str, usize),
}
