//! How the rows of a write compare with those that go with it: counts, never a row.

use std::cmp::Ordering;
use std::fs::File;
use std::path::PathBuf;

use arrow_array::{Array as _, ArrayRef, RecordBatch};
use datafusion::common::hash_utils::{RandomState, create_hashes};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};

use crate::error::LakeError;
use crate::table::TableRef;

/// Rows a batch.
const BATCH_ROWS: usize = 64 << 10;

/// The seed of the hashes by which rows are known.
const SEED_OF_KEYS: u64 = 1;
/// The seed of the hashes of what they hold.
const SEED_OF_CONTENTS: u64 = 3;

/// A hash of what a row is known by, and one of what it holds: without padding, for there may be very many.
type RowHashes = (u64, u64);

/// How the rows of a write compare with those of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many rows the table has.
    pub before: u64,
    /// How many rows are written whose like is not there.
    pub new: u64,
    /// How many rows are written whose like is there and holds other values.
    pub changed: u64,
    /// How many rows are there that go, and whose like is not written.
    pub gone: u64,
}

/// What is compared, and by what.
pub(crate) struct Comparison {
    pub(crate) table: TableRef,
    /// The column by whose text rows are known.
    pub(crate) by: String,
    /// The columns that tell whether a row changed; none when the table had other columns: then every row did.
    pub(crate) of: Option<Vec<String>>,
}

/// Rows of a data file.
pub(crate) struct FileRows {
    path: PathBuf,
    count: usize,
    /// The rows, counted from 0, in order; none: all.
    only: Option<Vec<usize>>,
}

impl FileRows {
    /// Gives all rows of a file, which are `count`.
    pub(crate) fn all(path: PathBuf, count: u64) -> Self {
        Self { path, count: usize::try_from(count).unwrap_or(0), only: None }
    }

    /// Gives some rows of a file, counted from 0, in order.
    pub(crate) fn some(path: PathBuf, only: Vec<usize>) -> Self {
        Self { path, count: only.len(), only: Some(only) }
    }
}

impl Comparison {
    /// Compares the rows of `written` with those of `going`. Takes 16 bytes of memory a row of both.
    pub(crate) fn run(&self, before: u64, going: &[FileRows], written: &[FileRows]) -> Result<Compared, LakeError> {
        let mut there = self.hashes_of(going)?;
        let mut written = self.hashes_of(written)?;
        there.sort_unstable();
        written.sort_unstable();
        Ok(Compared { before, ..merge(&there, &written, self.of.is_some()) })
    }

    fn hashes_of(&self, files: &[FileRows]) -> Result<Vec<RowHashes>, LakeError> {
        let mut hashes = Vec::new();
        // Room for all at once, without a copy while it grows. When there is none so large, it grows as rows come.
        let _ = hashes.try_reserve_exact(files.iter().map(|file| file.count).fold(0, usize::saturating_add));
        for file in files {
            self.read(file, &mut hashes)?;
        }
        Ok(hashes)
    }

    /// Adds the hashes of the rows of a file.
    #[expect(clippy::disallowed_methods, reason = "of rows that are there only hashes are kept")]
    fn read(&self, file: &FileRows, into: &mut Vec<RowHashes>) -> Result<(), LakeError> {
        let path = &file.path;
        let open = File::open(path).map_err(|source| LakeError::io(path, source))?;
        let damaged = |error: parquet::errors::ParquetError| LakeError::parquet(path, &error);
        let damaged_batch = |error: arrow_schema::ArrowError| LakeError::parquet(path, &error);
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(open).map_err(damaged)?.with_batch_size(BATCH_ROWS);
        if let Some(only) = &file.only {
            let count = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
            builder = builder.with_row_selection(selection(only, count));
        }
        let columns = self.of.iter().flatten().map(String::as_str).chain([self.by.as_str()]);
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
        for batch in builder.with_projection(mask).build().map_err(damaged)? {
            let batch = batch.map_err(damaged_batch)?;
            let keys = self.hashes(&self.by, self.column(&batch, &self.by)?, SEED_OF_KEYS)?;
            let mut contents = vec![0_u64; batch.num_rows()];
            for name in self.of.iter().flatten() {
                let hashes = self.hashes(name, self.column(&batch, name)?, SEED_OF_CONTENTS)?;
                for (all, one) in contents.iter_mut().zip(hashes) {
                    // Which column a value is in counts too.
                    *all = all.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_add(one);
                }
            }
            into.extend(keys.into_iter().zip(contents));
        }
        Ok(())
    }

