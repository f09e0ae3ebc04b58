//! A person of very many records, as a steward sees them: the picture is small, and every link can be reached and cut.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::{OfficerId, RecordId, Verdict};
use serde_json::Value;
use state::Standing;

use crate::house::{Ask, House};
use crate::pages::{FORM, enter, form_token};

/// How many loans Ysolde has besides the one of every house.
const MORE_LOANS: usize = 60;

/// A house in which Ysolde has very many loans, and a steward proposed that one is another's: the number under which it waits.
async fn with_many_records() -> (House, u64) {
    let house = House::with(|folder| {
        let header = "loan_number,first_name,last_name,birth_date,owed,phone\n";
        let more = (0..MORE_LOANS).fold(header.to_owned(), |mut rows, at| {
            writeln!(rows, "LN-9{at:03},Ysolde,Quillfeather,1984-03-12,{},555-9{at:03}", 1_000 + at).unwrap();
            rows
        });
        folder.replace("incoming/loans_2025.csv", header, &more);
    })
    .await;
    let record = |register: &str, key: &str| RecordId::from_key(&register.parse().unwrap(), &[Some(key)]);
    let (left, right) = (record("loans", "LN-70017"), record("tax", "TN-48151"));
    let (by, leaf, at) = (OfficerId::new("account-steward").unwrap(), 3, house.now());
    let (different, proposed) = (Verdict::Different, Standing::Proposed);
    let noted = house.state.note_review("index-zero", (&left, &right), &by, different, proposed, leaf, at, (true, ""));
    noted.await.unwrap();
    (house, (1 << 50) + leaf)
}

async fn cluster(house: &House, number: u64, from: u64) -> Value {
    let path = format!("/api/v1/review/{number}?links={from}");
    let answer = house.ask(Ask::new("GET", &path).token(&house.token("second-steward"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["cluster"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_links_are_listed_page_by_page_each_once_and_the_weakest_first() {
    let (house, number) = with_many_records().await;
    let (mut numbers, mut weights, mut from) = (BTreeSet::new(), Vec::new(), 0);
    let all = loop {
        let cluster = cluster(&house, number, from).await;
        let (records, listed) = (cluster["records"].as_array().unwrap(), cluster["listed"].as_array().unwrap());
        assert_eq!(cluster["listed_from"], from);
        assert_eq!(cluster["pictured"], 24, "the picture stays as it is");
        assert!(!listed.is_empty() && listed.len() <= 24, "{}", listed.len());
        for link in cluster["links"].as_array().unwrap() {
            assert!(["left", "right"].iter().all(|end| link[*end].as_u64().is_some_and(|place| place < 24)), "{link}");
        }
        for link in listed {
            let is_there = |end: &&str| link[*end].as_u64().is_some_and(|place| place < records.len() as u64);
            assert!(["left", "right"].iter().all(is_there), "{link}");
            numbers.insert(link["number"].as_u64().unwrap());
            weights.push(link["weight"].as_f64().unwrap());
        }
        from += listed.len() as u64;
        let all = cluster["link_count"].as_u64().unwrap();
        if from >= all {
            break all;
        }
    };
    assert!(all > 24, "there is more than a page: {all}");
    assert_eq!((numbers.len() as u64, from), (all, all), "each once");
    assert!(weights.is_sorted(), "{weights:?}");
    let beyond = cluster(&house, number, all).await;
    assert_eq!(beyond["listed_from"], 0, "past the last it begins anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_the_picture_leaves_out_is_cut_through_the_pages() {
    let (house, number) = with_many_records().await;
    let second = cluster(&house, number, 24).await;
    let link = second["listed"].as_array().unwrap().iter().find(|link| link["is_pair"] == false).unwrap();
    let path = format!("/review/{number}/links/{}", link["number"]);
    let session = enter(&house, "second-steward").await;
    let get = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    let (at, size) = (format!("/review/{number}"), house.gate.log_size());
    let page = get(&format!("{at}?links=24")).await;
    assert_eq!((page.status.as_u16(), house.gate.log_size()), (200, size + 1), "a page is a look: {}", page.text);
    assert!(page.text.contains("Links 25 to ") && page.text.contains(&format!("href=\"{path}\"")), "{}", page.text);
    assert!(page.text.contains(&format!("<a href=\"{at}#cluster\">Weaker links</a>")), "{}", page.text);
    assert!(page.text.contains(&format!("name=\"back\" value=\"{at}?links=24\"")), "the language keeps the page");
    let french = Ask::new("GET", &at).header("cookie", &format!("{session}; lucarne_lang=fr"));
    let french = house.ask(french).await.text;
    assert!(french.contains(&format!("<a href=\"{at}?links=24#cluster\">Liens plus forts</a>")), "{french}");

    let shown = get(&path).await;
    assert!(shown.status == 200 && shown.text.contains("is taken apart"), "{}", shown.text);
    assert!(shown.text.contains("Where each of the others goes, that run decides."), "{}", shown.text);
    let token = form_token(&shown.text);
    let body = format!("form_token={token}&generation=index-one&verdict=different&reason=another+of+her+name");
    let judged = house.ask(Ask::new("POST", &path).header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(judged.status, 303, "{}", judged.text);
    assert_eq!(house.judgements().await, 1);
    for wrong in ["x", "-1"] {
        assert_eq!(get(&format!("{at}?links={wrong}")).await.status, 404, "{wrong}");
    }
}
