//! Benchmarks that run the product as its users do, and print tables.

mod anytown;
mod clone;
mod linkage;
mod promises;

use std::collections::BTreeMap;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::linkage::{Tools, persons_table};
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
    ("linkage-growth", "that model at 100,000 to 10,000,000 records, by us alone", linkage::growth),
    ("anytown-seeds", "Anytown as five seeds make it, linked by us and scored", linkage::anytown_seeds),
    ("anytown", "the project of Anytown, from its registers to the index", anytown::project),
    ("resolve", "records that come later, 1,000,000 people in memory", resolve),
    ("resolve-http", "records that come over HTTP, 50,000 people in memory", resolve_http_small),
    ("resolve-http-1m", "records that come over HTTP, 1,000,000 people in memory", resolve_http_large),
    ("febrl", "FEBRL's data sets 3 and 4, linked by Splink and by us and scored", linkage::febrl),
    ("dossier", "dossiers over HTTP at 50,000 people, 50 in flight", dossier_small),
    ("dossier-1m", "dossiers over HTTP at 1,000,000 people, 50 in flight", dossier_large),
    ("pages", "every page at 1,000,000 people, one request at a time", pages),
    ("clone", "from a clone to an open page, compiled from nothing; runs when it is named only", clone::page),
];

/// Those that run when they are named only: they take half an hour.
const NAMED_ONLY: &[&str] = &["clone"];

/// How many requests are kept in flight.
const IN_FLIGHT: usize = 50;

/// How long a server is given to read its index ahead before it is measured.
const READ_AHEAD: Duration = Duration::from_secs(5);

/// How often each page is asked for.
const VISITS: usize = 200;

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

