//! The errors of people, keyboards, scanners and ears.
//!
//! Most misspelt words have one error of four kinds: a letter wrong, missing, too many, or two in each other's place
//! (more than 80 % of them: F. J. Damerau, *A technique for computer detection and correction of spelling errors*, CACM
//! 7(3), 1964). Which letters are confused depends on how the text came in: keys beside each other when typed, shapes
//! alike when scanned, sounds alike when heard. Generators of test data make such errors too (P. Christen and A.
//! Pudjijono, *Accurate synthetic generation of realistic personal information*, PAKDD 2009); the pairs of letters and
//! the shares of each error here are chosen by us.

use crate::day::{Day, month_length};
use crate::dice::Dice;

/// How a register's text came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Typed from paper by a clerk, or by the person.
    Keyed,
    /// Read from a form by a machine.
    Scanned,
    /// Written down from speech.
    Heard,
}

const KEY_ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

const LOOK_ALIKE: [(&str, &str); 16] = [
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("l", "1"),
    ("i", "l"),
    ("o", "0"),
    ("s", "5"),
    ("b", "6"),
    ("g", "q"),
    ("u", "v"),
    ("v", "u"),
    ("vv", "w"),
    ("h", "b"),
    ("e", "c"),
    ("n", "h"),
];

const SOUND_ALIKE: [(&str, &str); 30] = [
    ("ph", "f"),
    ("f", "ph"),
    ("ck", "k"),
    ("c", "k"),
    ("k", "c"),
    ("ie", "y"),
    ("y", "ie"),
    ("ee", "ea"),
    ("ea", "ee"),
    ("ei", "ie"),
    ("sch", "sh"),
    ("sh", "sch"),
    ("tt", "t"),
    ("ll", "l"),
    ("nn", "n"),
    ("s", "z"),
    ("z", "s"),
    ("th", "t"),
    ("gh", "g"),
    ("j", "g"),
    ("v", "w"),
    ("w", "v"),
    ("ou", "u"),
    ("oo", "u"),
    ("er", "ar"),
    ("en", "an"),
    ("on", "en"),
    ("a", "ah"),
    ("x", "ks"),
    ("qu", "kw"),
];

/// Gives the text with one error of the channel; some errors leave a text of one or two letters as it is.
pub(crate) fn misspell(dice: &mut Dice, text: &str, channel: Channel) -> String {
    let wrong = match channel {
        Channel::Scanned if dice.chance(0.7) => confuse(dice, text, &LOOK_ALIKE),
        Channel::Heard if dice.chance(0.7) => confuse(dice, text, &SOUND_ALIKE),
        _ => None,
    };
    wrong.unwrap_or_else(|| slip(dice, text))
}

/// Puts one of the second strings in the place of the first, if any occurs.
fn confuse(dice: &mut Dice, text: &str, pairs: &[(&str, &str)]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = first_len(text);
    let found: Vec<(usize, &(&str, &str))> =
        pairs.iter().filter_map(|pair| lower[start..].find(pair.0).map(|at| (at + start, pair))).collect();
    if found.is_empty() {
        return None;
    }
    let (at, (from, to)) = found[dice.below(found.len())];
    // Lowering ASCII letters leaves every place where it was.
    let (before, after) = (text.get(..at)?, text.get(at + from.len()..)?);
    Some(format!("{before}{to}{after}"))
}

/// Gives the bytes of the first letter when it is ASCII, else 0: the first letter is seldom confused.
fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, |first| usize::from(first.is_ascii()))
}

/// Makes a slip of the fingers: wrong key, key missed, key twice, or two keys in each other's place.
fn slip(dice: &mut Dice, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 2 {
        return text.to_owned();
    }
    let first = if dice.chance(0.08) { 0 } else { 1 };
    let place = first + dice.below(letters.len() - first);
    match dice.weighted(&[38, 24, 16, 22]) {
        0 => letters[place] = neighbour(dice, letters[place]),
        1 if letters.len() > 2 => {
            letters.remove(place);
        }
        2 => letters.insert(place, letters[place]),
        _ => {
            let other = if place + 1 < letters.len() { place + 1 } else { place - 1 };
            letters.swap(place, other);
        }
    }
    letters.into_iter().collect()
}

