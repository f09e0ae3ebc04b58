//! The policies, built in and of the project: read, checked strictly, and kept with what they say.

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use cedar_policy::{
    ActionConstraint, Effect, EntityUid, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator,
};
use model::diagnostic::SourceFile;
use model::{Diagnostic, Diagnostics};

use crate::decisions::Distinctions;
use crate::reason::{Names, PLACEHOLDERS, Reason, Sentences, unknown_placeholders};

/// The schema that every policy is checked against, in Cedar's schema language.
pub const SCHEMA: &str = include_str!("builtin/schema.cedarschema");

const BUILTIN: [(&str, &str); 5] = [
    ("actors.cedar", include_str!("builtin/actors.cedar")),
    ("purposes.cedar", include_str!("builtin/purposes.cedar")),
    ("agreements.cedar", include_str!("builtin/agreements.cedar")),
    ("disclosure.cedar", include_str!("builtin/disclosure.cedar")),
    ("linking.cedar", include_str!("builtin/linking.cedar")),
];

/// Gives the built-in policy files: name and text, in the order in which their rules are given as reasons.
#[must_use]
pub fn builtin_policies() -> &'static [(&'static str, &'static str)] {
    &BUILTIN
}

/// One policy and what it says.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    id: String,
    file: Option<PathBuf>,
    order: usize,
    effect: Effect,
    sentences: Sentences<String>,
}

impl Rule {
    /// Gives the rule's id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Gives the rule's place among all: built-in rules first, then those of the project, each in the order of its file.
    pub(crate) fn order(&self) -> usize {
        self.order
    }

    /// Gives the file of a project's rule.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// Gives the rule as a reason: what it says of what `names` has.
    pub(crate) fn reason(&self, names: &Names) -> Reason {
        let mut sentences = self.sentences.map(String::as_str);
        if self.effect == Effect::Permit {
            (sentences.needed, sentences.needed_fr) = ("", "");
        }
        Reason::new(self.id.as_str(), self.file.clone(), sentences, names)
    }
}

/// All policies.
#[derive(Debug)]
pub(crate) struct Rules {
    /// What Cedar evaluates; ids are those of the rules.
    set: PolicySet,
    /// The same by action: those whose scope leaves the action open, names it, or names a group that it is in.
    by_action: HashMap<EntityUid, PolicySet>,
    /// By the action's name: what these policies tell apart.
    distinctions: HashMap<String, Distinctions>,
    by_id: HashMap<PolicyId, Rule>,
}

impl Rules {
    /// Reads and checks the built-in policies and those of a project.
    ///
    /// # Errors
    /// All that is wrong in all of the files, sorted by file and place.
    pub(crate) fn load(schema: &Schema, project_files: &[Arc<SourceFile>]) -> Result<Self, Diagnostics> {
        let mut loader = Loader {
            validator: Validator::new(schema.clone()),
            rules: Self {
                set: PolicySet::new(),
                by_action: HashMap::new(),
                distinctions: HashMap::new(),
                by_id: HashMap::new(),
            },
            found: Diagnostics::default(),
        };
        for (name, text) in BUILTIN {
            let path = PathBuf::from("built-in").join(name);
            let file = Arc::new(SourceFile { path, text: text.to_owned() });
            loader.file(&file, Origin::Builtin);
        }
        for file in project_files {
            loader.file(file, Origin::Project);
        }
        if loader.found.has_errors() {
            loader.found.sort();
            return Err(loader.found);
        }
        let mut rules = loader.rules;
        rules.by_action = by_action(schema, &rules.set);
        let distinctions = rules.by_action.iter();
        rules.distinctions = distinctions
            .map(|(action, policies)| (action.id().unescaped().to_owned(), Distinctions::of(policies)))
            .collect();
        Ok(rules)
    }

    /// Gives the policies that can apply to an action; none for an action that the schema doesn't have.
    pub(crate) fn of_action(&self, action: &EntityUid) -> Option<&PolicySet> {
        self.by_action.get(action)
    }

