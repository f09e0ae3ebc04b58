//! Entries of the log: versions 1 and 2 of the leaf bytes. `docs/log-format.md` describes them for who checks the log.
//!
//! An entry is one JSON object without white space, its fields in the order below, absent ones left out. It holds no
//! personal data: names of rules and registers, counts, a commitment to the detail and one tag a subject.

use std::fmt;

use indexmap::IndexMap;
use model::{Class, Disclosure, Job, PurposeId, Recipient, RegisterId, RunId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::GateError;
use crate::keys::TAG_LENGTH;

/// The version that this build writes. It reads the one before too, which has the same fields: there the entry of a search
/// names every class that the purpose gives, and no text of a class says that whole values may be compared.
pub const ENTRY_VERSION: u8 = 2;

/// The first version.
const ENTRY_VERSION_FIRST: u8 = 1;

/// The most bytes of an entry: what a bundle of the log can hold of one (C2SP tlog-tiles counts in 16 bits).
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// One person was opened.
    Look,
    /// Persons were looked for; each one shown is a subject.
    Search,
    /// The two records of an uncertain link were shown.
    Review,
    /// A person read what is held about themselves, or who looked.
    Own,
    /// A job read whole tables.
    Job,
    /// A register's files were read in.
    Ingest,
    /// A steward decided about a link.
    Judgement,
    /// A person contested that a record is theirs, or took that back.
    Contest,
    /// The accounts that ask most were named to a data protection officer.
    Oversight,
    /// Something was refused; `asked` says what.
    Refusal,
}

impl EntryKind {
    /// Gives the name used in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Search => "search",
            Self::Review => "review",
            Self::Own => "own",
            Self::Job => "job",
            Self::Ingest => "ingest",
            Self::Judgement => "judgement",
            Self::Contest => "contest",
            Self::Oversight => "oversight",
            Self::Refusal => "refusal",
        }
    }
}

/// Who acted, as far as the log says: an agency's role, never a name or an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// Someone of an agency, in a role: `agency/role`.
    Recipient(Recipient),
    /// A person, about themselves: `citizen`.
    Citizen,
    /// The system: `system`.
    System,
    /// A role that the project does not have: `unknown`. What it called itself is not repeated.
    Unknown,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recipient(recipient) => recipient.fmt(f),
            Self::Citizen => f.write_str("citizen"),
            Self::System => f.write_str("system"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl Serialize for By {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for By {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "citizen" => Ok(Self::Citizen),
            "system" => Ok(Self::System),
            "unknown" => Ok(Self::Unknown),
            _ => text.parse().map(Self::Recipient).map_err(D::Error::custom),
        }
    }
}

/// A table that a job read, and in which version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRead {
    /// The table, as SQL names it, such as `registers.tax`.
    pub table: String,
    /// The version; none for a table that the run itself makes and reads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<u64>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version: [`ENTRY_VERSION`], or an earlier one.
    pub v: u8,
    /// What it is about.
    pub kind: EntryKind,
    /// What was asked for; of a refusal only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked: Option<EntryKind>,
    /// When, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// Who.
    pub by: By,
    /// The purpose; none where none applies or the project has none of the name asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub purpose: Option<PurposeId>,
    /// The registers within reach.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub registers: Vec<RegisterId>,
    /// The classes within reach and how each is disclosed; every other one is withheld. Of a search, those of the columns that
    /// records of persons can have: see [`names_more`](Self::names_more).
    #[serde(skip_serializing_if = "IndexMap::is_empty", default, with = "classes_as_text")]
    pub classes: IndexMap<Class, Disclosure>,
    /// How many persons it is about.
    pub subjects: u32,
    /// The rules that refused.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rules: Vec<String>,
    /// The job; of a run only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job: Option<Job>,
    /// The run; of runs and ingests.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<RunId>,
    /// The tables that a run reads.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tables: Vec<TableRead>,
    /// How many files an ingest read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub files: Option<u64>,
    /// How many rows it took in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<u64>,
    /// How many rows it put into quarantine.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quarantined: Option<u64>,
    /// SHA-256 over the rules in force: policies, purposes, agreements, roles, owners and classes.
    pub policy: Digest32,
    /// Binds the detail, which is kept apart, encrypted and erasable.
    pub commitment: Digest32,
    /// One tag a subject, sorted, so that their order says nothing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tags: Vec<Tag>,
}

