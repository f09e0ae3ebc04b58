//! The index over real registers, from their files to answers, with the gate before it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail tests, and seeds are printed"
)]

mod answers;
mod colleagues;
mod erasing;
mod generations;
mod hidden;
mod house;
mod resolving;
mod reviewing;
mod searching;
mod separation;
