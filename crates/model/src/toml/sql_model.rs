//! Reads `models/**/*.sql`: settings in `--!` lines, then one `select`.

use std::sync::Arc;

use indexmap::IndexMap;

use super::reader::{Sheet, Table, Value, is_column_name};
use super::register::class;
use crate::diagnostic::SourceFile;
use crate::id::ModelId;
use crate::sql_model::{Expectations, ModelKind, PERSON_COLUMNS, SqlModel, has_sql};

/// What begins a line of settings.
const MARK: &str = "--!";

/// Reads a model.
pub(crate) fn read(sheet: &Sheet, file: &Arc<SourceFile>, id: ModelId) -> Option<SqlModel> {
    let text = &file.text;
    let sql_begins = settings_end(text);
    check_rest(sheet, text, sql_begins);
    if sql_begins == 0 {
        let help = "begin the file with `--! kind = \"person\"`, `--! register = \"…\"` and `--! says = \"…\"`";
        sheet.error(0..0, "model/no-settings", "the model has no settings", help);
        return None;
    }
    let document = sheet.parse(&settings(text, sql_begins))?;
    let table = Table::root(sheet, &document);
    let kinds = [("person", ModelKind::Person), ("object", ModelKind::Object), ("step", ModelKind::Step)];
    let kind =
        table.require("kind", "--! kind = \"person\"").and_then(|value| value.choice("model/unknown-kind", &kinds));
    let register = table.require("register", "--! register = \"tax_1040\"").and_then(|value| value.id());
    let says = table.require("says", "--! says = \"Persons who filed a return\"").and_then(|value| value.text());
    let classes = table.get("classes").map_or(Some(IndexMap::new()), |value| classes(&value, kind));
    let expect = table.get("expect").map_or(Some(Expectations::default()), |value| expectations(&value));
    table.finish();
    Some(SqlModel {
        id,
        path: file.path.clone(),
        kind: kind?,
        register: register?,
        says: says?,
        classes: classes?,
        expect: expect?,
        text: text.clone(),
        sql_begins,
    })
}

/// Gives where the lines of settings end.
pub(crate) fn settings_end(text: &str) -> usize {
    text.split_inclusive('\n').take_while(|line| line.starts_with(MARK)).map(str::len).sum()
}

/// Gives the settings as TOML in which every byte stands where it stands in the file, so that spans fit both.
fn settings(text: &str, end: usize) -> String {
    let blank = " ".repeat(MARK.len());
    text[..end].split_inclusive('\n').map(|line| line.replacen(MARK, &blank, 1)).collect()
}

/// Checks that SQL follows, and no further settings.
fn check_rest(sheet: &Sheet, text: &str, begins: usize) {
    let mut offset = begins;
    for line in text[begins..].split_inclusive('\n') {
        if begins > 0 && line.starts_with(MARK) {
            let message = "settings stand at the top of the file, without other lines between";
            sheet.error(offset..offset + MARK.len(), "model/late-settings", message, "move this line up");
        }
        offset += line.len();
    }
    if !has_sql(&text[begins..]) {
        sheet.error(offset..offset, "model/no-sql", "the model has no SQL", "write one `select`");
    }
}

fn classes(value: &Value<'_>, kind: Option<ModelKind>) -> Option<IndexMap<String, crate::class::Class>> {
    let table = value.table()?;
    let mut classes = IndexMap::new();
    let mut whole = true;
    for (name, value) in table.entries() {
        if !is_column_name(&name.text) {
            let help = "write lower-case letters, digits and `_`, a letter first";
            let message = format!("`{}` can't be the name of a column", name.text);
            value.sheet().error(name.span, "model/column-name", message, help);
        }
        let Some(class) = class(&value, "model/unknown-class") else {
            whole = false;
            continue;
        };
        let fixed = PERSON_COLUMNS.iter().find(|(column, _)| *column == name.text).map(|(_, class)| *class);
        if let (Some(ModelKind::Person), Some(fixed)) = (kind, fixed)
            && fixed != class
        {
            let message = format!("in person records `{}` is of class `{fixed}`", name.text);
            value.error("model/class-of-person-column", message, "leave it out");
        }
        classes.insert(name.text, class);
    }
    whole.then_some(classes)
}

fn expectations(value: &Value<'_>) -> Option<Expectations> {
    let table = value.table()?;
    let unique = table.get("unique").map_or(Some(Vec::new()), |value| value.list(Value::text));
    let not_null = table.get("not_null").map_or(Some(Vec::new()), |value| value.list(Value::text));
    let accepted = table.get("accepted").map_or(Some(IndexMap::new()), |value| accepted(&value));
    let rows = table.get("rows").map_or(Some((None, None)), |value| rows(&value));
    table.finish();
    let (rows_min, rows_max) = rows?;
    Some(Expectations { unique: unique?, not_null: not_null?, accepted: accepted?, rows_min, rows_max })
}

fn accepted(value: &Value<'_>) -> Option<IndexMap<String, Vec<String>>> {
    let table = value.table()?;
    let mut accepted = IndexMap::new();
    let mut whole = true;
    for (name, value) in table.entries() {
        match value.filled_list("model/nothing-accepted", |value| value.raw_text().map(str::to_owned)) {
            Some(values) => {
                accepted.insert(name.text, values);
            }
            None => whole = false,
        }
    }
    whole.then_some(accepted)
}

fn rows(value: &Value<'_>) -> Option<(Option<u64>, Option<u64>)> {
    let table = value.table()?;
    let bound = |key| table.get(key).map(|value| value.integer(0..=i64::MAX).and_then(|rows| u64::try_from(rows).ok()));
    let (min, max) = (bound("min"), bound("max"));
    table.finish();
    let min = match min {
        Some(min) => Some(min?),
        None => None,
    };
    let max = match max {
        Some(max) => Some(max?),
        None => None,
    };
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        value.error(
            "model/rows-never",
            "no number of rows is at least `min` and at most `max`",
            "swap them or mend one",
        );
        return None;
    }
    Some((min, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_keep_their_places() {
        let text = "--! a = 1\n--! b = '''é\n--! '''\nselect 1\n--! c = 2\n";
        let end = settings_end(text);
        assert_eq!(&text[end..], "select 1\n--! c = 2\n");
        let toml = settings(text, end);
        assert_eq!(toml.len(), end);
        assert_eq!(toml.find('b'), text.find('b'));
    }

    #[test]
    fn a_file_may_end_within_its_settings() {
        assert_eq!(settings_end("--! a = 1"), 9);
        assert_eq!(settings_end(""), 0);
        assert_eq!(settings_end("select 1"), 0);
    }
}
