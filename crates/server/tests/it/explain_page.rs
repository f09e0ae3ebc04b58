//! The page on which a steward names two records, and reads why they are or are not of one person.

use gate::{Entry, EntryKind};

use crate::house::{Answer, Ask, House, two_records};
use crate::pages::{FORM, enter, form_token};

const EXPLAIN: &str = "/review/explain";

/// A browser of somebody, with a token for the forms that it sends.
struct Visit<'a> {
    house: &'a House,
    session: String,
    token: String,
}

impl Visit<'_> {
    async fn of<'a>(house: &'a House, who: &str) -> Visit<'a> {
        let session = enter(house, who).await;
        let page = house.ask(Ask::new("GET", "/purposes").header("cookie", &session)).await;
        let token = form_token(&page.text).to_owned();
        Visit { house, session, token }
    }

    async fn get(&self, path: &str) -> Answer {
        self.house.ask(Ask::new("GET", path).header("cookie", &self.session)).await
    }

    /// Sends the form with these fields, in a language.
    async fn send(&self, language: &str, fields: &str) -> Answer {
        let body = format!("form_token={}&{fields}", self.token);
        let ask = Ask::new("POST", EXPLAIN).header("cookie", &self.session).header("accept-language", language);
        self.house.ask(ask.text(FORM, &body)).await
    }
}

/// Gives the ids of two records as the form sends them.
fn ids(one: (&str, &str), other: (&str, &str)) -> [String; 2] {
    let body = two_records(one, other);
    ["left", "right"].map(|side| body[side].as_str().unwrap().to_owned())
}

/// Gives the form's fields of two records, with a reason.
fn naming(one: (&str, &str), other: (&str, &str)) -> String {
    let [left, right] = ids(one, other);
    format!("left={left}&right={right}&reason=a+citizen+asked")
}

async fn last_entry(house: &House) -> Entry {
    let size = house.gate.log_size();
    house.gate.entries(size - 1..size).await.unwrap().remove(0).entry
}

