//! The next delivery of one register: student loans a fortnight after the others, for whoever wants to read one in.
//!
//! It is made of the delivery before it and takes its file. Rows keep their places and new ones follow them, so that the truth
//! still says whose the others are; of the new ones it says nothing.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::Error;
use crate::day::{AS_OF, DayFormat};

/// The file, within `registers/`.
const FILE: &str = "student_loans.csv";

/// Days from the delivery before to this one.
const DAYS_LATER: i32 = 14;

/// One new loan to so many rows, and one of so many rows more that no schema accepts.
const ROWS_A_NEW_ONE: usize = 60;
const ROWS_A_BAD_ONE: usize = 240;

/// Commas of a row in which none stands within quotes.
const COMMAS: usize = 16;

/// Puts the next delivery of student loans in the place of the one that [`generate`](crate::generate) wrote into `out`: what is
/// being repaid is a hundredth less of what was lent, some borrow again, and a few more rows have a birth date that is none.
///
/// The same delivery before gives the same one.
///
/// What `README.txt` says of rows is of the delivery before; that this one took its place is added there.
///
/// # Errors
/// When a file can't be read or written.
pub fn later(out: &Path) -> Result<(), Error> {
    let path = out.join("registers").join(FILE);
    let before = fs::read(&path).map_err(|source| Error::io(&path, source))?;
    fs::write(&path, next(&before)).map_err(|source| Error::io(&path, source))?;
    let about = out.join("README.txt");
    let added = format!(
        "\nregisters/{FILE} is the delivery of {DAYS_LATER} days later, for whoever wants to read one in: the rows above are of\n\
         the one before, and of new loans the truth says nothing.\n"
    );
    let mut file = fs::OpenOptions::new().append(true).open(&about).map_err(|source| Error::io(&about, source))?;
    file.write_all(added.as_bytes()).map_err(|source| Error::io(&about, source))
}

/// Gives the delivery that follows one.
fn next(before: &[u8]) -> Vec<u8> {
    let mut after = Vec::with_capacity(before.len() + before.len() / 16);
    let (mut keys, mut lent): (HashSet<&str>, Vec<&str>) = (HashSet::new(), Vec::new());
    let mut rows = 0;
    for (at, line) in before.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let text = std::str::from_utf8(line).ok().map(str::trim_end).filter(|_| at > 0);
        rows += usize::from(at > 0);
        keys.extend(text.and_then(|text| text.split(',').next()));
        lent.extend(text.filter(|text| is_plain(text) && text.ends_with(",in_school")));
        match text.and_then(repaid) {
            Some(repaid) => after.extend_from_slice(repaid.as_bytes()),
            // Rows that are none are handed over again as they were.
            None => after.extend_from_slice(line),
        }
    }
    let mut numbers = (900_000_000_000_u64..).map(|number| format!("SL-{number:012}"));
    let mut key = || numbers.find(|key| !keys.contains(key.as_str())).unwrap_or_default();
    let borrowed = AS_OF.plus(DAYS_LATER).write(DayFormat::MonthDayYear);
    for (count, row) in lent.iter().take((rows / ROWS_A_NEW_ONE).max(1)).enumerate() {
        after.extend_from_slice(again(row, &key(), "disbursed_on", &borrowed).as_bytes());
        if count < rows / ROWS_A_BAD_ONE {
            after.extend_from_slice(again(row, &key(), "dob", "see file").as_bytes());
        }
    }
    after
}

/// Tells whether a row's fields are what stands between its commas.
fn is_plain(row: &str) -> bool {
    !row.contains('"') && row.matches(',').count() == COMMAS
}

/// Gives a row of a loan that is being repaid after an instalment; none for other rows.
fn repaid(row: &str) -> Option<String> {
    // Only fields before the last three may have commas of their own.
    let loan = row.strip_suffix(",repayment")?;
    let (loan, balance) = loan.rsplit_once(',')?;
    let (_, principal) = loan.rsplit_once(',')?;
    let left = cents(balance)?.saturating_sub(cents(principal)? / 100);
    let status = if left == 0 { "paid" } else { "repayment" };
    Some(format!("{loan},{}.{:02},{status}\n", left / 100, left % 100))
}

