//! The one writer: takes looks as they come, makes their details durable, then their entries, then lets them go.
//!
//! Looks that come while a batch is being written make up the next one, so that fifty officers share two fsyncs.
//! Because there is one writer, a budget is checked and spent at one place and in one order. All that can be done of a look by
//! itself is done before it is handed over: sealing its detail, and tagging its entry with the keys of its persons.
//!
//! Answers are taken in the order of the batch, and no batch begins before all of the one before are ([`Turns`]).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use futures::future::BoxFuture;
use model::{OfficerId, PersonId, PurposeId};
use parking_lot::Mutex;
use state::{NewLook, PlacedLooks, UnsavedKeys};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::entry::{Entry, Tag};
use crate::error::GateError;
use crate::keys::PersonKey;
use crate::turns::{self, Turns};

/// The most looks that are written together.
const BATCH_MAX: usize = 512;

/// For how long it is said that looks can't be written, while none could be since: whoever asks for less meanwhile, such as a
/// balancer of loads, would else never learn that they can be again.
const FAILS_FOR: Duration = Duration::from_secs(30);

/// How often a batch is tried whose persons are given keys meanwhile by others.
const KEY_ATTEMPTS: usize = 8;

/// How often a budget is read that is forgotten meanwhile.
const BUDGET_ATTEMPTS: usize = 3;

/// How long places of entries are gathered before they are noted: each noting takes the store from the looks.
const NOTE_EVERY: Duration = Duration::from_millis(100);

/// The most looks that wait; who comes later waits to be let in.
const WAITING_MAX: usize = 1024;

/// How long a batch that is smaller than the one before waits for another look; each one that comes lets it wait anew.
const FOLLOWS_WITHIN: Duration = Duration::from_micros(200);

/// How long it waits for all of them, at most.
const FOLLOW_WITHIN: Duration = Duration::from_millis(2);

/// Where details are kept. [`state::State`] in earnest; tests put fakes here.
pub(crate) trait Details: Send + Sync + 'static {
    /// A look whose detail is sealed.
    type Sealed: Clone + Send + Sync + 'static;

    /// Seals the detail of a look, and gives the key of each of its persons and those among them that are new.
    fn make_ready(&self, look: NewLook) -> Result<(Self::Sealed, Vec<PersonKey>, UnsavedKeys), GateError>;
    /// Gives the key of each person, and those among them that are new and must be kept with the looks.
    fn person_keys(&self, persons: Vec<PersonId>) -> BoxFuture<'_, Result<(Vec<PersonKey>, UnsavedKeys), GateError>>;
    /// Makes all of them durable with the new keys, or none.
    fn put(&self, looks: Vec<Self::Sealed>, unsaved: UnsavedKeys) -> BoxFuture<'_, Result<Put, GateError>>;
    /// Notes the place in the log of details that are already there.
    fn place(&self, runs: Vec<PlacedLooks>) -> BoxFuture<'_, Result<(), GateError>>;
    /// Gives the persons that an account opened under a purpose on a day.
    fn persons_opened<'a>(&'a self, key: &'a BudgetKey) -> BoxFuture<'a, Result<HashSet<PersonId>, GateError>>;
}

/// What became of details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// They are durable, under numbers that count on from this one.
    Kept(u64),
    /// A person was given a key meanwhile; nothing was kept.
    KeysChanged,
}

/// Where entries are kept. [`tlog::Log`] in earnest.
pub(crate) trait Leaves: Send + Sync + 'static {
    /// Checks that entries are let in, as far as is known without a write.
    fn check_open(&self) -> Result<(), GateError>;
    /// Makes all of them durable next to each other, and gives the number of the first.
    fn append(&self, entries: Vec<Vec<u8>>) -> BoxFuture<'_, Result<u64, GateError>>;
}

/// Whose persons are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BudgetKey {
    pub(crate) account: OfficerId,
    pub(crate) purpose: PurposeId,
    pub(crate) day: NaiveDate,
}

