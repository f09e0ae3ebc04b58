//! Linkage beside Splink's: how right and how quick both are, on the same records and the same machine.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::promises::Promises;
use crate::{run, setup};

/// The least F1 of Anytown's clusters that is promised, of any seed.
pub(super) const ANYTOWN: f64 = 0.99;

/// The F1 of Anytown's clusters that is wanted.
const ANYTOWN_WANTED: f64 = 0.995;

/// How many times as fast as Splink we promise to be at scale, in all and in predict alone.
const FASTER: f64 = 15.0;

/// How many times our memory Splink's is, as promised at scale.
const LEANER: f64 = 3.0;

/// The linkage scripts and a Python that has what they need.
pub(super) struct Tools {
    scripts: PathBuf,
    python: PathBuf,
}

impl Tools {
    pub(super) fn ready() -> Result<Self> {
        let scripts = run::root().join("bench").join("linkage");
        let python = setup::python("splink-venv", &scripts.join("requirements.txt"))?;
        Ok(Self { scripts, python })
    }

    /// Gives the path of a file that lies beside the scripts.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.scripts.join(name)
    }

    /// Gives a command that runs a script.
    pub(super) fn script(&self, name: &str) -> Command {
        let mut command = run::command(&self.python);
        command.arg(self.file(name));
        command
    }

    /// Gives a command that runs `lucarne link run`, with the seconds and the memory of the process in its report.
    fn link_run(&self) -> Command {
        let mut command = self.script("timed.py");
        command.arg(run::binary()).args(["link", "run", "--json"]);
        command
    }
}

/// Runs a command that prints one JSON object.
fn report(command: &mut Command) -> Result<Value> {
    serde_json::from_str(&run::output(command)?).context("no JSON object")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Gives the folder of what benchmarks make.
pub(super) fn bench_folder() -> PathBuf {
    run::target_dir().join("bench")
}

/// How right pairs or clusters are.
#[derive(Clone, Copy)]
struct Score {
    f1: f64,
    precision: f64,
    recall: f64,
}

impl Score {
    fn of(value: &Value) -> Self {
        Self { f1: number(&value["f1"]), precision: number(&value["precision"]), recall: number(&value["recall"]) }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} ({:.4}, {:.4})", self.f1, self.precision, self.recall)
    }
}

/// Gives the best of scores by threshold, and its threshold: only who knows the truth can choose it.
fn best(of: &Value) -> Option<(&str, Score)> {
    let scores = of.as_object()?.iter().map(|(threshold, score)| (threshold.as_str(), Score::of(score)));
    scores.max_by(|(_, one), (_, other)| one.f1.total_cmp(&other.f1))
}

/// Records that are linked, and the options that name their columns.
struct Records {
    files: Vec<PathBuf>,
    named: &'static [&'static str],
    /// Whether only pairs of different files are wanted.
    link_only: bool,
    /// Where results go.
    out: PathBuf,
}

impl Records {
    /// Gives those of a person table.
    fn of_table(persons: &Path) -> Result<Self> {
        let out = persons.parent().context("the table is in a folder")?.to_path_buf();
        let named = &["--id", "uid", "--source", "src"];
        Ok(Self { files: vec![persons.to_path_buf()], named, link_only: false, out })
    }

    /// Links them by a linkage.toml, learning included.
    fn link(&self, tools: &Tools, config: &Path) -> Result<Value> {
        let mut command = tools.link_run();
        command.args(self.named).args(["--truth", "truth", "--config"]).arg(config);
        command.arg("--out").arg(self.out.join("lucarne")).arg("--input").args(&self.files);
        if self.link_only {
            command.arg("--link-only");
        }
        report(&mut command)
    }

    /// Links them by the linkage.toml that `lucarne link propose` writes, which never sees the truth.
    fn link_as_proposed(&self, tools: &Tools) -> Result<Value> {
        let proposed = self.out.join("proposed.toml");
        if proposed.is_file() {
            std::fs::remove_file(&proposed)?;
        }
        let mut propose = run::command(run::binary());
        propose.args(["link", "propose", "--quiet"]).args(self.named).args(["--ignore", "truth", "--out"]);
        run::run(propose.arg(&proposed).arg("--input").args(&self.files))?;
        self.link(tools, &proposed)
    }
}

