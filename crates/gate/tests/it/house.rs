//! A small project with rows in its lake, and a gate over it.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use gate::{Entry, Gate, Keys, LookSubject, Parts};
use lake::{Lake, TableRef, Write, WriteMode};
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, CaseId, OfficerId, PersonId, PurposeId, RecordId, RegisterId, Request};
use policy::Engine;
use state::{MasterKey, State};
use testkit::{ProjectFolder, TestClock};
use tlog::fault::MemoryStorage;
use tlog::{Log, SigningKey, Storage};

/// Values that may never be seen in the log: whatever is in the registers or was typed by someone.
pub(crate) const CANARIES: [&str; 16] = [
    "Zacharias",
    "Quillfeather",
    "Ysolde",
    "Marzipan",
    "TN-48151",
    "TN-62342",
    "Nightingale Row",
    "Willowmere",
    "31415",
    "LN-7001",
    "555-0199",
    "officer-canary",
    "CASE-CANARY-9",
    "because of the canary",
    "91827364",
    "55667788",
];

/// The person of the first rows.
pub(crate) const ZACHARIAS: PersonId = PersonId(9_182_736_455);
/// The person of the second rows.
pub(crate) const YSOLDE: PersonId = PersonId(5_566_778_899);

pub(crate) fn register(name: &str) -> RegisterId {
    RegisterId::new(name).unwrap()
}

pub(crate) fn record(register_name: &str, key: &str) -> RecordId {
    RecordId::from_key(&register(register_name), &[Some(key)])
}

pub(crate) fn zacharias() -> LookSubject {
    LookSubject { person: ZACHARIAS, records: vec![record("tax", "TN-48151"), record("loans", "LN-7001")] }
}

pub(crate) fn ysolde() -> LookSubject {
    LookSubject { person: YSOLDE, records: vec![record("tax", "TN-62342"), record("donations", "R-1")] }
}

/// Everything that a gate stands on.
pub(crate) struct House {
    /// Holds the folder until the house is gone.
    _folder: ProjectFolder,
    pub(crate) lake: Lake,
    pub(crate) state: State,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) log: MemoryStorage,
    pub(crate) gate: Gate,
}

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_seed("small.example/log", &[3; 32]).unwrap()
}

pub(crate) fn open_log(storage: &MemoryStorage) -> Log {
    Log::open(signing_key(), Arc::new(storage.clone()), tlog::Options::default()).unwrap()
}

pub(crate) fn master() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::over(ProjectFolder::small(), MemoryStorage::new(), state::Options::default()).await
    }

    /// Opens a house over a project whose data folder may hold a store already.
    pub(crate) async fn over(folder: ProjectFolder, storage: MemoryStorage, options: state::Options) -> Self {
        let path = folder.root().join("data");
        std::fs::create_dir_all(&path).unwrap();
        let state = State::open_with(&path.join("state.sqlite"), master(), options).await.unwrap();
        Self::over_state(folder, storage, state).await.unwrap()
    }

    /// Opens a house with this store of details, if the gate opens.
    pub(crate) async fn over_state(
        folder: ProjectFolder,
        storage: MemoryStorage,
        state: State,
    ) -> Result<Self, gate::GateError> {
        let project = Arc::new(folder.load().unwrap_or_else(|found| panic!("{found}")));
        let policy = Engine::new(&project).unwrap_or_else(|found| panic!("{found}"));
        let (lake, authority) = Lake::open(&project.data_dir()).await.unwrap();
        fill(&lake).await;
        let clock = Arc::new(TestClock::at("2026-05-04T12:00:00Z"));
        let log = open_log(&storage);
        let log_storage: Arc<dyn Storage> = Arc::new(storage.clone());
        let parts = Parts {
            project,
            policy,
            log,
            log_storage,
            log_key: signing_key().verifying_key(),
            state: state.clone(),
            clock: clock.clone(),
            keys: Keys::from_master(&master()),
        };
        let gate = Gate::new(authority, parts).await?;
        Ok(Self { _folder: folder, lake, state, clock, log: storage, gate })
    }

    /// Gives all entries of the log.
    pub(crate) async fn entries(&self) -> Vec<Entry> {
        let entries = self.gate.entries(0..u64::MAX).await.unwrap();
        entries.into_iter().map(|logged| logged.entry).collect()
    }

    /// Checks that nothing personal is in any entry of the log.
    pub(crate) async fn assert_log_is_clean(&self) {
        for leaf in 0..self.gate.log_size() {
            let bytes = self.gate.entry_bytes(leaf).await.unwrap();
            let text = String::from_utf8(bytes).unwrap();
            for canary in CANARIES {
                assert!(!text.contains(canary), "{canary} in {text}");
            }
            for subject in [zacharias(), ysolde()] {
                for record in subject.records {
                    assert!(!text.contains(&record.hash_hex()), "a record id in {text}");
                }
            }
        }
    }
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn lineage(mut columns: Vec<(&'static str, ArrayRef)>, register: &str, keys: &[&str]) -> RecordBatch {
    let ids: Vec<String> = keys.iter().map(|key| record(register, key).hash_hex()).collect();
    let rows: Int64Array = (0..keys.len() as i64).collect();
    columns.push(("_record", Arc::new(StringArray::from(ids))));
    columns.push(("_file", texts(&vec!["incoming/file.csv"; keys.len()])));
    columns.push(("_row", Arc::new(rows)));
    columns.push(("_run", texts(&vec!["run-1"; keys.len()])));
    batch(columns)
}

pub(crate) fn tax_rows(incomes: [i128; 2]) -> RecordBatch {
    let incomes = Decimal128Array::from(incomes.to_vec()).with_precision_and_scale(12, 2).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("tax_number", texts(&["TN-48151", "TN-62342"])),
        ("first_name", texts(&["Zacharias", "Ysolde"])),
        ("last_name", texts(&["Quillfeather", "Marzipan"])),
        ("birth_date", Arc::new(Date32Array::from(vec![7_000, 8_000]))),
        ("street", texts(&["Nightingale Row 1", "Nightingale Row 2"])),
        ("district", texts(&["Willowmere", "Willowmere"])),
        ("income", Arc::new(incomes)),
    ];
    lineage(columns, "tax", &["TN-48151", "TN-62342"])
}

