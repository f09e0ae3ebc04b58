//! `lucarne log`: works on the log's files alone, so that it runs beside a server.

use std::path::Path;

use serde_json::json;

use crate::app;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count};

pub(crate) fn verify(dir: &Path, saved: Option<&Path>, output: Output) -> Outcome {
    let project = app::load(dir)?;
    let (storage, key) = app::log_for_reading(&project)?;
    let saved = match saved {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            Failure::new(Ending::Usage, anyhow::anyhow!("{} can't be read: {error}", path.display()))
        })?),
        None => None,
    };
    let stage = output.stage("verify");
    let report = tlog::verify(&storage, &key, saved.as_deref(), &mut |done, total| stage.at(done, total))
        .map_err(|error| Failure::new(Ending::LogBroken, error))?;
    stage.done(format!("{} entries, root {}: every entry, tile and signature is right", count(report.size), report.root));
    if let Some(size) = report.saved_size {
        output.say(format!("the log only grew since the saved checkpoint of {} entries", count(size)));
    }
    output.object(&json!({
        "verified": true,
        "entries": report.size,
        "root": report.root.to_string(),
        "grew_since": report.saved_size,
    }))
}

pub(crate) fn checkpoint(dir: &Path, output: Output) -> Outcome {
    let project = app::load(dir)?;
    let path = project.data_dir().join("log").join("checkpoint");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| anyhow::anyhow!("{} can't be read: {error}; is there a log yet?", path.display()))?;
    if output.json() { output.object(&json!({ "checkpoint": text })) } else { Ok(output.raw(&text)) }
}

pub(crate) fn show(dir: &Path, from: u64, how_many: u64, output: Output) -> Outcome {
    let project = app::load(dir)?;
    let (storage, key) = app::log_for_reading(&project)?;
    let entries = tlog::read_entries(&storage, &key, from..from.saturating_add(how_many))
        .map_err(|error| Failure::new(Ending::LogBroken, error))?;
    let mut shown = Vec::with_capacity(entries.len());
    for (index, bytes) in (from..).zip(&entries) {
        let entry = gate::Entry::decode(bytes)?;
        output.say(format!("{index} {}", serde_json::to_string(&entry)?));
        shown.push(json!({ "index": index, "entry": entry }));
    }
    output.object(&json!({ "entries": shown }))
}
