//! The framing of the journal, in which entries become durable before anything else is done. No I/O.
//!
//! A segment is a header and batches, one after the other; integers are big-endian:
//!
//! ```text
//! header  "LUCTLOG1"  first index u64   SHA-256(origin) 32   check 8
//! batch   "BTCH"      first index u64   entries u32   payload bytes u32   SHA-256(payload) 32   check 8   payload
//! ```
//!
//! A check is the first eight bytes of the SHA-256 of the bytes before it; the payload is entries as in a
//! bundle. A header has its own check so that a flipped bit in a length cannot pass for a torn end.

use sha2::{Digest as _, Sha256};

use crate::tile::{push_entry, split_bundle};

/// Magic number and version of the format.
const SEGMENT_MAGIC: &[u8; 8] = b"LUCTLOG1";
const BATCH_MAGIC: &[u8; 4] = b"BTCH";

/// Bytes of a segment's header.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 8 + 8 + 32 + 8;
const BATCH_HEADER_BYTES: usize = 4 + 8 + 4 + 4 + 32 + 8;

/// Gives the header of a segment whose first entry has the index `first`.
pub(crate) fn segment_header(origin: &str, first: u64) -> Vec<u8> {
    let mut header = Vec::with_capacity(SEGMENT_HEADER_BYTES);
    header.extend_from_slice(SEGMENT_MAGIC);
    header.extend_from_slice(&first.to_be_bytes());
    header.extend_from_slice(&Sha256::digest(origin));
    push_check(&mut header);
    header
}

/// A batch in the making.
#[derive(Debug)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    first: u64,
    entries: u32,
}

impl Batch {
    /// Begins a batch whose first entry has the index `first`.
    pub(crate) fn new(first: u64) -> Batch {
        // The header is filled in at the end, when counts and hash are known.
        Batch { bytes: vec![0; BATCH_HEADER_BYTES], first, entries: 0 }
    }

    /// Adds an entry, which the caller has checked for length.
    pub(crate) fn push(&mut self, entry: &[u8]) {
        push_entry(&mut self.bytes, entry);
        self.entries += 1;
    }

    /// Gives the bytes to append. The caller keeps the payload below 4 GiB.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let payload = &self.bytes[BATCH_HEADER_BYTES..];
        let mut header = Vec::with_capacity(BATCH_HEADER_BYTES);
        header.extend_from_slice(BATCH_MAGIC);
        header.extend_from_slice(&self.first.to_be_bytes());
        header.extend_from_slice(&self.entries.to_be_bytes());
        header.extend_from_slice(&(payload.len() as u32).to_be_bytes());
        header.extend_from_slice(&Sha256::digest(payload));
        push_check(&mut header);
        self.bytes[..BATCH_HEADER_BYTES].copy_from_slice(&header);
        self.bytes
    }
}

/// How a segment ends after its last whole batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// With the batch.
    Clean,
    /// With the beginning of a batch: a write that a crash cut off.
    Torn,
    /// With bytes of full length whose check fails: never written so, or written in part and out of order.
    Damaged,
}

/// What a segment holds.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Index of its first entry.
    pub(crate) first: u64,
    /// The entries of its whole batches.
    pub(crate) entries: Vec<Vec<u8>>,
    /// What follows them.
    pub(crate) tail: Tail,
    /// Bytes up to the end of the last whole batch.
    pub(crate) whole_bytes: usize,
    /// A batch that was begun after the damage: then the damaged one had been acknowledged.
    pub(crate) is_followed_by_a_batch: bool,
}

/// Why a segment cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    /// Shorter than a header: a crash at its creation.
    Torn,
    /// The check fails.
    Damaged,
    /// The header is of another log.
    OtherLog,
}

/// Reads a segment.
pub(crate) fn read_segment(bytes: &[u8], origin: &str) -> Result<Segment, HeaderFault> {
    let (header, mut rest) = bytes.split_at_checked(SEGMENT_HEADER_BYTES).ok_or(HeaderFault::Torn)?;
    let mut first_bytes = [0; 8];
    first_bytes.copy_from_slice(&header[8..16]);
    let first = u64::from_be_bytes(first_bytes);
    if !has_check(header) || !header.starts_with(SEGMENT_MAGIC) {
        return Err(HeaderFault::Damaged);
    }
    if header != segment_header(origin, first) {
        return Err(HeaderFault::OtherLog);
    }
    let mut entries = Vec::new();
    let mut tail = Tail::Clean;
    while !rest.is_empty() {
        let next = first + entries.len() as u64;
        match read_batch(rest, next) {
            Ok((batch, after)) => {
                entries.extend(batch.into_iter().map(<[u8]>::to_vec));
                rest = after;
            }
            Err(fault) => {
                tail = fault;
                break;
            }
        }
    }
    let is_followed_by_a_batch = tail != Tail::Clean && holds_a_later_batch(rest, first + entries.len() as u64);
    Ok(Segment { first, entries, tail, whole_bytes: bytes.len() - rest.len(), is_followed_by_a_batch })
}

