//! What each model reads, whether it may, and in which order models are built.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use indexmap::IndexMap;
use lake::{Namespace, TableRef};
use model::diagnostic::SourceFile;
use model::legible::ModelText;
use model::sql_model::has_sql;
use model::{Diagnostic, Diagnostics, Legible, ModelId, ModelKind, Project, Register, RegisterId};

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

/// What the texts of the models say.
struct Draft {
    references: IndexMap<ModelId, Vec<Reference>>,
    /// The models that read their own register.
    read_register: BTreeSet<ModelId>,
    /// The models that no cycle keeps from being ordered, in order.
    order: Vec<ModelId>,
    /// The columns of each, as far as its SQL tells.
    columns: BTreeMap<ModelId, Option<Vec<ColumnLineage>>>,
    problems: Diagnostics,
}

/// Gives the graph of a project's models. Reads no data.
///
/// # Errors
/// All that is wrong with what the models read, at once, each pointing into its `.sql` file: SQL that is not one
/// `select`, tables that don't exist, a register other than the declared one, models of another register, cycles; columns
/// that don't exist, and columns that a model may not have.
pub fn plan(project: &Project) -> Result<Graph, Diagnostics> {
    let mut draft = Draft::read(&Legible::of(project));
    if draft.problems.has_errors() {
        return Err(draft.problems);
    }
    let below_spine = person_side(project, &draft.references);
    let nodes = draft.order.into_iter().filter_map(|id| {
        let model = project.models.get(&id)?;
        let references = draft.references.get(&id)?.iter();
        let reads: BTreeSet<ModelId> = references.map(|reference| reference.model.clone()).collect();
        Some(Node {
            kind: model.kind,
            side: if below_spine.contains(&id) { Side::Person } else { Side::Object },
            register: draft.read_register.contains(&id).then(|| model.register.clone()),
            reads: reads.into_iter().collect(),
            columns: draft.columns.remove(&id).flatten(),
            model: id,
        })
    });
    Ok(Graph { nodes: nodes.collect() })
}

/// Checks the SQL of models where other files of their project may be wrong: gives all that [`plan`] refuses and that does
/// not hang on what a wrong file says.
#[must_use]
pub fn check(legible: &Legible) -> Diagnostics {
    Draft::read(legible).problems
}

/// Plans the SQL of models over the columns that their tables would have, `register_schema` giving those of registers: gives what an
/// engine refuses of models in which [`check`] finds nothing wrong, such as functions that don't exist. Reads no data.
pub async fn try_out(legible: &Legible, register_schema: fn(&Register) -> SchemaRef) -> Diagnostics {
    let draft = Draft::read(legible);
    let mut found = Diagnostics::default();
    let mut schemas: BTreeMap<TableRef, SchemaRef> = BTreeMap::new();
    for register in legible.registers.values().flatten() {
        schemas.insert(TableRef::register(&register.id), register_schema(register));
    }
    for id in &draft.order {
        let Some(text) = legible.models.get(id) else { continue };
        let (Some(model), Some(references)) = (&text.model, draft.references.get(id)) else { continue };
        if draft.problems.0.iter().any(|problem| problem.path() == text.file.path) {
            continue;
        }
        let read = references.iter().map(|reference| TableRef::model(&reference.model));
        let own = draft.read_register.contains(id).then(|| TableRef::register(&model.register));
        let inputs = own.into_iter().chain(read).map(|table| Some((table.clone(), Arc::clone(schemas.get(&table)?))));
        // What is wrong with a model that it reads was told of there.
        let Some(inputs) = inputs.collect::<Option<BTreeMap<_, _>>>() else { continue };
        let reader = Reader { legible, text };
        match lake::planned_columns(text.sql(), &inputs.into_iter().collect::<Vec<_>>()).await {
            Err(problem) => {
                let span = if problem.span.is_empty() { reader.place_of(None) } else { reader.in_file(&problem.span) };
                let help = "models are written in the SQL of DataFusion";
                found.push(Diagnostic::error(&text.file, Some(span), "model/sql", problem.message, help));
            }
            Ok(schema) => {
                let register = legible.register(model.register.as_str());
                for problem in register.iter().flat_map(|register| columns::problems(register, model, &schema)) {
                    let span = Some(reader.place_of(problem.name.as_deref()));
                    found.push(Diagnostic::error(&text.file, span, "model/columns", problem.message, problem.help));
                }
                schemas.insert(TableRef::model(id), schema);
            }
        }
    }
    found.sort();
    found
}

