//! The writer of the lake, and what is known of tables without reading a row.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use chrono::{DateTime, Utc};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use futures::{Stream, StreamExt as _, stream};
use tokio::sync::{Mutex, mpsc};

use crate::compare::{Compared, Comparison, FileRows};
use crate::delta::{Commit, TableInfo, TableState, TableVersion, exists};
use crate::disk::{Disk, LocalDisk};
use crate::error::LakeError;
use crate::folder::{DataFolder, make_private_folder};
use crate::part::{PartWriter, StagedParts};
use crate::read::ReadAuthority;
use crate::rewrite::{self, Keys};
use crate::schema::{conform, difference, stored};
use crate::table::{Namespace, TableRef};

/// Rows in batches, as they are made or read. Text is `Utf8`.
pub type BatchStream = Pin<Box<dyn Stream<Item = Result<RecordBatch, LakeError>> + Send>>;

/// Batches to be written: made from a [`BatchStream`], a `Vec` or one batch.
pub struct SendableBatches(BatchStream);

impl From<BatchStream> for SendableBatches {
    fn from(stream: BatchStream) -> Self {
        Self(stream)
    }
}

impl From<Vec<RecordBatch>> for SendableBatches {
    fn from(batches: Vec<RecordBatch>) -> Self {
        Self(Box::pin(stream::iter(batches.into_iter().map(Ok))))
    }
}

impl From<RecordBatch> for SendableBatches {
    fn from(batch: RecordBatch) -> Self {
        vec![batch].into()
    }
}

impl std::fmt::Debug for SendableBatches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendableBatches")
    }
}

/// What a write does with the rows that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteMode {
    /// They stay. The new rows have the table's columns.
    Append,
    /// They go. The new rows may have other columns.
    Overwrite,
    /// Those go whose value in this column is that of a new row. The new rows have the table's columns.
    ///
    /// The values of the new rows are held in memory while writing: about 100 bytes a row.
    UpsertBy(String),
}

/// One change to one table.
#[derive(Debug)]
pub struct Write {
    /// The table; it is made when it doesn't exist.
    pub table: TableRef,
    /// The columns. Types are brought to those that tables hold: text to `Utf8`, moments to UTC microseconds.
    pub schema: SchemaRef,
    /// The rows. Columns are found by name.
    pub batches: SendableBatches,
    /// What is done with the rows that are there.
    pub mode: WriteMode,
    /// An application and a number, by which a change that was committed already is recognised.
    pub txn: Option<(String, i64)>,
    /// The columns of which the log keeps minima and maxima, for ever. Never name one that is personal.
    pub statistics: Vec<String>,
    /// What the writer notes about this version. Stays in the log for ever: nothing personal.
    pub metadata: BTreeMap<String, String>,
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteReport {
    /// The version of the table afterwards.
    pub version: u64,
    /// How many rows were written.
    pub rows: u64,
    /// Whether nothing was done because the transaction was committed before.
    pub was_committed: bool,
}

/// What a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteReport {
    /// The version of the table afterwards.
    pub version: u64,
    /// How many rows are gone.
    pub rows: u64,
}

/// What a vacuum did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VacuumReport {
    /// How many files were removed.
    pub files: u64,
    /// How large they were.
    pub bytes: u64,
}

/// Writes tables, and knows of them what is not personal. Reading takes a [`ReadAuthority`].
#[derive(Clone)]
pub struct Lake {
    inner: Arc<Inner>,
}

struct Inner {
    folder: DataFolder,
    disk: Arc<dyn Disk>,
    /// Held while a commit looks at the last version and writes the next.
    committing: Mutex<()>,
    infos: std::sync::Mutex<Infos>,
}

/// What was read of the last versions of tables. The folder is locked: whoever changes a table does it here, and says so.
#[derive(Default)]
struct Infos {
    known: HashMap<TableRef, Option<TableInfo>>,
    /// How often a table was changed: what was read before a change is not kept after it.
    changes: u64,
}

impl Inner {
    fn infos(&self) -> std::sync::MutexGuard<'_, Infos> {
        // What is in it holds between any two lines that change it.
        self.infos.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Forgets what was read of a table when this is dropped, however its change ended.
struct Changing<'l> {
    inner: &'l Inner,
    table: TableRef,
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let mut infos = self.inner.infos();
        infos.changes += 1;
        infos.known.remove(&self.table);
    }
}

impl std::fmt::Debug for Lake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lake").field("path", &self.inner.folder.lake).finish()
    }
}

