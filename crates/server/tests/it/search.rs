//! Searching by what people know beside a name: a birth date, a number, a telephone. What is compared is not shown by that.

use crate::house::{Answer, Ask, House};
use crate::pages::{FORM, cookies, enter, form_token};

/// Gives what the page of results says when the form is sent with these fields, and how many entries that was.
async fn found(house: &House, fields: &str) -> (Answer, u64) {
    let ask = async |session: &str, method: &str, path: &str, body: &str| {
        house.ask(Ask::new(method, path).header("cookie", session).text(FORM, body)).await
    };
    let session = enter(house, "officer").await;
    let page = ask(&session, "GET", "/search", "").await;
    let work = "back=/search&purpose=loan-relief&case=CASE-7&justification=because+of+her+file";
    let set = ask(&session, "POST", "/work", &format!("form_token={}&{work}", form_token(&page.text))).await;
    assert_eq!(set.status, 303, "{}", set.text);
    let session = cookies(&set);
    let page = ask(&session, "GET", "/search", "").await;
    let size = house.gate.log_size();
    let answer = ask(&session, "POST", "/search", &format!("form_token={}&{fields}", form_token(&page.text))).await;
    (answer, house.gate.log_size() - size)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_birth_date_number_and_telephone() {
    let house = House::with(|folder| {
        let (before, after) = ("identifier = \"match-only\"", "identifier = \"match-only\"\ncontact = \"match-only\"");
        folder.replace("purposes/loan-relief.toml", before, after);
    })
    .await;
    let ysolde = format!("href=\"/person/{}?under=", house.ysolde_at("education"));
    // What is typed comes back in the form, so it is written otherwise than the registers have it.
    for (fields, says, hidden) in [
        ("birth_date=12.3.1984", "Birth date: the same", None),
        ("birth_date=1984-03-12", "Birth date: the same", None),
        ("identifier=tn48151", "Number: the same", Some("TN-48151")),
        ("identifier=TN+48152", "Number: similar", Some("TN-48151")),
        ("contact=555+01+99", "Telephone or e-mail: the same", Some("555-0199")),
        ("birth_date=12.3.1984&identifier=tn48151&contact=5550199", "Number: the same", Some("TN-48151")),
    ] {
        let (answer, entries) = found(&house, fields).await;
        assert_eq!((answer.status.as_u16(), entries), (200, 1), "{fields}: {}", answer.text);
        let (_, rest) = answer.text.split_once(&ysolde).unwrap_or_else(|| panic!("{fields}: {}", answer.text));
        let row = rest.split("</tr>").next().unwrap();
        assert!(row.contains("Ysolde Quillfeather") && row.contains(says), "{fields}: {row}");
        assert!(!answer.text.contains("Not used"), "{fields}: {}", answer.text);
        if let Some(hidden) = hidden {
            assert!(!answer.text.contains(hidden), "{fields}: what may be compared is not shown: {}", answer.text);
        }
    }
    for fields in ["identifier=XX-99999999", "contact=999999999", "birth_date=1801-01-01"] {
        let (answer, entries) = found(&house, fields).await;
        assert_eq!((answer.status.as_u16(), entries), (200, 1), "{fields}: {}", answer.text);
        assert!(answer.text.contains("Nobody was found"), "{fields}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_purpose_does_not_let_be_compared_finds_nobody_and_is_told() {
    let house = House::new().await;
    let (answer, entries) = found(&house, "contact=555-0199").await;
    assert_eq!((answer.status.as_u16(), entries), (200, 1), "{}", answer.text);
    let says = "Not used, because the purpose doesn’t let you compare it: Telephone or e-mail.";
    assert!(answer.text.contains(says) && !answer.text.contains("href=\"/person/"), "{}", answer.text);
    // Beside what may be compared it counts for nothing: who has another telephone is found all the same.
    let (answer, _) = found(&house, "name=Ysolde+Quillfeather&contact=555-0000").await;
    let ysolde = format!("href=\"/person/{}?under=", house.ysolde_at("education"));
    assert!(answer.text.contains(says) && answer.text.contains(&ysolde), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_date_that_can_t_be_read_searches_for_nobody() {
    let house = House::new().await;
    for fields in ["birth_date=31.31.1984", "birth_date=someday", "name=&birth_date="] {
        let (answer, entries) = found(&house, fields).await;
        assert_eq!((answer.status.as_u16(), entries), (400, 0), "{fields}: {}", answer.text);
        assert!(!answer.text.contains("href=\"/person/"), "{fields}: {}", answer.text);
    }
}