    fn column<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, LakeError> {
        let missing = || LakeError::NoSuchColumn { table: self.table.clone(), column: name.to_owned() };
        batch.column_by_name(name).ok_or_else(missing)
    }

    fn hashes(&self, name: &str, array: &ArrayRef, seed: u64) -> Result<Vec<u64>, LakeError> {
        // What has no value keeps the zero.
        let mut hashes = vec![0; array.len()];
        create_hashes([array], &RandomState::with_seed(seed), &mut hashes).map_err(|_| LakeError::UnsupportedType {
            column: name.to_owned(),
            of: array.data_type().to_string(),
            why: "by which rows can't be compared",
        })?;
        Ok(hashes)
    }
}

/// Selects some rows of a file that has `count`.
fn selection(only: &[usize], count: usize) -> RowSelection {
    let mut selectors = Vec::with_capacity(only.len() * 2 + 1);
    let mut next = 0;
    for row in only {
        selectors.extend([RowSelector::skip(row.saturating_sub(next)), RowSelector::select(1)]);
        next = row + 1;
    }
    selectors.push(RowSelector::skip(count.saturating_sub(next)));
    // Selectors of no row are dropped, and those of neighbours joined.
    RowSelection::from(selectors)
}

/// Counts, of rows in order, those that are new, changed and gone. Where contents can't be compared every row changed.
fn merge(there: &[RowHashes], written: &[RowHashes], are_comparable: bool) -> Compared {
    let mut compared = Compared::default();
    let (mut old, mut new) = (0, 0);
    while let (Some((was_key, was)), Some((key, is))) = (there.get(old), written.get(new)) {
        match was_key.cmp(key) {
            Ordering::Less => {
                compared.gone += 1;
                old += 1;
            }
            Ordering::Greater => {
                compared.new += 1;
                new += 1;
            }
            Ordering::Equal => {
                compared.changed += u64::from(!are_comparable || was != is);
                old += 1;
                new += 1;
            }
        }
    }
    compared.gone += (there.len() - old) as u64;
    compared.new += (written.len() - new) as u64;
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_order_are_counted() {
        let counts = |there: &[RowHashes], written: &[RowHashes], are_comparable| {
            let compared = merge(there, written, are_comparable);
            (compared.new, compared.changed, compared.gone)
        };
        let there = [(1, 10), (3, 30), (5, 50), (7, 70)];
        assert_eq!(counts(&there, &there, true), (0, 0, 0));
        assert_eq!(counts(&there, &there, false), (0, 4, 0), "other columns change every row");
        assert_eq!(counts(&there, &[], true), (0, 0, 4));
        assert_eq!(counts(&[], &there, true), (4, 0, 0));
        assert_eq!(counts(&there, &[(0, 0), (3, 31), (5, 50), (6, 60), (8, 80)], true), (3, 1, 2));
        // Two rows of one hash: as many are there as were.
        assert_eq!(counts(&[(1, 10), (1, 11)], &[(1, 10), (1, 11)], true), (0, 0, 0));
        assert_eq!(counts(&[(1, 10)], &[(1, 10), (1, 11)], true), (1, 0, 0));
        assert_eq!(std::mem::size_of::<RowHashes>(), 16);
    }

    #[test]
    fn some_rows_are_selected() {
        let selectors: Vec<RowSelector> = selection(&[0, 3, 4, 8], 10).into();
        let expected = [(false, 1), (true, 2), (false, 2), (true, 3), (false, 1), (true, 1)];
        let expected = expected.map(|(skip, row_count)| RowSelector { row_count, skip });
        assert_eq!(selectors, expected);
    }
}
