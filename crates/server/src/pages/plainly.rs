//! How comparisons of linkage are told to the person whom they are about: in words, without shares and bits.

use super::values::sentence;
use super::words::Words;
use crate::service::FieldEvidence;

/// Fewer bits than these hardly say anything.
const HARDLY: f64 = 0.5;

/// Fewer than these, odds of 4 to 1, say little.
const LITTLE: f64 = 2.0;

/// As many as these, odds of 64 to 1, say much.
const MUCH: f64 = 6.0;

/// Gives how much a weight in bits speaks for one person, or against it.
pub(crate) fn strength(t: Words, weight: f64) -> String {
    let is_for = weight > 0.0;
    match weight.abs() {
        size if size < HARDLY => t.s("strength-none"),
        size if size < LITTLE && is_for => t.s("strength-little-for"),
        size if size < LITTLE => t.s("strength-little-against"),
        size if size < MUCH && is_for => t.s("strength-for"),
        size if size < MUCH => t.s("strength-against"),
        _ if is_for => t.s("strength-much-for"),
        _ => t.s("strength-much-against"),
    }
}

/// Gives what a level of a comparison is called.
pub(crate) fn level(t: Words, field: &FieldEvidence) -> String {
    match field.level.strip_prefix("within ").and_then(|rest| rest.strip_suffix(" edits")) {
        Some(edits) => t.count("step-within", &edits.parse().unwrap_or_default()),
        None => t.of("level", &field.level.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")),
    }
}

/// Gives what a comparison found, as the person reads it.
pub(crate) fn told_plainly(t: Words, field: &FieldEvidence) -> String {
    match (field.level.as_str(), field.m) {
        (FieldEvidence::PRIOR, None) => return t.s("step-prior"),
        (FieldEvidence::HOUSEHOLD, None) => return t.s("plain-household"),
        (FieldEvidence::AGAINST, None) => return t.s("step-against"),
        (FieldEvidence::PENALTY, None) => return t.s("step-one-record"),
        (FieldEvidence::BEYOND, None) => return t.s("step-beyond"),
        ("exchanged", None) => return t.s("step-exchanged"),
        (_, None) => return t.s("step-missing"),
        // A comparison of the order of two names.
        ("in order", _) => return t.s("plain-in-order"),
        _ => {}
    }
    let found = sentence(&level(t, field));
    match field.term_frequency {
        Some(_) if field.term_frequency_weight >= HARDLY => format!("{found} {}", t.s("plain-rare")),
        Some(_) if field.term_frequency_weight <= -HARDLY => format!("{found} {}", t.s("plain-frequent")),
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    fn field(level: &str, m: Option<f64>, rarity: f64) -> FieldEvidence {
        FieldEvidence {
            name: "last_name".into(),
            left: Vec::new(),
            right: Vec::new(),
            level: level.into(),
            m,
            u: m.map(|_| 0.02),
            weight: 1.0,
            term_frequency: m.map(|_| 0.000_001),
            term_frequency_weight: rarity,
            sentence: String::new(),
        }
    }

    #[test]
    fn how_much_a_weight_says_is_a_word_on_either_side() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let told: Vec<String> =
                [-9.0, -3.0, -1.0, 0.0, 1.0, 3.0, 9.0].iter().map(|weight| strength(t, *weight)).collect();
            let different: std::collections::BTreeSet<&String> = told.iter().collect();
            assert_eq!(different.len(), told.len(), "{told:?}");
            assert!(told.iter().all(|told| !told.contains(|letter: char| letter.is_ascii_digit())), "{told:?}");
            assert_eq!(strength(t, 0.2), strength(t, -0.2));
        }
    }

    #[test]
    fn a_person_reads_no_shares_of_pairs() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let all = [
                field("equal", Some(0.9), 3.0),
                field("equal", Some(0.9), -3.0),
                field("in order", Some(0.9), 0.0),
                field("missing", None, 0.0),
                field(FieldEvidence::HOUSEHOLD, None, 0.0),
                field(FieldEvidence::PRIOR, None, 0.0),
            ];
            let told: Vec<String> = all.iter().map(|field| told_plainly(t, field)).collect();
            for told in &told {
                assert!(told.ends_with('.') && !told.contains(['%', '0', '1', '9']), "{told}");
            }
            assert!(told[0] != told[1] && told[0].starts_with(&sentence(&level(t, &all[0]))), "{told:?}");
            assert_ne!(told[2], sentence(&level(t, &all[2])), "the order of what is said");
        }
    }
}
