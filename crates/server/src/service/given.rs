//! Rows as a purpose gives them: which columns, their values, and why the others are withheld.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;
use gate::{ColumnDisclosed, Disclosed};
use model::record::column;
use model::{Project, RegisterId};
use parking_lot::{Mutex, RwLock};
use policy::Reason;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::catalogue::ClassRule;
use super::said::Said;
use super::value::{self, ShownValue};
use crate::app::App;
use crate::problem::Problem;

/// A column whose values are given.
#[derive(Clone, Serialize, ToSchema)]
pub struct GivenColumn {
    /// Its name.
    pub name: String,
    /// What people call it in English.
    pub title: String,
    /// What people call it in French.
    pub title_fr: String,
    /// The unit of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it says about the person, and how it is disclosed.
    #[serde(flatten)]
    pub rule: ClassRule,
}

/// A column that is not given.
#[derive(Clone, Serialize, ToSchema)]
pub struct WithheldColumn {
    /// The column.
    #[serde(flatten)]
    #[schema(value_type = ColumnName)]
    pub column: Arc<ColumnName>,
    /// Why it is withheld: the place, from 0, in the `reasons` of the answer.
    pub reason: usize,
}

/// What a column is called.
#[derive(Serialize, ToSchema)]
pub struct ColumnName {
    /// Its name.
    pub name: String,
    /// What people call it in English.
    pub title: String,
    /// What people call it in French.
    pub title_fr: String,
    /// What it says about the person.
    pub class: String,
}

/// Why columns are withheld. An answer says each reason once.
#[derive(Clone, ToSchema)]
pub struct ReasonView {
    /// The rule that withholds.
    pub rule: String,
    /// Why, in English.
    pub says: String,
    /// Why, in French.
    pub says_fr: String,
    /// What would be needed, and how to ask for it, in English.
    pub needed: String,
    /// The same in French.
    pub needed_fr: String,
    /// The same sentences before anything stands in them for what they name: pages put titles there.
    #[schema(ignore)]
    pub(crate) wording: Arc<policy::Wording>,
    /// The same as answers say it.
    #[schema(ignore)]
    json: Arc<RawValue>,
}

impl ReasonView {
    fn of(reason: &Reason) -> serde_json::Result<Self> {
        /// What answers say, in their order.
        #[derive(Serialize)]
        struct Written<'a> {
            rule: &'a str,
            says: &'a str,
            says_fr: &'a str,
            needed: &'a str,
            needed_fr: &'a str,
        }
        let Reason { rule, says, says_fr, needed, needed_fr, wording, .. } = reason;
        let json = serde_json::value::to_raw_value(&Written { rule, says, says_fr, needed, needed_fr })?;
        Ok(Self {
            rule: rule.clone(),
            says: says.clone(),
            says_fr: says_fr.clone(),
            needed: needed.clone(),
            needed_fr: needed_fr.clone(),
            wording: Arc::clone(wording),
            json: json.into(),
        })
    }

    /// Tells whether two are said and shown alike.
    fn is_like(&self, other: &Self) -> bool {
        self.json.get() == other.json.get() && self.wording == other.wording
    }
}

impl Serialize for ReasonView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// The values of one row, by column. As JSON, an object whose members are in the order of the columns.
#[derive(Clone)]
pub struct Values {
    columns: Arc<[GivenColumn]>,
    values: Vec<ShownValue>,
}

/// One value with its column.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    /// The column.
    pub column: &'a GivenColumn,
    /// The value.
    pub value: &'a ShownValue,
}

impl Values {
    /// Gives the values with their columns, in order.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> + Clone {
        self.columns.iter().zip(&self.values).map(|(column, value)| Field { column, value })
    }

    /// Gives a row without columns.
    #[must_use]
    pub fn none() -> Self {
        Self { columns: Arc::from([]), values: Vec::new() }
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for field in self.fields() {
            map.serialize_entry(&field.column.name, field.value)?;
        }
        map.end()
    }
}

/// Rows of one register.
pub(crate) struct Given {
    pub(crate) columns: Said<GivenColumn>,
    pub(crate) rows: Vec<Values>,
    pub(crate) withheld: Said<WithheldColumn>,
}

