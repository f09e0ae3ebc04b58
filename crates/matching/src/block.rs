//! Blocking: which pairs are looked at, streamed block by block.
//!
//! A rule puts records that agree on all its keys into one block. A pair that several rules give belongs to the first
//! of them. Blocks over the size limit are split by further keys or skipped; both are counted, and a pair that a rule
//! skipped is still given by a later rule.
//!
//! A partition has the blocks whose word falls to it. The others are formed all the same: how large they are says what
//! is cut, and whether two records share one says whether an earlier rule gives their pair.

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::error::Error;
use crate::key::KeyExpr;
use crate::partition::{self, Partition};
use crate::pool::{MISSING, Pool, mix, room};
use crate::settings::Block;

/// How many pairs a unit of parallel work has, about.
const TILE_PAIRS: u64 = 1 << 15;

/// What a blocking rule gave and what it left out.
///
/// Where sources are attached only, blocks that hold their records are counted once more for each such source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RuleReport {
    /// The rule as text.
    pub rule: String,
    /// Blocks of two or more records that were looked at.
    pub blocks: u64,
    /// The records in the largest of these.
    pub largest_block: u64,
    /// Pairs in these blocks.
    pub pairs: u64,
    /// Pairs that no earlier rule had given and that may be linked at all: those that were scored.
    pub pairs_scored: u64,
    /// Blocks over the size limit that were split by the further keys.
    pub blocks_split: u64,
    /// Blocks over the size limit that were skipped, parts of split ones included.
    pub blocks_skipped: u64,
    /// Pairs of this rule that it did not look at for being in too large a block. Another rule may have given some of them.
    pub pairs_cut: u64,
    /// Records that lack a key of this rule, and so are in no block of it.
    #[serde(default)]
    pub records_without_key: u64,
}

/// A blocking rule on all keys of which two records agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedBlock {
    /// The rule as text.
    pub rule: String,
    /// The records in their block: base records, and where one of the two is of a source that is only attached, those of this
    /// source too.
    pub records: u64,
    /// Whether the block is over the size limit, and so is the part of it that both are in if the rule splits: then this rule
    /// does not look at the pair.
    pub is_cut: bool,
}

/// Returns the blocking rules on whose keys two records agree, in the order of the settings, with what became of their block.
///
/// That a rule gives a pair does not mean that it is looked at: pairs of two sources that are only attached, and with
/// [`crate::Settings::link_only`] pairs within one source, never are.
///
/// # Errors
/// When a record does not exist.
pub fn shared_blocks(data: &Dataset, left: u32, right: u32) -> Result<Vec<SharedBlock>, Error> {
    data.check_record(left)?;
    data.check_record(right)?;
    let blocking = Blocking::new(data, &data.settings.blocks, Partition::WHOLE)?;
    Ok(blocking.shared(left, right, data.settings.block_size_max))
}

/// The keys of the rules, worked out once for every distinct value.
pub(crate) struct Blocking<'a> {
    data: &'a Dataset,
    tables: Vec<KeyTable>,
    rules: Vec<Rule>,
    partition: Partition,
}

struct KeyTable {
    column: usize,
    /// From the code of a raw value to the code of its key.
    key: Vec<u32>,
    /// The word of each key by its code; empty where the work is not cut.
    words: Vec<u64>,
}

struct Rule {
    name: String,
    word: u64,
    keys: Vec<usize>,
    split: Vec<usize>,
    size_max: usize,
}

/// The blocks of one rule.
#[derive(Default)]
pub(crate) struct Grouped {
    /// Those of the partition, which are reported and whose pairs are looked at.
    own: Runs,
    others: Runs,
    pub(crate) report: RuleReport,
}

/// Blocks as runs of record indices, ascending within a block.
#[derive(Default)]
struct Runs {
    members: Vec<u32>,
    ends: Vec<usize>,
}

/// A unit of work: some whole blocks, or some rows of one large block.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    blocks: (usize, usize),
    rows: (usize, usize),
}

pub(crate) fn pairs_in(size: usize) -> u64 {
    let size = size as u64;
    size * size.saturating_sub(1) / 2
}

/// Returns the place of an expression among those of all rules, adding it where it is new.
pub(crate) fn place_of<'e>(expr: &'e KeyExpr, exprs: &mut Vec<&'e KeyExpr>) -> usize {
    exprs.iter().position(|one| *one == expr).unwrap_or_else(|| {
        exprs.push(expr);
        exprs.len() - 1
    })
}

