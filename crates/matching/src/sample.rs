//! Precision and recall estimated from pairs that people have judged: a stratified sample, drawn at random, weighed back.
//!
//! Pairs that were kept are put into strata by their weight and by whether the result links them; those that a cluster links
//! through other records, and that were never compared or fell below the least weight kept, are one stratum more. From each
//! stratum the same number is drawn at random; the share of true pairs in a stratum, times its pairs, adds up over strata (D. G. Horvitz and D. J. Thompson,
//! JASA 47, 1952). To judge a share of a stratum by its reviewed pairs is how the positive predictive value of a linkage has
//! been estimated since T. Blakely and C. Salmond (Int. J. Epidemiology 31, 2002). What is not known of a stratum is a beta
//! distribution, and so is, by simulation, what is not known of precision and recall: N. G. Marchant and B. I. P.
//! Rubinstein, "In search of an entity resolution OASIS" (VLDB 10, 2017). That pairs must be drawn and not picked, lest the
//! figure be far off: O. Binette et al., "Estimating the performance of entity resolution algorithms" (The American
//! Statistician 77, 2023).
//!
//! What such an estimate can't see: true pairs that are apart and were not kept, since blocking missed them or their weight was
//! too low. So recall is that among pairs that were kept or are linked. Precision is that of all pairs that clusters link. Of both
//! those pairs are left out that `admit` does not let in: if they are otherwise than the others, no figure shows it.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::error::Error;
use crate::pool::mix;
use crate::predict::{Edge, Predictions};
use crate::shape::{Grouping, check, groups_of};

/// Where strata are parted, in log2 odds from the threshold.
pub const STRATUM_BOUNDS: [f64; 4] = [-4.0, 0.0, 4.0, 12.0];

/// How many strata there are: first those of pairs that are apart, then those of pairs that are linked, each from the lowest
/// weights to the highest; last that of pairs that are linked and were not kept.
pub const STRATA: usize = 2 * WEIGHTS + 1;

/// The stratum of pairs that are linked and were not kept.
const NOT_KEPT: usize = 2 * WEIGHTS;

const WEIGHTS: usize = STRATUM_BOUNDS.len() + 1;

/// The fewest judged pairs by which a stratum is known at all; all of them where it has fewer.
pub const JUDGED_MIN: u64 = 5;

/// The most base records of a cluster of which every two are looked at. Of a larger one the pairs that were not kept are counted
/// by sources, and some are drawn by chance: two records each time, until they are a pair of those.
const WHOLE_MAX: usize = 2_048;

/// How many times two records of a large cluster are tried for each pair that is wanted.
const TRIES_MAX: usize = 256;

/// How often precision and recall are drawn for their intervals.
const DRAWS: usize = 4_000;

/// How many pairs a thread takes at once.
const PORTION: usize = 1 << 16;

/// How many records a thread takes at once to look at their pairs with others of their cluster.
const RECORDS_PORTION: usize = 1 << 12;

/// A stratum of pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// Whether its pairs are linked.
    pub is_linked: bool,
    /// Whether its pairs were compared and kept. Of those that were not no weight is known.
    pub is_kept: bool,
    /// The least weight, in log2 odds from the threshold; none where there is no least.
    pub from: Option<f64>,
    /// The weight that all are below, in the same unit; none where there is none.
    pub below: Option<f64>,
}

impl Stratum {
    /// Returns stratum `at`, below [`STRATA`].
    pub fn of(at: usize) -> Self {
        if at == NOT_KEPT {
            return Self { is_linked: true, is_kept: false, from: None, below: None };
        }
        let place = at % WEIGHTS;
        let bound = |place: usize| STRATUM_BOUNDS.get(place).copied();
        Self {
            is_linked: at >= WEIGHTS,
            is_kept: true,
            from: place.checked_sub(1).and_then(bound),
            below: bound(place),
        }
    }

    /// Returns the stratum of a pair that was kept, of this weight from the threshold.
    pub fn at(weight_from_threshold: f64, is_linked: bool) -> usize {
        let place = STRATUM_BOUNDS.iter().filter(|bound| weight_from_threshold >= **bound).count();
        place + if is_linked { WEIGHTS } else { 0 }
    }
}

