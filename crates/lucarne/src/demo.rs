//! `lucarne demo`: a republic from nothing to an open page.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use chrono::{Days, NaiveDate};
use lake::TableRef;
use model::{Clock as _, SystemClock};
use pipeline::Models;
use registry::{Index, RegistryError};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::app::App;
use crate::cli::Demo;
use crate::commands::{self, build, index, ingest, init, link, serve, synth};
use crate::exit::{Ending, Failure, Outcome};
use crate::output::Output;

/// The project of the synthetic republic.
#[derive(RustEmbed)]
#[folder = "../../examples/republic/"]
#[exclude = "data/*"]
#[exclude = "incoming/*"]
struct Republic;

/// Marks a folder that a demo made, with what it was made of. Only such a folder is ever emptied.
const MARK: &str = ".lucarne-demo";

/// The mark before it has its name.
const MARK_PART: &str = ".lucarne-demo.part";

/// Is in the data of a project from when `demo --project` begins to work on it until all is done.
const BEGUN: &str = ".lucarne-demo-begun";

/// Locked by the process that makes or serves the demo of a folder, from before the first look to the end. It stays when the
/// folder is emptied: a lock on a file that is gone would hold nobody off.
const LOCK: &str = ".lucarne-demo.lock";

/// Where deliveries are put, within the demo.
const INCOMING: &str = "incoming";

/// The purpose of the republic that ends soon, whenever the demo is made, and the end that the example has.
const ENDING: &str = "purposes/bought-data-audit.toml";
const END: &str = "until = 2028-12-31";

/// Days from when a demo is made to that end: what ends within sixty days is said to data protection officers.
const ENDS_IN_DAYS: u64 = 45;

/// The lock of the project's data, which every command takes that opens it.
const DATA_LOCK: &str = "LOCK";

/// What a demo did.
#[derive(Debug, Default, Serialize)]
pub(crate) struct DemoReport {
    /// Records that were read in, those in quarantine among them.
    records_in: u64,
    records_quarantined: u64,
    pub(crate) persons: u64,
    /// How right the linkage is; none where none ran, as of a demo that was finished before, or where no truth is known.
    pair_precision: Option<f64>,
    pair_recall: Option<f64>,
    pair_f1: Option<f64>,
    cluster_precision: Option<f64>,
    cluster_recall: Option<f64>,
    cluster_f1: Option<f64>,
    /// By stage; none of a demo that was finished before.
    seconds: BTreeMap<String, f64>,
    /// The most memory that this process held; none where the system doesn't say, as outside Linux.
    peak_rss_bytes: Option<u64>,
}

pub(crate) async fn run(options: Demo, output: Output) -> Outcome {
    let mut report = DemoReport::default();
    // Both are kept to the end: nobody else works in the folder, and the port is there when the work is done.
    let _held = match &options.project {
        Some(_) => None,
        None => Some(hold(&options.dir)?),
    };
    let listener = match options.no_serve {
        true => None,
        false => Some(serve::listen(options.port).await?),
    };
    let (dir, is_finished) = match &options.project {
        Some(project) => (project.clone(), None),
        None => {
            // The lock of the data is let go here, for the project to take.
            let data_lock = prepare(&options, &mut report, output)?;
            (options.dir.clone(), Some(data_lock.is_none()))
        }
    };
    let app = App::open(&dir).await?;
    // Of a project that is not served the files may have changed: to work on it again is all that was asked for.
    let done = is_finished.unwrap_or_else(|| listener.is_some() && is_done(&app.project.data_dir()));
    let made = make(&app, &options, done, &mut report, output).await;
    match (made, listener) {
        (Ok(()), Some(listener)) => serve::serve(app, listener, Some(report), output).await,
        (made, _) => {
            commands::closing(app, made).await?;
            output.object(&report)
        }
    }
}

/// Tells whether all work on a project was done, by its data: there is an index, and no `demo --project` that came to no end.
fn is_done(data: &Path) -> bool {
    data.join("index").join("CURRENT").is_file() && !data.join(BEGUN).exists()
}

