//! Building a generation: every table is read once, in one job with one entry in the log.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, BooleanArray, Float64Array, Int64Array, ListArray, StringArray, TimestampMicrosecondArray};
use fjall::Database;
use futures::TryStreamExt as _;
use gate::{Gate, JobGrant};
use lake::{Lake, TableRef};
use linkage::why::Why;
use model::{Actor, Job, ModelKind, Project, RegisterId, RunId};
use serde::Serialize;

use crate::error::RegistryError;
use crate::explain::Explainer;
use crate::folder::{Folder, INDEX_FORMAT, Meta};
use crate::index::{keyspace, layout, model_table, open_store, register_table, schema_file};
use crate::link::{Link, Place};
use crate::review::{Listed, Merge, PairList, WaitReason, Waits};
use crate::rows::{self, RowCodec};
use crate::terms::{Kind, TermWriter};

/// The file that keeps the matching model of a generation.
const EXPLAINER: &str = "matching.json";

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildProgress {
    /// Rows written so far, over all tables.
    pub rows_done: u64,
    /// Rows in all.
    pub rows_total: u64,
}

/// What a build made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexReport {
    /// The run, which names the generation.
    pub run: RunId,
    /// Persons of the spine.
    pub persons: u64,
    /// Records indexed.
    pub records: u64,
    /// Tables and the versions that were read.
    pub tables: Vec<(String, u64)>,
    /// Wall-clock time.
    pub seconds: f64,
}

