//! How commands end: at Ctrl-C, when nobody reads what they print, and when something is taken. What programs are told then.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::{Project, lucarne, text};

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_lucarne"))
        .args(arguments)
        .env_remove("LUCARNE_PROJECT")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Gives what a server tells once it serves. Nobody reads what it prints then.
fn told(child: &mut Child) -> Value {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn interrupt(child: &Child) {
    let done = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(done.success());
}

/// Gives the one object of a command that ended with `status`.
fn object(output: &Output, status: i32) -> Value {
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(status), "{stdout}{}", text(&output.stderr));
    assert_eq!(stdout.lines().count(), 1, "`--json` prints one object and nothing else: {stdout}");
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn what_nobody_reads_is_no_failure() {
    let project = Project::ready();
    let root = project.root();
    let there = ["--project", root.to_str().unwrap()];
    let commands: [&[&str]; 5] = [&["log", "show"], &["log", "show", "--json"], &["check"], &["link"], &["build"]];
    for command in commands {
        let mut child = start(&[command, &there].concat());
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = text(&output.stderr);
        assert!(output.status.success() && !said.contains("panicked"), "{command:?}: {said}");
    }
    let verified = project.must(&["log", "verify"]);
    assert_eq!(verified["unpublished_entries"], 0, "work that has effects went on to its end: {verified}");
}

#[test]
fn a_server_closes_the_log_though_nobody_reads() {
    let project = Project::ready();
    let mut child = start(&["serve", "--port", "0", "--project", project.root().to_str().unwrap()]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("Ctrl-C ends it")));
    drop(lines);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success() && !said.contains("panicked"), "{said}");
    assert_eq!(project.must(&["log", "verify"])["unpublished_entries"], 0);
}

#[test]
fn a_second_ctrl_c_ends_a_server_at_once_whatever_it_waits_for() {
    let project = Project::ready();
    let root = project.root();
    for command in ["serve", "demo"] {
        let mut child = start(&[command, "--port", "0", "--json", "--project", root.to_str().unwrap()]);
        let told = told(&mut child);
        let address = told["address"].as_str().unwrap().trim_start_matches("http://");
        let mut half = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /api/v1/search HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\
             Expect: 100-continue\r\n\r\n"
        );
        half.write_all(head.as_bytes()).unwrap();
        // The server waits for the body now.
        let mut bytes = [0; 64];
        let length = half.read(&mut bytes).unwrap();
        assert!(bytes[..length].starts_with(b"HTTP/1.1 100"), "{command}: {}", text(&bytes[..length]));
        interrupt(&child);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("waiting for 1 request")), "{command}");
        interrupt(&child);
        let rest: Vec<String> = lines.map(|line| line.unwrap()).collect();
        assert!(rest.iter().any(|line| line.contains("ended at once by a second signal")), "{command}: {rest:?}");
        assert_eq!(child.wait().unwrap().code(), Some(130), "{command}: {rest:?}");
        let entries = project.must(&["log", "verify"])["entries"].as_u64().unwrap();
        // The folder is free, and the next command closes the log.
        project.must(&["index"]);
        let verified = project.must(&["log", "verify"]);
        assert_eq!(verified["unpublished_entries"], 0, "{command}: {verified}");
        assert!(verified["entries"].as_u64() > Some(entries), "{command}: {verified}");
    }
}

fn demo<'a>(folder: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["demo", "--people", "1000", "--dir", folder.to_str().unwrap()], more].concat()
}

