//! The bytes of a frame: looks and new keys of persons that were made durable together. No I/O.
//!
//! Integers are big-endian, a list is its length and its items:
//!
//! ```text
//! frame   version u8   keys u32 × key   looks u32 × look
//! key     person 16    wrapped key u32 × byte
//! look    commitment 32   at (ms) i64   purpose u32 × byte   wrapped key u32 × byte   sealed u32 × byte
//!         persons u32 × 16   opened u32 × opened   active u32 × active, one at most
//! opened  account 16   day i64   person 16   masked 8
//! active  account 16   day i64   activity u8
//! ```
//!
//! Frames of version 1, which an earlier build may have left, have no `active`.

use std::borrow::Borrow;

use model::PurposeId;

use crate::activity::{Active, Activity};
use crate::looks::{Opened, SealedLook};
use crate::seal::Tag;

/// The version of the format that is written.
const VERSION: u8 = 2;

/// The version before it, which is read too.
const BEFORE_ACTIVITY: u8 = 1;

/// The key of a person, wrapped, under the tag of the person.
pub(crate) type WrappedKey = (Tag, Vec<u8>);

/// Gives the bytes of a frame.
pub(crate) fn encode(keys: &[WrappedKey], looks: &[impl Borrow<SealedLook>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + 128 * keys.len() + 1024 * looks.len());
    bytes.push(VERSION);
    put_count(&mut bytes, keys.len());
    for (person, wrapped) in keys {
        bytes.extend_from_slice(person);
        put_bytes(&mut bytes, wrapped);
    }
    put_count(&mut bytes, looks.len());
    for look in looks.iter().map(Borrow::borrow) {
        bytes.extend_from_slice(&look.commitment);
        bytes.extend_from_slice(&look.at_ms.to_be_bytes());
        put_bytes(&mut bytes, look.purpose.as_str().as_bytes());
        put_bytes(&mut bytes, &look.wrapped_key);
        put_bytes(&mut bytes, &look.sealed);
        put_count(&mut bytes, look.persons.len());
        look.persons.iter().for_each(|person| bytes.extend_from_slice(person));
        put_count(&mut bytes, look.opened.len());
        for opened in &look.opened {
            bytes.extend_from_slice(&opened.account);
            bytes.extend_from_slice(&opened.day.to_be_bytes());
            bytes.extend_from_slice(&opened.person);
            bytes.extend_from_slice(&opened.masked);
        }
        put_count(&mut bytes, usize::from(look.active.is_some()));
        if let Some(active) = &look.active {
            bytes.extend_from_slice(&active.account);
            bytes.extend_from_slice(&active.day.to_be_bytes());
            bytes.push(active.activity.code());
        }
    }
    bytes
}

/// Gives what a frame holds; none when these are not the bytes of a frame of a version that this build reads.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Vec<WrappedKey>, Vec<SealedLook>)> {
    let (version, mut rest) = bytes.split_first()?;
    if ![BEFORE_ACTIVITY, VERSION].contains(version) {
        return None;
    }
    let keys = list(&mut rest, |rest| Some((fixed(rest)?, blob(rest)?)))?;
    let looks = list(&mut rest, |rest| {
        Some(SealedLook {
            commitment: fixed(rest)?,
            at_ms: i64::from_be_bytes(fixed(rest)?),
            purpose: PurposeId::new(std::str::from_utf8(&blob(rest)?).ok()?).ok()?,
            wrapped_key: blob(rest)?,
            sealed: blob(rest)?,
            persons: list(rest, fixed)?,
            opened: list(rest, |rest| {
                Some(Opened {
                    account: fixed(rest)?,
                    day: i64::from_be_bytes(fixed(rest)?),
                    person: fixed(rest)?,
                    masked: fixed(rest)?,
                })
            })?,
            active: if *version == BEFORE_ACTIVITY { None } else { list(rest, active)?.pop() },
        })
    })?;
    rest.is_empty().then_some((keys, looks))
}

fn active(rest: &mut &[u8]) -> Option<Active> {
    let (account, day) = (fixed(rest)?, i64::from_be_bytes(fixed(rest)?));
    Some(Active { account, day, activity: Activity::of_code(u8::from_be_bytes(fixed(rest)?))? })
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    // A batch has at most some hundred looks, a detail some kilobytes: SQLite itself takes no blob beyond 1 GB.
    bytes.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
}

fn put_bytes(bytes: &mut Vec<u8>, value: &[u8]) {
    put_count(bytes, value.len());
    bytes.extend_from_slice(value);
}

fn fixed<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

fn count(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(fixed(rest)?)).ok()
}

fn blob(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = count(rest)?;
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken.to_vec())
}

/// Reads a list; a length that lies can't take memory that its items don't fill.
fn list<T>(rest: &mut &[u8], item: impl Fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let length = count(rest)?;
    let mut items = Vec::with_capacity(length.min(rest.len()));
    for _ in 0..length {
        items.push(item(rest)?);
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn looks() -> impl Strategy<Value = Vec<SealedLook>> {
        let opened = (any::<[u8; 16]>(), any::<i64>(), any::<[u8; 16]>(), any::<[u8; 8]>())
            .prop_map(|(account, day, person, masked)| Opened { account, day, person, masked });
        let persons = proptest::collection::vec(any::<[u8; 16]>(), 0..4);
        let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
        let opened = proptest::collection::vec(opened, 0..3);
        let activity = prop_oneof![Just(Activity::Look), Just(Activity::Refusal)];
        let active = (any::<[u8; 16]>(), any::<i64>(), activity).prop_map(|(account, day, activity)| Active {
            account,
            day,
            activity,
        });
        let look = (any::<[u8; 32]>(), any::<i64>(), bytes(), bytes(), persons, opened, proptest::option::of(active));
        let look = look.prop_map(|(commitment, at_ms, wrapped_key, sealed, persons, opened, active)| SealedLook {
            commitment,
            at_ms,
            purpose: PurposeId::new("loan-relief").unwrap(),
            wrapped_key,
            sealed,
            persons,
            opened,
            active,
        });
        proptest::collection::vec(look, 0..5)
    }

    proptest! {
        #[test]
        fn a_frame_comes_back_and_a_part_of_it_does_not(
            keys in proptest::collection::vec((any::<[u8; 16]>(), proptest::collection::vec(any::<u8>(), 0..80)), 0..4),
            looks in looks(),
            cut: prop::sample::Index,
        ) {
            let bytes = encode(&keys, &looks);
            let (keys_again, looks_again) = decode(&bytes).unwrap();
            prop_assert_eq!(&keys_again, &keys);
            prop_assert_eq!(encode(&keys_again, &looks_again), bytes.clone());
            prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_none());
            prop_assert!(decode(&[bytes.as_slice(), &[0]].concat()).is_none());
        }

        #[test]
        fn a_frame_of_before_is_read_and_counts_nowhere(looks in looks()) {
            let Some(mut look) = looks.into_iter().next() else { return Ok(()) };
            look.active = None;
            let bytes = encode(&[], &[look]);
            // Its last list, of four bytes, is empty, and an earlier build did not write it.
            let mut before = bytes[..bytes.len() - 4].to_vec();
            before[0] = BEFORE_ACTIVITY;
            let (_, read) = decode(&before).unwrap();
            prop_assert!(read.len() == 1 && read[0].active.is_none());
            prop_assert_eq!(encode(&[], &read), bytes);
            before[0] = VERSION;
            prop_assert!(decode(&before).is_none());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), versioned: bool) {
            if versioned {
                bytes.insert(0, VERSION);
            }
            let _ = decode(&bytes);
        }
    }
}
