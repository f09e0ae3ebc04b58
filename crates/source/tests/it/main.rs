//! Deliveries from outside: what becomes of good and of bad input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may; helpers of tests are not seen as such"
)]

mod bad_input;
mod delivery;
mod inferred;
mod ingests;
mod properties;
mod rate;