/// Builds a generation from the newest version of each table and makes it current.
///
/// A build that is cut short leaves the old generation in use. One that is done removes it, unless it is being read:
/// whoever begins to serve calls [`remove_old_generations`](crate::remove_old_generations) for that. Records of registers
/// that no person model standardises, and that the spine doesn't name, are in no person's list and so in no dossier.
///
/// # Errors
/// [`RegistryError::NotLinked`] when the project was never linked; when the gate refuses the job, a table is missing or of
/// another shape, or the disk fails.
pub async fn build(
    lake: &Lake,
    gate: &Gate,
    project: &Arc<Project>,
    by: &Actor,
    run: &RunId,
    progress: &(dyn Fn(BuildProgress) + Sync),
) -> Result<IndexReport, RegistryError> {
    let begun = std::time::Instant::now();
    // Of what was judged before, an index says that it was.
    linkage::settle(lake, gate).await?;
    let present: HashSet<TableRef> = lake.tables().await?.into_iter().collect();
    // A project without person models or rules of linkage can't be linked; its index has no persons, and nothing is missing.
    let is_linkable = project.linkage.is_some() && project.models.values().any(|model| model.kind == ModelKind::Person);
    if is_linkable && !present.contains(&TableRef::spine(linkage::spine::LINKS)) {
        return Err(RegistryError::NotLinked);
    }
    let mut tables = Vec::new();
    tables.extend(project.registers.keys().map(TableRef::register));
    let persons_models = project.models.values().filter(|model| model.kind == ModelKind::Person);
    tables.extend(persons_models.map(|model| TableRef::model(&model.id)));
    let spine = [linkage::spine::LINKS, linkage::spine::EVENTS, linkage::spine::PAIRS, linkage::spine::MODELS];
    tables.extend(spine.map(TableRef::spine));
    let judgements = TableRef::spine(linkage::spine::JUDGEMENTS);
    tables.push(judgements.clone());
    tables.retain(|table| present.contains(table));
    let job = gate.start_job(by, Job::Index, run, &tables).await?;

    let folder = Folder::new(&project.data_dir());
    let (generation, _in_use) = folder.begin(run.as_str())?;
    let mut builder = Builder {
        project,
        job: &job,
        present: &present,
        generation: &generation,
        store: open_store(&generation.join("store"))?,
        numbers: HashMap::new(),
        done: 0,
        total: rows_in(lake, &tables).await?,
        progress,
    };
    for (number, register) in project.registers.keys().enumerate() {
        builder.numbers.insert(register.clone(), u16::try_from(number).map_err(|_| RegistryError::TooMany)?);
    }
    let records = builder.registers().await?;
    builder.persons_models().await?;
    let spine_generation = spine_generation(lake).await?;
    let persons = builder.spine(spine_generation).await?;
    builder.pairs().await?;
    builder.explainer().await?;
    builder.store.persist(fjall::PersistMode::SyncAll)?;
    let Builder { store, .. } = builder;
    drop(store);

    // A judgement alone makes no index old: it counts from the next run of `link` on.
    let read = job.versions().iter().filter(|(table, _)| *table != judgements);
    let meta = Meta {
        format: INDEX_FORMAT,
        run: run.to_string(),
        tables: read.map(|(table, version)| (table.to_string(), *version)).collect(),
        registers: project.registers.keys().cloned().collect(),
        persons,
        records: records.clone(),
    };
    folder.finish(run.as_str(), &meta)?;
    Ok(IndexReport {
        run: run.clone(),
        persons,
        records: records.iter().sum(),
        tables: meta.tables,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

async fn rows_in(lake: &Lake, tables: &[TableRef]) -> Result<u64, RegistryError> {
    let mut rows = 0;
    for table in tables {
        rows += lake.info(table).await?.map_or(0, |info| info.rows);
    }
    Ok(rows)
}

/// Gives the number of the link run that `links` holds: events of a later one never happened.
///
/// # Errors
/// When there are links without such a number: without it nobody knows which merges and splits happened, and a citizen's
/// list of looks would lack some.
async fn spine_generation(lake: &Lake) -> Result<i64, RegistryError> {
    let table = TableRef::spine(linkage::spine::LINKS);
    let Some(info) = lake.info(&table).await? else { return Ok(0) };
    let number = info.metadata.get(linkage::spine::GENERATION).and_then(|number| number.parse().ok());
    let column = || linkage::spine::GENERATION.to_owned();
    number.ok_or_else(|| RegistryError::Column { table: table.to_string(), column: column() })
}

struct Builder<'a> {
    project: &'a Arc<Project>,
    job: &'a JobGrant,
    present: &'a HashSet<TableRef>,
    generation: &'a Path,
    store: Database,
    numbers: HashMap<RegisterId, u16>,
    done: u64,
    total: u64,
    progress: &'a (dyn Fn(BuildProgress) + Sync),
}

impl Builder<'_> {
    fn advance(&mut self, rows: usize) {
        self.done += rows as u64;
        (self.progress)(BuildProgress { rows_done: self.done, rows_total: self.total.max(self.done) });
    }

    /// Writes the rows of each register and gives how many there are. A register that was never ingested has none.
    async fn registers(&mut self) -> Result<Vec<u64>, RegistryError> {
        let mut counts = Vec::new();
        for register in self.project.registers.keys() {
            let table = TableRef::register(register);
            let rows = self.table(&table, &register_table(register), None).await?;
            counts.push(rows);
        }
        Ok(counts)
    }

    /// Writes the rows of each person model, and the terms that find them.
    async fn persons_models(&mut self) -> Result<(), RegistryError> {
        let mut terms = TermWriter::create(&self.generation.join("terms"))?;
        let models: Vec<_> =
            self.project.models.values().filter(|model| model.kind == ModelKind::Person).cloned().collect();
        for model in models {
            let table = TableRef::model(&model.id);
            if self.present.contains(&table) {
                let number = self.numbers[&model.register];
                let register = self.project.registers.get(&model.register);
                let finds = |kind: &Kind| register.is_some_and(|register| kind.finds(register));
                let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(finds).collect();
                self.table(&table, &model_table(&model.id), Some((&mut terms, number, kinds.as_slice()))).await?;
            }
        }
        terms.finish()
    }

    /// Writes a table into a keyspace of its own, sorted by record id, and gives how many rows it has.
    async fn table(
        &mut self,
        table: &TableRef,
        name: &str,
        mut terms: Option<(&mut TermWriter, u16, &[Kind])>,
    ) -> Result<u64, RegistryError> {
        if !self.present.contains(table) {
            // An empty keyspace with the schema of nothing: the register has no rows, which is not an error.
            let nothing = Arc::new(arrow_schema::Schema::empty());
            self.store.keyspace(name, layout)?;
            RowCodec::new(nothing)?.save(&schema_file(self.generation, name))?;
            return Ok(0);
        }
        let title = table.to_string();
        let mut stream = self.job.scan(table, None).await?;
        let mut codec: Option<RowCodec> = None;
        let mut arena: Vec<u8> = Vec::new();
        let mut places: Vec<([u8; 16], usize, usize)> = Vec::new();
        while let Some(batch) = stream.try_next().await? {
            let codec = match &mut codec {
                Some(codec) => codec,
                none => {
                    let fresh = RowCodec::new(batch.schema())?;
                    fresh.save(&schema_file(self.generation, name))?;
                    none.insert(fresh)
                }
            };
            let mut begins = arena.len();
            let ends = codec.encode(&batch, &mut arena)?;
            for (hash, ends) in rows::record_hashes(&title, &batch)?.into_iter().zip(ends) {
                places.push((hash, begins, ends));
                begins = ends;
            }
            if let Some((terms, number, kinds)) = &mut terms {
                terms.add(&title, *number, kinds, &batch)?;
            }
            self.advance(batch.num_rows());
        }
        if codec.is_none() {
            RowCodec::new(Arc::new(arrow_schema::Schema::empty()))?.save(&schema_file(self.generation, name))?;
        }
        places.sort_unstable();
        if places.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(RegistryError::Duplicate { table: title });
        }
        let keyspace = self.store.keyspace(name, layout)?;
        let mut ingestion = keyspace.start_ingestion()?;
        let count = places.len() as u64;
        for (hash, begins, ends) in places {
            ingestion.write(hash.to_vec(), &arena[begins..ends])?;
        }
        ingestion.finish()?;
        Ok(count)
    }

    fn place(&self, register: &str, digits: &str) -> Option<Place> {
        Some(Place { register: *self.numbers.get(register)?, hash: rows::parse_hash(digits)? })
    }

    /// Writes who has which records, and gives how many persons there are.
    async fn spine(&mut self, generation: i64) -> Result<u64, RegistryError> {
        let table = TableRef::spine(linkage::spine::LINKS);
        let mut links: Vec<(u64, Link)> = Vec::new();
        if self.present.contains(&table) {
            let title = table.to_string();
            let columns =
                ["register", "record", "person", "weight", "probability", "via_register", "via_record", "why"];
            let mut stream = self.job.scan(&table, Some(&columns)).await?;
            while let Some(batch) = stream.try_next().await? {
                let text = |name| rows::text_column(&title, &batch, name);
                let (register, record) = (text("register")?, text("record")?);
                let (via_register, via_record, why) = (text("via_register")?, text("via_record")?, text("why")?);
                let person: &Int64Array = typed(&title, &batch, "person")?;
                let weight: &Float64Array = typed(&title, &batch, "weight")?;
                let probability: &Float64Array = typed(&title, &batch, "probability")?;
                for row in 0..batch.num_rows() {
                    // A register that left the project since the spine was made is left out: nobody can see its rows.
                    let Some(place) = self.place(register.value(row), record.value(row)) else { continue };
                    let via = if via_register.is_valid(row) && via_record.is_valid(row) {
                        self.place(via_register.value(row), via_record.value(row))
                    } else {
                        None
                    };
                    let or = |array: &Float64Array, none| if array.is_valid(row) { array.value(row) } else { none };
                    let (weight, probability) = (or(weight, 0.0), or(probability, 1.0));
                    let is_judged = Why::is_judgement(why.value(row));
                    let link = Link { place, weight, probability, via, is_judged };
                    links.push((number("person", &title, person.value(row))?, link));
                }
                self.advance(batch.num_rows());
            }
        }
        links.sort_unstable_by_key(|(person, link)| (*person, link.place));
        let mut by_record: Vec<(Place, u64)> = links.iter().map(|(person, link)| (link.place, *person)).collect();
        by_record.sort_unstable();
        if by_record.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(RegistryError::Duplicate { table: table.to_string() });
        }
        let keyspace = self.store.keyspace(keyspace::RECORDS, layout)?;
        let mut ingestion = keyspace.start_ingestion()?;
        for (place, person) in by_record {
            ingestion.write(place.key().to_vec(), person.to_be_bytes().to_vec())?;
        }
        ingestion.finish()?;
        let keyspace = self.store.keyspace(keyspace::PERSONS, layout)?;
        let mut ingestion = keyspace.start_ingestion()?;
        let mut persons = 0;
        let mut bytes = Vec::new();
        for links in links.chunk_by(|a, b| a.0 == b.0) {
            bytes.clear();
            for (_, link) in links {
                link.write(&mut bytes);
            }
            ingestion.write(links[0].0.to_be_bytes().to_vec(), &bytes[..])?;
            persons += 1;
        }
        ingestion.finish()?;
        self.kin(generation).await?;
        Ok(persons)
    }

    /// Writes which person ids merges and splits connect.
    async fn kin(&mut self, generation: i64) -> Result<(), RegistryError> {
        let table = TableRef::spine(linkage::spine::EVENTS);
        let mut families = Families::default();
        if self.present.contains(&table) {
            let title = table.to_string();
            let mut stream = self.job.scan(&table, Some(&["generation", "person", "from_persons"])).await?;
            while let Some(batch) = stream.try_next().await? {
                let generations: &Int64Array = typed(&title, &batch, "generation")?;
                let person: &Int64Array = typed(&title, &batch, "person")?;
                let from: &ListArray = typed(&title, &batch, "from_persons")?;
                for row in (0..batch.num_rows()).filter(|row| generations.value(*row) <= generation) {
                    let person = number("person", &title, person.value(row))?;
                    let others = from.value(row);
                    let others = others.as_any().downcast_ref::<Int64Array>().ok_or_else(|| RegistryError::Column {
                        table: title.clone(),
                        column: "from_persons".to_owned(),
                    })?;
                    for other in others.iter().flatten() {
                        families.join(person, number("from_persons", &title, other)?);
                    }
                }
                self.advance(batch.num_rows());
            }
        }
        let keyspace = self.store.keyspace(keyspace::KIN, layout)?;
        let mut ingestion = keyspace.start_ingestion()?;
        for (person, family) in families.lists() {
            let bytes: Vec<u8> = family.iter().flat_map(|id| id.to_be_bytes()).collect();
            ingestion.write(person.to_be_bytes().to_vec(), bytes)?;
        }
        ingestion.finish()?;
        Ok(())
    }

    /// Writes the uncertain pairs, and the judgements in force.
    async fn pairs(&mut self) -> Result<(), RegistryError> {
        let table = TableRef::spine(linkage::spine::PAIRS);
        let mut list = PairList::default();
        let reviewable = linkage::Reviewable::of(self.project);
        if self.present.contains(&table) {
            let title = table.to_string();
            let mut stream = self.job.scan(&table, None).await?;
            while let Some(batch) = stream.try_next().await? {
                let text = |name| rows::text_column(&title, &batch, name);
                let (left, right, status) = (text("left")?, text("right")?, text("status")?);
                let weight: &Float64Array = typed(&title, &batch, "weight")?;
                let probability: &Float64Array = typed(&title, &batch, "probability")?;
                let sampled = Sampled::of(&title, &batch)?;
                let queued = Queued::of(&title, &batch)?;
                for row in (0..batch.num_rows()).filter(|row| reviewable.has(left.value(*row), right.value(*row))) {
                    // It waits among the contested ones, which `state` keeps.
                    if status.value(row) == "disputed" {
                        continue;
                    }
                    let listed = Listed {
                        is_open: status.value(row) == "open",
                        is_uncertain: sampled.as_ref().is_none_or(|sampled| sampled.uncertain.value(row)),
                        turn: sampled.as_ref().and_then(|sampled| sampled.turn(row)),
                        waits: queued.as_ref().map_or_else(Waits::default, |queued| queued.waits(row)),
                    };
                    let pair = (left.value(row), right.value(row));
                    list.add(pair, (weight.value(row), probability.value(row)), listed);
                }
                self.advance(batch.num_rows());
            }
        }
        if self.present.contains(&TableRef::spine(linkage::spine::JUDGEMENTS)) {
            let judged = linkage::judged(self.job).await?;
            list.note_judged(&judged);
            self.advance(judged.len());
        }
        list.save(self.generation)
    }

    /// Keeps the newest matching model, which explains links.
    async fn explainer(&mut self) -> Result<(), RegistryError> {
        let table = TableRef::spine(linkage::spine::MODELS);
        if !self.present.contains(&table) {
            return Ok(());
        }
        let title = table.to_string();
        let mut newest: Option<((i64, i64), String)> = None;
        let mut stream = self.job.scan(&table, Some(&["version", "at", "settings", "model"])).await?;
        while let Some(batch) = stream.try_next().await? {
            let version: &Int64Array = typed(&title, &batch, "version")?;
            let at: &TimestampMicrosecondArray = typed(&title, &batch, "at")?;
            let settings: &StringArray = typed(&title, &batch, "settings")?;
            let model: &StringArray = typed(&title, &batch, "model")?;
            for row in 0..batch.num_rows() {
                let age = (version.value(row), at.value(row));
                if newest.as_ref().is_none_or(|(newest, _)| age > *newest) {
                    let text = format!("{{\"settings\":{},\"model\":{}}}", settings.value(row), model.value(row));
                    newest = Some((age, text));
                }
            }
        }
        match newest {
            Some((_, text)) => crate::folder::write_durably(&self.generation.join(EXPLAINER), text.as_bytes()),
            None => Ok(()),
        }
    }
}

