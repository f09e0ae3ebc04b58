//! Uncertain links, for data stewards.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Body, Place};
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{self, JudgementForm, PairView};

/// Where a judgement is in the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct Judged {
    /// The number of its entry.
    log_index: u64,
}

/// Shows an uncertain pair, the most uncertain first. For data stewards.
#[utoipa::path(get, path = "/api/v1/review/{pair}", tag = "review",
    params(("pair" = u64, Path, description = "the pair's number, counted from 0")),
    responses((status = 200, body = PairView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn pair(
    State(app): State<App>,
    Caller(who): Caller,
    Place(pair): Place<u64>,
) -> Result<Answer<PairView>, Problem> {
    service::pair(&app, &who, pair).await.map(Answer)
}

/// Writes what a steward decided. It counts from the next run of `link` on; a later judgement undoes it.
#[utoipa::path(post, path = "/api/v1/review/{pair}/judgement", tag = "review", request_body = JudgementForm,
    params(("pair" = u64, Path, description = "the pair's number, counted from 0")),
    responses((status = 200, body = Judged), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn judge(
    State(app): State<App>,
    Caller(who): Caller,
    Place(pair): Place<u64>,
    Body(form): Body<JudgementForm>,
) -> Result<Answer<Judged>, Problem> {
    let log_index = service::judge(&app, &who, pair, &form).await?;
    Ok(Answer(Judged { log_index }))
}
