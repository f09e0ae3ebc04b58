//! One run of `link`: read, match, name persons, write the spine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use futures::StreamExt;
use gate::{Gate, JobGrant};
use lake::{BatchStream, Lake, Prepared, SendableBatches, TableRef, Write, WriteMode};
use matching::{Dataset, DatasetBuilder, Settings};
use model::linkage::GroupBy;
use model::purpose::Job;
use model::record::column;
use model::{Actor, Clock, LinkageConfig, Project, RegisterId, RunId};

use crate::compute::{self, Matched};
use crate::coverage::{Covered, covered};
use crate::error::LinkageError;
use crate::freeze::Frozen;
use crate::groups::{Codes, Groups};
use crate::identity::{self, Assignment, EventKind};
use crate::judgement::{InForce, settle};
use crate::previous::Previous;
use crate::quality::{Labels, Quality};
use crate::reach::Reviewable;
use crate::records::{Records, hash_of};
use crate::report::{EventCounts, LinkProgress, LinkReport, Stopwatch};
use crate::rows::{self, PairRows, Ties};
use crate::settings::{columns_of, settings_of};
use crate::shape;
use crate::spine;
use crate::truth::Truth;
use crate::watch::{self, Watch, Watched};
use crate::wave::{self, Drawn, Frame, Wanted};

/// Links the person records of all registers that agreements cover, and writes the spine anew.
///
/// Pairs are weighed by the newest model of the spine, if the project's settings would have the same learnt: the same
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
        let kept = [spine::LINKS, spine::EVENTS, spine::MODELS, spine::JUDGEMENTS, spine::PAIRS];
        let grant = start(lake, gate, by, run, &models, truth.is_some(), &kept).await?;

        progress(LinkProgress { stage: "reading".to_owned(), done: 0, of: models.len() as u64 });
        let groups = &config.quality.groups;
        let loaded = load(lake, &grant, &models, &settings, groups, progress).await?;
        let Loaded { records, data, base_records, codes } = loaded;
        let in_force = match is_granted(&grant, spine::JUDGEMENTS) {
            true => InForce::read(&grant).await?,
            false => InForce::default(),
        };
        let previous = Previous::read(lake, &grant, &records, &settings.attach_only).await?;
        let labels = match truth {
            Some(truth) => Some(truth.labels(&grant, &records).await?),
            None => None,
        };
        let reach = reach(project, &records);
        let identifiers_shown = identifiers_shown(project, &models, &settings, &records);
        watch.lap("read");

        let last = previous.model.as_ref().filter(|_| !learns_anew);
        let kept = last.and_then(|(_, model)| model.learnt_under(&settings));
        let model_learnt = kept.is_none();
        let (mut judgements, mut judgement_counts) = in_force.for_records(&records);
        let taken_out = (&mut judgements, &mut judgement_counts);
        let frozen = Frozen::of(&in_force, &records, |record| data.is_attached(record), taken_out);
        let (run_of, each) = (run.clone(), config.quality.sample);
        let work = move |told: &dyn matching::Progress| {
            let mut matched = compute::run(data, base_records, kept, &judgements, &frozen, told, &mut watch)?;
            // Who may not see that two records share an identifier is not to have them in the queue for it.
            let register = |record: u32| usize::from(records.register_number(record));
            let tells = |left: u32, right: u32| identifiers_shown[register(left)][register(right)];
            matched.conflicts = matching::conflicts(&matched.data, &matched.predictions, &matched.clustering, tells)?;
            watch.lap("conflicts");
            let quality = labels.as_ref().map(|labels| quality(labels, &matched));
            told.stage("persons", 0);
            let ties = Ties::of(&matched, &frozen.all_of(judgements))?;
            watch.lap("explain");
            let spine_model = previous.next_model(&matched)?;
            let watched = Watched { run: &run_of, at, model_version: spine_model.version };
            let seen = Seen { records: &records, in_force: &in_force, reach: &reach, labels: labels.as_ref(), each };
            let (watched, drawn) = watched_of(&watched, &matched, codes, &seen, &previous)?;
            watch.lap("watch");
            let kept = Kept { records, in_force, previous, reach };
            Ok::<_, LinkageError>((matched, ties, quality, spine_model, watched, drawn, kept, watch))
        };
        let (matched, ties, quality, spine_model, watched, drawn, kept, mut watch) =
            compute::blocking(progress, work).await??;
        let Kept { records, in_force, previous, reach } = kept;

        let is_attached = |record: u32| matched.data.is_attached(record);
        let order = records.order(&matched.clusters, matched.count, is_attached);
        let assignment = identity::assign(&matched.clusters, matched.count, is_attached, &previous.before(), &order);
        drop(order);
        watch.lap("persons");

        progress(LinkProgress { stage: "writing".to_owned(), done: 0, of: 0 });
        let model_version = spine_model.version;
        let spine = Spine { lake, run, model_version, previous: &previous, watch: watched.written()? };
        let PairRows { rows: uncertain, uncertain: pairs_uncertain, cut: pairs_uncertain_cut } =
            rows::pairs(&records, &matched, &in_force, &drawn, &reach, run)?;
        let model_row = spine_model.row(at, run)?;
        let mut report = LinkReport {
            run: run.clone(),
            records_by_register: records.counts().into_iter().map(|(id, count)| (id.to_string(), count)).collect(),
            records: records.len() as u64,
            persons: matched.count as u64,
            pairs_compared: matched.predictions.report.pairs_scored,
            pairs_cut: matched.pairs_cut(),
            records_without_key: matched.predictions.report.records_without_key,
            persons_large: matched.persons_large(),
            rules: matched.predictions.report.rules.clone(),
            warnings: warnings(&matched, model_learnt, base_records),
            judgements: judgement_counts,
            events: counts(&assignment),
            pairs_uncertain,
            pairs_uncertain_cut,
            model_version,
            model_learnt,
            links_version: 0,
            quality,
            watch: watched,
            seconds: indexmap::IndexMap::new(),
        };
        report.warnings.extend(report.watch.warnings(model_learnt));
        if pairs_uncertain_cut > 0 {
            report.warnings.push(format!(
                "{pairs_uncertain_cut} uncertain pairs more than stewards can look at are left out, those of which a \
                 decision buys least: {pairs_uncertain} wait"
            ));
        }
        let unlisted = in_force.unlisted();
        if unlisted > 0 {
            report.warnings.push(format!(
                "contests in force that don't tell whom the contested record alone held, since they were made before that was \
                 kept: {unlisted}. Whoever was linked by it alone is apart until stewards have judged them"
            ));
        }
        if report.quality.as_ref().is_some_and(|quality| quality.records_scored == 0) {
            report.quality = None;
            report.warnings.push("the truth names no row that was linked: nothing was measured".to_owned());
        }
        let Assignment { persons, events, marks } = assignment;
        let events = rows::events(&events, at, run, previous.generation + 1)?;
        let links = rows::links(records, ties, matched.clusters, persons, marks, run);
        // The records' values and the pairs are no longer needed: writing takes memory too.
        drop((matched.data, matched.predictions, matched.clustering));
        report.links_version = spine.write(model_row, uncertain, events, links).await?;
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
    // What was said before a run begins is followed by it.
    settle(lake, gate).await?;
    gate.start_job(by, Job::Link, run, &tables).await.map_err(LinkageError::Denied)
}

