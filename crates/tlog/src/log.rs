//! A log that is open for writing.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use crate::checkpoint::Checkpoint;
use crate::commit::BATCH_BYTES_MAX;
use crate::error::{Error, Result, StorageContext as _};
use crate::hash::Hash;
use crate::key::SigningKey;
use crate::proof::{ConsistencyProof, InclusionProof, prove_consistency, prove_inclusion};
use crate::publish::Publisher;
use crate::reader::{NodeReader, read_entries};
use crate::recover::{Files, Recovery, recover};
use crate::shared::{Appended, Options, Queue, Request, SegmentFile, Shared, State};
use crate::storage::{Lock, Storage};
use crate::tile::{ENTRY_BYTES_MAX, TILE_WIDTH};

/// An entry's place in the log, and its leaf hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The place, from 0.
    pub index: u64,
    /// `SHA-256(0x00 ‖ entry)`.
    pub hash: Hash,
}

/// A log that is open for writing; there is one writer at a time.
///
/// Entries are opaque bytes, at most [`ENTRY_BYTES_MAX`] each: what they mean is settled by whoever appends them.
/// An entry is acknowledged once it is durable in the journal; it is *published*, that is covered by tiles and by
/// the signed checkpoint, at most [`Options::publish_interval`] later. Proofs are of what is published.
///
/// After a failed write or fsync the log is poisoned: every append fails until the log is opened anew, and what
/// failed is never acknowledged. (It may be in the log all the same, as any entry whose acknowledgement was lost.)
/// A disk that is full is another matter as long as no fsync failed: what there was no room for is not in the log
/// ([`NoRoom`](crate::NoRoom)), and the log goes on when there is.
///
/// Dropping the log closes it; [`Log::close`] also says whether that went well.
pub struct Log {
    shared: Arc<Shared>,
    report: Recovery,
    committer: Option<JoinHandle<()>>,
    publisher: Option<JoinHandle<()>>,
    /// Freed last, when the threads have ended.
    _lock: Lock,
}

/// What a log holds, found when it is opened and before anything is written: see [`Log::open_if`].
pub struct Found<'a> {
    storage: &'a dyn Storage,
    files: &'a Files,
}

impl Found<'_> {
    /// Gives the number of durable entries; none when there is no log yet.
    pub fn size(&self) -> Option<u64> {
        self.files.size()
    }

    /// Gives a durable entry.
    ///
    /// # Errors
    /// [`Error::NoSuchEntry`]; any other when it can't be read.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>> {
        self.files.entry(self.storage, index)
    }
}

impl Log {
    /// Opens the log whose origin is the key's name, makes it if the storage is empty, and recovers what a crash
    /// left behind. Everything that was acknowledged is published before this returns.
    ///
    /// Fails, and changes nothing that it did not first make safe, when another writer has it
    /// ([`Error::Locked`]), when the checkpoint is not this key's, and when anything that a checkpoint covers or
    /// that was durable is lost or changed.
    pub fn open(key: SigningKey, storage: Arc<dyn Storage>, options: Options) -> Result<Log> {
        Log::open_if(key, storage, options, |_| Ok(()))
    }

