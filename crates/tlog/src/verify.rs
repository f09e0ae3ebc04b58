//! The verifier: recomputes a whole log from its entries and names the place where it does not hold together.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::error::Error;
use crate::hash::{Hash, leaf_hash};
use crate::journal::{HeaderFault, Tail, read_segment};
use crate::key::VerifyingKey;
use crate::reader::read_published;
use crate::recover::{CHECKPOINT_PATH, FORMAT, FORMAT_PATH, JOURNAL_FOLDER, list_segments, segment_path};
use crate::storage::{Name, Storage};
use crate::tile::{TILE_WIDTH, Tile, TileBuilder, TileKind, split_bundle, tile_prefix};

/// How often and how long to wait for the checkpoint of tiles that a running log has just written.
const CHECKPOINT_WAITS: u32 = 10;
const CHECKPOINT_WAIT: Duration = Duration::from_millis(100);

/// What a log that holds together was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The checkpoint that every entry and tile was checked against.
    pub checkpoint: Checkpoint,
    /// Files with entries or hashes that were checked.
    pub tile_files: u64,
    /// Size of the saved checkpoint that the log was proven to have grown from.
    pub grown_from: Option<u64>,
    /// Entries that are durable in the journal and not published yet: the checkpoint does not cover them.
    pub unpublished_entries: u64,
    /// Whether the journal ends within an entry: one is just being written, or a crash cut it off.
    pub is_journal_torn: bool,
}

/// Where and how a log does not hold together. Never shows an entry's bytes.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file cannot be read; nothing is said of the log.
    #[error("cannot read {path}")]
    Storage {
        /// The file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The folder's format is not the one known here, or the log's own folder lacks the file that says it.
    #[error("format: missing, or not \"{expected}\"", expected = FORMAT.trim_end())]
    Format,
    /// There is no checkpoint.
    #[error("checkpoint: missing")]
    CheckpointMissing,
    /// The checkpoint is not to be trusted.
    #[error("checkpoint: {0}")]
    Checkpoint(CheckpointError),
    /// The saved checkpoint is not to be trusted.
    #[error("saved checkpoint: {0}")]
    SavedCheckpoint(CheckpointError),
    /// The log has fewer entries than it once had.
    #[error("the log has {size} entries and had {saved}: entries {size} to {saved} were dropped")]
    Shrunk {
        /// Entries at the saved checkpoint.
        saved: u64,
        /// Entries now.
        size: u64,
    },
    /// The log's first entries are not those of the saved checkpoint.
    #[error("the first {saved} entries are not those of the saved checkpoint: history was rewritten")]
    Forked {
        /// Entries at the saved checkpoint.
        saved: u64,
    },
    /// A tile is missing, or does not hold the number of items that its name says.
    #[error("{path}: missing or malformed, entries {first_entry} to {end_entry} rest on it")]
    Tile {
        /// The tile.
        path: String,
        /// The first entry under the tile.
        first_entry: u64,
        /// One past the last entry under it.
        end_entry: u64,
    },
    /// An entry and its leaf hash differ.
    #[error("entry {index}: its bytes in {bundle} do not give its hash in {tile}")]
    Entry {
        /// The entry.
        index: u64,
        /// The bundle with its bytes.
        bundle: String,
        /// The tile with its hash.
        tile: String,
    },
    /// A node above the leaves differs from what lies under it.
    #[error("{path}: hash {item} is not that of the entries {first_entry} to {end_entry}")]
    Node {
        /// The tile.
        path: String,
        /// The hash's place in the tile, from 0.
        item: usize,
        /// The first entry under the node.
        first_entry: u64,
        /// One past the last entry under it.
        end_entry: u64,
    },
    /// A partial tile that an earlier checkpoint points at differs from its successor.
    #[error("{path}: not the beginning of the tile that followed it")]
    Partial {
        /// The tile.
        path: String,
    },
    /// Entries and tiles agree with each other and not with the signed root.
    #[error("the {size} entries do not give the root that the checkpoint has")]
    Root {
        /// Entries in the log.
        size: u64,
    },
    /// A file that no log of this size has.
    #[error("{path}: no part of the log of {size} entries (open the log once, if a crash left it)")]
    Stray {
        /// The file.
        path: String,
        /// Entries in the log.
        size: u64,
    },
    /// A part of the journal is damaged.
    #[error("{path}: damaged from byte {offset} on")]
    JournalDamaged {
        /// The segment.
        path: String,
        /// Where the damage begins.
        offset: usize,
    },
    /// The journal and the published entries differ.
    #[error("entry {index}: its bytes in {path} are not the published ones")]
    JournalEntry {
        /// The entry.
        index: u64,
        /// The segment of the journal.
        path: String,
    },
    /// Entries between those published and those in the journal are missing.
    #[error("entries {first} to {end} are missing: {path} begins after them")]
    JournalGap {
        /// The first entry missing.
        first: u64,
        /// One past the last.
        end: u64,
        /// The segment of the journal.
        path: String,
    },
}

