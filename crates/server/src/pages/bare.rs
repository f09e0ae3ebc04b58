//! Problems for people where no page can be made of them as usual: nobody knows yet who asks, or the server failed.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::assets::{Addresses, addresses};
use super::problem::kind_of;
use super::words::{Language, Words};
use crate::problem::{Problem, Told};

#[derive(Template)]
#[template(path = "bare.html")]
struct BarePage {
    assets: &'static Addresses,
    t: Words,
    title: String,
    what_to_do: String,
    /// What it is about this time, where there are words for it.
    detail: Option<String>,
    event: Option<String>,
    /// The page that has the form, where one is sent to this path and nothing can be read at it.
    form_at: Option<&'static str>,
}

/// Tells whether a path is one of the API's. Its description is a page.
fn is_api(path: &str) -> bool {
    let is_below = |part: &str| path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_below("/api") && !is_below("/api/docs")
}

/// Who is answered: people in their language, or a program.
pub(crate) struct Answered(Option<Language>);

impl Answered {
    pub(crate) fn of(request: &Request) -> Self {
        let (path, headers) = (request.uri().path(), request.headers());
        Self((!is_api(path) && takes_pages(headers)).then(|| Language::wanted(headers)))
    }

    /// Makes a page of a problem document that a person would be given: whatever turned their request away or failed. Programs,
    /// and everyone who asks the API, get the document.
    pub(crate) fn answer(self, response: Response) -> Response {
        match self.0 {
            Some(language) => in_words(language, response),
            None => response,
        }
    }
}

/// Tells whether a page is asked for, as browsers do for what they show. What scripts fetch says nothing of the kind.
fn takes_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("text/html")
    })
}

/// Puts a page in the place of a problem document; gives every other answer as it is.
fn in_words(language: Language, mut response: Response) -> Response {
    let Some(Told(problem)) = response.extensions_mut().remove::<Told>() else { return response };
    // Without its template the document still says what happened.
    let Ok(html) = page(Words::new(language), &problem).render() else { return response };
    *response.body_mut() = html.into();
    let headers = response.headers_mut();
    // The document may have been compressed on its way here.
    for of_the_document in [header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
        headers.remove(of_the_document);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn page(t: Words, problem: &Problem) -> BarePage {
    let kind = kind_of(problem);
    let (title, what_to_do) = match problem.form_at {
        Some(_) => (t.s("form-only-title"), t.s("form-only-do")),
        None => (t.of("problem-title", kind), t.of("problem-do", kind)),
    };
    BarePage {
        assets: addresses(),
        t,
        title,
        what_to_do,
        detail: problem.words.as_ref().map(|words| t.with_all(words.key, &words.values)),
        event: problem.event.clone(),
        form_at: problem.form_at,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn fail() -> &'static str {
        panic!("the row of Jane Doe")
    }

    async fn busy() -> Problem {
        Problem::new("unavailable", "busy")
    }

    /// Asks as a browser does, with these headers besides; gives status, kind of content and text.
    async fn ask(path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
        let routes = Router::new()
            .route("/fail", get(fail))
            .route("/busy", get(busy))
            .route("/api/v1/fail", get(fail))
            .route("/api/docs/", get(fail))
            .route("/api/documents", get(fail));
        let router: Router = crate::protected(routes).with_state(());
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-security-policy"], crate::CONTENT_SECURITY_POLICY);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(!answer.headers().contains_key("content-encoding"), "a page is given as it is");
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

    #[tokio::test]
    async fn people_are_told_of_a_panic_in_their_language() {
        for (language, title, home) in [
            ("en-GB", "The server failed", "To the first page"),
            ("fr-FR,fr;q=0.9", "Le serveur a rencontré une erreur", "Revenir à l’accueil"),
        ] {
            let (status, kind, text) = ask("/fail", &[BROWSER, ("accept-language", language)]).await;
            assert_eq!((status, kind.as_str()), (500, "text/html; charset=utf-8"), "{text}");
            assert!(text.contains(&format!("<html lang=\"{}\">", &language[..2])), "{text}");
            assert!(text.contains(&format!("<h1>{title}</h1>")) && text.contains(home), "{text}");
            assert!(text.contains("<code>") && !text.contains("Jane"), "its event, and nothing of its cause: {text}");
        }
    }

    #[tokio::test]
    async fn the_language_that_was_chosen_comes_before_that_of_the_browser() {
        let chosen = [BROWSER, ("accept-language", "en"), ("cookie", "other=1; lucarne_lang=fr")];
        let (status, _, text) = ask("/busy", &chosen).await;
        assert!(status == 503 && text.contains("Aucune réponse n’est possible maintenant"), "{text}");
    }

    #[tokio::test]
    async fn compressed_documents_become_pages_too() {
        let (status, kind, text) =
            ask("/fail", &[BROWSER, ("accept-encoding", "gzip"), ("accept-language", "en")]).await;
        assert_eq!((status, kind.as_str()), (500, "text/html; charset=utf-8"));
        assert!(text.ends_with("</html>") || text.ends_with("</html>\n"), "{text}");
    }

    #[tokio::test]
    async fn the_description_of_the_api_is_a_page_of_people() {
        let (status, kind, text) = ask("/api/docs/", &[BROWSER, ("accept-language", "en")]).await;
        assert_eq!((status, kind.as_str()), (500, "text/html; charset=utf-8"), "{text}");
        assert!(text.contains("<h1>The server failed</h1>"), "{text}");
        let (_, kind, text) = ask("/api/docs/", &[("accept", "application/json")]).await;
        assert_eq!(kind, "application/problem+json", "{text}");
    }

    #[tokio::test]
    async fn programs_and_whoever_asks_the_api_get_the_document() {
        let asks: [(&str, &[(&str, &str)]); 5] = [
            ("/fail", &[]),
            ("/fail", &[("accept", "*/*")]),
            ("/fail", &[("accept", "application/json")]),
            ("/api/v1/fail", &[BROWSER]),
            ("/api/documents", &[BROWSER]),
        ];
        for (path, headers) in asks {
            let (status, kind, text) = ask(path, headers).await;
            assert_eq!((status, kind.as_str()), (500, "application/problem+json"), "{path} {headers:?}");
            assert!(text.contains("/problems/internal"), "{text}");
        }
    }
}
