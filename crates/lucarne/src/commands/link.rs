//! `lucarne link` and `lucarne link run`.

use std::path::Path;
use std::sync::Arc;

use linkage::{
    EventCounts, FileOptions, FileReport, LinkProgress, LinkReport, LinkageError, PastEvent, ProposeOptions, Quality,
    SplinkOptions, Watch,
};
use matching::{Estimate, IdentifierCheck, RuleReport};
use model::diagnostic::SourceFile;
use model::{Actor, Diagnostics, LinkageConfig};

use crate::app::App;
use crate::cli::{LinkEvents, LinkPropose, LinkRun, LooseRecords};
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count, counted};

pub(crate) async fn run(dir: &Path, refit: bool, output: Output) -> Outcome {
    let app = super::open(dir).await?;
    let linked = link(&app, refit, output).await;
    output.object(&super::closing(app, linked).await?)
}

/// Links the project's records, by a model that is learnt anew if `refit`.
pub(crate) async fn link(app: &App, refit: bool, output: Output) -> Result<LinkReport, Failure> {
    let stage = output.stage("link");
    let run = app.new_run()?;
    let progress = |progress: LinkProgress| stage.at(progress.done, progress.of);
    let App { lake, gate, project, clock, .. } = app;
    let by = &Actor::System;
    let report = match refit {
        true => linkage::refit(lake, gate, project, by, &run, clock.as_ref(), &progress).await,
        false => linkage::link(lake, gate, project, by, &run, clock.as_ref(), &progress).await,
    };
    let report = report.map_err(|error| match error {
        LinkageError::Denied(denied) => super::denied(denied),
        wrong @ LinkageError::Config(_) => {
            Failure::new(Ending::Project, anyhow::Error::new(wrong).context("linkage.toml"))
        }
        other => Failure::from(other),
    })?;
    stage.done(format!(
        "{}, {}, {} compared by model {}, {}",
        counted(report.records, "record"),
        counted(report.persons, "person"),
        counted(report.pairs_compared, "pair"),
        report.model_version,
        if report.model_learnt { "learnt now" } else { "as before" },
    ));
    if let Some(events) = told(report.events) {
        output.say(format!("{:9} {:>9}  {events}", "", "events"));
    }
    say_quality(report.quality.as_ref(), output);
    say_watch(&report.watch, output);
    let left_out = left_out(&report.rules, report.records_without_key, report.persons_large);
    left_out.into_iter().for_each(|line| output.say(line));
    note(&report.warnings, report.model_learnt, output);
    if let Some(line) = doubts_of_kept(&report) {
        output.aside(line);
    }
    Ok(report)
}

/// Says how many doubts the model has that a run was given; none of a model that was learnt now, whose doubts are told, or that
/// has none.
fn doubts_of_kept(report: &LinkReport) -> Option<String> {
    let (model, doubts) = (report.model_version, report.watch.doubts.len() as u64);
    let noun = if doubts == 1 { "doubt" } else { "doubts" };
    (!report.model_learnt && doubts > 0).then(|| {
        format!(
            "note: model {model} has {} {noun} of when it was learnt: the page of quality lists them",
            count(doubts)
        )
    })
}

/// Gives what happened to persons in a line; none when nothing did.
fn told(events: EventCounts) -> Option<String> {
    let EventCounts { new, merge, split, back, gone } = events;
    let kinds = [("new", new), ("merged", merge), ("split", split), ("back", back), ("gone", gone)];
    // That an id came back is rare: all others are named even where there are none.
    let named = kinds.iter().filter(|(kind, number)| *number > 0 || *kind != "back");
    let each: Vec<String> = named.map(|(kind, number)| format!("{kind} {}", count(*number))).collect();
    kinds.iter().any(|(_, number)| *number > 0).then(|| each.join(", "))
}

/// Lists the last events of person ids.
pub(crate) async fn events(options: &LinkEvents, output: Output) -> Outcome {
    let app = super::open(&options.project.project).await?;
    let read = past_events(&app, options.last as usize).await;
    let events = super::closing(app, read).await?;
    for event in &events {
        if !output.line(line_of(event)) {
            break;
        }
    }
    if events.is_empty() {
        output.aside("nothing happened to a person yet: link the project first with `lucarne link`");
    }
    output.object(&serde_json::json!({ "events": events }))
}

