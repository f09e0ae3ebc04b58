//! One run of `link`: read, match, name persons, write the spine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use gate::{Gate, JobGrant};
use lake::{BatchStream, Lake, Prepared, SendableBatches, TableRef, Write, WriteMode};
use matching::{Dataset, DatasetBuilder, Settings};
use model::purpose::Job;
use model::record::column;
use model::{Actor, Clock, LinkageConfig, Project, RunId};

use crate::compute::{self, Matched};
use crate::coverage::{Covered, covered};
use crate::error::LinkageError;
use crate::freeze::Frozen;
use crate::identity::{self, Assignment, EventKind};
use crate::judgement::InForce;
use crate::previous::Previous;
use crate::quality::{Labels, Quality};
use crate::records::{Records, hash_of};
use crate::report::{EventCounts, LinkProgress, LinkReport, Stopwatch};
use crate::rows::{self, Ties};
use crate::settings::{columns_of, settings_of};
use crate::shape;
use crate::spine;
use crate::truth::Truth;

/// Links the person records of all registers that agreements cover, and writes the spine anew.
///
/// Pairs are weighed by the newest model of the spine, if it was learnt under the settings of the project: the same
/// records give the same persons whatever came and went between, and a record that was erased has left nothing. Where there is
/// none, a model is learnt from the records, as [`refit`] does.
///
/// The old spine stays readable until the new one is there as a whole. The same input again gives the same persons and
/// no event. Takes about 250 bytes a record and 16 a kept pair, besides distinct values once.
///
/// # Errors
/// [`LinkageError`]: no agreement covers a register, the gate refused, a model was never built, a record is in two person
/// models, or a part below failed. The old spine is then as it was.
pub async fn link(
    lake: &Lake,
    gate: &Gate,
    project: &Project,
    by: &Actor,
    run: &RunId,
    clock: &dyn Clock,
    progress: &(dyn Fn(LinkProgress) + Send + Sync),
) -> Result<LinkReport, LinkageError> {
    Linkage { lake, gate, project, by, run, clock, progress }.write_spine(false).await
}

/// Links as [`link`] does, by a model that is learnt from the records anew and becomes the next version, unless the same
/// comes out. What it moves is told by events, as of any run.
///
/// # Errors
/// As [`link`].
pub async fn refit(
    lake: &Lake,
    gate: &Gate,
    project: &Project,
    by: &Actor,
    run: &RunId,
    clock: &dyn Clock,
    progress: &(dyn Fn(LinkProgress) + Send + Sync),
) -> Result<LinkReport, LinkageError> {
    Linkage { lake, gate, project, by, run, clock, progress }.write_spine(true).await
}

/// A run.
struct Linkage<'a> {
    lake: &'a Lake,
    gate: &'a Gate,
    project: &'a Project,
    by: &'a Actor,
    run: &'a RunId,
    clock: &'a dyn Clock,
    progress: &'a (dyn Fn(LinkProgress) + Send + Sync),
}

