//! The shape of a result against counts made the slow way, and samples against what they are drawn from.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use matching::{
    Clustering, DENSITY_MIN, Dataset, Grouping, Histogram, Judgements, Model, Predictions, Reviewed, SIZES, STRATA,
    Settings, Silent, Stratum, draw, estimate, evaluate, explain, shape,
};

use crate::partitions::settings;
use crate::people::batch;
use crate::town::{COLUMNS, Town, town};

struct Found {
    data: Dataset,
    model: Model,
    predictions: Predictions,
    clustering: Clustering,
    /// 0 where a record states no sex.
    sexes: Vec<u16>,
}

fn found(settings: &Settings, town: &Town) -> Found {
    let data = Dataset::new(settings, &batch(&COLUMNS, &town.rows)).unwrap();
    let model = Model::presumed(settings);
    let predictions = matching::predict(&data, &model, &Silent).unwrap();
    let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default()).unwrap();
    let sexes = town.rows.iter().map(|row| match row[5].as_str() {
        "M" => 1,
        "F" => 2,
        _ => 0,
    });
    Found { data, model, predictions, clustering, sexes: sexes.collect() }
}

#[test]
fn the_shape_is_what_counting_record_by_record_gives() {
    let (settings, mut town) = (settings(), town(900, 3));
    // Some of which next to nothing is known.
    let mut bare: Vec<Vec<String>> = town.rows.iter().filter(|row| row[1] != "clinic").take(4).cloned().collect();
    for (number, row) in bare.iter_mut().enumerate() {
        row[0] = format!("bare-{number}");
        row[2..].iter_mut().for_each(String::clear);
        town.truth.push(1_000_000 + number as u32);
    }
    town.rows.extend(bare);
    let Found { data, model, predictions, clustering, sexes } = found(&settings, &town);
    let labels = &clustering.labels;
    let grouping = Grouping { of_record: &sexes, count: 3 };
    let (shape, groups) = shape(&data, &model, &predictions, labels, &[grouping]).unwrap();

    let base: Vec<u32> = (0..data.len() as u32).filter(|record| !data.is_attached(*record)).collect();
    assert!(base.len() < data.len(), "some are attached");
    let threshold = settings.threshold_weight();
    let own: Vec<f64> = base.iter().map(|record| explain(&data, &model, *record, *record).unwrap().weight).collect();
    assert_eq!(shape.records, base.len() as u64);
    assert_eq!(shape.unlinkable, own.iter().filter(|weight| **weight < threshold).count() as u64);
    assert!(shape.unlinkable > 0 && shape.unlinkable < shape.records / 2, "{}", shape.unlinkable);
    for bin in 0..matching::BINS {
        assert_eq!(shape.own.counts[bin], own.iter().filter(|weight| Histogram::bin(**weight) == bin).count() as u64);
    }

    let is_base = |record: u32| !data.is_attached(record);
    let edges = || predictions.edges.iter().filter(|edge| is_base(edge.left) && is_base(edge.right));
    let linked = |left: u32, right: u32| labels[left as usize] == labels[right as usize];
    assert_eq!(shape.linked.total(), edges().filter(|edge| linked(edge.left, edge.right)).count() as u64);
    assert_eq!(shape.apart.total(), edges().filter(|edge| !linked(edge.left, edge.right)).count() as u64);
    let tempting = edges().filter(|edge| !linked(edge.left, edge.right) && f64::from(edge.weight) >= threshold);
    assert_eq!(shape.apart_at_threshold, tempting.count() as u64);
    assert!(shape.pairs_given_up > 0);
    let compared = shape.pairs_given_up + shape.linked.total() + shape.apart.total();
    assert!(compared == predictions.report.base_pairs_scored && compared < predictions.report.pairs_scored);

    let mut clusters: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    base.iter().for_each(|record| clusters.entry(labels[*record as usize]).or_default().push(*record));
    assert_eq!(shape.persons, clusters.len() as u64);
    assert_eq!(shape.sizes.len(), SIZES.len());
    for (at, class) in shape.sizes.iter().enumerate() {
        let below = SIZES.get(at + 1).copied().unwrap_or(u32::MAX);
        let here = |members: &&Vec<u32>| (class.records_min..below).contains(&(members.len() as u32));
        let strong = |members: &Vec<u32>| {
            let within = |edge: &&&matching::Edge| members.contains(&edge.left) && members.contains(&edge.right);
            edges().filter(|edge| f64::from(edge.weight) >= threshold).filter(|edge| within(&edge)).count() as u64
        };
        let possible = |members: &Vec<u32>| (members.len() * (members.len() - 1) / 2) as u64;
        let of_class: Vec<&Vec<u32>> = clusters.values().filter(here).collect();
        assert_eq!(class.clusters, of_class.len() as u64);
        assert_eq!(class.records, of_class.iter().map(|members| members.len() as u64).sum::<u64>());
        assert_eq!(class.pairs, of_class.iter().map(|members| possible(members)).sum::<u64>());
        assert_eq!(class.edges, of_class.iter().map(|members| strong(members)).sum::<u64>());
        let is_sparse = |members: &&&Vec<u32>| (strong(members) as f64) < DENSITY_MIN * possible(members) as f64;
        assert_eq!(class.sparse, of_class.iter().filter(is_sparse).count() as u64);
        assert!(class.density().is_none_or(|density| density > 0.0 && density <= 1.0));
    }
    assert!(shape.sizes[2].clusters > 0, "some persons have three records");

    for (sex, group) in groups[0].iter().enumerate() {
        let of_sex = |record: &u32| usize::from(sexes[*record as usize]) == sex;
        assert_eq!(group.records, base.iter().filter(|record| of_sex(record)).count() as u64);
        let persons: BTreeSet<u32> =
            base.iter().filter(|record| of_sex(record)).map(|record| labels[*record as usize]).collect();
        assert_eq!(group.persons, persons.len() as u64);
        let weights: Vec<f64> = edges()
            .filter(|edge| linked(edge.left, edge.right) && (of_sex(&edge.left) || of_sex(&edge.right)))
            .map(|edge| f64::from(edge.weight))
            .collect();
        assert_eq!(group.linked.total(), weights.len() as u64);
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        assert!((group.weight_mean - mean).abs() < 1e-9, "{} {mean}", group.weight_mean);
    }
    assert_eq!(groups[0].iter().map(|group| group.unlinkable).sum::<u64>(), shape.unlinkable);
}