impl<'a> Blocking<'a> {
    pub(crate) fn new(data: &'a Dataset, blocks: &[Block], partition: Partition) -> Result<Self, Error> {
        let mut exprs: Vec<&KeyExpr> = Vec::new();
        let mut at = |expr| place_of(expr, &mut exprs);
        let mut rules = Vec::with_capacity(blocks.len());
        for block in blocks {
            let name = block.name();
            rules.push(Rule {
                word: partition::word_of_rule(&name),
                name,
                keys: block.keys.iter().map(&mut at).collect(),
                split: block.split.iter().map(&mut at).collect(),
                size_max: block.size_max.unwrap_or(usize::MAX),
            });
        }
        let worded = partition != Partition::WHOLE;
        let tables =
            exprs.into_par_iter().map(|expr| KeyTable::new(data, expr, worded)).collect::<Result<_, Error>>()?;
        Ok(Self { data, tables, rules, partition })
    }

    pub(crate) fn rules(&self) -> usize {
        self.rules.len()
    }

    fn hash(&self, keys: &[usize], record: u32) -> Option<u64> {
        hash_of_codes(keys.iter().map(|key| self.code(*key, record)))
    }

    fn code(&self, key: usize, record: u32) -> u32 {
        let table = &self.tables[key];
        table.key[self.data.columns[table.column].codes[record as usize] as usize]
    }

    /// Counts the records of the partition that have no key under each rule, and those that have none under any: all of these, and
    /// the base records among them.
    pub(crate) fn without_key(&self) -> (Vec<u64>, [u64; 2]) {
        let none = || (vec![0_u64; self.rules.len()], [0_u64; 2]);
        let count = |(mut by_rule, [all, base]): (Vec<u64>, [u64; 2]), record: u32| {
            let mut lacking = 0;
            for (count, rule) in by_rule.iter_mut().zip(&self.rules) {
                let lacks = rule.keys.iter().any(|key| self.code(*key, record) == MISSING);
                *count += u64::from(lacks);
                lacking += usize::from(lacks);
            }
            let lacks_all = lacking == self.rules.len();
            (by_rule, [all + u64::from(lacks_all), base + u64::from(lacks_all && self.data.tier(record) == 0)])
        };
        let add = |(mut one, [all, base]): (Vec<u64>, [u64; 2]), (other, more): (Vec<u64>, [u64; 2])| {
            one.iter_mut().zip(other).for_each(|(sum, count)| *sum += count);
            (one, [all + more[0], base + more[1]])
        };
        // A record without a key is in no block by which it could fall to a partition; its own word does as well.
        let own = |record: &u32| self.partition.takes(self.data.ties[*record as usize]);
        (0..self.data.records as u32).into_par_iter().filter(own).fold(none, count).reduce(none, add)
    }

    /// Returns the rules on whose keys two records agree, blocks being cut as in a run over all records.
    fn shared(&self, left: u32, right: u32, size_max: usize) -> Vec<SharedBlock> {
        let tier = self.data.tier(left).max(self.data.tier(right));
        let agree = |keys: &[usize], one: u32, other: u32| {
            keys.iter().all(|key| {
                let code = self.code(*key, one);
                code != MISSING && code == self.code(*key, other)
            })
        };
        let shared = self.rules.iter().filter(|rule| agree(&rule.keys, left, right));
        let block = |rule: &Rule| {
            let among = |further: &[usize]| {
                let is_in = |record: &u32| {
                    [0, tier].contains(&self.data.tier(*record))
                        && agree(&rule.keys, left, *record)
                        && agree(further, left, *record)
                };
                (0..self.data.records as u32).into_par_iter().filter(is_in).count()
            };
            let size_max = size_max.min(rule.size_max);
            let records = among(&[]);
            let is_kept =
                || !rule.split.is_empty() && agree(&rule.split, left, right) && among(&rule.split) <= size_max;
            let is_cut = records > size_max && !is_kept();
            SharedBlock { rule: rule.name.clone(), records: records as u64, is_cut }
        };
        shared.map(block).collect()
    }

    /// Says whether the block of a rule that a record is in falls to the partition.
    fn is_own(&self, rule: &Rule, record: u32) -> bool {
        self.partition == Partition::WHOLE || {
            let word_of = |key: &usize| self.tables[*key].words[self.code(*key, record) as usize];
            self.partition.takes(rule.keys.iter().map(word_of).fold(rule.word, partition::word_with))
        }
    }

    fn runs(&self, keys: &[usize], records: impl ParallelIterator<Item = u32>) -> Vec<(u64, u32)> {
        let mut hashed: Vec<(u64, u32)> =
            records.filter_map(|record| Some((self.hash(keys, record)?, record))).collect();
        hashed.par_sort_unstable();
        hashed
    }

