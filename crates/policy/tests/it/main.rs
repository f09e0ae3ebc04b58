//! The decisions of the policy engine over a small project: the whole matrix, and what must never happen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, as tests do, and measurements are printed"
)]

mod alike;
mod diagnostics;
mod disclosures;
mod faults;
mod fixture;
mod golden;
mod matrix;
mod never;
mod texts;
mod timing;
