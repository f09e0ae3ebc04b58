//! What a policy is told about a question: computed from the project, the request and the day, never from what the
//! request claims about itself.

use cedar_policy::{EntityUid, RestrictedExpression};
use chrono::{Datelike, NaiveDate};
use model::request::Action;
use model::validity::Standing;
use model::{Actor, Agreement, Disclosure, Job, Project, Purpose, Recipient, Register, Request, Subject, Validity};

use crate::engine::Query;
use crate::entities::{Types, UNKNOWN, disclosed_categories};
use crate::reason::{Named, Names};

/// The longest case reference, in characters.
const CASE_CHARACTERS_MAX: usize = 64;

/// The fewest letters and digits of a justification, where a purpose needs one: the rule `justification.too-short` has the
/// same number.
pub const JUSTIFICATION_LETTERS_MIN: usize = 10;

/// Gives how many letters and digits a text has: a justification is measured by them.
fn letters(text: &str) -> usize {
    text.chars().filter(|character| character.is_alphanumeric()).count()
}

/// Tells whether a text is long enough for a justification where a purpose needs one, by the rules that are built in.
#[must_use]
pub fn justifies(text: &str) -> bool {
    letters(text) >= JUSTIFICATION_LETTERS_MIN
}

/// The facts of one question, as Cedar takes them.
pub(crate) type Facts = Vec<(String, RestrictedExpression)>;

/// Gives the name that policies use for an action.
pub(crate) fn action_word(action: &Action) -> &'static str {
    match action {
        Action::Search => "search",
        Action::OpenPerson { .. } => "open-person",
        Action::ReviewLink => "review-link",
        Action::ReadOwn => "read-own",
        Action::RunJob { .. } => "run-job",
    }
}

/// What the project says about the purpose of a question.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'p> {
    /// The purpose, if there is one of that name.
    pub(crate) purpose: Option<&'p Purpose>,
    /// Its agreement, if there is one of that name.
    pub(crate) agreement: Option<&'p Agreement>,
}

impl<'p> Ground<'p> {
    pub(crate) fn of(project: &'p Project, request: &Request) -> Self {
        let purpose = project.purposes.get(&request.purpose);
        let agreement = purpose.and_then(|purpose| project.agreements.get(&purpose.agreement));
        Self { purpose, agreement }
    }

    /// Gives the id of the purpose's entity.
    pub(crate) fn purpose_id(&self) -> &'p str {
        self.purpose.map_or(UNKNOWN, |purpose| purpose.id.as_str())
    }

    pub(crate) fn purpose_standing(&self, day: NaiveDate) -> &'static str {
        standing_word(self.purpose.map(|purpose| &purpose.valid), day)
    }

    pub(crate) fn agreement_standing(&self, day: NaiveDate) -> &'static str {
        standing_word(self.agreement.map(|agreement| &agreement.valid), day)
    }

    /// Gives what reasons name of the purpose and its agreement.
    pub(crate) fn names(&self) -> Names {
        let mut names = Names::default();
        if let Some(purpose) = self.purpose {
            names.set("purpose", Named::Purpose(purpose.id.clone()));
            names.set("purpose_from", Named::Day(purpose.valid.from));
            names.set("purpose_until", Named::Day(purpose.valid.until));
            names.set("recipients", Named::Recipients(purpose.recipients.clone()));
            names.set("agreement", Named::Agreement(purpose.agreement.clone()));
            if let Some(limit) = purpose.persons_per_officer_and_day {
                names.set("persons_limit", Named::Number(limit));
            }
        }
        if let Some(agreement) = self.agreement {
            names.set("agreement_from", Named::Day(agreement.valid.from));
            names.set("agreement_until", Named::Day(agreement.valid.until));
        }
        if let (Some(purpose), Some(agreement)) = (self.purpose, self.agreement) {
            let uncovered = purpose.registers.iter().filter(|register| !agreement.registers.contains(register));
            names.set("registers_not_covered", Named::Registers(uncovered.cloned().collect()));
            let mut unnamed = disclosed_categories(purpose);
            unnamed.retain(|category| !agreement.special_categories.contains(category));
            names.set("categories_not_named", Named::Categories(unnamed));
        }
        names
    }
}

