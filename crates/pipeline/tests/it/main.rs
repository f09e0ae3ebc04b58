//! Tests of the pipeline over a small republic.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers of tests fail like tests")]

mod building;
mod fixture;
mod planning;
