//! `lucarne link run`.

use super::{lucarne, text};

const CONFIG: &str = "threshold = 0.9\n[[block]]\non = [\"born\"]\n[[compare]]\ncolumn = \"name\"\nas = \"name\"\n\
    [[compare]]\ncolumn = \"born\"\nas = \"exact\"\n";

fn csv(people: usize, slip: bool) -> String {
    let mut text = "unique_id,name,born,who\n".to_owned();
    for number in 0..people {
        let name: String = format!("{number:04}").bytes().map(|digit| char::from(b'a' + digit - b'0')).collect();
        let name = if slip && number % 7 == 0 { format!("{name}x") } else { name };
        text.push_str(&format!(
            "{number},M{name}son,{}-{:02}-{:02},{number}\n",
            1950 + number % 50,
            1 + number % 12,
            1 + number % 28
        ));
    }
    text
}

#[test]
fn loose_files_are_linked_and_measured_without_a_project() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.csv"), csv(400, false)).unwrap();
    std::fs::write(path("b.csv"), csv(400, true)).unwrap();
    std::fs::write(path("linkage.toml"), CONFIG).unwrap();
    let output = lucarne(&[
        "link",
        "run",
        "--input",
        &path("a.csv"),
        &path("b.csv"),
        "--config",
        &path("linkage.toml"),
        "--out",
        &path("out"),
        "--truth",
        "who",
        "--link-only",
        "--json",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["records"], 800);
    assert!(report["quality"]["clusters"]["f1"].as_f64().unwrap() > 0.9, "{report}");
    assert!(dir.path().join("out/edges.parquet").is_file());
    assert!(dir.path().join("out/clusters.parquet").is_file());
}

pub(super) const MODEL: &str = r#"{
    "link_type": "link_only",
    "unique_id_column_name": "unique_id",
    "source_dataset_column_name": "source_dataset",
    "probability_two_random_records_match": 0.1,
    "comparisons": [{
        "output_column_name": "name",
        "comparison_levels": [
            {"sql_condition": "\"name_l\" IS NULL OR \"name_r\" IS NULL", "is_null_level": true},
            {"sql_condition": "\"name_l\" = \"name_r\"", "m_probability": 0.8, "u_probability": 0.0001},
            {"sql_condition": "levenshtein(\"name_l\", \"name_r\") <= 1", "m_probability": 0.19,
             "u_probability": 0.0005},
            {"sql_condition": "ELSE", "m_probability": 0.01, "u_probability": 0.9994}
        ]
    }],
    "blocking_rules_to_generate_predictions": [{"blocking_rule": "l.\"born\" = r.\"born\""}]
}"#;

#[test]
fn a_model_of_splink_links_loose_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.csv"), csv(400, false)).unwrap();
    std::fs::write(path("b.csv"), csv(400, true)).unwrap();
    std::fs::write(path("model.json"), MODEL).unwrap();
    let (a, b, model, out) = (path("a.csv"), path("b.csv"), path("model.json"), path("out"));
    let run = |more: &[&str]| {
        lucarne(
            &[&["link", "run", "--input", &a, &b, "--model", &model, "--out", &out, "--truth", "who"], more].concat(),
        )
    };
    let output = run(&["--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["records"].as_u64(), report["persons"].as_u64()), (Some(800), Some(400)), "{report}");
    assert_eq!(report["edges"], 400, "one slip is within one edit: {report}");
    assert_eq!(report["quality"]["clusters"]["f1"], 1.0, "{report}");
    assert!(report["rules"][0]["pairs"].as_u64() >= Some(400), "{report}");
    assert!(dir.path().join("out/edges.parquet").is_file() && dir.path().join("out/clusters.parquet").is_file());

    // Without edges the clusters are the same, and those of before don't stay beside them.
    let clusters = std::fs::read(dir.path().join("out/clusters.parquet")).unwrap();
    let output = run(&["--json", "--clusters-only"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["edges"].as_u64(), report["persons"].as_u64()), (Some(400), Some(400)), "{report}");
    assert_eq!(report["quality"]["pairs"]["f1"], 1.0, "{report}");
    assert_eq!(std::fs::read(dir.path().join("out/clusters.parquet")).unwrap(), clusters);
    assert!(!dir.path().join("out/edges.parquet").exists());
    assert_eq!(run(&["--clusters-only", "--least-weight", "1"]).status.code(), Some(2));

    // What the model does not say is not asked for, and what it can't mean is pointed at.
    assert_eq!(run(&["--id", "name"]).status.code(), Some(2));
    assert_eq!(run(&["--threshold", "1"]).status.code(), Some(2));
    std::fs::write(path("model.json"), MODEL.replace("levenshtein", "soundex")).unwrap();
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(3));
    let said = text(&refused.stderr);
    assert!(said.contains("model.json") && said.contains("character 1") && said.contains("name"), "{said}");
    std::fs::write(path("model.json"), MODEL.replace("born", "birthday")).unwrap();
    assert!(text(&run(&[]).stderr).contains("it has no column `birthday`"));
}

