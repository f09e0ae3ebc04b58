//! Where a log's files lie: the trait, and a folder on disk.

use std::any::Any;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Holds a log for its one writer until it is dropped.
pub type Lock = Box<dyn Any + Send + Sync>;

/// A name in a folder of a [`Storage`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A file.
    File(String),
    /// A folder.
    Folder(String),
}

/// Named files with the few operations that a log needs.
///
/// Paths are relative, with `/` between their parts. *Durable* means: still so after the machine loses power.
/// An implementation MUST report a failure of the device as an error and MUST NOT report success for bytes
/// that are not where the operation promises them.
pub trait Storage: Send + Sync {
    /// Takes the log for one writer. MUST fail with [`io::ErrorKind::WouldBlock`] while another holder, in this
    /// process or another, lives; MUST free it when the holder's process dies.
    fn lock(&self) -> io::Result<Lock>;

    /// Gives a file's bytes; [`io::ErrorKind::NotFound`] when there is none.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// Gives the names in a folder in order; nothing when there is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<Name>>;

    /// Creates or replaces a file. A reader MUST see the old bytes or the new ones and never a part. The bytes
    /// need not be durable; after a crash the file may be old, new, empty or absent.
    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Creates or replaces a file as [`put`](Storage::put) does, and durably: after a crash the file MUST hold
    /// the old bytes or the new ones, and the new ones once this has returned.
    fn put_durable(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Makes files, their names and their folders durable. MUST NOT return before they are.
    fn sync(&self, paths: &[String]) -> io::Result<()>;

    /// Creates a journal file, which MUST NOT exist yet.
    fn create_journal(&self, path: &str) -> io::Result<Box<dyn JournalFile>>;

    /// Removes a file. The removal need not be durable.
    fn remove(&self, path: &str) -> io::Result<()>;
}

/// A file that only grows.
pub trait JournalFile: Send {
    /// Adds bytes at the end. When this fails, any part of them may have been written; with [`io::ErrorKind::StorageFull`] or
    /// [`io::ErrorKind::QuotaExceeded`], not all of them.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes all that was appended durable, and the file's name with it. MUST NOT return before it is. After a
    /// failure the caller MUST NOT call it again and believe its success.
    fn sync(&mut self) -> io::Result<()>;

