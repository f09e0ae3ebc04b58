//! The gate itself: decide, commit, grant.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use indexmap::IndexMap;
use lake::{ReadAuthority, TableRef};
use model::request::Action;
use model::{
    Actor, AgencyId, Class, Clock, Disclosure, Job, PersonId, Project, Purpose, PurposeId, RecordId, RegisterId,
    Request, RunId,
};
use policy::{Engine, Linkable, Query, Reason};
use state::{NewLook, State, StateError};
use tlog::{Log, Storage, VerifyingKey};

use crate::activity::counts_as;
use crate::detail::{Detail, More, SubjectThen, TermsThen};
use crate::entry::{By, Digest32, ENTRY_VERSION, Entry, EntryKind, TableRead};
use crate::error::{Denied, GateError, Refusal};
use crate::grant::{Compares, Grant, LookSubject, Permit};
use crate::keys::Keys;
use crate::ports::{DetailsInState, LeavesInLog};
use crate::remembered::Remembered;
use crate::terms::{self, Scope, TableClasses, Terms, TermsCache};
use crate::witness::LogWitness;
use crate::writer::{BudgetKey, Outcome, Prepared, Spending, Writer};

/// The most persons that one look names: their tags must fit into one entry.
pub const SUBJECTS_MAX: usize = 1_000;

/// How long a permit can be spent.
const PERMIT_SECONDS_MAX: i64 = 60;

/// The most characters of a justification that are kept with a refusal; longer ones are refused by rule.
const JUSTIFICATION_CHARACTERS_MAX: usize = 2_000;

/// What the gate is made of.
pub struct Parts {
    /// The project.
    pub project: Arc<Project>,
    /// The rules.
    pub policy: Engine,
    /// The log, open for writing. The gate is the only one that appends to it.
    pub log: Log,
    /// Where the log keeps its files, for verifying it.
    pub log_storage: Arc<dyn Storage>,
    /// The key that checks the log's signatures.
    pub log_key: VerifyingKey,
    /// Where the details of looks are kept.
    pub state: State,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The secrets.
    pub keys: Keys,
}

/// The one door to personal data. Clones are the same gate.
#[derive(Clone)]
pub struct Gate {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("log", &self.inner.log).finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    pub(crate) authority: ReadAuthority,
    pub(crate) project: Arc<Project>,
    pub(crate) policy: Engine,
    pub(crate) log: Arc<Log>,
    pub(crate) log_storage: Arc<dyn Storage>,
    pub(crate) log_key: VerifyingKey,
    pub(crate) state: State,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keys: Keys,
    pub(crate) writer: Writer<DetailsInState>,
    /// By purpose: the registers within its reach.
    reach: HashMap<PurposeId, Vec<RegisterId>>,
    pub(crate) classes: TableClasses,
    terms: TermsCache,
    pub(crate) remembered: Remembered,
}

