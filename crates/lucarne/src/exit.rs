//! How a command ends: the error and the status that goes with it.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

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
    /// A signal ended it before its work was done: Ctrl-C or SIGTERM. Shells give the same status of a command that a Ctrl-C
    /// ended.
    Interrupted = 130,
}

/// An error with the status to end with.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The status.
    pub(crate) ending: Ending,
    /// What happened.
    pub(crate) error: anyhow::Error,
    /// What was done all the same, for programs: it stands beside the error in the one JSON object.
    pub(crate) report: Option<Box<Value>>,
}

impl Failure {
    /// Gives a failure that ends with `ending`.
    pub(crate) fn new(ending: Ending, error: impl Into<anyhow::Error>) -> Self {
        Self { ending, error: error.into(), report: None }
    }

    /// Gives the failure of a file or folder that can't be written.
    pub(crate) fn unwritten(path: &Path, error: &io::Error) -> Self {
        let mend = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; make room, or choose another folder",
            _ => "",
        };
        Self::new(Ending::Failed, anyhow::anyhow!("{} can't be written: {error}{mend}", path.display()))
    }

    /// Gives the same with what was done all the same.
    pub(crate) fn with_report(mut self, report: &impl Serialize) -> Self {
        self.report = serde_json::to_value(report).ok().map(Box::new);
        self
    }

    /// Gives the status for the shell.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.ending as u8)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { ending: Ending::Failed, error: error.into(), report: None }
    }
}

/// What commands give back.
pub(crate) type Outcome = Result<(), Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_to_do() {
        let said = |kind: ErrorKind| Failure::unwritten(Path::new("town/x"), &kind.into()).error.to_string();
        assert!(said(ErrorKind::StorageFull).contains("town/x"));
        assert!(said(ErrorKind::StorageFull).contains("make room, or choose another folder"));
        assert!(!said(ErrorKind::PermissionDenied).contains("room"));
    }
}
