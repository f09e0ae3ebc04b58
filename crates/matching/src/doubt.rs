//! What training doubts, by kind: for programs that say it in words of their own.

use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::pool::MISSING;
use crate::settings::{Comparison, Kind};

/// Something that the data did not settle when a model was learnt. Names comparisons, levels and rules, never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// What is doubted.
    pub kind: DoubtKind,
    /// The comparison, the rule, or more of them, that it is about; none where it is about the whole model. Of
    /// [`DoubtKind::Said`] the sentence.
    pub about: Option<String>,
    /// The level of the comparison, where it is about one.
    pub level: Option<String>,
}

/// Kinds of doubts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoubtKind {
    /// There were too few records to learn from: usual shares are presumed.
    Presumed,
    /// No training block holds a pair: every m is presumed.
    NoPairs,
    /// The comparisons give no training blocks: the rules that give the pairs to look at were learnt over, so that every m
    /// hangs on them.
    LearntFromRules,
    /// Expectation maximisation was stopped before it settled.
    Unsettled,
    /// Training left out blocks of a rule for their size.
    BlocksLeftOut,
    /// Few matches inform the m of a comparison.
    FewMatches,
    /// All matches are at one level of a comparison, whose m runs to 1.
    RunsToOne,
    /// Agreement on a comparison is no likelier among matches than among others.
    NoLikelier,
    /// Random pairs are at a level, but among matches it was never seen.
    NeverAmongMatches,
    /// A level was never seen.
    NeverSeen,
    /// Fewer than one match is expected at a level.
    FewAtLevel,
    /// Few pairs of different people of one household inform h.
    FewHouseholds,
    /// How many pairs are of one household, and how often they agree, rests on what is presumed.
    HouseholdsPresumed,
    /// People of one household agree about as one person does.
    HouseholdsAlike,
    /// No people of one household were found to learn from, so that they are not told from one person.
    HouseholdsLeftOut,
    /// Many values that are compared as dates are none that can be read.
    DatesUnread,
    /// What a model says that was learnt before doubts had kinds.
    Said,
}

impl DoubtKind {
    /// All of them, those first that concern most of the model.
    pub const ALL: [Self; 17] = [
        Self::Presumed,
        Self::NoPairs,
        Self::LearntFromRules,
        Self::Unsettled,
        Self::BlocksLeftOut,
        Self::FewMatches,
        Self::RunsToOne,
        Self::NoLikelier,
        Self::NeverAmongMatches,
        Self::NeverSeen,
        Self::FewAtLevel,
        Self::FewHouseholds,
        Self::HouseholdsPresumed,
        Self::HouseholdsAlike,
        Self::HouseholdsLeftOut,
        Self::DatesUnread,
        Self::Said,
    ];

    /// Returns the name, as JSON has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Presumed => "presumed",
            Self::NoPairs => "no-pairs",
            Self::LearntFromRules => "learnt-from-rules",
            Self::Unsettled => "unsettled",
            Self::BlocksLeftOut => "blocks-left-out",
            Self::FewMatches => "few-matches",
            Self::RunsToOne => "runs-to-one",
            Self::NoLikelier => "no-likelier",
            Self::NeverAmongMatches => "never-among-matches",
            Self::NeverSeen => "never-seen",
            Self::FewAtLevel => "few-at-level",
            Self::FewHouseholds => "few-households",
            Self::HouseholdsPresumed => "households-presumed",
            Self::HouseholdsAlike => "households-alike",
            Self::HouseholdsLeftOut => "households-left-out",
            Self::DatesUnread => "dates-unread",
            Self::Said => "said",
        }
    }

    /// Returns a doubt of the whole model.
    pub fn of_all(self) -> Doubt {
        Doubt { kind: self, about: None, level: None }
    }

    /// Returns a doubt about a comparison or a rule.
    pub fn about(self, name: &str) -> Doubt {
        Doubt { kind: self, about: Some(name.to_owned()), level: None }
    }

    /// Returns a doubt about a level of a comparison.
    pub(crate) fn at_level(self, name: &str, level: &str) -> Doubt {
        Doubt { kind: self, about: Some(name.to_owned()), level: Some(level.to_owned()) }
    }
}

/// What is doubted, and the sentence that says it.
pub(crate) type Warning = (Doubt, String);

/// Says that people of one household are not told from one person.
pub(crate) fn households_left_out() -> Warning {
    let says = "no people of one household were found to learn from, by an address in one comparison, a telephone number, or \
                parts of an address that are stated to be shared (`household = true`): whoever shares much with somebody else, \
                as twins do, may be taken for them";
    (DoubtKind::HouseholdsLeftOut.of_all(), says.to_owned())
}

/// The share of values from which on it is said that they are no dates.
const UNREAD: f64 = 0.05;

/// Says which comparisons of dates have many values that can't be read as one.
pub(crate) fn unread_dates(data: &Dataset, records: &[u32]) -> Vec<Warning> {
    let of_comparison = |(at, comparison): (usize, &Comparison)| {
        let values = &data.values[at];
        let codes = records.iter().map(|record| data.row(*record)[at]).filter(|code| *code != MISSING);
        let (unread, all) = codes
            .fold((0_u64, 0_u64), |(unread, all), code| (unread + u64::from(values.is_unread_date(code)), all + 1));
        let name = comparison.name();
        (unread as f64 > UNREAD * all as f64).then(|| {
            let share = 100.0 * unread as f64 / all as f64;
            let says = format!(
                "{name}: {share:.0} % of its values are no dates that can be read, and differ from all that are: write dates \
                 year first"
            );
            (DoubtKind::DatesUnread.about(&name), says)
        })
    };
    let dates = data.settings.comparisons.iter().enumerate().filter(|(_, comparison)| comparison.kind == Kind::Date);
    dates.filter_map(of_comparison).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_as_they_are_named() {
        for kind in DoubtKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{:?}", kind.as_str()));
        }
    }
}
