//! A small republic, ingested, linked, indexed and served: rows with canaries, identities of every role.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::{TimeDelta, Utc};
use gate::{Gate, Keys, Parts};
use lake::Lake;
use linkage::link;
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, CaseId, Clock as _, OfficerId, PersonId, Project, RecordId, RunId};
use pipeline::{Models, build};
use policy::Engine;
use registry::{Index, Resolver, SearchQuery};
use serde_json::{Value, json};
use server::Resolving;
use server::identity::{self, DemoIdentity};
use state::{MasterKey, State};
use testkit::{ProjectFolder, TestClock};
use tlog::fault::MemoryStorage;
use tlog::{Log, SigningKey, Storage};
use tower::ServiceExt as _;

/// Values of Ysolde's rows that `loan-relief` withholds: each would betray a hole.
pub(crate) const WITHHELD: [&str; 8] =
    ["TN-48151", "Nightingale Row", "31415", "LN-70017", "555-0199", "Marzipan League", "777.25", "R-90210"];

/// What officers write when they ask; it is in no answer of theirs that fails.
pub(crate) const WHY: &str = "because of the canary in her file";

/// The key that signs sessions.
pub(crate) const SESSION_KEY: [u8; 32] = [5; 32];

const FIRST: [&str; 10] =
    ["Amelia", "Bruno", "Chiara", "Dmitri", "Esther", "Farid", "Greta", "Hassan", "Ingrid", "Jerome"];
const LAST: [&str; 8] = ["Okafor", "Lindqvist", "Aubigny", "Haddad", "Castellan", "Novotny", "Brightwater", "Yildirim"];

/// The republic, open and served.
pub(crate) struct House {
    folder: ProjectFolder,
    pub(crate) gate: Gate,
    /// Where the log keeps its files.
    pub(crate) log: MemoryStorage,
    pub(crate) lake: Lake,
    pub(crate) state: State,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) router: Router,
    pub(crate) resolving: Resolving,
    pub(crate) identities: Vec<DemoIdentity>,
    /// Ysolde Quillfeather: in all three registers, and the demo's citizen.
    pub(crate) ysolde: PersonId,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Gives the kind of a problem document; the answer is one.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{} {}", self.status, self.text);
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        problem["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
    }
}

/// A request in the making: from this machine, with nothing else.
pub(crate) struct Ask(pub(crate) axum::http::request::Builder, pub(crate) Body);

impl Ask {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Self(Request::builder().method(method).uri(path).header(header::HOST, "localhost"), Body::empty())
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value), self.1)
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    pub(crate) fn text(self, kind: &str, body: &str) -> Self {
        Self(self.0.header("content-type", kind), Body::from(body.to_owned()))
    }
}

fn run(name: &str) -> RunId {
    RunId::new(name).unwrap()
}

/// Writes the rows. Ysolde is in all registers; most others are in two; a few are written differently, so that some
/// links are uncertain.
fn write_rows(folder: &ProjectFolder) {
    let mut tax = "tax_number,first_name,last_name,birth_date,street,district,income\n".to_owned();
    let mut loans = "loan_number,first_name,last_name,birth_date,owed,phone\n".to_owned();
    tax += "TN-48151,Ysolde,Quillfeather,1984-03-12,7 Nightingale Row,North,31415.00\n";
    loans += "LN-70017,Ysolde,Quillfeather,1984-03-12,12500,555-0199\n";
    for (number, (last, first)) in LAST.iter().flat_map(|last| FIRST.map(|first| (*last, first))).enumerate() {
        let (year, month, day) = (1950 + number * 7 % 50, 1 + number * 5 % 12, 1 + number * 11 % 28);
        let born = format!("{year}-{month:02}-{day:02}");
        writeln!(tax, "TN-{number},{first},{last},{born},{number} Mill Lane,South,{}.00", 20_000 + number * 100)
            .unwrap();
        // One in seven has no loan; one in nine is written with a slip in the name, one in eleven with another birthday.
        if number % 7 == 3 {
            continue;
        }
        let name = if number % 9 == 4 { format!("{}x", &first[..first.len() - 1]) } else { first.to_owned() };
        let born = if number % 11 == 5 { format!("{year}-{month:02}-{:02}", day % 28 + 1) } else { born };
        writeln!(loans, "LN-{number},{name},{last},{born},{},555-{number:04}", 1_000 + number * 50).unwrap();
    }
    folder.write("incoming/tax_2025.csv", &tax);
    folder.write("incoming/loans_2025.csv", &loans);
    folder.write(
        "incoming/donations_2025.csv",
        "receipt,first_name,last_name,birth_date,party,amount\n\
         R-90210,Ysolde,Quillfeather,1984-03-12,Marzipan League,777.25\n\
         R-2,Bruno,Okafor,1957-06-12,Thursday Club,20.00\n",
    );
    // Donors are told apart by their birthday, so that donations reach their persons.
    folder.replace(
        "registers/donations.toml",
        "party = {",
        "birth_date = { type = \"date\", class = \"identity\" }\nparty = {",
    );
    folder.replace("models/donation_person.sql", "last_name\n", "last_name, birth_date\n");
    folder.write(
        "districts.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"N","name":"North"},
            "geometry":{"type":"Polygon","coordinates":[[[0,50],[2,50],[2,51],[0,51],[0,50]]]}}]}"#,
    );
    folder.replace("lucarne.toml", "name =", "districts = \"districts.geojson\"\nname =");
    folder.replace("lucarne.toml", "[jobs]", "[resolve]\n\n[jobs]");
    // Stewards may name the records that they ask about.
    let budget = "subject = \"link-review\"\npersons_per_officer_and_day = 50";
    folder.replace("purposes/review-links.toml", "subject = \"link-review\"", budget);
    folder.write(
        "linkage.toml",
        r#"agreement = "education-tax"
attach = [{ agreement = "party-finance", registers = ["donations"] }]
# High, so that pairs written differently are near it.
threshold = 0.99995
second_reviewer = ["same"]

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
}