/// What a look takes out of a budget.
#[derive(Debug, Clone)]
pub(crate) struct Spending {
    pub(crate) key: BudgetKey,
    /// All of them, or nobody is looked at.
    pub(crate) persons: Vec<PersonId>,
    /// For how many more there must be room, though nobody is taken out for them: those who were asked for in vain.
    pub(crate) missing: u32,
    /// Whether it takes one out for nobody: what was tried and not found counts as a person who was.
    pub(crate) is_in_vain: bool,
    /// The most different persons a day.
    pub(crate) persons_max: u32,
}

/// A look to be written.
pub(crate) struct Prepared {
    pub(crate) look: NewLook,
    /// Without tags.
    pub(crate) entry: Entry,
    pub(crate) spending: Option<Spending>,
}

/// A look that is ready to be written with others.
struct Ready<S> {
    commitment: [u8; 32],
    persons: Vec<PersonId>,
    sealed: S,
    entry: Entry,
    /// The entry as the log has it, tagged with the keys that the persons had when it was made ready.
    encoded: Vec<u8>,
    /// Those of the keys that are new.
    unsaved: UnsavedKeys,
    spending: Option<Spending>,
}

impl<S> Ready<S> {
    /// Tags the entry with the keys of its persons, and gives its bytes.
    fn tag(&mut self, keys: impl ExactSizeIterator<Item = PersonKey>) -> Result<(), GateError> {
        if keys.len() != self.persons.len() {
            return Err(GateError::Rules("a subject has no key".into()));
        }
        self.entry.tags = keys.map(|key| Tag(key.tag(&self.commitment))).collect();
        // Their order would tell which tag is the first hit's.
        self.entry.tags.sort_unstable();
        self.encoded = self.entry.encode()?;
        Ok(())
    }
}

/// What became of a look.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// It is durable, at this place of the log.
    Written(u64),
    /// The budget is used up; nothing was written. Holds how many persons it would have made.
    OverBudget(u32),
    /// Nothing may be answered.
    Failed(GateError),
}

/// Where an outcome is waited for.
type Waiter = turns::Waiter<Outcome>;

enum Job<S> {
    /// A look to be written.
    Look(Box<Ready<S>>, Waiter),
    /// A budget to be had at hand. The writer reads it, so that nothing is written between the reading and the keeping.
    Budget(BudgetKey, oneshot::Sender<Result<(), GateError>>),
}

/// The places of entries whose details don't know them yet.
pub(crate) type Pending = Arc<Mutex<HashMap<[u8; 32], u64>>>;

/// When looks could not be written, and why; none once some could be.
type LastFailure = Arc<Mutex<Option<(Instant, GateError)>>>;

