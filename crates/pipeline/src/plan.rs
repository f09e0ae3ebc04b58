//! What each model reads, whether it may, and in which order models are built.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use lake::{Namespace, TableRef};
use model::diagnostic::SourceFile;
use model::{Diagnostic, Diagnostics, ModelId, ModelKind, Project, RegisterId, SqlModel};

use crate::columns;
use crate::lineage::{self, ColumnLineage};

/// Which models to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Models {
    /// Those below the spine: person records and what they are made of.
    PersonSide,
    /// Those above it.
    ObjectSide,
    /// All.
    All,
}

impl Models {
    /// Tells whether models of `side` are among them.
    #[must_use]
    pub fn include(self, side: Side) -> bool {
        match self {
            Self::PersonSide => side == Side::Person,
            Self::ObjectSide => side == Side::Object,
            Self::All => true,
        }
    }
}

/// On which side of the spine a model is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Before `link`: person records, and every model that one of them reads.
    Person,
    /// After `link`: all others.
    Object,
}

/// One model's place in the graph.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Node {
    /// The model.
    pub model: ModelId,
    /// What it makes.
    pub kind: ModelKind,
    /// On which side of the spine it is built.
    pub side: Side,
    /// The register that it reads, if it reads one directly.
    pub register: Option<RegisterId>,
    /// The models that it reads, in the order of their names.
    pub reads: Vec<ModelId>,
    /// Its columns and what each is made of, where the SQL tells.
    pub columns: Option<Vec<ColumnLineage>>,
}

impl Node {
    /// Gives the tables that the model reads: its register's first.
    #[must_use]
    pub fn inputs(&self) -> Vec<TableRef> {
        let register = self.register.iter().map(TableRef::register);
        register.chain(self.reads.iter().map(TableRef::model)).collect()
    }
}

/// The models of a project in an order in which each comes after all that it reads.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Graph {
    nodes: Vec<Node>,
}

impl Graph {
    /// Gives the models of `which`, each after all that it reads; among those that could come next, by name.
    pub fn nodes(&self, which: Models) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| which.include(node.side))
    }

    /// Gives the place of one model.
    #[must_use]
    pub fn node(&self, model: &ModelId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.model == *model)
    }

    /// Gives the columns of a model with the columns of registers that each is made of, through all models between;
    /// none where some SQL on the way does not tell.
    #[must_use]
    pub fn lineage(&self, model: &ModelId) -> Option<Vec<ColumnLineage>> {
        let columns = self.node(model)?.columns.as_ref()?;
        let mut found = Vec::with_capacity(columns.len());
        for made in columns {
            let mut sources = BTreeSet::new();
            for source in &made.sources {
                if source.table.namespace == Namespace::Registers {
                    sources.insert(source.clone());
                    continue;
                }
                let inner = self.lineage(&ModelId::new(&source.table.name).ok()?)?;
                sources.extend(inner.into_iter().find(|column| column.column == source.column)?.sources);
            }
            found.push(ColumnLineage { column: made.column.clone(), sources });
        }
        Some(found)
    }
}

/// Where in a model's file a reference is written.
struct Reference {
    model: ModelId,
    span: Range<usize>,
}

/// Gives the graph of a project's models. Reads no data.
///
/// # Errors
/// All that is wrong with what the models read, at once, each pointing into its `.sql` file: SQL that is not one
/// `select`, tables that don't exist, a register other than the declared one, models of another register, cycles; and
/// when none of that is, columns that don't exist, and columns that a model may not have.
pub fn plan(project: &Project) -> Result<Graph, Diagnostics> {
    let mut problems = Diagnostics::default();
    let mut references: IndexMap<ModelId, Vec<Reference>> = IndexMap::new();
    let mut registers: BTreeMap<ModelId, RegisterId> = BTreeMap::new();
    for model in project.models.values() {
        let reader = Reader { project, model, file: source_of(project, model) };
        let (read, own_register) = reader.references(&mut problems);
        if own_register {
            registers.insert(model.id.clone(), model.register.clone());
        }
        references.insert(model.id.clone(), read);
    }

    let (order, rest) = in_order(&references);
    for cycle in cycles(&references, &rest) {
        problems.push(cycle_diagnostic(project, &references, &cycle));
    }
    // Columns are looked at once tables are right: otherwise one mistake would be told many times.
    let mut columns: BTreeMap<ModelId, Option<Vec<ColumnLineage>>> = BTreeMap::new();
    if !problems.has_errors() {
        for model in order.iter().filter_map(|id| project.models.get(id)) {
            let reader = Reader { project, model, file: source_of(project, model) };
            let read = reader.columns(&columns, &mut problems);
            columns.insert(model.id.clone(), read);
        }
    }
    if problems.has_errors() {
        problems.sort();
        return Err(problems);
    }

    let below_spine = person_side(project, &references);
    let nodes = order.into_iter().filter_map(|id| {
        let model = project.models.get(&id)?;
        let reads: BTreeSet<ModelId> = references.get(&id)?.iter().map(|reference| reference.model.clone()).collect();
        Some(Node {
            kind: model.kind,
            side: if below_spine.contains(&id) { Side::Person } else { Side::Object },
            register: registers.get(&id).cloned(),
            reads: reads.into_iter().collect(),
            columns: columns.remove(&id).flatten(),
            model: id,
        })
    });
    Ok(Graph { nodes: nodes.collect() })
}

