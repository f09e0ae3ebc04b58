//! The index over real registers, from their files to answers, with the gate before it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail tests")]

mod answers;
mod generations;
mod house;
mod searching;