/// Checks a log, which may be in use, against its key: reads every entry, computes every hash anew, compares every
/// tile, the root and the signature, and looks for files that do not belong. Given a checkpoint that was saved
/// earlier, also proves that the log only grew since.
///
/// Reads only; takes time in proportion to the log and memory that does not grow with it (the journal aside).
/// `progress` is called with the entries done and all entries. A copy without `journal` and `format` (a mirror of
/// what is published) verifies as well.
pub fn verify(
    storage: &dyn Storage,
    key: &VerifyingKey,
    saved_checkpoint: Option<&str>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<VerifyReport, VerifyError> {
    let saved = saved_checkpoint
        .map(|note| Checkpoint::open(note.as_bytes(), key))
        .transpose()
        .map_err(VerifyError::SavedCheckpoint)?;
    check_format(storage)?;
    let checkpoint = read_checkpoint(storage, key)?;
    if let Some(saved) = &saved
        && saved.size > checkpoint.size
    {
        return Err(VerifyError::Shrunk { saved: saved.size, size: checkpoint.size });
    }
    let mut check = Check { storage, saved: saved.as_ref(), builder: TileBuilder::default(), checkpoint };
    check.grow(progress)?;

    let mut files = Files::default();
    check.walk("tile", &mut files)?;
    // A running log writes tiles before the checkpoint that covers them: wait for that, then check them as well.
    let size_needed = files.beyond.iter().map(|tile| entries_under(tile).1).max().unwrap_or(0);
    for _ in 0..CHECKPOINT_WAITS {
        if check.checkpoint.size >= size_needed {
            break;
        }
        sleep(CHECKPOINT_WAIT);
        let newer = read_checkpoint(storage, key)?;
        if newer.size < check.checkpoint.size {
            return Err(VerifyError::Shrunk { saved: check.checkpoint.size, size: newer.size });
        }
        check.checkpoint = newer;
        check.grow(progress)?;
    }
    for tile in &files.beyond {
        if !check.covers(tile) {
            return Err(VerifyError::Stray { path: tile.to_string(), size: check.checkpoint.size });
        }
        check.compare_partial(*tile)?;
    }
    let journal = check.journal()?;
    Ok(VerifyReport {
        tile_files: files.count,
        grown_from: saved.as_ref().map(|saved| saved.size),
        unpublished_entries: journal.unpublished_entries,
        is_journal_torn: journal.is_torn,
        checkpoint: check.checkpoint,
    })
}

/// Checks what the folder says of its format. Only a mirror of what is published says nothing; it has no journal either.
fn check_format(storage: &dyn Storage) -> Result<(), VerifyError> {
    let is_right = match read_optional(storage, FORMAT_PATH)? {
        Some(format) => format == FORMAT.as_bytes(),
        None => {
            let segments = storage.list(JOURNAL_FOLDER);
            segments.map_err(|source| VerifyError::Storage { path: JOURNAL_FOLDER.to_owned(), source })?.is_empty()
        }
    };
    if is_right { Ok(()) } else { Err(VerifyError::Format) }
}

/// What the walk over the files found.
#[derive(Default)]
struct Files {
    count: u64,
    /// Tiles of a log larger than the checkpoint's.
    beyond: Vec<Tile>,
}

#[derive(Default)]
struct JournalFindings {
    unpublished_entries: u64,
    is_torn: bool,
}

struct Check<'a> {
    storage: &'a dyn Storage,
    saved: Option<&'a Checkpoint>,
    /// The tree computed anew.
    builder: TileBuilder,
    checkpoint: Checkpoint,
}

