//! Looks that are durable and not yet in the store's tables.
//!
//! A look writes to five tables, four of them at random places. An answer waits for none of that: looks and the new keys of
//! their persons are written as one frame into a file of its own, whose pages follow one another, and moved into the tables
//! behind the answers, many at once. Until then they are found in memory, and after a crash in that file.
//!
//! - A frame has a number. The transaction that moves frames into the tables notes there the number of the last, so that
//!   each is moved once, whatever is interrupted; only then is it taken out of the file, and not before forgotten.
//! - Frames are moved whole and in order. What is in memory is therefore newer than all that the tables hold.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::query_builder::Separated;
use sqlx::{ConnectOptions as _, QueryBuilder, Row as _, Sqlite, SqliteConnection};
use tokio::sync::Notify;

use crate::error::StateError;
use crate::frame::{self, WrappedKey};
use crate::looks::{Opened, PlacedLooks, SealedLook, fixed};
use crate::persons::UnsavedKeys;
use crate::schema;
use crate::seal::Tag;
use crate::store::{self, Inner, Options};
use crate::writer::{Durability, Writer};

/// How many looks are moved in one transaction, up to whole frames.
const LOOKS_AT_ONCE: usize = 1_024;

/// How long looks wait for others to be moved with.
const GATHERED_FOR: Duration = Duration::from_secs(1);

/// From how many on they wait no longer.
const GATHERED_MAX: usize = 8_192;

/// Between two transactions answers have the cores for so many times what the first took, so that they are not held up by
/// what is behind them.
const PAUSES: u32 = 3;

/// From how many looks on there are no pauses: they come faster than they are moved.
const HURRIED_FROM: usize = 32_768;

/// The most looks in memory. Who brings more moves some first, and fails if that fails.
const LOOKS_MAX: usize = 65_536;

/// How long after a failure moving is tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The most rows that one statement inserts or asks for; SQLite takes at most 32,766 parameters.
const ROWS_MAX: usize = 200;

/// What was made durable together.
pub(crate) struct Frame {
    number: i64,
    /// The number of its first look.
    first: i64,
    keys: Vec<WrappedKey>,
    looks: Vec<SealedLook>,
    /// The place of each look in the log, once it was noted.
    leaves: Mutex<Vec<Option<i64>>>,
}

