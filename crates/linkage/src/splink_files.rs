//! Linking loose files by a model that Splink trained: the same pairs, levels and weights, and connected components.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Float64Array, Int8Array, StringArray, UInt32Array};
use arrow_cast::cast;
use arrow_schema::{DataType, Field};
use arrow_select::concat::concat;
use indexmap::IndexMap;
use matching::Edge;
use matching::splink::{
    SplinkColumn, SplinkComponents, SplinkLinker, SplinkModel, SplinkPair, SplinkParts, SplinkReport, SplinkRuleReport,
};
use parking_lot::Mutex;
use serde::Serialize;

use crate::compute::Watcher;
use crate::error::LinkageError;
use crate::files::{
    Columns, Names, Part, check_outside, problem, publish, remove_edges, source_name, write_clusters, write_edges,
};
use crate::quality::{Labels, Quality};
use crate::report::{LinkProgress, Stopwatch};
use crate::rows::PATTERN_ROWS;
use crate::table_file;

/// How many batches of pairs wait for being written at most.
const WAITING: usize = 64;

/// How loose files are linked by a model of Splink.
#[derive(Debug, Clone, PartialEq)]
pub struct SplinkOptions {
    /// The files: Parquet, or CSV with a header. Where the model links data sets and a file lacks the source column, the
    /// file is a data set of its name.
    pub inputs: Vec<PathBuf>,
    /// The column that names each record's true person, for measuring. It takes no part in linking.
    pub truth: Option<String>,
    /// The least match weight (log2 odds) of pairs that are written to `edges.parquet`; none: only clusters are written,
    /// and no pair is kept.
    pub least_weight: Option<f64>,
    /// The least match probability of pairs that make clusters, between 0 and 1.
    pub threshold: f64,
    /// Whether `edges.parquet` says what each comparison made of each pair: `gamma_…` (the number that Splink has) and
    /// `weight_…` (what it adds to the match weight, term frequencies included).
    pub levels: bool,
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
    /// Pairs of the least weight that was asked for or more: those in `edges.parquet`, or if only clusters were wanted,
    /// those that made them.
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
    check_outside(&options.out)?;
    let Read { columns, ids, sources, source_names, labels } = read(&model, options)?;
    watch.lap("read");
    let linker = SplinkLinker::of_columns(&model, columns)?;
    watch.lap("encode");
    let names = Names { sources: &sources, source_names: &source_names, ids };
    let run = Run { linker: &linker, options, names: &names, measured: labels.is_some() };
    let Found { components, report, edges, part } = run.pairs(&Watcher::new(progress))?;
    watch.lap("predict");
    let (clusters, persons) = components.finish();
    watch.lap("cluster");

    let quality = labels.map(|labels| labels.quality(&edges, &clusters, None));
    progress(LinkProgress { stage: "writing".to_owned(), done: 0, of: 0 });
    let clusters = write_clusters(&options.out, &names, &clusters)?;
    match part {
        Some(edges) => publish(&[edges, clusters])?,
        None => {
            remove_edges(&options.out)?;
            publish(&[clusters])?;
        }
    }
    watch.lap("write");
    Ok(SplinkFileReport {
        records: sources.len() as u64,
        persons: u64::from(persons),
        pairs_compared: report.pairs,
        edges: report.kept,
        rules: report.rules.into_iter().map(RuleCount::from).collect(),
        quality,
        seconds: watch.stop(),
    })
}

/// A run, once the records are ready.
struct Run<'a> {
    linker: &'a SplinkLinker,
    options: &'a SplinkOptions,
    names: &'a Names<'a>,
    /// Whether edges are needed for measuring.
    measured: bool,
}

/// What scoring gave.
struct Found {
    components: SplinkComponents,
    report: SplinkReport,
    /// Those of the least weight; empty unless they are needed for measuring.
    edges: Vec<Edge>,
    /// Where the edges are written.
    part: Option<Part>,
}

