//! The HTTP API, described by OpenAPI.

mod catalogue;
mod citizen;
mod log;
mod persons;
mod review;
mod viewer;

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::app::App;
use crate::problem::Problem;

pub(crate) use viewer::viewer;

/// Paths of the API that answer without a token; each has its reason.
pub const OPEN_PATHS: &[(&str, &str)] = &[
    ("/api/v1/health", "tells that the server runs, to who starts it"),
    ("/api/v1/openapi.json", "describes the API; has no data"),
    ("/api/docs/", "shows that description; has no data"),
];

/// Gives the routes, below `/api/v1`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/health", get(catalogue::health))
        .route("/openapi.json", get(viewer::description))
        .route("/session", get(catalogue::session))
        .route("/catalogue", get(catalogue::catalogue))
        .route("/uses", get(catalogue::uses))
        .route("/search", post(persons::search))
        .route("/persons/{person}/dossier", post(persons::dossier))
        .route("/log/entries", get(log::entries))
        .route("/log/entries/{index}", get(log::entry))
        .route("/log/checkpoint", get(log::checkpoint))
        .route("/log/verify", post(log::verify))
        .route("/me/looks", get(citizen::looks))
        .route("/me/records", get(citizen::records))
        .route("/review/{pair}", get(review::pair))
        .route("/review/{pair}/judgement", post(review::judge))
        .route("/problems", get(viewer::problems))
        .fallback(nothing_here)
}

async fn nothing_here() -> Problem {
    Problem::new("not-found", "the API has no such path: /api/docs/ shows those that it has")
}

/// Answers after a panic: nothing of it is told.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    let problem = Problem::failure("internal", &std::io::Error::other("a handler panicked"));
    problem.into_response()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lucarne",
        description = "Registers come in, records of the same person are linked, an officer gets the answer in one click; \
            every read names its purpose, passes one gate and is on the record. Errors are problem documents (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        catalogue::health,
        catalogue::session,
        catalogue::catalogue,
        catalogue::uses,
        persons::search,
        persons::dossier,
        log::entries,
        log::entry,
        log::checkpoint,
        log::verify,
        citizen::looks,
        citizen::records,
        review::pair,
        review::judge,
        viewer::problems,
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    security(("token" = []))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token that `lucarne serve` prints.")).build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Gives the description of the API. `docs/openapi.json` holds the same, and a test compares them.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// A JSON body; one that can't be read is a problem document that says where, without repeating it.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, app).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::new("bad-request", "the body is not JSON: send `Content-Type: application/json`"))
            }
            Err(JsonRejection::BytesRejection(_)) => Err(Problem::new("too-large", "the body is too large or was cut")),
            // The text of other rejections repeats parts of the body.
            Err(rejection) => Err(Problem::new("bad-request", place_of(&rejection))),
        }
    }
}

/// Says where a body could not be read, and nothing of what stands there.
fn place_of(rejection: &JsonRejection) -> String {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(rejection);
    while let Some(error) = cause {
        if let Some(json) = error.downcast_ref::<serde_json::Error>() {
            return format!("the body can't be read at line {}, column {}: see /api/docs/ for its shape", json.line(), json.column());
        }
        cause = error.source();
    }
    "the body does not have the shape that /api/docs/ describes".to_owned()
}
