//! A log, or a key of it, that was taken away, put back from an older copy, or exchanged: nothing is begun anew, and what to do
//! is said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Project, files_below, text};

/// Files and what they hold.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Gives the files below a folder, but for those that come and go with who has it open.
fn files(dir: &Path) -> Files {
    let files = files_below(dir).into_iter().filter(|file| !file.ends_with("lock"));
    files.map(|file| (file.clone(), std::fs::read(file).unwrap())).collect()
}

fn copy(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(file, target).unwrap();
    }
}

/// Puts the files of one folder in the place of another.
fn put_in_place(from: &Path, place: &Path) {
    std::fs::remove_dir_all(place).unwrap();
    copy(from, place);
}

fn said_all(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not said in: {message}");
    }
}

#[test]
fn a_log_that_was_taken_away_is_not_begun_anew() {
    let project = Project::ready();
    let (log, aside) = (project.path("data/log"), project.path("log-aside"));
    let keys = files(&project.path("data/keys"));
    std::fs::rename(&log, &aside).unwrap();
    for command in ["index", "build", "ingest"] {
        let message = project.fails(&[command], 6);
        said_all(&message, &["data/log", "the log is gone", "state.sqlite", "put back", "delete nothing"]);
        assert!(!log.exists(), "{command} made a new log");
    }
    said_all(&project.fails(&["log", "verify"], 6), &["data/log", "put back", "delete nothing"]);
    // A folder that is left empty is no log either.
    std::fs::create_dir(&log).unwrap();
    said_all(&project.fails(&["index"], 6), &["the log is gone"]);
    assert!(!log.join("checkpoint").exists());
    said_all(&project.fails(&["log", "verify"], 6), &["checkpoint"]);
    assert_eq!(files(&project.path("data/keys")), keys, "no key was touched");

    std::fs::remove_dir_all(&log).unwrap();
    std::fs::rename(&aside, &log).unwrap();
    project.must(&["index"]);
    project.must(&["log", "verify"]);
}

#[test]
fn an_older_copy_of_the_log_is_not_written_on() {
    let project = Project::ready();
    let (log, older, newer) = (project.path("data/log"), project.path("log-older"), project.path("log-newer"));
    copy(&log, &older);
    let entries_then = project.must(&["log", "verify"])["entries"].as_u64().unwrap();
    project.must(&["index"]);
    let entries_now = project.must(&["log", "verify"])["entries"].as_u64().unwrap();
    assert!(entries_now > entries_then);
    copy(&log, &newer);

    put_in_place(&older, &log);
    let before = files(&log);
    let message = project.fails(&["index"], 6);
    let counts = [format!("knows {entries_now} entries"), format!("the log has {entries_then}")];
    said_all(&message, &["data/log", "rolled back", &counts[0], &counts[1], "--checkpoint", "delete nothing"]);
    assert_eq!(files(&log), before, "nothing is written");
    // It is whole in itself: only a saved checkpoint, or the store, tells.
    project.must(&["log", "verify"]);

    put_in_place(&newer, &log);
    project.must(&["index"]);
    project.must(&["log", "verify"]);
}

#[test]
fn the_log_of_another_project_is_refused_with_its_keys_too() {
    let (project, other) = (Project::ready(), Project::ready());
    other.must(&["index"]);
    // With its keys it is whole; its entries are others.
    put_in_place(&other.path("data/log"), &project.path("data/log"));
    for key in ["log.key", "log.pub"] {
        std::fs::copy(other.path(&format!("data/keys/{key}")), project.path(&format!("data/keys/{key}"))).unwrap();
    }
    project.must(&["log", "verify"]);
    said_all(&project.fails(&["index"], 6), &["data/log", "is not the one", "delete nothing"]);
}

