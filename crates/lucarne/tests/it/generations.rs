//! Generations of the index: none but the current one stays on the disk.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::Project;

fn generations(project: &Project) -> usize {
    let entries = fs::read_dir(project.path("data/index")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count()
}

#[test]
fn an_index_of_nobody_is_not_built() {
    let project = Project::new();
    project.must(&["ingest"]);
    project.must(&["build"]);
    let said = project.fails(&["index"], 1);
    assert!(said.contains("link it first") && said.contains("lucarne link"), "{said}");
    assert!(!project.path("data/index/CURRENT").exists());
}

#[test]
fn no_old_generation_stays_after_a_build_or_while_serving() {
    let project = Project::ready();
    assert_eq!(generations(&project), 1);
    project.must(&["index"]);
    assert_eq!(generations(&project), 1, "the one before is gone with the build");

    // What a build that was cut short leaves behind goes when a server starts.
    fs::create_dir_all(project.path("data/index/cut/store")).unwrap();
    fs::write(project.path("data/index/cut/store/rows"), "Quillfeather").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_lucarne"))
        .args(["serve", "--port", "0", "--json", "--project"])
        .arg(project.root())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let left = generations(&project);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("address"), "{line}");
    assert_eq!(left, 1);
}

#[test]
fn an_index_of_an_earlier_format_is_told_as_one_and_built_anew() {
    let project = Project::ready();
    let run = fs::read_to_string(project.path("data/index/CURRENT")).unwrap();
    project.edit(&format!("data/index/{run}/meta.json"), "\"format\":5", "\"format\":1");
    let said = project.fails(&["serve", "--port", "0"], 1);
    assert!(said.contains("an index of format 1") && said.contains("run `lucarne index"), "{said}");
    project.must(&["index"]);
    let run = fs::read_to_string(project.path("data/index/CURRENT")).unwrap();
    let meta = fs::read_to_string(project.path(&format!("data/index/{run}/meta.json"))).unwrap();
    assert!(meta.contains("\"format\":5"), "{meta}");
}
