//! The log, as auditors see it: entries without personal data, proofs, and whether all of it holds.

use std::sync::Arc;

use gate::{Entry, EntryKind, LoggedEntry};
use model::agency::RoleKind;
use serde::{Deserialize, Serialize};
use tlog::VerifyError;
use utoipa::{IntoParams, ToSchema};

use super::catalogue::ClassRule;
use crate::app::{App, Who};
use crate::problem::Problem;
use crate::progress::{Run, Teller};

/// A verification of the whole log from a checkpoint, or from the beginning.
pub(crate) type Verification = Run<Option<String>, VerifyView>;

/// The most entries of one page.
const PAGE_MAX: u64 = 500;

/// How many entries are read at a time when a filter skips many.
const STRIDE: u64 = 2_000;

/// Which entries to show.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogFilter {
    /// Entries before this index, the latest first; the newest when it isn't given.
    pub before: Option<u64>,
    /// How many, at most 500; 50 when it isn't given.
    pub limit: Option<u64>,
    /// Only of this kind: `look`, `search`, `refusal`, `job`, `ingest`, …
    pub kind: Option<String>,
    /// Only under this purpose.
    pub purpose: Option<String>,
    /// Only by this agency.
    pub agency: Option<String>,
    /// Only refused by this rule.
    pub rule: Option<String>,
}

/// A page of the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogPage {
    /// How many entries the log has.
    pub size: u64,
    /// The entries, the latest first.
    pub entries: Vec<EntryView>,
    /// What `before` is to be for the entries that came before these; none when there are no more.
    pub next: Option<u64>,
}

/// An entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EntryView {
    /// Its place in the log, counted from 0.
    pub index: u64,
    /// What it is about.
    pub kind: String,
    /// What was asked for; of a refusal only.
    pub asked: Option<String>,
    /// When, in UTC.
    pub at: String,
    /// `agency/role`, `citizen`, `system` or `unknown`.
    pub by: String,
    /// The purpose.
    pub purpose: Option<String>,
    /// The registers within reach.
    pub registers: Vec<String>,
    /// How each class within reach is disclosed.
    pub classes: Vec<ClassRule>,
    /// How many persons it is about.
    pub subjects: u32,
    /// The rules that refused.
    pub rules: Vec<String>,
    /// The job and its run.
    pub job: Option<String>,
    /// The run.
    pub run: Option<String>,
    /// The tables that a job read, with their versions.
    pub tables: Vec<String>,
    /// Rows that an ingest took in.
    pub rows: Option<u64>,
    /// Rows that it put into quarantine.
    pub quarantined: Option<u64>,
    /// The commitment to the detail, as hexadecimal digits.
    pub commitment: String,
}

/// An entry with what proves that it is in the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProofView {
    /// The entry.
    pub entry: EntryView,
    /// Its bytes, which are text.
    pub bytes: String,
    /// The hash of its leaf (RFC 6962), as hexadecimal digits.
    pub leaf_hash: String,
    /// The hashes on the way to the root, as hexadecimal digits.
    pub path: Vec<String>,
    /// The signed checkpoint that has the root.
    pub checkpoint: String,
}

/// Whether all of the log holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerifyView {
    /// Whether it does.
    pub verified: bool,
    /// How many entries were recomputed.
    pub entries: u64,
    /// The root, as the checkpoint has it.
    pub root: Option<String>,
    /// Where and how it doesn't hold.
    pub fault: Option<String>,
    /// Which of [`FAULTS`] that is, for pages.
    #[serde(skip)]
    pub fault_kind: Option<&'static str>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl EntryView {
    fn new(index: u64, entry: &Entry) -> Self {
        let at = chrono::DateTime::from_timestamp_millis(entry.at_ms);
        Self {
            index,
            kind: entry.kind.as_str().to_owned(),
            asked: entry.asked.map(|kind| kind.as_str().to_owned()),
            at: at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).unwrap_or_default(),
            by: entry.by.to_string(),
            purpose: entry.purpose.as_ref().map(ToString::to_string),
            registers: entry.registers.iter().map(ToString::to_string).collect(),
            classes: entry.classes.iter().map(|(class, how)| ClassRule::new(*class, how)).collect(),
            subjects: entry.subjects,
            rules: entry.rules.clone(),
            job: entry.job.map(|job| job.as_str().to_owned()),
            run: entry.run.as_ref().map(ToString::to_string),
            tables: entry
                .tables
                .iter()
                .map(|read| match read.version {
                    Some(version) => format!("{} v{version}", read.table),
                    None => read.table.clone(),
                })
                .collect(),
            rows: entry.rows,
            quarantined: entry.quarantined,
            commitment: hex::encode(entry.commitment.0),
        }
    }
}

