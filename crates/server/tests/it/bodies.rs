//! What can't be read: answered with a problem that says where and repeats nothing.

use serde_json::json;

use crate::house::{Ask, House, work};

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_cannot_be_read_are_not_repeated() {
    let house = House::new().await;
    let token = house.token("officer");
    let person = house.ysolde_at("education");
    let bodies = [
        ("application/json", "{\"purpose\": \"loan-relief\", \"name\": \"Quillfeather"),
        ("application/json", "{\"purpose\": \"loan-relief\", \"name\": {\"Quillfeather\": 1}}"),
        ("application/json", "{\"purpose\": [\"Quillfeather\"]}"),
        ("application/json", "{\"purpose\": \"loan-relief\", \"name\": \"x\", \"limit\": \"Quillfeather\"}"),
        ("application/json", "{\"purpose\": \"loan-relief\", \"explain\": \"Quillfeather\", \"limit\": -1}"),
        ("application/json", "{\"Quillfeather\": true}"),
        ("application/json", "\"Quillfeather\""),
        ("application/json", "[\"Quillfeather\"]"),
        ("application/json", "Quillfeather"),
        ("application/json", ""),
        ("application/json", "{\"purpose\": \"Quillfeather\", \"name\": \"x\"}"),
        ("application/json", "{\"purpose\": \"loan-relief\", \"birth_date\": \"Quillfeather\"}"),
        ("application/x-www-form-urlencoded", "name=Quillfeather"),
        ("text/plain", "{\"purpose\": \"loan-relief\", \"name\": \"Quillfeather\"}"),
    ];
    for (kind, body) in bodies {
        let answer = house.ask(Ask::new("POST", "/api/v1/search").token(&token).text(kind, body)).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert_eq!(answer.problem(), "bad-request", "{body}");
        assert!(!answer.text.contains("Quillfeather"), "{body}: {}", answer.text);
    }
    let path = format!("/api/v1/persons/{person}/dossier");
    let answer =
        house.ask(Ask::new("POST", &path).token(&token).text("application/json", "{\"explain\": \"Ysolde\"}")).await;
    assert_eq!(answer.problem(), "bad-request");
    assert!(!answer.text.contains("Ysolde"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_key_does_not_widen_what_is_asked() {
    let house = House::new().await;
    let (token, size) = (house.token("officer"), house.gate.log_size());
    let mut body = work("loan-relief");
    body["name"] = json!("Okafor");
    body["brith_date"] = json!("1984-03-12");
    let answer = house.ask(Ask::new("POST", "/api/v1/search").token(&token).json(&body)).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{}", answer.text);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("`brith_date`") && detail.contains("`birth_date`") && !detail.contains("1984"), "{detail}");
    let answer = house.ask(Ask::new("POST", "/api/v1/search").token(&token).json(&json!({}))).await;
    assert!(answer.json()["detail"].as_str().unwrap().contains("lacks the key `purpose`"), "{}", answer.text);
    assert_eq!(house.gate.log_size(), size, "nothing was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_a_body_is_named() {
    let house = House::new().await;
    let body = "{\n  \"purpose\": \"loan-relief\",\n  \"name\": oops\n}";
    let ask = Ask::new("POST", "/api/v1/search").token(&house.token("officer")).text("application/json", body);
    let detail = house.ask(ask).await.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("line 3, column"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_cannot_be_read_are_not_repeated() {
    let house = House::new().await;
    for (who, path, status, kind) in [
        ("dpo", "/api/v1/log/entries/Quillfeather", 404, "not-found"),
        ("dpo", "/api/v1/log/entries/18446744073709551615", 404, "not-found"),
        ("dpo", "/api/v1/log/entries?before=Quillfeather", 400, "bad-request"),
        ("dpo", "/api/v1/log/entries?limit=-1", 400, "bad-request"),
        ("steward", "/api/v1/review/Quillfeather", 404, "not-found"),
        ("steward", "/api/v1/review/999999", 404, "not-found"),
        ("citizen", "/api/v1/me/looks?before=Quillfeather", 400, "bad-request"),
        ("citizen", "/api/v1/me/records?explain=Quillfeather", 400, "bad-request"),
        ("officer", "/api/v1/Quillfeather", 404, "not-found"),
        ("officer", "/api/v2/search", 404, "not-found"),
    ] {
        let answer = house.ask(Ask::new("GET", path).token(&house.token(who))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, kind), "{path}");
        assert!(!answer.text.contains("Quillfeather"), "{path}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_is_too_large() {
    let house = House::new().await;
    let token = house.token("officer");
    let search = |name: String| {
        let mut body = work("loan-relief");
        body["name"] = json!(name);
        Ask::new("POST", "/api/v1/search").token(&token).json(&body)
    };
    let answer = house.ask(search("Q".repeat(100 << 10))).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (413, "too-large"));
    let answer = house.ask(search("Q".repeat(201))).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"));
    let empty = house.ask(search("  ".to_owned())).await;
    assert_eq!((empty.status.as_u16(), empty.problem().as_str()), (400, "bad-request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pseudonym_of_nobody_opens_nobody() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let mut changed = house.ysolde_at("education");
    let last = if changed.ends_with('2') { '3' } else { '2' };
    changed.pop();
    changed.push(last);
    let own_id = house.ysolde.to_string();
    let number = house.ysolde.0.to_string();
    for person in [&house.ysolde_at("tax"), &changed, &own_id, &number, "p-", "me", "%F0%9F%92%A9", &"p".repeat(4_000)]
    {
        let answer = house.dossier("officer", person, "loan-relief").await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (404, "not-found"), "{person}");
    }
    assert_eq!(house.gate.log_size(), size, "nobody was asked about");
}
