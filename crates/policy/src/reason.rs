//! Decisions and what is said about them, in English and French.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use model::class::SpecialCategory;
use model::{AgencyId, AgreementId, Class, Job, PurposeId, Recipient, RegisterId};
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
    /// What the rule says, in English, with the ids of what it names.
    pub says: String,
    /// What the rule says, in French. A project's policy without `@says_fr` is given in the words of `@says`.
    pub says_fr: String,
    /// What would be needed, or whom to ask, in English; empty when the question was allowed.
    pub needed: String,
    /// What would be needed, or whom to ask, in French; empty when the question was allowed.
    pub needed_fr: String,
    /// The same sentences without the ids, for whoever has titles to put in their place. It is not written out.
    #[serde(skip)]
    pub wording: Arc<Wording>,
}

/// The four sentences of a reason, in which `{purpose}` and its kin stand for what they name.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sentences<T> {
    /// What the rule says, in English.
    pub says: T,
    /// The same in French.
    pub says_fr: T,
    /// What would be needed, in English.
    pub needed: T,
    /// The same in French.
    pub needed_fr: T,
}

impl<T> Sentences<T> {
    /// Gives what `change` makes of each sentence.
    #[must_use]
    pub fn map<'a, U>(&'a self, change: impl Fn(&'a T) -> U) -> Sentences<U> {
        Sentences {
            says: change(&self.says),
            says_fr: change(&self.says_fr),
            needed: change(&self.needed),
            needed_fr: change(&self.needed_fr),
        }
    }
}

/// The sentences of a reason before anything stands in them for what they name, and what they name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Wording {
    sentences: Sentences<String>,
    names: Names,
}

impl Wording {
    /// Gives the sentences with what `call` makes of each thing that they name.
    #[must_use]
    pub fn fill(&self, call: impl Fn(&Named) -> String) -> Sentences<String> {
        self.sentences.map(|text| self.names.fill(text, &call))
    }
}

/// Something that a sentence names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A purpose.
    Purpose(PurposeId),
    /// An agreement.
    Agreement(AgreementId),
    /// An agency.
    Agency(AgencyId),
    /// Registers, in the order in which they are told.
    Registers(Vec<RegisterId>),
    /// Roles of agencies.
    Recipients(Vec<Recipient>),
    /// A class.
    Class(Class),
    /// Special categories.
    Categories(Vec<SpecialCategory>),
    /// Jobs.
    Jobs(Vec<Job>),
    /// A day.
    Day(NaiveDate),
    /// A number.
    Number(u32),
    /// What has no other name than this one: a table, a rule.
    Thing(String),
}

/// Writes ids as project files have them, days as `2026-12-31`; of a list without anything in it, nothing, and of recipients
/// `nobody`.
impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn listed<T: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[T]) -> fmt::Result {
            for (at, one) in all.iter().enumerate() {
                let between = if at == 0 { "" } else { ", " };
                write!(f, "{between}{one}")?;
            }
            Ok(())
        }
        match self {
            Self::Purpose(id) => write!(f, "{id}"),
            Self::Agreement(id) => write!(f, "{id}"),
            Self::Agency(id) => write!(f, "{id}"),
            Self::Registers(ids) => listed(f, ids),
            Self::Recipients(recipients) if recipients.is_empty() => f.write_str("nobody"),
            Self::Recipients(recipients) => listed(f, recipients),
            Self::Class(class) => write!(f, "{class}"),
            Self::Categories(categories) => listed(f, categories),
            Self::Jobs(jobs) => listed(f, &jobs.iter().map(|job| job.as_str()).collect::<Vec<_>>()),
            Self::Day(day) => write!(f, "{day}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Thing(name) => f.write_str(name),
        }
    }
}

/// The id of the reason given when a policy or the checking of facts fails.
pub(crate) const RULE_FAILED: &str = "policy.failed";
/// The id of the reason given for a class of which a register has no column.
pub(crate) const RULE_NOTHING_HELD: &str = "disclosure.nothing-held";
/// The id of the reason given when no rule forbids and none permits.
pub(crate) const RULE_NOTHING_PERMITS: &str = "policy.nothing-permits";

impl Reason {
    /// Gives the reason of a rule: its sentences, and what they name.
    #[must_use]
    pub fn new(
        rule: impl Into<String>,
        file: Option<PathBuf>,
        sentences: Sentences<impl AsRef<str>>,
        names: &Names,
    ) -> Self {
        let sentences = sentences.map(|text| text.as_ref().to_owned());
        let Sentences { says, says_fr, needed, needed_fr } = sentences.map(|text| names.fill(text, &Named::to_string));
        let wording = Arc::new(Wording { names: names.of(&sentences), sentences });
        Self { rule: rule.into(), file, says, says_fr, needed, needed_fr, wording }
    }

