//! Permits and grants: what a decision, and then its entry in the log, allow.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use lake::{Filter, TableRef};
use model::record::column;
use model::{Compared, Disclosure, ModelId, PersonId, PurposeId, RecordId, RegisterId, Request};

use crate::error::GateError;
use crate::gate::Inner;
use crate::mask::{self, Disclosed, Table};
use crate::terms::{Scope, Terms};

/// A person that a look is about, with all of their records.
///
/// The records are those of the whole spine, not only those within reach of the purpose: they are how a citizen finds
/// the looks at their records again when a person was merged or split since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookSubject {
    /// The person.
    pub person: PersonId,
    /// Their records.
    pub records: Vec<RecordId>,
}

/// A request that was decided and is allowed, but is not in the log yet. It opens nothing: it is spent on a [`Grant`].
///
/// Nobody else can make one (each example that must not compile has one beside it that does, and differs in the line that is
/// forbidden):
///
/// ```compile_fail,E0451
/// fn any<T>() -> T { loop {} }
/// fn forge() -> gate::Permit {
///     gate::Permit { gate: any(), request: any(), terms: any(), at: any() }
/// }
/// ```
/// ```
/// fn any<T>() -> T { loop {} }
/// fn forge() -> gate::Permit {
///     any()
/// }
/// ```
/// nor change what was decided:
/// ```compile_fail,E0616
/// fn widen(permit: &mut gate::Permit, other: model::Request) {
///     permit.request = other;
/// }
/// ```
/// ```
/// fn widen(permit: &mut gate::Permit, other: model::Request) {
///     let decided = permit.request();
/// }
/// ```
/// nor use one twice:
/// ```compile_fail,E0382
/// async fn twice(gate: gate::Gate, permit: gate::Permit) {
///     let first = gate.commit(permit, vec![]).await;
///     let second = gate.commit(permit, vec![]).await;
/// }
/// ```
/// ```
/// async fn once(gate: gate::Gate, permit: gate::Permit) {
///     let first = gate.commit(permit, vec![]).await;
/// }
/// ```
/// nor copy one, make one of nothing, or read one from a file:
/// ```compile_fail,E0277
/// fn copy<T: Clone>() {}
/// copy::<gate::Permit>();
/// ```
/// ```compile_fail,E0277
/// fn of_nothing<T: Default>() {}
/// of_nothing::<gate::Permit>();
/// ```
/// ```compile_fail,E0277
/// fn read<T: serde::de::DeserializeOwned>() {}
/// read::<gate::Permit>();
/// ```
/// ```
/// fn copy<T: Clone>() {}
/// fn of_nothing<T: Default>() {}
/// fn read<T: serde::de::DeserializeOwned>() {}
/// copy::<gate::Entry>();
/// of_nothing::<String>();
/// read::<gate::Entry>();
/// ```
#[must_use]
pub struct Permit {
    pub(crate) gate: Arc<Inner>,
    pub(crate) request: Request,
    pub(crate) terms: Arc<Terms>,
    pub(crate) at: DateTime<Utc>,
}

impl Permit {
    /// Gives the registers that a search may look into.
    #[must_use]
    pub fn registers(&self) -> &[RegisterId] {
        &self.terms.searched
    }

    /// Gives the registers of which values would be shown.
    #[must_use]
    pub fn shown(&self) -> &[RegisterId] {
        &self.terms.shown
    }

    /// Tells whether a search may compare what was typed with this column of a register.
    #[must_use]
    pub fn searchable(&self, register: &RegisterId, column: &str) -> bool {
        self.terms.column(&self.gate.project, Scope::Given, register, column).searchable()
    }

    /// Tells whether values of this column of a model's table would be shown as they are.
    #[must_use]
    pub fn gives_in_model(&self, model: &ModelId, column: &str) -> bool {
        let Ok((register, classes)) = self.gate.classes.model(model) else { return false };
        classes.get(column).is_some_and(|class| *self.terms.disclosure(register, *class) == Disclosure::Value)
    }

    /// Gives what a search under it may compare.
    #[must_use]
    pub fn compares(&self) -> Compares {
        Compares { gate: Arc::clone(&self.gate), terms: Arc::clone(&self.terms) }
    }

