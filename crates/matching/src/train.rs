//! Learning m, u, the prior and the household class, without labels.
//!
//! u comes from random pairs, m from expectation maximisation over pairs of training blocks. Each training block has
//! its own mixture of three classes (one person, one household, unrelated) and leaves out the comparisons of its own
//! columns, which agree by construction; m and h are shared by all blocks. This is a composite likelihood in the
//! manner of Winkler (1988) and Larsen and Rubin (2001). The training blocks are not the blocking rules of the
//! linkage, so that a rule more changes no m and no u.
//!
//! Pairs are counted by pattern, so that an iteration costs the same for a thousand pairs or a billion.

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::block::{Blocking, pairs_in};
use crate::compare;
use crate::dataset::Dataset;
use crate::doubt::{self, Doubt, DoubtKind, Warning};
use crate::error::Error;
use crate::key::KeyPart;
use crate::model::{self, Model, SHARE_MIN};
use crate::partition::Partition;
use crate::pool::mix;
use crate::progress::Progress;
use crate::score::{Memory, Scorer};
use crate::settings::{Block, Comparison, Kind};

/// Rounds of learning m from u, then u from what is no match.
const ROUNDS: usize = 4;
const ITERATIONS_MAX: usize = 200;
/// EM stops when no share moves by more than this.
const SETTLED: f64 = 1e-6;
/// How many pairs the presumed shares count as.
const PRESUMED_PAIRS: f64 = 10.0;

/// What training saw and what it doubts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingReport {
    /// Records that had a part in it: those of sources that are not only attached.
    #[serde(default)]
    pub records: u64,
    /// Random pairs that u was learnt from.
    pub random_pairs: u64,
    /// The training blocks.
    pub blocks: Vec<TrainingBlock>,
    /// The probability that two random records are one person, as each block alone suggests it, and how many matches
    /// that rests on.
    pub priors: Vec<(String, f64, f64)>,
    /// Where the data does not settle a parameter, in sentences.
    pub warnings: Vec<String>,
    /// The same by kind, one for each sentence. Reports of before there were kinds have none, see [`Self::doubted`].
    #[serde(default)]
    pub doubts: Vec<Doubt>,
}

impl TrainingReport {
    /// Returns what training doubts, by kind; of a report of before there were kinds the sentences.
    pub fn doubted(&self) -> Vec<Doubt> {
        match self.doubts.is_empty() {
            true => self.warnings.iter().map(|sentence| DoubtKind::Said.about(sentence)).collect(),
            false => self.doubts.clone(),
        }
    }
}

/// What EM found in one training block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingBlock {
    /// The rule as text.
    pub rule: String,
    /// Pairs looked at.
    pub pairs: u64,
    /// The share of the rule's pairs that was looked at, among those of blocks within the limit.
    pub sampled: f64,
    /// Blocks over the limit ([`crate::Settings::block_size_max`], [`Block::size_max`]): training leaves them out.
    #[serde(default)]
    pub blocks_skipped: u64,
    /// Every two records of one of these blocks; with [`crate::Settings::link_only`] those of one source too, which are no
    /// pairs that anything looks at.
    #[serde(default)]
    pub pairs_cut: u64,
    /// The share of the pairs looked at that are one person.
    pub matches: f64,
    /// The share of the pairs looked at that are different people of one household.
    pub households: f64,
    /// Iterations in the last round.
    pub iterations: usize,
}

/// How maximisation ended.
#[derive(Debug, Clone, Copy)]
struct Fit {
    iterations: usize,
    /// Whether it stopped since nothing moved any more, and not since it had gone on long enough.
    settled: bool,
}

type Counts = Vec<(u64, f64)>;

/// Shares of the levels of one comparison, level 0 unused.
type Shares = Vec<f64>;

struct Sample {
    rule: String,
    counts: Counts,
    pairs: f64,
    taken: f64,
    blocks_skipped: u64,
    pairs_cut: u64,
    /// The comparisons that the rule does not touch.
    active: Vec<bool>,
    /// The comparisons that a pair of this rule agrees on, when these are all its columns.
    agreed: Option<Vec<usize>>,
    mixture: [f64; 3],
}

struct Parameters {
    m: Vec<Shares>,
    h: Vec<Shares>,
    u: Vec<Shares>,
}

/// Learns a model.
///
/// Sources that are only attached have no part in it. The result depends on settings, records and seed alone, not
/// on the number of threads.
///
/// # Errors
/// When there are fewer than two base records.
pub fn train(data: &Dataset, progress: &dyn Progress) -> Result<(Model, TrainingReport), Error> {
    train_within(data, ITERATIONS_MAX, progress)
}

