//! A citizen contests a record that was linked to them, and takes that back.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::frame::Frame;
use super::person::{Record, dossier};
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
    reason_wrong: bool,
}

/// A contest as the page of what is held shows it.
pub(crate) struct ContestRow {
    pub(crate) register: String,
    pub(crate) since: String,
    pub(crate) entry: String,
    pub(crate) reason: String,
    pub(crate) standing: String,
    /// Whether nobody can judge it today.
    pub(crate) unreached: bool,
    /// The record's name, while it can be taken back.
    pub(crate) open: Option<String>,
}

/// Gives a contest as the page shows it.
pub(crate) fn row(t: Words, contest: &OwnContest, register_title: impl Fn(&str) -> String) -> ContestRow {
    let standing = t.of("contest-standing", &contest.standing);
    let standing = match (&contest.ended, contest.ended_log_index) {
        (Some(when), Some(entry)) => {
            let values = [("standing", standing), ("when", t.moment(when)), ("entry", t.number(&entry))];
            t.with_all("contest-ended", &values)
        }
        _ => standing,
    };
    ContestRow {
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
    let found = service::own_records(&view.app, view.acting()?, true).await?;
    let sections = dossier(view, found.dossier).sections;
    let is_it = |record: &Record| record.contested.is_none() && record.name.as_deref() == Some(name);
    let of_section = |section: super::person::Section| {
        let (register, agency, laws) = (section.title, section.agency, section.laws);
        section.records.into_iter().find(is_it).map(|record| (register, agency, laws, record))
    };
    let found = sections.into_iter().find_map(of_section);
    let missing = || {
        Problem::new("not-found", "no record that was linked to you has this name, or it is contested")
            .in_words("problem-is-no-record")
    };
    let (register, agency, laws, record) = found.ok_or_else(missing)?;
    let reason_wrong = reason.as_deref().is_some_and(|reason| !fits(reason));
    let status = if reason_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut frame = view.frame()?;
    frame.back = path_of(name);
    frame.repeat_at.clone_from(&frame.back);
    if let Some(reason) = &reason {
        frame.repeat = vec![("reason", reason.clone()), (AGAIN, true.to_string())];
    }
    let page = ContestPage {
        frame,
        t: view.t,
        name: name.to_owned(),
        register,
        agency,
        laws,
        record,
        reason_wrong,
        reason: reason.unwrap_or_default(),
    };
    view.page_as(status, &page)
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