/// Who linked, in a table that sets several beside each other.
struct Side {
    who: &'static str,
    clusters: Score,
    clusters_best: String,
    pairs: Score,
    pairs_best: String,
    /// Learning, comparing and clustering.
    seconds: [f64; 3],
    /// From the records to the clusters; ours from the start of the process to its end, reading, measuring and writing included.
    total: f64,
    peak_bytes: f64,
}

impl Side {
    /// Has Splink train on a person table, link it, and be scored at several thresholds.
    fn splink(tools: &Tools, who: &'static str, persons: &Path, more: &[&str]) -> Result<Self> {
        let found = report(tools.script("splink_synth.py").arg(persons).args(more))?;
        let at_best =
            |of: &Value| best(of).map_or(String::new(), |(threshold, score)| format!("{score} at {threshold}"));
        Ok(Self {
            who,
            clusters: Score::of(&found["clusters"]["0.95"]),
            clusters_best: at_best(&found["clusters"]),
            pairs: Score::of(&found["pairs"]["0.5"]),
            pairs_best: at_best(&found["pairs"]),
            seconds: ["train", "predict", "cluster"].map(|stage| number(&found["seconds"][stage])),
            total: number(&found["total"]),
            peak_bytes: number(&found["peak_rss_bytes"]),
        })
    }

    fn lucarne(who: &'static str, found: &Value) -> Self {
        Self {
            who,
            clusters: Score::of(&found["quality"]["clusters"]),
            clusters_best: String::new(),
            pairs: Score::of(&found["quality"]["pairs"]),
            pairs_best: String::new(),
            seconds: ["train", "score", "cluster"].map(|stage| number(&found["seconds"][stage])),
            total: number(&found["total"]),
            peak_bytes: number(&found["peak_rss_bytes"]),
        }
    }
}

/// Has Splink and us learn from a person table and link it, and prints how right and how quick each is.
///
/// `config` is what we are told; `more` says whether the table has columns that only Splink's `--more` compares; `promised`
/// is the least F1 of our clusters.
fn learnt(
    tools: &Tools,
    what: &str,
    persons: &Path,
    config: &str,
    more: bool,
    promised: Option<(&mut Promises, f64)>,
) -> Result<()> {
    let records = Records::of_table(persons)?;
    let mut sides = vec![Side::splink(tools, "Splink 5.0.0, usual settings", persons, &[])?];
    if more {
        sides.push(Side::splink(tools, "Splink 5.0.0, telephone and numbers too", persons, &["--more"])?);
    }
    let written = records.link(tools, &tools.file(config))?;
    let ours = Side::lucarne("Lucarne", &written);
    let promise =
        promised.map(|(promises, least)| promises.least(&format!("{what}, clusters"), ours.clusters.f1, least));
    let promise = promise.unwrap_or_default();
    sides.push(ours);
    sides.push(Side::lucarne("Lucarne, as proposed", &records.link_as_proposed(tools)?));
    println!("\n{what}: {} records, each side learning its own model\n", written["records"]);
    let row = |name: &str, cell: &dyn Fn(&Side) -> String, promised: &str| {
        let cells: Vec<String> = sides.iter().map(cell).collect();
        println!("| {name} | {} | {promised} |", cells.join(" | "));
    };
    row("F1 (precision, recall)", &|side| side.who.to_owned(), "promised");
    println!("|{}", "---|".repeat(sides.len() + 2));
    row("clusters at 0.95", &|side| side.clusters.to_string(), &promise);
    row("clusters, best of several thresholds", &|side| side.clusters_best.clone(), "");
    row("pairs at 0.5", &|side| side.pairs.to_string(), "");
    row("pairs, best of several thresholds", &|side| side.pairs_best.clone(), "");
    for (place, stage) in ["learning", "comparing", "clustering"].iter().enumerate() {
        let seconds = |side: &Side| side.seconds.get(place).map_or(String::new(), |seconds| format!("{seconds:.2}"));
        row(&format!("{stage}, s"), &seconds, "");
    }
    row("in all, s", &|side| format!("{:.2}", side.total), "");
    let theirs = sides.first().map_or(f64::NAN, |side| side.total);
    row("times as fast as Splink with usual settings", &|side| format!("{:.1}", theirs / side.total), "");
    row("peak memory, GiB", &|side| format!("{:.2}", side.peak_bytes / f64::from(1 << 30)), "");
    Ok(())
}

