//! The decisions of the policy engine over a small project: the whole matrix, and what must never happen.

mod diagnostics;
mod disclosures;
mod faults;
mod fixture;
mod golden;
mod matrix;
mod never;
mod texts;
mod timing;
