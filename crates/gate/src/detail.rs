//! The detail of a look: what the log may not hold, kept encrypted in `state`, bound by the commitment in the entry.
//!
//! A detail is a list of parts, each salted on its own, so that a person can be shown the parts that concern them, and
//! prove that they are what was logged, without learning who else a search was about:
//!
//! ```text
//! salt(i)    = HMAC-SHA-256(seed, i as 4 bytes big-endian)          seed: 32 random bytes, kept in the detail only
//! digest(i)  = SHA-256(salt(i) ‖ name(i) ‖ 0x00 ‖ text(i))
//! commitment = SHA-256(digest(0) ‖ digest(1) ‖ …)
//! ```

use chrono::NaiveDate;
use model::{CaseId, OfficerId, PersonId, RecordId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::entry::Digest32;
use crate::error::GateError;
use crate::keys::hmac_sha256;

/// The names of parts.
pub(crate) mod part {
    /// What the purpose said at the time, and whether a case and a justification were given.
    pub(crate) const TERMS: &str = "terms";
    /// The account.
    pub(crate) const OFFICER: &str = "officer";
    /// The case.
    pub(crate) const CASE: &str = "case";
    /// The justification.
    pub(crate) const JUSTIFICATION: &str = "justification";
    /// One subject and its records.
    pub(crate) const SUBJECT: &str = "subject";
    /// What an ingest, a judgement, a contest or oversight adds.
    pub(crate) const MORE: &str = "more";
}

/// What the purpose said at the time of the look, and who gave its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TermsThen {
    pub(crate) says: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) says_fr: Option<String>,
    pub(crate) legal_basis: Vec<String>,
    pub(crate) case_named: bool,
    pub(crate) justified: bool,
    /// Whether the program gave the justification. Nobody can write it there by what they type as theirs.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) by_program: bool,
}

/// One subject of a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubjectThen {
    pub(crate) person: PersonId,
    pub(crate) records: Vec<RecordId>,
}

/// Files of an ingest, the judgement of a steward, what a person contests, or which details named accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub(crate) enum More {
    Ingest {
        files: Vec<IngestedFile>,
    },
    Judgement {
        judgement: model::Judgement,
    },
    /// A judgement that counts once a second steward comes to the same.
    Proposal {
        judgement: model::Judgement,
    },
    /// What a person says of a record that was linked to them.
    Contest {
        judgement: model::Judgement,
    },
    /// From which day on accounts were counted, and the commitments of the looks whose details were opened to name some.
    Oversight {
        since: NaiveDate,
        opened: Vec<Digest32>,
    },
}

/// A file that was read in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestedFile {
    /// The file, relative to the project.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// All that is known about a look beyond its entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Detail {
    pub(crate) terms: Option<TermsThen>,
    pub(crate) officer: Option<OfficerId>,
    pub(crate) case: Option<CaseId>,
    pub(crate) justification: Option<String>,
    pub(crate) subjects: Vec<SubjectThen>,
    pub(crate) more: Option<More>,
}

/// A detail in its stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    seed: Digest32,
    parts: Vec<StoredPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPart {
    name: String,
    text: String,
}

/// A part of a detail as it is handed to a person: opened, or its digest only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "part")]
pub enum Part {
    /// The part, and the salt that makes its digest.
    Opened {
        /// What the part holds.
        name: String,
        /// The salt.
        salt: Digest32,
        /// The part.
        text: String,
    },
    /// A part that concerns others.
    Closed {
        /// Its digest.
        digest: Digest32,
    },
}

impl Part {
    /// Gives the digest of the part.
    #[must_use]
    pub fn digest(&self) -> Digest32 {
        match self {
            Self::Opened { name, salt, text } => part_digest(&salt.0, name, text),
            Self::Closed { digest } => *digest,
        }
    }
}

/// Gives the commitment that these parts open.
#[must_use]
pub fn commitment_of(parts: &[Part]) -> Digest32 {
    commit(parts.iter().map(|part| part.digest().0))
}

fn commit(digests: impl Iterator<Item = [u8; 32]>) -> Digest32 {
    let mut hasher = Sha256::new();
    for digest in digests {
        hasher.update(digest);
    }
    Digest32(hasher.finalize().into())
}

fn part_digest(salt: &[u8; 32], name: &str, text: &str) -> Digest32 {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(name.as_bytes());
    hasher.update([0]);
    hasher.update(text.as_bytes());
    Digest32(hasher.finalize().into())
}

fn to_json<T: Serialize>(value: &T) -> Result<String, GateError> {
    serde_json::to_string(value).map_err(|_| GateError::Detail)
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, GateError> {
    serde_json::from_str(text).map_err(|_| GateError::Detail)
}

impl Detail {
    /// Gives the stored form under a fresh seed.
    pub(crate) fn seal(&self) -> Result<Stored, GateError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| GateError::Random)?;
        self.seal_with(seed)
    }

    pub(crate) fn seal_with(&self, seed: [u8; 32]) -> Result<Stored, GateError> {
        let mut parts = Vec::with_capacity(4 + self.subjects.len());
        let mut add = |name: &str, text: String| parts.push(StoredPart { name: name.to_owned(), text });
        if let Some(terms) = &self.terms {
            add(part::TERMS, to_json(terms)?);
        }
        if let Some(officer) = &self.officer {
            add(part::OFFICER, to_json(officer)?);
        }
        if let Some(case) = &self.case {
            add(part::CASE, to_json(case)?);
        }
        if let Some(justification) = &self.justification {
            add(part::JUSTIFICATION, to_json(justification)?);
        }
        if let Some(more) = &self.more {
            add(part::MORE, to_json(more)?);
        }
        for subject in &self.subjects {
            add(part::SUBJECT, to_json(subject)?);
        }
        Ok(Stored { seed: Digest32(seed), parts })
    }
}

