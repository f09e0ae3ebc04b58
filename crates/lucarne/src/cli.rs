//! What can be typed. The help texts are the reference of the command line.

use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::help;

/// An open data platform for public registers: every look has a purpose and is on the record.
#[derive(Debug, Parser)]
#[command(name = "lucarne", version, after_help = help::AFTER_HELP, max_term_width = 110)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Prints one JSON object on standard output instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Prints no progress, even on a terminal, and no advice.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a synthetic republic, brings its registers together and serves it.
    ///
    /// Prints each stage with counts, then the address to open and three lines to try. On a folder that holds a finished
    /// demo it serves at once. Ctrl-C ends it cleanly: while it serves as `serve` does, and before that with the log closed; the
    /// same command then begins anew. A second Ctrl-C ends it at once, whatever it still does.
    #[command(after_long_help = help::DEMO_HELP)]
    Demo(Demo),

    /// Writes a small project that works.
    ///
    /// It has two registers of made-up people, models over them, a purpose for an officer and one for the people
    /// themselves, and identities to sign in as: it can be ingested, linked and served at once, and changed from there.
    /// Nothing that is there already is overwritten.
    #[command(after_long_help = help::INIT_HELP)]
    Init {
        /// The folder to write; it must not exist or be empty.
        dir: PathBuf,
    },

    /// Checks every file of a project and reports all errors at once.
    ///
    /// Reads `lucarne.toml` and the folders beside it, no data, and writes nothing; so it runs beside a server. Each error is
    /// shown at its line with what to do; docs/project-files.md lists their codes. Purposes and agreements that are not in
    /// force today are warnings: the project can be used, and the gate gives nothing under them.
    #[command(after_long_help = help::CHECK_HELP)]
    Check(ProjectOption),

    /// Makes the registers of a synthetic republic, with known truth.
    ///
    /// Writes `registers/`, twelve registers in thirteen files (CSV, JSON lines, Parquet), with errors as registers have them;
    /// `truth.parquet`, which row is of which person (register, file, row, person); `districts.geojson`, a map; and
    /// `README.txt`, by which the folder is known as one of these. Files of the same names are overwritten, unless a
    /// `README.txt` of somebody else is there; nothing in the folder is written through a symbolic link. docs/synthetic-republic.md describes each register. No project is needed.
    #[command(after_long_help = help::SYNTH_HELP)]
    Synth(Synth),

    /// Reads registers' files into the lake; rows that don't fit go to quarantine with their reasons.
    ///
    /// Reads the files that `source` in `registers/*.toml` names and writes a new version of each register's table, with an
    /// entry in the log. The same files again change nothing.
    ///
    /// A row that does not fit its columns goes to quarantine: it is kept with its line and the reason, and no model sees
    /// it. Counts, reasons and lines are told at the end and stand on the page `/runs/quarantine/REGISTER`, which an
    /// engineer opens. If more rows are bad than `quarantined_share_max` of the register accepts, the delivery is rejected
    /// as a whole and the rows of the one before stay.
    #[command(after_long_help = help::INGEST_HELP)]
    Ingest(Ingest),

    /// Runs the SQL models.
    ///
    /// Reads the registers' tables and writes one table for each file in `models/`. Models whose text and registers are as
    /// before are not run again. What a model is expected to be is looked at before its table changes: where it does not
    /// hold, the old table stays, and the other models are built all the same.
    #[command(after_long_help = help::BUILD_HELP)]
    Build(Build),

    /// Links records of the same person, in a project or (`link run`) in loose files; `link events` tells what that changed.
    ///
    /// Without a subcommand it links a project: reads the person models under the agreement that linkage.toml names, and writes
    /// who is whom, pairs for stewards to judge and what happened to person ids, at the end. Ids of persons stay as
    /// they were where their records do.
    #[command(after_long_help = help::LINK_HELP)]
    Link(Link),

    /// Builds the serving index and swaps it in.
    ///
    /// Reads the registers, the person models and who is whom by the last `lucarne link`, and writes a generation of the
    /// index below the project's data. It is swapped in whole once it is done, and the one before is removed; a build that
    /// is cut short changes nothing.
    #[command(after_long_help = help::INDEX_HELP)]
    Index(ProjectOption),

    /// Serves the API and the pages on loopback.
    ///
    /// Needs an index. Prints the address and, for each identity of the project, a link that signs in as it and holds for a
    /// day. Nothing but this machine may connect. Every look is written to the log before it is answered.
    ///
    /// Ctrl-C waits for the requests under way, closes the log and ends. A second Ctrl-C ends it at once, whatever it still does:
    /// what is on the log is durable, and the next command closes it.
    #[command(after_long_help = help::SERVE_HELP)]
    Serve(Serve),

    /// Reads and verifies the transparency log.
    Log(Log),

    /// Prints pseudonyms of persons, as the load test's agency knows them. Demo projects only.
    #[command(hide = true)]
    DemoPersons(DemoPersons),
}

