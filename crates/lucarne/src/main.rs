//! The one binary: command line and configuration.

mod app;
mod cli;
mod commands;
mod demo;
mod exit;
mod output;
mod report;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command, LinkCommand, LogCommand};
use crate::exit::{Ending, Failure, Outcome};
use crate::output::Output;

/// A dossier is made of a thousand small allocations on many threads; the allocator of the C library took a quarter of its
/// time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// After how many steps of tasks a thread looks for events.
const STEPS_BETWEEN_EVENTS: u32 = 4;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { Ending::Usage as u8 } else { 0 };
            // Nothing is left to do when the terminal is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let output = Output::new(cli.json, cli.quiet);
    start_logging();
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
    match runtime.block_on(run(cli.command, output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::failure(output, &failure);
            failure.code()
        }
    }
}

/// Logs warnings and errors to standard error; `LUCARNE_LOG` chooses otherwise. No personal value is ever logged.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LUCARNE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn run(command: Command, output: Output) -> Outcome {
    match command {
        Command::Demo(options) => demo::run(options, output).await,
        Command::Init { dir } => commands::init::run(&dir, output),
        Command::Check(options) => commands::check::run(&options.project, output),
        Command::Synth(options) => commands::synth::run(&options, output).map(|_| ()),
        Command::Ingest(options) => commands::ingest::run(options, output).await,
        Command::Build(options) => commands::build::run(options, output).await,
        Command::Link(options) => match options.command {
            Some(LinkCommand::Run(files)) => commands::link::run_files(files, output).await,
            Some(LinkCommand::Propose(options)) => commands::link::propose(options, output),
            Some(LinkCommand::Resolve(options)) => commands::resolve::run(&options, output),
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
