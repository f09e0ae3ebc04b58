//! A session ends when who acts says so, and what it showed is not to be had afterwards.

use crate::house::{Ask, House};
use crate::pages::{FORM, cookies, enter, form_token};

#[tokio::test(flavor = "multi_thread")]
async fn every_role_can_leave_and_going_back_shows_nothing_personal() {
    let house = House::new().await;
    let get = async |cookie: &str, path: &str| house.ask(Ask::new("GET", path).header("cookie", cookie)).await;
    for (who, path) in [
        ("officer", "/search"),
        ("steward", "/review"),
        ("dpo", "/desk"),
        ("engineer", "/runs"),
        ("citizen", "/me/records"),
    ] {
        let session = enter(&house, who).await;
        let page = get(&session, path).await;
        assert_eq!(page.status, 200, "{who}: {}", page.text);
        assert_eq!(page.headers["cache-control"], "no-store", "{who}: no browser keeps it");
        assert_eq!(page.text.contains("Quillfeather"), who == "citizen", "{who}");
        let (_, form) = page.text.split_once("action=\"/leave\"").unwrap_or_else(|| panic!("{who}: {}", page.text));
        let (form, _) = form.split_once("</form>").unwrap();
        assert!(form.contains("<button>Leave</button>"), "{who}: {form}");
        let size = house.gate.log_size();
        let body = format!("form_token={}", form_token(form));
        let left = house.ask(Ask::new("POST", "/leave").header("cookie", &session).text(FORM, &body)).await;
        assert_eq!((left.status.as_u16(), &left.headers["location"]), (303, &"/?left".parse().unwrap()), "{who}");
        assert_eq!(left.headers["cache-control"], "no-store", "{who}");

        let gone = cookies(&left);
        let again = get(&gone, path).await;
        assert_eq!((again.status.as_u16(), &again.headers["location"]), (303, &"/".parse().unwrap()), "{who}");
        assert!(again.text.is_empty() && again.headers["cache-control"] == "no-store", "{who}: {}", again.text);
        let first = get(&gone, "/?left").await;
        assert!(first.text.contains("Your session has ended."), "{who}: {}", first.text);
        assert!(!first.text.contains("class=\"bar\"") && !first.text.contains("Quillfeather"), "{who}: {}", first.text);
        assert_eq!(house.gate.log_size(), size, "{who}: to leave is no look");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_of_a_session_that_has_ended_it_is_said() {
    let house = House::new().await;
    let session = enter(&house, "officer").await;
    for (cookie, path, is_said) in [
        (session.as_str(), "/?left", false),
        ("lucarne_lang=en", "/?left", true),
        ("lucarne_lang=en", "/", false),
        ("lucarne_lang=en", "/?left=perhaps", false),
        ("lucarne_lang=fr", "/?left", true),
    ] {
        let page = house.ask(Ask::new("GET", path).header("cookie", cookie)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        let said = ["Your session has ended.", "Votre session est terminée."];
        assert_eq!(said.iter().any(|said| page.text.contains(said)), is_said, "{cookie} {path}: {}", page.text);
    }
}
