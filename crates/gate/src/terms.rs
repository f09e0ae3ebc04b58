//! What a purpose gives, class by class, worked out once when a request is decided.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use indexmap::IndexMap;
use model::{Class, Disclosure, ModelId, ModelKind, Project, Purpose, PurposeId, RegisterId};
use policy::{Disclosed, Disclosures, Reason};

use crate::entry::EntryKind;
use crate::error::GateError;
use crate::mask::{Plan, Table};

static WITHHELD: Disclosure = Disclosure::Withheld;

/// Which classes of a purpose the entry of a look names. What it does not name is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// All that the purpose gives.
    Given,
    /// Those that a search can come upon.
    Found,
}

impl Scope {
    /// Gives which classes an entry of this kind names. Of those it found, a search shows a row of what they are found by: the
    /// rest would take another look.
    pub(crate) fn of(kind: EntryKind) -> Self {
        if kind == EntryKind::Search { Self::Found } else { Self::Given }
    }
}

/// What a purpose gives: the registers within reach and how each class of each is disclosed.
pub(crate) struct Terms {
    pub(crate) purpose: PurposeId,
    /// Registers that a search may look into.
    pub(crate) searched: Vec<RegisterId>,
    /// Registers of which values are shown.
    pub(crate) shown: Vec<RegisterId>,
    /// The classes that some register gives, in the order of [`Class::ALL`].
    pub(crate) given: IndexMap<Class, Disclosure>,
    /// Those of them that a search can come upon: the classes of all columns that records of persons can have. They alone are
    /// compared, and shown in a row of results.
    pub(crate) found: IndexMap<Class, Disclosure>,
    classes: Classes,
    plans: parking_lot::RwLock<KnownPlans>,
}

/// Plans by table, what the entry names, and address of the table's schema, which is held so that the address stays taken.
type KnownPlans = HashMap<(String, Scope, usize), (SchemaRef, Arc<Plan>)>;

/// The most plans kept. The serving index has one schema a table; batches from the lake each bring their own.
const PLANS_MAX: usize = 256;

/// What a purpose gives of one register.
#[derive(Clone, Copy)]
pub(crate) struct RegisterTerms<'a> {
    classes: OfRegister<'a>,
}

#[derive(Clone, Copy)]
enum OfRegister<'a> {
    /// Not within reach, or nothing is decided: all is withheld.
    Nothing,
    Decided(&'a IndexMap<Class, Disclosed>),
    #[cfg(test)]
    MadeUp(&'a HashMap<Class, Disclosure>),
}

impl<'a> RegisterTerms<'a> {
    /// Gives how `class` is disclosed; withheld where nothing says otherwise.
    pub(crate) fn disclosure(&self, class: Class) -> &'a Disclosure {
        let found = match self.classes {
            OfRegister::Nothing => None,
            OfRegister::Decided(classes) => classes.get(&class).map(|class| &class.disclosure),
            #[cfg(test)]
            OfRegister::MadeUp(classes) => classes.get(&class),
        };
        found.unwrap_or(&WITHHELD)
    }
}

/// How classes are disclosed: what the policy said; tests make up their own.
enum Classes {
    Decided(Arc<Disclosures>),
    #[cfg(test)]
    MadeUp(HashMap<Class, Disclosure>),
}

impl Terms {
    /// Gives what `disclosures` say of the registers that are `within` reach; `tables` has the classes of their columns.
    pub(crate) fn of(
        purpose: &PurposeId,
        within: &[RegisterId],
        disclosures: Arc<Disclosures>,
        tables: &TableClasses,
    ) -> Self {
        let open: HashSet<&RegisterId> = disclosures.open_registers().collect();
        let searched: Vec<RegisterId> = within.iter().filter(|register| open.contains(register)).cloned().collect();
        // A register of which nothing is shown gives no rows either: their number would tell that the person is in it.
        let is_shown = |class: &Disclosed| !matches!(class.disclosure, Disclosure::Withheld | Disclosure::MatchOnly);
        let shows = |register: &RegisterId| Class::ALL.iter().any(|class| is_shown(disclosures.how(register, *class)));
        let shown = searched.iter().filter(|register| shows(register)).cloned().collect();
        let given = given(&searched, &disclosures, |_, _| true);
        let found = given_of_found(&searched, &disclosures, tables);
        Self {
            purpose: purpose.clone(),
            searched,
            shown,
            given,
            found,
            classes: Classes::Decided(disclosures),
            plans: Default::default(),
        }
    }

    /// Gives terms under which each class of these registers is disclosed as said; a search comes upon all of them.
    #[cfg(test)]
    pub(crate) fn made_up(registers: &[RegisterId], classes: HashMap<Class, Disclosure>) -> Self {
        let given: IndexMap<Class, Disclosure> = classes.iter().map(|(class, how)| (*class, how.clone())).collect();
        Self {
            purpose: PurposeId::new("made-up").unwrap(),
            searched: registers.to_vec(),
            shown: registers.to_vec(),
            found: given.clone(),
            given,
            classes: Classes::MadeUp(classes),
            plans: Default::default(),
        }
    }

