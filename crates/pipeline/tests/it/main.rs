//! Tests of the pipeline over a small republic.

mod building;
mod fixture;
mod planning;
