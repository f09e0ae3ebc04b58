//! Sessions that were left: what they gave their bearers is believed no more, though it has not expired.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// The ids of sessions that were left, each with the time at which the last of its tokens has expired. They are held in memory:
/// a restart forgets them.
#[derive(Default)]
pub(crate) struct Left(watch::Sender<HashMap<String, DateTime<Utc>>>);

impl Left {
    /// Notes that a session was left at `now`; none of its tokens is good after `until`. Those that are out of use by themselves
    /// are forgotten.
    pub(crate) fn note(&self, session: &str, now: DateTime<Utc>, until: DateTime<Utc>) {
        self.0.send_modify(|left| {
            left.retain(|_, ends| *ends > now);
            left.insert(session.to_owned(), until);
        });
    }

    /// Tells whether a session was left.
    pub(crate) fn has(&self, session: &str) -> bool {
        self.0.borrow().contains_key(session)
    }

    /// Waits until a session is left; of one that was left before that is at once.
    pub(crate) fn until(&self, session: String) -> impl Future<Output = ()> + Send + use<> {
        let mut left = self.0.subscribe();
        async move {
            // Nobody is left to note it when the server has ended: then this is over as well.
            let _ = left.wait_for(|left| left.contains_key(&session)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone as _};

    use super::*;

    #[test]
    fn what_was_left_is_known_until_its_tokens_have_expired() {
        let at = |hour: u32| Utc.with_ymd_and_hms(2026, 11, 24, hour, 0, 0).unwrap();
        let left = Left::default();
        left.note("one", at(8), at(16));
        assert!(left.has("one") && !left.has("two"));
        left.note("two", at(16) - TimeDelta::seconds(1), at(23));
        assert!(left.has("one") && left.has("two"));
        left.note("three", at(16), at(23));
        assert!(!left.has("one") && left.has("two"), "no token of the first is believed any more by itself");
        assert_eq!(left.0.borrow().len(), 2, "and nothing is kept of it");
    }

    #[tokio::test]
    async fn who_waits_for_a_session_is_woken_when_that_one_is_left() {
        let until = Utc.with_ymd_and_hms(2026, 11, 24, 16, 0, 0).unwrap();
        let note = |left: &Left, session: &str| left.note(session, until - TimeDelta::hours(8), until);
        let left = Left::default();
        let waits = tokio::spawn(left.until("two".to_owned()));
        note(&left, "one");
        left.until("one".to_owned()).await;
        tokio::task::yield_now().await;
        assert!(!waits.is_finished(), "another one was left");
        note(&left, "two");
        waits.await.unwrap();
    }
}
