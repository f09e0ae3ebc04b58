//! Proofs that an entry is in a log and that a log only grew (RFC 6962, sections 2.1.1 and 2.1.2). No I/O.

use serde::{Deserialize, Serialize};
use tlog_tiles::HashReader;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;

/// A proof does not prove what it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not hold")]
pub struct ProofError;

/// The proof that the log of `size` entries holds a certain entry at `index`. Serialised with hashes in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// Place of the entry, from 0.
    pub index: u64,
    /// Entries in the log that the proof is for.
    pub size: u64,
    /// The siblings on the way from the leaf to the root.
    pub hashes: Vec<Hash>,
}

impl InclusionProof {
    /// Checks that the log at `checkpoint` holds the entry with this [leaf hash](crate::leaf_hash).
    ///
    /// The checkpoint must have been [opened](Checkpoint::open), which checks its signature.
    pub fn verify(&self, leaf: Hash, checkpoint: &Checkpoint) -> Result<(), ProofError> {
        if self.size != checkpoint.size {
            return Err(ProofError);
        }
        let path = to_foreign(&self.hashes);
        let (root, leaf) = (tlog_tiles::Hash(checkpoint.root.0), tlog_tiles::Hash(leaf.0));
        tlog_tiles::check_record(&path, self.size, root, self.index, leaf).map_err(|_| ProofError)
    }
}

/// The proof that the log of `new_size` entries begins with all the entries of the log of `old_size`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// Entries in the older log.
    pub old_size: u64,
    /// Entries in the newer log.
    pub new_size: u64,
    /// The nodes that both roots are made from.
    pub hashes: Vec<Hash>,
}

impl ConsistencyProof {
    /// Checks that the log at `new` only grew since `old`. Both must have been [opened](Checkpoint::open).
    pub fn verify(&self, old: &Checkpoint, new: &Checkpoint) -> Result<(), ProofError> {
        if self.old_size != old.size || self.new_size != new.size || old.origin != new.origin {
            return Err(ProofError);
        }
        if old.size == 0 {
            // Every log begins with the empty one.
            return if self.hashes.is_empty() && old.root == Hash::EMPTY { Ok(()) } else { Err(ProofError) };
        }
        let path = to_foreign(&self.hashes);
        let (old_root, new_root) = (tlog_tiles::Hash(old.root.0), tlog_tiles::Hash(new.root.0));
        if old.size == new.size && old.root != new.root {
            return Err(ProofError);
        }
        tlog_tiles::check_tree(&path, new.size, new_root, old.size, old_root).map_err(|_| ProofError)
    }
}

/// Makes an inclusion proof from the tree's hashes. The caller has checked that `index < size`.
pub(crate) fn prove_inclusion(
    index: u64,
    size: u64,
    reader: &impl HashReader,
) -> Result<InclusionProof, tlog_tiles::Error> {
    let hashes = from_foreign(&tlog_tiles::prove_record(size, index, reader)?);
    Ok(InclusionProof { index, size, hashes })
}

/// Makes a consistency proof from the tree's hashes. The caller has checked that `old_size <= new_size`.
pub(crate) fn prove_consistency(
    old_size: u64,
    new_size: u64,
    reader: &impl HashReader,
) -> Result<ConsistencyProof, tlog_tiles::Error> {
    let hashes = match old_size {
        0 => Vec::new(),
        _ => from_foreign(&tlog_tiles::prove_tree(new_size, old_size, reader)?),
    };
    Ok(ConsistencyProof { old_size, new_size, hashes })
}

fn to_foreign(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect()
}

fn from_foreign(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::{Frontier, leaf_hash};

    /// Every node of a tree, in the storage order of `tlog_tiles`.
    struct Nodes(Vec<tlog_tiles::Hash>);

    impl HashReader for Nodes {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
            Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
        }
    }

    fn entry(n: u64) -> Vec<u8> {
        format!("entry {n}").into_bytes()
    }

    fn tree(size: u64) -> (Nodes, Vec<Checkpoint>) {
        let mut nodes = Nodes(Vec::new());
        let mut frontier = Frontier::default();
        let checkpoint = |frontier: &Frontier| Checkpoint {
            origin: "log.example".into(),
            size: frontier.size(),
            root: frontier.root(),
        };
        let mut checkpoints = vec![checkpoint(&frontier)];
        for n in 0..size {
            let hashes = tlog_tiles::stored_hashes(n, &entry(n), &nodes).unwrap();
            nodes.0.extend(hashes);
            frontier.push(leaf_hash(&entry(n)));
            checkpoints.push(checkpoint(&frontier));
        }
        (nodes, checkpoints)
    }

    #[test]
    fn all_proofs_of_small_trees_hold_and_no_others() {
        let (nodes, checkpoints) = tree(20);
        for new in &checkpoints {
            for old in checkpoints.iter().take_while(|old| old.size <= new.size) {
                let proof = prove_consistency(old.size, new.size, &nodes).unwrap();
                proof.verify(old, new).unwrap();
                let forked = Checkpoint { root: leaf_hash(b"fork"), ..old.clone() };
                assert_eq!(proof.verify(&forked, new), Err(ProofError));
                assert_eq!(
                    proof.verify(old, &Checkpoint { origin: "log.other".into(), ..new.clone() }),
                    Err(ProofError)
                );
            }
            for index in 0..new.size {
                let proof = prove_inclusion(index, new.size, &nodes).unwrap();
                proof.verify(leaf_hash(&entry(index)), new).unwrap();
                assert_eq!(proof.verify(leaf_hash(b"other"), new), Err(ProofError));
                let moved = InclusionProof { index: (index + 1) % new.size, ..proof.clone() };
                assert!(new.size == 1 || moved.verify(leaf_hash(&entry(index)), new).is_err());
            }
        }
    }

    #[test]
    fn json_is_readable() {
        let (nodes, checkpoints) = tree(3);
        let proof = prove_inclusion(1, 3, &nodes).unwrap();
        let json = serde_json::to_string(&proof).unwrap();
        let again: InclusionProof = serde_json::from_str(&json).unwrap();
        again.verify(leaf_hash(&entry(1)), &checkpoints[3]).unwrap();
        assert!(json.starts_with("{\"index\":1,\"size\":3,\"hashes\":[\""), "{json}");
    }

    proptest! {
        #[test]
        fn made_up_proofs_neither_hold_nor_panic(
            index: u64, size in any::<u64>(), old_size: u64, count in 0_usize..70,
        ) {
            let hashes = vec![leaf_hash(b"made up"); count];
            let new = Checkpoint { origin: "log.example".into(), size, root: leaf_hash(b"new") };
            let old = Checkpoint { origin: "log.example".into(), size: old_size, root: leaf_hash(b"old") };
            let inclusion = InclusionProof { index, size, hashes: hashes.clone() };
            prop_assert!(inclusion.verify(leaf_hash(b"x"), &new).is_err());
            let consistency = ConsistencyProof { old_size, new_size: size, hashes };
            prop_assert!(consistency.verify(&old, &new).is_err());
        }
    }
}
