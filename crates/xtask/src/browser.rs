//! The product in a real browser, and its tables in other people's tools.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{run, setup, steps};

/// How many people live in the demo that the browser looks at.
const PEOPLE: &str = "3000";

/// Names how many browsers test at once.
const BROWSERS: &str = "LUCARNE_BROWSERS";

/// How many browsers test at once at most, unless it is said how many: each has a server and a demo of its own.
const BROWSERS_MAX: usize = 2;

/// Names the folder of the documents' pictures to whoever takes them.
const PICTURES: &str = "LUCARNE_PICTURES";

/// A server of a small demo; it ends when this is dropped.
pub(crate) struct Served {
    child: Child,
    /// What it said when it began to serve.
    pub(crate) told: Told,
}

impl Served {
    /// Gives the memory that the server holds now, in bytes; 0 where the system doesn't say.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
    }
}

/// What `lucarne serve --json` says once it serves.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    /// Where, such as `http://127.0.0.1:7070`.
    pub(crate) address: String,
    /// The demo's identities.
    pub(crate) identities: Vec<Identity>,
}

/// An identity of the demo.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity {
    /// Its name, such as `officer`.
    pub(crate) name: String,
    /// Its token for the API.
    pub(crate) token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // The child may have ended by itself; there is nothing to mend then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the project in `folder` on a free port.
pub(crate) fn serve(folder: &Path) -> Result<Served> {
    let mut child = run::command(run::binary())
        .args(["serve", "--port", "0", "--json", "--project"])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .context("the binary can't be started")?;
    let stdout = child.stdout.take().context("no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let told = serde_json::from_str(&line).with_context(|| {
        let _ = child.kill();
        "the server did not say that it serves; its errors are above"
    })?;
    Ok(Served { child, told })
}

/// Builds the binary.
fn build() -> Result<()> {
    run::run(run::cargo().args(["build", "--quiet", "--package", "lucarne"]))
}

/// Makes a small demo afresh in a folder of this name, and gives the folder. Each is the same republic, with keys and
/// a log of its own.
fn small_demo(name: &str) -> Result<PathBuf> {
    let folder = run::target_dir().join("e2e").join(name);
    let mut command = run::command(run::binary());
    command.args(["demo", "--no-serve", "--reset", "--people", PEOPLE, "--seed", "7", "--json", "--dir"]).arg(&folder);
    let report = run::output(&mut command)?;
    let report: serde_json::Value = serde_json::from_str(&report).context("`demo --json` printed no JSON object")?;
    println!("demo: {} records, {} persons", report["records_in"], report["persons"]);
    Ok(folder)
}

/// Gives how many browsers test at once: as many as `said`, else one for each core, up to a few.
///
/// # Errors
/// When what is said is no such number.
fn browsers(said: Option<&OsStr>, cores: usize) -> Result<usize> {
    let Some(said) = said else { return Ok(cores.clamp(1, BROWSERS_MAX)) };
    match said.to_str().map(str::parse::<usize>) {
        Some(Ok(count @ 1..)) => Ok(count),
        _ => bail!("{BROWSERS} does not say how many browsers test at once: set it to a number from 1 on, or unset it"),
    }
}

/// Runs a project of the browser's tests, with a worker for each of the servers; `pictures` is where those of the
/// documents are to be written, if they are.
fn playwright(served: &[Served], project: &str, pictures: Option<&Path>) -> Result<()> {
    let chromium = setup::chromium()?;
    let mut command = run::command("npx");
    command
        .current_dir(run::root().join("ui"))
        .args(["--no-install", "playwright", "test", "--project", project, "--workers"])
        .arg(served.len().to_string())
        .env("CHROMIUM", chromium)
        // Some tests bring up a small project of their own.
        .env("LUCARNE_BINARY", run::binary())
        // Nothing but the option writes committed files, whatever the environment says.
        .env_remove(PICTURES);
    if let Some(folder) = pictures {
        command.env(PICTURES, folder);
    }
    // Workers are numbered from 0.
    for (worker, Served { told, .. }) in served.iter().enumerate() {
        command.env(format!("LUCARNE_URL_{worker}"), &told.address);
        for identity in &told.identities {
            let name = identity.name.to_uppercase().replace('-', "_");
            command.env(format!("LUCARNE_TOKEN_{name}_{worker}"), &identity.token);
        }
    }
    run::run(&mut command)
}

/// Runs the browser tests, in as many browsers as there may be at once. Each has a small demo and a server of its own:
/// tests count the log's entries and judge the first pair that waits, so two at one server would be in each other's way.
pub(crate) fn tests() -> Result<()> {
    setup::chromium()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let browsers = browsers(std::env::var_os(BROWSERS).as_deref(), cores)?;
    steps::ui()?;
    build()?;
    let served = (1..=browsers).map(|number| serve(&small_demo(&format!("demo-{number}"))?));
    let served = served.collect::<Result<Vec<_>>>()?;
    playwright(&served, "tests", None)
}

/// Takes pictures of every page; with `--docs` also those that README and tour show, where these have them.
pub(crate) fn screenshots(arguments: &[String]) -> Result<()> {
    let documents = match arguments {
        [] => None,
        [option] if option == "--docs" => Some(run::root().join("docs").join("pictures")),
        _ => bail!("`screenshots` takes no option but `--docs`"),
    };
    setup::chromium()?;
    steps::ui()?;
    build()?;
    let served = serve(&small_demo("demo")?)?;
    playwright(&[served], "screenshots", documents.as_deref())?;
    println!("pictures: ui/screenshots/{}", if documents.is_some() { " and docs/pictures/" } else { "" });
    Ok(())
}

/// Reads the demo's tables with Python's deltalake and DuckDB, and verifies its log with a reader of its own.
pub(crate) fn interop() -> Result<()> {
    let python = setup::python("interop-venv", &run::root().join("bench").join("interop").join("requirements.txt"))?;
    build()?;
    let folder = small_demo("demo")?;
    run::run(run::command(&python).arg("bench/interop/read_tables.py").arg(&folder))?;
    let data = folder.join("data");
    let key = std::fs::read_to_string(data.join("keys").join("log.pub")).context("the log has no public key")?;
    let verifier = "crates/tlog/tests/verify.py";
    run::run(run::command(&python).arg(verifier).arg(data.join("log")).arg(key.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_browsers_test_at_once_where_there_are_cores_for_them_and_as_many_as_are_wanted() {
        let counts = [(None, 1), (None, 2), (None, 64), (Some("1"), 64), (Some("5"), 1)]
            .map(|(said, cores)| browsers(said.map(OsStr::new), cores).unwrap());
        assert_eq!(counts, [1, 2, 2, 1, 5]);
        for said in ["0", "-1", "two", ""] {
            let error = browsers(Some(OsStr::new(said)), 2).unwrap_err().to_string();
            assert!(error.contains(BROWSERS) && error.contains("from 1 on"), "{said}: {error}");
        }
    }
}
