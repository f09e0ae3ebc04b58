//! What was done at a look for which the program gave the reason, in the language of the page.

use super::words::Words;
use crate::service::OwnReason;

/// Gives what was done, where the program gave the reason, and what somebody wrote as theirs.
pub(super) fn done_and_said(t: Words, reason: Option<String>) -> (Option<String>, Option<String>) {
    let Some(text) = reason else { return (None, None) };
    match OwnReason::of(&text) {
        None => (None, Some(text)),
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

    #[test]
    fn what_the_program_says_is_in_the_language_of_the_page_and_nobodys_reason() {
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        for reason in [OwnReason::Progress, OwnReason::Pair, OwnReason::Withdrawal] {
            let told = |t: Words| done_and_said(t, Some(reason.text()));
            let ((english, no_words), (french, no_words_fr)) = (told(en), told(fr));
            assert_eq!((no_words, no_words_fr), (None, None));
            let (english, french) = (english.unwrap(), french.unwrap());
            assert!(english != french && !french.contains("done-") && !french.contains(&reason.text()), "{french}");
        }
        let taken_back = OwnReason::TakenBack { entry: 1_240, reason: "les dates".into() };
        let (done, said) = done_and_said(fr, Some(taken_back.text()));
        assert!(done.unwrap().contains("1\u{202f}240"));
        assert_eq!(said.as_deref(), Some("les dates"));
        assert_eq!(done_and_said(fr, Some("A letter".into())), (None, Some("A letter".to_owned())));
        assert_eq!(done_and_said(fr, None), (None, None));
    }
}
