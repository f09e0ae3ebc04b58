//! A small republic: three registers, their models, agreements and purposes, in a folder that goes away.
//!
//! The tests of `linkage` use this file too.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use gate::{Gate, Keys, Parts};
use indexmap::IndexMap;
use lake::{Lake, TableRef, Write, WriteMode};
use model::agency::RoleKind;
use model::clock::ClockError;
use model::diagnostic::SourceFile;
use model::linkage::{Attach, Block, Compare, Key, Part};
use model::project::{JobPurposes, Settings};
use model::register::{Format, Retention, Source};
use model::{
    Actor, Agency, Agreement, Class, Clock, Column, ColumnType, Delivery, Disclosure, Expectations, LinkageConfig,
    ModelKind, Project, Purpose, RecordId, Register, RegisterId, Role, RunId, SpecialCategory, SqlModel, Subject,
    Validity,
};
use policy::Engine;
use state::{MasterKey, State};
use tempfile::TempDir;
use tlog::{FolderStorage, Log, Options, SigningKey, Storage};

/// The day on which everything happens.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 15, 12, 0, 0).unwrap()
}

/// A clock that stands still.
pub(crate) struct Standing;

impl Clock for Standing {
    fn now(&self) -> Result<DateTime<Utc>, ClockError> {
        Ok(noon())
    }
}

/// The republic's project, and the folder that it is in.
pub(crate) struct Republic {
    pub(crate) folder: TempDir,
    pub(crate) project: Project,
}

/// The lake and the gate of a republic. A new one can be opened when this is dropped.
pub(crate) struct Opened {
    pub(crate) lake: Lake,
    pub(crate) gate: Gate,
}

