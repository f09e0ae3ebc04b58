//! Generations of the index and the pointer to the current one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use model::RegisterId;
use serde::{Deserialize, Serialize};

use crate::error::RegistryError;

/// The version of what a generation holds. Since 2 the number of a house is among the words of an address; since 3
/// persons are found by the employer that a record names; since 4 it says of links and pairs what stewards judged of them; since 5 rows are
/// written in a format of their own.
pub const INDEX_FORMAT: u32 = 5;

const POINTER: &str = "CURRENT";
const META: &str = "meta.json";
const IN_USE: &str = "IN_USE";

/// What a generation says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) format: u32,
    /// The run that built it.
    pub(crate) run: String,
    /// The tables it was built from and their versions.
    pub(crate) tables: Vec<(String, u64)>,
    /// The registers, in the order of their numbers.
    pub(crate) registers: Vec<RegisterId>,
    /// Persons of the spine.
    pub(crate) persons: u64,
    /// Records, by register in the same order.
    pub(crate) records: Vec<u64>,
}

/// Says that a generation is read or built, until this is dropped or the process ends: nobody removes it meanwhile.
///
/// One process has the data folder open, so this is about what that process does at the same time. It is a lock on a file
/// of the generation all the same: that needs no list of who reads what, and a crash releases it.
#[derive(Debug)]
pub(crate) struct InUse {
    _lock: fs::File,
}

impl InUse {
    /// Marks a generation, together with whoever else uses it.
    pub(crate) fn of(generation: &Path) -> Result<Self, RegistryError> {
        let (path, lock) = lock_file(generation)?;
        lock.lock_shared().map_err(RegistryError::io(&path))?;
        Ok(Self { _lock: lock })
    }
}

fn lock_file(generation: &Path) -> Result<(PathBuf, fs::File), RegistryError> {
    let path = generation.join(IN_USE);
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(RegistryError::io(&path))?;
    Ok((path, file))
}

/// The folder that holds the generations.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { root: data_dir.join("index") }
    }

    /// Makes the folder of a new generation, in use until the second value is dropped. What an earlier run left unfinished
    /// there is removed.
    ///
    /// # Errors
    /// [`RegistryError::RunUsed`] when the run has made the generation in use, which would be lost.
    pub(crate) fn begin(&self, run: &str) -> Result<(PathBuf, InUse), RegistryError> {
        let path = self.root.join(run);
        // A pointer that can't be read doesn't stop a build: building is the way out.
        if matches!(self.current(), Ok(Some(current)) if current == path) {
            return Err(RegistryError::RunUsed { run: run.to_owned() });
        }
        if path.exists() {
            fs::remove_dir_all(&path).map_err(RegistryError::io(&path))?;
        }
        fs::create_dir_all(&path).map_err(RegistryError::io(&path))?;
        let in_use = InUse::of(&path)?;
        Ok((path, in_use))
    }

    /// Makes the generation `run` the current one, durably, and removes all others that nobody reads.
    pub(crate) fn finish(&self, run: &str, meta: &Meta) -> Result<(), RegistryError> {
        let generation = self.root.join(run);
        let text = serde_json::to_vec(meta).map_err(RegistryError::json(&generation))?;
        write_durably(&generation.join(META), &text)?;
        sync_folder(&generation)?;
        let fresh = self.root.join("CURRENT.new");
        write_durably(&fresh, run.as_bytes())?;
        let pointer = self.root.join(POINTER);
        fs::rename(&fresh, &pointer).map_err(RegistryError::io(&pointer))?;
        sync_folder(&self.root)?;
        self.remove_all_but(&generation)
    }

    /// Removes every generation but this one and those in use: values that were erased since may still be in them.
    pub(crate) fn remove_all_but(&self, current: &Path) -> Result<(), RegistryError> {
        let mut removed = false;
        for entry in fs::read_dir(&self.root).map_err(RegistryError::io(&self.root))? {
            let path = entry.map_err(RegistryError::io(&self.root))?.path();
            if path == current || !path.is_dir() {
                continue;
            }
            let (file, lock) = lock_file(&path)?;
            match lock.try_lock() {
                Ok(()) => fs::remove_dir_all(&path).map_err(RegistryError::io(&path))?,
                Err(fs::TryLockError::WouldBlock) => continue,
                Err(fs::TryLockError::Error(error)) => return Err(RegistryError::io(&file)(error)),
            }
            removed = true;
        }
        if removed { sync_folder(&self.root) } else { Ok(()) }
    }

    /// Gives the error of a project that has no index yet.
    pub(crate) fn absent(&self) -> RegistryError {
        RegistryError::Absent { path: self.root.clone() }
    }

    /// Gives the folder of the current generation, if there is one.
    pub(crate) fn current(&self) -> Result<Option<PathBuf>, RegistryError> {
        let pointer = self.root.join(POINTER);
        match fs::read_to_string(&pointer) {
            Ok(run) if !run.is_empty() && !run.contains(['/', '\\', '.']) => Ok(Some(self.root.join(run))),
            Ok(_) => Err(RegistryError::damaged(&pointer, "it names no generation")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(RegistryError::Io { path: pointer, source: error }),
        }
    }

    /// Gives the current generation and what it says of itself.
    pub(crate) fn open(&self) -> Result<(PathBuf, Meta), RegistryError> {
        let path = self.current()?.ok_or_else(|| self.absent())?;
        let file = path.join(META);
        let text = read(&file)?;
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(RegistryError::json(&file))?;
        let found = value["format"].as_u64().and_then(|format| u32::try_from(format).ok());
        let found = found.ok_or_else(|| RegistryError::damaged(&file, "it names no format"))?;
        if found != INDEX_FORMAT {
            return Err(RegistryError::Format { path, found });
        }
        let meta = serde_json::from_value(value).map_err(RegistryError::json(&file))?;
        Ok((path, meta))
    }
}

