//! The log for those who check it: entries, counts, proofs. Its leaves hold no personal data, so no grant is needed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use model::PurposeId;
use parking_lot::RwLockReadGuard;
use serde::Serialize;
use tlog::{Checkpoint, CheckpointError, ConsistencyProof, InclusionProof, TILE_WIDTH, VerifyError, VerifyReport};

use crate::entry::{By, Entry, EntryKind};
use crate::error::GateError;
use crate::gate::{Gate, Inner};
use crate::remembered::{EntryFilter, Known};

/// How long whoever watches the log or past runs waits for what is not remembered yet: for half a million entries, about.
const WATCHERS_WAIT: Duration = Duration::from_secs(5);

/// How long counts wait for it, which stand on pages about other things: less than a page may take.
const COUNTS_WAIT: Duration = Duration::from_secs(50);

/// An entry and its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoggedEntry {
    /// Its number, from 0.
    pub leaf: u64,
    /// The entry.
    pub entry: Entry,
}

/// How often someone acted under a purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Allowed looks, searches, reviews and readings of one's own.
    pub looks: u64,
    /// Persons that they were about, each look counted anew.
    pub subjects: u64,
    /// Refusals.
    pub refusals: u64,
    /// Runs of jobs, ingests, judgements, contests, and readings of who asks most.
    pub others: u64,
}

/// When the log was written to, and what refused. Both are as small as the days and the rules are few.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// By day of UTC, where the day has any: how many entries of each kind.
    pub days: BTreeMap<NaiveDate, BTreeMap<EntryKind, u64>>,
    /// By rule: how many refusals name it, over the whole log. A refusal may name several.
    pub refused_by: BTreeMap<String, u64>,
}

/// What proves that an entry is in the log.
#[derive(Debug, Clone)]
pub struct LogProof {
    /// The bytes of the entry.
    pub entry: Vec<u8>,
    /// The way from its leaf to the root.
    pub inclusion: InclusionProof,
    /// The signed root.
    pub checkpoint: Arc<str>,
}

/// A page of entries that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundEntries {
    /// How many entries the log has.
    pub size: u64,
    /// How many of them are as asked for, before and after this page too.
    pub matching: u64,
    /// The entries, the latest first.
    pub entries: Vec<LoggedEntry>,
    /// Before which entry the next page begins; none where no earlier one is as asked for.
    pub next: Option<u64>,
}

impl Gate {
    /// Gives the number of durable entries.
    #[must_use]
    pub fn log_size(&self) -> u64 {
        self.inner.log.size()
    }

    /// Gives the number of entries that the checkpoint published last fixes.
    #[must_use]
    pub fn log_published_size(&self) -> u64 {
        self.inner.log.published_size()
    }

    /// Gives the checkpoint that was published last, a signed note.
    #[must_use]
    pub fn log_checkpoint(&self) -> Arc<str> {
        self.inner.log.checkpoint()
    }

