//! Jobs: runs that read whole tables under a job purpose. One entry a run; then plain scans at full speed.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use lake::{BatchStream, Namespace, SqlSession, TableRef};
use model::request::Action;
use model::{Actor, Class, Disclosure, Job, ModelId, PurposeId, Register, RegisterId, Request, RunId};
use policy::{Linkable, Named, Names, Reason, Sentences};

use crate::detail::{Detail, TermsThen};
use crate::entry::{EntryKind, TableRead};
use crate::error::{Denied, GateError};
use crate::gate::{Draft, Gate, Inner, RunDraft};
use crate::writer::Outcome;

/// The right of one run to read the tables that it named when it began, in the versions of that moment. Its entry in
/// the log is durable.
///
/// A build reads models that it makes itself: those are read in their last version, and the entry says so.
///
/// ```compile_fail,E0277
/// fn copy<T: Clone>() {}
/// copy::<gate::JobGrant>();
/// ```
/// ```compile_fail,E0277
/// fn of_nothing<T: Default>() {}
/// of_nothing::<gate::JobGrant>();
/// ```
/// ```compile_fail,E0277
/// fn read<T: serde::de::DeserializeOwned>() {}
/// read::<gate::JobGrant>();
/// ```
/// ```
/// fn copy<T: Clone>() {}
/// fn of_nothing<T: Default>() {}
/// fn read<T: serde::de::DeserializeOwned>() {}
/// copy::<gate::Entry>();
/// of_nothing::<String>();
/// read::<gate::Entry>();
/// ```
/// ```compile_fail,E0451
/// fn any<T>() -> T { loop {} }
/// fn forge() -> gate::JobGrant {
///     gate::JobGrant { gate: any(), run: any(), job: any(), leaf: any(), pinned: any(), own: any() }
/// }
/// ```
/// ```
/// fn any<T>() -> T { loop {} }
/// fn forge() -> gate::JobGrant {
///     any()
/// }
/// ```
/// ```compile_fail,E0616
/// fn widen(grant: &mut gate::JobGrant, tables: Vec<lake::TableRef>) {
///     grant.own = tables;
/// }
/// ```
/// ```
/// fn widen(grant: &mut gate::JobGrant, tables: Vec<lake::TableRef>) {
///     let run = grant.run();
/// }
/// ```
#[must_use]
pub struct JobGrant {
    gate: Arc<Inner>,
    run: RunId,
    job: Job,
    leaf: u64,
    /// Tables in a fixed version.
    pinned: Vec<(TableRef, u64)>,
    /// Tables that the run makes and reads.
    own: Vec<TableRef>,
}

impl JobGrant {
    /// Gives the run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// Gives the job.
    #[must_use]
    pub fn job(&self) -> Job {
        self.job
    }

    /// Gives the number of the run's entry in the log.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.leaf
    }

    /// Gives the tables that are read in a fixed version, and that version. Tables that did not exist when the run began
    /// are not among them.
    #[must_use]
    pub fn versions(&self) -> &[(TableRef, u64)] {
        &self.pinned
    }

    /// Gives the version in which a table is read: `None` when the run may not read it or it does not exist,
    /// `Some(None)` when it is the run's own and read in its last version.
    fn version(&self, table: &TableRef) -> Option<Option<u64>> {
        let pinned = self.pinned.iter().find(|(other, _)| other == table).map(|(_, version)| Some(*version));
        pinned.or_else(|| self.own.contains(table).then_some(None))
    }

    /// Gives the rows of a table, all columns or those named, in this order.
    ///
    /// # Errors
    /// [`GateError::TableNotGranted`] for a table that the run did not name or that did not exist when it began.
    pub async fn scan(&self, table: &TableRef, columns: Option<&[&str]>) -> Result<BatchStream, GateError> {
        let version = self.version(table).ok_or_else(|| GateError::TableNotGranted(table.to_string()))?;
        self.gate.authority.scan(table, version, columns, None).await.map_err(GateError::lake)
    }

    /// Gives a SQL session over all tables of the run that exist by now.
    ///
    /// # Errors
    /// When a table can't be read.
    pub async fn session(&self) -> Result<SqlSession, GateError> {
        let mut tables: Vec<_> = self.pinned.iter().map(|(table, version)| (table.clone(), Some(*version))).collect();
        for table in &self.own {
            if self.gate.authority.info(table).await.map_err(GateError::lake)?.is_some() {
                tables.push((table.clone(), None));
            }
        }
        self.gate.authority.session(&tables).await.map_err(GateError::lake)
    }

    /// Gives a SQL session over some tables of the run.
    ///
    /// # Errors
    /// [`GateError::TableNotGranted`] for a table that the run did not name.
    pub async fn session_of(&self, tables: &[TableRef]) -> Result<SqlSession, GateError> {
        let version = |table: &TableRef| {
            let version = self.version(table).ok_or_else(|| GateError::TableNotGranted(table.to_string()))?;
            Ok((table.clone(), version))
        };
        let tables = tables.iter().map(version).collect::<Result<Vec<_>, GateError>>()?;
        self.gate.authority.session(&tables).await.map_err(GateError::lake)
    }
}

