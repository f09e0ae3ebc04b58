//! What a register's file can get wrong: each case says what happens and what to do.

use super::{Project, text};

const RESIDENTS: &str = "incoming/residents.csv";
const HEADER: &str = "resident_no,first_name,last_name,born,street,postcode,allowance\n";

/// Gives a row that fits.
fn row(number: usize) -> String {
    format!("R-{number:03},Ann,Miller{number},1980-01-01,1 Mill Lane,10115,0.00\n")
}

#[test]
fn files_that_can_not_be_used_are_rejected_with_the_mend() {
    let many: String = (0..50).map(row).collect();
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("an empty file", Vec::new(), &["residents.csv", "empty"]),
        ("a header only", HEADER.into(), &["residents.csv", "no row"]),
        (
            "the wrong delimiter",
            format!("{HEADER}{many}").replace(',', ";").into_bytes(),
            &["residents.csv", "delimiter", ";"],
        ),
        (
            "a column missing",
            format!("{HEADER}{many}").replace(",allowance", "").replace(",0.00", "").into_bytes(),
            &["residents.csv", "allowance"],
        ),
        (
            "a column that is new",
            format!("{HEADER}{many}")
                .replace(",allowance", ",allowance,religion")
                .replace(",0.00", ",0.00,none")
                .into_bytes(),
            &["residents.csv", "religion"],
        ),
        ("rows that hardly ever fit", format!("{HEADER}{}", "x,y\n".repeat(50)).into_bytes(), &["quarantine"]),
    ];
    for (what, contents, said) in cases {
        let project = Project::new();
        project.write(RESIDENTS, contents);
        let message = project.fails(&["ingest", "residents"], 5);
        for word in said {
            assert!(message.contains(word), "{what}: `{word}` is not said in: {message}");
        }
        let table = project.path("data/lake/registers/residents/_delta_log");
        assert!(!table.exists(), "{what}: nothing may become readable");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let project = Project::new();
    std::fs::remove_file(project.path(RESIDENTS)).unwrap();
    let message = project.fails(&["ingest", "residents"], 1);
    assert!(message.contains("incoming/residents.csv") && message.contains("registers/residents.toml"), "{message}");
}

#[test]
fn rows_that_do_not_fit_go_to_quarantine_and_nothing_is_lost() {
    let project = Project::new();
    let mut contents = HEADER.to_owned().into_bytes();
    for number in 0..100 {
        contents.extend(row(number).bytes());
    }
    contents.extend(b"R-900,Ann,Bad,31 June 1990,1 Mill Lane,10115,0.00\n");
    contents.extend(b"R-901,An\xffn,Byte,1990-01-01,1 Mill Lane,10115,0.00\n");
    contents.extend(b"R-902,Ann,Short\n");
    contents.extend(format!("R-903,Ann,{},1990-01-01,1 Mill Lane,10115,0.00\n", "x".repeat(10 << 20)).bytes());
    project.write(RESIDENTS, contents);
    let report = project.must(&["ingest", "residents"]);
    assert_eq!(report["rows"], 104, "rows of the delivery");
    assert_eq!(report["quarantined"], 4);
    let reasons = report["registers"][0]["reasons"].as_array().unwrap();
    assert_eq!(reasons.iter().filter_map(|reason| reason["rows"].as_u64()).sum::<u64>(), 4, "{report}");
    let date = reasons.iter().find(|reason| reason["code"] == "not-a-date").unwrap();
    assert!(date["column"] == "born" && date["samples"][0] == "incoming/residents.csv:102", "{date}");
}

#[test]
fn why_rows_are_in_quarantine_is_said_without_their_values() {
    let project = Project::new();
    let many: String = (0..100).map(row).collect();
    project.write(RESIDENTS, format!("{HEADER}{many}R-900,Ann,Bad,31 Octember,1 Mill Lane,10115,0.00\n"));
    let output = project.run(&["ingest", "residents"]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for part in ["residents: 1 of 101 rows", "column `born`: not-a-date (incoming/residents.csv:102)"] {
        assert!(said.contains(part), "`{part}` is not said in: {said}");
    }
    assert!(said.contains("/runs/quarantine/residents"), "{said}");
    assert!(!said.contains("Octember"), "{said}");
}

#[test]
fn the_same_file_again_adds_nothing() {
    let project = Project::new();
    let first = project.must(&["ingest"]);
    let again = project.must(&["ingest"]);
    assert_eq!(first["registers"][0]["unchanged"], false);
    for register in again["registers"].as_array().unwrap() {
        assert_eq!(register["unchanged"], true, "{register}");
    }
}

#[test]
fn a_truncated_parquet_file_is_named() {
    let project = Project::new();
    project.edit("registers/residents.toml", "incoming/residents.csv", "incoming/residents.parquet");
    project.write("incoming/residents.parquet", b"PAR1 and then nothing");
    let message = project.fails(&["ingest", "residents"], 5);
    assert!(message.contains("residents.parquet") && message.contains("ask for the delivery again"), "{message}");
}

#[test]
fn a_register_that_does_not_exist_is_a_usage_error() {
    let message = Project::new().fails(&["ingest", "resident"], 2);
    assert!(message.contains("no register `resident`: name one of "), "{message}");
    assert!(message.contains("residents"), "{message}");
}

#[test]
fn no_message_repeats_a_value() {
    let project = Project::new();
    project.write(RESIDENTS, format!("{HEADER}{}", "R-1,Secret,Canary,31 Octember,1 Mill Lane,10115,0\n".repeat(20)));
    let output = project.run(&["ingest", "residents"]);
    assert_eq!(output.status.code(), Some(5));
    let said = text(&output.stderr) + &text(&output.stdout);
    for value in ["Secret", "Canary", "Octember"] {
        assert!(!said.contains(value), "{said}");
    }
}

#[test]
fn infer_proposes_a_register_that_must_be_completed() {
    let project = Project::new();
    let file = project.path(RESIDENTS);
    let output = super::lucarne(&["ingest", "--infer", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let proposal = text(&output.stdout);
    for expected in ["[columns]", "resident_no", "first_name", "type = \"date\""] {
        assert!(proposal.contains(expected), "{proposal}");
    }
    assert!(!proposal.contains("Amelia"), "a proposal repeats no value");
    assert!(proposal.contains(&format!("file = \"{}\"", file.display())), "it lies in no project: {proposal}");
    let within = text(&project.run(&["ingest", "--infer", file.to_str().unwrap()]).stdout);
    assert!(within.contains("file = \"incoming/residents.csv\""), "{within}");
}

#[test]
fn nothing_is_inferred_from_a_delivery_that_is_cut() {
    let project = Project::new();
    for (name, contents) in [("incoming/empty.csv", ""), ("incoming/cut.parquet", "PAR1 and then nothing")] {
        project.write(name, contents);
        let file = project.path(name);
        let message = project.fails(&["ingest", "--infer", file.to_str().unwrap()], 5);
        assert!(message.contains(name), "{message}");
    }
}
