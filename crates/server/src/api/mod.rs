//! The HTTP API, described by OpenAPI.

mod catalogue;
mod citizen;
mod keys;
mod log;
mod persons;
mod quality;
mod review;
mod runs;
mod viewer;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::content::Content;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, Modify, OpenApi};

use self::keys::Keyed;
use crate::app::App;
use crate::problem::Problem;

/// An answer as JSON.
///
/// [`axum::Json`] writes through a buffer that grows from nothing and copies with every doubling, which shows in the time of
/// a dossier.
pub(crate) struct Answer<T>(pub(crate) T);

/// The size of most answers, in bytes.
const ANSWER_BYTES: usize = 16 << 10;

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(ANSWER_BYTES);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            // What can't be written is not quoted: it may hold a value of a record.
            Err(_) => Problem::new("internal", "the answer can't be written").into_response(),
        }
    }
}

/// Paths of the API that answer without a token; each has its reason. All others answer 401 then.
pub const OPEN_PATHS: &[(&str, &str)] = &[
    ("/api/v1/health", "tells that the server runs, to who starts it"),
    ("/api/v1/openapi.json", "describes the API; has no data"),
    ("/api/docs", "leads to the page of that description"),
    ("/api/docs/", "shows that description; has no data"),
];

/// A route of the API.
pub struct Route {
    /// Its method.
    pub method: &'static str,
    /// Its path, as the description writes it.
    pub path: &'static str,
    handler: fn() -> MethodRouter<App>,
}

impl Route {
    const fn get(path: &'static str, handler: fn() -> MethodRouter<App>) -> Self {
        Self { method: "GET", path, handler }
    }

    const fn post(path: &'static str, handler: fn() -> MethodRouter<App>) -> Self {
        Self { method: "POST", path, handler }
    }

    fn router(&self) -> MethodRouter<App> {
        let method = self.method;
        (self.handler)().fallback(move || async move { Problem::of_method(method) })
    }
}

/// Every route of the API: the router is made of this table, and tests walk it.
pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/health", || get(catalogue::health)),
    Route::get("/api/v1/openapi.json", || get(viewer::description)),
    Route::get("/api/v1/session", || get(catalogue::session)),
    Route::get("/api/v1/catalogue", || get(catalogue::catalogue)),
    Route::get("/api/v1/uses", || get(catalogue::uses)),
    Route::post("/api/v1/search", || post(persons::search)),
    Route::post("/api/v1/search/household", || post(persons::household)),
    Route::post("/api/v1/resolve", || post(persons::resolve)),
    Route::post("/api/v1/persons/{person}/dossier", || post(persons::dossier)),
    Route::get("/api/v1/log/entries", || get(log::entries)),
    Route::get("/api/v1/log/entries/{index}", || get(log::entry)),
    Route::get("/api/v1/log/checkpoint", || get(log::checkpoint)),
    Route::post("/api/v1/log/verify", || post(log::verify)),
    Route::get("/api/v1/me/looks", || get(citizen::looks)),
    Route::get("/api/v1/me/records", || get(citizen::records)),
    Route::post("/api/v1/me/records/{record}/contest", || post(citizen::contest)),
    Route::post("/api/v1/me/records/{record}/take-back", || post(citizen::withdraw)),
    Route::get("/api/v1/review", || get(review::progress)),
    Route::post("/api/v1/review/explain", || post(review::explain)),
    Route::post("/api/v1/review/explained/judgement", || post(review::judge_named)),
    Route::post("/api/v1/review/explained/take-back", || post(review::take_back_named)),
    Route::get("/api/v1/review/{pair}", || get(review::pair)),
    Route::post("/api/v1/review/{pair}/judgement", || post(review::judge)),
    Route::post("/api/v1/review/{pair}/take-back", || post(review::take_back)),
    Route::get("/api/v1/review/{pair}/links/{link}", || get(review::link)),
    Route::post("/api/v1/review/{pair}/links/{link}/judgement", || post(review::judge_link)),
    Route::post("/api/v1/review/{pair}/links/{link}/take-back", || post(review::take_back_link)),
    Route::get("/api/v1/linkage/quality", || get(quality::quality)),
    Route::get("/api/v1/runs", || get(runs::runs)),
    Route::get("/api/v1/registers/{register}/quarantine", || get(runs::quarantine)),
    Route::post("/api/v1/registers/{register}/deliveries", || post(runs::deliver)),
    Route::get("/api/v1/deliveries/{number}", || get(runs::delivery)),
    Route::get("/api/v1/problems", || get(viewer::problems)),
    Route::get("/api/docs", || get(viewer::to_page)),
    Route::get("/api/docs/", || get(crate::pages::described)),
];

/// Gives the routes.
pub(crate) fn routes() -> Router<App> {
    ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, route.router()))
}

/// The paths that take something after `?`; of `/api/v1/review/{pair}` the pair is left out.
const ASKED: [&str; 4] = ["/api/v1/log/entries", "/api/v1/me/looks", "/api/v1/me/records", "/api/v1/runs"];

