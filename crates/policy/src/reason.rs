//! Decisions and what is said about them, in English and French.

use std::path::PathBuf;

use serde::Serialize;

/// Whether a question may be answered, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// The rules that decided: of a refusal every rule that forbids, in the order of the policy files; of an allowed
    /// question the rule that permits. Never empty.
    pub reasons: Vec<Reason>,
}

/// One rule that took part in a decision, put so that the asker understands it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The rule's stable id, such as `purpose.expired`, or the `@id` of a project's policy.
    pub rule: String,
    /// The policy file, relative to the project; none for built-in rules.
    pub file: Option<PathBuf>,
    /// What the rule says, in English.
    pub says: String,
    /// What the rule says, in French. A project's policy without `@says_fr` is given in the words of `@says`.
    pub says_fr: String,
    /// What would be needed, or whom to ask, in English; empty when the question was allowed.
    pub needed: String,
    /// What would be needed, or whom to ask, in French; empty when the question was allowed.
    pub needed_fr: String,
}

/// The id of the reason given when a policy or the checking of facts fails.
pub(crate) const RULE_FAILED: &str = "policy.failed";
/// The id of the reason given for a class of which a register has no column.
pub(crate) const RULE_NOTHING_HELD: &str = "disclosure.nothing-held";
/// The id of the reason given when no rule forbids and none permits.
pub(crate) const RULE_NOTHING_PERMITS: &str = "policy.nothing-permits";

impl Reason {
    /// Gives the refusal for a policy that failed; `file` is the policy's, where it has one.
    pub(crate) fn failed(policy: Option<&str>, file: Option<PathBuf>) -> Self {
        let (says, says_fr) = match policy {
            Some(id) => (
                format!("The rule {id} could not be evaluated, and what can't be judged is refused."),
                format!("La règle {id} n’a pas pu être évaluée, et ce qui ne peut être jugé est refusé."),
            ),
            None => (
                "The facts of the question could not be judged, and what can't be judged is refused.".to_owned(),
                "Les faits de la demande n’ont pas pu être jugés, et ce qui ne peut être jugé est refusé.".to_owned(),
            ),
        };
        Self {
            rule: RULE_FAILED.to_owned(),
            file,
            says,
            says_fr,
            needed: "Tell who answers for the project's policies; until the rule is mended nobody gets past it."
                .to_owned(),
            needed_fr:
                "Prévenez qui répond des règles du projet\u{a0}; tant que la règle n’est pas corrigée, personne ne passe."
                    .to_owned(),
        }
    }

    /// Gives the reason why a register gives nothing of a class: it holds nothing of it.
    pub(crate) fn nothing_held(register: &str, class: &str) -> Self {
        Self {
            rule: RULE_NOTHING_HELD.to_owned(),
            file: None,
            says: format!("The register {register} holds nothing of the class {class}."),
            says_fr: format!("Le registre {register} ne contient rien de la classe {class}."),
            needed: "Nothing: there is nothing to give.".to_owned(),
            needed_fr: "Rien\u{a0}: il n’y a rien à donner.".to_owned(),
        }
    }

    /// Gives the refusal for a question that no rule permits.
    pub(crate) fn nothing_permits() -> Self {
        Self {
            rule: RULE_NOTHING_PERMITS.to_owned(),
            file: None,
            says: "No rule permits this.".to_owned(),
            says_fr: "Aucune règle ne le permet.".to_owned(),
            needed: "A purpose, a role and an agreement that do.".to_owned(),
            needed_fr: "Une finalité, un rôle et un accord qui le permettent.".to_owned(),
        }
    }
}

/// The words that texts of rules may use in braces, such as `{purpose}`.
pub(crate) const PLACEHOLDERS: [&str; 15] = [
    "purpose",
    "purpose_from",
    "purpose_until",
    "agreement",
    "agreement_from",
    "agreement_until",
    "recipients",
    "persons_limit",
    "registers_not_covered",
    "categories_not_named",
    "job",
    "class",
    "register",
    "register_categories",
    "day",
];

/// What the placeholders stand for in one question; a word without a value is shown as a dash.
#[derive(Debug, Default, Clone)]
pub(crate) struct Words(Vec<(&'static str, String)>);

impl Words {
    /// Sets a word. `name` is one of [`PLACEHOLDERS`].
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        debug_assert!(PLACEHOLDERS.contains(&name), "{name} is not a placeholder");
        self.0.push((name, value.into()));
    }

    /// Gives `text` with its placeholders replaced. A value is never searched for placeholders itself.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len() + 32);
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Placeholder(name) => match self.0.iter().find(|(word, _)| *word == name) {
                    Some((_, value)) if !value.is_empty() => filled.push_str(value),
                    _ => filled.push('–'),
                },
            }
        }
        filled
    }
}

/// Gives the placeholders of `text` that are not among [`PLACEHOLDERS`].
pub(crate) fn unknown_placeholders(text: &str) -> Vec<&str> {
    pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Placeholder(name) if !PLACEHOLDERS.contains(&name) => Some(name),
            _ => None,
        })
        .collect()
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// Splits a text at `{name}`; a brace that is never closed is text.
fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    while let Some(opens) = text.find('{') {
        let Some(length) = text[opens..].find('}') else { break };
        found.push(Piece::Text(&text[..opens]));
        found.push(Piece::Placeholder(&text[opens + 1..opens + length]));
        text = &text[opens + length + 1..];
    }
    found.push(Piece::Text(text));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_unknown_ones_are_found() {
        let mut words = Words::default();
        words.set("purpose", "{job}");
        words.set("job", "link");
        assert_eq!(words.fill("a {purpose} b {job} c {class} d {"), "a {job} b link c – d {");
        assert_eq!(words.fill(""), "");
        assert_eq!(unknown_placeholders("{purpose} {person} {"), ["person"]);
    }
}
