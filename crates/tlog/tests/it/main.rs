//! Integration tests of the log.

mod concurrent;
mod faults;
mod golden;
mod independent;
mod measure;
mod proofs;
mod support;
mod tamper;
