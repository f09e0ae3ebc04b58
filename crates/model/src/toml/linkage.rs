//! Reads `linkage.toml`, of a project or of loose files.

use std::cell::RefCell;
use std::sync::Arc;

use indexmap::IndexMap;

use super::nearest::advice;
use super::reader::{Sheet, Table, Value};
use crate::diagnostic::{Diagnostics, SourceFile};
use crate::judgement::Verdict;
use crate::linkage::{Attach, Block, COMPARISON_KINDS, Compare, GroupBy, Key, LinkageConfig, Part, QualityConfig};
use crate::register::CheckDigit;

/// The probability from which records are linked, where the file doesn't say.
const THRESHOLD: f64 = 0.95;

/// How check digits are worked out, by the word for it.
const CHECKS: [(&str, CheckDigit); 3] =
    [("luhn", CheckDigit::Luhn), ("mod97", CheckDigit::Mod97), ("mod11", CheckDigit::Mod11)];

impl LinkageConfig {
    /// Reads the linkage of loose files, which needs neither purpose nor agreement.
    ///
    /// # Errors
    /// All that is wrong in the file. Whether the columns are there is for those to check who have the files.
    pub fn parse(file: &SourceFile) -> Result<Self, Diagnostics> {
        let file = Arc::new(file.clone());
        let sheet = Sheet::new(&file);
        let config = sheet.parse(&file.text).and_then(|document| read(&Table::root(&sheet, &document)));
        let (found, _) = sheet.into_parts();
        let mut found = Diagnostics(found);
        found.sort();
        match config {
            Some(config) if !found.has_errors() => Ok(config),
            _ => Err(found),
        }
    }
}

pub(crate) fn read(table: &Table<'_>) -> Option<LinkageConfig> {
    let purpose = table.get("purpose").map(|value| value.id());
    let agreement = table.get("agreement").map(|value| value.id());
    let attach = table.get("attach").map_or(Some(Vec::new()), |value| value.list(attach));
    let threshold = table.get("threshold").map_or(Some(THRESHOLD), |value| threshold(&value));
    let one_record_per_person =
        table.get("one_record_per_person").map_or(Some(IndexMap::new()), |value| certainties(&value));
    let blocks = table.require("block", "[[block]]").and_then(|value| value.filled_list("linkage/no-blocks", block));
    let comparisons = table.require("compare", "[[compare]]").and_then(|value| comparisons(&value));
    let block_size_max = table.get("block_size_max").map(|value| value.integer(2..=i64::MAX));
    let seed = table.get("seed").map_or(Some(0), |value| value.integer(0..=i64::MAX));
    let verdicts = [Verdict::Same, Verdict::Different].map(|verdict| (verdict.as_str(), verdict));
    let verdict = |value: &Value<'_>| value.choice("linkage/unknown-verdict", &verdicts);
    let second_reviewer = table.get("second_reviewer").map_or(Some(Vec::new()), |value| value.list(verdict));
    let quality = table.get("quality").map_or(Some(QualityConfig::default()), |value| quality(&value));
    table.finish();
    Some(LinkageConfig {
        purpose: match purpose {
            Some(purpose) => Some(purpose?),
            None => None,
        },
        agreement: match agreement {
            Some(agreement) => Some(agreement?),
            None => None,
        },
        attach: attach?,
        threshold: threshold?,
        one_record_per_person: one_record_per_person?,
        blocks: blocks?,
        comparisons: comparisons?,
        block_size_max: size(block_size_max)?,
        seed: u64::try_from(seed?).ok()?,
        second_reviewer: second_reviewer?,
        quality: quality?,
    })
}

/// Gives a size that may be left out; nothing when what is written is none.
fn size(read: Option<Option<i64>>) -> Option<Option<u64>> {
    match read {
        Some(size) => Some(Some(u64::try_from(size?).ok()?)),
        None => Some(None),
    }
}

/// The most pairs of a stratum that a sample can have: beyond it stewards would be asked for weeks.
const SAMPLE_MAX: i64 = 1_000;

