//! Reads tiles of a published tree: whole ones, prefixes, and single nodes for proofs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;

use tlog_tiles::{HashReader, split_stored_hash_index};

use crate::error::{Error, Result, StorageContext as _};
use crate::hash::{Hash, perfect_root};
use crate::storage::{Name, Storage};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TileKind, split_bundle, tile_prefix};

/// Gives the bytes of a tile that was published. A partial tile may have been removed since, when the full one
/// took its place: then they are the beginning of that.
pub(crate) fn read_published(storage: &dyn Storage, tile: Tile) -> Result<Vec<u8>> {
    let malformed = || Error::Tile { path: tile.to_string() };
    match storage.read(&tile.to_string()) {
        Ok(bytes) => tile_prefix(&bytes, tile, tile.width).ok_or_else(malformed),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !tile.is_full() => {
            let full = Tile::full(tile.kind, tile.number);
            match storage.read(&full.to_string()) {
                Ok(bytes) => tile_prefix(&bytes, full, tile.width).ok_or_else(malformed),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(malformed()),
                Err(source) => Err(source).context("read", &full.to_string()),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(malformed()),
        Err(source) => Err(source).context("read", &tile.to_string()),
    }
}

/// Gives the entries from `index` to the end of its bundle, of a log of `published` entries.
pub(crate) fn read_entries(storage: &dyn Storage, index: u64, published: u64) -> Result<Vec<Vec<u8>>> {
    let number = index / TILE_WIDTH as u64;
    let missing = || Error::Tile { path: Tile::full(TileKind::Entries, number).to_string() };
    let tile = Tile::at_size(TileKind::Entries, number, published).ok_or_else(missing)?;
    let bytes = read_published(storage, tile)?;
    let entries = split_bundle(&bytes, usize::from(tile.width)).ok_or_else(missing)?;
    Ok(entries.into_iter().skip((index % TILE_WIDTH as u64) as usize).map(<[u8]>::to_vec).collect())
}

/// Gives an entry of a log of which `settled` entries are published and durable; none when it has fewer.
pub(crate) fn read_settled_entry(storage: &dyn Storage, index: u64, settled: u64) -> Result<Option<Vec<u8>>> {
    let Some(tile) = Tile::at_size(TileKind::Entries, index / TILE_WIDTH as u64, settled) else { return Ok(None) };
    let bytes = read_prefix(storage, tile)?;
    let malformed = || Error::Tile { path: tile.to_string() };
    let entries = split_bundle(&bytes, usize::from(tile.width)).ok_or_else(malformed)?;
    Ok(entries.get((index % TILE_WIDTH as u64) as usize).map(|entry| entry.to_vec()))
}

/// Gives the first items of a tile, from whichever of its stored widths holds them, the narrowest first: after a
/// crash that one is the oldest and thus durable.
pub(crate) fn read_prefix(storage: &dyn Storage, wanted: Tile) -> Result<Vec<u8>> {
    let mut stored = stored_partials(storage, wanted)?;
    stored.push(Tile::full(wanted.kind, wanted.number));
    for tile in stored.into_iter().filter(|tile| tile.width >= wanted.width) {
        match storage.read(&tile.to_string()) {
            Ok(bytes) => {
                if let Some(prefix) = tile_prefix(&bytes, tile, wanted.width) {
                    return Ok(prefix);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(source).context("read", &tile.to_string()),
        }
    }
    Err(Error::Tile { path: wanted.to_string() })
}

/// Gives the partial tiles that are stored under a tile's number, the narrowest first.
pub(crate) fn stored_partials(storage: &dyn Storage, tile: Tile) -> Result<Vec<Tile>> {
    let folder = tile.partial_folder();
    let names = storage.list(&folder).context("list", &folder)?;
    let mut tiles: Vec<Tile> = names
        .into_iter()
        .filter_map(|name| match name {
            Name::File(name) => Tile::parse(&format!("{folder}/{name}")),
            Name::Folder(_) => None,
        })
        .collect();
    tiles.sort();
    Ok(tiles)
}

/// The nodes of the tree of `size` published entries, for the proofs of `tlog_tiles`.
///
/// It does not check what it reads: whoever makes a proof from it checks that proof against the published root.
/// (The authenticating reader of `tlog_tiles` leaves tiles unchecked when two subtrees of the root lie in one
/// tile, so it is no substitute.)
pub(crate) struct NodeReader<'a> {
    storage: &'a dyn Storage,
    size: u64,
    tiles: RefCell<HashMap<(u8, u64), Vec<Hash>>>,
    /// The cause of a failure, which the errors of `tlog_tiles` have no room for.
    failure: RefCell<Option<Error>>,
}

impl<'a> NodeReader<'a> {
    pub(crate) fn new(storage: &'a dyn Storage, size: u64) -> NodeReader<'a> {
        NodeReader { storage, size, tiles: RefCell::default(), failure: RefCell::default() }
    }

    /// Gives the cause of a failed proof.
    pub(crate) fn into_failure(self) -> Error {
        self.failure.into_inner().unwrap_or(Error::TilesDisagree)
    }

    fn node(&self, height: u8, number: u64) -> Result<Hash> {
        let level = height / TILE_HEIGHT as u8;
        let height_in_tile = height % TILE_HEIGHT as u8;
        let first_item = number << height_in_tile;
        let tile_number = first_item / TILE_WIDTH as u64;
        let kind = TileKind::Hashes(level);
        let missing = || Error::Tile { path: Tile::full(kind, tile_number).to_string() };
        let mut tiles = self.tiles.borrow_mut();
        let hashes = match tiles.entry((level, tile_number)) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let tile = Tile::at_size(kind, tile_number, self.size).ok_or_else(missing)?;
                let bytes = read_published(self.storage, tile)?;
                entry.insert(Hash::read_all(&bytes).ok_or_else(missing)?)
            }
        };
        let offset = (first_item % TILE_WIDTH as u64) as usize;
        let items = hashes.get(offset..offset + (1 << height_in_tile)).ok_or_else(missing)?;
        Ok(perfect_root(items))
    }
}

impl HashReader for NodeReader<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let mut hashes = Vec::with_capacity(indexes.len());
        for index in indexes {
            let (height, number) = split_stored_hash_index(*index);
            match self.node(height, number) {
                Ok(hash) => hashes.push(tlog_tiles::Hash(hash.0)),
                Err(error) => {
                    self.failure.replace(Some(error));
                    return Err(tlog_tiles::Error::InvalidTile);
                }
            }
        }
        Ok(hashes)
    }
}

