//! Loose records that stay in memory, and records that come to them one by one: whose they are, at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};
use hashbrown::HashTable;
use matching::{Change, Judgements, Model, Resident, TrainingReport, probability};
use model::LinkageConfig;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::compute::{self, Watcher};
use crate::error::LinkageError;
use crate::files::{self, FileOptions, check_outside, problem};
use crate::freeze::Frozen;
use crate::journal::Journal;
use crate::report::{LinkProgress, Opening, Stopwatch};
use crate::settings::{columns_of, settings_of};
use crate::shape;
use crate::table_file;

/// The key of a line that takes a record away.
const GONE: &str = "_gone";

/// What is said of a line that takes away what is not there.
const NONE_SUCH: &str = "there is no such record that could go";

/// How records are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveOptions {
    /// The files that are there from the beginning: Parquet, or CSV with a header.
    pub inputs: Vec<PathBuf>,
    /// The column that names each record within its source.
    pub id: String,
    /// The column that names each record's source; none: the file's name without its ending.
    pub source: Option<String>,
    /// Where lines are kept that were taken, so that they are there again the next time; none: they are not kept.
    pub journal: Option<PathBuf>,
    /// Where the model is kept: what is there weighs, and if nothing is, what was learnt is written. None: what was learnt is
    /// forgotten at the end.
    pub model: Option<PathBuf>,
}

/// A record by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RecordName {
    /// Its source.
    pub source: String,
    /// Its id within the source.
    pub id: String,
}

/// What a line did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// A record came.
    New,
    /// A record came in the place of the one of the same names.
    Changed,
    /// A record went.
    Gone,
}

/// The pair that ties a record to its cluster: levels of agreement, no values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tie {
    /// The other record.
    #[serde(flatten)]
    pub record: RecordName,
    /// The log2 odds that both are one person, the prior included.
    pub match_weight: f64,
    /// The probability of that.
    pub match_probability: f64,
    /// What each comparison found.
    pub levels: Vec<TieLevel>,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TieLevel {
    /// The comparison.
    pub name: String,
    /// The level of agreement.
    pub level: String,
    /// What it adds to the log2 odds.
    pub weight: f64,
}

/// The answer to a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resolved {
    /// The record.
    #[serde(flatten)]
    pub record: RecordName,
    /// What was done.
    pub done: Deed,
    /// The other records of its cluster, ordered; none for a record that went.
    pub with: Vec<RecordName>,
    /// The strongest pair that it makes with one of them.
    pub tie: Option<Tie>,
}

/// Records in memory, and what is needed to take lines.
pub struct Resolver {
    resident: Resident,
    names: Names,
    /// The columns that are compared or blocked by.
    wanted: BTreeSet<String>,
    /// The columns that a line may have.
    known: BTreeSet<String>,
    id: String,
    source: String,
    journal: Option<Journal>,
    /// Lines of the journal that were taken when it was opened: one for each record that they came to.
    replayed: u64,
    /// Lines of the journal that took away records which no file has any more.
    gone_from_files: u64,
    opening: Opening,
    seconds: indexmap::IndexMap<&'static str, f64>,
    spent: Spent,
}

/// What taking lines took, by what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Reading the lines.
    pub lines: Duration,
    /// Making them durable in the journal.
    pub journal: Duration,
    /// Comparing what came, and clustering again what it touched.
    pub change: Duration,
    /// Saying whom each was put to and why.
    pub answers: Duration,
}

/// A line that was read and is understood.
struct Line {
    name: RecordName,
    is_gone: bool,
    values: Map<String, Value>,
}

/// Who the records are: those of the files by arrays, those that came since by texts.
struct Names {
    sources: Vec<u32>,
    source_names: Vec<String>,
    ids: StringArray,
    added: Vec<String>,
    by_name: HashTable<u32>,
    hasher: RandomState,
}

/// What remains of the lines of a journal.
struct Remaining {
    lines: Vec<String>,
    /// How many took away a record that no file has any more.
    gone_from_files: u64,
}

