//! The truth: which rows of registers belong to one person, for measuring.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use futures::StreamExt;
use gate::JobGrant;
use hashbrown::HashMap;
use lake::TableRef;
use model::RegisterId;
use model::record::column;

use crate::error::LinkageError;
use crate::quality::Labels;
use crate::records::{Records, hash_of};
use crate::table_file;

/// The name that rows have when the truth names no file.
const ANY_FILE: u32 = 0;

/// Which rows belong to which person.
pub(crate) struct Truth {
    path: PathBuf,
    /// By register, file and row: a number for each person.
    persons: HashMap<(u32, u32, i64), u32>,
    registers: HashMap<String, u32>,
    files: HashMap<String, u32>,
    names_files: bool,
}

impl Truth {
    /// Reads a file with the columns `register`, `row`, `person` and perhaps `file`: Parquet, or CSV with a header.
    ///
    /// Rows count from 0 over data rows; files are named relative to the project, or by their names alone.
    pub(crate) fn read(path: &Path) -> Result<Self, LinkageError> {
        let problem = |problem: String| LinkageError::Truth { path: path.to_owned(), problem };
        let present = table_file::columns(path)?;
        for needed in ["register", "row", "person"] {
            if !present.iter().any(|name| name == needed) {
                return Err(problem(format!("it has no column `{needed}`; `register`, `row` and `person` are needed")));
            }
        }
        let names_files = present.iter().any(|name| name == "file");
        let wanted: Vec<&str> =
            ["register", "row", "person"].into_iter().chain(names_files.then_some("file")).collect();
        let mut truth = Self {
            path: path.to_owned(),
            persons: HashMap::new(),
            registers: HashMap::new(),
            files: HashMap::new(),
            names_files,
        };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut rows_read = 0_u64;
        table_file::each_batch(path, &wanted, |batch| {
            truth.add(batch, &mut numbers, rows_read)?;
            rows_read += batch.num_rows() as u64;
            Ok(())
        })?;
        Ok(truth)
    }

