//! The bytes of entries never change: they are hashed into logs that outlive this program.
//!
//! `LUCARNE_BLESS=1` writes the files anew; only a new version of the format may do that.

use std::path::PathBuf;

use gate::{By, Digest32, Entry, EntryKind, GateError, PersonKey, TableRead, Tag};
use indexmap::IndexMap;
use model::{Class, Disclosure, Job, PurposeId, RunId};
use proptest::prelude::*;

use crate::house::register;

fn look() -> Entry {
    Entry {
        v: 1,
        kind: EntryKind::Look,
        asked: None,
        at_ms: 1_777_896_000_123,
        by: By::Recipient("education/case-officer".parse().unwrap()),
        purpose: Some(PurposeId::new("loan-relief").unwrap()),
        registers: vec![register("tax"), register("loans")],
        classes: IndexMap::from([
            (Class::Identifier, Disclosure::MatchOnly),
            (Class::Identity, Disclosure::Value),
            (Class::Address, Disclosure::District),
            (Class::Contact, Disclosure::Last { keep: 4, matched: false }),
            (Class::Income, Disclosure::YesNo { below: 40_000.0 }),
            (Class::Tax, Disclosure::YesNo { below: 0.5 }),
            (Class::Travel, Disclosure::Coarse),
            (Class::Form, Disclosure::Presence),
        ]),
        subjects: 1,
        rules: vec![],
        job: None,
        run: None,
        tables: vec![],
        files: None,
        rows: None,
        quarantined: None,
        policy: Digest32([0x11; 32]),
        commitment: Digest32([0x22; 32]),
        tags: vec![Tag([0x33; 16])],
    }
}

fn examples() -> Vec<(&'static str, Entry)> {
    let refusal = Entry {
        kind: EntryKind::Refusal,
        asked: Some(EntryKind::Look),
        registers: vec![],
        classes: IndexMap::new(),
        rules: vec!["purpose.expired".into(), "case.missing".into()],
        ..look()
    };
    let job = Entry {
        kind: EntryKind::Job,
        by: By::System,
        purpose: Some(PurposeId::new("job-build").unwrap()),
        classes: IndexMap::from([(Class::Identity, Disclosure::Value)]),
        subjects: 0,
        job: Some(Job::Build),
        run: Some(RunId::new("run-1").unwrap()),
        tables: vec![
            TableRead { table: "registers.tax".into(), version: Some(3) },
            TableRead { table: "models.tax_person".into(), version: None },
        ],
        tags: vec![],
        ..look()
    };
    let ingest = Entry {
        kind: EntryKind::Ingest,
        by: By::System,
        purpose: None,
        registers: vec![register("tax")],
        classes: IndexMap::new(),
        subjects: 0,
        run: Some(RunId::new("run-1").unwrap()),
        files: Some(2),
        rows: Some(1_000),
        quarantined: Some(3),
        tags: vec![],
        ..look()
    };
    let own = Entry { kind: EntryKind::Own, by: By::Citizen, ..look() };
    let contest = Entry { kind: EntryKind::Contest, ..own.clone() };
    let oversight = Entry {
        kind: EntryKind::Oversight,
        by: By::Recipient("education/dpo".parse().unwrap()),
        purpose: None,
        registers: vec![],
        classes: IndexMap::new(),
        subjects: 0,
        tags: vec![],
        ..look()
    };
    vec![
        ("contest", contest),
        ("look", look()),
        ("refusal", refusal),
        ("job", job),
        ("ingest", ingest),
        ("oversight", oversight),
        ("own", own),
    ]
}

/// The same in version 2, in which whole numbers may be compared, and a search, which names less there.
fn examples_of_2() -> Vec<(String, Entry)> {
    let found = [Class::Identifier, Class::Identity, Class::Address, Class::Contact];
    let classes = look().classes.into_iter().filter(|(class, _)| found.contains(class)).collect();
    let search = Entry { kind: EntryKind::Search, classes, ..look() };
    let second = |(name, mut entry): (&str, Entry)| {
        entry.v = 2;
        if let Some(contact) = entry.classes.get_mut(&Class::Contact) {
            *contact = Disclosure::Last { keep: 4, matched: true };
        }
        (format!("2-{name}"), entry)
    };
    examples().into_iter().chain([("search", search)]).map(second).collect()
}

