//! Linking loose files: Parquet or CSV in, `edges.parquet` and `clusters.parquet` out. Opens no project's data.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat;
use arrow_select::take::take;
use indexmap::IndexMap;
use matching::{DatasetBuilder, Predictions, Settings};
use model::LinkageConfig;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, compute_leaves};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rayon::prelude::*;

use crate::compute::{self, Matched, Watcher};
use crate::error::LinkageError;
use crate::freeze::Frozen;
use crate::quality::Labels;
use crate::report::{FileReport, LinkProgress, Stopwatch};
use crate::resolve::{kept_model, write_model};
use crate::rows::PATTERN_ROWS;
use crate::settings::{columns_of, settings_of};
use crate::shape;
use crate::table_file;

/// The names of what is written.
const EDGES: &str = "edges.parquet";
const CLUSTERS: &str = "clusters.parquet";

/// How loose files are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOptions {
    /// The files: Parquet, or CSV with a header.
    pub inputs: Vec<PathBuf>,
    /// The column that names each record within its source.
    pub id: String,
    /// The column that names each record's source; none: the file's name without its ending.
    pub source: Option<String>,
    /// Whether pairs within one source are left out.
    pub link_only: bool,
    /// The column that names each record's true person, for measuring. It takes no part in linking.
    pub truth: Option<String>,
    /// Where the model is kept: what is there weighs, and if nothing is, what was learnt is written; what was only presumed, of
    /// too few records to learn from, is not. None: it is learnt, and forgotten at the end.
    pub model: Option<PathBuf>,
    /// Whether `edges.parquet` says what each comparison made of each pair.
    pub levels: bool,
    /// The folder for `edges.parquet` and `clusters.parquet`; made when it is not there.
    pub out: PathBuf,
}

impl FileOptions {
    /// Gives options that read `inputs` and write to `out`: ids in `unique_id`, sources by file, pairs within sources
    /// too, no truth, no model that is kept, no levels.
    #[must_use]
    pub fn new(inputs: Vec<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self {
            inputs,
            id: "unique_id".to_owned(),
            source: None,
            link_only: false,
            truth: None,
            model: None,
            levels: false,
            out: out.into(),
        }
    }
}

/// Links the records of files and writes what came of it.
///
/// `edges.parquet` has `source_l`, `id_l`, `source_r`, `id_r`, `match_weight` (log2 odds, the prior included) and
/// `match_probability`, one row a pair that was kept; with [`FileOptions::levels`] also, for each comparison, `level_…` (text)
/// and `weight_…` (what it adds), and `household_weight` (what is taken back). `clusters.parquet` has `source`, `id` and
/// `cluster` (from 0), one row a record, in the order of the files. Ids keep their type when all files agree on it, else they
/// are text.
///
/// Agreements and purposes that `config` names play no part: these files are nobody's register. Blocks for as long as it
/// takes.
///
/// # Errors
/// [`LinkageError::Input`] when a file can't be read, lacks the id, repeats one, or no file has a column that `config`
/// compares; [`LinkageError::OneSource`]; [`LinkageError::Config`]; [`LinkageError::Output`]. No output is replaced then.
pub fn link_files(
    config: &LinkageConfig,
    options: &FileOptions,
    progress: &(dyn Fn(LinkProgress) + Sync),
) -> Result<FileReport, LinkageError> {
    let mut watch = Stopwatch::start();
    check_outside(&options.out)?;
    let (loaded, base_records) = read(config, options)?;
    let Loaded { builder, ids, sources, source_names, labels } = loaded;
    let kept = kept_model(options.model.as_deref())?;
    let is_kept = kept.is_some();
    watch.lap("read");

    let told = Watcher::new(progress);
    let matched = compute::run(
        builder.finish()?,
        base_records,
        kept,
        &matching::Judgements::default(),
        &Frozen::default(),
        &told,
        &mut watch,
    )?;
    let model_learnt = matched.model_learnt(is_kept);
    let wanted_across = options.link_only.then_some(sources.as_slice());
    let quality =
        labels.as_ref().map(|labels| labels.quality(&matched.predictions.edges, &matched.clusters, wanted_across));
    let (shape, _) = matching::shape(&matched.data, &matched.model, &matched.predictions, &matched.clusters, &[])?;
    watch.lap("watch");
    progress(LinkProgress { stage: "writing".to_owned(), done: 0, of: 0 });
    let names = Names { sources: &sources, source_names: &source_names, ids };
    let more = if options.levels { level_fields(&matched) } else { Vec::new() };
    let edges = write_edges(&options.out, &names, more, edge_batches(&matched, &names, options.levels))?;
    let clusters = write_clusters(&options.out, &names, &matched.clusters)?;
    publish(&[edges, clusters])?;
    if let Some(path) = options.model.as_ref().filter(|_| model_learnt) {
        write_model(path, &matched.model)?;
    }
    watch.lap("write");

    let mut records_by_source: IndexMap<String, u64> = source_names.iter().map(|name| (name.clone(), 0)).collect();
    for source in &sources {
        records_by_source[*source as usize] += 1;
    }
    let prediction = &matched.predictions.report;
    Ok(FileReport {
        records_by_source,
        records: sources.len() as u64,
        persons: matched.count as u64,
        pairs_compared: prediction.pairs_scored,
        edges: prediction.edges,
        rules: prediction.rules.clone(),
        pairs_cut: matched.pairs_cut(),
        records_without_key: prediction.records_without_key,
        persons_large: matched.persons_large(),
        model_learnt,
        model_presumed: !model_learnt && !is_kept,
        warnings: matched.training.warnings.clone(),
        quality,
        shape,
        seconds: watch.stop(),
    })
}

