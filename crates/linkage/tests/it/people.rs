//! People, their records, and the spine that linkage makes of them.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use futures::TryStreamExt;
use lake::TableRef;
use linkage::{LinkReport, LinkageError, link};
use model::{Job, Project};
use pipeline::{Models, build};

use crate::fixture::{Opened, Republic, Row, SYSTEM, Standing, put_register, run};

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const FIRST: [&str; 24] = [
    "Ada", "Boris", "Chloe", "Dimitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Lucas", "Maria",
    "Nadia", "Oscar", "Paula", "Quentin", "Rosa", "Simon", "Teresa", "Ulrich", "Vera", "Walter", "Yasmin",
];
const LAST: [&str; 24] = [
    "Abel",
    "Brandt",
    "Castel",
    "Dorn",
    "Eklund",
    "Ferrand",
    "Gauthier",
    "Holm",
    "Ibsen",
    "Jansen",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Olsen",
    "Petrov",
    "Quint",
    "Rossi",
    "Santos",
    "Tanaka",
    "Umber",
    "Vidal",
    "Weiss",
    "Zeman",
];

const ENDS: [&str; 16] =
    ["Ba", "Ce", "Di", "Fo", "Gu", "Ha", "Ke", "Li", "Mo", "Nu", "Pa", "Re", "Si", "To", "Vu", "Za"];

/// A republic's deliveries.
#[derive(Clone)]
pub(crate) struct Deliveries {
    pub(crate) tax: Vec<Row>,
    pub(crate) census: Vec<Row>,
    pub(crate) donations: Vec<Row>,
}

/// Gives the records of `count` people: `tax` has all of them, `census` nine of ten with slips, `donations` one of ten.
/// The key of a record is the number of its person, with a letter where a person has several.
pub(crate) fn deliveries(count: u64) -> Deliveries {
    let mut dice = Dice::new(count);
    let mut made = Deliveries { tax: Vec::new(), census: Vec::new(), donations: Vec::new() };
    for person in 0..count {
        let first = FIRST[dice.below(24) as usize];
        let mut last =
            format!("{}{}", LAST[dice.below(24) as usize], ["", "sen", "ova", "ini"][dice.below(4) as usize]);
        if count > 10_000 {
            // Many people need many names, or a name and a birth date tell nobody apart.
            last = format!("{}{}{last}", ENDS[dice.below(16) as usize], ENDS[dice.below(16) as usize]);
        }
        let born = (1940 + dice.below(60) as i32, 1 + dice.below(12) as u32, 1 + dice.below(28) as u32);
        let ssn = format!("{:09}", 100_000_000 + person * 7_919);
        let key = person.to_string();
        made.tax.push(Row::new(&key, first, &last, born, &[&ssn, &(20_000 + person).to_string()]));
        if dice.below(10) > 0 {
            let slip = dice.below(20) == 0;
            let written = if slip { last[..last.len() - 1].to_owned() } else { last.clone() };
            made.census.push(Row::new(&key, first, &written, born, &["Main Street", "Anytown"]));
        }
        if dice.below(10) == 0 {
            made.donations.push(Row::new(&key, first, &last, born, &["Reform Party"]));
        }
    }
    made
}

/// Writes registers and builds the models below the spine.
pub(crate) async fn deliver(opened: &Opened, project: &Project, deliveries: &Deliveries) {
    put_register(&opened.lake, project, "tax", &deliveries.tax).await;
    put_register(&opened.lake, project, "census", &deliveries.census).await;
    put_register(&opened.lake, project, "donations", &deliveries.donations).await;
    build(&opened.lake, &opened.gate, project, &SYSTEM, &run("build"), Models::All, &|_| {}).await.unwrap();
}

pub(crate) async fn link_now(opened: &Opened, republic: &Republic, name: &str) -> Result<LinkReport, LinkageError> {
    let before = Told::now(opened).await;
    let report = link(&opened.lake, &opened.gate, &republic.project, &SYSTEM, &run(name), &Standing, &|_| {}).await?;
    before.check_run(opened).await;
    Ok(report)
}

/// Who has which record, and the events so far.
pub(crate) struct Told {
    persons: BTreeMap<String, i64>,
    last: i64,
}

impl Told {
    pub(crate) async fn now(opened: &Opened) -> Self {
        let last = events(opened).await.into_iter().map(|(generation, ..)| generation).max().unwrap_or(0);
        Self { persons: persons(opened).await, last }
    }