#[test]
fn attached_records_change_nothing_of_the_shape_or_of_samples() {
    let (settings, with) = (settings(), town(400, 5));
    let mut without = Town { rows: Vec::new(), truth: Vec::new() };
    for (row, person) in with.rows.iter().zip(&with.truth).filter(|(row, _)| row[1] != "clinic") {
        without.rows.push(row.clone());
        without.truth.push(*person);
    }
    let of = |town: &Town| {
        let Found { data, model, predictions, clustering, sexes } = found(&settings, town);
        let groupings = [Grouping { of_record: &sexes, count: 3 }];
        let found = shape(&data, &model, &predictions, &clustering.labels, &groupings).unwrap();
        let drawn = draw(&data, &predictions, &clustering.labels, &groupings, 6, &HashSet::new(), |_, _| true).unwrap();
        let refs = |(left, right): &(u32, u32)| {
            BTreeSet::from([town.rows[*left as usize][0].clone(), town.rows[*right as usize][0].clone()])
        };
        let pairs: Vec<Vec<BTreeSet<String>>> =
            drawn.drawn.iter().map(|stratum| stratum.iter().map(refs).collect()).collect();
        (found, drawn.pairs, drawn.groups, pairs)
    };
    assert_eq!(of(&with), of(&without));
}

#[test]
fn a_sample_hangs_on_who_the_records_are_and_not_on_their_order() {
    let (mut settings, town) = (settings(), town(400, 7));
    let drawn = |settings: &Settings, town: &Town| {
        let Found { data, predictions, clustering, .. } = found(settings, town);
        let drawn = draw(&data, &predictions, &clustering.labels, &[], 5, &HashSet::new(), |_, _| true).unwrap();
        let name = |record: u32| town.rows[record as usize][0].clone();
        let named = |(left, right): &(u32, u32)| BTreeSet::from([name(*left), name(*right)]);
        let pairs: Vec<Vec<BTreeSet<String>>> =
            drawn.drawn.iter().map(|stratum| stratum.iter().map(named).collect()).collect();
        (drawn.pairs, pairs)
    };
    let (pairs, first) = drawn(&settings, &town);
    for (pairs, drawn) in pairs.iter().zip(&first) {
        assert_eq!(drawn.len() as u64, (*pairs).min(5));
    }
    assert!(pairs.iter().filter(|pairs| **pairs > 5).count() >= 4, "{pairs:?}");
    let turned =
        Town { rows: town.rows.iter().rev().cloned().collect(), truth: town.truth.iter().rev().copied().collect() };
    assert_eq!(drawn(&settings, &turned), (pairs.clone(), first.clone()));
    settings.seed = 8;
    let (_, other) = drawn(&settings, &town);
    assert_ne!(other, first, "another seed draws others");
}

