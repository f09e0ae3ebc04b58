//! The files of a delivery and their digests.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use model::Register;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::SourceError;

/// A file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) path: PathBuf,
    /// Relative to the project, with `/` between folders.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    modified: Option<SystemTime>,
}

impl Delivered {
    pub(crate) fn new(root: &Path, path: PathBuf) -> Result<Self, SourceError> {
        let about = fs::metadata(&path).map_err(|source| SourceError::io(&path, source))?;
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Ok(Self { name: parts.join("/"), bytes: about.len(), modified: about.modified().ok(), path })
    }

    /// Fails when the file is not the one that was found any more.
    pub(crate) fn check_unchanged(&self) -> Result<(), SourceError> {
        let about = fs::metadata(&self.path).map_err(|source| SourceError::io(&self.path, source))?;
        if about.len() == self.bytes && about.modified().ok() == self.modified {
            return Ok(());
        }
        Err(SourceError::Changed { file: self.name.clone().into() })
    }

    /// Gives SHA-256 of the bytes.
    pub(crate) fn digest(&self) -> Result<[u8; 32], SourceError> {
        let failed = |source: io::Error| SourceError::io(&self.path, source);
        let mut file = File::open(&self.path).map_err(failed)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer).map_err(failed)? {
                0 => return Ok(hasher.finalize().into()),
                read => hasher.update(&buffer[..read]),
            }
        }
    }
}

/// Gives the files that a register's patterns match, in the order of their names, each once.
pub(crate) fn find(root: &Path, register: &Register) -> Result<Vec<Delivered>, SourceError> {
    let mut paths = Vec::new();
    for pattern in &register.source.files {
        // The folder of the project is a name, not a pattern.
        let whole = format!("{}/{pattern}", glob::Pattern::escape(&root.to_string_lossy()));
        let wrong = || SourceError::Pattern { register: register.id.clone(), pattern: pattern.clone() };
        for found in glob::glob(&whole).map_err(|_| wrong())? {
            let path = found.map_err(|error| {
                let unreadable = error.path().to_owned();
                SourceError::io(&unreadable, error.into())
            })?;
            if !path.is_file() {
                continue;
            }
            // Its columns would come back under the classes that this register gives them.
            if lake::is_within_data(&path).map_err(|source| SourceError::io(&path, source))? {
                let message = format!(
                    "`source.file` names {}, which belongs to a project's data and is read through the gate: name other files",
                    path.strip_prefix(root).unwrap_or(&path).display()
                );
                return Err(SourceError::Register { register: register.id.clone(), message });
            }
            paths.push(path);
        }
    }
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return Err(SourceError::NoFiles { register: register.id.clone(), patterns: register.source.files.clone() });
    }
    paths.into_iter().map(|path| Delivered::new(root, path)).collect()
}

/// Gives the digest of a delivery: of what its files hold, in order, and of the part of the register file that says how
/// they are read. Titles and classes are not part of it.
pub(crate) fn delivery_digest(register: &Register, files: &[Delivered], digests: &[[u8; 32]]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(b"lucarne-delivery 1");
    add(reading_rules(register).to_string().as_bytes());
    for (file, digest) in files.iter().zip(digests) {
        add(file.name.as_bytes());
        add(digest);
    }
    hex::encode(hasher.finalize())
}

fn reading_rules(register: &Register) -> Value {
    let column = |column: &model::Column| {
        serde_json::json!([
            column.name,
            column.from,
            column.r#type,
            column.formats,
            column.required,
            column.check,
            column.missing
        ])
    };
    let columns: Vec<Value> = register.columns.values().map(column).collect();
    serde_json::json!([register.id, register.source.format, register.delivery, register.key, columns])
}
