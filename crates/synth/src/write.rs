//! Makes the republic chunk by chunk, on all cores, and writes the files in order.
//!
//! Memory holds a few chunks at a time whatever the number of people: each worker has a channel of its own with one
//! place, and the writer takes the chunks in turn. A worker that is ahead waits; nothing piles up.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::dice::Dice;
use crate::rates::Register;
use crate::registers::{self, FILES, Sheets};
use crate::table::Format;
use crate::{Config, Error, Progress, RegisterReport, Report, family, place};

/// People of one block: families know nobody outside it.
const BLOCK_PEOPLE: u64 = 256;
/// Blocks of one chunk. Rows are shuffled within a chunk, so that neighbours in a file are seldom relatives.
const CHUNK_BLOCKS: u64 = 16;
const CHUNK_PEOPLE: u64 = BLOCK_PEOPLE * CHUNK_BLOCKS;
/// How a README of ours begins, and no other.
const TITLE: &str = "The Republic of Valmere:";
/// Rows of a Parquet row group: what a Parquet writer holds in memory.
const ROW_GROUP_ROWS: usize = 128 * 1_024;

/// What a worker hands to the writer: every file's share of a chunk.
struct Chunk {
    people: u64,
    parts: Vec<Part>,
}

/// One file's share of a chunk.
struct Part {
    body: Body,
    /// The person of each row, in the order of the rows.
    persons: Vec<u64>,
    unacceptable: u64,
}

enum Body {
    Lines(Vec<u8>),
    Batch(RecordBatch),
}

/// Makes one chunk. It depends on seed, size and number only, not on the thread that makes it.
fn make(config: &Config, chunk: u64) -> Result<Chunk, ArrowError> {
    let first = chunk * CHUNK_PEOPLE;
    let people = CHUNK_PEOPLE.min(config.people - first);
    let mut sheets: Sheets = Default::default();
    for number in 0..people.div_ceil(BLOCK_PEOPLE) {
        let first_of_block = first + number * BLOCK_PEOPLE;
        let size = BLOCK_PEOPLE.min(config.people - first_of_block);
        // Stream 0 is nobody's; blocks count from 1, and the shuffles have the upper half.
        let mut dice = Dice::new(config.seed, 1 + first_of_block / BLOCK_PEOPLE);
        let block = family::block(&mut dice, first_of_block, size as usize);
        registers::record(&mut dice, config.seed, &block, &mut sheets);
    }
    let mut dice = Dice::new(config.seed, (1 << 63) + chunk);
    let mut parts = Vec::with_capacity(FILES.len());
    for (mut rows, file) in sheets.into_iter().zip(&FILES) {
        dice.shuffle(&mut rows);
        let body = if file.layout.format == Format::Parquet {
            Body::Batch(file.layout.batch(&rows)?)
        } else {
            let mut lines = Vec::with_capacity(rows.len() * 180);
            for row in &rows {
                file.layout.write_line(row, &mut lines);
            }
            Body::Lines(lines)
        };
        let unacceptable = rows.iter().filter(|row| row.defect.is_some()).count() as u64;
        parts.push(Part { body, persons: rows.iter().map(|row| row.person).collect(), unacceptable });
    }
    Ok(Chunk { people, parts })
}

/// A file being written.
enum Sink {
    Lines(BufWriter<File>),
    Parquet(Box<ArrowWriter<File>>),
}

struct Output {
    path: PathBuf,
    sink: Sink,
    rows: u64,
    unacceptable: u64,
}

impl Output {
    fn open(path: PathBuf, file: &registers::RegisterFile) -> Result<Self, Error> {
        let opened = File::create(&path).map_err(|source| Error::io(&path, source))?;
        let sink = if file.layout.format == Format::Parquet {
            let writer = ArrowWriter::try_new(opened, file.layout.schema(), Some(properties()))
                .map_err(|source| Error::parquet(&path, source))?;
            Sink::Parquet(Box::new(writer))
        } else {
            let mut lines = BufWriter::with_capacity(1 << 18, opened);
            lines.write_all(file.layout.header().as_bytes()).map_err(|source| Error::io(&path, source))?;
            Sink::Lines(lines)
        };
        Ok(Self { path, sink, rows: 0, unacceptable: 0 })
    }

