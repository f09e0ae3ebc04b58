//! A register, a folder with its delivery, and a lake.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use futures::TryStreamExt as _;
use indexmap::IndexMap;
use lake::{Lake, ReadAuthority, TableRef};
use model::register::{Check, Format, Retention, Source};
use model::{Class, Column, ColumnType, Delivery, Register, RegisterId, RunId};
use source::{IngestReport, SourceError, ingest};
use tempfile::TempDir;
use testkit::TestClock;

/// Gives a column.
pub(crate) fn column(name: &str, of: ColumnType) -> Column {
    Column {
        name: name.into(),
        from: name.into(),
        r#type: of,
        formats: Vec::new(),
        class: Class::Identity,
        required: false,
        check: None,
        unit: None,
        missing: Vec::new(),
        title: name.into(),
        title_fr: None,
        codes: IndexMap::new(),
    }
}

/// Gives a register with columns `id` (text, required, the key), `name` (text), `born` (date, `%Y%m%d`), `paid`
/// (decimal(8,2)), `sex` (one of F and M).
pub(crate) fn register() -> Register {
    let columns = [
        Column { required: true, class: Class::Identifier, ..column("id", ColumnType::Text) },
        column("name", ColumnType::Text),
        Column { formats: vec!["%Y%m%d".into()], ..column("born", ColumnType::Date) },
        Column { class: Class::Income, ..column("paid", ColumnType::Decimal { precision: 8, scale: 2 }) },
        Column { check: Some(Check::OneOf(vec!["F".into(), "M".into()])), ..column("sex", ColumnType::Text) },
    ];
    Register {
        id: RegisterId::new("people").unwrap(),
        title: "People".into(),
        title_fr: None,
        says: "People".into(),
        says_fr: None,
        agency: "statistics".parse().unwrap(),
        legal_basis: "Census Act, art. 1".into(),
        legal_basis_fr: None,
        retention: Retention::Years(10),
        source: Source {
            files: vec!["incoming/*.csv".into()],
            format: Format::Csv { delimiter: ',', encoding: "utf-8".into() },
        },
        delivery: Delivery::Full,
        key: vec!["id".into()],
        quarantined_share_max: 0.5,
        gone_share_max: None,
        bought: None,
        columns: columns.into_iter().map(|column| (column.name.clone(), column)).collect::<IndexMap<_, _>>(),
    }
}

/// Gives the same register with columns `id`, `a` and `b` of text, as which any value passes.
pub(crate) fn plain_register(format: Format) -> Register {
    let mut register = register();
    let files = match format {
        Format::Csv { .. } => "incoming/*.csv",
        Format::JsonLines => "incoming/*.jsonl",
        Format::Parquet => "incoming/*.parquet",
    };
    register.source = Source { files: vec![files.into()], format };
    register.columns =
        ["id", "a", "b"].map(|name| (name.to_owned(), column(name, ColumnType::Text))).into_iter().collect();
    register
}

pub(crate) struct Office {
    pub(crate) folder: TempDir,
    pub(crate) lake: Lake,
    pub(crate) authority: ReadAuthority,
    pub(crate) register: Register,
    runs: u32,
}

impl Office {
    pub(crate) async fn new(register: Register) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("incoming")).unwrap();
        let (lake, authority) = Lake::open(&folder.path().join("data")).await.unwrap();
        Self { folder, lake, authority, register, runs: 0 }
    }

    pub(crate) fn deliver(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join("incoming").join(name), bytes).unwrap();
    }

    pub(crate) async fn ingest(&mut self) -> Result<IngestReport, SourceError> {
        self.runs += 1;
        let run = RunId::new(format!("run-{}", self.runs)).unwrap();
        let clock = TestClock::at("2026-05-01T12:00:00Z");
        ingest(&self.lake, self.folder.path(), &self.register, &run, &clock, &|_| {}).await
    }

    /// Gives a table's rows as texts of these columns, nulls as `∅`; none when there is no table.
    pub(crate) async fn table(&self, table: &TableRef, columns: &[&str]) -> Vec<String> {
        if self.lake.info(table).await.unwrap().is_none() {
            return Vec::new();
        }
        let stream = self.authority.scan(table, None, Some(columns), None).await.unwrap();
        let batches: Vec<RecordBatch> = stream.try_collect().await.unwrap();
        let mut rows = Vec::new();
        for batch in batches {
            let texts: Vec<_> = batch.columns().iter().map(|column| cast(column, &DataType::Utf8).unwrap()).collect();
            for row in 0..batch.num_rows() {
                let cells = texts.iter().map(|text| {
                    let text = text.as_string::<i32>();
                    if text.is_valid(row) { text.value(row).to_owned() } else { "∅".to_owned() }
                });
                rows.push(cells.collect::<Vec<_>>().join("|"));
            }
        }
        rows
    }

    pub(crate) async fn rows(&self, columns: &[&str]) -> Vec<String> {
        self.table(&TableRef::register(&self.register.id), columns).await
    }

    /// Gives the quarantined rows as `row|line|column|code|text`.
    pub(crate) async fn quarantined(&self) -> Vec<String> {
        let table = TableRef::quarantine(&self.register.id);
        let rows = self.table(&table, &["_row", "_line", "column", "reason", "text"]).await;
        let short = rows.into_iter().map(|row| {
            let mut parts: Vec<String> = row.splitn(5, '|').map(str::to_owned).collect();
            parts[3] = parts[3].split(':').next().unwrap().to_owned();
            parts.join("|")
        });
        short.collect()
    }
}

/// Writes a Parquet file in memory.
pub(crate) fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, Arc::clone(batch.schema_ref()), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}