impl Lake {
    /// Opens the lake in the data folder of a project and locks the folder; makes both when they are absent.
    ///
    /// The lock is released when the last of the two is dropped.
    ///
    /// # Errors
    /// [`LakeError::InUse`] when another process has it open, [`LakeError::OtherFormat`] when another version of Lucarne
    /// wrote it, [`LakeError::Io`] when it can't be used.
    pub async fn open(data_dir: &Path) -> Result<(Self, ReadAuthority), LakeError> {
        Self::open_on(data_dir, Arc::new(LocalDisk)).await
    }

    pub(crate) async fn open_on(data_dir: &Path, disk: Arc<dyn Disk>) -> Result<(Self, ReadAuthority), LakeError> {
        let data_dir = data_dir.to_owned();
        let folder = blocking(move || DataFolder::open(&data_dir)).await?;
        let lake = Self {
            inner: Arc::new(Inner { folder, disk, committing: Mutex::new(()), infos: std::sync::Mutex::default() }),
        };
        let authority = ReadAuthority::of(lake.clone());
        Ok((lake, authority))
    }

    /// Writes rows in one commit: readers see all of them or none.
    ///
    /// # Errors
    /// Those of [`Lake::prepare`] and [`Lake::commit`].
    pub async fn write(&self, write: Write) -> Result<WriteReport, LakeError> {
        let prepared = self.prepare(write).await?;
        self.commit(prepared).await
    }

    /// Writes rows to data files that nobody reads until [`Lake::commit`]. Dropping the result removes them.
    ///
    /// # Errors
    /// What the stream of rows ended with; [`LakeError::OtherSchema`] and [`LakeError::UnsupportedType`] when they don't
    /// fit; [`LakeError::DiskFull`] and [`LakeError::Io`]. Nothing is changed then.
    pub async fn prepare(&self, write: Write) -> Result<Prepared, LakeError> {
        let Write { table, schema, batches, mode, txn, statistics, metadata } = write;
        let folder = self.folder_of(&table)?;
        let schema = stored(&schema)?;
        let state = TableState::load(&table, &folder, None).await?;
        let mut prepared = Prepared {
            schema: Arc::clone(&schema),
            staged: StagedParts::new(&folder),
            delivered: 0,
            gone: Gone::Nothing,
            built_on: state.as_ref().map(|state| state.version),
            was_committed: None,
            table,
            folder,
            mode,
            txn,
            statistics,
            metadata,
        };
        if let (Some(state), Some((application, number))) = (&state, &prepared.txn)
            && state.transaction(application).await?.is_some_and(|last| last >= *number)
        {
            state.sync()?;
            prepared.was_committed = Some(state.version);
            // The rows are taken all the same: who makes them may feed other tables from the same source.
            let SendableBatches(mut batches) = batches;
            while let Some(batch) = batches.next().await {
                batch?;
            }
            return Ok(prepared);
        }
        if let Some(state) = &state
            && prepared.mode != WriteMode::Overwrite
        {
            if let Some(difference) = difference(&state.schema, &schema) {
                return Err(LakeError::OtherSchema { table: prepared.table, difference });
            }
            prepared.schema = Arc::clone(&state.schema);
        }
        let keys_of = match &prepared.mode {
            WriteMode::UpsertBy(column) => Some(column.clone()),
            WriteMode::Append | WriteMode::Overwrite => None,
        };
        let (staged, keys) = self.stage(&prepared, batches, keys_of).await?;
        prepared.delivered = staged.parts.len();
        prepared.staged = staged;
        match (&prepared.mode, state) {
            (WriteMode::Overwrite, _) => prepared.gone = Gone::Everything,
            (WriteMode::UpsertBy(column), Some(state)) => {
                let writer = self.writer(&prepared, state.version + 1)?;
                let column = column.clone();
                let rewritten = blocking(move || rewrite::without(&state, &column, &keys, writer)).await?;
                prepared.staged.absorb(rewritten.staged);
                prepared.gone = Gone::Files(rewritten.replaced);
            }
            (WriteMode::UpsertBy(_) | WriteMode::Append, _) => {}
        }
        Ok(prepared)
    }

