//! What is watched of a linkage from run to run: aggregates, kept with the run.
//!
//! They are counts over base records, in which no record is named and no group is of fewer persons than
//! [`PERSONS_MIN`](crate::PERSONS_MIN). They stay as long as the log of the table does, so nothing personal may be in them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use matching::{
    Doubt, DoubtKind, Estimate, GroupShape, HouseholdCheck, IdentifierCheck, LeftOut, Shape, check_households,
    evaluate_groups, shape, stability_chance, stability_index,
};
use model::RunId;
use serde::{Deserialize, Serialize};

use crate::compute::Matched;
use crate::error::LinkageError;
use crate::groups::{GroupName, Groups};
use crate::quality::Labels;
use crate::wave::Sample;

/// The version of what a run keeps.
const FORMAT: u32 = 1;

/// From which index on a run warns that a distribution has moved since the run before. Below 0.1 is usually taken for little.
pub const DRIFT_MAX: f64 = 0.1;

/// How many runs before are remembered.
const PAST_MAX: usize = 24;

/// What is watched of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The version of this format.
    pub format: u32,
    /// The run.
    pub run: RunId,
    /// When it was, in UTC.
    pub at: DateTime<Utc>,
    /// The version of the model that weighed the pairs.
    pub model_version: i64,
    /// What training doubted of this model, whether it was learnt now or kept. Runs of before this was kept have none.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
    /// The threshold, in log2 odds.
    pub threshold_weight: f64,
    /// The shape of the result.
    pub shape: Shape,
    /// Pairs that rules cut for the size of their blocks, and records without a key under any; none of runs of before this was
    /// kept.
    #[serde(default)]
    pub left_out: Option<LeftOut>,
    /// Identifiers that several persons have, and persons that have several, by comparison; none of runs that did not look.
    #[serde(default)]
    pub identifiers: Vec<IdentifierCheck>,
    /// How many pairs are of one household, as the model believes and as the persons show; none where that can't be told.
    #[serde(default)]
    pub households: Option<HouseholdCheck>,
    /// How it differs between groups, column by column; the registers first.
    pub columns: Vec<Column>,
    /// The quality sample; none when none is wanted.
    pub sample: Option<Sample>,
    /// How far it moved since the run before; none for the first.
    pub drift: Option<Drift>,
    /// The runs before, the last first.
    pub past: Vec<Past>,
}

/// The groups of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name; [`BY_REGISTER`](crate::BY_REGISTER) for registers.
    pub name: String,
    /// Its groups, the largest first.
    pub groups: Vec<Group>,
}

/// A group of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What it is of.
    pub name: GroupName,
    /// The shape of its result.
    pub shape: GroupShape,
    /// How right the clusters are, over pairs that hold a record of it; none when the project has no truth.
    pub truth: Option<Truth>,
}

/// How right clusters are of the pairs that are known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The share of the found that is true.
    pub precision: f64,
    /// The share of the true that was found.
    pub recall: f64,
    /// Pairs that are true.
    pub pairs: u64,
}

/// How far distributions moved between two runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// The run before.
    pub since: RunId,
    /// When that was, in UTC.
    pub at: DateTime<Utc>,
    /// Whether it weighed pairs by another model, which moves weights by itself.
    pub is_other_model: bool,
    /// Each distribution with what moved.
    pub moved: Vec<Moved>,
}

/// How far a distribution moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// Which it is.
    pub what: Distribution,
    /// The population stability index, see [`matching::stability_index`].
    pub index: f64,
    /// From which index on the run warns: [`DRIFT_MAX`], or more where so few cases move by chance.
    pub limit: f64,
}

/// A distribution that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// The weights of pairs kept.
    Weights,
    /// The weights of records against themselves.
    OwnWeights,
    /// Persons by how many records they have.
    ClusterSizes,
}

/// What is remembered of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The run.
    pub run: RunId,
    /// When it was, in UTC.
    pub at: DateTime<Utc>,
    /// The version of the model.
    pub model_version: i64,
    /// Base records.
    pub records: u64,
    /// Persons that have any.
    pub persons: u64,
    /// Records that could not be linked to anything.
    pub unlinkable: u64,
    /// How far it moved since the run before it.
    pub moved: Vec<Moved>,
    /// What its sample made likely of precision.
    pub precision: Option<Estimate>,
    /// What its sample made likely of recall.
    pub recall: Option<Estimate>,
}