/// Reads files, and gives beside them how many of their records are of sources that are not only attached.
pub(crate) fn read(config: &LinkageConfig, options: &FileOptions) -> Result<(Loaded, usize), LinkageError> {
    let attached: BTreeSet<String> =
        config.attach.iter().flat_map(|attach| &attach.registers).map(ToString::to_string).collect();
    // Seen before anything is read, where the files alone tell.
    if options.link_only && options.source.is_none() && options.inputs.len() == 1 {
        return Err(LinkageError::OneSource);
    }
    let settings = Settings { link_only: options.link_only, ..settings_of(config, attached)? };
    let loaded = load(&settings, options)?;
    if options.link_only && loaded.source_names.len() < 2 {
        return Err(LinkageError::OneSource);
    }
    let is_base = |source: &u32| !settings.attach_only.contains(&loaded.source_names[*source as usize]);
    let base_records = loaded.sources.iter().filter(|source| is_base(source)).count();
    Ok((loaded, base_records))
}

/// Files in memory.
pub(crate) struct Loaded {
    pub(crate) builder: DatasetBuilder,
    pub(crate) ids: ArrayRef,
    /// The source of each record, by its place in `source_names`.
    pub(crate) sources: Vec<u32>,
    pub(crate) source_names: Vec<String>,
    labels: Option<Labels>,
}

/// Gives the text that tells a record apart from all others.
pub(crate) fn key_of(source: &str, id: &str) -> String {
    format!("{source}\u{1f}{id}")
}

pub(crate) fn problem(path: &Path, problem: impl Into<String>) -> LinkageError {
    LinkageError::Input { path: path.to_owned(), problem: problem.into() }
}

/// Reads all files into a data set.
struct Loader<'a> {
    options: &'a FileOptions,
    wanted: BTreeSet<String>,
    id_type: DataType,
    ids: Vec<ArrayRef>,
    sources: Vec<u32>,
    source_numbers: IndexMap<String, u32>,
    seen: HashSet<u128>,
    hashers: [RandomState; 2],
    labels: Option<Vec<u32>>,
    label_numbers: HashMap<String, u32>,
}

/// Reads all files. Nothing is written.
pub(crate) fn load(settings: &Settings, options: &FileOptions) -> Result<Loaded, LinkageError> {
    let inputs = options.inputs.as_slice();
    let wanted = columns_of(settings);
    let mut loader = Loader {
        options,
        id_type: check(&wanted, options)?,
        wanted,
        ids: Vec::new(),
        sources: Vec::new(),
        source_numbers: IndexMap::new(),
        seen: HashSet::new(),
        hashers: [RandomState::new(), RandomState::new()],
        labels: options.truth.as_ref().map(|_| Vec::new()),
        label_numbers: HashMap::new(),
    };
    let mut builder = DatasetBuilder::new(settings)?;
    for path in inputs {
        let name = source_name(path)?;
        let extra = [Some(&options.id), options.source.as_ref(), options.truth.as_ref()];
        let columns: Vec<String> = loader.wanted.iter().chain(extra.into_iter().flatten()).cloned().collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        table_file::each_batch(path, &columns, |batch| Ok(builder.push(&loader.fit(path, &name, batch)?)?))?;
    }
    if loader.sources.is_empty() {
        let path = inputs.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
        return Err(problem(path, "there are no records in the input"));
    }
    let parts: Vec<&dyn Array> = loader.ids.iter().map(AsRef::as_ref).collect();
    Ok(Loaded {
        builder,
        ids: concat(&parts)?,
        sources: loader.sources,
        source_names: loader.source_numbers.into_keys().collect(),
        labels: loader.labels.map(|of_record| Labels { of_record, unused: 0 }),
    })
}

