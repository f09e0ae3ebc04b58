//! A project that is open: lake, log, state and gate, each made once.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use gate::{Gate, GateError, Keys, LogWitness, Parts};
use lake::Lake;
use model::{Clock, Diagnostics, Legible, Project, RunId, SystemClock};
use state::{MasterKey, State};
use tlog::{FolderStorage, KeyError, Log, Options, SigningKey, Storage, VerifyingKey};

use crate::exit::{Ending, Failure};
use crate::interrupt::{self, Opening};

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
/// All diagnostics of all rooms at once, sorted. Where a file is wrong, policies and models are checked all the same, as far
/// as they don't hang on what it says.
pub(crate) fn check(dir: &Path) -> Result<Project, Diagnostics> {
    let survey = Project::survey(dir);
    let of_rooms = of_rooms(&survey.legible);
    joined(survey.project, of_rooms)
}

/// As [`check`], and has the engine plan the models, which takes a moment: it is done again for each that is run.
pub(crate) async fn check_and_try(dir: &Path) -> Result<Project, Diagnostics> {
    let survey = Project::survey(dir);
    let mut of_rooms = of_rooms(&survey.legible);
    of_rooms.0.extend(pipeline::try_out(&survey.legible, source::register_schema).await.0);
    joined(survey.project, of_rooms)
}

fn of_rooms(legible: &Legible) -> Diagnostics {
    let mut found = pipeline::check(legible);
    if let Err(policies) = policy::check(&legible.policies) {
        found.0.extend(policies.0);
    }
    found
}

/// Gives a project in which no room found an error, or all of them.
fn joined(project: Result<Project, Diagnostics>, of_rooms: Diagnostics) -> Result<Project, Diagnostics> {
    match project {
        Ok(project) if !of_rooms.has_errors() => Ok(project),
        project => {
            let mut found = project.map_or_else(|found| found, |_| Diagnostics::default());
            found.0.extend(of_rooms.0);
            found.sort();
            Err(found)
        }
    }
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
        // From before there is a log to close.
        let opening = Opening::begin().await;
        let (log, storage, log_key) = open_log(&project, &keys, &state).await?;
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
        opening.done(&gate, &state);
        Ok(Self { project, lake, gate, state, clock, session_key })
    }

    /// Gives the id of a new run: the time, so that runs sort, and the process, so that two don't collide.
    pub(crate) fn new_run(&self) -> Result<RunId, Failure> {
        let now = self.clock.now()?;
        Ok(RunId::new(format!("r{}-{}", now.format("%Y%m%d-%H%M%S-%3f"), std::process::id()))?)
    }

    /// Closes the log and the state in order, so that the checkpoint covers every entry.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        let close = async move {
            // The one is closed though the other can't be.
            let closed = self.gate.close().await;
            self.state.close().await?;
            Ok::<(), Failure>(closed?)
        };
        interrupt::closing(close).await
    }
}

/// Opens the log that belongs to the store of details, or makes it where there never was one. Where there is a log, or was
/// one, no key is made: what it signs would not verify, and the true log would not verify any more.
async fn open_log(
    project: &Project,
    keys: &Path,
    state: &State,
) -> Result<(Log, Arc<dyn Storage>, VerifyingKey), Failure> {
    let folder = project.data_dir().join("log");
    let witness = LogWitness::of(state).await?;
    let has_log = has_log(&folder)?;
    if !has_log {
        // Before the folder is made, so that the one that is put back finds its place free.
        witness.check_absent().map_err(|error| of_log(&folder, error))?;
    }
    let (key, is_new) = log_key(&keys.join("log.key"), &project.settings.log_origin, has_log)?;
    let verifying_key = key.verifying_key();
    let storage = FolderStorage::create(&folder).with_context(|| format!("{} can't be opened", folder.display()))?;
    let storage: Arc<dyn Storage> = Arc::new(storage);
    let log = witness.open_log(key, Arc::clone(&storage), Options::default());
    let log = log.map_err(|error| of_log(&folder, error))?;
    // Only now is it certain that the key is the log's.
    keep_public_key(&keys.join("log.pub"), &verifying_key, is_new)?;
    Ok((log, storage, verifying_key))
}

