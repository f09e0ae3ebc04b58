//! `lucarne ingest`.

use std::path::Path;

use model::{Actor, RegisterId};
use serde::Serialize;
use server::DeliveryError;
use source::{IngestReport, SourceError};

use crate::app::App;
use crate::cli::Ingest;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count};

/// What was read.
#[derive(Debug, Serialize)]
pub(crate) struct Ingested {
    pub(crate) registers: Vec<IngestReport>,
    pub(crate) rows: u64,
    pub(crate) quarantined: u64,
    pub(crate) seconds: f64,
}

pub(crate) async fn run(options: Ingest, output: Output) -> Outcome {
    if let Some(file) = &options.infer {
        return infer(file, output);
    }
    let app = super::open(&options.project.project).await?;
    let ingested = ingest(&app, &options.registers, output).await?;
    output.object(&ingested)?;
    app.close().await
}

fn infer(file: &Path, output: Output) -> Outcome {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("r_{name}") };
    let proposal = source::infer(file, &RegisterId::new(name)?)?;
    output.raw(&proposal);
    Ok(())
}

/// Reads the files of these registers, or of all, and logs each run.
pub(crate) async fn ingest(app: &App, names: &[String], output: Output) -> Result<Ingested, Failure> {
    let mut chosen = Vec::new();
    for name in names {
        let found = app.project.registers.get(name.as_str());
        chosen.push(found.ok_or_else(|| crate::usage(format!("the project has no register `{name}`")))?);
    }
    if names.is_empty() {
        chosen.extend(app.project.registers.values());
    }
    let stage = output.stage("ingest");
    let mut ingested = Ingested { registers: Vec::new(), rows: 0, quarantined: 0, seconds: 0.0 };
    for register in chosen {
        let run = app.new_run()?;
        let before = ingested.rows + ingested.quarantined;
        let progress = |progress: source::IngestProgress| stage.at(before + progress.rows, 0);
        let (by, clock) = (&Actor::System, app.clock.as_ref());
        let taken = server::deliver(&app.gate, &app.lake, register, &run, by, clock, &progress).await;
        let report = taken.map_err(failure)?.report;
        ingested.rows += report.rows;
        ingested.quarantined += report.quarantined;
        ingested.registers.push(report);
    }
    let unchanged = ingested.registers.iter().filter(|register| register.unchanged).count();
    ingested.seconds = stage.done(format!(
        "{} registers ({unchanged} unchanged), {} rows, {} in quarantine",
        ingested.registers.len(),
        count(ingested.rows),
        count(ingested.quarantined)
    ));
    Ok(ingested)
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
        AbsentColumn, ColumnTwice, Delimiter, EmptyFile, Header, MissingColumn, NewColumn, NoRows, Parquet,
        ParquetType, TooManyBad,
    };
    matches!(
        error,
        AbsentColumn { .. }
            | ColumnTwice { .. }
            | Delimiter { .. }
            | EmptyFile { .. }
            | Header { .. }
            | MissingColumn { .. }
            | NewColumn { .. }
            | NoRows { .. }
            | Parquet { .. }
            | ParquetType { .. }
            | TooManyBad { .. }
    )
}