#[test]
fn no_key_is_made_where_there_is_a_log() {
    let project = Project::ready();
    let (secret, aside) = (project.path("data/keys/log.key"), project.path("log.key-aside"));
    let (log, public) = (files(&project.path("data/log")), project.path("data/keys/log.pub"));
    let verifies = std::fs::read(&public).unwrap();
    std::fs::rename(&secret, &aside).unwrap();
    said_all(&project.fails(&["index"], 1), &["log.key is missing", "put it back"]);
    assert!(!secret.exists());
    assert_eq!(std::fs::read(&public).unwrap(), verifies);
    assert_eq!(files(&project.path("data/log")), log);
    project.must(&["log", "verify"]);
    std::fs::rename(&aside, &secret).unwrap();
    project.must(&["index"]);

    // The public one follows from it.
    std::fs::remove_file(&public).unwrap();
    said_all(&project.fails(&["log", "verify"], 1), &["log.pub can't be read", "lucarne index", "anew"]);
    let output = project.run(&["index"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    said_all(&text(&output.stderr), &["log.pub was missing", "log.key"]);
    assert_eq!(std::fs::read(&public).unwrap(), verifies);
    project.must(&["log", "verify"]);

    // One that belongs to another key is not written over in silence.
    let other = Project::ready();
    std::fs::copy(other.path("data/keys/log.pub"), &public).unwrap();
    said_all(&project.fails(&["index"], 1), &["log.pub is not the public key of log.key", "move it away"]);
    std::fs::remove_file(&public).unwrap();
    project.must(&["index"]);
    project.must(&["log", "verify"]);
}

#[test]
fn what_is_no_checkpoint_says_nothing_of_the_log() {
    let project = Project::ready();
    let file = project.path("saved-checkpoint");
    let checkpoint = project.must(&["log", "checkpoint"])["checkpoint"].as_str().unwrap().to_owned();
    let verify = ["log", "verify", "--checkpoint", file.to_str().unwrap()];
    for contents in ["", "hello\n", checkpoint.trim_end(), checkpoint.replace('\n', "\r\n").as_str()] {
        std::fs::write(&file, contents).unwrap();
        said_all(&project.fails(&verify, 2), &["saved-checkpoint is no saved checkpoint", "lucarne log checkpoint"]);
    }
    std::fs::write(&file, &checkpoint).unwrap();
    project.must(&verify);
    // Nor does one that another signed: which file it is is said.
    let other = Project::ready().must(&["log", "checkpoint"])["checkpoint"].as_str().unwrap().to_owned();
    std::fs::write(&file, other).unwrap();
    said_all(&project.fails(&verify, 2), &["saved-checkpoint", "no valid signature", "not examined"]);
    std::fs::remove_file(&file).unwrap();
    said_all(&project.fails(&verify, 2), &["saved-checkpoint can't be read"]);
}

#[test]
fn the_folder_of_a_log_says_its_format() {
    let project = Project::ready();
    let format = project.path("data/log/format");
    let contents = std::fs::read(&format).unwrap();
    std::fs::remove_file(&format).unwrap();
    said_all(&project.fails(&["log", "verify"], 6), &["format: missing"]);
    said_all(&project.fails(&["index"], 1), &["the log has the format", "put its file `format` back as it was"]);
    std::fs::write(&format, "lucarne-tlog 2\n").unwrap();
    said_all(&project.fails(&["log", "verify"], 6), &["format"]);
    said_all(&project.fails(&["index"], 1), &["lucarne-tlog 2", "lucarne-tlog 1", "use the build that wrote it"]);
    std::fs::write(&format, contents).unwrap();
    project.must(&["log", "verify"]);
}

#[test]
fn showing_beyond_the_end_says_where_the_end_is() {
    let project = Project::ready();
    let entries = project.must(&["log", "verify"])["entries"].as_u64().unwrap();
    let output = project.run(&["log", "show", "--from", "99999"]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", text(&output.stdout));
    said_all(&text(&output.stderr), &[&format!("the log has {entries} entries"), "none at 99999"]);
    let last = (entries - 1).to_string();
    let output = project.run(&["log", "show", "--from", &last]);
    assert!(output.status.success() && output.stderr.is_empty() && text(&output.stdout).starts_with(&last));
}
