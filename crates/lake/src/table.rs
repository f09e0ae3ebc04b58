//! Names of tables.

use std::fmt;
use std::path::{Path, PathBuf};

use model::{ModelId, RegisterId};
use serde::{Deserialize, Serialize};

/// A part of the lake: a folder on disk and a schema in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Namespace {
    /// Rows of registers.
    Registers,
    /// Rows that a register's schema doesn't accept.
    Quarantine,
    /// What SQL models made of registers.
    Models,
    /// Which record belongs to which person.
    Spine,
}

impl Namespace {
    /// Gives every namespace.
    pub const ALL: [Self; 4] = [Self::Registers, Self::Quarantine, Self::Models, Self::Spine];

    /// Gives the name of the folder and of the schema in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registers => "registers",
            Self::Quarantine => "quarantine",
            Self::Models => "models",
            Self::Spine => "spine",
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableRef {
    /// The part of the lake.
    pub namespace: Namespace,
    /// The name within it: lower-case letters, digits, `_` and `-`.
    pub name: String,
}

impl TableRef {
    /// Gives the table of a register's rows.
    #[must_use]
    pub fn register(id: &RegisterId) -> Self {
        Self { namespace: Namespace::Registers, name: id.as_str().to_owned() }
    }

    /// Gives the table of the rows that a register's schema doesn't accept: `<register>_quarantine`.
    #[must_use]
    pub fn quarantine(id: &RegisterId) -> Self {
        Self { namespace: Namespace::Quarantine, name: format!("{id}_quarantine") }
    }

    /// Gives the table that a model makes.
    #[must_use]
    pub fn model(id: &ModelId) -> Self {
        Self { namespace: Namespace::Models, name: id.as_str().to_owned() }
    }

    /// Gives a table of the spine.
    #[must_use]
    pub fn spine(name: &'static str) -> Self {
        Self { namespace: Namespace::Spine, name: name.to_owned() }
    }

    /// Gives the table's folder within the lake's.
    pub(crate) fn folder(&self, lake: &Path) -> PathBuf {
        lake.join(self.namespace.as_str()).join(&self.name)
    }

    /// Names come from ids, but the field is public: a name that could leave its folder names no table.
    pub(crate) fn is_well_formed(&self) -> bool {
        let accepted = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        !self.name.is_empty() && self.name.bytes().all(accepted)
    }
}

/// Writes `namespace.name`, as SQL does.
impl fmt::Display for TableRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        let tax = RegisterId::new("tax_1040").unwrap();
        assert_eq!(TableRef::register(&tax).to_string(), "registers.tax_1040");
        assert_eq!(TableRef::quarantine(&tax).to_string(), "quarantine.tax_1040_quarantine");
        assert!(TableRef::quarantine(&tax).is_well_formed());
        for name in ["", "..", "a/b", "../x", "A", "a b"] {
            let table = TableRef { namespace: Namespace::Models, name: name.into() };
            assert!(!table.is_well_formed(), "{name}");
        }
    }
}
