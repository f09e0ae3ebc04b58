//! Looks that are durable and not yet in the store's tables.
//!
//! A look writes to six tables, five of them at random places. An answer waits for none of that: looks and the new keys of
//! their persons are written as one frame into a file of its own, whose pages follow one another, and moved into the tables
//! behind the answers, many at once. Until then they are found in memory, and after a crash in that file.
//!
//! The file is SQLite's too, so that what is durable, torn or full is its affair, but it is written on one thread that waits
//! for it: going to the database's own thread and back, four times a look, took longer than the disk on cores that are busy.
//!
//! - A frame has a number. The transaction that moves frames into the tables notes there the number of the last, so that
//!   each is moved once, whatever is interrupted; only then is it taken out of the file, and not before forgotten.
//! - Frames are moved whole and in order. What is in memory is therefore newer than all that the tables hold.
//!
//! Records that came by themselves are kept in the same file ([`crate::arrivals`]), since their answers wait for them in the same
//! way. They stay there.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, params};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use tokio::sync::Notify;

use crate::activity::Sums;
use crate::error::StateError;
use crate::frame::{self, WrappedKey};
use crate::looks::{Opened, PlacedLooks, ReadyLook, SealedLook, fixed};
use crate::persons::UnsavedKeys;
use crate::schema;
use crate::seal::Tag;
use crate::store::{self, Inner, Options};

/// How many looks are moved in one transaction, up to whole frames.
const LOOKS_AT_ONCE: usize = 1_024;

/// How long looks wait for others to be moved with, and how long it has to be quiet before they are.
const GATHERED_FOR: Duration = Duration::from_secs(1);

/// How many looks come in that time, at most, where it is quiet. When more come they wait: moving them takes cores and the disk
/// from who is waiting for an answer.
const QUIET_MAX: u64 = 256;

/// From how many looks on they wait no longer.
const GATHERED_MAX: usize = 32_768;

/// Where they had to be moved though it was not quiet, so many are left to wait again.
const GATHERED_MIN: usize = 16_384;

/// Between two transactions answers have the cores for so many times what the first took, so that they are not held up by
/// what is behind them.
const PAUSES: u32 = 3;

/// From how many looks on there are no pauses: they come faster than they are moved.
const HURRIED_FROM: usize = 49_152;

/// The most looks in memory. Who brings more moves some first, and fails if that fails.
const LOOKS_MAX: usize = 65_536;

/// After how many transactions frames that were moved are taken out of their file, while there are more to move.
const MOVES_BETWEEN_DROPS: usize = 32;

/// How long after a failure moving is tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// From how many pages on the write-ahead log of the file is begun anew, for which looks wait.
const RESTART_PAGES: i64 = 4_096;

/// What was made durable together.
pub(crate) struct Frame {
    number: i64,
    /// The number of its first look.
    first: i64,
    keys: Vec<WrappedKey>,
    looks: Vec<Arc<SealedLook>>,
    /// The place of each look in the log, once it was noted.
    leaves: Mutex<Vec<Option<i64>>>,
}

impl Frame {
    fn new(number: i64, first: i64, keys: Vec<WrappedKey>, looks: Vec<Arc<SealedLook>>) -> Self {
        let leaves = Mutex::new(vec![None; looks.len()]);
        Self { number, first, keys, looks, leaves }
    }

    /// Gives the number after its last look.
    fn end(&self) -> i64 {
        self.first.saturating_add(i64::try_from(self.looks.len()).unwrap_or(i64::MAX))
    }
}

/// A look in memory.
pub(crate) struct RecentLook {
    pub(crate) id: i64,
    pub(crate) leaf: Option<i64>,
    frame: Arc<Frame>,
    place: usize,
}

impl RecentLook {
    pub(crate) fn sealed(&self) -> &SealedLook {
        &self.frame.looks[self.place]
    }
}

/// The frames that were in memory at a moment.
pub(crate) struct Snapshot(Vec<Arc<Frame>>);

