//! What people typed is not lost without a word: when their session has ended, when a form is refused, and when the thing that
//! it was about is gone.

use chrono::TimeDelta;
use gate::EntryKind;
use serde_json::Value;
use server::SESSION_COOKIE;

use crate::house::{Answer, Ask, House};
use crate::languages::{Visit, assert_french, body, encoded, hidden, working};
use crate::pages::cookies;

/// How many kinds of form are tried.
const FORMS: usize = 5;

/// A form that needs a session.
struct Case<'a> {
    visit: Visit<'a>,
    page: String,
    path: String,
    fields: &'static str,
    typed: &'static str,
}

/// Gives one form of each kind that is about to be sent: a search, a judgement, a contest, and what asks for two records and for the
/// names of officers.
async fn cases(house: &House) -> [Case<'_>; FORMS] {
    let own: Value = house.own_records().await.json();
    let section = own["sections"].as_array().unwrap().iter().find(|section| section["register"] == "loans").unwrap();
    let contest = format!("/me/records/{}/contest", section["records"][0]["name"].as_str().unwrap());
    [
        Case {
            visit: working(house, "loan-relief").await,
            page: "/search".to_owned(),
            path: "/search".to_owned(),
            fields: "name=Ysolde+canary",
            typed: "Ysolde canary",
        },
        Case {
            visit: Visit::of(house, "steward").await,
            page: "/review/0".to_owned(),
            path: "/review/0".to_owned(),
            fields: "generation=index-one&verdict=cannot-say&reason=they+share+a+canary",
            typed: "they share a canary",
        },
        Case {
            visit: Visit::of(house, "citizen").await,
            page: contest.clone(),
            path: contest,
            fields: "reason=I+never+borrowed+a+canary+cent",
            typed: "I never borrowed a canary cent",
        },
        Case {
            visit: Visit::of(house, "steward").await,
            page: "/review/explain".to_owned(),
            path: "/review/explain".to_owned(),
            fields: "left=a+canary+id&right=&reason=a+citizen+asked",
            typed: "a canary id",
        },
        Case {
            visit: Visit::of(house, "dpo").await,
            page: "/desk".to_owned(),
            path: "/desk/officers".to_owned(),
            fields: "reason=A+complaint+about+a+canary",
            typed: "A complaint about a canary",
        },
    ]
}

/// Gives cookies of which that of the session is spoiled.
fn spoiled(cookies: &str) -> String {
    let spoil = |cookie: &str| match cookie.split_once('=') {
        Some((SESSION_COOKIE, _)) => format!("{SESSION_COOKIE}=spoiled"),
        _ => cookie.to_owned(),
    };
    cookies.split("; ").map(spoil).collect::<Vec<_>>().join("; ")
}