impl Command {
    /// Gives the folder of the project that it works on; none for a command without one.
    pub(crate) fn project(&self) -> Option<&Path> {
        let option = match self {
            Self::Check(project) | Self::Index(project) => project,
            Self::Ingest(options) => &options.project,
            Self::Build(options) => &options.project,
            Self::Link(options) => match &options.command {
                Some(LinkCommand::Events(events)) => &events.project,
                Some(_) => return None,
                None => &options.project,
            },
            Self::Serve(options) => &options.project,
            Self::Log(log) => match &log.command {
                LogCommand::Verify { project, .. }
                | LogCommand::Checkpoint { project }
                | LogCommand::Show { project, .. } => project,
            },
            Self::Demo(options) => return Some(options.project.as_deref().unwrap_or(&options.dir)),
            Self::Init { .. } | Self::Synth(_) | Self::DemoPersons(_) => return None,
        };
        Some(&option.project)
    }
}

/// Where the project is.
#[derive(Debug, Args, Clone)]
pub(crate) struct ProjectOption {
    /// The project's folder.
    #[arg(long, value_name = "DIR", default_value = ".", env = "LUCARNE_PROJECT")]
    pub(crate) project: PathBuf,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many people live in the republic, 1,000 at least: with fewer a register may have no row, or one bad row may be
    /// too many.
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    pub(crate) people: u64,

    /// The seed; the same seed makes the same republic.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// The folder of the demo.
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub(crate) dir: PathBuf,

    /// Runs an existing project instead of the synthetic republic, such as `examples/anytown`.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["people", "seed", "dir", "reset"])]
    pub(crate) project: Option<PathBuf>,

    /// Begins anew: empties the folder of an earlier demo first, unless another process has it open. A folder that no demo
    /// made is never emptied.
    #[arg(long)]
    pub(crate) reset: bool,

    /// The port to serve on; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 7070)]
    pub(crate) port: u16,

    /// Ends when the data is ready instead of serving it.
    #[arg(long)]
    pub(crate) no_serve: bool,
}

/// Options of `synth`.
#[derive(Debug, Args)]
pub(crate) struct Synth {
    /// How many people live in the republic, 1 at least.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) people: u64,

    /// The seed; the same seed gives the same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Options of `ingest`.
#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// Where the project is.
    #[command(flatten)]
    pub(crate) project: ProjectOption,

    /// The registers to read; all when none is named.
    pub(crate) registers: Vec<String>,

    /// Reads one file and prints a register file that would fit it; nothing is ingested. A file within the project is
    /// named as it lies there; one of its data is refused.
    #[arg(long, value_name = "FILE", conflicts_with = "registers")]
    pub(crate) infer: Option<PathBuf>,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// Where the project is.
    #[command(flatten)]
    pub(crate) project: ProjectOption,

    /// Runs only the models that linkage reads, or only those above it.
    #[arg(long, value_enum, default_value_t = Side::All)]
    pub(crate) side: Side,
}

/// Which models to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Side {
    /// Those that make person records, and what they need.
    Persons,
    /// Those that make objects, and what they need.
    Objects,
    /// All.
    All,
}