/// How many lines are worth being worked on by several threads.
const MANY: usize = 64;

impl Names {
    fn id(&self, record: u32) -> &str {
        let place = record as usize;
        match place.checked_sub(self.ids.len()) {
            None => self.ids.value(place),
            Some(place) => &self.added[place],
        }
    }

    fn source(&self, record: u32) -> &str {
        &self.source_names[self.sources[record as usize] as usize]
    }

    fn of(&self, record: u32) -> RecordName {
        RecordName { source: self.source(record).to_owned(), id: self.id(record).to_owned() }
    }

    fn hash(&self, source: &str, id: &str) -> u64 {
        self.hasher.hash_one((source, id))
    }

    fn find(&self, name: &RecordName) -> Option<u32> {
        let is_it = |record: &u32| self.id(*record) == name.id && self.source(*record) == name.source;
        self.by_name.find(self.hash(&name.source, &name.id), is_it).copied()
    }

    /// Gives the names to the record of the next index.
    fn push(&mut self, name: &RecordName) {
        let known = self.source_names.iter().position(|source| *source == name.source);
        let source = known.unwrap_or_else(|| {
            self.source_names.push(name.source.clone());
            self.source_names.len() - 1
        });
        self.sources.push(source as u32);
        self.added.push(name.id.clone());
        self.enter(self.sources.len() as u32 - 1);
    }

    fn enter(&mut self, record: u32) {
        let hash = self.hash(self.source(record), self.id(record));
        // Names are looked up again only when the table grows.
        let mut table = std::mem::take(&mut self.by_name);
        table.insert_unique(hash, record, |other| self.hash(self.source(*other), self.id(*other)));
        self.by_name = table;
    }

    fn forget(&mut self, record: u32) {
        let hash = self.hash(self.source(record), self.id(record));
        if let Ok(entry) = self.by_name.find_entry(hash, |other| *other == record) {
            entry.remove();
        }
    }
}