    /// Gives what a saved checkpoint says, if this log signed it. Nothing of the log is read.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    pub fn read_checkpoint(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        Checkpoint::open(note.as_bytes(), &self.inner.log_key)
    }

    /// Gives the entries in `range`, as far as they exist.
    ///
    /// # Errors
    /// When the log can't be read or holds what is no entry.
    pub async fn entries(&self, range: Range<u64>) -> Result<Vec<LoggedEntry>, GateError> {
        self.reading(move |inner| inner.entries(range)).await
    }

    /// Gives the refusals in `range`.
    ///
    /// # Errors
    /// As [`entries`](Self::entries).
    pub async fn refusals(&self, range: Range<u64>) -> Result<Vec<LoggedEntry>, GateError> {
        let mut entries = self.entries(range).await?;
        entries.retain(|logged| logged.entry.kind == EntryKind::Refusal);
        Ok(entries)
    }

    /// Finds entries, the latest first: of those before `before`, `limit` at most, and one at least where there is any. What they
    /// are found by is read once and remembered; of the log itself only those are read that are given.
    ///
    /// # Errors
    /// As [`entries`](Self::entries). Where a filter leaves anything out, also when any entry of the log is none: nobody knows
    /// whether that would be asked for; and when the log is still being read after a few seconds, as it may be after a start.
    pub async fn find_entries(
        &self,
        filter: EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<FoundEntries, GateError> {
        self.reading(move |inner| inner.find_entries(&filter, before, limit)).await
    }

    /// Reads what is to be remembered of the entries that are durable now, so that nobody who finds or counts entries later waits
    /// for that; gives how many are remembered. Blocks for as long as it takes, about 10 seconds a million entries, or until
    /// `stop` is set.
    ///
    /// # Errors
    /// As [`entries`](Self::entries).
    pub fn read_ahead(&self, stop: &AtomicBool) -> Result<u64, GateError> {
        let inner = &self.inner;
        inner.remembered.read_on(inner.log.size(), || !stop.load(Ordering::Relaxed), |range| inner.read(range))?;
        Ok(inner.remembered.known().size())
    }

    /// Gives how often each role acted under each purpose, over the whole log. Entries are read once and remembered.
    ///
    /// # Errors
    /// As [`entries`](Self::entries); when the log is still being read after most of a minute, as it may be after a start.
    pub async fn counts(&self) -> Result<Vec<(Option<PurposeId>, By, Count)>, GateError> {
        self.reading(Inner::counts).await
    }

    /// Gives how many entries of each kind there are by day, from the day `since` on, and how often each rule refused, over
    /// the whole log. Entries are read once and remembered.
    ///
    /// # Errors
    /// As [`entries`](Self::entries); when the log is still being read after a few seconds, as it may be after a start.
    pub async fn usage(&self, since: NaiveDate) -> Result<Usage, GateError> {
        self.reading(move |inner| inner.usage(since)).await
    }

    /// Gives the bytes of an entry.
    ///
    /// # Errors
    /// When the log has no such entry or can't be read.
    pub async fn entry_bytes(&self, leaf: u64) -> Result<Vec<u8>, GateError> {
        self.reading(move |inner| inner.log.entry(leaf).map_err(GateError::log)).await
    }

    /// Proves that an entry is in the log, publishing first what is durable by now.
    ///
    /// # Errors
    /// When the log has no such entry or can't be published.
    pub async fn prove(&self, leaf: u64) -> Result<LogProof, GateError> {
        self.reading(move |inner| {
            let log = &inner.log;
            if log.published_size() <= leaf {
                log.publish().map_err(GateError::log)?;
            }
            let checkpoint = log.checkpoint();
            let opened = tlog::Checkpoint::open(checkpoint.as_bytes(), &inner.log_key).map_err(GateError::log)?;
            let inclusion = log.inclusion_proof(leaf, opened.size).map_err(GateError::log)?;
            Ok(LogProof { entry: log.entry(leaf).map_err(GateError::log)?, inclusion, checkpoint })
        })
        .await
    }

    /// Proves that the log only grew from `old_size` to `new_size` entries, both published.
    ///
    /// # Errors
    /// When these sizes are not published or the log can't be read.
    pub async fn prove_growth(&self, old_size: u64, new_size: u64) -> Result<ConsistencyProof, GateError> {
        self.reading(move |inner| inner.log.consistency_proof(old_size, new_size).map_err(GateError::log)).await
    }

    /// Recomputes the whole log up to the entries that are durable now, its tiles, root and signature; with a saved checkpoint,
    /// proves that it only grew since. Blocks for as long as that takes. `progress` is called with the entries done and all entries.
    ///
    /// # Errors
    /// Where and how the log does not hold together.
    pub fn verify(
        &self,
        progress: &mut dyn FnMut(u64, u64),
        saved_checkpoint: Option<&str>,
    ) -> Result<VerifyReport, VerifyError> {
        // A log that can't publish any more is verified as far as it did: that is what its auditor asks about.
        if let Err(error) = self.inner.log.publish() {
            tracing::warn!(error = %crate::writer::with_causes(&error), "the last entries could not be published");
        }
        tlog::verify(&*self.inner.log_storage, &self.inner.log_key, saved_checkpoint, progress)
    }

    /// Reads the log on a thread that may wait for it.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Inner) -> Result<T, GateError> + Send + 'static,
    ) -> Result<T, GateError> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || read(&inner)).await.map_err(GateError::log)?
    }
}

