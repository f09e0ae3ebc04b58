//! The log for those who check it: entries, counts, proofs. Its leaves hold no personal data, so no grant is needed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use model::PurposeId;
use serde::Serialize;
use tlog::{Checkpoint, CheckpointError, ConsistencyProof, InclusionProof, VerifyError, VerifyReport};

use crate::entry::{By, Entry, EntryKind};
use crate::error::GateError;
use crate::gate::{Gate, Inner};

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

/// Counts over the entries read so far.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    upto: u64,
    counts: BTreeMap<(Option<PurposeId>, By), Count>,
    usage: Usage,
}

impl Counted {
    fn add(&mut self, entry: Entry) {
        if let Some(at) = DateTime::from_timestamp_millis(entry.at_ms) {
            *self.usage.days.entry(at.date_naive()).or_default().entry(entry.kind).or_default() += 1;
        }
        let count = self.counts.entry((entry.purpose, entry.by)).or_default();
        match entry.kind {
            EntryKind::Look | EntryKind::Search | EntryKind::Review | EntryKind::Own => {
                count.looks += 1;
                count.subjects += u64::from(entry.subjects);
            }
            EntryKind::Refusal => {
                count.refusals += 1;
                for rule in entry.rules {
                    *self.usage.refused_by.entry(rule).or_default() += 1;
                }
            }
            EntryKind::Job | EntryKind::Ingest | EntryKind::Judgement | EntryKind::Contest | EntryKind::Oversight => {
                count.others += 1;
            }
        }
    }
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

    /// Gives how often each role acted under each purpose, over the whole log. Entries are read once and remembered.
    ///
    /// # Errors
    /// As [`entries`](Self::entries).
    pub async fn counts(&self) -> Result<Vec<(Option<PurposeId>, By, Count)>, GateError> {
        self.reading(Inner::counts).await
    }

    /// Gives how many entries of each kind there are by day, from the day `since` on, and how often each rule refused, over
    /// the whole log. Entries are read once and remembered.
    ///
    /// # Errors
    /// As [`entries`](Self::entries).
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

    /// Counts the entries that came since this was called last.
    fn counted(&self) -> Result<parking_lot::MutexGuard<'_, Counted>, GateError> {
        let mut counted = self.counted.lock();
        let size = self.log.size();
        for bytes in self.log.entries(counted.upto..size) {
            let entry = Entry::decode(&bytes.map_err(GateError::log)?)?;
            counted.upto += 1;
            counted.add(entry);
        }
        Ok(counted)
    }

    fn counts(&self) -> Result<Vec<(Option<PurposeId>, By, Count)>, GateError> {
        let counted = self.counted()?;
        let counts = counted.counts.iter();
        Ok(counts.map(|((purpose, by), count)| (purpose.clone(), by.clone(), count.clone())).collect())
    }

    fn usage(&self, since: NaiveDate) -> Result<Usage, GateError> {
        let counted = self.counted()?;
        let days = counted.usage.days.range(since..).map(|(day, kinds)| (*day, kinds.clone()));
        Ok(Usage { days: days.collect(), refused_by: counted.usage.refused_by.clone() })
    }
}
