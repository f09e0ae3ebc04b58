//! How well a record answers a search: our own measure, of what the asker may compare and of nothing else.
//!
//! Each part of the search that was filled in is compared with the record and gives a similarity from 0 to 1; the score is
//! their weighted mean. No statistic of the whole index enters it (an inverse document frequency would let hidden records
//! move what is shown).

use chrono::{Datelike as _, NaiveDate};
use matching::distance;
use serde::Serialize;

use crate::terms::{self, Kind};

/// The least score of a hit.
pub(crate) const SCORE_MIN: f64 = 0.6;

/// The least Jaro-Winkler similarity at which two words count as the same with a slip.
const WORD_SIMILARITY_MIN: f64 = 0.82;

/// From this similarity on two values are called the same.
const SAME: f64 = 0.999;

/// How a part of a search compares with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The same, but for accents, case and marks.
    Same,
    /// Alike.
    Similar,
}

/// What was typed, made ready to be compared. Holds values, hence no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) name: Vec<String>,
    pub(crate) birth: Option<NaiveDate>,
    pub(crate) identifier: Option<String>,
    pub(crate) contact: Vec<String>,
    pub(crate) address: Vec<String>,
}

/// What of a record may be compared. Holds values, hence no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) name: Vec<String>,
    pub(crate) birth: Option<NaiveDate>,
    pub(crate) identifiers: Vec<String>,
    pub(crate) contacts: Vec<String>,
    pub(crate) address: Vec<String>,
}

/// The score of a record, and the parts that were alike.
pub(crate) struct Score {
    pub(crate) total: f64,
    pub(crate) parts: Vec<(Kind, How)>,
}

/// Compares.
pub(crate) fn score(wanted: &Wanted, seen: &Seen) -> Score {
    let mut sum = 0.0;
    let mut weights = 0.0;
    let mut parts = Vec::new();
    let mut add = |kind: Kind, weight: f64, similarity: f64, least: f64| {
        sum += weight * similarity;
        weights += weight;
        if similarity >= SAME {
            parts.push((kind, How::Same));
        } else if similarity >= least {
            parts.push((kind, How::Similar));
        }
    };
    if !wanted.name.is_empty() {
        add(Kind::Name, 2.0, words_similarity(&wanted.name, &seen.name), 0.6);
    }
    if let Some(birth) = wanted.birth {
        add(Kind::Birth, 2.0, seen.birth.map_or(0.0, |other| date_similarity(birth, other)), 0.5);
    }
    if let Some(identifier) = &wanted.identifier {
        let best = seen.identifiers.iter().map(|other| identifier_similarity(identifier, other)).fold(0.0, f64::max);
        add(Kind::Identifier, 3.0, best, 0.5);
    }
    if !wanted.contact.is_empty() {
        let best = if wanted.contact.iter().any(|one| seen.contacts.contains(one)) { 1.0 } else { 0.0 };
        add(Kind::Contact, 2.0, best, 0.5);
    }
    if !wanted.address.is_empty() {
        add(Kind::Address, 1.0, words_similarity(&wanted.address, &seen.address), 0.6);
    }
    Score { total: if weights > 0.0 { sum / weights } else { 0.0 }, parts }
}

/// Gives how well the wanted words are among those seen, each of which answers one at most.
fn words_similarity(wanted: &[String], seen: &[String]) -> f64 {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, one) in wanted.iter().enumerate() {
        for (j, other) in seen.iter().enumerate() {
            let similarity = word_similarity(one, other);
            if similarity > 0.0 {
                pairs.push((similarity, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut used_wanted, mut used_seen) = (vec![false; wanted.len()], vec![false; seen.len()]);
    let mut sum = 0.0;
    for (similarity, i, j) in pairs {
        if !used_wanted[i] && !used_seen[j] {
            used_wanted[i] = true;
            used_seen[j] = true;
            sum += similarity;
        }
    }
    sum / wanted.len().max(1) as f64
}

fn word_similarity(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let initial = one.chars().count() == 1 || other.chars().count() == 1;
    if initial {
        return if one.chars().next() == other.chars().next() { 0.7 } else { 0.0 };
    }
    let similarity = distance::jaro_winkler_text(one, other);
    if similarity >= WORD_SIMILARITY_MIN { similarity.min(0.98) } else { 0.0 }
}

fn date_similarity(one: NaiveDate, other: NaiveDate) -> f64 {
    if one == other {
        return 1.0;
    }
    if terms::swapped(one) == Some(other) {
        return 0.9;
    }
    let text = |date: NaiveDate| date.format("%Y%m%d").to_string();
    if distance::damerau_text(&text(one), &text(other), 1).is_some() {
        return 0.85;
    }
    if one.month() == other.month() && one.day() == other.day() {
        return 0.5;
    }
    if one.year() == other.year() { 0.4 } else { 0.0 }
}

fn identifier_similarity(one: &str, other: &str) -> f64 {
    match distance::damerau_text(one, other, 1) {
        Some(0) => 1.0,
        Some(_) if one.chars().count() >= 6 => 0.8,
        _ => 0.0,
    }
}

impl Wanted {
    /// Tells whether nothing was typed that can be searched for.
    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_empty()
            && self.birth.is_none()
            && self.identifier.is_none()
            && self.contact.is_empty()
            && self.address.is_empty()
    }
}

/// Gives what a text of a contact field may be: a telephone number, or an address of electronic mail.
pub(crate) fn contacts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    terms::write_terms(Kind::Contact, "phone", text, &mut found);
    terms::write_terms(Kind::Contact, "email", text, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        terms::words(text)
    }

    fn name_score(wanted: &str, seen: &str) -> f64 {
        let wanted = Wanted { name: words(wanted), ..Wanted::default() };
        score(&wanted, &Seen { name: words(seen), ..Seen::default() }).total
    }

    #[test]
    fn slips_accents_and_order_are_forgiven_other_names_are_not() {
        assert_eq!(name_score("José García", "garcia jose"), 1.0);
        assert!(name_score("Jon Smith", "John Smith") > 0.9);
        assert!(name_score("J Smith", "John Smith") > SCORE_MIN);
        assert!(name_score("Mary Baker", "Igor Petrov") < SCORE_MIN);
        assert!(name_score("Anna Anna", "Anna Petrov") < SCORE_MIN, "one word answers one");
    }

    #[test]
    fn dates_forgive_one_slip() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(date_similarity(day("1980-03-05"), day("1980-03-05")), 1.0);
        assert!(date_similarity(day("1980-03-05"), day("1980-05-03")) > 0.8);
        assert!(date_similarity(day("1980-03-05"), day("1981-03-05")) > 0.8);
        assert!(date_similarity(day("1980-03-05"), day("1962-11-30")) < 0.1);
    }

    #[test]
    fn what_is_not_seen_does_not_help() {
        let wanted = Wanted { name: words("Ana Cruz"), identifier: Some("123456789".into()), ..Wanted::default() };
        let with = Seen { name: words("Ana Cruz"), identifiers: vec!["123456798".into()], ..Seen::default() };
        let without = Seen { identifiers: vec![], ..with.clone() };
        assert!(score(&wanted, &with).total > 0.85);
        assert!(score(&wanted, &without).total < SCORE_MIN);
    }
}