async fn past_events(app: &App, most: usize) -> Result<Vec<PastEvent>, Failure> {
    let run = app.new_run()?;
    let read = linkage::past_events(&app.lake, &app.gate, &Actor::System, &run, most).await;
    read.map_err(|error| match error {
        LinkageError::Denied(denied) => super::denied(denied),
        other => Failure::from(other),
    })
}

/// Gives an event as a line of a list.
fn line_of(event: &PastEvent) -> String {
    let from: Vec<String> = event.from.iter().map(ToString::to_string).collect();
    let from = if from.is_empty() { String::new() } else { format!(" from {}", from.join(", ")) };
    let records = if event.records == 1 { "record" } else { "records" };
    let at = event.at.format("%Y-%m-%dT%H:%M:%SZ");
    let (run, kind, person) = (&event.run, event.kind.as_str(), event.person);
    format!("{at}  {run}  {kind:5}  {person}{from}  ({} {records} now)", count(event.records))
}

/// How a warning ends that is about a level of a comparison that no pair had, or none that may be of one person.
const NEVER_SEEN: &str = "was never seen";

/// What a warning says that is about a level that hardly any match had.
const HARDLY_SEEN: &str = ": fewer than one match is expected at the level ";

/// Notes what a linkage warns of.
pub(crate) fn note(warnings: &[String], learnt: bool, output: Output) {
    let (warnings, unseen) = without_unseen(warnings);
    // A run that learnt nothing has nothing new to say of its model.
    if !unseen.is_empty() && learnt {
        if output.watched() {
            by_comparison(&unseen).into_iter().for_each(|line| output.note(format!("note: {line}")));
        } else {
            let were = if unseen.len() == 1 { "level was" } else { "levels were" };
            let many = unseen.len();
            output
                .aside(format!("note: {many} {were} never seen or hardly, as in small registers: `--json` lists them"));
        }
    }
    // Last, so that many levels don't hide them.
    for warning in warnings {
        output.note(format!("note: {warning}"));
    }
}

/// What stands between the comparison and the level in a warning of a level that was never seen.
const THE_LEVEL: &str = ": the level ";

/// Gives warnings of levels that were never seen, those of one comparison in one line.
fn by_comparison(unseen: &[&String]) -> Vec<String> {
    let mut levels: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut lines = Vec::new();
    for warning in unseen {
        let parts = warning.strip_suffix(NEVER_SEEN).and_then(|said| said.split_once(THE_LEVEL));
        let Some((name, level)) = parts else {
            lines.push((*warning).clone());
            continue;
        };
        match levels.last_mut().filter(|(last, _)| *last == name) {
            Some((_, found)) => found.push(level.trim_end()),
            None => levels.push((name, vec![level.trim_end()])),
        }
    }
    lines.extend(levels.into_iter().map(|(name, found)| format!("{name}: never seen: {}", found.join(", "))));
    lines
}

/// Gives what a linkage did not look at, in lines for people; none where it looked at all that there is.
pub(crate) fn left_out(rules: &[RuleReport], without_key: u64, persons_large: u64) -> Vec<String> {
    let line = |what: &str, says: String| format!("{:9} {what:>9}  {says}", "");
    let sum = |of: fn(&RuleReport) -> u64| rules.iter().map(of).sum::<u64>();
    let (skipped, split) = (sum(|rule| rule.blocks_skipped), sum(|rule| rule.blocks_split));
    let mut lines = Vec::new();
    let most = rules.iter().filter(|rule| rule.pairs_cut > 0).max_by_key(|rule| rule.pairs_cut);
    if let Some(most) = most {
        let by_most = format!("most by `{}` ({})", most.rule, count(most.pairs_cut));
        lines.push(line(
            "cut",
            format!(
                "{} blocks skipped and {} split for their size: {} pairs that their rules did not look at, {by_most}",
                count(skipped),
                count(split),
                count(sum(|rule| rule.pairs_cut)),
            ),
        ));
    }
    let lacking = rules.iter().filter(|rule| rule.records_without_key > 0).max_by_key(|rule| rule.records_without_key);
    if let Some(lacking) = lacking.filter(|_| without_key > 0) {
        lines.push(line(
            "no key",
            format!(
                "{} records have no key under any rule and are compared with nobody; most lack that of `{}` ({})",
                count(without_key),
                lacking.rule,
                count(lacking.records_without_key),
            ),
        ));
    }
    if persons_large > 0 {
        lines.push(line(
            "large",
            format!(
                "{} persons of more than {} records: merges looked at that many of each group",
                count(persons_large),
                matching::SEEN_MAX
            ),
        ));
    }
    lines
}

