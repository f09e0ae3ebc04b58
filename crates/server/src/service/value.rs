//! Values as they are shown: text with what the purpose made of it.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use model::{Column, Project, RegisterId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// A value as JSON.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ShownValue {
    /// Text; dates as `2026-11-24`, moments as RFC 3339 in UTC, decimals with all of their digits.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number with a fraction.
    Fraction(f64),
    /// Yes or no.
    Truth(bool),
    /// There is no value.
    Missing(()),
}

impl ShownValue {
    /// Gives the value of a row of an array.
    ///
    /// # Errors
    /// A problem when the array has a type that no register has.
    pub fn of(array: &ArrayRef, row: usize) -> Result<Self, Problem> {
        if array.is_null(row) {
            return Ok(Self::Missing(()));
        }
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string::<i32>().value(row).to_owned()),
            DataType::Boolean => Self::Truth(array.as_boolean().value(row)),
            DataType::Int32 => Self::Number(i64::from(array.as_primitive::<Int32Type>().value(row))),
            DataType::Int64 => Self::Number(array.as_primitive::<Int64Type>().value(row)),
            DataType::Float64 => Self::Fraction(array.as_primitive::<Float64Type>().value(row)),
            DataType::Decimal128(..) => Self::Text(array.as_primitive::<Decimal128Type>().value_as_string(row)),
            DataType::Date32 => match array.as_primitive::<Date32Type>().value_as_date(row) {
                Some(date) => Self::Text(date.to_string()),
                None => Self::Missing(()),
            },
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                match array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row) {
                    Some(moment) => Self::Text(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
                    None => Self::Missing(()),
                }
            }
            other => {
                tracing::error!(r#type = %other, "a value of this type can't be shown");
                return Err(Problem::new("internal", "a value can't be shown").in_words("problem-is-value"));
            }
        })
    }

    /// Gives the value as plain text, as [`text`](Self::text) does.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            other => other.text(),
        }
    }

    /// Gives the value as plain text; none when there is no value.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Fraction(number) => Some(number.to_string()),
            Self::Truth(truth) => Some(if *truth { "yes" } else { "no" }.to_owned()),
            Self::Missing(()) => None,
        }
    }
}

/// Gives what people call a column of a register.
#[must_use]
pub fn column_title<'a>(project: &'a Project, register: &RegisterId, name: &'a str) -> &'a str {
    column(project, register, name).map_or(name, |column| column.title.as_str())
}

/// What people call the columns of person records, in English and French.
const PERSON_TITLES: [(&str, &str, &str); 19] = [
    ("first_name", "First name", "Prénom"),
    ("middle_name", "Middle name", "Deuxième prénom"),
    ("last_name", "Last name", "Nom"),
    ("birth_name", "Birth name", "Nom de naissance"),
    ("birth_date", "Birth date", "Date de naissance"),
    ("birth_year", "Birth year", "Année de naissance"),
    ("born", "Born, as far as is known", "Date de naissance, même incomplète"),
    ("birth_place", "Birth place", "Lieu de naissance"),
    ("sex", "Sex", "Sexe"),
    ("national_id", "National number", "Numéro national"),
    ("tax_number", "Tax number", "Numéro fiscal"),
    ("passport_number", "Passport number", "Numéro de passeport"),
    ("house_number", "House number", "Numéro de voie"),
    ("street", "Street", "Rue"),
    ("city", "Town", "Commune"),
    ("postcode", "Postcode", "Code postal"),
    ("district", "District", "District"),
    ("phone", "Telephone", "Téléphone"),
    ("email", "E-mail", "Courriel"),
];

/// Gives what people call a column, in English and French: by the register, or, for columns of person records, by what
/// they mean; else the name itself, as people write it.
pub(crate) fn titles(project: &Project, register: &RegisterId, name: &str) -> (String, String) {
    if let Some(column) = column(project, register, name) {
        return (column.title.clone(), column.title_fr.clone().unwrap_or_else(|| column.title.clone()));
    }
    if let Some((_, english, french)) = PERSON_TITLES.iter().find(|(known, ..)| *known == name) {
        return ((*english).to_owned(), (*french).to_owned());
    }
    let text = name.replace('_', " ");
    let mut letters = text.chars();
    let title: String = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    (title.clone(), title)
}

/// Gives a column of a register.
pub(crate) fn column<'a>(project: &'a Project, register: &RegisterId, name: &str) -> Option<&'a Column> {
    project.registers.get(register)?.columns.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_person_records_has_a_title_in_both_languages() {
        for (name, _) in model::sql_model::PERSON_COLUMNS {
            assert!(PERSON_TITLES.iter().any(|(known, ..)| *known == name), "{name}");
        }
        assert_eq!(PERSON_TITLES.len(), model::sql_model::PERSON_COLUMNS.len());
    }
}
