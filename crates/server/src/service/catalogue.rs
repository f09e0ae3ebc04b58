//! What there is: agencies, registers, agreements, purposes, and how often each was used. No personal data.

use chrono::NaiveDate;
use lake::TableRef;
use model::validity::Standing as Validity;
use model::{Project, Purpose, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::problem::Problem;

/// What there is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Catalogue {
    /// The name of the whole.
    pub name: String,
    /// The agencies.
    pub agencies: Vec<AgencyView>,
    /// The registers.
    pub registers: Vec<RegisterView>,
    /// The agreements.
    pub agreements: Vec<AgreementView>,
    /// The purposes.
    pub purposes: Vec<PurposeView>,
}

/// An agency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgencyView {
    /// Its id.
    pub id: String,
    /// Its name in English.
    pub title: String,
    /// Its name in French.
    pub title_fr: String,
    /// What it does.
    pub says: String,
    /// Where people write to.
    pub contact: String,
    /// The registers that it answers for.
    pub registers: Vec<String>,
}

/// A register.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegisterView {
    /// Its id.
    pub id: String,
    /// Its name in English.
    pub title: String,
    /// Its name in French.
    pub title_fr: String,
    /// What it holds.
    pub says: String,
    /// The same in French; none when the project doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says_fr: Option<String>,
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
    pub bought: Option<String>,
    /// Rows; none when it was never ingested.
    pub rows: Option<u64>,
    /// Rows in quarantine.
    pub quarantined: u64,
    /// When it was last ingested, in UTC.
    pub fresh: Option<String>,
    /// Its columns.
    pub columns: Vec<ColumnView>,
}

/// A column of a register.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// What people call it in English.
    pub title: String,
    /// What people call it in French.
    pub title_fr: String,
    /// What it says about a person.
    pub class: String,
    /// The special category that the class belongs to.
    pub special: Option<String>,
    /// What its codes mean; left out where its values are no codes. Answers give codes as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeView>,
}

/// A code of a column.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeView {
    /// The value of records.
    pub code: String,
    /// What it means in English.
    pub title: String,
    /// What it means in French.
    pub title_fr: String,
}

/// How an agreement or purpose stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It begins later.
    NotYet,
    /// It is in force.
    InForce,
    /// It has ended.
    Expired,
}

impl From<Validity> for Standing {
    fn from(standing: Validity) -> Self {
        match standing {
            Validity::NotYet => Self::NotYet,
            Validity::InForce => Self::InForce,
            Validity::Expired => Self::Expired,
        }
    }
}

/// An agreement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgreementView {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub says: String,
    /// The same in French; none when the project doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says_fr: Option<String>,
    /// The law that it rests on.
    pub legal_basis: Vec<String>,
    /// All of them in French; none when the project doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis_fr: Option<Vec<String>>,
    /// Who signed.
    pub parties: Vec<String>,
    /// The registers that it covers.
    pub registers: Vec<String>,
    /// Whether records may be linked under it.
    pub allows_linking: bool,
    /// The special categories that it names.
    pub special_categories: Vec<String>,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// How it stands today.
    pub standing: Standing,
}

/// A purpose and what it allows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurposeView {
    /// Its id.
    pub id: String,
    /// What it is for, in English.
    pub says: String,
    /// The same in French.
    pub says_fr: String,
    /// The law that it rests on.
    pub legal_basis: Vec<String>,
    /// All of them in French; none when the project doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis_fr: Option<Vec<String>>,
    /// Who may use it.
    pub recipients: Vec<String>,
    /// The agreement.
    pub agreement: String,
    /// The registers that it reaches.
    pub registers: Vec<String>,
    /// `one-person`, `self`, `link-review` or `run`.
    pub subject: String,
    /// Whether a case must be named.
    pub needs_case: bool,
    /// Whether the asker must say why.
    pub needs_justification: bool,
    /// Different persons that one officer may open in a day.
    pub persons_per_officer_and_day: Option<u32>,
    /// The most persons of one employer who are shown to whoever asks who works there: where more do, nobody is. None when the
    /// purpose opens no employers.
    pub colleagues_max: Option<u32>,
    /// How each class is disclosed; every class that is not here is withheld.
    pub discloses: Vec<ClassRule>,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// How it stands today: in force only when its agreement is too.
    pub standing: Standing,
}