    fn write(&mut self, part: &Part) -> Result<(), Error> {
        match (&mut self.sink, &part.body) {
            (Sink::Lines(lines), Body::Lines(bytes)) => {
                lines.write_all(bytes).map_err(|source| Error::io(&self.path, source))?;
            }
            (Sink::Parquet(writer), Body::Batch(batch)) => {
                writer.write(batch).map_err(|source| Error::parquet(&self.path, source))?;
            }
            // `make` and `open` choose by the same layout.
            (Sink::Lines(_), Body::Batch(_)) | (Sink::Parquet(_), Body::Lines(_)) => {
                return Err(Error::Worker { message: "a chunk has another format than its file".to_owned() });
            }
        }
        self.rows += part.persons.len() as u64;
        self.unacceptable += part.unacceptable;
        Ok(())
    }

    fn close(self) -> Result<(), Error> {
        match self.sink {
            Sink::Lines(mut lines) => lines.flush().map_err(|source| Error::io(&self.path, source)),
            Sink::Parquet(writer) => writer.close().map(|_| ()).map_err(|source| Error::parquet(&self.path, source)),
        }
    }
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_created_by("lucarne synth".to_owned())
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build()
}

/// Writes which person each row is of.
struct Truth {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    rows: u64,
}

impl Truth {
    fn open(path: PathBuf) -> Result<Self, Error> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("register", DataType::Utf8, false),
            Field::new("file", DataType::Utf8, false),
            Field::new("row", DataType::UInt64, false),
            Field::new("person", DataType::UInt64, false),
        ]));
        let file = File::create(&path).map_err(|source| Error::io(&path, source))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties()))
            .map_err(|source| Error::parquet(&path, source))?;
        Ok(Self { path, writer, schema, rows: 0 })
    }

    fn write(&mut self, file: &registers::RegisterFile, first_row: u64, persons: &[u64]) -> Result<(), Error> {
        let count = persons.len();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(file.register.id(), count))),
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(file.name, count))),
            Arc::new(UInt64Array::from_iter_values(first_row..first_row + count as u64)),
            Arc::new(UInt64Array::from_iter_values(persons.iter().copied())),
        ];
        let batch =
            RecordBatch::try_new(self.schema.clone(), columns).map_err(|source| Error::arrow(&self.path, source))?;
        self.writer.write(&batch).map_err(|source| Error::parquet(&self.path, source))?;
        self.rows += count as u64;
        Ok(())
    }
}

