//! Groups of records: by register, and by the columns that the project names, such as sex. Errors of a linkage are not fair by
//! themselves: who changes names, or has one that is spelled in many ways, is missed more often.
//!
//! A group of few persons would tell of them, so it is put together with others ([`PERSONS_MIN`]).

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use indexmap::IndexSet;
use matching::Grouping;
use model::linkage::GroupBy;
use serde::{Deserialize, Serialize};

/// The fewest persons that a group is shown of.
pub const PERSONS_MIN: u64 = 50;

/// The most groups of a column that are shown, besides what is put together.
const GROUPS_MAX: usize = 12;

/// The name of the column by which records are told apart by their registers.
pub const BY_REGISTER: &str = "_register";

/// The code of a record without a value.
const NONE: u16 = 0;
/// The code of values that are too many to be told apart.
const MANY: u16 = u16::MAX;

/// What a group is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupName {
    /// Records with this value.
    Value(String),
    /// Records without a value, of persons without one.
    None,
    /// All others, put together.
    Other,
}

/// A column as records come in: two bytes a record.
#[derive(Debug)]
pub(crate) struct Codes {
    name: String,
    column: String,
    /// Whether records are told apart by how the text is written.
    is_form: bool,
    of_record: Vec<u16>,
    values: IndexSet<String>,
}

impl Codes {
    pub(crate) fn new(by: &GroupBy) -> Self {
        let GroupBy { column, is_form } = by.clone();
        Self { name: by.name(), column, is_form, of_record: Vec::new(), values: IndexSet::new() }
    }

    /// Tells records apart by their registers.
    pub(crate) fn by_register() -> Self {
        Self::new(&GroupBy { column: BY_REGISTER.to_owned(), is_form: false })
    }

    fn code(&mut self, value: &str) -> u16 {
        let value = value.trim();
        if value.is_empty() {
            return NONE;
        }
        let place = match self.values.get_index_of(value) {
            Some(place) => place,
            None if self.values.len() + 1 >= usize::from(MANY) => return MANY,
            None => self.values.insert_full(value.to_owned()).0,
        };
        place as u16 + 1
    }

