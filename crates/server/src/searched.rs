//! What was searched for last in a session: what was typed, so that whoever opened a person can go back and look again.
//!
//! It is held in memory alone, session by session, and nobody who was found is in it: to see them again is another search, with an
//! entry of its own in the log. It is gone when the session is left, when its purpose, case, reason or identity change, within a
//! minute of the session's end, and when the server is started again.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Clock;
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use crate::app::Who;
use crate::identity::Work;

/// The most sessions of which it is held; of more, those that searched last.
const SESSIONS_MAX: usize = 1_000;

/// How often what was searched for in sessions that have ended is forgotten.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(60);

/// The most characters that are held of one search, all fields together.
const CHARACTERS_MAX: usize = 1_200;

/// The fields of a search with what was typed into them.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// What was searched for last, by session. Holds what people typed, hence no `Debug`.
#[derive(Default)]
pub(crate) struct Searched(Mutex<HashMap<String, Last>>);

struct Last {
    identity: String,
    work: Work,
    fields: Fields,
    at: DateTime<Utc>,
    ends: DateTime<Utc>,
}

impl Searched {
    /// Holds what somebody has just searched for, in place of what they did before. Too much of it is not held, nor what is asked
    /// without a session.
    pub(crate) fn keep(&self, who: &Who, fields: Fields, now: DateTime<Utc>) {
        let Some(session) = &who.session else { return };
        let mut searched = self.0.lock();
        searched.remove(session);
        forget_ended(&mut searched, now);
        let characters: usize = fields.iter().map(|(_, text)| text.chars().count()).sum();
        if characters > CHARACTERS_MAX {
            return;
        }
        if searched.len() >= SESSIONS_MAX {
            let oldest = searched.iter().min_by_key(|(_, last)| last.at).map(|(session, _)| session.clone());
            if let Some(oldest) = oldest {
                searched.remove(&oldest);
            }
        }
        let (identity, work) = (who.identity.name.clone(), who.work.clone());
        searched.insert(session.clone(), Last { identity, work, fields, at: now, ends: who.expires });
    }

    /// Holds it as [`Searched::keep`] does, but nothing of a session that was left, as `was_left` tells: that may come while it is
    /// put in, and what was forgotten then would be there again.
    pub(crate) fn keep_unless(&self, who: &Who, fields: Fields, now: DateTime<Utc>, was_left: impl Fn(&str) -> bool) {
        let Some(session) = &who.session else { return };
        if was_left(session) {
            return;
        }
        self.keep(who, fields, now);
        if was_left(session) {
            self.forget(session);
        }
    }

    /// Gives what somebody searched for last under what they work on now. What has ended is forgotten, theirs or not.
    pub(crate) fn last(&self, who: &Who, now: DateTime<Utc>) -> Option<Fields> {
        let mut searched = self.0.lock();
        forget_ended(&mut searched, now);
        let last = searched.get(who.session.as_ref()?)?;
        let is_theirs = last.identity == who.identity.name && last.work == who.work;
        is_theirs.then(|| last.fields.clone())
    }

    /// Forgets what was searched for in a session.
    pub(crate) fn forget(&self, session: &str) {
        self.0.lock().remove(session);
    }

    /// Forgets what was searched for in sessions that have ended.
    pub(crate) fn sweep(&self, now: DateTime<Utc>) {
        forget_ended(&mut self.0.lock(), now);
    }
}

fn forget_ended(searched: &mut HashMap<String, Last>, now: DateTime<Utc>) {
    searched.retain(|_, last| last.ends > now);
}

/// Sweeps as long as it is held.
pub(crate) struct Sweeping(AbortHandle);

impl Sweeping {
    /// Begins to sweep by the minute.
    ///
    /// # Panics
    /// Outside of a runtime, as [`tokio::spawn`].
    pub(crate) fn begin(searched: &Arc<Searched>, clock: Arc<dyn Clock>) -> Self {
        Self::every(BETWEEN_SWEEPS, searched, clock)
    }

