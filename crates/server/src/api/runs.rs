//! Runs, deliveries and quarantine, for data engineers. Counts only.

use axum::extract::State;
use model::{Delivery, Job};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Asked, Place};
use crate::app::{App, Caller};
use crate::pages::why_not_taken;
use crate::problem::Problem;
use crate::service::{self, Became, Deed, PastRun, ReadIn, Reading};

/// Which runs to show.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunsFilter {
    /// Runs whose entries came before this one of the log; the latest when it isn't given.
    before: Option<u64>,
}

/// A page of past runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunsView {
    /// The runs, the latest first.
    runs: Vec<RunView>,
    /// What `before` is to be for those that came before these; none when the log has no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// A run that has been.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunView {
    /// What it did: `ingest`, `build`, `link`, `index`; `job` where its purpose is no job's any more.
    did: &'static str,
    /// The register that it read in.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    /// Its name; none of one that was refused as a job.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// The number of its entry in the log; none of a delivery that was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_index: Option<u64>,
    /// When it began, in UTC.
    began: String,
    /// When the last of what it wrote was there, in UTC; none where nothing tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// `agency/role`, or another of the log's names.
    by: String,
    /// Rows that an ingest took in.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// Rows that it put into quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<u64>,
    /// What became of it: `done`, `tables` (so many name it), `in-service` and `not-in-service` (an index), `only-read`,
    /// `under-way`, `unfinished`, `untold` (nothing tells), `refused` (by rules), `not-taken` (a delivery).
    became: &'static str,
    /// How many tables name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    tables: Option<u64>,
    /// The rules that refused it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<String>,
    /// The number of the delivery that was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<u64>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// What of a register is in quarantine. No row and no value is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuarantineView {
    /// The register.
    register: String,
    /// Rows that are in quarantine.
    rows: u64,
    /// Whether they stay when another delivery comes: they do where deliveries bring changes.
    keeps: bool,
    /// The last runs that read the register in, the latest first.
    runs: Vec<QuarantinedRunView>,
}

/// What a run put into quarantine.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuarantinedRunView {
    /// The run.
    run: String,
    /// When it was, in UTC.
    at: String,
    /// How many rows its delivery had.
    rows: u64,
    /// How many of them it put into quarantine.
    quarantined: u64,
    /// Why, the most frequent reason first.
    reasons: Vec<QuarantinedForView>,
}

/// Rows in quarantine for one reason in one column.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuarantinedForView {
    /// The reason.
    #[schema(example = "not-a-date")]
    code: String,
    /// The column; none when the reason is about the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// How many rows.
    rows: u64,
    /// Where the first of them are: `file:line`, lines from 1.
    places: Vec<String>,
}

/// A delivery that is or was read in since the server was started.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// Its number, counted from 1 with each start of the server.
    number: u64,
    /// The register.
    register: String,
    /// `under-way`, `taken`, `unchanged` (it was read in before: nothing was written), `not-taken` or `failed` (the server could not
    /// read it in, or not write what it read).
    state: &'static str,
    /// Bytes that are read.
    bytes_read: u64,
    /// Bytes in all; 0 while that is not known.
    bytes: u64,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// Its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// Those of them that went into quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<u64>,
    /// Records that were not there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<u64>,
    /// Records that hold other values than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<u64>,
    /// Records that are there no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<u64>,
    /// The number of its entry in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_index: Option<u64>,
    /// Why nothing was taken, or what is told of why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Names in the server's own log why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

impl From<PastRun> for RunView {
    fn from(past: PastRun) -> Self {
        let (did, register) = match past.deed {
            Deed::Ingest(register) => ("ingest", Some(register)),
            Deed::Job(Some(Job::Build)) => ("build", None),
            Deed::Job(Some(Job::Link)) => ("link", None),
            Deed::Job(Some(Job::Index)) => ("index", None),
            Deed::Job(None) => ("job", None),
        };
        let (mut tables, mut rules, mut delivery, mut why) = (None, Vec::new(), None, None);
        let became = match past.became {
            Became::Done => "done",
            Became::Tables(count) => {
                tables = Some(count);
                "tables"
            }
            Became::InService => "in-service",
            Became::NotInService => "not-in-service",
            Became::OnlyRead => "only-read",
            Became::UnderWay => "under-way",
            Became::Unfinished => "unfinished",
            Became::Untold => "untold",
            Became::Refused(by) => {
                rules = by;
                "refused"
            }
            Became::NotTaken(number, not_taken) => {
                delivery = Some(number);
                why = Some(why_not_taken(&not_taken.why));
                "not-taken"
            }
        };
        Self {
            did,
            register,
            run: past.run,
            log_index: past.log_index,
            began: time(past.began),
            ended: past.ended.map(time),
            by: past.by,
            rows: past.rows,
            quarantined: past.quarantined,
            became,
            tables,
            rules,
            delivery,
            why,
        }
    }
}

