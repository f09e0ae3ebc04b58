//! A citizen contests a record that was linked to them, and takes that back.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use model::RegisterId;
use serde::Deserialize;

use super::frame::Frame;
use super::person::{Record, Section, dossier};
use super::search::FormError;
use super::view::{AGAIN, Sent, View};
use super::words::{ProjectText, Words};
use crate::problem::Problem;
use crate::service::{self, ContestForm, OwnContest, REASON_MAX, REASON_MIN};

#[derive(Template)]
#[template(path = "contest.html")]
struct ContestPage {
    frame: Frame,
    t: Words,
    name: String,
    register: String,
    agency: String,
    laws: Vec<ProjectText>,
    record: Record,
    reason: String,
    /// Whether nobody could judge it today.
    unreached: bool,
    /// What is to be mended: where, and in which words.
    errors: Vec<FormError>,
}

/// What stands in its place of a record that is contested, or was just judged not to be theirs.
#[derive(Template)]
#[template(path = "contest_there.html")]
struct ThereContestPage {
    frame: Frame,
    t: Words,
    name: String,
    sentence: String,
    /// Where the record is.
    href: String,
    reason: Option<String>,
    may_take_back: bool,
}

/// A contest as the page of what is held shows it.
pub(crate) struct ContestRow {
    pub(crate) register: String,
    pub(crate) since: String,
    pub(crate) entry: String,
    pub(crate) reason: String,
    pub(crate) standing: String,
    /// When what was judged takes effect, where it has not.
    pub(crate) pending: Option<String>,
    /// Whether nobody can judge it today.
    pub(crate) unreached: bool,
    /// The record's name, while it can be taken back.
    pub(crate) open: Option<String>,
}

/// Gives a contest as the page shows it.
pub(crate) fn row(t: Words, contest: &OwnContest, register_title: impl Fn(&str) -> String) -> ContestRow {
    let known = || t.of("contest-standing", &contest.standing);
    let standing = match (&contest.ended, contest.ended_log_index) {
        (Some(when), Some(entry)) => {
            let (when, entry) = (("when", t.moment(when)), ("entry", t.number(&entry)));
            match contest.standing.as_str() {
                // It says how it was judged no more: that counts for nothing.
                service::JUDGEMENT_TAKEN_BACK => t.with_all("contest-judgement-taken-back", &[when, entry]),
                _ => t.with_all("contest-ended", &[("standing", known()), when, entry]),
            }
        }
        _ => known(),
    };
    let pending = |standing: &str| match standing {
        "different" => t.s("contest-pending-different"),
        "same" => t.s("contest-pending-same"),
        _ => t.s("contest-pending-cannot-say"),
    };
    ContestRow {
        pending: contest.pending.then(|| pending(&contest.standing)),
        register: register_title(&contest.register),
        since: contest.since.clone(),
        entry: t.number(&contest.log_index),
        reason: contest.reason.clone(),
        standing,
        unreached: contest.unreached,
        open: contest.ended.is_none().then(|| contest.record.clone()),
    }
}

