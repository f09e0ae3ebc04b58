//! The API's description and its viewer, both offline.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Place, nothing_here};
use crate::app::Caller;
use crate::problem::{KINDS, Problem};

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| super::openapi().to_json().unwrap_or_default());

/// The viewer's page: without a line of script in it, so that the content security policy of all pages holds.
const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Lucarne API</title>\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <link rel=\"stylesheet\" href=\"swagger-ui.css\">\n</head>\n<body>\n<div id=\"swagger-ui\"></div>\n\
    <noscript><p>The description itself: <a href=\"/api/v1/openapi.json\">openapi.json</a></p></noscript>\n\
    <script src=\"swagger-ui-bundle.js\"></script>\n<script src=\"start.js\"></script>\n</body>\n</html>\n";

const START: &str = "window.addEventListener(\"load\", () => {\n  SwaggerUIBundle({ url: \"/api/v1/openapi.json\", dom_id: \"#swagger-ui\", \
    deepLinking: true, validatorUrl: null, persistAuthorization: false });\n});\n";

/// Leads to the viewer's page, whose addresses are relative to it.
pub(crate) async fn to_page() -> Redirect {
    Redirect::permanent("/api/docs/")
}

/// Gives the viewer's page.
pub(crate) async fn page() -> Html<&'static str> {
    Html(PAGE)
}

/// Gives a script or style of the viewer.
pub(crate) async fn file(Place(name): Place<String>) -> Response {
    let script =
        |bytes: &'static str| ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], bytes).into_response();
    match name.as_str() {
        "start.js" => script(START),
        "swagger-ui.css" | "swagger-ui-bundle.js" => vendored(&name),
        _ => nothing_here().into_response(),
    }
}

fn vendored(name: &str) -> Response {
    let config = std::sync::Arc::new(utoipa_swagger_ui::Config::from("/api/v1/openapi.json"));
    match utoipa_swagger_ui::serve(name, config) {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response(),
        _ => nothing_here().into_response(),
    }
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
