//! The product in a real browser, and its tables in other people's tools.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{run, setup, steps};

/// How many people live in the demo that the browser looks at.
const PEOPLE: &str = "3000";

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

/// Makes a small demo afresh and gives its folder.
pub(crate) fn small_demo() -> Result<PathBuf> {
    run::run(run::cargo().args(["build", "--quiet", "--package", "lucarne"]))?;
    let folder = run::target_dir().join("e2e").join("demo");
    let mut command = run::command(run::binary());
    command.args(["demo", "--no-serve", "--reset", "--people", PEOPLE, "--seed", "7", "--json", "--dir"]).arg(&folder);
    let report = run::output(&mut command)?;
    let report: serde_json::Value = serde_json::from_str(&report).context("`demo --json` printed no JSON object")?;
    println!("demo: {} records, {} persons", report["records_in"], report["persons"]);
    Ok(folder)
}

/// Runs a project of the browser's tests; `pictures` is where those of the documents are to be written, if they are.
fn playwright(served: &Served, project: &str, pictures: Option<&Path>) -> Result<()> {
    let chromium = setup::chromium()?;
    let mut command = run::command("npx");
    command
        .current_dir(run::root().join("ui"))
        .args(["--no-install", "playwright", "test", "--project", project])
        .env("CHROMIUM", chromium)
        .env("LUCARNE_URL", &served.told.address)
        // Some tests bring up a small project of their own.
        .env("LUCARNE_BINARY", run::binary())
        // Nothing but the option writes committed files, whatever the environment says.
        .env_remove(PICTURES);
    if let Some(folder) = pictures {
        command.env(PICTURES, folder);
    }
    for identity in &served.told.identities {
        let name = identity.name.to_uppercase().replace('-', "_");
        command.env(format!("LUCARNE_TOKEN_{name}"), &identity.token);
    }
    run::run(&mut command)
}

/// Runs the browser tests against a small demo.
pub(crate) fn tests() -> Result<()> {
    setup::chromium()?;
    steps::ui()?;
    let folder = small_demo()?;
    let served = serve(&folder)?;
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
    let folder = small_demo()?;
    let served = serve(&folder)?;
    playwright(&served, "screenshots", documents.as_deref())?;
    println!("pictures: ui/screenshots/{}", if documents.is_some() { " and docs/pictures/" } else { "" });
    Ok(())
}

/// Reads the demo's tables with Python's deltalake and DuckDB, and verifies its log with a reader of its own.
pub(crate) fn interop() -> Result<()> {
    let python = setup::python("interop-venv", &run::root().join("bench").join("interop").join("requirements.txt"))?;
    let folder = small_demo()?;
    run::run(run::command(&python).arg("bench/interop/read_tables.py").arg(&folder))?;
    let data = folder.join("data");
    let key = std::fs::read_to_string(data.join("keys").join("log.pub")).context("the log has no public key")?;
    let verifier = "crates/tlog/tests/verify.py";
    run::run(run::command(&python).arg(verifier).arg(data.join("log")).arg(key.trim()))
}
