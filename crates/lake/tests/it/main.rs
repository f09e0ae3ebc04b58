//! The lake from outside: what its two handles can do, and what survives when things go wrong.

mod faults;
mod rows;
mod sessions;
mod writes;
