//! Reads a project: every file by itself first, then what they say about each other.
//!
//! Nothing stops at the first error. A file whose settings can't be made out still counts as being there, so that files
//! that name it are not blamed.

mod agency;
mod agreement;
mod check_linkage;
mod checks;
mod codes;
mod date_format;
mod folder;
mod linkage;
mod named;
mod nearest;
mod ontology;
mod purpose;
mod reader;
mod register;
mod settings;
mod sql_model;

use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::agency::Agency;
use crate::agreement::Agreement;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceFile};
use crate::id::{AgencyId, AgreementId, IdError, ModelId, ObjectTypeId, PurposeId, RegisterId};
use crate::legible::{Faulty, Legible, ModelText, Survey};
use crate::linkage::LinkageConfig;
use crate::ontology::ObjectType;
use crate::project::{Project, Settings};
use crate::purpose::Purpose;
use crate::register::Register;
use crate::sql_model::SqlModel;

use folder::Folder;
use reader::{Places, Sheet, Table};

/// A file that was read, and what it says if that could be made out.
pub(crate) struct Entry<T> {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) places: Places,
    pub(crate) thing: Option<T>,
}

impl<T> Entry<T> {
    /// Gives an error that points at the value at `place`, such as `registers[1]`.
    pub(crate) fn error(
        &self,
        place: &str,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(&self.file, self.places.get(place).cloned(), code, message, help)
    }
}

/// Things by id, in the order of their files' names.
pub(crate) type Entries<Id, T> = IndexMap<Id, Entry<T>>;

/// A project of which every file was read by itself.
pub(crate) struct Draft {
    pub(crate) settings: Entry<Settings>,
    pub(crate) agencies: Entries<AgencyId, Agency>,
    pub(crate) registers: Entries<RegisterId, Register>,
    pub(crate) agreements: Entries<AgreementId, Agreement>,
    pub(crate) purposes: Entries<PurposeId, Purpose>,
    pub(crate) models: Entries<ModelId, SqlModel>,
    pub(crate) ontology: Entries<ObjectTypeId, ObjectType>,
    pub(crate) linkage: Option<Entry<LinkageConfig>>,
    /// The files in which something is wrong by itself: what others say is not held against what they may say.
    pub(crate) faulty: Faulty,
}

impl Draft {
    /// Tells whether it is known for certain which registers an agreement covers.
    pub(crate) fn knows_registers_of(&self, agreement: &Agreement) -> bool {
        !self.is_faulty("agreements", agreement.id.as_str())
            && agreement.registers.iter().all(|register| self.registers.contains_key(register))
    }

    /// Tells whether it is known for certain who signed an agreement.
    pub(crate) fn knows_parties_of(&self, agreement: &Agreement) -> bool {
        !self.is_faulty("agreements", agreement.id.as_str())
            && agreement.parties.iter().all(|party| self.agencies.contains_key(party))
    }

    fn is_faulty(&self, folder: &str, id: &str) -> bool {
        self.faulty.has(&Path::new(folder).join(format!("{id}.toml")))
    }
}

/// Reads and checks the project in the folder `root`.
pub(crate) fn survey(root: &Path) -> Survey {
    match read(root) {
        Ok(survey) => survey,
        Err(found) => Survey { project: Err(found), legible: Legible::default() },
    }
}

/// Reads a folder; fails where it is no project of this version, of which nothing can be said.
fn read(root: &Path) -> Result<Survey, Diagnostics> {
    let mut folder = Folder::open(root)?;
    let settings_path = Path::new("lucarne.toml");
    if !folder.has(settings_path) {
        let message = "there is no `lucarne.toml`, so this folder is not a project";
        // Other paths are within the project. Here there is none, and only the folder's own path says where it was looked for.
        folder.error(&root.join(settings_path), "project/no-settings", message, "make a project with `lucarne init`");
        return Err(folder.found);
    }
    let settings = match folder.read(settings_path) {
        Some(file) => read_toml(&file, &mut folder.found, settings::read),
        None => unread(settings_path),
    };
    if folder.found.0.iter().any(|diagnostic| diagnostic.code == "project/other-version") {
        return Err(folder.found);
    }
    folder.check_top();

    let mut draft = Draft {
        settings,
        agencies: read_folder(&mut folder, "agencies", agency::read),
        registers: read_folder(&mut folder, "registers", register::read),
        agreements: read_folder(&mut folder, "agreements", agreement::read),
        purposes: read_folder(&mut folder, "purposes", purpose::read),
        models: read_models(&mut folder),
        ontology: read_folder(&mut folder, "ontology", ontology::read),
        linkage: read_linkage(&mut folder),
        faulty: Faulty::default(),
    };
    let policy_paths = folder.list("policies", "cedar", false);
    let policies: Vec<_> = policy_paths.iter().filter_map(|path| folder.read(path)).collect();

    let mut found = std::mem::take(&mut folder.found);
    draft.faulty = Faulty::of(&found);
    let legible = legible(&draft, &policies);
    checks::check(&draft, &mut found);
    fill_in(&mut draft);
    found.sort();
    let mut files = folder.files;
    files.sort_keys();
    let project = if found.has_errors() { Err(found) } else { finished(root, draft, policies, files, found) };
    Ok(Survey { project, legible })
}

