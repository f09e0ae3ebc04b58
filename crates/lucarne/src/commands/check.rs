//! `lucarne check`.

use std::path::Path;

use model::{Clock as _, SystemClock};
use serde_json::json;

use crate::app;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::Output;
use crate::report;

pub(crate) async fn run(dir: &Path, output: Output) -> Outcome {
    let checked = app::check_and_try(dir).await;
    let project = checked.map_err(|diagnostics| Failure::new(Ending::Project, diagnostics))?;
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
