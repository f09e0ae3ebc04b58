//! What the tasks need on the machine: found, or said exactly how to get it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run;

/// The least version of Node.
const NODE_MAJOR_MIN: u32 = 20;

/// The least minor version of Rust 1.
const RUST_MINOR_MIN: u32 = 95;

/// Tells whether Node and npm are there in a version that serves, and why not.
pub(crate) fn node() -> Result<()> {
    let version =
        version_of("node").context("Node is not on the PATH: install Node 20 or later (Debian: nodejs npm)")?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR_MIN => {}
        _ => bail!("Node is {version}: install Node {NODE_MAJOR_MIN} or later"),
    }
    version_of("npm").context("npm is not on the PATH: install it (Debian: npm)")?;
    Ok(())
}

/// Tells whether the Rust that runs this is new enough; cargo checks it too, but says less.
pub(crate) fn rust() -> Result<()> {
    let version = version_of("rustc").context("rustc is not on the PATH: install Rust 1.95 or later")?;
    let minor = version.split('.').nth(1).and_then(|text| text.parse::<u32>().ok());
    match minor {
        Some(minor) if minor >= RUST_MINOR_MIN => Ok(()),
        _ => bail!("{version} is too old: install Rust 1.{RUST_MINOR_MIN} or later"),
    }
}

fn version_of(program: &str) -> Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    if !output.status.success() {
        bail!("`{program} --version` ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Gives the path of Chromium: `CHROMIUM`, or the first of the usual names on the PATH.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        let path = PathBuf::from(path);
        if !path.is_file() {
            bail!("CHROMIUM names {}, which is not a file", path.display());
        }
        return Ok(path);
    }
    for name in ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] {
        if let Some(path) = on_path(name) {
            return Ok(path);
        }
    }
    bail!("Chromium is missing: run `cargo xtask test --install` on Debian, or install it and set CHROMIUM to its path")
}

/// Gives a Python that has what the file of requirements names, in a folder of its own below the target folder.
pub(crate) fn python(folder: &str, wanted: &Path) -> Result<PathBuf> {
    let venv = run::target_dir().join(folder);
    let python = venv.join("bin").join("python");
    let stamp = venv.join("requirements.txt");
    let text = std::fs::read_to_string(wanted).with_context(|| format!("{} can't be read", wanted.display()))?;
    if std::fs::read_to_string(&stamp).ok().as_deref() != Some(text.as_str()) {
        run::run(run::command("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        run::run(run::command(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(wanted))?;
        std::fs::write(&stamp, &text)?;
    }
    Ok(python)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// Installs by apt what the tests need and the machine lacks. Does nothing where nothing is missing.
pub(crate) fn install() -> Result<()> {
    let mut packages = Vec::new();
    if chromium().is_err() {
        packages.push("chromium");
    }
    if node().is_err() {
        packages.extend(["nodejs", "npm"]);
    }
    if on_path("cc").is_none() {
        packages.push("gcc");
    }
    if on_path("python3").is_none() {
        packages.push("python3-venv");
    }
    if packages.is_empty() {
        return Ok(());
    }
    if !Path::new("/etc/debian_version").is_file() {
        bail!("missing here: {}. This is not Debian: install them by hand", packages.join(", "));
    }
    println!("installing {} by apt", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = run::command("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        run::run(&mut command)
    };
    apt(&["update", "-q"])?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(&packages);
    apt(&arguments)?;
    node()?;
    chromium().map(|_| ())
}
