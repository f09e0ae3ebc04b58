//! How a run grows. Measures and prints; asserts nothing about time.

use std::fmt::Write as _;

use crate::fixture::Republic;
use crate::people::{deliver, deliveries, link_now};

/// Gives the most memory that this process ever had, in MiB.
fn memory_mib_max() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; run by hand with LUCARNE_PEOPLE=200000 cargo test -p linkage --test it scale -- --ignored --nocapture"]
async fn a_run_over_many_people() {
    let people: u64 = std::env::var("LUCARNE_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let republic = Republic::new();
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &deliveries(people)).await;
    let mut said = format!("{people} people, {} MiB before linking\n", memory_mib_max());
    for name in ["link-1", "link-2"] {
        let report = link_now(&opened, &republic, name).await.unwrap();
        writeln!(
            said,
            "{name}: {} records, {} persons, {} pairs, seconds {:?}, {} MiB at most",
            report.records,
            report.persons,
            report.pairs_compared,
            report.seconds,
            memory_mib_max()
        )
        .unwrap();
        assert_eq!(report.events.new > 0, name == "link-1");
    }
    println!("{said}");
}
