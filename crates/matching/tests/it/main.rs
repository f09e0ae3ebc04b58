//! Tests of the crate as a user sees it.

mod blocking;
mod clustering;
mod explaining;
mod people;
mod properties;
mod training;
