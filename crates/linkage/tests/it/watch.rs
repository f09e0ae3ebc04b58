//! What is watched of a run: kept with it, held against the run before, and honest about what nobody judged.

use std::collections::BTreeMap;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use lake::TableRef;
use linkage::{BY_REGISTER, GroupName, PERSONS_MIN, Watch, kept, spine};
use matching::STRATA;
use model::linkage::GroupBy;
use model::{RecordId, Verdict};

use crate::fixture::{Opened, Republic};
use crate::people::{Deliveries, deliver, deliveries, link_now, table};
use crate::steward::decide;

fn by(column: &str) -> GroupBy {
    GroupBy { column: column.to_owned(), is_form: false }
}

async fn kept_now(opened: &Opened) -> Watch {
    let info = opened.lake.info(&TableRef::spine(spine::LINKS)).await.unwrap().unwrap();
    kept(&info.metadata).unwrap()
}

/// The pairs of the sample: by stratum and turn, the smaller id first, with what was judged.
async fn sampled(opened: &Opened) -> BTreeMap<(i64, i64), (RecordId, RecordId, String)> {
    let mut found = BTreeMap::new();
    for batch in table(opened, "pairs").await {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
        let (left, right, status) = (text("left"), text("right"), text("status"));
        let (strata, turns) = (number("stratum"), number("turn"));
        for row in (0..batch.num_rows()).filter(|row| strata.is_valid(*row)) {
            let pair =
                (left.value(row).parse().unwrap(), right.value(row).parse().unwrap(), status.value(row).to_owned());
            assert!(found.insert((strata.value(row), turns.value(row)), pair).is_none(), "a turn is one pair's");
        }
    }
    found
}

