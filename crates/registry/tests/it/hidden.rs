//! Hidden values of registers within reach change nothing that is shown. Invariants 2 and 3.
//!
//! The spine is the same each time: what is changed is compared by no rule of linkage and is in no key.

use std::fmt::Write as _;
use std::fs;

use model::PersonId;
use model::request::Action;
use registry::{Dossier, Index, SearchQuery};
use testkit::ProjectFolder;

use crate::answers::{named, rendered, written};
use crate::house::{DONATIONS, House, citizen, officer};

/// What is done to the columns that `loan-relief` hides: the street and the telephone number are withheld, of an income it
/// tells whether it is below 40,000.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// Each is another value, and an income stays on its side of the bound.
    Other,
    /// Each is the same for everybody.
    Same,
    /// There is no street and no telephone number. What an income is told as says whether there is one, so that stays.
    Emptied,
}

/// Changes one column of a delivery; `to` gives the new value from the row's number and the old one.
fn change_column(folder: &ProjectFolder, name: &str, column: &str, to: impl Fn(usize, &str) -> String) {
    let path = folder.root().join(name);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let at = header.split(',').position(|found| found == column).expect("a column of the file");
    let mut changed = format!("{header}\n");
    for (number, line) in lines.enumerate() {
        let mut values: Vec<String> = line.split(',').map(str::to_owned).collect();
        values[at] = to(number, &values[at]);
        changed += &values.join(",");
        changed.push('\n');
    }
    assert_ne!(text, changed);
    fs::write(path, changed).unwrap();
}

fn change(folder: &ProjectFolder, how: Change) {
    let (tax, loans) = ("incoming/tax_2025.csv", "incoming/loans_2025.csv");
    change_column(folder, tax, "street", |number, _| match how {
        Change::Other => format!("{} Zeppelin Quay", 900 - number),
        Change::Same => "1 Okafor Street".to_owned(),
        Change::Emptied => String::new(),
    });
    change_column(folder, loans, "phone", |number, _| match how {
        Change::Other => format!("555-9{number:03}"),
        Change::Same => "555-0199".to_owned(),
        Change::Emptied => String::new(),
    });
    change_column(folder, tax, "income", |number, income| match how {
        Change::Other => format!("{}.50", 39_000 - number),
        Change::Same => "0.00".to_owned(),
        Change::Emptied => income.trim_end_matches('0').to_owned() + "01",
    });
}

/// Writes out all that a search tells.
async fn searched(house: &House, index: &Index, query: &SearchQuery) -> String {
    let answer = match index.search(&house.gate, &officer(Action::Search), query).await {
        Ok(answer) => answer,
        Err(error) => return format!("{error:?}\n"),
    };
    let mut text = format!("{} {} {:?}\n", answer.leaf, answer.more, answer.not_used);
    for hit in &answer.hits {
        writeln!(
            text,
            "{:?} {} {:?} {} {} {:?}",
            hit.person,
            hit.score,
            hit.matched,
            hit.register,
            written(&hit.shown),
            hit.registers
        )
        .unwrap();
    }
    text
}

/// Writes out all that a dossier tells, evidence included.
fn told(dossier: &Dossier) -> String {
    let mut text = format!("{} {:?} {}\n{}\n", dossier.leaf, dossier.person, dossier.purpose, rendered(dossier));
    for evidence in dossier.sections.iter().flat_map(|section| &section.evidence) {
        writeln!(text, "{}", serde_json::to_string(evidence).unwrap()).unwrap();
    }
    for look in &dossier.earlier {
        writeln!(text, "{} {} {:?}", look.leaf, look.role, look.purpose).unwrap();
    }
    text
}

/// Writes out what an officer is told of some questions, and what Ysolde reads of herself.
async fn answers(how: Option<Change>) -> (String, String) {
    let house = House::with(DONATIONS, |folder| {
        if let Some(how) = how {
            change(folder, how);
        }
    })
    .await;
    let index = house.index();
    let part = |name: &str, address: &str, contact: &str| SearchQuery {
        address: address.to_owned(),
        contact: contact.to_owned(),
        ..named(name)
    };
    let queries = [
        named("Amelia Okafor"),
        named("Okafor"),
        named("Ysolde Quillfeather"),
        named("Zeppelin"),
        part("", "Nightingale Row 1", ""),
        part("", "1 Okafor Street", "555-0199"),
        part("Ysolde", "Zeppelin Quay", "555-9000"),
        SearchQuery { identifier: "TN-48151".to_owned(), ..SearchQuery::default() },
        SearchQuery { birth_date: Some("1984-03-12".parse().unwrap()), ..SearchQuery::default() },
    ];
    let mut text = String::new();
    for query in &queries {
        text += &searched(&house, &index, query).await;
    }
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    // One whom the officer opened before, somebody else, nobody; then more people than the purpose lets open in a day.
    let mut people = vec![ysolde, ysolde];
    for name in ["Amelia Okafor", "Dmitri Petrovsky", "Farid Novák", "Elif Marchetti"] {
        people.push(house.find(&index, name).await);
    }
    people.insert(2, PersonId(987_654_321));
    let mut refused = 0;
    for person in people {
        match index.open_person(&house.gate, &officer(Action::OpenPerson { person }), true).await {
            Ok(dossier) => text += &told(&dossier),
            Err(error) => {
                refused += 1;
                writeln!(text, "{error}").unwrap();
            }
        }
    }
    assert!(refused > 0, "an answer that is a refusal is compared too");
    let own = index.open_person(&house.gate, &citizen(ysolde), true).await.unwrap();
    (text, rendered(&own))
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_values_within_reach_change_nothing_shown() {
    let (shown, own) = answers(None).await;
    for told in ["Quillfeather", "\"address\"", "\"contact\"", "street", "phone"] {
        assert!(shown.contains(told), "the answers don't tell {told}");
    }
    for hidden in ["Nightingale", "31415", "555-0199"] {
        assert!(own.contains(hidden) && !shown.contains(hidden), "{hidden}");
    }
    for how in [Change::Other, Change::Same, Change::Emptied] {
        let (again, own_again) = answers(Some(how)).await;
        assert_ne!(own, own_again, "{how:?}: what is hidden was changed");
        assert_eq!(shown.lines().collect::<Vec<_>>(), again.lines().collect::<Vec<_>>(), "{how:?}");
    }
}
