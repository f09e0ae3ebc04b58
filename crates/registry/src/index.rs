//! An index that is open.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use fjall::config::{FilterPolicy, HashRatioPolicy, PinningPolicy};
use fjall::{Database, Keyspace, KeyspaceCreateOptions};
use model::{ModelId, ModelKind, PersonId, Project, RecordId, RegisterId};
use tantivy::IndexReader;

use crate::error::RegistryError;
use crate::explain::Explainer;
use crate::folder::{Folder, InUse, Meta};
use crate::link::{Link, Place};
use crate::query::Places;
use crate::review::Pairs;
use crate::rows::RowCodec;
use crate::terms::Fields;

/// How much of the store is cached, in bytes.
const CACHE_BYTES: u64 = 128 << 20;

/// Names of the keyspaces that belong to no register.
pub(crate) mod keyspace {
    pub(crate) const PERSONS: &str = "persons";
    pub(crate) const RECORDS: &str = "records";
    pub(crate) const KIN: &str = "kin";
}

/// A table of records in the store.
pub(crate) struct Table {
    pub(crate) keyspace: Keyspace,
    pub(crate) codec: RowCodec,
}

/// The keyspace and the schema file of a register's rows.
pub(crate) fn register_table(register: &RegisterId) -> String {
    format!("register.{register}")
}

/// The keyspace and the schema file of a model's rows.
pub(crate) fn model_table(model: &ModelId) -> String {
    format!("model.{model}")
}

/// The serving index, opened at one generation. Opening again after a build gives the newer one; the older one can be read
/// until it is dropped.
pub struct Index {
    pub(crate) project: Arc<Project>,
    pub(crate) meta: Meta,
    pub(crate) numbers: HashMap<RegisterId, u16>,
    registers: HashMap<RegisterId, Table>,
    models: HashMap<ModelId, Table>,
    /// The person models of each register, where it has some: each record is in one of them.
    pub(crate) person_models: HashMap<RegisterId, Vec<ModelId>>,
    persons: Keyspace,
    records: Keyspace,
    kin: Keyspace,
    pub(crate) reader: IndexReader,
    pub(crate) places: Places,
    pub(crate) fields: Fields,
    pub(crate) pairs: Pairs,
    pub(crate) explainer: Option<Explainer>,
    _store: Database,
    folder: PathBuf,
    /// Keeps the generation's folder as long as it is read.
    _use: InUse,
}

/// Removes every generation of the project's index but the current one: what was erased since may still be in it. Those
/// that are being read or built stay. A build does so when it ends; whoever begins to serve does so for a build that was
/// cut short, or that ended while the generation before was read.
///
/// # Errors
/// [`RegistryError::Absent`] when no index was built, [`RegistryError::Damaged`] when nothing tells which one is current,
/// [`RegistryError::Io`] when one can't be removed.
pub fn remove_old_generations(project: &Project) -> Result<(), RegistryError> {
    let folder = Folder::new(&project.data_dir());
    let current = folder.current()?.ok_or_else(|| folder.absent())?;
    folder.remove_all_but(&current)
}

impl Index {
    /// Opens the current generation of the project's index.
    ///
    /// # Errors
    /// [`RegistryError::Absent`] when none was built, [`RegistryError::Format`] when another version wrote it, and
    /// whatever keeps its files from being read.
    pub fn open(project: &Arc<Project>) -> Result<Self, RegistryError> {
        let (path, meta) = Folder::new(&project.data_dir()).open()?;
        let in_use = InUse::of(&path)?;
        let (pairs, explainer) = (Pairs::load(&path)?, crate::build::load_explainer(&path)?);
        let (terms, fields) = Fields::open(&path.join("terms"))?;
        let reader: IndexReader = terms.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?;
        let places = Places::open(&reader.searcher())?;
        let store = reopen_store(&path.join("store"))?;
        let mut registers = HashMap::new();
        let mut numbers = HashMap::new();
        for (number, register) in meta.registers.iter().enumerate() {
            registers.insert(register.clone(), open_table(&store, &path, &register_table(register))?);
            numbers.insert(register.clone(), u16::try_from(number).map_err(|_| RegistryError::TooMany)?);
        }
        let mut models = HashMap::new();
        let mut person_models: HashMap<RegisterId, Vec<ModelId>> = HashMap::new();
        for model in project.models.values().filter(|model| model.kind == ModelKind::Person) {
            let name = model_table(&model.id);
            if store.keyspace_exists(&name) {
                models.insert(model.id.clone(), open_table(&store, &path, &name)?);
                person_models.entry(model.register.clone()).or_default().push(model.id.clone());
            }
        }
        let open = |name: &str| open_keyspace(&store, &path, name);
        Ok(Self {
            project: Arc::clone(project),
            numbers,
            registers,
            models,
            person_models,
            persons: open(keyspace::PERSONS)?,
            records: open(keyspace::RECORDS)?,
            kin: open(keyspace::KIN)?,
            reader,
            places,
            fields,
            pairs,
            explainer,
            meta,
            _store: store,
            folder: path,
            _use: in_use,
        })
    }

