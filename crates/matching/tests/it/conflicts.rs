//! What clusters show of identifiers, and no pair of records does.

use std::collections::{BTreeMap, BTreeSet};

use matching::{
    CheckDigit, Clustering, Comparison, Conflicts, Dataset, IdentifierCheck, Judgements, Kind, Predictions,
    SHARERS_MAX, Settings, Silent, conflicts,
};

use crate::people::{Row, batch, batch_of, model, partition, row, settings};

/// Clusters the records, checks that they are these persons, and gives what the clusters show. Pairs are given by their ids.
fn found(
    settings: &Settings,
    lines: &[&'static str],
    persons: &[&[&str]],
) -> (IdentifierCheck, Vec<(String, String, Option<f64>)>) {
    let rows: Vec<Row> = lines.iter().map(|line| row(line)).collect();
    let data = Dataset::new(settings, &batch_of(&rows)).unwrap();
    let model = model(settings);
    let predictions = matching::predict(&data, &model, &Silent).unwrap();
    let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default()).unwrap();
    assert_eq!(partition(&rows, &clustering.labels), persons);
    let Conflicts { identifiers, shared } = conflicts(&data, &predictions, &clustering, |_, _| true).unwrap();
    let [check] = identifiers.try_into().unwrap();
    let id = |record: u32| rows[record as usize][1].to_owned();
    let kept = |left: u32, right: u32| predictions.edges.iter().find(|edge| (edge.left, edge.right) == (left, right));
    for pair in &shared {
        assert_eq!(pair.weight, kept(pair.left, pair.right).map(|edge| f64::from(edge.weight)));
        assert_ne!(clustering.labels[pair.left as usize], clustering.labels[pair.right as usize]);
    }
    (check, shared.iter().map(|pair| (id(pair.left), id(pair.right), pair.weight)).collect())
}

fn one_each() -> Settings {
    Settings { one_record_per_person: BTreeMap::from([("register".to_owned(), 0.999)]), ..settings() }
}

fn counted(shared: u64, sharers: u64, several: u64) -> IdentifierCheck {
    IdentifierCheck { comparison: "ssn".to_owned(), shared, sharers, placeholders: 0, several }
}

#[test]
fn a_borrowed_identifier_is_shared_by_its_owner_and_who_borrows_it() {
    let lines = [
        "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
        "wages    a2 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
        "wages    b1 Karim  Haddad  1985-07-19 111111111 8  Oak 200 M",
        "register b2 Karim  Haddad  1985-07-19 -         8  Oak 200 M",
        "wages    b3 Karim  Haddad  -          111111111 8  Oak 200 M",
    ];
    let persons: [&[&str]; 2] = [&["a1", "a2"], &["b1", "b2", "b3"]];
    let (check, pairs) = found(&settings(), &lines, &persons);
    assert_eq!(check, counted(1, 2, 0));
    let [(left, right, _)] = pairs.as_slice() else { panic!("two persons are asked of once: {pairs:?}") };
    assert!(["a1", "a2"].contains(&left.as_str()) && ["b1", "b3"].contains(&right.as_str()), "{pairs:?}");
    // The same two records, in whatever order they come.
    let mut turned = lines;
    turned.reverse();
    let (again, pairs_again) = found(&settings(), &turned, &persons);
    assert_eq!((again, pairs_again.len()), (check, 1));
    let ids = |pair: &(String, String, Option<f64>)| BTreeSet::from([pair.0.clone(), pair.1.clone()]);
    assert_eq!(ids(&pairs_again[0]), ids(&pairs[0]));
}

#[test]
fn of_a_couple_one_has_the_others_identifier_beside_his_own() {
    let (check, pairs) = found(
        &settings(),
        &[
            "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
            "tax      a2 Hannah Brennan -          111111111 12 Elm 100 F",
            "register b1 Owen   Brennan 1988-02-17 222222222 12 Elm 100 M",
            "tax      b2 Owen   Brennan 1988-02-17 111111111 12 Elm 100 M",
        ],
        &[&["a1", "a2"], &["b1", "b2"]],
    );
    assert_eq!(check, counted(1, 2, 1));
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].1, "b2", "the record that has it, not the other of the person");
}

