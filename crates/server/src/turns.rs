//! Who contests and who judges, one after the other.

use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

/// Lets citizens contest and stewards judge, or take either back, one after the other: what the one writes decides what the other
/// means. Who only reads waits for nobody. Clones are the same.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<()>>);

impl Turns {
    /// Waits for one's turn, which lasts until the answer is dropped.
    pub(crate) async fn take(&self) -> MutexGuard<'_, ()> {
        self.0.lock().await
    }

    /// Waits until whoever has the turn, or waited for it, is done, also where the client has gone away that asked for it; nobody
    /// gets one after that. To be called once nobody is answered any more, before the log and the state are closed.
    pub async fn end(&self) {
        // Given back, it would let somebody write to the log whose words the state can't keep any more.
        std::mem::forget(self.0.lock().await);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn the_end_waits_for_those_who_came_before_and_nobody_comes_after() {
        let (turns, done) = (Turns::default(), Arc::new(AtomicUsize::new(0)));
        let first = turns.take().await;
        let (other, counted) = (turns.clone(), Arc::clone(&done));
        let second = tokio::spawn(async move {
            let _turn = other.take().await;
            tokio::task::yield_now().await;
            counted.fetch_add(1, Ordering::Relaxed);
        });
        tokio::task::yield_now().await;
        let ending = tokio::spawn({
            let turns = turns.clone();
            async move { turns.end().await }
        });
        tokio::task::yield_now().await;
        assert!(!ending.is_finished(), "somebody has the turn");
        drop(first);
        ending.await.unwrap();
        second.await.unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 1);
        assert!(turns.0.try_lock().is_err(), "nobody gets a turn any more");
    }
}
