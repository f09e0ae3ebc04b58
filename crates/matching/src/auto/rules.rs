//! Which blocking rules: what each costs is counted, what each finds is presumed.
//!
//! A rule is one to three keys of different columns. Its cost is the sum of n(n−1)/2 over its blocks, counted in the
//! records or a sample of them. What it finds is tried on pairs of one person that are made up: two records are drawn for
//! what is missing in them, and for each column how far its values agree, from rates that are usual. A column that
//! disagrees fails every rule that has it, and a move every part of an address, so that a rule is worth what it finds
//! where the others fail. A number that stands for a person is a rule by itself; others are taken while one finds enough
//! more for its cost.

use hashbrown::HashSet;
use rayon::prelude::*;

use super::recognise::{Role, percent};
use super::{Found, Options, ProposedBlock};
use crate::error::Error;
use crate::key::{KeyExpr, KeyPart};
use crate::pool::{MISSING, mix, stable_hash};
use crate::settings::{Block, Settings};

/// How many pairs of one person are made up.
const TRIED: usize = 1 << 13;

/// A rule is worth its cost when it finds at least this share of pairs that the others miss.
const GAIN_MIN: f64 = 0.001;

/// A rule is dropped when the others find all but this share of what it does.
const LOSS_MAX: f64 = 0.0005;

/// The most rules that are proposed.
const RULES_MAX: usize = 12;

/// From how many pairs a record on a rule is tried with a further key.
const NARROWED_FROM: f64 = 0.5;

/// A number that stands for a person is a rule by itself up to so many pairs a record: these are mostly of one person.
const NUMBER_PAIRS: f64 = 3.0;

/// The most such rules.
const NUMBERS_MAX: usize = 6;

/// How often people have moved between two of their records.
const MOVED: f64 = 0.1;

/// How many pairs have a record that was taken down badly, and what is left of the rates then: slips do not come alone.
const POOR: f64 = 0.15;
const POOR_RATE: f64 = 0.7;

/// The rules that were chosen.
pub(crate) struct Chosen {
    pub(crate) blocks: Vec<Block>,
    pub(crate) proposed: Vec<ProposedBlock>,
    pub(crate) recall: f64,
    pub(crate) pairs: f64,
}

/// A part of a column that may be in a rule.
struct Atom {
    /// The place of the column.
    column: usize,
    keys: Vec<KeyExpr>,
    /// How often it agrees in two records of one person that have it and lived in one place.
    rate: f64,
    /// Whether it changes when somebody moves.
    moves: bool,
    /// Whether it stands for one person, or nearly.
    number: bool,
    /// The key of each sampled record, hashed; nothing is 0.
    words: Vec<u64>,
}

/// Some atoms as a rule.
struct Candidate {
    atoms: Vec<usize>,
    /// In all records, not in the sample.
    pairs: f64,
    /// Which of the made-up pairs it finds.
    finds: Vec<u64>,
}

/// Two records of one person, made up.
struct Trial {
    records: [usize; 2],
    moved: bool,
    poor: bool,
    seed: u64,
}

