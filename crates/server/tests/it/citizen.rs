//! The citizen: who looked, and who was refused.

use serde_json::Value;

use crate::house::{Answer, Ask, House, WHY, forked_checkpoint};
use crate::pages::enter;

impl House {
    pub(crate) async fn own_records(&self) -> Answer {
        let answer = self.ask(Ask::new("GET", "/api/v1/me/records").token(&self.token("citizen"))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_sees_the_look_and_the_refusal() {
    let house = House::new().await;
    let person = house.ysolde_at("education");
    let look = house.dossier("officer", &person, "loan-relief").await.json();
    let refusal = house.dossier("officer", &person, "party-finance").await.json();
    let other = house.search("officer", "loan-relief", "Farid Haddad").await.json();

    let answer = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let list = answer.json();
    let looks = list["looks"].as_array().unwrap();
    let at = |index: &Value| looks.iter().find(|look| look["log_index"] == *index);

    let seen = at(&look["log_index"]).expect("the look is in the list");
    assert_eq!(
        (&seen["kind"], &seen["agency"], &seen["purpose"]),
        (&"look".into(), &"education".into(), &"loan-relief".into())
    );
    assert_eq!(seen["justification"], WHY);
    assert_eq!(seen["legal_basis"][1], "Loan Relief Act, art. 4");
    assert_eq!(seen["refused"], serde_json::json!([]));
    let refused = at(&refusal["log_index"]).expect("the refusal is in the list");
    assert_eq!(refused["purpose"], "party-finance");
    assert!(refused["refused"].as_array().unwrap().contains(&"purpose.not-a-recipient".into()), "{refused}");
    assert!(at(&other["log_index"]).is_none(), "a search that showed others is not about her");

    assert!(list["log_index"].as_u64() > refusal["log_index"].as_u64(), "her reading is in the log too");
    assert!(!answer.text.contains("account-officer") && !answer.text.contains("CASE-7"), "{}", answer.text);
    let keys = list["keys"].as_array().unwrap();
    assert!(keys.len() == 1 && keys[0].as_str().is_some_and(|key| key.len() == 64), "{} keys", keys.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_can_prove_an_entry_and_verify_the_log() {
    let house = House::new().await;
    let token = house.token("citizen");
    let look = house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.json();
    let path = format!("/api/v1/log/entries/{}", look["log_index"]);
    let proof = house.ask(Ask::new("GET", &path).token(&token)).await.json();
    assert_eq!(proof["entry"]["kind"], "look");
    assert!(proof["checkpoint"].as_str().unwrap().starts_with("small.example/log\n"), "{proof}");
    let saved = house.ask(Ask::new("GET", "/api/v1/log/checkpoint").token(&token)).await;
    assert_eq!(saved.headers["content-type"], "text/plain; charset=utf-8");
    let body = serde_json::json!({ "checkpoint": saved.text });
    let verified = house.ask(Ask::new("POST", "/api/v1/log/verify").token(&token).json(&body)).await.json();
    assert_eq!((&verified["verified"], &verified["fault"]), (&true.into(), &Value::Null), "{verified}");
    let body = serde_json::json!({ "checkpoint": forked_checkpoint() });
    let verified = house.ask(Ask::new("POST", "/api/v1/log/verify").token(&token).json(&body)).await.json();
    assert_eq!(verified["verified"], false, "the log once said otherwise: {verified}");
    // What is no checkpoint says nothing of the log, and nobody may take it for a log that doesn't hold.
    for checkpoint in ["", "hello", saved.text.replace('\n', " ").as_str(), saved.text.trim_end()] {
        let body = serde_json::json!({ "checkpoint": checkpoint });
        let answer = house.ask(Ask::new("POST", "/api/v1/log/verify").token(&token).json(&body)).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.text.contains("no saved checkpoint") && !answer.text.contains("verified"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_refused_a_look_and_what_ties_a_record_are_told_in_words() {
    let house = House::new().await;
    assert_eq!(house.dossier("officer", &house.ysolde_at("education"), "party-finance").await.status, 403);
    let session = enter(&house, "citizen").await;
    let get = async |language: &str, path: &str| {
        let cookies = format!("{session}; lucarne_lang={language}");
        let page = house.ask(Ask::new("GET", path).header("cookie", &cookies)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page.text
    };
    let own = house.own_records().await.json();
    let sections = own["sections"].as_array().unwrap().iter();
    let names: Vec<&str> = sections.filter_map(|section| section["records"][0]["name"].as_str()).collect();
    assert!(!names.is_empty(), "{own}");
    for (language, says, speaks, bits, named) in [
        (
            "en",
            "The purpose is not meant for whoever asked",
            "speaks for this record being yours",
            "in bits",
            "Your name, as most of these records write it",
        ),
        (
            "fr",
            "La finalité n’est pas destinée à l’auteur de la demande",
            "indique que cet enregistrement vous concerne",
            "en bits",
            "Votre nom, comme l’écrivent la plupart de ces enregistrements",
        ),
    ] {
        let looks = get(language, "/me").await;
        let (_, after) = looks.split_once(says).unwrap_or_else(|| panic!("{says} in {looks}"));
        assert!(after.contains("<span class=\"small soft\"><code>purpose.not-a-recipient</code></span>"), "{looks}");
        let mut pages = vec![get(language, "/me/records").await];
        for name in &names {
            pages.push(get(language, &format!("/me/records/{name}/contest")).await);
        }
        assert!(pages[0].contains(named), "{}", pages[0]);
        assert!(pages[0].contains(speaks) && pages[1..].iter().any(|page| page.contains(speaks)), "{}", pages[0]);
        assert!(pages.iter().all(|page| !page.contains(bits)), "{bits}");
    }
}
