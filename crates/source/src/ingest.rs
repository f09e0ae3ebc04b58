//! Ingest: a delivery becomes a version of a register's table, or nothing of it does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc as threads;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow_array::RecordBatch;
use encoding_rs::Encoding;
use futures::{StreamExt as _, stream};
use lake::{BatchStream, Compared, Lake, LakeError, SendableBatches, TableRef, Write, WriteMode};
use model::record::column;
use model::register::Format;
use model::{Class, Clock, Delivery, Register, RunId};
use tokio::sync::mpsc;

use crate::chunk::Chunk;
use crate::error::SourceError;
use crate::files::{Delivered, delivery_digest, find};
use crate::notes::{NOTE_RUNS, QuarantinedRun, RUNS_MAX, quarantined_runs};
use crate::order::{BatchMaker, Uniqueness};
use crate::parse::{Parsed, Parser};
use crate::quarantine::{self, Tally, quarantine_schema};
use crate::report::{FileReport, IngestProgress, IngestReport};
use crate::{csv, json, parquet, register_schema};

/// Chunks that wait for the thread that puts them in order.
const CHUNKS_WAITING: usize = 4;

/// What commits of a register's tables note.
const NOTE_DELIVERY: &str = "delivery";
/// Under this name the commits of a register's tables note the run that made them.
pub const NOTE_RUN: &str = "run";

/// A delivery that was read, and of which no row can be read from the lake yet. Dropping it removes what was written.
#[must_use = "nothing of the delivery is readable until it is committed"]
pub struct Prepared<'l> {
    lake: &'l Lake,
    report: IngestReport,
    /// Quarantined rows, then good ones; none when nothing changes.
    writes: Option<[lake::Prepared; 2]>,
    /// A run whose rows are in quarantine and whose good rows were never committed.
    orphaned: Option<String>,
}

impl Prepared<'_> {
    /// Gives what was read. The version of the table is the one before.
    #[must_use]
    pub fn report(&self) -> &IngestReport {
        &self.report
    }

    /// Makes the rows readable: those in quarantine first, the good ones then. When the process ends between the two, reading
    /// the delivery again repairs it.
    ///
    /// # Errors
    /// When the table was changed meanwhile, or the disk fails.
    pub async fn commit(self) -> Result<IngestReport, SourceError> {
        let Self { lake, mut report, writes, orphaned } = self;
        if let Some(orphaned) = orphaned {
            let quarantine = TableRef::quarantine(&report.register);
            lake.delete_where(&quarantine, column::RUN, &[orphaned]).await?;
        }
        if let Some([bad, rows]) = writes {
            lake.commit(bad).await?;
            report.version = lake.commit(rows).await?.version;
        }
        Ok(report)
    }
}

/// Shows the report only.
impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("report", &self.report).finish_non_exhaustive()
    }
}

/// Reads a register's delivery into the lake, without a word in the log: [`prepare`], then [`Prepared::commit`].
///
/// # Errors
/// As both.
pub async fn ingest(
    lake: &Lake,
    root: &Path,
    register: &Register,
    run: &RunId,
    clock: &dyn Clock,
    progress: &(dyn Fn(IngestProgress) + Sync),
) -> Result<IngestReport, SourceError> {
    prepare(lake, root, register, run, clock, progress).await?.commit().await
}

