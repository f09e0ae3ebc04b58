//! Blocks, compares and clusters the lake's records, and keeps the spine.
//!
//! [`link`] reads the person records of all registers that agreements cover, through one job grant; `matching` weighs
//! pairs and puts records together; this crate keeps what comes of it: which record belongs to which person and why
//! ([`spine`]), person ids that survive a re-run, what happened to persons, which pairs a steward should look at, and
//! what stewards decided. A run weighs by the model of the run before; [`refit`] learns one anew. [`link_files`] does the same matching over loose files and never opens a project's data.
//! [`Residents`] keep what a run read in memory, for records that come one by one.
//!
//! What this crate never does: it writes no value of a record into the spine, puts two records' values into no row, and
//! links no register that no agreement covers.

mod compute;
mod coverage;
mod dispute;
mod error;
mod explain;
mod explain_files;
mod files;
mod freeze;
mod groups;
mod identity;
mod journal;
mod judgement;
mod link;
mod previous;
mod propose;
mod quality;
mod queue;
mod reach;
mod records;
mod report;
mod residents;
mod resolve;
mod rows;
mod settings;
mod shape;
pub mod spine;
mod splink_files;
mod story;
mod table_file;
mod truth;
mod watch;
mod wave;
pub mod why;

pub use dispute::{dispute, withdraw};
pub use error::LinkageError;
pub use explain::{PinnedModel, explain_records};
pub use explain_files::{FileExplanation, explain_files};
pub use files::{FileOptions, link_files};
pub use groups::{BY_REGISTER, FORMS, GroupName, PERSONS_MIN};
pub use identity::{Event, EventKind};
pub use judgement::{Said, judge, judge_named, judged, propose, settle};
pub use link::{link, refit};
pub use propose::{ColumnTaken, ProposeOptions, Proposed, propose_config};
pub use quality::Quality;
pub use reach::Reviewable;
pub use report::{EventCounts, FileReport, JudgementCounts, LinkProgress, LinkReport, Opening};
pub use residents::{Nearest, Residents, Values};
pub use resolve::{Deed, RecordName, ResolveOptions, Resolved, Resolver, Spent, Tie, TieLevel};
pub use settings::settings_of;
pub use splink_files::{RuleCount, SplinkFileReport, SplinkOptions, link_files_by_splink};
pub use story::{PastEvent, past_events};
pub use watch::{Column, DRIFT_MAX, Distribution, Drift, Group, Moved, Past, Truth, Watch, kept};
pub use wave::{GroupSample, Sample, StratumCount};
