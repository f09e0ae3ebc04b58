//! `lucarne init`: a small project that works.

use std::fs;
use std::path::Path;

use rust_embed::RustEmbed;
use serde_json::json;

use crate::exit::{Ending, Failure, Outcome};
use crate::hint;
use crate::output::Output;

/// The files of the small project.
#[derive(RustEmbed)]
#[folder = "template/"]
struct Template;

pub(crate) fn run(dir: &Path, output: Output) -> Outcome {
    let occupied = dir.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if occupied || dir.is_file() {
        return Err(Failure::new(
            Ending::Usage,
            anyhow::anyhow!("{} is there and not empty: name a new folder", dir.display()),
        ));
    }
    let files = write_all::<Template>(dir)?;
    output.say(format!("{}: {files} files", dir.display()));
    output.advise("Now:");
    for line in ["check", "ingest", "build", "link", "index", "serve"] {
        output.advise(format!("  lucarne {line} --project {}", hint::quoted(dir)));
    }
    output.object(&json!({ "dir": dir.display().to_string(), "files": files }))
}

/// Writes every embedded file below `dir` and gives how many there are.
pub(crate) fn write_all<E: RustEmbed>(dir: &Path) -> Result<usize, Failure> {
    let mut files = 0;
    for name in E::iter() {
        let path = dir.join(name.as_ref());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Failure::unwritten(parent, &error))?;
        }
        let Some(file) = E::get(&name) else { continue };
        fs::write(&path, &file.data).map_err(|error| Failure::unwritten(&path, &error))?;
        files += 1;
    }
    Ok(files)
}