/// Prints how right and how quick Splink and we are on data that others made, and at scale. First both must do the same.
pub(super) fn beside() -> Result<()> {
    let tools = Tools::ready()?;
    let mut promises = Promises::default();
    let done = all_beside(&tools, &mut promises);
    promises.kept(done)
}

fn all_beside(tools: &Tools, promises: &mut Promises) -> Result<()> {
    parity_first(tools)?;
    let persons = towns_table(1, 0, tools)?;
    learnt(tools, "Anytown, seed 0", &persons, "anytown.toml", false, Some((&mut *promises, ANYTOWN)))?;
    seeds_of_anytown(tools, promises)?;
    let republic = persons_table(50_000, 1, tools)?;
    learnt(tools, "Republic, 50,000 people", &republic, "persons.toml", true, None)?;
    febrl_beside(tools, promises)?;
    towns_beside(tools, promises)
}

/// Whether parity was held in this process: once is enough.
static IS_HELD: AtomicBool = AtomicBool::new(false);

/// Holds ours to Splink's on Anytown, before anything is timed by a model of Splink.
fn parity_first(tools: &Tools) -> Result<()> {
    if !IS_HELD.load(Ordering::Relaxed) {
        parity(tools, &towns_table(1, 0, tools)?)?;
        IS_HELD.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// Holds every pair, comparison vector, weight and rule of ours to Splink's, by a model that it trains on the table.
fn parity(tools: &Tools, persons: &Path) -> Result<()> {
    let folder = bench_folder().join("linkage-parity");
    run::run(tools.script("splink_parity.py").arg("run").arg(persons).arg(&folder))?;
    let mut test = run::cargo();
    test.args(["test", "--quiet", "--package", "matching", "--test", "it", "--"]);
    test.args(["--ignored", "--exact", "splink::same_as_splink_on_files", "--nocapture"]);
    let said = run::output(test.env("SPLINK_PERSONS", persons).env("SPLINK_FOLDER", &folder))
        .context("we do not give Splink's pairs: nothing was timed")?;
    // A test that is not found passes too.
    if !said.contains(" 1 passed") {
        bail!("the comparison with Splink did not run: {said}");
    }
    let counted = said.lines().find(|line| line.contains(" records, ")).context("the comparison counted nothing")?;
    println!("parity with Splink: {counted}, no difference");
    Ok(())
}

/// The seeds of Anytown that are linked.
const SEEDS: std::ops::RangeInclusive<u64> = 0..=4;

pub(super) fn anytown_seeds() -> Result<()> {
    let mut promises = Promises::default();
    let done = seeds_of_anytown(&Tools::ready()?, &mut promises);
    promises.kept(done)
}

/// Links Anytown as each seed makes it, since what is promised is promised of any.
fn seeds_of_anytown(tools: &Tools, promises: &mut Promises) -> Result<()> {
    // What makes the tables prints too: the rows come after it.
    let mut rows = Vec::new();
    for seed in SEEDS {
        let persons = towns_table(1, seed, tools)?;
        let found = Records::of_table(&persons)?.link(tools, &tools.file("anytown.toml"))?;
        let (clusters, pairs) = (Score::of(&found["quality"]["clusters"]), Score::of(&found["quality"]["pairs"]));
        let promised = promises.least(&format!("Anytown, seed {seed}, clusters"), clusters.f1, ANYTOWN);
        let reached = if clusters.f1 >= ANYTOWN_WANTED { "reached" } else { "not reached" };
        rows.push(format!("| seed {seed} | {clusters} | {pairs} | {promised} | {ANYTOWN_WANTED}: {reached} |"));
    }
    println!("\n| Anytown, Lucarne | clusters at 0.95: F1 (precision, recall) | pairs at 0.5 | promised | wanted |");
    println!("|---|---|---|---|---|\n{}", rows.join("\n"));
    Ok(())
}

pub(super) fn small() -> Result<()> {
    let tools = Tools::ready()?;
    parity_first(&tools)?;
    same_model(&tools, &persons_table(50_000, 1, &tools)?, None)
}

pub(super) fn large() -> Result<()> {
    let tools = Tools::ready()?;
    parity_first(&tools)?;
    let mut promises = Promises::default();
    let done = same_model(&tools, &persons_table(1_000_000, 1, &tools)?, Some(("1,000,000 people", &mut promises)));
    promises.kept(done)
}

/// Has each side learn its own model of a million records: ours as the republic is linked.
pub(super) fn republic() -> Result<()> {
    let tools = Tools::ready()?;
    learnt(&tools, "Republic, 200,000 people", &persons_table(200_000, 1, &tools)?, "persons.toml", true, None)
}

/// How many towns make a country.
const TOWNS: u64 = 48;

pub(super) fn towns() -> Result<()> {
    let tools = Tools::ready()?;
    parity_first(&tools)?;
    let mut promises = Promises::default();
    let done = towns_beside(&tools, &mut promises);
    promises.kept(done)
}

/// Links many towns: each side by a model that it learns from them, training included, then both by one that is ready.
fn towns_beside(tools: &Tools, promises: &mut Promises) -> Result<()> {
    let persons = towns_table(TOWNS, 0, tools)?;
    learnt(tools, "48 towns", &persons, "anytown.toml", false, None)?;
    same_model(tools, &persons, Some(("48 towns", promises)))
}

/// Gives a name for what a seed makes: that of seed 0 has no addition.
fn of_seed(name: String, seed: u64) -> String {
    if seed == 0 { name } else { format!("{name}-seed-{seed}") }
}

/// Gives the folder of Anytown's registers and truth as a seed makes them, fetched where they are not there yet.
pub(super) fn anytown_of_seed(seed: u64) -> Result<PathBuf> {
    let anytown = bench_folder().join(of_seed("anytown".to_owned(), seed));
    if !anytown.join("truth.csv").is_file() {
        let example = run::root().join("examples").join("anytown");
        let their_python = setup::python("anytown-venv", &example.join("requirements.txt"))?;
        // The truth is begun first: what was cut short would look like a whole one.
        let begun = bench_folder().join(of_seed("anytown-begun".to_owned(), seed));
        let mut fetch = run::command(&their_python);
        fetch.arg(example.join("fetch.py")).args(["--seed", &seed.to_string(), "--out"]);
        run::run(fetch.arg(&begun))?;
        std::fs::rename(&begun, &anytown)
            .with_context(|| format!("{} can't be moved to {}", begun.display(), anytown.display()))?;
    }
    Ok(anytown)
}

/// Gives the person table of so many towns of a seed, made where it is not there yet.
fn towns_table(towns: u64, seed: u64, tools: &Tools) -> Result<PathBuf> {
    let folder = bench_folder().join(of_seed(format!("linkage-towns-{towns}"), seed));
    let persons = folder.join("persons.parquet");
    if !persons.is_file() {
        let anytown = anytown_of_seed(seed)?;
        let mut table = tools.script("towns.py");
        run::run(table.arg(&anytown).arg(&folder).args(["--towns", &towns.to_string()]))?;
    }
    Ok(persons)
}

/// How many GiB are promised to be enough for the most records, and how many these are at least.
const GROWN_GIB: f64 = 16.0;
const GROWN_RECORDS: f64 = 1e7;

pub(super) fn growth() -> Result<()> {
    let mut promises = Promises::default();
    let done = grown(&Tools::ready()?, &mut promises);
    promises.kept(done)
}

/// Links ever more records by one model of Splink, and the most of them by settings of ours too: how time and memory grow.
fn grown(tools: &Tools, promises: &mut Promises) -> Result<()> {
    let model = splink_model(tools)?;
    // The last are three republics, two of a million people each: nobody is in two of them.
    let all: [&[(u64, u64)]; 4] =
        [&[(20_000, 1)], &[(200_000, 1)], &[(1_000_000, 1)], &[(1_000_000, 1), (1_000_000, 2), (20_000, 3)]];
    // What makes the tables prints too: the rows come after it.
    let mut tables = Vec::with_capacity(all.len());
    for republics in all {
        let inputs = republics.iter().map(|(people, seed)| persons_table(*people, *seed, tools));
        tables.push(inputs.collect::<Result<Vec<PathBuf>>>()?);
    }
    let out = bench_folder().join("linkage-growth");
    let gib = |report: &Value| number(&report["peak_rss_bytes"]) / f64::from(1 << 30);
    println!(
        "| records | pairs compared | in all, s | predict, s | million pairs a second and core | peak memory, GiB \
         | promised |"
    );
    println!("|---|---|---|---|---|---|---|");
    let most = tables.len().saturating_sub(1);
    for (place, inputs) in tables.iter().enumerate() {
        let mut ours = tools.link_run();
        ours.args(["--clusters-only", "--model"]).arg(&model).arg("--input").args(inputs);
        let report = report(ours.arg("--out").arg(&out))?;
        let predict = number(&report["seconds"]["encode"]) + number(&report["seconds"]["predict"]);
        let promised = if place == most {
            promises.least("the most records that are linked", number(&report["records"]), GROWN_RECORDS);
            promises.most("the most records by a model of Splink, GiB", gib(&report), GROWN_GIB)
        } else {
            String::new()
        };
        println!(
            "| {} | {} | {:.2} | {predict:.2} | {:.2} | {:.2} | {promised} |",
            report["records"],
            report["pairs_compared"],
            number(&report["total"]),
            number(&report["pairs_compared"]) / predict / cores() / 1e6,
            gib(&report),
        );
    }
    let Some(inputs) = tables.last() else { return Ok(()) };
    // By settings of ours learning is in it, and all pairs are written.
    let mut ours = tools.link_run();
    ours.args(["--id", "uid", "--source", "src", "--config"]).arg(tools.file("persons.toml")).arg("--input");
    let report = report(ours.args(inputs).arg("--out").arg(&out))?;
    let stage = |name: &str| number(&report["seconds"][name]);
    let promised = promises.most("the most records by settings of ours, GiB", gib(&report), GROWN_GIB);
    println!(
        "\n| records, by settings of ours | pairs compared | in all, s | learning, s | comparing, s | clustering, s \
         | peak memory, GiB | promised |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    println!(
        "| {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {promised} |",
        report["records"],
        report["pairs_compared"],
        number(&report["total"]),
        stage("train"),
        stage("score"),
        stage("cluster"),
        gib(&report),
    );
    Ok(())
}

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1, usize::from) as f64
}