impl Snapshot {
    /// Gives the looks, oldest first, that tables lack which have all frames up to the number `settled`.
    pub(crate) fn looks_after(&self, settled: i64) -> impl Iterator<Item = &SealedLook> {
        self.0
            .iter()
            .filter(move |frame| frame.number > settled)
            .flat_map(|frame| frame.looks.iter().map(|look| &**look))
    }
}

/// What the tables and the file say when the store is opened.
pub(crate) struct Found {
    /// The number of the last frame that is in the tables.
    pub(crate) settled: i64,
    /// The number of the last look that is in the tables.
    pub(crate) last_look: i64,
}

struct Queue {
    frames: VecDeque<Arc<Frame>>,
    /// The number of the look of each commitment.
    commitments: HashMap<[u8; 32], i64>,
    keys: HashMap<Tag, Vec<u8>>,
    next_frame: i64,
    next_look: i64,
    /// How often frames were moved.
    settles: u64,
    /// The newest look whose place in the log was noted, in the file too: by it a log that lacks answered looks is recognised though
    /// none of them is in the tables yet.
    placed: Option<Placed>,
}

/// The commitment of a look, and the index of its leaf.
pub(crate) type Placed = ([u8; 32], u64);

impl Queue {
    fn push(&mut self, frame: Frame) {
        self.commitments.extend(frame.looks.iter().map(|look| look.commitment).zip(frame.first..));
        self.keys.extend(frame.keys.iter().cloned());
        self.next_frame = frame.number + 1;
        self.next_look = frame.end();
        self.frames.push_back(Arc::new(frame));
    }

    /// Gives the number of the oldest look in memory: the tables hold those before it.
    fn oldest_look(&self) -> i64 {
        self.frames.front().map_or(self.next_look, |frame| frame.first)
    }
}

/// The looks that are not in the tables yet.
pub(crate) struct Recent {
    /// The file of frames. Who holds it writes alone.
    pub(crate) journal: Mutex<Journal>,
    queue: Mutex<Queue>,
    /// Copies the write-ahead log of the file of frames back, beside who writes there.
    copier: Mutex<Connection>,
    /// Reads what the tables have.
    tables: Mutex<Connection>,
    /// Writes into the tables, by who holds the store's writer.
    mover: Mutex<Connection>,
    arrived: Notify,
    due: Notify,
}

/// The file of frames, and of records that came by themselves ([`crate::arrivals`]).
pub(crate) struct Journal {
    pub(crate) connection: Connection,
    /// Whether how a transaction ended isn't known: then nothing more is written.
    is_uncertain: bool,
}

impl Journal {
    /// Makes a frame durable.
    ///
    /// # Errors
    /// As [`Journal::transact`].
    fn keep(&mut self, number: i64, first: i64, frame: &[u8]) -> Result<(), StateError> {
        self.transact(|connection| {
            let mut insert = connection.prepare_cached("INSERT INTO frames (number, first, frame) VALUES (?, ?, ?)")?;
            insert.execute(params![number, first, frame]).map(|_| ())
        })
    }

    /// Takes out the frames before a number, or all, which are in the tables. That is durable with the next transaction: what a
    /// crash leaves of them is passed over, so that nobody waits for the disk.
    ///
    /// # Errors
    /// [`StateError`]; some may still be there.
    fn forget(&mut self, kept_from: Option<i64>) -> Result<(), StateError> {
        self.with_the_next(|connection| match kept_from {
            // Without a condition SQLite frees the pages without reading them.
            None => connection.execute("DELETE FROM frames", ()),
            Some(number) => connection.execute("DELETE FROM frames WHERE number < ?", [number]),
        })
    }

    /// Executes a statement that is durable with the next transaction: nobody waits for the disk.
    ///
    /// # Errors
    /// [`StateError`]; whether it was executed is not known.
    fn with_the_next(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<usize>) -> Result<(), StateError> {
        if self.is_uncertain {
            return Err(StateError::Uncertain);
        }
        // Until it is set back no commit is known to be durable.
        self.is_uncertain = true;
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let done = work(&self.connection);
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.is_uncertain = false;
        done?;
        Ok(())
    }