/// Reads a register's delivery, and writes its rows where nobody reads them yet. Whoever serves them writes the entry of the
/// log between this and [`Prepared::commit`].
///
/// A delivery that was the last to be ingested, under the same schema, changes nothing. Progress is told about once a chunk of
/// some ten thousand rows.
///
/// `root`: the folder of the project. `run` is noted with both tables. `clock` gives the time that the commits note.
///
/// # Errors
/// [`SourceError`], which says what to do. Nothing of the delivery is readable then.
pub async fn prepare<'l>(
    lake: &'l Lake,
    root: &Path,
    register: &Register,
    run: &RunId,
    clock: &dyn Clock,
    progress: &(dyn Fn(IngestProgress) + Sync),
) -> Result<Prepared<'l>, SourceError> {
    check_register(register)?;
    let now = clock.now().map_err(|error| SourceError::Register {
        register: register.id.clone(),
        message: format!("not ingested, for {error}"),
    })?;
    let root = root.canonicalize().map_err(|source| SourceError::io(root, source))?;
    let register = Arc::new(register.clone());
    let (files, digests) = {
        let register = Arc::clone(&register);
        blocking(move || {
            let files = find(&root, &register)?;
            let digests = files.iter().map(Delivered::digest).collect::<Result<Vec<_>, _>>()?;
            Ok((files, digests))
        })
        .await?
    };
    let digest = delivery_digest(&register, &files, &digests);
    let (rows_table, bad_table) = (TableRef::register(&register.id), TableRef::quarantine(&register.id));
    let noted = |metadata: &BTreeMap<String, String>, key: &str| metadata.get(key).cloned();
    let before = lake.info(&rows_table).await?;
    let mut report = IngestReport {
        register: register.id.clone(),
        run: run.clone(),
        files: files
            .iter()
            .zip(&digests)
            .map(|(file, digest)| FileReport {
                path: PathBuf::from(&file.name),
                sha256: hex::encode(digest),
                rows: 0,
                quarantined: 0,
            })
            .collect(),
        rows: 0,
        quarantined: 0,
        new: 0,
        changed: 0,
        gone: 0,
        unchanged: false,
        version: before.as_ref().map_or(0, |info| info.version),
    };
    // Rows that a run quarantined whose good rows were never committed.
    let committed_run = before.as_ref().and_then(|info| noted(&info.metadata, NOTE_RUN));
    let bad_before = lake.info(&bad_table).await?;
    let quarantine_run = bad_before.as_ref().and_then(|info| noted(&info.metadata, NOTE_RUN));
    let orphaned_run = quarantine_run.filter(|quarantined| Some(quarantined) != committed_run.as_ref());
    if let (Some(before), None) = (&before, &orphaned_run)
        && noted(&before.metadata, NOTE_DELIVERY).as_ref() == Some(&digest)
    {
        report.unchanged = true;
        return Ok(Prepared { lake, report, writes: None, orphaned: None });
    }
    let (rows_mode, bad_mode) = match register.delivery {
        Delivery::Full => (WriteMode::Overwrite, WriteMode::Overwrite),
        Delivery::Changes => (WriteMode::UpsertBy(column::RECORD.to_owned()), WriteMode::Append),
    };
    let metadata = BTreeMap::from([
        (NOTE_DELIVERY.to_owned(), digest),
        (NOTE_RUN.to_owned(), run.to_string()),
        ("at".to_owned(), now.to_rfc3339()),
    ]);
    let write = |table: &TableRef, schema, batches: BatchStream, mode| Write {
        table: table.clone(),
        schema,
        batches: SendableBatches::from(batches),
        mode,
        txn: Some((run.to_string(), 1)),
        statistics: Vec::new(),
        metadata: metadata.clone(),
    };

    let (rows_sender, rows_batches) = channel();
    let (bad_sender, bad_batches) = channel();
    let (progress_sender, mut progress_receiver) = mpsc::unbounded_channel();
    let reading = {
        let reader = DeliveryReader { register: Arc::clone(&register), files: files.clone(), run: run.to_string() };
        blocking(move || {
            let sinks = Sinks { rows: rows_sender, bad: bad_sender, progress: progress_sender };
            let outcome = reader.read(&sinks);
            if outcome.is_err() {
                // Both writes end, and what they wrote is removed.
                for sink in [&sinks.rows, &sinks.bad] {
                    let _ = sink.blocking_send(Err(LakeError::input(SourceError::Worker)));
                }
            }
            outcome
        })
    };
    let telling = async {
        while let Some(step) = progress_receiver.recv().await {
            progress(step);
        }
    };
    let rows_write = lake.prepare(write(&rows_table, register_schema(&register), rows_batches, rows_mode));
    let bad_write = lake.prepare(write(&bad_table, quarantine_schema(), bad_batches, bad_mode));
    let (outcome, rows_prepared, bad_prepared, ()) =
        tokio::join!(reading, Box::pin(rows_write), Box::pin(bad_write), telling);
    let outcome = match outcome {
        // The reader stops when a writer does, and then that writer knows why; the other was only told to stop.
        Err(SourceError::Worker) => {
            let failures = [rows_prepared.err(), bad_prepared.err()].into_iter().flatten();
            let cause = failures.into_iter().find(|failure| !matches!(failure, LakeError::Input(_)));
            return Err(cause.map_or(SourceError::Worker, SourceError::Lake));
        }
        outcome => outcome?,
    };
    let (mut rows_prepared, mut bad_prepared) = (rows_prepared?, bad_prepared?);
    outcome.check(&register, &files)?;
    for file in &files {
        file.check_unchanged()?;
    }

    // Counts only: no row leaves the lake.
    let besides = [column::FILE, column::ROW, column::RUN];
    let compared = Box::pin(lake.compare(&rows_prepared, column::RECORD, &besides)).await?;
    check_gone(&register, &compared)?;

    (report.new, report.changed, report.gone) = (compared.new, compared.changed, compared.gone);
    report.rows = outcome.rows;
    report.quarantined = outcome.tally.quarantined;
    for (file, (rows, quarantined)) in report.files.iter_mut().zip(&outcome.by_file) {
        (file.rows, file.quarantined) = (*rows, *quarantined);
    }
    for (key, count) in [("new", report.new), ("changed", report.changed), ("gone", report.gone)] {
        rows_prepared.note(key, count.to_string());
    }
    for prepared in [&mut rows_prepared, &mut bad_prepared] {
        prepared.note("rows", report.rows.to_string());
        prepared.note("quarantined", report.quarantined.to_string());
    }
    let mut runs = bad_before.as_ref().map(quarantined_runs).unwrap_or_default();
    runs.retain(|known| known.run != run.as_str() && Some(&known.run) != orphaned_run.as_ref());
    let names: Vec<String> = register.columns.keys().cloned().collect();
    let this = QuarantinedRun {
        run: run.to_string(),
        at: now.to_rfc3339(),
        rows: report.rows,
        quarantined: report.quarantined,
        reasons: outcome.tally.notes(&names),
    };
    runs.insert(0, this);
    runs.truncate(RUNS_MAX);
    // Counts and places only: it can't fail, and a run is not lost for want of it.
    if let Ok(text) = serde_json::to_string(&runs) {
        bad_prepared.note(NOTE_RUNS, text);
    }
    // A full delivery takes the place of all that is in quarantine.
    let orphaned = orphaned_run.filter(|orphaned| register.delivery == Delivery::Changes && orphaned != run.as_str());
    Ok(Prepared { lake, report, writes: Some([bad_prepared, rows_prepared]), orphaned })
}