    /// Calls `take` with the members of every set of two or more records that agree on the keys.
    fn each_set(&self, keys: &[usize], hashed: &[(u64, u32)], mut take: impl FnMut(Vec<u32>)) {
        for run in hashed.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            let members = || run.iter().map(|(_, record)| *record);
            let tuple = |record: u32| keys.iter().map(|key| self.code(*key, record)).collect::<Vec<u32>>();
            let first = run[0].1;
            let same = |record: u32| keys.iter().all(|key| self.code(*key, record) == self.code(*key, first));
            if keys.len() <= 2 || members().all(same) {
                take(members().collect());
                continue;
            }
            // Two keys with one hash: told apart by the keys themselves.
            let mut by_key: HashMap<Vec<u32>, Vec<u32>> = HashMap::new();
            members().for_each(|record| by_key.entry(tuple(record)).or_default().push(record));
            let mut sets: Vec<Vec<u32>> = by_key.into_values().filter(|set| set.len() > 1).collect();
            sets.sort_unstable();
            sets.into_iter().for_each(&mut take);
        }
    }

    /// Returns the blocks of a rule among the records that `admit` admits, those only in which `matters` holds for a
    /// record.
    pub(crate) fn group(
        &self,
        rule: usize,
        size_max: usize,
        admit: impl Fn(u32) -> bool + Sync,
        matters: impl Fn(u32) -> bool,
    ) -> Grouped {
        let rule = &self.rules[rule];
        let Rule { name, keys, split, size_max: own_max, .. } = rule;
        let size_max = size_max.min(*own_max);
        let records = (0..self.data.records as u32).into_par_iter().filter(|record| admit(*record));
        let hashed = self.runs(keys, records);
        let mut grouped = Grouped::default();
        grouped.report.rule = name.clone();
        self.each_set(keys, &hashed, |members| {
            if !members.iter().any(|record| matters(*record)) {
                return;
            }
            let own = self.is_own(rule, members[0]);
            if members.len() <= size_max {
                grouped.add(&members, own);
                return;
            }
            let whole = pairs_in(members.len());
            let (mut kept, mut skipped) = (0, 0);
            if split.is_empty() {
                skipped += 1;
            } else {
                let parts = self.runs(split, members.into_par_iter());
                self.each_set(split, &parts, |part| {
                    if part.len() <= size_max {
                        kept += pairs_in(part.len());
                        grouped.add(&part, own);
                    } else {
                        skipped += 1;
                    }
                });
            }
            if own {
                grouped.report.blocks_split += u64::from(!split.is_empty());
                grouped.report.blocks_skipped += skipped;
                grouped.report.pairs_cut += whole - kept;
            }
        });
        grouped
    }

    /// Returns a sample of the blocks of a rule with at most about `pairs_max` pairs, and the share that was taken.
    /// Whole blocks are taken or left, by the tie-breaking words of their records: codes of keys depend on the order of
    /// records and on records that are not admitted, and neither may change what is learnt.
    pub(crate) fn sample(
        &self,
        rule: usize,
        size_max: usize,
        pairs_max: u64,
        seed: u64,
        admit: impl Fn(u32) -> bool + Sync,
    ) -> (Grouped, f64) {
        let Rule { name, keys, size_max: own_max, .. } = &self.rules[rule];
        let size_max = size_max.min(*own_max);
        let records = (0..self.data.records as u32).into_par_iter().filter(|record| admit(*record));
        let hashed = self.runs(keys, records);
        let runs = || hashed.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() <= size_max);
        let all: u64 = runs().map(|run| pairs_in(run.len())).sum();
        let share = if all > pairs_max { pairs_max as f64 / all as f64 } else { 1.0 };
        let limit = (share * u64::MAX as f64) as u64;
        let mut grouped = Grouped::default();
        grouped.report.rule = name.clone();
        let word = |members: &[u32]| members.iter().map(|member| self.data.ties[*member as usize]).min();
        self.each_set(keys, &hashed, |members| {
            if members.len() > size_max {
                grouped.report.blocks_skipped += 1;
                grouped.report.pairs_cut += pairs_in(members.len());
            } else if share >= 1.0 || mix(word(&members).unwrap_or_default() ^ mix(seed)) <= limit {
                grouped.add(&members, true);
            }
        });
        let taken = if all == 0 { 1.0 } else { grouped.report.pairs as f64 / all as f64 };
        (grouped, taken)
    }
}

impl KeyTable {
    fn new(data: &Dataset, expr: &KeyExpr, worded: bool) -> Result<Self, Error> {
        let Keys { column, pool, of, .. } = Keys::new(data, expr)?;
        let codes = 0..pool.len() as u32;
        let words =
            if worded { codes.map(|code| partition::word_of_key(pool.get(code))).collect() } else { Vec::new() };
        Ok(Self { column, key: of, words })
    }
}

/// The key of every distinct raw value of a column under one expression.
pub(crate) struct Keys {
    expr: KeyExpr,
    column: usize,
    pool: Pool,
    /// From the code of a raw value to the code of its key.
    of: Vec<u32>,
}

