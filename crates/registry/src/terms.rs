//! The full-text index: one document for each record, with terms to find it by and nothing to show.

use std::path::Path;

use arrow_array::{Array, Date32Array, RecordBatch};
use chrono::{Datelike as _, NaiveDate};
use matching::normalise;
use model::Register;
use tantivy::schema::{FAST, Field, INDEXED, STRING, Schema};
use tantivy::{Index, IndexWriter, TantivyDocument};

use crate::error::RegistryError;
use crate::link::Place;
use crate::rows;

/// Memory of the writer, in bytes.
const WRITER_BYTES: usize = 256 << 20;

/// What a person may be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Name,
    Birth,
    Identifier,
    Contact,
    Address,
    /// Who works somewhere is asked by the whole name of the employer, and by nothing beside it: it is opened, not searched for.
    Employer,
}

impl Kind {
    /// Every kind, in the order of their fields.
    pub(crate) const ALL: [Self; 6] =
        [Self::Name, Self::Birth, Self::Identifier, Self::Contact, Self::Address, Self::Employer];

    /// The kinds that are compared with slips and put together.
    pub(crate) const COMPARED: [Self; 5] = [Self::Name, Self::Birth, Self::Identifier, Self::Contact, Self::Address];

    /// Tells whether records of a register are found by this kind. Those who are in a register of a special category and work
    /// somewhere would be a list of just that, so nobody is found there by an employer.
    pub(crate) fn finds(self, register: &Register) -> bool {
        self != Self::Employer || register.special_categories().is_empty()
    }

    /// Gives the columns of person records whose values are found as this kind.
    pub(crate) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["first_name", "middle_name", "last_name", "birth_name"],
            Self::Birth => &["birth_date"],
            Self::Identifier => &["national_id", "tax_number", "passport_number"],
            Self::Contact => &["phone", "email"],
            Self::Address => &["house_number", "street", "city", "postcode"],
            Self::Employer => &["employer"],
        }
    }

    fn field_name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Birth => "birth",
            Self::Identifier => "identifier",
            Self::Contact => "contact",
            Self::Address => "address",
            Self::Employer => "employer",
        }
    }
}

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) register: Field,
    pub(crate) hash_high: Field,
    pub(crate) hash_low: Field,
    kinds: [Field; 6],
}

pub(crate) const HASH_HIGH: &str = "hash_high";
pub(crate) const HASH_LOW: &str = "hash_low";
pub(crate) const REGISTER: &str = "register";

impl Fields {
    pub(crate) fn of(self, kind: Kind) -> Field {
        self.kinds[kind as usize]
    }

    pub(crate) fn make() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let register = schema.add_u64_field(REGISTER, INDEXED | FAST);
        let hash_high = schema.add_u64_field(HASH_HIGH, FAST);
        let hash_low = schema.add_u64_field(HASH_LOW, FAST);
        let kinds = Kind::ALL.map(|kind| schema.add_text_field(kind.field_name(), STRING));
        (schema.build(), Self { register, hash_high, hash_low, kinds })
    }

    /// Gives the fields of an index that was opened.
    #[expect(clippy::disallowed_methods, reason = "what is in it is shown only after the gate decided")]
    pub(crate) fn open(path: &Path) -> Result<(Index, Self), RegistryError> {
        // What the full-text index says of a damaged file may quote it.
        let unreadable = |_| RegistryError::damaged(path, "the full-text index can't be opened");
        let index = Index::open_in_dir(path).map_err(unreadable)?;
        // A damaged file would not be noticed: persons would just not be found.
        if !index.validate_checksum().map_err(unreadable)?.is_empty() {
            return Err(RegistryError::damaged(path, "a file of the full-text index has changed"));
        }
        let (schema, fields) = Self::make();
        if index.schema() != schema {
            return Err(RegistryError::damaged(path, "its fields are not those of this version"));
        }
        Ok((index, fields))
    }
}

/// Writes the full-text index of a generation.
///
/// Documents are written by one thread and merged into one segment. Their order says nothing: where hits tie, the record
/// id decides, whatever else is in the index.
pub(crate) struct TermWriter {
    index: Index,
    writer: IndexWriter<TantivyDocument>,
    fields: Fields,
}

impl TermWriter {
    pub(crate) fn create(path: &Path) -> Result<Self, RegistryError> {
        std::fs::create_dir_all(path).map_err(RegistryError::io(path))?;
        let (schema, fields) = Fields::make();
        let index = Index::create_in_dir(path, schema)?;
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        writer.set_merge_policy(Box::new(tantivy::merge_policy::NoMergePolicy));
        Ok(Self { index, writer, fields })
    }