impl Run<'_> {
    /// Scores all pairs, joins the clusters, and writes the edges meanwhile. No table of pairs is held.
    fn pairs(&self, told: &dyn matching::Progress) -> Result<Found, LinkageError> {
        let cut = weight_of(self.options.threshold);
        let components = SplinkComponents::new(self.linker.len());
        let Some(least) = self.options.least_weight else {
            let edges = Mutex::new(Vec::new());
            let report = self.linker.predict(Some(cut), told, &|pairs| {
                components.join(pairs, cut);
                if self.measured {
                    edges.lock().extend(pairs.iter().map(edge));
                }
            })?;
            return Ok(Found { components, report, edges: edges.into_inner(), part: None });
        };
        std::thread::scope(|scope| {
            let (give, take) = sync_channel(WAITING);
            let writer = scope.spawn(move || {
                let parts = self.options.levels.then(|| self.linker.parts());
                let more = parts.as_ref().map_or_else(Vec::new, level_fields);
                let batches = edge_batches(take, self.names, parts.as_ref());
                write_edges(&self.options.out, self.names, more, batches)
            });
            let mut edges = Vec::new();
            let mut written = 0;
            let scored = self.linker.predict_in_order(Some(least.min(cut)), told, |mut pairs| {
                components.join(&pairs, cut);
                pairs.retain(|pair| pair.weight >= least);
                written += pairs.len() as u64;
                if self.measured {
                    edges.extend(pairs.iter().map(edge));
                }
                // Fails only when the writer did, and then what it says is given below.
                let path = self.options.out.clone();
                give.send(pairs).map_err(|_| LinkageError::Output { path, problem: "edges can't be written".into() })
            });
            drop(give);
            let part = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let report = SplinkReport { kept: written, ..scored? };
            Ok(Found { components, report, edges, part: Some(part) })
        })
    }
}

/// Gives the log2 odds of a probability.
fn weight_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

fn edge(pair: &SplinkPair) -> Edge {
    Edge {
        left: pair.left.min(pair.right),
        right: pair.left.max(pair.right),
        weight: pair.weight as f32,
        // At most 32 rules.
        rule: pair.rule as u8,
    }
}

struct Read {
    /// The columns that the model reads.
    columns: Vec<SplinkColumn>,
    ids: ArrayRef,
    sources: Vec<u32>,
    source_names: Vec<String>,
    labels: Option<Labels>,
}

/// What becomes of one column of the files.
struct Reader<'a> {
    name: &'a str,
    /// For linking.
    encoded: Option<SplinkColumn>,
    /// As it is, for the names of records.
    kept: Option<Vec<ArrayRef>>,
    /// By number, for sources and truth.
    numbered: Option<Numbered>,
}

impl Reader<'_> {
    fn push(&mut self, array: &ArrayRef) -> Result<(), LinkageError> {
        if let Some(encoded) = &mut self.encoded {
            encoded.push(array)?;
        }
        if let Some(kept) = &mut self.kept {
            kept.push(Arc::clone(array));
        }
        if let Some(numbered) = &mut self.numbered {
            numbered.push(array)?;
        }
        Ok(())
    }
}

/// Texts by numbers from 0, in order of first sight.
#[derive(Default)]
struct Numbered {
    of_record: Vec<u32>,
    numbers: IndexMap<String, u32>,
}

impl Numbered {
    fn push(&mut self, array: &ArrayRef) -> Result<(), LinkageError> {
        for text in cast(array, &DataType::Utf8)?.as_string::<i32>() {
            let number = text.map_or(Labels::UNKNOWN, |text| self.number(text));
            self.of_record.push(number);
        }
        Ok(())
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let next = self.numbers.len() as u32;
        *self.numbers.entry(text.to_owned()).or_insert(next)
    }
}

fn read(model: &SplinkModel, options: &SplinkOptions) -> Result<Read, LinkageError> {
    let columns = model.columns();
    let truth = options.truth.as_deref();
    let more = truth.filter(|truth| columns.iter().all(|column| column != truth));
    let reader = |name, encoded| {
        Mutex::new(Reader {
            name,
            encoded,
            kept: (name == model.id_column()).then(Vec::new),
            numbered: (Some(name) == truth || Some(name) == model.source_column()).then(Numbered::default),
        })
    };
    let encoded = columns.iter().map(|name| reader(name, Some(SplinkColumn::new(name))));
    let readers: Vec<Mutex<Reader<'_>>> = encoded.chain(more.map(|name| reader(name, None))).collect();
    // Columns that grow are moved again and again.
    let rows: Vec<Option<usize>> =
        options.inputs.iter().map(|path| table_file::rows(path)).collect::<Result<_, _>>()?;
    let rows = rows.into_iter().flatten().sum();
    for reader in &readers {
        if let Some(encoded) = &mut reader.lock().encoded {
            encoded.reserve(rows);
        }
    }
    // Where the model knows no data sets, each file is one.
    let mut files = Numbered::default();
    for path in &options.inputs {
        let name = source_name(path)?;
        let added = check(path, &columns, model.source_column(), truth)?;
        let (there, absent): (Vec<_>, Vec<_>) =
            readers.iter().partition(|reader| !(added && Some(reader.lock().name) == model.source_column()));
        let wanted: Vec<&str> = there.iter().map(|reader| reader.lock().name).collect();
        let rows = table_file::each_column(path, &wanted, |at, array| there[at].lock().push(array))?;
        let of_file: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&name, rows)));
        absent.iter().try_for_each(|reader| reader.lock().push(&of_file))?;
        if model.source_column().is_none() {
            let number = files.number(&name);
            files.of_record.extend(std::iter::repeat_n(number, rows));
        }
    }
    let (mut columns, mut ids, mut sources, mut labels) = (Vec::new(), Vec::new(), files, None);
    for reader in readers {
        let Reader { name, encoded, kept, numbered } = reader.into_inner();
        columns.extend(encoded);
        ids.extend(kept.unwrap_or_default());
        match numbered {
            Some(numbered) if Some(name) == truth => labels = Some(Labels { of_record: numbered.of_record, unused: 0 }),
            Some(numbered) => sources = numbered,
            None => {}
        }
    }
    if ids.iter().all(|ids| ids.is_empty()) {
        let path = options.inputs.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
        return Err(problem(path, "there are no records in the input"));
    }
    let same_type = ids.iter().all(|part| part.data_type() == ids[0].data_type());
    let ids = ids.iter().map(|id| if same_type { Ok(Arc::clone(id)) } else { cast(id, &DataType::Utf8) });
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<&dyn Array> = ids.iter().map(AsRef::as_ref).collect();
    Ok(Read {
        columns,
        ids: concat(&parts)?,
        sources: sources.of_record,
        source_names: sources.numbers.into_keys().collect(),
        labels,
    })
}

