//! Typed identifiers. An id names a thing of the project or of a run; none of them holds a personal value.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Says why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty or longer than [`MAX_ID_LENGTH`] bytes.
    #[error("an id has 1 to {MAX_ID_LENGTH} characters")]
    Length,
    /// The text has a character that ids don't have.
    #[error("an id has lower-case letters, digits, `-` and `_`, and begins with a letter")]
    Character,
    /// A recipient is not `agency/role`.
    #[error("a recipient is written `agency/role`")]
    Recipient,
    /// A person id is not written as [`PersonId`] writes it.
    #[error("a person id is `P` and a number")]
    Person,
}

/// The longest id, in bytes: ids become names of folders and of tables.
pub const MAX_ID_LENGTH: usize = 64;

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() || text.len() > MAX_ID_LENGTH {
        return Err(IdError::Length);
    }
    let well_formed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    if !well_formed || !text.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(IdError::Character);
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Gives the id written as `text`.
            ///
            /// # Errors
            /// [`IdError`] when the text is not an id.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                check(text.as_ref())?;
                Ok(Self(text.as_ref().into()))
            }

            /// Gives the text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.to_string()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id!(
    /// Names an agency: the file name in `agencies/`.
    AgencyId
);
text_id!(
    /// Names a register: the file name in `registers/`.
    RegisterId
);
text_id!(
    /// Names a purpose: the file name in `purposes/`.
    PurposeId
);
text_id!(
    /// Names an agreement: the file name in `agreements/`.
    AgreementId
);
text_id!(
    /// Names a model: the file name in `models/`, folders left out.
    ModelId
);
text_id!(
    /// Names an object type: the file name in `ontology/`.
    ObjectTypeId
);
text_id!(
    /// Names a role within an agency, such as `case-officer`.
    RoleId
);
text_id!(
    /// Names one run of a job.
    RunId
);
text_id!(
    /// Names the account of a person who uses Lucarne. Not written to the log in clear.
    OfficerId
);

/// Names a case of an agency: free text of at most 64 characters, as the agency's own system writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub String);

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role of an agency, written `agency/role`: who a purpose discloses to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recipient {
    /// The agency.
    pub agency: AgencyId,
    /// The role within it.
    pub role: RoleId,
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.agency, self.role)
    }
}

impl FromStr for Recipient {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (agency, role) = text.split_once('/').ok_or(IdError::Recipient)?;
        Ok(Self { agency: agency.parse()?, role: role.parse()? })
    }
}

impl TryFrom<String> for Recipient {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> String {
        recipient.to_string()
    }
}

/// Names a person of the spine. Internal and stable; agencies see only keyed pseudonyms of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub u64);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

impl FromStr for PersonId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let number = text.strip_prefix('P').ok_or(IdError::Person)?;
        number.parse().map(Self).map_err(|_| IdError::Person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_words() {
        assert!(RegisterId::new("social_security").is_ok());
        assert_eq!(RegisterId::new(""), Err(IdError::Length));
        for bad in ["Tax", "1tax", "tax office", "../tax", "tax.csv", "é"] {
            assert_eq!(RegisterId::new(bad), Err(IdError::Character), "{bad}");
        }
    }

    #[test]
    fn recipients_and_persons_read_back_what_they_write() {
        let recipient: Recipient = "education/case-officer".parse().unwrap();
        assert_eq!(recipient.to_string(), "education/case-officer");
        assert_eq!("education".parse::<Recipient>(), Err(IdError::Recipient));
        assert_eq!("P17".parse::<PersonId>(), Ok(PersonId(17)));
        assert_eq!("17".parse::<PersonId>(), Err(IdError::Person));
    }
}
