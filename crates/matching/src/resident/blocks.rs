//! Blocks that stay: which records share a block with one, without forming all of them anew.

use std::ops::Range;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::block::{Keys, hash_of_codes, place_of};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::key::KeyExpr;

/// The blocks of all rules.
pub(super) struct Blocks {
    keys: Vec<Keys>,
    rules: Vec<Rule>,
    /// How many records went that may still be entered.
    gone: usize,
}

/// The blocks of one rule: those of the beginning as runs of one array sorted by hash, and what came since.
struct Rule {
    keys: Vec<usize>,
    split: Vec<usize>,
    size_max: usize,
    hashes: Vec<u64>,
    /// Every [`STRIDE`]th of `hashes`: so few that a core keeps them at hand.
    signposts: Vec<u64>,
    members: Vec<u32>,
    /// The hashes that stand for several blocks of the beginning.
    mixed: HashSet<u64>,
    added: HashMap<u64, Vec<u32>>,
}

/// How many hashes lie between two that are signposts.
const STRIDE: usize = 64;

/// How many records are found together rather than one by one.
const TOGETHER: usize = 64;

/// Where the block of a record is among those of the beginning.
#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    start: usize,
    end: usize,
}

/// Where the blocks of some records are, by rule; nothing where a record has none.
pub(super) struct Places(Vec<Vec<Option<Place>>>);

/// Returns the hash of a record's keys; nothing where one is missing.
fn hash_of(all: &[Keys], keys: &[usize], data: &Dataset, record: u32) -> Option<u64> {
    hash_of_codes(keys.iter().map(|key| all[*key].code(data, record)))
}

impl Rule {
    /// Returns where the block of a hash is.
    fn place(&self, hash: u64) -> Place {
        let post = self.signposts.partition_point(|other| *other < hash).saturating_sub(1) * STRIDE;
        let near = &self.hashes[post..(post + STRIDE + 1).min(self.hashes.len())];
        self.place_from(post + near.partition_point(|other| *other < hash), hash)
    }

    /// Returns where the block of a hash is, if it begins at `start`.
    fn place_from(&self, start: usize, hash: u64) -> Place {
        let length = self.hashes[start..].iter().take_while(|other| **other == hash).count();
        Place { hash, start, end: start + length }
    }

    /// Returns where the blocks of many hashes are, which come ascending with the record that each is of.
    ///
    /// The hashes are gone through once, from each to the next: what lies near one is still at hand for the next, while a
    /// search of its own for each waits for memory at every step.
    fn places(&self, hashed: &[(u64, usize)], records: usize) -> Vec<Option<Place>> {
        let mut places = vec![None; records];
        let mut from = 0;
        for (hash, record) in hashed {
            let mut reach = 1;
            while self.hashes.get(from + reach).is_some_and(|other| other < hash) {
                reach *= 2;
            }
            let near = &self.hashes[from..(from + reach + 1).min(self.hashes.len())];
            from += near.partition_point(|other| other < hash);
            places[*record] = Some(self.place_from(from, *hash));
        }
        places
    }

    /// Enters records that came.
    fn enter(&mut self, keys: &[Keys], data: &Dataset, records: Range<u32>) {
        for record in records {
            if let Some(hash) = hash_of(keys, &self.keys, data, record) {
                self.added.entry(hash).or_default().push(record);
            }
        }
    }

    /// Returns who was ever entered in a block: at the beginning, and since.
    fn entered(&self, place: Place) -> (&[u32], &[u32]) {
        (&self.members[place.start..place.end], self.added.get(&place.hash).map_or(&[], Vec::as_slice))
    }
}

/// The records of a block, or of a part of a split one, that are there.
pub(super) struct Members(pub(super) Vec<u32>);

impl Members {
    /// Returns how many records of `tier` or of base sources there are: what the size limit counts for that tier.
    fn size(&self, data: &Dataset, tier: u16) -> usize {
        let counts = |record: &&u32| matches!(data.tier(**record), other if other == 0 || other == tier);
        self.0.iter().filter(counts).count()
    }

    /// Says for each tier, base sources first, whether pairs of this block are looked at.
    fn open(&self, data: &Dataset, size_max: usize) -> Vec<bool> {
        let tiers = 0..=data.settings.attach_only.len() as u16;
        // Nearly all blocks are small.
        if self.0.len() <= size_max {
            return tiers.map(|_| true).collect();
        }
        tiers.map(|tier| self.size(data, tier) <= size_max).collect()
    }
}

