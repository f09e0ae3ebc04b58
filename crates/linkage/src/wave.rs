//! The quality sample: pairs drawn at random for stewards to judge, and what their judgements make likely.
//!
//! The review queue is no sample: it holds the pairs that are hardest to tell, so that what is judged there says little of all
//! others. So pairs are drawn at random from each stratum of weights, and from the pairs that only other records link
//! ([`matching::draw`]), of those that no steward has judged and that one may be shown; they wait for a steward beside the queue. A sample says how right the linkage was *when it was
//! drawn*: whether a pair was linked is noted then, for a judgement moves it. It stays until the model is another, the project
//! wants another size, or the pairs kept or those linked are a quarter more or fewer.
//!
//! Of a stratum only the judgements count that were given without a gap from the first pair drawn on. A pair that was judged
//! out of its turn, such as in the queue, was not picked at random.

use std::collections::HashMap;
use std::collections::HashSet;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use gate::JobGrant;
use lake::{Lake, TableRef};
use matching::{Estimates, Reviewed, STRATA, Shape, Stratum, draw, estimate};
use model::{RecordId, RunId, Verdict};
use serde::{Deserialize, Serialize};

use crate::compute::Matched;
use crate::error::LinkageError;
use crate::groups::{GroupName, Groups};
use crate::judgement::InForce;
use crate::records::Records;
use crate::spine;

/// By how much the pairs kept, or those linked, may have become more or fewer since a sample was drawn.
const GROWTH_MAX: f64 = 1.25;

/// A sample, as far as it is judged. Counts only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The run that drew it.
    pub run: RunId,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// The version of the model that weighed its pairs.
    pub model_version: i64,
    /// How many pairs were wanted of each stratum.
    pub each: u64,
    /// The pairs that were kept when it was drawn.
    pub pairs_kept: u64,
    /// The pairs that clusters linked then. Samples of before this was kept have none, and are drawn anew.
    #[serde(default)]
    pub pairs_linked: u64,
    /// Its strata, in the order of [`Stratum::of`].
    pub strata: Vec<StratumCount>,
    /// What the judgements make likely of all pairs.
    pub estimates: Estimates,
    /// The same of the pairs of groups.
    pub groups: Vec<GroupSample>,
}

/// A stratum of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StratumCount {
    /// Whether its pairs were linked when they were drawn.
    pub is_linked: bool,
    /// Whether its pairs were compared and kept. Those that were not are linked by other records alone; before they were
    /// sampled, all were kept.
    #[serde(default = "yes")]
    pub is_kept: bool,
    /// The least weight, in log2 odds; none where there is no least.
    pub from: Option<f64>,
    /// The weight that all are below, in the same unit; none where there is none.
    pub below: Option<f64>,
    /// The pairs that it had.
    pub pairs: u64,
    /// The pairs that were drawn and whose records are still there.
    pub drawn: u64,
    /// Judged in turn: of one person.
    pub same: u64,
    /// Judged in turn: not of one person.
    pub different: u64,
    /// Judged in turn: nobody can say. They are left out, as if they were like the others.
    pub cannot_say: u64,
    /// Judged out of turn, which does not count before those before them are judged.
    pub out_of_turn: u64,
}

fn yes() -> bool {
    true
}

/// What a sample says of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupSample {
    /// The column.
    pub column: String,
    /// The group.
    pub name: GroupName,
    /// Its pairs in each stratum when the sample was drawn.
    pub pairs: Vec<u64>,
    /// Pairs of it that were judged in turn.
    pub judged: u64,
    /// What the judgements make likely.
    pub estimates: Estimates,
}

/// A pair of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) stratum: usize,
    /// Its turn within the stratum, from 0.
    pub(crate) turn: u64,
}

