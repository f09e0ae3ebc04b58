//! What a person is called at the top of a page: as most of their records write it.
//!
//! Given and family names are chosen each by itself, so that it does not matter in which order a register has them. Spellings
//! of one name count together, whatever their case and accents; of these the one is shown that most records have, of as many
//! the fullest, and of these again the first in the order of the registers. The other names that records have stand below it: who
//! looked for one of them is to see that this is whom it led to.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use matching::normalise::fold;
use model::Project;

use super::meaning::meanings;
use super::values::is_name;
use crate::service::{Field, SectionView};

/// Words of the names of columns that hold given names, names after the first, and family names.
const GIVEN: [&str; 6] = ["first", "firstname", "forename", "given", "prenom", "prenoms"];
const MIDDLE: [&str; 1] = ["middle"];
const FAMILY: [&str; 6] = ["family", "last", "lastname", "surname", "nom", "patronyme"];

/// Words of those that hold a name that somebody had before.
const BEFORE: [&str; 4] = ["birth", "maiden", "former", "previous"];

/// What a person is called.
pub(crate) struct KnownAs {
    pub(crate) text: String,
    /// The other names that records have, each once, as one of them writes it.
    pub(crate) others: Vec<String>,
    /// Whether records have other names.
    pub(crate) differs: bool,
    /// Whether records write it in other ways.
    pub(crate) is_written_differently: bool,
}

/// A part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Given,
    Middle,
    Family,
    /// All of it in one column.
    Whole,
}

/// The name that a record has.
#[derive(Default)]
struct Name {
    given: Option<String>,
    middle: Option<String>,
    family: Option<String>,
    whole: Option<String>,
}

impl Name {
    /// Gives all given names.
    fn all_given(&self) -> Option<String> {
        let given = [self.given.as_deref()?].into_iter().chain(self.middle.as_deref());
        Some(given.collect::<Vec<_>>().join(" "))
    }

    /// Tells whether it is in no parts.
    fn is_whole(&self) -> bool {
        self.given.is_none() && self.middle.is_none() && self.family.is_none()
    }

    /// Gives all of it; none where a record has none.
    fn text(&self) -> Option<String> {
        if self.is_whole() {
            return self.whole.clone();
        }
        let parts = [&self.given, &self.middle, &self.family].into_iter().flatten();
        Some(parts.map(String::as_str).collect::<Vec<_>>().join(" "))
    }

    /// Tells whether it may be one name with another, written differently or shorter.
    fn is_one(&self, other: &Self) -> bool {
        if self.is_whole() || other.is_whole() {
            let (one, other) = (self.words(), other.words());
            return one.is_subset(&other) || other.is_subset(&one);
        }
        let is_given = match (self.all_given(), other.all_given()) {
            (Some(one), Some(other)) => is_short_for(&one, &other) || is_short_for(&other, &one),
            _ => true,
        };
        let is_family = match (&self.family, &other.family) {
            (Some(one), Some(other)) => together(one) == together(other),
            _ => true,
        };
        is_given && is_family
    }

    fn words(&self) -> BTreeSet<String> {
        let folded = fold(&self.text().unwrap_or_default());
        folded.split(' ').map(str::to_owned).collect()
    }
}

/// Gives what a person is called; none where no name is given as it is.
pub(crate) fn known_as(project: &Project, sections: &[SectionView]) -> Option<KnownAs> {
    let mut names = Vec::new();
    for section in sections {
        let meanings = meanings(project, &section.register);
        for record in &section.records {
            let fields = record.values.fields();
            let given = fields.filter(|field| is_name(*field) && field.column.rule.disclosure == "value");
            names.push(name(given.filter_map(|field: Field<'_>| {
                let column = field.column.name.as_str();
                let meaning = meanings.iter().find(|(known, _)| *known == column).map(|(_, meaning)| *meaning);
                Some((part_of(meaning.unwrap_or(column))?, field.value.text()?))
            })));
        }
    }
    chosen(&names)
}

/// Gives which part of a name a column holds; none where it is of a name before.
fn part_of(column: &str) -> Option<Part> {
    let words: Vec<&str> = column.split('_').collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if has(&BEFORE) {
        return None;
    }
    Some(if has(&MIDDLE) {
        Part::Middle
    } else if has(&GIVEN) {
        Part::Given
    } else if has(&FAMILY) {
        Part::Family
    } else {
        Part::Whole
    })
}

/// Tells whether a column holds given names, the first or others; those that somebody had before are no such ones.
pub(super) fn is_given_name(column: &str) -> bool {
    matches!(part_of(column), Some(Part::Given | Part::Middle))
}

