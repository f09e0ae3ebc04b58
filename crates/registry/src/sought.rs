//! Which records a search finds: those whose terms are worth most.
//!
//! A search comes down to lists of records: who has a word, who has it with a slip. The lists are gone through side by side, a window
//! of records at a time, and what each record is worth is added up. Queries of the full-text library say the same, and a test holds
//! both against each other; but they ask each part about each record by itself, which took more than half of a search by address, and
//! mark what is found with slips in a set as large as the index.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use tantivy::postings::SegmentPostings;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, TantivyError, Term,
};

use crate::error::RegistryError;
use crate::query::Places;

/// How many records are looked at together, a multiple of 64: what they are worth stays in a cache of the processor. Tests have few.
const WINDOW: u32 = if cfg!(test) { 64 } else { 1 << 15 };

/// Terms of fewer records than these are put together in one list.
const FEW: u32 = if cfg!(test) { 4 } else { 128 };

/// How a term may be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// As it is.
    Exact(String),
    /// With so many slips at most, two letters that changed places being one.
    Slips(String, u8),
}

/// One thing that was typed: the ways in which it may be met, and what each is worth. A term that is met in several ways is worth
/// all of them; a record that has several such terms counts by the best of them. So of two ways one meets all that the other does,
/// or no term is met by both.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clue(pub(crate) Vec<(Way, f32)>);

impl Clue {
    pub(crate) fn exact(term: &str, worth: f32) -> Self {
        Self(vec![(Way::Exact(term.to_owned()), worth)])
    }

    /// Adds that so many slips are forgiven.
    pub(crate) fn with_slips(mut self, term: &str, slips: u8, worth: f32) -> Self {
        self.0.push((Way::Slips(term.to_owned(), slips), worth));
        self
    }
}

/// What is looked for in one field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) field: Field,
    /// Records that meet one of them are found.
    pub(crate) clues: Vec<Clue>,
    /// Terms that nobody is found by, and what they are worth where a record is found by a clue of this part.
    pub(crate) counted: Vec<(String, f32)>,
    /// The numbers of the registers in which it counts; none: in all.
    pub(crate) registers: Option<BTreeSet<u64>>,
}

/// Gives the records, of these registers where they are named, that are worth most, at most so many, the best first. Where they are
/// worth the same the one with the smaller hash comes first, wherever it is in the index: hidden records would move that.
///
/// # Errors
/// When the index can't be read.
pub(crate) fn best(
    searcher: &Searcher,
    places: &Places,
    parts: &[Part],
    registers: Option<&BTreeSet<u64>>,
    limit: usize,
) -> Result<Vec<DocAddress>, RegistryError> {
    let mut best = Best { limit, ranked: BinaryHeap::new() };
    for ((segment, reader), columns) in (0..).zip(searcher.segment_readers()).zip(places.columns()) {
        let mut lists: Vec<OfPart<'_>> = Vec::with_capacity(parts.len());
        for part in parts {
            lists.push(OfPart::read(part, reader)?);
        }
        let [register, high, _] = columns;
        let register_of = |doc: DocId| register.first(doc).unwrap_or_default();
        let mut sums = vec![0.0_f32; WINDOW as usize];
        let (mut found, mut met) = (Bits::new(), Bits::new());
        while let Some(next) = lists.iter().filter_map(OfPart::next).min() {
            let from = next - next % WINDOW;
            for list in &mut lists {
                list.add(from, &mut sums, &mut found, &mut met, register_of);
            }
            found.drain(|at| {
                let (sum, doc) = (std::mem::take(&mut sums[at as usize]), from + at);
                let is_reached = || registers.is_none_or(|registers| registers.contains(&register_of(doc)));
                if best.may_have(sum) && is_reached() {
                    let hash = Reverse(high.first(doc).unwrap_or_default());
                    best.take(Ranked { worth: sum, hash, address: DocAddress::new(segment, doc) });
                }
            });
        }
    }
    Ok(best.into_sorted())
}