impl std::fmt::Debug for JobGrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobGrant").field("run", &self.run).field("leaf", &self.leaf).finish_non_exhaustive()
    }
}

impl Gate {
    /// Begins a run of a job over these tables: judges the job's purpose and each table, writes one entry with their
    /// versions and classes, and gives the grant. Tables that don't exist yet may be named.
    ///
    /// `build` reads registers and models that the agreement of its purpose covers; `link` those that an agreement in
    /// force allows to be linked, and the spine; `index` both. No job reads the quarantine.
    ///
    /// # Errors
    /// [`Denied::Refused`] when the job may not run or a table may not be read by it, naming the file that would have to
    /// say otherwise; [`Denied::Failed`] when the entry could not be written.
    pub async fn start_job(&self, by: &Actor, job: Job, run: &RunId, tables: &[TableRef]) -> Result<JobGrant, Denied> {
        let inner = &self.inner;
        let at = inner.now()?;
        let request = Request {
            actor: by.clone(),
            purpose: inner.job_purpose(job).clone(),
            case: None,
            justification: None,
            by_program: false,
            action: Action::RunJob { job },
        };
        inner.judge(&request, at, 0).await?;
        let judged = inner.judge_tables(job, &request.purpose, at, tables);
        let (registers, classes) = match judged {
            Ok(judged) => judged,
            Err(reasons) => return Err(inner.refuse(&request, at, reasons).await),
        };

        let mut pinned = Vec::new();
        let mut own = Vec::new();
        for table in tables {
            if job == Job::Build && table.namespace == Namespace::Models {
                own.push(table.clone());
            } else if let Some(info) = inner.authority.info(table).await.map_err(GateError::lake)? {
                pinned.push((table.clone(), info.version));
            }
        }
        let reads =
            pinned.iter().map(|(table, version)| TableRead { table: table.to_string(), version: Some(*version) });
        let reads = reads.chain(own.iter().map(|table| TableRead { table: table.to_string(), version: None }));
        let purpose = inner.purpose(&request.purpose);
        let terms = purpose.map(|purpose| TermsThen {
            says: purpose.says.clone(),
            says_fr: purpose.says_fr.clone(),
            legal_basis: purpose.legal_basis.clone(),
            case_named: false,
            justified: false,
            by_program: false,
        });
        let draft = Draft {
            kind: EntryKind::Job,
            asked: None,
            at,
            actor: by.clone(),
            purpose: request.purpose.clone(),
            registers,
            classes,
            rules: Vec::new(),
            run: Some(RunDraft {
                run: run.clone(),
                job: Some(job),
                tables: reads.collect(),
                files: None,
                rows: None,
                quarantined: None,
            }),
            detail: Detail { terms, officer: by.account().cloned(), ..Detail::default() },
            spending: None,
        };
        match inner.write(draft).await? {
            Outcome::Written(leaf) => {
                Ok(JobGrant { gate: Arc::clone(inner), run: run.clone(), job, leaf, pinned, own })
            }
            Outcome::Failed(error) => Err(error.into()),
            Outcome::OverBudget(_) => Err(GateError::Rules("a job takes nothing out of a budget".into()).into()),
        }
    }
}

