//! Runs that have been, from what is kept of them anyway: the log has an entry of each that was about to read or write, or was
//! refused; versions of tables name the run that made them; the index names the one that built it. Counts only, and nothing
//! is kept for this list.
//!
//! So there is no word of what stopped before its entry, but for deliveries that this server did not take; and of a run that
//! left nothing behind it is not known why, but for those.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use gate::{Entry, EntryFilter, EntryKind, LoggedEntry};
use lake::{LakeError, TableRef, TableVersion};
use model::agency::RoleKind;
use model::{Job, Project};

use super::ingest::{NotTaken, ReadIn};
use super::log::failed;
use crate::app::{App, Who};
use crate::problem::Problem;

/// The most runs of one page.
const RUNS_MAX: usize = 50;

/// How many versions of a table are looked through. Each is a file.
const VERSIONS_MAX: usize = 200;

/// How many tables are looked through at once.
const TABLES_AT_ONCE: usize = 8;

/// A page of past runs.
pub(crate) struct PastRuns {
    /// The runs, the latest first.
    pub(crate) runs: Vec<PastRun>,
    /// What `before` is to be for those that came before these; none when the log has no more.
    pub(crate) next: Option<u64>,
}

/// A run that has been.
#[derive(Debug, Clone)]
pub(crate) struct PastRun {
    /// What it did.
    pub(crate) deed: Deed,
    /// Its name; none of one that was refused as a job.
    pub(crate) run: Option<String>,
    /// Its entry in the log; none of a delivery that was not taken, unless that failed after its entry.
    pub(crate) log_index: Option<u64>,
    /// When it began, as its name says; else when its entry was written, which an ingest does after it has read the delivery.
    pub(crate) began: DateTime<Utc>,
    /// When the last of what it wrote was there; none where nothing tells.
    pub(crate) ended: Option<DateTime<Utc>>,
    /// `agency/role`, or another of the log's names.
    pub(crate) by: String,
    /// Rows that an ingest took in.
    pub(crate) rows: Option<u64>,
    /// Rows that it put into quarantine.
    pub(crate) quarantined: Option<u64>,
    /// What became of it.
    pub(crate) became: Became,
    /// Whether it was to write links, as far as what it read tells.
    writes_links: bool,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It read a register's delivery in.
    Ingest(String),
    /// It ran a job; none where its purpose is no job's any more.
    Job(Option<Job>),
}

/// What became of a run.
#[derive(Debug, Clone)]
pub(crate) enum Became {
    /// What it was to write is there.
    Done,
    /// So many tables name it.
    Tables(u64),
    /// It is the index in service.
    InService,
    /// It built an index that is not in service: another one was built since, or it did not finish.
    NotInService,
    /// It read records for a server that resolves new ones, and was to write nothing.
    OnlyRead,
    /// It is under way.
    UnderWay,
    /// Nothing that it was to write is there.
    Unfinished,
    /// Nothing tells.
    Untold,
    /// These rules refused it.
    Refused(Vec<String>),
    /// Nothing of the delivery was taken. The number is that of its page.
    NotTaken(u64, NotTaken),
}

/// Gives runs that have been, the latest first: those whose entries came before `before`, else the latest.
///
/// # Errors
/// For other roles than data engineers; when the log or a table's log can't be read, or the log is still being read.
pub(crate) async fn past_runs(app: &App, who: &Who, before: Option<u64>) -> Result<PastRuns, Problem> {
    who.must_be(RoleKind::Engineer)?;
    let of_runs = EntryFilter { deeds: vec![EntryKind::Ingest, EntryKind::Job], ..EntryFilter::default() };
    let found = app.gate().find_entries(of_runs, before, RUNS_MAX).await.map_err(failed)?;
    let runs = found.entries.iter().filter_map(|LoggedEntry { leaf, entry }| logged(app.project(), *leaf, entry));
    let mut runs: Vec<PastRun> = runs.collect();
    tell(app, &mut runs).await?;
    add(&mut runs, not_taken(app), before.is_none());
    Ok(PastRuns { runs, next: found.next })
}

/// Adds the deliveries that were not taken. One that failed after its entry is listed already, and is told there why; the
/// others have no entry, so they have no place but among the latest.
fn add(runs: &mut Vec<PastRun>, not_taken: Vec<PastRun>, is_latest: bool) {
    for known in not_taken {
        match runs.iter_mut().find(|run| run.run == known.run) {
            Some(run) => (run.became, run.ended) = (known.became, known.ended),
            None if is_latest => runs.push(known),
            None => {}
        }
    }
    if is_latest {
        // Stable: entries of the same moment stay in the order of the log.
        runs.sort_by_key(|run| std::cmp::Reverse(run.began));
    }
}