/// Where a row came from.
#[derive(Default)]
pub(crate) struct Origin {
    /// The file.
    pub(crate) file: Option<String>,
    /// The row's number in it, counted from 0 over data rows.
    pub(crate) row: Option<i64>,
    /// The run that ingested it.
    pub(crate) run: Option<String>,
}

impl Given {
    /// Gives the one row that there is, or a row without columns.
    pub(crate) fn into_row(self) -> (Said<GivenColumn>, Values, Said<WithheldColumn>) {
        let row = self.rows.into_iter().next().unwrap_or_else(Values::none);
        (self.columns, row, self.withheld)
    }
}

/// The reasons of an answer, as they come up.
#[derive(Default)]
pub(crate) struct Reasons(Vec<Arc<ReasonView>>);

impl Reasons {
    /// Gives the place of a reason. Those that are alike are mostly one ([`Heads::reason`]).
    fn place(&mut self, reason: &Arc<ReasonView>) -> usize {
        let known = self.0.iter().position(|known| Arc::ptr_eq(known, reason) || known.is_like(reason));
        known.unwrap_or_else(|| {
            self.0.push(Arc::clone(reason));
            self.0.len() - 1
        })
    }

    /// Gives all of them.
    pub(crate) fn into_views(self) -> Vec<Arc<ReasonView>> {
        self.0
    }
}

/// What there is to say of the columns of a table, whatever the rows.
struct Head {
    columns: Said<GivenColumn>,
    withheld: Vec<(Arc<ColumnName>, Arc<ReasonView>)>,
    /// The columns that are withheld as answers say them, by the places that the reasons have in an answer: there are few, since
    /// the sections of an answer come in one order.
    said: RwLock<HashMap<Vec<usize>, Said<WithheldColumn>>>,
    /// Of which columns of a batch the values are.
    places: Places,
}

/// The most ways in which a table's withheld columns are kept as they are said.
const SAID_MAX: usize = 64;

/// Where the columns of an answer are in batches of a schema.
struct Places {
    schema: SchemaRef,
    columns: Vec<usize>,
}

impl Places {
    fn of(schema: &SchemaRef, columns: &[GivenColumn]) -> Result<Self, Problem> {
        // Nothing is ever shown under another column's name: without a place there is no answer.
        let absent = || Problem::new("internal", "a column that is given has no values").in_words("problem-is-value");
        let place = |column: &GivenColumn| schema.column_with_name(&column.name).map(|(place, _)| place);
        let found = columns.iter().map(|column| place(column).ok_or_else(absent));
        Ok(Self { columns: found.collect::<Result<_, _>>()?, schema: Arc::clone(schema) })
    }
}

impl Head {
    fn of(heads: &Heads, project: &Project, register: &RegisterId, shown: &Disclosed) -> Result<Self, Problem> {
        let mut columns = Vec::with_capacity(shown.columns.len());
        let mut withheld = Vec::new();
        for column in shown.columns.iter() {
            let (title, title_fr) = value::titles(project, register, &column.name);
            let name = column.name.clone();
            match &column.withheld_because {
                None => {
                    let unit = value::column(project, register, &name).and_then(|known| known.unit.clone());
                    let rule = ClassRule::new(column.class, &column.disclosure);
                    columns.push(GivenColumn { name, title, title_fr, unit, rule });
                }
                Some(reason) => {
                    let reason = heads.reason(ReasonView::of(reason).map_err(unsaid)?);
                    let class = column.class.to_string();
                    withheld.push((Arc::new(ColumnName { name, title, title_fr, class }), reason));
                }
            }
        }
        let places = Places::of(shown.batch.schema_ref(), &columns)?;
        Ok(Self { columns: Said::new(columns).map_err(unsaid)?, withheld, said: RwLock::default(), places })
    }

