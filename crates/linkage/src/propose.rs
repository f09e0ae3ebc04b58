//! Proposing a `linkage.toml` for loose files, with the reason of each line beside it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use matching::auto::{self, Options, Proposal, Role};
use matching::{Block, Comparison, KeyPart, Kind};
use serde::Serialize;

use crate::error::LinkageError;
use crate::files::{problem, source_name};
use crate::settings::{SOURCE_COLUMN, is_family_name};
use crate::table_file;

/// What a proposal is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposeOptions {
    /// The files: Parquet, or CSV with a header.
    pub inputs: Vec<PathBuf>,
    /// The column that names each record within its source.
    pub id: String,
    /// The column that names each record's source; none: the file.
    pub source: Option<String>,
    /// Columns that are not looked at, such as one that tells the truth.
    pub ignore: Vec<String>,
}

/// A proposed linkage.
#[derive(Debug, Clone, Serialize)]
pub struct Proposed {
    /// The `linkage.toml`, with reasons as comments.
    pub toml: String,
    /// How many records were looked at.
    pub records: u64,
    /// About how many pairs its rules give.
    pub pairs: u64,
    /// The share of pairs of one person that its rules are presumed to give.
    pub recall: f64,
    /// What each column was taken for.
    pub columns: Vec<ColumnTaken>,
}

/// What a column was taken for.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnTaken {
    /// The column.
    pub column: String,
    /// What it was taken for; `unused` when it is not used.
    pub role: Role,
    /// Why, in sentences.
    pub reason: String,
}

/// Looks at the columns of files and proposes how to link their records. No value of a record is in what it gives.
///
/// # Errors
/// [`LinkageError::Input`] when a file can't be read or lacks the id; [`LinkageError::Config`] when there is nothing by which
/// records could be linked.
pub fn propose_config(options: &ProposeOptions) -> Result<Proposed, LinkageError> {
    let batches = read(options)?;
    let records = batches.iter().map(RecordBatch::num_rows).sum::<usize>() as u64;
    let mut roles = std::collections::BTreeMap::from([(options.id.clone(), Role::RecordId)]);
    roles.insert(SOURCE_COLUMN.to_owned(), Role::Source);
    let options = Options { roles, key_allowed: can_be_written, ..Options::default() };
    let proposal = auto::propose(&batches, &options)?;
    let columns = proposal.columns.iter().filter(|column| column.column != SOURCE_COLUMN);
    let columns = columns.map(|column| ColumnTaken {
        column: column.column.clone(),
        role: column.role,
        reason: column.reason.clone(),
    });
    Ok(Proposed {
        toml: write(&proposal, records),
        records,
        // A count of pairs, which is rounded anyway.
        pairs: proposal.pairs.round() as u64,
        recall: proposal.recall,
        columns: columns.collect(),
    })
}

/// Tells whether a part of a key can be said in `linkage.toml`.
fn can_be_written(part: KeyPart) -> bool {
    key_suffix(part).is_some()
}

fn key_suffix(part: KeyPart) -> Option<String> {
    Some(match part {
        KeyPart::Whole => String::new(),
        KeyPart::Prefix(length @ 1..=255) => format!("[..{length}]"),
        KeyPart::Suffix(length @ 1..=255) => format!("[-{length}..]"),
        KeyPart::Year => ".year".to_owned(),
        KeyPart::Month => ".month".to_owned(),
        KeyPart::Phonetic => ".sound".to_owned(),
        KeyPart::Tokens => ".words".to_owned(),
        _ => return None,
    })
}

