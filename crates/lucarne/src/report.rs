//! How failures are shown: project files like a compiler would, everything else as a chain of causes.

use miette::{GraphicalReportHandler, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity};
use model::{Diagnostic, Diagnostics};
use serde_json::{Map, Value, json};

use crate::exit::{Ending, Failure};
use crate::hint;
use crate::output::Output;

/// Shows why a command failed.
pub(crate) fn failure(output: Output, failure: &Failure) {
    let diagnostics = failure.error.downcast_ref::<Diagnostics>();
    if output.json() {
        output.raw(&format!("{}\n", Value::Object(object(failure, diagnostics))));
    }
    match diagnostics {
        Some(found) => diagnostics_to(output, found),
        // That somebody wanted it is no error.
        None if failure.ending == Ending::Interrupted => output.note(chain(&failure.error)),
        None => {
            output.note(format!("error: {}", chain(&failure.error)));
            if failure.ending == Ending::Refused {
                output.note("the refusal is in the log");
            }
        }
    }
}

/// Gives the one JSON object of a failure: what was done all the same, and the error.
fn object(failure: &Failure, diagnostics: Option<&Diagnostics>) -> Map<String, Value> {
    let mut object = match failure.report.as_deref() {
        Some(Value::Object(report)) => report.clone(),
        _ => Map::new(),
    };
    object.insert("error".to_owned(), json!(chain(&failure.error)));
    object.insert("status".to_owned(), json!(failure.ending as u8));
    if let Some(diagnostics) = diagnostics {
        object.insert("error".to_owned(), json!("the project's files are wrong"));
        object.insert("diagnostics".to_owned(), diagnostics.0.iter().map(as_json).collect());
    }
    object
}

/// Shows diagnostics on standard error, each with its lines.
pub(crate) fn diagnostics_to(output: Output, found: &Diagnostics) {
    let handler = GraphicalReportHandler::new().with_links(false);
    for diagnostic in &found.0 {
        let report = to_miette(diagnostic);
        let mut text = String::new();
        if report.labels().is_some() && handler.render_report(&mut text, report.as_ref()).is_ok() {
            // The first line is for machines and for editors that follow `file:line:column`.
            let place = diagnostic.to_string();
            output.note(place.lines().next().unwrap_or_default());
            output.quote(text);
        } else {
            output.note(diagnostic.to_string());
        }
    }
    let errors = found.0.iter().filter(|one| one.severity == model::Severity::Error).count();
    if errors > 0 {
        output.note(format!("{errors} error{} in the project's files", if errors == 1 { "" } else { "s" }));
    }
}

fn to_miette(diagnostic: &Diagnostic) -> Report {
    let severity = match diagnostic.severity {
        model::Severity::Error => Severity::Error,
        model::Severity::Warning => Severity::Warning,
    };
    let mut shown =
        MietteDiagnostic::new(diagnostic.message.clone()).with_code(diagnostic.code).with_severity(severity);
    if !diagnostic.help.is_empty() {
        shown = shown.with_help(diagnostic.help.clone());
    }
    if let Some(span) = &diagnostic.span {
        shown = shown.with_label(LabeledSpan::new_with_span(None, span.clone()));
    }
    let source = NamedSource::new(diagnostic.path().display().to_string(), diagnostic.file.text.clone());
    Report::new(shown).with_source_code(source)
}

/// Gives a diagnostic as JSON.
pub(crate) fn as_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = diagnostic.span.as_ref().map(|span| diagnostic.file.line_and_column(span.start));
    json!({
        "severity": match diagnostic.severity { model::Severity::Error => "error", model::Severity::Warning => "warning" },
        "code": diagnostic.code,
        "file": diagnostic.path().display().to_string(),
        "line": place.map(|(line, _)| line),
        "column": place.map(|(_, column)| column),
        "message": diagnostic.message,
        "help": diagnostic.help,
    })
}

/// Writes an error with its causes, each said once: many errors already say their cause.
fn chain(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    hint::completed(&text)
}