fn assert_ended(answer: &Answer, language: &str) {
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert!(!answer.headers.contains_key("location"), "{:?}", answer.headers);
    let told = match language {
        "fr" => ["<h1>Votre session a pris fin</h1>", "Rien n’a été fait.", "class=\"button quiet\" href=\"/\""],
        _ => ["<h1>Your session has ended</h1>", "Nothing was done.", "class=\"button quiet\" href=\"/\""],
    };
    for told in told {
        assert!(answer.text.contains(told), "{told} in {}", answer.text);
    }
    if language == "fr" {
        assert_french(answer);
    }
    assert!(!answer.text.contains("action=\"/search") && !answer.text.contains("action=\"/me"), "{}", answer.text);
    for path in ["/review", "/desk"] {
        assert!(!answer.text.contains(&format!("action=\"{path}")), "no form leads on: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_a_session_that_has_ended_is_told_so_and_repeated_to_its_own_browser_alone() {
    let house = House::new().await;
    for language in ["en", "fr"] {
        // Each of them in a session of its own, which begins when those before have ended.
        for at in 0..FORMS {
            let case = cases(&house).await.into_iter().nth(at);
            let Case { mut visit, page, path, fields, typed } = case.unwrap();
            visit.cookies = format!("{}; lucarne_lang={language}", visit.cookies);
            let page = visit.get(&page).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            house.clock.set(house.now() + TimeDelta::hours(2));
            let size = house.gate.log_size();
            let ended = visit.send(&page, &path, fields).await;
            assert_ended(&ended, language);
            assert!(ended.text.contains(&format!("<bdi>{typed}</bdi>")), "{path}: {}", ended.text);

            // The same in the other language; nothing is done by that either.
            let own = visit.cookies.clone();
            let visit_cookie = cookies(&ended);
            if !visit_cookie.is_empty() {
                visit.cookies = format!("{own}; {visit_cookie}");
            }
            let switched = visit.switch(&ended).await;
            assert_ended(&switched, if language == "en" { "fr" } else { "en" });
            assert!(switched.text.contains(&format!("<bdi>{typed}</bdi>")), "{path}: {}", switched.text);

            // In a browser that does not have this session the form may have been filled in by somebody else.
            let lang = format!("lucarne_lang={language}");
            for others in [spoiled(&own), lang] {
                visit.cookies = others;
                let ended = visit.send(&page, &path, fields).await;
                assert_ended(&ended, language);
                assert!(!ended.text.contains("canary"), "{path}: {}", ended.text);
                let not_shown = if language == "en" { "it is not shown here" } else { "ce n’est pas montré ici" };
                assert!(ended.text.contains(not_shown), "{path}: {}", ended.text);
            }
            assert_eq!(house.gate.log_size(), size, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_says_that_a_session_has_ended_to_whoever_had_one() {
    let house = House::new().await;
    let stale = Visit::of(&house, "steward").await.cookies;
    house.clock.set(house.now() + TimeDelta::hours(2));
    let get = async |path: &str, cookies: &str| house.ask(Ask::new("GET", path).header("cookie", cookies)).await;
    let led = get("/review/0", &stale).await;
    assert_eq!((led.status.as_u16(), &led.headers["location"]), (303, &"/?ended".parse().unwrap()));
    let led = get("/review/0", "lucarne_lang=en").await;
    assert_eq!((led.status.as_u16(), &led.headers["location"]), (303, &"/".parse().unwrap()));
    let acting = Visit::of(&house, "steward").await.cookies;
    for (language, says) in [("en", "Your session has ended."), ("fr", "Votre session a pris fin.")] {
        let language = format!("lucarne_lang={language}");
        for (path, cookies, is_said) in [
            ("/?ended", stale.as_str(), true),
            ("/?ended", "", false),
            ("/", stale.as_str(), false),
            ("/?ended", acting.as_str(), false),
        ] {
            let page = get(path, &format!("{language}; {cookies}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.text.contains(says), is_said, "{path}: {}", page.text);
        }
    }
}

/// Follows the button that leads back to a form which was refused.
async fn back_to_the_form(visit: &Visit<'_>, refused: &Answer, path: &str) -> Answer {
    let fields = hidden(&refused.text, &format!("<form method=\"post\" action=\"{path}\">"));
    visit.post(path, &body(&fields)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_judgement_is_taken_back_survives_a_refusal() {
    let house = House::new().await;
    let judgements = async || {
        let entries = house.gate.entries(0..house.gate.log_size()).await.unwrap();
        entries.iter().filter(|logged| logged.entry.kind == EntryKind::Judgement).count()
    };
    let mut visit = Visit::of(&house, "steward").await;
    let pair = visit.get("/review/0").await;
    let judged = visit.send(&pair, "/review/0", "generation=index-one&verdict=cannot-say&reason=too+little").await;
    assert_eq!(judged.status, 303, "{}", judged.text);
    let said = judgements().await;
    let pair = visit.get("/review/0").await;
    assert!(pair.text.contains("id=\"why-back\""), "{}", pair.text);
    let long = "a canary, ".repeat(51);
    let path = "/review/0/take-back";
    let fields = format!("generation=index-one&reason={}", encoded(&long));
    let refused = visit.send(&pair, path, &fields).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let form = back_to_the_form(&visit, &refused, path).await;
    let kept = format!("name=\"reason\" dir=\"auto\" value=\"{long}\"");
    assert!(form.status == 200 && form.text.contains(&kept), "{}", form.text);
    let switched = visit.switch(&form).await;
    assert!(switched.status == 200 && switched.text.contains(&kept), "{}", switched.text);
    assert!(switched.text.contains("<html lang=\"fr\">"), "{}", switched.text);
    assert_eq!(judgements().await, said, "nothing is taken back by that");

    // What is taken back already has no form any more.
    let back = visit.send(&form, path, "generation=index-one&reason=I+misread").await;
    assert_eq!(back.status, 303, "{}", back.text);
    let gone = back_to_the_form(&visit, &refused, path).await;
    assert_eq!(gone.status, 404, "{}", gone.text);
    assert!(gone.text.contains(&format!("<bdi>{long}</bdi>")), "{}", gone.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_pasted_survives_a_refusal() {
    let house = House::new().await;
    let mut visit = Visit::of(&house, "dpo").await;
    let log = visit.get("/log").await;
    let refused = visit.send(&log, "/log/verify", "saved=no+checkpoint%0D%0Abut+a+canary").await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let form = back_to_the_form(&visit, &refused, "/log/verify").await;
    assert_eq!(form.status, 200, "{}", form.text);
    for kept in ["<details class=\"more\" open>", ">no checkpoint", "but a canary</textarea>"] {
        assert!(form.text.contains(kept), "{kept} in {}", form.text);
    }
    let switched = visit.switch(&form).await;
    assert!(switched.status == 200 && switched.text.contains("but a canary</textarea>"), "{}", switched.text);

    house.clock.set(house.now() + TimeDelta::hours(2));
    let ended = visit.send(&form, "/log/verify", "saved=no+checkpoint%0Abut+a+canary").await;
    assert_eq!(ended.status, 401, "{}", ended.text);
    assert!(ended.text.contains("<pre tabindex=\"0\">no checkpoint\nbut a canary</pre>"), "{}", ended.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn purpose_case_and_reason_survive_a_refusal() {
    let house = House::new().await;
    let mut visit = Visit::of(&house, "officer").await;
    let page = visit.get("/search").await;
    let case = "x".repeat(61);
    let fields = format!("back=/search&purpose=loan-relief&case={case}&justification=because+of+her+canary");
    let refused = visit.send(&page, "/work", &fields).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let form = back_to_the_form(&visit, &refused, "/work").await;
    assert_eq!(form.status, 200, "{}", form.text);
    let case = format!("name=\"case\" dir=\"auto\" value=\"{case}\"");
    let kept = ["value=\"loan-relief\" selected", case.as_str(), ">because of her canary</textarea>"];
    for kept in kept {
        assert!(form.text.contains(kept), "{kept} in {}", form.text);
    }
    let switched = visit.switch(&form).await;
    for kept in kept {
        assert!(switched.status == 200 && switched.text.contains(kept), "{kept} in {}", switched.text);
    }
    assert!(switched.text.contains("<html lang=\"fr\">"), "{}", switched.text);
    let page = visit.get("/search").await;
    assert!(!page.text.contains("canary") && !page.text.contains(kept[0]), "nothing was chosen: {}", page.text);

    // What was typed into a search goes along.
    let search = r#"{"path":"/search","fields":[["name","Ysolde canary"]]}"#;
    let fields = format!("back=/search&case={}&typed={}", "x".repeat(61), encoded(search));
    let refused = visit.send(&page, "/work", &fields).await;
    let form = back_to_the_form(&visit, &refused, "/work").await;
    let carried = hidden(&form.text, "<form method=\"post\" action=\"/work\" class=\"form\">");
    let carried = carried.iter().find(|(name, _)| name == "typed").map(|(_, typed)| typed.as_str());
    assert!(carried.is_some_and(|typed| typed.contains("Ysolde canary")), "{}", form.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_something_is_not_shown_is_said_only_where_it_is_of_somebody_else() {
    let house = House::new().await;
    let mut visit = Visit::of(&house, "steward").await;
    let page = visit.get("/review/0").await;
    let own = visit.cookies.clone();
    house.clock.set(house.now() + TimeDelta::hours(2));
    let long = "a canary, ".repeat(500);
    for (cookies, reason, is_said) in [
        (own.clone(), String::new(), false),
        (own.clone(), " ".to_owned(), false),
        (own.clone(), long.clone(), false),
        (spoiled(&own), String::new(), false),
        (spoiled(&own), "a canary".to_owned(), true),
        (spoiled(&own), long, true),
    ] {
        visit.cookies = cookies;
        let fields = format!("generation=index-one&verdict=cannot-say&reason={}", encoded(&reason));
        let ended = visit.send(&page, "/review/0", &fields).await;
        assert_ended(&ended, "en");
        assert_eq!(ended.text.contains("it is not shown here"), is_said, "{} {reason}: {}", visit.cookies, ended.text);
        assert!(!ended.text.contains("canary"), "{}", ended.text);
    }
}