impl Gate {
    /// Opens the gate. The authority goes in and does not come out again.
    ///
    /// The log must hold what the store of details knows of it; [`LogWitness::open_log`] checks that before anything is
    /// written, and it is checked here again before anything is erased.
    ///
    /// Details without an entry in the log, which a crash between the two leaves behind, are put right then: their
    /// entry is looked for, and where there is none, nobody was answered and the detail is erased.
    ///
    /// Must be called on a Tokio runtime, which then runs the gate's writer.
    ///
    /// # Errors
    /// When the log is not the one that the store of details knows, the log or the details can't be read, or the clock
    /// can't be trusted.
    pub async fn new(authority: ReadAuthority, parts: Parts) -> Result<Self, GateError> {
        let Parts { project, policy, log, log_storage, log_key, state, clock, keys } = parts;
        let log = Arc::new(log);
        LogWitness::of(&state).await?.check(Some(log.size()), |leaf| log.entry(leaf))?;
        crate::reconcile::reconcile(&state, &log, clock.now()?).await?;
        let details = DetailsInState(state.clone());
        let leaves = LeavesInLog(log.appender());
        let writer = Writer::start(Arc::new(details), Arc::new(leaves));
        let reach = project.purposes.values();
        let reach =
            reach.map(|purpose| (purpose.id.clone(), terms::registers_within_reach(&project, purpose))).collect();
        let inner = Inner {
            authority,
            classes: TableClasses::of(&project)?,
            terms: TermsCache::default(),
            project,
            policy,
            log,
            log_storage,
            log_key,
            state,
            clock,
            keys,
            writer,
            reach,
            remembered: Remembered::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Gives the project whose rules the gate keeps.
    #[must_use]
    pub fn project(&self) -> &Arc<Project> {
        &self.inner.project
    }

    /// Gives why something can't be written any more until the gate is opened anew; none while all can, as far as is known
    /// without writing. Whatever can't be logged is not disclosed either.
    #[must_use]
    pub fn failure(&self) -> Option<GateError> {
        let of_log = self.inner.log.failure().map(GateError::log);
        of_log.or_else(|| self.inner.state.is_uncertain().then(|| GateError::state(StateError::Uncertain)))
    }

    /// Gives why looks could not be written a moment ago, or why none can be now, as while the disk is full; none when they could, or
    /// nobody has looked for half a minute. Other than after a [`Gate::failure`], they are written again as soon as they can be.
    #[must_use]
    pub fn last_failure(&self) -> Option<GateError> {
        let of_log = self.inner.log.no_room().map(GateError::log);
        of_log.or_else(|| self.inner.writer.last_failure(std::time::Instant::now()))
    }

    /// Decides a request. What is allowed is not yet in the log and opens nothing; what is refused is in the log when
    /// this returns.
    ///
    /// # Errors
    /// [`Denied::Refused`] with every rule that refused; [`Denied::Failed`] when the clock or the count of persons can't
    /// be read, or the refusal can't be logged.
    pub async fn decide(&self, request: &Request) -> Result<Permit, Denied> {
        let inner = &self.inner;
        let at = inner.now()?;
        let persons_today = inner.persons_today(request, at).await?;
        inner.judge(request, at, persons_today).await?;
        let terms = inner.terms_of(&query(request, at, persons_today));
        Ok(Permit { gate: Arc::clone(inner), request: request.clone(), terms, at })
    }

    /// Gives what a search under this request's purpose may compare, for a form that says so before anything is asked. Nothing is
    /// decided, opened or written by that; a purpose that isn't there, or not for who asks, lets nothing be compared.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub fn compares(&self, request: &Request) -> Result<Compares, GateError> {
        let inner = &self.inner;
        let terms = inner.terms_of(&query(request, inner.now()?, 0));
        Ok(Compares { gate: Arc::clone(inner), terms })
    }

    /// Spends a permit on these subjects: writes the detail, then the entry, and gives the grant once both are durable.
    ///
    /// A search names every person that it is going to show; opening a person, that person.
    ///
    /// # Errors
    /// [`Denied::Refused`] when the day's budget of persons is used up by now; [`Denied::Failed`] when anything could not
    /// be written, the permit is stale or of another gate, or the subjects are not those of the request.
    pub async fn commit(&self, permit: Permit, subjects: Vec<LookSubject>) -> Result<Grant, Denied> {
        let spent = self.spend(permit, &subjects, None).await?;
        Ok(self.grant(spent, subjects))
    }

    /// Gives the grant of a look that was written.
    pub(crate) fn grant(&self, spent: Spent, subjects: Vec<LookSubject>) -> Grant {
        let Spent { terms, scope, at, leaf } = spent;
        let mut records: HashMap<RegisterId, HashSet<[u8; 16]>> = HashMap::new();
        for record in subjects.iter().flat_map(|subject| &subject.records) {
            if terms.shown.contains(&record.register) {
                records.entry(record.register.clone()).or_default().insert(record.hash);
            }
        }
        Grant { gate: Arc::clone(&self.inner), terms, scope, subjects, records, leaf, at }
    }

    /// Checks a permit and writes the look that it allows.
    pub(crate) async fn spend(
        &self,
        permit: Permit,
        subjects: &[LookSubject],
        more: Option<More>,
    ) -> Result<Spent, Denied> {
        let inner = &self.inner;
        let at = self.time_to_spend(&permit)?;
        let Permit { request, terms, .. } = permit;
        check_subjects(&request, subjects)?;
        let spending = inner.spending(&request, at);
        let Written { leaf, scope } = inner.write_look(&request, &terms, at, subjects, more, spending).await?;
        Ok(Spent { terms, scope, at, leaf })
    }

    /// Checks that a permit is of this gate and can still be spent, and gives the time.
    pub(crate) fn time_to_spend(&self, permit: &Permit) -> Result<DateTime<Utc>, GateError> {
        let at = self.inner.now()?;
        let is_of_this_gate = Arc::ptr_eq(&permit.gate, &self.inner);
        if is_of_this_gate && is_fresh(permit.at, at) { Ok(at) } else { Err(GateError::PermitStale) }
    }

    /// Writes that a person reads who looked at them. They may be known under another id by now than the one that they
    /// signed in with; whoever calls has checked that both are theirs.
    pub(crate) async fn spend_on_self(&self, permit: Permit, now: &LookSubject) -> Result<u64, Denied> {
        let at = self.inner.now()?;
        if !is_fresh(permit.at, at) {
            return Err(GateError::PermitStale.into());
        }
        let now = std::slice::from_ref(now);
        Ok(self.inner.write_look(&permit.request, &permit.terms, at, now, None, None).await?.leaf)
    }

    /// Refuses what a permit would have allowed, for reasons that hang on more than who asks for what: on the record that
    /// was named, for one. The refusal is in the log when this returns.
    pub async fn refuse(&self, permit: Permit, reasons: Vec<Reason>) -> Denied {
        let inner = &self.inner;
        match inner.now() {
            Ok(_) if !Arc::ptr_eq(&permit.gate, inner) => GateError::PermitStale.into(),
            Ok(at) => inner.refuse(&permit.request, at, reasons).await,
            Err(error) => error.into(),
        }
    }

    /// Gives the columns that a row of results of a search can have of a record of this register, with their classes: those
    /// of its records of persons. None where nobody is found in it.
    #[must_use]
    pub fn found_by(&self, register: &RegisterId) -> &[(String, Class)] {
        self.inner.classes.found(register)
    }

    /// Gives whether records of each register may be linked on a day (UTC): by the agreements in force, and all policies.
    #[must_use]
    pub fn linkable(&self, day: NaiveDate) -> IndexMap<RegisterId, Linkable> {
        self.inner.policy.linkable(day)
    }

    /// Gives the pseudonym under which `agency` knows a person.
    #[must_use]
    pub fn pseudonym(&self, agency: &AgencyId, person: PersonId) -> String {
        crate::pseudonym::pseudonym(&self.inner.keys, agency, person)
    }

    /// Gives the person whom `agency` knows under a pseudonym; none when it is not one of that agency's.
    #[must_use]
    pub fn person_of(&self, agency: &AgencyId, pseudonym: &str) -> Option<PersonId> {
        crate::pseudonym::person_of(&self.inner.keys, agency, pseudonym)
    }

    /// Gives the name under which a person speaks of a record of theirs. It is a keyed hash of both, so that nobody learns a
    /// record's id from it, and it names nothing for anyone else.
    #[must_use]
    pub fn own_record_name(&self, person: PersonId, record: &RecordId) -> String {
        crate::pseudonym::own_record_name(&self.inner.keys, person, record)
    }

    /// Takes no more looks and waits until all that were taken are written. What was granted stays granted.
    ///
    /// # Errors
    /// When the log can't publish the rest.
    pub async fn close(&self) -> Result<(), GateError> {
        self.inner.writer.close().await;
        let log = Arc::clone(&self.inner.log);
        let published = tokio::task::spawn_blocking(move || log.publish()).await;
        published.map_err(GateError::log)?.map_err(GateError::log)?;
        Ok(())
    }
}

/// What a permit was spent on.
pub(crate) struct Spent {
    pub(crate) terms: Arc<Terms>,
    pub(crate) scope: Scope,
    pub(crate) at: DateTime<Utc>,
    pub(crate) leaf: u64,
}

/// A look that is in the log.
pub(crate) struct Written {
    /// The place of its entry.
    pub(crate) leaf: u64,
    /// Which classes the entry names.
    pub(crate) scope: Scope,
}

/// What is to be written of a look.
pub(crate) struct Draft {
    pub(crate) kind: EntryKind,
    pub(crate) asked: Option<EntryKind>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor: Actor,
    pub(crate) purpose: PurposeId,
    pub(crate) registers: Vec<RegisterId>,
    pub(crate) classes: IndexMap<Class, Disclosure>,
    pub(crate) rules: Vec<String>,
    pub(crate) run: Option<RunDraft>,
    pub(crate) detail: Detail,
    pub(crate) spending: Option<Spending>,
}

/// What is to be written of a run.
pub(crate) struct RunDraft {
    pub(crate) run: RunId,
    pub(crate) job: Option<Job>,
    pub(crate) tables: Vec<TableRead>,
    pub(crate) files: Option<u64>,
    pub(crate) rows: Option<u64>,
    pub(crate) quarantined: Option<u64>,
}

impl Inner {
    pub(crate) fn now(&self) -> Result<DateTime<Utc>, GateError> {
        Ok(self.clock.now()?)
    }

