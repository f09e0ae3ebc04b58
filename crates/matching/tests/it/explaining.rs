//! Explanations add up and say what they must.

use matching::{Dataset, Fitted, Settings, Silent};

use crate::people::{Row, batch_of, model, row, settings};

#[test]
fn the_parts_add_up_to_the_weight_of_the_edge() {
    let rows: Vec<Row> = [
        "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
        "wages    a2 Hanna  Brennan 1990-05-01 111111112 12 Elm 100 -",
        "wages    b1 Owen   Castello 1947-11-23 222222222 8 Oak 200 M",
    ]
    .map(row)
    .to_vec();
    let settings = Settings { edge_weight_min: -1e6, ..settings() };
    let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
    let mut model = model(&settings);
    model.comparisons[1].frequencies =
        Some(matching::Frequencies { shares: [("brennan".to_owned(), 0.02)].into(), rare: 1e-5 });
    let predictions = matching::predict(&data, &model, &Silent).unwrap();
    let edge = predictions.edges.iter().find(|edge| (edge.left, edge.right) == (0, 1)).unwrap();
    let explained = matching::explain(&data, &model, 0, 1).unwrap();
    let sum: f64 = explained.fields.iter().map(|field| field.weight).sum();
    let total = explained.prior_weight + explained.household_weight + sum;
    assert!((total - explained.weight).abs() < 1e-9);
    assert!((f64::from(edge.weight) - explained.weight).abs() < 1e-4);
    assert!(explained.household_weight < 0.0, "they share name and address");
    assert!(explained.reaches_threshold);
    let family = explained.fields.iter().find(|field| field.name == "family").unwrap();
    assert_eq!(family.term_frequency, Some(0.02));
    assert!(family.term_frequency_weight < 0.0, "a frequent name says less");
    assert_eq!(family.left, [Some("Brennan".to_owned())]);
    let sex = explained.fields.iter().find(|field| field.name == "sex").unwrap();
    assert_eq!((sex.weight, sex.m), (0.0, None));
    assert_eq!(explained.blocked_by, ["birth", "family & place", "street & number"]);

    let swapped = matching::explain(&data, &model, 1, 0).unwrap();
    assert_eq!(swapped.weight, explained.weight);
    let none = matching::explain(&data, &model, 0, 2).unwrap();
    assert!(!none.reaches_threshold && none.blocked_by.is_empty());
    assert!(none.sentence.starts_with("Not linked"));
    let text = serde_json::to_string(&none).unwrap();
    assert!(text.contains("\"sentence\""));
    assert!(matching::explain(&data, &model, 0, 3).is_err());
}

#[test]
fn pairs_that_are_explained_together_are_explained_as_alone() {
    let rows: Vec<Row> = [
        "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
        "wages    a2 Hanna  Brennan 1990-05-01 111111112 12 Elm 100 -",
        "wages    b1 Owen   Castello 1947-11-23 222222222 8 Oak 200 M",
    ]
    .map(row)
    .to_vec();
    let settings = settings();
    let (batch, model) = (batch_of(&rows), model(&settings));
    let (data, fitted) = (Dataset::new(&settings, &batch).unwrap(), Fitted::new(settings, model.clone()).unwrap());
    let pairs = [(0, 1), (2, 0), (0, 1), (1, 0), (1, 2)];
    let together = fitted.explain(&batch, &pairs).unwrap();
    assert_eq!(together.len(), pairs.len());
    for ((left, right), explanation) in pairs.into_iter().zip(&together) {
        assert!(*explanation == matching::explain(&data, &model, left, right).unwrap(), "{left} and {right}");
    }
    assert!(fitted.explain(&batch, &[(0, 1), (0, 3)]).is_err());
    assert!(fitted.explain(&batch, &[]).unwrap().is_empty());
}

#[test]
fn a_model_that_does_not_fit_the_settings_explains_nothing() {
    let settings = settings();
    let mut short = model(&settings);
    short.comparisons.pop();
    assert!(Fitted::new(settings.clone(), short).is_err());
    let mut certain = model(&settings);
    certain.comparisons[0].levels[0].u = 0.0;
    assert!(Fitted::new(settings.clone(), certain).is_err());
    let contradictory = Settings { threshold: 2.0, ..settings.clone() };
    assert!(Fitted::new(contradictory, model(&settings)).is_err());
}

#[test]
fn a_number_without_a_street_or_a_place_is_no_address() {
    let rows: Vec<Row> = [
        "register a1 Hannah Brennan 1990-05-01 111111111 12 - - F",
        "wages    a2 Hannah Brennan 1990-05-01 111111111 14 - - F",
    ]
    .map(row)
    .to_vec();
    let settings = settings();
    let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
    let mut model = model(&settings);
    let address = model.comparisons.iter_mut().find(|comparison| comparison.name == "number+street+place").unwrap();
    address.frequencies = Some(matching::Frequencies { shares: [("elm".to_owned(), 0.02)].into(), rare: 1e-5 });
    let explained = matching::explain(&data, &model, 0, 1).unwrap();
    let address = explained.fields.iter().find(|field| field.name == "number+street+place").unwrap();
    assert_eq!((address.level.as_str(), address.weight), ("missing", 0.0));
}

