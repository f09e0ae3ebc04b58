//! The twelve registers: what each holds, of whom, and in which form it is handed over.

mod bought;
mod civic;
#[cfg(test)]
mod codes;
mod frontier;
#[cfg(test)]
mod observed;
#[cfg(test)]
mod page;
mod welfare;

use crate::day::{AS_OF, Day};
use crate::dice::Dice;
use crate::family::{Block, Person};
use crate::identifiers;
use crate::noise;
use crate::rates::{Rates, Register};
use crate::seen::{self, Seen, SeenAddress};
use crate::table::{Cell, Layout, Row};

/// One file of a register.
pub(crate) struct RegisterFile {
    pub(crate) register: Register,
    /// The file's name within `registers/`.
    pub(crate) name: &'static str,
    pub(crate) layout: &'static Layout,
}

const fn file(register: Register, name: &'static str, layout: &'static Layout) -> RegisterFile {
    RegisterFile { register, name, layout }
}

/// Every file, in the order in which rows and reports count them.
pub(crate) const FILES: [RegisterFile; 13] = [
    file(Register::SocialSecurity, "social_security.csv", &welfare::SOCIAL_SECURITY),
    file(Register::Tax, "tax_2023.csv", &welfare::TAX),
    file(Register::Tax, "tax_2024.csv", &welfare::TAX),
    file(Register::StudentLoans, "student_loans.csv", &welfare::STUDENT_LOANS),
    file(Register::ImmigrationStatus, "immigration_status.tsv", &frontier::IMMIGRATION_STATUS),
    file(Register::Firearms, "firearms.csv", &civic::FIREARMS),
    file(Register::Benefits, "benefits.csv", &welfare::BENEFITS),
    file(Register::Travel, "travel.parquet", &frontier::TRAVEL),
    file(Register::PoliticalDonations, "political_donations.csv", &civic::POLITICAL_DONATIONS),
    file(Register::PoliticalActivity, "political_activity.csv", &civic::POLITICAL_ACTIVITY),
    file(Register::Biometrics, "biometrics.parquet", &frontier::BIOMETRICS),
    file(Register::ElectronicForms, "electronic_forms.jsonl", &bought::ELECTRONIC_FORMS),
    file(Register::BrokerData, "broker_data.jsonl", &bought::BROKER_DATA),
];

/// Gives the names of the columns of student loans, in order.
pub(crate) fn student_loan_columns() -> impl Iterator<Item = &'static str> {
    welfare::STUDENT_LOANS.columns.iter().map(|(name, _)| *name)
}

/// Where the rows of a block are put, file by file.
pub(crate) type Sheets = [Vec<Row>; FILES.len()];

/// Puts what every register holds of the block's people onto the sheets.
pub(crate) fn record(dice: &mut Dice, seed: u64, block: &Block, sheets: &mut Sheets) {
    for person in &block.people {
        let mut clerk = Clerk { dice, seed, block, person, sheets, row_counts: [0; 12] };
        welfare::record(&mut clerk);
        frontier::record(&mut clerk);
        civic::record(&mut clerk);
        bought::record(&mut clerk);
    }
}

/// Writes the rows of one person.
struct Clerk<'a> {
    dice: &'a mut Dice,
    seed: u64,
    block: &'a Block,
    person: &'a Person,
    sheets: &'a mut Sheets,
    row_counts: [u64; 12],
}

