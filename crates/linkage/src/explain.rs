//! Explanations on demand: from the pinned model and two person records, field by field.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{RecordBatch, StringArray};
use futures::StreamExt;
use gate::JobGrant;
use lake::TableRef;
use matching::{DatasetBuilder, Explanation, Model, Settings};
use std::sync::Arc;

use crate::error::LinkageError;
use crate::settings::columns_of;
use crate::shape;
use crate::spine;

/// Explains how two person records compare: per field the values, the level, the weight and a sentence, and all of it
/// in one. `left` and `right` have one row each, with columns of person records; those that are missing are null.
///
/// The same model and records give the same weights as the run that linked them. The answer holds values of both
/// records: give it only those that whoever asks may see.
///
/// # Errors
/// [`LinkageError::Table`] when one is not exactly one row; [`LinkageError::Matching`] when the model does not fit the
/// settings.
pub fn explain_records(
    model: &Model,
    settings: &Settings,
    left: &RecordBatch,
    right: &RecordBatch,
) -> Result<Explanation, LinkageError> {
    let wanted = columns_of(settings);
    let mut builder = DatasetBuilder::new(settings)?;
    for (row, id) in [(left, "left"), (right, "right")] {
        if row.num_rows() != 1 {
            return Err(LinkageError::Table { table: id.to_owned(), problem: "it is not exactly one record" });
        }
        let text = |text: &str| Arc::new(StringArray::from(vec![text]));
        builder.push(&shape::fit(&wanted, row, text(""), text(id))?)?;
    }
    Ok(matching::explain(&builder.finish()?, model, 0, 1)?)
}

/// A matching model as the spine keeps it, with the settings that it was learnt under.
///
/// It names nobody: values seen fewer than five times are not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct PinnedModel {
    /// Its version, from 1.
    pub version: i64,
    /// The settings.
    pub settings: Settings,
    /// The model.
    pub model: Model,
}

impl PinnedModel {
    /// Reads the newest model of the spine; none when `link` never ran.
    ///
    /// # Errors
    /// [`LinkageError::Gate`] when the grant does not reach `spine.models`; [`LinkageError::Table`] when a model can't be
    /// read, as one that another version of Lucarne wrote.
    pub async fn read(grant: &JobGrant) -> Result<Option<Self>, LinkageError> {
        let table = TableRef::spine(spine::MODELS);
        if !grant.versions().iter().any(|(other, _)| *other == table) {
            return Ok(None);
        }
        let mut newest: Option<Self> = None;
        let mut batches = grant.scan(&table, Some(&["version", "settings", "model"])).await?;
        while let Some(batch) = batches.next().await {
            let found = Self::newest(&batch?)?;
            if found.as_ref().map(|found| found.version) > newest.as_ref().map(|newest| newest.version) {
                newest = found;
            }
        }
        Ok(newest)
    }

    /// Gives the newest model among rows of `spine.models`; none when there are no rows.
    ///
    /// # Errors
    /// [`LinkageError::Table`] when columns are missing or the newest model can't be read.
    pub fn newest(rows: &RecordBatch) -> Result<Option<Self>, LinkageError> {
        let malformed = |problem| LinkageError::Table { table: TableRef::spine(spine::MODELS).to_string(), problem };
        let column = |name| rows.column_by_name(name).ok_or_else(|| malformed("a column is missing"));
        let versions = column("version")?.as_primitive_opt::<Int64Type>();
        let settings = column("settings")?.as_string_opt::<i32>();
        let models = column("model")?.as_string_opt::<i32>();
        let (Some(versions), Some(settings), Some(models)) = (versions, settings, models) else {
            return Err(malformed("its columns are of other types"));
        };
        let Some(row) = (0..versions.len()).max_by_key(|row| versions.value(*row)) else { return Ok(None) };
        let unreadable = |_| malformed("the model was written by another version: link again");
        Ok(Some(Self {
            version: versions.value(row),
            settings: serde_json::from_str(settings.value(row)).map_err(unreadable)?,
            model: serde_json::from_str(models.value(row)).map_err(unreadable)?,
        }))
    }
}