impl Distribution {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Weights, Self::OwnWeights, Self::ClusterSizes];

    /// Gives the name, as reports have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::OwnWeights => "own-weights",
            Self::ClusterSizes => "cluster-sizes",
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Weights => "the weights of pairs",
            Self::OwnWeights => "what records hold",
            Self::ClusterSizes => "the records persons have",
        }
    }

    fn of(self, shape: &Shape) -> Vec<u64> {
        match self {
            Self::Weights => {
                shape.linked.counts.iter().zip(&shape.apart.counts).map(|(one, other)| one + other).collect()
            }
            Self::OwnWeights => shape.own.counts.clone(),
            Self::ClusterSizes => shape.sizes.iter().map(|class| class.clusters).collect(),
        }
    }
}

impl Moved {
    /// Tells whether it moved more than may be.
    #[must_use]
    pub fn is_much(&self) -> bool {
        self.index > self.limit
    }
}

impl Watch {
    /// Reads what a run kept; none when another version of Lucarne wrote it, which tells nothing to this one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|watch: &Self| watch.format == FORMAT)
    }

    /// Gives the text that a run keeps.
    pub(crate) fn written(&self) -> Result<String, LinkageError> {
        serde_json::to_string(self)
            .map_err(|error| LinkageError::Config(format!("what is watched can't be written as JSON: {error}")))
    }

    /// Gives what is remembered of this run.
    #[must_use]
    pub fn as_past(&self) -> Past {
        let estimates = self.sample.as_ref().map(|sample| sample.estimates).unwrap_or_default();
        Past {
            run: self.run.clone(),
            at: self.at,
            model_version: self.model_version,
            records: self.shape.records,
            persons: self.shape.persons,
            unlinkable: self.shape.unlinkable,
            moved: self.drift.as_ref().map(|drift| drift.moved.clone()).unwrap_or_default(),
            precision: estimates.precision,
            recall: estimates.recall,
        }
    }

    /// Gives warnings of what moved more than may be, and of households that are not as the model believes.
    /// A model that was learnt in this run is not to be learnt again.
    pub(crate) fn warnings(&self, model_learnt: bool) -> Vec<String> {
        let households = self.households.as_ref().and_then(|check| households_warning(check, model_learnt));
        households.into_iter().chain(self.drift_warnings()).collect()
    }

    fn drift_warnings(&self) -> Vec<String> {
        let Some(drift) = &self.drift else { return Vec::new() };
        let model = if drift.is_other_model { "; the model is another" } else { "" };
        let warning = |moved: &Moved| {
            format!(
                "{} moved since the run {}: stability index {:.2}, limit {:.2}{model}",
                moved.what.says(),
                drift.since,
                moved.index,
                moved.limit
            )
        };
        drift.moved.iter().filter(|moved| moved.is_much()).map(warning).collect()
    }
}

/// Says that the persons show other households than the model believes in, where they do.
fn households_warning(check: &HouseholdCheck, model_learnt: bool) -> Option<String> {
    let [one, other] = &check.comparisons;
    let anew = if model_learnt { "" } else { "learn anew with `lucarne link --refit`, or " };
    check.is_off().then(|| {
        format!(
            "{one}, {other}: {} pairs of different persons agree on both, and the model expects {:.0}: it believes that {:.1e} \
             of all pairs are of one household, and by the persons {:.1e} are, so that couples and twins are told apart too \
             little or too well; {anew}see which values many share",
            check.pairs, check.expected, check.believed, check.found
        )
    })
}

/// A run that is watched.
pub(crate) struct Watched<'a> {
    pub(crate) run: &'a RunId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) model_version: i64,
}

