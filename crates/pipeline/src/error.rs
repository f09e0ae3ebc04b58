//! What can go wrong in a build. No message holds a value of a row.

use std::fmt;

use model::{Diagnostics, ModelId};

use crate::expect::Broken;

/// Says why models could not be planned or built.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The models' text is wrong.
    #[error("{0}")]
    Plan(Diagnostics),
    /// The gate did not let the job read.
    #[error(transparent)]
    Denied(gate::Denied),
    /// The gate failed while the job was reading.
    #[error("reading through the gate failed")]
    Gate(#[from] gate::GateError),
    /// The lake failed.
    #[error("the lake failed")]
    Lake(#[from] lake::LakeError),
    /// A register was never ingested.
    #[error("the register `{register}` has no table: ingest it first (`lucarne ingest`)")]
    NotIngested {
        /// The register.
        register: String,
    },
    /// A model of the other side of the spine was never built.
    #[error("the model `{model}` has no table, and `{reads}` reads it: build the models below the spine first")]
    NotBuilt {
        /// The model that is missing.
        model: ModelId,
        /// The model that reads it.
        reads: ModelId,
    },
    /// Some models failed; their old tables stay. The others were built.
    #[error("{}", Listed(.0))]
    Failed(Vec<ModelFailure>),
}

/// Says why one model has no new table.
#[derive(Debug)]
pub struct ModelFailure {
    /// The model.
    pub model: ModelId,
    /// The file of the model, relative to the project.
    pub path: std::path::PathBuf,
    /// Why.
    pub problem: ModelProblem,
}

/// What went wrong with one model.
#[derive(Debug, thiserror::Error)]
pub enum ModelProblem {
    /// The columns that the SQL gives are not those that a model of its kind may have.
    #[error("{}", .0.join("; "))]
    Columns(Vec<String>),
    /// Rows are not as expected.
    #[error("{}", Sentences(.0))]
    Expectations(Vec<Broken>),
    /// The gate failed while the model was reading.
    #[error(transparent)]
    Gate(gate::GateError),
    /// The SQL could not be run, or the table not be written.
    #[error(transparent)]
    Lake(lake::LakeError),
    /// A model that it reads failed.
    #[error("not built, since `{0}`, which it reads, failed")]
    Input(ModelId),
}

struct Listed<'a>(&'a [ModelFailure]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, failure) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: model `{}`: {}", failure.path.display(), failure.model, failure.problem)?;
        }
        Ok(())
    }
}

struct Sentences<'a>(&'a [Broken]);

impl fmt::Display for Sentences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, broken) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{broken}")?;
        }
        Ok(())
    }
}