/// Learns a model with at most so many iterations a round.
fn train_within(
    data: &Dataset,
    iterations_max: usize,
    progress: &dyn Progress,
) -> Result<(Model, TrainingReport), Error> {
    let settings = &data.settings;
    let base: Vec<u32> = (0..data.records as u32).filter(|record| data.tier(*record) == 0).collect();
    if base.len() < 2 {
        return Err(Error::Training("there are fewer than two records outside attach-only sources".to_owned()));
    }
    let mut model = Model::presumed(settings);
    let mut report = TrainingReport { records: base.len() as u64, ..TrainingReport::default() };
    let scorer = Scorer::new(data, &model)?;

    progress.stage("random pairs", settings.random_pairs as u64);
    let random = random_patterns(data, &scorer, &base, progress);
    report.random_pairs = random.iter().map(|(_, count)| *count as u64).sum();

    let rules = settings.training_blocks();
    let blocking = Blocking::new(data, &rules, Partition::WHOLE)?;
    let mut samples = Vec::with_capacity(rules.len());
    progress.stage("training blocks", rules.len() as u64);
    for (at, rule) in rules.iter().enumerate() {
        samples.push(sample_patterns(data, &scorer, &blocking, at, rule));
        progress.advance(1);
    }

    progress.stage("expectation maximisation", ROUNDS as u64);
    let mut parameters = Parameters::presumed(&model, &random);
    let households = settings.comparisons.iter().any(Comparison::shared_by_household)
        && settings.comparisons.iter().any(|comparison| !comparison.shared_by_household());
    let presumed = (parameters.m.clone(), parameters.presumed_h(&model));
    parameters.h.clone_from(&presumed.1);
    let mut prior = settings.prior.unwrap_or_else(|| 1.0 / base.len() as f64);
    let mut household_share = 1e-4;
    let mut fit = Fit { iterations: 0, settled: false };
    for _ in 0..ROUNDS {
        fit = maximise(&mut parameters, &mut samples, &presumed, households, iterations_max);
        let admissible = admissible_pairs(data, &base);
        report.priors = priors(&samples, &parameters, &random, admissible);
        if settings.prior.is_none() {
            let matches: f64 = report.priors.iter().map(|(_, _, matches)| matches).sum();
            let weighted: f64 = report.priors.iter().map(|(_, prior, matches)| prior * matches).sum();
            if matches > 0.0 {
                prior = (weighted / matches).clamp(1.0 / admissible.max(2.0), 0.5);
            }
        }
        household_share = household_prior(&samples, &parameters, &random, &model, admissible);
        parameters.learn_u(&random, prior, if households { household_share } else { 0.0 });
        parameters.learn_rare_u(&samples, &random, admissible);
        progress.advance(1);
    }

    let expected = expected(&parameters, &samples);
    for sample in &samples {
        report.blocks.push(TrainingBlock {
            rule: sample.rule.clone(),
            pairs: sample.pairs as u64,
            sampled: sample.taken,
            blocks_skipped: sample.blocks_skipped,
            pairs_cut: sample.pairs_cut,
            matches: sample.mixture[0],
            households: sample.mixture[1],
            iterations: fit.iterations,
        });
    }
    for (at, learnt) in model.comparisons.iter_mut().enumerate() {
        for (place, level) in learnt.levels.iter_mut().enumerate() {
            level.m = parameters.m[at][place + 1];
            level.u = parameters.u[at][place + 1];
            level.h = parameters.h[at][place + 1];
        }
        if settings.comparisons[at].term_frequency {
            learnt.frequencies = Some(model::frequencies(data, at));
        }
    }
    for at in 0..model.comparisons.len() {
        derive_parts(data, &mut model, at, &samples, &random);
    }
    for (learnt, matches) in model.comparisons.iter_mut().zip(&expected[0]) {
        if is_another_unseen(learnt, matches) {
            learnt.hold_apart();
        }
    }
    model.prior = prior;
    model.household = (households && household_share > 0.0).then_some(household_share);
    model.round();
    let mut found = warnings(&model, settings.learns_from_rules(), &samples, &random, &expected, fit);
    if households && model.household.is_none() {
        found.push(doubt::households_left_out());
    }
    found.extend(doubt::unread_dates(data, &base));
    (report.doubts, report.warnings) = found.into_iter().unzip();
    Ok((model, report))
}

/// The places of a date's levels for pairs of which one lacks a part: the same month, the same year, one slip.
const PARTS: std::ops::RangeInclusive<usize> = 7..=9;

/// The share of pairs that a level is given which was never seen: only the ratio of its m and u counts.
const UNSEEN: f64 = 1e-3;

/// The share of unrelated pairs that are one slip apart in what is known of their dates, about: two years of people alive
/// differ in one digit alone in a fifth of pairs.
const PART_SLIP: f64 = 0.2;