/// Gives what can be made out of a draft.
fn legible(draft: &Draft, policies: &[Arc<SourceFile>]) -> Legible {
    let faulty = &draft.faulty;
    let registers = draft.registers.iter().map(|(id, entry)| {
        let register = entry.thing.as_ref().filter(|_| !faulty.has(&entry.file.path));
        (id.clone(), register.cloned())
    });
    let models = draft.models.iter().map(|(id, entry)| {
        // Of two files of one name nobody knows which is meant, and of a register that is not there nothing is known.
        let is_right = |model: &&SqlModel| {
            !faulty.has(&entry.file.path)
                && !faulty.has_named("models", id.as_str())
                && draft.registers.contains_key(&model.register)
        };
        let model = entry.thing.as_ref().filter(is_right);
        let sql_begins = sql_model::settings_end(&entry.file.text);
        (id.clone(), ModelText { file: Arc::clone(&entry.file), sql_begins, model: model.cloned() })
    });
    Legible { registers: registers.collect(), models: models.collect(), policies: policies.to_vec() }
}

/// Gives the project of a draft in which nothing is wrong.
fn finished(
    root: &Path,
    draft: Draft,
    policies: Vec<Arc<SourceFile>>,
    files: IndexMap<PathBuf, Arc<SourceFile>>,
    found: Diagnostics,
) -> Result<Project, Diagnostics> {
    let project = Project {
        root: root.to_owned(),
        settings: match draft.settings.thing {
            Some(settings) => settings,
            None => return Err(found),
        },
        agencies: things(draft.agencies),
        registers: things(draft.registers),
        agreements: things(draft.agreements),
        purposes: things(draft.purposes),
        models: things(draft.models),
        ontology: things(draft.ontology),
        linkage: draft.linkage.and_then(|entry| entry.thing),
        policies,
        files,
        warnings: found,
    };
    Ok(project)
}

/// Gives the things of entries; all have one when no error was found, since none is left out without one.
fn things<Id: Hash + Eq, T>(entries: Entries<Id, T>) -> IndexMap<Id, T> {
    entries.into_iter().filter_map(|(id, entry)| Some((id, entry.thing?))).collect()
}

/// Reads one TOML file.
fn read_toml<T>(
    file: &Arc<SourceFile>,
    found: &mut Diagnostics,
    read: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Entry<T> {
    let sheet = Sheet::new(file);
    let thing = sheet.parse(&file.text).and_then(|document| read(&Table::root(&sheet, &document)));
    finish(file, sheet, thing, found)
}

fn finish<T>(file: &Arc<SourceFile>, sheet: Sheet, thing: Option<T>, found: &mut Diagnostics) -> Entry<T> {
    let (errors, places) = sheet.into_parts();
    debug_assert!(thing.is_some() || !errors.is_empty(), "{} is left out without an error", file.path.display());
    found.0.extend(errors);
    Entry { file: Arc::clone(file), places, thing }
}

/// Reads all files of a folder whose names are ids.
fn read_folder<Id, T>(folder: &mut Folder, name: &str, read: fn(&Table<'_>, Id) -> Option<T>) -> Entries<Id, T>
where
    Id: FromStr<Err = IdError> + Hash + Eq + Clone,
{
    let mut entries = IndexMap::new();
    for path in folder.list(name, "toml", false) {
        let Some(id) = id_of::<Id>(folder, &path) else { continue };
        let entry = match folder.read(&path) {
            Some(file) => read_toml(&file, &mut folder.found, |table| read(table, id.clone())),
            None => unread(&path),
        };
        entries.insert(id, entry);
    }
    entries
}

fn read_models(folder: &mut Folder) -> Entries<ModelId, SqlModel> {
    let mut entries: Entries<ModelId, SqlModel> = IndexMap::new();
    for path in folder.list("models", "sql", true) {
        let Some(id) = id_of::<ModelId>(folder, &path) else { continue };
        if let Some(other) = entries.get(&id) {
            let message = format!("`{}` has the same name", other.file.path.display());
            folder.error(&path, "model/duplicate", &message, "rename one: folders are no part of a model's name");
            continue;
        }
        let entry = match folder.read(&path) {
            Some(file) => {
                let sheet = Sheet::new(&file);
                let thing = sql_model::read(&sheet, &file, id.clone());
                finish(&file, sheet, thing, &mut folder.found)
            }
            None => unread(&path),
        };
        entries.insert(id, entry);
    }
    entries.sort_keys();
    entries
}

fn read_linkage(folder: &mut Folder) -> Option<Entry<LinkageConfig>> {
    let path = Path::new("linkage.toml");
    if !folder.has(path) {
        return None;
    }
    let file = folder.read(path)?;
    Some(read_toml(&file, &mut folder.found, linkage::read))
}

/// Gives the entry of a file that could not be read; why is among what was found.
fn unread<T>(path: &Path) -> Entry<T> {
    let file = Arc::new(SourceFile { path: path.to_owned(), text: String::new() });
    Entry { file, places: Places::new(), thing: None }
}

/// Gives the id that a file's name is.
fn id_of<Id: FromStr<Err = IdError>>(folder: &mut Folder, path: &Path) -> Option<Id> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    match stem.parse() {
        Ok(id) => Some(id),
        Err(reason) => {
            let message = format!("the name `{stem}` can't be an id: {reason}");
            folder.error(path, "project/file-name", &message, "rename the file");
            None
        }
    }
}

/// Fills in what files may leave out because other files say it.
fn fill_in(draft: &mut Draft) {
    for purpose in draft.purposes.values_mut().filter_map(|entry| entry.thing.as_mut()) {
        if purpose.registers.is_empty()
            && let Some(agreement) = draft.agreements.get(&purpose.agreement).and_then(|entry| entry.thing.as_ref())
        {
            purpose.registers.clone_from(&agreement.registers);
        }
    }
    if let (Some(linkage), Some(settings)) =
        (draft.linkage.as_mut().and_then(|entry| entry.thing.as_mut()), &draft.settings.thing)
    {
        linkage.purpose.get_or_insert_with(|| settings.jobs.link.clone());
    }
}
