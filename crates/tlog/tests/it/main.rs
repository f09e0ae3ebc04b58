//! Integration tests of the log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may; helpers of tests are not seen as such"
)]

mod concurrent;
mod faults;
mod golden;
mod independent;
mod measure;
mod proofs;
mod support;
mod tamper;
