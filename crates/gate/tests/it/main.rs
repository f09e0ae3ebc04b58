//! The gate over a real lake, store and log, with faults put into each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail tests"
)]

mod activity;
mod citizen;
mod crash;
mod faults;
mod found;
mod golden;
mod house;
mod jobs;
mod looks;
mod throughput;
