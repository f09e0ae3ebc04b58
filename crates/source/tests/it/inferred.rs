//! Proposed register files: blank where no file can tell, and good once that is filled in.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use model::{Class, ColumnType, Delivery, Register, RegisterId};
use source::{SourceError, infer};
use testkit::ProjectFolder;

use crate::delivery::parquet;

fn propose(name: &str, bytes: impl AsRef<[u8]>) -> Result<String, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    infer(&path, &RegisterId::new("drivers").unwrap())
}

/// Loads a project with the proposed register, as it is and filled in.
fn load(text: &str) -> Result<Register, String> {
    let folder = ProjectFolder::small();
    folder.write("registers/drivers.toml", text);
    let project = folder.load().map_err(|problems| problems.to_string())?;
    Ok(project.registers["drivers"].clone())
}

fn fill_in(text: &str) -> String {
    text.replace("says = \"\"", "says = \"Drivers\"")
        .replace("agency = \"\"", "agency = \"education\"")
        .replace("legal_basis = \"\"", "legal_basis = \"Road Act, art. 1\"")
        .replace("retention = \"\"", "retention = \"10y\"")
        .replace("class = \"\"", "class = \"administrative\"")
}

const CSV: &str = "SSN;Prénom;DateOfBirth;Zip;Points;Fee;Phone;Suspended;Remark\n\
    078-05-1120;Zoé;31/12/1999;01234;3;12.50;+33 1 23 45 67 89;yes;a\n\
    219-09-9999;Ann;01/02/1980;99999;0;N/A;+33 1 23 45 67 80;no;b\n";

#[test]
fn a_proposal_is_refused_until_it_is_filled_in() {
    let text = propose("drivers_2026.csv", CSV).unwrap();
    let refused = load(&text).unwrap_err();
    for blank in ["agency", "legal_basis", "retention", "says", "class"] {
        let line = text.lines().position(|line| line.contains(&format!("{blank} = \"\""))).unwrap() + 1;
        assert!(refused.contains(&format!("drivers.toml:{line}:")), "{blank} is not refused: {refused}");
    }
    for value in ["078-05-1120", "Zoé", "1999", "01234", "12.50"] {
        assert!(!text.contains(value), "{value} of the sample is in the proposal");
    }
}

#[test]
fn a_proposal_that_is_filled_in_is_a_register() {
    let text = fill_in(&propose("drivers_2026.csv", CSV).unwrap());
    let register = load(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let of = |name: &str| (register.columns[name].r#type, register.columns[name].class);
    assert_eq!(of("ssn"), (ColumnType::Text, Class::Identifier));
    assert_eq!(of("prenom"), (ColumnType::Text, Class::Identity));
    assert_eq!(register.columns["prenom"].from, "Prénom");
    assert_eq!(of("date_of_birth"), (ColumnType::Date, Class::Identity));
    assert_eq!(register.columns["date_of_birth"].formats, ["%d/%m/%Y"]);
    assert_eq!(of("zip"), (ColumnType::Text, Class::Address));
    assert_eq!(of("points").0, ColumnType::Integer);
    assert_eq!(of("fee").0, ColumnType::Decimal { precision: 6, scale: 2 });
    assert_eq!(register.columns["fee"].missing, ["N/A"]);
    assert_eq!(of("phone"), (ColumnType::Text, Class::Contact));
    assert_eq!(of("suspended").0, ColumnType::Boolean);
    assert!(text.contains("# key = [\"ssn\"]") && register.key.is_empty(), "the key is a suggestion");
    assert_eq!(register.delivery, Delivery::Full);
    assert_eq!(register.source.files, ["incoming/drivers_2026.csv"]);
}

#[test]
fn a_national_number_stays_text_under_any_name() {
    let csv = "rpn,year,gross\n604821735,2023,41000\n118230946,2023,1250000\n392047718,2023,38000\n";
    let text = propose("tax_2023.csv", csv).unwrap();
    assert!(text.contains("rpn = { type = \"text\", class = \"\" }  # FILL IN the class; text, for"), "{text}");
    for name in ["year", "gross"] {
        assert!(text.contains(&format!("{name} = {{ type = \"integer\"")), "{text}");
    }
    let json = "{\"rpn\":604821735}\n{\"rpn\":118230946}\n";
    assert!(propose("a.jsonl", json).unwrap().contains("rpn = { type = \"text\""));
}

#[test]
fn formats_and_encodings_are_told_by_content() {
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("a.txt", b"a,b\n1,2\n".to_vec(), "delimiter = \",\", encoding = \"utf-8\""),
        ("a.txt", b"a\tb\n1,5\t2,5\n".to_vec(), "delimiter = \"\\t\""),
        ("a.csv", b"a|b\nZo\xE9|2\n".to_vec(), "delimiter = \"|\", encoding = \"windows-1252\""),
        ("a.csv", "\u{feff}a,b\né,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect(), "encoding = \"utf-16le\""),
        ("a.csv", b"only\nx\n".to_vec(), "format = \"csv\""),
        ("a.data", b"{\"a\":1,\"b\":{\"c\":1}}\n{\"d\":\"x\"}\n".to_vec(), "format = \"json-lines\""),
    ];
    for (name, bytes, part) in cases {
        let text = propose(name, &bytes).unwrap();
        assert!(text.contains(part), "{part} is not in:\n{text}");
        load(&fill_in(&text)).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    }
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![1, 2]))),
        ("born", Arc::new(Date32Array::from(vec![1, 2]))),
        ("name", Arc::new(StringArray::from(vec!["x", "y"]))),
    ];
    let text = propose("a.parquet", parquet(&RecordBatch::try_from_iter(columns).unwrap())).unwrap();
    let register = load(&fill_in(&text)).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    assert_eq!(register.columns["born"].r#type, ColumnType::Date);
    assert_eq!(register.columns["id"].r#type, ColumnType::Integer);
}

#[test]
fn what_can_not_be_read_says_so() {
    assert!(matches!(propose("a.csv", ""), Err(SourceError::EmptyFile { .. })));
    assert!(matches!(propose("a.parquet", "PAR1 and no more"), Err(SourceError::Parquet { .. })));
    let nowhere = infer(std::path::Path::new("/nowhere/a.csv"), &RegisterId::new("x").unwrap());
    assert!(matches!(nowhere, Err(SourceError::Io { .. })));
}