/// Gives the run that an entry is of; none of entries of other kinds.
fn logged(project: &Project, leaf: u64, entry: &Entry) -> Option<PastRun> {
    let is_refusal = entry.kind == EntryKind::Refusal;
    let kind = if is_refusal { entry.asked? } else { entry.kind };
    let deed = match kind {
        EntryKind::Ingest => Deed::Ingest(entry.registers.first().map(ToString::to_string).unwrap_or_default()),
        EntryKind::Job => Deed::Job(entry.job.or_else(|| job_of(project, entry))),
        _ => return None,
    };
    // Who resolves records needs the model and not the links, which are there whenever it is. The first run of linking finds
    // neither.
    let reads = |name| {
        let table = TableRef::spine(name).to_string();
        entry.tables.iter().any(|read| read.table == table)
    };
    // Who reads no records, as `lucarne link events`, links none.
    let reads_records = entry.tables.iter().any(|read| read.table.starts_with("models."));
    let run = entry.run.as_ref().map(ToString::to_string);
    let written = DateTime::from_timestamp_millis(entry.at_ms).unwrap_or_default();
    Some(PastRun {
        deed,
        began: run.as_deref().and_then(began).unwrap_or(written),
        run,
        log_index: Some(leaf),
        ended: None,
        by: entry.by.to_string(),
        rows: entry.rows.filter(|_| !is_refusal),
        quarantined: entry.quarantined.filter(|_| !is_refusal),
        became: if is_refusal { Became::Refused(entry.rules.clone()) } else { Became::Untold },
        writes_links: reads_records && (reads(linkage::spine::LINKS) || !reads(linkage::spine::MODELS)),
    })
}

/// Gives the time in a run's name, such as `r20260504-120000-000-4711`; none of names that are not made so.
fn began(run: &str) -> Option<DateTime<Utc>> {
    let text = run.strip_prefix('r')?;
    let second = NaiveDateTime::parse_from_str(text.get(..15)?, "%Y%m%d-%H%M%S").ok()?;
    let milliseconds: i64 = text.get(16..19)?.parse().ok()?;
    Some(second.and_utc() + TimeDelta::milliseconds(milliseconds))
}

/// Gives the job of a refusal, which its purpose tells.
fn job_of(project: &Project, entry: &Entry) -> Option<Job> {
    let purposes = &project.settings.jobs;
    let of_job = |job: &Job| match job {
        Job::Build => &purposes.build,
        Job::Link => &purposes.link,
        Job::Index => &purposes.index,
    };
    Job::ALL.into_iter().find(|job| entry.purpose.as_ref() == Some(of_job(job)))
}

/// What tables tell of runs.
#[derive(Default)]
struct Told {
    /// By run: when each table of it was there.
    at: HashMap<String, HashMap<TableRef, DateTime<Utc>>>,
    /// Tables of which not every version was looked at that a run could have made.
    cut: HashSet<TableRef>,
}

impl Told {
    /// Adds the versions of a table, the newest first, for runs of which none began before `since`.
    fn add(&mut self, table: &TableRef, versions: &[TableVersion], since: DateTime<Utc>) {
        if versions.last().is_some_and(|version| version.version > 0 && version.at >= since) {
            self.cut.insert(table.clone());
        }
        for version in versions {
            let notes = [source::NOTE_RUN, pipeline::RUN, linkage::spine::RUN];
            if let Some(run) = notes.iter().find_map(|note| version.metadata.get(*note)) {
                // What erases rows notes the same run once more: the earliest version is the run's own.
                self.at.entry(run.clone()).or_default().insert(table.clone(), version.at);
            }
        }
    }

    /// Gives what became of a run that was to write one table, and when that was there.
    fn of(&self, run: &str, table: &TableRef) -> (Became, Option<DateTime<Utc>>) {
        match self.at.get(run).and_then(|tables| tables.get(table)) {
            Some(at) => (Became::Done, Some(*at)),
            None if self.cut.contains(table) => (Became::Untold, None),
            None => (Became::Unfinished, None),
        }
    }

    /// Gives how many tables name a run, and when the last of them was there.
    fn all(&self, run: &str) -> (u64, Option<DateTime<Utc>>) {
        let tables = self.at.get(run);
        (tables.map_or(0, |tables| tables.len() as u64), tables.and_then(|tables| tables.values().max().copied()))
    }
}