/// Tells whether a log is, in part at least, in a folder.
fn has_log(folder: &Path) -> Result<bool, Failure> {
    for name in ["checkpoint", "journal", "tile"] {
        let path = folder.join(name);
        if path.try_exists().with_context(|| format!("{} can't be read", path.display()))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Fails where no command has worked on the data yet. Where anything is there a log belongs to it, and what is missing is named.
pub(crate) fn check_begun(data: &Path) -> Result<(), Failure> {
    let is_begun = match std::fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != ErrorKind::NotFound,
    };
    if is_begun {
        return Ok(());
    }
    let begins =
        "there is no log yet: it begins with the first command that works on the data, such as `lucarne ingest`";
    Err(Failure::from(anyhow::anyhow!(begins)))
}

/// Gives the failure of a log that can't be opened.
fn of_log(folder: &Path, error: GateError) -> Failure {
    let ending = if error.is_of_another_log() { Ending::LogBroken } else { Ending::Failed };
    Failure::new(ending, anyhow::Error::new(error).context(folder.display().to_string()))
}

/// Reads the key that signs the log, or makes it where there is no log yet: tells whether it did.
fn log_key(path: &Path, origin: &str, has_log: bool) -> Result<(SigningKey, bool), Failure> {
    match SigningKey::load(path) {
        Ok(key) => Ok((key, false)),
        Err(KeyError::File(error)) if error.kind() == ErrorKind::NotFound && has_log => {
            let why = "put it back, from the copy that belongs to this log; no other can sign it, and none is made";
            Err(Failure::from(anyhow::anyhow!("{} is missing: {why}", path.display())))
        }
        Err(KeyError::File(error)) if error.kind() == ErrorKind::NotFound => {
            let key = SigningKey::generate(origin)?;
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            key.save(path).with_context(|| format!("{} can't be written", path.display()))?;
            Ok((key, true))
        }
        Err(error) => {
            Err(Failure::from(anyhow::Error::new(error).context(format!("{} can't be used", path.display()))))
        }
    }
}

/// Keeps the key with which others verify the log beside the one that signs it. One that was lost is written anew, and one
/// that belongs to another key is left for whoever knows why it is there.
fn keep_public_key(path: &Path, key: &VerifyingKey, is_new: bool) -> Result<(), Failure> {
    match std::fs::read_to_string(path) {
        Ok(found) if found.trim() == key.to_string() => return Ok(()),
        Ok(_) if !is_new => {
            let mend = "move it away, and the next command writes it anew";
            let what = "is not the public key of log.key, which signs this log";
            return Err(Failure::from(anyhow::anyhow!("{} {what}: {mend}", path.display())));
        }
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Failure::from(anyhow::anyhow!("{} can't be read: {error}", path.display())));
        }
        _ => {}
    }
    // A reader sees the whole key or none.
    let fresh = path.with_extension("pub.new");
    let written = std::fs::write(&fresh, format!("{key}\n")).and_then(|()| std::fs::rename(&fresh, path));
    written.with_context(|| format!("{} can't be written", path.display()))?;
    if !is_new {
        tracing::warn!("{} was missing and is written anew from log.key", path.display());
    }
    Ok(())
}

/// Gives what verifies a log without opening the project: its files and the public key.
pub(crate) fn log_for_reading(project: &Project) -> Result<(FolderStorage, VerifyingKey), Failure> {
    let data = project.data_dir();
    check_begun(&data)?;
    let path = data.join("keys").join("log.pub");
    let text = std::fs::read_to_string(&path).map_err(|error| {
        anyhow::anyhow!(
            "{} can't be read: {error}; put the file back, or run `lucarne index`, \
             which writes it anew from log.key",
            path.display()
        )
    })?;
    let key = VerifyingKey::parse(text.trim()).with_context(|| format!("{} can't be used", path.display()))?;
    let folder = data.join("log");
    let storage = FolderStorage::open(&folder).map_err(|error| {
        let what = "there was a log, for its key is there: put back the log of the same moment as the rest of the data, and \
                    delete nothing";
        Failure::new(Ending::LogBroken, anyhow::anyhow!("{} can't be read: {error}; {what}", folder.display()))
    })?;
    Ok((storage, key))
}
