//! Deleting rows: files are written anew without them, then removed.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::filter::filter_record_batch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::delta::TableState;
use crate::error::LakeError;
use crate::part::{PartWriter, StagedParts};
use crate::schema::conform;
use crate::table::TableRef;
use crate::write::VacuumReport;

/// The texts of a column.
pub(crate) type Keys = HashSet<Box<str>>;

/// What a rewriting left.
pub(crate) struct Rewritten {
    /// The new files.
    pub(crate) staged: StagedParts,
    /// The files that they take the place of, and which of their rows are gone: counted from 0, in order.
    pub(crate) replaced: HashMap<String, Vec<usize>>,
    pub(crate) rows_gone: u64,
}

/// Adds the texts that a batch has in a column.
pub(crate) fn collect(table: &TableRef, batch: &RecordBatch, column: &str, keys: &mut Keys) -> Result<(), LakeError> {
    let texts = texts(table, batch, column)?;
    for text in texts.as_string::<i32>().iter().flatten() {
        if !keys.contains(text) {
            keys.insert(text.into());
        }
    }
    Ok(())
}

/// Writes those files anew that have a row whose text in `column` is one of `keys`, without these rows.
#[expect(clippy::disallowed_methods, reason = "rows are read to be written anew without some of them")]
pub(crate) fn without(
    state: &TableState,
    column: &str,
    keys: &Keys,
    mut writer: PartWriter,
) -> Result<Rewritten, LakeError> {
    let table = &state.table;
    if state.schema.field_with_name(column).is_err() {
        return Err(LakeError::NoSuchColumn { table: table.clone(), column: column.to_owned() });
    }
    let mut replaced = HashMap::new();
    let mut rows_gone = 0;
    for file in &state.files {
        let path = state.folder.join(&file.name);
        let open = || File::open(&path).map_err(|source| LakeError::io(&path, source));
        let damaged = |error: parquet::errors::ParquetError| LakeError::parquet(&path, &error);
        let damaged_batch = |error: arrow_schema::ArrowError| LakeError::parquet(&path, &error);

        // First only this column is read: most files have no such row and stay as they are.
        let builder = ParquetRecordBatchReaderBuilder::try_new(open()?).map_err(damaged)?;
        let only = ProjectionMask::columns(builder.parquet_schema(), [column]);
        let mut is_hit = false;
        for batch in builder.with_projection(only).build().map_err(damaged)? {
            if kept(table, &batch.map_err(damaged_batch)?, column, keys)?.has_false() {
                is_hit = true;
                break;
            }
        }
        if !is_hit {
            continue;
        }
        let (mut gone, mut first) = (Vec::new(), 0);
        for batch in ParquetRecordBatchReaderBuilder::try_new(open()?).map_err(damaged)?.build().map_err(damaged)? {
            let batch = conform(table, &batch.map_err(damaged_batch)?, &state.schema)?;
            let kept = kept(table, &batch, column, keys)?;
            gone.extend((0..kept.len()).filter(|row| !kept.value(*row)).map(|row| first + row));
            first += kept.len();
            let rest = filter_record_batch(&batch, &kept).map_err(damaged_batch)?;
            writer.write(&rest)?;
        }
        rows_gone += gone.len() as u64;
        replaced.insert(file.name.clone(), gone);
    }
    Ok(Rewritten { staged: writer.finish()?, replaced, rows_gone })
}

/// Removes every data file that this version doesn't name, and unfinished files of its log.
pub(crate) fn remove_unused(state: &TableState) -> Result<VacuumReport, LakeError> {
    let used: HashSet<&str> = state.files.iter().map(|file| file.name.as_str()).collect();
    let mut report = VacuumReport { files: 0, bytes: 0 };
    let failed = |source| LakeError::io(&state.folder, source);
    for entry in fs::read_dir(&state.folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let about = entry.metadata().map_err(failed)?;
        let is_used = entry.file_name().to_str().is_some_and(|name| used.contains(name));
        if about.is_file() && !is_used {
            fs::remove_file(entry.path()).map_err(|source| LakeError::io(&entry.path(), source))?;
            report.files += 1;
            report.bytes += about.len();
        }
    }
    crate::disk::sync_folder(&state.folder).map_err(failed)?;
    Ok(report)
}

/// Tells of each row whether it stays.
fn kept(table: &TableRef, batch: &RecordBatch, column: &str, keys: &Keys) -> Result<BooleanArray, LakeError> {
    let texts = texts(table, batch, column)?;
    Ok(texts.as_string::<i32>().iter().map(|text| Some(!text.is_some_and(|text| keys.contains(text)))).collect())
}

fn texts(table: &TableRef, batch: &RecordBatch, column: &str) -> Result<arrow_array::ArrayRef, LakeError> {
    let found = batch.column_by_name(column);
    let found = found.ok_or_else(|| LakeError::NoSuchColumn { table: table.clone(), column: column.to_owned() })?;
    cast(found, &DataType::Utf8).map_err(|_| LakeError::UnsupportedType {
        column: column.to_owned(),
        of: found.data_type().to_string(),
        why: "by which rows can't be told apart",
    })
}