/// Reads a file that belongs to every generation: without it, the generation is damaged.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, RegistryError> {
    fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => RegistryError::damaged(path, "it is not there"),
        _ => RegistryError::Io { path: path.to_owned(), source },
    })
}

pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), RegistryError> {
    let mut file = fs::File::create(path).map_err(RegistryError::io(path))?;
    file.write_all(bytes).map_err(RegistryError::io(path))?;
    file.sync_all().map_err(RegistryError::io(path))
}

fn sync_folder(path: &Path) -> Result<(), RegistryError> {
    let folder = fs::File::open(path).map_err(RegistryError::io(path))?;
    folder.sync_all().map_err(RegistryError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta() -> Meta {
        Meta { format: INDEX_FORMAT, run: "r2".into(), tables: vec![], registers: vec![], persons: 0, records: vec![] }
    }

    #[test]
    fn a_generation_counts_once_it_is_finished() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        assert!(matches!(folder.open(), Err(RegistryError::Absent { .. })));
        folder.begin("r1").unwrap();
        assert!(matches!(folder.open(), Err(RegistryError::Absent { .. })), "a build that was cut leaves nothing");
        folder.finish("r1", &meta()).unwrap();
        assert!(folder.open().unwrap().0.ends_with("r1"));
        folder.begin("r2").unwrap();
        assert!(folder.open().unwrap().0.ends_with("r1"), "the old one serves while the new one is built");
        folder.finish("r2", &meta()).unwrap();
        assert!(folder.open().unwrap().0.ends_with("r2"));
        assert!(matches!(folder.begin("r2"), Err(RegistryError::RunUsed { .. })), "the current one is not removed");
    }

    #[test]
    fn no_generation_outlives_its_use() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let is_there = |run: &str| dir.path().join("index").join(run).exists();
        folder.begin("r1").unwrap();
        folder.finish("r1", &meta()).unwrap();
        folder.begin("r2").unwrap();
        folder.finish("r2", &meta()).unwrap();
        assert!(!is_there("r1"), "nobody reads it, so it goes with the build that replaces it");
        let read = InUse::of(&dir.path().join("index/r2")).unwrap();
        let (current, _built) = folder.begin("r3").unwrap();
        folder.finish("r3", &meta()).unwrap();
        let (_, built) = folder.begin("r4").unwrap();
        folder.remove_all_but(&current).unwrap();
        assert!(is_there("r2") && is_there("r4"), "one is read, one is built");
        drop((read, built));
        folder.remove_all_but(&current).unwrap();
        assert!(is_there("r3") && !is_there("r2") && !is_there("r4"));
    }

    #[test]
    fn an_index_of_another_version_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        folder.begin("r1").unwrap();
        folder.finish("r1", &Meta { format: 99, ..meta() }).unwrap();
        let error = folder.open().unwrap_err();
        assert!(matches!(error, RegistryError::Format { found: 99, .. }));
        assert!(error.to_string().contains("run `lucarne index`"));
    }

    #[test]
    fn an_index_whose_addresses_have_no_numbers_is_of_another_version() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        folder.begin("r1").unwrap();
        folder.finish("r1", &Meta { format: 1, ..meta() }).unwrap();
        assert!(matches!(folder.open(), Err(RegistryError::Format { found: 1, .. })), "it would find nobody by them");
    }

    #[test]
    fn an_index_that_knows_no_employers_is_of_another_version() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        folder.begin("r1").unwrap();
        folder.finish("r1", &Meta { format: 2, ..meta() }).unwrap();
        let error = folder.open().unwrap_err();
        assert!(matches!(error, RegistryError::Format { found: 2, .. }), "it would find nobody by them");
        assert!(error.to_string().contains("run `lucarne index`"));
    }

    #[test]
    fn an_index_that_knows_no_judged_links_is_of_another_version() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        folder.begin("r1").unwrap();
        folder.finish("r1", &Meta { format: 3, ..meta() }).unwrap();
        assert!(matches!(folder.open(), Err(RegistryError::Format { found: 3, .. })), "its links can't be read");
    }

    #[test]
    fn an_index_of_sortable_rows_is_of_another_version() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        folder.begin("r1").unwrap();
        folder.finish("r1", &Meta { format: 4, ..meta() }).unwrap();
        assert!(matches!(folder.open(), Err(RegistryError::Format { found: 4, .. })), "its rows can't be read");
    }

    #[test]
    fn a_pointer_leads_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        fs::create_dir_all(dir.path().join("index")).unwrap();
        for pointer in ["", "../elsewhere", "a/b"] {
            fs::write(dir.path().join("index/CURRENT"), pointer).unwrap();
            assert!(matches!(folder.open(), Err(RegistryError::Damaged { .. })), "{pointer}");
            folder.begin("r1").unwrap();
        }
        folder.finish("r1", &meta()).unwrap();
        assert!(folder.open().unwrap().0.ends_with("r1"), "building anew mends the pointer");
    }
}
