//! What an ingest did.

use std::path::PathBuf;

use model::{RegisterId, RunId};
use serde::Serialize;

/// What an ingest did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IngestReport {
    /// The register.
    pub register: RegisterId,
    /// The run.
    pub run: RunId,
    /// The files of the delivery, in the order in which they were read.
    pub files: Vec<FileReport>,
    /// How many rows the delivery has.
    pub rows: u64,
    /// How many of them were quarantined.
    pub quarantined: u64,
    /// How many records are in the register now that were not there before.
    pub new: u64,
    /// How many records are in it with other values than before; where its columns changed, all that stayed.
    pub changed: u64,
    /// How many records are in it no more: those that a full delivery does not bring, or brings only in rows that are
    /// quarantined.
    pub gone: u64,
    /// Whether the same delivery under the same schema had been ingested before: then nothing was written, and no row
    /// counted.
    pub unchanged: bool,
    /// The version of the register's table afterwards.
    pub version: u64,
}

/// What was in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were quarantined.
    pub quarantined: u64,
}

/// How far an ingest has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IngestProgress {
    /// Rows read so far.
    pub rows: u64,
    /// Rows of them quarantined.
    pub quarantined: u64,
    /// Bytes of the files read so far, of Parquet estimated.
    pub bytes: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
}
