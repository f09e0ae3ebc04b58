//! What was judged is undone or corrected by naming its records, once an index was built of it and the pair has no number any more.

use gate::EntryKind;
use serde_json::{Value, json};

use crate::house::{Answer, Ask, House, named, two_records};
use crate::pages::{FORM, enter, form_token};
use crate::taken_back::{get, judge, shown};

/// Two records of one person, which the linkage puts together.
const LOAN: (&str, &str) = ("loans", "LN-70017");
const TAX: (&str, &str) = ("tax", "TN-48151");

async fn post(house: &House, who: &str, path: &str, body: &Value) -> Answer {
    house.ask(Ask::new("POST", &format!("/api/v1/review/{path}")).token(&house.token(who)).json(body)).await
}

async fn explained(house: &House, who: &str) -> Value {
    let answer = post(house, who, "explain", &two_records(LOAN, TAX)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// Gives a body that judges two records.
fn judging((one, other): ((&str, &str), (&str, &str)), generation: &str, verdict: &str) -> Value {
    let mut body = named(one, other);
    body["generation"] = json!(generation);
    body["verdict"] = json!(verdict);
    body["reason"] = json!("two births are on record");
    body
}

/// Judges the two records.
async fn say(house: &House, who: &str, generation: &str, verdict: &str) -> Answer {
    post(house, who, "explained/judgement", &judging((LOAN, TAX), generation, verdict)).await
}

/// Takes back what was said of the two, of an entry where one is given.
async fn take_back(house: &House, who: &str, generation: &str, entry: Option<u64>) -> Answer {
    let mut body = named(TAX, LOAN);
    body["generation"] = json!(generation);
    body["reason"] = json!("I misread the year");
    if let Some(entry) = entry {
        body["entry"] = json!(entry);
    }
    post(house, who, "explained/take-back", &body).await
}

#[track_caller]
fn entry_of(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["log_index"].as_u64().unwrap()
}

/// Gives what became of the two, and what is told of what was said.
fn told(explained: &Value) -> (Value, Value) {
    (explained["outcome"]["outcome"].clone(), explained["said"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_index_was_built_of_is_undone_by_naming_its_records() {
    let mut house = House::new().await;
    house.run_again("two").await;
    let (queue, before) = (get(&house, "steward", "").await, explained(&house, "steward").await);
    assert_eq!(told(&before), (json!("together"), Value::Null), "{before}");
    assert_eq!((&before["generation"], &before["second_reviewer"]), (&json!("index-two"), &json!(["same"])));

    let judged = entry_of(&say(&house, "steward", "index-two", "different").await);
    let kinds = house.gate.entries(judged..judged + 1).await.unwrap().remove(0).entry;
    assert_eq!((kinds.kind, kinds.subjects), (EntryKind::Judgement, 1), "the person sees it");
    let said = explained(&house, "steward").await["said"].clone();
    assert_eq!((&said["before_index"], &said["reason"]), (&json!(false), &json!("two births are on record")));
    house.run_again("three").await;
    let (apart, said) = told(&explained(&house, "steward").await);
    assert_eq!(apart, "apart");
    let parts = ["verdict", "standing", "own", "before_index", "before_contest", "log_index"].map(|part| &said[part]);
    let expected = [&json!("different"), &json!("judged"), &json!(true), &json!(true), &json!(false), &json!(judged)];
    assert_eq!(parts, expected, "{said}");
    assert!(said["reason"].is_null(), "why is forgotten by now: {said}");

    // It is theirs alone to take back.
    let others = explained(&house, "second-steward").await["said"].clone();
    assert_eq!((&others["own"], &others["log_index"]), (&json!(false), &json!(judged)));
    let (size, spine) = (house.gate.log_size(), house.judgements().await);
    for (who, entry) in [("second-steward", Some(judged)), ("second-steward", None), ("steward", Some(judged + 1))] {
        let refused = take_back(&house, who, "index-three", entry).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (404, "not-found"), "{who}");
    }
    let stale = take_back(&house, "steward", "index-two", Some(judged)).await;
    assert_eq!((stale.status.as_u16(), stale.problem().as_str()), (409, "changed-meanwhile"), "{}", stale.text);
    assert_eq!((house.gate.log_size(), house.judgements().await), (size, spine), "nothing is written");

    let back = take_back(&house, "steward", "index-three", Some(judged)).await;
    assert_eq!(back.json()["standing"], "taken-back", "{}", back.text);
    assert_eq!(house.gate.log_size(), size + 1);
    let twice = take_back(&house, "steward", "index-three", Some(judged)).await;
    assert_eq!((twice.status.as_u16(), house.judgements().await), (404, spine + 1), "it is written once");
    assert_eq!(told(&explained(&house, "steward").await), (json!("apart"), Value::Null), "until the next run");

    house.run_again("four").await;
    let mut after = explained(&house, "steward").await;
    for of_the_look in ["log_index", "generation"] {
        after[of_the_look] = before[of_the_look].clone();
    }
    assert_eq!(after, before, "as if it had never been judged");
    assert_eq!(get(&house, "steward", "").await, queue);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_of_the_queue_waits_where_it_waited_once_its_judgement_is_undone() {
    let mut house = House::new().await;
    house.run_again("two").await;
    let (progress, pair) = (get(&house, "steward", "").await, shown(&house, 0).await);
    assert_eq!(judge(&house, "steward", ("index-two", 0), "cannot-say").await, "judged");
    let reviews = house.state.reviews("index-two").await.unwrap();
    let judged = reviews.judged().first().expect("what was judged").clone();
    house.run_again("three").await;
    let without = get(&house, "steward", "").await;
    assert_eq!(without["open"].as_u64().unwrap() + 1, progress["open"].as_u64().unwrap(), "it has no number any more");
    assert_eq!(without["judged"], 1);
    let body = json!({
        "left": judged.left.to_string(),
        "right": judged.right.to_string(),
        "generation": "index-three",
        "reason": "I misread the year",
        "entry": judged.review.leaf,
    });
    entry_of(&post(&house, "steward", "explained/take-back", &body).await);
    house.run_again("four").await;
    assert_eq!((get(&house, "steward", "").await, shown(&house, 0).await), (progress, pair));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_steward_judges_anew_and_the_later_judgement_wins() {
    let mut house = House::new().await;
    let first = entry_of(&say(&house, "steward", "index-one", "different").await);
    house.run_again("two").await;
    assert_eq!(told(&explained(&house, "second-steward").await).0, "apart");
    let anew = say(&house, "second-steward", "index-two", "cannot-say").await;
    let second = entry_of(&anew);
    assert_eq!((&anew.json()["standing"], second > first), (&json!("judged"), true));
    let again = say(&house, "second-steward", "index-two", "cannot-say").await;
    assert_eq!((entry_of(&again), house.judgements().await), (second, 2), "sent twice it is written once");
    assert_eq!(take_back(&house, "steward", "index-two", None).await.status, 404, "another spoke since");
    house.run_again("three").await;
    let (together, said) = told(&explained(&house, "steward").await);
    assert_eq!(together, "together", "the two are left to their score");
    assert_eq!((&said["verdict"], &said["own"]), (&json!("cannot-say"), &json!(false)));

    // Once the later is taken back, the earlier is in force again.
    entry_of(&take_back(&house, "second-steward", "index-three", Some(second)).await);
    let said = explained(&house, "steward").await["said"].clone();
    assert_eq!((&said["log_index"], &said["own"]), (&json!(first), &json!(true)));
    house.run_again("four").await;
    assert_eq!(told(&explained(&house, "steward").await).0, "apart");
    entry_of(&take_back(&house, "steward", "index-four", Some(first)).await);
    house.run_again("five").await;
    assert_eq!(told(&explained(&house, "steward").await), (json!("together"), Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_have_to_come_to_the_same_the_second_does_so_by_naming_the_records_too() {
    let house = House::new().await;
    let one = say(&house, "steward", "index-one", "same").await;
    assert_eq!(one.json()["standing"], "proposed", "{}", one.text);
    assert_eq!(house.judgements().await, 0, "it counts for nothing yet");
    let waiting = explained(&house, "second-steward").await["said"].clone();
    assert_eq!((&waiting["standing"], &waiting["own"]), (&json!("proposed"), &json!(false)));
    let other = say(&house, "second-steward", "index-one", "same").await;
    assert_eq!((&other.json()["standing"], house.judgements().await), (&json!("judged"), 1), "{}", other.text);
    assert_eq!(take_back(&house, "steward", "index-one", None).await.status, 404);
    entry_of(&take_back(&house, "second-steward", "index-one", None).await);
    assert_eq!(explained(&house, "steward").await["said"]["log_index"], one.json()["log_index"], "it waits again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_said_is_refused_and_what_is_not_there_is_answered_as_an_explanation_is() {
    let house = House::new().await;
    let mut size = house.gate.log_size();
    for who in ["officer", "citizen", "engineer", "dpo"] {
        for answer in
            [say(&house, who, "index-one", "different").await, take_back(&house, who, "index-one", None).await]
        {
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "refused"), "{who}: {}", answer.text);
            size += 1;
        }
        assert_eq!(house.gate.log_size(), size, "{who}: each is on the record");
    }
    let missing = [(LOAN, ("tax", "TN-NOBODY"), 1), (LOAN, ("donations", "R-90210"), 1)];
    for (one, other, subjects) in missing {
        let asked = post(&house, "steward", "explain", &two_records(one, other)).await;
        let said = judging((one, other), "index-one", "different");
        let judged = post(&house, "steward", "explained/judgement", &said).await;
        assert_eq!((judged.status, &judged.text), (asked.status, &asked.text), "{other:?}");
        size += 2;
        assert_eq!(house.gate.log_size(), size, "whoever names what is not there is on the record");
        let entry = house.gate.entries(size - 1..size).await.unwrap().remove(0).entry;
        assert_eq!((entry.kind, entry.subjects), (EntryKind::Review, subjects));
        // Of what nobody said it is not told whether it is there.
        let mut back = named(one, other);
        back["generation"] = json!("index-one");
        back["reason"] = json!("I misread the year");
        let nothing = post(&house, "steward", "explained/take-back", &back).await;
        let known = take_back(&house, "steward", "index-one", None).await;
        assert_eq!((nothing.status.as_u16(), &nothing.text), (404, &known.text), "{other:?}");
    }
    let wrong = [
        (judging((LOAN, LOAN), "index-one", "different"), 400),
        (judging((LOAN, TAX), "index-one", "perhaps"), 400),
        (judging((LOAN, TAX), "index-zero", "different"), 409),
    ];
    for (body, status) in wrong {
        let answer = post(&house, "steward", "explained/judgement", &body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains(body["left"].as_str().unwrap()), "{}", answer.text);
    }
    assert_eq!((house.gate.log_size(), house.judgements().await), (size, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_steward_judges_by_name_counts_to_the_budget_and_what_they_take_back_does_not() {
    let mut house = House::with(|folder| {
        let purpose = "purposes/review-links.toml";
        folder.replace(purpose, "persons_per_officer_and_day = 50", "persons_per_officer_and_day = 1");
    })
    .await;
    let judged = entry_of(&say(&house, "steward", "index-one", "different").await);
    let other = judging((("loans", "LN-0"), ("tax", "TN-1")), "index-one", "different");
    let refused = post(&house, "steward", "explained/judgement", &other).await;
    assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (403, "refused"), "{}", refused.text);
    assert_eq!(refused.json()["reasons"][0]["rule"], "budget.exceeded", "{}", refused.text);
    assert_eq!(house.judgements().await, 1);
    // By the next run the two are two persons, of whom one is new to the account: nobody is kept from an own mistake.
    house.run_again("two").await;
    entry_of(&take_back(&house, "steward", "index-two", Some(judged)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_contests_is_read_in_the_explanation_and_settled_by_what_is_judged_of_it() {
    let mut house = House::new().await;
    let stale = explained(&house, "steward").await["log_index"].clone();
    crate::steward::contested(&house).await;
    let mut body = judging((LOAN, TAX), "index-one", "different");
    body["seen"] = stale;
    let unread = post(&house, "steward", "explained/judgement", &body).await;
    assert_eq!((unread.status.as_u16(), unread.problem().as_str()), (409, "changed-meanwhile"), "{}", unread.text);
    let read = explained(&house, "steward").await;
    assert_eq!(read["contested"]["reason"], "I never borrowed a canary cent", "{read}");
    body["seen"] = read["log_index"].clone();
    let judged = entry_of(&post(&house, "steward", "explained/judgement", &body).await);
    assert!(explained(&house, "steward").await["contested"].is_null());
    house.run_again("two").await;
    assert_eq!(get(&house, "steward", "").await["contested"], 0);
    entry_of(&take_back(&house, "steward", "index-two", Some(judged)).await);
    assert_eq!(get(&house, "steward", "").await["contested"], 1, "it is open again");
    let own = house.own_records().await.json();
    assert_eq!(own["contests"][0]["standing"], "open", "{own}");
    house.run_again("three").await;
    assert_eq!(get(&house, "steward", "").await["contested"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_explanation_has_the_forms_and_says_what_is_in_force() {
    let mut house = House::new().await;
    let session = enter(&house, "steward").await;
    let body = two_records(LOAN, TAX);
    let [left, right] = ["left", "right"].map(|side| body[side].as_str().unwrap().to_owned());
    let ids = format!("left={left}&right={right}");
    let send = async |house: &House, path: &str, fields: &str| {
        let page = house.ask(Ask::new("GET", "/review/explain").header("cookie", &session)).await.text;
        let body = format!("form_token={}&{ids}&{fields}", form_token(&page));
        house.ask(Ask::new("POST", path).header("cookie", &session).text(FORM, &body)).await
    };
    let look = "reason=a+citizen+asked";
    let page = send(&house, "/review/explain", look).await.text;
    assert!(page.contains("action=\"/review/explain/judgement\"") && !page.contains("/take-back\""), "{page}");
    for hidden in ["name=\"asked\" value=\"a citizen asked\"", "name=\"generation\" value=\"index-one\""] {
        assert!(page.contains(hidden), "{hidden} in {page}");
    }

    // What is missing is said first, and what was written stays.
    let judgement = "/review/explain/judgement";
    let half = "asked=a+citizen+asked&generation=index-one&reason=two+canary+births";
    let wrong = send(&house, judgement, half).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    for told in ["<title>Error: ", "href=\"#verdict-same\"", ">two canary births</textarea>"] {
        assert!(wrong.text.contains(told), "{told} in {}", wrong.text);
    }
    assert_eq!(house.judgements().await, 0);
    let judged = send(&house, judgement, &format!("{half}&verdict=different")).await;
    assert_eq!(judged.status, 303, "{}", judged.text);
    let onward = judged.headers["location"].to_str().unwrap().to_owned();
    assert!(onward.starts_with("/review?decided=") && !onward.contains("loans"), "{onward}");
    assert_eq!(house.judgements().await, 1);

    house.run_again("two").await;
    let list = house.ask(Ask::new("GET", "/review/judged").header("cookie", &session)).await.text;
    assert!(list.contains("href=\"/review/explain\"") && !list.contains(&left), "it leads there: {list}");
    let page = send(&house, "/review/explain", look).await.text;
    for told in ["you judged: ", "That was before the index in service was built.", "/review/explain/take-back\""] {
        assert!(page.contains(told), "{told} in {page}");
    }
    let other = enter(&house, "second-steward").await;
    let form = house.ask(Ask::new("GET", "/review/explain").header("cookie", &other)).await.text;
    let asked = format!("form_token={}&{ids}&{look}", form_token(&form));
    let others = Ask::new("POST", "/review/explain").header("cookie", &other).text(FORM, &asked);
    let others = house.ask(others).await.text;
    assert!(others.contains("another steward judged: ") && !others.contains("/take-back\""), "{others}");

    let back = "/review/explain/take-back";
    let stale = send(&house, back, "asked=a+citizen+asked&generation=index-one&reason=misread").await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let fields = "asked=a+citizen+asked&generation=index-two&reason=misread+a+canary";
    let again = send(&house, back, &format!("{fields}&again=true")).await;
    assert!(again.status == 200 && again.text.contains("value=\"misread a canary\""), "{}", again.text);
    let undone = send(&house, back, fields).await;
    assert_eq!((undone.status.as_u16(), house.judgements().await), (303, 2), "{}", undone.text);
    house.run_again("three").await;
    let page = send(&house, "/review/explain", look).await.text;
    assert!(page.contains("The linkage puts them together") && !page.contains("you judged: "), "{page}");
}