#[test]
fn entries_have_these_bytes() {
    let first = examples().into_iter().map(|(name, entry)| (name.to_owned(), entry));
    for (name, entry) in first.chain(examples_of_2()) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/leaf-{name}.json"));
        let bytes = entry.encode().unwrap();
        if std::env::var_os("LUCARNE_BLESS").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&golden), "{name}");
        assert_eq!(Entry::decode(&golden).unwrap(), entry);
    }
}

#[test]
fn an_entry_has_one_form() {
    let text = String::from_utf8(look().encode().unwrap()).unwrap();
    let spoilt = [
        text.replace("{\"v\":1,", "{\"v\":0,"),
        text.replace("{\"v\":1,", "{\"v\":3,"),
        text.replace("\"last 4\"", "\"last 4 match\""),
        text.replace("{\"v\":1,", "{\"v\":1, "),
        text.replace("{\"v\":1,\"kind\":\"look\"", "{\"kind\":\"look\",\"v\":1"),
        text.replace("\"subjects\":1", "\"subjects\":1,\"note\":\"x\""),
        text.replace("\"tags\":[\"33", "\"tags\":[\"3A"),
        text.replace("below 40000", "below 40000.0"),
        text.replace("\"last 4\"", "\"first 4\""),
        text.replace("\"subjects\":1", "\"asked\":null,\"subjects\":1"),
        format!("{text} "),
    ];
    for bytes in spoilt {
        assert_ne!(bytes, text);
        assert!(matches!(Entry::decode(bytes.as_bytes()), Err(GateError::Entry(_))), "{bytes}");
    }
}

#[test]
fn what_an_entry_names_hangs_on_its_version() {
    assert_eq!(gate::ENTRY_VERSION, 2);
    for kind in [EntryKind::Search, EntryKind::Look, EntryKind::Refusal] {
        let of = |v: u8| Entry { v, kind, ..look() };
        assert_eq!((of(1).names_more(), of(2).names_more()), (kind == EntryKind::Search, false), "{kind:?}");
        // Both are read, and only the second knows numbers that are compared whole.
        for v in [1, 2] {
            assert_eq!(Entry::decode(&of(v).encode().unwrap()).unwrap(), of(v));
            let mut matched = of(v);
            matched.classes.insert(Class::Contact, Disclosure::Last { keep: 4, matched: true });
            assert_eq!(Entry::decode(&matched.encode().unwrap()).is_ok(), v == 2);
        }
    }
}

#[test]
fn an_entry_that_no_log_takes_is_refused() {
    let tags = vec![Tag([1; 16]); 2_000];
    let too_large = Entry { tags, subjects: 2_000, ..look() };
    assert!(matches!(too_large.encode(), Err(GateError::EntryTooLarge { .. })));
    let fits = Entry { tags: vec![Tag([1; 16]); gate::SUBJECTS_MAX], ..look() };
    assert!(fits.encode().is_ok());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = Entry::decode(&bytes);
    }

    #[test]
    fn a_flipped_bit_never_reads_as_the_same_entry(at in 0_usize..400, bit in 0_u8..8) {
        let entry = look();
        let mut bytes = entry.encode().unwrap();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert!(Entry::decode(&bytes).map_or(true, |read| read != entry));
    }

    #[test]
    fn bounds_read_back(below in proptest::num::f64::NORMAL) {
        let classes = IndexMap::from([(Class::Income, Disclosure::YesNo { below })]);
        let entry = Entry { classes, ..look() };
        prop_assert_eq!(Entry::decode(&entry.encode().unwrap()).unwrap(), entry);
    }

    #[test]
    fn only_the_key_of_the_person_finds_the_entry(key: [u8; 32], other: [u8; 32], commitment: [u8; 32]) {
        let key = PersonKey::from_hex(&hex::encode(key)).unwrap();
        let other = PersonKey::from_hex(&hex::encode(other)).unwrap();
        let entry = Entry { commitment: Digest32(commitment), tags: vec![Tag(key.tag(&commitment))], ..look() };
        prop_assert!(entry.is_about(&key));
        prop_assert_eq!(entry.is_about(&other), key == other);
    }
}
