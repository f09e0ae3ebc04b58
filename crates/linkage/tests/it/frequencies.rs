//! A pinned model keeps no value that fewer than five base records have, wherever it is kept.

use arrow_array::cast::AsArray;
use linkage::{FileOptions, link_files};

use crate::fixture::Republic;
use crate::loose::csv;
use crate::people::{Deliveries, deliver, deliveries, link_now, table};

/// Calls four records of base registers one name, five another, and five a third, of which three are attached.
fn called(made: &mut Deliveries) {
    let (mut tax, mut census) = (made.tax.iter_mut(), made.census.iter_mut());
    let mut donations = made.donations.iter_mut();
    for (name, of_tax, of_census, of_donations) in
        [("Fourfold", 2, 2, 0), ("Fivefold", 3, 2, 0), ("Attachment", 1, 1, 3)]
    {
        let some = tax.by_ref().take(of_tax).chain(census.by_ref().take(of_census));
        for row in some.chain(donations.by_ref().take(of_donations)) {
            row.last_name = Some(name.to_owned());
        }
    }
}

/// Checks what a model, as JSON, keeps of last names.
fn check(text: &str) {
    let model: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut comparisons = model["comparisons"].as_array().unwrap().iter();
    let learnt = comparisons.find(|learnt| learnt["name"] == "last_name").unwrap();
    let shares = learnt["frequencies"]["shares"].as_object().unwrap();
    assert!(shares.len() > 10, "{shares:?}");
    let kept = ["fourfold", "fivefold", "attachment"].map(|name| shares.contains_key(name));
    assert_eq!(kept, [false, true, false], "{shares:?}");
    // Nor anywhere else in it.
    let text = text.to_lowercase();
    assert_eq!(["fourfold", "fivefold", "attachment"].map(|name| text.contains(name)), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_of_the_spine_keeps_what_five_base_records_have() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let mut made = deliveries(300);
    called(&mut made);
    deliver(&opened, &republic.project, &made).await;
    assert!(link_now(&opened, &republic, "link-1").await.unwrap().model_learnt);
    let rows = table(&opened, "models").await;
    assert_eq!(rows.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 1);
    let batch = rows.iter().find(|batch| batch.num_rows() == 1).unwrap();
    let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().value(0);
    check(text("model"));
    let beside = (text("settings").to_owned() + text("training")).to_lowercase();
    assert!(!beside.contains("fourfold") && !beside.contains("attachment"), "{beside}");
}

#[test]
fn the_model_that_is_kept_of_files_keeps_what_five_base_records_have() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Republic::new().project.linkage.unwrap();
    (config.purpose, config.agreement) = (None, None);
    let mut made = deliveries(300);
    called(&mut made);
    let path = |name: &str| folder.path().join(name);
    let inputs = vec![path("tax.csv"), path("census.csv"), path("donations.csv")];
    for (path, rows, has_ssn) in
        [(&inputs[0], &made.tax, true), (&inputs[1], &made.census, false), (&inputs[2], &made.donations, false)]
    {
        csv(path, rows, has_ssn);
    }
    let options = FileOptions { model: Some(path("model.json")), ..FileOptions::new(inputs, path("out")) };
    assert!(link_files(&config, &options, &|_| {}).unwrap().model_learnt);
    check(&std::fs::read_to_string(path("model.json")).unwrap());
}