    /// Gives the refusal for a policy that failed; `file` is the policy's, where it has one.
    pub(crate) fn failed(policy: Option<&str>, file: Option<PathBuf>) -> Self {
        let (says, says_fr) = match policy {
            Some(_) => (
                "The rule {rule} could not be evaluated, and what can't be judged is refused.",
                "La règle {rule} n’a pas pu être évaluée, et ce qui ne peut être jugé est refusé.",
            ),
            None => (
                "The facts of the question could not be judged, and what can't be judged is refused.",
                "Les faits de la demande n’ont pas pu être jugés, et ce qui ne peut être jugé est refusé.",
            ),
        };
        let needed = "Tell who answers for the project's policies; until the rule is mended nobody gets past it.";
        let needed_fr = "Prévenez qui répond des règles du projet\u{a0}; tant que la règle n’est pas corrigée, \
                         personne ne passe.";
        let mut names = Names::default();
        if let Some(policy) = policy {
            names.set("rule", Named::Thing(policy.to_owned()));
        }
        Self::new(RULE_FAILED, file, Sentences { says, says_fr, needed, needed_fr }, &names)
    }

    /// Gives the reason why a register gives nothing of a class, which `names` has: it holds nothing of it.
    pub(crate) fn nothing_held(names: &Names) -> Self {
        let sentences = Sentences {
            says: "The register {register} holds nothing of the class {class}.",
            says_fr: "Le registre {register} ne contient rien de la classe {class}.",
            needed: "Nothing: there is nothing to give.",
            needed_fr: "Rien\u{a0}: il n’y a rien à donner.",
        };
        Self::new(RULE_NOTHING_HELD, None, sentences, names)
    }

    /// Gives the refusal for a question that no rule permits.
    pub(crate) fn nothing_permits() -> Self {
        let sentences = Sentences {
            says: "No rule permits this.",
            says_fr: "Aucune règle ne le permet.",
            needed: "A purpose, a role and an agreement that do.",
            needed_fr: "Une finalité, un rôle et un accord qui le permettent.",
        };
        Self::new(RULE_NOTHING_PERMITS, None, sentences, &Names::default())
    }
}

/// The words that texts of policies may use in braces, such as `{purpose}`.
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

/// What the words in braces stand for in one question; a word without a value is shown as a dash.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Names(Vec<(&'static str, Named)>);

impl Names {
    /// Gives these names and one more: `{word}` stands for it.
    #[must_use]
    pub fn with(mut self, word: &'static str, named: Named) -> Self {
        self.set(word, named);
        self
    }

    /// Has `{word}` stand for something.
    pub(crate) fn set(&mut self, word: &'static str, named: Named) {
        self.0.push((word, named));
    }

    /// Gives those that some of the sentences use: reasons that say the same name the same.
    fn of(&self, sentences: &Sentences<String>) -> Self {
        let Sentences { says, says_fr, needed, needed_fr } = sentences;
        let is_used = |(word, _): &&(&'static str, Named)| {
            let is_it = |piece: Piece<'_>| matches!(piece, Piece::Placeholder(used) if used == *word);
            [says, says_fr, needed, needed_fr].into_iter().any(|text| pieces(text).into_iter().any(is_it))
        };
        Self(self.0.iter().filter(is_used).cloned().collect())
    }

    /// Gives `text` with what `call` makes of the things that its words in braces stand for. What is put in is never
    /// searched for such words itself.
    fn fill(&self, text: &str, call: &impl Fn(&Named) -> String) -> String {
        let mut filled = String::with_capacity(text.len() + 32);
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Placeholder(word) => {
                    let named = self.0.iter().find(|(known, _)| *known == word);
                    let called = named.map(|(_, named)| call(named)).filter(|called| !called.is_empty());
                    filled.push_str(called.as_deref().unwrap_or("–"));
                }
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

    fn thing(name: &str) -> Named {
        Named::Thing(name.to_owned())
    }

    #[test]
    fn placeholders_are_filled_once_and_unknown_ones_are_found() {
        let names = Names::default().with("purpose", thing("{job}")).with("job", Named::Jobs(vec![Job::Link]));
        assert_eq!(names.fill("a {purpose} b {job} c {class} d {", &Named::to_string), "a {job} b link c – d {");
        assert_eq!(names.fill("", &Named::to_string), "");
        let none = Names::default().with("registers_not_covered", Named::Registers(Vec::new()));
        assert_eq!(none.fill("{registers_not_covered}", &Named::to_string), "–");
        assert_eq!(unknown_placeholders("{purpose} {person} {"), ["person"]);
    }

    #[test]
    fn what_is_named_can_be_called_otherwise_and_nothing_else_is_kept() {
        let sentences = Sentences { says: "a {class}", says_fr: "b {class}", needed: "{day}", needed_fr: "" };
        let day = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
        let names = Names::default().with("class", Named::Class(Class::Tax)).with("day", Named::Day(day));
        let reason = Reason::new("t.rule", None, sentences, &names.clone().with("job", thing("x")));
        assert_eq!((reason.says.as_str(), reason.says_fr.as_str()), ("a tax", "b tax"));
        assert_eq!((reason.needed.as_str(), reason.needed_fr.as_str()), ("2026-12-31", ""));
        assert_eq!(reason, Reason::new("t.rule", None, sentences, &names), "what no sentence names is not kept");
        let called = reason.wording.fill(|named| match named {
            Named::Class(_) => "“Tax”".to_owned(),
            other => format!("<{other}>"),
        });
        assert_eq!((called.says.as_str(), called.needed.as_str()), ("a “Tax”", "<2026-12-31>"));
    }
}
