//! Which source columns each column of a model is made of, by reading its SQL. No data and no engine is needed.
//!
//! Lineage is direct: a column is made of the columns that its expression names. What only filters, joins or orders rows
//! is not in it. Where the text does not tell (a wildcard over something that is no table, `using`, `except`), the
//! lineage of the model is not known, and nothing is said rather than something wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::{ControlFlow, Range};

use lake::TableRef;
use model::record::column;
use model::{Legible, ModelId};
use serde::Serialize;
use sqlparser::ast::{
    Expr, Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, Statement, TableAlias, TableFactor, TableWithJoins, Visit, Visitor,
    WildcardAdditionalOptions,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Location;

/// A column of a table that a model reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SourceColumn {
    /// The table.
    pub table: TableRef,
    /// The column.
    pub column: String,
}

impl std::fmt::Display for SourceColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}

/// A column of a model and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnLineage {
    /// The column.
    pub column: String,
    /// The columns that its expression names, sorted; none for a constant.
    pub sources: BTreeSet<SourceColumn>,
}

/// A name that stands for no column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnknownColumn {
    /// The name.
    pub(crate) name: String,
    /// Where in the SQL, in bytes.
    pub(crate) span: Range<usize>,
    /// The columns that there are.
    pub(crate) known: Vec<String>,
}

/// What reading the SQL of one model gives.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// The model's columns, when the text tells all of them.
    pub(crate) columns: Option<Vec<ColumnLineage>>,
    /// Names that stand for no column.
    pub(crate) unknown: Vec<UnknownColumn>,
}

/// Reads the SQL of a model. `models` has the columns of the models that it reads, as far as they are known.
///
/// SQL that can't be parsed gives nothing: [`lake::sql::tables_of`] says what is wrong with it.
pub(crate) fn read(legible: &Legible, models: &BTreeMap<ModelId, Option<Vec<ColumnLineage>>>, sql: &str) -> Read {
    let Ok(statements) = Parser::parse_sql(&GenericDialect {}, sql) else { return Read::default() };
    let [Statement::Query(query)] = statements.as_slice() else { return Read::default() };
    let mut reader = Reader { legible, models, sql, unknown: Vec::new() };
    let columns = reader.query(query, &[]);
    let mut unknown = reader.unknown;
    unknown.sort_by_key(|found| found.span.start);
    unknown.dedup();
    Read { columns, unknown }
}

/// Something that columns come from: its name, and its columns when they are known.
#[derive(Clone)]
struct Relation {
    name: String,
    columns: Option<Vec<ColumnLineage>>,
}

struct Reader<'a> {
    legible: &'a Legible,
    models: &'a BTreeMap<ModelId, Option<Vec<ColumnLineage>>>,
    sql: &'a str,
    unknown: Vec<UnknownColumn>,
}

