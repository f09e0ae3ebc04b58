//! What rules that refuse say to anyone. Beside its own words, which are for whoever asked and name purpose and agreement, each
//! built-in rule has a sentence that a person reads who was asked about.

use super::words::Words;

/// Every rule that refuses or withholds and is not of a project.
pub(super) const RULES: [&str; 63] = [
    "actor.not-a-citizen",
    "actor.not-a-steward",
    "actor.not-an-engineer",
    "actor.not-an-officer",
    "actor.not-oneself",
    "actor.own-file",
    "actor.unknown-role",
    "agreement.expired",
    "agreement.missing",
    "agreement.not-yet",
    "agreement.register-not-covered",
    "agreement.special-category-not-named",
    "budget.exceeded",
    "budget.none",
    "case.missing",
    "colleagues.closed",
    "colleagues.employer-not-given",
    "colleagues.not-alone",
    "colleagues.too-many",
    "disclosure.category-not-named",
    "disclosure.class-not-named",
    "disclosure.class-withheld",
    "disclosure.district-only",
    "disclosure.match-only",
    "disclosure.no-meaning",
    "disclosure.not-for-this-actor",
    "disclosure.not-in-force",
    "disclosure.not-named",
    "disclosure.nothing-held",
    "disclosure.register-not-covered",
    "disclosure.register-not-reached",
    "disclosure.register-of-special-category",
    "ingest.not-an-engineer",
    "job.category-not-named",
    "job.register-not-covered",
    "job.register-not-reached",
    "job.table-not-for-job",
    "job.unknown-table",
    "justification.missing",
    "justification.too-long",
    "justification.too-short",
    "linking.agreement-not-in-force",
    "linking.category-not-named",
    "linking.not-allowed",
    "linking.register-not-covered",
    "oversight.no-reason",
    "oversight.not-a-data-protection-officer",
    "policy.failed",
    "policy.nothing-permits",
    "purpose.expired",
    "purpose.not-a-recipient",
    "purpose.not-a-recipient-of-jobs",
    "purpose.not-for-link-review",
    "purpose.not-for-one-person",
    "purpose.not-for-oneself",
    "purpose.not-for-this-job",
    "purpose.not-yet",
    "purpose.unknown",
    "resolve.not-the-keeper",
    "resolve.record-known",
    "resolve.register-not-linked",
    "resolve.register-out-of-reach",
    "review.no-budget",
];

/// Gives what a rule says, in a sentence; of a rule of the project, that there is one of this name.
pub(super) fn rule_says(t: Words, rule: &str) -> String {
    if RULES.contains(&rule) {
        t.of("rule", &rule.replace('.', "-"))
    } else {
        t.with("look-refused-policy", "policy", rule)
    }
}

/// Gives rules with what each says, as pages list them.
pub(super) fn told(t: Words, rules: &[String]) -> Vec<(String, String)> {
    rules.iter().map(|rule| (rule_says(t, rule), rule.clone())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::pages::words::Language;

    /// Gives the ids of built-in policies that forbid.
    fn forbidding() -> BTreeSet<String> {
        let texts = policy::builtin_policies().iter().map(|(_, text)| *text);
        let forbids = |policy: &str| {
            let (id, rest) = policy.split_once('"').unwrap();
            rest.lines().any(|line| line.starts_with("forbid")).then(|| id.to_owned())
        };
        let found: BTreeSet<String> =
            texts.flat_map(|text| text.split("@id(\"").skip(1).filter_map(forbids).collect::<Vec<_>>()).collect();
        assert!(found.contains("purpose.not-a-recipient") && !found.contains("actor.officer-asks"), "{found:?}");
        found
    }

    /// Gives the ids of rules that are written in code: texts of a part, a dot and a name, where the part is one of rules.
    fn in_code() -> BTreeSet<String> {
        let parts: BTreeSet<&str> = RULES.iter().filter_map(|rule| Some(rule.split_once('.')?.0)).collect();
        let is_rule = |text: &&str| {
            text.split_once('.').is_some_and(|(part, name)| {
                let is_name = !name.is_empty()
                    && name != "cedar"
                    && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                parts.contains(part) && is_name
            })
        };
        let mut found = BTreeSet::new();
        for room in ["policy", "gate", "registry"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(room).join("src");
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let is_source = path.extension().is_some_and(|extension| extension == "rs");
                let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                if !is_source || stem.ends_with("_tests") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
                // What stands right after `rule: ` is a rule, whatever its part is called.
                let named = shipped.split("rule: \"").skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(named.chain(shipped.split('"').filter(is_rule)).map(str::to_owned));
            }
        }
        found
    }

    #[test]
    fn every_rule_that_refuses_has_a_sentence_in_both_languages() {
        let in_code = in_code();
        for rule in ["policy.nothing-permits", "disclosure.match-only", "oversight.no-reason", "resolve.record-known"] {
            assert!(in_code.contains(rule), "{rule} is looked for and not found: {in_code:?}");
        }
        let mut given = forbidding();
        given.extend(in_code);
        let told: BTreeSet<String> = RULES.iter().map(|rule| (*rule).to_owned()).collect();
        assert_eq!(told.len(), RULES.len(), "each once");
        assert_eq!(told, given);
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            for rule in RULES {
                let says = rule_says(t, rule);
                assert!(says.ends_with('.') && says.contains(' '), "{rule}: {says}");
            }
        }
    }

    #[test]
    fn a_rule_of_the_project_is_named() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            // The second is written almost as a built-in one, and is none.
            for rule in ["not-at-night", "purpose-expired"] {
                let says = rule_says(t, rule);
                assert!(says.contains(rule) && says.ends_with('.'), "{says}");
            }
            let told = told(t, &["purpose.expired".to_owned()]);
            assert_eq!(told[0].1, "purpose.expired");
            assert_ne!(told[0].0, rule_says(t, "purpose-expired"));
        }
    }
}
