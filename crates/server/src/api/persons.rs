//! Persons: search and dossier. Both are POST since what they ask with is personal and belongs in no address.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Answer, Body, Place};
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{self, DossierView, ResolveForm, ResolveView, SearchForm, SearchView, WorkForm};

/// Under which purpose a person is opened.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DossierForm {
    /// Under which purpose, for which case and why.
    #[serde(flatten)]
    work: WorkForm,
    /// Whether to say field by field why records were linked.
    #[serde(default)]
    explain: bool,
}

/// Looks for persons under a purpose. Everyone shown is a subject of the log entry.
#[utoipa::path(post, path = "/api/v1/search", tag = "persons", request_body = SearchForm,
    responses((status = 200, body = SearchView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log")))]
pub(crate) async fn search(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<SearchForm>,
) -> Result<Answer<SearchView>, Problem> {
    service::search(&app, &who, &form).await.map(Answer)
}

/// Tells whose a record is that comes ahead of its register's next delivery, and keeps it until then. The person who is named
/// is the subject of the log entry. A register's own agency alone brings its records.
#[utoipa::path(post, path = "/api/v1/resolve", tag = "persons", request_body = ResolveForm,
    responses((status = 200, body = ResolveView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "this server resolves no records"),
        (status = 403, body = Problem, description = "refused; the refusal is in the log"),
        (status = 503, body = Problem, description = "records are still being read, or no answer is possible now")))]
pub(crate) async fn resolve(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<ResolveForm>,
) -> Result<Answer<ResolveView>, Problem> {
    service::resolve(&app, &who, form).await.map(Answer)
}

/// Opens one person under a purpose. The log entry is durable before the first byte of the answer.
#[utoipa::path(post, path = "/api/v1/persons/{person}/dossier", tag = "persons", request_body = DossierForm,
    params(("person" = String, Path, description = "the person, as the asker's agency knows them")),
    responses((status = 200, body = DossierView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log")))]
pub(crate) async fn dossier(
    State(app): State<App>,
    Caller(who): Caller,
    Place(person): Place<String>,
    Body(form): Body<DossierForm>,
) -> Result<Answer<DossierView>, Problem> {
    service::dossier(&app, &who, &person, &form.work, form.explain).await.map(Answer)
}