/// Reads the files whole, all columns as text, those that a file lacks without values.
fn read(options: &ProposeOptions) -> Result<Vec<RecordBatch>, LinkageError> {
    let mut names: Vec<String> = Vec::new();
    let not_used: BTreeSet<&String> = options.ignore.iter().chain(&options.source).collect();
    for path in &options.inputs {
        let columns = table_file::columns(path)?;
        for (needed, what) in [(Some(&options.id), "id"), (options.source.as_ref(), "source")] {
            if let Some(missing) = needed.filter(|needed| !columns.contains(needed)) {
                let list = columns.join(", ");
                return Err(problem(path, format!("it has no {what} column `{missing}`; it has {list}")));
            }
        }
        names.extend(columns.into_iter().filter(|name| !not_used.contains(name)));
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let fields = names.iter().map(String::as_str).chain([SOURCE_COLUMN]);
    let schema: SchemaRef =
        Arc::new(Schema::new(fields.map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>()));
    let mut batches = Vec::new();
    for path in &options.inputs {
        let of_file = source_name(path)?;
        let here = table_file::columns(path)?;
        let wanted: Vec<&str> =
            names.iter().chain(&options.source).filter(|name| here.contains(name)).map(String::as_str).collect();
        table_file::each_batch(path, &wanted, |batch| {
            let text = |name: &str| -> Result<ArrayRef, LinkageError> {
                match batch.column_by_name(name) {
                    Some(column) => Ok(cast(column, &DataType::Utf8)?),
                    None => Ok(new_null_array(&DataType::Utf8, batch.num_rows())),
                }
            };
            let mut columns = names.iter().map(|name| text(name)).collect::<Result<Vec<_>, _>>()?;
            columns.push(match &options.source {
                Some(source) => text(source)?,
                None => Arc::new(arrow_array::StringArray::from(vec![of_file.as_str(); batch.num_rows()])),
            });
            batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
            Ok(())
        })?;
    }
    Ok(batches)
}

/// Gives the file.
fn write(proposal: &Proposal, records: u64) -> String {
    let mut text = Text::default();
    text.says(&format!(
        "Proposed from {records} records. The rules give about {:.0} pairs, and are presumed to give {:.1} % of those of one \
         person.",
        proposal.pairs,
        proposal.recall * 100.0
    ));
    proposal.notes.iter().for_each(|note| text.says(note));
    let unused: Vec<_> = proposal.unused().collect();
    if !unused.is_empty() {
        text.says("Not used:");
        unused.iter().for_each(|column| text.says(&format!("- {}: {}", column.column, column.reason)));
    }
    text.line(&format!("threshold = {}", proposal.settings.threshold));
    for (block, why) in proposal.settings.blocks.iter().zip(&proposal.blocks) {
        text.gap();
        text.says(&why.reason);
        text.line("[[block]]");
        text.line(&format!("on = [{}]", keys(block).join(", ")));
    }
    let comparisons = &proposal.settings.comparisons;
    for (comparison, why) in comparisons.iter().zip(&proposal.comparisons) {
        let Some(kind) = kind(comparison) else { continue };
        text.gap();
        text.says(why);
        text.line("[[compare]]");
        text.line(&format!("column = {}", quoted(&comparison.columns.join("+"))));
        text.line(&format!("as = {}", quoted(kind)));
        if comparison.term_frequency != (kind == "name") {
            text.line(&format!("term_frequency = {}", comparison.term_frequency));
        }
        if let Some(household) = comparison.household.filter(|shared| *shared != comparison.kind.usual_in_households())
        {
            text.line(&format!("household = {household}"));
        }
        if let Some(other) = exchanged_with(comparison, comparisons) {
            text.line(&format!("swapped_with = {}", quoted(other)));
        }
        if let Some(note) = misread(comparison) {
            text.says(note);
        }
    }
    text.0
}

/// Gives what a comparison is called in the file; none for exchanged names, which the given name tells.
fn kind(comparison: &Comparison) -> Option<&'static str> {
    Some(match comparison.kind {
        Kind::Exact => "exact",
        Kind::GivenName | Kind::FamilyName => "name",
        Kind::SwappedNames => return None,
        Kind::Date => "date",
        Kind::Identifier | Kind::CheckedIdentifier { .. } => "identifier",
        Kind::Text { .. } => "text",
        Kind::Number => "number",
        Kind::Code => "code",
        Kind::Address => "address",
        Kind::Phone => "phone",
        Kind::Email => "email",
        Kind::Sex => "sex",
    })
}

/// Gives the column with which a given name may be exchanged.
fn exchanged_with<'a>(comparison: &Comparison, all: &'a [Comparison]) -> Option<&'a str> {
    let swapped = all.iter().find(|other| other.kind == Kind::SwappedNames)?;
    (swapped.columns.first() == comparison.columns.first()).then(|| swapped.columns.last().map(String::as_str))?
}

/// Says where the file would be read another way than it was meant.
fn misread(comparison: &Comparison) -> Option<&'static str> {
    let is_family = is_family_name(comparison.columns.first()?);
    match comparison.kind {
        Kind::GivenName if is_family => {
            Some("It holds given names by its values: name it `first_name` to have them compared so.")
        }
        Kind::FamilyName if !is_family => {
            Some("It holds family names by its values: name it `last_name` to have them compared so.")
        }
        _ => None,
    }
}

fn keys(block: &Block) -> Vec<String> {
    let key = |key: &matching::KeyExpr| {
        // Others are not proposed: `can_be_written`.
        quoted(&format!("{}{}", key.column, key_suffix(key.part).unwrap_or_default()))
    };
    block.keys.iter().map(key).collect()
}

/// Gives a TOML string: JSON's are among those.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A file in the making.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    /// Adds a comment, broken at words. A line break in it would end the comment: there is none after this.
    fn says(&mut self, text: &str) {
        const WIDTH: usize = 98;
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&format!("# {line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(&format!("# {line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stay_comments_whatever_a_column_is_called() {
        let mut text = Text::default();
        text.says(&format!("a\nthreshold = 0.1\n{}", "long words ".repeat(30)));
        assert!(text.0.lines().count() > 2 && text.0.lines().all(|line| line.starts_with("# ") && line.len() < 102));
        assert_eq!(quoted("a\"b\\c\n"), r#""a\"b\\c\n""#);
    }

    #[test]
    fn only_keys_that_can_be_written_are_proposed() {
        assert_eq!(key_suffix(KeyPart::Suffix(4)).unwrap(), "[-4..]");
        assert!(!can_be_written(KeyPart::Prefix(0)) && !can_be_written(KeyPart::Prefix(256)));
    }
}