#[test]
fn what_both_records_lack_is_said_to_be_missing_on_both_sides() {
    let rows: Vec<Row> = [
        "register a1 Hannah Brennan 1990-05-01 -         12 Elm 100 -",
        "wages    a2 Hannah Brennan 1990-05-01 111111111 12 Elm 100 -",
    ]
    .map(row)
    .to_vec();
    let settings = settings();
    let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
    let explained = matching::explain(&data, &model(&settings), 0, 1).unwrap();
    let said = |name: &str| &explained.fields.iter().find(|field| field.name == name).unwrap().sentence;
    assert_eq!(said("sex"), "sex is missing on both sides and says nothing.");
    assert_eq!(said("ssn"), "ssn is missing on one side and says nothing.");

    // A street alone and a place alone: nothing of an address that both have.
    let rows = [
        "register a1 Hannah Brennan 1990-05-01 111111111 - Elm - F",
        "wages    a2 Hannah Brennan 1990-05-01 111111111 - -   100 F",
    ]
    .map(row)
    .to_vec();
    let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
    let explained = matching::explain(&data, &model(&settings), 0, 1).unwrap();
    let address = explained.fields.iter().find(|field| field.name == "number+street+place").unwrap();
    assert_eq!(address.sentence, "number+street+place is missing in part and says nothing.");
}

/// A field as it is expected: its name, both values, the level, and whether it speaks for one person, where that is to be told.
type Expected = (&'static str, [&'static str; 2], &'static str, Option<bool>);

#[test]
fn what_is_not_linked_is_explained_field_by_field() {
    const FIELDS: [Expected; 7] = [
        ("given", ["Hannah", "Owen"], "different", Some(false)),
        ("family", ["Brennan", "Brennan"], "equal", Some(true)),
        ("swapped(given+family)", ["Hannah Brennan", "Owen Brennan"], "in order", None),
        ("birth", ["1990-05-01", "1947-11-23"], "different", Some(false)),
        ("ssn", ["111111111", "222222222"], "different", Some(false)),
        ("number+street+place", ["12 Elm 100", "8 Oak 200"], "different", Some(false)),
        ("sex", ["F", "-"], "missing", None),
    ];
    let rows: Vec<Row> = [
        "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
        "wages    b1 Owen   Brennan 1947-11-23 222222222 8  Oak 200 -",
    ]
    .map(row)
    .to_vec();
    let settings = settings();
    let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
    let mut model = model(&settings);
    model.comparisons[1].frequencies =
        Some(matching::Frequencies { shares: [("brennan".to_owned(), 0.02)].into(), rare: 1e-5 });
    let explained = matching::explain(&data, &model, 0, 1).unwrap();
    assert!(!explained.reaches_threshold && explained.probability < 0.01, "{}", explained.sentence);
    assert_eq!(explained.fields.len(), FIELDS.len());
    for (field, (name, values, level, speaks_for)) in explained.fields.iter().zip(FIELDS) {
        let written = |side: &[Option<String>]| {
            side.iter().map(|value| value.as_deref().unwrap_or("-")).collect::<Vec<_>>().join(" ")
        };
        let shown = [written(&field.left), written(&field.right)];
        assert_eq!((field.name.as_str(), shown.each_ref().map(String::as_str)), (name, values));
        assert_eq!(field.level, level, "{name}");
        assert!(
            !["Hannah", "Owen", "Brennan", "1990", "Elm"].iter().any(|value| field.sentence.contains(value)),
            "{name}"
        );
        if level == "missing" {
            assert_eq!((field.weight, field.m, field.u, field.h), (0.0, None, None, None), "{name}");
            assert_eq!(field.sentence, "sex is missing on one side and says nothing.");
            continue;
        }
        let (m, u) = (field.m.unwrap(), field.u.unwrap());
        assert!((0.0..=1.0).contains(&m) && (0.0..=1.0).contains(&u) && field.h.is_some(), "{name}: {m} {u}");
        assert!((field.weight - field.term_frequency_weight - (m / u).log2()).abs() < 1e-9, "{name}: {}", field.weight);
        if let Some(speaks_for) = speaks_for {
            assert_eq!(field.weight > 0.0, speaks_for, "{name}: {}", field.weight);
        }
        assert!(field.sentence.starts_with(&format!("{name}: {level}. So are ")), "{}", field.sentence);
        let direction = if field.weight >= 0.0 { "for" } else { "against" };
        let ends = format!("It speaks {direction} one person with {:.1} bits.", field.weight.abs());
        assert!(field.sentence.ends_with(&ends), "{}", field.sentence);
        let held = field.sentence.contains("held by 2.0 % of records");
        assert_eq!((field.term_frequency, held), ((name == "family").then_some(0.02), name == "family"), "{name}");
        assert_eq!(field.term_frequency_weight != 0.0, name == "family", "{name}");
    }
    let sum: f64 = explained.fields.iter().map(|field| field.weight).sum();
    assert!((explained.prior_weight + explained.household_weight + sum - explained.weight).abs() < 1e-9);
    assert!(explained.prior_weight < -10.0 && explained.blocked_by.is_empty());
    for part in [
        "Not linked, the probability of one person is one in ",
        "; most speaks for it: family; most speaks against it: ",
        "; no blocking rule gives this pair.",
    ] {
        assert!(explained.sentence.contains(part), "{part} in {}", explained.sentence);
    }
}
