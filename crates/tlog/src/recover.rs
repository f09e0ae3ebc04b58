//! Finds out what a log holds when it is opened, and puts tiles and checkpoint right.
//!
//! The journal holds every entry since its oldest segment began; the tiles below that are durable. So the tree is
//! taken up from the tiles at that point and grown with the journal's entries; where it passes the size of the
//! checkpoint its root must be the checkpoint's. Entries beyond the checkpoint are first written to a new segment:
//! after a failed fsync they may be in the page cache alone, and nothing that rests on them may be written before
//! they are durable. A second fsync of the old segment would not do: it can succeed without writing.

use std::io;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::commit::ActiveSegment;
use crate::error::{Error, Result, StorageContext as _};
use crate::hash::Hash;
use crate::journal::{HeaderFault, SEGMENT_HEADER_BYTES, Tail, read_segment};
use crate::key::SigningKey;
use crate::reader::{read_prefix, read_settled_entry, stored_partials};
use crate::storage::{Name, Storage};
use crate::tile::{TILE_WIDTH, Tile, TileBuilder, TileKind, tile_prefix};

pub(crate) const CHECKPOINT_PATH: &str = "checkpoint";
pub(crate) const JOURNAL_FOLDER: &str = "journal";
pub(crate) const FORMAT_PATH: &str = "format";
/// The format of the whole folder.
pub(crate) const FORMAT: &str = "lucarne-tlog 1\n";

/// What opening a log found and put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Entries that were durable and not yet published.
    pub entries_published: u64,
    /// Bytes at the end of the journal that a crash had cut off or left in disorder. They were never
    /// acknowledged, unless the disk has changed them since.
    pub torn_bytes: usize,
}

/// A log's state after recovery: everything durable is published.
pub(crate) struct Recovered {
    pub(crate) builder: TileBuilder,
    pub(crate) note: String,
    pub(crate) report: Recovery,
    /// The segments of the journal, none of which is needed any more.
    pub(crate) old_segments: Vec<String>,
    /// The new segment, its number and the index of its first entry.
    pub(crate) segment: ActiveSegment,
    pub(crate) segment_number: u64,
    pub(crate) segment_first: u64,
}

pub(crate) fn segment_path(number: u64) -> String {
    format!("{JOURNAL_FOLDER}/{number:012}")
}

fn segment_number(name: &str) -> Option<u64> {
    let number = name.parse().ok()?;
    (segment_path(number) == format!("{JOURNAL_FOLDER}/{name}")).then_some(number)
}