/// Does the work, unless it is `done`, and tells what there is then.
async fn make(app: &App, options: &Demo, done: bool, report: &mut DemoReport, output: Output) -> Outcome {
    if !done {
        let begun = app.project.data_dir().join(BEGUN);
        let is_project = options.project.is_some();
        if is_project {
            write_new(&begun, "").map_err(|error| Failure::unwritten(&begun, &error))?;
        }
        work(app, report, output).await?;
        if is_project {
            fs::remove_file(&begun).map_err(|error| unremoved(&begun, &error))?;
        } else {
            // Something is left to read in by hand. A demo that comes to no end here is begun anew, from the first delivery on.
            synth::later(&options.dir.join(INCOMING))?;
            write_mark(&options.dir, &mark(options, true))?;
        }
    } else {
        let index = match Index::open(&app.project) {
            // It is made from the tables: what another version made is made anew.
            Err(RegistryError::Format { .. }) => {
                let indexed = index::index(app, output).await?;
                report.seconds.insert("index".to_owned(), indexed.seconds);
                Index::open(&app.project)?
            }
            index => index?,
        };
        // What serves tells them by itself.
        if options.no_serve {
            report.persons = index.persons();
            let dir = options.dir.display();
            output.aside(format!("note: {dir} holds this demo, finished, and is left as it is: --reset makes it anew"));
        }
    }
    tell_records(app, report).await?;
    report.peak_rss_bytes = peak_rss_bytes();
    Ok(())
}

/// Takes the folder of a demo, until what is given is dropped. One with anything in it that no demo made is left as it is.
fn hold(dir: &Path) -> Result<File, Failure> {
    let is_foreign = |name: &std::ffi::OsStr| name != LOCK && name != MARK_PART;
    let has_others = match dir.read_dir() {
        Ok(entries) => entries.flatten().any(|entry| is_foreign(&entry.file_name())),
        Err(_) => dir.is_file(),
    };
    if has_others && !dir.join(MARK).is_file() {
        return Err(crate::usage(format!(
            "{} is not empty and no demo made it, so it is left alone: choose another folder with --dir",
            dir.display()
        )));
    }
    fs::create_dir_all(dir).map_err(|error| Failure::unwritten(dir, &error))?;
    lock(&dir.join(LOCK), dir)
}

/// Takes the lock of a demo's data, and makes their folder where it is not there, as the lake does.
fn lock_data(dir: &Path) -> Result<File, Failure> {
    let data = dir.join("data");
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&data).map_err(|error| Failure::unwritten(&data, &error))?;
    lock(&data.join(DATA_LOCK), dir)
}

/// Takes the lock of a file, which is made where it is not there.
fn lock(path: &Path, dir: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| Failure::unwritten(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let dir = dir.display();
            let mend =
                "stop it (often a `lucarne demo` or `lucarne serve` that is still running), or choose another folder";
            Err(Failure::new(Ending::InUse, anyhow::anyhow!("another process has {dir} open: {mend} with --dir")))
        }
        Err(TryLockError::Error(error)) => Err(Failure::unwritten(path, &error)),
    }
}

/// Writes the project and its registers into the folder, which is held, and gives the lock of its data; nothing where a
/// finished demo of the same republic is there.
fn prepare(options: &Demo, report: &mut DemoReport, output: Output) -> Result<Option<File>, Failure> {
    let dir = &options.dir;
    let data_lock = if let Ok(text) = fs::read_to_string(dir.join(MARK)) {
        if text == mark(options, true) && !options.reset {
            return Ok(None);
        }
        if !options.reset && text != mark(options, false) {
            return Err(crate::usage(format!(
                "{} holds a demo of another size or seed: --reset removes it, --dir chooses another folder",
                dir.display()
            )));
        }
        empty(options)?
    } else {
        write_mark(dir, &mark(options, false))?;
        lock_data(dir)?
    };
    init::write_all::<Republic>(dir)?;
    end_soon(dir, SystemClock.now()?.date_naive())?;
    let incoming = dir.join(INCOMING);
    let (_, seconds) = synth::generate(options.people, options.seed, &incoming, output)?;
    report.seconds.insert("synth".to_owned(), seconds);
    Ok(Some(data_lock))
}

/// Has a purpose of the demo end soon after it is made, on `today`, so that there is something of which the end is near.
fn end_soon(dir: &Path, today: NaiveDate) -> Outcome {
    let path = dir.join(ENDING);
    let text = fs::read_to_string(&path).map_err(|error| Failure::unwritten(&path, &error))?;
    let Some(end) = today.checked_add_days(Days::new(ENDS_IN_DAYS)) else { return Ok(()) };
    fs::write(&path, text.replace(END, &format!("until = {end}"))).map_err(|error| Failure::unwritten(&path, &error))
}

