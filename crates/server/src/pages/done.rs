//! What was done at a look for which the program gave the reason, in the language of the page.

use super::words::Words;
use crate::service::{LookView, OwnReason};

/// Gives what was done, where the program gave the reason, and what somebody wrote as theirs.
pub(super) fn done_and_said(t: Words, look: &LookView) -> (Option<String>, Option<String>) {
    match OwnReason::of_look(look) {
        None => (None, look.justification.clone()),
        Some(OwnReason::Progress) => (Some(t.s("done-progress")), None),
        Some(OwnReason::Pair) => (Some(t.s("done-pair")), None),
        Some(OwnReason::Withdrawal) => (Some(t.s("done-withdrawal")), None),
        Some(OwnReason::TakenBack { entry, reason }) => {
            (Some(t.with("done-taken-back", "entry", t.number(&entry))), Some(reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    /// Gives a look of this kind, for this reason.
    fn look(kind: &str, by_program: bool, text: &str) -> LookView {
        LookView { kind: kind.to_owned(), by_program, justification: Some(text.to_owned()), ..LookView::default() }
    }

    #[test]
    fn what_the_program_says_is_in_the_language_of_the_page_and_nobodys_reason() {
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        for reason in [OwnReason::Progress, OwnReason::Pair, OwnReason::Withdrawal] {
            let told = |t: Words| done_and_said(t, &look("review", true, &reason.text()));
            let ((english, no_words), (french, no_words_fr)) = (told(en), told(fr));
            assert_eq!((no_words, no_words_fr), (None, None));
            let (english, french) = (english.unwrap(), french.unwrap());
            assert!(english != french && !french.contains("done-") && !french.contains(&reason.text()), "{french}");
        }
        let taken_back = OwnReason::TakenBack { entry: 1_240, reason: "les dates".into() };
        let (done, said) = done_and_said(fr, &look("judgement", true, &taken_back.text()));
        assert!(done.unwrap().contains("1\u{202f}240"));
        assert_eq!(said.as_deref(), Some("les dates"));
        assert_eq!(done_and_said(fr, &look("look", false, "A letter")), (None, Some("A letter".to_owned())));
        assert_eq!(done_and_said(fr, &LookView::default()), (None, None));
    }

    #[test]
    fn the_programs_words_typed_by_somebody_are_told_as_theirs() {
        let taken_back = OwnReason::TakenBack { entry: 12, reason: "x".into() };
        for reason in [OwnReason::Progress, OwnReason::Pair, OwnReason::Withdrawal, taken_back] {
            for kind in ["look", "search", "review", "judgement"] {
                let told = done_and_said(Words::new(Language::English), &look(kind, false, &reason.text()));
                assert_eq!(told, (None, Some(reason.text())), "{kind}");
            }
        }
    }
}