/// A number from 0 to below 1 from a word.
fn unit(word: u64) -> f64 {
    (mix(word) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Chooses rules for the columns found.
pub(crate) fn choose(found: &[Found], settings: &Settings, options: &Options) -> Result<Chosen, Error> {
    let records = found.iter().map(|one| one.column.codes.len()).max().unwrap_or(0);
    let sample = sample(records, options);
    let share = sample.len() as f64 / records.max(1) as f64;
    // A block of a sample is smaller than the block.
    let size_max = ((settings.block_size_max as f64 * share).round() as usize).max(2);
    let scale = pairs_of(records) / pairs_of(sample.len()).max(1.0);
    let atoms = atoms(found, &sample, options);
    let trials: Vec<Trial> = (0..TRIED as u64)
        .map(|number| {
            let seed = mix(mix(options.seed ^ 0x7269_616c) ^ number);
            let record = |word: u64| (unit(seed ^ word) * sample.len() as f64) as usize;
            Trial { records: [record(1), record(2)], moved: unit(seed ^ 3) < MOVED, poor: unit(seed ^ 4) < POOR, seed }
        })
        .collect();
    if sample.len() < 2 {
        return Err(Error::Settings("there are fewer than two records to propose blocking rules for".to_owned()));
    }
    let budget = options.pairs_per_record * records as f64;
    let try_all = |sets: Vec<Vec<usize>>| -> Vec<(Candidate, f64)> {
        sets.into_par_iter().map(|set| try_rule(set, &atoms, &trials, size_max, scale)).collect()
    };

    let mut candidates: Vec<Candidate> = Vec::new();
    let mut tried = try_all((0..atoms.len()).map(|atom| vec![atom]).collect());
    for keys in 1..=3 {
        let mut narrowed = Vec::new();
        for (candidate, hot) in &tried {
            // What is cheap and whole is not made to fail more often.
            if keys < 3 && (candidate.pairs > NARROWED_FROM * records as f64 || *hot > 0.0) {
                let last = candidate.atoms.last().copied().unwrap_or(0);
                for further in last + 1..atoms.len() {
                    if candidate.atoms.iter().all(|atom| atoms[*atom].column != atoms[further].column) {
                        narrowed.push([candidate.atoms.as_slice(), &[further]].concat());
                    }
                }
            }
        }
        candidates.extend(tried.into_iter().map(|(candidate, _)| candidate).filter(|one| one.pairs <= budget));
        tried = try_all(narrowed);
    }
    let chosen = pick(&candidates, &atoms, records as f64, budget);
    if chosen.is_empty() {
        return Err(Error::Settings(format!(
            "no blocking rule finds anything within {} pairs a record",
            options.pairs_per_record
        )));
    }
    Ok(describe(&chosen, &candidates, &atoms, found, records as f64))
}

fn pairs_of(records: usize) -> f64 {
    records as f64 * records.saturating_sub(1) as f64 / 2.0
}

/// Returns the records that rules are tried on, all or about as many as the options say.
fn sample(records: usize, options: &Options) -> Vec<usize> {
    let wanted = options.sample.max(2);
    let limit = wanted as f64 / records.max(1) as f64;
    let seed = mix(options.seed);
    (0..records).filter(|record| records <= wanted || unit(seed ^ *record as u64) < limit).collect()
}

/// Returns the parts of columns that may be keys, the most telling of a column first.
fn atoms(found: &[Found], sample: &[usize], options: &Options) -> Vec<Atom> {
    use KeyPart::{Digits, Phonetic, Prefix, Suffix, Tokens, Whole, Year};
    let mut atoms = Vec::new();
    for (column, one) in found.iter().enumerate() {
        // Numbers that some write with separators and some without agree in their digits only.
        let mixed = (0.02..0.98).contains(&one.profile.separated) && one.profile.shapes.digits >= 0.9;
        let number = if mixed && (options.key_allowed)(Digits) { Digits } else { Whole };
        let late_year = one.profile.shapes.late_year > 0.5;
        let (parts, moves): (&[(&[KeyPart], f64)], bool) = match one.recognised.role {
            Role::GivenName => {
                (&[(&[Whole], 0.84), (&[Phonetic], 0.88), (&[Prefix(2)], 0.92), (&[Prefix(1)], 0.95)], false)
            }
            Role::FamilyName => (&[(&[Whole], 0.86), (&[Phonetic], 0.91), (&[Prefix(3)], 0.93)], false),
            Role::FullName => (&[(&[Tokens], 0.78), (&[Phonetic], 0.8), (&[Prefix(3)], 0.9)], false),
            Role::Date if late_year => (&[(&[Whole], 0.88), (&[Suffix(4)], 0.95)], false),
            Role::Date => (&[(&[Whole], 0.88), (&[Year, KeyPart::Month], 0.93), (&[Year], 0.96)], false),
            // A number that is nowhere twice finds no pair, whatever is usual.
            Role::Identifier if one.profile.recurring > 0.0 || mixed => (&[(&[Whole], 0.93)], false),
            Role::HouseNumber => (&[(&[Whole], 0.93)], true),
            Role::Street => (&[(&[Whole], 0.85), (&[Phonetic], 0.89)], true),
            Role::AddressLine => (&[(&[Whole], 0.8), (&[Tokens], 0.8)], true),
            Role::PostalCode => (&[(&[Whole], 0.93), (&[Prefix(2)], 0.96)], true),
            Role::Place => (&[(&[Whole], 0.92), (&[Phonetic], 0.94)], true),
            Role::Phone => (&[(&[Whole], 0.85), (&[Suffix(4)], 0.87)], false),
            Role::Email => (&[(&[Whole], 0.8)], false),
            _ => (&[], false),
        };
        for (parts, rate) in parts {
            let number_role = matches!(one.recognised.role, Role::Identifier | Role::Phone);
            let stands = matches!(one.recognised.role, Role::Identifier | Role::Phone | Role::Email);
            let part = |part: &KeyPart| if number_role && *part == Whole { number } else { *part };
            let keys: Vec<KeyExpr> =
                parts.iter().map(|key| KeyExpr { column: one.column.name.clone(), part: part(key) }).collect();
            if keys.iter().all(|key| (options.key_allowed)(key.part)) {
                let words = words(one, &keys, sample);
                let number = stands && parts.iter().all(|part| *part == Whole);
                atoms.push(Atom { column, keys, rate: *rate, moves, number, words });
            }
        }
    }
    atoms
}

/// Returns the key of each sampled record, hashed; 0 where it has none.
fn words(found: &Found, keys: &[KeyExpr], sample: &[usize]) -> Vec<u64> {
    let word = |code: u32| {
        let value = found.column.pool.get(code);
        keys.iter()
            .try_fold(1_u64, |word, key| Some(mix(word ^ stable_hash(key.of(value)?.as_bytes())).max(1)))
            .unwrap_or(0)
    };
    let mut of_code = vec![None; found.column.pool.len()];
    of_code[MISSING as usize] = Some(0);
    sample
        .iter()
        .map(|record| {
            let code = found.column.codes[*record];
            *of_code[code as usize].get_or_insert_with(|| word(code))
        })
        .collect()
}

/// Tries a rule, and says how many of its records are in blocks over the limit, as a share of all.
fn try_rule(set: Vec<usize>, atoms: &[Atom], trials: &[Trial], size_max: usize, scale: f64) -> (Candidate, f64) {
    let first = &atoms[set[0]].words;
    let word = |record: usize| {
        set.iter().try_fold(0_u64, |word, atom| match atoms[*atom].words[record] {
            0 => None,
            key => Some(mix(word ^ key)),
        })
    };
    let mut words: Vec<u64> = (0..first.len()).filter_map(word).collect();
    words.sort_unstable();
    let mut pairs = 0.0;
    let mut hot: HashSet<u64> = HashSet::new();
    let mut hot_records = 0;
    for block in words.chunk_by(|a, b| a == b) {
        if block.len() > size_max {
            hot.insert(block[0]);
            hot_records += block.len();
        } else {
            pairs += pairs_of(block.len());
        }
    }
    let mut finds = vec![0_u64; TRIED / 64];
    for (number, trial) in trials.iter().enumerate() {
        let agrees = set.iter().all(|atom| {
            let Atom { column, rate, moves, words, .. } = &atoms[*atom];
            let both = trial.records.iter().all(|record| words[*record] != 0);
            // One draw for all parts of a column: where the whole agrees, so does every part.
            both && !(*moves && trial.moved)
                && unit(trial.seed ^ mix(*column as u64)) < *rate * if trial.poor { POOR_RATE } else { 1.0 }
        });
        if agrees && word(trial.records[0]).is_some_and(|word| !hot.contains(&word)) {
            finds[number / 64] |= 1 << (number % 64);
        }
    }
    let share = hot_records as f64 / first.len().max(1) as f64;
    (Candidate { atoms: set, pairs: pairs * scale, finds }, share)
}

/// Returns how many made-up pairs are found that were not, as a share of all.
fn gain(finds: &[u64], found: &[u64]) -> f64 {
    let more: u32 = finds.iter().zip(found).map(|(finds, found)| (finds & !found).count_ones()).sum();
    f64::from(more) / TRIED as f64
}

fn union<'a>(sets: impl Iterator<Item = &'a Candidate>) -> Vec<u64> {
    let mut all = vec![0; TRIED / 64];
    for set in sets {
        all.iter_mut().zip(&set.finds).for_each(|(all, finds)| *all |= finds);
    }
    all
}

/// Picks rules: numbers that stand for a person, then each time the one that finds most more for its cost, as long as it
/// is enough; at last one without each column that all rules have.
fn pick(candidates: &[Candidate], atoms: &[Atom], records: f64, budget: f64) -> Vec<usize> {
    let has = |at: usize, column: usize| columns_of(&candidates[at], atoms).contains(&column);
    let left = |chosen: &[usize]| budget - chosen.iter().map(|at| candidates[*at].pairs).sum::<f64>();
    let found_by = |chosen: &[usize]| union(chosen.iter().map(|at| &candidates[*at]));
    // The one that finds most beyond what is found for its cost. A pair a record is taken as the cost of having a rule.
    let best = |found: &[u64], left: f64, without: Option<usize>| {
        let gain = |at: usize| gain(&candidates[at].finds, found);
        let worth = |at: usize| gain(at) / (candidates[at].pairs / records + 1.0);
        (0..candidates.len())
            .filter(|at| candidates[*at].pairs <= left && gain(*at) >= GAIN_MIN)
            .filter(|at| without.is_none_or(|column| !has(*at, column)))
            .max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a)))
    };
    // A number that only some sources have is there in both records of one person more often than in two records drawn at
    // random, so that trials say too little of it. That it recurs at all is counted, and enough.
    let cheap = |at: &usize| candidates[*at].pairs > 0.0 && candidates[*at].pairs <= NUMBER_PAIRS * records;
    let is_number = |at: &usize| candidates[*at].atoms.iter().all(|atom| atoms[*atom].number);
    let mut chosen: Vec<usize> = Vec::new();
    for at in (0..candidates.len()).filter(|at| candidates[*at].atoms.len() == 1 && is_number(at) && cheap(at)) {
        if chosen.len() < NUMBERS_MAX && candidates[at].pairs <= left(&chosen) {
            chosen.push(at);
        }
    }
    let numbers = chosen.len();
    while chosen.len() < RULES_MAX
        && let Some(next) = best(&found_by(&chosen), left(&chosen), None)
    {
        chosen.push(next);
    }
    // What was worth its cost when it was taken may be found by later rules together.
    for at in chosen.clone().into_iter().skip(numbers) {
        let others: Vec<usize> = chosen.iter().copied().filter(|other| *other != at).collect();
        if !others.is_empty() && gain(&candidates[at].finds, &found_by(&others)) < LOSS_MAX {
            chosen = others;
        }
    }
    // The rates are presumed. Should a column agree far less often than that, a rule without it is what is left.
    let columns = chosen.first().map_or(Vec::new(), |at| columns_of(&candidates[*at], atoms));
    for column in columns {
        if chosen.iter().all(|at| has(*at, column)) {
            chosen.extend(best(&found_by(&[]), left(&chosen), Some(column)));
        }
    }
    chosen
}