    /// Gives what the policies of an action tell apart; none for an action that the schema doesn't have.
    pub(crate) fn distinctions(&self, action: &str) -> Option<&Distinctions> {
        self.distinctions.get(action)
    }

    /// Gives the rule of a policy.
    pub(crate) fn get(&self, id: &PolicyId) -> Option<&Rule> {
        self.by_id.get(id)
    }

    /// Gives a rule by the text of its id.
    pub(crate) fn named(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(&PolicyId::new(id))
    }
}

/// Sorts policies by the actions that their scopes let them apply to; evaluating the others would only take time.
fn by_action(schema: &Schema, all: &PolicySet) -> HashMap<EntityUid, PolicySet> {
    // An action whose groups or policies can't be told has no set, and a question without a set is refused.
    let Ok(actions) = schema.action_entities() else { return HashMap::new() };
    let applies = |policy: &Policy, action: &EntityUid| {
        let is_or_holds = |named: &EntityUid| named == action || actions.is_ancestor_of(named, action);
        match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(named) => is_or_holds(&named),
            ActionConstraint::In(named) => named.iter().any(is_or_holds),
        }
    };
    let set_of = |action: &EntityUid| {
        PolicySet::from_policies(all.policies().filter(|policy| applies(policy, action)).cloned()).ok()
    };
    schema.actions().filter_map(|action| Some((action.clone(), set_of(action)?))).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Builtin,
    Project,
}

struct Loader {
    validator: Validator,
    rules: Rules,
    found: Diagnostics,
}

impl Loader {
    fn file(&mut self, file: &Arc<SourceFile>, origin: Origin) {
        let parsed: PolicySet = match file.text.parse() {
            Ok(parsed) => parsed,
            Err(errors) => {
                for error in errors.iter() {
                    self.found.push(from_cedar(file, "policy/syntax", error));
                }
                return;
            }
        };
        for template in parsed.templates() {
            let span = span_of(file, &template.to_cedar(), 0);
            self.found.push(Diagnostic::error(
                file,
                span,
                "policy/template",
                "a policy with `?principal` or `?resource` is a template, which nothing fills in",
                "name the principal or the resource, or leave it open",
            ));
        }
        let checked = self.validator.validate(&parsed, ValidationMode::Strict);
        let invalid = checked.validation_errors().map(|error| from_cedar(file, "policy/invalid", error));
        self.found.0.extend(joined(invalid.collect()));
        // A policy that can never apply protects nothing, and one with look-alike characters may protect something else
        // than it seems to: neither passes. Errors cause such warnings themselves, and come first.
        if checked.validation_passed() {
            for warning in checked.validation_warnings() {
                self.found.push(from_cedar(file, "policy/suspicious", warning));
            }
        }
        let mut searched_to = 0;
        for policy in in_order(&parsed) {
            let text = policy.to_cedar().unwrap_or_default();
            let span = span_of(file, &text, searched_to);
            if let Some(span) = &span {
                searched_to = span.end;
            }
            self.policy(file, policy, span, origin);
        }
    }

