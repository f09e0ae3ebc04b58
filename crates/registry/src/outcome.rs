//! What the linkage made of two records, and on what that rests.

use model::Verdict;
use serde::Serialize;

use crate::review::{Merge, WaitReason, Waits};

/// On what it rests that two records are, or are not, of one person as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// A steward judged so.
    Judged,
    /// The weight of the pair itself.
    Score,
    /// Other records of the persons, or a judgement of others.
    Others,
    /// What other records hold against a pair that reaches the threshold, and that a register has one record for each person.
    KeptApart,
    /// Another person fits the record of an attached register about as well.
    OthersFit,
    /// Of what was compared only a part may be told, and by that part it would be otherwise.
    Untold,
}

impl Ground {
    /// Gives how the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Judged => "judged",
            Self::Score => "score",
            Self::Others => "others",
            Self::KeptApart => "kept-apart",
            Self::OthersFit => "others-fit",
            Self::Untold => "untold",
        }
    }
}

/// How much two records agree, in log2 odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weighed {
    pub(crate) weight: f64,
    /// Whether that is all that the linkage compares: else it is what may be told of both.
    pub(crate) is_whole: bool,
}

impl Weighed {
    /// Gives a weight that the linkage kept.
    pub(crate) fn kept(weight: f64) -> Self {
        Self { weight, is_whole: true }
    }
}

/// What the linkage made of two records, and on what it rests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether the two are of one person.
    pub is_one_person: bool,
    /// On what that rests.
    pub ground: Ground,
    /// What a steward judged of the two, where that is the ground.
    pub verdict: Option<Verdict>,
    /// Whether the weight of the pair is what may be told of both, and not all that the linkage compares.
    pub by_given: bool,
    /// What keeps their persons apart, where that is known.
    pub merge: Option<Merge>,
}

impl Outcome {
    /// Gives the outcome of a pair of which `verdict` is in force.
    pub(crate) fn of(
        is_one_person: bool,
        verdict: Option<Verdict>,
        Weighed { weight, is_whole }: Weighed,
        threshold: Option<f64>,
        waits: Waits,
    ) -> Self {
        // What no run has followed yet, or could follow, is no ground.
        let verdict = verdict.filter(|verdict| match verdict {
            Verdict::Same => is_one_person,
            Verdict::Different => !is_one_person,
            _ => false,
        });
        let merge = waits.merge.filter(|_| !is_one_person && verdict.is_none());
        let others_fit = !is_one_person && waits.reason == Some(WaitReason::OthersFit);
        let reaches = threshold.map(|threshold| weight >= threshold);
        let ground = match (verdict, merge, reaches) {
            (Some(_), ..) => Ground::Judged,
            (None, Some(_), _) => Ground::KeptApart,
            (None, None, _) if others_fit => Ground::OthersFit,
            (None, None, Some(reaches)) if reaches == is_one_person => Ground::Score,
            (None, None, Some(_)) if is_whole => Ground::Others,
            (None, None, _) => Ground::Untold,
        };
        Self { is_one_person, ground, verdict, by_given: !is_whole, merge }
    }

    /// Gives all of it in a sentence.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match (self.is_one_person, self.ground) {
            (true, Ground::Judged) => "Together: a steward judged that the two are of one person.",
            (true, Ground::Score) if self.by_given => "Together: by what may be told of both, the two agree enough.",
            (true, Ground::Score) => "Together: the two agree enough by themselves.",
            (true, Ground::Untold) => TOGETHER_UNTOLD,
            (true, _) => TOGETHER_BY_OTHERS,
            (false, Ground::Judged) => "Kept apart: a steward judged that the two are of different persons.",
            (false, Ground::Score) if self.by_given => {
                "Kept apart: by what may be told of both, the two don't agree enough."
            }
            (false, Ground::Score) => "Kept apart: the two don't agree enough.",
            (false, Ground::Untold) => APART_UNTOLD,
            (false, Ground::Others) => APART_BY_OTHERS,
            (false, Ground::KeptApart) => match self.merge.map(|merge| merge.penalty) {
                Some(None) => APART_BY_ALL,
                Some(Some(penalty)) if penalty < 0.0 => APART_BY_REGISTER,
                _ => APART_BY_RECORDS,
            },
            (false, Ground::OthersFit) => APART_BY_DOUBT,
        }
    }
}

const TOGETHER_UNTOLD: &str = "Together: what holds them together is not in what may be told of both.";
const APART_UNTOLD: &str = "Kept apart: what keeps them apart is not in what may be told of both.";
const TOGETHER_BY_OTHERS: &str = "Together: by themselves the two would stay apart; other records of the person, or a \
    judgement, hold them together.";
const APART_BY_OTHERS: &str = "Kept apart: by themselves the two would be linked; other records of their persons, or a \
    judgement, keep them apart.";
const APART_BY_DOUBT: &str = "Kept apart: by themselves the two would be linked, but another person fits the record about as \
    well, and a register that is only attached settles no such doubt.";