pub(super) fn febrl() -> Result<()> {
    let mut promises = Promises::default();
    let done = febrl_beside(&Tools::ready()?, &mut promises);
    promises.kept(done)
}

/// Links two small sets that much of the literature reports, by Splink as its documentation does, and by us.
fn febrl_beside(tools: &Tools, promises: &mut Promises) -> Result<()> {
    let folder = bench_folder().join("febrl");
    run::run(tools.script("febrl.py").arg(&folder))?;
    let (mut rows, mut times) = (Vec::new(), Vec::new());
    for (data, set, files, documented, promised) in [
        ("FEBRL3", "3", &["febrl3.parquet"] as &[&str], "0.9929", 0.995),
        ("FEBRL4", "4", &["febrl4a.parquet", "febrl4b.parquet"], "0.9992", 0.9995),
    ] {
        let records = Records {
            files: files.iter().map(|file| folder.join(file)).collect(),
            named: &["--id", "unique_id"],
            link_only: files.len() > 1,
            out: folder.join(data),
        };
        std::fs::create_dir_all(&records.out)?;
        let theirs = report(tools.script("splink_febrl.py").arg(set).args(&records.files))?;
        let their_best = best(&theirs["pairs"]);
        let their_best = their_best.map_or(String::new(), |(threshold, score)| format!("{score} at {threshold}"));
        let written = records.link(tools, &tools.file("febrl.toml"))?;
        let proposed = records.link_as_proposed(tools)?;
        let pairs = Score::of(&written["quality"]["pairs"]);
        rows.push(format!(
            "| {data} | {} | {their_best} | {documented} | {} | {pairs} | {} | {} | {} | {} |",
            Score::of(&theirs["pairs"]["0.5"]),
            Score::of(&theirs["clusters"]["0.95"]),
            Score::of(&written["quality"]["clusters"]),
            Score::of(&proposed["quality"]["pairs"]),
            Score::of(&proposed["quality"]["clusters"]),
            promises.least(&format!("{data}, pairs"), pairs.f1, promised),
        ));
        let [splink, ours, as_proposed] = [&theirs, &written, &proposed].map(|found| number(&found["total"]));
        times.push(format!(
            "| {data} | {splink:.2} | {ours:.2} | {:.1} | {as_proposed:.2} | {:.1} |",
            splink / ours,
            splink / as_proposed,
        ));
    }
    println!(
        "\n| F1 (precision, recall) | Splink 5.0.0, pairs at 0.5 | its best of several thresholds | its documentation \
         | its clusters at 0.95 | Lucarne, pairs at 0.5 | clusters at 0.95 | as proposed, pairs | clusters \
         | promised of our pairs |"
    );
    println!("|{}\n{}", "---|".repeat(10), rows.join("\n"));
    println!(
        "\n| learning, comparing and clustering, s | Splink 5.0.0 | Lucarne | times as fast | as proposed \
         | times as fast |"
    );
    println!("|{}\n{}", "---|".repeat(6), times.join("\n"));
    println!(
        "\nSplink's from the records in memory to the clusters; ours is the whole process, files and scores included."
    );
    Ok(())
}

