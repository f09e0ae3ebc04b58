//! Errors of the API: problem documents of RFC 9457.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gate::Denied;
use registry::RegistryError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A problem document (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: a path of this server that explains it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/refused")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    #[schema(example = 403)]
    pub status: u16,
    /// What happened this time. Never holds a value of a record.
    pub detail: String,
    /// Every rule that refused; refusals have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<RefusedBy>,
    /// The number of the refusal's entry in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_index: Option<u64>,
    /// Names this event in the server's own log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What pages say instead of the detail, which is for programs and in English.
    #[serde(skip)]
    pub(crate) words: Option<InWords>,
    /// The page that has the form which is sent to this path, where nothing can be read at it.
    #[serde(skip)]
    pub(crate) form_at: Option<&'static str>,
}

/// The problem that an answer tells, which goes along with it: where a person reads it, it becomes a page.
#[derive(Clone)]
pub(crate) struct Told(pub(crate) Box<Problem>);

/// A sentence that pages have in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InWords {
    /// The key of its text.
    pub(crate) key: &'static str,
    /// What stands for the names in it. Never a value of a record, nor what somebody typed.
    pub(crate) values: Vec<(&'static str, String)>,
}

/// A rule that refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedBy {
    /// The rule's stable name.
    #[schema(example = "purpose.recipient")]
    pub rule: String,
    /// The file that holds it, when the project has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What it says, in English.
    pub says: String,
    /// The same in French.
    pub says_fr: String,
    /// What would be needed, and how to ask for it, in English.
    pub needed: String,
    /// The same in French.
    pub needed_fr: String,
    /// The same sentences before anything stands in them for what they name: pages put titles there.
    #[serde(skip)]
    pub(crate) wording: Arc<policy::Wording>,
}

/// The kinds of problem: code, status, title and what to do about it.
pub const KINDS: &[(&str, StatusCode, &str, &str)] = &[
    (
        "unauthenticated",
        StatusCode::UNAUTHORIZED,
        "No valid session",
        "Send a token that this server signed: `Authorization: Bearer …`.",
    ),
    ("refused", StatusCode::FORBIDDEN, "Refused by a rule", "Each reason names the rule and what would be needed."),
    ("wrong-role", StatusCode::FORBIDDEN, "Not for this role", "Act in a role that has this task."),
    (
        "foreign-request",
        StatusCode::FORBIDDEN,
        "From another site",
        "Send the request from a page of this server, or with a token.",
    ),
    ("not-meant", StatusCode::FORBIDDEN, "A look must be meant", "Open the page instead of prefetching it."),
    ("not-found", StatusCode::NOT_FOUND, "Not found", "Check the address."),
    ("bad-request", StatusCode::BAD_REQUEST, "The request can't be read", "The detail names what is wrong."),
    (
        "unusable-checkpoint",
        StatusCode::BAD_REQUEST,
        "This checkpoint can't be used",
        "The log itself was not examined. Send the checkpoint as this log gave it, unchanged, or none.",
    ),
    (
        "changed-meanwhile",
        StatusCode::CONFLICT,
        "What you saw has changed",
        "Nothing was written. Open the page anew and decide again.",
    ),
    ("too-slow", StatusCode::REQUEST_TIMEOUT, "The request came too slowly", "Send it at once."),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large", "Send less."),
    (
        "unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "No answer is possible now",
        "Nothing was disclosed. Try again later; the operator finds the event in the server's log.",
    ),
    (
        "internal",
        StatusCode::INTERNAL_SERVER_ERROR,
        "The server failed",
        "Nothing was disclosed. The operator finds the event in the server's log.",
    ),
];

impl Problem {
    /// Gives a problem of a kind of [`KINDS`].
    #[must_use]
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        let kind = KINDS.iter().find(|(known, ..)| *known == code);
        let (status, title) = kind
            .map_or((StatusCode::INTERNAL_SERVER_ERROR, "The server failed"), |(_, status, title, _)| (*status, title));
        Self {
            kind: format!("/problems/{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            reasons: Vec::new(),
            log_index: None,
            event: None,
            words: None,
            form_at: None,
        }
    }

    /// Says it to people too, in the words of this key. Each problem that a page can show has some, and a test looks.
    pub(crate) fn in_words(self, key: &'static str) -> Self {
        self.in_words_with(key, &[])
    }