/// Hands looks to the writer.
pub(crate) struct Writer<D: Details> {
    details: Arc<D>,
    /// None once the gate is closed.
    jobs: Mutex<Option<mpsc::Sender<Job<D::Sealed>>>>,
    book: Arc<Mutex<Book>>,
    pub(crate) pending: Pending,
    last_failure: LastFailure,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl<D: Details> Writer<D> {
    /// Starts the writer on the runtime of the caller. It ends when the last handle is gone and all is written.
    pub(crate) fn start(details: Arc<D>, leaves: Arc<dyn Leaves>) -> Self {
        let (jobs, queue) = mpsc::channel(WAITING_MAX);
        let (notes, notes_queue) = mpsc::unbounded_channel();
        let book = Arc::new(Mutex::new(Book::default()));
        let last_failure = LastFailure::default();
        let pending = Pending::default();
        let noting = tokio::spawn(note_leaves(notes_queue, Arc::clone(&details), Arc::clone(&pending)));
        let workers = tokio::runtime::Handle::current().metrics().num_workers();
        let task = Task {
            details: Arc::clone(&details),
            leaves,
            book: Arc::clone(&book),
            pending: Arc::clone(&pending),
            notes,
            turns: Arc::new(Turns::new(workers)),
            last_failure: Arc::clone(&last_failure),
        };
        let writing = tokio::spawn(task.run(queue));
        let jobs = Mutex::new(Some(jobs));
        Self { details, jobs, book, pending, last_failure, tasks: Mutex::new(vec![writing, noting]) }
    }

    /// Writes a look. Once it was handed over it is written even if the caller goes away.
    pub(crate) async fn write(&self, prepared: Prepared) -> Outcome {
        let jobs = self.jobs.lock().clone();
        let Some(jobs) = jobs else { return Outcome::Failed(GateError::Closed) };
        let ready = match self.make_ready(prepared) {
            Ok(ready) => ready,
            Err(error) => return Outcome::Failed(error),
        };
        let (answer, outcome) = oneshot::channel();
        if jobs.send(Job::Look(Box::new(ready), answer)).await.is_err() {
            return Outcome::Failed(GateError::Closed);
        }
        // Who has gone away gets no rows; the look is in the log all the same. The turn ends here.
        outcome.await.map_or(Outcome::Failed(GateError::Closed), |(outcome, _)| outcome)
    }

    /// Does what concerns no other look.
    fn make_ready(&self, prepared: Prepared) -> Result<Ready<D::Sealed>, GateError> {
        let Prepared { look, entry, spending } = prepared;
        let (commitment, persons) = (look.commitment, look.persons.clone());
        let (sealed, keys, unsaved) = self.details.make_ready(look)?;
        let mut ready = Ready { commitment, persons, sealed, entry, encoded: Vec::new(), unsaved, spending };
        ready.tag(keys.into_iter())?;
        Ok(ready)
    }

    /// Gives why the looks that were written last could not be, if that is less than [`FAILS_FOR`] ago.
    pub(crate) fn last_failure(&self, now: Instant) -> Option<GateError> {
        let last = self.last_failure.lock();
        let (at, error) = last.as_ref()?;
        (now.saturating_duration_since(*at) < FAILS_FOR).then(|| error.clone())
    }

    /// Takes nothing more and waits until all that was taken is written and noted.
    pub(crate) async fn close(&self) {
        self.jobs.lock().take();
        let tasks = std::mem::take(&mut *self.tasks.lock());
        for task in tasks {
            // A task that panicked has answered nobody: its waiters were told that the gate is closed.
            let _ = task.await;
        }
    }

    /// Gives how many different persons an account opened under a purpose on a day, with `person` among them. What was not
    /// asked for since the gate opened is read from the store, once.
    ///
    /// # Errors
    /// When it can't be read, or the gate is closed.
    pub(crate) async fn count_with(&self, key: &BudgetKey, person: Option<PersonId>) -> Result<u32, GateError> {
        let at_hand = || self.book.lock().persons.get(key).map(|persons| count_with(persons, person.as_slice()));
        // What was read can be gone again when a batch failed meanwhile.
        for _ in 0..BUDGET_ATTEMPTS {
            if let Some(count) = at_hand() {
                return Ok(count);
            }
            let jobs = self.jobs.lock().clone().ok_or(GateError::Closed)?;
            let (told, is_read) = oneshot::channel();
            jobs.send(Job::Budget(key.clone(), told)).await.map_err(|_| GateError::Closed)?;
            is_read.await.map_err(|_| GateError::Closed)??;
        }
        at_hand().ok_or_else(|| GateError::Rules("budgets are forgotten faster than they can be read".into()))
    }
}

/// Gives how many different persons there are with these among them.
fn count_with(persons: &HashSet<PersonId>, others: &[PersonId]) -> u32 {
    let more: HashSet<&PersonId> = others.iter().filter(|person| !persons.contains(*person)).collect();
    u32::try_from(persons.len() + more.len()).unwrap_or(u32::MAX)
}

/// The persons opened today, by account and purpose: what `state` holds, at hand. Only the writer changes it.
#[derive(Default)]
struct Book {
    persons: HashMap<BudgetKey, HashSet<PersonId>>,
}

struct Task<D: Details> {
    details: Arc<D>,
    leaves: Arc<dyn Leaves>,
    book: Arc<Mutex<Book>>,
    pending: Pending,
    notes: mpsc::UnboundedSender<Note>,
    turns: Arc<Turns<Outcome>>,
    last_failure: LastFailure,
}

/// Entries whose places are to be noted.
struct Note {
    commitments: Vec<[u8; 32]>,
    run: PlacedLooks,
}

/// Adds what waits, and tells whether there was anything.
fn take_more<S>(queue: &mut mpsc::Receiver<Job<S>>, batch: &mut Vec<Job<S>>) -> bool {
    let had = batch.len();
    while batch.len() < BATCH_MAX
        && let Ok(job) = queue.try_recv()
    {
        batch.push(job);
    }
    batch.len() > had
}

impl<D: Details> Task<D> {
    async fn run(self, mut queue: mpsc::Receiver<Job<D::Sealed>>) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        let mut before = 0;
        while queue.recv_many(&mut batch, BATCH_MAX).await > 0 {
            // Who was answered with the batch before asks again at once, where programs ask: their looks are on their way.
            let begun = Instant::now();
            let mut newest = begun;
            while batch.len() < before && newest.elapsed() < FOLLOWS_WITHIN && begun.elapsed() < FOLLOW_WITHIN {
                tokio::task::yield_now().await;
                if take_more(&mut queue, &mut batch) {
                    newest = Instant::now();
                }
            }
            before = batch.len();
            self.write_batch(std::mem::take(&mut batch)).await;
            // Before the next look is waited for: answers that are left are given even when nobody asks any more.
            self.turns.none().await;
        }
    }

