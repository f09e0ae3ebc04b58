//! `lucarne build`.

use model::Actor;
use pipeline::{BuildReport, Models, PipelineError};

use crate::app::App;
use crate::cli::{Build, Side};
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, counted};

pub(crate) async fn run(options: Build, output: Output) -> Outcome {
    let app = super::open(&options.project.project).await?;
    let which = match options.side {
        Side::Persons => Models::PersonSide,
        Side::Objects => Models::ObjectSide,
        Side::All => Models::All,
    };
    let built = build(&app, which, output).await;
    output.object(&super::closing(app, built).await?)
}

/// Runs models.
pub(crate) async fn build(app: &App, which: Models, output: Output) -> Result<BuildReport, Failure> {
    let stage = output.stage("build");
    let run = app.new_run()?;
    let progress = |progress: pipeline::BuildProgress| stage.at(progress.models_done as u64, progress.models as u64);
    let report = pipeline::build(&app.lake, &app.gate, &app.project, &Actor::System, &run, which, &progress)
        .await
        .map_err(|error| match error {
            PipelineError::Plan(diagnostics) => Failure::new(Ending::Project, diagnostics),
            PipelineError::Denied(denied) => super::denied(denied),
            rejected @ PipelineError::Failed { .. } => Failure::new(Ending::Rejected, rejected),
            other => Failure::from(other),
        })?;
    let built = report.models.iter().filter(|model| model.outcome == pipeline::ModelOutcome::Built).count();
    stage.done(format!(
        "{} built, {} unchanged, {} written",
        counted(built as u64, "model"),
        report.models.len() - built,
        counted(report.rows_written(), "row")
    ));
    Ok(report)
}
