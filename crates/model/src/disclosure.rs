//! How much of a value is given.

use serde::{Deserialize, Serialize};

/// How values of one class are disclosed under a purpose. A class that a purpose does not name is withheld.
///
/// | written in a purpose file | `1974-03-09` becomes | `Main Street 5` becomes | `31250.00` becomes | searched |
/// |---|---|---|---|---|
/// | `"value"` | `1974-03-09` | `Main Street 5` | `31250.00` | yes |
/// | `{ as = "yes-no", below = 40_000 }` | – | – | `yes` | no |
/// | `"district"` (class `address` only) | – | the district's name | – | no |
/// | `"coarse"` | `1974` | `M` | – | no |
/// | `{ as = "last", keep = 1 }` | `•••••••••9` | `••••••••••••5` | `•••••••0` | no |
/// | `{ as = "last", keep = 1, match = true }` (classes `identifier` and `contact` only) | `•••••••••9` | – | – | whole |
/// | `"presence"` | that there is a value | that there is a value | that there is a value | no |
/// | `"match-only"` | – | – | – | yes |
/// | `"withheld"` | – | – | – | no |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "as")]
pub enum Disclosure {
    /// The value itself.
    Value,
    /// Whether the number is below a bound; the number itself never leaves.
    YesNo {
        /// The bound, in the unit of the column.
        below: f64,
    },
    /// The district of an address instead of the address.
    District,
    /// The year of a date; of a text, its first letter.
    Coarse,
    /// All but the last `keep` characters replaced.
    Last {
        /// How many characters stay, at most 4.
        keep: u8,
        /// Whether a search may compare a whole value with it all the same: by itself alone, and each time out of the day's number
        /// of persons, whether somebody has it or not. Else the characters that are not shown could be tried one after the other.
        #[serde(default, rename = "match", skip_serializing_if = "std::ops::Not::not")]
        matched: bool,
    },
    /// Whether there is a value at all.
    Presence,
    /// Not shown, but a search may use it: a hit tells the asker only what they already typed.
    MatchOnly,
    /// Not given.
    Withheld,
}

/// How a search may compare what was typed with values of a class; the later, the more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compared {
    /// Not at all.
    Not,
    /// As a whole, without a slip, and by itself: a part, or something like it, finds nothing. Beside a name it would tell yes or no.
    Whole,
    /// With slips.
    Tolerantly,
}

impl Disclosure {
    /// Tells how a search may compare what was typed with values of the class.
    #[must_use]
    pub fn compared(&self) -> Compared {
        match self {
            Self::Value | Self::MatchOnly => Compared::Tolerantly,
            Self::Last { matched: true, .. } => Compared::Whole,
            _ => Compared::Not,
        }
    }

    /// Tells whether a search may compare what was typed, with slips, with values of the class.
    #[must_use]
    pub fn searchable(&self) -> bool {
        self.compared() == Compared::Tolerantly
    }

    /// Gives the name used in project files.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::YesNo { .. } => "yes-no",
            Self::District => "district",
            Self::Coarse => "coarse",
            Self::Last { .. } => "last",
            Self::Presence => "presence",
            Self::MatchOnly => "match-only",
            Self::Withheld => "withheld",
        }
    }
}
