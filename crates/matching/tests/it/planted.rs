//! Persons that are hard to tell apart, or hard to put together, among the people of a town and by weights that were learnt there.

use std::collections::{BTreeMap, BTreeSet};

use matching::{Block, Comparison, Dataset, DoubtKind, Judgements, Kind, Model, Settings, Silent};

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

/// The address as one comparison, and part by part.
fn addresses() -> [Vec<Comparison>; 2] {
    let text = Kind::Text { distances: vec![1, 3] };
    [
        vec![Comparison::of(["house_no", "street_name", "post_code"], Kind::Address)],
        vec![
            Comparison::new("house_no", Kind::Number).with_household(true),
            Comparison::new("street_name", text).with_household(true),
            Comparison::new("post_code", Kind::Code).with_household(true),
        ],
    ]
}

fn settings(seed: u64, address: Vec<Comparison>) -> Settings {
    let mut comparisons = vec![
        Comparison::new("forename", Kind::GivenName).with_term_frequency(),
        Comparison::new("surname", Kind::FamilyName).with_term_frequency(),
        Comparison::of(["forename", "surname"], Kind::SwappedNames),
        Comparison::new("date_of_birth", Kind::Date),
        Comparison::new("social_insurance_no", Kind::Identifier),
        Comparison::new("gender", Kind::Sex),
    ];
    comparisons.extend(address);
    Settings {
        comparisons,
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
    for (seed, address) in [51, 52].into_iter().flat_map(|seed| addresses().map(|address| (seed, address))) {
        let told = format!("seed {seed}, an address of {}", address.len());
        println!("{told}");
        let mut rows = town(2500, seed).rows;
        let of_town = rows.len();
        rows.extend(CASES.iter().flat_map(|case| case.records).map(|line| planted(line)));
        let settings = settings(seed, address);
        let data = Dataset::new(&settings, &batch(&COLUMNS, &rows)).unwrap();
        let (model, report) = matching::train(&data, &Silent).unwrap();
        assert_ne!(model.comparisons, Model::presumed(&settings).comparisons, "{told}: nothing was learnt");
        assert!(report.blocks.iter().map(|block| block.pairs).sum::<u64>() > 1_000, "{told}: {:?}", report.blocks);
        assert!(model.household.is_some(), "{told}: people of one household are not told");
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
                assert_eq!(persons[&clustering.labels[place]], wanted, "{told}: {}", case.name);
            }
        }
    }
}

#[test]
fn it_is_said_where_people_of_one_household_are_not_told_from_one_person() {
    let [_, mut parts] = addresses();
    parts.iter_mut().for_each(|part| part.household = None);
    let settings = settings(51, parts);
    let data = Dataset::new(&settings, &batch(&COLUMNS, &town(500, 51).rows)).unwrap();
    let (model, report) = matching::train(&data, &Silent).unwrap();
    assert_eq!(model.household, None);
    assert!(report.doubts.iter().any(|doubt| doubt.kind == DoubtKind::HouseholdsLeftOut), "{:?}", report.warnings);
    let [_, parts] = addresses();
    let settings = Settings { comparisons: [settings.comparisons[..6].to_vec(), parts].concat(), ..settings };
    let data = Dataset::new(&settings, &batch(&COLUMNS, &town(500, 51).rows)).unwrap();
    let (_, report) = matching::train(&data, &Silent).unwrap();
    assert!(report.doubts.iter().all(|doubt| doubt.kind != DoubtKind::HouseholdsLeftOut), "{:?}", report.warnings);
}

#[test]
fn it_is_said_where_dates_can_t_be_read() {
    let settings = settings(51, Vec::new());
    let mut rows = town(200, 51).rows;
    let born = COLUMNS.iter().position(|column| *column == "date_of_birth").unwrap();
    let told = |rows: &[Vec<String>]| {
        let data = Dataset::new(&settings, &batch(&COLUMNS, rows)).unwrap();
        let (_, report) = matching::train(&data, &Silent).unwrap();
        let of_dates = report.doubts.into_iter().find(|doubt| doubt.kind == DoubtKind::DatesUnread);
        of_dates.and_then(|doubt| doubt.about)
    };
    assert_eq!(told(&rows), None);
    // A tenth of them as others write dates.
    for row in rows.iter_mut().step_by(10) {
        let parts: Vec<&str> = row[born].split('-').collect();
        if let [year, month, day] = parts[..] {
            row[born] = format!("{day}/{month}/{year}");
        }
    }
    assert_eq!(told(&rows).as_deref(), Some("date_of_birth"));
}
