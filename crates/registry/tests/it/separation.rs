//! Nothing that an index stores joins two registers: neither a row of its store, nor a document of its full-text index,
//! nor a file beside them. Invariant 13.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_schema::{DataType, Schema};
use fjall::{Database, KeyspaceCreateOptions};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, Document as _, TERMINATED, TantivyDocument};
use testkit::ProjectFolder;

use crate::house::{DONATIONS, House};

/// Registers, and what each row of theirs has and no row of another register: a street, a telephone number, a party. Names
/// and dates stay as they are, so that records are linked all the same. The full-text index keeps nothing but digits of
/// telephone numbers.
const MARKERS: [(&str, &str); 3] = [("tax", "qtaxq"), ("loans", "4140313"), ("donations", "qgiftq")];

/// Puts the marker of its register into every row of what taxes and loans deliver.
fn mark(folder: &ProjectFolder) {
    let change = |name: &str, from: [(&str, &str); 2]| {
        let path = folder.root().join(name);
        let mut text = fs::read_to_string(&path).unwrap();
        for (from, to) in from {
            assert!(text.contains(from), "{from} in {name}");
            text = text.replace(from, to);
        }
        fs::write(path, text).unwrap();
    };
    change("incoming/tax_2025.csv", [("Mill Lane", "Qtaxq Lane"), ("Nightingale Row", "Qtaxq Row")]);
    change("incoming/loans_2025.csv", [("555-0199", "414031399"), ("555-00", "4140313")]);
}

fn marked_donations() -> String {
    DONATIONS.replace("Marzipan League", "Qgiftq League").replace("Thursday Club", "Qgiftq Club")
}

/// Gives the registers whose markers are in a text.
fn registers_in(text: &str) -> BTreeSet<&'static str> {
    let text = text.to_lowercase();
    MARKERS.into_iter().filter(|(_, marker)| text.contains(marker)).map(|(register, _)| register).collect()
}

/// Writes out the rows of a batch, one text each.
pub(crate) fn texts_of(batch: &RecordBatch) -> Vec<String> {
    let mut texts = vec![String::new(); batch.num_rows()];
    for column in batch.columns() {
        for (row, text) in texts.iter_mut().enumerate() {
            text.push_str(&arrow_cast::display::array_value_to_string(column, row).unwrap());
            text.push('\n');
        }
    }
    texts
}

/// Writes out a row of the store by what `src/rows.rs` says of its bytes: which values it has, then these.
fn text_of(schema: &Schema, row: &[u8]) -> String {
    fn number<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
        let (number, after) = rest.split_first_chunk().unwrap();
        *rest = after;
        *number
    }
    let (present, mut rest) = row.split_at(schema.fields().len().div_ceil(8));
    let mut text = String::new();
    for (place, field) in schema.fields().iter().enumerate() {
        if present[place / 8] >> (place % 8) & 1 == 0 {
            continue;
        }
        match field.data_type() {
            DataType::Utf8 => {
                let mut length = 0;
                for shift in (0..).step_by(7) {
                    let [byte] = number(&mut rest);
                    length |= usize::from(byte & 0x7f) << shift;
                    if byte < 0x80 {
                        break;
                    }
                }
                let (value, after) = rest.split_at(length);
                rest = after;
                text.push_str(std::str::from_utf8(value).unwrap());
            }
            DataType::Boolean => text.push_str(&number::<1>(&mut rest)[0].to_string()),
            DataType::Decimal128(_, scale) => {
                let digits = i128::from_le_bytes(number(&mut rest));
                let one = 10_i128.pow(u32::try_from(*scale).unwrap());
                let (whole, part) = (digits / one, (digits % one).unsigned_abs());
                text.push_str(&format!("{whole}.{part:0width$}", width = usize::try_from(*scale).unwrap()));
            }
            DataType::Int32 => text.push_str(&i32::from_le_bytes(number(&mut rest)).to_string()),
            DataType::Date32 => {
                let day = i32::from_le_bytes(number(&mut rest));
                let day = chrono::DateTime::from_timestamp(i64::from(day) * 86_400, 0).unwrap();
                text.push_str(&day.format("%Y-%m-%d").to_string());
            }
            DataType::Int64 | DataType::Timestamp(..) => {
                text.push_str(&i64::from_le_bytes(number(&mut rest)).to_string());
            }
            DataType::Float64 => text.push_str(&f64::from_le_bytes(number(&mut rest)).to_string()),
            other => panic!("{other}"),
        }
        text.push('\n');
    }
    assert!(rest.is_empty());
    text
}

