//! The project `examples/anytown`, over a few dozen invented people written as its `fetch.py` writes registers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Project, files_below};

/// The registers with the columns that their files have, in their order.
static COLUMNS: [(&str, &str); 5] = [
    ("social_security", "ssn,first_name,middle_name,last_name,date_of_birth,sex,event_type,event_date"),
    (
        "taxes_w2_and_1099",
        "ssn,wages,employer_name,employer_street_number,employer_street_name,employer_unit_number,employer_city,\
         employer_state,employer_zipcode,first_name,middle_initial,last_name,mailing_address_street_number,\
         mailing_address_street_name,mailing_address_unit_number,mailing_address_po_box,mailing_address_city,\
         mailing_address_state,mailing_address_zipcode,tax_form,tax_year",
    ),
    (
        "taxes_1040",
        "first_name,middle_initial,last_name,ssn,mailing_address_street_number,mailing_address_street_name,\
         mailing_address_unit_number,mailing_address_po_box,mailing_address_city,mailing_address_state,\
         mailing_address_zipcode,spouse_first_name,spouse_middle_initial,spouse_last_name,spouse_ssn,\
         dependent_1_first_name,dependent_1_last_name,dependent_1_ssn,dependent_2_first_name,dependent_2_last_name,\
         dependent_2_ssn,dependent_3_first_name,dependent_3_last_name,dependent_3_ssn,dependent_4_first_name,\
         dependent_4_last_name,dependent_4_ssn,tax_year",
    ),
    (
        "decennial_census",
        "first_name,middle_initial,last_name,age,date_of_birth,street_number,street_name,unit_number,city,state,\
         zipcode,housing_type,relationship_to_reference_person,sex,race_ethnicity,year",
    ),
    (
        "women_infants_and_children",
        "first_name,middle_initial,last_name,date_of_birth,street_number,street_name,unit_number,city,state,zipcode,\
         sex,race_ethnicity,year",
    ),
];

/// A family each: the last name, the street, and the first names of mother, father and child.
const FAMILIES: [(&str, &str, [&str; 3]); 16] = [
    ("Abernethy", "alder st", ["Amelia", "Quentin", "Gustav"]),
    ("Brandt", "birch ln", ["Beatrix", "Ruben", "Hanna"]),
    ("Castellano", "cedar ave", ["Celine", "Stefan", "Ingrid"]),
    ("Dvorak", "dogwood dr", ["Dagmar", "Tomas", "Jasper"]),
    ("Eklund", "elm ct", ["Elin", "Ulrich", "Katja"]),
    ("Ferrand", "fir rd", ["Fiona", "Viktor", "Lukas"]),
    ("Gauthier", "ginkgo way", ["Greta", "Walter", "Marta"]),
    ("Holmqvist", "hazel st", ["Hilde", "Xavier", "Nils"]),
    ("Ibsen", "ivy ln", ["Irina", "Yannick", "Olga"]),
    ("Jankowski", "juniper ave", ["Joana", "Zoltan", "Paul"]),
    ("Kimathi", "katsura dr", ["Klara", "Arvid", "Rosa"]),
    ("Lindgren", "larch ct", ["Leonor", "Bruno", "Simon"]),
    ("Marchetti", "maple rd", ["Mirela", "Cyril", "Tilda"]),
    ("Novotny", "nutmeg way", ["Nadia", "Dario", "Ursula"]),
    ("Okonkwo", "oak st", ["Odile", "Emil", "Vera"]),
    ("Petrov", "pine ln", ["Pilar", "Fabian", "Willem"]),
];

const MIDDLE_NAMES: [&str; 7] = ["Alma", "Benno", "Clio", "Dorit", "Enno", "Freya", "Gil"];

