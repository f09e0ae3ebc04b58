//! `lucarne link explain`.

use std::sync::Arc;

use linkage::{FileExplanation, FileOptions, RecordName};
use model::LinkageConfig;
use model::diagnostic::SourceFile;

use crate::cli::{LinkExplain, LooseRecords};
use crate::exit::{Ending, Failure, Outcome};
use crate::output::{Output, count};

pub(crate) fn run(options: LinkExplain, output: Output) -> Outcome {
    let LinkExplain { left, right, records, config, link_only, model } = options;
    let LooseRecords { input, id, source } = records;
    let file = Arc::new(SourceFile { text: super::link::read(&config)?, path: config });
    let config = LinkageConfig::parse(&file).map_err(|wrong| Failure::new(Ending::Project, wrong))?;
    // A model that is asked for and not there would be learnt in silence.
    if let Some(path) = model.as_deref().filter(|path| !path.is_file()) {
        return Err(crate::usage(format!("{} can't be read: there is no such file", path.display())));
    }
    let stage = output.stage("explain");
    let files = FileOptions { id, source, link_only, model, ..FileOptions::new(input, "") };
    let progress = |progress: linkage::LinkProgress| stage.at(progress.done, progress.of);
    let explained = linkage::explain_files(&config, &files, (left.as_str(), right.as_str()), &progress)
        .map_err(|error| super::link::of_files(&file.path, error))?;
    stage.done(super::link::by_which_model(explained.model_learnt, explained.model_presumed));
    lines(&explained).into_iter().for_each(|line| output.say(line));
    super::link::note(&explained.warnings, explained.model_learnt, output);
    output.object(&explained)
}

/// Gives an explanation in lines for people.
fn lines(pair: &FileExplanation) -> Vec<String> {
    let name = |name: &RecordName| plain(&format!("{}:{}", name.source, name.id));
    let mut lines = vec![
        format!("{} and {}", name(&pair.left), name(&pair.right)),
        pair.sentence.clone(),
        String::new(),
        format!("{:>+8.2}  before anything is compared", pair.prior_weight),
    ];
    for field in &pair.comparisons {
        let (left, right) = (values(&field.left), values(&field.right));
        lines.push(format!("{:>+8.2}  {}: {} ({left} | {right})", field.weight, field.name, field.level));
        lines.push(format!("{:8}  {}", "", field.sentence));
        if let Some(share) = field.term_frequency {
            lines.push(format!(
                "{:8}  Of it {:+.2} for how frequent the value is: {:.4} % of records hold it.",
                "",
                field.term_frequency_weight,
                share * 100.0
            ));
        }
    }
    if pair.household_weight.abs() >= 0.005 {
        lines.push(format!("{:>+8.2}  taken back for what people of one household share", pair.household_weight));
    }
    lines.push(format!(
        "{:>+8.2}  in all: log2 of the odds of one person, a probability of {:.6}; the threshold is {}",
        pair.match_weight,
        pair.match_probability,
        if pair.reaches_threshold { "reached" } else { "not reached" },
    ));
    lines.push(String::new());
    for rule in &pair.rules {
        let became = if rule.is_cut { "too large, this rule does not look at it" } else { "looked at" };
        lines.push(format!("rule      {}: a block of {} records, {became}", rule.rule, count(rule.records)));
    }
    if !pair.is_admitted {
        lines.push("rule      pairs of these sources are not looked at, whatever they agree on".to_owned());
    } else if !pair.is_looked_at {
        lines.push("rule      no rule looks at it".to_owned());
    }
    lines.push(format!("clusters  {}", clusters(pair)));
    lines
}

/// Says what clustering made of a pair.
fn clusters(pair: &FileExplanation) -> &'static str {
    let links = pair.is_looked_at && pair.reaches_threshold;
    match (pair.is_together, links) {
        (true, true) => "one cluster",
        (true, false) => "one cluster, through other records: this pair alone would not link them",
        (false, true) => "two clusters, though the pair reaches the threshold: what else is in them speaks against it",
        (false, false) => "two clusters",
    }
}

/// Gives the values of one record in one comparison.
fn values(of: &[Option<String>]) -> String {
    let shown =
        of.iter().map(|value| value.as_deref().map_or_else(|| "none".to_owned(), |text| format!("“{}”", plain(text))));
    shown.collect::<Vec<_>>().join(", ")
}

/// Gives text without what would steer the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_and_steer_no_terminal() {
        let some = [Some("A\u{1b}[2Jda".to_owned()), None];
        assert_eq!(values(&some), "“A [2Jda”, none");
    }
}
