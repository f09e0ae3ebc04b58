//! The one binary: command line and configuration.

mod app;
mod cli;
mod commands;
mod demo;
mod exit;
mod help;
mod hint;
mod interrupt;
mod output;
mod report;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use clap::Parser as _;
use serde_json::json;

use crate::cli::{Cli, Command, LinkCommand, LogCommand};
use crate::exit::{Ending, Failure, Outcome};
use crate::interrupt::Course;
use crate::output::Output;

/// A dossier is made of a thousand small allocations on many threads; the allocator of the C library took a quarter of its
/// time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// After how many steps of tasks a thread looks for events.
const STEPS_BETWEEN_EVENTS: u32 = 4;

/// How long work that nobody waits for any more may go on at the end, such as that of a request that was cut off.
const LAST_WORK: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_followed(&cli::without_hidden(error)),
    };
    let output = Output::new(cli.json, cli.quiet);
    start_logging();
    if let Some(project) = cli.command.project() {
        hint::of_project(project);
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // A dossier takes a worker for some tenths of a millisecond at a time. After the usual 61 such steps sockets and other
    // threads would have waited for 20 milliseconds to be looked at.
    builder.enable_all().event_interval(STEPS_BETWEEN_EVENTS).global_queue_interval(STEPS_BETWEEN_EVENTS);
    let runtime = match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.note(format!("error: threads can't be started: {error}"));
            return ExitCode::from(Ending::Failed as u8);
        }
    };
    let course = match ends_by_itself(&cli.command) {
        true => Course::Ended(runtime.block_on(run(cli.command, output))),
        false => interrupt::unless_told(&runtime, move |handle| handle.block_on(run(cli.command, output))),
    };
    let outcome = match course {
        Course::Ended(outcome) => {
            runtime.shutdown_timeout(LAST_WORK);
            outcome
        }
        Course::Interrupted(failure) => {
            // What is still at work ends with the process; it would have to be waited for if the runtime were dropped.
            std::mem::forget(runtime);
            return interrupted(failure, output);
        }
    };
    match (outcome, output::lost()) {
        (Ok(()), None) => ExitCode::SUCCESS,
        (Ok(()), Some(error)) => {
            output.note(format!("error: standard output can't be written: {error}"));
            ExitCode::from(Ending::Failed as u8)
        }
        (Err(failure), _) => {
            report::failure(output, &failure);
            failure.code()
        }
    }
}

/// Tells whether a signal ends a command at once. `init` is done in a moment, and what it began can't be begun again;
/// `link resolve` goes on until it is ended, keeps each line before it is answered, and has standard output to itself.
fn ends_by_itself(command: &Command) -> bool {
    match command {
        Command::Init { .. } => true,
        Command::Link(options) => matches!(options.command, Some(LinkCommand::Resolve(_))),
        _ => false,
    }
}

/// Says that a command was told to end. The work may have standard output and wait for whoever reads it, which must not keep
/// the process.
fn interrupted(failure: Failure, output: Output) -> ExitCode {
    let code = failure.code();
    let output = output.last();
    let (tell, is_said) = mpsc::channel();
    std::thread::spawn(move || {
        if output.watched() {
            // The line of the progress is not at its end.
            output.note("");
        }
        report::failure(output, &failure);
        // Nobody waits any more if it took too long.
        let _ = tell.send(());
    });
    let _ = is_said.recv_timeout(LAST_WORK);
    code
}

/// Says what is wrong with a command line, or what was asked for in place of a command: help or the version.
fn not_followed(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && wants_json(std::env::args_os()) {
        Output::new(true, true).raw(&format!("{}\n", json!({ "error": said(error), "status": Ending::Usage as u8 })));
    }
    // Nothing is left to do when the terminal is gone.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Ending::Usage as u8 } else { 0 })
}

/// Tells whether one JSON object is wanted by a command line that can't be followed.
fn wants_json(arguments: impl Iterator<Item = std::ffi::OsString>) -> bool {
    arguments.take_while(|argument| argument.as_os_str() != "--").any(|argument| argument.as_os_str() == "--json")
}

/// Gives what is wrong in one line, without the usage that stands below.
fn said(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    line.strip_prefix("error: ").map_or_else(|| line.clone(), str::to_owned)
}

/// Logs warnings and errors to standard error; `LUCARNE_LOG` chooses otherwise. No personal value is ever logged.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LUCARNE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // Colours are for a terminal: in a file or pipe they would stand between the words.
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // A line that can't be written is lost: saying so on the same stream would end the process.
    lines.log_internal_errors(false).init();
}

async fn run(command: Command, output: Output) -> Outcome {
    match command {
        Command::Demo(options) => demo::run(options, output).await,
        Command::Init { dir } => commands::init::run(&dir, output),
        Command::Check(options) => commands::check::run(&options.project, output).await,
        Command::Synth(options) => commands::synth::run(&options, output).map(|_| ()),
        Command::Ingest(options) => commands::ingest::run(options, output).await,
        Command::Build(options) => commands::build::run(options, output).await,
        Command::Link(options) => match options.command {
            Some(LinkCommand::Run(files)) => commands::link::run_files(files, output).await,
            Some(LinkCommand::Explain(options)) => commands::explain::run(options, output),
            Some(LinkCommand::Propose(options)) => commands::link::propose(options, output),
            Some(LinkCommand::Resolve(options)) => commands::resolve::run(&options, output),
            Some(LinkCommand::Events(options)) => commands::link::events(&options, output).await,
            None => commands::link::run(&options.project.project, options.refit, output).await,
        },
        Command::Index(options) => commands::index::run(&options.project, output).await,
        Command::Serve(options) => commands::serve::run(&options.project.project, options.port, output).await,
        Command::Log(log) => match log.command {
            LogCommand::Verify { project, checkpoint } => {
                commands::log::verify(&project.project, checkpoint.as_deref(), output)
            }
            LogCommand::Checkpoint { project } => commands::log::checkpoint(&project.project, output),
            LogCommand::Show { project, from, count } => commands::log::show(&project.project, from, count, output),
        },
        Command::DemoPersons(options) => commands::serve::demo_persons(&options, output).await,
    }
}

/// Gives a usage failure.
pub(crate) fn usage(message: impl std::fmt::Display) -> Failure {
    Failure::new(Ending::Usage, anyhow::anyhow!("{message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(arguments: &[&str]) -> clap::Error {
        let all = std::iter::once("lucarne").chain(arguments.iter().copied());
        cli::without_hidden(Cli::try_parse_from(all).unwrap_err())
    }

    #[test]
    fn what_is_wrong_is_one_line() {
        assert_eq!(said(&wrong(&["serve", "--prot", "1"])), "unexpected argument '--prot' found");
        let missing = said(&wrong(&["link", "run"]));
        assert!(missing.contains("--input") && !missing.contains('\n') && !missing.contains("Usage"), "{missing}");
    }

    #[test]
    fn a_hidden_command_is_not_suggested() {
        let said = wrong(&["demmo"]).to_string();
        assert!(said.contains("'demo'") && !said.contains("demo-persons"), "{said}");
    }

    #[test]
    fn json_is_wanted_before_two_dashes() {
        let wanted = |arguments: &[&str]| wants_json(arguments.iter().map(std::ffi::OsString::from));
        assert!(wanted(&["lucarne", "serve", "--json", "--prot"]));
        assert!(!wanted(&["lucarne", "ingest", "--", "--json"]));
    }
}
