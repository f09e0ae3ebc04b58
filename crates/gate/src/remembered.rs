//! What is remembered of the log, so that each entry is read once: counts, and what entries are found by.
//!
//! Entries are asked for by their time and by their [`Marks`], of which there are few, as roles, purposes and rules are few.
//! They lie in blocks. A block has 10 bytes of each entry: its time, and the place of its marks among those of the block. It also
//! knows how many of its entries have which marks, and from when to when they are. So a filter is compared with marks and not
//! with entries, how many are as asked for is summed over blocks, and entries are gone through one by one only in blocks of
//! which a page shows some, or within which the time that is asked for begins or ends.
//!
//! All of it takes 10 MB a million entries, and holds no more of them than what was read: entries that are durable.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, NaiveDate};
use indexmap::IndexMap;
use model::PurposeId;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};

use crate::audit::{Count, Usage};
use crate::entry::{By, Entry, EntryKind};
use crate::error::GateError;

/// How many entries are read before whoever waits can go on.
const STRIDE: u64 = 1_024;

/// How many entries a block has.
const BLOCK: usize = 4_096;

// Places in a block have 16 bits.
const _: () = assert!(BLOCK <= 1 << u16::BITS);

/// Which entries are asked for. What is not given may be anything; a name that no entry has is asked for in vain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Of this kind, as [`EntryKind::as_str`] names it.
    pub kind: Option<String>,
    /// Of one of these kinds, or a refusal of what would have been; of any where there is none.
    pub deeds: Vec<EntryKind>,
    /// Under this purpose.
    pub purpose: Option<String>,
    /// By this agency.
    pub agency: Option<String>,
    /// By this one, as the entry names who acted: `agency/role`, `citizen`, `system` or `unknown`.
    pub by: Option<String>,
    /// Refused by this rule.
    pub rule: Option<String>,
    /// Not from before this moment, in milliseconds since 1970 in UTC.
    pub since_ms: Option<i64>,
    /// From before this moment.
    pub until_ms: Option<i64>,
}

impl EntryFilter {
    /// Tells whether every entry is asked for.
    pub(crate) fn is_of_all(&self) -> bool {
        *self == Self::default()
    }

    fn wants(&self, marks: &Marks) -> bool {
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
        let agency = match &marks.by {
            By::Recipient(recipient) => Some(recipient.agency.as_str()),
            _ => None,
        };
        let deed = if marks.kind == EntryKind::Refusal { marks.asked } else { Some(marks.kind) };
        is(&self.kind, Some(marks.kind.as_str()))
            && (self.deeds.is_empty() || deed.is_some_and(|deed| self.deeds.contains(&deed)))
            && is(&self.purpose, marks.purpose.as_ref().map(|purpose| purpose.as_str()))
            && is(&self.agency, agency)
            && self.by.as_ref().is_none_or(|by| marks.by.to_string() == *by)
            && self.rule.as_ref().is_none_or(|rule| marks.rules.contains(rule))
    }

    fn is_when(&self, at_ms: i64) -> bool {
        self.since_ms.is_none_or(|since| since <= at_ms) && self.until_ms.is_none_or(|until| at_ms < until)
    }
}

/// What entries are told apart by, but for their time.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Marks {
    kind: EntryKind,
    asked: Option<EntryKind>,
    by: By,
    purpose: Option<PurposeId>,
    rules: Vec<String>,
}

/// How often marks came.
#[derive(Debug, Default)]
struct Tally {
    entries: u64,
    /// Persons that these entries are about, counted anew with each.
    subjects: u64,
}

/// Entries that follow on each other.
#[derive(Debug)]
struct Block {
    earliest_ms: i64,
    latest_ms: i64,
    /// The numbers of the marks that its entries have, in the order in which they came, and how many have them.
    counts: Vec<(usize, u64)>,
    /// The times of the entries.
    at_ms: Vec<i64>,
    /// The places of their marks in `counts`.
    marks: Vec<u16>,
}

impl Block {
    /// Gives one without entries, in which there is room for so many.
    fn new(entries: usize) -> Self {
        Self {
            earliest_ms: i64::MAX,
            latest_ms: i64::MIN,
            counts: Vec::new(),
            at_ms: Vec::with_capacity(entries),
            marks: Vec::with_capacity(entries),
        }
    }

