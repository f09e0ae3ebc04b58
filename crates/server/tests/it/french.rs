//! Every page of the house in French: nothing of it is left in English but what the project says in English alone.

use std::collections::BTreeMap;
use std::path::Path;

use testkit::ProjectFolder;

use crate::house::{Answer, Ask, House, two_records};
use crate::languages::{Visit, assert_french, encoded, working};
use crate::pages::{FORM, cookies, enter, form_token};

/// Gives the whole sentences of a language, by their keys.
fn sentences(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with([' ', '#']) && line.ends_with('.'));
        let plain = lines.filter_map(|line| line.split_once(" = ")).filter(|(_, says)| !says.contains('{'));
        found.extend(plain.map(|(key, says)| (key.to_owned(), says.to_owned())));
    }
    assert!(found.len() > 100, "{language}: the search for sentences finds them");
    found
}

/// Gives the sentences of the English pages that French ones must not have.
fn foreign() -> Vec<String> {
    let (english, french) = (sentences("en"), sentences("fr"));
    let differs = |key: &String, says: &String| says.len() > 12 && french.get(key) != Some(says);
    english.into_iter().filter(|(key, says)| differs(key, says)).map(|(_, says)| says).collect()
}

/// Has a project say all that it says of registers and agreements in French too.
fn in_french(folder: &ProjectFolder) {
    for (path, says, says_fr) in [
        ("registers/tax.toml", "One row a return", "Une ligne par déclaration"),
        ("registers/loans.toml", "One row a loan", "Une ligne par prêt"),
        ("registers/donations.toml", "One row a donation", "Une ligne par don"),
        (
            "agreements/education-tax.toml",
            "Tax tells Education about borrowers",
            "Le fisc renseigne sur les emprunteurs",
        ),
        ("agreements/party-finance.toml", "Elections audits donations", "Les dons sont contrôlés"),
        (
            "agreements/operation.toml",
            "The registers are kept and indexed together",
            "Les registres sont tenus ensemble",
        ),
    ] {
        let says = format!("says = \"{says}\"\n");
        folder.replace(path, &says, &format!("{says}says_fr = \"{says_fr}\"\n"));
    }
}

