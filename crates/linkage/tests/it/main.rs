//! Tests of the linkage over a small republic and over loose files.

#[path = "../../../pipeline/tests/it/fixture.rs"]
mod fixture;
mod linking;
mod loose;
mod people;
mod refusals;
mod scale;
mod separation;
mod steward;
