//! HTTP API and web pages over the gate.
//!
//! Nothing here decides what may be seen: the server makes a [`model::Request`] of a verified session and what was asked,
//! and gives what the gate and the index answer. Errors are problem documents (RFC 9457); none holds a value of a record.

mod api;
mod app;
mod delivery;
mod districts;
mod headers;
pub mod identity;
mod pace;
mod pages;
mod problem;
mod progress;
mod resolving;
pub mod service;

use std::future::Future;

use axum::extract::DefaultBodyLimit;
use axum::middleware;
use pace::{Limits, Pace, Paced};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use api::{OPEN_PATHS, ROUTES, Route, openapi};
pub use app::{App, Caller, Parts, SESSION_COOKIE, Visitor, Who};
pub use axum::Router;
pub use delivery::{Delivery, DeliveryError, deliver};
pub use headers::CONTENT_SECURITY_POLICY;
pub use problem::{KINDS, Problem, RefusedBy};
pub use resolving::Resolving;

/// The largest request body, in bytes.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Gives everything that the server answers: pages, API, assets.
pub fn router(parts: Parts) -> Router {
    let inner = Router::new().merge(pages::routes()).merge(api::routes()).fallback(pages::not_found);
    let guarded = bounded(inner, Limits::IN_SERVICE).layer(middleware::from_fn(headers::guard));
    protected(guarded).with_state(App::new(parts))
}

/// Limits the size of bodies, and the time that they and answers take.
fn bounded<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: Limits) -> Router<S> {
    router.layer(middleware::from_fn_with_state(limits, pace::bounded)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Adds what every answer passes, whatever becomes of its request: failures and panics too.
fn protected<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(api::panicked))
        .layer(middleware::from_fn(headers::secure))
}

/// Serves until `until` is ready, then lets requests under way finish. A connection from which no request comes, or whose
/// client does not take the answer, is closed after half a minute.
///
/// From then on a panic anywhere in the process is logged by its place alone: its message may quote a value.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    std::panic::set_hook(Box::new(problem::log_panic));
    serve_within(Limits::IN_SERVICE, listener, router, until).await
}

async fn serve_within(
    limits: Limits,
    listener: tokio::net::TcpListener,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router.layer(middleware::from_fn(pace::hold)).into_make_service_with_connect_info::<Pace>();
    let (tell, ending) = tokio::sync::watch::channel(false);
    // What lasts, such as a stream of events, ends first: else the server would wait for it.
    let until = async move {
        until.await;
        tell.send_replace(true);
    };
    axum::serve(Paced { listener, limits, ending }, service).with_graceful_shutdown(until).await
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn busy() -> Problem {
        Problem::new("unavailable", "busy")
    }

    #[tokio::test]
    async fn who_finds_nothing_available_is_told_when_to_ask_again() {
        let router = protected(Router::new().route("/busy", get(busy)));
        let answer = router.oneshot(Request::get("/busy").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["retry-after"], "5");
    }

    async fn fail() -> &'static str {
        panic!("the row of Jane Doe")
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let router = protected(Router::new().route("/fail", get(fail)));
        let answer = router.oneshot(Request::get("/fail").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["content-security-policy"], CONTENT_SECURITY_POLICY);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let text = String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        assert!(text.contains("/problems/internal") && !text.contains("Jane"), "{text}");
    }
}
