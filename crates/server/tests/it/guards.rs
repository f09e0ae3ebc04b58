//! What is turned away at the door, and what every answer carries.

use serde_json::json;
use server::CONTENT_SECURITY_POLICY;
use tlog::fault::Fault;

use crate::house::{Answer, Ask, House, work};

fn assert_headers(answer: &Answer, what: &str) {
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.headers.get(name).and_then(|value| value.to_str().ok()), Some(value), "{name} of {what}");
    }
}

#[test]
fn the_policy_of_content_allows_nothing_inline_and_nothing_from_elsewhere() {
    for loose in ["unsafe", "*", "http", "data:", "blob:"] {
        assert!(!CONTENT_SECURITY_POLICY.contains(loose), "{loose}");
    }
    for strict in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(CONTENT_SECURITY_POLICY.contains(strict), "{strict}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_of_security() {
    let house = House::new().await;
    let officer = house.token("officer");
    let large = "x".repeat(100 << 10);
    let asks = [
        ("a page", 200, Ask::new("GET", "/")),
        ("a page that needs a session", 303, Ask::new("GET", "/search")),
        ("no page", 404, Ask::new("GET", "/nothing")),
        ("no path of the API", 404, Ask::new("GET", "/api/v1/nothing")),
        ("the page of the API", 200, Ask::new("GET", "/api/docs/")),
        ("an answer", 200, Ask::new("GET", "/api/v1/session").token(&officer)),
        ("a page's address asked twice at once", 401, Ask::new("GET", "/api/v1/session")),
        (
            "a refusal",
            403,
            Ask::new("POST", "/api/v1/search").token(&officer).json(&{
                let mut body = work("own-data");
                body["name"] = "Okafor".into();
                body
            }),
        ),
        ("another role's task", 403, Ask::new("GET", "/api/v1/log/entries").token(&officer)),
        (
            "a body that can't be read",
            400,
            Ask::new("POST", "/api/v1/search").token(&officer).text("application/json", "{"),
        ),
        (
            "a body that is too large",
            413,
            Ask::new("POST", "/api/v1/search").token(&officer).text("application/json", &large),
        ),
        ("another method", 405, Ask::new("DELETE", "/api/v1/session").token(&officer)),
        ("another host", 403, Ask::new("GET", "/").header("x-ignored", "1")),
    ];
    for (what, status, mut ask) in asks {
        if what == "another host" {
            ask.0.headers_mut().unwrap().insert("host", "lucarne.example".parse().unwrap());
        }
        let answer = house.ask(ask).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        assert_headers(&answer, what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_a_problem_that_names_the_right_one() {
    let house = House::new().await;
    for (method, path, allowed) in [("POST", "/api/v1/session", "GET"), ("GET", "/api/v1/search", "POST")] {
        let answer = house.ask(Ask::new(method, path).token(&house.token("officer"))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (405, "about:blank"), "{method} {path}");
        assert!(answer.headers["allow"].to_str().unwrap().contains(allowed), "{:?}", answer.headers["allow"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_other_hosts_are_turned_away() {
    let house = House::new().await;
    for host in ["lucarne.example", "127.0.0.1.lucarne.example", "localhost.example:7070", "192.168.1.7", ""] {
        for path in ["/", "/api/v1/health", "/api/docs/", "/assets/page.css", "/nothing"] {
            let mut ask = Ask::new("GET", path);
            ask.0.headers_mut().unwrap().insert("host", host.parse().unwrap());
            let answer = house.ask(ask).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "foreign-request"), "{host} {path}");
        }
    }
    let mut ask = Ask::new("GET", "/");
    ask.0.headers_mut().unwrap().remove("host");
    assert_eq!(house.ask(ask).await.status, 403, "no host at all");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_other_sites_reach_nothing() {
    let house = House::new().await;
    let token = house.token("officer");
    let size = house.gate.log_size();
    let person = house.ysolde_at("education");
    let open =
        || Ask::new("POST", &format!("/api/v1/persons/{person}/dossier")).token(&token).json(&work("loan-relief"));
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:8080"),
        ("origin", "null"),
    ] {
        let answer = house.ask(open().header(name, value)).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "foreign-request"), "{name}: {value}");
    }
    for name in ["sec-purpose", "purpose", "x-moz"] {
        let answer = house.ask(Ask::new("GET", &format!("/person/{person}")).header(name, "prefetch")).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "not-meant"), "{name}");
    }
    let embedded = Ask::new("GET", "/me").header("sec-fetch-site", "same-site").header("sec-fetch-dest", "iframe");
    assert_eq!(house.ask(embedded.header("sec-fetch-mode", "navigate")).await.problem(), "foreign-request");
    assert_eq!(house.gate.log_size(), size, "none of them was a look");
    let same_origin = open().header("sec-fetch-site", "same-origin").header("origin", "http://localhost");
    assert_eq!(house.ask(same_origin).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_that_looks_can_t_be_written_while_the_disk_is_full() {
    let house = House::over(state::Options { pages_max: Some(120) }, |_| ()).await;
    let person = house.ysolde_at("education");
    let health = async || house.ask(Ask::new("GET", "/api/v1/health")).await;
    assert_eq!(health().await.status, 200);
    let long = "because it is asked for at length ".repeat(50);
    let mut looks = 0;
    let refused = loop {
        let body = json!({ "purpose": "loan-relief", "case": "CASE-1", "justification": long });
        let path = format!("/api/v1/persons/{person}/dossier");
        let look = house.ask(Ask::new("POST", &path).token(&house.token("officer")).json(&body)).await;
        if look.status != 200 {
            break look;
        }
        looks += 1;
        assert!(looks < 10_000, "the store never gets full");
    };
    assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (503, "unavailable"), "{}", refused.text);
    let health = health().await;
    assert_eq!(health.status, 503);
    assert!(health.text.contains("degraded") && health.text.contains("goes on by itself"), "{}", health.text);
    assert!(!health.text.contains("restart"), "{}", health.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_path_does_not_take_is_not_left_out_in_silence() {
    let house = House::new().await;
    let description = serde_json::to_value(server::openapi()).unwrap();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array();
            let asks = parameters.into_iter().flatten().any(|parameter| parameter["in"] == "query");
            let path = path.replace("{pair}", "0").replace(['{', '}'], "");
            let ask = Ask::new(&method.to_uppercase(), &format!("{path}?frm=2026")).token(&house.token("dpo"));
            let answer = house.ask(ask).await;
            let said = if asks { "can't have the key `frm`" } else { "takes nothing after `?`" };
            assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text);
            assert!(answer.text.contains(said), "{method} {path}: {}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_that_nothing_can_be_logged_any_more() {
    let house = House::new().await;
    let well = house.ask(Ask::new("GET", "/api/v1/health")).await;
    assert_eq!(well.status, 200);
    assert!(well.text.contains("\"status\":\"ok\""), "{}", well.text);
    let ysolde = house.ysolde_at("education");
    // What comes first is published, so that the next write is that of the look.
    house.gate.verify(&mut |_, _| {}, None).unwrap();
    for (fault, until) in [(Fault::DiskFull, "it goes on by itself"), (Fault::Error, "restart the server")] {
        house.log.fail_at(house.log.writes(), fault);
        let look = house.dossier("officer", &ysolde, "loan-relief").await;
        assert_eq!(look.status, 503, "{}", look.text);
        let health = house.ask(Ask::new("GET", "/api/v1/health")).await;
        assert_eq!(health.status, 503);
        assert_eq!(health.headers["content-type"], "application/problem+json");
        for said in ["degraded", "the log failed", until] {
            assert!(health.text.contains(said), "{said}: {}", health.text);
        }
        assert!(!health.text.contains("journal"), "names of files are for the operator: {}", health.text);
        house.log.make_room();
        let look = house.dossier("officer", &ysolde, "loan-relief").await;
        let goes_on = fault == Fault::DiskFull;
        assert_eq!(look.status == 200, goes_on, "{fault:?}: {}", look.text);
        let health = house.ask(Ask::new("GET", "/api/v1/health")).await;
        assert_eq!(health.status == 200, goes_on, "{fault:?}: {}", health.text);
        if goes_on {
            let report = house.gate.verify(&mut |_, _| {}, None).unwrap();
            assert_eq!(report.checkpoint.size, house.gate.log_size());
        }
    }
}
