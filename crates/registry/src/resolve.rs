//! Whose a record is that comes ahead of its register's next delivery.
//!
//! One record in, at most one person out. The person is named as the dossier would name them, and why is told as far as a
//! search under the same purpose may compare; what of the answer hangs on anything else is not told. The record is kept in
//! `state`, sealed, until a delivery brings it: its answer leaves once the look is in the log and the record is on the disk.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gate::{Gate, Linkable, LookSubject, Named, Names, Permit, Reason, Sentences};
use indexmap::IndexMap;
use lake::Lake;
use linkage::{LinkProgress, LinkageError, Nearest, Residents, Values};
use model::{Actor, Compared, PersonId, Project, RecordId, Register, RegisterId, Request, RunId};
use state::{Arrival, State};
use tokio::sync::Mutex;

use crate::dossier::Evidence;
use crate::error::RegistryError;
use crate::index::Index;

/// A record that comes by itself. Holds values, hence no `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResolveQuery {
    /// The name of its register.
    pub register: String,
    /// The columns of the register's key, as the register's files write them.
    pub key: BTreeMap<String, String>,
    /// Its values by column of person records; dates as `YYYY-MM-DD`.
    pub values: Values,
}

/// Whose a record is.
pub struct Resolved {
    /// The number of the entry in the log.
    pub leaf: u64,
    /// The person; none when it is nobody's who may be told of. Agencies see a pseudonym of it.
    pub person: Option<PersonId>,
    /// What links the record to the person; there when the person is.
    pub evidence: Option<Evidence>,
    /// Columns that the purpose doesn't let the asker compare; they were not used and are not kept.
    pub not_used: Vec<String>,
    /// Until when the record is kept if no delivery brings it.
    pub kept_until: DateTime<Utc>,
}

/// Says why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// What was asked can't be answered. Says what is missing, and holds nothing of what was asked.
    #[error("{0}")]
    Asked(String),
    /// An agreement has ended since the records were read.
    #[error("an agreement under which records were linked is not in force any more: link anew")]
    AgreementEnded,
    /// Anything else: refused, or failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<LinkageError> for ResolveError {
    fn from(error: LinkageError) -> Self {
        Self::Registry(error.into())
    }
}

impl From<gate::Denied> for ResolveError {
    fn from(denied: gate::Denied) -> Self {
        Self::Registry(denied.into())
    }
}

/// What was there when a resolver opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opened {
    /// Records that were read.
    pub records: usize,
    /// Records that had come before and are kept.
    pub kept: usize,
    /// Records that a delivery has brought since: what was kept of them is erased.
    pub settled: usize,
    /// Records that no delivery brought in time: what was kept of them is erased.
    pub expired: usize,
}

/// Tells whose records are, as they come.
pub struct Resolver {
    index: Arc<Index>,
    state: State,
    keep: TimeDelta,
    held: Mutex<Held>,
}

/// What is in memory.
struct Held {
    residents: Residents,
    kept: HashMap<RecordId, Arrival>,
    /// What may be linked on a day.
    linkable: Option<(NaiveDate, IndexMap<RegisterId, Linkable>)>,
}

impl Held {
    fn linkable(&mut self, gate: &Gate, day: NaiveDate) -> &IndexMap<RegisterId, Linkable> {
        let known = self.linkable.take().filter(|(of, _)| *of == day);
        &self.linkable.insert(known.unwrap_or_else(|| (day, gate.linkable(day)))).1
    }

    /// Says whether a register that was read may not be linked any more.
    fn has_ended(&mut self, gate: &Gate, day: NaiveDate) -> bool {
        let registers: Vec<RegisterId> = self.residents.registers().iter().cloned().collect();
        let linkable = self.linkable(gate, day);
        !registers.iter().all(|register| linkable.get(register).is_some_and(|linkable| linkable.decision.allowed))
    }

    /// Takes a record away that came, and puts back what was kept of it before.
    fn undo(&mut self, record: &RecordId) {
        let undone = match self.kept.get(record) {
            Some(before) => self.residents.put(record, &before.values),
            None => self.residents.take_away(record),
        };
        if let Err(error) = undone {
            tracing::error!(%error, "a record that was not answered could not be taken back; it is gone at the next start");
        }
    }
}

/// A record that was understood.
struct Understood {
    record: RecordId,
    values: Values,
    not_used: Vec<String>,
}

