//! The lake from outside: what its two handles can do, and what survives when things go wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may; helpers of tests are not seen as such"
)]

mod faults;
mod rows;
mod sessions;
mod writes;