fn read_batch(bytes: &[u8], next: u64) -> Result<(Vec<&[u8]>, &[u8]), Tail> {
    let (header, rest) = bytes.split_first_chunk::<BATCH_HEADER_BYTES>().ok_or(Tail::Torn)?;
    let header = BatchHeader::read(header).ok_or(Tail::Damaged)?;
    if header.first != next {
        return Err(Tail::Damaged);
    }
    let (payload, rest) = rest.split_at_checked(header.payload_bytes as usize).ok_or(Tail::Torn)?;
    if Sha256::digest(payload).as_slice() != header.payload_hash {
        return Err(Tail::Damaged);
    }
    let entries = split_bundle(payload, header.entries as usize).ok_or(Tail::Damaged)?;
    Ok((entries, rest))
}

/// Looks for the header of a batch past `next`. It is written only once the batch before it is durable, so
/// finding one tells damage from a torn end.
fn holds_a_later_batch(bytes: &[u8], next: u64) -> bool {
    bytes
        .windows(BATCH_HEADER_BYTES)
        .filter(|window| window.starts_with(BATCH_MAGIC))
        .filter_map(|window| window.first_chunk().and_then(BatchHeader::read))
        .any(|header| header.first > next)
}

struct BatchHeader {
    first: u64,
    entries: u32,
    payload_bytes: u32,
    payload_hash: [u8; 32],
}

impl BatchHeader {
    fn read(bytes: &[u8; BATCH_HEADER_BYTES]) -> Option<BatchHeader> {
        let rest = bytes.strip_prefix(BATCH_MAGIC)?;
        let (first, rest) = rest.split_first_chunk()?;
        let (entries, rest) = rest.split_first_chunk()?;
        let (payload_bytes, rest) = rest.split_first_chunk()?;
        let (payload_hash, _) = rest.split_first_chunk()?;
        has_check(bytes).then(|| BatchHeader {
            first: u64::from_be_bytes(*first),
            entries: u32::from_be_bytes(*entries),
            payload_bytes: u32::from_be_bytes(*payload_bytes),
            payload_hash: *payload_hash,
        })
    }
}

fn push_check(bytes: &mut Vec<u8>) {
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest[..8]);
}

fn has_check(bytes: &[u8]) -> bool {
    match bytes.split_last_chunk::<8>() {
        Some((before, check)) => Sha256::digest(before)[..8] == check[..],
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(batches: &[Vec<Vec<u8>>]) -> Vec<u8> {
        let mut bytes = segment_header("log.example", 7);
        let mut next = 7;
        for batch in batches {
            let mut framed = Batch::new(next);
            for entry in batch {
                framed.push(entry);
            }
            next += batch.len() as u64;
            bytes.extend(framed.finish());
        }
        bytes
    }

    fn sample() -> Vec<Vec<Vec<u8>>> {
        vec![vec![b"a".to_vec(), Vec::new()], vec![vec![b'B'; 300]], vec![b"c".to_vec()]]
    }

    #[test]
    fn a_segment_survives() {
        let read = read_segment(&segment(&sample()), "log.example").unwrap();
        assert_eq!((read.first, read.tail), (7, Tail::Clean));
        assert_eq!(read.entries, sample().concat());
        assert_eq!(read_segment(&segment(&sample()), "log.other").unwrap_err(), HeaderFault::OtherLog);
    }

    #[test]
    fn a_cut_anywhere_leaves_whole_batches_and_counts_as_torn() {
        let whole = segment(&sample());
        let ends = [segment(&sample()[..0]), segment(&sample()[..1]), segment(&sample()[..2])].map(|bytes| bytes.len());
        for length in 0..whole.len() {
            match read_segment(&whole[..length], "log.example") {
                Err(fault) => {
                    assert_eq!(fault, HeaderFault::Torn);
                    assert!(length < SEGMENT_HEADER_BYTES);
                }
                Ok(read) => {
                    let expected = if ends.contains(&length) { Tail::Clean } else { Tail::Torn };
                    assert_eq!(read.tail, expected, "length {length}");
                    assert!(ends.contains(&read.whole_bytes));
                    assert!(!read.is_followed_by_a_batch);
                }
            }
        }
    }

    #[test]
    fn every_flipped_bit_is_damage_and_is_told_from_a_torn_end() {
        let whole = segment(&sample());
        let last_batch_start = segment(&sample()[..2]).len();
        for bit in 0..whole.len() * 8 {
            let mut bent = whole.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            match read_segment(&bent, "log.example") {
                Err(fault) => assert_eq!(fault, HeaderFault::Damaged),
                Ok(read) => {
                    assert_eq!(read.tail, Tail::Damaged, "bit {bit}");
                    assert_eq!(read.is_followed_by_a_batch, bit / 8 < last_batch_start, "bit {bit}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), whole: bool) {
            if whole {
                let mut with_header = segment_header("log.example", u64::MAX - 1);
                with_header.append(&mut bytes);
                bytes = with_header;
            }
            if let Ok(read) = read_segment(&bytes, "log.example") {
                prop_assert!(read.entries.is_empty());
            }
        }
    }
}
