//! Writing, versions, deleting, and what the log says.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampNanosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use chrono::TimeDelta;
use lake::{Compared, Filter, LakeError, Namespace, TableRef, Write, WriteMode};

use crate::rows::{TestLake, all, batch, owned, people, rows_of, schema, write};

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_does_what_it_says() {
    let test = TestLake::new().await;
    assert_eq!(test.lake.info(&people()).await.unwrap(), None);

    let first = test.lake.write(write(&[("Ann", 1), ("Bob", 2)], WriteMode::Append)).await.unwrap();
    assert_eq!((first.version, first.rows), (0, 2), "making the table and writing its rows is one commit");
    test.lake.write(write(&[("Cid", 3)], WriteMode::Append)).await.unwrap();
    assert_eq!(all(&test.authority).await, owned(&[("Ann", 1), ("Bob", 2), ("Cid", 3)]));

    let upsert = write(&[("Bob", 20), ("Dan", 4)], WriteMode::UpsertBy("name".into()));
    assert_eq!(test.lake.write(upsert).await.unwrap().version, 2);
    let mut rows = all(&test.authority).await;
    rows.sort();
    assert_eq!(rows, owned(&[("Ann", 1), ("Bob", 20), ("Cid", 3), ("Dan", 4)]));

    test.lake.write(write(&[("Eve", 5)], WriteMode::Overwrite)).await.unwrap();
    assert_eq!(all(&test.authority).await, owned(&[("Eve", 5)]));

    let old = test.authority.scan(&people(), Some(0), None, None).await.unwrap();
    assert_eq!(rows_of(old).await.unwrap(), owned(&[("Ann", 1), ("Bob", 2)]), "older versions can be read");
    let missing = test.authority.scan(&people(), Some(9), None, None).await.err().unwrap();
    assert!(matches!(missing, LakeError::NoSuchVersion { version: 9, .. }));
    let info = test.lake.info(&people()).await.unwrap().unwrap();
    assert_eq!((info.version, info.rows, info.schema.as_ref()), (3, 1, &schema()));
    assert_eq!(test.lake.tables().await.unwrap(), [people()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_knows_what_is_new_changed_and_gone_before_it_is_committed() {
    let test = TestLake::new().await;
    let compared = async |write: Write| {
        let prepared = test.lake.prepare(write).await.unwrap();
        let compared = test.lake.compare(&prepared, "name", &[]).await.unwrap();
        let besides = test.lake.compare(&prepared, "name", &["age"]).await.unwrap();
        assert_eq!(besides, Compared { changed: 0, ..compared }, "a column besides does not count");
        test.lake.commit(prepared).await.unwrap();
        (compared.before, compared.new, compared.changed, compared.gone)
    };
    let rows = [("Ann", 1), ("Bob", 2), ("Cid", 3)];
    assert_eq!(compared(write(&rows, WriteMode::Overwrite)).await, (0, 3, 0, 0), "there is no table yet");
    let upsert = write(&[("Bob", 20), ("Cid", 3), ("Dan", 4)], WriteMode::UpsertBy("name".into()));
    assert_eq!(compared(upsert).await, (3, 1, 1, 0), "what is not written stays");
    assert_eq!(compared(write(&[("Eve", 5)], WriteMode::Append)).await, (4, 1, 0, 0));
    let full = write(&[("Eve", 50), ("Ann", 1), ("Fay", 6)], WriteMode::Overwrite);
    assert_eq!(compared(full).await, (5, 1, 1, 3));
    assert_eq!(compared(write(&[], WriteMode::Overwrite)).await, (3, 0, 0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_compared_wherever_in_whichever_file_they_are() {
    let test = TestLake::new().await;
    let names: Vec<String> = (0..3_000).map(|number| format!("name {number}")).collect();
    let rows = |numbers: &mut dyn Iterator<Item = usize>, age: &dyn Fn(usize) -> i64, mode| {
        let rows: Vec<(&str, i64)> = numbers.map(|number| (names[number].as_str(), age(number))).collect();
        write(&rows, mode)
    };
    let by_name = || WriteMode::UpsertBy("name".into());
    let same = |_: usize| 1;
    let even_change = |number: usize| if number.is_multiple_of(2) { 2 } else { 1 };
    test.lake.write(rows(&mut (0..1_000_usize), &same, WriteMode::Overwrite)).await.unwrap();
    test.lake.write(rows(&mut (1_000..2_000_usize), &same, WriteMode::Append)).await.unwrap();
    let compared = async |write: Write| {
        let prepared = test.lake.prepare(write).await.unwrap();
        let compared = test.lake.compare(&prepared, "name", &[]).await.unwrap();
        test.lake.commit(prepared).await.unwrap();
        (compared.before, compared.new, compared.changed, compared.gone)
    };
    // Every seventh row of both files, and ten besides.
    let some = || (0..2_000_usize).step_by(7).chain(2_000..2_010);
    let changed = (0..2_000).step_by(14).count() as u64;
    assert_eq!(compared(rows(&mut some(), &even_change, by_name())).await, (2_000, 10, changed, 0));
    assert_eq!(compared(rows(&mut some(), &even_change, by_name())).await, (2_010, 0, 0, 0), "it is there already");
    // In another order, with neither the first hundred nor those ten.
    let now = |number: usize| if number.is_multiple_of(14) { 2 } else { 1 };
    let full = rows(&mut (100..2_000_usize).rev(), &now, WriteMode::Overwrite);
    assert_eq!(compared(full).await, (2_010, 0, 0, 110));
    assert_eq!(all(&test.authority).await.len(), 1_900);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_may_become_empty() {
    let test = TestLake::new().await;
    test.lake.write(write(&[], WriteMode::Overwrite)).await.unwrap();
    assert!(all(&test.authority).await.is_empty());
    assert_eq!(test.data_files(), 0);
    let session = test.authority.session(&[(people(), None)]).await.unwrap();
    let (_, rows) = session.query("select name, age from registers.people").await.unwrap();
    assert!(rows_of(rows).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn scans_give_the_columns_and_rows_asked_for() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1), ("Bob", 2), ("Cid", 3)], WriteMode::Append)).await.unwrap();
    let only = |column: &str, texts: &[&str]| {
        Some(Filter { column: column.into(), any_of: texts.iter().map(|text| (*text).to_owned()).collect() })
    };
    let scan = |columns: &'static [&'static str], only| {
        let authority = &test.authority;
        async move { authority.scan(&people(), None, Some(columns), only).await }
    };
    let rows = rows_of(scan(&["age", "name"], only("name", &["Cid", "Ann", "Zoe"])).await.unwrap()).await.unwrap();
    assert_eq!(rows, owned(&[("Ann", 1), ("Cid", 3)]));
    let by_number = rows_of(scan(&["name", "age"], only("age", &["2"])).await.unwrap()).await.unwrap();
    assert_eq!(by_number, owned(&[("Bob", 2)]));
    let none = rows_of(scan(&["name", "age"], only("name", &[])).await.unwrap()).await.unwrap();
    assert!(none.is_empty(), "no text means no row, not every row");
    assert!(matches!(scan(&["shoe"], None).await, Err(LakeError::NoSuchColumn { .. })));
    assert!(matches!(scan(&["name"], only("shoe", &["1"])).await, Err(LakeError::NoSuchColumn { .. })));
    let elsewhere = TableRef { namespace: Namespace::Models, name: "../registers/people".into() };
    assert!(matches!(test.authority.scan(&elsewhere, None, None, None).await, Err(LakeError::NoSuchTable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_do_not_fit_are_refused() {
    let test = TestLake::new().await;
    test.lake.write(write(&[("Ann", 1)], WriteMode::Append)).await.unwrap();
    let names: ArrayRef = Arc::new(StringArray::from(vec!["Bob"]));
    let other = RecordBatch::try_from_iter([("name", names)]).unwrap();
    let write_other = |mode| Write { schema: other.schema(), batches: other.clone().into(), ..write(&[], mode) };
    let refused = test.lake.write(write_other(WriteMode::Append)).await.err().unwrap();
    assert!(refused.to_string().contains("column `age` is missing"), "{refused}");
    assert_eq!(test.data_files(), 1);
    test.lake.write(write_other(WriteMode::Overwrite)).await.unwrap();
    let info = test.lake.info(&people()).await.unwrap().unwrap();
    assert_eq!(info.schema.fields().len(), 1, "overwriting may change the columns");

    let of = DataType::Duration(TimeUnit::Second);
    let unsupported = Arc::new(Schema::new(vec![Field::new("age", of, true)]));
    let refused = test.lake.write(Write { schema: unsupported, ..write(&[], WriteMode::Overwrite) }).await;
    assert!(matches!(refused, Err(LakeError::UnsupportedType { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn moments_are_stored_as_utc_microseconds() {
    let test = TestLake::new().await;
    let at: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1_500]));
    let name: ArrayRef = Arc::new(arrow_array::StringViewArray::from(vec!["Ann"]));
    let batch = RecordBatch::try_from_iter([("at", at), ("name", name)]).unwrap();
    let written = Write { schema: batch.schema(), batches: batch.into(), ..write(&[], WriteMode::Append) };
    test.lake.write(written).await.unwrap();
    let info = test.lake.info(&people()).await.unwrap().unwrap();
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    assert_eq!(*info.schema.field(0).data_type(), utc);
    assert_eq!(*info.schema.field(1).data_type(), DataType::Utf8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_committed_once() {
    let test = TestLake::new().await;
    let with = |number| Write { txn: Some(("run-1".into(), number)), ..write(&[("Ann", 1)], WriteMode::Append) };
    assert!(!test.lake.write(with(1)).await.unwrap().was_committed);
    let again = test.lake.write(with(1)).await.unwrap();
    assert!(again.was_committed && again.rows == 0 && again.version == 0);
    assert!(!test.lake.write(with(2)).await.unwrap().was_committed);
    assert_eq!(all(&test.authority).await.len(), 2);
    assert_eq!(test.data_files(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_personal_value() {
    let test = TestLake::new().await;
    test.lake
        .write(write(&[("Aaronsdottir", 911_222_333_444), ("Zoetemelk", 922_333_444_555)], WriteMode::Append))
        .await
        .unwrap();
    test.lake.write(write(&[("Miaforgotten", 933_444_555_666)], WriteMode::UpsertBy("name".into()))).await.unwrap();
    test.lake.delete_where(&people(), "name", &["Zoetemelk".to_owned()]).await.unwrap();
    // Enough commits for a checkpoint.
    for _ in 0..101 {
        test.lake.write(write(&[("Noaforgotten", 944_555_666_777)], WriteMode::Append)).await.unwrap();
    }
    let checkpoints = test.files().iter().filter(|(name, _)| name.contains("checkpoint")).count();
    assert!(checkpoints > 0);
    // Values so long that they aren't there by chance.
    let log = test.log();
    for value in [
        "Aaronsdottir",
        "Zoetemelk",
        "Miaforgotten",
        "Noaforgotten",
        "911222333444",
        "922333444555",
        "933444555666",
        "944555666777",
        "minValues\\\":{\\\"",
    ] {
        assert!(!log.contains(value), "{value} is in the Delta log");
    }
    assert!(log.contains("numRecords") && !log.contains("deletionVector\":{"));
    assert!(log.contains("\"minReaderVersion\":1"));
    assert_eq!(all(&test.authority).await.len(), 103);
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_kept_of_named_columns_only() {
    let test = TestLake::new().await;
    let statistics = vec!["age".to_owned()];
    let written = Write { statistics, ..write(&[("Aaron", 111), ("Zoe", 999)], WriteMode::Append) };
    test.lake.write(written).await.unwrap();
    let log = test.log();
    assert!(log.contains("\\\"age\\\":111") && log.contains("\\\"age\\\":999") && !log.contains("Aaron"));
    assert!(log.contains("delta.dataSkippingStatsColumns\":\"age\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_rows_are_gone_from_the_disk() {
    let test = TestLake::new().await;
    let noted = Write {
        metadata: [("delivery".to_owned(), "d1".to_owned())].into(),
        ..write(&[("Ann", 1), ("Unforgettable", 2), ("Cid", 3)], WriteMode::Append)
    };
    test.lake.write(noted).await.unwrap();
    test.lake.write(write(&[("Dan", 4)], WriteMode::Append)).await.unwrap();
    let nobody = test.lake.delete_where(&people(), "name", &["Nobody".to_owned()]).await.unwrap();
    assert_eq!((nobody.version, nobody.rows), (1, 0), "nothing to delete is no commit");

    let deleted = test.lake.delete_where(&people(), "name", &["Unforgettable".to_owned()]).await.unwrap();
    assert_eq!((deleted.version, deleted.rows), (2, 1));
    let mut rows = all(&test.authority).await;
    rows.sort();
    assert_eq!(rows, owned(&[("Ann", 1), ("Cid", 3), ("Dan", 4)]));
    let removed = test.lake.vacuum(&people()).await.unwrap();
    assert_eq!(removed.files, 1);
    assert_eq!(test.data_files(), 2);
    rows.sort();
    assert_eq!(rows.len(), 3);
    let mut left = all(&test.authority).await;
    left.sort();
    assert_eq!(left, rows);
    let old = test.authority.scan(&people(), Some(0), None, None).await.unwrap();
    assert!(matches!(rows_of(old).await, Err(LakeError::Io { .. })), "the old version is gone with its files");
    assert!(matches!(test.lake.delete_where(&people(), "shoe", &[]).await, Err(LakeError::NoSuchColumn { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_writer_noted_stays_through_a_deletion() {
    let test = TestLake::new().await;
    let metadata = [("delivery".to_owned(), "d1".to_owned())].into();
    test.lake.write(Write { metadata, ..write(&[("Ann", 1), ("Bob", 2)], WriteMode::Append) }).await.unwrap();
    test.lake.delete_where(&people(), "name", &["Bob".to_owned()]).await.unwrap();
    let info = test.lake.info(&people()).await.unwrap().unwrap();
    assert_eq!(info.metadata.get("delivery").map(String::as_str), Some("d1"));
    assert_eq!((info.version, info.rows), (1, 1));
    assert!(info.last_modified.timestamp() > 1_600_000_000);
    let versions = test.lake.versions(&people(), 9, None).await.unwrap();
    let numbers: Vec<u64> = versions.iter().map(|version| version.version).collect();
    assert_eq!(numbers, [1, 0], "the newest first");
    assert!(versions.iter().all(|version| version.metadata["delivery"] == "d1"));
    assert_eq!(versions[0].at, info.last_modified);
    assert_eq!(test.lake.versions(&people(), 1, None).await.unwrap().len(), 1);
    // What is older than a moment is not read, but for the first of it, which says that it is older.
    let since = async |moment| test.lake.versions(&people(), 9, Some(moment)).await.unwrap().len();
    assert_eq!(since(versions[1].at).await, 2);
    assert_eq!(since(versions[0].at + TimeDelta::milliseconds(1)).await, 1);
    assert!(test.lake.versions(&TableRef::spine("nothing"), 9, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_batches_become_few_files_in_order() {
    let test = TestLake::new().await;
    let batches: Vec<RecordBatch> =
        (0..50).map(|number| batch(&(0..1000).map(|row| ("x", number * 1000 + row)).collect::<Vec<_>>())).collect();
    test.lake.write(Write { batches: batches.into(), ..write(&[], WriteMode::Overwrite) }).await.unwrap();
    assert_eq!(test.data_files(), 1);
    let ages: Vec<i64> = all(&test.authority).await.into_iter().map(|row| row.1).collect();
    assert_eq!(ages, (0..50_000).collect::<Vec<_>>());
}
