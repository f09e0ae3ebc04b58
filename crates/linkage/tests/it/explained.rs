//! Any two records of loose files explained, levels beside edges, and what a run left out.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type};
use linkage::{
    FileExplanation, FileOptions, LinkageError, SplinkOptions, explain_files, link_files, link_files_by_splink,
};
use model::LinkageConfig;
use model::diagnostic::SourceFile;

use crate::loose::{Case, case, config, csv, read};
use crate::people::deliveries;

/// Links files with levels, keeps the model, and gives the edges.
fn with_levels(case: &mut Case) -> RecordBatch {
    case.options.levels = true;
    case.options.model = Some(case.folder.path().join("model.json"));
    link_files(&config(), &case.options, &|_| {}).unwrap();
    read(&case.options.out.join("edges.parquet"))
}

fn text(edges: &RecordBatch, column: &str, row: usize) -> String {
    edges.column_by_name(column).unwrap().as_string::<i32>().value(row).to_owned()
}

fn number(edges: &RecordBatch, column: &str, row: usize) -> f64 {
    edges.column_by_name(column).unwrap().as_primitive::<Float64Type>().value(row)
}

fn explained(case: &Case, left: &str, right: &str) -> Result<FileExplanation, LinkageError> {
    explain_files(&config(), &case.options, (left, right), &|_| {})
}

#[test]
fn levels_beside_edges_are_those_that_explain_them() {
    let mut case = case(150);
    let edges = with_levels(&mut case);
    let before = std::fs::read(case.options.out.join("edges.parquet")).unwrap();
    let mut linked = 0;
    for row in (0..edges.num_rows()).step_by(edges.num_rows() / 8) {
        let name = |source, id| format!("{}:{}", text(&edges, source, row), text(&edges, id, row));
        let (left, right) = (name("source_l", "id_l"), name("source_r", "id_r"));
        let pair = explained(&case, &left, &right).unwrap();
        assert!(!pair.model_learnt && pair.is_looked_at && pair.is_admitted && !pair.rules.is_empty());
        let mut sum = pair.prior_weight + pair.household_weight;
        for found in &pair.comparisons {
            assert_eq!(text(&edges, &format!("level_{}", found.name), row), found.level, "{}", found.name);
            let weight = number(&edges, &format!("weight_{}", found.name), row);
            assert!((weight - found.weight).abs() < 1e-9, "{}: {weight} {}", found.name, found.weight);
            sum += weight;
        }
        assert_eq!(edges.num_columns(), 6 + 2 * pair.comparisons.len() + 1);
        assert!((number(&edges, "household_weight", row) - pair.household_weight).abs() < 1e-9);
        assert!((number(&edges, "match_weight", row) - pair.match_weight).abs() < 1e-9);
        assert!((sum - pair.match_weight).abs() < 1e-6, "{sum} {}", pair.match_weight);
        linked += u64::from(pair.is_together && pair.reaches_threshold);
        // Asked for the other way round it is the same pair, and each has its own values.
        let turned = explained(&case, &right, &left).unwrap();
        assert_eq!((turned.match_weight, &turned.left), (pair.match_weight, &pair.right));
        for (one, other) in pair.comparisons.iter().zip(&turned.comparisons) {
            assert!(one.left == other.right && one.right == other.left);
        }
    }
    assert!(linked > 0);
    assert_eq!(std::fs::read(case.options.out.join("edges.parquet")).unwrap(), before, "explaining writes nothing");
}

#[test]
fn a_pair_that_no_rule_looks_at_is_explained_too() {
    let mut case = case(60);
    with_levels(&mut case);
    let strangers = (1..60).find_map(|other| {
        let pair = explained(&case, "tax:0", &format!("tax:{other}")).unwrap();
        pair.rules.is_empty().then_some(pair)
    });
    let pair = strangers.unwrap();
    assert!(!pair.is_looked_at && !pair.is_together && !pair.reaches_threshold && pair.is_admitted);
    assert!(pair.sentence.contains("no blocking rule gives this pair"), "{}", pair.sentence);
    assert!(pair.match_weight < 0.0 && pair.comparisons.iter().any(|found| found.weight < 0.0));

    case.options.link_only = true;
    let pair = explained(&case, "tax:0", "tax:1").unwrap();
    assert!(!pair.is_admitted && !pair.is_looked_at, "pairs within one source are not wanted");
}

