//! The tables of the spine.
//!
//! | table | one row is | written |
//! |---|---|---|
//! | `links` | a record and its person: the record that it agrees with most, how much, and why | anew by each run |
//! | `pairs` | a pair for a steward: uncertain, of persons kept apart, a weak link, or of the quality sample | anew by each run |
//! | `events` | what happened to a person | appended by each run |
//! | `models` | a matching model with its settings | appended when it differs from the last |
//! | `judgements` | what a steward decided about two records, or a person disputes | appended by the run that follows it |
//!
//! There is no commit across tables. A run prepares all of its tables, then commits them one after the other, `links`
//! last: a run counts once `links` has its generation (a number in the metadata of the commit, one more than the last).
//! Events of a later generation than that of `links` are of a run that was cut short: they never happened, and the next
//! run removes them.
//!
//! No row holds a value of a record: records are named by their ids, and the reasons are levels of agreement. Only
//! `models` holds values at all, as a list of how frequent they are over all registers, and only those that at least five
//! records have.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// The record, its person, and why.
pub const LINKS: &str = "links";
/// What happened to persons.
pub const EVENTS: &str = "events";
/// Uncertain pairs.
pub const PAIRS: &str = "pairs";
/// Matching models.
pub const MODELS: &str = "models";
/// What stewards decided.
pub const JUDGEMENTS: &str = "judgements";

/// Under this name the commits of `links` keep the number of the run.
pub const GENERATION: &str = "lucarne.link.generation";
/// Under this name the commits of `links` keep the version of the model.
pub const MODEL_VERSION: &str = "lucarne.link.model";
/// Under this name the commits of `links` keep the run.
pub const RUN: &str = "lucarne.link.run";
/// Under this name the commits of `links` keep what is watched of the run, see [`Watch`](crate::Watch). Counts only.
pub const WATCH: &str = "lucarne.link.watch";

fn schema(columns: &[(&str, DataType, bool)]) -> SchemaRef {
    let fields: Vec<Field> =
        columns.iter().map(|(name, of, is_nullable)| Field::new(*name, of.clone(), *is_nullable)).collect();
    Arc::new(Schema::new(fields))
}

fn moment() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The item of a list of persons, named as the lake names it.
pub(crate) fn list_item() -> Field {
    Field::new("element", DataType::Int64, true)
}

/// Gives the columns of `links`.
///
/// `register`, `record` (32 hexadecimal digits), `person`; `weight` (log2 odds) and `probability` of the pair that this
/// record makes with `via_register`, `via_record`, the record of the same person that it agrees with most or, where that pair
/// would not reach the threshold, that a judgement ties it to; all four null for a person's only record, and for one that neither
/// ties. `why`: JSON, see [`Why`](crate::why::Why). `run`. `was`: under which ids the record was one cluster with others, and
/// since which generation (`generation:person`, the oldest first, separated by spaces; generation 0 where it came as a new
/// record), so that what is undone gives the ids of before; null where it was never of another person. It goes with the record.
///
/// The row of a base record is the same whatever is attached to its person: attached records are neither named nor
/// counted in it, and have no say in its person's id, now or before.
pub static LINKS_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("register", DataType::Utf8, false),
        ("record", DataType::Utf8, false),
        ("person", DataType::Int64, false),
        ("weight", DataType::Float64, true),
        ("probability", DataType::Float64, true),
        ("via_register", DataType::Utf8, true),
        ("via_record", DataType::Utf8, true),
        ("why", DataType::Utf8, false),
        ("run", DataType::Utf8, false),
        ("was", DataType::Utf8, true),
    ])
});

/// Gives the columns of `events`.
///
/// `at` (UTC), `run`, `generation` (of the run, from 1), `kind` (`new`, `merge`, `split`, `back`, `gone`), `person`,
/// `from_persons` (the persons that records came from).
pub static EVENTS_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("at", moment(), false),
        ("run", DataType::Utf8, false),
        ("generation", DataType::Int64, false),
        ("kind", DataType::Utf8, false),
        ("person", DataType::Int64, false),
        ("from_persons", DataType::List(Arc::new(list_item())), false),
    ])
});

/// Gives the columns of `pairs`.
///
/// `left`, `right` (`register:hash`, the smaller first), `weight` (log2 odds), `probability`, `status`: `open`, or what
/// was judged (`same`, `different`, `cannot-say`), or `disputed`. `uncertain`: whether it waits in the queue, and then `reason`:
/// `near-threshold`, `kept-apart` (two persons stay apart although this pair of theirs reaches the threshold), `others-fit` (a
/// record of an attached register stays without this person, which it fits, since another fits about as well), `weak-link`
/// (a person hangs on it alone) or `shared-identifier` (two persons have one identifier, which these two records hold);
/// `merge_weight` (log2 odds) of the two persons, or of the two sides of the link, where that decides; of persons kept apart
/// its parts beside `weight`: `against`, what their other records hold against it, and `penalty`, what it costs that a
/// register with one record for each person would have several; `worth`, by which the rows are ordered: the chance that a
/// verdict changes something, times the records that move. `stratum` and `turn`: of a pair of the quality sample, see
/// [`Sample`](crate::Sample); one of the last stratum was not kept, and its weight is worked out for this row alone. What
/// doesn't apply is null.
pub static PAIRS_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("left", DataType::Utf8, false),
        ("right", DataType::Utf8, false),
        ("weight", DataType::Float64, false),
        ("probability", DataType::Float64, false),
        ("status", DataType::Utf8, false),
        ("uncertain", DataType::Boolean, false),
        ("reason", DataType::Utf8, true),
        ("merge_weight", DataType::Float64, true),
        ("against", DataType::Float64, true),
        ("penalty", DataType::Float64, true),
        ("worth", DataType::Float64, true),
        ("stratum", DataType::Int64, true),
        ("turn", DataType::Int64, true),
        ("run", DataType::Utf8, false),
    ])
});

/// Gives the columns of `models`.
///
/// `version` (from 1), `at` (UTC), `run`, `settings`, `model` and `training` (JSON of the types of `matching`).
pub static MODELS_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("version", DataType::Int64, false),
        ("at", moment(), false),
        ("run", DataType::Utf8, false),
        ("settings", DataType::Utf8, false),
        ("model", DataType::Utf8, false),
        ("training", DataType::Utf8, false),
    ])
});

/// Gives the columns of `judgements`.
///
/// `left`, `right` (`register:hash`, the smaller first; of a dispute the contested record, then the one that ties it to the
/// person), `verdict` (`same`, `different`, `cannot-say`; `disputed` and `withdrawn` of the person), `by` (the account), `at`
/// (UTC), `reason` (a steward's words; of a dispute the entry of the log: a citizen's words are kept sealed, in `state`).
///
/// The verdict `taken-back` takes back the last row of the two records in which the same account says `same`, `different` or
/// `cannot-say`, and which was not taken back before: the rows are followed as if that one were not there. Both stay. Earlier
/// versions wrote `cannot-say` in its place, which is a judgement like any other, and `disputed` where a dispute was opened again.
///
/// With a dispute come rows of the verdict `held`, which is none: `left` is the contested record, `right` itself first, then each
/// other record of a base register that the person had then.
pub static JUDGEMENTS_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("left", DataType::Utf8, false),
        ("right", DataType::Utf8, false),
        ("verdict", DataType::Utf8, false),
        ("by", DataType::Utf8, false),
        ("at", moment(), false),
        ("reason", DataType::Utf8, false),
    ])
});