/// Gives all rows of the store by keyspace, as texts. A keyspace with a schema beside it is decoded, any other is taken
/// byte for byte and, for the record ids in it, in hexadecimal digits.
pub(crate) fn rows_of_the_store(generation: &Path) -> BTreeMap<String, Vec<String>> {
    #[expect(clippy::disallowed_methods, reason = "what lies on the disk is looked at as it is")]
    let store = Database::builder(generation.join("store")).open().unwrap();
    let mut all = BTreeMap::new();
    for name in store.list_keyspace_names() {
        let name: &str = &name;
        let keyspace = store.keyspace(name, KeyspaceCreateOptions::default).unwrap();
        let rows: Vec<(Vec<u8>, Vec<u8>)> = keyspace
            .iter()
            .map(|entry| {
                let (key, value) = entry.into_inner().unwrap();
                (key.to_vec(), value.to_vec())
            })
            .collect();
        let schema = generation.join(format!("{name}.arrow"));
        let texts = if schema.is_file() {
            let schema = FileReader::try_new(fs::File::open(schema).unwrap(), None).unwrap().schema();
            rows.iter().map(|(_, value)| text_of(&schema, value)).collect()
        } else {
            let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let text = |bytes: &[u8]| format!("{}\n{}\n", String::from_utf8_lossy(bytes), digits(bytes));
            rows.iter().map(|(key, value)| text(key) + &text(value)).collect()
        };
        all.insert(name.to_owned(), texts);
    }
    all
}

/// Gives the terms of each document of the full-text index, its record id and what is stored of it, with the number of its
/// register.
pub(crate) fn documents(generation: &Path) -> Vec<(u64, String)> {
    #[expect(clippy::disallowed_methods, reason = "what lies on the disk is looked at as it is")]
    let index = tantivy::Index::open_in_dir(generation.join("terms")).unwrap();
    let schema = index.schema();
    let searcher = index.reader().unwrap().searcher();
    let mut all = Vec::new();
    for segment in searcher.segment_readers() {
        let store = segment.get_store_reader(1).unwrap();
        let [registers, high, low] =
            ["register", "hash_high", "hash_low"].map(|name| segment.fast_fields().u64(name).unwrap());
        let mut texts = Vec::new();
        for document in 0..segment.max_doc() {
            let stored: TantivyDocument = store.get(document).unwrap();
            let [register, high, low] = [&registers, &high, &low].map(|column| column.first(document).unwrap());
            texts.push((register, format!("{high:016x}{low:016x}\n{}", stored.to_json(&schema))));
        }
        for (field, _) in schema.fields().filter(|(_, entry)| entry.is_indexed()) {
            let inverted = segment.inverted_index(field).unwrap();
            let mut terms = inverted.terms().stream().unwrap();
            while terms.advance() {
                let term = String::from_utf8_lossy(terms.key()).into_owned();
                let mut found = inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic).unwrap();
                while found.doc() != TERMINATED {
                    let text = &mut texts[found.doc() as usize].1;
                    text.push('\n');
                    text.push_str(&term);
                    found.advance();
                }
            }
        }
        all.append(&mut texts);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_or_document_of_an_index_joins_two_registers() {
    let house = House::with(&marked_donations(), mark).await;
    let index = house.index();
    let records: u64 = index.records().map(|(_, records)| records).sum();
    let numbers: Vec<String> = index.records().map(|(register, _)| register.to_string()).collect();
    assert!(index.persons() + 20 < records, "there is something to join");
    let generation = house.project.data_dir().join("index").join(index.generation());
    drop(index);

    let mut registers_seen = BTreeSet::new();
    for (keyspace, rows) in rows_of_the_store(&generation) {
        let owner = match keyspace.split_once('.') {
            Some(("register", register)) => Some(register.to_owned()),
            Some(("model", model)) => {
                let mut models = house.project.models.values();
                models.find(|known| known.id.as_str() == model).map(|model| model.register.to_string())
            }
            _ => None,
        };
        // The spine's keyspaces are known by name: one that is new has to be looked at, and named here.
        let is_known = owner.is_some() || ["persons", "records", "kin"].contains(&keyspace.as_str());
        assert!(is_known, "{keyspace} belongs to no register");
        assert!(!rows.is_empty() || keyspace == "kin", "{keyspace} has rows");
        for (number, row) in rows.iter().enumerate() {
            for register in registers_in(row) {
                assert_eq!(Some(register), owner.as_deref(), "row {number} of {keyspace} holds another's value");
                registers_seen.insert((register, keyspace.starts_with("register.")));
            }
        }
        if keyspace.starts_with("register.") {
            assert!(rows.iter().all(|row| !registers_in(row).is_empty()), "every row of {keyspace} is marked");
        }
    }
    // Donors are found by their names only: their model has no column that is marked.
    let all: BTreeSet<(&str, bool)> =
        [("tax", true), ("tax", false), ("loans", true), ("loans", false), ("donations", true)].into();
    assert_eq!(registers_seen, all, "the markers are found where they are");

    let documents = documents(&generation);
    assert_eq!(documents.len() as u64, records, "one document for each record");
    let mut in_documents = BTreeSet::new();
    for (number, (register, text)) in documents.iter().enumerate() {
        let owner = numbers.get(usize::try_from(*register).unwrap()).map(String::as_str);
        for found in registers_in(text) {
            assert_eq!(Some(found), owner, "document {number} holds another register's value");
            in_documents.insert(found);
        }
    }
    assert_eq!(in_documents, BTreeSet::from(["loans", "tax"]));

    // What lies beside: schemas, pairs by record id, the matching model, which has values of many records only.
    for entry in fs::read_dir(&generation).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            assert!(registers_in(&text).is_empty(), "{} holds a value", path.display());
        }
    }
}