    async fn write_batch(&self, jobs: Vec<Job<D::Sealed>>) {
        let mut spent = Vec::new();
        let mut batch = Vec::with_capacity(jobs.len());
        let mut waiters = Vec::with_capacity(jobs.len());
        for job in jobs {
            let (ready, waiter) = match job {
                Job::Look(ready, waiter) => (*ready, waiter),
                Job::Budget(key, told) => {
                    // Whoever asked may have gone away; it is at hand for the next.
                    let _ = told.send(self.have_at_hand(&key).await);
                    continue;
                }
            };
            match self.spend(ready.spending.as_ref()).await {
                Ok(Spent::Within) => {
                    spent.extend(ready.spending.as_ref().map(|spending| spending.key.clone()));
                    batch.push(ready);
                    waiters.push(waiter);
                }
                Ok(Spent::Over(persons)) => self.turns.give([(waiter, Outcome::OverBudget(persons))]),
                Err(error) => {
                    *self.last_failure.lock() = Some((Instant::now(), error.clone()));
                    self.turns.give([(waiter, Outcome::Failed(error))]);
                }
            }
        }
        if batch.is_empty() {
            return;
        }
        let commitments: Vec<[u8; 32]> = batch.iter().map(|ready| ready.commitment).collect();
        let written = self.write_durably(batch).await;
        *self.last_failure.lock() = written.as_ref().err().map(|error| (Instant::now(), error.clone()));
        match written {
            Ok(run) => {
                self.pending.lock().extend(commitments.iter().copied().zip(run.leaf..));
                self.turns.give(waiters.into_iter().zip((run.leaf..).map(Outcome::Written)));
                // Whoever reads the notes ends after this task does.
                let _ = self.notes.send(Note { commitments, run });
            }
            Err(error) => {
                // What became of the details is not known: the budgets are read anew.
                let mut book = self.book.lock();
                for key in &spent {
                    book.persons.remove(key);
                }
                drop(book);
                tracing::error!(error = %with_causes(&error), "looks could not be written");
                self.turns.give(waiters.into_iter().map(|waiter| (waiter, Outcome::Failed(error.clone()))));
            }
        }
    }