    fn add(
        &mut self,
        batch: &RecordBatch,
        numbers: &mut HashMap<String, u32>,
        rows_before: u64,
    ) -> Result<(), LinkageError> {
        let problem = |problem: String| LinkageError::Truth { path: self.path.clone(), problem };
        let text = |name: &str| -> Result<StringArray, LinkageError> {
            let array = batch.column_by_name(name).ok_or_else(|| problem(format!("it has no column `{name}`")))?;
            Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone())
        };
        let (registers, persons) = (text("register")?, text("person")?);
        let files = if self.names_files { Some(text("file")?) } else { None };
        let rows = cast(&text("row")?, &DataType::Int64)?;
        let rows = rows.as_primitive::<Int64Type>();
        for index in 0..batch.num_rows() {
            if registers.is_null(index) || persons.is_null(index) || rows.is_null(index) {
                let row = rows_before + index as u64;
                return Err(LinkageError::Truth {
                    path: self.path.clone(),
                    problem: format!("row {row} has no register, no person, or a `row` that is no number"),
                });
            }
            let person = numbered(numbers, persons.value(index), 0);
            let register = numbered(&mut self.registers, registers.value(index), 0);
            let file = files.as_ref().map_or(ANY_FILE, |files| numbered(&mut self.files, files.value(index), 1));
            let key = (register, file, rows.value(index));
            if self.persons.insert(key, person).is_some_and(|other| other != person) {
                let row = rows_before + index as u64;
                return Err(LinkageError::Truth {
                    path: self.path.clone(),
                    problem: format!(
                        "row {row} gives a person to a row that has another one already; if the register has several \
                         files, name them in a column `file`"
                    ),
                });
            }
        }
        Ok(())
    }

    /// Gives the number of a file that a register's table names: by its path, or, where the truth gives names only, by
    /// its name.
    fn number_of_file(&self, file: &str) -> Option<u32> {
        let name = Path::new(file).file_name().and_then(|name| name.to_str());
        self.files.get(file).or_else(|| self.files.get(name?)).copied()
    }

    /// Gives the true person of each record, by where the registers' tables say that it came from.
    pub(crate) async fn labels(self, grant: &JobGrant, records: &Records) -> Result<Labels, LinkageError> {
        let mut of_record = vec![Labels::UNKNOWN; records.len()];
        let mut used = 0_u64;
        for register in records.registers() {
            used += self.label(register, grant, records, &mut of_record).await?;
        }
        Ok(Labels { of_record, unused: self.persons.len() as u64 - used })
    }

    async fn label(
        &self,
        register: &RegisterId,
        grant: &JobGrant,
        records: &Records,
        of_record: &mut [u32],
    ) -> Result<u64, LinkageError> {
        let Some(number) = records.number_of(register) else { return Ok(0) };
        let Some(of_truth) = self.registers.get(register.as_str()).copied() else { return Ok(0) };
        let table = TableRef::register(register);
        let malformed = || LinkageError::Table { table: table.to_string(), problem: "a record has no row or no file" };
        let mut only_file: Option<String> = None;
        let mut used = 0;
        let mut batches = grant.scan(&table, Some(&[column::RECORD, column::FILE, column::ROW])).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let ids = batch.column(0).as_string_opt::<i32>().ok_or_else(malformed)?;
            let files = batch.column(1).as_string_opt::<i32>().ok_or_else(malformed)?;
            let rows = batch.column(2).as_primitive_opt::<Int64Type>().ok_or_else(malformed)?;
            for index in 0..batch.num_rows() {
                let file = files.value(index);
                let mut file_number = ANY_FILE;
                if self.names_files {
                    match self.number_of_file(file) {
                        Some(number) => file_number = number,
                        None => continue,
                    }
                } else if only_file.as_deref() != Some(file) {
                    if only_file.is_some() {
                        return Err(LinkageError::Truth {
                            path: self.path.clone(),
                            problem: format!("`{register}` has several files: name them in a column `file`"),
                        });
                    }
                    only_file = Some(file.to_owned());
                }
                let Some(person) = self.persons.get(&(of_truth, file_number, rows.value(index))) else { continue };
                let found = hash_of(ids.value(index)).and_then(|hash| records.find(number, &hash));
                if let Some(record) = found {
                    of_record[record as usize] = *person;
                    used += 1;
                }
            }
        }
        Ok(used)
    }
}

/// Gives the number of a name, the next one from `first` if it has none. Names come again by the million: only a new one is
/// copied.
fn numbered(numbers: &mut HashMap<String, u32>, name: &str, first: u32) -> u32 {
    if let Some(number) = numbers.get(name) {
        return *number;
    }
    let next = numbers.len() as u32 + first;
    numbers.insert(name.to_owned(), next);
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Truth, LinkageError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        std::fs::write(&path, text).unwrap();
        Truth::read(&path)
    }

    #[test]
    fn rows_are_known_by_register_file_and_number() {
        let truth = read("register,file,row,person\ntax,a.csv,0,x\ntax,b.csv,0,y\ntax,b.csv,1,x\n").unwrap();
        assert_eq!(truth.persons.len(), 3);
        let (a, b) = (truth.files["a.csv"], truth.files["b.csv"]);
        let person = |file, row| truth.persons[&(truth.registers["tax"], file, row)];
        assert_eq!(person(a, 0), person(b, 1));
        assert_ne!(person(a, 0), person(b, 0));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_mend_and_without_the_person() {
        let error = read("register,row\ntax,0\n").err().unwrap().to_string();
        assert!(error.contains("no column `person`"), "{error}");
        let error = read("register,row,person\ntax,0,secret\ntax,0,other\n").err().unwrap().to_string();
        assert!(error.contains("row 1") && error.contains("column `file`") && !error.contains("secret"), "{error}");
        let error = read("register,row,person\ntax,none,secret\n").err().unwrap().to_string();
        assert!(error.contains("row 0") && !error.contains("secret"), "{error}");
    }
}
