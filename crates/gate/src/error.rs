//! Why a read did not happen.

use std::sync::Arc;

use model::{ModelId, RegisterId};
use policy::Reason;
use serde::Serialize;

/// The error of a part below, shared by all who waited for the same write.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Says that the gate could not work. No row left it.
///
/// The texts name parts, tables and columns, never a value.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// The clock can't be trusted.
    #[error("the gate has no trustworthy time")]
    Clock(#[from] model::clock::ClockError),
    /// The log did not take the entry, or could not be read.
    #[error("the log failed")]
    Log(#[source] Cause),
    /// The log has fewer entries than the store of details knows: it was cut, or an older copy was put in its place.
    #[error(
        "the log was rolled back: the store of looks knows {known} entries and the log has {size}; nothing was written or \
         erased; put back the log of the same moment as `state.sqlite`, check it with `lucarne log verify --checkpoint` and \
         the newest checkpoint that was saved, and delete nothing"
    )]
    LogRolledBack {
        /// How many entries the log must have at least.
        known: u64,
        /// How many it has.
        size: u64,
    },
    /// There is no log, and the store of details has looks that are in it.
    #[error(
        "the log is gone: the store of looks knows {known} entries and there is no log; nothing was written or erased; put \
         back the log of the same moment as `state.sqlite`, check it with `lucarne log verify --checkpoint` and the newest \
         checkpoint that was saved, and delete nothing"
    )]
    LogGone {
        /// How many entries the log must have at least.
        known: u64,
    },
    /// The log has other entries than those that the store of details knows.
    #[error(
        "the log is not the one that belongs to the store of looks: entry {leaf} is another; nothing was written or erased; \
         put back the log of the same moment as `state.sqlite`, check it with `lucarne log verify --checkpoint` and the newest \
         checkpoint that was saved, and delete nothing"
    )]
    LogReplaced {
        /// The entry that differs.
        leaf: u64,
    },
    /// The details of a look could not be stored or read.
    #[error("the store of details failed")]
    State(#[source] Cause),
    /// A table could not be read.
    #[error("the lake failed")]
    Lake(#[source] Cause),
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
    /// The writer has stopped.
    #[error("the gate is closed: its writer has stopped")]
    Closed,
    /// The project's rules could not be applied.
    #[error("the rules can't be applied: {0}")]
    Rules(String),
    /// A permit was used on another day than it was given for, or long after.
    #[error("the permit is stale: ask again")]
    PermitStale,
    /// The subjects are not those of the request.
    #[error("the subjects are not those of the request")]
    Subjects,
    /// One look names more subjects than an entry can hold.
    #[error("a look names at most {max} persons")]
    TooManySubjects {
        /// The most that it may name.
        max: usize,
    },
    /// The entry is larger than the log takes.
    #[error("the entry has {bytes} bytes, more than the log takes")]
    EntryTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A register that the grant does not reach.
    #[error("the grant does not reach register {0}")]
    RegisterNotGranted(RegisterId),
    /// A model that the project does not have.
    #[error("the project has no model {0}")]
    UnknownModel(ModelId),
    /// A register that the project does not have.
    #[error("the project has no register {0}")]
    UnknownRegister(RegisterId),
    /// A table that the run did not name when it began.
    #[error("the run did not ask for table {0}")]
    TableNotGranted(String),
    /// A table that does not exist yet.
    #[error("table {0} does not exist")]
    TableAbsent(String),
    /// A column whose class is not known: nothing of the batch is given.
    #[error("column {column} of {table} has no class")]
    UnknownColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A batch that can't be masked: no `_record`, a column twice, or a type that registers don't have.
    #[error("a batch of {table} can't be masked: {why}")]
    Shape {
        /// The table.
        table: String,
        /// What is wrong with it.
        why: String,
    },
    /// What was asked for hangs on every entry of the log, and not every one has been read since the gate was opened.
    #[error(
        "the log is still being read, as after each start: {read} of {size} entries so far; ask again in a few seconds"
    )]
    LogBeingRead {
        /// How many entries were read.
        read: u64,
        /// How many there are.
        size: u64,
    },
    /// Bytes that are no entry of this log.
    #[error("not an entry of this log: {0}")]
    Entry(String),
    /// Stored details that are not as the gate writes them, or do not open their commitment.
    #[error("the detail of a look is damaged")]
    Detail,
}

impl From<tlog::Error> for GateError {
    fn from(error: tlog::Error) -> Self {
        Self::log(error)
    }
}

impl GateError {
    /// Tells whether the log is not the one that the store of details knows.
    #[must_use]
    pub fn is_of_another_log(&self) -> bool {
        matches!(self, Self::LogRolledBack { .. } | Self::LogGone { .. } | Self::LogReplaced { .. })
    }

    pub(crate) fn log(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Log(Arc::new(error))
    }

    pub(crate) fn state(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::State(Arc::new(error))
    }

    pub(crate) fn lake(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Lake(Arc::new(error))
    }
}

/// Says that nothing was given, and whether that was decided or the gate could not work.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Denied {
    /// The rules don't allow it. The refusal is in the log.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// Something failed; nothing is given. Not even a refusal could be promised to be in the log.
    #[error(transparent)]
    Failed(#[from] GateError),
}

/// A refusal that is durable in the log, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// The number of its entry in the log.
    pub leaf: u64,
    /// The rules that refused, at least one.
    pub reasons: Vec<Reason>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, reason) in self.reasons.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&reason.says)?;
        }
        Ok(())
    }
}