/// Gives the tables that a run was to write.
fn tables_of(project: &Project, run: &PastRun) -> Vec<TableRef> {
    match &run.deed {
        Deed::Ingest(register) => register_table(project, register).into_iter().collect(),
        Deed::Job(Some(Job::Build)) => project.models.keys().map(TableRef::model).collect(),
        // It is written last: what a run of linking wrote counts once this is there.
        Deed::Job(Some(Job::Link)) => vec![TableRef::spine(linkage::spine::LINKS)],
        Deed::Job(Some(Job::Index) | None) => Vec::new(),
    }
}

fn register_table(project: &Project, register: &str) -> Option<TableRef> {
    project.registers.keys().find(|id| id.as_str() == register).map(TableRef::register)
}

/// Says of each run that was not refused what became of it.
async fn tell(app: &App, runs: &mut [PastRun]) -> Result<(), Problem> {
    let project = app.project();
    let begun = || runs.iter().filter(|run| !matches!(run.became, Became::Refused(_)));
    let tables: BTreeSet<TableRef> = begun().flat_map(|run| tables_of(project, run)).collect();
    // What a run wrote is never older than the run.
    let since = begun().map(|run| run.began).min().unwrap_or_default();
    let versions_of = |table: TableRef| {
        let lake = app.lake().clone();
        async move {
            let versions = lake.versions(&table, VERSIONS_MAX, Some(since)).await?;
            Ok::<_, LakeError>((table, versions))
        }
    };
    let read = stream::iter(tables).map(versions_of).buffer_unordered(TABLES_AT_ONCE).try_collect::<Vec<_>>().await;
    let mut told = Told::default();
    for (table, versions) in read.map_err(|error| Problem::failure("unavailable", &error))? {
        told.add(&table, &versions, since);
    }
    // The entry comes before the rows: of a register that is being read in, the latest may be just between the two.
    let mut under_way: Vec<String> = Vec::new();
    for reading in app.ingests().latest() {
        if reading.progress().outcome.is_none() {
            under_way.push(reading.key.to_string());
        }
    }
    for run in runs.iter_mut().filter(|run| !matches!(run.became, Became::Refused(_))) {
        let name = run.run.clone().unwrap_or_default();
        (run.became, run.ended) = match &run.deed {
            Deed::Ingest(register) => {
                let known = register_table(project, register).map(|table| told.of(&name, &table));
                let known = known.unwrap_or((Became::Untold, None));
                let is_latest = under_way.iter().position(|other| other == register);
                // Only the latest of the register can be under way.
                match is_latest.map(|at| under_way.swap_remove(at)) {
                    Some(_) if matches!(known.0, Became::Unfinished) => (Became::UnderWay, None),
                    _ => known,
                }
            }
            Deed::Job(Some(Job::Build)) => match told.all(&name) {
                (0, _) => (Became::Untold, None),
                (tables, ended) => (Became::Tables(tables), ended),
            },
            Deed::Job(Some(Job::Link)) => match told.of(&name, &TableRef::spine(linkage::spine::LINKS)) {
                (Became::Unfinished | Became::Untold, _) if !run.writes_links => (Became::OnlyRead, None),
                known => known,
            },
            Deed::Job(Some(Job::Index)) if name == app.index().generation() => (Became::InService, None),
            Deed::Job(Some(Job::Index)) => (Became::NotInService, None),
            Deed::Job(None) => (Became::Untold, None),
        };
    }
    Ok(())
}

