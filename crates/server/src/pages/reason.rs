//! How much forms ask for before the rules are asked: as much as the rules do. What is too short is told beside its field then,
//! and is no refusal on the record of somebody about whom nothing was asked.

use super::words::Words;

/// The names of the fields of the form of purpose, case and reason.
pub(super) const PURPOSE: &str = "purpose";
pub(super) const CASE: &str = "case";
pub(super) const JUSTIFICATION: &str = "justification";

/// Tells whether a reason is enough: it says something, and as much as a justification has to where the purpose `needs` one.
pub(super) fn is_enough(reason: &str, needs: bool) -> bool {
    !reason.trim().is_empty() && (!needs || policy::justifies(reason))
}

/// Says how much a reason has to say at least.
pub(super) fn least(t: Words) -> String {
    t.with("reason-least", "min", policy::JUSTIFICATION_LETTERS_MIN)
}

/// Says what is wrong with a reason that is not enough: `missing`, and of one that says something how much it has to say.
pub(super) fn too_little(t: Words, missing: String, reason: &str) -> String {
    if reason.trim().is_empty() { missing } else { format!("{missing} {}", least(t)) }
}

/// Gives the fields of what a purpose needs to be said, `[case, justification]`, and that do not say it.
pub(super) fn missing(needs: [bool; 2], case: &str, justification: &str) -> Vec<&'static str> {
    let [needs_case, needs_justification] = needs;
    let case = (needs_case && case.trim().is_empty()).then_some(CASE);
    let justification = (needs_justification && !is_enough(justification, true)).then_some(JUSTIFICATION);
    case.into_iter().chain(justification).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    #[test]
    fn a_reason_says_as_much_as_the_purpose_needs() {
        let short = "x".repeat(policy::JUSTIFICATION_LETTERS_MIN - 1);
        let enough = format!("{short}.x");
        for (reason, whatever, needed) in
            [(" \n", false, false), (short.as_str(), true, false), (enough.as_str(), true, true)]
        {
            assert_eq!((is_enough(reason, false), is_enough(reason, true)), (whatever, needed), "{reason}");
        }
        assert!(!is_enough(&"!".repeat(40), true), "letters and digits are counted");
    }

    #[test]
    fn of_a_reason_that_says_too_little_it_is_told_how_much_it_has_to_say() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let says = |reason: &str| too_little(t, t.s("judge-reason-missing"), reason);
            for none in ["", " \n\t"] {
                assert_eq!(says(none), t.s("judge-reason-missing"), "{none:?}");
            }
            let short = says("typo");
            assert!(short.starts_with(&t.s("judge-reason-missing")) && short.ends_with(&least(t)), "{short}");
        }
    }

    #[test]
    fn what_a_purpose_does_not_need_is_not_missing() {
        assert_eq!(missing([true, true], " ", "because"), [CASE, JUSTIFICATION]);
        assert_eq!(missing([true, true], "C-7", "because of her file"), [""; 0]);
        assert_eq!(missing([false, true], "", ""), [JUSTIFICATION]);
        assert_eq!(missing([false, false], "", ""), [""; 0]);
    }
}
