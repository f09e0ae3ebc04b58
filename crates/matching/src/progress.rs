//! How a long run tells its caller where it is.

/// Receives the progress of a run. Every method may be called from any thread.
pub trait Progress: Sync {
    /// Says that a stage begins. `work` is the number of units it has, 0 when unknown.
    fn stage(&self, _name: &str, _work: u64) {}
    /// Says that some units of the present stage are done.
    fn advance(&self, _units: u64) {}
}

/// A [`Progress`] that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