/// Pairs drawn at random from each stratum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draw {
    /// How many pairs each stratum has.
    pub pairs: Vec<u64>,
    /// By grouping, group and stratum: pairs that hold a record of the group.
    pub groups: Vec<Vec<Vec<u64>>>,
    /// The pairs drawn from each stratum, the smaller record first, in the order in which they were drawn: the first few of a
    /// stratum are as random a sample of it as all.
    pub drawn: Vec<Vec<(u32, u32)>>,
}

/// Draws up to `each` pairs of base records from each stratum, among those that `admit` lets in and that are not `settled`, which
/// are pairs with the smaller record first.
///
/// What `admit` says must hang on the sources of the two records alone: in a cluster of more than 2,048 base records one pair
/// of two sources stands for all. There, of the pairs that were not kept, the counts are exact as well, and what is drawn is as random;
/// but where nearly all pairs of such a cluster were kept, fewer may be drawn of it than its share, since only so many are tried.
///
/// `labels` are as for [`crate::shape()`]. What is drawn hangs on the seed of the settings and on who the records are
/// ([`crate::Settings::id`]), not on their order or on the number of threads. Takes one look at each pair kept and at each two
/// records of a cluster that is not so large, and eight bytes a record and a linked pair while it runs.
///
/// # Errors
/// As [`crate::shape()`].
pub fn draw(
    data: &Dataset,
    predictions: &Predictions,
    labels: &[u32],
    groupings: &[Grouping<'_>],
    each: usize,
    settled: &HashSet<(u32, u32)>,
    admit: impl Fn(u32, u32) -> bool + Sync,
) -> Result<Draw, Error> {
    drawn(data, predictions, labels, groupings, (each, WHOLE_MAX), settled, admit)
}

fn drawn(
    data: &Dataset,
    predictions: &Predictions,
    labels: &[u32],
    groupings: &[Grouping<'_>],
    (each, whole_max): (usize, usize),
    settled: &HashSet<(u32, u32)>,
    is_of_sources: impl Fn(u32, u32) -> bool + Sync,
) -> Result<Draw, Error> {
    let admit = |left: u32, right: u32| {
        is_of_sources(left, right) && (settled.is_empty() || !settled.contains(&(left.min(right), left.max(right))))
    };
    check(data, predictions, labels, groupings)?;
    let threshold = data.settings.threshold_weight();
    let lots = Lots { data, groupings, each, seed: mix(data.settings.seed) };
    let is_base = |edge: &Edge| !data.is_attached(edge.left) && !data.is_attached(edge.right);
    let is_linked = |edge: &Edge| labels[edge.left as usize] == labels[edge.right as usize];
    let of_edges = |edges: &[Edge]| {
        let mut part = lots.none();
        for edge in edges.iter().filter(|edge| is_base(edge) && admit(edge.left, edge.right)) {
            lots.take(
                &mut part,
                Stratum::at(f64::from(edge.weight) - threshold, is_linked(edge)),
                edge.left,
                edge.right,
            );
        }
        lots.ended(part)
    };
    let mut parts: Vec<Part> = predictions.edges.par_chunks(PORTION).map(of_edges).collect();

    // Of each cluster the records follow each other, so that the pairs of a record are it and those after it.
    let mut members: Vec<(u32, u32)> =
        (0_u32..).zip(labels).filter(|(at, _)| !data.is_attached(*at)).map(|(at, label)| (*label, at)).collect();
    members.par_sort_unstable();
    let linked = predictions.edges.par_iter().filter(|edge| is_base(edge) && is_linked(edge));
    let mut kept: Vec<(u32, u32)> = linked.map(|edge| (edge.left.min(edge.right), edge.left.max(edge.right))).collect();
    kept.par_sort_unstable();
    kept.dedup();
    let clusters = members.chunk_by(|one, other| one.0 == other.0).filter(|cluster| cluster.len() > whole_max);
    let large: Vec<Vec<(u32, u32)>> = clusters.map(<[(u32, u32)]>::to_vec).collect();
    let is_large = |label: u32| large.binary_search_by_key(&label, |cluster| cluster[0].0).is_ok();
    if !large.is_empty() {
        members.retain(|(label, _)| !is_large(*label));
    }
    let of_records = |start: usize| {
        let mut part = lots.none();
        for (at, (label, left)) in members.iter().enumerate().skip(start).take(RECORDS_PORTION) {
            let left = *left;
            let mut known = kept[kept.partition_point(|pair| *pair < (left, 0))..].iter().peekable();
            for (_, right) in members[at + 1..].iter().take_while(|(other, _)| other == label) {
                while known.next_if(|pair| **pair < (left, *right)).is_some() {}
                if known.peek().is_none_or(|pair| **pair != (left, *right)) && admit(left, *right) {
                    lots.take(&mut part, NOT_KEPT, left, *right);
                }
            }
        }
        lots.ended(part)
    };
    let starts: Vec<usize> = (0..members.len()).step_by(RECORDS_PORTION).collect();
    parts.par_extend(starts.into_par_iter().map(of_records));
    parts.par_extend(large.par_iter().map(|cluster| {
        let label = cluster[0].0;
        let is_within = |pair: &&(u32, u32)| labels[pair.0 as usize] == label && labels[pair.1 as usize] == label;
        let of_record = |member: &(u32, u32)| {
            let left = member.1;
            let first = kept.partition_point(|pair| *pair < (left, 0));
            kept[first..].iter().take_while(move |pair| pair.0 == left)
        };
        let mut known: Vec<(u32, u32)> = cluster.iter().flat_map(of_record).copied().collect();
        let is_base = |pair: &&(u32, u32)| !data.is_attached(pair.0) && !data.is_attached(pair.1);
        known.extend(settled.iter().filter(is_within).filter(is_base));
        known.sort_unstable();
        known.dedup();
        let records = cluster.iter().map(|(_, record)| *record).collect();
        lots.of_large(records, &known, &is_of_sources)
    }));

    let mut all = lots.none();
    for part in parts {
        add(&mut all.pairs, &part.pairs);
        for (groups, more) in all.groups.iter_mut().flatten().zip(part.groups.iter().flatten()) {
            add(groups, more);
        }
        for (at, mut first) in part.first.into_iter().enumerate() {
            all.first[at].append(&mut first);
            all.cut(at, each);
        }
    }
    let pairs_of = |drawn: Vec<(u64, u32, u32)>| drawn.into_iter().map(|(_, left, right)| (left, right)).collect();
    Ok(Draw { pairs: all.pairs, groups: all.groups, drawn: all.first.into_iter().map(pairs_of).collect() })
}

/// How pairs are drawn.
struct Lots<'a> {
    data: &'a Dataset,
    groupings: &'a [Grouping<'a>],
    each: usize,
    seed: u64,
}