impl Resolver {
    /// Links the records of files by the model that is kept, or by one that is learnt from them, and keeps them in memory;
    /// then takes the lines of the journal. What lines said that later ones replaced or took away is not taken, and not in
    /// the journal any more: it is written anew first. Where nothing may be made in its folder it stays as it is, which is
    /// among the warnings of [`Resolver::opening`].
    ///
    /// # Errors
    /// As [`crate::link_files`]; [`LinkageError::Input`] too when the model or the journal can't be read or a whole line of
    /// it is not understood.
    pub fn open(
        config: &LinkageConfig,
        options: &ResolveOptions,
        progress: &(dyn Fn(LinkProgress) + Sync),
    ) -> Result<Self, LinkageError> {
        let mut watch = Stopwatch::start();
        let attached: BTreeSet<String> =
            config.attach.iter().flat_map(|attach| &attach.registers).map(ToString::to_string).collect();
        let settings = settings_of(config, attached)?;
        let file_options = FileOptions {
            id: options.id.clone(),
            source: options.source.clone(),
            ..FileOptions::new(options.inputs.clone(), "")
        };
        // Before anything is read, for it would be told only at the end.
        if let Some(path) = &options.journal {
            check_outside(path)?;
        }
        let mut known: BTreeSet<String> = BTreeSet::new();
        for path in &options.inputs {
            known.extend(table_file::columns(path)?);
        }
        let loaded = files::load(&settings, &file_options)?;
        let is_base = |source: &u32| !settings.attach_only.contains(&loaded.source_names[*source as usize]);
        let base_records = loaded.sources.iter().filter(|source| is_base(source)).count();
        watch.lap("read");
        let told = Watcher::new(progress);
        let kept = kept_model(options.model.as_deref())?;
        let is_kept = kept.is_some();
        let data = loaded.builder.finish()?;
        let matched =
            compute::run(data, base_records, kept, &Judgements::default(), &Frozen::default(), &told, &mut watch)?;
        matching::Progress::stage(&told, "indexing", 0);
        let learnt = matched.model_learnt(is_kept);
        let opening = Opening {
            pairs_compared: matched.predictions.report.pairs_scored,
            rules: matched.predictions.report.rules.clone(),
            pairs_cut: matched.pairs_cut(),
            records_without_key: matched.predictions.report.records_without_key,
            persons_large: matched.persons_large(),
            model_learnt: learnt,
            warnings: matched.training.warnings.clone(),
        };
        let compute::Matched { data, model, predictions, clustering, .. } = matched;
        if let Some(path) = options.model.as_ref().filter(|_| learnt) {
            write_model(path, &model)?;
        }
        let resident = Resident::of(data, model, Judgements::default(), &predictions, clustering.labels)?;
        let mut names = Names {
            ids: cast(&loaded.ids, &DataType::Utf8)?.as_string::<i32>().clone(),
            sources: loaded.sources,
            source_names: loaded.source_names,
            added: Vec::new(),
            by_name: HashTable::new(),
            hasher: RandomState::new(),
        };
        // So that those who come later do not have them all moved.
        names.sources.reserve_exact(names.sources.len() / 16 + 1);
        // Twice: a table that grows is filled anew.
        let mut table = HashTable::with_capacity(2 * names.sources.len());
        for record in 0..names.sources.len() as u32 {
            let hash = |record: u32| names.hash(names.source(record), names.id(record));
            table.insert_unique(hash(record), record, |other| hash(*other));
        }
        names.by_name = table;
        let mut resolver = Self {
            resident,
            names,
            wanted: columns_of(&settings),
            known,
            id: options.id.clone(),
            source: options.source.clone().unwrap_or_else(|| "source".to_owned()),
            journal: None,
            replayed: 0,
            gone_from_files: 0,
            opening,
            seconds: indexmap::IndexMap::new(),
            spent: Spent::default(),
        };
        watch.lap("index");
        if let Some(path) = &options.journal {
            let (mut journal, taken) = Journal::open(path)?;
            let Remaining { lines, gone_from_files } = resolver.remaining(path, &taken)?;
            if lines != taken {
                journal.keep(&lines)?;
            }
            let warnings = &mut resolver.opening.warnings;
            warnings.extend(journal.warnings());
            if gone_from_files > 0 {
                warnings.push(format!(
                    "{gone_from_files} of the lines of the journal took away a record that no file has any more: left out"
                ));
            }
            resolver.gone_from_files = gone_from_files;
            drop(taken);
            resolver.replay(path, &lines)?;
            resolver.journal = Some(journal);
            resolver.replayed = lines.len() as u64;
            watch.lap("journal");
        }
        resolver.spent = Spent::default();
        resolver.seconds = watch.stop();
        Ok(resolver)
    }

    /// Gives the model by which pairs are weighed.
    #[must_use]
    pub fn model(&self) -> &Model {
        self.resident.model()
    }

