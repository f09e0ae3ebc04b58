//! How many looks a second the gate takes with fifty requests in flight. Not part of a test run: it measures.
//! `cargo test -p gate --test it throughput -- --ignored --nocapture`

use std::time::Instant;

use gate::LookSubject;
use model::PersonId;
use testkit::ProjectFolder;

use crate::house::{House, open};

const IN_FLIGHT: u64 = 50;
const LOOKS_EACH: u64 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and asserts nothing about time"]
async fn fifty_in_flight() {
    let folder = ProjectFolder::small();
    folder.replace(
        "purposes/loan-relief.toml",
        "persons_per_officer_and_day = 3",
        "persons_per_officer_and_day = 1_000_000",
    );
    let house = House::over(folder, tlog::fault::MemoryStorage::new(), state::Options::default()).await;
    let begun = Instant::now();
    for person in 0..LOOKS_EACH {
        let _permit = house.gate.decide(&open(PersonId(person))).await.unwrap();
    }
    println!("one decision: {:?}", begun.elapsed() / LOOKS_EACH as u32);

    let begun = Instant::now();
    let tasks = (0..IN_FLIGHT).map(|task| {
        let gate = house.gate.clone();
        tokio::spawn(async move {
            let mut latencies = Vec::with_capacity(LOOKS_EACH as usize);
            for look in 0..LOOKS_EACH {
                let person = PersonId(task * 1_000_000 + look);
                let begun = Instant::now();
                let permit = gate.decide(&open(person)).await.unwrap();
                let grant = gate.commit(permit, vec![LookSubject { person, records: vec![] }]).await.unwrap();
                latencies.push((begun.elapsed(), grant.leaf()));
            }
            latencies
        })
    });
    let mut latencies: Vec<_> = futures::future::join_all(tasks).await.into_iter().flat_map(Result::unwrap).collect();
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].0;
    println!(
        "{:.0} looks/s, {IN_FLIGHT} in flight: p50 {:?}, p99 {:?}",
        latencies.len() as f64 / seconds,
        at(0.5),
        at(0.99)
    );
    assert_eq!(house.gate.log_size(), IN_FLIGHT * LOOKS_EACH);
}