/// Gives the pairs of the sample that the spine holds, in the order of their turns, those left out of which a record is gone.
pub(crate) async fn before(lake: &Lake, grant: &JobGrant, records: &Records) -> Result<Vec<Drawn>, LinkageError> {
    let table = TableRef::spine(spine::PAIRS);
    let malformed = |problem| LinkageError::Table { table: table.to_string(), problem };
    let mut drawn = Vec::new();
    let has_sample = |info: &lake::TableInfo| info.schema.field_with_name("stratum").is_ok();
    let is_granted = grant.versions().iter().any(|(granted, _)| *granted == table);
    // Pairs that an earlier version of Lucarne wrote have no sample among them.
    if !is_granted || !lake.info(&table).await?.as_ref().is_some_and(has_sample) {
        return Ok(drawn);
    }
    let mut batches = grant.scan(&table, Some(&["left", "right", "stratum", "turn"])).await?;
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        let text = |place: usize| batch.column(place).as_string_opt::<i32>();
        let number = |place: usize| batch.column(place).as_primitive_opt::<Int64Type>();
        let (Some(left), Some(right), Some(strata), Some(turns)) = (text(0), text(1), number(2), number(3)) else {
            return Err(malformed("its columns are of other types"));
        };
        for row in (0..batch.num_rows()).filter(|row| strata.is_valid(*row) && turns.is_valid(*row)) {
            let record = |text: &str| text.parse::<RecordId>().map_err(|_| malformed("a record id can't be read"));
            let (left, right) = (record(left.value(row))?, record(right.value(row))?);
            let (stratum, turn) = (usize::try_from(strata.value(row)), u64::try_from(turns.value(row)));
            let (Some(stratum), Ok(turn)) = (stratum.ok().filter(|at| *at < STRATA), turn) else {
                return Err(malformed("a pair of the sample has no stratum"));
            };
            if let (Some(left), Some(right)) = (records.find_id(&left), records.find_id(&right)) {
                drawn.push(Drawn { left: left.min(right), right: left.max(right), stratum, turn });
            }
        }
    }
    drawn.sort_unstable_by_key(|pair| (pair.stratum, pair.turn));
    Ok(drawn)
}

/// What a sample is drawn from.
pub(crate) struct Frame<'a> {
    pub(crate) matched: &'a Matched,
    pub(crate) records: &'a Records,
    pub(crate) in_force: &'a InForce,
    pub(crate) groups: &'a [Groups],
    pub(crate) shape: &'a Shape,
    /// By the numbers of two registers: whether a steward may be shown their pairs.
    pub(crate) reach: &'a [Vec<bool>],
}

/// A run that samples.
pub(crate) struct Wanted<'a> {
    pub(crate) run: &'a RunId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) model_version: i64,
    pub(crate) each: u64,
}

/// Gives the sample: the one of before where it is still good, else another one.
pub(crate) fn sample(
    frame: &Frame<'_>,
    wanted: &Wanted<'_>,
    before: Option<(&Sample, Vec<Drawn>)>,
) -> Result<(Option<Sample>, Vec<Drawn>), LinkageError> {
    let now = Pairs::of(frame.shape);
    if wanted.each == 0 {
        return Ok((None, Vec::new()));
    }
    let is_good = |sample: &Sample, drawn: &[Drawn]| {
        sample.model_version == wanted.model_version
            && sample.each == wanted.each
            && sample.strata.len() == STRATA
            && now.are_about(Pairs { kept: sample.pairs_kept, linked: sample.pairs_linked })
            && !drawn.is_empty()
    };
    let (mut sample, drawn) = match before {
        Some((sample, drawn)) if is_good(sample, &drawn) => (sample.clone(), drawn),
        _ => drawn_now(frame, wanted, now)?,
    };
    judged(frame, &mut sample, &drawn);
    Ok((Some(sample), drawn))
}

/// How many pairs there are to draw from.
#[derive(Debug, Clone, Copy)]
struct Pairs {
    /// Those that were kept.
    kept: u64,
    /// Those within clusters, kept or not.
    linked: u64,
}

impl Pairs {
    fn of(shape: &Shape) -> Self {
        let linked = shape.sizes.iter().map(|class| class.pairs).sum();
        Self { kept: shape.linked.total() + shape.apart.total(), linked }
    }

    /// Tells whether neither has become so many more or fewer that a sample of the one says little of the other.
    fn are_about(self, other: Self) -> bool {
        let growth = |now: u64, then: u64| now.max(then) as f64 / now.min(then).max(1) as f64;
        growth(self.kept, other.kept).max(growth(self.linked, other.linked)) <= GROWTH_MAX
    }
}