/// The columns of pairs that tell of the quality sample.
struct Sampled<'a> {
    uncertain: &'a BooleanArray,
    strata: &'a Int64Array,
    turns: &'a Int64Array,
}

impl<'a> Sampled<'a> {
    /// Gives the columns; none of pairs that were written before there were samples.
    fn of(table: &str, batch: &'a arrow_array::RecordBatch) -> Result<Option<Self>, RegistryError> {
        if batch.column_by_name("stratum").is_none() {
            return Ok(None);
        }
        let (strata, turns) = (typed(table, batch, "stratum")?, typed(table, batch, "turn")?);
        Ok(Some(Self { uncertain: typed(table, batch, "uncertain")?, strata, turns }))
    }

    /// Gives the turn of a pair among all of the sample: the first of every stratum, then the second of every one.
    fn turn(&self, row: usize) -> Option<u64> {
        let number = |of: &Int64Array| of.is_valid(row).then(|| u64::try_from(of.value(row)).ok()).flatten();
        Some(number(self.turns)?.saturating_mul(matching::STRATA as u64).saturating_add(number(self.strata)?))
    }
}

/// The columns of pairs that tell why they wait.
struct Queued<'a> {
    reason: &'a StringArray,
    merge_weight: &'a Float64Array,
    against: &'a Float64Array,
    penalty: &'a Float64Array,
    worth: &'a Float64Array,
}

