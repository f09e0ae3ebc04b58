//! Records that come later, one by one or over HTTP, and are answered from memory.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::linkage::{Tools, persons_table};
use super::promises::Promises;
use super::{LARGE, SMALL, made, number};
use crate::load::{self, Shot};
use crate::{browser, run};

/// How many records are resolved one by one.
const RESOLVED: usize = 20_000;

/// How often what comes at once and a whole run are measured, in turn.
const ROUNDS: usize = 3;

/// How many milliseconds the p99 of a record that is resolved is promised to be beyond the disk's own, at most.
const RESOLVED_MS: f64 = 2.0;

/// How much of a whole run one record in a hundred is promised to take, at most, in percent.
const SHARE: f64 = 5.0;

/// Figures of one thing that was measured several times.
struct Figures(Vec<f64>);

impl Figures {
    /// Gives the one in the middle, the higher of two; what is no number when there are none, or one of them is none.
    fn median(&self) -> f64 {
        if self.0.iter().any(|figure| figure.is_nan()) {
            return f64::NAN;
        }
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Gives a row of a table: the one in the middle, and from which to which they are, with so many places.
    fn row(&self, what: &str, places: usize, promised: &str) -> String {
        let least = self.0.iter().copied().fold(f64::NAN, f64::min);
        let most = self.0.iter().copied().fold(f64::NAN, f64::max);
        format!("| {what} | {:.places$} | {least:.places$} to {most:.places$} | {promised} |", self.median())
    }
}

pub(super) fn loose() -> Result<()> {
    let mut promises = Promises::default();
    let done = resolve(&mut promises);
    promises.kept(done)
}

/// Holds one record in a hundred back, keeps the others in memory, and lets these come: one by one, then all at once.
fn resolve(promises: &mut Promises) -> Result<()> {
    let tools = Tools::ready()?;
    let persons = persons_table(LARGE, 1, &tools)?;
    let out = run::target_dir().join("bench").join("resolve");
    run::output(tools.script("hold_out.py").arg(&persons).arg(&out))?;
    let later = out.join("later.jsonl");
    let report = |name: &str, lines: &Path, batch: &str| -> Result<Value> {
        let journal = out.join(format!("{name}.jsonl"));
        if journal.is_file() {
            std::fs::remove_file(&journal)?;
        }
        let mut command = run::command(run::binary());
        command.args(["link", "resolve", "--json", "--id", "uid", "--source", "src", "--batch", batch, "--input"]);
        command.arg(out.join("base.parquet")).arg("--config").arg(tools.file("persons.toml"));
        command.arg("--keep-model").arg(out.join("model.json")).arg("--journal").arg(journal);
        // A file, since a pipe gives no more than a few hundred lines at once.
        Ok(serde_json::from_str(&run::output(command.stdin(File::open(lines)?))?)?)
    };
    let some = out.join("some.jsonl");
    let text = std::fs::read_to_string(&later)?;
    std::fs::write(&some, text.split_inclusive('\n').take(RESOLVED).collect::<String>())?;
    let single = report("single", &some, "1")?;
    let fsync = load::fsync_latencies(&out, 2_000)?;
    let fsync_p99 = load::quantile_ms(&fsync, 0.99);
    let [mut alike, mut taking, mut whole] = [const { Figures(Vec::new()) }; 3];
    let [mut share, mut share_unwritten, mut share_with_reasons] = [const { Figures(Vec::new()) }; 3];
    for _ in 0..ROUNDS {
        let batch = report("batch", &later, &u32::MAX.to_string())?;
        let mut link = run::command(run::binary());
        link.args(["link", "run", "--json", "--id", "uid", "--source", "src", "--input"]).arg(&persons);
        link.arg("--config").arg(tools.file("persons.toml")).arg("--out").arg(out.join("whole"));
        let link: Value = serde_json::from_str(&run::output(&mut link)?)?;
        let unwritten: f64 = ["read", "score", "cluster"].iter().map(|stage| number(&link["seconds"][*stage])).sum();
        let written = unwritten + number(&link["seconds"]["write"]);
        let of = |what: &str| number(&batch["seconds_taking_of"][what]);
        // A whole run reads, compares, clusters and leaves its result on the disk too, and gives no reasons.
        let as_a_run = of("lines") + of("journal") + of("change");
        let with_reasons = number(&batch["seconds_taking"]);
        alike.0.push(as_a_run);
        taking.0.push(with_reasons);
        whole.0.push(written);
        share.0.push(100.0 * as_a_run / written);
        share_unwritten.0.push(100.0 * as_a_run / unwritten);
        share_with_reasons.0.push(100.0 * with_reasons / written);
    }
    let [p50, p99, slowest] = [0, 1, 2].map(|place| number(&single["latency_ms"][place]));
    let beyond = p99 - fsync_p99;
    println!("| what | figure | promised |\n|---|---|---|");
    println!("| records in memory | {} | |", single["records"]);
    println!("| one by one, p50 / p99 / slowest, ms | {p50:.2} / {p99:.2} / {slowest:.1} | |");
    println!("| the disk's own fsync p99, ms | {fsync_p99:.2} | |");
    let promised = promises.most("records resolved one by one, p99 beyond the disk's, ms", beyond, RESOLVED_MS);
    println!("| p99 beyond the disk's, ms | {beyond:.2} | {promised} |");
    println!("\n| one in a hundred at once, and a whole run, {ROUNDS} times in turn | median | all | promised |");
    println!("|---|---|---|---|");
    println!("{}", alike.row("at once: read, durable, compared and clustered, s", 2, ""));
    println!("{}", taking.row("with all answers and their reasons, s", 2, ""));
    println!("{}", whole.row("all from the files, nothing learnt: read, compared, clustered, written, s", 1, ""));
    let promised = promises.most("one in a hundred at once, % of a whole run", share.median(), SHARE);
    println!("{}", share.row("share, %", 1, &promised));
    let what = "one in a hundred at once, % of a run that writes nothing";
    let promised = promises.most(what, share_unwritten.median(), SHARE);
    println!("{}", share_unwritten.row("share of a run that writes nothing, %", 1, &promised));
    println!("{}", share_with_reasons.row("share with reasons, %", 1, ""));
    Ok(())
}

pub(super) fn http_small() -> Result<()> {
    http_held(SMALL)
}

pub(super) fn http_large() -> Result<()> {
    http_held(LARGE)
}

fn http_held(people: u64) -> Result<()> {
    let mut promises = Promises::default();
    let done = over_http(people, &mut promises);
    promises.kept(done)
}

/// How many records are resolved over HTTP, one at a time.
const RESOLVED_OVER_HTTP: usize = 4_000;

/// How many milliseconds half of the answers over HTTP are promised to take beyond the disk, at most.
const HTTP_BEYOND_MS: f64 = 2.0;

/// How many milliseconds all but one in a hundred of them are promised to take, at most: what a page is promised to.
const HTTP_P99_MS: f64 = 30.0;

/// How often an answer waits for the disk: for the detail of the look, for its entry in the log, and for the record.
const WAITS: usize = 3;

/// How long a server has to read the records of a project.
const READING_MAX: Duration = Duration::from_secs(900);

/// A project that resolves records for as long as this lives: other benchmarks of the folder measure a server without.
struct OptedIn {
    settings: PathBuf,
    before: String,
}

impl OptedIn {
    fn to_resolve(folder: &Path) -> Result<Self> {
        let settings = folder.join("lucarne.toml");
        let text = std::fs::read_to_string(&settings)?;
        // What a benchmark that was stopped has left.
        let before = text.strip_suffix(RESOLVES).map_or(text.clone(), str::to_owned);
        std::fs::write(&settings, format!("{before}{RESOLVES}"))?;
        Ok(Self { settings, before })
    }
}

impl Drop for OptedIn {
    fn drop(&mut self) {
        if let Err(error) = std::fs::write(&self.settings, &self.before) {
            eprintln!("{} still resolves records: {error}", self.settings.display());
        }
    }
}

/// What a project file says that resolves records.
const RESOLVES: &str = "\n[resolve]\n";

/// Lets records come that are written as forms that are there, under other numbers.
fn over_http(people: u64, promises: &mut Promises) -> Result<()> {
    let folder = made(people)?;
    let _opted_in = OptedIn::to_resolve(&folder)?;
    // Before the server has the folder: two processes never share one. What an earlier run left counts as come before.
    let shots = forms(&folder, RESOLVED_OVER_HTTP + 1)?;
    let served = browser::serve(&folder)?;
    let begun = Instant::now();
    let identity = served.told.identities.iter().find(|identity| identity.name == "load-test");
    let token = &identity.context("the demo has no identity `load-test`")?.token;
    let address: SocketAddr = served.told.address.trim_start_matches("http://").parse()?;
    let headers = format!("Authorization: Bearer {token}\r\nAccept: application/json\r\n");
    let (first, shots) = shots.split_first().context("the register of forms is empty")?;
    loop {
        let answer = load::ask(address, &headers, "application/json", first)?;
        match answer.status {
            200 => break,
            503 if begun.elapsed() < READING_MAX => std::thread::sleep(Duration::from_millis(200)),
            status => bail!("{status}: {}", String::from_utf8_lossy(&answer.body)),
        }
    }
    let ready = begun.elapsed();
    let memory = served.memory_bytes();
    let data = folder.join("data");
    let one = load::fsync_latencies(&data, 2_000)?;
    let all = load::fsyncs_in_turn(&data, 2_000, WAITS)?;
    let measured = load::fire(address, &headers, shots, 1)?;
    let [p50, p99] = [0.5, 0.99].map(|share| measured.quantile_ms(share));
    let [all_p50, all_p99] = [0.5, 0.99].map(|share| load::quantile_ms(&all, share));
    let one_p99 = load::quantile_ms(&one, 0.99);
    let beyond = p50 - all_p50;
    let named = |what: &str| format!("records resolved over HTTP among those of {people} people, {what}, ms");
    let promised_beyond = promises.most(&named("p50 beyond the disk's"), beyond, HTTP_BEYOND_MS);
    let promised_p99 = promises.most(&named("p99"), p99, HTTP_P99_MS);
    println!("| what | figure | promised |\n|---|---|---|");
    println!("| from the start until the first answer, s | {:.1} | |", ready.as_secs_f64());
    println!("| memory of the server then, GiB | {:.2} | |", memory as f64 / f64::from(1 << 30));
    println!("| records, one at a time | {} ({} not answered with 200) | |", measured.latencies.len(), measured.failed);
    println!("| p50 / p90, ms | {p50:.2} / {:.2} | |", measured.quantile_ms(0.9));
    println!(
        "| the disk's p50 / p99 of the {WAITS} fsyncs that an answer waits for, ms | {all_p50:.2} / {all_p99:.2} | |"
    );
    println!("| p50 beyond that, ms | {beyond:.2} | {promised_beyond} |");
    println!("| p99, ms | {p99:.2} | {promised_p99} |");
    println!("| p99 beyond the disk's / beyond one fsync, ms | {:.2} / {:.2} | |", p99 - all_p99, p99 - one_p99);
    println!("| slowest, ms | {:.1} | |", measured.quantile_ms(1.0));
    Ok(())
}

/// Gives questions whose a form is, written as forms of the register are, under numbers that no form and no earlier run has.
fn forms(folder: &Path, count: usize) -> Result<Vec<Shot>> {
    let path = folder.join("incoming/registers/electronic_forms.jsonl");
    let bytes = std::fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let run = std::process::id();
    let shot = |(number, form): (usize, Value)| -> Shot {
        let mut values = serde_json::Map::new();
        for (ours, theirs) in [("first_name", "given_name"), ("last_name", "family_name"), ("born", "born")] {
            if let Some(value) = form[theirs].as_str() {
                values.insert(ours.to_owned(), value.into());
            }
        }
        let body = serde_json::json!({
            "purpose": "load-test",
            "case": "BENCH-1",
            "justification": "measuring how long an answer takes",
            "register": "electronic_forms",
            "key": { "submission_id": format!("BENCH-{run}-{number}") },
            "values": values,
        });
        Shot { method: "POST", path: "/api/v1/resolve".to_owned(), body: body.to_string() }
    };
    // Some lines are spoilt on purpose: ingest puts them into quarantine.
    let lines = bytes.split(|byte| *byte == b'\n');
    let forms = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let named = forms.filter(|form| form["given_name"].is_string() && form["family_name"].is_string());
    Ok(named.take(count).enumerate().map(shot).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_figure_in_the_middle_and_from_which_to_which_they_are() {
        let figures = Figures(vec![5.25, 4.0, 4.5]);
        assert_eq!(figures.row("share, %", 2, "at most 5"), "| share, % | 4.50 | 4.00 to 5.25 | at most 5 |");
        assert_eq!(Figures(vec![2.0, 1.0]).median(), 2.0, "the worse of two where less is better");
        assert!(Figures(vec![1.0, f64::NAN, 2.0]).median().is_nan() && Figures(Vec::new()).median().is_nan());
    }
}
