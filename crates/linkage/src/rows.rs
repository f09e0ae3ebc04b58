//! The rows of the spine, made of what matching found.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use chrono::{DateTime, Utc};
use futures::stream;
use lake::{BatchStream, LakeError};
use matching::{Edge, Judgements, Predictions, probability};
use model::{PersonId, RunId, Verdict};

use crate::compute::Matched;
use crate::error::LinkageError;
use crate::identity::Event;
use crate::judgement::InForce;
use crate::records::Records;
use crate::spine;
use crate::why::Whys;

/// Rows of one batch.
const BATCH_ROWS: usize = 1 << 16;
/// Pairs whose patterns are worked out at once.
pub(crate) const PATTERN_ROWS: usize = 1 << 20;
/// How many bits from the threshold a pair is uncertain.
const UNCERTAIN_BITS: f64 = 4.0;
/// The most pairs put before stewards: more than they can look at between two runs.
const UNCERTAIN_MAX: usize = 10_000;
/// Says that a record has no pair with another of its person.
const NO_RECORD: u32 = u32::MAX;

/// How each record is tied to its person: 16 bytes a record.
pub(crate) struct Ties {
    via: Vec<u32>,
    weight: Vec<f64>,
    why: Vec<u32>,
    whys: Whys,
}

impl Ties {
    /// Works out the tie of each record: the strongest pair with another record of its cluster.
    pub(crate) fn of(matched: &Matched, judgements: &Judgements) -> Result<Self, LinkageError> {
        let records = matched.clusters.len();
        let mut sizes = vec![0_u32; matched.count];
        for cluster in &matched.clusters {
            sizes[*cluster as usize] += 1;
        }
        let judged: HashSet<u32> = judgements.must_link.iter().flat_map(|(left, right)| [*left, *right]).collect();
        let mut ties = Self {
            via: vec![NO_RECORD; records],
            weight: vec![f64::NAN; records],
            why: vec![Whys::ALONE; records],
            whys: Whys::new(),
        };
        let mut tied: Vec<u32> = Vec::new();
        for (record, link) in (0_u32..).zip(&matched.clustering.strongest) {
            if let Some(link) = link {
                ties.via[record as usize] = link.via;
                tied.push(record);
            } else if sizes[matched.clusters[record as usize] as usize] > 1 {
                let is_judged = judged.contains(&record);
                ties.why[record as usize] = if is_judged { Whys::JUDGEMENT } else { Whys::OTHERS };
            }
        }
        for some in tied.chunks(PATTERN_ROWS) {
            let edges = some.iter().map(|record| {
                let via = ties.via[*record as usize];
                Edge { left: via.min(*record), right: via.max(*record), weight: 0.0, rule: 0 }
            });
            let (weights, patterns) = scored(matched, edges.collect())?;
            for (place, record) in some.iter().enumerate() {
                ties.weight[*record as usize] = weights[place];
                ties.why[*record as usize] = ties.whys.of_pattern(&matched.model, patterns[place]);
            }
        }
        Ok(ties)
    }
}

/// Gives weight and pattern of pairs.
fn scored(matched: &Matched, edges: Vec<Edge>) -> Result<(Vec<f64>, Vec<u64>), LinkageError> {
    let predictions = Predictions { edges, ..Predictions::default() };
    let batch = predictions.to_record_batch(&matched.data, &matched.model)?;
    let column = |name: &'static str| {
        let problem = "matching gave no such column";
        batch.column_by_name(name).ok_or(LinkageError::Table { table: name.to_owned(), problem })
    };
    let weights = column("match_weight")?.as_primitive::<Float64Type>().values().to_vec();
    let patterns = column("pattern")?.as_primitive::<UInt64Type>().values().to_vec();
    Ok((weights, patterns))
}

/// Gives the rows of `links`, batch by batch, register by register as records came.
pub(crate) fn links(
    records: Records,
    ties: Ties,
    clusters: Vec<u32>,
    persons: Vec<PersonId>,
    run: &RunId,
) -> BatchStream {
    let run = run.to_string();
    let starts = (0..records.len()).step_by(BATCH_ROWS);
    let batches = starts.map(move |start| {
        let end = (start + BATCH_ROWS).min(records.len());
        let rows = start as u32..end as u32;
        let via = |row: u32| Some(ties.via[row as usize]).filter(|via| *via != NO_RECORD);
        let weight = |row: u32| via(row).map(|_| ties.weight[row as usize]);
        let person = |row: u32| persons[clusters[row as usize] as usize].0 as i64;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(rows.clone().map(|row| records.register_name(row).as_str()))),
            Arc::new(StringArray::from_iter_values(rows.clone().map(|row| records.hash_hex(row)))),
            Arc::new(Int64Array::from_iter_values(rows.clone().map(person))),
            Arc::new(Float64Array::from_iter(rows.clone().map(weight))),
            Arc::new(Float64Array::from_iter(rows.clone().map(|row| weight(row).map(probability)))),
            Arc::new(StringArray::from_iter(
                rows.clone().map(|row| via(row).map(|via| records.register_name(via).as_str())),
            )),
            Arc::new(StringArray::from_iter(rows.clone().map(|row| via(row).map(|via| records.hash_hex(via))))),
            Arc::new(StringArray::from_iter_values(rows.clone().map(|row| ties.whys.text(ties.why[row as usize])))),
            Arc::new(StringArray::from_iter_values(rows.map(|_| run.as_str()))),
        ];
        RecordBatch::try_new(Arc::clone(&spine::LINKS_SCHEMA), columns).map_err(LakeError::input)
    });
    Box::pin(stream::iter(batches))
}

