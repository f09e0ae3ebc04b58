//! Linking loose files by a model that Splink trained: the same pairs, levels and weights, and connected components.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat;
use indexmap::IndexMap;
use matching::Edge;
use matching::splink::{SplinkLinker, SplinkModel, SplinkPair, SplinkReport, SplinkRuleReport, connected};
use serde::Serialize;

use crate::compute::Watcher;
use crate::error::LinkageError;
use crate::files::{Names, edges_schema, problem, source_name, write};
use crate::quality::{Labels, Quality};
use crate::report::{LinkProgress, Stopwatch};
use crate::rows::PATTERN_ROWS;
use crate::table_file;

/// How loose files are linked by a model of Splink.
#[derive(Debug, Clone, PartialEq)]
pub struct SplinkOptions {
    /// The files: Parquet, or CSV with a header. Where the model links data sets and a file lacks the source column, the
    /// file is a data set of its name.
    pub inputs: Vec<PathBuf>,
    /// The column that names each record's true person, for measuring. It takes no part in linking.
    pub truth: Option<String>,
    /// The least match weight (log2 odds) of pairs that are written.
    pub least_weight: f64,
    /// The least match probability of pairs that make clusters, between 0 and 1.
    pub threshold: f64,
    /// The folder for `edges.parquet` and `clusters.parquet`; made when it is not there.
    pub out: PathBuf,
}

/// What one run of [`link_files_by_splink`] did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SplinkFileReport {
    /// Records.
    pub records: u64,
    /// Clusters.
    pub persons: u64,
    /// Pairs of records that were compared, each once.
    pub pairs_compared: u64,
    /// Pairs in `edges.parquet`.
    pub edges: u64,
    /// The blocking rules.
    pub rules: Vec<RuleCount>,
    /// How right it is; none when no truth was named.
    pub quality: Option<Quality>,
    /// Seconds by stage, on the wall's clock.
    pub seconds: IndexMap<&'static str, f64>,
}

/// What one blocking rule gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// The rule.
    pub sql: String,
    /// Pairs that no earlier rule had given.
    pub pairs: u64,
    /// The records in its largest block.
    pub largest_block: u64,
}

impl From<SplinkRuleReport> for RuleCount {
    fn from(rule: SplinkRuleReport) -> Self {
        Self { sql: rule.sql, pairs: rule.pairs, largest_block: rule.largest_block }
    }
}

/// Links the records of files by a model that Splink saved as JSON, and writes `edges.parquet` and `clusters.parquet` as
/// [`link_files`](crate::link_files) does. Clusters are the connected components of the pairs that reach the threshold,
/// which is what Splink makes. Blocks for as long as it takes.
///
/// # Errors
/// [`LinkageError::Splink`] when the model is not understood or does not fit the files, [`LinkageError::Input`] when a file
/// can't be read or lacks a column, [`LinkageError::Output`]. No output is replaced then.
pub fn link_files_by_splink(
    model: &str,
    options: &SplinkOptions,
    progress: &(dyn Fn(LinkProgress) + Sync),
) -> Result<SplinkFileReport, LinkageError> {
    let mut watch = Stopwatch::start();
    let model = SplinkModel::from_json(model)?;
    let Read { batches, ids, sources, source_names, labels } = read(&model, options)?;
    watch.lap("read");
    let linker = SplinkLinker::new(&model, &batches)?;
    drop(batches);
    watch.lap("encode");
    let told = Watcher::new(progress);
    let cut = weight_of(options.threshold);
    let (pairs, SplinkReport { pairs: compared, rules, .. }) =
        linker.pairs(Some(options.least_weight.min(cut)), &told)?;
    watch.lap("predict");
    let (clusters, persons) = connected(linker.len(), &pairs, cut);
    watch.lap("cluster");

    let edges: Vec<SplinkPair> = pairs.into_iter().filter(|pair| pair.weight >= options.least_weight).collect();
    let quality = labels.map(|labels| labels.quality(&as_edges(&edges), &clusters, None));
    progress(LinkProgress { stage: "writing".to_owned(), done: 0, of: 0 });
    let names = Names { sources: &sources, source_names: &source_names, ids };
    write(&options.out, &names, edge_batches(&edges, &names), &clusters)?;
    watch.lap("write");
    Ok(SplinkFileReport {
        records: sources.len() as u64,
        persons: u64::from(persons),
        pairs_compared: compared,
        edges: edges.len() as u64,
        rules: rules.into_iter().map(RuleCount::from).collect(),
        quality,
        seconds: watch.stop(),
    })
}

/// Gives the log2 odds of a probability.
fn weight_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

fn as_edges(pairs: &[SplinkPair]) -> Vec<Edge> {
    let edge = |pair: &SplinkPair| Edge {
        left: pair.left.min(pair.right),
        right: pair.left.max(pair.right),
        weight: pair.weight as f32,
        // At most 32 rules.
        rule: pair.rule as u8,
    };
    pairs.iter().map(edge).collect()
}

struct Read {
    /// The columns that the model reads.
    batches: Vec<RecordBatch>,
    ids: ArrayRef,
    sources: Vec<u32>,
    source_names: Vec<String>,
    labels: Option<Labels>,
}

