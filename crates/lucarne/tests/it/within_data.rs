//! Commands that open no project's data are not given a file of it, by whatever name, and write nothing there.

use std::path::{Path, PathBuf};
use std::process::Output;

use super::loose_files::MODEL;
use super::{Project, files_below, lucarne, text};

const CONFIG: &str = "threshold = 0.9\n[[block]]\non = [\"born\"]\n[[compare]]\ncolumn = \"born\"\nas = \"exact\"\n";

const GATE: &str = "belongs to a project's data and is read through the gate: name another file";

/// A project with rows, and beside it what links loose files.
struct Files {
    project: Project,
    beside: PathBuf,
}

impl Files {
    fn new() -> Self {
        let project = Project::new();
        project.must(&["ingest"]);
        let beside = project.dir.path().join("beside");
        std::fs::create_dir(&beside).unwrap();
        let files = Self { project, beside };
        std::fs::write(files.beside("linkage.toml"), CONFIG).unwrap();
        std::fs::write(files.beside("model.json"), MODEL).unwrap();
        std::fs::write(files.beside("people.csv"), "unique_id,name,born\n1,Ada,1990-01-01\n2,Ada,1990-01-01\n")
            .unwrap();
        files
    }

    fn beside(&self, name: &str) -> String {
        self.beside.join(name).to_str().unwrap().to_owned()
    }

    /// Gives a part of the table of a register.
    fn part(&self) -> PathBuf {
        let parts = files_below(&self.project.path("data/lake/registers"));
        parts.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "parquet")).unwrap()
    }

    /// Gives all files of the data folder with their contents.
    fn data(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let paths = files_below(&self.project.path("data"));
        paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// Runs each command that takes loose files with this one, and gives what it was and the status of bad input.
    fn with_input(&self, input: &Path) -> Vec<(&'static str, i32, Output)> {
        let input = input.to_str().unwrap();
        let (config, model, out) = (self.beside("linkage.toml"), self.beside("model.json"), self.beside("out"));
        let settings = ["--config", config.as_str(), "--input", input];
        let link = |command: &[&str], more: &[&str]| lucarne(&[&["link"][..], command, more].concat());
        vec![
            ("run", 1, link(&["run", "--out", &out], &settings)),
            ("run by Splink's model", 1, link(&["run", "--out", &out], &["--model", &model, "--input", input])),
            ("explain", 1, link(&["explain", "part:1", "part:2"], &settings)),
            ("resolve", 1, link(&["resolve"], &settings)),
            ("propose", 1, link(&["propose"], &["--input", input])),
            ("infer", 5, lucarne(&["ingest", "--infer", input])),
        ]
    }
}

fn assert_refused(what: &str, status: i32, output: &Output, says: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{what} said: {said}");
    assert!(said.contains(says), "{what} said: {said}");
}

#[test]
fn no_command_reads_a_part_of_the_lake_as_a_loose_file() {
    let files = Files::new();
    let part = files.part();
    let csv = files.project.path("data/rows.csv");
    std::fs::write(&csv, "unique_id,name,born\n1,Canary,1990-01-01\n").unwrap();
    let before = files.data();
    let mut inputs = vec![part.clone(), csv, files.beside.join("../project/data/rows.csv")];
    #[cfg(unix)]
    {
        let (to_file, to_folder) = (files.beside.join("part.parquet"), files.beside.join("folder"));
        std::os::unix::fs::symlink(&part, &to_file).unwrap();
        std::os::unix::fs::symlink(part.parent().unwrap(), &to_folder).unwrap();
        inputs.extend([to_file, to_folder.join(part.file_name().unwrap())]);
    }
    for input in &inputs {
        for (command, status, output) in files.with_input(input) {
            assert_refused(&format!("{command} of {}", input.display()), status, &output, GATE);
            assert!(!text(&output.stdout).contains("Canary"), "{command}");
        }
    }
    assert!(!files.beside.join("out").exists(), "nothing is written");
    assert!(files.data() == before, "the data folder is as it was");
    // A file that is nobody's is taken, as long as it lies elsewhere.
    let own = files.beside.join("people.csv");
    let (_, _, inferred) = files.with_input(&own).pop().unwrap();
    assert!(inferred.status.success(), "{}", text(&inferred.stderr));
}

