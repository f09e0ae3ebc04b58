//! How records are linked: `linkage.toml`.

use indexmap::IndexMap;
use serde::Serialize;

use crate::id::{AgreementId, PurposeId, RegisterId};
use crate::judgement::Verdict;
use crate::register::CheckDigit;

/// The linkage of a project, or of loose files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkageConfig {
    /// The purpose of the job; none for loose files.
    pub purpose: Option<PurposeId>,
    /// The agreement under which the base registers are linked; none for loose files.
    pub agreement: Option<AgreementId>,
    /// Registers that are attached to persons without ever connecting two of them, by the agreement that allows it.
    pub attach: Vec<Attach>,
    /// The probability from which two records are taken for one person's.
    pub threshold: f64,
    /// By register or source: how sure it is, 0 to 1, that it holds one record a person. Evidence, not law.
    pub one_record_per_person: IndexMap<String, f64>,
    /// Which pairs are looked at.
    pub blocks: Vec<Block>,
    /// How a pair is compared.
    pub comparisons: Vec<Compare>,
    /// The most records of one block that are compared pair by pair; larger blocks are split where their rule says by what,
    /// or else left out, and either is said.
    pub block_size_max: Option<u64>,
    /// The seed of samples drawn in training.
    pub seed: u64,
    /// Verdicts of the review that count only when a second steward comes to the same.
    pub second_reviewer: Vec<Verdict>,
    /// How the quality of the linkage is watched.
    pub quality: QualityConfig,
}

/// How the quality of a linkage is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QualityConfig {
    /// By what records are told apart, to see whether errors differ between groups.
    pub groups: Vec<GroupBy>,
    /// How many pairs are drawn at random from each stratum and put before stewards; none when it is 0.
    pub sample: u64,
}

/// What records are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupBy {
    /// The column of person records.
    pub column: String,
    /// Whether it is by how the text is written rather than by the text: `column.form`. Names that have marks, or several words,
    /// are spelled in more ways than others.
    pub is_form: bool,
}

impl GroupBy {
    /// Gives the name, as the file has it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}{}", self.column, if self.is_form { Self::FORM } else { "" })
    }

    /// What follows the column when records are told apart by how it is written.
    pub const FORM: &'static str = ".form";
}

impl Default for QualityConfig {
    fn default() -> Self {
        Self { groups: Vec::new(), sample: 20 }
    }
}

/// Registers attached under an agreement of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attach {
    /// The agreement, which must name the registers' special categories.
    pub agreement: AgreementId,
    /// The registers.
    pub registers: Vec<RegisterId>,
}

/// A blocking rule: pairs that agree on all keys are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The keys.
    pub on: Vec<Key>,
    /// Further keys, by which blocks with too many records are split: of those, pairs that agree on these too are compared.
    /// None: such blocks are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<Key>,
    /// The most records of one block of this rule, where that is less than for all of them: what many records share says
    /// little by itself.
    pub size_max: Option<u64>,
}

/// A key: a column, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// The column.
    pub column: String,
    /// Which part of it.
    pub part: Part,
}

/// Which part of a column makes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of it.
    Whole,
    /// The first characters: `column[..3]`.
    Prefix(u8),
    /// The last characters: `column[-4..]`.
    Suffix(u8),
    /// The year of a date: `column.year`.
    Year,
    /// The month of a date: `column.month`.
    Month,
    /// How it sounds: `column.sound`.
    Sound,
    /// Its words in alphabetical order: `column.words`.
    Words,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compare {
    /// The column.
    pub column: String,
    /// The kind: one of [`COMPARISON_KINDS`].
    pub r#as: String,
    /// Whether rare values weigh more than common ones.
    pub term_frequency: bool,
    /// A column whose value may have been swapped with this one, such as `last_name` for `first_name`.
    pub swapped_with: Option<String>,
    /// Whether people of one household tend to share the value; none: what is usual for the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<bool>,
    /// How the check digit of an identifier is worked out, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckDigit>,
}

/// The kinds of comparison.
pub const COMPARISON_KINDS: [&str; 11] =
    ["name", "exact", "date", "identifier", "text", "number", "code", "phone", "email", "sex", "address"];
