//! The gate over a real lake, store and log, with faults put into each.

mod citizen;
mod crash;
mod faults;
mod golden;
mod house;
mod jobs;
mod looks;
mod throughput;
