//! Tests of the linkage over a small republic and over loose files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers of tests fail like tests")]

mod disputes;
mod explained;
#[path = "../../../pipeline/tests/it/fixture.rs"]
mod fixture;
mod frequencies;
mod journal;
mod linking;
mod loose;
mod people;
mod queue;
mod refitted;
mod refusals;
mod resolved;
mod rules;
mod scale;
mod separation;
mod steward;
mod versions;
mod watch;
