//! The Delta log: reading the state of a table and committing to it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use chrono::{DateTime, Utc};
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake_core::kernel::{Action, Add, Metadata, Protocol, Remove, StructType, Transaction};
use deltalake_core::logstore::LogStoreRef;
use deltalake_core::protocol::DeltaOperation;
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use serde_json::{Value, json};
use url::Url;

use crate::disk::sync_folder;
use crate::error::LakeError;
use crate::part::Part;
use crate::table::TableRef;

/// Under this name commits keep the writer's own metadata.
const METADATA_KEY: &str = "lucarne";

/// What is known of a table without reading a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// The version, counted from 0.
    pub version: u64,
    /// How many rows it has.
    pub rows: u64,
    /// How large its data files are.
    pub bytes: u64,
    /// Its columns.
    pub schema: SchemaRef,
    /// When this version was committed.
    pub last_modified: DateTime<Utc>,
    /// What the writer of this version noted.
    pub metadata: BTreeMap<String, String>,
}

/// What a version of a table says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableVersion {
    /// The version, counted from 0.
    pub version: u64,
    /// When it was committed.
    pub at: DateTime<Utc>,
    /// What its writer noted.
    pub metadata: BTreeMap<String, String>,
}

/// A data file of one version.
pub(crate) struct ActiveFile {
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// One version of a table.
pub(crate) struct TableState {
    pub(crate) table: TableRef,
    pub(crate) folder: PathBuf,
    pub(crate) version: u64,
    pub(crate) schema: SchemaRef,
    /// In the order of their names, which is the order in which they were written.
    pub(crate) files: Vec<ActiveFile>,
    delta: DeltaTable,
}

impl TableState {
    /// Reads the state of a table; gives none when the table doesn't exist.
    pub(crate) async fn load(table: &TableRef, folder: &Path, version: Option<u64>) -> Result<Option<Self>, LakeError> {
        if !exists(folder) {
            return Ok(None);
        }
        let failed = |error: DeltaTableError| LakeError::delta(table, folder, error);
        let mut delta = open(table, folder)?;
        match version {
            None => delta.load().await.map_err(failed)?,
            Some(version) => {
                if !has_version(folder, version) {
                    return Err(LakeError::NoSuchVersion { table: table.clone(), version });
                }
                delta.load_version(version).await.map_err(failed)?;
            }
        }
        let snapshot = delta.snapshot().map_err(failed)?.snapshot();
        let version = snapshot.version();
        let schema = crate::schema::stored(&snapshot.arrow_schema())?;
        let mut files = Vec::new();
        for view in snapshot.try_log_data().map_err(failed)?.iter() {
            let name = view.path().into_owned();
            let unknown = || LakeError::Log { table: table.clone(), message: format!("{name} has no count of rows") };
            let rows = view.num_records().ok_or_else(unknown)? as u64;
            files.push(ActiveFile { rows, bytes: u64::try_from(view.size()).unwrap_or(0), name });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(Self { table: table.clone(), folder: folder.to_owned(), version, schema, files, delta }))
    }

    /// Gives the number of the last transaction that this application committed.
    pub(crate) async fn transaction(&self, application: &str) -> Result<Option<i64>, LakeError> {
        let failed = |error| LakeError::delta(&self.table, &self.folder, error);
        let log_store = self.delta.log_store();
        let snapshot = self.delta.snapshot().map_err(failed)?.snapshot();
        snapshot.transaction_version(log_store.as_ref(), application).await.map_err(failed)
    }

    /// Returns once this version is on the disk itself: whoever committed it may have gone away before it was.
    pub(crate) fn sync(&self) -> Result<(), LakeError> {
        sync_version(&self.folder, self.version)
    }

    /// Gives what is known of this version.
    pub(crate) fn info(&self) -> Result<TableInfo, LakeError> {
        let TableVersion { at, metadata, .. } = read_version(&self.folder, self.version)?;
        Ok(TableInfo {
            version: self.version,
            rows: self.files.iter().map(|file| file.rows).sum(),
            bytes: self.files.iter().map(|file| file.bytes).sum(),
            schema: Arc::clone(&self.schema),
            last_modified: at,
            metadata,
        })
    }

