//! Tiles: where they lie (C2SP tlog-tiles), what they hold, and how they grow. No I/O.

use std::fmt;

use crate::hash::{Frontier, Hash, leaf_hash, perfect_root};

/// Hashes in a full tile, and entries in a full bundle (height 8).
pub const TILE_WIDTH: usize = 256;

/// log2 of [`TILE_WIDTH`].
pub(crate) const TILE_HEIGHT: u32 = 8;

/// Bytes that one entry may have: its length is written in 16 bits.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Levels of tiles above which no tree of 2^64 leaves reaches.
const LEVELS_MAX: u8 = 8;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of the nodes at height 8 × level.
    Hashes(u8),
    /// The entries themselves, each with its length.
    Entries,
}

impl TileKind {
    /// Gives how many items (hashes or entries) of this kind a tree of `size` leaves has.
    pub(crate) fn items_at(self, size: u64) -> u64 {
        match self {
            TileKind::Entries => size,
            TileKind::Hashes(level) => size.checked_shr(TILE_HEIGHT * u32::from(level)).unwrap_or(0),
        }
    }
}

/// A tile's place: kind, number, and how many items it holds (1 to 256; fewer than 256 is a partial tile).
/// Displayed as its path, such as `tile/0/x001/067`, `tile/1/000.p/17` or `tile/entries/x001/067`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// What it holds.
    pub kind: TileKind,
    /// Its number within the level, from 0.
    pub number: u64,
    /// Items it holds, from 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Gives the full tile with this number.
    pub fn full(kind: TileKind, number: u64) -> Tile {
        Tile { kind, number, width: TILE_WIDTH as u16 }
    }

    /// Gives the tile with this number as a tree of `size` leaves has it; `None` when it has none.
    pub fn at_size(kind: TileKind, number: u64, size: u64) -> Option<Tile> {
        let first_item = number.checked_mul(TILE_WIDTH as u64)?;
        let items = kind.items_at(size).checked_sub(first_item)?.min(TILE_WIDTH as u64);
        (items > 0).then_some(Tile { kind, number, width: items as u16 })
    }

    /// Says whether it holds all 256 items.
    pub fn is_full(&self) -> bool {
        usize::from(self.width) == TILE_WIDTH
    }

    /// Gives the folder of the partial tiles with this number, such as `tile/0/000.p`.
    pub(crate) fn partial_folder(&self) -> String {
        format!("{}.p", Tile::full(self.kind, self.number))
    }

    /// Reads a path; `None` unless it is exactly what [`Tile`] would write.
    pub fn parse(path: &str) -> Option<Tile> {
        let rest = path.strip_prefix("tile/")?;
        let (kind_text, rest) = rest.split_once('/')?;
        let kind = match kind_text {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().ok().filter(|level| *level < LEVELS_MAX)?),
        };
        let (number_text, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH as u16),
            Some((number, width)) => (number, width.parse().ok()?),
        };
        let mut number = 0_u64;
        for part in number_text.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            let value: u64 = digits.parse().ok().filter(|value| *value < 1000)?;
            number = number.checked_mul(1000)?.checked_add(value)?;
        }
        let tile = Tile { kind, number, width };
        let is_width_known = (1..=TILE_WIDTH as u16).contains(&width);
        // Leading zeros, signs, a full tile under `.p/`, missing `x`: all are caught by writing the path anew.
        (is_width_known && tile.to_string() == path).then_some(tile)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => f.write_str("tile/entries")?,
            TileKind::Hashes(level) => write!(f, "tile/{level}")?,
        }
        let mut thousands = Vec::new();
        let mut rest = self.number / 1000;
        while rest > 0 {
            thousands.push(rest % 1000);
            rest /= 1000;
        }
        for part in thousands.iter().rev() {
            write!(f, "/x{part:03}")?;
        }
        write!(f, "/{:03}", self.number % 1000)?;
        if !self.is_full() {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// Adds an entry to a bundle: its length in 16 bits, big-endian, then its bytes.
///
/// The caller has checked that the entry is no longer than [`ENTRY_BYTES_MAX`].
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    debug_assert!(entry.len() <= ENTRY_BYTES_MAX);
    bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
    bundle.extend_from_slice(entry);
}

/// Splits a bundle into its entries; `None` unless it holds exactly `count` of them and nothing else.
pub fn split_bundle(bundle: &[u8], count: usize) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(count.min(bundle.len() / 2));
    let mut rest = bundle;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        rest = after;
    }
    (rest.is_empty() && entries.len() == count).then_some(entries)
}

/// A tree that grows entry by entry and gives off its tiles as they fill.
#[derive(Clone, Debug, Default)]
pub struct TileBuilder {
    frontier: Frontier,
    /// The hashes of each level's rightmost tile while it is incomplete, level 0 first.
    edges: Vec<Vec<Hash>>,
    /// The entries of the rightmost bundle while it is incomplete.
    bundle: Vec<u8>,
}

impl TileBuilder {
    /// Takes up a tree of `size` leaves from the contents of its rightmost, incomplete tiles.
    pub(crate) fn restore(size: u64, edges: Vec<Vec<Hash>>, bundle: Vec<u8>) -> TileBuilder {
        TileBuilder { frontier: Frontier::from_edges(size, &edges), edges, bundle }
    }