/// Gives the file of a model as diagnostics want it.
pub(crate) fn source_of(project: &Project, model: &SqlModel) -> Arc<SourceFile> {
    project
        .files
        .get(&model.path)
        .cloned()
        .unwrap_or_else(|| Arc::new(SourceFile { path: model.path.clone(), text: model.text.clone() }))
}

/// Reads the references of one model.
struct Reader<'a> {
    project: &'a Project,
    model: &'a SqlModel,
    file: Arc<SourceFile>,
}

impl Reader<'_> {
    /// Gives the models that are read, and whether the model's own register is.
    fn references(&self, problems: &mut Diagnostics) -> (Vec<Reference>, bool) {
        let uses = match lake::sql::tables_of(self.model.sql()) {
            Ok(uses) => uses,
            Err(problem) => {
                problems.push(self.error(
                    problem.span,
                    "model/sql",
                    problem.message,
                    "write one select over `registers.NAME` and `models.NAME`",
                ));
                return (Vec::new(), false);
            }
        };
        let mut read = Vec::new();
        let mut own_register = false;
        for table in uses {
            let known = match table.namespace.as_str() {
                "registers" => self.register(&table.name, &table.span).map(|()| own_register = true),
                "models" => self.other_model(&table.name, &table.span).map(|model| {
                    read.push(Reference { model, span: self.in_file(&table.span) });
                }),
                "" => Err(self.error(
                    table.span,
                    "model/unknown-table",
                    format!("`{}` is no table", table.name),
                    "name the register as `registers.NAME` or the model as `models.NAME`",
                )),
                other => Err(self.error(
                    table.span,
                    "model/unknown-table",
                    format!("a model can't read `{other}.{}`", table.name),
                    "a model reads `registers.NAME` and `models.NAME`, nothing else",
                )),
            };
            if let Err(problem) = known {
                problems.push(problem);
            }
        }
        if !own_register && read.is_empty() {
            problems.push(self.error(
                0..self.model.sql().len().min(1),
                "model/reads-nothing",
                "the model reads no table",
                format!("select from `registers.{}` or from a model of that register", self.model.register),
            ));
        }
        (read, own_register)
    }

    /// Gives the model's columns, where the SQL tells, and says which names stand for none and which may not be there.
    fn columns(
        &self,
        models: &BTreeMap<ModelId, Option<Vec<ColumnLineage>>>,
        problems: &mut Diagnostics,
    ) -> Option<Vec<ColumnLineage>> {
        let read = lineage::read(self.project, models, self.model.sql());
        for unknown in read.unknown {
            problems.push(self.error(
                unknown.span,
                "model/unknown-column",
                format!("there is no column `{}`", unknown.name),
                format!("there are {}", unknown.known.join(", ")),
            ));
        }
        let names: Option<Vec<&str>> =
            read.columns.as_ref().map(|columns| columns.iter().map(|made| made.column.as_str()).collect());
        for problem in names.iter().flat_map(|names| columns::name_problems(self.project, self.model, names)) {
            problems.push(Diagnostic::error(&self.file, None, "model/columns", problem.message, problem.help));
        }
        read.columns
    }

    fn register(&self, name: &str, span: &Range<usize>) -> Result<(), Diagnostic> {
        if name == self.model.register.as_str() {
            return Ok(());
        }
        if self.project.registers.keys().any(|register| register.as_str() == name) {
            return Err(self.error(
                span.clone(),
                "model/other-register",
                format!("the model is of the register `{}` and reads `{name}`", self.model.register),
                "a row never joins two registers: write a model for each, and let the person join them",
            ));
        }
        Err(self.unknown(span, "register", name, self.project.registers.keys().map(RegisterId::as_str)))
    }

    fn other_model(&self, name: &str, span: &Range<usize>) -> Result<ModelId, Diagnostic> {
        let Some((id, other)) = self.project.models.iter().find(|(id, _)| id.as_str() == name) else {
            return Err(self.unknown(span, "model", name, self.project.models.keys().map(ModelId::as_str)));
        };
        if other.register != self.model.register {
            return Err(self.error(
                span.clone(),
                "model/other-register",
                format!(
                    "the model is of the register `{}` and reads `{id}`, a model of `{}`",
                    self.model.register, other.register
                ),
                "a row never joins two registers: write a model for each, and let the person join them",
            ));
        }
        Ok(id.clone())
    }

    fn unknown<'a>(
        &self,
        span: &Range<usize>,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Diagnostic {
        let known: Vec<&str> = known.collect();
        self.error(
            span.clone(),
            "model/unknown-table",
            format!("there is no {what} `{name}`"),
            if known.is_empty() {
                format!("the project has no {what}s")
            } else {
                format!("the project has {}", known.join(", "))
            },
        )
    }

    /// Moves a place in the SQL to the place in the file.
    fn in_file(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.model.sql_begins..span.end + self.model.sql_begins
    }

    fn error(
        &self,
        span_in_sql: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(&self.file, Some(self.in_file(&span_in_sql)), code, message, help)
    }
}

