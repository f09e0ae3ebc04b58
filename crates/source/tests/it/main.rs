//! Deliveries from outside: what becomes of good and of bad input.

mod bad_input;
mod delivery;
mod ingests;
mod inferred;
mod properties;
mod rate;