    /// Gives how many persons the spine has.
    #[must_use]
    pub fn persons(&self) -> u64 {
        self.meta.persons
    }

    /// Gives how many records of each register are indexed.
    pub fn records(&self) -> impl Iterator<Item = (&RegisterId, u64)> {
        self.meta.registers.iter().zip(self.meta.records.iter().copied())
    }

    /// Gives the tables and versions that the index was built from.
    #[must_use]
    pub fn tables(&self) -> &[(String, u64)] {
        &self.meta.tables
    }

    /// Gives ids of persons from the front of the spine, at most `count`. Ids say nothing of the persons.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn some_persons(&self, count: usize) -> Result<Vec<PersonId>, RegistryError> {
        let mut persons = Vec::new();
        for entry in self.persons.iter().take(count) {
            let key = entry.key()?;
            if let Ok(bytes) = <[u8; 8]>::try_from(&key[..]) {
                persons.push(PersonId(u64::from_be_bytes(bytes)));
            }
        }
        Ok(persons)
    }

    /// Gives the person with records in the most registers among the first `among` of the spine; it serves to show a
    /// demo's citizen something.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn well_known_person(&self, among: usize) -> Result<Option<PersonId>, RegistryError> {
        let mut best = None;
        for person in self.some_persons(among)? {
            let mut registers: Vec<u16> = self.links_of(person)?.iter().map(|link| link.place.register).collect();
            registers.sort_unstable();
            registers.dedup();
            if best.is_none_or(|(count, _)| registers.len() > count) {
                best = Some((registers.len(), person));
            }
        }
        Ok(best.map(|(_, person)| person))
    }

    /// Gives the folder of the generation.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn links_of(&self, person: PersonId) -> Result<Vec<Link>, RegistryError> {
        let Some(bytes) = self.persons.get(person.0.to_be_bytes())? else { return Ok(Vec::new()) };
        Link::read_all(&bytes).ok_or_else(|| self.damaged("a person's records"))
    }

    pub(crate) fn person_of(&self, place: Place) -> Result<Option<PersonId>, RegistryError> {
        let Some(bytes) = self.records.get(place.key())? else { return Ok(None) };
        let bytes: [u8; 8] = bytes[..].try_into().map_err(|_| self.damaged("a record's person"))?;
        Ok(Some(PersonId(u64::from_be_bytes(bytes))))
    }

    /// Gives every person id that any record of this person may have had, this one first: merges and splits of the spine
    /// connect them. Looks at any of them may have shown a record of this person.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn persons_ever(&self, person: PersonId) -> Result<Vec<PersonId>, RegistryError> {
        let mut all = vec![person];
        if let Some(bytes) = self.kin.get(person.0.to_be_bytes())? {
            let (ids, rest) = bytes.as_chunks::<8>();
            if !rest.is_empty() {
                return Err(self.damaged("a person's earlier ids"));
            }
            all.extend(ids.iter().map(|id| PersonId(u64::from_be_bytes(*id))).filter(|other| *other != person));
        }
        Ok(all)
    }

    pub(crate) fn record_id(&self, place: Place) -> Result<RecordId, RegistryError> {
        let register = self.meta.registers.get(usize::from(place.register));
        let register = register.ok_or_else(|| self.damaged("a register's number"))?;
        Ok(RecordId { register: register.clone(), hash: place.hash })
    }

    pub(crate) fn place(&self, record: &RecordId) -> Option<Place> {
        Some(Place { register: *self.numbers.get(&record.register)?, hash: record.hash })
    }

    /// Gives rows of a register, in the order asked for. The caller holds a grant and passes them through it.
    pub(crate) fn register_rows(
        &self,
        register: &RegisterId,
        hashes: &[[u8; 16]],
    ) -> Result<RecordBatch, RegistryError> {
        let table = self.registers.get(register).ok_or_else(|| RegistryError::Stale { register: register.clone() })?;
        let rows = fetch(&table.keyspace, hashes)?;
        if rows.len() < hashes.len() {
            return Err(RegistryError::Stale { register: register.clone() });
        }
        Ok(table.codec.decode(rows.iter().map(|row| &row[..]))?)
    }

    /// Gives rows of a person model; records that it doesn't have are left out. As above, the caller holds a permit or
    /// grant.
    pub(crate) fn person_rows(
        &self,
        model: &ModelId,
        hashes: &[[u8; 16]],
    ) -> Result<Option<RecordBatch>, RegistryError> {
        let Some(table) = self.models.get(model) else { return Ok(None) };
        let rows = fetch(&table.keyspace, hashes)?;
        Ok(Some(table.codec.decode(rows.iter().map(|row| &row[..]))?))
    }

    pub(crate) fn damaged(&self, what: &str) -> RegistryError {
        RegistryError::damaged(&self.project.data_dir().join("index"), format!("{what} can't be read"))
    }
}

