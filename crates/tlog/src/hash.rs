//! The hashes of RFC 6962: leaves, nodes, and the right edge of a growing tree.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of a leaf, a node or a whole tree. Written as standard base64 with padding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; Hash::LEN]);

/// A text is not the base64 of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the base64 form of 32 bytes")]
pub struct HashParseError;

impl Hash {
    /// Bytes in a hash.
    pub const LEN: usize = 32;

    /// The root of the tree without leaves: the hash of the empty string (RFC 6962, section 2.1).
    pub const EMPTY: Hash = Hash(tlog_tiles::EMPTY_HASH.0);

    /// Reads hashes that are stored one after the other; `None` when the length is not a multiple of 32.
    pub(crate) fn read_all(bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::LEN }>();
        rest.is_empty().then(|| hashes.iter().copied().map(Hash).collect())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| HashParseError)?;
        Ok(Hash(bytes.try_into().map_err(|_| HashParseError)?))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Gives the hash of a leaf: `SHA-256(0x00 ‖ entry)` (RFC 6962, section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(entry);
    Hash(hasher.finalize().into())
}

/// Gives the hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962, section 2.1).
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0x01]);
    hasher.update(left.0);
    hasher.update(right.0);
    Hash(hasher.finalize().into())
}

/// Gives the root of a perfect subtree over `hashes`, whose count must be a power of two.
pub(crate) fn perfect_root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for hash in hashes {
        frontier.push(*hash);
    }
    frontier.root()
}

/// The roots of the perfect subtrees that a tree of some size falls into: all that is needed to let the tree
/// grow and to know its root. Takes at most 64 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One root for each bit set in `size`, from the largest subtree to the smallest.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Gives the number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut right = leaf;
        let subtrees_completed = self.size.trailing_ones();
        for _ in 0..subtrees_completed {
            if let Some(left) = self.peaks.pop() {
                right = node_hash(left, right);
            }
        }
        self.peaks.push(right);
        self.size += 1;
    }

    /// Gives the root of the tree (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => Hash::EMPTY,
            Some(smallest) => peaks.fold(*smallest, |right, left| node_hash(*left, right)),
        }
    }

    /// Builds the frontier of a tree whose rightmost, incomplete tiles are given, level 0 first.
    pub(crate) fn from_edges(size: u64, edges: &[Vec<Hash>]) -> Frontier {
        let mut peaks = Vec::new();
        for edge in edges.iter().rev() {
            let mut rest = edge.as_slice();
            while !rest.is_empty() {
                let largest_power = 1_usize << rest.len().ilog2();
                let (subtree, after) = rest.split_at(largest_power);
                peaks.push(perfect_root(subtree));
                rest = after;
            }
        }
        Frontier { size, peaks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree of the certificate-transparency reference tests: eight leaves and the root of each prefix.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        let mut frontier = Frontier::default();
        assert_eq!(frontier.root(), Hash::EMPTY);
        for (leaf, root) in LEAVES.iter().zip(ROOTS) {
            frontier.push(leaf_hash(&hex::decode(leaf).unwrap()));
            assert_eq!(hex::encode(frontier.root().0), root);
        }
    }

    #[test]
    fn a_hash_survives_its_text() {
        let hash = leaf_hash(b"x");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("AAAA".parse::<Hash>(), Err(HashParseError));
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
    }

    #[test]
    fn the_edges_give_the_same_frontier_as_growing() {
        let mut grown = Frontier::default();
        let mut edge = Vec::new();
        for n in 0_u64..200 {
            let leaf = leaf_hash(&n.to_be_bytes());
            grown.push(leaf);
            edge.push(leaf);
            assert_eq!(Frontier::from_edges(n + 1, std::slice::from_ref(&edge)), grown);
        }
    }
}