    /// Gives the purpose.
    #[must_use]
    pub fn purpose(&self) -> &PurposeId {
        &self.request.purpose
    }

    /// Gives the request that was decided.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Gives the day (UTC) for which it was decided.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }
}

/// What a search may compare what is typed with: rules of the project, and no value. It opens nothing.
pub struct Compares {
    pub(crate) gate: Arc<Inner>,
    pub(crate) terms: Arc<Terms>,
}

impl Compares {
    /// Gives the registers that a search may look into.
    #[must_use]
    pub fn registers(&self) -> &[RegisterId] {
        &self.terms.searched
    }

    /// Tells how a search may compare what is typed with this column of a model's table.
    #[must_use]
    pub fn in_model(&self, model: &ModelId, column: &str) -> Compared {
        let Ok((register, classes)) = self.gate.classes.model(model) else { return Compared::Not };
        classes.get(column).map_or(Compared::Not, |class| self.terms.disclosure(register, *class).compared())
    }
}

/// Shows the purpose only.
impl std::fmt::Debug for Compares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compares").field("purpose", &self.terms.purpose).finish_non_exhaustive()
    }
}

/// Shows the purpose only.
impl std::fmt::Debug for Permit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permit").field("purpose", &self.request.purpose).finish_non_exhaustive()
    }
}

/// The right to see these persons under this purpose: its entry in the log is durable.
///
/// It can be lent, neither copied nor made by anyone but [`Gate::commit`](crate::Gate::commit):
///
/// ```compile_fail,E0451
/// fn any<T>() -> T { loop {} }
/// fn forge() -> gate::Grant {
///     gate::Grant { gate: any(), terms: any(), scope: any(), subjects: any(), records: any(), leaf: any(), at: any() }
/// }
/// ```
/// ```
/// fn any<T>() -> T { loop {} }
/// fn forge() -> gate::Grant {
///     any()
/// }
/// ```
/// ```compile_fail,E0616
/// fn widen(grant: &mut gate::Grant, others: Vec<gate::LookSubject>) {
///     grant.subjects = others;
/// }
/// ```
/// ```
/// fn widen(grant: &mut gate::Grant, others: Vec<gate::LookSubject>) {
///     let leaf = grant.leaf();
/// }
/// ```
/// ```compile_fail,E0277
/// fn copy<T: Clone>() {}
/// copy::<gate::Grant>();
/// ```
/// ```compile_fail,E0277
/// fn of_nothing<T: Default>() {}
/// of_nothing::<gate::Grant>();
/// ```
/// ```compile_fail,E0277
/// fn read<T: serde::de::DeserializeOwned>() {}
/// read::<gate::Grant>();
/// ```
/// ```
/// fn copy<T: Clone>() {}
/// fn of_nothing<T: Default>() {}
/// fn read<T: serde::de::DeserializeOwned>() {}
/// copy::<gate::Entry>();
/// of_nothing::<String>();
/// read::<gate::Entry>();
/// ```
/// A permit is not a grant:
/// ```compile_fail,E0308
/// fn skip_the_log<'a>(permit: &'a gate::Permit, grant: &'a gate::Grant) -> &'a gate::Grant {
///     permit
/// }
/// ```
/// ```
/// fn skip_the_log<'a>(permit: &'a gate::Permit, grant: &'a gate::Grant) -> &'a gate::Grant {
///     grant
/// }
/// ```
#[must_use]
pub struct Grant {
    pub(crate) gate: Arc<Inner>,
    pub(crate) terms: Arc<Terms>,
    /// Which classes its entry names; no other is given.
    pub(crate) scope: Scope,
    pub(crate) subjects: Vec<LookSubject>,
    /// By register within reach that has any: the hashes of the subjects' records.
    pub(crate) records: HashMap<RegisterId, HashSet<[u8; 16]>>,
    pub(crate) leaf: u64,
    pub(crate) at: DateTime<Utc>,
}

