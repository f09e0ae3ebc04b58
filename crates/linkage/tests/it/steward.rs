//! Judgements win over scores, and are undone by later ones.

use linkage::{LinkageError, judge};
use model::request::Action;
use model::{Judgement, PersonId, RecordId, Request, Verdict};

use crate::fixture::{Opened, Republic, noon, record, steward};
use crate::people::{check_story, deliver, deliveries, link_now, links, persons, table};

pub(crate) async fn decide(
    opened: &Opened,
    verdict: Verdict,
    one: &RecordId,
    other: &RecordId,
    reason: &str,
) -> Result<u64, LinkageError> {
    let request = Request {
        actor: steward(),
        purpose: "review-links".parse().unwrap(),
        case: None,
        justification: None,
        by_program: false,
        action: Action::ReviewLink,
    };
    let permit = opened.gate.decide(&request).await.unwrap();
    let now = persons(opened).await;
    let mut subjects: Vec<gate::LookSubject> = Vec::new();
    for record in [one, other] {
        let person = PersonId(now[&record.to_string()] as u64);
        if !subjects.iter().any(|subject| subject.person == person) {
            subjects.push(gate::LookSubject { person, records: vec![record.clone()] });
        }
    }
    let (left, right) = if one < other { (one, other) } else { (other, one) };
    let judgement = Judgement {
        left: left.clone(),
        right: right.clone(),
        verdict,
        by: "steward-one".to_owned(),
        at: noon(),
        reason: reason.to_owned(),
    };
    judge(&opened.lake, &opened.gate, permit, subjects, &judgement).await
}

#[tokio::test(flavor = "multi_thread")]
async fn judgements_win_and_undoing_them_gives_the_identical_state() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(200);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let before = links(&opened).await;
    let key = &made.census[0].key;
    let (tax, census) = (record("tax", key), record("census", key));
    assert_eq!(before[&tax.to_string()].person, before[&census.to_string()].person);
    let other = record("tax", &made.census[1].key);

    decide(&opened, Verdict::Different, &tax, &census, "born in different places").await.unwrap();
    decide(&opened, Verdict::Same, &tax, &other, "seen both documents").await.unwrap();
    let report = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!((report.judgements.same, report.judgements.different), (1, 1));
    let now = links(&opened).await;
    assert_ne!(now[&tax.to_string()].person, now[&census.to_string()].person);
    assert_eq!(now[&tax.to_string()].person, now[&other.to_string()].person);
    check_story(&opened).await;

    decide(&opened, Verdict::CannotSay, &census, &tax, "mistaken before").await.unwrap();
    decide(&opened, Verdict::CannotSay, &tax, &other, "mistaken before").await.unwrap();
    link_now(&opened, &republic, "link-3").await.unwrap();
    check_story(&opened).await;
    let after = links(&opened).await;
    let groups = |links: &std::collections::BTreeMap<String, crate::people::LinkRow>| {
        let mut groups: std::collections::BTreeMap<i64, Vec<String>> = std::collections::BTreeMap::new();
        for (record, link) in links {
            groups.entry(link.person).or_default().push(record.clone());
        }
        let mut groups: Vec<Vec<String>> = groups.into_values().collect();
        groups.sort();
        groups
    };
    assert_eq!(groups(&after), groups(&before), "the persons are those of before");
    let ids = |links: &std::collections::BTreeMap<String, crate::people::LinkRow>| {
        links.iter().map(|(record, link)| (record.clone(), link.person)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&after), ids(&before), "under the ids of before");
    let reasons = |links: &std::collections::BTreeMap<String, crate::people::LinkRow>| {
        links.values().map(|link| (link.weight, link.via.clone(), link.why.clone())).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&after), reasons(&before), "and so are the reasons");
    assert_eq!(table(&opened, "judgements").await.iter().map(|batch| batch.num_rows()).sum::<usize>(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_waits_for_records_that_are_away() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(100);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let key = made.census[0].key.clone();
    let (tax, census) = (record("tax", &key), record("census", &key));
    decide(&opened, Verdict::Different, &tax, &census, "born in different places").await.unwrap();

    let away = made.census.remove(0);
    deliver(&opened, &republic.project, &made).await;
    let report = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!((report.judgements.different, report.judgements.waiting), (0, 1));
    made.census.push(away);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-3").await.unwrap();
    let now = persons(&opened).await;
    assert_ne!(now[&tax.to_string()], now[&census.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_says_why_and_is_about_two_records() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(60);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let key = &made.census[0].key;
    let (tax, census) = (record("tax", key), record("census", key));
    let error = decide(&opened, Verdict::Same, &tax, &census, "  ").await.unwrap_err();
    assert!(error.to_string().contains("say why"), "{error}");
    let error = decide(&opened, Verdict::Same, &tax, &tax, "why not").await.unwrap_err();
    assert!(error.to_string().contains("two records"), "{error}");
    assert!(table(&opened, "judgements").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_judgement_that_is_undone_gives_the_ids_of_before() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(200);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let before = persons(&opened).await;
    let key = &made.census[0].key;
    let (tax, census) = (record("tax", key), record("census", key));
    let other = record("tax", &made.census[1].key);
    let (same, different) = ((Verdict::Same, &other), (Verdict::Different, &census));
    let mut runs = 1;
    // One alone, the other alone, both, and both again in the other order.
    for judged in [vec![same], vec![different], vec![same, different], vec![different, same]] {
        for (verdict, with) in &judged {
            decide(&opened, *verdict, &tax, with, "seen both documents").await.unwrap();
            runs += 1;
            link_now(&opened, &republic, &format!("link-{runs}")).await.unwrap();
            assert_ne!(persons(&opened).await, before);
            check_story(&opened).await;
        }
        for (_, with) in &judged {
            decide(&opened, Verdict::CannotSay, &tax, with, "mistaken before").await.unwrap();
            runs += 1;
            link_now(&opened, &republic, &format!("link-{runs}")).await.unwrap();
            check_story(&opened).await;
        }
        assert_eq!(persons(&opened).await, before);
    }
}
