//! What the quarantine table's commits note of each run: counts by reason, and where the first rows are. Never a value.

use lake::TableInfo;
use serde::{Deserialize, Serialize};

use crate::reason::Reason;

/// How many runs are noted, the latest ones.
pub(crate) const RUNS_MAX: usize = 12;

/// How many reasons are noted of a run, the most frequent ones.
pub(crate) const REASONS_MAX: usize = 40;

/// Under this name commits note the runs.
pub(crate) const NOTE_RUNS: &str = "runs";

/// What a run put in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedRun {
    /// The run.
    pub run: String,
    /// When it was, in UTC.
    pub at: String,
    /// How many rows its delivery had.
    pub rows: u64,
    /// How many of them it put in quarantine.
    pub quarantined: u64,
    /// Why, the most frequent reason first; reasons beyond the fortieth are left out.
    pub reasons: Vec<QuarantinedFor>,
}

/// Rows in quarantine for one reason in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedFor {
    /// The reason's code, as at the front of the table's column `reason`.
    pub code: String,
    /// The column; none when the reason is about the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How many rows.
    pub rows: u64,
    /// Where the first of them are: `file:line`, lines from 1, or `file, row 0` where the file has no lines.
    pub samples: Vec<String>,
}

/// Gives what the latest runs put in quarantine, the latest first, as the quarantine table's last commit notes it; nothing
/// of runs that noted nothing.
#[must_use]
pub fn quarantined_runs(quarantine: &TableInfo) -> Vec<QuarantinedRun> {
    let noted = quarantine.metadata.get(NOTE_RUNS);
    noted.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Gives the codes of all reasons for which rows go into quarantine.
pub fn reason_codes() -> impl Iterator<Item = &'static str> {
    Reason::ALL.iter().map(|reason| reason.code())
}