/// Tells who a record is of: keys are people's numbers, hashed.
fn people(made: &Deliveries) -> BTreeMap<RecordId, String> {
    let of = |register: &'static str, rows: &[crate::fixture::Row]| {
        rows.iter().map(|row| (crate::fixture::record(register, &row.key), row.key.clone())).collect::<Vec<_>>()
    };
    of("tax", &made.tax).into_iter().chain(of("census", &made.census)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_keeps_what_is_watched_and_the_next_is_held_against_it() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(400);
    deliver(&opened, &republic.project, &made).await;
    let first = link_now(&opened, &republic, "link-1").await.unwrap().watch;
    assert_eq!(kept_now(&opened).await, first);
    let base = (made.tax.len() + made.census.len()) as u64;
    assert_eq!(first.shape.records, base, "what is only attached is left out");
    assert!(first.shape.persons >= 400 && first.shape.persons < 420, "{}", first.shape.persons);
    assert!(first.drift.is_none() && first.past.is_empty());

    let second = link_now(&opened, &republic, "link-2").await.unwrap();
    assert!(second.warnings.iter().all(|warning| !warning.contains("moved")), "{:?}", second.warnings);
    let second = second.watch;
    let drift = second.drift.as_ref().unwrap();
    assert_eq!((drift.since.as_str(), drift.is_other_model, drift.moved.len()), ("link-1", false, 3));
    assert!(drift.moved.iter().all(|moved| moved.index == 0.0 && !moved.is_much()), "{drift:?}");
    assert!(!first.doubts.is_empty(), "few records settle little");
    assert_eq!(second.doubts, first.doubts, "the model that is kept has the doubts of when it was learnt");
    assert_eq!(second.shape, first.shape);
    assert_eq!(second.past, [first.as_past()]);

    // A delivery without numbers and birth dates: records hold less, and fewer pairs are sure.
    let mut worse = made.clone();
    for row in worse.tax.iter_mut() {
        row.own[0] = None;
        row.birth_date = None;
    }
    deliver(&opened, &republic.project, &worse).await;
    let third = link_now(&opened, &republic, "link-3").await.unwrap();
    let moved = third.warnings.iter().filter(|warning| warning.contains("moved since the run link-2")).count();
    assert!(moved >= 2, "{:?}", third.warnings);
    assert!(third.watch.shape.unlinkable > second.shape.unlinkable);
    assert_eq!(third.watch.past.len(), 2);
    assert!(kept_now(&opened).await.drift.unwrap().moved.iter().any(linkage::Moved::is_much));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_names_nobody() {
    let mut republic = Republic::new();
    republic.project.linkage.as_mut().unwrap().quality.groups = vec![by("city"), by("last_name")];
    let opened = republic.open().await;
    let made = deliveries(900);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let watch = kept_now(&opened).await;
    let names: Vec<&str> = watch.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, [BY_REGISTER, "city", "last_name"]);
    for column in &watch.columns {
        assert!(column.groups.iter().all(|group| group.shape.persons >= PERSONS_MIN), "{column:?}");
        let records: u64 = column.groups.iter().map(|group| group.shape.records).sum();
        assert_eq!(records, watch.shape.records, "{column:?}");
    }
    // One in ten is in the tax register alone, which knows no city: they have none, the others that of their person.
    let cities: Vec<&GroupName> = watch.columns[1].groups.iter().map(|group| &group.name).collect();
    assert_eq!(cities, [&GroupName::Value("Anytown".to_owned()), &GroupName::None]);
    assert_eq!(watch.columns[1].groups[1].shape.records, watch.columns[1].groups[1].shape.persons);
    let registers: Vec<&GroupName> = watch.columns[0].groups.iter().map(|group| &group.name).collect();
    assert_eq!(registers, [&GroupName::Value("tax".to_owned()), &GroupName::Value("census".to_owned())]);

    let info = opened.lake.info(&TableRef::spine(spine::LINKS)).await.unwrap().unwrap();
    let text = &info.metadata[spine::WATCH];
    let frequent: Vec<&GroupName> = watch.columns[2].groups.iter().map(|group| &group.name).collect();
    for row in made.tax.iter().chain(&made.census) {
        let (first, last) = (row.first_name.as_ref().unwrap(), row.last_name.as_ref().unwrap());
        assert!(!text.contains(&format!("\"{first}\"")), "{first}");
        let is_of_many = frequent.contains(&&GroupName::Value(last.clone()));
        assert_eq!(text.contains(&format!("\"{last}\"")), is_of_many, "{last}");
        assert!(!text.contains(&crate::fixture::record("tax", &row.key).hash_hex()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_judged_in_turn_counts() {
    let mut republic = Republic::new();
    republic.project.linkage.as_mut().unwrap().quality.sample = 6;
    let opened = republic.open().await;
    let made = deliveries(300);
    deliver(&opened, &republic.project, &made).await;
    let first = link_now(&opened, &republic, "link-1").await.unwrap().watch.sample.unwrap();
    assert_eq!((first.run.as_str(), first.each, first.strata.len()), ("link-1", 6, STRATA));
    assert_eq!((first.estimates.precision, first.estimates.recall), (None, None), "nobody has judged anything");
    let drawn = sampled(&opened).await;
    for (at, stratum) in first.strata.iter().enumerate() {
        let of_stratum = drawn.keys().filter(|(known, _)| *known == at as i64).count() as u64;
        assert_eq!((of_stratum, stratum.drawn), (stratum.pairs.min(6), of_stratum));
    }
    assert!(drawn.values().all(|(left, right, _)| [left, right].iter().all(|id| id.register.as_str() != "donations")));

    let largest = (0..STRATA).max_by_key(|at| first.strata[*at].pairs).unwrap();
    assert!(first.strata[largest].is_linked && first.strata[largest].pairs > 100, "{:?}", first.strata);
    let of_largest: Vec<_> = drawn.iter().filter(|((at, _), _)| *at == largest as i64).map(|(_, pair)| pair).collect();
    let judge = async |turn: usize, verdict| {
        let (left, right, _) = of_largest[turn];
        decide(&opened, verdict, left, right, "seen both documents").await.unwrap();
    };
    judge(3, Verdict::Same).await;
    judge(0, Verdict::Different).await;
    let second = link_now(&opened, &republic, "link-2").await.unwrap().watch.sample.unwrap();
    let counts = |sample: &linkage::Sample| {
        let stratum = sample.strata[largest];
        (stratum.same, stratum.different, stratum.cannot_say, stratum.out_of_turn)
    };
    assert_eq!(counts(&second), (0, 1, 0, 1), "the fourth waits for the second and the third");
    assert_eq!((second.run.as_str(), second.strata[largest].pairs), ("link-1", first.strata[largest].pairs));
    judge(1, Verdict::Same).await;
    judge(2, Verdict::CannotSay).await;
    let third = link_now(&opened, &republic, "link-3").await.unwrap().watch.sample.unwrap();
    assert_eq!(counts(&third), (2, 1, 1, 0));
    // What is undone counts no more.
    judge(0, Verdict::CannotSay).await;
    let fourth = link_now(&opened, &republic, "link-4").await.unwrap().watch.sample.unwrap();
    assert_eq!(counts(&fourth), (2, 0, 2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_that_was_judged_tells_how_right_the_linkage_was() {
    let mut republic = Republic::new();
    republic.project.linkage.as_mut().unwrap().quality.sample = 25;
    let opened = republic.open().await;
    let made = deliveries(600);
    deliver(&opened, &republic.project, &made).await;
    let drawn_then = link_now(&opened, &republic, "link-1").await.unwrap().watch.sample.unwrap();
    let people = people(&made);
    for (left, right, _) in sampled(&opened).await.values() {
        let verdict = if people[left] == people[right] { Verdict::Same } else { Verdict::Different };
        decide(&opened, verdict, left, right, "known from the making").await.unwrap();
    }
    let after = link_now(&opened, &republic, "link-2").await.unwrap().watch;
    let sample = after.sample.unwrap();
    assert!(sample.strata.iter().all(|stratum| stratum.same + stratum.different == stratum.drawn));
    let precision = sample.estimates.precision.unwrap();
    assert!(precision.share > 0.9 && precision.least < precision.share + 1e-9, "{precision:?}");
    let recall = sample.estimates.recall.unwrap();
    assert!(recall.share > 0.9 && recall.least <= recall.share && recall.share <= recall.most, "{recall:?}");
    let by_register = sample.groups.iter().find(|group| group.name == GroupName::Value("tax".to_owned())).unwrap();
    assert!(by_register.judged > 0 && by_register.estimates.precision.is_some(), "{by_register:?}");
    assert_eq!(after.past[0].precision, None);

    // Another size is another sample, of what nobody has judged.
    republic.project.linkage.as_mut().unwrap().quality.sample = 10;
    let redrawn = link_now(&opened, &republic, "link-3").await.unwrap().watch;
    let remembered = redrawn.past[0].precision.unwrap();
    // By way of JSON, which may lose the last bit of a number.
    let off =
        [remembered.share - precision.share, remembered.least - precision.least, remembered.most - precision.most];
    assert!(off.iter().all(|off| off.abs() < 1e-12), "{remembered:?} is what {precision:?} was");
    let redrawn = redrawn.sample.unwrap();
    assert_eq!((redrawn.run.as_str(), redrawn.estimates.precision), ("link-3", None));
    let pairs = |sample: &linkage::Sample| sample.strata.iter().map(|stratum| stratum.pairs).sum::<u64>();
    assert!(pairs(&redrawn) < pairs(&drawn_then));
    assert!(sampled(&opened).await.values().all(|(_, _, status)| status == "open"));

    republic.project.linkage.as_mut().unwrap().quality.sample = 0;
    assert!(link_now(&opened, &republic, "link-4").await.unwrap().watch.sample.is_none());
    assert!(sampled(&opened).await.is_empty());
}