    /// Compares prepared rows with those that go when they are committed: counts, never a row.
    ///
    /// Rows are known by their text in the column `by`, which no two rows of the table share; a row changed when another column
    /// than `besides` holds something else. What is written and what goes is read once; rows that stay are not, so that a small
    /// upsert costs little in a large table.
    ///
    /// Takes 16 bytes of memory a row that is written, and as many a row that goes: a hash of what it is known by, and one of
    /// what it holds. Two rows that share a hash of 64 bits may be taken for one: a count is off by one then. In a table of a
    /// hundred million rows that happens in one comparison of some four thousand, so that it matters to no share of them.
    ///
    /// # Errors
    /// [`LakeError::NoSuchColumn`], [`LakeError::UnsupportedType`], and those of a scan.
    pub async fn compare(&self, prepared: &Prepared, by: &str, besides: &[&str]) -> Result<Compared, LakeError> {
        if prepared.was_committed.is_some() {
            return Ok(Compared::default());
        }
        let state = match prepared.built_on {
            Some(version) => TableState::load(&prepared.table, &prepared.folder, Some(version)).await?,
            None => None,
        };
        let Some(state) = state else { return Ok(Compared { new: prepared.rows(), ..Compared::default() }) };
        if prepared.schema.field_with_name(by).is_err() {
            return Err(LakeError::NoSuchColumn { table: prepared.table.clone(), column: by.to_owned() });
        }
        let has_same_columns = difference(&state.schema, &prepared.schema).is_none();
        let names = prepared.schema.fields().iter().map(|field| field.name().clone());
        let of: Vec<String> = names.filter(|name| name != by && !besides.contains(&name.as_str())).collect();
        let comparison =
            Comparison { table: prepared.table.clone(), by: by.to_owned(), of: has_same_columns.then_some(of) };
        let path = |name: &str| prepared.folder.join(name);
        let before: u64 = state.files.iter().map(|file| file.rows).sum();
        let going: Vec<FileRows> = match &prepared.gone {
            Gone::Nothing => Vec::new(),
            Gone::Everything => {
                let all = state.files.iter().map(|file| FileRows::all(path(&file.name), file.rows));
                all.collect()
            }
            Gone::Files(files) => files.iter().map(|(name, rows)| FileRows::some(path(name), rows.clone())).collect(),
        };
        let delivered = prepared.staged.parts.iter().take(prepared.delivered);
        let written: Vec<FileRows> = delivered.map(|part| FileRows::all(path(&part.name), part.rows)).collect();
        blocking(move || comparison.run(before, &going, &written)).await
    }

    /// Makes prepared rows readable in one commit.
    ///
    /// A transaction that was committed meanwhile makes this a no-op that says so.
    ///
    /// # Errors
    /// [`LakeError::ChangedMeanwhile`] when rows were to be replaced in a version that is not the last any more;
    /// [`LakeError::DiskFull`], [`LakeError::Io`] and [`LakeError::Log`]. Nothing is changed then.
    pub async fn commit(&self, mut prepared: Prepared) -> Result<WriteReport, LakeError> {
        let rows = prepared.rows();
        if let Some(version) = prepared.was_committed {
            return Ok(WriteReport { version, rows: 0, was_committed: true });
        }
        let _committing = self.inner.committing.lock().await;
        let _changing = self.changing(&prepared.table);
        let state = TableState::load(&prepared.table, &prepared.folder, None).await?;
        if let (Some(state), Some((application, number))) = (&state, &prepared.txn)
            && state.transaction(application).await?.is_some_and(|last| last >= *number)
        {
            state.sync()?;
            return Ok(WriteReport { version: state.version, rows: 0, was_committed: true });
        }
        let is_changed = state.as_ref().map(|state| state.version) != prepared.built_on;
        let has_other_columns =
            state.as_ref().is_some_and(|state| difference(&state.schema, &prepared.schema).is_some());
        if is_changed && (matches!(prepared.gone, Gone::Files(_)) || (prepared.is_appending() && has_other_columns)) {
            return Err(LakeError::ChangedMeanwhile { table: prepared.table.clone() });
        }
        let removals = match (&state, &prepared.gone) {
            (None, _) | (_, Gone::Nothing) => Vec::new(),
            (Some(state), Gone::Everything) => state.removals(|_| true)?,
            (Some(state), Gone::Files(files)) => state.removals(|file| files.contains_key(file))?,
        };
        let mode = if prepared.mode == WriteMode::Append { SaveMode::Append } else { SaveMode::Overwrite };
        prepared.staged.keep();
        let commit = Commit {
            table: &prepared.table,
            folder: &prepared.folder,
            on: state.as_ref(),
            operation: DeltaOperation::Write { mode, partition_by: None, predicate: None },
            removals,
            parts: &prepared.staged.parts,
            schema: Some((&prepared.schema, &prepared.statistics)),
            transaction: prepared.txn.clone(),
            metadata: &prepared.metadata,
        };
        let outcome = commit.run().await;
        let is_certainly_not_committed = matches!(outcome, Err(LakeError::DiskFull { .. }));
        if is_certainly_not_committed && !exists_newer(&prepared.folder, state.as_ref()) {
            prepared.staged.give_up();
        }
        Ok(WriteReport { version: outcome?, rows, was_committed: false })
    }