    /// Gives the actions that remove data files from the table; those that `is_gone` names.
    pub(crate) fn removals(&self, is_gone: impl Fn(&str) -> bool) -> Result<Vec<Action>, LakeError> {
        let failed = |error| LakeError::delta(&self.table, &self.folder, error);
        let log_data = self.delta.snapshot().map_err(failed)?.snapshot().try_log_data().map_err(failed)?;
        let gone = log_data.iter().filter(|view| is_gone(view.path().as_ref()));
        // Statistics of a file that is gone are not repeated.
        Ok(gone.map(|view| Action::Remove(Remove { tags: None, ..view.remove_action(true) })).collect())
    }

    fn metadata(&self) -> Result<&Metadata, LakeError> {
        let state = self.delta.snapshot().map_err(|error| LakeError::delta(&self.table, &self.folder, error))?;
        Ok(state.metadata())
    }
}

/// What one commit changes.
pub(crate) struct Commit<'a> {
    pub(crate) table: &'a TableRef,
    pub(crate) folder: &'a Path,
    /// The version that it builds upon; none for a new table.
    pub(crate) on: Option<&'a TableState>,
    pub(crate) operation: DeltaOperation,
    pub(crate) removals: Vec<Action>,
    pub(crate) parts: &'a [Part],
    /// The columns from now on, and of which the log keeps statistics; none: as they were.
    pub(crate) schema: Option<(&'a SchemaRef, &'a [String])>,
    pub(crate) transaction: Option<(String, i64)>,
    pub(crate) metadata: &'a BTreeMap<String, String>,
}

impl Commit<'_> {
    /// Commits, and gives the new version once it is on the disk itself.
    pub(crate) async fn run(self) -> Result<u64, LakeError> {
        let failed = |error: DeltaTableError| LakeError::delta(self.table, self.folder, error);
        let mut actions = Vec::new();
        if self.on.is_none() {
            actions.push(Action::Protocol(protocol(self.table)?));
        }
        if let Some((schema, statistics)) = self.schema
            && let Some(metadata) = self.changed_metadata(schema, statistics)?
        {
            actions.push(Action::Metadata(metadata));
        }
        actions.extend(self.removals);
        actions.extend(self.parts.iter().map(|part| Action::Add(add(part))));

        let properties =
            CommitProperties::default().with_create_checkpoint(true).with_cleanup_expired_logs(Some(false));
        let transactions = self.transaction.map(|(application, number)| Transaction::new(application, number));
        let properties = properties
            .with_application_transactions(transactions.into_iter().collect())
            .with_metadata([(METADATA_KEY.to_owned(), json!(self.metadata))]);
        let log_store: LogStoreRef = match self.on {
            Some(state) => state.delta.log_store(),
            None => open(self.table, self.folder)?.log_store(),
        };
        let reference = match self.on {
            Some(state) => Some(state.delta.snapshot().map_err(failed)? as &dyn TableReference),
            None => None,
        };
        let builder = CommitBuilder::from(properties).with_actions(actions);
        let committed = Box::pin(builder.build(reference, log_store, self.operation).into_future()).await;
        let version = committed.map_err(failed)?.version();

        sync_version(self.folder, version)?;
        Ok(version)
    }

    /// Gives the table's metadata when it is new or differs from what it was.
    fn changed_metadata(&self, schema: &SchemaRef, statistics: &[String]) -> Result<Option<Metadata>, LakeError> {
        let unreadable = |message: String| LakeError::Log { table: self.table.clone(), message };
        let kernel: StructType =
            schema.as_ref().try_into_kernel().map_err(|error| unreadable(format!("its columns: {error}")))?;
        let configuration = configuration(statistics);
        let schema_text = serde_json::to_string(&kernel).map_err(|error| unreadable(error.to_string()))?;
        let is_same = match self.on {
            Some(state) => {
                let was = state.metadata()?;
                let was = serde_json::to_value(was).map_err(|error| unreadable(error.to_string()))?;
                was["schemaString"] == json!(schema_text) && was["configuration"] == json!(configuration)
            }
            None => false,
        };
        if is_same {
            return Ok(None);
        }
        let id = match self.on {
            Some(state) => state.metadata()?.id().to_owned(),
            None => format!("{}.{}", self.table.namespace, self.table.name),
        };
        let metadata = json!({
            "id": id,
            "name": self.table.to_string(),
            "format": { "provider": "parquet", "options": {} },
            "schemaString": schema_text,
            "partitionColumns": [],
            "configuration": configuration,
        });
        serde_json::from_value(metadata).map(Some).map_err(|error| unreadable(error.to_string()))
    }
}

