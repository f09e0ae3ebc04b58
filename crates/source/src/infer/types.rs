//! Guesses the type of a column from its values.

use std::collections::HashSet;

use arrow_schema::TimeUnit;
use chrono::Datelike as _;
use model::register::Check;
use model::{Class, ColumnType};

use super::class::{last_told, mostly};
use crate::cast::{DateFormats, boolean, decimal, timestamp};

/// Words that people write where there is no value.
const MISSING: [&str; 14] =
    ["N/A", "n/a", "NA", "NULL", "null", "None", "none", "NaN", "nan", "-", "--", "?", "unknown", "UNKNOWN"];

/// Formats of days, likeliest first.
const DATE_FORMATS: [&str; 10] = [
    "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%d/%m/%y",
    "%m/%d/%y",
];

/// Words in names of columns whose numbers name something: their zeros in front count, and nobody adds them.
const NAMING: [&str; 36] = [
    "zip",
    "zipcode",
    "postcode",
    "postal",
    "cp",
    "code",
    "insee",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "fax",
    "house",
    "unit",
    "id",
    "uid",
    "uuid",
    "identifier",
    "identifiant",
    "no",
    "nr",
    "number",
    "numero",
    "ref",
    "reference",
    "matricule",
    "account",
    "compte",
    "iban",
    "card",
    "carte",
    "plate",
    "siren",
    "siret",
    "vin",
];

/// Words in names of columns whose numbers count or measure something, however long they are, and whatever they are of: the
/// balance of an account is no account.
const MEASURING: [&str; 17] = [
    "amount",
    "total",
    "sum",
    "price",
    "fee",
    "cost",
    "balance",
    "value",
    "count",
    "quantity",
    "population",
    "montant",
    "somme",
    "prix",
    "solde",
    "valeur",
    "nombre",
];

/// So many digits are more than most things count to.
const LONG_DIGITS: usize = 7;

/// What the values look like.
pub(super) struct TypeGuess {
    pub(super) of: ColumnType,
    pub(super) format: Option<&'static str>,
    /// Another format in which all can be read.
    pub(super) other_format: Option<&'static str>,
    pub(super) check: Option<&'static str>,
    /// Words that mean that there is no value.
    pub(super) missing: Vec<&'static str>,
    /// Whether every row has a value and no two the same.
    pub(super) is_unique: bool,
    /// Whether the values are whole numbers that stay text because they look like names of something.
    pub(super) is_named_by_number: bool,
}

/// Guesses; `of` is the type where the file states it.
pub(super) fn guess(name: &str, class: Option<Class>, values: &[Option<&str>], of: Option<ColumnType>) -> TypeGuess {
    let is_blank = |value: &&str| !value.trim().is_empty();
    let present: Vec<&str> = values.iter().flatten().copied().filter(is_blank).map(str::trim).collect();
    let found: HashSet<&str> = present.iter().copied().collect();
    let is_unique = !values.is_empty() && present.len() == values.len() && found.len() == values.len();
    let missing: Vec<&'static str> = MISSING.into_iter().filter(|word| found.contains(word)).collect();
    let real: Vec<Option<&str>> = present.into_iter().filter(|value| !missing.contains(value)).map(Some).collect();
    let mut guess = TypeGuess {
        of: ColumnType::Text,
        format: None,
        other_format: None,
        check: None,
        missing,
        is_unique,
        is_named_by_number: false,
    };
    if let Some(of) = of {
        guess.of = of;
        return guess;
    }
    let words: Vec<&str> = name.split('_').collect();
    let is_name_of_something = matches!(class, Some(Class::Identifier | Class::Contact))
        || (!is_measured(&words) && words.iter().any(|word| NAMING.contains(word)));
    if real.is_empty() {
        return guess;
    }
    if let Some((format, other)) = date_format(&words, &real) {
        guess.of = ColumnType::Date;
        (guess.format, guess.other_format) = (Some(format), other);
    } else if mostly(&real, |value| value.len() > 10 && timestamp(value, &[]).is_ok()) {
        guess.of = ColumnType::Timestamp;
    } else if is_name_of_something {
        let is_ssn = words.contains(&"ssn") && mostly(&real, |value| Check::UsSsn.passes(value));
        guess.check = is_ssn.then_some("us-ssn");
    } else if mostly(&real, |value| value.parse::<i64>().is_err() && boolean(value).is_ok()) {
        guess.of = ColumnType::Boolean;
    } else if mostly(&real, is_whole_number) {
        guess.is_named_by_number = names_something(&words, class, &real);
        if !guess.is_named_by_number {
            guess.of = ColumnType::Integer;
        }
    } else if let Some(of) = decimal_type(&real) {
        guess.of = of;
    }
    guess
}

fn is_whole_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    value.parse::<i64>().is_ok() && !(digits.len() > 1 && digits.starts_with('0'))
}

