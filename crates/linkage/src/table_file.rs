//! Reading loose files: Parquet, and CSV with a header. Everything comes as the file has it; CSV as text.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;

use crate::error::LinkageError;

/// Rows of one batch.
const BATCH_ROWS: usize = 8192;

/// How a file is written, by the end of its name.
enum Kind {
    Parquet,
    Csv,
}

fn kind(path: &Path) -> Result<Kind, LinkageError> {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("parquet" | "pq") => Ok(Kind::Parquet),
        Some("csv") => Ok(Kind::Csv),
        _ => Err(problem(path, "the name must end in .parquet or .csv")),
    }
}

fn problem(path: &Path, problem: impl ToString) -> LinkageError {
    LinkageError::Input { path: path.to_owned(), problem: problem.to_string() }
}

/// Gives the names of a file's columns, in order.
///
/// # Errors
/// [`LinkageError::Input`] when the file can't be read, has no header, or names a column twice.
pub(crate) fn columns(path: &Path) -> Result<Vec<String>, LinkageError> {
    let names: Vec<String> = schema(path)?.fields().iter().map(|field| field.name().clone()).collect();
    if names.is_empty() {
        return Err(problem(path, "the file is empty: its first line must name the columns"));
    }
    if let Some(twice) = names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name)) {
        return Err(problem(path, format!("the column `{twice}` is there twice: rename one")));
    }
    Ok(names)
}

/// Gives the columns of a file with their types; those of CSV are text.
///
/// # Errors
/// As [`columns`].
pub(crate) fn schema(path: &Path) -> Result<SchemaRef, LinkageError> {
    match kind(path)? {
        Kind::Parquet => Ok(Arc::clone(open_parquet(path)?.schema())),
        Kind::Csv => {
            let mut reader = open_csv(path)?;
            let header = reader.headers().map_err(|error| csv_problem(path, &error))?;
            if let Some(delimiter) = other_delimiter(header) {
                let shown = delimiter.escape_default();
                let why = "only commas are read between columns: write the file anew with commas";
                return Err(problem(path, format!("its first line has no comma but `{shown}`, and {why}")));
            }
            let fields: Vec<Field> = header.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
            Ok(Arc::new(Schema::new(fields)))
        }
    }
}

/// Gives how many rows a file says that it has; nothing where only reading it would tell.
///
/// # Errors
/// As [`columns`].
pub(crate) fn rows(path: &Path) -> Result<Option<usize>, LinkageError> {
    match kind(path)? {
        Kind::Parquet => Ok(usize::try_from(open_parquet(path)?.metadata().file_metadata().num_rows()).ok()),
        Kind::Csv => Ok(None),
    }
}

/// Calls `take` with the batches of a file, in order, with those columns that `wanted` names.
///
/// # Errors
/// [`LinkageError::Input`] when the file can't be read; what `take` gives.
pub(crate) fn each_batch(
    path: &Path,
    wanted: &[&str],
    mut take: impl FnMut(&RecordBatch) -> Result<(), LinkageError>,
) -> Result<(), LinkageError> {
    match kind(path)? {
        Kind::Parquet => {
            let builder = open_parquet(path)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), wanted.iter().copied());
            let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
            for batch in reader.map_err(|error| parquet_problem(path, &error))? {
                // Arrow's own message could quote a value.
                take(&batch.map_err(|_| problem(path, "a part of it is damaged: copy or write it again"))?)?;
            }
            Ok(())
        }
        Kind::Csv => each_csv_batch(path, wanted, take),
    }
}

