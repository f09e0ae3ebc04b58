//! The API's description, as a file and on a page.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use crate::app::Caller;
use crate::problem::{KINDS, Problem};

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| super::openapi().to_json().unwrap_or_default());

/// Leads to the page of the description.
pub(crate) async fn to_page() -> Redirect {
    Redirect::permanent("/api/docs/")
}

/// Gives the description of the API.
pub(crate) async fn description() -> Response {
    let mut response = DESCRIPTION.as_str().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A kind of problem.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// Its `type`.
    #[serde(rename = "type")]
    kind: String,
    /// Its HTTP status.
    status: u16,
    /// It in a few words.
    title: &'static str,
    /// What to do about it.
    mend: &'static str,
}

/// Gives the kinds of problems.
#[utoipa::path(get, path = "/api/v1/problems", tag = "server",
    responses((status = 200, body = Vec<ProblemKind>), (status = 401, body = Problem)))]
pub(crate) async fn problems(_caller: Caller) -> Answer<Vec<ProblemKind>> {
    let kinds = KINDS.iter().map(|(code, status, title, mend)| ProblemKind {
        kind: format!("/problems/{code}"),
        status: status.as_u16(),
        title,
        mend,
    });
    Answer(kinds.collect())
}