    /// Gives the columns that are withheld, with the places of their reasons in an answer.
    fn withheld(&self, reasons: &mut Reasons) -> Result<Said<WithheldColumn>, Problem> {
        let places: Vec<usize> = self.withheld.iter().map(|(_, reason)| reasons.place(reason)).collect();
        if let Some(said) = self.said.read().get(&places) {
            return Ok(said.clone());
        }
        let columns = self.withheld.iter().zip(&places);
        let columns =
            columns.map(|((column, _), reason)| WithheldColumn { column: Arc::clone(column), reason: *reason });
        let said = Said::new(columns.collect()).map_err(unsaid)?;
        let mut known = self.said.write();
        if known.len() < SAID_MAX {
            known.insert(places, said.clone());
        }
        Ok(said)
    }
}

/// Gives the problem of columns that can't be written as JSON.
fn unsaid(_: serde_json::Error) -> Problem {
    Problem::new("internal", "the columns of a table can't be written").in_words("problem-is-value")
}

/// What is disclosed of a table's columns: the gate keeps it for all who ask alike.
type Disclosure = Arc<[ColumnDisclosed]>;

/// Heads by register and address of what is disclosed, which is held so that the address stays taken.
type KnownHeads = HashMap<(RegisterId, usize), (Disclosure, Arc<Head>)>;

/// Heads worked out before, and their reasons.
#[derive(Default)]
pub(crate) struct Heads {
    known: RwLock<KnownHeads>,
    reasons: Mutex<Vec<Arc<ReasonView>>>,
}

/// The most heads kept; there are at most tables × purposes × roles × actions a day.
const HEADS_MAX: usize = 4_096;

impl Heads {
    fn of(&self, project: &Project, register: &RegisterId, shown: &Disclosed) -> Result<Arc<Head>, Problem> {
        let key = (register.clone(), Arc::as_ptr(&shown.columns).addr());
        if let Some((_, head)) = self.known.read().get(&key)
            && Arc::ptr_eq(&head.places.schema, shown.batch.schema_ref())
        {
            return Ok(Arc::clone(head));
        }
        let head = Arc::new(Head::of(self, project, register, shown)?);
        let mut heads = self.known.write();
        if heads.len() >= HEADS_MAX {
            heads.clear();
            self.reasons.lock().clear();
        }
        heads.insert(key, (Arc::clone(&shown.columns), Arc::clone(&head)));
        Ok(head)
    }

    /// Gives the one reason that stands for all that are like this one.
    fn reason(&self, reason: ReasonView) -> Arc<ReasonView> {
        let mut known = self.reasons.lock();
        if let Some(known) = known.iter().find(|known| known.is_like(&reason)) {
            return Arc::clone(known);
        }
        let reason = Arc::new(reason);
        known.push(Arc::clone(&reason));
        reason
    }
}

/// Gives rows of a register as a purpose discloses them.
///
/// # Errors
/// A problem when a value has a type that no register has.
pub(crate) fn given(
    app: &App,
    register: &RegisterId,
    disclosed: &Disclosed,
    reasons: &mut Reasons,
) -> Result<Given, Problem> {
    let head = app.heads().of(app.project(), register, disclosed)?;
    let batch = &disclosed.batch;
    let row = |row: usize| -> Result<Values, Problem> {
        let values = head.places.columns.iter().map(|place| ShownValue::of(batch.column(*place), row));
        Ok(Values { columns: Arc::clone(head.columns.list()), values: values.collect::<Result<_, _>>()? })
    };
    let rows = (0..batch.num_rows()).map(row).collect::<Result<_, _>>()?;
    Ok(Given { columns: head.columns.clone(), rows, withheld: head.withheld(reasons)? })
}

/// Gives where each row came from.
///
/// # Errors
/// As [`given`].
pub(crate) fn origins(disclosed: &Disclosed) -> Result<Vec<Origin>, Problem> {
    let batch = &disclosed.batch;
    let [file, row_number, run] = [column::FILE, column::ROW, column::RUN].map(|name| batch.column_by_name(name));
    let origin = |row: usize| {
        let value = |array: Option<&ArrayRef>| array.map(|array| ShownValue::of(array, row)).transpose();
        Ok(Origin {
            file: value(file)?.and_then(ShownValue::into_text),
            row: match value(row_number)? {
                Some(ShownValue::Number(row)) => Some(row),
                _ => None,
            },
            run: value(run)?.and_then(ShownValue::into_text),
        })
    };
    (0..batch.num_rows()).map(origin).collect()
}
