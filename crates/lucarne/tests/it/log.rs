//! The log's verifier, on logs that were tampered with.

use super::{Project, files_below};

#[test]
fn one_flipped_bit_anywhere_is_found() {
    let project = Project::ready();
    project.must(&["log", "verify"]);
    let log = project.path("data/log");
    let tampered: Vec<_> =
        files_below(&log).into_iter().filter(|file| file.to_string_lossy().contains("tile")).collect();
    assert!(!tampered.is_empty());
    for file in tampered.iter().chain([&log.join("checkpoint")]) {
        let before = std::fs::read(file).unwrap();
        let mut after = before.clone();
        let place = after.len() / 2;
        after[place] ^= 1;
        std::fs::write(file, after).unwrap();
        project.fails(&["log", "verify"], 6);
        std::fs::write(file, before).unwrap();
    }
    project.must(&["log", "verify"]);
}

#[test]
fn a_saved_checkpoint_proves_that_the_log_only_grew() {
    let project = Project::ready();
    let saved = project.path("saved-checkpoint");
    let checkpoint = project.must(&["log", "checkpoint"]);
    std::fs::write(&saved, checkpoint["checkpoint"].as_str().unwrap()).unwrap();
    project.must(&["index"]);
    let report = project.must(&["log", "verify", "--checkpoint", saved.to_str().unwrap()]);
    assert!(report["entries"].as_u64() > report["grew_since"].as_u64(), "{report}");

    // One of another log, or with a digit changed, says nothing of this one: it was not examined.
    let other = Project::ready();
    let foreign = other.path("saved-checkpoint");
    std::fs::write(&foreign, other.must(&["log", "checkpoint"])["checkpoint"].as_str().unwrap()).unwrap();
    let said = project.fails(&["log", "verify", "--checkpoint", foreign.to_str().unwrap()], 2);
    assert!(said.contains("this log signed") && said.contains("not examined"), "{said}");
    let text = std::fs::read_to_string(&saved).unwrap();
    let size = text.lines().nth(1).unwrap();
    std::fs::write(&saved, text.replacen(&format!("\n{size}\n"), &format!("\n{size}0\n"), 1)).unwrap();
    project.fails(&["log", "verify", "--checkpoint", saved.to_str().unwrap()], 2);
}

#[test]
fn entries_hold_no_personal_data() {
    let project = Project::ready();
    let shown = project.must(&["log", "show", "--count", "100"]).to_string();
    for value in ["Okafor", "Amelia", "1984", "R-001", "L-501", "10115"] {
        assert!(!shown.contains(value), "{value} is in the log");
    }
    for word in ["ingest", "job", "build", "link", "index", "residents"] {
        assert!(shown.contains(word), "{word} is not in the log: {shown}");
    }
}

#[test]
fn a_log_that_has_not_begun_is_told_as_such() {
    let project = Project::new();
    for command in [&["log", "verify"][..], &["log", "checkpoint"], &["log", "show"]] {
        let said = project.fails(command, 1);
        assert!(said.contains("there is no log yet") && said.contains("lucarne ingest"), "{said}");
    }
    // Whoever has a checkpoint knows better.
    project.write("saved", "a checkpoint");
    let said = project.fails(&["log", "verify", "--checkpoint", project.path("saved").to_str().unwrap()], 6);
    assert!(said.contains("there is no log, and this checkpoint was saved of one"), "{said}");
    // So does whoever sees that other data is there.
    std::fs::create_dir_all(project.path("data/lake")).unwrap();
    let said = project.fails(&["log", "verify"], 1);
    assert!(!said.contains("no log yet") && said.contains("log.pub"), "{said}");
    // Where anything of it is left it was there, and what is missing is named.
    std::fs::create_dir_all(project.path("data/keys")).unwrap();
    project.write("data/keys/log.key", "");
    let said = project.fails(&["log", "verify"], 1);
    assert!(!said.contains("no log yet") && said.contains("log.pub"), "{said}");
}