    /// Gives what a request's purpose gives, whether or not the request is allowed.
    fn terms_of(&self, query: &Query<'_>) -> Arc<Terms> {
        let purpose = &query.request.purpose;
        let within = self.reach.get(purpose).map(Vec::as_slice);
        self.terms.of(purpose, within, self.policy.disclosures(query), &self.classes)
    }

    pub(crate) fn purpose(&self, id: &PurposeId) -> Option<&Purpose> {
        self.project.purposes.get(id)
    }

    /// Asks the rules; a refusal is written before it is returned.
    pub(crate) async fn judge(&self, request: &Request, at: DateTime<Utc>, persons_today: u32) -> Result<(), Denied> {
        let decision = self.policy.decide(&query(request, at, persons_today));
        if decision.allowed { Ok(()) } else { Err(self.refuse(request, at, decision.reasons.clone()).await) }
    }

    /// Writes a refusal and gives it; when it can't be written, gives the failure.
    pub(crate) async fn refuse(&self, request: &Request, at: DateTime<Utc>, reasons: Vec<Reason>) -> Denied {
        let person = match (&request.action, &request.actor) {
            (Action::OpenPerson { person }, _) | (Action::ReadOwn, Actor::Citizen { person, .. }) => Some(*person),
            _ => None,
        };
        self.refuse_about(request, at, reasons, person.as_slice()).await
    }

