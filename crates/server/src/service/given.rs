//! Rows as a purpose gives them: which columns, their values, and why the others are withheld.

use std::collections::HashMap;
use std::sync::Arc;

use gate::{ColumnDisclosed, Disclosed};
use model::{Project, RegisterId};
use parking_lot::RwLock;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::catalogue::ClassRule;
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
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    #[serde(skip)]
    pub(crate) wording: Arc<policy::Wording>,
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
    pub(crate) columns: Arc<[GivenColumn]>,
    pub(crate) rows: Vec<Values>,
    pub(crate) withheld: Vec<WithheldColumn>,
}

impl Given {
    /// Gives the one row that there is, or a row without columns.
    pub(crate) fn into_row(self) -> (Arc<[GivenColumn]>, Values, Vec<WithheldColumn>) {
        let row = self.rows.into_iter().next().unwrap_or_else(Values::none);
        (self.columns, row, self.withheld)
    }
}

/// The reasons of an answer, as they come up.
#[derive(Default)]
pub(crate) struct Reasons(Vec<Arc<ReasonView>>);

impl Reasons {
    /// Gives the place of a reason.
    fn place(&mut self, reason: &Arc<ReasonView>) -> usize {
        let known = self.0.iter().position(|known| Arc::ptr_eq(known, reason) || known == reason);
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
    columns: Arc<[GivenColumn]>,
    withheld: Vec<(Arc<ColumnName>, Arc<ReasonView>)>,
}

impl Head {
    fn of(project: &Project, register: &RegisterId, disclosed: &[ColumnDisclosed]) -> Self {
        let mut columns = Vec::with_capacity(disclosed.len());
        let mut withheld = Vec::new();
        for column in disclosed {
            let (title, title_fr) = value::titles(project, register, &column.name);
            let name = column.name.clone();
            match &column.withheld_because {
                None => {
                    let unit = value::column(project, register, &name).and_then(|known| known.unit.clone());
                    let rule = ClassRule::new(column.class, &column.disclosure);
                    columns.push(GivenColumn { name, title, title_fr, unit, rule });
                }
                Some(reason) => {
                    let reason = ReasonView {
                        rule: reason.rule.clone(),
                        says: reason.says.clone(),
                        says_fr: reason.says_fr.clone(),
                        needed: reason.needed.clone(),
                        needed_fr: reason.needed_fr.clone(),
                        wording: Arc::clone(&reason.wording),
                    };
                    let class = column.class.to_string();
                    withheld.push((Arc::new(ColumnName { name, title, title_fr, class }), Arc::new(reason)));
                }
            }
        }
        Self { columns: columns.into(), withheld }
    }
}

/// What is disclosed of a table's columns: the gate keeps it for all who ask alike.
type Disclosure = Arc<[ColumnDisclosed]>;

/// Heads by register and address of what is disclosed, which is held so that the address stays taken.
type KnownHeads = HashMap<(RegisterId, usize), (Disclosure, Arc<Head>)>;

/// Heads worked out before.
#[derive(Default)]
pub(crate) struct Heads(RwLock<KnownHeads>);

/// The most heads kept; there are at most tables × purposes × roles × actions a day.
const HEADS_MAX: usize = 4_096;

impl Heads {
    fn of(&self, project: &Project, register: &RegisterId, disclosed: &Disclosure) -> Arc<Head> {
        let key = (register.clone(), Arc::as_ptr(disclosed).addr());
        if let Some((_, head)) = self.0.read().get(&key) {
            return Arc::clone(head);
        }
        let head = Arc::new(Head::of(project, register, disclosed));
        let mut heads = self.0.write();
        if heads.len() >= HEADS_MAX {
            heads.clear();
        }
        heads.insert(key, (Arc::clone(disclosed), Arc::clone(&head)));
        head
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
    let head = app.heads().of(app.project(), register, &disclosed.columns);
    // The batch has the given columns in the order of the disclosure; the columns of ingest are not among them.
    let array = |column: &GivenColumn| {
        let array = disclosed.batch.column_by_name(&column.name);
        array.ok_or_else(|| {
            Problem::new("internal", "a column that is given has no values").in_words("problem-is-value")
        })
    };
    let arrays = head.columns.iter().map(array).collect::<Result<Vec<_>, _>>()?;
    let row = |row: usize| -> Result<Values, Problem> {
        let values = arrays.iter().map(|array| ShownValue::of(array, row)).collect::<Result<_, _>>()?;
        Ok(Values { columns: Arc::clone(&head.columns), values })
    };
    let rows = (0..disclosed.batch.num_rows()).map(row).collect::<Result<_, _>>()?;
    let withheld = head
        .withheld
        .iter()
        .map(|(column, reason)| WithheldColumn { column: Arc::clone(column), reason: reasons.place(reason) })
        .collect();
    Ok(Given { columns: Arc::clone(&head.columns), rows, withheld })
}