    /// Gives the number of entries so far.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Gives the root of the tree so far.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Gives the right edge of the tree so far.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Adds an entry; every tile that it completes is pushed to `full`.
    pub fn push(&mut self, entry: &[u8], full: &mut Vec<(Tile, Vec<u8>)>) {
        let leaf = leaf_hash(entry);
        push_entry(&mut self.bundle, entry);
        self.frontier.push(leaf);
        let size = self.frontier.size();
        if size.is_multiple_of(TILE_WIDTH as u64) {
            let number = size / TILE_WIDTH as u64 - 1;
            full.push((Tile::full(TileKind::Entries, number), std::mem::take(&mut self.bundle)));
        }
        let mut hash = leaf;
        for level in 0..LEVELS_MAX {
            let index = usize::from(level);
            if self.edges.len() == index {
                self.edges.push(Vec::new());
            }
            let edge = &mut self.edges[index];
            edge.push(hash);
            if edge.len() < TILE_WIDTH {
                break;
            }
            let kind = TileKind::Hashes(level);
            let number = kind.items_at(size) / TILE_WIDTH as u64 - 1;
            full.push((Tile::full(kind, number), hashes_to_bytes(edge)));
            hash = perfect_root(edge);
            edge.clear();
        }
    }

    /// Gives the partial tiles of the tree as it is now.
    pub fn partial_tiles(&self) -> Vec<(Tile, Vec<u8>)> {
        let size = self.size();
        let mut tiles = Vec::new();
        let bundled = size % TILE_WIDTH as u64;
        if bundled > 0 {
            let number = size / TILE_WIDTH as u64;
            tiles.push((Tile { kind: TileKind::Entries, number, width: bundled as u16 }, self.bundle.clone()));
        }
        for (level, edge) in self.edges.iter().enumerate() {
            if !edge.is_empty() {
                let kind = TileKind::Hashes(level as u8);
                let number = kind.items_at(size) / TILE_WIDTH as u64;
                tiles.push((Tile { kind, number, width: edge.len() as u16 }, hashes_to_bytes(edge)));
            }
        }
        tiles
    }
}

fn hashes_to_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Gives the first `width` items of a tile's bytes; `None` when they are not there or the bytes are malformed.
pub(crate) fn tile_prefix(bytes: &[u8], tile: Tile, width: u16) -> Option<Vec<u8>> {
    if width > tile.width {
        return None;
    }
    match tile.kind {
        TileKind::Hashes(_) => {
            let is_whole = bytes.len() == usize::from(tile.width) * Hash::LEN;
            is_whole.then(|| bytes[..usize::from(width) * Hash::LEN].to_vec())
        }
        TileKind::Entries => {
            let entries = split_bundle(bytes, usize::from(tile.width))?;
            let prefix_length: usize = entries.iter().take(usize::from(width)).map(|entry| entry.len() + 2).sum();
            Some(bytes[..prefix_length].to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let cases = [
            (Tile::full(TileKind::Hashes(0), 1_067), "tile/0/x001/067"),
            (Tile::full(TileKind::Hashes(3), 1_234_067), "tile/3/x001/x234/067"),
            (Tile { kind: TileKind::Hashes(1), number: 0, width: 17 }, "tile/1/000.p/17"),
            (Tile { kind: TileKind::Entries, number: 273, width: 112 }, "tile/entries/273.p/112"),
            (Tile::full(TileKind::Entries, 1_000_000), "tile/entries/x001/x000/000"),
        ];
        for (tile, path) in cases {
            assert_eq!(tile.to_string(), path);
            assert_eq!(Tile::parse(path), Some(tile));
        }
    }

    #[test]
    fn paths_that_are_not_canonical_are_refused() {
        let bad = [
            "tile/0/67",
            "tile/00/067",
            "tile/0/x000/067",
            "tile/0/001/067",
            "tile/0/067.p/0",
            "tile/0/067.p/256",
            "tile/0/067.p/01",
            "tile/8/000",
            "tile/data/000",
            "tile/0/+67",
            "tile/0/",
            "tile/0",
            "checkpoint",
            "tile/0/067.p/1/2",
            "tile/0/x067",
        ];
        for path in bad {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_tree_of_70000_entries_fills_its_tiles() {
        let mut builder = TileBuilder::default();
        let mut full = Vec::new();
        for n in 0_u64..70_000 {
            builder.push(&n.to_be_bytes(), &mut full);
        }
        let count = |kind| full.iter().filter(|(tile, _)| tile.kind == kind).count();
        assert_eq!(count(TileKind::Entries), 273);
        assert_eq!(count(TileKind::Hashes(0)), 273);
        assert_eq!(count(TileKind::Hashes(1)), 1);
        let partial: Vec<String> = builder.partial_tiles().iter().map(|(tile, _)| tile.to_string()).collect();
        assert_eq!(partial, ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        let restored = TileBuilder::restore(70_000, builder.edges.clone(), builder.bundle.clone());
        assert_eq!(restored.root(), builder.root());
        assert_eq!(restored.frontier(), builder.frontier());
    }

    proptest! {
        #[test]
        fn every_tile_survives_its_path(level in 0_u8..8, number in 0_u64..u64::MAX, width in 1_u16..=256, entries: bool) {
            let kind = if entries { TileKind::Entries } else { TileKind::Hashes(level) };
            let tile = Tile { kind, number, width };
            prop_assert_eq!(Tile::parse(&tile.to_string()), Some(tile));
        }

        #[test]
        fn a_path_that_parses_is_canonical(path in "tile/[0-9a-z]{1,7}/[x0-9/]{1,12}(\\.p/[0-9]{1,3})?") {
            if let Some(tile) = Tile::parse(&path) {
                prop_assert_eq!(tile.to_string(), path);
            }
        }

        #[test]
        fn bundles_survive(entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let mut bundle = Vec::new();
            for entry in &entries {
                push_entry(&mut bundle, entry);
            }
            let split = split_bundle(&bundle, entries.len()).unwrap();
            prop_assert_eq!(split, entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert!(split_bundle(&bundle, entries.len() + 1).is_none());
        }

        #[test]
        fn no_bytes_make_the_splitter_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0_usize..300) {
            let _ = split_bundle(&bytes, count);
        }
    }
}
