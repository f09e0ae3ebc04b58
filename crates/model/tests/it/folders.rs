//! Puts projects together in temporary folders.

use std::fs;
use std::path::{Path, PathBuf};

use model::{Diagnostics, Project};

/// Gives the folder of this crate's tests.
pub(crate) fn tests_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Gives the files below a folder, relative to it, sorted.
pub(crate) fn files_below(root: &Path) -> Vec<PathBuf> {
    fn walk(root: &Path, relative: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(root.join(relative)).unwrap() {
            let entry = entry.unwrap();
            let relative = relative.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                walk(root, &relative, found);
            } else {
                found.push(relative);
            }
        }
    }
    let mut found = Vec::new();
    walk(root, Path::new(""), &mut found);
    found.sort();
    found
}

/// Copies all files below `from` into `to`.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(file), target).unwrap();
    }
}

/// Makes the project that loads without a warning, in a temporary folder.
pub(crate) fn base() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&tests_dir().join("base"), folder.path());
    folder
}

/// Writes a file of a project.
pub(crate) fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Gives all that was found, be the project refused or not.
pub(crate) fn found(loaded: Result<Project, Diagnostics>) -> Diagnostics {
    loaded.map_or_else(|found| found, |project| project.warnings)
}