#[cfg(test)]
mod tests {
    use tlog_tiles::{Tile as ForeignTile, TileHashReader, TileReader, stored_hash_index};

    use super::*;
    use crate::fault::MemoryStorage;
    use crate::hash::{Frontier, leaf_hash};
    use crate::tile::TileBuilder;

    /// Serves the tiles of a storage to the authenticating reader of `tlog_tiles`.
    struct Served<'a>(&'a MemoryStorage);

    impl TileReader for Served<'_> {
        fn height(&self) -> u8 {
            TILE_HEIGHT as u8
        }

        fn read_tiles(&self, tiles: &[ForeignTile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
            let ours = |tile: &ForeignTile| Tile {
                kind: TileKind::Hashes(tile.level()),
                number: tile.level_index(),
                width: tile.width() as u16,
            };
            Ok(tiles.iter().map(|tile| self.0.read(&ours(tile).to_string()).unwrap()).collect())
        }

        fn save_tiles(&self, _: &[ForeignTile], _: &[Vec<u8>]) {}
    }

    fn tree(size: u64) -> (MemoryStorage, Frontier) {
        let storage = MemoryStorage::new();
        let mut builder = TileBuilder::default();
        let mut tiles = Vec::new();
        for n in 0..size {
            builder.push(&n.to_be_bytes(), &mut tiles);
        }
        tiles.extend(builder.partial_tiles());
        for (tile, bytes) in tiles {
            storage.put(&tile.to_string(), &bytes).unwrap();
        }
        (storage, builder.frontier().clone())
    }

    #[test]
    fn nodes_are_found_in_tiles_of_every_level() {
        let (storage, frontier) = tree(66_000);
        let reader = NodeReader::new(&storage, 66_000);
        assert_eq!(tlog_tiles::tree_hash(66_000, &reader).unwrap().0, frontier.root().0);
        let leaf = reader.read_hashes(&[stored_hash_index(0, 300)]).unwrap()[0];
        assert_eq!(leaf.0, leaf_hash(&300_u64.to_be_bytes()).0);
        assert!(reader.read_hashes(&[stored_hash_index(0, 66_000)]).is_err());
        assert!(matches!(reader.into_failure(), Error::Tile { .. }));
    }

    /// Why proofs are not made from that reader. Should this fail after an update, it can take our place.
    #[test]
    fn the_reader_of_tlog_tiles_leaves_a_changed_tile_unnoticed() {
        let (storage, frontier) = tree(768);
        storage.tamper("tile/0/001", |_| Some(vec![0; TILE_WIDTH * Hash::LEN]));
        let served = Served(&storage);
        let reader = TileHashReader::new(768, tlog_tiles::Hash(frontier.root().0), &served);
        let read = reader.read_hashes(&[stored_hash_index(0, 300)]).unwrap();
        assert_eq!(read[0].0, [0; Hash::LEN]);
    }
}