impl Linkage<'_> {
    async fn write_spine(self, learns_anew: bool) -> Result<LinkReport, LinkageError> {
        let Self { lake, gate, project, by, run, clock, progress } = self;
        let mut watch = Stopwatch::start();
        let config = project.linkage.as_ref().ok_or(LinkageError::NoConfig)?;
        let at = clock.now()?;
        let models = covered(project, config)?;
        let settings = settings_of_project(config, &models)?;
        let truth = match &project.settings.truth {
            Some(path) => Some(Truth::read(&project.root.join(path))?),
            None => None,
        };
        let kept = [spine::LINKS, spine::EVENTS, spine::MODELS, spine::JUDGEMENTS];
        let grant = start(lake, gate, by, run, &models, truth.is_some(), &kept).await?;

        progress(LinkProgress { stage: "reading".to_owned(), done: 0, of: models.len() as u64 });
        let Loaded { records, data, base_records } = load(lake, &grant, &models, &settings, progress).await?;
        let in_force = match is_granted(&grant, spine::JUDGEMENTS) {
            true => InForce::read(&grant).await?,
            false => InForce::default(),
        };
        let previous = Previous::read(lake, &grant, &records).await?;
        let labels = match truth {
            Some(truth) => Some(truth.labels(&grant, &records).await?),
            None => None,
        };
        watch.lap("read");

        let last = previous.model.as_ref().filter(|_| !learns_anew);
        let kept = last.and_then(|(_, model)| model.learnt_under(&settings));
        let model_learnt = kept.is_none();
        let (mut judgements, mut judgement_counts) = in_force.for_records(&records);
        let taken_out = (&mut judgements, &mut judgement_counts);
        let frozen = Frozen::of(&in_force, &records, &previous.persons, |record| data.is_attached(record), taken_out);
        let work = move |told: &dyn matching::Progress| {
            let matched = compute::run(data, base_records, kept, &judgements, &frozen, told, &mut watch)?;
            let quality = labels.as_ref().map(|labels| quality(labels, &matched));
            told.stage("persons", 0);
            let ties = Ties::of(&matched, &frozen.all_of(judgements))?;
            watch.lap("explain");
            Ok::<_, LinkageError>((matched, ties, quality, watch))
        };
        let (matched, ties, quality, mut watch) = compute::blocking(progress, work).await??;

        let is_attached = |record: u32| matched.data.is_attached(record);
        let order = records.order(&matched.clusters, matched.count, is_attached);
        let assignment = identity::assign(
            &matched.clusters,
            matched.count,
            is_attached,
            &previous.persons,
            &previous.gone_with,
            &order,
            previous.unused,
        );
        drop(order);
        watch.lap("persons");

        progress(LinkProgress { stage: "writing".to_owned(), done: 0, of: 0 });
        let spine = Spine { lake, run, at, previous: &previous };
        let uncertain = rows::pairs(&records, &matched, &in_force, run)?;
        let pairs_uncertain = uncertain.num_rows() as u64;
        let (model_version, model_row) = spine.model(&matched)?;
        let mut report = LinkReport {
            run: run.clone(),
            records_by_register: records.counts().into_iter().map(|(id, count)| (id.to_string(), count)).collect(),
            records: records.len() as u64,
            persons: matched.count as u64,
            pairs_compared: matched.predictions.report.pairs_scored,
            pairs_cut: matched.predictions.report.rules.iter().map(|rule| rule.pairs_cut).sum(),
            rules: matched.predictions.report.rules.clone(),
            warnings: warnings(&matched, model_learnt, base_records),
            judgements: judgement_counts,
            events: counts(&assignment),
            pairs_uncertain,
            model_version,
            model_learnt,
            links_version: 0,
            quality,
            seconds: indexmap::IndexMap::new(),
        };
        if report.quality.as_ref().is_some_and(|quality| quality.records_scored == 0) {
            report.quality = None;
            report.warnings.push("the truth names no row that was linked: nothing was measured".to_owned());
        }
        let Assignment { persons, events } = assignment;
        let events = rows::events(&events, at, run, previous.generation + 1)?;
        let links = rows::links(records, ties, matched.clusters, persons, run);
        // The records' values and the pairs are no longer needed: writing takes memory too.
        drop((matched.data, matched.predictions, matched.clustering));
        report.links_version = spine.write(model_version, model_row, uncertain, events, links).await?;
        watch.lap("write");
        report.seconds = watch.stop();
        tracing::info!(run = %run, records = report.records, persons = report.persons, "records linked");
        Ok(report)
    }
}

pub(crate) fn settings_of_project(config: &LinkageConfig, models: &[Covered]) -> Result<Settings, LinkageError> {
    let attached: BTreeSet<String> =
        models.iter().filter(|model| model.is_attached).map(|model| model.register.to_string()).collect();
    settings_of(config, attached)
}

pub(crate) fn is_granted(grant: &JobGrant, name: &'static str) -> bool {
    grant.versions().iter().any(|(table, _)| *table == TableRef::spine(name))
}