/// Gives the key beside this one.
fn neighbour(dice: &mut Dice, letter: char) -> char {
    if letter.is_ascii_digit() {
        let digit = letter as u8 - b'0';
        return char::from(b'0' + if dice.chance(0.5) { (digit + 1) % 10 } else { (digit + 9) % 10 });
    }
    let lower = letter.to_ascii_lowercase();
    for row in KEY_ROWS {
        if let Some(place) = row.find(lower) {
            let left = place.checked_sub(1).and_then(|p| row.as_bytes().get(p));
            let right = row.as_bytes().get(place + 1);
            let key = match (left, right) {
                (Some(left), Some(right)) => *if dice.chance(0.5) { left } else { right },
                (Some(only), None) | (None, Some(only)) => *only,
                (None, None) => return letter,
            };
            let key = char::from(key);
            return if letter.is_ascii_uppercase() { key.to_ascii_uppercase() } else { key };
        }
    }
    'e'
}

/// Gives the digits with one digit wrong or two neighbours exchanged; other signs stay.
pub(crate) fn wrong_digits(dice: &mut Dice, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let digits: Vec<usize> = (0..letters.len()).filter(|place| letters[*place].is_ascii_digit()).collect();
    if digits.len() < 2 {
        return text.to_owned();
    }
    let swaps: Vec<usize> = (0..digits.len() - 1).filter(|i| letters[digits[*i]] != letters[digits[i + 1]]).collect();
    if dice.chance(0.3) && !swaps.is_empty() {
        let place = swaps[dice.below(swaps.len())];
        letters.swap(digits[place], digits[place + 1]);
    } else {
        let place = digits[dice.below(digits.len())];
        let old = letters[place] as u8 - b'0';
        letters[place] = char::from(b'0' + (old + 1 + dice.below(9) as u8) % 10);
    }
    letters.into_iter().collect()
}

/// Gives the day with day and month in each other's place, where that is another day of the calendar.
pub(crate) fn swapped_day(day: Day) -> Option<Day> {
    let (year, month, of_month) = day.parts();
    (of_month <= 12 && of_month != month).then(|| Day::civil(year, of_month, month))
}

/// Gives the day with one figure wrong; always a day of the calendar.
pub(crate) fn wrong_day(dice: &mut Dice, day: Day) -> Day {
    let (year, month, of_month) = day.parts();
    match dice.weighted(&[45, 20, 25, 10]) {
        0 => {
            let length = month_length(year, month);
            Day::civil(year, month, 1 + (of_month - 1 + dice.between(1, length - 1)) % length)
        }
        1 => {
            let other = 1 + (month - 1 + dice.between(1, 11)) % 12;
            Day::civil(year, other, of_month.min(month_length(year, other)))
        }
        choice => {
            let years = if choice == 2 { 1 } else { 10 };
            let other = if dice.chance(0.5) && year + years <= 2025 { year + years } else { year - years };
            Day::civil(other, month, of_month.min(month_length(other, month)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn misspelling_any_text_gives_text(text in "\\PC{0,12}", seed: u64) {
            let mut dice = Dice::new(seed, 0);
            for channel in [Channel::Keyed, Channel::Scanned, Channel::Heard] {
                let wrong = misspell(&mut dice, &text, channel);
                let (before, after) = (text.chars().count() as i64, wrong.chars().count() as i64);
                prop_assert!((before - after).abs() <= 2);
            }
        }

        #[test]
        fn wrong_digits_keep_the_length_and_change_something(text in "[0-9]{2,12}", seed: u64) {
            let wrong = wrong_digits(&mut Dice::new(seed, 0), &text);
            prop_assert_eq!(wrong.len(), text.len());
            prop_assert_ne!(wrong, text);
        }

        #[test]
        fn wrong_days_are_other_days_of_the_calendar(number in -20_000..20_000_i32, seed: u64) {
            let day = Day(number);
            let wrong = wrong_day(&mut Dice::new(seed, 0), day);
            let (year, month, of_month) = wrong.parts();
            prop_assert_eq!(Day::civil(year, month, of_month), wrong);
            prop_assert_ne!(wrong, day);
        }
    }
}
