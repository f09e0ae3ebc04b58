//! How fast rows are read. Run by hand: `cargo test -p source --test it -- --ignored --nocapture rate`.

use std::fmt::Write as _;
use std::time::Instant;

use model::register::Format;
use model::{Column, ColumnType};

use crate::delivery::{Office, column, register};

const ROWS: u64 = 1_000_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn rate_of_csv_and_json() {
    for is_json in [false, true] {
        let mut office = Office::new(register()).await;
        let texts = ["first_name", "last_name", "street", "city", "postcode", "phone", "email"];
        for name in texts {
            office.register.columns.insert(name.into(), column(name, ColumnType::Text));
        }
        let day = Column { formats: vec!["%d/%m/%Y".into()], ..column("event", ColumnType::Date) };
        office.register.columns.insert("event".into(), day);
        office.register.columns.insert("visits".into(), column("visits", ColumnType::Integer));
        let names: Vec<String> = office.register.columns.keys().cloned().collect();
        let mut text = String::new();
        if !is_json {
            text.push_str(&names.join(","));
            text.push('\n');
        }
        for row in 0..ROWS {
            let values = [
                format!("{row:09}"),
                format!("Person {row}"),
                "19990131".to_owned(),
                format!("{}.50", row % 10_000),
                "F".to_owned(),
                format!("First{}", row % 5_000),
                format!("Last{}", row % 60_000),
                format!("{} Main Street", row % 400),
                format!("Town {}", row % 900),
                format!("{:05}", row % 99_999),
                format!("555-{:07}", row % 9_999_999),
                format!("someone{row}@mail.example"),
                "31/12/2020".to_owned(),
                (row % 12).to_string(),
            ];
            if is_json {
                let pairs: Vec<String> =
                    names.iter().zip(&values).map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
                writeln!(text, "{{{}}}", pairs.join(",")).unwrap();
            } else {
                writeln!(text, "{}", values.join(",")).unwrap();
            }
        }
        let name = if is_json { "a.jsonl" } else { "a.csv" };
        office.deliver(name, &text);
        if is_json {
            office.register.source.files = vec!["incoming/*.jsonl".into()];
            office.register.source.format = Format::JsonLines;
        }
        let bytes = text.len();
        drop(text);
        let begin = Instant::now();
        let report = office.ingest().await.unwrap();
        let seconds = begin.elapsed().as_secs_f64();
        assert_eq!((report.rows, report.quarantined), (ROWS, 0));
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let rate = ROWS as f64 / seconds;
        println!("{name}: {ROWS} rows, {} MB, {seconds:.2} s, {rate:.0} rows/s", bytes >> 20);
    }
}