    /// Gives how many records there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.names.by_name.len()
    }

    /// Gives what linking the records of the files gave and left out, before the journal was taken.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Gives the other records of the cluster of a record, ordered; nothing where there is no such record.
    #[must_use]
    pub fn others(&self, name: &RecordName) -> Option<Vec<RecordName>> {
        let record = self.names.find(name)?;
        let others = self.resident.members(record).into_iter().filter(|other| *other != record);
        let mut named: Vec<RecordName> = others.map(|other| self.names.of(other)).collect();
        named.sort_unstable();
        Some(named)
    }

    /// Gives how many lines were taken from the journal: one for each record that is otherwise than in the files.
    #[must_use]
    pub fn replayed(&self) -> u64 {
        self.replayed
    }

    /// Gives how many lines of the journal took away records that no file has any more, as when they were erased from it: there
    /// is nothing left for these lines to do.
    #[must_use]
    pub fn gone_from_files(&self) -> u64 {
        self.gone_from_files
    }

    /// Gives the seconds that opening took, by stage.
    #[must_use]
    pub fn seconds(&self) -> &indexmap::IndexMap<&'static str, f64> {
        &self.seconds
    }

    /// Gives what taking lines took since opening.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.spent
    }

    /// Takes lines and answers each, in their order: JSON objects with the columns of the files, the id and the source
    /// (`source` where no column names it). A record that is there already is replaced; `"_gone": true` takes it away.
    ///
    /// Lines that were taken are in the journal, and on the disk, before this returns. A line that is not understood gets
    /// the reason, without any value, and changes nothing.
    ///
    /// # Errors
    /// When the journal can't be written, or matching fails.
    pub fn take(&mut self, lines: &[&str]) -> Result<Vec<Result<Resolved, String>>, LinkageError> {
        let mut answers: Vec<Result<Resolved, String>> = Vec::with_capacity(lines.len());
        let mut some: Vec<(usize, Line)> = Vec::new();
        let mut named: HashSet<RecordName> = HashSet::new();
        let begun = Instant::now();
        let read: Vec<Result<Line, String>> = lines.par_iter().with_min_len(MANY).map(|text| self.read(text)).collect();
        self.spent.lines += begun.elapsed();
        for (place, read) in read.into_iter().enumerate() {
            // Each record is in one change once: a second line about it must find the first one done.
            if let Ok(line) = &read
                && !named.insert(line.name.clone())
            {
                self.take_some(&mut some, lines, &mut answers)?;
                named = HashSet::from([line.name.clone()]);
            }
            match read.and_then(|line| self.check(line)) {
                Ok(line) => {
                    some.push((place, line));
                    answers.push(Err(String::new()));
                }
                Err(reason) => answers.push(Err(reason)),
            }
        }
        self.take_some(&mut some, lines, &mut answers)?;
        Ok(answers)
    }

    fn take_some(
        &mut self,
        some: &mut Vec<(usize, Line)>,
        texts: &[&str],
        answers: &mut [Result<Resolved, String>],
    ) -> Result<(), LinkageError> {
        if some.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        let before = match &mut self.journal {
            Some(journal) => Some(journal.append(some.iter().map(|(place, _)| texts[*place]))?),
            None => None,
        };
        self.spent.journal += begun.elapsed();
        let begun = Instant::now();
        let lines = std::mem::take(some);
        let done = self.apply(lines.iter().map(|(_, line)| line)).inspect_err(|_| {
            // What could not be taken now could not be taken at the next start either.
            if let (Some(journal), Some(before)) = (&self.journal, before) {
                journal.cut(before);
            }
        })?;
        self.spent.change += begun.elapsed();
        let begun = Instant::now();
        let told: Vec<Resolved> = lines
            .par_iter()
            .zip(done)
            .map(|((_, line), (done, record))| self.answer(&line.name, done, record))
            .collect::<Result<_, LinkageError>>()?;
        for ((place, _), told) in lines.iter().zip(told) {
            answers[*place] = Ok(told);
        }
        self.spent.answers += begun.elapsed();
        Ok(())
    }

    /// Changes the records, and gives for each line what was done and the index of the record that came.
    fn apply<'l>(
        &mut self,
        lines: impl Iterator<Item = &'l Line> + Clone,
    ) -> Result<Vec<(Deed, Option<u32>)>, LinkageError> {
        let going: Vec<u32> = lines.clone().filter_map(|line| self.names.find(&line.name)).collect();
        let coming: Vec<&Line> = lines.clone().filter(|line| !line.is_gone).collect();
        let batch = if coming.is_empty() { None } else { Some(self.batch(&coming)?) };
        let Change { added, .. } = self.resident.change(&going, batch.as_ref())?;
        let mut next = added.start;
        let mut done = Vec::new();
        for line in lines {
            let before = self.names.find(&line.name);
            before.into_iter().for_each(|record| self.names.forget(record));
            if line.is_gone {
                done.push((Deed::Gone, None));
                continue;
            }
            self.names.push(&line.name);
            done.push((if before.is_some() { Deed::Changed } else { Deed::New }, Some(next)));
            next += 1;
        }
        Ok(done)
    }

    /// Gives the records of lines in the shape that matching wants.
    fn batch(&self, lines: &[&Line]) -> Result<RecordBatch, LinkageError> {
        let column = |name: &String| {
            let values = lines.iter().map(|line| text_of(line.values.get(name)));
            (Field::new(name, DataType::Utf8, true), Arc::new(values.collect::<StringArray>()) as ArrayRef)
        };
        let columns: Vec<(Field, ArrayRef)> = match lines.len() {
            ..MANY => self.wanted.iter().map(column).collect(),
            _ => self.wanted.par_iter().map(column).collect(),
        };
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        let sources = StringArray::from_iter_values(lines.iter().map(|line| &line.name.source));
        let keys = lines.iter().map(|line| files::key_of(&line.name.source, &line.name.id));
        Ok(shape::fit(&self.wanted, &batch, Arc::new(sources), Arc::new(StringArray::from_iter_values(keys)))?)
    }

    fn answer(&self, name: &RecordName, done: Deed, record: Option<u32>) -> Result<Resolved, LinkageError> {
        let mut answer = Resolved { record: name.clone(), done, with: Vec::new(), tie: None };
        let Some(record) = record else { return Ok(answer) };
        let others: Vec<u32> = self.resident.members(record).into_iter().filter(|other| *other != record).collect();
        let other_of = |edge: &matching::Edge| if edge.left == record { edge.right } else { edge.left };
        let within = self.resident.edges_of(record).filter(|edge| others.binary_search(&other_of(edge)).is_ok());
        let strongest = within
            .max_by(|one, other| one.weight.total_cmp(&other.weight).then_with(|| other_of(other).cmp(&other_of(one))));
        if let Some(edge) = strongest {
            let why = self.resident.explain(edge.left, edge.right)?;
            let level = |field: matching::FieldExplanation| TieLevel {
                name: field.name,
                level: field.level,
                weight: field.weight,
            };
            answer.tie = Some(Tie {
                record: self.names.of(other_of(&edge)),
                match_weight: why.weight,
                match_probability: probability(why.weight),
                levels: why.fields.into_iter().map(level).collect(),
            });
        }
        answer.with = others.into_iter().map(|other| self.names.of(other)).collect();
        answer.with.sort_unstable();
        Ok(answer)
    }

    /// Reads a line. The reason why it can't be read holds nothing of it but names of columns.
    fn read(&self, text: &str) -> Result<Line, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON object: column {}", error.column()))?;
        let Value::Object(mut values) = value else { return Err("it is no JSON object".to_owned()) };
        let mut take = |name: &str| -> Result<String, String> {
            let found = values.remove(name);
            let text = text_of(found.as_ref()).filter(|text| !text.trim().is_empty());
            text.ok_or_else(|| format!("it has no `{name}`, which names the record"))
        };
        let name = RecordName { id: take(&self.id)?, source: take(&self.source)? };
        let is_gone = match values.remove(GONE) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(format!("`{GONE}` is true or false")),
        };
        if let Some((unknown, _)) = values.iter().find(|(column, _)| !self.known.contains(*column)) {
            let known = self.known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(format!("no file has the column `{unknown}`; they have {known}"));
        }
        if let Some((column, _)) = values.iter().find(|(_, value)| value.is_object() || value.is_array()) {
            return Err(format!("`{column}` is no single value"));
        }
        Ok(Line { name, is_gone, values })
    }

    /// Checks a line against the records that are there.
    fn check(&self, line: Line) -> Result<Line, String> {
        if line.is_gone && self.names.find(&line.name).is_none() {
            return Err(NONE_SUCH.to_owned());
        }
        Ok(line)
    }

    /// Gives what remains of the lines of a journal: of each record the last, in the order in which they came. A record that
    /// went leaves its name alone, and only where a file has it. Whose records are one person depends on which there are and not
    /// on how they came, so these leave what all leave. A line about a record that no file has any more, and that no line
    /// before it brought, took it away from what the files were then.
    fn remaining(&self, path: &Path, lines: &[String]) -> Result<Remaining, LinkageError> {
        let read: Vec<Result<(RecordName, bool), String>> = lines
            .par_iter()
            .with_min_len(MANY)
            .map(|text| self.read(text).map(|line| (line.name, line.is_gone)))
            .collect();
        // By record: the place of its last line, and whether that took it away.
        let mut last: HashMap<RecordName, (usize, bool)> = HashMap::new();
        let mut gone_from_files = 0;
        for (place, line) in read.into_iter().enumerate() {
            let (name, is_gone) = line.map_err(|reason| not_kept_for(path, place, &reason))?;
            match last.get(&name) {
                // The line before took it away: no such line is taken while records come.
                Some((_, true)) if is_gone => return Err(not_kept_for(path, place, NONE_SUCH)),
                None if is_gone && self.names.find(&name).is_none() => gone_from_files += 1,
                _ => {}
            }
            last.insert(name, (place, is_gone));
        }
        let mut remaining: Vec<(usize, String)> = Vec::with_capacity(last.len());
        for (name, (place, is_gone)) in last {
            if !is_gone {
                remaining.push((place, lines[place].clone()));
            } else if self.names.find(&name).is_some() {
                // Written anew: a line may take a record away and hold its values all the same.
                let mut line = Map::new();
                line.insert(self.id.clone(), name.id.into());
                line.insert(self.source.clone(), name.source.into());
                line.insert(GONE.to_owned(), true.into());
                remaining.push((place, Value::Object(line).to_string()));
            }
        }
        remaining.sort_unstable_by_key(|(place, _)| *place);
        Ok(Remaining { lines: remaining.into_iter().map(|(_, line)| line).collect(), gone_from_files })
    }

    fn replay(&mut self, path: &Path, lines: &[String]) -> Result<(), LinkageError> {
        const AT_ONCE: usize = 1024;
        for (chunk, some) in lines.chunks(AT_ONCE).enumerate() {
            let texts: Vec<&str> = some.iter().map(String::as_str).collect();
            for (place, answer) in self.take(&texts)?.into_iter().enumerate() {
                answer.map_err(|reason| not_kept_for(path, chunk * AT_ONCE + place, &reason))?;
            }
        }
        Ok(())
    }
}

