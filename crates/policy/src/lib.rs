//! Decides who may read what, with reasons: Cedar over a project's purposes and agreements. Pure.
//!
//! [`Engine::new`] checks the built-in policies (`src/builtin/*.cedar`) and those of the project strictly against one
//! schema; [`Engine::decide`] answers one question, [`Engine::disclosures`] says how each class of each register is
//! given, [`Engine::linkable`] which registers may be linked. [`check`] checks policies alone.
//!
//! Invariants:
//! - Nothing is allowed that the built-in policies do not permit: the policies of a project only forbid.
//! - A policy that fails at run time denies. Cedar skips a failing policy, so that a failing `forbid` would open the
//!   door; here any error is a refusal.
//! - This crate never reads a clock, a file or a table: the day and the project are arguments.
//! - No reason holds a justification, a case, an account or a person.

mod decisions;
mod disclosures;
mod engine;
mod entities;
mod facts;
mod linkable;
mod reason;
mod rules;

pub use disclosures::{Disclosed, Disclosures};
pub use engine::{Engine, Query, check};
pub use facts::{JUSTIFICATION_LETTERS_MIN, justifies};
pub use linkable::Linkable;
pub use reason::{Decision, Named, Names, Reason, Sentences, Wording};
pub use rules::{SCHEMA, builtin_policies};