fn quality(value: &Value<'_>) -> Option<QualityConfig> {
    let defaults = QualityConfig::default();
    let table = value.table()?;
    let groups = table.get("groups").map_or(Some(defaults.groups), |value| value.distinct(group_by));
    let sample = table.get("sample").map(|value| value.integer(0..=SAMPLE_MAX));
    table.finish();
    let sample = match sample {
        Some(sample) => u64::try_from(sample?).ok()?,
        None => defaults.sample,
    };
    Some(QualityConfig { groups: groups?, sample })
}

fn group_by(value: &Value<'_>) -> Option<GroupBy> {
    let text = value.text()?;
    let (column, is_form) = match text.strip_suffix(GroupBy::FORM) {
        Some(column) => (column.to_owned(), true),
        None => (text, false),
    };
    Some(GroupBy { column, is_form })
}

fn attach(value: &Value<'_>) -> Option<Attach> {
    let table = value.table()?;
    let agreement = table.require("agreement", "agreement = \"oversight-2026\"").and_then(|value| value.id());
    let registers = table
        .require("registers", "registers = [\"donations\"]")
        .and_then(|value| value.filled_list("linkage/nothing-attached", |value| value.id()));
    table.finish();
    Some(Attach { agreement: agreement?, registers: registers? })
}

/// Gives a probability strictly between 0 and 1: at 0 everybody is one person, and no score reaches 1.
fn threshold(value: &Value<'_>) -> Option<f64> {
    let number = value.number()?;
    if number > 0.0 && number < 1.0 {
        return Some(number);
    }
    let help = "write a probability between 0 and 1, such as 0.95";
    value.error("linkage/threshold", format!("the threshold can't be {number}"), help);
    None
}

fn certainties(value: &Value<'_>) -> Option<IndexMap<String, f64>> {
    let table = value.table()?;
    let mut certainties = IndexMap::new();
    let mut whole = true;
    for (name, value) in table.entries() {
        match value.share() {
            Some(share) => {
                certainties.insert(name.text, share);
            }
            None => whole = false,
        }
    }
    whole.then_some(certainties)
}

fn block(value: &Value<'_>) -> Option<Block> {
    let table = value.table()?;
    let on = table
        .require("on", "on = [\"last_name\", \"birth_date.year\"]")
        .and_then(|value| value.filled_list("linkage/empty-block", key));
    let further = |value: &Value<'_>| {
        let key = key(value)?;
        let settles = |one: &Key| one.column == key.column && (one.part == Part::Whole || one.part == key.part);
        if on.as_ref().is_some_and(|on| on.iter().any(settles)) {
            let text = value.as_text().unwrap_or_default();
            let message = format!("`{text}` is settled by a key of `on`, by which no block is split");
            let help = "name another column or another part: all records of a block agree on what `on` names";
            value.error("linkage/split-same", message, help);
        }
        Some(key)
    };
    let split = table.get("split").map_or(Some(Vec::new()), |value| value.filled_list("linkage/empty-block", further));
    let size_max = table.get("size_max").map(|value| value.integer(2..=i64::MAX));
    table.finish();
    Some(Block { split: split?, on: on?, size_max: size(size_max)? })
}

fn key(value: &Value<'_>) -> Option<Key> {
    let text = value.text()?;
    if let Some(key) = parse_key(&text) {
        return Some(key);
    }
    let help = "write a column, `column[..3]` (first characters), `column[-4..]` (last), `column.year`, `.month`, \
                `.sound` or `.words`";
    value.error("linkage/key", format!("`{text}` is not a key"), help);
    None
}

fn parse_key(text: &str) -> Option<Key> {
    let (column, part) = if let Some((column, rest)) = text.split_once('[') {
        let inner = rest.strip_suffix(']')?;
        let (digits, part): (&str, fn(u8) -> Part) = match inner.strip_prefix("..") {
            Some(digits) => (digits, Part::Prefix),
            None => (inner.strip_prefix('-')?.strip_suffix("..")?, Part::Suffix),
        };
        let all_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        let count = if all_digits { digits.parse().ok().filter(|count| *count > 0)? } else { return None };
        (column, part(count))
    } else if let Some((column, part)) = text.rsplit_once('.') {
        let part = match part {
            "year" => Part::Year,
            "month" => Part::Month,
            "sound" => Part::Sound,
            "words" => Part::Words,
            _ => return None,
        };
        (column, part)
    } else {
        (text, Part::Whole)
    };
    // Loose files have columns of any case; what can't be one is a rest of the notation.
    let named = !column.is_empty() && !column.contains(['.', '[', ']', ' ']);
    named.then(|| Key { column: column.to_owned(), part })
}