    /// Deletes the rows whose text in `column` is one of `values`: files are written anew without them.
    ///
    /// The old files stay, for readers of older versions, until [`Lake::vacuum`]. What the writer of the last version
    /// noted stays noted.
    ///
    /// # Errors
    /// [`LakeError::NoSuchTable`], [`LakeError::NoSuchColumn`], and those of a write.
    pub async fn delete_where(
        &self,
        table: &TableRef,
        column: &str,
        values: &[String],
    ) -> Result<DeleteReport, LakeError> {
        let folder = self.folder_of(table)?;
        let _committing = self.inner.committing.lock().await;
        let _changing = self.changing(table);
        let state = TableState::load(table, &folder, None).await?;
        let state = state.ok_or_else(|| LakeError::NoSuchTable { table: table.clone() })?;
        let statistics = Vec::new();
        let writer = PartWriter::new(
            table,
            &folder,
            &state.schema,
            &statistics,
            Arc::clone(&self.inner.disk),
            state.version + 1,
        )?;
        let keys: Keys = values.iter().map(|value| value.as_str().into()).collect();
        let metadata = state.info()?.metadata;
        let column = column.to_owned();
        let (state, mut rewritten) = blocking(move || {
            let rewritten = rewrite::without(&state, &column, &keys, writer)?;
            Ok((state, rewritten))
        })
        .await?;
        if rewritten.rows_gone == 0 {
            return Ok(DeleteReport { version: state.version, rows: 0 });
        }
        let removals = state.removals(|file| rewritten.replaced.contains_key(file))?;
        rewritten.staged.keep();
        let commit = Commit {
            table,
            folder: &folder,
            on: Some(&state),
            operation: DeltaOperation::Delete { predicate: None },
            removals,
            parts: &rewritten.staged.parts,
            schema: None,
            transaction: None,
            metadata: &metadata,
        };
        Ok(DeleteReport { version: commit.run().await?, rows: rewritten.rows_gone })
    }

    /// Removes every data file that the last version doesn't need, now: rows that were deleted are gone afterwards, and
    /// so are older versions.
    ///
    /// # Errors
    /// [`LakeError::NoSuchTable`], [`LakeError::Io`].
    pub async fn vacuum(&self, table: &TableRef) -> Result<VacuumReport, LakeError> {
        let folder = self.folder_of(table)?;
        let _committing = self.inner.committing.lock().await;
        let _changing = self.changing(table);
        let state = TableState::load(table, &folder, None).await?;
        let state = state.ok_or_else(|| LakeError::NoSuchTable { table: table.clone() })?;
        blocking(move || rewrite::remove_unused(&state)).await
    }

    /// Gives what is known of the last version of a table; none when the table doesn't exist.
    ///
    /// # Errors
    /// [`LakeError::Io`] and [`LakeError::Log`] when its log can't be read.
    pub async fn info(&self, table: &TableRef) -> Result<Option<TableInfo>, LakeError> {
        let changes = {
            let infos = self.inner.infos();
            if let Some(known) = infos.known.get(table) {
                return Ok(known.clone());
            }
            infos.changes
        };
        let folder = self.folder_of(table)?;
        let state = TableState::load(table, &folder, None).await?;
        let info = state.map(|state| state.info()).transpose()?;
        let mut infos = self.inner.infos();
        if infos.changes == changes {
            infos.known.insert(table.clone(), info.clone());
        }
        Ok(info)
    }

    /// Gives what the last versions of a table say of themselves, the newest first, `most` of them at most; none when the
    /// table doesn't exist. The first that is older than `not_before` is the last one given: each is a file to read. Their
    /// rows may be gone: [`vacuum`](Self::vacuum) keeps those of the last version only.
    ///
    /// # Errors
    /// Those of [`info`](Self::info).
    pub async fn versions(
        &self,
        table: &TableRef,
        most: usize,
        not_before: Option<DateTime<Utc>>,
    ) -> Result<Vec<TableVersion>, LakeError> {
        let Some(info) = self.info(table).await? else { return Ok(Vec::new()) };
        let folder = self.folder_of(table)?;
        blocking(move || crate::delta::versions(&folder, info.version, most, not_before)).await
    }