#[test]
fn a_demo_is_not_removed_under_whoever_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = lucarne(&demo(&folder, &["--port", &port]));
    assert_eq!(refused.status.code(), Some(7));
    assert!(text(&refused.stderr).contains("--port"));
    assert!(!folder.join("lucarne.toml").exists(), "no work was done for it");

    // One object says what was made and where it is served.
    let mut child = start(&demo(&folder, &["--port", "0", "--json"]));
    let served = told(&mut child);
    assert!(served["address"].is_string() && served["identities"].is_array(), "{served}");
    assert!(served["records_in"].as_u64() > Some(1000), "{served}");
    let made = ["cluster_f1", "cluster_precision", "cluster_recall", "pair_f1", "pair_precision", "pair_recall"];
    assert!(made.iter().all(|key| served[key].is_number()), "{served}");
    assert_eq!(keys(&served), keys_of_a_demo(&["address", "identities"]));
    let stages = ["build_objects", "build_persons", "index", "ingest", "link", "synth", "total"];
    assert_eq!(keys(&served["seconds"]), stages);
    assert!(stages.iter().all(|stage| served["seconds"][stage].is_number()), "{served}");
    assert_eq!(served["peak_rss_bytes"].is_u64(), cfg!(target_os = "linux"), "{served}");
    for more in [&["--no-serve", "--reset"][..], &["--no-serve"], &["--no-serve", "--reset", "--seed", "2"]] {
        let refused = lucarne(&demo(&folder, more));
        assert_eq!(refused.status.code(), Some(7), "{}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains("another process has"), "{}", text(&refused.stderr));
    }
    for kept in ["data/keys/master.key", "data/log/checkpoint", "lucarne.toml"] {
        assert!(folder.join(kept).is_file(), "{kept}");
    }
    interrupt(&child);
    assert!(child.wait().unwrap().success());

    // Asked for again, it is left as it is, the delivery too that is there for whoever tries to read one in.
    let entries =
        || object(&lucarne(&["log", "verify", "--json", "--project", folder.to_str().unwrap()]), 0)["entries"].clone();
    let before = entries();
    let output = lucarne(&demo(&folder, &["--no-serve", "--json"]));
    let said = text(&output.stderr);
    assert!(said.contains("left as it is") && said.contains("--reset"), "{said}");
    let again = object(&output, 0);
    for key in ["records_in", "records_quarantined", "persons"] {
        assert_eq!(again[key], served[key], "{key}: {again}");
    }
    assert!(made.iter().all(|key| again[key].is_null()), "{again}");
    assert_eq!((keys(&again), keys(&again["seconds"])), (keys_of_a_demo(&[]), Vec::new()));
    assert_eq!(entries(), before, "nothing was read, linked or indexed");
    let ingested = lucarne(&["ingest", "student_loans", "--json", "--project", folder.to_str().unwrap()]);
    assert!(object(&ingested, 0)["new"].as_u64() > Some(0), "the delivery is there to be read in");

    // Served at once, it is not linked again, and says so.
    let mut child = start(&demo(&folder, &["--port", "0", "--json"]));
    let at_once = told(&mut child);
    interrupt(&child);
    assert!(child.wait().unwrap().success());
    assert_eq!(keys(&at_once), keys_of_a_demo(&["address", "identities"]));
    assert!(made.iter().all(|key| at_once[key].is_null()), "{at_once}");
    assert_eq!((&at_once["persons"], keys(&at_once["seconds"])), (&served["persons"], Vec::new()));

    // An index that another version made is made anew, and nothing else is.
    let index = folder.join("data/index");
    let meta = index.join(fs::read_to_string(index.join("CURRENT")).unwrap().trim()).join("meta.json");
    let kept = fs::read_to_string(&meta).unwrap();
    let older = kept.replacen("\"format\":", "\"format\":1000", 1);
    assert_ne!(older, kept);
    fs::write(&meta, older).unwrap();
    let anew = object(&lucarne(&demo(&folder, &["--no-serve", "--json"])), 0);
    assert_eq!((&anew["persons"], keys(&anew["seconds"])), (&served["persons"], vec!["index"]));
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Gives the keys of what a demo tells, with `more`, in order.
fn keys_of_a_demo(more: &[&'static str]) -> Vec<&'static str> {
    let always = [
        "cluster_f1",
        "cluster_precision",
        "cluster_recall",
        "pair_f1",
        "pair_precision",
        "pair_recall",
        "peak_rss_bytes",
        "persons",
        "records_in",
        "records_quarantined",
        "seconds",
    ];
    let mut keys = [more, &always].concat();
    keys.sort_unstable();
    keys
}

/// Gives the arguments of a demo that takes a while, the longer the more people there are.
fn long_demo<'a>(folder: &'a str, people: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["demo", "--people", people, "--dir", folder], more].concat()
}

/// Begins a demo, interrupts it once a stage has come to its end, and sees that it is not gone through with.
fn interrupted_after(stage: &str, demo: &[&str]) {
    let mut child = start(demo);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with(stage)), "{stage} comes to its end");
    interrupt(&child);
    let rest: Vec<String> = lines.map(|line| line.unwrap()).collect();
    let output = child.wait_with_output().unwrap();
    let said = text(&output.stderr);
    assert!(!rest.iter().any(|line| line.starts_with("index")), "after {stage} all was done: {rest:?}{said}");
    assert_eq!(output.status.code(), Some(130), "after {stage}: {said}{rest:?}");
    assert!(said.contains("start again with the same command") && !said.contains("panicked"), "{said}");
}