    fn add(&mut self, at_ms: i64, number: usize) {
        self.earliest_ms = self.earliest_ms.min(at_ms);
        self.latest_ms = self.latest_ms.max(at_ms);
        let known = self.counts.iter().position(|(known, _)| *known == number);
        let place = known.unwrap_or(self.counts.len());
        match self.counts.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((number, 1)),
        }
        self.at_ms.push(at_ms);
        // A block has no more marks than entries, and of these no more than 16 bits can number. All blocks may have more.
        self.marks.push(place as u16);
    }

    /// Gives how many entries are as asked for. `wanted` tells of each number of marks whether it is.
    fn count(&self, wanted: &[bool], filter: &EntryFilter) -> u64 {
        let marked: u64 = self.counts.iter().filter(|(number, _)| wanted[*number]).map(|(_, count)| *count).sum();
        // What is asked for is one span: what holds of the first and of the last moment holds of all between.
        if marked == 0 || (filter.is_when(self.earliest_ms) && filter.is_when(self.latest_ms)) {
            return marked;
        }
        let is_before = filter.since_ms.is_some_and(|since| self.latest_ms < since);
        let is_after = filter.until_ms.is_some_and(|until| until <= self.earliest_ms);
        if is_before || is_after { 0 } else { self.places(wanted, filter).count() as u64 }
    }

    /// Gives the places of the entries that are as asked for.
    fn places(&self, wanted: &[bool], filter: &EntryFilter) -> impl DoubleEndedIterator<Item = usize> {
        let wanted: Vec<bool> = self.counts.iter().map(|(number, _)| wanted[*number]).collect();
        let entries = self.at_ms.iter().zip(&self.marks).enumerate();
        let entries =
            entries.filter(move |(_, (at_ms, place))| wanted[usize::from(**place)] && filter.is_when(**at_ms));
        entries.map(|(place, _)| place)
    }
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The entries of the page, the latest first.
    pub(crate) leaves: Vec<u64>,
    /// How many there are, before and after the page too.
    pub(crate) matching: u64,
    /// Before which entry the page after this one begins; none where there are no more.
    pub(crate) next: Option<u64>,
}

/// What is known of the entries read so far.
#[derive(Debug)]
pub(crate) struct Known {
    size: u64,
    /// By day of UTC, where the day has any: how many entries of each kind.
    days: BTreeMap<NaiveDate, BTreeMap<EntryKind, u64>>,
    /// The place of marks here is their number.
    marks: IndexMap<Marks, Tally>,
    /// All but the last have as many entries as a block can have.
    blocks: Vec<Block>,
    block: usize,
}

impl Default for Known {
    fn default() -> Self {
        Self::in_blocks_of(BLOCK)
    }
}

impl Known {
    fn in_blocks_of(block: usize) -> Self {
        Self { size: 0, days: BTreeMap::new(), marks: IndexMap::new(), blocks: Vec::new(), block }
    }

    /// Gives how many entries are known: all of the log before this one.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next entry of the log.
    fn add(&mut self, entry: Entry) {
        if let Some(at) = DateTime::from_timestamp_millis(entry.at_ms) {
            *self.days.entry(at.date_naive()).or_default().entry(entry.kind).or_default() += 1;
        }
        let Entry { kind, asked, at_ms, by, purpose, subjects, rules, .. } = entry;
        let marks = self.marks.entry(Marks { kind, asked, by, purpose, rules });
        let number = marks.index();
        let tally = marks.or_default();
        tally.entries += 1;
        tally.subjects += u64::from(subjects);
        match self.blocks.last_mut().filter(|block| block.at_ms.len() < self.block) {
            Some(block) => block.add(at_ms, number),
            None => {
                let mut block = Block::new(self.block);
                block.add(at_ms, number);
                self.blocks.push(block);
            }
        }
        self.size += 1;
    }

