//! How long decisions take; run by hand: `cargo test -p policy -- --ignored --nocapture timing`.

use std::time::Instant;

use model::agency::RoleKind;
use policy::Query;

use crate::fixture::{OPEN, engine_with, member, request, today};

#[test]
#[ignore = "prints a measurement"]
fn timing_of_decisions() {
    let engine = engine_with(&[]);
    let asked = request(member("education/case-officer", RoleKind::Officer), "loan-relief", OPEN);
    let query = Query { request: &asked, day: today(), persons_today: 1, subject_is_self: false };
    let mut took = Vec::new();
    for _ in 0..5_000 {
        let begun = Instant::now();
        let decision = engine.decide(&query);
        took.push(begun.elapsed());
        assert!(decision.allowed);
    }
    took.sort();
    println!("decide: p50 {:?}, p99 {:?}", took[took.len() / 2], took[took.len() * 99 / 100]);
    let begun = Instant::now();
    let first = engine.disclosures(&query);
    let cold = begun.elapsed();
    let begun = Instant::now();
    let second = engine.disclosures(&query);
    println!("disclosures: first {cold:?}, then {:?}", begun.elapsed());
    assert_eq!(first, second);
}