fn drawn_now(frame: &Frame<'_>, wanted: &Wanted<'_>, now: Pairs) -> Result<(Sample, Vec<Drawn>), LinkageError> {
    let Frame { matched, records, in_force, groups, reach, .. } = frame;
    let settled: HashSet<(u32, u32)> = in_force.pairs(records).collect();
    let register = |record: u32| usize::from(records.register_number(record));
    let admit = |left: u32, right: u32| reach[register(left)][register(right)];
    let groupings: Vec<_> = groups.iter().map(Groups::grouping).collect();
    let each = usize::try_from(wanted.each).unwrap_or(usize::MAX);
    let found = draw(&matched.data, &matched.predictions, &matched.clusters, &groupings, each, &settled, admit)?;
    let threshold = matched.data.settings().threshold_weight();
    let count = |(at, pairs): (usize, &u64)| {
        let Stratum { is_linked, is_kept, from, below } = Stratum::of(at);
        let weight = |bound: Option<f64>| bound.map(|bound| bound + threshold);
        StratumCount {
            is_linked,
            is_kept,
            from: weight(from),
            below: weight(below),
            pairs: *pairs,
            drawn: 0,
            same: 0,
            different: 0,
            cannot_say: 0,
            out_of_turn: 0,
        }
    };
    let of_column = |(groups, pairs): (&Groups, Vec<Vec<u64>>)| {
        let column = groups.column.clone();
        groups.names.clone().into_iter().zip(pairs).map(move |(name, pairs)| GroupSample {
            column: column.clone(),
            name,
            pairs,
            judged: 0,
            estimates: Estimates::default(),
        })
    };
    let sample = Sample {
        run: wanted.run.clone(),
        at: wanted.at,
        model_version: wanted.model_version,
        each: wanted.each,
        pairs_kept: now.kept,
        pairs_linked: now.linked,
        strata: found.pairs.iter().enumerate().map(count).collect(),
        estimates: Estimates::default(),
        groups: groups.iter().zip(found.groups).flat_map(of_column).collect(),
    };
    let of_stratum = |(stratum, pairs): (usize, Vec<(u32, u32)>)| {
        let turns = pairs.into_iter().zip(0..);
        turns.map(move |((left, right), turn)| Drawn { left, right, stratum, turn })
    };
    Ok((sample, found.drawn.into_iter().enumerate().flat_map(of_stratum).collect()))
}

/// Counts what was judged of a sample, and estimates.
fn judged(frame: &Frame<'_>, sample: &mut Sample, drawn: &[Drawn]) {
    let Frame { records, in_force, groups, .. } = frame;
    let columns: HashMap<&str, &Groups> = groups.iter().map(|groups| (groups.column.as_str(), groups)).collect();
    for stratum in &mut sample.strata {
        (stratum.drawn, stratum.same, stratum.different, stratum.cannot_say, stratum.out_of_turn) = (0, 0, 0, 0, 0);
    }
    let mut of_groups: Vec<[Reviewed; STRATA]> = sample
        .groups
        .iter()
        .map(|group| {
            std::array::from_fn(|at| Reviewed {
                pairs: group.pairs.get(at).copied().unwrap_or(0),
                ..Reviewed::default()
            })
        })
        .collect();
    let mut is_open = [false; STRATA];
    for pair in drawn {
        let stratum = &mut sample.strata[pair.stratum];
        stratum.drawn += 1;
        let verdict = in_force.of(&records.id(pair.left), &records.id(pair.right));
        let is_same = match verdict {
            Some(Verdict::Same | Verdict::Different | Verdict::CannotSay) if is_open[pair.stratum] => {
                stratum.out_of_turn += 1;
                continue;
            }
            Some(Verdict::CannotSay) => {
                stratum.cannot_say += 1;
                continue;
            }
            Some(Verdict::Same) => true,
            Some(Verdict::Different) => false,
            // What a person disputes waits for a steward, as what nobody has looked at does.
            Some(Verdict::Disputed | Verdict::Withdrawn | Verdict::TakenBack) | None => {
                is_open[pair.stratum] = true;
                continue;
            }
        };
        let count = |same: &mut u64, different: &mut u64| *(if is_same { same } else { different }) += 1;
        count(&mut stratum.same, &mut stratum.different);
        for (group, reviewed) in sample.groups.iter_mut().zip(&mut of_groups) {
            let column = columns.get(group.column.as_str());
            if column.is_some_and(|groups| groups.of_pair(pair.left, pair.right).any(|name| *name == group.name)) {
                let Reviewed { same, different, .. } = &mut reviewed[pair.stratum];
                count(same, different);
            }
        }
    }
    let all = std::array::from_fn(|at| {
        let StratumCount { pairs, same, different, .. } = sample.strata[at];
        Reviewed { pairs, same, different }
    });
    sample.estimates = estimate(&all);
    for (group, reviewed) in sample.groups.iter_mut().zip(&of_groups) {
        group.judged = reviewed.iter().map(Reviewed::judged).sum();
        group.estimates = estimate(reviewed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_good_for_about_as_many_pairs_kept_and_linked() {
        let pairs = |kept: u64, linked: u64| Pairs { kept, linked };
        assert!(pairs(100, 80).are_about(pairs(125, 100)) && pairs(125, 100).are_about(pairs(100, 80)));
        assert!(!pairs(100, 80).are_about(pairs(126, 80)));
        assert!(!pairs(100, 80).are_about(pairs(100, 101)), "as many were kept, and clusters link more by others");
        assert!(!pairs(100, 80).are_about(pairs(100, 0)), "of before they were counted");
    }
}
