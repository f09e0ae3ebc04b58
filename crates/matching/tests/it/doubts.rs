//! What training says it does not know.

use matching::{Block, Comparison, Dataset, Doubt, DoubtKind, Kind, Settings, Silent, TrainingReport};

use crate::people::batch;
use crate::training::{COLUMNS, planted, settings};

/// Trains on planted rows with a further column, made from the row and its number.
fn train(settings: &Settings, people: usize, further: impl Fn(usize, &[String]) -> String) -> TrainingReport {
    let mut rows = planted(people, 6);
    for (at, row) in rows.iter_mut().enumerate() {
        let value = further(at, row);
        row.push(value);
    }
    let columns: Vec<&str> = COLUMNS.iter().copied().chain(["f"]).collect();
    let data = Dataset::new(settings, &batch(&columns, &rows)).unwrap();
    matching::train(&data, &Silent).unwrap().1
}

fn says(report: &TrainingReport, what: &str) -> bool {
    report.warnings.iter().any(|warning| warning.contains(what))
}

/// Settings that compare the further column too, and learn from these columns.
fn with_further(training: &[&str]) -> Settings {
    let mut settings = settings();
    settings.comparisons.push(Comparison::new("f", Kind::Exact));
    settings.training = training.iter().map(|column| Block::on([*column]).unwrap()).collect();
    settings.random_pairs = 50_000;
    settings
}

#[test]
fn a_level_that_random_pairs_alone_have_is_not_seen_among_matches() {
    // Whoever agrees on the one column that training looks for agrees on the further one too.
    let report = train(&with_further(&["a"]), 300, |_, row| row[0].clone());
    let said = "f: random pairs are at the level \"different\", but among matches it was never seen";
    assert!(says(&report, said), "{:?}", report.warnings);
}

#[test]
fn levels_that_hardly_any_match_has_are_said() {
    // The further column names the person in both records, so that a match never differs, while other pairs do.
    let report = train(&with_further(&["a", "b"]), 300, |at, _| format!("person{}", at / 2));
    assert!(says(&report, "f: fewer than one match is expected at the level \"different\""), "{:?}", report.warnings);
    assert!(
        says(&report, "f: fewer than one match is expected at any other level than \"equal\", whose m runs to 1"),
        "{:?}",
        report.warnings
    );
    assert!(!says(&report, "c: fewer than one"), "what slips now and then is no such level: {:?}", report.warnings);
    assert!(!says(&report, "person"), "no value is named: {:?}", report.warnings);
    assert_eq!(report.doubts.len(), report.warnings.len(), "each sentence has its kind");
    let level = |doubt: &Doubt| (doubt.about.clone().unwrap_or_default(), doubt.level.clone().unwrap_or_default());
    let of_kind = |kind| report.doubts.iter().filter(|doubt| doubt.kind == kind).map(level).collect::<Vec<_>>();
    assert!(of_kind(DoubtKind::RunsToOne).contains(&("f".to_owned(), "equal".to_owned())), "{:?}", report.doubts);
    assert!(of_kind(DoubtKind::FewAtLevel).contains(&("f".to_owned(), "different".to_owned())), "{:?}", report.doubts);
    let of_before = TrainingReport { doubts: Vec::new(), ..report.clone() };
    assert!(of_before.doubted().iter().all(|doubt| doubt.kind == DoubtKind::Said), "sentences are kept as they are");
    assert_eq!(of_before.doubted().len(), report.doubted().len());
}

#[test]
fn blocks_that_training_leaves_out_are_said() {
    let mut settings = with_further(&["a", "e"]);
    settings.block_size_max = 20;
    let report = train(&settings, 300, |at, _| format!("person{}", at / 2));
    let [a, e] = report.blocks.as_slice() else { panic!("{:?}", report.blocks) };
    assert_eq!((a.blocks_skipped, a.pairs_cut), (0, 0));
    // Ten values of six hundred records: every block is over the limit.
    assert_eq!((e.blocks_skipped, e.pairs, e.sampled), (10, 0, 1.0));
    assert!(e.pairs_cut >= 10 * 21 * 20 / 2, "{}", e.pairs_cut);
    let said = format!("e: training leaves out its blocks over the limit (10), and with them {} pairs", e.pairs_cut);
    assert!(says(&report, &said), "{:?}", report.warnings);
    assert!(!says(&report, "a: training leaves out"), "{:?}", report.warnings);
}

#[test]
fn households_that_nothing_tells_are_said() {
    let mut settings = with_further(&["a", "c", "f"]);
    settings.comparisons[2].household = Some(true);
    settings.comparisons[5].household = Some(true);
    let alone = "no training block leaves two comparisons that households share";
    // Nobody lives with anybody.
    let report = train(&settings, 300, |at, _| format!("house{}", at / 2));
    assert!(!says(&report, alone), "in the block of a both are left: {:?}", report.warnings);
    assert!(says(&report, "pairs of different people of one household inform h"), "{:?}", report.warnings);

    settings.training.remove(0);
    let report = train(&settings, 300, |at, _| format!("house{}", at / 2));
    assert!(says(&report, alone), "{:?}", report.warnings);
}

#[test]
fn a_report_of_before_is_read_without_what_it_did_not_count() {
    let report = train(&with_further(&["a"]), 20, |_, row| row[1].clone());
    let mut old = serde_json::to_value(&report).unwrap();
    let block = old["blocks"][0].as_object_mut().unwrap();
    assert!(block.remove("blocks_skipped").is_some() && block.remove("pairs_cut").is_some());
    let read: TrainingReport = serde_json::from_value(old).unwrap();
    assert_eq!((read.blocks[0].blocks_skipped, read.blocks[0].pairs), (0, report.blocks[0].pairs));
}
