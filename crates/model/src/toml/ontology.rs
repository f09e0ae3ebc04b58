//! Reads `ontology/*.toml`.

use super::reader::{Table, Value, title_from};
use crate::id::ObjectTypeId;
use crate::ontology::{Link, ObjectType, Property};

/// The one type that has no model: persons are a view over the spine.
pub(crate) const PERSON: &str = "person";

pub(crate) fn read(table: &Table<'_>, id: ObjectTypeId) -> Option<ObjectType> {
    let title = table.get("title").map_or_else(|| Some(title_from(id.as_str())), |value| value.text());
    let title_fr = table.get("title_fr").and_then(|value| value.text());
    let says = table.require("says", "says = \"A place where people live\"").and_then(|value| value.text());
    let model_value = table.get("model");
    let model = model_value.as_ref().map(Value::id);
    let label = table.require("label", "label = \"street\"").and_then(|value| value.text());
    let when = table.get("when").and_then(|value| value.text());
    let properties = table.require("properties", "[properties]").and_then(|value| properties(&value));
    let links = table.get("links").map_or(Some(Vec::new()), |value| value.list(link));
    let exported_as = table.get("exported_as").and_then(|value| value.text());
    table.finish();

    match (id.as_str() == PERSON, &model_value) {
        (true, Some(value)) => {
            let message = "persons are a view over the spine and have no model";
            value.error("ontology/person-with-model", message, "leave `model` out");
        }
        (false, None) => {
            let message = "an object type has the model that makes its objects";
            let help = "add `model = \"…\"`; only the type `person` has none";
            table.sheet().error(table.span(), "ontology/no-model", message, help);
        }
        _ => {}
    }
    Some(ObjectType {
        title: title?,
        title_fr,
        says: says?,
        model: match model {
            Some(model) => Some(model?),
            None => None,
        },
        label: label?,
        when,
        properties: properties?,
        links: links?,
        exported_as,
        id,
    })
}

/// Reads properties, each a title or a table of titles; an empty table takes the title from the name.
fn properties(value: &Value<'_>) -> Option<Vec<Property>> {
    let table = value.table()?;
    let mut properties = Vec::new();
    let mut whole = true;
    for (name, value) in table.entries() {
        let (title, title_fr) = if value.as_text().is_some() {
            (value.text(), None)
        } else {
            let Some(table) = value.table() else {
                whole = false;
                continue;
            };
            let title = table.get("title").map_or_else(|| Some(title_from(&name.text)), |value| value.text());
            let title_fr = table.get("title_fr").and_then(|value| value.text());
            table.finish();
            (title, title_fr)
        };
        match title {
            Some(title) => properties.push(Property { name: name.text, title, title_fr }),
            None => whole = false,
        }
    }
    whole.then_some(properties)
}

fn link(value: &Value<'_>) -> Option<Link> {
    let table = value.table()?;
    let says = table.require("says", "says = \"lives at\"").and_then(|value| value.text());
    let to = table.require("to", "to = \"address\"").and_then(|value| value.id());
    let via = table.get("via").and_then(|value| value.text());
    table.finish();
    Some(Link { says: says?, to: to?, via })
}
