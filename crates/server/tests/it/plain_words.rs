//! What fails is told to people in their language, and in words that are theirs: no path of the server, no English between.

use crate::house::{Answer, Ask, House, forked_checkpoint};
use crate::pages::{FORM, enter, form_token};

const LANGUAGES: [&str; 2] = ["en", "fr"];

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test(flavor = "multi_thread")]
async fn a_map_that_cant_be_drawn_is_told_without_the_path_of_its_file() {
    let house = House::with(|folder| {
        folder.write("districts.geojson", "{\"features\":7}");
    })
    .await;
    let session = enter(&house, "citizen").await;
    let told = [
        "The map can’t be drawn; the districts are told with the records below.",
        "La carte ne peut pas être dessinée\u{a0}; les districts figurent avec les enregistrements ci-dessous.",
    ];
    for (language, says) in LANGUAGES.into_iter().zip(told) {
        let cookies = format!("{session}; lucarne_lang={language}");
        let page = house.ask(Ask::new("GET", "/me/records").header("cookie", &cookies)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains(says), "{}", page.text);
        let root = house.folder().load().unwrap().root.display().to_string();
        for of_the_server in [root.as_str(), "districts.geojson", "lucarne.toml", "invalid type"] {
            assert!(!page.text.contains(of_the_server), "{of_the_server} in {}", page.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_does_not_hold_is_told_in_a_sentence_and_to_the_byte_where_that_is_opened() {
    let house = House::new().await;
    let session = enter(&house, "dpo").await;
    let desk = house.ask(Ask::new("GET", "/desk").header("cookie", &session)).await.text;
    let saved: String = forked_checkpoint().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = format!("form_token={}&saved={saved}", form_token(&desk));
    let begun = house.ask(Ask::new("POST", "/log/verify").header("cookie", &session).text(FORM, &body)).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let path = begun.headers["location"].to_str().unwrap().to_owned();
    let told = [
        "The first entries are not those of the checkpoint that was saved: history was rewritten.",
        "Les premières entrées ne sont pas celles du point de contrôle enregistré\u{a0}: l’historique a été réécrit.",
    ];
    for (language, says) in LANGUAGES.into_iter().zip(told) {
        let cookies = format!("{session}; lucarne_lang={language}");
        let page = loop {
            let page = house.ask(Ask::new("GET", &path).header("cookie", &cookies)).await.text;
            if !page.contains("<progress") {
                break page;
            }
        };
        let (before, folded) = page.split_once("<details class=\"more\"><summary>").unwrap();
        assert!(before.contains(says) && !before.contains("the first 1 entries"), "{before}");
        assert!(folded.contains("<p lang=\"en\"><code>the first 1 entries"), "{folded}");
    }
}

fn assert_page(answer: &Answer, status: u16, language: &str, says: &[&str]) {
    assert_eq!(
        (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
        (status, "text/html; charset=utf-8")
    );
    assert!(answer.text.contains(&format!("<html lang=\"{language}\">")), "{}", answer.text);
    for says in says {
        assert!(answer.text.contains(says), "{says} in {}", answer.text);
    }
    assert!(!answer.text.contains("<script") && !answer.text.contains("style="), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_turned_away_at_the_door_reads_why() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let titles = ["It was not sent from a page of this session", "La demande ne vient pas d’une page de cette session"];
    let host = ["The address names another server than this one.", "L’adresse nomme un autre serveur que celui-ci."];
    let site = [
        "Another site sent the request, and not a page of this server.",
        "La demande a été envoyée par un autre site, et non par une page de ce serveur.",
    ];
    let meant = ["A look must be meant", "Une consultation doit être voulue"];
    for (at, language) in LANGUAGES.into_iter().enumerate() {
        let ask = |method, path| Ask::new(method, path).header("accept", BROWSER).header("accept-language", language);
        let mut foreign = ask("GET", "/search");
        foreign.0.headers_mut().unwrap().insert("host", "lucarne.example".parse().unwrap());
        assert_page(&house.ask(foreign).await, 403, language, &[titles[at], host[at]]);
        let sent = ask("POST", "/search").header("sec-fetch-site", "cross-site");
        assert_page(&house.ask(sent).await, 403, language, &[titles[at], site[at]]);
        let prefetched = ask("GET", "/me").header("sec-purpose", "prefetch");
        assert_page(&house.ask(prefetched).await, 403, language, &[meant[at]]);
        // Of the API everyone gets the document, a browser too.
        let sent = ask("POST", "/api/v1/search").header("sec-fetch-site", "cross-site");
        assert_eq!(house.ask(sent).await.problem(), "foreign-request");
    }
    assert_eq!(house.gate.log_size(), size);
}
