//! Persons: search and dossier. Both are POST since what they ask with is personal and belongs in no address.

use std::sync::Arc;

use axum::extract::State;
use registry::HITS_MAX;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, Body, Place};
use crate::app::{App, Caller};
use crate::pages::is_here;
use crate::problem::Problem;
use crate::service::{
    self, DossierView, HitView, ReasonView, ResolveForm, ResolveView, SearchForm, SearchView, WorkForm,
};

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

/// At which address to look, and why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct HouseholdForm {
    /// Under which purpose, for which case and why.
    #[serde(flatten)]
    work: WorkForm,
    /// Number, street, town or postcode.
    address: String,
}

/// Who was found at an address.
#[derive(Serialize, ToSchema)]
pub(crate) struct HouseholdView {
    /// The number of the search's entry in the log.
    log_index: u64,
    /// Those at this very house, best first; nobody where the address names no house.
    here: Vec<HitView>,
    /// Those at an address that is like it, best first.
    alike: Vec<HitView>,
    /// Whether there are more than are shown.
    more: bool,
    /// Why columns of hits are withheld.
    #[schema(value_type = Vec<ReasonView>)]
    reasons: Vec<Arc<ReasonView>>,
}

/// Looks for persons under a purpose. Everyone shown is a subject of the log entry. A search of which the purpose lets no part be
/// compared is a bad request: nobody is looked for then, and nothing is logged.
#[utoipa::path(post, path = "/api/v1/search", tag = "persons", request_body = SearchForm,
    responses((status = 200, body = SearchView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log")))]
pub(crate) async fn search(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<SearchForm>,
) -> Result<Answer<SearchView>, Problem> {
    if form.limit > HITS_MAX {
        return Err(Problem::new("bad-request", format!("`limit` is a number up to {HITS_MAX}; 0 means 20")));
    }
    service::search(&app, &who, &form).await.map(Answer)
}

/// Looks for those who are at an address, under a purpose: a search by the address alone, under the same rules. Everyone shown is
/// a subject of the log entry. Where the purpose doesn't let addresses be compared it is a bad request, as such a search is.
#[utoipa::path(post, path = "/api/v1/search/household", tag = "persons", request_body = HouseholdForm,
    responses((status = 200, body = HouseholdView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log")))]
pub(crate) async fn household(
    State(app): State<App>,
    Caller(who): Caller,
    Body(form): Body<HouseholdForm>,
) -> Result<Answer<HouseholdView>, Problem> {
    let HouseholdForm { work, address } = form;
    let asked = SearchForm { work, address, limit: HITS_MAX, ..SearchForm::default() };
    let found = service::search(&app, &who, &asked).await?;
    let (here, alike) = found.hits.into_iter().partition(|hit| is_here(hit, &asked.address));
    Ok(Answer(HouseholdView { log_index: found.log_index, here, alike, more: found.more, reasons: found.reasons }))
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
    responses((status = 200, body = DossierView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem),
        (status = 403, body = Problem, description = "refused; the refusal is in the log")))]
pub(crate) async fn dossier(
    State(app): State<App>,
    Caller(who): Caller,
    Place(person): Place<String>,
    Body(form): Body<DossierForm>,
) -> Result<Answer<DossierView>, Problem> {
    service::dossier(&app, &who, &person, &form.work, form.explain).await.map(Answer)
}
