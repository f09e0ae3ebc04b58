//! What the handles and the two threads of an open log share.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::checkpoint::Checkpoint;
use crate::error::{Error, NoRoom, Result};
use crate::hash::{Frontier, Hash};
use crate::key::SigningKey;
use crate::storage::Storage;

/// How an open log works. The default suits a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long a durable entry waits at most before it is published.
    pub publish_interval: Duration,
    /// How long after there was no room for tiles they are tried again.
    pub try_again_after: Duration,
    /// Bytes after which the journal begins a new segment.
    pub segment_bytes_max: usize,
    /// Bytes of entries that may wait, for durability and for publication each; beyond, appends are refused.
    pub waiting_bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            publish_interval: Duration::from_secs(1),
            try_again_after: Duration::from_millis(500),
            segment_bytes_max: 8 << 20,
            waiting_bytes_max: 256 << 20,
        }
    }
}

/// Entries that became durable together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Their places in the log.
    pub range: Range<u64>,
    /// Their leaf hashes, in order.
    pub hashes: Vec<Hash>,
}

/// What is called once entries are durable, or will never be acknowledged.
type Done = Box<dyn FnOnce(Result<Appended>) + Send>;

/// Entries that wait for durability.
pub(crate) struct Request {
    pub(crate) entries: Vec<Vec<u8>>,
    done: Option<Done>,
}

impl Request {
    pub(crate) fn new(entries: Vec<Vec<u8>>, done: Done) -> Request {
        Request { entries, done: Some(done) }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.len() + 2).sum()
    }

    pub(crate) fn finish(mut self, result: Result<Appended>) {
        self.call(result);
    }

    fn call(&mut self, result: Result<Appended>) {
        if let Some(done) = self.done.take() {
            // The panic of one caller must not take the log from all the others; the hook has shown it.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || done(result)));
        }
    }
}

impl Drop for Request {
    /// Whatever happens to a request, its caller hears of it.
    fn drop(&mut self) {
        self.call(Err(Error::Closed));
    }
}

#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) requests: VecDeque<Request>,
    pub(crate) bytes: usize,
    pub(crate) is_closed: bool,
}

/// A file of the journal and the index of its first entry.
#[derive(Clone, Debug)]
pub(crate) struct SegmentFile {
    pub(crate) path: String,
    pub(crate) first: u64,
}

pub(crate) struct State {
    /// The tree over all durable entries.
    pub(crate) durable: Frontier,
    /// Durable entries that are not published yet, in order.
    pub(crate) unpublished: VecDeque<Arc<[u8]>>,
    pub(crate) unpublished_bytes: usize,
    /// When the first of them became durable.
    pub(crate) unpublished_since: Option<Instant>,
    /// What was published last.
    pub(crate) checkpoint: Checkpoint,
    pub(crate) note: Arc<str>,
    /// Publish at once until this size is reached.
    pub(crate) wanted_size: u64,
    /// The size up to which a round of publication has ended, its cleaning included.
    pub(crate) settled_size: u64,
    /// The journal's segments; the last one is written to.
    pub(crate) segments: VecDeque<SegmentFile>,
    pub(crate) next_segment: u64,
    pub(crate) poison: Option<Arc<str>>,
    /// Why what is durable could not be published when it was last tried. Until it can be, no entry is let in.
    pub(crate) no_room: Option<NoRoom>,
    /// How many rounds of publication have ended for want of room.
    pub(crate) rounds_without_room: u64,
    pub(crate) is_stopping: bool,
}

/// Shared by [`Log`](crate::Log), its appenders and its threads. `queue` is never locked while `state` is.
pub(crate) struct Shared {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) key: SigningKey,
    pub(crate) options: Options,
    pub(crate) queue: Mutex<Queue>,
    /// Something was put into the queue, or it was closed.
    pub(crate) queue_changed: Condvar,
    pub(crate) state: Mutex<State>,
    /// There is something to publish, or the log is stopping.
    pub(crate) publication_wanted: Condvar,
    /// A round of publication has ended, or the log was poisoned.
    pub(crate) publication_done: Condvar,
}

impl Shared {
    /// Lets no entry in any more. The first reason stays.
    pub(crate) fn poison(&self, error: &Error) {
        // What to do is said with the reason, whatever it is.
        let mut reason = match error {
            Error::Storage { action, path, .. } => format!("cannot {action} {path}"),
            Error::NoRoom(NoRoom { action, path }) => format!("cannot {action} {path}: the disk is full"),
            other => other.to_string(),
        };
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            reason.push_str(": ");
            reason.push_str(&cause.to_string());
            source = cause.source();
        }
        self.state.lock().poison.get_or_insert_with(|| reason.into());
        self.publication_done.notify_all();
        self.publication_wanted.notify_all();
    }

    pub(crate) fn check_poison(&self) -> Result<()> {
        self.state.lock().check_poison()
    }

    /// Lets no entry in until there is room for tiles and checkpoint again.
    pub(crate) fn note_no_room(&self, no_room: NoRoom) {
        let mut state = self.state.lock();
        state.no_room = Some(no_room);
        state.rounds_without_room += 1;
        drop(state);
        self.publication_done.notify_all();
    }
}

impl State {
    pub(crate) fn check_poison(&self) -> Result<()> {
        match &self.poison {
            Some(reason) => Err(Error::Poisoned { reason: Arc::clone(reason) }),
            None => Ok(()),
        }
    }

    /// Checks that entries can be let in.
    pub(crate) fn check_open(&self) -> Result<()> {
        self.check_poison()?;
        match &self.no_room {
            Some(no_room) => Err(no_room.clone().into()),
            None => Ok(()),
        }
    }
}
