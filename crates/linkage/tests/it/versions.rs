//! Model versions: runs weigh by the one that is pinned, so that a record that went has left nothing behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lake::{TableRef, Write, WriteMode};
use linkage::{LinkReport, refit, spine};

use crate::fixture::{Opened, Republic, SYSTEM, Standing, record, run};
use crate::people::{check_story, deliver, deliveries, events, link_now, persons, table};

/// Gives the clusters, whatever the persons are called.
async fn clusters(opened: &Opened) -> BTreeSet<BTreeSet<String>> {
    let mut of_person: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for (record, person) in persons(opened).await {
        of_person.entry(person).or_default().insert(record);
    }
    of_person.into_values().collect()
}

/// Pins the models of one lake in another.
async fn pin(from: &Opened, to: &Opened) {
    let write = Write {
        table: TableRef::spine(spine::MODELS),
        schema: Arc::clone(&spine::MODELS_SCHEMA),
        batches: table(from, "models").await.into(),
        mode: WriteMode::Overwrite,
        txn: None,
        statistics: Vec::new(),
        metadata: BTreeMap::new(),
    };
    to.lake.write(write).await.unwrap();
}

async fn refit_now(opened: &Opened, republic: &Republic, name: &str) -> LinkReport {
    refit(&opened.lake, &opened.gate, &republic.project, &SYSTEM, &run(name), &Standing, &|_| {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_record_leaves_what_a_run_gives_that_never_saw_it() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let all = deliveries(300);
    deliver(&opened, &republic.project, &all).await;
    let first = link_now(&opened, &republic, "link-1").await.unwrap();
    assert!(first.model_learnt);
    let before = persons(&opened).await;

    let mut fewer = all.clone();
    for key in ["3", "17", "40", "41", "299"] {
        fewer.tax.retain(|row| row.key != key);
    }
    fewer.census.retain(|row| row.key != "8");
    deliver(&opened, &republic.project, &fewer).await;
    let second = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!((second.model_version, second.model_learnt), (1, false));

    let elsewhere = Republic::new();
    let never_saw = elsewhere.open().await;
    pin(&opened, &never_saw).await;
    deliver(&never_saw, &elsewhere.project, &fewer).await;
    let other = link_now(&never_saw, &elsewhere, "link-1").await.unwrap();
    assert_eq!((other.model_version, other.model_learnt), (1, false));
    assert_eq!(clusters(&opened).await, clusters(&never_saw).await);

    // Everybody else is who they were, and the records that come back are again whose they were.
    let after = persons(&opened).await;
    for (record, person) in &after {
        assert_eq!(before[record], *person, "{record}");
    }
    deliver(&opened, &republic.project, &all).await;
    link_now(&opened, &republic, "link-3").await.unwrap();
    let again = persons(&opened).await;
    let tax = record("tax", "17").to_string();
    let stayed = before.iter().filter(|(record, _)| after.contains_key(*record));
    assert!(stayed.clone().count() > 300);
    for (record, person) in stayed {
        assert_eq!(again[record], *person, "{record}");
    }
    assert!(again.contains_key(&tax));
    check_story(&opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_learnt_anew_where_it_is_asked_for_or_the_settings_changed() {
    let mut republic = Republic::new();
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &deliveries(200)).await;
    assert_eq!(link_now(&opened, &republic, "link-1").await.unwrap().model_version, 1);

    // The same records teach the same model: no version, no event.
    let same = refit_now(&opened, &republic, "refit-1").await;
    assert_eq!((same.model_version, same.model_learnt), (1, true));
    assert_eq!(same.events, linkage::EventCounts::default());

    let more = deliveries(500);
    deliver(&opened, &republic.project, &more).await;
    let kept = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!((kept.model_version, kept.model_learnt), (1, false));
    let advice = |report: &LinkReport| report.warnings.iter().any(|warning| warning.contains("--refit"));
    assert!(advice(&kept), "{:?}", kept.warnings);
    let anew = refit_now(&opened, &republic, "refit-2").await;
    assert_eq!((anew.model_version, anew.model_learnt), (2, true));
    assert!(!advice(&anew));
    assert!(!advice(&link_now(&opened, &republic, "link-3").await.unwrap()));

    // A model that was learnt under other settings says nothing of these.
    republic.project.linkage.as_mut().unwrap().threshold = 0.85;
    let changed = link_now(&opened, &republic, "link-4").await.unwrap();
    assert_eq!((changed.model_version, changed.model_learnt), (3, true));
    check_story(&opened).await;
    assert!(events(&opened).await.iter().all(|(generation, ..)| *generation <= 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_only_presumed_is_not_pinned() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(200);
    let all = made.clone();
    made.tax.truncate(1);
    made.census.clear();
    made.donations.clear();
    deliver(&opened, &republic.project, &made).await;
    let alone = link_now(&opened, &republic, "link-1").await.unwrap();
    assert!(alone.model_learnt);
    deliver(&opened, &republic.project, &all).await;
    let taught = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!((taught.model_version, taught.model_learnt), (2, true));
}
