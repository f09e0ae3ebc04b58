//! `lucarne ingest`.

use std::path::Path;

use lake::TableRef;
use model::{Actor, RegisterId};
use serde::Serialize;
use serde_json::json;
use server::DeliveryError;
use source::{IngestReport, QuarantinedFor, SourceError};

use crate::app::App;
use crate::cli::Ingest;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count, counted};

/// How many reasons are said of a register in quarantine; JSON and the page have more.
const REASONS_SAID: usize = 5;

/// What was read of a register.
#[derive(Debug, Serialize)]
pub(crate) struct Taken {
    #[serde(flatten)]
    pub(crate) report: IngestReport,
    /// Why rows were quarantined, the most frequent reason first, and where the first of them are. No values.
    pub(crate) reasons: Vec<QuarantinedFor>,
}

/// What was read.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Ingested {
    pub(crate) registers: Vec<Taken>,
    pub(crate) rows: u64,
    pub(crate) quarantined: u64,
    /// Records that are new in their registers, those with other values than before, and those that are gone.
    pub(crate) new: u64,
    pub(crate) changed: u64,
    pub(crate) gone: u64,
    pub(crate) seconds: f64,
}

pub(crate) async fn run(options: Ingest, output: Output) -> Outcome {
    let project = &options.project.project;
    if let Some(file) = &options.infer {
        return infer(file, project, output);
    }
    let app = super::open(project).await?;
    let ingested = ingest(&app, &options.registers, output).await;
    let ingested = super::closing(app, ingested).await?;
    for taken in &ingested.registers {
        for line in said(taken) {
            output.say(line);
        }
    }
    output.object(&ingested)
}

/// Says in lines why rows of a register were quarantined and where the rest is told; nothing where none were.
fn said(taken: &Taken) -> Vec<String> {
    let Taken { report, reasons } = taken;
    if report.quarantined == 0 {
        return Vec::new();
    }
    let register = &report.register;
    let mut lines = vec![format!("{register}: {} of {}", count(report.quarantined), counted(report.rows, "row"))];
    for reason in reasons.iter().take(REASONS_SAID) {
        let column = reason.column.as_ref().map_or_else(String::new, |column| format!(", column `{column}`"));
        let places = reason.samples.join(", ");
        lines.push(format!("  {}{column}: {} ({places})", counted(reason.rows, "row"), reason.code));
    }
    if reasons.len() > REASONS_SAID {
        lines.push(format!("  and {} more reasons", reasons.len() - REASONS_SAID));
    }
    lines.push(format!("  what each means: /runs/quarantine/{register}, a page of `lucarne serve` for engineers"));
    lines
}

fn infer(file: &Path, project: &Path, output: Output) -> Outcome {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("r_{name}") };
    let register = RegisterId::new(name)?;
    let proposal = source::infer(file, &register).map_err(|error| failure(DeliveryError::Source(error)))?;
    let (path, proposal) = named(file, project, &proposal);
    if output.json() {
        return output.object(&json!({ "register": register, "file": path, "toml": proposal }));
    }
    output.raw(&proposal);
    Ok(())
}

/// Gives the path by which a register names a file, and the proposal with it: relative to the project where the file lies in
/// it, else as it was given.
fn named(file: &Path, project: &Path, proposal: &str) -> (String, String) {
    let inside = match (file.canonicalize(), project.canonicalize()) {
        (Ok(file), Ok(project)) => file.strip_prefix(project).ok().map(Path::to_path_buf),
        _ => None,
    };
    let path = inside.unwrap_or_else(|| file.to_path_buf()).display().to_string();
    // A proposal is made of a file's name alone, as if it lay among deliveries.
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let source = |path: &str| {
        let quoted = serde_json::Value::from(path).to_string().replace('\u{7f}', "\\u007f");
        format!("source = {{ file = {quoted}")
    };
    let proposal = proposal.replacen(&source(&format!("incoming/{name}")), &source(&path), 1);
    (path, proposal)
}

