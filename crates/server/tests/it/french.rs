//! Every page of the house in French: nothing of it is left in English but what the project says in English alone.

use std::collections::BTreeMap;
use std::path::Path;

use crate::house::{Ask, House};
use crate::languages::assert_french;
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

/// Gives a house whose project says all that it says of registers and agreements in French too.
async fn house() -> House {
    House::with(|folder| {
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
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_sentence_of_the_other_language() {
    let house = house().await;
    let (english, french) = (sentences("en"), sentences("fr"));
    let foreign: Vec<&String> = english
        .iter()
        .filter(|(key, says)| says.len() > 12 && french.get(*key) != Some(*says))
        .map(|(_, says)| says)
        .collect();
    let person = format!("/person/{}", house.ysolde_at("education"));
    let visits: &[(&str, &[&str])] = &[
        ("officer", &["/search", person.as_str()]),
        ("dpo", &["/desk", "/log", "/log/0", "/log?kind=refusal", "/quality"]),
        ("steward", &["/review", "/review/0", "/quality"]),
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
            assert_french(&page);
            let left: Vec<_> = foreign.iter().filter(|says| page.text.contains(says.as_str())).collect();
            assert!(left.is_empty(), "{who} {path}: {left:?}");
        }
    }
    // Samples are of the words alone.
    let page = house.ask(Ask::new("GET", "/components").header("cookie", "lucarne_lang=fr")).await;
    let left: Vec<_> = foreign.iter().filter(|says| page.text.contains(says.as_str())).collect();
    assert!(page.text.contains("<html lang=\"fr\">") && left.is_empty(), "{left:?}");
}