    /// The order is the invariant: the detail, then the entry; the answer comes after both. Gives where they are.
    async fn write_durably(&self, mut batch: Vec<Ready<D::Sealed>>) -> Result<PlacedLooks, GateError> {
        // What the log will not take need not be kept: a detail without an entry stays until the gate is opened anew, and counts.
        self.leaves.check_open()?;
        let count = batch.len() as u64;
        let mut unsaved = UnsavedKeys::joined(batch.iter_mut().map(|ready| std::mem::take(&mut ready.unsaved)));
        for _ in 0..KEY_ATTEMPTS {
            let looks = || batch.iter().map(|ready| ready.sealed.clone()).collect();
            if let Some(unsaved) = unsaved.take()
                && let Put::Kept(first) = self.details.put(looks(), unsaved).await?
            {
                let leaf = self.leaves.append(batch.into_iter().map(|ready| ready.encoded).collect()).await?;
                return Ok(PlacedLooks { first, leaf, count });
            }
            // A person was given a key meanwhile: two looks of one batch are the first at them, or a citizen reads their list. With
            // the key that is kept the tags are others.
            let persons: Vec<PersonId> = batch.iter().flat_map(|ready| ready.persons.iter().copied()).collect();
            let (keys, new) = self.details.person_keys(persons).await?;
            let mut keys = keys.into_iter();
            for ready in &mut batch {
                let own: Vec<PersonKey> = keys.by_ref().take(ready.persons.len()).collect();
                ready.tag(own.into_iter())?;
            }
            unsaved = Some(new);
        }
        Err(GateError::Rules("the keys of persons change faster than looks can be written".into()))
    }

    async fn have_at_hand(&self, key: &BudgetKey) -> Result<(), GateError> {
        if self.book.lock().persons.contains_key(key) {
            return Ok(());
        }
        let persons = self.details.persons_opened(key).await?;
        // Budgets of days gone by are of no use any more. That of the day before is: around midnight looks of both days are
        // of one batch, and what was spent in it is not in the store yet.
        let first = key.day.pred_opt().unwrap_or(key.day);
        let mut book = self.book.lock();
        book.persons.retain(|other, _| other.day >= first);
        book.persons.insert(key.clone(), persons);
        Ok(())
    }

    async fn spend(&self, spending: Option<&Spending>) -> Result<Spent, GateError> {
        let Some(Spending { key, persons: looked_at, missing, persons_max, .. }) = spending else {
            return Ok(Spent::Within);
        };
        self.have_at_hand(key).await?;
        let mut book = self.book.lock();
        let persons = book.persons.entry(key.clone()).or_default();
        let count = count_with(persons, looked_at).saturating_add(*missing);
        if count > *persons_max {
            return Ok(Spent::Over(count));
        }
        persons.extend(looked_at);
        Ok(Spent::Within)
    }
}

enum Spent {
    Within,
    Over(u32),
}

/// Notes in `state` where the entries are, behind the answers. What fails here is tried with the next ones, and found
/// again when the gate opens: the log is the truth.
async fn note_leaves(mut notes: mpsc::UnboundedReceiver<Note>, details: Arc<impl Details>, pending: Pending) {
    let mut gathered: Vec<Note> = Vec::new();
    let mut runs: Vec<PlacedLooks> = Vec::new();
    let mut commitments: Vec<[u8; 32]> = Vec::new();
    while notes.recv_many(&mut gathered, 64).await > 0 {
        tokio::time::sleep(NOTE_EVERY).await;
        while let Ok(more) = notes.try_recv() {
            gathered.push(more);
        }
        for note in gathered.drain(..) {
            commitments.extend(note.commitments);
            if !runs.last_mut().is_some_and(|last| last.join(note.run)) {
                runs.push(note.run);
            }
        }
        match details.place(runs.clone()).await {
            Ok(()) => {
                runs.clear();
                let mut pending = pending.lock();
                for commitment in commitments.drain(..) {
                    pending.remove(&commitment);
                }
            }
            Err(error) => tracing::warn!(error = %with_causes(&error), "places of entries could not be noted yet"),
        }
    }
}

/// Gives an error and its causes in one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
