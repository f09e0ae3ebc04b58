//! The data steward: two records side by side, and a decision that is on the record.

use gate::EntryKind;
use model::{OfficerId, RecordId, Verdict};
use serde_json::{Value, json};
use state::Standing;

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, enter, form_token};

fn same(generation: &str) -> Value {
    json!({ "generation": generation, "verdict": "same", "reason": "one person, a slip of the pen" })
}

async fn judge(house: &House, body: &Value) -> Answer {
    house.ask(Ask::new("POST", "/api/v1/review/0/judgement").token(&house.token("steward")).json(body)).await
}

async fn kind_at(house: &House, index: u64) -> EntryKind {
    house.gate.entries(index..index + 1).await.unwrap().remove(0).entry.kind
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steward_sees_who_is_compared_and_nothing_else() {
    let house = House::new().await;
    let answer = house.ask(Ask::new("GET", "/api/v1/review/0").token(&house.token("steward"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let pair = answer.json();
    assert!(pair["open"].as_u64() > Some(0), "{pair}");
    assert_eq!(kind_at(&house, pair["log_index"].as_u64().unwrap()).await, EntryKind::Review);
    for side in ["left", "right"] {
        assert!(pair[side]["values"]["last_name"].is_string(), "{pair}");
        let columns = pair[side]["columns"].as_array().unwrap();
        assert!(columns.iter().all(|column| column["class"] == "identity"), "{pair}");
        assert!(!pair[side]["withheld"].as_array().unwrap().is_empty(), "{pair}");
    }
    for hidden in ["Mill Lane", "\"555-", "TN-", "LN-"] {
        assert!(!answer.text.contains(hidden), "{hidden} in {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_has_a_reason_and_an_entry() {
    let house = House::new().await;
    let judged = judge(&house, &same("index-one")).await;
    assert_eq!(judged.status, 200, "{}", judged.text);
    let index = judged.json()["log_index"].as_u64().unwrap();
    assert_eq!(kind_at(&house, index).await, EntryKind::Judgement);
    let entry = String::from_utf8(house.gate.entry_bytes(index).await.unwrap()).unwrap();
    assert!(!entry.contains("slip of the pen") && !entry.contains("account-steward"), "{entry}");

    let size = house.gate.log_size();
    for (verdict, reason) in [("perhaps", "one person, a slip of the pen"), ("same", "  "), ("", "")] {
        let answer = judge(&house, &json!({ "generation": "index-one", "verdict": verdict, "reason": reason })).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{verdict:?}");
    }
    assert_eq!(house.gate.log_size(), size, "what can't be read decides nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_of_another_generation_is_not_judged() {
    let house = House::new().await;
    let size = house.gate.log_size();
    for generation in ["index-zero", ""] {
        let answer = judge(&house, &same(generation)).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (409, "changed-meanwhile"), "{generation:?}");
    }
    assert_eq!(house.gate.log_size(), size, "nothing was written");
}

async fn post(house: &House, who: &str, path: &str, body: &Value) -> Answer {
    house.ask(Ask::new("POST", &format!("/api/v1/review/{path}")).token(&house.token(who)).json(body)).await
}

async fn get(house: &House, who: &str, path: &str) -> Value {
    let answer = house.ask(Ask::new("GET", &format!("/api/v1/review{path}")).token(&house.token(who))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_merge_takes_two_stewards() {
    let house = House::new().await;
    let before = get(&house, "steward", "").await;
    let open = before["open"].as_u64().unwrap();
    assert!(open > 1 && before["proposed"] == 0 && before["next"] == 0, "{before}");
    let pair = get(&house, "steward", "/0").await;
    assert_eq!(pair["second_reviewer"], json!(["same"]));
    assert!(pair["said"].is_null() && pair["next"] == 1, "{pair}");
    assert!(pair["effect"]["left_records"].as_u64() > Some(0), "{pair}");

    let first = post(&house, "steward", "0/judgement", &same("index-one")).await.json();
    assert_eq!(first["standing"], "proposed");
    // It waits for the other, not for whom proposed it.
    let (own, other) = (get(&house, "steward", "").await, get(&house, "second-steward", "").await);
    assert_eq!((own["open"].as_u64(), own["next"].as_u64()), (Some(open - 1), Some(1)));
    assert_eq!((other["open"].as_u64(), other["next"].as_u64()), (Some(open), Some(0)));
    assert_eq!(other["proposed"], 1);
    let again = post(&house, "steward", "0/judgement", &same("index-one")).await.json();
    assert_eq!(again["standing"], "proposed", "the same steward twice is not two");
    let said = get(&house, "second-steward", "/0").await["said"].clone();
    assert_eq!(
        (&said["verdict"], &said["standing"], &said["own"]),
        (&json!("same"), &json!("proposed"), &json!(false))
    );
    assert_eq!(said["log_index"], again["log_index"]);

    let second = post(&house, "second-steward", "0/judgement", &same("index-one")).await.json();
    assert_eq!(second["standing"], "judged");
    let after = get(&house, "steward", "").await;
    assert_eq!(
        (after["open"].as_u64(), &after["proposed"], &after["judged_since"]),
        (Some(open - 1), &json!(0), &json!(1))
    );
    let apart = json!({ "generation": "index-one", "verdict": "different", "reason": "father and son" });
    let judged = post(&house, "steward", "1/judgement", &apart);
    assert_eq!(judged.await.json()["standing"], "judged", "one steward may keep two people apart");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_steward_said_is_taken_back_by_that_steward() {
    let house = House::new().await;
    let back = json!({ "generation": "index-one", "reason": "I misread the year" });
    let size = house.gate.log_size();
    let answer = post(&house, "steward", "0/take-back", &back).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (404, "not-found"), "nothing was said yet");
    assert_eq!(house.gate.log_size(), size);
    let open = get(&house, "steward", "").await["open"].clone();
    let judgement = json!({ "generation": "index-one", "verdict": "different", "reason": "father and son" });
    assert_eq!(post(&house, "steward", "0/judgement", &judgement).await.json()["standing"], "judged");
    let answer = post(&house, "second-steward", "0/take-back", &back).await;
    assert_eq!(answer.status, 404, "another's word is not theirs to take back");
    let answer = post(&house, "steward", "0/take-back", &json!({ "generation": "index-one", "reason": " " })).await;
    assert_eq!(answer.status, 400);
    let answer = post(&house, "steward", "0/take-back", &json!({ "generation": "index-two", "reason": "x" })).await;
    assert_eq!(answer.problem(), "changed-meanwhile");
    let taken = post(&house, "steward", "0/take-back", &back).await.json();
    assert_eq!(taken["standing"], "taken-back");
    assert_eq!(kind_at(&house, taken["log_index"].as_u64().unwrap()).await, EntryKind::Judgement);
    assert!(get(&house, "steward", "/0").await["said"].is_null());
    assert_eq!(get(&house, "steward", "").await["open"], open);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_than_stewards_learn_nothing_of_the_queue() {
    let house = House::new().await;
    for who in ["officer", "citizen"] {
        let answer = house.ask(Ask::new("GET", "/api/v1/review").token(&house.token(who))).await;
        assert_eq!(answer.status, 403, "{who}: {}", answer.text);
        let answer = post(&house, who, "0/take-back", &json!({ "generation": "index-one", "reason": "x" })).await;
        assert_eq!(answer.status, 403, "{who}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_that_is_taken_back_leaves_no_judgement() {
    let house = House::new().await;
    assert_eq!(judge(&house, &same("index-one")).await.json()["standing"], "proposed");
    let back = json!({ "generation": "index-one", "reason": "I misread the year" });
    assert_eq!(post(&house, "steward", "0/take-back", &back).await.json()["standing"], "taken-back");
    assert!(get(&house, "second-steward", "/0").await["said"].is_null());
    assert_eq!(house.judgements().await, 0, "neither the proposal nor its end counts for anything");
    // One steward's word is still one: the proposal that ended doesn't make two of the next.
    let next = post(&house, "second-steward", "0/judgement", &same("index-one")).await.json();
    assert_eq!(next["standing"], "proposed");
    assert_eq!(judge(&house, &same("index-one")).await.json()["standing"], "judged");
    assert_eq!(house.judgements().await, 1);
}

/// A house in which somebody with an uncertain loan has another one that is surely theirs.
async fn with_three_records() -> (House, u64, Value) {
    let house = House::with(|folder| {
        let header = "loan_number,first_name,last_name,birth_date,owed,phone\n";
        let sure = format!("{header}LN-500,Farid,Okafor,1985-02-28,999,555-9999\n");
        folder.replace("incoming/loans_2025.csv", header, &sure);
    })
    .await;
    let mut number = 0;
    loop {
        let path = format!("/api/v1/review/{number}");
        let answer = house.ask(Ask::new("GET", &path).token(&house.token("steward"))).await;
        assert_eq!(answer.status, 200, "some pair has a person of several records: {}", answer.text);
        let pair = answer.json();
        if pair["cluster"]["links"].as_array().unwrap().iter().any(|link| link["is_pair"] == false) {
            return (house, number, pair);
        }
        number += 1;
    }
}

/// Gives the number of a link of the pair's persons that is not the pair itself.
fn other_link(pair: &Value) -> u64 {
    let links = pair["cluster"]["links"].as_array().unwrap();
    links.iter().find(|link| link["is_pair"] == false).unwrap()["number"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_comes_with_all_records_of_its_persons_within_reach_and_their_links() {
    let (_house, _, pair) = with_three_records().await;
    let records = pair["cluster"]["records"].as_array().unwrap();
    assert_eq!((records.len(), pair["cluster"]["left_out"].as_u64()), (3, Some(0)));
    assert!(records.iter().all(|record| record["row"]["values"]["last_name"] == "Okafor"), "{pair}");
    let is_one = pair["effect"]["is_one_person"] == true;
    assert_eq!(records[0]["person"] == records[1]["person"], is_one, "the two that are asked about come first: {pair}");
    for link in pair["cluster"]["links"].as_array().unwrap() {
        let sides = link["apart"].as_array().unwrap().iter().map(|side| side.as_u64().unwrap()).sum::<u64>();
        assert_eq!(sides, if is_one { 3 } else { 2 }, "{pair}");
    }
    for hidden in ["Mill Lane", "\"555-", "TN-", "LN-", "donations"] {
        assert!(!pair.to_string().contains(hidden), "{hidden} in {pair}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_cut_through_the_pages_with_a_reason_and_its_effect_told_before() {
    let (house, number, pair) = with_three_records().await;
    let session = enter(&house, "steward").await;
    let get = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    let post = async |path: &str, body: &str| {
        house.ask(Ask::new("POST", path).header("cookie", &session).text(FORM, body)).await
    };
    let link = other_link(&pair);
    let (at, path) = (format!("/review/{number}"), format!("/review/{number}/links/{link}"));
    let page = get(&at).await;
    assert!(
        page.text.contains("id=\"cluster\"") && page.text.matches(&format!("href=\"{path}\"")).count() == 2,
        "{}",
        page.text
    );

    let size = house.gate.log_size();
    let shown = get(&path).await;
    assert_eq!((shown.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", shown.text);
    assert_eq!(kind_at(&house, size).await, EntryKind::Review);
    for told in [
        "these two records are of two persons",
        "is taken apart",
        "would stand apart",
        "value=\"different\" accesskey=\"2\" aria-describedby=\"effect-2\" checked",
    ] {
        assert!(shown.text.contains(told), "{told} in {}", shown.text);
    }
    assert_eq!(house.judgements().await, 0);
    let token = form_token(&shown.text).to_owned();
    let form = |verdict: &str, reason: &str| {
        format!("form_token={token}&generation=index-one&verdict={verdict}&reason={reason}")
    };
    let silent = post(&path, &form("different", "")).await;
    assert!(silent.status == 400 && silent.text.contains("id=\"reason-wrong\""), "{}", silent.text);
    assert_eq!(post(&path, "form_token=AAAA&generation=index-one&verdict=different&reason=x").await.status, 403);
    assert_eq!(house.judgements().await, 0);

    let judged = post(&path, &form("different", "a+father+and+his+son")).await;
    assert_eq!(judged.status, 303, "{}", judged.text);
    let to = judged.headers["location"].to_str().unwrap();
    assert!(to.starts_with(&format!("{at}?decided=")) && to.ends_with(&format!("&link={link}")), "{to}");
    assert_eq!(house.judgements().await, 1);
    let after = get(to).await;
    assert!(
        after.text.contains("Judged: different persons") && after.text.contains("Your judgement was written"),
        "{}",
        after.text
    );
    let again = get(&path).await;
    assert!(again.text.contains(&format!("action=\"{path}/take-back\"")), "{}", again.text);
    let back =
        post(&format!("{path}/take-back"), &format!("form_token={token}&generation=index-one&reason=I+misread")).await;
    assert_eq!(back.status, 303, "{}", back.text);
    assert!(!get(&at).await.text.contains("Judged: different persons"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_leads_to_other_records() {
    let (house, number, _) = with_three_records().await;
    let session = enter(&house, "steward").await;
    let size = house.gate.log_size();
    for path in ["999999/links/0".to_owned(), format!("{number}/links/99"), format!("{number}/links/x")] {
        let answer = house.ask(Ask::new("GET", &format!("/review/{path}")).header("cookie", &session)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(house.gate.log_size(), size, "nobody was shown");
    for who in ["officer", "citizen", "engineer"] {
        let session = enter(&house, who).await;
        let path = format!("/review/{number}/links/0");
        assert_eq!(house.ask(Ask::new("GET", &path).header("cookie", &session)).await.status, 403, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_judged_by_the_api_as_a_pair_is() {
    let (house, number, pair) = with_three_records().await;
    let at = format!("{number}/links/{}", other_link(&pair));
    let shown = get(&house, "steward", &format!("/{at}")).await;
    assert!(shown["cluster"]["links"].as_array().unwrap().iter().any(|link| link["is_pair"] == true), "{shown}");
    let apart = json!({ "generation": "index-one", "verdict": "different", "reason": "a father and his son" });
    let judged = post(&house, "steward", &format!("{at}/judgement"), &apart).await;
    assert_eq!(judged.json()["standing"], "judged", "{}", judged.text);
    assert_eq!(house.judgements().await, 1);
    assert_eq!(get(&house, "steward", &format!("/{at}")).await["said"]["verdict"], "different");
    let back = json!({ "generation": "index-one", "reason": "I misread" });
    let back = post(&house, "steward", &format!("{at}/take-back"), &back).await;
    assert_eq!(back.json()["standing"], "taken-back", "{}", back.text);
    assert!(get(&house, "steward", &format!("/{at}")).await["said"].is_null());
    for who in ["officer", "citizen", "engineer", "dpo"] {
        assert_eq!(post(&house, who, &format!("{at}/judgement"), &apart).await.status, 403, "{who}");
    }
}

/// A house in which a steward proposed something of two records that are in no list: the number under which it waits.
async fn with_proposal() -> (House, u64) {
    let house = House::new().await;
    let record = |register: &str, key: &str| RecordId::from_key(&register.parse().unwrap(), &[Some(key)]);
    let (left, right) = (record("loans", "LN-0"), record("tax", "TN-48151"));
    let (by, leaf, at) = (OfficerId::new("account-steward").unwrap(), 3, house.now());
    let (different, proposed) = (Verdict::Different, Standing::Proposed);
    // Of an earlier generation of the index: it waits, whatever was built since.
    let noted = house.state.note_review("index-zero", (&left, &right), &by, different, proposed, leaf, at, (true, ""));
    noted.await.unwrap();
    (house, (1 << 50) + leaf)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_no_list_waits_for_a_second_steward_all_the_same() {
    let (house, number) = with_proposal().await;
    let (own, other) = (get(&house, "steward", "").await, get(&house, "second-steward", "").await);
    assert_eq!((own["open"].as_u64().unwrap() + 1, &own["next"]), (other["open"].as_u64().unwrap(), &json!(0)));
    assert_eq!((&other["next"], &other["proposed"]), (&json!(number), &json!(1)), "it comes before uncertain pairs");
    assert_eq!((&own["own_proposals"], &other["own_proposals"]), (&json!([number]), &json!([])));

    let waiting = get(&house, "second-steward", &format!("/{number}")).await;
    assert_eq!((&waiting["said"]["verdict"], &waiting["said"]["own"]), (&json!("different"), &json!(false)));
    assert_eq!(waiting["next"], 0, "and leads on to them");
    let told: f64 = waiting["fields"].as_array().unwrap().iter().map(|field| field["weight"].as_f64().unwrap()).sum();
    assert!(
        (told - waiting["weight"].as_f64().unwrap()).abs() < 1e-9,
        "nothing is said of what nobody kept: {waiting}"
    );
    let apart = json!({ "generation": "index-one", "verdict": "different", "reason": "two birth years" });
    let second = post(&house, "second-steward", &format!("{number}/judgement"), &apart).await;
    assert_eq!(second.json()["standing"], "judged", "{}", second.text);
    let after = get(&house, "second-steward", "").await;
    assert_eq!((&after["open"], &after["proposed"], &after["next"]), (&own["open"], &json!(0), &json!(0)));
    assert_eq!(get(&house, "steward", &format!("/{number}")).await["said"]["standing"], "judged");

    let back = json!({ "generation": "index-one", "reason": "I misread" });
    let back = post(&house, "second-steward", &format!("{number}/take-back"), &back).await;
    assert_eq!(back.json()["standing"], "taken-back", "{}", back.text);
    assert_eq!(get(&house, "second-steward", "").await["next"], number, "what the first proposed waits again");
    let own = json!({ "generation": "index-one", "reason": "they are father and son" });
    let own = post(&house, "steward", &format!("{number}/take-back"), &own).await;
    assert_eq!(own.json()["standing"], "taken-back", "{}", own.text);
    let gone = house.ask(Ask::new("GET", &format!("/api/v1/review/{number}")).token(&house.token("steward"))).await;
    assert_eq!(gone.status, 404, "nothing is proposed any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_for_stewards_and_taken_back_by_whom_made_it() {
    let (house, number) = with_proposal().await;
    for who in ["officer", "citizen", "engineer", "dpo"] {
        let asked = Ask::new("GET", &format!("/api/v1/review/{number}")).token(&house.token(who));
        assert_eq!(house.ask(asked).await.status, 403, "{who}");
    }
    let back = json!({ "generation": "index-one", "reason": "I misread" });
    let others = post(&house, "second-steward", &format!("{number}/take-back"), &back).await;
    assert_eq!(others.status, 404, "it is not theirs: {}", others.text);

    let session = enter(&house, "steward").await;
    let get_page = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    let path = format!("/review/{number}");
    assert!(get_page("/review").await.text.contains(&format!("href=\"{path}\"")), "their own is found again");
    let page = get_page(&path).await;
    assert!(page.text.contains("It waits for a second steward.") && !page.text.contains("1,125,899"), "{}", page.text);
    let body = format!("form_token={}&generation=index-one&reason=I+misread", form_token(&page.text));
    let back = house.ask(Ask::new("POST", &format!("{path}/take-back")).header("cookie", &session).text(FORM, &body));
    let back = back.await;
    assert_eq!(back.status, 303, "{}", back.text);
    let after = get_page(back.headers["location"].to_str().unwrap()).await;
    assert!(after.status == 200 && !after.text.contains(&path), "no link leads to what is gone: {}", after.text);
    assert_eq!(house.judgements().await, 0);
    assert_eq!(get(&house, "second-steward", "").await["proposed"], 0);
}
