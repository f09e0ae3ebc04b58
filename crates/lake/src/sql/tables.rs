//! Finds the tables that a query reads, by parsing alone.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Spanned, Statement, TableFactor, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Location, Span};

/// A table that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// What stands before the point, such as `registers`.
    pub namespace: String,
    /// What stands after it.
    pub name: String,
    /// Where in the query, in bytes.
    pub span: Range<usize>,
}

/// Why a text is not a query that may be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlProblem {
    /// What is wrong and what to do.
    pub message: String,
    /// Where in the query, in bytes; empty at 0 when it concerns all of it.
    pub span: Range<usize>,
}

impl SqlProblem {
    /// Gives a problem between two places, each a line and a character counted from 1; of the whole query where they aren't known.
    pub(crate) fn at(sql: &str, place: Option<((u64, u64), (u64, u64))>, message: String) -> Self {
        let location = |(line, column)| Location::new(line, column);
        let span = place.map_or_else(Span::empty, |(start, end)| Span::new(location(start), location(end)));
        Text::new(sql).problem(span, &message)
    }
}

/// Gives the tables that a query reads, in the order in which they stand, each place once.
///
/// Names of common table expressions (`with … as`) are no tables.
///
/// # Errors
/// [`SqlProblem`] when the text is not exactly one `select` statement; when a table is not named `NAMESPACE.NAME`; when it
/// calls a table function or would change something.
pub fn tables_of(sql: &str) -> Result<Vec<TableUse>, SqlProblem> {
    let text = Text::new(sql);
    let statements = Parser::parse_sql(&GenericDialect {}, sql).map_err(|error| text.syntax_problem(&error))?;
    let query = match statements.as_slice() {
        [Statement::Query(query)] => query,
        [] => return Err(text.problem(Span::empty(), "there is no statement: write one `select`")),
        [other] => {
            return Err(text.problem(other.span(), "only `select` is accepted: models and queries change nothing"));
        }
        [_, second, ..] => return Err(text.problem(second.span(), "one statement only: remove what follows the first")),
    };
    let mut collector = Collector { text: &text, tables: BTreeMap::new(), names_in_scope: Vec::new() };
    match query.visit(&mut collector) {
        ControlFlow::Break(problem) => Err(problem),
        ControlFlow::Continue(()) => Ok(collector.tables.into_values().collect()),
    }
}

struct Collector<'a> {
    text: &'a Text<'a>,
    /// By place: common table expressions are visited twice.
    tables: BTreeMap<usize, TableUse>,
    names_in_scope: Vec<String>,
}

impl Collector<'_> {
    fn refuse(&self, span: Span, message: &str) -> ControlFlow<SqlProblem> {
        ControlFlow::Break(self.text.problem(span, message))
    }

    fn check_body(&self, body: &SetExpr) -> ControlFlow<SqlProblem> {
        match body {
            // Queries in brackets are visited by themselves.
            SetExpr::Select(_) | SetExpr::Values(_) | SetExpr::Query(_) => ControlFlow::Continue(()),
            SetExpr::SetOperation { left, right, .. } => {
                self.check_body(left)?;
                self.check_body(right)
            }
            SetExpr::Table(_) => self.refuse(body.span(), "`table NAME` is not accepted: write `select * from NAME`"),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.refuse(body.span(), "only `select` is accepted: models and queries change nothing")
            }
        }
    }
}

/// Names without quotes are the same in any case.
fn normal(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_ascii_lowercase() }
}