    /// Gives what is disclosed of `register`; nothing when it is not within reach.
    pub(crate) fn of_register(&self, register: &RegisterId) -> RegisterTerms<'_> {
        let classes = match &self.classes {
            _ if !self.searched.contains(register) => OfRegister::Nothing,
            Classes::Decided(disclosures) => {
                disclosures.of_register(register).map_or(OfRegister::Nothing, OfRegister::Decided)
            }
            #[cfg(test)]
            Classes::MadeUp(classes) => OfRegister::MadeUp(classes),
        };
        RegisterTerms { classes }
    }

    /// Gives how `class` of `register` is disclosed; withheld where nothing says otherwise.
    pub(crate) fn disclosure(&self, register: &RegisterId, class: Class) -> &Disclosure {
        self.of_register(register).disclosure(class)
    }

    /// Gives the classes that an entry names, and how each is disclosed at most.
    pub(crate) fn named(&self, scope: Scope) -> &IndexMap<Class, Disclosure> {
        match scope {
            Scope::Given => &self.given,
            Scope::Found => &self.found,
        }
    }

    /// Gives what is done to the columns of a table of this schema, where the entry names the classes of `scope`.
    ///
    /// # Errors
    /// As [`Plan::of`].
    pub(crate) fn plan(&self, table: &Table<'_>, scope: Scope, schema: &SchemaRef) -> Result<Arc<Plan>, GateError> {
        let key = (table.name.to_owned(), scope, Arc::as_ptr(schema).addr());
        if let Some((_, plan)) = self.plans.read().get(&key) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(Plan::of(table, self, scope, schema)?);
        let mut plans = self.plans.write();
        if plans.len() >= PLANS_MAX {
            plans.clear();
        }
        plans.insert(key, (Arc::clone(schema), Arc::clone(&plan)));
        Ok(plan)
    }

    /// Gives the rule that withholds `class` of `register`, where there is one.
    pub(crate) fn because(&self, register: &RegisterId, class: Class) -> Option<&Reason> {
        match &self.classes {
            Classes::Decided(disclosures) => disclosures.how(register, class).because.as_ref(),
            #[cfg(test)]
            Classes::MadeUp(_) => None,
        }
    }

    /// Gives how a column of a register is disclosed where the entry names the classes of `scope`; withheld where the register
    /// is not within reach or has no such column.
    pub(crate) fn column(&self, project: &Project, scope: Scope, register: &RegisterId, column: &str) -> &Disclosure {
        let column = project.registers.get(register).and_then(|register| register.columns.get(column));
        let column = column.filter(|column| self.named(scope).contains_key(&column.class));
        column.map_or(&WITHHELD, |column| self.disclosure(register, column.class))
    }
}

/// Gives the classes that some register gives, in the order of [`Class::ALL`]. Registers count for a class where `counts` says
/// so. A purpose says one thing of a class, and a policy can only withhold it: what the first register gives is the most that
/// any of them does.
fn given(
    searched: &[RegisterId],
    disclosures: &Disclosures,
    counts: impl Fn(&RegisterId, Class) -> bool,
) -> IndexMap<Class, Disclosure> {
    let most = |&class: &Class| {
        let counting = searched.iter().filter(|register| counts(register, class));
        let mut all = counting.map(|register| &disclosures.how(register, class).disclosure);
        all.find(|disclosure| **disclosure != Disclosure::Withheld).map(|disclosure| (class, disclosure.clone()))
    };
    Class::ALL.iter().filter_map(most).collect()
}

/// Gives the classes that a search of these registers can come upon.
fn given_of_found(
    searched: &[RegisterId],
    disclosures: &Disclosures,
    tables: &TableClasses,
) -> IndexMap<Class, Disclosure> {
    let is_found =
        |register: &RegisterId, class: Class| tables.found(register).iter().any(|(_, known)| *known == class);
    given(searched, disclosures, is_found)
}

/// Terms by purpose and address of the disclosures, which are held so that the address stays taken.
type KnownTerms = HashMap<(PurposeId, usize), (Arc<Disclosures>, Arc<Terms>)>;

/// Terms worked out before: the same disclosures under the same purpose make the same terms.
#[derive(Default)]
pub(crate) struct TermsCache(parking_lot::RwLock<KnownTerms>);

/// The most terms kept; there are at most purposes × roles × actions a day.
const CACHED_MAX: usize = 4_096;

impl TermsCache {
    /// Gives the terms of `disclosures`, which the policy keeps for all who ask alike. `within` are the registers within reach
    /// of the purpose; none where there is no such purpose. Then nothing is given, and nothing kept: names of purposes that
    /// don't exist are without number.
    pub(crate) fn of(
        &self,
        purpose: &PurposeId,
        within: Option<&[RegisterId]>,
        disclosures: Arc<Disclosures>,
        tables: &TableClasses,
    ) -> Arc<Terms> {
        let Some(within) = within else { return Arc::new(Terms::of(purpose, &[], disclosures, tables)) };
        let key = (purpose.clone(), Arc::as_ptr(&disclosures).addr());
        if let Some((_, terms)) = self.0.read().get(&key) {
            return Arc::clone(terms);
        }
        let terms = Arc::new(Terms::of(purpose, within, Arc::clone(&disclosures), tables));
        let mut known = self.0.write();
        if known.len() >= CACHED_MAX {
            known.clear();
        }
        known.insert(key, (disclosures, Arc::clone(&terms)));
        terms
    }
}

