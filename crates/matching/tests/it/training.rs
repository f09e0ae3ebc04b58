//! Expectation maximisation against parameters that were planted.

use std::collections::BTreeSet;

use matching::{Block, Comparison, Dataset, DoubtKind, KeyExpr, Kind, Model, Settings, Silent, TrainingReport};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::people::batch;
use crate::town::{self, town};

pub(crate) const COLUMNS: [&str; 5] = ["a", "b", "c", "d", "e"];
const VALUES: [u32; 5] = [4000, 2000, 500, 50, 10];
/// How often the second record of a person agrees with the first.
const PLANTED_M: [f64; 5] = [0.96, 0.92, 0.88, 0.95, 0.80];

pub(crate) fn planted(people: usize, seed: u64) -> Vec<Vec<String>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = Vec::new();
    for _ in 0..people {
        let truth: Vec<u32> = VALUES.iter().map(|values| random.random_range(0..*values)).collect();
        rows.push(truth.iter().map(|value| format!("v{value}")).collect());
        let other = (0..5).map(|at| {
            let kept = random.random_bool(PLANTED_M[at]);
            let missing = random.random_bool(0.05);
            // A wrong value is another one, never the same by chance.
            let wrong = (truth[at] + random.random_range(1..VALUES[at])) % VALUES[at];
            if missing { String::new() } else { format!("v{}", if kept { truth[at] } else { wrong }) }
        });
        rows.push(other.collect());
    }
    rows
}

pub(crate) fn settings() -> Settings {
    Settings {
        comparisons: COLUMNS.map(|column| Comparison::new(column, Kind::Exact)).to_vec(),
        blocks: vec![Block::on(["a"]).unwrap()],
        training: vec![Block::on(["a"]).unwrap(), Block::on(["b"]).unwrap(), Block::on(["c", "d"]).unwrap()],
        random_pairs: 1_000_000,
        ..Settings::default()
    }
}

#[test]
fn em_recovers_planted_parameters() {
    for seed in [1, 2] {
        let people = 4000;
        let data = Dataset::new(&settings(), &batch(&COLUMNS, &planted(people, seed))).unwrap();
        let (model, report) = matching::train(&data, &Silent).unwrap();
        for (at, learnt) in model.comparisons.iter().enumerate() {
            let (m, u) = (learnt.levels[0].m, learnt.levels[0].u);
            assert!(
                (m - PLANTED_M[at]).abs() < 0.02,
                "seed {seed}: m of {} is {m}, not {}",
                learnt.name,
                PLANTED_M[at]
            );
            let expected = 1.0 / f64::from(VALUES[at]);
            assert!((u / expected - 1.0).abs() < 0.25, "seed {seed}: u of {} is {u}, not {expected}", learnt.name);
            let sum = learnt.levels.iter().map(|level| level.m).sum::<f64>();
            assert!((sum - 1.0).abs() < 1e-6);
        }
        let records = 2.0 * people as f64;
        let expected = people as f64 / (records * (records - 1.0) / 2.0);
        assert!((model.prior / expected - 1.0).abs() < 0.15, "seed {seed}: prior {} not {expected}", model.prior);
        assert_eq!(report.warnings, Vec::<String>::new());
    }
}

#[test]
fn a_blocking_rule_more_changes_no_parameter() {
    let rows = planted(500, 3);
    let learn = |settings: &Settings| {
        let data = Dataset::new(settings, &batch(&COLUMNS, &rows)).unwrap();
        matching::train(&data, &Silent).unwrap().0
    };
    let mut more = settings();
    more.blocks.push(Block::on(["e", "d"]).unwrap());
    assert_eq!(learn(&settings()), learn(&more));
}

#[test]
fn what_the_data_does_not_settle_is_said() {
    let mut settings = settings();
    settings.comparisons.push(Comparison::new("f", Kind::Identifier));
    settings.training = vec![Block::on(["a"]).unwrap()];
    let rows: Vec<Vec<String>> = planted(200, 4)
        .into_iter()
        .map(|mut row| {
            row.push(String::new());
            row
        })
        .collect();
    let data = Dataset::new(&settings, &batch(&["a", "b", "c", "d", "e", "f"], &rows)).unwrap();
    let (_, report) = matching::train(&data, &Silent).unwrap();
    let said = |what: &str| report.warnings.iter().any(|warning| warning.contains(what));
    assert!(said("a: about 0 matches inform its m"), "{:?}", report.warnings);
    assert!(said("f: the level \"one slip\" was never seen"), "{:?}", report.warnings);
}

/// What is kept is counted over base records: who is only attached makes no value frequent.
#[test]
fn a_frequency_table_keeps_what_five_base_records_have() {
    let mut settings = Settings {
        source: Some("source".to_owned()),
        attach_only: BTreeSet::from(["attached".to_owned()]),
        ..settings()
    };
    settings.comparisons[3].term_frequency = true;
    let mut rows = planted(300, 6);
    rows.iter_mut().for_each(|row| row.push("base".to_owned()));
    // Each value: records that have it, and how many of these are attached.
    let mut next = 0;
    for (value, records, attached) in [("four", 4, 0), ("five", 5, 0), ("mixed", 5, 3), ("more", 8, 3)] {
        for at in 0..records {
            rows[next][3] = value.to_owned();
            rows[next][5] = if at < attached { "attached" } else { "base" }.to_owned();
            next += 1;
        }
    }
    let columns: Vec<&str> = COLUMNS.iter().copied().chain(["source"]).collect();
    let data = Dataset::new(&settings, &batch(&columns, &rows)).unwrap();
    let (model, _) = matching::train(&data, &Silent).unwrap();
    let frequencies = model.comparisons[3].frequencies.as_ref().unwrap();
    let kept = ["four", "five", "mixed", "more"].map(|value| frequencies.shares.contains_key(value));
    assert_eq!(kept, [false, true, false, true]);
    assert!((frequencies.shares["five"] - frequencies.shares["more"]).abs() < 1e-12);
}

