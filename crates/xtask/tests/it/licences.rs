//! Every part that is built into the binary is under a licence that allows it.

/// Licences that allow use in a product under Apache-2.0 without conditions that reach its own code.
const ALLOWED: &[&str] = &[
    "Apache-2.0",
    "MIT",
    "MIT-0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "0BSD",
    "Zlib",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "CC0-1.0",
    "Unlicense",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "MPL-2.0",
    "bzip2-1.0.6",
];

/// Tells whether an SPDX expression can be met with allowed licences alone.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(" WITH LLVM-exception", "");
    parse_or(&mut expression.replace('(', " ( ").replace(')', " ) ").split_whitespace().peekable())
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn parse_or(words: &mut Words<'_>) -> bool {
    let mut met = parse_and(words);
    while words.next_if_eq(&"OR").is_some() {
        met |= parse_and(words);
    }
    met
}

fn parse_and(words: &mut Words<'_>) -> bool {
    let mut met = parse_one(words);
    while words.next_if_eq(&"AND").is_some() {
        met &= parse_one(words);
    }
    met
}

fn parse_one(words: &mut Words<'_>) -> bool {
    match words.next() {
        Some("(") => {
            let met = parse_or(words);
            assert_eq!(words.next(), Some(")"));
            met
        }
        Some(licence) => ALLOWED.contains(&licence),
        None => false,
    }
}

#[test]
fn expressions_are_read_as_spdx_writes_them() {
    assert!(allowed("MIT OR GPL-3.0-only"));
    assert!(allowed("MIT/Apache-2.0"));
    assert!(allowed("(MIT OR GPL-3.0-only) AND Unicode-3.0"));
    assert!(!allowed("MIT AND GPL-3.0-only"));
    assert!(!allowed("AGPL-3.0-only"));
}

#[test]
fn every_dependency_is_under_an_allowed_licence() {
    let metadata = super::metadata(&[]);
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        match package["license"].as_str() {
            Some(expression) if allowed(expression) => {}
            Some(expression) => refused.push(format!("{name}: {expression}")),
            None => refused.push(format!("{name}: none stated")),
        }
    }
    assert!(refused.is_empty(), "not allowed:\n{}", refused.join("\n"));
}
