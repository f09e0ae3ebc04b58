//! The pairs that blocking gives, against brute force.

use matching::{Block, Comparison, Dataset, Error, Kind, Partition, Predictions, Settings, Silent};
use proptest::prelude::*;

use crate::people::batch;

fn settings(blocks: Vec<Block>) -> Settings {
    Settings {
        comparisons: vec![Comparison::new("a", Kind::Exact), Comparison::new("b", Kind::Exact)],
        blocks,
        source: Some("source".to_owned()),
        edge_weight_min: -1e6,
        ..Settings::default()
    }
}

fn predicted(settings: &Settings, rows: &[Vec<String>]) -> matching::Predictions {
    let data = Dataset::new(settings, &batch(&["source", "a", "b", "c"], rows)).unwrap();
    matching::predict(&data, &matching::Model::presumed(settings), &Silent).unwrap()
}

fn pairs(predictions: &matching::Predictions) -> Vec<(u32, u32, u8)> {
    let mut pairs: Vec<_> = predictions.edges.iter().map(|edge| (edge.left, edge.right, edge.rule)).collect();
    pairs.sort_unstable();
    pairs
}

fn agree(block: &Block, left: &[String], right: &[String]) -> bool {
    block.keys.iter().all(|key| {
        let at = ["source", "a", "b", "c"].iter().position(|name| *name == key.column).unwrap();
        key.of(&left[at]).is_some_and(|key_left| key.of(&right[at]) == Some(key_left))
    })
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = ["[xy]", "[ab]{0,2}", "[ab]{0,3}", "[0-2]{0,1}"].map(|value| value.prop_map(|text: String| text));
    prop::collection::vec(row.prop_map(|values: [String; 4]| values.to_vec()), 2..40)
}

proptest! {
    #[test]
    fn every_pair_once_by_its_first_rule(rows in rows(), link_only in any::<bool>()) {
        let blocks = vec![
            Block::on(["a", "b[..1]", "c"]).unwrap(),
            Block::on(["letters(b)"]).unwrap(),
            Block::on(["a", "c"]).unwrap(),
        ];
        let settings = Settings { link_only, ..settings(blocks) };
        let mut expected = Vec::new();
        for left in 0..rows.len() {
            for right in left + 1..rows.len() {
                let first = settings.blocks.iter().position(|block| agree(block, &rows[left], &rows[right]));
                if let Some(rule) = first.filter(|_| !link_only || rows[left][0] != rows[right][0]) {
                    expected.push((left as u32, right as u32, rule as u8));
                }
            }
        }
        let predictions = predicted(&settings, &rows);
        prop_assert_eq!(predictions.report.pairs_scored, expected.len() as u64);
        prop_assert_eq!(pairs(&predictions), expected);
    }

    #[test]
    fn what_is_cut_is_counted_and_left_to_later_rules(
        rows in rows(),
        block_size_max in 2_usize..10,
        own_size_max in prop::option::of(2_usize..10),
    ) {
        let blocks = vec![
            Block::on(["a"]).unwrap().split_by(["c"]).unwrap(),
            Block { size_max: own_size_max, ..Block::on(["letters(b)"]).unwrap() },
        ];
        let settings = Settings { block_size_max, ..settings(blocks) };
        let size = |block: &Block, row: &Vec<String>| rows.iter().filter(|other| agree(block, row, other)).count();
        let split = Block::on(["a", "c"]).unwrap();
        let mut expected = Vec::new();
        let mut cut = [0_u64; 2];
        for left in 0..rows.len() {
            for right in left + 1..rows.len() {
                let (one, other) = (&rows[left], &rows[right]);
                let mut given = None;
                for (rule, block) in settings.blocks.iter().enumerate().rev() {
                    if !agree(block, one, other) {
                        continue;
                    }
                    let size_max = block_size_max.min(block.size_max.unwrap_or(usize::MAX));
                    let fits = size(block, one) <= size_max
                        || rule == 0 && agree(&split, one, other) && size(&split, one) <= block_size_max;
                    if fits { given = Some(rule) } else { cut[rule] += 1 }
                }
                if let Some(rule) = given {
                    expected.push((left as u32, right as u32, rule as u8));
                }
            }
        }
        let predictions = predicted(&settings, &rows);
        prop_assert_eq!(pairs(&predictions), expected);
        let told: Vec<u64> = predictions.report.rules.iter().map(|rule| rule.pairs_cut).collect();
        prop_assert_eq!(told, cut);
    }
}

#[test]
fn large_blocks_are_cut_into_tiles_without_loss() {
    let rows: Vec<Vec<String>> = (0..700).map(|at| vec!["x".into(), "a".into(), format!("{at}"), "0".into()]).collect();
    let settings = settings(vec![Block::on(["a"]).unwrap()]);
    let predictions = predicted(&settings, &rows);
    assert_eq!(predictions.report.pairs_scored, 700 * 699 / 2);
    let mut found = pairs(&predictions);
    found.dedup();
    assert_eq!(found.len(), 700 * 699 / 2);
}

