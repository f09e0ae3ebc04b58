//! Whole projects: good ones load, broken ones say what is wrong and where.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod cases;
mod codes;
mod design;
mod docs;
mod examples;
mod files;
mod folders;
mod mutations;
