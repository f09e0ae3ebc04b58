//! Whatever bytes a file has: nothing panics, and no row is lost.

use std::sync::OnceLock;

use model::register::Format;
use proptest::prelude::*;
use source::SourceError;
use tokio::runtime::Runtime;

use crate::delivery::{Office, plain_register};

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// Ingests a file and checks that each of its rows is in one place.
fn check(format: Format, name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    runtime().block_on(async {
        let mut register = plain_register(format);
        register.quarantined_share_max = 1.0;
        let mut office = Office::new(register).await;
        office.deliver(name, bytes);
        match office.ingest().await {
            Ok(report) => {
                let good = office.rows(&["_row"]).await;
                let bad = office.quarantined().await;
                prop_assert_eq!(report.rows, (good.len() + bad.len()) as u64);
                prop_assert_eq!(report.quarantined, bad.len() as u64);
                let mut numbers: Vec<u64> = good.iter().map(|row| row.parse().unwrap()).collect();
                numbers.extend(bad.iter().map(|row| row.split('|').next().unwrap().parse::<u64>().unwrap()));
                numbers.sort_unstable();
                prop_assert_eq!(numbers, (0..report.rows).collect::<Vec<_>>());
            }
            Err(SourceError::Lake(error)) => return Err(TestCaseError::fail(error.to_string())),
            Err(SourceError::Worker) => return Err(TestCaseError::fail("a worker ended early")),
            // Of a header or a first line that can't be read.
            Err(_) => {}
        }
        Ok(())
    })
}

/// Bytes that often look like rows.
fn rows(alphabet: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(alphabet), 0..200),
        proptest::collection::vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_row_of_csv_is_lost(rest in rows(b"12ab,,\"\n\n\r\0\xFF\xC3\xA9 "), utf16 in any::<bool>()) {
        let encoding = if utf16 { "utf-16le" } else { "utf-8" };
        let header: Vec<u8> = if utf16 {
            "id,a,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            b"id,a,b\n".to_vec()
        };
        let format = Format::Csv { delimiter: ',', encoding: encoding.into() };
        check(format, "a.csv", &[header, rest].concat())?;
    }

    #[test]
    fn no_row_of_json_is_lost(rest in rows(b"{}[]\"\"::,,idab12\\u0 \n\n\r\xFF")) {
        let first = b"{\"id\":\"first\",\"a\":1,\"b\":null}\n";
        check(Format::JsonLines, "a.jsonl", &[first.as_slice(), &rest].concat())?;
    }

    #[test]
    fn lines_of_json_objects_are_all_read(ids in proptest::collection::vec("[ab]{0,2}", 0..20)) {
        let first = "{\"id\":\"first\",\"a\":1,\"b\":2}\n".to_owned();
        let text: String = std::iter::once(first).chain(ids.iter().map(|id| format!("{{\"id\":\"{id}\"}}\n"))).collect();
        check(Format::JsonLines, "a.jsonl", text.as_bytes())?;
    }

    #[test]
    fn damaged_parquet_does_not_panic(place in 0_usize..2000, bytes in proptest::collection::vec(any::<u8>(), 1..8)) {
        let names = ["id", "a", "b"];
        let column = || std::sync::Arc::new(arrow_array::StringArray::from(vec!["x", "y"])) as arrow_array::ArrayRef;
        let batch = arrow_array::RecordBatch::try_from_iter(names.map(|name| (name, column()))).unwrap();
        let mut file = crate::delivery::parquet(&batch);
        let place = place % file.len();
        for (offset, byte) in bytes.into_iter().enumerate() {
            if let Some(target) = file.get_mut(place + offset) {
                *target = byte;
            }
        }
        let _ = check(Format::Parquet, "a.parquet", &file);
    }
}
