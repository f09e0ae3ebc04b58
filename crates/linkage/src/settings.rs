//! From `linkage.toml` to the settings of `matching`.

use std::collections::BTreeSet;

use matching::{Block, CheckDigit, Comparison, KeyExpr, KeyPart, Kind, Settings};
use model::LinkageConfig;
use model::linkage::{Compare, Key, Part};
use model::register;

use crate::error::LinkageError;

/// The column that names each record's source in the batches given to `matching`.
pub(crate) const SOURCE_COLUMN: &str = "_source";

/// The column that tells records apart in the batches given to `matching`.
pub(crate) const ID_COLUMN: &str = "_id";

/// From how many bits below the threshold pairs are kept as edges, at least: those that a steward may want to see.
const EDGE_BITS_BELOW: f64 = 6.0;

/// Words in the name of a column that holds a family name.
const FAMILY_WORDS: [&str; 6] = ["last", "family", "sur", "birth_name", "maiden", "nom"];

/// Words in the name of a column that holds a given name; they win over [`FAMILY_WORDS`].
const GIVEN_WORDS: [&str; 5] = ["first", "given", "middle", "fore", "prenom"];

/// Gives the settings of `matching` for a linkage.
///
/// `attach_only` are the sources that are attached to persons without connecting any.
///
/// # Errors
/// [`LinkageError::Config`] when a comparison is of no kind that there is, or settings contradict each other.
pub fn settings_of(config: &LinkageConfig, attach_only: BTreeSet<String>) -> Result<Settings, LinkageError> {
    let mut comparisons: Vec<Comparison> = Vec::new();
    for compare in &config.comparisons {
        comparisons.push(comparison(compare, &config.comparisons)?);
        if let Some(swapped) = swapped_names(compare)
            && !comparisons.iter().any(|other| other.name() == swapped.name())
        {
            comparisons.push(swapped);
        }
    }
    let defaults = Settings::default();
    let settings = Settings {
        comparisons,
        blocks: config.blocks.iter().map(block_of).collect(),
        source: Some(SOURCE_COLUMN.to_owned()),
        id: Some(ID_COLUMN.to_owned()),
        threshold: config.threshold,
        // Pairs at a probability of 0.5 are scored, and a steward looks below the threshold: both need the edges.
        edge_weight_min: weight_of(config.threshold).min(0.0).min(weight_of(config.threshold) - EDGE_BITS_BELOW),
        one_record_per_person: config.one_record_per_person.iter().map(|(name, sure)| (name.clone(), *sure)).collect(),
        attach_only,
        block_size_max: match config.block_size_max {
            Some(most) => usize::try_from(most).unwrap_or(usize::MAX),
            None => defaults.block_size_max,
        },
        seed: config.seed,
        ..defaults
    };
    settings.check().map_err(|error| LinkageError::Config(error.to_string()))?;
    Ok(settings)
}

/// Gives the log2 odds of a probability.
fn weight_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// Gives the columns of records that a linkage reads.
pub(crate) fn columns_of(settings: &Settings) -> BTreeSet<String> {
    let compared = settings.comparisons.iter().flat_map(|comparison| comparison.columns.iter().cloned());
    let training = settings.training_blocks();
    let blocks = settings.blocks.iter().chain(&training);
    let keys = blocks.flat_map(|block| block.keys.iter().chain(&block.split)).map(|key| key.column.clone());
    compared.chain(keys).collect()
}

fn block_of(block: &model::linkage::Block) -> Block {
    Block {
        keys: block.on.iter().map(key_of).collect(),
        split: block.split.iter().map(key_of).collect(),
        size_max: block.size_max.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
    }
}

fn key_of(key: &Key) -> KeyExpr {
    let part = match key.part {
        Part::Whole => KeyPart::Whole,
        Part::Prefix(length) => KeyPart::Prefix(usize::from(length)),
        Part::Suffix(length) => KeyPart::Suffix(usize::from(length)),
        Part::Year => KeyPart::Year,
        Part::Month => KeyPart::Month,
        Part::Sound => KeyPart::Phonetic,
        Part::Words => KeyPart::Tokens,
    };
    KeyExpr { column: key.column.clone(), part }
}

fn check_of(check: register::CheckDigit) -> CheckDigit {
    match check {
        register::CheckDigit::Luhn => CheckDigit::Luhn,
        register::CheckDigit::Mod97 => CheckDigit::Mod97,
        register::CheckDigit::Mod11 => CheckDigit::Mod11,
    }
}

