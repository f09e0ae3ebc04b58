//! Deliveries, one after the other.

use lake::{TableRef, WriteMode};
use model::register::Format;
use model::{ColumnType, Delivery, RecordId};

use crate::delivery::{Office, column, plain_register, register};

fn csv() -> Format {
    Format::Csv { delimiter: ',', encoding: "utf-8".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_know_where_they_come_from() {
    let mut office = Office::new(plain_register(csv())).await;
    office.deliver("b.csv", "a,id,b\nx,3,\n");
    office.deliver("a.csv", "id,a,b\n1,x,\n\n2,y,\"two\nlines\"\n");
    let report = office.ingest().await.unwrap();
    let files: Vec<_> = report.files.iter().map(|file| (file.path.to_str().unwrap(), file.rows)).collect();
    assert_eq!(files, [("incoming/a.csv", 2), ("incoming/b.csv", 1)]);
    assert_eq!(report.files[0].sha256.len(), 64);
    assert!(!report.unchanged);
    let rows = office.rows(&["id", "a", "b", "_file", "_row", "_run"]).await;
    let expected =
        ["1|x|∅|incoming/a.csv|0|run-1", "2|y|two\nlines|incoming/a.csv|1|run-1", "3|x|∅|incoming/b.csv|0|run-1"];
    assert_eq!(rows, expected);
    let id = RecordId::from_key(&office.register.id, &[Some("2")]);
    assert_eq!(office.rows(&["_record"]).await[1], id.hash_hex());
    let schema = office.lake.info(&TableRef::register(&office.register.id)).await.unwrap().unwrap().schema;
    assert_eq!(schema, source::register_schema(&office.register));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_delivery_changes_nothing() {
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", "id,name,born,paid,sex\n1,Ann,19990101,1.50,F\n");
    assert_eq!(office.ingest().await.unwrap().version, 0);
    let again = office.ingest().await.unwrap();
    assert!(again.unchanged && again.rows == 0 && again.version == 0);
    assert_eq!(office.rows(&["_run"]).await, ["run-1"]);

    // Another title is the same schema; another type is not.
    office.register.columns["paid"].title = "Paid".into();
    assert!(office.ingest().await.unwrap().unchanged);
    office.register.columns["paid"].r#type = ColumnType::Text;
    let changed = office.ingest().await.unwrap();
    assert!(!changed.unchanged);
    assert_eq!(office.rows(&["paid", "_run"]).await, ["1.50|run-4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_delivery_takes_the_place_of_the_one_before_and_keeps_ids() {
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", "id,name,born,paid,sex\n1,Ann,19990101,1.50,F\n2,Bob,,,M\n,bad,,,\n");
    office.ingest().await.unwrap();
    assert_eq!(office.quarantined().await.len(), 1);
    let before = office.rows(&["_record"]).await;
    // Other order, other format of dates, a row changed and one gone.
    office.deliver("a.csv", "id,name,born,paid,sex\n3,Cid,,,\n1,Anne,1999-01-01,2,F\n");
    office.register.columns["born"].formats = vec!["%Y-%m-%d".into()];
    let report = office.ingest().await.unwrap();
    assert_eq!((report.new, report.changed, report.gone), (1, 1, 1));
    let noted = office.lake.info(&TableRef::register(&office.register.id)).await.unwrap().unwrap().metadata;
    assert_eq!(["new", "changed", "gone"].map(|key| noted[key].as_str()), ["1", "1", "1"]);
    assert_eq!(office.rows(&["id", "name"]).await, ["3|Cid", "1|Anne"]);
    assert_eq!(office.rows(&["_record"]).await[1], before[0]);
    assert!(office.quarantined().await.is_empty(), "quarantine holds what the present delivery has");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_merged_and_the_last_of_a_record_counts() {
    let mut office = Office::new(register()).await;
    office.register.delivery = Delivery::Changes;
    office.deliver("1.csv", "id,name,born,paid,sex\n1,Ann,,,\n2,Bob,,,\n");
    office.ingest().await.unwrap();
    office.deliver("1.csv", "id,name,born,paid,sex\n2,Bobby,,,\n3,Cid,,,\n2,Robert,,,\n,x,,,\n");
    office.deliver("2.csv", "id,name,born,paid,sex\n3,Cindy,,,\n");
    let report = office.ingest().await.unwrap();
    assert_eq!((report.rows, report.quarantined), (5, 3));
    assert_eq!((report.new, report.changed, report.gone), (1, 1, 0));
    let mut rows = office.rows(&["id", "name", "_run"]).await;
    rows.sort();
    assert_eq!(rows, ["1|Ann|run-1", "2|Robert|run-2", "3|Cindy|run-2"]);
    let quarantined = office.quarantined().await;
    assert!(quarantined[0].starts_with("0|2|∅|superseded|2,Bobby"), "{}", quarantined[0]);
    assert!(quarantined[1].starts_with("1|3|∅|superseded|3,Cid"), "{}", quarantined[1]);
    // What a later row takes the place of is no fault.
    office.register.quarantined_share_max = 0.2;
    office.deliver("1.csv", "id,name,born,paid,sex\n4,a,,,\n4,b,,,\n4,c,,,\n");
    std::fs::remove_file(office.folder.path().join("incoming/2.csv")).unwrap();
    office.ingest().await.unwrap();
    // A delivery without rows changes nothing, and is none of the faults of a full one.
    office.deliver("1.csv", "id,name,born,paid,sex\n");
    assert_eq!(office.ingest().await.unwrap().rows, 0);
    assert_eq!(office.rows(&["id"]).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_notes_why_rows_are_in_quarantine_and_where_but_no_value() {
    for delivery in [Delivery::Full, Delivery::Changes] {
        let mut office = Office::new(register()).await;
        office.register.delivery = delivery;
        office.deliver(
            "a.csv",
            "id,name,born,paid,sex\n1,Ann,,,\n2,Canary,1999-99-99,,\n3,Canary,never,,\n,Canary,,,\n5,E,,,\n6,F,,,\n",
        );
        office.ingest().await.unwrap();
        office.deliver("a.csv", "id,name,born,paid,sex\n1,Anne,,,\n1,Anna,,,\n");
        office.ingest().await.unwrap();
        let info = office.lake.info(&TableRef::quarantine(&office.register.id)).await.unwrap().unwrap();
        assert!(!format!("{:?}", info.metadata).contains("Canary"));
        let runs = source::quarantined_runs(&info);
        let told: Vec<_> = runs.iter().map(|run| (run.run.as_str(), run.rows, run.quarantined)).collect();
        assert_eq!(told, [("run-2", 2, 1), ("run-1", 6, 3)], "the latest first");
        let why = |run: &source::QuarantinedRun| -> Vec<String> {
            let line = |of: &source::QuarantinedFor| {
                format!("{} {} {} {}", of.code, of.column.as_deref().unwrap_or("∅"), of.rows, of.samples.join(" "))
            };
            run.reasons.iter().map(line).collect()
        };
        assert_eq!(
            why(&runs[1]),
            ["not-a-date born 2 incoming/a.csv:3 incoming/a.csv:4", "missing-value id 1 incoming/a.csv:5"]
        );
        let twice = if delivery == Delivery::Full { "duplicate-key" } else { "superseded" };
        let at = if delivery == Delivery::Full { 3 } else { 2 };
        assert_eq!(why(&runs[0]), [format!("{twice} ∅ 1 incoming/a.csv:{at}")]);
        assert!(source::reason_codes().any(|code| code == twice));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_equal_rows_are_told_apart() {
    let mut office = Office::new(plain_register(csv())).await;
    office.register.key.clear();
    office.deliver("a.csv", "id,a,b\n1,x,\n1,x,\n2,y,\n1,x,\n");
    let report = office.ingest().await.unwrap();
    assert_eq!((report.rows, report.quarantined), (4, 0));
    let ids = office.rows(&["_record"]).await;
    let expected =
        |occurrence| RecordId::from_text(&office.register.id, &[Some("1"), Some("x"), None], occurrence).hash_hex();
    assert_eq!([&ids[0], &ids[1], &ids[3]], [&expected(0), &expected(1), &expected(2)]);

    office.deliver("a.csv", "id,a,b\n2,y,\n1,x,\n");
    office.ingest().await.unwrap();
    assert_eq!(office.rows(&["_record"]).await, [ids[2].clone(), ids[0].clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_two_commits_is_repaired_by_running_again() {
    // `run-2` is the run that is run again, under the name it had.
    for (delivery, killed) in [
        (Delivery::Full, "killed"),
        (Delivery::Changes, "killed"),
        (Delivery::Full, "run-2"),
        (Delivery::Changes, "run-2"),
    ] {
        let mut office = Office::new(register()).await;
        office.register.delivery = delivery;
        office.deliver("a.csv", "id,name,born,paid,sex\n1,Ann,,,\n,bad,,,\n");
        office.ingest().await.unwrap();
        let bad_table = TableRef::quarantine(&office.register.id);
        let quarantined = office.table(&bad_table, &["_run", "text"]).await;
        assert_eq!(quarantined, ["run-1|,bad,,,"]);

        // The second run is killed after its bad rows were committed: those of another run are there.
        let stream = office.authority.scan(&bad_table, None, None, None).await.unwrap();
        let schema = source::quarantine_schema();
        let batches: Vec<arrow_array::RecordBatch> = futures::TryStreamExt::try_collect(stream).await.unwrap();
        let run = arrow_array::StringArray::from(vec![killed]);
        let columns = schema.fields().iter().zip(batches[0].columns()).map(|(field, column)| {
            if field.name() == "_run" {
                std::sync::Arc::new(run.clone()) as arrow_array::ArrayRef
            } else {
                column.clone()
            }
        });
        let batch = arrow_array::RecordBatch::try_new(schema.clone(), columns.collect()).unwrap();
        let mode = if delivery == Delivery::Full { WriteMode::Overwrite } else { WriteMode::Append };
        let write = lake::Write {
            table: bad_table.clone(),
            schema,
            batches: batch.into(),
            mode,
            txn: Some((killed.into(), 1)),
            statistics: Vec::new(),
            metadata: [("run".to_owned(), killed.to_owned())].into(),
        };
        office.lake.write(write).await.unwrap();

        office.deliver("a.csv", "id,name,born,paid,sex\n1,Anne,,,\n,worse,,,\n");
        office.ingest().await.unwrap();
        let mut quarantined = office.table(&bad_table, &["_run", "text"]).await;
        quarantined.sort();
        // The same run doesn't commit its bad rows twice: those that it committed before it was killed stay.
        let of_run_2 = if killed == "run-2" { "run-2|,bad,,," } else { "run-2|,worse,,," };
        match delivery {
            Delivery::Full => assert_eq!(quarantined, [of_run_2]),
            Delivery::Changes => assert_eq!(quarantined, ["run-1|,bad,,,", of_run_2]),
        }
        assert_eq!(office.rows(&["name", "_run"]).await, ["Anne|run-2"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_fails_stops_the_ingest() {
    let office = Office::new(register()).await;
    office.deliver("a.csv", "id,name,born,paid,sex\n1,Ann,,,\n");
    let clock = testkit::TestClock::at("2026-05-01T12:00:00Z");
    clock.fail();
    let run = model::RunId::new("run-1").unwrap();
    let outcome = source::ingest(&office.lake, office.folder.path(), &office.register, &run, &clock, &|_| {}).await;
    assert!(outcome.unwrap_err().to_string().contains("clock"));
    assert!(office.rows(&["id"]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_read_as_the_register_file_says() {
    let mut office = Office::new(register()).await;
    office.register.source.format = Format::Csv { delimiter: ';', encoding: "utf-16le".into() };
    office.register.columns["name"].from = "Full name".into();
    office.register.columns["name"].missing = vec!["N/A".into()];
    office.register.columns.insert("fit".into(), column("fit", ColumnType::Boolean));
    office.register.columns.insert("at".into(), column("at", ColumnType::Timestamp));
    office.register.columns.insert("visits".into(), column("visits", ColumnType::Integer));
    let text = "\u{feff}id;Full name;born;paid;sex;fit;at;visits\r\n\
                007; É ; 19990101 ;-0.5;F;Yes;1999-01-01T10:00:00+02:00; 12 \r\n8;N/A;;;;0;;\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    office.deliver("a.csv", bytes);
    office.ingest().await.unwrap();
    let rows = office.rows(&["id", "name", "born", "paid", "fit", "at", "visits"]).await;
    assert_eq!(rows, ["007| É |1999-01-01|-0.50|true|1999-01-01T08:00:00Z|12", "8|∅|∅|∅|false|∅|∅"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_ends_where_the_delivery_does() {
    let office = Office::new(plain_register(csv())).await;
    let text: String =
        std::iter::once("id,a,b\n".to_owned()).chain((0..70_000).map(|row| format!("{row},x,y\n"))).collect();
    office.deliver("a.csv", &text);
    let steps = std::sync::Mutex::new(Vec::new());
    let run = model::RunId::new("run-1").unwrap();
    let clock = testkit::TestClock::at("2026-05-01T12:00:00Z");
    let note = |step| steps.lock().unwrap().push(step);
    source::ingest(&office.lake, office.folder.path(), &office.register, &run, &clock, &note).await.unwrap();
    let steps = steps.into_inner().unwrap();
    assert!(steps.len() >= 3 && steps.is_sorted_by_key(|step| step.rows));
    let last = steps.last().unwrap();
    assert_eq!((last.rows, last.bytes, last.bytes_total), (70_000, text.len() as u64, text.len() as u64));
    assert_eq!(office.rows(&["id"]).await.len(), 70_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_says_where_and_leaves_nothing() {
    for (name, table) in [("quarantine", "people_quarantine"), ("registers", "people")] {
        let mut office = Office::new(register()).await;
        let rows: String = (0..50_000).map(|row| format!("{row},Ann,,,\n,bad,,,\n")).collect();
        office.deliver("a.csv", format!("id,name,born,paid,sex\n{rows}"));
        // A file where the folder of the table should be.
        let folder = office.folder.path().join("data/lake").join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(table), "").unwrap();
        let error = office.ingest().await.unwrap_err().to_string();
        assert!(error.contains(&format!("{name}/{table}")), "{error}");
        assert!(office.lake.tables().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_delivery_of_before_repairs_what_a_killed_run_quarantined() {
    let mut office = Office::new(register()).await;
    let first = "id,name,born,paid,sex\n1,Ann,,,\n,bad,,,\n";
    office.deliver("a.csv", first);
    office.ingest().await.unwrap();
    let bad_table = TableRef::quarantine(&office.register.id);
    let write = lake::Write {
        table: bad_table.clone(),
        schema: source::quarantine_schema(),
        batches: Vec::new().into(),
        mode: WriteMode::Overwrite,
        txn: Some(("killed".into(), 1)),
        statistics: Vec::new(),
        metadata: [("run".to_owned(), "killed".to_owned())].into(),
    };
    office.lake.write(write).await.unwrap();
    assert!(office.quarantined().await.is_empty());
    assert!(!office.ingest().await.unwrap().unchanged);
    assert_eq!(office.quarantined().await.len(), 1);
    assert!(office.ingest().await.unwrap().unchanged);
}
