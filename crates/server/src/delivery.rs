//! A delivery taken in: read, written in the log, then readable.

use gate::{Denied, Gate, Ingest, IngestedFile};
use lake::Lake;
use model::{Actor, Clock, Register, RunId};
use source::{IngestProgress, IngestReport, SourceError};

/// A delivery that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What was read.
    pub report: IngestReport,
    /// The number of its entry in the log; none when it was taken in before and nothing changed.
    pub log_index: Option<u64>,
}

/// Why nothing of a delivery can be read.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The files, or the tables that they go to.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The gate refuses, or could not write the entry.
    #[error("the gate did not let the delivery in")]
    Denied(Denied),
}

/// Takes a register's delivery in. Its entry is durable before the first row can be read: when the log fails, there are no
/// rows, and the same files are taken in the next time. An entry without rows is what a crash between the two leaves; it says
/// that a run was about to write, and the next one has an entry of its own.
///
/// `by`: the system, or a member with the role of an engineer.
///
/// # Errors
/// [`DeliveryError`]. No row of the delivery is readable then, but those in quarantine when the disk failed after them; taking it
/// in again repairs that.
pub async fn deliver(
    gate: &Gate,
    lake: &Lake,
    register: &Register,
    run: &RunId,
    by: &Actor,
    clock: &dyn Clock,
    progress: &(dyn Fn(IngestProgress) + Sync),
) -> Result<Delivery, DeliveryError> {
    let prepared = Box::pin(source::prepare(lake, &gate.project().root, register, run, clock, progress)).await?;
    let log_index = if prepared.report().unchanged {
        None
    } else {
        let entry = entry(prepared.report());
        Some(gate.record_ingest(by, entry).await.map_err(DeliveryError::Denied)?)
    };
    Ok(Delivery { report: prepared.commit().await?, log_index })
}

fn entry(report: &IngestReport) -> Ingest {
    let files = report
        .files
        .iter()
        .map(|file| IngestedFile { path: file.path.display().to_string(), sha256: file.sha256.clone() });
    Ingest {
        run: report.run.clone(),
        register: report.register.clone(),
        files: files.collect(),
        rows: report.rows - report.quarantined,
        quarantined: report.quarantined,
    }
}