/// Checks the columns of all files and gives the type of ids.
fn check(wanted: &BTreeSet<String>, options: &FileOptions) -> Result<DataType, LinkageError> {
    let inputs = options.inputs.as_slice();
    if inputs.is_empty() {
        return Err(LinkageError::Config("no input file is named".to_owned()));
    }
    let mut names = BTreeSet::new();
    let mut present: BTreeSet<String> = BTreeSet::new();
    let mut id_types: BTreeSet<String> = BTreeSet::new();
    let mut id_type = DataType::Utf8;
    for path in inputs {
        if !names.insert(source_name(path)?) && options.source.is_none() {
            return Err(problem(path, "another input has the same name: rename one, or name a source column"));
        }
        let columns = table_file::columns(path)?;
        let list = columns.join(", ");
        for (needed, what) in
            [(Some(&options.id), "id"), (options.source.as_ref(), "source"), (options.truth.as_ref(), "truth")]
        {
            if let Some(missing) = needed.filter(|needed| !columns.contains(needed)) {
                return Err(problem(path, format!("it has no {what} column `{missing}`; it has {list}")));
            }
        }
        let schema = table_file::schema(path)?;
        id_type = schema.field_with_name(&options.id)?.data_type().clone();
        id_types.insert(id_type.to_string());
        present.extend(columns);
    }
    let missing: Vec<&str> = wanted.iter().filter(|name| !present.contains(*name)).map(String::as_str).collect();
    if !missing.is_empty() {
        let list = present.into_iter().collect::<Vec<_>>().join(", ");
        let missing = missing.join("`, `");
        return Err(LinkageError::Config(format!("no input has `{missing}`; the inputs have {list}")));
    }
    Ok(if id_types.len() == 1 { id_type } else { DataType::Utf8 })
}

/// Gives the name of a file without folder and ending.
pub(crate) fn source_name(path: &Path) -> Result<String, LinkageError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.map(str::to_owned).ok_or_else(|| problem(path, "the name of the file is not UTF-8: rename it"))
}

impl Loader<'_> {
    /// Notes who the records are and gives the columns that `matching` wants: all text, those not there null.
    fn fit(&mut self, path: &Path, file_source: &str, batch: &RecordBatch) -> Result<RecordBatch, LinkageError> {
        let rows = batch.num_rows();
        let column =
            |name: &str| batch.column_by_name(name).ok_or_else(|| problem(path, format!("it has no `{name}`")));
        let id = cast(column(&self.options.id)?, &self.id_type)?;
        if id.null_count() > 0 {
            return Err(problem(path, format!("some records have no `{}`", self.options.id)));
        }
        let id_text = text(&id)?;
        let sources = match &self.options.source {
            Some(name) => {
                let sources = text(column(name)?)?;
                if sources.null_count() > 0 {
                    return Err(problem(path, format!("some records have no `{name}`")));
                }
                sources
            }
            None => StringArray::from_iter_values(std::iter::repeat_n(file_source, rows)),
        };
        let mut keys: Vec<String> = Vec::with_capacity(rows);
        for row in 0..rows {
            let next = self.source_numbers.len() as u32;
            let source = sources.value(row);
            let number = match self.source_numbers.get(source) {
                Some(number) => *number,
                None => *self.source_numbers.entry(source.to_owned()).or_insert(next),
            };
            self.sources.push(number);
            let key = key_of(source, id_text.value(row));
            let [high, low] = self.hashers.each_ref().map(|hasher| u128::from(hasher.hash_one(&key)));
            if !self.seen.insert(high << 64 | low) {
                return Err(problem(
                    path,
                    format!(
                        "`{}` repeats an id within one source: name the column that tells records apart",
                        self.options.id
                    ),
                ));
            }
            keys.push(key);
        }
        if let (Some(labels), Some(name)) = (&mut self.labels, &self.options.truth) {
            let truth = text(column(name)?)?;
            for person in &truth {
                let next = self.label_numbers.len() as u32;
                labels.push(match person {
                    None => Labels::UNKNOWN,
                    Some(person) => match self.label_numbers.get(person) {
                        Some(number) => *number,
                        None => *self.label_numbers.entry(person.to_owned()).or_insert(next),
                    },
                });
            }
        }
        self.ids.push(id);

        Ok(shape::fit(&self.wanted, batch, Arc::new(sources), Arc::new(StringArray::from(keys)))?)
    }
}