/// Says whether any pair was at a level in training.
fn is_seen(at: usize, place: usize, samples: &[Sample], random: &Counts) -> bool {
    let of_blocks = samples.iter().filter(|sample| sample.active[at]).flat_map(|sample| &sample.counts);
    of_blocks.chain(random).any(|(pattern, _)| level(*pattern, at) == place + 1)
}

/// Says whether any pair of a training block was at a level: random pairs are hardly ever of one person.
fn is_seen_in_blocks(at: usize, place: usize, samples: &[Sample]) -> bool {
    is_seen(at, place, samples, &Vec::new())
}

/// Says whether less than one match of training is at the level of two valid numbers near each other.
fn is_another_unseen(learnt: &model::ComparisonModel, matches: &[f64]) -> bool {
    compare::another_number(&learnt.kind).is_some_and(|place| matches[place + 1] < 1.0)
}

/// Works out what a date says of which only a part is known, where training saw none: sources that are only attached may
/// be the only ones to have such dates. Whole dates tell it: how often unrelated people share a year or a month, and how
/// often a date is right.
fn derive_parts(data: &Dataset, model: &mut Model, at: usize, samples: &[Sample], random: &Counts) {
    let learnt = &mut model.comparisons[at];
    if learnt.kind != Kind::Date {
        return;
    }
    let (right, shared) = (learnt.levels[0].m, learnt.levels[0].h);
    let slip = learnt.levels[2].m;
    let [year, month] = model::part_shares(data, at);
    for (place, m, u) in
        [(*PARTS.start(), right, month), (PARTS.start() + 1, right, year), (*PARTS.end(), slip, PART_SLIP)]
    {
        if u > 0.0 && !is_seen(at, place, samples, random) {
            let level = &mut learnt.levels[place];
            (level.m, level.u, level.h) = (UNSEEN * m, UNSEEN * u, UNSEEN * (shared + u).min(1.0));
        }
    }
}

/// Returns how many pairs of base records may be linked at all.
fn admissible_pairs(data: &Dataset, base: &[u32]) -> f64 {
    let all = pairs_in(base.len()) as f64;
    if !data.settings.link_only {
        return all;
    }
    let mut of_source = vec![0_usize; data.source_names.len()];
    base.iter().for_each(|record| of_source[usize::from(data.sources[*record as usize])] += 1);
    all - of_source.iter().map(|size| pairs_in(*size) as f64).sum::<f64>()
}

fn admissible(data: &Dataset, left: u32, right: u32) -> bool {
    left != right && !(data.settings.link_only && data.sources[left as usize] == data.sources[right as usize])
}

fn add(mut into: HashMap<u64, u64>, from: HashMap<u64, u64>) -> HashMap<u64, u64> {
    if into.len() < from.len() {
        return add(from, into);
    }
    from.into_iter().for_each(|(pattern, count)| *into.entry(pattern).or_default() += count);
    into
}

/// Sorted, so that sums over patterns do not depend on hash or thread.
fn sorted(counts: HashMap<u64, u64>) -> Counts {
    let mut counts: Counts = counts.into_iter().map(|(pattern, count)| (pattern, count as f64)).collect();
    counts.sort_unstable_by_key(|(pattern, _)| *pattern);
    counts
}

