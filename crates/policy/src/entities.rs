//! A project as Cedar entities, made once.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema};
use model::agency::RoleKind;
use model::{Agreement, Class, Disclosure, Job, Project, Purpose, Register, SpecialCategory, Subject};

/// Stands in for whatever the project doesn't have. No id can be written so.
pub(crate) const UNKNOWN: &str = "(unknown)";

/// Says why the entities could not be made; it never happens unless the schema and this file disagree.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntitiesError {
    #[error("the name of an entity type is not one: {0}")]
    Type(#[from] Box<cedar_policy::ParseErrors>),
    #[error("an attribute can't be evaluated: {0}")]
    Attribute(#[from] Box<cedar_policy::EntityAttrEvaluationError>),
    #[error("the entities don't conform to the schema: {0}")]
    Schema(#[from] Box<cedar_policy::entities_errors::EntitiesError>),
}

/// The entity types of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Types {
    agency: EntityTypeName,
    agreement: EntityTypeName,
    category: EntityTypeName,
    citizen: EntityTypeName,
    class: EntityTypeName,
    purpose: EntityTypeName,
    register: EntityTypeName,
    role: EntityTypeName,
    system: EntityTypeName,
    action: EntityTypeName,
}

fn type_name(name: &str) -> Result<EntityTypeName, EntitiesError> {
    name.parse().map_err(|errors| EntitiesError::Type(Box::new(errors)))
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

impl Types {
    pub(crate) fn new() -> Result<Self, EntitiesError> {
        Ok(Self {
            agency: type_name("Agency")?,
            agreement: type_name("Agreement")?,
            category: type_name("SpecialCategory")?,
            citizen: type_name("Citizen")?,
            class: type_name("Class")?,
            purpose: type_name("Purpose")?,
            register: type_name("Register")?,
            role: type_name("Role")?,
            system: type_name("System")?,
            action: type_name("Action")?,
        })
    }

    pub(crate) fn action(&self, name: &str) -> EntityUid {
        uid(&self.action, name)
    }
    pub(crate) fn agreement(&self, id: &str) -> EntityUid {
        uid(&self.agreement, id)
    }
    pub(crate) fn citizen(&self) -> EntityUid {
        uid(&self.citizen, "self")
    }
    pub(crate) fn class(&self, class: Class) -> EntityUid {
        uid(&self.class, class.as_str())
    }
    pub(crate) fn purpose(&self, id: &str) -> EntityUid {
        uid(&self.purpose, id)
    }
    pub(crate) fn register(&self, id: &str) -> EntityUid {
        uid(&self.register, id)
    }
    pub(crate) fn role(&self, id: &str) -> EntityUid {
        uid(&self.role, id)
    }
    pub(crate) fn system(&self) -> EntityUid {
        uid(&self.system, "system")
    }
}

/// Gives the word that policies use for a kind of role.
pub(crate) fn kind_word(kind: RoleKind) -> &'static str {
    match kind {
        RoleKind::Officer => "officer",
        RoleKind::Steward => "steward",
        RoleKind::DataProtectionOfficer => "data-protection-officer",
        RoleKind::Engineer => "engineer",
    }
}

/// Gives the word that policies use for a purpose's subject.
fn subject_word(subject: &Subject) -> &'static str {
    match subject {
        Subject::OnePerson => "one-person",
        Subject::Self_ => "self",
        Subject::LinkReview => "link-review",
        Subject::Run { .. } => "run",
    }
}

/// Gives the special categories of the classes that a purpose discloses in any form, each once.
pub(crate) fn disclosed_categories(purpose: &Purpose) -> Vec<SpecialCategory> {
    let disclosed = purpose.discloses.iter().filter(|(_, disclosure)| **disclosure != Disclosure::Withheld);
    let mut categories: Vec<SpecialCategory> = disclosed.filter_map(|(class, _)| class.special()).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

/// Makes the entities of a project, stand-ins for the unknown among them.
pub(crate) fn of_project(project: &Project, schema: &Schema, types: &Types) -> Result<Entities, EntitiesError> {
    let mut maker = Maker { types, made: Vec::new() };
    maker.unknowns()?;
    for category in SpecialCategory::ALL {
        maker.made.push(Entity::new_no_attrs(uid(&types.category, category.as_str()), HashSet::new()));
    }
    for class in Class::ALL {
        maker.class(*class)?;
    }
    for agency in project.agencies.values() {
        let agency_uid = uid(&types.agency, agency.id.as_str());
        maker.made.push(Entity::new_no_attrs(agency_uid.clone(), HashSet::new()));
        for role in &agency.roles {
            let id = format!("{}/{}", agency.id, role.id);
            maker.role(&id, &agency_uid, kind_word(role.kind))?;
        }
    }
    for register in project.registers.values() {
        maker.register(register)?;
    }
    for agreement in project.agreements.values() {
        maker.agreement(agreement)?;
    }
    for purpose in project.purposes.values() {
        let agreement = project.agreements.get(&purpose.agreement).map_or(UNKNOWN, |agreement| agreement.id.as_str());
        maker.purpose(purpose, agreement)?;
    }
    Entities::from_entities(maker.made, Some(schema)).map_err(|error| EntitiesError::Schema(Box::new(error)))
}

struct Maker<'a> {
    types: &'a Types,
    made: Vec<Entity>,
}