fn text(array: &ArrayRef) -> Result<StringArray, LinkageError> {
    Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone())
}

/// How many rows are written next to each other, at least, before the next group of rows is begun.
const GROUP_ROWS: usize = 1 << 20;

/// How many rows are written at once where each comes with all its comparisons, half a kilobyte a row.
const LEVEL_ROWS: usize = 1 << 16;

/// Some rows, column by column. Texts may be dictionaries: the file has them as texts all the same.
pub(crate) type Columns = Vec<ArrayRef>;

/// Who the records are.
pub(crate) struct Names<'a> {
    /// The source of each record, by its place in `source_names`.
    pub(crate) sources: &'a [u32],
    pub(crate) source_names: &'a [String],
    pub(crate) ids: ArrayRef,
}

impl Names<'_> {
    /// Gives the sources and ids of records.
    pub(crate) fn of(&self, records: &UInt32Array) -> Result<[ArrayRef; 2], LinkageError> {
        let numbers =
            UInt32Array::from_iter_values(records.values().iter().map(|record| self.sources[*record as usize]));
        let sources = DictionaryArray::try_new(numbers, Arc::new(StringArray::from_iter_values(self.source_names)))?;
        Ok([Arc::new(sources), take(&self.ids, records, None)?])
    }
}

/// A file that is whole, but not yet under its name. What never gets it is removed: a run that fails leaves nothing behind.
pub(crate) struct Part {
    part: PathBuf,
    path: PathBuf,
}

impl Drop for Part {
    fn drop(&mut self) {
        // One that got its name is not there any more.
        let _ = std::fs::remove_file(&self.part);
    }
}

/// Writes edges beside their name, with `more` columns than edges always have.
pub(crate) fn write_edges(
    out: &Path,
    names: &Names<'_>,
    more: Vec<Field>,
    batches: impl Iterator<Item = Result<Columns, LinkageError>>,
) -> Result<Part, LinkageError> {
    write_parquet(out.join(EDGES), &edges_schema(names.ids.data_type(), more), batches)
}

/// Writes clusters beside their name.
pub(crate) fn write_clusters(out: &Path, names: &Names<'_>, clusters: &[u32]) -> Result<Part, LinkageError> {
    write_parquet(out.join(CLUSTERS), &clusters_schema(names.ids.data_type()), cluster_batches(clusters, names))
}

/// Makes a file in which something is written before it gets its name. What an interrupted run left there is removed first, and
/// so is a link, which could lead anywhere.
pub(crate) fn create_part(part: &Path) -> io::Result<File> {
    match std::fs::remove_file(part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).open(part)
}

/// Gives files their names, one after the other: each is replaced as a whole.
pub(crate) fn publish(parts: &[Part]) -> Result<(), LinkageError> {
    for Part { part, path } in parts {
        std::fs::rename(part, path).map_err(|error| LinkageError::output(path, &error))?;
    }
    Ok(())
}

/// Removes the edges of an earlier run, which would lie beside clusters that they did not make.
pub(crate) fn remove_edges(out: &Path) -> Result<(), LinkageError> {
    let path = out.join(EDGES);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LinkageError::output(&path, &error)),
        _ => Ok(()),
    }
}

/// Refuses a folder or file to write that is, or would be, within a project's data.
pub(crate) fn check_outside(path: &Path) -> Result<(), LinkageError> {
    match lake::is_within_data(path) {
        Ok(false) => Ok(()),
        Ok(true) => {
            let within = "it is within a project's data, which is written for the gate alone: name another place";
            Err(output_problem(path, &within))
        }
        Err(error) => Err(output_problem(path, &error)),
    }
}

fn output_problem(path: &Path, error: &dyn std::fmt::Display) -> LinkageError {
    LinkageError::Output { path: path.to_owned(), problem: error.to_string() }
}

fn edges_schema(id: &DataType, more: Vec<Field>) -> SchemaRef {
    let field = |name: &str, of: &DataType| Field::new(name, of.clone(), false);
    let fields = vec![
        field("source_l", &DataType::Utf8),
        field("id_l", id),
        field("source_r", &DataType::Utf8),
        field("id_r", id),
        field("match_weight", &DataType::Float64),
        field("match_probability", &DataType::Float64),
    ];
    Arc::new(Schema::new(fields.into_iter().chain(more).collect::<Vec<Field>>()))
}

