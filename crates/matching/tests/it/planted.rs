//! Persons that are hard to tell apart, or hard to put together, among the people of a town and by weights that were learnt there.

use std::collections::{BTreeMap, BTreeSet};

use matching::{Block, Comparison, Dataset, Judgements, Kind, Model, Settings, Silent};

use crate::people::batch;
use crate::town::{COLUMNS, town};

/// A case: its records, and who they are of.
struct Case {
    name: &'static str,
    /// Id, register, forename, surname, birth date, sex, number, house, street, postal code.
    records: &'static [&'static str],
    persons: &'static [&'static [&'static str]],
}

/// Nobody in the town bears these family names or lives in these streets.
const CASES: [Case; 6] = [
    Case {
        name: "twins",
        records: &[
            "twin-a1 population Hannah Quillfeather 1990-05-01 F 811-402735 12 Nightingale 90101",
            "twin-a2 tax        Hannah Quillfeather 1990-05-01 F 811-402735 12 Nightingale 90101",
            "twin-b1 population Miriam Quillfeather 1990-05-01 F 296-158304 12 Nightingale 90101",
            "twin-b2 clinic     Miriam Quillfeather 1990-05-01 F 296-158304 12 Nightingale 90101",
        ],
        persons: &[&["twin-a1", "twin-a2"], &["twin-b1", "twin-b2"]],
    },
    Case {
        name: "namesakes",
        records: &[
            "name-a1 population Oscar Lindqvist 1947-11-23 M 530-917468 3  Harbour  90202",
            "name-a2 clinic     Oscar Lindqvist 1947-11-23 M -          3  Harbour  90202",
            "name-b1 population Oscar Lindqvist 1981-02-07 M 174-663025 88 Juniper  90303",
            "name-b2 tax        Oscar Lindqvist 1981-02-07 M 174-663025 88 Juniper  90303",
        ],
        persons: &[&["name-a1", "name-a2"], &["name-b1", "name-b2"]],
    },
    Case {
        name: "a couple",
        records: &[
            "pair-a1 population Greta Castellan 1972-09-14 F 642-085137 41 Orchard 90404",
            "pair-a2 tax        Greta Castellan 1972-09-14 F -          41 Orchard 90404",
            "pair-b1 population Felix Castellan 1969-03-30 M 305-771946 41 Orchard 90404",
            "pair-b2 tax        Felix Castellan 1969-03-30 M 305-771946 41 Orchard 90404",
        ],
        persons: &[&["pair-a1", "pair-a2"], &["pair-b1", "pair-b2"]],
    },
    Case {
        name: "a borrowed number",
        records: &[
            "loan-a1 population Ruth  Aubigny 1958-01-19 F 928-340651 5  Viaduct 90505",
            "loan-a2 tax        Ruth  Aubigny 1958-01-19 F 928-340651 5  Viaduct 90505",
            "loan-b1 population Pavel Yildirim 1985-07-08 M -          63 Windmill 90606",
            "loan-b2 clinic     Pavel Yildirim 1985-07-08 M 928-340651 63 Windmill 90606",
        ],
        persons: &[&["loan-a1", "loan-a2"], &["loan-b1", "loan-b2"]],
    },
    Case {
        name: "a changed name",
        records: &[
            "wife-a1 population Leonie Novotny     1976-12-05 F 759-118240 20 Lantern 90707",
            "wife-a2 tax        Leonie Brightwater 1976-12-05 F 759-118240 20 Lantern 90707",
        ],
        persons: &[&["wife-a1", "wife-a2"]],
    },
    Case {
        name: "exchanged fields",
        records: &[
            "swap-a1 population Victor  Mallory 1963-04-27 M 083-594712 7 Saddler 90808",
            "swap-a2 clinic     Mallory Victor  1963-04-27 M 083-594712 7 Saddler 90808",
        ],
        persons: &[&["swap-a1", "swap-a2"]],
    },
];

/// A record of the town from words.
fn planted(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().map(|word| if word == "-" { "" } else { word }).collect();
    let words = <[&str; 10]>::try_from(words).unwrap_or_else(|_| panic!("not ten words: {line}"));
    let [id, register, forename, surname, born, sex, number, house, street, code] = words;
    COLUMNS
        .map(|column| match column {
            "record_ref" => id,
            "register" => register,
            "forename" => forename,
            "surname" => surname,
            "date_of_birth" => born,
            "gender" => sex,
            "social_insurance_no" => number,
            "house_no" => house,
            "street_name" => street,
            "post_code" => code,
            _ => "",
        })
        .map(str::to_owned)
        .into()
}

fn settings(seed: u64) -> Settings {
    Settings {
        comparisons: vec![
            Comparison::new("forename", Kind::GivenName).with_term_frequency(),
            Comparison::new("surname", Kind::FamilyName).with_term_frequency(),
            Comparison::of(["forename", "surname"], Kind::SwappedNames),
            Comparison::new("date_of_birth", Kind::Date),
            Comparison::new("social_insurance_no", Kind::Identifier),
            Comparison::of(["house_no", "street_name", "post_code"], Kind::Address),
            Comparison::new("gender", Kind::Sex),
        ],
        blocks: vec![
            Block::on(["social_insurance_no"]).unwrap(),
            Block::on(["forename", "surname"]).unwrap(),
            Block::on(["date_of_birth"]).unwrap(),
            Block::on(["surname", "post_code"]).unwrap(),
            Block::on(["street_name", "house_no", "post_code"]).unwrap(),
        ],
        source: Some("register".to_owned()),
        id: Some("record_ref".to_owned()),
        one_record_per_person: BTreeMap::from([("population".to_owned(), 0.999)]),
        random_pairs: 500_000,
        seed,
        ..Settings::default()
    }
}

#[test]
fn hard_cases_come_out_right_by_weights_that_a_town_taught() {
    for seed in [51, 52] {
        println!("seed {seed}");
        let mut rows = town(2500, seed).rows;
        let of_town = rows.len();
        rows.extend(CASES.iter().flat_map(|case| case.records).map(|line| planted(line)));
        let settings = settings(seed);
        let data = Dataset::new(&settings, &batch(&COLUMNS, &rows)).unwrap();
        let (model, report) = matching::train(&data, &Silent).unwrap();
        assert_ne!(model.comparisons, Model::presumed(&settings).comparisons, "seed {seed}: nothing was learnt");
        assert!(report.blocks.iter().map(|block| block.pairs).sum::<u64>() > 1_000, "seed {seed}: {:?}", report.blocks);
        let predictions = matching::predict(&data, &model, &Silent).unwrap();
        let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default()).unwrap();
        let mut persons: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        for (row, label) in rows.iter().zip(&clustering.labels) {
            persons.entry(*label).or_default().insert(&row[0]);
        }
        for case in &CASES {
            for person in case.persons {
                let place = of_town + rows[of_town..].iter().position(|row| row[0] == person[0]).unwrap();
                let wanted: BTreeSet<&str> = person.iter().copied().collect();
                // Whoever of the town were among them would be found here too.
                assert_eq!(persons[&clustering.labels[place]], wanted, "seed {seed}: {}", case.name);
            }
        }
    }
}
