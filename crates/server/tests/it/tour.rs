//! The tour of the pages quotes them: what it calls a thing is what they call it.

use std::path::{Path, PathBuf};

/// What the tour quotes that pages put together: the quotation, and the passage of their texts that it is made of.
const COMPOSED: [(&str, &str); 2] = [
    // The bound is that of the purpose.
    ("is it below 40,000?", "is it below { $bound }?"),
    // How sure it is differs from record to record.
    ("Source; link … sure", "Source; link { $percent } sure"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Gives the lines of all files of a folder.
fn lines_in(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    files
        .filter(|path| path.is_file())
        .flat_map(|path| text(path).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Gives what stands between quotation marks in lines that set this key.
fn values(lines: &[String], key: &str) -> Vec<String> {
    let begin = format!("{key} = \"");
    let set = lines.iter().filter_map(|line| line.strip_prefix(begin.as_str())?.strip_suffix('"'));
    set.map(str::to_owned).collect()
}

/// Gives what is between signs of emphasis, and the rest, each in its order; line ends are spaces.
fn emphasized(text: &str, sign: &str) -> (Vec<String>, Vec<String>) {
    let pieces: Vec<String> =
        text.split(sign).map(|piece| piece.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(pieces.len() % 2, 1, "each {sign} that begins has one that ends: {text}");
    let (inside, rest): (Vec<_>, Vec<_>) = pieces.into_iter().enumerate().partition(|(at, _)| at % 2 == 1);
    let texts = |pieces: Vec<(usize, String)>| -> Vec<String> { pieces.into_iter().map(|(_, piece)| piece).collect() };
    (texts(inside), texts(rest))
}

/// Tells whether a text of a page is called so: by all of it, or by what stands before its first comma or colon.
fn is_called(text: &str, so: &str) -> bool {
    text.strip_prefix(so).is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ':']))
}

#[test]
fn what_the_tour_quotes_is_what_the_pages_say() {
    let tour = std::fs::read_to_string(root().join("docs/tour.md")).unwrap();
    let (roles, rest) = emphasized(&tour, "**");
    let quoted: Vec<String> = rest.iter().flat_map(|piece| emphasized(piece, "*").0).collect();
    assert!(roles.len() > 5 && quoted.len() > 25, "the search finds them: {roles:?} {quoted:?}");

    let lines = lines_in("crates/server/locales/en");
    let texts: Vec<&str> = lines
        .iter()
        .filter(|line| !line.starts_with([' ', '#']))
        .filter_map(|line| line.split_once(" = ").map(|(_, text)| text))
        .collect();
    // The demo's purposes are in the words of its project.
    let purposes = values(&lines_in("examples/republic/purposes"), "says");
    for so in &quoted {
        let of_pages = texts.iter().any(|text| is_called(text, so));
        let of_purposes = purposes.iter().any(|says| says.trim_end_matches('.') == so);
        let composed = COMPOSED.iter().find(|(quotation, _)| quotation == so);
        match composed {
            Some((_, passage)) => assert!(texts.iter().any(|text| text.contains(passage)), "{so}: {passage}"),
            None => assert!(of_pages || of_purposes, "no page says {so:?}"),
        }
    }
    for (quotation, _) in COMPOSED {
        assert!(quoted.iter().any(|so| so == quotation), "the tour has no {quotation:?} any more");
    }
    let settings = std::fs::read_to_string(root().join("examples/republic/lucarne.toml")).unwrap();
    let titles = values(&settings.lines().map(str::to_owned).collect::<Vec<_>>(), "title");
    for role in &roles {
        assert!(titles.contains(role), "the demo has no {role:?}: {titles:?}");
    }
}

#[test]
fn a_text_is_called_by_all_of_it_or_by_how_it_begins() {
    for (text, so, is_so) in [
        ("Name them: this is an entry", "Name them", true),
        ("Who this is, as the registers have it", "Who this is", true),
        ("Closer", "Closer", true),
        ("Closer still", "Closer", false),
        ("different persons", "persons", false),
    ] {
        assert_eq!(is_called(text, so), is_so, "{text} {so}");
    }
    assert_eq!(emphasized("a *b\n   c* d", "*").0, ["b c"]);
}
