//! Made-up records of a made-up town, as registers have them: slips, gaps, moves, households.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Records and who they are of.
pub(crate) struct Town {
    pub(crate) rows: Vec<Vec<String>>,
    /// For each record the number of its person.
    pub(crate) truth: Vec<u32>,
}

pub(crate) const COLUMNS: [&str; 17] = [
    "record_ref",
    "register",
    "forename",
    "surname",
    "date_of_birth",
    "gender",
    "social_insurance_no",
    "house_no",
    "street_name",
    "town",
    "post_code",
    "phone_number",
    "email_address",
    "remarks",
    "nation",
    "fax",
    "last_updated",
];

const GIVEN: [&str; 40] = [
    "William",
    "Mary",
    "James",
    "Susan",
    "Robert",
    "Margaret",
    "Thomas",
    "Elizabeth",
    "Edward",
    "Catherine",
    "Owen",
    "Hannah",
    "Miriam",
    "Ivo",
    "Leonie",
    "Ruth",
    "Oscar",
    "Greta",
    "Felix",
    "Nora",
    "Hugo",
    "Clara",
    "Victor",
    "Ines",
    "Emil",
    "Selma",
    "Anton",
    "Judith",
    "Karim",
    "Aicha",
    "Yusuf",
    "Leila",
    "Mateo",
    "Lucia",
    "Pavel",
    "Irina",
    "Kenji",
    "Hana",
    "Arjun",
    "Meera",
];
const STEM: [&str; 24] = [
    "Ash", "Black", "Crom", "Dray", "Elling", "Fair", "Green", "Har", "Inger", "Kirk", "Lang", "Mar", "Nor", "Old",
    "Pem", "Quin", "Rad", "Shel", "Thorn", "Under", "Vant", "Whit", "York", "Zell",
];
const ENDING: [&str; 14] =
    ["ford", "ton", "by", "well", "ley", "man", "son", "wick", "ham", "dale", "stone", "worth", "field", "berg"];
const STREET: [&str; 12] = [
    "Abbey Road",
    "Beech Street",
    "Church Lane",
    "Dock Street",
    "Elm Avenue",
    "Forge Road",
    "Grange Lane",
    "High Street",
    "Iron Bridge Road",
    "Jubilee Street",
    "Kings Road",
    "Lower Quay",
];
const TOWN: [&str; 8] = ["Arden", "Belmont", "Carrick", "Dunmore", "Easton", "Fenwick", "Glenby", "Hartwell"];
const HOST: [&str; 4] = ["example.org", "mail.example", "post.example", "example.net"];
const WORD: [&str; 12] =
    ["asked", "about", "the", "form", "called", "back", "later", "no", "answer", "sent", "letter", "again"];

#[derive(Clone)]
struct Home {
    number: String,
    street: String,
    town: usize,
    postcode: String,
    phone: String,
}

fn home(random: &mut ChaCha8Rng) -> Home {
    let town = random.random_range(0..TOWN.len());
    Home {
        number: random.random_range(1..120).to_string(),
        street: STREET[random.random_range(0..STREET.len())].to_owned(),
        town,
        postcode: format!("{}{:03}", 40 + town, random.random_range(0..60)),
        phone: format!("0{} {:03} {:04}", 20 + town, random.random_range(100..999), random.random_range(0..10_000)),
    }
}

/// Skewed: the first of the values are the most frequent.
fn skewed(random: &mut ChaCha8Rng, values: usize) -> usize {
    let drawn: f64 = random.random();
    (drawn * drawn * values as f64) as usize
}

/// One letter or digit replaced, dropped, doubled, or two neighbours exchanged.
fn slip(random: &mut ChaCha8Rng, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = random.random_range(0..letters.len() - 1);
    match random.random_range(0..4) {
        0 if letters[at].is_ascii_digit() => letters[at] = char::from(b'0' + random.random_range(0..10_u8)),
        0 if letters[at].is_ascii_alphabetic() => letters[at] = char::from(b'a' + random.random_range(0..26_u8)),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

/// Makes the records of `people` people, the same for the same seed: one to three for each person.
pub(crate) fn town(people: usize, seed: u64) -> Town {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let random = &mut random;
    let mut town = Town { rows: Vec::new(), truth: Vec::new() };
    let (mut at_home, mut family) = (home(random), String::new());
    for person in 0..people {
        // A third of people live with the one before, and most of these bear the name.
        let alone = person == 0 || random.random_bool(0.65);
        if alone {
            at_home = home(random);
        }
        if alone || random.random_bool(0.2) {
            let stem = STEM[skewed(random, STEM.len())];
            family = format!("{stem}{}", ENDING[random.random_range(0..ENDING.len())]);
        }
        let place = skewed(random, GIVEN.len());
        let given = GIVEN[place];
        let born = format!(
            "{}-{:02}-{:02}",
            random.random_range(1930..2005),
            random.random_range(1..13),
            random.random_range(1..29)
        );
        let insurance = format!("{:03}-{:06}", random.random_range(0..1000), random.random_range(0..1_000_000));
        let email = format!(
            "{}.{}{}@{}",
            given.to_lowercase(),
            family.to_lowercase(),
            random.random_range(1..100),
            HOST[random.random_range(0..HOST.len())]
        );
        let records = [1, 2, 2, 3][random.random_range(0..4)];
        let first = random.random_range(0..3);
        for record in 0..records {
            if random.random_bool(0.06) {
                at_home = home(random);
            }
            let Home { number, street, town: at, postcode, phone } = at_home.clone();
            let mut row: Vec<String> = [
                format!("R{:07}", town.rows.len() * 37 % 9_999_991),
                ["population", "tax", "clinic"][(first + record) % 3].to_owned(),
                given.to_owned(),
                family.clone(),
                born.clone(),
                if place.is_multiple_of(2) { "M" } else { "F" }.to_owned(),
                insurance.clone(),
                number,
                street,
                TOWN[at].to_owned(),
                postcode,
                phone,
                email.clone(),
                (0..random.random_range(6..12))
                    .map(|_| WORD[random.random_range(0..WORD.len())])
                    .collect::<Vec<_>>()
                    .join(" "),
                "Arcadia".to_owned(),
                String::new(),
                format!("2024-{:02}-{:02}", random.random_range(1..13), random.random_range(1..29)),
            ]
            .into();
            for (at, slips, missing) in [
                (2, 0.06, 0.02),
                (3, 0.06, 0.01),
                (4, 0.04, 0.08),
                (6, 0.03, 0.35),
                (7, 0.02, 0.05),
                (8, 0.05, 0.05),
                (9, 0.02, 0.05),
                (10, 0.03, 0.1),
                (11, 0.03, 0.5),
                (12, 0.03, 0.6),
            ] {
                if random.random_bool(missing) {
                    row[at].clear();
                } else if random.random_bool(slips) {
                    row[at] = slip(random, &row[at]);
                }
            }
            if random.random_bool(0.005) {
                row[15] = format!("0{}", random.random_range(1_000_000..9_999_999));
            }
            town.rows.push(row);
            town.truth.push(person as u32);
        }
    }
    town
}