fn auditor(who: &Who) -> Result<(), Problem> {
    who.must_be(RoleKind::DataProtectionOfficer)
}

fn failed(error: gate::GateError) -> Problem {
    Problem::failure("unavailable", &error)
}

/// Gives a page of the log.
///
/// # Errors
/// For other roles than data protection officers; when the log can't be read.
pub async fn entries(app: &App, who: &Who, filter: &LogFilter) -> Result<LogPage, Problem> {
    auditor(who)?;
    let size = app.gate().log_size();
    let limit = filter.limit.unwrap_or(50).clamp(1, PAGE_MAX) as usize;
    let mut found = Vec::new();
    let mut upto = filter.before.unwrap_or(size).min(size);
    while upto > 0 {
        let from = upto.saturating_sub(STRIDE);
        let mut read = app.gate().entries(from..upto).await.map_err(failed)?;
        read.reverse();
        for LoggedEntry { leaf, entry } in read {
            upto = leaf;
            if wanted(&entry, filter) {
                found.push(EntryView::new(leaf, &entry));
                if found.len() == limit {
                    return Ok(LogPage { size, entries: found, next: (upto > 0).then_some(upto) });
                }
            }
        }
        upto = from;
    }
    Ok(LogPage { size, entries: found, next: None })
}

fn wanted(entry: &Entry, filter: &LogFilter) -> bool {
    let is = |wanted: &Option<String>, found: Option<&str>| {
        wanted.as_deref().filter(|wanted| !wanted.is_empty()).is_none_or(|wanted| found == Some(wanted))
    };
    let agency = match &entry.by {
        gate::By::Recipient(recipient) => Some(recipient.agency.as_str()),
        _ => None,
    };
    is(&filter.kind, Some(entry.kind.as_str()))
        && is(&filter.purpose, entry.purpose.as_ref().map(|purpose| purpose.as_str()))
        && is(&filter.agency, agency)
        && filter.rule.as_ref().filter(|rule| !rule.is_empty()).is_none_or(|rule| entry.rules.contains(rule))
}

/// Gives an entry and proves that it is in the log.
///
/// # Errors
/// For other roles than data protection officers and citizens; when there is no such entry.
pub async fn entry(app: &App, who: &Who, index: u64) -> Result<ProofView, Problem> {
    if who.role().is_some() {
        auditor(who)?;
    }
    if index >= app.gate().log_size() {
        return Err(Problem::new("not-found", "the log has no such entry").in_words("problem-is-no-entry"));
    }
    let proof = app.gate().prove(index).await.map_err(failed)?;
    let decoded = Entry::decode(&proof.entry).map_err(failed)?;
    Ok(ProofView {
        entry: EntryView::new(index, &decoded),
        leaf_hash: tlog::leaf_hash(&proof.entry).to_string(),
        path: proof.inclusion.hashes.iter().map(ToString::to_string).collect(),
        bytes: String::from_utf8_lossy(&proof.entry).into_owned(),
        checkpoint: proof.checkpoint.to_string(),
    })
}

/// Gives the checkpoint that was published last, a signed note. Anyone with a session may keep it.
#[must_use]
pub fn checkpoint(app: &App) -> String {
    app.gate().log_checkpoint().to_string()
}

/// Recomputes the whole log. One run at a time: who asks for the same meanwhile is given the answer of that run.
///
/// # Errors
/// For other roles than data protection officers and citizens; for a text that is no checkpoint; while a run against another
/// one is under way; when the server fails. A log that doesn't hold is an answer, not an error.
pub async fn verify(app: &App, who: &Who, saved: Option<String>) -> Result<VerifyView, Problem> {
    begin_verification(app, who, saved)?.outcome().await
}

