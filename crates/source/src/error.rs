//! Why a delivery was not ingested, and what to do. No message holds a value of a row.

use std::fmt;
use std::io;
use std::path::PathBuf;

use lake::LakeError;
use model::RegisterId;

/// Why a delivery was not ingested. Nothing of it is readable then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The register's patterns match no file.
    #[error(
        "no file matches {}: put the delivery there (the project's README may say where it comes from), or correct \
         `source.file` in registers/{register}.toml",
        list(.patterns)
    )]
    NoFiles {
        /// The register.
        register: RegisterId,
        /// The patterns.
        patterns: Vec<String>,
    },
    /// A pattern is no pattern.
    #[error("`{pattern}` is no pattern of file names: correct `source.file` in registers/{register}.toml")]
    Pattern {
        /// The register.
        register: RegisterId,
        /// The pattern.
        pattern: String,
    },
    /// Data was bought and its seller, licence or legal basis is not stated.
    #[error(
        "register {register} holds bought data and does not state its {missing}: nothing of it is read; \
         add `bought = {{ seller = \"…\", licence = \"…\", legal_basis = \"…\" }}` to registers/{register}.toml"
    )]
    Bought {
        /// The register.
        register: RegisterId,
        /// What is missing.
        missing: &'static str,
    },
    /// The register describes what can't be done.
    #[error("registers/{register}.toml: {message}")]
    Register {
        /// The register.
        register: RegisterId,
        /// What is wrong and what to do.
        message: String,
    },
    /// A file has no byte.
    #[error("{} is empty, {}: ask for the delivery again", .file.display(), lack(.format))]
    EmptyFile {
        /// The file.
        file: PathBuf,
        /// How it should be written, as register files say it: `csv`, `json-lines` or `parquet`; none where nobody said.
        format: Option<&'static str>,
    },
    /// A full delivery has no row.
    #[error(
        "the delivery of {register} has no row ({}): as its delivery is `full`, all records would be gone; \
         ask for the delivery again",
        list(.files)
    )]
    NoRows {
        /// The register.
        register: RegisterId,
        /// The files.
        files: Vec<String>,
    },
    /// The header line has one field where there should be several.
    #[error("the header line of {} has one column where {expected} are expected: {}", .file.display(), delimiter_advice(.found, .stated))]
    Delimiter {
        /// The file.
        file: PathBuf,
        /// How many columns there should be.
        expected: usize,
        /// The delimiter in the register file.
        stated: char,
        /// The delimiter that the line looks like, if it does.
        found: Option<char>,
    },
    /// The header line or schema lacks a column.
    #[error(
        "{} has no column `{column}`: ask for it, correct its `from` in registers/{register}.toml, or take it out there{}",
        .file.display(),
        nearest_advice(.nearest)
    )]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// The register.
        register: RegisterId,
        /// The column's name in files.
        column: String,
        /// A column of the file that the register file does not have and that is called nearly so.
        nearest: Option<String>,
    },
    /// No row of a delivery of JSON lines has a name of the register.
    #[error(
        "no row of the delivery of {register} has the name `{column}`: ask for it, correct its `from` in \
         registers/{register}.toml, or take it out there"
    )]
    AbsentColumn {
        /// The register.
        register: RegisterId,
        /// The column's name in files.
        column: String,
    },
    /// The header line or schema has a column too many.
    #[error(
        "{} has a column `{column}` that registers/{register}.toml does not have: describe it under `[columns]` with its \
         type and class, or have it left out of the delivery",
        .file.display()
    )]
    NewColumn {
        /// The file.
        file: PathBuf,
        /// The register.
        register: RegisterId,
        /// The column's name in the file.
        column: String,
    },
    /// The header line has a name twice.
    #[error("{} has two columns `{column}`: have one renamed or left out", .file.display())]
    ColumnTwice {
        /// The file.
        file: PathBuf,
        /// The column's name.
        column: String,
    },
    /// The header line is no text in the encoding, or too long.
    #[error("the header line of {} can't be read: {why}; correct `source` in registers/{register}.toml", .file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// The register.
        register: RegisterId,
        /// Why.
        why: &'static str,
    },
    /// A Parquet file is cut short or damaged.
    #[error("{} can't be read as Parquet, {why}: ask for the delivery again", .file.display())]
    Parquet {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A column of a Parquet file has a type that can't be read as text.
    #[error("column `{column}` of {} has the type {of}, which can't be read: have it delivered as text", .file.display())]
    ParquetType {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// Its type.
        of: String,
    },
    /// Too many rows are bad.
    #[error(
        "{quarantined} of {rows} rows of {register} are bad, more than the {:.1} % that registers/{register}.toml accepts; \
         nothing of the delivery is readable. Most often:{}\nMend the register file or ask for the delivery again; \
         `quarantined_share_max` sets the share",
        .share_max * 100.0,
        reason_lines(.reasons)
    )]
    TooManyBad {
        /// The register.
        register: RegisterId,
        /// How many rows the delivery has.
        rows: u64,
        /// How many of them are bad.
        quarantined: u64,
        /// The share accepted.
        share_max: f64,
        /// Why, the most frequent first; ten at most.
        reasons: Vec<ReasonCount>,
    },
    /// Too many records would be gone.
    #[error(
        "{gone} of the {records} records of {register} are not in the delivery, more than the {:.1} % that \
         registers/{register}.toml accepts: with a full delivery they would be gone, so nothing of it is taken. {}. When these \
         records are to go, write `gone_share_max = {}` in registers/{register}.toml for this delivery, and take it out after it",
        .share_max * 100.0,
        gone_advice(.gone, .new, .records),
        share_up(.gone, .records)
    )]
    TooManyGone {
        /// The register.
        register: RegisterId,
        /// How many records it has.
        records: u64,
        /// How many of them are not in the delivery; of a register without a key, less those that came in their place.
        gone: u64,
        /// How many others are in the delivery; of a register without a key none, for they are in the place of those that went.
        new: u64,
        /// The share accepted.
        share_max: f64,
    },
    /// A file was changed while it was read.
    #[error("{} was changed while it was read: wait until it is there whole and run the same command again", .file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// A file can't be read.
    #[error("can't read {}: {source}", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The sample from which a register file was to be proposed doesn't allow it.
    #[error("can't propose a register file from {}: {why}", .file.display())]
    Infer {
        /// The file.
        file: PathBuf,
        /// Why, and what to do.
        why: &'static str,
    },
    /// A part of this process ended early.
    #[error("a worker of the ingest ended early")]
    Worker,
}