#[test]
fn a_wrong_config_is_pointed_at() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.csv"), csv(3, false)).unwrap();
    std::fs::write(path("linkage.toml"), CONFIG.replace("threshold = 0.9", "treshold = 0.9")).unwrap();
    let output =
        lucarne(&["link", "run", "--input", &path("a.csv"), "--config", &path("linkage.toml"), "--out", &path("out")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("linkage.toml:1:1"), "{}", text(&output.stderr));
}

#[test]
fn a_linkage_is_proposed_and_then_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.csv"), csv(400, false)).unwrap();
    std::fs::write(path("b.csv"), csv(400, true)).unwrap();
    let (a, b, proposal) = (path("a.csv"), path("b.csv"), path("linkage.toml"));
    let propose = ["link", "propose", "--ignore", "who", "--input", a.as_str(), b.as_str()];
    let printed = lucarne(&propose);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let written = lucarne(&[&propose[..], &["--out", &proposal]].concat());
    assert!(written.status.success(), "{}", text(&written.stderr));
    assert_eq!(
        std::fs::read_to_string(&proposal).unwrap(),
        text(&printed.stdout),
        "what is printed is what is written"
    );
    let again = lucarne(&[&propose[..], &["--out", &proposal]].concat());
    assert_eq!(again.status.code(), Some(2), "a file that is there stays");
    let said = text(&again.stderr);
    assert!(said.contains("linkage.toml is there already") && said.contains("--out"), "{said}");
    let told = lucarne(&[&propose[..], &["--json"]].concat());
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["records"], 800);
    assert!(told["columns"].as_array().unwrap().iter().all(|column| column["column"] != "who"), "{told}");
    let out = path("out");
    let run = ["link", "run", "--input", &a, &b, "--config", &proposal, "--out", &out, "--truth", "who", "--json"];
    let run = lucarne(&run);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(report["quality"]["clusters"]["f1"].as_f64().unwrap() > 0.9, "{report}");
}

/// Gives 600 rows of people of all kinds of names; some have a slip in them.
fn people(slips: bool) -> String {
    const NAMES: [&str; 12] = [
        "Abel", "Brandt", "Castel", "Dorn", "Eklund", "Ferrand", "Gauthier", "Holm", "Ibsen", "Jansen", "Quint",
        "Zeman",
    ];
    let mut text = "unique_id,name,born\n".to_owned();
    for number in 0..600 {
        let (first, last) = (NAMES[number % 12], NAMES[number / 12 % 12]);
        let last = if slips && number % 9 == 0 { &last[..last.len() - 1] } else { last };
        let (year, month, day) = (1940 + number % 60, 1 + number % 11, 1 + number % 27);
        text.push_str(&format!("{number},{first} {last},{year}-{month:02}-{day:02}\n"));
    }
    text
}

/// Runs `link resolve` over `a.csv` and `b.csv` with lines on standard input, and gives the answers and how it ended.
fn resolve(dir: &std::path::Path, more: &[&str], lines: &str) -> (Vec<serde_json::Value>, std::process::ExitStatus) {
    use std::io::Write as _;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lucarne"))
        .current_dir(dir)
        .args(["link", "resolve", "--input", "a.csv", "b.csv", "--config", "linkage.toml"])
        .args(more)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answers = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (answers, output.status)
}

