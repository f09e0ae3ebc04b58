//! A register's delivery, read in by a data engineer while the server serves. The index in service stays as it is: it was
//! built from earlier versions of the tables.

use std::sync::Arc;

use model::agency::RoleKind;
use model::{Actor, Register, RegisterId, RunId};
use source::SourceError;

use crate::app::{App, Who};
use crate::delivery::{Delivery, DeliveryError, deliver};
use crate::problem::Problem;
use crate::progress::{Run, Teller};

/// A delivery that is read in.
pub(crate) type Reading = Run<RegisterId, ReadIn>;

/// What became of a delivery. Counts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadIn {
    /// It is in the register's table.
    Taken {
        /// The run.
        run: String,
        /// Its rows.
        rows: u64,
        /// Those of them that went into quarantine.
        quarantined: u64,
        /// Its entry in the log.
        log_index: u64,
    },
    /// It was read in before: nothing was written.
    Unchanged,
    /// Nothing of it was taken, for this reason, which holds no value of a row.
    Refused(String),
}

/// Begins to read a register's delivery in, or gives the run that does so.
///
/// # Errors
/// For other roles than data engineers; for a register that the project doesn't have; while another one is read in.
pub(crate) fn begin_reading(app: &App, who: &Who, register: &str) -> Result<Reading, Problem> {
    who.must_be(RoleKind::Engineer)?;
    let missing = || Problem::new("not-found", "the project has no such register");
    let id = RegisterId::new(register).map_err(|_| missing())?;
    let register = app.project().registers.get(&id).ok_or_else(missing)?.clone();
    let (reader, by) = (app.clone(), who.actor().clone());
    let work = |teller: Arc<Teller<ReadIn>>| async move { read_in(&reader, &by, &register, &teller).await };
    app.ingests().begin(id, "another delivery is being read in: ask again when it is done", work)
}

/// Gives the reading of a number, under way or ended not long ago.
///
/// # Errors
/// For other roles than data engineers; when there is none.
pub(crate) fn reading(app: &App, who: &Who, number: u64) -> Result<Reading, Problem> {
    who.must_be(RoleKind::Engineer)?;
    let nothing = || Problem::new("not-found", "no delivery that was read in has this number, or it was long ago");
    app.ingests().run(number).ok_or_else(nothing)
}

async fn read_in(app: &App, by: &Actor, register: &Register, teller: &Arc<Teller<ReadIn>>) -> Result<ReadIn, Problem> {
    let name = format!("r{}-{}", app.now()?.format("%Y%m%d-%H%M%S-%3f"), std::process::id());
    let run = RunId::new(name).map_err(|error| Problem::failure("internal", &error))?;
    let progress = |progress: source::IngestProgress| teller.tell(progress.bytes, progress.bytes_total);
    let (gate, lake, clock) = (app.gate(), app.lake(), app.clock().as_ref());
    let Delivery { report, log_index } = match deliver(gate, lake, register, &run, by, clock, &progress).await {
        Ok(delivery) => delivery,
        Err(DeliveryError::Source(error)) => {
            tracing::warn!(register = %register.id, "a delivery was not read in");
            return Ok(ReadIn::Refused(refusal(&error)));
        }
        Err(DeliveryError::Denied(denied)) => return Err(denied.into()),
    };
    Ok(match log_index {
        None => ReadIn::Unchanged,
        Some(log_index) => {
            ReadIn::Taken { run: report.run.to_string(), rows: report.rows, quarantined: report.quarantined, log_index }
        }
    })
}

/// Gives why nothing was taken, without what may be a row's: where there is no header line, the first row stands for it.
fn refusal(error: &SourceError) -> String {
    match error {
        SourceError::NewColumn { file, .. } | SourceError::ColumnTwice { file, .. } => format!(
            "the header line of {} is not that of the register: `lucarne ingest` says which column is meant",
            file.display()
        ),
        other => other.to_string(),
    }
}
