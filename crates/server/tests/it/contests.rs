//! A citizen contests that a record is theirs: on the record, held until a steward judges it, and theirs to take back.

use gate::EntryKind;
use serde_json::{Value, json};

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, enter, form_token};

const REASON: &str = "I never borrowed a canary cent";

impl House {
    async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.ask(Ask::new("POST", path).token(&self.token(who)).json(body)).await
    }

    async fn contest(&self, name: &str) -> Answer {
        self.post("citizen", &format!("/api/v1/me/records/{name}/contest"), &json!({ "reason": REASON })).await
    }

    async fn take_back(&self, name: &str) -> Answer {
        self.post("citizen", &format!("/api/v1/me/records/{name}/take-back"), &json!({})).await
    }

    /// Gives the name of the citizen's record of a register.
    async fn own_name(&self, register: &str) -> String {
        let own = self.own_records().await.json();
        let sections = own["sections"].as_array().unwrap();
        let section = sections.iter().find(|section| section["register"] == register).unwrap();
        section["records"][0]["name"].as_str().unwrap().to_owned()
    }

    async fn review(&self, who: &str, path: &str) -> Value {
        let answer = self.ask(Ask::new("GET", &format!("/api/v1/review{path}")).token(&self.token(who))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Gives since when each record of Ysolde's dossier is contested, by register.
    async fn marks(&self) -> Vec<(String, Value)> {
        let answer = self.dossier("officer", &self.ysolde_at("education"), "loan-relief").await;
        assert!(!answer.text.contains("canary cent") && !answer.text.contains("\"name\":\"r-"), "{}", answer.text);
        let sections = answer.json()["sections"].as_array().unwrap().clone();
        let mark = |section: &Value| {
            (section["register"].as_str().unwrap().to_owned(), section["records"][0]["contested_since"].clone())
        };
        sections.iter().map(mark).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contested_record_is_marked_judged_first_and_settled() {
    let house = House::new().await;
    let open = house.review("steward", "").await["open"].as_u64().unwrap();
    let name = house.own_name("loans").await;
    let made = house.contest(&name).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["standing"], &made["record"], &made["register"]),
        (&json!("open"), &json!(name), &json!("loans"))
    );
    let leaf = made["log_index"].as_u64().unwrap();
    let entry = house.gate.entries(leaf..leaf + 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.by, entry.subjects), (EntryKind::Contest, gate::By::Citizen, 1));
    let bytes = String::from_utf8(house.gate.entry_bytes(leaf).await.unwrap()).unwrap();
    assert!(!bytes.contains("canary") && !bytes.contains("account-citizen"), "{bytes}");
    assert_eq!(house.judgements().await, 1, "it counts from the next run of linking on");

    // Officers see that it is contested and since when.
    let marks = house.marks().await;
    let since = |register: &str| marks.iter().find(|(of, _)| of == register).unwrap().1.clone();
    assert_eq!((since("loans"), since("tax")), (json!("2026-05-04T12:00:00Z"), Value::Null));
    // Her own list of looks has it, with her words.
    let looks = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.json();
    let look = looks["looks"].as_array().unwrap().iter().find(|look| look["log_index"] == leaf).unwrap();
    assert_eq!((&look["kind"], &look["justification"]), (&json!("contest"), &json!(REASON)));

    // Stewards get it first, with the reason and without the account.
    let progress = house.review("steward", "").await;
    assert_eq!((progress["open"].as_u64(), &progress["contested"]), (Some(open + 1), &json!(1)));
    let number = progress["next"].as_u64().unwrap();
    assert!(number > open, "{progress}");
    let pair = house.review("steward", &format!("/{number}")).await;
    assert_eq!((&pair["contested"]["record"], &pair["contested"]["reason"]), (&json!("left"), &json!(REASON)));
    assert_eq!((&pair["left"]["register"], &pair["next"]), (&json!("loans"), &json!(0)), "the others come after it");
    assert!(!pair.to_string().contains("account-citizen"), "{pair}");
    assert!(pair["effect"]["is_one_person"] == true && pair["weight"].as_f64() > Some(0.0), "{pair}");

    let judgement = json!({ "generation": "index-one", "verdict": "different", "reason": "another birth place" });
    let judged = house.post("steward", &format!("/api/v1/review/{number}/judgement"), &judgement).await;
    assert_eq!(judged.json()["standing"], "judged", "{}", judged.text);
    let own = house.own_records().await.json();
    let contest = &own["contests"][0];
    assert_eq!((&contest["standing"], &contest["ended_log_index"]), (&json!("different"), &judged.json()["log_index"]));
    assert!(house.marks().await.iter().all(|(_, since)| since.is_null()), "it is settled");
    assert_eq!(house.review("steward", "").await["contested"], 0);
    assert_eq!(house.take_back(&name).await.status, 404, "what was judged is not theirs to take back");

    // The steward takes the judgement back: it is contested again.
    let back = json!({ "generation": "index-one", "reason": "I misread the place" });
    let taken = house.post("steward", &format!("/api/v1/review/{number}/take-back"), &back).await;
    assert_eq!(taken.json()["standing"], "taken-back", "{}", taken.text);
    assert_eq!(house.own_records().await.json()["contests"][0]["standing"], "open");
    assert_eq!(house.review("second-steward", "").await["next"], number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_is_taken_back_while_nobody_judged_it() {
    let house = House::new().await;
    let name = house.own_name("tax").await;
    let before = house.review("steward", "").await;
    assert_eq!(house.contest(&name).await.status, 200);
    let again = house.contest(&name).await;
    assert_eq!((again.status.as_u16(), again.problem().as_str()), (409, "changed-meanwhile"));
    assert_eq!(house.judgements().await, 1, "what is contested already is not written twice");
    // One steward's proposal settles nothing.
    let number = house.review("steward", "").await["next"].as_u64().unwrap();
    let same = json!({ "generation": "index-one", "verdict": "same", "reason": "the same hand" });
    let proposed = house.post("steward", &format!("/api/v1/review/{number}/judgement"), &same).await;
    assert_eq!(proposed.json()["standing"], "proposed");
    assert_eq!(house.review("second-steward", "").await["next"], number);

    let taken = house.take_back(&name).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["standing"]), (200, &json!("withdrawn")), "{}", taken.text);
    let leaf = taken.json()["ended_log_index"].as_u64().unwrap();
    assert_eq!(house.gate.entries(leaf..leaf + 1).await.unwrap().remove(0).entry.kind, EntryKind::Contest);
    let own = house.own_records().await.json();
    assert_eq!(own["contests"][0]["standing"], "withdrawn");
    let gone = house.ask(Ask::new("GET", &format!("/api/v1/review/{number}")).token(&house.token("second-steward")));
    assert_eq!(gone.await.json()["contested"], Value::Null);
    let after = house.review("second-steward", "").await;
    assert_eq!((&after["open"], &after["contested"], &after["next"]), (&before["open"], &json!(0), &before["next"]));
    assert_eq!(house.take_back(&name).await.status, 404);
    assert_eq!(house.contest(&name).await.status, 200, "it can be contested anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_contest_writes_nothing() {
    let house = House::new().await;
    let name = house.own_name("loans").await;
    let size = house.gate.log_size();
    for reason in ["", "   not me      ", &"x".repeat(2_001)] {
        let path = format!("/api/v1/me/records/{name}/contest");
        let answer = house.post("citizen", &path, &json!({ "reason": reason })).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{reason}");
    }
    for other in ["r-0", &format!("{name}0"), "loans"] {
        let answer = house.contest(other).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (404, "not-found"), "{other}");
        assert_eq!(house.take_back(other).await.status, 404);
    }
    assert_eq!((house.gate.log_size(), house.judgements().await), (size, 0));
    for who in ["officer", "steward"] {
        for (path, body) in [("contest", json!({ "reason": REASON })), ("take-back", json!({}))] {
            let answer = house.post(who, &format!("/api/v1/me/records/{name}/{path}"), &body).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "refused"), "{who} {path}");
        }
    }
    assert_eq!(house.gate.log_size(), size + 4, "refusals are on the record");
    house.clock.set("2028-01-01T09:00:00Z".parse().unwrap());
    let answer = house.contest(&name).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "refused"), "{}", answer.text);
    assert!(answer.text.contains("purpose.expired"), "{}", answer.text);
    assert_eq!(house.judgements().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_contests_and_takes_back_through_the_pages() {
    let house = House::new().await;
    let session = enter(&house, "citizen").await;
    let get = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    let post = async |path: &str, body: &str| {
        house.ask(Ask::new("POST", path).header("cookie", &session).text(FORM, body)).await
    };
    let name = house.own_name("loans").await;
    let path = format!("/me/records/{name}/contest");
    let page = get("/me/records").await;
    assert!(page.text.contains(&format!("href=\"{path}\"")), "{}", page.text);
    let form = get(&path).await;
    assert_eq!(form.status, 200, "{}", form.text);
    assert!(form.text.contains("Student loans") && form.text.contains("LN-70017"), "{}", form.text);
    let token = form_token(&form.text).to_owned();

    let forged = post(&path, "form_token=AAAA&reason=I+never+borrowed+a+cent").await;
    assert_eq!(forged.status, 403);
    let short = post(&path, &format!("form_token={token}&reason=no")).await;
    assert_eq!(short.status, 400);
    assert!(short.text.contains("id=\"reason-wrong\"") && short.text.contains(">no</textarea>"), "{}", short.text);
    assert_eq!(house.judgements().await, 0);
    let made = post(&path, &format!("form_token={token}&reason=I+never+borrowed+a+cent")).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let to = made.headers["location"].to_str().unwrap();
    let page = get(to).await;
    assert!(to.starts_with("/me/records?contested="), "{to}");
    for told in ["role=\"status\"", "waits for a steward", "I never borrowed a cent", "tag masked"] {
        assert!(page.text.contains(told), "{told} in {}", page.text);
    }
    assert!(!page.text.contains(&format!("href=\"{path}\"")), "it is contested already");
    let again = get(&path).await;
    assert!(again.status == 200 && again.text.contains("You contest this record"), "{}", again.text);
    assert!(again.text.contains("/take-back\"") && !again.text.contains("<textarea"), "{}", again.text);
    let french = Ask::new("GET", "/me/records").header("cookie", &session).header("accept-language", "fr");
    assert!(house.ask(french).await.text.contains("Ce que vous contestez"));

    let steward = enter(&house, "steward").await;
    let queue = house.ask(Ask::new("GET", "/review").header("cookie", &steward)).await.text;
    assert!(queue.contains("contested by the person"), "{queue}");
    let number = house.review("steward", "").await["next"].clone();
    let pair = house.ask(Ask::new("GET", &format!("/review/{number}")).header("cookie", &steward)).await.text;
    assert!(pair.contains("I never borrowed a cent") && !pair.contains("account-citizen"), "{pair}");

    let back = post(&format!("/me/records/{name}/take-back"), &format!("form_token={token}")).await;
    assert_eq!(back.status, 303, "{}", back.text);
    let page = get(back.headers["location"].to_str().unwrap()).await;
    assert!(
        page.text.contains("taken back by you") && page.text.contains(&format!("href=\"{path}\"")),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_contests_what_nobody_can_judge_is_told_and_so_is_the_data_protection_officer() {
    let house = House::new().await;
    // A session of its own each time: the clock moves by months.
    let desk = async || {
        let dpo = enter(&house, "dpo").await;
        house.ask(Ask::new("GET", "/desk").header("cookie", &dpo)).await.text
    };
    let name = house.own_name("loans").await;
    let made = house.contest(&name).await;
    assert!(made.json()["unreached"].is_null(), "{}", made.text);
    assert!(!desk().await.contains("id=\"unreached\""));
    assert_eq!(house.take_back(&name).await.status, 200);

    // The purpose of link review ends with 2026, that of reading one's own records a year later.
    house.clock.set("2027-03-01T09:00:00Z".parse().unwrap());
    let session = enter(&house, "citizen").await;
    let page = house.ask(Ask::new("GET", &format!("/me/records/{name}/contest")).header("cookie", &session)).await;
    let body = format!("form_token={}&reason=I+never+borrowed+a+canary+cent", form_token(&page.text));
    let path = format!("/me/records/{name}/contest");
    let made = house.ask(Ask::new("POST", &path).header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let to = made.headers["location"].to_str().unwrap().to_owned();
    for (language, written, tag) in [
        ("en", "nobody can judge it today", "nobody can judge it today"),
        ("fr", "nul ne peut en juger", "nul ne peut en juger aujourd’hui"),
    ] {
        let ask = Ask::new("GET", &to).header("cookie", &session).header("accept-language", language);
        let page = house.ask(ask).await.text;
        assert!(page.contains(written) && page.contains(&format!("<span class=\"tag masked\">{tag}</span>")), "{page}");
        assert!(!page.contains("waits for a steward"), "{page}");
    }
    assert_eq!(house.own_records().await.json()["contests"][0]["unreached"], true);
    let page = desk().await;
    for told in ["Nobody can judge one contested link.", "id=\"unreached\"", "Student loans, Tax returns"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    for canary in ["canary", "Ysolde", "account-", "LN-70017"] {
        assert!(!page.contains(canary), "{canary}");
    }
    // Within the days of the purpose somebody can.
    house.clock.set("2026-11-01T09:00:00Z".parse().unwrap());
    assert!(!desk().await.contains("id=\"unreached\""));
    assert!(house.own_records().await.json()["contests"][0]["unreached"].is_null());
}