/// Removes what a demo made, when nobody has its data open, but for the locks, and gives that of the data.
fn empty(options: &Demo) -> Result<File, Failure> {
    let dir = &options.dir;
    let data = dir.join("data");
    let mut data_lock = lock_data(dir)?;
    // First, so that a removal that is cut short is taken up again.
    write_mark(dir, &mark(options, false))?;
    if fs::symlink_metadata(&data).is_ok_and(|about| about.is_symlink()) {
        // Somebody's link to another disk goes, and what it leads to stays.
        fs::remove_file(&data).map_err(|error| Failure::unwritten(&data, &error))?;
        data_lock = lock_data(dir)?;
    }
    remove_all_but(&data, &[DATA_LOCK])?;
    remove_all_but(dir, &[LOCK, MARK, "data"])?;
    Ok(data_lock)
}

/// Gives the failure of a file or folder that can't be removed.
fn unremoved(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Ending::Failed, anyhow::anyhow!("{} can't be removed: {error}", path.display()))
}

fn remove_all_but(folder: &Path, kept: &[&str]) -> Result<(), Failure> {
    for entry in folder.read_dir().map_err(|error| unremoved(folder, &error))? {
        let entry = entry.map_err(|error| unremoved(folder, &error))?;
        let (path, name) = (entry.path(), entry.file_name());
        if kept.iter().any(|kept| name == *kept) {
            continue;
        }
        // A link is removed, never what it leads to.
        let is_folder = entry.file_type().map_err(|error| unremoved(&path, &error))?.is_dir();
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|error| unremoved(&path, &error))?;
    }
    Ok(())
}

fn mark(options: &Demo, finished: bool) -> String {
    let Demo { people, seed, .. } = options;
    format!("lucarne demo, {people} people, seed {seed}{}\n", if finished { ", finished" } else { "" })
}

fn write_mark(dir: &Path, mark: &str) -> Result<(), Failure> {
    // Whoever is interrupted leaves the whole mark of before, or the whole new one.
    let (part, path) = (dir.join(MARK_PART), dir.join(MARK));
    let written = write_new(&part, mark).and_then(|()| fs::rename(&part, &path));
    written.map_err(|error| Failure::unwritten(&path, &error))
}

/// Writes a file in place of what is there, which may be a link to anywhere.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

async fn work(app: &App, report: &mut DemoReport, output: Output) -> Outcome {
    let ingested = ingest::ingest(app, &[], output).await?;
    report.seconds.insert("ingest".to_owned(), ingested.seconds);
    let built = build::build(app, Models::PersonSide, output).await?;
    report.seconds.insert("build_persons".to_owned(), built.seconds);
    let linked = link::link(app, false, output).await?;
    report.persons = linked.persons;
    if let Some(quality) = &linked.quality {
        report.pair_precision = Some(quality.pairs.precision);
        report.pair_recall = Some(quality.pairs.recall);
        report.pair_f1 = Some(quality.pairs.f1);
        report.cluster_precision = Some(quality.clusters.precision);
        report.cluster_recall = Some(quality.clusters.recall);
        report.cluster_f1 = Some(quality.clusters.f1);
    }
    report.seconds.insert("link".to_owned(), linked.seconds.get("total").copied().unwrap_or_default());
    let built = build::build(app, Models::ObjectSide, output).await?;
    report.seconds.insert("build_objects".to_owned(), built.seconds);
    let indexed = index::index(app, output).await?;
    report.seconds.insert("index".to_owned(), indexed.seconds);
    let total = report.seconds.values().sum();
    report.seconds.insert("total".to_owned(), total);
    Ok(())
}

/// Tells how many records there are, which were read now or before.
async fn tell_records(app: &App, report: &mut DemoReport) -> Outcome {
    for register in app.project.registers.keys() {
        let held = app.lake.info(&TableRef::register(register)).await?.map_or(0, |info| info.rows);
        let quarantined = app.lake.info(&TableRef::quarantine(register)).await?.map_or(0, |info| info.rows);
        report.records_in += held + quarantined;
        report.records_quarantined += quarantined;
    }
    Ok(())
}

