//! A project that is open: lake, log, state and gate, each made once.

use std::path::Path;
use std::sync::Arc;

use gate::{Gate, Keys, Parts};
use lake::Lake;
use model::{Clock, Diagnostics, Project, RunId, SystemClock};
use state::{MasterKey, State};
use tlog::{FolderStorage, Log, Options, SigningKey, Storage, VerifyingKey};

use crate::exit::{Ending, Failure};

/// An open project.
pub(crate) struct App {
    pub(crate) project: Arc<Project>,
    pub(crate) lake: Lake,
    pub(crate) gate: Gate,
    pub(crate) state: State,
    pub(crate) clock: Arc<dyn Clock>,
    /// Signs sessions and role tokens.
    pub(crate) session_key: [u8; 32],
}

/// Reads and checks a project as a whole: its files, its policies and its models.
///
/// # Errors
/// All diagnostics of all rooms at once, sorted.
pub(crate) fn check(dir: &Path) -> Result<Project, Diagnostics> {
    let project = Project::load(dir)?;
    let mut found = Diagnostics::default();
    if let Err(policies) = policy::Engine::new(&project) {
        found.0.extend(policies.0);
    }
    if let Err(models) = pipeline::plan(&project) {
        found.0.extend(models.0);
    }
    found.sort();
    if found.has_errors() { Err(found) } else { Ok(project) }
}

/// As [`check`], with the failure that commands end with.
pub(crate) fn load(dir: &Path) -> Result<Arc<Project>, Failure> {
    check(dir).map(Arc::new).map_err(|diagnostics| Failure::new(Ending::Project, diagnostics))
}

impl App {
    /// Opens the project in `dir`. One process at a time may have it open.
    pub(crate) async fn open(dir: &Path) -> Result<Self, Failure> {
        let project = load(dir)?;
        Self::open_project(project).await
    }

    /// Opens a project that was checked.
    pub(crate) async fn open_project(project: Arc<Project>) -> Result<Self, Failure> {
        let data = project.data_dir();
        let (lake, authority) = Lake::open(&data).await.map_err(|error| match error {
            lake::LakeError::InUse { .. } => Failure::new(Ending::InUse, error),
            other => Failure::from(other),
        })?;
        let keys = data.join("keys");
        let master = MasterKey::load_or_create(&keys.join("master.key"))?;
        let gate_keys = Keys::from_master(&master);
        let session_key = *master.derive("session");
        let state = State::open(&data.join("state.sqlite"), master).await?;
        let (log, storage, log_key) = open_log(&project, &keys)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let policy = policy::Engine::new(&project).map_err(|diagnostics| Failure::new(Ending::Project, diagnostics))?;
        let parts = Parts {
            project: Arc::clone(&project),
            policy,
            log,
            log_storage: storage,
            log_key,
            state: state.clone(),
            clock: Arc::clone(&clock),
            keys: gate_keys,
        };
        let gate = Gate::new(authority, parts).await?;
        Ok(Self { project, lake, gate, state, clock, session_key })
    }

    /// Gives the id of a new run: the time, so that runs sort, and the process, so that two don't collide.
    pub(crate) fn new_run(&self) -> Result<RunId, Failure> {
        let now = self.clock.now()?;
        Ok(RunId::new(format!("r{}-{}", now.format("%Y%m%d-%H%M%S-%3f"), std::process::id()))?)
    }

    /// Closes the log and the state in order, so that the checkpoint covers every entry.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        self.gate.close().await?;
        self.state.close().await?;
        Ok(())
    }
}

fn open_log(project: &Project, keys: &Path) -> Result<(Log, Arc<dyn Storage>, VerifyingKey), Failure> {
    let secret = keys.join("log.key");
    if !secret.is_file() {
        let key = SigningKey::generate(&project.settings.log_origin)?;
        std::fs::create_dir_all(keys)?;
        std::fs::write(keys.join("log.pub"), format!("{}\n", key.verifying_key()))?;
        key.save(&secret)?;
    }
    let key = SigningKey::load(&secret)?;
    let verifying_key = key.verifying_key();
    let storage: Arc<dyn Storage> = Arc::new(FolderStorage::create(&project.data_dir().join("log"))?);
    let log = Log::open(key, Arc::clone(&storage), Options::default())?;
    Ok((log, storage, verifying_key))
}

/// Gives what verifies a log without opening the project: its files and the public key.
pub(crate) fn log_for_reading(project: &Project) -> Result<(FolderStorage, VerifyingKey), Failure> {
    let data = project.data_dir();
    let path = data.join("keys").join("log.pub");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| anyhow::anyhow!("{} can't be read: {error}; is there a log yet?", path.display()))?;
    Ok((FolderStorage::open(&data.join("log"))?, VerifyingKey::parse(text.trim())?))
}
