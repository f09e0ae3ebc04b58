//! The pages' sessions: begun on purpose, bound to their forms, and read by nobody else.

use server::SESSION_COOKIE;

use crate::house::{Answer, Ask, House, WITHHELD};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Gives the cookies that an answer sets, as a browser would send them back.
pub(crate) fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter();
    let pairs: Vec<&str> = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap()).collect();
    pairs.join("; ")
}

fn session_cookie(answer: &Answer) -> Option<&str> {
    let mut set = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    set.find(|cookie| cookie.starts_with(SESSION_COOKIE))
}

/// Gives the token that the first form of a page carries.
pub(crate) fn form_token(page: &str) -> &str {
    let (_, after) = page.split_once("name=\"form_token\" value=\"").expect("a form");
    after.split_once('"').unwrap().0
}

pub(crate) async fn enter(house: &House, who: &str) -> String {
    let answer = house.ask(Ask::new("GET", &format!("/enter?token={}", house.token(who)))).await;
    assert_eq!(answer.status, 303);
    let to = answer.headers["location"].to_str().unwrap();
    assert!(!to.contains("token"), "the token leaves the address: {to}");
    let cookie = session_cookie(&answer).expect("a session");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    cookies(&answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_pages_lead_to_the_first_one_which_shows_nothing_personal() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let person = format!("/person/{}", house.ysolde_at("education"));
    for path in [
        "/search",
        &person,
        "/me",
        "/me/records",
        "/desk",
        "/log",
        "/log/0",
        "/review",
        "/review/0",
        "/review/explain",
        "/review/judged",
        "/quality",
        "/runs",
    ] {
        let answer = house.ask(Ask::new("GET", path)).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["location"]), (303, &"/".parse().unwrap()), "{path}");
        assert!(answer.text.is_empty(), "{path}");
    }
    let forged = format!("{SESSION_COOKIE}=eyJuYW1lIjoib2ZmaWNlciJ9.AAAA");
    let answer = house.ask(Ask::new("GET", "/me").header("cookie", &forged)).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["location"]), (303, &"/?ended".parse().unwrap()));
    let first = house.ask(Ask::new("GET", "/")).await;
    for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde"]) {
        assert!(!first.text.contains(canary), "{canary}");
    }
    assert_eq!(house.gate.log_size(), size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_token_opens_no_page_and_a_bad_one_no_session() {
    let house = House::new().await;
    assert_eq!(house.ask(Ask::new("GET", "/me").token(&house.token("citizen"))).await.status, 303);
    let expired = house.token("officer");
    house.clock.set("2028-01-01T09:00:00Z".parse().unwrap());
    for query in ["?token=", "", "?token=made.up", "?token=no-dot", &format!("?token={expired}")] {
        let path = format!("/enter{query}");
        for (language, says) in [("en", "The link is not valid, or it has expired."), ("fr", "ou il a expiré.")] {
            let ask = Ask::new("GET", &path).header("cookie", &format!("lucarne_lang={language}"));
            let answer = house.ask(ask).await;
            assert_eq!(answer.status, 401, "{query}");
            assert!(session_cookie(&answer).is_none(), "{query}");
            assert!(answer.text.contains(says), "{query}: {}", answer.text);
            assert!(answer.text.contains("name=\"back\" value=\"/enter\""), "the language leads back: {}", answer.text);
            assert!(!answer.text.contains("made.up") && !answer.text.contains(&expired), "{}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_taken_only_from_their_own_session() {
    let house = House::new().await;
    let first = house.ask(Ask::new("GET", "/")).await;
    let (visit, token) = (cookies(&first), form_token(&first.text).to_owned());
    let act_as = |cookie: &str, token: &str| {
        let body = format!("form_token={token}&identity=officer");
        Ask::new("POST", "/act-as").header("cookie", cookie).text(FORM, &body)
    };
    for (cookie, token) in
        [(visit.as_str(), "AAAA"), (visit.as_str(), ""), ("", &token), ("lucarne_visit=other", &token)]
    {
        let answer = house.ask(act_as(cookie, token)).await;
        assert_eq!(answer.status, 403, "{cookie} {token}");
        assert!(session_cookie(&answer).is_none());
    }
    let answer = house.ask(act_as(&visit, &token).header("sec-fetch-site", "cross-site")).await;
    assert_eq!(answer.status, 403, "even with the right token");
    let answer = house.ask(act_as(&visit, &token)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(session_cookie(&answer).is_some());

    // The token of one session is worth nothing in another.
    let (officer, citizen) = (enter(&house, "officer").await, enter(&house, "citizen").await);
    let page = house.ask(Ask::new("GET", "/search").header("cookie", &officer)).await;
    let leave = |cookie: &str| {
        let body = format!("form_token={}", form_token(&page.text));
        Ask::new("POST", "/leave").header("cookie", cookie).text(FORM, &body)
    };
    assert_eq!(house.ask(leave(&citizen)).await.status, 403);
    let left = house.ask(leave(&officer)).await;
    assert_eq!(left.status, 303);
    assert!(session_cookie(&left).is_some_and(|cookie| cookie.contains("Max-Age=0")), "{:?}", left.headers);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_works_through_the_pages_and_sees_what_the_purpose_gives() {
    let house = House::new().await;
    let session = enter(&house, "officer").await;
    let page = house.ask(Ask::new("GET", "/search").header("cookie", &session)).await;
    let body = format!(
        "form_token={}&back=/search&purpose=loan-relief&case=CASE-7&justification=because+of+the+canary",
        form_token(&page.text)
    );
    let set = house.ask(Ask::new("POST", "/work").header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(set.status, 303, "{}", set.text);
    let session = cookies(&set);
    let page = house.ask(Ask::new("GET", "/search").header("cookie", &session)).await;
    let body = format!("form_token={}&name=Ysolde+Quillfeather", form_token(&page.text));
    let found = house.ask(Ask::new("POST", "/search").header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(found.status, 200, "{}", found.text);
    let href = format!("/person/{}", house.ysolde_at("education"));
    assert!(found.text.contains(&href), "{}", found.text);
    let size = house.gate.log_size();
    let person = house.ask(Ask::new("GET", &href).header("cookie", &session)).await;
    assert_eq!(person.status, 200);
    assert_eq!(house.gate.log_size(), size + 1, "one look, one entry");
    assert!(person.text.contains("Quillfeather"), "{}", person.text);
    for canary in WITHHELD {
        assert!(!found.text.contains(canary) && !person.text.contains(canary), "{canary} on a page");
    }
    // Of the address the purpose gives the district alone: that is on the map, and no search by address is offered.
    for part in [r#"id="timeline""#, "12 March 1984", r#"id="map""#, "North (N)", r#"id="relations""#] {
        assert!(person.text.contains(part), "{part} in {}", person.text);
    }
    assert!(!person.text.contains(r#"name="address""#), "{}", person.text);
    // Of it no more is given than that, and what the purpose asks stands with the answer.
    assert!(person.text.contains("of these, this purpose gives no more</caption>"), "{}", person.text);
    let answers = person.text.find(r#"id="answers""#).expect("what the purpose asks");
    let figures = person.text.find(r#"class="figures""#).expect("how much is given");
    assert!(answers < figures && person.text.contains("below 40,000"), "{}", person.text);
    let nobody = "Nobody of your agency yet.";
    assert!(person.text.contains(r#"id="earlier""#) && person.text.contains(nobody), "{}", person.text);
    let again = house.ask(Ask::new("GET", &href).header("cookie", &session)).await;
    assert!(again.text.contains(r#"id="earlier""#) && !again.text.contains(nobody), "{}", again.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_sees_their_dates_and_their_map_and_no_way_to_others() {
    let house = House::new().await;
    let session = enter(&house, "citizen").await;
    let own = house.ask(Ask::new("GET", "/me/records").header("cookie", &session)).await;
    assert_eq!(own.status, 200, "{}", own.text);
    for part in [r#"id="timeline""#, r#"id="map""#, r#"id="relations""#, "Nightingale Row"] {
        assert!(own.text.contains(part), "{part} in {}", own.text);
    }
    assert!(!own.text.contains(r#"action="/search""#), "citizens search for nobody");
    assert!(!own.text.contains(r#"id="earlier""#), "their list of looks tells all of them");
    assert!(own.text.contains("The districts alone</caption>"), "{}", own.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_called_as_most_records_write_it_and_it_is_said_that_others_write_it_differently() {
    let capitals = |folder: &testkit::ProjectFolder| {
        folder.replace("incoming/loans_2025.csv", "LN-70017,Ysolde,Quillfeather", "LN-70017,YSOLDE,Quillfeather");
    };
    for (house, is_written_differently) in [(House::new().await, false), (House::with(capitals).await, true)] {
        let visit = crate::languages::working(&house, "loan-relief").await;
        let person = visit.get(&format!("/person/{}", house.ysolde_at("education"))).await;
        assert!(person.text.contains("<h1><bdi>Ysolde Quillfeather</bdi></h1>"), "{}", person.text);
        for part in ["The name stands here as most records write it.", "written differently", "YSOLDE"] {
            assert_eq!(person.text.contains(part), is_written_differently, "{part} in {}", person.text);
        }
        for part in ["records differ on the name", "Also:"] {
            assert!(!person.text.contains(part), "{part} in {}", person.text);
        }
    }
}
