//! What citizens see about themselves.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Answer, Asked, Body, Place};
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{self, ContestForm, LooksView, OwnContest, OwnRecords};

/// Which looks to show.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LooksFilter {
    /// The `next` of a page, for the looks that came before its own; the newest when it isn't given.
    before: Option<u64>,
}

/// Which records to show.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordsFilter {
    /// Whether to say field by field why records were linked.
    #[serde(default)]
    explain: bool,
}

/// Gives who looked at the citizen, when, why, under which law and at which fields; refusals too.
#[utoipa::path(get, path = "/api/v1/me/looks", tag = "citizen", params(LooksFilter),
    responses((status = 200, body = LooksView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(crate) async fn looks(
    State(app): State<App>,
    Caller(who): Caller,
    Asked(filter): Asked<LooksFilter>,
) -> Result<Answer<LooksView>, Problem> {
    service::looks_at_self(&app, &who, filter.before).await.map(Answer)
}

/// Gives what is held about the citizen and by whom.
#[utoipa::path(get, path = "/api/v1/me/records", tag = "citizen", params(RecordsFilter),
    responses((status = 200, body = OwnRecords), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(crate) async fn records(
    State(app): State<App>,
    Caller(who): Caller,
    Asked(filter): Asked<RecordsFilter>,
) -> Result<Answer<OwnRecords>, Problem> {
    service::own_records(&app, &who, filter.explain).await.map(Answer)
}

/// Contests that a record which was linked to the citizen is about them. It stays where it is, and decides nothing in linking,
/// until a steward has judged it.
#[utoipa::path(post, path = "/api/v1/me/records/{record}/contest", tag = "citizen", request_body = ContestForm,
    params(("record" = String, Path, description = "the record's `name` in what is held about the citizen")),
    responses((status = 200, body = OwnContest), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn contest(
    State(app): State<App>,
    Caller(who): Caller,
    Place(record): Place<String>,
    Body(form): Body<ContestForm>,
) -> Result<Answer<OwnContest>, Problem> {
    service::contest(&app, &who, &record, &form).await.map(Answer)
}

/// Takes back that the citizen contests a record, while nobody has judged it.
#[utoipa::path(post, path = "/api/v1/me/records/{record}/take-back", tag = "citizen",
    params(("record" = String, Path, description = "the record's name, as `record` in what the citizen contests")),
    responses((status = 200, body = OwnContest), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Caller(who): Caller,
    Place(record): Place<String>,
) -> Result<Answer<OwnContest>, Problem> {
    service::withdraw(&app, &who, &record).await.map(Answer)
}