/// Gives the models that can be ordered, in order, and those that can't: members of cycles and what reads them.
fn in_order(references: &IndexMap<ModelId, Vec<Reference>>) -> (Vec<ModelId>, BTreeSet<ModelId>) {
    let mut waiting: BTreeMap<&ModelId, BTreeSet<&ModelId>> =
        references.iter().map(|(id, read)| (id, read.iter().map(|reference| &reference.model).collect())).collect();
    let mut order = Vec::with_capacity(waiting.len());
    // The first by name whose inputs are all there: quadratic, but a project has tens of models.
    while let Some(next) = waiting.iter().find(|(_, reads)| reads.is_empty()).map(|(id, _)| *id) {
        waiting.remove(next);
        for reads in waiting.values_mut() {
            reads.remove(next);
        }
        order.push(next.clone());
    }
    (order, waiting.into_keys().cloned().collect())
}

/// Gives each cycle once, beginning with its first member by name.
fn cycles(references: &IndexMap<ModelId, Vec<Reference>>, rest: &BTreeSet<ModelId>) -> BTreeSet<Vec<ModelId>> {
    let mut found = BTreeSet::new();
    for start in rest {
        // Every member of `rest` reads another one, so that walking ends where it has been before.
        let mut path: Vec<&ModelId> = vec![start];
        let cycle = loop {
            let Some(here) = path.last().copied() else { break &[][..] };
            let next = references
                .get(here)
                .and_then(|read| read.iter().map(|reference| &reference.model).find(|model| rest.contains(*model)));
            let Some(next) = next else { break &[][..] };
            if let Some(begins) = path.iter().position(|seen| *seen == next) {
                break &path[begins..];
            }
            path.push(next);
        };
        let first = cycle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(index, _)| index);
        let rotated: Vec<ModelId> =
            cycle[first..].iter().chain(&cycle[..first]).map(|model| (*model).clone()).collect();
        if !rotated.is_empty() {
            found.insert(rotated);
        }
    }
    found
}

fn cycle_diagnostic(
    project: &Project,
    references: &IndexMap<ModelId, Vec<Reference>>,
    cycle: &[ModelId],
) -> Diagnostic {
    let first = &cycle[0];
    let second = cycle.get(1).unwrap_or(first);
    let mut names: Vec<&str> = cycle.iter().map(ModelId::as_str).collect();
    names.push(first.as_str());
    let span = references
        .get(first)
        .and_then(|read| read.iter().find(|reference| reference.model == *second))
        .map(|reference| reference.span.clone());
    let file = project.models.get(first).map_or_else(
        || Arc::new(SourceFile { path: first.as_str().into(), text: String::new() }),
        |model| source_of(project, model),
    );
    Diagnostic::error(
        &file,
        span,
        "model/cycle",
        format!("models read each other in a circle: {}", names.join(" reads ")),
        "take one of these references out; a model can only read models that are built before it",
    )
}

/// Gives the person models and all that they read, directly or not.
fn person_side(project: &Project, references: &IndexMap<ModelId, Vec<Reference>>) -> BTreeSet<ModelId> {
    let persons = project.models.values().filter(|model| model.kind == ModelKind::Person);
    let mut open: Vec<&ModelId> = persons.map(|model| &model.id).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            open.extend(references.get(id).into_iter().flatten().map(|reference| &reference.model));
        }
    }
    found
}
