//! What the store of details knows of the log: by it a log that was rolled back or taken away is found out.
//!
//! Each entry of the log, of whatever kind, has a detail that was durable before it, and its place is noted there once the
//! entry is durable. A crash can lose the note and leave a detail without an entry, so the store may know less than the log
//! has. It never knows more: a place that the log lacks was taken from the log.

use std::sync::Arc;

use state::State;
use tlog::{Log, Options, SigningKey, Storage};

use crate::entry::Entry;
use crate::error::GateError;

/// What the store of details remembers of the log that belongs to it.
///
/// A log that was cut or replaced by an older copy of itself is whole in itself, and one that was taken away looks like one
/// that was never made. Only who remembers it can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogWitness {
    /// Whether any look was ever kept. No look is kept before there is a log.
    has_looks: bool,
    /// The newest look with a place: its commitment, and the place.
    newest: Option<([u8; 32], u64)>,
}

impl LogWitness {
    /// Asks the store.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn of(state: &State) -> Result<Self, GateError> {
        Ok(Self {
            has_looks: state.has_looks().await.map_err(GateError::state)?,
            newest: state.newest_placed().await.map_err(GateError::state)?,
        })
    }

    /// Opens the log, or makes it where there never was one. Nothing is written when it is not the one that the store knows.
    ///
    /// # Errors
    /// [`GateError::LogRolledBack`], [`GateError::LogGone`] or [`GateError::LogReplaced`]; [`GateError::Log`] when it can't be
    /// opened.
    pub fn open_log(&self, key: SigningKey, storage: Arc<dyn Storage>, options: Options) -> Result<Log, GateError> {
        Log::open_if(key, storage, options, |found| self.check(found.size(), |leaf| found.entry(leaf)))
    }

    /// Checks that a log may be made where there is none.
    ///
    /// # Errors
    /// [`GateError::LogGone`] when there was one.
    pub fn check_absent(&self) -> Result<(), GateError> {
        if self.has_looks { Err(GateError::LogGone { known: self.known() }) } else { Ok(()) }
    }

    /// Checks a log of `size` entries; none: there is no log.
    pub(crate) fn check(
        &self,
        size: Option<u64>,
        entry: impl FnOnce(u64) -> Result<Vec<u8>, tlog::Error>,
    ) -> Result<(), GateError> {
        let Some(size) = size else { return self.check_absent() };
        let Some((commitment, leaf)) = self.newest else { return Ok(()) };
        if leaf >= size {
            return Err(GateError::LogRolledBack { known: self.known(), size });
        }
        let entry = Entry::decode(&entry(leaf).map_err(GateError::log)?)?;
        if entry.commitment.0 == commitment { Ok(()) } else { Err(GateError::LogReplaced { leaf }) }
    }

    /// Gives how many entries the log must have at least.
    fn known(&self) -> u64 {
        self.newest.map_or(0, |(_, leaf)| leaf.saturating_add(1))
    }
}