/// The least match weight of pairs that either side keeps.
const LEAST_WEIGHT: &str = "-4";

/// Runs Splink and us with one model on one table, one after the other, each in a process of its own. Fails unless both make
/// the same clusters. Of the clusters alone speed and memory are promised at scale, which `promised` is given for.
fn same_model(tools: &Tools, persons: &Path, mut promised: Option<(&str, &mut Promises)>) -> Result<()> {
    let model = splink_model(tools)?;
    let out = persons.parent().context("the table is in a folder")?;
    let mut tables = Vec::new();
    // Once for the clusters alone, once with every pair of the least weight written too.
    for (what, only) in [("clusters alone", true), ("clusters and pairs", false)] {
        let options: &[&str] = if only { &["--clusters-only"] } else { &["--least-weight", LEAST_WEIGHT] };
        let mut theirs = tools.script("splink_speed.py");
        let theirs = report(theirs.arg(&model).arg(persons).arg(out.join("splink")).args(options))?;
        let mut ours = tools.link_run();
        ours.arg("--input").arg(persons).arg("--model").arg(&model);
        let ours = report(ours.arg("--out").arg(out.join("lucarne")).args(options))?;
        if theirs["edges"] != ours["edges"] || theirs["persons"] != ours["persons"] {
            bail!(
                "the same work was not done: {} and {} pairs kept, {} and {} clusters",
                theirs["edges"],
                ours["edges"],
                theirs["persons"],
                ours["persons"]
            );
        }
        let clusters = ["splink", "lucarne"].map(|side| out.join(side).join("clusters.parquet"));
        run::output(tools.script("same_clusters.py").args(clusters)).context("the clusters are not the same")?;
        tables.push((what, only, theirs, ours));
    }
    for (what, only, theirs, ours) in &tables {
        let held = promised.as_mut().filter(|_| *only).map(|(of, promises)| (*of, &mut **promises));
        compare(what, theirs, ours, held);
    }
    println!("\nThe model was ready: training is in neither time.");
    Ok(())
}

