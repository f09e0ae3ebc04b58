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
    fn what_a_purpose_does_not_need_is_not_missing() {
        assert_eq!(missing([true, true], " ", "because"), [CASE, JUSTIFICATION]);
        assert_eq!(missing([true, true], "C-7", "because of her file"), [""; 0]);
        assert_eq!(missing([false, true], "", ""), [JUSTIFICATION]);
        assert_eq!(missing([false, false], "", ""), [""; 0]);
    }
}
