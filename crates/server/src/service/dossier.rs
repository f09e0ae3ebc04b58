//! One person, assembled for one purpose.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use gate::EarlierLook;
use model::request::Action;
use model::{PersonId, RecordId};
use registry::{Dossier, Evidence, FieldEvidence};
use serde::Serialize;
use state::ContestEnd;
use utoipa::ToSchema;

use super::given::{Given, GivenColumn, ReasonView, Reasons, Values, WithheldColumn, given, origins};
use super::said::Said;
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
    /// Why columns are withheld.
    #[schema(value_type = Vec<ReasonView>)]
    pub reasons: Vec<Arc<ReasonView>>,
    /// The last looks at the person by the asker's own agency, newest first; only when asked to explain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierView>,
}

/// A look by which the same agency opened the person before.
#[derive(Clone, Serialize, ToSchema)]
pub struct EarlierView {
    /// Its entry in the log.
    pub log_index: u64,
    /// When, in UTC.
    pub at: String,
    /// In which role.
    pub role: String,
    /// Under which purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
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
    /// The same in French; none when the project doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis_fr: Option<String>,
    /// Who sold it, under which licence, when it was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bought: Option<String>,
    /// The columns that are given, in the order of the register.
    #[schema(value_type = Vec<GivenColumn>)]
    pub columns: Said<GivenColumn>,
    /// The records.
    pub records: Vec<RecordView>,
    /// Columns that are withheld, and why.
    #[schema(value_type = Vec<WithheldColumn>)]
    pub withheld: Said<WithheldColumn>,
}

/// One record.
#[derive(Clone, Serialize, ToSchema)]
pub struct RecordView {
    /// The values that are given, by column; `null` where the record has none.
    #[schema(value_type = Object)]
    pub values: Values,
    /// The file that the row came from.
    pub file: Option<String>,
    /// The row's number in that file, counted from 0 over data rows.
    pub row: Option<i64>,
    /// The run that ingested it.
    pub run: Option<String>,
    /// What links it to the person.
    pub link: LinkEvidence,
    /// Since when the person contests that it is about them, in UTC, while no steward has judged it. Only beside other
    /// records: it is the link that is contested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contested_since: Option<String>,
    /// How a steward judged what the person contested of it, while the index doesn't know of that yet: the next run of
    /// linking takes it into account. Only beside other records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_judged: Option<ContestJudged>,
    /// What the person calls the record when they contest it; theirs alone, and only beside other records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How a steward judged that a person contests a record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ContestJudged {
    /// `same`: it is about them; `different`: it is not; or `cannot-say`: the score decides.
    pub verdict: String,
    /// When, in UTC.
    pub at: String,
}

/// What links a record to its person.
#[derive(Clone, Serialize, ToSchema)]
pub struct LinkEvidence {
    /// Log2 of the odds that the record and the one it agrees with most are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Whether no record within reach links it to the person: it stands alone, or what links it is out of reach. Which of
    /// the two is not told.
    pub alone: bool,
    /// The register of the record that it agrees with most, when that is within reach too.
    pub via: Option<String>,
    /// Whether a steward judged that the two are of one person: then they are, whatever the weight.
    pub judged: bool,
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
            judged: evidence.judged,
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
    let nobody =
        || Problem::new("not-found", "your agency knows nobody by this pseudonym").in_words("problem-is-nobody");
    let outside =
        || Problem::new("wrong-role", "only members of agencies open persons").in_words("problem-is-agencies-task");
    let agency = who.agency().ok_or_else(outside)?;
    let person: PersonId = app.gate().person_of(agency, pseudonym).ok_or_else(nobody)?;
    let request = request(who, work, Action::OpenPerson { person })?;
    let index = app.index();
    let dossier = index.open_person(app.gate(), &request, explain).await?;
    let judged = judged(app, &dossier).await?;
    view(app, dossier, &judged, pseudonym.to_owned(), None)
}