impl Entry {
    /// Gives the leaf bytes.
    ///
    /// # Errors
    /// [`GateError::EntryTooLarge`] when the log could not take them.
    pub fn encode(&self) -> Result<Vec<u8>, GateError> {
        let bytes = serde_json::to_vec(self).map_err(|error| GateError::Entry(error.to_string()))?;
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(GateError::EntryTooLarge { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    /// Reads leaf bytes.
    ///
    /// # Errors
    /// [`GateError::Entry`] when they are not what [`encode`](Self::encode) writes, to the byte: an entry has one form.
    pub fn decode(bytes: &[u8]) -> Result<Self, GateError> {
        let entry: Self = serde_json::from_slice(bytes).map_err(|error| GateError::Entry(error.to_string()))?;
        if !(ENTRY_VERSION_FIRST..=ENTRY_VERSION).contains(&entry.v) {
            let why = format!("version {} is none of {ENTRY_VERSION_FIRST} to {ENTRY_VERSION}", entry.v);
            return Err(GateError::Entry(why));
        }
        let is_matched = |how: &Disclosure| matches!(how, Disclosure::Last { matched: true, .. });
        if entry.v == ENTRY_VERSION_FIRST && entry.classes.values().any(is_matched) {
            return Err(GateError::Entry(format!("version {ENTRY_VERSION_FIRST} has no such disclosure")));
        }
        if entry.encode()? != bytes {
            return Err(GateError::Entry("not in canonical form".into()));
        }
        Ok(entry)
    }

    /// Tells whether the entry names more classes than what it is about could show: that of a search in version 1, which names
    /// every class that the purpose gives. Since version 2 it names those of the columns that records of persons can have.
    #[must_use]
    pub fn names_more(&self) -> bool {
        self.v == ENTRY_VERSION_FIRST && self.kind == EntryKind::Search
    }

    /// Tells whether the entry is about the person who holds `key`.
    #[must_use]
    pub fn is_about(&self, key: &crate::PersonKey) -> bool {
        let tag = Tag(key.tag(&self.commitment.0));
        self.tags.binary_search(&tag).is_ok()
    }
}

/// 32 bytes, written as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest32(pub [u8; 32]);

/// The tag of a subject, written as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; TAG_LENGTH]);

macro_rules! hexadecimal {
    ($name:ident, $length:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let mut bytes = [0; $length];
                hex::decode_to_slice(&text, &mut bytes).map_err(D::Error::custom)?;
                Ok(Self(bytes))
            }
        }
    };
}

hexadecimal!(Digest32, 32);
hexadecimal!(Tag, TAG_LENGTH);

/// Disclosures as one text each: `value`, `district`, `yes-no below 40000`, `last 4`.
mod classes_as_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        classes: &IndexMap<Class, Disclosure>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(classes.iter().map(|(class, disclosure)| (class, write_disclosure(disclosure))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<IndexMap<Class, Disclosure>, D::Error> {
        let texts = IndexMap::<Class, String>::deserialize(deserializer)?;
        let read = |(class, text): (Class, String)| {
            let disclosure = read_disclosure(&text).ok_or_else(|| D::Error::custom("no such disclosure"))?;
            Ok((class, disclosure))
        };
        texts.into_iter().map(read).collect()
    }
}

/// Gives a disclosure as the log writes it.
#[must_use]
pub fn write_disclosure(disclosure: &Disclosure) -> String {
    match disclosure {
        Disclosure::YesNo { below } => format!("yes-no below {below}"),
        Disclosure::Last { keep, matched: false } => format!("last {keep}"),
        Disclosure::Last { keep, matched: true } => format!("last {keep} match"),
        other => other.as_str().to_owned(),
    }
}

fn read_disclosure(text: &str) -> Option<Disclosure> {
    if let Some(below) = text.strip_prefix("yes-no below ") {
        return below.parse().ok().map(|below| Disclosure::YesNo { below });
    }
    if let Some(keep) = text.strip_prefix("last ") {
        let (keep, matched) = keep.strip_suffix(" match").map_or((keep, false), |keep| (keep, true));
        return keep.parse().ok().map(|keep| Disclosure::Last { keep, matched });
    }
    let plain = [
        Disclosure::Value,
        Disclosure::District,
        Disclosure::Coarse,
        Disclosure::Presence,
        Disclosure::MatchOnly,
        Disclosure::Withheld,
    ];
    plain.into_iter().find(|disclosure| disclosure.as_str() == text)
}
