//! What people decide: cases, sessions, budgets, and the encrypted, erasable details of looks. SQLite through sqlx.
//!
//! Invariants:
//! - What was acknowledged survives `kill -9` and a cut of power: write-ahead log, `synchronous = FULL`. Noting the place of a
//!   look in the log is not: the log is read for those that were forgotten.
//! - Looks are durable in a file of recent ones first and moved into the tables behind the answers: see `recent`.
//! - No personal value and no name of a person or an account stands in the files in clear: values are sealed with
//!   XChaCha20-Poly1305, and what must be looked up is a keyed hash.
//! - Erased means gone: key and ciphertext are overwritten, and the write-ahead logs are truncated before
//!   [`State::erase_look`] and its kin return.
//! - After a commit whose outcome isn't known, nothing more is written until the store is opened anew.
//! - This crate never reads a clock: moments are arguments.

mod activity;
mod arrivals;
mod cases;
mod contests;
mod erase;
mod error;
mod frame;
mod key;
mod looks;
mod pair_tags;
mod persons;
mod recent;
mod reviews;
mod schema;
mod seal;
mod sessions;
mod spoken;
mod store;
mod writer;

pub use activity::{ACTIVITY_DAYS, ActiveAccount, Activity, ActivityCount, MostActive};
pub use arrivals::Arrival;
pub use cases::Case;
pub use contests::{Contest, ContestEnd, OfContests};
pub use erase::Erased;
pub use error::{Cause, StateError};
pub use key::{DerivedKey, KeyError, MasterKey};
pub use looks::{NewLook, Page, PlacedLooks, ReadyLook, StoredLook};
pub use persons::UnsavedKeys;
pub use reviews::{Judged, Proposal, Review, Reviews, Standing};
pub use sessions::{Session, SessionId};
pub use spoken::{Spoken, SpokenBatch};
pub use store::{Options, State};

/// The result of the store's methods.
pub type Result<T, E = StateError> = std::result::Result<T, E>;
