//! Addresses of rows: what the columns of a row say of where somebody is, and whether that is one house.
//!
//! The class of a column says that it is part of an address, and not of which. Its name does: so it is where districts are
//! drawn, and where comparisons are proposed for columns that nobody described.

use std::collections::BTreeSet;

use matching::normalise::fold_street;

use crate::service::{Field, Values};

/// Words of the names of columns that say where somebody was before.
const BEFORE: [&str; 9] =
    ["previous", "former", "prior", "old", "past", "ancien", "ancienne", "precedent", "precedente"];

/// Words of the names of columns that say in which place a house is, or where in the house somebody is.
const BESIDE: [&str; 19] = [
    "apartment",
    "box",
    "city",
    "code",
    "commune",
    "country",
    "county",
    "district",
    "flat",
    "municipality",
    "postcode",
    "region",
    "state",
    "town",
    "type",
    "unit",
    "ville",
    "zip",
    "zipcode",
];

/// Words of the names of columns that say in which street a house is.
const STREET: [&str; 7] = ["address", "addr", "adresse", "road", "rue", "street", "voie"];

/// Words of the names of columns that hold the number of a house, the second beside the first or one of [`STREET`].
const OF_A_HOUSE: [&str; 3] = ["house", "building", "door"];
const NUMBER: [&str; 5] = ["number", "no", "nr", "num", "numero"];

/// Words with which a part of an address begins that says where in a house somebody is.
const WITHIN: [&str; 11] =
    ["apartment", "appartement", "appt", "apt", "box", "flat", "floor", "po", "room", "suite", "unit"];

/// What may follow the digits of a number without being a house's: `5th Avenue` is a street.
const ORDINALS: [&str; 4] = ["st", "nd", "rd", "th"];

/// What may follow a number and is part of it.
const AGAIN: [&str; 3] = ["bis", "ter", "quater"];

/// An address that a row gives.
pub(crate) struct Address {
    /// The street with its number, then what else is given of it.
    pub(crate) text: String,
    /// Whether it names one house, by street and number. Who lives at an address can be asked of a house alone: a street, a
    /// town or a postcode is where many live who have nothing to do with each other.
    pub(crate) is_of_a_house: bool,
}

/// What a column holds of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Number,
    /// A street, with the number of the house or without.
    Street,
    Other,
}

/// Gives which part of an address a column holds; none where it is of another address, or has but a district.
fn part_of(column: &str) -> Option<Part> {
    let words: Vec<&str> = column.split('_').collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if column == "district" || has(&BEFORE) {
        return None;
    }
    // The second line of an address has its town, or its stairs.
    let is_further = words.last().and_then(|word| word.parse::<u8>().ok()).is_some_and(|line| line > 1);
    Some(if has(&BESIDE) || is_further {
        Part::Other
    } else if has(&NUMBER) && (has(&OF_A_HOUSE) || has(&STREET)) {
        Part::Number
    } else if has(&STREET) {
        Part::Street
    } else {
        Part::Other
    })
}

/// Tells whether a value is there and given as it is.
pub(crate) fn is_given(field: &Field<'_>) -> bool {
    field.column.rule.disclosure == "value" && field.value.text().is_some()
}

/// Gives the address of a row, as far as it is given whole; none of a row that has but a district, or says but where somebody
/// was before.
pub(crate) fn address_of(values: &Values) -> Option<Address> {
    let is_part = |field: &Field<'_>| is_given(field) && field.column.rule.class == "address";
    let told = |field: Field<'_>| Some((part_of(&field.column.name)?, field.value.text()?));
    put_together(values.fields().filter(is_part).filter_map(told))
}

fn put_together(parts: impl Iterator<Item = (Part, String)>) -> Option<Address> {
    let (mut number, mut street, mut others) = (None, None, Vec::new());
    for (part, text) in parts {
        match part {
            Part::Number if number.is_none() => number = Some(text),
            Part::Street if street.is_none() => street = Some(text),
            _ => others.push(text),
        }
    }
    let has_street = street.is_some();
    // Some write the number in both columns.
    let number = number.filter(|_| street.as_deref().and_then(house_number).is_none());
    let line: Vec<String> = number.into_iter().chain(street).collect();
    let line = (!line.is_empty()).then(|| line.join(" "));
    let all: Vec<String> = line.into_iter().chain(others).collect();
    let text = all.join(", ");
    let is_of_a_house = has_street && house_number(&text).is_some();
    (!all.is_empty()).then_some(Address { text, is_of_a_house })
}

/// Tells whether a column is a part of the address at which somebody is, as [`address_of`] puts it together.
pub(crate) fn is_part(column: &str) -> bool {
    part_of(column).is_some()
}

/// Gives the words of an address as they are compared: without regard to case, accents and marks, each in one of the spellings
/// that words of streets have, whatever their order.
pub(crate) fn words_of(text: &str) -> BTreeSet<String> {
    let folded = fold_street(text);
    let words: BTreeSet<String> = folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    // What has no letters is itself alone.
    if words.is_empty() { BTreeSet::from([text.to_owned()]) } else { words }
}