impl Check<'_> {
    /// Reads entries until the tree has the checkpoint's size, and compares all tiles on the way.
    fn grow(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), VerifyError> {
        let size = self.checkpoint.size;
        self.compare_saved()?;
        let mut full_tiles = Vec::new();
        while self.builder.size() < size {
            let number = self.builder.size() / TILE_WIDTH as u64;
            self.grow_by_bundle(number, &mut full_tiles)?;
            for (tile, bytes) in full_tiles.drain(..) {
                self.compare(tile, &bytes)?;
            }
            progress(self.builder.size(), size);
        }
        for (tile, bytes) in self.builder.partial_tiles() {
            self.compare(tile, &bytes)?;
        }
        if self.builder.root() != self.checkpoint.root {
            return Err(VerifyError::Root { size });
        }
        Ok(())
    }

    fn grow_by_bundle(&mut self, number: u64, full_tiles: &mut Vec<(Tile, Vec<u8>)>) -> Result<(), VerifyError> {
        let (bundle, bundle_bytes) = self.read(TileKind::Entries, number)?;
        let (leaves, leaf_bytes) = self.read(TileKind::Hashes(0), number)?;
        let entries = split_bundle(&bundle_bytes, usize::from(bundle.width)).ok_or_else(|| missing(&bundle))?;
        let hashes = Hash::read_all(&leaf_bytes).ok_or_else(|| missing(&leaves))?;
        // A log that grew while it was checked: the first entries of the bundle are in the tree already.
        let known = (self.builder.size() % TILE_WIDTH as u64) as usize;
        for (entry, hash) in entries.iter().zip(hashes).skip(known) {
            if leaf_hash(entry) != hash {
                let index = self.builder.size();
                return Err(VerifyError::Entry { index, bundle: bundle.to_string(), tile: leaves.to_string() });
            }
            self.builder.push(entry, full_tiles);
            self.compare_saved()?;
        }
        Ok(())
    }

    fn compare_saved(&self) -> Result<(), VerifyError> {
        match self.saved {
            Some(saved) if saved.size == self.builder.size() && saved.root != self.builder.root() => {
                Err(VerifyError::Forked { saved: saved.size })
            }
            _ => Ok(()),
        }
    }

    /// Compares a stored tile with the computed one.
    fn compare(&self, tile: Tile, computed: &[u8]) -> Result<(), VerifyError> {
        let TileKind::Hashes(level) = tile.kind else {
            // Bundles are what everything is computed from.
            return Ok(());
        };
        let stored = read_published(self.storage, tile).map_err(|error| unreadable(&tile, error))?;
        if stored == computed {
            return Ok(());
        }
        let pairs = stored.chunks(Hash::LEN).zip(computed.chunks(Hash::LEN));
        let item = pairs.take_while(|(stored, computed)| stored == computed).count();
        let entries_per_item = 1_u64 << (8 * u32::from(level));
        let first_entry = (tile.number * TILE_WIDTH as u64 + item as u64) * entries_per_item;
        Err(VerifyError::Node { path: tile.to_string(), item, first_entry, end_entry: first_entry + entries_per_item })
    }

    fn read(&self, kind: TileKind, number: u64) -> Result<(Tile, Vec<u8>), VerifyError> {
        let tile = Tile::at_size(kind, number, self.checkpoint.size).unwrap_or(Tile::full(kind, number));
        let bytes = read_published(self.storage, tile).map_err(|error| unreadable(&tile, error))?;
        Ok((tile, bytes))
    }

    /// Looks at every file under a folder.
    fn walk(&self, folder: &str, files: &mut Files) -> Result<(), VerifyError> {
        let names = self.storage.list(folder);
        let names = names.map_err(|source| VerifyError::Storage { path: folder.to_owned(), source })?;
        for name in names {
            match name {
                Name::Folder(name) => self.walk(&format!("{folder}/{name}"), files)?,
                Name::File(name) => {
                    let path = format!("{folder}/{name}");
                    let stray = || VerifyError::Stray { path: path.clone(), size: self.checkpoint.size };
                    let tile = Tile::parse(&path).ok_or_else(stray)?;
                    files.count += 1;
                    if self.covers(&tile) {
                        self.compare_partial(tile)?;
                    } else {
                        files.beyond.push(tile);
                    }
                }
            }
        }
        Ok(())
    }

    /// Says whether a log of the checkpoint's size has, or once had, this tile.
    fn covers(&self, tile: &Tile) -> bool {
        Tile::at_size(tile.kind, tile.number, self.checkpoint.size).is_some_and(|now| now.width >= tile.width)
    }

    /// Compares a partial tile with the one that followed it, which has been checked.
    fn compare_partial(&self, tile: Tile) -> Result<(), VerifyError> {
        let Some(now) = Tile::at_size(tile.kind, tile.number, self.checkpoint.size) else { return Ok(()) };
        if now.width == tile.width {
            return Ok(());
        }
        // Gone since it was listed: a running log has replaced it by the full tile.
        let Some(stored) = read_optional(self.storage, &tile.to_string())? else { return Ok(()) };
        let checked = read_published(self.storage, now).map_err(|error| unreadable(&now, error))?;
        let expected = tile_prefix(&checked, now, tile.width).ok_or_else(|| missing(&now))?;
        if stored == expected { Ok(()) } else { Err(VerifyError::Partial { path: tile.to_string() }) }
    }

    /// Checks the journal: what is published must be the same there.
    fn journal(&self) -> Result<JournalFindings, VerifyError> {
        let mut findings = JournalFindings::default();
        let mut end = self.checkpoint.size;
        let mut bundle = (u64::MAX, Vec::new());
        let numbers = list_segments(self.storage).map_err(|error| match error {
            Error::JournalDamaged { path, offset } => VerifyError::JournalDamaged { path, offset },
            Error::Storage { path, source, .. } => VerifyError::Storage { path, source },
            other => VerifyError::Storage { path: "journal".to_owned(), source: io::Error::other(other) },
        })?;
        for number in numbers {
            let path = segment_path(number);
            // Gone since it was listed: all of it is published.
            let Some(bytes) = read_optional(self.storage, &path)? else { continue };
            let segment = match read_segment(&bytes, &self.checkpoint.origin) {
                Ok(segment) => segment,
                Err(HeaderFault::Torn) => {
                    findings.is_torn = true;
                    continue;
                }
                Err(_) => return Err(VerifyError::JournalDamaged { path, offset: 0 }),
            };
            if segment.tail == Tail::Damaged || segment.is_followed_by_a_batch {
                return Err(VerifyError::JournalDamaged { path, offset: segment.whole_bytes });
            }
            findings.is_torn |= segment.tail == Tail::Torn;
            if segment.first > end {
                return Err(VerifyError::JournalGap { first: end, end: segment.first, path });
            }
            for (index, entry) in (segment.first..).zip(&segment.entries) {
                if index >= self.checkpoint.size {
                    continue;
                }
                if bundle.0 != index / TILE_WIDTH as u64 {
                    bundle = (index / TILE_WIDTH as u64, self.bundle_at(index)?);
                }
                let published = bundle.1.get((index % TILE_WIDTH as u64) as usize);
                if published != Some(entry) {
                    return Err(VerifyError::JournalEntry { index, path });
                }
            }
            end = end.max(segment.first + segment.entries.len() as u64);
        }
        findings.unpublished_entries = end - self.checkpoint.size;
        Ok(findings)
    }

    fn bundle_at(&self, index: u64) -> Result<Vec<Vec<u8>>, VerifyError> {
        let (tile, bytes) = self.read(TileKind::Entries, index / TILE_WIDTH as u64)?;
        let entries = split_bundle(&bytes, usize::from(tile.width)).ok_or_else(|| missing(&tile))?;
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }
}