    /// Does the same for a look that would have been about these persons: they see that it was refused.
    pub(crate) async fn refuse_about(
        &self,
        request: &Request,
        at: DateTime<Utc>,
        reasons: Vec<Reason>,
        persons: &[PersonId],
    ) -> Denied {
        match self.write_refusal(request, at, &reasons, persons).await {
            Ok(leaf) => Denied::Refused(Refusal { leaf, reasons }),
            Err(error) => Denied::Failed(error),
        }
    }

    async fn write_refusal(
        &self,
        request: &Request,
        at: DateTime<Utc>,
        reasons: &[Reason],
        persons: &[PersonId],
    ) -> Result<u64, GateError> {
        let then = |person: &PersonId| SubjectThen { person: *person, records: Vec::new() };
        let mut detail = self.detail(request, persons.iter().map(then).collect());
        let shorten = |text: String| text.chars().take(JUSTIFICATION_CHARACTERS_MAX).collect::<String>();
        detail.justification = detail.justification.map(shorten);
        let draft = Draft {
            kind: EntryKind::Refusal,
            asked: Some(kind_of(&request.action)),
            at,
            actor: request.actor.clone(),
            purpose: request.purpose.clone(),
            registers: Vec::new(),
            classes: IndexMap::new(),
            rules: reasons.iter().map(|reason| reason.rule.clone()).collect(),
            run: None,
            detail,
            spending: None,
        };
        match self.write(draft).await? {
            Outcome::Written(leaf) => Ok(leaf),
            Outcome::Failed(error) => Err(error),
            Outcome::OverBudget(_) => Err(GateError::Rules("a refusal takes nothing out of a budget".into())),
        }
    }