fn comparisons(value: &Value<'_>) -> Option<Vec<Compare>> {
    let seen: RefCell<Vec<String>> = RefCell::default();
    let comparisons = value.filled_list("linkage/no-comparisons", |value| {
        let comparison = comparison(value)?;
        if seen.borrow().contains(&comparison.column) {
            let message = format!("`{}` is compared twice, so it would count twice", comparison.column);
            value.error("linkage/duplicate-comparison", message, "leave one out");
        }
        seen.borrow_mut().push(comparison.column.clone());
        Some(comparison)
    })?;
    let compared: Vec<&str> = comparisons.iter().map(|comparison| comparison.column.as_str()).collect();
    value.list(|value| {
        let value = value.table()?.get("swapped_with")?;
        let other = value.as_text()?;
        if !compared.contains(&other) {
            let help = advice(other, compared.iter().copied());
            value.error("linkage/unknown-swap", format!("`{other}` is not compared"), help);
        }
        Some(())
    });
    Some(comparisons)
}

fn comparison(value: &Value<'_>) -> Option<Compare> {
    let table = value.table()?;
    let column = table.require("column", "column = \"first_name\"").and_then(|value| value.text());
    let kinds = COMPARISON_KINDS.map(|kind| (kind, kind));
    let kind =
        table.require("as", "as = \"name\"").and_then(|value| value.choice("linkage/unknown-comparison", &kinds));
    let term_frequency = table.get("term_frequency").map(|value| value.boolean());
    let swapped_value = table.get("swapped_with");
    let swapped_with = swapped_value.as_ref().and_then(Value::text);
    let household = table.get("household").map(|value| value.boolean());
    let check_value = table.get("check");
    let check = check_value.as_ref().map(|value| value.choice("linkage/unknown-check", &CHECKS));
    table.finish();
    let (column, kind) = (column?, kind?);
    if let Some(value) = &swapped_value
        && swapped_with.as_ref() == Some(&column)
    {
        value.error("linkage/swapped-with-itself", "a column is not swapped with itself", "name the other column");
    }
    if let Some(value) = &check_value
        && kind != "identifier"
    {
        let message = format!("`{column}` is compared as `{kind}`, which has no check digit");
        value.error("linkage/check-of-no-identifier", message, "leave it out, or write `as = \"identifier\"`");
    }
    // Names are where rarity tells most: a shared rare surname is worth many times a shared common one.
    let term_frequency = term_frequency.unwrap_or(Some(kind == "name"))?;
    let check = match check {
        Some(check) => Some(check?),
        None => None,
    };
    let household = match household {
        Some(household) => Some(household?),
        None => None,
    };
    Some(Compare { column, r#as: kind.to_owned(), term_frequency, swapped_with, household, check })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_columns_or_parts_of_them() {
        for (text, column, part) in [
            ("ssn", "ssn", Part::Whole),
            ("first_name[..3]", "first_name", Part::Prefix(3)),
            ("ssn[-4..]", "ssn", Part::Suffix(4)),
            ("birth_date.year", "birth_date", Part::Year),
            ("birth_date.month", "birth_date", Part::Month),
            ("last_name.sound", "last_name", Part::Sound),
            ("street.words", "street", Part::Words),
        ] {
            assert_eq!(parse_key(text), Some(Key { column: column.to_owned(), part }), "{text}");
        }
        for text in
            ["", "[..3]", "a[..0]", "a[..]", "a[3..]", "a[..+3]", "a[..300]", "a[-..]", "a.day", "a.year.month", "a b"]
        {
            assert_eq!(parse_key(text), None, "{text}");
        }
    }
}