pub(crate) fn run(name: &str) -> RunId {
    RunId::new(name).unwrap()
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Gives the model whose SQL is `sql`.
pub(crate) fn model(name: &str, kind: ModelKind, register: &str, sql: &str) -> SqlModel {
    let settings = format!("--! kind = \"{}\"\n", serde_json::to_value(kind).unwrap().as_str().unwrap());
    SqlModel {
        id: id(name),
        path: PathBuf::from(format!("models/{name}.sql")),
        kind,
        register: id(register),
        says: "Made for a test.".to_owned(),
        classes: IndexMap::new(),
        expect: Expectations::default(),
        sql_begins: settings.len(),
        text: settings + sql,
    }
}

fn column(name: &str, of: ColumnType, class: Class) -> (String, Column) {
    let column = Column {
        name: name.to_owned(),
        from: name.to_owned(),
        r#type: of,
        formats: Vec::new(),
        class,
        required: false,
        check: None,
        unit: None,
        missing: Vec::new(),
        title: name.to_owned(),
        title_fr: None,
        codes: IndexMap::new(),
    };
    (name.to_owned(), column)
}

fn register(name: &str, agency: &str, own: Vec<(String, Column)>) -> (RegisterId, Register) {
    let mut columns: IndexMap<String, Column> = IndexMap::from([
        column("first_name", ColumnType::Text, Class::Identity),
        column("last_name", ColumnType::Text, Class::Identity),
        column("birth_date", ColumnType::Date, Class::Identity),
    ]);
    columns.extend(own);
    let register = Register {
        id: id(name),
        title: name.to_owned(),
        title_fr: None,
        says: "Made for a test.".to_owned(),
        says_fr: None,
        agency: id(agency),
        legal_basis: "Test Act, art. 1".to_owned(),
        legal_basis_fr: None,
        retention: Retention::Years(10),
        source: Source {
            files: vec![format!("incoming/{name}.csv")],
            format: Format::Csv { delimiter: ',', encoding: "utf-8".to_owned() },
        },
        delivery: Delivery::Full,
        key: vec!["first_name".to_owned()],
        quarantined_share_max: 0.1,
        gone_share_max: None,
        bought: None,
        columns,
    };
    (register.id.clone(), register)
}

fn agency(name: &str) -> Agency {
    Agency {
        id: id(name),
        title: name.to_owned(),
        title_fr: None,
        says: "Made for a test.".to_owned(),
        contact: "nobody@republic.example".to_owned(),
        roles: vec![
            Role { id: id("engineer"), title: "Engineer".to_owned(), title_fr: None, kind: RoleKind::Engineer },
            Role { id: id("officer"), title: "Officer".to_owned(), title_fr: None, kind: RoleKind::Officer },
            Role { id: id("steward"), title: "Steward".to_owned(), title_fr: None, kind: RoleKind::Steward },
        ],
    }
}

fn agreement(name: &str, registers: &[&str], special: &[SpecialCategory]) -> Agreement {
    Agreement {
        id: id(name),
        says: "Made for a test.".to_owned(),
        says_fr: None,
        legal_basis: vec!["Test Act, art. 2".to_owned()],
        legal_basis_fr: None,
        parties: vec![id("treasury"), id("statistics"), id("elections")],
        registers: registers.iter().map(|register| id(register)).collect(),
        allows_linking: true,
        special_categories: special.to_vec(),
        valid: Validity { from: day(2026, 1, 1), until: day(2026, 12, 31) },
    }
}

fn purpose(name: &str, agreement: &Agreement, subject: Subject) -> Purpose {
    Purpose {
        id: id(name),
        says: "Made for a test.".to_owned(),
        says_fr: None,
        legal_basis: vec!["dpv:PublicInterest".to_owned(), "Test Act, art. 3".to_owned()],
        legal_basis_fr: None,
        recipients: if subject == Subject::LinkReview { vec![id("treasury/steward")] } else { Vec::new() },
        agreement: agreement.id.clone(),
        registers: agreement.registers.clone(),
        subject,
        needs_case: false,
        needs_justification: false,
        persons_per_officer_and_day: None,
        colleagues_max: None,
        valid: agreement.valid,
        discloses: Class::ALL
            .iter()
            .filter(|class| class.special().is_none_or(|special| agreement.special_categories.contains(&special)))
            .map(|class| (*class, Disclosure::Value))
            .collect(),
    }
}

fn linkage() -> LinkageConfig {
    let compare = |column: &str, kind: &str| Compare {
        column: column.to_owned(),
        r#as: kind.to_owned(),
        term_frequency: kind == "name",
        swapped_with: None,
        household: None,
        check: None,
    };
    let on = |columns: &[&str]| Block {
        on: columns.iter().map(|column| Key { column: (*column).to_owned(), part: Part::Whole }).collect(),
        split: Vec::new(),
        size_max: None,
    };
    LinkageConfig {
        purpose: Some(id("link-registers")),
        agreement: Some(id("base")),
        attach: vec![Attach { agreement: id("politics"), registers: vec![id("donations")] }],
        threshold: 0.9,
        one_record_per_person: IndexMap::from([("tax".to_owned(), 0.99), ("census".to_owned(), 0.99)]),
        blocks: vec![on(&["national_id"]), on(&["last_name", "birth_date"]), on(&["first_name", "birth_date"])],
        comparisons: vec![
            compare("first_name", "name"),
            compare("last_name", "name"),
            compare("birth_date", "date"),
            compare("national_id", "identifier"),
        ],
        block_size_max: None,
        seed: 1,
        second_reviewer: Vec::new(),
        quality: model::linkage::QualityConfig::default(),
    }
}

impl Republic {
    /// Gives the republic: `tax` and `census` are linked, `donations` is attached.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = agreement("base", &["tax", "census"], &[]);
        let politics = agreement("politics", &["donations"], &[SpecialCategory::Politics]);
        let building = agreement("building", &["tax", "census", "donations"], &[SpecialCategory::Politics]);
        let models = [
            model(
                "person_tax",
                ModelKind::Person,
                "tax",
                "select _record, first_name, last_name, birth_date, ssn as national_id from registers.tax",
            ),
            model(
                "person_census",
                ModelKind::Person,
                "census",
                "select _record, first_name, last_name, birth_date, street, city from models.census_clean",
            ),
            model("census_clean", ModelKind::Step, "census", "select * from registers.census"),
            model(
                "person_donations",
                ModelKind::Person,
                "donations",
                "select _record, first_name, last_name, birth_date from registers.donations",
            ),
            model("incomes", ModelKind::Object, "tax", "select _record, income from registers.tax"),
        ];
        let run_of = |jobs: Vec<model::Job>| Subject::Run { jobs };
        let purposes = [
            purpose("build-models", &building, run_of(vec![model::Job::Build])),
            purpose("link-registers", &base, run_of(vec![model::Job::Link])),
            purpose("index-registers", &building, run_of(vec![model::Job::Index])),
            purpose("review-links", &base, Subject::LinkReview),
            purpose("own-data", &building, Subject::Self_),
        ];
        let project = Project {
            root: folder.path().to_owned(),
            settings: Settings {
                format: model::project::FORMAT_VERSION,
                name: "Test".to_owned(),
                name_fr: None,
                data: "data".into(),
                log_origin: "republic.example/test".to_owned(),
                jobs: JobPurposes {
                    build: id("build-models"),
                    link: id("link-registers"),
                    index: id("index-registers"),
                },
                districts: None,
                truth: None,
                resolve: None,
                demo_identities: Vec::new(),
            },
            agencies: ["elections", "statistics", "treasury"]
                .map(|name| (id(name), agency(name)))
                .into_iter()
                .collect(),
            registers: IndexMap::from([
                register(
                    "census",
                    "statistics",
                    vec![
                        column("street", ColumnType::Text, Class::Address),
                        column("city", ColumnType::Text, Class::Address),
                    ],
                ),
                register("donations", "elections", vec![column("party", ColumnType::Text, Class::Donation)]),
                register(
                    "tax",
                    "treasury",
                    vec![
                        column("ssn", ColumnType::Text, Class::Identifier),
                        column("income", ColumnType::Integer, Class::Income),
                    ],
                ),
            ]),
            agreements: [base, building, politics]
                .map(|agreement| (agreement.id.clone(), agreement))
                .into_iter()
                .collect(),
            purposes: purposes.map(|purpose| (purpose.id.clone(), purpose)).into_iter().collect(),
            models: IndexMap::new(),
            ontology: IndexMap::new(),
            linkage: Some(linkage()),
            policies: Vec::new(),
            files: IndexMap::new(),
            warnings: model::Diagnostics::default(),
        };
        let mut republic = Self { folder, project };
        models.into_iter().for_each(|model| republic.put(model));
        republic
    }

    /// Adds a model, or puts it in the place of one of the same name.
    pub(crate) fn put(&mut self, model: SqlModel) {
        let file = SourceFile { path: model.path.clone(), text: model.text.clone() };
        self.project.files.insert(model.path.clone(), Arc::new(file));
        self.project.models.insert(model.id.clone(), model);
        self.project.models.sort_unstable_keys();
    }

    /// Changes a model.
    pub(crate) fn change(&mut self, name: &str, change: impl FnOnce(&mut SqlModel)) {
        let mut model = self.project.models[name].clone();
        change(&mut model);
        self.put(model);
    }

    /// Opens the lake and the gate over the project as it is now.
    pub(crate) async fn open(&self) -> Opened {
        let data = self.project.data_dir();
        let (lake, authority) = Lake::open(&data).await.unwrap();
        let key = || MasterKey::load_or_create(&data.join("keys/master.key")).unwrap();
        let storage: Arc<dyn Storage> = Arc::new(FolderStorage::create(&data.join("log")).unwrap());
        let signing = SigningKey::from_seed(&self.project.settings.log_origin, &[7; 32]).unwrap();
        let log_key = signing.verifying_key();
        let parts = Parts {
            project: Arc::new(self.project.clone()),
            policy: Engine::new(&self.project).unwrap(),
            log: Log::open(signing, Arc::clone(&storage), Options::default()).unwrap(),
            log_storage: storage,
            log_key,
            state: State::open(&data.join("state.sqlite"), key()).await.unwrap(),
            clock: Arc::new(Standing),
            keys: Keys::from_master(&key()),
        };
        Opened { lake, gate: Gate::new(authority, parts).await.unwrap() }
    }
}

