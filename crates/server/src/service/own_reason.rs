//! Reasons that the program gives for a look where it asks nobody for one. They are kept with the look as fixed sentences, by which
//! pages know them: they say in their language what was done, and never that somebody wrote it.
//!
//! Anybody can type the same sentences. So they are looked for only where the look itself says that the program gave the reason,
//! which is sealed with it and follows from nothing that was typed, and only in looks of the kind for which the program gives them.

use gate::EntryKind;
use model::request::Action;
use model::{Request, TAKING_BACK, taken_back};

use super::citizen::LookView;
use super::review::review_work;
use super::work::request;
use crate::app::{App, Who};
use crate::problem::Problem;

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

impl OwnReason {
    /// Gives the sentence that is kept with the look.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Progress => PROGRESS.to_owned(),
            Self::Pair => PAIR.to_owned(),
            Self::Withdrawal => WITHDRAWAL.to_owned(),
            Self::TakenBack { entry, reason } => format!("{TAKING_BACK}{entry}: {reason}"),
        }
    }

    /// Makes the request to review links for which the program gives this reason.
    ///
    /// # Errors
    /// When the project has no purpose of subject `link-review`.
    pub(super) fn request(&self, app: &App, who: &Who) -> Result<Request, Problem> {
        let asked = request(who, &review_work(app, self.text())?, Action::ReviewLink)?;
        Ok(Request { by_program: true, ..asked })
    }

    /// Gives what was done at a look for which the program gave the reason; none where somebody gave it.
    pub(crate) fn of_look(look: &LookView) -> Option<Self> {
        let text = look.justification.as_deref().filter(|_| look.by_program)?;
        if look.kind == EntryKind::Review.as_str() {
            return [Self::Progress, Self::Pair, Self::Withdrawal].into_iter().find(|reason| reason.text() == text);
        }
        if look.kind != EntryKind::Judgement.as_str() {
            return None;
        }
        let (entry, reason) = taken_back(text)?;
        Some(Self::TakenBack { entry, reason: reason.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a look of this kind, for this reason.
    fn look(kind: &str, by_program: bool, text: &str) -> LookView {
        LookView { kind: kind.to_owned(), by_program, justification: Some(text.to_owned()), ..LookView::default() }
    }

    #[test]
    fn what_the_program_gave_is_known_again_in_looks_of_its_kind_and_nobody_can_type_it() {
        let taken_back = OwnReason::TakenBack { entry: 12, reason: "the dates: swapped".into() };
        for reason in [OwnReason::Progress, OwnReason::Pair, OwnReason::Withdrawal, taken_back] {
            let own = if matches!(reason, OwnReason::TakenBack { .. }) { "judgement" } else { "review" };
            for kind in ["look", "search", "review", "judgement", "own", "contest"] {
                let known = OwnReason::of_look(&look(kind, true, &reason.text()));
                assert_eq!(known.as_ref(), (kind == own).then_some(&reason), "{kind}");
                assert_eq!(OwnReason::of_look(&look(kind, false, &reason.text())), None, "typed: {kind}");
            }
        }
        for other in ["", "Asked by letter", "taking back entry", "taking back entry x: y", "taking back entry 12"] {
            for kind in ["review", "judgement"] {
                assert_eq!(OwnReason::of_look(&look(kind, true, other)), None, "{other}");
            }
        }
        let silent = LookView { justification: None, ..look("review", true, "") };
        assert_eq!(OwnReason::of_look(&silent), None);
    }
}
