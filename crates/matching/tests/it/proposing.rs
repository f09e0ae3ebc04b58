//! Settings that were proposed, put to work.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use matching::auto::{self, Options, Proposal, Role};
use matching::{Block, Dataset, Error, Evaluation, Judgements, KeyPart, Kind, Settings, Silent};

use crate::people::batch;
use crate::town::{COLUMNS, Town, town};

fn proposed(columns: &[&str], rows: &[Vec<String>], options: &Options) -> Proposal {
    auto::propose([&batch(columns, rows)], options).unwrap()
}

/// Trains, predicts and clusters, and measures at the threshold; and tells what the rules found of all pairs.
fn measured(settings: &Settings, columns: &[&str], town: &Town) -> (Evaluation, f64, u64) {
    let data = Dataset::new(settings, &batch(columns, &town.rows)).unwrap();
    let (model, _) = matching::train(&data, &Silent).unwrap();
    let predictions = matching::predict(&data, &model, &Silent).unwrap();
    let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default()).unwrap();
    let quality = matching::evaluate(&predictions.edges, &clustering.labels, &town.truth, None);
    // Every pair that the rules give, so that what they miss can be told from what is scored too low.
    let all = Settings { edge_weight_min: -1e6, ..settings.clone() };
    let data = Dataset::new(&all, &batch(columns, &town.rows)).unwrap();
    let given = matching::predict(&data, &model, &Silent).unwrap();
    let right =
        given.edges.iter().filter(|edge| town.truth[edge.left as usize] == town.truth[edge.right as usize]).count();
    (quality, right as f64 / quality.pairs.wanted as f64, given.report.pairs_scored)
}

/// What a command might print.
fn told(proposal: &Proposal) -> String {
    let mut lines: Vec<String> = Vec::new();
    for column in &proposal.columns {
        lines.push(format!("{:<22} {:?}: {}", column.column, column.role, column.reason));
    }
    for (comparison, reason) in proposal.settings.comparisons.iter().zip(&proposal.comparisons) {
        lines.push(format!("{} {:?}: {reason}", comparison.name(), comparison.kind));
    }
    lines.extend(proposal.blocks.iter().map(|block| format!("{}: {}", block.rule, block.reason)));
    lines.push(format!("recall {:.4}, {:.0} pairs", proposal.recall, proposal.pairs));
    lines.extend(proposal.notes.iter().cloned());
    lines.join("\n")
}

#[test]
fn what_is_proposed_finds_who_is_one() {
    for seed in [21, 22] {
        let town = town(3000, seed);
        let proposal = proposed(&COLUMNS, &town.rows, &Options::default());
        println!("{}", told(&proposal));
        let (quality, recall, pairs) = measured(&proposal.settings, &COLUMNS, &town);
        println!("{} records, {pairs} pairs, blocking recall {recall:.4}, {quality:?}", town.rows.len());
        assert!(quality.clusters.f1 > 0.95 && quality.pairs.f1 > 0.95, "seed {seed}: {quality:?}");
        assert!(recall > 0.97, "seed {seed}: rules find {recall}");
        assert!((proposal.recall - recall).abs() < 0.05, "seed {seed}: presumed {} is {recall}", proposal.recall);
        assert!(pairs as f64 <= proposal.pairs * 1.01, "seed {seed}: {pairs} pairs, not {}", proposal.pairs);
        assert!(proposal.pairs <= 100.0 * town.rows.len() as f64);
    }
}

#[test]
fn every_column_is_accounted_for() {
    let proposal = proposed(&COLUMNS, &town(2000, 23).rows, &Options::default());
    let roles: Vec<(&str, Role)> =
        proposal.columns.iter().map(|column| (column.column.as_str(), column.role)).collect();
    assert_eq!(
        roles,
        [
            ("record_ref", Role::RecordId),
            ("register", Role::Source),
            ("forename", Role::GivenName),
            ("surname", Role::FamilyName),
            ("date_of_birth", Role::Date),
            ("gender", Role::Sex),
            ("social_insurance_no", Role::Identifier),
            ("house_no", Role::HouseNumber),
            ("street_name", Role::Street),
            ("town", Role::Unused),
            ("post_code", Role::PostalCode),
            ("phone_number", Role::Phone),
            ("email_address", Role::Email),
            ("remarks", Role::Unused),
            ("nation", Role::Unused),
            ("fax", Role::Unused),
            ("last_updated", Role::Unused),
        ]
    );
    let why = |column: &str| &proposal.columns.iter().find(|one| one.column == column).unwrap().reason;
    assert!(why("town").contains("in post_code already"), "{}", why("town"));
    assert!(why("remarks").contains("free text"), "{}", why("remarks"));
    assert!(why("nation").contains("have the same"), "{}", why("nation"));
    assert!(why("fax").contains("% of records have a value"), "{}", why("fax"));
    assert!(why("last_updated").contains("about the record"), "{}", why("last_updated"));

    let settings = &proposal.settings;
    assert_eq!((settings.source.as_deref(), settings.id.as_deref()), (Some("register"), Some("record_ref")));
    let kinds: Vec<(String, Kind)> =
        settings.comparisons.iter().map(|comparison| (comparison.name(), comparison.kind.clone())).collect();
    assert_eq!(
        kinds.iter().map(|(name, kind)| (name.as_str(), kind.clone())).collect::<Vec<_>>(),
        [
            ("forename", Kind::GivenName),
            ("surname", Kind::FamilyName),
            ("swapped(forename+surname)", Kind::SwappedNames),
            ("date_of_birth", Kind::Date),
            ("gender", Kind::Sex),
            ("social_insurance_no", Kind::Identifier),
            ("house_no+street_name+post_code", Kind::Address),
            ("phone_number", Kind::Phone),
            ("email_address", Kind::Email),
        ]
    );
    assert_eq!(proposal.comparisons.len(), settings.comparisons.len());
    assert_eq!(
        proposal.blocks.iter().map(|block| block.rule.clone()).collect::<Vec<_>>(),
        settings.blocks.iter().map(Block::name).collect::<Vec<_>>()
    );
    let sentences =
        || proposal.comparisons.iter().chain(&proposal.notes).chain(proposal.blocks.iter().map(|one| &one.reason));
    for sentence in sentences().chain(proposal.columns.iter().map(|column| &column.reason)) {
        assert!(sentence.ends_with('.') && !sentence.contains('\n'), "a comment of one line: {sentence}");
    }
}

