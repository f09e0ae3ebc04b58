//! The hop from an employer of a dossier to who else works there: a search by the employer alone, where the purpose opens
//! employers, and refused where more work there than it says.

use gate::EntryKind;
use serde_json::json;
use testkit::ProjectFolder;

use crate::house::{Answer, Ask, House, work};
use crate::households::{RELIEF, get, persons, post, working};
use crate::pages::{enter, form_token};

/// Where Ysolde and two others work, as pages write it and as forms send it; and where nine do.
const MILLS: &str = "Marzipan Mills &#38; Sons";
const AT_MILLS: &str = "employer=Marzipan+Mills+%26+Sons";
const AT_HOLDINGS: &str = "employer=Thursday+Holdings";

/// Has tax returns name employers: of the first three one, of the next nine another, and of the others none. The purpose of the
/// officers gives employers, and says this of how many may work at one.
fn employ(folder: &ProjectFolder, limits: &str) {
    folder.employ(&[("Marzipan Mills & Sons", 3), ("Thursday Holdings", 9)]);
    let purpose = "purposes/loan-relief.toml";
    folder.replace(purpose, "persons_per_officer_and_day = 3", limits);
    folder.replace(purpose, "address = \"district\"", "address = \"district\"\nemployment = \"value\"");
}

async fn open() -> House {
    House::with(|folder| employ(folder, "persons_per_officer_and_day = 3\ncolleagues_max = 5")).await
}

async fn closed() -> House {
    House::with(|folder| employ(folder, "persons_per_officer_and_day = 3")).await
}

/// Checks that an answer is a refusal by this rule that shows nobody, and that the log has it about nobody.
#[track_caller]
fn assert_says(answer: &Answer, rule: &str) {
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert!(answer.text.contains(&format!("<code>{rule}</code>")), "{}", answer.text);
    assert!(persons(&answer.text).is_empty(), "{}", answer.text);
    for name in ["Amelia", "Okafor", "Dmitri"] {
        assert!(!answer.text.contains(name), "{name}: {}", answer.text);
    }
}