#[test]
fn twins_namesakes_changed_names_and_exchanged_ones_show_nothing() {
    let twins: (&[&'static str], [&[&str]; 2]) = (
        &[
            "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
            "tax      a2 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
            "register b1 Miriam Brennan 1990-05-01 222222222 12 Elm 100 F",
            "census   b2 Miriam Brennan 1990-05-01 -         12 Elm 100 F",
        ],
        [&["a1", "a2"], &["b1", "b2"]],
    );
    let namesakes: (&[&'static str], [&[&str]; 2]) = (
        &[
            "register a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
            "census   a2 Hannah Brennan 1990-05-01 -         12 Elm 100 F",
            "register b1 Hannah Brennan 1947-11-23 222222222 8 Oak 200 F",
            "census   b2 Hannah Brennan 1947-11-23 -         8 Oak 200 F",
        ],
        [&["a1", "a2"], &["b1", "b2"]],
    );
    let changed: (&[&'static str], [&[&str]; 2]) = (
        &[
            "register a1 Hannah Brennan   1990-05-01 111111111 12 Elm 100 F",
            "census   a2 Hannah Castello  1990-05-01 111111111 12 Elm 100 F",
            "register b1 Hannah Lindqvist 1990-05-01 222222222 8  Oak 200 F",
        ],
        [&["a1", "a2"], &["b1"]],
    );
    let exchanged: (&[&'static str], [&[&str]; 2]) = (
        &[
            "register a1 Lucas  Harris 1990-05-03 111111111 12 Elm 100 M",
            "wages    a2 Harris Lucas  1990-05-03 111111111 12 Elm 100 M",
            "register b1 Harris Lucas  1971-08-20 222222222 8  Oak 200 M",
        ],
        [&["a1", "a2"], &["b1"]],
    );
    for (lines, persons) in [twins, namesakes, changed, exchanged] {
        let (check, pairs) = found(&one_each(), lines, &persons);
        assert_eq!((check, pairs.len()), (counted(0, 0, 0), 0), "{lines:?}");
    }
}

/// What records of one source show, with a number each, that are of these clusters.
fn shown(kind: Kind, records: &[(&str, u32)]) -> IdentifierCheck {
    let settings = Settings { comparisons: vec![Comparison::new("number", kind)], ..settings_of_sources() };
    let rows: Vec<Vec<String>> = records
        .iter()
        .enumerate()
        .map(|(at, (number, _))| vec!["tax".to_owned(), at.to_string(), (*number).to_owned()])
        .collect();
    let data = Dataset::new(&settings, &batch(&["source", "id", "number"], &rows)).unwrap();
    let first = |of: u32| records.iter().position(|(_, cluster)| *cluster == of).unwrap() as u32;
    let labels = records.iter().map(|(_, cluster)| first(*cluster)).collect();
    let clustering = Clustering { labels, ..Clustering::default() };
    let found = conflicts(&data, &Predictions::default(), &clustering, |_, _| true).unwrap();
    let [check] = found.identifiers.try_into().unwrap();
    check
}

fn settings_of_sources() -> Settings {
    Settings { blocks: vec![matching::Block::on(["number"]).unwrap()], ..settings() }
}

#[test]
fn a_value_of_many_is_a_placeholder_and_no_identifier() {
    let many = SHARERS_MAX as u32 + 1;
    let mut records: Vec<(&str, u32)> = (0..many).map(|cluster| ("999999999", cluster)).collect();
    records.push(("111111111", 0));
    let check = shown(Kind::Identifier, &records);
    assert_eq!((check.shared, check.sharers, check.placeholders, check.several), (0, 0, 1, 0));
    // With one person less it may be an identifier, which one of them has beside another.
    let check = shown(Kind::Identifier, &records[1..]);
    let sharers = u64::from(many) - 1;
    assert_eq!((check.shared, check.sharers, check.placeholders, check.several), (1, sharers, 0, 0));
    let mut fewer = records[2..].to_vec();
    fewer.push(("111111111", 2));
    let check = shown(Kind::Identifier, &fewer);
    assert_eq!((check.placeholders, check.several), (0, 1));
}

#[test]
fn a_slip_is_no_second_identifier_unless_both_pass_the_check() {
    let luhn = || Kind::CheckedIdentifier { check: CheckDigit::Luhn };
    let several = |kind: Kind, one: &'static str, other: &'static str| shown(kind, &[(one, 0), (other, 0)]).several;
    assert_eq!(several(Kind::Identifier, "79927398713", "79927398721"), 0, "two slips, for all that is known");
    assert_eq!(several(luhn(), "79927398713", "79927398721"), 1, "both are numbers");
    assert_eq!(several(luhn(), "79927398713", "79927398714"), 0, "the second is none");
    assert_eq!(several(luhn(), "79927398713", "4539578763621480"), 0, "what fails its check is no number of anybody");
    assert_eq!(several(luhn(), "79927398713", "4539578763621486"), 1);
    assert_eq!(several(Kind::Identifier, "123-45-6789", "123456789"), 0, "written in two ways");
}

#[test]
fn attached_records_show_nothing() {
    let mut settings = settings();
    settings.attach_only.insert("broker".to_owned());
    let lines = [
        "tax    a1 Hannah Brennan 1990-05-01 111111111 12 Elm 100 F",
        "broker b1 Karim  Haddad  1985-07-19 111111111 8  Oak 200 M",
    ];
    let (check, pairs) = found(&settings, &lines, &[&["a1"], &["b1"]]);
    assert_eq!((check, pairs.len()), (counted(0, 0, 0), 0));
}

#[test]
fn clusters_of_other_records_are_refused() {
    let data = Dataset::new(&settings(), &batch_of(&[row("tax a1 Hannah Brennan - - 12 Elm 100 F")])).unwrap();
    assert!(conflicts(&data, &Predictions::default(), &Clustering::default(), |_, _| true).is_err());
}

#[test]
fn two_clusters_are_given_by_their_best_pair_that_is_let_in() {
    let rows = [
        "register a1 Hannah Brennan - 111111111 12 Elm 100 F",
        "wages    a2 Hannah Brennan - 111111111 12 Elm 100 F",
        "tax      a3 Hannah Brennan - 111111111 12 Elm 100 F",
        "register b1 Karim  Haddad  - 111111111 8  Oak 200 M",
        "wages    b2 Karim  Haddad  - 111111111 8  Oak 200 M",
        "wages    b3 Karim  Haddad  - 111111111 8  Oak 200 M",
    ]
    .map(row);
    let data = Dataset::new(&settings(), &batch_of(&rows)).unwrap();
    let clustering = Clustering { labels: vec![0, 0, 0, 3, 3, 3], ..Clustering::default() };
    let edge = |left: u32, right: u32, weight: f32| matching::Edge { left, right, weight, rule: 0 };
    let edges = vec![edge(0, 3, -1.0), edge(2, 3, 5.0), edge(0, 1, 30.0)];
    let predictions = Predictions { edges, ..Predictions::default() };
    let given = |admit: &(dyn Fn(u32, u32) -> bool + Sync)| {
        let found = conflicts(&data, &predictions, &clustering, admit).unwrap();
        assert_eq!(found.identifiers, [counted(1, 2, 0)], "counts are of all records");
        found.shared.iter().map(|pair| (pair.left, pair.right, pair.weight)).collect::<Vec<_>>()
    };
    assert_eq!(given(&|_, _| true), [(2, 3, Some(5.0))], "the heaviest");
    assert_eq!(given(&|left, _| left != 2), [(0, 3, Some(-1.0))], "one that was kept before one that was not");
    let of_wages = given(&|left, right| left == 1 && right > 3);
    assert_eq!(of_wages.len(), 1, "{of_wages:?}");
    assert!((of_wages[0].0, of_wages[0].2) == (1, None) && [4, 5].contains(&of_wages[0].1), "{of_wages:?}");
    assert!(given(&|_, _| false).is_empty());
}
