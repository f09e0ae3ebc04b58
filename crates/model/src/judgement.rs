//! What people decide about links. Judgements are append-only and win over scores; a later one undoes an earlier, and one that is
//! taken back is as if nobody had made it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::record::RecordId;

/// What was decided about two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// They are of the same person.
    Same,
    /// They are of different persons.
    Different,
    /// It can't be told; the score decides.
    CannotSay,
    /// The person to whom the first record was linked says that it is not about them. Until a steward has judged the two
    /// records, the first stays where it is and has no say in anything.
    Disputed,
    /// The person took the dispute back: what was judged before holds again.
    Withdrawn,
    /// The steward took back what they judged last of the two records and did not take back before. All is as if they had never
    /// judged it: what was judged before holds again, and a dispute that it settled is open again.
    TakenBack,
}

impl Verdict {
    /// Gives the name used in files, tables and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::CannotSay => "cannot-say",
            Self::Disputed => "disputed",
            Self::Withdrawn => "withdrawn",
            Self::TakenBack => "taken-back",
        }
    }

    /// Tells whether it is the word of the person whom a record was linked to, not that of a steward. The contested
    /// record then comes first, whichever id is smaller.
    #[must_use]
    pub fn is_of_the_person(self) -> bool {
        matches!(self, Self::Disputed | Self::Withdrawn)
    }
}

/// How the reason of a row that takes a judgement back begins; the number of the judgement's entry of the log, `: ` and the steward's
/// words follow.
pub const TAKING_BACK: &str = "taking back entry ";

/// Gives what a reason says that is taken back, by the number of its entry of the log, and the words that follow; none where it
/// does not name one.
#[must_use]
pub fn taken_back(reason: &str) -> Option<(u64, &str)> {
    let (entry, words) = reason.strip_prefix(TAKING_BACK)?.split_once(": ")?;
    Some((entry.parse().ok()?, words))
}

/// One judgement: two records, what was decided, by whom, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The smaller record id; of a dispute, the contested record.
    pub left: RecordId,
    /// The larger record id; of a dispute, the record that ties the contested one to the person.
    pub right: RecordId,
    /// What was decided.
    pub verdict: Verdict,
    /// The account that decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in the words of who decided.
    pub reason: String,
}
