//! How well a record answers a search: our own measure, of what the asker may compare and of nothing else.
//!
//! Each part of the search that was filled in is compared with the record and gives a similarity from 0 to 1; the score is
//! their weighted mean. No statistic of the whole index enters it (an inverse document frequency would let hidden records
//! move what is shown).

use chrono::{Datelike as _, NaiveDate};
use matching::distance;
use serde::Serialize;

use crate::birth::Birth;
use crate::terms::{self, Kind};

/// The least score of a hit.
pub(crate) const SCORE_MIN: f64 = 0.6;

/// The least Jaro-Winkler similarity at which two words count as the same with a slip.
const WORD_SIMILARITY_MIN: f64 = 0.82;

/// From this similarity on two values are called the same.
const SAME: f64 = 0.999;

/// The least similarity of a name as a whole at which it agrees.
const NAME_MIN: f64 = 0.6;

/// The least similarity of one word at which a name agrees by that word alone, where the birth date agrees too: a last name
/// changes, the first name and the day stay.
const ONE_WORD_MIN: f64 = 0.9;

/// The least similarity of birth dates for that: the same, or day and month swapped.
const DAY_MIN: f64 = 0.9;

/// How a part of a search compares with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The same, but for accents, case and marks.
    Same,
    /// As far as it was typed, the same: a part of the name, or the year of the birth date.
    Part,
    /// The last name is the same, and was all that was typed.
    LastName,
    /// Alike.
    Similar,
}

/// What was typed, made ready to be compared. Holds values, hence no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) name: Vec<String>,
    pub(crate) birth: Option<Birth>,
    pub(crate) identifier: Option<String>,
    pub(crate) contact: Vec<String>,
    pub(crate) address: Vec<String>,
    /// Whether the identifier is compared as a whole, without a slip.
    pub(crate) is_whole: bool,
}

/// What of a record may be compared. Holds values, hence no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// All words of names.
    pub(crate) name: Vec<String>,
    /// Those of them that are of the first name, and of the last name.
    pub(crate) first: Vec<String>,
    pub(crate) last: Vec<String>,
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

/// Parts of a search that tell people apart: of those that were typed one has to agree. Many are born on one day.
fn is_telling(kind: Kind) -> bool {
    matches!(kind, Kind::Name | Kind::Identifier | Kind::Contact | Kind::Address)
}

/// Compares. Where nothing agrees that tells people apart, though some of it was typed, the score is 0.
pub(crate) fn score(wanted: &Wanted, seen: &Seen) -> Score {
    let mut sum = 0.0;
    let mut weights = 0.0;
    let mut parts = Vec::new();
    let mut is_told = true;
    let mut add = |kind: Kind, weight: f64, similarity: f64, least: f64, same: How| {
        sum += weight * similarity;
        weights += weight;
        if similarity >= SAME {
            parts.push((kind, same));
        } else if similarity >= least {
            parts.push((kind, How::Similar));
        }
        is_told &= !is_telling(kind);
    };
    let born = wanted.birth.zip(seen.birth).map_or(0.0, |(birth, other)| birth_similarity(birth, other));
    if !wanted.name.is_empty() {
        let is_same_day = matches!(wanted.birth, Some(Birth::Day(_))) && born >= DAY_MIN;
        let is_one_word = is_same_day && best_word(&wanted.name, &seen.name) >= ONE_WORD_MIN;
        let least = if is_one_word { 0.0 } else { NAME_MIN };
        add(Kind::Name, 2.0, words_similarity(&wanted.name, &seen.name), least, same_name(wanted, seen));
    }
    match wanted.birth {
        Some(Birth::Day(_)) => add(Kind::Birth, 2.0, born, 0.5, How::Same),
        // A year tells less.
        Some(Birth::Month(_) | Birth::Year(_)) => add(Kind::Birth, 1.0, born, 0.5, How::Part),
        None => {}
    }
    if let Some(identifier) = &wanted.identifier {
        let similarity = |other: &String| identifier_similarity(identifier, other, wanted.is_whole);
        let best = seen.identifiers.iter().map(similarity).fold(0.0, f64::max);
        add(Kind::Identifier, 3.0, best, 0.5, How::Same);
    }
    if !wanted.contact.is_empty() {
        let best = if wanted.contact.iter().any(|one| seen.contacts.contains(one)) { 1.0 } else { 0.0 };
        add(Kind::Contact, 2.0, best, 0.5, How::Same);
    }
    if !wanted.address.is_empty() {
        add(Kind::Address, 1.0, words_similarity(&wanted.address, &seen.address), 0.6, How::Same);
    }
    let is_told = is_told || parts.iter().any(|(kind, _)| is_telling(*kind));
    Score { total: if weights > 0.0 && is_told { sum / weights } else { 0.0 }, parts }
}

