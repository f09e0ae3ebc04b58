//! A session ends when who acts says so, and what it showed is not to be had afterwards.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use axum::body::BodyDataStream;
use chrono::TimeDelta;
use futures::StreamExt as _;
use server::SESSION_COOKIE;
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, cookies, enter, form_token};

#[tokio::test(flavor = "multi_thread")]
async fn every_role_can_leave_and_going_back_shows_nothing_personal() {
    let house = House::new().await;
    let get = async |cookie: &str, path: &str| house.ask(Ask::new("GET", path).header("cookie", cookie)).await;
    for (who, path) in [
        ("officer", "/search"),
        ("steward", "/review"),
        ("dpo", "/desk"),
        ("engineer", "/runs"),
        ("citizen", "/me/records"),
    ] {
        let session = enter(&house, who).await;
        let page = get(&session, path).await;
        assert_eq!(page.status, 200, "{who}: {}", page.text);
        assert_eq!(page.headers["cache-control"], "no-store", "{who}: no browser keeps it");
        assert_eq!(page.text.contains("Quillfeather"), who == "citizen", "{who}");
        let (_, form) = page.text.split_once("action=\"/leave\"").unwrap_or_else(|| panic!("{who}: {}", page.text));
        let (form, _) = form.split_once("</form>").unwrap();
        assert!(form.contains("<button>Leave</button>"), "{who}: {form}");
        let size = house.gate.log_size();
        let body = format!("form_token={}", form_token(form));
        let left = house.ask(Ask::new("POST", "/leave").header("cookie", &session).text(FORM, &body)).await;
        assert_eq!((left.status.as_u16(), &left.headers["location"]), (303, &"/?left".parse().unwrap()), "{who}");
        assert_eq!(left.headers["cache-control"], "no-store", "{who}");

        let gone = cookies(&left);
        let again = get(&gone, path).await;
        assert_eq!((again.status.as_u16(), &again.headers["location"]), (303, &"/".parse().unwrap()), "{who}");
        assert!(again.text.is_empty() && again.headers["cache-control"] == "no-store", "{who}: {}", again.text);
        let first = get(&gone, "/?left").await;
        assert!(first.text.contains("Your session has ended."), "{who}: {}", first.text);
        assert!(!first.text.contains("class=\"bar\"") && !first.text.contains("Quillfeather"), "{who}: {}", first.text);
        assert_eq!(house.gate.log_size(), size, "{who}: to leave is no look");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_of_a_session_that_has_ended_it_is_said() {
    let house = House::new().await;
    let session = enter(&house, "officer").await;
    for (cookie, path, is_said) in [
        (session.as_str(), "/?left", false),
        ("lucarne_lang=en", "/?left", true),
        ("lucarne_lang=en", "/", false),
        ("lucarne_lang=en", "/?left=perhaps", false),
        ("lucarne_lang=fr", "/?left", true),
    ] {
        let page = house.ask(Ask::new("GET", path).header("cookie", cookie)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let said = ["Your session has ended.", "Votre session est terminée."];
        assert_eq!(said.iter().any(|said| page.text.contains(said)), is_said, "{cookie} {path}: {}", page.text);
    }
}

/// Sends the form by which a session is left.
async fn leave(house: &House, cookie: &str, token: &str) -> Answer {
    let body = format!("form_token={token}");
    house.ask(Ask::new("POST", "/leave").header("cookie", cookie).text(FORM, &body)).await
}

/// Asserts that an answer ends the session and leads to the page that says so.
fn assert_left(left: &Answer) {
    assert_eq!((left.status.as_u16(), &left.headers["location"]), (303, &"/?left".parse().unwrap()), "{}", left.text);
    let set = left.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let gone = set.filter(|cookie| cookie.starts_with(SESSION_COOKIE) && cookie.contains("Max-Age=0"));
    assert_eq!(gone.count(), 1, "the cookie goes: {:?}", left.headers);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_ended_can_be_left_and_its_cookie_goes() {
    let house = House::new().await;
    let (session, others) = (enter(&house, "steward").await, enter(&house, "officer").await);
    let page = house.ask(Ask::new("GET", "/review").header("cookie", &session)).await;
    let of_others = house.ask(Ask::new("GET", "/search").header("cookie", &others)).await;
    house.clock.set(house.now() + TimeDelta::hours(2));
    let size = house.gate.log_size();
    for foreign in ["AAAA", form_token(&of_others.text)] {
        let refused = leave(&house, &session, foreign).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert!(!refused.headers.contains_key("location"), "{:?}", refused.headers);
    }
    assert_left(&leave(&house, &session, form_token(&page.text)).await);
    assert_eq!(house.gate.log_size(), size, "to leave is no look");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_cookie_is_worth_nothing_once_its_session_was_left() {
    let house = House::new().await;
    let get = async |cookie: &str, path: &str| house.ask(Ask::new("GET", path).header("cookie", cookie)).await;
    let (before, other) = (enter(&house, "officer").await, enter(&house, "officer").await);
    let page = get(&before, "/search").await;
    // A change of purpose gives the session another token; both are of the one session.
    let work = "back=/search&purpose=loan-relief&case=CASE-7&justification=because+of+her+file";
    let work = format!("form_token={}&{work}", form_token(&page.text));
    let changed = house.ask(Ask::new("POST", "/work").header("cookie", &before).text(FORM, &work)).await;
    assert_eq!(changed.status, 303, "{}", changed.text);
    let session = cookies(&changed);
    let page = get(&session, "/search").await;
    assert!(session != before && page.status == 200, "{}", page.text);
    assert_eq!(get(&before, "/search").await.status, 200, "nobody has left");
    let left = leave(&house, &session, form_token(&page.text)).await;
    assert_left(&left);

    let size = house.gate.log_size();
    for copied in [&session, &before] {
        let refused = get(copied, "/search").await;
        assert_eq!((refused.status.as_u16(), &refused.headers["location"]), (303, &"/?ended".parse().unwrap()));
        let search = format!("form_token={}&name=Ysolde", form_token(&page.text));
        let refused = house.ask(Ask::new("POST", "/search").header("cookie", copied).text(FORM, &search)).await;
        assert_eq!(refused.status, 401, "{}", refused.text);
        // Nor does what the cookie holds begin anything by another way.
        let token = copied.split("; ").find_map(|cookie| cookie.strip_prefix(&format!("{SESSION_COOKIE}="))).unwrap();
        assert_eq!(house.ask(Ask::new("GET", &format!("/enter?token={token}"))).await.status, 401);
        let api = house.ask(Ask::new("GET", "/api/v1/me/looks").token(token)).await;
        assert_eq!(api.problem(), "unauthenticated");
        let as_other = format!("form_token={}&identity=officer", form_token(&page.text));
        let refused = house.ask(Ask::new("POST", "/act-as").header("cookie", copied).text(FORM, &as_other)).await;
        assert!(refused.status.is_client_error() && !cookies(&refused).contains(SESSION_COOKIE), "{}", refused.text);
    }
    assert_eq!(house.gate.log_size(), size, "nobody asked, so nothing was decided");
    assert_left(&leave(&house, &session, form_token(&page.text)).await);

    // Other sessions of the same identity go on, tokens for the API too, and the link begins a new session.
    assert_eq!(get(&other, "/search").await.status, 200);
    assert_eq!(house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.status, 200);
    assert_eq!(get(&enter(&house, "officer").await, "/search").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_the_api_is_no_session() {
    let house = House::new().await;
    let cookie = format!("{SESSION_COOKIE}={}", house.token("officer"));
    let led = house.ask(Ask::new("GET", "/search").header("cookie", &cookie)).await;
    assert_eq!((led.status.as_u16(), &led.headers["location"]), (303, &"/?ended".parse().unwrap()));
    let entered = enter(&house, "officer").await;
    assert!(!entered.contains(&house.token("officer")), "the session's own token is another");
}

/// Opens a stream of events, and gives it after the first of them.
async fn watch(house: &House, cookie: &str, path: &str) -> BodyDataStream {
    let asked = Ask::new("GET", path).header("cookie", cookie);
    let answer = house.router.clone().oneshot(asked.0.body(asked.1).unwrap()).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    let mut parts = answer.into_body().into_data_stream();
    let first = parts.next().await.expect("an event").unwrap();
    assert!(first.starts_with(b"event: step\n"), "{first:?}");
    parts
}

/// Gives the rest of a stream, which has to end.
async fn rest(parts: BodyDataStream) -> String {
    let parts: Vec<_> = timeout(Duration::from_secs(60), parts.collect()).await.expect("the stream ends");
    parts.into_iter().map(|part| String::from_utf8(part.unwrap().to_vec()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_end_when_their_session_is_left_and_those_of_others_go_on() {
    let house = House::new().await;
    let (session, other) = (enter(&house, "dpo").await, enter(&house, "dpo").await);
    let desk = house.ask(Ask::new("GET", "/desk").header("cookie", &session)).await;
    let token = form_token(&desk.text);

    // While the log's files are held a verification of the log comes to no end.
    let (tell, is_held) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let log = house.log.clone();
    let holder = thread::spawn(move || {
        log.tamper("checkpoint", |bytes| {
            tell.send(()).unwrap();
            // Whoever fails lets go of them too.
            let _ = released.recv();
            bytes
        });
    });
    is_held.recv().unwrap();
    let body = format!("form_token={token}&saved=");
    let begun = house.ask(Ask::new("POST", "/log/verify").header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let events = format!("{}/events", begun.headers["location"].to_str().unwrap());
    let (watched, of_other) = (watch(&house, &session, &events).await, watch(&house, &other, &events).await);

    assert_left(&leave(&house, &session, token).await);
    let told = rest(watched).await;
    assert!(!told.contains("event: ended"), "the run goes on: {told}");
    let again = house.ask(Ask::new("GET", &events).header("cookie", &session)).await;
    assert_eq!((again.status.as_u16(), &again.headers["location"]), (303, &"/?ended".parse().unwrap()));

    drop(release);
    holder.join().unwrap();
    let told = rest(of_other).await;
    assert!(told.contains("event: ended"), "whoever has not left is told of the end: {told}");
}
