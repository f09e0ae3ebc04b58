//! What a linkage did, for people and for programs.

use std::time::Instant;

use indexmap::IndexMap;
use model::RunId;
use serde::Serialize;

use crate::quality::Quality;
use crate::watch::Watch;

/// What one run of `link` did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkReport {
    /// The run.
    pub run: RunId,
    /// Person records by register.
    pub records_by_register: IndexMap<String, u64>,
    /// Person records.
    pub records: u64,
    /// Persons.
    pub persons: u64,
    /// Pairs of records that were compared, each once.
    pub pairs_compared: u64,
    /// The blocking rules.
    pub rules: Vec<matching::RuleReport>,
    /// Pairs that rules did not look at because their block was too large, each counted once for each such rule. Those that
    /// another rule gave all the same are among them.
    pub pairs_cut: u64,
    /// Records that have a key under no rule: no rule compares them with anybody.
    pub records_without_key: u64,
    /// Persons of more records than a merge looks at ([`matching::SEEN_MAX`]).
    pub persons_large: u64,
    /// Where the data does not settle a parameter, in sentences.
    pub warnings: Vec<String>,
    /// Judgements in force, by what they decide.
    pub judgements: JudgementCounts,
    /// What happened to persons, by kind of event.
    pub events: EventCounts,
    /// Uncertain pairs put before a steward, persons kept apart, weak links and persons that share an identifier among them.
    pub pairs_uncertain: u64,
    /// Those that would have been put there too, had there been fewer: the ones of which a decision buys least.
    pub pairs_uncertain_cut: u64,
    /// The version of the model that weighed the pairs.
    pub model_version: i64,
    /// Whether it was learnt in this run. Otherwise it is the one of the run before.
    pub model_learnt: bool,
    /// The version of the table `spine.links`.
    pub links_version: u64,
    /// How right it is; none when the project has no truth.
    pub quality: Option<Quality>,
    /// What is watched from run to run, what clusters show of identifiers and households among it. Counts only.
    pub watch: Watch,
    /// Seconds by stage, on the wall's clock.
    pub seconds: IndexMap<&'static str, f64>,
}

/// Judgements in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct JudgementCounts {
    /// Pairs that are of one person.
    pub same: u64,
    /// Pairs that are not.
    pub different: u64,
    /// Pairs that the person disputes and no steward has judged: the contested record is held where it is.
    pub disputed: u64,
    /// Judgements about records that are no longer there; they wait for them to come back.
    pub waiting: u64,
}

/// Events of one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EventCounts {
    /// Persons of new records.
    pub new: u64,
    /// Persons that records of others came to.
    pub merge: u64,
    /// Persons made of records of others.
    pub split: u64,
    /// Persons whose id was gone and came back, as when a judgement was taken back.
    pub back: u64,
    /// Persons that are no more.
    pub gone: u64,
}

/// What one run of `link_files` did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// Records by source.
    pub records_by_source: IndexMap<String, u64>,
    /// Records.
    pub records: u64,
    /// Clusters.
    pub persons: u64,
    /// Pairs of records that were compared, each once.
    pub pairs_compared: u64,
    /// Pairs in `edges.parquet`.
    pub edges: u64,
    /// The blocking rules.
    pub rules: Vec<matching::RuleReport>,
    /// Pairs that rules did not look at because their block was too large, each counted once for each such rule. Those that
    /// another rule gave all the same are among them.
    pub pairs_cut: u64,
    /// Records that have a key under no rule: no rule compares them with anybody.
    pub records_without_key: u64,
    /// Persons of more records than a merge looks at ([`matching::SEEN_MAX`]).
    pub persons_large: u64,
    /// Whether the model was learnt in this run.
    pub model_learnt: bool,
    /// Whether the model was only presumed, since there were too few records to learn from. If it was neither learnt nor
    /// presumed, it is the one that was kept.
    pub model_presumed: bool,
    /// Where the data does not settle a parameter, in sentences.
    pub warnings: Vec<String>,
    /// How right it is; none when no truth was named.
    pub quality: Option<Quality>,
    /// The shape of the result in counts.
    pub shape: matching::Shape,
    /// Seconds by stage, on the wall's clock.
    pub seconds: IndexMap<&'static str, f64>,
}

/// What linking all records gave and left out when a [`crate::Resolver`] was opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Opening {
    /// Pairs of records that were compared, each once.
    pub pairs_compared: u64,
    /// The blocking rules.
    pub rules: Vec<matching::RuleReport>,
    /// As in [`FileReport::pairs_cut`].
    pub pairs_cut: u64,
    /// As in [`FileReport::records_without_key`].
    pub records_without_key: u64,
    /// As in [`FileReport::persons_large`].
    pub persons_large: u64,
    /// Whether the model was learnt now. Otherwise it is the one that was kept, or was presumed, which is among the warnings.
    pub model_learnt: bool,
    /// Where the data does not settle a parameter, in sentences; then what could not be done with the journal.
    pub warnings: Vec<String>,
}

/// Where a linkage is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkProgress {
    /// The stage.
    pub stage: String,
    /// How much of it is done.
    pub done: u64,
    /// How much there is to do; 0 when that isn't known.
    pub of: u64,
}

/// Measures stages.
pub(crate) struct Stopwatch {
    seconds: IndexMap<&'static str, f64>,
    last: Instant,
    began: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self { seconds: IndexMap::new(), last: now, began: now }
    }

    /// Says that what ran since the last call was `stage`.
    pub(crate) fn lap(&mut self, stage: &'static str) {
        *self.seconds.entry(stage).or_default() += self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
    }

    /// Gives the seconds of each stage, and of all.
    pub(crate) fn stop(mut self) -> IndexMap<&'static str, f64> {
        self.seconds.insert("total", self.began.elapsed().as_secs_f64());
        self.seconds
    }
}