/// Reads an amount of money with two places after the point.
fn cents(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.').filter(|(_, rest)| rest.len() == 2)?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(rest.parse().ok()?)
}

/// Gives a plain row under another key, with another value in one column.
fn again(row: &str, key: &str, column: &str, value: &str) -> String {
    let columns = crate::registers::student_loan_columns();
    let field = |(name, field): (&'static str, &str)| match name {
        "loan_no" => key.to_owned(),
        name if name == column => value.to_owned(),
        _ => field.to_owned(),
    };
    let fields: Vec<String> = columns.zip(row.split(',')).map(field).collect();
    fields.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "loan_no,borrower_rpn,borrower_first,borrower_mi,borrower_last,dob,street,city,zip,phone,email,\
                          institution,programme,disbursed_on,principal,balance,status\n";

    fn row(key: &str, street: &str, money: &str) -> String {
        format!("{key},1,Ana,,Ruiz,12-26-1994,{street},Town,18766,,,College,Law,02-18-2015,{money}\n")
    }

    #[test]
    fn loans_are_repaid_and_others_stay_as_they_are() {
        let cut = "SL-4,1,Ana,,Ruiz,12-26-1994,see file\n";
        let before = [
            HEADER.to_owned(),
            row("SL-1", "\"1 Elm St, Apt 2\"", "1000.00,500.00,repayment"),
            row("SL-2", "1 Elm St", "1000.00,9.99,repayment"),
            row("SL-3", "1 Elm St", "1000.00,0.00,paid"),
            cut.to_owned(),
            row("SL-900000000000", "1 Elm St", "1000.00,1000.00,in_school"),
        ];
        let mut bytes = before.concat().into_bytes();
        bytes.extend_from_slice(b"SL-5,Jos\xE9,repayment\n");
        let after = next(&bytes);
        let text = String::from_utf8_lossy(&after);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert_eq!(lines.len(), 8, "{lines:?}");
        assert_eq!(lines[1], row("SL-1", "\"1 Elm St, Apt 2\"", "1000.00,490.00,repayment"));
        assert_eq!(lines[2], row("SL-2", "1 Elm St", "1000.00,0.00,paid"));
        assert_eq!([lines[0], lines[3], lines[4], lines[5]], [HEADER, before[3].as_str(), cut, before[5].as_str()]);
        assert_eq!(lines[6], "SL-5,Jos\u{FFFD},repayment\n");
        // A key that no other row has, and the day on which it was borrowed.
        let again = before[5].replace("SL-900000000000", "SL-900000000001").replace("02-18-2015", "01-15-2026");
        assert_eq!(lines[7], again);
    }

    #[test]
    fn amounts_that_are_none_are_left_alone() {
        for text in ["", "12", "1.5", "1.555", "-1.00", "x.00", "1.x0"] {
            assert_eq!(cents(text), None, "{text}");
        }
        assert_eq!(cents("15991.41"), Some(1_599_141));
        assert_eq!(repaid("a,b,repayment"), None);
    }

    #[test]
    fn what_follows_a_delivery_is_the_same_each_time_and_no_other_file_changes() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let files = |folder: &Path| {
            let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder.join("registers"))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
                .collect();
            files.sort();
            files
        };
        let config = crate::Config { people: 6_000, seed: 9 };
        for folder in &folders {
            crate::generate(&config, folder.path(), &mut |_| ()).unwrap();
        }
        let before = files(folders[0].path());
        for folder in &folders {
            later(folder.path()).unwrap();
        }
        let after = files(folders[0].path());
        assert!(after == files(folders[1].path()), "seed 9: two deliveries after the same one differ");
        for ((name, before), (_, after)) in before.iter().zip(&after) {
            assert_eq!(before != after, name == FILE, "{name}");
            if name == FILE {
                let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
                let more = lines(after) - lines(before);
                let rows = lines(before) - 1;
                assert_eq!(more, rows / ROWS_A_NEW_ONE + rows / ROWS_A_BAD_ONE, "seed 9, {rows} rows");
            }
        }
    }

    #[test]
    fn a_republic_of_nobody_has_nothing_to_hand_over() {
        assert_eq!(next(HEADER.as_bytes()), HEADER.as_bytes());
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(later(folder.path()), Err(Error::Io { .. })));
    }
}
