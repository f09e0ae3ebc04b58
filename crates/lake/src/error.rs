//! What can go wrong, said without any value of a row.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use arrow_schema::ArrowError;
use datafusion::error::DataFusionError;
use deltalake_core::DeltaTableError;
use parquet::errors::ParquetError;

use crate::table::TableRef;

/// What can go wrong in the lake. No message holds a value of a row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// Another process works on the same folder.
    #[error(
        "another process has {path} open: stop it (often a `lucarne serve` that is still running), or use another data folder"
    )]
    InUse {
        /// The data folder.
        path: PathBuf,
    },
    /// The folder was written by another version of Lucarne.
    #[error(
        "{path} holds data of the format `{found}`, and this build reads and writes `{expected}`: \
         use the build that wrote it, or move the folder away and ingest again"
    )]
    OtherFormat {
        /// The data folder.
        path: PathBuf,
        /// What `FORMAT` says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// The folder holds something, and nothing says what.
    #[error(
        "{path} has a `lake` folder and no file `FORMAT`: it was not made by Lucarne or is damaged; choose another folder"
    )]
    NoFormat {
        /// The data folder.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space left on the disk of {path}: nothing was changed; free some space and run the same command again")]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// A file can't be read or written.
    #[error("can't read or write {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no such table.
    #[error("there is no table {table}: ingest or build it first")]
    NoSuchTable {
        /// The table.
        table: TableRef,
    },
    /// The table has no such version.
    #[error("table {table} has no version {version}")]
    NoSuchVersion {
        /// The table.
        table: TableRef,
        /// The version.
        version: u64,
    },
    /// The table has no such column.
    #[error("table {table} has no column `{column}`")]
    NoSuchColumn {
        /// The table.
        table: TableRef,
        /// The column.
        column: String,
    },
    /// Rows are to be added that have other columns than the table.
    #[error("the rows don't fit table {table}: {difference}")]
    OtherSchema {
        /// The table.
        table: TableRef,
        /// The first difference.
        difference: String,
    },
    /// A column has a type that tables don't hold, or no statistics are kept of.
    #[error("column `{column}` has the type {of}, {why}")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its type.
        of: String,
        /// What it can't be used for.
        why: &'static str,
    },
    /// Someone else committed to the table between the reading and the writing of a change.
    #[error("table {table} was changed by something else at the same time: run the same command again")]
    ChangedMeanwhile {
        /// The table.
        table: TableRef,
    },
    /// The stream of rows that was to be written ended in an error of who makes it.
    #[error(transparent)]
    Input(Box<dyn Error + Send + Sync>),
    /// A query can't be understood.
    #[error("{0}")]
    Sql(crate::sql::SqlProblem),
    /// A query can't be planned: a column or function is missing, or types don't fit.
    #[error("the query can't be planned: {message}")]
    Plan {
        /// Why. About the text of the query and the columns of tables, never about rows.
        message: String,
    },
    /// A query failed over the rows. Which value it was is left out on purpose.
    #[error("the query failed: {kind}")]
    Execution {
        /// What kind of failure it was.
        kind: &'static str,
    },
    /// The Delta log of a table can't be read or written.
    #[error("the Delta log of {table} can't be read or written: {message}")]
    Log {
        /// The table.
        table: TableRef,
        /// Why; about files and versions.
        message: String,
    },
    /// A data file of a table can't be read.
    #[error("{path} can't be read as Parquet: {kind}; restore it from a backup or ingest again")]
    DamagedFile {
        /// The file.
        path: PathBuf,
        /// What kind of failure it was.
        kind: &'static str,
    },
    /// A part of this process ended early.
    #[error("a worker of the lake ended early")]
    Worker,
}

impl LakeError {
    /// Gives the error of an input or output operation on `path`; a full disk is told apart.
    #[must_use]
    pub fn io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.to_owned() },
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    /// Gives the error that the maker of a stream of rows ended it with.
    pub fn input(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Input(Box::new(source))
    }

    pub(crate) fn delta(table: &TableRef, path: &Path, error: DeltaTableError) -> Self {
        match find_io(&error) {
            Some(kind @ (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) => Self::io(path, kind.into()),
            _ => Self::Log { table: table.clone(), message: error.to_string() },
        }
    }

    /// Errors of the Parquet writer and reader may quote values, so only their kind is kept.
    pub(crate) fn parquet(path: &Path, error: &(dyn Error + 'static)) -> Self {
        match find_io(error) {
            Some(kind) => Self::io(path, kind.into()),
            None => Self::DamagedFile { path: path.to_owned(), kind: parquet_kind(error) },
        }
    }

    /// Errors of planning speak of the query, errors of execution may quote values: of these only the kind is kept. Nothing
    /// but intermediate results is written by a query: where there is no space left, it is in `spill`, their folder.
    pub(crate) fn query(error: &DataFusionError, spill: &Path) -> Self {
        if let Some(kind @ (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) = find_io(error) {
            return Self::io(spill, kind.into());
        }
        match error {
            DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => Self::query(inner, spill),
            DataFusionError::Shared(inner) => Self::query(inner, spill),
            DataFusionError::Collection(inner) if !inner.is_empty() => Self::query(&inner[0], spill),
            DataFusionError::SQL(..) | DataFusionError::Plan(_) | DataFusionError::SchemaError(..) => {
                Self::Plan { message: error.strip_backtrace() }
            }
            DataFusionError::NotImplemented(_) | DataFusionError::Configuration(_) => {
                Self::Plan { message: error.strip_backtrace() }
            }
            _ => Self::Execution { kind: execution_kind(error) },
        }
    }
}

fn execution_kind(error: &DataFusionError) -> &'static str {
    match error {
        DataFusionError::ArrowError(inner, _) => arrow_kind(inner),
        DataFusionError::ResourcesExhausted(_) => {
            "it needs more memory or disk for intermediate results than it may use"
        }
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) => {
            "a data file can't be read"
        }
        DataFusionError::External(inner) => {
            inner.downcast_ref::<ArrowError>().map_or("a function of it failed", arrow_kind)
        }
        _ => "a function of it failed over a row",
    }
}