fn columns_of(candidate: &Candidate, atoms: &[Atom]) -> Vec<usize> {
    candidate.atoms.iter().map(|atom| atoms[*atom].column).collect()
}

/// Makes blocks of what was picked, the cheapest first, and says why each is there.
fn describe(chosen: &[usize], candidates: &[Candidate], atoms: &[Atom], found: &[Found], records: f64) -> Chosen {
    let mut chosen: Vec<&Candidate> = chosen.iter().map(|at| &candidates[*at]).collect();
    chosen.sort_by(|a, b| a.pairs.total_cmp(&b.pairs).then_with(|| a.atoms.cmp(&b.atoms)));
    let mut before = vec![0; TRIED / 64];
    let (mut blocks, mut proposed) = (Vec::new(), Vec::new());
    for (at, candidate) in chosen.iter().enumerate() {
        let keys = candidate.atoms.iter().flat_map(|atom| atoms[*atom].keys.clone()).collect();
        let block = Block { keys, split: Vec::new(), size_max: None };
        let recall = gain(&candidate.finds, &vec![0; TRIED / 64]);
        let gained = gain(&candidate.finds, &before);
        let own = columns_of(candidate, atoms);
        let mut without: Vec<&str> = Vec::new();
        for column in chosen[..at].iter().flat_map(|earlier| columns_of(earlier, atoms)) {
            let name = found[column].column.name.as_str();
            if !own.contains(&column) && !without.contains(&name) {
                without.push(name);
            }
        }
        let mut reason = format!(
            "About {:.2} pairs a record; presumed to give {} of the pairs of one person",
            candidate.pairs / records,
            percent(recall)
        );
        if at > 0 {
            reason.push_str(&format!(", {} that no rule before gives", percent(gained)));
        }
        reason.push('.');
        if candidate.atoms.iter().all(|atom| atoms[*atom].number) {
            reason.push_str(" What stands for a person is a rule by itself as long as it costs little.");
        }
        if !without.is_empty() {
            reason.push_str(&format!(" It does not need {}.", without.join(", ")));
        }
        before.iter_mut().zip(&candidate.finds).for_each(|(all, finds)| *all |= finds);
        proposed.push(ProposedBlock { rule: block.name(), pairs: candidate.pairs, recall, gain: gained, reason });
        blocks.push(block);
    }
    let recall = gain(&before, &vec![0; TRIED / 64]);
    Chosen { blocks, recall, pairs: proposed.iter().map(|block| block.pairs).sum(), proposed }
}

