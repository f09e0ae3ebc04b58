//! Runs that take long, one at a time: who asks for the same meanwhile is given the same run, and all can see how far it is.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::problem::Problem;

/// How many runs that ended are remembered.
const ENDED_MAX: usize = 8;

/// How often whoever watches a run is told how far it is, at most.
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// How far a run is, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Progress<T> {
    /// What is done, in units of the run.
    pub(crate) done: u64,
    /// All that is to do; 0 while that is not known.
    pub(crate) of: u64,
    /// None while it is under way.
    pub(crate) outcome: Option<Result<T, Problem>>,
}

/// A run, under way or ended.
pub(crate) struct Run<K, T> {
    /// Counts from 1, anew with each start of the server.
    pub(crate) number: u64,
    /// What it does.
    pub(crate) key: K,
    progress: watch::Receiver<Progress<T>>,
}

impl<K: Clone, T> Clone for Run<K, T> {
    fn clone(&self) -> Self {
        Self { number: self.number, key: self.key.clone(), progress: self.progress.clone() }
    }
}

impl<K, T: Clone + Send + Sync + 'static> Run<K, T> {
    /// Gives how far it is.
    pub(crate) fn progress(&self) -> Progress<T> {
        self.progress.borrow().clone()
    }

    /// Waits for the outcome.
    ///
    /// # Errors
    /// The problem with which it failed; that the server ends.
    pub(crate) async fn outcome(&self) -> Result<T, Problem> {
        let ended = || Problem::new("unavailable", "the server ends").in_words("problem-is-ending");
        let mut progress = self.progress.clone();
        let told = progress.wait_for(|progress| progress.outcome.is_some()).await.map_err(|_| ended())?.clone();
        told.outcome.ok_or_else(ended)?
    }

    /// Gives how far it is, now and whenever that changed, and ends with its outcome.
    pub(crate) fn steps(&self) -> impl Stream<Item = Progress<T>> + Send + use<K, T> {
        let first = Some((self.progress.clone(), true));
        stream::unfold(first, |next| async move {
            let (mut progress, is_first) = next?;
            if !is_first {
                sleep(TOLD_EVERY).await;
                // Who tells is gone when the server ends.
                progress.changed().await.ok()?;
            }
            let now = progress.borrow_and_update().clone();
            let next = now.outcome.is_none().then_some((progress, false));
            Some((now, next))
        })
    }
}

/// Tells how far a run is.
pub(crate) struct Teller<T>(watch::Sender<Progress<T>>);

impl<T> Teller<T> {
    /// Says what is done of all that is to do.
    pub(crate) fn tell(&self, done: u64, of: u64) {
        self.0.send_modify(|progress| (progress.done, progress.of) = (done, of));
    }
}

/// The runs of one kind.
pub(crate) struct Runs<K, T>(Mutex<Known<K, T>>);

struct Known<K, T> {
    last: u64,
    under_way: Option<Run<K, T>>,
    ended: VecDeque<Run<K, T>>,
}

impl<K, T> Default for Runs<K, T> {
    fn default() -> Self {
        Self(Mutex::new(Known { last: 0, under_way: None, ended: VecDeque::new() }))
    }
}

