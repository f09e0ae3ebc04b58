//! Refusals: they say why, they are in the log, and nothing gets out with them; and what an answer leaves out.

use gate::EntryKind;

use crate::house::{Answer, House, WHY, WITHHELD};

/// Checks that an answer is a refusal by this rule, and that the log has it.
async fn assert_refused(house: &House, answer: &Answer, rule: &str, asked: EntryKind) {
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(answer.problem(), "refused", "{}", answer.text);
    let problem = answer.json();
    let reasons = problem["reasons"].as_array().unwrap();
    let reason = reasons.iter().find(|reason| reason["rule"] == rule);
    let reason = reason.unwrap_or_else(|| panic!("{rule} is not among {}", problem["reasons"]));
    for key in ["says", "says_fr", "needed", "needed_fr"] {
        assert!(reason[key].as_str().is_some_and(|text| !text.is_empty()), "{rule} has no {key}");
    }
    let index = problem["log_index"].as_u64().unwrap();
    let logged = house.gate.entries(index..index + 1).await.unwrap().remove(0);
    assert_eq!((logged.leaf, logged.entry.kind, logged.entry.asked), (index, EntryKind::Refusal, Some(asked)));
    let rules: Vec<&str> = reasons.iter().map(|reason| reason["rule"].as_str().unwrap()).collect();
    assert_eq!(logged.entry.rules, rules);
}

/// Checks that a refusal by this rule tells what to do, in both languages.
fn assert_mend(answer: &Answer, rule: &str, english: &str, french: &str) {
    let problem = answer.json();
    let reason = problem["reasons"].as_array().unwrap().iter().find(|reason| reason["rule"] == rule).unwrap();
    for (key, mend) in [("needed", english), ("needed_fr", french)] {
        assert!(reason[key].as_str().unwrap().contains(mend), "{reason}");
    }
}

fn assert_nothing_personal(answer: &Answer) {
    for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde", "1984-03-12", "12500", WHY]) {
        assert!(!answer.text.contains(canary), "{canary} in {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_purpose_does_not_reach_is_refused_on_the_record() {
    let house = House::new().await;
    let (here, at_tax) = (house.ysolde_at("education"), house.ysolde_at("tax"));
    let refused = house.dossier("officer", &here, "party-finance").await;
    assert_refused(&house, &refused, "purpose.not-a-recipient", EntryKind::Look).await;
    assert_nothing_personal(&refused);
    let refused = house.dossier("tax-officer", &at_tax, "loan-relief").await;
    assert_refused(&house, &refused, "purpose.not-a-recipient", EntryKind::Look).await;
    assert_nothing_personal(&refused);
    let refused = house.search("officer", "no-such-purpose", "Quillfeather").await;
    assert_refused(&house, &refused, "purpose.unknown", EntryKind::Search).await;
    assert_nothing_personal(&refused);
    let refused = house.search("officer", "own-data", "Quillfeather").await;
    assert_refused(&house, &refused, "purpose.not-for-one-person", EntryKind::Search).await;
    assert_nothing_personal(&refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_has_a_budget_and_a_purpose_an_end() {
    let house = House::new().await;
    let found = house.search("officer", "loan-relief", "Okafor").await.json();
    let persons: Vec<&str> =
        found["hits"].as_array().unwrap().iter().map(|hit| hit["person"].as_str().unwrap()).collect();
    for person in &persons[..3] {
        assert_eq!(house.dossier("officer", person, "loan-relief").await.status, 200);
    }
    let refused = house.dossier("officer", persons[3], "loan-relief").await;
    assert_refused(&house, &refused, "budget.exceeded", EntryKind::Look).await;
    assert_mend(&refused, "budget.exceeded", "come back tomorrow", "revenez demain");
    assert!(!refused.text.contains("Okafor"), "{}", refused.text);
    assert_eq!(house.dossier("officer", persons[0], "loan-relief").await.status, 200, "opened before, so still open");
    house.clock.set("2026-07-01T09:00:00Z".parse().unwrap());
    let refused = house.dossier("officer", persons[0], "loan-relief").await;
    assert_refused(&house, &refused, "purpose.expired", EntryKind::Look).await;
    assert_mend(&refused, "purpose.expired", "has it approved anew", "fait approuver de nouveau");
}

#[tokio::test(flavor = "multi_thread")]
async fn withheld_values_are_not_in_the_bytes() {
    let house = House::new().await;
    let found = house.search("officer", "loan-relief", "Ysolde Quillfeather").await;
    assert_eq!(found.status, 200, "{}", found.text);
    let person = house.ysolde_at("education");
    assert_eq!(found.json()["hits"][0]["person"], person.as_str());
    let answer = house.dossier("officer", &person, "loan-relief").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for given in ["Quillfeather", "1984-03-12", "12500"] {
        assert!(answer.text.contains(given), "{given} is given: {}", answer.text);
    }
    for canary in WITHHELD {
        assert!(!found.text.contains(canary), "{canary} in what the search shows");
        assert!(!answer.text.contains(canary), "{canary} in the dossier");
    }
    let sections = answer.json()["sections"].clone();
    let registers: Vec<&str> =
        sections.as_array().unwrap().iter().map(|section| section["register"].as_str().unwrap()).collect();
    assert_eq!(registers.len(), 2, "{registers:?}");
    assert!(registers.contains(&"tax") && registers.contains(&"loans"), "{registers:?}");
    let reasons = answer.json()["reasons"].as_array().unwrap().clone();
    for section in sections.as_array().unwrap() {
        for column in section["withheld"].as_array().unwrap() {
            let reason = &reasons[usize::try_from(column["reason"].as_u64().unwrap()).unwrap()];
            assert!(reason["says"].as_str().is_some_and(|says| !says.is_empty()), "{column}");
        }
        let columns: Vec<&str> =
            section["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
        for record in section["records"].as_array().unwrap() {
            let values: Vec<&String> = record["values"].as_object().unwrap().keys().collect();
            assert_eq!(values.len(), columns.len(), "{record}");
            assert!(values.iter().all(|name| columns.contains(&name.as_str())), "{record}");
        }
    }
    let said: std::collections::HashSet<String> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), reasons.len(), "a reason is said twice");
    // The canaries are hers: she sees them herself, so their absence above is no accident.
    let own = house.own_records().await;
    for canary in WITHHELD {
        assert!(own.text.contains(canary), "{canary} is not among her records: {}", own.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_that_auditors_read_holds_nothing_personal() {
    let house = House::new().await;
    house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await;
    house.dossier("officer", &house.ysolde_at("education"), "party-finance").await;
    let token = house.token("dpo");
    let entries = house.ask(crate::house::Ask::new("GET", "/api/v1/log/entries?limit=500").token(&token)).await;
    assert_eq!(entries.status, 200);
    assert_nothing_personal(&entries);
    for hidden in ["account-officer", "CASE-7"] {
        assert!(!entries.text.contains(hidden), "{hidden} is in the log");
    }
    let page = entries.json();
    let count = page["entries"].as_array().unwrap().len() as u64;
    assert_eq!((page["size"].as_u64(), page["next"].as_u64()), (Some(count), None));
    let refusals = house.ask(crate::house::Ask::new("GET", "/api/v1/log/entries?kind=refusal").token(&token)).await;
    assert_eq!(refusals.json()["entries"].as_array().unwrap().len(), 1);
    assert_eq!(refusals.json()["next"], serde_json::Value::Null);
}