async fn assert_logged(house: &House, size: u64, rule: &str) {
    assert_eq!(house.gate.log_size(), size + 1);
    let entry = house.gate.entries(size..size + 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.asked), (EntryKind::Refusal, Some(EntryKind::Search)));
    assert_eq!((entry.subjects, entry.rules), (0, vec![rule.to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn few_colleagues_are_shown_in_place_and_as_results_and_are_told() {
    let house = open().await;
    let (session, token) = working(&house, RELIEF).await;
    let form = get(&house, &session, "/search").await;
    assert!(form.text.contains("open where 5 people at most work there"), "{}", form.text);
    assert!(!form.text.contains("name=\"employer\""), "an employer is not searched for: {}", form.text);
    let ysolde = house.ysolde_at("education");
    let dossier = get(&house, &session, &format!("/person/{ysolde}")).await;
    for part in [
        "which they see",
        &format!("name=\"employer\" value=\"{MILLS}\" data-place=\"#place-"),
        &format!("Who else works at <bdi>{MILLS}</bdi>"),
        "<button class=\"button quiet small\">Search this employer</button>",
        "An employer opens where 5 people at most work there.",
    ] {
        assert!(dossier.text.contains(part), "{part} in {}", dossier.text);
    }
    assert!(!dossier.text.contains("Does not open: a list of all who work there"), "{}", dossier.text);

    let size = house.gate.log_size();
    let asked = format!("form_token={token}&person={ysolde}&{AT_MILLS}");
    let hop = post(&house, &session, "/search/household", &asked).await;
    assert_eq!((hop.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", hop.text);
    assert!(hop.text.starts_with("<div") && !hop.text.contains("<html"), "a part of a page: {}", hop.text);
    assert!(hop.text.contains("<h3>2 other persons were found who work there</h3>"), "{}", hop.text);
    assert!(hop.text.contains("data-label=\"Colleagues (2)\""), "{}", hop.text);
    assert!(hop.text.contains("The person of this dossier was found too"), "{}", hop.text);
    assert!(
        !hop.text.contains("<details") && !hop.text.contains("similar address"),
        "nobody is next door: {}",
        hop.text
    );
    let mut shown = persons(&hop.text);
    assert!(shown.len() == 2 && !shown.contains(&ysolde.as_str()), "{}", hop.text);

    let search = post(&house, &session, "/search", &format!("form_token={token}&{AT_MILLS}")).await;
    assert_eq!((search.status.as_u16(), house.gate.log_size()), (200, size + 2), "{}", search.text);
    assert!(search.text.contains(&format!("Who works at: <bdi>{MILLS}</bdi>")), "{}", search.text);
    assert!(search.text.contains("Employer: the same"), "{}", search.text);
    shown.push(&ysolde);
    shown.sort_unstable();
    assert_eq!(persons(&search.text), shown);
    for logged in house.gate.entries(size..size + 2).await.unwrap() {
        assert_eq!((logged.entry.kind, logged.entry.subjects), (EntryKind::Search, 3));
    }
    let looks = house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.json();
    let hers = looks["looks"].as_array().unwrap().iter().find(|look| look["log_index"] == size);
    let hers = hers.expect("she is told of it");
    assert!(hers["kind"] == "search" && hers["entry_names_more"].is_null(), "{hers}");
    let is_named = |class: &str| hers["classes"].as_array().unwrap().iter().any(|rule| rule["class"] == class);
    assert!(is_named("employment") && !is_named("income"), "{hers}");
    // A further column is called what the register calls it. A look would have incomes after it.
    let told = get(&house, &enter(&house, "citizen").await, "/me").await;
    assert!(told.text.contains("District, Employer</dd>"), "{}", told.text);

    let french = format!("{session}; lucarne_lang=fr");
    let hop = post(&house, &french, "/search/household", &asked).await;
    assert!(hop.text.contains("2 autres personnes ont été trouvées qui y travaillent"), "{}", hop.text);
    // Citizens search for nobody.
    let own = get(&house, &enter(&house, "citizen").await, "/me/records").await;
    assert!(!own.text.contains("name=\"employer\"") && !own.text.contains("data-hop"), "{}", own.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_more_work_than_the_purpose_opens_the_refusal_stands_in_place() {
    let house = open().await;
    let (session, token) = working(&house, RELIEF).await;
    for path in ["/search/household", "/search"] {
        let size = house.gate.log_size();
        let answer = post(&house, &session, path, &format!("form_token={token}&{AT_HOLDINGS}")).await;
        assert_says(&answer, "colleagues.too-many");
        assert!(answer.text.contains("More people work there than the purpose"), "{}", answer.text);
        for told in ["9 people", "9 persons", "9 other"] {
            assert!(!answer.text.contains(told), "nobody is told how many: {}", answer.text);
        }
        assert_logged(&house, size, "colleagues.too-many").await;
    }
    // Beside anything else an employer is no question.
    let size = house.gate.log_size();
    let asked = format!("form_token={token}&{AT_MILLS}&address=7+Nightingale+Row");
    assert_says(&post(&house, &session, "/search/household", &asked).await, "colleagues.not-alone");
    assert_logged(&house, size, "colleagues.not-alone").await;
    // A form of another session asks nothing.
    let size = house.gate.log_size();
    let foreign = post(&house, &session, "/search/household", &format!("form_token=AAAA&{AT_MILLS}")).await;
    assert_eq!((foreign.status.as_u16(), house.gate.log_size()), (403, size), "{}", foreign.text);
    assert!(!foreign.text.contains("Marzipan"), "what is not of this session is not repeated: {}", foreign.text);
    let session = enter(&house, "steward").await;
    let token = form_token(&get(&house, &session, "/review").await.text).to_owned();
    let answer = post(&house, &session, "/search/household", &format!("form_token={token}&{AT_MILLS}")).await;
    assert_eq!((answer.status.as_u16(), house.gate.log_size()), (403, size), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_that_says_nothing_of_employers_opens_none_and_the_page_says_why() {
    let house = closed().await;
    let (session, token) = working(&house, RELIEF).await;
    let form = get(&house, &session, "/search").await;
    assert!(!form.text.contains("people at most work there"), "{}", form.text);
    let dossier = get(&house, &session, &format!("/person/{}", house.ysolde_at("education"))).await;
    for part in [MILLS, "Does not open: a list of all who work there", "your purpose gives none"] {
        assert!(dossier.text.contains(part), "{part} in {}", dossier.text);
    }
    assert!(!dossier.text.contains("name=\"employer\""), "{}", dossier.text);
    let size = house.gate.log_size();
    let answer = post(&house, &session, "/search/household", &format!("form_token={token}&{AT_MILLS}")).await;
    assert_says(&answer, "colleagues.closed");
    assert_logged(&house, size, "colleagues.closed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_takes_an_employer_under_the_same_rules() {
    let house = open().await;
    let ask = async |parts: &[(&str, &str)]| {
        let mut body = work("loan-relief");
        for (part, text) in parts {
            body[*part] = json!(text);
        }
        house.ask(Ask::new("POST", "/api/v1/search").token(&house.token("officer")).json(&body)).await
    };
    let found = ask(&[("employer", "marzipan mills & sons")][..]).await;
    assert_eq!(found.status, 200, "{}", found.text);
    let found = found.json();
    assert_eq!(found["hits"].as_array().unwrap().len(), 3);
    assert_eq!((&found["more"], &found["not_used"]), (&json!(false), &json!([])));
    assert_eq!(found["hits"][0]["matched"], json!([{ "part": "employer", "how": "same" }]));
    for hit in found["hits"].as_array().unwrap() {
        let told: Vec<&str> = hit["values"].as_object().unwrap().keys().map(String::as_str).collect();
        assert!(told.contains(&"last_name") && told.contains(&"employer"), "{hit}");
        for more in ["street", "tax_number", "phone"] {
            assert!(!told.contains(&more) && !hit["withheld"].to_string().contains(more), "{more}: {hit}");
        }
    }
    assert!(!found.to_string().contains("Nightingale"), "{found}");
    for (parts, rule) in [
        (&[("employer", "Thursday Holdings")][..], "colleagues.too-many"),
        (&[("employer", "Marzipan Mills & Sons"), ("name", "Ysolde")][..], "colleagues.not-alone"),
    ] {
        let size = house.gate.log_size();
        let answer = ask(parts).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "refused"), "{}", answer.text);
        assert!(answer.text.contains(rule) && !answer.text.contains("Quillfeather"), "{}", answer.text);
        assert_logged(&house, size, rule).await;
    }
    let purposes = house.ask(Ask::new("GET", "/api/v1/catalogue").token(&house.token("officer"))).await;
    assert_eq!(purposes.status, 200, "{}", purposes.text);
    let purposes = purposes.json();
    let relief = purposes["purposes"].as_array().unwrap().iter().find(|purpose| purpose["id"] == "loan-relief");
    assert_eq!(relief.unwrap()["colleagues_max"], 5);
}