/// Calls `take` with the place of a column in `wanted` and its values, piece by piece: those of one column in order,
/// those of different columns from different threads. It returns the number of rows.
///
/// # Errors
/// As [`each_batch`]; [`LinkageError::Input`] when a column is not there.
pub(crate) fn each_column(
    path: &Path,
    wanted: &[&str],
    take: impl Fn(usize, &ArrayRef) -> Result<(), LinkageError> + Sync,
) -> Result<usize, LinkageError> {
    let present = columns(path)?;
    if let Some(missing) = wanted.iter().find(|name| present.iter().all(|column| column != *name)) {
        return Err(problem(path, format!("it has no column `{missing}`; it has {}", present.join(", "))));
    }
    match kind(path)? {
        Kind::Parquet => {
            // Columns lie apart in the file, so each is read and decoded by itself.
            let rows = wanted.par_iter().enumerate().map(|(at, name)| {
                let mut rows = 0;
                each_batch(path, &[name], |batch| {
                    rows += batch.num_rows();
                    take(at, named(path, batch, name)?)
                })?;
                Ok(rows)
            });
            Ok(rows.collect::<Result<Vec<usize>, LinkageError>>()?.first().copied().unwrap_or(0))
        }
        Kind::Csv => {
            let mut rows = 0;
            each_csv_batch(path, wanted, |batch| {
                rows += batch.num_rows();
                wanted.par_iter().enumerate().try_for_each(|(at, name)| take(at, named(path, batch, name)?))
            })?;
            Ok(rows)
        }
    }
}

fn named<'a>(path: &Path, batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, LinkageError> {
    batch.column_by_name(name).ok_or_else(|| problem(path, "its columns changed while it was read"))
}

/// Refuses what belongs to a project's data, by whatever name or link it is named: files are nobody's register only as long
/// as none of them is one's.
///
/// # Errors
/// [`LinkageError::Input`] then, and when the path can't be followed.
pub(crate) fn check_loose(path: &Path) -> Result<(), LinkageError> {
    match lake::is_within_data(path) {
        Ok(false) => Ok(()),
        Ok(true) => {
            Err(problem(path, "it belongs to a project's data and is read through the gate: name another file"))
        }
        Err(error) => Err(problem(path, error)),
    }
}

#[expect(clippy::disallowed_methods, reason = "a loose file, which `check_loose` tells from those of a project")]
fn open_parquet(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, LinkageError> {
    check_loose(path)?;
    let file = File::open(path).map_err(|error| problem(path, error))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| parquet_problem(path, &error))
}

fn parquet_problem(path: &Path, error: &parquet::errors::ParquetError) -> LinkageError {
    problem(path, format!("it is not a whole Parquet file ({error}): copy or write it again"))
}

fn open_csv(path: &Path) -> Result<csv::Reader<File>, LinkageError> {
    check_loose(path)?;
    csv::ReaderBuilder::new().has_headers(true).from_path(path).map_err(|error| csv_problem(path, &error))
}

/// Gives what separates the columns of a header in which no comma does, where something seems to.
fn other_delimiter(header: &csv::StringRecord) -> Option<char> {
    let alone = header.get(0).filter(|_| header.len() == 1)?;
    [';', '\t', '|'].into_iter().find(|delimiter| alone.contains(*delimiter))
}

/// Says where and what, without the text of the row.
fn csv_problem(path: &Path, error: &csv::Error) -> LinkageError {
    let line = error.position().map(csv::Position::line);
    let place = line.map_or_else(String::new, |line| format!("line {line}: "));
    let what = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8: convert the file".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} fields, the header has {expected_len}")
        }
        _ => "not CSV".to_owned(),
    };
    problem(path, format!("{place}{what}"))
}

