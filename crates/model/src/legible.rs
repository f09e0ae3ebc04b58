//! What can be made out of a project some of whose files are wrong, for those who check the rest of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostics, Severity, SourceFile};
use crate::id::{ModelId, RegisterId};
use crate::project::Project;
use crate::register::Register;
use crate::sql_model::SqlModel;

/// What reading a project's folder gave.
#[derive(Debug)]
pub struct Survey {
    /// The project, or all that is wrong with it, sorted.
    pub project: Result<Project, Diagnostics>,
    /// What could be made out, whatever is wrong.
    pub legible: Legible,
}

/// The parts of a project that the rooms above check by their texts: the SQL of models over registers, and policies.
///
/// It is no project: nothing is read under it. A file in which something is wrong is there, so that nobody who names it is
/// blamed, and what it says is not.
#[derive(Debug, Clone, Default)]
pub struct Legible {
    /// Registers; none for one whose file is wrong.
    pub registers: IndexMap<RegisterId, Option<Register>>,
    /// Models.
    pub models: IndexMap<ModelId, ModelText>,
    /// Policy files.
    pub policies: Vec<Arc<SourceFile>>,
}

/// The file of a model.
#[derive(Debug, Clone)]
pub struct ModelText {
    /// The file; its text is empty when it can't be read.
    pub file: Arc<SourceFile>,
    /// Where in the file the SQL begins, in bytes.
    pub sql_begins: usize,
    /// What the settings say; none when something is wrong with them.
    pub model: Option<SqlModel>,
}

impl ModelText {
    /// Gives the SQL without the settings.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.file.text[self.sql_begins..]
    }
}

impl Legible {
    /// Gives all of a project.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let text = |model: &SqlModel| {
            let written = || Arc::new(SourceFile { path: model.path.clone(), text: model.text.clone() });
            let file = project.files.get(&model.path).cloned().unwrap_or_else(written);
            ModelText { file, sql_begins: model.sql_begins, model: Some(model.clone()) }
        };
        Self {
            registers: project.registers.iter().map(|(id, register)| (id.clone(), Some(register.clone()))).collect(),
            models: project.models.iter().map(|(id, model)| (id.clone(), text(model))).collect(),
            policies: project.policies.clone(),
        }
    }

    /// Gives a register whose file is right.
    #[must_use]
    pub fn register(&self, id: &str) -> Option<&Register> {
        self.registers.get(id)?.as_ref()
    }
}

/// The files in which something is wrong.
#[derive(Debug, Default)]
pub(crate) struct Faulty(BTreeSet<PathBuf>);

impl Faulty {
    pub(crate) fn of(found: &Diagnostics) -> Self {
        let errors = found.0.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        Self(errors.map(|error| error.path().to_owned()).collect())
    }

    pub(crate) fn has(&self, path: &Path) -> bool {
        self.0.contains(path)
    }

    /// Tells whether one in a folder has this name, without its ending.
    pub(crate) fn has_named(&self, folder: &str, name: &str) -> bool {
        let has_name = |path: &Path| path.file_stem().is_some_and(|stem| stem == name);
        self.0.iter().any(|path| path.starts_with(folder) && has_name(path))
    }

    /// Tells whether any is in a folder, or is in its place.
    pub(crate) fn has_any_in(&self, folder: &str) -> bool {
        self.0.iter().any(|path| path.starts_with(folder))
    }
}