impl<K, T> Runs<K, T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Begins a run, or gives the one of the same key that is under way. It goes on when whoever began it is gone.
    ///
    /// # Errors
    /// `busy` when another one is under way.
    pub(crate) fn begin<F>(
        self: &Arc<Self>,
        key: K,
        busy: &str,
        work: impl FnOnce(Arc<Teller<T>>) -> F,
    ) -> Result<Run<K, T>, Problem>
    where
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let mut known = self.0.lock();
        if let Some(run) = &known.under_way {
            return if run.key == key { Ok(run.clone()) } else { Err(Problem::new("unavailable", busy)) };
        }
        known.last += 1;
        let (tell, progress) = watch::channel(Progress { done: 0, of: 0, outcome: None });
        let run = Run { number: known.last, key, progress };
        known.under_way = Some(run.clone());
        let teller = Arc::new(Teller(tell));
        // A task of its own, so that a panic ends it alone.
        let work = tokio::spawn(work(Arc::clone(&teller)));
        let all = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = work.await.unwrap_or_else(|error| Err(Problem::failure("internal", &error)));
            let mut known = all.0.lock();
            // From here on nobody joins: what it looked at may have changed.
            if let Some(run) = known.under_way.take() {
                known.ended.push_front(run);
                known.ended.truncate(ENDED_MAX);
            }
            drop(known);
            teller.0.send_modify(|progress| progress.outcome = Some(outcome));
        });
        Ok(run)
    }

    /// Gives the run of a number, under way or among the last that ended.
    pub(crate) fn run(&self, number: u64) -> Option<Run<K, T>> {
        self.latest().into_iter().find(|run| run.number == number)
    }

    /// Gives the run under way, then the last that ended, the latest first.
    pub(crate) fn latest(&self) -> Vec<Run<K, T>> {
        let known = self.0.lock();
        known.under_way.iter().chain(&known.ended).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;
    use tokio::sync::oneshot;

    use super::*;

    type Numbers = Arc<Runs<&'static str, u64>>;

    const NOTHING: Option<u32> = None;

    const BUSY: &str = "another one is under way";

    /// Begins a run that ends when it is told to.
    fn begin(all: &Numbers, key: &'static str, outcome: u64) -> (Run<&'static str, u64>, oneshot::Sender<()>) {
        let (end, ended) = oneshot::channel();
        let work = |teller: Arc<Teller<u64>>| async move {
            teller.tell(1, 2);
            ended.await.map_err(|_| Problem::new("internal", "nobody ends it"))?;
            Ok(outcome)
        };
        (all.begin(key, BUSY, work).unwrap(), end)
    }

    #[tokio::test]
    async fn one_run_at_a_time_answers_all_who_ask_for_the_same() {
        let all = Numbers::default();
        let (first, end) = begin(&all, "a", 1);
        let (second, _never) = begin(&all, "a", 2);
        let other = all.begin("b", BUSY, |_| async { Ok(3) });
        assert_eq!(
            other.err().map(|problem| (problem.status, problem.kind)),
            Some((503, "/problems/unavailable".into()))
        );
        assert_eq!((first.number, second.number), (1, 1));
        end.send(()).unwrap();
        assert_eq!((first.outcome().await.unwrap(), second.outcome().await.unwrap()), (1, 1));
        let later = all.begin("b", BUSY, |_| async { Ok(4) }).unwrap();
        assert_eq!((later.number, later.outcome().await.unwrap()), (2, 4), "and then it is the next one's turn");
        assert_eq!(all.latest().iter().map(|run| run.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all.run(1).unwrap().outcome().await.unwrap(), 1, "what ended is remembered");
        assert!(all.run(3).is_none());
    }

    #[tokio::test]
    async fn a_run_goes_on_when_who_asked_gives_up_and_fails_alone() {
        let all = Numbers::default();
        let (run, end) = begin(&all, "a", 1);
        let asked = tokio::time::timeout(Duration::from_millis(1), run.outcome()).await;
        assert!(asked.is_err(), "they did not wait for it");
        drop(run);
        let joined = all.begin("a", BUSY, |_| async { Ok(2) }).unwrap();
        end.send(()).unwrap();
        assert_eq!(joined.outcome().await.unwrap(), 1);
        let failed = all
            .begin("a", BUSY, |_| async { Ok(u64::from(NOTHING.expect("on purpose"))) })
            .unwrap()
            .outcome()
            .await
            .unwrap_err();
        assert_eq!(failed.kind, "/problems/internal");
        assert_eq!(all.begin("a", BUSY, |_| async { Ok(4) }).unwrap().outcome().await.unwrap(), 4);
    }

    #[tokio::test]
    async fn who_watches_is_told_how_far_it_is_until_it_ends() {
        let all = Numbers::default();
        let (run, end) = begin(&all, "a", 7);
        let mut steps = std::pin::pin!(run.steps());
        let mut seen = Vec::new();
        let mut end = Some(end);
        while let Some(step) = steps.next().await {
            if let Some(end) = end.take_if(|_| step.done == 1) {
                end.send(()).unwrap();
            }
            seen.push((step.done, step.of, step.outcome.map(Result::unwrap)));
        }
        assert_eq!(seen.last(), Some(&(1, 2, Some(7))));
        assert!(seen[..seen.len() - 1].iter().all(|(.., outcome)| outcome.is_none()), "{seen:?}");
        let again: Vec<_> = run.steps().collect().await;
        assert_eq!(again.len(), 1, "of what has ended there is one thing to tell");
    }

    #[tokio::test]
    async fn old_runs_are_forgotten() {
        let all = Numbers::default();
        for number in 0..=ENDED_MAX as u64 {
            let run = all.begin("a", BUSY, move |_| async move { Ok(number) }).unwrap();
            assert_eq!(run.outcome().await.unwrap(), number);
        }
        assert!(all.run(1).is_none() && all.run(2).is_some());
    }
}
