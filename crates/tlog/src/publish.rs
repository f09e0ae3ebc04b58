//! The thread that publishes what is durable: tiles first, then the signed checkpoint.

use std::sync::Arc;
use std::time::Instant;

use crate::checkpoint::Checkpoint;
use crate::commit::{ActiveSegment, PanicGuard};
use crate::error::{Error, Result, StorageContext as _};
use crate::reader::stored_partials;
use crate::recover::CHECKPOINT_PATH;
use crate::shared::{SegmentFile, Shared};
use crate::tile::{Tile, TileBuilder};

/// Publishes, and keeps in mind what must be made durable before parts of the journal may go.
pub(crate) struct Publisher {
    builder: TileBuilder,
    /// Tiles that were written and not yet made durable. Until then the journal can give them anew.
    unsynced: Vec<Tile>,
}

impl Publisher {
    pub(crate) fn new(builder: TileBuilder) -> Publisher {
        Publisher { builder, unsynced: Vec::new() }
    }

    /// Runs until the log stops, then publishes the rest and leaves an empty journal.
    pub(crate) fn run(mut self, shared: &Shared) {
        let _guard = PanicGuard(shared);
        while let Some(entries) = next_entries(shared) {
            let (before, unsynced) = (self.builder.clone(), self.unsynced.len());
            match self.publish(shared, &entries) {
                Ok(()) => {}
                // The tree is as before, and what no checkpoint covers makes room. Who stops the log is told at once.
                Err(Error::NoRoom(no_room)) if !shared.state.lock().is_stopping => {
                    self.builder = before;
                    for tile in self.unsynced.drain(unsynced..) {
                        // One that stays is as it will be: its entries are durable.
                        let _ = shared.storage.remove(&tile.to_string());
                    }
                    shared.note_no_room(no_room);
                    wait_for_room(shared);
                }
                Err(error) => {
                    shared.poison(&error);
                    return;
                }
            }
        }
        if shared.check_poison().is_ok()
            && let Err(error) = self.finish(shared)
        {
            shared.poison(&error);
        }
    }

    fn publish(&mut self, shared: &Shared, entries: &[Arc<[u8]>]) -> Result<()> {
        // Those that are published, the wider ones of which are as they were: they are not written anew, for that would put at risk
        // what a checkpoint covers.
        let published: Vec<Tile> = self.builder.partial_tiles().into_iter().map(|(tile, _)| tile).collect();
        let mut tiles = Vec::new();
        for entry in entries {
            self.builder.push(entry, &mut tiles);
        }
        tiles.extend(self.builder.partial_tiles().into_iter().filter(|(tile, _)| !published.contains(tile)));
        for (tile, bytes) in &tiles {
            let path = tile.to_string();
            shared.storage.put(&path, bytes).context_of_write("write", &path)?;
            self.unsynced.push(*tile);
        }
        let checkpoint =
            Checkpoint { origin: shared.key.name().to_owned(), size: self.builder.size(), root: self.builder.root() };
        let note = checkpoint.sign(&shared.key)?;
        shared.storage.put_durable(CHECKPOINT_PATH, note.as_bytes()).context_of_write("write", CHECKPOINT_PATH)?;

        let mut state = shared.state.lock();
        state.no_room = None;
        state.checkpoint = checkpoint;
        state.note = note.into();
        state.unpublished.drain(..entries.len());
        state.unpublished_bytes -= entries.iter().map(|entry| entry.len() + 2).sum::<usize>();
        state.unpublished_since = if state.unpublished.is_empty() { None } else { Some(Instant::now()) };
        let is_any_segment_published =
            state.segments.get(1).is_some_and(|following| following.first <= self.builder.size());
        drop(state);
        if is_any_segment_published {
            self.settle(shared)?;
        }
        shared.state.lock().settled_size = self.builder.size();
        shared.publication_done.notify_all();
        Ok(())
    }

    /// Makes the tiles durable; then partial tiles go that a full one replaces, and segments of the journal that
    /// are published to their end.
    fn settle(&mut self, shared: &Shared) -> Result<()> {
        let unsynced = std::mem::take(&mut self.unsynced);
        if !unsynced.is_empty() {
            let paths: Vec<String> = unsynced.iter().map(Tile::to_string).collect();
            shared.storage.sync(&paths).context("sync", "tile")?;
        }
        for tile in unsynced.iter().filter(|tile| tile.is_full()) {
            for partial in stored_partials(&*shared.storage, *tile)? {
                let path = partial.to_string();
                shared.storage.remove(&path).context("remove", &path)?;
            }
        }
        loop {
            let mut state = shared.state.lock();
            let is_published = state.segments.get(1).is_some_and(|next| next.first <= self.builder.size());
            let Some(segment) = is_published.then(|| state.segments.pop_front()).flatten() else { break };
            drop(state);
            shared.storage.remove(&segment.path).context("remove", &segment.path)?;
        }
        Ok(())
    }

    /// Leaves a log whose tiles and checkpoint are all there is: the journal begins anew at its end.
    fn finish(&mut self, shared: &Shared) -> Result<()> {
        let size = self.builder.size();
        let (number, last_first) = {
            let state = shared.state.lock();
            (state.next_segment, state.segments.back().map(|segment| segment.first))
        };
        if last_first != Some(size) {
            let segment = ActiveSegment::create(&*shared.storage, shared.key.name(), number, size)?;
            let mut state = shared.state.lock();
            state.next_segment += 1;
            state.segments.push_back(SegmentFile { path: segment.path().to_owned(), first: size });
        }
        self.settle(shared)
    }
}

/// Waits until there is something to publish and it is time; `None` when the log stops and nothing is left.
fn next_entries(shared: &Shared) -> Option<Vec<Arc<[u8]>>> {
    let mut state = shared.state.lock();
    loop {
        if state.poison.is_some() {
            return None;
        }
        let is_anything_left = !state.unpublished.is_empty();
        if !is_anything_left && state.is_stopping {
            return None;
        }
        let due = state.unpublished_since.map(|since| since + shared.options.publish_interval);
        let is_wanted = state.is_stopping
            || state.wanted_size > state.checkpoint.size
            || due.is_some_and(|due| Instant::now() >= due);
        if is_anything_left && is_wanted {
            return Some(state.unpublished.iter().map(Arc::clone).collect());
        }
        match due {
            Some(due) => {
                shared.publication_wanted.wait_until(&mut state, due);
            }
            None => shared.publication_wanted.wait(&mut state),
        }
    }
}

/// Waits until tiles are to be tried again, or the log stops.
fn wait_for_room(shared: &Shared) {
    let until = Instant::now() + shared.options.try_again_after;
    let mut state = shared.state.lock();
    while state.poison.is_none() && !state.is_stopping && Instant::now() < until {
        shared.publication_wanted.wait_until(&mut state, until);
    }
}