/// Somebody, by the columns that all registers have of them in one form.
struct Somebody {
    id: String,
    /// Year, month and day.
    born: (usize, usize, usize),
    middle_name: &'static str,
    ssn: String,
    sex: &'static str,
    /// The names and the address, under the names that columns have.
    known: Vec<(&'static str, String)>,
}

impl Somebody {
    /// Gives a member of a family: 0 is the mother, 1 the father, 2 the child.
    fn new(family: usize, member: usize) -> Self {
        let (last_name, street, first_names) = FAMILIES[family];
        let number = family * 3 + member;
        let year = if member == 2 { 2015 + family % 4 } else { 1961 + number / 2 };
        // The office gives no number that begins with 9.
        let digits = (number + 1) * 67_004_177 % 100_000_000;
        let middle_name = MIDDLE_NAMES[number % MIDDLE_NAMES.len()];
        let house = (101 + 37 * family).to_string();
        let known = [
            ("first_name", first_names[member]),
            ("middle_initial", &middle_name[..1]),
            ("last_name", last_name),
            ("street_number", &house),
            ("street_name", street),
            ("city", "Anytown"),
            ("state", "WA"),
            ("zipcode", "00000"),
        ];
        Self {
            id: format!("0_{number}"),
            born: (year, 1 + number * 5 % 12, 1 + number * 11 % 28),
            middle_name,
            ssn: format!("9{:02}-{:02}-{:04}", digits / 1_000_000, digits / 10_000 % 100, digits % 10_000),
            sex: if member == 1 || (member == 2 && family.is_multiple_of(2)) { "Male" } else { "Female" },
            known: known.map(|(column, value)| (column, value.to_owned())).to_vec(),
        }
    }
}

/// The files as they grow.
#[derive(Default)]
struct Registers {
    /// The rows of each register.
    rows: BTreeMap<&'static str, Vec<String>>,
    /// The lines of the truth.
    truth: Vec<String>,
}

impl Registers {
    /// Adds a row of somebody: what is said of it here, and else what is known. `counts` is whether linkage sees it.
    fn add(&mut self, register: &'static str, of: &Somebody, counts: bool, said: &[(&str, &str)]) {
        let (_, columns) = COLUMNS.iter().find(|(name, _)| *name == register).unwrap();
        let value = |column: &str| {
            let plain = column.strip_prefix("mailing_address_").unwrap_or(column);
            let said = said.iter().find(|(name, _)| *name == column).map(|(_, value)| (*value).to_owned());
            let known = || of.known.iter().find(|(name, _)| *name == plain).map(|(_, value)| value.clone());
            let value = said.or_else(known).unwrap_or_default();
            // As pandas writes it.
            if value.contains(',') { format!("\"{value}\"") } else { value }
        };
        let rows = self.rows.entry(register).or_default();
        if counts {
            self.truth.push(format!("{register},{},{}", rows.len(), of.id));
        }
        rows.push(columns.split(',').map(value).collect::<Vec<_>>().join(","));
    }

    /// Gives sixteen families with the noise that the real files have: slips, days that are none, numbers that are missing.
    fn of_families() -> Self {
        let mut all = Self::default();
        for family in 0..FAMILIES.len() {
            for member in 0..3 {
                all.add_member(family, member);
            }
        }
        all
    }