async fn prepare(lake: &Lake, gate: &Gate, project: &Arc<Project>, clock: &TestClock) -> Index {
    for register in project.registers.values() {
        let name = run(&format!("ingest-{}", register.id));
        let report = source::ingest(lake, &project.root, register, &name, clock, &|_| {}).await.unwrap();
        assert_eq!(report.quarantined, 0, "{}", register.id);
    }
    build(lake, gate, project, &Actor::System, &run("build-one"), Models::PersonSide, &|_| {}).await.unwrap();
    link(lake, gate, project, &Actor::System, &run("link-one"), clock, &|_| {}).await.unwrap();
    build(lake, gate, project, &Actor::System, &run("build-two"), Models::ObjectSide, &|_| {}).await.unwrap();
    registry::build(lake, gate, project, &Actor::System, &run("index-one"), &|_| {}).await.unwrap();
    Index::open(project).unwrap()
}

fn member(name: &str, recipient: &str, role: RoleKind) -> DemoIdentity {
    let account = OfficerId::new(format!("account-{name}")).unwrap();
    let actor = Actor::Member { account, recipient: recipient.parse().unwrap(), role };
    DemoIdentity { name: name.to_owned(), title: name.to_owned(), title_fr: None, actor }
}

async fn find_ysolde(gate: &Gate, index: &Index, officer: &Actor) -> PersonId {
    let request = model::Request {
        actor: officer.clone(),
        purpose: "loan-relief".parse().unwrap(),
        case: Some(CaseId("CASE-0".to_owned())),
        justification: Some("finding out whom the tests are about".to_owned()),
        by_program: false,
        action: Action::Search,
    };
    let query = SearchQuery { name: "Ysolde Quillfeather".to_owned(), ..SearchQuery::default() };
    let found = index.search(gate, &request, &query).await.unwrap();
    found.hits.first().expect("Ysolde is found").person
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// Gives the house after its files were changed.
    pub(crate) async fn with(change: impl FnOnce(&ProjectFolder)) -> Self {
        Self::over(state::Options::default(), change).await
    }

    /// Gives the house over a store with options.
    pub(crate) async fn over(options: state::Options, change: impl FnOnce(&ProjectFolder)) -> Self {
        let folder = ProjectFolder::small();
        write_rows(&folder);
        change(&folder);
        let project = Arc::new(folder.load().unwrap_or_else(|found| panic!("{found}")));
        let data = project.data_dir();
        let (lake, authority) = Lake::open(&data).await.unwrap();
        let master = || MasterKey::from_bytes([7; 32]);
        let state = State::open_with(&data.join("state.sqlite"), master(), options).await.unwrap();
        let clock = Arc::new(TestClock::at("2026-05-04T12:00:00Z"));
        let signing = SigningKey::from_seed("small.example/log", &[3; 32]).unwrap();
        let log_key = signing.verifying_key();
        let log = MemoryStorage::new();
        let storage: Arc<dyn Storage> = Arc::new(log.clone());
        let parts = Parts {
            project: Arc::clone(&project),
            policy: Engine::new(&project).unwrap_or_else(|found| panic!("{found}")),
            log: Log::open(signing, Arc::clone(&storage), tlog::Options::default()).unwrap(),
            log_storage: storage,
            log_key,
            state: state.clone(),
            clock: clock.clone(),
            keys: Keys::from_master(&master()),
        };
        let gate = Gate::new(authority, parts).await.unwrap();
        let index = prepare(&lake, &gate, &project, &clock).await;
        let mut identities = vec![
            member("officer", "education/case-officer", RoleKind::Officer),
            member("tax-officer", "tax/case-officer", RoleKind::Officer),
            member("auditor", "elections/auditor", RoleKind::Officer),
            member("steward", "education/steward", RoleKind::Steward),
            member("second-steward", "education/steward", RoleKind::Steward),
            member("engineer", "education/engineer", RoleKind::Engineer),
            member("dpo", "education/dpo", RoleKind::DataProtectionOfficer),
        ];
        let ysolde = find_ysolde(&gate, &index, &identities[0].actor).await;
        identities.push(DemoIdentity {
            name: "citizen".to_owned(),
            title: "citizen".to_owned(),
            title_fr: None,
            actor: Actor::Citizen { account: OfficerId::new("account-citizen").unwrap(), person: ysolde },
        });
        let (index, resolving, resolve) = (Arc::new(index), Resolving::reading(), run("resolve-one"));
        let resolver = Resolver::open(
            (&lake, &gate),
            (Arc::clone(&index), state.clone()),
            &Actor::System,
            &resolve,
            (30, clock.now().unwrap()),
            &|_| {},
        );
        resolving.is_ready(Arc::new(resolver.await.unwrap().0));
        let router = server::router(server::Parts {
            project,
            gate: gate.clone(),
            index,
            lake: lake.clone(),
            state: state.clone(),
            clock: clock.clone(),
            resolving: resolving.clone(),
            turns: server::Turns::default(),
            session_key: SESSION_KEY,
            demo: Some(identities.clone()),
        });
        Self { folder, gate, log, lake, state, clock, router, resolving, identities, ysolde }
    }

    /// Links and indexes once more, and serves what comes of it; the runs are `link-…` and `index-…`.
    pub(crate) async fn run_again(&mut self, name: &str) {
        let project = Arc::new(self.folder.load().unwrap_or_else(|found| panic!("{found}")));
        let (link_run, index_run) = (run(&format!("link-{name}")), run(&format!("index-{name}")));
        link(&self.lake, &self.gate, &project, &Actor::System, &link_run, &*self.clock, &|_| {}).await.unwrap();
        registry::build(&self.lake, &self.gate, &project, &Actor::System, &index_run, &|_| {}).await.unwrap();
        let index = Arc::new(Index::open(&project).unwrap());
        self.state.forget_judged_before(index.generation()).await.unwrap();
        self.router = server::router(server::Parts {
            project,
            gate: self.gate.clone(),
            index,
            lake: self.lake.clone(),
            state: self.state.clone(),
            clock: self.clock.clone(),
            resolving: self.resolving.clone(),
            turns: server::Turns::default(),
            session_key: SESSION_KEY,
            demo: Some(self.identities.clone()),
        });
    }

    /// Gives the project's folder, in which deliveries are.
    pub(crate) fn folder(&self) -> &ProjectFolder {
        &self.folder
    }

    /// Gives the answer to a request.
    pub(crate) async fn ask(&self, ask: Ask) -> Answer {
        let response = self.router.clone().oneshot(ask.0.body(ask.1).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) fn now(&self) -> chrono::DateTime<Utc> {
        self.clock.now().unwrap()
    }

    /// Gives a token of an identity that holds for an hour.
    pub(crate) fn token(&self, name: &str) -> String {
        let identity = self.identities.iter().find(|identity| identity.name == name).expect("an identity");
        identity::sign(&SESSION_KEY, identity, self.now() + TimeDelta::hours(1))
    }

    /// Gives the name under which an agency knows Ysolde.
    pub(crate) fn ysolde_at(&self, agency: &str) -> String {
        self.gate.pseudonym(&agency.parse().unwrap(), self.ysolde)
    }

    /// Gives how many judgements and contests the spine has, with those that the next run of linking takes over first.
    pub(crate) async fn judgements(&self) -> u64 {
        linkage::settle(&self.lake, &self.gate).await.unwrap();
        let versions = self.lake.versions(&lake::TableRef::spine("judgements"), usize::MAX, None).await.unwrap();
        versions.iter().map(|version| version.metadata["said"].parse::<u64>().unwrap()).sum()
    }

    pub(crate) async fn dossier(&self, who: &str, person: &str, purpose: &str) -> Answer {
        let path = format!("/api/v1/persons/{person}/dossier");
        self.ask(Ask::new("POST", &path).token(&self.token(who)).json(&work(purpose))).await
    }

    pub(crate) async fn search(&self, who: &str, purpose: &str, name: &str) -> Answer {
        let mut body = work(purpose);
        body["name"] = json!(name);
        self.ask(Ask::new("POST", "/api/v1/search").token(&self.token(who)).json(&body)).await
    }
}

/// Gives a checkpoint that the house's log signed and does not continue, as one from which it was rewritten.
pub(crate) fn forked_checkpoint() -> String {
    let signing = SigningKey::from_seed("small.example/log", &[3; 32]).unwrap();
    let root = tlog::leaf_hash(b"another entry");
    tlog::Checkpoint { origin: "small.example/log".to_owned(), size: 1, root }.sign(&signing).unwrap()
}

/// Gives a body that says what is worked on.
pub(crate) fn work(purpose: &str) -> Value {
    json!({ "purpose": purpose, "case": "CASE-7", "justification": WHY })
}

/// Gives a body that asks whose a new loan of Ysolde's is.
pub(crate) fn new_loan(number: &str) -> Value {
    let mut body = work("loan-relief");
    body["register"] = json!("loans");
    body["key"] = json!({ "loan_number": number });
    body["values"] = json!({ "first_name": "Ysolde", "last_name": "Quillfeather", "birth_date": "1984-03-12" });
    body
}

/// Gives a body that asks why two records, each by its register and key, are or are not of one person.
pub(crate) fn two_records(one: (&str, &str), other: (&str, &str)) -> Value {
    let record = |(register, key): (&str, &str)| RecordId::from_key(&register.parse().unwrap(), &[Some(key)]);
    let mut body = work("review-links");
    body["left"] = json!(record(one).to_string());
    body["right"] = json!(record(other).to_string());
    body
}

/// Gives a body that names two records, each by its register and key, and nothing else.
pub(crate) fn named(one: (&str, &str), other: (&str, &str)) -> Value {
    let body = two_records(one, other);
    json!({ "left": body["left"], "right": body["right"] })
}

/// Gives a path in which each `{…}` has a value, and the body that the route takes.
#[track_caller]
pub(crate) fn example(path: &str, person: &str) -> (String, Option<Value>) {
    let searched = json!({
        "purpose": "loan-relief", "case": "CASE-7", "justification": WHY, "name": "Ysolde Quillfeather",
    });
    let body = match path {
        "/api/v1/search" => Some(searched),
        "/api/v1/search/household" => {
            let mut body = work("loan-relief");
            body["address"] = json!("7 Nightingale Row");
            Some(body)
        }
        "/api/v1/resolve" => Some(new_loan("LN-NEW")),
        "/api/v1/persons/{person}/dossier" => Some(work("loan-relief")),
        "/api/v1/review/explain" => Some(two_records(("loans", "LN-70017"), ("tax", "TN-48151"))),
        "/api/v1/review/explained/judgement" => {
            let mut body = named(("loans", "LN-70017"), ("tax", "TN-48151"));
            body["generation"] = json!("index-one");
            body["verdict"] = json!("cannot-say");
            body["reason"] = json!("the rows don't tell");
            Some(body)
        }
        "/api/v1/review/explained/take-back" => {
            let mut body = named(("loans", "LN-70017"), ("tax", "TN-48151"));
            body["generation"] = json!("index-one");
            body["reason"] = json!("I misread");
            Some(body)
        }
        "/api/v1/log/verify" => Some(json!({})),
        "/api/v1/me/records/{record}/contest" => Some(json!({ "reason": "I never lived in that street" })),
        "/api/v1/review/{pair}/take-back" | "/api/v1/review/{pair}/links/{link}/take-back" => {
            Some(json!({ "generation": "index-one", "reason": "I misread" }))
        }
        "/api/v1/review/{pair}/judgement" | "/api/v1/review/{pair}/links/{link}/judgement" => {
            Some(json!({ "generation": "index-one", "verdict": "cannot-say", "reason": "the rows don't tell" }))
        }
        _ => None,
    };
    let filled = path
        .replace("{person}", person)
        .replace("{index}", "0")
        .replace("{register}", "tax")
        .replace("{number}", "1")
        .replace("{pair}", "0")
        .replace("{link}", "0")
        .replace("{record}", "r-0")
        .replace("{file}", "start.js");
    assert!(!filled.contains('{'), "{path} has a part for which this function has no example");
    (filled, body)
}
