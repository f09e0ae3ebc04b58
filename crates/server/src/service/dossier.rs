//! One person, assembled for one purpose.

use gate::Disclosed;
use model::request::Action;
use model::{PersonId, Project, RegisterId};
use registry::{Dossier, Evidence, FieldEvidence};
use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue::ClassRule;
use super::value::{self, ShownValue};
use super::work::{WorkForm, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// A person's records, as far as the purpose reaches. It is assembled for this answer and kept nowhere.
#[derive(Clone, Serialize, ToSchema)]
pub struct DossierView {
    /// The person, as the asker's agency knows them; `me` for citizens.
    pub person: String,
    /// The purpose.
    pub purpose: String,
    /// When it was assembled, in UTC.
    pub at: String,
    /// The number of its entry in the log.
    pub log_index: u64,
    /// One section for each register within reach that has records of the person.
    pub sections: Vec<SectionView>,
}

/// The records of one register.
#[derive(Clone, Serialize, ToSchema)]
pub struct SectionView {
    /// The register.
    pub register: String,
    /// Its name in English.
    pub title: String,
    /// Its name in French.
    pub title_fr: String,
    /// The agency that answers for it.
    pub agency: String,
    /// That agency's name.
    pub agency_title: String,
    /// The law under which it is kept.
    pub legal_basis: String,
    /// Who sold it, under which licence, when it was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bought: Option<String>,
    /// The records.
    pub records: Vec<RecordView>,
    /// Columns that are withheld, and why.
    pub withheld: Vec<Withheld>,
}

/// One record.
#[derive(Clone, Serialize, ToSchema)]
pub struct RecordView {
    /// The values that are given.
    pub fields: Vec<FieldView>,
    /// The file that the row came from.
    pub file: Option<String>,
    /// The row's number in that file, counted from 0 over data rows.
    pub row: Option<i64>,
    /// The run that ingested it.
    pub run: Option<String>,
    /// What links it to the person.
    pub link: LinkEvidence,
}

/// A value that is given.
#[derive(Clone, Serialize, ToSchema)]
pub struct FieldView {
    /// The column.
    pub name: String,
    /// What people call it in English.
    pub title: String,
    /// What people call it in French.
    pub title_fr: String,
    /// The value, as the purpose discloses it.
    pub value: ShownValue,
    /// The unit of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it says about the person, and how it is disclosed.
    #[serde(flatten)]
    pub rule: ClassRule,
}

/// A column that is not given.
#[derive(Clone, Serialize, ToSchema)]
pub struct Withheld {
    /// The column.
    pub name: String,
    /// What people call it in English.
    pub title: String,
    /// What people call it in French.
    pub title_fr: String,
    /// What it says about the person.
    pub class: String,
    /// The rule that withholds it.
    pub rule: String,
    /// Why, in English.
    pub says: String,
    /// Why, in French.
    pub says_fr: String,
    /// What would be needed, and how to ask for it, in English.
    pub needed: String,
    /// The same in French.
    pub needed_fr: String,
}

/// What links a record to its person.
#[derive(Clone, Serialize, ToSchema)]
pub struct LinkEvidence {
    /// Log2 of the odds that the record and the one it agrees with most are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Whether the record stands alone, so that nothing had to be linked.
    pub alone: bool,
    /// The register of the record that it agrees with most, when that is within reach too.
    pub via: Option<String>,
    /// Field by field why the two agree, as far as both are disclosed; only when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<FieldEvidence>,
}

impl From<Evidence> for LinkEvidence {
    fn from(evidence: Evidence) -> Self {
        Self {
            weight: evidence.weight,
            probability: evidence.probability,
            alone: evidence.alone,
            via: evidence.via.map(|register| register.to_string()),
            fields: evidence.fields,
        }
    }
}

/// Opens a person whom the asker's agency knows by a pseudonym.
///
/// # Errors
/// What the gate refuses, and what fails. A pseudonym of another agency, or one that was made up, names nobody.
pub async fn dossier(
    app: &App,
    who: &Who,
    pseudonym: &str,
    work: &WorkForm,
    explain: bool,
) -> Result<DossierView, Problem> {
    let nobody = || Problem::new("not-found", "your agency knows nobody by this pseudonym");
    let agency = who.agency().ok_or_else(|| Problem::new("wrong-role", "only members of agencies open persons"))?;
    let person: PersonId = app.gate().person_of(agency, pseudonym).ok_or_else(nobody)?;
    let request = request(who, work, Action::OpenPerson { person })?;
    let index = app.index();
    let dossier = index.open_person(app.gate(), &request, explain).await?;
    view(app.project(), dossier, pseudonym.to_owned())
}

/// Gives a dossier as it is shown.
pub(crate) fn view(project: &Project, dossier: Dossier, person: String) -> Result<DossierView, Problem> {
    let mut sections = Vec::with_capacity(dossier.sections.len());
    for section in dossier.sections {
        let register = project.registers.get(&section.register);
        let register = register.ok_or_else(|| Problem::new("internal", "a register left the project"))?;
        let (rows, withheld) = fields_of(project, &section.register, &section.disclosed, true)?;
        let batch = &section.disclosed.batch;
        let mut records = Vec::with_capacity(rows.len());
        for (row, (fields, evidence)) in rows.into_iter().zip(section.evidence).enumerate() {
            let lineage = |name: &str| -> Result<Option<ShownValue>, Problem> {
                batch.column_by_name(name).map(|column| ShownValue::of(column, row)).transpose()
            };
            let text = |name: &str| Ok::<_, Problem>(lineage(name)?.and_then(|value| value.text()));
            records.push(RecordView {
                fields,
                file: text(model::record::column::FILE)?,
                row: match lineage(model::record::column::ROW)? {
                    Some(ShownValue::Number(row)) => Some(row),
                    _ => None,
                },
                run: text(model::record::column::RUN)?,
                link: evidence.into(),
            });
        }
        let agency = project.agencies.get(&register.agency);
        sections.push(SectionView {
            register: register.id.to_string(),
            title: register.title.clone(),
            title_fr: register.title_fr.clone().unwrap_or_else(|| register.title.clone()),
            agency: register.agency.to_string(),
            agency_title: agency.map(|agency| agency.title.clone()).unwrap_or_default(),
            legal_basis: register.legal_basis.clone(),
            bought: register.bought.as_ref().map(|bought| format!("{}, {}", bought.seller, bought.licence)),
            records,
            withheld,
        });
    }
    Ok(DossierView {
        person,
        purpose: dossier.purpose.to_string(),
        at: dossier.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        log_index: dossier.leaf,
        sections,
    })
}

/// Gives the values of each row, and the columns that are withheld. Values that are missing are left out unless
/// `with_missing`.
pub(crate) fn fields_of(
    project: &Project,
    register: &RegisterId,
    disclosed: &Disclosed,
    with_missing: bool,
) -> Result<(Vec<Vec<FieldView>>, Vec<Withheld>), Problem> {
    let mut rows: Vec<Vec<FieldView>> = (0..disclosed.batch.num_rows()).map(|_| Vec::new()).collect();
    let mut withheld = Vec::new();
    for column in &disclosed.columns {
        let known = value::column(project, register, &column.name);
        let (title, title_fr) = value::titles(project, register, &column.name);
        if let Some(array) = disclosed.batch.column_by_name(&column.name) {
            for (row, fields) in rows.iter_mut().enumerate() {
                let value = ShownValue::of(array, row)?;
                if value == ShownValue::Missing(()) && !with_missing {
                    continue;
                }
                fields.push(FieldView {
                    name: column.name.clone(),
                    title: title.clone(),
                    title_fr: title_fr.clone(),
                    unit: known.and_then(|known| known.unit.clone()),
                    rule: ClassRule::new(column.class, &column.disclosure),
                    value,
                });
            }
        } else if let Some(reason) = &column.withheld_because {
            withheld.push(Withheld {
                name: column.name.clone(),
                title,
                title_fr,
                class: column.class.to_string(),
                rule: reason.rule.clone(),
                says: reason.says.clone(),
                says_fr: reason.says_fr.clone(),
                needed: reason.needed.clone(),
                needed_fr: reason.needed_fr.clone(),
            });
        }
    }
    Ok((rows, withheld))
}