impl Draft {
    fn read(legible: &Legible) -> Self {
        let mut problems = Diagnostics::default();
        let mut references: IndexMap<ModelId, Vec<Reference>> = IndexMap::new();
        let mut read_register = BTreeSet::new();
        let mut wrong = BTreeSet::new();
        for (id, text) in &legible.models {
            let reader = Reader { legible, text };
            let found_before = problems.0.len();
            let (read, own_register) = reader.references(&mut problems);
            if own_register {
                read_register.insert(id.clone());
            }
            if problems.0.len() > found_before {
                wrong.insert(id);
            }
            references.insert(id.clone(), read);
        }

        let (order, rest) = in_order(&references);
        for cycle in cycles(&references, &rest) {
            problems.push(cycle_diagnostic(legible, &references, &cycle));
        }
        // Columns are looked at where tables are right: otherwise one mistake would be told many times.
        let mut columns: BTreeMap<ModelId, Option<Vec<ColumnLineage>>> = BTreeMap::new();
        // Members of a cycle last: of each other they know nothing.
        for id in order.iter().chain(&rest).filter(|id| !wrong.contains(id)) {
            let Some(text) = legible.models.get(id) else { continue };
            let found_before = problems.0.len();
            let read = Reader { legible, text }.columns(&columns, &mut problems);
            // What a model has that is wrong is not held against those who read it.
            columns.insert(id.clone(), read.filter(|_| problems.0.len() == found_before));
        }
        problems.sort();
        Self { references, read_register, order, columns, problems }
    }
}

/// Reads the SQL of one model.
struct Reader<'a> {
    legible: &'a Legible,
    text: &'a ModelText,
}