    /// Takes in the records of a batch; none of them has a value where the batch has no such column.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let Some(array) = batch.column_by_name(&self.column) else {
            self.of_record.extend(std::iter::repeat_n(NONE, batch.num_rows()));
            return Ok(());
        };
        let texts = cast(array, &DataType::Utf8)?;
        for text in texts.as_string::<i32>() {
            let text = text.unwrap_or_default();
            let code = self.code(if self.is_form { form_of(text) } else { text });
            self.of_record.push(code);
        }
        Ok(())
    }

    /// Takes in records that all have one value.
    pub(crate) fn push_all(&mut self, value: &str, records: usize) {
        let code = self.code(value);
        self.of_record.extend(std::iter::repeat_n(code, records));
    }

    fn text(&self, code: u16) -> Option<&str> {
        self.values.get_index(usize::from(code).checked_sub(1)?).map(String::as_str)
    }

    /// Gives records without a value the one that most records of their person have.
    fn fill(&mut self, clusters: &[u32], is_base: impl Fn(u32) -> bool) {
        let mut lacking = vec![false; clusters.len()];
        let lacks = |(code, record): &(&u16, u32)| **code == NONE && is_base(*record);
        for (_, record) in self.of_record.iter().zip(0_u32..).filter(lacks) {
            lacking[clusters[record as usize] as usize] = true;
        }
        let mut held: BTreeMap<u32, BTreeMap<u16, u32>> = BTreeMap::new();
        for ((code, cluster), record) in self.of_record.iter().zip(clusters).zip(0_u32..) {
            if *code != NONE && lacking[*cluster as usize] && is_base(record) {
                *held.entry(*cluster).or_default().entry(*code).or_default() += 1;
            }
        }
        // Codes hang on the order of records, so that ties go by the values.
        let most = |counts: BTreeMap<u16, u32>| {
            let by_count = |(code, count): &(u16, u32)| (*count, std::cmp::Reverse(self.text(*code)));
            counts.into_iter().max_by(|one, other| by_count(one).cmp(&by_count(other))).map(|(code, _)| code)
        };
        let of_cluster: BTreeMap<u32, u16> =
            held.into_iter().filter_map(|(cluster, counts)| Some((cluster, most(counts)?))).collect();
        for (record, cluster) in (0_u32..).zip(clusters) {
            let code = &mut self.of_record[record as usize];
            if *code == NONE && is_base(record) {
                *code = of_cluster.get(cluster).copied().unwrap_or(NONE);
            }
        }
    }

    /// Gives the groups that can be shown: those of many persons, the largest first, then all others together. None where even
    /// these are too few.
    pub(crate) fn into_groups(mut self, clusters: &[u32], is_base: impl Fn(u32) -> bool) -> Option<Groups> {
        self.fill(clusters, &is_base);
        let base = || (0_u32..).zip(clusters.iter().zip(&self.of_record)).filter(|(record, _)| is_base(*record));
        let mut held: Vec<(u16, u32)> = base().map(|(_, (cluster, code))| (*code, *cluster)).collect();
        held.sort_unstable();
        held.dedup();
        let by_code = held.chunk_by(|one, other| one.0 == other.0).map(|of_code| (of_code[0].0, of_code.len() as u64));
        let mut counted: Vec<(u16, u64)> = by_code.collect();
        counted.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| self.text(one.0).cmp(&self.text(other.0))));
        let is_shown = |(code, persons): &(u16, u64)| *code != MANY && *persons >= PERSONS_MIN;
        let mut shown: Vec<u16> = counted.iter().filter(|one| is_shown(one)).map(|(code, _)| *code).collect();
        shown.truncate(GROUPS_MAX);
        // What is left over must not be few either: from all and from those shown it could be worked out.
        let left_over = |shown: &[u16]| {
            let mut persons: Vec<u32> =
                held.iter().filter(|(code, _)| !shown.contains(code)).map(|(_, cluster)| *cluster).collect();
            persons.sort_unstable();
            persons.dedup();
            persons.len() as u64
        };
        let mut others = left_over(&shown);
        while others > 0 && others < PERSONS_MIN {
            shown.pop()?;
            others = left_over(&shown);
        }
        let mut names: Vec<GroupName> = shown
            .iter()
            .map(|code| self.text(*code).map_or(GroupName::None, |text| GroupName::Value(text.to_owned())))
            .collect();
        if others > 0 {
            names.push(GroupName::Other);
        }
        if names.is_empty() {
            return None;
        }
        let place = |code: &u16| shown.iter().position(|known| known == code).unwrap_or(shown.len());
        let last = names.len() - 1;
        let of_record = self.of_record.iter().map(|code| place(code).min(last) as u16).collect();
        Some(Groups { column: self.name, names, of_record })
    }
}

/// The forms of a text.
pub const FORMS: [&str; 7] = ["plain", "marked", "compound", "cyrillic", "arabic", "east-asian", "other-script"];

/// Gives how a text is written: in letters of which other script, or in Latin ones in several words, with marks or letters beyond
/// those of ASCII, or plainly; nothing of nothing.
fn form_of(text: &str) -> &'static str {
    let [plain, marked, compound, cyrillic, arabic, east_asian, other_script] = FORMS;
    let text = text.trim();
    if text.is_empty() {
        return "";
    }
    // Names of one script are missed for reasons of their own, in however many words they are.
    match text.chars().find(|letter| letter.is_alphabetic() && !is_latin(*letter)) {
        Some('\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}') => {
            return cyrillic;
        }
        Some(
            '\u{600}'..='\u{6ff}'
            | '\u{750}'..='\u{77f}'
            | '\u{870}'..='\u{8ff}'
            | '\u{fb50}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}',
        ) => return arabic,
        // Kana, Bopomofo, Hangul and Han.
        Some(
            '\u{1100}'..='\u{11ff}'
            | '\u{3005}'..='\u{318f}'
            | '\u{31a0}'..='\u{31ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{a960}'..='\u{a97f}'
            | '\u{ac00}'..='\u{d7ff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ffdc}'
            | '\u{1b000}'..='\u{1b16f}'
            | '\u{20000}'..='\u{3ffff}',
        ) => return east_asian,
        Some(_) => return other_script,
        None => {}
    }
    if text.contains([' ', '-']) {
        return compound;
    }
    if text.chars().all(|letter| letter.is_ascii_alphanumeric()) { plain } else { marked }
}

/// Says whether a letter is a Latin one, with or without marks, or stands for a mark.
fn is_latin(letter: char) -> bool {
    matches!(letter, 'A'..='Z' | 'a'..='z' | '\u{aa}'..='\u{36f}' | '\u{1d00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}')
}

