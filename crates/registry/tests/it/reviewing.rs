//! How far the review is, from run to run.

use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, OfficerId, Request, Verdict};
use registry::{Decided, Index};

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
