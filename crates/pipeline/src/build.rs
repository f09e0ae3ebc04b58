//! Runs models and commits those tables of which everything expected holds.
//!
//! Rows stream from the engine through the checker into data files that nobody reads yet. Only when all rows were seen and
//! everything expected of them holds are the files committed; otherwise they are removed, and readers keep the old table.
//! So rows are made once, and memory holds batches in flight and what the checker remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gate::{Gate, JobGrant};
use lake::{BatchStream, Lake, LakeError, TableInfo, TableRef, Write, WriteMode};
use model::purpose::Job;
use model::record::column;
use model::{Actor, ModelId, Project, RunId, SqlModel};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::columns;
use crate::error::{ModelFailure, ModelProblem, PipelineError};
use crate::expect::{Broken, Checker};
use crate::plan::{Graph, Models, Node, plan};
use crate::report::{BuildProgress, BuildReport, ModelOutcome, ModelReport};

/// How many models run at once. Each query uses all cores by itself; a second one fills the gaps while the first writes
/// its last file, and a third would only take memory.
const MODELS_AT_ONCE: usize = 2;

/// Names what a table of a model keeps about how it was made, in the metadata of its commit.
mod made_of {
    /// The version of the rules by which tables are made: raise it when the same text would give another table.
    pub(super) const BUILDER: &str = "lucarne.model.builder";
    /// SHA-256 of the model's file and of its register's columns.
    pub(super) const TEXT: &str = "lucarne.model.text";
    /// The tables it read, with their versions.
    pub(super) const INPUTS: &str = "lucarne.model.inputs";
}

/// Under this name the commit of a model's table notes the run that made it. The table is up to date whichever that was.
pub const RUN: &str = "lucarne.model.run";

/// The value of [`made_of::BUILDER`] in tables of this build.
const BUILDER_VERSION: &str = "1";

/// Runs the models of `which` that are not up to date, under one job grant, and writes their tables.
///
/// A model is up to date when its file, its register's columns and the versions of the tables it reads are what they
/// were when its table was written. When all are, nothing is read and the gate is not asked. A model that fails leaves
/// its old table, keeps those that read it from being built, and lets the others be.
///
/// # Errors
/// [`PipelineError`]: the plan is wrong, a register was never ingested, the gate refused, or models failed (all are
/// listed).
pub async fn build(
    lake: &Lake,
    gate: &Gate,
    project: &Project,
    by: &Actor,
    run: &RunId,
    which: Models,
    progress: &(dyn Fn(BuildProgress) + Send + Sync),
) -> Result<BuildReport, PipelineError> {
    let began = Instant::now();
    let graph = plan(project).map_err(PipelineError::Plan)?;
    let nodes: Vec<&Node> = graph.nodes(which).collect();
    let (mut versions, stale) = standing(lake, project, &graph, &nodes).await?;

    let mut reports: BTreeMap<ModelId, ModelReport> = BTreeMap::new();
    for node in nodes.iter().filter(|node| !stale.contains(&node.model)) {
        let table = TableRef::model(&node.model);
        let info = lake.info(&table).await?;
        if let Some(info) = info {
            reports.insert(node.model.clone(), report(node, ModelOutcome::Unchanged, info.rows, info.version, began));
        }
    }
    if !stale.is_empty() {
        let stale_nodes: Vec<&Node> = nodes.iter().copied().filter(|node| stale.contains(&node.model)).collect();
        let tables: BTreeSet<TableRef> = stale_nodes.iter().flat_map(|node| node.inputs()).collect();
        let tables: Vec<TableRef> = tables.into_iter().collect();
        let grant = gate.start_job(by, Job::Build, run, &tables).await.map_err(PipelineError::Denied)?;
        // The grant pins the versions that were there when it was given; these are the ones to remember.
        for (table, version) in grant.versions() {
            versions.insert(table.clone(), *version);
        }
        let builder = Builder { lake, project, grant: &grant, run, progress, models: stale_nodes.len() };
        builder.run(&stale_nodes, versions, &mut reports).await?;
    }
    let models = nodes.iter().filter_map(|node| reports.remove(&node.model)).collect();
    Ok(BuildReport { run: run.clone(), models, seconds: began.elapsed().as_secs_f64() })
}