/// Prints what Splink and we took for the same work.
fn compare(what: &str, theirs: &Value, ours: &Value, mut promised: Option<(&str, &mut Promises)>) {
    println!(
        "\n{what}: {} records, {} pairs compared, {} kept\n",
        ours["records"], ours["pairs_compared"], ours["edges"]
    );
    println!("| what | Splink 5.0.0, DuckDB 2.0.0 | Lucarne | ratio | promised |\n|---|---|---|---|---|");
    let mut row = |name: &str, theirs: f64, ours: f64, least: Option<f64>| {
        let ratio = theirs / ours;
        let said = match (least, promised.as_mut()) {
            (Some(least), Some((of, promises))) => promises.least(&format!("{of}, {what}, {name}"), ratio, least),
            // Nothing is promised of this run, but it is said where we lose.
            (Some(least), None) if ratio < least => format!("less than {least}"),
            _ => String::new(),
        };
        println!("| {name} | {theirs:.2} | {ours:.2} | {ratio:.1} | {said} |");
    };
    let stage =
        |report: &Value, names: &[&str]| names.iter().map(|name| number(&report["seconds"][*name])).sum::<f64>();
    let predict = (stage(theirs, &["predict"]), stage(ours, &["encode", "predict"]));
    row("in all, s", number(&theirs["total"]), number(&ours["total"]), Some(FASTER));
    row("read, s", stage(theirs, &["read"]), stage(ours, &["read"]), None);
    row("predict, s", predict.0, predict.1, Some(FASTER));
    row("cluster, s", stage(theirs, &["cluster"]), stage(ours, &["cluster"]), None);
    row("write, s", stage(theirs, &["write"]), stage(ours, &["write"]), None);
    let gib = |report: &Value| number(&report["peak_rss_bytes"]) / f64::from(1 << 30);
    row("peak memory, GiB", gib(theirs), gib(ours), Some(LEANER));
    let rate = |seconds: f64| number(&ours["pairs_compared"]) / seconds / cores() / 1e6;
    println!("| million pairs a second and core, predict | {:.2} | {:.2} | | |", rate(predict.0), rate(predict.1));
}

