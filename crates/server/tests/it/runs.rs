//! The data engineer's page: for that role, the pipeline as it is, and no row of it.

use crate::house::{Ask, House, WITHHELD};
use crate::pages::enter;

#[tokio::test(flavor = "multi_thread")]
async fn the_pipeline_is_for_data_engineers_and_shows_no_row() {
    let house = House::new().await;
    for who in ["officer", "steward", "dpo", "citizen"] {
        let session = enter(&house, who).await;
        assert_eq!(house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await.status, 403, "{who}");
    }
    let size = house.gate.log_size();
    let session = enter(&house, "engineer").await;
    let page = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await;
    assert_eq!((page.status.as_u16(), house.gate.log_size()), (200, size));
    for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde", "Okafor"]) {
        assert!(!page.text.contains(canary), "{canary}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_box_of_the_picture_leads_to_its_table() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    let page = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await.text;
    let boxes: Vec<&str> = page
        .split("<a class=\"node")
        .skip(1)
        .filter_map(|rest| rest.split("href=\"#").nth(1)?.split('"').next())
        .collect();
    // Three registers, four models, spine and index.
    assert_eq!(boxes.len(), 9, "{boxes:?}");
    for anchor in boxes {
        assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
    }
    assert!(
        !page.contains("node missing") && !page.contains("node careful") && !page.contains("node noted"),
        "all is there and nothing is newer"
    );
    for told in ["81 person records", "Nothing is in quarantine.", "The index in service"] {
        assert!(page.contains(told), "{told} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_project_says_of_models_and_registers_is_text() {
    let house = House::with(|folder| {
        folder.replace("models/loan.sql", "says = \"A loan\"", "says = \"</title><script>alert(1)</script>\"");
        folder.replace(
            "registers/tax.toml",
            "title = \"Tax returns\"",
            "title = \"\\\"><img src=x onerror=alert(1)>\"",
        );
    })
    .await;
    let session = enter(&house, "engineer").await;
    let page = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await.text;
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    assert!(page.contains("&#60;script&#62;alert"), "it is said all the same");
}
