//! The log, as auditors see it: entries without personal data, proofs, and whether all of it holds.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use gate::{Entry, EntryFilter, EntryKind, GateError};
use model::agency::RoleKind;
use serde::{Deserialize, Serialize};
use tlog::{CheckpointError, VerifyError};
use utoipa::{IntoParams, ToSchema};

use super::catalogue::ClassRule;
use crate::app::{App, Who};
use crate::problem::Problem;
use crate::progress::{Run, Teller};

/// A verification of the whole log from a checkpoint, or from the beginning.
pub(crate) type Verification = Run<Option<String>, VerifyView>;

/// The most entries of one page.
pub(crate) const PAGE_MAX: u64 = 500;

/// How many where nobody says.
const PAGE: u64 = 50;

/// Which entries to show.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogFilter {
    /// Entries before this index, the latest first; the newest when it isn't given.
    pub before: Option<u64>,
    /// How many, from 1 to 500; 50 when it isn't given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u64>,
    /// Only of this kind: `look`, `search`, `review`, `own`, `job`, `ingest`, `judgement`, `contest`, `oversight` or `refusal`.
    pub kind: Option<String>,
    /// Only under this purpose.
    pub purpose: Option<String>,
    /// Only by this agency.
    pub agency: Option<String>,
    /// Only by this one, as `by` of an entry says it: `agency/role`, `citizen`, `system` or `unknown`.
    pub role: Option<String>,
    /// Only refused by this rule.
    pub rule: Option<String>,
    /// Only from this day of UTC on, such as `2026-11-24`.
    pub from: Option<String>,
    /// Only until this day of UTC, which is one of them.
    pub until: Option<String>,
}

impl LogFilter {
    /// Tells whether it leaves anything out.
    pub(crate) fn is_any(&self) -> bool {
        let all = [&self.kind, &self.purpose, &self.agency, &self.role, &self.rule, &self.from, &self.until];
        all.into_iter().flatten().any(|text| !text.is_empty())
    }

    /// Gives what the gate is asked for. A text that is empty asks for nothing.
    fn asked(&self) -> Result<EntryFilter, Problem> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let no_day = |_| Problem::new("bad-request", "a day is written as 2026-11-24").in_words("problem-is-no-day");
        let day = |text: &Option<String>| {
            let text = given(text);
            text.map(|text| text.parse::<NaiveDate>().map_err(no_day)).transpose()
        };
        let kind = given(&self.kind);
        if let Some(kind) = &kind
            && !kinds().contains(&kind.as_str())
        {
            let known = format!("there is no such kind of entries: there are {}", kinds().join(", "));
            return Err(Problem::new("bad-request", known).in_words("problem-is-no-entry-kind"));
        }
        let (from, until) = (day(&self.from)?, day(&self.until)?);
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            let backwards = "`from` is a day after `until`: no entry can be of both";
            return Err(Problem::new("bad-request", backwards).in_words("problem-is-backwards"));
        }
        let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        Ok(EntryFilter {
            kind,
            deeds: Vec::new(),
            purpose: given(&self.purpose),
            agency: given(&self.agency),
            by: given(&self.role),
            rule: given(&self.rule),
            since_ms: from.map(begins),
            // The last day is one of them. After the last of all days there is none to leave out.
            until_ms: until.and_then(|day| day.succ_opt()).map(begins),
        })
    }
}

/// A page of the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogPage {
    /// How many entries the log has.
    pub size: u64,
    /// How many of them are as asked for, before and after this page too.
    pub matching: u64,
    /// The entries, the latest first.
    pub entries: Vec<EntryView>,
    /// What `before` is to be for the entries that came before these; none when no earlier one is as asked for.
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

/// Gives the problem of a log that can't be read; of one that is still being read, how far that is.
pub(super) fn failed(error: GateError) -> Problem {
    let GateError::LogBeingRead { read, size } = error else { return Problem::failure("unavailable", &error) };
    let share = [("percent", (read.saturating_mul(100) / size.max(1)).to_string())];
    Problem::new("unavailable", error.to_string()).in_words_with("problem-is-reading-log", &share)
}

/// Gives a page of the log.
///
/// # Errors
/// For other roles than data protection officers; for a day or a kind that is none; when the log can't be read, or is still being read.
pub async fn entries(app: &App, who: &Who, filter: &LogFilter) -> Result<LogPage, Problem> {
    auditor(who)?;
    let limit = filter.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX) as usize;
    let found = app.gate().find_entries(filter.asked()?, filter.before, limit).await.map_err(failed)?;
    Ok(LogPage {
        size: found.size,
        matching: found.matching,
        entries: found.entries.iter().map(|logged| EntryView::new(logged.leaf, &logged.entry)).collect(),
        next: found.next,
    })
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
/// For other roles than data protection officers and citizens; for a text that is no checkpoint of this log; while a run against
/// another one is under way; when the server fails. A log that doesn't hold is an answer, not an error.
pub async fn verify(app: &App, who: &Who, saved: Option<String>) -> Result<VerifyView, Problem> {
    begin_verification(app, who, saved)?.outcome().await
}

