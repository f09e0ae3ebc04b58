//! What whoever was refused can do, by the rules that refused.

use super::words::Words;

/// Something that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Advice {
    /// Choose a purpose: none was chosen.
    Choose,
    /// Choose one that names the role.
    OfRole,
    /// Choose one that has not ended.
    Ended,
    /// Choose one that has begun.
    Later,
    /// Name the case.
    Case,
    /// Write the reason anew.
    Reason,
    /// Come back on another day.
    Budget,
    /// Hand the case to a colleague.
    OwnFile,
    /// Act in another role.
    Role,
    /// Choose another purpose, if one fits: nobody who asks can mend this one.
    Elsewhere,
    /// Do what the rule says is needed: who asks can.
    Needed,
    /// See to what the rule asks for: it is the project's own.
    Rule,
}

fn of(rule: &str) -> Advice {
    match rule {
        "purpose.unknown" => Advice::Choose,
        "purpose.not-a-recipient" | "purpose.not-for-one-person" | "disclosure.not-for-this-actor" => Advice::OfRole,
        "purpose.expired" => Advice::Ended,
        "purpose.not-yet" => Advice::Later,
        "case.missing" => Advice::Case,
        "justification.missing" | "justification.too-short" | "justification.too-long" => Advice::Reason,
        "budget.exceeded" => Advice::Budget,
        "actor.own-file" => Advice::OwnFile,
        "actor.unknown-role"
        | "actor.not-a-citizen"
        | "actor.not-a-steward"
        | "actor.not-an-engineer"
        | "actor.not-an-officer" => Advice::Role,
        "budget.none"
        | "agreement.expired"
        | "agreement.missing"
        | "agreement.not-yet"
        | "agreement.register-not-covered"
        | "agreement.special-category-not-named"
        | "colleagues.closed"
        | "colleagues.employer-not-given"
        | "policy.failed"
        | "policy.nothing-permits" => Advice::Elsewhere,
        "colleagues.not-alone" | "colleagues.too-many" => Advice::Needed,
        _ => Advice::Rule,
    }
}

/// Gives what can be done where a purpose was chosen and these rules refused, each sentence once.
pub(super) fn with_chosen<'a>(t: Words, rules: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut advice: Vec<Advice> = Vec::new();
    for rule in rules {
        let found = of(rule);
        if !advice.contains(&found) {
            advice.push(found);
        }
    }
    let says = |advice: Advice| match advice {
        Advice::Choose => t.s("advice-choose"),
        Advice::OfRole => t.s("refused-next-says"),
        Advice::Ended => t.s("advice-ended"),
        Advice::Later => t.s("advice-later"),
        Advice::Case => t.s("advice-case"),
        Advice::Reason => t.s("advice-reason"),
        Advice::Budget => t.s("advice-budget"),
        Advice::OwnFile => t.s("advice-own-file"),
        Advice::Role => t.s("advice-role"),
        Advice::Elsewhere => t.s("advice-elsewhere"),
        Advice::Needed => t.s("advice-needed"),
        Advice::Rule => t.s("advice-rule"),
    };
    advice.into_iter().map(says).collect()
}

/// Gives what a member of an agency can do where what was asked has a purpose of its own.
pub(super) fn without_choice<'a>(t: Words, rules: impl IntoIterator<Item = &'a str>) -> String {
    let own = rules.into_iter().map(of).find_map(|advice| match advice {
        Advice::Reason => Some(t.s("advice-reason-form")),
        Advice::Budget => Some(t.s("advice-budget")),
        Advice::OwnFile => Some(t.s("advice-own-file")),
        _ => None,
    });
    own.unwrap_or_else(|| t.s("refused-next-member"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::rules::RULES;
    use crate::pages::words::Language;

    #[test]
    fn each_rule_has_advice_that_fits_it() {
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        let told = |rules: &[&str]| with_chosen(en, rules.iter().copied());
        for (rule, says) in [
            ("purpose.expired", "that is in force"),
            ("purpose.not-yet", "that is in force"),
            ("purpose.unknown", "Choose a purpose"),
            ("purpose.not-a-recipient", "that names your role"),
            ("case.missing", "the case"),
            ("justification.too-short", "your reason"),
            ("budget.exceeded", "tomorrow"),
            ("actor.own-file", "colleague"),
            ("agreement.expired", "another purpose"),
            ("colleagues.closed", "another purpose"),
            ("colleagues.employer-not-given", "another purpose"),
            ("colleagues.not-alone", "stands above as needed"),
            ("colleagues.too-many", "stands above as needed"),
            ("not-at-night", "the project’s own"),
        ] {
            let advice = told(&[rule]);
            assert!(advice.len() == 1 && advice[0].contains(says), "{rule}: {advice:?}");
            assert_eq!(advice[0].contains("names your role"), rule == "purpose.not-a-recipient", "{advice:?}");
            assert_ne!(advice, with_chosen(fr, [rule]));
        }
        let several = told(&["agreement.expired", "purpose.expired", "agreement.missing", "case.missing"]);
        assert_eq!(several.len(), 3, "{several:?}");
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn every_rule_that_is_not_of_a_project_has_advice_or_refuses_nobody_who_chooses_a_purpose() {
        // What is withheld is told with its column; the others refuse jobs, deliveries, and what has a purpose of its own.
        let kinds_of_others = ["disclosure.", "ingest.", "job.", "linking.", "oversight.", "resolve.", "review."];
        let of_others = [
            "actor.not-oneself",
            "purpose.not-a-recipient-of-jobs",
            "purpose.not-for-link-review",
            "purpose.not-for-oneself",
            "purpose.not-for-this-job",
        ];
        let kind_of = |rule: &str| kinds_of_others.into_iter().find(|kind| rule.starts_with(*kind));
        let mut told = 0;
        for rule in RULES {
            if kind_of(rule).is_none() && !of_others.contains(&rule) {
                assert_ne!(of(rule), Advice::Rule, "{rule}");
                told += 1;
            }
        }
        for kind in ["purpose.", "agreement.", "budget.", "case.", "colleagues.", "justification.", "policy."] {
            assert!(RULES.into_iter().any(|rule| rule.starts_with(kind)) && kind_of(kind).is_none(), "{kind}");
        }
        for other in of_others {
            assert!(RULES.contains(&other) && of(other) == Advice::Rule, "{other}");
        }
        assert!(told > 20, "{told}");
    }

    #[test]
    fn who_has_no_purpose_to_choose_is_not_told_to_choose_one() {
        let en = Words::new(Language::English);
        for rule in RULES {
            let advice = without_choice(en, [rule]);
            assert!(!advice.contains("in the bar above"), "{rule}: {advice}");
        }
        assert!(without_choice(en, ["justification.too-short"]).contains("form"));
        assert!(without_choice(en, ["purpose.expired", "actor.own-file"]).contains("colleague"));
    }
}
