//! How people of the republic are called.
//!
//! Given names and surnames fall off by rank like Zipf's law with a flattened head; how flat is chosen by us. Surnames
//! in the United States come near a power law (D. K. Tucker, *Names*, 2001): the first is held by 0.83 % of the people
//! with a recorded surname, 62 % of all surnames were reported once, and among Hispanic people 26 surnames cover a
//! quarter (US Census Bureau, *Frequently Occurring Surnames in the 2010 Census*, 2016). Elsewhere few family names
//! cover many: about a fifth of South Koreans are called Kim (Statistics Korea, census of 2015). For given names the
//! law is our simplification: alone it does not fit the baby names of the United States (arXiv:1205.1078).

mod lists;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::dice::{Dice, Ranked};
use lists::{ANGLO_OLD_FEMALE, ANGLO_OLD_MALE, Lists, NICKNAMES, TRANSLITERATIONS};

/// Where a family's names come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Culture {
    Anglo,
    Hispanic,
    French,
    Germanic,
    Slavic,
    Arabic,
    SouthAsian,
    EastAsian,
    WestAfrican,
}

/// Every culture with its share of the founders of families, in percent.
pub(crate) const CULTURES: [(Culture, u32); 9] = [
    (Culture::Anglo, 54),
    (Culture::Hispanic, 13),
    (Culture::French, 7),
    (Culture::Germanic, 7),
    (Culture::Slavic, 5),
    (Culture::Arabic, 4),
    (Culture::SouthAsian, 4),
    (Culture::EastAsian, 4),
    (Culture::WestAfrican, 2),
];

/// Sex as the registers record it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sex {
    Female,
    Male,
}

impl Sex {
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
        }
    }
}

struct Table {
    male: (Vec<&'static str>, Ranked),
    female: (Vec<&'static str>, Ranked),
    surnames: (Vec<&'static str>, Ranked),
    stems: (Vec<&'static str>, Ranked),
    endings: (Vec<&'static str>, Ranked),
    particles: Vec<String>,
    lists: &'static Lists,
}

fn ranked(text: &'static str, flatness: u32) -> (Vec<&'static str>, Ranked) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let ranks = Ranked::new(words.len(), flatness);
    (words, ranks)
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    CULTURES
        .iter()
        .map(|(culture, _)| {
            let lists = culture.lists();
            Table {
                male: ranked(lists.male, 8),
                female: ranked(lists.female, 8),
                surnames: ranked(lists.surnames, lists.flatness),
                stems: ranked(lists.stems, 40),
                endings: ranked(lists.endings, 5),
                particles: lists.particles.split_whitespace().map(|p| p.replace('~', " ")).collect(),
                lists,
            }
        })
        .collect()
});

static ANGLO_OLD: LazyLock<[(Vec<&'static str>, Ranked); 2]> =
    LazyLock::new(|| [ranked(ANGLO_OLD_MALE, 6), ranked(ANGLO_OLD_FEMALE, 6)]);

static SHORT_FORMS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    NICKNAMES
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            words.next().map(|formal| (formal, words.collect()))
        })
        .collect()
});

static ROMANISATIONS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut variants = HashMap::new();
    for line in TRANSLITERATIONS.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        for word in &words {
            variants.insert(*word, words.iter().copied().filter(|other| other != word).collect());
        }
    }
    variants
});

fn table(culture: Culture) -> &'static Table {
    let place = CULTURES.iter().position(|(c, _)| *c == culture).unwrap_or(0);
    &TABLES[place]
}

