//! How a command ends that is told to before its work is done: by Ctrl-C or SIGTERM.
//!
//! Work that keeps a thread busy can't be called off. So a command works on a thread of its own, and when a signal comes the
//! main thread closes the log and the state of the project that is open, and the process ends, whatever that thread is at.
//! Files are written for that: a change is there as a whole or not at all, as after a loss of power. `serve` answers the first
//! signal itself once it serves; at a second one the main thread ends the process, whatever the server still waits for.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gate::Gate;
use state::State;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, MutexGuard, oneshot, watch};
use tokio::time::timeout;

use crate::exit::{Ending, Failure, Outcome};
use crate::output;

/// What must be closed; a process has one project open at a time.
static OPEN: Mutex<Open> = Mutex::const_new(Open::Nothing);

/// What there is to close.
enum Open {
    Nothing,
    Project(Gate, State),
    /// The work closed its project itself: it has only to tell what it did.
    ClosedByWork,
}

/// How often the end was asked for since the process listens. There is one count, so that no signal falls between two.
static SIGNALS: OnceLock<watch::Receiver<u32>> = OnceLock::new();

/// Who answers the first signal: one of the three below.
static ANSWERS: AtomicU8 = AtomicU8::new(BY_MAIN);

/// The main thread answers it, by ending the process.
const BY_MAIN: u8 = 0;

/// The main thread answered one: the process ends.
const ENDS: u8 = 1;

/// A server answers it.
const BY_SERVER: u8 = 2;

/// The stack of the thread that works: as much as a main thread usually has.
const STACK_BYTES: usize = 8 << 20;

/// How long the log and the state may take to be closed.
const CLOSING_MOST: Duration = Duration::from_secs(10);

/// How long work that is done may take to tell what it did.
const TELLING_MOST: Duration = Duration::from_secs(2);

/// What became of a command.
pub(crate) enum Course {
    /// It went on to its end.
    Ended(Outcome),
    /// It was told to end, and its thread may still be at work. What was open is closed, or the failure says that it is not.
    Interrupted(Failure),
}

