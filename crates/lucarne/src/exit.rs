//! How a command ends: the error and the status that goes with it.

use std::process::ExitCode;

/// Why a command ended, by the status it ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Something failed.
    Failed = 1,
    /// The command line can't be followed.
    Usage = 2,
    /// A project file is wrong.
    Project = 3,
    /// A rule refused it.
    Refused = 4,
    /// Data was rejected: too many rows that don't fit, or an expectation.
    Rejected = 5,
    /// The log doesn't verify.
    LogBroken = 6,
    /// Another process has it, or a port is taken.
    InUse = 7,
}

/// An error with the status to end with.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The status.
    pub(crate) ending: Ending,
    /// What happened.
    pub(crate) error: anyhow::Error,
}

impl Failure {
    /// Gives a failure that ends with `ending`.
    pub(crate) fn new(ending: Ending, error: impl Into<anyhow::Error>) -> Self {
        Self { ending, error: error.into() }
    }

    /// Gives the status for the shell.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.ending as u8)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { ending: Ending::Failed, error: error.into() }
    }
}

/// What commands give back.
pub(crate) type Outcome = Result<(), Failure>;
