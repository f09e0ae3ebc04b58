//! The republic as a reader of its files finds it.

mod files;
mod reader;
