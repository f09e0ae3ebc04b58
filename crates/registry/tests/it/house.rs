//! A small project whose registers are ingested, built, linked and indexed.

use std::fmt::Write as _;
use std::sync::Arc;

use gate::{Gate, Keys, Parts};
use lake::Lake;
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, CaseId, OfficerId, PersonId, Project, Request, RunId};
use registry::{Dossier, Index, SearchAnswer, SearchQuery};
use state::{MasterKey, State};
use testkit::{ProjectFolder, TestClock};
use tlog::fault::MemoryStorage;
use tlog::{Log, SigningKey, Storage};

const FIRST: [&str; 6] = ["Amelia", "Björn", "Chloé", "Dmitri", "Elif", "Farid"];
const LAST: [&str; 6] = ["Okafor", "Lindqvist", "Aubigny", "Petrovsky", "Marchetti", "Novák"];

pub(crate) const DONATIONS: &str = "receipt,first_name,last_name,party,amount\n\
    R-1,Ysolde,Quillfeather,Marzipan League,777.25\n\
    R-2,Elif,Marchetti,Thursday Club,20.00\n";

/// Everything that an index stands on.
pub(crate) struct House {
    pub(crate) folder: ProjectFolder,
    pub(crate) project: Arc<Project>,
    pub(crate) lake: Lake,
    pub(crate) gate: Gate,
    pub(crate) log: MemoryStorage,
    pub(crate) state: State,
    pub(crate) clock: Arc<TestClock>,
}

pub(crate) fn run(name: &str) -> RunId {
    RunId::new(name).unwrap()
}