/// Tells whether whole numbers look like names of something, such as national numbers, under whatever name the column has.
/// As text they lose nothing; as integers they would lose zeros in front, and be compared as amounts.
fn names_something(words: &[&str], class: Option<Class>, values: &[Option<&str>]) -> bool {
    if is_measured(words) || is_money(words, class) {
        return false;
    }
    let numbers: Vec<&str> = values.iter().flatten().copied().filter(|value| value.parse::<i64>().is_ok()).collect();
    if class == Some(Class::Address) || numbers.iter().any(|number| number.len() > 1 && number.starts_with('0')) {
        return true;
    }
    if numbers.iter().any(|number| number.starts_with('-')) {
        return false;
    }
    let is_long = mostly(values, |value| value.len() >= LONG_DIGITS);
    let distinct: HashSet<&str> = numbers.iter().copied().collect();
    let are_mostly_distinct = distinct.len() * 10 >= numbers.len() * 9;
    let have_one_length = numbers.iter().all(|number| number.len() == numbers[0].len());
    let have_check_digits =
        || [Check::Luhn, Check::Mod97, Check::Mod11].iter().any(|check| mostly(values, |value| check.passes(value)));
    is_long && (are_mostly_distinct || have_one_length || have_check_digits())
}

/// Tells whether a name says that something is counted or measured, as in `account_balance`. A code is a code of whatever it is.
fn is_measured(words: &[&str]) -> bool {
    is_count(words) || (words.last() != Some(&"code") && words.iter().any(|word| MEASURING.contains(word)))
}

/// Tells whether a name says that money is meant, as in `state_tax`; where it says nothing the class does.
fn is_money(words: &[&str], class: Option<Class>) -> bool {
    let told = last_told(words).or(class);
    matches!(told, Some(Class::Income | Class::Loan | Class::Tax | Class::Benefit | Class::Donation))
}

/// Tells whether a name says that something is counted, as in `number_of_children`.
pub(super) fn is_count(words: &[&str]) -> bool {
    words.windows(2).any(|pair| matches!(pair, ["number" | "no", "of"] | ["nombre", "de"]))
}

fn decimal_type(values: &[Option<&str>]) -> Option<ColumnType> {
    if !mostly(values, |value| is_whole_number(value) || (decimal(value, 38, 12).is_ok() && value.contains('.'))) {
        return None;
    }
    let (mut whole_max, mut scale_max) = (1, 0);
    for value in values.iter().flatten().filter(|value| decimal(value, 38, 12).is_ok()) {
        let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
        whole_max = whole_max.max(whole.trim_start_matches(['-', '+']).len());
        scale_max = scale_max.max(fraction.len());
    }
    let scale = i8::try_from(scale_max.min(12)).ok()?;
    // Room for values a hundred times as large as those looked at.
    let precision = u8::try_from((whole_max + 2 + scale_max).min(38)).ok()?;
    Some(ColumnType::Decimal { precision, scale })
}

/// Gives a format in which nearly all can be read, and another if there is one.
fn date_format(words: &[&str], values: &[Option<&str>]) -> Option<(&'static str, Option<&'static str>)> {
    let is_named_so = words.iter().any(|word| matches!(*word, "date" | "day" | "dob" | "birth" | "naissance" | "jour"));
    let mut fitting = DATE_FORMATS.into_iter().filter(|format| {
        // Eight digits may be any number.
        if *format == "%Y%m%d" && !is_named_so {
            return false;
        }
        let formats = DateFormats::new(&[(*format).to_owned()]);
        let is_long_year = !format.ends_with("%y");
        mostly(values, |value| {
            formats.read(value).is_ok_and(|day| (1850..=2150).contains(&day.year()))
                && (value.len() == 8 || is_long_year)
        })
    });
    let first = fitting.next()?;
    Some((first, fitting.next()))
}