/// The records of a run.
pub(crate) struct Loaded {
    pub(crate) records: Records,
    pub(crate) data: Dataset,
    /// Records of registers that are not only attached.
    base_records: usize,
    /// What records are told apart by: the registers, then the columns that the project names.
    codes: Vec<Codes>,
}

pub(crate) async fn load(
    lake: &Lake,
    grant: &JobGrant,
    models: &[Covered],
    settings: &Settings,
    groups: &[GroupBy],
    progress: &(dyn Fn(LinkProgress) + Send + Sync),
) -> Result<Loaded, LinkageError> {
    let wanted = columns_of(settings);
    let mut by_register = Codes::by_register();
    let mut by_column: Vec<Codes> = groups.iter().map(Codes::new).collect();
    let also: BTreeSet<&String> = groups.iter().map(|by| &by.column).filter(|name| !wanted.contains(*name)).collect();
    let mut records = Records::default();
    let mut builder = DatasetBuilder::new(settings)?;
    let mut base_records = 0;
    for (place, covered) in models.iter().enumerate() {
        let table = TableRef::model(&covered.model);
        let info = lake.info(&table).await?.ok_or_else(|| LinkageError::NotBuilt { model: covered.model.clone() })?;
        // What is only attached is not watched.
        let also = also.iter().copied().filter(|_| !covered.is_attached);
        let present = wanted.iter().chain(also).filter(|name| info.schema.field_with_name(name).is_ok());
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
            by_register.push_all(covered.register.as_str(), batch.num_rows());
            by_column.iter_mut().try_for_each(|codes| codes.push(&batch))?;
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
    let codes = std::iter::once(by_register).chain(by_column).collect();
    Ok(Loaded { records, data: builder.finish()?, base_records, codes })
}

/// What a run holds while it matches, and gives back.
struct Kept {
    records: Records,
    in_force: InForce,
    previous: Previous,
    reach: Vec<Vec<bool>>,
}

/// What is looked at to watch a run.
struct Seen<'a> {
    records: &'a Records,
    in_force: &'a InForce,
    reach: &'a [Vec<bool>],
    labels: Option<&'a Labels>,
    /// Pairs of a stratum of the sample.
    each: u64,
}

