//! The engine: one question in, one decision out.

use std::sync::Arc;

use cedar_policy::{AuthorizationError, Authorizer, Context, Entities, EntityUid, Schema};
use chrono::NaiveDate;
use indexmap::IndexMap;
use model::diagnostic::SourceFile;
use model::{Diagnostic, Diagnostics, Project, RegisterId, Request};
use sha2::{Digest, Sha256};

use crate::decisions::{self, Question};
use crate::disclosures::{self, Disclosures};
use crate::entities::{self, EntitiesError, Types};
use crate::facts::{self, Asked, Asker, Facts, Ground};
use crate::linkable::{self, Linkable};
use crate::reason::{Decision, Names, Reason};
use crate::rules::{Rule, Rules, SCHEMA, builtin_policies};

/// A question: a request and what the request can't say about itself.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Who asks for what, and why.
    pub request: &'a Request,
    /// The day of the question, in UTC.
    pub day: NaiveDate,
    /// How many different persons the account opened under this purpose on this day; for the opening of a person, that
    /// person included, whether opened before or not.
    pub persons_today: u32,
    /// Whether every person asked about is the one that asks.
    pub subject_is_self: bool,
}

/// Decides. Made once for a project, shared by all threads; every question is answered from memory.
#[derive(Debug)]
pub struct Engine {
    pub(crate) project: Project,
    pub(crate) types: Types,
    pub(crate) rules: Rules,
    pub(crate) disclosed: disclosures::Cache,
    decisions: decisions::Cache,
    schema: Schema,
    entities: Entities,
    authorizer: Authorizer,
    digest: [u8; 32],
}

impl Engine {
    /// Gives the engine of a project, once all policies, built in and of the project, passed strict validation.
    ///
    /// # Errors
    /// All that is wrong in all policy files, each with file, line, column and what to do.
    pub fn new(project: &Project) -> Result<Self, Diagnostics> {
        let (schema, rules) = rules_of(&project.policies)?;
        let made = Types::new().and_then(|types| {
            let entities = entities::of_project(project, &schema, &types)?;
            Ok::<_, EntitiesError>((types, entities))
        });
        let (types, entities) = made.map_err(|error| broken("schema.cedarschema", SCHEMA, &error))?;
        let digest = digest(project).map_err(|error| broken("schema.cedarschema", SCHEMA, &error))?;
        Ok(Self {
            project: project.clone(),
            types,
            rules,
            disclosed: disclosures::Cache::default(),
            decisions: decisions::Cache::default(),
            schema,
            entities,
            authorizer: Authorizer::new(),
            digest,
        })
    }

    /// Answers whether a request may be answered.
    ///
    /// An unknown purpose, a failing policy and facts that can't be judged are refusals; there is no error to handle. Answers
    /// are kept, and given again to questions that no policy can tell apart.
    #[must_use]
    pub fn decide(&self, query: &Query<'_>) -> Arc<Decision> {
        let ground = Ground::of(&self.project, query.request);
        let mut question = Question {
            asker: Asker::of(&self.project, &query.request.actor),
            action: facts::action_word(&query.request.action),
            purpose: ground.purpose.map(|purpose| purpose.id.clone()),
            asked: Asked::of(&self.project, &ground, query),
        };
        if let Some(distinctions) = self.rules.distinctions(question.action) {
            distinctions.reduce(&mut question.asked, ground.purpose);
        }
        if let Some(decision) = self.decisions.get(&question) {
            return decision;
        }
        let decision = Arc::new(self.answer(&question, query, &ground));
        self.decisions.keep(question, &decision);
        decision
    }

    fn answer(&self, question: &Question, query: &Query<'_>, ground: &Ground<'_>) -> Decision {
        let principal = question.asker.principal(&self.types);
        let action = self.types.action(question.action);
        let resource = self.types.purpose(ground.purpose_id());
        let verdict = self.ask(principal, action, resource, question.asked.facts());
        let mut names = ground.names();
        facts::add_request(&mut names, query.request, ground, query.day);
        verdict.decision(&names)
    }

    /// Gives how each class of each register is disclosed in answer to a request.
    ///
    /// The answer holds for everyone of the same role under the same purpose, for the same action, on the same day, and
    /// is kept for them; nothing else of the request enters into it. It does not say that the request is allowed:
    /// [`Engine::decide`] does.
    #[must_use]
    pub fn disclosures(&self, query: &Query<'_>) -> Arc<Disclosures> {
        disclosures::of(self, query)
    }

    /// Gives, for each register of the project, under which agreement it is linked on `day` and whether it may be.
    ///
    /// Registers that `linkage.toml` attaches are judged by the agreement that attaches them, all others by the one of
    /// `linkage.toml` itself. Empty when the project links nothing.
    #[must_use]
    pub fn linkable(&self, day: NaiveDate) -> IndexMap<RegisterId, Linkable> {
        linkable::of(self, day)
    }