/// Who runs jobs.
pub(crate) const SYSTEM: Actor = Actor::System;

/// A steward of the treasury.
pub(crate) fn steward() -> Actor {
    Actor::Member { account: id("steward-one"), recipient: id("treasury/steward"), role: RoleKind::Steward }
}

/// Gives the record with this key.
pub(crate) fn record(register: &str, key: &str) -> RecordId {
    RecordId::from_key(&id(register), &[Some(key)])
}

/// A row of a register: its key, who it is about, and the register's own columns as text.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) birth_date: Option<NaiveDate>,
    pub(crate) own: Vec<Option<String>>,
}

impl Row {
    pub(crate) fn new(key: &str, first_name: &str, last_name: &str, born: (i32, u32, u32), own: &[&str]) -> Self {
        Self {
            key: key.to_owned(),
            first_name: Some(first_name.to_owned()),
            last_name: Some(last_name.to_owned()),
            birth_date: Some(day(born.0, born.1, born.2)),
            own: own.iter().map(|value| (!value.is_empty()).then(|| (*value).to_owned())).collect(),
        }
    }
}

/// Writes a register's table, as ingest would.
pub(crate) async fn put_register(lake: &Lake, project: &Project, name: &str, rows: &[Row]) -> u64 {
    let register = &project.registers[name];
    let text =
        |of: &dyn Fn(&Row) -> Option<String>| -> ArrayRef { Arc::new(StringArray::from_iter(rows.iter().map(of))) };
    let epoch = day(1970, 1, 1);
    let days = rows.iter().map(|row| row.birth_date.map(|date| (date - epoch).num_days() as i32));
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("first_name", text(&|row| row.first_name.clone())),
        ("last_name", text(&|row| row.last_name.clone())),
        ("birth_date", Arc::new(Date32Array::from_iter(days))),
    ];
    for (place, (name, column)) in register.columns.iter().skip(3).enumerate() {
        let value = |row: &Row| row.own.get(place).cloned().flatten();
        let array: ArrayRef = match column.r#type {
            ColumnType::Integer => Arc::new(Int64Array::from_iter(
                rows.iter().map(|row| value(row).map(|value| value.parse::<i64>().unwrap())),
            )),
            _ => text(&value),
        };
        columns.push((name, array));
    }
    columns.push(("_record", text(&|row| Some(RecordId::from_key(&register.id, &[Some(&row.key)]).hash_hex()))));
    columns.push(("_file", text(&|_| Some(format!("incoming/{name}.csv")))));
    columns.push(("_row", Arc::new(Int64Array::from_iter_values(0..rows.len() as i64))));
    columns.push(("_run", text(&|_| Some("ingest-1".to_owned()))));
    write(lake, TableRef::register(&register.id), columns).await
}

async fn write(lake: &Lake, table: TableRef, columns: Vec<(&str, ArrayRef)>) -> u64 {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays: Vec<ArrayRef> = columns.into_iter().map(|(_, array)| array).collect();
    assert!(arrays.iter().all(|array| *array.data_type() != DataType::Null));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let written = lake
        .write(Write {
            table,
            schema,
            batches: vec![batch].into(),
            mode: WriteMode::Overwrite,
            txn: None,
            statistics: Vec::new(),
            metadata: BTreeMap::new(),
        })
        .await;
    written.unwrap().version
}

/// Gives every Parquet file under a folder.
pub(crate) fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