    /// Finds entries, the latest first: of those before `before`, `limit` at most.
    pub(crate) fn find(&self, filter: &EntryFilter, before: Option<u64>, limit: usize) -> Found {
        let wanted: Vec<bool> = self.marks.keys().map(|marks| filter.wants(marks)).collect();
        let before = before.unwrap_or(self.size);
        // One more tells whether there are earlier ones.
        let most = limit.saturating_add(1);
        let (mut leaves, mut matching) = (Vec::new(), 0);
        for (number, block) in self.blocks.iter().enumerate().rev() {
            let count = block.count(&wanted, filter);
            matching += count;
            let first = number as u64 * self.block as u64;
            let missing = most - leaves.len();
            if count > 0 && missing > 0 && first < before {
                let found = block.places(&wanted, filter).rev().map(|place| first + place as u64);
                leaves.extend(found.filter(|leaf| *leaf < before).take(missing));
            }
        }
        let has_more = leaves.len() > limit;
        leaves.truncate(limit);
        let next = leaves.last().copied().filter(|_| has_more);
        Found { leaves, matching, next }
    }

    /// Gives how often each role acted under each purpose.
    pub(crate) fn counts(&self) -> Vec<(Option<PurposeId>, By, Count)> {
        let mut counts: BTreeMap<(&Option<PurposeId>, &By), Count> = BTreeMap::new();
        for (marks, tally) in &self.marks {
            let count = counts.entry((&marks.purpose, &marks.by)).or_default();
            match marks.kind {
                EntryKind::Look | EntryKind::Search | EntryKind::Review | EntryKind::Own => {
                    count.looks += tally.entries;
                    count.subjects += tally.subjects;
                }
                EntryKind::Refusal => count.refusals += tally.entries,
                EntryKind::Job
                | EntryKind::Ingest
                | EntryKind::Judgement
                | EntryKind::Contest
                | EntryKind::Oversight => count.others += tally.entries,
            }
        }
        counts.into_iter().map(|((purpose, by), count)| (purpose.clone(), by.clone(), count)).collect()
    }

    /// Gives how many entries of each kind there are by day, from the day `since` on, and how often each rule refused.
    pub(crate) fn usage(&self, since: NaiveDate) -> Usage {
        let days = self.days.range(since..).map(|(day, kinds)| (*day, kinds.clone())).collect();
        let mut refused_by: BTreeMap<String, u64> = BTreeMap::new();
        for (marks, tally) in self.marks.iter().filter(|(marks, _)| marks.kind == EntryKind::Refusal) {
            for rule in &marks.rules {
                *refused_by.entry(rule.clone()).or_default() += tally.entries;
            }
        }
        Usage { days, refused_by }
    }
}

/// What is remembered of the log. It is read on by whoever asks, as far as they ask.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// Held by the one who reads, for a stride.
    reading: Mutex<()>,
    /// Written for as long as it takes to add what was read, and for no reading.
    known: RwLock<Known>,
}

impl Remembered {
    /// Gives what is known.
    pub(crate) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read()
    }

    /// Gives what is known once that is `size` entries or more, reading on for as long as it `goes_on`.
    ///
    /// # Errors
    /// As [`read_on`](Self::read_on); when it did not go on for long enough. What was read stays known, so who asks again waits
    /// for less.
    pub(crate) fn known_upto(
        &self,
        size: u64,
        goes_on: impl Fn() -> bool,
        read: impl Fn(Range<u64>) -> Result<Vec<Entry>, GateError>,
    ) -> Result<RwLockReadGuard<'_, Known>, GateError> {
        self.read_on(size, goes_on, read)?;
        let known = self.known();
        if known.size < size { Err(GateError::LogBeingRead { read: known.size, size }) } else { Ok(known) }
    }

    /// Reads on until `size` entries are known, for as long as it `goes_on`. Of several who do, one reads at a time, and each is
    /// done when what it needs is known, whoever read it.
    ///
    /// # Errors
    /// That of `read`, which gives the entries of a range. What was read before stays known.
    pub(crate) fn read_on(
        &self,
        size: u64,
        goes_on: impl Fn() -> bool,
        read: impl Fn(Range<u64>) -> Result<Vec<Entry>, GateError>,
    ) -> Result<(), GateError> {
        while self.known().size < size && goes_on() {
            let _reading = self.reading.lock();
            // Others may have read while this one waited.
            let from = self.known().size;
            if from < size {
                let entries = read(from..size.min(from.saturating_add(STRIDE)))?;
                let mut known = self.known.write();
                for entry in entries {
                    known.add(entry);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "remembered_tests.rs"]
mod tests;