/// Gives the numbers of the journal's segments in order.
pub(crate) fn list_segments(storage: &dyn Storage) -> Result<Vec<u64>> {
    let names = storage.list(JOURNAL_FOLDER).context("list", JOURNAL_FOLDER)?;
    let mut numbers = Vec::new();
    for name in names {
        let (Name::File(name) | Name::Folder(name)) = name;
        let damaged = || Error::JournalDamaged { path: format!("{JOURNAL_FOLDER}/{name}"), offset: 0 };
        numbers.push(segment_number(&name).ok_or_else(damaged)?);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

pub(crate) fn read_optional(storage: &dyn Storage, path: &str) -> Result<Option<Vec<u8>>> {
    match storage.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(source).context("read", path),
    }
}

/// Entries of the journal in one run.
struct Journal {
    first: u64,
    entries: Vec<Vec<u8>>,
    torn_bytes: usize,
}

impl Journal {
    fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

fn read_journal(storage: &dyn Storage, numbers: &[u64], origin: &str) -> Result<Option<Journal>> {
    let mut journal: Option<Journal> = None;
    let mut number_before = None;
    // Whether a segment is missing since the last one that was read whole.
    let mut is_one_missing = false;
    for number in numbers {
        let path = segment_path(*number);
        let bytes = storage.read(&path).context("read", &path)?;
        is_one_missing |= number_before.replace(*number).is_some_and(|before| before + 1 != *number);
        let segment = match read_segment(&bytes, origin) {
            Ok(segment) => segment,
            // A crash at the making of a segment: nothing was in it yet. Should that be untrue, the next segment
            // does not continue the one before, or the checkpoint is ahead of the journal.
            Err(HeaderFault::Torn | HeaderFault::Damaged) if bytes.len() <= SEGMENT_HEADER_BYTES => {
                if let Some(journal) = &mut journal {
                    journal.torn_bytes += bytes.len();
                }
                continue;
            }
            Err(_) => return Err(Error::JournalDamaged { path, offset: 0 }),
        };
        if segment.is_followed_by_a_batch {
            return Err(Error::JournalDamaged { path, offset: segment.whole_bytes });
        }
        let torn_bytes = if segment.tail == Tail::Clean { 0 } else { bytes.len() - segment.whole_bytes };
        let segment_end = segment.first + segment.entries.len() as u64;
        match &mut journal {
            None => journal = Some(Journal { first: segment.first, entries: segment.entries, torn_bytes }),
            // It continues the segments before, or repeats their end or all of them, as recovery writes it.
            Some(journal) if segment.first <= journal.end() && segment_end >= journal.end() => {
                let kept = segment.first.saturating_sub(journal.first) as usize;
                journal.first = journal.first.min(segment.first);
                journal.entries.truncate(kept);
                journal.entries.extend(segment.entries);
                journal.torn_bytes += torn_bytes;
            }
            // A repetition that was cut off while it was written.
            Some(journal) if (journal.first..=journal.end()).contains(&segment.first) => {
                journal.torn_bytes += torn_bytes;
            }
            // Segments go once all of their entries are published and durable, and a crash may undo a removal: what
            // stands before the missing segment is no longer needed.
            Some(journal) if is_one_missing => {
                *journal = Journal { first: segment.first, entries: segment.entries, torn_bytes };
            }
            // Entries are missing between two segments: the tail that was cut off had been whole.
            Some(_) => return Err(Error::JournalDamaged { path: segment_path(*number), offset: 0 }),
        }
        is_one_missing = false;
    }
    Ok(journal)
}

/// What a log's files say, before anything is written.
pub(crate) struct Files {
    /// The numbers of the journal's segments.
    numbers: Vec<u64>,
    /// None when there is no log yet.
    kept: Option<Kept>,
}

/// What was published last, and what the journal has.
struct Kept {
    note: Vec<u8>,
    checkpoint: Checkpoint,
    journal: Journal,
}

impl Files {
    /// Reads them, and changes nothing. The caller holds the lock.
    pub(crate) fn read(storage: &dyn Storage, key: &SigningKey) -> Result<Files> {
        let numbers = list_segments(storage)?;
        let has_tiles = !storage.list("tile").context("list", "tile")?.is_empty();
        let note = read_optional(storage, CHECKPOINT_PATH)?;
        check_format(storage, note.is_none() && numbers.is_empty() && !has_tiles)?;
        let Some(note) = note else {
            if has_tiles || !numbers.is_empty() {
                return Err(Error::CheckpointMissing);
            }
            return Ok(Files { numbers, kept: None });
        };
        let checkpoint = Checkpoint::open(&note, &key.verifying_key())?;
        let journal = match read_journal(storage, &numbers, key.name())? {
            Some(journal) => journal,
            // The crash came between the first checkpoint and the first segment.
            None if checkpoint.size == 0 && !has_tiles => Journal { first: 0, entries: Vec::new(), torn_bytes: 0 },
            None => return Err(Error::JournalMissing),
        };
        if journal.first > checkpoint.size {
            return Err(Error::EntryLost { index: checkpoint.size });
        }
        if journal.end() < checkpoint.size {
            return Err(Error::EntryLost { index: journal.end() });
        }
        Ok(Files { numbers, kept: Some(Kept { note, checkpoint, journal }) })
    }

    /// Gives the number of durable entries; none when there is no log yet.
    pub(crate) fn size(&self) -> Option<u64> {
        self.kept.as_ref().map(|kept| kept.journal.end())
    }

    /// Gives a durable entry.
    pub(crate) fn entry(&self, storage: &dyn Storage, index: u64) -> Result<Vec<u8>> {
        let none = || Error::NoSuchEntry { index, size: self.size().unwrap_or(0) };
        let kept = self.kept.as_ref().ok_or_else(none)?;
        match index.checked_sub(kept.journal.first) {
            Some(place) => {
                let place = usize::try_from(place).map_err(|_| none())?;
                kept.journal.entries.get(place).cloned().ok_or_else(none)
            }
            // Below where the journal begins everything is published and durable. Wider tiles may have been lost in a crash:
            // they are made anew from the journal when the log is brought into order.
            None => read_settled_entry(storage, index, kept.journal.first)?.ok_or_else(none),
        }
    }
}

/// Brings a log into order. The caller holds the lock and has just read the files.
pub(crate) fn recover(storage: &dyn Storage, key: &SigningKey, files: Files) -> Result<Recovered> {
    let origin = key.name();
    let Files { numbers, kept } = files;
    let segment_number = numbers.last().map_or(1, |number| number + 1);
    let old_segments: Vec<String> = numbers.iter().map(|number| segment_path(*number)).collect();
    let Some(Kept { note, checkpoint, journal }) = kept else {
        if read_optional(storage, FORMAT_PATH)?.is_none() {
            storage.put_durable(FORMAT_PATH, FORMAT.as_bytes()).context("write", FORMAT_PATH)?;
        }
        let note = Checkpoint { origin: origin.to_owned(), size: 0, root: Hash::EMPTY }.sign(key)?;
        storage.put_durable(CHECKPOINT_PATH, note.as_bytes()).context("write", CHECKPOINT_PATH)?;
        let segment = ActiveSegment::create(storage, origin, segment_number, 0)?;
        let (builder, report) = (TileBuilder::default(), Recovery::default());
        return Ok(Recovered { builder, note, report, old_segments, segment, segment_number, segment_first: 0 });
    };
    let mut builder = restore_builder(storage, journal.first)?;
    let full_tiles = grow(&mut builder, &journal, &checkpoint)?;
    let segment_first = checkpoint.size;
    let mut segment = ActiveSegment::create(storage, origin, segment_number, segment_first)?;
    segment.append_entries(segment_first, &journal.entries[(segment_first - journal.first) as usize..])?;
    write_tiles(storage, &builder, full_tiles)?;
    let report = Recovery { entries_published: builder.size() - checkpoint.size, torn_bytes: journal.torn_bytes };
    let new = Checkpoint { origin: origin.to_owned(), size: builder.size(), root: builder.root() };
    let note = if new == checkpoint {
        String::from_utf8(note).map_err(|_| CheckpointError::NotANote)?
    } else {
        let note = new.sign(key)?;
        storage.put_durable(CHECKPOINT_PATH, note.as_bytes()).context("write", CHECKPOINT_PATH)?;
        note
    };
    Ok(Recovered { builder, note, report, old_segments, segment, segment_number, segment_first })
}

fn check_format(storage: &dyn Storage, is_new: bool) -> Result<()> {
    match read_optional(storage, FORMAT_PATH)? {
        Some(found) if found == FORMAT.as_bytes() => Ok(()),
        None if is_new => Ok(()),
        found => {
            let found = found.unwrap_or_default();
            let shown = String::from_utf8_lossy(&found[..found.len().min(40)]).trim_end().to_owned();
            Err(Error::Format { found: shown, expected: FORMAT.trim_end() })
        }
    }
}

/// Takes the tree of `size` leaves up from its rightmost tiles.
fn restore_builder(storage: &dyn Storage, size: u64) -> Result<TileBuilder> {
    let mut edges = Vec::new();
    for level in 0.. {
        let kind = TileKind::Hashes(level);
        let items = kind.items_at(size);
        if items == 0 {
            break;
        }
        let mut edge = Vec::new();
        let (number, width) = (items / TILE_WIDTH as u64, (items % TILE_WIDTH as u64) as u16);
        if width > 0 {
            let tile = Tile { kind, number, width };
            let bytes = read_prefix(storage, tile)?;
            edge = Hash::read_all(&bytes).ok_or_else(|| Error::Tile { path: tile.to_string() })?;
        }
        edges.push(edge);
    }
    let (number, width) = (size / TILE_WIDTH as u64, (size % TILE_WIDTH as u64) as u16);
    let bundle = match width {
        0 => Vec::new(),
        _ => read_prefix(storage, Tile { kind: TileKind::Entries, number, width })?,
    };
    Ok(TileBuilder::restore(size, edges, bundle))
}

/// Grows the tree with the journal's entries and gives the tiles that they fill.
fn grow(builder: &mut TileBuilder, journal: &Journal, checkpoint: &Checkpoint) -> Result<Vec<(Tile, Vec<u8>)>> {
    let mut full_tiles = Vec::new();
    let check_root = |builder: &TileBuilder| {
        if builder.size() == checkpoint.size && builder.root() != checkpoint.root {
            return Err(Error::Diverged { size: checkpoint.size });
        }
        Ok(())
    };
    check_root(builder)?;
    for entry in &journal.entries {
        builder.push(entry, &mut full_tiles);
        check_root(builder)?;
    }
    Ok(full_tiles)
}

/// Writes the tiles of all durable entries anew, repairs the narrower partial tiles that earlier checkpoints point
/// at, and makes all of it durable. Then partial tiles go whose full tile is there.
fn write_tiles(storage: &dyn Storage, builder: &TileBuilder, full_tiles: Vec<(Tile, Vec<u8>)>) -> Result<()> {
    let mut written = Vec::new();
    let mut superseded = Vec::new();
    let partial_tiles = builder.partial_tiles();
    for (tile, _) in &partial_tiles {
        let full = Tile::full(tile.kind, tile.number).to_string();
        if read_optional(storage, &full)?.is_some() {
            return Err(Error::TileAhead { path: full, size: builder.size() });
        }
    }
    for (tile, bytes) in full_tiles.into_iter().chain(partial_tiles) {
        put_tile(storage, tile, &bytes, &mut written)?;
        for partial in stored_partials(storage, tile)? {
            // Even one that is to go: the removal may be undone by a crash, and the file must be right then.
            let expected = tile_prefix(&bytes, tile, partial.width)
                .ok_or_else(|| Error::TileAhead { path: partial.to_string(), size: builder.size() })?;
            if read_optional(storage, &partial.to_string())?.as_ref() != Some(&expected) {
                put_tile(storage, partial, &expected, &mut written)?;
            }
            if tile.is_full() {
                superseded.push(partial);
            }
        }
    }
    storage.sync(&written).context("sync", "tile")?;
    for partial in superseded {
        let path = partial.to_string();
        storage.remove(&path).context("remove", &path)?;
    }
    Ok(())
}

/// One that is there as it is to be is made durable alone: what is put in its place could be lost to a crash.
fn put_tile(storage: &dyn Storage, tile: Tile, bytes: &[u8], written: &mut Vec<String>) -> Result<()> {
    let path = tile.to_string();
    if read_optional(storage, &path)?.as_deref() != Some(bytes) {
        storage.put(&path, bytes).context("write", &path)?;
    }
    written.push(path);
    Ok(())
}
