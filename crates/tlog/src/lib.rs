//! Transparency log: Merkle tiles, signed checkpoints, proofs, and a verifier. Pure core, storage behind a trait.
//!
//! The layout is that of C2SP tlog-tiles, tlog-checkpoint and signed-note with the hashes of RFC 6962, so that
//! tools of others can read and check it. Entries are opaque bytes.
//!
//! - Append: [`Log::open`], [`Log::appender`], [`Appender::submit`].
//! - Prove: [`Log::publish`], [`Log::inclusion_proof`], [`InclusionProof::verify`].
//! - Check everything: [`verify`].
//!
//! The pure core is [`hash`](crate::leaf_hash), [`Tile`], [`Checkpoint`], the proofs and the journal's framing;
//! only [`FolderStorage`] touches a disk. Why it is built so: `docs/decisions/0005-transparency-log.md`.

mod checkpoint;
mod commit;
mod error;
pub mod fault;
mod hash;
mod journal;
mod key;
mod log;
mod proof;
mod publish;
mod reader;
mod recover;
mod shared;
mod storage;
mod tile;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use error::{Error, NoRoom, Result};
pub use hash::{Frontier, Hash, HashParseError, leaf_hash, node_hash};
pub use key::{KeyError, SigningKey, VerifyingKey};
pub use log::{Appender, Entries, Found, Leaf, Log};
pub use proof::{ConsistencyProof, InclusionProof, ProofError};
pub use recover::Recovery;
pub use shared::{Appended, Options};
pub use storage::{FolderStorage, JournalFile, Lock, Name, Storage};
pub use tile::{ENTRY_BYTES_MAX, TILE_WIDTH, Tile, TileBuilder, TileKind, split_bundle};
pub use verify::{VerifyError, VerifyReport, verify};
