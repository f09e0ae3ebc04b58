//! `lucarne link explain`, and what a linkage of loose files says that it left out.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{lucarne, text};

/// Blocks of more than four records of one day are cut. Names are compared through the one that is there.
const CONFIG: &str = "threshold = 0.9\nblock_size_max = 4\n[[block]]\non = [\"born\"]\n[[block]]\non = [\"name\", \"town\"]\n\
    [[compare]]\ncolumn = \"name\"\nas = \"name\"\n[[compare]]\ncolumn = \"born\"\nas = \"date\"\n";

/// Gives 300 people of two days in three and of days of their own; some names have a slip, and number 299 has no key.
fn people(slips: bool) -> String {
    const NAMES: [&str; 12] = [
        "Abel", "Brandt", "Castel", "Dorn", "Eklund", "Ferrand", "Gauthier", "Holm", "Ibsen", "Jansen", "Quint",
        "Zeman",
    ];
    let mut rows = "unique_id,name,born,town\n".to_owned();
    for number in 0..299 {
        let (first, last) = (NAMES[number % 12], NAMES[number / 12 % 12]);
        let last = if slips && number % 9 == 0 { &last[..last.len() - 1] } else { last };
        let born = match number % 50 {
            // Six in each file, so that their block is over the limit.
            0 => "1999-12-31".to_owned(),
            _ => format!("{}-{:02}-{:02}", 1940 + number % 60, 1 + number % 11, 1 + number % 27),
        };
        rows.push_str(&format!("{number},{first} {last},{born},T{}\n", number % 40));
    }
    rows + "299,,,\n"
}

struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::write(files.dir.path().join("a.csv"), people(false)).unwrap();
        std::fs::write(files.dir.path().join("b.csv"), people(true)).unwrap();
        std::fs::write(files.dir.path().join("linkage.toml"), CONFIG).unwrap();
        files
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn link(&self, command: &[&str], more: &[&str]) -> Output {
        let (a, b, config) = (self.path("a.csv"), self.path("b.csv"), self.path("linkage.toml"));
        let files = ["--config", &config, "--input", &a, &b];
        lucarne(&[&["link"][..], command, &files, more].concat())
    }

    /// Explains two records and gives the JSON.
    fn explained(&self, left: &str, right: &str) -> serde_json::Value {
        let model = self.path("model.json");
        let output = self.link(&["explain", left, right], &["--model", &model, "--json"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Links the files, keeping the model.
    fn linked(&self) -> Output {
        let (out, model) = (self.path("out"), self.path("model.json"));
        let output = self.link(&["run"], &["--out", &out, "--keep-model", &model, "--levels"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        output
    }
}

fn resolve(dir: &Path, more: &[&str], lines: &str) -> Output {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_lucarne"))
        .current_dir(dir)
        .args(["link", "resolve", "--input", "a.csv", "b.csv", "--config", "linkage.toml"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_link_and_no_link_are_explained() {
    let files = Files::new();
    files.linked();
    let link = files.explained("a:17", "b:17");
    assert_eq!((link["left"]["source"].as_str(), link["left"]["id"].as_str()), (Some("a"), Some("17")));
    assert_eq!(link["comparisons"][0]["left"][0], "Ferrand Brandt");
    assert_eq!(link["comparisons"][0]["level"], "equal");
    assert!(link["comparisons"][0]["term_frequency"].as_f64() > Some(0.0), "{link}");
    assert!(link["is_looked_at"] == true && link["is_together"] == true && link["model_learnt"] == false, "{link}");
    assert!(link["match_probability"].as_f64() > Some(0.9), "{link}");
    let weights = link["comparisons"].as_array().unwrap().iter().map(|found| found["weight"].as_f64().unwrap());
    let sum =
        weights.sum::<f64>() + link["prior_weight"].as_f64().unwrap() + link["household_weight"].as_f64().unwrap();
    assert!((sum - link["match_weight"].as_f64().unwrap()).abs() < 1e-6, "{link}");

    let none = files.explained("a:17", "b:120");
    assert_eq!(none["rules"].as_array().unwrap().len(), 0, "{none}");
    assert!(none["is_looked_at"] == false && none["is_together"] == false, "{none}");

    // The same for people, who are told the values too.
    let model = files.path("model.json");
    let told = |left: &str, right: &str| {
        let output = files.link(&["explain", left, right], &["--model", &model]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let said = told("a:17", "b:17");
    assert!(said.contains("a:17 and b:17") && said.contains("“Ferrand Brandt” | “Ferrand Brandt”"), "{said}");
    assert!(said.contains("a block of") && said.contains("clusters  one cluster\n"), "{said}");
    let said = told("a:17", "b:120");
    assert!(said.contains("no rule looks at it") && said.contains("clusters  two clusters\n"), "{said}");

    // A rule that gives a pair and did not look at it is named all the same.
    let cut = files.explained("a:0", "a:50");
    assert!(cut["rules"][0]["rule"] == "born" && cut["rules"][0]["is_cut"] == true, "{cut}");
    assert!(told("a:0", "a:50").contains("too large, this rule does not look at it"));
}

#[test]
fn records_and_models_that_are_not_there_are_refused() {
    let files = Files::new();
    let refused = |left: &str, right: &str, more: &[&str]| {
        let output = files.link(&["explain", left, right], more);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
        text(&output.stderr)
    };
    let said = refused("a:17", "b:1234567", &[]);
    assert!(said.contains("RIGHT names no record") && said.contains("the sources are a, b"), "{said}");
    assert!(!said.contains("1234567"), "an id is no message: {said}");
    assert!(refused("17", "b:17", &[]).contains("LEFT names several records"));
    assert!(refused("a:17", "b:17", &["--model", &files.path("none.json")]).contains("none.json can't be read"));
    let json = files.link(&["explain", "a:17", "nobody"], &["--json"]);
    let error: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(error["status"], 2);
}

#[test]
fn what_was_left_out_is_said_and_reported() {
    let files = Files::new();
    let said = text(&files.linked().stdout);
    assert!(said.contains(" pairs that their rules did not look at, most by `born` ("), "{said}");
    assert!(said.contains("2 records have no key under any rule and are compared with nobody"), "{said}");
    let (out, model) = (files.path("out"), files.path("model.json"));
    let output = files.link(&["run"], &["--out", &out, "--keep-model", &model, "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // Twelve people of one day.
    assert!(report["pairs_cut"].as_u64() >= Some(66), "{report}");
    assert_eq!(report["records_without_key"], 2, "{report}");
    assert_eq!(report["rules"][0]["records_without_key"], 2, "{report}");

    // `resolve` says so too, beside its answers, and what learning could not settle.
    let output = resolve(files.dir.path(), &[], "");
    let beside = text(&output.stderr);
    assert!(output.status.success() && beside.contains("most by `born` ("), "{beside}");
    assert!(beside.contains("never seen"), "{beside}");
    let output = resolve(files.dir.path(), &["--json"], "");
    let resolved: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for field in ["pairs_cut", "records_without_key", "pairs_compared"] {
        assert_eq!(resolved[field], report[field], "{field}: {resolved}");
    }
    assert!(resolved["model_learnt"] == true && resolved["warnings"].to_string().contains("never seen"), "{resolved}");
    // By a model that is kept nothing was learnt, and there is nothing to warn of.
    let output = resolve(files.dir.path(), &["--json", "--keep-model", "model.json"], "");
    let resolved: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(resolved["model_learnt"] == false && resolved["warnings"] == serde_json::json!([]), "{resolved}");
}
