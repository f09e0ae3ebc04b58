//! A clock that stands still until it is told.

use chrono::{DateTime, TimeDelta, Utc};
use model::Clock;
use model::clock::ClockError;
use parking_lot::Mutex;

/// A clock for tests: it shows what it was set to, or fails.
#[derive(Debug)]
pub struct TestClock(Mutex<Option<DateTime<Utc>>>);

impl TestClock {
    /// Gives a clock that shows `moment`, written as `2026-05-01T12:00:00Z`.
    ///
    /// # Panics
    /// When the text is no moment.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that asks for a moment that isn't one has to fail")]
    pub fn at(moment: &str) -> Self {
        Self(Mutex::new(Some(moment.parse().expect("a moment such as 2026-05-01T12:00:00Z"))))
    }

    /// Sets the clock.
    pub fn set(&self, moment: DateTime<Utc>) {
        *self.0.lock() = Some(moment);
    }

    /// Lets `by` go by; a clock that fails goes on failing.
    pub fn advance(&self, by: TimeDelta) {
        let mut moment = self.0.lock();
        *moment = moment.map(|moment| moment + by);
    }

    /// Makes the clock fail until it is set again.
    pub fn fail(&self) {
        *self.0.lock() = None;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Result<DateTime<Utc>, ClockError> {
        self.0.lock().ok_or(ClockError)
    }
}
