//! A synthetic republic with known truth, as its registers see it.
//!
//! People are born, named, move, marry, change names, work and die; twelve registers see them, each with its own
//! columns, identifiers, formats, coverage and errors. Which row is of which person is written beside the registers and
//! nowhere else. Everything follows from the seed: not from the clock, the machine or the number of threads.
//!
//! ```text
//! block (256 people, a random stream of its own)
//!   family    lives: names, dwellings, marriages, children, deaths        the truth
//!   seen      one person as one register sees them                        rates, noise
//!   registers rows of twelve registers                                    table: CSV, JSON lines, Parquet
//! chunk (16 blocks, rows shuffled) ──▶ write, in order
//! ```
//!
//! `docs/synthetic-republic.md` describes every register; [`rates`] holds the rates of error with their sources.
//!
//! Invariants: memory does not grow with the number of people; no biometric template is ever made, only the names of
//! sealed ones; no list of real people is read.

mod day;
mod dice;
mod family;
mod identifiers;
mod later;
mod names;
mod noise;
mod place;
pub mod rates;
mod registers;
mod seen;
mod table;
mod write;

use std::path::{Path, PathBuf};

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;
use serde::Serialize;

pub use later::later;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// How many people the republic has ever had: at most 500,000,000. Some have died.
    pub people: u64,
    /// The seed from which everything follows.
    pub seed: u64,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// People whose rows are written.
    pub people_done: u64,
    /// People in all.
    pub people_total: u64,
    /// Rows written.
    pub rows: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// People in all.
    pub people: u64,
    /// The seed.
    pub seed: u64,
    /// One entry a file; a register delivered in two files has two.
    pub registers: Vec<RegisterReport>,
    /// Rows of all files.
    pub rows: u64,
    /// Rows of `truth.parquet`: as many as rows of all files.
    pub truth_rows: u64,
}

/// One file of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterReport {
    /// The register's id.
    pub id: String,
    /// The file's name within `registers/`.
    pub file: String,
    /// `csv`, `json-lines` or `parquet`.
    pub format: String,
    /// Data rows.
    pub rows: u64,
    /// Rows among them that no schema accepts.
    pub unacceptable_rows: u64,
}

/// Why a republic could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More people than identifiers have room for.
    #[error("{asked} people are too many: identifiers have room for {people_max}")]
    TooManyPeople {
        /// How many were asked for.
        asked: u64,
        /// How many are possible.
        people_max: u64,
    },
    /// The folder has a file of a name that would be written, and it was not written by this.
    #[error("{} is there and is none of ours, so it is left alone: choose another folder", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Where a file or folder would be written there is a symbolic link, to wherever that leads.
    #[error("{} is a symbolic link, through which nothing is written: remove it, or choose another folder", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space left on the disk of {}: make room, or choose another folder", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// A file or folder could not be written.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A Parquet file could not be written.
    #[error("cannot write {}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the writer says.
        source: ParquetError,
    },
    /// Rows could not be put into columns.
    #[error("cannot put rows of {} into columns", path.display())]
    Arrow {
        /// The file or folder.
        path: PathBuf,
        /// What Arrow says.
        source: ArrowError,
    },
    /// A worker thread failed.
    #[error("the republic could not be made: {message}")]
    Worker {
        /// What happened.
        message: String,
    },
}

impl Error {
    fn io(path: &Path, source: std::io::Error) -> Self {
        if is_full(&source) {
            Self::DiskFull { path: path.to_owned() }
        } else {
            Self::Io { path: path.to_owned(), source }
        }
    }

    fn parquet(path: &Path, source: ParquetError) -> Self {
        let is_full = match &source {
            ParquetError::External(inner) => inner.downcast_ref::<std::io::Error>().is_some_and(is_full),
            _ => false,
        };
        let path = path.to_owned();
        if is_full { Self::DiskFull { path } } else { Self::Parquet { path, source } }
    }

    fn arrow(path: &Path, source: ArrowError) -> Self {
        Self::Arrow { path: path.to_owned(), source }
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// Writes a republic into the folder `out`, which is made if need be, and gives what was written.
///
/// Files: `registers/*`, `truth.parquet` (`register` utf8, `file` utf8, `row` uint64 from 0 within the file, `person`
/// uint64), `districts.geojson` and `README.txt`. Files of the same names are overwritten; a `README.txt` that is not of a
/// republic is left alone, and so is its folder. `out` may be a symbolic link, and nothing in it is written through one:
/// where one has a name that would be written, the folder is left alone too. `progress` is called after each chunk of 4,096 people, on the calling
/// thread.
///
/// With 0 people the files are there and have headers only.
///
/// # Errors
/// Fails when there are more than 500,000,000 people, when the folder is somebody else's or has such a link, or when a file
/// cannot be written; files begun are left behind.
pub fn generate(config: &Config, out: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Report, Error> {
    if config.people > identifiers::PEOPLE_MAX {
        return Err(Error::TooManyPeople { asked: config.people, people_max: identifiers::PEOPLE_MAX });
    }
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    write::generate(config, out, workers, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_to_do_whoever_finds_it() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let path = Path::new("out/truth.parquet");
        for error in [Error::io(path, full()), Error::parquet(path, ParquetError::External(Box::new(full())))] {
            assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
            assert!(error.to_string().contains("make room"));
        }
        let other = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        assert!(matches!(Error::io(path, other), Error::Io { .. }));
        assert!(matches!(Error::parquet(path, ParquetError::EOF(String::new())), Error::Parquet { .. }));
    }
}
