//! `lucarne index`.

use std::path::Path;

use model::Actor;
use registry::IndexReport;

use crate::app::App;
use crate::exit::{Failure, Outcome};
use crate::output::{Output, counted};

pub(crate) async fn run(dir: &Path, output: Output) -> Outcome {
    let app = super::open(dir).await?;
    let indexed = index(&app, output).await;
    output.object(&super::closing(app, indexed).await?)
}

/// Builds the index and swaps it in.
pub(crate) async fn index(app: &App, output: Output) -> Result<IndexReport, Failure> {
    let stage = output.stage("index");
    let run = app.new_run()?;
    let progress = |progress: registry::BuildProgress| stage.at(progress.rows_done, progress.rows_total);
    let report = registry::build(&app.lake, &app.gate, &app.project, &Actor::System, &run, &progress).await.map_err(
        |error| match error {
            registry::RegistryError::Denied(denied) => super::denied(denied),
            other => Failure::from(other),
        },
    )?;
    stage.done(format!("{} of {}", counted(report.records, "record"), counted(report.persons, "person")));
    let settled = registry::settle_arrivals(&app.project, &app.state).await?;
    if settled > 0 {
        output.note(format!(
            "note: {settled} records that had come by themselves were delivered; what was kept of them is erased"
        ));
    }
    Ok(report)
}
