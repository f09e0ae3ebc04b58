//! The lines that records in memory took, on the disk.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{BufRead, BufReader, BufWriter, Error, ErrorKind, Read, Result as Io, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use crate::error::LinkageError;
use crate::files::problem;

/// The first line of a journal.
const HEADER: &str = "{\"lucarne_journal\":1}\n";

/// Lines that were taken, one after the other.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// Whether nothing is in the way of writing it anew.
    is_clear: bool,
    warnings: Vec<String>,
}

impl Journal {
    /// Opens a journal, making it if it is not there, and gives its whole lines. A last line without its end was never
    /// answered, and is cut off, whatever bytes it ends in; so is a header that was never whole.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<String>), LinkageError> {
        let failed = |error: Error| LinkageError::output(path, &error);
        let taken = || problem(path, "another process has the journal: end it, or name another file");
        let mut options = OpenOptions::new();
        // What it is to hold is for nobody else to read, unless somebody lets them.
        options.read(true).append(true).create(true).mode(0o600);
        let mut file = options.open(path).map_err(failed)?;
        // Two that append would each answer without what the other took.
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => taken(),
            TryLockError::Error(error) => failed(error),
        })?;
        if !is_at(&file, path).map_err(failed)? {
            return Err(taken());
        }
        match begins(&file).map_err(failed)? {
            Beginning::Whole => {}
            Beginning::Cut => {
                let begun = file.set_len(0).and_then(|()| file.write_all(HEADER.as_bytes()));
                begun.and_then(|()| file.sync_all()).and_then(|()| folder_of(path)?.sync_all()).map_err(failed)?;
            }
            Beginning::Other => {
                return Err(problem(
                    path,
                    "it is no journal of this version: name another file, or none to begin anew",
                ));
            }
        }
        let mut whole = HEADER.len() as u64;
        file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        let mut reader = BufReader::new(&file);
        let mut lines: Vec<String> = Vec::new();
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            bytes.clear();
            let read = reader.read_until(b'\n', &mut bytes).map_err(failed)?;
            // The cut may be within a letter, so that what is cut need not be text.
            if !bytes.ends_with(b"\n") {
                break;
            }
            let text = std::str::from_utf8(&bytes).map_err(|_| {
                problem(path, format!("line {}: it is no UTF-8: take it out, or name another file", lines.len() + 2))
            })?;
            lines.push(text.trim_end().to_owned());
            whole += read as u64;
        }
        file.set_len(whole).and_then(|()| file.sync_all()).map_err(failed)?;
        // What was interrupted while it was written anew may hold what has gone since.
        let part = part_of(&std::fs::canonicalize(path).map_err(failed)?);
        let is_clear = clear(&part)?;
        let warnings = if is_clear {
            Vec::new()
        } else {
            vec![format!(
                "{} can't be removed, which a start that was interrupted left: what it holds of records that went or were \
                 replaced stays on the disk; remove it, or let this account write in its folder",
                part.display()
            )]
        };
        Ok((Self { file, path: path.to_owned(), is_clear, warnings }, lines))
    }

    /// Writes the journal anew with these lines and no others. Whoever is interrupted leaves the one of before, or this one.
    /// Where nothing may be made in its folder it stays as it is, of which it warns.
    pub(crate) fn keep(&mut self, lines: &[String]) -> Result<(), LinkageError> {
        let anew = if self.is_clear { self.written_anew(lines) } else { Err(ErrorKind::PermissionDenied.into()) };
        let (anew, folder) = match anew {
            Ok(anew) => anew,
            Err(error) if is_forbidden(&error) => {
                self.warnings.push(format!(
                    "{} can't be written anew, since nothing may be made in its folder: what it holds of records that went \
                     or were replaced stays in it; let this account write in the folder, or name a journal elsewhere",
                    self.path.display()
                ));
                return Ok(());
            }
            Err(error) => return Err(LinkageError::output(&self.path, &error)),
        };
        self.file = anew;
        folder.sync_all().map_err(|error| LinkageError::output(&self.path, &error))
    }

    /// Gives what could not be done and is no reason to stop, once.
    pub(crate) fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Puts a file of these lines in the place of the journal; gives it and the folder, which is not on the disk yet.
    fn written_anew(&self, lines: &[String]) -> Io<(File, File)> {
        // A link that leads to the journal stays one.
        let path = std::fs::canonicalize(&self.path)?;
        // Before anything is changed: it must be possible to have the change on the disk.
        let folder = folder_of(&path)?;
        let part = part_of(&path);
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true).mode(0o600);
        let anew = options.open(&part)?;
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
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
        Ok((anew, folder))
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

/// How a file begins that should be a journal.
enum Beginning {
    /// With the whole header.
    Whole,
    /// With a part of it, or nothing.
    Cut,
    /// Otherwise.
    Other,
}