/// `link` and `link run`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Link {
    /// Loose files instead of a project, or what runs of a project changed.
    #[command(subcommand)]
    pub(crate) command: Option<LinkCommand>,

    /// Learn the model from the records anew. Without it records are weighed by the model of the run before, unless
    /// linkage.toml has other comparisons by now. Rules, threshold and what is known of registers may have changed.
    #[arg(long)]
    pub(crate) refit: bool,

    /// Where the project is.
    #[command(flatten)]
    pub(crate) project: ProjectOption,
}

/// What `link` does beside linking a project.
#[derive(Debug, Subcommand)]
pub(crate) enum LinkCommand {
    /// Links Parquet or CSV files without a project.
    ///
    /// Writes `edges.parquet` (source_l, id_l, source_r, id_r, match_weight = log2 of the odds with the prior,
    /// match_probability) and `clusters.parquet` (source, id, cluster). No project's data is opened: a file of one is
    /// refused, and so is a folder in one. What was not looked at, since a block was too large or a record has no key, is told.
    #[command(after_long_help = help::LINK_RUN_HELP)]
    Run(LinkRun),
    /// Explains any two records of Parquet or CSV files: why they are, or are not, one person.
    ///
    /// The files are linked as `link run` does, and nothing is written. For each comparison it tells both values, the level of
    /// agreement, what it adds to the log2 odds, how frequent the value is where that counts, and a sentence; then the odds
    /// before anything is compared, the odds in all and the probability, which blocking rules give the pair (a pair that none
    /// gives is explained as well) and whether clustering puts the two together.
    ///
    /// The answer holds values of both records.
    #[command(after_long_help = help::LINK_EXPLAIN_HELP)]
    Explain(LinkExplain),
    /// Proposes a linkage.toml for Parquet or CSV files: from what their columns hold, with the reason of each line.
    ///
    /// Nothing is linked. Read it, change what you know better, and hand it to `link run --config` or to a project. No value
    /// of a record is in it.
    #[command(after_long_help = help::LINK_PROPOSE_HELP)]
    Propose(LinkPropose),
    /// Keeps Parquet or CSV files linked in memory and answers records that come on standard input: whose they are.
    ///
    /// A line is a JSON object with the columns of the files, the id and the source (`source`, if no column names it); a
    /// record that is there already is replaced, and `"_gone": true` takes it away. Each line is answered by one: `with` names
    /// the records that are the same person now, `tie` the strongest pair and why; `error` says what is wrong with a line,
    /// which then changes nothing. The result is that of a whole run by the same model. What linking the files left out, and
    /// what learning could not settle, is told on standard error. With `--json` lines are not answered, and one object at the
    /// end says that too, how many lines there were and how long they took.
    ///
    /// Values of a record that was replaced or went stay in memory and in the journal for as long as this runs. The next start
    /// writes the journal anew without them before it takes it, and warns where it may not; files it leaves as they are, so
    /// take an erased record out of those too. A line that took it away is then left out, and counted.
    #[command(after_long_help = help::LINK_RESOLVE_HELP)]
    Resolve(LinkResolve),
    /// Lists what happened to person ids in the project's runs, the last events last.
    ///
    /// A line names the run and when it began, the kind of event, the person, the persons that records came from, and how
    /// many records the person has now. `new`: none of the records was anybody's before; `merge`: records of others came to
    /// the person; `split`: the person is made of records that were taken out of others; `back`: as a split, but the id is
    /// one that was gone, as when a judgement was taken back; `gone`: the id is nobody's any more. No value of a record is
    /// read. Reading the spine is a job of linking, with its entry in the log; nothing is written.
    #[command(after_long_help = help::LINK_EVENTS_HELP)]
    Events(LinkEvents),
}

/// Options of `link events`.
#[derive(Debug, Args)]
pub(crate) struct LinkEvents {
    /// How many events are listed at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) last: u32,

    /// Where the project is.
    #[command(flatten)]
    pub(crate) project: ProjectOption,
}