impl Inner {
    fn entries(&self, range: Range<u64>) -> Result<Vec<LoggedEntry>, GateError> {
        let end = range.end.min(self.log.size());
        let start = range.start.min(end);
        let entries = self.log.entries(start..end).zip(start..);
        let entries = entries.map(|(bytes, leaf)| {
            let entry = Entry::decode(&bytes.map_err(GateError::log)?)?;
            Ok(LoggedEntry { leaf, entry })
        });
        entries.collect()
    }

    /// Finds entries.
    fn find_entries(&self, filter: &EntryFilter, before: Option<u64>, limit: usize) -> Result<FoundEntries, GateError> {
        let limit = limit.max(1);
        if filter.is_of_all() {
            // Nothing is left out, so nothing need be known of other entries.
            let size = self.log.size();
            let end = before.unwrap_or(size).min(size);
            let start = end.saturating_sub(limit as u64);
            let mut entries = self.entries(start..end)?;
            entries.reverse();
            return Ok(FoundEntries { size, matching: size, entries, next: (start > 0).then_some(start) });
        }
        let (size, found) = {
            let known = self.known(WATCHERS_WAIT)?;
            (known.size(), known.find(filter, before, limit))
        };
        let entries = self.entries_at(&found.leaves)?;
        Ok(FoundEntries { size, matching: found.matching, entries, next: found.next })
    }

    /// Gives the entries at these places, the latest first, as the places are. Those of a bundle are read together.
    fn entries_at(&self, leaves: &[u64]) -> Result<Vec<LoggedEntry>, GateError> {
        let width = TILE_WIDTH as u64;
        let mut entries = Vec::with_capacity(leaves.len());
        for of_bundle in leaves.chunk_by(|later, earlier| later / width == earlier / width) {
            let (Some(last), Some(first)) = (of_bundle.first(), of_bundle.last()) else { continue };
            let mut wanted = of_bundle.iter().rev().copied().peekable();
            let mut read = Vec::with_capacity(of_bundle.len());
            for (bytes, leaf) in self.log.entries(*first..last + 1).zip(*first..) {
                let bytes = bytes.map_err(GateError::log)?;
                if wanted.next_if_eq(&leaf).is_some() {
                    read.push(LoggedEntry { leaf, entry: Entry::decode(&bytes)? });
                }
            }
            entries.extend(read.into_iter().rev());
        }
        Ok(entries)
    }

    /// Gives what is known of all entries that are durable now, and reads those first that came since it was called last; whoever
    /// asks waits no longer for that than given.
    fn known(&self, waits: Duration) -> Result<RwLockReadGuard<'_, Known>, GateError> {
        let begun = Instant::now();
        self.remembered.known_upto(self.log.size(), || begun.elapsed() < waits, |range| self.read(range))
    }

    /// Reads entries to be remembered.
    fn read(&self, range: Range<u64>) -> Result<Vec<Entry>, GateError> {
        Ok(self.entries(range)?.into_iter().map(|logged| logged.entry).collect())
    }

    fn counts(&self) -> Result<Vec<(Option<PurposeId>, By, Count)>, GateError> {
        Ok(self.known(COUNTS_WAIT)?.counts())
    }

    fn usage(&self, since: NaiveDate) -> Result<Usage, GateError> {
        Ok(self.known(WATCHERS_WAIT)?.usage(since))
    }
}
