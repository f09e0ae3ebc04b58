//! Why something may be read, by whom, and how much of it: `purposes/*.toml`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::class::Class;
use crate::disclosure::Disclosure;
use crate::id::{AgreementId, PurposeId, Recipient, RegisterId};
use crate::validity::Validity;

/// The name under which `state` keeps entries of files that were read in: nothing is read under a purpose then.
pub const INGEST: &str = "ingest";

/// The name under which `state` keeps entries of who read which accounts ask most.
pub const OVERSIGHT: &str = "oversight";

/// The names that no purpose of a project has: entries under it would be among those that the gate makes by itself.
pub const RESERVED: [&str; 2] = [INGEST, OVERSIGHT];

/// The greatest [`Purpose::colleagues_max`]: as many persons as one search shows.
pub const COLLEAGUES_MAX: u32 = 50;

/// A purpose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Purpose {
    /// The file name without `.toml`.
    pub id: PurposeId,
    /// What it is for, in a sentence that a citizen understands.
    pub says: String,
    /// The same in French, where the file gives it.
    pub says_fr: Option<String>,
    /// Terms of the Data Privacy Vocabulary (`dpv:…`) and articles of law; never empty.
    pub legal_basis: Vec<String>,
    /// All of them in French, where the file gives them; never empty.
    pub legal_basis_fr: Option<Vec<String>>,
    /// Who may use it. Empty for a purpose of jobs.
    pub recipients: Vec<Recipient>,
    /// The agreement under which registers are read together.
    pub agreement: AgreementId,
    /// The registers it reaches: those named here, all of them covered by the agreement; when the file names none,
    /// those of the agreement.
    pub registers: Vec<RegisterId>,
    /// How many persons one read is about.
    pub subject: Subject,
    /// Whether a case must be named.
    pub needs_case: bool,
    /// Whether the officer must write why.
    pub needs_justification: bool,
    /// How many different persons one officer may open in a day (UTC); none means no officer may open any.
    pub persons_per_officer_and_day: Option<u32>,
    /// The most persons of one employer, from 1 to [`COLLEAGUES_MAX`], who are shown to whoever asks who works there: where more
    /// do, nobody is shown. None means that employers do not open.
    pub colleagues_max: Option<u32>,
    /// When it is in force.
    pub valid: Validity,
    /// How each class is disclosed; a class not named is withheld.
    pub discloses: IndexMap<Class, Disclosure>,
}

impl Purpose {
    /// Gives how values of `class` are disclosed; withheld where the purpose doesn't name it.
    #[must_use]
    pub fn disclosure(&self, class: Class) -> &Disclosure {
        self.discloses.get(&class).unwrap_or(&Disclosure::Withheld)
    }
}

/// What one read under a purpose is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Subject {
    /// One person at a time.
    OnePerson,
    /// Persons reading what is held about themselves and who looked.
    #[serde(rename = "self")]
    Self_,
    /// The uncertain links of the spine, pair by pair.
    LinkReview,
    /// A run of one of these jobs over whole tables.
    Run {
        /// The jobs.
        jobs: Vec<Job>,
    },
}

/// A job that reads personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Runs the SQL models.
    Build,
    /// Links records of the same person.
    Link,
    /// Builds the serving index.
    Index,
}

impl Job {
    /// Gives every job.
    pub const ALL: [Self; 3] = [Self::Build, Self::Link, Self::Index];

    /// Gives the name used in project files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Link => "link",
            Self::Index => "index",
        }
    }
}
