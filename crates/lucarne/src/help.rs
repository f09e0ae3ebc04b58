//! What help says below the options: examples, and with which status a command ends.

// Each paragraph is one line: the help is broken where the terminal ends.
pub(crate) const AFTER_HELP: &str = "\
A project is a folder of text files: registers, models, linkage, purposes, agreements, policies. `lucarne init DIR` \
writes a small one that works; docs/project-files.md describes every key. Data lies in the project's `data` folder, \
never in git.

The usual order is: ingest, build, link, index, serve. `lucarne demo` runs all of them on a synthetic republic.

Environment: LUCARNE_PROJECT names the project's folder where `--project` does not. LUCARNE_LOG says what is logged to \
standard error: a level (`error`, `warn`, `info`, `debug`, `trace`, or `off`), for all or for parts, as in \
`warn,linkage=debug`; without it, `warn`. NO_COLOR, if it is not empty, takes the colours out of these lines.

Exit status: 0 done; 1 failed; 2 wrong usage; 3 a project file is wrong; 4 refused by a rule; 5 data was rejected (too \
many rows that don't fit, or an expectation); 6 the log doesn't verify; 7 in use by another process, or a port is taken; \
130 ended by Ctrl-C or SIGTERM before the work was done: the log is closed, unless a second one came meanwhile, which does \
not wait for it, and the same command starts again. `init` and `link resolve` are ended by a signal at once.";

pub(crate) const DEMO_HELP: &str = "\
Examples:
  lucarne demo
  lucarne demo --people 200000 --port 8080
  lucarne demo --no-serve --json
  lucarne demo --project examples/anytown

With `--json` the object tells `records_in`, `records_quarantined` and `persons`; `pair_…` and `cluster_…`, precision, recall \
and F1 of the linkage; `seconds` by stage; `peak_rss_bytes`, the most memory held. Where it serves, also `address` and \
`identities` with their tokens. `pair_…` and `cluster_…` are null where nothing was linked now, as in a folder that holds a \
finished demo, or where no truth is known; `peak_rss_bytes` is null where the system does not say, as outside Linux.

A finished demo is served at once, or with `--no-serve` left as it is. A `--project` is worked on again with `--no-serve`, and \
served at once where it has an index.

Exit status: 0 served and ended by Ctrl-C or SIGTERM, or made, with `--no-serve`; 1 failed, as when the disk is full; 2 the \
folder holds something else, or a demo of another size or seed; 3 a project file is wrong; 4 no purpose in force allows \
it; 5 a delivery was rejected, or an expectation did not hold; 7 the port is taken, or another process has the folder open; \
130 ended by a signal before it served: the same command starts again, on the demo's folder, which it empties first; with \
`--project` nothing is removed. 130 also where a second signal ended it at once while it served: then nothing is made anew.";

pub(crate) const INIT_HELP: &str = "\
Examples:
  lucarne init town
  lucarne check --project town

Exit status: 0 written; 1 it can't be written, as when the disk is full; 2 the folder is not empty. A signal ends it at once: \
remove what is there by then before it is written again.";

pub(crate) const CHECK_HELP: &str = "\
Examples:
  lucarne check
  lucarne check --project town --json

Exit status: 0 in order, or warnings alone; 3 a file is wrong; 130 ended by a signal.";

pub(crate) const SYNTH_HELP: &str = "\
Example:
  lucarne synth --people 50000 --out republic

Exit status: 0 written; 1 it can't be written, as when the disk is full, or there are too many people; 2 the folder is \
somebody else's, is within a project's data, or has a symbolic link where something would be written; 130 ended by a signal: \
the same command writes all files anew.";

pub(crate) const INGEST_HELP: &str = "\
Examples:
  lucarne ingest
  lucarne ingest residents --project town
  lucarne ingest --infer incoming/residents.csv > registers/residents.toml

Exit status: 0 read; 1 failed, as when a file is missing; 2 there is no such register; 3 a project file is wrong; \
5 the delivery was rejected; 7 another process has the project open; \
130 ended by a signal.";

pub(crate) const BUILD_HELP: &str = "\
Examples:
  lucarne build
  lucarne build --side persons --project town

Exit status: 0 built; 1 failed, as when a register was never ingested; 3 a project file is wrong; 4 no purpose in force \
allows it; 5 an expectation did not hold; 7 another process has the project open; \
130 ended by a signal.";

pub(crate) const LINK_HELP: &str = "\
Examples:
  lucarne link --project town
  lucarne link --refit --json

Exit status: 0 linked; 1 failed, as when the models were never built; 3 a project file is wrong; 4 no purpose in force \
allows it; 7 another process has the project open; 130 ended by a signal: who is whom stays as it was.";

pub(crate) const LINK_RUN_HELP: &str = "\
Examples:
  lucarne link run --input tax.csv census.csv --config linkage.toml --out linked
  lucarne link run --input people.parquet --id number --source register --config linkage.toml --out linked --truth person
  lucarne link run --input tax.csv census.csv --model splink.json --out linked --json

Exit status: 0 linked; 1 failed, as when a file can't be read or the disk is full; 2 a file of settings can't be read, or \
there is one source where pairs across sources are wanted; 3 linkage.toml is wrong, or the model is not understood; \
130 ended by a signal. Each file of an earlier run is replaced as a whole at the end, one after the other: a signal may leave \
`.part` files, or one file of each run.";

pub(crate) const LINK_EXPLAIN_HELP: &str = "\
Examples:
  lucarne link explain tax:17 census:23 --config linkage.toml --input tax.csv census.csv
  lucarne link explain --config linkage.toml --input tax.csv census.csv --model model.json --json -- 17 23

Exit status: 0 explained, whether the two are linked or not; 1 failed, as when a file can't be read; 2 LEFT or RIGHT names no \
record or several; 3 linkage.toml is wrong; \
130 ended by a signal.";

pub(crate) const LINK_PROPOSE_HELP: &str = "\
Examples:
  lucarne link propose --input tax.csv census.csv
  lucarne link propose --input people.csv --ignore person --out linkage.toml

Exit status: 0 proposed; 1 failed, as when a file can't be read; 2 the file to write is there already or can't be written; \
130 ended by a signal.";

pub(crate) const LINK_RESOLVE_HELP: &str = "\
Examples:
  lucarne link resolve --input people.csv --config linkage.toml < records.jsonl
  lucarne link resolve --input people.csv --config linkage.toml --journal taken.jsonl --keep-model model.json --batch 64

Exit status: 0 every line was answered; 1 failed, as when a file can't be read or the journal can't be written; 2 \
linkage.toml can't be read, or the records are not named as they should be; 3 linkage.toml is wrong; 5 a line was not \
understood. A signal ends it at once: what was answered is in the journal.";

pub(crate) const LINK_EVENTS_HELP: &str = "\
Examples:
  lucarne link events --project town
  lucarne link events --last 1000 --json

Exit status: 0 listed, or nothing happened yet; 1 failed; 3 a project file is wrong; 4 no purpose in force allows it; 7 \
another process has the project open; 130 ended by a signal.";

pub(crate) const INDEX_HELP: &str = "\
Example:
  lucarne index --project town

Exit status: 0 built; 1 failed, as when the project was not linked; 3 a project file is wrong; 4 no purpose in force \
allows it; 7 another process has the project open, such as a `lucarne serve`; \
130 ended by a signal.";

pub(crate) const SERVE_HELP: &str = "\
Examples:
  lucarne serve --project town
  lucarne serve --port 0 --json

Exit status: 0 ended by Ctrl-C or SIGTERM; 1 failed, as when there is no index; 3 a project file is wrong; 7 the port is taken, or \
another process has the project open; 130 ended by a signal before it served, or at once by a second one.";

pub(crate) const LOG_VERIFY_HELP: &str = "\
Examples:
  lucarne log verify --project town
  lucarne log verify --checkpoint saved.checkpoint --json

Exit status: 0 every entry, tile and signature is right; 1 failed, as when there is no log yet; 2 the saved checkpoint is \
none, or not one that this log signed, and the log was not examined; 3 a project file is wrong; 6 the log does not verify, or \
did not only grow since; 130 ended by a signal.";

pub(crate) const LOG_CHECKPOINT_HELP: &str = "\
Example:
  lucarne log checkpoint --project town > saved.checkpoint

Exit status: 0 printed; 1 failed, as when there is no log yet; 3 a project file is wrong; 130 ended by a signal.";

pub(crate) const LOG_SHOW_HELP: &str = "\
Examples:
  lucarne log show --project town
  lucarne log show --from 1000 --count 100 --json

Exit status: 0 printed, also when there is none at INDEX; 1 failed, as when there is no log yet; 3 a project file is wrong; \
6 the log's checkpoint or an entry is missing or damaged; 130 ended by a signal.";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;
    use crate::cli::Cli;

    /// Gives what can be run, with the words that name it and what its help says below the options.
    fn runnable() -> Vec<(Vec<String>, String)> {
        fn below(command: &clap::Command, named: &[String], found: &mut Vec<(Vec<String>, String)>) {
            for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
                let named = [named, &[command.get_name().to_owned()]].concat();
                below(command, &named, found);
                // One that has others below it may do something by itself.
                if !command.is_subcommand_required_set() {
                    found.push((named, command.get_after_long_help().map(ToString::to_string).unwrap_or_default()));
                }
            }
        }
        let mut found = Vec::new();
        below(&Cli::command(), &["lucarne".to_owned()], &mut found);
        found
    }

    #[test]
    fn every_command_has_examples_and_says_how_it_ends() {
        let all = runnable();
        let link = |(named, _): &&(Vec<String>, String)| named[1] == "link";
        assert!(all.iter().filter(link).count() > 1 && all.iter().any(|(named, _)| named.len() == 2), "{all:?}");
        for (named, help) in all {
            let is_examples = |part: &&str| part.starts_with("Example:\n") || part.starts_with("Examples:\n");
            let (examples, rest): (Vec<&str>, Vec<&str>) = help.split("\n\n").partition(is_examples);
            assert_eq!(examples.len(), 1, "{named:?}: {help}");
            let mut is_shown = false;
            for example in examples[0].lines().skip(1) {
                let words: Vec<&str> =
                    example.split_whitespace().take_while(|word| !["<", ">"].contains(word)).collect();
                let parsed = Cli::try_parse_from(&words);
                assert!(example.starts_with("  ") && parsed.is_ok(), "{example}: {parsed:?}");
                is_shown |= words.iter().zip(&named).filter(|(word, name)| *word == name).count() == named.len();
            }
            assert!(is_shown, "{named:?}: {help}");
            // Examples stand line by line, the rest are paragraphs.
            assert!(rest.iter().all(|paragraph| !paragraph.contains('\n')), "{named:?}: {help}");
            assert!(rest.last().is_some_and(|last| last.starts_with("Exit status: 0 ")), "{named:?}: {help}");
            let ends_at_once = named.last().is_some_and(|name| ["init", "resolve"].contains(&name.as_str()));
            let says = if ends_at_once { "A signal ends it at once" } else { "130 ended by a signal" };
            assert!(help.contains(says) && help.contains("130") != ends_at_once, "{named:?}: {help}");
        }
    }

    #[test]
    fn help_names_what_the_environment_says_and_every_status() {
        // Lines are broken where the terminal ends.
        let long = Cli::command().render_long_help().to_string();
        let long = long.split_whitespace().collect::<Vec<_>>().join(" ");
        for named in
            ["Environment:", "LUCARNE_LOG", "LUCARNE_PROJECT", "NO_COLOR", "Exit status: 0 done", "130 ended by"]
        {
            assert!(long.contains(named), "{named}: {long}");
        }
        assert!(AFTER_HELP.split("\n\n").all(|paragraph| !paragraph.contains('\n')), "{AFTER_HELP}");
    }

    #[test]
    fn help_says_what_a_second_ctrl_c_does_to_a_server() {
        let command = Cli::command();
        for name in ["demo", "serve"] {
            let mut served = command.find_subcommand(name).unwrap().clone();
            let long = served.render_long_help().to_string();
            let long = long.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(long.contains("A second Ctrl-C ends it at once, whatever it still does"), "{name}: {long}");
            let (_, status) = long.split_once("Exit status: ").unwrap();
            assert!(status.contains("130") && status.contains("at once"), "{name}: {status}");
        }
    }
}