impl Stored {
    /// Gives the bytes to be encrypted.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, GateError> {
        serde_json::to_vec(self).map_err(|_| GateError::Detail)
    }

    /// Reads decrypted bytes and checks that they open `commitment`.
    pub(crate) fn decode(bytes: &[u8], commitment: &[u8; 32]) -> Result<Self, GateError> {
        let stored: Self = serde_json::from_slice(bytes).map_err(|_| GateError::Detail)?;
        if stored.commitment().0 == *commitment { Ok(stored) } else { Err(GateError::Detail) }
    }

    pub(crate) fn commitment(&self) -> Digest32 {
        let digests = self.parts.iter().enumerate();
        commit(digests.map(|(index, part)| part_digest(&self.salt(index), &part.name, &part.text).0))
    }

    fn salt(&self, index: usize) -> [u8; 32] {
        // A detail has at most a few thousand parts.
        hmac_sha256(&self.seed.0, &[&(index as u32).to_be_bytes()])
    }

    /// Gives the parts, those opened for which `shown` says so.
    pub(crate) fn parts(&self, shown: impl Fn(&str, &str) -> bool) -> Vec<Part> {
        let part = |(index, part): (usize, &StoredPart)| {
            let salt = self.salt(index);
            if shown(&part.name, &part.text) {
                Part::Opened { name: part.name.clone(), salt: Digest32(salt), text: part.text.clone() }
            } else {
                Part::Closed { digest: part_digest(&salt, &part.name, &part.text) }
            }
        };
        self.parts.iter().enumerate().map(part).collect()
    }

    /// Gives the detail.
    pub(crate) fn open(&self) -> Result<Detail, GateError> {
        let mut detail = Detail::default();
        for StoredPart { name, text } in &self.parts {
            match name.as_str() {
                part::TERMS => detail.terms = Some(from_json(text)?),
                part::OFFICER => detail.officer = Some(from_json(text)?),
                part::CASE => detail.case = Some(from_json(text)?),
                part::JUSTIFICATION => detail.justification = Some(from_json(text)?),
                part::MORE => detail.more = Some(from_json(text)?),
                part::SUBJECT => detail.subjects.push(from_json(text)?),
                _ => return Err(GateError::Detail),
            }
        }
        Ok(detail)
    }
}

#[cfg(test)]
mod tests {
    use model::RegisterId;

    use super::*;

    fn detail() -> Detail {
        let tax = RegisterId::new("tax").unwrap();
        let subject = |id: u64| SubjectThen {
            person: PersonId(id),
            records: vec![RecordId::from_key(&tax, &[Some(&id.to_string())])],
        };
        Detail {
            terms: Some(TermsThen {
                says: "Decide about relief".into(),
                says_fr: None,
                legal_basis: vec!["Loan Relief Act, art. 4".into()],
                case_named: true,
                justified: true,
                by_program: false,
            }),
            officer: Some(OfficerId::new("ada").unwrap()),
            case: Some(CaseId("2026-17".into())),
            justification: Some("asked by letter".into()),
            subjects: vec![subject(1), subject(2)],
            more: None,
        }
    }

    #[test]
    fn a_detail_reads_back_and_its_commitment_never_changes() {
        let stored = detail().seal_with([5; 32]).unwrap();
        assert_eq!(stored.commitment().to_string(), "fe94e9da9b139befac17ee0ecfbedc0c7c8702c191989f2195189796d548f16e");
        let bytes = stored.encode().unwrap();
        let read = Stored::decode(&bytes, &stored.commitment().0).unwrap();
        assert_eq!(read.open().unwrap(), detail());
    }

    #[test]
    fn a_detail_that_was_changed_does_not_open_its_commitment() {
        let stored = detail().seal_with([5; 32]).unwrap();
        let text = String::from_utf8(stored.encode().unwrap()).unwrap().replace("by letter", "by nobody");
        assert!(matches!(Stored::decode(text.as_bytes(), &stored.commitment().0), Err(GateError::Detail)));
    }

    #[test]
    fn closed_parts_prove_without_showing() {
        let stored = detail().seal_with([5; 32]).unwrap();
        let parts = stored.parts(|name, text| name == part::SUBJECT && text.contains("\"person\":1,"));
        assert_eq!(commitment_of(&parts), stored.commitment());
        let opened: Vec<_> = parts.iter().filter(|part| matches!(part, Part::Opened { .. })).collect();
        assert_eq!(opened.len(), 1);
        let shown = serde_json::to_string(&parts).unwrap();
        for hidden in ["ada", "2026-17", "letter", "\\\"person\\\":2", &"05".repeat(32)] {
            assert!(!shown.contains(hidden), "{hidden}");
        }
    }

    #[test]
    fn the_same_detail_has_another_commitment_each_time() {
        assert_ne!(detail().seal().unwrap().commitment(), detail().seal().unwrap().commitment());
    }
}