    /// Adds one document for each row of a batch of person records, with terms of these kinds.
    pub(crate) fn add(
        &mut self,
        table: &str,
        register: u16,
        kinds: &[Kind],
        batch: &RecordBatch,
    ) -> Result<(), RegistryError> {
        let hashes = rows::record_hashes(table, batch)?;
        let mut texts = Vec::new();
        for kind in kinds.iter().copied() {
            for name in kind.columns().iter().filter(|name| batch.column_by_name(name).is_some()) {
                if kind != Kind::Birth {
                    texts.push((kind, *name, rows::text_column(table, batch, name)?));
                }
            }
        }
        let births =
            match batch.column_by_name("birth_date") {
                Some(column) => Some(column.as_any().downcast_ref::<Date32Array>().ok_or_else(|| {
                    RegistryError::Column { table: table.to_owned(), column: "birth_date".to_owned() }
                })?),
                None => None,
            };
        let mut terms = Vec::new();
        for (row, hash) in hashes.into_iter().enumerate() {
            let (high, low) = halves(Place { register, hash });
            let mut document = TantivyDocument::new();
            document.add_u64(self.fields.register, u64::from(register));
            document.add_u64(self.fields.hash_high, high);
            document.add_u64(self.fields.hash_low, low);
            for (kind, name, column) in &texts {
                if column.is_valid(row) {
                    terms.clear();
                    write_terms(*kind, name, column.value(row), &mut terms);
                    for term in &terms {
                        document.add_text(self.fields.of(*kind), term);
                    }
                }
            }
            if let Some(date) =
                births.filter(|births| births.is_valid(row)).and_then(|births| births.value_as_date(row))
            {
                for (term, _) in birth_terms(date) {
                    document.add_text(self.fields.of(Kind::Birth), term);
                }
            }
            self.writer.add_document(document)?;
        }
        Ok(())
    }

    /// Commits and merges into one segment.
    pub(crate) fn finish(mut self) -> Result<(), RegistryError> {
        self.writer.commit()?;
        let segments = self.index.searchable_segment_ids()?;
        if segments.len() > 1 {
            self.writer.merge(&segments).wait()?;
            self.writer.garbage_collect_files().wait()?;
        }
        self.writer.wait_merging_threads()?;
        Ok(())
    }
}

/// Gives a record's hash as the two numbers that the index keeps.
fn halves(place: Place) -> (u64, u64) {
    let number = u128::from_be_bytes(place.hash);
    #[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
    let halves = ((number >> 64) as u64, number as u64);
    halves
}

/// Gives the record that these numbers name.
pub(crate) fn place_of(register: u16, high: u64, low: u64) -> Place {
    Place { register, hash: ((u128::from(high) << 64) | u128::from(low)).to_be_bytes() }
}

/// Adds the terms by which `text`, a value of the column `name`, is found.
pub(crate) fn write_terms(kind: Kind, name: &str, text: &str, terms: &mut Vec<String>) {
    match kind {
        Kind::Name | Kind::Address => terms.extend(words(text)),
        Kind::Identifier => terms.extend(some(normalise::fold_identifier(text))),
        Kind::Contact if name == "phone" => terms.extend(some(normalise::fold_phone(text))),
        Kind::Contact => terms.extend(some(text.trim().to_lowercase())),
        Kind::Employer => terms.extend(some(employer(text))),
        Kind::Birth => {}
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Gives the one term of an employer: its whole name, folded.
pub(crate) fn employer(name: &str) -> String {
    words(name).join(" ")
}

/// Gives the words of a text, folded: lower case, without accents.
pub(crate) fn words(text: &str) -> Vec<String> {
    normalise::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Gives the terms of a birth date and what agreeing on each is worth: the day, day and month in another year, and the
/// year.
pub(crate) fn birth_terms(date: NaiveDate) -> Vec<(String, f32)> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    vec![(day_term(date), 4.0), (format!("{month:02}{day:02}"), 1.0), (year_term(year), 0.5)]
}

/// Gives the term of a year.
pub(crate) fn year_term(year: i32) -> String {
    format!("{year:04}")
}

/// Gives the term of a day.
pub(crate) fn day_term(date: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// Gives the date with day and month swapped, where that is another one.
pub(crate) fn swapped(date: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year(), date.day(), date.month()).filter(|other| *other != date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_accents_and_marks() {
        assert_eq!(words("Jean-François  D’Arc"), ["jean", "francois", "darc"]);
        assert!(words(" — ").is_empty());
    }

    #[test]
    fn days_and_months_swap_where_that_is_a_date() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(swapped(day("1984-03-12")), Some(day("1984-12-03")));
        assert_eq!(swapped(day("1984-03-31")), None);
        assert_eq!(swapped(day("1984-03-03")), None, "the same day is not another");
    }

    #[test]
    fn hashes_survive_as_two_numbers() {
        let place = Place { register: 3, hash: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] };
        let (high, low) = halves(place);
        assert_eq!(place_of(3, high, low), place);
    }

    #[test]
    fn an_employer_is_one_term_of_its_whole_name() {
        let mut terms = Vec::new();
        write_terms(Kind::Employer, "employer", "Kestrel Foods & Sons", &mut terms);
        assert_eq!(terms, ["kestrel foods sons"]);
        assert_eq!(employer(" KESTREL  Foods, & sons. "), terms[0], "marks, case and gaps say nothing");
        for other in ["Kestrel Foods", "Kestrel", "Foods Kestrel Sons", "Kestrel Food & Sons"] {
            assert_ne!(employer(other), terms[0], "{other}");
        }
        write_terms(Kind::Employer, "employer", " – ", &mut terms);
        assert_eq!(terms.len(), 1, "marks alone are no employer");
    }

    #[test]
    fn identifiers_are_found_however_they_are_written() {
        let mut terms = Vec::new();
        write_terms(Kind::Identifier, "national_id", "AB-12 34", &mut terms);
        let mut again = Vec::new();
        write_terms(Kind::Identifier, "national_id", "ab1234", &mut again);
        assert_eq!(terms, again);
        write_terms(Kind::Identifier, "national_id", "--", &mut again);
        assert_eq!(terms.len(), again.len(), "an identifier of marks alone has no term");
    }
}
