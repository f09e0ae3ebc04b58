//! Who asks, under which purpose, for which case.

use model::request::Action;
use model::{CaseId, PurposeId, Request};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::{PurposeView, purpose_view};
use crate::app::{App, Who};
use crate::problem::Problem;

/// Under which purpose, for which case and why something is asked.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct WorkForm {
    /// The purpose's id.
    #[schema(example = "student-loan-relief")]
    pub purpose: String,
    /// The case, as the agency's own system writes it.
    #[serde(default)]
    #[schema(example = "SL-2026-0417")]
    pub case: Option<String>,
    /// Why, in the asker's words.
    #[serde(default)]
    pub justification: Option<String>,
}

/// Who acts, and what they may ask under which purpose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    /// The identity's name.
    pub name: String,
    /// What people call it, in English.
    pub title: String,
    /// The same in French.
    pub title_fr: String,
    /// The agency; none for a citizen.
    pub agency: Option<String>,
    /// The agency's name.
    pub agency_title: Option<String>,
    /// The role within it.
    pub role: Option<String>,
    /// When the session ends, in UTC.
    pub expires: String,
    /// The purposes that name this role as recipient, in force or not.
    pub purposes: Vec<PurposeView>,
}

/// Gives why a request is not for who asks: the gate says so, and writes the refusal into the log. Should a policy allow
/// what this server can't show to such an actor, nothing is shown either.
pub(crate) async fn refuse(app: &App, request: &Request) -> Problem {
    match app.gate().decide(request).await {
        Err(denied) => denied.into(),
        Ok(_) => Problem::new("wrong-role", "this is the task of another role").in_words("problem-is-others-task"),
    }
}

/// Gives who acts.
///
/// # Errors
/// When the clock can't be trusted.
pub fn session(app: &App, who: &Who) -> Result<SessionView, Problem> {
    let today = app.now()?.date_naive();
    let project = app.project();
    let (agency, role) = match who.actor() {
        model::Actor::Member { recipient, .. } => (Some(recipient.agency.clone()), Some(recipient.role.to_string())),
        _ => (None, None),
    };
    let mine = project.purposes.values().filter(|purpose| match who.actor() {
        model::Actor::Member { recipient, .. } => purpose.recipients.contains(recipient),
        model::Actor::Citizen { .. } => purpose.subject == model::Subject::Self_,
        model::Actor::System => false,
    });
    let title = who.identity.title.clone();
    Ok(SessionView {
        name: who.identity.name.clone(),
        title_fr: who.identity.title_fr.clone().unwrap_or_else(|| title.clone()),
        title,
        agency_title: agency.as_ref().and_then(|id| project.agencies.get(id)).map(|agency| agency.title.clone()),
        agency: agency.map(|id| id.to_string()),
        role,
        expires: who.expires.to_rfc3339(),
        purposes: mine.map(|purpose| purpose_view(project, purpose, today)).collect(),
    })
}

/// Makes the request that the gate decides. A purpose that the project doesn't have goes on to the gate, which refuses it
/// and logs that.
///
/// # Errors
/// When the purpose's name can't be that of any purpose.
pub fn request(who: &Who, work: &WorkForm, action: Action) -> Result<Request, Problem> {
    let unnamed = |_| {
        Problem::new("bad-request", "`purpose` is missing or can't be the name of a purpose")
            .in_words("problem-is-no-purpose")
    };
    let purpose = PurposeId::new(&work.purpose).map_err(unnamed)?;
    let text = |text: &Option<String>| text.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Request {
        actor: who.actor().clone(),
        purpose,
        case: text(&work.case).map(CaseId),
        justification: text(&work.justification),
        by_program: false,
        action,
    })
}