/// What a citizen sends to contest a record.
#[derive(Deserialize)]
pub(crate) struct Contested {
    form_token: String,
    #[serde(default)]
    reason: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

/// Tells whether a reason is as long as one has to be.
pub(super) fn fits(reason: &str) -> bool {
    (REASON_MIN..=REASON_MAX).contains(&reason.trim().chars().count())
}

/// What a citizen sends to take it back.
#[derive(Deserialize)]
pub(crate) struct Withdrawn {
    form_token: String,
}

/// Shows the record, why it is held to be theirs, and asks why it is not.
pub(crate) async fn page(view: View, Path(name): Path<String>) -> Response {
    let answer = shown(&view, &name, None).await;
    view.answer_asked(Some("contest"), answer)
}

async fn shown(view: &View, name: &str, reason: Option<String>) -> Result<Response, Problem> {
    let t = view.t;
    let found = service::own_records(&view.app, view.acting()?, true).await?;
    let contest = found.contests.iter().find(|contest| contest.ended.is_none() && contest.record == name).cloned();
    let sections = dossier(view, found.dossier).sections;
    let registers: Vec<RegisterId> =
        sections.iter().filter_map(|section| RegisterId::new(&section.register).ok()).collect();
    let is_it = |record: &Record| record.name.as_deref() == Some(name);
    let of_section = |section: Section| {
        let (register, agency, laws) = (section.title, section.agency, section.laws);
        section.records.into_iter().find(is_it).map(|record| (register, agency, laws, record))
    };
    let found = sections.into_iter().find_map(of_section);
    let missing =
        || Problem::new("not-found", "no record that was linked to you has this name").in_words("problem-is-no-record");
    let (register, agency, laws, record) = found.ok_or_else(missing)?;
    let mut frame = view.frame()?;
    frame.back = path_of(name);
    frame.repeat_at.clone_from(&frame.back);
    if !record.may_be_contested() {
        return there(view, frame, name, (register, record), contest);
    }
    let is_wrong = reason.as_deref().is_some_and(|reason| !fits(reason));
    let errors = if is_wrong {
        vec![FormError { href: "#reason".to_owned(), text: t.s("contest-reason-wrong") }]
    } else {
        Vec::new()
    };
    let status = if is_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    if let Some(reason) = &reason {
        frame.repeat = vec![("reason", reason.clone()), (AGAIN, true.to_string())];
    }
    let page = ContestPage {
        frame,
        t,
        name: name.to_owned(),
        register,
        agency,
        laws,
        record,
        unreached: service::would_be_unreached(&view.app, view.acting()?, name, &registers)?,
        errors,
        reason: reason.unwrap_or_default(),
    };
    view.page_as(status, &page)
}

/// Says of a record that it is contested already, or was just judged not to be theirs, and leads to it.
fn there(
    view: &View,
    frame: Frame,
    name: &str,
    (register, record): (String, Record),
    contest: Option<OwnContest>,
) -> Result<Response, Problem> {
    let t = view.t;
    let when = |since: &String| t.moment(since);
    let values = |since| [("register", register.clone()), ("when", since)];
    // Whoever contests it from another account has no contest of this one to take back.
    let since = contest.as_ref().map(|contest| &contest.since).or(record.contested.as_ref()).map(when);
    let sentence = match (&record.contested, since) {
        (Some(_), Some(since)) if contest.as_ref().is_some_and(|contest| contest.unreached) => {
            format!("{} {}", t.with_all("contest-there", &values(since)), t.s("contest-unreached"))
        }
        (Some(_), Some(since)) => t.with_all("contest-there-waits", &values(since)),
        _ => record.judged.clone().unwrap_or_default(),
    };
    let page = ThereContestPage {
        frame,
        t,
        name: name.to_owned(),
        sentence,
        href: format!("/me/records#{}", record.anchor),
        may_take_back: contest.is_some(),
        reason: contest.map(|contest| contest.reason),
    };
    view.page(&page)
}

/// Writes that a record is contested, and leads back to what is held.
pub(crate) async fn contest(view: View, Path(name): Path<String>, Sent(form): Sent<Contested>) -> Response {
    let typed = |form: &Contested| view.typed(&form.form_token, &path_of(&name), &[("reason", form.reason.clone())]);
    let typed = form.as_ref().ok().and_then(typed);
    let answer = match form {
        Ok(form) => contested(&view, &name, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(Some("contest"), typed, answer)
}

/// Gives where a record is contested.
fn path_of(name: &str) -> String {
    format!("/me/records/{name}/contest")
}

async fn contested(view: &View, name: &str, form: Contested) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    if form.again || !fits(&form.reason) {
        return shown(view, name, Some(form.reason)).await;
    }
    let form = ContestForm { reason: form.reason };
    let made = service::contest(&view.app, who, name, &form).await?;
    Ok(Redirect::to(&format!("/me/records?contested={}", made.log_index)).into_response())
}

/// Takes a contest back, and leads back to what is held.
pub(crate) async fn withdraw(view: View, Path(name): Path<String>, Sent(form): Sent<Withdrawn>) -> Response {
    let answer = match form {
        Ok(form) => withdrawn(&view, &name, &form).await,
        Err(problem) => Err(problem),
    };
    view.answer_asked(Some("contest"), answer)
}

async fn withdrawn(view: &View, name: &str, form: &Withdrawn) -> Result<Response, Problem> {
    let taken = service::withdraw(&view.app, view.acting_by(&form.form_token)?, name).await?;
    Ok(Redirect::to(&format!("/me/records?withdrawn={}", taken.ended_log_index.unwrap_or_default())).into_response())
}
