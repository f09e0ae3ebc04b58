//! Loose files in, edges and clusters out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use linkage::{FileOptions, LinkageError, ProposeOptions, link_files, propose_config};
use model::LinkageConfig;
use model::diagnostic::SourceFile;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::fixture::{Republic, Row};
use crate::people::deliveries;

pub(crate) fn config() -> LinkageConfig {
    let mut config = Republic::new().project.linkage.unwrap();
    config.purpose = None;
    config.agreement = None;
    config.attach.clear();
    config
}

pub(crate) fn csv(path: &Path, rows: &[Row], has_ssn: bool) {
    let mut text = "unique_id,first_name,last_name,birth_date,national_id,truth\n".to_owned();
    for (place, row) in rows.iter().enumerate() {
        let (first, last) = (row.first_name.as_ref().unwrap(), row.last_name.as_ref().unwrap());
        let ssn = if has_ssn { row.own[0].clone().unwrap() } else { String::new() };
        text.push_str(&format!("{place},{first},{last},{},{ssn},{}\n", row.birth_date.unwrap(), row.key));
    }
    std::fs::write(path, text).unwrap();
}

fn parquet(path: &Path, rows: &[Row]) {
    let text =
        |of: &dyn Fn(&Row) -> Option<String>| -> ArrayRef { Arc::new(StringArray::from_iter(rows.iter().map(of))) };
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("unique_id", Arc::new(Int64Array::from_iter_values(0..rows.len() as i64))),
        ("first_name", text(&|row| row.first_name.clone())),
        ("last_name", text(&|row| row.last_name.clone())),
        (
            "birth_date",
            Arc::new(Date32Array::from_iter_values(
                rows.iter().map(|row| (row.birth_date.unwrap() - epoch).num_days() as i32),
            )),
        ),
        ("truth", text(&|row| Some(row.key.clone()))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), Arc::clone(&schema), None).unwrap();
    writer.write(&RecordBatch::try_new(schema, arrays).unwrap()).unwrap();
    writer.close().unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
pub(crate) fn read(path: &Path) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = Arc::clone(builder.schema());
    let reader = builder.build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    arrow_select::concat::concat_batches(&schema, &batches).unwrap()
}

pub(crate) struct Case {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) options: FileOptions,
}

pub(crate) fn case(count: u64) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let made = deliveries(count);
    let inputs = vec![folder.path().join("tax.csv"), folder.path().join("census.parquet")];
    csv(&inputs[0], &made.tax, true);
    parquet(&inputs[1], &made.census);
    let options =
        FileOptions { truth: Some("truth".to_owned()), ..FileOptions::new(inputs, folder.path().join("out")) };
    Case { folder, options }
}

#[test]
fn edges_and_clusters_are_written_and_scored() {
    let case = case(400);
    let report = link_files(&config(), &case.options, &|_| {}).unwrap();
    let quality = report.quality.unwrap();
    assert!(quality.clusters.f1 > 0.97, "{quality:?}");
    assert_eq!(report.records_by_source.keys().collect::<Vec<_>>(), ["tax", "census"]);
    assert_eq!(report.records, quality.records_scored);

    let edges = read(&case.options.out.join("edges.parquet"));
    let names: Vec<_> = edges.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["source_l", "id_l", "source_r", "id_r", "match_weight", "match_probability"]);
    assert_eq!(edges.num_rows() as u64, report.edges);
    assert_eq!(*edges.schema().field(1).data_type(), DataType::Utf8, "text and numbers have text in common");
    let weights = edges.column(4).as_primitive::<Float64Type>();
    let probabilities = edges.column(5).as_primitive::<Float64Type>();
    for row in 0..edges.num_rows() {
        assert!((probabilities.value(row) - 1.0 / (1.0 + (-weights.value(row)).exp2())).abs() < 1e-9);
    }

    let clusters = read(&case.options.out.join("clusters.parquet"));
    assert_eq!(clusters.num_rows() as u64, report.records);
    let numbers = clusters.column(2).as_primitive::<Int64Type>();
    let distinct: BTreeSet<i64> = numbers.values().iter().copied().collect();
    assert_eq!(distinct, (0..report.persons as i64).collect());
    // The report's numbers are those of the files: counted again here from edges alone.
    let made = deliveries(400);
    let person = |source: &str, id: &str| {
        let rows = if source == "tax" { &made.tax } else { &made.census };
        rows[id.parse::<usize>().unwrap()].key.clone()
    };
    let text = |place: usize| edges.column(place).as_string::<i32>().clone();
    let (source_l, id_l, source_r, id_r) = (text(0), text(1), text(2), text(3));
    let found = (0..edges.num_rows()).filter(|row| probabilities.value(*row) >= 0.5);
    let right = found
        .clone()
        .filter(|row| person(source_l.value(*row), id_l.value(*row)) == person(source_r.value(*row), id_r.value(*row)))
        .count() as u64;
    assert_eq!((quality.pairs.right, quality.pairs.found), (right, found.count() as u64));
    assert_eq!(quality.pairs.wanted, made.census.len() as u64);
}

