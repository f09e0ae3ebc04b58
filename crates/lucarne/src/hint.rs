//! Commands that messages name, made such that they can be typed as they stand: on the project at hand, wherever it is.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::OnceLock;

/// What is added to the commands.
static OPTION: OnceLock<String> = OnceLock::new();

/// The commands that work on a project.
const OF_A_PROJECT: [&str; 7] = ["check", "ingest", "build", "link", "index", "serve", "log"];

/// Those of `link` that don't.
const OF_FILES: [&str; 4] = ["run", "explain", "propose", "resolve"];

/// Says of which project messages are.
pub(crate) fn of_project(project: &Path) {
    let set = std::env::var_os("LUCARNE_PROJECT").filter(|set| !set.is_empty());
    if !is_found_without(project, set.as_deref()) {
        // Once in a process.
        let _ = OPTION.set(format!("--project {}", quoted(project)));
    }
}

/// Tells whether a command without the option works on this project.
fn is_found_without(project: &Path, set: Option<&OsStr>) -> bool {
    project == set.map_or(Path::new("."), Path::new)
}

/// Writes a path as a shell reads it.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+=:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Gives a message with the commands in it on the project at hand.
pub(crate) fn completed(text: &str) -> String {
    OPTION.get().map_or_else(|| text.to_owned(), |option| with_option(text, option))
}

fn with_option(text: &str, option: &str) -> String {
    let mut whole = String::with_capacity(text.len() + option.len());
    let mut rest = text;
    while let Some(at) = rest.find("`lucarne ") {
        let (before, command) = rest.split_at(at);
        let Some(end) = command[1..].find('`').map(|end| end + 1) else { break };
        whole.push_str(before);
        whole.push_str(&command[..end]);
        let mut words = command[1..end].split(' ').skip(1);
        let is_of_a_project = words.next().is_some_and(|word| OF_A_PROJECT.contains(&word));
        if is_of_a_project && !words.any(|word| OF_FILES.contains(&word) || word == "--project") {
            whole.push(' ');
            whole.push_str(option);
        }
        whole.push('`');
        rest = &command[end + 1..];
    }
    whole + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_are_named_are_of_the_project() {
        for (text, expected) in [
            (
                "run `lucarne link` and `lucarne index`.",
                "run `lucarne link --project town` and `lucarne index --project town`.",
            ),
            ("`lucarne link --refit`", "`lucarne link --refit --project town`"),
            ("`lucarne log verify`", "`lucarne log verify --project town`"),
            ("`lucarne init`, `lucarne link run`, `lucarnes`", "`lucarne init`, `lucarne link run`, `lucarnes`"),
            ("`lucarne serve --project x`", "`lucarne serve --project x`"),
            ("é `lucarne serve", "é `lucarne serve"),
            ("", ""),
        ] {
            assert_eq!(with_option(text, "--project town"), expected);
        }
    }

    #[test]
    fn a_path_can_be_typed_as_it_is_written() {
        assert_eq!(quoted(Path::new("../my/town")), "../my/town");
        assert_eq!(quoted(Path::new("it's town")), r"'it'\''s town'");
    }

    #[test]
    fn the_option_is_left_out_where_the_project_is_found_without() {
        let found = |project: &str, set: Option<&str>| is_found_without(Path::new(project), set.map(OsStr::new));
        assert!(found(".", None) && found("/srv/town", Some("/srv/town")));
        assert!(!found("town", None) && !found(".", Some("/srv/town")));
    }
}