type Judged = (Vec<RegisterId>, IndexMap<Class, Disclosure>);

impl Inner {
    fn job_purpose(&self, job: Job) -> &PurposeId {
        let purposes = &self.project.settings.jobs;
        match job {
            Job::Build => &purposes.build,
            Job::Link => &purposes.link,
            Job::Index => &purposes.index,
        }
    }

    /// Judges each table; gives the registers and classes that are read, or all that stands in the way.
    fn judge_tables(
        &self,
        job: Job,
        purpose: &PurposeId,
        at: DateTime<Utc>,
        tables: &[TableRef],
    ) -> Result<Judged, Vec<Reason>> {
        let linkable = if job == Job::Link { self.policy.linkable(at.date_naive()) } else { IndexMap::new() };
        let mut registers = Vec::new();
        let mut classes = IndexMap::new();
        let mut reasons: Vec<Reason> = Vec::new();
        for table in tables {
            let read = match table.namespace {
                Namespace::Registers => self.register_table(table),
                Namespace::Models => self.model_table(table),
                Namespace::Spine if job == Job::Build => Err(vec![not_for(job, table)]),
                Namespace::Spine => continue,
                Namespace::Quarantine => Err(vec![not_for(job, table)]),
            };
            let judged = read.and_then(|(register, of_table)| {
                self.judge_register(job, purpose, &linkable, &register)?;
                Ok((register, of_table))
            });
            match judged {
                Ok((register, of_table)) => {
                    if !registers.contains(&register) {
                        registers.push(register);
                    }
                    classes.extend(of_table.into_iter().map(|class| (class, Disclosure::Value)));
                }
                Err(found) => {
                    reasons.extend(found.into_iter().filter(|reason| !reasons.contains(reason)).collect::<Vec<_>>())
                }
            }
        }
        classes.sort_unstable_keys();
        if reasons.is_empty() { Ok((registers, classes)) } else { Err(reasons) }
    }

    fn register_table(&self, table: &TableRef) -> Result<(RegisterId, Vec<Class>), Vec<Reason>> {
        let register = self.project.registers.get(table.name.as_str()).ok_or_else(|| vec![unknown_table(table)])?;
        Ok((register.id.clone(), register.columns.values().map(|column| column.class).collect()))
    }

    fn model_table(&self, table: &TableRef) -> Result<(RegisterId, Vec<Class>), Vec<Reason>> {
        let id = ModelId::new(&table.name).map_err(|_| vec![unknown_table(table)])?;
        let (register, classes) = self.classes.model(&id).map_err(|_| vec![unknown_table(table)])?;
        Ok((register.clone(), classes.values().copied().collect()))
    }

    /// Judges whether a job may read a register under the agreements that it needs.
    fn judge_register(
        &self,
        job: Job,
        purpose: &PurposeId,
        linkable: &IndexMap<RegisterId, Linkable>,
        register: &RegisterId,
    ) -> Result<(), Vec<Reason>> {
        let Some(purpose) = self.purpose(purpose) else { return Err(vec![outside(purpose, register)]) };
        if job != Job::Link {
            return self.judge_covered(purpose, register);
        }
        let Some(linkable) = linkable.get(register) else { return Err(vec![outside(&purpose.id, register)]) };
        if !linkable.decision.allowed {
            let agreement = linkable.agreement.as_ref();
            let file = agreement.map_or("linkage.toml".into(), |id| format!("agreements/{id}.toml"));
            let reasons = linkable.decision.reasons.iter().cloned();
            return Err(reasons.map(|reason| in_file(reason, &file)).collect());
        }
        // A register that is attached has an agreement of its own; the others are those of the purpose.
        if linkable.attached || purpose.registers.contains(register) {
            Ok(())
        } else {
            Err(vec![outside(&purpose.id, register)])
        }
    }

