//! What rules say stands on pages with titles, days and numbers as the language writes them, where the API has ids; what is too
//! short is told beside its field, before any rule is asked; and what can be done fits the rule that refused.

use gate::EntryKind;

use crate::house::{Answer, House};
use crate::languages::{Visit, working};
use crate::purposes::asked;

/// A table of columns that are withheld, in each language.
const TABLES: [(&str, &str, &str); 2] = [
    ("en", "Withheld columns", "Reduced columns"),
    ("fr", "Colonnes non communiquées", "Colonnes communiquées en partie"),
];

const RELIEF: &str = "Decide whether a borrower&#39;s income entitles them to relief";
const RELIEF_FR: &str = "Décider si le revenu d’un emprunteur lui ouvre droit à une remise";

/// Gives the tables of this caption.
fn tables<'a>(page: &'a str, caption: &str) -> Vec<&'a str> {
    let after = page.split(&format!(">{caption}</caption>")).skip(1).collect::<Vec<_>>();
    after.into_iter().map(|rest| rest.split("</table>").next().unwrap()).collect()
}

/// Gives what a page of a refusal says of the rules, without their names.
fn said(page: &Answer) -> String {
    assert_eq!(page.status, 403, "{}", page.text);
    let notes = page.text.split("<div class=\"note bad\">").skip(1);
    notes.map(|note| note.split("<p class=\"small soft\">").next().unwrap()).collect()
}

