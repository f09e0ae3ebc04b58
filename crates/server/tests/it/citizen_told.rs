//! What a citizen is told on their own pages: of a search what it could show, of a contest what became of it, in plain words.

use serde_json::{Value, json};

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, enter, form_token};

/// Gives a page in a language.
async fn page(house: &House, session: &str, language: &str, path: &str) -> Answer {
    let cookies = format!("{session}; lucarne_lang={language}");
    house.ask(Ask::new("GET", path).header("cookie", &cookies)).await
}

/// Gives the name of the citizen's record of a register, and what the API says of it.
async fn own_record(house: &House, register: &str) -> (String, Value) {
    let own = house.own_records().await.json();
    let sections = own["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["register"] == register).unwrap();
    let record = section["records"][0].clone();
    (record["name"].as_str().unwrap().to_owned(), record)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_search_a_row_of_results_is_told_and_no_more() {
    let house = House::new().await;
    let found = house.search("officer", "loan-relief", "Ysolde Quillfeather").await.json();
    let opened = house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.json();
    let looks = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.json();
    let of = |leaf: &Value| {
        let looks = looks["looks"].as_array().unwrap();
        looks.iter().find(|look| look["log_index"] == *leaf).unwrap().clone()
    };
    let classes = |look: &Value| {
        let classes = look["classes"].as_array().unwrap().clone();
        classes.iter().map(|rule| rule["class"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (search, look) = (of(&found["log_index"]), of(&opened["log_index"]));
    for class in ["income", "loan"] {
        assert!(!classes(&search).contains(&class.to_owned()), "{search}");
        assert!(classes(&look).contains(&class.to_owned()), "{look}");
    }
    assert!(classes(&search).contains(&"identity".to_owned()), "{search}");
    assert!(search["entry_names_more"].is_null(), "its entry has no more either: {search}");
    let is_alone = found["hits"].as_array().unwrap().len() == 1;
    assert_eq!((&search["alone"], &look["alone"]), (&json!(is_alone), &json!(true)));

    let session = enter(&house, "citizen").await;
    for (language, alone, among, at_most) in [
        ("en", "you were shown as the only result", "you were among those shown", "At most this was shown of you"),
        ("fr", "vous étiez le seul résultat", "vous étiez parmi les personnes", "Rien de plus n’a été montré de vous"),
    ] {
        let page = page(&house, &session, language, "/me").await.text;
        assert!(page.contains(if is_alone { alone } else { among }) && page.contains(at_most), "{page}");
        let moments = page.matches("data-island=\"local-time\"").count();
        assert!(moments > 0, "{page}");
        let lines = page.matches("<span class=\"small soft\" data-local-time></span></p>").count();
        assert_eq!(lines, moments, "each has a line for the time where the browser is: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_is_told_until_it_takes_effect() {
    let house = House::new().await;
    let (name, _) = own_record(&house, "loans").await;
    let post = async |who: &str, path: &str, body: Value| {
        let answer = house.ask(Ask::new("POST", path).token(&house.token(who)).json(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    post("citizen", &format!("/api/v1/me/records/{name}/contest"), json!({ "reason": "I never borrowed a cent" }))
        .await;
    let review = house.ask(Ask::new("GET", "/api/v1/review").token(&house.token("steward"))).await.json();
    let number = review["next"].as_u64().unwrap();
    let judgement = json!({ "generation": "index-one", "verdict": "different", "reason": "another birth place" });
    post("steward", &format!("/api/v1/review/{number}/judgement"), judgement).await;

    let judged = json!({ "verdict": "different", "at": "2026-05-04T12:00:00Z" });
    let (_, record) = own_record(&house, "loans").await;
    assert_eq!((&record["contest_judged"], &record["contested_since"]), (&judged, &Value::Null));
    assert_eq!(house.own_records().await.json()["contests"][0]["pending"], true);
    let dossier = house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.json();
    let of_officer = |register: &str| {
        let sections = dossier["sections"].as_array().unwrap();
        sections.iter().find(|section| section["register"] == register).unwrap()["records"][0].clone()
    };
    assert_eq!((&of_officer("loans")["contest_judged"], &of_officer("tax")["contest_judged"]), (&judged, &Value::Null));

    let session = enter(&house, "citizen").await;
    let path = format!("/me/records/{name}/contest");
    for (language, told, pending) in [
        (
            "en",
            "Judged on 4 May 2026, 12:00 UTC not to be about you; it leaves",
            "It leaves with the next linking run.",
        ),
        (
            "fr",
            "ne pas vous concerner\u{a0}; il sera retiré de vos enregistrements",
            "Il sera retiré au prochain appariement.",
        ),
    ] {
        let records = page(&house, &session, language, "/me/records").await.text;
        assert!(records.contains(told) && records.contains(pending), "{records}");
        assert!(!records.contains(&format!("href=\"{path}\"")), "what was judged so is not contested again: {records}");
        let there = page(&house, &session, language, &path).await;
        assert!(there.status == 200 && there.text.contains(told), "{}", there.text);
        assert!(!there.text.contains("<textarea") && !there.text.contains("/take-back\""), "{}", there.text);
    }
    let back = json!({ "generation": "index-one", "reason": "I misread the place" });
    post("steward", &format!("/api/v1/review/{number}/take-back"), back).await;
    let (_, record) = own_record(&house, "loans").await;
    assert!(record["contest_judged"].is_null() && record["contested_since"].is_string(), "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_names_its_register_and_leads_to_its_record() {
    let house = House::new().await;
    let session = enter(&house, "citizen").await;
    let (name, _) = own_record(&house, "loans").await;
    let path = format!("/me/records/{name}/contest");
    let form = page(&house, &session, "en", &path).await;
    assert!(!form.text.contains("role=\"alert\"") && !form.text.contains("autofocus"), "{}", form.text);
    let token = form_token(&form.text).to_owned();
    let send = async |language: &str, reason: &str| {
        let cookies = format!("{session}; lucarne_lang={language}");
        let body = format!("form_token={token}&reason={reason}");
        house.ask(Ask::new("POST", &path).header("cookie", &cookies).text(FORM, &body)).await
    };
    for (language, title) in [("en", "<title>Error: This is"), ("fr", "<title>Erreur\u{a0}: Ceci")] {
        let wrong = send(language, "no").await;
        assert_eq!(wrong.status, 400, "{}", wrong.text);
        assert!(wrong.text.contains(title), "{}", wrong.text);
        let (before, _) = wrong.text.split_once("<h1>").unwrap();
        assert!(before.contains("role=\"alert\"") && before.contains("href=\"#reason\""), "{before}");
        assert!(wrong.text.contains("required autofocus aria-invalid=\"true\""), "{}", wrong.text);
    }
    let made = send("en", "I+never+borrowed+a+cent").await;
    let to = made.headers["location"].to_str().unwrap();
    let records = page(&house, &session, "en", to).await.text;
    let (_, told) = records.split_once("role=\"status\"").unwrap();
    let (told, after) = told.split_once("</div>").unwrap();
    assert!(told.contains("“Student loans” is contested") && told.contains("href=\"#loans:1\""), "{told}");
    let place = |part: &str| after.find(part).unwrap_or_else(|| panic!("{part} in {after}"));
    assert!(place("id=\"contests\"") < place("id=\"identity\""), "{after}");
    assert!(after.contains("href=\"#contests\"") && after.contains("id=\"loans:1\""), "{after}");
    assert!(
        after.contains("You say that this record is not about you") && !after.contains("The person says"),
        "{after}"
    );
    let other = page(&house, &session, "en", "/me/records?contested=1").await.text;
    assert!(!other.contains("role=\"status\""), "a number that is not of their contests tells nothing: {other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_judge_is_said_before_it_is_contested() {
    let house = House::new().await;
    let (name, _) = own_record(&house, "loans").await;
    let path = format!("/me/records/{name}/contest");
    let told = ["Nobody can judge this record today", "Nul ne peut juger de cet enregistrement aujourd’hui"];
    for (day, is_unreached) in [("2026-05-04T12:00:00Z", false), ("2027-03-01T09:00:00Z", true)] {
        house.clock.set(day.parse().unwrap());
        let session = enter(&house, "citizen").await;
        for (language, told) in ["en", "fr"].into_iter().zip(told) {
            let form = page(&house, &session, language, &path).await;
            assert_eq!((form.status.as_u16(), form.text.contains(told)), (200, is_unreached), "{day} {}", form.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_pages_speak_plainly_and_keep_numbers_for_experts() {
    let house = House::new().await;
    house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await;
    let session = enter(&house, "citizen").await;
    for (language, experts, weight) in
        [("en", "For experts", "match weight"), ("fr", "Pour les spécialistes", "poids d’appariement")]
    {
        let records = page(&house, &session, language, "/me/records").await.text;
        assert!(!records.contains(weight) && !records.contains("discloses."), "{records}");
        let (before, of_experts) = records.split_once("class=\"table weights cards\"").unwrap();
        let (before, _) = before.rsplit_once("<table").unwrap();
        let (_, plain) = before.rsplit_once("<table").unwrap();
        assert!(
            plain.contains(experts) && !plain.contains("\u{2212}") && !plain.contains("class=\"number\""),
            "{plain}"
        );
        assert!(of_experts.contains("<svg"), "{of_experts}");
        let looks = page(&house, &session, language, "/me").await.text;
        let (before, _) = looks.split_once("data-commitment").unwrap();
        let (_, folded) = before.rsplit_once("<summary>").unwrap();
        assert!(folded.starts_with(experts), "{folded}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_that_are_alike_are_told_as_one() {
    let house = House::new().await;
    let person = house.ysolde_at("education");
    for _ in 0..3 {
        house.dossier("officer", &person, "loan-relief").await;
    }
    // Another purpose is another thing to be told.
    house.dossier("officer", &person, "party-finance").await;
    let session = enter(&house, "citizen").await;
    for (language, times, opened) in [
        ("en", "3 times on this day", ": your records were opened</h2>"),
        ("fr", "3 fois ce jour-là", "consultés</h2>"),
    ] {
        let looks = page(&house, &session, language, "/me").await.text;
        assert_eq!((looks.matches(times).count(), looks.matches(opened).count()), (1, 1), "{looks}");
        assert!(looks.matches("data-island=\"receipt\"").count() >= 4, "each has its receipt: {looks}");
    }
}
