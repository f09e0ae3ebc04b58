//! The log. Its entries hold no personal data.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Answer, Asked, Body, Place};
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{self, LogFilter, LogPage, ProofView, VerifyView};

/// What a verification starts from.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct VerifyForm {
    /// A checkpoint saved earlier: proves that the log only grew since.
    #[serde(default)]
    checkpoint: Option<String>,
}

/// Gives a page of the log, the latest entries first. For data protection officers.
#[utoipa::path(get, path = "/api/v1/log/entries", tag = "log", params(LogFilter),
    responses((status = 200, body = LogPage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(crate) async fn entries(
    State(app): State<App>,
    Caller(who): Caller,
    Asked(filter): Asked<LogFilter>,
) -> Result<Answer<LogPage>, Problem> {
    let most = service::LOG_PAGE_MAX;
    if filter.limit.is_some_and(|limit| !(1..=most).contains(&limit)) {
        return Err(Problem::new("bad-request", format!("`limit` is a number from 1 to {most}")));
    }
    service::entries(&app, &who, &filter).await.map(Answer)
}

/// Gives an entry and what proves that it is in the log. For data protection officers and citizens.
#[utoipa::path(get, path = "/api/v1/log/entries/{index}", tag = "log",
    params(("index" = u64, Path, description = "its place in the log, counted from 0")),
    responses((status = 200, body = ProofView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn entry(
    State(app): State<App>,
    Caller(who): Caller,
    Place(index): Place<u64>,
) -> Result<Answer<ProofView>, Problem> {
    service::entry(&app, &who, index).await.map(Answer)
}

/// Gives the newest signed checkpoint, a C2SP signed note. Keep it: it proves later that the log only grew.
#[utoipa::path(get, path = "/api/v1/log/checkpoint", tag = "log",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 401, body = Problem)))]
pub(crate) async fn checkpoint(State(app): State<App>, _caller: Caller) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], service::checkpoint(&app)).into_response()
}

/// Recomputes the whole log. For data protection officers and citizens. One run at a time: who asks for the same meanwhile
/// is given the answer of that run; who asks from another checkpoint gets 503 and is told when to ask again.
#[utoipa::path(post, path = "/api/v1/log/verify", tag = "log", request_body = VerifyForm,
    responses((status = 200, body = VerifyView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn verify(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<VerifyForm>,
) -> Result<Answer<VerifyView>, Problem> {
    service::verify(&app, &who, form.checkpoint).await.map(Answer)
}