const APART_BY_REGISTER: &str = "Kept apart: by themselves the two would be linked, but a register that has one record for \
    each person would have several of this one; with what other records say against it, that outweighs the pair.";
const APART_BY_RECORDS: &str = "Kept apart: by themselves the two would be linked, but what the other records of both persons \
    say against it outweighs the pair.";
const APART_BY_ALL: &str = "Kept apart: by themselves the two would be linked, but what is known of both persons beyond this \
    pair outweighs it.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_pair_is_told_by_the_clusters_and_not_by_its_weight_alone() {
        let merge = |penalty: f64| Some(Merge { weight: 20.0 - 3.0 + penalty, against: -3.0, penalty: Some(penalty) });
        let of = |is_one, weight, merge| {
            Outcome::of(is_one, None, Weighed::kept(weight), Some(4.25), Waits { merge, ..Waits::default() })
        };
        assert_eq!(of(true, 20.0, None).ground, Ground::Score);
        assert_eq!(of(true, -3.0, None).ground, Ground::Others);
        assert_eq!(of(false, -3.0, None).ground, Ground::Score);
        assert_eq!(of(false, 20.0, None).ground, Ground::Others);
        let apart = of(false, 20.0, merge(-19.0));
        assert_eq!((apart.ground, apart.merge), (Ground::KeptApart, merge(-19.0)));
        assert!(apart.sentence().contains("one record for each person"));
        assert!(!of(false, 20.0, merge(0.0)).sentence().contains("one record for each person"));
        let folded = of(false, 20.0, merge(-19.0).map(Merge::folded));
        assert_eq!(folded.merge, Some(Merge { weight: -2.0, against: -22.0, penalty: None }));
        for penalty in [-19.0, 0.0] {
            let told = of(false, 20.0, merge(penalty).map(Merge::folded));
            assert_eq!(told.sentence(), folded.sentence(), "nothing tells whether a register has to do with it");
            assert!(!told.sentence().contains("register"));
        }
        // A judgement may have put them together since.
        assert_eq!(of(true, 20.0, merge(-19.0)).merge, None);
        // Nothing outweighs a pair that another person fits as well.
        let doubt = Waits { reason: WaitReason::read("others-fit"), ..Waits::default() };
        let apart = Outcome::of(false, None, Weighed::kept(16.0), Some(4.25), doubt);
        assert_eq!((apart.ground, apart.merge), (Ground::OthersFit, None));
        assert!(apart.sentence().contains("another person") && !apart.sentence().contains("outweighs"));
        assert_eq!(Outcome::of(true, None, Weighed::kept(16.0), Some(4.25), doubt).ground, Ground::Score);
    }

    #[test]
    fn what_was_judged_is_the_ground_whatever_the_pair_weighs_once_it_is_followed() {
        let merge = Some(Merge { weight: -2.0, against: -22.0, penalty: None });
        let waits = Waits { merge, ..Waits::default() };
        let of = |is_one, verdict, weight| {
            Outcome::of(is_one, Some(verdict), Weighed { weight, is_whole: weight > 0.0 }, Some(4.25), waits)
        };
        for weight in [20.0, -3.0] {
            let (together, apart) = (of(true, Verdict::Same, weight), of(false, Verdict::Different, weight));
            assert_eq!((together.ground, together.verdict), (Ground::Judged, Some(Verdict::Same)));
            assert!(together.sentence().contains("judged that the two are of one person"));
            assert_eq!((apart.ground, apart.verdict, apart.merge), (Ground::Judged, Some(Verdict::Different), None));
            assert!(apart.sentence().contains("judged that the two are of different persons"));
        }
        for (is_one, verdict, ground) in [
            (false, Verdict::Same, Ground::KeptApart),
            (true, Verdict::Different, Ground::Score),
            (true, Verdict::CannotSay, Ground::Score),
        ] {
            let told = of(is_one, verdict, 20.0);
            assert_eq!((told.ground, told.verdict), (ground, None), "it is not why they are so");
        }
    }

    #[test]
    fn a_part_of_the_weight_is_the_ground_as_far_as_it_tells() {
        let of = |is_one, weight, threshold| {
            Outcome::of(is_one, None, Weighed { weight, is_whole: false }, threshold, Waits::default())
        };
        for (is_one, weight) in [(false, 2.248), (true, 9.0)] {
            let told = of(is_one, weight, Some(4.25));
            assert_eq!((told.ground, told.by_given), (Ground::Score, true));
            assert!(told.sentence().contains("by what may be told of both"), "{}", told.sentence());
        }
        for (is_one, weight, threshold) in [(true, 2.248, Some(4.25)), (false, 9.0, Some(4.25)), (true, 9.0, None)] {
            let told = of(is_one, weight, threshold);
            assert_eq!(told.ground, Ground::Untold, "nothing says whether it was enough");
            assert!(told.sentence().contains("not in what may be told of both"), "{}", told.sentence());
        }
    }
}
