//! The seam between the writer of data files and the disk, so that tests can make the disk fail.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes data files.
pub(crate) trait Disk: Send + Sync {
    /// Makes a file that must not exist yet.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DataFile>>;
}

/// A data file that is being written.
pub(crate) trait DataFile: Write + Send {
    /// Returns once everything written is on the disk itself.
    fn sync(&mut self) -> io::Result<()>;
}

/// The machine's own disk.
pub(crate) struct LocalDisk;

impl Disk for LocalDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DataFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(file))
    }
}

impl DataFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Returns once the entries of a folder (new and renamed files) are on the disk itself.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
