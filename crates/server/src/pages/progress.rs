//! A page that tells how far a run is: as it was when the page was opened, and by events while scripts watch it.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::future::BoxFuture;
use futures::{Stream, StreamExt as _};
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::frame::Frame;
use super::view::View;
use super::words::Words;
use crate::pace::Lasting;
use crate::problem::Problem;
use crate::progress::{Progress, Run};

/// How long the page of a run waits for its outcome: most runs are done by then.
const WAITS: Duration = Duration::from_millis(700);

/// Says how far a run is: what is done, of what.
pub(crate) type Says = fn(Words, u64, u64) -> String;

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage {
    frame: Frame,
    t: Words,
    title: String,
    bar: ProgressBar,
}

/// How far a run is.
pub(crate) struct ProgressBar {
    pub(crate) done: u64,
    /// All that is to do; 0 while that is not known.
    pub(crate) of: u64,
    pub(crate) says: String,
    /// What the bar is about.
    pub(crate) label: String,
    /// Where its events come from; none of a sample.
    pub(crate) events: Option<String>,
}

/// Gives the outcome of a run, waiting a moment for it; none while it is under way.
///
/// # Errors
/// The problem with which it failed.
pub(crate) async fn outcome<K, T: Clone + Send + Sync + 'static>(run: &Run<K, T>) -> Result<Option<T>, Problem> {
    timeout(WAITS, run.outcome()).await.ok().transpose()
}

/// Answers with how far a run is; `path` is the page's.
///
/// # Errors
/// When the clock can't be trusted or the template fails.
pub(crate) fn page<K, T: Clone + Send + Sync + 'static>(
    view: &View,
    run: &Run<K, T>,
    title: String,
    path: &str,
    says: Says,
) -> Result<Response, Problem> {
    let Progress { done, of, .. } = run.progress();
    let bar = ProgressBar {
        done,
        of,
        says: says(view.t, done, of),
        label: title.clone(),
        events: Some(format!("{path}/events")),
    };
    view.page(&ProgressPage { frame: view.frame()?, t: view.t, title, bar })
}

/// Answers with events: `step` with what is done, of what, and the same in words; `ended` once there is an outcome. They end
/// with the session of whoever watches, also when that is left.
///
/// # Errors
/// When nobody acts, or the clock can't be trusted.
pub(crate) fn events<K: 'static, T: Clone + Send + Sync + 'static>(
    view: &View,
    run: &Run<K, T>,
    says: Says,
) -> Result<Response, Problem> {
    let who = view.acting()?;
    let lasts = (who.expires - view.app.now()?).to_std().unwrap_or_default();
    let left = who.session.clone().map(|session| view.app.until_left(session));
    let events = told(view.t, run, says, Box::pin(end_of_session(lasts, left)));
    let events = Sse::new(events).keep_alive(KeepAlive::default());
    let mut response = events.into_response();
    response.extensions_mut().insert(Lasting);
    Ok(response)
}

/// Waits until a session ends: after so long by itself, or before when it is left. What is of no session can't be left.
async fn end_of_session(lasts: Duration, left: Option<impl Future<Output = ()>>) {
    match left {
        Some(left) => {
            // Whichever comes first.
            let _ = timeout(lasts, left).await;
        }
        None => sleep(lasts).await,
    }
}

/// Gives the events of a run until `end`.
fn told<K, T: Clone + Send + Sync + 'static>(
    t: Words,
    run: &Run<K, T>,
    says: Says,
    end: BoxFuture<'static, ()>,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<K, T> {
    let event = move |step: Progress<T>| {
        let Progress { done, of, outcome } = step;
        let told = json!({ "done": done, "of": of, "says": says(t, done, of) }).to_string();
        Ok(Event::default().event(if outcome.is_some() { "ended" } else { "step" }).data(told))
    };
    run.steps().map(event).take_until(end)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt as _;

    use super::*;
    use crate::pages::words::Language;
    use crate::progress::Runs;

    fn far(_: Words, done: u64, of: u64) -> String {
        format!("{done}/{of}")
    }

    #[tokio::test]
    async fn events_end_with_the_session_though_the_run_goes_on() {
        let all = Arc::<Runs<&str, u64>>::default();
        let run = all.begin("a", "busy", |_| std::future::pending()).unwrap();
        let long = Duration::from_secs(3_600);
        let never = || Some(std::future::pending::<()>());
        for (what, end) in [
            ("it is over", end_of_session(Duration::from_millis(50), never()).boxed()),
            ("it can't be left", end_of_session(Duration::from_millis(50), None::<std::future::Ready<()>>).boxed()),
            ("it was left", end_of_session(long, Some(async { sleep(Duration::from_millis(50)).await })).boxed()),
        ] {
            let events = told(Words::new(Language::English), &run, far, end);
            assert_eq!(events.count().await, 1, "{what}: how far it was at first, and then nothing");
        }
        assert!(run.progress().outcome.is_none() && outcome(&run).await.unwrap().is_none());
    }
}