/// Gives the warnings but for those of levels that were never seen or hardly, and these: a small project has dozens, and they
/// would hide the rest.
fn without_unseen(warnings: &[String]) -> (Vec<&String>, Vec<&String>) {
    warnings.iter().partition(|warning| !warning.ends_with(NEVER_SEEN) && !warning.contains(HARDLY_SEEN))
}

/// Gives in short what the persons show of identifiers.
fn conflicts(check: &IdentifierCheck) -> String {
    let IdentifierCheck { comparison, shared, sharers, placeholders, several } = check;
    let says = format!(
        "{comparison}: {} shared by {} persons, {} persons have several",
        count(*shared),
        count(*sharers),
        count(*several)
    );
    match placeholders {
        0 => says,
        _ => format!("{says}, {} held for placeholders", count(*placeholders)),
    }
}

/// Says in short what is watched of a linkage.
fn say_watch(watch: &Watch, output: Output) {
    let shape = &watch.shape;
    let percent = |part: u64, whole: u64| part as f64 * 100.0 / whole.max(1) as f64;
    let sparse: u64 = shape.sizes.iter().map(|class| class.sparse).sum();
    output.say(format!(
        "{:9} {:>9}  {} of {} records unlinkable ({:.2} %), {} persons of low density",
        "",
        "watched",
        count(shape.unlinkable),
        count(shape.records),
        percent(shape.unlinkable, shape.records),
        count(sparse),
    ));
    for check in watch.identifiers.iter().filter(|check| check.shared + check.several + check.placeholders > 0) {
        output.say(format!("{:9} {:>9}  {}", "", "conflicts", conflicts(check)));
    }
    if let Some(check) = &watch.households {
        output.say(format!(
            "{:9} {:>9}  {} pairs of different persons agree on {} and {}, {} were expected",
            "",
            "household",
            count(check.pairs),
            check.comparisons[0],
            check.comparisons[1],
            count(check.expected.round() as u64),
        ));
    }
    if let Some(sample) = &watch.sample {
        let drawn: u64 = sample.strata.iter().map(|stratum| stratum.drawn).sum();
        let judged: u64 = sample.strata.iter().map(|stratum| stratum.same + stratum.different).sum();
        let estimated = |name: &str, estimate: Option<Estimate>| match estimate {
            Some(Estimate { share, least, most }) => format!("{name} {share:.3} ({least:.3} to {most:.3})"),
            None => format!("{name} not known: too few are judged"),
        };
        output.say(format!(
            "{:9} {:>9}  of pairs compared or linked: {} drawn, {} judged in turn; {}, {}",
            "",
            "sample",
            count(drawn),
            count(judged),
            estimated("precision", sample.estimates.precision),
            estimated("recall", sample.estimates.recall),
        ));
    }
    if let Some(drift) = &watch.drift {
        let moved = drift.moved.iter().map(|moved| format!("{} {:.3}", moved.what.as_str(), moved.index));
        output.say(format!("{:9} {:>9}  {}, since {}", "", "drift", moved.collect::<Vec<_>>().join(", "), drift.since));
    }
}

/// Says how right a linkage is, where there is a truth to hold it against.
pub(crate) fn say_quality(quality: Option<&Quality>, output: Output) {
    if let Some(quality) = quality {
        for (what, found) in [("pairs", &quality.pairs), ("clusters", &quality.clusters)] {
            output.say(format!(
                "{:9} {:>9}  precision {:.4}, recall {:.4}, F1 {:.4}",
                "", what, found.precision, found.recall, found.f1
            ));
        }
    }
}

/// Refuses a file that belongs to a project's data.
fn loose(path: &Path) -> Outcome {
    let shown = path.display();
    match lake::is_within_data(path) {
        Ok(false) => Ok(()),
        Ok(true) => Err(crate::usage(format!("{shown} belongs to a project's data: name another file"))),
        Err(error) => Err(crate::usage(format!("{shown} can't be reached: {error}"))),
    }
}