    fn add_member(&mut self, family: usize, member: usize) {
        let who = Somebody::new(family, member);
        let (year, month, day) = who.born;
        let (is_mother, is_child) = (member == 0, member == 2);
        let born = format!("{year}{month:02}{day:02}");
        let insured = [
            ("ssn", who.ssn.as_str()),
            ("middle_name", who.middle_name),
            ("date_of_birth", &born),
            ("sex", who.sex),
            ("event_date", &born),
        ];
        self.add("social_security", &who, true, &[&insured[..], &[("event_type", "creation")]].concat());
        if family == 3 && member == 1 {
            self.add("social_security", &who, false, &[&insured[..4], &[("event_type", "death")]].concat());
        }

        // One census taker in eight could not read a day; one wrote a name with a slip.
        let day_counted = if family % 8 == 5 && is_mother { 45 } else { day };
        let counted = format!("{month:02}/{day_counted:02}/{year}");
        let first_name = FAMILIES[family].2[member];
        let slipped = format!("{first_name}e");
        let first_name = if family == 7 && is_child { slipped.as_str() } else { first_name };
        self.add(
            "decennial_census",
            &who,
            true,
            &[("date_of_birth", &counted), ("first_name", first_name), ("sex", who.sex), ("year", "2020")],
        );
        if !is_child {
            self.add("taxes_1040", &who, true, &[("ssn", &who.ssn), ("tax_year", "2020")]);
            let employer = [("employer_name", "Alder & Sons, Inc."), ("tax_form", "W2"), ("tax_year", "2020")];
            let ssn = if family == 11 { "" } else { who.ssn.as_str() };
            self.add("taxes_w2_and_1099", &who, true, &[&employer[..], &[("ssn", ssn), ("wages", "28355")]].concat());
            if is_mother && family % 2 == 1 {
                self.add("taxes_w2_and_1099", &who, true, &[("ssn", &who.ssn), ("wages", "912"), ("tax_form", "1099")]);
            }
        }
        if is_mother || is_child {
            let born = format!("{month:02}{day:02}{year}");
            let zipcode = if family == 2 { "" } else { "00000" };
            self.add(
                "women_infants_and_children",
                &who,
                true,
                &[("date_of_birth", &born), ("sex", who.sex), ("zipcode", zipcode), ("year", "2020")],
            );
        }
    }

    /// Writes them into a folder as `fetch.py --out` does.
    fn write(&self, folder: &Path) {
        let registers = folder.join("registers");
        fs::create_dir_all(&registers).unwrap();
        for (register, columns) in COLUMNS {
            let text = format!("{columns}\n{}\n", self.rows[register].join("\n"));
            fs::write(registers.join(format!("{register}.csv")), text).unwrap();
        }
        fs::write(folder.join("truth.csv"), format!("register,row,person\n{}\n", self.truth.join("\n"))).unwrap();
    }
}

/// Copies the example as git has it: without what was fetched or made in a checkout that is used.
fn copied() -> Project {
    let project = Project { dir: tempfile::tempdir().unwrap() };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/anytown");
    for file in files_below(&example) {
        let name = file.strip_prefix(&example).unwrap();
        if name.starts_with("incoming") || name.starts_with("data") {
            continue;
        }
        let copy = project.root().join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&file, &copy).unwrap();
    }
    project
}

#[test]
fn people_of_anytown_come_together_over_its_registers() {
    let project = copied();
    let registers = Registers::of_families();
    registers.write(&project.path("incoming"));
    let rows: usize = registers.rows.values().map(Vec::len).sum();
    let scored = registers.truth.len();
    assert_eq!(rows, scored + 1, "one has died");

    let ingested = project.must(&["ingest"]);
    assert_eq!(ingested["quarantined"], 0, "{ingested}");
    assert_eq!(ingested["rows"], rows, "{ingested}");
    assert_eq!(ingested["registers"].as_array().unwrap().len(), COLUMNS.len());
    project.must(&["build"]);

    let linked = project.must(&["link"]);
    assert_eq!(linked["records"], scored, "the death is no record of a person: {linked}");
    for (register, _) in COLUMNS {
        assert!(linked["records_by_register"][register].as_u64() > Some(0), "{register}: {linked}");
    }
    let quality = &linked["quality"];
    assert_eq!(quality["records_scored"], scored, "{quality}");
    assert_eq!(quality["records_without_truth"], 0, "{quality}");
    assert_eq!(quality["truth_without_record"], 0, "{quality}");
    assert!(quality["pairs"]["wanted"].as_u64() > Some(200), "{quality}");
    assert!(quality["clusters"]["f1"].as_f64() > Some(0.97), "{quality}");

    // No register but that of wages has two records of one person: four are of three registers at least.
    let events = project.must(&["link", "events", "--last", "1000"]);
    let of_many = events["events"].as_array().unwrap().iter().filter(|event| event["records"].as_u64() >= Some(4));
    let adults = FAMILIES.len() * 2;
    let together = of_many.count();
    assert!(together + 2 >= adults && together <= adults, "{together} of {adults}");

    project.must(&["build"]);
    let indexed = project.must(&["index"]);
    assert_eq!(indexed["persons"], linked["persons"], "{indexed}");
}
