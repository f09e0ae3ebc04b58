//! What a citizen sees: who looked, and what is held.

use gate::{Look, Part};
use model::request::Action;
use model::{Actor, Request, Subject};
use registry::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue::ClassRule;
use super::contest::{OwnContest, own_contests};
use super::dossier::{DossierView, judged, view};
use super::work::{WorkForm, refuse, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// How many looks one page shows.
const LOOKS_PAGE: u32 = 50;

/// Who looked.
#[derive(Clone, Serialize, ToSchema)]
pub struct LooksView {
    /// The number of the entry that this reading made in the log.
    pub log_index: u64,
    /// The looks, the latest first.
    pub looks: Vec<LookView>,
    /// The key that finds the looks under the person's id in the log, as hexadecimal digits. One at most: of other ids
    /// that their records had, the looks are in the list and the keys are not given. None where their records go by
    /// another id than the one that they signed in with.
    pub keys: Vec<String>,
    /// What `before` is to be for earlier looks; none when there are no more.
    pub next: Option<u64>,
}

/// One look.
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct LookView {
    /// The number of its entry in the log.
    pub log_index: u64,
    /// When, in UTC.
    pub at: String,
    /// What was done; of a refusal, what was asked for.
    pub kind: String,
    /// The agency's id; none when it was the person themselves.
    pub agency: Option<String>,
    /// The agency's name in English.
    pub agency_title: Option<String>,
    /// The agency's name in French.
    pub agency_title_fr: Option<String>,
    /// What the role is called.
    pub role: Option<String>,
    /// The same in French; none when the project doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_fr: Option<String>,
    /// The purpose's id.
    pub purpose: Option<String>,
    /// What the purpose said then, in English.
    pub says: Option<String>,
    /// The same in French.
    pub says_fr: Option<String>,
    /// The law that it named then.
    pub legal_basis: Vec<String>,
    /// The same in French, where the purpose still names it and the project says it; none otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis_fr: Option<Vec<String>>,
    /// The registers in which the person's records were within reach.
    pub registers: Vec<String>,
    /// The classes that the entry names and how each was disclosed; every other one was withheld. Of a search, at most this was
    /// shown of the person in the list of results.
    pub classes: Vec<ClassRule>,
    /// Whether it was about this person alone: the only one that a search found.
    pub alone: bool,
    /// Whether the entry of a search names more classes than a row of results could have: it is of version 1, in which entries
    /// of searches name all that the purpose gives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub entry_names_more: bool,
    /// Whether a case was named.
    pub case_named: bool,
    /// Why, in the words of who looked; only of looks at this person alone.
    pub justification: Option<String>,
    /// Whether these are the program's words, which asked nobody for a reason. Nothing that anyone types says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_program: bool,
    /// The rules that refused it; empty when it was allowed.
    pub refused: Vec<String>,
    /// The entry's bytes, which are text.
    pub entry: String,
    /// The commitment in the entry, as hexadecimal digits.
    pub commitment: String,
    /// The parts whose digests make the commitment.
    #[schema(value_type = Vec<Object>)]
    pub parts: Vec<Part>,
}

/// What is held about the citizen.
#[derive(Clone, Serialize, ToSchema)]
pub struct OwnRecords {
    /// The records, as their right of access discloses them.
    #[serde(flatten)]
    pub dossier: DossierView,
    /// What the citizen contests or contested, the latest first.
    pub contests: Vec<OwnContest>,
}

/// Gives the request of the right of access, under the purpose of subject `self`. Others than citizens are refused it by
/// the gate, on the record.
pub(super) async fn own_request(app: &App, who: &Who, why: Option<&str>) -> Result<Request, Problem> {
    let purpose = app.project().purposes.values().find(|purpose| purpose.subject == Subject::Self_);
    let none = || {
        Problem::new("not-found", "the project has no purpose of subject `self`").in_words("problem-is-no-purpose-self")
    };
    let purpose = purpose.ok_or_else(none)?;
    let work = WorkForm { purpose: purpose.id.to_string(), case: None, justification: why.map(str::to_owned) };
    let request = request(who, &work, Action::ReadOwn)?;
    match who.actor() {
        Actor::Citizen { .. } => Ok(request),
        Actor::Member { .. } | Actor::System => Err(refuse(app, &request).await),
    }
}

/// Gives who looked at the citizen; the reading itself is logged.
///
/// # Errors
/// For others than citizens; what the gate refuses, and what fails.
pub async fn looks_at_self(app: &App, who: &Who, before: Option<u64>) -> Result<LooksView, Problem> {
    let request = own_request(app, who, None).await?;
    let page = Page { before, limit: LOOKS_PAGE };
    let found = app.index().looks_at_self(app.gate(), &request, page).await?;
    Ok(LooksView {
        log_index: found.leaf,
        looks: found.looks.into_iter().map(|look| look_view(app, look)).collect(),
        keys: found.key.iter().map(gate::PersonKey::to_hex).collect(),
        next: found.next,
    })
}

fn look_view(app: &App, look: Look) -> LookView {
    let agency = look.agency.as_ref().and_then(|id| app.project().agencies.get(id));
    let role = agency.and_then(|agency| agency.roles.iter().find(|role| Some(&role.id) == look.role.as_ref()));
    // What a look is sealed with is the law as it was named then; today's French is of the same law alone.
    let purpose = look.purpose.as_ref().and_then(|id| app.project().purposes.get(id));
    let today = purpose.filter(|purpose| purpose.legal_basis == look.legal_basis);
    LookView {
        alone: look.is_alone,
        entry_names_more: look.names_more,
        // All that the entry names: what today's models say of a look of then is not what it could show.
        classes: look.classes.iter().map(|(class, how)| ClassRule::new(*class, how)).collect(),
        legal_basis_fr: today.and_then(|purpose| purpose.legal_basis_fr.clone()),
        log_index: look.leaf,
        at: look.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        kind: look.kind.as_str().to_owned(),
        agency: look.agency.as_ref().map(ToString::to_string),
        agency_title: agency.map(|agency| agency.title.clone()),
        agency_title_fr: agency.map(|agency| agency.title_fr.clone().unwrap_or_else(|| agency.title.clone())),
        role: role.map(|role| role.title.clone()).or_else(|| look.role.as_ref().map(ToString::to_string)),
        role_fr: role.and_then(|role| role.title_fr.clone()),
        purpose: look.purpose.as_ref().map(ToString::to_string),
        says: look.says,
        says_fr: look.says_fr,
        legal_basis: look.legal_basis,
        registers: look.registers.iter().map(ToString::to_string).collect(),
        case_named: look.case_named,
        justification: look.justification,
        by_program: look.by_program,
        refused: look.refused.map(|refused| refused.rules).unwrap_or_default(),
        entry: look.proof.entry,
        commitment: hex::encode(look.proof.commitment.0),
        parts: look.proof.parts,
    }
}

/// Gives what is held about the citizen.
///
/// # Errors
/// For others than citizens; what the gate refuses, and what fails.
pub async fn own_records(app: &App, who: &Who, explain: bool) -> Result<OwnRecords, Problem> {
    let request = own_request(app, who, None).await?;
    let dossier = app.index().open_person(app.gate(), &request, explain).await?;
    let own = dossier.person;
    let judged = judged(app, &dossier).await?;
    let dossier = view(app, dossier, &judged, "me".to_owned(), Some(own))?;
    Ok(OwnRecords { dossier, contests: own_contests(app, who).await? })
}
