//! A [`Storage`] in memory that fails on demand and forgets, as a machine does that loses power, what was not
//! made durable. For tests of this crate and of those that use it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::storage::{JournalFile, Lock, Name, Storage};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One operation fails and does nothing; later ones work.
    Error,
    /// One append writes half of its bytes and fails; other operations fail as with [`Fault::Error`].
    ShortWrite,
    /// From here on every operation that writes fails but for those that remove: the disk is full, until [`MemoryStorage::make_room`].
    DiskFull,
    /// The machine stops: this operation and all later ones, reads too, fail until [`MemoryStorage::reboot`].
    Crash,
    /// As [`Fault::Crash`], but this operation is done in full; only its caller never learns of it.
    CrashAfter,
}

impl Fault {
    /// Every kind of fault.
    pub const ALL: [Fault; 5] = [Fault::Error, Fault::ShortWrite, Fault::DiskFull, Fault::Crash, Fault::CrashAfter];
}

/// A [`Storage`] in memory. Clones share the files.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<String, FileState>,
    is_locked: bool,
    writes: u64,
    fault: Option<(u64, Fault)>,
    is_full: bool,
    is_stopped: bool,
}

/// A file as it is seen and as it would be found after a loss of power.
#[derive(Clone, Debug, Default)]
struct FileState {
    seen: Option<Vec<u8>>,
    durable: Option<Vec<u8>>,
    /// Whether other bytes were put in place of the durable ones since, be they the same.
    is_replaced: bool,
}

impl MemoryStorage {
    /// Makes a storage without files.
    pub fn new() -> MemoryStorage {
        MemoryStorage::default()
    }

    /// Plans a fault at the operation that writes (put, append, sync, create, remove) with this number, from 0,
    /// counted from the making of the storage.
    pub fn fail_at(&self, write: u64, fault: Fault) {
        self.inner.lock().fault = Some((write, fault));
    }

    /// Ends [`Fault::DiskFull`]: what writes works again.
    pub fn make_room(&self) {
        self.inner.lock().is_full = false;
    }

    /// Gives how many operations that write were asked for so far.
    pub fn writes(&self) -> u64 {
        self.inner.lock().writes
    }

    /// Gives the storage as found after a loss of power now. Of what was not durable, each file keeps by chance
    /// (replayable from `seed`) the old state, the new one, or something between: a part of what was appended, an
    /// empty file.
    pub fn reboot(&self, seed: u64) -> MemoryStorage {
        let mut chance = Chance(seed);
        let mut files = BTreeMap::new();
        for (path, state) in &self.inner.lock().files {
            let survived = state.survive(&mut chance);
            files.insert(path.clone(), FileState { seen: survived.clone(), durable: survived, is_replaced: false });
        }
        let inner = Inner { files, ..Inner::default() };
        MemoryStorage { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Gives the paths of all files.
    pub fn paths(&self) -> Vec<String> {
        let inner = self.inner.lock();
        inner.files.iter().filter(|(_, state)| state.seen.is_some()).map(|(path, _)| path.clone()).collect()
    }

    /// Changes a file's bytes behind the log's back; the file is removed when `change` gives `None`.
    pub fn tamper(&self, path: &str, change: impl FnOnce(Option<Vec<u8>>) -> Option<Vec<u8>>) {
        let mut inner = self.inner.lock();
        let state = inner.files.entry(path.to_owned()).or_default();
        state.seen = change(state.seen.take());
        state.durable = state.seen.clone();
        state.is_replaced = false;
    }

    /// Gives a copy as a new process finds it when only the old one died: everything that was written is seen, and
    /// what was not made durable can still be lost. No fault is planned for it.
    pub fn restart(&self) -> MemoryStorage {
        let inner = Inner { files: self.inner.lock().files.clone(), ..Inner::default() };
        MemoryStorage { inner: Arc::new(Mutex::new(inner)) }
    }
}

impl FileState {
    fn survive(&self, chance: &mut Chance) -> Option<Vec<u8>> {
        if self.seen == self.durable && !self.is_replaced {
            return self.durable.clone();
        }
        let Some(seen) = &self.seen else {
            return if chance.below(2) == 0 { None } else { self.durable.clone() };
        };
        let kept = self.durable.as_deref().unwrap_or_default();
        match chance.below(4) {
            0 => self.durable.clone(),
            1 => Some(seen.clone()),
            // Appended to: a part arrived, perhaps with nothing but zeros where the rest belongs.
            choice if self.durable.is_some() && !self.is_replaced && seen.starts_with(kept) => {
                let arrived = kept.len() + chance.below((seen.len() - kept.len()) as u64 + 1) as usize;
                let mut bytes = seen[..arrived].to_vec();
                if choice == 2 {
                    bytes.resize(seen.len(), 0);
                }
                Some(bytes)
            }
            _ => Some(Vec::new()),
        }
    }
}

impl Inner {
    /// Counts an operation that writes and says what goes wrong with it. What it gives goes to `end_write`.
    fn begin_write(&mut self) -> Result<Ending, (Fault, io::Error)> {
        let number = self.writes;
        self.writes += 1;
        if self.is_stopped {
            return Err((Fault::Error, stopped()));
        }
        let planned = self.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
        match planned {
            Some(Fault::Crash) => {
                self.is_stopped = true;
                Err((Fault::Crash, stopped()))
            }
            Some(Fault::DiskFull) => {
                self.is_full = true;
                Err((Fault::DiskFull, io::Error::from(io::ErrorKind::StorageFull)))
            }
            Some(Fault::CrashAfter) => Ok(Ending::Stop),
            Some(fault) => Err((fault, io::Error::other("planned fault"))),
            None if self.is_full => Err((Fault::DiskFull, io::Error::from(io::ErrorKind::StorageFull))),
            None => Ok(Ending::Report),
        }
    }

    /// As `begin_write`, of what takes no room: a disk that was full before lets it be done.
    fn begin_removal(&mut self) -> io::Result<Ending> {
        let was_full = std::mem::take(&mut self.is_full);
        let begun = self.begin_write();
        self.is_full |= was_full;
        begun.map_err(|(_, error)| error)
    }

    fn end_write(&mut self, ending: Ending) -> io::Result<()> {
        match ending {
            Ending::Report => Ok(()),
            Ending::Stop => {
                self.is_stopped = true;
                Err(stopped())
            }
        }
    }

    fn begin_read(&self) -> io::Result<()> {
        if self.is_stopped { Err(stopped()) } else { Ok(()) }
    }
}

/// How an operation that was carried out ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Report,
    Stop,
}

fn stopped() -> io::Error {
    io::Error::other("the machine has stopped")
}

impl Storage for MemoryStorage {
    fn lock(&self) -> io::Result<Lock> {
        let mut inner = self.inner.lock();
        inner.begin_read()?;
        if std::mem::replace(&mut inner.is_locked, true) {
            return Err(io::Error::from(io::ErrorKind::WouldBlock));
        }
        Ok(Box::new(MemoryLock(Arc::clone(&self.inner))))
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let inner = self.inner.lock();
        inner.begin_read()?;
        let seen = inner.files.get(path).and_then(|state| state.seen.clone());
        seen.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Name>> {
        let inner = self.inner.lock();
        inner.begin_read()?;
        let mut names: Vec<Name> = inner
            .files
            .iter()
            .filter(|(_, state)| state.seen.is_some())
            .filter_map(|(path, _)| path.strip_prefix(folder)?.strip_prefix('/'))
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => Name::Folder(name.to_owned()),
                None => Name::File(rest.to_owned()),
            })
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_write().map_err(|(_, error)| error)?;
        let state = inner.files.entry(path.to_owned()).or_default();
        state.seen = Some(bytes.to_vec());
        state.is_replaced = true;
        inner.end_write(ending)
    }

