//! The steps of `test`, and `demo`.

use std::io::IsTerminal;
use std::os::unix::process::CommandExt as _;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::setup::{Need, Needing};
use crate::{browser, run, setup};

/// A step of `cargo xtask test`.
struct Step {
    name: &'static str,
    says: &'static str,
    /// What it needs of the machine, beside Rust.
    needs: &'static [Need],
    run: fn() -> Result<()>,
}

impl Needing for &Step {
    fn needs(&self) -> &[Need] {
        self.needs
    }
}

/// The steps of `cargo xtask test`, in order: cheap ones that find much come first.
const STEPS: &[Step] = &[
    Step { name: "format", says: "formatting (cargo fmt)", needs: &[Need::Rust, Need::Rustfmt], run: format },
    Step { name: "ui", says: "web islands (npm)", needs: &[Need::Rust, Need::Node], run: ui },
    Step {
        name: "types",
        says: "types of the web islands and of the browser tests (tsc)",
        needs: &[Need::Rust, Need::Node],
        run: types,
    },
    Step {
        name: "rust",
        says: "unit and integration tests",
        // One test asks git for the house's files; one has the log read by a script of Python.
        needs: &[Need::Rust, Need::Cc, Need::Git, Need::Python],
        run: rust_tests,
    },
    Step {
        name: "docs",
        says: "examples in documentation, among them those that must not compile",
        needs: &[Need::Rust, Need::Cc],
        run: doc_tests,
    },
    Step {
        name: "lints",
        says: "lints (clippy), warnings are errors",
        needs: &[Need::Rust, Need::Clippy, Need::Cc],
        run: lints,
    },
    Step {
        name: "interop",
        says: "tables read by tools that we did not write",
        needs: &[Need::Rust, Need::Cc, Need::PythonVenv],
        run: browser::interop,
    },
    Step {
        name: "browser",
        says: "the product in a real browser",
        needs: &[Need::Rust, Need::Cc, Need::Node, Need::Chromium],
        run: browser::tests,
    },
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
                for Step { name, says, .. } in STEPS {
                    println!("{name:9} {says}");
                }
                return Ok(());
            }
            "--only" => only.push(rest.next().context("`--only` wants the name of a step")?.as_str()),
            other => bail!("`{other}` is not an option of `test`: see `cargo xtask help`"),
        }
    }
    if let Some(unknown) = only.iter().find(|name| !STEPS.iter().any(|step| step.name == **name)) {
        bail!("there is no step `{unknown}`: see `cargo xtask test --list`");
    }
    let wanted: Vec<&Step> = STEPS.iter().filter(|step| only.is_empty() || only.contains(&step.name)).collect();
    setup::prepare(&wanted, install)?;
    let mut failed = Vec::new();
    for Step { name, says, run, .. } in &wanted {
        println!("\n== {name}: {says}");
        let begun = Instant::now();
        match run() {
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
    // In the place of this task: whoever tells the task to end tells the server.
    let error = run::command(run::binary()).arg("demo").args(arguments).exec();
    Err(error).with_context(|| format!("{} can't be started", run::binary().display()))
}

/// Builds the web islands into `ui/dist`.
pub(crate) fn ui() -> Result<()> {
    modules()?;
    npm(&["run", "--silent", "build"])
}

/// Checks the types of the TypeScript: the bundler drops them unread.
fn types() -> Result<()> {
    modules()?;
    npm(&["run", "--silent", "check"])
}

/// Installs the Node modules that the lock names, where they are not there yet.
fn modules() -> Result<()> {
    setup::node()?;
    let ui = run::root().join("ui");
    let stamp = ui.join("node_modules").join(".package-lock.json");
    let lock = ui.join("package-lock.json");
    let newer = |a: &std::path::Path, b: &std::path::Path| -> bool {
        let modified = |path: &std::path::Path| path.metadata().and_then(|data| data.modified());
        matches!((modified(a), modified(b)), (Ok(a), Ok(b)) if a >= b)
    };
    if !newer(&stamp, &lock) {
        npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
    }
    Ok(())
}

/// Runs npm in the folder of the islands.
fn npm(arguments: &[&str]) -> Result<()> {
    run::run(run::command("npm").current_dir(run::root().join("ui")).args(arguments))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what the steps of these names need.
    fn needs(names: &[&str]) -> Vec<Need> {
        let steps = STEPS.iter().filter(|step| names.contains(&step.name));
        steps.flat_map(|step| step.needs).copied().collect()
    }

    #[test]
    fn a_step_that_formats_needs_no_browser_and_one_that_looks_needs_one() {
        assert_eq!(needs(&["format"]), [Need::Rust, Need::Rustfmt]);
        assert!(needs(&["browser"]).contains(&Need::Chromium));
        assert!(needs(&["interop"]).contains(&Need::PythonVenv));
        assert!(needs(&["ui"]).contains(&Need::Node) && needs(&["types"]).contains(&Need::Node));
        assert!(STEPS.iter().all(|step| step.needs.contains(&Need::Rust)));
    }

    #[test]
    fn the_help_and_the_readme_name_what_the_steps_need() {
        let readme = std::fs::read_to_string(run::root().join("README.md")).unwrap();
        for text in [crate::HELP, readme.as_str()] {
            let prerequisites = text.split_once("Prerequisites:").unwrap().1;
            let prerequisites = prerequisites.split("\n\n").next().unwrap();
            for word in
                ["Rust 1.95", "rustfmt", "clippy", "C compiler", "git", "Python 3", "venv", "Node 20", "Chromium"]
            {
                assert!(prerequisites.contains(word), "{word} is not in: {prerequisites}");
            }
        }
    }

    #[test]
    fn the_help_names_every_step() {
        for Step { name, .. } in STEPS {
            assert!(crate::HELP.contains(&format!("`{name}`")), "{name}");
        }
    }
}