fn report(node: &Node, outcome: ModelOutcome, rows: u64, version: u64, began: Instant) -> ModelReport {
    let seconds = match outcome {
        ModelOutcome::Built => began.elapsed().as_secs_f64(),
        ModelOutcome::Unchanged => 0.0,
    };
    ModelReport { model: node.model.clone(), kind: node.kind, side: node.side, outcome, rows, version, seconds }
}

/// Gives the versions of the tables that there are, and the models whose tables are not up to date.
async fn standing(
    lake: &Lake,
    project: &Project,
    graph: &Graph,
    nodes: &[&Node],
) -> Result<(BTreeMap<TableRef, u64>, BTreeSet<ModelId>), PipelineError> {
    let built_here: BTreeSet<&ModelId> = nodes.iter().map(|node| &node.model).collect();
    let mut infos: BTreeMap<TableRef, TableInfo> = BTreeMap::new();
    let own = nodes.iter().map(|node| TableRef::model(&node.model));
    let tables: BTreeSet<TableRef> = nodes.iter().flat_map(|node| node.inputs()).chain(own).collect();
    for table in tables {
        if let Some(info) = lake.info(&table).await? {
            infos.insert(table, info);
        }
    }
    for node in nodes {
        if let Some(register) = &node.register
            && !infos.contains_key(&TableRef::register(register))
        {
            return Err(PipelineError::NotIngested { register: register.to_string() });
        }
        for read in node.reads.iter().filter(|read| !built_here.contains(read)) {
            if !infos.contains_key(&TableRef::model(read)) {
                return Err(PipelineError::NotBuilt { model: read.clone(), reads: node.model.clone() });
            }
        }
    }
    let versions: BTreeMap<TableRef, u64> = infos.iter().map(|(table, info)| (table.clone(), info.version)).collect();
    let mut stale: BTreeSet<ModelId> = BTreeSet::new();
    for node in graph.nodes(Models::All).filter(|node| built_here.contains(&node.model)) {
        let Some(model) = project.models.get(&node.model) else { continue };
        let input_is_stale = node.reads.iter().any(|read| stale.contains(read));
        let made_alike = infos.get(&TableRef::model(&node.model)).is_some_and(|info| {
            metadata(project, model, node, &versions).iter().all(|(key, value)| info.metadata.get(key) == Some(value))
        });
        if input_is_stale || !made_alike {
            stale.insert(node.model.clone());
        }
    }
    Ok((versions, stale))
}

