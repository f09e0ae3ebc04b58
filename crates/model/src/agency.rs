//! Who takes part: `agencies/*.toml`.

use serde::Serialize;

use crate::id::{AgencyId, RoleId};

/// An agency: it owns registers, asks questions, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agency {
    /// The file name without `.toml`.
    pub id: AgencyId,
    /// The name people know it by, in English.
    pub title: String,
    /// The name in French, where the file gives one.
    pub title_fr: Option<String>,
    /// What it does, in a sentence.
    pub says: String,
    /// Where people write to about their data.
    pub contact: String,
    /// The roles that its people act in.
    pub roles: Vec<Role>,
}

/// A role of an agency's people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Its id within the agency.
    pub id: RoleId,
    /// What people call it, in English.
    pub title: String,
    /// The same in French, where the file gives one.
    pub title_fr: Option<String>,
    /// What it does in Lucarne.
    pub kind: RoleKind,
}

/// What a role does in Lucarne.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleKind {
    /// Decides about one person at a time, under a purpose and a case.
    Officer,
    /// Settles uncertain links.
    Steward,
    /// Reads the log and the rules, never personal values.
    DataProtectionOfficer,
    /// Runs ingest, build, link and index.
    Engineer,
}