#[test]
fn what_a_sample_says_is_near_the_truth() {
    let (settings, town) = (settings(), town(2_500, 11));
    let Found { data, predictions, clustering, .. } = found(&settings, &town);
    let labels = &clustering.labels;
    let drawn = draw(&data, &predictions, labels, &[], 60, &HashSet::new(), |left, right| left + right > 0).unwrap();
    assert_eq!(drawn.drawn.len(), STRATA);
    let is_same = |left: u32, right: u32| town.truth[left as usize] == town.truth[right as usize];
    let mut strata = [Reviewed::default(); STRATA];
    let threshold = settings.threshold_weight();
    for (at, stratum) in strata.iter_mut().enumerate() {
        stratum.pairs = drawn.pairs[at];
        for (left, right) in &drawn.drawn[at] {
            let edge = predictions.edges.iter().find(|edge| (edge.left, edge.right) == (*left, *right));
            let is_linked = labels[*left as usize] == labels[*right as usize];
            let belongs = edge.map(|edge| Stratum::at(f64::from(edge.weight) - threshold, is_linked));
            assert_eq!(belongs.unwrap_or(STRATA - 1), at, "drawn where it belongs");
            assert!(is_linked || edge.is_some(), "what is apart was kept");
            if is_same(*left, *right) {
                stratum.same += 1;
            } else {
                stratum.different += 1;
            }
        }
    }
    // The truth of what is estimated: pairs of base records that clusters link, and those kept beside.
    let base = predictions.edges.iter().filter(|edge| !data.is_attached(edge.left) && !data.is_attached(edge.right));
    let apart = base
        .filter(|edge| labels[edge.left as usize] != labels[edge.right as usize])
        .map(|edge| (false, is_same(edge.left, edge.right)));
    let linked = linked_pairs(&data, labels).into_iter().map(|(left, right)| (true, is_same(left, right)));
    let kept: Vec<_> = apart.chain(linked).collect();
    let count = |linked: Option<bool>, same: Option<bool>| {
        let is = |one: bool, wanted: Option<bool>| wanted.is_none_or(|wanted| one == wanted);
        kept.iter().filter(|(l, s)| is(*l, linked) && is(*s, same)).count() as f64
    };
    let precision = count(Some(true), Some(true)) / count(Some(true), None);
    let recall = count(Some(true), Some(true)) / count(None, Some(true));
    let found = estimate(&strata);
    for (estimate, truth) in [(found.precision.unwrap(), precision), (found.recall.unwrap(), recall)] {
        assert!(estimate.least <= truth && truth <= estimate.most, "{estimate:?} {truth}");
        assert!(estimate.most - estimate.least < 0.2, "{estimate:?}");
    }
    assert!(evaluate(&[], labels, &town.truth, None).clusters.precision > 0.9);
}

/// Gives every two base records of one cluster, the slow way.
fn linked_pairs(data: &Dataset, labels: &[u32]) -> Vec<(u32, u32)> {
    let mut clusters: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let base = (0..data.len() as u32).filter(|record| !data.is_attached(*record));
    base.for_each(|record| clusters.entry(labels[record as usize]).or_default().push(record));
    let within = clusters.values().flat_map(|members| {
        members.iter().enumerate().flat_map(|(at, left)| members[at + 1..].iter().map(|right| (*left, *right)))
    });
    within.collect()
}