/// Fails where a page says something in English.
#[track_caller]
fn assert_nothing_foreign(what: &str, page: &Answer, foreign: &[String]) {
    assert_french(page);
    let left: Vec<_> = foreign.iter().filter(|says| page.text.contains(says.as_str())).collect();
    assert!(left.is_empty(), "{what}: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_sentence_of_the_other_language() {
    let house = House::with(in_french).await;
    let foreign = foreign();
    let person = format!("/person/{}", house.ysolde_at("education"));
    let visits: &[(&str, &[&str])] = &[
        ("officer", &["/search", person.as_str()]),
        ("dpo", &["/desk", "/log", "/log/0", "/log?kind=refusal", "/quality"]),
        ("steward", &["/review", "/review/0", "/review/judged", "/review/explain", "/quality"]),
        ("engineer", &["/runs", "/runs/quarantine/tax"]),
        ("citizen", &["/me", "/me/records"]),
        ("citizen", &["/", "/registers", "/registers/tax", "/registers/donations", "/purposes", "/agreements"]),
    ];
    for (who, paths) in visits {
        let mut session = enter(&house, who).await;
        if *who == "officer" {
            let page = house.ask(Ask::new("GET", "/search").header("cookie", &session)).await;
            let work = "back=/search&purpose=loan-relief&case=CASE-7&justification=because+of+her+file";
            let body = format!("form_token={}&{work}", form_token(&page.text));
            let set = house.ask(Ask::new("POST", "/work").header("cookie", &session).text(FORM, &body)).await;
            session = cookies(&set);
        }
        let session = format!("{session}; lucarne_lang=fr");
        for path in *paths {
            let page = house.ask(Ask::new("GET", path).header("cookie", &session)).await;
            assert_eq!(page.status, 200, "{who} {path}: {}", page.text);
            assert_nothing_foreign(&format!("{who} {path}"), &page, &foreign);
        }
    }
    // Samples are of the words alone.
    let page = house.ask(Ask::new("GET", "/components").header("cookie", "lucarne_lang=fr")).await;
    let left: Vec<_> = foreign.iter().filter(|says| page.text.contains(says.as_str())).collect();
    assert!(page.text.contains("<html lang=\"fr\">") && left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_forms_lead_to_has_no_sentence_of_the_other_language() {
    let house = House::with(|folder| {
        in_french(folder);
        // Somebody with an uncertain loan has another one that is surely theirs: their pair has a link beside it.
        let header = "loan_number,first_name,last_name,birth_date,owed,phone\n";
        let sure = format!("{header}LN-500,Farid,Okafor,1985-02-28,999,555-9999\n");
        folder.replace("incoming/loans_2025.csv", header, &sure);
    })
    .await;
    let foreign = foreign();
    let shown = |what: &str, page: &Answer, status: u16| {
        assert_eq!(page.status, status, "{what}: {}", page.text);
        assert_nothing_foreign(what, page, &foreign);
    };
    let french = async |who: &str| {
        let mut visit = Visit::of(&house, who).await;
        visit.cookies += "; lucarne_lang=fr";
        visit
    };
    let to = |answer: &Answer| {
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.headers["location"].to_str().unwrap().to_owned()
    };

    // A link that is looked at, cut, and listed.
    let steward = french("steward").await;
    let mut number = 0_u64;
    let link = loop {
        let at = format!("/review/{number}");
        let page = steward.get(&at).await;
        shown(&at, &page, 200);
        if let Some((_, rest)) = page.text.split_once(&format!("href=\"{at}/links/")) {
            break format!("{at}/links/{}", rest.split('"').next().unwrap());
        }
        number += 1;
    };
    let page = steward.get(&link).await;
    shown(&link, &page, 200);
    let silent = steward.send(&page, &link, "generation=index-one&verdict=different&reason=").await;
    shown("a link that is cut without a reason", &silent, 400);
    let cut = format!("generation=index-one&verdict=different&reason={}", encoded("un père et son fils"));
    let cut = to(&steward.send(&page, &link, &cut).await);
    shown(&cut, &steward.get(&cut).await, 200);
    let judged = steward.get("/review/judged").await;
    shown("what was judged", &judged, 200);
    assert!(judged.text.contains("<tbody>"), "there is something: {}", judged.text);

    // Two records that are named.
    let form = steward.get("/review/explain").await;
    shown(
        "two records that can't be read",
        &steward.send(&form, "/review/explain", "left=x&right=&reason=").await,
        400,
    );
    let both = two_records(("loans", "LN-70017"), ("tax", "TN-48151"));
    let [left, right] = ["left", "right"].map(|side| encoded(both[side].as_str().unwrap()));
    let asked = format!("left={left}&right={right}&reason={}", encoded("une demande de la personne"));
    shown("two records", &steward.send(&form, "/review/explain", &asked).await, 200);

    // A record that is contested.
    let own = house.own_records().await.json();
    let loans = own["sections"].as_array().unwrap().iter().find(|section| section["register"] == "loans").unwrap();
    let path = format!("/me/records/{}/contest", loans["records"][0]["name"].as_str().unwrap());
    let citizen = french("citizen").await;
    let form = citizen.get(&path).await;
    shown("a record that can be contested", &form, 200);
    shown("a contest without a reason", &citizen.send(&form, &path, "reason=non").await, 400);
    let reason = format!("reason={}", encoded("Je n’ai jamais emprunté un centime"));
    let made = to(&citizen.send(&form, &path, &reason).await);
    shown(&made, &citizen.get(&made).await, 200);
    shown("a record that is contested", &citizen.get(&path).await, 200);
    let progress = house.ask(Ask::new("GET", "/api/v1/review").token(&house.token("steward"))).await.json();
    shown("a contest before a steward", &steward.get(&format!("/review/{}", progress["next"])).await, 200);

    // A refusal, of a search and of a person.
    let mut officer = working(&house, "party-finance").await;
    officer.cookies += "; lucarne_lang=fr";
    let form = officer.get("/search").await;
    let refused = officer.send(&form, "/search", "name=Quillfeather").await;
    shown("a search that is refused", &refused, 403);
    assert!(refused.text.contains("<code>purpose.not-a-recipient</code>"), "{}", refused.text);
    shown("a person", &officer.get(&format!("/person/{}", house.ysolde_at("education"))).await, 403);
}
