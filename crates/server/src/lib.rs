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
mod left;
mod pace;
mod pages;
mod problem;
mod progress;
mod resolving;
mod searched;
pub mod service;
mod turns;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
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
pub use turns::Turns;

/// The largest request body, in bytes.
const BODY_BYTES_MAX: usize = 64 << 10;

/// How long after the server began to end it is told for what it still waits: most of it is done by then.
const BEFORE_WAITING_IS_TOLD: Duration = Duration::from_millis(300);

/// Gives everything that the server answers: pages, API, assets.
///
/// # Panics
/// Outside of a runtime, in which it forgets by the minute what was searched for in sessions that have ended.
pub fn router(parts: Parts) -> Router {
    let inner = Router::new().merge(pages::routes()).merge(api::routes()).fallback(pages::not_found);
    protected(bounded(inner, Limits::IN_SERVICE)).with_state(App::new(parts))
}

/// Turns away what is not for this server, and limits the size of bodies, and the time that they and answers take.
fn bounded<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: Limits) -> Router<S> {
    router.layer((DefaultBodyLimit::max(BODY_BYTES_MAX), middleware::from_fn_with_state(limits, admitted)))
}

async fn admitted(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    match headers::turned_away(&request).or_else(|| api::asked_in_vain(request.uri())) {
        Some(problem) => problem.into_response(),
        None => pace::within(limits, request, next).await,
    }
}

/// Adds what every answer passes, whatever becomes of its request: failures and panics too, which people are told in words.
fn protected<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    // As one, the outermost first: routes are boxed for each layer, and what is boxed is copied for each request.
    router.layer((middleware::from_fn(answered), CatchPanicLayer::custom(api::panicked), CompressionLayer::new()))
}

async fn answered(request: Request, next: Next) -> Response {
    let (held, secured, people) =
        (pace::Held::of(&request), headers::Secured::of(&request), pages::Answered::of(&request));
    held.answer(secured.answer(people.answer(next.run(request).await)))
}

/// Serves until `until` is ready, then lets requests under way finish; `waits` is told how many there are, if they are not
/// done at once. A connection from which no request comes, or whose client does not take the answer, is closed after half a
/// minute, and after a few seconds once the server ends.
///
/// From then on a panic anywhere in the process is logged by its place alone: its message may quote a value.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
    waits: impl FnOnce(usize) + Send + 'static,
) -> std::io::Result<()> {
    std::panic::set_hook(Box::new(problem::log_panic));
    serve_within(Limits::IN_SERVICE, listener, router, until, waits).await
}

async fn serve_within(
    limits: Limits,
    listener: tokio::net::TcpListener,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
    waits: impl FnOnce(usize) + Send + 'static,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Pace>();
    let (tell, ending) = tokio::sync::watch::channel(false);
    let open = Arc::new(AtomicUsize::new(0));
    let left = Arc::clone(&open);
    // What lasts, such as a stream of events, ends first: else the server would wait for it.
    let until = async move {
        until.await;
        tell.send_replace(true);
        // Connections on which nothing is under way are closed at once; the others hold one request each.
        tokio::spawn(async move {
            tokio::time::sleep(BEFORE_WAITING_IS_TOLD).await;
            let left = left.load(Ordering::Relaxed);
            if left > 0 {
                waits(left);
            }
        });
    };
    axum::serve(Paced { listener, limits, ending, open }, service).with_graceful_shutdown(until).await
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn busy() -> Problem {
        Problem::new("unavailable", "busy")
    }

    #[tokio::test]
    async fn who_finds_nothing_available_is_told_when_to_ask_again() {
        let router = protected(Router::new().route("/busy", get(busy)));
        let answer = router.oneshot(axum::http::Request::get("/busy").body(Body::empty()).unwrap()).await.unwrap();
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
        let answer = router.oneshot(axum::http::Request::get("/fail").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["content-security-policy"], CONTENT_SECURITY_POLICY);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let text = String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        assert!(text.contains("/problems/internal") && !text.contains("Jane"), "{text}");
    }
}
