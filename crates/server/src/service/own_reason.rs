//! Reasons that the program gives for a look where it asks nobody for one. They are kept with the look as fixed sentences, by which
//! pages know them: they say in their language what was done, and never that somebody wrote it.

/// What was done, where the program itself gives the reason of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnReason {
    /// How far the review of links is was looked at.
    Progress,
    /// A pair of the queue, or a link of its persons, was compared.
    Pair,
    /// A judgement was looked up, to be taken back.
    Withdrawal,
    /// A judgement was taken back, for a reason that its steward gives.
    TakenBack {
        /// The judgement's entry of the log.
        entry: u64,
        /// Why, in the steward's words.
        reason: String,
    },
}

const PROGRESS: &str = "Seeing how far the review of links is";
const PAIR: &str = "Settling an uncertain link of the queue";
const WITHDRAWAL: &str = "Taking back a judgement";
const TAKEN_BACK: &str = "taking back entry ";

impl OwnReason {
    /// Gives the sentence that is kept with the look.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Progress => PROGRESS.to_owned(),
            Self::Pair => PAIR.to_owned(),
            Self::Withdrawal => WITHDRAWAL.to_owned(),
            Self::TakenBack { entry, reason } => format!("{TAKEN_BACK}{entry}: {reason}"),
        }
    }

    /// Gives the reason that is kept as this sentence; none for what somebody wrote.
    pub(crate) fn of(text: &str) -> Option<Self> {
        match text {
            PROGRESS => return Some(Self::Progress),
            PAIR => return Some(Self::Pair),
            WITHDRAWAL => return Some(Self::Withdrawal),
            _ => {}
        }
        let (entry, reason) = text.strip_prefix(TAKEN_BACK)?.split_once(": ")?;
        Some(Self::TakenBack { entry: entry.parse().ok()?, reason: reason.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_known_again_and_nothing_else() {
        let taken_back = OwnReason::TakenBack { entry: 12, reason: "the dates: swapped".into() };
        for reason in [OwnReason::Progress, OwnReason::Pair, OwnReason::Withdrawal, taken_back] {
            assert_eq!(OwnReason::of(&reason.text()), Some(reason));
        }
        for other in ["", "Asked by letter", "taking back entry", "taking back entry x: y", "taking back entry 12"] {
            assert_eq!(OwnReason::of(other), None, "{other}");
        }
    }
}
