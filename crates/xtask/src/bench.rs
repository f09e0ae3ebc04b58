//! Benchmarks that run the product as its users do, and print tables.

mod anytown;
mod clone;
mod linkage;
mod pages;
mod promises;
mod resolve;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::promises::Promises;
use crate::load::{self, Shot};
use crate::{browser, run};

type Bench = (&'static str, &'static str, fn() -> Result<()>);

const BENCHES: &[Bench] = &[
    ("demo", "the demo at 50,000 people, stage by stage", demo_small),
    ("demo-1m", "the demo at 1,000,000 people, stage by stage", demo_large),
    ("synth-1m", "the registers of 1,000,000 people alone: seconds and memory", synth_large),
    (
        "linkage",
        "Anytown, a republic and FEBRL by Splink and by us: how right, and how quick at scale",
        linkage::beside,
    ),
    ("linkage-50k", "the same Splink model run by Splink and by us, 50,000 people", linkage::small),
    ("linkage-1m", "the same Splink model run by Splink and by us, 1,000,000 people", linkage::large),
    ("linkage-towns", "Anytown 48 times over: each side's own model, then the same model of Splink", linkage::towns),
    ("linkage-200k", "Splink and we, each by its own model, 200,000 people", linkage::republic),
    (
        "linkage-growth",
        "a model of Splink at 100,000 to 10,000,000 records, by us alone; settings of ours at the most of them",
        linkage::growth,
    ),
    ("anytown-seeds", "Anytown as five seeds make it, linked by us and scored", linkage::anytown_seeds),
    ("anytown", "the project of Anytown, from its registers to the index", anytown::project),
    ("resolve", "records that come later, 1,000,000 people in memory", resolve::loose),
    ("resolve-http", "records that come over HTTP, 50,000 people in memory", resolve::http_small),
    ("resolve-http-1m", "records that come over HTTP, 1,000,000 people in memory", resolve::http_large),
    ("febrl", "FEBRL's data sets 3 and 4, linked by Splink and by us and scored", linkage::febrl),
    ("dossier", "dossiers over HTTP at 50,000 people, 50 in flight", dossier_small),
    ("dossier-1m", "dossiers over HTTP at 1,000,000 people, 50 in flight", dossier_large),
    ("pages", "every page at 1,000,000 people, one request at a time", pages::every),
    ("clone", "from a clone to an open page, compiled from nothing; runs when it is named only", clone::page),
];

/// Those that run when they are named only: they take half an hour.
const NAMED_ONLY: &[&str] = &["clone"];

/// How many requests are kept in flight.
const IN_FLIGHT: usize = 50;

/// How long a server is given to read its index ahead before it is measured.
const READ_AHEAD: Duration = Duration::from_secs(5);

/// How many dossiers are opened.
const DOSSIERS: usize = 20_000;