impl Clerk<'_> {
    /// Gives how often a register has this person: once, or twice where a duplicate was entered.
    fn entries(&mut self, register: Register) -> u32 {
        1 + u32::from(self.dice.chance(register.rates().duplicate))
    }

    fn seen(&mut self, rates: &Rates, day: Day) -> Seen {
        seen::person(self.dice, self.person, rates, day)
    }

    fn address(&mut self, seen: &Seen, rates: &Rates, day: Day) -> SeenAddress {
        seen::address(self.dice, self.block, self.person, seen, rates, day)
    }

    fn national(&mut self, rates: &Rates) -> Cell {
        seen::national(self.dice, self.seed, self.block, self.person, rates).into()
    }

    /// Gives the tax number; one in 80 has a wrong figure.
    fn tax_number(&mut self) -> String {
        let number = identifiers::tax(self.seed, self.person.id);
        if self.dice.chance(0.0125) { noise::wrong_digits(self.dice, &number) } else { number }
    }

    fn phone(&mut self, rates: &Rates) -> Cell {
        seen::phone(self.dice, self.seed, self.block, self.person, rates).into()
    }

    fn email(&mut self, rates: &Rates) -> Cell {
        seen::email(self.dice, self.block, self.person, rates).into()
    }

    /// Gives a key that no other row of the register has, and that says nothing about the person.
    fn row_key(&mut self, register: Register, prefix: &str) -> String {
        let ordinal = self.row_counts[register as usize];
        self.row_counts[register as usize] += 1;
        let kind = identifiers::Kind::RowKey as u64 + register as u64;
        format!("{prefix}{:012}", identifiers::twelve(self.seed, kind, self.person.id, ordinal))
    }

    /// Gives a day between the two, both in the person's life and before the delivery.
    fn day(&mut self, from: Day, until: Day) -> Day {
        let from = from.max(self.person.birth);
        let until = until.min(self.person.death.unwrap_or(AS_OF)).min(AS_OF.plus(-1));
        Day(self.dice.between(from.0, until.0.max(from.0)))
    }

    /// Files the row, with its register's share of rows that no schema accepts.
    fn file(&mut self, place: usize, mut cells: Vec<Cell>) {
        let RegisterFile { register, layout, .. } = &FILES[place];
        let defect = self.dice.chance(register.rates().unacceptable).then(|| layout.defect(self.dice));
        if defect == Some(crate::table::Defect::Date) {
            layout.spoil_date(self.dice, &mut cells);
        }
        self.sheets[place].push(Row { person: self.person.id, cells, defect });
    }
}

/// Gives an amount of whole units of currency in hundredths.
fn money(units: f64) -> Cell {
    Cell::Money((units * 100.0) as i64)
}

/// Gives an employer's made-up name; the same hash always has the same.
fn employer(hash: u64) -> String {
    let first = [
        "Kestrel",
        "Valmere",
        "Alden",
        "Brightwater",
        "Lantern",
        "Quarry",
        "Sorrel",
        "Harbour",
        "Northern",
        "Republic",
        "Summit",
        "Crown",
        "Linden",
        "Amber",
        "Castle",
        "Beacon",
        "Atlas",
        "Meridian",
        "Pioneer",
        "Union",
    ];
    let second = [
        "Logistics",
        "Foods",
        "Engineering",
        "Health",
        "Schools Trust",
        "Construction",
        "Retail",
        "Bank",
        "Insurance",
        "Software",
        "Energy",
        "Transport",
        "Hotels",
        "Farms",
        "Textiles",
        "Ministry of Works",
        "Care Homes",
        "Steel",
        "Media",
        "Shipping",
    ];
    let form = ["Ltd", "plc", "& Sons", "Group", "Cooperative"];
    format!("{} {} {}", first[(hash % 20) as usize], second[(hash / 20 % 20) as usize], form[(hash / 400 % 5) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family;

    #[test]
    fn every_row_has_a_cell_for_every_column_and_a_key_of_its_own() {
        let mut dice = Dice::new(5, 1);
        let mut sheets: Sheets = Default::default();
        for number in 0..8 {
            let block = family::block(&mut dice, number * 256, 256);
            record(&mut dice, 5, &block, &mut sheets);
        }
        let mut keys = std::collections::HashSet::new();
        for (rows, file) in sheets.iter().zip(&FILES) {
            assert!(!rows.is_empty(), "{} is empty", file.name);
            for row in rows {
                assert_eq!(row.cells.len(), file.layout.columns.len(), "{}", file.name);
                let Cell::Text(key) = &row.cells[0] else { panic!("{} has a row without a key", file.name) };
                assert!(keys.insert((file.register.id(), key.clone())), "{}: {key} is there twice", file.name);
            }
        }
    }
}
