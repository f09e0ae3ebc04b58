//! What is said once is written once, whole, and in the light of what the person contests.

use std::future::poll_fn;
use std::task::Poll;

use model::{OfficerId, RecordId, Verdict};
use serde_json::{Value, json};
use state::Standing;

use crate::house::{Ask, House};
use crate::pages::{FORM, enter, form_token};
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
    // Under the number of what was judged it is read too, for to judge it there settles it.
    let before = get(&house, "steward", &format!("/{first}")).await;
    assert_eq!(before["contested"]["reason"], "I never borrowed a canary cent", "{before}");
    assert_eq!(before["said"]["before_contest"], true, "{before}");

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
    let progress = get(&house, "steward", "").await;
    assert_ne!(progress["next"], first, "it waits for the other");
    assert_eq!(progress["proposed"], 1);
    citizen(&house, "take-back", &json!({})).await;
    let (second, _) = contest(&house).await;
    for who in ["steward", "second-steward"] {
        let progress = get(&house, who, "").await;
        assert_eq!((&progress["next"], &progress["proposed"]), (&json!(second), &json!(0)), "{who}: {progress}");
    }
    assert_eq!(judge(&house, "second-steward", ("index-one", second), "same").await, "proposed");
    assert_eq!(judge(&house, "steward", ("index-one", second), "same").await, "judged");
    assert_eq!(standings(&house).await[0], ("same".to_owned(), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_proposed_before_the_person_contested_it_waits_for_no_second() {
    let house = House::new().await;
    let record = |register: &str, key: &str| RecordId::from_key(&register.parse().unwrap(), &[Some(key)]);
    let (left, right) = (record("loans", "LN-70017"), record("tax", "TN-48151"));
    let (by, leaf, at) = (OfficerId::new("account-steward").unwrap(), 0, house.now());
    let (different, proposed) = (Verdict::Different, Standing::Proposed);
    let noted = house.state.note_review("index-zero", (&left, &right), &by, different, proposed, leaf, at, (true, ""));
    noted.await.unwrap();
    let listed = async |who: &str| {
        let progress = get(&house, who, "").await;
        let listed = |key: &str| progress[key].as_array().unwrap().len();
        (listed("proposals"), listed("own_proposals"))
    };
    assert_eq!((listed("steward").await, listed("second-steward").await), ((1, 1), (1, 0)));
    let (number, entry) = contest(&house).await;
    assert!(entry > leaf);
    assert_eq!((listed("steward").await, listed("second-steward").await), ((0, 0), (0, 0)));
    assert_eq!(get(&house, "second-steward", "").await["proposed"], 0);
    let said = get(&house, "steward", &format!("/{number}")).await["said"].clone();
    assert_eq!((&said["own"], &said["before_contest"]), (&json!(true), &json!(true)), "it is the same pair: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_that_was_taken_back_waits_for_no_run_whatever_the_person_said_since() {
    let mut house = House::new().await;
    let (first, _) = contest(&house).await;
    assert_eq!(judge(&house, "steward", ("index-one", first), "different").await, "judged");
    contest(&house).await;
    citizen(&house, "take-back", &json!({})).await;
    let different = |pending| ("different".to_owned(), pending);
    assert_eq!(standings(&house).await, [("withdrawn".to_owned(), false), different(true)]);
    assert_eq!(take_back(&house, "steward", ("index-one", first)).await.status, 200);
    // Which judgement it was says nothing any more.
    let back = ("judgement-taken-back".to_owned(), false);
    assert_eq!(standings(&house).await, [("withdrawn".to_owned(), false), back.clone()]);
    let session = enter(&house, "citizen").await;
    let page = house.ask(Ask::new("GET", "/me/records").header("cookie", &session)).await.text;
    assert!(page.contains("the judgement was taken back since"), "{page}");
    assert!(!page.contains("judged: it is not about you"), "{page}");
    house.run_again("two").await;
    assert_eq!(standings(&house).await[1], back, "nor does it after the next run");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_contests_since_a_pair_was_shown_is_not_judged_unread() {
    let house = House::new().await;
    let (number, _) = contest(&house).await;
    assert_eq!(judge(&house, "steward", ("index-one", number), "cannot-say").await, "judged");
    let path = format!("/review/{number}");
    let session = enter(&house, "second-steward").await;
    let page = house.ask(Ask::new("GET", &path).header("cookie", &session)).await.text;
    let stale = get(&house, "second-steward", &format!("/{number}")).await["log_index"].as_u64().unwrap();
    contest(&house).await;
    let said = house.judgements().await;
    let judgement = |seen: u64| {
        let mut body = body("different", "two births are on record");
        body["seen"] = json!(seen);
        body
    };
    let unread = post(&house, "second-steward", &format!("{number}/judgement"), &judgement(stale)).await;
    assert_eq!((unread.status.as_u16(), unread.problem().as_str()), (409, "changed-meanwhile"), "{}", unread.text);
    assert_eq!((house.judgements().await, &standings(&house).await[0].0), (said, &"open".to_owned()));

    // The page names the look, and leads back to the pair with what was written, and with why it is contested.
    let (_, seen) = page.split_once("name=\"seen\" value=\"").expect("the look");
    let seen = seen.split('"').next().unwrap();
    assert!(seen.parse::<u64>().unwrap() < stale, "{seen}");
    let fields = "generation=index-one&verdict=different&reason=two+births+are+on+record";
    let send = async |page: &str, more: &str| {
        let body = format!("form_token={}&{fields}&{more}", form_token(page));
        house.ask(Ask::new("POST", &path).header("cookie", &session).text(FORM, &body)).await
    };
    let unread = send(&page, &format!("seen={seen}")).await;
    assert_eq!(unread.status, 409, "{}", unread.text);
    assert!(unread.text.contains("Read why first"), "{}", unread.text);
    assert!(unread.text.contains(&format!("action=\"{path}\"")), "{}", unread.text);
    let again = send(&unread.text, "again=true").await;
    assert_eq!(again.status, 200, "{}", again.text);
    for told in ["I never borrowed a canary cent", ">two births are on record</textarea>"] {
        assert!(again.text.contains(told), "{told} in {}", again.text);
    }
    assert_eq!(house.judgements().await, said, "nothing is judged by that");

    let read = get(&house, "second-steward", &format!("/{number}")).await["log_index"].as_u64().unwrap();
    let judged = post(&house, "second-steward", &format!("{number}/judgement"), &judgement(read)).await;
    assert_eq!((judged.status.as_u16(), &judged.json()["standing"]), (200, &json!("judged")), "{}", judged.text);
    assert_eq!(standings(&house).await[0], ("different".to_owned(), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_of_which_both_records_are_contested_waits_once_and_both_reasons_are_read() {
    let house = House::new().await;
    let (number, _) = contest(&house).await;
    let waiting = get(&house, "steward", "").await;
    let one = get(&house, "steward", &format!("/{number}")).await;
    assert!(one["contested_too"].is_null(), "{one}");
    let first = house.state.open_contests().await.unwrap().remove(0);
    let (other, at) = ((&first.tied, &first.contested), first.at);
    let why = "nor is that one mine";
    assert!(house.state.note_contest(other, &first.account, why, first.leaf, at).await.unwrap());
    assert_eq!(get(&house, "steward", "").await, waiting, "one judgement settles both");
    let both = get(&house, "steward", &format!("/{number}")).await;
    assert_eq!(both["contested"], one["contested"]);
    assert_eq!(both["contested_too"]["reason"], why, "{both}");
    assert_ne!(both["contested_too"]["record"], both["contested"]["record"]);
    let session = enter(&house, "steward").await;
    let page = house.ask(Ask::new("GET", &format!("/review/{number}")).header("cookie", &session)).await.text;
    assert!(page.contains(": contested record</th>") && !page.contains(": the record that it is linked to</th>"));
    for reason in [why, "I never borrowed a canary cent"] {
        assert!(page.contains(&format!("<bdi>{reason}</bdi>")), "{reason} in {page}");
    }
    assert_eq!(judge(&house, "steward", ("index-one", number), "different").await, "judged");
    assert!(house.state.open_contests().await.unwrap().is_empty());
}