/// The project was checked when it was loaded; what matters for the law is checked again where rows are read.
fn check_register(register: &Register) -> Result<(), SourceError> {
    let wrong = |message: &str| SourceError::Register { register: register.id.clone(), message: message.to_owned() };
    if register.columns.is_empty() {
        return Err(wrong("it has no columns: describe at least one under `[columns]`"));
    }
    if let Some(name) = register.key.iter().find(|name| !register.columns.contains_key(name.as_str())) {
        return Err(wrong(&format!("`key` names `{name}`, which is no column")));
    }
    if register.key.is_empty() && register.delivery == Delivery::Changes {
        return Err(wrong("without a key a changed row can't be told from a new one: add `key = […]`"));
    }
    if register.legal_basis.trim().is_empty() {
        return Err(wrong("it states no legal basis: nothing of it is read"));
    }
    let bought = |missing| Err(SourceError::Bought { register: register.id.clone(), missing });
    match &register.bought {
        None if register.columns.values().any(|column| column.class == Class::Commercial) => bought("seller"),
        Some(terms) if terms.seller.trim().is_empty() => bought("seller"),
        Some(terms) if terms.licence.trim().is_empty() => bought("licence"),
        Some(terms) if terms.legal_basis.trim().is_empty() => bought("legal basis"),
        _ => Ok(()),
    }
}

