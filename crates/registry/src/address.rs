//! How records are found by the words of an address.
//!
//! Most words of an address are those of very many: the town, *street*, *flat*. To list all who have one of them takes longer than
//! all else that a search does, and for nothing: a record agrees with an address where three in five of its words do
//! ([`SCORE_MIN`](crate::rank::SCORE_MIN)), so it has one at least of any two in five and one more. Those are looked for; the others
//! only count of records that were found. Which words are looked for follows from what was typed and from nothing in the index: what
//! hidden records hold moves no answer.

use matching::normalise;
use tantivy::query::{BooleanQuery, Occur, Query};
use tantivy::schema::Field;

use crate::query::{Clauses, exact, word_clauses};

/// What a word of an address is worth among other things that were typed.
const WORTH: f32 = 1.0;

/// Gives what finds records by the words of an address.
pub(crate) fn clauses(field: Field, words: &[String]) -> Clauses {
    let (asked, others) = apart(words);
    if asked.is_empty() {
        return Clauses::new();
    }
    let any: Clauses = asked.into_iter().flat_map(|word| clauses_of_word(field, word)).collect();
    let mut query: Box<dyn Query> = Box::new(BooleanQuery::new(any));
    // One inside the other: a union of the others would be gone through as a whole, a single word is only asked for each record.
    for word in others {
        query = Box::new(BooleanQuery::new(vec![(Occur::Must, query), exact(field, word, WORTH)]));
    }
    vec![(Occur::Should, query)]
}

/// Gives the clauses of one word, with slips; a number with another digit is another place.
fn clauses_of_word(field: Field, word: &str) -> Clauses {
    if is_number(word) { vec![exact(field, word, WORTH)] } else { word_clauses(field, word, WORTH) }
}

/// Gives the words that are looked for, and those that are not: of all that a record has to agree with all but one may be among the
/// others.
fn apart(words: &[String]) -> (Vec<&str>, Vec<&str>) {
    let mut ordered: Vec<&str> = words.iter().map(String::as_str).collect();
    // What tells most comes first: numbers, then words in the order in which they were typed, a street before its town.
    ordered.sort_by_key(|word| (!is_number(word), normalise::is_street_word(word)));
    let others = ordered.split_off(words.len() - least(words.len()).saturating_sub(1));
    (ordered, others)
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
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use proptest::sample::select;
    use tantivy::collector::TopDocs;
    use tantivy::schema::{FAST, STRING, Schema};
    use tantivy::{DocAddress, Index, TantivyDocument};

    use super::*;
    use crate::rank::SCORE_MIN;
    use crate::terms::words;

    fn asked(text: &str) -> (Vec<String>, Vec<String>) {
        let words = words(text);
        let (asked, others) = apart(&words);
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        (owned(asked), owned(others))
    }

    #[test]
    fn what_tells_most_is_looked_for() {
        let cases = [
            ("62 Robin Lane, Apt 38, 16385, Newmere", "62 38 16385", "robin newmere lane apt"),
            ("95 Juniper Ave, Newmere", "95 juniper", "newmere ave"),
            ("7 rue des Lilas, Lyon", "7 des lilas", "lyon rue"),
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

    /// Gives what records of these words are worth, by the number of the record; none of those that are not found.
    fn found(records: &[BTreeSet<&str>], wanted: &[String]) -> BTreeMap<u64, f32> {
        let mut schema = Schema::builder();
        let (field, number) = (schema.add_text_field("address", STRING), schema.add_u64_field("number", FAST));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for (at, record) in (0..).zip(records) {
            let mut document = TantivyDocument::new();
            document.add_u64(number, at);
            record.iter().for_each(|word| document.add_text(field, word));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let query = BooleanQuery::new(clauses(field, wanted));
        let found = searcher.search(&query, &TopDocs::with_limit(records.len()).order_by_score()).unwrap();
        let numbered = |(score, address): (f32, DocAddress)| {
            let column = searcher.segment_reader(address.segment_ord).fast_fields().u64("number").unwrap();
            (column.first(address.doc_id).unwrap(), score)
        };
        found.into_iter().map(numbered).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// What it is worth counts all of the words, those that were not looked for too.
        #[test]
        fn whoever_agrees_is_found(records in vec(some_words(), 1..40), wanted in some_words()) {
            let typed: Vec<String> = wanted.iter().map(|word| (*word).to_owned()).collect();
            let worth = found(&records, &typed);
            for (at, record) in (0..).zip(&records) {
                let shared = record.intersection(&wanted).count();
                if shared >= least(wanted.len()) {
                    let score = worth.get(&at).copied().unwrap_or_default();
                    prop_assert!(score >= shared as f32, "{wanted:?} of {record:?}: {score}");
                }
            }
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