    /// Does work in one transaction, which is durable when this returns.
    ///
    /// # Errors
    /// [`StateError`]; nothing was kept, unless [`StateError::is_uncertain`] says that this isn't known.
    pub(crate) fn transact<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StateError> {
        if self.is_uncertain {
            return Err(StateError::Uncertain);
        }
        self.is_uncertain = true;
        let begun = self.connection.execute_batch("BEGIN IMMEDIATE");
        let done = match begun.and_then(|()| work(&self.connection)) {
            Ok(done) => done,
            Err(error) => {
                // SQLite rolls back by itself after some errors, such as a full disk; then there is nothing to roll back.
                let rolled_back = self.connection.is_autocommit() || self.connection.execute_batch("ROLLBACK").is_ok();
                self.is_uncertain = !rolled_back;
                return Err(error.into());
            }
        };
        if let Err(error) = self.connection.execute_batch("COMMIT") {
            return Err(self.failed_commit(error));
        }
        self.is_uncertain = false;
        Ok(done)
    }

    /// Gives the error of a commit that failed, and finds out whether it is known to be undone.
    ///
    /// A transaction counts once the last of its pages is whole in the write-ahead log. SQLite says that the disk is full when
    /// a page could not be written to its end, so that this one is missing, and what was written of the others is
    /// overwritten by the next. Of all other failures the outcome isn't known.
    fn failed_commit(&mut self, error: rusqlite::Error) -> StateError {
        let error = StateError::from(error);
        let is_undone = || self.connection.is_autocommit() || self.connection.execute_batch("ROLLBACK").is_ok();
        if matches!(error, StateError::Full(_)) && is_undone() {
            self.is_uncertain = false;
            return error;
        }
        tracing::error!("a commit failed; nothing more is written until the server is restarted");
        StateError::CommitFailed(error.into())
    }
}

/// Gives the file of frames that belongs to a store.
pub(crate) fn path_beside(store: &Path) -> PathBuf {
    store.with_extension("recent.sqlite")
}

impl Recent {
    /// Opens the file beside the store, or makes it, and reads what is in it.
    pub(crate) async fn open(store: &Path, options: Options, id: &[u8], found: Found) -> Result<Self, StateError> {
        let path = path_beside(store);
        store::prepare_file(&path)?;
        let mut connection = store::connect_options(&path, options).connect().await?;
        schema::RECENT.migrate(&mut connection, &path).await?;
        check_id(&mut connection, id, &path).await?;
        let Found { settled, last_look } = found;
        let mut queue = Queue {
            frames: VecDeque::new(),
            commitments: HashMap::new(),
            keys: HashMap::new(),
            next_frame: settled.saturating_add(1),
            next_look: last_look.saturating_add(1),
            settles: 0,
            placed: read_placed(&mut connection).await?,
        };
        let rows = sqlx::query("SELECT number, first, frame FROM frames WHERE number > ? ORDER BY number")
            .bind(settled)
            .fetch_all(&mut connection)
            .await?;
        for row in rows {
            let (number, first): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let damaged = || StateError::Unsealable { what: "frame of recent looks" };
            let (keys, looks) = frame::decode(row.try_get(2)?).ok_or_else(damaged)?;
            if first != queue.next_look || number < queue.next_frame {
                return Err(damaged());
            }
            queue.push(Frame::new(number, first, keys, looks.into_iter().map(Arc::new).collect()));
        }
        connection.close().await?;
        let (journal, copier) = (connect(&path, options)?, connect(&path, options)?);
        let (tables, mover) = (connect(store, options)?, connect(store, options)?);
        tables.pragma_update(None, "query_only", "ON")?;
        mover.pragma_update(None, "secure_delete", "ON")?;
        mover.pragma_update(None, "cache_size", store::WRITER_CACHE_KIB)?;
        let recent = Self {
            journal: Mutex::new(Journal { connection: journal, is_uncertain: false }),
            queue: Mutex::new(queue),
            copier: Mutex::new(copier),
            tables: Mutex::new(tables),
            mover: Mutex::new(mover),
            arrived: Notify::new(),
            due: Notify::new(),
        };
        if !recent.queue.lock().frames.is_empty() {
            recent.arrived.notify_one();
        }
        Ok(recent)
    }