/// Gives the type that a Parquet column states, where it states one of ours.
pub(super) fn of_arrow(of: &arrow_schema::DataType) -> Option<ColumnType> {
    use arrow_schema::DataType;
    match of {
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => Some(ColumnType::Integer),
        DataType::Boolean => Some(ColumnType::Boolean),
        DataType::Date32 => Some(ColumnType::Date),
        DataType::Timestamp(
            TimeUnit::Second | TimeUnit::Millisecond | TimeUnit::Microsecond | TimeUnit::Nanosecond,
            _,
        ) => Some(ColumnType::Timestamp),
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            Some(ColumnType::Decimal { precision: *precision, scale: *scale })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, class: Option<Class>, values: &[&str]) -> TypeGuess {
        guess(name, class, &values.iter().map(|value| Some(*value)).collect::<Vec<_>>(), None)
    }

    #[test]
    fn values_tell_types() {
        let cases: [(&str, &[&str], ColumnType, Option<&str>); 14] = [
            ("amount", &["1", "-20", "300"], ColumnType::Integer, None),
            ("amount", &["1.50", "20"], ColumnType::Decimal { precision: 6, scale: 2 }, None),
            ("amount", &["1,50"], ColumnType::Text, None),
            ("code", &["12", "34"], ColumnType::Text, None),
            ("x", &["01", "02"], ColumnType::Text, None),
            ("x", &["yes", "No"], ColumnType::Boolean, None),
            ("x", &["0", "1"], ColumnType::Integer, None),
            ("birth_date", &["19991231", "20000101"], ColumnType::Date, Some("%Y%m%d")),
            // Eight digits may be any number, and as text they lose nothing.
            ("x", &["19991231"], ColumnType::Text, None),
            ("x", &["31/12/1999"], ColumnType::Date, Some("%d/%m/%Y")),
            ("x", &["12/31/1999"], ColumnType::Date, Some("%m/%d/%Y")),
            ("x", &["1999-12-31T10:00:00Z"], ColumnType::Timestamp, None),
            ("x", &["Ann", "1"], ColumnType::Text, None),
            ("x", &[""], ColumnType::Text, None),
        ];
        for (name, values, expected, format) in cases {
            let guess = of(name, None, values);
            assert_eq!((guess.of, guess.format), (expected, format), "{name} {values:?}");
        }
        assert_eq!(of("x", None, &["01/02/1999"]).other_format, Some("%m/%d/%Y"));
        assert_eq!(of("n", None, &["1", "N/A", "3"]).missing, ["N/A"]);
        assert_eq!(of("ssn", Some(Class::Identifier), &["078051120"]).check, Some("us-ssn"));
        assert!(of("n", None, &["1", "2"]).is_unique && !of("n", None, &["1", "1"]).is_unique);
    }

    #[test]
    fn numbers_that_name_something_stay_text_under_any_name() {
        let text: [(&str, Option<Class>, &[&str]); 9] = [
            ("rpn", None, &["604821735", "118230946", "392047718"]),
            ("x", None, &["1234567", "98765432", "5556667"]),
            // Of one length, though many are the same.
            ("x", None, &["1000001", "1000001", "1000001", "1000002"]),
            // One zero in front is enough: as a number it would be lost.
            ("x", None, &["7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "017"]),
            ("donor_id", Some(Class::Donation), &["3", "4"]),
            ("account", None, &["12", "34"]),
            ("telephone", Some(Class::Contact), &["5550100"]),
            ("commune", Some(Class::Address), &["75056", "13055"]),
            ("house_number", Some(Class::Address), &["12"]),
        ];
        for (name, class, values) in text {
            assert_eq!(of(name, class, values).of, ColumnType::Text, "{name} {values:?}");
        }
        let integers: [(&str, Option<Class>, &[&str]); 6] = [
            ("x", None, &["12", "345", "6"]),
            ("amount", None, &["1234567", "7654321"]),
            ("income", Some(Class::Income), &["1234567", "7654321"]),
            ("x", None, &["-1234567", "7654321"]),
            ("number_of_children", Some(Class::Family), &["2", "3"]),
            ("tax_year", Some(Class::Tax), &["2023", "2024"]),
        ];
        for (name, class, values) in integers {
            assert_eq!(of(name, class, values).of, ColumnType::Integer, "{name} {values:?}");
        }
        // Sums of seven digits, all different and of one length: only the name tells them from names of something.
        let sums = ["1234567", "7654321", "2345678"];
        let typed = |name: &str| of(name, super::super::class::guess(name, &sums.map(Some)), &sums).of;
        let numbers = [
            "account_balance",
            "solde_compte",
            "montant_carte",
            "card_fee",
            "prix_vin",
            "house_price",
            "state_pension",
            "state_tax",
            "city_population",
            "commune_population",
            "household_income",
        ];
        for name in numbers {
            assert_eq!(typed(name), ColumnType::Integer, "{name}");
        }
        let names = [
            "account_no",
            "card_number",
            "compte",
            "vin",
            "siret",
            "account",
            "fee_code",
            "tax_code",
            "tax_id",
            "tax_district",
            "loan_account",
            "state",
        ];
        for name in names {
            assert_eq!(typed(name), ColumnType::Text, "{name}");
        }
        // A zero in front, or a place, makes no name of an amount.
        assert_eq!(of("state_tax", Some(Class::Address), &["12", "5"]).of, ColumnType::Integer);
        let with_zero = ["7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "017"];
        assert_eq!(of("card_fee", None, &with_zero).of, ColumnType::Integer);
        assert!(of("rpn", None, &["604821735"]).is_named_by_number && !of("id", None, &["1"]).is_named_by_number);
    }
}
