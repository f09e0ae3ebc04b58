//! `lucarne synth`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Synth;
use crate::exit::{Ending, Failure};
use crate::output::{Output, count};

pub(crate) fn run(options: &Synth, output: Output) -> Result<synth::Report, Failure> {
    let out = options.out.display();
    match lake::is_within_data(&options.out) {
        Ok(false) => {}
        Ok(true) => {
            return Err(crate::usage(format!("{out} is within a project's data: name another folder with --out")));
        }
        Err(error) => return Err(crate::usage(format!("{out} can't be reached: {error}"))),
    }
    let (report, _) = generate(options.people, options.seed, &options.out, output)?;
    output.object(&report)?;
    Ok(report)
}

/// Puts a register's next delivery in the place of the one that was made.
pub(crate) fn later(out: &Path) -> Result<(), Failure> {
    synth::later(out).map_err(Failure::from)
}

/// Makes the registers and gives what was made and how long it took.
pub(crate) fn generate(people: u64, seed: u64, out: &Path, output: Output) -> Result<(synth::Report, f64), Failure> {
    let stage = output.stage("synth");
    let report = synth::generate(&synth::Config { people, seed }, out, &mut |progress| {
        stage.at(progress.people_done, progress.people_total);
    })
    .map_err(|error| match error {
        synth::Error::NotOurs { .. } | synth::Error::Link { .. } => Failure::new(Ending::Usage, error),
        other => Failure::from(other),
    })?;
    let rows: u64 = report.registers.iter().map(|file| file.rows).sum();
    // Some registers are delivered in two files.
    let registers: BTreeSet<&str> = report.registers.iter().map(|file| file.id.as_str()).collect();
    let seconds = stage.done(format!(
        "{} people, {} registers in {} files, {} rows",
        count(report.people),
        registers.len(),
        report.registers.len(),
        count(rows)
    ));
    Ok((report, seconds))
}
