//! Explanations add up and say what they must.

use matching::{Dataset, Settings, Silent};

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
