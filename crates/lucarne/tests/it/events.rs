//! What happened to person ids, as `lucarne link` and `lucarne link events` tell it.

use super::{Project, text};

#[test]
fn events_of_persons_are_counted_and_listed_without_a_value() {
    let project = Project::new();
    project.must(&["ingest"]);
    project.must(&["build"]);
    let nothing = project.run(&["link", "events"]);
    assert!(nothing.status.success() && nothing.stdout.is_empty(), "{}", text(&nothing.stdout));
    assert!(text(&nothing.stderr).contains("link the project first"), "{}", text(&nothing.stderr));

    let first = project.run(&["link"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let told = text(&first.stdout);
    assert!(told.contains("merged 0, split 0, gone 0"), "{told}");
    // The same again changes nobody, and says nothing of it.
    let again = text(&project.run(&["link"]).stdout);
    assert!(again.contains("records") && !again.contains("merged"), "{again}");

    let persons = project.must(&["link"])["persons"].as_u64().unwrap();
    assert!(told.contains(&format!("new {persons},")), "{told}");
    let listed = project.must(&["link", "events", "--last", "100000"]);
    let events = listed["events"].as_array().unwrap();
    assert_eq!(events.len() as u64, persons);
    let mut ids: Vec<u64> = events.iter().map(|event| event["person"].as_u64().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids, (1..=persons).collect::<Vec<u64>>());
    for event in events {
        assert_eq!(event["kind"], "new");
        assert_eq!(event["generation"], 1);
        assert!(event["from"].as_array().unwrap().is_empty() && event["records"].as_u64().unwrap() > 0, "{event}");
    }

    let last = project.run(&["link", "events", "--last", "2"]);
    let lines = text(&last.stdout);
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.lines().last().unwrap().contains(&format!("new    P{persons}  (")), "{lines}");
    let residents = std::fs::read_to_string(project.path("incoming/residents.csv")).unwrap();
    let is_name = |cell: &&str| cell.len() > 3 && cell.chars().all(char::is_alphabetic);
    let names: Vec<&str> = residents.lines().skip(1).flat_map(|line| line.split(',')).filter(is_name).collect();
    assert!(!names.is_empty());
    assert!(names.iter().all(|name| !lines.contains(name) && !listed.to_string().contains(name)), "{lines}");
}
