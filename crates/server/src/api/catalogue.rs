//! What there is, and who asks.

use axum::extract::State;
use gate::GateError;
use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{self, Catalogue, SessionView, UseCount};

/// Whether the server runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The version of the server.
    version: &'static str,
}

/// Tells that the server runs and can answer, as far as is known from the last half minute. Where looks can't be logged nothing is
/// disclosed: while the disk is full, and after some failures of the disk until the server is restarted.
#[utoipa::path(get, path = "/api/v1/health", tag = "server", security(()),
    responses((status = 200, body = Health), (status = 503, body = Problem)))]
pub(crate) async fn health(State(app): State<App>) -> Result<Answer<Health>, Problem> {
    // Its causes name files: they are in the server's log, for whoever runs it.
    let degraded = |error: &GateError, until: &str| {
        let refused = "whatever can't be written is refused, and what can't be logged is not disclosed";
        Problem::new("unavailable", format!("degraded: {error}; {refused}: {until}"))
    };
    if let Some(error) = app.gate().failure() {
        return Err(degraded(&error, "when the disk has room and works, restart the server"));
    }
    match app.gate().last_failure() {
        None => Ok(Answer(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })),
        Some(error) => Err(degraded(&error, "it goes on by itself as soon as looks can be written")),
    }
}

/// Gives who the token stands for, and under which purposes they may ask for what.
#[utoipa::path(get, path = "/api/v1/session", tag = "server",
    responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub(crate) async fn session(State(app): State<App>, Caller(who): Caller) -> Result<Answer<SessionView>, Problem> {
    service::session(&app, &who).map(Answer)
}

/// Gives agencies, registers, agreements and purposes. No personal data.
#[utoipa::path(get, path = "/api/v1/catalogue", tag = "catalogue",
    responses((status = 200, body = Catalogue), (status = 401, body = Problem)))]
pub(crate) async fn catalogue(State(app): State<App>, _caller: Caller) -> Result<Answer<Catalogue>, Problem> {
    service::catalogue(&app).await.map(Answer)
}

/// Gives how often each role acted under each purpose.
#[utoipa::path(get, path = "/api/v1/uses", tag = "catalogue",
    responses((status = 200, body = Vec<UseCount>), (status = 401, body = Problem)))]
pub(crate) async fn uses(State(app): State<App>, _caller: Caller) -> Result<Answer<Vec<UseCount>>, Problem> {
    service::use_counts(&app).await.map(Answer)
}
