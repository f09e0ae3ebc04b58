//! Verifying the whole log, one run at a time: each reads every entry, which many at once would pay for many times.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::problem::Problem;
use crate::service::VerifyView;

type Outcome = Option<Result<VerifyView, Problem>>;

/// The run under way, if there is one.
#[derive(Default)]
pub(crate) struct Verifications {
    running: Mutex<Option<Running>>,
}

struct Running {
    /// The checkpoint from which it starts.
    saved: Option<String>,
    outcome: watch::Receiver<Outcome>,
}

impl Verifications {
    /// Gives the outcome of `verify`, which runs on a thread of its own and goes on when whoever asked first gives up. Who
    /// asks for the same while it runs is given the same outcome.
    ///
    /// # Errors
    /// A problem when a run from another checkpoint is under way, or when this one fails.
    pub(crate) async fn verify(
        self: &Arc<Self>,
        saved: Option<String>,
        verify: impl FnOnce(Option<&str>) -> VerifyView + Send + 'static,
    ) -> Result<VerifyView, Problem> {
        let mut outcome = self.join_or_begin(saved, verify)?;
        let ended = || Problem::new("unavailable", "the server ends");
        let told = outcome.wait_for(Outcome::is_some).await.map_err(|_| ended())?.clone();
        told.ok_or_else(ended)?
    }

    fn join_or_begin(
        self: &Arc<Self>,
        saved: Option<String>,
        verify: impl FnOnce(Option<&str>) -> VerifyView + Send + 'static,
    ) -> Result<watch::Receiver<Outcome>, Problem> {
        let mut running = self.running.lock();
        if let Some(running) = &*running {
            let busy = "the log is being verified against another checkpoint: ask again in a few seconds";
            return if running.saved == saved {
                Ok(running.outcome.clone())
            } else {
                Err(Problem::new("unavailable", busy))
            };
        }
        let (tell, outcome) = watch::channel(None);
        *running = Some(Running { saved: saved.clone(), outcome: outcome.clone() });
        let all = Arc::clone(self);
        tokio::spawn(async move {
            let done = tokio::task::spawn_blocking(move || verify(saved.as_deref())).await;
            // From here on nobody joins: the log may have grown.
            *all.running.lock() = None;
            tell.send_replace(Some(done.map_err(|error| Problem::failure("internal", &error))));
        });
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn view(entries: u64) -> VerifyView {
        VerifyView { verified: true, entries, root: None, fault: None, took_ms: 0 }
    }

    /// Begins a run that ends when it is told to.
    fn begin(all: &Arc<Verifications>, entries: u64) -> (watch::Receiver<Outcome>, mpsc::Sender<()>) {
        let (end, ended) = mpsc::channel();
        let verify = move |_: Option<&str>| {
            ended.recv().unwrap();
            view(entries)
        };
        (all.join_or_begin(None, verify).unwrap(), end)
    }

    async fn entries(mut outcome: watch::Receiver<Outcome>) -> u64 {
        outcome.wait_for(Outcome::is_some).await.unwrap().clone().unwrap().unwrap().entries
    }

    #[tokio::test]
    async fn one_run_at_a_time_answers_all_who_ask_for_the_same() {
        let all = Arc::new(Verifications::default());
        let (first, end) = begin(&all, 1);
        let (second, _never) = begin(&all, 2);
        let other = all.verify(Some("a checkpoint".to_owned()), |_| view(3)).await.unwrap_err();
        assert_eq!((other.status, other.kind.as_str()), (503, "/problems/unavailable"));
        end.send(()).unwrap();
        assert_eq!((entries(first).await, entries(second).await), (1, 1), "both have the first one's");
        let later = all.verify(Some("a checkpoint".to_owned()), |saved| view(saved.unwrap().len() as u64)).await;
        assert_eq!(later.unwrap().entries, 12, "and then it is the next one's turn");
    }

    #[tokio::test]
    async fn a_run_goes_on_when_who_asked_gives_up_and_fails_alone() {
        let all = Arc::new(Verifications::default());
        let (end, ended) = mpsc::channel::<()>();
        let verify = move |_: Option<&str>| {
            ended.recv().unwrap();
            view(1)
        };
        let asked = tokio::time::timeout(std::time::Duration::from_millis(1), all.verify(None, verify)).await;
        assert!(asked.is_err(), "they did not wait for it");
        let joined = all.join_or_begin(None, |_| view(2)).unwrap();
        end.send(()).unwrap();
        assert_eq!(entries(joined).await, 1);
        let failed = all.verify(None, |_| panic!("on purpose")).await.unwrap_err();
        assert_eq!(failed.kind, "/problems/internal");
        assert_eq!(all.verify(None, |_| view(4)).await.unwrap().entries, 4);
    }
}