type Attributes<'a> = Vec<(&'a str, RestrictedExpression)>;

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn entity(uid: EntityUid) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid)
}

fn set(members: impl IntoIterator<Item = EntityUid>) -> RestrictedExpression {
    RestrictedExpression::new_set(members.into_iter().map(entity))
}

fn flag(value: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(value)
}

impl Maker<'_> {
    fn add(
        &mut self,
        uid: EntityUid,
        parents: Vec<EntityUid>,
        attributes: Attributes<'_>,
    ) -> Result<(), EntitiesError> {
        let attributes: HashMap<String, _> =
            attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let made = Entity::new(uid, attributes, parents.into_iter().collect())
            .map_err(|error| EntitiesError::Attribute(Box::new(error)))?;
        self.made.push(made);
        Ok(())
    }

    fn categories(&self, categories: &[SpecialCategory]) -> RestrictedExpression {
        set(categories.iter().map(|category| uid(&self.types.category, category.as_str())))
    }

    fn unknowns(&mut self) -> Result<(), EntitiesError> {
        let types = self.types;
        let agency = uid(&types.agency, UNKNOWN);
        self.made.push(Entity::new_no_attrs(agency.clone(), HashSet::new()));
        self.made.push(Entity::new_no_attrs(types.citizen(), HashSet::new()));
        self.made.push(Entity::new_no_attrs(types.system(), HashSet::new()));
        self.role(UNKNOWN, &agency, "none")?;
        let agreement = types.agreement(UNKNOWN);
        let nothing = || RestrictedExpression::new_set([]);
        let attributes = vec![
            ("parties", nothing()),
            ("registers", nothing()),
            ("special_categories", nothing()),
            ("allows_linking", flag(false)),
        ];
        self.add(agreement.clone(), vec![], attributes)?;
        let attributes = vec![
            ("agreement", entity(agreement.clone())),
            ("registers", nothing()),
            ("recipients", nothing()),
            ("subject", text("none")),
            ("jobs", nothing()),
            ("discloses", nothing()),
            ("special_categories", nothing()),
            ("needs_case", flag(true)),
            ("needs_justification", flag(true)),
        ];
        self.add(types.purpose(UNKNOWN), vec![agreement], attributes)
    }

    fn class(&mut self, class: Class) -> Result<(), EntitiesError> {
        let category = class.special().map(|category| uid(&self.types.category, category.as_str()));
        let attributes = category.iter().map(|category| ("category", entity(category.clone()))).collect();
        self.add(self.types.class(class), category.clone().into_iter().collect(), attributes)
    }

    fn role(&mut self, id: &str, agency: &EntityUid, kind: &str) -> Result<(), EntitiesError> {
        let attributes = vec![("agency", entity(agency.clone())), ("kind", text(kind))];
        self.add(self.types.role(id), vec![agency.clone()], attributes)
    }

    fn register(&mut self, register: &Register) -> Result<(), EntitiesError> {
        let owner = uid(&self.types.agency, register.agency.as_str());
        let attributes = vec![
            ("owner", entity(owner.clone())),
            ("special_categories", self.categories(&register.special_categories())),
            ("bought", flag(register.bought.is_some())),
        ];
        self.add(self.types.register(register.id.as_str()), vec![owner], attributes)
    }

    fn agreement(&mut self, agreement: &Agreement) -> Result<(), EntitiesError> {
        let types = self.types;
        let attributes = vec![
            ("parties", set(agreement.parties.iter().map(|agency| uid(&types.agency, agency.as_str())))),
            ("registers", set(agreement.registers.iter().map(|register| types.register(register.as_str())))),
            ("special_categories", self.categories(&agreement.special_categories)),
            ("allows_linking", flag(agreement.allows_linking)),
        ];
        self.add(types.agreement(agreement.id.as_str()), vec![], attributes)
    }

    fn purpose(&mut self, purpose: &Purpose, agreement: &str) -> Result<(), EntitiesError> {
        let types = self.types;
        let agreement = types.agreement(agreement);
        let jobs: &[Job] = match &purpose.subject {
            Subject::Run { jobs } => jobs,
            Subject::OnePerson | Subject::Self_ | Subject::LinkReview => &[],
        };
        let disclosed = purpose.discloses.iter().filter(|(_, disclosure)| **disclosure != Disclosure::Withheld);
        let mut attributes = vec![
            ("agreement", entity(agreement.clone())),
            ("registers", set(purpose.registers.iter().map(|register| types.register(register.as_str())))),
            ("recipients", set(purpose.recipients.iter().map(|recipient| types.role(&recipient.to_string())))),
            ("subject", text(subject_word(&purpose.subject))),
            ("jobs", RestrictedExpression::new_set(jobs.iter().map(|job| text(job.as_str())))),
            ("discloses", set(disclosed.map(|(class, _)| types.class(*class)))),
            ("special_categories", self.categories(&disclosed_categories(purpose))),
            ("needs_case", flag(purpose.needs_case)),
            ("needs_justification", flag(purpose.needs_justification)),
        ];
        if let Some(limit) = purpose.persons_per_officer_and_day {
            attributes.push(("persons_limit", RestrictedExpression::new_long(i64::from(limit))));
        }
        self.add(types.purpose(purpose.id.as_str()), vec![agreement], attributes)
    }
}