impl Lots<'_> {
    fn none(&self) -> Part {
        let of_grouping = |grouping: &Grouping<'_>| vec![vec![0; STRATA]; grouping.count];
        Part {
            pairs: vec![0; STRATA],
            groups: self.groupings.iter().map(of_grouping).collect(),
            first: vec![Vec::new(); STRATA],
        }
    }

    /// Counts a pair of a stratum, and gives it its number in the draw.
    fn take(&self, part: &mut Part, at: usize, left: u32, right: u32) {
        part.pairs[at] += 1;
        for (groups, grouping) in part.groups.iter_mut().zip(self.groupings) {
            groups_of(grouping, left as usize, right as usize).for_each(|group| groups[group][at] += 1);
        }
        let (one, other) = (self.data.ties[left as usize], self.data.ties[right as usize]);
        let number = mix(mix(self.seed ^ one.min(other)) ^ one.max(other));
        part.first[at].push((number, left, right));
        if part.first[at].len() > 8 * self.each.max(16) {
            part.cut(at, self.each);
        }
    }

    /// Counts and draws the pairs of a large cluster that were not kept: all that are let in but those that are `known`, which are
    /// in order. Its records are counted by source, and what is true of one pair of two sources is true of all.
    fn of_large(&self, mut records: Vec<u32>, known: &[(u32, u32)], admit: &impl Fn(u32, u32) -> bool) -> Part {
        let mut part = self.none();
        records.sort_unstable_by_key(|record| (self.data.ties[*record as usize], *record));
        let mut by_source: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        for record in &records {
            by_source.entry(self.data.sources[*record as usize]).or_default().push(*record);
        }
        let sources: Vec<Vec<u32>> = by_source.into_values().collect();
        let two_of = |one: usize, other: usize| {
            let (left, right) = (sources[one].first()?, sources[other].get(usize::from(one == other))?);
            Some((*left.min(right), *left.max(right)))
        };
        let every_two = (0..sources.len()).flat_map(|one| (one..sources.len()).map(move |other| (one, other)));
        let is_let_in = |(one, other): &(usize, usize)| two_of(*one, *other).is_some_and(|pair| admit(pair.0, pair.1));
        let let_in: Vec<(usize, usize)> = every_two.filter(is_let_in).collect();
        let pairs = |counts: &[u64]| {
            let of_two = |(one, other): &(usize, usize)| match one == other {
                true => counts[*one] * counts[*one].saturating_sub(1) / 2,
                false => counts[*one] * counts[*other],
            };
            let_in.iter().map(of_two).sum::<u64>()
        };
        let all: Vec<u64> = sources.iter().map(|records| records.len() as u64).collect();
        part.pairs[NOT_KEPT] = pairs(&all);
        for (groups, grouping) in part.groups.iter_mut().zip(self.groupings) {
            // By group: how many records of each source are of others. Those have the pairs that hold none of it.
            let mut others = vec![all.clone(); grouping.count];
            for (source, records) in sources.iter().enumerate() {
                records
                    .iter()
                    .for_each(|record| others[usize::from(grouping.of_record[*record as usize])][source] -= 1);
            }
            for (group, others) in groups.iter_mut().zip(others) {
                group[NOT_KEPT] = part.pairs[NOT_KEPT] - pairs(&others);
            }
        }
        for (left, right) in known.iter().filter(|(left, right)| admit(*left, *right)) {
            part.pairs[NOT_KEPT] -= 1;
            for (groups, grouping) in part.groups.iter_mut().zip(self.groupings) {
                groups_of(grouping, *left as usize, *right as usize).for_each(|group| groups[group][NOT_KEPT] -= 1);
            }
        }
        let is_one = |left: u32, right: u32| known.binary_search(&(left, right)).is_err() && admit(left, right);
        part.first[NOT_KEPT] = self.tried(&records, part.pairs[NOT_KEPT], is_one);
        part
    }

    /// Draws of so many pairs of records some by trying: those that `is_one` says are of them. They get the numbers in the draw that
    /// the lowest of so many would have, so that the pairs of a large cluster are drawn as often as those of others.
    fn tried(&self, records: &[u32], pairs: u64, is_one: impl Fn(u32, u32) -> bool) -> Vec<(u64, u32, u32)> {
        let least = records.first().map_or(0, |record| self.data.ties[*record as usize]);
        let mut dice = Dice(mix(self.seed ^ least));
        let wanted = self.each.min(usize::try_from(pairs).unwrap_or(usize::MAX));
        let mut drawn: Vec<(u64, u32, u32)> = Vec::new();
        let mut known: HashSet<(u32, u32)> = HashSet::new();
        let mut number = 0.0;
        for _ in 0..wanted.saturating_mul(TRIES_MAX) {
            if drawn.len() == wanted {
                break;
            }
            let [one, other] = [(); 2].map(|()| records[(dice.uniform() * records.len() as f64) as usize]);
            let pair = (one.min(other), one.max(other));
            if one == other || !is_one(pair.0, pair.1) || !known.insert(pair) {
                continue;
            }
            // The lowest of so many uniform numbers above the last: L. Devroye, Non-uniform random variate generation (1986), V.3.
            let rest = (pairs - drawn.len() as u64) as f64;
            number += (1.0 - number) * -(dice.uniform().ln() / rest).exp_m1();
            drawn.push(((number * 2.0_f64.powi(64)) as u64, pair.0, pair.1));
        }
        drawn
    }

    fn ended(&self, mut part: Part) -> Part {
        (0..STRATA).for_each(|at| part.cut(at, self.each));
        part
    }
}

