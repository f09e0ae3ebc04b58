//! What the tests share.

use std::sync::Arc;
use std::time::Duration;

use tlog::fault::MemoryStorage;
use tlog::{Log, Options, Result, SigningKey, Storage, VerifyError, VerifyReport, verify};

pub(crate) const ORIGIN: &str = "log.lucarne.example/test";

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[42; 32]).unwrap()
}

/// Entries of several lengths, the empty one among them.
pub(crate) fn entry(n: u64) -> Vec<u8> {
    format!("entry {n} ").repeat(n as usize % 5).into_bytes()
}

pub(crate) fn entries(range: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    range.map(entry).collect()
}

/// Publishes only when asked to, so that a test's operations always come in the same order.
pub(crate) fn on_demand() -> Options {
    Options {
        publish_interval: Duration::from_secs(1_000_000),
        try_again_after: Duration::from_millis(2),
        segment_bytes_max: 600,
        ..Options::default()
    }
}

pub(crate) fn open(storage: &MemoryStorage) -> Result<Log> {
    Log::open(key(), Arc::new(storage.clone()), on_demand())
}

pub(crate) fn check(storage: &dyn Storage, saved: Option<&str>) -> Result<VerifyReport, VerifyError> {
    verify(storage, &key().verifying_key(), saved, &mut |_, _| {})
}

/// A closed log of `size` entries that was published after every `step` of them.
pub(crate) fn closed_log(size: u64, step: u64) -> MemoryStorage {
    let storage = MemoryStorage::new();
    let log = open(&storage).unwrap();
    let mut next = 0;
    while next < size {
        let end = (next + step).min(size);
        assert_eq!(log.append(entries(next..end)).unwrap(), next..end);
        log.publish().unwrap();
        next = end;
    }
    log.close().unwrap();
    storage
}