/// How a purpose discloses a class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClassRule {
    /// The class.
    pub class: String,
    /// The special category that it belongs to.
    pub special: Option<String>,
    /// `value`, `yes-no`, `district`, `coarse`, `last`, `presence`, `match-only` or `withheld`.
    pub disclosure: String,
    /// The bound of a yes/no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// How many characters stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<u8>,
    /// Whether a search may compare whole values all the same.
    #[serde(rename = "match", skip_serializing_if = "std::ops::Not::not")]
    pub matched: bool,
}

impl ClassRule {
    /// Gives how `class` is disclosed.
    #[must_use]
    pub fn new(class: model::Class, disclosure: &model::Disclosure) -> Self {
        Self {
            class: class.to_string(),
            special: class.special().map(|category| category.to_string()),
            disclosure: disclosure.as_str().to_owned(),
            below: if let model::Disclosure::YesNo { below } = disclosure { Some(*below) } else { None },
            keep: if let model::Disclosure::Last { keep, .. } = disclosure { Some(*keep) } else { None },
            matched: matches!(disclosure, model::Disclosure::Last { matched: true, .. }),
        }
    }
}

/// How often a role acted under a purpose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UseCount {
    /// The purpose; none where the log knows none.
    pub purpose: Option<String>,
    /// `agency/role`, `citizen` or `system`.
    pub by: String,
    /// Looks: searches and dossiers.
    pub looks: u64,
    /// Refusals.
    pub refusals: u64,
}

/// Gives what there is.
///
/// # Errors
/// When the clock or the lake can't be read.
pub async fn catalogue(app: &App) -> Result<Catalogue, Problem> {
    let project = app.project();
    let today = app.now()?.date_naive();
    let mut registers = Vec::new();
    for register in project.registers.values() {
        let failed = |error: lake::LakeError| Problem::failure("unavailable", &error);
        let table = app.lake().info(&TableRef::register(&register.id)).await.map_err(failed)?;
        let quarantine = app.lake().info(&TableRef::quarantine(&register.id)).await.map_err(failed)?;
        let agency = project.agencies.get(&register.agency);
        registers.push(RegisterView {
            id: register.id.to_string(),
            title: register.title.clone(),
            title_fr: register.title_fr.clone().unwrap_or_else(|| register.title.clone()),
            says: register.says.clone(),
            says_fr: register.says_fr.clone(),
            agency: register.agency.to_string(),
            agency_title: agency.map(|agency| agency.title.clone()).unwrap_or_default(),
            legal_basis: register.legal_basis.clone(),
            legal_basis_fr: register.legal_basis_fr.clone(),
            bought: register.bought.as_ref().map(|bought| format!("{}, {}", bought.seller, bought.licence)),
            rows: table.as_ref().map(|table| table.rows),
            quarantined: quarantine.map_or(0, |table| table.rows),
            fresh: table.map(|table| table.last_modified.to_rfc3339()),
            columns: register.columns.values().map(column_view).collect(),
        });
    }
    let agencies = project.agencies.values().map(|agency| AgencyView {
        id: agency.id.to_string(),
        title: agency.title.clone(),
        title_fr: agency.title_fr.clone().unwrap_or_else(|| agency.title.clone()),
        says: agency.says.clone(),
        contact: agency.contact.clone(),
        registers: project
            .registers
            .values()
            .filter(|register| register.agency == agency.id)
            .map(|r| r.id.to_string())
            .collect(),
    });
    let agreements = project.agreements.values().map(|agreement| AgreementView {
        id: agreement.id.to_string(),
        says: agreement.says.clone(),
        says_fr: agreement.says_fr.clone(),
        legal_basis: agreement.legal_basis.clone(),
        legal_basis_fr: agreement.legal_basis_fr.clone(),
        parties: agreement.parties.iter().map(ToString::to_string).collect(),
        registers: agreement.registers.iter().map(ToString::to_string).collect(),
        allows_linking: agreement.allows_linking,
        special_categories: agreement.special_categories.iter().map(ToString::to_string).collect(),
        from: agreement.valid.from.to_string(),
        until: agreement.valid.until.to_string(),
        standing: agreement.valid.standing(today).into(),
    });
    Ok(Catalogue {
        name: project.settings.name.clone(),
        agencies: agencies.collect(),
        registers,
        agreements: agreements.collect(),
        purposes: project.purposes.values().map(|purpose| purpose_view(project, purpose, today)).collect(),
    })
}

