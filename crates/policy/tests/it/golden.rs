//! Committed expectations.

use std::path::Path;

/// Compares `found` with the file of that name beside the tests; with `LUCARNE_UPDATE_GOLDEN` set, writes it instead.
#[track_caller]
pub(crate) fn check(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(name);
    if std::env::var_os("LUCARNE_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{name}, line {}; review, then run with LUCARNE_UPDATE_GOLDEN=1", number + 1);
    }
    assert_eq!(expected.len(), found.len(), "{name} has lines more or less; run with LUCARNE_UPDATE_GOLDEN=1");
}
