//! Tests of the crate as a user sees it.

// Helpers outside of test functions are test code too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod blocking;
mod check_digits;
mod clustering;
mod conflicts;
mod doubts;
mod explaining;
mod households;
mod names;
mod partitions;
mod people;
mod persons;
mod planted;
mod properties;
mod proposing;
mod resident;
mod shape;
mod splink;
mod town;
mod training;
