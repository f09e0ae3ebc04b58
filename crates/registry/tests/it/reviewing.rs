//! How far the review is, from run to run.

use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, OfficerId, RecordId, Request, Verdict};
use registry::{Decided, Evidence, Ground, Index, Pair};

use crate::answers::named;
use crate::house::{House, officer};

fn steward() -> Request {
    let account = OfficerId::new("steward-one").unwrap();
    let recipient = "education/steward".parse().unwrap();
    Request {
        actor: Actor::Member { account, recipient, role: RoleKind::Steward },
        purpose: "review-links".parse().unwrap(),
        case: None,
        justification: None,
        by_program: false,
        action: Action::ReviewLink,
    }
}

async fn judged(house: &House, index: &Index, request: &Request) -> u64 {
    let permit = house.gate.decide(request).await.unwrap();
    index.review_progress(&permit).judged
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_stays_counted_when_its_pair_is_listed_no_more() {
    let house = House::new().await;
    let index = house.index();
    let permit = house.gate.decide(&steward()).await.unwrap();
    let numbers: Vec<u64> = index.all_pairs(&permit).map(|waiting| waiting.number).take(3).collect();
    assert_eq!(numbers.len(), 3);
    for number in numbers {
        let at = "2026-05-04T12:00:00Z".parse().unwrap();
        let reason = "seen both documents".to_owned();
        let decided = Decided { verdict: Verdict::CannotSay, at, reason, is_proposal: false };
        let written = index.judge(&house.gate, &steward(), number, decided).await.unwrap().unwrap();
        house.gate.keep_spoken(&written.spoken.unwrap()).await.unwrap();
    }
    assert_eq!(judged(&house, &index, &steward()).await, 0, "no index has read them");
    house.build_index("index-two").await;
    let index = house.index();
    assert_eq!(judged(&house, &index, &steward()).await, 0, "no run has followed them: their pairs wait in the list");
    house.build_and_link("two").await;
    house.build_index("index-three").await;
    let index = house.index();
    assert_eq!(judged(&house, &index, &steward()).await, 3);

    // Of each register one record is left, and of the pairs of before hardly one.
    for name in ["tax", "loans"] {
        let path = house.folder.root().join(format!("incoming/{name}_2025.csv"));
        let rows = std::fs::read_to_string(&path).unwrap();
        let (head, rest) = rows.split_once('\n').unwrap();
        std::fs::write(&path, format!("{head}\n{}\n", rest.lines().next().unwrap())).unwrap();
    }
    house.ingest("two").await;
    house.build_and_link("three").await;
    house.build_index("index-four").await;
    let index = house.index();
    let permit = house.gate.decide(&steward()).await.unwrap();
    assert!(index.all_pairs(&permit).count() < 3);
    assert_eq!(judged(&house, &index, &steward()).await, 3, "what was judged is judged");
    assert_eq!(judged(&house, &index, &officer(Action::Search)).await, 0, "who may review nothing is told of nothing");
}

/// Gives the id of a record of a register, by its key.
fn record(register: &str, key: &str) -> RecordId {
    RecordId::from_key(&register.parse().unwrap(), &[Some(key)])
}

/// Judges two records that the list of pairs need not have, as the same account each time.
async fn judge_both(house: &House, index: &Index, (one, other): (&RecordId, &RecordId), verdict: Verdict) {
    let at = "2026-05-04T12:00:00Z".parse().unwrap();
    let decided = Decided { verdict, at, reason: "seen both documents".to_owned(), is_proposal: false };
    let (left, right) = if one < other { (one, other) } else { (other, one) };
    let written = index.judge_contested(&house.gate, &steward(), (left, right), decided).await.unwrap().unwrap();
    house.gate.keep_spoken(&written.spoken.unwrap()).await.unwrap();
}

/// Gives how two records are explained.
async fn explained(house: &House, index: &Index, (one, other): (&RecordId, &RecordId)) -> Pair {
    let (left, right) = if one < other { (one, other) } else { (other, one) };
    index.contested_pair(&house.gate, &steward(), (0, 0), (left, right)).await.unwrap().unwrap()
}

/// Gives the evidence of all records in the dossiers of those who are found by a name.
async fn evidence(house: &House, index: &Index, name: &str) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for hit in house.search(index, &named(name)).await.hits {
        let dossier = house.open(index, hit.person).await;
        evidence.extend(dossier.sections.into_iter().flat_map(|section| section.evidence));
    }
    evidence
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_a_steward_judged_it_is_said_that_a_judgement_is_why() {
    let house = House::new().await;
    let index = house.index();
    // Two who pay taxes are two, and whoever owes the loan is one of them.
    let (ysolde, stranger, loan) = (record("tax", "TN-48151"), record("tax", "TN-90001"), record("loans", "LN-7001"));
    let (same, different) = ((&ysolde, &stranger), (&ysolde, &loan));
    for (pair, is_one_person) in [(same, false), (different, true)] {
        let before = explained(&house, &index, pair).await.outcome;
        assert_eq!((before.is_one_person, before.ground, before.verdict), (is_one_person, Ground::Score, None));
    }
    assert!(evidence(&house, &index, "Ysolde Quillfeather").await.iter().all(|evidence| !evidence.judged));
    judge_both(&house, &index, same, Verdict::Same).await;
    judge_both(&house, &index, different, Verdict::Different).await;
    house.build_index("index-two").await;
    let unfollowed = explained(&house, &house.index(), same).await.outcome;
    assert_eq!((unfollowed.ground, unfollowed.verdict), (Ground::Score, None), "no run has followed it");

    house.build_and_link("two").await;
    house.build_index("index-three").await;
    let index = house.index();
    let threshold = index.threshold().unwrap();
    for (pair, verdict) in [(same, Verdict::Same), (different, Verdict::Different)] {
        let now = explained(&house, &index, pair).await;
        assert_eq!(now.outcome.is_one_person, verdict == Verdict::Same);
        assert_eq!((now.outcome.ground, now.outcome.verdict), (Ground::Judged, Some(verdict)));
        // By itself the pair would be otherwise.
        assert_eq!(now.probability < threshold, verdict == Verdict::Same, "{}", now.probability);
        assert!(now.outcome.sentence().contains("a steward judged"), "{}", now.outcome.sentence());
    }
    let judged: Vec<Evidence> =
        evidence(&house, &index, "Ysolde Quillfeather").await.into_iter().filter(|evidence| evidence.judged).collect();
    assert!(!judged.is_empty(), "the dossier says which link a judgement made");
    for evidence in judged {
        assert!(!evidence.alone && !evidence.fields.is_empty(), "and what it weighs, field by field");
        assert!(evidence.probability < threshold && evidence.via.is_some_and(|via| via.as_str() == "tax"));
    }
    // So does the steward's picture of the links.
    let (mut number, mut links) = (0, Vec::new());
    while let Some(pair) = index.pair(&house.gate, &steward(), number, 0).await.unwrap() {
        links.extend(pair.cluster.edges);
        number += 1;
    }
    assert!(links.iter().any(|link| link.judged && link.probability < threshold), "{links:?}");
    assert!(links.iter().any(|link| !link.judged), "{links:?}");
}
