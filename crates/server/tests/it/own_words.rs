//! Whose words a reason is: the program's, where it asked nobody for one, and else of who typed it, whatever they typed.

use serde_json::{Value, json};

use crate::house::{Ask, House, two_records, work};
use crate::pages::enter;

/// The sentences that the program gives as reasons, as somebody may type them.
const SENTENCES: [&str; 4] = [
    "Settling an uncertain link of the queue",
    "Seeing how far the review of links is",
    "Taking back a judgement",
    "taking back entry 12: x",
];

/// What the page says that the program did, in English and French.
const DONE: [[&str; 4]; 2] = [
    [
        "Two records of an uncertain link were compared",
        "How far the review of links is was looked at",
        "A judgement was looked up, to be taken back",
        "A judgement was taken back",
    ],
    [
        "Deux enregistrements d’un lien incertain ont été comparés",
        "L’avancement de l’examen des liens a été consulté",
        "Un jugement a été consulté en vue de son retrait",
        "Un jugement a été retiré",
    ],
];

async fn post(house: &House, who: &str, path: &str, body: &Value) -> Value {
    let answer = house.ask(Ask::new("POST", path).token(&house.token(who)).json(body)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

/// Gives what the citizen is told of the look with this entry.
async fn told(house: &House, leaf: &Value) -> Value {
    let looks = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.json();
    let look = looks["looks"].as_array().unwrap().iter().find(|look| look["log_index"] == *leaf);
    look.unwrap_or_else(|| panic!("{leaf} in {looks}")).clone()
}

/// Gives the page of the citizen's looks in English and French.
async fn pages(house: &House) -> [String; 2] {
    let session = enter(house, "citizen").await;
    let mut pages = Vec::new();
    for language in ["en", "fr"] {
        let cookies = format!("{session}; lucarne_lang={language}");
        pages.push(house.ask(Ask::new("GET", "/me").header("cookie", &cookies)).await.text);
    }
    pages.try_into().unwrap()
}

/// Has the citizen contest that a loan is hers, and gives under which number stewards see it.
async fn contest(house: &House) -> u64 {
    let own = house.ask(Ask::new("GET", "/api/v1/me/records").token(&house.token("citizen"))).await.json();
    let sections = own["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["register"] == "loans").unwrap();
    let name = section["records"][0]["name"].as_str().unwrap();
    let reason = json!({ "reason": "I never borrowed a cent" });
    post(house, "citizen", &format!("/api/v1/me/records/{name}/contest"), &reason).await;
    let review = house.ask(Ask::new("GET", "/api/v1/review").token(&house.token("steward"))).await.json();
    review["next"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_types_the_programs_sentences_is_told_as_having_written_them() {
    let house = House::new().await;
    let ysolde = house.ysolde_at("education");
    let mut typed = Vec::new();
    for sentence in SENTENCES {
        let mut opened = work("loan-relief");
        opened["justification"] = json!(sentence);
        let mut searched = opened.clone();
        searched["name"] = json!("Ysolde Quillfeather");
        let mut compared = two_records(("loans", "LN-70017"), ("tax", "TN-48151"));
        compared["justification"] = json!(sentence);
        for (kind, who, path, body) in [
            ("look", "officer", format!("/api/v1/persons/{ysolde}/dossier"), &opened),
            ("search", "officer", "/api/v1/search".to_owned(), &searched),
            // Stewards give reasons of their own here.
            ("review", "steward", "/api/v1/review/explain".to_owned(), &compared),
        ] {
            let leaf = post(&house, who, &path, body).await["log_index"].clone();
            typed.push((kind, sentence, leaf));
        }
    }
    let number = contest(&house).await;
    let judgement = json!({ "generation": "index-one", "verdict": "different", "reason": SENTENCES[3] });
    let judged = post(&house, "steward", &format!("/api/v1/review/{number}/judgement"), &judgement).await;
    typed.push(("judgement", SENTENCES[3], judged["log_index"].clone()));

    for (kind, sentence, leaf) in typed {
        let look = told(&house, &leaf).await;
        assert_eq!(look["kind"], kind, "{look}");
        // The words of a search that found others too may name them, and are kept back.
        let said = if look["alone"] == true { json!(sentence) } else { Value::Null };
        assert!(look["justification"] == said && look["by_program"].is_null(), "{look}");
        assert!(kind == "search" || look["alone"] == true, "{look}");
    }
    for (page, done) in pages(&house).await.iter().zip(DONE) {
        for sentence in SENTENCES {
            assert!(page.contains(&format!("<bdi>{sentence}</bdi>")), "{sentence} in {page}");
        }
        for done in done {
            assert!(!page.contains(done), "{done} in {page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_did_is_told_as_that() {
    let house = House::new().await;
    let number = contest(&house).await;
    let path = format!("/api/v1/review/{number}");
    let pair = house.ask(Ask::new("GET", &path).token(&house.token("steward"))).await.json();
    let judgement = json!({ "generation": "index-one", "verdict": "different", "reason": "another birth place" });
    let judged = post(&house, "steward", &format!("{path}/judgement"), &judgement).await;
    let back = json!({ "generation": "index-one", "reason": "I misread the place" });
    let back = post(&house, "steward", &format!("{path}/take-back"), &back).await;
    for (kind, leaf, by_program) in [
        ("review", &pair["log_index"], json!(true)),
        ("judgement", &judged["log_index"], Value::Null),
        ("judgement", &back["log_index"], json!(true)),
    ] {
        let look = told(&house, leaf).await;
        assert_eq!((&look["kind"], &look["by_program"]), (&json!(kind), &by_program), "{look}");
    }
    for (page, [compared, _, _, taken_back]) in pages(&house).await.iter().zip(DONE) {
        for part in [compared, taken_back, "<bdi>another birth place</bdi>", "<bdi>I misread the place</bdi>"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("<bdi>Settling") && !page.contains("<bdi>taking back"), "{page}");
    }
}
