//! Style that a machine can check.

use std::path::PathBuf;
use std::process::Command;

/// The greatest size of a source file, in bytes.
const SOURCE_BYTES_MAX: usize = 40 * 1024;

fn tracked() -> Vec<PathBuf> {
    let output = Command::new("git")
        .current_dir(super::root())
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .unwrap();
    assert!(output.status.success(), "git ls-files");
    let names = String::from_utf8(output.stdout).unwrap();
    names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect()
}

fn texts(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let wanted = |path: &PathBuf| path.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one));
    let read = |path: PathBuf| std::fs::read_to_string(super::root().join(&path)).ok().map(|text| (path, text));
    tracked().into_iter().filter(wanted).filter_map(read).collect()
}

#[test]
fn source_files_stay_small() {
    let sources = texts(&["rs", "ts", "css", "html", "sql"]);
    let large: Vec<_> =
        sources.iter().filter(|(_, text)| text.len() > SOURCE_BYTES_MAX).map(|(path, _)| path).collect();
    assert!(large.is_empty(), "over {SOURCE_BYTES_MAX} bytes, split them: {large:?}");
}

#[test]
fn nothing_is_left_for_later() {
    // Spelt in parts, so that this file passes its own test.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    for (path, text) in texts(&["rs", "ts", "css", "html", "sql", "toml", "cedar", "ftl", "py"]) {
        for (index, line) in text.lines().enumerate() {
            for mark in marks {
                assert!(!line.contains(mark), "{}:{}: {mark}", path.display(), index + 1);
            }
        }
    }
}

#[test]
fn text_files_end_with_a_newline_and_have_no_trailing_blanks() {
    for (path, text) in texts(&["rs", "ts", "css", "html", "toml", "md", "cedar", "ftl", "py", "sql"]) {
        if path.starts_with("crates/model/tests/cases") {
            continue;
        }
        assert!(text.is_empty() || text.ends_with('\n'), "{} has no newline at its end", path.display());
        for (index, line) in text.lines().enumerate() {
            assert!(line.trim_end() == line, "{}:{}: blanks at the end", path.display(), index + 1);
        }
    }
}

#[test]
fn every_crate_has_one_integration_binary_at_most() {
    for path in tracked() {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        if parts.len() == 4 && parts[0] == "crates" && parts[2] == "tests" && parts[3].ends_with(".rs") {
            panic!("{}: tests of a crate live in tests/it/", path.display());
        }
    }
}

/// Tells whether a French text has a space that may break before a sign that belongs to the word before it, or an
/// apostrophe of typewriters. Pages show such texts beside those of the locales, which are held to the same.
fn is_untidy_french(text: &str) -> bool {
    let breaks = [':', ';', '?', '!', '»'].iter().any(|sign| text.contains(&format!(" {sign}")));
    breaks || text.contains("« ") || text.contains('\'')
}

/// Gives the French texts of a file: those in quotes that follow a name in `_fr`, as in `says_fr = "…"`,
/// `@says_fr("…")` and `says_fr: format!("…")`.
fn french(text: &str) -> Vec<&str> {
    let follows = |(at, _): (usize, &str)| {
        let (between, quoted) = text[at + 3..].split_once('"')?;
        let is_given = between.contains(['=', ':', '(']) && !between.contains([',', ';', '{', ')']);
        is_given.then(|| quoted.split('"').next().unwrap_or_default())
    };
    text.match_indices("_fr").filter_map(follows).collect()
}

#[test]
fn french_outside_the_locales_keeps_signs_with_their_words() {
    assert_eq!(
        french("says_fr = \"Une\"\n@needed_fr(\"deux\") says_fr: format!(\n\"trois\")"),
        ["Une", "deux", "trois"]
    );
    assert!(french("annotation(\"says_fr\").or(\"x\"), says_fr, needed: \"y\"").is_empty());
    let mut seen = 0;
    for (path, text) in texts(&["rs", "toml", "sql", "cedar"]) {
        let is_source = path.extension().is_some_and(|ending| ending == "rs");
        let of_a_crate = path.starts_with("crates") && path.components().any(|part| part.as_os_str() == "src");
        let of_a_project = path.starts_with("examples") || path.starts_with("crates/lucarne/template");
        if !of_a_crate && (is_source || !of_a_project) {
            continue;
        }
        let texts = french(&text);
        seen += texts.len();
        let untidy: Vec<_> = texts.into_iter().filter(|text| is_untidy_french(text)).collect();
        assert!(untidy.is_empty(), "{}: write U+00A0 (in Rust `\\u{{a0}}`) and ’ in {untidy:#?}", path.display());
        // Only French is quoted so. The test of the locales names the sign itself.
        let quotes_apart = text.contains("« ") || text.contains(" »");
        assert!(!quotes_apart || path.ends_with("word_tests.rs"), "{}: « and » stand apart", path.display());
    }
    assert!(seen > 200, "{seen} texts are found");
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let mut numbers: Vec<u32> = tracked()
        .iter()
        .filter(|path| path.starts_with("docs/decisions"))
        .filter_map(|path| path.file_name()?.to_string_lossy().split('-').next()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len() as u32).collect::<Vec<_>>());
}
