//! What a fixed republic shows, against the committed table of rates.

use std::collections::HashMap;

use super::{FILES, Sheets, record};
use crate::day::Day;
use crate::dice::Dice;
use crate::family::{self, Block};
use crate::identifiers;
use crate::rates::{RATES, Register};
use crate::table::Cell;

const SEED: u64 = 20_260_101;
const BLOCKS: u64 = 120;
const SIZE: u64 = 256;

fn republic() -> (Vec<Block>, Sheets) {
    let mut sheets: Sheets = Default::default();
    let mut blocks = Vec::new();
    for number in 0..BLOCKS {
        let mut dice = Dice::new(SEED, number + 1);
        let block = family::block(&mut dice, number * SIZE, SIZE as usize);
        record(&mut dice, SEED, &block, &mut sheets);
        blocks.push(block);
    }
    (blocks, sheets)
}

/// Counts of rows in which something could have gone wrong, and did.
#[derive(Default)]
struct Tally {
    rows: u32,
    hits: u32,
}

impl Tally {
    fn add(&mut self, hit: bool) {
        self.rows += 1;
        self.hits += u32::from(hit);
    }

    /// Fails unless the share is within five standard errors of the rate.
    fn is_near(&self, rate: f64, what: &str) {
        let rows = f64::from(self.rows.max(1));
        let share = f64::from(self.hits) / rows;
        let margin = 5.0 * (rate * (1.0 - rate) / rows).sqrt() + 0.000_5;
        assert!(
            (share - rate).abs() <= margin,
            "seed {SEED}: {what} is {share:.4} of {rows} rows, the table says {rate:.4}"
        );
    }
}

fn column(place: usize, names: &[&str]) -> Option<usize> {
    FILES[place].layout.columns.iter().position(|(name, _)| names.contains(name))
}

#[test]
fn rates_are_those_of_the_table() {
    let (blocks, sheets) = republic();
    let person = |id: u64| &blocks[(id / SIZE) as usize].people[(id % SIZE) as usize];
    for rates in &RATES {
        let [mut unacceptable, mut no_number, mut other_number] = <[Tally; 3]>::default();
        let [mut no_birth, mut other_birth, mut no_address] = <[Tally; 3]>::default();
        let places = (0..FILES.len()).filter(|place| FILES[*place].register == rates.register);
        for place in places {
            let number = column(place, &["rpn", "borrower_rpn"]);
            let birth = column(place, &["date_of_birth", "birth_date", "dob", "born"]);
            let street = column(place, &["address", "street", "street_address", "address_line_1"]);
            for row in &sheets[place] {
                unacceptable.add(row.defect.is_some());
                if row.defect.is_some() {
                    continue;
                }
                if let Some(cell) = number.map(|at| &row.cells[at]) {
                    let right = identifiers::national(SEED, row.person);
                    no_number.add(matches!(cell, Cell::Nothing));
                    if let Cell::Text(text) = cell {
                        other_number.add(*text != right);
                    }
                }
                if let Some(cell) = birth.map(|at| &row.cells[at]) {
                    no_birth.add(matches!(cell, Cell::Nothing));
                    if let Cell::Day(Day(day)) = cell {
                        other_birth.add(*day != person(row.person).birth.0);
                    }
                }
                if let Some(cell) = street.map(|at| &row.cells[at]) {
                    no_address.add(matches!(cell, Cell::Nothing));
                }
            }
        }
        let id = rates.register.id();
        unacceptable.is_near(rates.unacceptable, &format!("{id}: unacceptable"));
        if no_number.rows > 0 {
            no_number.is_near(rates.national_missing, &format!("{id}: national identifier missing"));
            // Nearly everybody has relatives to borrow from.
            let others = rates.national_wrong + rates.national_borrowed;
            other_number.is_near(others, &format!("{id}: national identifier of another"));
        }
        if no_birth.rows > 0 {
            no_birth.is_near(rates.birth_missing, &format!("{id}: birth date missing"));
            // Day and month give another day of the calendar for 132 of 365 days.
            let swapped = (1.0 - rates.birth_wrong) * rates.birth_swapped * 132.0 / 365.0;
            other_birth.is_near(rates.birth_wrong + swapped, &format!("{id}: birth date wrong"));
        }
        if no_address.rows > 0 {
            no_address.is_near(rates.address_missing, &format!("{id}: address missing"));
        }
    }
}

#[test]
fn duplicates_are_those_of_the_table() {
    let (_, sheets) = republic();
    // Registers with one row a person but for duplicates.
    for register in [Register::Benefits, Register::PoliticalActivity, Register::ElectronicForms, Register::BrokerData] {
        let mut rows_of: HashMap<u64, u32> = HashMap::new();
        for (rows, _) in sheets.iter().zip(&FILES).filter(|(_, file)| file.register == register) {
            for row in rows {
                *rows_of.entry(row.person).or_default() += 1;
            }
        }
        let mut twice = Tally::default();
        for rows in rows_of.values() {
            twice.add(*rows > 1);
        }
        twice.is_near(register.rates().duplicate, &format!("{}: entered twice", register.id()));
    }
}

#[test]
fn a_person_is_in_a_handful_of_rows() {
    let (blocks, sheets) = republic();
    let rows: usize = sheets.iter().map(Vec::len).sum();
    let people: usize = blocks.iter().map(|block| block.people.len()).sum();
    let mean = rows as f64 / people as f64;
    assert!((4.0..6.0).contains(&mean), "seed {SEED}: {mean} rows a person");
    let mut registers_of: HashMap<u64, u32> = HashMap::new();
    for (rows, file) in sheets.iter().zip(&FILES) {
        for row in rows {
            *registers_of.entry(row.person).or_default() |= 1 << file.register as u32;
        }
    }
    let adults = blocks
        .iter()
        .flat_map(|block| &block.people)
        .filter(|person| person.age_on(crate::day::AS_OF) >= 25.0 && person.death.is_none());
    let mut counts: Vec<u32> =
        adults.map(|adult| registers_of.get(&adult.id).map_or(0, |bits| bits.count_ones())).collect();
    counts.sort_unstable();
    let median = counts[counts.len() / 2];
    assert!((4..=6).contains(&median), "seed {SEED}: a living adult is in {median} registers");
}