/// Tells by the numbers of two registers whether a steward may be shown pairs of their records.
fn reach(project: &Project, records: &Records) -> Vec<Vec<bool>> {
    let reviewable = Reviewable::of(project);
    let registers = records.registers();
    let row = |one: &model::RegisterId| {
        registers.iter().map(|other| reviewable.has_registers(one.as_str(), other.as_str())).collect()
    };
    registers.iter().map(row).collect()
}

/// Tells by the numbers of two registers whether everybody who may be shown pairs of their records is shown the identifiers of
/// both, and somebody is.
fn identifiers_shown(project: &Project, models: &[Covered], settings: &Settings, records: &Records) -> Vec<Vec<bool>> {
    let reviewable = Reviewable::of(project);
    let compared = settings.comparisons.iter().filter(|comparison| comparison.kind.is_identifier());
    let columns: BTreeSet<&str> = compared.flat_map(|comparison| &comparison.columns).map(String::as_str).collect();
    let registers = records.registers();
    let row = |one: &RegisterId| {
        registers.iter().map(|other| reviewable.shows_columns(project, models, [one, other], &columns)).collect()
    };
    registers.iter().map(row).collect()
}

/// Gives what is watched of a run, and the pairs of its sample.
fn watched_of(
    watched: &Watched<'_>,
    matched: &Matched,
    codes: Vec<Codes>,
    seen: &Seen<'_>,
    previous: &Previous,
) -> Result<(Watch, Vec<Drawn>), LinkageError> {
    let is_base = |record: u32| !matched.data.is_attached(record);
    let groups: Vec<Groups> =
        codes.into_iter().filter_map(|codes| codes.into_groups(&matched.clusters, is_base)).collect();
    let before = previous.watch.as_ref();
    let mut found = watch::watch(watched, matched, &groups, seen.labels, before)?;
    let Seen { records, in_force, reach, each, .. } = *seen;
    let frame = Frame { matched, records, in_force, groups: &groups, shape: &found.shape, reach };
    let Watched { run, at, model_version } = *watched;
    let sample_before = before.and_then(|before| before.sample.as_ref());
    let (sample, drawn) = wave::sample(
        &frame,
        &Wanted { run, at, model_version, each },
        sample_before.map(|sample| (sample, previous.drawn.clone())),
    )?;
    found.sample = sample;
    Ok((found, drawn))
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
        back: of(EventKind::Back),
        gone: of(EventKind::Gone),
    }
}

/// Writes the tables of the spine.
struct Spine<'a> {
    lake: &'a Lake,
    run: &'a RunId,
    model_version: i64,
    previous: &'a Previous,
    /// What is watched, as it is kept.
    watch: String,
}

impl Spine<'_> {
    /// Writes all tables, `links` last, and gives its version.
    async fn write(
        &self,
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
            prepared.push(self.prepare(spine::MODELS, &spine::MODELS_SCHEMA, row.into(), WriteMode::Append).await?);
        }
        for (name, schema, batches, mode) in [
            (spine::PAIRS, &spine::PAIRS_SCHEMA, SendableBatches::from(pairs), WriteMode::Overwrite),
            (spine::EVENTS, &spine::EVENTS_SCHEMA, SendableBatches::from(events), WriteMode::Append),
            (spine::LINKS, &spine::LINKS_SCHEMA, SendableBatches::from(links), WriteMode::Overwrite),
        ] {
            prepared.push(self.prepare(name, schema, batches, mode).await?);
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
    ) -> Result<Prepared, LinkageError> {
        let mut metadata = BTreeMap::from([
            (spine::GENERATION.to_owned(), (self.previous.generation + 1).to_string()),
            (spine::MODEL_VERSION.to_owned(), self.model_version.to_string()),
            (spine::RUN.to_owned(), self.run.to_string()),
        ]);
        if name == spine::LINKS {
            metadata.insert(spine::WATCH.to_owned(), self.watch.clone());
        }
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