impl Frame {
    fn new(number: i64, first: i64, keys: Vec<WrappedKey>, looks: Vec<SealedLook>) -> Self {
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

/// What the tables and the file say when the store is opened.
pub(crate) struct Found {
    /// The number of the last frame that is in the tables.
    pub(crate) settled: i64,
    /// The number of the last look that is in the tables.
    pub(crate) last_look: i64,
}

struct Queue {
    frames: VecDeque<Arc<Frame>>,
    commitments: HashSet<[u8; 32]>,
    keys: HashMap<Tag, Vec<u8>>,
    next_frame: i64,
    next_look: i64,
    /// How often frames were moved.
    settles: u64,
}

impl Queue {
    fn push(&mut self, frame: Frame) {
        self.commitments.extend(frame.looks.iter().map(|look| look.commitment));
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
    pub(crate) journal: tokio::sync::Mutex<Writer>,
    queue: Mutex<Queue>,
    arrived: Notify,
    due: Notify,
}

/// Gives the file of frames that belongs to a store.
pub(crate) fn path_beside(store: &Path) -> PathBuf {
    store.with_extension("recent.sqlite")
}

impl Recent {
    /// Opens the file beside the store at `path`, or makes it, and reads what is in it.
    pub(crate) async fn open(path: &Path, options: Options, id: &[u8], found: Found) -> Result<Self, StateError> {
        let path = path_beside(path);
        store::prepare_file(&path)?;
        // What is left of frames that were moved is scrubbed when something is erased, not each time.
        let mut connection = store::connect_options(&path, options).pragma("secure_delete", "OFF").connect().await?;
        schema::RECENT.migrate(&mut connection, &path).await?;
        check_id(&mut connection, id, &path).await?;
        let Found { settled, last_look } = found;
        let mut queue = Queue {
            frames: VecDeque::new(),
            commitments: HashSet::new(),
            keys: HashMap::new(),
            next_frame: settled.saturating_add(1),
            next_look: last_look.saturating_add(1),
            settles: 0,
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
            queue.push(Frame::new(number, first, keys, looks));
        }
        let recent = Self {
            journal: tokio::sync::Mutex::new(Writer::new(connection)),
            queue: Mutex::new(queue),
            arrived: Notify::new(),
            due: Notify::new(),
        };
        if !recent.queue.lock().frames.is_empty() {
            recent.arrived.notify_one();
        }
        Ok(recent)
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

    /// Notes the places of looks in memory. Gives the runs that are, in part at least, in the tables; whoever calls holds the
    /// store's writer, so that none is moved meanwhile.
    pub(crate) fn place(&self, runs: &[PlacedLooks]) -> Vec<PlacedLooks> {
        let queue = self.queue.lock();
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        for run in runs {
            let (first, end) = (number(run.first), number(run.first.saturating_add(run.count)));
            let begin = queue.frames.partition_point(|frame| frame.end() <= first);
            for frame in queue.frames.range(begin..).take_while(|frame| frame.first < end) {
                for (id, leaf) in (frame.first..).zip(frame.leaves.lock().iter_mut()) {
                    if (first..end).contains(&id) {
                        *leaf = Some(number(run.leaf).saturating_add(id - first));
                    }
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

    /// Takes the frames that were moved out of the file. One that is left there by a crash is passed over when it is read.
    async fn drop_settled(&self) -> Result<(), StateError> {
        let mut journal = self.journal.lock().await;
        let kept_from = self.queue.lock().frames.front().map(|frame| frame.number);
        journal
            .transact(Durability::WithTheNext, move |connection| {
                Box::pin(async move {
                    let query = match kept_from {
                        // Without a condition SQLite frees the pages without reading them.
                        None => sqlx::query("DELETE FROM frames"),
                        Some(number) => sqlx::query("DELETE FROM frames WHERE number < ?").bind(number),
                    };
                    query.execute(connection).await?;
                    Ok(())
                })
            })
            .await?;
        sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(&mut journal.connection).await?;
        Ok(())
    }

    /// Leaves no byte of frames that were moved in the file or its write-ahead log.
    pub(crate) async fn scrub(&self) -> Result<(), StateError> {
        self.drop_settled().await?;
        let mut journal = self.journal.lock().await;
        sqlx::query("VACUUM").execute(&mut journal.connection).await?;
        store::truncate_log(&mut journal.connection).await
    }

    /// Keeps looks and new keys, durable when this returns. Returns the number of the first look.
    async fn put(&self, store: &Inner, unsaved: UnsavedKeys, looks: Vec<SealedLook>) -> Result<i64, StateError> {
        let mut journal = self.journal.lock().await;
        let (number, first, settles) = {
            let queue = self.queue.lock();
            let mut seen = HashSet::with_capacity(looks.len());
            if looks.iter().any(|look| queue.commitments.contains(&look.commitment) || !seen.insert(look.commitment)) {
                return Err(StateError::SameCommitment);
            }
            if unsaved.keys.iter().any(|(person, _)| queue.keys.contains_key(person)) {
                return Err(StateError::SamePersonKey);
            }
            (queue.next_frame, queue.next_look, queue.settles)
        };
        let commitments: Vec<&[u8]> = looks.iter().map(|look| look.commitment.as_slice()).collect();
        if any_of(store, "SELECT 1 FROM looks WHERE commitment IN (", &commitments).await? {
            return Err(StateError::SameCommitment);
        }
        // Keys that were in memory when these were asked for may have been moved into the tables since.
        if unsaved.settles != settles {
            let persons: Vec<&[u8]> = unsaved.keys.iter().map(|(person, _)| person.as_slice()).collect();
            if any_of(store, "SELECT 1 FROM person_keys WHERE person IN (", &persons).await? {
                return Err(StateError::SamePersonKey);
            }
        }
        let bytes = frame::encode(&unsaved.keys, &looks);
        journal
            .transact(Durability::Now, move |connection| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO frames (number, first, frame) VALUES (?, ?, ?)")
                        .bind(number)
                        .bind(first)
                        .bind(bytes)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await?;
        self.queue.lock().push(Frame::new(number, first, unsaved.keys, looks));
        self.arrived.notify_one();
        if self.len() >= GATHERED_MAX {
            self.due.notify_one();
        }
        Ok(first)
    }
}

/// Tells whether a statement that ends with a list of these values gives a row.
async fn any_of(store: &Inner, select: &'static str, values: &[&[u8]]) -> Result<bool, StateError> {
    for chunk in values.chunks(ROWS_MAX) {
        let mut query = QueryBuilder::<Sqlite>::new(select);
        let mut list = query.separated(", ");
        for value in chunk {
            list.push_bind(value.to_vec());
        }
        query.push(") LIMIT 1");
        if query.build().persistent(false).fetch_optional(&store.readers).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
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
        looks: Vec<SealedLook>,
    ) -> Result<i64, StateError> {
        if self.recent.len() >= LOOKS_MAX {
            self.settle(LOOKS_AT_ONCE).await?;
        }
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move { inner.recent.put(&inner, unsaved, looks).await });
        task.await.unwrap_or(Err(StateError::Uncertain))
    }

    /// Moves about so many of the oldest looks into the tables. Goes on when the caller goes away.
    ///
    /// # Errors
    /// [`StateError`]; they stay where they are.
    pub(crate) async fn settle(self: &Arc<Self>, most: usize) -> Result<(), StateError> {
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move {
            let mut writer = inner.writer.lock().await;
            let frames = inner.recent.oldest(most);
            let Some(last) = frames.last().map(|frame| frame.number) else { return Ok(()) };
            writer.transact(Durability::Now, move |connection| Box::pin(insert_frames(connection, frames))).await?;
            inner.recent.forget(last);
            drop(writer);
            inner.checkpoint.notify_one();
            Ok(())
        });
        task.await.unwrap_or(Err(StateError::Uncertain))
    }

    /// Moves all looks that are there now into the tables.
    pub(crate) async fn settle_all(self: &Arc<Self>) -> Result<(), StateError> {
        self.settle(usize::MAX).await
    }
}

/// Moves looks into the tables from time to time, behind the answers.
pub(crate) async fn keep_settling(store: Weak<Inner>, recent: Arc<Recent>) {
    loop {
        recent.arrived.notified().await;
        if store.strong_count() == 0 {
            return;
        }
        tokio::select! {
            () = recent.due.notified() => {}
            () = tokio::time::sleep(GATHERED_FOR) => {}
        }
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

async fn settle_slowly(inner: &Arc<Inner>) -> Result<(), StateError> {
    let recent = &inner.recent;
    while !recent.is_empty() {
        let begun = tokio::time::Instant::now();
        inner.settle(LOOKS_AT_ONCE).await?;
        let len = recent.len();
        if len > 0 && len < HURRIED_FROM {
            tokio::time::sleep(begun.elapsed() * PAUSES).await;
        }
    }
    recent.drop_settled().await
}

/// Writes frames into the tables, but for those that are there.
async fn insert_frames(connection: &mut SqliteConnection, frames: Vec<Arc<Frame>>) -> Result<(), StateError> {
    let settled = settled(&mut *connection).await?;
    let frames: Vec<Arc<Frame>> = frames.into_iter().filter(|frame| frame.number > settled).collect();
    let Some(last) = frames.last().map(|frame| frame.number) else { return Ok(()) };

    let leaves: Vec<Vec<Option<i64>>> = frames.iter().map(|frame| frame.leaves.lock().clone()).collect();
    let looks: Vec<(i64, &SealedLook, Option<i64>)> = frames
        .iter()
        .zip(&leaves)
        .flat_map(|(frame, leaves)| (frame.first..).zip(&frame.looks).zip(leaves))
        .map(|((id, look), leaf)| (id, look, *leaf))
        .collect();
    insert(connection, "INSERT INTO looks (id, commitment, leaf, at, purpose) ", &looks, |row, (id, look, leaf)| {
        row.push_bind(*id).push_bind(look.commitment.to_vec()).push_bind(*leaf);
        row.push_bind(look.at_ms).push_bind(look.purpose.as_str().to_owned());
    })
    .await?;
    insert(connection, "INSERT INTO details (look, wrapped_key, sealed) ", &looks, |row, (id, look, _)| {
        row.push_bind(*id).push_bind(look.wrapped_key.clone()).push_bind(look.sealed.clone());
    })
    .await?;

    // In the order of their tables, so that rows that share a page meet there.
    let mut persons: Vec<(Tag, i64)> =
        looks.iter().flat_map(|(id, look, _)| look.persons.iter().map(move |person| (*person, *id))).collect();
    persons.sort_unstable();
    insert(connection, "INSERT INTO look_persons (person, look) ", &persons, |row, (person, look)| {
        row.push_bind(person.to_vec()).push_bind(*look);
    })
    .await?;
    let mut opened: Vec<(&str, &Opened)> = looks
        .iter()
        .flat_map(|(_, look, _)| look.opened.iter().map(|opened| (look.purpose.as_str(), opened)))
        .collect();
    opened.sort_unstable_by_key(|(purpose, opened)| (opened.account, *purpose, opened.day, opened.person));
    opened.dedup_by_key(|(purpose, opened)| (opened.account, *purpose, opened.day, opened.person));
    let columns = "INSERT OR IGNORE INTO opened (account, purpose, day, person, masked) ";
    insert(connection, columns, &opened, |row, (purpose, opened)| {
        row.push_bind(opened.account.to_vec()).push_bind((*purpose).to_owned()).push_bind(opened.day);
        row.push_bind(opened.person.to_vec()).push_bind(opened.masked.to_vec());
    })
    .await?;
    let mut keys: Vec<&WrappedKey> = frames.iter().flat_map(|frame| &frame.keys).collect();
    keys.sort_unstable();
    insert(connection, "INSERT INTO person_keys (person, wrapped_key) ", &keys, |row, (person, wrapped)| {
        row.push_bind(person.to_vec()).push_bind(wrapped.clone());
    })
    .await?;
    sqlx::query("INSERT OR REPLACE INTO meta (name, value) VALUES ('settled', ?)")
        .bind(last.to_be_bytes().to_vec())
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives the number of the last frame that is in the tables; 0 when there is none.
pub(crate) async fn settled(connection: &mut SqliteConnection) -> Result<i64, StateError> {
    let kept = sqlx::query("SELECT value FROM meta WHERE name = 'settled'").fetch_optional(connection).await?;
    kept.map_or(Ok(0), |row| Ok(i64::from_be_bytes(fixed(&row, 0)?)))
}

/// Inserts rows, many with one statement.
async fn insert<'t, T>(
    connection: &mut SqliteConnection,
    columns: &'static str,
    rows: &'t [T],
    push: impl Fn(&mut Separated<'_, Sqlite, &'static str>, &'t T),
) -> Result<(), StateError> {
    for chunk in rows.chunks(ROWS_MAX) {
        let mut query = QueryBuilder::<Sqlite>::new(columns);
        query.push_values(chunk, |mut row, value| push(&mut row, value));
        // Of whole chunks the text is always the same: SQLite keeps what it made of it.
        query.build().persistent(chunk.len() == ROWS_MAX).execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "recent_tests.rs"]
mod tests;