/// Reads a file that an option names. What is wrong with it is shown with its line, so that it may be no project's data.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    loose(path)?;
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Ending::Usage, anyhow::anyhow!("{} can't be read: {error}", path.display())))
}

/// Links loose files by a model of Splink.
fn run_by_splink(model: &Path, options: &LinkRun, output: Output) -> Outcome {
    let text = read(model)?;
    let stage = output.stage("link");
    let files = SplinkOptions {
        inputs: options.records.input.clone(),
        truth: options.truth.clone(),
        least_weight: (!options.clusters_only).then_some(options.least_weight),
        threshold: options.threshold,
        levels: options.levels,
        out: options.out.clone(),
    };
    let report = linkage::link_files_by_splink(&text, &files, &|progress| stage.at(progress.done, progress.of))
        .map_err(|error| match error {
            wrong @ LinkageError::Splink(_) => {
                let path = model.display().to_string();
                Failure::new(Ending::Project, anyhow::Error::new(wrong).context(path))
            }
            other => Failure::from(other),
        })?;
    stage.done(format!(
        "{}, {}, {} compared, {}",
        counted(report.records, "record"),
        counted(report.persons, "cluster"),
        counted(report.pairs_compared, "pair"),
        counted(report.edges, "edge")
    ));
    say_quality(report.quality.as_ref(), output);
    let out = options.out.display();
    output.say(match options.clusters_only {
        true => format!("{out}/clusters.parquet"),
        false => format!("{out}/edges.parquet, {out}/clusters.parquet"),
    });
    output.object(&report)
}

/// Gives why files could not be linked as the file at `config` says.
pub(crate) fn of_files(config: &Path, error: LinkageError) -> Failure {
    match error {
        wrong @ LinkageError::Config(_) => {
            Failure::new(Ending::Project, anyhow::Error::new(wrong).context(config.display().to_string()))
        }
        wrong @ (LinkageError::OneSource | LinkageError::Named(_)) => Failure::new(Ending::Usage, wrong),
        other => Failure::from(other),
    }
}

/// Says by which model pairs were weighed.
pub(crate) fn by_which_model(learnt: bool, presumed: bool) -> &'static str {
    match (learnt, presumed) {
        (true, _) => "by a model learnt now",
        (false, true) => "by a model that is only presumed",
        (false, false) => "by the model that is kept",
    }
}

pub(crate) async fn run_files(options: LinkRun, output: Output) -> Outcome {
    let config = match (&options.model, &options.config) {
        (Some(model), _) => return run_by_splink(model, &options, output),
        (None, Some(config)) => config.clone(),
        (None, None) => {
            return Err(Failure::new(Ending::Usage, anyhow::anyhow!("name `--config` or `--model`")));
        }
    };
    let file = Arc::new(SourceFile { text: read(&config)?, path: config });
    let wrong = |diagnostics: Diagnostics| Failure::new(Ending::Project, diagnostics);
    let config = LinkageConfig::parse(&file).map_err(wrong)?;
    let stage = output.stage("link");
    let files = FileOptions {
        inputs: options.records.input,
        out: options.out.clone(),
        id: options.records.id,
        source: options.records.source,
        truth: options.truth,
        link_only: options.link_only,
        model: options.keep_model,
        levels: options.levels,
    };
    let report: FileReport = linkage::link_files(&config, &files, &|progress| stage.at(progress.done, progress.of))
        .map_err(|error| of_files(&file.path, error))?;
    stage.done(format!(
        "{}, {}, {} compared, {}, {}",
        counted(report.records, "record"),
        counted(report.persons, "person"),
        counted(report.pairs_compared, "pair"),
        counted(report.edges, "edge"),
        by_which_model(report.model_learnt, report.model_presumed)
    ));
    say_quality(report.quality.as_ref(), output);
    let left_out = left_out(&report.rules, report.records_without_key, report.persons_large);
    left_out.into_iter().for_each(|line| output.say(line));
    note(&report.warnings, report.model_learnt, output);
    output.say(format!("{0}/edges.parquet, {0}/clusters.parquet", options.out.display()));
    output.object(&report)
}