fn draw(dice: &mut Dice, list: &(Vec<&'static str>, Ranked)) -> &'static str {
    list.0[list.1.draw(dice)]
}

/// Gives a culture, by its share of the population.
pub(crate) fn culture(dice: &mut Dice) -> Culture {
    CULTURES[dice.weighted(&CULTURES.map(|(_, share)| share))].0
}

/// Gives one given name; compound ones (`José Luis`, `Jean-Pierre`) are one name.
pub(crate) fn given(dice: &mut Dice, culture: Culture, sex: Sex, birth_year: i32) -> String {
    let table = table(culture);
    if culture == Culture::Anglo {
        // Fashion: the old names give way to the new ones between 1945 and 1995.
        let share_new = (f64::from(birth_year - 1945) / 50.0).clamp(0.03, 0.97);
        if !dice.chance(share_new) {
            let [male, female] = &*ANGLO_OLD;
            return draw(dice, if sex == Sex::Male { male } else { female }).to_owned();
        }
        if birth_year > 1970 && dice.chance(0.10) {
            return coined(dice, sex);
        }
    }
    let list = if sex == Sex::Male { &table.male } else { &table.female };
    let first = draw(dice, list);
    let joint = match culture {
        Culture::Hispanic => (0.22, " "),
        Culture::French => (0.14, "-"),
        Culture::Germanic => (0.05, "-"),
        Culture::Arabic if sex == Sex::Male => (0.06, " "),
        _ => return first.to_owned(),
    };
    let second = draw(dice, list);
    if second != first && dice.chance(joint.0) { format!("{first}{}{second}", joint.1) } else { first.to_owned() }
}

/// Gives a given name of recent coinage, put together from fashionable parts.
fn coined(dice: &mut Dice, sex: Sex) -> String {
    let starts = ["Ja", "Ka", "Bra", "Ty", "Mar", "De", "Sha", "La", "Ke", "Za", "Ra", "Ny", "Kei", "Ay", "Jo", "Tre"];
    let male = ["den", "son", "von", "ron", "quan", "ce", "vin", "shawn", "ryn", "mar", "ton", "vion"];
    let female = ["lyn", "la", "nna", "elle", "isha", "niya", "leigh", "ra", "vonne", "ria", "lia", "mya"];
    format!("{}{}", dice.pick(&starts), dice.pick(if sex == Sex::Male { &male } else { &female }))
}

/// Gives a family's surname in the form that men bear (see [`feminine`]).
pub(crate) fn surname(dice: &mut Dice, culture: Culture) -> String {
    let table = table(culture);
    let mut name = if dice.below(100) < table.lists.tail_percent as usize {
        format!("{}{}", draw(dice, &table.stems), draw(dice, &table.endings))
    } else {
        draw(dice, &table.surnames).to_owned()
    };
    if !table.particles.is_empty() && dice.below(100) < table.lists.particle_percent as usize && !name.contains('\'') {
        let particle = &table.particles[dice.below(table.particles.len())];
        name = format!("{particle}{name}");
    }
    if culture == Culture::Hispanic && dice.chance(0.55) {
        let second = draw(dice, &table.surnames);
        name = format!("{name} {second}");
    } else if culture == Culture::Anglo && dice.chance(0.012) {
        name = format!("{name}-{}", draw(dice, &table.surnames));
    }
    name
}

/// Gives the form of a surname that a woman of this culture bears.
pub(crate) fn feminine(culture: Culture, surname: &str) -> String {
    if culture != Culture::Slavic {
        return surname.to_owned();
    }
    for (ending, feminine) in
        [("ski", "ska"), ("ský", "ská"), ("ov", "ova"), ("ev", "eva"), ("ný", "ná"), ("in", "ina")]
    {
        if let Some(stem) = surname.strip_suffix(ending) {
            return format!("{stem}{feminine}");
        }
    }
    surname.to_owned()
}

/// Gives a short form that a bearer of this given name goes by, if there is one.
pub(crate) fn nickname(dice: &mut Dice, given: &str) -> Option<&'static str> {
    SHORT_FORMS.get(given).map(|forms| dice.pick(forms))
}

/// Gives another romanisation of the name, if there is one.
pub(crate) fn transliteration(dice: &mut Dice, name: &str) -> Option<&'static str> {
    ROMANISATIONS.get(name).map(|forms| dice.pick(forms))
}

/// Gives the name in unaccented Latin letters, as a register without Unicode keeps it.
pub(crate) fn unaccented(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            plain.push(letter);
            continue;
        }
        plain.push_str(match letter {
            'à' | 'á' | 'â' | 'ã' | 'ą' | 'ầ' | 'ạ' => "a",
            'ä' => "ae",
            'å' => "aa",
            'ç' | 'ć' | 'č' => "c",
            'ď' | 'đ' => "d",
            'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => "e",
            'ì' | 'í' | 'î' | 'ï' => "i",
            'ł' => "l",
            'ñ' | 'ń' | 'ň' => "n",
            'ò' | 'ó' | 'ô' => "o",
            'ö' => "oe",
            'ř' => "r",
            'ś' | 'š' => "s",
            'ß' => "ss",
            'ù' | 'ú' | 'û' => "u",
            'ü' => "ue",
            'ů' => "u",
            'ý' => "y",
            'ź' | 'ż' | 'ž' => "z",
            'Á' | 'À' => "A",
            'Ç' | 'Č' => "C",
            'Đ' => "D",
            'É' | 'È' => "E",
            'Í' => "I",
            'Ł' => "L",
            'Ó' => "O",
            'Ö' => "Oe",
            'Š' | 'Ś' => "S",
            'Ü' => "Ue",
            'Ž' | 'Ż' => "Z",
            _ => "",
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_has_an_unaccented_form() {
        for (culture, _) in CULTURES {
            let lists = culture.lists();
            for list in [lists.male, lists.female, lists.surnames, lists.stems, lists.endings] {
                for name in list.split_whitespace() {
                    let plain = unaccented(name);
                    assert!(plain.chars().count() >= name.chars().count(), "{name} became {plain}");
                }
            }
        }
    }

    #[test]
    fn surnames_fall_off_like_the_census() {
        let mut dice = Dice::new(3, 0);
        let mut counts: HashMap<String, u32> = HashMap::new();
        let draws = 100_000;
        for _ in 0..draws {
            let culture = culture(&mut dice);
            *counts.entry(surname(&mut dice, culture)).or_default() += 1;
        }
        let mut sorted: Vec<u32> = counts.into_values().collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let first = f64::from(sorted[0]) / f64::from(draws);
        assert!((0.005..0.015).contains(&first), "the first surname has {first}");
        let top_thousand: u32 = sorted.iter().take(1_000).sum();
        let share = f64::from(top_thousand) / f64::from(draws);
        assert!((0.4..0.75).contains(&share), "the first thousand have {share}");
        assert!(sorted.len() > 6_000, "only {} surnames", sorted.len());
    }

    #[test]
    fn women_of_slavic_families() {
        assert_eq!(feminine(Culture::Slavic, "Kowalski"), "Kowalska");
        assert_eq!(feminine(Culture::Slavic, "Ivanov"), "Ivanova");
        assert_eq!(feminine(Culture::French, "Ivanov"), "Ivanov");
    }
}