fn read(model: &SplinkModel, options: &SplinkOptions) -> Result<Read, LinkageError> {
    let columns = model.columns();
    let mut batches = Vec::new();
    let mut ids: Vec<ArrayRef> = Vec::new();
    let mut sources = Vec::new();
    let mut source_names: IndexMap<String, u32> = IndexMap::new();
    let mut truths = Truths::default();
    for path in &options.inputs {
        let name = source_name(path)?;
        let own_source = check(path, &columns, model.source_column(), options.truth.as_deref())?;
        let wanted: Vec<&str> = columns.iter().map(String::as_str).chain(options.truth.as_deref()).collect();
        table_file::each_batch(path, &wanted, |batch| {
            let id = batch.column_by_name(model.id_column());
            ids.push(Arc::clone(id.ok_or_else(|| problem(path, "its columns changed while it was read"))?));
            let of_file: ArrayRef =
                Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&name, batch.num_rows())));
            let source = match model.source_column().filter(|_| !own_source) {
                Some(column) => batch.column_by_name(column).unwrap_or(&of_file),
                None => &of_file,
            };
            for source in cast(source, &DataType::Utf8)?.as_string::<i32>() {
                let next = source_names.len() as u32;
                sources.push(*source_names.entry(source.unwrap_or_default().to_owned()).or_insert(next));
            }
            if let Some(truth) = &options.truth {
                truths.add(batch.column_by_name(truth).ok_or_else(|| problem(path, "it has no truth"))?)?;
            }
            batches.push(columns_of(batch, &columns, model.source_column().filter(|_| own_source), &of_file)?);
            Ok(())
        })?;
    }
    if sources.is_empty() {
        let path = options.inputs.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
        return Err(problem(path, "there are no records in the input"));
    }
    let same_type = ids.iter().all(|id| id.data_type() == ids[0].data_type());
    let ids = ids.iter().map(|id| if same_type { Ok(Arc::clone(id)) } else { cast(id, &DataType::Utf8) });
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<&dyn arrow_array::Array> = ids.iter().map(AsRef::as_ref).collect();
    Ok(Read {
        batches,
        ids: concat(&parts)?,
        sources,
        source_names: source_names.into_keys().collect(),
        labels: options.truth.is_some().then_some(Labels { of_record: truths.of_record, unused: 0 }),
    })
}

/// Checks that a file has the columns, and says whether the source column has to be added.
fn check(path: &Path, columns: &[String], source: Option<&str>, truth: Option<&str>) -> Result<bool, LinkageError> {
    let present = table_file::columns(path)?;
    let is_there = |name: &str| present.iter().any(|column| column == name);
    let own_source = source.is_some_and(|source| !is_there(source));
    let wanted = columns.iter().map(String::as_str).chain(truth);
    for name in wanted.filter(|name| !(own_source && Some(*name) == source)) {
        if !is_there(name) {
            return Err(problem(path, format!("it has no column `{name}`; it has {}", present.join(", "))));
        }
    }
    Ok(own_source)
}

/// Gives the columns of a batch in the model's order, with a source column of the file's name where one is to be added.
fn columns_of(
    batch: &RecordBatch,
    columns: &[String],
    added: Option<&str>,
    of_file: &ArrayRef,
) -> Result<RecordBatch, LinkageError> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for name in columns {
        let array = match batch.column_by_name(name) {
            Some(array) if added != Some(name.as_str()) => array,
            _ => of_file,
        };
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(Arc::clone(array));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// Persons as the truth names them, numbered as they come.
#[derive(Default)]
struct Truths {
    of_record: Vec<u32>,
    numbers: HashMap<String, u32>,
}

impl Truths {
    fn add(&mut self, column: &ArrayRef) -> Result<(), LinkageError> {
        for person in cast(column, &DataType::Utf8)?.as_string::<i32>() {
            let next = self.numbers.len() as u32;
            self.of_record.push(match person {
                None => Labels::UNKNOWN,
                Some(person) => *self.numbers.entry(person.to_owned()).or_insert(next),
            });
        }
        Ok(())
    }
}

fn edge_batches<'a>(
    edges: &'a [SplinkPair],
    names: &'a Names<'_>,
) -> impl Iterator<Item = Result<RecordBatch, LinkageError>> + 'a {
    edges.chunks(PATTERN_ROWS).map(|edges| {
        let [source_l, id_l] = names.of(&UInt32Array::from_iter_values(edges.iter().map(|edge| edge.left)))?;
        let [source_r, id_r] = names.of(&UInt32Array::from_iter_values(edges.iter().map(|edge| edge.right)))?;
        let weight = arrow_array::Float64Array::from_iter_values(edges.iter().map(|edge| edge.weight));
        let probability = arrow_array::Float64Array::from_iter_values(edges.iter().map(SplinkPair::probability));
        let schema = edges_schema(names.ids.data_type());
        let columns: Vec<ArrayRef> = vec![source_l, id_l, source_r, id_r, Arc::new(weight), Arc::new(probability)];
        Ok(RecordBatch::try_new(schema, columns)?)
    })
}
