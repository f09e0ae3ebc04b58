//! Anytown, the example project over registers that others made, run as its own description says.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::linkage::{ANYTOWN, anytown_of_seed, bench_folder};
use super::promises::Promises;
use super::{DemoPromised, demo_table};
use crate::run;

/// What of the example's folder is not the project's: what was fetched, and what was made of it.
const MADE: [&str; 2] = ["incoming", "data"];

/// Runs the whole project anew, and prints how right, how quick and how large it was.
pub(super) fn project() -> Result<()> {
    let fetched = anytown_of_seed(0)?;
    let folder = bench_folder().join("anytown-project");
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder)?;
    }
    copy(&run::root().join("examples").join("anytown"), &folder, &MADE)?;
    copy(&fetched, &folder.join("incoming"), &[])?;
    let mut command = run::command(run::binary());
    command.args(["demo", "--no-serve", "--json", "--project"]).arg(&folder);
    let report: Value = serde_json::from_str(&run::output(&mut command)?).context("no JSON object")?;

    let mut promises = Promises::default();
    let promised = DemoPromised { f1: ANYTOWN, seconds: None, gib: None };
    let done = demo_table("the project of Anytown", &report, &promised, &mut promises);
    promises.kept(done)
}

/// Copies a folder with all below it, but for entries of these names in the folder itself.
pub(super) fn copy(from: &Path, to: &Path, without: &[&str]) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("{} can't be made", to.display()))?;
    for entry in from.read_dir().with_context(|| format!("{} can't be read", from.display()))? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if without.iter().any(|other| name == *other) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&path, &to.join(&name), &[])?;
        } else {
            std::fs::copy(&path, to.join(&name)).with_context(|| format!("{} can't be copied", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_copied_without_what_was_made_of_it() {
        let example = run::root().join("examples").join("anytown");
        let folder = std::env::temp_dir().join(format!("lucarne-copy-{}", std::process::id()));
        copy(&example, &folder, &MADE).unwrap();
        let is_there = ["lucarne.toml", "registers/taxes_1040.toml"].map(|name| folder.join(name).is_file());
        let is_made = MADE.map(|name| folder.join(name).exists());
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!((is_there, is_made), ([true, true], [false, false]));
    }
}