    /// Tells whether how a transaction of the file ended isn't known. One that is under way is not waited for.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.journal.try_lock().is_some_and(|journal| journal.is_uncertain)
    }

    /// Wakes the task that moves looks.
    pub(crate) fn wake(&self) {
        self.arrived.notify_one();
        self.due.notify_one();
    }

    /// Gives the wrapped keys of those persons whose keys are in memory, and how often frames were moved by then.
    pub(crate) fn keys_of(&self, persons: &[Tag]) -> (HashMap<Tag, Vec<u8>>, u64) {
        let queue = self.queue.lock();
        let found = persons.iter().filter_map(|tag| Some((*tag, queue.keys.get(tag)?.clone()))).collect();
        (found, queue.settles)
    }

    /// Gives how often frames were moved.
    pub(crate) fn settles(&self) -> u64 {
        self.queue.lock().settles
    }

    /// Gives the looks in memory that `is_wanted` by their number and content, newest first and at most so many, and the
    /// number of the oldest one in memory: all before it, and none after, are to be asked of the tables.
    pub(crate) fn newest(&self, most: usize, is_wanted: impl Fn(i64, &SealedLook) -> bool) -> (Vec<RecentLook>, i64) {
        let queue = self.queue.lock();
        let mut found = Vec::new();
        for frame in queue.frames.iter().rev() {
            let leaves = frame.leaves.lock();
            for (place, (look, leaf)) in frame.looks.iter().zip(leaves.iter()).enumerate().rev() {
                if found.len() == most {
                    return (found, queue.oldest_look());
                }
                let id = frame.first.saturating_add(i64::try_from(place).unwrap_or(i64::MAX));
                if is_wanted(id, look) {
                    found.push(RecentLook { id, leaf: *leaf, frame: Arc::clone(frame), place });
                }
            }
        }
        (found, queue.oldest_look())
    }

    /// Gives the look in memory of a commitment.
    pub(crate) fn of_commitment(&self, commitment: &[u8; 32]) -> Option<RecentLook> {
        let queue = self.queue.lock();
        let id = *queue.commitments.get(commitment)?;
        let frame = queue.frames.get(queue.frames.partition_point(|frame| frame.end() <= id))?;
        let place = usize::try_from(id - frame.first).ok()?;
        let leaf = *frame.leaves.lock().get(place)?;
        Some(RecentLook { id, leaf, frame: Arc::clone(frame), place })
    }

    /// Gives how many looks have come, those that were moved before this counted.
    fn came(&self) -> u64 {
        self.queue.lock().next_look.unsigned_abs()
    }

    /// Gives the frames in memory as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot(self.queue.lock().frames.iter().cloned().collect())
    }

    /// Gives the newest look whose place was noted.
    pub(crate) fn placed(&self) -> Option<Placed> {
        self.queue.lock().placed
    }

    /// Writes which look that is into the file, durable with the next look that is kept.
    pub(crate) fn note_placed(&self) -> Result<(), StateError> {
        let mut journal = self.journal.lock();
        let Some((commitment, leaf)) = self.placed() else { return Ok(()) };
        let note = [commitment.as_slice(), &leaf.to_be_bytes()].concat();
        journal.with_the_next(|connection| {
            let mut insert =
                connection.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES ('placed', ?)")?;
            insert.execute([note])
        })
    }

    /// Notes the places of looks in memory. Gives the runs that are, in part at least, in the tables; whoever calls holds the
    /// store's writer, so that none is moved meanwhile.
    pub(crate) fn place(&self, runs: &[PlacedLooks]) -> Vec<PlacedLooks> {
        let mut guard = self.queue.lock();
        let queue = &mut *guard;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        for run in runs.iter().filter(|run| run.count > 0) {
            let (first, end) = (number(run.first), number(run.first.saturating_add(run.count)));
            let begin = queue.frames.partition_point(|frame| frame.end() <= first);
            for frame in queue.frames.range(begin..).take_while(|frame| frame.first < end) {
                for (id, leaf) in (frame.first..).zip(frame.leaves.lock().iter_mut()) {
                    if (first..end).contains(&id) {
                        *leaf = Some(number(run.leaf).saturating_add(id - first));
                    }
                }
                let place = usize::try_from(end.min(frame.end()) - 1 - frame.first).ok();
                let last = place.and_then(|place| frame.looks.get(place));
                let leaf = run.leaf + end.min(frame.end()).abs_diff(first) - 1;
                if let Some(last) = last.filter(|_| queue.placed.is_none_or(|(_, noted)| noted < leaf)) {
                    queue.placed = Some((last.commitment, leaf));
                }
            }
        }
        let oldest = queue.oldest_look();
        runs.iter().copied().filter(|run| run.count > 0 && number(run.first) < oldest).collect()
    }

    /// Takes the oldest frames, whole, up to about so many looks.
    fn oldest(&self, most: usize) -> Vec<Arc<Frame>> {
        let queue = self.queue.lock();
        let mut looks = 0;
        let is_taken = |frame: &&Arc<Frame>| {
            let is_taken = looks < most;
            looks += frame.looks.len().max(1);
            is_taken
        };
        queue.frames.iter().take_while(is_taken).cloned().collect()
    }

    /// Forgets the frames up to a number, which are in the tables.
    fn forget(&self, last: i64) {
        let mut guard = self.queue.lock();
        let queue = &mut *guard;
        queue.settles += 1;
        while let Some(frame) = queue.frames.pop_front_if(|frame| frame.number <= last) {
            for look in &frame.looks {
                queue.commitments.remove(&look.commitment);
            }
            for (person, _) in &frame.keys {
                queue.keys.remove(person);
            }
        }
    }

    /// Gives how many looks are in memory.
    fn len(&self) -> usize {
        self.queue.lock().commitments.len()
    }

    /// Tells whether no frame is in memory.
    fn is_empty(&self) -> bool {
        self.queue.lock().frames.is_empty()
    }

    /// Gives the wrapped keys that the tables have of these persons.
    pub(crate) fn keys_in_tables(&self, persons: &[Tag]) -> Result<HashMap<Tag, Vec<u8>>, StateError> {
        wrapped_keys(&self.tables.lock(), persons)
    }

    /// Gives the same, and whether the tables have a look of a commitment; as of one moment, which costs half of two.
    pub(crate) fn keys_and_look_in_tables(
        &self,
        persons: &[Tag],
        commitment: &[u8; 32],
    ) -> Result<(HashMap<Tag, Vec<u8>>, bool), StateError> {
        let tables = self.tables.lock();
        let at_once = tables.unchecked_transaction()?;
        let found = (wrapped_keys(&tables, persons)?, has_look(&tables, commitment)?);
        at_once.commit()?;
        Ok(found)
    }

    /// Takes the frames that were moved out of the file, and copies its write-ahead log back. One that is left there by a crash is
    /// passed over when it is read.
    fn drop_settled(&self) -> Result<(), StateError> {
        {
            let mut journal = self.journal.lock();
            let kept_from = self.queue.lock().frames.front().map(|frame| frame.number);
            journal.forget(kept_from)?;
        }
        // By a connection of its own: it waits for the disk several times, and looks need not wait with it.
        let pages = "PRAGMA wal_checkpoint(PASSIVE)";
        let pages: i64 = self.copier.lock().query_row(pages, (), |row| row.get(1))?;
        if pages >= RESTART_PAGES {
            let journal = self.journal.lock();
            journal.connection.query_row("PRAGMA wal_checkpoint(RESTART)", (), |_| Ok(()))?;
        }
        Ok(())
    }

    /// Leaves no byte of frames that were moved in the file or its write-ahead log.
    pub(crate) fn scrub(&self) -> Result<(), StateError> {
        self.drop_settled()?;
        // Who copies the log back meanwhile would keep it from being cut.
        let _copier = self.copier.lock();
        let journal = self.journal.lock();
        journal.connection.execute_batch("VACUUM")?;
        let is_busy: i64 = journal.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
        // Nobody else reads this file, unless it is a backup.
        if is_busy == 0 { Ok(()) } else { Err(StateError::EraseUnfinished) }
    }

    /// Keeps looks and new keys, durable when this returns. Returns the number of the first look.
    ///
    /// Waits for the disk on the thread that calls.
    fn put(&self, unsaved: UnsavedKeys, looks: Vec<ReadyLook>) -> Result<i64, StateError> {
        let mut journal = self.journal.lock();
        let (number, first, settles) = {
            let queue = self.queue.lock();
            let mut seen = HashSet::with_capacity(looks.len());
            let mut is_known =
                |commitment: [u8; 32]| queue.commitments.contains_key(&commitment) || !seen.insert(commitment);
            if looks.iter().any(|look| is_known(look.sealed.commitment)) {
                return Err(StateError::SameCommitment);
            }
            if unsaved.keys.iter().any(|(person, _)| queue.keys.contains_key(person)) {
                return Err(StateError::SamePersonKey);
            }
            (queue.next_frame, queue.next_look, queue.settles)
        };
        // What was in memory when the tables were searched may have been moved there since.
        for look in looks.iter().filter(|look| look.settles != settles) {
            if self.has_in_tables(&look.sealed.commitment)? {
                return Err(StateError::SameCommitment);
            }
        }
        if unsaved.settles != settles && !unsaved.keys.is_empty() {
            let persons: Vec<Tag> = unsaved.keys.iter().map(|(person, _)| *person).collect();
            if !self.keys_in_tables(&persons)?.is_empty() {
                return Err(StateError::SamePersonKey);
            }
        }
        let looks: Vec<Arc<SealedLook>> = looks.into_iter().map(|look| look.sealed).collect();
        journal.keep(number, first, &frame::encode(&unsaved.keys, &looks))?;
        let mut queue = self.queue.lock();
        queue.push(Frame::new(number, first, unsaved.keys, looks));
        drop(queue);
        self.arrived.notify_one();
        Ok(first)
    }

    /// Tells whether the tables have a look of this commitment.
    pub(crate) fn has_in_tables(&self, commitment: &[u8; 32]) -> Result<bool, StateError> {
        has_look(&self.tables.lock(), commitment)
    }
}

