//! The description of the API as a page: what can be asked, with what, and what is answered. It is made of `openapi.json` alone,
//! whose texts are English; the frame is in the page's language.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use serde_json::Value;

use super::frame::Frame;
use super::view::View;
use super::words::Words;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "described.html")]
struct DescribedPage {
    frame: Frame,
    t: Words,
    api: &'static Api,
}

/// What the description says.
struct Api {
    says: String,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
}

/// Operations of one tag.
struct Group {
    name: String,
    operations: Vec<Operation>,
}

/// A method of a path.
struct Operation {
    id: String,
    method: String,
    path: String,
    says: String,
    /// What it is sent: in its path, after the question mark and in its body.
    takes: Vec<Part>,
    answers: Vec<Part>,
}

/// Something that has a name and a shape: what is sent, an answer, a field.
struct Part {
    name: String,
    /// Where it is sent; nothing of answers and fields.
    place: String,
    is_needed: bool,
    shape: String,
    says: String,
}

/// A named shape of JSON.
struct Shape {
    name: String,
    says: String,
    /// What it is where it has no fields.
    form: String,
    fields: Vec<Part>,
}

static API: LazyLock<Api> = LazyLock::new(|| Api::read(&serde_json::to_value(crate::openapi()).unwrap_or(Value::Null)));

impl Api {
    fn read(description: &Value) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (path, item) in members(&description["paths"]) {
            for (method, operation) in members(item) {
                let tag = text(&operation["tags"][0]);
                let operation = Operation::read(method, path, operation);
                match groups.iter_mut().find(|group| group.name == tag) {
                    Some(group) => group.operations.push(operation),
                    None => groups.push(Group { name: tag, operations: vec![operation] }),
                }
            }
        }
        let shape = |(name, schema): (&String, &Value)| Shape {
            name: name.clone(),
            says: text(&schema["description"]),
            form: shape_of(schema),
            fields: fields(schema),
        };
        let shapes = members(&description["components"]["schemas"]).map(shape).collect();
        Self { says: text(&description["info"]["description"]), groups, shapes }
    }
}

impl Operation {
    fn read(method: &str, path: &str, operation: &Value) -> Self {
        let sent = |parameter: &Value| Part {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            is_needed: parameter["required"] == true,
            shape: shape_of(&parameter["schema"]),
            says: text(&parameter["description"]),
        };
        let body = &operation["requestBody"];
        let body = content(body).map(|shape| Part {
            name: "body".to_owned(),
            place: "body".to_owned(),
            is_needed: body["required"] == true,
            shape,
            says: text(&body["description"]),
        });
        let answer = |(status, answer): (&String, &Value)| Part {
            name: status.clone(),
            place: String::new(),
            is_needed: false,
            shape: content(answer).unwrap_or_default(),
            says: text(&answer["description"]),
        };
        let summary = [&operation["summary"], &operation["description"]].map(text);
        let says: Vec<&str> = summary.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            says: says.join(" "),
            takes: operation["parameters"].as_array().into_iter().flatten().map(sent).chain(body).collect(),
            answers: members(&operation["responses"]).map(answer).collect(),
        }
    }
}

/// Gives the fields of an object; of what is one thing or another, those of each; none of what is no object.
fn fields(schema: &Value) -> Vec<Part> {
    if schema["$ref"].is_string() {
        // All of another shape.
        let (name, place, says) = ("…".to_owned(), String::new(), text(&schema["description"]));
        return vec![Part { name, place, is_needed: false, shape: shape_of(schema), says }];
    }
    let needed = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|known| known == name));
    let field = |(name, schema): (&String, &Value)| Part {
        name: name.clone(),
        place: String::new(),
        is_needed: needed(name),
        shape: shape_of(schema),
        says: text(&schema["description"]),
    };
    let own = members(&schema["properties"]).map(field);
    let of_choices = ["allOf", "oneOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten());
    own.chain(of_choices.flat_map(fields)).collect()
}

/// Gives the shape of what a body or an answer holds; none where that has none.
fn content(of: &Value) -> Option<String> {
    members(&of["content"]).next().map(|(_, content)| shape_of(&content["schema"]))
}

/// Gives a shape in few letters: `Name`, `[Name]` for a list of them, `integer or null`.
fn shape_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let choices = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema[*key].as_array());
    if let Some(choices) = choices {
        // That nothing is one of the choices is said last.
        let (nothing, some): (Vec<_>, Vec<_>) = choices.iter().map(shape_of).partition(|shape| shape == "null");
        return some.into_iter().chain(nothing).collect::<Vec<_>>().join(" or ");
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(text).collect::<Vec<_>>().join(" or ");
    }
    let kinds: Vec<String> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        kind => vec![text(kind)],
    };
    let named =
        |kind: &String| if kind == "array" { format!("[{}]", shape_of(&schema["items"])) } else { kind.clone() };
    kinds.iter().map(named).collect::<Vec<_>>().join(" or ")
}

/// Gives the members of an object; of anything else none.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Gives a text on one line; nothing of what is no text.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Shows what the API can be asked. It has no data, and is open to everyone.
pub(crate) async fn page(view: View) -> Response {
    view.answer(described(&view))
}

fn described(view: &View) -> Result<Response, Problem> {
    view.page(&DescribedPage { frame: view.frame()?, t: view.t, api: &API })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shapes_are_told_in_few_letters() {
        for (schema, told) in [
            (json!({ "$ref": "#/components/schemas/Problem" }), "Problem"),
            (json!({ "type": "array", "items": { "$ref": "#/components/schemas/Hit" } }), "[Hit]"),
            (json!({ "type": ["integer", "null"] }), "integer or null"),
            (json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Said" }] }), "Said or null"),
            (json!({ "type": "string", "enum": ["queue", "sample"] }), "queue or sample"),
            (json!({}), ""),
        ] {
            assert_eq!(shape_of(&schema), told, "{schema}");
        }
    }

    #[test]
    fn everything_of_the_description_is_on_the_page() {
        let description = serde_json::to_value(crate::openapi()).unwrap();
        let api = Api::read(&description);
        let operations: Vec<&Operation> = api.groups.iter().flat_map(|group| &group.operations).collect();
        let described: usize = members(&description["paths"]).map(|(_, item)| members(item).count()).sum();
        assert_eq!(operations.len(), described);
        for operation in &operations {
            assert!(!operation.id.is_empty() && !operation.says.is_empty() && !operation.answers.is_empty());
            let in_path = operation.takes.iter().filter(|part| part.place == "path" && part.is_needed).count();
            assert_eq!(in_path, operation.path.matches('{').count(), "{}", operation.path);
        }
        let named: Vec<&str> = api.shapes.iter().map(|shape| shape.name.as_str()).collect();
        let parts = operations.iter().flat_map(|operation| operation.takes.iter().chain(&operation.answers));
        for part in parts.chain(api.shapes.iter().flat_map(|shape| &shape.fields)) {
            // A name that begins with a capital is one of those that the page has below.
            let name = part.shape.trim_start_matches('[').split([' ', ']']).next().unwrap_or_default();
            let is_name = name.starts_with(|letter: char| letter.is_ascii_uppercase());
            assert!(!is_name || named.contains(&name), "{name}");
        }
    }
}