impl<'a> Queued<'a> {
    /// Gives the columns; none of pairs that were written before persons kept apart were listed.
    fn of(table: &str, batch: &'a arrow_array::RecordBatch) -> Result<Option<Self>, RegistryError> {
        if batch.column_by_name("reason").is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            reason: typed(table, batch, "reason")?,
            merge_weight: typed(table, batch, "merge_weight")?,
            against: typed(table, batch, "against")?,
            penalty: typed(table, batch, "penalty")?,
            worth: typed(table, batch, "worth")?,
        }))
    }

    fn waits(&self, row: usize) -> Waits {
        let number = |of: &Float64Array| of.is_valid(row).then(|| of.value(row));
        let reason = self.reason.is_valid(row).then(|| WaitReason::read(self.reason.value(row))).flatten();
        let parts = number(self.merge_weight).zip(number(self.against)).zip(number(self.penalty));
        let merge = parts.map(|((weight, against), penalty)| Merge { weight, against, penalty: Some(penalty) });
        Waits { reason, merge, worth: number(self.worth) }
    }
}

/// Reads what explains links from a generation; none when it was built before any linking.
pub(crate) fn load_explainer(generation: &Path) -> Result<Option<Explainer>, RegistryError> {
    let path = generation.join(EXPLAINER);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(RegistryError::json(&path)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(RegistryError::Io { path, source: error }),
    }
}