/// Runs the benchmarks named, or all but those that want to be named.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, says, _) in BENCHES {
            println!("{name:16} {says}");
        }
        return Ok(());
    }
    if let Some(unknown) = arguments.iter().find(|name| !BENCHES.iter().any(|(bench, ..)| bench == name)) {
        bail!("there is no benchmark `{unknown}`: see `cargo xtask bench --list`");
    }
    run::run(run::cargo().args(["build", "--package", "lucarne"]))?;
    println!("machine: {}", machine());
    let mut failed = Vec::new();
    for (name, says, bench) in BENCHES {
        let is_named = arguments.iter().any(|argument| argument == name);
        if is_named || (arguments.is_empty() && !NAMED_ONLY.contains(name)) {
            println!("\n## {says}\n");
            // A promise that was missed keeps none of the others from being measured.
            if let Err(error) = bench() {
                eprintln!("error: benchmark `{name}`: {error:#}");
                failed.push(*name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("benchmarks that failed: {}", failed.join(", "));
    }
    Ok(())
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    let memory_kib: u64 =
        value(&read("/proc/meminfo"), "MemTotal").split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    format!("{cores} cores ({}), {} GiB", value(&read("/proc/cpuinfo"), "model name"), memory_kib.div_ceil(1 << 20))
}

fn folder(people: u64) -> PathBuf {
    run::target_dir().join("bench").join(format!("demo-{people}"))
}

/// The least F1 of the republic's clusters that is promised, however many people it has.
const REPUBLIC: f64 = 0.98;

/// How many people a small demo has.
const SMALL: u64 = 50_000;

/// How many people a large demo has.
const LARGE: u64 = 1_000_000;

/// What is promised of a demo: the least F1 of clusters, and the most seconds in all and GiB, where that is promised.
struct DemoPromised {
    f1: f64,
    seconds: Option<f64>,
    gib: Option<f64>,
}

impl DemoPromised {
    fn of(people: u64) -> Self {
        let (seconds, gib) = if people > SMALL { (1_200.0, Some(8.0)) } else { (60.0, None) };
        Self { f1: REPUBLIC, seconds: Some(seconds), gib }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn gib(bytes: &Value) -> f64 {
    number(bytes) / f64::from(1 << 30)
}

/// Makes a demo anew and holds it to what is promised of it.
fn demo(people: u64, promises: &mut Promises) -> Result<()> {
    let mut command = run::command(run::binary());
    command.args(["demo", "--no-serve", "--reset", "--json", "--people", &people.to_string(), "--dir"]);
    command.arg(folder(people));
    let report: Value = serde_json::from_str(&run::output(&mut command)?).context("no JSON object")?;
    demo_table(&format!("demo of {people} people"), &report, &DemoPromised::of(people), promises)
}

/// Prints what `lucarne demo --json` told, held to what is promised of it.
fn demo_table(what: &str, report: &Value, promised: &DemoPromised, promises: &mut Promises) -> Result<()> {
    let mut most = |of: &str, found: f64, most: Option<f64>| {
        most.map_or(String::new(), |most| promises.most(&format!("{what}, {of}"), found, most))
    };
    println!("| what | figure | promised |\n|---|---|---|");
    for key in ["records_in", "records_quarantined", "persons"] {
        println!("| {key} | {} | |", report[key]);
    }
    for key in ["pair_precision", "pair_recall", "pair_f1", "cluster_precision", "cluster_recall"] {
        println!("| {key} | {:.4} | |", number(&report[key]));
    }
    let mut seconds: BTreeMap<String, f64> = serde_json::from_value(report["seconds"].clone())?;
    // The sum of all stages stands beside them.
    let in_all = seconds.remove("total").unwrap_or(f64::NAN);
    for (stage, seconds) in &seconds {
        println!("| {stage}, s | {seconds:.1} | |");
    }
    println!("| in all, s | {in_all:.1} | {} |", most("seconds", in_all, promised.seconds));
    let held = gib(&report["peak_rss_bytes"]);
    println!("| peak memory, GiB | {held:.2} | {} |", most("GiB", held, promised.gib));
    let f1 = number(&report["cluster_f1"]);
    println!("| cluster_f1 | {f1:.4} | {} |", promises.least(&format!("{what}, F1 of clusters"), f1, promised.f1));
    Ok(())
}

/// Gives the folder of a demo, which is made where it is not there yet, and anew where it can't be opened, as with an index of
/// an earlier format. What is promised of it, its own benchmark holds it to.
fn made(people: u64) -> Result<PathBuf> {
    let folder = folder(people);
    let mut is_ready = folder.join("lucarne.toml").is_file();
    // The binary itself tells whether it reads what another one may have made.
    if is_ready && let Err(error) = some_persons(&folder, 1) {
        println!("{} can't be opened, and is made anew: {error:#}\n", folder.display());
        is_ready = false;
    }
    if !is_ready {
        demo(people, &mut Promises::default())?;
    }
    Ok(folder)
}

fn demo_small() -> Result<()> {
    let mut promises = Promises::default();
    let done = demo(SMALL, &mut promises);
    promises.kept(done)
}

fn demo_large() -> Result<()> {
    let mut promises = Promises::default();
    let done = demo(LARGE, &mut promises);
    promises.kept(done)
}

/// The most memory that is promised of making the registers alone, in GiB.
const SYNTH_GIB: f64 = 1.0;

/// Makes the registers of a large demo alone, in a process of its own.
fn synth_large() -> Result<()> {
    let out = run::target_dir().join("bench").join("synth");
    // It needs nothing but Python itself.
    let mut command = run::command("python3");
    command.arg(run::root().join("bench").join("linkage").join("timed.py")).arg(run::binary());
    command.args(["synth", "--json", "--people", &LARGE.to_string(), "--out"]).arg(&out);
    let report: Value = serde_json::from_str(&run::output(&mut command)?).context("no JSON object")?;
    let held = gib(&report["peak_rss_bytes"]);
    let mut promises = Promises::default();
    println!("| what | figure | promised |\n|---|---|---|");
    println!("| people | {} | |", report["people"]);
    println!("| rows | {} | |", report["rows"]);
    println!("| in all, s | {:.1} | |", number(&report["total"]));
    let promised = promises.most(&format!("synth of {LARGE} people, GiB"), held, SYNTH_GIB);
    println!("| peak memory, GiB | {held:.2} | {promised} |");
    promises.kept(Ok(()))
}

fn dossier_small() -> Result<()> {
    dossiers_held(SMALL)
}

fn dossier_large() -> Result<()> {
    dossiers_held(LARGE)
}

fn dossiers_held(people: u64) -> Result<()> {
    let mut promises = Promises::default();
    let done = dossiers(people, &mut promises);
    promises.kept(done)
}

/// How many milliseconds the p99 of a dossier is promised to be beyond the disk's own, at most.
const DOSSIER_MS: f64 = 10.0;

fn dossiers(people: u64, promises: &mut Promises) -> Result<()> {
    let folder = made(people)?;
    // Before the server has the folder: two processes never share one.
    let persons = some_persons(&folder, DOSSIERS)?;
    let served = browser::serve(&folder)?;
    let token = served
        .told
        .identities
        .iter()
        .find(|identity| identity.name == "load-test")
        .context("the demo has no identity `load-test`")?;
    let address: SocketAddr = served.told.address.trim_start_matches("http://").parse()?;
    let headers = format!("Authorization: Bearer {}\r\nAccept: application/json\r\n", token.token);
    let shots = persons.iter().map(|person| Shot {
        method: "POST",
        path: format!("/api/v1/persons/{person}/dossier"),
        body: r#"{"purpose":"load-test","case":"BENCH-1","justification":"measuring how long a dossier takes"}"#.into(),
    });
    let shots: Vec<Shot> = shots.collect();
    // The server reads its index ahead when it starts, on the cores that are measured.
    std::thread::sleep(READ_AHEAD);
    let warm_up = load::fire(address, &headers, &shots[..shots.len().min(500)], IN_FLIGHT)?;
    if warm_up.failed > 0 {
        bail!("{} of {} requests were refused", warm_up.failed, warm_up.latencies.len());
    }
    let fsync = load::fsync_latencies(&folder.join("data"), 2_000)?;
    let measured = load::fire(address, &headers, &shots, IN_FLIGHT)?;
    let fsync_p99 = load::quantile_ms(&fsync, 0.99);
    let p99 = measured.quantile_ms(0.99);
    println!("| what | figure | promised |\n|---|---|---|");
    println!("| dossiers | {} ({} not answered with 200) | |", measured.latencies.len(), measured.failed);
    println!("| dossiers a second | {:.0} | |", measured.rate());
    let quantile = |share| measured.quantile_ms(share);
    println!("| p50 / p90, ms | {:.2} / {:.2} | |", quantile(0.5), quantile(0.9));
    println!("| p99 / slowest, ms | {p99:.2} / {:.2} | |", quantile(1.0));
    println!("| the disk's own fsync p50 / p99, ms | {:.2} / {fsync_p99:.2} | |", load::quantile_ms(&fsync, 0.5));
    let beyond = p99 - fsync_p99;
    let named = format!("dossiers of {people} people, p99 beyond the disk's, ms");
    println!("| p99 beyond the disk's, ms | {beyond:.2} | {} |", promises.most(&named, beyond, DOSSIER_MS));
    Ok(())
}

/// Gives pseudonyms of persons of the demo, as the load test's agency knows them.
fn some_persons(folder: &Path, count: usize) -> Result<Vec<String>> {
    let mut command = run::command(run::binary());
    command.args(["demo-persons", "--count", &count.to_string(), "--project"]).arg(folder);
    let persons: Vec<String> = run::output(&mut command)?.lines().map(str::to_owned).collect();
    if persons.is_empty() {
        bail!("the demo has no persons");
    }
    Ok(persons)
}