#[cfg(test)]
mod tests {
    use super::super::profile::ColumnProfile;
    use super::super::recognise::recognise;
    use super::*;
    use crate::dataset::Column;
    use crate::pool::Pool;

    fn found(name: &str, values: &[String]) -> Found {
        let mut pool = Pool::new();
        let codes = values.iter().map(|value| pool.intern(value).unwrap()).collect();
        let column = Column { name: name.to_owned(), pool, codes };
        let profile = ColumnProfile::of(&column);
        let recognised = recognise(name, &profile);
        Found { column, profile, recognised }
    }

    /// Two records of each of 2000 people; every third has no number.
    fn people() -> Vec<Found> {
        let of = |value: &dyn Fn(usize) -> String| (0..4000).map(|record| value(record / 2)).collect::<Vec<_>>();
        let letter = |at: usize| char::from(b'a' + (at % 26) as u8);
        let word = |at: usize| format!("{}{}ford", letter(at), letter(at / 26));
        vec![
            found("first_name", &of(&|at| word(at * 7 % 90))),
            found("last_name", &of(&|at| word(at * 11 % 500))),
            found("dob", &of(&|at| format!("{}-{:02}-{:02}", 1930 + at * 13 % 70, at % 12 + 1, at % 28 + 1))),
            found("ssn", &of(&|at| if at % 3 == 0 { String::new() } else { format!("{:09}", at * 400_009) })),
        ]
    }

