//! The codes that rows have are those that the register files of `examples/republic` put into words.

use std::collections::BTreeSet;
use std::path::Path;

use model::Project;

use super::{FILES, Sheets, record};
use crate::dice::Dice;
use crate::family;
use crate::table::Cell;

const SEED: u64 = 11;
const BLOCKS: u64 = 60;

#[test]
fn every_code_that_is_written_is_in_words_in_both_languages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/republic");
    let project = Project::load(&root).unwrap_or_else(|found| panic!("{found}"));
    let mut sheets: Sheets = Default::default();
    for number in 0..BLOCKS {
        let mut dice = Dice::new(SEED, number + 1);
        let block = family::block(&mut dice, number * 256, 256);
        record(&mut dice, SEED, &block, &mut sheets);
    }
    let mut coded = BTreeSet::new();
    for (rows, file) in sheets.iter().zip(&FILES) {
        let register = &project.registers[file.register.id()];
        for (place, (name, _)) in file.layout.columns.iter().enumerate() {
            let column = register.columns.values().find(|column| column.from == *name);
            let column = column.unwrap_or_else(|| panic!("{} has no column from {name}", file.register.id()));
            if column.codes.is_empty() {
                continue;
            }
            let mut written = BTreeSet::new();
            for row in rows {
                let Cell::Text(code) = &row.cells[place] else { continue };
                let meaning = column.code(code);
                let at = format!("seed {SEED}: `{code}` of {}.{}", file.register.id(), column.name);
                assert!(meaning.is_some(), "{at} is not in words");
                assert!(meaning.is_some_and(|code| code.title_fr.is_some()), "{at} is not in French");
                written.insert(code.as_str());
            }
            assert!(written.len() > 1, "{}.{} is always the same", file.register.id(), column.name);
            coded.insert(format!("{}.{}", file.register.id(), column.name));
        }
    }
    for column in ["social_security.event", "tax.filing_status", "student_loans.status", "travel.issuing_state"] {
        assert!(coded.contains(column), "{column} has no codes");
    }
}
