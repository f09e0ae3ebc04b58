//! What a purpose allows is said before it is used, and what it keeps back with whom to ask for more.

use serde_json::{Value, json};

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, cookies, enter, form_token};

async fn get(house: &House, session: &str, path: &str) -> Answer {
    house.ask(Ask::new("GET", path).header("cookie", session)).await
}

async fn french(house: &House, session: &str, path: &str) -> String {
    let answer = get(house, &format!("{session}; lucarne_lang=fr"), path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.text
}

/// Changes the purpose as the bar of a page of this path does; gives the session and where it leads.
async fn choose(house: &House, session: &str, back: &str, work: &str) -> (String, String) {
    let page = get(house, session, "/purposes").await;
    let body = format!("form_token={}&back={back}&{work}", form_token(&page.text));
    let set = house.ask(Ask::new("POST", "/work").header("cookie", session).text(FORM, &body)).await;
    assert_eq!(set.status, 303, "{}", set.text);
    (cookies(&set), set.headers["location"].to_str().unwrap().to_owned())
}

const RELIEF: &str = "purpose=loan-relief&case=CASE-7&justification=because+of+her+file";

#[tokio::test(flavor = "multi_thread")]
async fn to_choose_a_purpose_on_a_page_about_somebody_opens_nobody() {
    let house = House::new().await;
    let session = enter(&house, "officer").await;
    let pseudonym = house.ysolde_at("education");
    let person = format!("/person/{pseudonym}");
    let size = house.gate.log_size();
    let (session, to) = choose(&house, &session, &person, RELIEF).await;
    assert_eq!(to, format!("/search?person={pseudonym}"));
    let page = get(&house, &session, &to).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let open = "\">Open this person again under it";
    for told in ["What this purpose allows", "only whether it is below 40,000", open] {
        assert!(page.text.contains(told), "{told} in {}", page.text);
    }
    assert!(!page.text.contains("was changed since"), "the bar of the person's own page changed it: {}", page.text);
    assert!(led_to(&page.text, &person).starts_with(&format!("{person}?under=")), "{}", page.text);
    assert_eq!(house.gate.log_size(), size, "choosing a purpose is no look");
    assert_eq!(get(&house, &session, &person).await.status, 200);
    assert_eq!(house.gate.log_size(), size + 1);

    // Where something is missing it is asked for first, and the person is kept.
    let page = get(&house, &session, "/purposes").await;
    let body = format!("form_token={}&back={person}&purpose=loan-relief", form_token(&page.text));
    let waiting = house.ask(Ask::new("POST", "/work").header("cookie", &session).text(FORM, &body)).await;
    assert!(waiting.status == 400 && !waiting.text.contains("Open this person"), "{}", waiting.text);
    let back = format!("name=\"back\" value=\"{to}\"");
    for told in ["id=\"bar-case-wrong\"", "id=\"bar-why-wrong\"", "<details open>", back.as_str()] {
        assert!(waiting.text.contains(told), "{told} in {}", waiting.text);
    }
    // The form of the search is below, and the page begins with what is to be mended all the same.
    let (_, rest) = waiting.text.split_once("<main").expect("a main part");
    let (before, form) = rest.split_once("<h1").expect("a heading");
    for told in ["role=\"alert\" tabindex=\"-1\" autofocus", "href=\"#bar-case\"", "href=\"#bar-why\""] {
        assert!(before.contains(told), "{told} in {before}");
    }
    assert!(form.contains("role=\"search\"") && !form.contains(" autofocus"), "{form}");
    assert!(waiting.text.contains("<title>Error: "), "{}", waiting.text);
    let (session, again) = choose(&house, &session, &to, RELIEF).await;
    assert_eq!(again, to);
    assert!(get(&house, &session, &to).await.text.contains(open));

    // Pages about nobody are gone back to; others that would be looks, or refusals on the record, are not.
    for (back, to) in [
        ("/purposes", "/purposes"),
        ("/registers/tax", "/registers/tax"),
        ("/problems/refused", "/problems/refused"),
        ("/", "/"),
        ("/review/0", "/search"),
        ("/me/records", "/search"),
        ("/desk", "/search"),
        ("/person/x/y", "/search"),
        ("//evil.example", "/"),
    ] {
        assert_eq!(choose(&house, &session, back, RELIEF).await.1, to, "{back}");
    }
    let page = get(&house, &session, "/search?person=%3Cscript%3E").await;
    assert!(page.status == 200 && !page.text.contains("Open this person"), "{}", page.text);
    assert_eq!(house.gate.log_size(), size + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_back_comes_with_whom_to_ask() {
    let house = House::new().await;
    let session = enter(&house, "officer").await;
    let (session, _) = choose(&house, &session, "/search", RELIEF).await;
    let page = get(&house, &session, &format!("/person/{}", house.ysolde_at("education"))).await;
    for told in [
        "To ask for more, write to: Tax (<a href=\"mailto:data@tax.example\">data@tax.example</a>).",
        "To ask for more, write to: Education (<a href=\"mailto:data@education.example\">",
        // Of one's own agency the address is told once.
        "who can be reached through your own agency, at its address above.",
        "(loan-relief) and the rule beside the column",
        "who can be reached through your own agency: Education (<a href=\"mailto:data@education.example\">",
    ] {
        assert!(page.text.contains(told), "{told} in {}", page.text);
    }
    let own = get(&house, &enter(&house, "citizen").await, "/me/records").await;
    assert!(!own.text.contains("your own agency"), "citizens have none: {}", own.text);
    let register = get(&house, &session, "/registers/tax").await;
    assert!(register.text.contains("data@tax.example"), "{}", register.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_is_told_what_they_can_do_in_their_role() {
    let house = House::new().await;
    let person = format!("/person/{}", house.ysolde_at("education"));
    let session = enter(&house, "officer").await;
    let work = RELIEF.replace("loan-relief", "party-finance");
    let (session, _) = choose(&house, &session, "/search", &work).await;
    let refused = get(&house, &session, &person).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    for told in [
        "Choose a purpose that names your role",
        "can be reached through your own agency: Education (<a href=\"mailto:data@education.example\">",
        "Quote the purpose “Audit the donations to a party” (party-finance) and what refused: ",
        "purpose.not-a-recipient",
    ] {
        assert!(refused.text.contains(told), "{told} in {}", refused.text);
    }

    // Who has no purpose to choose is not told to choose one.
    house.clock.set("2028-01-02T09:00:00Z".parse().unwrap());
    for (who, path, says, others) in [
        ("steward", "/review", "What you asked has a purpose of its own", "href=\"/registers\">Registers</a></p>"),
        ("citizen", "/me", "You have no purpose to choose", "your own agency"),
    ] {
        let refused = get(&house, &enter(&house, who).await, path).await;
        assert_eq!(refused.status, 403, "{who}: {}", refused.text);
        assert!(refused.text.contains(says) && refused.text.contains("purpose.expired"), "{who}: {}", refused.text);
        assert!(!refused.text.contains("Choose a purpose that names"), "{who}: {}", refused.text);
        assert!(!refused.text.contains(others), "{who}: {}", refused.text);
        let asked = if who == "steward" { "data@education.example" } else { "href=\"/registers\">Registers</a></p>" };
        assert!(refused.text.contains(asked), "{who}: {}", refused.text);
    }
}

async fn review(house: &House, method: &str, path: &str, body: &Value) -> Value {
    let ask = Ask::new(method, &format!("/api/v1/review{path}")).token(&house.token("steward"));
    let answer = house.ask(if body.is_null() { ask } else { ask.json(body) }).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_says_how_many_wait_and_how_many_were_judged() {
    let house = House::new().await;
    let session = enter(&house, "steward").await;
    let mut next = review(&house, "GET", "", &Value::Null).await["next"].as_u64();
    let mut judged = 0;
    while let Some(number) = next {
        let open = review(&house, "GET", "", &Value::Null).await["open"].as_u64().unwrap();
        let place = format!("/review/{number}");
        let page = get(&house, &session, &place).await;
        assert!(page.text.contains(&format!("Waiting for you: {open}; judged: {judged}.")), "{number}: {}", page.text);
        let page = french(&house, &session, &place).await;
        assert!(page.contains(&format!("juger\u{a0}: {open}\u{a0}; jugées\u{a0}: {judged}.")), "{number}: {page}");
        let verdict = json!({ "generation": "index-one", "verdict": "different", "reason": "two people" });
        review(&house, "POST", &format!("/{number}/judgement"), &verdict).await;
        judged += 1;
        next = review(&house, "GET", "", &Value::Null).await["next"].as_u64();
    }
    assert!(judged > 1, "several pairs waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steward_reads_what_the_review_allows_and_why_the_rest_is_kept_back_of_both_records() {
    let house = House::with(|folder| {
        let all = "identity = \"value\"\n";
        folder.replace(
            "purposes/review-links.toml",
            all,
            &format!("{all}identifier = {{ as = \"last\", keep = 2 }}\n"),
        );
    })
    .await;
    let session = enter(&house, "steward").await;
    let queue = get(&house, &session, "/review").await;
    for told in ["What this purpose allows", "Settle whether two records are of one person", "last 2 characters only"] {
        assert!(queue.text.contains(told), "{told} in {}", queue.text);
    }
    let pair = get(&house, &session, "/review/0").await;
    for told in [
        "href=\"#pair-reduced\">Only the end is given.</a>",
        "id=\"pair-reduced\"",
        "the purpose “Settle whether two records are of one person” gives this: last 2 characters only.",
        "<code>discloses.identifier</code>",
        "Tax (<a href=\"mailto:data@tax.example\">data@tax.example</a>)",
        "Education (<a href=\"mailto:data@education.example\">data@education.example</a>)",
    ] {
        assert!(pair.text.contains(told), "{told} in {}", pair.text);
    }
    // One of the two records has a street, the other a telephone: both are withheld.
    for title in ["Street", "Telephone"] {
        assert!(pair.text.contains(&format!("data-label=\"What\">{title}</th>")), "{title} in {}", pair.text);
    }
    let has = |text: &str| pair.text.contains(text);
    assert_eq!(has("id=\"cluster\""), has("href=\"#cluster\""), "{}", pair.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn use_is_counted_by_register_and_agreement() {
    let house = House::new().await;
    let page = async |path: &str| house.ask(Ask::new("GET", path)).await.text;
    let counted = async || {
        let agreements = page("/agreements").await;
        let places = [
            (page("/registers/tax").await, "<h1>"),
            (page("/registers/donations").await, "<h1>"),
            (agreements.clone(), "id=\"education-tax\""),
            (agreements, "id=\"party-finance\""),
        ];
        places.map(|(page, after)| used(&page, after))
    };
    // The house itself searched once, under the purpose that reaches taxes and loans.
    let (one, none) = ("one look, 0 refusals", "0 looks, 0 refusals");
    assert_eq!(counted().await, [one, none, one, none]);
    assert_eq!(house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.status, 200);
    assert_eq!(house.search("tax-officer", "loan-relief", "Ysolde").await.status, 403);
    let two = "2 looks, one refusal";
    assert_eq!(counted().await, [two, none, two, none]);
}

/// Gives what a page says of use, after a text.
#[track_caller]
fn used(page: &str, after: &str) -> String {
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("{after} in {page}"));
    let (_, rest) = rest.split_once("Use of all purposes").unwrap_or_else(|| panic!("no use in {page}"));
    let (_, said) = rest.split_once("<dd>").unwrap();
    said.split("</dd>").next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn laws_are_in_french_where_the_project_says_them_and_marked_as_english_elsewhere() {
    let house = House::with(|folder| {
        let law = "legal_basis = \"Tax Code, art. 7\"\n";
        folder.replace("registers/tax.toml", law, &format!("{law}legal_basis_fr = \"Code des impôts, art. 7\"\n"));
        let law = "legal_basis = [\"dpv:PublicInterest\", \"Loan Relief Act, art. 4\"]\n";
        let loi = "legal_basis_fr = [\"dpv:PublicInterest\", \"Loi sur les prêts, art. 4\"]\n";
        folder.replace("purposes/loan-relief.toml", law, &format!("{law}{loi}"));
    })
    .await;
    let marked = "<span lang=\"en\">Student Loans Act, art. 3</span>";
    assert!(french(&house, "visit=1", "/registers/loans").await.contains(marked));
    assert!(!house.ask(Ask::new("GET", "/registers/loans")).await.text.contains("<span lang=\"en\">"));
    let tax = french(&house, "visit=1", "/registers/tax").await;
    assert!(tax.contains("Code des impôts, art. 7") && !tax.contains("Tax Code"), "{tax}");

    // Who was looked at reads both, and which columns the classes are.
    assert_eq!(house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await.status, 200);
    let citizen = enter(&house, "citizen").await;
    let looks = french(&house, &citizen, "/me").await;
    assert!(looks.contains("une mission d’intérêt public · Loi sur les prêts, art. 4"), "{looks}");
    let looks = get(&house, &citizen, "/me").await.text;
    for told in [
        "Loan Relief Act, art. 4",
        "Which kinds of data, and how much of them",
        "First name, Last name, Birth date, Owed",
    ] {
        assert!(looks.contains(told), "{told} in {looks}");
    }
    assert!(!looks.contains("Loi sur les prêts"), "{looks}");
}

/// Gives what a page of a refusal says was asked.
#[track_caller]
pub(crate) fn asked(page: &str) -> &str {
    let (_, rest) = page.split_once("<h2>What was asked</h2>").unwrap_or_else(|| panic!("no question in {page}"));
    rest.split("</section>").next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_with_a_purpose_of_its_own_is_not_refused_in_the_name_of_the_chosen_one() {
    let house = House::new().await;
    let session = enter(&house, "officer").await;
    let (session, _) = choose(&house, &session, "/search", RELIEF).await;
    let refused = get(&house, &session, "/review/0").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    for told in ["What you asked has a purpose of its own", "Quote what refused: ", "purpose.not-a-recipient"] {
        assert!(refused.text.contains(told), "{told} in {}", refused.text);
    }
    for others in ["Choose a purpose that names your role", "Quote the purpose"] {
        assert!(!refused.text.contains(others), "{others} in {}", refused.text);
    }
    let question = asked(&refused.text);
    for chosen in ["Purpose", "CASE-7", "because of her file"] {
        assert!(refused.text.contains(chosen), "the bar has {chosen}: {}", refused.text);
        assert!(!question.contains(chosen), "{chosen} in {question}");
    }

    // What is asked under the chosen purpose is told with it.
    let work = RELIEF.replace("loan-relief", "party-finance");
    let (session, _) = choose(&house, &session, "/search", &work).await;
    let refused = get(&house, &session, &format!("/person/{}", house.ysolde_at("education"))).await;
    let question = asked(&refused.text);
    for chosen in ["Audit the donations to a party", "CASE-7", "because of her file"] {
        assert!(question.contains(chosen), "{chosen} in {question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_that_is_a_sentence_has_no_full_stop_within_another() {
    let house = House::with(|folder| {
        folder.replace("purposes/party-finance.toml", "donations to a party\"", "donations to a party.\"");
    })
    .await;
    let session = enter(&house, "officer").await;
    let (session, _) = choose(&house, &session, "/search", &RELIEF.replace("loan-relief", "party-finance")).await;
    let refused = get(&house, &session, &format!("/person/{}", house.ysolde_at("education"))).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let quoted = "Quote the purpose “Audit the donations to a party” (party-finance) and what refused: ";
    assert!(refused.text.contains(quoted), "{}", refused.text);
}

/// Gives where a page's link leads that begins so.
#[track_caller]
fn led_to(page: &str, begins: &str) -> String {
    let (_, rest) = page.split_once(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("no {begins} in {page}"));
    format!("{begins}{}", rest.split('"').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_nobody_under_another_case_than_its_page_said() {
    let house = House::new().await;
    let pseudonym = house.ysolde_at("education");
    let person = format!("/person/{pseudonym}");
    let (first, _) = choose(&house, &enter(&house, "officer").await, "/search", RELIEF).await;
    let page = get(&house, &first, "/search").await;
    let body = format!("form_token={}&name=Ysolde+Quillfeather", form_token(&page.text));
    let found = house.ask(Ask::new("POST", "/search").header("cookie", &first).text(FORM, &body)).await;
    let link = led_to(&found.text, &person);
    assert!(link.starts_with(&format!("{person}?under=")), "{link}");
    for personal in ["CASE", "file", "Ysolde", "loan"] {
        assert!(!link.contains(personal), "{personal} in {link}");
    }

    // In another window the officer goes on to another case: the browser has one session for both.
    let (second, _) = choose(&house, &first, "/search", &RELIEF.replace("CASE-7", "CASE-8")).await;
    let size = house.gate.log_size();
    let asked = get(&house, &second, &link).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let to = asked.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(to, format!("/search?person={pseudonym}&changed=true"));
    let page = get(&house, &second, &to).await;
    for told in ["Nobody was opened. Read in the bar", "CASE-8", "Open this person again under it"] {
        assert!(page.text.contains(told), "{told} in {}", page.text);
    }
    assert!(french(&house, &second, &to).await.contains("Aucune consultation n’a eu lieu."));
    // The reason is the record's too, and so is the session of somebody else; no digest is as good as a wrong one.
    let (other_reason, _) = choose(&house, &first, "/search", &RELIEF.replace("her", "his")).await;
    let (nobodys, _) = choose(&house, &enter(&house, "tax-officer").await, "/search", RELIEF).await;
    for session in [&other_reason, &nobodys] {
        assert_eq!(get(&house, session, &link).await.status, 303);
    }
    for wrong in ["", "AAAAAAAAAAAAAAAA", "%3Cscript%3E", "AA"] {
        assert_eq!(get(&house, &first, &format!("{person}?under={wrong}")).await.status, 303, "{wrong}");
    }
    // Without a purpose it is said first why, and the person is kept.
    let asked = get(&house, &enter(&house, "officer").await, &link).await;
    assert_eq!(asked.headers["location"], to.as_str());
    assert_eq!(get(&house, &enter(&house, "citizen").await, &link).await.status, 403, "it is no officer's");
    assert_eq!(house.gate.log_size(), size, "nobody was opened");

    let again = led_to(&page.text, &person);
    assert_ne!(again, link);
    assert_eq!(get(&house, &second, &again).await.status, 200);
    assert_eq!(house.gate.log_size(), size + 1);
    let (back, _) = choose(&house, &second, "/search", RELIEF).await;
    assert_eq!(get(&house, &back, &again).await.status, 303);
    assert_eq!(get(&house, &back, &link).await.status, 200, "changed back, it is what the page said");
    assert_eq!(get(&house, &second, &person).await.status, 200, "typed, it opens under what the bar says");
    assert_eq!(house.gate.log_size(), size + 3);
}

/// Gives what the page of search says of the chosen purpose, in English and in French.
async fn allowed(house: &House, purpose: &str) -> [String; 2] {
    let session = enter(house, "officer").await;
    let (session, _) = choose(house, &session, "/search", &RELIEF.replace("loan-relief", purpose)).await;
    let (english, french) = (get(house, &session, "/search").await.text, french(house, &session, "/search").await);
    [english, french].map(|page| {
        // What warns comes below the heading, and what is allowed after it, before the form.
        let (_, rest) = page.split_once("<h1").unwrap_or_else(|| panic!("no heading in {page}"));
        let (said, form) = rest.split_once("</aside>").unwrap_or_else(|| panic!("no aside in {page}"));
        assert!(form.contains("role=\"search\"") && !form.contains("note careful"), "{form}");
        said.to_owned()
    })
}

#[track_caller]
fn check(aside: &str, told: &[&str], others: &[&str]) {
    for told in told {
        assert!(aside.contains(told), "{told} in {aside}");
    }
    for other in others {
        assert!(!aside.contains(other), "{other} in {aside}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_in_force_says_until_when_how_far_it_reaches_and_for_how_many() {
    let house = House::new().await;
    let [english, french] = allowed(&house, "loan-relief").await;
    let told =
        ["In force until 30 June 2026.", "Registers within reach", "Student loans", "Tax returns", "3 persons a day"];
    check(&english, &told, &["Donations", "refused", "careful"]);
    let told = ["En vigueur jusqu’au 30 juin 2026.", "Registres accessibles", "3 personnes par jour et par agent"];
    check(&french, &told, &["refusée", "careful"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_of_another_role_is_not_announced_as_allowing_anything_to_this_one() {
    let house = House::new().await;
    let [english, french] = allowed(&house, "party-finance").await;
    let told =
        ["note careful", "This purpose is not for your role: whatever is asked under it will be refused and logged."];
    check(&english, &told, &["last day"]);
    check(&french, &["Cette finalité n’est pas destinée à votre rôle\u{a0}:"], &["dernier jour"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_that_has_ended_says_so() {
    let house = House::new().await;
    house.clock.set("2026-07-01T09:00:00Z".parse().unwrap());
    let [english, french] = allowed(&house, "loan-relief").await;
    check(&english, &["note careful", "Its last day was 30 June 2026:"], &["In force", "not for your role"]);
    check(&french, &["Son dernier jour était le 30 juin 2026\u{a0}:"], &["En vigueur"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_that_is_not_yet_in_force_says_from_when() {
    let house = House::new().await;
    house.clock.set("2025-12-31T09:00:00Z".parse().unwrap());
    let [english, french] = allowed(&house, "loan-relief").await;
    check(&english, &["note careful", "Not in force before 1 January 2026:"], &["In force until", "not for your role"]);
    check(&french, &["Pas en vigueur avant le 1er janvier 2026\u{a0}:"], &["En vigueur jusqu’au"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_is_in_force_no_longer_than_its_agreement() {
    let house = House::with(|folder| {
        folder.replace("agreements/education-tax.toml", "until = 2026-12-31", "until = 2026-05-31");
    })
    .await;
    let [english, _] = allowed(&house, "loan-relief").await;
    check(&english, &["In force until 31 May 2026."], &["June"]);
    house.clock.set("2026-06-01T09:00:00Z".parse().unwrap());
    let [english, _] = allowed(&house, "loan-relief").await;
    check(&english, &["Its last day was 31 May 2026:"], &["June"]);
}