fn add(counts: &mut [u64], more: &[u64]) {
    counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
}

/// What was drawn from a portion of the pairs.
struct Part {
    pairs: Vec<u64>,
    groups: Vec<Vec<Vec<u64>>>,
    /// By stratum: random numbers with the pairs that they are of.
    first: Vec<Vec<(u64, u32, u32)>>,
}

impl Part {
    /// Keeps the pairs of the lowest numbers.
    fn cut(&mut self, at: usize, each: usize) {
        self.first[at].sort_unstable();
        self.first[at].truncate(each);
    }
}

/// What people said of the pairs drawn from a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reviewed {
    /// How many pairs the stratum has.
    pub pairs: u64,
    /// Judged pairs that are of one person.
    pub same: u64,
    /// Judged pairs that are not.
    pub different: u64,
}

/// A share, and what it is at least and at most in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate.
    pub share: f64,
    /// What it is at least.
    pub least: f64,
    /// What it is at most.
    pub most: f64,
}

/// Precision and recall as far as they can be estimated.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Estimates {
    /// The share that is true of the linked pairs which were let in when the sample was drawn; none where too few were judged in a stratum of linked pairs.
    pub precision: Option<Estimate>,
    /// The share of true pairs, among those that were kept or are linked and were let in, that are linked; none where too few were
    /// judged in any stratum.
    pub recall: Option<Estimate>,
}