impl DeliveryView {
    /// Gives how far a delivery is, or what became of it. That it failed is an answer too: whoever asks is told of it, however often.
    fn of(reading: &Reading) -> Self {
        let progress = reading.progress();
        let view = Self {
            number: reading.number,
            register: reading.key.to_string(),
            state: "under-way",
            bytes_read: progress.done,
            bytes: progress.of,
            run: None,
            rows: None,
            quarantined: None,
            new: None,
            changed: None,
            gone: None,
            log_index: None,
            why: None,
            event: None,
        };
        match progress.outcome {
            None => view,
            Some(Err(problem)) => Self { state: "failed", why: Some(problem.detail), event: problem.event, ..view },
            Some(Ok(ReadIn::Unchanged)) => Self { state: "unchanged", ..view },
            Some(Ok(ReadIn::Taken { run, rows, quarantined, new, changed, gone, log_index })) => Self {
                state: "taken",
                run: Some(run),
                rows: Some(rows),
                quarantined: Some(quarantined),
                new: Some(new),
                changed: Some(changed),
                gone: Some(gone),
                log_index: Some(log_index),
                ..view
            },
            Some(Ok(ReadIn::Refused(not_taken))) => {
                Self { state: "not-taken", why: Some(why_not_taken(&not_taken.why)), run: Some(not_taken.run), ..view }
            }
        }
    }
}

/// Gives runs that have been: deliveries and jobs, what became of them, and rows. For data engineers.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", params(RunsFilter),
    responses((status = 200, body = RunsView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(crate) async fn runs(
    State(app): State<App>,
    Caller(who): Caller,
    Asked(filter): Asked<RunsFilter>,
) -> Result<Answer<RunsView>, Problem> {
    let past = service::past_runs(&app, &who, filter.before).await?;
    Ok(Answer(RunsView { runs: past.runs.into_iter().map(RunView::from).collect(), next: past.next }))
}

/// Gives why rows of a register are in quarantine: counts by run, reason and column, and where the first rows are. For data
/// engineers.
#[utoipa::path(get, path = "/api/v1/registers/{register}/quarantine", tag = "runs",
    params(("register" = String, Path, description = "the register's id")),
    responses((status = 200, body = QuarantineView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn quarantine(
    State(app): State<App>,
    Caller(who): Caller,
    Place(register): Place<String>,
) -> Result<Answer<QuarantineView>, Problem> {
    let (register, found) = service::quarantined(&app, &who, &register).await?;
    let runs = found.as_ref().map(source::quarantined_runs).unwrap_or_default();
    let reason = |known: source::QuarantinedFor| QuarantinedForView {
        code: known.code,
        column: known.column,
        rows: known.rows,
        places: known.samples,
    };
    let run = |known: source::QuarantinedRun| QuarantinedRunView {
        run: known.run,
        at: known.at,
        rows: known.rows,
        quarantined: known.quarantined,
        reasons: known.reasons.into_iter().map(reason).collect(),
    };
    Ok(Answer(QuarantineView {
        register: register.id.to_string(),
        rows: found.as_ref().map_or(0, |found| found.rows),
        keeps: register.delivery == Delivery::Changes,
        runs: runs.into_iter().map(run).collect(),
    }))
}

/// Begins to read a register's delivery in, or joins whoever does so; how far it is tells the delivery of that number. For data
/// engineers.
#[utoipa::path(post, path = "/api/v1/registers/{register}/deliveries", tag = "runs",
    params(("register" = String, Path, description = "the register's id")),
    responses((status = 200, body = DeliveryView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem, description = "another one is being read in")))]
pub(crate) async fn deliver(
    State(app): State<App>,
    Caller(who): Caller,
    Place(register): Place<String>,
) -> Result<Answer<DeliveryView>, Problem> {
    let reading = service::begin_reading(&app, &who, &register)?;
    Ok(Answer(DeliveryView::of(&reading)))
}

/// Gives how far a delivery is that is read in, or what became of it. For data engineers.
#[utoipa::path(get, path = "/api/v1/deliveries/{number}", tag = "runs",
    params(("number" = u64, Path, description = "the delivery's number")),
    responses((status = 200, body = DeliveryView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn delivery(
    State(app): State<App>,
    Caller(who): Caller,
    Place(number): Place<u64>,
) -> Result<Answer<DeliveryView>, Problem> {
    Ok(Answer(DeliveryView::of(&service::reading(&app, &who, number)?)))
}