    /// Opens the log as [`Log::open`] does if `is_right` says that it is the right one. A log can't know that it is an
    /// older copy of itself, or that there was one where it finds none; who remembers it elsewhere can.
    ///
    /// # Errors
    /// That of `is_right`: nothing was written then. Else as [`Log::open`].
    pub fn open_if<E: From<Error>>(
        key: SigningKey,
        storage: Arc<dyn Storage>,
        options: Options,
        is_right: impl FnOnce(&Found<'_>) -> Result<(), E>,
    ) -> Result<Log, E> {
        let lock = storage.lock().map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => Error::Locked,
            _ => Error::Storage { action: "lock", path: "lock".to_owned(), source },
        })?;
        let files = Files::read(&*storage, &key)?;
        is_right(&Found { storage: &*storage, files: &files })?;
        Log::begin(key, storage, options, lock, files).map_err(E::from)
    }

    /// Puts the log right and starts its threads.
    fn begin(key: SigningKey, storage: Arc<dyn Storage>, options: Options, lock: Lock, files: Files) -> Result<Log> {
        let recovered = recover(&*storage, &key, files)?;
        let checkpoint = Checkpoint::open(recovered.note.as_bytes(), &key.verifying_key())?;
        let size = checkpoint.size;
        let segment = recovered.segment;
        for path in &recovered.old_segments {
            storage.remove(path).context("remove", path)?;
        }
        let state = State {
            durable: recovered.builder.frontier().clone(),
            unpublished: VecDeque::new(),
            unpublished_bytes: 0,
            unpublished_since: None,
            checkpoint,
            note: recovered.note.into(),
            wanted_size: size,
            settled_size: size,
            segments: VecDeque::from([SegmentFile { path: segment.path().to_owned(), first: recovered.segment_first }]),
            next_segment: recovered.segment_number + 1,
            poison: None,
            no_room: None,
            rounds_without_room: 0,
            is_stopping: false,
        };
        let shared = Arc::new(Shared {
            storage,
            key,
            options,
            queue: Mutex::new(Queue::default()),
            queue_changed: Condvar::new(),
            state: Mutex::new(state),
            publication_wanted: Condvar::new(),
            publication_done: Condvar::new(),
        });
        let mut log = Log {
            shared: Arc::clone(&shared),
            report: recovered.report,
            committer: None,
            publisher: None,
            _lock: lock,
        };
        // On a failure below, dropping `log` ends the thread that was started.
        let for_committer = Arc::clone(&shared);
        log.committer = Some(spawn("tlog-commit", move || crate::commit::run(&for_committer, segment))?);
        let publisher = Publisher::new(recovered.builder);
        log.publisher = Some(spawn("tlog-publish", move || publisher.run(&shared))?);
        Ok(log)
    }

    /// Gives why nothing can be appended until the log is opened anew; none while it can.
    pub fn failure(&self) -> Option<Error> {
        self.shared.check_poison().err()
    }

    /// Gives why there was no room for what was to be published last: nothing can be appended until there is, and then it can without
    /// opening the log anew. None as well while only the journal finds no room, which each append tries anew, and once the log is
    /// poisoned ([`Log::failure`]).
    pub fn no_room(&self) -> Option<Error> {
        let state = self.shared.state.lock();
        state.no_room.clone().filter(|_| state.poison.is_none()).map(Error::from)
    }

    /// Says what opening found and put right.
    pub fn recovery(&self) -> Recovery {
        self.report
    }

    /// Gives a handle for appending, which can be cloned and sent to other threads.
    pub fn appender(&self) -> Appender {
        Appender { shared: Arc::clone(&self.shared) }
    }

    /// Appends entries, in order and next to each other, and blocks until they are durable.
    pub fn append(&self, entries: Vec<Vec<u8>>) -> Result<Range<u64>> {
        if entries.is_empty() {
            self.shared.state.lock().check_open()?;
            let size = self.size();
            return Ok(size..size);
        }
        Ok(self.appender().append(entries)?.range)
    }

    /// Gives the number of durable entries.
    pub fn size(&self) -> u64 {
        self.shared.state.lock().durable.size()
    }

    /// Gives the root over all durable entries, published or not.
    pub fn root(&self) -> Hash {
        self.shared.state.lock().durable.root()
    }

    /// Gives the checkpoint that was published last, as a signed note.
    pub fn checkpoint(&self) -> Arc<str> {
        Arc::clone(&self.shared.state.lock().note)
    }

    /// Gives the number of published entries: the size that [`Log::checkpoint`] has.
    pub fn published_size(&self) -> u64 {
        self.shared.state.lock().checkpoint.size
    }

    /// Publishes what is durable now and blocks until it is, or until there is no room for it; gives the checkpoint as a signed note.
    pub fn publish(&self) -> Result<Arc<str>> {
        let mut state = self.shared.state.lock();
        let wanted = state.durable.size();
        state.wanted_size = state.wanted_size.max(wanted);
        let rounds_without_room = state.rounds_without_room;
        self.shared.publication_wanted.notify_one();
        loop {
            state.check_poison()?;
            if state.settled_size >= wanted {
                return Ok(Arc::clone(&state.note));
            }
            if state.rounds_without_room > rounds_without_room {
                state.check_open()?;
            }
            self.shared.publication_done.wait(&mut state);
        }
    }

    /// Gives a durable entry.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>> {
        self.bundle_rest(index)?.into_iter().next().ok_or(Error::NoSuchEntry { index, size: self.size() })
    }

    /// Gives durable entries in order. The iterator ends after an error.
    pub fn entries(&self, range: Range<u64>) -> Entries<'_> {
        Entries { log: self, next: range.start, end: range.end, read: VecDeque::new() }
    }

    /// Proves that the log of `size` published entries holds the entry at `index`. The proof is checked against
    /// the published root before it is given out.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<InclusionProof> {
        let published = self.published_of(size)?;
        if index >= size {
            return Err(Error::NoSuchEntry { index, size });
        }
        let leaf = crate::hash::leaf_hash(&self.entry(index)?);
        let reader = NodeReader::new(&*self.shared.storage, published.size);
        let proof = match prove_inclusion(index, size, &reader) {
            Ok(proof) => proof,
            Err(_) => return Err(reader.into_failure()),
        };
        let at_size = self.checkpoint_at(size, &published, reader)?;
        proof.verify(leaf, &at_size).map_err(|_| Error::TilesDisagree)?;
        Ok(proof)
    }

    /// Proves that the log of `new_size` published entries begins with those of the log of `old_size`. The proof
    /// is checked against the published root before it is given out.
    pub fn consistency_proof(&self, old_size: u64, new_size: u64) -> Result<ConsistencyProof> {
        let published = self.published_of(new_size)?;
        if old_size > new_size {
            return Err(Error::NoSuchEntry { index: old_size, size: new_size });
        }
        let reader = NodeReader::new(&*self.shared.storage, published.size);
        let proof = match prove_consistency(old_size, new_size, &reader) {
            Ok(proof) => proof,
            Err(_) => return Err(reader.into_failure()),
        };
        let reader_for_old = NodeReader::new(&*self.shared.storage, published.size);
        let new = self.checkpoint_at(new_size, &published, reader)?;
        let old = self.checkpoint_at(old_size, &published, reader_for_old)?;
        proof.verify(&old, &new).map_err(|_| Error::TilesDisagree)?;
        Ok(proof)
    }

    /// Publishes the rest, ends the threads and frees the log for another writer.
    pub fn close(mut self) -> Result<()> {
        self.stop();
        self.shared.check_poison()
    }

    fn stop(&mut self) {
        self.shared.queue.lock().is_closed = true;
        self.shared.queue_changed.notify_all();
        if let Some(committer) = self.committer.take() {
            // A panic in it has poisoned the log.
            let _ = committer.join();
        }
        self.shared.state.lock().is_stopping = true;
        self.shared.publication_wanted.notify_all();
        if let Some(publisher) = self.publisher.take() {
            let _ = publisher.join();
        }
    }

    fn published_of(&self, size: u64) -> Result<Checkpoint> {
        let published = self.shared.state.lock().checkpoint.clone();
        if size > published.size {
            return Err(Error::NotPublished { size, published: published.size });
        }
        Ok(published)
    }

    /// Gives what the checkpoint of an earlier size says, proven from the published one.
    fn checkpoint_at(&self, size: u64, published: &Checkpoint, reader: NodeReader<'_>) -> Result<Checkpoint> {
        if size == published.size {
            return Ok(published.clone());
        }
        let made = tlog_tiles::tree_hash(size, &reader)
            .and_then(|root| Ok((root, prove_consistency(size, published.size, &reader)?)));
        let Ok((root, proof)) = made else { return Err(reader.into_failure()) };
        let earlier = Checkpoint { origin: published.origin.clone(), size, root: Hash(root.0) };
        proof.verify(&earlier, published).map_err(|_| Error::TilesDisagree)?;
        Ok(earlier)
    }

    /// Gives the entries from `index` to the end of its bundle, or, of those not yet published, as many as a
    /// bundle has.
    fn bundle_rest(&self, index: u64) -> Result<Vec<Vec<u8>>> {
        let published = {
            let state = self.shared.state.lock();
            if index >= state.durable.size() {
                return Err(Error::NoSuchEntry { index, size: state.durable.size() });
            }
            if let Some(offset) = index.checked_sub(state.checkpoint.size) {
                let waiting = state.unpublished.iter().skip(offset as usize).take(TILE_WIDTH);
                return Ok(waiting.map(|entry| entry.to_vec()).collect());
            }
            state.checkpoint.size
        };
        read_entries(&*self.shared.storage, index, published)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log")
            .field("origin", &self.shared.key.name())
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(Error::Thread)
}