    fn judge_covered(&self, purpose: &model::Purpose, register: &RegisterId) -> Result<(), Vec<Reason>> {
        if !purpose.registers.contains(register) {
            return Err(vec![outside(&purpose.id, register)]);
        }
        let agreement = self.project.agreements.get(&purpose.agreement);
        let covering = agreement.filter(|agreement| agreement.registers.contains(register));
        let Some(agreement) = covering else {
            let sentences = Sentences {
                says: "The agreement {agreement} does not cover the register {register}.",
                says_fr: "L’accord {agreement} ne couvre pas le registre {register}.",
                needed: "The agencies add the register to the agreement.",
                needed_fr: "Les administrations ajoutent le registre à l’accord.",
            };
            let file = Some(PathBuf::from(format!("agreements/{}.toml", purpose.agreement)));
            let names = register_of(register).with("agreement", Named::Agreement(purpose.agreement.clone()));
            return Err(vec![Reason::new("job.register-not-covered", file, sentences, &names)]);
        };
        let special = self.project.registers.get(register).map(Register::special_categories).unwrap_or_default();
        let mut unnamed = special;
        unnamed.retain(|special| !agreement.special_categories.contains(special));
        if unnamed.is_empty() {
            return Ok(());
        }
        let sentences = Sentences {
            says: "The register {register} holds data of special categories ({register_categories}) that the agreement \
                   {agreement} does not name.",
            says_fr: "Le registre {register} contient des données de catégories particulières ({register_categories}) que \
                      l’accord {agreement} ne nomme pas.",
            needed: "Only an agreement with a legal basis of its own that names exactly these categories opens the register.",
            needed_fr: "Seul un accord doté de sa propre base légale et nommant exactement ces catégories ouvre le registre.",
        };
        let file = Some(PathBuf::from(format!("agreements/{}.toml", agreement.id)));
        let names = register_of(register)
            .with("agreement", Named::Agreement(agreement.id.clone()))
            .with("register_categories", Named::Categories(unnamed));
        Err(vec![Reason::new("job.category-not-named", file, sentences, &names)])
    }
}

fn in_file(reason: Reason, file: &str) -> Reason {
    Reason { file: reason.file.or_else(|| Some(PathBuf::from(file))), ..reason }
}

/// Gives that `{register}` stands for a register.
fn register_of(register: &RegisterId) -> Names {
    Names::default().with("register", Named::Registers(vec![register.clone()]))
}

fn outside(purpose: &PurposeId, register: &RegisterId) -> Reason {
    let sentences = Sentences {
        says: "The purpose {purpose} of the job does not reach the register {register}.",
        says_fr: "La finalité {purpose} du traitement ne donne pas accès au registre {register}.",
        needed: "The purpose, and its agreement, name the register.",
        needed_fr: "La finalité et son accord nomment le registre.",
    };
    let file = Some(PathBuf::from(format!("purposes/{purpose}.toml")));
    let names = register_of(register).with("purpose", Named::Purpose(purpose.clone()));
    Reason::new("job.register-not-reached", file, sentences, &names)
}

/// Gives that `{table}` stands for a table.
fn table_of(table: &TableRef) -> Names {
    Names::default().with("table", Named::Thing(table.to_string()))
}

fn unknown_table(table: &TableRef) -> Reason {
    let sentences = Sentences {
        says: "The project has no register or model that makes the table {table}.",
        says_fr: "Le projet n’a aucun registre ni modèle produisant la table {table}.",
        needed: "A register or a model of the project that makes it.",
        needed_fr: "Un registre ou un modèle du projet qui la produise.",
    };
    Reason::new("job.unknown-table", None, sentences, &table_of(table))
}

fn not_for(job: Job, table: &TableRef) -> Reason {
    let sentences = Sentences {
        says: "The job {job} does not read {table}.",
        says_fr: "Le traitement {job} ne lit pas {table}.",
        needed: "Nothing opens this table to this job.",
        needed_fr: "Rien n’ouvre cette table à ce traitement.",
    };
    let names = table_of(table).with("job", Named::Jobs(vec![job]));
    Reason::new("job.table-not-for-job", None, sentences, &names)
}
