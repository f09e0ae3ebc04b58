//! The data steward: two records side by side, and a decision that is on the record.

use gate::EntryKind;
use serde_json::{Value, json};

use crate::house::{Answer, Ask, House};

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