#[test]
fn a_demo_that_is_interrupted_while_it_is_made_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    let folder = folder.to_str().unwrap();
    let verified = || object(&lucarne(&["log", "verify", "--json", "--project", folder]), 0);
    interrupted_after("synth", &long_demo(folder, "5000", &["--no-serve"]));
    // There may be no log yet; one that is there is closed.
    if Path::new(folder).join("data/keys/log.pub").exists() {
        assert_eq!(verified()["unpublished_entries"], 0);
    }

    // The same command begins anew, and prints three lines to try once it serves.
    let mut child = start(&long_demo(folder, "5000", &["--port", "0"]));
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    let mut tries = lines.skip_while(|line| line != "Try:").skip(1);
    let three: Vec<String> = tries.by_ref().take_while(|line| !line.is_empty()).collect();
    assert!(tries.any(|line| line.contains("Ctrl-C ends it")));
    assert_eq!(three.len(), 3, "{three:?}");
    for (line, holds) in
        three.iter().zip(["curl -H 'Authorization: Bearer ", "lucarne log verify --project ", "/api/docs"])
    {
        assert!(line.starts_with("  ") && line.contains(holds), "{line}");
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(verified()["unpublished_entries"], 0);
}

#[test]
fn a_demo_that_is_interrupted_between_two_jobs_has_closed_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    let folder = folder.to_str().unwrap();
    // So many that what is left to do takes seconds.
    interrupted_after("ingest", &long_demo(folder, "50000", &["--no-serve"]));
    let verified = object(&lucarne(&["log", "verify", "--json", "--project", folder]), 0);
    assert!(verified["entries"].as_u64() > Some(0), "{verified}");
    assert_eq!(verified["unpublished_entries"], 0, "{verified}");
}

#[test]
fn work_on_a_project_that_came_to_no_end_is_begun_again_and_nothing_is_removed() {
    let project = Project::ready();
    let root = project.root();
    let demo = ["demo", "--project", root.to_str().unwrap(), "--port", "0", "--json"];
    let begun = project.path("data/.lucarne-demo-begun");
    let key = std::fs::read(project.path("data/keys/master.key")).unwrap();
    for is_begun in [true, false] {
        if is_begun {
            std::fs::write(&begun, "").unwrap();
        }
        let mut child = start(&demo);
        let served = told(&mut child);
        interrupt(&child);
        assert!(child.wait().unwrap().success());
        assert_eq!(!keys(&served["seconds"]).is_empty(), is_begun, "{served}");
        assert!(!begun.exists(), "it came to its end");
    }
    assert_eq!(std::fs::read(project.path("data/keys/master.key")).unwrap(), key);
}

#[test]
fn programs_are_told_that_a_command_was_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("republic");
    let arguments = ["synth", "--people", "2000000", "--json", "--out", out.to_str().unwrap()];
    let mut child = start(&arguments);
    // The map is the first that is written: the work has begun, and a signal is waited for.
    while !out.join("districts.geojson").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it goes on");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    interrupt(&child);
    let told = object(&child.wait_with_output().unwrap(), 130);
    assert_eq!(told["status"], 130);
    assert!(told["error"].as_str().unwrap().contains("start again with the same command"), "{told}");
    // What was begun is no hindrance.
    let again = lucarne(&["synth", "--people", "10", "--json", "--out", out.to_str().unwrap()]);
    assert_eq!(object(&again, 0)["people"], 10);
}

#[test]
fn programs_get_one_object_whatever_happens() {
    let project = Project::new();
    let one = |arguments: &[&str], status| object(&project.run(&[arguments, &["--json"]].concat()), status);
    let usage = one(&["serve", "--prot", "1"], 2);
    assert_eq!(usage["status"], 2);
    assert!(usage["error"].as_str().unwrap().contains("--prot"), "{usage}");
    let file = project.path("incoming/residents.csv");
    let inferred = one(&["ingest", "--infer", file.to_str().unwrap()], 0);
    assert_eq!(inferred["file"], "incoming/residents.csv");
    assert!(inferred["toml"].as_str().unwrap().contains("[columns]"), "{inferred}");
    let refused = one(&["ingest", "nothing"], 2);
    assert!(refused["error"].as_str().unwrap().contains("nothing"), "{refused}");
}

#[test]
fn what_is_logged_into_a_file_has_no_colours() {
    let project = Project::new();
    let output = Command::new(env!("CARGO_BIN_EXE_lucarne"))
        .args(["ingest", "--project"])
        .arg(project.root())
        .env("LUCARNE_LOG", "debug")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("DEBUG"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn a_folder_of_somebody_else_is_no_place_for_a_republic() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().to_str().unwrap();
    let synth = || lucarne(&["synth", "--people", "10", "--out", out]);
    std::fs::write(dir.path().join("README.txt"), "My thesis").unwrap();
    let refused = synth();
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("README.txt"), "{}", text(&refused.stderr));
    assert!(!Path::new(out).join("registers").exists());
    std::fs::remove_file(dir.path().join("README.txt")).unwrap();
    let made = synth();
    assert!(text(&made.stdout).contains("12 registers in 13 files"), "{}", text(&made.stdout));
}
