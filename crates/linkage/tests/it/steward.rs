//! Judgements win over scores, and are undone by later ones.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_select::concat::concat_batches;
use lake::{TableRef, Write, WriteMode};
use linkage::why::Why;
use linkage::{LinkReport, LinkageError, judge, settle};
use model::request::Action;
use model::{Judgement, PersonId, RecordId, Request, Verdict};

use crate::fixture::{Opened, Republic, noon, record, steward};
use crate::people::{Dice, LinkRow, check_story, deliver, deliveries, link_now, links, persons, table};

pub(crate) async fn decide(
    opened: &Opened,
    verdict: Verdict,
    one: &RecordId,
    other: &RecordId,
    reason: &str,
) -> Result<u64, LinkageError> {
    decide_by(opened, "steward-one", verdict, (one, other), reason).await
}

async fn decide_by(
    opened: &Opened,
    by: &str,
    verdict: Verdict,
    (one, other): (&RecordId, &RecordId),
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
        by: by.to_owned(),
        at: noon(),
        reason: reason.to_owned(),
    };
    let said = judge(&opened.gate, permit, subjects, &judgement).await?;
    opened.gate.keep_spoken(&said.spoken).await.unwrap();
    Ok(said.leaf)
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
    // What ties it is the judgement, and not the little that the two agree.
    let tie = &now[&tax.to_string()];
    let why: Why = serde_json::from_str(&tie.why).unwrap();
    assert!(matches!(&why, Why::Judgement { levels } if !levels.is_empty()), "{why:?}");
    assert_eq!(tie.via, Some(other.to_string()));
    assert!(tie.weight.is_some_and(|weight| weight < 0.0), "and how little that is stays told: {:?}", tie.weight);
    let judged = |links: &BTreeMap<String, LinkRow>| links.values().filter(|link| Why::is_judgement(&link.why)).count();
    assert!(judged(&before) == 0 && (1..=2).contains(&judged(&now)), "of no other record is it said");
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
    settle(&opened.lake, &opened.gate).await.unwrap();
    assert!(table(&opened, "judgements").await.is_empty());
}

