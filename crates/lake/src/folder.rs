//! The data folder: what format it has, and who works on it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::disk::sync_folder;
use crate::error::LakeError;

/// What the file `FORMAT` of a data folder says.
pub const DATA_FORMAT: &str = "lucarne-data 1";

/// A data folder that this process alone works on. The lock is released when it is dropped.
pub(crate) struct DataFolder {
    /// The folder of the tables.
    pub(crate) lake: PathBuf,
    /// The folder of intermediate results of queries.
    pub(crate) spill: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, makes it when it is absent, and locks it.
    pub(crate) fn open(root: &Path) -> Result<Self, LakeError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| LakeError::io(&path, source)
        };
        make_private_folder(root).map_err(at(root))?;
        let root = &root.canonicalize().map_err(at(root))?;

        let lock_path = root.join("LOCK");
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LakeError::InUse { path: root.clone() }),
            Err(TryLockError::Error(source)) => return Err(LakeError::io(&lock_path, source)),
        }

        let lake = root.join("lake");
        check_format(root, &lake)?;
        make_private_folder(&lake).map_err(at(&lake))?;

        // What a process that was killed left of its intermediate results holds personal data.
        let spill = root.join("spill");
        match fs::remove_dir_all(&spill) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(LakeError::io(&spill, source)),
            _ => make_private_folder(&spill).map_err(at(&spill))?,
        }
        Ok(Self { lake, spill, _lock: lock })
    }
}

fn check_format(root: &Path, lake: &Path) -> Result<(), LakeError> {
    let path = root.join("FORMAT");
    match fs::read(&path) {
        Ok(bytes) => {
            let found = String::from_utf8_lossy(&bytes).trim().chars().take(40).collect::<String>();
            if found == DATA_FORMAT {
                return Ok(());
            }
            Err(LakeError::OtherFormat { path: root.to_owned(), found, expected: DATA_FORMAT })
        }
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            if lake.exists() {
                return Err(LakeError::NoFormat { path: root.to_owned() });
            }
            write_format(root, &path).map_err(|source| LakeError::io(&path, source))
        }
        Err(source) => Err(LakeError::io(&path, source)),
    }
}

/// Writes the file beside its place and renames it, so that there is never half of one.
fn write_format(root: &Path, path: &Path) -> io::Result<()> {
    let unfinished = root.join("FORMAT.new");
    let mut file = File::create(&unfinished)?;
    writeln!(file, "{DATA_FORMAT}")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    sync_folder(root)
}

/// Makes a folder that only this account can look into.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opener_is_told_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        let refused = DataFolder::open(folder.path()).err().unwrap();
        assert!(matches!(refused, LakeError::InUse { .. }));
        assert!(refused.to_string().contains("stop it"));
        drop(first);
        DataFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn another_format_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("FORMAT"), "lucarne-data 2\n").unwrap();
        let refused = DataFolder::open(folder.path()).err().unwrap();
        assert!(matches!(&refused, LakeError::OtherFormat { found, .. } if found == "lucarne-data 2"));
        assert!(!folder.path().join("lake").exists());
        assert!(refused.to_string().contains("move the folder away"));
    }

    #[test]
    fn tables_without_a_format_are_not_adopted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lake")).unwrap();
        assert!(matches!(DataFolder::open(folder.path()), Err(LakeError::NoFormat { .. })));
    }

    #[test]
    fn leftovers_of_queries_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let leftover = folder.path().join("spill").join("x");
        drop(DataFolder::open(folder.path()).unwrap());
        fs::write(&leftover, "Dupont").unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        assert!(!leftover.exists());
    }
}