fn comparison(compare: &Compare, all: &[Compare]) -> Result<Comparison, LinkageError> {
    let column = compare.column.as_str();
    let kind = match compare.r#as.as_str() {
        "exact" => Kind::Exact,
        "name" if is_family_name(column) => Kind::FamilyName,
        "name" => Kind::GivenName,
        "date" => Kind::Date,
        "identifier" => match compare.check {
            Some(check) => Kind::CheckedIdentifier { check: check_of(check) },
            None => Kind::Identifier,
        },
        "text" => Kind::Text { distances: vec![1, 3] },
        "number" => Kind::Number,
        "code" => Kind::Code,
        "phone" => Kind::Phone,
        "email" => Kind::Email,
        "sex" => Kind::Sex,
        "address" => Kind::Address,
        other => {
            return Err(LinkageError::Config(format!(
                "`{column}` is compared as `{other}`; the kinds are name, exact, date, identifier, text, number, code, \
                 phone, email, sex and address"
            )));
        }
    };
    let columns = if kind == Kind::Address { address_columns(column, all) } else { vec![column.to_owned()] };
    let kind = if kind == Kind::Address && columns.len() == 1 { Kind::Text { distances: vec![1, 3] } } else { kind };
    Ok(Comparison { columns, kind, term_frequency: compare.term_frequency, household: compare.household })
}

/// Gives the columns that make an address: house number, street, place.
///
/// They are those joined by `+`; for the street of person records, also those beside it that are not compared by
/// themselves. They are compared together since they agree together: an address is one piece of evidence, not three.
fn address_columns(column: &str, all: &[Compare]) -> Vec<String> {
    let parts: Vec<String> = column.split('+').map(|part| part.trim().to_owned()).collect();
    let is_alone = |name: &str| all.iter().any(|compare| compare.column == name);
    if parts.as_slice() != ["street"] || is_alone("house_number") {
        return parts;
    }
    let mut columns = vec!["house_number", "street"];
    if !is_alone("city") {
        columns.push("city");
    }
    columns.into_iter().map(str::to_owned).collect()
}

/// Gives the comparison that sees names exchanged between two columns, given name first.
fn swapped_names(compare: &Compare) -> Option<Comparison> {
    let other = compare.swapped_with.as_deref()?;
    let (given, family) = if is_family_name(&compare.column) {
        (other, compare.column.as_str())
    } else {
        (compare.column.as_str(), other)
    };
    Some(Comparison::of([given, family], Kind::SwappedNames))
}