/// Blocks and parts of blocks whose records are about to change, and whether their pairs were looked at.
pub(super) struct Touched(Vec<Touch>);

struct Touch {
    rule: usize,
    /// One of the records that the block, or the part, holds or held: keys are told by it.
    by: u32,
    is_part: bool,
    hash: (u64, u64),
    open: Vec<bool>,
}

impl Blocks {
    pub(super) fn new<'s>(data: &'s Dataset) -> Result<Self, Error> {
        let settings = &data.settings;
        let mut exprs: Vec<&KeyExpr> = Vec::new();
        let mut rules = Vec::with_capacity(settings.blocks.len());
        for block in &settings.blocks {
            let mut places = |keys: &'s [KeyExpr]| keys.iter().map(|key| place_of(key, &mut exprs)).collect();
            let (keys, split) = (places(&block.keys), places(&block.split));
            let size_max = settings.block_size_max.min(block.size_max.unwrap_or(usize::MAX));
            let (hashes, signposts, members, mixed, added) = Default::default();
            rules.push(Rule { keys, split, size_max, hashes, signposts, members, mixed, added });
        }
        let opened = |expr: &KeyExpr| {
            let mut keys = Keys::new(data, expr)?;
            keys.open();
            Ok(keys)
        };
        let keys: Vec<Keys> = exprs.into_par_iter().map(opened).collect::<Result<_, Error>>()?;
        let mut blocks = Self { keys, rules, gone: 0 };
        for rule in 0..blocks.rules.len() {
            let mut hashed: Vec<(u64, u32)> = (0..data.records as u32)
                .into_par_iter()
                .filter_map(|record| Some((blocks.hash(data, &blocks.rules[rule].keys, record)?, record)))
                .collect();
            hashed.par_sort_unstable();
            let mixed = blocks.mixed(data, &blocks.rules[rule].keys, &hashed);
            let into = &mut blocks.rules[rule];
            into.mixed = mixed;
            into.hashes = hashed.iter().map(|(hash, _)| *hash).collect();
            into.signposts = into.hashes.iter().step_by(STRIDE).copied().collect();
            into.members = hashed.into_iter().map(|(_, record)| record).collect();
        }
        Ok(blocks)
    }

    fn hash(&self, data: &Dataset, keys: &[usize], record: u32) -> Option<u64> {
        hash_of(&self.keys, keys, data, record)
    }

    /// Returns the hashes that stand for several blocks. `hashed` has every record by its hash, ascending.
    fn mixed(&self, data: &Dataset, keys: &[usize], hashed: &[(u64, u32)]) -> HashSet<u64> {
        // Up to two keys the hash is the keys.
        if keys.len() <= 2 {
            return HashSet::new();
        }
        let differ = |pair: &&[(u64, u32)]| match pair {
            [(hash, one), (same, other)] => hash == same && !self.agree(data, keys, *one, *other),
            _ => false,
        };
        let differing = hashed.par_windows(2).filter(differ);
        differing.filter_map(|pair| Some(pair.first()?.0)).collect::<Vec<_>>().into_iter().collect()
    }

    /// Returns where the blocks of some records are.
    pub(super) fn places(&self, data: &Dataset, records: &[u32]) -> Places {
        let hashes = |rule: &Rule| -> Vec<Option<u64>> {
            records.iter().map(|record| self.hash(data, &rule.keys, *record)).collect()
        };
        if records.len() < TOGETHER {
            let one_by_one = |rule: &Rule| hashes(rule).into_iter().map(|hash| Some(rule.place(hash?))).collect();
            return Places(self.rules.iter().map(one_by_one).collect());
        }
        let together = |rule: &Rule| {
            let hashes = hashes(rule).into_iter().enumerate();
            let mut hashed: Vec<(u64, usize)> = hashes.filter_map(|(record, hash)| Some((hash?, record))).collect();
            hashed.sort_unstable();
            rule.places(&hashed, records.len())
        };
        Places(self.rules.par_iter().map(together).collect())
    }

    fn agree(&self, data: &Dataset, keys: &[usize], one: u32, other: u32) -> bool {
        keys.iter().all(|key| self.keys[*key].code(data, one) == self.keys[*key].code(data, other))
    }

    /// Adds records. Their values must be in the data already.
    pub(super) fn add(&mut self, data: &Dataset, records: Range<u32>) -> Result<(), Error> {
        let Self { keys, rules, .. } = self;
        // A few are entered before other threads would have heard of them.
        if records.len() < TOGETHER {
            keys.iter_mut().try_for_each(|keys| keys.extend(data))?;
            rules.iter_mut().for_each(|rule| rule.enter(keys, data, records.clone()));
        } else {
            keys.par_iter_mut().try_for_each(|keys| keys.extend(data))?;
            rules.par_iter_mut().for_each(|rule| rule.enter(keys, data, records.clone()));
        }
        Ok(())
    }

    /// Notes that records went.
    pub(super) fn note_gone(&mut self, records: usize) {
        self.gone += records;
    }

    /// Takes records out of their blocks, as long as their values are still in the data.
    pub(super) fn remove(&mut self, data: &Dataset, record: u32) {
        for rule in 0..self.rules.len() {
            let Some(hash) = self.hash(data, &self.rules[rule].keys, record) else { continue };
            if let Some(added) = self.rules[rule].added.get_mut(&hash) {
                added.retain(|other| *other != record);
            }
        }
    }

    /// Returns who shares the block of a rule with a record, itself included; nothing when it is in none.
    fn members(&self, data: &Dataset, alive: &[bool], rule: usize, by: u32) -> Option<Members> {
        let place = self.rules[rule].place(self.hash(data, &self.rules[rule].keys, by)?);
        Some(self.members_of(data, alive, rule, by, place))
    }

    fn members_of(&self, data: &Dataset, alive: &[bool], rule: usize, by: u32, place: Place) -> Members {
        let keys = &self.rules[rule].keys;
        let (first, added) = self.rules[rule].entered(place);
        let all = first.iter().chain(added);
        let is_here = |record: &&u32| {
            // Up to two keys the hash is the keys.
            alive[**record as usize] && (keys.len() <= 2 || self.agree(data, keys, **record, by))
        };
        Members(all.filter(is_here).copied().collect())
    }

    /// Says whether a block is over the limit for sure, even with `fewer` records less, without looking at who of
    /// it is there.
    fn is_surely_closed(&self, data: &Dataset, rule: &Rule, place: Place, fewer: usize) -> bool {
        // With a third key a hash may stand for several blocks; an attached source counts for itself alone.
        if rule.keys.len() > 2 || !data.settings.attach_only.is_empty() {
            return false;
        }
        let (first, added) = rule.entered(place);
        first.len() + added.len() > rule.size_max.saturating_add(self.gone + fewer)
    }

    /// Returns the part of a split block that a record is in.
    fn part(&self, data: &Dataset, rule: usize, block: &Members, by: u32) -> Option<Members> {
        let split = &self.rules[rule].split;
        if split.is_empty() {
            return None;
        }
        let hash = self.hash(data, split, by)?;
        let is_here = |record: &&u32| {
            self.hash(data, split, **record) == Some(hash)
                && (split.len() <= 2 || self.agree(data, split, **record, by))
        };
        Some(Members(block.0.iter().filter(is_here).copied().collect()))
    }

    /// Calls `take` with each record that a rule gives as a partner of `record`, and the rule's place. Several rules may
    /// give the same one, the first of them first. `places` are those of some records, of which `record` is the one at `at`.
    pub(super) fn partners(
        &self,
        data: &Dataset,
        alive: &[bool],
        (record, at, places): (u32, usize, &Places),
        mut take: impl FnMut(u32, u8),
    ) {
        let own = data.tier(record);
        // What is asked of each partner waits for memory: nobody is asked what holds for all.
        let all_are_here = self.gone == 0;
        let all_are_base = data.settings.attach_only.is_empty();
        for (number, (rule, places)) in self.rules.iter().zip(&places.0).enumerate() {
            let Some(place) = places[at] else { continue };
            if rule.split.is_empty() && self.is_surely_closed(data, rule, place, 0) {
                continue;
            }
            let (first, added) = rule.entered(place);
            if all_are_base && first.len() + added.len() <= rule.size_max {
                let is_partner = |other: &&u32| **other != record && (all_are_here || alive[**other as usize]);
                // Up to two keys the hash is the keys.
                let agrees = |other: &&u32| rule.keys.len() <= 2 || self.agree(data, &rule.keys, **other, record);
                // Those of one block agree all or not at all.
                let one_block = !rule.mixed.contains(&place.hash);
                let first = first.iter().filter(is_partner);
                match first.clone().next() {
                    Some(any) if one_block && agrees(&any) => first.for_each(|other| take(*other, number as u8)),
                    Some(_) if !one_block => first.filter(agrees).for_each(|other| take(*other, number as u8)),
                    _ => {}
                }
                let added = added.iter().filter(is_partner).filter(agrees);
                added.for_each(|other| take(*other, number as u8));
                continue;
            }
            let block = self.members_of(data, alive, number, record, place);
            let open = block.open(data, rule.size_max);
            let part = if open.iter().all(|open| *open) { None } else { self.part(data, number, &block, record) };
            let part = part.map(|part| (part.open(data, rule.size_max), part));
            let mut each = |members: &Members, given: &dyn Fn(usize) -> bool| {
                for other in &members.0 {
                    let tier = data.tier(*other);
                    // Of two attached sources nothing is paired; a pair counts for the tier of its attached record.
                    if *other != record && (own == 0 || tier == 0 || tier == own) && given(usize::from(own.max(tier))) {
                        take(*other, number as u8);
                    }
                }
            };
            each(&block, &|tier| open[tier]);
            if let Some((part_open, part)) = &part {
                each(part, &|tier| !open[tier] && part_open[tier]);
            }
        }
    }

    /// Notes which blocks `records`, whose blocks are at `places`, are in and whether their pairs are looked at, before records
    /// come or go; at most `coming` records are still to be entered. Blocks that stay under the limit, or over it, are passed over: nothing of them flips.
    pub(super) fn touched(
        &self,
        data: &Dataset,
        alive: &[bool],
        (records, places): (&[u32], &Places),
        coming: usize,
        touched: Option<Touched>,
    ) -> Touched {
        let mut touched = touched.unwrap_or(Touched(Vec::new()));
        let mut seen: HashMap<(usize, bool, (u64, u64)), Vec<u32>> = HashMap::new();
        for touch in &touched.0 {
            seen.entry((touch.rule, touch.is_part, touch.hash)).or_default().push(touch.by);
        }
        // Few blocks are near the limit.
        let may_flip = |rule: &Rule, place: Place| {
            let (first, added) = rule.entered(place);
            let stays_open = first.len() + added.len() + coming <= rule.size_max;
            let stays_closed = rule.split.is_empty() && self.is_surely_closed(data, rule, place, records.len());
            (!stays_open && !stays_closed).then_some(place.hash)
        };
        let near: Vec<(u32, usize, u64)> = records
            .par_iter()
            .enumerate()
            .with_min_len(256)
            .flat_map_iter(|(at, record)| {
                let rules = self.rules.iter().zip(&places.0).enumerate();
                rules.filter_map(move |(number, (rule, places))| Some((*record, number, may_flip(rule, places[at]?)?)))
            })
            .collect();
        for (record, place, hash) in near {
            let rule = &self.rules[place];
            let split = if rule.split.is_empty() { None } else { self.hash(data, &rule.split, record) };
            let both = [Some((false, (hash, 0))), split.map(|split| (true, (hash, split)))];
            for (is_part, hash) in both.into_iter().flatten() {
                let known = seen.entry((place, is_part, hash)).or_default();
                let same = |by: &u32| {
                    self.agree(data, &rule.keys, *by, record)
                        && (!is_part || self.agree(data, &rule.split, *by, record))
                };
                if !known.iter().any(same) {
                    known.push(record);
                    let open = self.open_now(data, alive, place, is_part, record);
                    touched.0.push(Touch { rule: place, by: record, is_part, hash, open });
                }
            }
        }
        touched
    }

    fn open_now(&self, data: &Dataset, alive: &[bool], rule: usize, is_part: bool, by: u32) -> Vec<bool> {
        let size_max = self.rules[rule].size_max;
        let Some(block) = self.members(data, alive, rule, by) else { return Vec::new() };
        match is_part {
            false => block.open(data, size_max),
            true => self.part(data, rule, &block, by).map_or_else(Vec::new, |part| part.open(data, size_max)),
        }
    }

    /// Returns the records of blocks whose pairs were looked at and no longer are, or the other way round. `touched` was
    /// noted before the change; the values of records that go must still be there.
    pub(super) fn flipped(&self, data: &Dataset, alive: &[bool], touched: &Touched) -> Vec<u32> {
        let mut flipped = Vec::new();
        for Touch { rule, by, is_part, open, .. } in &touched.0 {
            if self.open_now(data, alive, *rule, *is_part, *by) == *open {
                continue;
            }
            let Some(block) = self.members(data, alive, *rule, *by) else { continue };
            let members = if *is_part { self.part(data, *rule, &block, *by) } else { Some(block) };
            flipped.extend(members.into_iter().flat_map(|members| members.0));
        }
        flipped.sort_unstable();
        flipped.dedup();
        flipped
    }
}
