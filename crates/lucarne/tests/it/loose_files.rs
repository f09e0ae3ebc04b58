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