/// The lists of a part in one segment.
struct OfPart<'p> {
    /// By clue, what is worth most first.
    clues: Vec<Vec<(f32, Docs)>>,
    counted: Vec<(f32, SegmentPostings)>,
    registers: Option<&'p BTreeSet<u64>>,
    /// Those that are found in the window.
    found: Bits,
}

impl<'p> OfPart<'p> {
    fn read(part: &'p Part, reader: &SegmentReader) -> Result<Self, RegistryError> {
        let terms = reader.inverted_index(part.field)?;
        let clues = part.clues.iter().map(|clue| lists_of(clue, part.field, &terms)).collect::<Result<_, _>>()?;
        let mut counted = Vec::with_capacity(part.counted.len());
        for (text, worth) in &part.counted {
            let term = Term::from_field_text(part.field, text);
            if let Some(postings) = terms.read_postings(&term, IndexRecordOption::Basic).map_err(TantivyError::from)? {
                counted.push((*worth, postings));
            }
        }
        Ok(Self { clues, counted, registers: part.registers.as_ref(), found: Bits::new() })
    }

    /// Gives the first record that is still to come in any of the lists.
    fn next(&self) -> Option<DocId> {
        let docs = self.clues.iter().flatten().map(|(_, docs)| docs.doc());
        docs.filter(|doc| *doc != TERMINATED).min()
    }

    /// Adds up what the records of the window from `from` on are worth, and marks those that are `found`. What one clue has `met`
    /// is marked in a set that is empty before and afterwards.
    fn add(
        &mut self,
        from: DocId,
        sums: &mut [f32],
        found: &mut Bits,
        met: &mut Bits,
        register_of: impl Fn(DocId) -> u64,
    ) {
        let end = from.saturating_add(WINDOW);
        for lists in &mut self.clues {
            for (worth, docs) in lists.iter_mut() {
                while docs.doc() < end {
                    let (doc, at) = (docs.doc(), docs.doc() - from);
                    docs.advance();
                    let counts = || self.registers.is_none_or(|registers| registers.contains(&register_of(doc)));
                    if met.insert(at) && counts() {
                        sums[at as usize] += *worth;
                        self.found.insert(at);
                    }
                }
            }
            met.clear();
        }
        for (worth, postings) in &mut self.counted {
            self.found.each(|at| {
                let doc = from + at;
                if postings.doc() < doc {
                    postings.seek(doc);
                }
                if postings.doc() == doc {
                    sums[at as usize] += *worth;
                }
            });
        }
        found.take_over(&mut self.found);
    }
}

/// Gives who meets a clue, in lists of which each is worth as much as the one before at most.
fn lists_of(clue: &Clue, field: Field, terms: &InvertedIndexReader) -> Result<Vec<(f32, Docs)>, RegistryError> {
    let dictionary = terms.terms();
    let mut known = BTreeMap::new();
    for (way, worth) in &clue.0 {
        match way {
            Way::Exact(text) => {
                if let Some(info) = dictionary.get(text.as_bytes()).map_err(TantivyError::from)? {
                    known.entry(text.as_bytes().to_vec()).or_insert((info, 0.0)).1 += worth;
                }
            }
            Way::Slips(text, slips) => {
                let query = FuzzyTermQuery::new(Term::from_field_text(field, text), *slips, true);
                let mut near = dictionary.search(query.automaton()?).into_stream().map_err(TantivyError::from)?;
                while near.advance() {
                    known.entry(near.key().to_vec()).or_insert_with(|| (near.value().clone(), 0.0)).1 += worth;
                }
            }
        }
    }
    let mut known: Vec<_> = known.into_values().collect();
    known.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let mut lists = Vec::new();
    for same in known.chunk_by(|(_, a), (_, b)| a == b) {
        let mut few: Vec<DocId> = Vec::new();
        for (info, worth) in same {
            let read = terms.read_postings_from_terminfo(info, IndexRecordOption::Basic);
            let mut postings = read.map_err(TantivyError::from)?;
            if info.doc_freq < FEW {
                while postings.doc() != TERMINATED {
                    few.push(postings.doc());
                    postings.advance();
                }
            } else {
                lists.push((*worth, Docs::Many(Box::new(postings))));
            }
        }
        few.sort_unstable();
        few.dedup();
        lists.extend(same.first().map(|(_, worth)| (*worth, Docs::Few(few, 0))));
    }
    Ok(lists)
}