    /// Writes an allowed look, with what it takes out of a budget, and gives its place in the log and what the entry names.
    pub(crate) async fn write_look(
        &self,
        request: &Request,
        terms: &Terms,
        at: DateTime<Utc>,
        subjects: &[LookSubject],
        more: Option<More>,
        spending: Option<Spending>,
    ) -> Result<Written, Denied> {
        let then = |subject: &LookSubject| SubjectThen { person: subject.person, records: subject.records.clone() };
        let mut detail = self.detail(request, subjects.iter().map(then).collect());
        let kind = match &more {
            None => kind_of(&request.action),
            Some(More::Contest { .. }) => EntryKind::Contest,
            Some(_) => EntryKind::Judgement,
        };
        detail.more = more;
        let scope = Scope::of(kind);
        let draft = Draft {
            kind,
            asked: None,
            at,
            actor: request.actor.clone(),
            purpose: request.purpose.clone(),
            registers: terms.searched.clone(),
            classes: terms.named(scope).clone(),
            rules: Vec::new(),
            run: None,
            detail,
            spending,
        };
        match self.write(draft).await? {
            Outcome::Written(leaf) => Ok(Written { leaf, scope }),
            Outcome::Failed(error) => Err(error.into()),
            Outcome::OverBudget(persons) => {
                // The rule itself says so, in its own words; it must not have changed its mind.
                let decision = self.policy.decide(&query(request, at, persons));
                if decision.allowed {
                    return Err(GateError::Rules("the budget is used up and no rule refuses".into()).into());
                }
                // Whether anybody would have been found is told neither by the refusal of a search nor by its entry: else each
                // search beyond the budget would tell as much as one within.
                let persons: Vec<PersonId> = match request.action {
                    Action::Search => Vec::new(),
                    _ => subjects.iter().map(|subject| subject.person).collect(),
                };
                Err(self.refuse_about(request, at, decision.reasons.clone(), &persons).await)
            }
        }
    }

    /// Seals and commits a draft, and hands it to the writer.
    pub(crate) async fn write(&self, draft: Draft) -> Result<Outcome, GateError> {
        let prepared = self.prepare(draft)?;
        Ok(self.writer.write(prepared).await)
    }

    fn prepare(&self, draft: Draft) -> Result<Prepared, GateError> {
        let Draft { kind, asked, at, actor, purpose, registers, classes, rules, run, detail, mut spending } = draft;
        let persons: Vec<PersonId> = detail.subjects.iter().map(|subject| subject.person).collect();
        if persons.len() > SUBJECTS_MAX {
            return Err(GateError::TooManySubjects { max: SUBJECTS_MAX });
        }
        let stored = detail.seal()?;
        let commitment = stored.commitment();
        let stands_in = spending.as_ref().filter(|spending| spending.is_in_vain).map(|_| stand_in(&commitment));
        if let Some(spending) = &mut spending {
            spending.persons.extend(stands_in);
        }
        let (run, job, tables, files, rows, quarantined) = match run {
            Some(run) => (Some(run.run), run.job, run.tables, run.files, run.rows, run.quarantined),
            None => (None, None, Vec::new(), None, None, None),
        };
        let entry = Entry {
            v: ENTRY_VERSION,
            kind,
            asked,
            at_ms: at.timestamp_millis(),
            by: self.by(&actor),
            // A name that the project does not have is whatever someone typed: it stays out of the log.
            purpose: self.purpose(&purpose).map(|purpose| purpose.id.clone()),
            registers,
            classes,
            subjects: persons.len() as u32,
            rules,
            job,
            run,
            tables,
            files,
            rows,
            quarantined,
            policy: Digest32(self.policy.digest()),
            commitment,
            tags: Vec::new(),
        };
        let look = NewLook {
            commitment: commitment.0,
            at,
            account: actor.account().cloned(),
            purpose,
            day: at.date_naive(),
            persons,
            counts_to_budget: spending.is_some(),
            stands_in,
            counts_as: counts_as(&actor, kind),
            detail: stored.encode()?,
        };
        Ok(Prepared { look, entry, spending })
    }

    fn detail(&self, request: &Request, subjects: Vec<SubjectThen>) -> Detail {
        let terms = self.purpose(&request.purpose).map(|purpose| TermsThen {
            says: purpose.says.clone(),
            says_fr: purpose.says_fr.clone(),
            legal_basis: purpose.legal_basis.clone(),
            case_named: request.case.is_some(),
            justified: request.justification.is_some(),
            by_program: request.by_program,
        });
        Detail {
            terms,
            officer: request.actor.account().cloned(),
            case: request.case.clone(),
            justification: request.justification.clone(),
            subjects,
            more: None,
        }
    }

    /// Gives who acts, as the log says it: what the project does not know is not repeated.
    fn by(&self, actor: &Actor) -> By {
        match actor {
            Actor::Citizen { .. } => By::Citizen,
            Actor::System => By::System,
            Actor::Member { recipient, .. } => {
                let agency = self.project.agencies.get(&recipient.agency);
                let is_known = agency.is_some_and(|agency| agency.roles.iter().any(|role| role.id == recipient.role));
                if is_known { By::Recipient(recipient.clone()) } else { By::Unknown }
            }
        }
    }

