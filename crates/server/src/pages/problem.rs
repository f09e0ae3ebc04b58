//! Why there is no answer: refusals that explain themselves, and everything else.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::Frame;
use super::values::sentence;
use super::view::View;
use super::words::Words;
use crate::problem::{KINDS, Problem};

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    frame: Frame,
    t: Words,
    asked: String,
    purpose: Option<String>,
    case: String,
    justification: String,
    who: String,
    reasons: Vec<Refusing>,
    log_index: Option<String>,
}

/// A rule that refused, as the page shows it.
struct Refusing {
    rule: String,
    file: Option<String>,
    says: String,
    needed: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    t: Words,
    kind: String,
    title: String,
    what_to_do: String,
    detail: Option<String>,
    event: Option<String>,
}

/// Answers with the page of a problem.
pub(crate) fn answer(view: &View, asked: Option<&'static str>, problem: Problem) -> Response {
    let status = problem.status();
    let page = match view.frame() {
        Ok(frame) if problem.reasons.is_empty() => view.page_as(status, &plain(view.t, frame, &problem)),
        Ok(frame) => view.page_as(status, &refused(view, frame, asked, &problem)),
        Err(failed) => Err(failed),
    };
    // Without a clock or a template there is no page; the problem document still says what happened.
    page.unwrap_or_else(|_| problem.into_response())
}

fn kind_of(problem: &Problem) -> &str {
    problem.kind.strip_prefix("/problems/").unwrap_or(&problem.kind)
}

fn plain(t: Words, frame: Frame, problem: &Problem) -> ProblemPage {
    let kind = kind_of(problem);
    ProblemPage {
        frame,
        t,
        kind: kind.to_owned(),
        title: t.of("problem-title", kind),
        what_to_do: t.of("problem-do", kind),
        detail: Some(sentence(&problem.detail)).filter(|detail| !detail.is_empty()),
        event: problem.event.clone(),
    }
}

fn refused(view: &View, frame: Frame, asked: Option<&'static str>, problem: &Problem) -> RefusedPage {
    let t = view.t;
    let acting = frame.acting.as_ref();
    let reasons = problem.reasons.iter().map(|reason| Refusing {
        rule: reason.rule.clone(),
        file: reason.file.clone(),
        says: sentence(t.pick(&reason.says, &reason.says_fr)),
        needed: sentence(t.pick(&reason.needed, &reason.needed_fr)),
    });
    RefusedPage {
        t,
        asked: t.of("asked", asked.unwrap_or("page")),
        purpose: acting.and_then(|acting| acting.purpose_says.clone()),
        case: acting.map(|acting| acting.case.clone()).unwrap_or_default(),
        justification: acting.map(|acting| acting.justification.clone()).unwrap_or_default(),
        who: acting
            .map(|acting| match &acting.agency {
                Some(agency) => format!("{}, {agency}", acting.title),
                None => acting.title.clone(),
            })
            .unwrap_or_default(),
        reasons: reasons.collect(),
        log_index: problem.log_index.map(|index| t.number(&index)),
        frame,
    }
}

#[derive(Template)]
#[template(path = "kind.html")]
struct KindPage {
    frame: Frame,
    t: Words,
    kind: String,
    status: u16,
    title: String,
    what_to_do: String,
}

/// Shows what a kind of problem is: the page that problem documents name as their type.
pub(crate) async fn page(view: View, Path(kind): Path<String>) -> Response {
    view.answer(kind_page(&view, &kind))
}

fn kind_page(view: &View, kind: &str) -> Result<Response, Problem> {
    let known = KINDS.iter().find(|(known, ..)| *known == kind);
    let (kind, status, ..) = known.ok_or_else(|| Problem::new("not-found", "there is no such kind of problem"))?;
    let t = view.t;
    let page = KindPage {
        frame: view.frame()?,
        t,
        kind: (*kind).to_owned(),
        status: status.as_u16(),
        title: t.of("problem-title", kind),
        what_to_do: t.of("problem-do", kind),
    };
    view.page_as(StatusCode::OK, &page)
}
