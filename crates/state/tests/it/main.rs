//! The store on disk: what it keeps, what it forgets, and what it does when things break.

mod cases_and_sessions;
mod crash;
mod erasure;
mod faults;
mod kit;
mod looks;
mod timing;