#[test]
fn edges_as_arrow() {
    let rows: Vec<Vec<String>> = (0..4).map(|_| ["x", "a", "b", "0"].map(str::to_owned).to_vec()).collect();
    let settings = settings(vec![Block::on(["a"]).unwrap()]);
    let data = Dataset::new(&settings, &batch(&["source", "a", "b", "c"], &rows)).unwrap();
    let model = matching::Model::presumed(&settings);
    let predictions = matching::predict(&data, &model, &Silent).unwrap();
    let table = predictions.to_record_batch(&data, &model).unwrap();
    assert_eq!((table.num_rows(), table.num_columns()), (6, 6));
    let patterns = table.column(4).as_any().downcast_ref::<arrow_array::UInt64Array>().unwrap();
    assert!(patterns.values().iter().all(|pattern| *pattern == 0x11), "both comparisons are at level 1");
}

#[test]
fn what_is_refused() {
    let good = settings(vec![Block::on(["a"]).unwrap()]);
    let records = batch(&["source", "a"], &[vec!["x", "y"]]);
    assert!(matches!(Dataset::new(&good, &records), Err(Error::ColumnMissing { column, .. }) if column == "b"));
    let numbers: arrow_array::ArrayRef = std::sync::Arc::new(arrow_array::Int32Array::from(vec![1]));
    let records =
        arrow_array::RecordBatch::try_from_iter([("source", numbers.clone()), ("a", numbers.clone()), ("b", numbers)])
            .unwrap();
    assert!(matches!(Dataset::new(&good, &records), Err(Error::ColumnType { .. })));
    let refused = [
        Settings { blocks: vec![], ..good.clone() },
        Settings { comparisons: vec![], ..good.clone() },
        Settings { threshold: 1.0, ..good.clone() },
        Settings { prior: Some(0.0), ..good.clone() },
        Settings { comparisons: vec![Comparison::new("a", Kind::Address)], ..good.clone() },
        Settings { comparisons: vec![Comparison::new("a", Kind::Exact); 2], ..good.clone() },
        Settings { source: None, link_only: true, ..good.clone() },
        Settings { one_record_per_person: [("x".to_owned(), 1.0)].into(), ..good },
    ];
    for settings in refused {
        assert!(matches!(settings.check(), Err(Error::Settings(_))), "{settings:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_blocks_that_two_share_say_whether_the_pair_is_looked_at(rows in rows(), block_size_max in 2_usize..8) {
        let blocks = vec![
            Block::on(["a"]).unwrap().split_by(["c"]).unwrap(),
            Block { size_max: Some(5), ..Block::on(["letters(b)"]).unwrap() },
        ];
        let settings = Settings { block_size_max, attach_only: ["y".to_owned()].into(), ..settings(blocks) };
        let data = Dataset::new(&settings, &batch(&["source", "a", "b", "c"], &rows)).unwrap();
        let found = pairs(&predicted(&settings, &rows));
        for left in 0..rows.len() as u32 {
            for right in left + 1..rows.len() as u32 {
                let (one, other) = (&rows[left as usize], &rows[right as usize]);
                let shared = matching::shared_blocks(&data, left, right).unwrap();
                let agreeing = settings.blocks.iter().filter(|block| agree(block, one, other)).map(Block::name);
                prop_assert!(shared.iter().map(|block| block.rule.clone()).eq(agreeing));
                prop_assert!(shared.iter().all(|block| block.records >= 2));
                let is_found = found.iter().any(|(a, b, _)| (*a, *b) == (left, right));
                prop_assert_eq!(shared.iter().any(|block| !block.is_cut), is_found);
            }
        }
        prop_assert!(matching::shared_blocks(&data, 0, rows.len() as u32).is_err());
    }

    #[test]
    fn records_without_a_key_are_counted_once_however_the_work_is_cut(rows in rows(), parts in 1_u32..5) {
        let settings = settings(vec![Block::on(["a", "c"]).unwrap(), Block::on(["letters(b)"]).unwrap()]);
        let data = Dataset::new(&settings, &batch(&["source", "a", "b", "c"], &rows)).unwrap();
        let model = matching::Model::presumed(&settings);
        let lacks = |block: &Block, row: &Vec<String>| !agree(block, row, row);
        let expected: Vec<u64> = settings
            .blocks
            .iter()
            .map(|block| rows.iter().filter(|row| lacks(block, row)).count() as u64)
            .collect();
        let none = rows.iter().filter(|row| settings.blocks.iter().all(|block| lacks(block, row))).count() as u64;
        let whole = predicted(&settings, &rows).report;
        let told: Vec<u64> = whole.rules.iter().map(|rule| rule.records_without_key).collect();
        prop_assert_eq!((told, whole.records_without_key), (expected, none));
        let parts = Partition::all(parts).map(|part| matching::predict_partition(&data, &model, part, &Silent).unwrap());
        prop_assert_eq!(Predictions::merge(parts).unwrap().report, whole);
    }
}