/// Begins to recompute the whole log, or gives the run of the same that is under way.
///
/// # Errors
/// As [`verify`].
pub(crate) fn begin_verification(app: &App, who: &Who, saved: Option<String>) -> Result<Verification, Problem> {
    verifier(who)?;
    // What is no checkpoint of this log says nothing of the log: nobody may take it for a log that does not hold.
    if let Some(Err(error)) = saved.as_deref().map(|saved| app.gate().read_checkpoint(saved)) {
        return Err(unusable(&error));
    }
    let gate = app.gate().clone();
    let from = saved.clone();
    let work = |teller: Arc<Teller<VerifyView>>| async move {
        let verify = move || verified(&gate, from.as_deref(), &mut |done, of| teller.tell(done, of));
        tokio::task::spawn_blocking(verify).await.map_err(|error| Problem::failure("internal", &error))?
    };
    let busy = "the log is being verified against another checkpoint: ask again in a few seconds";
    let begun = app.verifications().begin(saved, busy, work);
    begun.map_err(|busy| busy.in_words("problem-is-verifying"))
}

/// Gives the problem of a saved checkpoint that proves nothing of this log.
fn unusable(error: &CheckpointError) -> Problem {
    let mend = "the log itself was not examined; send what /api/v1/log/checkpoint gave, unchanged, or no checkpoint";
    match error {
        CheckpointError::Key(_) => Problem::failure("unavailable", error),
        CheckpointError::NotANote | CheckpointError::NotACheckpoint => {
            let says = format!("this is no saved checkpoint: {error}; {mend}");
            Problem::new("unusable-checkpoint", says).in_words("problem-is-no-checkpoint")
        }
        CheckpointError::Signature { .. } | CheckpointError::Origin { .. } | CheckpointError::EmptyRoot => {
            let says = format!("this log did not sign this checkpoint: {error}; {mend}");
            Problem::new("unusable-checkpoint", says).in_words("problem-is-foreign-checkpoint")
        }
    }
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

fn verified(gate: &gate::Gate, saved: Option<&str>, progress: &mut dyn FnMut(u64, u64)) -> Result<VerifyView, Problem> {
    let begun = std::time::Instant::now();
    let outcome = gate.verify(progress, saved);
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let error = match outcome {
        Ok(report) => {
            return Ok(VerifyView {
                verified: true,
                entries: report.checkpoint.size,
                root: Some(report.checkpoint.root.to_string()),
                fault: None,
                fault_kind: None,
                took_ms,
            });
        }
        Err(error) => error,
    };
    Ok(VerifyView {
        verified: false,
        entries: 0,
        root: None,
        fault_kind: Some(fault_kind(&error)?),
        fault: Some(error.to_string()),
        took_ms,
    })
}

/// The ways in which a log does not hold together, as pages tell them apart.
pub const FAULTS: [&str; 8] = ["unread", "format", "checkpoint", "dropped", "rewritten", "changed", "stray", "latest"];

/// Gives in which way a log does not hold together.
///
/// # Errors
/// Of a checkpoint that was saved and proves nothing: that is a problem of whoever sent it, and no fault of the log.
fn fault_kind(error: &VerifyError) -> Result<&'static str, Problem> {
    Ok(match error {
        VerifyError::Storage { .. } => "unread",
        VerifyError::Format => "format",
        VerifyError::SavedCheckpoint(error) => return Err(unusable(error)),
        VerifyError::CheckpointMissing | VerifyError::Checkpoint(_) => "checkpoint",
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
    })
}

/// Gives the rules that have refused so far, for filters: the one that refused most often first.
///
/// # Errors
/// For other roles than data protection officers; when the log can't be read, or is still being read.
pub(crate) async fn refusing_rules(app: &App, who: &Who) -> Result<Vec<String>, Problem> {
    auditor(who)?;
    let usage = app.gate().usage(app.now()?.date_naive()).await.map_err(failed)?;
    let mut rules: Vec<(String, u64)> = usage.refused_by.into_iter().collect();
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(rules.into_iter().map(|(rule, _)| rule).collect())
}

/// Gives the kinds of entries, for filters.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    use EntryKind::{Contest, Ingest, Job, Judgement, Look, Oversight, Own, Refusal, Review, Search};
    [Look, Search, Review, Own, Job, Ingest, Judgement, Contest, Oversight, Refusal].map(EntryKind::as_str).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_log_that_is_still_being_read_it_is_told_how_far_that_is() {
        let problem = failed(GateError::LogBeingRead { read: 1_299_999, size: 4_000_000 });
        assert_eq!((problem.status, problem.event), (503, None), "nothing failed");
        assert!(problem.detail.contains("1299999 of 4000000 entries so far"), "{}", problem.detail);
        let words = problem.words.unwrap();
        assert_eq!((words.key, words.values), ("problem-is-reading-log", vec![("percent", "32".to_owned())]));
        let failure = failed(GateError::Entry("broken on purpose".into()));
        assert!(failure.event.is_some() && !failure.detail.contains("broken"), "{}", failure.detail);
    }
}