/// Gives the rows of `pairs`: those nearest to the threshold, the nearest first.
pub(crate) fn pairs(
    records: &Records,
    matched: &Matched,
    in_force: &InForce,
    run: &RunId,
) -> Result<RecordBatch, LinkageError> {
    let threshold = matched.data.settings().threshold_weight();
    let distance = |edge: &Edge| (f64::from(edge.weight) - threshold).abs();
    let nearer = |left: &Edge, right: &Edge| -> Ordering {
        let ids = |edge: &Edge| {
            let (one, other) = (records.sort_key(edge.left), records.sort_key(edge.right));
            if one < other { (one, other) } else { (other, one) }
        };
        distance(left).total_cmp(&distance(right)).then_with(|| ids(left).cmp(&ids(right)))
    };
    let is_uncertain = |edge: &&Edge| distance(edge) <= UNCERTAIN_BITS;
    let mut uncertain: Vec<Edge> = matched.predictions.edges.iter().filter(is_uncertain).copied().collect();
    if uncertain.len() > UNCERTAIN_MAX {
        uncertain.select_nth_unstable_by(UNCERTAIN_MAX, nearer);
        uncertain.truncate(UNCERTAIN_MAX);
    }
    uncertain.sort_unstable_by(nearer);
    let (weights, _) = scored(matched, uncertain.clone())?;

    let (mut left, mut right, mut status) = (Vec::new(), Vec::new(), Vec::new());
    for edge in &uncertain {
        let (one, other) = (records.id(edge.left), records.id(edge.right));
        status.push(in_force.of(&one, &other).map_or("open", Verdict::as_str));
        let (one, other) = if one < other { (one, other) } else { (other, one) };
        left.push(one.to_string());
        right.push(other.to_string());
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(left)),
        Arc::new(StringArray::from(right)),
        Arc::new(Float64Array::from(weights.clone())),
        Arc::new(Float64Array::from_iter_values(weights.iter().map(|weight| probability(*weight)))),
        Arc::new(StringArray::from(status)),
        Arc::new(StringArray::from_iter_values(uncertain.iter().map(|_| run.as_str()))),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&spine::PAIRS_SCHEMA), columns)?)
}

/// Gives the rows of `events`.
pub(crate) fn events(
    events: &[Event],
    at: DateTime<Utc>,
    run: &RunId,
    generation: i64,
) -> Result<RecordBatch, LinkageError> {
    let mut from = ListBuilder::new(Int64Builder::new()).with_field(spine::list_item());
    for event in events {
        event.from.iter().for_each(|person| from.values().append_value(person.0 as i64));
        from.append(true);
    }
    let moments = TimestampMicrosecondArray::from_iter_values(events.iter().map(|_| at.timestamp_micros()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(moments.with_timezone("UTC")),
        Arc::new(StringArray::from_iter_values(events.iter().map(|_| run.as_str()))),
        Arc::new(Int64Array::from_iter_values(events.iter().map(|_| generation))),
        Arc::new(StringArray::from_iter_values(events.iter().map(|event| event.kind.as_str()))),
        Arc::new(Int64Array::from_iter_values(events.iter().map(|event| event.person.0 as i64))),
        Arc::new(from.finish()),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&spine::EVENTS_SCHEMA), columns)?)
}

/// Gives the row of `models`.
pub(crate) fn model(
    version: i64,
    at: DateTime<Utc>,
    run: &RunId,
    [settings, model, training]: [&str; 3],
) -> Result<RecordBatch, LinkageError> {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let moment = TimestampMicrosecondArray::from(vec![at.timestamp_micros()]).with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![version])),
        Arc::new(moment),
        text(run.as_str()),
        text(settings),
        text(model),
        text(training),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&spine::MODELS_SCHEMA), columns)?)
}