/// The groups of a column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Groups {
    pub(crate) column: String,
    pub(crate) names: Vec<GroupName>,
    /// The group of each record. What an attached record has is no matter.
    of_record: Vec<u16>,
}

impl Groups {
    pub(crate) fn grouping(&self) -> Grouping<'_> {
        Grouping { of_record: &self.of_record, count: self.names.len() }
    }

    /// Gives the groups of a pair: that of each record, once where both are of one.
    pub(crate) fn of_pair(&self, left: u32, right: u32) -> impl Iterator<Item = &GroupName> {
        let (one, other) = (self.of_record[left as usize], self.of_record[right as usize]);
        let groups = std::iter::once(one).chain((one != other).then_some(other));
        groups.map(|group| &self.names[usize::from(group)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes one record a cluster: as many of each value as are wanted.
    fn groups(wanted: &[(&str, usize)]) -> Option<Groups> {
        let mut codes = Codes::new(&sex());
        wanted.iter().for_each(|(value, records)| codes.push_all(value, *records));
        let clusters: Vec<u32> = (0..codes.of_record.len() as u32).collect();
        codes.into_groups(&clusters, |_| true)
    }

    fn sex() -> GroupBy {
        GroupBy { column: "sex".to_owned(), is_form: false }
    }

    #[test]
    fn names_are_told_apart_by_how_they_are_written() {
        let forms = ["Novak", "O'Hara", "Dvořák", "van Dyk", "Smith-Jones", " Li ", "", " "].map(form_of);
        assert_eq!(forms, ["plain", "marked", "marked", "compound", "compound", "plain", "", ""]);
        let scripts =
            ["Иванов", "محمد", "عبد الله", "李", "たなか", "김", "שלום", "Γιώργος", "मोहन", "De\u{301}a", "Nguyễn"]
                .map(form_of);
        let expected = ["cyrillic", "arabic", "arabic", "east-asian", "east-asian", "east-asian"];
        assert_eq!(scripts[..6], expected);
        assert_eq!(scripts[6..], ["other-script", "other-script", "other-script", "marked", "marked"]);
    }

    fn value(text: &str) -> GroupName {
        GroupName::Value(text.to_owned())
    }

    #[test]
    fn groups_of_few_persons_are_put_together() {
        let found = groups(&[("F", 200), ("M", 190), ("X", 30), ("Y", 25), ("", 60)]).unwrap();
        assert_eq!(found.names, [value("F"), value("M"), GroupName::None, GroupName::Other]);
        assert_eq!(
            (found.of_record[0], found.of_record[200], found.of_record[390], found.of_record[445]),
            (0, 1, 3, 2)
        );
    }

    #[test]
    fn what_is_left_over_is_not_few_either() {
        // 30 would be known from all less those shown: the smallest of those goes with them.
        let found = groups(&[("F", 200), ("M", 90), ("X", 30)]).unwrap();
        assert_eq!(found.names, [value("F"), GroupName::Other]);
        assert!(groups(&[("F", 20), ("M", 20)]).is_none(), "nothing is told of forty");
        assert_eq!(groups(&[("F", 40), ("M", 20)]).unwrap().names, [GroupName::Other]);
        assert_eq!(groups(&[("F", 50)]).unwrap().names, [value("F")]);
    }

    #[test]
    fn many_groups_are_cut() {
        let names: Vec<String> = (0..40).map(|number| format!("town-{number:02}")).collect();
        let wanted: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 60)).collect();
        let found = groups(&wanted).unwrap();
        assert_eq!((found.names.len(), found.names.last()), (13, Some(&GroupName::Other)));
        assert_eq!(found.names[0], value("town-00"), "those of one size by their names");
    }

    #[test]
    fn a_record_without_a_value_is_told_by_its_person() {
        let mut codes = Codes::new(&sex());
        for value in ["F", "", "F", "M", "", "M"] {
            codes.push_all(value, 1);
        }
        // The last record is attached: it says nothing of its person.
        codes.fill(&[0, 0, 0, 0, 1, 1], |record| record < 5);
        let values: Vec<Option<&str>> = codes.of_record.iter().map(|code| codes.text(*code)).collect();
        assert_eq!(values, [Some("F"), Some("F"), Some("F"), Some("M"), None, Some("M")]);
    }
}
