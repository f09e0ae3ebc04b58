//! How records are found by the words of an address.
//!
//! Most words of an address are those of very many: the town, *street*, *flat*. To list all who have one of them takes longer than
//! all else that a search does, and for nothing: a record agrees with an address where three in five of its words do
//! ([`SCORE_MIN`](crate::rank::SCORE_MIN)), so it has one at least of any two in five and one more. Those are looked for; the others
//! only count of records that were found. Which words are looked for follows from what was typed and from nothing in the index: what
//! hidden records hold moves no answer.

use matching::normalise;
use tantivy::schema::Field;

use crate::query::word;
use crate::sought::{Clue, Part};

/// What a word of an address is worth among other things that were typed.
const WORTH: f32 = 1.0;

/// Gives what finds records by the words of an address; nothing without one.
pub(crate) fn part(field: Field, words: &[String]) -> Option<Part> {
    let (asked, others) = apart(words);
    if asked.is_empty() {
        return None;
    }
    let counted = others.into_iter().map(|word| (word.to_owned(), WORTH)).collect();
    Some(Part { field, clues: asked.into_iter().map(clue).collect(), counted, registers: None })
}

/// Gives what finds one word, with slips; a number with another digit is another place.
fn clue(text: &str) -> Clue {
    if is_number(text) { Clue::exact(text, WORTH) } else { word(text, WORTH) }
}

/// Gives the words that are looked for, and those that are not: of all that a record has to agree with all but one may be among the
/// others.
fn apart(words: &[String]) -> (Vec<&str>, Vec<&str>) {
    let mut ordered: Vec<&str> = words.iter().map(String::as_str).collect();
    ordered.sort_by_key(|word| How::much(word));
    let others = ordered.split_off(words.len() - least(words.len()).saturating_sub(1));
    (ordered, others)
}

/// How much a word tells, the most first. Words that tell as much stay in the order in which they were typed: a street comes before
/// its town.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// A postcode, or a number that few houses have.
    LongNumber,
    /// A name.
    Word,
    /// A number that some house has in every street, a district, *des*.
    Short,
    /// *street*.
    OfEveryStreet,
}

impl How {
    fn much(word: &str) -> Self {
        match word.chars().count() {
            _ if normalise::is_street_word(word) => Self::OfEveryStreet,
            3.. if is_number(word) => Self::LongNumber,
            4.. => Self::Word,
            _ => Self::Short,
        }
    }
}

/// Gives with how many of so many words a record agrees at least that agrees with them all together.
fn least(words: usize) -> usize {
    (words * 3).div_ceil(5)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use proptest::sample::select;
    use tantivy::{Index, TantivyDocument};

    use super::*;
    use crate::query::Places;
    use crate::rank::SCORE_MIN;
    use crate::sought;
    use crate::terms::{Fields, HASH_HIGH, Kind, words};

    fn asked(text: &str) -> (Vec<String>, Vec<String>) {
        let words = words(text);
        let (asked, others) = apart(&words);
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        (owned(asked), owned(others))
    }

    #[test]
    fn what_tells_most_is_looked_for() {
        let cases = [
            ("62 Robin Lane, Apt 38, 16385, Newmere", "16385 robin newmere", "62 38 lane apt"),
            ("40 Foundry Way, Longford 09, 09815", "09815 foundry longford", "40 way 09"),
            ("718 Warwick Pl, Longford 22", "718 warwick longford", "22 pl"),
            ("95 Juniper Ave, Newmere", "juniper newmere", "95 ave"),
            ("7 rue des Lilas, Lyon", "lilas lyon 7", "des rue"),
            ("Downing St, SW1A 2AA", "2aa downing", "sw1a st"),
            ("Nightingale Row", "nightingale", "row"),
            ("16385", "16385", ""),
            ("", "", ""),
        ];
        for (text, looked_for, not) in cases {
            let (asked, others) = asked(text);
            assert_eq!((asked.join(" ").as_str(), others.join(" ").as_str()), (looked_for, not), "{text}");
        }
    }

    #[test]
    fn as_many_words_have_to_agree_as_a_score_needs() {
        for words in 1..=60_usize {
            let (few, enough) = (least(words) - 1, least(words));
            assert!((few as f64) / (words as f64) < SCORE_MIN, "{words}");
            assert!((enough as f64) / (words as f64) >= SCORE_MIN, "{words}");
        }
    }

    const WORDS: [&str; 16] = [
        "1", "2", "3", "14", "16301", "16302", "elm", "oak", "mill", "lane", "street", "newmere", "oldmere", "apt",
        "north", "hill",
    ];

    fn some_words() -> impl Strategy<Value = BTreeSet<&'static str>> {
        btree_set(select(WORDS.as_slice()), 1..8)
    }

    /// Gives the numbers of records of these words that are found, the best first.
    fn found(records: &[BTreeSet<&str>], wanted: &[String]) -> Vec<u64> {
        let (schema, fields) = Fields::make();
        let index = Index::create_in_ram(schema);
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for (at, record) in (0..).zip(records) {
            let mut document = TantivyDocument::new();
            document.add_u64(fields.hash_high, at);
            record.iter().for_each(|word| document.add_text(fields.of(Kind::Address), word));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let parts: Vec<Part> = part(fields.of(Kind::Address), wanted).into_iter().collect();
        let found = sought::best(&searcher, &Places::open(&searcher).unwrap(), &parts, None, records.len()).unwrap();
        let numbered = found.into_iter().map(|address| {
            let column = searcher.segment_reader(address.segment_ord).fast_fields().u64(HASH_HIGH).unwrap();
            column.first(address.doc_id).unwrap()
        });
        numbered.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whoever agrees in all of the words comes before whoever agrees in fewer, also in those that were not looked for.
        #[test]
        fn whoever_agrees_is_found(records in vec(some_words(), 1..40), wanted in some_words()) {
            let typed: Vec<String> = wanted.iter().map(|word| (*word).to_owned()).collect();
            let found = found(&records, &typed);
            let shared = |at: &u64| records[usize::try_from(*at).unwrap()].intersection(&wanted).count();
            for at in 0..records.len() as u64 {
                if shared(&at) >= least(wanted.len()) {
                    prop_assert!(found.contains(&at), "{wanted:?} of {:?}", records[usize::try_from(at).unwrap()]);
                }
            }
            let first_other = found.iter().position(|at| shared(at) < wanted.len()).unwrap_or(found.len());
            prop_assert!(found[first_other..].iter().all(|at| shared(at) < wanted.len()), "{wanted:?}: {found:?}");
        }
    }

    #[test]
    fn another_number_is_another_place_and_a_slip_is_none() {
        let records = [BTreeSet::from(["16301"]), BTreeSet::from(["nightingale"])];
        let is_found = |word: &str| !found(&records, &[word.to_owned()]).is_empty();
        assert!(is_found("16301") && is_found("nightingale") && is_found("nightingail"));
        assert!(!is_found("16302") && !is_found("16310"));
    }
}
