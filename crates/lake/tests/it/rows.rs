//! Small tables for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use futures::TryStreamExt as _;
use lake::{BatchStream, Lake, LakeError, Namespace, ReadAuthority, TableRef, Write, WriteMode};
use tempfile::TempDir;

/// A lake in a folder that is gone with the value.
pub(crate) struct TestLake {
    pub(crate) lake: Lake,
    pub(crate) authority: ReadAuthority,
    pub(crate) folder: TempDir,
}

impl TestLake {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (lake, authority) = Lake::open(folder.path()).await.unwrap();
        Self { lake, authority, folder }
    }

    /// Gives every file below the folder, with its bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).unwrap().to_string_lossy().into_owned();
                    files.push((name, std::fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }

    pub(crate) fn data_files(&self) -> usize {
        self.files().iter().filter(|(name, _)| name.contains("part-")).count()
    }

    /// Gives the texts of all commits.
    pub(crate) fn log(&self) -> String {
        let commits = self.files().into_iter().filter(|(name, _)| name.contains("_delta_log"));
        commits.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }
}

pub(crate) fn people() -> TableRef {
    TableRef { namespace: Namespace::Registers, name: "people".into() }
}

pub(crate) fn schema() -> Schema {
    Schema::new(vec![Field::new("name", DataType::Utf8, true), Field::new("age", DataType::Int64, true)])
}

pub(crate) fn batch(rows: &[(&str, i64)]) -> RecordBatch {
    let names = StringArray::from_iter_values(rows.iter().map(|row| row.0));
    let ages = Int64Array::from_iter_values(rows.iter().map(|row| row.1));
    RecordBatch::try_new(Arc::new(schema()), vec![Arc::new(names), Arc::new(ages)]).unwrap()
}

pub(crate) fn write(rows: &[(&str, i64)], mode: WriteMode) -> Write {
    Write {
        table: people(),
        schema: Arc::new(schema()),
        batches: batch(rows).into(),
        mode,
        txn: None,
        statistics: Vec::new(),
        metadata: BTreeMap::new(),
    }
}

pub(crate) async fn rows_of(stream: BatchStream) -> Result<Vec<(String, i64)>, LakeError> {
    let batches: Vec<RecordBatch> = stream.try_collect().await?;
    let rows = batches.iter().flat_map(|batch| {
        let names = batch.column_by_name("name").unwrap().as_string::<i32>().clone();
        let ages = batch.column_by_name("age").unwrap().as_primitive::<Int64Type>().clone();
        (0..batch.num_rows()).map(move |row| (names.value(row).to_owned(), ages.value(row)))
    });
    Ok(rows.collect())
}

pub(crate) async fn all(authority: &ReadAuthority) -> Vec<(String, i64)> {
    rows_of(authority.scan(&people(), None, None, None).await.unwrap()).await.unwrap()
}

pub(crate) fn owned(rows: &[(&str, i64)]) -> Vec<(String, i64)> {
    rows.iter().map(|(name, age)| ((*name).to_owned(), *age)).collect()
}