/// Gives the most memory that this process held, in bytes; none where the system doesn't say.
fn peak_rss_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app;

    fn options(dir: &Path) -> Demo {
        Demo { people: 10, seed: 1, dir: dir.to_owned(), project: None, reset: false, port: 0, no_serve: true }
    }

    /// Takes the folder, writes what is to be there, and tells whether a finished demo was there.
    fn prepared(options: &Demo) -> Result<bool, Failure> {
        let _held = hold(&options.dir)?;
        Ok(prepare(options, &mut DemoReport::default(), Output::new(true, true))?.is_none())
    }

    #[test]
    fn a_folder_that_no_demo_made_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
        let with_reset = Demo { reset: true, ..options(dir.path()) };
        assert_eq!(prepared(&with_reset).unwrap_err().ending, Ending::Usage);
        assert!(dir.path().join("thesis.txt").is_file());
        assert_eq!(dir.path().read_dir().unwrap().count(), 1, "and nothing is written");
    }

    #[test]
    fn a_folder_that_another_has_open_is_not_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let reset = Demo { reset: true, ..options(dir.path()) };
        assert!(!prepared(&reset).unwrap());
        let key = dir.path().join("data").join("keys").join("master.key");
        fs::create_dir_all(key.parent().unwrap()).unwrap();
        fs::write(&key, "secret").unwrap();

        // One makes or serves the demo; one has opened its project.
        for path in [dir.path().join(LOCK), dir.path().join("data").join(DATA_LOCK)] {
            let other = File::open(&path).unwrap();
            other.lock().unwrap();
            let refused = prepared(&reset).unwrap_err();
            assert_eq!(refused.ending, Ending::InUse);
            assert!(refused.error.to_string().contains("another process has"), "{}", refused.error);
            assert!(key.is_file() && dir.path().join("lucarne.toml").is_file());
        }
        assert!(!prepared(&reset).unwrap());
        assert!(!key.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_data_elsewhere_goes_and_the_data_stay() {
        let dir = tempfile::tempdir().unwrap();
        let disk = tempfile::tempdir().unwrap();
        let reset = Demo { reset: true, ..options(dir.path()) };
        prepared(&reset).unwrap();
        let data = dir.path().join("data");
        fs::remove_dir_all(&data).unwrap();
        std::os::unix::fs::symlink(disk.path(), &data).unwrap();
        fs::write(disk.path().join("thesis.txt"), "years of work").unwrap();
        prepared(&reset).unwrap();
        assert!(disk.path().join("thesis.txt").is_file());
        assert!(fs::symlink_metadata(&data).unwrap().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn the_mark_is_not_written_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let thesis = elsewhere.path().join("thesis.txt");
        fs::write(&thesis, "years of work").unwrap();
        std::os::unix::fs::symlink(&thesis, dir.path().join(MARK_PART)).unwrap();
        assert!(!prepared(&options(dir.path())).unwrap());
        assert_eq!(fs::read_to_string(&thesis).unwrap(), "years of work");
        assert_eq!(fs::read_to_string(dir.path().join(MARK)).unwrap(), mark(&options(dir.path()), false));
        assert!(fs::symlink_metadata(dir.path().join(MARK)).unwrap().is_file());
    }

    #[test]
    fn a_project_is_done_that_has_an_index_and_no_work_that_came_to_no_end() {
        let data = tempfile::tempdir().unwrap();
        assert!(!is_done(data.path()));
        fs::create_dir(data.path().join("index")).unwrap();
        fs::write(data.path().join("index").join("CURRENT"), "1").unwrap();
        assert!(is_done(data.path()));
        write_new(&data.path().join(BEGUN), "").unwrap();
        assert!(!is_done(data.path()));
    }

    #[test]
    fn the_republic_is_a_project_in_order_and_another_size_wants_a_reset() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("demo");
        assert!(!prepared(&options(&dir)).unwrap());
        assert!(app::check(&dir).is_ok());
        let larger = Demo { people: 11, ..options(&dir) };
        assert_eq!(prepared(&larger).unwrap_err().ending, Ending::Usage);
        prepared(&Demo { reset: true, ..larger }).unwrap();
        fs::write(dir.join(MARK), mark(&options(&dir), true)).unwrap();
        assert!(prepared(&options(&dir)).unwrap(), "a finished demo is served at once");
    }

    #[test]
    fn a_purpose_ends_soon_after_a_demo_is_made() {
        let dir = tempfile::tempdir().unwrap();
        init::write_all::<Republic>(dir.path()).unwrap();
        let purposes = || {
            let project = app::check(dir.path()).unwrap_or_else(|found| panic!("{found}"));
            project.purposes.values().map(|purpose| (purpose.id.to_string(), purpose.valid)).collect::<Vec<_>>()
        };
        let before = purposes();
        let [today, end]: [NaiveDate; 2] = ["2026-11-29", "2027-01-13"].map(|day| day.parse().unwrap());
        end_soon(dir.path(), today).unwrap();
        let changed: Vec<_> = purposes().into_iter().filter(|purpose| !before.contains(purpose)).collect();
        let [(purpose, valid)] = changed.as_slice() else { panic!("{changed:?}") };
        assert!(ENDING.contains(purpose.as_str()), "{purpose}");
        assert_eq!(valid.until, end);
        let days = (valid.until - today).num_days();
        assert!((1..=server::service::SOON_DAYS).contains(&days), "the officers' page says so");
    }
}