    fn policy(&mut self, file: &Arc<SourceFile>, policy: &Policy, span: Option<Range<usize>>, origin: Origin) {
        let mut complain = |code: &'static str, message: String, help: &str| {
            self.found.push(Diagnostic::error(file, span.clone(), code, message, help));
        };
        if origin == Origin::Project && policy.effect() == Effect::Permit {
            complain(
                "policy/permit",
                "a project's policies only forbid: what may be read is permitted by purposes and agreements".to_owned(),
                "write what must not be as `forbid … when { … }`, or what alone may be as `forbid … unless { … }`",
            );
        }
        for (name, _) in policy.annotations() {
            if !["id", "says", "says_fr", "needed", "needed_fr"].contains(&name) {
                complain(
                    "policy/unknown-annotation",
                    format!("`@{name}` means nothing here"),
                    "the annotations are `@id`, `@says`, `@says_fr`, `@needed` and `@needed_fr`",
                );
            }
        }
        let annotation = |name: &str| policy.annotation(name).map(str::trim).filter(|text| !text.is_empty());
        for name in ["says", "says_fr", "needed", "needed_fr"] {
            for placeholder in annotation(name).map(unknown_placeholders).unwrap_or_default() {
                complain(
                    "policy/unknown-placeholder",
                    format!("`{{{placeholder}}}` in `@{name}` stands for nothing"),
                    &format!("the placeholders are {}", PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", ")),
                );
            }
        }
        let id = annotation("id").filter(|id| is_rule_id(id));
        if id.is_none() {
            complain(
                "policy/no-id",
                "the policy has no `@id` that a refusal could name".to_owned(),
                "begin it with `@id(\"a-name\")`: 1 to 64 lower-case letters, digits, `-` and `.`, a letter first",
            );
        }
        let says = annotation("says");
        if says.is_none() {
            complain(
                "policy/no-says",
                "the policy has no `@says` that tells who is refused why".to_owned(),
                "add `@says(\"…\")`, a sentence for people, and `@says_fr(\"…\")` where French is spoken",
            );
        }
        let (Some(id), Some(says)) = (id, says) else { return };
        let cedar_id = PolicyId::new(id);
        if self.rules.by_id.contains_key(&cedar_id) {
            complain("policy/same-id", format!("there is already a policy `{id}`"), "give it a name of its own");
            return;
        }
        let generic = "Ask who answers for the project's policies.";
        let generic_fr = "Adressez-vous à qui répond des règles du projet.";
        let needed = annotation("needed");
        let rule = Rule {
            id: id.to_owned(),
            file: (origin == Origin::Project).then(|| file.path.clone()),
            order: self.rules.by_id.len(),
            effect: policy.effect(),
            sentences: Sentences {
                says: says.to_owned(),
                says_fr: annotation("says_fr").unwrap_or(says).to_owned(),
                needed: needed.unwrap_or(generic).to_owned(),
                needed_fr: annotation("needed_fr").or(needed).unwrap_or(generic_fr).to_owned(),
            },
        };
        if self.rules.set.add(policy.new_id(cedar_id.clone())).is_err() {
            complain("policy/same-id", format!("there is already a policy `{id}`"), "give it a name of its own");
            return;
        }
        self.rules.by_id.insert(cedar_id, rule);
    }
}

fn is_rule_id(id: &str) -> bool {
    let well_formed = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
    well_formed && id.len() <= 64 && id.starts_with(|first: char| first.is_ascii_lowercase())
}

/// Gives the policies of a file in the order of its text: Cedar numbers them `policy0`, `policy1`, … as it reads.
fn in_order(set: &PolicySet) -> Vec<&Policy> {
    let number = |policy: &&Policy| -> usize {
        policy.id().to_string().trim_start_matches("policy").parse().unwrap_or(usize::MAX)
    };
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(number);
    policies
}

/// Gives where `text` stands in the file, at or after byte `from`.
fn span_of(file: &SourceFile, text: &str, from: usize) -> Option<Range<usize>> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let begins = from + file.text.get(from..)?.find(text)?;
    Some(begins..begins + text.len())
}

/// Gives each diagnostic once: Cedar says for each action that a policy can apply to what is wrong with it, in any order.
fn joined(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    const ACTION: &str = "Action::\"";
    /// Takes the action out of a message: what stands before and after it, and its name.
    fn parted(message: &str) -> Option<(&str, &str, &str)> {
        let (before, rest) = message.split_once(ACTION)?;
        let (action, after) = rest.split_once('"')?;
        Some((before, action, after))
    }
    found.sort_by(|a, b| {
        let place = |one: &Diagnostic| one.span.as_ref().map(|span| (span.start, span.end));
        (place(a), &a.message, &a.help).cmp(&(place(b), &b.message, &b.help))
    });
    let mut all: Vec<(Diagnostic, Vec<String>)> = Vec::new();
    for one in found {
        let is_of = |(other, _): &&mut (Diagnostic, Vec<String>)| {
            let same = match (parted(&other.message), parted(&one.message)) {
                (Some((before, _, after)), Some((other_before, _, other_after))) => {
                    (before, after) == (other_before, other_after)
                }
                (None, None) => other.message == one.message,
                _ => false,
            };
            same && other.span == one.span
        };
        let action = parted(&one.message).map(|(_, action, _)| action.to_owned());
        match all.iter_mut().find(is_of) {
            Some((_, actions)) => actions.extend(action),
            None => all.push((one, action.into_iter().collect())),
        }
    }
    let told = |(mut one, actions): (Diagnostic, Vec<String>)| {
        if let Some((before, _, after)) = parted(&one.message).filter(|_| actions.len() > 1) {
            let actions: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
            one.message = format!("{before}the actions {}{after}", actions.join(", "));
        }
        one
    };
    all.into_iter().map(told).collect()
}