/// Reads the files of these registers, or of all, and logs each run.
pub(crate) async fn ingest(app: &App, names: &[String], output: Output) -> Result<Ingested, Failure> {
    let mut chosen = Vec::new();
    for name in names {
        let found = app.project.registers.get(name.as_str());
        chosen.push(found.ok_or_else(|| {
            let there: Vec<&str> = app.project.registers.keys().map(RegisterId::as_str).collect();
            crate::usage(format!("the project has no register `{name}`: name one of {}", there.join(", ")))
        })?);
    }
    if names.is_empty() {
        chosen.extend(app.project.registers.values());
    }
    let stage = output.stage("ingest");
    let mut ingested = Ingested::default();
    for register in chosen {
        let run = app.new_run()?;
        let before = ingested.rows + ingested.quarantined;
        let progress = |progress: source::IngestProgress| stage.at(before + progress.rows, 0);
        let (by, clock) = (&Actor::System, app.clock.as_ref());
        let taken = server::deliver(&app.gate, &app.lake, register, &run, by, clock, &progress).await;
        let report = taken.map_err(failure)?.report;
        ingested.rows += report.rows;
        ingested.quarantined += report.quarantined;
        ingested.new += report.new;
        ingested.changed += report.changed;
        ingested.gone += report.gone;
        let reasons = reasons(app, &report).await?;
        ingested.registers.push(Taken { report, reasons });
    }
    let unchanged = ingested.registers.iter().filter(|taken| taken.report.unchanged).count();
    ingested.seconds = stage.done(format!(
        "{} ({unchanged} unchanged), {}, {} in quarantine; records: {} new, {} changed, {} gone",
        counted(ingested.registers.len() as u64, "register"),
        counted(ingested.rows, "row"),
        count(ingested.quarantined),
        count(ingested.new),
        count(ingested.changed),
        count(ingested.gone)
    ));
    Ok(ingested)
}

/// Gives why rows of a run were quarantined, as the table's commit notes it.
async fn reasons(app: &App, report: &IngestReport) -> Result<Vec<QuarantinedFor>, Failure> {
    if report.quarantined == 0 {
        return Ok(Vec::new());
    }
    let info = app.lake.info(&TableRef::quarantine(&report.register)).await?;
    let runs = info.as_ref().map(source::quarantined_runs).unwrap_or_default();
    let this = runs.into_iter().find(|known| known.run == report.run.as_str());
    Ok(this.map(|known| known.reasons).unwrap_or_default())
}

fn failure(error: DeliveryError) -> Failure {
    match error {
        DeliveryError::Source(error) if is_rejection(&error) => Failure::new(Ending::Rejected, error),
        DeliveryError::Source(error) => Failure::new(Ending::Failed, error),
        DeliveryError::Denied(denied) => super::denied(denied),
    }
}

/// Tells whether the data itself was at fault, not the machine.
fn is_rejection(error: &SourceError) -> bool {
    use SourceError::{
        AbsentColumn, ColumnTwice, Delimiter, EmptyFile, Header, Infer, MissingColumn, NewColumn, NoRows, Parquet,
        ParquetType, TooManyBad, TooManyGone,
    };
    matches!(
        error,
        AbsentColumn { .. }
            | ColumnTwice { .. }
            | Delimiter { .. }
            | EmptyFile { .. }
            | Header { .. }
            | Infer { .. }
            | MissingColumn { .. }
            | NewColumn { .. }
            | NoRows { .. }
            | Parquet { .. }
            | ParquetType { .. }
            | TooManyBad { .. }
            | TooManyGone { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_names_the_file_as_it_lies_in_the_project() {
        let project = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::create_dir(project.path().join("deliveries")).unwrap();
        let proposal = "# Proposed from a.csv\nsource = { file = \"incoming/a.csv\", format = \"csv\" }\n";
        let inside = project.path().join("deliveries").join("a.csv");
        let outside = elsewhere.path().join("a.csv");
        for (file, expected) in [(&inside, "deliveries/a.csv"), (&outside, outside.to_str().unwrap())] {
            std::fs::write(file, "a\n1\n").unwrap();
            let (path, text) = named(file, project.path(), proposal);
            assert_eq!(path, expected);
            assert!(text.contains(&format!("source = {{ file = \"{expected}\", format")), "{text}");
        }
    }
}