/// Records in the order of the index.
enum Docs {
    Many(Box<SegmentPostings>),
    /// All of them, and which of them comes next.
    Few(Vec<DocId>, usize),
}

impl Docs {
    /// Gives the record that comes next; [`TERMINATED`], which is greater than any, after the last.
    fn doc(&self) -> DocId {
        match self {
            Self::Many(postings) => postings.doc(),
            Self::Few(docs, at) => docs.get(*at).copied().unwrap_or(TERMINATED),
        }
    }

    fn advance(&mut self) {
        match self {
            Self::Many(postings) => _ = postings.advance(),
            Self::Few(_, at) => *at += 1,
        }
    }
}

/// A set of records of a window.
struct Bits(Box<[u64]>);

impl Bits {
    fn new() -> Self {
        Self(vec![0; WINDOW as usize / 64].into())
    }

    /// Adds one, and tells whether it was not in it.
    fn insert(&mut self, at: u32) -> bool {
        let (word, bit) = (&mut self.0[at as usize / 64], 1 << (at % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Adds all that another has, which is empty afterwards.
    fn take_over(&mut self, other: &mut Self) {
        for (word, more) in self.0.iter_mut().zip(&mut other.0) {
            *word |= std::mem::take(more);
        }
    }

    /// Goes through it, in order.
    fn each(&self, mut what: impl FnMut(u32)) {
        for (word, mut bits) in (0_u32..).zip(self.0.iter().copied()) {
            while bits != 0 {
                what(word * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }

    /// Goes through it, in order, and leaves it empty.
    fn drain(&mut self, what: impl FnMut(u32)) {
        self.each(what);
        self.clear();
    }
}

/// A record that was found.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    worth: f32,
    hash: Reverse<u64>,
    address: DocAddress,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_worth = self.worth.total_cmp(&other.worth);
        by_worth.then(self.hash.cmp(&other.hash)).then(other.address.cmp(&self.address))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

/// The best of what was found so far.
struct Best {
    limit: usize,
    /// The least of them on top.
    ranked: BinaryHeap<Reverse<Ranked>>,
}

impl Best {
    /// Tells whether a record of this worth may be among them.
    fn may_have(&self, worth: f32) -> bool {
        self.ranked.len() < self.limit || self.ranked.peek().is_some_and(|Reverse(least)| worth >= least.worth)
    }

    /// Takes a record in the place of the least; nothing happens where it is less.
    fn take(&mut self, ranked: Ranked) {
        if self.ranked.len() < self.limit {
            self.ranked.push(Reverse(ranked));
        } else if let Some(mut least) = self.ranked.peek_mut()
            && ranked > least.0
        {
            least.0 = ranked;
        }
    }

    fn into_sorted(self) -> Vec<DocAddress> {
        self.ranked.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked.address).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use tantivy::collector::TopDocs;
    use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
    use tantivy::{Index, TantivyDocument};

    use super::*;
    use crate::terms::{Fields, HASH_HIGH, Kind, REGISTER};

    /// A record: its register, and words of its name and of its address.
    type Record = (u64, Vec<&'static str>, Vec<&'static str>);

    const NAMES: [&str; 12] = [
        "ana",
        "anna",
        "hanna",
        "marie",
        "mariae",
        "martin",
        "martins",
        "katherine",
        "catherine",
        "kathrine",
        "wu",
        "nightingale",
    ];
    const PLACES: [&str; 8] = ["1", "14", "16301", "mill", "lane", "newmere", "oldmere", "nightingale"];

    fn index_of(records: &[Record], commit_every: usize) -> Index {
        let (schema, fields) = Fields::make();
        let index = Index::create_in_ram(schema);
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        writer.set_merge_policy(Box::new(tantivy::merge_policy::NoMergePolicy));
        for (at, (register, names, places)) in (0_u64..).zip(records) {
            let mut document = TantivyDocument::new();
            document.add_u64(fields.register, *register);
            // Smaller hashes for later records, so that a tie is not settled by their order.
            document.add_u64(fields.hash_high, 1_000_000 - at);
            document.add_u64(fields.hash_low, at);
            names.iter().for_each(|word| document.add_text(fields.of(Kind::Name), word));
            places.iter().for_each(|word| document.add_text(fields.of(Kind::Address), word));
            writer.add_document(document).unwrap();
            if (at + 1) % commit_every as u64 == 0 {
                writer.commit().unwrap();
            }
        }
        writer.commit().unwrap();
        index
    }

    /// Gives each record that is found with its number, in order.
    fn found(index: &Index, parts: &[Part], registers: Option<&BTreeSet<u64>>, limit: usize) -> Vec<u64> {
        let searcher = index.reader().unwrap().searcher();
        let addresses = best(&searcher, &Places::open(&searcher).unwrap(), parts, registers, limit).unwrap();
        let number = |address: DocAddress| {
            let column = searcher.segment_reader(address.segment_ord).fast_fields().u64(HASH_HIGH).unwrap();
            1_000_000 - column.first(address.doc_id).unwrap()
        };
        addresses.into_iter().map(number).collect()
    }

    /// Says the same as a query of the full-text library.
    fn as_query(fields: &Fields, part: &Part) -> Box<dyn Query> {
        let worth = |query: Box<dyn Query>, worth: f32| -> (Occur, Box<dyn Query>) {
            (Occur::Should, Box::new(ConstScoreQuery::new(query, worth)))
        };
        let term = |text: &str| Term::from_field_text(part.field, text);
        let exact = |text: &str| Box::new(TermQuery::new(term(text), IndexRecordOption::Basic));
        let mut clauses = Vec::new();
        for (way, of_way) in part.clues.iter().flat_map(|clue| &clue.0) {
            clauses.push(match way {
                Way::Exact(text) => worth(exact(text), *of_way),
                Way::Slips(text, slips) => worth(Box::new(FuzzyTermQuery::new(term(text), *slips, true)), *of_way),
            });
        }
        let mut query: Box<dyn Query> = Box::new(BooleanQuery::new(clauses));
        for (text, of_word) in &part.counted {
            query = Box::new(BooleanQuery::new(vec![(Occur::Must, query), worth(exact(text), *of_word)]));
        }
        if let Some(registers) = &part.registers {
            let one = |number: &u64| -> (Occur, Box<dyn Query>) {
                let term = Term::from_field_u64(fields.register, *number);
                (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
            };
            let any = Box::new(BooleanQuery::new(registers.iter().map(one).collect()));
            let any: Box<dyn Query> = Box::new(ConstScoreQuery::new(any, 0.0));
            query = Box::new(BooleanQuery::new(vec![(Occur::Must, query), (Occur::Must, any)]));
        }
        query
    }

    /// Gives what the full-text library finds, with the worth of each.
    fn found_by_query(index: &Index, parts: &[Part], registers: Option<&BTreeSet<u64>>) -> Vec<(f32, u64)> {
        let (_, fields) = Fields::make();
        let query = BooleanQuery::new(parts.iter().map(|part| (Occur::Should, as_query(&fields, part))).collect());
        let searcher = index.reader().unwrap().searcher();
        let all = searcher.num_docs().max(1) as usize;
        let mut found = Vec::new();
        for (worth, address) in searcher.search(&query, &TopDocs::with_limit(all).order_by_score()).unwrap() {
            let fast = searcher.segment_reader(address.segment_ord).fast_fields();
            let of = |name: &str| fast.u64(name).unwrap().first(address.doc_id).unwrap();
            if registers.is_none_or(|registers| registers.contains(&of(REGISTER))) {
                found.push((worth, 1_000_000 - of(HASH_HIGH)));
            }
        }
        found.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(second.cmp(first)));
        found
    }

    fn some_records() -> impl Strategy<Value = Vec<Record>> {
        let words = |words: &'static [&'static str]| vec(select(words), 0..4);
        vec((0_u64..4, words(&NAMES), words(&PLACES)), 1..250)
    }

    fn some_clues(words: &'static [&'static str]) -> impl Strategy<Value = Vec<Clue>> {
        let clue = |(word, slips): (&str, u8)| {
            let clue = Clue::exact(word, 2.0);
            let clue = if slips >= 1 { clue.with_slips(word, 1, 1.0) } else { clue };
            if slips >= 2 { clue.with_slips(word, 2, 0.5) } else { clue }
        };
        vec((select(words), 0_u8..3).prop_map(clue), 1..4)
    }

    fn some_registers() -> impl Strategy<Value = Option<BTreeSet<u64>>> {
        proptest::option::of(proptest::collection::btree_set(0_u64..4, 0..4))
    }

    fn some_parts() -> impl Strategy<Value = Vec<Part>> {
        let (_, fields) = Fields::make();
        let counted = vec(select(&PLACES[..]), 0..3);
        let of_name = (some_clues(&NAMES), some_registers());
        let of_address = (some_clues(&PLACES), counted, some_registers());
        (proptest::option::of(of_name), proptest::option::of(of_address)).prop_map(move |(name, address)| {
            let name = name.map(|(clues, registers)| {
                let field = fields.of(Kind::Name);
                Part { field, clues, counted: Vec::new(), registers }
            });
            let address = address.map(|(clues, counted, registers)| {
                let counted = counted.into_iter().map(|word| (word.to_owned(), 0.25)).collect();
                Part { field: fields.of(Kind::Address), clues, counted, registers }
            });
            name.into_iter().chain(address).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Whoever is found, and who comes before whom, is what the full-text library's own queries say.
        #[test]
        fn the_best_are_those_of_the_library(
            records in some_records(),
            parts in some_parts(),
            registers in some_registers(),
            limit in 1_usize..300,
            commit_every in 20_usize..300,
        ) {
            let index = index_of(&records, commit_every);
            let theirs = found_by_query(&index, &parts, registers.as_ref());
            let theirs: Vec<u64> = theirs.into_iter().map(|(_, number)| number).take(limit).collect();
            prop_assert_eq!(found(&index, &parts, registers.as_ref(), limit), theirs);
        }
    }

    #[test]
    fn records_of_many_windows_are_gone_through_as_a_whole() {
        let far = WINDOW as usize * 2 + 5;
        let mut records: Vec<Record> = vec![(0, Vec::new(), vec!["lane"]); far + 1];
        for (at, words) in [(3, vec!["martin"]), (WINDOW as usize - 1, vec!["ana"]), (far, vec!["martins", "ana"])] {
            records[at].1 = words;
        }
        let index = index_of(&records, usize::MAX);
        let (_, fields) = Fields::make();
        let clues = vec![Clue::exact("martin", 3.0).with_slips("martin", 1, 1.0), Clue::exact("ana", 1.0)];
        let counted = vec![];
        let names = Part { field: fields.of(Kind::Name), clues, counted, registers: None };
        assert_eq!(found(&index, std::slice::from_ref(&names), None, 10), [3, far as u64, u64::from(WINDOW) - 1]);
        // Each is in a lane, as all others are: who agrees in nothing else is found by that alone.
        let lanes = Part { field: fields.of(Kind::Address), clues: vec![Clue::exact("lane", 1.0)], ..names.clone() };
        assert_eq!(
            found(&index, &[names.clone(), lanes.clone()], None, 4),
            [3, far as u64, u64::from(WINDOW) - 1, far as u64 - 1]
        );
        assert_eq!(found(&index, &[lanes], None, usize::MAX).len(), far + 1);
        assert!(found(&index, &[], None, 10).is_empty());
    }
}
