//! What a run writes, what it says, and what a second one changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use lake::{TableRef, Write, WriteMode};
use linkage::why::Why;
use linkage::{LinkProgress, PinnedModel, explain_records, link, spine};
use model::{Job, RecordId};

use crate::fixture::{Republic, SYSTEM, Standing, record, run};
use crate::people::{check_story, deliver, deliveries, events, link_now, links, persons, table};

/// Writes the truth that the keys of records tell, and gives the file's name.
fn write_truth(republic: &Republic, made: &crate::people::Deliveries) -> std::path::PathBuf {
    let mut text = "register,file,row,person\n".to_owned();
    for (name, rows) in [("tax", &made.tax), ("census", &made.census)] {
        for (place, row) in rows.iter().enumerate() {
            text.push_str(&format!("{name},incoming/{name}.csv,{place},{}\n", row.key));
        }
    }
    // A row that was quarantined is no record.
    text.push_str("tax,incoming/tax.csv,999999,0\n");
    std::fs::write(republic.project.root.join("truth.csv"), text).unwrap();
    "truth.csv".into()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_person_are_found_and_the_report_says_how_well() {
    let mut republic = Republic::new();
    let made = deliveries(400);
    republic.project.settings.truth = Some(write_truth(&republic, &made));
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &made).await;
    let report = link_now(&opened, &republic, "link-1").await.unwrap();

    let records = made.tax.len() + made.census.len() + made.donations.len();
    assert_eq!(report.records, records as u64);
    assert_eq!(report.records_by_register["tax"], 400);
    assert_eq!(report.rules.len(), 3);
    assert_eq!(report.pairs_compared, report.rules.iter().map(|rule| rule.pairs_scored).sum::<u64>());
    let quality = report.quality.unwrap();
    assert_eq!(quality.records_scored, (made.tax.len() + made.census.len()) as u64);
    assert_eq!(quality.records_without_truth, made.donations.len() as u64);
    assert_eq!(quality.truth_without_record, 1);
    assert!(quality.clusters.f1 > 0.97, "{quality:?}");
    assert!(quality.pairs.wanted == quality.clusters.wanted && quality.pairs.f1 > 0.9, "{quality:?}");

    let links = links(&opened).await;
    assert_eq!(links.len(), records);
    let is_attached = |record: &str| record.starts_with("donations:");
    for (record, link) in &links {
        let why: Why = serde_json::from_str(&link.why).unwrap();
        match (&link.via, why) {
            (Some(via), Why::Score { levels }) => {
                assert_eq!(links[via].person, link.person, "a record is tied to one of its person");
                assert!(is_attached(record) || !is_attached(via), "{record} tells of what is attached to it");
                assert!(!levels.is_empty());
                let (weight, probability) = (link.weight.unwrap(), link.probability.unwrap());
                assert!((probability - 1.0 / (1.0 + (-weight).exp2())).abs() < 1e-9);
            }
            (None, Why::Alone) => {
                // A base record is told of base records only.
                let counts = |other: &str| is_attached(record) || !is_attached(other);
                let same = links.iter().filter(|(other, row)| row.person == link.person && counts(other)).count();
                assert_eq!((same, link.weight), (1, None), "{record}");
            }
            (via, why) => panic!("{via:?} {why:?}"),
        }
    }
    check_story(&opened).await;
    assert_eq!(report.events.new, report.persons);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_changes_nobody() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(300);
    deliver(&opened, &republic.project, &made).await;
    let first = link_now(&opened, &republic, "link-1").await.unwrap();
    let before = links(&opened).await;

    let second = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!(links(&opened).await, before);
    assert_eq!(second.events, linkage::EventCounts::default());
    assert_eq!((first.model_version, second.model_version), (1, 1), "the same model is kept once");
    assert!(second.links_version > first.links_version);
    assert_eq!(table(&opened, "models").await.iter().map(RecordBatch::num_rows).sum::<usize>(), 1);

    // Rows in another order are the same records.
    made.tax.reverse();
    made.census.reverse();
    deliver(&opened, &republic.project, &made).await;
    let third = link_now(&opened, &republic, "link-3").await.unwrap();
    assert_eq!(third.events, linkage::EventCounts::default());
    let person_of = |links: &BTreeMap<String, crate::people::LinkRow>| -> BTreeMap<String, i64> {
        links.iter().map(|(record, link)| (record.clone(), link.person)).collect()
    };
    assert_eq!(person_of(&links(&opened).await), person_of(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn persons_come_and_go_with_their_records() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(300);
    deliver(&opened, &republic.project, &made).await;
    let report = link_now(&opened, &republic, "link-1").await.unwrap();
    let before = persons(&opened).await;

    // Somebody leaves all registers, somebody arrives.
    let left = record("tax", "17").to_string();
    for rows in [&mut made.tax, &mut made.census, &mut made.donations] {
        rows.retain(|row| row.key != "17");
    }
    let arrival = crate::fixture::Row::new("new", "Zenobia", "Quackenbush", (1999, 9, 9), &["999999999", "1"]);
    made.tax.push(arrival);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-2").await.unwrap();
    let after = persons(&opened).await;
    let new = after[&record("tax", "new").to_string()];
    assert_eq!(new, report.persons as i64 + 1, "an id is never given twice");
    assert!(!after.contains_key(&left));
    check_story(&opened).await;
    let told: Vec<_> = events(&opened).await.into_iter().filter(|event| event.0 == 2).collect();
    assert!(told.contains(&(2, "new".to_owned(), new, vec![])), "{told:?}");
    assert!(told.contains(&(2, "gone".to_owned(), before[&left], vec![])), "{told:?}");
    // Who is neither of the two keeps their id, but for the few whose model weights tipped.
    let changed = before.iter().filter(|(record, person)| after.get(*record).is_some_and(|now| now != *person)).count();
    assert!(changed <= 3, "{changed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_short_leaves_the_old_spine() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(120);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-0").await.unwrap();
    let before = links(&opened).await;
    made.tax.remove(5);
    deliver(&opened, &republic.project, &made).await;

    // Killed at each stage once, one run after the other, until a run gets through.
    let killed_at: Mutex<BTreeSet<String>> = Mutex::default();
    loop {
        let killed = tokio::sync::Notify::new();
        let told = |step: LinkProgress| {
            if killed_at.lock().unwrap().insert(step.stage) {
                killed.notify_one();
            }
        };
        let name = run(&format!("link-{}", killed_at.lock().unwrap().len() + 1));
        let linking = link(&opened.lake, &opened.gate, &republic.project, &SYSTEM, &name, &Standing, &told);
        let is_through = tokio::select! {
            biased;
            () = killed.notified() => false,
            report = linking => { report.unwrap(); true }
        };
        let now = links(&opened).await;
        if is_through {
            assert_ne!(now.len(), before.len());
            break;
        }
        assert_eq!(now, before, "killed at {:?}", killed_at.lock().unwrap());
    }
    let killed_at = killed_at.into_inner().unwrap();
    for stage in ["reading", "scoring", "clustering", "persons", "writing"] {
        assert!(killed_at.contains(stage), "{killed_at:?}");
    }
    check_story(&opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_run_that_never_wrote_links_are_removed() {
    let republic = Republic::new();
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &deliveries(60)).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let before = events(&opened).await;
    // As if the second run had been killed between its commits.
    let mut nobody = arrow_array::builder::ListBuilder::new(arrow_array::builder::Int64Builder::new());
    nobody.append(true);
    let from = arrow_cast::cast(&nobody.finish(), spine::EVENTS_SCHEMA.field(5).data_type()).unwrap();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampMicrosecondArray::from(vec![0]).with_timezone("UTC")),
        Arc::new(StringArray::from(vec!["link-2"])),
        Arc::new(Int64Array::from(vec![2])),
        Arc::new(StringArray::from(vec!["gone"])),
        Arc::new(Int64Array::from(vec![1])),
        from,
    ];
    let row = RecordBatch::try_new(Arc::clone(&spine::EVENTS_SCHEMA), columns).unwrap();
    let write = Write {
        table: TableRef::spine(spine::EVENTS),
        schema: Arc::clone(&spine::EVENTS_SCHEMA),
        batches: vec![row].into(),
        mode: WriteMode::Append,
        txn: None,
        statistics: Vec::new(),
        metadata: BTreeMap::new(),
    };
    opened.lake.write(write).await.unwrap();
    assert_eq!(events(&opened).await.len(), before.len() + 1);

    link_now(&opened, &republic, "link-3").await.unwrap();
    assert_eq!(events(&opened).await, before);
    check_story(&opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_explained_from_the_pinned_model() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(200);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();

    let models = [
        TableRef::spine(spine::MODELS),
        TableRef::model(&"person_tax".parse().unwrap()),
        TableRef::model(&"person_census".parse().unwrap()),
    ];
    let grant = opened.gate.start_job(&SYSTEM, Job::Link, &run("explain"), &models).await.unwrap();
    let pinned = PinnedModel::read(&grant).await.unwrap().unwrap();
    assert_eq!(pinned.version, 1);
    let row_of = async |table: &TableRef, id: &RecordId| -> RecordBatch {
        let batches: Vec<RecordBatch> =
            futures::TryStreamExt::try_collect(grant.scan(table, None).await.unwrap()).await.unwrap();
        batches
            .iter()
            .find_map(|batch| {
                let records = batch.column_by_name("_record").unwrap().as_string::<i32>();
                let place = records.iter().position(|record| record == Some(id.hash_hex().as_str()))?;
                Some(batch.slice(place, 1))
            })
            .unwrap()
    };
    let key = &made.census[0].key;
    let (left, right) = (record("tax", key), record("census", key));
    let (tax, census) = (row_of(&models[1], &left).await, row_of(&models[2], &right).await);
    let explanation = explain_records(&pinned.model, &pinned.settings, &tax, &census).unwrap();

    let link = &links(&opened).await[&left.to_string()];
    assert_eq!(link.via.as_deref(), Some(right.to_string().as_str()));
    assert!((explanation.weight - link.weight.unwrap()).abs() < 1e-9, "the run weighed the pair alike");
    assert_eq!(explanation.fields.len(), 4);
    assert_eq!(explanation.fields[3].right, [None], "the census has no national id");
    assert!(explain_records(&pinned.model, &pinned.settings, &tax, &tax.slice(0, 0)).is_err());
}
