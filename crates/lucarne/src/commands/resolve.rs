//! `lucarne link resolve`.

use std::io::{BufRead, BufReader, Stdin, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use linkage::{Opening, ResolveOptions, Resolver};
use model::LinkageConfig;
use model::diagnostic::SourceFile;
use serde::Serialize;

use crate::cli::LinkResolve;
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count};

/// What was done, for programs.
#[derive(Serialize)]
struct Report<'a> {
    /// Records at the end.
    records: u64,
    /// Lines of the journal that were taken first.
    replayed: u64,
    /// Lines of the journal that took away records which no file has any more; they do nothing.
    gone_from_files: u64,
    /// What linking the files gave and left out, before any line was taken, and what learning did not settle.
    #[serde(flatten)]
    opening: &'a Opening,
    /// Lines that were taken.
    taken: u64,
    /// Lines that were not understood.
    refused: u64,
    /// Seconds until the first line could be taken, by stage.
    seconds: serde_json::Value,
    /// Seconds that taking lines took in all.
    seconds_taking: f64,
    /// The same by what was done: reading lines, making them durable, comparing and clustering, and giving reasons.
    seconds_taking_of: SecondsTaking,
    /// The latency of a batch that half, 99 of 100 and all don't exceed, in milliseconds; durable, if there is a journal.
    latency_ms: [f64; 3],
}

/// Seconds by what was done with lines.
#[derive(Serialize)]
struct SecondsTaking {
    lines: f64,
    journal: f64,
    change: f64,
    answers: f64,
}

/// How much of standard input is held at once: a batch is of lines that are there.
const INPUT_BYTES: usize = 64 << 20;

pub(crate) fn run(options: &LinkResolve, output: Output) -> Outcome {
    let file = Arc::new(SourceFile { text: super::link::read(&options.config)?, path: options.config.clone() });
    let config = LinkageConfig::parse(&file).map_err(|wrong| Failure::new(Ending::Project, wrong))?;
    let stage = output.stage("link");
    let files = ResolveOptions {
        inputs: options.records.input.clone(),
        id: options.records.id.clone(),
        source: options.records.source.clone(),
        journal: options.journal.clone(),
        model: options.keep_model.clone(),
    };
    let mut resolver = Resolver::open(&config, &files, &|progress| stage.at(progress.done, progress.of))
        .map_err(|error| super::link::of_files(&options.config, error))?;
    // Answers have standard output to themselves.
    stage.done_aside(format!("{} records in memory", count(resolver.records() as u64)));
    let opening = resolver.opening();
    let left_out = super::link::left_out(&opening.rules, opening.records_without_key, opening.persons_large);
    left_out.into_iter().for_each(|line| output.note(line));
    super::link::note(&opening.warnings, opening.model_learnt, output);
    let mut batches: Vec<Duration> = Vec::new();
    let (mut number, mut taken, mut refused) = (0_u64, 0_u64, 0_u64);
    let mut input = BufReader::with_capacity(INPUT_BYTES, std::io::stdin());
    let mut answers = std::io::stdout().lock();
    let mut is_heard = true;
    loop {
        let lines = next_lines(&mut input, options.batch as usize)?;
        if lines.is_empty() {
            break;
        }
        let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
        let begun = Instant::now();
        let done = resolver.take(&texts)?;
        batches.push(begun.elapsed());
        for answer in done {
            number += 1;
            let line = match &answer {
                Ok(resolved) => serde_json::to_string(resolved)?,
                Err(reason) => serde_json::json!({ "line": number, "error": reason }).to_string(),
            };
            *(if answer.is_ok() { &mut taken } else { &mut refused }) += 1;
            if !output.json() && is_heard {
                is_heard = heard(writeln!(answers, "{line}"))?;
            }
        }
        if is_heard {
            is_heard = heard(answers.flush())?;
        }
        // Lines that no journal keeps were sent for their answers alone.
        if !is_heard && options.journal.is_none() {
            break;
        }
    }
    drop(answers);
    let taking = batches.iter().sum::<Duration>();
    let spent = resolver.spent();
    batches.sort_unstable();
    let quantile = |share: f64| {
        let rank = (share * batches.len() as f64).ceil() as usize;
        batches.get(rank.saturating_sub(1)).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    };
    let report = Report {
        records: resolver.records() as u64,
        replayed: resolver.replayed(),
        gone_from_files: resolver.gone_from_files(),
        opening: resolver.opening(),
        taken,
        refused,
        seconds: serde_json::to_value(resolver.seconds())?,
        seconds_taking: taking.as_secs_f64(),
        seconds_taking_of: SecondsTaking {
            lines: spent.lines.as_secs_f64(),
            journal: spent.journal.as_secs_f64(),
            change: spent.change.as_secs_f64(),
            answers: spent.answers.as_secs_f64(),
        },
        latency_ms: [0.5, 0.99, 1.0].map(quantile),
    };
    if refused > 0 {
        let message = format!("{refused} of {number} lines were not understood: each answer says why");
        return Err(Failure::new(Ending::Rejected, anyhow::anyhow!(message)).with_report(&report));
    }
    output.object(&report)
}

/// Tells whether an answer was taken; that nobody takes any more is no failure.
fn heard(written: std::io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Reads a line, and up to `most` where they are there already, without waiting for more. Empty ones are passed over; none
/// means the end.
fn next_lines(input: &mut BufReader<Stdin>, most: usize) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    while lines.len() < most && (lines.is_empty() || input.buffer().contains(&b'\n')) {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            break;
        }
        if !line.trim().is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}
