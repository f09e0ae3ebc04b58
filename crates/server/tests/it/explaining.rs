//! Why two records are one person or are not: what keeps them apart, and any two records that somebody asks about.

use gate::EntryKind;
use serde_json::{Value, json};

use crate::house::{Answer, Ask, House, two_records, work};
use crate::pages::{FORM, cookies, enter, form_token};
use crate::taken_back::{get, judge};

async fn explain(house: &House, who: &str, body: &Value) -> Answer {
    house.ask(Ask::new("POST", "/api/v1/review/explain").token(&house.token(who)).json(body)).await
}

/// Gives the number of the first pair that waits since its persons are kept apart, and the pair.
async fn kept_apart(house: &House) -> (u64, Value) {
    let mut number = 0;
    loop {
        let path = format!("/api/v1/review/{number}");
        let answer = house.ask(Ask::new("GET", &path).token(&house.token("steward"))).await;
        assert_eq!(answer.status, 200, "some pair is kept apart: {}", answer.text);
        let pair = answer.json();
        if pair["reason"] == "kept-apart" {
            return (number, pair);
        }
        number += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_record_for_each_person_keeps_apart_waits_and_says_so() {
    let house = House::with(|folder| {
        let header = "loan_number,first_name,last_name,birth_date,owed,phone\n";
        // Amelia Okafor has the same loan twice over, and the register of loans has one record for each person.
        let twice = format!("{header}LN-500,Amelia,Okafor,1950-01-01,999,555-9999\n");
        folder.replace("incoming/loans_2025.csv", header, &twice);
        let certain = "one_record_per_person = { loans = 0.999999999999 }\nthreshold =";
        folder.replace("linkage.toml", "threshold =", certain);
    })
    .await;
    let (number, pair) = kept_apart(&house).await;
    let (outcome, number_of) = (&pair["outcome"], |value: &Value| value.as_f64().unwrap());
    assert_eq!((&outcome["outcome"], &outcome["ground"]), (&json!("apart"), &json!("kept-apart")), "{pair}");
    assert!(outcome["sentence"].as_str().unwrap().contains("one record for each person"), "{outcome}");
    assert_eq!(pair["effect"]["is_one_person"], false);
    let merge = &outcome["merge"];
    assert!(number_of(&pair["probability"]) > 0.9999 && number_of(&merge["probability"]) < 0.5, "{pair}");
    let (against, penalty) = (number_of(&merge["against"]), number_of(&merge["penalty"]));
    assert!(against <= 0.0 && penalty < -30.0, "{merge}");
    assert!((number_of(&pair["weight"]) + against + penalty - number_of(&merge["weight"])).abs() < 1e-9, "{pair}");
    for hidden in ["LN-", "TN-", "loans:", "tax:"] {
        assert!(!pair.to_string().contains(hidden), "{hidden} in {pair}");
    }
    let progress = house.ask(Ask::new("GET", "/api/v1/review").token(&house.token("steward"))).await.json();
    assert!(progress["kept_apart"].as_u64() > Some(0), "{progress}");

    let session = enter(&house, "steward").await;
    let page = async |path: &str, language: &str| {
        let ask = Ask::new("GET", path).header("cookie", &session).header("accept-language", language);
        house.ask(ask).await.text
    };
    let at = format!("/review/{number}");
    let told = [
        ("en", "The linkage keeps them apart", "One record for each person", "Other records"),
        ("fr", "L’appariement les sépare", "Un enregistrement par personne", "Autres enregistrements"),
    ];
    for (language, head, penalty, others) in told {
        let shown = page(&at, language).await;
        for part in [head, penalty, others] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
    // A verdict binds the two records; of the others it is told how many may go with them, and not that they do.
    for (language, certain, at_most) in [
        ("en", "these two records are of one person", "records at most"),
        ("fr", "ces deux enregistrements sont d’une même personne", "enregistrements au plus"),
    ] {
        let shown = page(&at, language).await;
        assert!(shown.contains(certain) && shown.contains(at_most), "{shown}");
    }
    let queue = page("/review", "en").await;
    assert!(queue.contains("kept apart although") && queue.contains("one decision buys most"), "{queue}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_two_records_are_explained_and_both_persons_see_it() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let apart = explain(&house, "steward", &two_records(("loans", "LN-0"), ("tax", "TN-1"))).await;
    assert_eq!(apart.status, 200, "{}", apart.text);
    let (text, apart) = (apart.text.clone(), apart.json());
    assert_eq!((&apart["outcome"]["outcome"], &apart["outcome"]["ground"]), (&json!("apart"), &json!("score")));
    assert!(apart["probability"].as_f64() < Some(0.5) && apart["left"]["register"] == "loans", "{apart}");
    let fields = apart["fields"].as_array().unwrap();
    assert!(
        fields.iter().any(|field| field["name"] == "first_name" && field["weight"].as_f64() < Some(0.0)),
        "{apart}"
    );
    for hidden in ["LN-", "TN-", "Mill Lane", "\"555-", "loans:", "tax:"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }

    let linked = explain(&house, "steward", &two_records(("tax", "TN-48151"), ("loans", "LN-70017"))).await;
    assert_eq!(linked.status, 200, "{}", linked.text);
    let linked = linked.json();
    assert_eq!((&linked["outcome"]["outcome"], &linked["outcome"]["ground"]), (&json!("together"), &json!("score")));
    assert!(linked["outcome"]["merge"].is_null() && linked["probability"].as_f64() > Some(0.99), "{linked}");
    assert_eq!(linked["effect"]["is_one_person"], true);

    assert_eq!(house.gate.log_size(), size + 2, "each is one look");
    for (answer, subjects) in [(&apart, 2), (&linked, 1)] {
        let index = answer["log_index"].as_u64().unwrap();
        let entry = house.gate.entries(index..index + 1).await.unwrap().remove(0).entry;
        assert_eq!((entry.kind, entry.subjects), (EntryKind::Review, subjects));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_named_by_their_keys_as_well() {
    let house = House::new().await;
    let mut by_key = two_records(("loans", "LN-0"), ("tax", "TN-1"));
    let by_id = explain(&house, "steward", &by_key).await.json();
    (by_key["left"], by_key["right"]) = (json!(" loans:LN-0"), json!("tax: TN-1 "));
    let answer = explain(&house, "steward", &by_key).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.text.contains("LN-0") && !answer.text.contains("TN-1"), "{}", answer.text);
    let answer = answer.json();
    for what in ["left", "right", "weight", "fields", "outcome"] {
        assert_eq!(answer[what], by_id[what], "{what}");
    }
    // Neither whether there is such a register nor whether it has such a record is told.
    let mut unknown = by_key.clone();
    unknown["left"] = json!("loans:LN-NOBODY");
    let of_nobody = explain(&house, "steward", &unknown).await;
    unknown["left"] = json!("nosuch:LN-0");
    let nowhere = explain(&house, "steward", &unknown).await;
    assert_eq!((of_nobody.status.as_u16(), &of_nobody.text), (404, &nowhere.text));
    let mut same = by_key.clone();
    same["right"] = same["left"].clone();
    let mut empty = by_key;
    empty["left"] = json!("loans: ");
    for body in [same, empty] {
        let answer = explain(&house, "steward", &body).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_asked_is_refused_and_what_is_not_there_is_not_told_from_what_is_out_of_reach() {
    let house = House::new().await;
    let known = two_records(("loans", "LN-0"), ("tax", "TN-1"));
    let mut size = house.gate.log_size();
    let mut other_purpose = known.clone();
    other_purpose["purpose"] = json!("loan-relief");
    let refused =
        [("officer", &known), ("citizen", &known), ("engineer", &known), ("dpo", &known), ("steward", &other_purpose)];
    for (who, body) in refused {
        let answer = explain(&house, who, body).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "refused"), "{who}: {}", answer.text);
        size += 1;
        assert_eq!(house.gate.log_size(), size, "{who}");
        let entry = house.gate.entries(size - 1..size).await.unwrap().remove(0).entry;
        assert_eq!(entry.kind, EntryKind::Refusal, "{who}");
    }

    let unknown = explain(&house, "steward", &two_records(("loans", "LN-0"), ("tax", "TN-NOBODY"))).await;
    assert_eq!((unknown.status.as_u16(), unknown.problem().as_str()), (404, "not-found"), "{}", unknown.text);
    size += 1;
    is_a_miss(&house, size, 1).await;
    let missed = [
        (("loans", "LN-0"), ("donations", "R-90210"), 1),
        (("loans", "LN-0"), ("donations", "R-NOBODY"), 1),
        (("donations", "R-2"), ("donations", "R-90210"), 0),
        (("loans", "LN-NOBODY"), ("tax", "TN-NOBODY"), 0),
    ];
    for (one, other, subjects) in missed {
        let answer = explain(&house, "steward", &two_records(one, other)).await;
        assert_eq!((answer.status, &answer.text), (unknown.status, &unknown.text), "{one:?} {other:?}");
        size += 1;
        is_a_miss(&house, size, subjects).await;
    }
    let twice = two_records(("loans", "LN-0"), ("loans", "LN-0"));
    let mut unread = known.clone();
    unread["left"] = json!("Quillfeather");
    let mut without = work("review-links");
    without["left"] = known["left"].clone();
    for body in [twice, unread, without] {
        let answer = explain(&house, "steward", &body).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{}", answer.text);
        assert!(!answer.text.contains("Quillfeather"), "{}", answer.text);
    }
    assert_eq!(house.gate.log_size(), size, "nobody was asked about");
}

/// Checks that the last of `size` entries says that a steward asked, and about how many persons who are there.
async fn is_a_miss(house: &House, size: u64, subjects: u32) {
    assert_eq!(house.gate.log_size(), size, "whoever asks for what is not there is on the record");
    let entry = house.gate.entries(size - 1..size).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.subjects), (EntryKind::Review, subjects));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_steward_names_counts_to_the_budget_of_the_day() {
    let house = House::with(|folder| {
        let purpose = "purposes/review-links.toml";
        folder.replace(purpose, "persons_per_officer_and_day = 50", "persons_per_officer_and_day = 2");
    })
    .await;
    let first = two_records(("loans", "LN-0"), ("tax", "TN-1"));
    let asked = async |body: &Value| explain(&house, "steward", body).await;
    assert_eq!(asked(&first).await.status, 200);
    // The one record is not there: where it was, there would be no room for its person either.
    let others = [
        (two_records(("loans", "LN-7"), ("tax", "TN-8")), 2),
        (two_records(("loans", "LN-0"), ("tax", "TN-8")), 2),
        (two_records(("loans", "LN-0"), ("tax", "TN-NOBODY")), 1),
    ];
    for (other, subjects) in &others {
        let refused = asked(other).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (403, "refused"), "{}", refused.text);
        let refused = refused.json();
        assert_eq!(refused["reasons"][0]["rule"], "budget.exceeded", "{refused}");
        let index = refused["log_index"].as_u64().unwrap();
        assert_eq!(index + 1, house.gate.log_size(), "the refusal is in the log");
        let entry = house.gate.entries(index..index + 1).await.unwrap().remove(0).entry;
        assert_eq!((entry.kind, entry.asked), (EntryKind::Refusal, Some(EntryKind::Review)));
        assert_eq!(entry.subjects, *subjects, "they see that it was refused");
    }
    assert_eq!(asked(&first).await.status, 200, "whom they looked at today stays open to them");
    assert_eq!(explain(&house, "second-steward", &others[0].0).await.status, 200, "each has a budget of their own");
    let pair = house.ask(Ask::new("GET", "/api/v1/review/0").token(&house.token("steward"))).await;
    assert_eq!(pair.status, 200, "the queue is a bound of its own: {}", pair.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_number_of_persons_nobody_names_records() {
    let house = House::with(|folder| {
        folder.replace("purposes/review-links.toml", "persons_per_officer_and_day = 50\n", "");
    })
    .await;
    let refused = explain(&house, "steward", &two_records(("loans", "LN-0"), ("tax", "TN-1"))).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let refused = refused.json();
    assert_eq!(refused["reasons"][0]["rule"], "review.no-budget", "{refused}");
    assert_eq!(refused["log_index"].as_u64().map(|index| index + 1), Some(house.gate.log_size()));
    let pair = house.ask(Ask::new("GET", "/api/v1/review/0").token(&house.token("steward"))).await;
    assert_eq!(pair.status, 200, "{}", pair.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_register_out_of_sight_has_to_do_with_it_is_not_told_apart() {
    let house = House::with(|folder| {
        let header = "loan_number,first_name,last_name,birth_date,owed,phone\n";
        let twice = format!("{header}LN-500,Amelia,Okafor,1950-01-01,999,555-9999\n");
        folder.replace("incoming/loans_2025.csv", header, &twice);
        // Stewards of this agreement don't see donations.
        let certain = "one_record_per_person = { loans = 0.999999999999, donations = 0.9 }\nthreshold =";
        folder.replace("linkage.toml", "threshold =", certain);
    })
    .await;
    let (number, pair) = kept_apart(&house).await;
    let explained = explain(&house, "steward", &two_records(("loans", "LN-500"), ("loans", "LN-0"))).await;
    assert_eq!(explained.status, 200, "{}", explained.text);
    let explained = explained.json();
    assert_eq!(pair["outcome"]["ground"], "kept-apart", "{pair}");
    let number_of = |value: &Value| value.as_f64().unwrap();
    let merge = pair["outcome"]["merge"].as_object().unwrap();
    let against = number_of(&merge["against"]);
    assert!(against < -30.0, "what the register costs is in it: {pair}");
    assert!((number_of(&pair["weight"]) + against - number_of(&merge["weight"])).abs() < 1e-9, "{pair}");
    for told in [&pair, &explained] {
        assert!(told["outcome"]["sentence"].as_str().is_some_and(|sentence| !sentence.contains("register")), "{told}");
        assert!(told["outcome"]["merge"].get("penalty").is_none(), "{told}");
    }
    let session = enter(&house, "steward").await;
    for (language, told, untold) in [
        ("en", "Beyond this pair", "One record for each person"),
        ("fr", "Au-delà de cette paire", "Un enregistrement par personne"),
    ] {
        let path = format!("/review/{number}");
        let ask = Ask::new("GET", &path).header("cookie", &session).header("accept-language", language);
        let page = house.ask(ask).await.text;
        assert!(page.contains(told) && !page.contains(untold), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_linked_is_explained_field_by_field_as_far_as_it_is_disclosed() {
    let house = House::new().await;
    let answer = explain(&house, "steward", &two_records(("loans", "LN-0"), ("tax", "TN-1"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let apart = answer.json();
    assert_eq!(
        (&apart["outcome"]["outcome"], &apart["left"]["register"]),
        (&json!("apart"), &json!("loans")),
        "{apart}"
    );
    assert!(apart["outcome"]["sentence"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{apart}");
    let fields = apart["fields"].as_array().unwrap();
    let compared: Vec<&Value> = fields.iter().filter(|field| field["left"] != json!([])).collect();
    let expected = [
        ("first_name", "Amelia", "Bruno", "different", false),
        ("last_name", "Okafor", "Okafor", "equal", true),
        ("birth_date", "1950-01-01", "1957-06-12", "different", false),
    ];
    assert_eq!(compared.len(), expected.len(), "nothing is compared that is not shown: {apart}");
    for (field, (name, left, right, level, speaks_for)) in compared.into_iter().zip(expected) {
        let told = ["name", "left", "right", "level"].map(|part| &field[part]);
        assert_eq!(told, [&json!(name), &json!([left]), &json!([right]), &json!(level)], "{field}");
        let weight = field["weight"].as_f64().unwrap();
        assert_eq!(weight > 0.0, speaks_for, "{field}");
        for share in ["m", "u"] {
            assert!((0.0..=1.0).contains(&field[share].as_f64().unwrap()), "{field}");
        }
        // How frequent a value is counts where both have it.
        let share = field["term_frequency"].as_f64();
        assert_eq!(share.is_some_and(|share| share > 0.0 && share < 1.0), name == "last_name", "{field}");
        let sentence = field["sentence"].as_str().unwrap();
        let direction = if speaks_for { "for" } else { "against" };
        assert!(sentence.starts_with(&format!("{name}: {level}. ")), "{field}");
        assert!(sentence.contains(&format!("It speaks {direction} one person with ")), "{field}");
    }
    assert_eq!(fields[0]["name"], "prior", "what is held before anything is compared comes first");
    let sum: f64 = fields.iter().map(|field| field["weight"].as_f64().unwrap()).sum();
    // What is taken back for households is told from a twentieth of a bit on.
    assert!((sum - apart["weight"].as_f64().unwrap()).abs() < 0.06, "{sum}: {apart}");
}

/// Gives the house after the citizen contested the loan, a steward judged that it is theirs or that it is not, and a run followed it.
async fn judged_house(verdict: &str) -> House {
    let mut house = House::new().await;
    let own = house.own_records().await.json();
    let loans = own["sections"].as_array().unwrap().iter().find(|section| section["register"] == "loans").unwrap();
    let path = format!("/api/v1/me/records/{}/contest", loans["records"][0]["name"].as_str().unwrap());
    let contest = json!({ "reason": "I never borrowed a cent" });
    let answer = house.ask(Ask::new("POST", &path).token(&house.token("citizen")).json(&contest)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let number = get(&house, "steward", "").await["next"].as_u64().unwrap();
    // What puts records together takes two stewards.
    if judge(&house, "steward", ("index-one", number), verdict).await == "proposed" {
        assert_eq!(judge(&house, "second-steward", ("index-one", number), verdict).await, "judged");
    }
    house.run_again("two").await;
    house
}

/// Gives what a dossier says of the link of a register's first record.
fn link<'a>(dossier: &'a Value, register: &str) -> &'a Value {
    let sections = dossier["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["register"] == register);
    &section.unwrap_or_else(|| panic!("{register} in {dossier}"))["records"][0]["link"]
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_link_that_a_steward_judged_steward_officer_and_citizen_are_told_so() {
    let house = judged_house("same").await;
    let explained = explain(&house, "steward", &two_records(("tax", "TN-48151"), ("loans", "LN-70017"))).await.json();
    let outcome = &explained["outcome"];
    assert_eq!([&outcome["outcome"], &outcome["ground"], &outcome["verdict"]], ["together", "judged", "same"]);
    assert!(outcome["sentence"].as_str().is_some_and(|told| told.contains("a steward judged")), "{outcome}");
    let of_officer = house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.json();
    let of_citizen = house.own_records().await.json();
    for dossier in [&of_officer, &of_citizen] {
        for register in ["tax", "loans"] {
            assert_eq!(link(dossier, register)["judged"], true, "{register} in {dossier}");
        }
    }

    let session = enter(&house, "officer").await;
    let page = house.ask(Ask::new("GET", "/search").header("cookie", &session)).await;
    let body = format!(
        "form_token={}&back=/search&purpose=loan-relief&case=CASE-7&justification=because+of+the+canary",
        form_token(&page.text)
    );
    let set = house.ask(Ask::new("POST", "/work").header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(set.status, 303, "{}", set.text);
    let officer = (cookies(&set), format!("/person/{}", house.ysolde_at("education")));
    let citizen = (enter(&house, "citizen").await, "/me/records".to_owned());
    for (session, path) in [officer, citizen] {
        for (language, judged, decides) in [
            ("en", "A data steward judged that it and that record are of one person", "judged them to be one person"),
            ("fr", "a jugé que les deux enregistrements sont d’une même personne", "a jugé qu’il s’agit d’une même"),
        ] {
            let cookies = format!("{session}; lucarne_lang={language}");
            let page = house.ask(Ask::new("GET", &path).header("cookie", &cookies)).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            assert!(page.text.contains(judged) && page.text.contains(decides), "{path} {language}: {}", page.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_records_that_a_steward_judged_apart_it_is_said_whatever_they_weigh() {
    let house = judged_house("different").await;
    let explained = explain(&house, "steward", &two_records(("tax", "TN-48151"), ("loans", "LN-70017"))).await.json();
    let outcome = &explained["outcome"];
    assert_eq!([&outcome["outcome"], &outcome["ground"], &outcome["verdict"]], ["apart", "judged", "different"]);
    assert!(explained["probability"].as_f64() > Some(0.9), "by itself the pair would be one person: {explained}");
    assert_eq!(explained["effect"]["is_one_person"], false);
    let of_citizen = house.own_records().await.json();
    let sections = of_citizen["sections"].as_array().unwrap();
    let mut links = sections.iter().flat_map(|section| section["records"].as_array().unwrap());
    assert!(links.all(|record| record["link"]["judged"] == false), "{of_citizen}");
}
