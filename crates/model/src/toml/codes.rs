//! Reads what the codes of a register's columns mean: `[codes.COLUMN]` of `registers/*.toml`.

use indexmap::IndexMap;

use super::nearest::advice;
use super::reader::{Name, Table, Value};
use crate::register::{Code, Column, ColumnType};

/// Reads the codes of all columns into `columns`; none when one of them is wrong.
///
/// `names` are those of all columns, be these right or wrong in themselves. `is_french` says whether the file is in French too:
/// then every code is.
pub(super) fn read(
    value: &Value<'_>,
    names: &[String],
    columns: &mut IndexMap<String, Column>,
    is_french: bool,
) -> Option<()> {
    let mut whole = true;
    for (name, value) in value.table()?.entries() {
        if !names.contains(&name.text) {
            let message = format!("there is no column `{}`", name.text);
            let help = advice(&name.text, names.iter().map(String::as_str));
            value.sheet().error(name.span, "register/unknown-codes-column", message, help);
            whole = false;
            continue;
        }
        match (of_column(&value, columns.get(&name.text), is_french), columns.get_mut(&name.text)) {
            (Some(codes), Some(column)) => column.codes = codes,
            (Some(_), None) => {}
            (None, _) => whole = false,
        }
    }
    whole.then_some(())
}

/// Reads the codes of one column, of which nothing is known where it is wrong in itself.
fn of_column(value: &Value<'_>, column: Option<&Column>, is_french: bool) -> Option<IndexMap<String, Code>> {
    let mut whole = true;
    if column.is_some_and(|column| column.r#type != ColumnType::Text) {
        let help = "leave the codes out or write `type = \"text\"`";
        value.error("register/codes-of-no-text", "only texts are codes", help);
        whole = false;
    }
    let mut codes: Vec<(Name, Value<'_>, Code)> = Vec::new();
    for (name, value) in value.table()?.entries() {
        if column.is_some_and(|column| is_never(column, &name.text)) {
            let message = format!("no value of the column is `{}`", name.text);
            let help =
                "write the code as rows have it, without spaces around; what is `missing` or fails `check` is none";
            value.sheet().error(name.span.clone(), "register/code-never", message, help);
            whole = false;
        }
        match value.table().and_then(|table| code(&table)) {
            Some(code) => codes.push((name, value, code)),
            None => whole = false,
        }
    }
    if whole && codes.is_empty() {
        value.error("register/no-codes", "the column has no codes", "describe at least one, or leave the table out");
        return None;
    }
    // A page in French shows all of a column's values in French, or none.
    let is_french = is_french || codes.iter().any(|(_, _, code)| code.title_fr.is_some());
    for (name, value, _) in codes.iter().filter(|(_, _, code)| is_french && code.title_fr.is_none()) {
        let message = format!("`{}` has no title in French, and the file has others", name.text);
        value.error("register/code-without-french", message, "add `title_fr = \"…\"`");
        whole = false;
    }
    whole.then(|| codes.into_iter().map(|(name, _, code)| (name.text, code)).collect())
}

/// Tells whether no value of a column can be this code.
fn is_never(column: &Column, code: &str) -> bool {
    let is_missing = column.missing.iter().any(|missing| missing.trim() == code);
    let fails = column.check.as_ref().is_some_and(|check| !check.passes(code));
    code.is_empty() || code.trim() != code || is_missing || fails
}

fn code(table: &Table<'_>) -> Option<Code> {
    let title = table.require("title", "title = \"in school\"").and_then(|value| value.text());
    let title_fr = table.get("title_fr").map(|value| value.text());
    table.finish();
    Some(Code {
        title: title?,
        title_fr: match title_fr {
            Some(title_fr) => Some(title_fr?),
            None => None,
        },
    })
}