impl Resolver {
    /// Reads the records that agreements let be linked, in a run of `link` that learns nothing and writes no more than what was
    /// said and waits for the spine, and those that came by themselves before; what is kept of the latter is erased when a
    /// delivery has brought them, or they came more than `keep_days` ago.
    ///
    /// # Errors
    /// Whatever keeps [`Residents`] from being read, and [`RegistryError::State`].
    pub async fn open(
        (lake, gate): (&Lake, &Gate),
        (index, state): (Arc<Index>, State),
        by: &Actor,
        run: &RunId,
        (keep_days, now): (u32, DateTime<Utc>),
        progress: &(dyn Fn(LinkProgress) + Send + Sync),
    ) -> Result<(Self, Opened), RegistryError> {
        let mut residents = Residents::load(lake, gate, gate.project(), by, run, progress).await?;
        let keep = TimeDelta::days(i64::from(keep_days));
        let mut opened = Opened { records: residents.records(), ..Opened::default() };
        let (mut kept, mut gone) = (HashMap::new(), Vec::new());
        for arrival in state.arrivals().await? {
            if residents.has_read(&arrival.record) {
                opened.settled += 1;
                gone.push(arrival.record);
            } else if is_over(&arrival, keep, now) {
                opened.expired += 1;
                gone.push(arrival.record);
            } else if residents.registers().contains(&arrival.record.register) {
                residents.put(&arrival.record, &arrival.values)?;
                kept.insert(arrival.record.clone(), arrival);
            }
        }
        opened.kept = kept.len();
        if !gone.is_empty() {
            state.erase_arrivals(&gone).await?;
        }
        let held = Mutex::new(Held { residents, kept, linkable: None });
        Ok((Self { index, state, keep, held }, opened))
    }

    /// Forgets the records that came too long ago, and tells how many there were.
    ///
    /// # Errors
    /// [`RegistryError::State`] when they can't be erased; nothing is known of them any more all the same.
    pub async fn forget_old(&self, now: DateTime<Utc>) -> Result<usize, RegistryError> {
        let mut held = self.held.lock().await;
        let old = held.kept.values().filter(|arrival| is_over(arrival, self.keep, now));
        let old: Vec<RecordId> = old.map(|arrival| arrival.record.clone()).collect();
        for record in &old {
            held.kept.remove(record);
            held.residents.take_away(record)?;
        }
        if !old.is_empty() {
            self.state.erase_arrivals(&old).await?;
        }
        Ok(old.len())
    }

    /// Tells whose a record is under a purpose, and keeps it. The person who is named is the subject of the log entry.
    ///
    /// What was begun goes on when whoever asked goes away, so that the record is kept and answered, or neither.
    ///
    /// # Errors
    /// [`ResolveError::Registry`] with [`RegistryError::Denied`] when the gate refuses or fails; [`ResolveError::Asked`]
    /// when the record names nobody; whatever keeps the answer from being made. The record is then as before.
    pub async fn resolve(
        self: &Arc<Self>,
        gate: &Gate,
        request: &Request,
        query: ResolveQuery,
    ) -> Result<Resolved, ResolveError> {
        let (this, gate, request) = (Arc::clone(self), gate.clone(), request.clone());
        let task = tokio::spawn(async move { this.answer(&gate, &request, &query).await });
        task.await.unwrap_or(Err(LinkageError::Stopped.into()))
    }

    async fn answer(&self, gate: &Gate, request: &Request, query: &ResolveQuery) -> Result<Resolved, ResolveError> {
        let permit = gate.decide(request).await?;
        let mut held = self.held.lock().await;
        let register = match self.register(&mut held, gate, &permit, &query.register) {
            Ok(register) => register,
            Err(reasons) => return Err(gate.refuse(permit, reasons).await.into()),
        };
        if held.has_ended(gate, permit.day()) {
            return Err(ResolveError::AgreementEnded);
        }
        let Understood { record, values, not_used } = self.understand(&held.residents, &permit, register, query)?;
        if held.residents.has_read(&record) {
            return Err(gate.refuse(permit, vec![known(register)]).await.into());
        }
        held.residents.put(&record, &values)?;
        let answered = self.answer_for(&held, gate, permit, (&record, &values), not_used).await;
        match answered {
            Ok((answer, arrival)) => {
                held.kept.insert(record, arrival);
                Ok(answer)
            }
            Err(error) => {
                held.undo(&record);
                Err(error)
            }
        }
    }

