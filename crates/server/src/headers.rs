//! What every answer carries, and which requests are turned away before anything looks at them.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::problem::Problem;

/// The content security policy of every page: nothing inline, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const FIXED: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// When to ask again where no answer is possible, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// The headers of security that the answer to a request carries.
pub(crate) struct Secured {
    is_asset: bool,
}

impl Secured {
    pub(crate) fn of(request: &Request) -> Self {
        Self { is_asset: request.uri().path().starts_with("/assets/") }
    }

    /// Adds them to the answer; keeps everything but assets that are there out of caches; says when to ask again.
    pub(crate) fn answer(self, mut response: Response) -> Response {
        let status = response.status();
        // What is answered in the place of an asset, such as a problem, is none.
        let may_be_kept = self.is_asset && (status.is_success() || status == StatusCode::NOT_MODIFIED);
        let headers = response.headers_mut();
        headers.reserve(FIXED.len() + 2);
        for (name, value) in FIXED {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if !may_be_kept {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

/// Gives why a request is turned away that no page or client of this server would send; none for every other.
///
/// A name in `Host` that is not loopback means that another site's name was pointed here; a form or script of another
/// site shows in `Sec-Fetch-Site` or `Origin`; a prefetch is not meant by a person.
pub(crate) fn turned_away(request: &Request) -> Option<Problem> {
    let headers = request.headers();
    if !host_is_ours(headers) {
        let foreign = Problem::new("foreign-request", "the host named in the request is not this server");
        return Some(foreign.in_words("problem-is-foreign-host"));
    }
    if changes_something(request.method()) && comes_from_elsewhere(headers) {
        let foreign = Problem::new("foreign-request", "the request comes from another site");
        return Some(foreign.in_words("problem-is-foreign-site"));
    }
    if is_fetched_by_another_site(headers) {
        let foreign = Problem::new("foreign-request", "a page of another site asks for this");
        return Some(foreign.in_words("problem-is-foreign-site"));
    }
    if is_prefetch(headers) {
        return Some(Problem::new("not-meant", "the page was not opened but prefetched"));
    }
    None
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn host_is_ours(headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, "host") else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text(headers, "origin"), text(headers, "host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, name)| name != host),
        _ => false,
    }
}

/// Tells whether a page of another site asks in the background: as a picture, a frame or by a script. A person who follows
/// a link from there opens a page, which is a navigation to a document. Every look is written down under somebody's name,
/// so none is made by a page that they happen to visit.
fn is_fetched_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| text(headers, name) == Some(wanted);
    let comes_from_another = is("sec-fetch-site", "cross-site") || is("sec-fetch-site", "same-site");
    comes_from_another && !(is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document"))
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    let says_so =
        |name: &&str| text(headers, name).is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"));
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(says_so)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::Next;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[tokio::test]
    async fn only_assets_that_are_there_may_be_kept() {
        let gives = |status: StatusCode| get(move || async move { (status, [(header::CACHE_CONTROL, "no-cache")]) });
        let router: Router = Router::new()
            .route("/assets/there", gives(StatusCode::OK))
            .route("/assets/same", gives(StatusCode::NOT_MODIFIED))
            .route("/assets/gone", gives(StatusCode::NOT_FOUND))
            .route("/assets/busy", get(|| async { Problem::new("unavailable", "busy") }))
            .route("/page", gives(StatusCode::OK))
            .layer(axum::middleware::from_fn(async |request: Request, next: Next| {
                let secured = Secured::of(&request);
                secured.answer(next.run(request).await)
            }));
        for (path, may_be_kept) in [
            ("/assets/there", true),
            ("/assets/same", true),
            ("/assets/gone", false),
            ("/assets/busy", false),
            ("/page", false),
        ] {
            let answer =
                router.clone().oneshot(axum::http::Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            let cache = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
            assert_eq!(cache != "no-store", may_be_kept, "{path}: {cache}");
        }
    }

    #[test]
    fn hosts_are_loopback() {
        for good in ["localhost", "localhost:7070", "127.0.0.1:7070", "[::1]:7070"] {
            assert!(host_is_ours(&headers(&[("host", good)])), "{good}");
        }
        for bad in ["lucarne.example", "127.0.0.1.evil.example", "localhost.evil.example:7070", ""] {
            assert!(!host_is_ours(&headers(&[("host", bad)])), "{bad}");
        }
        assert!(!host_is_ours(&HeaderMap::new()));
    }

    #[test]
    fn requests_of_other_sites_are_seen() {
        let host = ("host", "127.0.0.1:7070");
        assert!(comes_from_elsewhere(&headers(&[host, ("sec-fetch-site", "cross-site")])));
        assert!(comes_from_elsewhere(&headers(&[host, ("sec-fetch-site", "same-site")])));
        assert!(comes_from_elsewhere(&headers(&[host, ("origin", "http://evil.example")])));
        assert!(comes_from_elsewhere(&headers(&[host, ("origin", "null")])));
        assert!(!comes_from_elsewhere(&headers(&[host, ("origin", "http://127.0.0.1:7070")])));
        assert!(!comes_from_elsewhere(&headers(&[host])), "a client that is no browser sends neither");
    }

    #[test]
    fn prefetches_are_seen() {
        assert!(is_prefetch(&headers(&[("sec-purpose", "prefetch;prerender")])));
        assert!(is_prefetch(&headers(&[("x-moz", "Prefetch")])));
        assert!(!is_prefetch(&headers(&[])));
    }

    #[test]
    fn other_sites_open_pages_and_fetch_nothing() {
        let from = |site, mode, dest| [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
        for site in ["cross-site", "same-site"] {
            assert!(is_fetched_by_another_site(&headers(&from(site, "no-cors", "image"))));
            assert!(is_fetched_by_another_site(&headers(&from(site, "navigate", "iframe"))));
            assert!(!is_fetched_by_another_site(&headers(&from(site, "navigate", "document"))));
        }
        assert!(!is_fetched_by_another_site(&headers(&from("same-origin", "cors", "empty"))));
        assert!(!is_fetched_by_another_site(&headers(&from("none", "navigate", "document"))));
        assert!(!is_fetched_by_another_site(&HeaderMap::new()));
    }
}