/// Adds what reasons name of a register.
pub(crate) fn add_register(names: &mut Names, register: &Register) {
    names.set("register", Named::Registers(vec![register.id.clone()]));
    names.set("register_categories", Named::Categories(register.special_categories()));
}

/// Gives the word for how a day lies to a validity; `missing` without one.
pub(crate) fn standing_word(validity: Option<&Validity>, day: NaiveDate) -> &'static str {
    match validity.map(|validity| validity.standing(day)) {
        None => "missing",
        Some(Standing::NotYet) => "not-yet",
        Some(Standing::InForce) => "in-force",
        Some(Standing::Expired) => "expired",
    }
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn flag(value: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(value)
}

fn number(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn add_day(facts: &mut Facts, day: NaiveDate) {
    let month_and_day = i64::from(day.month() * 100 + day.day());
    let written = i64::from(day.year()) * 10_000 + month_and_day;
    let weekday = i64::from(day.weekday().number_from_monday());
    facts.push(("day".to_owned(), RestrictedExpression::new_long(written)));
    facts.push(("weekday".to_owned(), RestrictedExpression::new_long(weekday)));
}

/// Tells whether the project has the role that a member acts in, with the kind that the session says.
fn role_is_known(project: &Project, actor: &Actor) -> bool {
    let Actor::Member { recipient, role, .. } = actor else { return true };
    let agency = project.agencies.get(&recipient.agency);
    let known = agency.and_then(|agency| agency.roles.iter().find(|known| known.id == recipient.role));
    known.is_some_and(|known| known.kind == *role)
}

/// Who asks, as far as anything depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    Role(Recipient),
    /// A member whose role the project doesn't have, or has with another kind.
    Nobody,
    Citizen,
    System,
}

impl Asker {
    pub(crate) fn of(project: &Project, actor: &Actor) -> Self {
        match actor {
            Actor::Member { recipient, .. } if role_is_known(project, actor) => Self::Role(recipient.clone()),
            Actor::Member { .. } => Self::Nobody,
            Actor::Citizen { .. } => Self::Citizen,
            Actor::System => Self::System,
        }
    }

    /// Gives the entity that acts.
    pub(crate) fn principal(&self, types: &Types) -> EntityUid {
        match self {
            Self::Role(recipient) => types.role(&recipient.to_string()),
            Self::Nobody => types.role(UNKNOWN),
            Self::Citizen => types.citizen(),
            Self::System => types.system(),
        }
    }
}

/// The facts of a question that somebody asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    pub(crate) account: String,
    role_known: bool,
    purpose_known: bool,
    purpose_standing: &'static str,
    agreement_standing: &'static str,
    case_given: bool,
    justification_given: bool,
    justification_characters: i64,
    justification_letters: i64,
    persons_today: i64,
    subject_is_self: bool,
    day: NaiveDate,
    job: Option<Job>,
}

impl Asked {
    pub(crate) fn of(project: &Project, ground: &Ground<'_>, query: &Query<'_>) -> Self {
        let request = query.request;
        let justification = request.justification.as_deref().unwrap_or_default().trim();
        Self {
            account: request.actor.account().map_or_else(String::new, |account| account.as_str().to_owned()),
            role_known: role_is_known(project, &request.actor),
            purpose_known: ground.purpose.is_some(),
            purpose_standing: ground.purpose_standing(query.day),
            agreement_standing: ground.agreement_standing(query.day),
            case_given: case_is_given(request),
            justification_given: !justification.is_empty(),
            justification_characters: number(justification.chars().count()),
            justification_letters: number(letters(justification)),
            persons_today: i64::from(query.persons_today),
            subject_is_self: query.subject_is_self,
            day: query.day,
            job: if let Action::RunJob { job } = request.action { Some(job) } else { None },
        }
    }