impl Grant {
    /// Gives the number of its entry in the log.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.leaf
    }

    /// Gives the time of its entry.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Gives the purpose.
    #[must_use]
    pub fn purpose(&self) -> &PurposeId {
        &self.terms.purpose
    }

    /// Gives the registers of which it shows values.
    #[must_use]
    pub fn registers(&self) -> &[RegisterId] {
        &self.terms.shown
    }

    /// Gives the persons that it is about.
    #[must_use]
    pub fn subjects(&self) -> &[LookSubject] {
        &self.subjects
    }

    /// Gives how a column of a register is disclosed; withheld when the register is not within reach or has no such
    /// column, and when the entry does not name its class.
    #[must_use]
    pub fn how(&self, register: &RegisterId, column: &str) -> &Disclosure {
        self.terms.column(&self.gate.project, self.scope, register, column)
    }

    /// Gives what the grant discloses of a batch of a register's rows: the rows of its subjects, each column as its
    /// class is disclosed; those of a class that its entry does not name are withheld. This is the one function that masks;
    /// every value leaves through it.
    ///
    /// # Errors
    /// Nothing is given when the grant does not reach the register, when a column has no class, and when the batch has
    /// no `_record`.
    pub fn apply(&self, register: &RegisterId, batch: &RecordBatch) -> Result<Disclosed, GateError> {
        let classes = self.gate.classes.register(register)?;
        self.apply_table(register.as_str(), register, classes, batch)
    }

    /// Gives what the grant discloses of a batch of a model's rows, by the classes of the model's columns.
    ///
    /// # Errors
    /// As [`apply`](Self::apply); and when the project has no such model.
    pub fn apply_model(&self, model: &ModelId, batch: &RecordBatch) -> Result<Disclosed, GateError> {
        let (register, classes) = self.gate.classes.model(model)?;
        self.apply_table(model.as_str(), register, classes, batch)
    }

    fn apply_table(
        &self,
        name: &str,
        register: &RegisterId,
        classes: &HashMap<String, model::Class>,
        batch: &RecordBatch,
    ) -> Result<Disclosed, GateError> {
        let records = self.records_of(register)?;
        mask::apply(&Table { name, register, classes }, &self.terms, self.scope, records, batch)
    }

    fn records_of(&self, register: &RegisterId) -> Result<&HashSet<[u8; 16]>, GateError> {
        /// Those of a register within reach in which no subject is.
        static NONE: LazyLock<HashSet<[u8; 16]>> = LazyLock::new(HashSet::new);
        match self.records.get(register) {
            Some(records) => Ok(records),
            None if self.terms.shown.contains(register) => Ok(&NONE),
            None => Err(GateError::RegisterNotGranted(register.clone())),
        }
    }

    /// Reads the subjects' rows of a register from the lake and gives what the grant discloses of them.
    ///
    /// # Errors
    /// As [`apply`](Self::apply); and when the table is absent or can't be read.
    pub async fn read(&self, register: &RegisterId) -> Result<Disclosed, GateError> {
        let batch = self.scan(&TableRef::register(register), register).await?;
        self.apply(register, &batch)
    }

    /// Reads the subjects' rows of a model from the lake and gives what the grant discloses of them.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn read_model(&self, model: &ModelId) -> Result<Disclosed, GateError> {
        let (register, _) = self.gate.classes.model(model)?;
        let batch = self.scan(&TableRef::model(model), register).await?;
        self.apply_model(model, &batch)
    }

    async fn scan(&self, table: &TableRef, register: &RegisterId) -> Result<RecordBatch, GateError> {
        let any_of: Vec<String> = self.records_of(register)?.iter().map(hex::encode).collect();
        let only = Filter { column: column::RECORD.to_owned(), any_of };
        let stream = self.gate.authority.scan(table, None, None, Some(only)).await.map_err(GateError::lake)?;
        let batches: Vec<RecordBatch> = stream.try_collect().await.map_err(GateError::lake)?;
        let Some(first) = batches.first() else { return self.gate.empty_batch(table).await };
        concat_batches(&first.schema(), &batches)
            .map_err(|_| GateError::Shape { table: table.to_string(), why: "its batches differ".into() })
    }
}

/// Shows no subject.
impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant").field("purpose", &self.terms.purpose).field("leaf", &self.leaf).finish_non_exhaustive()
    }
}