    fn every(between: Duration, searched: &Arc<Searched>, clock: Arc<dyn Clock>) -> Self {
        Self(tokio::spawn(keep_sweeping(between, Arc::downgrade(searched), clock)).abort_handle())
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep_sweeping(between: Duration, searched: Weak<Searched>, clock: Arc<dyn Clock>) {
    loop {
        tokio::time::sleep(between).await;
        let Some(searched) = searched.upgrade() else { return };
        // Under a clock that can't be trusted nobody is given anything; what has ended is forgotten once it can be.
        let Ok(now) = clock.now() else { continue };
        searched.sweep(now);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use chrono::TimeZone as _;
    use model::Actor;
    use testkit::TestClock;

    use super::*;
    use crate::identity::DemoIdentity;

    fn at(hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, hour, 0, 0).unwrap()
    }

    fn who(session: Option<&str>) -> Who {
        let identity =
            DemoIdentity { name: "officer".into(), title: "Officer".into(), title_fr: None, actor: Actor::System };
        let work = Work { purpose: Some("relief".into()), ..Work::default() };
        Who { identity, session: session.map(Into::into), expires: at(16), work, token: String::new() }
    }

    fn name(text: &str) -> Fields {
        vec![("name", text.to_owned())]
    }

    #[test]
    fn what_was_searched_for_is_there_for_the_same_session_under_the_same_work() {
        let searched = Searched::default();
        let one = who(Some("one"));
        assert_eq!(searched.last(&one, at(8)), None);
        searched.keep(&one, name("Ana"), at(8));
        searched.keep(&one, name("Ruiz"), at(9));
        assert_eq!(searched.last(&one, at(10)), Some(name("Ruiz")));
        assert_eq!(searched.last(&who(Some("two")), at(10)), None);
        assert_eq!(searched.last(&who(None), at(10)), None);
        let other_case = Who { work: Work { case: Some("C-2".into()), ..one.work.clone() }, ..who(Some("one")) };
        assert_eq!(searched.last(&other_case, at(10)), None);
        let mut other_identity = who(Some("one"));
        other_identity.identity.name = "auditor".into();
        assert_eq!(searched.last(&other_identity, at(10)), None);
        searched.forget("one");
        assert_eq!(searched.last(&one, at(10)), None);
        searched.keep(&one, name("Ana"), at(8));
        assert_eq!(searched.last(&who(Some("two")), at(16)), None);
        assert_eq!(
            searched.0.lock().len(),
            0,
            "whoever asks, what was searched for in a session that has ended is gone"
        );
        assert_eq!(searched.last(&one, at(10)), None);
    }

    #[test]
    fn what_is_held_is_bounded() {
        let searched = Searched::default();
        let session = |number: usize| who(Some(&format!("session-{number}")));
        searched.keep(&who(None), name("Ana"), at(8));
        assert_eq!(searched.0.lock().len(), 0);
        searched.keep(&session(0), name("Ana"), at(7));
        for number in 1..=SESSIONS_MAX {
            searched.keep(&session(number), name("Ana"), at(8));
        }
        assert_eq!(searched.0.lock().len(), SESSIONS_MAX);
        assert!(searched.last(&session(0), at(8)).is_none() && searched.last(&session(1), at(8)).is_some());
        searched.keep(&session(1), name(&"x".repeat(CHARACTERS_MAX + 1)), at(9));
        assert!(searched.last(&session(1), at(9)).is_none(), "nor is what was searched for before");
        searched.keep(&who(None), Vec::new(), at(9));
        let late = Who { expires: at(20), ..session(5) };
        searched.keep(&late, name("Ana"), at(17));
        assert_eq!(searched.0.lock().len(), 1, "sessions that have ended are forgotten");
    }

    #[test]
    fn nothing_is_held_of_a_session_that_was_left_while_it_was_searched() {
        let (searched, one) = (Searched::default(), who(Some("one")));
        searched.keep_unless(&one, name("Ana"), at(8), |session| session == "two");
        assert_eq!(searched.last(&one, at(9)), Some(name("Ana")));
        searched.forget("one");
        searched.keep_unless(&one, name("Ana"), at(8), |session| session == "one");
        assert_eq!(searched.0.lock().len(), 0, "it was left before");
        let asked = Cell::new(0);
        searched.keep_unless(&one, name("Ana"), at(8), |_| asked.replace(asked.get() + 1) > 0);
        assert_eq!((asked.get(), searched.0.lock().len()), (2, 0), "it was left while it was put in");
    }

    #[tokio::test]
    async fn what_has_ended_is_forgotten_though_nobody_asks_and_nothing_is_swept_once_the_server_has_ended() {
        let (searched, clock) = (Arc::new(Searched::default()), Arc::new(TestClock::at("2026-11-24T08:00:00Z")));
        let held = || searched.0.lock().len();
        searched.keep(&who(Some("one")), name("Ana"), at(8));
        searched.keep(&Who { expires: at(20), ..who(Some("two")) }, name("Ruiz"), at(8));
        let sweeping = Sweeping::every(Duration::from_millis(1), &searched, clock.clone());
        clock.fail();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(held(), 2, "nothing tells that they have ended");
        clock.set(at(17));
        let is_swept = async {
            while held() > 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_swept).await.expect("it is swept");
        assert!(searched.last(&Who { expires: at(20), ..who(Some("two")) }, at(17)).is_some());
        let task = sweeping.0.clone();
        drop(sweeping);
        let is_over = async {
            while !task.is_finished() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_over).await.expect("it ends with the server");
    }
}
