//! Reads the files of a project folder and nothing beyond it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::nearest::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceFile};

/// The largest project file, in bytes. People write these files; larger ones are data that went astray.
const FILE_BYTES_MAX: u64 = 1_000_000;

/// How deep folders may lie within each other.
const DEPTH_MAX: usize = 8;

/// What a project has at its top.
const EXPECTED: [&str; 9] = [
    "agencies",
    "agreements",
    "linkage.toml",
    "lucarne.toml",
    "models",
    "ontology",
    "policies",
    "purposes",
    "registers",
];

/// A project folder that is being read.
pub(crate) struct Folder {
    /// The folder with all symbolic links followed: what is read must lie below.
    root: PathBuf,
    pub(crate) files: IndexMap<PathBuf, Arc<SourceFile>>,
    pub(crate) found: Diagnostics,
}

impl Folder {
    pub(crate) fn open(root: &Path) -> Result<Self, Diagnostics> {
        match fs::canonicalize(root) {
            Ok(canonical) if canonical.is_dir() => {
                Ok(Self { root: canonical, files: IndexMap::new(), found: Diagnostics::default() })
            }
            _ => {
                let file = Arc::new(SourceFile { path: root.to_owned(), text: String::new() });
                let message = "there is no such folder";
                let help = "name the folder that holds `lucarne.toml`, or make one with `lucarne init`";
                Err(Diagnostics(vec![Diagnostic::error(&file, None, "project/no-folder", message, help)]))
            }
        }
    }

    /// Tells whether there is a file or folder of this name, whatever is wrong with it.
    pub(crate) fn has(&self, relative: &Path) -> bool {
        fs::symlink_metadata(self.root.join(relative)).is_ok()
    }

    /// Keeps an error about a file or folder as a whole.
    pub(crate) fn error(&mut self, relative: &Path, code: &'static str, message: &str, help: &str) {
        self.found.push(whole_file(relative, code, message, help));
    }

    /// Reads a file; keeps an error if that can't be done.
    pub(crate) fn read(&mut self, relative: &Path) -> Option<Arc<SourceFile>> {
        let path = self.inside(relative)?;
        let metadata = fs::metadata(&path).ok();
        let Some(metadata) = metadata.filter(fs::Metadata::is_file) else {
            self.error(relative, "project/not-a-file", "this is not a file", "put a text file here");
            return None;
        };
        let mut bytes = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            let message = format!("it can't be read: {}", error.kind());
            self.error(relative, "project/unreadable", &message, "look at the rights of the file");
            return None;
        }
        if metadata.len() > FILE_BYTES_MAX || bytes.len() as u64 > FILE_BYTES_MAX {
            let message = "the file is larger than 1 MB";
            self.error(relative, "project/file-too-large", message, "keep data out of the folders of the project");
            return None;
        }
        let (text, valid) = match String::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => {
                let end = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(&error.as_bytes()[..end]).into_owned(), false)
            }
        };
        let end = text.len();
        let file = Arc::new(SourceFile { path: relative.to_owned(), text });
        self.files.insert(relative.to_owned(), Arc::clone(&file));
        let (span, code, message) = if !valid {
            (end..end, "project/not-utf8", "here is a byte that is not UTF-8")
        } else if file.text.starts_with('\u{feff}') {
            (0..0, "project/byte-order-mark", "the file begins with a byte order mark")
        } else {
            return Some(file);
        };
        self.found.push(Diagnostic::error(&file, Some(span), code, message, "save the file as UTF-8 without a mark"));
        None
    }

    /// Gives the path of a file or folder with links followed; keeps an error if it lies outside the project.
    fn inside(&mut self, relative: &Path) -> Option<PathBuf> {
        match fs::canonicalize(self.root.join(relative)) {
            Ok(path) if path.starts_with(&self.root) => Some(path),
            Ok(_) => {
                let message = "this link leads out of the project";
                self.error(relative, "project/link-outside", message, "copy what it leads to into the project");
                None
            }
            Err(error) => {
                let message = format!("it can't be read: {}", error.kind());
                self.error(relative, "project/unreadable", &message, "look at the rights of the file and at links");
                None
            }
        }
    }

    /// Gives the files of a folder whose names end in `.extension`, sorted; warns of others.
    pub(crate) fn list(&mut self, folder: &str, extension: &str, deep: bool) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        if self.has(Path::new(folder)) {
            self.list_into(Path::new(folder), extension, if deep { DEPTH_MAX } else { 0 }, &mut paths);
        }
        paths.sort();
        paths
    }

    fn list_into(&mut self, folder: &Path, extension: &str, depth: usize, paths: &mut Vec<PathBuf>) {
        let Some(path) = self.inside(folder) else { return };
        let Ok(entries) = fs::read_dir(path) else {
            self.error(folder, "project/not-a-folder", "this is not a folder that can be read", "make it one");
            return;
        };
        let mut names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        names.sort();
        for name in names {
            let relative = folder.join(&name);
            let name = name.to_string_lossy();
            if name.starts_with('.') || name == "README.md" {
                continue;
            }
            let is_folder = fs::metadata(self.root.join(&relative)).is_ok_and(|metadata| metadata.is_dir());
            if is_folder && depth > 0 {
                self.list_into(&relative, extension, depth - 1, paths);
            } else if !is_folder && relative.extension().is_some_and(|found| found == extension) {
                paths.push(relative);
            } else {
                let message = "nothing is read from here";
                let help = format!("move it elsewhere; `{}` holds `*.{extension}` files", folder.display());
                self.found.push(whole_file(&relative, "project/unexpected-file", message, &help).warning());
            }
        }
    }

    /// Warns of names at the top that look like slips of the names that a project has.
    pub(crate) fn check_top(&mut self) {
        let Ok(entries) = fs::read_dir(&self.root) else { return };
        let absent: Vec<&str> = EXPECTED.into_iter().filter(|name| !self.has(Path::new(name))).collect();
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let Some(meant) = name.to_str().filter(|name| !EXPECTED.contains(name)).and_then(|n| nearest(n, &absent))
            else {
                continue;
            };
            let message = "nothing is read from here";
            let help = format!("did you mean `{meant}`?");
            let warning = whole_file(Path::new(&name), "project/misspelt-name", message, &help).warning();
            self.found.push(warning);
        }
    }
}

fn whole_file(relative: &Path, code: &'static str, message: &str, help: &str) -> Diagnostic {
    let file = Arc::new(SourceFile { path: relative.to_owned(), text: String::new() });
    Diagnostic::error(&file, None, code, message, help)
}
