//! What the columns of a register hold, as person records call it, whatever the register calls them.
//!
//! The model that makes person records of a register says so: where it takes a column as it is, `tin as tax_number`, the column
//! holds what it becomes. Of a column that the model works on, such as a whole name that it splits, nothing is said here.

use model::sql_model::PERSON_COLUMNS;
use model::{ModelKind, Project};

/// Gives the columns of a register that its person records take as they are, each with what it is called there.
pub(crate) fn meanings<'a>(project: &'a Project, register: &str) -> Vec<(&'a str, &'static str)> {
    let mut found = Vec::new();
    for model in project.models.values() {
        if model.kind == ModelKind::Person && model.register.as_str() == register {
            found.extend(taken(model.sql()).into_iter().filter_map(|(column, name)| Some((column, known(name)?))));
        }
    }
    found
}

fn known(name: &str) -> Option<&'static str> {
    PERSON_COLUMNS.iter().map(|(known, _)| *known).find(|known| *known == name)
}

/// Gives the columns that a `select` takes as they are, each with what it is called in the result.
fn taken(sql: &str) -> Vec<(&str, &str)> {
    items(sql).into_iter().filter_map(pair).collect()
}

fn pair(item: &str) -> Option<(&str, &str)> {
    let is_name = |word: &str| word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let mut words = item.split_whitespace();
    let column = words.next()?;
    let name = match words.next() {
        None => column,
        Some(between) if between.eq_ignore_ascii_case("as") => words.next()?,
        Some(_) => return None,
    };
    (words.next().is_none() && is_name(column) && is_name(name)).then_some((column, name))
}

/// Gives what stands between the first `select` and its `from`, parted at the commas that are in no brackets.
fn items(sql: &str) -> Vec<&str> {
    let mut text = sql.trim_start();
    while let Some(comment) = text.strip_prefix("--") {
        text = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    let is_select = text.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"));
    let Some(list) = text.get(6..).filter(|rest| is_select && rest.starts_with(char::is_whitespace)) else {
        return Vec::new();
    };
    let (mut items, mut item) = (Vec::new(), 0);
    let (mut depth, mut is_quoted, mut is_comment, mut before) = (0_i32, false, false, ' ');
    for (at, letter) in list.char_indices() {
        let is_from = || {
            let word = list.get(at..at + 4).is_some_and(|word| word.eq_ignore_ascii_case("from"));
            word && list[at + 4..].starts_with(char::is_whitespace)
        };
        match letter {
            '\n' => is_comment = false,
            _ if is_comment => {}
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '-' if list[at..].starts_with("--") => is_comment = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&list[item..at]);
                item = at + 1;
            }
            _ if depth == 0 && before.is_whitespace() && is_from() => {
                items.push(&list[item..at]);
                return items;
            }
            _ => {}
        }
        before = letter;
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_taken_as_it_is_holds_what_it_becomes() {
        let sql = "-- select people's rows\nselect\n    _record,\n    forename as first_name,\n    tin AS tax_number,\n    birth_date,\n    \
                   case title when 'Mr, from here' then 'M' end as sex,\n    split_part(given, ' ', 1) as middle_name,\n    \
                   postcode\nfrom registers.benefits";
        assert_eq!(
            taken(sql),
            [
                ("_record", "_record"),
                ("forename", "first_name"),
                ("tin", "tax_number"),
                ("birth_date", "birth_date"),
                ("postcode", "postcode")
            ]
        );
        assert_eq!((known("tax_number"), known("_record")), (Some("tax_number"), None));
    }

    #[test]
    fn of_what_is_worked_on_or_is_no_plain_select_nothing_is_said() {
        let worked_on = "select a || b as first_name, c + 1, (select d from e) as street, f as city x from g";
        assert!(taken(worked_on).is_empty(), "{:?}", taken(worked_on));
        for sql in ["", "select", "select a", "with x as (select a from b) select a as street from x", "-- nothing"] {
            assert!(taken(sql).is_empty(), "{sql}");
        }
        let commented = "select a as street, -- it's, from there\n b as city from c";
        assert_eq!(taken(commented), [("a", "street")], "a comment is a part of what follows it");
    }
}