    /// Takes back all beyond a length in bytes, after an append that failed. It need not be durable.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

const LOCK_FILE: &str = "lock";
const TEMPORARY_FOLDER: &str = "tmp";

/// A [`Storage`] in a folder of a local disk.
#[derive(Debug)]
pub struct FolderStorage {
    root: PathBuf,
    temporary_files: AtomicU64,
}

impl FolderStorage {
    /// Takes a folder, which is made when it is missing (its parent must exist).
    pub fn create(root: &Path) -> io::Result<FolderStorage> {
        match fs::create_dir(root) {
            Ok(()) => sync_folder(root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        FolderStorage::open(root)
    }

    /// Takes a folder that exists. Nothing is written to it until the log is [locked](Storage::lock).
    pub fn open(root: &Path) -> io::Result<FolderStorage> {
        if !fs::metadata(root)?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        Ok(FolderStorage { root: root.to_owned(), temporary_files: AtomicU64::new(0) })
    }

    fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn replace(&self, path: &str, bytes: &[u8], is_durable: bool) -> io::Result<()> {
        let number = self.temporary_files.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(TEMPORARY_FOLDER).join(number.to_string());
        if let Err(error) = self.write_and_rename(&temporary, path, bytes, is_durable) {
            // A part of it would take up room on a disk that has none. The next holder of the lock removes what is left.
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        // From here on the new bytes are seen: whatever fails now, a full disk too, leaves it open whether they are durable.
        if is_durable { self.sync_folders_of(&[path.to_owned()]).map_err(io::Error::other) } else { Ok(()) }
    }

    fn write_and_rename(&self, temporary: &Path, path: &str, bytes: &[u8], is_durable: bool) -> io::Result<()> {
        let mut file = File::create(temporary)?;
        file.write_all(bytes)?;
        if is_durable {
            file.sync_all()?;
        }
        drop(file);
        let target = self.absolute(path);
        match fs::rename(temporary, &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(folder) = target.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::rename(temporary, &target)
            }
            result => result,
        }
    }

    /// Makes the names on the way to each path durable, each folder once.
    fn sync_folders_of(&self, paths: &[String]) -> io::Result<()> {
        let folders: BTreeSet<&Path> = paths.iter().flat_map(|path| Path::new(path).ancestors().skip(1)).collect();
        for folder in folders.iter().rev() {
            sync_folder(&self.root.join(folder))?;
        }
        Ok(())
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Storage for FolderStorage {
    fn lock(&self) -> io::Result<Lock> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.root.join(LOCK_FILE))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::Error::from(io::ErrorKind::WouldBlock)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Whatever a writer that died was putting in place is worth nothing now.
        let temporary = self.root.join(TEMPORARY_FOLDER);
        match fs::remove_dir_all(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir(&temporary)?,
        }
        Ok(Box::new(file))
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.absolute(path))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Name>> {
        let entries = match fs::read_dir(self.absolute(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            // A name that is no text is none that a log gives: shown as well as can be, it is found out as stray.
            let name = entry.file_name().to_string_lossy().into_owned();
            names.push(if entry.file_type()?.is_dir() { Name::Folder(name) } else { Name::File(name) });
        }
        names.sort();
        Ok(names)
    }

    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.replace(path, bytes, false)
    }

    fn put_durable(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.replace(path, bytes, true)
    }

    fn sync(&self, paths: &[String]) -> io::Result<()> {
        for path in paths {
            File::open(self.absolute(path))?.sync_all()?;
        }
        self.sync_folders_of(paths)
    }

    fn create_journal(&self, path: &str) -> io::Result<Box<dyn JournalFile>> {
        let target = self.absolute(path);
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        fs::create_dir_all(&folder)?;
        let file = OpenOptions::new().append(true).create_new(true).open(&target)?;
        Ok(Box::new(FolderJournal { file, unsynced_folders: vec![folder, self.root.clone()] }))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let target = self.absolute(path);
        fs::remove_file(&target)?;
        // A folder of partial tiles goes with its last file.
        if let Some(folder) = target.parent().filter(|folder| folder.extension().is_some_and(|end| end == "p")) {
            match fs::remove_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

struct FolderJournal {
    file: File,
    /// Folders whose names are not durable yet; empty after the first sync.
    unsynced_folders: Vec<PathBuf>,
}

impl JournalFile for FolderJournal {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        for folder in self.unsynced_folders.drain(..) {
            sync_folder(&folder)?;
        }
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_files() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::create(&folder.path().join("log")).unwrap();
        let lock = storage.lock().unwrap();
        assert_eq!(storage.lock().err().unwrap().kind(), io::ErrorKind::WouldBlock);
        storage.put("tile/0/000.p/1", b"one").unwrap();
        storage.put("tile/0/000.p/1", b"two").unwrap();
        storage.sync(&["tile/0/000.p/1".to_owned()]).unwrap();
        storage.put_durable("checkpoint", b"text").unwrap();
        assert_eq!(storage.read("tile/0/000.p/1").unwrap(), b"two");
        assert_eq!(storage.list("tile/0").unwrap(), [Name::Folder("000.p".into())]);
        storage.remove("tile/0/000.p/1").unwrap();
        assert_eq!(storage.list("tile/0").unwrap(), []);
        assert_eq!(storage.read("tile/0/000.p/1").unwrap_err().kind(), io::ErrorKind::NotFound);
        let mut journal = storage.create_journal("journal/1").unwrap();
        journal.append(b"abxy").unwrap();
        journal.cut(2).unwrap();
        journal.append(b"c").unwrap();
        journal.sync().unwrap();
        assert_eq!(storage.read("journal/1").unwrap(), b"abc");
        assert!(storage.create_journal("journal/1").is_err());
        drop(lock);
        storage.lock().unwrap();
    }

    #[test]
    fn what_could_not_be_put_in_place_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::create(&folder.path().join("log")).unwrap();
        let _lock = storage.lock().unwrap();
        storage.put("tile/0", b"a file").unwrap();
        // A file can't take the place of a folder, nor lie in a file.
        for path in ["tile", "tile/0/1"] {
            storage.put(path, b"bytes").unwrap_err();
            storage.put_durable(path, b"bytes").unwrap_err();
        }
        assert_eq!(storage.list(TEMPORARY_FOLDER).unwrap(), []);
        assert_eq!(storage.read("tile/0").unwrap(), b"a file");
    }

    #[test]
    fn a_missing_folder_is_not_made_by_open() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        assert_eq!(FolderStorage::open(&missing).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(!missing.exists());
    }
}