#[test]
fn values_tell_what_names_do_not() {
    let town = town(3000, 24);
    // Without the columns whose values alone say too little of them: house numbers, streets and towns.
    let kept: Vec<usize> = (0..COLUMNS.len()).filter(|at| !(7..=9).contains(at)).collect();
    let names: Vec<String> = kept.iter().map(|at| format!("c{}", "abcdefghijklmnopq".split_at(*at).1)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = town.rows.iter().map(|row| kept.iter().map(|at| row[*at].clone()).collect()).collect();
    let proposal = proposed(&names, &rows, &Options::default());
    println!("{}", told(&proposal));
    let roles: Vec<Role> = proposal.columns.iter().map(|column| column.role).collect();
    assert_eq!(
        roles,
        [
            Role::RecordId,
            Role::Unused,
            Role::GivenName,
            Role::FamilyName,
            Role::Date,
            Role::Sex,
            Role::Identifier,
            Role::PostalCode,
            Role::Phone,
            Role::Email,
            Role::Unused,
            Role::Unused,
            Role::Unused,
            Role::Unused,
        ]
    );
    let town = Town { rows, truth: town.truth };
    let (quality, _, _) = measured(&proposal.settings, &names, &town);
    assert!(quality.clusters.f1 > 0.95, "{quality:?}");
}

#[test]
fn what_is_said_wins() {
    let rows = town(1000, 25).rows;
    let whole = |part: KeyPart| part == KeyPart::Whole;
    let roles = [("forename", Role::Unused), ("town", Role::Place), ("nation", Role::Category)];
    let options = Options {
        roles: roles.map(|(column, role)| (column.to_owned(), role)).into(),
        key_allowed: whole,
        seed: 3,
        ..Options::default()
    };
    let proposal = proposed(&COLUMNS, &rows, &options);
    let compares = |column: &str| proposal.settings.comparisons.iter().any(|one| one.columns == [column]);
    assert!(!compares("forename") && compares("nation"));
    assert_eq!(proposal.settings.seed, 3);
    assert!(proposal.settings.blocks.iter().flat_map(|block| &block.keys).all(|key| key.part == KeyPart::Whole));
    let absent = Options { roles: [("nobody".to_owned(), Role::Sex)].into(), ..Options::default() };
    assert!(matches!(auto::propose([&batch(&COLUMNS, &rows)], &absent), Err(Error::Settings(_))));
}

#[test]
fn batches_need_not_have_the_same_columns() {
    let rows = town(1500, 26).rows;
    let (one, other) = rows.split_at(rows.len() / 2);
    let fewer: Vec<Vec<String>> = other.iter().map(|row| row[..13].to_vec()).collect();
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..one.len() as i64));
    let with_numbers = {
        let table = batch(&COLUMNS, one);
        let schema = table.schema();
        let columns = schema.fields().iter().map(|field| field.name().as_str()).zip(table.columns().iter().cloned());
        RecordBatch::try_from_iter(columns.chain([("age", numbers)])).unwrap()
    };
    let proposal = auto::propose([&with_numbers, &batch(&COLUMNS[..13], &fewer)], &Options::default()).unwrap();
    let age = proposal.unused().find(|column| column.column == "age").unwrap();
    assert!(age.reason.contains("Int64") && age.profile.is_none(), "{}", age.reason);
    let remarks = proposal.columns.iter().find(|column| column.column == "remarks").unwrap();
    let missing = remarks.profile.as_ref().unwrap().missing;
    assert!((missing - other.len() as f64 / rows.len() as f64).abs() < 1e-9, "{missing}");
}

#[test]
fn nothing_to_compare_is_said() {
    let rows: Vec<Vec<String>> = (0..50).map(|at| vec![format!("called {at} back later, no answer")]).collect();
    let refused = auto::propose([&batch(&["remarks"], &rows)], &Options::default());
    assert!(matches!(refused, Err(Error::Settings(_))));
    assert!(matches!(auto::propose([], &Options::default()), Err(Error::Settings(_))));
}

#[test]
fn the_same_is_proposed_again_whatever_the_threads() {
    let rows = town(1000, 27).rows;
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let proposal = pool.install(|| proposed(&COLUMNS, &rows, &Options { sample: 800, ..Options::default() }));
        (proposal.settings, proposal.blocks, proposal.columns, proposal.notes)
    };
    assert_eq!(run(1), run(3));
}
