//! What is said once is written once, whole, and in the light of what the person contests.

use std::future::poll_fn;
use std::task::Poll;

use serde_json::{Value, json};

use crate::house::{Ask, House};
use crate::taken_back::{get, judge, post, take_back};

/// Posts what the citizen says of their loan, and gives the answer.
async fn citizen(house: &House, what: &str, body: &Value) -> Value {
    let own = house.own_records().await.json();
    let sections = own["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["register"] == "loans").unwrap();
    let path = format!("/api/v1/me/records/{}/{what}", section["records"][0]["name"].as_str().unwrap());
    let said = house.ask(Ask::new("POST", &path).token(&house.token("citizen")).json(body)).await;
    assert_eq!(said.status, 200, "{}", said.text);
    said.json()
}

/// Has the citizen contest their loan, and gives under which number and place of the log that is.
async fn contest(house: &House) -> (u64, u64) {
    let made = citizen(house, "contest", &json!({ "reason": "I never borrowed a canary cent" })).await;
    let number = get(house, "second-steward", "").await["next"].as_u64().unwrap();
    (number, made["log_index"].as_u64().unwrap())
}

/// Gives the standing of what the citizen contests, the latest first, and whether the next run is to follow it.
async fn standings(house: &House) -> Vec<(String, bool)> {
    let own = house.own_records().await.json();
    let standing = |contest: &Value| (contest["standing"].as_str().unwrap().to_owned(), contest["pending"] == true);
    own["contests"].as_array().unwrap().iter().map(standing).collect()
}

fn body(verdict: &str, reason: &str) -> Value {
    json!({ "generation": "index-one", "verdict": verdict, "reason": reason })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_written_whole_when_whoever_sent_it_goes_away() {
    let house = House::new().await;
    let different = body("different", "two births are on record");
    let size = house.gate.log_size();
    let mut sent = Box::pin(post(&house, "steward", "0/judgement", &different));
    // Until the log has it.
    while house.gate.log_size() == size {
        if poll_fn(|context| Poll::Ready(sent.as_mut().poll(context).is_ready())).await {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(sent);
    // Whoever comes next waits until it is written.
    let back = take_back(&house, "steward", ("index-one", 0)).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(house.judgements().await, 2, "both are for the next run to follow");
    assert!(get(&house, "steward", "/0").await["said"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_twice_is_said_once() {
    let house = House::new().await;
    let twice = async |who: &str, verdict: &str| {
        let said = body(verdict, "two births are on record");
        let (one, other) =
            tokio::join!(post(&house, who, "0/judgement", &said), post(&house, who, "0/judgement", &said));
        assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200), "{} {}", one.text, other.text);
        (one.json(), other.json())
    };
    let (one, other) = twice("steward", "different").await;
    assert_eq!((&one, &one["standing"]), (&other, &json!("judged")));
    assert_eq!(house.judgements().await, 1);
    // For another reason it is another saying.
    let anew = post(&house, "steward", "0/judgement", &body("different", "two places of birth, too")).await.json();
    assert_ne!(anew["log_index"], one["log_index"]);
    assert_eq!(house.judgements().await, 2);
    for left in ["judged", "nothing"] {
        assert_eq!(take_back(&house, "steward", ("index-one", 0)).await.status, 200);
        let said = get(&house, "steward", "/0").await["said"].clone();
        assert_eq!(said["log_index"], if left == "judged" { one["log_index"].clone() } else { Value::Null });
    }
    assert_eq!(take_back(&house, "steward", ("index-one", 0)).await.status, 404);

    // A proposal is one proposal, and whoever comes to the same has come to it once.
    let before = house.judgements().await;
    let (one, other) = twice("steward", "same").await;
    assert_eq!((&one["standing"], &other["standing"]), (&json!("proposed"), &json!("proposed")));
    assert_eq!(get(&house, "steward", "").await["own_proposals"].as_array().unwrap().len(), 1);
    let (one, other) = twice("second-steward", "same").await;
    assert_eq!((&one, &one["standing"]), (&other, &json!("judged")));
    assert_eq!(house.judgements().await, before + 1);
    for who in ["second-steward", "steward"] {
        assert_eq!(take_back(&house, who, ("index-one", 0)).await.status, 200, "{who}");
        assert_eq!(take_back(&house, who, ("index-one", 0)).await.status, 404, "{who}");
    }
    assert!(get(&house, "steward", "/0").await["said"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_came_to_before_the_person_contested_anew_is_not_the_first_of_two() {
    let house = House::new().await;
    let (first, _) = contest(&house).await;
    assert_eq!(judge(&house, "steward", ("index-one", first), "same").await, "proposed");
    assert_eq!(judge(&house, "second-steward", ("index-one", first), "same").await, "judged");
    assert_eq!(get(&house, "steward", "").await["judged_since"], 1);
    let (second, entry) = contest(&house).await;
    assert_ne!(second, first);
    let waiting = get(&house, "steward", "").await;
    assert_eq!(
        (&waiting["next"], &waiting["judged_since"]),
        (&json!(second), &json!(0)),
        "it waits, and is not judged"
    );
    let said = get(&house, "steward", &format!("/{second}")).await["said"].clone();
    assert_eq!(said["before_contest"], true, "{said}");
    assert!(said["log_index"].as_u64() < Some(entry));

    assert_eq!(
        judge(&house, "steward", ("index-one", second), "same").await,
        "proposed",
        "nobody else read the reason"
    );
    assert_eq!(standings(&house).await[0], ("open".to_owned(), false));
    let said = get(&house, "second-steward", &format!("/{second}")).await["said"].clone();
    assert_eq!((&said["standing"], &said["before_contest"]), (&json!("proposed"), &json!(false)));
    assert_eq!(judge(&house, "second-steward", ("index-one", second), "same").await, "judged");
    assert_eq!(standings(&house).await[0], ("same".to_owned(), true));
    assert_eq!(get(&house, "steward", "").await["judged_since"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_proposed_something_before_it_was_contested_is_asked_again() {
    let house = House::new().await;
    let (first, _) = contest(&house).await;
    assert_eq!(judge(&house, "steward", ("index-one", first), "same").await, "proposed");
    assert_ne!(get(&house, "steward", "").await["next"], first, "it waits for the other");
    citizen(&house, "take-back", &json!({})).await;
    let (second, _) = contest(&house).await;
    for who in ["steward", "second-steward"] {
        assert_eq!(get(&house, who, "").await["next"], second, "{who}");
    }
    assert_eq!(judge(&house, "second-steward", ("index-one", second), "same").await, "proposed");
    assert_eq!(judge(&house, "steward", ("index-one", second), "same").await, "judged");
    assert_eq!(standings(&house).await[0], ("same".to_owned(), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_that_was_taken_back_waits_for_no_run_whatever_the_person_said_since() {
    let house = House::new().await;
    let (first, _) = contest(&house).await;
    assert_eq!(judge(&house, "steward", ("index-one", first), "different").await, "judged");
    contest(&house).await;
    citizen(&house, "take-back", &json!({})).await;
    let different = |pending| ("different".to_owned(), pending);
    assert_eq!(standings(&house).await, [("withdrawn".to_owned(), false), different(true)]);
    assert_eq!(take_back(&house, "steward", ("index-one", first)).await.status, 200);
    assert_eq!(standings(&house).await, [("withdrawn".to_owned(), false), different(false)]);
}