/// Gives the number of the house that a text names, in small letters: a number beside a word, in the first part of the text
/// that does not say where in a house somebody is. None where there is no such number: a postcode has no street beside it.
pub(crate) fn house_number(address: &str) -> Option<String> {
    let words_of = |part: &str| -> Vec<String> {
        let words = part.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let is_line = |words: &Vec<String>| words.first().is_some_and(|first| !WITHIN.contains(&first.as_str()));
    let line = address.split(',').map(words_of).find(is_line)?;
    let at = line.iter().position(|word| is_number(word))?;
    let after = line.get(at + 1).filter(|word| AGAIN.contains(&word.as_str()));
    let is_name = |word: &String| !is_number(word) && word.chars().any(char::is_alphabetic);
    let has_street = line.iter().filter(|word| after != Some(*word)).any(is_name);
    has_street.then(|| line[at].clone() + after.map_or("", String::as_str))
}

/// Tells whether a word is a number, perhaps with a letter: `12`, `12b`, `12-14`.
fn is_number(word: &str) -> bool {
    let letters = word.trim_start_matches(char::is_numeric);
    letters.len() < word.len() && !ORDINALS.contains(&letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(row: &[(&str, &str)]) -> Option<(String, bool)> {
        let parts = row.iter().filter_map(|(column, text)| Some((part_of(column)?, (*text).to_owned())));
        put_together(parts).map(|address| (address.text, address.is_of_a_house))
    }

    fn told(text: &str, is_of_a_house: bool) -> Option<(String, bool)> {
        Some((text.to_owned(), is_of_a_house))
    }

    /// A row, and its address.
    type Case<'a> = (&'a [(&'a str, &'a str)], Option<(String, bool)>);

    #[test]
    fn a_house_has_a_street_and_a_number() {
        let cases: &[Case<'_>] = &[
            (&[("street", "7 Nightingale Row"), ("district", "North")], told("7 Nightingale Row", true)),
            (&[("street_address", "95 Juniper Ave"), ("city", "Newmere")], told("95 Juniper Ave, Newmere", true)),
            (
                &[("postcode", "16385"), ("street", "Robin Lane, Apt 38"), ("house_number", "62")],
                told("62 Robin Lane, Apt 38, 16385", true),
            ),
            (
                &[("mailing_address_street_number", "5"), ("mailing_address_street_name", "Mill Lane")],
                told("5 Mill Lane", true),
            ),
            (
                &[("address_line_1", "4 Mill Lane"), ("address_line_2", "Newmere 16301")],
                told("4 Mill Lane, Newmere 16301", true),
            ),
            (&[("street", "12 Elm St"), ("house_number", "12")], told("12 Elm St", true)),
            (&[("rue", "7 bis rue des Lilas"), ("ville", "Lyon")], told("7 bis rue des Lilas, Lyon", true)),
            // A postcode, a town, a street without its number, a flat, a box: many are there, or nobody knows where.
            (&[("postcode", "10115")], told("10115", false)),
            (&[("zip", "10115"), ("town", "Newmere")], told("10115, Newmere", false)),
            (&[("town", "10115 Newmere")], told("10115 Newmere", false)),
            (&[("street", "10115")], told("10115", false)),
            (&[("street", "Robin Lane, Apt 38"), ("postcode", "16385")], told("Robin Lane, Apt 38, 16385", false)),
            (&[("street", "5th Avenue"), ("zip", "10001")], told("5th Avenue, 10001", false)),
            (&[("house_number", "62"), ("postcode", "16385")], told("62, 16385", false)),
            (&[("mailing_address_po_box", "PO Box 12")], told("PO Box 12", false)),
            (&[("address_line_2", "Newmere 16301")], told("Newmere 16301", false)),
        ];
        for (row, expected) in cases {
            assert_eq!(address(row), *expected, "{row:?}");
        }
    }

    #[test]
    fn where_somebody_was_before_is_no_part_of_where_they_are() {
        let row =
            [("street_address", "95 Juniper Ave"), ("previous_address", "4 Mill Lane"), ("previous_zip", "16301")];
        assert_eq!(address(&row), told("95 Juniper Ave", true));
        assert_eq!(address(&row[1..]), None);
        assert_eq!(address(&[("former_house_number", "4"), ("district", "North")]), None);
    }

    #[test]
    fn words_of_streets_are_compared_in_one_spelling() {
        assert_eq!(words_of("115 Birch Pl"), words_of("115 BIRCH PLACE"));
        assert_eq!(words_of("12, allée des Érables"), words_of("12 Allee des Erables"));
        assert_ne!(words_of("81 Willow Close"), words_of("81 Willow lCose"));
        assert_ne!(words_of("?"), words_of("!"));
    }

    #[test]
    fn the_number_of_a_house_is_found_however_it_is_written() {
        for (text, number) in [
            ("7 Nightingale Row", Some("7")),
            ("NIGHTINGALE ROW 7", Some("7")),
            ("12B Main Street, 10115", Some("12b")),
            ("12-14 Main Street", Some("12-14")),
            ("7 Bis rue des Lilas", Some("7bis")),
            ("Apt 38, 62 Robin Lane", Some("62")),
            ("\"><img src=x onerror=alert(1)> 4", Some("4")),
            ("٧ شارع النهر", Some("٧")),
            ("Nightingale Row", None),
            ("Nightingale Row, 10115, Newmere", None),
            ("Nightingale Row, Apt 7", None),
            ("10115", None),
            ("7 bis", None),
            ("5th Avenue", None),
            (" , ", None),
            ("", None),
        ] {
            assert_eq!(house_number(text).as_deref(), number, "{text}");
        }
    }
}