/// Tells by the name of a column whether it holds family names: they are compared without nicknames and initials.
pub(crate) fn is_family_name(column: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| column.contains(word));
    has(&FAMILY_WORDS) && !has(&GIVEN_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;
    use model::register::Check;

    fn config() -> LinkageConfig {
        let compare = |column: &str, kind: &str| Compare {
            column: column.to_owned(),
            r#as: kind.to_owned(),
            term_frequency: false,
            swapped_with: None,
            household: None,
            check: None,
        };
        let mut first_name = compare("first_name", "name");
        first_name.swapped_with = Some("last_name".to_owned());
        let mut last_name = compare("last_name", "name");
        last_name.swapped_with = Some("first_name".to_owned());
        LinkageConfig {
            purpose: None,
            agreement: None,
            attach: Vec::new(),
            threshold: 0.95,
            one_record_per_person: IndexMap::from([("tax".to_owned(), 0.99)]),
            blocks: vec![model::linkage::Block {
                on: vec![
                    Key { column: "first_name".to_owned(), part: Part::Prefix(3) },
                    Key { column: "birth_date".to_owned(), part: Part::Year },
                ],
                split: vec![Key { column: "last_name".to_owned(), part: Part::Sound }],
                size_max: Some(40),
            }],
            comparisons: vec![first_name, last_name, compare("birth_date", "date"), compare("street", "address")],
            block_size_max: Some(500),
            seed: 7,
            second_reviewer: Vec::new(),
            quality: model::linkage::QualityConfig::default(),
        }
    }

    #[test]
    fn every_setting_arrives() {
        let settings = settings_of(&config(), BTreeSet::from(["politics".to_owned()])).unwrap();
        let kinds: Vec<&Kind> = settings.comparisons.iter().map(|comparison| &comparison.kind).collect();
        assert_eq!(
            kinds,
            [&Kind::GivenName, &Kind::SwappedNames, &Kind::FamilyName, &Kind::Date, &Kind::Address],
            "names exchanged are compared once"
        );
        assert_eq!(settings.comparisons[1].columns, ["first_name", "last_name"]);
        assert_eq!(settings.comparisons[4].columns, ["house_number", "street", "city"]);
        assert_eq!(settings.blocks[0].name(), "first_name[..3] & birth_date.year");
        assert_eq!(settings.blocks[0].size_max, Some(40));
        let split: Vec<String> = settings.blocks[0].split.iter().map(ToString::to_string).collect();
        assert_eq!(split, ["phonetic(last_name)"]);
        assert_eq!((settings.threshold, settings.block_size_max, settings.seed), (0.95, 500, 7));
        assert_eq!(settings.one_record_per_person["tax"], 0.99);
        assert!(settings.attach_only.contains("politics"));
        assert!(settings.edge_weight_min <= 0.0, "pairs at a probability of one half are edges");
        assert!(columns_of(&settings).contains("city"));
    }

    #[test]
    fn a_rule_more_changes_nothing_of_what_is_learnt_over() {
        let learnt_over = |config: &LinkageConfig| {
            let settings = settings_of(config, BTreeSet::new()).unwrap();
            assert!(settings.training.is_empty(), "no file states blocks of training");
            settings.training_blocks()
        };
        let before = learnt_over(&config());
        let mut more = config();
        let city = Key { column: "city".to_owned(), part: Part::Whole };
        more.blocks.push(model::linkage::Block { on: vec![city], split: Vec::new(), size_max: None });
        assert_eq!(learnt_over(&more), before);
        let mut one = config();
        one.blocks[0].split.clear();
        assert_eq!(learnt_over(&one), before);
        // Where nothing is compared that they can be made from, it is the rules.
        more.comparisons.retain(|compare| compare.column == "first_name");
        more.comparisons.iter_mut().for_each(|compare| compare.swapped_with = None);
        assert_eq!(learnt_over(&more), settings_of(&more, BTreeSet::new()).unwrap().blocks);
    }

    #[test]
    fn what_blocks_are_split_by_is_read_too() {
        let mut config = config();
        config.blocks[0].split = vec![Key { column: "profession".to_owned(), part: Part::Prefix(2) }];
        let settings = settings_of(&config, BTreeSet::new()).unwrap();
        assert!(columns_of(&settings).contains("profession"));
    }

    #[test]
    fn an_address_is_compared_once() {
        let compared = |columns: &[&str]| {
            let mut config = config();
            config.comparisons = columns
                .iter()
                .map(|column| Compare {
                    column: (*column).to_owned(),
                    r#as: if column.contains("street") { "address" } else { "code" }.to_owned(),
                    term_frequency: false,
                    swapped_with: None,
                    household: None,
                    check: None,
                })
                .collect();
            settings_of(&config, BTreeSet::new()).unwrap().comparisons.remove(0).columns
        };
        assert_eq!(compared(&["street"]), ["house_number", "street", "city"]);
        assert_eq!(compared(&["street", "city"]), ["house_number", "street"]);
        assert_eq!(compared(&["street", "house_number"]), ["street"]);
        assert_eq!(compared(&["street_no+street_name"]), ["street_no", "street_name"]);
    }

    #[test]
    fn an_identifier_with_a_check_digit_is_compared_by_it() {
        let mut config = config();
        config.comparisons[0] = Compare {
            column: "national_id".to_owned(),
            r#as: "identifier".to_owned(),
            term_frequency: false,
            swapped_with: None,
            household: None,
            check: None,
        };
        let kind = |config: &LinkageConfig| settings_of(config, BTreeSet::new()).unwrap().comparisons.remove(0).kind;
        assert_eq!(kind(&config), Kind::Identifier);
        config.comparisons[0].check = Some(register::CheckDigit::Mod97);
        assert_eq!(kind(&config), Kind::CheckedIdentifier { check: CheckDigit::Mod97 });
    }

    #[test]
    fn what_passes_when_it_comes_in_passes_when_it_is_compared() {
        for (stated, check) in [
            (register::CheckDigit::Luhn, Check::Luhn),
            (register::CheckDigit::Mod97, Check::Mod97),
            (register::CheckDigit::Mod11, Check::Mod11),
        ] {
            let numbers: Vec<String> = (0..5_000_u32).map(|number| format!("{:07}", number * 1_999)).collect();
            let passing = numbers.iter().filter(|number| check.passes(number)).count();
            assert!((10..2_500).contains(&passing), "{stated:?}: {passing}");
            for number in numbers {
                assert_eq!(check_of(stated).passes(&number), check.passes(&number), "{stated:?} {number}");
            }
        }
    }

    #[test]
    fn an_unknown_kind_is_refused_with_the_kinds_there_are() {
        let mut config = config();
        config.comparisons[0].r#as = "vibes".to_owned();
        let error = settings_of(&config, BTreeSet::new()).unwrap_err().to_string();
        assert!(error.contains("vibes") && error.contains("identifier"), "{error}");
    }

    #[test]
    fn weights_and_probabilities_are_inverse() {
        for probability in [0.001, 0.5, 0.95, 0.9999] {
            assert!((matching::probability(weight_of(probability)) - probability).abs() < 1e-12);
        }
        assert!(is_family_name("last_name") && is_family_name("birth_name") && !is_family_name("first_name"));
        assert!(!is_family_name("prenom"), "a French given name has `nom` in it");
    }
}