/// Gives the problem of a path that takes nothing after `?` and is asked with something: left out in silence it would widen what is
/// asked for.
pub(crate) fn asked_in_vain(uri: &Uri) -> Option<Problem> {
    let path = uri.path();
    let is_of_a_pair =
        || path.strip_prefix("/api/v1/review/").is_some_and(|pair| pair.bytes().all(|byte| byte.is_ascii_digit()));
    let is_in_vain = uri.query().is_some_and(|query| !query.is_empty())
        && path.starts_with("/api/v1/")
        && !ASKED.contains(&path)
        && !is_of_a_pair();
    let why = "this path takes nothing after `?`: see /api/docs/ for what it takes";
    is_in_vain.then(|| Problem::new("bad-request", why))
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
        persons::household,
        persons::resolve,
        persons::dossier,
        log::entries,
        log::entry,
        log::checkpoint,
        log::verify,
        citizen::looks,
        citizen::records,
        citizen::contest,
        citizen::withdraw,
        review::progress,
        review::explain,
        review::judge_named,
        review::take_back_named,
        review::pair,
        review::judge,
        review::take_back,
        review::link,
        review::judge_link,
        review::take_back_link,
        quality::quality,
        runs::runs,
        runs::quarantine,
        runs::deliver,
        runs::delivery,
        viewer::problems,
    ),
    components(schemas(Problem)),
    modifiers(&Bearer, &Answers),
    security(("token" = []))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token that `lucarne serve` prints."))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Says of every answer what it is; what fails is a problem document, which has a media type of its own.
struct Answers;

impl Modify for Answers {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let items = openapi.paths.paths.values_mut();
        for operation in items.flat_map(|item| [&mut item.get, &mut item.post]).flatten() {
            let responses = &mut operation.responses.responses;
            if responses.contains_key("401") {
                let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                let other = ResponseBuilder::new().content("application/json", problem).build();
                responses.insert("default".to_owned(), other.into());
            }
            for (status, response) in responses {
                let RefOr::T(response) = response else { continue };
                if response.description.is_empty() {
                    response.description = what_it_is(status).to_owned();
                }
                if status != "200" {
                    let contents = std::mem::take(&mut response.content).into_values();
                    response.content =
                        contents.map(|content| ("application/problem+json".to_owned(), content)).collect();
                }
            }
        }
    }
}

fn what_it_is(status: &str) -> &'static str {
    match status {
        "200" => "The answer.",
        "400" => "The request can't be read.",
        "401" => "There is no valid session.",
        "403" => "A rule refuses it, which is in the log; or it is the task of another role.",
        "404" => "There is no such thing, or not for who asks.",
        _ => "Any other problem: the request is too large, or no answer is possible now.",
    }
}

/// Gives the description of the API. `docs/openapi.json` holds the same, and a test compares them.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// A JSON body; one that can't be read is a problem document that says where, without repeating it, and one with a key too
/// many or too few says which.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: Keyed> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new("bad-request", "the body is not JSON: send `Content-Type: application/json`"));
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new("too-large", "the body is too large"),
            _ => Problem::new("bad-request", "the body was cut"),
        })?;
        let unread = |error: serde_json::Error| Problem::new("bad-request", place_of(&error));
        if let Some(wrong) = keys::wrong::<T>(&serde_json::from_slice(&bytes).map_err(unread)?) {
            return Err(Problem::new("bad-request", wrong));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(unread)
    }
}

/// Tells whether a body is said to be JSON. Forms of other sites can't say so without being asked first (CORS).
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}

/// What stands in a path; where it can't be read there is nothing, and it is not repeated.
pub(crate) struct Place<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Place<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let place = Path::<T>::from_request_parts(parts, app).await;
        place.map(|Path(place)| Self(place)).map_err(|_| nothing_here())
    }
}

/// Gives the problem of a path that the API doesn't have.
pub(crate) fn nothing_here() -> Problem {
    Problem::new("not-found", "the API has no such path: /api/docs/ shows those that it has")
}

/// What an address asks for after `?`; one that can't be read is not repeated.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let unread = |_| {
            let names: Vec<String> =
                T::into_params(|| None).into_iter().map(|known| format!("`{}`", known.name)).collect();
            let shapes = format!("each of {} once at most, as /api/docs/ says", names.join(", "));
            Problem::new("bad-request", format!("what follows `?` can't be read: write {shapes}"))
        };
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, app).await.map_err(unread)?;
        let known: Vec<String> = T::into_params(|| None).into_iter().map(|known| known.name).collect();
        if let Some(wrong) = keys::wrong_in_address(pairs.iter().map(|(key, _)| key.as_str()), &known) {
            return Err(Problem::new("bad-request", wrong));
        }
        Query::<T>::from_request_parts(parts, app).await.map(|Query(asked)| Self(asked)).map_err(unread)
    }
}

/// Says where a body could not be read, and nothing of what stands there: the error's own text repeats it.
fn place_of(error: &serde_json::Error) -> String {
    match (error.line(), error.column()) {
        (0, _) => "the body does not have the shape that /api/docs/ describes".to_owned(),
        (line, column) => {
            format!("the body can't be read at line {line}, column {column}: see /api/docs/ for its shape")
        }
    }
}