#[test]
fn records_are_named_so_that_there_is_one() {
    let case = case(60);
    let failing = |left: &str, right: &str| match explained(&case, left, right) {
        Err(LinkageError::Named(said)) => said,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("explained"),
    };
    let said = failing("tax:0", "tax:7777");
    assert!(said.contains("RIGHT names no record") && said.contains("tax, census") && !said.contains("7777"), "{said}");
    let said = failing("0", "tax:1");
    assert!(said.contains("LEFT names several records") && said.contains("SOURCE:ID"), "{said}");
    assert!(failing("tax:3", "tax:3").contains("one record"));
}

#[test]
fn what_a_run_leaves_out_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.csv");
    let mut rows = "unique_id,name,born\n".to_owned();
    for (place, name) in ["Ada", "Boris", "Chloe", "Dimitri", "Elena", "Farid", "Greta", "Hugo"].iter().enumerate() {
        rows.push_str(&format!("{place},{name},1970-01-02\n"));
    }
    rows.push_str("8,Ines,\n9,Jonas,\n10,,\n");
    // And some who are there twice, of whom something can be learnt.
    for twin in 0..80_u8 {
        let who = twin / 2;
        let name: String = ['Q', char::from(b'a' + who / 20), char::from(b'a' + who % 20)].iter().collect();
        rows.push_str(&format!("{},{name},{}-03-04\n", 100 + u32::from(twin), 1950 + u32::from(who)));
    }
    std::fs::write(&path, rows).unwrap();
    let text = "threshold = 0.9\nblock_size_max = 5\n[[block]]\non = [\"born\"]\n[[block]]\non = [\"name\"]\n\
                [[compare]]\ncolumn = \"name\"\nas = \"name\"\n[[compare]]\ncolumn = \"born\"\nas = \"date\"\n";
    let file = SourceFile { path: "linkage.toml".into(), text: text.to_owned() };
    let config = LinkageConfig::parse(&file).unwrap();
    let options = FileOptions::new(vec![path], folder.path().join("out"));
    let report = link_files(&config, &options, &|_| {}).unwrap();
    assert_eq!((report.pairs_compared, report.pairs_cut, report.rules[0].blocks_skipped), (40, 28, 1));
    let without: Vec<u64> = report.rules.iter().map(|rule| rule.records_without_key).collect();
    assert_eq!((without, report.records_without_key, report.persons_large), (vec![3, 1], 1, 0));

    let pair = explain_files(&config, &options, ("0", "1"), &|_| {}).unwrap();
    assert_eq!((pair.rules.len(), pair.rules[0].records, pair.rules[0].is_cut), (1, 8, true));
    assert!(pair.model_learnt && pair.is_admitted && !pair.is_looked_at, "its block was too large");
}

#[test]
fn levels_by_a_model_of_splink_add_up() {
    const MODEL: &str = r#"{
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": 0.1,
        "comparisons": [{
            "output_column_name": "last_name",
            "comparison_levels": [
                {"sql_condition": "\"last_name_l\" IS NULL OR \"last_name_r\" IS NULL", "is_null_level": true},
                {"sql_condition": "\"last_name_l\" = \"last_name_r\"", "m_probability": 0.8, "u_probability": 0.01,
                 "tf_adjustment_column": "last_name", "tf_adjustment_weight": 1.0},
                {"sql_condition": "levenshtein(\"last_name_l\", \"last_name_r\") <= 1", "m_probability": 0.19,
                 "u_probability": 0.005},
                {"sql_condition": "ELSE", "m_probability": 0.01, "u_probability": 0.985}
            ]
        }, {
            "output_column_name": "turned",
            "comparison_levels": [
                {"sql_condition": "\"first_name_l\" = \"last_name_r\"", "m_probability": 0.01, "u_probability": 0.001},
                {"sql_condition": "ELSE", "m_probability": 0.99, "u_probability": 0.999}
            ]
        }],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": "l.\"first_name\" = r.\"first_name\""}
        ]
    }"#;
    let folder = tempfile::tempdir().unwrap();
    let made = deliveries(80);
    let inputs = [("tax.csv", &made.tax), ("census.csv", &made.census)].map(|(name, rows)| {
        let path = folder.path().join(name);
        csv(&path, rows, false);
        path
    });
    let out = folder.path().join("out");
    let options = SplinkOptions {
        inputs: inputs.to_vec(),
        truth: None,
        least_weight: Some(-20.0),
        threshold: 0.9,
        levels: true,
        out: out.clone(),
    };
    let report = link_files_by_splink(MODEL, &options, &|_| {}).unwrap();
    let edges = read(&out.join("edges.parquet"));
    assert_eq!((edges.num_rows() as u64, edges.num_columns()), (report.edges, 10));
    let prior = (0.1_f64 / 0.9).log2();
    let gammas = |name: &str| edges.column_by_name(name).unwrap().as_primitive::<Int8Type>().values().to_vec();
    let (names, turned) = (gammas("gamma_last_name"), gammas("gamma_turned"));
    assert!(names.contains(&2) && names.contains(&0), "some are equal and some are not: {names:?}");
    for row in 0..edges.num_rows() {
        let weights = ["weight_last_name", "weight_turned"].map(|name| number(&edges, name, row));
        let sum = prior + weights.iter().sum::<f64>();
        assert!((sum - number(&edges, "match_weight", row)).abs() < 1e-9, "row {row}: {sum}");
        match names[row] {
            1 => assert!((weights[0] - (0.19_f64 / 0.005).log2()).abs() < 1e-9),
            0 => assert!((weights[0] - (0.01_f64 / 0.985).log2()).abs() < 1e-9),
            _ => assert!(weights[0] > 0.0, "as rare as it is"),
        }
        let expected = if turned[row] == 1 { (0.01_f64 / 0.001).log2() } else { (0.99_f64 / 0.999).log2() };
        assert!((weights[1] - expected).abs() < 1e-9);
    }
}