/// Fails when a full delivery lacks so many records that it may be cut off, or be another's.
fn check_gone(register: &Register, compared: &Compared) -> Result<(), SourceError> {
    let (gone, new) = if register.key.is_empty() {
        // The whole row makes the id: a row that changed is one that is gone and one that is new. What is left is lost.
        (compared.gone.saturating_sub(compared.new), 0)
    } else {
        (compared.gone, compared.new)
    };
    let share_max = register.gone_share_max_of(compared.before);
    // A comparison without division: exact, and right for no record.
    #[expect(clippy::cast_precision_loss, reason = "no register has 2^52 records")]
    let are_too_many = gone as f64 > share_max * compared.before as f64;
    if register.delivery == Delivery::Full && are_too_many {
        return Err(SourceError::TooManyGone {
            register: register.id.clone(),
            records: compared.before,
            gone,
            new,
            share_max,
        });
    }
    Ok(())
}

type Sink = mpsc::Sender<Result<RecordBatch, LakeError>>;

struct Sinks {
    rows: Sink,
    bad: Sink,
    progress: mpsc::UnboundedSender<IngestProgress>,
}

fn channel() -> (Sink, BatchStream) {
    let (sender, receiver) = mpsc::channel(2);
    let batches = stream::unfold(receiver, |mut receiver| async move {
        let batch = receiver.recv().await?;
        Some((batch, receiver))
    });
    (sender, batches.boxed())
}

/// What a delivery held.
struct Outcome {
    rows: u64,
    /// Rows and quarantined rows of each file.
    by_file: Vec<(u64, u64)>,
    tally: Tally,
    /// Which columns occurred.
    seen: Vec<bool>,
}

