//! Which registers may be linked or disclosed together, why, by which law, until when: `agreements/*.toml`.

use serde::Serialize;

use crate::class::SpecialCategory;
use crate::id::{AgencyId, AgreementId, RegisterId};
use crate::validity::Validity;

/// An agreement between agencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// The file name without `.toml`.
    pub id: AgreementId,
    /// What it is for, in a sentence.
    pub says: String,
    /// The same in French, where the file gives it.
    pub says_fr: Option<String>,
    /// The articles of law it rests on; never empty.
    pub legal_basis: Vec<String>,
    /// All of them in French, where the file gives them; never empty.
    pub legal_basis_fr: Option<Vec<String>>,
    /// The agencies that signed.
    pub parties: Vec<AgencyId>,
    /// The registers it covers.
    pub registers: Vec<RegisterId>,
    /// Whether records of these registers may be linked under it.
    pub allows_linking: bool,
    /// The special categories it names. A register with columns of a special category is neither linked nor disclosed
    /// under an agreement that does not name it.
    pub special_categories: Vec<SpecialCategory>,
    /// When it is in force.
    pub valid: Validity,
}