    /// Gives what opening a person takes out of the officer's budget. A purpose without a number allows none. Who judges a pair
    /// of the queue is bound by the queue; of records that they name themselves, [`Gate::commit_named`] takes the persons out. Of
    /// searches, [`Gate::commit_opening`] and [`Gate::commit_trying`] do.
    fn spending(&self, request: &Request, at: DateTime<Utc>) -> Option<Spending> {
        let Action::OpenPerson { person } = request.action else { return None };
        let key = budget_key(request, at)?;
        let persons_max = self.purpose(&request.purpose).and_then(|purpose| purpose.persons_per_officer_and_day);
        let persons_max = persons_max.unwrap_or(0);
        Some(Spending { key, persons: vec![person], missing: 0, is_in_vain: false, persons_max })
    }

    /// Gives how many different persons the account opened today, the one asked for among them.
    async fn persons_today(&self, request: &Request, at: DateTime<Utc>) -> Result<u32, GateError> {
        let person = match request.action {
            Action::OpenPerson { person } => Some(person),
            Action::Search => None,
            _ => return Ok(0),
        };
        let Some(key) = budget_key(request, at) else { return Ok(0) };
        self.writer.count_with(&key, person).await
    }

    /// Gives a batch without rows in the columns of a table.
    pub(crate) async fn empty_batch(&self, table: &TableRef) -> Result<RecordBatch, GateError> {
        let info = self.authority.info(table).await.map_err(GateError::lake)?;
        let info = info.ok_or_else(|| GateError::TableAbsent(table.to_string()))?;
        Ok(RecordBatch::new_empty(info.schema))
    }
}

fn query(request: &Request, at: DateTime<Utc>, persons_today: u32) -> Query<'_> {
    let subject_is_self = match (&request.actor, &request.action) {
        (Actor::Citizen { .. }, Action::ReadOwn) => true,
        (Actor::Citizen { person: own, .. }, Action::OpenPerson { person }) => own == person,
        _ => false,
    };
    Query { request, day: at.date_naive(), persons_today, subject_is_self }
}

/// Gives the id that takes the place of a person in a budget, where what was tried found nobody: no two looks have the same, and
/// nobody has it but by a chance of one in 2⁶⁴.
fn stand_in(commitment: &Digest32) -> PersonId {
    PersonId(u64::from_be_bytes(std::array::from_fn(|place| commitment.0[place])))
}

pub(crate) fn budget_key(request: &Request, at: DateTime<Utc>) -> Option<BudgetKey> {
    let account = request.actor.account()?.clone();
    Some(BudgetKey { account, purpose: request.purpose.clone(), day: at.date_naive() })
}

pub(crate) fn kind_of(action: &Action) -> EntryKind {
    match action {
        Action::Search => EntryKind::Search,
        Action::OpenPerson { .. } => EntryKind::Look,
        Action::ReviewLink => EntryKind::Review,
        Action::ReadOwn => EntryKind::Own,
        Action::RunJob { .. } => EntryKind::Job,
    }
}

/// Tells whether a permit can still be spent: on the day for which it was decided, and soon.
fn is_fresh(decided_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let age = now.signed_duration_since(decided_at).abs();
    decided_at.date_naive() == now.date_naive() && age <= TimeDelta::seconds(PERMIT_SECONDS_MAX)
}

/// Checks that the subjects are those that the request was decided for.
pub(crate) fn check_subjects(request: &Request, subjects: &[LookSubject]) -> Result<(), GateError> {
    let mut seen = HashSet::new();
    if !subjects.iter().all(|subject| seen.insert(subject.person)) {
        return Err(GateError::Subjects);
    }
    let is_only = |person: &PersonId| matches!(subjects, [subject] if subject.person == *person);
    let fits = match (&request.action, &request.actor) {
        (Action::Search, _) => true,
        (Action::OpenPerson { person }, _) => is_only(person),
        // Two records, of one person or of two.
        (Action::ReviewLink, _) => matches!(subjects.len(), 1 | 2),
        (Action::ReadOwn, Actor::Citizen { person, .. }) => is_only(person),
        // Whole tables are read through `start_job`.
        (Action::ReadOwn | Action::RunJob { .. }, _) => false,
    };
    if fits { Ok(()) } else { Err(GateError::Subjects) }
}