/// Reads how a file begins, from where it is.
fn begins(file: &File) -> Io<Beginning> {
    let mut begun = Vec::new();
    file.take(HEADER.len() as u64).read_to_end(&mut begun)?;
    Ok(match HEADER.as_bytes().strip_prefix(begun.as_slice()) {
        Some([]) => Beginning::Whole,
        Some(_) => Beginning::Cut,
        None => Beginning::Other,
    })
}

/// Gives where a journal lies while it is written anew: in the same folder, since what is renamed stays on its disk, and by a
/// name that nobody gives a file of their own.
fn part_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".lucarne-anew");
    path.with_file_name(name)
}

/// Removes what a start left that was interrupted while it wrote a journal anew, and nothing else: it begins as a journal does,
/// and nobody has it. Tells whether nothing is there any more: where the folder may not be written it stays.
fn clear(part: &Path) -> Result<bool, LinkageError> {
    let in_the_way = || LinkageError::output(part, &Error::from(ErrorKind::AlreadyExists));
    let failed = |error: Error| LinkageError::output(part, &error);
    let named = match std::fs::symlink_metadata(part) {
        Ok(named) => named,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(failed(error)),
    };
    // No link is followed, and what is neither file nor folder may never open.
    if !named.is_file() {
        return Err(in_the_way());
    }
    let file = match File::open(part) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(in_the_way()),
        Err(error) => return Err(failed(error)),
    };
    let open = file.metadata().map_err(failed)?;
    let is_it = (open.dev(), open.ino()) == (named.dev(), named.ino());
    if !is_it || matches!(begins(&file).map_err(failed)?, Beginning::Other) || file.try_lock().is_err() {
        return Err(in_the_way());
    }
    match std::fs::remove_file(part) {
        Err(error) if is_forbidden(&error) => Ok(false),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(true),
    }
}

/// Tells whether an account may not do something, which room on the disk or another try would not help.
fn is_forbidden(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// Opens the folder of a file, to have the name of the file on the disk as well as what it names.
fn folder_of(path: &Path) -> Io<File> {
    File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// Gives a new file the permissions and the group of another, and its owner where that can be.
fn like(anew: &File, before: &File) -> Io<()> {
    let (is, wanted) = (anew.metadata()?, before.metadata()?);
    let is_of_group = is.gid() == wanted.gid() || fchown(anew, None, Some(wanted.gid())).is_ok();
    if is.uid() != wanted.uid() {
        // Nobody but the superuser gives a file away: whoever may write another's journal has it as their own then.
        let _ = fchown(anew, Some(wanted.uid()), None);
    }
    anew.set_permissions(Permissions::from_mode(mode_of(wanted.mode(), is_of_group)))
}

/// Gives the permissions that a file is to have after one of these, of the same group or not. Another group has none, and all
/// others, among whom the group of before is then, no more than both had.
fn mode_of(before: u32, is_of_group: bool) -> u32 {
    if is_of_group { before & 0o777 } else { (before & 0o700) | (before & (before >> 3) & 0o007) }
}

/// Tells whether a path still names an open file: between opening and locking it, whoever had the journal may have put one
/// in its place that was written anew.
fn is_at(file: &File, path: &Path) -> Io<bool> {
    let (open, named) = (file.metadata()?, std::fs::metadata(path)?);
    Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_do_more_with_a_journal_of_another_group() {
        assert_eq!((mode_of(0o100_640, true), mode_of(0o100_640, false)), (0o640, 0o600));
        assert_eq!((mode_of(0o664, false), mode_of(0o604, false), mode_of(0o777, false)), (0o604, 0o600, 0o707));
    }

    #[test]
    fn only_what_a_start_may_have_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let part = part_of(&folder.path().join("taken.jsonl"));
        assert_eq!(part, folder.path().join(".taken.jsonl.lucarne-anew"));
        assert!(clear(&part).unwrap(), "there is none");
        for left in ["", &HEADER[..5], HEADER, "{\"lucarne_journal\":1}\n{\"a\":1}\n{\"b"] {
            std::fs::write(&part, left).unwrap();
            assert!(clear(&part).unwrap() && !part.exists(), "{left}");
        }
        let is_in_the_way =
            || clear(&part).err().unwrap().to_string().contains("something else is in the way: move it");
        std::fs::write(&part, "a letter to somebody\n").unwrap();
        assert!(is_in_the_way() && part.exists());
        std::fs::write(&part, HEADER).unwrap();
        let held = File::open(&part).unwrap();
        held.try_lock().unwrap();
        assert!(is_in_the_way() && part.exists(), "somebody has it");
        drop(held);
        std::fs::remove_file(&part).unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, HEADER).unwrap();
        std::os::unix::fs::symlink(&other, &part).unwrap();
        assert!(is_in_the_way() && other.exists());
        std::fs::remove_file(&part).unwrap();
        std::fs::create_dir(&part).unwrap();
        assert!(is_in_the_way());
    }
}