/// Checks that a file has the columns, and says whether the source column has to be added.
fn check(path: &Path, columns: &[String], source: Option<&str>, truth: Option<&str>) -> Result<bool, LinkageError> {
    let present = table_file::columns(path)?;
    let is_there = |name: &str| present.iter().any(|column| column == name);
    let added = source.is_some_and(|source| !is_there(source));
    let wanted = columns.iter().map(String::as_str).chain(truth);
    for name in wanted.filter(|name| !(added && Some(*name) == source)) {
        if !is_there(name) {
            return Err(problem(path, format!("it has no column `{name}`; it has {}", present.join(", "))));
        }
    }
    Ok(added)
}

/// Makes batches of edges from pairs as they come.
fn edge_batches<'a>(
    pairs: Receiver<Vec<SplinkPair>>,
    names: &'a Names<'_>,
    parts: Option<&'a SplinkParts<'_>>,
) -> impl Iterator<Item = Result<Columns, LinkageError>> + 'a {
    let mut waiting: Vec<SplinkPair> = Vec::new();
    std::iter::from_fn(move || {
        while waiting.len() < PATTERN_ROWS {
            match pairs.recv() {
                Ok(more) => waiting.extend(more),
                Err(_) => break,
            }
        }
        let edges = std::mem::take(&mut waiting);
        (!edges.is_empty()).then_some(edges)
    })
    .map(move |edges| {
        let side = |of: fn(&SplinkPair) -> u32| names.of(&UInt32Array::from_iter_values(edges.iter().map(of)));
        let (left, right) = rayon::join(|| side(|edge| edge.left), || side(|edge| edge.right));
        let ([source_l, id_l], [source_r, id_r]) = (left?, right?);
        let weight = Float64Array::from_iter_values(edges.iter().map(|edge| edge.weight));
        let probability = Float64Array::from_iter_values(edges.iter().map(SplinkPair::probability));
        let mut columns: Columns = vec![source_l, id_l, source_r, id_r, Arc::new(weight), Arc::new(probability)];
        if let Some(parts) = parts {
            columns.extend(level_columns(parts, &edges));
        }
        Ok(columns)
    })
}

/// Gives the columns of edges that say what each comparison made of them.
fn level_fields(parts: &SplinkParts<'_>) -> Vec<Field> {
    let comparisons = parts.linker().model().comparisons().iter();
    let fields = comparisons.flat_map(|comparison| {
        let name = &comparison.name;
        [
            Field::new(format!("gamma_{name}"), DataType::Int8, false),
            Field::new(format!("weight_{name}"), DataType::Float64, false),
        ]
    });
    fields.collect()
}

/// Gives the columns of [`level_fields`] for some edges.
fn level_columns(parts: &SplinkParts<'_>, edges: &[SplinkPair]) -> Vec<ArrayRef> {
    let count = parts.linker().model().comparisons().len();
    let mut gammas: Vec<Vec<i8>> = vec![Vec::new(); count];
    let mut weights: Vec<Vec<f64>> = vec![Vec::new(); count];
    for edge in edges {
        gammas.iter_mut().zip(parts.linker().gammas(edge)).for_each(|(column, gamma)| column.push(gamma));
        weights.iter_mut().zip(parts.weights(edge)).for_each(|(column, weight)| column.push(weight));
    }
    let columns = gammas.into_iter().zip(weights);
    let both = |(gammas, weights): (Vec<i8>, Vec<f64>)| -> [ArrayRef; 2] {
        [Arc::new(Int8Array::from(gammas)), Arc::new(Float64Array::from(weights))]
    };
    columns.flat_map(both).collect()
}