    fn chosen(options: &Options) -> Result<Chosen, Error> {
        choose(&people(), &Settings::default(), options)
    }

    #[test]
    fn pairs_are_counted_as_the_blocks_have_them() {
        let found = people();
        let sample: Vec<usize> = (0..4000).collect();
        let atoms = atoms(&found, &sample, &Options::default());
        let at = |name: &str| {
            atoms.iter().position(|atom| atom.keys.iter().map(ToString::to_string).eq([name.to_owned()])).unwrap()
        };
        let trial = |set: Vec<usize>, size_max: usize| try_rule(set, &atoms, &[], size_max, 1.0);
        // A third of people have no number; 2000 people have 90 given names.
        assert_eq!(trial(vec![at("ssn")], 100).0.pairs, 1333.0);
        let (whole, hot) = trial(vec![at("first_name")], 100);
        assert!((whole.pairs / (90.0 * 44.4 * 43.4 / 2.0) - 1.0).abs() < 0.02 && hot == 0.0, "{}", whole.pairs);
        let (cut, hot) = trial(vec![at("first_name")], 10);
        assert!(cut.pairs == 0.0 && (hot - 1.0).abs() < 1e-12, "every block is over the limit");
    }

    #[test]
    fn rules_stay_within_the_budget_and_fail_apart() {
        let wide = chosen(&Options::default()).unwrap();
        assert!(wide.pairs <= 100.0 * 4000.0 && wide.recall > 0.97, "{} {}", wide.pairs, wide.recall);
        for column in ["first_name", "last_name", "dob", "ssn"] {
            let has = |block: &Block| block.keys.iter().any(|key| key.column == column);
            assert!(wide.blocks.iter().any(|block| !has(block)), "{column} is not in every rule");
        }
        let narrow = chosen(&Options { pairs_per_record: 1.0, ..Options::default() }).unwrap();
        assert!(narrow.pairs <= 4000.0 && narrow.recall <= wide.recall, "{} {}", narrow.pairs, narrow.recall);
        assert!(matches!(chosen(&Options { pairs_per_record: 0.0, ..Options::default() }), Err(Error::Settings(_))));
    }

