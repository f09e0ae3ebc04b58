//! From when until when something is in force.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Days on which a purpose or an agreement is in force, both ends included. Days are those of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
}

/// How a day lies to a validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The day is before the first.
    NotYet,
    /// The day is within.
    InForce,
    /// The day is after the last.
    Expired,
}

impl Validity {
    /// Tells how `day` lies to this validity.
    #[must_use]
    pub fn standing(&self, day: NaiveDate) -> Standing {
        if day < self.from {
            Standing::NotYet
        } else if day > self.until {
            Standing::Expired
        } else {
            Standing::InForce
        }
    }

    /// Tells whether `day` is within.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.standing(day) == Standing::InForce
    }
}
