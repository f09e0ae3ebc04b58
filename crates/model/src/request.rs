//! Who asks for what, and why: the words in which every read is asked for.

use serde::{Deserialize, Serialize};

use crate::agency::RoleKind;
use crate::id::{CaseId, OfficerId, PersonId, PurposeId, Recipient};
use crate::purpose::Job;

/// Who acts. Made from a verified session or token, never from what a request claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Actor {
    /// A person who works for an agency.
    Member {
        /// The account.
        account: OfficerId,
        /// The agency and the role.
        recipient: Recipient,
        /// What the role does.
        role: RoleKind,
    },
    /// A person asking about themselves.
    Citizen {
        /// The account.
        account: OfficerId,
        /// The person that they proved to be.
        person: PersonId,
    },
    /// The system itself, running a job that an engineer started or a schedule.
    System,
}

impl Actor {
    /// Gives the account, if a person acts.
    #[must_use]
    pub fn account(&self) -> Option<&OfficerId> {
        match self {
            Self::Member { account, .. } | Self::Citizen { account, .. } => Some(account),
            Self::System => None,
        }
    }
}

/// A wish to read personal data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// Who asks.
    pub actor: Actor,
    /// Under which purpose.
    pub purpose: PurposeId,
    /// For which case.
    pub case: Option<CaseId>,
    /// Why, in the asker's words.
    pub justification: Option<String>,
    /// Whether these are not the asker's words but the program's, which asked nobody for a reason. Nothing that a client sends
    /// says so.
    pub by_program: bool,
    /// What they want to do.
    pub action: Action,
}

/// What a request wants to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Action {
    /// Look for persons; each person shown is a subject.
    Search,
    /// Open one person.
    OpenPerson {
        /// The person.
        person: PersonId,
    },
    /// See the two records of an uncertain link.
    ReviewLink,
    /// Read what is held about oneself.
    ReadOwn,
    /// Run a job over whole tables.
    RunJob {
        /// The job.
        job: Job,
    },
}
