//! How a command ends that is told to before its work is done: by Ctrl-C or SIGTERM.
//!
//! Work that keeps a thread busy can't be called off. So a command works on a thread of its own, and when a signal comes the
//! main thread closes the log and the state of the project that is open, and the process ends, whatever that thread is at.
//! Files are written for that: a change is there as a whole or not at all, as after a loss of power. `serve` answers signals
//! itself once it serves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use gate::Gate;
use state::State;
use tokio::runtime::{Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, oneshot, watch};

use crate::exit::{Ending, Failure, Outcome};

/// What must be closed of the project that is open; a process has one open at a time.
static OPEN: Mutex<Option<(Gate, State)>> = Mutex::const_new(None);

/// Whether signals are answered by a server.
static IS_SERVED: AtomicBool = AtomicBool::new(false);

/// The stack of the thread that works: as much as a main thread usually has.
const STACK_BYTES: usize = 8 << 20;

/// What became of a command.
pub(crate) enum Course {
    /// It went on to its end.
    Ended(Outcome),
    /// It was told to end, and what was open is closed; its thread is still at work.
    Interrupted(Failure),
}

/// Notes what must be closed of a project that was opened.
pub(crate) async fn opened(gate: &Gate, state: &State) {
    *OPEN.lock().await = Some((gate.clone(), state.clone()));
}

/// Closes a project, as `close` does. A signal that comes meanwhile waits for it.
pub(crate) async fn closing<T>(close: impl Future<Output = T>) -> T {
    let mut open = OPEN.lock().await;
    let closed = close.await;
    *open = None;
    closed
}

/// Counts signals from here on, for a server that ends in order when one comes.
pub(crate) fn served() -> watch::Receiver<u32> {
    let signals = signals();
    // Only now: no signal falls between the two.
    IS_SERVED.store(true, Ordering::SeqCst);
    signals
}

/// Does the work of a command on a thread of its own, and waits until it is done or a signal comes. Work that panics does so
/// here.
pub(crate) fn unless_told(runtime: &Runtime, work: impl FnOnce(&Handle) -> Outcome + Send + 'static) -> Course {
    let mut signals = runtime.block_on(async { signals() });
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
    let interrupted = runtime.block_on(async {
        tokio::select! {
            _ = is_over => None,
            () = told(&mut signals) => Some(close_open(signals).await),
        }
    });
    match interrupted {
        Some(failure) => Course::Interrupted(failure),
        None => Course::Ended(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
    }
}

/// Waits for a signal that no server answers.
async fn told(signals: &mut watch::Receiver<u32>) {
    while signals.changed().await.is_ok() {
        if !IS_SERVED.load(Ordering::SeqCst) {
            return;
        }
    }
    // No signal is listened for: each ends the process by itself.
    std::future::pending::<()>().await;
}

/// Closes what is open, unless a second signal comes, and gives why the command ended.
async fn close_open(mut signals: watch::Receiver<u32>) -> Failure {
    let close = async {
        if let Some((gate, state)) = OPEN.lock().await.take() {
            gate.close().await?;
            state.close().await?;
        }
        Ok::<(), Failure>(())
    };
    let closed = tokio::select! {
        closed = close => closed,
        () = told(&mut signals) => Ok(()),
    };
    let ended = "ended by a signal before the work was done: start again with the same command";
    match closed {
        Ok(()) => Failure::new(Ending::Interrupted, anyhow::anyhow!(ended)),
        Err(failure) => Failure::new(Ending::Interrupted, failure.error.context(ended)),
    }
}

/// Counts the signals that ask for the end: Ctrl-C and SIGTERM.
fn signals() -> watch::Receiver<u32> {
    let (tell, told) = watch::channel(0);
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        // Without the handler the signal ends the process at once, which the log survives.
        let Ok(mut signals) = signal(kind) else { continue };
        let tell = tell.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                tell.send_modify(|count| *count += 1);
            }
        });
    }
    told
}

/// Waits until the end was asked for so many times.
pub(crate) async fn came(mut signals: watch::Receiver<u32>, times: u32) {
    let is_lost = signals.wait_for(|count| *count >= times).await.is_err();
    if is_lost {
        // No signal is listened for: each ends the process by itself.
        std::future::pending::<()>().await;
    }
}
