//! Blocks that stay: which records share a block with one, without forming all of them anew.

use hashbrown::HashMap;
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
    added: HashMap<u64, Vec<u32>>,
}

/// How many hashes lie between two that are signposts.
const STRIDE: usize = 64;

impl Rule {
    /// Returns who was ever entered under a hash: at the beginning, and since.
    fn entered(&self, hash: u64) -> (&[u32], &[u32]) {
        let post = self.signposts.partition_point(|other| *other < hash).saturating_sub(1) * STRIDE;
        let near = &self.hashes[post..(post + STRIDE + 1).min(self.hashes.len())];
        let start = post + near.partition_point(|other| *other < hash);
        let length = self.hashes[start..].iter().take_while(|other| **other == hash).count();
        (&self.members[start..start + length], self.added.get(&hash).map_or(&[], Vec::as_slice))
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
            let (hashes, signposts, members, added) = Default::default();
            rules.push(Rule { keys, split, size_max, hashes, signposts, members, added });
        }
        let keys: Vec<Keys> = exprs.into_par_iter().map(|expr| Keys::new(data, expr)).collect::<Result<_, Error>>()?;
        let mut blocks = Self { keys, rules, gone: 0 };
        for rule in 0..blocks.rules.len() {
            let mut hashed: Vec<(u64, u32)> = (0..data.records as u32)
                .into_par_iter()
                .filter_map(|record| Some((blocks.hash(data, &blocks.rules[rule].keys, record)?, record)))
                .collect();
            hashed.par_sort_unstable();
            let into = &mut blocks.rules[rule];
            into.hashes = hashed.iter().map(|(hash, _)| *hash).collect();
            into.signposts = into.hashes.iter().step_by(STRIDE).copied().collect();
            into.members = hashed.into_iter().map(|(_, record)| record).collect();
        }
        Ok(blocks)
    }

    fn hash(&self, data: &Dataset, keys: &[usize], record: u32) -> Option<u64> {
        hash_of_codes(keys.iter().map(|key| self.keys[*key].code(data, record)))
    }

    fn agree(&self, data: &Dataset, keys: &[usize], one: u32, other: u32) -> bool {
        keys.iter().all(|key| self.keys[*key].code(data, one) == self.keys[*key].code(data, other))
    }

    /// Adds records. Their values must be in the data already.
    pub(super) fn add(&mut self, data: &Dataset, records: impl Iterator<Item = u32> + Clone) -> Result<(), Error> {
        for keys in &mut self.keys {
            keys.extend(data)?;
        }
        for rule in 0..self.rules.len() {
            for record in records.clone() {
                if let Some(hash) = self.hash(data, &self.rules[rule].keys, record) {
                    self.rules[rule].added.entry(hash).or_default().push(record);
                }
            }
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
        let hash = self.hash(data, &self.rules[rule].keys, by)?;
        Some(self.members_of(data, alive, rule, by, hash))
    }

    fn members_of(&self, data: &Dataset, alive: &[bool], rule: usize, by: u32, hash: u64) -> Members {
        let keys = &self.rules[rule].keys;
        let (first, added) = self.rules[rule].entered(hash);
        let all = first.iter().chain(added);
        let is_here = |record: &&u32| {
            // Up to two keys the hash is the keys.
            alive[**record as usize] && (keys.len() <= 2 || self.agree(data, keys, **record, by))
        };
        Members(all.filter(is_here).copied().collect())
    }

    /// Says whether the block of a hash is over the limit for sure, even with `fewer` records less, without looking at who of
    /// it is there.
    fn is_surely_closed(&self, data: &Dataset, rule: &Rule, hash: u64, fewer: usize) -> bool {
        // With a third key a hash may stand for several blocks; an attached source counts for itself alone.
        if rule.keys.len() > 2 || !data.settings.attach_only.is_empty() {
            return false;
        }
        let (first, added) = rule.entered(hash);
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
    /// give the same one, the first of them first.
    pub(super) fn partners(&self, data: &Dataset, alive: &[bool], record: u32, mut take: impl FnMut(u32, u8)) {
        let own = data.tier(record);
        for (place, rule) in self.rules.iter().enumerate() {
            let Some(hash) = self.hash(data, &rule.keys, record) else { continue };
            if rule.split.is_empty() && self.is_surely_closed(data, rule, hash, 0) {
                continue;
            }
            let block = self.members_of(data, alive, place, record, hash);
            let open = block.open(data, rule.size_max);
            let part = if open.iter().all(|open| *open) { None } else { self.part(data, place, &block, record) };
            let part = part.map(|part| (part.open(data, rule.size_max), part));
            let mut each = |members: &Members, given: &dyn Fn(usize) -> bool| {
                for other in &members.0 {
                    let tier = data.tier(*other);
                    // Of two attached sources nothing is paired; a pair counts for the tier of its attached record.
                    if *other != record && (own == 0 || tier == 0 || tier == own) && given(usize::from(own.max(tier))) {
                        take(*other, place as u8);
                    }
                }
            };
            each(&block, &|tier| open[tier]);
            if let Some((part_open, part)) = &part {
                each(part, &|tier| !open[tier] && part_open[tier]);
            }
        }
    }

    /// Notes which blocks `records` are in and whether their pairs are looked at, before records come or go; at most `coming`
    /// records are still to be entered. Blocks that stay under the limit, or over it, are passed over: nothing of them flips.
    pub(super) fn touched(
        &self,
        data: &Dataset,
        alive: &[bool],
        records: &[u32],
        coming: usize,
        touched: Option<Touched>,
    ) -> Touched {
        let mut touched = touched.unwrap_or(Touched(Vec::new()));
        let mut seen: HashMap<(usize, bool, (u64, u64)), Vec<u32>> = HashMap::new();
        for touch in &touched.0 {
            seen.entry((touch.rule, touch.is_part, touch.hash)).or_default().push(touch.by);
        }
        // Few blocks are near the limit.
        let may_flip = |record: &u32, rule: &Rule| {
            let hash = self.hash(data, &rule.keys, *record)?;
            let (first, added) = rule.entered(hash);
            let stays_open = first.len() + added.len() + coming <= rule.size_max;
            let stays_closed = rule.split.is_empty() && self.is_surely_closed(data, rule, hash, records.len());
            (!stays_open && !stays_closed).then_some(hash)
        };
        let near: Vec<(u32, usize, u64)> = records
            .par_iter()
            .with_min_len(256)
            .flat_map_iter(|record| {
                let rules = self.rules.iter().enumerate();
                rules.filter_map(|(place, rule)| Some((*record, place, may_flip(record, rule)?)))
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
