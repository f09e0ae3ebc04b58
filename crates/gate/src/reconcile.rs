//! What a crash between detail and entry leaves behind, put right when the gate opens.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use state::State;
use tlog::Log;

use crate::entry::Entry;
use crate::error::GateError;

/// How far back from the oldest detail without a place its entry may lie: entries are written in order, but clocks are
/// set back now and then.
const SLACK_HOURS: i64 = 24;

/// How many entries are read at once, from the end of the log backwards.
const STRETCH: u64 = 256;

/// Finds the entries of details that don't know their place, and erases the details that have none: their look was never
/// answered.
///
/// Whoever calls has checked that the log is the one that the store knows: of one that was rolled back the entries would be
/// missing of looks that were answered.
pub(crate) async fn reconcile(state: &State, log: &Log, now: DateTime<Utc>) -> Result<(), GateError> {
    let mut oldest = now;
    let mut found: HashMap<[u8; 32], Option<u64>> = HashMap::new();
    for commitment in state.looks_without_leaf().await.map_err(GateError::state)? {
        // Of a look that was erased there is nothing left to put right.
        if let Some(look) = state.look(&commitment).await.map_err(GateError::state)? {
            oldest = oldest.min(look.at);
            found.insert(commitment, None);
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let since_ms = (oldest - TimeDelta::hours(SLACK_HOURS)).timestamp_millis();
    let mut missing = found.len();
    let mut end = log.size();
    let mut is_recent = true;
    while end > 0 && missing > 0 && is_recent {
        let start = (end - 1) / STRETCH * STRETCH;
        for (bytes, leaf) in log.entries(start..end).zip(start..) {
            let entry = Entry::decode(&bytes.map_err(GateError::log)?)?;
            is_recent = is_recent && (leaf > start || entry.at_ms >= since_ms);
            if let Some(place) = found.get_mut(&entry.commitment.0)
                && place.is_none()
            {
                *place = Some(leaf);
                missing -= 1;
            }
        }
        end = start;
    }
    let placed: Vec<([u8; 32], u64)> =
        found.iter().filter_map(|(commitment, leaf)| leaf.map(|leaf| (*commitment, leaf))).collect();
    state.set_leaves(&placed).await.map_err(GateError::state)?;
    let unanswered: Vec<[u8; 32]> =
        found.iter().filter(|(_, leaf)| leaf.is_none()).map(|(commitment, _)| *commitment).collect();
    for commitment in &unanswered {
        state.erase_look(commitment, now).await.map_err(GateError::state)?;
    }
    tracing::info!(
        placed = placed.len(),
        erased = unanswered.len(),
        "details without a place in the log were put right"
    );
    Ok(())
}