impl Visitor for Collector<'_> {
    type Break = SqlProblem;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<SqlProblem> {
        self.check_body(&query.body)?;
        if let Some(with) = &query.with {
            for expression in &with.cte_tables {
                let name = normal(&expression.alias.name);
                // Unless recursive, an expression's own name means a table within it, so it is visited before the name
                // comes into scope. Everything is visited again afterwards, which finds the same places.
                if with.recursive {
                    self.names_in_scope.push(name);
                    expression.visit(self)?;
                } else {
                    expression.visit(self)?;
                    self.names_in_scope.push(name);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<SqlProblem> {
        let names = query.with.as_ref().map_or(0, |with| with.cte_tables.len());
        self.names_in_scope.truncate(self.names_in_scope.len().saturating_sub(names));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<SqlProblem> {
        match &select.into {
            Some(_) => self.refuse(select.span(), "`select … into` is not accepted: models and queries change nothing"),
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlProblem> {
        match factor {
            TableFactor::Table { args: None, .. }
            | TableFactor::Derived { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::UNNEST { .. } => ControlFlow::Continue(()),
            TableFactor::Table { .. } | TableFactor::TableFunction { .. } | TableFactor::Function { .. } => {
                self.refuse(factor.span(), "functions that give tables are not accepted: name a register or a model")
            }
            _ => self.refuse(factor.span(), "this kind of table is not accepted: name a register or a model"),
        }
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<SqlProblem> {
        let parts: Option<Vec<&Ident>> = relation.0.iter().map(ObjectNamePart::as_ident).collect();
        match parts.as_deref() {
            Some([name]) if self.names_in_scope.contains(&normal(name)) => ControlFlow::Continue(()),
            Some([namespace, name]) => {
                let span = self.text.range(relation.span());
                let found = TableUse { namespace: normal(namespace), name: normal(name), span };
                self.tables.entry(found.span.start).or_insert(found);
                ControlFlow::Continue(())
            }
            Some([name]) => {
                let name = &name.value;
                let message = format!("which `{name}`? write `registers.{name}` or `models.{name}`");
                self.refuse(relation.span(), &message)
            }
            _ => self.refuse(relation.span(), "tables are named `registers.NAME` or `models.NAME`"),
        }
    }
}

/// The text of a query, to turn lines and columns into bytes.
struct Text<'a> {
    sql: &'a str,
    line_begins: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(sql: &'a str) -> Self {
        let after_newlines = sql.match_indices('\n').map(|(at, _)| at + 1);
        Self { sql, line_begins: std::iter::once(0).chain(after_newlines).collect() }
    }

    fn problem(&self, span: Span, message: &str) -> SqlProblem {
        SqlProblem { message: message.to_owned(), span: self.range(span) }
    }

    /// Spans of the parser hold their last character; an unknown span becomes an empty range at 0.
    fn range(&self, span: Span) -> Range<usize> {
        match (self.offset(span.start), self.offset(span.end)) {
            (Some(start), Some(end)) => start..end.max(start),
            _ => 0..0,
        }
    }

    fn offset(&self, place: Location) -> Option<usize> {
        let line = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(place.column).ok()?.checked_sub(1)?;
        let begin = *self.line_begins.get(line)?;
        let rest = &self.sql[begin..];
        Some(begin + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
    }

    /// The parser gives places only within its message: ` at Line: 1, Column: 8`.
    fn syntax_problem(&self, error: &ParserError) -> SqlProblem {
        let message = match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.as_str(),
            ParserError::RecursionLimitExceeded => "it is nested too deeply",
        };
        let (said, place) = message.split_once(" at Line: ").unwrap_or((message, ""));
        let place = place.split_once(", Column: ").and_then(|(line, column)| {
            let place = Location::new(line.trim().parse().ok()?, column.trim().parse().ok()?);
            self.offset(place)
        });
        let start = place.unwrap_or(0).min(self.sql.len());
        let next = self.sql[start..].chars().next().map_or(0, char::len_utf8);
        SqlProblem { message: format!("this is not SQL: {said}"), span: start..start + next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        tables_of(sql).unwrap().into_iter().map(|table| format!("{}.{}", table.namespace, table.name)).collect()
    }

    #[test]
    fn tables_are_found_wherever_they_stand() {
        let cases = [
            ("select 1", ""),
            ("select * from registers.tax", "registers.tax"),
            ("select * from Registers.TAX t join models.person p on t.a = p.a", "registers.tax models.person"),
            (
                "select (select max(x) from models.a) from models.b where c in (select d from models.c)",
                "models.a models.b models.c",
            ),
            ("select * from models.a union all (select * from models.b)", "models.a models.b"),
            ("with t as (select * from models.a) select * from t, models.b", "models.a models.b"),
            ("with a as (select * from models.a), b as (select * from a) select * from b", "models.a"),
            ("select * from (with t as (select 1) select * from t) x", ""),
            ("with recursive n as (select 1 as i union all select i + 1 from n where i < 3) select * from n", ""),
            ("select * from models.a cross join unnest(make_array(1, 2))", "models.a"),
            ("select exists (select 1 from models.a);", "models.a"),
        ];
        for (sql, expected) in cases {
            assert_eq!(names(sql).join(" "), expected, "{sql}");
        }
    }

    #[test]
    fn spans_are_bytes_of_the_query() {
        let sql = "select 'é' as x,\n  count(*)\nfrom  registers.tax -- é\njoin models.a on true";
        let found = tables_of(sql).unwrap();
        let texts: Vec<&str> = found.iter().map(|table| &sql[table.span.clone()]).collect();
        assert_eq!(texts, ["registers.tax", "models.a"]);
    }

    #[test]
    fn what_may_not_be_run_is_refused_with_its_place() {
        let cases = [
            ("", "no statement"),
            ("select * form x.y z", "not SQL"),
            ("select 1; select 2", "one statement"),
            ("insert into models.a select 1", "only `select`"),
            ("create table t as select 1", "only `select`"),
            ("copy (select 1) to 'x.parquet'", ""),
            ("drop table models.a", "only `select`"),
            ("set x = 1", "only `select`"),
            ("explain select 1", "only `select`"),
            ("select * from people", "which `people`?"),
            ("select * from a.b.c", "are named"),
            ("select * from 'data/x.parquet'", "which `data/x.parquet`?"),
            ("select * from read_csv('x')", "functions that give tables"),
            ("select * from generate_series(1, 9)", "functions that give tables"),
            ("select * into t from models.a", "into"),
            ("with t as (select * from t) select * from t", "which `t`?"),
            ("select * from (select 1) x, x.y.z", "are named"),
            ("table models.a", ""),
            ("select (", "not SQL"),
        ];
        for (sql, part) in cases {
            let problem = tables_of(sql).expect_err(sql);
            assert!(problem.message.contains(part), "{sql}: {problem}");
            assert!(sql.get(problem.span.clone()).is_some(), "{sql}: {:?}", problem.span);
        }
        let sql = "select é from\n people";
        assert_eq!(&sql[tables_of(sql).unwrap_err().span], "people");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(sql in "\\PC*") {
            if let Err(problem) = tables_of(&sql) {
                proptest::prop_assert!(sql.get(problem.span).is_some());
            }
        }
    }
}
