//! The serving index: a person's records by id, and search by name, date and identifier.
//!
//! An index is built from one version of each table into a folder of its own, a *generation*, and swapped in whole. It has
//! a key-value store with one keyspace for each table of records, keyed by record id, and a full-text index with one
//! document for each record. Nothing in it joins the values of two registers: which records are one person's is known
//! from the spine alone, whose lists hold record ids.
//!
//! Reading goes through the gate. [`Index::search`], [`Index::open_person`] and [`Index::next_pair`] ask the gate to decide,
//! find out which records the request is about, let the gate write the log, and only then fetch rows, every one of which
//! passes `Grant::apply`. No method gives a value without a grant.
//!
//! What a search may compare is what the purpose lets the asker know: the columns that are not searchable are not asked,
//! registers out of reach don't take part, and the ranking uses no statistics of the whole, so that hidden records change
//! neither hits nor their order.

mod address;
mod birth;
mod build;
mod citizen;
mod cluster;
mod colleagues;
mod contest;
mod dossier;
mod error;
mod explain;
mod folder;
mod index;
mod link;
mod outcome;
mod query;
mod rank;
mod resolve;
mod review;
mod rows;
mod sought;
mod terms;
mod warm;

pub use birth::{Birth, NoBirth};
pub use build::{BuildProgress, IndexReport, build};
pub use citizen::Page;
pub use cluster::{Cluster, ClusterEdge, ClusterRecord, LINKS_MAX};
pub use contest::Contested;
pub use dossier::{Dossier, Evidence, Section};
pub use error::RegistryError;
pub use explain::FieldEvidence;
pub use folder::INDEX_FORMAT;
pub use index::{Index, remove_old_generations};
pub use matching::level_names;
pub use outcome::{Ground, Outcome};
pub use query::{Comparable, HITS_MAX, Hit, Matched, SearchAnswer, SearchQuery};
pub use rank::How;
pub use resolve::{Opened, ResolveError, ResolveQuery, Resolved, Resolver, settle_arrivals};
pub use review::{
    Decided, Effect, Merge, Pair, PersonPairs, ReviewProgress, WaitReason, Waiting, Written, may_be_reviewed,
};
pub use warm::Warmed;
