//! HTTP API and web pages over the gate.
//!
//! Nothing here decides what may be seen: the server makes a [`model::Request`] of a verified session and what was asked,
//! and gives what the gate and the index answer. Errors are problem documents (RFC 9457); none holds a value of a record.

mod api;
mod app;
mod headers;
pub mod identity;
mod pages;
mod problem;
pub mod service;

use std::future::Future;

use axum::middleware;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

pub use api::openapi;
pub use app::{App, Caller, Parts, SESSION_COOKIE, Visitor, Who};
pub use axum::Router;
pub use headers::CONTENT_SECURITY_POLICY;
pub use problem::{KINDS, Problem, RefusedBy};

/// The largest request body, in bytes.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Gives everything that the server answers: pages, API, assets.
#[must_use]
pub fn router(parts: Parts) -> Router {
    with_layers(App::new(parts))
}

fn with_layers(app: App) -> Router {
    Router::new()
        .merge(pages::routes())
        .nest("/api/v1", api::routes())
        .merge(api::viewer())
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(app.clone(), headers::guard))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(api::panicked))
        .layer(middleware::from_fn(headers::secure))
        .with_state(app)
}

/// Serves until `until` is ready, then lets requests under way finish.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(until).await
}
