//! Records that stay: after every change the same blocks, pairs and clusters as a whole run gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use matching::{Change, Dataset, Error, Judgements, Model, Resident, Settings, Silent};
use proptest::prelude::*;

use crate::partitions::settings;
use crate::people::batch;
use crate::town::{COLUMNS, town};

type Row = Vec<String>;

fn dataset(settings: &Settings, rows: &[Row]) -> Dataset {
    Dataset::new(settings, &batch(&COLUMNS, rows)).unwrap()
}

/// What a linkage says, by the names of records: which are together, which pairs are kept with which weight by which rule,
/// and which pair ties each record to its cluster.
#[derive(Debug, PartialEq)]
struct Told {
    clusters: BTreeSet<BTreeSet<String>>,
    pairs: BTreeMap<(String, String), (u32, u8)>,
    ties: BTreeMap<String, Option<(String, u32)>>,
}

type Pairs = Vec<(String, String)>;

/// Records by name, as a resident and its changes leave them.
struct Kept {
    resident: Resident,
    names: Vec<String>,
    ties: BTreeMap<String, Option<(String, u32)>>,
}

fn sorted(one: &str, other: &str) -> (String, String) {
    let (one, other) = (one.to_owned(), other.to_owned());
    if one < other { (one, other) } else { (other, one) }
}

fn judgements(names: &[String], same: &Pairs, different: &Pairs) -> Judgements {
    let place = |name: &String| names.iter().rposition(|other| other == name).map(|place| place as u32);
    let pairs = |of: &Pairs| of.iter().filter_map(|(one, other)| Some((place(one)?, place(other)?))).collect();
    Judgements { must_link: pairs(same), cannot_link: pairs(different) }
}

fn whole(settings: &Settings, model: &Model, rows: &[Row], same: &Pairs, different: &Pairs) -> Told {
    let data = dataset(settings, rows);
    let names: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    let predictions = matching::predict(&data, model, &Silent).unwrap();
    let clustering = matching::cluster(&data, model, &predictions, &judgements(&names, same, different)).unwrap();
    let name = |record: u32| names[record as usize].clone();
    let mut clusters: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for (record, label) in clustering.labels.iter().enumerate() {
        clusters.entry(*label).or_default().insert(name(record as u32));
    }
    let pair =
        |edge: &matching::Edge| (sorted(&name(edge.left), &name(edge.right)), (edge.weight.to_bits(), edge.rule));
    let tie = |(record, link): (usize, &Option<matching::Link>)| {
        (name(record as u32), link.map(|link| (name(link.via), link.weight.to_bits())))
    };
    Told {
        clusters: clusters.into_values().collect(),
        pairs: predictions.edges.iter().map(pair).collect(),
        ties: clustering.strongest.iter().enumerate().map(tie).collect(),
    }
}

impl Kept {
    fn new(settings: &Settings, model: &Model, rows: &[Row]) -> Self {
        let data = dataset(settings, rows);
        let names: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
        let ties = whole(settings, model, rows, &Vec::new(), &Vec::new()).ties;
        let resident = Resident::new(data, model.clone(), Judgements::default(), &Silent).unwrap();
        Self { resident, names, ties }
    }

    fn place(&self, name: &str) -> u32 {
        self.names.iter().rposition(|other| other == name).unwrap() as u32
    }

    fn change(&mut self, removed: &[String], added: &[Row]) -> Change {
        let going: Vec<u32> = removed.iter().map(|name| self.place(name)).collect();
        let coming = (!added.is_empty()).then(|| batch(&COLUMNS, added));
        let change = self.resident.change(&going, coming.as_ref()).unwrap();
        self.names.extend(added.iter().map(|row| row[0].clone()));
        removed.iter().for_each(|name| drop(self.ties.remove(name)));
        self.note(&change);
        change
    }

    fn judge(&mut self, same: &Pairs, different: &Pairs) {
        let change = self.resident.judge(judgements(&self.names, same, different)).unwrap();
        self.note(&change);
    }

    fn note(&mut self, change: &Change) {
        for (record, link) in change.records.iter().zip(&change.strongest) {
            let name = |record: u32| self.names[record as usize].clone();
            let tie = link.map(|link| (name(link.via), link.weight.to_bits()));
            self.ties.insert(name(*record), tie);
        }
    }