fn wrapped_keys(tables: &Connection, persons: &[Tag]) -> Result<HashMap<Tag, Vec<u8>>, StateError> {
    let mut select = tables.prepare_cached("SELECT wrapped_key FROM person_keys WHERE person = ?")?;
    let mut found = HashMap::with_capacity(persons.len());
    for person in persons {
        if let Some(wrapped) = select.query_row([person.as_slice()], |row| row.get(0)).optional()? {
            found.insert(*person, wrapped);
        }
    }
    Ok(found)
}

fn has_look(tables: &Connection, commitment: &[u8; 32]) -> Result<bool, StateError> {
    Ok(tables.prepare_cached("SELECT 1 FROM looks WHERE commitment = ?")?.exists([commitment.as_slice()])?)
}

/// Opens a file that is there.
fn connect(path: &Path, options: Options) -> Result<Connection, StateError> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(store::BUSY_TIMEOUT)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What is left of frames that were moved is scrubbed when something is erased, not each time.
    connection.pragma_update(None, "secure_delete", "OFF")?;
    connection.pragma_update(None, "wal_autocheckpoint", store::CHECKPOINT_PAGES)?;
    if let Some(pages) = options.pages_max {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// Compares the id of the store with the one that the file of frames was made for, or notes it in a new file.
async fn check_id(connection: &mut SqliteConnection, id: &[u8], path: &Path) -> Result<(), StateError> {
    sqlx::query("INSERT OR IGNORE INTO meta (name, value) VALUES ('store', ?)")
        .bind(id.to_vec())
        .execute(&mut *connection)
        .await?;
    let kept: Vec<u8> =
        sqlx::query_scalar("SELECT value FROM meta WHERE name = 'store'").fetch_one(&mut *connection).await?;
    if kept == id { Ok(()) } else { Err(StateError::OtherStore { path: path.to_owned() }) }
}

impl Inner {
    /// Keeps looks as [`crate::State::put_looks_with_keys`] does. Goes on when the caller goes away.
    pub(crate) async fn keep_looks(
        self: &Arc<Self>,
        unsaved: UnsavedKeys,
        looks: Vec<ReadyLook>,
    ) -> Result<i64, StateError> {
        if self.recent.len() >= LOOKS_MAX {
            self.settle(LOOKS_AT_ONCE).await?;
        }
        let recent = Arc::clone(&self.recent);
        let kept = tokio::task::spawn_blocking(move || recent.put(unsaved, looks));
        kept.await.unwrap_or(Err(StateError::Uncertain))
    }

    /// Moves about so many of the oldest looks into the tables. Goes on when the caller goes away.
    ///
    /// # Errors
    /// [`StateError`]; they stay where they are.
    pub(crate) async fn settle(self: &Arc<Self>, most: usize) -> Result<(), StateError> {
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _writer = inner.writer.lock().await;
            let frames = inner.recent.oldest(most);
            let Some(last) = frames.last().map(|frame| frame.number) else { return Ok(()) };
            let recent = Arc::clone(&inner.recent);
            let moved = tokio::task::spawn_blocking(move || insert_frames(&mut recent.mover.lock(), &frames)).await;
            moved.unwrap_or(Err(StateError::Uncertain))?;
            inner.recent.forget(last);
            inner.checkpoint.notify_one();
            Ok(())
        });
        task.await.unwrap_or(Err(StateError::Uncertain))
    }

    /// Moves all looks that are there now into the tables.
    pub(crate) async fn settle_all(self: &Arc<Self>) -> Result<(), StateError> {
        self.settle(usize::MAX).await
    }

    /// Does work with the file of recent looks that waits for the disk. Goes on when the caller goes away.
    pub(crate) async fn with_recent<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Recent) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let recent = Arc::clone(&self.recent);
        tokio::task::spawn_blocking(move || work(&recent)).await.unwrap_or(Err(StateError::Uncertain))
    }
}

