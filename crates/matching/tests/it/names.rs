//! Names as registers have them: in several scripts and spellings.

use matching::normalise::fold;
use matching::{Block, Dataset, Judgements, Model, Settings, Silent};
use proptest::prelude::*;

use crate::clustering::{check, check_with};
use crate::people::{Row, batch_of, row, settings};

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

/// By how the names sound, a rule brings two scripts together, and the comparison sees that they may be one.
#[test]
fn names_of_two_scripts_are_looked_at_and_are_alike() {
    for (lines, levels) in [
        (
            ["register a1 محمد خالد 1983-01-08 - - - - M", "census a2 Mohammed Khaled 1983-01-08 - - - - M"],
            ["similar 0.88"; 2],
        ),
        (
            ["register a1 דוד כהן 1983-01-08 - - - - M", "census a2 Daud Cohen 1983-01-08 - - - - M"],
            ["similar 0.88"; 2],
        ),
        (
            ["register a1 민수 김 1983-01-08 - - - - M", "census a2 Minsoo Kim 1983-01-08 - - - - M"],
            ["similar 0.92"; 2],
        ),
        (
            ["register a1 はなこ タナカ 1983-01-08 - - - - F", "census a2 Hanako Tanaka 1983-01-08 - - - - F"],
            ["similar 0.92"; 2],
        ),
    ] {
        let settings = Settings {
            blocks: vec![Block::on(["phonetic(given)", "birth.year"]).unwrap()],
            edge_weight_min: -1e6,
            ..settings()
        };
        let rows: Vec<Row> = lines.into_iter().map(row).collect();
        let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
        let model = Model::presumed(&settings);
        let predictions = matching::predict(&data, &model, &Silent).unwrap();
        assert_eq!(predictions.report.pairs_scored, 1, "{lines:?}");
        let why = matching::explain(&data, &model, 0, 1).unwrap();
        assert_eq!([&why.fields[0].level, &why.fields[1].level], levels, "{lines:?}");
    }
}

/// Letters of scripts that folding leaves, that it makes Latin ones, with marks and what joins or parts them.
const LETTERS: &str = "[a-dA-DßæéñŁıяжЩъλθاعبةحـهوپیאבוחץ가김박수タナしゃっーん゛゜李मो0-9' -]{0,12}";

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in LETTERS) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded.clone());
        let street = matching::normalise::fold_street(&text);
        prop_assert_eq!(fold(&street), street.clone());
    }

    #[test]
    fn any_text_has_a_sound_or_none(text in "\\PC{0,16}", letters in LETTERS) {
        for text in [text, letters] {
            for key in [matching::phonetic::phonetic(&text), matching::phonetic::soundex(&text)].into_iter().flatten() {
                prop_assert!(!key.is_empty() && key.is_ascii(), "{text} {key}");
            }
        }
    }
}
