//! Rules as `linkage.toml` states them: what splits a block that is too large, and what they have to do with what is learnt.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_cast::cast;
use arrow_schema::DataType;
use linkage::{FileOptions, FileReport, LinkReport, explain_files, link_files};
use model::LinkageConfig;
use model::diagnostic::SourceFile;
use model::linkage::{Block, Key, Part};

use crate::fixture::Republic;
use crate::loose::read;
use crate::people::{deliver, deliveries, link_now};

fn config(text: &str) -> LinkageConfig {
    let file = SourceFile { path: "linkage.toml".into(), text: text.to_owned() };
    LinkageConfig::parse(&file).unwrap_or_else(|found| panic!("{found}"))
}

/// Those of one day of birth, by id: name and place. Six of them live in Dunmore, one nowhere that is known.
const OF_ONE_DAY: [(&str, &str); 13] = [
    ("Ada", "Arden"),
    ("Ada", "Arden"),
    ("Boris", "Arden"),
    ("Chloe", "Belmont"),
    ("Chloe", "Belmont"),
    ("Ada", "Carrick"),
    ("Ada", ""),
    ("Dimitri", "Dunmore"),
    ("Elena", "Dunmore"),
    ("Farid", "Dunmore"),
    ("Greta", "Dunmore"),
    ("Hugo", "Dunmore"),
    ("Ines", "Dunmore"),
];

/// Writes those of one day, and forty who are there twice, each of a day of their own.
fn people(folder: &std::path::Path) -> FileOptions {
    let path = folder.join("all.csv");
    let mut rows = "unique_id,name,born,place\n".to_owned();
    for (id, (name, place)) in OF_ONE_DAY.iter().enumerate() {
        rows.push_str(&format!("{id},{name},1970-01-02,{place}\n"));
    }
    for twin in 0..80_u8 {
        let who = twin / 2;
        let name: String = ['Q', char::from(b'a' + who / 20), char::from(b'a' + who % 20)].iter().collect();
        rows.push_str(&format!("{},{name},{}-03-04,Easton\n", 100 + u32::from(twin), 1950 + u32::from(who)));
    }
    std::fs::write(&path, rows).unwrap();
    FileOptions::new(vec![path], folder.join("out"))
}

const COMPARED: &str = "[[compare]]\ncolumn = \"name\"\nas = \"name\"\n[[compare]]\ncolumn = \"born\"\nas = \"date\"\n";

fn by_birth(split: &str) -> LinkageConfig {
    config(&format!("threshold = 0.9\nblock_size_max = 5\n[[block]]\non = [\"born\"]\n{split}{COMPARED}"))
}

/// The pairs that were kept among those of one day.
fn pairs_of_one_day(options: &FileOptions) -> BTreeSet<(usize, usize)> {
    let edges = read(&options.out.join("edges.parquet"));
    let ids = |column: &str| -> Vec<usize> {
        let text = cast(edges.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
        let text = text.as_string::<i32>();
        (0..text.len()).map(|row| text.value(row).parse().unwrap()).collect()
    };
    let pairs = ids("id_l").into_iter().zip(ids("id_r")).map(|(one, other)| (one.min(other), one.max(other)));
    pairs.filter(|(_, other)| *other < OF_ONE_DAY.len()).collect()
}

#[test]
fn a_block_that_is_too_large_is_split_by_what_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let options = people(folder.path());
    let told = |report: &FileReport| {
        let [rule] = report.rules.as_slice() else { panic!("{:?}", report.rules) };
        (report.pairs_compared, rule.blocks_split, rule.blocks_skipped, rule.pairs_cut, report.pairs_cut)
    };
    // All 78 pairs of the day are left out where nothing splits it.
    let whole = link_files(&by_birth(""), &options, &|_| {}).unwrap();
    assert_eq!(told(&whole), (40, 0, 1, 78, 78));
    assert!(pairs_of_one_day(&options).is_empty());

    // Three pairs of Arden and one of Belmont; Dunmore is too large by itself.
    let by_place = by_birth("split = [\"place\"]\n");
    let split = link_files(&by_place, &options, &|_| {}).unwrap();
    assert_eq!(told(&split), (44, 1, 1, 74, 74));
    assert_eq!(split.records_without_key, 0, "who lacks what splits a block has the keys of the rule");
    let found = pairs_of_one_day(&options);
    assert!(found.contains(&(0, 1)) && found.contains(&(3, 4)), "{found:?}");
    for (one, other) in &found {
        let place = |record: &usize| OF_ONE_DAY[*record].1;
        assert_eq!(place(one), place(other), "{found:?}");
    }
    for (left, right, is_looked_at) in
        [("0", "1", true), ("0", "2", true), ("3", "4", true), ("0", "5", false), ("0", "6", false), ("7", "8", false)]
    {
        let pair = explain_files(&by_place, &options, (left, right), &|_| {}).unwrap();
        assert_eq!((pair.is_looked_at, pair.rules[0].is_cut), (is_looked_at, !is_looked_at), "{left} {right}");
        assert_eq!(pair.rules[0].records, OF_ONE_DAY.len() as u64);
    }

    // A part of a column splits as well, and two keys split further than one.
    let by_letter = link_files(&by_birth("split = [\"name[..1]\", \"place\"]\n"), &options, &|_| {}).unwrap();
    assert_eq!(told(&by_letter), (42, 1, 0, 76, 76), "Ada twice in Arden, Chloe twice in Belmont");
    assert_eq!(pairs_of_one_day(&options), BTreeSet::from([(0, 1), (3, 4)]));
}

