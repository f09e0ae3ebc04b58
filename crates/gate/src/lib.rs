//! The one door to personal data: decide, rewrite, log, open.
//!
//! ```text
//! Request ── decide ──▶ Permit ── commit ──▶ Grant ── apply / read ──▶ what the purpose gives
//!               │                   │
//!               ▼                   ▼
//!            refusal             detail (state), then entry (log), both durable
//! ```
//!
//! [`Gate::new`] takes the lake's [`ReadAuthority`](lake::ReadAuthority): from then on nothing reads the lake but through
//! a [`Grant`], which is about persons, or a [`JobGrant`], which is about whole tables and one run. Both exist only once
//! their entry in the log is durable. A refusal is in the log before its caller hears of it.
//!
//! What this crate never does: it gives no row when the clock, the rules, the log or the store of details fail; it
//! writes nothing personal into the log; it lets nobody copy or make up a permit or a grant; it decides nothing by the
//! values of rows.

mod activity;
mod audit;
mod citizen;
mod detail;
mod earlier;
mod entry;
mod error;
mod gate;
mod grant;
mod job;
mod keys;
mod mask;
mod named;
mod ports;
mod pseudonym;
mod reconcile;
mod record;
mod remembered;
mod searched;
mod terms;
mod turns;
mod witness;
mod writer;

pub use activity::{ACCOUNTS_NAMED_MAX, ActiveAccount, MostActive};
pub use audit::{Count, FoundEntries, LogProof, LoggedEntry, Usage};
pub use citizen::{Look, LookProof, LookRefused, Looks};
pub use detail::{IngestedFile, Part, commitment_of};
pub use earlier::EarlierLook;
pub use entry::{By, Digest32, ENTRY_BYTES_MAX, ENTRY_VERSION, Entry, EntryKind, TableRead, Tag, write_disclosure};
pub use error::{Cause, Denied, GateError, Refusal};
pub use gate::{Gate, Parts, SUBJECTS_MAX};
pub use grant::{Compares, Grant, LookSubject, Permit};
pub use job::JobGrant;
pub use keys::{Keys, PersonKey, TAG_LENGTH};
pub use mask::{ColumnDisclosed, Disclosed};
pub use policy::{Linkable, Named, Names, Reason, Sentences};
pub use record::Ingest;
pub use remembered::EntryFilter;
pub use witness::LogWitness;
