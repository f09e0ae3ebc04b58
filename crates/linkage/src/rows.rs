//! The rows of the spine, made of what matching found.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use chrono::{DateTime, Utc};
use futures::stream;
use lake::{BatchStream, LakeError};
use matching::{Edge, Judgements, Predictions, probability};
use model::{PersonId, RunId, Verdict};

use crate::compute::Matched;
use crate::error::LinkageError;
use crate::identity::{Event, Marks, marks_text};
use crate::judgement::InForce;
use crate::queue;
use crate::records::Records;
use crate::spine;
use crate::wave::Drawn;
use crate::why::Whys;

/// Rows of one batch.
const BATCH_ROWS: usize = 1 << 16;
/// Pairs whose patterns are worked out at once.
pub(crate) const PATTERN_ROWS: usize = 1 << 20;
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
    /// Works out the tie of each record: the strongest pair with another record of its cluster. Where that would not reach the
    /// threshold, and a judgement holds the record there, it is the judged pair.
    ///
    /// A record is told of base records, an attached one of those of its own register too. Who may see a record need not
    /// see what else is attached to its person, so what is said of its tie doesn't hang on that.
    pub(crate) fn of(matched: &Matched, judgements: &Judgements) -> Result<Self, LinkageError> {
        let records = matched.clusters.len();
        let data = &matched.data;
        let is_told_of = |record: u32, other: u32| {
            !data.is_attached(other) || (data.is_attached(record) && data.source(record) == data.source(other))
        };
        let mut base_records = vec![0_u32; matched.count];
        let mut attached_records: HashMap<(u32, &str), u32> = HashMap::new();
        for (record, cluster) in (0_u32..).zip(&matched.clusters) {
            if data.is_attached(record) {
                *attached_records.entry((*cluster, data.source(record))).or_default() += 1;
            } else {
                base_records[*cluster as usize] += 1;
            }
        }
        let is_alone = |record: u32| {
            let cluster = matched.clusters[record as usize];
            let own = match data.is_attached(record) {
                true => attached_records.get(&(cluster, data.source(record))).copied().unwrap_or_default(),
                false => 0,
            };
            base_records[cluster as usize] + own <= 1
        };
        // Of several records that a steward judged to be of one person with a record, the first.
        let both_ways = judgements.must_link.iter().flat_map(|(left, right)| [(*left, *right), (*right, *left)]);
        let is_followed =
            |record: u32, other: u32| matched.clusters[record as usize] == matched.clusters[other as usize];
        let judged: HashSet<(u32, u32)> = both_ways
            .clone()
            .filter(|(record, other)| is_told_of(*record, *other) && is_followed(*record, *other))
            .collect();
        let mut judged_with: HashMap<u32, u32> = HashMap::new();
        for (record, other) in both_ways.filter(|pair| judged.contains(pair)) {
            judged_with.entry(record).or_insert(other);
        }
        let threshold = data.settings().threshold_weight();
        let mut ties = Self {
            via: vec![NO_RECORD; records],
            weight: vec![f64::NAN; records],
            why: vec![Whys::ALONE; records],
            whys: Whys::new(),
        };
        let mut tied: Vec<u32> = Vec::new();
        for (record, link) in (0_u32..).zip(&matched.clustering.strongest) {
            // A pair that weighs too little ties nobody: where there is a judgement, that does.
            let strongest =
                link.filter(|link| f64::from(link.weight) >= threshold || !judged_with.contains_key(&record));
            if let Some(via) = strongest.map(|link| link.via).or_else(|| judged_with.get(&record).copied()) {
                ties.via[record as usize] = via;
                tied.push(record);
            } else if !is_alone(record) {
                ties.why[record as usize] = Whys::OTHERS;
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
                let is_judged = judged.contains(&(*record, ties.via[*record as usize]));
                ties.why[*record as usize] = ties.whys.of_pattern(&matched.model, patterns[place], is_judged);
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
    marks: Marks,
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
            Arc::new(StringArray::from_iter_values(rows.clone().map(|_| run.as_str()))),
            Arc::new(StringArray::from_iter(rows.map(|row| marks.get(&row).map(|marks| marks_text(marks))))),
        ];
        RecordBatch::try_new(Arc::clone(&spine::LINKS_SCHEMA), columns).map_err(LakeError::input)
    });
    Box::pin(stream::iter(batches))
}