impl Reader<'_> {
    fn query(&mut self, query: &Query, outer: &[Relation]) -> Option<Vec<ColumnLineage>> {
        let mut named: Vec<Relation> = outer.to_vec();
        for expression in query.with.iter().flat_map(|with| &with.cte_tables) {
            let is_recursive = query.with.as_ref().is_some_and(|with| with.recursive);
            let columns = if is_recursive { None } else { self.query(&expression.query, &named) };
            named.push(renamed(columns, &expression.alias));
        }
        self.body(&query.body, &named)
    }

    fn body(&mut self, body: &SetExpr, named: &[Relation]) -> Option<Vec<ColumnLineage>> {
        match body {
            SetExpr::Select(select) => self.select(select, named),
            SetExpr::Query(query) => self.query(query, named),
            SetExpr::SetOperation { left, right, .. } => {
                let (left, right) = (self.body(left, named), self.body(right, named));
                let (mut left, right) = (left?, right?);
                for (column, other) in left.iter_mut().zip(right) {
                    column.sources.extend(other.sources);
                }
                Some(left)
            }
            _ => None,
        }
    }

    fn select(&mut self, select: &Select, named: &[Relation]) -> Option<Vec<ColumnLineage>> {
        let mut scope: Vec<Relation> = Vec::new();
        let mut merges = !select.lateral_views.is_empty();
        for from in &select.from {
            merges |= self.from(from, named, &mut scope);
        }
        if let Some(condition) = &select.selection {
            self.sources(condition, &scope);
        }
        let mut columns = Some(Vec::new());
        for item in &select.projection {
            let made = match item {
                SelectItem::UnnamedExpr(expression) => {
                    Some(vec![ColumnLineage { column: name_of(expression), sources: self.sources(expression, &scope) }])
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    Some(vec![ColumnLineage { column: normal(alias), sources: self.sources(expr, &scope) }])
                }
                SelectItem::Wildcard(options) if !merges && is_plain(options) => scope
                    .iter()
                    .map(|relation| relation.columns.clone())
                    .collect::<Option<Vec<_>>>()
                    .map(|all| all.concat()),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
                    if is_plain(options) =>
                {
                    let name = last(name);
                    let found = scope.iter().find(|relation| Some(&relation.name) == name.as_ref());
                    found.and_then(|relation| relation.columns.clone())
                }
                _ => None,
            };
            columns = match (columns, made) {
                (Some(mut all), Some(made)) => {
                    all.extend(made);
                    Some(all)
                }
                _ => None,
            };
        }
        columns
    }

    /// Adds what stands after `from` to the scope. Tells whether a join merges columns, so that `*` has fewer.
    fn from(&mut self, from: &TableWithJoins, named: &[Relation], scope: &mut Vec<Relation>) -> bool {
        let mut merges = self.factor(&from.relation, named, scope);
        for join in &from.joins {
            merges |= self.factor(&join.relation, named, scope);
            match constraint(&join.join_operator) {
                Some(JoinConstraint::On(condition)) => {
                    self.sources(condition, scope);
                }
                Some(JoinConstraint::None) => {}
                Some(JoinConstraint::Using(_) | JoinConstraint::Natural) | None => merges = true,
            }
        }
        merges
    }

    fn factor(&mut self, factor: &TableFactor, named: &[Relation], scope: &mut Vec<Relation>) -> bool {
        let relation = match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let columns = self.table(name, named);
                match alias {
                    Some(alias) => renamed(columns, alias),
                    None => Relation { name: last(name).unwrap_or_default(), columns },
                }
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let columns = self.query(subquery, named);
                match alias {
                    Some(alias) => renamed(columns, alias),
                    None => Relation { name: String::new(), columns },
                }
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                return self.from(table_with_joins, named, scope);
            }
            _ => Relation { name: String::new(), columns: None },
        };
        scope.push(relation);
        false
    }

    /// Gives the columns of a table, each made of itself; those of a common table expression as they are.
    fn table(&self, name: &ObjectName, named: &[Relation]) -> Option<Vec<ColumnLineage>> {
        let parts: Vec<String> =
            name.0.iter().map(ObjectNamePart::as_ident).map(|part| part.map(normal)).collect::<Option<_>>()?;
        let (table, columns) = match parts.as_slice() {
            [name] => return named.iter().rev().find(|relation| relation.name == *name)?.columns.clone(),
            [namespace, name] if namespace == "registers" => {
                let register = self.legible.register(name.as_str())?;
                let own = register.columns.keys().map(String::as_str).chain(column::ALL);
                (TableRef::register(&register.id), own.map(str::to_owned).collect::<Vec<_>>())
            }
            [namespace, name] if namespace == "models" => {
                let (id, _) = self.legible.models.get_key_value(name.as_str())?;
                let columns = self.models.get(id)?.as_ref()?;
                (TableRef::model(id), columns.iter().map(|made| made.column.clone()).collect())
            }
            _ => return None,
        };
        let itself = |column: String| ColumnLineage {
            sources: BTreeSet::from([SourceColumn { table: table.clone(), column: column.clone() }]),
            column,
        };
        Some(columns.into_iter().map(itself).collect())
    }

    /// Gives what an expression is made of, and notes names that stand for no column.
    fn sources(&mut self, expression: &Expr, scope: &[Relation]) -> BTreeSet<SourceColumn> {
        let mut names = Names::default();
        let ControlFlow::Continue(()) = expression.visit(&mut names);
        let mut sources = BTreeSet::new();
        let is_all_known = scope.iter().all(|relation| relation.columns.is_some());
        for name in names.found {
            let (of, column): (Option<&Ident>, &Ident) = match name.as_slice() {
                [column] => (None, column),
                [of, column] | [_, of, column] => (Some(of), column),
                _ => continue,
            };
            let wanted = normal(column);
            let within = scope.iter().filter(|relation| of.is_none_or(|of| normal(of) == relation.name));
            let mut is_found = false;
            for made in
                within.filter_map(|relation| relation.columns.as_ref()).flatten().filter(|made| made.column == wanted)
            {
                is_found = true;
                sources.extend(made.sources.iter().cloned());
            }
            // A subquery has a scope of its own, and `a.b` may be a field of `a`.
            let is_certain = is_all_known && !names.has_inner_scope && !scope.is_empty();
            let is_field = of.is_some_and(|of| !scope.iter().any(|relation| relation.name == normal(of)));
            if !is_found && is_certain && !is_field {
                let known = scope.iter().filter(|relation| of.is_none_or(|of| normal(of) == relation.name));
                let known = known.filter_map(|relation| relation.columns.as_ref()).flatten();
                self.unknown.push(UnknownColumn {
                    name: wanted,
                    span: self.range(column),
                    known: known.map(|made| made.column.clone()).collect(),
                });
            }
        }
        sources
    }

    /// Gives the place of a name in bytes; the parser counts lines and characters from 1.
    fn range(&self, name: &Ident) -> Range<usize> {
        let offset = |place: Location| {
            let line = usize::try_from(place.line).unwrap_or(1).max(1);
            let characters = usize::try_from(place.column).unwrap_or(1).max(1) - 1;
            let begin = self.sql.match_indices('\n').map(|(at, _)| at + 1).nth(line.wrapping_sub(2)).unwrap_or(0);
            let rest = &self.sql[begin..];
            begin + rest.char_indices().nth(characters).map_or(rest.len(), |(at, _)| at)
        };
        let start = offset(name.span.start);
        start..offset(name.span.end).max(start)
    }
}

