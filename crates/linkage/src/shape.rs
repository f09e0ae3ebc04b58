//! The shape in which `matching` takes records: text columns, those that are not there null, a source and an id.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, NullArray, RecordBatch, RecordBatchOptions};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use crate::settings::{ID_COLUMN, SOURCE_COLUMN};

/// Gives the columns of `batch` that are wanted, as text, with the source and the id of each row.
///
/// Dates become `YYYY-MM-DD`, which is how `matching` reads them.
pub(crate) fn fit(
    wanted: &BTreeSet<String>,
    batch: &RecordBatch,
    source: ArrayRef,
    id: ArrayRef,
) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<(&str, ArrayRef)> = Vec::with_capacity(wanted.len() + 2);
    for name in wanted {
        let array: ArrayRef = match batch.column_by_name(name) {
            Some(array) if *array.data_type() == DataType::Utf8 => Arc::clone(array),
            Some(array) => cast(array, &DataType::Utf8)?,
            None => Arc::new(NullArray::new(batch.num_rows())),
        };
        columns.push((name, array));
    }
    columns.push((SOURCE_COLUMN, source));
    columns.push((ID_COLUMN, id));
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}
