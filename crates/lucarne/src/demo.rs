//! `lucarne demo`: a republic from nothing to an open page.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use pipeline::Models;
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::app::App;
use crate::cli::Demo;
use crate::commands::{build, index, ingest, init, link, serve, synth};
use crate::exit::{Failure, Outcome};
use crate::output::Output;

/// The project of the synthetic republic.
#[derive(RustEmbed)]
#[folder = "../../examples/republic/"]
#[exclude = "data/*"]
#[exclude = "incoming/*"]
struct Republic;

/// Marks a folder that a demo made, with what it was made of. Only such a folder is ever removed.
const MARK: &str = ".lucarne-demo";

/// What a demo did.
#[derive(Debug, Default, Serialize)]
struct DemoReport {
    records_in: u64,
    records_quarantined: u64,
    persons: u64,
    pair_precision: Option<f64>,
    pair_recall: Option<f64>,
    pair_f1: Option<f64>,
    cluster_precision: Option<f64>,
    cluster_recall: Option<f64>,
    cluster_f1: Option<f64>,
    /// By stage.
    seconds: BTreeMap<String, f64>,
    peak_rss_bytes: u64,
}

pub(crate) async fn run(options: Demo, output: Output) -> Outcome {
    let mut report = DemoReport::default();
    let (dir, finished) = match &options.project {
        Some(project) => (project.clone(), project.join("data").join("index").join("CURRENT").is_file()),
        None => prepare(&options, &mut report, output)?,
    };
    if finished && !options.no_serve {
        return serve::run(&dir, options.port, output).await;
    }
    let app = App::open(&dir).await?;
    work(&app, &mut report, output).await?;
    if options.project.is_none() {
        fs::write(dir.join(MARK), mark(&options, true))?;
    }
    if options.no_serve {
        output.object(&report)?;
        return app.close().await;
    }
    serve::serve(app, options.port, output).await
}

/// Writes the project and its registers, unless a finished demo of the same republic is there.
fn prepare(options: &Demo, report: &mut DemoReport, output: Output) -> Result<(PathBuf, bool), Failure> {
    let dir = options.dir.clone();
    let there = fs::read_to_string(dir.join(MARK)).ok();
    if let Some(text) = &there {
        if *text == mark(options, true) && !options.reset {
            return Ok((dir, true));
        }
        if !options.reset && *text != mark(options, false) {
            return Err(crate::usage(format!(
                "{} holds a demo of another size or seed: --reset removes it, --dir chooses another folder",
                dir.display()
            )));
        }
        fs::remove_dir_all(&dir)?;
    } else if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(crate::usage(format!(
            "{} is not empty and no demo made it, so it is left alone: choose another folder with --dir",
            dir.display()
        )));
    }
    fs::create_dir_all(&dir)?;
    fs::write(dir.join(MARK), mark(options, false))?;
    init::write_all::<Republic>(&dir)?;
    let incoming = dir.join("incoming");
    let (_, seconds) = synth::generate(options.people, options.seed, &incoming, output)?;
    report.seconds.insert("synth".to_owned(), seconds);
    Ok((dir, false))
}

fn mark(options: &Demo, finished: bool) -> String {
    let Demo { people, seed, .. } = options;
    format!("lucarne demo, {people} people, seed {seed}{}\n", if finished { ", finished" } else { "" })
}

async fn work(app: &App, report: &mut DemoReport, output: Output) -> Outcome {
    let ingested = ingest::ingest(app, &[], output).await?;
    report.records_in = ingested.rows;
    report.records_quarantined = ingested.quarantined;
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
    report.peak_rss_bytes = peak_rss_bytes();
    Ok(())
}

/// Gives the most memory that this process held, in bytes; 0 where the system doesn't say.
fn peak_rss_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::app;
    use crate::exit::Ending;

    fn options(dir: &Path) -> Demo {
        Demo { people: 10, seed: 1, dir: dir.to_owned(), project: None, reset: false, port: 0, no_serve: true }
    }

    #[test]
    fn a_folder_that_no_demo_made_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
        let with_reset = Demo { reset: true, ..options(dir.path()) };
        let failure = prepare(&with_reset, &mut DemoReport::default(), Output::new(true, true)).unwrap_err();
        assert_eq!(failure.ending, Ending::Usage);
        assert!(dir.path().join("thesis.txt").is_file());
    }

    #[test]
    fn the_republic_is_a_project_in_order_and_another_size_wants_a_reset() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("demo");
        let quiet = Output::new(true, true);
        let (_, finished) = prepare(&options(&dir), &mut DemoReport::default(), quiet).unwrap();
        assert!(!finished);
        assert!(app::check(&dir).is_ok());
        let larger = Demo { people: 11, ..options(&dir) };
        assert_eq!(prepare(&larger, &mut DemoReport::default(), quiet).unwrap_err().ending, Ending::Usage);
        prepare(&Demo { reset: true, ..larger }, &mut DemoReport::default(), quiet).unwrap();
        fs::write(dir.join(MARK), mark(&options(&dir), true)).unwrap();
        assert!(
            prepare(&options(&dir), &mut DemoReport::default(), quiet).unwrap().1,
            "a finished demo is served at once"
        );
    }
}