/// Other writers read this: without it they would note minima and maxima of the first 32 columns in the log.
fn configuration(statistics: &[String]) -> HashMap<&'static str, String> {
    let mut configuration = HashMap::from([("delta.dataSkippingNumIndexedCols", "0".to_owned())]);
    if !statistics.is_empty() {
        configuration.insert("delta.dataSkippingStatsColumns", statistics.join(","));
    }
    configuration
}

/// The oldest protocol: no deletion vectors, no renamed columns, readable by everything that reads Delta.
fn protocol(table: &TableRef) -> Result<Protocol, LakeError> {
    let oldest = json!({ "minReaderVersion": 1, "minWriterVersion": 2 });
    serde_json::from_value(oldest).map_err(|error| LakeError::Log { table: table.clone(), message: error.to_string() })
}

fn add(part: &Part) -> Add {
    Add {
        path: part.name.clone(),
        partition_values: HashMap::new(),
        size: i64::try_from(part.bytes).unwrap_or(i64::MAX),
        modification_time: part.modified_ms,
        data_change: true,
        stats: Some(part.statistics.clone()),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

fn log_folder(folder: &Path) -> PathBuf {
    folder.join("_delta_log")
}

fn commit_path(folder: &Path, version: u64) -> PathBuf {
    log_folder(folder).join(format!("{version:020}.json"))
}

/// Returns once a commit is on the disk itself.
fn sync_version(folder: &Path, version: u64) -> Result<(), LakeError> {
    let path = commit_path(folder, version);
    let synced = fs::File::open(&path).and_then(|file| file.sync_all());
    synced.and_then(|()| sync_folder(&log_folder(folder))).map_err(|source| LakeError::io(&path, source))
}

/// Tells whether there is a commit of this version.
pub(crate) fn has_version(folder: &Path, version: u64) -> bool {
    commit_path(folder, version).exists()
}

fn commit_info(folder: &Path, version: u64) -> Result<Value, LakeError> {
    let path = commit_path(folder, version);
    let text = fs::read_to_string(&path).map_err(|source| LakeError::io(&path, source))?;
    // The others, one a file with all its statistics, take most of the time to read.
    let lines = text.lines().filter(|line| line.contains("\"commitInfo\""));
    let mut actions = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(actions.find_map(|mut action| action.get_mut("commitInfo").map(Value::take)).unwrap_or(Value::Null))
}

/// Gives what a version says of itself.
fn read_version(folder: &Path, version: u64) -> Result<TableVersion, LakeError> {
    let commit = commit_info(folder, version)?;
    let milliseconds = commit.get("timestamp").and_then(Value::as_i64).unwrap_or(0);
    let metadata = commit
        .get(METADATA_KEY)
        .and_then(Value::as_object)
        .map(|pairs| pairs.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect());
    Ok(TableVersion {
        version,
        at: DateTime::from_timestamp_millis(milliseconds).unwrap_or_default(),
        metadata: metadata.unwrap_or_default(),
    })
}

/// Gives what versions say of themselves, from `last` backwards, `most` of them at most, up to and with the first that is older
/// than `not_before`. Ends where another tool has tidied the table's log up.
pub(crate) fn versions(
    folder: &Path,
    last: u64,
    most: usize,
    not_before: Option<DateTime<Utc>>,
) -> Result<Vec<TableVersion>, LakeError> {
    let mut versions = Vec::new();
    for version in (0..=last).rev().take(most).take_while(|version| has_version(folder, *version)) {
        let read = read_version(folder, version)?;
        let is_older = not_before.is_some_and(|moment| read.at < moment);
        versions.push(read);
        if is_older {
            break;
        }
    }
    Ok(versions)
}

/// A table exists from its first commit on; a folder without one is a write that didn't finish.
pub(crate) fn exists(folder: &Path) -> bool {
    has_version(folder, 0)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that opens tables")]
fn open(table: &TableRef, folder: &Path) -> Result<DeltaTable, LakeError> {
    let unusable = || LakeError::Log { table: table.clone(), message: format!("{} is no URL", folder.display()) };
    let url = Url::from_directory_path(folder).map_err(|()| unusable())?;
    let builder = DeltaTableBuilder::from_url(url).and_then(DeltaTableBuilder::build);
    builder.map_err(|error| LakeError::delta(table, folder, error))
}