#[test]
fn what_chains_link_wrongly_is_estimated_too() {
    let settings = settings();
    let mut held = 0;
    for seed in 0..12 {
        println!("seed {seed}");
        let town = town(300, seed);
        let Found { data, predictions, clustering, .. } = found(&settings, &town);
        // Threes of persons that have nothing to do with each other become one.
        let mut labels = clustering.labels;
        let base = (0..data.len() as u32).filter(|record| !data.is_attached(*record));
        let persons: BTreeSet<u32> = base.map(|record| labels[record as usize]).collect();
        let persons: Vec<u32> = persons.into_iter().collect();
        let third = persons.len() / 3;
        let chained: BTreeMap<u32, u32> = (0..third)
            .step_by(3)
            .flat_map(|at| [(persons[at + third], persons[at]), (persons[at + 2 * third], persons[at])])
            .collect();
        for label in &mut labels {
            *label = chained.get(&*label).copied().unwrap_or(*label);
        }

        let drawn = draw(&data, &predictions, &labels, &[], 40, &HashSet::new(), |_, _| true).unwrap();
        let is_same = |left: u32, right: u32| town.truth[left as usize] == town.truth[right as usize];
        let mut strata = [Reviewed::default(); STRATA];
        for (at, stratum) in strata.iter_mut().enumerate() {
            stratum.pairs = drawn.pairs[at];
            let same = drawn.drawn[at].iter().filter(|(left, right)| is_same(*left, *right)).count();
            (stratum.same, stratum.different) = (same as u64, (drawn.drawn[at].len() - same) as u64);
        }
        let linked = linked_pairs(&data, &labels);
        let of_linked = |at: &usize| Stratum::of(*at).is_linked;
        let counted: u64 = (0..STRATA).filter(of_linked).map(|at| drawn.pairs[at]).sum();
        assert_eq!(counted, linked.len() as u64, "every linked pair has its stratum");
        assert!(drawn.drawn[STRATA - 1].iter().all(|pair| linked.contains(pair)));
        let truth = linked.iter().filter(|(left, right)| is_same(*left, *right)).count() as f64 / linked.len() as f64;
        let precision = estimate(&strata).precision.unwrap();
        held += u32::from(precision.least <= truth && truth <= precision.most);
        assert!((precision.share - truth).abs() < 0.15, "{precision:?} {truth}");
        // Pairs that were kept know next to nothing of it.
        strata[STRATA - 1] = Reviewed::default();
        let of_kept = estimate(&strata).precision.unwrap();
        assert!(of_kept.share > truth + 0.15, "{of_kept:?} {truth}");
    }
    assert!(held >= 9, "{held} of 12 intervals hold the truth");
}

#[test]
fn what_is_not_admitted_is_neither_counted_nor_drawn() {
    let (settings, town) = (settings(), town(300, 2));
    let Found { data, predictions, .. } = found(&settings, &town);
    // All of one person: but for those kept, every pair is linked by others alone.
    let labels = vec![0; data.len()];
    let is_even = |left: u32, right: u32| (left + right).is_multiple_of(2);
    let drawn = draw(&data, &predictions, &labels, &[], 9, &HashSet::new(), is_even).unwrap();
    let admitted = linked_pairs(&data, &labels).into_iter().filter(|(left, right)| is_even(*left, *right)).count();
    assert_eq!(drawn.pairs.iter().sum::<u64>(), admitted as u64);
    assert_eq!(drawn.drawn[STRATA - 1].len(), 9);
    assert!(drawn.drawn.iter().flatten().all(|(left, right)| is_even(*left, *right)));
}

#[test]
fn labels_and_groups_that_do_not_fit_are_refused() {
    let (settings, town) = (settings(), town(60, 1));
    let Found { data, model, predictions, clustering, sexes } = found(&settings, &town);
    let labels = &clustering.labels;
    assert!(shape(&data, &model, &predictions, &labels[1..], &[]).is_err());
    assert!(shape(&data, &model, &predictions, &vec![u32::MAX; labels.len()], &[]).is_err());
    let few = Grouping { of_record: &sexes, count: 1 };
    assert!(shape(&data, &model, &predictions, labels, &[few]).is_err());
    let short = Grouping { of_record: &sexes[1..], count: 3 };
    assert!(draw(&data, &predictions, labels, &[short], 1, &HashSet::new(), |_, _| true).is_err());
}