/// Shows sizes only.
impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("run", &self.meta.run)
            .field("persons", &self.meta.persons)
            .finish_non_exhaustive()
    }
}

fn fetch(keyspace: &Keyspace, hashes: &[[u8; 16]]) -> Result<Vec<fjall::UserValue>, RegistryError> {
    let mut rows = Vec::with_capacity(hashes.len());
    for hash in hashes {
        rows.extend(keyspace.get(hash)?);
    }
    Ok(rows)
}

/// Gives how keyspaces are laid out: rows are asked for by their keys, one at a time, and nearly all that are asked for are there.
/// What tells in which block a row is stays in memory, some megabytes for a million persons, and each block has a table of
/// its keys.
pub(crate) fn layout() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .index_block_pinning_policy(PinningPolicy::all(true))
        .data_block_hash_ratio_policy(HashRatioPolicy::all(0.75))
        .filter_policy(FilterPolicy::disabled())
        .expect_point_read_hits(true)
}

#[expect(clippy::disallowed_methods, reason = "the store of a generation that is being built")]
pub(crate) fn open_store(path: &Path) -> Result<Database, RegistryError> {
    Ok(Database::builder(path).cache_size(CACHE_BYTES).open()?)
}

/// Opens the store of a generation that was built.
#[expect(clippy::disallowed_methods, reason = "what is in it is shown only after the gate decided")]
fn reopen_store(path: &Path) -> Result<Database, RegistryError> {
    // Where there is nothing the store would make an empty one, in which nobody is found and nobody looked at anyone.
    if !path.is_dir() {
        return Err(RegistryError::damaged(path, "it is not there"));
    }
    Database::builder(path).cache_size(CACHE_BYTES).open().map_err(RegistryError::opening(path))
}

fn open_keyspace(store: &Database, generation: &Path, name: &str) -> Result<Keyspace, RegistryError> {
    if !store.keyspace_exists(name) {
        return Err(RegistryError::damaged(&generation.join("store"), format!("`{name}` is not there")));
    }
    store.keyspace(name, layout).map_err(RegistryError::opening(generation))
}

fn open_table(store: &Database, generation: &Path, name: &str) -> Result<Table, RegistryError> {
    Ok(Table {
        keyspace: open_keyspace(store, generation, name)?,
        codec: RowCodec::load(&schema_file(generation, name))?,
    })
}

pub(crate) fn schema_file(generation: &Path, name: &str) -> PathBuf {
    generation.join(format!("{name}.arrow"))
}
