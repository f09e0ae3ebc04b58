//! Data files: Parquet, compressed, of a bounded size, written by one thread while the rows are still being made.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::disk::{DataFile, Disk, sync_folder};
use crate::error::LakeError;
use crate::statistics::Statistics;
use crate::table::TableRef;

/// A new file is begun once the present one is as large as this.
const FILE_BYTES_MAX: usize = 256 << 20;
/// Rows that are held in memory before they are written; also what readers share among their threads.
const ROW_GROUP_ROWS: usize = 256 << 10;

/// A finished data file.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The name within the table's folder.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    pub(crate) modified_ms: i64,
    /// What the Delta log says of it.
    pub(crate) statistics: String,
}

/// Finished data files that no commit names yet. They are removed when this is dropped.
pub(crate) struct StagedParts {
    folder: PathBuf,
    pub(crate) parts: Vec<Part>,
    is_committed: bool,
}

impl StagedParts {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), parts: Vec::new(), is_committed: false }
    }

    /// Keeps the files: a commit names them from here on, or may, also where nobody waits for its end any more.
    pub(crate) fn keep(&mut self) {
        self.is_committed = true;
    }

    /// Keeps them no more: no commit names them.
    pub(crate) fn give_up(&mut self) {
        self.is_committed = false;
    }

    /// Takes over the files of another.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
    }

    pub(crate) fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }
}

impl Drop for StagedParts {
    fn drop(&mut self) {
        if self.is_committed {
            return;
        }
        for part in &self.parts {
            remove_quietly(&self.folder.join(&part.name));
        }
    }
}

fn remove_quietly(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        // Readers ignore files that no commit names, and `vacuum` removes them.
        tracing::warn!(file = %path.display(), %error, "an unused data file stays behind");
    }
}

/// Writes batches into data files.
pub(crate) struct PartWriter {
    table: TableRef,
    folder: PathBuf,
    schema: SchemaRef,
    statistics_of: Vec<String>,
    disk: Arc<dyn Disk>,
    next_version: u64,
    next_number: u32,
    current: Option<Current>,
    staged: StagedParts,
}

struct Current {
    name: String,
    path: PathBuf,
    writer: ArrowWriter<Box<dyn DataFile>>,
    statistics: Statistics,
}

/// Removes the file that is being written unless it is finished.
impl Drop for PartWriter {
    fn drop(&mut self) {
        if let Some(current) = self.current.take() {
            remove_quietly(&current.path);
        }
    }
}

impl PartWriter {
    /// Begins; `next_version` only makes names that sort in the order of writing.
    pub(crate) fn new(
        table: &TableRef,
        folder: &Path,
        schema: &SchemaRef,
        statistics_of: &[String],
        disk: Arc<dyn Disk>,
        next_version: u64,
    ) -> Result<Self, LakeError> {
        // Checked here so that a name that is no column fails before anything is written.
        Statistics::new(table, schema, statistics_of)?;
        Ok(Self {
            table: table.clone(),
            folder: folder.to_owned(),
            schema: Arc::clone(schema),
            statistics_of: statistics_of.to_vec(),
            disk,
            next_version,
            next_number: 0,
            current: None,
            staged: StagedParts::new(folder),
        })
    }

    /// Writes a batch, which has the writer's schema.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if self.current.is_none() {
            self.current = Some(self.begin()?);
        }
        let Some(current) = &mut self.current else { return Err(LakeError::Worker) };
        current.writer.write(batch).map_err(|error| LakeError::parquet(&current.path, &error))?;
        current.statistics.update(batch);
        if current.writer.bytes_written() + current.writer.in_progress_size() >= FILE_BYTES_MAX {
            self.end()?;
        }
        Ok(())
    }

    /// Ends the last file and gives all.
    pub(crate) fn finish(mut self) -> Result<StagedParts, LakeError> {
        self.end()?;
        if !self.staged.parts.is_empty() {
            sync_folder(&self.folder).map_err(|source| LakeError::io(&self.folder, source))?;
        }
        Ok(std::mem::replace(&mut self.staged, StagedParts::new(&self.folder)))
    }

    fn begin(&mut self) -> Result<Current, LakeError> {
        let (name, path, file) = loop {
            let name = format!("part-{:08}-{:05}.zstd.parquet", self.next_version, self.next_number);
            let path = self.folder.join(&name);
            self.next_number += 1;
            match self.disk.create(&path) {
                Ok(file) => break (name, path, file),
                // Left by a write that didn't finish.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(LakeError::io(&path, error)),
            }
        };
        let writer = ArrowWriter::try_new(file, Arc::clone(&self.schema), Some(properties(&self.schema)))
            .map_err(|error| LakeError::parquet(&path, &error))?;
        let statistics = Statistics::new(&self.table, &self.schema, &self.statistics_of)?;
        Ok(Current { name, path, writer, statistics })
    }

    fn end(&mut self) -> Result<(), LakeError> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let Current { name, path, writer, statistics } = current;
        let finish = || -> Result<Part, LakeError> {
            let mut file = writer.into_inner().map_err(|error| LakeError::parquet(&path, &error))?;
            file.flush().and_then(|()| file.sync()).map_err(|source| LakeError::io(&path, source))?;
            drop(file);
            let about = fs::metadata(&path).map_err(|source| LakeError::io(&path, source))?;
            let modified = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            Ok(Part {
                name,
                bytes: about.len(),
                rows: statistics.rows(),
                modified_ms: i64::try_from(modified.as_millis()).unwrap_or(i64::MAX),
                statistics: statistics.finish(),
            })
        };
        match finish() {
            Ok(part) => {
                self.staged.parts.push(part);
                Ok(())
            }
            Err(error) => {
                remove_quietly(&path);
                Err(error)
            }
        }
    }
}

fn properties(schema: &SchemaRef) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("lucarne".to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for field in schema.fields() {
        let column = ColumnPath::from(field.name().as_str());
        if *field.data_type() == DataType::Utf8 {
            // Queries don't skip by ranges of text, and computing them costs more than writing.
            properties = properties.set_column_statistics_enabled(column.clone(), EnabledStatistics::None);
        }
        if field.name() == model::record::column::RECORD {
            // Each value occurs once: a dictionary would only be thrown away.
            properties = properties.set_column_dictionary_enabled(column, false);
        }
    }
    properties.build()
}
