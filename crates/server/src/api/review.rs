//! Uncertain links, for data stewards.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Answer, Asked, Body, Place};
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{
    self, ExplainForm, ExplainedView, JudgedView, JudgementForm, List, NamedJudgementForm, NamedTakeBackForm,
    PairPlace, PairView, ProgressView, TakeBackForm,
};

/// In which list a pair is looked at.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListFilter {
    /// `queue`, or `sample` for the pairs drawn at random to measure quality by: says which `next` is.
    #[serde(default)]
    #[param(inline)]
    list: List,
    /// How many of the weakest links of its persons come before those that are listed; none when it isn't given.
    #[serde(default)]
    links: u64,
}

/// Shows a pair that waits, those first of which a decision buys most. For data stewards.
#[utoipa::path(get, path = "/api/v1/review/{pair}", tag = "review",
    params(("pair" = u64, Path, description = "the pair's number, counted from 0"), ListFilter),
    responses((status = 200, body = PairView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn pair(
    State(app): State<App>,
    Caller(who): Caller,
    Place(pair): Place<u64>,
    Asked(filter): Asked<ListFilter>,
) -> Result<Answer<PairView>, Problem> {
    service::pair(&app, &who, pair, filter.list, filter.links).await.map(Answer)
}

/// Gives how far the review is. For data stewards.
#[utoipa::path(get, path = "/api/v1/review", tag = "review",
    responses((status = 200, body = ProgressView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn progress(State(app): State<App>, Caller(who): Caller) -> Result<Answer<ProgressView>, Problem> {
    service::progress(&app, &who, 0).await.map(Answer)
}

/// Explains why any two records are, or are not, of one person. It is a look at both persons, with an entry in the log, and
/// counts to how many persons the account may look at in a day under the purpose. For data stewards.
#[utoipa::path(post, path = "/api/v1/review/explain", tag = "review", request_body = ExplainForm,
    responses((status = 200, body = ExplainedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log"),
        (status = 404, body = Problem,
            description = "a record is not there, or out of reach: both are the same answer, and in the log")))]
pub(crate) async fn explain(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<ExplainForm>,
) -> Result<Answer<ExplainedView>, Problem> {
    service::explain(&app, &who, &form).await.map(Answer)
}

/// Writes what a steward decided of any two records that they name, as of a pair of the queue. It counts from the next run of `link`
/// on; what was judged of the two before, however long ago, is undone by it. Their persons count as those of an explanation do.
#[utoipa::path(post, path = "/api/v1/review/explained/judgement", tag = "review", request_body = NamedJudgementForm,
    responses((status = 200, body = JudgedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log"),
        (status = 404, body = Problem,
            description = "a record is not there, or out of reach: both are the same answer, and in the log"),
        (status = 409, body = Problem)))]
pub(crate) async fn judge_named(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<NamedJudgementForm>,
) -> Result<Answer<JudgedView>, Problem> {
    service::judge_named(&app, &who, &form).await.map(Answer)
}

/// Takes back what the asker said last of any two records that they name, however long ago. From the next run of `link` on all is
/// as if it had not been said.
#[utoipa::path(post, path = "/api/v1/review/explained/take-back", tag = "review", request_body = NamedTakeBackForm,
    responses((status = 200, body = JudgedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem),
        (status = 404, body = Problem, description = "nothing that the asker said last of the two is in force"),
        (status = 409, body = Problem)))]
pub(crate) async fn take_back_named(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<NamedTakeBackForm>,
) -> Result<Answer<JudgedView>, Problem> {
    service::take_back_named(&app, &who, &form).await.map(Answer)
}

/// Takes back what the asker said last of a pair. What was said of it before holds again; if nothing was, the pair is open again.
#[utoipa::path(post, path = "/api/v1/review/{pair}/take-back", tag = "review", request_body = TakeBackForm,
    params(("pair" = u64, Path, description = "the pair's number, counted from 0")),
    responses((status = 200, body = JudgedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn take_back(
    State(app): State<App>,
    Caller(who): Caller,
    Place(pair): Place<u64>,
    Body(form): Body<TakeBackForm>,
) -> Result<Answer<JudgedView>, Problem> {
    service::take_back(&app, &who, pair, &form).await.map(Answer)
}

/// Writes what a steward decided. It counts from the next run of `link` on, where the project wants a second steward once
/// that one comes to the same; a later judgement undoes it.
#[utoipa::path(post, path = "/api/v1/review/{pair}/judgement", tag = "review", request_body = JudgementForm,
    params(("pair" = u64, Path, description = "the pair's number, counted from 0")),
    responses((status = 200, body = JudgedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn judge(
    State(app): State<App>,
    Caller(who): Caller,
    Place(pair): Place<u64>,
    Body(form): Body<JudgementForm>,
) -> Result<Answer<JudgedView>, Problem> {
    service::judge(&app, &who, pair, &form).await.map(Answer)
}

/// Shows a link that holds the persons of a pair together, which can be cut. For data stewards.
#[utoipa::path(get, path = "/api/v1/review/{pair}/links/{link}", tag = "review",
    params(("pair" = u64, Path, description = "the pair's number, counted from 0"),
        ("link" = u64, Path, description = "the link's `number` in the pair's `cluster`")),
    responses((status = 200, body = PairView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn link(
    State(app): State<App>,
    Caller(who): Caller,
    Place((pair, link)): Place<(u64, u64)>,
) -> Result<Answer<PairView>, Problem> {
    service::pair(&app, &who, PairPlace { pair, link: Some(link) }, List::Queue, 0).await.map(Answer)
}

/// Writes what a steward decided about a link, as about a pair: `different` cuts it.
#[utoipa::path(post, path = "/api/v1/review/{pair}/links/{link}/judgement", tag = "review",
    request_body = JudgementForm,
    params(("pair" = u64, Path, description = "the pair's number, counted from 0"),
        ("link" = u64, Path, description = "the link's `number` in the pair's `cluster`")),
    responses((status = 200, body = JudgedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn judge_link(
    State(app): State<App>,
    Caller(who): Caller,
    Place((pair, link)): Place<(u64, u64)>,
    Body(form): Body<JudgementForm>,
) -> Result<Answer<JudgedView>, Problem> {
    service::judge(&app, &who, PairPlace { pair, link: Some(link) }, &form).await.map(Answer)
}

/// Takes back what the asker said last of a link.
#[utoipa::path(post, path = "/api/v1/review/{pair}/links/{link}/take-back", tag = "review",
    request_body = TakeBackForm,
    params(("pair" = u64, Path, description = "the pair's number, counted from 0"),
        ("link" = u64, Path, description = "the link's `number` in the pair's `cluster`")),
    responses((status = 200, body = JudgedView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn take_back_link(
    State(app): State<App>,
    Caller(who): Caller,
    Place((pair, link)): Place<(u64, u64)>,
    Body(form): Body<TakeBackForm>,
) -> Result<Answer<JudgedView>, Problem> {
    service::take_back(&app, &who, PairPlace { pair, link: Some(link) }, &form).await.map(Answer)
}