    /// Does so in words in which each `{ $name }` stands for its value.
    pub(crate) fn in_words_with(mut self, key: &'static str, values: &[(&'static str, String)]) -> Self {
        self.words = Some(InWords { key, values: values.to_vec() });
        self
    }

    /// Gives the problem of a method that a path doesn't have. Its status says it all, so it is of no kind of our own
    /// (RFC 9457, section 4.2.1).
    pub(crate) fn of_method(known: &str) -> Response {
        Self::not_allowed(known, None)
    }

    /// Gives the problem of a path to which a form is sent and at which nothing can be read, with the page that has the form.
    pub(crate) fn of_form(page: &'static str) -> Response {
        Self::not_allowed("POST", Some(page))
    }

    fn not_allowed(known: &str, form_at: Option<&'static str>) -> Response {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let problem = Self {
            kind: "about:blank".to_owned(),
            title: "Method Not Allowed".to_owned(),
            status: status.as_u16(),
            detail: format!("this path has the method {known}"),
            reasons: Vec::new(),
            log_index: None,
            event: None,
            words: None,
            form_at,
        };
        let mut response = problem.into_response();
        if let Ok(known) = HeaderValue::from_str(known) {
            response.headers_mut().insert(header::ALLOW, known);
        }
        response
    }

    /// Gives the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Gives the problem of a failure of the server: logged under an id, and nothing of it told.
    pub(crate) fn failure(code: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        let event = event_id();
        let mut causes = Vec::new();
        let mut cause = Some(error);
        while let Some(error) = cause {
            causes.push(without_values(error));
            cause = error.source();
        }
        tracing::error!(event, causes = causes.join(": "), "request failed");
        let mut problem = Self::new(code, "nothing was disclosed");
        problem.event = Some(event);
        problem
    }
}

/// Gives what an error says. Errors of the rooms quote no value; those of libraries that convert values may, so of them
/// only the kind is given.
fn without_values(error: &(dyn std::error::Error + 'static)) -> String {
    if error.is::<arrow_schema::ArrowError>() {
        return "rows can't be converted".to_owned();
    }
    if let Some(json) = error.downcast_ref::<serde_json::Error>() {
        return format!("JSON can't be read: {:?} at line {}, column {}", json.classify(), json.line(), json.column());
    }
    // What a task panicked with is in what its end says.
    if let Some(end) = error.downcast_ref::<tokio::task::JoinError>() {
        return if end.is_panic() { "a task panicked" } else { "a task was cancelled" }.to_owned();
    }
    error.to_string()
}

/// Logs where a panic was, and nothing of its message: that of a slice out of bounds quotes the text.
pub(crate) fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a thread panicked");
}

fn event_id() -> String {
    let mut bytes = [0; 8];
    // Without random numbers the id is not unique, which costs nothing but a look at the time.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(refusal) => {
                let mut problem = Self::new("refused", "the request was refused, and the refusal is in the log");
                problem.log_index = Some(refusal.leaf);
                problem.reasons = refusal.reasons.iter().map(RefusedBy::from).collect();
                problem
            }
            Denied::Failed(error) => Self::failure("unavailable", &error),
        }
    }
}

impl From<&policy::Reason> for RefusedBy {
    fn from(reason: &policy::Reason) -> Self {
        Self {
            rule: reason.rule.clone(),
            file: reason.file.as_ref().map(|file| file.display().to_string()),
            says: reason.says.clone(),
            says_fr: reason.says_fr.clone(),
            needed: reason.needed.clone(),
            needed_fr: reason.needed_fr.clone(),
            wording: Arc::clone(&reason.wording),
        }
    }
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Denied(denied) | RegistryError::Linkage(linkage::LinkageError::Denied(denied)) => {
                denied.into()
            }
            other => Self::failure("unavailable", &other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let told = Told(Box::new(self.clone()));
        let mut response = (status, Json(self)).into_response();
        response.extensions_mut().insert(told);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_tells_nothing_of_its_cause() {
        let cause = std::io::Error::other("row of Jane Doe");
        let problem = Problem::failure("unavailable", &cause);
        let text = serde_json::to_string(&problem).unwrap();
        assert!(!text.contains("Jane"));
        assert!(problem.event.is_some());
        assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn causes_that_may_quote_values_are_logged_by_kind() {
        let arrow = arrow_schema::ArrowError::CastError("Cannot cast string 'Jane' to Int64".to_owned());
        assert_eq!(without_values(&arrow), "rows can't be converted");
        let json = serde_json::from_str::<u64>("\"Jane\"").unwrap_err();
        assert!(json.to_string().contains("Jane"));
        assert_eq!(without_values(&json), "JSON can't be read: Data at line 1, column 6");
        assert_eq!(without_values(&std::io::Error::other("disk")), "disk");
    }

    #[tokio::test]
    async fn what_a_task_panicked_with_is_not_logged() {
        let task: tokio::task::JoinHandle<()> = tokio::spawn(async { panic!("Jane") });
        let end = task.await.unwrap_err();
        assert!(end.to_string().contains("Jane"));
        assert_eq!(without_values(&end), "a task panicked");
        let task = tokio::spawn(std::future::pending::<()>());
        task.abort();
        assert_eq!(without_values(&task.await.unwrap_err()), "a task was cancelled");
    }

    #[test]
    fn an_unknown_kind_is_a_failure() {
        assert_eq!(Problem::new("nonsense", "").status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
