//! The work cut into partitions by block: the same edges and clusters as a whole run, in one process or in several.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use arrow_array::RecordBatch;
use matching::{
    Block, Clustering, Comparison, Dataset, Edge, Error, Judgements, Kind, Model, Partition, PredictionReport,
    Predictions, Settings, Silent, predict_partition,
};
use proptest::prelude::*;

use crate::people::batch;
use crate::town::{COLUMNS, Town, town};

const FOLDER: &str = "LUCARNE_MATCHING_PARTITION_FOLDER";
const PARTITION: &str = "LUCARNE_MATCHING_PARTITION";

/// Every kind of cut is there: blocks that are skipped, split, have a limit of their own; and a source that is attached.
pub(crate) fn settings() -> Settings {
    Settings {
        comparisons: vec![
            Comparison::new("forename", Kind::GivenName).with_term_frequency(),
            Comparison::new("surname", Kind::FamilyName).with_term_frequency(),
            Comparison::of(["forename", "surname"], Kind::SwappedNames),
            Comparison::new("date_of_birth", Kind::Date),
            Comparison::new("social_insurance_no", Kind::Identifier),
            Comparison::of(["house_no", "street_name", "post_code"], Kind::Address),
        ],
        blocks: vec![
            Block::on(["digits(social_insurance_no)"]).unwrap(),
            Block::on(["soundex(surname)"]).unwrap().split_by(["date_of_birth.year"]).unwrap(),
            Block::on(["street_name"]).unwrap(),
            Block { size_max: Some(4), ..Block::on(["forename", "surname"]).unwrap() },
            Block::on(["date_of_birth", "forename[..1]"]).unwrap(),
            Block::on(["post_code", "house_no", "surname[..2]"]).unwrap(),
        ],
        source: Some("register".to_owned()),
        id: Some("record_ref".to_owned()),
        attach_only: ["clinic".to_owned()].into(),
        block_size_max: 40,
        random_pairs: 200_000,
        ..Settings::default()
    }
}

fn records() -> Town {
    town(2500, 11)
}

fn dataset(settings: &Settings, town: &Town) -> Dataset {
    Dataset::new(settings, &batch(&COLUMNS, &town.rows)).unwrap()
}

/// Edges in an order of their own, with the bits of their weights.
fn in_order(edges: &[Edge]) -> Vec<(u32, u32, u32, u8)> {
    let mut edges: Vec<_> =
        edges.iter().map(|edge| (edge.left, edge.right, edge.weight.to_bits(), edge.rule)).collect();
    edges.sort_unstable();
    edges
}

fn clusters(data: &Dataset, model: &Model, predictions: &Predictions) -> Clustering {
    matching::cluster(data, model, predictions, &Judgements::default()).unwrap()
}

fn file_of(folder: &Path, partition: Partition) -> PathBuf {
    folder.join(format!("edges-{}-of-{}.arrow", partition.index(), partition.of()))
}

/// Not a test of its own: a process that scores one partition. It has the records, the settings and the model, and leaves
/// its edges in a file.
#[test]
fn the_process_of_one_partition() {
    let (Some(folder), Ok(partition)) = (std::env::var_os(FOLDER), std::env::var(PARTITION)) else { return };
    let folder = PathBuf::from(folder);
    let partition: Partition = serde_json::from_str(&partition).unwrap();
    let model: Model = serde_json::from_reader(File::open(folder.join("model.json")).unwrap()).unwrap();
    let data = dataset(&settings(), &records());
    let predictions = predict_partition(&data, &model, partition, &Silent).unwrap();
    let table = predictions.to_record_batch(&data, &model).unwrap();
    let report = serde_json::to_string(&predictions.report).unwrap();
    let schema = table.schema().as_ref().clone().with_metadata([("report".to_owned(), report)].into());
    let table = table.with_schema(schema.into()).unwrap();
    let file = File::create(file_of(&folder, partition)).unwrap();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &table.schema()).unwrap();
    writer.write(&table).unwrap();
    writer.finish().unwrap();
}

fn read(path: &Path) -> RecordBatch {
    let reader = arrow_ipc::reader::FileReader::try_new(File::open(path).unwrap(), None).unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    batches.into_iter().next().unwrap()
}

#[test]
fn separate_processes_give_what_one_gives() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("partitions-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let data = dataset(&settings(), &records());
    let (model, _) = matching::train(&data, &Silent).unwrap();
    serde_json::to_writer(File::create(folder.join("model.json")).unwrap(), &model).unwrap();
    let whole = matching::predict(&data, &model, &Silent).unwrap();
    let reports = &whole.report.rules;
    assert!(reports.iter().any(|rule| rule.blocks_split > 0) && reports.iter().any(|rule| rule.blocks_skipped > 0));
    assert!(whole.edges.iter().any(|edge| data.is_attached(edge.left)) && whole.edges.len() > 1000);

    let processes: Vec<_> = Partition::all(4)
        .map(|partition| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "partitions::the_process_of_one_partition", "--nocapture"])
                .env(FOLDER, &folder)
                .env(PARTITION, serde_json::to_string(&partition).unwrap())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }

    // As they may come from an engine: in any order.
    let parts: Vec<Predictions> = [2, 0, 3, 1]
        .map(|index| {
            let table = read(&file_of(&folder, Partition::new(index, 4).unwrap()));
            let report: PredictionReport = serde_json::from_str(&table.schema().metadata()["report"]).unwrap();
            Predictions { edges: Predictions::edges_from(&table).unwrap(), report }
        })
        .into();
    std::fs::remove_dir_all(&folder).unwrap();
    let share = |part: &Predictions| part.report.pairs_scored as f64 / whole.report.pairs_scored as f64;
    assert!(parts.iter().map(share).all(|share| (0.15..0.35).contains(&share)), "the work is shared about equally");
    let merged = Predictions::merge(parts).unwrap();
    assert_eq!(in_order(&merged.edges), in_order(&whole.edges));
    assert_eq!(merged.report, whole.report);
    assert_eq!(clusters(&data, &model, &merged), clusters(&data, &model, &whole));
    // The weights as they are given out, in all of their 64 bits.
    let bits = |predictions: &Predictions| {
        let mut sorted = predictions.clone();
        sorted.edges.sort_unstable_by_key(|edge| (edge.left, edge.right));
        sorted.to_record_batch(&data, &model).unwrap()
    };
    assert_eq!(bits(&merged), bits(&whole));
}

