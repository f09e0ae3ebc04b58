//! `lucarne check`.

use std::path::Path;

use model::{Clock as _, Project, SystemClock};
use serde_json::json;

use crate::app;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::Output;
use crate::report;

pub(crate) fn run(dir: &Path, output: Output) -> Outcome {
    let project = app::check(dir).map_err(|diagnostics| {
        // Without a project nothing tells which tables a model could ask, or what a policy could speak of.
        if Project::load(dir).is_err() {
            output.aside("note: models' SQL and policies are checked once the files below are mended");
        }
        Failure::new(Ending::Project, diagnostics)
    })?;
    let warnings = project.warnings_on(SystemClock.now()?.date_naive());
    report::diagnostics_to(output, &warnings);
    let count = |what: usize, one: &str| format!("{what} {one}{}", if what == 1 { "" } else { "s" });
    let standing = match warnings.0.len() {
        0 => "all in order".to_owned(),
        found => format!("it can be used, with {}", count(found, "warning")),
    };
    output.say(format!(
        "{}: {}, {}, {}, {}, {}: {standing}",
        project.settings.name,
        count(project.registers.len(), "register"),
        count(project.models.len(), "model"),
        count(project.purposes.len(), "purpose"),
        count(project.agreements.len(), "agreement"),
        count(project.ontology.len(), "object type"),
    ));
    output.object(&json!({
        "name": project.settings.name,
        "registers": project.registers.len(),
        "models": project.models.len(),
        "purposes": project.purposes.len(),
        "agreements": project.agreements.len(),
        "object_types": project.ontology.len(),
        "warnings": warnings.0.iter().map(report::as_json).collect::<Vec<_>>(),
    }))
}
