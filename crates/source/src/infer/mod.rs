//! Proposes a register file from a sample of its delivery.

mod class;
mod sample;
mod types;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use model::{Class, ColumnType, RegisterId};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::error::SourceError;
use sample::{Sample, SampleFormat};
use types::TypeGuess;

/// Rows of the sample that are looked at.
pub(crate) const SAMPLE_ROWS: usize = 10_000;

/// Proposes the text of `registers/<id>.toml` from a file of CSV, JSON lines or Parquet.
///
/// What no file can tell (agency, legal basis, retention, and classes that can't be guessed) is left blank and marked; a
/// project with such a file does not pass its checks until it is filled in. No value of the sample is in the text, but for
/// words that mean that there is none, such as `N/A`.
///
/// # Errors
/// [`SourceError::Io`], [`SourceError::EmptyFile`], [`SourceError::Parquet`]; [`SourceError::Infer`] when the file has no
/// columns, or belongs to a project's data.
pub fn infer(path: &Path, id: &RegisterId) -> Result<String, SourceError> {
    let sample = Sample::read(path)?;
    let mut names = HashSet::new();
    let mut columns = String::new();
    let mut key = None;
    for (place, from) in sample.names.iter().enumerate() {
        let name = column_name(from, place, &mut names);
        let values: Vec<Option<&str>> = sample.rows.iter().map(|row| row[place].as_deref()).collect();
        let class = class::guess(&name, &values);
        let guess = types::guess(&name, class, &values, sample.types[place]);
        if key.is_none() && guess.is_unique && sample.rows.len() > 1 {
            key = Some(name.clone());
        }
        column_line(&mut columns, &name, from, class, &guess);
    }
    let title = title(id);
    let file_name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let rows = sample.rows.len();
    let mut text = format!(
        "# Proposed from {file_name}: {rows} rows were looked at. Go through every line before you use it.\n\
         # What is blank (\"\") no file can tell. `lucarne check` refuses this file until it is filled in.\n\n\
         title = {}\n\
         says = \"\"          # FILL IN: what it holds, in a sentence, for the people who are in it\n\
         agency = \"\"        # FILL IN: the agency that answers for it, by the name of its file in agencies/\n\
         legal_basis = \"\"   # FILL IN: the law under which it is kept\n\
         retention = \"\"     # FILL IN: how long a row may be kept, such as \"10y\"\n",
        quoted(&title)
    );
    let file = quoted(&format!("incoming/{file_name}"));
    let source = match sample.format {
        SampleFormat::Csv { delimiter, encoding } => {
            format!(
                "file = {file}, format = \"csv\", delimiter = {}, encoding = \"{encoding}\"",
                quoted(&delimiter.to_string())
            )
        }
        SampleFormat::JsonLines => format!("file = {file}, format = \"json-lines\""),
        SampleFormat::Parquet => format!("file = {file}, format = \"parquet\""),
    };
    text.push_str(&format!(
        "source = {{ {source} }}\n\
         delivery = \"full\"  # or \"changes\", when a delivery holds only new and changed rows\n"
    ));
    match key {
        Some(key) => text.push_str(&format!(
            "# key = [\"{key}\"]  # no two rows looked at share it; uncomment it if it names a record for good\n"
        )),
        None => text.push_str("# key = []  # no column differs in all rows looked at; name those that do together\n"),
    }
    text.push_str("\n[columns]\n");
    text.push_str(&columns);
    Ok(text)
}

fn column_line(text: &mut String, name: &str, from: &str, class: Option<Class>, guess: &TypeGuess) {
    let mut entries = vec![format!("type = \"{}\"", type_text(guess.of))];
    if name != from {
        entries.push(format!("from = {}", quoted(from)));
    }
    if let Some(format) = guess.format {
        entries.push(format!("format = \"{format}\""));
    }
    entries.push(format!("class = \"{}\"", class.map_or("", Class::as_str)));
    if let Some(check) = guess.check {
        entries.push(format!("check = \"{check}\""));
    }
    if !guess.missing.is_empty() {
        let words: Vec<String> = guess.missing.iter().map(|word| quoted(word)).collect();
        entries.push(format!("missing = [{}]", words.join(", ")));
    }
    let mut notes = Vec::new();
    if class.is_none() {
        notes.push("FILL IN the class".to_owned());
    }
    if guess.is_named_by_number {
        notes.push(
            "text, for the numbers look like names of something; \"integer\" if they count or measure".to_owned(),
        );
    }
    if let Some(other) = guess.other_format {
        notes.push(format!("or \"{other}\": no row looked at tells"));
    }
    let note = if notes.is_empty() { String::new() } else { format!("  # {}", notes.join("; ")) };
    // Writing to a text can't fail.
    let _ = writeln!(text, "{name} = {{ {} }}{note}", entries.join(", "));
}

fn type_text(of: ColumnType) -> String {
    match of {
        ColumnType::Text => "text".to_owned(),
        ColumnType::Integer => "integer".to_owned(),
        ColumnType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        ColumnType::Boolean => "boolean".to_owned(),
        ColumnType::Date => "date".to_owned(),
        ColumnType::Month => "month".to_owned(),
        ColumnType::Timestamp => "timestamp".to_owned(),
    }
}

/// Writes a text as TOML does. What JSON escapes TOML escapes alike, but for one more control character.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn title(id: &RegisterId) -> String {
    let words = id.as_str().replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Gives the name of a column in Lucarne: words in lower case with `_` between, a letter first, no two alike.
fn column_name(from: &str, place: usize, taken: &mut HashSet<String>) -> String {
    let mut name = String::new();
    let mut was_lower = false;
    for letter in from.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        if letter.is_ascii_alphanumeric() {
            if was_lower && letter.is_ascii_uppercase() {
                name.push('_');
            }
            was_lower = !letter.is_ascii_uppercase();
            name.push(letter.to_ascii_lowercase());
        } else {
            was_lower = false;
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
    }
    let mut name = name.trim_end_matches('_').to_owned();
    name.truncate(56);
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        name = format!("column_{}", if name.is_empty() { (place + 1).to_string() } else { name });
    }
    let mut unique = name.clone();
    let mut number = 2;
    while !taken.insert(unique.clone()) {
        unique = format!("{name}_{number}");
        number += 1;
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        let mut taken = HashSet::new();
        let cases = [
            ("ssn", "ssn"),
            ("DateOfBirth", "date_of_birth"),
            ("Prénom (usuel)", "prenom_usuel"),
            ("SSN", "ssn_2"),
            ("2nd name", "column_2nd_name"),
            ("", "column_6"),
            ("città", "citta"),
        ];
        for (place, (from, name)) in cases.into_iter().enumerate() {
            assert_eq!(column_name(from, place, &mut taken), name, "{from}");
        }
    }
}
