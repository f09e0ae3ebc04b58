//! Reading. Every method takes the authority, which only the gate holds.

use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use futures::stream;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};
use tokio::sync::mpsc;

use crate::delta::{TableInfo, TableState};
use crate::error::LakeError;
use crate::schema::conform;
use crate::session::SqlSession;
use crate::table::TableRef;
use crate::write::{BatchStream, Lake};

/// Rows a batch.
const BATCH_ROWS: usize = 64 << 10;

/// The right to read the lake. There is one a process: [`Lake::open`] gives it, the gate takes it, nobody can copy it.
pub struct ReadAuthority {
    lake: Lake,
}

/// Rows whose text in a column is one of some.
#[derive(Clone)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// The texts.
    pub any_of: Vec<String>,
}

/// Shows how many texts there are, for they may be personal.
impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("column", &self.column).field("any_of", &self.any_of.len()).finish()
    }
}

impl std::fmt::Debug for ReadAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadAuthority").field("lake", &self.lake).finish()
    }
}

impl ReadAuthority {
    pub(crate) fn of(lake: Lake) -> Self {
        Self { lake }
    }

    /// Gives what is known of a table, as [`Lake::info`] does.
    ///
    /// # Errors
    /// Those of [`Lake::info`].
    pub async fn info(&self, table: &TableRef) -> Result<Option<TableInfo>, LakeError> {
        self.lake.info(table).await
    }

    /// Gives the rows of a table, in the order in which they were written.
    ///
    /// `version`: the last when none is named. `columns`: all when none are named, else these in this order.
    /// `only`: the rows that are given; none when it names no text.
    ///
    /// # Errors
    /// [`LakeError::NoSuchTable`], [`LakeError::NoSuchVersion`], [`LakeError::NoSuchColumn`]; the stream ends with
    /// [`LakeError::Io`] or [`LakeError::DamagedFile`] when a file can't be read.
    pub async fn scan(
        &self,
        table: &TableRef,
        version: Option<u64>,
        columns: Option<&[&str]>,
        only: Option<Filter>,
    ) -> Result<BatchStream, LakeError> {
        let state = self.lake.state(table, version).await?;
        let no_such = |column: &str| LakeError::NoSuchColumn { table: table.clone(), column: column.to_owned() };
        let schema = match columns {
            None => Arc::clone(&state.schema),
            Some(columns) => {
                let positions = columns.iter().map(|column| state.schema.index_of(column).map_err(|_| no_such(column)));
                let positions = positions.collect::<Result<Vec<_>, _>>()?;
                Arc::new(state.schema.project(&positions).map_err(|_| LakeError::Worker)?)
            }
        };
        if let Some(only) = &only
            && state.schema.index_of(&only.column).is_err()
        {
            return Err(no_such(&only.column));
        }
        let only =
            only.map(|only| Wanted { column: only.column, any_of: only.any_of.into_iter().collect() }).map(Arc::new);

        let (sender, receiver) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read_files(&state, &schema, only.as_ref(), &sender) {
                // The reader may be gone; then nobody wants to know.
                let _ = sender.blocking_send(Err(error));
            }
        });
        let batches = stream::unfold(receiver, |mut receiver| async {
            let batch = receiver.recv().await?;
            Some((batch, receiver))
        });
        Ok(Box::pin(batches))
    }

    /// Gives a SQL session in which exactly these tables exist, as `registers.NAME`, `models.NAME` and so on, each in the
    /// version named or the last.
    ///
    /// # Errors
    /// [`LakeError::NoSuchTable`], [`LakeError::NoSuchVersion`].
    pub async fn session(&self, tables: &[(TableRef, Option<u64>)]) -> Result<SqlSession, LakeError> {
        let mut states = Vec::with_capacity(tables.len());
        for (table, version) in tables {
            states.push(self.lake.state(table, *version).await?);
        }
        SqlSession::over(self.lake.spill_folder(), &states)
    }
}

struct Wanted {
    column: String,
    any_of: HashSet<String>,
}

/// Reads the files in order and sends their rows, until nobody takes them any more.
#[expect(clippy::disallowed_methods, reason = "this crate reads the lake, for whoever has the authority")]
fn read_files(
    state: &TableState,
    schema: &SchemaRef,
    only: Option<&Arc<Wanted>>,
    sender: &mpsc::Sender<Result<RecordBatch, LakeError>>,
) -> Result<(), LakeError> {
    for file in &state.files {
        let path = state.folder.join(&file.name);
        let open = File::open(&path).map_err(|source| LakeError::io(&path, source))?;
        let damaged = |error: parquet::errors::ParquetError| LakeError::parquet(&path, &error);
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(open).map_err(damaged)?.with_batch_size(BATCH_ROWS);
        let columns = schema.fields().iter().map(|field| field.name().as_str());
        let projection = ProjectionMask::columns(builder.parquet_schema(), columns);
        if let Some(wanted) = only {
            let column = ProjectionMask::columns(builder.parquet_schema(), [wanted.column.as_str()]);
            let wanted = Arc::clone(wanted);
            let predicate = ArrowPredicateFn::new(column, move |batch| is_wanted(&batch, &wanted));
            builder = builder.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
        }
        for batch in builder.with_projection(projection).build().map_err(damaged)? {
            let batch = batch.map_err(|error| LakeError::parquet(&path, &error))?;
            let batch = conform(&state.table, &batch, schema)?;
            if sender.blocking_send(Ok(batch)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn is_wanted(batch: &RecordBatch, wanted: &Wanted) -> Result<BooleanArray, ArrowError> {
    let texts = cast(batch.column(0), &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    Ok(texts.iter().map(|text| Some(text.is_some_and(|text| wanted.any_of.contains(text)))).collect())
}