/// Says that a line of a journal, by its place after the header, is not understood.
fn not_kept_for(path: &Path, place: usize, reason: &str) -> LinkageError {
    problem(path, format!("line {}: {reason}; the files are not those it was kept for", place + 2))
}

/// Gives the model that is kept in a file, with nothing to say of how it was learnt; nothing where there is no such file yet.
/// One within a project's data is refused, be it there or not.
pub(crate) fn kept_model(path: Option<&Path>) -> Result<Option<(Model, TrainingReport)>, LinkageError> {
    let Some(path) = path else { return Ok(None) };
    table_file::check_loose(path)?;
    if path.exists() { Ok(Some((read_model(path)?, TrainingReport::default()))) } else { Ok(None) }
}

fn read_model(path: &Path) -> Result<Model, LinkageError> {
    let text = std::fs::read_to_string(path).map_err(|error| problem(path, error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| problem(path, format!("it is no model of this version: {error}")))
}

/// Keeps a model for later runs. Whoever is interrupted leaves none, or a whole one.
pub(crate) fn write_model(path: &Path, model: &Model) -> Result<(), LinkageError> {
    let failed = |error: &(dyn std::error::Error + 'static)| LinkageError::output(path, error);
    let text = serde_json::to_string(model).map_err(|error| failed(&error))?;
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = files::create_part(&part).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&part, path)).map_err(|error| {
        // What is not whole serves nobody; that it can't be removed says nothing new.
        let _ = std::fs::remove_file(&part);
        failed(&error)
    })
}

fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