    /// Gives a SHA-256 over all that decides: schema, built-in policies, the project's policies, purposes, agreements
    /// and roles. Two engines of one digest decide alike.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Puts one question to Cedar.
    pub(crate) fn ask(
        &self,
        principal: EntityUid,
        action: EntityUid,
        resource: EntityUid,
        facts: Facts,
    ) -> Verdict<'_> {
        let Some(policies) = self.rules.of_action(&action) else { return Verdict::unjudged() };
        let Ok(context) = Context::from_pairs(facts) else { return Verdict::unjudged() };
        // The facts are checked against the schema too: a policy was validated for such facts only.
        let Ok(request) = cedar_policy::Request::new(principal, action, resource, context, Some(&self.schema)) else {
            return Verdict::unjudged();
        };
        let response = self.authorizer.is_authorized(&request, policies, &self.entities);
        let diagnostics = response.diagnostics();
        // Cedar skips a policy that fails, so that a failing `forbid` would open the door.
        let mut failed: Vec<Failed<'_>> = diagnostics
            .errors()
            .map(|AuthorizationError::PolicyEvaluationError(error)| Failed(self.rules.get(error.policy_id())))
            .collect();
        failed.sort_by_key(|failed| failed.0.map(Rule::order));
        let mut rules: Vec<&Rule> = Vec::new();
        let mut all_known = true;
        for id in diagnostics.reason() {
            match self.rules.get(id) {
                Some(rule) => rules.push(rule),
                None => all_known = false,
            }
        }
        rules.sort_by_key(|rule| rule.order());
        let allowed = response.decision() == cedar_policy::Decision::Allow
            && failed.is_empty()
            && all_known
            && rules.iter().any(|rule| rule.file().is_none());
        if !allowed && response.decision() == cedar_policy::Decision::Allow {
            // What would have permitted is no reason of a refusal.
            rules.clear();
        }
        Verdict { allowed, rules, failed, unjudged: false }
    }
}

/// A policy that failed.
struct Failed<'e>(Option<&'e Rule>);

/// What Cedar said, not yet in words.
pub(crate) struct Verdict<'e> {
    pub(crate) allowed: bool,
    rules: Vec<&'e Rule>,
    failed: Vec<Failed<'e>>,
    unjudged: bool,
}

impl Verdict<'_> {
    fn unjudged() -> Self {
        Self { allowed: false, rules: Vec::new(), failed: Vec::new(), unjudged: true }
    }

    /// Gives the decision with its reasons.
    pub(crate) fn decision(&self, names: &Names) -> Decision {
        let mut reasons: Vec<Reason> = self.rules.iter().map(|rule| rule.reason(names)).collect();
        for Failed(rule) in &self.failed {
            reasons.push(Reason::failed(rule.map(Rule::id), rule.and_then(Rule::file).cloned()));
        }
        if self.unjudged {
            reasons.push(Reason::failed(None, None));
        }
        if reasons.is_empty() {
            reasons.push(Reason::nothing_permits());
        }
        Decision { allowed: self.allowed, reasons }
    }
}

/// Checks policies of a project by themselves, which hang on nothing else that the project says.
///
/// # Errors
/// As [`Engine::new`].
pub fn check(policies: &[Arc<SourceFile>]) -> Result<(), Diagnostics> {
    rules_of(policies).map(|_| ())
}

fn rules_of(policies: &[Arc<SourceFile>]) -> Result<(Schema, Rules), Diagnostics> {
    let schema = SCHEMA.parse::<Schema>().map_err(|error| broken("schema.cedarschema", SCHEMA, &error))?;
    let rules = Rules::load(&schema, policies)?;
    Ok((schema, rules))
}

/// Gives the diagnostic for a built-in file that is broken.
fn broken(name: &str, text: &str, error: &dyn std::error::Error) -> Diagnostics {
    let file = Arc::new(SourceFile { path: std::path::Path::new("built-in").join(name), text: text.to_owned() });
    let help = "this build of Lucarne is broken; use another one";
    Diagnostics(vec![Diagnostic::error(&file, None, "policy/built-in", error.to_string(), help)])
}

fn digest(project: &Project) -> Result<[u8; 32], serde_json::Error> {
    let mut hasher = Sha256::new();
    let mut add = |part: &[u8]| {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    };
    add(SCHEMA.as_bytes());
    for (name, text) in builtin_policies() {
        add(name.as_bytes());
        add(text.as_bytes());
    }
    for file in &project.policies {
        add(file.path.to_string_lossy().as_bytes());
        add(file.text.as_bytes());
    }
    // As JSON, complete by derivation: what a later version adds to these changes the digest by itself.
    for agency in project.agencies.values() {
        add(&serde_json::to_vec(agency)?);
    }
    for register in project.registers.values() {
        let classes: Vec<_> = register.columns.values().map(|column| (&column.name, column.class)).collect();
        add(&serde_json::to_vec(&(&register.id, &register.agency, register.bought.is_some(), classes))?);
    }
    for model in project.models.values() {
        add(&serde_json::to_vec(&(&model.id, &model.register, &model.classes))?);
    }
    for agreement in project.agreements.values() {
        add(&serde_json::to_vec(agreement)?);
    }
    for purpose in project.purposes.values() {
        add(&serde_json::to_vec(purpose)?);
    }
    let linkage = project.linkage.as_ref().map(|linkage| (&linkage.agreement, &linkage.attach));
    add(&serde_json::to_vec(&linkage)?);
    Ok(hasher.finalize().into())
}