/// Moves looks into the tables from time to time, behind the answers.
pub(crate) async fn keep_settling(store: Weak<Inner>, recent: Arc<Recent>) {
    loop {
        recent.arrived.notified().await;
        if store.strong_count() == 0 {
            return;
        }
        until_quiet(&recent).await;
        let Some(inner) = store.upgrade() else { return };
        if let Err(error) = settle_slowly(&inner).await {
            // Nothing is lost: they are in their file and in memory, and new ones are taken until there are too many.
            tracing::warn!(%error, "looks could not be moved into the tables yet");
            drop(inner);
            tokio::time::sleep(AFTER_FAILURE).await;
            recent.arrived.notify_one();
        }
    }
}

/// Waits until few looks come, or until there are many, or somebody is in a hurry.
async fn until_quiet(recent: &Recent) {
    loop {
        let came = recent.came();
        tokio::select! {
            () = recent.due.notified() => return,
            () = tokio::time::sleep(GATHERED_FOR) => {}
        }
        if recent.came() - came <= QUIET_MAX || recent.len() >= GATHERED_MAX {
            return;
        }
    }
}

async fn settle_slowly(inner: &Arc<Inner>) -> Result<(), StateError> {
    let recent = &inner.recent;
    let mut moves = 0;
    while !recent.is_empty() {
        let (begun, came) = (tokio::time::Instant::now(), recent.came());
        inner.settle(LOOKS_AT_ONCE).await?;
        let len = recent.len();
        if len > 0 && len < HURRIED_FROM {
            tokio::time::sleep(begun.elapsed() * PAUSES).await;
        }
        moves += 1;
        if moves % MOVES_BETWEEN_DROPS == 0 {
            inner.with_recent(Recent::drop_settled).await?;
        }
        let quiet = begun.elapsed().as_secs_f64() / GATHERED_FOR.as_secs_f64() * QUIET_MAX as f64;
        if len <= GATHERED_MIN && (recent.came() - came) as f64 > quiet {
            break;
        }
    }
    inner.with_recent(Recent::drop_settled).await?;
    if !recent.is_empty() {
        recent.arrived.notify_one();
    }
    Ok(())
}

