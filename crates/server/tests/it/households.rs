//! The hop from an address of a dossier to who else is there: the search that it is, with a smaller answer.

use gate::EntryKind;

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, cookies, enter, form_token};

/// Where Ysolde lives, as a form sends it.
const ADDRESS: &str = "address=7+Nightingale+Row";

const YSOLDE: &str = "TN-48151,Ysolde,Quillfeather,1984-03-12,7 Nightingale Row,North,31415.00\n";

/// Two who live where she does, the second with a name that is markup, and one who lives next door.
const OTHERS: &str = "TN-70001,Tamsin,Quillfeather,1991-07-02,7 Nightingale Row,North,18000.00\n\
    TN-70002,\"\"\"><img src=x onerror=alert(1)>\",<script>alert(1)</script>,1966-12-04,7 Nightingale Row,North,100.00\n\
    TN-70003,Osric,Bellweather,1975-05-05,9 Nightingale Row,North,200.00\n";

/// Gives a house in which the officers' purpose gives addresses, of which the numbers are kept by themselves.
async fn house() -> House {
    House::with(|folder| {
        folder.replace("purposes/loan-relief.toml", "address = \"district\"", "address = \"value\"");
        let split = "split_part(street, ' ', 1) as house_number, \
            substr(street, strpos(street, ' ') + 1) as street, district";
        folder.replace("models/tax_person.sql", "street, district", split);
        folder.replace("incoming/tax_2025.csv", YSOLDE, &format!("{YSOLDE}{OTHERS}"));
    })
    .await
}

pub(crate) async fn get(house: &House, session: &str, path: &str) -> Answer {
    house.ask(Ask::new("GET", path).header("cookie", session)).await
}

pub(crate) async fn post(house: &House, session: &str, path: &str, body: &str) -> Answer {
    house.ask(Ask::new("POST", path).header("cookie", session).text(FORM, body)).await
}

/// Gives the session of an officer who works under a purpose, and its form token.
pub(crate) async fn working(house: &House, work: &str) -> (String, String) {
    let session = enter(house, "officer").await;
    let page = get(house, &session, "/search").await;
    let body = format!("form_token={}&back=/search&{work}", form_token(&page.text));
    let set = post(house, &session, "/work", &body).await;
    assert_eq!(set.status, 303, "{}", set.text);
    let session = cookies(&set);
    let page = get(house, &session, "/search").await;
    let token = form_token(&page.text).to_owned();
    (session, token)
}

pub(crate) const RELIEF: &str = "purpose=loan-relief&case=CASE-7&justification=because+of+her+file";

