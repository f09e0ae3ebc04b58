//! What a purpose gives, class by class, worked out once when a request is decided.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use model::{Class, Disclosure, ModelId, ModelKind, Project, Purpose, PurposeId, RegisterId};
use policy::{Disclosed, Disclosures, Reason};

use crate::error::GateError;

static WITHHELD: Disclosure = Disclosure::Withheld;

/// What a purpose gives: the registers within reach and how each class of each is disclosed.
pub(crate) struct Terms {
    pub(crate) purpose: PurposeId,
    /// Registers that a search may look into.
    pub(crate) searched: Vec<RegisterId>,
    /// Registers of which values are shown.
    pub(crate) shown: Vec<RegisterId>,
    classes: Classes,
}

/// How classes are disclosed: what the policy said; tests make up their own.
enum Classes {
    Decided(Arc<Disclosures>),
    #[cfg(test)]
    MadeUp(HashMap<Class, Disclosure>),
}

impl Terms {
    /// Gives what `disclosures` say of the registers that are `within` reach.
    pub(crate) fn of(purpose: &PurposeId, within: &[RegisterId], disclosures: Arc<Disclosures>) -> Self {
        let open: HashSet<&RegisterId> = disclosures.open_registers().collect();
        let searched: Vec<RegisterId> = within.iter().filter(|register| open.contains(register)).cloned().collect();
        // A register of which nothing is shown gives no rows either: their number would tell that the person is in it.
        let is_shown = |class: &Disclosed| !matches!(class.disclosure, Disclosure::Withheld | Disclosure::MatchOnly);
        let shows = |register: &RegisterId| Class::ALL.iter().any(|class| is_shown(disclosures.how(register, *class)));
        let shown = searched.iter().filter(|register| shows(register)).cloned().collect();
        Self { purpose: purpose.clone(), searched, shown, classes: Classes::Decided(disclosures) }
    }

    /// Gives terms under which each class of these registers is disclosed as said.
    #[cfg(test)]
    pub(crate) fn made_up(registers: &[RegisterId], classes: HashMap<Class, Disclosure>) -> Self {
        Self {
            purpose: PurposeId::new("made-up").unwrap(),
            searched: registers.to_vec(),
            shown: registers.to_vec(),
            classes: Classes::MadeUp(classes),
        }
    }

    /// Gives how `class` of `register` is disclosed; withheld where nothing says otherwise.
    pub(crate) fn disclosure(&self, register: &RegisterId, class: Class) -> &Disclosure {
        if !self.searched.contains(register) {
            return &WITHHELD;
        }
        match &self.classes {
            Classes::Decided(disclosures) => &disclosures.how(register, class).disclosure,
            #[cfg(test)]
            Classes::MadeUp(classes) => classes.get(&class).unwrap_or(&WITHHELD),
        }
    }

    /// Gives the rule that withholds `class` of `register`, where there is one.
    pub(crate) fn because(&self, register: &RegisterId, class: Class) -> Option<&Reason> {
        match &self.classes {
            Classes::Decided(disclosures) => disclosures.how(register, class).because.as_ref(),
            #[cfg(test)]
            Classes::MadeUp(_) => None,
        }
    }

    /// Gives the classes that some register gives, in the order of [`Class::ALL`]. A purpose says one thing of a class,
    /// and a policy can only withhold it: what the first register gives is the most that any of them does.
    pub(crate) fn given(&self) -> IndexMap<Class, Disclosure> {
        let most = |&class: &Class| {
            let mut all = self.searched.iter().map(|register| self.disclosure(register, class));
            all.find(|disclosure| **disclosure != Disclosure::Withheld).map(|disclosure| (class, disclosure.clone()))
        };
        Class::ALL.iter().filter_map(most).collect()
    }

    /// Gives how a column of a register is disclosed; withheld where the register is not within reach or has no such
    /// column.
    pub(crate) fn column(&self, project: &Project, register: &RegisterId, column: &str) -> &Disclosure {
        let column = project.registers.get(register).and_then(|register| register.columns.get(column));
        column.map_or(&WITHHELD, |column| self.disclosure(register, column.class))
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
pub(crate) fn register_classes(project: &Project, register: &RegisterId) -> Result<HashMap<String, Class>, GateError> {
    let found = project.registers.get(register).ok_or_else(|| GateError::UnknownRegister(register.clone()))?;
    Ok(found.columns.iter().map(|(name, column)| (name.clone(), column.class)).collect())
}

/// Gives the classes of the columns of a model's table, as far as they are known.
///
/// What the model says of a column wins, then the register's column of the same name, then, in a model of persons, the
/// meaning that the column has there. The register comes before that meaning: a city that was bought stays
/// `commercial`.
pub(crate) fn model_classes(
    project: &Project,
    model: &ModelId,
) -> Result<(RegisterId, HashMap<String, Class>), GateError> {
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