    #[test]
    fn a_sample_says_about_what_all_records_say() {
        let whole = chosen(&Options::default()).unwrap();
        let part = chosen(&Options { sample: 1500, ..Options::default() }).unwrap();
        assert!((part.recall - whole.recall).abs() < 0.03, "{} {}", part.recall, whole.recall);
        let again = chosen(&Options { sample: 1500, ..Options::default() }).unwrap();
        assert_eq!((part.blocks, part.proposed), (again.blocks, again.proposed));
    }

    #[test]
    fn only_keys_that_may_be_written_are_used() {
        let whole = |part: KeyPart| part == KeyPart::Whole;
        let chosen = chosen(&Options { key_allowed: whole, ..Options::default() }).unwrap();
        assert!(chosen.blocks.iter().flat_map(|block| &block.keys).all(|key| key.part == KeyPart::Whole));
    }

    #[test]
    fn numbers_written_in_two_ways_are_blocked_by_their_digits() {
        let values: Vec<String> = (0..2000)
            .map(|at| {
                let number = format!("{:09}", at / 2 * 700_001);
                if at % 2 == 0 { number } else { format!("{}-{}-{}", &number[..3], &number[3..5], &number[5..]) }
            })
            .collect();
        let mut ssn = found("ssn", &values);
        ssn.recognised.role = Role::Identifier;
        ssn.profile.recurring = 0.5;
        let atoms = atoms(&[ssn], &(0..2000).collect::<Vec<_>>(), &Options::default());
        assert_eq!(atoms[0].keys[0].to_string(), "digits(ssn)");
        assert_eq!(atoms[0].words[0], atoms[0].words[1]);
    }
}
