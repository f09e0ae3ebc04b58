//! Clocks and fixtures for tests. Nothing in here is part of the product.

mod clock;
mod project;

pub use clock::TestClock;
pub use project::{ProjectFolder, SMALL_PROJECT};