#[test]
fn records_are_resolved_as_they_come_and_kept_in_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.csv"), people(false)).unwrap();
    std::fs::write(dir.path().join("b.csv"), people(true)).unwrap();
    std::fs::write(dir.path().join("linkage.toml"), CONFIG).unwrap();
    let line = |id: &str, name: &str| {
        format!("{{\"unique_id\": \"{id}\", \"source\": \"c\", \"name\": \"{name}\", \"born\": \"1957-07-18\"}}\n")
    };
    let kept = ["--journal", "taken.jsonl", "--keep-model", "model.json"];
    // Number 17 of the files, with a slip; somebody else of that day; and the slip put right.
    let lines = [line("x", "Ferrand Brandtt"), line("y", "Quint Zeman"), line("x", "Ferrand Brandt")].concat();
    let (answers, ended) = resolve(dir.path(), &kept, &lines);
    assert!(ended.success());
    let with = |answer: &serde_json::Value| answer["with"].to_string();
    assert_eq!(with(&answers[0]), r#"[{"source":"a","id":"17"},{"source":"b","id":"17"}]"#);
    assert_eq!((answers[0]["done"].as_str(), answers[2]["done"].as_str()), (Some("new"), Some("changed")));
    assert_eq!(answers[2]["tie"]["levels"][0]["level"], "equal");
    assert!(answers[2]["tie"]["match_probability"].as_f64() > answers[0]["tie"]["match_probability"].as_f64());
    assert_eq!((with(&answers[1]), answers[1]["tie"].is_null()), ("[]".to_owned(), true));

    // The next run knows them: one more record finds both, and what is taken away is found by nobody.
    let next = line("z", "Ferrand Brandt")
        + "{\"unique_id\": \"x\", \"source\": \"c\", \"_gone\": true}\n"
        + &line("w", "Ferrand Brandt");
    let (answers, ended) = resolve(dir.path(), &[&kept[..], &["--batch", "64"]].concat(), &next);
    assert!(ended.success());
    assert_eq!(
        with(&answers[0]),
        r#"[{"source":"a","id":"17"},{"source":"b","id":"17"},{"source":"c","id":"w"}]"#,
        "a batch is one change"
    );
    assert_eq!((answers[1]["done"].as_str(), with(&answers[1])), (Some("gone"), "[]".to_owned()));

    // A line that was cut off was never answered, and a wrong one says why without changing anything. What was replaced or has
    // gone since is not in the journal any more.
    let journal = dir.path().join("taken.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, whole.clone() + "{\"unique_id\": \"cut").unwrap();
    let wrong = ["no json", r#"{"source": "c"}"#, r#"{"unique_id": 1, "source": "c", "nmae": "x"}"#];
    let gone = r#"{"unique_id": "x", "source": "c", "_gone": true}"#;
    let (answers, ended) = resolve(dir.path(), &kept, &format!("{}\n{gone}\n", wrong.join("\n")));
    assert_eq!(ended.code(), Some(5));
    let errors: Vec<&str> = answers.iter().map(|answer| answer["error"].as_str().unwrap()).collect();
    assert!(
        errors[0].contains("no JSON") && errors[1].contains("`unique_id`") && errors[2].contains("`nmae`"),
        "{errors:?}"
    );
    assert!(errors[3].contains("no such record"), "{errors:?}");
    let remaining = [line("y", "Quint Zeman"), line("z", "Ferrand Brandt"), line("w", "Ferrand Brandt")].concat();
    let remaining = format!("{}\n{remaining}", whole.lines().next().unwrap());
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), remaining);

    // Programs get one object, with what was done beside the error.
    let (objects, ended) = resolve(dir.path(), &[&kept[..], &["--json"]].concat(), "no json\n");
    assert_eq!((objects.len(), ended.code()), (1, Some(5)));
    assert!(objects[0]["refused"] == 1 && objects[0]["status"] == 5, "{}", objects[0]);
    assert!(objects[0]["error"].as_str().unwrap().contains("1 of 1 lines"), "{}", objects[0]);

    let held = std::fs::File::open(&journal).unwrap();
    held.lock().unwrap();
    let (answers, ended) = resolve(dir.path(), &kept, &line("v", "Abel Abel"));
    assert_eq!((answers.len(), ended.code()), (0, Some(1)), "another process has it");
    drop(held);
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), remaining);

    std::fs::write(&journal, "something else\n").unwrap();
    let (_, ended) = resolve(dir.path(), &kept, "");
    assert_eq!(ended.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn what_is_linked_is_not_written_through_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("a.csv"), csv(400, false)).unwrap();
    std::fs::write(path("b.csv"), csv(400, true)).unwrap();
    std::fs::write(path("linkage.toml"), CONFIG).unwrap();
    std::fs::write(path("other"), "years of work").unwrap();
    std::fs::create_dir(path("out")).unwrap();
    for part in ["out/edges.parquet.part", "out/clusters.parquet.part", "out/model.json.part"] {
        std::os::unix::fs::symlink("../other", path(part)).unwrap();
    }
    let (a, b, config, out, model) =
        (path("a.csv"), path("b.csv"), path("linkage.toml"), path("out"), path("out/model.json"));
    let output =
        lucarne(&["link", "run", "--input", &a, &b, "--config", &config, "--out", &out, "--keep-model", &model]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(path("other")).unwrap(), "years of work");
    let entries = std::fs::read_dir(path("out")).unwrap().map(|entry| entry.unwrap());
    let mut made: Vec<(String, bool)> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.file_type().unwrap().is_file())).collect();
    made.sort();
    let expected = ["clusters.parquet", "edges.parquet"].map(|name| (name.to_owned(), true));
    assert!(expected.iter().all(|file| made.contains(file)), "{made:?}");
    assert!(made.iter().all(|(name, is_file)| *is_file || name == "model.json.part"), "{made:?}");
}
