//! A project: a folder of text files in git.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use indexmap::IndexMap;

use crate::agency::Agency;
use crate::agreement::Agreement;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceFile};
use crate::id::{AgencyId, AgreementId, ModelId, ObjectTypeId, PurposeId, Recipient, RegisterId};
use crate::legible::Survey;
use crate::linkage::LinkageConfig;
use crate::ontology::ObjectType;
use crate::purpose::Purpose;
use crate::register::Register;
use crate::sql_model::SqlModel;
use crate::validity::Standing;

/// The version of the project format and of the layout of `data/` that this build reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// A project that was read and checked as a whole.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder.
    pub root: PathBuf,
    /// `lucarne.toml`.
    pub settings: Settings,
    /// `agencies/*.toml`, in the order of their names; so are all below.
    pub agencies: IndexMap<AgencyId, Agency>,
    /// `registers/*.toml`.
    pub registers: IndexMap<RegisterId, Register>,
    /// `agreements/*.toml`.
    pub agreements: IndexMap<AgreementId, Agreement>,
    /// `purposes/*.toml`.
    pub purposes: IndexMap<PurposeId, Purpose>,
    /// `models/**/*.sql`.
    pub models: IndexMap<ModelId, SqlModel>,
    /// `ontology/*.toml`.
    pub ontology: IndexMap<ObjectTypeId, ObjectType>,
    /// `linkage.toml`, where there is one.
    pub linkage: Option<LinkageConfig>,
    /// `policies/*.cedar`: text only; `policy` checks it.
    pub policies: Vec<Arc<SourceFile>>,
    /// Every file that was read, by path, for diagnostics of the rooms above.
    pub files: IndexMap<PathBuf, Arc<SourceFile>>,
    /// What someone should look at though the project can be used.
    pub warnings: Diagnostics,
}

/// What `lucarne.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The version of the format; must be [`FORMAT_VERSION`].
    pub format: u32,
    /// The name of the whole, for people.
    pub name: String,
    /// The same in French, where the file gives it.
    pub name_fr: Option<String>,
    /// The folder of the data, relative to the project; `data` where the file doesn't say.
    pub data: PathBuf,
    /// The origin line of the log: a name such as `republic.example/log` that no other log has.
    pub log_origin: String,
    /// The purposes under which the jobs run.
    pub jobs: JobPurposes,
    /// A file of districts (GeoJSON) for maps, relative to the project.
    pub districts: Option<PathBuf>,
    /// A file that says which rows belong to one person, for measuring linkage, relative to the project. Parquet or CSV
    /// with `register`, `file` (optional), `row` and `person`.
    pub truth: Option<PathBuf>,
    /// How the server tells whose the records are that come one by one; none: it doesn't.
    pub resolve: Option<ResolveSettings>,
    /// Who can act in a demo, while there is no sign-in; none outside demos.
    pub demo_identities: Vec<DemoIdentity>,
}

/// How the server tells whose a record is that comes before its register is delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolveSettings {
    /// For how many days such a record is kept at most, while no delivery brings it.
    pub keep_days: u32,
}

/// Someone who can act in a demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoIdentity {
    /// Its name, an id such as `officer`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The same in French, where the file gives it.
    pub title_fr: Option<String>,
    /// The agency and role that it acts as; none for a citizen.
    pub acts_as: Option<Recipient>,
}

/// The purposes under which jobs run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPurposes {
    /// Of `build`.
    pub build: PurposeId,
    /// Of `link`.
    pub link: PurposeId,
    /// Of `index`.
    pub index: PurposeId,
}

impl Project {
    /// Gives the folder of the data.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.root.join(&self.settings.data)
    }

    /// Reads and checks the project in the folder `root`.
    ///
    /// # Errors
    /// All that is wrong in all of its files, at once, sorted by file and place.
    pub fn load(root: &Path) -> Result<Self, Diagnostics> {
        Self::survey(root).project
    }

    /// As [`Project::load`], with what could be made out where something is wrong.
    #[must_use]
    pub fn survey(root: &Path) -> Survey {
        crate::toml::survey(root)
    }

    /// Gives what someone should look at on `day` (UTC), sorted: [`Project::warnings`], and the agreements and purposes
    /// that are not in force then.
    #[must_use]
    pub fn warnings_on(&self, day: NaiveDate) -> Diagnostics {
        let agreements =
            self.agreements.values().map(|agreement| ("agreements", agreement.id.as_str(), agreement.valid));
        let purposes = self.purposes.values().map(|purpose| ("purposes", purpose.id.as_str(), purpose.valid));
        let mut warnings = self.warnings.clone();
        for (folder, id, valid) in agreements.chain(purposes) {
            let (key, code, message) = match valid.standing(day) {
                Standing::InForce => continue,
                Standing::NotYet => ("from", "validity/not-yet", format!("it is not in force until {}", valid.from)),
                Standing::Expired => ("until", "validity/expired", format!("it is out of force since {}", valid.until)),
            };
            let Some(file) = self.files.get(&Path::new(folder).join(format!("{id}.toml"))) else { continue };
            let help = "nothing is read under it on this day; renew it or remove it";
            warnings.push(Diagnostic::error(file, validity_span(&file.text, key), code, message, help).warning());
        }
        warnings.sort();
        warnings
    }
}

/// Gives where `valid.from` or `valid.until` stands in a file.
fn validity_span(text: &str, key: &str) -> Option<Range<usize>> {
    let document = toml_edit::Document::parse(text).ok()?;
    document.get("valid")?.get(key)?.span()
}
