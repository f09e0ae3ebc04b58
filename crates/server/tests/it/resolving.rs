//! Whose a record is that comes by itself, over HTTP.

use crate::house::{Answer, Ask, House, WHY, WITHHELD, new_loan, work};

impl House {
    async fn resolve(&self, who: &str, body: &serde_json::Value) -> Answer {
        self.ask(Ask::new("POST", "/api/v1/resolve").token(&self.token(who)).json(body)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_the_person_as_the_askers_agency_does() {
    let house = House::new().await;
    let answer = house.resolve("officer", &new_loan("LN-NEW")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let found = answer.json();
    assert_eq!(found["person"], house.ysolde_at("education").as_str());
    assert!(found["link"]["weight"].as_f64() > Some(0.0) && found["link"]["alone"] == false, "{found}");
    let fields = found["link"]["fields"].as_array().unwrap();
    assert!(fields.iter().any(|field| field["name"] == "last_name" && field["right"][0] == "Quillfeather"), "{found}");
    assert_eq!(found["kept_until"], "2026-06-03T12:00:00Z");
    for other in ["tax", "elections"] {
        assert!(!answer.text.contains(&house.ysolde_at(other)), "the pseudonym of {other} is in the answer");
    }
    for canary in WITHHELD.iter().chain(&[WHY, "CASE-7"]) {
        assert!(!answer.text.contains(canary), "{canary} in {}", answer.text);
    }
    // She sees that she was looked for.
    let looks = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.json();
    let look = looks["looks"].as_array().unwrap().iter().find(|look| look["log_index"] == found["log_index"]);
    assert_eq!(look.unwrap()["kind"], "search");

    let mut stranger = new_loan("LN-OTHER");
    stranger["values"] =
        serde_json::json!({ "first_name": "Zebedee", "last_name": "Quux", "birth_date": "1991-07-30" });
    let nobody = house.resolve("officer", &stranger).await.json();
    assert!(nobody["person"].is_null() && nobody.get("link").is_none(), "{nobody}");
}

/// A register's files write numbers and dates in their own ways; the id of a record hangs on the values.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_the_same_however_its_key_is_written() {
    let house = House::with(|folder| {
        folder.replace("registers/loans.toml", "key = [\"loan_number\"]", "key = [\"loan_number\", \"owed\"]");
    })
    .await;
    let with_key = |number: &str, owed: &str| {
        let mut body = new_loan(number);
        body["key"]["owed"] = owed.into();
        body
    };
    for owed in ["12500", " 0012500 "] {
        let answer = house.resolve("officer", &with_key("LN-70017", owed)).await;
        assert_eq!(answer.problem(), "refused", "{owed}: {}", answer.text);
        assert!(answer.text.contains("resolve.record-known"), "{owed}: {}", answer.text);
    }
    assert_eq!(house.resolve("officer", &with_key("LN-70017", "00125")).await.status, 200, "another loan");

    let explain = async |left: &str| {
        let mut body = work("review-links");
        (body["left"], body["right"]) = (left.into(), "tax:TN-48151".into());
        house.ask(Ask::new("POST", "/api/v1/review/explain").token(&house.token("steward")).json(&body)).await
    };
    for named in ["loans:LN-70017,12500", "loans: LN-70017 , 0012500"] {
        let answer = explain(named).await;
        assert_eq!(answer.status, 200, "{named}: {}", answer.text);
        assert_eq!(answer.json()["outcome"]["outcome"], "together", "{named}");
    }
    let nowhere = explain("nosuch:LN-70017").await;
    assert_eq!(nowhere.status, 404, "{}", nowhere.text);
    for named in ["loans:LN-70017", "loans:LN-70017,", "loans:LN-70017,x", "loans:LN-70017,12500,1"] {
        let answer = explain(named).await;
        assert_eq!((answer.status, &answer.text), (nowhere.status, &nowhere.text), "{named}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_be_asked_says_why() {
    let house = House::new().await;
    for (who, field, value, kind) in [
        ("officer", "register", "donations", "refused"),
        ("officer", "register", "tax", "refused"),
        ("officer", "case", "", "refused"),
        ("tax-officer", "register", "tax", "refused"),
        ("citizen", "register", "loans", "refused"),
        ("officer", "key", "", "bad-request"),
        ("officer", "values", "", "bad-request"),
    ] {
        let mut body = new_loan("LN-NEW");
        let is_map = matches!(field, "key" | "values");
        body[field] = if is_map { serde_json::json!({ "last_name": "Quillfeather" }) } else { value.into() };
        let answer = house.resolve(who, &body).await;
        assert_eq!(answer.problem(), kind, "{who}, {field}: {}", answer.text);
        assert_eq!(answer.json()["log_index"].is_u64(), kind == "refused", "{who}, {field}: {}", answer.text);
        for hidden in ["Ysolde", "Quillfeather", WHY] {
            assert!(!answer.text.contains(hidden), "{hidden} in {}", answer.text);
        }
    }
    let mut long = new_loan("LN-NEW");
    long["values"]["last_name"] = "q".repeat(201).into();
    assert_eq!(house.resolve("officer", &long).await.problem(), "bad-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_records_could_not_be_read_there_is_no_answer() {
    let house = House::new().await;
    house.resolving.has_failed();
    let answer = house.resolve("officer", &new_loan("LN-NEW")).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"), "{}", answer.text);
    assert_eq!(answer.headers["retry-after"], "5");
}