/// Gives the verdicts that the spine has, in their order.
async fn written(opened: &Opened) -> Vec<String> {
    let mut verdicts = Vec::new();
    for batch in table(opened, "judgements").await {
        let column = batch.column_by_name("verdict").unwrap().as_string::<i32>();
        verdicts.extend(column.iter().map(|verdict| verdict.unwrap().to_owned()));
    }
    verdicts
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_comes_to_the_spine_once_and_in_order_wherever_that_is_interrupted() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(60);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let key = &made.census[0].key;
    let (tax, census) = (record("tax", key), record("census", key));
    let say = async |verdict| decide(&opened, verdict, &tax, &census, "seen both documents").await.unwrap();
    say(Verdict::CannotSay).await;
    say(Verdict::Different).await;
    assert!(written(&opened).await.is_empty(), "nobody has taken it over");

    // The batch was named, and something was said before it was written.
    assert_eq!(opened.gate.spoken_batch().await.unwrap().unwrap().said.len(), 2);
    say(Verdict::Same).await;
    settle(&opened.lake, &opened.gate).await.unwrap();
    let all = ["cannot-say", "different", "same"];
    assert_eq!(written(&opened).await, all);
    settle(&opened.lake, &opened.gate).await.unwrap();
    assert_eq!(written(&opened).await, all, "nothing is left to take over");

    // A batch was written, and nobody could note that it was: the spine knows it by its name.
    say(Verdict::CannotSay).await;
    let batch = opened.gate.spoken_batch().await.unwrap().unwrap();
    let rows = table(&opened, "judgements").await;
    let write = Write {
        table: TableRef::spine("judgements"),
        schema: rows[0].schema(),
        batches: rows[0].slice(0, 1).into(),
        mode: WriteMode::Append,
        txn: Some((format!("lucarne.judgements.{}", batch.name), 0)),
        statistics: Vec::new(),
        metadata: BTreeMap::new(),
    };
    opened.lake.write(write).await.unwrap();
    settle(&opened.lake, &opened.gate).await.unwrap();
    assert_eq!(written(&opened).await, ["cannot-say", "different", "same", "cannot-say"]);
    assert_eq!(opened.gate.spoken_batch().await.unwrap(), None);

    // A run takes over what waits before it reads what was judged.
    say(Verdict::Different).await;
    let report = link_now(&opened, &republic, "link-2").await.unwrap();
    assert_eq!(report.judgements.different, 1);
    assert_eq!(written(&opened).await.last().map(String::as_str), Some("different"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_comes_to_the_spine_once_however_often_that_is_given_up() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let made = deliveries(60);
    deliver(&opened, &republic.project, &made).await;
    link_now(&opened, &republic, "link-1").await.unwrap();
    let key = &made.census[0].key;
    let (tax, census) = (record("tax", key), record("census", key));
    for verdict in [Verdict::CannotSay, Verdict::Different, Verdict::Same] {
        decide(&opened, verdict, &tax, &census, "seen both documents").await.unwrap();
    }
    // Each time it is given up later, until it gets through. What the one before began may stand in its way.
    for doubled in 0..40 {
        let mut settling = Box::pin(settle(&opened.lake, &opened.gate));
        let mut ended = None;
        for _ in 0..1_u64 << doubled {
            let polled = poll_fn(|context| Poll::Ready(settling.as_mut().poll(context))).await;
            if let Poll::Ready(outcome) = polled {
                ended = Some(outcome);
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(settling);
        if matches!(ended, Some(Ok(()))) {
            break;
        }
    }
    assert_eq!(opened.gate.spoken_batch().await.unwrap(), None);
    assert_eq!(written(&opened).await, ["cannot-say", "different", "same"]);
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

/// All that a run makes of records and judgements, but for its own name.
#[derive(Debug, PartialEq)]
struct Made {
    /// The queue and the quality sample: `spine.pairs` without the run.
    pairs: RecordBatch,
    persons: Vec<(String, i64)>,
    reasons: Vec<(Option<f64>, Option<String>, String)>,
    judgements: linkage::JudgementCounts,
    uncertain: (u64, u64),
    sample: Option<linkage::Sample>,
}

impl Made {
    async fn of(opened: &Opened, report: LinkReport) -> Self {
        let batches = table(opened, "pairs").await;
        let all = concat_batches(&batches[0].schema(), &batches).unwrap();
        let run = all.schema().index_of("run").unwrap();
        let rest: Vec<usize> = (0..all.num_columns()).filter(|column| *column != run).collect();
        let links = links(opened).await;
        let reason = |link: &LinkRow| (link.weight, link.via.clone(), link.why.clone());
        Self {
            pairs: all.project(&rest).unwrap(),
            persons: links.iter().map(|(record, link)| (record.clone(), link.person)).collect(),
            reasons: links.values().map(reason).collect(),
            judgements: report.judgements,
            uncertain: (report.pairs_uncertain, report.pairs_uncertain_cut),
            sample: report.watch.sample,
        }
    }

    /// Gives pairs of the queue and of the sample, with their records.
    fn some_pairs(&self, count: usize) -> Vec<(RecordId, RecordId)> {
        let text = |name: &str| self.pairs.column_by_name(name).unwrap().as_string::<i32>().clone();
        let (left, right, rows) = (text("left"), text("right"), self.pairs.num_rows());
        assert!(rows >= count, "{rows}");
        let record = |text: &str| text.parse::<RecordId>().unwrap();
        // The first ones wait, the last ones are of the sample alone.
        let places = (0..count).map(|at| if at % 2 == 0 { at } else { rows - 1 - at });
        places.map(|row| (record(left.value(row)), record(right.value(row)))).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_leaves_queue_progress_sample_and_persons_as_if_it_had_never_been_judged() {
    let mut republic = Republic::new();
    republic.project.linkage.as_mut().unwrap().quality.sample = 6;
    let opened = republic.open().await;
    let made = deliveries(200);
    deliver(&opened, &republic.project, &made).await;
    let before = Made::of(&opened, link_now(&opened, &republic, "link-1").await.unwrap()).await;
    let pairs = before.some_pairs(6);
    let (one, other) = &pairs[0];
    let status = |made: &Made| {
        let column = made.pairs.column_by_name("status").unwrap().as_string::<i32>().clone();
        (0..made.pairs.num_rows()).filter(|row| column.value(*row) != "open").count()
    };
    assert_eq!(status(&before), 0);

    // One that is taken back at once, and one that a run has followed meanwhile.
    decide(&opened, Verdict::CannotSay, one, other, "too little to go by").await.unwrap();
    let judged = Made::of(&opened, link_now(&opened, &republic, "link-2").await.unwrap()).await;
    assert_eq!(judged.persons, before.persons);
    assert_ne!(judged.pairs, before.pairs, "it waits no more");
    decide(&opened, Verdict::TakenBack, other, one, "there is a document after all").await.unwrap();
    decide(&opened, Verdict::Different, &pairs[1].0, &pairs[1].1, "born in different places").await.unwrap();
    decide(&opened, Verdict::TakenBack, &pairs[1].0, &pairs[1].1, "I misread the place").await.unwrap();
    assert_eq!(Made::of(&opened, link_now(&opened, &republic, "link-3").await.unwrap()).await, before);

    // The earlier judgement is in force again.
    decide(&opened, Verdict::CannotSay, one, other, "too little to go by").await.unwrap();
    decide(&opened, Verdict::Different, one, other, "born in different places").await.unwrap();
    decide(&opened, Verdict::TakenBack, one, other, "I misread the place").await.unwrap();
    assert_eq!(Made::of(&opened, link_now(&opened, &republic, "link-4").await.unwrap()).await, judged);
    // Nobody takes back what another judged; and both are told of.
    decide_by(&opened, "steward-two", Verdict::TakenBack, (one, other), "not mine").await.unwrap();
    assert_eq!(Made::of(&opened, link_now(&opened, &republic, "link-5").await.unwrap()).await, judged);
    assert_eq!(table(&opened, "judgements").await.iter().map(RecordBatch::num_rows).sum::<usize>(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn random_judgements_that_are_taken_back_in_any_order_give_the_identical_state() {
    let mut republic = Republic::new();
    republic.project.linkage.as_mut().unwrap().quality.sample = 6;
    let opened = republic.open().await;
    let made = deliveries(300);
    deliver(&opened, &republic.project, &made).await;
    let mut state = Made::of(&opened, link_now(&opened, &republic, "link-1").await.unwrap()).await;
    let pairs = state.some_pairs(5);
    let (seed, stewards) = (17, ["steward-one", "steward-two"]);
    println!("seed {seed}");
    let (mut dice, mut runs) = (Dice::new(seed), 1);
    let verdicts = [Verdict::Same, Verdict::Different, Verdict::CannotSay];
    for (round, (one, other)) in pairs.iter().take(4).enumerate() {
        let mut open: Vec<(usize, usize)> = Vec::new();
        for _ in 0..2 + dice.below(4) {
            let (pair, by) = (dice.below(pairs.len() as u64) as usize, dice.below(2) as usize);
            let (verdict, (left, right)) = (verdicts[dice.below(3) as usize], &pairs[pair]);
            decide_by(&opened, stewards[by], verdict, (left, right), "seen both documents").await.unwrap();
            open.push((pair, by));
        }
        // Every other round a run follows them first.
        if round % 2 == 0 {
            runs += 1;
            link_now(&opened, &republic, &format!("link-{runs}")).await.unwrap();
        }
        while !open.is_empty() {
            let (pair, by) = open.swap_remove(dice.below(open.len() as u64) as usize);
            let (left, right) = &pairs[pair];
            decide_by(&opened, stewards[by], Verdict::TakenBack, (left, right), "mistaken").await.unwrap();
        }
        runs += 1;
        let after = link_now(&opened, &republic, &format!("link-{runs}")).await.unwrap();
        assert_eq!(Made::of(&opened, after).await, state, "round {round}");
        check_story(&opened).await;

        // One stays, and the next round is held against what it makes.
        let verdict = verdicts[dice.below(3) as usize];
        decide_by(&opened, stewards[round % 2], verdict, (one, other), "seen both documents").await.unwrap();
        runs += 1;
        state = Made::of(&opened, link_now(&opened, &republic, &format!("link-{runs}")).await.unwrap()).await;
    }
}