fn random_patterns(data: &Dataset, scorer: &Scorer<'_>, base: &[u32], progress: &dyn Progress) -> Counts {
    const CHUNK: usize = 1 << 14;
    let (seed, wanted) = (data.settings.seed, data.settings.random_pairs);
    let draw = |number: u64| base[(mix(mix(seed) ^ number) % base.len() as u64) as usize];
    let counts = (0..wanted.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(
            || Memory::new(data),
            |memory, chunk| {
                let mut counts = HashMap::new();
                for pair in chunk * CHUNK..((chunk + 1) * CHUNK).min(wanted) {
                    let (left, right) = (draw(2 * pair as u64), draw(2 * pair as u64 + 1));
                    if admissible(data, left, right) {
                        *counts.entry(scorer.pattern(left, right, memory)).or_default() += 1;
                    }
                }
                progress.advance(CHUNK as u64);
                counts
            },
        )
        .reduce(HashMap::new, add);
    sorted(counts)
}

fn sample_patterns(data: &Dataset, scorer: &Scorer<'_>, blocking: &Blocking<'_>, at: usize, rule: &Block) -> Sample {
    let settings = &data.settings;
    let admit = |record: u32| data.tier(record) == 0;
    let (grouped, taken) =
        blocking.sample(at, settings.block_size_max, settings.training_pairs_max as u64, settings.seed, admit);
    let counts = grouped
        .tiles()
        .into_par_iter()
        .map_init(
            || Memory::new(data),
            |memory, tile| {
                let mut counts = HashMap::new();
                grouped.each_pair(tile, |left, right| {
                    if admissible(data, left, right) {
                        *counts.entry(scorer.pattern(left, right, memory)).or_default() += 1;
                    }
                });
                counts
            },
        )
        .reduce(HashMap::new, add);
    let touched = |column: &String| rule.keys.iter().any(|key| key.column == *column);
    let active: Vec<bool> =
        settings.comparisons.iter().map(|comparison| !comparison.columns.iter().any(touched)).collect();
    // Patterns that differ only in what the rule leaves out are one.
    let mask = (0..active.len()).filter(|at| active[*at]).fold(0, |mask, at| mask | 0xf << (4 * at));
    let mut masked: HashMap<u64, u64> = HashMap::new();
    counts.into_iter().for_each(|(pattern, count)| *masked.entry(pattern & mask).or_default() += count);
    let counts = sorted(masked);
    let pairs = counts.iter().map(|(_, count)| count).sum();

    let covered =
        |comparison: &Comparison| comparison.kind != Kind::SwappedNames && comparison.columns.iter().all(touched);
    let agreed: Vec<usize> = (0..active.len()).filter(|at| covered(&settings.comparisons[*at])).collect();
    let whole = rule.keys.iter().all(|key| {
        key.part == KeyPart::Whole && agreed.iter().any(|at| settings.comparisons[*at].columns.contains(&key.column))
    });
    Sample {
        rule: rule.name(),
        counts,
        pairs,
        taken,
        blocks_skipped: grouped.report.blocks_skipped,
        pairs_cut: grouped.report.pairs_cut,
        active,
        agreed: whole.then_some(agreed),
        mixture: [0.5, 0.25, 0.25],
    }
}

fn level(pattern: u64, at: usize) -> usize {
    (pattern >> (4 * at) & 0xf) as usize
}

impl Parameters {
    fn presumed(model: &Model, random: &Counts) -> Self {
        let of = |pick: fn(&model::Level) -> f64| -> Vec<Shares> {
            let shares = |learnt: &model::ComparisonModel| -> Shares {
                std::iter::once(1.0).chain(learnt.levels.iter().map(pick)).collect()
            };
            model.comparisons.iter().map(shares).collect()
        };
        let mut presumed = Self { m: of(|level| level.m), h: of(|level| level.h), u: of(|level| level.u) };
        presumed.learn_u(random, 0.0, 0.0);
        presumed
    }

    fn presumed_h(&self, model: &Model) -> Vec<Shares> {
        let of = |(learnt, u): (&model::ComparisonModel, &Shares)| -> Shares {
            let h = model::presumed_household(&learnt.kind, learnt.shared_by_household, &u[1..]);
            std::iter::once(1.0).chain(h).collect()
        };
        model.comparisons.iter().zip(&self.u).map(of).collect()
    }

    /// Learns u from random pairs, each counted by the probability that it is of unrelated people.
    fn learn_u(&mut self, random: &Counts, prior: f64, household: f64) {
        let mixture = [prior, household, 1.0 - prior - household];
        let all = vec![true; self.u.len()];
        let tables = [&self.m, &self.h, &self.u].map(|shares| logarithms(shares));
        let mut seen: Vec<Shares> = self.u.iter().map(|shares| vec![0.0; shares.len()]).collect();
        for (pattern, count) in random {
            let unrelated = if prior > 0.0 { posterior(*pattern, &all, &mixture, &tables)[2] } else { 1.0 };
            for (at, shares) in seen.iter_mut().enumerate() {
                shares[level(*pattern, at)] += unrelated * count;
            }
        }
        for (shares, seen) in self.u.iter_mut().zip(&seen) {
            let all: f64 = seen[1..].iter().sum::<f64>() + 0.5 * (seen.len() - 1) as f64;
            for (share, seen) in shares[1..].iter_mut().zip(&seen[1..]) {
                *share = ((seen + 0.5) / all).max(SHARE_MIN);
            }
        }
    }

    /// Learns the u of agreement that random pairs hardly ever show from the training block of exactly that column:
    /// all pairs that agree are there, and EM says how many of them are unrelated.
    fn learn_rare_u(&mut self, samples: &[Sample], random: &Counts, admissible: f64) {
        for sample in samples {
            let Some([at]) = sample.agreed.as_deref() else { continue };
            let random_pairs: f64 = random.iter().map(|(_, count)| count).sum();
            let present: f64 = random.iter().filter(|(pattern, _)| level(*pattern, *at) != 0).map(|(_, n)| n).sum();
            if present * self.u[*at][1] > 200.0 || sample.pairs < 1.0 || random_pairs < 1.0 {
                continue;
            }
            let unrelated = sample.pairs / sample.taken * sample.mixture[2];
            let could_agree = (admissible * present / random_pairs).max(1.0);
            let share = ((unrelated + 0.5) / could_agree).clamp(SHARE_MIN, 0.5);
            let rest = (1.0 - share) / (1.0 - self.u[*at][1]);
            self.u[*at][2..].iter_mut().for_each(|other| *other *= rest);
            self.u[*at][1] = share;
        }
    }
}

fn logarithms(shares: &[Shares]) -> Vec<Shares> {
    shares.iter().map(|levels| levels.iter().map(|share| share.max(SHARE_MIN).ln()).collect()).collect()
}

/// Returns the probability of each class given a pattern.
fn posterior(pattern: u64, active: &[bool], mixture: &[f64; 3], tables: &[Vec<Shares>; 3]) -> [f64; 3] {
    let mut logs = mixture.map(|share| if share > 0.0 { share.ln() } else { f64::NEG_INFINITY });
    for (at, counts) in active.iter().enumerate() {
        let level = level(pattern, at);
        if *counts && level != 0 {
            for (log, table) in logs.iter_mut().zip(tables) {
                *log += table[at][level];
            }
        }
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds = logs.map(|log| (log - most).exp());
    let sum: f64 = odds.iter().sum();
    odds.map(|odds| odds / sum)
}

/// Adds the pairs of a sample to `seen`, by class (one person, one household), comparison and level, each by the probability
/// that it is of the class; returns how many are of each class.
fn add_expected(sample: &Sample, tables: &[Vec<Shares>; 3], seen: &mut [Vec<Shares>; 2]) -> [f64; 3] {
    let mut classes = [0.0; 3];
    for (pattern, count) in &sample.counts {
        let shares = posterior(*pattern, &sample.active, &sample.mixture, tables);
        for (class, share) in classes.iter_mut().zip(shares) {
            *class += share * count;
        }
        for (at, active) in sample.active.iter().enumerate() {
            if *active {
                let level = level(*pattern, at);
                seen[0][at][level] += shares[0] * count;
                seen[1][at][level] += shares[1] * count;
            }
        }
    }
    classes
}

/// Returns how many pairs of one person, and of different people of one household, the training blocks are expected to
/// hold at each level of each comparison. What is presumed does not count.
fn expected(parameters: &Parameters, samples: &[Sample]) -> [Vec<Shares>; 2] {
    let tables = [&parameters.m, &parameters.h, &parameters.u].map(|shares| logarithms(shares));
    let none: Vec<Shares> = parameters.m.iter().map(|shares| vec![0.0; shares.len()]).collect();
    let mut seen = [none.clone(), none];
    for sample in samples {
        add_expected(sample, &tables, &mut seen);
    }
    seen
}

/// Maximises the likelihood over m, h and the mixtures; u stays.
fn maximise(
    parameters: &mut Parameters,
    samples: &mut [Sample],
    presumed: &(Vec<Shares>, Vec<Shares>),
    households: bool,
    iterations_max: usize,
) -> Fit {
    if !households {
        for sample in samples.iter_mut() {
            sample.mixture = [sample.mixture[0], 0.0, 1.0 - sample.mixture[0]];
        }
    }
    let scaled = |shares: &Vec<Shares>| -> Vec<Shares> {
        shares.iter().map(|levels| levels.iter().map(|share| share * PRESUMED_PAIRS).collect()).collect()
    };
    for iteration in 1..=iterations_max {
        let tables = [&parameters.m, &parameters.h, &parameters.u].map(|shares| logarithms(shares));
        let mut seen = [scaled(&presumed.0), scaled(&presumed.1)];
        let mut moved: f64 = 0.0;
        for sample in samples.iter_mut().filter(|sample| sample.pairs > 0.0) {
            let classes = add_expected(sample, &tables, &mut seen);
            for (share, class) in sample.mixture.iter_mut().zip(classes) {
                let next = class / sample.pairs;
                moved = moved.max((next - *share).abs());
                *share = next;
            }
        }
        for (shares, seen) in [&mut parameters.m, &mut parameters.h].into_iter().zip(&seen) {
            for (levels, seen) in shares.iter_mut().zip(seen) {
                let all: f64 = seen[1..].iter().sum();
                for (share, seen) in levels[1..].iter_mut().zip(&seen[1..]) {
                    let next = (seen / all).max(SHARE_MIN);
                    moved = moved.max((next - *share).abs());
                    *share = next;
                }
            }
        }
        if moved < SETTLED {
            return Fit { iterations: iteration, settled: true };
        }
    }
    Fit { iterations: iterations_max, settled: false }
}

/// Returns the share of random pairs in which all of some comparisons have both values.
fn coverage(random: &Counts, comparisons: &[usize]) -> f64 {
    let all: f64 = random.iter().map(|(_, count)| count).sum();
    let there = |pattern: u64| comparisons.iter().all(|at| level(pattern, *at) != 0);
    let covered: f64 = random.iter().filter(|(pattern, _)| there(*pattern)).map(|(_, count)| count).sum();
    if all > 0.0 { covered / all } else { 0.0 }
}

/// Returns what each training block says of the prior: its matches, over those it should hold of all there are.
fn priors(samples: &[Sample], parameters: &Parameters, random: &Counts, admissible: f64) -> Vec<(String, f64, f64)> {
    let mut priors = Vec::new();
    for sample in samples {
        let Some(agreed) = &sample.agreed else { continue };
        let matches = sample.pairs / sample.taken * sample.mixture[0];
        let found: f64 = agreed.iter().map(|at| parameters.m[*at][1]).product();
        let recall = found * coverage(random, agreed);
        if matches >= 1.0 && recall > 0.0 && sample.taken > 0.0 {
            priors.push((sample.rule.clone(), (matches / recall / admissible).min(0.5), matches));
        }
    }
    priors
}

/// Returns the probability that two records of different people are of one household, from blocks of what
/// households share.
fn household_prior(
    samples: &[Sample],
    parameters: &Parameters,
    random: &Counts,
    model: &Model,
    admissible: f64,
) -> f64 {
    let mut most: f64 = 0.0;
    for sample in samples {
        let Some(agreed) = &sample.agreed else { continue };
        if agreed.is_empty() || !agreed.iter().all(|at| model.comparisons[*at].shared_by_household) {
            continue;
        }
        let pairs = sample.pairs / sample.taken * sample.mixture[1];
        let found: f64 = agreed.iter().map(|at| parameters.h[*at][1]).product();
        let recall = found * coverage(random, agreed);
        if recall > 0.0 {
            most = most.max(pairs / recall / admissible);
        }
    }
    most.min(0.1)
}

/// How far m and h of a comparison that households do not share must be apart for it to tell them, as half the sum of the
/// differences over its levels: 0 is the same, 1 nothing in common.
const APART: f64 = 0.2;

/// Says what the data does not settle. Names comparisons, levels and rules, never a value.
fn warnings(
    model: &Model,
    learns_from_rules: bool,
    samples: &[Sample],
    random: &Counts,
    expected: &[Vec<Shares>; 2],
    fit: Fit,
) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    let mut warn = |doubt: Doubt, sentence: String| warnings.push((doubt, sentence));
    if samples.iter().all(|sample| sample.pairs < 1.0) {
        warn(DoubtKind::NoPairs.of_all(), "no training block holds a pair: every m is the presumed one".to_owned());
    }
    if learns_from_rules {
        warn(
            DoubtKind::LearntFromRules.of_all(),
            "nothing that is compared gives blocks to learn from (an identifier, an address or what is stated of its parts, a \
             telephone number, an e-mail address, or a name with a date or another name): the blocking rules were learnt over, so that every m changes \
             when a rule does"
                .to_owned(),
        );
    }
    if !fit.settled {
        let iterations = fit.iterations;
        let says = "without settling: what was learnt may be off";
        warn(
            DoubtKind::Unsettled.of_all(),
            format!("expectation maximisation stopped after {iterations} iterations {says}"),
        );
    }
    for sample in samples.iter().filter(|sample| sample.blocks_skipped > 0) {
        let Sample { rule, blocks_skipped, pairs_cut, .. } = sample;
        warn(
            DoubtKind::BlocksLeftOut.about(rule),
            format!(
                "{rule}: training leaves out its blocks over the limit ({blocks_skipped}), and with them {pairs_cut} pairs"
            ),
        );
    }
    for (at, learnt) in model.comparisons.iter().enumerate() {
        let name = &learnt.name;
        let matches = &expected[0][at];
        let informing: f64 = matches[1..].iter().sum();
        if informing < 10.0 * PRESUMED_PAIRS {
            warn(
                DoubtKind::FewMatches.about(name),
                format!(
                    "{name}: about {informing:.0} matches inform its m, which stays near what is presumed; \
                     a training block without its columns would help"
                ),
            );
        }
        for (place, level_learnt) in learnt.levels.iter().enumerate() {
            let (level_name, at_level) = (&level_learnt.name, matches[place + 1]);
            if compare::another_number(&learnt.kind) == Some(place) && at_level < 1.0 {
                // No match is expected there, and what the level says does not rest on any.
                continue;
            }
            let derived = learnt.kind == Kind::Date && PARTS.contains(&place);
            let said = if !is_seen(at, place, samples, random) {
                (!derived).then(|| (DoubtKind::NeverSeen, format!("{name}: the level {level_name:?} was never seen")))
            } else if informing < 1.0 {
                // That nothing informs any of its levels is said already.
                None
            } else if !is_seen_in_blocks(at, place, samples) {
                let sentence = format!(
                    "{name}: random pairs are at the level {level_name:?}, but among matches it was never seen"
                );
                Some((DoubtKind::NeverAmongMatches, sentence))
            } else if at_level < 1.0 {
                let sentence = format!(
                    "{name}: fewer than one match is expected at the level {level_name:?}, whose m is hardly more than \
                     what is presumed"
                );
                Some((DoubtKind::FewAtLevel, sentence))
            } else if informing - at_level < 1.0 {
                let sentence = format!(
                    "{name}: fewer than one match is expected at any other level than {level_name:?}, whose m runs to 1"
                );
                Some((DoubtKind::RunsToOne, sentence))
            } else {
                None
            };
            if let Some((kind, sentence)) = said {
                warn(kind.at_level(name, level_name), sentence);
            }
        }
        let agreement = &learnt.levels[0];
        if learnt.kind != Kind::SwappedNames && agreement.m <= agreement.u {
            let sentence = format!("{name}: agreement is no likelier among matches than among others");
            warn(DoubtKind::NoLikelier.about(name), sentence);
        }
    }
    if model.household.is_some() {
        household_warnings(model, samples, &mut warnings);
    }
    warnings
}

/// Says where the data does not settle what people of one household have in common.
fn household_warnings(model: &Model, samples: &[Sample], warnings: &mut Vec<Warning>) {
    let mut warn = |doubt: Doubt, sentence: String| warnings.push((doubt, sentence));
    let pairs = samples.iter().fold(0.0, |sum, sample| sum + sample.pairs * sample.mixture[1]);
    if pairs < 10.0 * PRESUMED_PAIRS {
        warn(
            DoubtKind::FewHouseholds.of_all(),
            format!(
                "about {pairs:.0} pairs of different people of one household inform h, which stays near what is presumed"
            ),
        );
    }
    // Within a block of one thing that households share, one other tells no household from a mixture of others: how many
    // pairs are of one, and how often these agree, explain the same. Two others that agree together tell it.
    let shared = |active: &[bool]| {
        let active =
            model.comparisons.iter().zip(active).filter(|(learnt, active)| learnt.shared_by_household && **active);
        let (parts, others): (Vec<_>, Vec<_>) = active.partition(|(learnt, _)| learnt.kind.is_part_of_address());
        // The parts of an address are one thing.
        others.len() + usize::from(!parts.is_empty())
    };
    let telling = || samples.iter().filter(|sample| sample.pairs >= 1.0 && shared(&sample.active) >= 2);
    let told = telling().fold(0.0, |most: f64, sample| most.max(sample.pairs * sample.mixture[1]));
    if telling().next().is_none() {
        warn(
            DoubtKind::HouseholdsPresumed.of_all(),
            "no training block leaves two comparisons that households share: how many pairs are of one household, and \
             how often these agree, rests on what is presumed"
                .to_owned(),
        );
    } else if pairs >= 10.0 * PRESUMED_PAIRS && told < 10.0 * PRESUMED_PAIRS {
        // Blocks of an identifier leave all that households share, and hold hardly any pair of one.
        warn(
            DoubtKind::HouseholdsPresumed.of_all(),
            format!(
                "no training block that leaves two comparisons that households share holds more than about {told:.0} \
                 pairs of one household: how many there are, and how often these agree, rests on what is presumed"
            ),
        );
    }
    let own: Vec<&model::ComparisonModel> = model
        .comparisons
        .iter()
        .filter(|learnt| !learnt.shared_by_household && learnt.kind != Kind::SwappedNames)
        .collect();
    let distance = |learnt: &model::ComparisonModel| {
        learnt.levels.iter().fold(0.0, |sum, level| sum + (level.m - level.h).abs()) / 2.0
    };
    if !own.is_empty() && own.iter().all(|learnt| distance(learnt) < APART) {
        let names: Vec<&str> = own.iter().map(|learnt| learnt.name.as_str()).collect();
        let names = names.join(", ");
        warn(
            DoubtKind::HouseholdsAlike.about(&names),
            format!("{names}: people of one household agree about as one person does, so that h cannot be told from m"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::settings::Settings;
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    type Row = [String; 5];

    fn learnt(rows: &[Row]) -> (Model, TrainingReport) {
        train(&dataset(rows), &Silent).unwrap()
    }

    fn dataset(rows: &[Row]) -> Dataset {
        let settings = Settings {
            comparisons: vec![
                Comparison::new("given", Kind::GivenName),
                Comparison::new("family", Kind::FamilyName),
                Comparison::new("birth", Kind::Date),
            ],
            blocks: vec![Block::on(["birth"]).unwrap()],
            source: Some("source".to_owned()),
            id: Some("id".to_owned()),
            attach_only: BTreeSet::from(["broker".to_owned()]),
            random_pairs: 2000,
            training_pairs_max: 300,
            ..Settings::default()
        };
        let column = |at: usize| Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row[at]))) as ArrayRef;
        let names = ["source", "id", "given", "family", "birth"];
        let columns = names.into_iter().enumerate().map(|(at, name)| (name, column(at)));
        Dataset::new(&settings, &RecordBatch::try_from_iter(columns).unwrap()).unwrap()
    }

    fn rows(source: &str, count: usize, stride: usize) -> Vec<Row> {
        let row = |at: usize| {
            let person = at * stride % 500;
            let birth = format!("19{:02}-{:02}-{:02}", person % 60 + 20, person % 12 + 1, person % 28 + 1);
            [
                source.to_owned(),
                format!("{source}{at}"),
                format!("given{}", person % 30),
                format!("family{}", person % 40),
                birth,
            ]
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn what_a_part_of_a_date_says_is_worked_out_where_none_was_seen() {
        let (model, report) = learnt(&[rows("tax", 500, 1), rows("census", 400, 3)].concat());
        let born = model.comparisons.iter().find(|learnt| learnt.kind == Kind::Date).unwrap();
        let bits = |place: usize| (born.levels[place].m / born.levels[place].u).log2();
        let [month, year, slip] = [7, 8, 9].map(bits);
        assert_eq!(born.levels[8].name, "same year, no month");
        // There are sixty years, and each comes with one month: agreeing on either is as rare among the unrelated, and as
        // frequent among matches as a date that is right.
        let expected = (60.0 * born.levels[0].m).log2();
        assert!((year - expected).abs() < 0.1 && (month - expected).abs() < 0.1, "{year} {month} {expected}");
        assert!((slip - (born.levels[2].m / PART_SLIP).log2()).abs() < 0.1, "{slip}");
        assert!(!report.warnings.iter().any(|warning| warning.contains("no month")), "{:?}", report.warnings);
    }

    #[test]
    fn attached_records_change_nothing_of_a_sampled_training() {
        let base = [rows("tax", 500, 1), rows("census", 400, 3)].concat();
        let (model, report) = learnt(&base);
        assert!(report.blocks.iter().any(|block| block.sampled < 0.9 && block.pairs > 0), "blocks are sampled");
        // They come first and half of them bring values of their own, so that every code is another.
        let mut all = rows("broker", 600, 7);
        for row in all.iter_mut().step_by(2) {
            row[2].push('x');
            row[4].replace_range(..2, "18");
        }
        all.extend(base);
        assert_eq!(learnt(&all), (model, report));
    }

    #[test]
    fn maximisation_that_does_not_settle_is_said() {
        let data = dataset(&[rows("tax", 500, 1), rows("census", 400, 3)].concat());
        let (_, report) = train_within(&data, 1, &Silent).unwrap();
        let said = |what: &str| report.warnings.iter().any(|warning| warning.contains(what));
        assert!(said("stopped after 1 iterations without settling"), "{:?}", report.warnings);
        assert!(report.blocks.iter().all(|block| block.iterations == 1));
    }

    #[test]
    fn households_in_blocks_that_cannot_tell_them_are_said() {
        let data = dataset(&rows("tax", 10, 1));
        let mut model = Model::presumed(&data.settings);
        // Given and family name are both what these households share.
        model.comparisons[0].shared_by_household = true;
        let sample = |active: [bool; 3], households: f64| Sample {
            rule: "rule".to_owned(),
            counts: Vec::new(),
            pairs: 1000.0,
            taken: 1.0,
            blocks_skipped: 0,
            pairs_cut: 0,
            active: active.to_vec(),
            agreed: None,
            mixture: [0.4, households, 0.6 - households],
        };
        let warned = |of_birth: f64, of_family: f64| {
            let mut warnings = Vec::new();
            let samples = [sample([true, true, false], of_birth), sample([true, false, true], of_family)];
            household_warnings(&model, &samples, &mut warnings);
            warnings.iter().any(|(_, warning)| warning.contains("holds more than about"))
        };
        assert!(warned(0.001, 0.5), "the block of birth dates holds one pair of a household");
        assert!(!warned(0.2, 0.5), "it holds two hundred");
        assert!(!warned(0.001, 0.05), "that few inform h at all is said already");
    }

    #[test]
    fn a_household_that_agrees_as_one_person_does_is_said() {
        let data = dataset(&rows("tax", 10, 1));
        let mut model = Model::presumed(&data.settings);
        let said = |model: &Model| {
            let mut warnings = Vec::new();
            household_warnings(model, &[], &mut warnings);
            warnings.iter().any(|(_, warning)| warning.contains("h cannot be told from m"))
        };
        assert!(!said(&model), "given names and birth dates tell people of one household apart");
        for learnt in model.comparisons.iter_mut().filter(|learnt| !learnt.shared_by_household) {
            learnt.levels.iter_mut().for_each(|level| level.h = level.m);
        }
        assert!(said(&model));
    }
}
