//! SQL as text: which tables a query reads, and the functions that models may use.

mod functions;
mod tables;

pub use functions::{FUNCTIONS, FunctionDoc, register_functions};
pub use tables::{SqlProblem, TableUse, tables_of};
