//! What happened to persons, read back from the spine.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use gate::{Gate, JobGrant};
use lake::{Lake, TableRef};
use model::purpose::Job;
use model::{Actor, PersonId, RunId};
use serde::Serialize;

use crate::error::LinkageError;
use crate::identity::EventKind;
use crate::link::is_granted;
use crate::spine;

/// One event of a person id, as the spine holds it. No value of a record is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PastEvent {
    /// The number of the run, from 1.
    pub generation: i64,
    /// The person it happened to.
    pub person: PersonId,
    /// What happened.
    pub kind: EventKind,
    /// The persons that records came from.
    pub from: Vec<PersonId>,
    /// When the run began.
    pub at: DateTime<Utc>,
    /// The run.
    pub run: String,
    /// How many records the person has now; 0 when there is no such person any more.
    pub records: u64,
}

/// Gives the last events of person ids, at most `most`, the earlier ones first and those of one run by person.
///
/// Reads the spine as a job of linking, with an entry in the log, and writes nothing. Empty where nothing was linked.
///
/// # Errors
/// [`LinkageError::Denied`] when the gate does not allow it; [`LinkageError::Table`] when the spine is not as it was
/// written.
pub async fn past_events(
    lake: &Lake,
    gate: &Gate,
    by: &Actor,
    run: &RunId,
    most: usize,
) -> Result<Vec<PastEvent>, LinkageError> {
    let tables = [TableRef::spine(spine::LINKS), TableRef::spine(spine::EVENTS)];
    let grant = gate.start_job(by, Job::Link, run, &tables).await.map_err(LinkageError::Denied)?;
    if !is_granted(&grant, spine::LINKS) || !is_granted(&grant, spine::EVENTS) {
        return Ok(Vec::new());
    }
    let info = lake.info(&TableRef::spine(spine::LINKS)).await?;
    let generation: Option<i64> = info.and_then(|info| info.metadata.get(spine::GENERATION)?.parse().ok());
    let generation = generation.ok_or_else(|| malformed(spine::LINKS, "it has no generation"))?;
    let mut events = read(&grant, generation, most).await?;
    count_records(&grant, &mut events).await?;
    Ok(events)
}

/// Reads the last events of runs that wrote links.
async fn read(grant: &JobGrant, generation: i64, most: usize) -> Result<Vec<PastEvent>, LinkageError> {
    let columns = ["at", "run", "generation", "kind", "person", "from_persons"];
    let mut last: Vec<PastEvent> = Vec::new();
    let mut batches = grant.scan(&TableRef::spine(spine::EVENTS), Some(&columns)).await?;
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        let (Some(moments), Some(runs), Some(generations), Some(kinds), Some(persons), Some(from)) = (
            batch.column(0).as_primitive_opt::<TimestampMicrosecondType>(),
            batch.column(1).as_string_opt::<i32>(),
            batch.column(2).as_primitive_opt::<Int64Type>(),
            batch.column(3).as_string_opt::<i32>(),
            batch.column(4).as_primitive_opt::<Int64Type>(),
            batch.column(5).as_list_opt::<i32>(),
        ) else {
            return Err(malformed(spine::EVENTS, "its columns are of other types"));
        };
        for row in (0..batch.num_rows()).filter(|row| generations.value(*row) <= generation) {
            let kind = EventKind::ALL.into_iter().find(|kind| kind.as_str() == kinds.value(row));
            let others = from.value(row);
            let Some(others) = others.as_primitive_opt::<Int64Type>() else {
                return Err(malformed(spine::EVENTS, "its columns are of other types"));
            };
            let others: Option<Vec<PersonId>> = others.iter().flatten().map(person_of).collect();
            let (Some(kind), Some(person), Some(from), Some(at)) =
                (kind, person_of(persons.value(row)), others, DateTime::from_timestamp_micros(moments.value(row)))
            else {
                return Err(malformed(spine::EVENTS, "an event can't be read"));
            };
            let run = runs.value(row).to_owned();
            last.push(PastEvent { generation: generations.value(row), person, kind, from, at, run, records: 0 });
        }
        // A first run tells of every person: those that are not wanted go as they come.
        if last.len() > most {
            last.sort_unstable();
            last.drain(..last.len() - most);
        }
    }
    last.sort_unstable();
    Ok(last)
}

/// Counts the records that persons have now.
async fn count_records(grant: &JobGrant, events: &mut [PastEvent]) -> Result<(), LinkageError> {
    let mut counts: BTreeMap<PersonId, u64> = events.iter().map(|event| (event.person, 0)).collect();
    let mut batches = grant.scan(&TableRef::spine(spine::LINKS), Some(&["person"])).await?;
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        let Some(persons) = batch.column(0).as_primitive_opt::<Int64Type>() else {
            return Err(malformed(spine::LINKS, "its columns are of other types"));
        };
        for person in persons.values().iter().filter_map(|person| person_of(*person)) {
            if let Some(count) = counts.get_mut(&person) {
                *count += 1;
            }
        }
    }
    for event in events {
        event.records = counts.get(&event.person).copied().unwrap_or_default();
    }
    Ok(())
}

fn malformed(table: &'static str, problem: &'static str) -> LinkageError {
    LinkageError::Table { table: TableRef::spine(table).to_string(), problem }
}

fn person_of(value: i64) -> Option<PersonId> {
    u64::try_from(value).ok().filter(|id| *id > 0).map(PersonId)
}