/// Records in files that belong to no project.
#[derive(Debug, Args)]
pub(crate) struct LooseRecords {
    /// The files, Parquet or CSV by their ending; each is a source of its name.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(crate) input: Vec<PathBuf>,

    /// The column that names a row within its file.
    #[arg(long, value_name = "COLUMN", default_value = "unique_id")]
    pub(crate) id: String,

    /// The column that names a row's source, where one file holds several.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) source: Option<String>,
}

/// Options of `link explain`.
#[derive(Debug, Args)]
pub(crate) struct LinkExplain {
    /// The first record: its id, or SOURCE:ID where several sources have the id. Both records stand before the options, or
    /// after `--`.
    #[arg(value_name = "LEFT")]
    pub(crate) left: String,

    /// The second record, named alike.
    #[arg(value_name = "RIGHT")]
    pub(crate) right: String,

    /// Where the records are.
    #[command(flatten)]
    pub(crate) records: LooseRecords,

    /// Blocking, comparisons and threshold: a linkage.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// Links rows of different files only.
    #[arg(long)]
    pub(crate) link_only: bool,

    /// A model that `link run` or `link resolve` kept with `--keep-model`. Without it one is learnt from the files.
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
}

/// Options of `link resolve`.
#[derive(Debug, Args)]
pub(crate) struct LinkResolve {
    /// Where the records are.
    #[command(flatten)]
    pub(crate) records: LooseRecords,

    /// Blocking, comparisons and threshold: a linkage.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// Where lines are kept, on the disk before they are answered, and taken again the next time. Without it they are
    /// forgotten at the end.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    /// Where the model is kept: what is there weighs, and if nothing is, what was learnt from the files is written.
    #[arg(long, value_name = "FILE")]
    pub(crate) keep_model: Option<PathBuf>,

    /// How many lines are taken at once, where that many are waiting.
    #[arg(long, value_name = "LINES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) batch: u32,
}

/// Options of `link propose`.
#[derive(Debug, Args)]
pub(crate) struct LinkPropose {
    /// Where the records are.
    #[command(flatten)]
    pub(crate) records: LooseRecords,

    /// Columns that are not to be looked at, such as one that tells the truth.
    #[arg(long, value_name = "COLUMN", num_args = 1..)]
    pub(crate) ignore: Vec<String>,

    /// The file to write, which must not be there; without it the proposal goes to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Options of `link run`.
#[derive(Debug, Args)]
pub(crate) struct LinkRun {
    /// Where the records are.
    #[command(flatten)]
    pub(crate) records: LooseRecords,

    /// Blocking, comparisons and threshold: a linkage.toml.
    #[arg(long, value_name = "FILE", required_unless_present = "model")]
    pub(crate) config: Option<PathBuf>,

    /// A model that Splink 5 trained and saved as JSON, instead of a linkage.toml: its comparisons, m and u, term
    /// frequencies and blocking rules. Columns of ids and sources are those that it names.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "id", "source", "link_only"])]
    pub(crate) model: Option<PathBuf>,

    /// With `--model`: the least match weight (log2 odds) of the pairs that are written.
    #[arg(long, value_name = "BITS", requires = "model", allow_hyphen_values = true, default_value_t = 0.0)]
    pub(crate) least_weight: f64,

    /// With `--model`: only clusters are written, no edges: pairs make clusters as they come, and none is kept.
    #[arg(long, requires = "model", conflicts_with = "least_weight")]
    pub(crate) clusters_only: bool,

    /// With `--model`: the least match probability of pairs that make clusters.
    #[arg(long, value_name = "P", requires = "model", default_value_t = 0.95, value_parser = probability)]
    pub(crate) threshold: f64,

    /// Writes to `edges.parquet` also what each comparison made of each pair: `level_…`, the level of agreement (with `--model`
    /// `gamma_…`, Splink's number of it), `weight_…`, what it adds to the match weight, and `household_weight`, what is taken
    /// back for what people of one household share (not with `--model`).
    #[arg(long, conflicts_with = "clusters_only")]
    pub(crate) levels: bool,

