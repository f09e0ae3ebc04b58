//! Who is believed: nobody without a token that this server signed, that still holds, for someone it has.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use model::Actor;
use server::identity::{self, DemoIdentity};
use server::{OPEN_PATHS, ROUTES};

use crate::house::{Answer, Ask, House, SESSION_KEY, example};

fn is_open(path: &str) -> bool {
    OPEN_PATHS.iter().any(|(open, _)| *open == path)
}

/// Asks at every route of the API, the request being completed by `with`.
async fn ask_everywhere(house: &House, with: impl Fn(Ask) -> Ask) -> Vec<(&'static str, Answer)> {
    let mut answers = Vec::new();
    for route in ROUTES {
        let (path, body) = example(route.path, &house.ysolde_at("education"));
        let mut ask = Ask::new(route.method, &path);
        if let Some(body) = body {
            ask = ask.json(&body);
        }
        answers.push((route.path, house.ask(with(ask)).await));
    }
    answers
}

fn assert_unauthenticated(answers: &[(&'static str, Answer)], why: &str) {
    for (path, answer) in answers.iter().filter(|(path, _)| !is_open(path)) {
        assert_eq!(answer.status, 401, "{path} with {why}");
        assert_eq!(answer.problem(), "unauthenticated", "{path} with {why}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{path} with {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_open_paths_answer_without_a_token() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let answers = ask_everywhere(&house, |ask| ask).await;
    assert_unauthenticated(&answers, "no token");
    let answered: BTreeSet<&str> =
        answers.iter().filter(|(_, answer)| answer.status != 401).map(|(path, _)| *path).collect();
    let reviewed: BTreeSet<&str> = OPEN_PATHS.iter().map(|(path, _)| *path).collect();
    assert_eq!(answered, reviewed);
    for (path, answer) in answers.iter().filter(|(path, _)| is_open(path)) {
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.status);
    }
    assert_eq!(house.gate.log_size(), size, "nobody asked, so nothing was decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_token_is_believed_anywhere() {
    let house = House::new().await;
    let later = house.now() + TimeDelta::hours(1);
    let officer = house.identities[0].clone();
    let (payload, signature) = {
        let token = house.token("officer");
        let (payload, signature) = token.split_once('.').unwrap();
        (payload.to_owned(), signature.to_owned())
    };
    let citizen_payload = house.token("citizen").split_once('.').unwrap().0.to_owned();
    let stranger = DemoIdentity { name: "stranger".into(), title: String::new(), title_fr: None, actor: Actor::System };
    let tokens = [
        ("an expired token", identity::sign(&SESSION_KEY, &officer, house.now())),
        ("another project's token", identity::sign(&[6; 32], &officer, later)),
        ("a token of someone unknown", identity::sign(&SESSION_KEY, &stranger, later)),
        ("a signature of other words", format!("{citizen_payload}.{signature}")),
        ("no signature", format!("{payload}.")),
        ("a payload alone", payload.clone()),
        ("an empty token", String::new()),
        ("a form's token", identity::form_token(&SESSION_KEY, "session")),
    ];
    for (why, token) in &tokens {
        assert_unauthenticated(&ask_everywhere(&house, |ask| ask.token(token)).await, why);
    }
    let good = house.token("officer");
    let ways = [
        ("a token in the pages' cookie only", "cookie", format!("{}={good}", server::SESSION_COOKIE)),
        ("another scheme", "authorization", format!("Basic {good}")),
        ("the token without a scheme", "authorization", good.clone()),
        ("a claimed role", "x-role", "officer".to_owned()),
        ("a claimed user", "x-forwarded-user", "account-officer".to_owned()),
    ];
    for (why, name, value) in &ways {
        assert_unauthenticated(&ask_everywhere(&house, |ask| ask.header(name, value)).await, why);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_fails_lets_nobody_in() {
    let house = House::new().await;
    let token = house.token("officer");
    house.clock.fail();
    for (path, answer) in ask_everywhere(&house, |ask| ask.token(&token)).await {
        if !is_open(path) {
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_while_the_server_runs() {
    let house = House::new().await;
    let token = house.token("officer");
    let session = || Ask::new("GET", "/api/v1/session").token(&token);
    assert_eq!(house.ask(session()).await.json()["name"], "officer");
    house.clock.advance(TimeDelta::hours(1));
    assert_eq!(house.ask(session()).await.status, 401);
}