/// Writes the republic into the folder; see [`crate::generate`]. `workers` changes the time, never the bytes.
pub(crate) fn generate(
    config: &Config,
    out: &Path,
    workers: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Error> {
    let (about, beside) = (out.join("README.txt"), out.join("README.txt.part"));
    let (map, people) = (out.join("districts.geojson"), out.join("truth.parquet"));
    let folder = out.join("registers");
    let files: Vec<PathBuf> = FILES.iter().map(|file| folder.join(file.name)).collect();
    // The folder before what is in it, which may be somebody's elsewhere.
    for path in [&folder, &about, &beside, &map, &people].into_iter().chain(&files) {
        check_no_link(path)?;
    }
    check_ours(&about)?;
    fs::create_dir_all(&folder).map_err(|source| Error::io(&folder, source))?;
    write_text(&map, &place::geojson())?;
    let mut truth = Truth::open(people)?;
    let mut outputs = Vec::with_capacity(FILES.len());
    for (path, file) in files.into_iter().zip(&FILES) {
        outputs.push(Output::open(path, file)?);
    }
    let chunks = config.people.div_ceil(CHUNK_PEOPLE);
    let workers = workers.clamp(1, 64) as u64;
    std::thread::scope(|scope| -> Result<(), Error> {
        // A receiver dropped on an error makes the workers' next send fail, and they end.
        let mut receivers: Vec<Receiver<Result<Chunk, ArrowError>>> = Vec::new();
        for worker in 0..workers {
            let (sender, receiver): (SyncSender<Result<Chunk, ArrowError>>, _) = sync_channel(1);
            receivers.push(receiver);
            scope.spawn(move || {
                let mut chunk = worker;
                while chunk < chunks && sender.send(make(config, chunk)).is_ok() {
                    chunk += workers;
                }
            });
        }
        let mut done = Progress { people_done: 0, people_total: config.people, rows: 0 };
        for number in 0..chunks {
            let made = receivers[(number % workers) as usize]
                .recv()
                .map_err(|_| Error::Worker { message: format!("the worker of chunk {number} ended early") })?;
            let chunk = made.map_err(|source| Error::arrow(&folder, source))?;
            for ((output, part), file) in outputs.iter_mut().zip(&chunk.parts).zip(&FILES) {
                truth.write(file, output.rows, &part.persons)?;
                output.write(part)?;
            }
            done.people_done += chunk.people;
            done.rows = truth.rows;
            progress(done);
        }
        Ok(())
    })?;
    let report = report(config, &outputs, truth.rows);
    for output in outputs {
        output.close()?;
    }
    truth.writer.close().map_err(|source| Error::parquet(&truth.path, source))?;
    // Beside it first: whoever ends this meanwhile leaves no half of a README.
    write_text(&beside, &readme(config, &report))?;
    fs::rename(&beside, &about).map_err(|source| Error::io(&about, source))?;
    Ok(report)
}

/// Looks that a path is no symbolic link, whatever that leads to.
fn check_no_link(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => Err(Error::Link { path: path.to_owned() }),
        Ok(_) => Ok(()),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::io(path, source)),
    }
}

/// Looks that no README but one of ours is overwritten. One that was cut off while it was written is ours too.
fn check_ours(path: &Path) -> Result<(), Error> {
    match fs::read(path) {
        Ok(text) if text.starts_with(TITLE.as_bytes()) || TITLE.as_bytes().starts_with(&text) => Ok(()),
        Ok(_) => Err(Error::NotOurs { path: path.to_owned() }),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::io(path, source)),
    }
}

fn write_text(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::io(path, source))
}

fn report(config: &Config, outputs: &[Output], truth_rows: u64) -> Report {
    let registers: Vec<RegisterReport> = FILES
        .iter()
        .zip(outputs)
        .map(|(file, output)| RegisterReport {
            id: file.register.id().to_owned(),
            file: file.name.to_owned(),
            format: match file.layout.format {
                Format::Csv { .. } => "csv",
                Format::JsonLines => "json-lines",
                Format::Parquet => "parquet",
            }
            .to_owned(),
            rows: output.rows,
            unacceptable_rows: output.unacceptable,
        })
        .collect();
    let rows = registers.iter().map(|register| register.rows).sum();
    Report { people: config.people, seed: config.seed, registers, rows, truth_rows }
}