    /// Says that a table is being changed, until the answer is dropped.
    fn changing(&self, table: &TableRef) -> Changing<'_> {
        Changing { inner: &self.inner, table: table.clone() }
    }

    /// Gives the tables there are, in order.
    ///
    /// # Errors
    /// [`LakeError::Io`] when the folder can't be read.
    pub async fn tables(&self) -> Result<Vec<TableRef>, LakeError> {
        let lake = self.inner.folder.lake.clone();
        blocking(move || {
            let mut tables = Vec::new();
            for namespace in Namespace::ALL {
                for name in names_in(&lake.join(namespace.as_str()))? {
                    let table = TableRef { namespace, name };
                    if table.is_well_formed() && exists(&table.folder(&lake)) {
                        tables.push(table);
                    }
                }
            }
            tables.sort();
            Ok(tables)
        })
        .await
    }

    /// Gives one version of a table, the last when none is named.
    pub(crate) async fn state(&self, table: &TableRef, version: Option<u64>) -> Result<TableState, LakeError> {
        let folder = self.folder_of(table)?;
        let state = TableState::load(table, &folder, version).await?;
        state.ok_or_else(|| LakeError::NoSuchTable { table: table.clone() })
    }

    pub(crate) fn spill_folder(&self) -> &Path {
        &self.inner.folder.spill
    }

    fn folder_of(&self, table: &TableRef) -> Result<PathBuf, LakeError> {
        if table.is_well_formed() {
            Ok(table.folder(&self.inner.folder.lake))
        } else {
            Err(LakeError::NoSuchTable { table: table.clone() })
        }
    }

    fn writer(&self, prepared: &Prepared, next_version: u64) -> Result<PartWriter, LakeError> {
        let disk = Arc::clone(&self.inner.disk);
        PartWriter::new(&prepared.table, &prepared.folder, &prepared.schema, &prepared.statistics, disk, next_version)
    }

    /// Writes the rows to data files on a thread of their own, while the stream makes more.
    async fn stage(
        &self,
        prepared: &Prepared,
        batches: SendableBatches,
        keys_of: Option<String>,
    ) -> Result<(StagedParts, Keys), LakeError> {
        let SendableBatches(mut batches) = batches;
        make_private_folder(&prepared.folder).map_err(|source| LakeError::io(&prepared.folder, source))?;
        let mut writer = self.writer(prepared, prepared.built_on.map_or(0, |version| version + 1))?;
        let (sender, mut receiver) = mpsc::channel::<RecordBatch>(2);
        let (table, schema) = (prepared.table.clone(), Arc::clone(&prepared.schema));
        // The thread ends when the sender is gone; what it wrote is removed unless the rows ended well.
        let worker = tokio::task::spawn_blocking(move || -> Result<(PartWriter, Keys), LakeError> {
            let mut keys = Keys::default();
            while let Some(batch) = receiver.blocking_recv() {
                let batch = conform(&table, &batch, &schema)?;
                if let Some(column) = &keys_of {
                    rewrite::collect(&table, &batch, column, &mut keys)?;
                }
                writer.write(&batch)?;
            }
            Ok((writer, keys))
        });
        let mut ended_badly = None;
        while let Some(batch) = batches.next().await {
            match batch {
                Ok(batch) => {
                    // A worker that is gone says below why.
                    if sender.send(batch).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    ended_badly = Some(error);
                    break;
                }
            }
        }
        drop(sender);
        let (writer, keys) = worker.await.map_err(|_| LakeError::Worker)??;
        match ended_badly {
            Some(error) => Err(error),
            None => Ok((blocking(move || writer.finish()).await?, keys)),
        }
    }
}

/// Rows that were written and that nobody reads yet.
pub struct Prepared {
    table: TableRef,
    folder: PathBuf,
    schema: SchemaRef,
    staged: StagedParts,
    /// How many of the staged files hold what was written. Those after them hold rows that stay.
    delivered: usize,
    mode: WriteMode,
    gone: Gone,
    built_on: Option<u64>,
    was_committed: Option<u64>,
    txn: Option<(String, i64)>,
    statistics: Vec<String>,
    metadata: BTreeMap<String, String>,
}

/// What of the table goes with the commit.
enum Gone {
    Nothing,
    Everything,
    /// Files that are written anew, and which of their rows are not in the new ones.
    Files(HashMap<String, Vec<usize>>),
}

