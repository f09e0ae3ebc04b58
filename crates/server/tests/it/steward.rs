//! A steward's work from page to page: mistakes are seen, what was judged is counted and found again, and the second steward is
//! spoken to as such.

use serde_json::{Value, json};

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, enter, form_token};

const WHY: &str = "two births are on record";

async fn api(house: &House, who: &str, path: &str) -> Value {
    let answer = house.ask(Ask::new("GET", &format!("/api/v1/review{path}")).token(&house.token(who))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn judge(house: &House, who: &str, path: &str, verdict: &str) -> Value {
    let body = json!({ "generation": "index-one", "verdict": verdict, "reason": WHY });
    let ask = Ask::new("POST", &format!("/api/v1/review/{path}/judgement")).token(&house.token(who)).json(&body);
    let answer = house.ask(ask).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn page(house: &House, session: &str, path: &str) -> Answer {
    house.ask(Ask::new("GET", path).header("cookie", session)).await
}

/// Contests the citizen's loan, and gives the number under which it waits.
pub(crate) async fn contested(house: &House) -> u64 {
    let own = house.own_records().await.json();
    let sections = own["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["register"] == "loans").unwrap();
    let path = format!("/api/v1/me/records/{}/contest", section["records"][0]["name"].as_str().unwrap());
    let body = json!({ "reason": "I never borrowed a canary cent" });
    let made = house.ask(Ask::new("POST", &path).token(&house.token("citizen")).json(&body)).await;
    assert_eq!(made.status, 200, "{}", made.text);
    api(house, "steward", "").await["next"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_in_a_judgement_is_said_first_and_in_the_title() {
    let house = House::new().await;
    let session = enter(&house, "steward").await;
    for (language, title) in [("en", "<title>Error: "), ("fr", "<title>Erreur\u{a0}: ")] {
        let cookies = format!("{session}; lucarne_lang={language}");
        let form = page(&house, &cookies, "/review/0").await;
        assert!(!form.text.contains("role=\"alert\"") && !form.text.contains(title), "{}", form.text);
        let body = format!("form_token={}&generation=index-one&reason=+", form_token(&form.text));
        let wrong = house.ask(Ask::new("POST", "/review/0").header("cookie", &cookies).text(FORM, &body)).await;
        assert_eq!(wrong.status, 400);
        let (before, alert) = wrong.text.split_once("role=\"alert\" tabindex=\"-1\" autofocus").expect("a summary");
        assert!(wrong.text.contains(title) && !before.contains("<h1"), "before all else: {}", wrong.text);
        for id in ["verdict-same", "reason"] {
            assert!(alert.contains(&format!("href=\"#{id}\"")) && alert.contains(&format!("id=\"{id}\"")), "{id}");
        }
        let body = format!("{body}&verdict=different");
        let wrong = house.ask(Ask::new("POST", "/review/0").header("cookie", &cookies).text(FORM, &body)).await;
        assert!(wrong.text.contains("href=\"#reason\"") && !wrong.text.contains("href=\"#verdict-same\""));
    }
    assert_eq!(house.judgements().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_is_counted_whatever_it_was_and_found_again_by_whoever_said_it() {
    let house = House::new().await;
    let number = contested(&house).await;
    judge(&house, "steward", "1", "different").await;
    judge(&house, "steward", &number.to_string(), "different").await;
    judge(&house, "second-steward", "0", "cannot-say").await;
    let progress = api(&house, "steward", "").await;
    assert_eq!(progress["judged_since"], 3, "{progress}");

    let (one, other) = (enter(&house, "steward").await, enter(&house, "second-steward").await);
    let size = house.gate.log_size();
    let queue = page(&house, &one, "/review").await.text;
    assert!(queue.contains("href=\"/review/judged\""), "{queue}");
    let list = page(&house, &one, "/review/judged").await.text;
    assert_eq!(house.gate.log_size(), size, "it shows nobody, and is no look");
    let places = ["A contested record", "Pair 1<", "Pair 0<"]
        .map(|what| list.find(what).unwrap_or_else(|| panic!("{what} in {list}")));
    assert!(places.is_sorted(), "one's own first, the latest before the others: {places:?}");
    assert!(
        !list.contains(WHY) && !list.contains("canary") && !list.contains("Ysolde") && !list.contains("account-"),
        "{list}"
    );
    let others = page(&house, &other, "/review/judged").await.text;
    assert!(!others.contains(WHY), "{others}");
    for who in ["officer", "citizen"] {
        let session = enter(&house, who).await;
        assert_eq!(page(&house, &session, "/review/judged").await.status, 403, "{who}");
    }
    assert_eq!(page(&house, &one, "/review/judged?from=x").await.status, 404);

    // From the list to the pair, and back with a reason.
    let path = format!("/review/{number}");
    assert!(list.contains(&format!("href=\"{path}\"")), "{list}");
    let pair = page(&house, &one, &path).await.text;
    assert!(pair.contains(&format!("Your reason: <bdi>{WHY}</bdi>")), "there it is an entry to read it: {pair}");
    assert!(!page(&house, &other, &path).await.text.contains(WHY), "another's reason is theirs");
    assert_eq!(api(&house, "steward", &format!("/{number}")).await["said"]["reason"], WHY);
    let body = format!("form_token={}&generation=index-one&reason=I+misread", form_token(&pair));
    let back = Ask::new("POST", &format!("{path}/take-back")).header("cookie", &one).text(FORM, &body);
    let back = house.ask(back).await;
    assert_eq!(back.status, 303, "{}", back.text);
    let after = page(&house, &one, back.headers["location"].to_str().unwrap()).await.text;
    let (_, told) = after.split_once("role=\"status\"").expect("what was done");
    assert!(!told.split("</div>").next().unwrap().contains("<a "), "no link to the page that one is on: {told}");
    assert_eq!(api(&house, "steward", "").await["judged_since"], 2);
    assert!(!page(&house, &one, "/review/judged").await.text.contains("A contested record"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_contested_is_named_and_where_it_came_from() {
    let house = House::new().await;
    let number = contested(&house).await;
    let session = enter(&house, "steward").await;
    let pair = page(&house, &session, &format!("/review/{number}")).await.text;
    for told in [
        ": contested record</th>",
        ": the record that it is linked to</th>",
        "incoming/loans_2025.csv, record ",
        "marked as contested",
    ] {
        assert!(pair.contains(told), "{told} in {pair}");
    }
    let shown = api(&house, "steward", &format!("/{number}")).await;
    assert_eq!(shown["left_source"]["file"], "incoming/loans_2025.csv", "{shown}");
    let withheld = shown["left_source"]["withheld"].as_array().unwrap();
    assert!(withheld.iter().any(|column| column["name"] == "owed"), "what is owed decides nothing: {shown}");
    assert!(
        withheld.iter().all(|column| shown["reasons"][column["reason"].as_u64().unwrap() as usize]["says"].is_string())
    );
    assert!(pair.contains("columns are withheld"), "{pair}");
    assert!(shown["threshold"].as_f64().is_some_and(|from| (0.5..1.0).contains(&from)), "{shown}");
    assert!(pair.contains("It puts two records together from"), "{pair}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_steward_is_told_to_be_the_second() {
    let house = House::new().await;
    let is_one = api(&house, "steward", "/0").await["effect"]["is_one_person"] == true;
    let what = if is_one { "To keep a link, since " } else { "To make two persons one, since " };
    assert_eq!(judge(&house, "steward", "0", "same").await["standing"], "proposed");
    let (one, other) = (enter(&house, "steward").await, enter(&house, "second-steward").await);
    let queue = page(&house, &one, "/review").await.text;
    assert!(queue.contains(what) && !queue.contains("Waits for you since"), "{queue}");
    let queue = page(&house, &other, "/review").await.text;
    assert!(queue.contains("Waits for you since ") && !queue.contains(what), "{queue}");
    let proposals = api(&house, "second-steward", "").await["proposals"].clone();
    assert_eq!((&proposals[0]["own"], &proposals[0]["kind"]), (&json!(false), &Value::Null), "{proposals}");
    let (own, others) =
        (page(&house, &one, "/review/judged").await.text, page(&house, &other, "/review/judged").await.text);
    let waits = "What you said and a second steward has yet to say";
    assert!(own.contains(waits) && own.contains(what), "{own}");
    assert!(!others.contains(waits) && !others.contains(what), "{others}");
    let own = page(&house, &one, "/review/0").await.text;
    assert!(own.contains("A second steward has to come to the same."), "{own}");
    let pair = page(&house, &other, "/review/0").await.text;
    assert!(
        pair.contains("Another steward proposed this")
            && pair.contains("It waits for you, as the second steward.")
            && !pair.contains("A second steward has to"),
        "{pair}"
    );
    assert_eq!(judge(&house, "second-steward", "0", "same").await["standing"], "judged");
    assert_eq!(api(&house, "steward", "").await["judged_since"], 1);
}
