//! The data protection officer's first page: for that role, counted from the log, and honest about nothing.

use chrono::TimeDelta;
use gate::EntryKind;
use tlog::fault::Fault;

use crate::house::{Answer, Ask, House, WHY, WITHHELD, forked_checkpoint};
use crate::pages::{FORM, enter, form_token};

async fn desk(house: &House) -> String {
    let session = enter(house, "dpo").await;
    let page = house.ask(Ask::new("GET", "/desk").header("cookie", &session)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

/// Why the names are asked for, as a form sends it.
const REASON: &str = "A+complaint+of+3+May+about+looks";

/// Asks for the names of the officers with a reason.
async fn named(house: &House, reason: &str) -> Answer {
    let session = enter(house, "dpo").await;
    let page = page_of(house, &session).await;
    let body = format!("form_token={}&reason={reason}", form_token(&page));
    house.ask(Ask::new("POST", "/desk/officers").header("cookie", &session).text(FORM, &body)).await
}

async fn desk_named(house: &House) -> String {
    let page = named(house, REASON).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_is_for_data_protection_officers() {
    let house = House::new().await;
    assert_eq!(house.ask(Ask::new("GET", "/desk")).await.status, 303);
    for who in ["officer", "tax-officer", "auditor", "steward", "engineer", "citizen"] {
        let session = enter(&house, who).await;
        let answer = house.ask(Ask::new("GET", "/desk").header("cookie", &session)).await;
        assert_eq!(answer.status, 403, "{who}");
        assert!(!answer.text.contains("href=\"/desk\""), "{who}");
    }
    let answer = house.ask(Ask::new("GET", &format!("/enter?token={}", house.token("dpo")))).await;
    assert_eq!(answer.headers["location"], "/desk");
    assert!(desk(&house).await.contains("<a href=\"/desk\" aria-current=\"page\">"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_looks_searches_and_refusals_and_leads_to_them() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let person = house.ysolde_at("education");
    for _ in 0..2 {
        assert_eq!(house.dossier("officer", &person, "loan-relief").await.status, 200);
    }
    assert_eq!(house.search("tax-officer", "loan-relief", "Ysolde").await.status, 403);
    let page = desk(&house).await;
    assert_eq!(house.gate.log_size(), size + 3, "looking at counts is no look");
    // The search that the house itself made to find Ysolde is of the same day.
    for told in ["<title>4 May 2026: 2<", "<title>4 May 2026: 1<", "<title>5 April 2026: 0<"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert!(!page.contains("<title>4 April 2026:"), "30 days, not 31");
    assert!(page.contains("One request was refused so far.") && page.contains("href=\"/log?kind=refusal\""));
    let rule = "/log?kind=refusal&#38;rule=purpose.not-a-recipient";
    assert!(page.contains(&format!("href=\"{rule}\"")), "{page}");
    assert!(page.contains("Decide whether a borrower") && page.contains("Education: Case officer"));
    for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde", "CASE-7", "canary"]) {
        assert!(!page.contains(canary), "{canary}");
    }

    let session = enter(&house, "dpo").await;
    let log = |rule: &str| Ask::new("GET", &format!("/log?kind=refusal&rule={rule}")).header("cookie", &session);
    let found = house.ask(log("purpose.not-a-recipient")).await;
    assert!(found.text.contains("<code class=\"soft\">purpose.not-a-recipient</code>"), "{}", found.text);
    assert_eq!(found.text.matches("<tr>").count(), 2, "a head and one refusal");
    let none = house.ask(log("purpose.made-up")).await;
    assert!(none.text.contains("No entry is like this."));
    let hostile = house.ask(log("%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert!(hostile.status == 200 && !hostile.text.contains("<script>alert"), "{}", hostile.text);
}

async fn page_of(house: &House, session: &str) -> String {
    house.ask(Ask::new("GET", "/desk").header("cookie", session)).await.text
}

/// Gives the row of the table of officers that begins with a text; none when there is none.
fn row_of<'a>(page: &'a str, officer: &str) -> Option<&'a str> {
    let (_, row) = page.split_once(&format!("<span>{officer}"))?;
    row.split_once("</tr>").map(|(row, _)| row)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_active_officers_are_counted_without_names_and_named_for_a_reason() {
    let house = House::new().await;
    let person = house.ysolde_at("education");
    // A search of the house itself is one of the officer's; nothing that the citizen reads is anybody's to count.
    for _ in 0..2 {
        assert_eq!(house.dossier("officer", &person, "loan-relief").await.status, 200);
    }
    assert_eq!(house.search("tax-officer", "loan-relief", "Ysolde").await.status, 403);
    assert_eq!(house.ask(Ask::new("GET", "/api/v1/me/looks").token(&house.token("citizen"))).await.status, 200);
    let size = house.gate.log_size();
    // Without names first: numbers, no account, no role, and no entry. Nor agencies, of each of which there is but one.
    let page = desk(&house).await;
    for (officer, looks, refusals) in [("Officer 1<", 3, 0), ("Officer 2<", 0, 1)] {
        let row = row_of(&page, officer).unwrap_or_else(|| panic!("{officer} in {page}"));
        for (title, number) in [("Looks and searches", looks), ("Refusals", refusals)] {
            assert!(row.contains(&format!("data-label=\"{title}\">{number}<")), "{officer}: {row}");
        }
    }
    assert!(page.contains("Name them: this is an entry of the log") && !page.contains("account-"), "{page}");
    assert_eq!(house.gate.log_size(), size, "nobody was named");
    // Nobody is named without a reason, or by a form that is not of the session.
    for reason in ["", "too+short", &"x".repeat(2_001)] {
        let answer = named(&house, reason).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.text.contains("id=\"officers-reason-wrong\"") && !answer.text.contains("account-"));
        let (before, _) = answer.text.split_once("<h1").expect("a heading");
        for told in ["<title>Error: ", "role=\"alert\" tabindex=\"-1\" autofocus", "href=\"#officers-reason\""] {
            assert!(before.contains(told), "{told} in {}", answer.text);
        }
        assert!(answer.text.contains("id=\"officers-reason\""), "{}", answer.text);
        assert_eq!(answer.text.matches(" autofocus").count(), 1, "{}", answer.text);
    }
    let session = enter(&house, "dpo").await;
    let forged = format!("form_token=AAAA&reason={REASON}");
    let forged = house.ask(Ask::new("POST", "/desk/officers").header("cookie", &session).text(FORM, &forged)).await;
    assert!(forged.status == 403 && !forged.text.contains("account-"), "{}", forged.text);
    // Shown again in another language the form is filled in, and nothing is done.
    let page = page_of(&house, &session).await;
    let again = format!("form_token={}&reason={REASON}&again=true", form_token(&page));
    let again = house.ask(Ask::new("POST", "/desk/officers").header("cookie", &session).text(FORM, &again)).await;
    assert!(again.status == 200 && again.text.contains("A complaint of 3 May"), "{}", again.text);
    assert!(!again.text.contains("role=\"alert\"") && !again.text.contains("<title>Error: "), "{}", again.text);
    assert!(!again.text.contains("account-"), "{}", again.text);
    assert_eq!(house.gate.log_size(), size, "nobody was named");

    let page = desk_named(&house).await;
    assert!(page.contains("<h2 id=\"officers-title\" tabindex=\"-1\" autofocus>"), "the names are gone to: {page}");
    let entry = house.gate.entries(size..size + 1).await.unwrap().remove(0).entry;
    assert_eq!(house.gate.log_size(), size + 1);
    let kept = house.state.look(&entry.commitment.0).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&kept.detail).contains("A complaint of 3 May about looks"), "the reason is sealed");
    assert!(!page.contains("action=\"/desk/officers"), "they have their names");
    assert_eq!((entry.kind, entry.by.to_string().as_str(), entry.subjects), (EntryKind::Oversight, "education/dpo", 0));
    assert!(page.contains(&format!("<a href=\"/log/{size}\">Naming them is itself entry")), "{page}");
    for (officer, looks, refusals) in
        [("account-officer (Education: Case officer)", 3, 0), ("account-tax-officer (Tax: Case officer)", 0, 1)]
    {
        let row = row_of(&page, officer).unwrap_or_else(|| panic!("{officer} in {page}"));
        for (title, number) in [("Looks and searches", looks), ("Refusals", refusals)] {
            assert!(row.contains(&format!("data-label=\"{title}\">{number}<")), "{officer}: {row}");
        }
    }
    assert!(page.contains("they are no rating of people"), "{page}");
    for nobody in ["account-citizen", "account-dpo", "account-steward", "other officer", WHY, "Quillfeather"] {
        assert!(!page.contains(nobody), "{nobody}");
    }

    // The entry can be looked at in the log, which names no account, in both languages.
    let session = enter(&house, "dpo").await;
    for (language, kind) in [("en", "Officers named"), ("fr", "Agents nommés")] {
        for path in [format!("/log/{size}"), "/log?kind=oversight".to_owned()] {
            let cookies = format!("{session}; lucarne_lang={language}");
            let shown = house.ask(Ask::new("GET", &path).header("cookie", &cookies)).await;
            assert_eq!(shown.status, 200, "{path}");
            assert!(shown.text.contains(kind) && !shown.text.contains("account-"), "{path}: {}", shown.text);
        }
    }
    let cookies = format!("{session}; lucarne_lang=fr");
    let french = house.ask(Ask::new("GET", "/desk").header("cookie", &cookies)).await.text;
    assert!(french.contains("ils ne notent personne") && french.contains("Agent 1<"), "{french}");
    let body = format!("form_token={}&reason={REASON}", form_token(&french));
    let french = house.ask(Ask::new("POST", "/desk/officers").header("cookie", &cookies).text(FORM, &body)).await.text;
    assert!(french.contains("account-officer (Éducation\u{a0}: "), "{french}");

    // Whose details are erased is counted, and known to nobody.
    for look in house.state.looks_of(&[house.ysolde], state::Page::first(100)).await.unwrap() {
        house.state.erase_look(&look.commitment, house.now()).await.unwrap();
    }
    let page = desk(&house).await;
    assert!(row_of(&page, "Officer 1<").is_some(), "whose details are erased is counted: {page}");
    let page = desk_named(&house).await;
    let row = row_of(&page, "An account that is no longer known").unwrap_or_else(|| panic!("{page}"));
    assert!(row.contains("data-label=\"Looks and searches\">3<"), "{row}");
    assert!(row_of(&page, "account-officer").is_none() && row_of(&page, "account-tax-officer").is_some(), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nothing_can_be_logged_the_overview_is_there_and_names_nobody() {
    let house = House::new().await;
    let page = desk_named(&house).await;
    assert!(row_of(&page, "account-officer").is_some(), "{page}");
    house.log.fail_at(house.log.writes(), Fault::DiskFull);
    let page = desk_named(&house).await;
    assert!(page.contains("Nobody is named now") && page.contains("Education: Case officer"), "{page}");
    assert!(!page.contains("account-"), "{page}");
    // Numbers without names need no entry.
    let page = desk(&house).await;
    assert!(row_of(&page, "Officer 1").is_some() && !page.contains("account-"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_on_which_nothing_happened_are_an_empty_chart() {
    let house = House::new().await;
    house.clock.advance(TimeDelta::days(45));
    let size = house.gate.log_size();
    let page = desk(&house).await;
    assert!(page.contains("No officer has asked for anything in the last 30 days."), "{page}");
    assert_eq!(house.gate.log_size(), size, "who names nobody writes nothing");
    assert!(page.contains("Looks by day: none.") && page.contains("Refusals by day: none."), "{page}");
    assert!(page.contains("Nothing was refused so far.") && !page.contains("NaN") && !page.contains("inf\""));
    assert!(page.contains("0 in 30 days"));
    // What the whole log counts is still there.
    assert!(page.contains("Education: Case officer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_soon_comes_first_and_what_has_ended_last() {
    let house = House::new().await;
    let page = desk(&house).await;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(place("One agreement or purpose ends soon.") < place("ends in 57 days"));
    assert!(place("href=\"/purposes#loan-relief\"") < place("href=\"/agreements#education-tax\""));
    assert!(page.contains("30 June 2026") && !page.contains(">expired<"));
    house.clock.advance(TimeDelta::days(60));
    let page = desk(&house).await;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(place("href=\"/agreements#education-tax\"") < place("href=\"/purposes#loan-relief\""));
    assert!(page.contains(">expired<") && !page.contains("ends soon."));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_the_project_are_texts_and_nothing_else() {
    let house = House::with(|folder| {
        let hostile = "<img src=x onerror=alert(1)> \\\"&'";
        folder.replace(
            "agreements/education-tax.toml",
            "says = \"Tax tells Education about borrowers\"",
            &format!("says = \"{hostile}\""),
        );
        folder.replace("agencies/education.toml", "title = \"Education\"", &format!("title = \"{hostile}\""));
        folder.replace(
            "purposes/loan-relief.toml",
            "says = \"Decide whether a borrower's income entitles them to relief\"",
            &format!("says = \"{hostile}\""),
        );
    })
    .await;
    let page = desk(&house).await;
    assert!(!page.contains("<img") && page.matches("&#60;img src=x").count() >= 3, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_verified_from_the_desk_and_how_far_that_is_has_a_page() {
    let house = House::new().await;
    let session = enter(&house, "dpo").await;
    let page = house.ask(Ask::new("GET", "/desk").header("cookie", &session)).await.text;
    assert!(page.contains("action=\"/log/verify\""), "{page}");
    let token = form_token(&page).to_owned();
    let verify = async |saved: &str| {
        let body = format!("form_token={token}&saved={saved}");
        house.ask(Ask::new("POST", "/log/verify").header("cookie", &session).text(FORM, &body)).await
    };
    let begun = verify("").await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let path = begun.headers["location"].to_str().unwrap().to_owned();
    let get = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    let held = loop {
        let page = get(&path).await;
        if !page.text.contains("<progress") {
            break page;
        }
    };
    assert!(held.text.contains("The log holds") && held.text.contains("not compared"), "{}", held.text);
    let events = get(&format!("{path}/events")).await;
    assert_eq!(events.headers["content-type"], "text/event-stream");
    assert_eq!(events.headers["cache-control"], "no-store");
    assert!(events.text.contains("event: ended") && events.text.contains(" entries\"}"), "{}", events.text);
    let own = house.ask(Ask::new("GET", "/api/v1/log/checkpoint").token(&house.token("dpo"))).await.text;
    let sent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    // A form's text area sends two characters for each end of a line, and people leave out the last one.
    let forked = forked_checkpoint();
    let broken = verify(&sent(forked.trim_end().replace('\n', "\r\n").as_str())).await;
    let path_of_broken = broken.headers["location"].to_str().unwrap().to_owned();
    let broken = loop {
        let page = get(&path_of_broken).await;
        if !page.text.contains("<progress") {
            break page;
        }
    };
    assert!(broken.text.contains("The log does not hold"), "{}", broken.text);
    // What was not pasted whole is no checkpoint, and says nothing of the log.
    let unsigned = own.split("\n\n").next().unwrap();
    for (text, language, says) in [
        (unsigned, "en", "This is no saved checkpoint, so the log was not verified."),
        ("canary", "fr", "Ceci n’est pas un point de contrôle enregistré"),
    ] {
        let body = format!("form_token={token}&saved={}", sent(text));
        let cookies = format!("{session}; lucarne_lang={language}");
        let wrong = house.ask(Ask::new("POST", "/log/verify").header("cookie", &cookies).text(FORM, &body)).await;
        assert_eq!(wrong.status, 400, "{}", wrong.text);
        assert!(wrong.text.contains(says) && !wrong.text.contains("does not hold"), "{}", wrong.text);
        // It is in forms, to go back to it and to switch the language, and nowhere else.
        let hidden = "<input type=\"hidden\"";
        let said = wrong.text.split(hidden).enumerate();
        let said = said.map(|(place, part)| if place == 0 { part } else { part.split_once('>').unwrap().1 });
        assert!(!said.collect::<String>().contains("canary"), "{}", wrong.text);
    }

    assert_eq!(get("/log/verify/99").await.status, 404);
    let citizen = enter(&house, "citizen").await;
    let own = house.ask(Ask::new("GET", &path).header("cookie", &citizen)).await;
    assert_eq!(own.status, 200, "citizens verify the log too");
    let officer = enter(&house, "officer").await;
    for path in [path.as_str(), &format!("{path}/events")] {
        assert_eq!(house.ask(Ask::new("GET", path).header("cookie", &officer)).await.status, 403);
        assert_eq!(house.ask(Ask::new("GET", path)).await.status, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_has_officers_named() {
    let house = House::new().await;
    let size = house.gate.log_size();
    for who in ["officer", "auditor", "steward", "engineer", "citizen"] {
        let session = enter(&house, who).await;
        // Any page of theirs has the token of their session.
        let page = house.ask(Ask::new("GET", "/purposes").header("cookie", &session)).await;
        let body = format!("form_token={}&reason={REASON}", form_token(&page.text));
        let answer = house.ask(Ask::new("POST", "/desk/officers").header("cookie", &session).text(FORM, &body)).await;
        assert_eq!(answer.status, 403, "{who}: {}", answer.text);
        assert!(!answer.text.contains("account-officer"), "{who}");
    }
    assert_eq!(house.gate.log_size(), size, "nobody was named");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_is_told_where_two_officers_of_it_are_shown() {
    let house = House::new().await;
    // The house itself has searched as an officer of Education; a steward of it looks at a pair, and somebody of Tax is refused.
    let steward = enter(&house, "steward").await;
    let pair = house.ask(Ask::new("GET", "/review/0").header("cookie", &steward)).await;
    assert_eq!(pair.status, 200, "{}", pair.text);
    assert_eq!(house.search("tax-officer", "loan-relief", "Ysolde").await.status, 403);
    let session = enter(&house, "dpo").await;
    for (language, officer, agency) in [("en", "Officer", "Education"), ("fr", "Agent", "Éducation")] {
        let cookies = format!("{session}; lucarne_lang={language}");
        let page = page_of(&house, &cookies).await;
        let rows = |end: &str| (1..=3).filter(|n| row_of(&page, &format!("{officer} {n}{end}<")).is_some()).count();
        assert_eq!((rows(&format!(", {agency}")), rows("")), (2, 1), "{page}");
    }
}