impl Prepared {
    /// Gives the number of rows that were written.
    ///
    /// For [`WriteMode::UpsertBy`] this counts the rows that stay in rewritten files too.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.staged.rows()
    }

    /// Notes something more about the version, such as counts that are known only now.
    pub fn note(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.metadata.insert(key.into(), value.into());
    }

    fn is_appending(&self) -> bool {
        self.mode != WriteMode::Overwrite
    }
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("table", &self.table).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

fn exists_newer(folder: &Path, state: Option<&TableState>) -> bool {
    let next = state.map_or(0, |state| state.version + 1);
    crate::delta::has_version(folder, next)
}

fn names_in(folder: &Path) -> Result<Vec<String>, LakeError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LakeError::io(folder, error)),
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    names.collect::<io::Result<_>>().map_err(|source| LakeError::io(folder, source))
}

/// Runs what waits for the disk on a thread where it keeps nobody waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LakeError::Worker)?
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow_array::{ArrayRef, Int64Array};

    use super::*;
    use crate::disk::DataFile;

    /// A disk with room for so many bytes.
    struct SmallDisk(Arc<AtomicUsize>);

    struct SmallFile {
        file: Box<dyn DataFile>,
        room: Arc<AtomicUsize>,
    }

    impl Disk for SmallDisk {
        fn create(&self, path: &Path) -> io::Result<Box<dyn DataFile>> {
            Ok(Box::new(SmallFile { file: LocalDisk.create(path)?, room: Arc::clone(&self.0) }))
        }
    }

    impl io::Write for SmallFile {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.room.load(Ordering::Relaxed);
            if room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let written = self.file.write(&bytes[..bytes.len().min(room)])?;
            self.room.store(room - written, Ordering::Relaxed);
            Ok(written)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.file.flush()
        }
    }

    impl DataFile for SmallFile {
        fn sync(&mut self) -> io::Result<()> {
            self.file.sync()
        }
    }

    fn write_of(numbers: std::ops::Range<i64>) -> Write {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers));
        let batch = RecordBatch::try_from_iter([("number", column)]).unwrap();
        Write {
            table: TableRef::spine("numbers"),
            schema: batch.schema(),
            batches: batch.into(),
            mode: WriteMode::Overwrite,
            txn: None,
            statistics: Vec::new(),
            metadata: BTreeMap::new(),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_an_upsert_only_the_rows_that_it_replaces_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        let (lake, _authority) = Lake::open(folder.path()).await.unwrap();
        lake.write(write_of(0..10)).await.unwrap();
        lake.write(Write { mode: WriteMode::Append, ..write_of(10..20) }).await.unwrap();
        let upsert = Write { mode: WriteMode::UpsertBy("number".to_owned()), ..write_of(13..15) };
        let prepared = lake.prepare(upsert).await.unwrap();
        let Gone::Files(files) = &prepared.gone else { panic!("files are written anew") };
        assert_eq!(files.values().collect::<Vec<_>>(), [&vec![3, 4]]);
        assert_eq!((prepared.delivered, prepared.staged.parts.len()), (1, 2), "what stays is in a file of its own");
        let compared = lake.compare(&prepared, "number", &[]).await.unwrap();
        assert_eq!(compared, Compared { before: 20, ..Compared::default() });
        let nowhere = lake.compare(&prepared, "shoe", &[]).await;
        assert!(matches!(nowhere, Err(LakeError::NoSuchColumn { .. })));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_disk_changes_nothing_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let room = Arc::new(AtomicUsize::new(1 << 20));
        let (lake, _authority) = Lake::open_on(folder.path(), Arc::new(SmallDisk(Arc::clone(&room)))).await.unwrap();
        lake.write(write_of(0..10)).await.unwrap();
        let files = || fs::read_dir(folder.path().join("lake/spine/numbers")).unwrap().count();
        let before = files();
        for left in [0, 10, 5_000] {
            room.store(left, Ordering::Relaxed);
            let error = lake.write(write_of(0..1_000_000)).await.unwrap_err();
            assert!(matches!(error, LakeError::DiskFull { .. }), "{left}: {error:?}");
            assert!(error.to_string().contains("free some space"));
            assert_eq!(files(), before, "unfinished files are removed");
        }
        room.store(100 << 20, Ordering::Relaxed);
        let info = lake.info(&TableRef::spine("numbers")).await.unwrap().unwrap();
        assert_eq!((info.version, info.rows), (0, 10));
        assert_eq!(lake.write(write_of(0..1_000_000)).await.unwrap().version, 1);
    }
}
