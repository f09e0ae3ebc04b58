//! The store on disk: what it keeps, what it forgets, and what it does when things break.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, as tests do, and measurements are printed"
)]

mod activity;
mod arrivals;
mod cases_and_sessions;
mod contests;
mod crash;
mod erasure;
mod faults;
mod kit;
mod looks;
mod reviews;
mod spoken;
mod timing;