    fn told(&self) -> Told {
        let name = |record: u32| self.names[record as usize].clone();
        let mut clusters: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        let mut pairs = BTreeMap::new();
        for record in 0..self.names.len() as u32 {
            let Some(label) = self.resident.cluster_of(record) else {
                assert_eq!(self.resident.edges_of(record).count(), 0, "who went has no pairs");
                continue;
            };
            clusters.entry(label).or_default().insert(name(record));
            for edge in self.resident.edges_of(record) {
                let found = (edge.weight.to_bits(), edge.rule);
                let before = pairs.insert(sorted(&name(edge.left), &name(edge.right)), found);
                assert!(before.is_none_or(|before| before == found), "both records know the pair alike");
            }
        }
        for (label, members) in &clusters {
            let listed = self.resident.members(*label).into_iter().map(name).collect::<BTreeSet<_>>();
            assert_eq!(listed, *members);
        }
        Told { clusters: clusters.into_values().collect(), pairs, ties: self.ties.clone() }
    }
}

struct Town {
    settings: Settings,
    model: Model,
    rows: Vec<Row>,
}

/// A town with every kind of cut and an attached source; the limits are so low that single records carry blocks over
/// them and back.
static TOWN: LazyLock<Town> = LazyLock::new(|| {
    let settings =
        Settings { block_size_max: 9, one_record_per_person: [("town hall".to_owned(), 0.9)].into(), ..settings() };
    let rows = town(300, 23).rows;
    let (model, _) = matching::train(&dataset(&settings, &rows), &Silent).unwrap();
    Town { settings, model, rows }
});

