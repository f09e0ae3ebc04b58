//! What pages show of runs, deliveries, quarantine and households, over the API.

use std::time::Duration;

use gate::EntryKind;
use serde_json::{Value, json};
use tlog::fault::Fault;
use tokio::time::sleep;

use crate::house::{Ask, House, WITHHELD, work};

const TAX: &str = "incoming/tax_2025.csv";

/// How often it is asked how far a delivery is, and how long is waited between: more than a slow machine needs for a few rows.
const ASKS_MAX: u32 = 600;
const BETWEEN: Duration = Duration::from_millis(100);

/// Has a register's delivery read in, and gives what became of it and all that was answered.
async fn read_in(house: &House, register: &str) -> (Value, String) {
    let token = house.token("engineer");
    let path = format!("/api/v1/registers/{register}/deliveries");
    let mut answer = house.ask(Ask::new("POST", &path).token(&token)).await;
    for _ in 0..ASKS_MAX {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let told = answer.json();
        if told["state"] != "under-way" {
            return (told, answer.text);
        }
        sleep(BETWEEN).await;
        let path = format!("/api/v1/deliveries/{}", told["number"]);
        answer = house.ask(Ask::new("GET", &path).token(&token)).await;
    }
    panic!("the delivery of {register} is under way after {ASKS_MAX} asks: {}", answer.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_reads_a_delivery_in_and_is_told_why_rows_are_in_quarantine() {
    let house = House::new().await;
    let token = house.token("engineer");
    let get = async |path: &str| house.ask(Ask::new("GET", path).token(&token)).await;
    let size = house.gate.log_size();
    let (unchanged, _) = read_in(&house, "tax").await;
    assert_eq!((&unchanged["state"], &unchanged["register"]), (&json!("unchanged"), &json!("tax")));
    assert_eq!(house.gate.log_size(), size, "nothing was written");

    let header = "tax_number,first_name,last_name,birth_date,street,district,income\n";
    let bad = format!("{header}TN-900,Canary,Canary,never,9 Canary Lane,North,1.00\n");
    house.folder().replace(TAX, header, &bad);
    let (taken, text) = read_in(&house, "tax").await;
    assert_eq!((&taken["state"], &taken["quarantined"]), (&json!("taken"), &json!(1)), "{text}");
    assert_eq!(json!([taken["new"], taken["changed"], taken["gone"]]), json!([0, 0, 0]));
    let leaf = taken["log_index"].as_u64().unwrap();
    let entry = house.gate.entries(leaf..leaf + 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.quarantined), (EntryKind::Ingest, Some(1)));

    let quarantine = get("/api/v1/registers/tax/quarantine").await;
    let told = quarantine.json();
    assert_eq!((&told["rows"], &told["keeps"]), (&json!(1), &json!(false)), "{}", quarantine.text);
    let reason = &told["runs"][0]["reasons"][0];
    assert_eq!((&reason["code"], &reason["column"]), (&json!("not-a-date"), &json!("birth_date")));
    assert_eq!(reason["places"], json!(["incoming/tax_2025.csv:2"]));

    // Runs are named by their moment.
    house.clock.advance(chrono::TimeDelta::minutes(1));
    // A delivery that has not the register's columns: nothing is taken, and what stands for a column is not repeated.
    house.folder().replace(TAX, header, "TN-900,Canary,Canary-Smith,1970-01-01,9 Canary Lane,North,1.00\n");
    let (refused, refused_text) = read_in(&house, "tax").await;
    assert_eq!(refused["state"], "not-taken", "{refused_text}");
    assert!(refused["why"].as_str().is_some_and(|why| !why.is_empty()), "{refused_text}");

    let runs = get("/api/v1/runs").await;
    let told = runs.json();
    let listed = told["runs"].as_array().unwrap();
    let became = |did: &str, became: &str| listed.iter().any(|run| run["did"] == did && run["became"] == became);
    for (did, what) in [("ingest", "done"), ("ingest", "not-taken"), ("link", "done"), ("index", "in-service")] {
        assert!(became(did, what), "{did} {what} in {}", runs.text);
    }
    let not_taken = listed.iter().find(|run| run["became"] == "not-taken").unwrap();
    assert_eq!((&not_taken["delivery"], &not_taken["why"]), (&refused["number"], &refused["why"]));
    let before = get("/api/v1/runs?before=0").await;
    assert_eq!(before.json()["runs"], json!([]), "{}", before.text);

    for canary in WITHHELD.iter().chain(&["Canary", "Ysolde", "Okafor"]) {
        for text in [&text, &quarantine.text, &refused_text, &runs.text] {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
    }
    for unknown in
        ["/api/v1/deliveries/99", "/api/v1/registers/nothing/quarantine", "/api/v1/registers/..%2Ftax/quarantine"]
    {
        assert_eq!(get(unknown).await.problem(), "not-found", "{unknown}");
    }
    for who in ["officer", "steward", "dpo", "citizen"] {
        for (method, path) in [
            ("GET", "/api/v1/runs"),
            ("GET", "/api/v1/registers/tax/quarantine"),
            ("POST", "/api/v1/registers/tax/deliveries"),
            ("GET", "/api/v1/deliveries/1"),
        ] {
            let answer = house.ask(Ask::new(method, path).token(&house.token(who))).await;
            assert_eq!(answer.problem(), "wrong-role", "{who} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_is_a_search_by_address_and_on_the_record() {
    let house = House::with(|folder| {
        folder.replace("purposes/loan-relief.toml", "address = \"district\"", "address = \"value\"");
        let split = "split_part(street, ' ', 1) as house_number, \
            substr(street, strpos(street, ' ') + 1) as street, district";
        folder.replace("models/tax_person.sql", "street, district", split);
    })
    .await;
    let token = house.token("officer");
    let ask = async |address: &str| {
        let mut body = work("loan-relief");
        body["address"] = json!(address);
        house.ask(Ask::new("POST", "/api/v1/search/household").token(&token).json(&body)).await
    };
    let size = house.gate.log_size();
    let found = ask("7 Nightingale Row").await;
    assert_eq!(found.status, 200, "{}", found.text);
    let told = found.json();
    let people =
        |part: &str| -> Vec<Value> { told[part].as_array().unwrap().iter().map(|hit| hit["person"].clone()).collect() };
    assert_eq!(people("here"), [json!(house.ysolde_at("education"))], "{}", found.text);
    assert!(!people("alike").contains(&json!(house.ysolde_at("education"))));
    assert_eq!((told["log_index"].as_u64(), house.gate.log_size()), (Some(size), size + 1));
    let entry = house.gate.entries(size..size + 1).await.unwrap().remove(0).entry;
    assert_eq!(entry.kind, EntryKind::Search);
    // A street names no house, so nobody is said to be at it.
    let street = ask("Nightingale Row").await.json();
    assert_eq!(street["here"], json!([]));
    assert!(!street["alike"].as_array().unwrap().is_empty());
    let mut body = work("loan-relief");
    body["adress"] = json!("7 Nightingale Row");
    let misspelt = house.ask(Ask::new("POST", "/api/v1/search/household").token(&token).json(&body)).await;
    assert_eq!(misspelt.problem(), "bad-request");
    assert!(!misspelt.text.contains("Nightingale"), "{}", misspelt.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_addresses_are_hidden_nobody_is_searched_for_by_one() {
    let house = House::new().await;
    let mut body = work("loan-relief");
    body["address"] = json!("7 Nightingale Row");
    let size = house.gate.log_size();
    for path in ["/api/v1/search/household", "/api/v1/search"] {
        let answer = house.ask(Ask::new("POST", path).token(&house.token("officer")).json(&body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "bad-request"),
            "{path}: {}",
            answer.text
        );
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("address") && !detail.contains("Nightingale"), "{path}: {detail}");
    }
    assert_eq!(house.gate.log_size(), size, "nothing was compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_delivery_failed_is_told_however_often_it_is_asked() {
    let house = House::new().await;
    let header = "tax_number,first_name,last_name,birth_date,street,district,income\n";
    house.folder().replace(TAX, header, &format!("{header}TN-901,Canary,Canary,1970-01-01,9 Canary Lane,North,1.00\n"));
    house.log.fail_at(house.log.writes(), Fault::DiskFull);
    let (failed, text) = read_in(&house, "tax").await;
    assert_eq!((&failed["state"], &failed["register"]), (&json!("failed"), &json!("tax")), "{text}");
    for told in ["why", "event"] {
        assert!(failed[told].as_str().is_some_and(|told| !told.is_empty()), "{told} in {text}");
    }
    assert!(!text.contains("Canary") && failed["log_index"].is_null(), "{text}");
    let path = format!("/api/v1/deliveries/{}", failed["number"]);
    for _ in 0..2 {
        let again = house.ask(Ask::new("GET", &path).token(&house.token("engineer"))).await;
        assert_eq!((again.status.as_u16(), again.json()), (200, failed.clone()), "{}", again.text);
    }
}