/// A project that is being opened: a signal that comes meanwhile waits until it is open, and closes it then.
pub(crate) struct Opening(MutexGuard<'static, Open>);

impl Opening {
    /// Begins, before the log is opened. Whoever gives up opening drops it.
    pub(crate) async fn begin() -> Self {
        let open = OPEN.lock().await;
        if ANSWERS.load(Ordering::SeqCst) == ENDS {
            // What would be opened now might be closed by nobody.
            drop(open);
            return std::future::pending().await;
        }
        Self(open)
    }

    /// Notes what must be closed from here on.
    pub(crate) fn done(mut self, gate: &Gate, state: &State) {
        *self.0 = Open::Project(gate.clone(), state.clone());
    }
}

/// Closes a project, as `close` does. A signal that comes meanwhile waits for it.
pub(crate) async fn closing<T>(close: impl Future<Output = T>) -> T {
    let mut open = OPEN.lock().await;
    let closed = close.await;
    *open = Open::ClosedByWork;
    closed
}

/// Gives the count of signals to a server, which ends in order when one comes: from here on the main thread answers only a second
/// one. Where it has answered one already this never ends, and the process does.
pub(crate) async fn served() -> watch::Receiver<u32> {
    let taken = ANSWERS.compare_exchange(BY_MAIN, BY_SERVER, Ordering::SeqCst, Ordering::SeqCst);
    if taken == Err(ENDS) {
        std::future::pending::<()>().await;
    }
    signals()
}

/// Does the work of a command on a thread of its own, and waits until it is done or a signal comes. Work that panics does so
/// here. A project that it left open is closed.
pub(crate) fn unless_told(runtime: &Runtime, work: impl FnOnce(&Handle) -> Outcome + Send + 'static) -> Course {
    let signals = signals();
    let handle = runtime.handle().clone();
    let (at_end, is_over) = oneshot::channel::<()>();
    let worker = thread::Builder::new().name("command".to_owned()).stack_size(STACK_BYTES).spawn(move || {
        // Dropped at the end, whatever that is.
        let _at_end = at_end;
        work(&handle)
    });
    let worker = match worker {
        Ok(worker) => worker,
        Err(error) => return Course::Ended(Err(anyhow::anyhow!("threads can't be started: {error}").into())),
    };
    match runtime.block_on(told(is_over, signals)) {
        Told::Never => Course::Ended(ended(runtime, worker)),
        Told::AtWork(failure) => Course::Interrupted(failure),
        Told::Done(closed, failure) => match (closed, ended(runtime, worker)) {
            // It failed since its project was closed while it was at work.
            (Closed::Here, Err(_)) => Course::Interrupted(failure),
            (_, outcome) => Course::Ended(outcome),
        },
    }
}

/// Whether a command was told to end, and where its work was then.
enum Told {
    /// It came to its end before.
    Never,
    /// It still works.
    AtWork(Failure),
    /// It came to its end while what was open was closed.
    Done(Closed, Failure),
}

/// Waits until the work is over or is told to end, and closes what is open then.
async fn told(mut is_over: oneshot::Receiver<()>, signals: watch::Receiver<u32>) -> Told {
    tokio::select! {
        // Work that is done was not interrupted.
        biased;
        _ = &mut is_over => return Told::Never,
        answered = answered_here(signals.clone()) => {
            // Whatever the server still does: nothing is waited for, not even the log.
            if matches!(answered, Answered::SecondOfServer) {
                return Told::AtWork(ended_at_once());
            }
        }
    }
    let (closed, failure) = close_told(signals).await;
    let patience = if closed == Closed::ByWork { TELLING_MOST } else { Duration::ZERO };
    if timeout(patience, &mut is_over).await.is_ok() {
        return Told::Done(closed, failure);
    }
    // Work that began to tell what it did is done, unless nobody reads on.
    if !output::take_from_work() && timeout(TELLING_MOST, &mut is_over).await.is_ok() {
        return Told::Done(closed, failure);
    }
    Told::AtWork(failure)
}

/// A signal that the main thread answers.
enum Answered {
    /// The first.
    First,
    /// The second, where a server answered the first.
    SecondOfServer,
}

/// Waits for the first signal, or for the second where a server answers that one.
async fn answered_here(signals: watch::Receiver<u32>) -> Answered {
    came(signals.clone(), 1).await;
    if ANSWERS.compare_exchange(BY_MAIN, ENDS, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
        return Answered::First;
    }
    came(signals, 2).await;
    Answered::SecondOfServer
}

/// Gives what the work came to. What it left open, as when it failed early or panicked, is closed first.
fn ended(runtime: &Runtime, worker: JoinHandle<Outcome>) -> Outcome {
    let outcome = worker.join();
    let closed = runtime.block_on(close_in_time());
    match outcome {
        Ok(outcome) => outcome.and_then(|()| closed.map(|_| ())),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Who closed what was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closed {
    /// Nobody: nothing was open.
    Nothing,
    /// The work itself.
    ByWork,
    /// The main thread, or it tried to.
    Here,
}

/// Closes what is open, unless a second signal comes, and gives why the command ended. That it was only told to end means that
/// the log is closed, unless it says otherwise.
async fn close_told(signals: watch::Receiver<u32>) -> (Closed, Failure) {
    const ENDED: &str = "ended by a signal before the work was done: start again with the same command";
    let closed = tokio::select! {
        biased;
        closed = close_in_time() => closed,
        () = came(signals, 2) => return (Closed::Here, ended_at_once()),
    };
    match closed {
        Ok(closed) => (closed, Failure::new(Ending::Interrupted, anyhow::anyhow!(ENDED))),
        Err(failure) => (Closed::Here, Failure::new(Ending::Failed, failure.error.context(ENDED))),
    }
}

/// Gives why a command ended that was told twice. What is on the log is durable, closed or not.
fn ended_at_once() -> Failure {
    const AT_ONCE: &str = "ended at once by a second signal: what was under way is cut off, and the log was not \
                           closed, which the next command does";
    Failure::new(Ending::Interrupted, anyhow::anyhow!(AT_ONCE))
}

/// Closes what is open, within some time.
async fn close_in_time() -> Result<Closed, Failure> {
    let close = async {
        let mut open = OPEN.lock().await;
        match std::mem::replace(&mut *open, Open::Nothing) {
            Open::Nothing => Ok::<Closed, Failure>(Closed::Nothing),
            Open::ClosedByWork => Ok(Closed::ByWork),
            Open::Project(gate, state) => {
                let closed = gate.close().await;
                state.close().await?;
                closed?;
                Ok(Closed::Here)
            }
        }
    };
    timeout(CLOSING_MOST, close).await.unwrap_or_else(|_| {
        let seconds = CLOSING_MOST.as_secs();
        Err(anyhow::anyhow!("the log could not be closed within {seconds} seconds, which the next command does").into())
    })
}

/// Gives the count of signals that ask for the end, Ctrl-C and SIGTERM. The first who asks begins it.
fn signals() -> watch::Receiver<u32> {
    SIGNALS.get_or_init(listen).clone()
}

/// Signals that follow the one before sooner are of one wish: some that watch over a process tell it and then its group.
const OF_ONE_WISH: Duration = Duration::from_millis(100);

/// When the end was asked for last.
#[derive(Default)]
struct Wishes(std::sync::Mutex<Option<Instant>>);

impl Wishes {
    /// Tells whether a signal that comes now is more than the one before once again.
    fn is_new(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.replace(now);
        before.is_none_or(|before| now.duration_since(before) >= OF_ONE_WISH)
    }
}

/// Listens on a thread and a runtime of its own: signals are heard however busy all others are.
fn listen() -> watch::Receiver<u32> {
    let (tell, told) = watch::channel(0);
    // Without the handlers a signal ends the process at once, which the log survives.
    let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return told };
    let within = runtime.enter();
    let kinds = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    drop(within);
    let wishes = Arc::new(Wishes::default());
    for mut signals in kinds.into_iter().flatten() {
        let (tell, wishes) = (tell.clone(), Arc::clone(&wishes));
        runtime.spawn(async move {
            while signals.recv().await.is_some() {
                if wishes.is_new(Instant::now()) {
                    tell.send_modify(|count| *count += 1);
                }
            }
        });
    }
    let listens = thread::Builder::new().name("signals".to_owned());
    let listener = listens.spawn(move || runtime.block_on(std::future::pending::<()>()));
    if let Err(error) = listener {
        tracing::warn!(%error, "Ctrl-C and SIGTERM are not heard");
    }
    told
}

/// Waits until the end was asked for so many times since the process listens.
pub(crate) async fn came(mut signals: watch::Receiver<u32>, times: u32) {
    let is_lost = signals.wait_for(|count| *count >= times).await.is_err();
    if is_lost {
        // No signal is listened for: each ends the process by itself.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_that_come_together_are_one_wish() {
        let (wishes, begun) = (Wishes::default(), Instant::now());
        let after = |milliseconds| wishes.is_new(begun + Duration::from_millis(milliseconds));
        assert_eq!([0, 0, 99, 198, 298, 299].map(after), [true, false, false, false, true, false]);
    }

    #[tokio::test]
    async fn a_signal_counts_for_whoever_asks_after_it_came() {
        let (tell, told) = watch::channel(0);
        tell.send_modify(|count| *count += 1);
        // The first has seen it; another asks only now.
        let mut first = told.clone();
        first.mark_unchanged();
        came(first, 1).await;
        came(told.clone(), 1).await;
        let second = tokio::spawn(came(told, 2));
        tokio::task::yield_now().await;
        assert!(!second.is_finished(), "one signal is not two");
        tell.send_modify(|count| *count += 1);
        second.await.unwrap();
    }

    #[tokio::test]
    async fn work_that_is_over_when_a_signal_comes_was_not_interrupted() {
        let (tell, signals) = watch::channel(0);
        tell.send_modify(|count| *count += 1);
        let (at_end, is_over) = oneshot::channel::<()>();
        drop(at_end);
        assert!(matches!(told(is_over, signals).await, Told::Never));
    }

    #[tokio::test]
    async fn a_second_signal_ends_a_server_whatever_it_still_does() {
        ANSWERS.store(BY_SERVER, Ordering::SeqCst);
        let (tell, signals) = watch::channel(0);
        let (_at_end, is_over) = oneshot::channel::<()>();
        let mut told = std::pin::pin!(told(is_over, signals));
        tell.send_modify(|count| *count += 1);
        assert!(timeout(Duration::ZERO, &mut told).await.is_err(), "the first is the server's");
        tell.send_modify(|count| *count += 1);
        let Told::AtWork(failure) = told.await else { panic!("it still works") };
        assert_eq!(failure.ending, Ending::Interrupted);
        assert!(failure.error.to_string().contains("at once"), "{}", failure.error);
    }
}
