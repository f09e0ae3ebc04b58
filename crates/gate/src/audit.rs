//! The log for those who check it: entries, counts, proofs. Its leaves hold no personal data, so no grant is needed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use model::PurposeId;
use serde::Serialize;
use tlog::{ConsistencyProof, InclusionProof, VerifyError, VerifyReport};

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
    /// Runs of jobs, ingests, judgements.
    pub others: u64,
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
}

impl Gate {
    /// Gives the number of durable entries.
    #[must_use]
    pub fn log_size(&self) -> u64 {
        self.inner.log.size()
    }

    /// Gives the checkpoint that was published last, a signed note.
    #[must_use]
    pub fn log_checkpoint(&self) -> Arc<str> {
        self.inner.log.checkpoint()
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

    /// Recomputes the whole log, its tiles, root and signature; with a saved checkpoint, proves that it only grew since.
    /// Blocks for as long as that takes. `progress` is called with the entries done and all entries.
    ///
    /// # Errors
    /// Where and how the log does not hold together.
    pub fn verify(
        &self,
        progress: &mut dyn FnMut(u64, u64),
        saved_checkpoint: Option<&str>,
    ) -> Result<VerifyReport, VerifyError> {
        tlog::verify(&*self.inner.log_storage, &self.inner.log_key, saved_checkpoint, progress)
    }

    async fn reading<T: Send + 'static>(
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

    fn counts(&self) -> Result<Vec<(Option<PurposeId>, By, Count)>, GateError> {
        let mut counted = self.counted.lock();
        let size = self.log.size();
        for bytes in self.log.entries(counted.upto..size) {
            let entry = Entry::decode(&bytes.map_err(GateError::log)?)?;
            counted.upto += 1;
            let count = counted.counts.entry((entry.purpose, entry.by)).or_default();
            match entry.kind {
                EntryKind::Look | EntryKind::Search | EntryKind::Review | EntryKind::Own => {
                    count.looks += 1;
                    count.subjects += u64::from(entry.subjects);
                }
                EntryKind::Refusal => count.refusals += 1,
                EntryKind::Job | EntryKind::Ingest | EntryKind::Judgement => count.others += 1,
            }
        }
        let counts = counted.counts.iter();
        Ok(counts.map(|((purpose, by), count)| (purpose.clone(), by.clone(), count.clone())).collect())
    }
}
