//! What waits for a steward, and in which order.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use model::{RecordId, Verdict};

use crate::fixture::{Opened, Republic, record};
use crate::people::{deliver, deliveries, link_now, persons, table};
use crate::steward::decide;

/// A row of `spine.pairs` that waits in the queue.
#[derive(Debug, Clone)]
struct Waiting {
    left: RecordId,
    right: RecordId,
    weight: f64,
    status: String,
    reason: String,
    /// The weight of the merge.
    merged: Option<f64>,
    /// What the other records hold against it, and the penalty.
    against: Option<(f64, f64)>,
    worth: f64,
}

impl Waiting {
    fn is_of(&self, record: &RecordId) -> bool {
        [&self.left, &self.right].contains(&record)
    }
}

async fn waiting(opened: &Opened) -> Vec<Waiting> {
    let mut found = Vec::new();
    for batch in table(opened, "pairs").await {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
        let (left, right, status, reasons) = (text("left"), text("right"), text("status"), text("reason"));
        let (weights, merged, worth) = (number("weight"), number("merge_weight"), number("worth"));
        let (against, penalty) = (number("against"), number("penalty"));
        let uncertain = batch.column_by_name("uncertain").unwrap().as_boolean().clone();
        for row in 0..batch.num_rows() {
            assert_eq!(uncertain.value(row), reasons.is_valid(row), "who waits has a reason, and nobody else");
            if !uncertain.value(row) {
                continue;
            }
            assert_eq!(against.is_valid(row), penalty.is_valid(row));
            found.push(Waiting {
                left: left.value(row).parse().unwrap(),
                right: right.value(row).parse().unwrap(),
                weight: weights.value(row),
                status: status.value(row).to_owned(),
                reason: reasons.value(row).to_owned(),
                merged: merged.is_valid(row).then(|| merged.value(row)),
                against: against.is_valid(row).then(|| (against.value(row), penalty.value(row))),
                worth: worth.value(row),
            });
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn persons_kept_apart_wait_with_what_keeps_them_apart_until_a_steward_says_so() {
    let mut republic = Republic::new();
    let config = republic.project.linkage.as_mut().unwrap();
    // So sure that no pair outweighs it.
    config.one_record_per_person.insert("tax".to_owned(), 0.999_999_999_999_99);
    let opened = republic.open().await;
    let mut made = deliveries(200);
    // Some file twice: one of them is judged, the others go on waiting.
    let keys: Vec<String> = made.census.iter().take(4).map(|row| row.key.clone()).collect();
    for (number, key) in keys.iter().enumerate() {
        let mut again = made.tax.iter().find(|row| row.key == *key).unwrap().clone();
        again.key = if number == 0 { "again".to_owned() } else { format!("again-{number}") };
        again.own[0] = None;
        made.tax.push(again);
    }
    let key = &keys[0];
    deliver(&opened, &republic.project, &made).await;
    let report = link_now(&opened, &republic, "link-1").await.unwrap();
    let again = record("tax", "again");
    let before = persons(&opened).await;
    assert_ne!(before[&again.to_string()], before[&record("tax", key).to_string()]);

    let all = waiting(&opened).await;
    assert_eq!((report.pairs_uncertain, report.pairs_uncertain_cut), (all.len() as u64, 0));
    assert!(all.windows(2).all(|two| two[0].worth >= two[1].worth), "{all:?}");
    for pair in &all {
        assert_eq!(pair.reason == "kept-apart", pair.against.is_some(), "{pair:?}");
        assert!(pair.worth >= 0.0, "{pair:?}");
        if let Some((against, penalty)) = pair.against {
            assert!((pair.weight + against + penalty - pair.merged.unwrap()).abs() < 1e-9, "{pair:?}");
            assert!(against <= 0.0 && penalty <= 0.0, "{pair:?}");
        }
    }
    let apart = all.iter().find(|pair| pair.reason == "kept-apart" && pair.is_of(&again)).unwrap().clone();
    assert!(apart.against.unwrap().1 < -40.0 && apart.merged.unwrap() < 0.0, "{apart:?}");
    assert_eq!(apart.status, "open");

    decide(&opened, Verdict::Same, &apart.left, &apart.right, "filed twice in one year").await.unwrap();
    let second = link_now(&opened, &republic, "link-2").await.unwrap();
    let after = persons(&opened).await;
    assert_eq!(after[&apart.left.to_string()], after[&apart.right.to_string()]);
    let is_it = |pair: &&Waiting| (&pair.left, &pair.right) == (&apart.left, &apart.right);
    let left = waiting(&opened).await;
    let others: Vec<RecordId> = (1..4).map(|number| record("tax", &format!("again-{number}"))).collect();
    let waits = |pair: &&Waiting| pair.reason == "kept-apart" && others.iter().any(|other| pair.is_of(other));
    assert!(left.iter().any(|pair| waits(&pair) && pair.status == "open"), "the others wait still: {left:?}");
    let kept_apart = left.iter().filter(is_it).filter(|pair| pair.reason == "kept-apart").count();
    assert_eq!(kept_apart, 0, "{left:?}");
    // Judged it is, whether it is listed or not.
    assert!(left.iter().filter(is_it).all(|pair| pair.status == "same"), "{left:?}");
    assert_eq!(second.judgements.same, 1);
    let third = link_now(&opened, &republic, "link-3").await.unwrap();
    assert_eq!(third.judgements, second.judgements, "a run more forgets no judgement");
}
