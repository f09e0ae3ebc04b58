//! What people judged holds whichever model weighs.

use std::collections::BTreeMap;

use linkage::JudgementCounts;
use model::{RecordId, Verdict};

use crate::fixture::{Republic, Row, record};
use crate::people::{check_story, deliver, deliveries, link_now, persons, table};
use crate::steward::decide;
use crate::versions::refit_now;

#[tokio::test(flavor = "multi_thread")]
async fn judgements_survive_a_refit_and_another_model() {
    let mut republic = Republic::new();
    let opened = republic.open().await;
    let mut all = deliveries(200);
    deliver(&opened, &republic.project, &all).await;
    assert_eq!(link_now(&opened, &republic, "link-1").await.unwrap().model_version, 1);

    // A pair that the scores put together is judged to be two, and two that they keep apart to be one.
    let before = persons(&opened).await;
    let (tax, census) = (|key: &str| record("tax", key), |key: &str| record("census", key));
    let is_linked = |key: &&String| {
        let person = |id: RecordId| before[&id.to_string()];
        person(tax(key.as_str())) == person(census(key.as_str()))
    };
    // Written alike in both, so that no model is in doubt of them.
    let is_alike = |row: &&Row| all.tax.iter().any(|other| other.key == row.key && other.last_name == row.last_name);
    let keys: Vec<String> = all.census.iter().filter(is_alike).map(|row| row.key.clone()).collect();
    let mut linked = keys.iter().filter(is_linked);
    let [apart, one, other] = [(); 3].map(|()| linked.next().unwrap().as_str());
    assert_ne!(before[&tax(one).to_string()], before[&tax(other).to_string()]);
    decide(&opened, Verdict::Different, &tax(apart), &census(apart), "born in different places").await.unwrap();
    decide(&opened, Verdict::Same, &tax(one), &tax(other), "seen both documents").await.unwrap();
    let counts = JudgementCounts { same: 1, different: 1, ..JudgementCounts::default() };
    let followed = |now: &BTreeMap<String, i64>| {
        let person = |id: RecordId| now[&id.to_string()];
        (person(tax(apart)) != person(census(apart)), person(tax(one)) == person(tax(other)))
    };
    let second = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!((second.judgements, second.model_version), (counts, 1));
    assert_eq!(followed(&persons(&opened).await), (true, true));
    let judged = table(&opened, "judgements").await;

    // More records teach another model.
    let more = deliveries(500);
    let is_new = |row: &Row| row.key.parse::<u64>().unwrap() >= 200;
    all.tax.extend(more.tax.into_iter().filter(is_new));
    all.census.extend(more.census.into_iter().filter(is_new));
    deliver(&opened, &republic.project, &all).await;
    let anew = refit_now(&opened, &republic, "refit-1").await;
    assert_eq!((anew.model_version, anew.model_learnt, anew.judgements), (2, true, counts));
    assert_eq!(followed(&persons(&opened).await), (true, true));

    // Another threshold is another version of it.
    republic.project.linkage.as_mut().unwrap().threshold = 0.85;
    let changed = link_now(&opened, &republic, "link-3").await.unwrap();
    assert_eq!((changed.model_version, changed.model_learnt, changed.judgements), (3, false, counts));
    assert_eq!(followed(&persons(&opened).await), (true, true));
    assert_eq!(table(&opened, "judgements").await, judged, "what was judged stands as it was written");
    check_story(&opened).await;

    // Of the same records, where nobody has judged, both models hold the opposite.
    for threshold in [0.9, 0.85] {
        let mut elsewhere = Republic::new();
        elsewhere.project.linkage.as_mut().unwrap().threshold = threshold;
        let unjudged = elsewhere.open().await;
        deliver(&unjudged, &elsewhere.project, &all).await;
        link_now(&unjudged, &elsewhere, "link-1").await.unwrap();
        assert_eq!(followed(&persons(&unjudged).await), (false, false), "{threshold}");
    }
}