/// Counts the shape of a result and of its groups, and holds it against the run before.
pub(crate) fn watch(
    watched: &Watched<'_>,
    matched: &Matched,
    groups: &[Groups],
    labels: Option<&Labels>,
    before: Option<&Watch>,
) -> Result<Watch, LinkageError> {
    let Watched { run, at, model_version } = watched;
    let groupings: Vec<_> = groups.iter().map(Groups::grouping).collect();
    let Matched { data, model, training, predictions, clustering, conflicts, clusters, .. } = matched;
    let (shape, of_groups) = shape(data, model, predictions, clusters, &groupings)?;
    let truth: Option<Vec<u32>> = labels.map(|labels| {
        let of_record = labels.of_record.iter().zip(0_u32..);
        of_record.map(|(truth, record)| if data.is_attached(record) { Labels::UNKNOWN } else { *truth }).collect()
    });
    let columns = groups.iter().zip(&groupings).zip(of_groups).map(|((groups, grouping), shapes)| {
        let known = truth.as_ref().map(|truth| evaluate_groups(clusters, truth, grouping));
        let truth_of = |at: usize| {
            let known = known.as_ref()?.get(at)?;
            Some(Truth { precision: known.precision, recall: known.recall, pairs: known.wanted })
        };
        let named = groups.names.iter().cloned().zip(shapes).enumerate();
        let of_column = named.map(|(at, (name, shape))| Group { name, shape, truth: truth_of(at) });
        Column { name: groups.column.clone(), groups: of_column.collect() }
    });
    let columns = columns.collect();
    let drift = before.map(|before| drift(&shape, before, *model_version));
    // A model that was kept may be older than this doubt, which follows from the settings alone.
    let mut doubts = training.doubted();
    let has = |kind: DoubtKind| doubts.iter().any(|doubt| doubt.kind == kind);
    if data.settings().learns_from_rules() && !has(DoubtKind::LearntFromRules) && !has(DoubtKind::Presumed) {
        doubts.push(DoubtKind::LearntFromRules.of_all());
    }
    let past = before.map(|before| std::iter::once(before.as_past()).chain(before.past.iter().cloned()));
    Ok(Watch {
        format: FORMAT,
        run: (*run).clone(),
        at: *at,
        model_version: *model_version,
        doubts,
        threshold_weight: data.settings().threshold_weight(),
        shape,
        left_out: Some(predictions.report.base_left_out),
        identifiers: conflicts.identifiers.clone(),
        households: check_households(data, model, clustering)?,
        columns,
        sample: None,
        drift,
        past: past.into_iter().flatten().take(PAST_MAX).collect(),
    })
}

fn drift(shape: &Shape, before: &Watch, model_version: i64) -> Drift {
    let moved = |what: Distribution| {
        let (now, then) = (what.of(shape), what.of(&before.shape));
        let chance = stability_chance(&now, &then);
        // Without a case on one side there is nothing to compare.
        let (index, limit) = (stability_index(&now, &then), DRIFT_MAX.max(chance));
        limit.is_finite().then_some(Moved { what, index, limit })
    };
    Drift {
        since: before.run.clone(),
        at: before.at,
        is_other_model: before.model_version != model_version,
        moved: Distribution::ALL.into_iter().filter_map(moved).collect(),
    }
}

/// Gives what is kept of a table's version; none when there is nothing.
#[must_use]
pub fn kept(metadata: &BTreeMap<String, String>) -> Option<Watch> {
    metadata.get(crate::spine::WATCH).and_then(|text| Watch::read(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn households_that_are_not_as_believed_are_warned_of_without_a_value() {
        let check = |pairs: u64, found: f64| HouseholdCheck {
            comparisons: ["last_name".to_owned(), "house_number+street".to_owned()],
            pairs,
            expected: 1_000.4,
            believed: 1e-6,
            found,
        };
        assert_eq!(households_warning(&check(1_500, 1.5e-6), false), None);
        let warned = households_warning(&check(4_321, 4.3e-6), false).unwrap();
        assert!(warned.starts_with("last_name, house_number+street: 4321 pairs of different persons"), "{warned}");
        assert!(warned.contains("the model expects 1000:"), "{warned}");
        assert!(warned.contains("believes that 1.0e-6 of") && warned.contains("the persons 4.3e-6 are"), "{warned}");
        assert!(warned.contains("--refit"), "{warned}");
        let learnt = households_warning(&check(200, 0.2e-6), true);
        let learnt = learnt.expect("too few are as wrong as too many");
        assert!(!learnt.contains("--refit") && learnt.ends_with("; see which values many share"), "{learnt}");
    }
}