fn readme(config: &Config, report: &Report) -> String {
    let mut by_register: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for register in &report.registers {
        let line = format!("registers/{} ({}, {} rows)", register.file, register.format, register.rows);
        by_register.entry(register.id.as_str()).or_default().push(line);
    }
    let mut text = format!(
        "{TITLE} {} made-up people, seed {}.\n\n\
         Nobody here exists. Names, numbers and addresses are drawn by chance; any likeness is chance too.\n\
         The same number of people and the same seed give the same bytes.\n\n\
         registers/         what twelve agencies hand over, with their errors\n\
         truth.parquet      register, file, row (from 0, counting data rows or lines), person\n\
         districts.geojson  the districts that postcodes and addresses refer to\n\n",
        config.people, config.seed
    );
    for register in Register::ALL {
        for line in by_register.get(register.id()).into_iter().flatten() {
            text.push_str(&format!("{:<20} {line}\n", register.id()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn digests(people: u64, seed: u64, workers: usize) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        generate(&Config { people, seed }, folder.path(), workers, &mut |_| ()).unwrap();
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder.path()).unwrap().chain(fs::read_dir(folder.path().join("registers")).unwrap())
        {
            let path = entry.unwrap().path();
            if path.is_file() {
                let digest = Sha256::digest(fs::read(&path).unwrap());
                found.insert(path.file_name().unwrap().to_string_lossy().into_owned(), format!("{digest:x}"));
            }
        }
        found
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
        let one = digests(9_000, 42, 1);
        assert_eq!(one.len(), FILES.len() + 3);
        assert_eq!(one, digests(9_000, 42, 3));
    }

    #[test]
    fn a_readme_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("README.txt");
        let make = || generate(&Config { people: 1, seed: 1 }, folder.path(), 1, &mut |_| ());
        fs::write(&path, "My thesis").unwrap();
        assert!(matches!(make(), Err(Error::NotOurs { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "My thesis");
        assert!(!folder.path().join("registers").exists(), "nothing is written");
        fs::remove_file(&path).unwrap();
        make().unwrap();
        make().unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with(TITLE));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let out = folder.path();
        let make = || generate(&Config { people: 1, seed: 1 }, out, 1, &mut |_| ());
        let thesis = elsewhere.path().join("thesis.txt");
        fs::write(&thesis, "years of work").unwrap();
        make().unwrap();
        let registers = FILES.iter().map(|file| format!("registers/{}", file.name));
        let others = ["README.txt", "README.txt.part", "districts.geojson", "truth.parquet"].map(str::to_owned);
        for name in registers.chain(others) {
            let path = out.join(&name);
            let before = fs::read(&path).ok();
            // What a link leads to may not be there yet.
            for target in [thesis.clone(), elsewhere.path().join("new.txt")] {
                let _ = fs::remove_file(&path);
                std::os::unix::fs::symlink(target, &path).unwrap();
                let refused = make().unwrap_err();
                assert!(matches!(&refused, Error::Link { path: named } if *named == path), "{name}: {refused}");
            }
            fs::remove_file(&path).unwrap();
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
        }
        fs::remove_dir_all(out.join("registers")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), out.join("registers")).unwrap();
        assert!(matches!(make(), Err(Error::Link { .. })));
        assert_eq!(fs::read_to_string(&thesis).unwrap(), "years of work");
        assert_eq!(elsewhere.path().read_dir().unwrap().count(), 1, "nothing is written there");

        // The folder that was named may be a link: whoever names it means where it leads.
        fs::remove_file(out.join("registers")).unwrap();
        let link = elsewhere.path().join("republic");
        std::os::unix::fs::symlink(out, &link).unwrap();
        generate(&Config { people: 1, seed: 1 }, &link, 1, &mut |_| ()).unwrap();
        assert!(out.join("registers").is_dir());
    }

    #[test]
    fn a_readme_that_was_cut_off_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("README.txt");
        let make = || generate(&Config { people: 1, seed: 1 }, folder.path(), 1, &mut |_| ());
        make().unwrap();
        let whole = fs::read(&path).unwrap();
        for length in [0, 3, TITLE.len(), whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            make().unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole, "{length}");
        }
        assert!(!folder.path().join("README.txt.part").exists());
        fs::write(&path, "The Republic").unwrap();
        make().unwrap();
        fs::write(&path, "The Republic, by Plato").unwrap();
        assert!(matches!(make(), Err(Error::NotOurs { .. })));
    }

    #[test]
    fn another_seed_gives_another_republic_in_the_same_land() {
        let (one, two) = (digests(600, 1, 2), digests(600, 2, 2));
        for (name, digest) in &one {
            assert_eq!(*digest == two[name], name == "districts.geojson", "{name}");
        }
    }
}
