//! A register's delivery, read in by a data engineer: how far it is, and what became of it.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::frame::Frame;
use super::progress;
use super::view::{Sent, View, number_of};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, ReadIn, Reading};

#[derive(Template)]
#[template(path = "reading.html")]
struct ReadingPage {
    frame: Frame,
    t: Words,
    register: String,
    /// The page of why rows are in quarantine.
    quarantine: String,
    taken: Option<Taken>,
    /// Why nothing was taken.
    refused: Option<String>,
}

/// A delivery that was taken.
struct Taken {
    run: String,
    rows: String,
    quarantined: u64,
    entry: String,
}

/// A delivery in the list of those that were read in since the server was started.
pub(crate) struct ReadingLine {
    pub(crate) href: String,
    pub(crate) register: String,
    pub(crate) says: String,
    pub(crate) tag: &'static str,
}

/// Gives the deliveries that are or were read in, the latest first.
pub(crate) fn lines(view: &View) -> Vec<ReadingLine> {
    view.app.ingests().latest().iter().map(|run| line(view, run)).collect()
}

fn line(view: &View, run: &Reading) -> ReadingLine {
    let t = view.t;
    let progress = run.progress();
    let (says, tag) = match progress.outcome {
        None => (far(t, progress.done, progress.of), "tag"),
        Some(Ok(ReadIn::Taken { rows, quarantined, .. })) => (taken(t, rows, quarantined), "tag good"),
        Some(Ok(ReadIn::Unchanged)) => (t.s("reading-unchanged-short"), "tag"),
        Some(Ok(ReadIn::Refused(_)) | Err(_)) => (t.s("reading-refused-short"), "tag refused"),
    };
    ReadingLine {
        href: format!("/runs/deliveries/{}", run.number),
        register: view.register_title(run.key.as_str()),
        says,
        tag,
    }
}

fn taken(t: Words, rows: u64, quarantined: u64) -> String {
    t.with_all("graph-quarantined", &[("rows", t.number(&rows)), ("bad", t.number(&quarantined))])
}

fn far(t: Words, done: u64, of: u64) -> String {
    if of == 0 {
        return t.s("progress-begins");
    }
    let megabytes = |bytes: u64| t.decimal(&format!("{:.1}", bytes as f64 / 1e6));
    t.with_all("reading-far", &[("done", megabytes(done)), ("all", megabytes(of))])
}

/// What an engineer sends to have a delivery read in.
#[derive(Deserialize)]
pub(crate) struct Begun {
    form_token: String,
    #[serde(default)]
    register: String,
}

/// Begins to read a delivery in, and leads to the page that tells how far that is.
pub(crate) async fn begin(view: View, Sent(form): Sent<Begun>) -> Response {
    let answer = match form {
        Ok(form) => begun(&view, &form),
        Err(problem) => Err(problem),
    };
    view.answer(answer)
}

fn begun(view: &View, form: &Begun) -> Result<Response, Problem> {
    view.check_form(&form.form_token)?;
    let run = service::begin_reading(&view.app, view.acting()?, &form.register)?;
    Ok(Redirect::to(&format!("/runs/deliveries/{}", run.number)).into_response())
}

fn run_of(view: &View, number: &str) -> Result<Reading, Problem> {
    service::reading(&view.app, view.acting()?, number_of(number)?)
}

/// Tells what became of a delivery, or how far it is.
pub(crate) async fn page(view: View, Path(number): Path<String>) -> Response {
    let answer = shown(&view, &number).await;
    view.answer(answer)
}

async fn shown(view: &View, number: &str) -> Result<Response, Problem> {
    let (run, t) = (run_of(view, number)?, view.t);
    let register = view.register_title(run.key.as_str());
    let Some(outcome) = progress::outcome(&run).await? else {
        let title = t.with("reading-under-way", "register", register);
        return progress::page(view, &run, title, &format!("/runs/deliveries/{}", run.number), far);
    };
    let quarantine = format!("/runs/quarantine/{}", run.key);
    let (taken, refused) = match outcome {
        ReadIn::Taken { run, rows, quarantined, log_index } => {
            (Some(Taken { run, rows: t.number(&rows), quarantined, entry: t.number(&log_index) }), None)
        }
        ReadIn::Unchanged => (None, None),
        ReadIn::Refused(why) => (None, Some(why)),
    };
    view.page(&ReadingPage { frame: view.frame()?, t, register, quarantine, taken, refused })
}

/// Tells how far a delivery is, while it is read in.
pub(crate) async fn events(view: View, Path(number): Path<String>) -> Response {
    let answer = run_of(&view, &number).and_then(|run| progress::events(&view, &run, far));
    view.answer(answer)
}