/// Proposes a linkage for loose files.
pub(crate) fn propose(options: LinkPropose, output: Output) -> Outcome {
    let LinkPropose { records, ignore, out } = options;
    let LooseRecords { input, id, source } = records;
    let taken = |out: &Path| {
        let path = out.display();
        crate::usage(format!("{path} is there already and stays as it is: name another file with --out, or remove it"))
    };
    if let Some(out) = &out {
        loose(out)?;
    }
    if let Some(out) = out.as_deref().filter(|out| out.exists()) {
        return Err(taken(out));
    }
    let stage = output.stage("propose");
    let proposed = linkage::propose_config(&ProposeOptions { inputs: input, id, source, ignore })?;
    match &out {
        Some(out) => {
            stage.done(format!(
                "{} records, about {} pairs, presumed recall of the rules {:.1} %",
                count(proposed.records),
                count(proposed.pairs),
                proposed.recall * 100.0
            ));
            let written = std::fs::File::create_new(out)
                .and_then(|mut file| std::io::Write::write_all(&mut file, proposed.toml.as_bytes()));
            written.map_err(|error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => taken(out),
                _ => Failure { ending: Ending::Usage, ..Failure::unwritten(out, &error) },
            })?;
            output.say(out.display().to_string());
        }
        None if !output.json() => output.raw(&proposed.toml),
        None => {}
    }
    output.object(&proposed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_where_there_are_any() {
        assert_eq!(told(EventCounts::default()), None);
        let merged = EventCounts { merge: 1, gone: 2, new: 1_200, ..EventCounts::default() };
        assert_eq!(told(merged).as_deref(), Some("new 1,200, merged 1, split 0, gone 2"));
        let back = EventCounts { back: 1, ..EventCounts::default() };
        assert_eq!(told(back).as_deref(), Some("new 0, merged 0, split 0, back 1, gone 0"));
    }

    #[test]
    fn levels_that_were_never_seen_are_counted() {
        let warnings = [
            "a: the level \"one slip\" was never seen",
            "two judgements contradict",
            "b: was never seen",
            "c: fewer than one match is expected at the level \"two slips\", whose m is hardly more than what is presumed",
            "d: fewer than one match is expected at any other level than \"equal\", whose m runs to 1",
        ];
        let warnings = warnings.map(str::to_owned);
        let (others, unseen) = without_unseen(&warnings);
        assert_eq!((others, unseen.len()), (vec![&warnings[1], &warnings[4]], 3));
        let lines = by_comparison(&unseen);
        assert_eq!(lines, ["b: was never seen", warnings[3].as_str(), "a: never seen: \"one slip\""]);
    }

    #[test]
    fn what_was_left_out_is_said_and_nothing_else() {
        let rule = |rule: &str, pairs_cut, records_without_key| RuleReport {
            rule: rule.to_owned(),
            blocks_skipped: u64::from(pairs_cut > 0),
            pairs_cut,
            records_without_key,
            ..RuleReport::default()
        };
        assert!(left_out(&[rule("born", 0, 7)], 0, 0).is_empty(), "another rule has a key of theirs");
        let lines = left_out(&[rule("born", 3, 7), rule("name", 1_200, 9)], 5, 2);
        assert!(lines[0].contains("2 blocks skipped") && lines[0].contains("1,203 pairs"), "{lines:?}");
        assert!(lines[0].contains("most by `name` (1,200)"), "{lines:?}");
        assert!(
            lines[1].contains("5 records have no key under any rule") && lines[1].contains("`name` (9)"),
            "{lines:?}"
        );
        assert!(lines[2].contains("2 persons of more than 24 records"), "{lines:?}");
    }

    #[test]
    fn what_persons_show_of_identifiers_is_said_in_a_line() {
        let check = IdentifierCheck {
            comparison: "national_id".to_owned(),
            shared: 1_200,
            sharers: 2_411,
            placeholders: 0,
            several: 3,
        };
        assert_eq!(conflicts(&check), "national_id: 1,200 shared by 2,411 persons, 3 persons have several");
        let with = conflicts(&IdentifierCheck { placeholders: 2, ..check });
        assert!(with.ends_with("3 persons have several, 2 held for placeholders"), "{with}");
    }
}
