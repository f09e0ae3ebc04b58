//! What two agencies are given of one person can't be joined by what Lucarne adds. Invariant 10.

use std::collections::{BTreeMap, BTreeSet};

use model::RecordId;
use serde_json::Value;

use crate::house::House;

/// What two dossiers may have in common: what the purpose itself gives, and what is said of registers, columns and links.
const COMMON: [&str; 14] = [
    "purpose",
    "at",
    "reasons",
    "sections.register",
    "sections.title",
    "sections.title_fr",
    "sections.agency",
    "sections.agency_title",
    "sections.legal_basis",
    "sections.legal_basis_fr",
    "sections.columns",
    "sections.withheld",
    "sections.records.values",
    "sections.records.link",
];

/// What they have in common though it tells which row it is: `docs/ARCHITECTURE.md` names it among the known exceptions.
const KNOWN: [&str; 3] = ["sections.records.file", "sections.records.row", "sections.records.run"];

/// Collects every value of an answer under its path, numbers of lists included.
fn collect(value: &Value, path: &str, into: &mut BTreeMap<String, Value>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| collect(value, &below(name), into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, value)| collect(value, &below(&number.to_string()), into));
        }
        Value::Null => {}
        _ => {
            into.insert(path.to_owned(), value.clone());
        }
    }
}

/// Gives a path without the numbers of lists.
fn kind_of(path: &str) -> String {
    path.split('.').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join(".")
}

fn is_below(kind: &str, of: &str) -> bool {
    kind.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agencies_get_no_identifier_in_common_of_one_person() {
    let house = House::with(|folder| {
        let both = "recipients = [\"education/case-officer\", \"tax/case-officer\"]";
        folder.replace("purposes/loan-relief.toml", "recipients = [\"education/case-officer\"]", both);
    })
    .await;
    let names = [house.ysolde_at("education"), house.ysolde_at("tax")];
    assert_ne!(names[0], names[1]);
    let education = house.dossier("officer", &names[0], "loan-relief").await;
    let tax = house.dossier("tax-officer", &names[1], "loan-relief").await;
    let mut all = [BTreeMap::new(), BTreeMap::new()];
    for (answer, values) in [&education, &tax].into_iter().zip(&mut all) {
        assert_eq!(answer.status, 200, "{}", answer.text);
        collect(&answer.json(), "", values);
        assert!(values.len() > 30, "{}", answer.text);
    }
    // The same records of the same person are in both, in the same order.
    let paths = all.each_ref().map(|values| values.keys().collect::<Vec<_>>());
    assert_eq!(paths[0], paths[1]);
    assert_eq!(all[0]["person"], *names[0]);
    assert_eq!(all[1]["person"], *names[1]);

    let equal: BTreeSet<String> =
        all[0].iter().filter(|(path, value)| all[1][*path] == **value).map(|(path, _)| kind_of(path)).collect();
    let unexpected: Vec<&str> = equal
        .iter()
        .map(String::as_str)
        .filter(|kind| !COMMON.into_iter().any(|common| is_below(kind, common)))
        .collect();
    let known: BTreeSet<&str> = KNOWN.into();
    assert_eq!(BTreeSet::from_iter(unexpected), known, "they may have nothing else in common");

    // Nor is there an identifier under any other path, or the name by which the other agency knows her.
    for (answer, other) in [(&education, &names[1]), (&tax, &names[0])] {
        for (register, key) in [("tax", "TN-48151"), ("loans", "LN-70017")] {
            let id = RecordId::from_key(&register.parse().unwrap(), &[Some(key)]).hash_hex();
            assert!(!answer.text.contains(&id), "a record id of {register}");
            assert!(!answer.text.contains(key), "the key of {register}");
        }
        assert!(!answer.text.contains(other.as_str()));
    }
    let person = house.ysolde.0.to_string();
    let is_internal = |value: &Value| value.as_str() == Some(person.as_str());
    assert!(!all.iter().flat_map(BTreeMap::values).any(is_internal), "the person's id is in an answer");
}