/// Collects the names in an expression.
#[derive(Default)]
struct Names {
    found: Vec<Vec<Ident>>,
    /// Whether some of the names are of a scope within: of a subquery or of a function's argument.
    has_inner_scope: bool,
}

impl Visitor for Names {
    type Break = Infallible;

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<Infallible> {
        self.has_inner_scope = true;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Infallible> {
        match expression {
            Expr::Identifier(name) => self.found.push(vec![name.clone()]),
            Expr::CompoundIdentifier(names) => self.found.push(names.clone()),
            Expr::Lambda(_) => self.has_inner_scope = true,
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Gives the name that a column without `as` gets; for an expression its text, which no class is declared for.
fn name_of(expression: &Expr) -> String {
    match expression {
        Expr::Identifier(name) => normal(name),
        Expr::CompoundIdentifier(names) => names.last().map(normal).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// Names without quotes are the same in any case.
fn normal(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_ascii_lowercase() }
}

fn last(name: &ObjectName) -> Option<String> {
    name.0.last().and_then(ObjectNamePart::as_ident).map(normal)
}

fn is_plain(options: &WildcardAdditionalOptions) -> bool {
    options.opt_ilike.is_none()
        && options.opt_exclude.is_none()
        && options.opt_except.is_none()
        && options.opt_replace.is_none()
        && options.opt_rename.is_none()
}

fn renamed(columns: Option<Vec<ColumnLineage>>, alias: &TableAlias) -> Relation {
    let columns = match (columns, alias.columns.as_slice()) {
        (columns, []) => columns,
        (Some(mut columns), names) if names.len() == columns.len() => {
            for (column, alias) in columns.iter_mut().zip(names) {
                column.column = normal(&alias.name);
            }
            Some(columns)
        }
        _ => None,
    };
    Relation { name: normal(&alias.name), columns }
}

/// Gives the condition of those joins that keep the columns of both sides.
fn constraint(join: &JoinOperator) -> Option<&JoinConstraint> {
    match join {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint) => Some(constraint),
        _ => None,
    }
}
