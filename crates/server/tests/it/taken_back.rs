//! What a steward takes back is as if it had never been said: before the next run, and after it.

use serde_json::{Value, json};

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, enter, form_token};
use crate::steward::contested;

pub(crate) async fn get(house: &House, who: &str, path: &str) -> Value {
    let answer = house.ask(Ask::new("GET", &format!("/api/v1/review{path}")).token(&house.token(who))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

pub(crate) async fn post(house: &House, who: &str, path: &str, body: &Value) -> Answer {
    house.ask(Ask::new("POST", &format!("/api/v1/review/{path}")).token(&house.token(who)).json(body)).await
}

/// Judges a pair of a generation, and gives what that counts for.
pub(crate) async fn judge(house: &House, who: &str, (generation, number): (&str, u64), verdict: &str) -> Value {
    let body = json!({ "generation": generation, "verdict": verdict, "reason": "two births are on record" });
    let answer = post(house, who, &format!("{number}/judgement"), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["standing"].clone()
}

pub(crate) async fn take_back(house: &House, who: &str, (generation, number): (&str, u64)) -> Answer {
    let body = json!({ "generation": generation, "reason": "I misread the year" });
    post(house, who, &format!("{number}/take-back"), &body).await
}

/// Gives what is shown of a pair, but for the entry of the look and the generation.
pub(crate) async fn shown(house: &House, number: u64) -> Value {
    let mut pair = get(house, "steward", &format!("/{number}")).await;
    for of_the_look in ["log_index", "generation"] {
        pair.as_object_mut().unwrap().remove(of_the_look).unwrap();
    }
    pair
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_next_run_the_pair_is_in_the_queue_again_as_if_nobody_had_judged_it() {
    let mut house = House::new().await;
    house.run_again("two").await;
    let (progress, pair) = (get(&house, "steward", "").await, shown(&house, 0).await);
    assert_eq!((&progress["next"], &progress["judged"]), (&json!(0), &json!(0)), "{progress}");
    let size = house.gate.log_size();
    assert_eq!(judge(&house, "steward", ("index-two", 0), "different").await, "judged");
    let back = take_back(&house, "steward", ("index-two", 0)).await;
    assert_eq!(back.json()["standing"], "taken-back", "{}", back.text);
    let leaf = back.json()["log_index"].as_u64().unwrap();
    assert!(leaf > size && house.gate.log_size() > leaf, "both are on the record");
    assert_eq!(house.judgements().await, 2, "and for the next run to follow");
    assert_eq!((get(&house, "steward", "").await, shown(&house, 0).await), (progress.clone(), pair.clone()));

    house.run_again("three").await;
    assert_eq!(get(&house, "steward", "").await, progress);
    assert_eq!(shown(&house, 0).await, pair);

    // What is not taken back is out of the queue, and counted.
    assert_eq!(judge(&house, "steward", ("index-three", 0), "cannot-say").await, "judged");
    house.run_again("four").await;
    let judged = get(&house, "steward", "").await;
    assert_eq!(judged["judged"], 1, "{judged}");
    assert_eq!(judged["open"].as_u64().unwrap() + 1, progress["open"].as_u64().unwrap());
    // Of an earlier generation nothing can be taken back: the pair has no number, or another.
    assert_eq!(take_back(&house, "steward", ("index-three", 0)).await.status, 404);
    assert_eq!(get(&house, "steward", "").await, judged);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_holds_again_until_it_is_taken_back_too() {
    let house = House::new().await;
    let at = ("index-one", 0);
    let before = get(&house, "steward", "").await;
    judge(&house, "steward", at, "different").await;
    let first = get(&house, "steward", "/0").await["said"].clone();
    judge(&house, "steward", at, "cannot-say").await;
    assert_eq!(get(&house, "steward", "/0").await["said"]["verdict"], "cannot-say");
    assert_eq!(take_back(&house, "steward", at).await.status, 200);
    assert_eq!(get(&house, "steward", "/0").await["said"], first, "its entry and its reason too");
    assert_eq!(get(&house, "steward", "").await["judged_since"], 1);
    assert_eq!(take_back(&house, "steward", at).await.status, 200);
    assert_eq!(get(&house, "steward", "").await, before);
    assert_eq!(take_back(&house, "steward", at).await.status, 404, "there is nothing left to take back");
    assert_eq!(house.judgements().await, 4);

    // Nobody takes back what is not theirs, nor their own from below what another said since.
    judge(&house, "steward", at, "different").await;
    judge(&house, "second-steward", at, "cannot-say").await;
    assert_eq!(take_back(&house, "steward", at).await.status, 404);
    assert_eq!(take_back(&house, "second-steward", at).await.status, 200);
    let said = get(&house, "steward", "/0").await["said"].clone();
    assert_eq!((&said["verdict"], &said["own"]), (&json!("different"), &json!(true)));
    assert_eq!(take_back(&house, "steward", at).await.status, 200);
    assert_eq!(get(&house, "steward", "").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_come_at_once_take_back_one_judgement() {
    let house = House::new().await;
    let at = ("index-one", 0);
    judge(&house, "steward", at, "cannot-say").await;
    judge(&house, "second-steward", at, "different").await;
    let (one, other) = tokio::join!(take_back(&house, "second-steward", at), take_back(&house, "second-steward", at));
    let mut answers = [one.status.as_u16(), other.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 404]);
    assert_eq!(get(&house, "steward", "/0").await["said"]["verdict"], "cannot-say");
    assert_eq!(house.judgements().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_form_names_is_taken_back_and_nothing_before_it() {
    let house = House::new().await;
    let at = ("index-one", 0);
    judge(&house, "steward", at, "cannot-say").await;
    let first = get(&house, "steward", "/0").await["said"].clone();
    judge(&house, "steward", at, "different").await;
    let entry = get(&house, "steward", "/0").await["said"]["log_index"].clone();
    assert_ne!(entry, first["log_index"]);
    let body = json!({ "generation": "index-one", "reason": "I misread the year", "entry": entry });
    let back = async || post(&house, "steward", "0/take-back", &body).await.status.as_u16();
    let (one, other) = tokio::join!(back(), back());
    let mut answers = [one, other];
    answers.sort_unstable();
    assert_eq!(answers, [200, 404]);
    assert_eq!(get(&house, "steward", "/0").await["said"], first, "it is said still");
    assert_eq!(house.judgements().await, 3);

    // The page names it, in the digits that a program reads.
    let session = enter(&house, "steward").await;
    let page = house.ask(Ask::new("GET", "/review/0").header("cookie", &session)).await.text;
    assert!(page.contains(&format!("name=\"entry\" value=\"{}\"", first["log_index"])), "{page}");
    for (entry, status) in [(entry, 404), (first["log_index"].clone(), 303)] {
        let body = format!("form_token={}&generation=index-one&reason=I+misread&entry={entry}", form_token(&page));
        let sent = Ask::new("POST", "/review/0/take-back").header("cookie", &session).text(FORM, &body);
        let answer = house.ask(sent).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    assert!(get(&house, "steward", "/0").await["said"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_waits_again_when_the_second_steward_takes_back_that_they_came_to_the_same() {
    let mut house = House::new().await;
    let at = ("index-one", 0);
    assert_eq!(judge(&house, "steward", at, "same").await, "proposed");
    let waiting = get(&house, "second-steward", "").await;
    assert_eq!(judge(&house, "second-steward", at, "same").await, "judged");
    assert_eq!(take_back(&house, "steward", at).await.status, 404, "the last word is the second's");
    assert_eq!(take_back(&house, "second-steward", at).await.status, 200);
    assert_eq!(get(&house, "second-steward", "").await, waiting);
    let said = get(&house, "second-steward", "/0").await["said"].clone();
    assert_eq!((&said["standing"], &said["own"]), (&json!("proposed"), &json!(false)));

    // It goes on waiting, whatever is built meanwhile, until it is taken back itself.
    house.run_again("two").await;
    assert_eq!(get(&house, "second-steward", "").await["proposals"], waiting["proposals"]);
    let own = get(&house, "steward", "").await["own_proposals"][0].as_u64().unwrap();
    // The second comes to the same in the next generation, and can go back to it by the number under which it waited for them.
    assert_eq!(judge(&house, "second-steward", ("index-two", own), "same").await, "judged");
    let said = get(&house, "second-steward", &format!("/{own}")).await["said"].clone();
    assert_eq!((&said["standing"], &said["own"]), (&json!("judged"), &json!(true)));
    assert_eq!(take_back(&house, "second-steward", ("index-two", own)).await.status, 200);
    assert_eq!(get(&house, "second-steward", "").await["proposals"], waiting["proposals"]);
    assert_eq!(take_back(&house, "steward", ("index-two", own)).await.status, 200);
    let after = get(&house, "second-steward", "").await;
    assert_eq!((&after["proposals"], &after["judged"]), (&json!([]), &json!(0)));
    house.run_again("three").await;
    assert_eq!(get(&house, "second-steward", "").await["proposals"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_whose_judgement_is_taken_back_waits_first_and_so_it_does_after_the_next_run() {
    let mut house = House::new().await;
    let first = contested(&house).await;
    judge(&house, "steward", ("index-one", first), "cannot-say").await;
    assert_eq!(get(&house, "steward", "").await["contested"], 0);
    // Contested anew, it waits although it was judged before.
    let second = contested(&house).await;
    assert_ne!(second, first);
    let waiting = get(&house, "steward", "").await;
    assert_eq!((&waiting["contested"], &waiting["next"]), (&json!(1), &json!(second)));
    judge(&house, "steward", ("index-one", second), "different").await;
    assert_eq!(get(&house, "steward", "").await["contested"], 0);
    assert_eq!(take_back(&house, "steward", ("index-one", second)).await.status, 200);
    assert_eq!(get(&house, "steward", "").await, waiting);
    let standings = async |house: &House| {
        let own = house.own_records().await.json();
        let contests = own["contests"].as_array().unwrap().clone();
        contests.iter().map(|contest| contest["standing"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(standings(&house).await, [json!("open"), json!("cannot-say")], "the latest first");

    house.run_again("two").await;
    assert_eq!(get(&house, "steward", "").await["contested"], 1);
    assert_eq!(standings(&house).await, [json!("open"), json!("cannot-say")]);
    let dossier = house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.json();
    let sections = dossier["sections"].as_array().unwrap();
    let loans = sections.iter().find(|section| section["register"] == "loans").unwrap();
    assert!(loans["records"][0]["contested_since"].is_string(), "it is held with her: {dossier}");
}
