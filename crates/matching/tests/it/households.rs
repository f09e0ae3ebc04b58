//! Households that were planted: what people who live together have in common, and how many pairs do.

use matching::{
    Block, Comparison, Dataset, HouseholdCheck, Judgements, Kind, Model, Settings, Silent, TrainingReport,
    check_households,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::people::batch;

const COLUMNS: [&str; 6] = ["given", "birth", "number", "family", "address", "phone"];
const VALUES: [u32; 6] = [300, 5000, 100_000, 1500, 4000, 6000];
/// How often the second record of a person agrees with the first.
const KEPT: [f64; 6] = [0.95, 0.95, 0.93, 0.93, 0.9, 0.85];
/// How often the second person of a household has what the first has; of the first three nothing is shared.
const SHARED: [f64; 6] = [0.0, 0.0, 0.0, 0.85, 0.9, 0.7];

const COUPLES: usize = 1500;
const ALONE: usize = 1000;

/// Two records of each person. Records `4 * household ..` are of the household, for all couples; then come those who live
/// alone.
fn planted(seed: u64) -> Vec<Vec<u32>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = Vec::new();
    for household in 0..COUPLES + ALONE {
        let first: Vec<u32> = VALUES.iter().map(|values| random.random_range(0..*values)).collect();
        let mut people = vec![first.clone()];
        if household < COUPLES {
            let second = (0..VALUES.len()).map(|at| {
                let own = random.random_range(0..VALUES[at]);
                if random.random_bool(SHARED[at]) { first[at] } else { own }
            });
            people.push(second.collect());
        }
        for person in people {
            let again: Vec<u32> = (0..VALUES.len())
                .map(|at| {
                    let wrong = (person[at] + random.random_range(1..VALUES[at])) % VALUES[at];
                    if random.random_bool(KEPT[at]) { person[at] } else { wrong }
                })
                .collect();
            rows.push(person);
            rows.push(again);
        }
    }
    rows
}

fn trained(rows: &[Vec<u32>]) -> (Model, TrainingReport) {
    matching::train(&dataset(rows), &Silent).unwrap()
}

fn dataset(rows: &[Vec<u32>]) -> Dataset {
    let comparison =
        |(at, column): (usize, &&str)| Comparison::new(*column, Kind::Exact).with_household(SHARED[at] > 0.0);
    let settings = Settings {
        comparisons: COLUMNS.iter().enumerate().map(comparison).collect(),
        blocks: vec![Block::on(["number"]).unwrap(), Block::on(["given", "birth"]).unwrap()],
        training: vec![
            Block::on(["address"]).unwrap(),
            Block::on(["phone"]).unwrap(),
            Block::on(["family"]).unwrap(),
            Block::on(["given", "birth"]).unwrap(),
            Block::on(["number"]).unwrap(),
        ],
        random_pairs: 1_000_000,
        ..Settings::default()
    };
    let texts: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|value| format!("v{value}")).collect()).collect();
    Dataset::new(&settings, &batch(&COLUMNS, &texts)).unwrap()
}

#[test]
fn what_households_share_is_learnt() {
    for seed in [1, 2] {
        let rows = planted(seed);
        let (model, report) = trained(&rows);
        // Of two people with two records each, four pairs are of the household and of no person.
        let couples: Vec<[&[u32]; 2]> = rows[..4 * COUPLES]
            .chunks(4)
            .flat_map(|four| [(0, 2), (0, 3), (1, 2), (1, 3)].map(|(a, b)| [four[a].as_slice(), four[b].as_slice()]))
            .collect();
        let persons: Vec<[&[u32]; 2]> = rows.chunks(2).map(|two| [two[0].as_slice(), two[1].as_slice()]).collect();
        let agreeing = |pairs: &[[&[u32]; 2]], at: usize| {
            pairs.iter().filter(|[one, other]| one[at] == other[at]).count() as f64 / pairs.len() as f64
        };
        for (at, learnt) in model.comparisons.iter().enumerate() {
            let (m, h) = (learnt.levels[0].m, learnt.levels[0].h);
            let (kept, shared) = (agreeing(&persons, at), agreeing(&couples, at));
            assert!((m - kept).abs() < 0.02, "seed {seed}: m of {} is {m}, not {kept}", learnt.name);
            assert!((h - shared).abs() < 0.03, "seed {seed}: h of {} is {h}, not {shared}", learnt.name);
        }
        let records = rows.len() as f64;
        let expected = couples.len() as f64 / (records * (records - 1.0) / 2.0);
        let share = model.household.unwrap();
        assert!((share / expected - 1.0).abs() < 0.1, "seed {seed}: {share}, not {expected}");
        let doubts: Vec<&String> = report.warnings.iter().filter(|said| said.contains("household")).collect();
        assert!(doubts.is_empty(), "seed {seed}: {doubts:?}");
    }
}

/// What was learnt is used: two who share what households share are not one person for that, and one person is.
#[test]
fn what_was_learnt_keeps_people_of_one_household_apart() {
    let (model, _) = trained(&planted(3));
    let bits = |agree: [bool; 6]| {
        let part = |pick: fn(&matching::Level) -> f64| -> f64 {
            let levels = model.comparisons.iter().zip(agree);
            levels
                .map(|(learnt, agree)| &learnt.levels[usize::from(!agree)])
                .map(|level| (pick(level) / level.u).log2())
                .sum()
        };
        let household = model.household.unwrap();
        model.prior_weight() + part(|level| level.m)
            - ((1.0 - household) + household * part(|level| level.h).exp2()).log2()
    };
    let housemates = bits([false, false, false, true, true, true]);
    let person = bits([true, true, false, true, true, true]);
    assert!(housemates < -5.0 && person > 5.0, "{housemates} {person}");
}

/// Clusters by a model and holds what the clusters show of households against it.
fn checked(data: &Dataset, model: &Model) -> Option<HouseholdCheck> {
    let predictions = matching::predict(data, model, &Silent).unwrap();
    let clustering = matching::cluster(data, model, &predictions, &Judgements::default()).unwrap();
    check_households(data, model, &clustering).unwrap()
}

#[test]
fn households_that_clusters_show_are_those_the_model_believes_in() {
    let rows = planted(4);
    let data = dataset(&rows);
    let (model, _) = matching::train(&data, &Silent).unwrap();
    let check = checked(&data, &model).unwrap();
    assert_eq!(check.comparisons, ["family", "address"], "the first of those that all records have");
    let records = rows.len() as f64;
    let planted = 4.0 * COUPLES as f64 / (records * (records - 1.0) / 2.0);
    assert!((check.found / planted - 1.0).abs() < 0.15, "{check:?}, not {planted}");
    assert_eq!(check.believed, model.household.unwrap());
    assert!(!check.is_off(), "{check:?}");
}

#[test]
fn a_spoiled_household_share_is_told_by_the_clusters() {
    let data = dataset(&planted(5));
    let (model, _) = matching::train(&data, &Silent).unwrap();
    for times in [0.25, 4.0] {
        let household = model.household.map(|share| share * times);
        let check = checked(&data, &Model { household, ..model.clone() }).unwrap();
        assert!(check.is_off(), "{times} times: {check:?}");
    }
    assert_eq!(checked(&data, &Model { household: None, ..model.clone() }), None, "nothing is believed");
}

#[test]
fn few_records_say_nothing_of_households() {
    let data = dataset(&planted(6)[..60]);
    let model = trained(&planted(6)).0;
    let spoiled = Model { household: Some(1e-5), ..model };
    assert!(!checked(&data, &spoiled).unwrap().is_off(), "sixty pairs are too few");
}
