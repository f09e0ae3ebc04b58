//! SQL models: `models/**/*.sql`. Lines that begin with `--!` at the top of a file are its settings, in TOML.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::Serialize;

use crate::class::Class;
use crate::id::{ModelId, RegisterId};
use crate::register::Register;

/// A model: one `select` that makes one table.
///
/// It reads registers as `registers.NAME` and other models as `models.NAME`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SqlModel {
    /// The file name without `.sql`.
    pub id: ModelId,
    /// The file, relative to the project.
    pub path: PathBuf,
    /// What it makes.
    pub kind: ModelKind,
    /// The one register whose rows it is made of; a model never joins the values of two.
    pub register: RegisterId,
    /// What it holds, in a sentence.
    pub says: String,
    /// The class of each of its columns, where it differs from that of the register's column of the same name; every
    /// column that has no namesake in the register is named here.
    pub classes: IndexMap<String, Class>,
    /// What must hold of its rows.
    pub expect: Expectations,
    /// The whole text of the file.
    pub text: String,
    /// Where in `text` the SQL begins, in bytes.
    pub sql_begins: usize,
}

impl SqlModel {
    /// Gives the SQL without the settings.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.text[self.sql_begins..]
    }

    /// Tells whether the model can have a column of this name, as far as its text tells: the name of a column has to be
    /// written there, or a wildcard that stands for it. Where it can, it need not.
    #[must_use]
    pub fn can_have(&self, column: &str) -> bool {
        let sql = self.sql().to_lowercase();
        let parts = |letter: char| !letter.is_alphanumeric() && letter != '_';
        sql.contains('*') || sql.split(parts).any(|word| word == column)
    }

    /// Gives the class of a column of this model, `register` being the one that it is made of; none for a column whose
    /// class nobody stated, which therefore may not be shown.
    #[must_use]
    pub fn class_of(&self, column: &str, register: &Register) -> Option<Class> {
        if let Some(class) = self.classes.get(column) {
            return Some(*class);
        }
        let fixed = PERSON_COLUMNS.iter().find(|(name, _)| *name == column).map(|(_, class)| *class);
        match (self.kind, fixed) {
            (ModelKind::Person, Some(class)) => Some(class),
            _ => register.columns.get(column).map(|column| column.class),
        }
    }
}

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Person records: what linkage compares. Has `_record`, any of [`PERSON_COLUMNS`], and any further column to which the model
    /// gives a class.
    Person,
    /// Objects of the ontology. Has `_record`.
    Object,
    /// A step on the way.
    Step,
}

/// The usual columns of person records: name and what is in it. All are text but `birth_date`, which is a date. `born` is as much
/// of it as is known, for linking: `1964-02-29`, `1964-02` or `1964`.
pub const PERSON_COLUMNS: [(&str, Class); 19] = [
    ("first_name", Class::Identity),
    ("middle_name", Class::Identity),
    ("last_name", Class::Identity),
    ("birth_name", Class::Identity),
    ("birth_date", Class::Identity),
    ("birth_year", Class::Identity),
    ("born", Class::Identity),
    ("birth_place", Class::Identity),
    ("sex", Class::Identity),
    ("national_id", Class::Identifier),
    ("tax_number", Class::Identifier),
    ("passport_number", Class::Identifier),
    ("house_number", Class::Address),
    ("street", Class::Address),
    ("city", Class::Address),
    ("postcode", Class::Address),
    ("district", Class::Address),
    ("phone", Class::Contact),
    ("email", Class::Contact),
];

/// What must hold of a model's rows, else the build stops and the old table stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Expectations {
    /// Columns whose values occur once each.
    pub unique: Vec<String>,
    /// Columns without nulls.
    pub not_null: Vec<String>,
    /// Columns with the only values accepted; nulls pass.
    pub accepted: IndexMap<String, Vec<String>>,
    /// The least number of rows.
    pub rows_min: Option<u64>,
    /// The greatest number of rows.
    pub rows_max: Option<u64>,
}

/// Tells whether a text has more than empty lines and comments.
#[must_use]
pub fn has_sql(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with("--"))
}
