//! The lines that records in memory took, on the disk.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Error, ErrorKind, Result as Io, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use crate::error::LinkageError;
use crate::files::problem;

/// The first line of a journal.
const HEADER: &str = "{\"lucarne_journal\":1}\n";

/// Lines that were taken, one after the other.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens a journal, making it if it is not there, and gives its whole lines. A last line without its end was never
    /// answered, and is cut off.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<String>), LinkageError> {
        let failed = |error: Error| problem(path, format!("the journal can't be used: {error}"));
        let taken = || problem(path, "another process has the journal: end it, or name another file");
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        // Two that append would each answer without what the other took.
        file.try_lock().map_err(|_| taken())?;
        if !is_at(&file, path).map_err(failed)? {
            return Err(taken());
        }
        if file.metadata().map_err(failed)?.len() == 0 {
            let begun = file.write_all(HEADER.as_bytes()).and_then(|()| file.sync_all());
            begun.and_then(|()| sync_folder(path)).map_err(failed)?;
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut reader = BufReader::new(&file);
        let (mut lines, mut whole) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            let read = reader.read_line(&mut line).map_err(failed)?;
            if read == 0 || !line.ends_with('\n') {
                break;
            }
            whole += read as u64;
            lines.push(line.trim_end().to_owned());
        }
        if lines.first().map(String::as_str) != Some(HEADER.trim_end()) {
            return Err(problem(path, "it is no journal of this version: name another file, or none to begin anew"));
        }
        lines.remove(0);
        file.set_len(whole).and_then(|()| file.sync_all()).map_err(failed)?;
        // What was interrupted while it was written anew may hold what has gone since.
        remove(&part_of(&std::fs::canonicalize(path).map_err(failed)?)).map_err(failed)?;
        Ok((Self { file, path: path.to_owned() }, lines))
    }

    /// Writes the journal anew with these lines and no others. Whoever is interrupted leaves the one of before, or this one.
    pub(crate) fn keep(&mut self, lines: &[String]) -> Result<(), LinkageError> {
        let failed = |error: Error| problem(&self.path, format!("the journal can't be written anew: {error}"));
        // A link that leads to the journal stays one.
        let path = std::fs::canonicalize(&self.path).map_err(failed)?;
        let part = part_of(&path);
        remove(&part).map_err(failed)?;
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true).mode(0o600);
        let anew = options.open(&part).map_err(failed)?;
        let write = || -> Io<()> {
            // Before anything is in it: who may read the one of before may read this one, and nobody else at any time.
            like(&anew, &self.file)?;
            // It is never without a lock where others look for it.
            anew.lock()?;
            let mut writer = BufWriter::new(&anew);
            writer.write_all(HEADER.as_bytes())?;
            for line in lines {
                writer.write_all(line.as_bytes())?;
                writer.write_all(b"\n")?;
            }
            writer.flush()?;
            anew.sync_all()?;
            std::fs::rename(&part, &path)
        };
        if let Err(error) = write() {
            // What is not whole serves nobody; that it can't be removed now is no matter, for the next start does.
            let _ = remove(&part);
            return Err(failed(error));
        }
        sync_folder(&path).map_err(failed)?;
        self.file = anew;
        Ok(())
    }

    /// Writes lines and gives how long the journal was before them.
    pub(crate) fn append<'l>(&mut self, lines: impl Iterator<Item = &'l str>) -> Result<u64, LinkageError> {
        let mut text = String::new();
        for line in lines {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let failed = |error: Error| LinkageError::output(&self.path, &error);
        let before = self.file.metadata().map_err(failed)?.len();
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map(|()| before).map_err(|error| {
            self.cut(before);
            failed(error)
        })
    }

    /// Takes back what was not answered: it must not be there the next time. Should this fail too, the command ends with the
    /// error that led here, and the lines are taken at the next start.
    pub(crate) fn cut(&self, length: u64) {
        let _ = self.file.set_len(length).and_then(|()| self.file.sync_all());
    }
}

/// Gives where a journal lies while it is written anew: in the same folder, since what is renamed stays on its disk.
fn part_of(path: &Path) -> PathBuf {
    let mut part: OsString = path.as_os_str().to_owned();
    part.push(".part");
    PathBuf::from(part)
}

/// Removes a file, or finds that there is none.
fn remove(path: &Path) -> Io<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Has the name of a file on the disk as well as what it names.
fn sync_folder(path: &Path) -> Io<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Gives a new file the permissions and the group of another, and its owner where that can be.
fn like(anew: &File, before: &File) -> Io<()> {
    let (is, wanted) = (anew.metadata()?, before.metadata()?);
    if is.gid() != wanted.gid() {
        fchown(anew, None, Some(wanted.gid()))?;
    }
    if is.uid() != wanted.uid() {
        // Nobody but the superuser gives a file away: whoever may write another's journal has it as their own then.
        let _ = fchown(anew, Some(wanted.uid()), None);
    }
    anew.set_permissions(wanted.permissions())
}

/// Tells whether a path still names an open file: between opening and locking it, whoever had the journal may have put one
/// in its place that was written anew.
fn is_at(file: &File, path: &Path) -> Io<bool> {
    let (open, named) = (file.metadata()?, std::fs::metadata(path)?);
    Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
}