/// Tells whether given names say less of others, word by word from the first: an initial of the word that begins so, or none of
/// those that follow.
pub(super) fn is_short_for(short: &str, long: &str) -> bool {
    let (short, long) = (fold(short), fold(long));
    let (short, long): (Vec<&str>, Vec<&str>) = (short.split(' ').collect(), long.split(' ').collect());
    let is_of = |(one, other): (&&str, &&str)| one == other || (one.chars().count() == 1 && other.starts_with(*one));
    short.len() <= long.len() && short.iter().zip(&long).all(is_of)
}

fn name(parts: impl Iterator<Item = (Part, String)>) -> Name {
    let mut name = Name::default();
    for (part, text) in parts {
        let place = match part {
            Part::Given => &mut name.given,
            Part::Middle => &mut name.middle,
            Part::Family => &mut name.family,
            Part::Whole => &mut name.whole,
        };
        place.get_or_insert(text);
    }
    name
}

fn chosen(names: &[Name]) -> Option<KnownAs> {
    let first_word = |text: &str| fold(text).split(' ').next().unwrap_or_default().to_owned();
    let given = names.iter().filter_map(Name::all_given).map(|text| (first_word(&text), text));
    let family = names.iter().filter_map(|name| name.family.clone()).map(|text| (together(&text), text));
    let (given, family): (Vec<_>, Vec<_>) = (given.collect(), family.collect());
    let whole = names.iter().filter(|_| given.is_empty() && family.is_empty()).filter_map(|name| name.whole.clone());
    let whole: Vec<(String, String)> = whole.map(|text| (together(&text), text)).collect();
    let best = |texts: &[(String, String)]| most(texts).map(str::to_owned);
    let called = Name { given: best(&given), middle: None, family: best(&family), whole: best(&whole) };
    let parts: [Vec<(String, String)>; 3] = [given, family, whole];
    Some(KnownAs {
        text: called.text()?,
        others: others(names, &called),
        differs: parts.iter().any(|part| differs(part)),
        is_written_differently: parts.iter().any(|part| part.windows(2).any(|two| two[0].1 != two[1].1)),
    })
}

/// Gives the names that are not what the person is called, in the order of the registers; of one that is written in several ways,
/// the fullest.
fn others(names: &[Name], called: &Name) -> Vec<String> {
    let full = |name: &Name| fullness(&name.text().unwrap_or_default());
    let mut others: Vec<&Name> = Vec::new();
    for name in names.iter().filter(|name| name.text().is_some() && !called.is_one(name)) {
        match others.iter_mut().find(|known| known.is_one(name)) {
            Some(known) if full(known) < full(name) => *known = name,
            Some(_) => {}
            None => others.push(name),
        }
    }
    others.into_iter().filter_map(Name::text).collect()
}

/// Gives a name as it is compared: registers join the parts of one in different ways.
fn together(text: &str) -> String {
    fold(text).replace(' ', "")
}

/// Gives the text that most have of those that most have when they are compared, as the top of this file says.
fn most(texts: &[(String, String)]) -> Option<&str> {
    let alike = |key: &str| texts.iter().filter(|(other, _)| other == key).count();
    let same = |text: &str| texts.iter().filter(|(_, other)| other == text).count();
    // The first of the best: so says `min_by_key` of those that are equal.
    let (most, _) = texts.iter().min_by_key(|(key, _)| Reverse(alike(key)))?;
    let of_it = texts.iter().filter(|(key, _)| key == most);
    of_it.min_by_key(|(_, text)| Reverse((same(text), fullness(text)))).map(|(_, text)| text.as_str())
}

/// How much of a name a text says: its letters, whether it has small ones, and how many have marks.
fn fullness(text: &str) -> (usize, bool, usize) {
    let letters = text.chars().filter(|letter| letter.is_alphabetic());
    let marked = letters.clone().filter(|letter| !letter.is_ascii()).count();
    (letters.clone().count(), letters.clone().any(char::is_lowercase), marked)
}

