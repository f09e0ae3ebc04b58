//! What a citizen contests: that a record which was linked to them is about them.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use linkage::Said;
use model::{Actor, OfficerId, PersonId, RecordId, RegisterId, Verdict};
use registry::{Contested, may_be_reviewed};
use serde::{Deserialize, Serialize};
use state::{Contest, ContestEnd};
use utoipa::ToSchema;

use super::citizen::own_request;
use super::dossier::is_pending;
use super::judging::whole;
use crate::app::{App, Who};
use crate::problem::Problem;

/// How many characters a reason has at least.
pub const REASON_MIN: usize = 10;

/// How many characters a reason has at most, as a justification has.
pub const REASON_MAX: usize = 2_000;

/// The standing of a contest that a steward judged, where that judgement was taken back and the contest is not open again: the
/// citizen contested the record anew since, and that is their last word.
pub(crate) const JUDGEMENT_TAKEN_BACK: &str = "judgement-taken-back";

/// Why a citizen contests a record.
#[derive(Clone, Deserialize, ToSchema)]
pub struct ContestForm {
    /// Why the record is not about them, in their words: 10 to 2,000 characters.
    #[serde(default)]
    pub reason: String,
}

/// A record that the citizen contests or contested.
#[derive(Clone, Serialize, ToSchema)]
pub struct OwnContest {
    /// The record's name, as `name` in what is held about the citizen, while it is theirs.
    pub record: String,
    /// Its register.
    pub register: String,
    /// Since when, in UTC.
    pub since: String,
    /// The number of its entry in the log.
    pub log_index: u64,
    /// Why, in the citizen's words.
    pub reason: String,
    /// `open`; how a steward judged it: `same`, `different` or `cannot-say`; `judgement-taken-back` when it was judged, that was
    /// taken back, and the citizen contested the record anew meanwhile; or `withdrawn` by the citizen.
    pub standing: String,
    /// When it ended, in UTC; none while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// The number of the entry in the log with which it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_log_index: Option<u64>,
    /// Whether it is open and nobody can judge it today: no purpose of link review in force reaches both the register of the
    /// record and that of the record which ties it to the citizen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreached: bool,
    /// Whether a steward judged it and the index doesn't know of that yet: what was judged counts from the next run of linking
    /// on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

/// Open contests that nobody can judge today, by the registers of their two records. It says nothing of whom they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreachedContests {
    /// The registers, in order; one when both records are of it.
    pub registers: Vec<String>,
    /// How many there are.
    pub count: u64,
    /// Since when the oldest is open, in UTC.
    pub since: String,
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Tells whether a contest is open and no purpose of link review that is in force reaches both of its records.
fn is_unreached(app: &App, today: NaiveDate, contest: &Contest) -> bool {
    let (one, other) = (&contest.contested.register, &contest.tied.register);
    contest.ended.is_none() && !may_be_reviewed(app.project(), today, one, other)
}

/// Gives the open contests that nobody can judge today, the oldest first.
pub(crate) async fn unreached_contests(app: &App, today: NaiveDate) -> Result<Vec<UnreachedContests>, Problem> {
    let open = app.state().open_contests().await.map_err(unavailable)?;
    let mut found: Vec<UnreachedContests> = Vec::new();
    for contest in open.iter().filter(|contest| is_unreached(app, today, contest)) {
        let mut registers = vec![contest.contested.register.to_string(), contest.tied.register.to_string()];
        registers.sort_unstable();
        registers.dedup();
        match found.iter_mut().find(|known| known.registers == registers) {
            Some(known) => known.count += 1,
            None => found.push(UnreachedContests { registers, count: 1, since: moment(contest.at) }),
        }
    }
    Ok(found)
}

fn own_contest(app: &App, today: NaiveDate, person: PersonId, contest: &Contest) -> OwnContest {
    OwnContest {
        pending: false,
        unreached: is_unreached(app, today, contest),
        record: app.gate().own_record_name(person, &contest.contested),
        register: contest.contested.register.to_string(),
        since: moment(contest.at),
        log_index: contest.leaf,
        reason: contest.reason.clone(),
        standing: contest.ended.map_or("open", |end| end.verdict.as_str()).to_owned(),
        ended: contest.ended.map(|end| moment(end.at)),
        ended_log_index: contest.ended.map(|end| end.leaf),
    }
}

fn unavailable(error: state::StateError) -> Problem {
    Problem::failure("unavailable", &error)
}

/// Gives the citizen and their account.
fn citizen(who: &Who) -> Result<(PersonId, &OfficerId), Problem> {
    match who.actor() {
        Actor::Citizen { person, account } => Ok((*person, account)),
        _ => {
            Err(Problem::new("wrong-role", "only citizens contest records about them")
                .in_words("problem-is-citizens-task"))
        }
    }
}

/// Gives what a citizen contests or contested, the latest first.
pub(crate) async fn own_contests(app: &App, who: &Who) -> Result<Vec<OwnContest>, Problem> {
    let (person, account) = citizen(who)?;
    let (contests, today) = (app.state().contests_of(account).await.map_err(unavailable)?, app.now()?.date_naive());
    let mut own = Vec::with_capacity(contests.len());
    for contest in &contests {
        let mut found = own_contest(app, today, person, contest);
        if let Some(end) = contest.ended.filter(|end| end.verdict != Verdict::Withdrawn) {
            found.pending = is_pending(app, &end).await?;
            if !found.pending && app.state().is_taken_back(end.leaf).await.map_err(unavailable)? {
                found.standing = JUDGEMENT_TAKEN_BACK.to_owned();
            }
        }
        own.push(found);
    }
    Ok(own)
}

/// Tells whether nobody could judge it today if the citizen contested the record `name` of theirs: no purpose of link review in
/// force reaches both its register and that of the record which ties it to them. `registers` are those of which they see
/// records.
///
/// # Errors
/// For others than citizens, and when the index can't be read.
pub(crate) fn would_be_unreached(app: &App, who: &Who, name: &str, registers: &[RegisterId]) -> Result<bool, Problem> {
    let (person, _) = citizen(who)?;
    let is_it = |record: &RecordId| app.gate().own_record_name(person, record) == name;
    let Some((one, other)) = app.index().contest_between(person, registers, is_it)? else { return Ok(false) };
    Ok(!may_be_reviewed(app.project(), app.now()?.date_naive(), &one, &other))
}

/// Writes that the citizen contests the record `name` of theirs. The entry of the log is durable when this returns; from the
/// next run of `link` on the record is held where it is, and decides nothing, until a steward has judged it.
///
/// # Errors
/// For others than citizens, whom the gate refuses on the record; a reason that is too short or too long; a name that is not
/// of a record of theirs which something links to them; a record that is contested already; what the gate refuses, and what
/// fails.
pub async fn contest(app: &App, who: &Who, name: &str, form: &ContestForm) -> Result<OwnContest, Problem> {
    let (app, who, name, form) = (app.clone(), who.clone(), name.to_owned(), form.clone());
    whole(async move { contest_now(&app, &who, &name, &form).await }).await
}

async fn contest_now(app: &App, who: &Who, name: &str, form: &ContestForm) -> Result<OwnContest, Problem> {
    let reason = form.reason.trim();
    let request = own_request(app, who, Some(reason)).await?;
    let (person, account) = citizen(who)?;
    check_reason(reason)?;
    let at = app.now()?;
    // Two at once would both find the record free, and a steward would judge what is contested meanwhile.
    let _turn = app.turns().take().await;
    let is_contested = AtomicBool::new(false);
    let is_it = |record: &RecordId| {
        if app.gate().own_record_name(person, record) != name {
            return false;
        }
        let known = app.state().contested_since(std::slice::from_ref(record)).iter().any(Option::is_some);
        is_contested.fetch_or(known, Ordering::Relaxed);
        !known
    };
    let made = app.index().contest(app.gate(), &request, is_it, (reason, at)).await?;
    let nothing =
        || Problem::new("not-found", "no record that was linked to you has this name").in_words("problem-is-no-record");
    let contested =
        || Problem::new("changed-meanwhile", "this record is contested already").in_words("problem-is-contested");
    if is_contested.load(Ordering::Relaxed) {
        return Err(contested());
    }
    let Contested { said: Said { leaf, spoken }, record, tied } = made.ok_or_else(nothing)?;
    // The log has it. Should this fail, it is not contested, here or for the spine, and can be contested again.
    let noted = app.state().note_contest_and((&record, &tied), account, reason, leaf, at, Some(&spoken));
    if !noted.await.map_err(unavailable)? {
        return Err(contested());
    }
    let open = app.state().contests_of(account).await.map_err(unavailable)?;
    let open = open.iter().find(|contest| contest.leaf == leaf).ok_or_else(nothing)?;
    Ok(own_contest(app, at.date_naive(), person, open))
}

/// Takes back that the citizen contests the record `name`, while it is open: all is as if it had not been said, but in the
/// log.
///
/// # Errors
/// For others than citizens, whom the gate refuses on the record; when they contest no record of this name; what the gate
/// refuses, and what fails.
pub async fn withdraw(app: &App, who: &Who, name: &str) -> Result<OwnContest, Problem> {
    let (app, who, name) = (app.clone(), who.clone(), name.to_owned());
    whole(async move { withdraw_now(&app, &who, &name).await }).await
}

async fn withdraw_now(app: &App, who: &Who, name: &str) -> Result<OwnContest, Problem> {
    let request = own_request(app, who, None).await?;
    let (person, account) = citizen(who)?;
    let at = app.now()?;
    let _turn = app.turns().take().await;
    let contests = app.state().contests_of(account).await.map_err(unavailable)?;
    let is_it =
        |contest: &&Contest| contest.ended.is_none() && app.gate().own_record_name(person, &contest.contested) == name;
    let nothing = || {
        Problem::new("not-found", "you contest no record of this name, or it was decided")
            .in_words("problem-is-no-contest")
    };
    let contest = contests.iter().find(is_it).ok_or_else(nothing)?;
    let pair = (&contest.contested, &contest.tied);
    let Said { leaf, spoken } = app.index().withdraw_contest(app.gate(), &request, pair, at).await?;
    let end = ContestEnd { verdict: Verdict::Withdrawn, leaf, at };
    // What they contest of the other record of the pair is theirs to take back as well, or not.
    app.state().withdraw_contest(contest.id, end, Some(&spoken)).await.map_err(unavailable)?;
    Ok(own_contest(app, at.date_naive(), person, &Contest { ended: Some(end), ..contest.clone() }))
}

/// Checks the length of a reason.
fn check_reason(reason: &str) -> Result<(), Problem> {
    match reason.chars().count() {
        REASON_MIN..=REASON_MAX => Ok(()),
        _ => {
            Err(Problem::new("bad-request", "`reason` has 10 to 2,000 characters: say why the record is not about you")
                .in_words("problem-is-contest-reason"))
        }
    }
}