/// Begins to recompute the whole log, or gives the run of the same that is under way.
///
/// # Errors
/// As [`verify`].
pub(crate) fn begin_verification(app: &App, who: &Who, saved: Option<String>) -> Result<Verification, Problem> {
    verifier(who)?;
    // What is no checkpoint says nothing of the log: nobody may take it for a log that does not hold.
    if let Some(Err(error)) = saved.as_deref().map(|saved| tlog::Checkpoint::check_form(saved.as_bytes())) {
        let mend = "send what /api/v1/log/checkpoint gave, unchanged";
        let unread = Problem::new("bad-request", format!("this is no saved checkpoint: {error}; {mend}"));
        return Err(unread.in_words("problem-is-no-checkpoint"));
    }
    let gate = app.gate().clone();
    let from = saved.clone();
    let work = |teller: Arc<Teller<VerifyView>>| async move {
        let verify = move || verified(&gate, from.as_deref(), &mut |done, of| teller.tell(done, of));
        tokio::task::spawn_blocking(verify).await.map_err(|error| Problem::failure("internal", &error))
    };
    let busy = "the log is being verified against another checkpoint: ask again in a few seconds";
    let begun = app.verifications().begin(saved, busy, work);
    begun.map_err(|busy| busy.in_words("problem-is-verifying"))
}

/// Gives the verification of a number, under way or ended not long ago.
///
/// # Errors
/// As [`verify`]; when there is none.
pub(crate) fn verification(app: &App, who: &Who, number: u64) -> Result<Verification, Problem> {
    verifier(who)?;
    let nothing = || {
        Problem::new("not-found", "no verification has this number, or it was long ago: begin one anew")
            .in_words("problem-is-no-verification")
    };
    app.verifications().run(number).ok_or_else(nothing)
}

fn verifier(who: &Who) -> Result<(), Problem> {
    if who.role().is_some() { auditor(who) } else { Ok(()) }
}

fn verified(gate: &gate::Gate, saved: Option<&str>, progress: &mut dyn FnMut(u64, u64)) -> VerifyView {
    let begun = std::time::Instant::now();
    let outcome = gate.verify(progress, saved);
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(report) => VerifyView {
            verified: true,
            entries: report.checkpoint.size,
            root: Some(report.checkpoint.root.to_string()),
            fault: None,
            fault_kind: None,
            took_ms,
        },
        Err(error) => VerifyView {
            verified: false,
            entries: 0,
            root: None,
            fault_kind: Some(fault_kind(&error)),
            fault: Some(error.to_string()),
            took_ms,
        },
    }
}

/// The ways in which a log does not hold together, as pages tell them apart.
pub const FAULTS: [&str; 9] =
    ["unread", "format", "checkpoint", "saved", "dropped", "rewritten", "changed", "stray", "latest"];

fn fault_kind(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::Storage { .. } => "unread",
        VerifyError::Format => "format",
        VerifyError::CheckpointMissing | VerifyError::Checkpoint(_) => "checkpoint",
        VerifyError::SavedCheckpoint(_) => "saved",
        VerifyError::Shrunk { .. } => "dropped",
        VerifyError::Forked { .. } => "rewritten",
        VerifyError::Tile { .. }
        | VerifyError::Entry { .. }
        | VerifyError::Node { .. }
        | VerifyError::Partial { .. }
        | VerifyError::Root { .. } => "changed",
        VerifyError::Stray { .. } => "stray",
        VerifyError::JournalDamaged { .. } | VerifyError::JournalEntry { .. } | VerifyError::JournalGap { .. } => {
            "latest"
        }
    }
}

/// Gives the kinds of entries, for filters.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    use EntryKind::{Contest, Ingest, Job, Judgement, Look, Oversight, Own, Refusal, Review, Search};
    [Look, Search, Review, Own, Job, Ingest, Judgement, Contest, Oversight, Refusal].map(EntryKind::as_str).to_vec()
}