/// Tells whether texts are of more than one name. An initial is of each name that begins so.
fn differs(texts: &[(String, String)]) -> bool {
    let is_initial = |key: &str| key.chars().count() == 1;
    let all = || texts.iter().map(|(key, _)| key.as_str()).filter(|key| !key.is_empty());
    let whole: Vec<&str> = all().filter(|key| !is_initial(key)).collect();
    let contradicts = |key: &str| match whole.first() {
        Some(name) => !whole.contains(&key) && !name.starts_with(key),
        None => all().any(|other| other != key),
    };
    whole.windows(2).any(|two| two[0] != two[1]) || all().any(contradicts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(parts: &[(&str, &str)]) -> Name {
        name(parts.iter().filter_map(|(column, text)| Some((part_of(column)?, (*text).to_owned()))))
    }

    fn told(names: &[Name]) -> (String, bool, bool) {
        let found = chosen(names).unwrap();
        (found.text, found.differs, found.is_written_differently)
    }

    #[test]
    fn a_person_is_called_as_most_records_write_it_whatever_the_order_of_registers() {
        let plain = || record(&[("forename", "Francoise"), ("surname", "MARTIN")]);
        let full = || record(&[("surname", "Martin"), ("given_names", "Françoise P")]);
        let capitals = || record(&[("first_name", "FRANCOISE"), ("middle_name", "PATRICIA"), ("last_name", "Martin")]);
        let all = [plain(), full(), full(), capitals()];
        assert_eq!(told(&all), ("Françoise P Martin".to_owned(), false, true));
        let all = [capitals(), full(), plain(), full()];
        assert_eq!(told(&all), ("Françoise P Martin".to_owned(), false, true));
        assert_eq!(told(&[full()]), ("Françoise P Martin".to_owned(), false, false));
        // Of as many the fullest: more letters, then small letters, then accents.
        let first = |text| record(&[("first_name", text)]);
        assert_eq!(told(&[first("ANA"), first("Ana"), first("Ana Maria")]).0, "Ana Maria");
        assert_eq!(told(&[first("ZOE"), first("Zoe"), first("Zoë")]).0, "Zoë");
    }

    #[test]
    fn names_that_are_more_than_spelt_differently_are_in_conflict() {
        let of = |given, family| record(&[("first_name", given), ("last_name", family)]);
        assert_eq!(told(&[of("Ana", "Ruiz"), of("Ana", "Okafor")]), ("Ana Ruiz".to_owned(), true, true));
        assert_eq!(told(&[of("Eva", "Ruiz"), of("Ana", "Ruiz"), of("ANA", "Ruiz")]).0, "Ana Ruiz");
        assert!(told(&[of("Eva", "Ruiz"), of("Ana", "Ruiz")]).1);
        // An initial is no other name, and neither is one that goes on.
        assert!(!told(&[of("A", "Ruiz"), of("Ana", "Ruiz"), of("Ana Maria", "RUIZ")]).1);
        assert!(told(&[of("B", "Ruiz"), of("Ana", "Ruiz")]).1);
        assert!(told(&[of("B", "Ruiz"), of("A", "Ruiz")]).1);
        assert!(!told(&[of("Ana", "De La Cruz"), of("Ana", "DELACRUZ")]).1);
        assert!(!told(&[of("Ana", "Ruiz"), record(&[("first_name", "Ana"), ("birth_name", "Okafor")])]).1);
    }

    #[test]
    fn other_names_that_records_have_are_listed_each_once() {
        let of = |given, family| record(&[("first_name", given), ("last_name", family)]);
        let also = |names: &[Name]| chosen(names).unwrap().others;
        let married = || of("HANNAH MARIA", "VON HOFMANN");
        let short = || record(&[("first_name", "Hannah"), ("middle_name", "M"), ("last_name", "von Hofmann")]);
        for names in [[married(), short()], [short(), married()]] {
            let [one, other] = names;
            let all = [of("Hannah M", "Chmieić"), one, of("Hannah", "CHMIEIC"), other, of("Hannah M", "Chmieić")];
            assert_eq!(also(&all), ["HANNAH MARIA VON HOFMANN"]);
        }
        assert_eq!(also(&[of("Ana", "Ruiz"), of("ANA", "Ruiz"), of("A", "RUIZ"), Name::default()]), [""; 0]);
        let all = [of("Ana", "Ruiz"), of("Ana", "Ruiz"), of("Eva", "Ruiz"), record(&[("last_name", "Okafor")])];
        assert_eq!(also(&all), ["Eva Ruiz", "Okafor"]);
        let whole = |text| record(&[("holder_name", text)]);
        assert_eq!(also(&[of("Ana", "Ruiz"), whole("RUIZ, ANA"), whole("Okafor, Ana")]), ["Okafor, Ana"]);
    }

    #[test]
    fn a_name_in_one_column_is_shown_where_no_other_is() {
        let whole = || record(&[("holder_name", "Ruiz, Ana")]);
        assert_eq!(told(&[whole(), record(&[("holder_name", "RUIZ, ANA")])]).0, "Ruiz, Ana");
        assert_eq!(told(&[whole(), record(&[("first_name", "Ana"), ("last_name", "Ruiz")])]).0, "Ana Ruiz");
        assert!(chosen(&[]).is_none() && chosen(&[Name::default()]).is_none());
    }
}