/// Entries of a log, in order.
#[derive(Debug)]
pub struct Entries<'a> {
    log: &'a Log,
    next: u64,
    end: u64,
    read: VecDeque<Vec<u8>>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        if self.read.is_empty() {
            match self.log.bundle_rest(self.next) {
                Ok(entries) => self.read = entries.into(),
                Err(error) => {
                    self.end = self.next;
                    return Some(Err(error));
                }
            }
        }
        self.next += 1;
        self.read.pop_front().map(Ok)
    }
}

/// A handle for appending to an open log. Entries of concurrent callers share one fsync.
#[derive(Clone)]
pub struct Appender {
    shared: Arc<Shared>,
}

impl Appender {
    /// Checks that entries are let in, as far as is known without a write.
    ///
    /// # Errors
    /// [`Error::Poisoned`] and [`Error::NoRoom`].
    pub fn check_open(&self) -> Result<()> {
        self.shared.state.lock().check_open()
    }

    /// Appends one entry and blocks until it is durable.
    pub fn append_one(&self, entry: Vec<u8>) -> Result<Leaf> {
        let (sender, receiver) = mpsc::sync_channel(1);
        // A receiver that is gone is no failure of the log.
        self.submit(entry, move |result| drop(sender.send(result)));
        receiver.recv().map_err(|_| Error::Closed)?
    }