/// Gives the folder of a demo, which is made where it is not there yet. What is promised of it, its own benchmark holds it to.
fn made(people: u64) -> Result<PathBuf> {
    let folder = folder(people);
    if !folder.join("lucarne.toml").is_file() {
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

/// How many records are resolved one by one.
const RESOLVED: usize = 20_000;

/// Holds one record in a hundred back, keeps the others in memory, and lets these come: one by one, then all at once.
fn resolve() -> Result<()> {
    let tools = Tools::ready()?;
    let persons = persons_table(1_000_000, 1, &tools)?;
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
    let batch = report("batch", &later, &u32::MAX.to_string())?;
    let mut link = run::command(run::binary());
    link.args(["link", "run", "--json", "--id", "uid", "--source", "src", "--input"]).arg(&persons);
    link.arg("--config").arg(tools.file("persons.toml")).arg("--out").arg(out.join("whole"));
    let link: Value = serde_json::from_str(&run::output(&mut link)?)?;
    let unwritten: f64 = ["read", "score", "cluster"].iter().map(|stage| number(&link["seconds"][*stage])).sum();
    let whole = unwritten + number(&link["seconds"]["write"]);
    let taking = number(&batch["seconds_taking"]);
    println!("| what | figure |\n|---|---|");
    println!("| records in memory | {} |", single["records"]);
    println!(
        "| one by one, p50 / p99 / slowest, ms | {:.2} / {:.2} / {:.1} |",
        number(&single["latency_ms"][0]),
        number(&single["latency_ms"][1]),
        number(&single["latency_ms"][2])
    );
    println!("| the disk's own fsync p99, ms | {:.2} |", load::quantile_ms(&fsync, 0.99));
    println!(
        "| p99 beyond the disk's, ms (promised: 2) | {:.2} |",
        number(&single["latency_ms"][1]) - load::quantile_ms(&fsync, 0.99)
    );
    let of = |what: &str| number(&batch["seconds_taking_of"][what]);
    // A whole run reads, compares, clusters and leaves its result on the disk too, and gives no reasons.
    let alike = of("lines") + of("journal") + of("change");
    println!("| one in a hundred at once: read, durable, compared and clustered, s | {alike:.2} |");
    println!("| with all answers and their reasons, s | {taking:.2} |");
    println!("| all from the files, nothing learnt: read, compared, clustered, written, s | {whole:.1} |");
    println!("| share, % (promised: 5) | {:.1} |", 100.0 * alike / whole);
    println!("| share of a run that writes nothing, % (promised: 5) | {:.1} |", 100.0 * alike / unwritten);
    println!("| share with reasons, % | {:.1} |", 100.0 * taking / whole);
    Ok(())
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

fn resolve_http_small() -> Result<()> {
    resolve_http(50_000)
}

fn resolve_http_large() -> Result<()> {
    resolve_http(1_000_000)
}

/// How many records are resolved over HTTP, one at a time.
const RESOLVED_OVER_HTTP: usize = 4_000;

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
fn resolve_http(people: u64) -> Result<()> {
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
    let fsync = load::fsync_latencies(&folder.join("data"), 2_000)?;
    let measured = load::fire(address, &headers, shots, 1)?;
    let fsync_p99 = load::quantile_ms(&fsync, 0.99);
    let p99 = measured.quantile_ms(0.99);
    println!("| what | figure |\n|---|---|");
    println!("| from the start until the first answer, s | {:.1} |", ready.as_secs_f64());
    println!("| memory of the server then, GiB | {:.2} |", memory as f64 / f64::from(1 << 30));
    println!("| records, one at a time | {} ({} not answered with 200) |", measured.latencies.len(), measured.failed);
    println!("| p50 / p90, ms | {:.2} / {:.2} |", measured.quantile_ms(0.5), measured.quantile_ms(0.9));
    println!("| p99 / slowest, ms | {p99:.2} / {:.2} |", measured.quantile_ms(1.0));
    println!("| the disk's own fsync p50 / p99, ms | {:.2} / {fsync_p99:.2} |", load::quantile_ms(&fsync, 0.5));
    println!("| p99 beyond one fsync of the disk, ms (promised: 2) | {:.2} |", p99 - fsync_p99);
    println!("| p99 beyond the three that an answer waits for, ms | {:.2} |", p99 - 3.0 * fsync_p99);
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

/// A page that is measured: who asks, how it is called, and what is sent each time.
struct PageAsked {
    who: &'static str,
    name: &'static str,
    shots: Vec<Shot>,
}

/// Of how many addresses it is asked who else is there.
const HOMES: usize = 5;

/// The page that says why something was refused.
const REFUSED: &str = "a refusal";

/// Measures what the server takes for each page, from the request to the last byte of the answer, and its size over the wire.
fn pages() -> Result<()> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let folder = made(LARGE)?;
    let persons = some_persons(&folder, VISITS)?;
    let served = browser::serve(&folder)?;
    let address: SocketAddr = served.told.address.trim_start_matches("http://").parse()?;
    let get = |path: String| Shot { method: "GET", path, body: String::new() };
    let post = |path: &str, body: String| Shot { method: "POST", path: path.to_owned(), body };
    let mut sessions: BTreeMap<&str, String> = BTreeMap::from([("nobody", String::new())]);
    for who in ["load-test", "refused", "welfare-officer", "steward", "data-protection-officer", "engineer", "citizen"]
    {
        let name = if who == "refused" { "load-test" } else { who };
        let identity = served.told.identities.iter().find(|identity| identity.name == name);
        let token = &identity.with_context(|| format!("the demo has no identity `{name}`"))?.token;
        let entered = load::ask(address, "", FORM, &get(format!("/enter?token={token}")))?;
        sessions.insert(who, entered.session().context("no session")?);
    }
    let cookie = |session: &str| format!("Cookie: {session}\r\nAccept-Encoding: gzip\r\n");
    let form_token = |session: &str, path: &str| -> Result<String> {
        let page = load::ask(address, &format!("Cookie: {session}\r\n"), FORM, &get(path.to_owned()))?;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let token = text.split("name=\"form_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Ok(token.context("the page has no form")?.to_owned())
    };
    for (who, purpose) in
        [("load-test", "load-test"), ("refused", "student-loan-relief"), ("welfare-officer", "benefit-eligibility")]
    {
        let work = format!(
            "form_token={}&back=/search&purpose={purpose}&case=BENCH-1&justification=measuring+how+long+a+page+takes",
            form_token(&sessions[who], "/search")?
        );
        let set = load::ask(address, &cookie(&sessions[who]), FORM, &post("/work", work))?;
        sessions.insert(who, set.session().context("the purpose was not taken")?);
    }
    let token = form_token(&sessions["load-test"], "/search")?;
    let token_refused = form_token(&sessions["refused"], "/search")?;
    // The first address on a page that has a part in it.
    let link_on = |who: &str, path: &str, part: &str| -> Result<String> {
        let page = load::ask(address, &format!("Cookie: {}\r\n", sessions[who]), FORM, &get(path.to_owned()))?;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let mut links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        Ok(links.find(|link| link.contains(part)).with_context(|| format!("{path} has no link to {part}"))?.to_owned())
    };
    let mut of_pairs = (0..VISITS).filter_map(|pair| link_on("steward", &format!("/review/{pair}"), "/links/").ok());
    let a_link = of_pairs.next().context("no pair has a link")?;
    let a_contest = link_on("citizen", "/me/records", "/contest")?;
    let again = |path: &str| (0..VISITS).map(|_| get(path.to_owned())).collect::<Vec<_>>();
    // Addresses of some dossiers, of which it is asked who else is there. The purpose gives them whole, of few persons a day.
    let welfare = "welfare-officer";
    let token_welfare = form_token(&sessions[welfare], "/search")?;
    let sought = post("/search", format!("form_token={token_welfare}&name=Maria+Novak"));
    let plain = format!("Cookie: {}\r\n", sessions[welfare]);
    let found = load::ask(address, &plain, FORM, &sought)?;
    let found = String::from_utf8_lossy(&found.body).into_owned();
    let dossiers = found.split("href=\"/person/").skip(1).filter_map(|rest| rest.split('"').next()).take(HOMES);
    let mut homes: Vec<Shot> = Vec::new();
    for dossier in dossiers {
        let page = load::ask(address, &plain, FORM, &get(format!("/person/{dossier}")))?;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let home = text.split("name=\"address\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        // What has been escaped is another text.
        if let Some(home) = home.filter(|home| !home.contains('&')) {
            let asked = format!("form_token={token_welfare}&address={}", form_encoded(home));
            homes.extend((0..VISITS / HOMES).map(|_| post("/search/household", asked.clone())));
        }
    }
    if homes.is_empty() {
        bail!("no dossier has an address of which it can be asked who else is there");
    }
    let token_desk = form_token(&sessions["data-protection-officer"], "/desk")?;
    let naming = format!("form_token={token_desk}&reason=measuring+how+long+a+page+takes");
    let names = ["Maria", "Aguilar", "Novak", "Smith", "Elena", "Okafor", "Ines", "Bauer", "Li", "Haddad"];
    let search = |at: usize| {
        let (first, last) = (names[at % names.len()], names[(at / names.len() + 1) % names.len()]);
        post("/search", format!("form_token={token}&name={first}+{last}"))
    };
    std::thread::sleep(READ_AHEAD);
    let asked = [
        PageAsked { who: "nobody", name: "/", shots: again("/") },
        PageAsked { who: "nobody", name: "/components", shots: again("/components") },
        PageAsked { who: "nobody", name: "/api/docs/", shots: again("/api/docs/") },
        PageAsked { who: "nobody", name: "/registers", shots: again("/registers") },
        PageAsked { who: "nobody", name: "/registers/tax", shots: again("/registers/tax") },
        PageAsked { who: "nobody", name: "/purposes", shots: again("/purposes") },
        PageAsked { who: "nobody", name: "/agreements", shots: again("/agreements") },
        PageAsked { who: "load-test", name: "/search", shots: again("/search") },
        PageAsked { who: "load-test", name: "/search, searched", shots: (0..VISITS).map(search).collect() },
        PageAsked {
            who: "load-test",
            name: "/person",
            shots: persons.iter().map(|person| get(format!("/person/{person}"))).collect(),
        },
        PageAsked { who: welfare, name: "who else is at an address", shots: homes },
        PageAsked { who: "steward", name: "/review", shots: again("/review") },
        PageAsked {
            who: "steward",
            name: "/review, a pair",
            shots: (0..VISITS).map(|pair| get(format!("/review/{pair}"))).collect(),
        },
        PageAsked { who: "steward", name: "/review, a link", shots: again(&a_link) },
        PageAsked { who: "steward", name: "/review/explain", shots: again("/review/explain") },
        PageAsked {
            who: "refused",
            name: REFUSED,
            shots: (0..VISITS)
                .map(|_| post("/search", format!("form_token={token_refused}&name=Maria+Novak")))
                .collect(),
        },
        PageAsked { who: "data-protection-officer", name: "/desk", shots: again("/desk") },
        PageAsked {
            who: "data-protection-officer",
            name: "/desk, officers named",
            shots: (0..VISITS).map(|_| post("/desk/officers", naming.clone())).collect(),
        },
        PageAsked { who: "data-protection-officer", name: "/quality", shots: again("/quality") },
        PageAsked { who: "data-protection-officer", name: "/log", shots: again("/log") },
        PageAsked { who: "data-protection-officer", name: "/log, an entry", shots: again("/log/1") },
        PageAsked { who: "engineer", name: "/runs", shots: again("/runs") },
        PageAsked { who: "engineer", name: "/runs, a quarantine", shots: again("/runs/quarantine/tax") },
        PageAsked { who: "citizen", name: "/me", shots: again("/me") },
        PageAsked { who: "citizen", name: "/me, contest", shots: again(&a_contest) },
        PageAsked { who: "citizen", name: "/me/records", shots: again("/me/records") },
    ];
    let fsync = load::fsync_latencies(&folder.join("data"), 2_000)?;
    let fsync_p95 = load::quantile_ms(&fsync, 0.95);
    let mut promises = Promises::default();
    println!(
        "| page | p50, ms | p95, ms | promised | KB over the wire, at most | promised |\n|---|---|---|---|---|---|"
    );
    for PageAsked { who, name, shots } in asked {
        let (mut latencies, mut bytes) = (Vec::with_capacity(shots.len()), 0);
        for shot in &shots {
            let begun = std::time::Instant::now();
            let answered = load::ask(address, &cookie(&sessions[who]), FORM, shot)?;
            latencies.push(begun.elapsed());
            bytes = bytes.max(answered.body.len());
            if answered.status != if name == REFUSED { 403 } else { 200 } {
                bail!("{} {} answered {}", shot.method, shot.path, answered.status);
            }
        }
        latencies.sort_unstable();
        let quantile = |share| load::quantile_ms(&latencies, share);
        let (p50, p95, kilobytes) = (quantile(0.5), quantile(0.95), bytes as f64 / 1e3);
        let in_time = promises.most(&format!("{name}, p95 beyond the disk's, ms"), p95 - fsync_p95, 30.0);
        let in_bytes = promises.most(&format!("{name}, KB over the wire"), kilobytes, 150.0);
        println!("| {name} | {p50:.1} | {p95:.1} | {in_time} | {kilobytes:.0} | {in_bytes} |");
    }
    println!("\nthe disk's own fsync p95: {fsync_p95:.2} ms");
    promises.kept(Ok(()))
}

/// Gives a text as a form sends it.
fn form_encoded(text: &str) -> String {
    let of = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(of).collect()
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
