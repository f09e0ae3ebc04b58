//! The steps of `test`, and `demo`.

use std::io::IsTerminal;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{browser, run, setup};

type Step = (&'static str, &'static str, fn() -> Result<()>);

/// The steps of `cargo xtask test`, in order: cheap ones that find much come first.
const STEPS: &[Step] = &[
    ("format", "formatting (cargo fmt)", format),
    ("ui", "web islands and styles (npm)", ui),
    ("rust", "unit and integration tests", rust_tests),
    ("docs", "examples in documentation, among them those that must not compile", doc_tests),
    ("lints", "lints (clippy), warnings are errors", lints),
    ("interop", "tables read by tools that we did not write", browser::interop),
    ("browser", "the product in a real browser", browser::tests),
];

/// Runs `cargo xtask test`.
pub(crate) fn test(arguments: &[String]) -> Result<()> {
    let mut only = Vec::new();
    let mut install = std::env::var_os("CI").is_some();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--install" => install = true,
            "--list" => {
                for (name, says, _) in STEPS {
                    println!("{name:9} {says}");
                }
                return Ok(());
            }
            "--only" => only.push(rest.next().context("`--only` wants the name of a step")?.as_str()),
            other => bail!("`{other}` is not an option of `test`: see `cargo xtask help`"),
        }
    }
    if let Some(unknown) = only.iter().find(|name| !STEPS.iter().any(|(step, ..)| step == *name)) {
        bail!("there is no step `{unknown}`: see `cargo xtask test --list`");
    }
    setup::rust()?;
    if install {
        setup::install()?;
    }
    let wanted: Vec<&Step> = STEPS.iter().filter(|(name, ..)| only.is_empty() || only.contains(name)).collect();
    if wanted.iter().any(|(name, ..)| matches!(*name, "ui" | "browser")) {
        setup::node()?;
    }
    if wanted.iter().any(|(name, ..)| *name == "browser") {
        setup::chromium()?;
    }
    let mut failed = Vec::new();
    for (name, says, step) in &wanted {
        println!("\n== {name}: {says}");
        let begun = Instant::now();
        match step() {
            Ok(()) => println!("== {name}: passed in {} s", begun.elapsed().as_secs()),
            Err(error) => {
                println!("== {name}: FAILED after {} s: {error:#}", begun.elapsed().as_secs());
                failed.push(*name);
            }
        }
    }
    println!("\nsteps: {} passed, {} failed", wanted.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Runs `cargo xtask demo`.
pub(crate) fn demo(arguments: &[String]) -> Result<()> {
    let begun = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if !run::binary().is_file() {
        // Measured on 2 cores: 21 minutes on one machine, 27 on another. The last stretch does not spread over many cores.
        let minutes = |work: usize| 2 + work.div_ceil(cores);
        let (least, most) = (minutes(38), minutes(50));
        eprintln!(
            "building Lucarne from nothing: {least} to {most} minutes on {cores} cores; later builds take seconds"
        );
    }
    setup::rust()?;
    match setup::node() {
        Ok(()) => ui()?,
        Err(missing) => eprintln!("note: the pages will lack their pictures: {missing}"),
    }
    run::run(run::cargo().args(["build", "--package", "lucarne"]))?;
    if std::io::stderr().is_terminal() {
        eprintln!("built in {} s", begun.elapsed().as_secs());
    }
    run::run(run::command(run::binary()).arg("demo").args(arguments))
}

/// Builds the web islands and styles into `ui/dist`.
pub(crate) fn ui() -> Result<()> {
    setup::node()?;
    let ui = run::root().join("ui");
    let stamp = ui.join("node_modules").join(".package-lock.json");
    let lock = ui.join("package-lock.json");
    let newer = |a: &std::path::Path, b: &std::path::Path| -> bool {
        let modified = |path: &std::path::Path| path.metadata().and_then(|data| data.modified());
        matches!((modified(a), modified(b)), (Ok(a), Ok(b)) if a >= b)
    };
    if !newer(&stamp, &lock) {
        run::run(run::command("npm").current_dir(&ui).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    }
    run::run(run::command("npm").current_dir(&ui).args(["run", "--silent", "build"]))
}

fn format() -> Result<()> {
    run::run(run::cargo().args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    run::run(run::cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
}

fn rust_tests() -> Result<()> {
    let nextest = run::cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    if nextest {
        run::run(run::cargo().args(["nextest", "run", "--workspace", "--no-fail-fast"]))
    } else {
        run::run(run::cargo().args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]))
    }
}

fn doc_tests() -> Result<()> {
    run::run(run::cargo().args(["test", "--workspace", "--doc", "--quiet"]))
}
