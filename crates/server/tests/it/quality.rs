//! How good the linkage is: for data stewards and data protection officers, in counts, and no look at anybody.

use gate::EntryKind;
use serde_json::json;

use crate::house::{Ask, House, WITHHELD};
use crate::pages::{FORM, enter, form_token};

#[tokio::test(flavor = "multi_thread")]
async fn it_is_for_stewards_and_data_protection_officers_and_shows_nobody() {
    let house = House::new().await;
    assert_eq!(house.ask(Ask::new("GET", "/quality")).await.status, 303);
    for who in ["officer", "tax-officer", "auditor", "engineer", "citizen"] {
        let session = enter(&house, who).await;
        let answer = house.ask(Ask::new("GET", "/quality").header("cookie", &session)).await;
        assert_eq!(answer.status, 403, "{who}");
        assert!(!answer.text.contains("href=\"/quality\""), "{who}");
    }
    let size = house.gate.log_size();
    for who in ["steward", "dpo"] {
        let session = enter(&house, who).await;
        for language in ["en", "fr"] {
            let ask = Ask::new("GET", "/quality").header("cookie", &session).header("accept-language", language);
            let page = house.ask(ask).await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert!(page.text.contains("<a href=\"/quality\" aria-current=\"page\">"), "{who}");
            for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde", "Okafor", "account-"]) {
                assert!(!page.text.contains(canary), "{canary}");
            }
            assert!(!page.text.contains("NaN"), "{}", page.text);
            // Every picture stands beside its table.
            assert_eq!(page.text.matches("<figure").count(), 2);
            assert_eq!(page.text.matches("<figure").count(), page.text.matches("<details class=\"more\">").count());
        }
    }
    assert_eq!(house.gate.log_size(), size, "looking at counts is no look");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_gives_what_the_last_run_kept() {
    let house = House::new().await;
    let found = house.ask(Ask::new("GET", "/api/v1/linkage/quality").token(&house.token("dpo"))).await;
    assert_eq!(found.status, 200, "{}", found.text);
    let watch = &found.json()["watch"];
    let records = watch["shape"]["records"].as_u64().unwrap();
    assert!(records > 100 && watch["shape"]["persons"].as_u64() < Some(records), "{watch}");
    assert_eq!((&watch["drift"], &watch["past"]), (&json!(null), &json!([])));
    let doubts = watch["doubts"].as_array().unwrap();
    assert!(!doubts.is_empty() && doubts.iter().all(|doubt| doubt["kind"].is_string()), "few records settle little");
    for group in watch["columns"].as_array().unwrap().iter().flat_map(|column| column["groups"].as_array().unwrap()) {
        assert!(group["shape"]["persons"].as_u64() >= Some(linkage::PERSONS_MIN), "{group}");
    }
    let session = enter(&house, "dpo").await;
    let page = house.ask(Ask::new("GET", "/quality").header("cookie", &session)).await.text;
    assert!(page.contains("too few") || page.contains("can’t be estimated yet"), "nobody has judged anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_gone_through_in_its_own_order() {
    let house = House::new().await;
    let get = async |who: &str, path: &str| {
        let answer = house.ask(Ask::new("GET", &format!("/api/v1/review{path}")).token(&house.token(who))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    let before = get("steward", "").await;
    let (open, first) = (before["sample"]["open"].as_u64().unwrap(), before["sample"]["next"].as_u64().unwrap());
    assert!(open > 10 && before["sample"]["judged"] == 0, "{before}");
    let size = house.gate.log_size();
    let pair = get("steward", &format!("/{first}?list=sample")).await;
    assert_eq!((&pair["sampled"], &pair["open"]), (&json!(true), &json!(open)));
    assert_eq!(house.gate.entries(size..size + 1).await.unwrap().remove(0).entry.kind, EntryKind::Review);
    let second = pair["next"].as_u64().unwrap();
    assert_ne!(second, first);
    let session = enter(&house, "steward").await;
    let page = house.ask(Ask::new("GET", &format!("/review/{first}?list=sample")).header("cookie", &session)).await;
    assert!(page.text.contains("drawn at random") && page.text.contains("name=\"list\" value=\"sample\""));
    assert!(page.text.contains(&format!("href=\"/review/{second}?list=sample\"")), "{}", page.text);
    let form_token = form_token(&page.text);
    let body = format!("form_token={form_token}&generation=index-one&verdict=different&reason=two+people&list=sample");
    let judged = house
        .ask(
            Ask::new("POST", &format!("/review/{first}"))
                .header("cookie", &session)
                .header("origin", "http://localhost")
                .text(FORM, &body),
        )
        .await;
    assert_eq!(judged.status, 303, "{}", judged.text);
    let onward = judged.headers["location"].to_str().unwrap();
    assert!(onward.starts_with(&format!("/review/{second}?decided=")) && onward.ends_with("&list=sample"), "{onward}");
    let after = get("steward", "").await;
    assert_eq!((&after["sample"]["open"], &after["sample"]["judged"]), (&json!(open - 1), &json!(1)));
    assert_eq!(after["sample"]["next"], json!(second));
}