#[test]
fn a_frequency_table_names_no_rare_value() {
    let mut settings = settings();
    settings.comparisons[3].term_frequency = true;
    let mut rows = planted(300, 5);
    rows[0][3] = "unique".to_owned();
    let data = Dataset::new(&settings, &batch(&COLUMNS, &rows)).unwrap();
    let (model, _) = matching::train(&data, &Silent).unwrap();
    let frequencies = model.comparisons[3].frequencies.as_ref().unwrap();
    assert!(!frequencies.shares.contains_key("unique"));
    assert!(frequencies.shares.len() > 20);
    assert!(frequencies.rare < frequencies.shares.values().copied().fold(1.0, f64::min));
    assert!(model.comparisons[0].frequencies.is_none());
}

/// Says whether a report doubts what was learnt since it was learnt over the rules, and that the sentence is there with the kind.
fn is_learnt_from_rules(report: &TrainingReport) -> bool {
    let doubted = report.doubts.iter().any(|doubt| doubt.kind == DoubtKind::LearntFromRules);
    let says = |warning: &String| warning.contains("the blocking rules were learnt over");
    assert_eq!(doubted, report.warnings.iter().any(says), "{:?}", report.warnings);
    doubted
}

/// A file states no blocks of training: they come from what is compared, and the rules have no part in it.
#[test]
fn a_blocking_rule_more_changes_no_parameter_where_no_training_is_stated() {
    let town = town(400, 31);
    let settings = Settings {
        comparisons: vec![
            Comparison::new("forename", Kind::GivenName).with_term_frequency(),
            Comparison::new("surname", Kind::FamilyName).with_term_frequency(),
            Comparison::of(["forename", "surname"], Kind::SwappedNames),
            Comparison::new("date_of_birth", Kind::Date),
            Comparison::new("social_insurance_no", Kind::Identifier),
        ],
        blocks: vec![Block::on(["surname", "date_of_birth"]).unwrap()],
        training: vec![],
        source: Some("register".to_owned()),
        id: Some("record_ref".to_owned()),
        random_pairs: 200_000,
        ..Settings::default()
    };
    let learn = |settings: &Settings| -> (Model, TrainingReport) {
        let data = Dataset::new(settings, &batch(&town::COLUMNS, &town.rows)).unwrap();
        matching::train(&data, &Silent).unwrap()
    };
    let (model, report) = learn(&settings);
    // By a column that is compared, by one that is not, and one with a part of its own.
    for rule in [vec!["forename"], vec!["post_code"], vec!["surname[..3]", "street_name"]] {
        let keys = rule.iter().map(|key| key.parse::<KeyExpr>().unwrap()).collect();
        let mut more = settings.clone();
        more.blocks.push(Block { keys, split: Vec::new(), size_max: None });
        let (same, same_report) = learn(&more);
        for (learnt, again) in model.comparisons.iter().zip(&same.comparisons) {
            for (level, level_again) in learnt.levels.iter().zip(&again.levels) {
                assert_eq!((level.m, level.u), (level_again.m, level_again.u), "{rule:?}: {}", learnt.name);
            }
        }
        assert_eq!((&same, &same_report), (&model, &report), "{rule:?}");
    }
    let learnt_over: Vec<&str> = report.blocks.iter().map(|block| block.rule.as_str()).collect();
    let derived = ["social_insurance_no", "forename & surname", "forename & date_of_birth", "surname & date_of_birth"];
    assert_eq!(learnt_over, derived);
    assert!(report.blocks.iter().all(|block| block.pairs > 50), "something was learnt: {:?}", report.blocks);
    assert!(!is_learnt_from_rules(&report));
}

/// What no blocks can be made from is learnt over the rules: then a rule more does change it, and that is said.
#[test]
fn where_the_rules_are_learnt_over_it_is_said() {
    let rows = planted(500, 8);
    let learn = |settings: &Settings| {
        let data = Dataset::new(settings, &batch(&COLUMNS, &rows)).unwrap();
        matching::train(&data, &Silent).unwrap()
    };
    let (stated, report) = learn(&settings());
    assert!(!is_learnt_from_rules(&report), "{:?}", report.warnings);
    let unstated = Settings { training: vec![], ..settings() };
    assert_eq!(unstated.training_blocks(), unstated.blocks);
    let (fallen_back, report) = learn(&unstated);
    assert!(is_learnt_from_rules(&report), "{:?}", report.warnings);
    assert_eq!(report.doubts.len(), report.warnings.len(), "each sentence has its kind");
    assert_ne!(fallen_back, stated);
    let mut more = unstated;
    more.blocks.push(Block::on(["e", "d"]).unwrap());
    assert_ne!(learn(&more).0, fallen_back, "a rule more changes what is learnt");
}