impl Reviewed {
    /// Returns how many pairs were judged.
    pub fn judged(&self) -> u64 {
        self.same + self.different
    }

    /// Says whether enough were judged to say anything of the stratum.
    pub fn is_known(&self) -> bool {
        self.judged() >= JUDGED_MIN.min(self.pairs)
    }

    /// Estimates the true pairs of the stratum.
    fn estimated(&self) -> f64 {
        let share = if self.judged() == 0 { 0.0 } else { self.same as f64 / self.judged() as f64 };
        share * self.pairs as f64
    }

    /// Draws how many of its pairs are true: those judged, and of the rest a share that goes with what was judged, after
    /// Jeffreys' prior (L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16, 2001). How many of so few they then are
    /// is chance too, here by the normal distribution of the same mean and variance as the binomial one.
    fn drawn(&self, dice: &mut Dice) -> f64 {
        let rest = self.pairs.saturating_sub(self.judged());
        if rest == 0 {
            return self.same as f64;
        }
        let one = dice.gamma(self.same as f64 + 0.5);
        let other = dice.gamma(self.different as f64 + 0.5);
        let (rest, share) = (rest as f64, one / (one + other));
        let by_chance = (rest * share * (1.0 - share)).sqrt() * dice.normal();
        self.same as f64 + (rest * share + by_chance).clamp(0.0, rest)
    }
}

/// Estimates precision and recall, of the strata of pairs that were kept and of that which was not. `strata` are in the order of [`Stratum::of`].
///
/// The interval is that between the 2.5th and the 97.5th of a hundred parts of simulated values, and is made to hold the
/// estimate, which lies at its edge where all judged pairs were found alike. The same counts give the same interval.
pub fn estimate(strata: &[Reviewed; STRATA]) -> Estimates {
    let (apart, linked) = strata.split_at(WEIGHTS);
    let is_known = |strata: &[Reviewed]| strata.iter().all(Reviewed::is_known);
    let found = linked.iter().map(|stratum| stratum.pairs).sum::<u64>() as f64;
    let mut dice = Dice::new();
    let mut simulated = |of: &mut dyn FnMut(&mut Dice) -> f64| {
        let mut drawn: Vec<f64> = (0..DRAWS).map(|_| of(&mut dice)).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        (drawn[DRAWS / 40], drawn[DRAWS - 1 - DRAWS / 40])
    };
    let sum = |strata: &[Reviewed]| strata.iter().map(Reviewed::estimated).sum::<f64>();
    let draw = |strata: &[Reviewed], dice: &mut Dice| strata.iter().map(|one| one.drawn(dice)).sum::<f64>();
    let precision = (found > 0.0 && is_known(linked)).then(|| {
        let bounds = simulated(&mut |dice| draw(linked, dice) / found);
        Estimate::of(sum(linked) / found, bounds)
    });
    let (right, missed) = (sum(linked), sum(apart));
    let recall = (right + missed > 0.0 && is_known(strata)).then(|| {
        let share = |right: f64, missed: f64| if right + missed > 0.0 { right / (right + missed) } else { 1.0 };
        let bounds = simulated(&mut |dice| share(draw(linked, dice), draw(apart, dice)));
        Estimate::of(share(right, missed), bounds)
    });
    Estimates { precision, recall }
}

impl Estimate {
    fn of(share: f64, (least, most): (f64, f64)) -> Self {
        Self { share, least: least.min(share), most: most.max(share) }
    }
}

