//! How much of each class of each register is given under a purpose.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use indexmap::IndexMap;
use model::sql_model::PERSON_COLUMNS;
use model::{Class, Disclosure, PurposeId, Register, RegisterId};
use parking_lot::RwLock;
use serde::Serialize;

use crate::engine::{Engine, Query};
use crate::facts::{self, Asker, Ground, action_word};
use crate::reason::{Named, Names, Reason};

/// How values of one class of one register are given, and if they are not, why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disclosed {
    /// How.
    pub disclosure: Disclosure,
    /// Why they are withheld; none when they are given in some form.
    pub because: Option<Reason>,
}

/// How each class of each register is given in answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosures {
    registers: IndexMap<RegisterId, IndexMap<Class, Disclosed>>,
    elsewhere: Disclosed,
}

impl Disclosures {
    /// Gives how a class of a register is given; a register that the purpose doesn't reach gives nothing.
    #[must_use]
    pub fn how(&self, register: &RegisterId, class: Class) -> &Disclosed {
        self.registers.get(register).and_then(|classes| classes.get(&class)).unwrap_or(&self.elsewhere)
    }

    /// Gives how each class of a register is given; none when the purpose doesn't reach the register.
    #[must_use]
    pub fn of_register(&self, register: &RegisterId) -> Option<&IndexMap<Class, Disclosed>> {
        self.registers.get(register)
    }

    /// Gives the registers that the purpose reaches, in the order of the purpose, with all their classes.
    pub fn registers(&self) -> impl Iterator<Item = (&RegisterId, &IndexMap<Class, Disclosed>)> {
        self.registers.iter()
    }

    /// Gives the registers of which something is given or may be searched.
    pub fn open_registers(&self) -> impl Iterator<Item = &RegisterId> {
        let given = |disclosed: &Disclosed| disclosed.disclosure != Disclosure::Withheld;
        self.registers.iter().filter(move |(_, classes)| classes.values().any(given)).map(|(register, _)| register)
    }
}

/// All that a disclosure depends on besides the project: the facts of `disclose` hold nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    purpose: PurposeId,
    asker: Asker,
    during: &'static str,
    day: NaiveDate,
}

/// Answers given before. An engine belongs to one reading of a project, so that nothing in here goes stale.
#[derive(Debug, Default)]
pub(crate) struct Cache(RwLock<HashMap<Key, Arc<Disclosures>>>);

/// The most answers kept. There are at most purposes × roles × actions a day; more means that days went by.
const CACHED_MAX: usize = 4_096;

pub(crate) fn of(engine: &Engine, query: &Query<'_>) -> Arc<Disclosures> {
    let ground = Ground::of(&engine.project, query.request);
    let Some(purpose) = ground.purpose else {
        // Not kept: names of purposes that don't exist are without number.
        return Arc::new(nothing(engine, &ground));
    };
    let asker = Asker::of(&engine.project, &query.request.actor);
    let during = action_word(&query.request.action);
    let key = Key { purpose: purpose.id.clone(), asker, during, day: query.day };
    if let Some(known) = engine.disclosed.0.read().get(&key) {
        return Arc::clone(known);
    }
    let computed = Arc::new(compute(engine, query, &ground));
    let mut cache = engine.disclosed.0.write();
    if cache.len() >= CACHED_MAX {
        cache.clear();
    }
    cache.insert(key, Arc::clone(&computed));
    computed
}

fn withheld(because: Reason) -> Disclosed {
    Disclosed { disclosure: Disclosure::Withheld, because: Some(because) }
}

/// Gives the reason of a built-in rule without asking Cedar; the rule itself says the same if asked.
fn because(engine: &Engine, rule: &str, names: &Names) -> Reason {
    engine.rules.named(rule).map_or_else(Reason::nothing_permits, |rule| rule.reason(names))
}

fn nothing(engine: &Engine, ground: &Ground<'_>) -> Disclosures {
    let rule = if ground.purpose.is_some() { "disclosure.register-not-reached" } else { "purpose.unknown" };
    let elsewhere = withheld(because(engine, rule, &ground.names()));
    Disclosures { registers: IndexMap::new(), elsewhere }
}

fn compute(engine: &Engine, query: &Query<'_>, ground: &Ground<'_>) -> Disclosures {
    let mut disclosures = nothing(engine, ground);
    let Some(purpose) = ground.purpose else { return disclosures };
    for id in &purpose.registers {
        let Some(register) = engine.project.registers.get(id) else { continue };
        let mut names = ground.names();
        facts::add_register(&mut names, register);
        let held = classes_held(engine, register);
        let mut classes = IndexMap::with_capacity(Class::ALL.len());
        for class in Class::ALL {
            let names = names.clone().with("class", Named::Class(*class));
            let form = purpose.disclosure(*class);
            let disclosed = if *form == Disclosure::Withheld {
                withheld(because(engine, "disclosure.class-not-named", &names))
            } else if held.contains(class) {
                ask(engine, query, ground, register, *class, &names)
            } else {
                withheld(Reason::nothing_held(&names))
            };
            classes.insert(*class, disclosed);
        }
        disclosures.registers.insert(id.clone(), classes);
    }
    disclosures
}

fn ask(
    engine: &Engine,
    query: &Query<'_>,
    ground: &Ground<'_>,
    register: &Register,
    class: Class,
    names: &Names,
) -> Disclosed {
    let form = ground.purpose.map_or(&Disclosure::Withheld, |purpose| purpose.disclosure(class));
    let principal = Asker::of(&engine.project, &query.request.actor).principal(&engine.types);
    let facts = facts::disclosed(&engine.types, ground, register, &query.request.action, form, query.day);
    let verdict = engine.ask(principal, engine.types.action("disclose"), engine.types.class(class), facts);
    if verdict.allowed {
        return Disclosed { disclosure: form.clone(), because: None };
    }
    let reasons = verdict.decision(names).reasons;
    withheld(reasons.into_iter().next().unwrap_or_else(Reason::nothing_permits))
}

/// Gives the classes of which the register's table or one of its models has a column.
fn classes_held(engine: &Engine, register: &Register) -> Vec<Class> {
    let mut held: Vec<Class> = register.columns.values().map(|column| column.class).collect();
    for model in engine.project.models.values().filter(|model| model.register == register.id) {
        held.extend(model.classes.values());
        held.extend(PERSON_COLUMNS.iter().map(|(_, class)| *class));
    }
    held
}