impl Keys {
    pub(crate) fn new(data: &Dataset, expr: &KeyExpr) -> Result<Self, Error> {
        let column = data.columns.iter().position(|column| column.name == expr.column).ok_or_else(|| {
            Error::Settings(format!("blocking key {expr}: the records were encoded without this column"))
        })?;
        let mut keys = Self { expr: expr.clone(), column, pool: Pool::new(), of: vec![MISSING] };
        keys.of.reserve_exact(data.columns[column].pool.len());
        keys.extend(data)?;
        Ok(keys)
    }

    /// Makes room for keys of values that come later.
    pub(crate) fn open(&mut self) {
        self.of.reserve_exact(room(self.of.len()));
    }

    /// Works out the keys of the values that have none yet.
    pub(crate) fn extend(&mut self, data: &Dataset) -> Result<(), Error> {
        let raw = &data.columns[self.column].pool;
        for code in self.of.len() as u32..raw.len() as u32 {
            let key = self.expr.of(raw.get(code));
            self.of.push(key.map_or(Ok(MISSING), |text| self.pool.intern(&text))?);
        }
        Ok(())
    }

    /// Returns the code of a record's key; [`MISSING`] where it has none.
    pub(crate) fn code(&self, data: &Dataset, record: u32) -> u32 {
        self.of[data.columns[self.column].codes[record as usize] as usize]
    }
}

/// Returns the hash of the codes of a record's keys, or nothing when one is missing. Up to two the hash is the codes
/// themselves.
pub(crate) fn hash_of_codes(codes: impl Iterator<Item = u32>) -> Option<u64> {
    let mut hash = 0_u64;
    for (position, code) in codes.enumerate() {
        if code == MISSING {
            return None;
        }
        hash = match position {
            0 => u64::from(code),
            1 => hash << 32 | u64::from(code),
            _ => mix(hash) ^ u64::from(code),
        };
    }
    Some(hash)
}

impl Runs {
    fn block(&self, block: usize) -> &[u32] {
        let start = if block == 0 { 0 } else { self.ends[block - 1] };
        &self.members[start..self.ends[block]]
    }
}

impl Grouped {
    fn add(&mut self, members: &[u32], own: bool) {
        if members.len() < 2 {
            return;
        }
        let runs = if own { &mut self.own } else { &mut self.others };
        runs.members.extend_from_slice(members);
        runs.ends.push(runs.members.len());
        if own {
            self.report.blocks += 1;
            self.report.pairs += pairs_in(members.len());
            self.report.largest_block = self.report.largest_block.max(members.len() as u64);
        }
    }

    /// Writes the number of its block, from 1, into the place of `rule` of every record's row of `numbers`. Blocks of
    /// other partitions have numbers too: a pair that one of them gives is not given again.
    pub(crate) fn number(&self, numbers: &mut [u32], rule: usize, rules: usize) {
        let mut number = 0;
        for runs in [&self.own, &self.others] {
            for block in 0..runs.ends.len() {
                number += 1;
                for member in runs.block(block) {
                    numbers[*member as usize * rules + rule] = number;
                }
            }
        }
    }

    /// Cuts the blocks of the partition into units of about equal work.
    pub(crate) fn tiles(&self) -> Vec<Tile> {
        let mut tiles = Vec::new();
        let (mut first, mut gathered) = (0, 0);
        for block in 0..self.own.ends.len() {
            let size = self.own.block(block).len();
            let pairs = pairs_in(size);
            if pairs > TILE_PAIRS {
                if first < block {
                    tiles.push(Tile { blocks: (first, block), rows: (0, usize::MAX) });
                }
                let mut row = 0;
                while row < size {
                    let (start, mut pairs) = (row, 0);
                    while row < size && pairs < TILE_PAIRS {
                        pairs += (size - row - 1) as u64;
                        row += 1;
                    }
                    tiles.push(Tile { blocks: (block, block + 1), rows: (start, row) });
                }
                (first, gathered) = (block + 1, 0);
                continue;
            }
            gathered += pairs;
            if gathered >= TILE_PAIRS {
                tiles.push(Tile { blocks: (first, block + 1), rows: (0, usize::MAX) });
                (first, gathered) = (block + 1, 0);
            }
        }
        if first < self.own.ends.len() {
            tiles.push(Tile { blocks: (first, self.own.ends.len()), rows: (0, usize::MAX) });
        }
        tiles
    }

    /// Calls `take` with every pair of a tile, the smaller index first.
    pub(crate) fn each_pair(&self, tile: Tile, mut take: impl FnMut(u32, u32)) {
        for block in tile.blocks.0..tile.blocks.1 {
            let members = self.own.block(block);
            for row in tile.rows.0..tile.rows.1.min(members.len()) {
                let left = members[row];
                for right in &members[row + 1..] {
                    take(left, *right);
                }
            }
        }
    }
}
