//! Model versions: runs weigh by the one that is pinned, so that a record that went has left nothing behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use lake::{TableRef, Write, WriteMode};
use linkage::{JudgementCounts, LinkReport, refit, spine};
use model::Verdict;

use crate::disputes::say;
use crate::fixture::{Opened, Republic, SYSTEM, Standing, record, run};
use crate::people::{Told, check_story, deliver, deliveries, events, link_now, persons, table};
use crate::steward::decide;

/// Gives the clusters, whatever the persons are called.
pub(crate) async fn clusters(opened: &Opened) -> BTreeSet<BTreeSet<String>> {
    let mut of_person: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for (record, person) in persons(opened).await {
        of_person.entry(person).or_default().insert(record);
    }
    of_person.into_values().collect()
}

/// Pins the models of one lake in another.
pub(crate) async fn pin(from: &Opened, to: &Opened) {
    copy(from, to, spine::MODELS, &spine::MODELS_SCHEMA).await;
}

/// Judges in one lake what was judged and disputed in another.
pub(crate) async fn judge_alike(from: &Opened, to: &Opened) {
    linkage::settle(&from.lake, &from.gate).await.unwrap();
    copy(from, to, spine::JUDGEMENTS, &spine::JUDGEMENTS_SCHEMA).await;
}

async fn copy(from: &Opened, to: &Opened, name: &'static str, schema: &SchemaRef) {
    let write = Write {
        table: TableRef::spine(name),
        schema: Arc::clone(schema),
        batches: table(from, name).await.into(),
        mode: WriteMode::Overwrite,
        txn: None,
        statistics: Vec::new(),
        metadata: BTreeMap::new(),
    };
    to.lake.write(write).await.unwrap();
}

pub(crate) async fn refit_now(opened: &Opened, republic: &Republic, name: &str) -> LinkReport {
    let before = Told::now(opened).await;
    let (lake, gate) = (&opened.lake, &opened.gate);
    let report = refit(lake, gate, &republic.project, &SYSTEM, &run(name), &Standing, &|_| {}).await.unwrap();
    before.check_run(opened).await;
    report
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
async fn a_model_is_learnt_anew_where_it_is_asked_for_or_other_things_are_compared() {
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

    // Another threshold is a version of its own, of which nothing is learnt anew.
    republic.project.linkage.as_mut().unwrap().threshold = 0.85;
    let changed = link_now(&opened, &republic, "link-4").await.unwrap();
    assert_eq!((changed.model_version, changed.model_learnt), (3, false));
    // A model that was learnt of other comparisons says nothing of these.
    republic.project.linkage.as_mut().unwrap().comparisons[0].term_frequency ^= true;
    let other = link_now(&opened, &republic, "link-5").await.unwrap();
    assert_eq!((other.model_version, other.model_learnt), (4, true));
    check_story(&opened).await;
    assert!(events(&opened).await.iter().all(|(generation, ..)| *generation <= 7));
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

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_record_leaves_nothing_where_it_was_attached_judged_or_contested() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut all = deliveries(300);
    // Two donors: one whom no base register knows, and one whom they do.
    let [unknown, known] = [0, 1].map(|place| all.donations[place].key.clone());
    all.tax.retain(|row| row.key != unknown);
    all.census.retain(|row| row.key != unknown);
    deliver(&opened, &republic.project, &all).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let before = persons(&opened).await;

    let (tax, census) = (|key: &String| record("tax", key), |key: &String| record("census", key));
    let is_linked = |key: &String| before[&tax(key).to_string()] == before[&census(key).to_string()];
    let gave = |key: &String| all.donations.iter().any(|row| row.key == *key);
    let keys: Vec<String> = all.census.iter().map(|row| row.key.clone()).collect();
    let mut keys = keys.into_iter().filter(|key| is_linked(key) && !gave(key));
    let [apart, one, other, contested, tied] = [(); 5].map(|()| keys.next().unwrap());
    decide(&opened, Verdict::Different, &tax(&apart), &census(&apart), "born in different places").await.unwrap();
    decide(&opened, Verdict::Same, &tax(&one), &tax(&other), "seen both documents").await.unwrap();
    say(&opened, Verdict::Disputed, &tax(&contested), &census(&contested)).await.unwrap();
    say(&opened, Verdict::Disputed, &tax(&tied), &census(&tied)).await.unwrap();
    let followed = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!(followed.judgements, JudgementCounts { same: 1, different: 1, disputed: 2, waiting: 0 });
    assert_ne!(persons(&opened).await, before);

    let mut fewer = all.clone();
    fewer.tax.retain(|row| ![&apart, &one, &contested].contains(&&row.key));
    fewer.census.retain(|row| row.key != tied);
    fewer.donations.retain(|row| ![&unknown, &known].contains(&&row.key));
    deliver(&opened, &republic.project, &fewer).await;
    let erased = link_now(&opened, &republic, "link-3").await.unwrap();
    assert_eq!(erased.judgements, JudgementCounts { waiting: 4, ..JudgementCounts::default() });
    check_story(&opened).await;

    let elsewhere = Republic::new();
    let never_saw = elsewhere.open().await;
    pin(&opened, &never_saw).await;
    deliver(&never_saw, &elsewhere.project, &fewer).await;
    link_now(&never_saw, &elsewhere, "link-1").await.unwrap();
    assert_eq!(clusters(&opened).await, clusters(&never_saw).await);
    // What was judged of the records that went has left no trace in who the others are.
    for (record, person) in persons(&opened).await {
        assert_eq!(before[&record], person, "{record}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_an_earlier_version_say_nothing_of_ids_of_before() {
    let republic = Republic::new();
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &deliveries(100)).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let before = persons(&opened).await;
    let links = TableRef::spine(spine::LINKS);
    let metadata = opened.lake.info(&links).await.unwrap().unwrap().metadata;
    let old: Vec<usize> = (0..spine::LINKS_SCHEMA.index_of("was").unwrap()).collect();
    let batches = table(&opened, "links").await;
    let batches: Vec<_> = batches.iter().map(|batch| batch.project(&old).unwrap()).collect();
    let write = Write {
        table: links,
        schema: Arc::new(spine::LINKS_SCHEMA.project(&old).unwrap()),
        batches: batches.into(),
        mode: WriteMode::Overwrite,
        txn: None,
        statistics: Vec::new(),
        metadata: metadata.into_iter().collect(),
    };
    opened.lake.write(write).await.unwrap();
    let report = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!(report.events, linkage::EventCounts::default());
    assert_eq!(persons(&opened).await, before);
}
