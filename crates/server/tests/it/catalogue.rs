//! What there is, told to everyone: registers, agreements and purposes, what they say, and how often purposes were used.

use chrono::TimeDelta;
use model::RunId;

use crate::house::{Ask, House, WITHHELD};

async fn page(house: &House, path: &str) -> String {
    let page = house.ask(Ask::new("GET", path)).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde", "Okafor"]) {
        assert!(!page.text.contains(canary), "{canary} in {path}");
    }
    page.text
}

/// Gives what stands in a page between the first `begin` and the first `end` after it.
#[track_caller]
fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(begin).unwrap_or_else(|| panic!("{begin} in {page}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{end} after {begin} in {page}")).0
}

/// Gives the value of a fact.
#[track_caller]
fn fact<'a>(page: &'a str, name: &str) -> &'a str {
    between(page, &format!("<dt>{name}</dt><dd>"), "</dd>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_says_whose_it_is_by_which_law_and_what_is_in_it() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let all = page(&house, "/registers").await;
    assert!(all.contains("3 registers, each kept by its own agency."), "{all}");
    for (id, title, says, agency, law, rows) in [
        ("tax", "Tax returns", "One row a return", "Tax", "Tax Code, art. 7", "81"),
        ("loans", "Student loans", "One row a loan", "Education", "Student Loans Act, art. 3", "70"),
        ("donations", "Donations to parties", "One row a donation", "Elections", "Party Finance Act, art. 9", "2"),
    ] {
        let row = between(&all, &format!("href=\"/registers/{id}\">"), "</tr>");
        assert!(row.starts_with(title) && row.contains(says), "{row}");
        // Where nothing is in quarantine, nothing is said of it.
        for (name, value) in [("Agency", agency), ("Rows", rows), ("In quarantine", "")] {
            assert!(row.contains(&format!("data-label=\"{name}\">{value}<")), "{name} {value}: {row}");
        }
        assert!(row.contains("<time datetime=\""), "when it was read in: {row}");
        assert_eq!(row.contains("tag special"), id == "donations", "political opinions are marked: {row}");
        let own = page(&house, &format!("/registers/{id}")).await;
        assert!(own.contains(&format!("<h1>{title}</h1>")), "{own}");
        for (name, value) in [("Agency", agency), ("Law", law), ("Rows", rows)] {
            assert_eq!(fact(&own, name), value, "{id}: {name}");
        }
        assert!(!own.contains("In quarantine"), "{own}");
        assert!(fact(&own, "Read in").contains("<time datetime=\""), "{own}");
    }
    let tax = page(&house, "/registers/tax").await;
    for (column, class) in [("tax_number", "Identifier"), ("street", "Address"), ("income", "Income")] {
        let row = between(&tax, &format!("<code>{column}</code>"), "</tr>");
        assert!(row.to_lowercase().contains(&class.to_lowercase()), "{column}: {row}");
    }
    let (purposes, agreements) = tax.split_once("Agreements that cover it").expect("both are named");
    assert!(purposes.contains("href=\"/purposes#loan-relief\"") && !purposes.contains("#party-finance"), "{purposes}");
    assert!(agreements.contains("href=\"/agreements#education-tax\""), "{agreements}");
    assert!(!agreements.contains("/agreements#party-finance"), "{agreements}");
    assert_eq!(house.ask(Ask::new("GET", "/registers/nothing")).await.status, 404);
    assert_eq!(house.gate.log_size(), size, "what there is is nobody's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_moves_rows_quarantine_and_day() {
    let house = House::new().await;
    let before = page(&house, "/registers/tax").await;
    let header = "tax_number,first_name,last_name,birth_date,street,district,income\n";
    let rows = "TN-900,Canary,Canary,1970-01-01,9 Canary Lane,North,1.00\nTN-901,Canary,Canary,never,9 Canary Lane,North,1.00\n";
    house.folder().replace("incoming/tax_2025.csv", header, &format!("{header}{rows}"));
    let project = house.folder().load().unwrap_or_else(|found| panic!("{found}"));
    let run = RunId::new("ingest-again").unwrap();
    let register = &project.registers["tax"];
    source::ingest(&house.lake, &project.root, register, &run, &*house.clock, &|_| {}).await.unwrap();
    let after = page(&house, "/registers/tax").await;
    assert_eq!((fact(&before, "Rows"), before.contains("In quarantine")), ("81", false));
    assert_eq!((fact(&after, "Rows"), fact(&after, "In quarantine")), ("82", "1"));
    assert!(!after.contains("Canary") && !after.contains("TN-90"), "{after}");
    let all = page(&house, "/registers").await;
    let row = between(&all, "href=\"/registers/tax\">", "</tr>");
    assert!(row.contains("data-label=\"Rows\">82<") && row.contains("data-label=\"In quarantine\">1<"), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_says_who_signed_for_what_and_until_when() {
    let house = House::new().await;
    let all = page(&house, "/agreements").await;
    for (id, parties, registers, law, linking, special, until) in [
        (
            "education-tax",
            "Education, Tax",
            "Tax returns, Student loans",
            "Loan Relief Act, art. 4",
            "Records of these registers may be linked.",
            "It names none.",
            "31 December 2026",
        ),
        (
            "party-finance",
            "Elections",
            "Donations to parties",
            "Party Finance Act, art. 12",
            "Records of these registers may be linked.",
            "",
            "31 December 2026",
        ),
        (
            "operation",
            "Education, Tax, Elections",
            "Tax returns, Student loans, Donations to parties",
            "Registers Act, art. 2",
            "It allows no linking.",
            "",
            "31 December 2027",
        ),
    ] {
        let own = between(&all, &format!("id=\"{id}\""), "</section>");
        assert!(own.contains(&format!("1 January 2026 to {until}")) && own.contains("tag in-force"), "{own}");
        assert_eq!(fact(own, "Law"), law, "{id}");
        assert_eq!(fact(own, "Linking"), linking, "{id}");
        assert!(
            own.contains(&format!("<dd>{parties}</dd>")) && own.contains(&format!("<dd>{registers}</dd>")),
            "{own}"
        );
        let named = fact(own, "Special categories");
        assert_eq!(named == "It names none.", !special.is_empty(), "{id}: {named}");
    }
    house.clock.advance(TimeDelta::days(300));
    let all = page(&house, "/agreements").await;
    assert!(between(&all, "id=\"education-tax\"", "</section>").contains("tag expired"), "{all}");
    assert!(between(&all, "id=\"operation\"", "</section>").contains("tag in-force"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_says_what_it_gives_and_how_often_it_was_used() {
    let house = House::new().await;
    let use_of = async |purpose: &str| {
        let all = page(&house, "/purposes").await;
        let own = between(&all, &format!("id=\"{purpose}\""), "</section>").to_owned();
        assert!(own.contains("tag in-force"), "{own}");
        own
    };
    let own = use_of("loan-relief").await;
    assert!(own.contains("Decide whether a borrower&#39;s income entitles them to relief"), "{own}");
    assert!(own.contains("1 January 2026 to 30 June 2026") && own.contains("Education: Case officer"), "{own}");
    assert!(own.contains("href=\"/agreements#education-tax\"") && own.contains("Loan Relief Act, art. 4"), "{own}");
    assert!(own.contains("3 persons a day for each officer"), "{own}");
    assert_eq!(fact(&own, "Address"), "district only");
    // The house itself has searched once, for the person whom the tests are about.
    assert!(own.contains("one look, 0 refusals"), "{own}");
    assert!(use_of("party-finance").await.contains("0 looks, 0 refusals"));
    let person = house.ysolde_at("education");
    assert_eq!(house.dossier("officer", &person, "loan-relief").await.status, 200);
    let own = use_of("loan-relief").await;
    assert!(own.contains("2 looks, 0 refusals"), "{own}");
    assert_eq!(house.search("tax-officer", "loan-relief", "Ysolde").await.status, 403);
    let own = use_of("loan-relief").await;
    assert!(own.contains("2 looks, one refusal"), "{own}");
    assert!(use_of("party-finance").await.contains("0 looks, 0 refusals"), "of its own alone");
}
