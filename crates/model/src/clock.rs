//! Time as an argument, so that tests replay and a failing clock closes the gate.

use chrono::{DateTime, TimeZone, Utc};

/// Gives the time of day, or an error: without a trustworthy clock no validity can be judged and no read is allowed.
pub trait Clock: Send + Sync {
    /// Gives the present time in UTC.
    ///
    /// # Errors
    /// [`ClockError`] when the clock can't be read or shows a time before 2020.
    fn now(&self) -> Result<DateTime<Utc>, ClockError>;
}

/// Says that the clock can't be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock of this machine can't be trusted: it shows a time before 2020")]
pub struct ClockError;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> Result<DateTime<Utc>, ClockError> {
        let now = Utc::now();
        let earliest = Utc.with_ymd_and_hms(2020, 1, 1, 0, 0, 0).single().ok_or(ClockError)?;
        if now < earliest { Err(ClockError) } else { Ok(now) }
    }
}