/// The classes of the columns of every table of a project.
pub(crate) struct TableClasses {
    registers: HashMap<RegisterId, HashMap<String, Class>>,
    models: HashMap<ModelId, (RegisterId, HashMap<String, Class>)>,
    /// By register: the columns that the records of persons made of it can have.
    found: HashMap<RegisterId, Vec<(String, Class)>>,
}

impl TableClasses {
    pub(crate) fn of(project: &Project) -> Result<Self, GateError> {
        let registers = project.registers.keys().map(|id| Ok((id.clone(), register_classes(project, id)?)));
        let models = project.models.keys().map(|id| Ok((id.clone(), model_classes(project, id)?)));
        let models = models.collect::<Result<HashMap<_, (RegisterId, HashMap<String, Class>)>, GateError>>()?;
        let mut found: HashMap<RegisterId, Vec<(String, Class)>> = HashMap::new();
        for model in project.models.values().filter(|model| model.kind == ModelKind::Person) {
            let Some((register, classes)) = models.get(&model.id) else { continue };
            let of_register = found.entry(register.clone()).or_default();
            let usual = model::sql_model::PERSON_COLUMNS.iter().map(|(name, _)| *name);
            // Any further column has its class stated by the model.
            let further = model.classes.keys().map(String::as_str);
            for name in usual.filter(|name| model.can_have(name)).chain(further) {
                let Some(class) = classes.get(name) else { continue };
                let column = (name.to_owned(), *class);
                if !of_register.contains(&column) {
                    of_register.push(column);
                }
            }
        }
        Ok(Self { registers: registers.collect::<Result<_, GateError>>()?, models, found })
    }

    /// Gives the columns that records of persons of a register can have, with their classes; nothing where there are none.
    pub(crate) fn found(&self, register: &RegisterId) -> &[(String, Class)] {
        self.found.get(register).map_or(&[], Vec::as_slice)
    }

    /// Gives the classes of the columns of a register's table.
    pub(crate) fn register(&self, register: &RegisterId) -> Result<&HashMap<String, Class>, GateError> {
        self.registers.get(register).ok_or_else(|| GateError::UnknownRegister(register.clone()))
    }

    /// Gives the register of a model and the classes of the columns of its table, as far as they are known.
    pub(crate) fn model(&self, model: &ModelId) -> Result<(&RegisterId, &HashMap<String, Class>), GateError> {
        let found = self.models.get(model).ok_or_else(|| GateError::UnknownModel(model.clone()))?;
        Ok((&found.0, &found.1))
    }
}

/// Gives the registers that a purpose reaches under its agreement: covered by both, and none with columns of a special
/// category that the agreement does not name. The policy decides the same; this holds even if it should not.
pub(crate) fn registers_within_reach(project: &Project, purpose: &Purpose) -> Vec<RegisterId> {
    let Some(agreement) = project.agreements.get(&purpose.agreement) else { return Vec::new() };
    let named: HashSet<_> = agreement.special_categories.iter().copied().collect();
    let within = |id: &&RegisterId| {
        let register = project.registers.get(*id);
        agreement.registers.contains(*id)
            && register
                .is_some_and(|register| register.special_categories().iter().all(|special| named.contains(special)))
    };
    purpose.registers.iter().filter(within).cloned().collect()
}

/// Gives the classes of the columns of a register's table.
fn register_classes(project: &Project, register: &RegisterId) -> Result<HashMap<String, Class>, GateError> {
    let found = project.registers.get(register).ok_or_else(|| GateError::UnknownRegister(register.clone()))?;
    Ok(found.columns.iter().map(|(name, column)| (name.clone(), column.class)).collect())
}

/// Gives the classes of the columns of a model's table, as far as they are known.
///
/// What the model says of a column wins, then the register's column of the same name, then, in a model of persons, the
/// meaning that the column has there. The register comes before that meaning: a city that was bought stays
/// `commercial`.
fn model_classes(project: &Project, model: &ModelId) -> Result<(RegisterId, HashMap<String, Class>), GateError> {
    let found = project.models.get(model).ok_or_else(|| GateError::UnknownModel(model.clone()))?;
    let mut classes = HashMap::new();
    if found.kind == ModelKind::Person {
        let meanings = model::sql_model::PERSON_COLUMNS.iter();
        classes.extend(meanings.map(|(name, class)| ((*name).to_owned(), *class)));
    }
    classes.extend(register_classes(project, &found.register)?);
    classes.extend(found.classes.iter().map(|(name, class)| (name.clone(), *class)));
    Ok((found.register.clone(), classes))
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