fn column_view(column: &model::Column) -> ColumnView {
    ColumnView {
        name: column.name.clone(),
        title: column.title.clone(),
        title_fr: column.title_fr.clone().unwrap_or_else(|| column.title.clone()),
        class: column.class.to_string(),
        special: column.class.special().map(|category| category.to_string()),
        codes: column.codes.iter().map(|(code, meaning)| code_view(code, meaning)).collect(),
    }
}

fn code_view(code: &str, meaning: &model::Code) -> CodeView {
    CodeView {
        code: code.to_owned(),
        title: meaning.title.clone(),
        title_fr: meaning.title_fr.clone().unwrap_or_else(|| meaning.title.clone()),
    }
}

/// Gives a purpose and what it allows.
#[must_use]
pub fn purpose_view(project: &Project, purpose: &Purpose, today: NaiveDate) -> PurposeView {
    let agreement = project.agreements.get(&purpose.agreement);
    let own: Standing = purpose.valid.standing(today).into();
    let standing = match agreement {
        Some(agreement) if own == Standing::InForce => agreement.valid.standing(today).into(),
        _ => own,
    };
    PurposeView {
        id: purpose.id.to_string(),
        says: purpose.says.clone(),
        says_fr: purpose.says_fr.clone().unwrap_or_else(|| purpose.says.clone()),
        legal_basis: purpose.legal_basis.clone(),
        legal_basis_fr: purpose.legal_basis_fr.clone(),
        recipients: purpose.recipients.iter().map(ToString::to_string).collect(),
        agreement: purpose.agreement.to_string(),
        registers: purpose.registers.iter().map(ToString::to_string).collect(),
        subject: match purpose.subject {
            Subject::OnePerson => "one-person",
            Subject::Self_ => "self",
            Subject::LinkReview => "link-review",
            Subject::Run { .. } => "run",
        }
        .to_owned(),
        needs_case: purpose.needs_case,
        needs_justification: purpose.needs_justification,
        persons_per_officer_and_day: purpose.persons_per_officer_and_day,
        colleagues_max: purpose.colleagues_max,
        discloses: purpose.discloses.iter().map(|(class, disclosure)| ClassRule::new(*class, disclosure)).collect(),
        from: purpose.valid.from.to_string(),
        until: purpose.valid.until.to_string(),
        standing,
    }
}

/// Gives how often each role acted under each purpose, from the log.
///
/// # Errors
/// When the log can't be read.
pub async fn use_counts(app: &App) -> Result<Vec<UseCount>, Problem> {
    let counts = app.gate().counts().await.map_err(super::log::failed)?;
    Ok(counts
        .into_iter()
        .map(|(purpose, by, count)| UseCount {
            purpose: purpose.map(|purpose| purpose.to_string()),
            by: by.to_string(),
            looks: count.looks,
            refusals: count.refusals,
        })
        .collect())
}