fn prepare_folder(donations: &str) -> ProjectFolder {
    let folder = ProjectFolder::small();
    let mut tax = "tax_number,first_name,last_name,birth_date,street,district,income\n\
        TN-48151,Ysolde,Quillfeather,1984-03-12,Nightingale Row 1,North,31415.00\n"
        .to_owned();
    let mut loans = "loan_number,first_name,last_name,birth_date,owed,phone\n\
        LN-7001,Ysolde,Quillfeather,1984-03-12,12345,555-0199\n"
        .to_owned();
    for (number, (last, first)) in LAST.iter().flat_map(|last| FIRST.map(|first| (*last, first))).enumerate() {
        let born = format!("{}-{:02}-{:02}", 1950 + number * 7 % 50, 1 + number * 5 % 12, 1 + number * 11 % 28);
        writeln!(tax, "TN-9{number:04},{first},{last},{born},{number} Mill Lane,South,{}.00", 20_000 + number).unwrap();
        if number % 7 != 3 {
            writeln!(loans, "LN-{number},{first},{last},{born},{},555-{number:04}", 1_000 + number).unwrap();
        }
    }
    folder.write("incoming/tax_2025.csv", &tax);
    folder.write("incoming/loans_2025.csv", &loans);
    folder.write("incoming/donations_2025.csv", donations);
    folder.write(
        "linkage.toml",
        r#"agreement = "education-tax"
attach = [{ agreement = "party-finance", registers = ["donations"] }]

[[block]]
on = ["last_name", "birth_date.year"]
[[block]]
on = ["first_name", "last_name"]

[[compare]]
column = "first_name"
as = "name"
[[compare]]
column = "last_name"
as = "name"
[[compare]]
column = "birth_date"
as = "date"
"#,
    );
    folder
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(DONATIONS, |_| {}).await
    }

    /// Opens a house with these donations, and what `change` does to the project's files.
    pub(crate) async fn with(donations: &str, change: impl FnOnce(&ProjectFolder)) -> Self {
        Self::over(donations, state::Options::default(), change).await
    }

    /// Opens a house as [`with`](Self::with) does, over a store opened so.
    pub(crate) async fn over(donations: &str, options: state::Options, change: impl FnOnce(&ProjectFolder)) -> Self {
        let folder = prepare_folder(donations);
        change(&folder);
        let project = Arc::new(folder.load().unwrap_or_else(|found| panic!("{found}")));
        let policy = policy::Engine::new(&project).unwrap_or_else(|found| panic!("{found}"));
        let (lake, authority) = Lake::open(&project.data_dir()).await.unwrap();
        let master = MasterKey::from_bytes([7; 32]);
        let keys = Keys::from_master(&master);
        let state = State::open_with(&project.data_dir().join("state.sqlite"), master, options).await.unwrap();
        let clock = Arc::new(TestClock::at("2026-05-04T12:00:00Z"));
        let log = MemoryStorage::new();
        let key = SigningKey::from_seed("small.example/log", &[3; 32]).unwrap();
        let log_key = key.verifying_key();
        let log_storage: Arc<dyn Storage> = Arc::new(log.clone());
        let opened = Log::open(key, Arc::clone(&log_storage), tlog::Options::default()).unwrap();
        let parts = Parts {
            project: Arc::clone(&project),
            policy,
            log: opened,
            log_storage,
            log_key,
            state: state.clone(),
            clock: clock.clone(),
            keys,
        };
        let gate = Gate::new(authority, parts).await.unwrap();
        let house = Self { folder, project, lake, gate, log, state, clock };
        house.ingest("one").await;
        house.build_and_link("one").await;
        house.build_index("index-one").await;
        house
    }

    pub(crate) async fn ingest(&self, round: &str) {
        for register in self.project.registers.values() {
            let name = run(&format!("ingest-{}-{round}", register.id));
            let clock = self.clock.as_ref();
            let report = source::ingest(&self.lake, &self.project.root, register, &name, clock, &|_| {}).await.unwrap();
            assert_eq!(report.quarantined, 0, "{}", register.id);
        }
    }

    pub(crate) async fn build_and_link(&self, round: &str) {
        let (lake, gate, by) = (&self.lake, &self.gate, &Actor::System);
        let models = run(&format!("build-{round}"));
        pipeline::build(lake, gate, &self.project, by, &models, pipeline::Models::PersonSide, &|_| {}).await.unwrap();
        let links = run(&format!("link-{round}"));
        linkage::link(lake, gate, &self.project, by, &links, self.clock.as_ref(), &|_| {}).await.unwrap();
    }

    pub(crate) async fn build_index(&self, name: &str) {
        registry::build(&self.lake, &self.gate, &self.project, &Actor::System, &run(name), &|_| {}).await.unwrap();
    }

    pub(crate) fn index(&self) -> Index {
        Index::open(&self.project).unwrap()
    }

    pub(crate) async fn search(&self, index: &Index, query: &SearchQuery) -> SearchAnswer {
        index.search(&self.gate, &officer(Action::Search), query).await.unwrap()
    }

    /// Gives the person whom a search for this name finds first.
    pub(crate) async fn find(&self, index: &Index, name: &str) -> PersonId {
        let query = SearchQuery { name: name.to_owned(), ..SearchQuery::default() };
        self.search(index, &query).await.hits[0].person
    }

    pub(crate) async fn open(&self, index: &Index, person: PersonId) -> Dossier {
        index.open_person(&self.gate, &officer(Action::OpenPerson { person }), true).await.unwrap()
    }
}

/// A case officer's request under `loan-relief`.
pub(crate) fn officer(action: Action) -> Request {
    let account = OfficerId::new("officer-one").unwrap();
    let recipient = "education/case-officer".parse().unwrap();
    Request {
        actor: Actor::Member { account, recipient, role: RoleKind::Officer },
        purpose: "loan-relief".parse().unwrap(),
        case: Some(CaseId("CASE-1".to_owned())),
        justification: Some("the borrower asked for relief".to_owned()),
        by_program: false,
        action,
    }
}

/// A citizen's request to read their own.
pub(crate) fn citizen(person: PersonId) -> Request {
    Request {
        actor: Actor::Citizen { account: OfficerId::new("citizen-one").unwrap(), person },
        purpose: "own-data".parse().unwrap(),
        case: None,
        justification: None,
        by_program: false,
        action: Action::ReadOwn,
    }
}
