//! Searching by what people know beside a name: a birth date, a number, a telephone. What is compared is not shown by that.

use crate::house::{Answer, Ask, House, work};
use crate::languages::{Visit, working};
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
async fn what_the_purpose_does_not_let_be_compared_is_told_before_anybody_is_searched_for() {
    let house = House::new().await;
    let form = working(&house, "loan-relief").await.get("/search").await;
    assert!(form.text.contains("This purpose lets you compare: Name, Birth date, Number."), "{}", form.text);
    for (id, is_off) in
        [("name", false), ("birth-date", false), ("identifier", false), ("contact", true), ("address", true)]
    {
        let (_, rest) = form.text.split_once(&format!("<input type=\"text\" id=\"{id}\"")).unwrap();
        assert_eq!(rest.split('>').next().unwrap().contains(" disabled"), is_off, "{id}: {}", form.text);
        assert_eq!(
            form.text.contains(&format!("id=\"{id}-off\">This purpose doesn’t let you search by this.")),
            is_off,
            "{id}"
        );
    }
    let (answer, entries) = found(&house, "contact=555-0199").await;
    assert_eq!((answer.status.as_u16(), entries), (400, 0), "{}", answer.text);
    let says = "Nobody was searched for: this purpose doesn’t let you compare what you filled in.";
    for part in [says, "<title>Error: Find a person", "role=\"alert\"", "value=\"555-0199\"", "href=\"#name\""] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    for part in ["href=\"/person/", "Nobody was found", "of the log"] {
        assert!(!answer.text.contains(part), "{part}: {}", answer.text);
    }
    // Beside what may be compared it counts for nothing: who has another telephone is found all the same.
    let (answer, entries) = found(&house, "name=Ysolde+Quillfeather&contact=555-0000").await;
    let ysolde = format!("href=\"/person/{}?under=", house.ysolde_at("education"));
    let says =
        "Not used, because the purpose doesn’t let you compare it, or not beside other fields: Telephone or e-mail.";
    assert!(entries == 1 && answer.text.contains(&ysolde), "{}", answer.text);
    let (before, _) = answer.text.split_once("<table").expect("somebody was found");
    assert!(before.contains(says), "it is said before the results: {}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_purpose_of_others_the_form_takes_all_fields_and_the_search_is_refused() {
    let house = House::new().await;
    let visit = working(&house, "party-finance").await;
    let form = visit.get("/search").await;
    assert!(!form.text.contains(" disabled") && !form.text.contains("lets you compare"), "{}", form.text);
    let refused = visit.send(&form, "/search", "contact=555-0199").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_which_the_end_is_shown_is_searched_by_as_a_whole() {
    let house = House::with(|folder| {
        let last = "identifier = { as = \"last\", keep = 4, match = true }";
        folder.replace("purposes/loan-relief.toml", "identifier = \"match-only\"", last);
    })
    .await;
    let (answer, entries) = found(&house, "identifier=tn+48151").await;
    assert_eq!((answer.status.as_u16(), entries), (200, 1), "{}", answer.text);
    assert!(answer.text.contains("Number: the same") && !answer.text.contains("TN-48151"), "{}", answer.text);
    let (answer, entries) = found(&house, "identifier=TN+48152").await;
    assert_eq!((answer.status.as_u16(), entries), (200, 1), "{}", answer.text);
    assert!(answer.text.contains("Nobody was found"), "{}", answer.text);
    assert!(answer.text.contains("one wrong digit or letter finds nobody"), "{}", answer.text);
    assert!(!answer.text.contains("Each person shown here"), "nobody is shown: {}", answer.text);
    let form = working(&house, "loan-relief").await.get("/search").await;
    let says = "id=\"identifier-alone\">This is compared as a whole, and by itself";
    assert!(form.text.contains(says) && !form.text.contains("name-alone"), "it is said before: {}", form.text);
    // Beside a name it is no question: a wrong one changes nothing of the answer, and nothing is told of a right one.
    for number in ["TN-48151", "TN-48152"] {
        let (answer, entries) = found(&house, &format!("name=Ysolde+Quillfeather&identifier={number}")).await;
        assert_eq!((answer.status.as_u16(), entries), (200, 1), "{}", answer.text);
        let says = "Not used, because the purpose doesn’t let you compare it, or not beside other fields: Number.";
        assert!(answer.text.contains(says) && answer.text.contains("href=\"/person/"), "{}", answer.text);
        assert!(!answer.text.contains("Number: "), "{}", answer.text);
    }
    // One person was found and one number was in vain; one more is within the day's three, and then it is enough.
    let (answer, _) = found(&house, "identifier=TN+48153").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (answer, entries) = found(&house, "identifier=TN+48154").await;
    assert_eq!((answer.status.as_u16(), entries), (403, 1), "{}", answer.text);
    assert!(answer.text.contains("<code>budget.exceeded</code>"), "{}", answer.text);
    let (answer, _) = found(&house, "identifier=TN+48151").await;
    assert_eq!(answer.status, 200, "whoever was found stays open: {}", answer.text);
    let (answer, _) = found(&house, "name=Ysolde").await;
    assert_eq!(answer.status, 200, "names are no numbers: {}", answer.text);
    let purposes = house.ask(Ask::new("GET", "/purposes")).await;
    assert!(purposes.text.contains("last 4 characters only; compared as a whole in searches"), "{}", purposes.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_show_no_more_than_tells_people_apart() {
    let house = House::with(|folder| {
        folder.replace("purposes/loan-relief.toml", "address = \"district\"", "address = \"value\"");
        folder.replace("purposes/loan-relief.toml", "identifier = \"match-only\"", "identifier = \"value\"");
    })
    .await;
    let ysolde = format!("href=\"/person/{}?under=", house.ysolde_at("education"));
    let row = |answer: &Answer| -> String {
        let (_, rest) = answer.text.split_once(&ysolde).unwrap_or_else(|| panic!("{}", answer.text));
        rest.split("</tr>").next().unwrap().to_owned()
    };
    let (answer, _) = found(&house, "name=Ysolde+Quillfeather&identifier=TN-48151").await;
    let told = row(&answer);
    assert!(told.contains("12 March 1984") && told.contains("<bdi>North (N)</bdi>"), "{told}");
    assert!(!told.contains("Nightingale") && !told.contains("TN-48151"), "{told}");
    let (answer, _) = found(&house, "address=7+Nightingale+Row").await;
    assert!(row(&answer).contains("<bdi>7 Nightingale Row</bdi>"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_gone_back_to_from_a_dossier_as_a_search_of_its_own() {
    let house = House::new().await;
    let mut visit = working(&house, "loan-relief").await;
    let person = format!("/person/{}", house.ysolde_at("education"));
    let dossier = visit.get(&person).await;
    assert!(
        dossier.status == 200 && !dossier.text.contains("name=\"kept\""),
        "nobody was searched for: {}",
        dossier.text
    );
    let form = visit.get("/search").await;
    let found = visit.send(&form, "/search", "name=Ysolde+Quillfeather&birth_date=12.3.1984").await;
    assert_eq!(found.status, 200, "{}", found.text);
    let size = house.gate.log_size();
    let typed = ["value=\"Ysolde Quillfeather\"", "value=\"12.3.1984\""];
    // An address fills in the form; nobody is looked at by that.
    let form = visit.get("/search?kept=true").await;
    assert_eq!((form.status.as_u16(), house.gate.log_size()), (200, size));
    assert!(typed.iter().all(|text| form.text.contains(text)), "{}", form.text);
    assert!(!form.text.contains("href=\"/person/") && !form.text.contains("role=\"alert\""), "{}", form.text);
    let empty = visit.get("/search").await;
    assert!(!empty.text.contains("Quillfeather"), "another person is another search: {}", empty.text);
    let dossier = visit.get(&person).await;
    assert!(
        dossier.text.contains("name=\"kept\" value=\"true\"") && !dossier.text.contains("12.3.1984"),
        "{}",
        dossier.text
    );
    let size = house.gate.log_size();
    let back = visit.send(&dossier, "/search", "kept=true").await;
    assert_eq!((back.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", back.text);
    assert!(back.text.contains(&format!("href=\"{person}?under=")), "{}", back.text);
    assert!(typed.iter().all(|text| back.text.contains(text)), "{}", back.text);
    // Nobody else has it, nor the same officer for another case.
    let others = working(&house, "loan-relief").await;
    assert!(!others.get("/search?kept=true").await.text.contains("Quillfeather"));
    let work = "back=/search&purpose=loan-relief&case=CASE-8&justification=because+of+her+file";
    let page = visit.get("/search").await;
    visit.cookies = cookies(&visit.send(&page, "/work", work).await);
    let form = visit.get("/search?kept=true").await;
    assert!(!form.text.contains("Quillfeather"), "{}", form.text);
    let gone = visit.send(&form, "/search", "kept=true").await;
    assert_eq!((gone.status.as_u16(), house.gate.log_size()), (200, size + 1), "{}", gone.text);
    assert!(gone.text.contains("The search before is not kept any more"), "{}", gone.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_the_year_and_the_month_in_which_they_were_born() {
    let house = House::new().await;
    let ysolde = format!("href=\"/person/{}?under=", house.ysolde_at("education"));
    for fields in ["name=Ysolde&birth_date=1984", "name=Ysolde&birth_date=3/1984", "name=Ysolde&birth_date=1984-03"] {
        let (answer, entries) = found(&house, fields).await;
        assert_eq!((answer.status.as_u16(), entries), (200, 1), "{fields}: {}", answer.text);
        let (_, rest) = answer.text.split_once(&ysolde).unwrap_or_else(|| panic!("{fields}: {}", answer.text));
        let row = rest.split("</tr>").next().unwrap();
        assert!(row.contains("Birth date: the same as far as you gave it"), "{fields}: {row}");
        assert!(row.contains("Part of the name: the same"), "{fields}: {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_date_that_can_t_be_read_searches_for_nobody() {
    let house = House::new().await;
    for fields in ["birth_date=31.31.1984", "birth_date=someday", "birth_date=2003-13", "name=&birth_date="] {
        let (answer, entries) = found(&house, fields).await;
        assert_eq!((answer.status.as_u16(), entries), (400, 0), "{fields}: {}", answer.text);
        assert!(!answer.text.contains("href=\"/person/"), "{fields}: {}", answer.text);
        assert!(
            answer.text.contains("<title>Error: ") && answer.text.contains("role=\"alert\""),
            "{fields}: {}",
            answer.text
        );
        let wrong = if fields.starts_with("name") { "name" } else { "birth-date" };
        assert!(answer.text.contains(&format!("<a href=\"#{wrong}\">")), "{fields}: {}", answer.text);
        let (before, _) = answer.text.split_once(" autofocus").expect("the page begins with a field");
        assert!(
            before.rsplit("<input").next().unwrap().contains(&format!("id=\"{wrong}\"")),
            "{fields}: {}",
            answer.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_or_a_year_of_birth_alone_lists_nobody() {
    let house = House::new().await;
    for birth in ["1984", "3.1984"] {
        let (answer, entries) = found(&house, &format!("birth_date={birth}")).await;
        assert_eq!((answer.status.as_u16(), entries), (400, 0), "{}", answer.text);
        let typed = format!("value=\"{birth}\"");
        for part in ["many are born in one month or year", "role=\"alert\"", "<a href=\"#name\">", typed.as_str()] {
            assert!(answer.text.contains(part), "{part}: {}", answer.text);
        }
        assert!(!answer.text.contains("href=\"/person/"), "{}", answer.text);
    }
    // What may not be compared doesn't narrow it either.
    let (answer, entries) = found(&house, "birth_date=1984&contact=555-0199").await;
    assert_eq!((answer.status.as_u16(), entries), (400, 0), "{}", answer.text);
    let size = house.gate.log_size();
    let mut body = work("loan-relief");
    body["birth_date"] = "1984-03".into();
    let ask = Ask::new("POST", "/api/v1/search").token(&house.token("officer")).json(&body);
    let answer = house.ask(ask).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "bad-request"), "{}", answer.text);
    assert!(answer.text.contains("add a name or another part") && house.gate.log_size() == size, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_searched_for_is_gone_once_another_acts_or_the_purpose_was_another_meanwhile() {
    let house = House::new().await;
    let work = |case: &str| format!("back=/search&purpose=loan-relief&case={case}&justification=because+of+her+file");
    for meanwhile in ["another acts", "another case"] {
        let mut visit = working(&house, "loan-relief").await;
        let form = visit.get("/search").await;
        assert_eq!(visit.send(&form, "/search", "name=Ysolde+Quillfeather").await.status, 200);
        let page = visit.get("/search").await;
        let size = house.gate.log_size();
        let again = visit.send(&page, "/search", "kept=true").await;
        assert!(again.text.contains("Quillfeather") && house.gate.log_size() == size + 1, "{}", again.text);

        let assert_gone = async |visit: &Visit<'_>| {
            let page = visit.get("/search").await;
            let size = house.gate.log_size();
            let gone = visit.send(&page, "/search", "kept=true").await;
            assert_eq!((gone.status.as_u16(), house.gate.log_size()), (200, size), "{meanwhile}: {}", gone.text);
            // Who acts anew has to say what for first.
            let says = ["The search before is not kept any more", "Say first why you look"];
            assert!(says.iter().any(|says| gone.text.contains(says)), "{meanwhile}: {}", gone.text);
            assert!(!gone.text.contains("Quillfeather"), "{meanwhile}: {}", gone.text);
        };
        if meanwhile == "another acts" {
            visit.cookies = cookies(&visit.send(&page, "/act-as", "identity=tax-officer").await);
            assert_gone(&visit).await;
            let page = visit.get("/search").await;
            visit.cookies = cookies(&visit.send(&page, "/act-as", "identity=officer").await);
        } else {
            visit.cookies = cookies(&visit.send(&page, "/work", &work("CASE-8")).await);
            assert_gone(&visit).await;
        }
        // Whoever comes back to what they worked on before begins anew all the same.
        let page = visit.get("/search").await;
        visit.cookies = cookies(&visit.send(&page, "/work", &work("CASE-7")).await);
        assert_gone(&visit).await;
    }
}
