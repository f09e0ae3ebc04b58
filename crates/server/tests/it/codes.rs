//! Codes of registers: in words on pages, in the language of the page, and as they are in answers of the API.

use crate::house::{Ask, House};
use crate::pages::enter;

async fn house() -> House {
    House::with(|folder| {
        let codes = "[codes.district]\nNorth = { title = \"the <North>\", title_fr = \"le <Nord>\" }\n\n[columns]\n";
        folder.replace("registers/tax.toml", "[columns]\n", codes);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_what_a_code_means_and_keep_the_code() {
    let house = house().await;
    let session = enter(&house, "citizen").await;
    for (language, words, code) in [
        ("en", "the &#60;North&#62;", "Code in the register: North"),
        ("fr", "le &#60;Nord&#62;", "Code dans le registre\u{a0}: North"),
    ] {
        let cookies = format!("{session}; lucarne_lang={language}");
        let page = house.ask(Ask::new("GET", "/me/records").header("cookie", &cookies)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let shown = format!("<data value=\"North\" title=\"{code}\"><bdi>{words}</bdi></data>");
        assert!(page.text.contains(&shown), "{shown} in {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_gives_codes_as_they_are_and_what_they_mean_with_the_register() {
    let house = house().await;
    let own = house.own_records().await.json();
    let sections = own["sections"].as_array().unwrap();
    let tax = sections.iter().find(|section| section["register"] == "tax").unwrap();
    assert_eq!(tax["records"][0]["values"]["district"], "North");
    let page = house.ask(Ask::new("GET", "/registers/tax")).await;
    assert!(page.text.contains("<li><code>North</code> the &#60;North&#62;</li>"), "{}", page.text);
    let catalogue = house.ask(Ask::new("GET", "/api/v1/catalogue").token(&house.token("officer"))).await.json();
    let registers = catalogue["registers"].as_array().unwrap();
    let tax = registers.iter().find(|register| register["id"] == "tax").unwrap();
    let column = |name: &str| tax["columns"].as_array().unwrap().iter().find(|column| column["name"] == name).unwrap();
    let codes = serde_json::json!([{ "code": "North", "title": "the <North>", "title_fr": "le <Nord>" }]);
    assert_eq!(column("district")["codes"], codes);
    assert!(column("street").get("codes").is_none());
}