#[test]
fn link_only_gives_pairs_across_files() {
    let mut case = case(200);
    case.options.link_only = true;
    link_files(&config(), &case.options, &|_| {}).unwrap();
    let edges = read(&case.options.out.join("edges.parquet"));
    let (left, right) = (edges.column(0).as_string::<i32>(), edges.column(2).as_string::<i32>());
    assert!(edges.num_rows() > 0);
    assert!(left.iter().zip(right).all(|(left, right)| left != right));

    case.options.inputs.truncate(1);
    let error = link_files(&config(), &case.options, &|_| {}).unwrap_err();
    assert!(matches!(error, LinkageError::OneSource), "{error}");
    assert!(error.to_string().contains("give two files"), "{error}");
    // What the settings say is told without the name of a file: only who read them knows it.
    case.options.link_only = false;
    let mut wrong = config();
    wrong.comparisons[0].r#as = "sound".to_owned();
    let said = link_files(&wrong, &case.options, &|_| {}).unwrap_err();
    assert!(matches!(said, LinkageError::Config(_)) && !said.to_string().contains("linkage.toml"), "{said}");
}

#[test]
fn ids_keep_their_type_and_sources_can_be_a_column() {
    let folder = tempfile::tempdir().unwrap();
    let made = deliveries(60);
    let path = folder.path().join("all.parquet");
    parquet(&path, &made.tax);
    let mut config = config();
    config.comparisons.retain(|compare| compare.column != "national_id");
    config.blocks.remove(0);
    let mut options = FileOptions::new(vec![path], folder.path().join("out"));
    options.source = Some("truth".to_owned());
    link_files(&config, &options, &|_| {}).unwrap();
    let clusters = read(&options.out.join("clusters.parquet"));
    assert_eq!(*clusters.schema().field(1).data_type(), DataType::Int64);
    let by_source: BTreeMap<&str, i64> = clusters
        .column(0)
        .as_string::<i32>()
        .iter()
        .flatten()
        .zip(clusters.column(1).as_primitive::<Int64Type>().values().iter().copied())
        .collect();
    assert_eq!(by_source["7"], 7, "the seventh record is of the source that its column names");
}

#[test]
fn bad_input_says_what_to_do_and_replaces_nothing() {
    let case = case(60);
    link_files(&config(), &case.options, &|_| {}).unwrap();
    let before = std::fs::read(case.options.out.join("edges.parquet")).unwrap();
    let failing = |change: &dyn Fn(&mut FileOptions)| {
        let mut options = case.options.clone();
        change(&mut options);
        link_files(&config(), &options, &|_| {}).unwrap_err().to_string()
    };
    let said = failing(&|options| options.id = "key".to_owned());
    assert!(said.contains("no id column `key`; it has unique_id, first_name"), "{said}");
    let said = failing(&|options| options.truth = Some("person".to_owned()));
    assert!(said.contains("no truth column `person`"), "{said}");
    let said = failing(&|options| options.id = "first_name".to_owned());
    assert!(said.contains("repeats an id within one source"), "{said}");
    let said = failing(&|options| drop(options.inputs.remove(0)));
    assert!(said.contains("no input has `national_id`"), "{said}");
    let said = failing(&|options| options.inputs.clear());
    assert!(said.contains("no input file"), "{said}");
    let said = failing(&|options| options.inputs[1] = options.inputs[0].clone());
    assert!(said.contains("same name"), "{said}");
    let empty = case.folder.path().join("empty.csv");
    std::fs::write(&empty, "unique_id,first_name,last_name,birth_date,national_id,truth\n").unwrap();
    let said = failing(&|options| options.inputs = vec![empty.clone()]);
    assert!(said.contains("no records"), "{said}");
    assert_eq!(std::fs::read(case.options.out.join("edges.parquet")).unwrap(), before);
}

#[test]
fn a_proposal_is_a_file_that_links_and_says_why() {
    let case = case(600);
    let options = ProposeOptions {
        inputs: case.options.inputs.clone(),
        id: "unique_id".to_owned(),
        source: None,
        ignore: vec!["truth".to_owned()],
    };
    let proposed = propose_config(&options).unwrap();
    assert!(!proposed.toml.contains("truth"), "{}", proposed.toml);
    assert!(proposed.toml.matches("\n# ").count() > 6, "{}", proposed.toml);
    let file = SourceFile { path: "linkage.toml".into(), text: proposed.toml.clone() };
    let config = LinkageConfig::parse(&file).unwrap_or_else(|found| panic!("{found}\n{}", proposed.toml));
    let compared: Vec<(&str, &str)> =
        config.comparisons.iter().map(|compare| (compare.column.as_str(), compare.r#as.as_str())).collect();
    for wanted in [("first_name", "name"), ("last_name", "name"), ("birth_date", "date"), ("national_id", "identifier")]
    {
        assert!(compared.contains(&wanted), "{wanted:?} in {compared:?}");
    }
    let quality = link_files(&config, &case.options, &|_| {}).unwrap().quality.unwrap();
    assert!(quality.clusters.f1 > 0.97, "{quality:?}\n{}", proposed.toml);
    assert_eq!(propose_config(&options).unwrap().toml, proposed.toml, "the same files give the same proposal");

    let wrong = propose_config(&ProposeOptions { id: "row".to_owned(), ..options });
    assert!(matches!(&wrong, Err(LinkageError::Input { problem, .. }) if problem.contains("no id column `row`")));
}