impl SourceError {
    pub(crate) fn io(file: &std::path::Path, source: io::Error) -> Self {
        Self::Io { file: file.to_owned(), source }
    }
}

/// How often rows were bad for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// A stable name for the reason, such as `not-a-date`.
    pub code: &'static str,
    /// The reason as `code: sentence`.
    pub reason: String,
    /// The column that it is about, if it is about one.
    pub column: Option<String>,
    /// How many rows.
    pub rows: u64,
    /// Where the first of them are: `file:line` of text, `file, row N` of Parquet; three at most.
    pub samples: Vec<String>,
}

impl fmt::Display for ReasonCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rows, if self.rows == 1 { "row" } else { "rows" })?;
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {} ({})", self.reason, self.samples.join(", "))
    }
}

/// Says what an empty file lacks.
fn lack(format: &Option<&'static str>) -> &'static str {
    match *format {
        Some("csv") => "it has not even a header line",
        Some("json-lines") => "it has not one line",
        Some("parquet") => "and even a Parquet file without rows says which columns it has",
        _ => "it has not one byte",
    }
}

/// Gives a share, in hundredths, that lets so many records go: what to write as `gone_share_max` for one delivery.
#[expect(clippy::cast_precision_loss, reason = "no register has 2^52 records")]
pub fn share_up(gone: &u64, records: &u64) -> f64 {
    let hundredths = *gone as f64 * 100.0 / (*records).max(1) as f64;
    ((hundredths.floor() + 1.0) / 100.0).min(1.0)
}

/// Says why records may be gone. A delivery that is cut off brings fewer: with nearly as many others it is something else.
fn gone_advice(gone: &u64, new: &u64, records: &u64) -> String {
    let nearly = |part: &u64, whole: &u64| part.saturating_mul(10) >= whole.saturating_mul(9);
    if nearly(gone, records) && nearly(new, gone) {
        format!(
            "{new} others are in it: the key or the columns were changed, or it is another register's delivery. Compare it with \
             the register file"
        )
    } else if nearly(new, gone) {
        format!("{new} others are in it: it may be another register's delivery. Compare it with the one before")
    } else {
        "It may be cut off, or be a delivery of changes: ask for it again".to_owned()
    }
}

fn reason_lines(reasons: &[ReasonCount]) -> String {
    reasons.iter().map(|reason| format!("\n  {reason}")).collect()
}

fn list(names: &[String]) -> String {
    let mut text = names.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 5 {
        text.push_str(&format!(" and {} more", names.len() - 5));
    }
    text
}

fn delimiter_advice(found: &Option<char>, stated: &char) -> String {
    let shown = |delimiter: &char| delimiter.escape_default().to_string();
    match found {
        Some(found) => format!(
            "it looks delimited by `{}`, not by `{}`; write `delimiter = \"{}\"`",
            shown(found),
            shown(stated),
            shown(found)
        ),
        None => format!("nothing in it looks like a delimiter; `{}` is stated", shown(stated)),
    }
}

fn nearest_advice(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(" (the file has a column `{name}`)"))
}
