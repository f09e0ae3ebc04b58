//! `lucarne log`: works on the log's files alone, so that it runs beside a server.

use std::path::Path;

use serde_json::json;
use tlog::{Checkpoint, Storage, TILE_WIDTH, Tile, TileKind, split_bundle};

use crate::app;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count};

pub(crate) fn verify(dir: &Path, saved_at: Option<&Path>, output: Output) -> Outcome {
    let project = app::load(dir)?;
    if let (Some(path), Err(_)) = (saved_at, app::check_begun(&project.data_dir())) {
        let gone = "there is no log, and this checkpoint was saved of one: put it back, with the rest of the data";
        return Err(Failure::new(Ending::LogBroken, anyhow::anyhow!("{}: {gone}", path.display())));
    }
    let (storage, key) = app::log_for_reading(&project)?;
    let saved = saved_at.map(saved_checkpoint).transpose()?;
    let stage = output.stage("verify");
    let report = tlog::verify(&storage, &key, saved.as_deref(), &mut |done, total| stage.at(done, total));
    let report = report.map_err(|error| match (error, saved_at) {
        // It says nothing of the log, of which nothing was read yet.
        (tlog::VerifyError::SavedCheckpoint(error), Some(path)) => crate::usage(format!(
            "{} is not a checkpoint that this log signed: {error}; the log itself was not examined: verify it without, and if \
             the file is just what this log once gave, it may have been replaced by another",
            path.display()
        )),
        (error, _) => Failure::new(Ending::LogBroken, error),
    })?;
    stage.done(format!(
        "{}, root {}: every entry, tile and signature is right",
        entries(report.checkpoint.size),
        report.checkpoint.root
    ));
    if report.unpublished_entries > 0 {
        output.say(format!(
            "{} more are durable and will be under the next checkpoint",
            count(report.unpublished_entries)
        ));
    }
    if let Some(size) = report.grown_from {
        output.say(format!("the log only grew since the saved checkpoint of {}", entries(size)));
    }
    output.object(&json!({
        "verified": true,
        "entries": report.checkpoint.size,
        "unpublished_entries": report.unpublished_entries,
        "root": report.checkpoint.root.to_string(),
        "grew_since": report.grown_from,
    }))
}

fn entries(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "entry" } else { "entries" })
}

/// Reads a checkpoint that was saved. One that is none says nothing of the log.
fn saved_checkpoint(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| crate::usage(format!("{} can't be read: {error}", path.display())))?;
    Checkpoint::check_form(text.as_bytes()).map_err(|error| {
        let mend = "name a file that holds what `lucarne log checkpoint` printed, unchanged";
        crate::usage(format!("{} is no saved checkpoint: {error}; {mend}", path.display()))
    })?;
    Ok(text)
}

pub(crate) fn checkpoint(dir: &Path, output: Output) -> Outcome {
    let project = app::load(dir)?;
    app::check_begun(&project.data_dir())?;
    let path = project.data_dir().join("log").join("checkpoint");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| anyhow::anyhow!("{} can't be read: {error}: put it back", path.display()))?;
    if !output.json() {
        output.raw(&text);
    }
    output.object(&json!({ "checkpoint": text }))
}

pub(crate) fn show(dir: &Path, from: u64, how_many: u64, output: Output) -> Outcome {
    let project = app::load(dir)?;
    let (storage, key) = app::log_for_reading(&project)?;
    let path = project.data_dir().join("log").join("checkpoint");
    let note = storage.read("checkpoint").map_err(|error| {
        Failure::new(Ending::LogBroken, anyhow::anyhow!("{} can't be read: {error}: put it back", path.display()))
    })?;
    let checkpoint = Checkpoint::open(&note, &key).map_err(|error| Failure::new(Ending::LogBroken, error))?;
    if from >= checkpoint.size {
        let has = entries(checkpoint.size);
        output.note(format!("the log has {has} under its checkpoint, numbered from 0: there is none at {from}"));
    }
    let mut shown = Vec::new();
    for index in (from..checkpoint.size).take(usize::try_from(how_many).unwrap_or(usize::MAX)) {
        let entry = gate::Entry::decode(&entry_bytes(&storage, &checkpoint, index)?)?;
        if !output.line(format!("{index} {}", serde_json::to_string(&entry)?)) {
            break;
        }
        shown.push(json!({ "index": index, "entry": entry }));
    }
    output.object(&json!({ "entries": shown }))
}

/// Reads one entry out of its published bundle.
fn entry_bytes(storage: &dyn Storage, checkpoint: &Checkpoint, index: u64) -> Result<Vec<u8>, Failure> {
    let width = TILE_WIDTH as u64;
    let broken = || Failure::new(Ending::LogBroken, anyhow::anyhow!("entry {index} is not where the checkpoint says"));
    let tile = Tile::at_size(TileKind::Entries, index / width, checkpoint.size).ok_or_else(broken)?;
    // A partial bundle is removed once the full one is there.
    let bundle = match storage.read(&tile.to_string()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            storage.read(&Tile::full(tile.kind, tile.number).to_string())?
        }
        read => read?,
    };
    let entries = split_bundle(&bundle, usize::from(tile.width)).ok_or_else(broken)?;
    let place = usize::try_from(index % width).map_err(|_| broken())?;
    entries.get(place).map(|entry| entry.to_vec()).ok_or_else(broken)
}
