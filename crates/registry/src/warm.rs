//! Reading an index into the system's file cache before anyone asks.
//!
//! The first look at a part of the store reads it from disk, on the thread that serves; at a million people that made the
//! first dossiers fifty times slower than later ones. Reading the files once from end to end takes a few seconds instead.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::RegistryError;
use crate::index::Index;

/// How much is read at a time, in bytes.
const PIECE: usize = 1 << 20;

/// What became of warming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmed {
    /// All of it was read: so many bytes.
    Whole(u64),
    /// It was told to stop.
    Stopped,
    /// The index is larger than half of the memory that the system has to spare, or the system does not say how much
    /// that is: reading it would only push out what is needed.
    TooLarge,
}

impl Index {
    /// Reads the index's files once, so that the system has them in memory. Blocks until that is done, or `stop` is set.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn warm(&self, stop: &AtomicBool) -> Result<Warmed, RegistryError> {
        let spare = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
        warm(self.folder(), spare, stop)
    }
}

fn warm(folder: &Path, spare: Option<u64>, stop: &AtomicBool) -> Result<Warmed, RegistryError> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    let size = files.iter().map(|(_, size)| size).sum::<u64>();
    if spare.is_none_or(|spare| size > spare / 2) {
        return Ok(Warmed::TooLarge);
    }
    let mut piece = vec![0; PIECE];
    let mut read = 0;
    for (path, _) in files {
        let mut file = File::open(&path).map_err(RegistryError::io(&path))?;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Ok(Warmed::Stopped);
            }
            match file.read(&mut piece).map_err(RegistryError::io(&path))? {
                0 => break,
                length => read += length as u64,
            }
        }
    }
    Ok(Warmed::Whole(read))
}

/// Lists the files of a folder and of those in it, with their sizes.
fn gather(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<(), RegistryError> {
    for entry in std::fs::read_dir(folder).map_err(RegistryError::io(folder))? {
        let entry = entry.map_err(RegistryError::io(folder))?;
        let path = entry.path();
        let meta = entry.metadata().map_err(RegistryError::io(&path))?;
        if meta.is_dir() {
            gather(&path, files)?;
        } else {
            files.push((path, meta.len()));
        }
    }
    Ok(())
}

/// Gives the memory that Linux has to spare, in bytes, from what it says of its memory.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_read_unless_there_is_no_room() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("store")).unwrap();
        std::fs::write(folder.path().join("a"), vec![1; PIECE + 7]).unwrap();
        std::fs::write(folder.path().join("store/b"), b"12345").unwrap();
        let size = PIECE as u64 + 12;
        let (go, stop) = (AtomicBool::new(false), AtomicBool::new(true));
        let run = |spare, stop: &AtomicBool| warm(folder.path(), spare, stop).unwrap();
        assert_eq!(run(Some(2 * size), &go), Warmed::Whole(size));
        assert_eq!(run(Some(2 * size - 1), &go), Warmed::TooLarge);
        assert_eq!(run(None, &go), Warmed::TooLarge);
        assert_eq!(run(Some(u64::MAX), &stop), Warmed::Stopped);
        assert!(warm(&folder.path().join("none"), None, &go).is_err());
    }

    #[test]
    fn spare_memory_is_told_in_bytes() {
        assert_eq!(available("MemTotal:  9 kB\nMemAvailable:   24 kB\nBuffers: 1 kB\n"), Some(24 * 1024));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
        assert_eq!(available("MemAvailable: many kB\n"), None);
    }
}
