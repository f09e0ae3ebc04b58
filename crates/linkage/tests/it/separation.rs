//! No stored row joins two registers, and political registers move nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use linkage::why::Why;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::fixture::{Opened, Republic, Row, parquet_files, record};
use crate::people::{Deliveries, check_story, deliver, deliveries, link_now, links, persons, table};

/// Puts a word that no other register has into every text that only this register has. Names and dates stay, so that
/// records are linked all the same.
fn mark(rows: &mut [Row], word: &str) {
    for value in rows.iter_mut().flat_map(|row| row.own.iter_mut().flatten()) {
        let is_income = value.len() < 9 && value.parse::<i64>().is_ok();
        if !is_income {
            value.push_str(word);
        }
    }
}

const WORDS: [&str; 3] = ["qtaxq", "qcensusq", "qdonationsq"];

#[tokio::test(flavor = "multi_thread")]
async fn no_row_on_disk_joins_two_registers() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(80);
    mark(&mut made.tax, WORDS[0]);
    mark(&mut made.census, WORDS[1]);
    mark(&mut made.donations, WORDS[2]);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let mut sizes: BTreeMap<i64, u32> = BTreeMap::new();
    for person in persons(&opened).await.into_values() {
        *sizes.entry(person).or_default() += 1;
    }
    assert!(sizes.values().filter(|size| **size > 1).count() > 40, "there is something to join");

    let mut rows_seen = [0_u64; 3];
    for path in parquet_files(&republic.project.data_dir()) {
        #[expect(clippy::disallowed_methods, reason = "what lies on the disk is looked at as it is")]
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().build().unwrap();
        for batch in reader {
            let batch = batch.unwrap();
            let mut texts = vec![String::new(); batch.num_rows()];
            for column in batch.columns().iter().filter(|column| !column.data_type().is_nested()) {
                let column = cast(column, &DataType::Utf8).unwrap();
                for (row, value) in column.as_string::<i32>().iter().enumerate() {
                    texts[row].push_str(value.unwrap_or_default());
                }
            }
            if path.parent().is_some_and(|folder| folder.ends_with("spine/models")) {
                texts.iter().for_each(|text| check_model(text, &made));
                continue;
            }
            for (row, text) in texts.iter().enumerate() {
                let found: Vec<usize> = (0..3).filter(|register| text.contains(WORDS[*register])).collect();
                assert!(found.len() <= 1, "{} row {row} joins registers", path.display());
                found.iter().for_each(|register| rows_seen[*register] += 1);
                let in_spine = path.components().any(|part| part.as_os_str() == "spine");
                assert!(!in_spine || found.is_empty(), "{} row {row} holds a value", path.display());
            }
        }
    }
    // Registers and their models were looked at: the test would see a joined row.
    assert!(rows_seen.iter().all(|rows| *rows > 0), "{rows_seen:?}");
}

/// A matching model knows how frequent values are, over all registers. It names nobody: a value is in it only when five
/// records or more have it.
fn check_model(text: &str, made: &Deliveries) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in made.tax.iter().chain(&made.census).chain(&made.donations) {
        for value in row.first_name.iter().chain(&row.last_name).chain(row.own.iter().flatten()) {
            *seen.entry(value.to_lowercase()).or_default() += 1;
        }
    }
    let rare: Vec<&String> = seen.iter().filter(|(_, count)| **count < 5).map(|(value, _)| value).collect();
    assert!(rare.len() > 50);
    for value in rare {
        assert!(!text.contains(&format!("\"{value}\"")), "a value of few records is in a model");
    }
}