#[test]
fn a_split_by_a_column_that_no_file_has_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = people(folder.path());
    let said = link_files(&by_birth("split = [\"district\"]\n"), &options, &|_| {}).unwrap_err().to_string();
    assert!(said.contains("no input has `district`"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_splits_its_blocks_and_keeps_what_was_cut() {
    let key = |column: &str, part| Key { column: column.to_owned(), part };
    let linked = async |split: Vec<Key>| -> LinkReport {
        let mut republic = Republic::new();
        let config = republic.project.linkage.as_mut().unwrap();
        config.blocks = vec![Block { on: vec![key("birth_date", Part::Year)], split, size_max: None }];
        config.block_size_max = Some(8);
        let opened = republic.open().await;
        deliver(&opened, &republic.project, &deliveries(400)).await;
        link_now(&opened, &republic, "link-1").await.unwrap()
    };
    // Sixty years among more than seven hundred base records: nearly every year is too large.
    let whole = linked(Vec::new()).await;
    let split = linked(vec![key("last_name", Part::Prefix(3))]).await;
    assert_eq!(whole.rules[0].blocks_split, 0);
    assert!(
        whole.rules[0].blocks_skipped > 30 && split.rules[0].blocks_split > 30,
        "{:?} {:?}",
        whole.rules,
        split.rules
    );
    assert!(split.rules[0].blocks_skipped < whole.rules[0].blocks_skipped);
    assert!(split.pairs_cut > 0 && split.pairs_cut < whole.pairs_cut, "{} {}", split.pairs_cut, whole.pairs_cut);
    assert!(split.pairs_compared > whole.pairs_compared && split.persons < whole.persons);

    // What is watched is about base records, the report about all: only donations may make the difference.
    for report in [&whole, &split] {
        let left_out = report.watch.left_out.unwrap();
        assert!(left_out.pairs_cut > 0 && left_out.pairs_cut < report.pairs_cut, "{left_out:?}");
        assert!(left_out.blocks_skipped <= report.rules[0].blocks_skipped);
        assert_eq!(left_out.records_without_key, 0, "everybody was born");
    }
    assert_eq!(whole.watch.left_out.unwrap().blocks_split, 0);
    assert!(split.watch.left_out.unwrap().blocks_split > 30);
}

#[test]
fn a_file_that_gives_nothing_to_learn_over_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let options = people(folder.path());
    let warned = |report: &FileReport| -> bool {
        report.warnings.iter().any(|warning| warning.contains("the blocking rules were learnt over"))
    };
    let learnt = |rules: &str, compared: &str| {
        link_files(&config(&format!("threshold = 0.9\n{rules}{compared}")), &options, &|_| {}).unwrap()
    };
    let rules = "[[block]]\non = [\"born\"]\n";
    assert!(!warned(&learnt(rules, COMPARED)), "a name and a date are learnt over");
    let texts = "[[compare]]\ncolumn = \"name\"\nas = \"text\"\n[[compare]]\ncolumn = \"place\"\nas = \"code\"\n";
    assert!(warned(&learnt(rules, texts)));
}

#[test]
fn a_rule_more_changes_no_weight_of_a_pair() {
    let folder = tempfile::tempdir().unwrap();
    let options = people(folder.path());
    let weights = |rules: &str| -> BTreeMap<String, f64> {
        let config = config(&format!("threshold = 0.9\n{rules}{COMPARED}"));
        let explained = ["1", "3", "5", "7"].map(|other| {
            let pair = explain_files(&config, &options, ("0", other), &|_| {}).unwrap();
            assert!(pair.model_learnt);
            (other.to_owned(), pair.match_weight)
        });
        explained.into_iter().collect()
    };
    let one = "[[block]]\non = [\"born\"]\n";
    let more = format!("{one}[[block]]\non = [\"name[..1]\"]\n[[block]]\non = [\"place\"]\nsplit = [\"name\"]\n");
    assert_eq!(weights(one), weights(&more));
}