pub(crate) async fn write(lake: &Lake, table: TableRef, batch: RecordBatch) -> u64 {
    let write = Write {
        table,
        schema: batch.schema(),
        batches: batch.into(),
        mode: WriteMode::Overwrite,
        txn: None,
        statistics: vec![],
        metadata: Default::default(),
    };
    lake.write(write).await.unwrap().version
}

async fn fill(lake: &Lake) {
    if lake.info(&TableRef::register(&register("tax"))).await.unwrap().is_some() {
        return;
    }
    write(lake, TableRef::register(&register("tax")), tax_rows([3_141_500, 9_000_000])).await;
    let loans: Vec<(&str, ArrayRef)> = vec![
        ("loan_number", texts(&["LN-7001"])),
        ("first_name", texts(&["Zacharias"])),
        ("last_name", texts(&["Quillfeather"])),
        ("birth_date", Arc::new(Date32Array::from(vec![7_000]))),
        ("owed", Arc::new(Int64Array::from(vec![12_345]))),
        ("phone", texts(&["555-0199"])),
    ];
    write(lake, TableRef::register(&register("loans")), lineage(loans, "loans", &["LN-7001"])).await;
    let amounts = Decimal128Array::from(vec![5_000]).with_precision_and_scale(10, 2).unwrap();
    let donations: Vec<(&str, ArrayRef)> = vec![
        ("receipt", texts(&["R-1"])),
        ("first_name", texts(&["Ysolde"])),
        ("last_name", texts(&["Marzipan"])),
        ("party", texts(&["Canal Party"])),
        ("amount", Arc::new(amounts)),
    ];
    write(lake, TableRef::register(&register("donations")), lineage(donations, "donations", &["R-1"])).await;
    let schema = Schema::new(vec![Field::new("_record", DataType::Utf8, true)]);
    let quarantine = RecordBatch::new_empty(Arc::new(schema));
    write(lake, TableRef::quarantine(&register("tax")), quarantine).await;
}

pub(crate) fn member(recipient: &str, role: RoleKind) -> Actor {
    let account = OfficerId::new("officer-canary").unwrap();
    Actor::Member { account, recipient: recipient.parse().unwrap(), role }
}

pub(crate) fn officer() -> Actor {
    member("education/case-officer", RoleKind::Officer)
}

pub(crate) fn citizen(person: PersonId) -> Actor {
    Actor::Citizen { account: OfficerId::new("officer-canary-too").unwrap(), person }
}

pub(crate) fn request(actor: Actor, purpose: &str, action: Action) -> Request {
    Request {
        actor,
        purpose: PurposeId::new(purpose).unwrap(),
        case: Some(CaseId("CASE-CANARY-9".into())),
        justification: Some("because of the canary, who asked us to".into()),
        by_program: false,
        action,
    }
}

/// An officer's wish to open a person under `loan-relief`.
pub(crate) fn open(person: PersonId) -> Request {
    request(officer(), "loan-relief", Action::OpenPerson { person })
}

pub(crate) fn own(person: PersonId) -> Request {
    let mut request = request(citizen(person), "own-data", Action::ReadOwn);
    request.case = None;
    request.justification = None;
    request
}
