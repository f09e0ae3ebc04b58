//! What a build did, for people and for programs.

use model::{ModelId, ModelKind, RunId};
use serde::Serialize;

use crate::plan::Side;

/// What one build did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BuildReport {
    /// The run.
    pub run: RunId,
    /// What became of each model, in the order of building.
    pub models: Vec<ModelReport>,
    /// How long it took, on the wall's clock.
    pub seconds: f64,
}

impl BuildReport {
    /// Gives the number of rows in the tables that were written.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.models.iter().filter(|model| model.outcome == ModelOutcome::Built).map(|model| model.rows).sum()
    }
}

/// What became of one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelReport {
    /// The model.
    pub model: ModelId,
    /// What it makes.
    pub kind: ModelKind,
    /// On which side of the spine it was built.
    pub side: Side,
    /// Whether it was built.
    pub outcome: ModelOutcome,
    /// The rows in its table.
    pub rows: u64,
    /// The version of its table.
    pub version: u64,
    /// How long it took, on the wall's clock.
    pub seconds: f64,
}

/// Whether a model was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelOutcome {
    /// Its table was written.
    Built,
    /// Its text and its inputs are what they were when its table was last written.
    Unchanged,
}

/// Where a build is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BuildProgress {
    /// The model.
    pub model: ModelId,
    /// How many models are done, this one included if it is.
    pub models_done: usize,
    /// How many there are.
    pub models: usize,
    /// The rows made so far.
    pub rows: u64,
    /// Whether the model is done.
    pub done: bool,
}