/// Gives how a name is told of in which all words that were typed are.
fn same_name(wanted: &Wanted, seen: &Seen) -> How {
    let is_typed = |word: &String| wanted.name.contains(word);
    let is_all_typed = seen.first.iter().chain(&seen.last).all(is_typed);
    let is_last_name = !seen.last.is_empty()
        && seen.last.iter().all(is_typed)
        && wanted.name.iter().all(|word| seen.last.contains(word));
    match (is_all_typed, is_last_name) {
        (true, _) => How::Same,
        (false, true) => How::LastName,
        (false, false) => How::Part,
    }
}

/// Gives how alike the two words are that are most alike.
fn best_word(wanted: &[String], seen: &[String]) -> f64 {
    let of_one = |one: &String| seen.iter().map(|other| word_similarity(one, other)).fold(0.0, f64::max);
    wanted.iter().map(of_one).fold(0.0, f64::max)
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

fn birth_similarity(wanted: Birth, seen: NaiveDate) -> f64 {
    match wanted {
        Birth::Day(day) => date_similarity(day, seen),
        Birth::Month(first) if (first.year(), first.month()) == (seen.year(), seen.month()) => 1.0,
        Birth::Month(first) => {
            if first.year() == seen.year() {
                0.4
            } else {
                0.0
            }
        }
        Birth::Year(year) => match (year - seen.year()).abs() {
            0 => 1.0,
            1 => 0.6,
            _ => 0.0,
        },
    }
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

fn identifier_similarity(one: &str, other: &str, is_whole: bool) -> f64 {
    if is_whole {
        return if one == other { 1.0 } else { 0.0 };
    }
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

    /// Tells whether something is looked for by a part of this kind.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Name => !self.name.is_empty(),
            Kind::Birth => self.birth.is_some(),
            Kind::Identifier => self.identifier.is_some(),
            Kind::Contact => !self.contact.is_empty(),
            Kind::Address => !self.address.is_empty(),
            Kind::Employer => false,
        }
    }

    /// Looks for nothing by parts of this kind.
    pub(crate) fn clear(&mut self, kind: Kind) {
        match kind {
            Kind::Name => self.name.clear(),
            Kind::Birth => self.birth = None,
            Kind::Identifier => self.identifier = None,
            Kind::Contact => self.contact.clear(),
            Kind::Address => self.address.clear(),
            Kind::Employer => {}
        }
    }

    /// Tells whether nothing is looked for but a month or a year of birth: that is no person, but everyone born then.
    pub(crate) fn is_wide(&self) -> bool {
        let is_part = matches!(self.birth, Some(Birth::Month(_) | Birth::Year(_)));
        is_part && Kind::COMPARED.into_iter().all(|kind| kind == Kind::Birth || !self.has(kind))
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

    fn day(text: &str) -> Birth {
        text.parse().unwrap()
    }

    fn of(first: &str, last: &str, born: &str) -> Seen {
        let name = format!("{first} {last}");
        let (first, last) = (words(first), words(last));
        Seen { name: words(&name), first, last, birth: born.parse().ok(), ..Seen::default() }
    }

    fn asked(name: &str, birth: &str) -> Wanted {
        Wanted { name: words(name), birth: birth.parse().ok(), ..Wanted::default() }
    }

    #[test]
    fn everyone_born_in_a_month_or_a_year_is_nobody_who_is_looked_for() {
        for (name, birth, is_wide) in [
            ("", "1984", true),
            ("", "1984-03", true),
            ("", "1984-03-12", false),
            ("Ana", "1984", false),
            ("Ana", "", false),
            ("", "", false),
        ] {
            assert_eq!(asked(name, birth).is_wide(), is_wide, "{name} {birth}");
        }
        let mut beside = Wanted { contact: vec!["1".into()], ..asked("", "1984") };
        assert!(!beside.is_wide() && beside.has(Kind::Contact));
        beside.clear(Kind::Contact);
        assert!(beside.is_wide());
    }

    #[test]
    fn a_birth_date_alone_finds_nobody_whose_name_is_another() {
        let other = of("MARIA ELENA", "PALARRERO", "2009-11-30");
        assert_eq!(score(&asked("Françoise Martin", "2003-11-30"), &other).total, 0.0);
        assert_eq!(score(&asked("Françoise Martin", "2009-11-30"), &other).total, 0.0, "nor the same date");
        assert!(score(&asked("", "2009-11-30"), &other).total > SCORE_MIN, "unless nothing else was typed");
        let elsewhere = Wanted { address: words("7 Mill Lane"), ..asked("", "2009-11-30") };
        assert_eq!(score(&elsewhere, &Seen { address: words("9 Robin Row"), ..other }).total, 0.0);
    }

    #[test]
    fn whoever_changed_the_last_name_is_found_by_the_first_and_the_day() {
        let seen = of("Ysolde", "Quillfeather", "1984-03-12");
        for birth in ["1984-03-12", "1984-12-03"] {
            let found = score(
                &asked("Isolde Okonjo", birth),
                &Seen { first: words("Isolde"), name: words("Isolde Quillfeather"), ..seen.clone() },
            );
            assert!(found.total > SCORE_MIN && found.parts.contains(&(Kind::Name, How::Similar)), "{birth}");
        }
        assert!(score(&asked("Ysolde Okonjo", "1984-03-13"), &seen).total < SCORE_MIN, "a like day is not enough");
        for name in ["Ysolde Quilfeather", "Quillfeather Ysolde", "ÝSÖLDE quillfeather"] {
            assert!(score(&asked(name, "1985-03-12"), &seen).total > 0.85, "{name}");
        }
    }

    #[test]
    fn what_was_typed_of_a_name_is_what_is_said_to_be_the_same() {
        let how = |typed: &str, first: &str, last: &str| score(&asked(typed, ""), &of(first, last, "")).parts;
        for (typed, said) in [
            ("Martin", How::LastName),
            ("Betty", How::Part),
            ("Betty Martin", How::Part),
            ("martin BETTY Helen", How::Same),
            ("Betty Helen Marten", How::Similar),
        ] {
            assert_eq!(how(typed, "Betty Helen", "Martin"), [(Kind::Name, said)], "{typed}");
        }
        assert_eq!(how("José García", "Jose", "Garcia Lopez"), [(Kind::Name, How::Part)]);
        assert_eq!(how("Martin", "", "Martin"), [(Kind::Name, How::Same)], "all that the record has");
    }

    #[test]
    fn a_birth_date_is_compared_as_far_as_it_is_known() {
        let seen = of("Ysolde", "Quillfeather", "1984-03-12");
        for birth in ["1984", "1984-03"] {
            let found = score(&asked("Ysolde Quillfeather", birth), &seen);
            assert_eq!((found.total, found.parts.len()), (1.0, 2), "{birth}");
            assert!(found.parts.contains(&(Kind::Birth, How::Part)), "{birth}");
        }
        assert!(birth_similarity(day("1985"), seen.birth.unwrap()) > 0.5, "a year beside it is alike");
        assert_eq!(birth_similarity(day("1986"), seen.birth.unwrap()), 0.0);
        assert_eq!(birth_similarity(day("1983-03"), seen.birth.unwrap()), 0.0);
        assert!(score(&asked("", "1984-04"), &seen).total < SCORE_MIN);
    }

    #[test]
    fn an_identifier_that_is_compared_as_a_whole_forgives_no_slip() {
        let seen = Seen { identifiers: vec!["123456789".into()], ..Seen::default() };
        let total = |typed: &str, is_whole: bool| {
            score(&Wanted { identifier: Some(typed.into()), is_whole, ..Wanted::default() }, &seen).total
        };
        assert_eq!((total("123456789", true), total("123456798", true), total("6789", true)), (1.0, 0.0, 0.0));
        assert!((total("123456798", false) - 0.8).abs() < 1e-9);
    }
}