fn typed<'a, T: Array + 'static>(
    table: &str,
    batch: &'a arrow_array::RecordBatch,
    name: &str,
) -> Result<&'a T, RegistryError> {
    rows::array(table, batch, name)?
        .as_any()
        .downcast_ref()
        .ok_or_else(|| RegistryError::Column { table: table.to_owned(), column: name.to_owned() })
}

fn number(column: &str, table: &str, value: i64) -> Result<u64, RegistryError> {
    u64::try_from(value).map_err(|_| RegistryError::Column { table: table.to_owned(), column: column.to_owned() })
}

/// Person ids that events connect, as disjoint sets.
#[derive(Default)]
struct Families {
    parents: HashMap<u64, u64>,
}

impl Families {
    fn root(&mut self, id: u64) -> u64 {
        let mut root = id;
        while let Some(parent) = self.parents.get(&root).copied().filter(|parent| *parent != root) {
            root = parent;
        }
        self.parents.insert(id, root);
        root
    }

    fn join(&mut self, a: u64, b: u64) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents.insert(a.max(b), a.min(b));
        self.parents.insert(a.min(b), a.min(b));
    }

    /// Gives each id that is connected to another with its whole family, by id.
    fn lists(mut self) -> Vec<(u64, Vec<u64>)> {
        let ids: BTreeSet<u64> = self.parents.keys().copied().collect();
        let mut families: HashMap<u64, Vec<u64>> = HashMap::new();
        for id in &ids {
            families.entry(self.root(*id)).or_default().push(*id);
        }
        let mut lists: Vec<_> = ids.into_iter().map(|id| (id, families[&self.root(id)].clone())).collect();
        lists.retain(|(_, family)| family.len() > 1);
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_connected_through_any_chain() {
        let mut families = Families::default();
        families.join(1, 2);
        families.join(5, 6);
        families.join(3, 2);
        families.join(9, 9);
        let lists = families.lists();
        assert_eq!(lists[0], (1, vec![1, 2, 3]));
        assert_eq!(lists[2], (3, vec![1, 2, 3]));
        assert_eq!(lists[3], (5, vec![5, 6]));
        assert_eq!(lists.len(), 5, "an id that is connected to none has no list");
    }
}