/// Gives which base records are together.
async fn groups(made: &Deliveries) -> BTreeSet<BTreeSet<String>> {
    let republic = Republic::new();
    let opened = republic.open().await;
    deliver(&opened, &republic.project, made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let mut groups: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for (record, person) in persons(&opened).await {
        if !record.starts_with("donations:") {
            groups.entry(person).or_default().insert(record);
        }
    }
    groups.into_values().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attached_registers_move_no_base_person() {
    let made = deliveries(150);
    let mut many = made.clone();
    // Donations that would connect people, were they allowed to.
    for (number, row) in made.tax.iter().enumerate() {
        let mut bridge = row.clone();
        bridge.key = format!("bridge-{number}");
        bridge.last_name = made.tax[(number + 1) % made.tax.len()].last_name.clone();
        bridge.own = vec![Some("Bridge Party".to_owned())];
        many.donations.push(bridge);
    }
    let mut none = made.clone();
    none.donations.truncate(0);
    none.donations.push(made.donations[0].clone());
    assert_eq!(groups(&many).await, groups(&none).await);
}

/// Gives the rows of a table of the spine that name no donation in these columns.
async fn rows_without_donations(opened: &Opened, name: &'static str, columns: [&str; 2]) -> RecordBatch {
    let batches = table(opened, name).await;
    let all = concat_batches(&batches[0].schema(), &batches).unwrap();
    let names = columns.map(|column| all.column_by_name(column).unwrap().as_string::<i32>());
    let is_kept = |row: usize| names.iter().all(|names| !names.value(row).starts_with("donations"));
    let kept: BooleanArray = (0..all.num_rows()).map(|row| Some(is_kept(row))).collect();
    filter_record_batch(&all, &kept).unwrap()
}

/// Links, and gives the rows of links and uncertain pairs that are of base records.
async fn base_rows(republic: &Republic, made: &Deliveries) -> [RecordBatch; 2] {
    let opened = republic.open().await;
    deliver(&opened, &republic.project, made).await;
    link_now(&opened, republic, "link-1").await.unwrap();
    [
        rows_without_donations(&opened, "links", ["register", "register"]).await,
        rows_without_donations(&opened, "pairs", ["left", "right"]).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn base_rows_are_the_same_byte_for_byte_whatever_is_attached() {
    let mut made = deliveries(150);
    for (number, row) in made.tax.iter().enumerate() {
        // Everybody gave, some under a name that is nearly another's, and so did people whom no other register knows.
        let mut gift = row.clone();
        gift.own = vec![Some("Reform Party".to_owned())];
        let mut bridge = gift.clone();
        bridge.last_name = made.tax[(number + 1) % made.tax.len()].last_name.clone();
        let mut stranger = gift.clone();
        stranger.first_name = Some(format!("Zenobia{number}"));
        stranger.birth_date = made.tax[(number + 2) % made.tax.len()].birth_date;
        for (kind, mut row) in [("gift", gift), ("bridge", bridge), ("stranger", stranger)] {
            row.key = format!("{kind}-{number}");
            made.donations.push(row);
        }
    }
    let with = Republic::new();
    let mut without = Republic::new();
    without.project.models.shift_remove("person_donations").unwrap();
    without.project.linkage.as_mut().unwrap().attach.clear();
    let [links, pairs] = base_rows(&with, &made).await;
    assert_eq!(links.num_rows(), made.tax.len() + made.census.len());
    assert!(pairs.num_rows() > 0);
    assert_eq!([links, pairs], base_rows(&without, &made).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_record_with_nothing_but_gifts_is_alone() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(60);
    made.tax.push(Row::new("solo", "Zenobia", "Quackenbush", (1999, 9, 9), &["999999999", "1"]));
    for number in 0..3 {
        let key = format!("solo-{number}");
        made.donations.push(Row::new(&key, "Zenobia", "Quackenbush", (1999, 9, 9), &["Reform Party"]));
    }
    let solo = record("tax", "solo").to_string();
    let gifts: Vec<String> = (0..3).map(|number| record("donations", &format!("solo-{number}")).to_string()).collect();
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let before = links(&opened).await;
    assert_eq!(serde_json::from_str::<Why>(&before[&solo].why).unwrap(), Why::Alone);
    assert_eq!((&before[&solo].via, before[&solo].weight), (&None, None));
    for gift in &gifts {
        assert_eq!(before[gift].person, before[&solo].person);
        assert!(before[gift].via.is_some(), "the gift's own row says why");
    }

    // The taxpayer takes another name: the three gifts stay together and are no longer of that person, who keeps the id.
    let taxpayer = made.tax.last_mut().unwrap();
    *taxpayer = Row::new("solo", "Ottoline", "Vandersloot", (1950, 1, 2), &["999999999", "1"]);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-2").await.unwrap();
    let after = persons(&opened).await;
    assert_eq!(after[&solo], before[&solo].person);
    let of_gifts: BTreeSet<i64> = gifts.iter().map(|gift| after[gift]).collect();
    assert_eq!(of_gifts.len(), 1);
    assert!(!of_gifts.contains(&after[&solo]));
    check_story(&opened).await;
}
