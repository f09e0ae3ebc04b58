//! Whatever is done to a file of a project, loading ends with an answer, and what it points at is in the text.

use std::fs;
use std::path::Path;

use model::{Project, Severity};
use proptest::prelude::*;

use crate::folders::{base, files_below, found, tests_dir};

/// Texts put into files: what TOML, SQL settings and our own notations give meaning to.
const PIECES: [&str; 26] = [
    "",
    "\"",
    "'",
    "'''",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ".",
    ",",
    "#",
    "\n",
    "\r\n",
    "--!",
    "é",
    "\u{1F600}",
    "\u{0}",
    "%",
    "-1",
    "1e999",
    "nan",
    "2026-02-30",
    "decimal(",
    "[..3]",
];

/// One change: where (as a share of the length), how many bytes go, and what comes.
#[derive(Debug, Clone)]
struct Change {
    at: f64,
    bytes_removed: usize,
    piece: usize,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = (0.0..1.0, 0_usize..12, 0..PIECES.len()).prop_map(|(at, bytes_removed, piece)| Change {
        at,
        bytes_removed,
        piece,
    });
    prop::collection::vec(change, 1..4)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is a length")]
fn apply(mut text: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let begin = (text.len() as f64 * change.at) as usize;
        let end = (begin + change.bytes_removed).min(text.len());
        text.splice(begin..end, PIECES[change.piece].bytes());
    }
    text
}

fn check(root: &Path) {
    let loaded = Project::load(root);
    let refused = loaded.is_err();
    let found = found(loaded);
    let errors = found.0.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    assert_eq!(refused, errors > 0, "{found}");
    for diagnostic in &found.0 {
        if let Some(span) = &diagnostic.span {
            assert!(diagnostic.file.text.get(span.clone()).is_some(), "{span:?} of {diagnostic}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn loading_always_answers(file in 0_usize..1000, changes in changes()) {
        let root = base();
        let files = files_below(&tests_dir().join("base"));
        let path = root.path().join(&files[file % files.len()]);
        let text = fs::read(&path).unwrap();
        fs::write(&path, apply(text, &changes)).unwrap();
        check(root.path());
    }
}