/// Gives the columns of edges that say what each comparison made of them, in the order of
/// [`Predictions::parts_to_record_batch`].
fn level_fields(matched: &Matched) -> Vec<Field> {
    let comparisons = matched.model.comparisons.iter().flat_map(|comparison| {
        let name = &comparison.name;
        [
            Field::new(format!("level_{name}"), DataType::Utf8, false),
            Field::new(format!("weight_{name}"), DataType::Float64, false),
        ]
    });
    comparisons.chain([Field::new("household_weight", DataType::Float64, false)]).collect()
}

fn clusters_schema(id: &DataType) -> SchemaRef {
    let field = |name: &str, of: &DataType| Field::new(name, of.clone(), false);
    Arc::new(Schema::new(vec![field("source", &DataType::Utf8), field("id", id), field("cluster", &DataType::Int64)]))
}

fn edge_batches<'a>(
    matched: &'a Matched,
    names: &'a Names<'_>,
    levels: bool,
) -> impl Iterator<Item = Result<Columns, LinkageError>> + 'a {
    let rows = if levels { LEVEL_ROWS } else { PATTERN_ROWS };
    matched.predictions.edges.chunks(rows).map(move |edges| {
        let some = Predictions { edges: edges.to_vec(), ..Predictions::default() };
        let scored = some.to_record_batch(&matched.data, &matched.model)?;
        let column = |name: &'static str| {
            let problem = "matching gave no such column";
            scored.column_by_name(name).ok_or(LinkageError::Table { table: name.to_owned(), problem })
        };
        let [source_l, id_l] = names.of(column("left")?.as_primitive::<UInt32Type>())?;
        let [source_r, id_r] = names.of(column("right")?.as_primitive::<UInt32Type>())?;
        let weight = Arc::clone(column("match_weight")?);
        let probability = Arc::clone(column("match_probability")?);
        let mut columns = vec![source_l, id_l, source_r, id_r, weight, probability];
        if levels {
            columns.extend(some.parts_to_record_batch(&matched.data, &matched.model)?.columns().iter().cloned());
        }
        Ok(columns)
    })
}

fn cluster_batches<'a>(
    clusters: &'a [u32],
    names: &'a Names<'_>,
) -> impl Iterator<Item = Result<Columns, LinkageError>> + 'a {
    (0..clusters.len()).step_by(PATTERN_ROWS).map(|start| {
        let end = (start + PATTERN_ROWS).min(clusters.len());
        let [source, id] = names.of(&UInt32Array::from_iter_values(start as u32..end as u32))?;
        let clusters = clusters[start..end].iter().map(|cluster| i64::from(*cluster));
        Ok(vec![source, id, Arc::new(Int64Array::from_iter_values(clusters))])
    })
}