    /// Writes the look and keeps the record, which is in memory already.
    async fn answer_for(
        &self,
        held: &Held,
        gate: &Gate,
        permit: Permit,
        (record, values): (&RecordId, &Values),
        not_used: Vec<String>,
    ) -> Result<(Resolved, Arrival), ResolveError> {
        let found = self.whose(&held.residents, &permit, record)?;
        let subjects = match &found {
            Some((person, _)) => vec![LookSubject { person: *person, records: self.index.records_of(*person)? }],
            None => Vec::new(),
        };
        let grant = gate.commit(permit, subjects).await?;
        let evidence = match &found {
            Some((_, nearest)) => Some(self.index.evidence_of_given(&grant, nearest, values, &not_used)?),
            None => None,
        };
        let person = found.map(|(person, _)| person);
        let arrival =
            Arrival { record: record.clone(), values: values.clone(), person, leaf: grant.leaf(), at: grant.at() };
        self.state.keep_arrival(&arrival).await.map_err(RegistryError::from)?;
        let kept_until = grant.at() + self.keep;
        Ok((Resolved { leaf: grant.leaf(), person, evidence, not_used, kept_until }, arrival))
    }

    /// Gives whose a record is and what it agrees with most, as far as the purpose lets that be found: the two agree by what
    /// may be compared alone, and the person has a record that is shown.
    fn whose(
        &self,
        residents: &Residents,
        permit: &Permit,
        record: &RecordId,
    ) -> Result<Option<(PersonId, Nearest)>, ResolveError> {
        let may_compare = |register: &RegisterId, column: &str| self.is_searchable(permit, register, column);
        let is_asked = |other: &RecordId| {
            let contested = self.state.contested_since(std::slice::from_ref(other));
            permit.registers().contains(&other.register) && contested.iter().all(Option::is_none)
        };
        let Some(nearest) = residents.nearest(record, &may_compare, &is_asked)? else { return Ok(None) };
        let Some(place) = self.index.place(&nearest.record) else { return Ok(None) };
        let Some(person) = self.index.person_of(place)? else { return Ok(None) };
        let records = self.index.records_of(person)?;
        let is_shown = records.iter().any(|record| permit.shown().contains(&record.register));
        Ok(is_shown.then_some((person, nearest)))
    }

    /// Tells whether the purpose lets a column of a register's person records be compared with what was typed.
    fn is_searchable(&self, permit: &Permit, register: &RegisterId, column: &str) -> bool {
        let models = self.index.person_models.get(register).map(Vec::as_slice).unwrap_or_default();
        let compares = permit.compares();
        !models.is_empty() && models.iter().all(|model| compares.in_model(model, column) == Compared::Tolerantly)
    }

    /// Gives the register that is named, or why its records are not for who asks.
    fn register<'g>(
        &self,
        held: &mut Held,
        gate: &'g Gate,
        permit: &Permit,
        name: &str,
    ) -> Result<&'g Register, Vec<Reason>> {
        let register = gate.project().registers.get(name).filter(|register| permit.registers().contains(&register.id));
        let register = register.ok_or_else(|| vec![out_of_reach(permit)])?;
        let is_keeper = match &permit.request().actor {
            Actor::Member { recipient, .. } => recipient.agency == register.agency,
            _ => false,
        };
        if !is_keeper {
            return Err(vec![not_the_keeper(register)]);
        }
        let is_read = held.residents.registers().contains(&register.id);
        match held.linkable(gate, permit.day()).get(&register.id) {
            Some(linkable) if linkable.decision.allowed && is_read => Ok(register),
            linkable => {
                let why = linkable.filter(|linkable| !linkable.decision.allowed);
                let why = why.into_iter().flat_map(|linkable| linkable.decision.reasons.iter().cloned());
                Err(std::iter::once(not_linked(register)).chain(why).collect())
            }
        }
    }

    /// Reads what was asked.
    fn understand(
        &self,
        residents: &Residents,
        permit: &Permit,
        register: &Register,
        query: &ResolveQuery,
    ) -> Result<Understood, ResolveError> {
        let id = &register.id;
        if register.key.is_empty() {
            return Err(ResolveError::Asked(format!(
                "the register `{id}` has no key, so no record of it can be named"
            )));
        }
        let is_key = query.key.len() == register.key.len()
            && register.key.iter().all(|column| query.key.get(column).is_some_and(|value| !value.trim().is_empty()));
        if !is_key {
            let columns = register.key.join("`, `");
            return Err(ResolveError::Asked(format!("`key` has the columns of the register's key: `{columns}`")));
        }
        let key: Vec<Option<&str>> =
            register.key.iter().map(|column| query.key.get(column).map(|value| value.trim())).collect();
        let record = RecordId::from_key(id, &key);
        let columns = residents.columns();
        if query.values.keys().any(|column| !columns.contains(column)) {
            let known = columns.iter().map(String::as_str).collect::<Vec<_>>().join("`, `");
            return Err(ResolveError::Asked(format!(
                "`values` has a column that is not compared; those that are: `{known}`"
            )));
        }
        let filled = query.values.iter().filter(|(_, value)| !value.trim().is_empty());
        let (used, unused): (Vec<_>, Vec<_>) = filled.partition(|(column, _)| self.is_searchable(permit, id, column));
        let values: Values = used.into_iter().map(|(column, value)| (column.clone(), value.clone())).collect();
        let not_used: Vec<String> = unused.into_iter().map(|(column, _)| column.clone()).collect();
        if residents.can_compare(&values) {
            return Ok(Understood { record, values, not_used });
        }
        let mut why =
            "the values name nobody: give those of a rule of `linkage.toml` by which records are found, and of \
                       two columns that are compared"
                .to_owned();
        if !not_used.is_empty() {
            why += &format!("; the purpose doesn't let you compare `{}`", not_used.join("`, `"));
        }
        Err(ResolveError::Asked(why))
    }
}