    /// Where the model is kept: what is there weighs, and if nothing is, what was learnt from the files is written.
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    pub(crate) keep_model: Option<PathBuf>,

    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// The column that says which rows are one person, to measure precision and recall; it is never compared.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) truth: Option<String>,

    /// Compares rows of different files only.
    #[arg(long)]
    pub(crate) link_only: bool,
}

/// Reads a probability of which log odds can be taken.
fn probability(text: &str) -> Result<f64, String> {
    let found: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if found > 0.0 && found < 1.0 { Ok(found) } else { Err("it must lie between 0 and 1".to_owned()) }
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where the project is.
    #[command(flatten)]
    pub(crate) project: ProjectOption,

    /// The port on loopback; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 7070)]
    pub(crate) port: u16,
}

/// `log …`.
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// What to do with the log.
    #[command(subcommand)]
    pub(crate) command: LogCommand,
}

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Recomputes the whole log from its entries and checks every tile and the signature.
    ///
    /// Ends with status 6 and names the place when one bit is wrong.
    #[command(after_long_help = help::LOG_VERIFY_HELP)]
    Verify {
        /// Where the project is.
        #[command(flatten)]
        project: ProjectOption,

        /// A checkpoint saved earlier: proves that the log only grew since.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },

    /// Prints the log's signed checkpoint, to keep and compare later.
    #[command(after_long_help = help::LOG_CHECKPOINT_HELP)]
    Checkpoint {
        /// Where the project is.
        #[command(flatten)]
        project: ProjectOption,
    },

    /// Prints entries as they stand in the log; they hold no personal data.
    #[command(after_long_help = help::LOG_SHOW_HELP)]
    Show {
        /// Where the project is.
        #[command(flatten)]
        project: ProjectOption,

        /// The first entry.
        #[arg(long, value_name = "INDEX", default_value_t = 0)]
        from: u64,

        /// How many.
        #[arg(long, value_name = "N", default_value_t = 20)]
        count: u64,
    },
}

/// Takes hidden commands out of what an error suggests.
pub(crate) fn without_hidden(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::Strings(suggested)) = error.get(ContextKind::SuggestedSubcommand) else { return error };
    let commands = Cli::command();
    let is_hidden = |name: &str| commands.find_subcommand(name).is_some_and(clap::Command::is_hide_set);
    let shown: Vec<String> = suggested.iter().filter(|name| !is_hidden(name)).cloned().collect();
    if shown.is_empty() {
        error.remove(ContextKind::SuggestedSubcommand);
    } else {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(shown));
    }
    error
}

/// Options of `demo-persons`.
#[derive(Debug, Args)]
pub(crate) struct DemoPersons {
    /// Where the project is.
    #[command(flatten)]
    pub(crate) project: ProjectOption,

    /// How many.
    #[arg(long, default_value_t = 1000)]
    pub(crate) count: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_republic_has_a_least_number_of_people() {
        let demo = |people: &str| Cli::try_parse_from(["lucarne", "demo", "--people", people]);
        assert!(demo("1000").is_ok());
        for few in ["0", "1", "10", "999"] {
            let refused = demo(few).unwrap_err();
            assert!(refused.exit_code() == 2 && refused.to_string().contains("1000"), "{refused}");
        }
    }
    #[test]
    fn records_to_explain_stand_before_the_options_or_after_two_dashes() {
        let files = ["--config", "l.toml", "--input", "a.csv", "b.csv"];
        let first = [&["lucarne", "link", "explain", "a:1", "b:2"][..], &files].concat();
        let last = [&["lucarne", "link", "explain"][..], &files, &["--", "a:1", "b:2"]].concat();
        for arguments in [first, last] {
            let cli = Cli::try_parse_from(&arguments).unwrap();
            let Command::Link(Link { command: Some(LinkCommand::Explain(explain)), .. }) = cli.command else {
                panic!("{arguments:?}")
            };
            assert_eq!((explain.left.as_str(), explain.right.as_str(), explain.records.input.len()), ("a:1", "b:2", 2));
        }
    }
}