/// Writes a Parquet file beside `path` and gives its name.
fn write_parquet(
    path: PathBuf,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<Columns, LinkageError>>,
) -> Result<Part, LinkageError> {
    let failed = |error: &(dyn std::error::Error + 'static)| LinkageError::output(&path, error);
    if let Some(out) = path.parent() {
        std::fs::create_dir_all(out).map_err(|error| LinkageError::output(out, &error))?;
    }
    let whole = Part { part: path.with_extension("parquet.part"), path: path.clone() };
    let file = create_part(&whole.part).map_err(|error| failed(&error))?;
    write_rows(file, File::sync_all, &path, schema, batches)?;
    Ok(whole)
}

/// Writes rows as Parquet and has them on the disk by `sync`. `path` is how the file is named to people. Columns are encoded
/// side by side, which takes the longest of all: one core encodes rows no faster than two score them.
fn write_rows<W: Write + Send>(
    file: W,
    sync: impl FnOnce(&W) -> io::Result<()>,
    path: &Path,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<Columns, LinkageError>>,
) -> Result<(), LinkageError> {
    let failed = |error: &(dyn std::error::Error + 'static)| LinkageError::output(path, error);
    // Hardly a weight is there twice, so that a dictionary of them, and their extremes, would only take time.
    let properties = ["match_weight", "match_probability"].into_iter().fold(
        WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None),
        |properties, column| properties.set_column_dictionary_enabled(column.into(), false),
    );
    let properties = properties.build();
    let writer = ArrowWriter::try_new(file, Arc::clone(schema), Some(properties)).map_err(|error| failed(&error))?;
    let (mut writer, groups) = writer.into_serialized_writer().map_err(|error| failed(&error))?;
    let mut batches = batches.peekable();
    for group in 0.. {
        if batches.peek().is_none() {
            break;
        }
        let mut columns = groups.create_column_writers(group).map_err(|error| failed(&error))?;
        let mut rows = 0;
        while rows < GROUP_ROWS {
            let Some(batch) = batches.next() else { break };
            let batch = batch?;
            rows += batch.first().map_or(0, |column| column.len());
            encode(&mut columns, schema, &batch).map_err(|error| failed(&error))?;
        }
        let chunks = columns.into_par_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>();
        let mut written = writer.next_row_group().map_err(|error| failed(&error))?;
        for chunk in chunks.map_err(|error| failed(&error))? {
            chunk.append_to_row_group(&mut written).map_err(|error| failed(&error))?;
        }
        written.close().map_err(|error| failed(&error))?;
    }
    // Whoever takes the file out instead is not told why the last bytes found no room.
    writer.finish().map_err(|error| failed(&error))?;
    sync(writer.inner()).map_err(|error| failed(&error))
}

/// Encodes rows, a column of the schema to each writer.
fn encode(writers: &mut [ArrowColumnWriter], schema: &Schema, columns: &Columns) -> Result<(), ParquetError> {
    if columns.len() != writers.len() || schema.fields().len() != writers.len() {
        return Err(ParquetError::General("the rows have other columns than the file".to_owned()));
    }
    let encode = |((writer, field), array): ((&mut ArrowColumnWriter, &Arc<Field>), &ArrayRef)| {
        compute_leaves(field, array)?.iter().try_for_each(|leaf| writer.write(leaf))
    };
    writers.par_iter_mut().zip(schema.fields().as_ref()).zip(columns).try_for_each(encode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_never_got_its_name_is_removed_and_one_that_did_stays() {
        let dir = tempfile::tempdir().unwrap();
        let part = |name: &str| {
            let (part, path) = (dir.path().join(format!("{name}.part")), dir.path().join(name));
            std::fs::write(&part, name).unwrap();
            Part { part, path }
        };
        publish(&[part("named")]).unwrap();
        drop(part("failed"));
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["named"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_part_is_not_written_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (part, other) = (dir.path().join("edges.parquet.part"), dir.path().join("other"));
        std::fs::write(&other, "years of work").unwrap();
        std::os::unix::fs::symlink(&other, &part).unwrap();
        create_part(&part).unwrap().write_all(b"edges").unwrap();
        assert_eq!(std::fs::read(&other).unwrap(), b"years of work");
        // What a run before left there is gone.
        create_part(&part).unwrap();
        assert_eq!(std::fs::read(&part).unwrap(), b"");
        let folder = dir.path().join("folder");
        std::fs::create_dir_all(folder.join("within")).unwrap();
        assert!(create_part(&folder).is_err() && folder.join("within").is_dir());
    }

    /// A disk that has room for some bytes, and may find only at the end that it has none.
    struct Disk {
        room: usize,
        is_synced: bool,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.len() > self.room {
                return Err(ErrorKind::StorageFull.into());
            }
            self.room -= bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Disk {
        fn sync(&self) -> io::Result<()> {
            if self.is_synced { Ok(()) } else { Err(ErrorKind::StorageFull.into()) }
        }
    }

    #[test]
    fn a_disk_without_room_says_what_to_do_whichever_byte_finds_it() {
        let sources = [0_u32; 100];
        let source_names = ["a".to_owned()];
        let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..100).map(|id| id.to_string())));
        let names = Names { sources: &sources, source_names: &source_names, ids };
        let clusters: Vec<u32> = (0..100).collect();
        let schema = clusters_schema(&DataType::Utf8);
        let write = |disk: Disk| {
            let written = write_rows(disk, Disk::sync, Path::new("out/x"), &schema, cluster_batches(&clusters, &names));
            written.map_err(|error| error.to_string())
        };
        let whole = 1 << 20;
        assert_eq!(write(Disk { room: whole, is_synced: true }), Ok(()));
        // The first bytes, some rows, and what only the disk itself finds.
        for (room, is_synced) in [(0, true), (100, true), (whole, false)] {
            let said = write(Disk { room, is_synced }).unwrap_err();
            assert!(said.contains("out/x can't be written") && said.contains("make room there"), "{room}: {said}");
        }
    }
}
