//! A register's delivery, read in by a data engineer while the server serves. The index in service stays as it is: it was
//! built from earlier versions of the tables.

use std::sync::Arc;

use chrono::{DateTime, Utc};
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
#[derive(Debug, Clone)]
pub(crate) enum ReadIn {
    /// It is in the register's table.
    Taken {
        /// The run.
        run: String,
        /// Its rows.
        rows: u64,
        /// Those of them that went into quarantine.
        quarantined: u64,
        /// Records that were not there before.
        new: u64,
        /// Records that hold other values than before.
        changed: u64,
        /// Records that are there no more.
        gone: u64,
        /// Its entry in the log.
        log_index: u64,
    },
    /// It was read in before: nothing was written.
    Unchanged,
    /// Nothing of it was taken.
    Refused(NotTaken),
}

/// A delivery of which nothing was taken. No table tells of it, and no entry of the log unless writing it failed after that: it
/// is known for as long as the server runs, and is among its last.
#[derive(Debug, Clone)]
pub(crate) struct NotTaken {
    /// The run.
    pub(crate) run: String,
    /// When it began.
    pub(crate) began: DateTime<Utc>,
    /// When it ended.
    pub(crate) ended: DateTime<Utc>,
    /// `agency/role` of whoever had it read in, or another of the log's names.
    pub(crate) by: String,
    /// Why nothing was taken. Where there is no header line the first row stands for it: a column that the register does not
    /// have is not to be named.
    pub(crate) why: Arc<SourceError>,
}

/// Begins to read a register's delivery in, or gives the run that does so.
///
/// # Errors
/// For other roles than data engineers; for a register that the project doesn't have; while another one is read in.
pub(crate) fn begin_reading(app: &App, who: &Who, register: &str) -> Result<Reading, Problem> {
    who.must_be(RoleKind::Engineer)?;
    let missing = || Problem::new("not-found", "the project has no such register").in_words("problem-is-no-register");
    let id = RegisterId::new(register).map_err(|_| missing())?;
    let register = app.project().registers.get(&id).ok_or_else(missing)?.clone();
    let (reader, by) = (app.clone(), who.actor().clone());
    let work = |teller: Arc<Teller<ReadIn>>| async move { read_in(&reader, &by, &register, &teller).await };
    let begun = app.ingests().begin(id, "another delivery is being read in: ask again when it is done", work);
    begun.map_err(|busy| busy.in_words("problem-is-reading-in"))
}

/// Gives the reading of a number, under way or ended not long ago.
///
/// # Errors
/// For other roles than data engineers; when there is none.
pub(crate) fn reading(app: &App, who: &Who, number: u64) -> Result<Reading, Problem> {
    who.must_be(RoleKind::Engineer)?;
    let nothing = || {
        Problem::new("not-found", "no delivery that was read in has this number, or it was long ago")
            .in_words("problem-is-no-reading")
    };
    app.ingests().run(number).ok_or_else(nothing)
}

async fn read_in(app: &App, by: &Actor, register: &Register, teller: &Arc<Teller<ReadIn>>) -> Result<ReadIn, Problem> {
    let began = app.now()?;
    let name = format!("r{}-{}", began.format("%Y%m%d-%H%M%S-%3f"), std::process::id());
    let run = RunId::new(name).map_err(|error| Problem::failure("internal", &error))?;
    let progress = |progress: source::IngestProgress| teller.tell(progress.bytes, progress.bytes_total);
    let (gate, lake, clock) = (app.gate(), app.lake(), app.clock().as_ref());
    let Delivery { report, log_index } = match deliver(gate, lake, register, &run, by, clock, &progress).await {
        Ok(delivery) => delivery,
        Err(DeliveryError::Source(error)) => {
            tracing::warn!(register = %register.id, "a delivery was not read in");
            let by = match by {
                Actor::Member { recipient, .. } => recipient.to_string(),
                Actor::Citizen { .. } => gate::By::Citizen.to_string(),
                Actor::System => gate::By::System.to_string(),
            };
            let run = run.to_string();
            return Ok(ReadIn::Refused(NotTaken { run, began, ended: app.now()?, by, why: Arc::new(error) }));
        }
        Err(DeliveryError::Denied(denied)) => return Err(denied.into()),
    };
    Ok(match log_index {
        None => ReadIn::Unchanged,
        Some(log_index) => ReadIn::Taken {
            run: report.run.to_string(),
            rows: report.rows,
            quarantined: report.quarantined,
            new: report.new,
            changed: report.changed,
            gone: report.gone,
            log_index,
        },
    })
}
