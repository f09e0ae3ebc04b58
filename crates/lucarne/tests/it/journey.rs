//! From an officer's question to the citizen who sees it, over HTTP.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::Project;

/// A server that ends when this is dropped.
struct Served {
    child: Child,
    address: String,
    tokens: Value,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(project: &Project) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lucarne"))
            .args(["serve", "--port", "0", "--json", "--project"])
            .arg(project.root())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { child, address: told["address"].as_str().unwrap().to_owned(), tokens: told["identities"].clone() }
    }

    fn token(&self, name: &str) -> String {
        let identities = self.tokens.as_array().unwrap();
        let found = identities.iter().find(|identity| identity["name"] == name).unwrap();
        found["token"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, token: Option<&str>, method: &str, path: &str, body: Option<Value>) -> (u16, String) {
        let client = reqwest::Client::new();
        let address = format!("{}/api/v1{path}", self.address);
        let mut request = client.request(method.parse().unwrap(), address);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn must(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, text) = self.ask(Some(token), method, path, body).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

fn work(more: Value) -> Value {
    let mut work =
        json!({ "purpose": "fee-waiver", "case": "F-2026-17", "justification": "application of the family" });
    work.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    work
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_asks_is_refused_elsewhere_and_the_citizen_sees_both() {
    let project = Project::ready();
    let served = Served::start(&project);
    let officer = served.token("officer");

    // Nothing without a token; a header that claims a role is nothing; a forged token is nothing.
    let (status, _) = served.ask(None, "GET", "/session", None).await;
    assert_eq!(status, 401);
    let mut forged = officer.clone();
    forged.insert(3, 'x');
    assert_eq!(served.ask(Some(&forged), "GET", "/session", None).await.0, 401);

    // A search, with a slip and without the accent.
    let found = served.must(&officer, "POST", "/search", Some(work(json!({ "name": "Amelia Okafour" })))).await;
    let person = found["hits"][0]["person"].as_str().unwrap().to_owned();
    assert!(found["hits"][0]["values"].to_string().contains("Okafor"), "{found}");

    // The dossier: what the purpose names, and no more.
    let path = format!("/persons/{person}/dossier");
    let dossier = served.must(&officer, "POST", &path, Some(work(json!({ "explain": true })))).await;
    let text = dossier.to_string();
    assert!(text.contains("1984-03-12") && text.contains("yes-no"), "{text}");
    for hidden in ["Mill Lane", "R-001", "L-501", "10115"] {
        assert!(!text.contains(hidden), "{hidden} is withheld under this purpose: {text}");
    }
    assert_eq!(dossier["sections"].as_array().unwrap().len(), 2, "both registers know her: {dossier}");

    // No purpose, no case, another's purpose: refused with the rule and the entry of the log.
    for (body, rule) in [
        (json!({ "purpose": "fee-waiver", "justification": "application of the family" }), "case"),
        (json!({ "purpose": "right-of-access", "case": "F-1", "justification": "curious about it" }), ""),
        (json!({ "purpose": "no-such-purpose", "case": "F-1", "justification": "curious about it" }), "purpose"),
    ] {
        let (status, text) = served.ask(Some(&officer), "POST", &path, Some(body)).await;
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 403, "{text}");
        assert!(problem["log_index"].is_u64(), "{text}");
        assert!(
            problem["reasons"].as_array().unwrap().iter().any(|reason| reason["rule"].as_str().unwrap().contains(rule)),
            "{text}"
        );
    }
    // Why rows are in quarantine is the engineer's to see.
    let page = format!("{}/runs/quarantine/residents", served.address);
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for (name, expected) in [("engineer", 200), ("officer", 403)] {
        let enter = format!("{}/enter?token={}", served.address, served.token(name));
        let entered = browser.get(enter).send().await.unwrap();
        let session = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let answer = browser.get(&page).header("cookie", session).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{name}");
    }

    let (status, _) = served.ask(Some(&officer), "POST", &path, Some(json!({ "case": "F-1" }))).await;
    assert_eq!(status, 400, "a read without any purpose is not even a request");

    // The data protection officer sees entries without persons, and verifies all of it.
    let auditor = served.token("data-protection-officer");
    let entries = served.must(&auditor, "GET", "/log/entries?limit=100", None).await;
    let text = entries.to_string();
    assert!(text.contains("\"look\"") && text.contains("\"refusal\""), "{text}");
    assert!(!text.contains("Okafor") && !text.contains("F-2026-17"), "{text}");
    let verified = served.must(&auditor, "POST", "/log/verify", Some(json!({}))).await;
    assert_eq!(verified["verified"], true, "{verified}");
    assert_eq!(served.ask(Some(&officer), "GET", "/log/entries", None).await.0, 403);

    // The citizen sees their own records and looks, and nobody else can.
    let citizen = served.token("citizen");
    let records = served.must(&citizen, "GET", "/me/records", None).await;
    assert!(!records["sections"].as_array().unwrap().is_empty(), "{records}");
    let looks = served.must(&citizen, "GET", "/me/looks", None).await;
    assert!(!looks["looks"].as_array().unwrap().is_empty(), "{looks}");
    assert_eq!(served.ask(Some(&officer), "GET", "/me/looks", None).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_at_a_time_and_one_program_a_port() {
    let project = Project::ready();
    let _served = Served::start(&project);
    let said = project.fails(&["ingest"], 7);
    assert!(said.contains("another process") || said.contains("in use"), "{said}");

    let other = Project::ready();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = other.fails(&["serve", "--port", &port], 7);
    assert!(said.contains("--port"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_and_other_names_are_turned_away() {
    let project = Project::ready();
    let served = Served::start(&project);
    let client = reqwest::Client::new();
    let health = format!("{}/api/v1/health", served.address);
    let ours = client.get(&health).send().await.unwrap();
    assert_eq!(ours.status(), 200);
    for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"] {
        assert!(ours.headers().contains_key(header), "{header}");
    }
    let rebound = client.get(&health).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 403);
    let foreign = client
        .post(format!("{}/api/v1/search", served.address))
        .header("origin", "http://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 403);
}