#[test]
fn a_block_is_in_the_partition_of_its_word() {
    let (settings, town) = (settings(), town(400, 12));
    let data = dataset(&settings, &town);
    let model = Model::presumed(&settings);
    for partition in Partition::all(3) {
        let predictions = predict_partition(&data, &model, partition, &Silent).unwrap();
        assert!(!predictions.edges.is_empty());
        for edge in predictions.edges {
            let block = &settings.blocks[usize::from(edge.rule)];
            let word = |record: u32| {
                block.word(|column| {
                    let at = COLUMNS.iter().position(|name| *name == column)?;
                    Some(town.rows[record as usize][at].as_str())
                })
            };
            assert_eq!(word(edge.left), word(edge.right));
            assert!(partition.takes(word(edge.left).unwrap()), "{partition}: {}", block.name());
        }
    }
}

#[test]
fn what_is_not_of_one_run_is_not_merged() {
    let predictions = |settings: &Settings| {
        let data = dataset(settings, &town(30, 13));
        matching::predict(&data, &Model::presumed(settings), &Silent).unwrap()
    };
    let fewer = Settings { blocks: settings().blocks[..2].to_vec(), ..settings() };
    let refused = Predictions::merge([predictions(&settings()), predictions(&fewer)]);
    assert!(matches!(refused, Err(Error::Settings(_))));
    assert!(Predictions::merge([]).unwrap().edges.is_empty());
    let table = batch(&["left", "right"], &[vec!["1", "2"]]);
    assert!(matches!(Predictions::edges_from(&table), Err(Error::Arrow(_))));
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = ["[xyz]", "[ab]{0,2}", "[ab]{0,3}", "[0-2]{0,1}"].map(|value| value.prop_map(|text: String| text));
    prop::collection::vec(row.prop_map(|values: [String; 4]| values.to_vec()), 2..40)
}

proptest! {
    #[test]
    fn partitions_are_disjoint_and_complete(
        rows in rows(),
        block_size_max in 2_usize..12,
        link_only in any::<bool>(),
        attached in any::<bool>(),
    ) {
        let settings = Settings {
            comparisons: vec![Comparison::new("a", Kind::Exact), Comparison::new("b", Kind::Exact)],
            blocks: vec![
                Block::on(["a", "b[..1]", "c"]).unwrap(),
                Block::on(["a"]).unwrap().split_by(["c"]).unwrap(),
                Block::on(["letters(b)"]).unwrap(),
                Block::on(["c"]).unwrap(),
            ],
            source: Some("source".to_owned()),
            attach_only: if attached { ["y".to_owned(), "z".to_owned()].into() } else { Default::default() },
            edge_weight_min: -1e6,
            block_size_max,
            link_only,
            ..Settings::default()
        };
        let data = Dataset::new(&settings, &batch(&["source", "a", "b", "c"], &rows)).unwrap();
        let model = Model::presumed(&settings);
        let whole = matching::predict(&data, &model, &Silent).unwrap();
        for of in 1..=5 {
            let parts: Vec<Predictions> = Partition::all(of)
                .map(|partition| predict_partition(&data, &model, partition, &Silent).unwrap())
                .collect();
            let merged = Predictions::merge(parts).unwrap();
            // All pairs scored are edges here, and a pair that came twice would be here twice.
            prop_assert_eq!(in_order(&merged.edges), in_order(&whole.edges));
            prop_assert_eq!(&merged.report, &whole.report);
            prop_assert_eq!(clusters(&data, &model, &merged), clusters(&data, &model, &whole));
        }
    }
}

/// Not a test of the result: says what a partition costs beside a whole run. `cargo test -p matching --test it -- --ignored
/// --nocapture measure_partitions`.
#[test]
#[ignore = "measures, and takes a minute"]
fn measure_partitions() {
    let settings = Settings { block_size_max: 2000, ..settings() };
    let data = dataset(&settings, &town(100_000, 14));
    let model = Model::presumed(&settings);
    let timed = |partition: Partition| {
        let started = std::time::Instant::now();
        let predictions = predict_partition(&data, &model, partition, &Silent).unwrap();
        (started.elapsed().as_secs_f64(), predictions.report)
    };
    println!("{} records", data.len());
    for of in [1, 4, 16] {
        let parts: Vec<_> = Partition::all(of).map(timed).collect();
        let (seconds, pairs): (Vec<f64>, Vec<f64>) =
            parts.iter().map(|(seconds, report)| (*seconds, report.pairs_scored as f64)).unzip();
        let most = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
        println!(
            "{of} partitions: {:.2} s in all, {:.2} s the longest; {:.0} pairs in all, {:.0} the most",
            seconds.iter().sum::<f64>(),
            most(&seconds),
            pairs.iter().sum::<f64>(),
            most(&pairs)
        );
    }
}