/// Random numbers, the same ones each time.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        Self(0)
    }

    /// Returns a number above 0 and below 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(1);
        ((mix(self.0) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Returns a number of the standard normal distribution (G. E. P. Box and M. E. Muller, 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Returns a number of the gamma distribution of this shape and scale 1 (G. Marsaglia and W. W. Tsang, ACM TOMS 26,
    /// 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};

    use super::*;
    use crate::settings::{Block, Comparison, Kind, Settings};

    /// Draws with every two records looked at, or those of small clusters alone, from records of three sources in this order.
    /// What was drawn is given by ids.
    fn drawn_of(order: &[u32], each: usize, whole_max: usize) -> Draw {
        let settings = Settings {
            comparisons: vec![Comparison::new("name", Kind::FamilyName)],
            blocks: vec![Block::on(["name"]).unwrap()],
            source: Some("source".to_owned()),
            id: Some("id".to_owned()),
            attach_only: std::collections::BTreeSet::from(["broker".to_owned()]),
            ..Settings::default()
        };
        let source = |id: u32| ["tax", "census", "broker", "tax"][id as usize % 4];
        let texts = |of: &dyn Fn(u32) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(order.iter().map(|id| of(*id))))
        };
        let columns = [
            ("source", texts(&|id| source(id).to_owned())),
            ("id", texts(&|id| id.to_string())),
            ("name", texts(&|_| "brennan".to_owned())),
        ];
        let data = Dataset::new(&settings, &RecordBatch::try_from_iter(columns).unwrap()).unwrap();
        let at = |id: u32| order.iter().position(|other| *other == id).unwrap() as u32;
        // Three clusters: of half, of a quarter, and of three records.
        let cluster = |id: u32| if id < 3 { 0 } else { 1 + u32::from(id.is_multiple_of(3)) };
        let first = |id: u32| order.iter().position(|other| cluster(*other) == cluster(id)).unwrap() as u32;
        let labels: Vec<u32> = order.iter().map(|id| first(*id)).collect();
        let pair = |one: u32, other: u32| (at(one).min(at(other)), at(one).max(at(other)));
        let edges = (3..order.len() as u32).step_by(2).map(|id| {
            let (left, right) = pair(id, id / 2);
            Edge { left, right, weight: 3.0, rule: 0 }
        });
        let predictions = Predictions { edges: edges.collect(), ..Predictions::default() };
        let settled = (4..order.len() as u32 - 6).step_by(5).map(|id| pair(id, id + 6)).collect();
        let groups: Vec<u16> = order.iter().map(|id| (id % 5 / 2) as u16).collect();
        let grouping = Grouping { of_record: &groups, count: 3 };
        let admit = |left: u32, right: u32| (data.source(left), data.source(right)) != ("census", "census");
        let found = drawn(&data, &predictions, &labels, &[grouping], (each, whole_max), &settled, admit).unwrap();
        let is_kept = |pair: (u32, u32)| predictions.edges.iter().any(|edge| (edge.left, edge.right) == pair);
        let by_ids = |(left, right): (u32, u32)| {
            assert!(labels[left as usize] == labels[right as usize] || is_kept((left, right)));
            assert!(admit(left, right) && !settled.contains(&(left, right)));
            let (one, other) = (order[left as usize], order[right as usize]);
            (one.min(other), one.max(other))
        };
        let of_stratum = |pairs: Vec<(u32, u32)>| pairs.into_iter().map(by_ids).collect();
        Draw { drawn: found.drawn.into_iter().map(of_stratum).collect(), ..found }
    }

    #[test]
    fn large_clusters_are_counted_as_small_ones_are() {
        let order: Vec<u32> = (0..120).collect();
        let whole = drawn_of(&order, 12, usize::MAX);
        let kept = &whole.pairs[..NOT_KEPT];
        assert!(whole.pairs[NOT_KEPT] > 1_000 && kept.iter().any(|pairs| *pairs > 0), "{:?}", whole.pairs);
        // With the largest, with two of three, and with all by sources.
        for whole_max in [40, 3, 1] {
            let found = drawn_of(&order, 12, whole_max);
            assert_eq!((&found.pairs, &found.groups), (&whole.pairs, &whole.groups), "{whole_max}");
            assert_eq!(found.drawn[..NOT_KEPT], whole.drawn[..NOT_KEPT], "what was kept is drawn as ever");
            let different: HashSet<&(u32, u32)> = found.drawn[NOT_KEPT].iter().collect();
            assert_eq!(different.len(), 12, "{whole_max}");
            let turned: Vec<u32> = order.iter().rev().copied().collect();
            assert_eq!(drawn_of(&turned, 12, whole_max), found, "whatever the order of records");
        }
    }

    #[test]
    fn of_large_clusters_pairs_are_drawn_by_how_many_there_are() {
        let order: Vec<u32> = (0..120).collect();
        let share = |whole_max: usize| {
            let drawn = drawn_of(&order, 400, whole_max).drawn.swap_remove(NOT_KEPT);
            assert_eq!(drawn.len(), 400);
            drawn.iter().filter(|(one, _)| one % 3 == 0).count() as f64 / 400.0
        };
        let (expected, found) = (share(usize::MAX), share(10));
        assert!((found - expected).abs() < 0.12, "of the smaller cluster {found} and {expected}");
    }

    fn strata(apart: [(u64, u64, u64); WEIGHTS], linked: [(u64, u64, u64); WEIGHTS]) -> [Reviewed; STRATA] {
        with_others(apart, linked, NONE)
    }

    /// Gives strata of which the last is of pairs that are linked and were not kept.
    fn with_others(
        apart: [(u64, u64, u64); WEIGHTS],
        linked: [(u64, u64, u64); WEIGHTS],
        others: (u64, u64, u64),
    ) -> [Reviewed; STRATA] {
        let mut all = [Reviewed::default(); STRATA];
        for (stratum, (pairs, same, different)) in all.iter_mut().zip(apart.into_iter().chain(linked).chain([others])) {
            *stratum = Reviewed { pairs, same, different };
        }
        all
    }

    const NONE: (u64, u64, u64) = (0, 0, 0);

    #[test]
    fn every_weight_has_one_stratum() {
        for weight in [-60.0, -4.1, -4.0, -0.1, 0.0, 3.9, 4.0, 11.0, 12.0, 80.0] {
            for is_linked in [false, true] {
                let stratum = Stratum::of(Stratum::at(weight, is_linked));
                assert_eq!((stratum.is_linked, stratum.is_kept), (is_linked, true));
                assert!(
                    stratum.from.is_none_or(|from| from <= weight) && stratum.below.is_none_or(|below| weight < below)
                );
            }
        }
        let others = Stratum { is_linked: true, is_kept: false, from: None, below: None };
        assert_eq!(Stratum::of(STRATA - 1), others);
    }

    #[test]
    fn what_clusters_link_and_nothing_kept_counts_for_precision() {
        let kept = [NONE, NONE, NONE, NONE, (900, 20, 0)];
        let apart = [(500, 0, 20), NONE, NONE, NONE, NONE];
        let found = estimate(&with_others(apart, kept, (100, 4, 16)));
        assert!((found.precision.unwrap().share - 0.92).abs() < 1e-12, "{found:?}");
        assert_eq!(found.recall.unwrap().share, 1.0);
        let too_few = estimate(&with_others(apart, kept, (100, 4, 0)));
        assert_eq!((too_few.precision, too_few.recall), (None, None), "what clusters link is not known");
    }

    #[test]
    fn strata_are_weighed_by_their_pairs() {
        // 900 linked pairs of which all are true, and 100 of which half are: 950 of 1,000.
        let linked = [NONE, NONE, (100, 10, 10), NONE, (900, 20, 0)];
        let apart = [(500, 0, 20), (50, 10, 10), NONE, NONE, NONE];
        let found = estimate(&strata(apart, linked));
        let (precision, recall) = (found.precision.unwrap(), found.recall.unwrap());
        assert!((precision.share - 0.95).abs() < 1e-12, "{precision:?}");
        assert!((recall.share - 950.0 / 975.0).abs() < 1e-12, "{recall:?}");
        assert!(precision.least < 0.94 && precision.least > 0.8, "{precision:?}");
        assert!(precision.most < 0.99 && recall.least < recall.share && recall.most <= 1.0, "{precision:?} {recall:?}");
        assert_eq!(estimate(&strata(apart, linked)), found, "the same counts, the same interval");
    }

    #[test]
    fn too_few_say_nothing() {
        let linked = [NONE, NONE, NONE, (3, 3, 0), (900, 20, 0)];
        let found = estimate(&strata([(500, 0, 4), NONE, NONE, NONE, NONE], linked));
        assert!(found.precision.is_some(), "all three of a small stratum are enough");
        assert_eq!(found.recall, None);
        let none = estimate(&strata([NONE; WEIGHTS], [NONE, NONE, NONE, NONE, (900, 4, 0)]));
        assert_eq!(none, Estimates::default());
        assert_eq!(estimate(&[Reviewed::default(); STRATA]), Estimates::default());
    }

    #[test]
    fn what_was_judged_to_the_last_pair_is_known() {
        let found = estimate(&strata([(10, 1, 9), NONE, NONE, NONE, NONE], [NONE, NONE, NONE, NONE, (10, 9, 1)]));
        let precision = found.precision.unwrap();
        assert_eq!((precision.share, precision.least, precision.most), (0.9, 0.9, 0.9));
        assert_eq!(found.recall.unwrap().share, 0.9);
    }

    /// Draws many samples from strata whose shares are known, and counts how often the interval holds the truth.
    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        let (pairs, each) = ([400_u64, 2_000, 30_000], 30);
        let shares = [0.55, 0.9, 0.995];
        let truth = pairs.iter().zip(shares).map(|(pairs, share)| *pairs as f64 * share).sum::<f64>()
            / pairs.iter().sum::<u64>() as f64;
        let mut dice = Dice(99_991);
        let held = (0..200).filter(|_| {
            let mut linked = [NONE; WEIGHTS];
            for (at, (pairs, share)) in pairs.iter().zip(shares).enumerate() {
                let same = (0..each).filter(|_| dice.uniform() < share).count() as u64;
                linked[at + 2] = (*pairs, same, each - same);
            }
            let precision = estimate(&strata([NONE; WEIGHTS], linked)).precision.unwrap();
            precision.least <= truth && truth <= precision.most
        });
        let held = held.count();
        assert!(held >= 180, "{held} of 200 hold the truth");
    }

    /// Makes strata in which something is wrong, draws a sample of each without putting back, and counts how often the intervals
    /// of precision and recall hold the truth: over many seeds that is in about 94 of 100.
    #[test]
    fn intervals_of_small_samples_hold_the_truth_of_finite_strata() {
        const SEED: u64 = 7;
        println!("seed {SEED}");
        for each in [20_u64, 5] {
            let mut dice = Dice(SEED << 32);
            let mut between = |least: f64, most: f64| least + (most - least) * dice.uniform();
            let (mut precise, mut complete) = (0, 0);
            for _ in 0..200 {
                let mut all = [Reviewed::default(); STRATA];
                let mut truth = [0.0; 2];
                // Two strata of pairs that are apart, three of linked ones, and what clusters link beside them.
                for (at, least, most) in
                    [(0, 0.02, 0.2), (1, 0.2, 0.6), (7, 0.4, 0.8), (8, 0.6, 0.95), (9, 0.8, 0.99), (10, 0.1, 0.9)]
                {
                    let pairs = between(60.0, 600.0) as u64;
                    let mut same_left = (pairs as f64 * between(least, most)).round() as u64;
                    truth[usize::from(at >= WEIGHTS)] += same_left as f64;
                    all[at].pairs = pairs;
                    for drawn in 0..each {
                        if between(0.0, (pairs - drawn) as f64) < same_left as f64 {
                            all[at].same += 1;
                            same_left -= 1;
                        } else {
                            all[at].different += 1;
                        }
                    }
                }
                let found = all[WEIGHTS..].iter().map(|stratum| stratum.pairs).sum::<u64>() as f64;
                let holds = |estimate: Option<Estimate>, truth: f64| {
                    estimate.is_some_and(|estimate| estimate.least <= truth && truth <= estimate.most)
                };
                let estimates = estimate(&all);
                precise += u32::from(holds(estimates.precision, truth[1] / found));
                complete += u32::from(holds(estimates.recall, truth[1] / (truth[0] + truth[1])));
            }
            assert!(precise >= 180 && complete >= 180, "{each} judged a stratum: {precise} and {complete} of 200");
        }
    }

    #[test]
    fn gamma_has_the_mean_and_variance_of_its_shape() {
        for shape in [0.5, 1.0, 7.5] {
            let mut dice = Dice::new();
            let drawn: Vec<f64> = (0..40_000).map(|_| dice.gamma(shape)).collect();
            let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
            let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / drawn.len() as f64;
            assert!(
                (mean / shape - 1.0).abs() < 0.03 && (variance / shape - 1.0).abs() < 0.08,
                "{shape}: {mean} {variance}"
            );
        }
    }
}