/// Gives the deliveries that were not taken since the server was started, as far as they are remembered.
fn not_taken(app: &App) -> Vec<PastRun> {
    let of_reading = |number: u64, register: String, not_taken: NotTaken| PastRun {
        deed: Deed::Ingest(register),
        run: Some(not_taken.run.clone()),
        log_index: None,
        began: not_taken.began,
        ended: Some(not_taken.ended),
        by: not_taken.by.clone(),
        rows: None,
        quarantined: None,
        became: Became::NotTaken(number, not_taken),
        writes_links: false,
    };
    let mut found = Vec::new();
    for reading in app.ingests().latest() {
        if let Some(Ok(ReadIn::Refused(not_taken))) = reading.progress().outcome {
            found.push(of_reading(reading.number, reading.key.to_string(), not_taken));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use source::SourceError;

    use super::*;

    fn version(version: u64, at: &str, note: Option<(&str, &str)>) -> TableVersion {
        let metadata: BTreeMap<String, String> =
            note.map(|(key, run)| (key.to_owned(), run.to_owned())).into_iter().collect();
        TableVersion { version, at: at.parse().unwrap(), metadata }
    }

    #[test]
    fn tables_tell_when_a_run_was_done_though_rows_were_erased_since() {
        let table = TableRef::spine(linkage::spine::LINKS);
        let mut told = Told::default();
        let of_run = |number, at, run| version(number, at, Some((linkage::spine::RUN, run)));
        told.add(
            &table,
            &[
                of_run(3, "2026-05-06T12:00:00Z", "two"),
                of_run(2, "2026-05-05T12:00:00Z", "two"),
                version(1, "2026-05-04T18:00:00Z", None),
                of_run(0, "2026-05-04T12:00:00Z", "one"),
            ],
            DateTime::default(),
        );
        let (became, ended) = told.of("two", &table);
        assert!(matches!(became, Became::Done));
        assert_eq!(ended.map(|at| at.to_rfc3339()), Some("2026-05-05T12:00:00+00:00".to_owned()));
        assert_eq!(told.all("one").0, 1);
        assert!(matches!(told.of("three", &table), (Became::Unfinished, None)));
    }

    #[test]
    fn names_of_runs_say_when_they_began() {
        let moment = began("r20260504-120001-250-4711").map(|at| at.to_rfc3339());
        assert_eq!(moment.as_deref(), Some("2026-05-04T12:00:01.250+00:00"));
        for other in ["index-one", "r", "r20260504-120001", "r20260504-1200é1-250", "r20261304-120001-250-1"] {
            assert_eq!(began(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_not_looked_at_tells_nothing() {
        let table = TableRef::spine(linkage::spine::LINKS);
        let nine = [version(9, "2026-05-06T12:00:00Z", Some((linkage::spine::RUN, "nine")))];
        let told_since = |since: &str| {
            let mut told = Told::default();
            told.add(&table, &nine, since.parse().unwrap());
            told
        };
        let told = told_since("2026-05-04T12:00:00Z");
        assert!(matches!(told.of("one", &table), (Became::Untold, None)));
        assert!(matches!(told.of("nine", &table), (Became::Done, Some(_))));
        assert_eq!(told.all("one"), (0, None));
        // Of runs that began later, a version that is older than all of them leaves nothing out.
        let told = told_since("2026-05-06T12:00:01Z");
        assert!(matches!(told.of("ten", &table), (Became::Unfinished, None)));
    }

    #[test]
    fn a_delivery_that_failed_after_its_entry_is_listed_once() {
        let run = |name: &str, log_index, began: &str, became| PastRun {
            deed: Deed::Ingest("tax".to_owned()),
            run: Some(name.to_owned()),
            log_index,
            began: began.parse().unwrap(),
            ended: None,
            by: "education/engineer".to_owned(),
            rows: None,
            quarantined: None,
            became,
            writes_links: false,
        };
        let failed = |number, name: &str, began: &str| {
            let ended = began.parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(2);
            let why = SourceError::NoFiles { register: "tax".parse().unwrap(), patterns: Vec::new() };
            let not_taken = NotTaken {
                run: name.to_owned(),
                began: began.parse().unwrap(),
                ended,
                by: "education/engineer".to_owned(),
                why: Arc::new(why),
            };
            PastRun { ended: Some(ended), ..run(name, None, began, Became::NotTaken(number, not_taken)) }
        };
        let listed = || {
            vec![
                run("two", Some(8), "2026-05-04T12:00:00Z", Became::Unfinished),
                run("one", Some(7), "2026-05-03T12:00:00Z", Became::Done),
            ]
        };
        let not_taken = || vec![failed(2, "three", "2026-05-04T06:00:00Z"), failed(1, "two", "2026-05-04T12:00:00Z")];
        let names = |runs: &[PastRun]| runs.iter().filter_map(|run| run.run.clone()).collect::<Vec<_>>();

        let mut latest = listed();
        add(&mut latest, not_taken(), true);
        assert_eq!(names(&latest), ["two", "three", "one"], "the latest first, each once");
        assert!(matches!(latest[0].became, Became::NotTaken(1, _)), "{:?}", latest[0]);
        assert_eq!((latest[0].log_index, latest[0].ended.is_some()), (Some(8), true));
        assert!(matches!(latest[2].became, Became::Done));

        let mut earlier = listed();
        add(&mut earlier, not_taken(), false);
        assert_eq!(names(&earlier), ["two", "one"], "what has no entry is among the latest alone");
        assert!(matches!(earlier[0].became, Became::NotTaken(1, _)), "{:?}", earlier[0]);
    }
}