/// Writes frames into the tables, but for those that are there.
fn insert_frames(connection: &mut Connection, frames: &[Arc<Frame>]) -> Result<(), StateError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let settled: Option<[u8; 8]> =
        transaction.query_row("SELECT value FROM meta WHERE name = 'settled'", (), |row| row.get(0)).optional()?;
    let settled = settled.map_or(0, i64::from_be_bytes);
    let frames: Vec<&Arc<Frame>> = frames.iter().filter(|frame| frame.number > settled).collect();
    let Some(last) = frames.last().map(|frame| frame.number) else { return Ok(()) };

    insert_rows(&transaction, &frames)?;
    transaction
        .execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('settled', ?)", [last.to_be_bytes().as_slice()])?;
    transaction.commit()?;
    Ok(())
}

fn insert_rows(transaction: &rusqlite::Transaction<'_>, frames: &[&Arc<Frame>]) -> Result<(), StateError> {
    let mut look_rows =
        transaction.prepare_cached("INSERT INTO looks (id, commitment, leaf, at, purpose) VALUES (?, ?, ?, ?, ?)")?;
    let mut details = transaction.prepare_cached("INSERT INTO details (look, wrapped_key, sealed) VALUES (?, ?, ?)")?;
    let mut persons = Vec::new();
    let mut opened = Vec::new();
    let mut keys: Vec<&WrappedKey> = Vec::new();
    let mut active = Sums::default();
    for frame in frames {
        let leaves = frame.leaves.lock().clone();
        for ((id, look), leaf) in (frame.first..).zip(&frame.looks).zip(leaves) {
            look_rows.execute(params![id, look.commitment.as_slice(), leaf, look.at_ms, look.purpose.as_str()])?;
            details.execute(params![id, look.wrapped_key, look.sealed])?;
            persons.extend(look.persons.iter().map(|person| (person, id)));
            opened.extend(look.opened.iter().map(|opened| (look.purpose.as_str(), opened)));
            if let Some(of_account) = look.active {
                active.add(of_account, id);
            }
        }
        keys.extend(&frame.keys);
    }
    // In the order of their tables, so that rows that share a page meet there.
    persons.sort_unstable();
    let mut rows = transaction.prepare_cached("INSERT INTO look_persons (person, look) VALUES (?, ?)")?;
    for (person, look) in persons {
        rows.execute(params![person.as_slice(), look])?;
    }
    let place =
        |(purpose, opened): &(&str, &Opened)| (opened.account, (*purpose).to_owned(), opened.day, opened.person);
    opened.sort_by_cached_key(place);
    let mut rows = transaction.prepare_cached(
        "INSERT OR IGNORE INTO opened (account, purpose, day, person, masked) VALUES (?, ?, ?, ?, ?)",
    )?;
    for (purpose, Opened { account, day, person, masked }) in opened {
        rows.execute(params![account.as_slice(), purpose, day, person.as_slice(), masked.as_slice()])?;
    }
    keys.sort_unstable();
    let mut rows = transaction.prepare_cached("INSERT INTO person_keys (person, wrapped_key) VALUES (?, ?)")?;
    for (person, wrapped) in keys {
        rows.execute(params![person.as_slice(), wrapped])?;
    }
    active.insert(transaction)
}

/// Gives the look that the file says is the newest whose place in the log was noted.
async fn read_placed(connection: &mut SqliteConnection) -> Result<Option<Placed>, StateError> {
    let kept = sqlx::query("SELECT value FROM meta WHERE name = 'placed'").fetch_optional(connection).await?;
    let Some(row) = kept else { return Ok(None) };
    let note: [u8; 40] = fixed(&row, 0)?;
    let (commitment, leaf) = note.split_at(32);
    let damaged = |_| StateError::Unsealable { what: "place of a look" };
    Ok(Some((commitment.try_into().map_err(damaged)?, u64::from_be_bytes(leaf.try_into().map_err(damaged)?))))
}

/// Gives the number of the last frame that is in the tables; 0 when there is none.
pub(crate) async fn settled(connection: &mut SqliteConnection) -> Result<i64, StateError> {
    let kept = sqlx::query("SELECT value FROM meta WHERE name = 'settled'").fetch_optional(connection).await?;
    kept.map_or(Ok(0), |row| Ok(i64::from_be_bytes(fixed(&row, 0)?)))
}

#[cfg(test)]
#[path = "recent_tests.rs"]
mod tests;