/// Asks the gate for all that the run reads: the models, their registers too if so, and these tables of the spine.
pub(crate) async fn start(
    lake: &Lake,
    gate: &Gate,
    by: &Actor,
    run: &RunId,
    models: &[Covered],
    reads_registers: bool,
    kept: &[&'static str],
) -> Result<JobGrant, LinkageError> {
    let mut tables: Vec<TableRef> = Vec::new();
    for covered in models {
        let table = TableRef::model(&covered.model);
        if lake.info(&table).await?.is_none() {
            return Err(LinkageError::NotBuilt { model: covered.model.clone() });
        }
        tables.push(table);
    }
    if reads_registers {
        let registers: BTreeSet<TableRef> = models.iter().map(|model| TableRef::register(&model.register)).collect();
        tables.extend(registers);
    }
    tables.extend(kept.iter().copied().map(TableRef::spine));
    gate.start_job(by, Job::Link, run, &tables).await.map_err(LinkageError::Denied)
}

/// The records of a run.
pub(crate) struct Loaded {
    pub(crate) records: Records,
    pub(crate) data: Dataset,
    /// Records of registers that are not only attached.
    base_records: usize,
}

pub(crate) async fn load(
    lake: &Lake,
    grant: &JobGrant,
    models: &[Covered],
    settings: &Settings,
    progress: &(dyn Fn(LinkProgress) + Send + Sync),
) -> Result<Loaded, LinkageError> {
    let wanted = columns_of(settings);
    let mut records = Records::default();
    let mut builder = DatasetBuilder::new(settings)?;
    let mut base_records = 0;
    for (place, covered) in models.iter().enumerate() {
        let table = TableRef::model(&covered.model);
        let info = lake.info(&table).await?.ok_or_else(|| LinkageError::NotBuilt { model: covered.model.clone() })?;
        let present = wanted.iter().filter(|name| info.schema.field_with_name(name).is_ok());
        let columns: Vec<&str> = std::iter::once(column::RECORD).chain(present.map(String::as_str)).collect();
        let register = records.register(&covered.register);
        let malformed =
            || LinkageError::Table { table: table.to_string(), problem: "`_record` is not 32 hexadecimal digits" };
        let records_before = records.len();
        let mut twice = 0;
        let mut batches = grant.scan(&table, Some(&columns)).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let hashes = batch.column(0).as_string_opt::<i32>().ok_or_else(malformed)?;
            for index in 0..hashes.len() {
                let hash = hash_of(hashes.value(index)).ok_or_else(malformed)?;
                twice += u64::from(!records.push(register, hash));
            }
            let source =
                StringArray::from_iter_values(std::iter::repeat_n(covered.register.as_str(), batch.num_rows()));
            builder.push(&shape::fit(&wanted, &batch, Arc::new(source), Arc::clone(batch.column(0)))?)?;
        }
        if twice > 0 {
            return Err(LinkageError::RecordTwice {
                records: twice,
                register: covered.register.clone(),
                model: covered.model.clone(),
            });
        }
        if !covered.is_attached {
            base_records += records.len() - records_before;
        }
        progress(LinkProgress { stage: "reading".to_owned(), done: place as u64 + 1, of: models.len() as u64 });
    }
    Ok(Loaded { records, data: builder.finish()?, base_records })
}

fn quality(labels: &Labels, matched: &Matched) -> Quality {
    labels.quality(&matched.predictions.edges, &matched.clusters, None)
}

/// By how much the number of records may have changed since a model was learnt before a run advises to learn anew: the share
/// of pairs that are one person falls as records become more, and with it what a model takes as its prior.
const GROWTH_MAX: f64 = 1.5;

fn warnings(matched: &Matched, model_learnt: bool, base_records: usize) -> Vec<String> {
    let mut warnings = matched.training.warnings.clone();
    let (then, now) = (matched.training.records, base_records as u64);
    let growth = now.max(then) as f64 / now.min(then).max(1) as f64;
    if !model_learnt && growth > GROWTH_MAX {
        warnings.push(format!(
            "the model was learnt from {then} records and there are {now} now: learn anew with `lucarne link --refit`"
        ));
    }
    let contradictions = matched.clustering.contradictions.len();
    if contradictions > 0 {
        warnings
            .push(format!("{contradictions} judgements contradict others and were not followed: look at them again"));
    }
    warnings
}