#[test]
fn no_command_writes_into_the_lake_what_it_made_of_loose_files() {
    let files = Files::new();
    let before = files.data();
    let own = files.beside("people.csv");
    let (config, model, out) = (files.beside("linkage.toml"), files.beside("model.json"), files.beside("out"));
    let within = files.project.path("data/lake/made").to_str().unwrap().to_owned();
    let settings = ["--config", config.as_str(), "--input", own.as_str()];
    let link = |command: &[&str]| lucarne(&[&["link"][..], command].concat());
    let run = |more: &[&str]| link(&[&["run"][..], &settings[..], more].concat());
    let written = "is within a project's data";
    assert_refused("run", 1, &run(&["--out", &within]), written);
    let by_splink = link(&["run", "--model", &model, "--input", &own, "--out", &within]);
    assert_refused("run by Splink's model", 1, &by_splink, written);
    assert_refused("a kept model", 1, &run(&["--out", &out, "--keep-model", &within]), GATE);
    let resolve = |more: &[&str]| link(&[&["resolve"][..], &settings[..], more].concat());
    assert_refused("a journal", 1, &resolve(&["--journal", &within]), written);
    assert_refused("a model of resolve", 1, &resolve(&["--keep-model", &within]), GATE);
    let proposed = link(&["propose", "--input", &own, "--out", &within]);
    assert_refused("propose", 2, &proposed, "belongs to a project's data: name another file");
    assert!(!Path::new(&out).exists(), "nothing is written");
    assert!(files.data() == before, "the data folder is as it was");
}

#[test]
fn settings_are_not_read_from_a_data_folder_and_no_line_of_it_is_shown() {
    let files = Files::new();
    let secret = files.project.path("data/keys/canary");
    std::fs::write(&secret, "canary = \"KEY\"\n").unwrap();
    let (own, out) = (files.beside("people.csv"), files.beside("out"));
    let secret = secret.to_str().unwrap();
    for option in ["--config", "--model"] {
        let output = lucarne(&["link", "run", "--input", &own, "--out", &out, option, secret]);
        assert_refused(option, 2, &output, "belongs to a project's data");
        assert!(!text(&output.stderr).contains("KEY"), "{}", text(&output.stderr));
    }
}

#[test]
fn no_register_takes_rows_of_the_lake_for_its_delivery() {
    let files = Files::new();
    files.project.edit("registers/residents.toml", "incoming/residents.csv", "data/lake/registers/*/*.parquet");
    let said = files.project.fails(&["ingest", "residents"], 1);
    assert!(said.contains("registers/residents.toml") && said.contains("name other files"), "{said}");
}

#[test]
fn no_republic_is_written_into_a_data_folder() {
    let files = Files::new();
    let before = files.data();
    for within in ["data", "data/lake/town"] {
        let out = files.project.path(within);
        let refused = lucarne(&["synth", "--people", "10", "--out", out.to_str().unwrap()]);
        assert_refused(within, 2, &refused, "is within a project's data: name another folder with --out");
    }
    assert!(files.data() == before, "the data folder is as it was");
}

#[cfg(unix)]
#[test]
fn no_republic_is_written_through_links_in_its_folder() {
    let files = Files::new();
    let (out, before) = (files.beside.join("town"), files.data());
    let synth = || lucarne(&["synth", "--people", "10", "--out", out.to_str().unwrap()]);
    std::fs::create_dir(&out).unwrap();
    for (name, leads_to) in [("registers", files.project.path("data/lake")), ("truth.parquet", files.part())] {
        let link = out.join(name);
        std::os::unix::fs::symlink(leads_to, &link).unwrap();
        let refused = synth();
        let says = format!("{} is a symbolic link, through which nothing is written: remove it", link.display());
        assert_refused(name, 2, &refused, &says);
        assert_eq!(out.read_dir().unwrap().count(), 1, "{name}: nothing is written beside it");
        std::fs::remove_file(link).unwrap();
    }
    assert!(files.data() == before, "the data folder is as it was");
    let made = synth();
    assert!(made.status.success(), "{}", text(&made.stderr));
}

#[cfg(unix)]
#[test]
fn a_lake_on_another_disk_is_still_the_project_s() {
    let files = Files::new();
    let (lake, disk) = (files.project.path("data/lake"), tempfile::tempdir().unwrap());
    let moved = disk.path().join("lake");
    // A folder that lies on the same disk stands for one on another.
    std::fs::create_dir(&moved).unwrap();
    for path in files_below(&lake) {
        let to = moved.join(path.strip_prefix(&lake).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&path, to).unwrap();
    }
    std::fs::remove_dir_all(&lake).unwrap();
    std::os::unix::fs::symlink(&moved, &lake).unwrap();
    let part = files.part();
    let direct = moved.join(part.strip_prefix(&lake).unwrap());
    assert!(part.starts_with(&lake) && direct.is_file(), "{}", part.display());
    for input in [&part, &direct] {
        for (command, status, output) in files.with_input(input) {
            assert_refused(&format!("{command} of {}", input.display()), status, &output, GATE);
        }
    }
    assert!(!files.beside.join("out").exists(), "nothing is written");
}
