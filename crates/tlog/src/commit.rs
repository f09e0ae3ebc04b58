//! The thread that makes entries durable: whatever waits when it looks goes into one batch and one fsync.

use std::sync::Arc;
use std::time::Instant;

use crate::error::{Error, Result, StorageContext as _};
use crate::hash::{Hash, leaf_hash};
use crate::journal::{Batch, segment_header};
use crate::recover::segment_path;
use crate::shared::{Appended, Request, SegmentFile, Shared};
use crate::storage::{JournalFile, Storage};
use crate::tile::ENTRY_BYTES_MAX;

/// Bytes of entries that go into one batch; a single request may be as long.
pub(crate) const BATCH_BYTES_MAX: usize = 16 << 20;

/// The segment that is written to.
pub(crate) struct ActiveSegment {
    file: Box<dyn JournalFile>,
    path: String,
    bytes: usize,
    /// Whether it ends in a part of a batch, for which there was no room. Nothing may follow that.
    is_cut_off: bool,
}

impl ActiveSegment {
    /// Begins a segment, durably. Where there is no room for it, none is left behind.
    pub(crate) fn create(storage: &dyn Storage, origin: &str, number: u64, first: u64) -> Result<ActiveSegment> {
        let path = segment_path(number);
        let header = segment_header(origin, first);
        let mut file = storage.create_journal(&path).context_of_write("create", &path)?;
        if let Err(error) = file.append(&header).context_of_write("write", &path) {
            // What can't be removed stands in the way of the next attempt, which says so.
            let _ = storage.remove(&path);
            return Err(error);
        }
        file.sync().context("sync", &path)?;
        Ok(ActiveSegment { file, path, bytes: header.len(), is_cut_off: false })
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Makes entries durable, in batches of bounded size.
    pub(crate) fn append_entries(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<()> {
        const BATCH_ENTRIES: usize = BATCH_BYTES_MAX / (ENTRY_BYTES_MAX + 2);
        let firsts = (first..).step_by(BATCH_ENTRIES);
        for (first, chunk) in firsts.zip(entries.chunks(BATCH_ENTRIES)) {
            let mut batch = Batch::new(first);
            for entry in chunk {
                batch.push(entry);
            }
            self.append(&batch.finish())?;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let appended = self.file.append(bytes).context_of_write("write", &self.path);
        if let Err(error) = appended {
            self.is_cut_off = true;
            // Smaller batches may find room. If the part stays, it is known as one.
            let _ = self.file.cut(self.bytes as u64);
            return Err(error);
        }
        self.file.sync().context("sync", &self.path)?;
        self.bytes += bytes.len();
        Ok(())
    }
}

/// Poisons the log if the thread it lives in dies of a panic.
pub(crate) struct PanicGuard<'a>(pub(crate) &'a Shared);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.poison(&Error::Closed);
            let mut queue = self.0.queue.lock();
            queue.is_closed = true;
            let waiting = std::mem::take(&mut queue.requests);
            drop(queue);
            drop(waiting);
        }
    }
}

/// Runs until the queue is closed and empty.
pub(crate) fn run(shared: &Shared, mut segment: ActiveSegment) {
    let _guard = PanicGuard(shared);
    while let Some(requests) = next_requests(shared) {
        let result = shared.check_poison().and_then(|()| commit(shared, &mut segment, &requests));
        match result {
            Ok(appended) => {
                for (request, appended) in requests.into_iter().zip(appended) {
                    request.finish(Ok(appended));
                }
            }
            Err(Error::NoRoom(no_room)) => {
                for request in requests {
                    request.finish(Err(no_room.clone().into()));
                }
            }
            Err(error) => {
                shared.poison(&error);
                for request in requests {
                    request.finish(shared.check_poison().and(Err(Error::Closed)));
                }
            }
        }
    }
}

/// Waits for requests and takes as many as fit one batch; `None` when the queue is closed and empty.
fn next_requests(shared: &Shared) -> Option<Vec<Request>> {
    let mut queue = shared.queue.lock();
    while queue.requests.is_empty() {
        if queue.is_closed {
            return None;
        }
        shared.queue_changed.wait(&mut queue);
    }
    let mut requests = Vec::new();
    let mut batch_bytes = 0;
    while let Some(next) = queue.requests.front() {
        let bytes = next.bytes();
        if !requests.is_empty() && batch_bytes + bytes > BATCH_BYTES_MAX {
            break;
        }
        batch_bytes += bytes;
        requests.extend(queue.requests.pop_front());
    }
    queue.bytes -= batch_bytes;
    Some(requests)
}

/// Makes the entries durable, then lets them be seen.
fn commit(shared: &Shared, segment: &mut ActiveSegment, requests: &[Request]) -> Result<Vec<Appended>> {
    let first = shared.state.lock().durable.size();
    if segment.is_cut_off || segment.bytes > shared.options.segment_bytes_max {
        let number = shared.state.lock().next_segment;
        *segment = ActiveSegment::create(&*shared.storage, shared.key.name(), number, first)?;
        let mut state = shared.state.lock();
        state.next_segment += 1;
        state.segments.push_back(SegmentFile { path: segment.path.clone(), first });
    }
    let mut batch = Batch::new(first);
    for entry in requests.iter().flat_map(|request| &request.entries) {
        batch.push(entry);
    }
    if requests.iter().any(|request| !request.entries.is_empty()) {
        segment.append(&batch.finish())?;
    }

    let mut next = first;
    let mut appended = Vec::with_capacity(requests.len());
    for request in requests {
        let hashes: Vec<Hash> = request.entries.iter().map(|entry| leaf_hash(entry)).collect();
        let end = next + hashes.len() as u64;
        appended.push(Appended { range: next..end, hashes });
        next = end;
    }
    let mut state = shared.state.lock();
    for hash in appended.iter().flat_map(|appended| &appended.hashes) {
        state.durable.push(*hash);
    }
    for request in requests {
        state.unpublished_bytes += request.bytes();
        state.unpublished.extend(request.entries.iter().map(|entry| Arc::from(entry.as_slice())));
    }
    if !state.unpublished.is_empty() && state.unpublished_since.is_none() {
        state.unpublished_since = Some(Instant::now());
        shared.publication_wanted.notify_one();
    }
    drop(state);
    Ok(appended)
}