    /// Gives the facts that are numbers other than days, with the names that policies use.
    pub(crate) fn numbers(&mut self) -> [(&'static str, &mut i64); 3] {
        [
            ("justification_characters", &mut self.justification_characters),
            ("justification_letters", &mut self.justification_letters),
            ("persons_today", &mut self.persons_today),
        ]
    }

    /// Gives the facts as Cedar takes them.
    pub(crate) fn facts(&self) -> Facts {
        let long = RestrictedExpression::new_long;
        let mut facts: Facts = vec![
            ("account".to_owned(), text(&self.account)),
            ("role_known".to_owned(), flag(self.role_known)),
            ("purpose_known".to_owned(), flag(self.purpose_known)),
            ("purpose_standing".to_owned(), text(self.purpose_standing)),
            ("agreement_standing".to_owned(), text(self.agreement_standing)),
            ("case_given".to_owned(), flag(self.case_given)),
            ("justification_given".to_owned(), flag(self.justification_given)),
            ("justification_characters".to_owned(), long(self.justification_characters)),
            ("justification_letters".to_owned(), long(self.justification_letters)),
            ("persons_today".to_owned(), long(self.persons_today)),
            ("subject_is_self".to_owned(), flag(self.subject_is_self)),
        ];
        add_day(&mut facts, self.day);
        if let Some(job) = self.job {
            facts.push(("job".to_owned(), text(job.as_str())));
        }
        facts
    }
}

fn case_is_given(request: &Request) -> bool {
    let Some(case) = &request.case else { return false };
    let case = case.0.trim();
    !case.is_empty() && case.chars().count() <= CASE_CHARACTERS_MAX && !case.contains(char::is_control)
}

/// Gives the facts of the question whether a class of a register is disclosed in the given form.
///
/// Nothing of the single request enters but the action, so that the answer holds for everyone of a role on a day.
pub(crate) fn disclosed(
    types: &Types,
    ground: &Ground<'_>,
    register: &Register,
    during: &Action,
    form: &Disclosure,
    day: NaiveDate,
) -> Facts {
    let purpose = RestrictedExpression::new_entity_uid(types.purpose(ground.purpose_id()));
    let register = RestrictedExpression::new_entity_uid(types.register(register.id.as_str()));
    let mut facts: Facts = vec![
        ("purpose".to_owned(), purpose),
        ("register".to_owned(), register),
        ("during".to_owned(), text(action_word(during))),
        ("form".to_owned(), text(form.as_str())),
        ("purpose_standing".to_owned(), text(ground.purpose_standing(day))),
        ("agreement_standing".to_owned(), text(ground.agreement_standing(day))),
    ];
    add_day(&mut facts, day);
    facts
}

/// Gives the facts of the question whether a register is linked under an agreement.
pub(crate) fn linked(types: &Types, agreement: Option<&Agreement>, attached: bool, day: NaiveDate) -> Facts {
    let id = agreement.map_or(UNKNOWN, |agreement| agreement.id.as_str());
    let standing = standing_word(agreement.map(|agreement| &agreement.valid), day);
    let mut facts: Facts = vec![
        ("agreement".to_owned(), RestrictedExpression::new_entity_uid(types.agreement(id))),
        ("agreement_standing".to_owned(), text(standing)),
        ("attached".to_owned(), flag(attached)),
    ];
    add_day(&mut facts, day);
    facts
}

/// Adds the job that a request wants to run, and the day.
pub(crate) fn add_request(names: &mut Names, request: &Request, ground: &Ground<'_>, day: NaiveDate) {
    names.set("day", Named::Day(day));
    match &request.action {
        Action::RunJob { job } => names.set("job", Named::Jobs(vec![*job])),
        Action::Search | Action::OpenPerson { .. } | Action::ReviewLink | Action::ReadOwn => {
            if let Some(Subject::Run { jobs }) = ground.purpose.map(|purpose| &purpose.subject) {
                names.set("job", Named::Jobs(jobs.clone()));
            }
        }
    }
}
