//! SQL over fixed versions of fixed tables.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt as _;

use crate::delta::TableState;
use crate::error::LakeError;
use crate::schema::{conform, shown, stored};
use crate::sql::{self, SqlProblem};
use crate::table::{Namespace, TableRef};
use crate::write::BatchStream;

/// Memory that the queries of one session may take together before they write intermediate results to disk.
const MEMORY_BYTES_MAX: usize = 3 << 30;
/// Rows a batch.
const BATCH_ROWS: usize = 16 << 10;

/// A SQL session in which exactly the tables exist that it was opened over, each in one version.
pub struct SqlSession {
    context: SessionContext,
    tables: Vec<(TableRef, u64)>,
    /// Where intermediate results are written that memory does not hold.
    spill: PathBuf,
}

impl std::fmt::Debug for SqlSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlSession").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl SqlSession {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes sessions")]
    pub(crate) fn over(spill: &Path, states: &[TableState]) -> Result<Self, LakeError> {
        let planned = |error: DataFusionError| LakeError::query(&error, spill);
        // Intermediate results are personal data: they stay within the data folder.
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![spill.to_owned()]));
        let runtime = RuntimeEnvBuilder::new()
            .with_disk_manager_builder(disk)
            .with_memory_pool(Arc::new(FairSpillPool::new(MEMORY_BYTES_MAX)))
            .build_arc()
            .map_err(planned)?;
        let state = SessionStateBuilder::new().with_config(config()).with_runtime_env(runtime);
        let state = state.with_default_features().build();
        let context = SessionContext::new_with_state(state);
        sql::register_functions(&context);

        let catalog = context.catalog("datafusion").ok_or(LakeError::Worker)?;
        for namespace in Namespace::ALL {
            let schema = MemorySchemaProvider::new();
            for state in states.iter().filter(|state| state.table.namespace == namespace) {
                schema.register_table(state.table.name.clone(), provider(state, spill)?).map_err(planned)?;
            }
            catalog.register_schema(namespace.as_str(), Arc::new(schema)).map_err(planned)?;
        }
        let tables = states.iter().map(|state| (state.table.clone(), state.version)).collect();
        Ok(Self { context, tables, spill: spill.to_owned() })
    }

    /// Gives the tables and their versions.
    #[must_use]
    pub fn tables(&self) -> &[(TableRef, u64)] {
        &self.tables
    }

    /// Runs one `select` and gives its columns and rows. Text is `Utf8`.
    ///
    /// # Errors
    /// [`LakeError::Sql`] when it is not one `select` over `registers.NAME`, `models.NAME` and the like,
    /// [`LakeError::Plan`] when it names what is not there; the stream ends with [`LakeError::Execution`] when a row makes
    /// it fail, with [`LakeError::DiskFull`] when there is no room for intermediate results.
    pub async fn query(&self, sql: &str) -> Result<(SchemaRef, BatchStream), LakeError> {
        sql::tables_of(sql).map_err(LakeError::Sql)?;
        let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let failed = |error: DataFusionError| LakeError::query(&error, &self.spill);
        let frame = Box::pin(self.context.sql_with_options(sql, reading)).await.map_err(failed)?;
        let rows = Box::pin(frame.execute_stream()).await.map_err(failed)?;
        let schema = shown(&rows.schema());
        let columns = Arc::clone(&schema);
        // Only the name of the answer in errors, for it is no table.
        let answer = TableRef { namespace: Namespace::Models, name: "answer".to_owned() };
        let spill = self.spill.clone();
        let rows = rows.map(move |batch| {
            let batch = batch.map_err(|error| LakeError::query(&error, &spill))?;
            conform(&answer, &batch, &columns)
        });
        Ok((schema, Box::pin(rows)))
    }

    /// Gives the DataFusion context, for the gate, which rewrites plans.
    #[must_use]
    pub fn context(&self) -> &SessionContext {
        &self.context
    }
}

fn config() -> SessionConfig {
    let mut config = SessionConfig::new().with_batch_size(BATCH_ROWS).with_information_schema(false);
    let options = config.options_mut();
    options.execution.parquet.schema_force_view_types = false;
    options.execution.parquet.pushdown_filters = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.sql_parser.collect_spans = true;
    config
}

/// Plans one `select` over tables of these columns as [`SqlSession::query`] would, and gives the columns that it makes. There are no
/// rows, and nothing is run.
///
/// # Errors
/// [`SqlProblem`] with what is wrong: what [`sql::tables_of`] says, a function that doesn't exist, types that don't fit.
#[expect(clippy::disallowed_methods, reason = "a session over tables that hold nothing")]
pub async fn planned_columns(sql: &str, tables: &[(TableRef, SchemaRef)]) -> Result<SchemaRef, SqlProblem> {
    sql::tables_of(sql)?;
    let failed = |error: DataFusionError| {
        let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
        let place = span.map(|span| ((span.start.line, span.start.column), (span.end.line, span.end.column)));
        let message = error.strip_backtrace();
        let message = message.strip_prefix("Error during planning: ").unwrap_or(&message);
        SqlProblem::at(sql, place, format!("it can't be planned: {message}"))
    };
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc().map_err(failed)?;
    let state = SessionStateBuilder::new().with_config(config()).with_runtime_env(runtime).with_default_features();
    let context = SessionContext::new_with_state(state.build());
    sql::register_functions(&context);
    let catalog = context.catalog("datafusion");
    for namespace in Namespace::ALL {
        let schema = MemorySchemaProvider::new();
        for (table, columns) in tables.iter().filter(|(table, _)| table.namespace == namespace) {
            let columns = stored(columns).map_err(|error| SqlProblem::at(sql, None, error.to_string()))?;
            schema.register_table(table.name.clone(), Arc::new(EmptyTable::new(columns))).map_err(failed)?;
        }
        if let Some(catalog) = &catalog {
            catalog.register_schema(namespace.as_str(), Arc::new(schema)).map_err(failed)?;
        }
    }
    let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = Box::pin(context.sql_with_options(sql, reading)).await.map_err(failed)?;
    let plan = Box::pin(frame.create_physical_plan()).await.map_err(failed)?;
    Ok(shown(&plan.schema()))
}

/// A fixed list of files: what is planned once reads the same rows whatever is committed meanwhile.
#[expect(clippy::disallowed_methods, reason = "files of a table, for a session that the authority makes")]
fn provider(state: &TableState, spill: &Path) -> Result<Arc<dyn TableProvider>, LakeError> {
    if state.files.is_empty() {
        return Ok(Arc::new(EmptyTable::new(Arc::clone(&state.schema))));
    }
    let planned = |error: DataFusionError| LakeError::query(&error, spill);
    let urls = state.files.iter().map(|file| {
        let path = state.folder.join(&file.name);
        let unusable =
            || LakeError::Log { table: state.table.clone(), message: format!("{} is no URL", path.display()) };
        let url = url::Url::from_file_path(&path).map_err(|()| unusable())?;
        ListingTableUrl::try_new(url, None).map_err(planned)
    });
    let urls = urls.collect::<Result<Vec<_>, LakeError>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default().with_force_view_types(false)));
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options.with_file_extension(".parquet"))
        .with_schema(Arc::clone(&state.schema));
    Ok(Arc::new(ListingTable::try_new(config).map_err(planned)?))
}