/// The rows of `pairs`.
pub(crate) struct PairRows {
    pub(crate) rows: RecordBatch,
    /// How many wait for a steward, those of the sample alone left out.
    pub(crate) uncertain: u64,
    /// How many would wait, and were left out since there are too many.
    pub(crate) cut: u64,
}

/// Gives the rows of `pairs`: those that wait for a steward, in the order of [`queue`](crate::queue), then those that are of
/// the quality sample alone.
pub(crate) fn pairs(
    records: &Records,
    matched: &Matched,
    in_force: &InForce,
    sample: &[Drawn],
    reach: &[Vec<bool>],
    run: &RunId,
) -> Result<PairRows, LinkageError> {
    let (waiting, cut) = queue::waiting(records, matched, in_force, reach)?;
    let uncertain = waiting.len();
    let edge = |left: u32, right: u32| Edge { left, right, weight: 0.0, rule: 0 };
    let mut shown: Vec<Edge> = waiting.iter().map(|pair| edge(pair.left, pair.right)).collect();
    let mut sampled: HashMap<(u32, u32), &Drawn> = sample.iter().map(|pair| ((pair.left, pair.right), pair)).collect();
    let places: Vec<Option<&Drawn>> = shown.iter().map(|edge| sampled.remove(&(edge.left, edge.right))).collect();
    let rest = || sample.iter().filter(|pair| sampled.contains_key(&(pair.left, pair.right)));
    shown.extend(rest().map(|pair| edge(pair.left, pair.right)));
    let places: Vec<Option<&Drawn>> = places.into_iter().chain(rest().map(Some)).collect();
    let (weights, _) = scored(matched, shown.clone())?;

    let (mut left, mut right, mut status) = (Vec::new(), Vec::new(), Vec::new());
    for edge in &shown {
        let (one, other) = (records.id(edge.left), records.id(edge.right));
        status.push(in_force.of(&one, &other).map_or("open", Verdict::as_str));
        let (one, other) = if one < other { (one, other) } else { (other, one) };
        left.push(one.to_string());
        right.push(other.to_string());
    }
    let why = |place: usize| waiting.get(place);
    let against = |place: usize| why(place).and_then(|pair| pair.against);
    // Of two persons kept apart the parts add up to the last digit, with the weight that is written beside them.
    let merged = |place: usize| match against(place) {
        Some((against, penalty)) => Some(weights[place] + against + penalty),
        None => why(place).and_then(|pair| pair.merge_weight),
    };
    let all = || 0..shown.len();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(left)),
        Arc::new(StringArray::from(right)),
        Arc::new(Float64Array::from(weights.clone())),
        Arc::new(Float64Array::from_iter_values(weights.iter().map(|weight| probability(*weight)))),
        Arc::new(StringArray::from(status)),
        Arc::new(BooleanArray::from_iter(all().map(|place| Some(place < uncertain)))),
        Arc::new(StringArray::from_iter(all().map(|place| why(place).map(|pair| pair.reason.as_str())))),
        Arc::new(Float64Array::from_iter(all().map(merged))),
        Arc::new(Float64Array::from_iter(all().map(|place| against(place).map(|(against, _)| against)))),
        Arc::new(Float64Array::from_iter(all().map(|place| against(place).map(|(_, penalty)| penalty)))),
        Arc::new(Float64Array::from_iter(all().map(|place| why(place).map(|pair| pair.worth)))),
        Arc::new(Int64Array::from_iter(places.iter().map(|pair| pair.map(|pair| pair.stratum as i64)))),
        Arc::new(Int64Array::from_iter(places.iter().map(|pair| pair.map(|pair| pair.turn as i64)))),
        Arc::new(StringArray::from_iter_values(shown.iter().map(|_| run.as_str()))),
    ];
    let rows = RecordBatch::try_new(Arc::clone(&spine::PAIRS_SCHEMA), columns)?;
    Ok(PairRows { rows, uncertain: uncertain as u64, cut })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute;
    use crate::freeze::Frozen;
    use crate::report::Stopwatch;
    use crate::why::Why;
    use matching::{Block, Comparison, Dataset, Kind, Settings, Silent};
    use std::collections::BTreeSet;

    /// Gives why each record is of its person. A record is `[source, id, name, birth date]`.
    fn whys(rows: &[[&str; 4]], must_link: &[(u32, u32)]) -> Vec<Why> {
        let settings = Settings {
            comparisons: vec![Comparison::new("name", Kind::FamilyName), Comparison::new("birth", Kind::Date)],
            blocks: vec![Block::on(["birth"]).unwrap()],
            source: Some("source".to_owned()),
            id: Some("id".to_owned()),
            prior: Some(0.01),
            attach_only: BTreeSet::from(["broker".to_owned(), "forms".to_owned()]),
            ..Settings::default()
        };
        let column = |at: usize| Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[at]))) as ArrayRef;
        let names = ["source", "id", "name", "birth"];
        let columns = names.into_iter().enumerate().map(|(at, name)| (name, column(at)));
        let data = Dataset::new(&settings, &RecordBatch::try_from_iter(columns).unwrap()).unwrap();
        let judgements = Judgements { must_link: must_link.to_vec(), cannot_link: Vec::new() };
        let matched =
            compute::run(data, 0, None, &judgements, &Frozen::default(), &Silent, &mut Stopwatch::start()).unwrap();
        let ties = Ties::of(&matched, &judgements).unwrap();
        ties.why.iter().map(|why| serde_json::from_str(ties.whys.text(*why)).unwrap()).collect()
    }

    #[test]
    fn a_record_is_not_told_of_what_else_is_attached_to_its_person() {
        let rows = [
            ["tax", "t", "brennan", "1990-05-01"],
            ["broker", "b", "brennan", "1990-05-01"],
            ["forms", "f", "castello", "1947-11-23"],
            ["forms", "g", "lindqvist", "1971-02-03"],
        ];
        let whys_of = |of: &[usize], must_link| {
            let rows: Vec<[&str; 4]> = of.iter().map(|row| rows[*row]).collect();
            whys(&rows, must_link)
        };
        let [base, broker] = whys_of(&[0, 1], &[]).try_into().unwrap();
        assert_eq!(base, Why::Alone, "as without the broker's");
        assert!(matches!(broker, Why::Score { .. }), "{broker:?}");
        // A judgement of two registers that are both attached is told in neither.
        assert_eq!(whys_of(&[0, 1, 2], &[(1, 2)])[2], Why::Others);
        assert_eq!(whys_of(&[1, 2], &[(0, 1)]), [Why::Alone, Why::Alone]);
        // Of two records that nothing but a judgement ties, each is told of the other unless that is attached.
        let [base, forms] = whys_of(&[0, 2], &[(0, 1)]).try_into().unwrap();
        assert_eq!(base, Why::Alone);
        assert!(matches!(&forms, Why::Judgement { levels } if !levels.is_empty()), "{forms:?}");
        let both = whys_of(&[2, 3], &[(0, 1)]);
        assert!(both.iter().all(|why| matches!(why, Why::Judgement { .. })), "{both:?}");
        assert_eq!(whys_of(&[2], &[]), [Why::Alone]);
    }

    #[test]
    fn a_pair_that_a_judgement_ties_says_so_whatever_it_weighs() {
        let rows = [
            ["tax", "t", "brennan", "1990-05-01"],
            ["tax", "u", "castello", "1947-11-23"],
            ["tax", "v", "brennan", "1990-05-01"],
        ];
        for (other, is_equal) in [(1, false), (2, true)] {
            for why in whys(&[rows[0], rows[other]], &[(0, 1)]) {
                let Why::Judgement { levels } = why else { panic!("{why:?}") };
                assert_eq!(levels["birth"] == "equal", is_equal, "{levels:?}");
            }
        }
        let apart = whys(&[rows[0], rows[1]], &[]);
        assert_eq!(apart, [Why::Alone, Why::Alone], "nothing else ties them");
    }
}
