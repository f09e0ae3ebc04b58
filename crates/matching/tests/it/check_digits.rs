//! Identifiers with a check digit: a slip is told from another number.

use matching::{CheckDigit, Comparison, Dataset, Kind, Silent};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::people::batch;
use crate::training::{COLUMNS, planted, settings};

/// Gives the number with its Luhn check digit.
fn number(payload: usize) -> String {
    (0..10).map(|digit| format!("{payload}{digit}")).find(|number| CheckDigit::Luhn.passes(number)).unwrap()
}

/// How often a number is written down with one digit wrong.
const SLIPS: f64 = 0.08;

/// Numbers are given one after the other, so that most have neighbours that differ in one digit and the check digit.
#[test]
fn a_number_that_passes_is_another_and_one_that_fails_a_slip() {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut rows = planted(3000, 8);
    let mut slips = 0_u32;
    for (at, row) in rows.iter_mut().enumerate() {
        let mut written = number(10_000 + at / 2);
        if at % 2 == 1 && random.random_bool(SLIPS) {
            let place = random.random_range(0..written.len());
            let digit = u32::from(written.as_bytes()[place] - b'0');
            let wrong = (digit + random.random_range(1..10)) % 10;
            written.replace_range(place..=place, &wrong.to_string());
            slips += 1;
        }
        row.push(written);
    }
    let mut settings = settings();
    settings.comparisons.push(Comparison::new("number", Kind::CheckedIdentifier { check: CheckDigit::Luhn }));
    let columns: Vec<&str> = COLUMNS.iter().copied().chain(["number"]).collect();
    let data = Dataset::new(&settings, &batch(&columns, &rows)).unwrap();
    let (model, _) = matching::train(&data, &Silent).unwrap();
    let levels = &model.comparisons[COLUMNS.len()].levels;
    let names: Vec<&str> = levels.iter().map(|level| level.name.as_str()).collect();
    assert_eq!(names, ["equal", "one slip", "two slips", "near but both valid", "different"]);
    let expected = f64::from(slips) / 3000.0;
    assert!((levels[1].m - expected).abs() < 0.02, "{} is not {expected}", levels[1].m);
    // Dozens of three thousand numbers are near each number and pass as it does.
    assert!(levels[3].u > 0.003 && levels[3].m < 0.001, "{:?}", levels[3]);
    let bits = |at: usize| (levels[at].m / levels[at].u).log2();
    assert!(bits(1) > 3.0, "a slip speaks for one person: {}", bits(1));
    assert!(bits(3) < -3.0, "another number speaks against it: {}", bits(3));
}

/// Of numbers with fifteen digits hardly any two are near each other: no pair of training shows the level, and yet it speaks
/// for two people.
#[test]
fn another_valid_number_speaks_against_one_person_where_training_shows_none() {
    let mut random = ChaCha8Rng::seed_from_u64(10);
    let mut rows = planted(1000, 8);
    let mut written = String::new();
    for (at, row) in rows.iter_mut().enumerate() {
        if at % 2 == 0 {
            let payload: u64 = random.random_range(1_000_000_000_000..10_000_000_000_000);
            let mut numbers = (0..100).map(|check| format!("{payload}{check:02}"));
            written = numbers.find(|number| CheckDigit::Mod97.passes(number)).unwrap();
        }
        row.push(written.clone());
    }
    let mut settings = settings();
    settings.comparisons.push(Comparison::new("number", Kind::CheckedIdentifier { check: CheckDigit::Mod97 }));
    let columns: Vec<&str> = COLUMNS.iter().copied().chain(["number"]).collect();
    let data = Dataset::new(&settings, &batch(&columns, &rows)).unwrap();
    let (trained, report) = matching::train(&data, &Silent).unwrap();
    for model in [trained, matching::Model::presumed(&settings)] {
        let levels = &model.comparisons[COLUMNS.len()].levels;
        let bits = |at: usize| (levels[at].m / levels[at].u).log2();
        assert_eq!(levels[3].name, "near but both valid");
        assert!(bits(3) < -3.0, "another number speaks against it: {}", bits(3));
        assert!(bits(0) > 10.0, "the same number speaks for it: {}", bits(0));
        let sum: f64 = levels.iter().map(|level| level.m).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }
    let said = report.warnings.iter().any(|warning| warning.contains("near but both valid"));
    assert!(!said, "that no match is there is no doubt: {:?}", report.warnings);
}

#[test]
fn a_frequency_of_a_korean_name_of_before_is_read() {
    let mut model = matching::Model::presumed(&settings());
    // As folding once left it: three syllables in eight parts.
    let parts = "\u{1100}\u{1175}\u{11b7}\u{1106}\u{1175}\u{11ab}\u{1109}\u{116e}";
    model.comparisons[0].frequencies =
        Some(matching::Frequencies { shares: [(parts.to_owned(), 0.02), ("kim".to_owned(), 0.01)].into(), rare: 1e-5 });
    let read: matching::Model = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
    let frequencies = read.comparisons[0].frequencies.as_ref().unwrap();
    assert_eq!((frequencies.share("김민수"), frequencies.share("kim")), (0.02, 0.01));
}

#[test]
fn a_model_of_a_checked_identifier_is_written_and_read() {
    let mut settings = settings();
    settings.comparisons.push(Comparison::new("number", Kind::CheckedIdentifier { check: CheckDigit::Mod97 }));
    let text = serde_json::to_string(&matching::Model::presumed(&settings)).unwrap();
    assert!(text.contains(r#"{"checked_identifier":{"check":"mod97"}}"#), "{text}");
    let read: matching::Model = serde_json::from_str(&text).unwrap();
    read.check(&settings).unwrap();
    settings.comparisons.pop();
    settings.comparisons.push(Comparison::new("number", Kind::Identifier));
    assert!(read.check(&settings).is_err(), "a check more is another comparison");
}