async fn refusals(house: &House) -> usize {
    let entries = house.gate.entries(0..house.gate.log_size()).await.unwrap();
    entries.iter().filter(|logged| logged.entry.kind == EntryKind::Refusal).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withheld_is_told_with_titles() {
    let house = House::new().await;
    let mut visit = working(&house, "loan-relief").await;
    let plain = visit.cookies.clone();
    let person = format!("/person/{}", house.ysolde_at("education"));
    for (language, withheld, reduced) in TABLES {
        visit.cookies = format!("{plain}; lucarne_lang={language}");
        let page = visit.get(&person).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let (all, less) = (tables(&page.text, withheld), tables(&page.text, reduced));
        assert!(all.len() >= 2 && !less.is_empty(), "{}", page.text);
        for table in all.iter().chain(&less) {
            for inner in ["`", "loan-relief", "class identifier", "classe identifier"] {
                assert!(!table.contains(inner), "{inner} in {table}");
            }
        }
        let told = all.concat();
        let expected = match language {
            "en" => [
                format!("The purpose “{RELIEF}” does not give the class “Contact”."),
                format!("Of the class “Address”, the purpose “{RELIEF}” gives the district only."),
                format!("The purpose “{RELIEF}” lets a search compare the class “Identifiers”, and does not show it."),
                "A purpose that gives the class “Address”.".to_owned(),
            ],
            _ => [
                format!("La finalité «\u{a0}{RELIEF_FR}\u{a0}» ne communique pas la classe «\u{a0}Contact\u{a0}»."),
                format!(
                    "De la classe «\u{a0}Adresse\u{a0}», la finalité «\u{a0}{RELIEF_FR}\u{a0}» ne communique que le district."
                ),
                format!(
                    "La finalité «\u{a0}{RELIEF_FR}\u{a0}» permet de comparer la classe «\u{a0}Identifiants\u{a0}»"
                ),
                "Une finalité qui communique la classe «\u{a0}Adresse\u{a0}».".to_owned(),
            ],
        };
        for says in expected {
            assert!(told.contains(&says), "{says} in {told}");
        }
    }
    // Programs have the ids, by which they know the project's things.
    let answer = house.dossier("officer", &house.ysolde_at("education"), "loan-relief").await;
    let says = "The purpose loan-relief does not give the class contact.";
    assert!(answer.text.contains(says) && !answer.text.contains("wording"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_titles_and_days_in_words_and_with_advice_that_fits() {
    let house = House::new().await;
    // A purpose of others: whom it names is told as people call them.
    let visit = working(&house, "party-finance").await;
    let form = visit.get("/search").await;
    let refused = visit.send(&form, "/search", "name=Quillfeather").await;
    let told = said(&refused);
    for says in
        ["The purpose “Audit the donations to a party” does not name your role", "It names: Elections: Auditor."]
    {
        assert!(told.contains(says), "{says} in {told}");
    }
    assert!(!told.contains("party-finance") && !told.contains("elections/"), "{told}");
    assert!(refused.text.contains("Choose a purpose that names your role"), "{}", refused.text);

    house.clock.set("2026-07-01T09:00:00Z".parse().unwrap());
    let mut visit = working(&house, "loan-relief").await;
    let form = visit.get("/search").await;
    let refused = visit.send(&form, "/search", "name=Ysolde+Quillfeather&birth_date=12.3.1984&contact=+").await;
    let told = said(&refused);
    assert!(told.contains(&format!("The purpose “{RELIEF}” ended on 30 June 2026.")), "{told}");
    assert!(!told.contains("loan-relief") && !told.contains("2026-06-30"), "{told}");
    assert!(refused.text.contains("Choose a purpose that is in force"), "{}", refused.text);
    assert!(!refused.text.contains("that names your role"), "{}", refused.text);
    let mail = "<a href=\"mailto:data@education.example\">data@education.example</a>";
    assert!(refused.text.contains(mail), "{}", refused.text);
    // By what was searched is told, and not for whom.
    let question = asked(&refused.text);
    assert!(question.contains("<dt>Fields filled in</dt><dd>Name, Birth date</dd>"), "{question}");
    assert!(!question.contains("Quillfeather") && !question.contains("1984"), "{question}");

    let size = house.gate.log_size();
    let switched = visit.switch(&refused).await;
    let told = said(&switched);
    let says = format!("La finalité «\u{a0}{RELIEF_FR}\u{a0}» a pris fin le 30 juin 2026.");
    assert!(told.contains(&says), "{told}");
    assert!(!told.contains("loan-relief") && !told.contains("2026-06-30"), "{told}");
    assert!(switched.text.contains("Choisissez une finalité en vigueur"), "{}", switched.text);
    assert!(switched.text.contains("<dt>Champs remplis</dt><dd>Nom, Date de naissance</dd>"), "{}", switched.text);
    assert_eq!(house.gate.log_size(), size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_is_too_short_is_told_beside_its_field_and_refused_by_no_rule() {
    let house = House::with(|folder| {
        let (before, after) = ("subject = \"link-review\"", "subject = \"link-review\"\nneeds = [\"justification\"]");
        folder.replace("purposes/review-links.toml", before, after);
    })
    .await;
    let mut visit = Visit::of(&house, "steward").await;
    let pair = visit.get("/review/0").await;
    assert!(pair.text.contains("At least 10 letters or digits."), "{}", pair.text);
    let size = house.gate.log_size();
    let fields = "generation=index-one&verdict=cannot-say&reason=a+canary";
    let short = visit.send(&pair, "/review/0", fields).await;
    assert_eq!(short.status, 400, "{}", short.text);
    for told in ["id=\"reason-wrong\"", ">a canary</textarea>", "value=\"cannot-say\" accesskey=\"3\""] {
        assert!(short.text.contains(told), "{told} in {}", short.text);
    }
    let says = "Give a reason: without one nobody can review the judgement. At least 10 letters or digits.<";
    assert_eq!(short.text.matches(says).count(), 2, "first and at its field: {}", short.text);
    let none = visit.send(&pair, "/review/0", &fields.replace("a+canary", "+")).await;
    assert!(none.text.contains("can review the judgement.<") && !none.text.contains(says), "{}", none.text);
    let switched = visit.switch(&short).await;
    assert!(switched.status == 400 && switched.text.contains("Au moins 10 lettres ou chiffres."), "{}", switched.text);

    // So it is where two records are named.
    let explain = visit.send(&switched, "/review/explain", "left=&right=&reason=a+canary").await;
    assert!(explain.status == 400 && explain.text.contains("id=\"reason-wrong\""), "{}", explain.text);
    assert!(explain.text.contains("Au moins 10 lettres ou chiffres."), "{}", explain.text);
    assert_eq!(refusals(&house).await, 0, "no rule was asked about it");
    assert_eq!(house.gate.log_size(), size + 3, "the pair was shown once more for each form, and no more");
    let enough = visit.send(&short, "/review/0", &fields.replace("a+canary", "a+canary+of+both")).await;
    assert_eq!(enough.status, 303, "{}", enough.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_purpose_needs_is_told_beside_the_fields_of_its_form() {
    let house = House::new().await;
    let mut visit = Visit::of(&house, "officer").await;
    let page = visit.get("/search").await;
    assert!(page.text.contains("At least 10 letters or digits.") && !page.text.contains("-wrong\""), "{}", page.text);
    let cases: [(&str, &[&str], &[&str]); 4] = [
        ("purpose=&case=C-7&justification=", &["purpose"], &["case", "why"]),
        ("purpose=loan-relief&case=&justification=a+canary", &["case", "why"], &["purpose"]),
        ("purpose=loan-relief&case=C-7&justification=+", &["why"], &["purpose", "case"]),
        ("purpose=loan-relief&case=+&justification=because+of+her+file", &["case"], &["purpose", "why"]),
    ];
    for (fields, wrong, right) in cases {
        let missed = visit.send(&page, "/work", &format!("back=/search&{fields}")).await;
        assert_eq!(missed.status, 400, "{fields}: {}", missed.text);
        assert!(!missed.headers.contains_key("set-cookie"), "nothing was chosen: {:?}", missed.headers);
        let (before, _) = missed.text.split_once("<h1").expect("a heading");
        for told in ["<title>Error: ", "role=\"alert\" tabindex=\"-1\" autofocus"] {
            assert!(before.contains(told), "{fields}: {told} in {}", missed.text);
        }
        // The form is in the bar too, where nothing is said again.
        assert!(!missed.text.contains("id=\"bar-case-wrong\""), "{fields}: {}", missed.text);
        for marked in ["role=\"alert\"", " autofocus", "<details open>"] {
            let count = usize::from(marked != "<details open>");
            assert_eq!(missed.text.matches(marked).count(), count, "{fields}: {marked} in {}", missed.text);
        }
        let wrongs = missed.text.matches("class=\"wrong\"").count();
        assert_eq!((wrongs, missed.text.matches("href=\"#work-").count()), (wrong.len(), wrong.len()), "{fields}");
        for field in wrong {
            assert!(before.contains(&format!("href=\"#work-{field}\"")), "{fields}: {field} in {before}");
            let told = format!("aria-describedby=\"work-{field}-hint work-{field}-wrong\"");
            let told = if *field == "purpose" { "aria-describedby=\"work-purpose-wrong\"" } else { told.as_str() };
            assert!(missed.text.contains(told), "{fields}: {told} in {}", missed.text);
        }
        for field in right {
            assert!(!missed.text.contains(&format!("work-{field}-wrong")), "{fields}: {field} in {}", missed.text);
        }
        let least = "say in a sentence why you ask. At least 10 letters or digits.<";
        assert_eq!(missed.text.matches(least).count(), if fields.contains("canary") { 2 } else { 0 }, "{fields}");
        if fields.contains("canary") {
            assert!(missed.text.contains(">a canary</textarea>"), "{}", missed.text);
            let switched = visit.switch(&missed).await;
            assert_eq!(switched.status, 400, "{}", switched.text);
            for told in ["Cette finalité exige un motif", "id=\"work-case-wrong\"", ">a canary</textarea>"] {
                assert!(switched.text.contains(told), "{told} in {}", switched.text);
            }
            visit.cookies = visit.cookies.replace("lucarne_lang=fr", "lucarne_lang=en");
        }
    }
    assert_eq!(refusals(&house).await, 0);
    // Where a purpose needs neither, neither is missing.
    let set = visit.send(&page, "/work", "back=/search&purpose=party-finance").await;
    assert_eq!(set.status, 303, "{}", set.text);
}