impl Outcome {
    /// Fails when the delivery as a whole can't be trusted.
    fn check(&self, register: &Register, files: &[Delivered]) -> Result<(), SourceError> {
        let is_full = register.delivery == Delivery::Full;
        if self.rows == 0 && is_full {
            let files = files.iter().map(|file| file.name.clone()).collect();
            return Err(SourceError::NoRows { register: register.id.clone(), files });
        }
        let share_max = register.quarantined_share_max;
        // A comparison without division: exact, and right for zero rows.
        #[expect(clippy::cast_precision_loss, reason = "no delivery has 2^52 rows")]
        let is_too_bad = self.tally.faults as f64 > share_max * self.rows as f64;
        if is_too_bad {
            let names: Vec<String> = register.columns.keys().cloned().collect();
            return Err(SourceError::TooManyBad {
                register: register.id.clone(),
                rows: self.rows,
                quarantined: self.tally.faults,
                share_max,
                reasons: self.tally.reasons(&names),
            });
        }
        let absent = register.columns.values().zip(&self.seen).find(|(_, seen)| !**seen);
        match absent {
            Some((column, _)) if is_full => {
                Err(SourceError::AbsentColumn { register: register.id.clone(), column: column.from.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Reads the files of a delivery.
struct DeliveryReader {
    register: Arc<Register>,
    files: Vec<Delivered>,
    run: String,
}

impl DeliveryReader {
    fn read(&self, sinks: &Sinks) -> Result<Outcome, SourceError> {
        let mut uniqueness = Uniqueness::of(&self.register);
        if uniqueness.needs_to_look_ahead() {
            self.each_chunk(&mut |mut parsed| {
                uniqueness.settle(&self.register, &mut parsed);
                Ok(())
            })?;
            uniqueness.know();
        }
        let maker = BatchMaker::new(&self.register, &self.run);
        let names: Vec<String> = self.register.columns.keys().cloned().collect();
        let bytes_total = self.files.iter().map(|file| file.bytes).sum();
        let mut bytes = 0;
        let mut outcome = Outcome {
            rows: 0,
            by_file: vec![(0, 0); self.files.len()],
            tally: Tally::default(),
            seen: vec![false; names.len()],
        };
        self.each_chunk(&mut |mut parsed| {
            uniqueness.settle(&self.register, &mut parsed);
            let file = &self.files[parsed.chunk.file].name;
            let bad = outcome.tally.add(&parsed, file);
            let rows = parsed.problems.len() as u64;
            let in_file = &mut outcome.by_file[parsed.chunk.file];
            *in_file = (in_file.0 + rows, in_file.1 + bad);
            outcome.rows += rows;
            bytes += parsed.chunk.bytes;
            for (seen, now) in outcome.seen.iter_mut().zip(&parsed.seen) {
                *seen |= now;
            }
            if bad < rows {
                let batch = maker.batch(&parsed, file).map_err(|_| SourceError::Worker)?;
                sinks.rows.blocking_send(Ok(batch)).map_err(|_| SourceError::Worker)?;
            }
            if bad > 0 {
                let batch = quarantine::batch(&parsed, &names, file, &self.run).map_err(|_| SourceError::Worker)?;
                sinks.bad.blocking_send(Ok(batch)).map_err(|_| SourceError::Worker)?;
            }
            let quarantined = outcome.tally.quarantined;
            // Nobody may be listening.
            let _ = sinks.progress.send(IngestProgress { rows: outcome.rows, quarantined, bytes, bytes_total });
            Ok(())
        })?;
        Ok(outcome)
    }

    /// Gives every chunk of the delivery to `take`, in order. One thread reads, others understand what was read; only a
    /// few chunks are in memory at a time.
    fn each_chunk(&self, take: &mut dyn FnMut(Parsed) -> Result<(), SourceError>) -> Result<(), SourceError> {
        let parser = Parser::new(&self.register);
        let workers = thread::available_parallelism().map_or(2, usize::from).clamp(1, 8);
        let (work, works) = threads::sync_channel::<(Chunk, threads::SyncSender<Parsed>)>(CHUNKS_WAITING);
        let (order, ordered) = threads::sync_channel::<threads::Receiver<Parsed>>(CHUNKS_WAITING);
        let works = Mutex::new(works);
        thread::scope(|scope| {
            for _ in 0..workers {
                let (works, parser) = (&works, &parser);
                scope.spawn(move || {
                    loop {
                        let next = works.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok((chunk, answer)) = next else { return };
                        // Nobody waits for it when the ingest failed.
                        let _ = answer.send(parser.parse(chunk));
                    }
                });
            }
            let reading = scope.spawn(move || {
                let mut send = |chunk: Chunk| {
                    let (answer, answered) = threads::sync_channel(1);
                    order.send(answered).is_ok() && work.send((chunk, answer)).is_ok()
                };
                self.files.iter().enumerate().try_for_each(|(number, file)| self.read_file(file, number, &mut send))
            });
            let mut outcome = Ok(());
            while let Ok(answered) = ordered.recv() {
                outcome = answered.recv().map_err(|_| SourceError::Worker).and_then(&mut *take);
                if outcome.is_err() {
                    break;
                }
            }
            // The reader notices that nobody takes chunks any more, and the workers that none come.
            drop(ordered);
            let read = reading.join().map_err(|_| SourceError::Worker)?;
            outcome.and(read)
        })
    }

    fn read_file(
        &self,
        file: &Delivered,
        number: usize,
        send: &mut dyn FnMut(Chunk) -> bool,
    ) -> Result<(), SourceError> {
        match &self.register.source.format {
            Format::Csv { delimiter, encoding } => {
                let encoding = Encoding::for_label_no_replacement(encoding.as_bytes()).ok_or_else(|| {
                    let message = "its encoding is not known: name one of the WHATWG's, such as `utf-8`".to_owned();
                    SourceError::Register { register: self.register.id.clone(), message }
                })?;
                csv::read(&self.register, *delimiter, encoding, file, number, send)
            }
            Format::JsonLines => json::read(&self.register, file, number, send),
            Format::Parquet => parquet::read(&self.register, file, number, send),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| SourceError::Worker)?
}