    fn put_durable(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_write().map_err(|(_, error)| error)?;
        let state = FileState { seen: Some(bytes.to_vec()), durable: Some(bytes.to_vec()), is_replaced: false };
        inner.files.insert(path.to_owned(), state);
        inner.end_write(ending)
    }

    fn sync(&self, paths: &[String]) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_write().map_err(|(_, error)| error)?;
        for path in paths {
            let state = inner.files.get_mut(path).filter(|state| state.seen.is_some());
            let state = state.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            state.durable = state.seen.clone();
            state.is_replaced = false;
        }
        inner.end_write(ending)
    }

    fn create_journal(&self, path: &str) -> io::Result<Box<dyn JournalFile>> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_write().map_err(|(_, error)| error)?;
        let state = inner.files.entry(path.to_owned()).or_default();
        if state.seen.is_some() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        state.seen = Some(Vec::new());
        inner.end_write(ending)?;
        Ok(Box::new(MemoryJournal { inner: Arc::clone(&self.inner), path: path.to_owned() }))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_removal()?;
        let state = inner.files.get_mut(path).filter(|state| state.seen.is_some());
        state.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?.seen = None;
        inner.end_write(ending)
    }
}

struct MemoryLock(Arc<Mutex<Inner>>);

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.0.lock().is_locked = false;
    }
}

struct MemoryJournal {
    inner: Arc<Mutex<Inner>>,
    path: String,
}

impl JournalFile for MemoryJournal {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let begun = inner.begin_write();
        let written = match &begun {
            Ok(_) => bytes,
            Err((Fault::ShortWrite | Fault::DiskFull | Fault::Crash, _)) => {
                // None, half of them, or all but one.
                &bytes[..[bytes.len() / 2, 0, bytes.len().saturating_sub(1)][(inner.writes % 3) as usize]]
            }
            Err((Fault::Error | Fault::CrashAfter, _)) => &[],
        };
        let state = inner.files.entry(self.path.clone()).or_default();
        state.seen.get_or_insert_default().extend_from_slice(written);
        let ending = begun.map_err(|(_, error)| error)?;
        inner.end_write(ending)
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_write().map_err(|(_, error)| error)?;
        let state = inner.files.entry(self.path.clone()).or_default();
        state.durable = state.seen.clone();
        inner.end_write(ending)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let ending = inner.begin_removal()?;
        if let Some(seen) = inner.files.get_mut(&self.path).and_then(|state| state.seen.as_mut()) {
            seen.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        }
        inner.end_write(ending)
    }
}

/// A small generator (SplitMix64), so that a seed replays a loss of power on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