/// Gives the persons to whom a page leads.
pub(crate) fn persons(html: &str) -> Vec<&str> {
    let mut persons: Vec<&str> =
        html.split("href=\"/person/").skip(1).filter_map(|rest| rest.split(['"', '?']).next()).collect();
    persons.sort_unstable();
    persons
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hop_shows_whom_the_search_by_address_shows_and_is_logged_as_that_is() {
    let house = house().await;
    let (session, token) = working(&house, RELIEF).await;
    let ysolde = house.ysolde_at("education");
    let dossier = get(&house, &session, &format!("/person/{ysolde}")).await;
    for part in [
        "data-hop=\"/search/household\"",
        "data-place=\"#place-1\"",
        "name=\"address\" value=\"7 Nightingale Row\"",
        "which they see",
        &format!("name=\"person\" value=\"{ysolde}\""),
    ] {
        assert!(dossier.text.contains(part), "{part} in {}", dossier.text);
    }
    let size = house.gate.log_size();
    let hop =
        post(&house, &session, "/search/household", &format!("form_token={token}&person={ysolde}&{ADDRESS}")).await;
    assert_eq!((hop.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", hop.text);
    assert_eq!(hop.headers["cache-control"], "no-store");
    assert!(hop.text.starts_with("<div") && !hop.text.contains("<html"), "a part of a page: {}", hop.text);
    assert!(hop.text.contains(&format!("entry {size} of the log")), "{}", hop.text);
    let search = post(&house, &session, "/search", &format!("form_token={token}&{ADDRESS}")).await;
    assert_eq!((search.status.as_u16(), house.gate.log_size()), (200, size + 2), "{}", search.text);

    let found = persons(&search.text);
    assert_eq!(found.len(), 4, "{}", search.text);
    let mut shown = persons(&hop.text);
    assert!(!shown.contains(&ysolde.as_str()), "whose dossier it is is not listed again: {}", hop.text);
    shown.push(&ysolde);
    shown.sort_unstable();
    assert_eq!(shown, found);
    assert!(hop.text.contains("The person of this dossier was found too"), "{}", hop.text);

    let entries = house.gate.entries(size..size + 2).await.unwrap();
    let told = |at: usize| {
        let entry = &entries[at].entry;
        (entry.kind, entry.subjects, &entry.purpose, &entry.registers, &entry.classes)
    };
    assert_eq!(told(0), told(1), "the same kind of entry, about everyone who was shown");
    assert_eq!((entries[0].entry.kind, entries[0].entry.subjects), (EntryKind::Search, 4));
    let looks = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.json();
    let hers = looks["looks"].as_array().unwrap().iter().find(|look| look["log_index"] == size);
    assert_eq!(hers.expect("she is told of it")["kind"], "search");

    // Who lives next door is no part of the household, and is told as what they are.
    let (here, alike) = hop.text.split_once("<details").expect("a similar address");
    assert!(here.contains("2 other persons were found at this address"), "{here}");
    assert!(here.contains("Tamsin Quillfeather") && !here.contains("Osric"), "{here}");
    assert!(alike.contains("Osric Bellweather") && alike.contains("One person at a similar address"), "{alike}");
    // A name is text, whatever it is.
    assert!(here.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{here}");
    assert!(!hop.text.contains("<script") && !hop.text.contains("<img"), "{}", hop.text);

    let french = format!("{session}; lucarne_lang=fr");
    let hop = post(&house, &french, "/search/household", &format!("form_token={token}&{ADDRESS}")).await;
    assert!(hop.text.contains("cette adresse") && !hop.text.contains("this address"), "{}", hop.text);
    assert_eq!(persons(&hop.text), found, "nobody is left out where no dossier is named");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hop_is_refused_where_the_search_is() {
    let house = house().await;
    let hop = async |session: &str, token: &str| {
        post(&house, session, "/search/household", &format!("form_token={token}&{ADDRESS}")).await
    };
    let assert_shows_nobody = |answer: &Answer| {
        assert!(persons(&answer.text).is_empty() && !answer.text.contains("Tamsin"), "{}", answer.text);
    };

    // Without a purpose nothing is asked.
    let session = enter(&house, "officer").await;
    let token = form_token(&get(&house, &session, "/search").await.text).to_owned();
    let size = house.gate.log_size();
    let answer = hop(&session, &token).await;
    assert_eq!((answer.status.as_u16(), house.gate.log_size()), (400, size), "{}", answer.text);
    assert!(answer.text.contains("The purpose is missing"), "{}", answer.text);
    assert_shows_nobody(&answer);

    // Under a purpose of others the gate refuses on the record.
    let (session, token) = working(&house, "purpose=party-finance&case=CASE-7&justification=because").await;
    let size = house.gate.log_size();
    let answer = hop(&session, &token).await;
    assert_eq!((answer.status.as_u16(), house.gate.log_size()), (403, size + 1), "{}", answer.text);
    let logged = house.gate.entries(size..size + 1).await.unwrap().remove(0);
    assert_eq!((logged.entry.kind, logged.entry.asked), (EntryKind::Refusal, Some(EntryKind::Search)));
    for rule in &logged.entry.rules {
        assert!(answer.text.contains(&format!("<code>{rule}</code>")), "{rule}: {}", answer.text);
    }
    assert!(answer.text.contains(&format!("The refusal is entry {size} of the log.")), "{}", answer.text);
    let filled = "name=\"address\" value=\"7 Nightingale Row\"";
    assert!(answer.text.contains(filled), "the search can be filled in further: {}", answer.text);
    assert_shows_nobody(&answer);
    let search = post(&house, &session, "/search", &format!("form_token={token}&{ADDRESS}")).await;
    assert_eq!(search.status, 403, "as the search is: {}", search.text);
    for rule in &logged.entry.rules {
        assert!(search.text.contains(&format!("<code>{rule}</code>")), "{rule}: {}", search.text);
    }

    // A form of another session, or of none, does nothing.
    let (session, _) = working(&house, RELIEF).await;
    let size = house.gate.log_size();
    for token in ["AAAA", "", &token] {
        let answer = hop(&session, token).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert!(answer.text.contains("The form was made for another session"), "{}", answer.text);
        assert!(!answer.text.contains("Nightingale"), "what is not of this session is not repeated: {}", answer.text);
        assert_shows_nobody(&answer);
    }
    let answer = hop("", &token).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert!(answer.text.contains("No valid session") && answer.text.contains("href=\"/\""), "{}", answer.text);
    assert!(!answer.text.contains("Nightingale"), "{}", answer.text);
    let body = format!("form_token={token}&{ADDRESS}");
    let foreign = Ask::new("POST", "/search/household").header("cookie", &session).text(FORM, &body);
    let foreign = house.ask(foreign.header("sec-fetch-site", "cross-site")).await;
    assert_eq!((foreign.status.as_u16(), foreign.problem().as_str()), (403, "foreign-request"));
    assert_eq!(get(&house, &session, "/search/household").await.status, 405, "it has no page");
    assert_eq!(house.gate.log_size(), size, "none of them asked anything");

    // Other roles search for nobody.
    for (who, path) in [("citizen", "/me"), ("steward", "/review"), ("dpo", "/desk")] {
        let session = enter(&house, who).await;
        let token = form_token(&get(&house, &session, path).await.text).to_owned();
        let size = house.gate.log_size();
        let answer = hop(&session, &token).await;
        assert_eq!((answer.status.as_u16(), house.gate.log_size()), (403, size), "{who}: {}", answer.text);
        assert!(answer.text.contains("This is the task of another role."), "{who}: {}", answer.text);
        assert_shows_nobody(&answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_addresses_are_not_given_whole_no_hop_is_offered_and_none_tells_more_than_a_search() {
    let house = House::new().await;
    let (session, token) = working(&house, RELIEF).await;
    let dossier = get(&house, &session, &format!("/person/{}", house.ysolde_at("education"))).await;
    assert!(dossier.text.contains("id=\"relations\"") && !dossier.text.contains("data-hop"), "{}", dossier.text);
    let size = house.gate.log_size();
    for (path, status, says) in [
        ("/search/household", 200, "Not used, because the purpose"),
        ("/search", 400, "Nobody was searched for: this purpose"),
    ] {
        let answer = post(&house, &session, path, &format!("form_token={token}&{ADDRESS}")).await;
        assert_eq!((answer.status.as_u16(), house.gate.log_size()), (status, size), "{path}: {}", answer.text);
        assert!(answer.text.contains(says) && !answer.text.contains("of the log"), "{path}: {}", answer.text);
        assert!(persons(&answer.text).is_empty(), "{path}: {}", answer.text);
        assert!(!answer.text.contains("Nobody else"), "nobody was looked for: {}", answer.text);
    }
    let hop = post(&house, &session, "/search/household", &format!("form_token={token}&{ADDRESS}")).await;
    assert!(hop.text.contains("<h3>Nobody was looked for at this address</h3>"), "{}", hop.text);
    for (path, address) in [("/search/household", "x".repeat(201)), ("/search/household", String::new())] {
        let answer = post(&house, &session, path, &format!("form_token={token}&address={address}")).await;
        assert_eq!((answer.status.as_u16(), house.gate.log_size()), (400, size), "{path}: {}", answer.text);
    }
    let own = get(&house, &enter(&house, "citizen").await, "/me/records").await;
    assert!(own.text.contains("Nightingale Row") && !own.text.contains("data-hop"), "citizens search for nobody");
}

/// Gives the table of a part of a page that has those who are at the address; empty where nobody is.
fn here(html: &str) -> &str {
    html.split_once("<details").map_or(html, |(here, _)| here)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_postcode_alone_no_hop_is_offered_and_nobody_is_of_the_household() {
    let house = House::with(|folder| {
        folder.replace("purposes/loan-relief.toml", "address = \"district\"", "address = \"value\"");
        folder.replace("registers/tax.toml", "street = {", "postcode = {");
        folder.replace("models/tax_person.sql", "street, district", "postcode, district");
        folder.replace("incoming/tax_2025.csv", "street,district", "postcode,district");
        let rows = format!("{YSOLDE}{OTHERS}");
        let rows = rows.replace("7 Nightingale Row", "10115").replace("9 Nightingale Row", "10115");
        folder.replace("incoming/tax_2025.csv", YSOLDE, &rows);
    })
    .await;
    let (session, token) = working(&house, RELIEF).await;
    let ysolde = house.ysolde_at("education");
    let dossier = get(&house, &session, &format!("/person/{ysolde}")).await;
    assert!(dossier.text.contains("<bdi>10115</bdi>"), "it is told as where she is: {}", dossier.text);
    assert!(!dossier.text.contains("data-hop") && !dossier.text.contains("name=\"address\""), "{}", dossier.text);
    // Whoever asks all the same is told of people with this postcode, and not of a household.
    let asked = format!("form_token={token}&person={ysolde}&address=10115");
    let answer = post(&house, &session, "/search/household", &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("3 persons at similar addresses"), "{}", answer.text);
    assert!(!here(&answer.text).contains("Tamsin") && answer.text.contains("Tamsin"), "{}", answer.text);
    assert!(answer.text.contains("data-label=\"Nobody else\""), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_number_is_not_known_is_not_of_the_household() {
    let house = House::with(|folder| {
        folder.replace("purposes/loan-relief.toml", "address = \"district\"", "address = \"value\"");
        // Their numbers are kept by themselves; of one the number is missing.
        folder.replace(
            "registers/tax.toml",
            "street = {",
            "postcode = { type = \"text\", class = \"address\" }\nstreet = {",
        );
        folder.replace(
            "registers/tax.toml",
            "street = {",
            "house_number = { type = \"text\", class = \"address\" }\nstreet = {",
        );
        folder.replace("models/tax_person.sql", "street, district", "house_number, street, postcode, district");
        let tax = std::fs::read_to_string(folder.root().join("incoming/tax_2025.csv")).unwrap();
        let apart = |line: &str| {
            let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            let (number, street) = fields[4].split_once(' ').unwrap_or(("house_number", "street"));
            let postcode = match street {
                "street" => "postcode",
                "Nightingale Row" => "10115",
                _ => "",
            };
            fields[4] = format!("{postcode},{number},{street}");
            fields.join(",") + "\n"
        };
        let tax: String = tax.lines().map(apart).collect();
        let tax = tax.replace("Nightingale Row", "Nightingale Row North");
        let others = "TN-70001,Tamsin,Quillfeather,1991-07-02,10115,7,Nightingale Row North,North,18000.00\n\
            TN-70003,Osric,Bellweather,1975-05-05,10115,,Nightingale Row North,North,200.00\n\
            TN-70004,Perpetua,Underhill,1969-01-30,,7,Nightingale Row North,North,200.00\n";
        folder.write("incoming/tax_2025.csv", &(tax + others));
    })
    .await;
    let (session, token) = working(&house, RELIEF).await;
    let ysolde = house.ysolde_at("education");
    let dossier = get(&house, &session, &format!("/person/{ysolde}")).await;
    let offered = "name=\"address\" value=\"7 Nightingale Row North, 10115\"";
    assert!(dossier.text.contains(offered), "the number stands with its street: {}", dossier.text);
    let asked = format!("form_token={token}&person={ysolde}&address=7+Nightingale+Row+North,+10115");
    let answer = post(&house, &session, "/search/household", &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (here, alike) = answer.text.split_once("<details").expect("somebody of the same street");
    assert!(here.contains("2 other persons were found at this address"), "{here}");
    assert!(here.contains("Tamsin") && here.contains("Perpetua"), "a record may leave the postcode out: {here}");
    assert!(!here.contains("Osric") && alike.contains("Osric Bellweather"), "{alike}");
}

/// Gives rows of so many people who live where Ysolde does, no two of one name.
fn lodgers(count: usize) -> String {
    let part = |of: [&'static str; 10], at: usize| of[at % 10];
    let row = |at: usize| {
        let first = part(["Bel", "Cor", "Dun", "Fen", "Gal", "Hol", "Jor", "Kes", "Lam", "Mor"], at);
        let last = part(["Ash", "Birch", "Cedar", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Larch"], at / 10);
        let end = part(["wick", "ton", "by", "ford", "ham", "ley", "mere", "thorpe", "well", "worth"], at);
        format!(
            "TN-{},{first}an,{last}{end},{}-0{}-11,7 Nightingale Row,North,100.00\n",
            71_000 + at,
            1950 + at,
            at % 9 + 1
        )
    };
    (0..count).map(row).collect()
}

async fn crowded(count: usize) -> House {
    House::with(|folder| {
        folder.replace("purposes/loan-relief.toml", "address = \"district\"", "address = \"value\"");
        let split = "split_part(street, ' ', 1) as house_number, \
            substr(street, strpos(street, ' ') + 1) as street, district";
        folder.replace("models/tax_person.sql", "street, district", split);
        folder.replace("incoming/tax_2025.csv", YSOLDE, &format!("{YSOLDE}{}", lodgers(count)));
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_are_of_the_dossiers_person_alone_say_that_nobody_else_is_there() {
    let house = crowded(0).await;
    let (session, token) = working(&house, RELIEF).await;
    let ysolde = house.ysolde_at("education");
    let dossier = get(&house, &session, &format!("/person/{ysolde}")).await;
    let table = format!(
        "name=\"person\" value=\"{ysolde}\"><input type=\"hidden\" name=\"address\" value=\"7 Nightingale Row\">"
    );
    assert!(dossier.text.contains(&table), "{table} in {}", dossier.text);
    let french = format!("{session}; lucarne_lang=fr");
    let told = [
        (&session, "Nobody else was found there", "One person was found"),
        (&french, "Personne d’autre n’y a été trouvé", "Une personne a été trouvée"),
    ];
    for (session, nobody, one) in told {
        let size = house.gate.log_size();
        let asked = format!("form_token={token}&person={ysolde}&{ADDRESS}");
        let answer = post(&house, session, "/search", &asked).await;
        assert_eq!((answer.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", answer.text);
        assert!(answer.text.contains(nobody) && !answer.text.contains(one), "{}", answer.text);
        assert_eq!(persons(&answer.text), [ysolde.as_str()], "she is who was found");
        // Of whoever does not come from her dossier it is said that she was found.
        for other in ["", "&person=p-0"] {
            let answer = post(&house, session, "/search", &format!("form_token={token}{other}&{ADDRESS}")).await;
            assert!(answer.text.contains(one) && !answer.text.contains(nobody), "{}", answer.text);
        }
    }
    let house = crowded(1).await;
    let (session, token) = working(&house, RELIEF).await;
    let asked = format!("form_token={token}&person={}&{ADDRESS}", house.ysolde_at("education"));
    let answer = post(&house, &session, "/search", &asked).await;
    assert!(answer.text.contains("2 persons were found") && !answer.text.contains("Nobody else"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_people_than_a_page_of_results_are_all_shown() {
    let house = crowded(25).await;
    let (session, token) = working(&house, RELIEF).await;
    let size = house.gate.log_size();
    let asked = format!("form_token={token}&person={}&{ADDRESS}", house.ysolde_at("education"));
    let answer = post(&house, &session, "/search/household", &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(here(&answer.text).contains("25 other persons were found at this address"), "{}", answer.text);
    assert!(answer.text.contains("data-label=\"Household (25)\""), "{}", answer.text);
    assert_eq!(persons(here(&answer.text)).len(), 25, "{}", answer.text);
    let entry = house.gate.entries(size..size + 1).await.unwrap().remove(0).entry;
    assert!(entry.subjects >= 26, "everyone shown is told of it: {}", entry.subjects);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_people_than_one_search_shows_are_said_to_be_more() {
    let house = crowded(60).await;
    let (session, token) = working(&house, RELIEF).await;
    let asked = format!("form_token={token}&person={}&{ADDRESS}", house.ysolde_at("education"));
    let answer = post(&house, &session, "/search/household", &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let shown = persons(&answer.text).len();
    assert!((49..=50).contains(&shown), "her own dossier may be among those found: {shown}");
    assert!(
        answer.text.contains(&format!("At least {shown} other persons were found at this address")),
        "{}",
        answer.text
    );
    assert!(answer.text.contains(&format!("data-label=\"Household (at least {shown})\"")), "{}", answer.text);
    assert!(answer.text.contains("there may be others at this address"), "{}", answer.text);
    assert!(!answer.text.contains("similar address"), "nobody at another one is shown: {}", answer.text);
}
