//! The examples of `docs/project-files.md`, put together, are a project.

use std::fs;

use model::{Class, Disclosure, Project};

use crate::folders::{tests_dir, write};

/// Gives path and text of every fenced block whose info string names a file.
fn blocks(markdown: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in markdown.lines() {
        match (open, line.strip_prefix("```")) {
            (false, Some(info)) => {
                open = true;
                let path = info.split_once(' ').map(|(_, path)| path).unwrap_or_default();
                blocks.push((path.to_owned(), String::new()));
            }
            (true, Some(_)) => open = false,
            (true, None) => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            (false, None) => {}
        }
    }
    blocks.retain(|(path, _)| !path.is_empty());
    blocks
}

#[test]
fn the_documented_examples_are_a_project() {
    let markdown = fs::read_to_string(tests_dir().join("../../../docs/project-files.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let blocks = blocks(&markdown);
    assert!(blocks.len() > 10, "blocks are found");
    for (path, text) in &blocks {
        assert!(!folder.path().join(path).exists(), "{path} is documented twice");
        write(folder.path(), path, text);
    }
    let project = Project::load(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(project.warnings.to_string(), "");
    assert_eq!(project.files.len(), blocks.len());
}

#[test]
fn every_class_and_disclosure_is_documented() {
    let markdown = fs::read_to_string(tests_dir().join("../../../docs/project-files.md")).unwrap();
    for class in Class::ALL {
        assert!(markdown.contains(&format!("`{class}`")), "{class}");
    }
    let ways = [
        Disclosure::Value,
        Disclosure::YesNo { below: 1.0 },
        Disclosure::District,
        Disclosure::Coarse,
        Disclosure::Last { keep: 1, matched: true },
        Disclosure::Presence,
        Disclosure::MatchOnly,
        Disclosure::Withheld,
    ];
    for way in ways {
        assert!(markdown.contains(&format!("\"{}\"", way.as_str())), "{way:?}");
    }
}
