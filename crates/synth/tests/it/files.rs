use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use synth::{Config, Error, Progress, Report, generate};

use crate::reader::{self, Line};

const REGISTERS: [&str; 12] = [
    "social_security",
    "tax",
    "student_loans",
    "immigration_status",
    "firearms",
    "benefits",
    "travel",
    "political_donations",
    "political_activity",
    "biometrics",
    "electronic_forms",
    "broker_data",
];

fn republic(people: u64, seed: u64) -> (tempfile::TempDir, Report) {
    let folder = tempfile::tempdir().unwrap();
    let report = generate(&Config { people, seed }, folder.path(), &mut |_| ()).unwrap();
    (folder, report)
}

fn file(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join("registers").join(name)
}

#[test]
fn every_register_is_there_for_nobody_for_one_and_for_many() {
    for people in [0, 1, 700] {
        let (folder, report) = republic(people, 3);
        let ids: BTreeSet<&str> = report.registers.iter().map(|register| register.id.as_str()).collect();
        assert_eq!(ids, REGISTERS.into_iter().collect());
        assert_eq!(report.registers.len(), 13, "one register comes in two files");
        for register in &report.registers {
            let lines = reader::read(&file(folder.path(), &register.file));
            assert_eq!(lines.len() as u64, register.rows, "{}", register.file);
            assert!(people > 0 || lines.is_empty());
        }
        for name in ["truth.parquet", "districts.geojson", "README.txt"] {
            assert!(folder.path().join(name).is_file(), "{name}");
        }
        assert_eq!(reader::truth(&folder.path().join("truth.parquet")).len() as u64, report.truth_rows);
    }
}

#[test]
fn truth_covers_every_row_once() {
    let people = 9_000;
    let (folder, report) = republic(people, 4);
    let mut rows_of: BTreeMap<(String, String), BTreeSet<u64>> = BTreeMap::new();
    for (register, file, row, person) in reader::truth(&folder.path().join("truth.parquet")) {
        assert!(person < people);
        assert!(rows_of.entry((register, file)).or_default().insert(row), "a row has two persons");
    }
    assert_eq!(report.rows, report.truth_rows);
    for register in &report.registers {
        let rows = &rows_of[&(register.id.clone(), register.file.clone())];
        assert_eq!(rows.len() as u64, register.rows);
        assert_eq!(rows.last().copied(), register.rows.checked_sub(1));
    }
}

#[test]
fn the_rows_that_no_schema_accepts_are_those_reported_and_of_every_kind() {
    let (folder, report) = republic(20_000, 5);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for register in &report.registers {
        let lines = reader::read(&file(folder.path(), &register.file));
        let bad = lines.iter().filter_map(|line| if let Line::Bad(why) = line { Some(*why) } else { None });
        let mut count = 0;
        for why in bad {
            *kinds.entry(why).or_default() += 1;
            count += 1;
        }
        assert_eq!(count, register.unacceptable_rows, "{}", register.file);
    }
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), ["date", "encoding", "fields", "json"]);
}

#[test]
fn keys_are_unique_and_rows_of_a_person_do_not_stand_together() {
    let (folder, report) = republic(9_000, 6);
    let truth = reader::truth(&folder.path().join("truth.parquet"));
    let mut keys = BTreeSet::new();
    for register in &report.registers {
        for line in reader::read(&file(folder.path(), &register.file)) {
            let Line::Good(values) = line else { continue };
            // JSON objects come back in the order of their names; the key's column is known by its value's form.
            let key = values.iter().find(|(name, _)| KEYS.contains(&name.as_str())).unwrap();
            assert!(!key.1.is_empty());
            assert!(keys.insert((register.id.clone(), key.1.clone())), "{} {} is there twice", register.file, key.1);
        }
    }
    let pairs = truth.windows(2).filter(|pair| pair[0].1 == pair[1].1).count();
    let together = truth.windows(2).filter(|pair| pair[0].1 == pair[1].1 && pair[0].3 == pair[1].3).count();
    assert!(together * 500 < pairs, "{together} of {pairs} neighbours are of one person");
}

const KEYS: [&str; 12] = [
    "record_no",
    "return_no",
    "loan_no",
    "file_no",
    "permit_no",
    "claim_no",
    "crossing_no",
    "donation_no",
    "activity_no",
    "enrolment_no",
    "submission_id",
    "row_id",
];

#[test]
fn progress_rises_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen: Vec<Progress> = Vec::new();
    let report = generate(&Config { people: 9_000, seed: 7 }, folder.path(), &mut |p| seen.push(p)).unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].people_done < pair[1].people_done && pair[0].rows <= pair[1].rows));
    let last = seen.last().unwrap();
    assert_eq!((last.people_done, last.people_total, last.rows), (9_000, 9_000, report.rows));
}

#[test]
fn too_many_people_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let refused = generate(&Config { people: 500_000_001, seed: 1 }, &out, &mut |_| ());
    assert!(matches!(refused, Err(Error::TooManyPeople { asked: 500_000_001, .. })));
    assert!(!out.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("taken");
    std::fs::write(&out, "a file").unwrap();
    let refused = generate(&Config { people: 1, seed: 1 }, &out, &mut |_| ()).unwrap_err();
    assert!(refused.to_string().contains("taken"), "{refused}");
}