/// Gives the heads of the first table's columns.
fn heads(page: &str) -> Vec<&str> {
    let (_, table) = page.split_once("<table").unwrap_or_else(|| panic!("a table in {page}"));
    let head = table.split("</thead>").next().unwrap();
    head.split("<th scope=\"col\">").skip(1).map(|cell| cell.split('<').next().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_and_a_non_link_are_explained_in_both_languages() {
    let house = House::new().await;
    let visit = Visit::of(&house, "steward").await;
    assert!(visit.get("/review").await.text.contains("href=\"/review/explain\""), "the queue leads there");
    let size = house.gate.log_size();
    let form = visit.get(EXPLAIN).await;
    assert_eq!((form.status.as_u16(), house.gate.log_size()), (200, size), "the form is no look: {}", form.text);
    assert!(form.text.contains("name=\"left\"") && !form.text.contains("aria-invalid"), "{}", form.text);

    let (loan, tax) = (("loans", "LN-70017"), ("tax", "TN-48151"));
    let told = [
        ("en", loan, tax, "The linkage puts them together", "They are of one person, of"),
        ("fr", loan, tax, "L’appariement les réunit", "Ils concernent une seule personne ("),
        ("en", ("loans", "LN-0"), ("tax", "TN-1"), "The linkage keeps them apart", "They are of two persons, of"),
        ("fr", ("loans", "LN-0"), ("tax", "TN-1"), "L’appariement les sépare", "Ils concernent deux personnes ("),
    ];
    for (at, (language, one, other, outcome, persons)) in (1..).zip(told) {
        let shown = visit.send(language, &naming(one, other)).await;
        assert_eq!((shown.status.as_u16(), house.gate.log_size()), (200, size + at), "{}", shown.text);
        for part in [outcome, persons, "class=\"table weights cards\"", &format!("<html lang=\"{language}\">")] {
            assert!(shown.text.contains(part), "{part} in {}", shown.text);
        }
        // Prior, three comparisons, and all together at least, each with its bar.
        assert!(shown.text.matches("<td class=\"picture\">").count() >= 5, "{}", shown.text);
        for hidden in ["LN-70017", "TN-48151", "Mill Lane", "Nightingale Row", "555-0"] {
            assert!(!shown.text.contains(hidden), "{hidden} in {}", shown.text);
        }
    }

    let (straight, turned) =
        (visit.send("en", &naming(loan, tax)).await.text, visit.send("en", &naming(tax, loan)).await.text);
    let (straight, turned) = (heads(&straight), heads(&turned));
    assert_eq!(straight.len(), 3, "{straight:?}");
    assert_eq!(turned, [straight[0], straight[2], straight[1]], "the first one named stands first");
    assert_ne!(straight[1], straight[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_the_same_look_as_the_question_over_the_api() {
    let house = House::new().await;
    let visit = Visit::of(&house, "steward").await;
    for (one, other) in [(("loans", "LN-0"), ("tax", "TN-1")), (("loans", "LN-70017"), ("tax", "TN-48151"))] {
        let ask = Ask::new("POST", "/api/v1/review/explain").token(&house.token("steward"));
        assert_eq!(house.ask(ask.json(&two_records(one, other))).await.status, 200);
        let asked = last_entry(&house).await;
        let shown = visit.send("en", &naming(one, other)).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let looked = last_entry(&house).await;
        assert_eq!((looked.kind, looked.subjects), (EntryKind::Review, asked.subjects));
        assert_eq!((looked.kind, looked.purpose), (asked.kind, asked.purpose));
        assert_eq!((looked.registers, looked.classes), (asked.registers, asked.classes));
        let number = house.gate.log_size() - 1;
        assert!(shown.text.contains(&format!("is entry {number} of the log.")), "{}", shown.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_than_stewards_are_refused_and_that_is_in_the_log() {
    let house = House::new().await;
    for who in ["officer", "citizen", "engineer", "dpo"] {
        let visit = Visit::of(&house, who).await;
        let size = house.gate.log_size();
        let form = visit.get(EXPLAIN).await;
        assert_eq!((form.status.as_u16(), house.gate.log_size()), (403, size), "{who}: {}", form.text);
        assert!(form.text.contains("/problems/wrong-role"), "{who}: {}", form.text);
        let refused = visit.send("en", &naming(("loans", "LN-0"), ("tax", "TN-1"))).await;
        assert_eq!((refused.status.as_u16(), house.gate.log_size()), (403, size + 1), "{who}: {}", refused.text);
        assert!(refused.text.contains("Explain two records"), "what was asked is told: {}", refused.text);
        assert_eq!(last_entry(&house).await.kind, EntryKind::Refusal, "{who}");
        for value in ["Okafor", "Amelia", "Quillfeather"] {
            assert!(!refused.text.contains(value), "{who}: {value} in {}", refused.text);
        }
    }
    let nobody = house.ask(Ask::new("GET", EXPLAIN)).await;
    assert_eq!(nobody.status, 303, "{}", nobody.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_at_its_field_and_kept() {
    let house = House::new().await;
    let visit = Visit::of(&house, "steward").await;
    let size = house.gate.log_size();
    let [left, right] = ids(("loans", "LN-0"), ("tax", "TN-1"));
    let form = visit.get(EXPLAIN).await;
    assert!(!form.text.contains("role=\"alert\"") && !form.text.contains("<title>Error: "), "{}", form.text);
    let wrong = [
        (format!("left=LN-0&right={right}&reason=x"), "left-wrong", "value=\"LN-0\"".to_owned()),
        (format!("left={left}&right=tax:&reason=x"), "right-wrong", "value=\"tax:\"".to_owned()),
        (format!("left={left}&right={right}&reason=+"), "reason-wrong", format!("value=\"{right}\"")),
        (format!("left={left}&right={left}&reason=a+canary"), "right-wrong", ">a canary</textarea>".to_owned()),
        (String::new(), "left-wrong", "name=\"left\" value=\"\"".to_owned()),
    ];
    for (fields, field, kept) in &wrong {
        let answer = visit.send("en", fields).await;
        assert_eq!(answer.status, 400, "{fields}: {}", answer.text);
        let says = format!("id=\"{field}\"");
        assert!(
            answer.text.contains(&says) && answer.text.contains(kept.as_str()),
            "{says}, {kept} in {}",
            answer.text
        );
        // It is said first, in the title too, and the page begins there.
        let (before, _) = answer.text.split_once("<h1").expect("a heading");
        let at = format!("href=\"#{}\"", field.trim_end_matches("-wrong"));
        for told in ["<title>Error: ", "role=\"alert\" tabindex=\"-1\" autofocus", at.as_str()] {
            assert!(before.contains(told), "{told} in {}", answer.text);
        }
        assert_eq!(answer.text.matches("role=\"alert\"").count(), 1, "{}", answer.text);
        assert_eq!(answer.text.matches(" autofocus").count(), 1, "{}", answer.text);
        // In the other language the form is only shown once more.
        assert!(answer.text.contains("name=\"again\" value=\"true\""), "{}", answer.text);
    }
    let french = visit.send("fr", &wrong[0].0).await;
    assert!(french.text.contains("L’un des enregistrements est illisible."), "{}", french.text);
    let long = visit.send("en", &format!("left={left}&right={right}&reason={}", "x".repeat(501))).await;
    assert!(long.status == 400 && long.text.contains("longer than 500 characters"), "{}", long.text);
    let again = visit.send("en", &format!("{}&again=true", naming(("loans", "LN-0"), ("tax", "TN-1")))).await;
    assert!(again.status == 200 && again.text.contains(&format!("value=\"{left}\"")), "{}", again.text);
    assert!(!again.text.contains("Okafor"), "nobody is shown: {}", again.text);
    let foreign = Ask::new("POST", EXPLAIN).header("cookie", &visit.session);
    let fields = naming(("loans", "LN-0"), ("tax", "TN-1"));
    let foreign = house.ask(foreign.text(FORM, &format!("form_token=AAAA&{fields}"))).await;
    assert_eq!(foreign.status, 403, "{}", foreign.text);
    assert_eq!(house.gate.log_size(), size, "nobody was asked about");

    // What is not there is told as what is out of reach, once it is in the log, and the form can be had again.
    let nobody = ids(("loans", "LN-0"), ("tax", "TN-NOBODY"));
    let donor = ids(("loans", "LN-0"), ("donations", "R-90210"));
    for (at, [left, right]) in (1..).zip([nobody, donor]) {
        for (language, says) in [("en", "One of the two records is not there"), ("fr", "L’un des deux enregistrements")]
        {
            let missed = visit.send(language, &format!("left={left}&right={right}&reason=a+canary")).await;
            assert!(missed.status == 404 && missed.text.contains(says), "{}", missed.text);
            for kept in [left.as_str(), right.as_str(), "a canary"] {
                let field = format!("value=\"{kept}\"");
                assert!(missed.text.contains(&field), "{field} in {}", missed.text);
            }
        }
        assert_eq!(house.gate.log_size(), size + 2 * at);
        assert_eq!(last_entry(&house).await.kind, EntryKind::Review);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_on_the_page_counts_to_the_budget_of_the_day() {
    let house = House::with(|folder| {
        let purpose = "purposes/review-links.toml";
        folder.replace(purpose, "persons_per_officer_and_day = 50", "persons_per_officer_and_day = 2");
    })
    .await;
    let visit = Visit::of(&house, "steward").await;
    let first = naming(("loans", "LN-0"), ("tax", "TN-1"));
    assert_eq!(visit.send("en", &first).await.status, 200);
    for language in ["en", "fr"] {
        let size = house.gate.log_size();
        let refused = visit.send(language, &naming(("loans", "LN-7"), ("tax", "TN-8"))).await;
        assert_eq!((refused.status.as_u16(), house.gate.log_size()), (403, size + 1), "{}", refused.text);
        let [left, _] = ids(("loans", "LN-7"), ("tax", "TN-8"));
        for part in ["budget.exceeded", &format!("name=\"left\" value=\"{left}\"")] {
            assert!(refused.text.contains(part), "{part} in {}", refused.text);
        }
        let entry = last_entry(&house).await;
        assert_eq!((entry.kind, entry.asked, entry.subjects), (EntryKind::Refusal, Some(EntryKind::Review), 2));
    }
    assert_eq!(visit.send("en", &first).await.status, 200, "whom they looked at today stays open to them");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_number_of_persons_the_queue_leads_to_no_form() {
    let house = House::with(|folder| {
        folder.replace("purposes/review-links.toml", "persons_per_officer_and_day = 50\n", "");
    })
    .await;
    let visit = Visit::of(&house, "steward").await;
    let queue = visit.get("/review").await;
    assert!(queue.status == 200 && !queue.text.contains("href=\"/review/explain\""), "{}", queue.text);
    let refused = visit.send("en", &naming(("loans", "LN-0"), ("tax", "TN-1"))).await;
    assert!(refused.status == 403 && refused.text.contains("review.no-budget"), "{}", refused.text);
}
