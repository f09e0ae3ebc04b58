//! The description of the API: complete, and the one that is committed.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use server::{KINDS, OPEN_PATHS, ROUTES};

use crate::house::{Ask, House};

const COMMITTED: &str = "../../docs/openapi.json";

const BLESS: &str = "BLESS=1 cargo test -p server --test it description";

/// Routes that serve the description itself.
const ABOUT_ITSELF: [&str; 3] = ["/api/v1/openapi.json", "/api/docs", "/api/docs/"];

fn described() -> Value {
    serde_json::to_value(server::openapi()).unwrap()
}

/// Gives each operation: method, path and what is said of it.
fn operations(description: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn the_committed_description_is_that_of_the_code() {
    let found = server::openapi().to_pretty_json().unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == committed, "docs/openapi.json is not that of the code; write it anew with `{BLESS}`");
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let routes: BTreeSet<(String, String)> = ROUTES
        .iter()
        .filter(|route| !ABOUT_ITSELF.contains(&route.path))
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    let described: BTreeSet<(String, String)> =
        operations(&described()).into_iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(described, routes);
}

#[test]
fn every_operation_says_who_may_ask_and_how_it_fails() {
    let whole = described();
    assert_eq!(whole["security"], serde_json::json!([{ "token": [] }]));
    let problem = serde_json::json!({ "$ref": "#/components/schemas/Problem" });
    for (method, path, operation) in operations(&whole) {
        let is_open = OPEN_PATHS.iter().any(|(open, _)| *open == path);
        assert_eq!(!operation["security"].is_null(), is_open, "{method} {path} states a security of its own");
        let responses = operation["responses"].as_object().unwrap();
        assert_eq!(responses.contains_key("401"), !is_open, "{method} {path}: 401");
        let asked = operation["parameters"].as_array().into_iter().flatten().any(|given| given["in"] == "query");
        let can_be_wrong = asked || !operation["requestBody"].is_null();
        assert!(!can_be_wrong || responses.contains_key("400"), "{method} {path}: 400");
        assert!(!operation["summary"].is_null(), "{method} {path} has no summary");
        assert!(responses.values().all(|response| !response["description"].is_null()), "{method} {path}: an answer");
        for (status, response) in responses.iter().filter(|(status, _)| !status.starts_with('2')) {
            let contents = response["content"].as_object().unwrap();
            let (kinds, content): (Vec<&String>, Vec<&Value>) = contents.iter().unzip();
            assert_eq!(kinds, ["application/problem+json"], "{method} {path}: {status}");
            assert_eq!(content[0]["schema"], problem, "{method} {path}: {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_shows_the_description_and_every_kind_of_problem() {
    let house = House::new().await;
    let served = house.ask(Ask::new("GET", "/api/v1/openapi.json")).await;
    assert_eq!(served.headers["content-type"], "application/json");
    assert_eq!(served.json(), described());
    let kinds = house.ask(Ask::new("GET", "/api/v1/problems").token(&house.token("engineer"))).await.json();
    assert_eq!(kinds.as_array().unwrap().len(), KINDS.len());
    for (code, ..) in KINDS {
        let page = house.ask(Ask::new("GET", &format!("/problems/{code}"))).await;
        assert_eq!(page.status, 200, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_a_page_in_both_languages() {
    let house = House::new().await;
    for (language, title) in [("en", "The same over HTTP"), ("fr", "La même chose par HTTP")] {
        let page = house.ask(Ask::new("GET", "/api/docs/").header("accept-language", language)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains(&format!("<html lang=\"{language}\">")), "{}", page.text);
        assert!(page.text.contains(&format!("<h1>{title}</h1>")), "{}", page.text);
        for inline in ["<style", "style=", "onload=", "javascript:", "src=\"//", "href=\"//", "href=\"http"] {
            assert!(!page.text.contains(inline), "{inline}");
        }
        for (method, path, operation) in operations(&described()) {
            assert!(page.text.contains(&format!("<code>{method} {path}</code></h3>")), "{method} {path}");
            // What is English is marked as such, on the English page too.
            let summary =
                operation["summary"].as_str().unwrap().split(['\n', '\'', '"', '<', '&', '`']).next().unwrap();
            assert!(page.text.contains(&format!("<p lang=\"en\">{summary}")), "{method} {path}: {summary}");
        }
    }
    assert_eq!(house.ask(Ask::new("GET", "/api/docs/index.html")).await.problem(), "not-found");
    assert_eq!(house.ask(Ask::new("GET", "/api/docs")).await.headers["location"], "/api/docs/");
}