    /// Checks that the events of the one run since tell of every record that moved, and of nothing that did not happen.
    pub(crate) async fn check_run(&self, opened: &Opened) {
        let told: Vec<(i64, String, i64, Vec<i64>)> =
            events(opened).await.into_iter().filter(|(generation, ..)| *generation > self.last).collect();
        let now = persons(opened).await;
        let mut moved: BTreeSet<(i64, i64)> = BTreeSet::new();
        for (record, person) in &now {
            if let Some(before) = self.persons.get(record).filter(|before| *before != person) {
                moved.insert((*before, *person));
            }
        }
        let tells = |kind: &str| matches!(kind, "merge" | "split" | "back");
        let of_moves = told.iter().filter(|(_, kind, ..)| tells(kind));
        let told_moves: BTreeSet<(i64, i64)> =
            of_moves.flat_map(|(_, _, person, from)| from.iter().map(|other| (*other, *person))).collect();
        assert_eq!(told_moves, moved, "records that moved, as (from, to)");
        let (then, now): (BTreeSet<i64>, BTreeSet<i64>) =
            (self.persons.values().copied().collect(), now.into_values().collect());
        let told_of = |kinds: &[&str]| -> BTreeSet<i64> {
            told.iter()
                .filter(|(_, kind, ..)| kinds.contains(&kind.as_str()))
                .map(|(_, _, person, _)| *person)
                .collect()
        };
        let without =
            |all: &BTreeSet<i64>, some: &BTreeSet<i64>| -> BTreeSet<i64> { all.difference(some).copied().collect() };
        assert_eq!(told_of(&["new", "split", "back"]), without(&now, &then));
        assert_eq!(told_of(&["gone"]), without(&then, &now));
    }
}

/// One row of `spine.links`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinkRow {
    pub(crate) person: i64,
    pub(crate) weight: Option<f64>,
    pub(crate) probability: Option<f64>,
    pub(crate) via: Option<String>,
    pub(crate) why: String,
}

pub(crate) async fn table(opened: &Opened, name: &'static str) -> Vec<RecordBatch> {
    let table = TableRef::spine(name);
    if opened.lake.info(&table).await.unwrap().is_none() {
        return Vec::new();
    }
    let grant = opened.gate.start_job(&SYSTEM, Job::Link, &run("test"), std::slice::from_ref(&table)).await.unwrap();
    grant.scan(&table, None).await.unwrap().try_collect().await.unwrap()
}

/// Gives `spine.links` by record, written `register:hash`.
pub(crate) async fn links(opened: &Opened) -> BTreeMap<String, LinkRow> {
    let mut found = BTreeMap::new();
    for batch in table(opened, "links").await {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
        let (registers, records, why) = (text("register"), text("record"), text("why"));
        let (via_registers, via_records) = (text("via_register"), text("via_record"));
        let (weights, probabilities) = (number("weight"), number("probability"));
        let persons = batch.column_by_name("person").unwrap().as_primitive::<Int64Type>().clone();
        for row in 0..batch.num_rows() {
            let link = LinkRow {
                person: persons.value(row),
                weight: weights.is_valid(row).then(|| weights.value(row)),
                probability: probabilities.is_valid(row).then(|| probabilities.value(row)),
                via: via_records
                    .is_valid(row)
                    .then(|| format!("{}:{}", via_registers.value(row), via_records.value(row))),
                why: why.value(row).to_owned(),
            };
            let record = format!("{}:{}", registers.value(row), records.value(row));
            assert!(found.insert(record, link).is_none(), "a record has one person");
        }
    }
    found
}

/// Gives the person of each record.
pub(crate) async fn persons(opened: &Opened) -> BTreeMap<String, i64> {
    links(opened).await.into_iter().map(|(record, link)| (record, link.person)).collect()
}

/// Gives `spine.events` as (generation, kind, person, from), sorted.
pub(crate) async fn events(opened: &Opened) -> Vec<(i64, String, i64, Vec<i64>)> {
    let mut found = Vec::new();
    for batch in table(opened, "events").await {
        let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
        let (generations, persons) = (number("generation"), number("person"));
        let kinds = batch.column_by_name("kind").unwrap().as_string::<i32>().clone();
        let from = batch.column_by_name("from_persons").unwrap().as_list::<i32>().clone();
        for row in 0..batch.num_rows() {
            let from = from.value(row).as_primitive::<Int64Type>().values().to_vec();
            found.push((generations.value(row), kinds.value(row).to_owned(), persons.value(row), from));
        }
    }
    found.sort();
    found
}

/// Checks that events tell the same story as the links: who is there came, and did not go since; an id is new once.
pub(crate) async fn check_story(opened: &Opened) {
    let now: BTreeSet<i64> = persons(opened).await.into_values().collect();
    let (mut told, mut given): (BTreeSet<i64>, BTreeSet<i64>) = (BTreeSet::new(), BTreeSet::new());
    for (_, kind, person, _) in events(opened).await {
        match kind.as_str() {
            "new" | "split" => {
                assert!(given.insert(person), "P{person} was given twice");
                assert!(told.insert(person), "P{person} came twice");
            }
            "back" => {
                assert!(given.contains(&person), "P{person} came back and was never there");
                assert!(told.insert(person), "P{person} came back and was there");
            }
            "gone" => assert!(told.remove(&person), "P{person} went without having come"),
            _ => {}
        }
    }
    assert_eq!(told, now);
}
