//! Writes a republic: `cargo run -p synth --example synth -- PEOPLE SEED OUT`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [people, seed, out] = arguments.as_slice() else { return ExitCode::from(2) };
    let (Ok(people), Ok(seed)) = (people.parse(), seed.parse()) else { return ExitCode::from(2) };
    let made = synth::generate(&synth::Config { people, seed }, std::path::Path::new(out), &mut |_| ());
    let text = match &made {
        Ok(report) => serde_json::to_string_pretty(report).unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    let written = std::io::Write::write_all(&mut std::io::stdout(), (text + "\n").as_bytes());
    if made.is_ok() && written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
