//! The binary as people run it: commands, exit statuses, messages, and what bad input gets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod anytown;
mod bad_input;
mod bad_project;
mod endings;
mod events;
mod explained;
mod generations;
mod journey;
mod log;
mod loose_files;
mod lost_log;
mod within_data;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A project made by `lucarne init`, in a folder that goes away.
struct Project {
    dir: TempDir,
}

impl Project {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let project = Self { dir };
        let output = lucarne(&["init", project.root().to_str().unwrap()]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        project
    }

    /// A project whose registers are linked and indexed.
    fn ready() -> Self {
        let project = Self::new();
        for command in ["ingest", "build", "link", "build", "index"] {
            project.must(&[command]);
        }
        project
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), contents).unwrap();
    }

    /// Replaces text in a file; it must be there.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let before = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(before.contains(from), "{name} has no `{from}`");
        self.write(name, before.replacen(from, to, 1));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let root = self.root();
        let mut all = arguments.to_vec();
        all.extend(["--project", root.to_str().unwrap()]);
        lucarne(&all)
    }

    /// Runs a command that must succeed and gives its JSON.
    fn must(&self, arguments: &[&str]) -> serde_json::Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        let output = self.run(&all);
        assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        let stdout = text(&output.stdout);
        assert_eq!(stdout.lines().count(), 1, "`--json` prints one object and nothing else: {stdout}");
        serde_json::from_str(&stdout).unwrap()
    }

    /// Runs a command that must end with `status` and gives what it says.
    fn fails(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?} said: {said}");
        said
    }
}

fn lucarne(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lucarne")).args(arguments).env_remove("LUCARNE_PROJECT").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Gives every file below a folder.
fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
