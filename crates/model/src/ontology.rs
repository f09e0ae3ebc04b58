//! Object types, their properties and links, over models: `ontology/*.toml`.

use serde::Serialize;

use crate::id::{ModelId, ObjectTypeId};

/// A type of object: address, loan, permit, donation. Persons are a view over the spine and have a type without a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectType {
    /// The file name without `.toml`.
    pub id: ObjectTypeId,
    /// What people call one.
    pub title: String,
    /// The same in French, where the file gives it.
    pub title_fr: Option<String>,
    /// What it is, in a sentence.
    pub says: String,
    /// The model whose rows are the objects; none for the person.
    pub model: Option<ModelId>,
    /// The property whose text names an object to people.
    pub label: String,
    /// The property that places it in time, if one does.
    pub when: Option<String>,
    /// Its properties.
    pub properties: Vec<Property>,
    /// Its links to other types.
    pub links: Vec<Link>,
    /// The FollowTheMoney schema or RDF class that it is exported as, such as `ftm:Address`.
    pub exported_as: Option<String>,
}

/// A property of an object type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Its name, which is the column of the model.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The same in French, where the file gives it.
    pub title_fr: Option<String>,
}

/// A link from one object type to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What the link says, such as `lives at`.
    pub says: String,
    /// The type it leads to.
    pub to: ObjectTypeId,
    /// The property that holds the key of the other object; none: through the record's person.
    pub via: Option<String>,
}