#[derive(Debug, Clone)]
enum Step {
    /// Takes records away and adds others, by shares of those that are there and of those that are not.
    Change { remove: Vec<prop::sample::Index>, add: Vec<prop::sample::Index> },
    /// Judges two records that are there; both in one cluster, or neighbours in the order of names.
    Judge { same: bool, one: prop::sample::Index, other: prop::sample::Index },
    /// Takes the last judgement back.
    Undo,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some = |most: usize| prop::collection::vec(any::<prop::sample::Index>(), 0..most);
    let change = (some(30), some(40)).prop_map(|(remove, add)| Step::Change { remove, add });
    let judge = (any::<bool>(), any::<prop::sample::Index>(), any::<prop::sample::Index>())
        .prop_map(|(same, one, other)| Step::Judge { same, one, other });
    prop::collection::vec(prop_oneof![4 => change, 2 => judge, 1 => Just(Step::Undo)], 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn after_every_change_all_is_as_a_whole_run_gives_it(share in 0.2..1.0_f64, steps in steps()) {
        let Town { settings, model, rows } = &*TOWN;
        let (start, later) = rows.split_at((rows.len() as f64 * share) as usize);
        let (mut here, mut away) = (start.to_vec(), later.to_vec());
        let mut kept = Kept::new(settings, model, &here);
        let mut judged: Vec<(bool, (String, String))> = Vec::new();
        for step in steps {
            match step {
                Step::Change { remove, add } => {
                    let mut going: Vec<Row> = Vec::new();
                    for index in remove {
                        if here.len() > 2 {
                            going.push(here.swap_remove(index.index(here.len())));
                        }
                    }
                    let mut coming: Vec<Row> = Vec::new();
                    for index in add {
                        if !away.is_empty() {
                            coming.push(away.swap_remove(index.index(away.len())));
                        }
                    }
                    let names: Vec<String> = going.iter().map(|row| row[0].clone()).collect();
                    kept.change(&names, &coming);
                    here.extend(coming);
                    away.extend(going);
                }
                Step::Judge { same, one, other } => {
                    let one = here[one.index(here.len())][0].clone();
                    let near: Vec<String> = kept.resident.edges_of(kept.place(&one))
                        .flat_map(|edge| [edge.left, edge.right])
                        .map(|record| kept.names[record as usize].clone())
                        .filter(|name| *name != one)
                        .collect();
                    let other = match near.is_empty() {
                        true => here[other.index(here.len())][0].clone(),
                        false => near[other.index(near.len())].clone(),
                    };
                    if one != other && !judged.iter().any(|(_, pair)| *pair == sorted(&one, &other)) {
                        judged.push((same, sorted(&one, &other)));
                    }
                }
                Step::Undo => drop(judged.pop()),
            }
            let of = |kind: bool| -> Pairs {
                judged.iter().filter(|(same, _)| *same == kind).map(|(_, pair)| pair.clone()).collect()
            };
            let there = |pairs: Pairs| -> Pairs {
                let is_here = |name: &String| here.iter().any(|row| row[0] == *name);
                pairs.into_iter().filter(|(one, other)| is_here(one) && is_here(other)).collect()
            };
            let (same, different) = (there(of(true)), there(of(false)));
            kept.judge(&same, &different);
            prop_assert_eq!(kept.told(), whole(settings, model, &here, &same, &different));
        }
    }
}

#[test]
fn a_record_that_goes_and_comes_back_leaves_all_as_it_was() {
    let Town { settings, model, rows } = &*TOWN;
    let mut kept = Kept::new(settings, model, rows);
    let before = kept.told();
    for row in &rows[..40] {
        kept.change(std::slice::from_ref(&row[0]), &[]);
        assert_eq!(kept.resident.cluster_of(kept.place(&row[0])), None);
        let change = kept.change(&[], std::slice::from_ref(row));
        let edge = kept.resident.edges_of(change.added.start).next();
        if let Some(edge) = edge {
            let why = kept.resident.explain(edge.left, edge.right).unwrap();
            let numbers = kept.resident.break_down(edge.left, edge.right).unwrap();
            let fields: Vec<f64> = why.fields.iter().map(|field| field.weight).collect();
            let beside = [(numbers.prior_weight, why.prior_weight), (numbers.household_weight, why.household_weight)];
            assert!(numbers.fields == fields && beside.iter().all(|(one, other)| one == other));
            assert!((why.weight - f64::from(edge.weight)).abs() < 1e-4 && !why.blocked_by.is_empty());
        }
        assert_eq!((change.added.len(), change.before.iter().filter(|label| label.is_none()).count()), (1, 1));
    }
    assert_eq!(kept.told(), before);
}

#[test]
fn many_that_come_and_go_at_once_are_linked_as_a_whole_run_links_them() {
    let Town { settings, model, rows } = &*TOWN;
    let third = rows.len() / 3;
    let name = |row: &Row| row[0].clone();
    // Judgements tie persons of all parts together, so that many of those that come are of one island.
    let chain = |step: usize| -> Pairs {
        rows.iter()
            .step_by(step)
            .zip(rows.iter().skip(step).step_by(step))
            .map(|(a, b)| sorted(&name(a), &name(b)))
            .collect()
    };
    let (same, different) = (chain(17), chain(19));
    let there = |pairs: &Pairs, here: &[Row]| -> Pairs {
        let is_here = |name: &String| here.iter().any(|row| row[0] == *name);
        pairs.iter().filter(|(one, other)| is_here(one) && is_here(other)).cloned().collect()
    };
    let mut kept = Kept::new(settings, model, &rows[..third]);
    let change = kept.change(&[], &rows[third..]);
    assert_eq!(change.added.len(), rows.len() - third);
    assert!(change.records.is_sorted() && change.records.len() > 300, "many are clustered by several threads");
    kept.judge(&same, &different);
    assert_eq!(kept.told(), whole(settings, model, rows, &same, &different));
    let names: Vec<String> = rows[..third].iter().map(name).collect();
    kept.change(&names, &[]);
    let (same, different) = (there(&same, &rows[third..]), there(&different, &rows[third..]));
    kept.judge(&same, &different);
    assert_eq!(kept.told(), whole(settings, model, &rows[third..], &same, &different));
}

#[test]
fn the_limits_are_crossed_in_this_town() {
    // Without, the tests above would show nothing of blocks that flip.
    let Town { settings, model, rows } = &*TOWN;
    let data = dataset(settings, rows);
    let report = matching::predict(&data, model, &Silent).unwrap().report;
    assert!(report.rules.iter().any(|rule| rule.blocks_skipped > 20), "{report:?}");
    assert!(report.rules.iter().any(|rule| rule.blocks_split > 5), "{report:?}");
    let mut kept = Kept::new(settings, model, &rows[..rows.len() / 2]);
    let change = kept.change(&[], &rows[rows.len() / 2..][..1]);
    assert!(change.records.len() < rows.len() / 10, "a record touches {} others", change.records.len());
}

#[test]
fn what_is_not_there_cannot_go_and_what_lacks_a_column_cannot_come() {
    let Town { settings, model, rows } = &*TOWN;
    let mut kept = Kept::new(settings, model, &rows[..50]);
    let before = kept.told();
    assert!(matches!(kept.resident.change(&[50], None), Err(Error::NoSuchRecord { index: 50, .. })));
    assert!(matches!(kept.resident.change(&[3, 3], None), Err(Error::NoSuchRecord { index: 3, .. })));
    let lacks = batch(&COLUMNS[..2], &[vec!["x".to_owned(), "y".to_owned()]]);
    assert!(matches!(kept.resident.change(&[1], Some(&lacks)), Err(Error::ColumnMissing { .. })));
    assert!(matches!(kept.resident.explain(0, 50), Err(Error::NoSuchRecord { index: 50, .. })));
    assert!(matches!(kept.resident.break_down(50, 0), Err(Error::NoSuchRecord { index: 50, .. })));
    assert_eq!(kept.told(), before);
    let beyond = Judgements { must_link: vec![(0, 99)], ..Judgements::default() };
    assert!(matches!(kept.resident.judge(beyond), Err(Error::NoSuchRecord { index: 99, .. })));
    assert_eq!(kept.told(), before);
}