/// The settings of small files with names and days of birth.
fn names_and_births() -> LinkageConfig {
    let text = "threshold = 0.9\n[[block]]\non = [\"born\"]\n[[block]]\non = [\"name\"]\n\
                [[compare]]\ncolumn = \"name\"\nas = \"name\"\n[[compare]]\ncolumn = \"born\"\nas = \"date\"\n";
    LinkageConfig::parse(&SourceFile { path: "linkage.toml".into(), text: text.to_owned() }).unwrap()
}

#[test]
fn a_model_is_kept_when_something_was_learnt_and_not_when_it_was_presumed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, model) = (folder.path().join("one.csv"), folder.path().join("model.json"));
    std::fs::write(&path, "unique_id,name,born\n1,Ada,1970-01-02\n").unwrap();
    let mut options = FileOptions::new(vec![path], folder.path().join("out"));
    options.model = Some(model.clone());
    let report = link_files(&names_and_births(), &options, &|_| {}).unwrap();
    assert!(!report.model_learnt && report.model_presumed && !report.warnings.is_empty());
    assert!(!model.exists(), "the next run would take it for what was learnt");

    let mut case = case(60);
    case.options.model = Some(model.clone());
    let report = link_files(&config(), &case.options, &|_| {}).unwrap();
    assert!(report.model_learnt && !report.model_presumed && model.is_file());
    assert!(!folder.path().join("model.json.part").exists(), "it got its name");
    let report = link_files(&config(), &case.options, &|_| {}).unwrap();
    assert!(!report.model_learnt && !report.model_presumed && report.warnings.is_empty());
}

#[test]
fn an_id_that_looks_like_another_records_name_does_not_hide_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.csv");
    let mut rows = "source,unique_id,name,born\na,1,Ada,1970-01-02\nb,a:1,Boris,1971-01-02\n".to_owned();
    for twin in 0..80_u8 {
        let who = twin / 2;
        let name: String = ['Q', char::from(b'a' + who / 20), char::from(b'a' + who % 20)].iter().collect();
        rows.push_str(&format!("c,{},{name},{}-03-04\n", 100 + u32::from(twin), 1950 + u32::from(who)));
    }
    std::fs::write(&path, rows).unwrap();
    let mut options = FileOptions::new(vec![path], folder.path().join("out"));
    options.source = Some("source".to_owned());
    let named = |left: &str| {
        let pair = explain_files(&names_and_births(), &options, (left, "c:100"), &|_| {}).unwrap();
        (pair.left.source, pair.left.id)
    };
    let owned = |source: &str, id: &str| (source.to_owned(), id.to_owned());
    assert_eq!(named("a:1"), owned("a", "1"), "its source and id are what it is called by");
    assert_eq!(named("b:a:1"), owned("b", "a:1"));
    assert_eq!(named("1"), owned("a", "1"));

    let report = link_files(&names_and_births(), &options, &|_| {}).unwrap();
    let pair = explain_files(&names_and_births(), &options, ("100", "101"), &|_| {}).unwrap();
    assert!(pair.model_learnt && !pair.model_presumed);
    assert_eq!(pair.warnings, report.warnings, "what a run says of its model is said here too");
}
