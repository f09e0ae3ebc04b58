//! The page of components: open to everyone, about nobody, and made of what the pages are made of.

use server::CONTENT_SECURITY_POLICY;

use crate::house::{Ask, House, WITHHELD};
use crate::pages::enter;

#[tokio::test(flavor = "multi_thread")]
async fn everyone_sees_the_same_made_up_things_and_nothing_is_logged() {
    let house = House::new().await;
    let size = house.gate.log_size();
    let open = house.ask(Ask::new("GET", "/components")).await;
    assert_eq!(open.status, 200, "{}", open.text);
    assert_eq!(open.headers["content-security-policy"], CONTENT_SECURITY_POLICY);
    for who in ["officer", "dpo", "engineer", "steward", "citizen"] {
        let session = enter(&house, who).await;
        let page = house.ask(Ask::new("GET", "/components").header("cookie", &session)).await;
        assert_eq!(page.status, 200, "{who}");
        for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde"]) {
            assert!(!page.text.contains(canary) && !open.text.contains(canary), "{canary}");
        }
        assert_eq!(page.text.matches("class=\"bar\"").count(), 6, "{who}: five samples and the bar itself");
    }
    assert_eq!(house.gate.log_size(), size);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_whole_in_both_languages() {
    let house = House::new().await;
    let ask = |language: &str| Ask::new("GET", "/components").header("accept-language", language);
    let (english, french) = (house.ask(ask("en")).await.text, house.ask(ask("fr")).await.text);
    for told in ["Components", "Only the district is given.", "ends in 12 days", "The birth date can’t be read."] {
        assert!(english.contains(told) && !french.contains(told), "{told}");
    }
    for told in ["Composants", "Seul le district est donné.", "prend fin dans 12 jours", "Looks by day"] {
        assert_eq!(french.contains(told), told != "Looks by day", "{told}");
    }
    for part in ["class=\"table bars cards\"", "class=\"days\"", "class=\"graph\"", "aria-invalid=\"true\"", "<mark>"] {
        assert_eq!(english.matches(part).count(), french.matches(part).count(), "{part}");
        assert!(english.contains(part), "{part}");
    }
}
