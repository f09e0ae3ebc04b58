//! Which columns a model's table may have.
//!
//! The gate masks by class, so that a column whose class nobody declared has no place in a table.

use arrow_schema::{DataType, Schema};
use model::record::column;
use model::sql_model::PERSON_COLUMNS;
use model::{ModelKind, Register, SqlModel};

/// Tells whether a model may have a column of this name. Of a register that can't be read it may be one.
///
/// A person model has person columns and those that it gives a class to; other models have, besides these last, columns
/// named like one of the register.
fn is_known(register: Option<&Register>, model: &SqlModel, name: &str) -> bool {
    if model.classes.contains_key(name) {
        return true;
    }
    match model.kind {
        ModelKind::Person => PERSON_COLUMNS.iter().any(|(column, _)| *column == name),
        ModelKind::Object | ModelKind::Step => register.is_none_or(|register| register.columns.contains_key(name)),
    }
}

/// Something that is wrong with a column, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnProblem {
    /// The column; none where one is missing altogether.
    pub(crate) name: Option<String>,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Says what is wrong and, in brackets, what to do.
impl std::fmt::Display for ColumnProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.help)
    }
}

fn problem(name: Option<&str>, message: impl Into<String>, help: impl Into<String>) -> ColumnProblem {
    ColumnProblem { name: name.map(str::to_owned), message: message.into(), help: help.into() }
}

/// Gives what is wrong with the names of the columns of a model over `register`, none where that can't be read.
pub(crate) fn name_problems(register: Option<&Register>, model: &SqlModel, names: &[&str]) -> Vec<ColumnProblem> {
    let mut found = Vec::new();
    if !names.contains(&column::RECORD) {
        found.push(problem(
            None,
            format!("the model has no `{}`", column::RECORD),
            format!("select `{}`: without it a row belongs to no record", column::RECORD),
        ));
    }
    for (place, name) in names.iter().enumerate() {
        if let Some(first) = names[..place].iter().position(|other| other == name) {
            // Of a third one nothing more is said.
            if names[first + 1..place].contains(name) {
                continue;
            }
            found.push(problem(
                Some(name),
                format!("`{name}` is there twice"),
                "name one of them differently with `as`",
            ));
        } else if column::ALL.contains(name) {
            // Where the row came from.
        } else if name.starts_with('_') {
            let message = format!("`{name}` begins with `_`");
            found.push(problem(
                Some(name),
                message,
                "such names are kept for where a row came from: rename it with `as`",
            ));
        } else if !is_known(register, model, name) {
            let namesake = match model.kind {
                ModelKind::Person => "person records have no such column",
                ModelKind::Object | ModelKind::Step => "the register has no column of that name",
            };
            let message = format!("`{name}` has no class: {namesake}");
            found.push(problem(Some(name), message, "give it a class under `classes`, or rename it with `as`"));
        }
    }
    let expected = model.expect.unique.iter().chain(&model.expect.not_null).chain(model.expect.accepted.keys());
    // What nobody knows is told where the settings are read.
    let can_be_expected = |name: &str| {
        is_known(register, model, name)
            || column::ALL.contains(&name)
            || register.is_some_and(|of| of.columns.contains_key(name))
    };
    for name in expected.filter(|name| !names.contains(&name.as_str()) && can_be_expected(name)) {
        let message = format!("something is expected of `{name}`, and the model has no such column");
        found.push(problem(Some(name), message, "take it out of `expect`, or select it"));
    }
    found
}

/// Gives each thing that is wrong with the columns of a model.
pub(crate) fn problems(register: &Register, model: &SqlModel, schema: &Schema) -> Vec<ColumnProblem> {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut found = name_problems(Some(register), model, &names);
    for field in schema.fields() {
        let (name, of) = (field.name().as_str(), field.data_type());
        if *of == DataType::Null {
            found.push(problem(
                Some(name),
                format!("`{name}` is always null and has no type"),
                "leave it out, or cast it",
            ));
        } else if name == column::RECORD && !is_text(of) {
            let help = format!("select the `{name}` of the register");
            found.push(problem(Some(name), format!("`{name}` is {of}, and must be text"), help));
        } else if model.kind == ModelKind::Person {
            found.extend(wrong_type(name, of));
        }
    }
    found
}

fn wrong_type(name: &str, found: &DataType) -> Option<ColumnProblem> {
    if !PERSON_COLUMNS.iter().any(|(column, _)| *column == name) {
        return None;
    }
    let is_right = if name == "birth_date" { *found == DataType::Date32 } else { is_text(found) };
    let wanted = if name == "birth_date" { "a date" } else { "text" };
    let message = format!("`{name}` is {found}, and in person records {wanted}");
    (!is_right).then(|| problem(Some(name), message, "cast it"))
}

fn is_text(found: &DataType) -> bool {
    matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_any_of_arrows_three() {
        for text in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
            assert_eq!(wrong_type("first_name", &text), None);
            assert!(wrong_type("birth_date", &text).is_some());
        }
        assert_eq!(wrong_type("birth_date", &DataType::Date32), None);
        assert_eq!(wrong_type("loan_amount", &DataType::Int64), None, "only person columns have a type of their own");
    }
}
