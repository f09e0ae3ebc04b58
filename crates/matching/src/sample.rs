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
//! too low. So recall is that among pairs that were kept or are linked. Precision is that of all pairs that clusters link.

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

/// Draws up to `each` pairs of base records from each stratum, among those that `admit` lets in.
///
/// `labels` are as for [`crate::shape()`]. What is drawn hangs on the seed of the settings and on who the records are
/// ([`crate::Settings::id`]), not on their order or on the number of threads. Takes one look at each pair kept and at each two
/// records of a cluster, and eight bytes a record and a linked pair while it runs.
///
/// # Errors
/// As [`crate::shape()`].
pub fn draw(
    data: &Dataset,
    predictions: &Predictions,
    labels: &[u32],
    groupings: &[Grouping<'_>],
    each: usize,
    admit: impl Fn(u32, u32) -> bool + Sync,
) -> Result<Draw, Error> {
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
    /// The share of linked pairs that are true; none where too few were judged in a stratum of linked pairs.
    pub precision: Option<Estimate>,
    /// The share of true pairs, among those that were kept or are linked, that are linked; none where too few were judged in any stratum.
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
        self.0 += 1;
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
    use super::*;

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
