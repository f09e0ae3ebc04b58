//! Names as registers have them: in several scripts and spellings.

use matching::Judgements;

use crate::clustering::{check, check_with};
use crate::people::settings;

#[test]
fn cyrillic_and_latin_are_one_name() {
    check(
        &[
            "register a1 Иван Иванов 1983-01-08 - 12 Elm 100 M",
            "census   a2 Ivan Ivanov 1983-01-08 - -  -   -   M",
            // The twin brother.
            "register b1 Пётр Иванов 1983-01-08 - 12 Elm 100 M",
            "census   b2 Petr Ivanov 1983-01-08 - -  -   -   M",
        ],
        &[&["a1", "a2"], &["b1", "b2"]],
    );
}

#[test]
fn greek_and_latin_are_one_name() {
    check(
        &[
            "register a1 Γιώργος Παπαδόπουλος 1983-01-08 - 12 Elm 100 M",
            // The usual spelling has a `u` where the letter has a `y`: a slip.
            "census   a2 Giorgos Papadopoulos 1983-01-08 - -  -   -   M",
            "register b1 Γιώργος Νικολάου     1983-01-08 - 9  Oak 200 M",
        ],
        &[&["a1", "a2"], &["b1"]],
    );
}

#[test]
fn umlauts_are_one_letter_or_two() {
    check(
        &[
            "register a1 Jürgen  Müller  1983-01-08 - 12 Elm 100 M",
            "census   a2 Juergen Mueller 1983-01-08 - -  -   -   M",
            "tax      a3 Jurgen  Muller  1983-01-08 - -  -   -   M",
            "register b1 Jorgen  Moller  1951-03-09 - 9  Oak 200 M",
        ],
        &[&["a1", "a2", "a3"], &["b1"]],
    );
}

#[test]
fn particles_stand_before_behind_or_within_a_name() {
    check(
        &[
            "register a1 Pieter van_der_Berg 1983-01-08 - 12 Elm 100 M",
            "census   a2 Pieter Vanderberg   1983-01-08 - -  -   -   -",
            "tax      a3 Pieter Berg_van_der 1983-01-08 - -  -   -   -",
            "register b1 Pieter Bergmann     1983-01-08 - 9  Oak 200 M",
        ],
        &[&["a1", "a2", "a3"], &["b1"]],
    );
}

#[test]
fn parts_of_a_compound_change_places() {
    check(
        &[
            "register a1 Lucia García_López 1983-01-08 - 12 Elm 100 F",
            "census   a2 Lucia López_García 1983-01-08 - -  -   -   -",
            "register b1 Lucia Gómez_Pérez  1983-01-08 - 9  Oak 200 F",
        ],
        &[&["a1", "a2"], &["b1"]],
    );
}

/// In few characters one more or less is another name, however many bytes a character has.
#[test]
fn twins_of_short_names_in_other_scripts_stay_two() {
    for [one, other] in [["小龍", "小明"], ["דן", "רן"], ["مي", "ري"], ["मीरा", "मेरी"], ["민수", "민서"]]
    {
        let line = |source: &str, id: &str, given: &str| -> &'static str {
            String::leak(format!("{source} {id} {given} 李 1990-05-01 - 12 Elm 100 F"))
        };
        let lines = [
            line("register", "a1", one),
            line("census", "a2", one),
            line("register", "b1", other),
            line("census", "b2", other),
        ];
        check_with(&settings(), &Judgements::default(), &lines, &[&["a1", "a2"], &["b1", "b2"]]);
    }
}
