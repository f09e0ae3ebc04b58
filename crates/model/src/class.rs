//! Sensitivity classes: what kind of thing a column says about a person.
//!
//! The list is closed, so that a purpose that names no class of it discloses nothing of it, and so that the special
//! categories can't be renamed away. It is modelled on the personal-data taxonomy of the W3C Data Privacy Vocabulary
//! (DPV-PD) and on GDPR article 9; firearms are added because a list of their owners is a list of houses to rob.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A category of which no list of persons is given without an agreement that names exactly it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpecialCategory {
    /// Political opinions, donations and activity.
    Politics,
    /// Religious or philosophical belief.
    Religion,
    /// Health.
    Health,
    /// Biometric identification.
    Biometrics,
    /// Ownership of firearms.
    Firearms,
}

impl SpecialCategory {
    /// Gives the name used in project files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Politics => "politics",
            Self::Religion => "religion",
            Self::Health => "health",
            Self::Biometrics => "biometrics",
            Self::Firearms => "firearms",
        }
    }

    /// Gives every special category.
    pub const ALL: [Self; 5] = [Self::Politics, Self::Religion, Self::Health, Self::Biometrics, Self::Firearms];
}

impl fmt::Display for SpecialCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SpecialCategory {
    type Err = UnknownClass;
    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        Self::ALL.into_iter().find(|category| category.as_str() == text).ok_or(UnknownClass)
    }
}

/// Says that a text names no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such class")]
pub struct UnknownClass;

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $special:expr;)*) => {
        /// What a column says about a person.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Class { $($(#[$doc])* $name,)* }

        impl Class {
            /// Gives every class, in the order in which pages list them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Gives the name used in project files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Gives the special category to which the class belongs, if it does.
            #[must_use]
            pub fn special(self) -> Option<SpecialCategory> {
                match self { $(Self::$name => $special,)* }
            }
        }
    };
}

classes! {
    /// Numbers issued to one person: national, tax or passport numbers.
    Identifier = "identifier", None;
    /// Names, birth, sex: what tells people apart.
    Identity = "identity", None;
    /// Where a person lives or lived.
    Address = "address", None;
    /// Telephone and electronic mail.
    Contact = "contact", None;
    /// Marriage, household, parents, children.
    Family = "family", None;
    /// Employer, occupation.
    Employment = "employment", None;
    /// What a person earns.
    Income = "income", None;
    /// What a person owes or paid in tax.
    Tax = "tax", None;
    /// Loans and their repayment.
    Loan = "loan", None;
    /// Benefits received.
    Benefit = "benefit", None;
    /// Immigration status, visas, nationality.
    Migration = "migration", None;
    /// Border crossings and journeys.
    Travel = "travel", None;
    /// Forms handed in.
    Form = "form", None;
    /// Bought from a commercial seller.
    Commercial = "commercial", None;
    /// Dates and codes of the agency's own handling.
    Administrative = "administrative", None;
    /// Permits and weapons.
    Firearm = "firearm", Some(SpecialCategory::Firearms);
    /// Donations to parties and candidates.
    Donation = "donation", Some(SpecialCategory::Politics);
    /// Membership, petitions, demonstrations.
    Politics = "politics", Some(SpecialCategory::Politics);
    /// Fingerprints, faces, irises: sealed references, never values.
    Biometric = "biometric", Some(SpecialCategory::Biometrics);
    /// Illness, disability, treatment.
    Health = "health", Some(SpecialCategory::Health);
    /// Belief and congregation.
    Religion = "religion", Some(SpecialCategory::Religion);
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Class {
    type Err = UnknownClass;
    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        Self::ALL.iter().copied().find(|class| class.as_str() == text).ok_or(UnknownClass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_agree_with_serde() {
        for class in Class::ALL {
            assert_eq!(class.as_str().parse(), Ok(*class));
            assert_eq!(serde_json::to_string(class).unwrap(), format!("\"{class}\""));
        }
        for category in SpecialCategory::ALL {
            assert_eq!(category.as_str().parse(), Ok(category));
            assert!(Class::ALL.iter().any(|class| class.special() == Some(category)), "{category} has a class");
        }
    }
}