fn each_csv_batch(
    path: &Path,
    wanted: &[&str],
    mut take: impl FnMut(&RecordBatch) -> Result<(), LinkageError>,
) -> Result<(), LinkageError> {
    let mut reader = open_csv(path)?;
    let header = reader.headers().map_err(|error| csv_problem(path, &error))?.clone();
    let places: Vec<(usize, &str)> = header.iter().enumerate().filter(|(_, name)| wanted.contains(name)).collect();
    let fields: Vec<Field> = places.iter().map(|(_, name)| Field::new(*name, DataType::Utf8, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut builders: Vec<StringBuilder> = places.iter().map(|_| StringBuilder::new()).collect();
    let mut rows = 0;
    let mut row = csv::StringRecord::new();
    let mut flush = |builders: &mut Vec<StringBuilder>| -> Result<(), LinkageError> {
        let arrays: Vec<ArrayRef> = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        take(&RecordBatch::try_new(Arc::clone(&schema), arrays)?)
    };
    while reader.read_record(&mut row).map_err(|error| csv_problem(path, &error))? {
        for ((place, _), builder) in places.iter().zip(&mut builders) {
            // An empty field is a missing value.
            builder.append_option(row.get(*place).filter(|value| !value.is_empty()));
        }
        rows += 1;
        if rows == BATCH_ROWS {
            flush(&mut builders)?;
            rows = 0;
        }
    }
    if rows > 0 { flush(&mut builders) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn csv_comes_as_text_in_batches() {
        let mut text = "id,name,other\n".to_owned();
        for row in 0..BATCH_ROWS + 2 {
            text.push_str(&format!("{row},,x\n"));
        }
        let (_folder, path) = file("a.csv", text.as_bytes());
        assert_eq!(columns(&path).unwrap(), ["id", "name", "other"]);
        let mut sizes = Vec::new();
        each_batch(&path, &["name", "id"], |batch| {
            assert_eq!(batch.schema().field(0).name(), "id");
            assert!(batch.column(1).as_string::<i32>().is_null(0), "an empty field is a missing value");
            sizes.push(batch.num_rows());
            Ok(())
        })
        .unwrap();
        assert_eq!(sizes, [BATCH_ROWS, 2]);
    }

    #[test]
    fn columns_come_whole_and_in_order() {
        let rows = BATCH_ROWS as i64 * 2 + 3;
        let numbers = |from: i64| Arc::new(arrow_array::Int64Array::from_iter_values(from..from + rows)) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("a", numbers(0)), ("b", numbers(5)), ("c", numbers(9))]).unwrap();
        let mut bytes = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let csv: String = (0..rows).map(|row| format!("{row},{},{}\n", row + 5, row + 9)).collect();
        for (name, bytes) in [("a.parquet", bytes), ("a.csv", format!("a,b,c\n{csv}").into_bytes())] {
            let (_folder, path) = file(name, &bytes);
            let found = [(); 2].map(|()| std::sync::Mutex::new(Vec::new()));
            let read = each_column(&path, &["c", "a"], |at, values| {
                let text = arrow_cast::cast(values, &DataType::Utf8).unwrap();
                found[at].lock().unwrap().extend(text.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()));
                Ok(())
            });
            assert_eq!(read.unwrap() as i64, rows);
            for (found, from) in found.into_iter().zip([9, 0]) {
                let expected: Vec<String> = (from..from + rows).map(|number| number.to_string()).collect();
                assert_eq!(found.into_inner().unwrap(), expected);
            }
            let missing = each_column(&path, &["d"], |_, _| Ok(())).unwrap_err().to_string();
            assert!(missing.contains("it has no column `d`"), "{missing}");
        }
    }

    #[test]
    fn bad_files_say_what_to_do_and_show_no_value() {
        let cases: [(&str, &[u8], &str); 9] = [
            ("a.csv", b"", "is empty"),
            ("a.csv", b"id;name\n1;secret\n", "no comma but `;`, and only commas are read"),
            ("a.csv", b"id\tname\n1\tsecret\n", "no comma but `\\t`"),
            ("a.csv", b"id|name\n1|secret\n", "no comma but `|`"),
            ("a.csv", b"id,id\n1,2\n", "`id` is there twice"),
            ("a.csv", b"id,name\n1,secret,3\n", "3 fields, the header has 2"),
            ("a.csv", b"id,name\n1,\xff\xfesecret\n", "not UTF-8"),
            ("a.parquet", b"PAR1 secret", "not a whole Parquet file"),
            ("a.txt", b"secret", ".parquet or .csv"),
        ];
        for (name, bytes, expected) in cases {
            let (_folder, path) = file(name, bytes);
            let result = columns(&path).and_then(|_| each_batch(&path, &["id", "name"], |_| Ok(())));
            let error = result.unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("secret"), "{error}");
        }
    }
}