impl Reader<'_> {
    /// Gives the models that are read, and whether a register is.
    fn references(&self, problems: &mut Diagnostics) -> (Vec<Reference>, bool) {
        // A file that can't be read or that has no SQL was told of already.
        if self.text.model.is_none() && !has_sql(self.text.sql()) {
            return (Vec::new(), false);
        }
        let uses = match lake::sql::tables_of(self.text.sql()) {
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
        let mut first_register: Option<String> = None;
        let reads_nothing = uses.is_empty();
        for table in uses {
            let known = match table.namespace.as_str() {
                "registers" => self
                    .register(&table.name, first_register.as_deref(), &table.span)
                    .map(|()| first_register = Some(table.name)),
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
        if reads_nothing {
            let from = match &self.text.model {
                Some(model) => format!("`registers.{}`", model.register),
                None => "its register".to_owned(),
            };
            problems.push(self.error(
                0..self.text.sql().len().min(1),
                "model/reads-nothing",
                "the model reads no table",
                format!("select from {from} or from a model of that register"),
            ));
        }
        (read, first_register.is_some())
    }

    /// Gives the model's columns, where the SQL tells, and says which names stand for none and which may not be there.
    fn columns(
        &self,
        models: &BTreeMap<ModelId, Option<Vec<ColumnLineage>>>,
        problems: &mut Diagnostics,
    ) -> Option<Vec<ColumnLineage>> {
        let read = lineage::read(self.legible, models, self.text.sql());
        let unknown: BTreeSet<String> = read.unknown.iter().map(|unknown| unknown.name.clone()).collect();
        for unknown in read.unknown {
            problems.push(self.error(
                unknown.span,
                "model/unknown-column",
                format!("there is no column `{}`", unknown.name),
                format!("there are {}", unknown.known.join(", ")),
            ));
        }
        // Which columns may be there the settings and the register say.
        if let Some(model) = &self.text.model
            && let Some(columns) = &read.columns
        {
            let register = self.legible.register(model.register.as_str());
            let names: Vec<&str> = columns.iter().map(|made| made.column.as_str()).collect();
            let problems_of_names = columns::name_problems(register, model, &names);
            let is_new = |name: &Option<String>| name.as_ref().is_none_or(|name| !unknown.contains(name));
            for problem in problems_of_names.into_iter().filter(|problem| is_new(&problem.name)) {
                let span = self.place_of(problem.name.as_deref());
                let file = &self.text.file;
                problems.push(Diagnostic::error(file, Some(span), "model/columns", problem.message, problem.help));
            }
        }
        read.columns
    }

    /// Gives where a column is named in the file: in the SQL, after an `as` if there is one, else in the settings; where it is
    /// not named, or none is meant, where the SQL begins.
    fn place_of(&self, name: Option<&str>) -> Range<usize> {
        let (text, begins) = (self.text.file.text.as_str(), self.text.sql_begins);
        let found: Vec<usize> = name.map(|name| words(text, name).collect()).unwrap_or_default();
        let in_sql = || found.iter().filter(|at| **at >= begins);
        let is_alias = |at: &&usize| {
            text[..**at]
                .trim_end_matches(|letter: char| letter.is_whitespace() || letter == '"')
                .to_lowercase()
                .ends_with(" as")
        };
        let named = in_sql().find(is_alias).or_else(|| in_sql().next_back()).or(found.first());
        if let (Some(at), Some(name)) = (named, name) {
            return *at..*at + name.len();
        }
        let mut offset = begins;
        for line in text[begins..].split_inclusive('\n') {
            if has_sql(line) {
                let word = offset + line.len() - line.trim_start().len();
                return word..word + line.split_whitespace().next().map_or(0, str::len);
            }
            offset += line.len();
        }
        begins..begins
    }

    /// Tells whether a register is the model's own. Where the settings don't say which that is, it is the one that is read `first`.
    fn register(&self, name: &str, first: Option<&str>, span: &Range<usize>) -> Result<(), Diagnostic> {
        let is_there = self.legible.registers.contains_key(name);
        let own = self.text.model.as_ref().map(|model| model.register.as_str()).or(first.filter(|_| is_there));
        match own {
            Some(own) if own == name => Ok(()),
            Some(own) if is_there => Err(self.error(
                span.clone(),
                "model/other-register",
                format!("the model is of the register `{own}` and reads `{name}`"),
                "a row never joins two registers: write a model for each, and let the person join them",
            )),
            None if is_there => Ok(()),
            _ => Err(self.unknown(span, "register", name, self.legible.registers.keys().map(RegisterId::as_str))),
        }
    }

    fn other_model(&self, name: &str, span: &Range<usize>) -> Result<ModelId, Diagnostic> {
        let Some((id, other)) = self.legible.models.get_key_value(name) else {
            return Err(self.unknown(span, "model", name, self.legible.models.keys().map(ModelId::as_str)));
        };
        if let (Some(model), Some(other)) = (&self.text.model, &other.model)
            && other.register != model.register
        {
            return Err(self.error(
                span.clone(),
                "model/other-register",
                format!(
                    "the model is of the register `{}` and reads `{id}`, a model of `{}`",
                    model.register, other.register
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
        span.start + self.text.sql_begins..span.end + self.text.sql_begins
    }

    fn error(
        &self,
        span_in_sql: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(&self.text.file, Some(self.in_file(&span_in_sql)), code, message, help)
    }
}

/// Gives where `word` stands in a text by itself, whatever its case; `word` is ASCII.
fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_' || !letter.is_ascii();
    let (bytes, length) = (text.as_bytes(), word.len());
    (0..=bytes.len().saturating_sub(length)).filter(move |at| {
        let end = at + length;
        length > 0
            && bytes.get(*at..end).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
            && !at.checked_sub(1).is_some_and(|before| is_part(bytes[before]))
            && !bytes.get(end).copied().is_some_and(is_part)
    })
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
    legible: &Legible,
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
    let file = legible.models.get(first).map_or_else(
        || Arc::new(SourceFile { path: first.as_str().into(), text: String::new() }),
        |text| Arc::clone(&text.file),
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
