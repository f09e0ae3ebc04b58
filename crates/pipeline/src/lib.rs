//! SQL models as a graph of Delta tables, with expectations that block.
//!
//! A model is one `select` over the register that it declares and over other models of that register. [`plan`] reads no
//! data: it finds what each model reads, refuses what may not be read, and puts the models in order; [`check`] does so where other files are wrong, and [`try_out`] has the
//! engine plan them over tables that hold nothing. [`build`] runs them
//! under one job grant and commits a table only after everything expected of it was found to hold.
//!
//! This crate never joins the values of two registers, and refuses a model that would.

mod build;
mod columns;
mod error;
mod expect;
mod lineage;
mod plan;
mod report;

pub use build::{RUN, build};
pub use error::{ModelFailure, ModelProblem, PipelineError};
pub use expect::{Broken, Expectation, Sample};
pub use lineage::{ColumnLineage, SourceColumn};
pub use plan::{Graph, Models, Node, Side, check, plan, try_out};
pub use report::{BuildProgress, BuildReport, ModelOutcome, ModelReport};