/// How stewards judged what people contest of records, where the index doesn't know of it yet.
pub(crate) type Judged = HashMap<RecordId, ContestEnd>;

/// Tells whether a dossier shows several records. One that is shown alone is linked to nothing that is shown: that it is, or
/// was, contested would tell of what is hidden.
fn is_linked(dossier: &Dossier) -> bool {
    dossier.sections.iter().map(|section| section.disclosed.records.len()).sum::<usize>() > 1
}

/// Gives how stewards judged what was contested of a dossier's records since the index was built.
pub(crate) async fn judged(app: &App, dossier: &Dossier) -> Result<Judged, Problem> {
    let mut ended: Vec<(RecordId, ContestEnd)> = Vec::new();
    if is_linked(dossier) {
        for section in &dossier.sections {
            let records = &section.disclosed.records;
            let judged = app.state().contest_judged(records);
            ended.extend(records.iter().zip(judged).filter_map(|(record, end)| Some((record.clone(), end?))));
        }
    }
    let mut judged = Judged::new();
    for (record, end) in ended {
        if is_pending(app, &end).await? {
            judged.insert(record, end);
        }
    }
    Ok(judged)
}

/// Tells whether the index doesn't know yet of the judgement that ended a contest.
pub(super) async fn is_pending(app: &App, end: &ContestEnd) -> Result<bool, Problem> {
    let judged = app.state().is_judged_in(app.index().generation(), end.leaf).await;
    judged.map_err(|error| Problem::failure("unavailable", &error))
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Gives a dossier as it is shown; `judged` is what stewards judged of its records since the index was built, `own` who it is
/// about, when it is they who read it.
pub(crate) fn view(
    app: &App,
    dossier: Dossier,
    judged: &Judged,
    person: String,
    own: Option<PersonId>,
) -> Result<DossierView, Problem> {
    let is_linked = is_linked(&dossier);
    let project = app.project();
    let mut sections = Vec::with_capacity(dossier.sections.len());
    let mut reasons = Reasons::default();
    for section in dossier.sections {
        let register = project.registers.get(&section.register);
        let gone = || Problem::new("internal", "a register left the project").in_words("problem-is-register-gone");
        let register = register.ok_or_else(gone)?;
        let Given { columns, rows, withheld } = given(app, &section.register, &section.disclosed, &mut reasons)?;
        let ids = &section.disclosed.records;
        let contested = if is_linked { app.state().contested_since(ids) } else { vec![None; ids.len()] };
        let mut records = Vec::with_capacity(rows.len());
        for (row, ((values, origin), evidence)) in
            rows.into_iter().zip(origins(&section.disclosed)?).zip(section.evidence).enumerate()
        {
            records.push(RecordView {
                values,
                file: origin.file,
                row: origin.row,
                run: origin.run,
                link: evidence.into(),
                contested_since: contested.get(row).copied().flatten().map(moment),
                contest_judged: ids
                    .get(row)
                    .and_then(|id| judged.get(id))
                    .map(|end| ContestJudged { verdict: end.verdict.as_str().to_owned(), at: moment(end.at) }),
                name: own.filter(|_| is_linked).and_then(|own| Some(app.gate().own_record_name(own, ids.get(row)?))),
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
            legal_basis_fr: register.legal_basis_fr.clone(),
            bought: register.bought.as_ref().map(|bought| format!("{}, {}", bought.seller, bought.licence)),
            columns,
            records,
            withheld,
        });
    }
    Ok(DossierView {
        person,
        purpose: dossier.purpose.to_string(),
        at: moment(dossier.at),
        log_index: dossier.leaf,
        sections,
        reasons: reasons.into_views(),
        earlier: dossier.earlier.into_iter().map(earlier).collect(),
    })
}

fn earlier(look: EarlierLook) -> EarlierView {
    EarlierView {
        log_index: look.leaf,
        at: moment(look.at),
        role: look.role.to_string(),
        purpose: look.purpose.map(|purpose| purpose.to_string()),
    }
}
