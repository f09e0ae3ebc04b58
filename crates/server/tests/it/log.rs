//! The log as its auditor reads it: filtered by day, role and rule, compared with what was saved, kept as a file; and the
//! addresses to which forms alone are sent.

use std::path::Path;

use chrono::TimeDelta;
use serde_json::Value;

use crate::house::{Ask, House};
use crate::pages::{FORM, enter, form_token};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Gives what the API says of the entries that an address asks for.
async fn asked(house: &House, query: &str) -> Value {
    let path = format!("/api/v1/log/entries?{query}");
    let answer = house.ask(Ask::new("GET", &path).token(&house.token("dpo"))).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer.json()
}

fn indices(page: &Value) -> Vec<u64> {
    page["entries"].as_array().unwrap().iter().map(|entry| entry["index"].as_u64().unwrap()).collect()
}

/// Gives a house in whose log there is a look on 4, 5 and 6 May, the second a minute before midnight, and a refusal on the last
/// day; with the indices of the four.
async fn three_days() -> (House, [u64; 4]) {
    let house = House::new().await;
    let person = house.ysolde_at("education");
    let look = async || house.dossier("officer", &person, "loan-relief").await.json()["log_index"].as_u64().unwrap();
    let first = look().await;
    house.clock.set("2026-05-05T23:59:00Z".parse().unwrap());
    let second = look().await;
    house.clock.advance(TimeDelta::minutes(2));
    let third = look().await;
    let refused = house.search("tax-officer", "loan-relief", "Ysolde").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    (house, [first, second, third, refused.json()["log_index"].as_u64().unwrap()])
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_of_utc_and_both_are_included() {
    let (house, [first, second, third, refused]) = three_days().await;
    let size = house.gate.log_size();
    let one = asked(&house, "from=2026-05-05&until=2026-05-05").await;
    assert_eq!((indices(&one), &one["matching"], &one["next"]), (vec![second], &1.into(), &Value::Null), "{one}");
    let later = asked(&house, "from=2026-05-05").await;
    assert_eq!((indices(&later), &later["matching"]), (vec![refused, third, second], &3.into()), "{later}");
    let before = asked(&house, "until=2026-05-04&limit=1").await;
    assert_eq!((indices(&before), &before["matching"]), (vec![first], &(first + 1).into()), "{before}");
    assert_eq!(before["next"], first, "the earlier ones are on the next page");
    assert_eq!(indices(&asked(&house, "from=2026-05-06&kind=look").await), [third]);
    for nothing in ["from=2026-05-07", "until=2026-01-01", "from=2026-05-05&before=0"] {
        let none = asked(&house, nothing).await;
        assert_eq!((indices(&none), &none["next"]), (vec![], &Value::Null), "{nothing}: {none}");
    }
    let all = asked(&house, "limit=2").await;
    assert_eq!((indices(&all), &all["matching"]), (vec![size - 1, size - 2], &size.into()), "{all}");

    for wrong in ["from=yesterday", "until=2026-02-30"] {
        let path = format!("/api/v1/log/entries?{wrong}");
        let answer = house.ask(Ask::new("GET", &path).token(&house.token("dpo"))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{wrong}");
        let session = enter(&house, "dpo").await;
        let page = house.ask(Ask::new("GET", &format!("/log?{wrong}")).header("cookie", &session)).await;
        assert!(
            page.status == 400 && page.text.contains("A day in the address is none that there is."),
            "{}",
            page.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_and_a_rule_are_asked_for_by_their_names() {
    let (house, [first, second, third, refused]) = three_days().await;
    let officer = asked(&house, "role=education/case-officer&kind=look").await;
    assert_eq!(indices(&officer), [third, second, first]);
    assert!(officer["entries"].as_array().unwrap().iter().all(|entry| entry["by"] == "education/case-officer"));
    assert_eq!(indices(&asked(&house, "role=tax/case-officer").await), [refused]);
    assert_eq!(indices(&asked(&house, "rule=purpose.not-a-recipient").await), [refused]);
    assert!(indices(&asked(&house, "role=education/case").await).is_empty(), "a role is not a part of its name");
    assert!(!indices(&asked(&house, "role=system").await).is_empty(), "the house was built by jobs");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_filter_are_full_but_for_the_last_and_each_says_how_many_there_are() {
    let (house, [first, second, third, refused]) = three_days().await;
    let looks = async |more: &str| {
        let page = asked(&house, &format!("role=education/case-officer&kind=look{more}")).await;
        assert_eq!(page["matching"], 3, "{more}: {page}");
        page
    };
    let page = looks("&limit=2").await;
    assert_eq!((indices(&page), &page["next"]), (vec![third, second], &second.into()), "{page}");
    let page = looks(&format!("&limit=2&before={second}")).await;
    assert_eq!((indices(&page), &page["next"]), (vec![first], &Value::Null), "{page}");
    // There are earlier entries, but none as asked for.
    assert!(first > 0);
    let page = looks(&format!("&limit=1&before={second}")).await;
    assert_eq!((indices(&page), &page["next"]), (vec![first], &Value::Null), "{page}");
    assert_eq!(indices(&looks("&before=0").await), [] as [u64; 0]);
    assert_eq!(indices(&looks(&format!("&before={}", u64::MAX)).await), [third, second, first]);
    // An entry that is written is found at once.
    let again = house.search("tax-officer", "loan-relief", "Ysolde").await.json()["log_index"].as_u64().unwrap();
    let page = asked(&house, "rule=purpose.not-a-recipient").await;
    assert_eq!((indices(&page), &page["matching"]), (vec![again, refused], &2.into()), "{page}");
    assert_eq!(page["size"], again + 1);
    for nothing in ["kind=refusal&purpose=loan", "agency=educatio", "role=Citizen", "rule=purpose", "kind="] {
        let page = asked(&house, nothing).await;
        let expected = if nothing == "kind=" { again + 1 } else { 0 };
        assert_eq!((&page["matching"], &page["next"]), (&expected.into(), &Value::Null), "{nothing}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_how_many_are_as_asked_and_keeps_what_was_chosen() {
    let (house, [_, second, ..]) = three_days().await;
    let session = enter(&house, "dpo").await;
    let get = async |language: &str, path: &str| {
        let cookies = format!("{session}; lucarne_lang={language}");
        let page = house.ask(Ask::new("GET", path).header("cookie", &cookies)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page.text
    };
    let size = house.gate.log_size();
    let whole = get("en", "/log").await;
    assert!(whole.contains(&format!("{size} entries, numbered from 0")), "{whole}");
    // No entry is of every rule: what is not asked for is any.
    for any in ["name=\"rule\"><option value=\"\">Any<", "name=\"role\"><option value=\"\">All<"] {
        assert!(whole.contains(any), "{any} in {whole}");
    }
    let path = "/log?from=2026-05-05&until=2026-05-05&kind=look&role=education/case-officer";
    let filtered = get("en", path).await;
    assert!(filtered.contains(&format!("1 of {size} entries")), "{filtered}");
    assert!(!filtered.contains(&format!("{size} entries, numbered")), "{filtered}");
    assert!(filtered.contains(&format!("href=\"/log/{second}\"")), "{filtered}");
    assert_eq!(filtered.matches("<tr>").count(), 2, "a head and one entry: {filtered}");
    for kept in [
        "<input type=\"date\" id=\"from\" name=\"from\" value=\"2026-05-05\">",
        "<option value=\"education/case-officer\" selected>",
        "<option value=\"look\" selected>",
    ] {
        assert!(filtered.contains(kept), "{kept} in {filtered}");
    }
    assert!(get("fr", path).await.contains(&format!("Entrées retenues\u{a0}: 1 sur {size}")));
    // On pages that others lead on to it says so too, and before the first entry that there is none.
    let earlier = get("en", &format!("{path}&before={second}")).await;
    for says in
        [format!("1 of {size} entries"), "No earlier entry is like this.".to_owned(), "Newest entries".to_owned()]
    {
        assert!(earlier.contains(&says), "{says} in {earlier}");
    }
    let nothing = get("en", "/log?from=2001-01-01&until=2001-12-31").await;
    assert!(
        nothing.contains("No entry is like this.") && nothing.contains(&format!("0 of {size} entries")),
        "{nothing}"
    );

    // What a rule says is offered and shown, with its name beside it.
    let refusals = get("en", "/log?kind=refusal").await;
    let says = "<option value=\"purpose.not-a-recipient\">";
    assert!(refusals.contains(says) && refusals.contains("to search</span>"), "{refusals}");
    let about = refusals.split("data-label=\"About\"").nth(1).unwrap().split("</td>").next().unwrap();
    assert!(
        about.contains(". <code class=\"soft\">purpose.not-a-recipient</code>"),
        "a sentence and its rule: {about}"
    );
    let desk = get("en", "/desk").await;
    let row = desk.split("rule=purpose.not-a-recipient\">").nth(1).unwrap().split("</a>").next().unwrap();
    assert!(row.contains(". <code class=\"small soft\">purpose.not-a-recipient</code>"), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_changed_raises_no_alarm_and_the_log_can_be_verified_alone() {
    let house = House::new().await;
    let session = enter(&house, "dpo").await;
    let token = form_token(&house.ask(Ask::new("GET", "/log").header("cookie", &session)).await.text).to_owned();
    let own = house.ask(Ask::new("GET", "/api/v1/log/checkpoint").token(&house.token("dpo"))).await.text;
    let size = own.lines().nth(1).unwrap();
    let one_digit = own.replacen(&format!("\n{size}\n"), &format!("\n{size}1\n"), 1);
    let verify = async |language: &str, saved: &str| {
        let saved: String = saved.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let cookies = format!("{session}; lucarne_lang={language}");
        let body = format!("form_token={token}&saved={saved}");
        house.ask(Ask::new("POST", "/log/verify").header("cookie", &cookies).text(FORM, &body)).await
    };
    for changed in [one_digit.as_str(), own.replace("small.example", "other.example").as_str()] {
        for (language, title, alone) in [
            ("en", "This checkpoint can’t be used", "Verify the log alone"),
            ("fr", "Ce point de contrôle est inutilisable", "Vérifier le journal seul"),
        ] {
            let page = verify(language, changed).await;
            assert_eq!(page.status, 400, "{}", page.text);
            assert!(page.text.contains(&format!("<h1>{title}</h1>")), "{}", page.text);
            assert!(page.text.contains("action=\"/log/verify\"") && page.text.contains(alone), "{}", page.text);
            assert!(!page.text.contains("does not hold") && !page.text.contains("role=\"alert\""), "{}", page.text);
        }
        let body = serde_json::json!({ "checkpoint": changed });
        let ask = Ask::new("POST", "/api/v1/log/verify").token(&house.token("citizen")).json(&body);
        let answer = house.ask(ask).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "unusable-checkpoint"),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("not examined") && !answer.text.contains("\"verified\""), "{}", answer.text);
    }
    // Alone it is verified, and with what it signed.
    for (saved, says) in [("", "not compared"), (own.as_str(), "it only grew")] {
        let begun = verify("en", saved).await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        let path = begun.headers["location"].to_str().unwrap().to_owned();
        let held = loop {
            let page = house.ask(Ask::new("GET", &path).header("cookie", &session)).await;
            if !page.text.contains("<progress") {
                break page;
            }
        };
        assert!(held.text.contains("The log holds") && held.text.contains(says), "{}", held.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checkpoint_is_given_as_a_file_to_whoever_acts() {
    let house = House::new().await;
    for who in ["dpo", "citizen"] {
        let session = enter(&house, who).await;
        let file = house.ask(Ask::new("GET", "/log/checkpoint").header("cookie", &session)).await;
        assert_eq!(file.status, 200, "{}", file.text);
        assert_eq!(file.headers["content-type"], "text/plain; charset=utf-8");
        let size = file.text.lines().nth(1).unwrap();
        let name = format!("attachment; filename=\"lucarne-checkpoint-{size}.txt\"");
        assert_eq!(file.headers["content-disposition"], name.as_str());
        assert!(file.text.starts_with("small.example/log\n"), "{}", file.text);
    }
    assert_eq!(house.ask(Ask::new("GET", "/log/checkpoint")).await.status, 303, "nobody acts");
}

/// Gives the paths to which forms alone are sent, each with the page that has the form, as the routes of pages say it.
fn forms() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages/mod.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let routes: Vec<&str> = text.split(".route(\"").skip(1).collect();
    let mut found = Vec::new();
    for route in routes {
        let route = route.split("\n").next().unwrap();
        if route.contains("get(") {
            continue;
        }
        let (path, rest) = route.split_once('"').unwrap();
        let page = rest.strip_prefix(", form(\"").unwrap_or_else(|| panic!("{path} has no page to lead to"));
        found.push((path.to_owned(), page.split('"').next().unwrap().to_owned()));
    }
    assert!(found.len() > 8, "{found:?}");
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_form_is_sent_people_are_led_to_its_page() {
    let house = House::new().await;
    let size = house.gate.log_size();
    for (path, page) in forms() {
        let path = path.replace("{record}", "r-0").replace("{number}", "0").replace("{link}", "0");
        assert!(!path.contains('{'), "{path}");
        for (language, title) in
            [("en", "A form is sent to this address"), ("fr", "Un formulaire s’envoie à cette adresse")]
        {
            let ask = Ask::new("GET", &path).header("accept", BROWSER).header("accept-language", language);
            let answer = house.ask(ask).await;
            assert_eq!(answer.status, 405, "{path}: {}", answer.text);
            assert_eq!(answer.headers["allow"], "POST", "{path}");
            assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{path}");
            assert!(answer.text.contains(&format!("<h1>{title}</h1>")), "{path}: {}", answer.text);
            assert!(answer.text.contains(&format!("<a class=\"button\" href=\"{page}\">")), "{path}: {}", answer.text);
        }
        let answer = house.ask(Ask::new("GET", &path)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (405, &405.into()), "{path}: a program");
        // It leads to a page that there is, if not for everyone.
        let led = house.ask(Ask::new("GET", &page)).await.status;
        assert!(led == 200 || led == 303, "{path}: {page} is {led}");
    }
    assert_eq!(house.gate.log_size(), size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_none_is_no_empty_page() {
    let (house, _) = three_days().await;
    let token = house.token("dpo");
    for (query, said) in [
        ("kind=looks", "no such kind of entries: there are look, search,"),
        ("knd=look", "can't have the key `knd`: known are `before`, `limit`, `kind`,"),
        ("kind=look&Quillfeather=1", "has a key that it can't have: known are"),
        ("limit=0", "from 1 to 500"),
        ("limit=501", "from 1 to 500"),
        ("limit=many", "can't be read"),
        ("before=-1", "can't be read"),
        ("kind=look&kind=look", "can't be read"),
        ("from=yesterday", "2026-11-24"),
        ("from=2026-05-06&until=2026-05-05", "`from` is a day after `until`"),
    ] {
        let ask = Ask::new("GET", &format!("/api/v1/log/entries?{query}")).token(&token);
        let answer = house.ask(ask).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{query}");
        assert!(answer.text.contains(said) && !answer.text.contains("Quillfeather"), "{query}: {}", answer.text);
    }
    let page = house.ask(Ask::new("GET", "/api/v1/log/entries?limit=500").token(&token)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let session = enter(&house, "dpo").await;
    let page = house.ask(Ask::new("GET", "/log?kind=looks").header("cookie", &session)).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("of a kind that does not exist"), "{}", page.text);
    let backwards = "/log?from=2026-05-06&until=2026-05-05";
    let page = house.ask(Ask::new("GET", backwards).header("cookie", &session)).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("begins after it ends"), "{}", page.text);
}