fn counts(assignment: &Assignment) -> EventCounts {
    let of = |kind: EventKind| assignment.events.iter().filter(|event| event.kind == kind).count() as u64;
    EventCounts {
        new: of(EventKind::New),
        merge: of(EventKind::Merge),
        split: of(EventKind::Split),
        gone: of(EventKind::Gone),
    }
}

/// Writes the tables of the spine.
struct Spine<'a> {
    lake: &'a Lake,
    run: &'a RunId,
    at: DateTime<Utc>,
    previous: &'a Previous,
}

impl Spine<'_> {
    /// Gives the version of the model, and its row when it differs from the last one.
    fn model(&self, matched: &Matched) -> Result<(i64, Option<RecordBatch>), LinkageError> {
        let json = |written: serde_json::Result<String>| {
            written.map_err(|error| LinkageError::Config(format!("the model can't be written as JSON: {error}")))
        };
        let settings = json(serde_json::to_string(matched.data.settings()))?;
        let model = json(serde_json::to_string(&matched.model))?;
        let training = json(serde_json::to_string(&matched.training))?;
        // A model that was learnt again from other records may come out the same: it stays the version that it is.
        let last = self.previous.model.as_ref();
        if let Some((version, _)) = last.filter(|(_, last)| last.settings == settings && last.model == model) {
            return Ok((*version, None));
        }
        let version = last.map_or(1, |(version, _)| version + 1);
        Ok((version, Some(rows::model(version, self.at, self.run, [&settings, &model, &training])?)))
    }

    /// Writes all tables, `links` last, and gives its version.
    async fn write(
        &self,
        model_version: i64,
        model_row: Option<RecordBatch>,
        pairs: RecordBatch,
        events: RecordBatch,
        links: BatchStream,
    ) -> Result<u64, LinkageError> {
        if !self.previous.cut_short.is_empty() {
            let generations: Vec<String> = self.previous.cut_short.iter().map(i64::to_string).collect();
            self.lake.delete_where(&TableRef::spine(spine::EVENTS), "generation", &generations).await?;
        }
        // Everything is on disk before the first commit, so that commits follow each other within moments.
        let mut prepared: Vec<Prepared> = Vec::new();
        if let Some(row) = model_row {
            prepared.push(
                self.prepare(spine::MODELS, &spine::MODELS_SCHEMA, row.into(), WriteMode::Append, model_version)
                    .await?,
            );
        }
        for (name, schema, batches, mode) in [
            (spine::PAIRS, &spine::PAIRS_SCHEMA, SendableBatches::from(pairs), WriteMode::Overwrite),
            (spine::EVENTS, &spine::EVENTS_SCHEMA, SendableBatches::from(events), WriteMode::Append),
            (spine::LINKS, &spine::LINKS_SCHEMA, SendableBatches::from(links), WriteMode::Overwrite),
        ] {
            prepared.push(self.prepare(name, schema, batches, mode, model_version).await?);
        }
        let mut version = 0;
        for table in prepared {
            version = self.lake.commit(table).await?.version;
        }
        Ok(version)
    }

    async fn prepare(
        &self,
        name: &'static str,
        schema: &SchemaRef,
        batches: SendableBatches,
        mode: WriteMode,
        model_version: i64,
    ) -> Result<Prepared, LinkageError> {
        let metadata = BTreeMap::from([
            (spine::GENERATION.to_owned(), (self.previous.generation + 1).to_string()),
            (spine::MODEL_VERSION.to_owned(), model_version.to_string()),
            (spine::RUN.to_owned(), self.run.to_string()),
        ]);
        let write = Write {
            table: TableRef::spine(name),
            schema: Arc::clone(schema),
            batches,
            mode,
            txn: None,
            statistics: Vec::new(),
            metadata,
        };
        Ok(self.lake.prepare(write).await?)
    }
}