/// Erases what is kept of records that came by themselves and that the project's index has by now; tells of how many.
///
/// # Errors
/// When the index can't be opened or read, or `state` fails.
pub async fn settle_arrivals(project: &Arc<Project>, state: &State) -> Result<usize, RegistryError> {
    let arrivals = state.arrivals().await?;
    if arrivals.is_empty() {
        return Ok(0);
    }
    let index = Index::open(project)?;
    let mut settled = Vec::new();
    for arrival in arrivals {
        let person = index.place(&arrival.record).map(|place| index.person_of(place)).transpose()?;
        if person.flatten().is_some() {
            settled.push(arrival.record);
        }
    }
    state.erase_arrivals(&settled).await?;
    Ok(settled.len())
}

fn is_over(arrival: &Arrival, keep: TimeDelta, now: DateTime<Utc>) -> bool {
    now.signed_duration_since(arrival.at) >= keep
}

fn out_of_reach(permit: &Permit) -> Reason {
    let purpose = permit.purpose();
    let sentences = Sentences {
        says: "The purpose {purpose} does not reach a register of this name.",
        says_fr: "La finalité {purpose} ne donne accès à aucun registre de ce nom.",
        needed: "A purpose, and its agreement, that name the register.",
        needed_fr: "Une finalité, et son accord, qui nomment le registre.",
    };
    let names = Names::default().with("purpose", Named::Purpose(purpose.clone()));
    Reason::new("resolve.register-out-of-reach", Some(format!("purposes/{purpose}.toml").into()), sentences, &names)
}

/// Gives that `{register}` stands for a register.
fn names_of(register: &Register) -> Names {
    Names::default().with("register", Named::Registers(vec![register.id.clone()]))
}

fn not_the_keeper(register: &Register) -> Reason {
    let sentences = Sentences {
        says: "Only the agency {agency} brings records of the register {register}.",
        says_fr: "Seule l’administration {agency} apporte des enregistrements du registre {register}.",
        needed: "Ask the agency that keeps the register, or search for the person.",
        needed_fr: "Adressez-vous à l’administration qui tient le registre, ou recherchez la personne.",
    };
    let names = names_of(register).with("agency", Named::Agency(register.agency.clone()));
    let file = format!("registers/{}.toml", register.id);
    Reason::new("resolve.not-the-keeper", Some(file.into()), sentences, &names)
}

fn not_linked(register: &Register) -> Reason {
    let sentences = Sentences {
        says: "No agreement in force lets records of the register {register} be linked.",
        says_fr: "Aucun accord en vigueur ne permet de relier des enregistrements du registre {register}.",
        needed: "The agencies agree on it, or renew their agreement.",
        needed_fr: "Les administrations en conviennent, ou renouvellent leur accord.",
    };
    Reason::new("resolve.register-not-linked", Some("linkage.toml".into()), sentences, &names_of(register))
}

fn known(register: &Register) -> Reason {
    let sentences = Sentences {
        says: "The register {register} has a record of this key: whose it is has been found, and a list of keys is no \
               question.",
        says_fr: "Le registre {register} a déjà un enregistrement portant cette clé\u{a0}: son titulaire est établi, et \
                  une liste de clés n’est pas une question.",
        needed: "Search for the person.",
        needed_fr: "Recherchez la personne.",
    };
    Reason::new("resolve.record-known", None, sentences, &names_of(register))
}