fn read_checkpoint(storage: &dyn Storage, key: &VerifyingKey) -> Result<Checkpoint, VerifyError> {
    let note = read_optional(storage, CHECKPOINT_PATH)?.ok_or(VerifyError::CheckpointMissing)?;
    Checkpoint::open(&note, key).map_err(VerifyError::Checkpoint)
}

fn read_optional(storage: &dyn Storage, path: &str) -> Result<Option<Vec<u8>>, VerifyError> {
    match storage.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(VerifyError::Storage { path: path.to_owned(), source }),
    }
}

fn unreadable(tile: &Tile, error: Error) -> VerifyError {
    match error {
        Error::Storage { path, source, .. } => VerifyError::Storage { path, source },
        _ => missing(tile),
    }
}

fn missing(tile: &Tile) -> VerifyError {
    let (first_entry, end_entry) = entries_under(tile);
    VerifyError::Tile { path: tile.to_string(), first_entry, end_entry }
}

/// Gives the first entry under a tile and one past the last.
fn entries_under(tile: &Tile) -> (u64, u64) {
    let height = match tile.kind {
        TileKind::Entries => 0,
        TileKind::Hashes(level) => 8 * u32::from(level),
    };
    // Made-up names of files must not overflow.
    let first_item = tile.number.saturating_mul(TILE_WIDTH as u64);
    let entries = |items: u64| items.saturating_mul(1_u64 << height);
    (entries(first_item), entries(first_item.saturating_add(u64::from(tile.width))))
}
