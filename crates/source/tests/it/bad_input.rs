//! Every kind of bad input, as a table: what it is, and what becomes of it.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use lake::TableRef;
use model::register::{Bought, Format};
use model::{Class, ColumnType, Delivery, Register};
use source::SourceError;

use crate::delivery::{Office, column, parquet, plain_register, register};

const HEADER: &str = "id,name,born,paid,sex\n";
const GOOD: &str = "1,Ann,19990101,1.50,F\n";

/// A row of CSV after a good one, and what is noted about it: column and code.
const BAD_ROWS: &[(&str, &str, &str)] = &[
    ("2,Bob,19990231,1,F", "born", "not-a-date"),
    ("2,Bob,1999-01-01,1,F", "born", "not-a-date"),
    ("2,Bob,19990101,1.555,F", "paid", "too-many-digits"),
    ("2,Bob,19990101,1234567.00,F", "paid", "too-many-digits"),
    ("2,Bob,19990101,abc,F", "paid", "not-a-decimal"),
    ("2,Bob,19990101,\"1,5\",F", "paid", "not-a-decimal"),
    ("2,Bob,19990101,1,X", "sex", "fails-check"),
    (",Bob,19990101,1,F", "id", "missing-value"),
    ("  ,Bob,19990101,1,F", "id", "missing-value"),
    ("2,Bob,19990101,1", "∅", "field-count"),
    ("2,Bob,19990101,1,F,more", "∅", "field-count"),
    ("2", "∅", "field-count"),
    ("2,B\0b,19990101,1,F", "name", "nul-byte"),
    ("1,Ann,19990101,1.50,F", "∅", "duplicate-row"),
    ("1,Anne,19990101,1.50,F", "∅", "duplicate-key"),
    // Only the form differs: it is the same row.
    ("1,Ann,19990101,1.5,F", "∅", "duplicate-row"),
];

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_go_to_quarantine_with_line_and_reason() {
    for (row, column, code) in BAD_ROWS {
        let mut office = Office::new(register()).await;
        office.deliver("a.csv", format!("{HEADER}{GOOD}{row}\n3,Cid,,,\n"));
        let report = office.ingest().await.unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!((report.rows, report.quarantined), (3, 1), "{row}");
        let expected = format!("1|3|{column}|{code}|{row}");
        assert_eq!(office.quarantined().await, [expected], "{row}");
        assert_eq!(office.rows(&["id", "born", "paid"]).await, ["1|1999-01-01|1.50", "3|∅|∅"], "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_go_to_quarantine() {
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", [HEADER.as_bytes(), GOOD.as_bytes(), b"2,Zo\xE9,,,\n"].concat());
    office.ingest().await.unwrap();
    assert_eq!(office.quarantined().await, ["1|3|name|not-in-encoding|2,Zo\u{FFFD},,,"]);

    // The same bytes are text where the register file says in which encoding.
    office.register.source.format = Format::Csv { delimiter: ',', encoding: "windows-1252".into() };
    office.ingest().await.unwrap();
    assert_eq!(office.rows(&["name"]).await, ["Ann", "Zoé"]);
    assert!(office.quarantined().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn long_fields_and_open_quotes_go_to_quarantine_cut() {
    for (text, code) in [
        (format!("2,{},,,\n", "x".repeat(10 << 20)), "row-too-long"),
        (format!("2,{},,,\n", "x".repeat(2 << 20)), "field-too-long"),
        (format!("2,\"{}", "x\n".repeat(5 << 20)), "row-too-long"),
    ] {
        let mut office = Office::new(register()).await;
        office.deliver("a.csv", format!("{HEADER}{GOOD}{text}"));
        let report = office.ingest().await.unwrap();
        assert_eq!((report.rows, report.quarantined), (2, 1));
        let quarantined = office.quarantined().await;
        assert!(quarantined[0].contains(code) && quarantined[0].contains("bytes in all]"), "{code}");
        assert!(quarantined[0].len() < 70_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_that_is_never_closed_is_told_as_such() {
    for (last, code) in [
        ("2,\"Bob,19990101,1,F\n3,Cid,,,\n", Some("open-quote")),
        ("2,\"Bob,19990101,1,F", Some("open-quote")),
        ("2,\"Bob \"\"the\"\",19990101,1,F\n", Some("open-quote")),
        // With the right number of fields too.
        ("2,Bob,19990101,1,\"F", Some("open-quote")),
        ("2,Bob,19990101,1,\"", Some("open-quote")),
        // These are closed, or are no quotes.
        ("2,\"Bob\",19990101,1,\"F\"", None),
        ("2,Bob 5\",19990101,1,F", None),
        ("2,\"Bob \"\"5\"\"\"\"\",19990101,1,F", None),
        ("2,\"Bob\",19990101,1,F\n", None),
    ] {
        let mut office = Office::new(register()).await;
        office.deliver("a.csv", format!("{HEADER}{GOOD}{last}"));
        let report = office.ingest().await.unwrap_or_else(|error| panic!("{last}: {error}"));
        assert_eq!((report.rows, report.quarantined), (2, u64::from(code.is_some())), "{last}");
        let quarantined = office.quarantined().await;
        let expected = code.map(|code| format!("1|3|∅|{code}|{}", last.trim_end_matches('\n')));
        assert_eq!(quarantined, expected.into_iter().collect::<Vec<_>>(), "{last}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_quote_swallowed_are_none_that_is_good() {
    // What stands between a quote that is left open and the next one is a field with rows in it.
    let swallowed = "2,\"Bob,19990101,1,F\n3,Cid,19990101,1,M\n4,\"Dan\",19990101,1,M";
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", format!("{HEADER}{GOOD}{swallowed}\n5,Eve,,,\n"));
    let report = office.ingest().await.unwrap();
    assert_eq!((report.rows, report.quarantined), (3, 1));
    assert_eq!(office.quarantined().await, [format!("1|3|∅|stray-quote|{swallowed}")]);
    assert_eq!(office.rows(&["id"]).await, ["1", "5"]);

    // Far from the end of a long file, and over the ends of what is read at once.
    let filler = "9,Zed,,,\n".repeat(60_000);
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", format!("{HEADER}{GOOD}2,\"Bob,19990101,1,F\n{filler}"));
    office.ingest().await.unwrap();
    assert!(office.quarantined().await[0].starts_with("1|3|∅|open-quote|2,\"Bob"));

    // A header is told, and what follows it is not said.
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", format!("{}\n{GOOD}", HEADER.trim_end().replace("name", "\"name")));
    let error = office.ingest().await.unwrap_err().to_string();
    assert!(error.contains("a quote is opened in it and not closed") && !error.contains("Ann"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_of_json_go_to_quarantine() {
    let cases = [
        ("{", "∅", "not-json"),
        ("nonsense", "∅", "not-json"),
        ("{\"id\":\"2\"} {}", "∅", "not-json"),
        ("{\"id\":\"\\ud800\"}", "id", "not-json"),
        ("[1]", "∅", "not-an-object"),
        ("\"x\"", "∅", "not-an-object"),
        ("{\"id\":\"2\",\"id\":\"3\"}", "id", "field-twice"),
        ("{\"id\":\"2\",\"shoe\":1}", "∅", "unknown-field"),
        ("{\"a\":\"x\"}", "id", "no-key"),
        ("{\"id\":null}", "id", "no-key"),
        ("{\"id\":\"2\",\"a\":\"\\u0000\"}", "a", "nul-byte"),
        ("{\"id\":\"1\",\"a\":\"other\"}", "∅", "duplicate-key"),
    ];
    for (line, column, code) in cases {
        let mut office = Office::new(plain_register(Format::JsonLines)).await;
        office.deliver("a.jsonl", format!("{{\"id\":\"1\",\"a\":1.10,\"b\":{{\"c\":[1, 2]}}}}\n\n{line}\n"));
        let report = office.ingest().await.unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!((report.rows, report.quarantined), (2, 1), "{line}");
        assert_eq!(office.quarantined().await, [format!("1|3|{column}|{code}|{line}")], "{line}");
        // Numbers keep their digits, and what is nested stays JSON.
        assert_eq!(office.rows(&["id", "a", "b"]).await, ["1|1.10|{\"c\":[1, 2]}"]);
    }
    let mut office = Office::new(plain_register(Format::JsonLines)).await;
    let long = format!("{{\"id\":\"2\",\"a\":\"{}\"}}", "x".repeat(10 << 20));
    office.deliver(
        "a.jsonl",
        [b"{\"id\":\"1\",\"a\":1,\"b\":1}\n{\"id\":\"\xFF\"}\n".as_slice(), long.as_bytes()].concat(),
    );
    office.register.quarantined_share_max = 1.0;
    assert_eq!(office.ingest().await.unwrap().quarantined, 2);
    let quarantined = office.quarantined().await;
    assert!(quarantined[0].contains("not-in-encoding") && quarantined[1].contains("row-too-long"));
}

#[tokio::test(flavor = "multi_thread")]
async fn parquet_is_cast_to_the_pinned_types() {
    let mut office = Office::new(register()).await;
    office.register.source.files = vec!["incoming/*.parquet".into()];
    office.register.source.format = Format::Parquet;
    office.register.columns.insert("fit".into(), column("fit", ColumnType::Boolean));
    office.register.columns.insert("visits".into(), column("visits", ColumnType::Integer));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("visits", Arc::new(StringArray::from(vec!["7", "x", "8"]))),
        ("fit", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("id", Arc::new(Int64Array::from(vec![Some(1), Some(2), None]))),
        ("name", Arc::new(StringArray::from(vec!["Ann", "Bob", "Cid"]))),
        ("born", Arc::new(Date32Array::from(vec![0, 1, 2]))),
        ("paid", Arc::new(Float64Array::from(vec![1.5, 2.5, 3.5]))),
        ("sex", Arc::new(StringArray::from(vec!["F", "M", "F"]))),
    ];
    office.deliver("a.parquet", parquet(&RecordBatch::try_from_iter(columns).unwrap()));
    office.register.quarantined_share_max = 0.7;
    let report = office.ingest().await.unwrap();
    assert_eq!((report.rows, report.quarantined), (3, 2));
    assert_eq!(office.rows(&["id", "born", "paid", "fit", "visits", "_row"]).await, ["1|1970-01-01|1.50|true|7|0"]);
    let quarantined = office.quarantined().await;
    assert!(quarantined[0].starts_with("1|∅|visits|not-an-integer|{\"id\":\"2\""), "{}", quarantined[0]);
    assert!(quarantined[1].starts_with("2|∅|id|missing-value|{\"id\":null"), "{}", quarantined[1]);
}

/// A delivery that fails as a whole: what it is, and what the message says to do.
struct Refused {
    what: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    register: Register,
    says: Vec<&'static str>,
}

fn refused(what: &'static str, text: &str, says: &[&'static str]) -> Refused {
    let files = vec![("a.csv", text.as_bytes().to_vec())];
    Refused { what, files, register: register(), says: says.to_vec() }
}

fn refused_deliveries() -> Vec<Refused> {
    let batch = || {
        let columns = ["id", "a", "b"].map(|name| (name, Arc::new(StringArray::from(vec!["1"])) as ArrayRef));
        RecordBatch::try_from_iter(columns).unwrap()
    };
    let whole = parquet(&batch());
    let json = |what, text: &str, says: &[&'static str]| Refused {
        files: vec![("a.jsonl", text.as_bytes().to_vec())],
        register: plain_register(Format::JsonLines),
        ..refused(what, "", says)
    };
    let parquet_file = |what, bytes: Vec<u8>, says: &[&'static str]| Refused {
        files: vec![("a.parquet", bytes)],
        register: plain_register(Format::Parquet),
        ..refused(what, "", says)
    };
    let with = |change: &dyn Fn(&mut Register)| {
        let mut register = register();
        change(&mut register);
        register
    };
    let good = format!("{HEADER}{GOOD}");
    let bought = |seller: &str, licence: &str, legal_basis: &str| {
        let bought = Bought { seller: seller.into(), licence: licence.into(), legal_basis: legal_basis.into() };
        Some(bought)
    };
    vec![
        refused(
            "an empty file",
            "",
            &["incoming/a.csv is empty, it has not even a header line", "ask for the delivery again"],
        ),
        refused("a header only", HEADER, &["has no row", "all records would be gone", "incoming/a.csv"]),
        refused(
            "a wrong delimiter",
            "id;name;born;paid;sex\n1;Ann;;;\n",
            &["looks delimited by `;`", "`delimiter = \";\"`"],
        ),
        refused("tabs", "id\tname\tborn\tpaid\tsex\n", &["`delimiter = \"\\t\"`"]),
        refused("no delimiter", "id\n1\n", &["nothing in it looks like a delimiter"]),
        refused(
            "a column missing",
            "id,name,born,paid\n1,,,\n",
            &["incoming/a.csv has no column `sex`", "registers/people.toml"],
        ),
        refused("a column renamed", "id,Name,born,paid,sex\n", &["no column `name`", "the file has a column `Name`"]),
        refused("a column new", "id,name,born,paid,sex,shoe\n", &["a column `shoe`", "type and class"]),
        refused("a column twice", "id,name,born,paid,sex,id\n", &["two columns `id`"]),
        Refused {
            files: vec![("a.csv", b"id,name,born,paid,s\xE9x\n".to_vec())],
            ..refused("a header in another encoding", "", &["not in the encoding", "registers/people.toml"])
        },
        Refused {
            files: Vec::new(),
            ..refused("no file", "", &["no file matches `incoming/*.csv`", "put the delivery there"])
        },
        Refused {
            register: with(&|register| register.bought = bought("", "l", "b")),
            ..refused("a seller missing", &good, &["does not state its seller", "nothing of it is read"])
        },
        Refused {
            register: with(&|register| register.bought = bought("s", " ", "b")),
            ..refused("a licence missing", &good, &["does not state its licence"])
        },
        Refused {
            register: with(&|register| register.bought = bought("s", "l", "")),
            ..refused("a basis missing", &good, &["does not state its legal basis"])
        },
        Refused {
            register: with(&|register| register.columns["name"].class = Class::Commercial),
            ..refused("bought data that does not say so", &good, &["does not state its seller"])
        },
        Refused {
            register: with(&|register| register.legal_basis = " ".into()),
            ..refused("no legal basis", &good, &["no legal basis"])
        },
        Refused {
            register: with(&|register| {
                register.key.clear();
                register.delivery = Delivery::Changes;
            }),
            ..refused("changes without a key", &good, &["add `key = […]`"])
        },
        json("an empty file of JSON", "", &["incoming/a.jsonl is empty, it has not one line"]),
        json("blank lines", "\n\n", &["has no row"]),
        json("a name new", "{\"id\":\"1\",\"a\":1,\"b\":1,\"shoe\":1}\n", &["a column `shoe`"]),
        json("a name missing in all rows", "{\"id\":\"1\",\"a\":1}\n", &["has the name `b`", "registers/people.toml"]),
        parquet_file(
            "a truncated Parquet",
            whole[..whole.len() / 2].to_vec(),
            &["incoming/a.parquet can't be read as Parquet", "ask for"],
        ),
        parquet_file("an empty Parquet", Vec::new(), &["is empty, and even a Parquet file without rows"]),
        parquet_file(
            "no Parquet at all",
            b"id,a,b\n1,2,3\n".to_vec(),
            &["incoming/a.parquet can't be read as Parquet"],
        ),
        parquet_file("a Parquet with a column less", parquet(&batch().project(&[0, 1]).unwrap()), &["no column `b`"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_as_a_whole_says_what_to_do_and_leaves_nothing() {
    for case in refused_deliveries() {
        let mut office = Office::new(case.register).await;
        for (name, bytes) in &case.files {
            office.deliver(name, bytes);
        }
        let error = office.ingest().await.err().unwrap_or_else(|| panic!("{} was ingested", case.what));
        let message = error.to_string();
        for part in &case.says {
            assert!(message.contains(part), "{}: `{part}` is not in `{message}`", case.what);
        }
        for table in [TableRef::register(&office.register.id), TableRef::quarantine(&office.register.id)] {
            assert_eq!(office.lake.info(&table).await.unwrap(), None, "{}", case.what);
        }
        let left = walk(&office.folder.path().join("data/lake"));
        assert_eq!(left.iter().filter(|name| name.contains("part-")).count(), 0, "{} leaves files", case.what);
    }
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path.display().to_string()] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_delivery_that_is_cut_off_makes_nothing_readable() {
    let rows = |ids: std::ops::Range<u32>| ids.map(|id| format!("{id},Unforgettable,,,\n")).collect::<String>();
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", format!("{HEADER}{}", rows(0..200)));
    let first = office.ingest().await.unwrap();
    assert_eq!((first.new, first.changed, first.gone), (200, 0, 0));

    office.deliver("a.csv", format!("{HEADER}{}", rows(0..99)));
    let error = office.ingest().await.unwrap_err();
    assert!(matches!(error, SourceError::TooManyGone { records: 200, gone: 101, .. }), "{error}");
    let text = error.to_string();
    for part in ["101 of the 200 records of people", "50.0 %", "`gone_share_max = 0.51` in registers/people.toml"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert!(!format!("{text} {error:?}").contains("Unforgettable"));
    assert_eq!(office.rows(&["id"]).await.len(), 200, "what was there before stays");

    assert!(text.contains("may be cut off") && !text.contains("the key"), "{text}");

    // As many other rows are no reason to lose those that were there, but then nothing is cut off.
    for (others, says_key) in [(rows(1_000..1_200), true), (rows(110..330), false)] {
        office.deliver("a.csv", format!("{HEADER}{others}"));
        let error = office.ingest().await.unwrap_err();
        assert!(matches!(error, SourceError::TooManyGone { gone: 110 | 200, .. }), "{error}");
        let text = error.to_string();
        assert!(!text.contains("cut off"), "{text}");
        assert_eq!(text.contains("the key or the columns were changed"), says_key, "{text}");
    }

    // What the message says allows it.
    office.deliver("a.csv", format!("{HEADER}{}", rows(0..99)));
    office.register.gone_share_max = Some(0.51);
    let taken = office.ingest().await.unwrap();
    assert_eq!((taken.new, taken.changed, taken.gone), (0, 0, 101));
    // A small register may change as it likes, unless its file says otherwise.
    office.register.gone_share_max = None;
    office.deliver("a.csv", format!("{HEADER}{}", rows(98..100)));
    let small = office.ingest().await.unwrap();
    assert_eq!((small.new, small.changed, small.gone), (1, 0, 98));
    office.register.gone_share_max = Some(0.1);
    office.deliver("a.csv", format!("{HEADER}{}", rows(98..99)));
    assert!(matches!(office.ingest().await, Err(SourceError::TooManyGone { records: 2, gone: 1, .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_a_row_that_changed_is_not_lost() {
    let rows = |ids: std::ops::Range<u32>, name: &str| ids.map(|id| format!("{id},{name},,,\n")).collect::<String>();
    let mut office = Office::new(register()).await;
    office.register.key.clear();
    office.deliver("a.csv", format!("{HEADER}{}", rows(0..200, "Ann")));
    office.ingest().await.unwrap();

    // Every row is another one, and no record is lost.
    office.deliver("a.csv", format!("{HEADER}{}", rows(0..200, "Bob")));
    let taken = office.ingest().await.unwrap();
    assert_eq!((taken.new, taken.changed, taken.gone), (200, 0, 200), "without a key nobody knows which became which");
    office.deliver("a.csv", format!("{HEADER}{}", rows(0..100, "Cid")));
    let taken = office.ingest().await.unwrap();
    assert_eq!((taken.new, taken.gone), (100, 200), "half of them may go");

    office.deliver("a.csv", format!("{HEADER}{}", rows(0..200, "Dan")));
    office.ingest().await.unwrap();
    office.deliver("a.csv", format!("{HEADER}{}{}", rows(0..40, "Dan"), rows(40..99, "Eve")));
    let error = office.ingest().await.unwrap_err();
    assert!(matches!(error, SourceError::TooManyGone { records: 200, gone: 101, new: 0, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("may be cut off") && !text.contains("the key"), "{text}");
    office.register.gone_share_max = Some(0.51);
    assert_eq!(office.ingest().await.unwrap().gone, 160, "what the message says allows it");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_bad_rows_make_nothing_readable() {
    let mut office = Office::new(register()).await;
    office.deliver("a.csv", format!("{HEADER}{GOOD}"));
    office.ingest().await.unwrap();

    office.register.quarantined_share_max = 0.25;
    let secret = "Unforgettable";
    let bad: String = (10..14).map(|id| format!("{id},{secret},tomorrow,1,F\n")).collect();
    office.deliver("a.csv", format!("{HEADER}{GOOD}{bad}5,{secret},,x,F\n6,,,,\n7,,,,\n"));
    let error = office.ingest().await.unwrap_err();
    let SourceError::TooManyBad { rows, quarantined, ref reasons, .. } = error else { panic!("{error}") };
    assert_eq!((rows, quarantined), (8, 5));
    assert_eq!((reasons[0].code, reasons[0].rows, reasons[0].column.as_deref()), ("not-a-date", 4, Some("born")));
    assert_eq!(reasons[0].samples, ["incoming/a.csv:3", "incoming/a.csv:4", "incoming/a.csv:5"]);
    assert_eq!((reasons[1].code, reasons[1].rows), ("not-a-decimal", 1));
    assert!(!format!("{error} {error:?}").contains(secret), "no value is in the message");
    assert!(error.to_string().contains("25.0 %"));
    assert_eq!(office.rows(&["id"]).await, ["1"], "what was there before stays");
    assert!(office.quarantined().await.is_empty());

    // Just as many as are accepted are accepted.
    office.register.quarantined_share_max = 0.625;
    assert_eq!(office.ingest().await.unwrap().quarantined, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_kept_as_it_is_written_and_nothing_else_is_one() {
    let mut office = Office::new(register()).await;
    office.register.columns.insert("hired".into(), column("hired", ColumnType::Month));
    office.register.quarantined_share_max = 1.0;
    let others = ["1993-13", "1993-00", "1993-7", "93-07", "1993-07-01", "199307", "July 1993", "-993-07"];
    let rows: String = others.iter().zip(2..).map(|(text, id)| format!("{id},Bob,,,,{text}\n")).collect();
    office.deliver("a.csv", format!("id,name,born,paid,sex,hired\n1,Ann,,,, 1993-07 \n{rows}99,Cid,,,,\n"));
    let report = office.ingest().await.unwrap();
    assert_eq!((report.rows, report.quarantined), (2 + others.len() as u64, others.len() as u64));
    assert_eq!(office.rows(&["id", "hired"]).await, ["1|1993-07", "99|∅"]);
    for line in office.quarantined().await {
        assert!(line.contains("|hired|not-a-month|"), "{line}");
    }
}
