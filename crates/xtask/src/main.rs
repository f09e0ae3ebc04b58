//! Development tasks: `cargo xtask demo`, `cargo xtask test`, `cargo xtask bench`.
//!
//! This crate depends on next to nothing, so that the first line appears seconds after a clone.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a development task talks to the terminal")]

mod bench;
mod browser;
mod load;
mod run;
mod setup;
mod steps;

use std::process::ExitCode;

const HELP: &str = "\
Development tasks of Lucarne.

Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  demo  [ARGS…]   builds the web islands (if Node is there) and the binary, then runs `lucarne demo ARGS…`
  test            checks everything, in the steps `format`, `ui`, `types` (of the TypeScript), `rust` (unit and
                  integration tests), `docs` (examples in documentation), `lints`, `interop` (tables read by others'
                  tools) and `browser`; what a step needs and the machine lacks is told before the first begins
      --install   installs missing Debian packages by apt, as root (also when CI is set)
      --only STEP runs one step (repeat for several), and asks for what it needs only; `--list` says more of them
                  (`LUCARNE_BROWSERS=N`: `browser` tests in N browsers at once; without it in two, if there are two cores)
  ui              builds the web islands with npm
  screenshots     takes a picture of every page of a small demo, at desktop and phone width
      --docs      also writes those of README and tour, into docs/pictures
  bench [NAME…]   runs benchmarks and prints their tables; `--list` names them, and those that run when named only

Prerequisites: Rust 1.95 or later with rustfmt and clippy, and a C compiler, which links; git, for a test that asks which
files are the house's; Python 3, with venv and pip for `interop` and for benchmarks; Node 20 or later with npm for the web
islands, their types and the browser tests; Chromium for the browser tests (`CHROMIUM=path` where it isn't on the PATH).
Crates, Node modules and Python packages are fetched from their indexes the first time.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match task {
        "demo" => steps::demo(rest),
        "test" => steps::test(rest),
        "ui" => steps::ui(),
        "screenshots" => browser::screenshots(rest),
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprintln!("error: there is no task `{other}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