/// Blocks by the date of birth and a letter too: a wide net for wrong names, so that there are a hundred million pairs.
const MORE_RULES: [&str; 2] = [
    r#"l."dob" = r."dob" AND SUBSTRING(l."last_name", 1, 1) = SUBSTRING(r."last_name", 1, 1)"#,
    r#"l."dob" = r."dob" AND SUBSTRING(l."first_name", 1, 1) = SUBSTRING(r."first_name", 1, 1)"#,
];

/// Gives the model that Splink trained, once, on the small republic: how it was trained plays no part in what is timed.
fn splink_model(tools: &Tools) -> Result<PathBuf> {
    let trained = bench_folder().join("linkage-model");
    let model = trained.join("model.json");
    if !model.is_file() {
        let mut train = tools.script("splink_parity.py");
        train.arg("run").arg(persons_table(50_000, 1, tools)?).arg(&trained);
        for rule in MORE_RULES {
            train.args(["--rule", rule]);
        }
        run::run(train.args(["--least", LEAST_WEIGHT]))?;
    }
    Ok(model)
}

/// How far apart the ids of two republics begin.
const UIDS: u64 = 1_000_000_000;

/// Gives the person table of a republic, made where it is not there yet.
pub(super) fn persons_table(people: u64, seed: u64, tools: &Tools) -> Result<PathBuf> {
    let name = if seed == 1 { format!("linkage-{people}") } else { format!("linkage-{people}-{seed}") };
    let folder = bench_folder().join(name);
    let persons = folder.join("persons.parquet");
    if !persons.is_file() {
        let mut synth = run::command(run::binary());
        synth.args(["synth", "--quiet", "--people", &people.to_string(), "--seed", &seed.to_string(), "--out"]);
        run::run(synth.arg(&folder))?;
        let mut table = tools.script("synth_persons.py");
        run::run(table.arg(&folder).args(["--first-uid", &((seed - 1) * UIDS).to_string()]))?;
    }
    Ok(persons)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_best_threshold_is_that_of_the_highest_f1() {
        let score = |f1: f64| json!({"f1": f1, "precision": 1.0, "recall": 0.5});
        let scores = json!({"0.5": score(0.7), "0.9999": score(0.9), "0.999999": score(0.8)});
        let (threshold, found) = best(&scores).unwrap();
        assert_eq!((threshold, found.to_string().as_str()), ("0.9999", "0.9000 (1.0000, 0.5000)"));
        assert!(best(&json!(null)).is_none());
    }
}