fn arrow_kind(error: &ArrowError) -> &'static str {
    match error {
        ArrowError::CastError(_) | ArrowError::ParseError(_) => "a value can't be read as the type it is cast to",
        ArrowError::DivideByZero => "a division by zero",
        ArrowError::ArithmeticOverflow(_) => "a number is too large for its type",
        ArrowError::InvalidArgumentError(_) => "a value is not accepted by a function",
        _ => "a computation over a column failed",
    }
}

fn parquet_kind(error: &(dyn Error + 'static)) -> &'static str {
    match error.downcast_ref::<ParquetError>() {
        Some(ParquetError::EOF(_)) => "it is cut short",
        _ => "it is damaged",
    }
}

/// Finds the kind of the input or output error at the root, if there is one.
fn find_io(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(io) = current.downcast_ref::<io::Error>() {
            // One that only carries another has no kind of its own, and gives what it carries not as its source.
            let carried = io.get_ref().and_then(|inner| find_io(inner));
            return Some(carried.unwrap_or(io.kind()));
        }
        if let Some(ParquetError::External(inner)) = current.downcast_ref::<ParquetError>()
            && let Some(kind) = find_io(inner.as_ref())
        {
            return Some(kind);
        }
        next = current.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_full_disk_is_recognised_however_deep() {
        let path = Path::new("data/x");
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(LakeError::io(path, full()), LakeError::DiskFull { .. }));
        let parquet = ParquetError::External(Box::new(full()));
        assert!(matches!(LakeError::parquet(path, &parquet), LakeError::DiskFull { .. }));
        let other = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(matches!(LakeError::io(path, other), LakeError::Io { .. }));
    }

    #[test]
    fn a_query_that_finds_no_room_for_its_intermediate_results_says_so() {
        let spill = Path::new("data/lake/spill");
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let full = || io::Error::from(kind);
            let by_arrow = || ArrowError::IoError("while spilling Dupont".into(), full());
            let errors = [
                DataFusionError::IoError(full()),
                DataFusionError::ArrowError(Box::new(by_arrow()), None),
                DataFusionError::External(Box::new(by_arrow())),
                DataFusionError::IoError(io::Error::other(full())),
                DataFusionError::Shared(Arc::new(DataFusionError::IoError(full()))),
                DataFusionError::Collection(vec![DataFusionError::IoError(full())]),
                DataFusionError::Context("while".into(), Box::new(DataFusionError::IoError(full()))),
            ];
            for error in errors {
                let found = LakeError::query(&error, spill);
                assert!(matches!(&found, LakeError::DiskFull { path } if path == spill), "{error:?}: {found:?}");
                let said = found.to_string();
                assert!(said.contains("data/lake/spill") && said.contains("free some space"), "{said}");
                assert!(!format!("{found:?}").contains("Dupont"));
            }
        }
        // A file that is gone is still a file that can't be read.
        let gone = DataFusionError::IoError(io::ErrorKind::NotFound.into());
        assert!(LakeError::query(&gone, spill).to_string().contains("a data file can't be read"));
    }

    #[test]
    fn errors_of_execution_show_no_value() {
        let arrow = ArrowError::CastError("Cannot cast string 'Dupont' to value of Int64 type".into());
        let error =
            DataFusionError::Context("while".into(), Box::new(DataFusionError::ArrowError(Box::new(arrow), None)));
        let shown = LakeError::query(&error, Path::new("spill"));
        assert!(!format!("{shown} {shown:?}").contains("Dupont"));
        assert!(shown.to_string().contains("can't be read as the type"));
        let execution = LakeError::query(&DataFusionError::Execution("bad value Dupont".into()), Path::new("spill"));
        assert!(!format!("{execution} {execution:?}").contains("Dupont"));
    }
}