/// Gives what the commit of a model's table remembers of how it was made. Holds no personal data.
fn metadata(
    project: &Project,
    model: &SqlModel,
    node: &Node,
    versions: &BTreeMap<TableRef, u64>,
) -> BTreeMap<String, String> {
    let mut text = Sha256::new();
    text.update(model.text.as_bytes());
    if let Some(register) = project.registers.get(&model.register) {
        // Classes and types of the register's columns decide which columns the model may have.
        for (name, column) in &register.columns {
            text.update(format!("\0{name}\0{}\0{:?}", column.class, column.r#type).as_bytes());
        }
    }
    let inputs: Vec<String> = node
        .inputs()
        .iter()
        .map(|table| format!("{table}@{}", versions.get(table).map_or_else(|| "none".to_owned(), u64::to_string)))
        .collect();
    BTreeMap::from([
        (made_of::BUILDER.to_owned(), BUILDER_VERSION.to_owned()),
        (made_of::TEXT.to_owned(), hex::encode(text.finalize())),
        (made_of::INPUTS.to_owned(), inputs.join(",")),
    ])
}

/// Says that a batch could not be checked. What Arrow says of it may quote values.
#[derive(Debug, thiserror::Error)]
#[error("a batch is not of the types that the plan gave")]
struct Unreadable;

/// Runs the models of one build.
struct Builder<'a> {
    lake: &'a Lake,
    project: &'a Project,
    grant: &'a JobGrant,
    run: &'a RunId,
    progress: &'a (dyn Fn(BuildProgress) + Send + Sync),
    models: usize,
}

impl Builder<'_> {
    /// Runs `nodes`, which are in order, each as soon as all it reads is there.
    async fn run(
        &self,
        nodes: &[&Node],
        mut versions: BTreeMap<TableRef, u64>,
        reports: &mut BTreeMap<ModelId, ModelReport>,
    ) -> Result<(), PipelineError> {
        let mut waiting: Vec<&Node> = nodes.to_vec();
        let mut failures: BTreeMap<ModelId, ModelFailure> = BTreeMap::new();
        let mut open: BTreeSet<&ModelId> = nodes.iter().map(|node| &node.model).collect();
        let mut running = FuturesUnordered::new();
        let mut models_done = 0;
        loop {
            let mut index = 0;
            while index < waiting.len() && running.len() < MODELS_AT_ONCE {
                let node = waiting[index];
                if let Some(failed) = node.reads.iter().find(|read| failures.contains_key(*read)) {
                    let problem = ModelProblem::Input(failed.clone());
                    failures.insert(node.model.clone(), self.failure(node, problem));
                    open.remove(&node.model);
                    waiting.remove(index);
                    // What reads this one comes later in the order, and is found to have failed in the same pass.
                } else if node.reads.iter().any(|read| open.contains(read)) {
                    index += 1;
                } else {
                    waiting.remove(index);
                    let inputs = versions.clone();
                    running.push(async move { (node, self.one(node, &inputs, models_done).await) });
                }
            }
            let Some((node, result)) = running.next().await else { break };
            open.remove(&node.model);
            models_done += 1;
            match result {
                Ok(done) => {
                    versions.insert(TableRef::model(&node.model), done.version);
                    (self.progress)(BuildProgress { done: true, ..self.at(node, models_done, done.rows) });
                    reports.insert(node.model.clone(), done);
                }
                Err(problem) => {
                    failures.insert(node.model.clone(), self.failure(node, problem));
                }
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(PipelineError::Failed(failures.into_values().collect())) }
    }

    fn at(&self, node: &Node, models_done: usize, rows: u64) -> BuildProgress {
        BuildProgress { model: node.model.clone(), models_done, models: self.models, rows, done: false }
    }

    fn failure(&self, node: &Node, problem: ModelProblem) -> ModelFailure {
        let path = self.project.models.get(&node.model).map(|model| model.path.clone()).unwrap_or_default();
        ModelFailure { model: node.model.clone(), path, problem }
    }

    /// Runs one model and commits its table.
    async fn one(
        &self,
        node: &Node,
        versions: &BTreeMap<TableRef, u64>,
        models_done: usize,
    ) -> Result<ModelReport, ModelProblem> {
        let began = Instant::now();
        let Some(model) = self.project.models.get(&node.model) else {
            return Err(ModelProblem::Columns(vec!["the project has no such model".to_owned()]));
        };
        let Some(register) = self.project.registers.get(&model.register) else {
            return Err(ModelProblem::Columns(vec!["the project has no such register".to_owned()]));
        };
        let session = self.grant.session_of(&node.inputs()).await.map_err(ModelProblem::Gate)?;
        let (schema, rows) = session.query(model.sql()).await.map_err(ModelProblem::Lake)?;
        let problems = columns::problems(register, model, &schema);
        if !problems.is_empty() {
            return Err(ModelProblem::Columns(problems.iter().map(ToString::to_string).collect()));
        }
        let checker = Checker::new(model, &schema).map_err(|error| ModelProblem::Columns(vec![error.to_string()]))?;
        let checker = Arc::new(Mutex::new(checker));

        (self.progress)(self.at(node, models_done, 0));
        let looking = Arc::clone(&checker);
        let checked = rows.map(move |batch: Result<RecordBatch, LakeError>| -> Result<RecordBatch, LakeError> {
            let batch = batch?;
            looking.lock().see(&batch).map_err(|_| LakeError::input(Unreadable))?;
            Ok(batch)
        });
        let checked: BatchStream = Box::pin(checked);
        let mut noted = metadata(self.project, model, node, versions);
        noted.insert(RUN.to_owned(), self.run.to_string());
        let write = Write {
            table: TableRef::model(&node.model),
            schema,
            batches: checked.into(),
            mode: WriteMode::Overwrite,
            // Writing the same rows again gives the same table, so that a run that is tried again needs no mark.
            txn: None,
            statistics: Vec::new(),
            metadata: noted,
        };
        let prepared = self.lake.prepare(write).await.map_err(ModelProblem::Lake)?;
        let broken = checker.lock().finish();
        if !broken.is_empty() {
            drop(prepared);
            return Err(ModelProblem::Expectations(self.located(model, broken).await));
        }
        let written = self.lake.commit(prepared).await.map_err(ModelProblem::Lake)?;
        tracing::info!(model = %node.model, run = %self.run, rows = written.rows, "model built");
        Ok(report(node, ModelOutcome::Built, written.rows, written.version, began))
    }

    /// Adds to the samples of broken expectations where their records came from. Leaves out what can't be found.
    async fn located(&self, model: &SqlModel, mut broken: Vec<Broken>) -> Vec<Broken> {
        let samples = broken.iter().flat_map(|broken| &broken.samples).filter(|sample| sample.row.is_none());
        let wanted: BTreeSet<String> = samples.filter_map(|sample| sample.record.clone()).collect();
        let places = match self.places(model, &wanted).await {
            Ok(places) => places,
            // The expectation is broken either way; that its rows could not be looked up must not hide it.
            Err(error) => {
                tracing::warn!(model = %model.id, error = %error, "rows of a broken expectation could not be looked up");
                BTreeMap::new()
            }
        };
        for sample in broken.iter_mut().flat_map(|broken| &mut broken.samples) {
            if let Some((file, row)) = sample.record.as_ref().and_then(|record| places.get(record)) {
                sample.file = Some(file.clone());
                sample.row = Some(*row);
            }
        }
        broken
    }

    /// Gives file and row of records of the model's register.
    async fn places(
        &self,
        model: &SqlModel,
        wanted: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, (String, i64)>, PipelineError> {
        let mut found = BTreeMap::new();
        let table = TableRef::register(&model.register);
        let is_granted = self.grant.versions().iter().any(|(granted, _)| *granted == table);
        if wanted.is_empty() || !is_granted {
            return Ok(found);
        }
        let mut batches = self.grant.scan(&table, Some(&[column::RECORD, column::FILE, column::ROW])).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let (Some(records), Some(files), Some(rows)) = (
                batch.column(0).as_any().downcast_ref::<StringArray>(),
                batch.column(1).as_any().downcast_ref::<StringArray>(),
                batch.column(2).as_any().downcast_ref::<Int64Array>(),
            ) else {
                tracing::warn!(found = ?batch.schema().fields().iter().map(|f| f.data_type()).collect::<Vec<&DataType>>(),
                    "the columns of origin are not of the types that ingest writes");
                return Ok(found);
            };
            for index in (0..batch.num_rows()).filter(|index| records.is_valid(*index)) {
                if let Some(record) = wanted.get(records.value(index)) {
                    found.insert(record.clone(), (files.value(index).to_owned(), rows.value(index)));
                }
            }
        }
        Ok(found)
    }
}