    /// Appends entries, in order and next to each other, and blocks until all of them are durable: after a crash
    /// either all of them are in the log or none is.
    pub fn append(&self, entries: Vec<Vec<u8>>) -> Result<Appended> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.submit_all(entries, move |result| drop(sender.send(result)));
        receiver.recv().map_err(|_| Error::Closed)?
    }

    /// Appends one entry; `done` is called once, when the entry is durable or has failed.
    ///
    /// `done` runs on the thread that commits, or on the caller's when the entry is refused at once: it MUST NOT
    /// block. It is meant to fulfil a oneshot channel, so that asynchronous callers can wait.
    pub fn submit(&self, entry: Vec<u8>, done: impl FnOnce(Result<Leaf>) + Send + 'static) {
        self.submit_all(vec![entry], move |result| {
            done(result.and_then(|appended| {
                let hash = appended.hashes.first().copied().ok_or(Error::Closed)?;
                Ok(Leaf { index: appended.range.start, hash })
            }));
        });
    }

    /// Appends entries as [`Appender::append`] does; `done` is called as [`Appender::submit`] does.
    pub fn submit_all(&self, entries: Vec<Vec<u8>>, done: impl FnOnce(Result<Appended>) + Send + 'static) {
        let request = Request::new(entries, Box::new(done));
        if let Err((request, error)) = self.enqueue(request) {
            request.finish(Err(error));
        }
    }

    /// A refused request comes back, to be answered when no lock is held.
    fn enqueue(&self, request: Request) -> Result<(), (Request, Error)> {
        if let Some(long) = request.entries.iter().find(|entry| entry.len() > ENTRY_BYTES_MAX) {
            let bytes = long.len();
            return Err((request, Error::EntryTooLong { bytes }));
        }
        let bytes = request.bytes();
        if bytes > BATCH_BYTES_MAX {
            return Err((request, Error::AppendTooLong { bytes }));
        }
        let waiting_bytes_max = self.shared.options.waiting_bytes_max;
        let unpublished_bytes = {
            let state = self.shared.state.lock();
            if let Err(error) = state.check_open() {
                return Err((request, error));
            }
            state.unpublished_bytes
        };
        let mut queue = self.shared.queue.lock();
        if queue.is_closed {
            return Err((request, Error::Closed));
        }
        if queue.bytes + bytes > waiting_bytes_max || unpublished_bytes > waiting_bytes_max {
            return Err((request, Error::Overloaded));
        }
        queue.bytes += bytes;
        queue.requests.push_back(request);
        drop(queue);
        self.shared.queue_changed.notify_one();
        Ok(())
    }
}

impl std::fmt::Debug for Appender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Appender").field("origin", &self.shared.key.name()).finish_non_exhaustive()
    }
}