/// Gives a diagnostic of Cedar as one of ours: its sentence, its place, its help.
fn from_cedar(file: &Arc<SourceFile>, code: &'static str, found: &dyn miette::Diagnostic) -> Diagnostic {
    let label = found.labels().and_then(|mut labels| labels.next());
    let span = label.as_ref().map(|label| label.offset()..label.offset() + label.len());
    // Cedar names a policy by its number in the file (`policy0`); the place says it better.
    let mut message = found.to_string();
    if let Some((before, after)) = message.split_once("policy `policy")
        && let Some((_, after)) = after.split_once('`')
    {
        message = format!("{before}{}", after.trim_start_matches([',', ':', ' ']));
        if let Some(rest) = message.strip_prefix("for ") {
            message = rest.to_owned();
        }
    }
    let help = found.help().map_or_else(
        || "the words that policies can use are those of the built-in schema".to_owned(),
        |help| help.to_string(),
    );
    Diagnostic::error(file, span, code, message, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_for_many_actions_is_said_once() {
        let schema: Schema = SCHEMA.parse().unwrap();
        let text = "@id(\"t.x\") @says(\"T.\")\nforbid (principal, action in [Action::\"search\", Action::\"disclose\"], \
                    resource)\nwhen { context.nothing == 3 && context.other == 4 };";
        let file = Arc::new(SourceFile { path: "policies/x.cedar".into(), text: text.to_owned() });
        for _ in 0..5 {
            let found = Rules::load(&schema, std::slice::from_ref(&file)).unwrap_err().0;
            let said: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
            let of =
                |name: &str| format!("attribute `{name}` in context for the actions `disclose`, `search` not found");
            assert_eq!(said, [of("nothing"), of("other")]);
        }
    }

    #[test]
    fn policies_are_sorted_by_the_actions_of_their_scopes() {
        let schema: Schema = SCHEMA.parse().unwrap();
        let scopes = [
            ("any", "action"),
            ("group", "action in Action::\"ask\""),
            ("one", "action == Action::\"search\""),
            ("two", "action in [Action::\"search\", Action::\"disclose\"]"),
        ];
        let file = |(id, scope): (&str, &str)| {
            let text = format!("@id(\"t.{id}\") @says(\"T.\") forbid (principal, {scope}, resource);");
            Arc::new(SourceFile { path: format!("policies/{id}.cedar").into(), text })
        };
        let rules = Rules::load(&schema, &scopes.map(file)).unwrap();
        let of = |action: &str| -> Vec<String> {
            let action = format!("Action::\"{action}\"").parse().unwrap();
            let policies = rules.of_action(&action).unwrap().policies();
            let mut ids: Vec<_> =
                policies.map(|policy| policy.id().to_string()).filter(|id| id.starts_with("t.")).collect();
            ids.sort();
            ids
        };
        assert_eq!(of("search"), ["t.any", "t.group", "t.one", "t.two"]);
        assert_eq!(of("open-person"), ["t.any", "t.group"]);
        assert_eq!(of("run-job"), ["t.any", "t.group"]);
        assert_eq!(of("disclose"), ["t.any", "t.two"]);
        assert_eq!(of("link"), ["t.any"]);
        assert!(rules.of_action(&"Action::\"other\"".parse().unwrap()).is_none());
    }
}
